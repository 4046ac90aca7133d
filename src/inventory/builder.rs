use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::SystemTime;

use super::billing::{Billing, FreeBilling};
use super::facade::Inventory;
use super::limits::InventoryLimits;
use super::lookup::{PortingLookup, StoredPorts};
use super::recent::RecentSearches;
use super::resume::Resume;
use super::services::Services;
use crate::account::{AccountTree, Accounts};
use crate::carrier::{Carrier, LocalCarrier};
use crate::classify::Classifiers;
use crate::idempotency::IdempotencyKey;
#[cfg(any(doc, not(feature = "geo")))]
use crate::locality::LocalityTable;
use crate::locality::{LocalityLookup, NoLocalityLookup};
use crate::names::CarrierName;
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
    ///
    /// ```
    /// use std::sync::Arc;
    /// use telnum::inventory::Inventory;
    /// use telnum::store::{MemoryStore, Store};
    ///
    /// let store = Arc::new(MemoryStore::new());
    /// let inventory = Inventory::builder(Arc::clone(&store)).build();
    /// assert!(store.events(0, 1)?.is_empty() && inventory.store().events(0, 1)?.is_empty());
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    pub fn builder(store: impl Store + 'static) -> InventoryBuilder {
        let store: Arc<dyn Store> = Arc::new(store);
        let services = Services {
            carriers: vec![Arc::new(LocalCarrier::new(Arc::clone(&store)))],
            has_own_stock: true,
            porting: Arc::new(StoredPorts(Arc::clone(&store))),
            has_stored_ports: true,
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
            resume_recovery: Resume::default(),
            resume_sweep: Resume::default(),
        };
        InventoryBuilder { services }
    }
}

impl InventoryBuilder {
    /// Sets the accounts. Default: no accounts.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree};
    /// use telnum::inventory::Inventory;
    /// use telnum::store::MemoryStore;
    ///
    /// let shop = "shop".parse()?;
    /// let accounts = AccountTree::new([Account::new(shop)])?;
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// assert!(inventory.accounts().can_manage(shop.into(), shop));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn accounts(mut self, accounts: impl Accounts + 'static) -> Self {
        self.services.accounts = Arc::new(accounts);
        self
    }

    /// Sets the normalizer of texts, to which an account's dial plan is added. Default:
    /// [`Normalizer::reference`].
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::{normalize::Normalizer, plan::Region};
    ///
    /// let uk = Normalizer::strict(Region::GB).with_reconcilable(r"^\+\d+$")?;
    /// let inventory = Inventory::builder(MemoryStore::new()).normalizer(uk).build();
    /// let free = Create::default().with_state(State::Available);
    /// let created = inventory.create(["020 7946 0000"], &free, &Options::new(Actor::System))?.single()?;
    /// assert_eq!(created.number(), "+442079460000".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn normalizer(mut self, normalizer: Normalizer) -> Self {
        self.services.normalizer = normalizer;
        self
    }

    /// Sets the classifiers. Default: [`Classifiers::north_america`].
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    /// use telnum::inventory::Inventory;
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).classifiers(Classifiers::reference()).build();
    /// assert_eq!(inventory.classifiers().classify("811").unwrap().rule().name(), "emergency");
    /// ```
    pub fn classifiers(mut self, classifiers: Classifiers) -> Self {
        self.services.classifiers = classifiers;
        self
    }

    /// Adds a carrier after the others, or replaces the one with the same name. Default:
    /// [`LocalCarrier`].
    ///
    /// ```
    /// # use telnum::{account::{Account, AccountTree}, store::MemoryStore};
    /// use telnum::carrier::NumberSearch;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let telnyx = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 10);
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).carrier(telnyx).build();
    /// let found = inventory.activate(["+14158860003"], &Options::new(shop))?.single()?;
    /// assert_eq!(found.carrier().as_str(), "telnyx");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn carrier(mut self, carrier: impl Carrier + 'static) -> Self {
        self.services.carriers.retain(|other| other.name() != carrier.name());
        self.services.has_own_stock &= carrier.name() != CarrierName::LOCAL;
        self.services.carriers.push(Arc::new(carrier));
        self
    }

    /// Removes all carriers, including [`LocalCarrier`]. Numbers of the built-in carriers can still be
    /// released, since those carriers take no orders.
    ///
    /// ```
    /// # use telnum::{account::{Account, AccountTree}, store::MemoryStore};
    /// use telnum::inventory::{Inventory, Options};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).without_carriers().build();
    /// // Nobody sells a number.
    /// assert!(!inventory.reserve(["+14158867900"], &Options::new(shop))?.is_success());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_carriers(mut self) -> Self {
        self.services.carriers.clear();
        self
    }

    /// Sets the billing. Default: [`FreeBilling`].
    ///
    /// ```
    /// # use telnum::{account::{Account, AccountTree, Actor}, store::MemoryStore};
    /// use telnum::inventory::{Billing, BillingError, Charge, Create, Inventory, Options, Quote};
    ///
    /// # #[derive(Debug)]
    /// struct CashOnly;
    /// impl Billing for CashOnly {
    ///     fn quote(&self, _: &[Charge]) -> Result<Vec<Quote>, BillingError> { Err(BillingError::NotEnoughCredit) }
    /// }
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).billing(CashOnly).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// let error = inventory.create(["+14158867900"], &Create::default(), &options)?.single().unwrap_err();
    /// assert_eq!(error.to_string(), "not enough credit");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn billing(mut self, billing: impl Billing + 'static) -> Self {
        self.services.billing = Arc::new(billing);
        self
    }

    /// Sets the source of localities. Default: none.
    ///
    /// Fields that it leaves empty are filled from [`places`](Self::places).
    ///
    /// ```
    /// # use telnum::store::MemoryStore;
    /// use telnum::inventory::Inventory;
    /// use telnum::locality::LocalityTable;
    ///
    /// let table = LocalityTable::from_tsv("+1415\tUS\tCA\tSan Francisco\n")?;
    /// let inventory = Inventory::builder(MemoryStore::new()).localities(table).build();
    /// assert_eq!(inventory.prefixes("US", "San Francisco"), ["+1415".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn localities(mut self, localities: impl LocalityLookup + 'static) -> Self {
        self.services.localities = Arc::new(localities);
        self
    }

    /// Sets the source of the fields that [`localities`](Self::localities) leave empty. Default with the
    /// feature `geo`: `GeoLocalities`; without the feature, an empty [`LocalityTable`].
    ///
    /// ```
    /// # use telnum::store::MemoryStore;
    /// use telnum::inventory::Inventory;
    /// use telnum::locality::LocalityTable;
    ///
    /// // Fields that the localities leave empty stay empty.
    /// let inventory = Inventory::builder(MemoryStore::new()).places(LocalityTable::new()).build();
    /// ```
    pub fn places(mut self, places: impl LocalityLookup + 'static) -> Self {
        self.services.places = Arc::new(places);
        self
    }

    /// Sets the E911 provider. Default: an empty [`AddressBook`].
    ///
    /// ```
    /// # use telnum::store::MemoryStore;
    /// use telnum::feature::e911::E911Address;
    /// use telnum::{inventory::Inventory, provider::AddressBook};
    ///
    /// let office = E911Address::from_value(serde_json::json!({
    ///     "street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105",
    /// }))?;
    /// let inventory = Inventory::builder(MemoryStore::new()).e911(AddressBook::new([office])).build();
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    pub fn e911(mut self, provider: impl E911Provider + 'static) -> Self {
        self.services.e911 = Arc::new(provider);
        self
    }

    /// Sets the CNAM provider. Default: [`CnamNotifications`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use telnum::{inventory::Inventory, provider::CnamNotifications, store::MemoryStore};
    ///
    /// let names = Arc::new(CnamNotifications::default());
    /// let inventory = Inventory::builder(MemoryStore::new()).cnam(Arc::clone(&names)).build();
    /// assert!(names.all().is_empty());
    /// ```
    pub fn cnam(mut self, provider: impl CnamProvider + 'static) -> Self {
        self.services.cnam = Arc::new(provider);
        self
    }

    /// Sets the source of active port requests, for a service that keeps its port requests elsewhere.
    /// Default: the store.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// # use telnum::{PhoneNumber, inventory::{ActivePort, PortingLookup}, store::StoreError};
    /// use telnum::inventory::{Create, Inventory, Options};
    ///
    /// # struct Elsewhere;
    /// # impl PortingLookup for Elsewhere {
    /// #     fn ports(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<ActivePort>>, StoreError> {
    /// #         Ok(numbers.iter().map(|_| "shop".parse().ok().map(ActivePort::new)).collect())
    /// #     }
    /// # }
    /// // According to `Elsewhere`, the account `shop` is porting in the number.
    /// let inventory = Inventory::builder(MemoryStore::new()).porting(Elsewhere).build();
    /// let free = Create::default().with_state(State::Available);
    /// assert!(!inventory.create(["+14158867900"], &free, &Options::new(Actor::System))?.is_success());
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    pub fn porting(mut self, porting: impl PortingLookup + 'static) -> Self {
        self.services.porting = Arc::new(porting);
        self.services.has_stored_ports = false;
        self
    }

    /// Sets the operator's policy. Default: [`Policy::default`].
    ///
    /// ```
    /// # use telnum::store::MemoryStore;
    /// use telnum::{inventory::Inventory, policy::Policy};
    ///
    /// let policy = Policy::default().with_delete_on_release(true);
    /// let inventory = Inventory::builder(MemoryStore::new()).policy(policy.clone()).build();
    /// assert_eq!(inventory.policy(), &policy);
    /// ```
    pub fn policy(mut self, policy: Policy) -> Self {
        self.services.policy = policy;
        self
    }

    /// Sets the limits on calls. Default: [`InventoryLimits::default`].
    ///
    /// ```
    /// # use telnum::{account::Actor, store::MemoryStore};
    /// use telnum::inventory::{Inventory, InventoryLimits, Options};
    ///
    /// let limits = InventoryLimits::default().with_max_numbers(1);
    /// let inventory = Inventory::builder(MemoryStore::new()).limits(limits).build();
    /// let numbers = ["+14158867900", "+14158867901"];
    /// assert!(inventory.get(numbers, &Options::new(Actor::System)).is_err());
    /// ```
    pub fn limits(mut self, limits: InventoryLimits) -> Self {
        self.services.limits = limits;
        self
    }

    /// Sets the clock. Default: the system's clock.
    ///
    /// ```
    /// # use telnum::{Timestamp, store::MemoryStore};
    /// use telnum::inventory::Inventory;
    ///
    /// let noon: Timestamp = "2026-03-01T12:00:00Z".parse()?;
    /// let inventory = Inventory::builder(MemoryStore::new()).clock(move || noon).build();
    /// assert_eq!(inventory.now(), noon);
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.services.clock = Arc::new(clock);
        self
    }

    /// Sets the source of the idempotency keys of external effects, which must never return a key
    /// twice. Default: 128 random bits.
    ///
    /// ```
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use telnum::idempotency::IdempotencyKey;
    ///
    /// // A test has the same keys in every run.
    /// let next = AtomicU64::new(1);
    /// let keys = move || IdempotencyKey::from_bits(0, next.fetch_add(1, Ordering::Relaxed));
    /// let inventory = Inventory::builder(MemoryStore::new()).keys(keys).build();
    /// ```
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
