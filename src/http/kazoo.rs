//! The numbers and port requests of accounts: `/v2/accounts/{ACCOUNT_ID}/phone_numbers` and
//! `/v2/accounts/{ACCOUNT_ID}/port_requests`, as in Kazoo's Crossbar API.
//!
//! Every response is an envelope: `{auth_token, data, request_id, revision, status}`, with `error` and
//! `message` if the request failed. The document of a request is `{"data": {..}}`.
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
//! The path of an account gives access to its numbers and to those of the accounts below it, whoever the
//! actor is. A request for any other number is answered with 404. A request for an account that is not the actor's
//! or below it has one answer, whether the account exists or not. Available numbers can be read below every path; a
//! number to create, reserve, activate or port need not belong to the account yet.
//!
//! # Where the published documents disagree
//!
//! | published | telnum |
//! |---|---|
//! | the response of `check` lacks commas | it has commas |
//! | the backslashes of classifiers are escaped twice in one place and once in another | once |
//! | `did_us` is printed `SS(###) ##### - ####` in one place and `SS(###) ### - ####` in all others | as configured |
//! | the address is `dash_e911` in requests and `e911` in the schema | both are accepted; a response has the name that the request used, and a `GET` has `e911` |
//! | `fix` is a `POST` with the response `{}`, and in one place a `GET` with the response of the list | `POST` corrects numbers and returns `{}`; `GET` lists and changes nothing |
//! | `casquade_quantity`, elsewhere `cascade_quantity` | the printed spelling; the count of the numbers of up to 1,000 accounts below, up to 10,000, or that of [`KazooApi::with_cascade_quantity`](crate::http::KazooApi::with_cascade_quantity) |
//! | a refused creation has `"error": "500"` | that body, with HTTP status 403, since the server did not fail |
//! | a failed collection is `400 client error`, or `{success, error}` | see *Collections* below |
//! | a removed number is `{}`, or its document with the state `deleted` | `{}` |
//! | the response of a search has an empty `auth_token` | the client's token, as everywhere else |
//! | the response to an address that was provisioned lacks `activated_time`, which the schema has | it has the time |
//! | a `POST` without `data` is printed; it would remove the number's settings | nothing changes |
//! | some responses lack `auth_token`, `request_id` and `revision`; the response to an address also lacks `assigned_to`, `created`, `features`, `state` and `updated` | complete |
//! | requests that require `numbers` or `city` are also printed without them | an error with status 400 that names the missing field |
//! | localities have postal codes, a carrier and a switch | the values that the [`LocalityLookup`](crate::locality::LocalityLookup) returns, `null` otherwise |
//! | `created`, `state` and other fields that the service sets are at the level of a user's own fields, or in `_read_only` | as configured by [`Shape`](crate::record::Shape) |
//!
//! # Lists
//!
//! The list of an account's numbers takes the filters of Kazoo, all of which must hold:
//!
//! | parameter | numbers |
//! |---|---|
//! | `filter_{KEY}=VALUE` | whose field is the value, as text; `VALUE` may be a list in JSON, and an absent field is the empty text |
//! | `filter_state`, `filter_features`, `filter_carrier_name` | in one of the states, with all the features, of one of the carriers; the lists are separated by commas or in JSON |
//! | `filter_not_{KEY}` | for which `filter_{KEY}` does not hold |
//! | `has_key=KEY`, `key_missing=KEY` | whose document has the field, or does not have it |
//! | `has_value=KEY`, `missing_value=KEY` | whose field is neither absent nor `null`, `""`, `[]` or `{}`; or is |
//! | `created_from`, `created_to`, `modified_from`, `modified_to` | whose time is in the range, in Gregorian seconds, including both ends |
//! | `prefix` | that start with the digits |
//!
//! A `KEY` is the path of a field in the document of a number, its names separated by dots, such as
//! `e911.locality`. Only admins see `carrier_name`; for all others it is absent. Any other parameter is refused.
//!
//! Lists of port requests take `created_from`, `created_to`, `modified_from` and `modified_to` too.
//!
//! A page has up to `page_size` numbers, and reads at most 10,000. If there are more numbers to read,
//! `next_start_key` is the `start_key` of the next page; a page of a filtered list can be empty and have one.
//!
//! # Collections
//!
//! The response has the same shape for one number and for many: `{"success": {number: document},
//! "error": {number: error}}`. It is a success if any number succeeded; otherwise the status is 400
//! with the message `client error`, or 429 if all numbers exceeded a limit.
//!
//! # Port requests
//!
//! The routes and documents are those of Kazoo, over the [`PortDesk`](crate::porting::desk::PortDesk) that
//! [`KazooApi::with_port_desk`](crate::http::KazooApi::with_port_desk) sets:
//!
//! | path below `port_requests` | methods | |
//! |---|---|---|
//! | (none) | `GET`, `PUT` | the list, by `by_types` and `by_number`; a new request |
//! | `last_submitted` | `GET` | the last submission of each request |
//! | `{id}` | `GET`, `POST`, `PATCH`, `DELETE` | a request |
//! | `{id}/{state}` | `PATCH`, `PUT`, `POST` | a transition, with a `reason`; other fields change the document first |
//! | `{id}/comments` | `GET`, `PUT` | the comments; only admins see and add private ones |
//! | `{id}/timeline` | `GET` | the transitions and comments |
//! | `{id}/attachments` | `GET`, `PUT` | the files; a new one, named by `filename` |
//! | `{id}/attachments/{name}` | `GET`, `PUT`, `POST`, `DELETE` | a file: PDF, PNG, JPEG, GIF or TIFF |
//! | `{id}/loa` | `GET` | the letter of authorization |
//!
//! `/v2/accounts/{ACCOUNT_ID}/descendants/port_requests` lists the requests of the accounts below an account, and
//! `/v2/port_requests` those that the account of the token processes. The path of an account leads to the
//! requests of its subtree and to those that it processes; all others are answered with 404.
//!
//! The differences from Kazoo:
//!
//! - Lists have pages of at most 1,000 requests.
//! - A refusal has the HTTP status of its kind in the envelope, where Kazoo prints `"error": "500"`.
//! - An idempotency key makes only the creation of a request repeatable; with comments it is refused.
//! - A dry run is refused. Comments are added by their own path; an edit cannot change them. Private ones are for
//!   admins, in Kazoo also for the port authority.
//! - The content of a file determines its type, and must agree with a stated `Content-Type`.
//! - The letter is a page of HTML to print or to save as PDF, and plain text for `Accept: text/plain`.
//!
//! # Events
//!
//! `/v2/events?after=SEQUENCE` lists the events of all numbers and port requests after the one with that sequence
//! number, up to `page_size`; `next_after` in the response is the `after` of the next page. Kazoo has no such
//! route. Only admins may read it, since the log does not tell which account owned a number at each event; other
//! accounts list the numbers that have changed, with `modified_from`. Events that are no longer kept are an
//! error with status 410, whose `target` is the sequence number of the first event that is.
//!
//! # Charges
//!
//! If a request fails only because its charges are not accepted, the response has status 402 and contains the
//! quotes; the request succeeds with `"accept_charges": true` next to `data`. With `"dry_run": true` nothing
//! is stored: the status is 200, `data` is the result that the request would have, and `quotes` is next to
//! it.

mod api;
mod filter;
mod operation;
mod request;
mod routes;
mod search_cache;
mod wire;

use axum::Router;

pub use self::api::KazooApi;
pub(super) use self::routes::routes;
pub(in crate::http) use self::wire::envelope::IGNORED as IGNORED_FIELDS;
pub use self::wire::error_body::ErrorBody;
pub use self::wire::port_error_body::PortErrorBody;
use self::wire::respond::render;
use super::server::guard::RequestGuard;

/// Creates the router, to be nested at `/v2`.
///
/// ```
/// # use telnum::{inventory::Inventory, store::MemoryStore};
/// use telnum::http::{KazooApi, TokenTable, kazoo};
///
/// let tokens: TokenTable = serde_json::from_str(r#"{"kazoo": {"a token": "shop"}}"#)?;
/// let api = KazooApi::new(Inventory::builder(MemoryStore::new()).build(), tokens);
/// let service: axum::Router = axum::Router::new().nest("/v2", kazoo::router(api));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[doc(alias = "crossbar")]
pub fn router(api: KazooApi) -> Router {
    RequestGuard { limits: api.state.limits, render }.wrap(routes().with_state(api).into())
}
