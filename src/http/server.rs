//! The code that all APIs share: authentication, bodies, limits, errors, and serving connections.

pub(super) mod auth;
pub(super) mod body;
mod connection;
pub(super) mod error;
pub(super) mod execution;
pub(super) mod guard;
pub(super) mod limits;
pub(super) mod request_id;
pub(super) mod serve;
