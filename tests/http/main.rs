//! The published APIs over TCP: replayed documents, limits, bad input.
#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod by_the_documents;
mod contacts;
mod kazoo;
mod limits;
mod openapi;
mod replay;
mod world;
