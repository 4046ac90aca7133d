use std::sync::atomic::{AtomicUsize, Ordering};

use crate::store::{Store, StoreError, delegate_store};

/// A store that fails at one of its calls, or at all calls from one on. Calls about leases neither fail nor
/// count, since the lease of a caller that crashed ends after a short time.
///
/// To interrupt a program between every two of its steps, run it with a store that fails at its first
/// call, then with one that fails at its second call, and so on until the store no longer fails.
///
/// ```
/// use telnum::record::NumberRecord;
/// use telnum::store::{Batch, Change, Expect, MemoryStore, Store};
/// use telnum::testing::{FaultyStore, StoreFault};
///
/// let number = "+14158867900".parse()?;
/// let record = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// let add = Batch::from(Change::put(record, Expect::Absent));
///
/// // The connection breaks after the commit, before it is acknowledged.
/// let store = FaultyStore::new(MemoryStore::new(), StoreFault::AfterCall, 1);
/// assert!(store.commit(add.clone()).unwrap_err().is_unknown());
/// assert!(store.get(number)?.is_some());
///
/// // The connection cannot be made.
/// let store = FaultyStore::new(MemoryStore::new(), StoreFault::Unreachable, 1);
/// assert!(!store.commit(add).unwrap_err().is_unknown());
/// assert!(store.get(number)?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FaultyStore<S> {
    store: S,
    fault: StoreFault,
    /// The index of the call that fails, from 1.
    at: usize,
    calls: AtomicUsize,
}

/// The kind of failure of a [`FaultyStore`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreFault {
    /// A call that has no effect and returns [`Unreachable`](StoreError::Unreachable).
    Unreachable,
    /// A call that has no effect and returns [`Backend`](StoreError::Backend).
    InsteadOfCall,
    /// A call that takes effect and returns [`Backend`](StoreError::Backend).
    AfterCall,
    /// A call that has no effect and returns [`Backend`](StoreError::Backend), like all later calls, as
    /// if the caller had crashed there.
    FromCallOn,
}

/// The cause of the errors of a [`FaultyStore`]: the index of the call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("call {0} was made to fail")]
struct Injected(usize);

impl<S> FaultyStore<S> {
    /// Creates a store that passes calls on to `store` and fails at call `at`, counted from 1.
    pub const fn new(store: S, fault: StoreFault, at: usize) -> Self {
        Self { store, fault, at, calls: AtomicUsize::new(0) }
    }

    /// Returns the number of calls so far.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, Store};
    /// use telnum::testing::{FaultyStore, StoreFault};
    ///
    /// let store = FaultyStore::new(MemoryStore::new(), StoreFault::FromCallOn, 2);
    /// assert!(store.events(0, 1).is_ok() && store.events(0, 1).is_err());
    /// assert_eq!(store.calls(), 2);
    /// ```
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Returns whether a call has failed.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, Store};
    /// use telnum::testing::{FaultyStore, StoreFault};
    ///
    /// // The program makes one call, so a fault at the second call ends the tests of crashes.
    /// let store = FaultyStore::new(MemoryStore::new(), StoreFault::FromCallOn, 2);
    /// store.events(0, 1)?;
    /// assert!(!store.has_failed());
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    pub fn has_failed(&self) -> bool {
        self.calls() >= self.at
    }

    /// Returns the wrapped store, which does not fail.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, Store};
    /// use telnum::testing::{FaultyStore, StoreFault};
    ///
    /// let store = FaultyStore::new(MemoryStore::new(), StoreFault::FromCallOn, 1);
    /// assert!(store.events(0, 1).is_err() && store.inner().events(0, 1).is_ok());
    /// ```
    pub const fn inner(&self) -> &S {
        &self.store
    }

    fn call<T>(&self, call: impl FnOnce(&S) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let place = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let failure = || StoreError::backend(Injected(place));
        match self.fault {
            StoreFault::Unreachable if place == self.at => Err(StoreError::unreachable(Injected(place))),
            StoreFault::InsteadOfCall if place == self.at => Err(failure()),
            StoreFault::FromCallOn if place >= self.at => Err(failure()),
            StoreFault::AfterCall if place == self.at => call(&self.store).and(Err(failure())),
            StoreFault::Unreachable
            | StoreFault::InsteadOfCall
            | StoreFault::FromCallOn
            | StoreFault::AfterCall => call(&self.store),
        }
    }
}

impl<S: Store> Store for FaultyStore<S> {
    delegate_store!(by call; get_many, scan, port_requests, scan_port_requests, active_port_requests,
        contact_lists, contact_lists_with, contact_page, new_contact_ids, commit, events, receipt, forget);
    delegate_store!(|this| &this.store; take_lease, max_changes);
}
