use serde::{Deserialize, Serialize};

/// The ages and the counts above which the sweep forgets events and receipts. `None` is without limit.
///
/// A request that is repeated under its idempotency key after its receipt was forgotten is carried out again,
/// so receipts have to be kept for longer than clients repeat requests. A consumer of events has to read them
/// before they are forgotten.
///
/// In JSON an object of the fields below; a field that is missing has its default.
///
/// ```
/// use telnum::policy::Retention;
///
/// let retention = Retention::default().with_receipt_hours(24).with_max_events(1_000_000);
/// assert_eq!((retention.receipt_hours, retention.event_days), (Some(24), Some(400)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Retention {
    /// The age of the oldest event that is kept, in days. Default: 400, more than a year.
    pub event_days: Option<u32>,
    /// The number of events that are kept, the latest. Default: 50,000,000.
    pub max_events: Option<u64>,
    /// The age of the oldest receipt that is kept, in hours. Default: 168, a week.
    pub receipt_hours: Option<u32>,
    /// The number of receipts that are kept, the latest. Default: 10,000,000.
    pub max_receipts: Option<u64>,
    /// The number of receipts of one actor that are kept, its latest. A keyed request has a receipt, and one for
    /// each of its numbers that needs a carrier or a provider. Default: 100,000.
    pub max_receipts_per_actor: Option<u64>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            event_days: Some(400),
            max_events: Some(50_000_000),
            receipt_hours: Some(7 * 24),
            max_receipts: Some(10_000_000),
            max_receipts_per_actor: Some(100_000),
        }
    }
}

impl Retention {
    /// No limits: nothing is forgotten.
    pub const UNLIMITED: Self = Self {
        event_days: None,
        max_events: None,
        receipt_hours: None,
        max_receipts: None,
        max_receipts_per_actor: None,
    };

    /// Sets the age of the oldest event that is kept, in days.
    #[must_use]
    pub fn with_event_days(self, days: impl Into<Option<u32>>) -> Self {
        Self { event_days: days.into(), ..self }
    }

    /// Sets the number of events that are kept.
    #[must_use]
    pub fn with_max_events(self, count: impl Into<Option<u64>>) -> Self {
        Self { max_events: count.into(), ..self }
    }

    /// Sets the age of the oldest receipt that is kept, in hours.
    #[must_use]
    pub fn with_receipt_hours(self, hours: impl Into<Option<u32>>) -> Self {
        Self { receipt_hours: hours.into(), ..self }
    }

    /// Sets the number of receipts that are kept.
    #[must_use]
    pub fn with_max_receipts(self, count: impl Into<Option<u64>>) -> Self {
        Self { max_receipts: count.into(), ..self }
    }

    /// Sets the number of receipts of one actor that are kept.
    #[must_use]
    pub fn with_max_receipts_per_actor(self, count: impl Into<Option<u64>>) -> Self {
        Self { max_receipts_per_actor: count.into(), ..self }
    }
}
