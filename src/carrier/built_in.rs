//! The carriers of the system itself: they sell what is in its own store.

use std::sync::Arc;

use serde_json::Value;

use super::{Availability, Carrier, CarrierError, Found, Search};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::{EffectKey, NumberRecord};
use crate::store::{NumberStore, Query, StoreError};

/// The system's own numbers that are free: for accounts only.
#[derive(Clone, Debug)]
pub struct Local(Arc<dyn NumberStore>);

/// A pool of numbers for each account, or its reseller's where it has none: numbers that are free,
/// of the carrier `managed`, whose carrier data name the account as `pool`.
#[derive(Clone, Debug)]
pub struct Managed(Arc<dyn NumberStore>);

/// The numbers that the account has reserved, or its reseller.
#[derive(Clone, Debug)]
pub struct ReservedBy {
    name: CarrierName,
    store: Arc<dyn NumberStore>,
}

/// Mobile numbers, which are not for sale.
#[derive(Clone, Copy, Debug)]
pub struct Mdn;

impl Local {
    /// The free numbers of a store.
    #[must_use]
    pub fn new(store: Arc<dyn NumberStore>) -> Self {
        Self(store)
    }
}

impl Managed {
    /// The pools of a store.
    #[must_use]
    pub fn new(store: Arc<dyn NumberStore>) -> Self {
        Self(store)
    }

    fn pool(&self, search: &Search, account: AccountId) -> Result<Vec<Found>, CarrierError> {
        let query = free(search, CarrierName::MANAGED);
        collect(&*self.0, CarrierName::MANAGED, &query, search.quantity, |record| {
            record.carrier_data().and_then(|data| data.get("pool")).and_then(Value::as_str)
                == Some(account.as_str())
        })
    }
}

impl ReservedBy {
    /// What the account itself has reserved, in a store.
    #[must_use]
    pub fn the_account(store: Arc<dyn NumberStore>) -> Self {
        Self { name: CarrierName::RESERVED, store }
    }

    /// What its reseller has reserved, in a store.
    #[must_use]
    pub fn the_reseller(store: Arc<dyn NumberStore>) -> Self {
        Self { name: CarrierName::RESERVED_RESELLER, store }
    }
}

/// What is free of a carrier's.
fn free(search: &Search, carrier: CarrierName) -> Query {
    Query {
        prefix: Some(search.prefix),
        states: [State::Available].into(),
        carrier: Some(carrier),
        ..Query::default()
    }
}

/// The first numbers of a query that are also what a function says.
fn collect(
    store: &dyn NumberStore,
    carrier: CarrierName,
    query: &Query,
    quantity: usize,
    is_one: impl Fn(&NumberRecord) -> bool,
) -> Result<Vec<Found>, CarrierError> {
    let mut found = Vec::new();
    let mut after = None;
    while found.len() < quantity {
        let page = store.scan(query, after, 1_000).map_err(|error| failed(carrier, &error))?;
        let ones = page.items.iter().filter(|record| is_one(record));
        found.extend(ones.take(quantity - found.len()).map(|record| Found {
            carrier_data: record.carrier_data().cloned(),
            ..Found::new(record.number(), carrier)
        }));
        after = match page.next {
            Some(next) => Some(next),
            None => break,
        };
    }
    Ok(found)
}

/// Whether numbers are free in a store, whoever carries them.
fn check(
    store: &dyn NumberStore,
    carrier: CarrierName,
    numbers: &[PhoneNumber],
) -> Result<Vec<Availability>, CarrierError> {
    let answer = |number: &PhoneNumber| {
        let stored = store.get(*number).map_err(|error| failed(carrier, &error))?;
        let is_free = stored.is_some_and(|record| {
            record.carrier() == carrier && record.state() == State::Available && record.pending().is_none()
        });
        Ok(if is_free { Availability::Success } else { Availability::Error })
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

    fn is_told(&self) -> bool {
        false
    }

    fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError> {
        search.account.ok_or(CarrierError::NotAvailable)?;
        let query = free(search, CarrierName::LOCAL);
        collect(&*self.0, CarrierName::LOCAL, &query, search.quantity, |_| true)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        check(&*self.0, CarrierName::LOCAL, numbers)
    }

    fn acquire(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl Carrier for Managed {
    fn name(&self) -> CarrierName {
        CarrierName::MANAGED
    }

    fn is_told(&self) -> bool {
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
        check(&*self.0, CarrierName::MANAGED, numbers)
    }

    fn acquire(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl Carrier for ReservedBy {
    fn name(&self) -> CarrierName {
        self.name
    }

    fn is_told(&self) -> bool {
        false
    }

    fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError> {
        let owner = if self.name == CarrierName::RESERVED { search.account } else { search.reseller };
        let query = Query {
            prefix: Some(search.prefix),
            states: [State::Reserved].into(),
            owner: Some(owner.ok_or(CarrierError::NotAvailable)?),
            ..Query::default()
        };
        collect(&*self.store, self.name, &query, search.quantity, |_| true)
    }

    /// What is reserved is not sold by itself.
    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(numbers.iter().map(|_| Availability::Error).collect())
    }

    fn acquire(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

impl Carrier for Mdn {
    fn name(&self) -> CarrierName {
        CarrierName::MDN
    }

    fn is_told(&self) -> bool {
        false
    }

    fn find(&self, _: &Search) -> Result<Vec<Found>, CarrierError> {
        Err(CarrierError::NotAvailable)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(numbers.iter().map(|_| Availability::Error).collect())
    }

    fn acquire(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Err(CarrierError::NotAvailable)
    }

    fn disconnect(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}
