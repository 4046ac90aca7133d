//! The statuses, messages and data of errors.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::error_body::ErrorBody;
use crate::document::{FieldError, FieldErrorKind};
use crate::feature::e911::{E911Key, E911Refusal};
use crate::http::kazoo::operation::{ErrorForm, Operation};
use crate::http::server::error::RequestError;
use crate::inventory::{InventoryError, InventoryErrorKind, e911_details};
use crate::record::Refusal;

pub(super) const INVALID_DATA: &str = "invalid data";

/// The status, code, message and data of a response for an error.
#[derive(Debug)]
pub(super) struct ErrorResponse {
    pub(super) status: StatusCode,
    /// The code in the envelope, which is the status except in one published document.
    pub(super) code: u16,
    pub(super) message: String,
    pub(super) data: Value,
}

impl ErrorResponse {
    pub(super) fn new(code: u16, message: &str, data: Value) -> Self {
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message: message.to_owned(), data }
    }
}

pub(super) fn domain_error(error: &InventoryError, key: E911Key, operation: Operation) -> ErrorResponse {
    let body = ErrorBody::from(error);
    let rules = operation.rules();
    let form = match error {
        InventoryError::Refused(Refusal::Forbidden(_)) => rules.forbidden,
        _ if error.kind() == InventoryErrorKind::NotFound => rules.absent,
        _ => ErrorForm::Body,
    };
    match (form, error) {
        (ErrorForm::BadIdentifier, _) => bad_identifier(),
        (ErrorForm::Unauthorized, _) => ErrorResponse {
            status: StatusCode::FORBIDDEN,
            ..ErrorResponse::new(
                500,
                "unauthorized",
                json!({
                    "message": "unknown failure",
                    "unauthorized": "Not authorized to perform requested number operation",
                }),
            )
        },
        (ErrorForm::Body, InventoryError::E911(refusal @ E911Refusal::Invalid { .. })) => {
            ErrorResponse::new(400, INVALID_DATA, e911_details(refusal, key))
        }
        (ErrorForm::Body, InventoryError::E911(refusal @ E911Refusal::MultipleChoice { .. })) => {
            ErrorResponse::new(400, "multiple_choice", e911_details(refusal, key))
        }
        (ErrorForm::Body, InventoryError::Refused(Refusal::Invalid(field))) => {
            ErrorResponse::new(400, INVALID_DATA, fields(std::slice::from_ref(field)))
        }
        (ErrorForm::Body, InventoryError::Refused(Refusal::InvalidFields(errors))) => {
            ErrorResponse::new(400, INVALID_DATA, fields(errors))
        }
        (ErrorForm::Body, InventoryError::NotInService { .. }) => {
            ErrorResponse::new(body.code, body.error, body.cause.into())
        }
        (ErrorForm::Body, InventoryError::QuoteNotAccepted(quotes)) => {
            ErrorResponse::new(402, &body.message, json!(**quotes))
        }
        (ErrorForm::Body, error) => {
            if body.code >= 500 {
                tracing::error!(%error, source = std::error::Error::source(error), "request failed");
            }
            ErrorResponse::new(body.code, body.error, json!(body))
        }
    }
}

pub(super) fn request_error(error: &RequestError) -> ErrorResponse {
    let code = error.status().as_u16();
    let message = error.to_string();
    let (name, data) = match error {
        RequestError::NotFound | RequestError::BadPath => return bad_identifier(),
        RequestError::Fields(errors) => (INVALID_DATA, fields(errors)),
        RequestError::Parameter(error) => (INVALID_DATA, fields(std::slice::from_ref(error))),
        RequestError::NotJson(_) => (INVALID_DATA, json!({"json": {"invalid": {"message": message}}})),
        RequestError::BodyTooLarge { max } => {
            ("request_too_large", json!({"message": message, "target": max}))
        }
        RequestError::MethodNotAllowed => ("method_not_allowed", json!({"message": message})),
        RequestError::Unauthenticated => ("invalid_credentials", json!({"message": message})),
        RequestError::BodyIncomplete => ("bad_request", json!({"message": message})),
        RequestError::BodyTimeout | RequestError::Timeout => ("timeout", json!({"message": message})),
        RequestError::Overloaded => ("busy", json!({"message": message})),
        RequestError::Busy { left, .. } => ("busy", json!({"message": message, "target": left})),
        RequestError::Forgotten { first } => ("forgotten", json!({"message": message, "target": first})),
        RequestError::Refused { .. } => ("refused", json!({"message": message})),
        RequestError::Internal => ("internal_error", json!({"message": message})),
    };
    ErrorResponse::new(code, name, data)
}

pub(super) fn bad_identifier() -> ErrorResponse {
    let data = json!({"message": "bad identifier", "not_found": "The number could not be found"});
    ErrorResponse::new(404, "bad_identifier", data)
}

/// Returns `{path: {rule: {message, target}}}`, with `target` for rules that have one.
pub(super) fn fields(errors: &[FieldError]) -> Value {
    let mut data = Map::new();
    for error in errors {
        let mut rule = Map::from_iter([("message".to_owned(), error.kind().to_string().into())]);
        rule.extend(target(error.kind()).map(|target| ("target".to_owned(), target)));
        // An error of the document itself has an empty path.
        let path = if error.path().is_empty() { "data".to_owned() } else { error.path().to_string() };
        let rules = data.entry(path).or_insert_with(|| Map::new().into());
        if let Some(rules) = rules.as_object_mut() {
            rules.insert(error.kind().rule().to_owned(), rule.into());
        }
    }
    data.into()
}

/// Returns the limit, the type or the allowed values of the violated rule.
fn target(kind: &FieldErrorKind) -> Option<Value> {
    match kind {
        FieldErrorKind::TooShort { min, .. } => Some((*min).into()),
        FieldErrorKind::TooLong { max, .. }
        | FieldErrorKind::TooManyBytes { max, .. }
        | FieldErrorKind::TooManyKeys { max, .. } => Some((*max).into()),
        FieldErrorKind::NotOneOf { allowed, .. } => Some(json!(allowed)),
        FieldErrorKind::WrongType { expected, .. } => Some((*expected).into()),
        FieldErrorKind::Missing
        | FieldErrorKind::Invalid { .. }
        | FieldErrorKind::Malformed { .. }
        | FieldErrorKind::Unknown
        | FieldErrorKind::ReadOnly
        | FieldErrorKind::MoreErrors { .. } => None,
    }
}
