use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;

use crate::store::{Change, Entity, Expect, Revision, StoreError, Stored};

/// Who holds what only one may: a number is active on one port request, an id is one contact's.
pub(super) struct Holders<X, K>(HashMap<X, (K, Revision)>);

impl<X: Copy + Eq + Hash + fmt::Display, K: Copy + Eq + Hash> Holders<X, K> {
    pub(super) fn get(&self, held: X) -> Option<K> {
        self.0.get(&held).map(|(holder, _)| *holder)
    }

    /// Refuses changes after which something would have two holders.
    pub(super) fn check<T: Entity<Key = K>, I: IntoIterator<Item = X>>(
        &self,
        changes: &[Change<T>],
        held: impl Fn(&T) -> I,
    ) -> Result<(), StoreError> {
        let mut claimed = HashMap::new();
        for change in changes {
            for held in change.value().into_iter().flat_map(|value| held(value)) {
                if claimed.insert(held, change.key()).is_some_and(|other| other != change.key()) {
                    return Err(StoreError::Duplicate(held.to_string().into()));
                }
                // Who holds it now may give it up in the same commit.
                if let Some((holder, revision)) = self.0.get(&held)
                    && *holder != change.key()
                    && changes.iter().all(|change| change.key() != *holder)
                {
                    return Err(StoreError::conflict(held, Expect::Absent, Some(*revision)));
                }
            }
        }
        Ok(())
    }

    /// Notes that something else is stored under a key.
    pub(super) fn replace<T, I: IntoIterator<Item = X>>(
        &mut self,
        key: K,
        before: Option<&Stored<T>>,
        after: Option<&Stored<T>>,
        held: impl Fn(&T) -> I,
    ) {
        for held in before.into_iter().flat_map(|stored| held(stored)) {
            // Another of the same commit may hold it already.
            if self.get(held) == Some(key) {
                self.0.remove(&held);
            }
        }
        if let Some(stored) = after {
            let holder = (key, stored.revision());
            self.0.extend(held(stored).into_iter().map(|held| (held, holder)));
        }
    }
}

impl<X, K> Default for Holders<X, K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}
