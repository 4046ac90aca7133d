use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::contact::{
    ContactEvent, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OwnerId,
};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortEvent, PortRequest, PortRequestId};
use crate::record::NumberRecord;
use crate::store::{
    Batch, ContactStore, Logged, NumberStore, Page, PortQuery, PortRequestStore, Query, Revision, StoreError,
    Stored,
};

/// A store that fails at one of its calls, or from one on.
///
/// Run something against a store that fails at its first call, at its second and so on, until it no
/// longer fails: then it was stopped between every two steps.
///
/// ```
/// use telnum::record::NumberRecord;
/// use telnum::testing::{FaultyStore, StoreFault};
/// use telnum::store::{Batch, Change, Expect, MemoryStore, NumberStore};
///
/// let number = "+14158867900".parse()?;
/// let record = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// let add = Batch::from(Change::put(record, Expect::Absent));
///
/// // The connection breaks after the commit, before it is acknowledged.
/// let store = FaultyStore::new(MemoryStore::new(), StoreFault::AfterCall, 1);
/// assert!(store.commit(add.clone()).is_err());
/// assert!(store.get(number)?.is_some());
///
/// // The disk is full.
/// let store = FaultyStore::new(MemoryStore::new(), StoreFault::InsteadOfCall, 1);
/// assert!(store.commit(add).is_err());
/// assert!(store.get(number)?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FaultyStore<S> {
    store: S,
    fault: StoreFault,
    /// The place of the call, from 1.
    at: usize,
    calls: AtomicUsize,
}

/// How a store fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreFault {
    /// One call does nothing.
    InsteadOfCall,
    /// One call is done, but says that it failed.
    AfterCall,
    /// No call does anything from that one on: whoever calls is as good as dead.
    FromCallOn,
}

/// The failure of a [`FaultyStore`] store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("call {0} was made to fail")]
pub struct Injected(usize);

impl<S> FaultyStore<S> {
    /// A store that fails at a call, counted from 1.
    pub const fn new(store: S, fault: StoreFault, at: usize) -> Self {
        Self { store, fault, at, calls: AtomicUsize::new(0) }
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Whether it has failed.
    pub fn has_failed(&self) -> bool {
        self.calls() >= self.at
    }

    /// The store, which does not fail.
    pub const fn inner(&self) -> &S {
        &self.store
    }

    fn call<T>(&self, call: impl FnOnce(&S) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let place = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let injected = || StoreError::Backend(Box::new(Injected(place)));
        match self.fault {
            StoreFault::InsteadOfCall if place == self.at => Err(injected()),
            StoreFault::FromCallOn if place >= self.at => Err(injected()),
            StoreFault::AfterCall if place == self.at => call(&self.store).and(Err(injected())),
            StoreFault::InsteadOfCall | StoreFault::FromCallOn | StoreFault::AfterCall => call(&self.store),
        }
    }
}

impl<S: NumberStore> NumberStore for FaultyStore<S> {
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        self.call(|store| store.get(number))
    }

    fn commit(&self, batch: Batch) -> Result<Vec<Revision>, StoreError> {
        self.call(|store| store.commit(batch))
    }

    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        self.call(|store| store.scan(query, after, limit))
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        self.call(|store| store.events(after, limit))
    }

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        self.call(|store| store.receipt(key))
    }
}

impl<S: PortRequestStore> PortRequestStore for FaultyStore<S> {
    fn port_request(&self, id: PortRequestId) -> Result<Option<Stored<PortRequest>>, StoreError> {
        self.call(|store| store.port_request(id))
    }

    fn commit_port_requests(&self, batch: Batch<PortRequest>) -> Result<Vec<Revision>, StoreError> {
        self.call(|store| store.commit_port_requests(batch))
    }

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        self.call(|store| store.scan_port_requests(query, after, limit))
    }

    fn active_port_request(&self, number: PhoneNumber) -> Result<Option<Stored<PortRequest>>, StoreError> {
        self.call(|store| store.active_port_request(number))
    }

    fn port_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<PortEvent>>, StoreError> {
        self.call(|store| store.port_events(after, limit))
    }

    fn port_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        self.call(|store| store.port_receipt(key))
    }
}

impl<S: ContactStore> ContactStore for FaultyStore<S> {
    fn contact_list(&self, owner: OwnerId) -> Result<Option<Stored<ContactList>>, StoreError> {
        self.call(|store| store.contact_list(owner))
    }

    fn contact_list_with(&self, id: ContactId) -> Result<Option<Stored<ContactList>>, StoreError> {
        self.call(|store| store.contact_list_with(id))
    }

    fn new_contact_id(&self) -> Result<ContactId, StoreError> {
        self.call(S::new_contact_id)
    }

    fn commit_contacts(&self, batch: Batch<ContactList>) -> Result<Vec<Revision>, StoreError> {
        self.call(|store| store.commit_contacts(batch))
    }

    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        self.call(|store| store.contact_page(query))
    }

    fn contact_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<ContactEvent>>, StoreError> {
        self.call(|store| store.contact_events(after, limit))
    }

    fn contact_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        self.call(|store| store.contact_receipt(key))
    }
}
