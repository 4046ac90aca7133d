//! The states of a port request, and sets of states for filtering lists.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Unlisted;

use PortState::{Canceled, Completed, Pending, Rejected, Scheduled, Submitted, Unconfirmed};

/// The state of a port request.
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
/// The dashed transition must be [allowed by the settings][settings]. A request in a state
/// that another system defined can only be canceled, by the port authority or an admin.
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
///
/// [settings]: super::PortSettings::with_allow_submitted_to_scheduled
#[doc(alias = "port_state")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortState {
    /// Being filled in by the owner.
    Unconfirmed,
    /// Submitted to the port authority.
    Submitted,
    /// Sent to the losing carrier.
    Pending,
    /// Accepted by the losing carrier for a date.
    Scheduled,
    /// Rejected; the owner can correct it and submit it again.
    Rejected,
    /// Completed: the numbers are in service. Final.
    Completed,
    /// Canceled. Final.
    #[doc(alias = "cancelled")]
    Canceled,
    /// A state that another system defined, kept unchanged.
    Other(Unlisted),
}

/// A set of states, for filtering lists of port requests.
///
/// States that another system defined are in [`ACTIVE`](Self::ACTIVE), so that their requests are not
/// overlooked.
///
/// ```
/// use telnum::porting::{PortState, PortStates};
///
/// let states: PortStates = "suspended,completed,pending".parse()?;
/// assert!(states.contains(&PortState::Rejected) && states.contains(&PortState::Canceled));
/// assert!(states.contains(&PortState::Pending) && !states.contains(&PortState::Scheduled));
/// assert_eq!(PortStates::default(), PortStates::ACTIVE);
///
/// let error = "active,lost".parse::<PortStates>().unwrap_err();
/// assert_eq!(error.found(), "lost");
/// # Ok::<(), telnum::porting::PortStatesError>(())
/// ```
#[doc(alias = "by_types")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortStates(u8);

/// The error returned for a text that names neither [`PortStates`] nor states.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected some of {}, or of the states, found {found:?}", NAMED.map(|(name, _)| name).join(", "))]
pub struct PortStatesError {
    found: Box<str>,
}

/// The named sets.
const NAMED: [(&str, PortStates); 5] = [
    ("active", PortStates::ACTIVE),
    ("progressing", PortStates::PROGRESSING),
    ("suspended", PortStates::SUSPENDED),
    ("completed", PortStates::COMPLETED),
    ("all", PortStates::ALL),
];

impl PortState {
    /// All states except [`Other`](Self::Other), in the order of a request's life.
    pub const ALL: [Self; 7] = [Unconfirmed, Submitted, Pending, Scheduled, Rejected, Completed, Canceled];

    /// Returns the name in documents, such as `unconfirmed`.
    ///
    /// ```
    /// use telnum::porting::PortState;
    ///
    /// assert_eq!(PortState::Canceled.as_str(), "canceled");
    /// assert_eq!(PortState::from("parked").as_str(), "parked");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
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

    /// Returns whether no transition starts from this state.
    ///
    /// ```
    /// use telnum::porting::PortState;
    ///
    /// assert!(PortState::Completed.is_final() && !PortState::Rejected.is_final());
    /// ```
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Completed | Canceled)
    }
}

impl From<&str> for PortState {
    fn from(name: &str) -> Self {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == name);
        known.unwrap_or_else(|| Self::Other(Unlisted::new(name)))
    }
}

impl fmt::Display for PortState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for PortState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PortState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| name.as_str().into())
    }
}

impl PortStates {
    /// The set of all states that are not final.
    pub const ACTIVE: Self = Self(!Self::COMPLETED.0);
    /// The set of submitted, pending and scheduled.
    #[doc(hidden)]
    pub const PROGRESSING: Self = Self::of(&[Submitted, Pending, Scheduled]);
    /// The set of unconfirmed and rejected, in which requests wait for the owner.
    #[doc(hidden)]
    pub const SUSPENDED: Self = Self::of(&[Unconfirmed, Rejected]);
    /// The set of completed and canceled.
    #[doc(hidden)]
    pub const COMPLETED: Self = Self::of(&[Completed, Canceled]);
    /// The set of all states.
    pub const ALL: Self = Self(u8::MAX);

    /// Returns whether `state` is in the set.
    ///
    /// ```
    /// use telnum::porting::{PortState, PortStates};
    ///
    /// assert!(PortStates::ACTIVE.contains(&PortState::from("parked")));
    /// assert!(!PortStates::ACTIVE.contains(&PortState::Completed));
    /// ```
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

/// Returns [`PortStates::ACTIVE`].
impl Default for PortStates {
    fn default() -> Self {
        Self::ACTIVE
    }
}

impl FromStr for PortStates {
    type Err = PortStatesError;

    /// Parses the names of sets and of states, separated by commas. The sets are `active`, `progressing`,
    /// `suspended`, `completed` and `all`; `completed` is the set, which also contains canceled.
    fn from_str(names: &str) -> Result<Self, PortStatesError> {
        names.split(',').try_fold(Self(0), |states, found| {
            let set = NAMED.into_iter().find(|(name, _)| *name == found).map(|(_, set)| set.0);
            let state = || PortState::ALL.iter().find(|state| state.as_str() == found).map(Self::bit);
            let bits = set.or_else(state).ok_or_else(|| PortStatesError { found: found.into() })?;
            Ok(Self(states.0 | bits))
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

impl PortStatesError {
    /// Returns the text that is the name of neither a set nor a state.
    ///
    /// ```
    /// use telnum::porting::PortStates;
    ///
    /// assert_eq!("active,open".parse::<PortStates>().unwrap_err().found(), "open");
    /// ```
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}
