//! Items that only one value may hold, such as the active numbers of port requests and the ids of
//! contacts.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::store::{Change, Entity, Revision, Stored};

/// The key and the revision of the value that holds each item.
pub(super) struct Holders<X, K>(HashMap<X, (K, Revision)>);

/// An item that two values would hold after a commit.
pub(super) enum Clash<X, K> {
    /// Two values of the batch.
    InBatch(X),
    /// A value of the batch and a stored value.
    WithStored(X, K, Revision),
}

impl<X: Copy + Eq + Hash, K: Copy + Eq + Hash> Holders<X, K> {
    pub(super) fn get(&self, item: X) -> Option<K> {
        self.0.get(&item).map(|(holder, _)| *holder)
    }

    /// Returns an error if an item would have two holders after the changes.
    pub(super) fn check<T: Entity<Key = K>, I: IntoIterator<Item = X>>(
        &self,
        changes: &[Change<T>],
        items: impl Fn(&T) -> I,
    ) -> Result<(), Clash<X, K>> {
        if changes.is_empty() {
            return Ok(());
        }
        let keys: HashSet<K> = changes.iter().map(Change::key).collect();
        let mut claimed = HashMap::new();
        for change in changes {
            for item in change.value().into_iter().flat_map(|value| items(value)) {
                if claimed.insert(item, change.key()).is_some_and(|other| other != change.key()) {
                    return Err(Clash::InBatch(item));
                }
                // If the batch changes the holder, it releases the item or claims it again.
                if let Some((holder, revision)) = self.0.get(&item)
                    && !keys.contains(holder)
                {
                    return Err(Clash::WithStored(item, *holder, *revision));
                }
            }
        }
        Ok(())
    }

    /// Updates the holders after the value under `key` was replaced.
    pub(super) fn replace<T, I: IntoIterator<Item = X>>(
        &mut self,
        key: K,
        before: Option<&Stored<T>>,
        after: Option<&Stored<T>>,
        items: impl Fn(&T) -> I,
    ) {
        for item in before.into_iter().flat_map(|stored| items(stored)) {
            // Another value of the same commit may hold the item by now.
            if self.get(item) == Some(key) {
                self.0.remove(&item);
            }
        }
        if let Some(stored) = after {
            let holder = (key, stored.revision());
            self.0.extend(items(stored).into_iter().map(|item| (item, holder)));
        }
    }
}

impl<X, K> Default for Holders<X, K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}
