//! The configuration of the API.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::search_cache::SearchCache;
use crate::account::AccountId;
use crate::document::FieldError;
use crate::http::server::auth::Authenticate;
use crate::http::server::body::OpenBodies;
use crate::http::server::execution::ExecutionMode;
use crate::http::server::limits::ServerLimits;
use crate::inventory::{AppLookup, Inventory, InventoryError, NumberInput, Options, Outcome};
use crate::lifecycle::State;
use crate::porting::desk::PortDesk;
use crate::porting::{UnitedStates, ZoneOffsets};
use crate::record::{Document, Shape, Update};
use crate::store::Store;

/// The configuration of the API: an inventory, authentication, and settings. It is cheap to clone.
///
/// ```
/// use telnum::http::{ExecutionMode, KazooApi, ServerLimits, TokenTable, kazoo};
/// use telnum::inventory::Inventory;
/// use telnum::record::Shape;
/// use telnum::{PhoneNumber, store::MemoryStore};
///
/// let inventory = Inventory::builder(MemoryStore::new()).build();
/// let api = KazooApi::new(inventory, TokenTable::default())
///     .with_limits(ServerLimits::default().with_max_body_bytes(64 * 1024))
///     .with_execution_mode(ExecutionMode::default())
///     .with_shape(Shape::ReadOnly)
///     .with_app_lookup(|_: PhoneNumber| Some("callflow".into()));
/// let service: axum::Router = axum::Router::new().nest("/v2", kazoo::router(api));
/// ```
#[derive(Clone)]
pub struct KazooApi {
    pub(super) state: Arc<KazooState>,
}

#[derive(Clone)]
pub(super) struct KazooState {
    pub(super) inventory: Inventory,
    pub(super) ports: PortDesk,
    pub(super) zones: Arc<dyn ZoneOffsets + Send + Sync>,
    pub(super) auth: Arc<dyn Authenticate>,
    pub(super) limits: ServerLimits,
    pub(super) open_bodies: OpenBodies,
    pub(super) execution: ExecutionMode,
    pub(super) shape: Shape,
    may_activate: Arc<dyn Fn(AccountId) -> bool + Send + Sync>,
    pub(super) apps: Option<Arc<dyn AppLookup + Send + Sync>>,
    sets_used_by: bool,
    /// The count of the numbers of the accounts below an account; `None` to count them.
    pub(super) count_below: Option<Arc<dyn Fn(AccountId) -> u64 + Send + Sync>>,
    pub(super) searches: Arc<SearchCache>,
}

impl KazooApi {
    /// Creates an API for `inventory`.
    #[must_use]
    pub fn new(inventory: Inventory, auth: impl Authenticate + 'static) -> Self {
        Self {
            state: Arc::new(KazooState {
                ports: PortDesk::new(inventory.clone()),
                zones: Arc::new(UnitedStates),
                inventory,
                auth: Arc::new(auth),
                limits: ServerLimits::default(),
                open_bodies: OpenBodies::default(),
                execution: ExecutionMode::default(),
                shape: Shape::Flat,
                may_activate: Arc::new(|_| true),
                apps: None,
                sets_used_by: false,
                count_below: None,
                searches: Arc::default(),
            }),
        }
    }

    /// Sets the desk of port requests, which must be that of the same inventory. Default: a desk with default
    /// settings and without a storage of files.
    ///
    /// ```
    /// # use telnum::{http::{KazooApi, TokenTable}, inventory::Inventory, store::MemoryStore};
    /// use telnum::porting::{PortSettings, desk::{MemoryDocuments, PortDesk}};
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let settings = PortSettings::default().with_allow_submitted_to_scheduled(true);
    /// let desk = PortDesk::new(inventory.clone()).with_settings(settings);
    /// let desk = desk.with_documents(MemoryDocuments::default());
    /// let api = KazooApi::new(inventory, TokenTable::default()).with_port_desk(desk);
    /// ```
    #[must_use]
    #[doc(alias = "port_requests")]
    pub fn with_port_desk(mut self, ports: PortDesk) -> Self {
        Arc::make_mut(&mut self.state).ports = ports;
        self
    }

    /// Sets the time zones of the dates for which ports are scheduled. Default: [`UnitedStates`].
    ///
    /// ```
    /// # use telnum::{http::{KazooApi, TokenTable}, inventory::Inventory, store::MemoryStore};
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// use telnum::porting::FixedOffsets;
    ///
    /// let api = KazooApi::new(inventory, TokenTable::default()).with_time_zones(FixedOffsets);
    /// ```
    #[must_use]
    pub fn with_time_zones(mut self, zones: impl ZoneOffsets + Send + Sync + 'static) -> Self {
        Arc::make_mut(&mut self.state).zones = Arc::new(zones);
        self
    }

    /// Sets the limits on requests.
    #[must_use]
    pub fn with_limits(mut self, limits: ServerLimits) -> Self {
        Arc::make_mut(&mut self.state).limits = limits;
        self
    }

    /// Sets the threads on which calls to the inventory run.
    #[must_use]
    pub fn with_execution_mode(mut self, execution: ExecutionMode) -> Self {
        Arc::make_mut(&mut self.state).execution = execution;
        self
    }

    /// Sets the shape of a number's document. The default is [`Shape::Flat`].
    #[must_use]
    pub fn with_shape(mut self, shape: Shape) -> Self {
        Arc::make_mut(&mut self.state).shape = shape;
        self
    }

    /// Sets a limit on activations. `may_activate` is called with the account once for each number to
    /// activate, but not in a dry run; if it returns `false`, the number fails with status 429.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// # use telnum::{http::{KazooApi, TokenTable}, inventory::Inventory, store::MemoryStore};
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let left = AtomicU32::new(100);
    /// let take = move |_| left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok();
    /// let api = KazooApi::new(inventory, TokenTable::default()).with_activation_limit(take);
    /// ```
    #[must_use]
    pub fn with_activation_limit(
        mut self,
        may_activate: impl Fn(AccountId) -> bool + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.state).may_activate = Arc::new(may_activate);
        self
    }

    /// Sets the lookup from which `fix` takes the application of each number. Without one, numbers keep
    /// their applications.
    #[must_use]
    pub fn with_app_lookup(mut self, apps: impl AppLookup + Send + Sync + 'static) -> Self {
        Arc::make_mut(&mut self.state).apps = Some(Arc::new(apps));
        self
    }

    /// Sets whether the field `used_by` of a changed document sets the application that answers the number, as
    /// in the published address request. By default the field is ignored: the applications themselves know
    /// which numbers they answer.
    ///
    /// ```
    /// # use telnum::http::{KazooApi, TokenTable};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let api = KazooApi::new(inventory, TokenTable::default()).with_used_by_changes(true);
    /// ```
    #[must_use]
    pub fn with_used_by_changes(mut self, sets_used_by: bool) -> Self {
        Arc::make_mut(&mut self.state).sets_used_by = sets_used_by;
        self
    }

    /// Sets the source of `casquade_quantity` in the list of an account's numbers: the count of the numbers of
    /// the accounts below it. By default each list [counts](Inventory::count_below) up to 10,000 of them, in up to 1,000 accounts; Kazoo
    /// takes the count from its billing.
    ///
    /// ```
    /// # use telnum::http::{KazooApi, TokenTable};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let billed = |account| if account == "reseller".parse().unwrap() { 250 } else { 0 };
    /// let api = KazooApi::new(inventory, TokenTable::default()).with_cascade_quantity(billed);
    /// ```
    #[must_use]
    #[doc(alias = "casquade_quantity")]
    pub fn with_cascade_quantity(
        mut self,
        count_below: impl Fn(AccountId) -> u64 + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.state).count_below = Some(Arc::new(count_below));
        self
    }

    /// Returns the store of the inventory.
    pub(in crate::http) fn store(&self) -> &Arc<dyn Store> {
        self.state.inventory.store()
    }

    /// Returns the update that a changed document asks for.
    pub(super) fn update_of(&self, document: Document) -> Result<Update, FieldError> {
        const USED_BY: &str = "used_by";
        let (Document::Replace(fields) | Document::Merge(fields)) = &document;
        let used_by = match fields.get(USED_BY).filter(|_| self.state.sets_used_by) {
            None => None,
            Some(Value::Null) => Some(None),
            Some(Value::String(app)) => Some((!app.is_empty()).then(|| app.as_str().into())),
            Some(other) => return Err(FieldError::wrong_type(USED_BY, "string", other)),
        };
        Ok(Update { document: Some(document), used_by, ..Update::default() })
    }

    /// Assigns numbers to the account of `options` and applies `document` to them.
    pub(super) fn assign<I>(
        &self,
        numbers: I,
        to: State,
        document: Map<String, Value>,
        options: &Options,
    ) -> Result<Outcome, InventoryError>
    where
        I: IntoIterator<Item: NumberInput>,
    {
        let may_activate = || options.account.is_some_and(|account| (self.state.may_activate)(account));
        let may_change = (to == State::InService).then_some(&may_activate as &dyn Fn() -> bool);
        self.state.inventory.assign(numbers, to, document, options, may_change)
    }
}

impl fmt::Debug for KazooApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KazooApi")
            .field("inventory", &self.state.inventory)
            .field("limits", &self.state.limits)
            .field("shape", &self.state.shape)
            .finish_non_exhaustive()
    }
}
