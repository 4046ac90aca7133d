use serde::{Deserialize, Serialize};

/// The limits on age and count beyond which the sweep forgets events and receipts. `None` means no limit.
///
/// If a request is repeated under its idempotency key after its receipt was forgotten, it is executed
/// again, so receipts must be kept for longer than clients repeat requests. Consumers of events must
/// read them before they are forgotten.
///
/// In JSON it is an object whose fields are named like the setters: `event_days` for
/// [`with_event_days`](Self::with_event_days). A missing field has its default; an unknown field is an error.
///
/// ```
/// use telnum::policy::Retention;
///
/// let retention = Retention::default()
///     .with_event_days(None)
///     .with_max_events(1_000_000)
///     .with_receipt_hours(24)
///     .with_max_receipts(100_000)
///     .with_max_receipts_per_actor(1_000);
/// let read = r#"{"event_days": null, "max_events": 1000000, "receipt_hours": 24, "max_receipts": 100000,
///     "max_receipts_per_actor": 1000}"#;
/// assert_eq!(retention, serde_json::from_str(read)?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Retention {
    /// The maximum age of events, in days. Default: 400, more than a year.
    pub(crate) event_days: Option<u32>,
    /// The maximum number of events; the latest are kept. Default: 50,000,000.
    pub(crate) max_events: Option<u64>,
    /// The maximum age of receipts, in hours. Default: 168, a week.
    pub(crate) receipt_hours: Option<u32>,
    /// The maximum number of receipts; the latest are kept. Default: 10,000,000.
    pub(crate) max_receipts: Option<u64>,
    /// The maximum number of receipts per actor; the latest are kept. Default: 100,000.
    pub(crate) max_receipts_per_actor: Option<u64>,
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
    /// A retention without limits, by which nothing is forgotten.
    pub const UNLIMITED: Self = Self {
        event_days: None,
        max_events: None,
        receipt_hours: None,
        max_receipts: None,
        max_receipts_per_actor: None,
    };

    /// Sets the maximum age of events, in days. Default: 400, more than a year.
    #[must_use]
    pub fn with_event_days(self, days: impl Into<Option<u32>>) -> Self {
        Self { event_days: days.into(), ..self }
    }

    /// Sets the maximum number of events; the latest are kept. Default: 50,000,000.
    #[must_use]
    pub fn with_max_events(self, count: impl Into<Option<u64>>) -> Self {
        Self { max_events: count.into(), ..self }
    }

    /// Sets the maximum age of receipts, in hours. Default: 168, a week.
    #[must_use]
    pub fn with_receipt_hours(self, hours: impl Into<Option<u32>>) -> Self {
        Self { receipt_hours: hours.into(), ..self }
    }

    /// Sets the maximum number of receipts; the latest are kept. Default: 10,000,000.
    #[must_use]
    pub fn with_max_receipts(self, count: impl Into<Option<u64>>) -> Self {
        Self { max_receipts: count.into(), ..self }
    }

    /// Sets the maximum number of receipts per actor; the latest are kept. A request with a key has one
    /// receipt, and another one for each of its numbers that needs a carrier or a provider. Default:
    /// 100,000.
    #[must_use]
    pub fn with_max_receipts_per_actor(self, count: impl Into<Option<u64>>) -> Self {
        Self { max_receipts_per_actor: count.into(), ..self }
    }
}
