//! A user's numbers, as `/phone_numbers` has them: forms in, `{id, phone_number}` out.
//!
//! A user has a private key, the user name of basic authentication, and sees the numbers of the key's
//! account alone. The published documents print no failure; here one is
//! `{"error": "bad_request", "message": "..", "field": "phone_number"}`, `field` where it is about one.

mod routes;
pub mod wire;

pub use self::routes::router;
pub(super) use self::routes::{router_beside, routes};
