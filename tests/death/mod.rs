//! Stores, carriers and providers during whose calls the caller dies.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use telnum::PhoneNumber;
use telnum::carrier::{Availability, Carrier, CarrierError, CarrierInfo, NumberSearch, Offer};
use telnum::feature::cnam::Cnam;
use telnum::feature::e911::{E911Address, E911Outcome};
use telnum::idempotency::IdempotencyKey;
use telnum::names::CarrierName;
use telnum::provider::{CnamProvider, E911Provider, ProviderError};
use telnum::record::NumberRecord;
use telnum::store::{MemoryStore, Store, delegate_store};
use telnum::testing::{CarrierOrder, ScriptedCarrier};

/// When the caller dies: at a call, counted from 1 over all that share it. The default: never.
#[derive(Debug, Default)]
pub(crate) struct Death {
    at: Option<(usize, Moment)>,
    calls: AtomicUsize,
}

/// Before the call does anything, or after it did all, before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Before,
    After,
}

struct Died;

impl Death {
    pub(crate) fn at(call: usize, moment: Moment) -> Self {
        Self { at: Some((call, moment)), calls: AtomicUsize::new(0) }
    }

    pub(crate) fn came(&self) -> bool {
        self.at.is_some_and(|(at, _)| self.calls.load(Ordering::SeqCst) >= at)
    }

    fn call<T>(&self, call: impl FnOnce() -> T) -> T {
        let place = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let Some((at, moment)) = self.at else { return call() };
        let done = (place < at || place == at && moment == Moment::After).then(call);
        done.filter(|_| place < at).unwrap_or_else(|| resume_unwind(Box::new(Died)))
    }
}

/// What comes of something, unless whoever does it dies.
pub(crate) fn survive<T>(act: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(done) => Some(done),
        Err(cause) if cause.is::<Died>() => None,
        Err(cause) => resume_unwind(cause),
    }
}

/// Something that its caller may die of.
#[derive(Debug)]
pub(crate) struct Mortal<T> {
    death: Arc<Death>,
    inner: T,
}

impl<T> Mortal<T> {
    pub(crate) fn new(death: &Arc<Death>, inner: T) -> Self {
        Self { death: Arc::clone(death), inner }
    }
}

impl Store for Mortal<Arc<MemoryStore>> {
    delegate_store!(by survive_call);
    delegate_store!(|this| &this.inner; max_changes);
}

impl<T> Mortal<T> {
    fn survive_call<R>(&self, call: impl FnOnce(&T) -> R) -> R {
        self.death.call(|| call(&self.inner))
    }
}

impl Carrier for Mortal<Arc<dyn Carrier>> {
    fn name(&self) -> CarrierName {
        self.inner.name()
    }

    fn info(&self) -> CarrierInfo {
        self.inner.info()
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        self.death.call(|| self.inner.search(search))
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        // Asked from a thread of its own, which takes nobody along; and nothing is done by it.
        self.inner.check(numbers)
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.death.call(|| self.inner.acquire(record, key))
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.death.call(|| self.inner.disconnect(record, key))
    }
}

/// A carrier that fails at the first order of a kind for a number, does nothing, and forgets it.
#[derive(Debug)]
pub(crate) struct Fickle {
    carrier: Arc<ScriptedCarrier>,
    faults: Mutex<Vec<(CarrierOrder, PhoneNumber, CarrierError)>>,
}

impl Fickle {
    pub(crate) fn new(carrier: &Arc<ScriptedCarrier>) -> Self {
        Self { carrier: Arc::clone(carrier), faults: Mutex::default() }
    }

    pub(crate) fn refuse(&self, order: CarrierOrder, number: PhoneNumber) {
        let refused = CarrierError::Refused { carrier: self.carrier.name(), reason: "not now".into() };
        self.faults.lock().unwrap().push((order, number, refused));
    }

    pub(crate) fn lose(&self, order: CarrierOrder, number: PhoneNumber) {
        let lost = CarrierError::Unknown { carrier: self.carrier.name(), reason: "connection lost".into() };
        self.faults.lock().unwrap().push((order, number, lost));
    }

    fn fail(&self, order: CarrierOrder, number: PhoneNumber) -> Result<(), CarrierError> {
        let mut faults = self.faults.lock().unwrap();
        let place = faults.iter().position(|fault| (fault.0, fault.1) == (order, number));
        place.map_or(Ok(()), |place| Err(faults.remove(place).2))
    }
}

impl Carrier for Fickle {
    fn name(&self) -> CarrierName {
        self.carrier.name()
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        self.carrier.search(search)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        self.carrier.check(numbers)
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.fail(CarrierOrder::Acquire, record.number())?;
        self.carrier.acquire(record, key)
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.fail(CarrierOrder::Disconnect, record.number())?;
        self.carrier.disconnect(record, key)
    }
}

/// What a provider is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Provision,
    Remove,
    Set,
}

/// Providers that know every address, or none, and remember what they were told under each key.
#[derive(Debug, Default)]
pub(crate) struct Providers(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    knows_nothing: bool,
    /// How the next call of a kind fails, which then does nothing.
    faults: Vec<(Call, ProviderError)>,
    streets: BTreeMap<PhoneNumber, String>,
    names: BTreeMap<PhoneNumber, String>,
    /// The keys they were told something under.
    e911_keys: BTreeSet<IdempotencyKey>,
    cnam_keys: BTreeSet<IdempotencyKey>,
}

impl Providers {
    /// They were told of numbers before.
    pub(crate) fn already(&self, records: &[NumberRecord]) {
        let mut told = self.0.lock().unwrap();
        for record in records {
            let Some(active) = record.active() else { continue };
            if let Some(address) = &active.e911 {
                told.streets.insert(record.number(), address.fields().street_address.clone());
            }
            if let Some(cnam) = &active.cnam {
                told.names.insert(record.number(), name_of(cnam));
            }
        }
    }

    pub(crate) fn know_nothing(&self) {
        self.0.lock().unwrap().knows_nothing = true;
    }

    pub(crate) fn fail_next(&self, call: Call, error: ProviderError) {
        self.0.lock().unwrap().faults.push((call, error));
    }

    pub(crate) fn street(&self, number: PhoneNumber) -> Option<String> {
        self.0.lock().unwrap().streets.get(&number).cloned()
    }

    pub(crate) fn name(&self, number: PhoneNumber) -> Option<String> {
        self.0.lock().unwrap().names.get(&number).cloned()
    }
}

impl Told {
    fn fail(&mut self, call: Call) -> Result<(), ProviderError> {
        let place = self.faults.iter().position(|fault| fault.0 == call);
        place.map_or(Ok(()), |place| Err(self.faults.remove(place).1))
    }

    fn e911(&mut self, key: IdempotencyKey, number: PhoneNumber, street: Option<String>) {
        // Who is told the same key again does nothing again.
        if self.e911_keys.insert(key) {
            match street {
                Some(street) => drop(self.streets.insert(number, street)),
                None => drop(self.streets.remove(&number)),
            }
        }
    }

    fn cnam(&mut self, key: IdempotencyKey, number: PhoneNumber, name: Option<String>) {
        if self.cnam_keys.insert(key) {
            match name {
                Some(name) => drop(self.names.insert(number, name)),
                None => drop(self.names.remove(&number)),
            }
        }
    }
}

fn name_of(cnam: &Cnam) -> String {
    serde_json::to_value(cnam).unwrap()["display_name"].as_str().unwrap_or_default().to_owned()
}

impl E911Provider for Mortal<Arc<Providers>> {
    fn validate(&self, address: &E911Address) -> Result<E911Outcome, ProviderError> {
        self.death.call(|| {
            let told = self.inner.0.lock().unwrap();
            Ok(if told.knows_nothing {
                E911Outcome::from_candidates(Vec::new())
            } else {
                E911Outcome::Provisioned(address.clone())
            })
        })
    }

    fn provision(
        &self,
        record: &NumberRecord,
        address: &E911Address,
        key: IdempotencyKey,
    ) -> Result<E911Outcome, ProviderError> {
        self.death.call(|| {
            let mut told = self.inner.0.lock().unwrap();
            told.fail(Call::Provision)?;
            if told.knows_nothing {
                return Ok(E911Outcome::from_candidates(Vec::new()));
            }
            told.e911(key, record.number(), Some(address.fields().street_address.clone()));
            Ok(E911Outcome::Provisioned(address.clone()))
        })
    }

    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.death.call(|| {
            let mut told = self.inner.0.lock().unwrap();
            told.fail(Call::Remove)?;
            told.e911(key, record.number(), None);
            Ok(())
        })
    }
}

impl CnamProvider for Mortal<Arc<Providers>> {
    fn set(&self, record: &NumberRecord, cnam: &Cnam, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.death.call(|| {
            let mut told = self.inner.0.lock().unwrap();
            told.fail(Call::Set)?;
            told.cnam(key, record.number(), Some(name_of(cnam)));
            Ok(())
        })
    }

    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.death.call(|| {
            self.inner.0.lock().unwrap().cnam(key, record.number(), None);
            Ok(())
        })
    }
}
