//! People's numbers, as `/people/v2/phone_numbers` has them: JSON:API 1.0 documents.
//!
//! A list takes `where[..]`, `order`, `per_page`, `offset` and `fields[PhoneNumber]`, which names the
//! attributes to be shown; whose a number is, is shown in any case. The list's document has
//! `links` to itself and the pages beside it, and in `meta` how many there are. A failure is
//! `{"errors": [{status, title, detail, source}]}`, its source a pointer into the document that was
//! sent, or a parameter.

mod routes;
pub mod wire;

pub use self::routes::router;
pub(super) use self::routes::routes;
