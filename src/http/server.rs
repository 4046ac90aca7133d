//! What the APIs share: authentication, bodies, limits, and serving connections.

pub(crate) mod auth;
pub(crate) mod blocking;
pub(crate) mod body;
mod connection;
pub(crate) mod guard;
pub(crate) mod serve;
