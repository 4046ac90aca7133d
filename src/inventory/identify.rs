use super::asked::What;
use super::{Error, Inventory, Options};
use crate::lifecycle::State;
use crate::record::{Route, RouteError};

impl Inventory {
    /// Whose a call to a number is, and how it is put through. A number that the system does not
    /// have may be on an active port request: then it is that account's.
    ///
    /// It is what a switch asks for each call, so nobody's rights are looked at; who is
    /// [confined](Options::confined) is told of the account's numbers, and of those that are nobody's.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let shop = "shop".parse()?;
    /// let accounts = AccountTree::new([Account::new(shop)])?;
    /// let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
    /// let system = Options::new(Actor::System);
    /// inventory.create(["+14158867900"], &Create::default(), &system.with_account(shop))?;
    ///
    /// let route = inventory.identify("(415) 886-7900", &system)?;
    /// assert_eq!((route.account_id, route.local, route.pending_port), (shop, true, false));
    /// let error = inventory.identify("+14158867901", &system).unwrap_err();
    /// assert_eq!(error.to_string(), "number +14158867901 not found");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If it is no number, or not there; if it takes no calls, or its account is disabled; or if the
    /// store fails.
    pub fn identify(&self, number: &str, options: &Options) -> Result<Route, Error> {
        let mut slots = self.read([number], options)?.slots;
        let number = match slots.pop().map(|slot| slot.what) {
            Some(What::Number(number)) => number,
            Some(What::Text(_)) | None => return Err(Error::NotReconcilable(number.into())),
        };
        let not_in_service = |source: RouteError| Error::NotInService { number, source };
        let stored = self.parts.store.get(number)?.filter(|stored| stored.state() != State::Deleted);
        if let Some(stored) = stored {
            if stored.state() != State::Available {
                self.check_confined(&stored, options)?;
            }
            return stored.route(self.accounts()).map_err(not_in_service);
        }
        let porting = self.porting_account(number)?;
        let account = porting.filter(|account| self.reaches(Some(*account), options));
        let account = account.ok_or(Error::NotFound(number))?;
        Route::of_port(number, account, self.accounts()).map_err(not_in_service)
    }
}
