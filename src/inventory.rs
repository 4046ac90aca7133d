//! The numbers of a service: everything that is done with them, one or many at a time.
//!
//! An [`Inventory`] reads, lets the [record](crate::record) decide, and stores what was decided on
//! the condition that nobody else has changed it meanwhile. What has to be done outside, at a
//! carrier or a provider, is done only once the record is claimed in the store, under a key; what a
//! crash leaves half done, [`recover`](Inventory::recover) drives to its end with the same key. What
//! is refused half way is given up: that is stored, and then what was done is taken back.
//!
//! ```
//! use std::sync::Arc;
//! use telnum::account::{Account, AccountId, AccountTree, Actor};
//! use telnum::inventory::{Create, Inventory, Options};
//! use telnum::lifecycle::State;
//! use telnum::store::MemoryStore;
//!
//! let [master, shop]: [AccountId; 2] = ["master".parse()?, "shop".parse()?];
//! let accounts = AccountTree::new([
//!     Account::new(master).with_admin(true),
//!     Account::new(shop).with_parent(master),
//! ])?;
//! let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
//!
//! let admin = Options::new(Actor::System);
//! let create = Create { state: Some(State::Available), ..Create::default() };
//! let created = inventory.create(["(415) 886-7900", "415-886-7901", "x"], &create, &admin)?;
//! assert_eq!((created.succeeded.len(), created.failed.len()), (2, 1));
//!
//! let shop = Options::new(shop);
//! let reserved = inventory.reserve(["+14158867900"], &shop)?.single()?;
//! assert_eq!(reserved.state(), State::Reserved);
//! let refused = inventory.reserve(["+14158867900"], &shop)?.single().unwrap_err();
//! assert_eq!((refused.body().code, &*refused.body().message), (400, "no change required"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod asked;
mod billing;
mod builder;
mod commands;
mod effects;
mod engine;
mod error;
mod identify;
mod import;
mod options;
mod outcome;
mod prices;
mod reads;
mod receipt;
mod recover;
mod search;
mod sweep;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::billing::{Billing, BillingError, Charge, Free, Quote};
pub use self::builder::Builder;
#[cfg(feature = "http")]
pub(crate) use self::commands::Assignment;
pub use self::commands::{AppDirectory, Create, Porting};
pub use self::error::{Error, ErrorBody};
pub use self::import::{ImportReport, ImportRow};
pub use self::options::{Options, RequestKey};
pub use self::outcome::Outcome;
pub use self::reads::CarriersInfo;
pub use self::recover::RecoverReport;
pub use self::search::{SearchId, SearchPage};
pub use self::sweep::SweepReport;

use self::search::Searches;
use crate::account::Accounts;
use crate::carrier::Carrier;
use crate::classify::Classifiers;
use crate::idempotency::IdempotencyKey;
use crate::locality::LocalityLookup;
use crate::normalize::Normalizer;
use crate::policy::Policy;
use crate::provider::{CnamProvider, E911Provider};
use crate::store::{Retry, Store};
use crate::time::Timestamp;

/// The numbers of a service. Shared by threads, and cheap to clone.
#[derive(Clone)]
pub struct Inventory {
    parts: Arc<Parts>,
}

struct Parts {
    store: Arc<dyn Store>,
    accounts: Arc<dyn Accounts>,
    normalizer: Normalizer,
    classifiers: Classifiers,
    carriers: Vec<Arc<dyn Carrier>>,
    billing: Arc<dyn Billing>,
    localities: Arc<dyn LocalityLookup>,
    e911: Arc<dyn E911Provider>,
    cnam: Arc<dyn CnamProvider>,
    porting: Arc<dyn Porting>,
    policy: Policy,
    limits: Limits,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    keys: Arc<dyn Fn() -> IdempotencyKey + Send + Sync>,
    searches: Searches,
}

/// How much is done at once, and how long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most numbers in one call.
    pub numbers: usize,
    /// How long carriers are searched.
    pub search: Duration,
    /// How long something outside may take before [`Inventory::recover`] takes it up.
    pub claim: Duration,
    /// How often a change is tried that others were faster with, at least once; longer is waited each
    /// time.
    pub tries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            numbers: 10_000,
            search: Duration::from_secs(5),
            claim: Duration::from_secs(60),
            tries: Retry::default().max_attempts(),
        }
    }
}

impl Inventory {
    /// What is stored.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.parts.store
    }

    /// The accounts.
    #[must_use]
    pub fn accounts(&self) -> &dyn Accounts {
        &*self.parts.accounts
    }

    /// The operator's settings.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.parts.policy
    }

    /// The classifiers.
    #[must_use]
    pub fn classifiers(&self) -> &Classifiers {
        &self.parts.classifiers
    }

    /// Whether nothing ever costs.
    pub(crate) fn is_free(&self) -> bool {
        self.parts.billing.is_free()
    }

    /// The time, by the clock that was given.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.parts.clock)()
    }
}

impl fmt::Debug for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inventory")
            .field("store", &self.parts.store)
            .field("policy", &self.parts.policy)
            .field("limits", &self.parts.limits)
            .finish_non_exhaustive()
    }
}
