//! Published HTTP APIs of phone numbers, as routers to nest in a service.
//!
//! ```
//! use telnum::account::AccountTree;
//! use telnum::contact::book::ContactBook;
//! use telnum::http::{ContactApi, ContactApis, KazooApi, TokenTable, service};
//! use telnum::inventory::Inventory;
//! use telnum::store::MemoryStore;
//!
//! let tokens: TokenTable = serde_json::from_str(r#"{"kazoo": {"a token": "shop"}}"#)?;
//! let numbers = KazooApi::new(Inventory::builder(MemoryStore::new()).build(), tokens.clone());
//! let contacts = || {
//!     ContactApi::new(ContactBook::new(MemoryStore::new()), AccountTree::default(), tokens.clone())
//! };
//! let contacts = ContactApis { people: contacts(), clients: contacts(), users: contacts() };
//! let router: axum::Router = service(numbers, contacts);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! | router | API | nest at |
//! |---|---|---|
//! | [`kazoo`] | the numbers of accounts, as in Kazoo: `/accounts/{account_id}/phone_numbers/..`, in envelopes | `/v2` |
//! | [`planning_center`] | people's numbers, as in Planning Center: `/people/{person_id}/phone_numbers`, JSON:API 1.0 | `/people/v2` |
//! | [`clients`] | clients' numbers: `/clients/{client_id}/phone_numbers`, paged envelopes | `/v9` |
//! | [`user_numbers`] | users' own numbers: `/phone_numbers`, forms | the root |
//!
//! [`service()`] has all routers at these paths; [`serve()`] serves a router over TCP.
//!
//! - [`Authenticate`] determines the actor of a request; the domain decides what the actor may do.
//! - `Content-Type` is ignored; the body of an unauthenticated request is not read.
//! - Blocking calls run on the threads that [`ExecutionMode`] selects.
//! - [`ServerLimits`] bounds bodies, times and connections.
//! - Every response of a router has the header `x-request-id`: the client's id, or a new one.
//! - Errors outside of a handler (an unknown path, a body that is too large, a panic) are rendered as
//!   documents of the API, and never reveal internals. A request that cannot be parsed as HTTP, or
//!   whose head is too large, reaches no router: [`serve()`] answers it with a bare status 400, 414 or
//!   431.

pub mod clients;
pub mod kazoo;
pub mod planning_center;
pub mod user_numbers;

mod contacts;
mod events;
mod openapi;
mod server;
mod service;

pub use self::contacts::api::{ContactApi, ContactApis};
pub use self::kazoo::KazooApi;
pub use self::openapi::openapi;
pub use self::server::auth::{ApiName, AuthScheme, Authenticate, Credential, TokenTable};
pub use self::server::execution::ExecutionMode;
pub use self::server::limits::ServerLimits;
pub use self::server::serve::serve;
pub use self::service::service;
