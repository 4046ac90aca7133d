//! The responses for errors of port requests.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::error_response::{ErrorResponse, INVALID_DATA, domain_error, fields, request_error};
use super::port_error_body::PortErrorBody;
use crate::feature::e911::E911Key;
use crate::http::kazoo::operation::Operation;
use crate::http::server::error::RequestError;
use crate::porting::desk::PortDeskError;
use crate::porting::{NumberConflict, PortRefusal, PortRefusalKind, PortStatesError};

/// The message for refused numbers and transitions.
const INVALID_REQUEST: &str = "invalid request";

/// Returns the response for an error of the port desk.
pub(super) fn of(error: PortDeskError, operation: Operation) -> ErrorResponse {
    match error {
        PortDeskError::Refused(refusal) => refused(&refusal),
        PortDeskError::Numbers { listed, more } => conflicts(&listed, more),
        PortDeskError::NotFound(_) => not_found(),
        error @ (PortDeskError::Exists(_) | PortDeskError::Conflict(_)) => conflict(&error),
        PortDeskError::FileTooLarge { max, .. } => request_error(&RequestError::BodyTooLarge { max }),
        PortDeskError::UnknownFileType => refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, &error),
        PortDeskError::NoDocuments => refusal(StatusCode::NOT_IMPLEMENTED, &error),
        PortDeskError::Documents(error) => {
            tracing::error!(%error, source = std::error::Error::source(&error), "request failed");
            request_error(&RequestError::Internal)
        }
        PortDeskError::Inventory(error) => domain_error(&error, E911Key::E911, operation),
        PortDeskError::Store(error) => domain_error(&error.into(), E911Key::E911, operation),
    }
}

/// Returns the response for a value of the parameter `by_types` that is refused.
pub(super) fn of_states(error: &PortStatesError) -> ErrorResponse {
    let message = format!("query string by_types contained invalid values: {}", error.found());
    ErrorResponse::new(400, "invalid_request", json!({ "message": message }))
}

/// Returns the response for a request that does not exist, or that the actor must not see.
fn not_found() -> ErrorResponse {
    let data = json!({"message": "bad identifier", "not_found": "The port request could not be found"});
    ErrorResponse::new(404, "bad_identifier", data)
}

/// Returns the response for a refusal with a status of its own.
fn refusal(status: StatusCode, error: &PortDeskError) -> ErrorResponse {
    request_error(&RequestError::Refused { status, path: None, message: error.to_string() })
}

/// Returns the response for a request that others are changing, or whose id is taken.
fn conflict(error: &PortDeskError) -> ErrorResponse {
    let data = json!({"code": 409, "error": "conflict", "message": error.to_string()});
    ErrorResponse::new(409, "conflict", data)
}

fn refused(refusal: &PortRefusal) -> ErrorResponse {
    if let PortRefusal::Invalid(error) = refusal {
        return ErrorResponse::new(400, INVALID_DATA, fields(std::slice::from_ref(error)));
    }
    let body = PortErrorBody::from(refusal);
    let with_cause = |mut data: Map<String, Value>| {
        data.extend(body.cause.as_deref().map(|cause| ("cause".to_owned(), cause.into())));
        data
    };
    if let Some((path, rule)) = &body.field {
        let problem = with_cause(Map::from_iter([("message".to_owned(), (*body.message).into())]));
        let data = json!({path.to_string(): {*rule: problem}});
        return ErrorResponse::new(body.code, INVALID_REQUEST, data);
    }
    let name = match refusal.kind() {
        PortRefusalKind::Forbidden => "forbidden",
        PortRefusalKind::NotFound => "not_found",
        PortRefusalKind::Conflict => "conflict",
        PortRefusalKind::Invalid => "invalid",
    };
    let data = [
        ("code".to_owned(), body.code.into()),
        ("error".to_owned(), name.into()),
        ("message".to_owned(), (*body.message).into()),
    ];
    ErrorResponse::new(body.code, name, with_cause(Map::from_iter(data)).into())
}

/// Returns the response for numbers that cannot be on the request: `{number: {"type": {message, cause}}}`.
fn conflicts(listed: &[NumberConflict], more: usize) -> ErrorResponse {
    let problem = |conflict: &NumberConflict| {
        let PortErrorBody { message, cause, .. } = conflict.into();
        (conflict.number.to_string(), json!({"type": {"cause": cause, "message": message}}))
    };
    let mut data: Map<String, Value> = listed.iter().map(problem).collect();
    if more > 0 {
        let message = format!("{more} more numbers cannot be ported");
        data.insert("numbers".to_owned(), json!({"type": {"cause": more.to_string(), "message": message}}));
    }
    ErrorResponse::new(400, INVALID_REQUEST, data.into())
}
