//! The states of a number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use State::{Aging, Available, Deleted, Discovery, InService, PortIn, PortOut, Released, Reserved};

/// The state of a number.
///
/// ```
/// use telnum::lifecycle::State;
///
/// let state: State = "in_service".parse()?;
/// assert_eq!((state, state.as_str()), (State::InService, "in_service"));
/// assert_eq!(State::ALL.len(), 9);
/// # Ok::<(), telnum::lifecycle::StateError>(())
/// ```
#[doc(alias = "knm_number_states")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Found at a carrier but not bought yet.
    Discovery,
    /// In the stock and free for any account.
    Available,
    /// Reserved for an account, but not in use.
    Reserved,
    /// In use by an account.
    InService,
    /// Being ported in from another carrier.
    PortIn,
    /// Being ported out to another carrier.
    PortOut,
    /// Released by its owner, before it starts ageing or becomes available.
    Released,
    /// Released by its owner, and ageing before it becomes available.
    #[doc(alias = "ageing")]
    Aging,
    /// Deleted, with only the record left.
    Deleted,
}

/// The error for a text that is not the name of a [`State`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}, found {found:?}", State::ALL.map(State::as_str).join(", "))]
pub struct StateError {
    found: Box<str>,
}

impl State {
    /// All states, in the order of a number's life.
    ///
    /// ```
    /// use telnum::lifecycle::State;
    ///
    /// let unowned = State::ALL.into_iter().filter(|state| state.has_owner() == Some(false));
    /// assert_eq!(unowned.count(), 4);
    /// ```
    pub const ALL: [Self; 9] =
        [Discovery, Available, Reserved, InService, PortIn, PortOut, Released, Aging, Deleted];

    /// Returns the name in documents, such as `in_service`.
    ///
    /// ```
    /// use telnum::lifecycle::State;
    ///
    /// assert_eq!(State::PortIn.as_str(), "port_in");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Discovery => "discovery",
            Available => "available",
            Reserved => "reserved",
            InService => "in_service",
            PortIn => "port_in",
            PortOut => "port_out",
            Released => "released",
            Aging => "aging",
            Deleted => "deleted",
        }
    }

    /// Returns whether a number in this state has an owner; `None` for [`Released`], in which it may
    /// have one.
    ///
    /// ```
    /// use telnum::lifecycle::State;
    ///
    /// assert_eq!(State::Reserved.has_owner(), Some(true));
    /// assert_eq!(State::Available.has_owner(), Some(false));
    /// assert_eq!(State::Released.has_owner(), None);
    /// ```
    ///
    /// [`Released`]: State::Released
    #[must_use]
    pub const fn has_owner(self) -> Option<bool> {
        match self {
            Reserved | InService | PortIn | PortOut => Some(true),
            Discovery | Available | Aging | Deleted => Some(false),
            Released => None,
        }
    }
}

impl FromStr for State {
    type Err = StateError;

    /// Parses the name in documents.
    fn from_str(name: &str) -> Result<Self, StateError> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == name);
        found.ok_or_else(|| StateError { found: name.into() })
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(StateVisitor)
    }
}

struct StateVisitor;

impl de::Visitor<'_> for StateVisitor {
    type Value = State;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a state")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<State, E> {
        name.parse().map_err(E::custom)
    }
}
