#[cfg(feature = "inventory")]
use chrono::TimeDelta;

#[cfg(feature = "inventory")]
use crate::policy::Retention;
use crate::time::Timestamp;

/// The events and receipts that a store may [forget](super::Store::forget): those older than a time,
/// and all except the latest, in total or per actor. By default nothing is forgotten.
///
/// ```
/// use telnum::store::{Forget, MemoryStore, Store};
///
/// let store = MemoryStore::new();
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// store.forget(&Forget::default().with_events_before(now).with_max_events(1_000_000))?;
/// store.forget(&Forget::default().with_receipts_before(now).with_max_receipts(100_000))?;
/// store.forget(&Forget::default().with_max_receipts_per_actor(1_000))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forget {
    /// The time before which events are forgotten. Forgetting stops at the first event that is not
    /// older.
    pub events_before: Option<Timestamp>,
    /// The maximum number of events to keep; the latest are kept.
    pub max_events: Option<u64>,
    /// The time before which receipts are forgotten.
    pub receipts_before: Option<Timestamp>,
    /// The maximum number of receipts to keep; the latest are kept.
    pub max_receipts: Option<u64>,
    /// The maximum number of receipts to keep per actor; the latest are kept.
    pub max_receipts_per_actor: Option<u64>,
}

impl Forget {
    /// Creates the limits of `retention` at `now`. The [sweep](crate::inventory::Inventory::sweep) uses them for the
    /// store of an inventory; a service uses them for other stores, such as those of contact numbers.
    ///
    /// ```
    /// use telnum::policy::Retention;
    /// use telnum::store::{Forget, MemoryStore, Store};
    /// # let now = "2026-03-01T12:00:00Z".parse()?;
    ///
    /// let contacts = MemoryStore::new();
    /// contacts.forget(&Forget::by(&Retention::default().with_max_events(1_000_000), now))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "inventory")]
    #[must_use]
    pub fn by(retention: &Retention, now: Timestamp) -> Self {
        let before = |age: TimeDelta| now.after(-age);
        let Retention { event_days, max_events, receipt_hours, max_receipts, max_receipts_per_actor } =
            *retention;
        Self {
            events_before: event_days.map(|days| before(TimeDelta::days(days.into()))),
            max_events,
            receipts_before: receipt_hours.map(|hours| before(TimeDelta::hours(hours.into()))),
            max_receipts,
            max_receipts_per_actor,
        }
    }

    /// Sets the time before which events are forgotten.
    #[must_use]
    pub fn with_events_before(self, time: Timestamp) -> Self {
        Self { events_before: Some(time), ..self }
    }

    /// Sets the maximum number of events to keep.
    #[must_use]
    pub fn with_max_events(self, count: u64) -> Self {
        Self { max_events: Some(count), ..self }
    }

    /// Sets the time before which receipts are forgotten.
    #[must_use]
    pub fn with_receipts_before(self, time: Timestamp) -> Self {
        Self { receipts_before: Some(time), ..self }
    }

    /// Sets the maximum number of receipts to keep.
    #[must_use]
    pub fn with_max_receipts(self, count: u64) -> Self {
        Self { max_receipts: Some(count), ..self }
    }

    /// Sets the maximum number of receipts to keep per actor.
    #[must_use]
    pub fn with_max_receipts_per_actor(self, count: u64) -> Self {
        Self { max_receipts_per_actor: Some(count), ..self }
    }
}
