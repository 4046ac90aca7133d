//! Published HTTP APIs over the library, as routers to nest in a service (feature `http`).
//!
//! | router | what it speaks | nest at |
//! |---|---|---|
//! | [`kazoo`] | numbers of accounts: `/accounts/{ACCOUNT_ID}/phone_numbers/..`, in envelopes | `/v2` |
//!
//! Who a request is from, [`Authenticate`] says; what they may do, the domain says. Calls that may
//! wait for a store are made as [`Calls`] says. [`Limits`] are those of bodies and times.
//!
//! Every answer has the header `x-request-id`: the client's own, or a new one. A body is read
//! whatever type it is said to be of. What no handler can answer, a path that is none, a body that
//! is too large, a panic, is shown in the documents of the API that was asked, and tells nothing of
//! the inside.

pub mod kazoo;

mod auth;
mod blocking;
mod body;
mod guard;
mod serve;

pub use self::auth::{Authenticate, Credential, Scheme, TokenTable};
pub use self::blocking::Calls;
pub use self::guard::Limits;
pub use self::serve::serve;

/// Routes, and what OpenAPI says of them.
struct Documented {
    router: axum::Router,
    document: utoipa::openapi::OpenApi,
}
