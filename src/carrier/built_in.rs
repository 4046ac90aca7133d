//! The carriers of the system itself: they sell what is in its own store.

use std::sync::Arc;

use serde_json::Value;

use super::search::follows;
use super::{Availability, Carrier, CarrierError, Found, Search};
use crate::account::AccountId;
use crate::idempotency::IdempotencyKey;
use crate::lifecycle::State;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;
use crate::store::{Query, Store, StoreError};

/// The numbers of the system that are free, whoever carries them, but for those of others' pools: for
/// accounts only.
#[derive(Clone, Debug)]
pub struct Local(Arc<dyn Store>);

/// A pool of numbers for each account, or its reseller's where it has none: numbers that are free,
/// of the carrier `managed`, whose carrier data name the account as `pool`.
#[derive(Clone, Debug)]
pub struct Managed(Arc<dyn Store>);

/// The numbers that the account has reserved, or its reseller.
#[derive(Clone, Debug)]
pub struct ReservedBy {
    name: CarrierName,
    store: Arc<dyn Store>,
}

/// Mobile numbers, which are not for sale.
#[derive(Clone, Copy, Debug)]
pub struct Mdn;

impl Local {
    /// The free numbers of a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }
}

impl Managed {
    /// The pools of a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }

    fn pool(&self, search: &Search, account: AccountId) -> Result<Vec<Found>, CarrierError> {
        let query = Query { carrier: Some(CarrierName::MANAGED), ..wanted(search, State::Available) };
        collect(&*self.0, CarrierName::MANAGED, &query, search, |record| {
            pool(record) == Some(account.as_str())
        })
    }
}

impl ReservedBy {
    /// What the account itself has reserved, in a store.
    #[must_use]
    pub fn the_account(store: Arc<dyn Store>) -> Self {
        Self { name: CarrierName::RESERVED, store }
    }

    /// What its reseller has reserved, in a store.
    #[must_use]
    pub fn the_reseller(store: Arc<dyn Store>) -> Self {
        Self { name: CarrierName::RESERVED_RESELLER, store }
    }
}

/// What is in a state, and nothing is being done for.
fn wanted(search: &Search, state: State) -> Query {
    Query { prefix: Some(search.prefix), states: [state].into(), pending: Some(false), ..Query::default() }
}

/// The account whose pool a number is in.
fn pool(record: &NumberRecord) -> Option<&str> {
    let data = record.carrier_data().filter(|_| record.carrier() == CarrierName::MANAGED)?;
    data.get("pool")?.as_str()
}

/// Whether a number is in no pool but an account's, or that of the one that sells to it.
pub(crate) fn is_for(record: &NumberRecord, account: Option<AccountId>, reseller: Option<AccountId>) -> bool {
    pool(record).is_none_or(|pool| [account, reseller].iter().flatten().any(|id| id.as_str() == pool))
}

/// The first numbers of a query that are also what a function says; in a row, if they are to be.
fn collect(
    store: &dyn Store,
    carrier: CarrierName,
    query: &Query,
    search: &Search,
    is_one: impl Fn(&NumberRecord) -> bool,
) -> Result<Vec<Found>, CarrierError> {
    let mut found: Vec<Found> = Vec::new();
    let mut after = None;
    while found.len() < search.quantity {
        let page = store.scan(query, after, 1_000).map_err(|error| failed(carrier, &error))?;
        for record in page.items.iter().filter(|record| is_one(record)) {
            let number = record.number();
            if search.consecutive && found.last().is_some_and(|last| !follows(last.number, number)) {
                found.clear();
            }
            found.push(Found { carrier_data: record.carrier_data().cloned(), ..Found::new(number, carrier) });
            if found.len() == search.quantity {
                return Ok(found);
            }
        }
        after = match page.next {
            Some(next) => Some(next),
            None => break,
        };
    }
    Ok(if search.consecutive { Vec::new() } else { found })
}

/// Whether numbers are free in a store and also what a function says.
fn check(
    store: &dyn Store,
    carrier: CarrierName,
    numbers: &[PhoneNumber],
    is_one: impl Fn(&NumberRecord) -> bool,
) -> Result<Vec<Availability>, CarrierError> {
    let answer = |number: &PhoneNumber| {
        let stored = store.get(*number).map_err(|error| failed(carrier, &error))?;
        let is_free = stored.is_some_and(|record| {
            record.state() == State::Available && record.pending().is_none() && is_one(&record)
        });
        Ok(if is_free { Availability::Available } else { Availability::Unavailable })
    };
    numbers.iter().map(answer).collect()
}

fn failed(carrier: CarrierName, error: &StoreError) -> CarrierError {
    CarrierError::Unknown { carrier, reason: error.to_string().into() }
}

impl Carrier for Local {
    fn name(&self) -> CarrierName {
        CarrierName::LOCAL
    }

    fn takes_orders(&self) -> bool {
        false
    }

    fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError> {
        search.account.ok_or(CarrierError::NotAvailable)?;
        let query = wanted(search, State::Available);
        let is_one = |record: &NumberRecord| is_for(record, search.account, search.reseller);
        collect(&*self.0, CarrierName::LOCAL, &query, search, is_one)
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
        check(&*self.0, CarrierName::LOCAL, numbers, |record| is_for(record, account, reseller))
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl Carrier for Managed {
    fn name(&self) -> CarrierName {
        CarrierName::MANAGED
    }

    fn takes_orders(&self) -> bool {
        false
    }

    fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError> {
        let account = search.account.ok_or(CarrierError::NotAvailable)?;
        let own = self.pool(search, account)?;
        match search.reseller {
            Some(reseller) if own.is_empty() => self.pool(search, reseller),
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
        check(&*self.0, CarrierName::MANAGED, numbers, |record| {
            pool(record).is_some() && is_for(record, account, reseller)
        })
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl Carrier for ReservedBy {
    fn name(&self) -> CarrierName {
        self.name
    }

    fn takes_orders(&self) -> bool {
        false
    }

    fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError> {
        let owner = if self.name == CarrierName::RESERVED { search.account } else { search.reseller };
        let owner = Some(owner.ok_or(CarrierError::NotAvailable)?);
        let query = Query { owner, ..wanted(search, State::Reserved) };
        collect(&*self.store, self.name, &query, search, |_| true)
    }

    /// What is reserved is not sold by itself.
    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(numbers.iter().map(|_| Availability::Unavailable).collect())
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl Carrier for Mdn {
    fn name(&self) -> CarrierName {
        CarrierName::MDN
    }

    fn takes_orders(&self) -> bool {
        false
    }

    fn find(&self, _: &Search) -> Result<Vec<Found>, CarrierError> {
        Err(CarrierError::NotAvailable)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(numbers.iter().map(|_| Availability::Unavailable).collect())
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Err(CarrierError::NotAvailable)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}
