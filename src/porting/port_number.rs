//! What has become of each number of a port request: a request may be split, and its numbers come one
//! by one.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{RefusalReason, Unlisted};
use crate::document::{FieldError, Fields, FromJson, Json, deserialize_from_json};
use crate::time::Timestamp;

/// What the losing carrier has said about a number.
///
/// ```text
///  pending ──► confirmed ──► ported        canceled: from pending,
///     ▲ │          │ ▲         ▲           confirmed and rejected
///     │ └─►─┐  ┌─◄─┘ │         │
///    rejected ───────┴─────────┘
/// ```
///
/// [`NUMBER_MOVES`] is the table of the ways; a status may be told again, with other facts, unless it
/// is ported or canceled: these are final.
///
/// ```
/// use telnum::porting::{NumberStatus, NumberStatusKind, RefusalReason};
///
/// let status = NumberStatus::Rejected { refusals: vec![RefusalReason::PinInvalid] };
/// assert!(status.may_become(NumberStatusKind::Pending));
/// assert_eq!(serde_json::to_string(&status)?, r#"{"status":"rejected","refusals":["pin_invalid"]}"#);
/// assert_eq!(serde_json::from_str::<NumberStatus>("{}")?, NumberStatus::Pending);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NumberStatus {
    /// Nothing yet. In JSON no `status` at all.
    #[default]
    Pending,
    /// There is a firm order commitment (FOC) for a date.
    Confirmed {
        /// The date.
        foc_date: Timestamp,
    },
    /// The number has come. Final.
    Ported {
        /// When.
        ported_at: Timestamp,
    },
    /// The losing carrier does not let it go.
    Rejected {
        /// Why.
        refusals: Vec<RefusalReason>,
    },
    /// It is not wanted any more. Final.
    Canceled,
    /// A status that only another system knows.
    Other(Unlisted),
}

/// A [`NumberStatus`] without its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberStatusKind {
    /// See [`NumberStatus::Pending`].
    Pending,
    /// See [`NumberStatus::Confirmed`].
    Confirmed,
    /// See [`NumberStatus::Ported`].
    Ported,
    /// See [`NumberStatus::Rejected`].
    Rejected,
    /// See [`NumberStatus::Canceled`].
    Canceled,
    /// See [`NumberStatus::Other`].
    Other,
}

/// A number on a port request: its entry in `numbers`.
///
/// Its keys are those of its [`NumberStatus`], and any others, which are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortNumber {
    pub(super) status: NumberStatus,
    extra: Map<String, Value>,
}

/// How far a request's numbers have come.
///
/// ```
/// use telnum::porting::Progress;
///
/// let progress = Progress { ported: 2, canceled: 1, waiting: 1 };
/// assert!(progress.is_split() && !progress.is_complete());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many have come.
    pub ported: usize,
    /// How many are not wanted any more.
    pub canceled: usize,
    /// How many are still to come.
    pub waiting: usize,
}

use NumberStatusKind::{Canceled, Confirmed, Other, Pending, Ported, Rejected};

/// What may become of a number: the status, and those that it may come from.
pub const NUMBER_MOVES: [(NumberStatusKind, &[NumberStatusKind]); 5] = [
    (Pending, &[Pending, Rejected, Other]),
    (Confirmed, &[Pending, Confirmed, Rejected, Other]),
    (Ported, &[Pending, Confirmed, Rejected, Other]),
    (Rejected, &[Pending, Confirmed, Rejected, Other]),
    (Canceled, &[Pending, Confirmed, Rejected, Other]),
];

/// The keys of a number's entry that its status has.
const STATUS_KEYS: [&str; 4] = ["status", "foc_date", "ported_at", "refusals"];

impl NumberStatus {
    /// The status without its facts.
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

    /// The name in the documents.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Other(name) => name.as_str(),
            Self::Pending
            | Self::Confirmed { .. }
            | Self::Ported { .. }
            | Self::Rejected { .. }
            | Self::Canceled => self.kind().name(),
        }
    }

    /// Whether the table has a way to a status.
    #[must_use]
    pub fn may_become(&self, to: NumberStatusKind) -> bool {
        NUMBER_MOVES.iter().any(|(target, from)| *target == to && from.contains(&self.kind()))
    }

    /// Whether the number has neither come nor been canceled.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        !matches!(self, Self::Ported { .. } | Self::Canceled)
    }

    fn from_fields(fields: &mut Fields<'_>) -> Result<Self, FieldError> {
        let Some(name) = fields.string("status")? else { return Ok(Self::Pending) };
        Ok(match NumberStatusKind::ALL.into_iter().find(|kind| kind.name() == name) {
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
            map.serialize_entry("status", self.name())?;
        }
        match self {
            Self::Confirmed { foc_date } => map.serialize_entry("foc_date", foc_date),
            Self::Ported { ported_at } => map.serialize_entry("ported_at", ported_at),
            Self::Rejected { refusals } => map.serialize_entry("refusals", refusals),
            Self::Pending | Self::Canceled | Self::Other(_) => Ok(()),
        }
    }
}

impl NumberStatusKind {
    /// Those that have a name of their own.
    pub const ALL: [Self; 5] = [Pending, Confirmed, Ported, Rejected, Canceled];

    /// The name in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Pending => "pending",
            Confirmed => "confirmed",
            Ported => "ported",
            Rejected => "rejected",
            Canceled => "canceled",
            Other => "other",
        }
    }
}

impl std::fmt::Display for NumberStatusKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl PortNumber {
    /// What the losing carrier has said about it.
    #[must_use]
    pub const fn status(&self) -> &NumberStatus {
        &self.status
    }

    pub(super) fn set_status(&mut self, status: NumberStatus) {
        // What another system wrote by these names would come twice.
        self.extra.retain(|key, _| !STATUS_KEYS.contains(&key.as_str()));
        self.status = status;
    }

    /// Further keys, kept and given back.
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

    /// Whether some have come, and none is still to come.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        self.waiting == 0 && self.ported > 0
    }

    /// Whether some have come, and some are still to come.
    #[must_use]
    pub const fn is_split(self) -> bool {
        self.waiting > 0 && self.ported > 0
    }
}

impl FromJson for NumberStatus {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        let status = Self::from_fields(&mut fields)?;
        fields.no_more()?;
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
