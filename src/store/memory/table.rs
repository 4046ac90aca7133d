//! Values of one kind by key, in shards with separate locks.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::store::{Entity, Revision, Stored};

/// The values of one kind.
///
/// The hash of its key determines the shard of a value, so that readers of different values seldom
/// share a lock. A commit holds the locks of all shards that it changes until it ends, so that no part
/// of it is visible before the whole.
pub(super) struct Table<T: Entity> {
    first: Shard<T>,
    /// All shards except the first.
    others: [Shard<T>; SHARDS - 1],
}

const SHARDS: usize = 64;

/// A shard. It has its own cache lines, since readers write to its lock.
#[repr(align(128))]
struct Shard<T: Entity>(RwLock<Values<T>>);

type Values<T> = HashMap<<T as Entity>::Key, Stored<T>>;

/// The shards that a commit has locked, in order.
pub(super) struct Locked<'a, T: Entity>(Vec<(usize, RwLockWriteGuard<'a, Values<T>>)>);

impl<T: Entity> Table<T> {
    pub(super) fn new() -> Self {
        Self { first: Shard::default(), others: std::array::from_fn(|_| Shard::default()) }
    }

    pub(super) fn get(&self, key: T::Key) -> Option<Stored<T>> {
        read(&self.shard(place(key)).0).get(&key).cloned()
    }

    /// Locks the shards of `keys` for a commit.
    pub(super) fn lock(&self, keys: impl Iterator<Item = T::Key>) -> Locked<'_, T> {
        let mut places: Vec<_> = keys.map(place).collect();
        places.sort_unstable();
        places.dedup();
        Locked(places.into_iter().map(|place| (place, write(&self.shard(place).0))).collect())
    }

    /// Returns the number of values.
    pub(super) fn len(&self) -> usize {
        [&self.first].into_iter().chain(&self.others).map(|shard| read(&shard.0).len()).sum()
    }

    fn shard(&self, place: usize) -> &Shard<T> {
        place.checked_sub(1).and_then(|place| self.others.get(place)).unwrap_or(&self.first)
    }
}

impl<T: Entity> Locked<'_, T> {
    /// Returns the revision of the value under `key`.
    pub(super) fn revision(&self, key: T::Key) -> Option<Revision> {
        let found = self.0.binary_search_by_key(&place(key), |(place, _)| *place).ok()?;
        let (_, values) = self.0.get(found)?;
        values.get(&key).map(Stored::revision)
    }

    /// Stores `value` under `key`, or removes the stored value, and returns the previous value.
    pub(super) fn replace(&mut self, key: T::Key, value: Option<Stored<T>>) -> Option<Stored<T>> {
        let found = self.0.binary_search_by_key(&place(key), |(place, _)| *place).ok()?;
        let (_, values) = self.0.get_mut(found)?;
        match value {
            Some(value) => values.insert(key, value),
            None => values.remove(&key),
        }
    }
}

impl<T: Entity> Default for Shard<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

/// Returns the index of the shard of a key. An attacker who chooses keys of one shard can only make
/// other callers wait for its lock; within the shard, keys are spread by a hash with a secret.
fn place(key: impl Hash) -> usize {
    let mut hasher = Fold(0);
    key.hash(&mut hasher);
    usize::try_from(hasher.finish()).unwrap_or_default()
}

/// A hash function of few instructions.
struct Fold(u64);

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            self.write_u64(chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // The odd number closest to 2^64 divided by the golden ratio, as in Knuth's multiplicative
        // hashing.
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    /// Returns the most significant bits, which depend on all others.
    fn finish(&self) -> u64 {
        self.0 >> (u64::BITS - SHARDS.ilog2())
    }
}

// No thread panics while it changes data under one of these locks, so the data under a poisoned lock is
// consistent.

pub(super) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
