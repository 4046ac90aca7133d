use std::time::Duration;

use crate::store::{LEASE_TIME, Retry};

/// The limits on an inventory's calls.
///
/// ```
/// use std::time::Duration;
/// use telnum::inventory::InventoryLimits;
/// use telnum::store::Retry;
///
/// let limits = InventoryLimits::default()
///     .with_max_numbers(10_000)
///     .with_max_document_bytes(8 << 20)
///     .with_search_timeout(Duration::from_secs(5))
///     .with_claim_timeout(Duration::from_secs(60))
///     .with_lease_time(Duration::from_secs(60))
///     .with_retry(Retry::new(100));
/// assert_eq!(limits, InventoryLimits::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InventoryLimits {
    /// The maximum number of inputs in one call. Default: 10,000.
    pub(crate) max_numbers: usize,
    /// The maximum length of a call's document as JSON, in bytes, multiplied by the number of its inputs,
    /// since every number stores the document. Default: 8 MiB.
    pub(crate) max_document_bytes: usize,
    /// The maximum time that a search waits for carriers. Default: 5 seconds.
    pub(crate) search_timeout: Duration,
    /// The minimum age of a claim that [`Inventory::recover`](super::Inventory::recover) completes. It
    /// must be longer than any external effect takes. Default: 60 seconds.
    pub(crate) claim_timeout: Duration,
    /// The time after which another caller may continue a sweep or a recovery whose process has crashed.
    /// Default: 60 seconds.
    pub(crate) lease_time: Duration,
    /// The retries of a change after a commit conflict. Default: 100 attempts.
    pub(crate) retry: Retry,
}

impl Default for InventoryLimits {
    fn default() -> Self {
        Self {
            max_numbers: 10_000,
            max_document_bytes: 8 << 20,
            search_timeout: Duration::from_secs(5),
            claim_timeout: Duration::from_secs(60),
            lease_time: LEASE_TIME,
            retry: Retry::default(),
        }
    }
}

impl InventoryLimits {
    /// Sets the maximum number of inputs in one call. Default: 10,000.
    #[must_use]
    pub const fn with_max_numbers(self, max_numbers: usize) -> Self {
        Self { max_numbers, ..self }
    }

    /// Sets the maximum length of a call's document as JSON, in bytes, multiplied by the number of its
    /// inputs, since every number stores the document. Default: 8 MiB.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, InventoryLimits, Options};
    ///
    /// let limits = InventoryLimits::default().with_max_document_bytes(40);
    /// let inventory = Inventory::builder(MemoryStore::new()).limits(limits).build();
    /// # let stock = Create::default().with_state(State::Available);
    /// let create = stock.with_document(serde_json::from_str(r#"{"note": "front desk"}"#)?);
    /// // Two numbers with 21 bytes each.
    /// let numbers = ["+14158867900", "+14158867901"];
    /// assert!(inventory.create(numbers, &create, &Options::new(Actor::System)).is_err());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub const fn with_max_document_bytes(self, max_document_bytes: usize) -> Self {
        Self { max_document_bytes, ..self }
    }

    /// Sets the maximum time that a search waits for carriers. Default: 5 seconds.
    #[must_use]
    pub const fn with_search_timeout(self, search_timeout: Duration) -> Self {
        Self { search_timeout, ..self }
    }

    /// Sets the minimum age of a claim that [`Inventory::recover`](super::Inventory::recover) completes,
    /// which must be longer than any external effect takes. Default: 60 seconds.
    #[must_use]
    pub const fn with_claim_timeout(self, claim_timeout: Duration) -> Self {
        Self { claim_timeout, ..self }
    }

    /// Sets the time after which another caller may continue a sweep or a recovery whose process has crashed, at
    /// least a millisecond. The caller renews the [lease](crate::store::Store::take_lease) before an effect if a
    /// third of the time is over; if one effect takes longer than two thirds of this time, another caller may take
    /// over, and the first one stops.The tasks of a
    /// [`PortDesk`](crate::porting::desk::PortDesk) over the inventory, and the lease under which an account adds
    /// placeholders of ports, have the same time. Default: 60 seconds.
    #[must_use]
    pub const fn with_lease_time(self, lease_time: Duration) -> Self {
        let least = Duration::from_millis(1);
        Self { lease_time: if lease_time.as_millis() == 0 { least } else { lease_time }, ..self }
    }

    /// Sets the retries of a change after a commit conflict. Default: 100 attempts.
    #[must_use]
    pub const fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }
}
