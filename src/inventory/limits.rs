use std::time::Duration;

use crate::store::Retry;

/// The limits of an inventory's calls.
///
/// ```
/// use std::time::Duration;
/// use telnum::inventory::InventoryLimits;
///
/// let limits = InventoryLimits::default().with_max_numbers(100);
/// assert_eq!((limits.max_numbers, limits.search_timeout), (100, Duration::from_secs(5)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InventoryLimits {
    /// The maximum count of numbers in one call. Default: 10,000.
    pub max_numbers: usize,
    /// The maximum time that carriers are waited for in a search. Default: 5 s.
    pub search_timeout: Duration,
    /// The time after which [`Inventory::recover`](super::Inventory::recover) takes up a claim. It must be
    /// longer than any external effect takes. Default: 60 s.
    pub claim_timeout: Duration,
    /// The attempts of a change that conflicts with the changes of others. Default: 100.
    pub retry: Retry,
}

impl Default for InventoryLimits {
    fn default() -> Self {
        Self {
            max_numbers: 10_000,
            search_timeout: Duration::from_secs(5),
            claim_timeout: Duration::from_secs(60),
            retry: Retry::default(),
        }
    }
}

impl InventoryLimits {
    /// Sets the maximum count of numbers in one call.
    #[must_use]
    pub const fn with_max_numbers(self, max_numbers: usize) -> Self {
        Self { max_numbers, ..self }
    }

    /// Sets the maximum time that carriers are waited for in a search.
    #[must_use]
    pub const fn with_search_timeout(self, search_timeout: Duration) -> Self {
        Self { search_timeout, ..self }
    }

    /// Sets the time after which [`Inventory::recover`](super::Inventory::recover) takes up a claim.
    #[must_use]
    pub const fn with_claim_timeout(self, claim_timeout: Duration) -> Self {
        Self { claim_timeout, ..self }
    }

    /// Sets the attempts of a change that conflicts with the changes of others.
    #[must_use]
    pub const fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }
}
