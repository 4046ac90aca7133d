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
    results: Mutex<VecDeque<SearchResults>>,
    pub(super) open_calls: OpenCalls,
}

/// The maximum number of searches that are kept. The oldest is dropped first.
const MAX_SEARCHES: usize = 256;

impl RecentSearches {
    fn results(&self) -> MutexGuard<'_, VecDeque<SearchResults>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the results of a search.
    pub(super) fn keep(&self, search: SearchResults) {
        let mut results = self.results();
        if results.len() >= MAX_SEARCHES {
            results.pop_front();
        }
        results.push_back(search);
    }

    /// Returns the results of the search `id` by `account`, if they are kept.
    pub(super) fn get(&self, id: SearchId, account: Option<AccountId>) -> Option<SearchResults> {
        self.results().iter().find(|search| search.id == id && search.account == account).cloned()
    }

    /// Returns the latest offers of `numbers` that `account` found.
    pub(super) fn offers(
        &self,
        numbers: &[PhoneNumber],
        account: Option<AccountId>,
    ) -> HashMap<(PhoneNumber, CarrierName), Offer> {
        let offers_of =
            |search: &SearchResults| (search.account == account).then(|| Arc::clone(&search.offers));
        let searches: Vec<_> = self.results().iter().filter_map(offers_of).collect();
        let numbers: HashSet<_> = numbers.iter().collect();
        searches
            .iter()
            .flat_map(|offers| offers.iter())
            .filter(|offer| numbers.contains(&offer.number))
            .map(|offer| ((offer.number, offer.carrier), offer.clone()))
            .collect()
    }
}
