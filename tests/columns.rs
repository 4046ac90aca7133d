//! Numbers in the columns of databases and of Arrow arrays, and the schemas of values.
//!
//! The tests with PostgreSQL are ignored without servers: `tests/postgres/run` starts some and names them in
//! `TELNUM_POSTGRES`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "arrow")]
#[path = "columns/arrow.rs"]
mod arrow;
#[cfg(feature = "postgres-types")]
#[path = "columns/postgres.rs"]
mod postgres;
#[cfg(all(feature = "inventory", feature = "schemars", feature = "utoipa"))]
#[path = "columns/schemas.rs"]
mod schemas;
