use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::SystemTime;

use super::search::Searches;
use super::{Billing, Free, Inventory, Limits, Parts, Porting};
use crate::account::{AccountId, AccountTree, Accounts};
use crate::carrier::Carrier;
use crate::classify::Classifiers;
use crate::idempotency::IdempotencyKey;
use crate::locality::{LocalityLookup, NoLocalityLookup};
use crate::normalize::Normalizer;
use crate::number::PhoneNumber;
use crate::policy::Policy;
use crate::provider::{AddressBook, CnamNotifications, CnamProvider, E911Provider};
use crate::store::{Store, StoreError, StoreExt};
use crate::time::Timestamp;

/// Builds an [`Inventory`]: all but the store have a default.
#[must_use]
pub struct Builder {
    parts: Parts,
}

impl Inventory {
    /// An inventory over a store. Without accounts only the system may do anything.
    pub fn builder(store: impl Store + 'static) -> Builder {
        let store: Arc<dyn Store> = Arc::new(store);
        let parts = Parts {
            carriers: vec![Arc::new(crate::carrier::Local::new(Arc::clone(&store)))],
            porting: Arc::new(StorePorting(Arc::clone(&store))),
            store,
            accounts: Arc::new(AccountTree::default()),
            normalizer: Normalizer::reference(),
            classifiers: Classifiers::north_america(),
            billing: Arc::new(Free),
            localities: Arc::new(NoLocalityLookup),
            e911: Arc::new(AddressBook::default()),
            cnam: Arc::new(CnamNotifications::default()),
            policy: Policy::default(),
            limits: Limits::default(),
            clock: Arc::new(Timestamp::system_now),
            keys: Arc::new(random_key),
            searches: Searches::default(),
        };
        Builder { parts }
    }
}

impl Builder {
    /// The accounts.
    pub fn accounts(mut self, accounts: impl Accounts + 'static) -> Self {
        self.parts.accounts = Arc::new(accounts);
        self
    }

    /// How numbers are read, before an account's dial plan.
    pub fn normalizer(mut self, normalizer: Normalizer) -> Self {
        self.parts.normalizer = normalizer;
        self
    }

    /// How they are classified.
    pub fn classifiers(mut self, classifiers: Classifiers) -> Self {
        self.parts.classifiers = classifiers;
        self
    }

    /// Another carrier, after those there are. One of the same name takes the place of the other.
    pub fn carrier(mut self, carrier: impl Carrier + 'static) -> Self {
        self.parts.carriers.retain(|other| other.name() != carrier.name());
        self.parts.carriers.push(Arc::new(carrier));
        self
    }

    /// The same, shared with others.
    pub fn shared_carrier(mut self, carrier: Arc<dyn Carrier>) -> Self {
        self.parts.carriers.retain(|other| other.name() != carrier.name());
        self.parts.carriers.push(carrier);
        self
    }

    /// No carriers, not even the system's own. Numbers of [`Local`](crate::carrier::Local) and the others
    /// of the system's own can be given back all the same: nobody has to be told of it.
    pub fn without_carriers(mut self) -> Self {
        self.parts.carriers.clear();
        self
    }

    /// Who says what numbers cost.
    pub fn billing(mut self, billing: impl Billing + 'static) -> Self {
        self.parts.billing = Arc::new(billing);
        self
    }

    /// Who knows where numbers are.
    pub fn localities(mut self, localities: impl LocalityLookup + 'static) -> Self {
        self.parts.localities = Arc::new(localities);
        self
    }

    /// Who tells emergency services where numbers are.
    pub fn e911(mut self, provider: Arc<dyn E911Provider>) -> Self {
        self.parts.e911 = provider;
        self
    }

    /// Who shows the names of callers.
    pub fn cnam(mut self, provider: Arc<dyn CnamProvider>) -> Self {
        self.parts.cnam = provider;
        self
    }

    /// Sets who knows which numbers are being ported, where that is not the inventory's own store.
    pub fn porting(mut self, porting: impl Porting + 'static) -> Self {
        self.parts.porting = Arc::new(porting);
        self
    }

    /// The operator's settings.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.parts.policy = policy;
        self
    }

    /// How much is done at once, and how long is waited.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.parts.limits = limits;
        self
    }

    /// Where the time comes from.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.parts.clock = Arc::new(clock);
        self
    }

    /// Where the keys of what is done outside come from: never the same twice.
    pub fn keys(mut self, keys: impl Fn() -> IdempotencyKey + Send + Sync + 'static) -> Self {
        self.parts.keys = Arc::new(keys);
        self
    }

    /// The inventory.
    #[must_use]
    pub fn build(self) -> Inventory {
        Inventory { parts: Arc::new(self.parts) }
    }
}

/// The active port requests of the inventory's own store.
struct StorePorting(Arc<dyn Store>);

impl Porting for StorePorting {
    fn account(&self, number: PhoneNumber) -> Result<Option<AccountId>, StoreError> {
        Ok(self.0.active_port_request(number)?.map(|request| request.account()))
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("store", &self.parts.store).finish_non_exhaustive()
    }
}

/// 32 hexadecimal digits. The standard library's hashers are seeded by the operating system's
/// random numbers.
fn random_key() -> IdempotencyKey {
    let part = || RandomState::new().hash_one(SystemTime::now());
    IdempotencyKey::from_bits(part(), part())
}
