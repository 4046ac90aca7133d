//! The published APIs, over real connections: documents replayed, limits, bad input.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod contacts;
mod kazoo;
mod limits;
mod replay;
mod world;
