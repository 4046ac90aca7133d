//! The responses for errors.

use axum::response::Response;

use super::envelope::{self, RequestEcho};
use super::error::KazooError;
use super::error_response::{ErrorResponse, bad_identifier, domain_error, request_error};
use super::port_error_response;
use crate::http::kazoo::operation::Operation;
use crate::http::server::error::RequestError;
use crate::http::server::guard::RequestHead;

/// Returns the response for an error.
pub(in crate::http::kazoo) fn respond(
    echo: &RequestEcho,
    operation: Operation,
    error: KazooError,
) -> Response {
    let response = match error {
        KazooError::Domain(error, key) => domain_error(&error, key, operation),
        KazooError::Port(error) => port_error_response::of(*error, operation),
        KazooError::PortStates(error) => port_error_response::of_states(&error),
        KazooError::Request(error) => request_error(&error),
        KazooError::BadIdentifier => bad_identifier(),
        KazooError::Collection(data) => ErrorResponse::new(400, "client error", data),
    };
    envelope::error(echo, response.status, response.code, &response.message, &response.data)
}

/// Renders an error of a request that no handler answered. Unknown credentials are not repeated.
pub(in crate::http::kazoo) fn render(error: &RequestError, head: &RequestHead) -> Response {
    let echo = match error {
        RequestError::Unauthenticated => RequestEcho::without_token(Some(&head.id)),
        _ => RequestEcho::new(Some(&head.id), &head.headers),
    };
    respond(&echo, Operation::Other, error.clone().into())
}
