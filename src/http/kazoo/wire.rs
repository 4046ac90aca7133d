//! The documents of the API.

pub(super) mod envelope;
pub(super) mod error;
pub(super) mod error_body;
pub(super) mod error_response;
pub(super) mod number;
pub(super) mod port_error_body;
pub(super) mod port_error_response;
pub(super) mod port_request;
pub(super) mod respond;
