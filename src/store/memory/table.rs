use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::Value;

use super::log::Log;
use crate::idempotency::IdempotencyKey;
use crate::store::{Batch, Change, Entity, Expect, Logged, Page, Revision, StoreError, Stored};

/// What an index of a table knows of what is stored.
pub(super) trait Index<T: Entity>: Default + Send + Sync {
    /// Refuses changes that would break what must hold between things stored.
    fn check(&self, changes: &[Change<T>]) -> Result<(), StoreError>;

    /// Notes that something else is stored under a key.
    fn replace(&mut self, key: T::Key, before: Option<&Stored<T>>, after: Option<&Stored<T>>);
}

/// What an index gives, ascending: keys, or what is stored under them.
pub(super) type Candidates<'a, C> = Box<dyn Iterator<Item = C> + 'a>;

/// Things of one kind, their index, their events and receipts.
///
/// They lie in shards by the hash of their key, each under its own lock, so that who reads one
/// seldom meets others. All else is under one lock, the ledger's. A commit holds it, and the locks
/// of all shards that it touches, until it is done: none of it is seen before all of it is. A scan
/// holds the ledger for reading, so no commit is half done while it lasts.
pub(super) struct Table<T: Entity, I> {
    first: Shard<T>,
    /// All shards but the first.
    others: [Shard<T>; SHARDS - 1],
    ledger: RwLock<Ledger<T, I>>,
}

const SHARDS: usize = 64;

/// On cache lines of its own, as the locks are written by those who read.
#[repr(align(128))]
struct Shard<T: Entity>(RwLock<Things<T>>);

type Things<T> = HashMap<<T as Entity>::Key, Stored<T>>;

struct Ledger<T: Entity, I> {
    index: I,
    log: Log<T::Event>,
    receipts: HashMap<IdempotencyKey, (Value, Revision)>,
    next_revision: Revision,
}

/// The shards that a commit touches, in their order.
struct Touched<'a, T: Entity>(Vec<(usize, RwLockWriteGuard<'a, Things<T>>)>);

impl<T: Entity, I: Index<T>> Table<T, I> {
    pub(super) fn new(event_capacity: u64) -> Self {
        let ledger = Ledger {
            index: I::default(),
            log: Log::new(event_capacity),
            receipts: HashMap::new(),
            next_revision: Revision::FIRST,
        };
        Self {
            first: Shard::default(),
            others: std::array::from_fn(|_| Shard::default()),
            ledger: RwLock::new(ledger),
        }
    }

    pub(super) fn get(&self, key: T::Key) -> Option<Stored<T>> {
        read(&self.shard(place(key)).0).get(&key).cloned()
    }

    pub(super) fn commit(&self, batch: Batch<T>) -> Result<Vec<Revision>, StoreError> {
        check_once(&batch.changes)?;
        let mut ledger = write(&self.ledger);
        let mut touched = self.lock(&batch.changes);
        ledger.check(&batch, &touched)?;
        let Batch { changes, receipt } = batch;
        let revisions = changes.into_iter().map(|change| ledger.apply(change, &mut touched)).collect();
        if let Some((key, answer)) = receipt {
            let revision = ledger.revision();
            ledger.receipts.insert(key, (answer, revision));
        }
        Ok(revisions)
    }

    /// A page of the candidates that an index gives and a query matches.
    pub(super) fn scan(
        &self,
        candidates: impl for<'a> FnOnce(&'a I) -> Candidates<'a, T::Key>,
        matches: impl Fn(&T) -> bool,
        after: Option<T::Key>,
        limit: usize,
    ) -> Page<T, T::Key> {
        let ledger = read(&self.ledger);
        let stored = candidates(&ledger.index).filter_map(|key| self.get(key));
        page(stored.filter(|stored| matches(stored)), after, limit)
    }

    /// What is asked of an index that holds what is stored.
    pub(super) fn with_index<R>(&self, ask: impl FnOnce(&I) -> R) -> R {
        ask(&read(&self.ledger).index)
    }

    /// What is stored under the key that an index gives.
    pub(super) fn find(&self, key: impl FnOnce(&I) -> Option<T::Key>) -> Option<Stored<T>> {
        let ledger = read(&self.ledger);
        key(&ledger.index).and_then(|key| self.get(key))
    }

    /// Changes what an index notes beside what is stored.
    pub(super) fn change_index<R>(&self, change: impl FnOnce(&mut I) -> R) -> R {
        change(&mut write(&self.ledger).index)
    }

    pub(super) fn events(&self, after: u64, limit: usize) -> Vec<Logged<T::Event>> {
        read(&self.ledger).log.after(after, limit)
    }

    pub(super) fn receipt(&self, key: IdempotencyKey) -> Option<Value> {
        read(&self.ledger).receipts.get(&key).map(|(answer, _)| answer.clone())
    }

    fn shard(&self, place: usize) -> &Shard<T> {
        place.checked_sub(1).and_then(|place| self.others.get(place)).unwrap_or(&self.first)
    }

    fn lock(&self, changes: &[Change<T>]) -> Touched<'_, T> {
        if let [change] = changes {
            let place = place(change.key());
            return Touched(vec![(place, write(&self.shard(place).0))]);
        }
        let mut places: Vec<_> = changes.iter().map(|change| place(change.key())).collect();
        places.sort_unstable();
        places.dedup();
        Touched(places.into_iter().map(|place| (place, write(&self.shard(place).0))).collect())
    }
}

/// Only how many there are: there may be millions.
impl<T: Entity, I> fmt::Debug for Table<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shards = [&self.first].into_iter().chain(&self.others);
        let count: usize = shards.map(|shard| read(&shard.0).len()).sum();
        f.debug_struct("Table").field("len", &count).finish_non_exhaustive()
    }
}

impl<T: Entity, I: Index<T>> Ledger<T, I> {
    fn check(&self, batch: &Batch<T>, touched: &Touched<'_, T>) -> Result<(), StoreError> {
        if let Some((key, _)) = &batch.receipt
            && let Some((_, found)) = self.receipts.get(key)
        {
            return Err(StoreError::conflict(key, Expect::Absent, Some(*found)));
        }
        for change in &batch.changes {
            let found = touched.revision(change.key());
            if !change.expect().holds(found) {
                return Err(StoreError::conflict(change.key(), change.expect(), found));
            }
        }
        self.index.check(&batch.changes)
    }

    fn apply(&mut self, change: Change<T>, touched: &mut Touched<'_, T>) -> Revision {
        let revision = self.revision();
        let change = change.into_parts();
        let after = change.value.map(|value| Stored::<T>::new(value, revision));
        if let Some(things) = touched.things_mut(change.key) {
            let before = match &after {
                Some(after) => things.insert(change.key, after.clone()),
                None => things.remove(&change.key),
            };
            self.index.replace(change.key, before.as_ref(), after.as_ref());
        }
        self.log.append(change.events);
        revision
    }

    /// One that there never was.
    const fn revision(&mut self) -> Revision {
        let revision = self.next_revision;
        self.next_revision = revision.next();
        revision
    }
}

impl<T: Entity> Touched<'_, T> {
    fn revision(&self, key: T::Key) -> Option<Revision> {
        let found = self.0.binary_search_by_key(&place(key), |(place, _)| *place).ok()?;
        let (_, things) = self.0.get(found)?;
        things.get(&key).map(Stored::revision)
    }

    fn things_mut(&mut self, key: T::Key) -> Option<&mut Things<T>> {
        let found = self.0.binary_search_by_key(&place(key), |(place, _)| *place).ok()?;
        self.0.get_mut(found).map(|(_, things)| &mut **things)
    }
}

impl<T: Entity> Default for Shard<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

/// In which shard something lies. Whoever would choose keys so that all lie in one could only make
/// others wait; in the shard itself they are spread by a hash with a secret.
fn place(key: impl Hash) -> usize {
    let mut hasher = Fold(0);
    key.hash(&mut hasher);
    usize::try_from(hasher.finish()).unwrap_or_default()
}

/// A hash of few steps.
struct Fold(u64);

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            self.write_u64(chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // The odd number next to 2^64 by the golden ratio, as Knuth has it.
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    /// The topmost bits, which depend on all others.
    fn finish(&self) -> u64 {
        self.0 >> (u64::BITS - SHARDS.ilog2())
    }
}

/// A page of what an index holds.
pub(super) fn page_of<'a, T: Entity + 'a>(
    found: impl Iterator<Item = &'a Stored<T>>,
    after: Option<T::Key>,
    limit: usize,
) -> Page<T, T::Key> {
    let found: Vec<_> = found.take(limit.saturating_add(1)).collect();
    // To count a reference, a processor stops until it has the record; to read the counts of many, it
    // asks memory for all at once. They are read first: a page of records that are in no cache is
    // several times as fast so.
    let counts: usize = found.iter().map(|stored| Arc::strong_count(stored.shared())).sum();
    std::hint::black_box(counts);
    page(found.into_iter().cloned(), after, limit)
}

fn page<T: Entity>(
    mut found: impl Iterator<Item = Stored<T>>,
    after: Option<T::Key>,
    limit: usize,
) -> Page<T, T::Key> {
    if limit == 0 {
        return Page { items: Vec::new(), next: after };
    }
    let items: Vec<_> = found.by_ref().take(limit).collect();
    let next = found.next().and(items.last()).map(|last| last.key());
    Page { items, next }
}

fn check_once<T: Entity>(changes: &[Change<T>]) -> Result<(), StoreError> {
    if let [] | [_] = changes {
        return Ok(());
    }
    let mut seen = HashSet::with_capacity(changes.len());
    let twice = changes.iter().find(|change| !seen.insert(change.key()));
    twice.map_or(Ok(()), |change| Err(StoreError::Duplicate(change.key().to_string().into())))
}

// A thread that panicked while it held a lock was not changing anything: nothing in here panics. So
// what it leaves is whole.

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
