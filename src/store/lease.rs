//! Leases: the exclusive right of one process to perform a task.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Store, StoreError};

/// A lease in a store: the exclusive right to perform a task. It ends when it is dropped, or when its time is
/// over. [`StoreExt::lease`](super::StoreExt::lease) takes it.
///
/// ```
/// use std::time::Duration;
/// use telnum::store::{MemoryStore, StoreExt};
///
/// let store = MemoryStore::new();
/// let mut lease = store.lease("report", Duration::from_secs(60))?.expect("nobody has it");
/// for _page in 0..3 {
///     assert!(lease.renew()?);
/// }
/// drop(lease);
/// assert!(store.lease("report", Duration::from_secs(60))?.is_some());
/// # Ok::<(), telnum::store::StoreError>(())
/// ```
#[derive(Debug)]
#[must_use = "the lease ends when it is dropped"]
pub struct Lease<'a, S: Store + ?Sized> {
    store: &'a S,
    name: Box<str>,
    holder: u64,
    time: Duration,
    /// The time before the latest successful renewal.
    renewed: Instant,
}

/// The leases of a store that only one process uses, for implementations of
/// [`Store::take_lease`].
///
/// ```
/// use std::time::Duration;
/// use telnum::store::Leases;
///
/// let (leases, minute) = (Leases::default(), Duration::from_secs(60));
/// assert!(leases.take("sweep", 1, minute) && !leases.take("sweep", 2, minute));
/// leases.take("sweep", 1, Duration::ZERO);
/// assert!(leases.take("sweep", 2, minute));
/// ```
#[derive(Debug, Default)]
pub struct Leases(Mutex<HashMap<Box<str>, Holder>>);

/// The holder of a lease.
#[derive(Debug)]
struct Holder {
    id: u64,
    /// The end of the lease; `None` if it is too far away to be represented.
    until: Option<Instant>,
}

/// The time after which another caller may continue a sweep or a recovery whose process has crashed.
pub(crate) const LEASE_TIME: Duration = Duration::from_secs(60);

impl<'a, S: Store + ?Sized> Lease<'a, S> {
    /// Takes a lease, unless another holder has it.
    pub(super) fn take(store: &'a S, name: &str, time: Duration) -> Result<Option<Self>, StoreError> {
        // Every `RandomState` has different keys.
        let holder = RandomState::new().hash_one(name);
        let renewed = Instant::now();
        match store.take_lease(name, holder, time) {
            Ok(is_taken) => Ok(is_taken.then(|| Self { store, name: name.into(), holder, time, renewed })),
            Err(error) => {
                // The lease may be stored although the call failed. It is ended, since nobody holds it.
                drop(store.take_lease(name, holder, Duration::ZERO));
                Err(error)
            }
        }
    }

    /// Renews the lease if a third of its time is over. Returns `false` if another holder has it, because
    /// this one was not renewed in time.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Store::take_lease`].
    pub fn renew(&mut self) -> Result<bool, StoreError> {
        let now = Instant::now();
        if now.duration_since(self.renewed) < self.time / 3 {
            return Ok(true);
        }
        let is_held = self.store.take_lease(&self.name, self.holder, self.time)?;
        if is_held {
            self.renewed = now;
        }
        Ok(is_held)
    }
}

impl<S: Store + ?Sized> Drop for Lease<'_, S> {
    fn drop(&mut self) {
        // If this fails, the lease ends when its time is over.
        drop(self.store.take_lease(&self.name, self.holder, Duration::ZERO));
    }
}

impl Leases {
    /// Takes, renews or ends a lease as [`Store::take_lease`] specifies.
    pub fn take(&self, name: &str, holder: u64, time: Duration) -> bool {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_held = |found: &Holder| found.id != holder && found.until.is_none_or(|until| until > now);
        if leases.get(name).is_some_and(is_held) {
            return false;
        }
        if time.is_zero() {
            leases.remove(name);
            return false;
        }
        leases.insert(name.into(), Holder { id: holder, until: now.checked_add(time) });
        true
    }
}
