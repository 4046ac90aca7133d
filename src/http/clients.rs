//! Clients' numbers: `/v9/clients/{client_id}/phone_numbers`, arrays in, paged envelopes out.
//!
//! ```
//! use telnum::contact::book::ContactBook;
//! use telnum::http::{ContactApi, TokenTable, clients};
//! use telnum::store::MemoryStore;
//!
//! let tokens: TokenTable = serde_json::from_str(r#"{"clients": {"a token": "system"}}"#)?;
//! let book = ContactBook::new(MemoryStore::new());
//! let router = axum::Router::new().nest("/v9", clients::router(ContactApi::new(book, tokens)));
//! # let _: axum::Router = router;
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! - Only the creation is published. The `url` of a response can be read too, and so can the list, in
//!   the same envelope.
//! - In the published example the number 504-555-0123 is sent and 541-555-0123 returned; here the
//!   number that was sent is returned.
//! - No error is published. Here one is `{"errors": [{"field": "phone_numbers.0.number", "message":
//!   ".."}]}`, with `field` where a field is at fault.
//! - At most 10,000 numbers are created by one request.

mod routes;
pub mod wire;

pub use self::routes::router;
pub(super) use self::routes::routes;
