//! The ids of recent searches, so that later pages show the same numbers.

use std::sync::{Mutex, PoisonError};

use crate::account::AccountId;
use crate::inventory::{RecentOf, SearchId};
use crate::number::Prefix;

/// The parameters that all pages of a search share: the account, the prefix and the page size.
pub(super) type SearchKey = (Option<AccountId>, Prefix, usize);

/// The latest search for each key, oldest first.
#[derive(Debug, Default)]
pub(super) struct SearchCache(Mutex<RecentOf<(SearchKey, SearchId)>>);

impl SearchCache {
    pub(super) fn get(&self, key: SearchKey) -> Option<SearchId> {
        let searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        searches.of(key.0).find(|(other, _)| *other == key).map(|(_, id)| *id)
    }

    pub(super) fn insert(&self, key: SearchKey, id: SearchId) {
        let mut searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        searches.retain(key.0, |(other, _)| *other != key);
        searches.keep(key.0, (key, id));
    }
}
