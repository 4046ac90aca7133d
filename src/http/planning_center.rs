//! People's numbers: `/people/v2/phone_numbers`, as JSON:API 1.0 documents.
//!
//! ```
//! use telnum::contact::book::ContactBook;
//! use telnum::http::{ContactApi, TokenTable, planning_center};
//! use telnum::store::MemoryStore;
//!
//! let tokens: TokenTable = serde_json::from_str(r#"{"planning_center": {"id:secret": "system"}}"#)?;
//! let book = ContactBook::new(MemoryStore::new());
//! let api = ContactApi::new(book, tokens);
//! let router: axum::Router = axum::Router::new().nest("/people/v2", planning_center::router(api));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! - A list takes the parameters `where[..]`, `order`, `per_page`, `offset` and `fields[PhoneNumber]`,
//!   the names of the attributes to show; the person is shown in any case. Its document has `links` to
//!   itself and to the pages before and after, and counts in `meta`.
//! - An error is `{"errors": [{status, title, detail, source}]}`; `source` is a pointer into the
//!   request's document, or a parameter.

mod routes;
pub mod wire;

pub use self::routes::router;
pub(super) use self::routes::routes;
