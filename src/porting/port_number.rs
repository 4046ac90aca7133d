//! The status of each number of a port request. A request may be split, so that its numbers are ported
//! separately.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{RefusalReason, Unlisted};
use crate::document::{FieldError, Fields, FromJson, Json, deserialize_from_json};
use crate::text_enum::text_enum;
use crate::time::Timestamp;

/// The status of a number on a port request, as the losing carrier reports it.
///
/// ```text
///  pending ──► confirmed ──► ported        canceled: from pending,
///     ▲ │          │ ▲         ▲           confirmed and rejected
///     │ └─►─┐  ┌─◄─┘ │         │
///    rejected ───────┴─────────┘
/// ```
///
/// [`NUMBER_TRANSITIONS`] is the table of transitions. A status may be reported again with other data. Only
/// ported and canceled are final.
///
/// ```
/// use telnum::porting::{NumberStatus, RefusalReason};
///
/// let status = NumberStatus::Rejected { refusals: vec![RefusalReason::PinInvalid] };
/// assert_eq!(serde_json::to_string(&status)?, r#"{"status":"rejected","refusals":["pin_invalid"]}"#);
/// assert_eq!(serde_json::from_str::<NumberStatus>("{}")?, NumberStatus::Pending);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NumberStatus {
    /// Not reported yet. In JSON the `status` field is absent.
    #[default]
    Pending,
    /// Confirmed by a firm order commitment (FOC).
    #[doc(alias = "FOC")]
    Confirmed {
        /// The date that the losing carrier committed to.
        foc_date: Timestamp,
    },
    /// Ported. Final.
    Ported {
        /// The time of the port.
        ported_at: Timestamp,
    },
    /// Rejected by the losing carrier.
    Rejected {
        /// The reasons for the rejection.
        refusals: Vec<RefusalReason>,
    },
    /// Canceled: the number will not be ported. Final.
    Canceled,
    /// A status that another system defined, kept unchanged.
    Other(Unlisted),
}

/// The kind of a [`NumberStatus`].
///
/// ```
/// use telnum::porting::NumberStatusKind;
///
/// assert_eq!("ported".parse(), Ok(NumberStatusKind::Ported));
/// assert_eq!(NumberStatusKind::Ported.as_str(), "ported");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberStatusKind {
    /// The kind of [`NumberStatus::Pending`].
    Pending,
    /// The kind of [`NumberStatus::Confirmed`].
    Confirmed,
    /// The kind of [`NumberStatus::Ported`].
    Ported,
    /// The kind of [`NumberStatus::Rejected`].
    Rejected,
    /// The kind of [`NumberStatus::Canceled`].
    Canceled,
    /// The kind of [`NumberStatus::Other`].
    Other,
}

/// The entry of a number in `numbers` of a port request.
///
/// Its fields are those of its [`NumberStatus`], and other fields, which are kept.
///
/// ```
/// use telnum::porting::{NumberStatus, PortNumber};
///
/// let entry: PortNumber = serde_json::from_str(r#"{"status": "canceled", "used_by": "callflow"}"#)?;
/// assert_eq!((entry.status(), &entry.extra()["used_by"]), (&NumberStatus::Canceled, &"callflow".into()));
/// assert_eq!(serde_json::to_value(&entry)?["used_by"], "callflow");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortNumber {
    pub(super) status: NumberStatus,
    extra: Map<String, Value>,
}

/// The progress of a port request: its numbers, counted by status.
///
/// ```
/// use telnum::porting::Progress;
///
/// let progress = Progress { ported: 2, canceled: 1, waiting: 1 };
/// assert!(progress.is_split() && !progress.is_complete());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of ported numbers.
    pub ported: usize,
    /// The number of canceled numbers.
    pub canceled: usize,
    /// The number of numbers that are neither ported nor canceled.
    pub waiting: usize,
}

text_enum!(NumberStatusKind, "the kind of a number's status", {
    Pending => "pending",
    Confirmed => "confirmed",
    Ported => "ported",
    Rejected => "rejected",
    Canceled => "canceled",
    Other => "other",
});

use NumberStatusKind::{Canceled, Confirmed, Other, Pending, Ported, Rejected};

/// The transitions of a number's status: each target status with the statuses that lead to it.
///
/// ```
/// use telnum::porting::{NUMBER_TRANSITIONS, NumberStatusKind};
///
/// let is_final = |kind| NUMBER_TRANSITIONS.iter().all(|(_, from)| !from.contains(&kind));
/// assert!(is_final(NumberStatusKind::Ported) && is_final(NumberStatusKind::Canceled));
/// ```
pub const NUMBER_TRANSITIONS: [(NumberStatusKind, &[NumberStatusKind]); 5] = [
    (Pending, &[Pending, Rejected, Other]),
    (Confirmed, &[Pending, Confirmed, Rejected, Other]),
    (Ported, &[Pending, Confirmed, Rejected, Other]),
    (Rejected, &[Pending, Confirmed, Rejected, Other]),
    (Canceled, &[Pending, Confirmed, Rejected, Other]),
];

/// The fields of a number's entry that belong to its status.
const STATUS_KEYS: [&str; 4] = ["status", "foc_date", "ported_at", "refusals"];

impl NumberStatus {
    /// Returns the kind of the status.
    ///
    /// ```
    /// use telnum::porting::{NumberStatus, NumberStatusKind};
    ///
    /// let status = NumberStatus::Rejected { refusals: Vec::new() };
    /// assert_eq!(status.kind(), NumberStatusKind::Rejected);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> NumberStatusKind {
        match self {
            Self::Pending => Pending,
            Self::Confirmed { .. } => Confirmed,
            Self::Ported { .. } => Ported,
            Self::Rejected { .. } => Rejected,
            Self::Canceled => Canceled,
            Self::Other(_) => Other,
        }
    }

    /// Returns the name in documents, such as `confirmed`.
    ///
    /// ```
    /// use telnum::porting::NumberStatus;
    ///
    /// let status: NumberStatus = serde_json::from_str(r#"{"status": "on_hold"}"#)?;
    /// assert_eq!(status.as_str(), "on_hold");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name.as_str(),
            Self::Pending
            | Self::Confirmed { .. }
            | Self::Ported { .. }
            | Self::Rejected { .. }
            | Self::Canceled => self.kind().as_str(),
        }
    }

    /// Returns whether [`NUMBER_TRANSITIONS`] has a transition from this status to `to`.
    #[must_use]
    pub(crate) fn can_become(&self, to: NumberStatusKind) -> bool {
        NUMBER_TRANSITIONS.iter().any(|(target, from)| *target == to && from.contains(&self.kind()))
    }

    /// Returns whether the number is neither ported nor canceled.
    ///
    /// ```
    /// use telnum::porting::NumberStatus;
    ///
    /// assert!(NumberStatus::Pending.is_waiting() && !NumberStatus::Canceled.is_waiting());
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        !matches!(self, Self::Ported { .. } | Self::Canceled)
    }

    fn from_fields(fields: &mut Fields<'_>) -> Result<Self, FieldError> {
        let Some(name) = fields.field::<Option<String>>("status")? else { return Ok(Self::Pending) };
        Ok(match name.parse::<NumberStatusKind>().ok() {
            Some(Pending) => Self::Pending,
            Some(Confirmed) => Self::Confirmed { foc_date: fields.field("foc_date")? },
            Some(Ported) => Self::Ported { ported_at: fields.field("ported_at")? },
            Some(Rejected) => {
                Self::Rejected { refusals: fields.field::<Option<_>>("refusals")?.unwrap_or_default() }
            }
            Some(Canceled) => Self::Canceled,
            Some(Other) | None => Self::Other(Unlisted::new(&name)),
        })
    }

    fn serialize_entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        if *self != Self::Pending {
            map.serialize_entry("status", self.as_str())?;
        }
        match self {
            Self::Confirmed { foc_date } => map.serialize_entry("foc_date", foc_date),
            Self::Ported { ported_at } => map.serialize_entry("ported_at", ported_at),
            Self::Rejected { refusals } => map.serialize_entry("refusals", refusals),
            Self::Pending | Self::Canceled | Self::Other(_) => Ok(()),
        }
    }
}

impl PortNumber {
    /// Returns the status of the number.
    #[must_use]
    pub const fn status(&self) -> &NumberStatus {
        &self.status
    }

    pub(super) fn set_status(&mut self, status: NumberStatus) {
        // A status that another system defined may have left fields with these names in `extra`.
        self.extra.retain(|key, _| !STATUS_KEYS.contains(&key.as_str()));
        self.status = status;
    }

    /// Returns the unknown fields. They are kept and serialized again.
    #[doc(hidden)]
    #[must_use]
    pub const fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

impl Progress {
    pub(super) fn of<'a>(numbers: impl Iterator<Item = &'a PortNumber>) -> Self {
        numbers.fold(Self::default(), |progress, number| match number.status {
            NumberStatus::Ported { .. } => Self { ported: progress.ported + 1, ..progress },
            NumberStatus::Canceled => Self { canceled: progress.canceled + 1, ..progress },
            NumberStatus::Pending
            | NumberStatus::Confirmed { .. }
            | NumberStatus::Rejected { .. }
            | NumberStatus::Other(_) => Self { waiting: progress.waiting + 1, ..progress },
        })
    }

    /// Returns whether at least one number is ported and none is waiting.
    ///
    /// ```
    /// use telnum::porting::Progress;
    ///
    /// assert!(Progress { ported: 1, canceled: 1, waiting: 0 }.is_complete());
    /// assert!(!Progress { ported: 0, canceled: 1, waiting: 0 }.is_complete());
    /// ```
    #[must_use]
    pub const fn is_complete(self) -> bool {
        self.waiting == 0 && self.ported > 0
    }

    /// Returns whether some numbers are ported and others are waiting.
    ///
    /// ```
    /// use telnum::porting::Progress;
    ///
    /// assert!(Progress { ported: 2, canceled: 0, waiting: 1 }.is_split());
    /// assert!(!Progress { ported: 0, canceled: 0, waiting: 3 }.is_split());
    /// ```
    #[must_use]
    pub const fn is_split(self) -> bool {
        self.waiting > 0 && self.ported > 0
    }
}

impl FromJson for NumberStatus {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        let status = Self::from_fields(&mut fields)?;
        fields.deny_rest()?;
        Ok(status)
    }
}

impl FromJson for PortNumber {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self { status: NumberStatus::from_fields(&mut fields)?, extra: fields.rest() })
    }
}

impl FromJson for RefusalReason {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        json.text().map(|name| name.as_str().into())
    }
}

impl Serialize for NumberStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.serialize_entries(&mut map)?;
        map.end()
    }
}

impl Serialize for PortNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.status.serialize_entries(&mut map)?;
        self.extra.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

deserialize_from_json!(NumberStatus, PortNumber);
