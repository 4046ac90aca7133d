//! Stores, carriers and providers whose caller crashes during a call.

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

/// The index of the call at which the caller crashes, counted from 1 over all services that share it.
/// Default: none.
#[derive(Debug, Default)]
pub(crate) struct Crash {
    at: Option<(usize, CrashMoment)>,
    calls: AtomicUsize,
}

/// The moment of a crash: before the call takes effect, or after it has taken effect but before it
/// returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrashMoment {
    Before,
    After,
}

struct Crashed;

impl Crash {
    pub(crate) fn at(call: usize, moment: CrashMoment) -> Self {
        Self { at: Some((call, moment)), calls: AtomicUsize::new(0) }
    }

    pub(crate) fn happened(&self) -> bool {
        self.at.is_some_and(|(at, _)| self.calls.load(Ordering::SeqCst) >= at)
    }

    fn call<T>(&self, call: impl FnOnce() -> T) -> T {
        let place = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let Some((at, moment)) = self.at else { return call() };
        let done = (place < at || place == at && moment == CrashMoment::After).then(call);
        done.filter(|_| place < at).unwrap_or_else(|| resume_unwind(Box::new(Crashed)))
    }
}

/// Returns the result of `act`, or `None` if it crashed.
pub(crate) fn catch_crash<T>(act: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(done) => Some(done),
        Err(cause) if cause.is::<Crashed>() => None,
        Err(cause) => resume_unwind(cause),
    }
}

/// A service whose caller may crash.
#[derive(Debug)]
pub(crate) struct Crashing<T> {
    crash: Arc<Crash>,
    inner: T,
}

impl<T> Crashing<T> {
    pub(crate) fn new(crash: &Arc<Crash>, inner: T) -> Self {
        Self { crash: Arc::clone(crash), inner }
    }
}

impl Store for Crashing<Arc<MemoryStore>> {
    delegate_store!(by crash_around; get_many, scan, port_requests, scan_port_requests, active_port_requests,
        contact_lists, contact_lists_with, contact_page, new_contact_ids, commit, events, receipt, forget);
    // A caller that crashed holds no lease for long.
    delegate_store!(|this| &this.inner; take_lease, max_changes);
}

impl<T> Crashing<T> {
    fn crash_around<R>(&self, call: impl FnOnce(&T) -> R) -> R {
        self.crash.call(|| call(&self.inner))
    }
}

impl Carrier for Crashing<Arc<dyn Carrier>> {
    fn name(&self) -> CarrierName {
        self.inner.name()
    }

    fn info(&self) -> CarrierInfo {
        self.inner.info()
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        self.crash.call(|| self.inner.search(search))
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        // This call runs on its own thread, where a crash would go unnoticed; and it changes nothing.
        self.inner.check(numbers)
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.crash.call(|| self.inner.acquire(record, key))
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.crash.call(|| self.inner.disconnect(record, key))
    }
}

/// A carrier that fails the first order of a kind for a number, without executing or recording it.
#[derive(Debug)]
pub(crate) struct FailingCarrier {
    carrier: Arc<ScriptedCarrier>,
    faults: Mutex<Vec<(CarrierOrder, PhoneNumber, CarrierError)>>,
}

impl FailingCarrier {
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

impl Carrier for FailingCarrier {
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

/// An operation of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Provision,
    Remove,
    Set,
}

/// Providers that know every address, or none, and record the calls for each key.
#[derive(Debug, Default)]
pub(crate) struct Providers(Mutex<ProviderState>);

#[derive(Debug, Default)]
struct ProviderState {
    knows_no_address: bool,
    /// The error of the next call of a kind, which then has no effect.
    faults: Vec<(Call, ProviderError)>,
    streets: BTreeMap<PhoneNumber, String>,
    names: BTreeMap<PhoneNumber, String>,
    /// The keys of all calls.
    e911_keys: BTreeSet<IdempotencyKey>,
    cnam_keys: BTreeSet<IdempotencyKey>,
}

impl Providers {
    /// Records the active features of `records` as provisioned before.
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

    pub(crate) fn know_no_address(&self) {
        self.0.lock().unwrap().knows_no_address = true;
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

impl ProviderState {
    fn fail(&mut self, call: Call) -> Result<(), ProviderError> {
        let place = self.faults.iter().position(|fault| fault.0 == call);
        place.map_or(Ok(()), |place| Err(self.faults.remove(place).1))
    }

    fn e911(&mut self, key: IdempotencyKey, number: PhoneNumber, street: Option<String>) {
        // A repeated key has no effect.
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

impl E911Provider for Crashing<Arc<Providers>> {
    fn validate(&self, address: &E911Address) -> Result<E911Outcome, ProviderError> {
        self.crash.call(|| {
            let told = self.inner.0.lock().unwrap();
            Ok(if told.knows_no_address {
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
        self.crash.call(|| {
            let mut told = self.inner.0.lock().unwrap();
            told.fail(Call::Provision)?;
            if told.knows_no_address {
                return Ok(E911Outcome::from_candidates(Vec::new()));
            }
            told.e911(key, record.number(), Some(address.fields().street_address.clone()));
            Ok(E911Outcome::Provisioned(address.clone()))
        })
    }

    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.crash.call(|| {
            let mut told = self.inner.0.lock().unwrap();
            told.fail(Call::Remove)?;
            told.e911(key, record.number(), None);
            Ok(())
        })
    }
}

impl CnamProvider for Crashing<Arc<Providers>> {
    fn set(&self, record: &NumberRecord, cnam: &Cnam, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.crash.call(|| {
            let mut told = self.inner.0.lock().unwrap();
            told.fail(Call::Set)?;
            told.cnam(key, record.number(), Some(name_of(cnam)));
            Ok(())
        })
    }

    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.crash.call(|| {
            self.inner.0.lock().unwrap().cnam(key, record.number(), None);
            Ok(())
        })
    }
}
