//! The published APIs over TCP: replayed documents, limits, bad input.
#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../../examples/serve/build.rs"]
mod build;
mod by_the_documents;
#[path = "../../examples/serve/config.rs"]
#[expect(dead_code, reason = "the example also reads files")]
mod config;
mod contacts;
mod demo;
mod events;
mod kazoo;
mod limits;
mod list;
mod openapi;
mod port_requests;
mod replay;
#[path = "../../examples/serve/secret.rs"]
mod secret;
#[path = "../../examples/serve/stock.rs"]
mod stock;
#[path = "../../examples/serve/strict.rs"]
mod strict;
mod world;
