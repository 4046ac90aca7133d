//! Clients' numbers: `/v9/clients/{client_id}/phone_numbers`, with arrays in requests and paged
//! envelopes in responses.
//!
//! ```
//! use telnum::account::AccountTree;
//! use telnum::contact::book::ContactBook;
//! use telnum::http::{ContactApi, TokenTable, clients};
//! use telnum::store::MemoryStore;
//!
//! let tokens: TokenTable = serde_json::from_str(r#"{"clients": {"a token": "system"}}"#)?;
//! let book = ContactBook::new(MemoryStore::new());
//! let router = axum::Router::new().nest("/v9", clients::router(ContactApi::new(book, AccountTree::default(), tokens)));
//! # let _: axum::Router = router;
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! - The published document only describes the creation. The `url` in a response can also be read, changed
//!   (`PATCH` with the fields of a number) and deleted, and the numbers can be listed in the same envelope.
//! - A response has `is_primary`, which the published requests send and the published responses lack.
//! - The published example sends the number 504-555-0123 and returns 541-555-0123; telnum returns the
//!   number that was sent.
//! - The published document describes no errors. In telnum an error is `{"errors": [{"field":
//!   "phone_numbers.0.number", "message": ".."}]}`, with `field` if the error concerns a field.
//! - A list can be limited by the times of creation and of the last change, in RFC 3339 format:
//!   `updated_at[gte]=2017-12-15T00:00:00Z`; the comparisons are `gt`, `gte`, `lt` and `lte`.
//! - `/v9/events?after=SEQUENCE` lists the events of all clients' numbers after the one with that sequence number, up
//!   to `per_page`; `next_after` is the `after` of the next page. Forgotten events are an error with status 410.
//! - One request creates at most 10,000 numbers.

mod routes;
pub(super) mod wire;

pub use self::routes::router;
pub(super) use self::routes::routes;
