//! The numbers of accounts, as `/v2/accounts/{ACCOUNT_ID}/phone_numbers` has them.
//!
//! Every answer is in an envelope: `{auth_token, data, request_id, revision, status}`, with `error`
//! and `message` where something failed. Requests have `{"data": {..}}`, whatever type they say they
//! are of.
//!
//! ```
//! use std::sync::Arc;
//! use telnum::http::{TokenTable, kazoo};
//! use telnum::inventory::Inventory;
//! use telnum::store::MemoryStore;
//!
//! let inventory = Inventory::builder(Arc::new(MemoryStore::new())).build();
//! let tokens = r#"{"kazoo": {"1931484e3fba5777588176584828e7be": "shop"}}"#;
//! let tokens: TokenTable = serde_json::from_str(tokens)?;
//! let api = kazoo::Api::new(inventory, tokens);
//! let service: axum::Router = axum::Router::new().nest("/v2", kazoo::router(api));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Accounts
//!
//! In an account's path there are its numbers and those of the accounts below it, whoever asks: all
//! others are 404, and so is the path of an account that is not there. What is available may be read
//! in every path; to create, reserve, activate or port a number, it need not be the account's.
//!
//! # Where the published documents disagree
//!
//! | documents | here |
//! |---|---|
//! | `check` prints its answer without commas | with them |
//! | the classifiers' backslashes are escaped twice in one place, once in another | once |
//! | `did_us` is shown as `SS(###) ##### - ####` in one place, `SS(###) ### - ####` in all others | as configured |
//! | the address is `dash_e911` in the requests, `e911` in the schema | both are read; the answer has the name that the request used, a `GET` has `e911` |
//! | `fix` is `POST` with the answer `{}`, and in one place `GET` with the answer of the list | `POST` fixes and answers `{}`; `GET` lists and changes nothing |
//! | `casquade_quantity`, also known as `cascade_quantity` | the printed spelling; numbers of accounts below are not counted: it is 0 |
//! | a refusal to add a number is `"error": "500"` | that body, with HTTP status 403: nothing is wrong with the server |
//! | a collection's failures alone, as `400 client error`; or `{success, error}` | see below |
//! | a number is `{}` once it is removed; or its document with the state `deleted` | `{}` |
//! | search prints an `auth_token` that is empty | the client's, as everywhere |
//! | some answers lack `auth_token`, `request_id` and `revision`; that to an address `assigned_to`, `created`, `features`, `state` and `updated`, too | whole |
//! | requests with `numbers` or a `city` are printed without these as well | what is missing is named, with status 400 |
//! | localities have postal codes, a carrier and a switch | what [`LocalityLookup`](crate::locality::LocalityLookup) knows of that; the rest is `null` |
//! | `created`, `state` and the like beside a user's own fields, or in `_read_only` | [`Shape`] says |
//!
//! # Collections
//!
//! The answer has one shape, `{"success": {number: document}, "error": {number: failure}}`, for one
//! number as for many. It is a success if anything was done; else the status is 400 and the message
//! `client error`, but 429 where all were too many.
//!
//! # What it costs
//!
//! Where all that a request lacks is that somebody accepts what it costs, it is 402 with the quotes;
//! with `"accept_charges": true` beside `data` it is done. With `"dry_run": true` it is only tried:
//! the status is 200, `data` what would be, and beside it are the `quotes`.

mod request;
mod routes;
mod wire;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::routes::search::Searches;
use self::routes::{collection, listing, numbers, search, tools};
use self::wire::envelope;
use super::server::auth::Authenticate;
use super::server::blocking::Calls;
use super::server::guard::{Guard, ServerLimits};
use crate::account::AccountId;
use crate::inventory::{AppDirectory, Assignment, Error, Inventory, Options, Outcome};
use crate::lifecycle::State;
use crate::record::Shape;

/// What the routes stand on.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    inventory: Inventory,
    auth: Arc<dyn Authenticate>,
    limits: ServerLimits,
    calls: Calls,
    shape: Shape,
    may_activate: Arc<dyn Fn(AccountId) -> bool + Send + Sync>,
    apps: Option<Arc<dyn AppDirectory + Send + Sync>>,
    searches: Arc<Searches>,
}

impl Api {
    /// An API over an inventory.
    #[must_use]
    pub fn new(inventory: Inventory, auth: impl Authenticate + 'static) -> Self {
        Self(Arc::new(Parts {
            inventory,
            auth: Arc::new(auth),
            limits: ServerLimits::default(),
            calls: Calls::default(),
            shape: Shape::Flat,
            may_activate: Arc::new(|_| true),
            apps: None,
            searches: Arc::default(),
        }))
    }

    /// The same within other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: ServerLimits) -> Self {
        Arc::make_mut(&mut self.0).limits = limits;
        self
    }

    /// The same with calls made elsewhere.
    #[must_use]
    pub fn with_calls(mut self, calls: Calls) -> Self {
        Arc::make_mut(&mut self.0).calls = calls;
        self
    }

    /// The same with numbers shown in another shape.
    #[must_use]
    pub fn with_shape(mut self, shape: Shape) -> Self {
        Arc::make_mut(&mut self.0).shape = shape;
        self
    }

    /// The same with somebody who is asked whether an account may activate one more number now: for
    /// each that will be, and for none that is only tried. If not the answer is 429.
    #[must_use]
    pub fn with_activation_limit(
        mut self,
        may_activate: impl Fn(AccountId) -> bool + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.0).may_activate = Arc::new(may_activate);
        self
    }
}

impl Api {
    /// The same with somebody who knows which application really answers a number: `fix` asks. If
    /// nobody does, numbers keep theirs.
    #[must_use]
    pub fn with_apps(mut self, apps: impl AppDirectory + Send + Sync + 'static) -> Self {
        Arc::make_mut(&mut self.0).apps = Some(Arc::new(apps));
        self
    }

    /// Assigns numbers to the account, and changes their documents with that.
    fn assign<I>(
        &self,
        numbers: I,
        to: State,
        document: Map<String, Value>,
        options: &Options,
    ) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let may_activate = || options.account.is_some_and(|account| (self.0.may_activate)(account));
        let may_change = (to == State::InService).then_some(&may_activate as &dyn Fn() -> bool);
        self.0.inventory.assign(numbers, Assignment { to, document, may_change }, options)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("inventory", &self.0.inventory)
            .field("limits", &self.0.limits)
            .field("shape", &self.0.shape)
            .finish_non_exhaustive()
    }
}

/// The routes, to nest at `/v2`.
pub fn router(api: Api) -> Router {
    Guard { limits: api.0.limits, show: envelope::show }.around(routes().with_state(api).into())
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(listing::list))
        .routes(routes!(numbers::fetch, numbers::create, numbers::replace, numbers::patch, numbers::remove))
        .routes(routes!(numbers::identify))
        .routes(routes!(numbers::port))
        .routes(routes!(numbers::reserve))
        .routes(routes!(numbers::activate))
        .routes(routes!(collection::create, collection::replace, collection::patch, collection::remove))
        .routes(routes!(collection::activate))
        .routes(routes!(tools::check))
        .routes(routes!(tools::locality))
        .routes(routes!(tools::prefix))
        .routes(routes!(tools::carriers_info))
        .routes(routes!(tools::classifiers))
        .routes(routes!(tools::classify))
        .routes(routes!(tools::classify_for_all))
        .routes(routes!(tools::fix, listing::list_to_fix))
        .routes(routes!(tools::fix_number))
        .routes(routes!(tools::schema))
        .routes(routes!(search::search))
}
