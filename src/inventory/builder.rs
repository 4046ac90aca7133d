use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::SystemTime;

use super::billing::{Billing, FreeBilling};
use super::facade::Inventory;
use super::limits::InventoryLimits;
use super::lookup::{PortingLookup, StoredPorts};
use super::recent::RecentSearches;
use super::services::Services;
use crate::account::{AccountTree, Accounts};
use crate::carrier::{Carrier, LocalCarrier};
use crate::classify::Classifiers;
use crate::idempotency::IdempotencyKey;
#[cfg(any(doc, not(feature = "geo")))]
use crate::locality::LocalityTable;
use crate::locality::{LocalityLookup, NoLocalityLookup};
use crate::normalize::Normalizer;
use crate::policy::Policy;
use crate::provider::{AddressBook, CnamNotifications, CnamProvider, E911Provider};
use crate::store::Store;
use crate::time::Timestamp;

/// A builder of an [`Inventory`]. Everything except the store has a default.
///
/// ```
/// use telnum::account::{Account, AccountTree};
/// use telnum::inventory::{Inventory, InventoryLimits};
/// use telnum::store::MemoryStore;
/// use telnum::testing::ScriptedCarrier;
///
/// let inventory = Inventory::builder(MemoryStore::new())
///     .accounts(AccountTree::new([Account::new("shop".parse()?)])?)
///     .carrier(ScriptedCarrier::new("telnyx".parse()?))
///     .limits(InventoryLimits::default().with_max_numbers(1_000))
///     .build();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct InventoryBuilder {
    services: Services,
}

impl Inventory {
    /// Creates a builder of an inventory over `store`.
    ///
    /// The builder takes services by value or shared: `Arc<T>`, `Box<T>` and `&'static T` implement the
    /// traits of stores, carriers and other services if `T` does. Without
    /// [accounts](InventoryBuilder::accounts), only [`Actor::System`](crate::account::Actor::System)
    /// has any permission.
    pub fn builder(store: impl Store + 'static) -> InventoryBuilder {
        let store: Arc<dyn Store> = Arc::new(store);
        let services = Services {
            carriers: vec![Arc::new(LocalCarrier::new(Arc::clone(&store)))],
            porting: Arc::new(StoredPorts(Arc::clone(&store))),
            store,
            accounts: Arc::new(AccountTree::default()),
            normalizer: Normalizer::reference(),
            classifiers: Classifiers::north_america(),
            billing: Arc::new(FreeBilling),
            localities: Arc::new(NoLocalityLookup),
            places: default_places(),
            e911: Arc::new(AddressBook::default()),
            cnam: Arc::new(CnamNotifications::default()),
            policy: Policy::default(),
            limits: InventoryLimits::default(),
            clock: Arc::new(Timestamp::system_now),
            keys: Arc::new(random_key),
            searches: RecentSearches::default(),
        };
        InventoryBuilder { services }
    }
}

impl InventoryBuilder {
    /// Sets the accounts. Default: no accounts.
    pub fn accounts(mut self, accounts: impl Accounts + 'static) -> Self {
        self.services.accounts = Arc::new(accounts);
        self
    }

    /// Sets the normalizer of texts, to which an account's dial plan is added. Default:
    /// [`Normalizer::reference`].
    pub fn normalizer(mut self, normalizer: Normalizer) -> Self {
        self.services.normalizer = normalizer;
        self
    }

    /// Sets the classifiers. Default: [`Classifiers::north_america`].
    pub fn classifiers(mut self, classifiers: Classifiers) -> Self {
        self.services.classifiers = classifiers;
        self
    }

    /// Adds a carrier after the others, or replaces the one with the same name. Default:
    /// [`LocalCarrier`].
    pub fn carrier(mut self, carrier: impl Carrier + 'static) -> Self {
        self.services.carriers.retain(|other| other.name() != carrier.name());
        self.services.carriers.push(Arc::new(carrier));
        self
    }

    /// Removes all carriers, including [`LocalCarrier`]. Numbers of the built-in carriers can still be
    /// released, since those carriers take no orders.
    pub fn without_carriers(mut self) -> Self {
        self.services.carriers.clear();
        self
    }

    /// Sets the billing. Default: [`FreeBilling`].
    pub fn billing(mut self, billing: impl Billing + 'static) -> Self {
        self.services.billing = Arc::new(billing);
        self
    }

    /// Sets the source of localities. Default: none.
    ///
    /// Fields that it leaves empty are filled from [`places`](Self::places).
    pub fn localities(mut self, localities: impl LocalityLookup + 'static) -> Self {
        self.services.localities = Arc::new(localities);
        self
    }

    /// Sets the source of the fields that [`localities`](Self::localities) leave empty. Default with the feature
    /// `geo`: `GeoLocalities`; without it an empty [`LocalityTable`], which knows nothing.
    pub fn places(mut self, places: impl LocalityLookup + 'static) -> Self {
        self.services.places = Arc::new(places);
        self
    }

    /// Sets the E911 provider. Default: an empty [`AddressBook`].
    pub fn e911(mut self, provider: impl E911Provider + 'static) -> Self {
        self.services.e911 = Arc::new(provider);
        self
    }

    /// Sets the CNAM provider. Default: [`CnamNotifications`].
    pub fn cnam(mut self, provider: impl CnamProvider + 'static) -> Self {
        self.services.cnam = Arc::new(provider);
        self
    }

    /// Sets the source of active port requests, for a service that keeps its port requests elsewhere.
    /// Default: the store.
    pub fn porting(mut self, porting: impl PortingLookup + 'static) -> Self {
        self.services.porting = Arc::new(porting);
        self
    }

    /// Sets the operator's policy. Default: [`Policy::default`].
    pub fn policy(mut self, policy: Policy) -> Self {
        self.services.policy = policy;
        self
    }

    /// Sets the limits on calls. Default: [`InventoryLimits::default`].
    pub fn limits(mut self, limits: InventoryLimits) -> Self {
        self.services.limits = limits;
        self
    }

    /// Sets the clock. Default: the system's clock.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.services.clock = Arc::new(clock);
        self
    }

    /// Sets the source of the idempotency keys of external effects, which must never return a key
    /// twice. Default: 128 random bits.
    pub fn keys(mut self, keys: impl Fn() -> IdempotencyKey + Send + Sync + 'static) -> Self {
        self.services.keys = Arc::new(keys);
        self
    }

    /// Builds the inventory.
    #[must_use]
    pub fn build(self) -> Inventory {
        Inventory { services: Arc::new(self.services) }
    }
}

impl fmt::Debug for InventoryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InventoryBuilder").field("store", &self.services.store).finish_non_exhaustive()
    }
}

#[cfg(feature = "geo")]
fn default_places() -> Arc<dyn LocalityLookup> {
    Arc::new(crate::locality::GeoLocalities)
}

#[cfg(not(feature = "geo"))]
fn default_places() -> Arc<dyn LocalityLookup> {
    Arc::new(LocalityTable::new())
}

/// Returns a key of 128 random bits. The standard library seeds its hashers with random numbers of the
/// operating system.
fn random_key() -> IdempotencyKey {
    let bits = || RandomState::new().hash_one(SystemTime::now());
    IdempotencyKey::from_bits(bits(), bits())
}
