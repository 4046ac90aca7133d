//! The built-in carriers, which sell numbers of the service's own store and take no orders.

use serde_json::Value;

use super::search::is_successor;
use super::{Availability, Carrier, CarrierError, NumberSearch, Offer};
use crate::account::AccountId;
use crate::idempotency::IdempotencyKey;
use crate::lifecycle::State;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;
use crate::store::{Query, Store, StoreError, Stored};

/// The carrier `local`, which sells to accounts only. It sells the available numbers of a store, whatever
/// carrier they were bought from, except those in the pool of another account.
///
/// An [`Inventory`](crate::inventory::Inventory) includes it unless it is built [without
/// carriers](crate::inventory::InventoryBuilder::without_carriers).
#[derive(Clone, Copy, Debug)]
#[doc(alias = "knm_local")]
pub struct LocalCarrier<S>(S);

/// The carrier `managed`. Each account has a pool of available numbers, from which it buys; if the pool is
/// empty, it buys from the pool of its reseller. A record of the carrier `managed` is in the pool of the
/// account that the field `pool` of its carrier data names.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "knm_managed")]
pub struct ManagedCarrier<S>(S);

/// The carrier `reserved` or `reserved_reseller`. It finds the numbers that an account, or its reseller, has
/// reserved. They are not for sale.
#[derive(Clone, Copy, Debug)]
#[doc(alias("knm_reserved", "knm_reserved_reseller"))]
pub struct ReservedCarrier<S> {
    name: CarrierName,
    store: S,
}

/// The carrier `mdn` of mobile numbers, which are not for sale.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "knm_mdn")]
pub struct MdnCarrier;

/// The maximum number of records to read in one call.
const PAGE_SIZE: usize = 1_000;

impl<S: Store> LocalCarrier<S> {
    /// Creates the carrier that sells the available numbers of `store`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use telnum::carrier::{Carrier, LocalCarrier, NumberSearch};
    /// use telnum::store::MemoryStore;
    ///
    /// let stock = LocalCarrier::new(Arc::new(MemoryStore::new()));
    /// let search = NumberSearch::new("+1415".parse()?).with_account("shop".parse()?);
    /// assert_eq!(stock.search(&search)?, []);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new(store: S) -> Self {
        Self(store)
    }
}

impl<S: Store> ManagedCarrier<S> {
    /// Creates the carrier that sells the pools of `store`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use telnum::carrier::{Carrier, ManagedCarrier};
    /// use telnum::inventory::Inventory;
    /// use telnum::store::MemoryStore;
    ///
    /// let store = Arc::new(MemoryStore::new());
    /// let pools = ManagedCarrier::new(store.clone());
    /// assert_eq!(pools.name().as_str(), "managed");
    /// let inventory = Inventory::builder(store).carrier(pools).build();
    /// ```
    #[must_use]
    pub const fn new(store: S) -> Self {
        Self(store)
    }

    /// Searches the pool of `account`.
    fn search_pool(&self, search: &NumberSearch, account: AccountId) -> Result<Vec<Offer>, CarrierError> {
        let query = Query { carrier: Some(CarrierName::MANAGED), ..query_for(search, State::Available) };
        search_store(&self.0, CarrierName::MANAGED, &query, search, |record| {
            pool_of(record) == Some(account.as_str())
        })
    }
}

impl<S: Store> ReservedCarrier<S> {
    /// Creates the carrier `reserved`, which finds the numbers of `store` that the account has reserved.
    ///
    /// ```
    /// use telnum::carrier::{Carrier, CarrierError, NumberSearch, ReservedCarrier};
    /// use telnum::names::CarrierName;
    /// use telnum::store::MemoryStore;
    ///
    /// let reserved = ReservedCarrier::of_account(MemoryStore::new());
    /// assert_eq!(reserved.name(), CarrierName::RESERVED);
    /// // The account must be known.
    /// assert_eq!(reserved.search(&NumberSearch::new("+1415".parse()?)), Err(CarrierError::Unsupported));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub const fn of_account(store: S) -> Self {
        Self { name: CarrierName::RESERVED, store }
    }

    /// Creates the carrier `reserved_reseller`, which finds the numbers of `store` that the account's
    /// reseller has reserved.
    ///
    /// ```
    /// use telnum::carrier::{Carrier, ReservedCarrier};
    /// use telnum::names::CarrierName;
    /// use telnum::store::MemoryStore;
    ///
    /// let reserved = ReservedCarrier::of_reseller(MemoryStore::new());
    /// assert_eq!(reserved.name(), CarrierName::RESERVED_RESELLER);
    /// ```
    #[must_use]
    pub const fn of_reseller(store: S) -> Self {
        Self { name: CarrierName::RESERVED_RESELLER, store }
    }
}

/// Returns the query of `search` for unclaimed numbers in `state`.
fn query_for(search: &NumberSearch, state: State) -> Query {
    Query { prefix: Some(search.prefix), states: [state].into(), pending: Some(false), ..Query::default() }
}

/// Returns the id of the account to whose pool `record` belongs, if any.
fn pool_of(record: &NumberRecord) -> Option<&str> {
    let data = record.carrier_data().filter(|_| record.carrier() == CarrierName::MANAGED)?;
    data.get("pool")?.as_str()
}

/// Returns whether `record` is in no pool, or in the pool of `account` or `reseller`.
pub(crate) fn is_in_pool_for(
    record: &NumberRecord,
    account: Option<AccountId>,
    reseller: Option<AccountId>,
) -> bool {
    pool_of(record).is_none_or(|pool| [account, reseller].iter().flatten().any(|id| id.as_str() == pool))
}

/// Returns whether the number of `record` is in the stock and for sale.
fn is_in_stock(record: &NumberRecord) -> bool {
    record.state() == State::Available && !record.is_returned() && record.pending().is_none()
}

/// Returns whether [`LocalCarrier`] sells the number of `record` to `account`, whose reseller is `reseller`.
pub(crate) fn is_in_stock_for(
    record: &NumberRecord,
    account: Option<AccountId>,
    reseller: Option<AccountId>,
) -> bool {
    is_in_stock(record) && is_in_pool_for(record, account, reseller)
}

/// Returns offers by `carrier` of the first numbers in `store` that match `query` and `is_match`, and
/// are consecutive if `search` requires it.
fn search_store(
    store: &impl Store,
    carrier: CarrierName,
    query: &Query,
    search: &NumberSearch,
    is_match: impl Fn(&NumberRecord) -> bool,
) -> Result<Vec<Offer>, CarrierError> {
    let mut offers: Vec<Offer> = Vec::new();
    let mut after = None;
    while offers.len() < search.quantity {
        let page = store.scan(query, after, PAGE_SIZE).map_err(|error| store_failed(carrier, &error))?;
        for record in page.items.iter().filter(|record| !record.is_returned() && is_match(record)) {
            let number = record.number();
            if search.consecutive && offers.last().is_some_and(|last| !is_successor(number, last.number)) {
                offers.clear();
            }
            offers
                .push(Offer { carrier_data: record.carrier_data().cloned(), ..Offer::new(number, carrier) });
            if offers.len() == search.quantity {
                return Ok(offers);
            }
        }
        after = match page.next {
            Some(next) => Some(next),
            None => break,
        };
    }
    Ok(if search.consecutive { Vec::new() } else { offers })
}

/// Returns whether each of `numbers` is available and unclaimed in `store`, and matches `is_match`.
fn check_store(
    store: &impl Store,
    carrier: CarrierName,
    numbers: &[PhoneNumber],
    is_match: impl Fn(&NumberRecord) -> bool,
) -> Result<Vec<Availability>, CarrierError> {
    let check = |stored: Option<Stored<NumberRecord>>| {
        let is_available = stored.is_some_and(|record| is_in_stock(&record) && is_match(&record));
        if is_available { Availability::Available } else { Availability::Unavailable }
    };
    let mut checked = Vec::with_capacity(numbers.len());
    for numbers in numbers.chunks(PAGE_SIZE) {
        let records = store.get_many(numbers).map_err(|error| store_failed(carrier, &error))?;
        checked.extend(records.into_iter().map(check));
    }
    Ok(checked)
}

fn store_failed(carrier: CarrierName, error: &StoreError) -> CarrierError {
    CarrierError::unknown(carrier, error)
}

impl<S: Store> Carrier for LocalCarrier<S> {
    fn name(&self) -> CarrierName {
        CarrierName::LOCAL
    }

    fn takes_orders(&self) -> bool {
        false
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        search.account.ok_or(CarrierError::Unsupported)?;
        let query = query_for(search, State::Available);
        search_store(&self.0, CarrierName::LOCAL, &query, search, |record| {
            is_in_pool_for(record, search.account, search.reseller)
        })
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        self.check_for(numbers, None, None)
    }

    fn check_for(
        &self,
        numbers: &[PhoneNumber],
        account: Option<AccountId>,
        reseller: Option<AccountId>,
    ) -> Result<Vec<Availability>, CarrierError> {
        check_store(&self.0, CarrierName::LOCAL, numbers, |record| is_in_pool_for(record, account, reseller))
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl<S: Store> Carrier for ManagedCarrier<S> {
    fn name(&self) -> CarrierName {
        CarrierName::MANAGED
    }

    fn takes_orders(&self) -> bool {
        false
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        let account = search.account.ok_or(CarrierError::Unsupported)?;
        let own = self.search_pool(search, account)?;
        match search.reseller {
            Some(reseller) if own.is_empty() => self.search_pool(search, reseller),
            Some(_) | None => Ok(own),
        }
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        self.check_for(numbers, None, None)
    }

    fn check_for(
        &self,
        numbers: &[PhoneNumber],
        account: Option<AccountId>,
        reseller: Option<AccountId>,
    ) -> Result<Vec<Availability>, CarrierError> {
        check_store(&self.0, CarrierName::MANAGED, numbers, |record| {
            pool_of(record).is_some() && is_in_pool_for(record, account, reseller)
        })
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl<S: Store> Carrier for ReservedCarrier<S> {
    fn name(&self) -> CarrierName {
        self.name
    }

    fn takes_orders(&self) -> bool {
        false
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        let owner = if self.name == CarrierName::RESERVED { search.account } else { search.reseller };
        let owner = Some(owner.ok_or(CarrierError::Unsupported)?);
        let query = Query { owner, ..query_for(search, State::Reserved) };
        search_store(&self.store, self.name, &query, search, |_| true)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Unavailable; numbers.len()])
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl Carrier for MdnCarrier {
    fn name(&self) -> CarrierName {
        CarrierName::MDN
    }

    fn takes_orders(&self) -> bool {
        false
    }

    fn search(&self, _: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        Err(CarrierError::Unsupported)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Unavailable; numbers.len()])
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Err(CarrierError::Unsupported)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}
