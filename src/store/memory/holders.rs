//! Items that only one value may hold, such as the active numbers of port requests and the ids of
//! contacts.

use std::collections::HashMap;
use std::hash::Hash;

use crate::store::Stored;

/// The key of the value that holds each item.
pub(super) struct Holders<X, K>(HashMap<X, K>);

impl<X: Copy + Eq + Hash, K: Copy + Eq + Hash> Holders<X, K> {
    pub(super) fn get(&self, item: X) -> Option<K> {
        self.0.get(&item).copied()
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
            // The same commit may have given the item to another value.
            if self.get(item) == Some(key) {
                self.0.remove(&item);
            }
        }
        if let Some(stored) = after {
            self.0.extend(items(stored).into_iter().map(|item| (item, key)));
        }
    }
}

impl<X, K> Default for Holders<X, K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}
