//! A user's own numbers: `/phone_numbers`, with forms in requests and `{id, phone_number}` in
//! responses.
//!
//! ```
//! use telnum::account::{Account, AccountTree};
//! use telnum::contact::book::ContactBook;
//! use telnum::http::{ContactApi, TokenTable, user_numbers};
//! use telnum::store::MemoryStore;
//!
//! let keys = r#"{"user_numbers": {"098f6bcd4621d373cade4e832627b4f6": "user"}}"#;
//! let keys: TokenTable = serde_json::from_str(keys)?;
//! let accounts = AccountTree::new([Account::new("user".parse()?)])?;
//! let book = ContactBook::new(MemoryStore::new());
//! let service: axum::Router = user_numbers::router(ContactApi::new(book, accounts, keys));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - A user's private key is the user name of HTTP Basic authentication. A request has access only to the
//!   numbers of the account that the key belongs to.
//! - The list can be limited by the times of creation and of the last change, in RFC 3339 format:
//!   `updated_at[gte]=2026-03-01T00:00:00Z`; the comparisons are `gt`, `gte`, `lt` and `lte`.
//! - `/phone_numbers/events?after=SEQUENCE` lists the events of the user's numbers after the one with that sequence
//!   number, up to `per_page`; `next_after` is the `after` of the next page. Forgotten events are an error with
//!   status 410.
//! - The published document describes no errors. In telnum an error is `{"error": "bad_request",
//!   "message": "..", "field": "phone_number"}`, with `field` if the error concerns a field.

mod routes;
pub(super) mod wire;

pub use self::routes::router;
pub(super) use self::routes::{router_beside, routes};
