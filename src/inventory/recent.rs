//! The latest searches, whose later pages need no calls to carriers.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::carrier::{CarrierError, Offer, OpenCalls};
use crate::idempotency::IdempotencyKey;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::token::TokenError;

/// The id of a search, with which [`Inventory::search_page`](super::Inventory::search_page) returns
/// further pages.
///
/// ```
/// use telnum::inventory::SearchId;
///
/// let id: SearchId = "9c1a13a0f729c2d6d35a9c4515e5da03".parse()?;
/// assert_eq!(id.to_string().parse(), Ok(id));
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SearchId(IdempotencyKey);

impl SearchId {
    /// Creates the id of a search from a unique key.
    pub(super) const fn new(key: IdempotencyKey) -> Self {
        Self(key)
    }
}

impl fmt::Display for SearchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SearchId {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        text.parse().map(Self)
    }
}

/// A page of the results of a search.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SearchPage {
    /// The id of the search.
    pub id: SearchId,
    /// The offers of the page, in the order of the carriers.
    pub offers: Vec<Offer>,
    /// The number of offers on all pages.
    pub total: usize,
    /// The carriers that failed or did not respond in time.
    pub failed: Vec<(CarrierName, CarrierError)>,
}

/// The results of a search.
#[derive(Clone, Debug)]
pub(super) struct SearchResults {
    pub(super) id: SearchId,
    pub(super) account: Option<AccountId>,
    pub(super) offers: Arc<[Offer]>,
    pub(super) failed: Vec<(CarrierName, CarrierError)>,
}

impl SearchResults {
    /// Returns up to `quantity` offers, starting after the first `offset` offers.
    pub(super) fn page(&self, offset: usize, quantity: usize) -> SearchPage {
        SearchPage {
            id: self.id,
            offers: self.offers.iter().skip(offset).take(quantity).cloned().collect(),
            total: self.offers.len(),
            failed: self.failed.clone(),
        }
    }
}

/// The latest searches, and the pending calls to carriers.
#[derive(Debug, Default)]
pub(super) struct RecentSearches {
    results: Mutex<RecentOf<SearchResults>>,
    pub(super) open_calls: OpenCalls,
}

/// The recent entries of each account, the oldest first. An account cannot displace the entries of an account
/// that has fewer.
#[derive(Debug)]
pub(crate) struct RecentOf<T> {
    accounts: HashMap<Option<AccountId>, VecDeque<T>>,
    count: usize,
}

/// The maximum number of entries of one account.
const MAX_OF_ACCOUNT: usize = 32;

/// The maximum number of entries of all accounts together.
const MAX_OF_ALL: usize = 1_024;

impl<T> Default for RecentOf<T> {
    fn default() -> Self {
        Self { accounts: HashMap::new(), count: 0 }
    }
}

impl<T> RecentOf<T> {
    /// Returns the entries of `account`.
    pub(crate) fn of(&self, account: Option<AccountId>) -> impl Iterator<Item = &T> {
        self.accounts.get(&account).into_iter().flatten()
    }

    /// Removes the entries of `account` for which `is_kept` returns `false`.
    #[cfg(feature = "http")]
    pub(crate) fn retain(&mut self, account: Option<AccountId>, is_kept: impl FnMut(&T) -> bool) {
        if let Some(entries) = self.accounts.get_mut(&account) {
            let before = entries.len();
            entries.retain(is_kept);
            self.count -= before - entries.len();
        }
    }

    /// Adds an entry of `account`. If the account then has too many entries, its oldest one is dropped; if
    /// all accounts together have too many, the oldest one of the account with the most entries.
    pub(crate) fn keep(&mut self, account: Option<AccountId>, entry: T) {
        let entries = self.accounts.entry(account).or_default();
        entries.push_back(entry);
        self.count += 1;
        let crowded = if entries.len() > MAX_OF_ACCOUNT {
            Some(account)
        } else if self.count > MAX_OF_ALL {
            self.accounts.iter().max_by_key(|(_, entries)| entries.len()).map(|(account, _)| *account)
        } else {
            None
        };
        if let Some(crowded) = crowded
            && let Some(entries) = self.accounts.get_mut(&crowded)
        {
            self.count -= usize::from(entries.pop_front().is_some());
            if entries.is_empty() {
                self.accounts.remove(&crowded);
            }
        }
    }
}

impl RecentSearches {
    fn results(&self) -> MutexGuard<'_, RecentOf<SearchResults>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the results of a search.
    pub(super) fn keep(&self, search: SearchResults) {
        self.results().keep(search.account, search);
    }

    /// Returns the results of the search `id` by `account`, if they are kept.
    pub(super) fn get(&self, id: SearchId, account: Option<AccountId>) -> Option<SearchResults> {
        self.results().of(account).find(|search| search.id == id).cloned()
    }

    /// Returns the latest offers of `numbers` that `account` found.
    pub(super) fn offers(
        &self,
        numbers: &[PhoneNumber],
        account: Option<AccountId>,
    ) -> HashMap<(PhoneNumber, CarrierName), Offer> {
        let searches: Vec<_> = self.results().of(account).map(|search| Arc::clone(&search.offers)).collect();
        let numbers: HashSet<_> = numbers.iter().collect();
        searches
            .iter()
            .flat_map(|offers| offers.iter())
            .filter(|offer| numbers.contains(&offer.number))
            .map(|offer| ((offer.number, offer.carrier), offer.clone()))
            .collect()
    }
}
