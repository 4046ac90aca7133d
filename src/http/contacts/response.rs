//! The responses of the APIs of contact numbers.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::http::server::auth::ApiName;
use crate::http::server::error::RequestError;

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";

/// Returns a response with a JSON body.
pub(crate) fn json(status: StatusCode, media_type: &'static str, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(CONTENT_TYPE, media_type)], body).into_response(),
        Err(_) => RequestError::Internal.into_response(),
    }
}

/// Returns the response for an error, with the challenge of `api` if the actor is unknown.
pub(crate) fn error(
    api: ApiName,
    error: &RequestError,
    media_type: &'static str,
    body: &impl Serialize,
) -> Response {
    let mut response = json(error.status(), media_type, body);
    if let (RequestError::Unauthenticated, Some(challenge)) = (error, api.scheme().challenge()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
