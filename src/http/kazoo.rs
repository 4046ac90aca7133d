//! The numbers of accounts: `/v2/accounts/{ACCOUNT_ID}/phone_numbers`, as Kazoo's Crossbar API has them.
//!
//! Every response is in an envelope: `{auth_token, data, request_id, revision, status}`, and with
//! `error` and `message` if the request failed. A request's document is `{"data": {..}}`.
//!
//! ```
//! use telnum::http::{KazooApi, TokenTable, kazoo};
//! use telnum::inventory::Inventory;
//! use telnum::store::MemoryStore;
//!
//! let inventory = Inventory::builder(MemoryStore::new()).build();
//! let tokens = r#"{"kazoo": {"1931484e3fba5777588176584828e7be": "shop"}}"#;
//! let tokens: TokenTable = serde_json::from_str(tokens)?;
//! let api = KazooApi::new(inventory, tokens);
//! let service: axum::Router = axum::Router::new().nest("/v2", kazoo::router(api));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Accounts
//!
//! The path of an account leads to its numbers and to those of the accounts below it, whoever asks. All
//! other numbers are 404, and so is the path of an account that does not exist. Available numbers can be
//! read below every path; a number to be created, reserved, activated or ported need not be the
//! account's yet.
//!
//! # Where the published documents disagree
//!
//! | published | here |
//! |---|---|
//! | the response of `check` has no commas | it has commas |
//! | the backslashes of classifiers are escaped twice in one place and once in another | once |
//! | `did_us` is printed `SS(###) ##### - ####` in one place and `SS(###) ### - ####` in all others | as configured |
//! | the address is `dash_e911` in requests and `e911` in the schema | both are read; a response has the name that the request used, a `GET` has `e911` |
//! | `fix` is a `POST` with the response `{}`, and in one place a `GET` with the response of the list | `POST` fixes and returns `{}`; `GET` lists and changes nothing |
//! | `casquade_quantity`, elsewhere `cascade_quantity` | the printed spelling; always 0, as numbers of accounts below are not counted |
//! | a refused creation has `"error": "500"` | that body, with HTTP status 403, as the server did not fail |
//! | a collection that failed is `400 client error`, or `{success, error}` | see below |
//! | a removed number is `{}`, or its document with the state `deleted` | `{}` |
//! | the response of a search has an empty `auth_token` | the client's token, as everywhere |
//! | some responses lack `auth_token`, `request_id` and `revision`; that to an address lacks `assigned_to`, `created`, `features`, `state` and `updated` too | complete |
//! | requests with `numbers` or a `city` are printed without them, too | the missing field is named, with status 400 |
//! | localities have postal codes, a carrier and a switch | as far as the [`LocalityLookup`](crate::locality::LocalityLookup) knows them, else `null` |
//! | `created`, `state` and the like stand beside a user's own fields, or in `_read_only` | as configured by [`Shape`](crate::record::Shape) |
//!
//! # Collections
//!
//! The response has one shape, `{"success": {number: document}, "error": {number: error}}`, for one
//! number as for many. It is a success if anything was done; else the status is 400 with the message
//! `client error`, or 429 if all numbers exceeded a limit.
//!
//! # Charges
//!
//! A request that lacks nothing but the acceptance of its charges is answered with 402 and the quotes;
//! with `"accept_charges": true` beside `data` it is executed. With `"dry_run": true` nothing is stored:
//! the status is 200, `data` is the result that the request would have, and `quotes` stand beside it.

mod api;
mod operation;
mod request;
mod routes;
mod search_cache;
mod wire;

use axum::Router;

pub use self::api::KazooApi;
pub(super) use self::routes::routes;
pub use self::wire::error_body::ErrorBody;
use self::wire::error_response::render;
use super::server::guard::RequestGuard;

/// Creates the router, to nest at `/v2`. The [module](crate::http::kazoo) has an example.
#[doc(alias = "crossbar")]
pub fn router(api: KazooApi) -> Router {
    RequestGuard { limits: api.state.limits, render }.wrap(routes().with_state(api).into())
}
