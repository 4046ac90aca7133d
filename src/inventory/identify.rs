use super::error::InventoryError;
use super::facade::Inventory;
use super::input::NumberInput;
use super::options::Options;
use crate::lifecycle::State;
use crate::record::{Refusal, Route, RouteError};

impl Inventory {
    /// Returns the account and the route of a call to `number`. A number that is not stored but on an
    /// active port request belongs to the request's account.
    ///
    /// A switch calls this method as [`Actor::System`](crate::account::Actor::System) for every call. An
    /// account finds available numbers, and the numbers of accounts that it may manage; all others appear
    /// absent. A [confined](Options::with_confined) call only finds available numbers and those of the
    /// account's subtree.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let shop = "shop".parse()?;
    /// let accounts = AccountTree::new([Account::new(shop)])?;
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let system = Options::new(Actor::System);
    /// inventory.create(["+14158867900"], &Create::default(), &system.with_account(shop))?;
    ///
    /// let route = inventory.identify("(415) 886-7900", &system)?;
    /// assert_eq!((route.account_id, route.local, route.pending_port), (shop, true, false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotReconcilable`](InventoryError::NotReconcilable) if `number` is a text that is not a phone
    ///   number.
    /// - [`NotFound`](InventoryError::NotFound) if the number is neither stored nor on a port request,
    ///   or is not visible.
    /// - [`NotInService`](InventoryError::NotInService) if the number takes no calls, or its account is
    ///   disabled.
    /// - [`Store`](InventoryError::Store) if the store fails.
    #[doc(alias = "lookup_number")]
    pub fn identify(&self, number: impl NumberInput, options: &Options) -> Result<Route, InventoryError> {
        let services = &*self.services;
        services.accounts.check_actor(options.actor).map_err(Refusal::from)?;
        let own = services.normalizer_of(options.account);
        let input = number.as_input();
        let number = input
            .number(own.as_ref().unwrap_or(&services.normalizer))
            .ok_or_else(|| InventoryError::NotReconcilable(input.text()))?;
        let not_in_service = |source: RouteError| InventoryError::NotInService { number, source };
        let is_admin = services.accounts.is_admin(options.actor);
        let can_manage = |owner| services.accounts.can_manage(options.actor, owner);
        let is_visible = |owner: Option<_>| {
            (is_admin || owner.is_some_and(can_manage)) && services.is_visible(owner, options)
        };
        let stored = services.store.get(number)?.filter(|stored| stored.state() != State::Deleted);
        if let Some(stored) = stored {
            if stored.state() != State::Available && !is_visible(stored.owner()) {
                return Err(InventoryError::NotFound(number));
            }
            return stored.route(self.accounts(), &services.policy).map_err(not_in_service);
        }
        if !services.policy.account_from_port_requests {
            return Err(InventoryError::NotFound(number));
        }
        let porting = services.active_ports(&[number]).account(number)?;
        let account = porting.filter(|account| is_visible(Some(*account)));
        let account = account.ok_or(InventoryError::NotFound(number))?;
        Route::of_port(number, account, self.accounts(), &services.policy).map_err(not_in_service)
    }
}
