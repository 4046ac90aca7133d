//! The states of a port request, and the sets of them that lists are asked for by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Unlisted;

/// Where a port request is.
///
/// ```text
///  unconfirmed ──► submitted ──► pending ──► scheduled
///                   ▲  │  ╎         │ │       ▲ │ │
///                   │  ▼  ╎         ▼ │       ╎ │ ▼
///                   rejected ◄────────┼───────╎─┘ completed
///                     │   ╎           │       ╎     ▲ ▲
///                     │   └╌╌╌╌╌╌╌╌╌╌╌│╌╌╌╌╌╌╌┘     │ │
///                     │               └─────────────┘ │
///                     └───────────────────────────────┘
///  canceled: from all but completed
/// ```
///
/// The dashed way is one of the [settings](super::PortSettings). A state that is none of these came
/// from elsewhere: it is kept as it is written, and nothing may become of it but that the port
/// authority or an admin cancels the request.
///
/// ```
/// use telnum::porting::PortState;
///
/// assert_eq!(PortState::from("submitted"), PortState::Submitted);
/// let other: PortState = serde_json::from_str(r#""parked""#)?;
/// assert!(matches!(&other, PortState::Other(name) if name.as_str() == "parked"));
/// assert_eq!(serde_json::to_string(&other)?, r#""parked""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortState {
    /// Being filled in by the owner.
    Unconfirmed,
    /// Handed to the port authority.
    Submitted,
    /// Sent to the losing carrier.
    Pending,
    /// The losing carrier has agreed to a date.
    Scheduled,
    /// Refused; it can be corrected and submitted again.
    Rejected,
    /// The numbers have come. Final.
    Completed,
    /// Given up. Final.
    Canceled,
    /// A state that only another system knows.
    Other(Unlisted),
}

/// A set of states, as lists of port requests are asked for.
///
/// A request in a state that is not known here is [active](Self::ACTIVE), so that it is in the list
/// that people look at first.
///
/// ```
/// use telnum::porting::{PortState, PortStates};
///
/// let states: PortStates = "suspended,completed".parse()?;
/// assert!(states.contains(&PortState::Rejected) && states.contains(&PortState::Canceled));
/// assert_eq!(PortStates::default(), PortStates::ACTIVE);
///
/// let error = "active,lost".parse::<PortStates>().unwrap_err();
/// assert_eq!((error.name(), error.found()), ("invalid_request", "lost"));
/// # Ok::<(), telnum::porting::PortTypesError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortStates(u8);

/// Not the name of a set of states.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected some of {}, found {found:?}", TYPES.map(|(name, _)| name).join(", "))]
pub struct PortTypesError {
    found: Box<str>,
}

use PortState::{Canceled, Completed, Pending, Rejected, Scheduled, Submitted, Unconfirmed};

/// The sets that have names.
const TYPES: [(&str, PortStates); 5] = [
    ("active", PortStates::ACTIVE),
    ("progressing", PortStates::PROGRESSING),
    ("suspended", PortStates::SUSPENDED),
    ("completed", PortStates::COMPLETED),
    ("all", PortStates::ALL),
];

impl PortState {
    /// The states that are known.
    pub const ALL: [Self; 7] = [Unconfirmed, Submitted, Pending, Scheduled, Rejected, Completed, Canceled];

    /// The name in the documents.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Unconfirmed => "unconfirmed",
            Submitted => "submitted",
            Pending => "pending",
            Scheduled => "scheduled",
            Rejected => "rejected",
            Completed => "completed",
            Canceled => "canceled",
            Self::Other(name) => name.as_str(),
        }
    }

    /// Whether nothing may become of the request any more.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Completed | Canceled)
    }
}

impl From<&str> for PortState {
    fn from(name: &str) -> Self {
        let known = Self::ALL.into_iter().find(|state| state.name() == name);
        known.unwrap_or_else(|| Self::Other(Unlisted::new(name)))
    }
}

impl fmt::Display for PortState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for PortState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for PortState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| name.as_str().into())
    }
}

impl PortStates {
    /// Neither completed nor canceled.
    pub const ACTIVE: Self = Self(!Self::COMPLETED.0);
    /// Submitted, pending, scheduled.
    pub const PROGRESSING: Self = Self::of(&[Submitted, Pending, Scheduled]);
    /// Unconfirmed, rejected: waiting for the owner.
    pub const SUSPENDED: Self = Self::of(&[Unconfirmed, Rejected]);
    /// Completed, canceled.
    pub const COMPLETED: Self = Self::of(&[Completed, Canceled]);
    /// All there are.
    pub const ALL: Self = Self(u8::MAX);

    /// Whether a state is in the set.
    #[must_use]
    pub const fn contains(self, state: &PortState) -> bool {
        self.0 & Self::bit(state) != 0
    }

    const fn of(states: &[PortState]) -> Self {
        let (mut bits, mut rest) = (0, states);
        while let Some((state, others)) = rest.split_first() {
            (bits, rest) = (bits | Self::bit(state), others);
        }
        Self(bits)
    }

    const fn bit(state: &PortState) -> u8 {
        match state {
            Unconfirmed => 1,
            Submitted => 1 << 1,
            Pending => 1 << 2,
            Scheduled => 1 << 3,
            Rejected => 1 << 4,
            Completed => 1 << 5,
            Canceled => 1 << 6,
            PortState::Other(_) => 1 << 7,
        }
    }
}

/// The active ones.
impl Default for PortStates {
    fn default() -> Self {
        Self::ACTIVE
    }
}

impl FromStr for PortStates {
    type Err = PortTypesError;

    /// Reads names of sets with commas between: `active`, `progressing`, `suspended`, `completed`,
    /// `all`.
    fn from_str(types: &str) -> Result<Self, PortTypesError> {
        types.split(',').try_fold(Self(0), |states, found| {
            let set = TYPES.into_iter().find(|(name, _)| *name == found);
            let (_, set) = set.ok_or_else(|| PortTypesError { found: found.into() })?;
            Ok(Self(states.0 | set.0))
        })
    }
}

impl fmt::Debug for PortStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = PortState::ALL.into_iter().filter(|state| self.contains(state));
        let other = (self.0 & 1 << 7 != 0).then_some("others");
        f.debug_set().entries(known).entries(other).finish()
    }
}

impl PortTypesError {
    /// The name in the documents.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        "invalid_request"
    }

    /// What was found in the place of a name.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}
