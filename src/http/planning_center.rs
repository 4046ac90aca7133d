//! People's numbers: `/people/v2/phone_numbers`, as JSON:API 1.0 documents.
//!
//! ```
//! use telnum::account::AccountTree;
//! use telnum::contact::book::ContactBook;
//! use telnum::http::{ContactApi, TokenTable, planning_center};
//! use telnum::store::MemoryStore;
//!
//! let tokens: TokenTable = serde_json::from_str(r#"{"planning_center": {"id:secret": "system"}}"#)?;
//! let book = ContactBook::new(MemoryStore::new());
//! let api = ContactApi::new(book, AccountTree::default(), tokens);
//! let router: axum::Router = axum::Router::new().nest("/people/v2", planning_center::router(api));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! - A list has the parameters `where[..]`, `order`, `per_page`, `offset`, `include=person`, and
//!   `fields[PhoneNumber]`, which selects the attributes to show; the relationship to the person is always
//!   shown. Times are also compared: `where[updated_at][gte]`, and so on. The document has `links` to
//!   itself and to the adjacent pages, and the number of items in `meta`.
//! - `/people/v2/events?after=SEQUENCE` lists the events of all people's numbers after the one with that sequence
//!   number, up to `per_page`, with a link to the next page. Forgotten events are an error with status 410.
//! - An error is `{"errors": [{status, title, detail, source}]}`; `source` is a JSON pointer into the
//!   document of the request, or the name of a parameter.

mod routes;
pub(super) mod wire;

pub use self::routes::router;
pub(super) use self::routes::routes;
