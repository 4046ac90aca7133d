//! Published HTTP APIs over the library, as routers to nest in a service (feature `http`).
//!
//! | router | what it speaks | nest at |
//! |---|---|---|
//! | [`kazoo`] | numbers of accounts: `/accounts/{ACCOUNT_ID}/phone_numbers/..`, in envelopes | `/v2` |
//! | [`planning_center`] | people's numbers: `/people/{person_id}/phone_numbers`, as JSON:API 1.0 | `/people/v2` |
//! | [`clients`] | clients' numbers: `/clients/{client_id}/phone_numbers`, arrays in and pages out | `/v9` |
//! | [`user_numbers`] | users' own numbers: `/phone_numbers`, as forms | the root |
//!
//! Who a request is from, and which API they may ask, [`Authenticate`] says; what they may do, the
//! domain says. Calls that may
//! wait for a store are made as [`Calls`] says. [`ServerLimits`] are those of bodies, times
//! and connections.
//!
//! Every answer of a router has the header `x-request-id`: the client's own, or a new one. A body is
//! read whatever type it is said to be of, and of strangers none. What no handler can answer, a path
//! that is none, a body that is too large, a panic, is shown in the documents of the API that was
//! asked, and tells nothing of the inside. What is no HTTP, or has a head that is too large, comes to
//! no router: [`serve()`] answers it with the bare status 400, 414 or 431.

pub mod clients;
pub mod kazoo;
pub mod planning_center;
pub mod user_numbers;

mod contacts;
mod openapi;
mod server;
mod service;

pub use self::contacts::request::{ContactApi, ContactApis};
pub use self::openapi::openapi;
pub use self::server::auth::{ApiName, Authenticate, Credential, Scheme, TokenTable};
pub use self::server::blocking::Calls;
pub use self::server::guard::ServerLimits;
pub use self::server::serve::serve;
pub use self::service::service;
