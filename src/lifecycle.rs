//! What may become of a number: nine states, one table of the ways between them.
//!
//! ```text
//!              discovery ──────┬──────────► reserved ◄──┐
//!                  │           │             │  ▲       │
//!      available ──┼───────────┘             ▼  │       │
//!          ▲  └────┴──────────────────► in_service ─────┘
//!          │                             ▲  │   ▲
//!        aging ◄── released ◄────────────┼──┘   └── port_in
//!                     ▲                  ▼
//!                     └──────────── port_out          (deleted: from all)
//! ```
//!
//! The table says from where, who may, and what goes with it; [`mermaid`] and [`dot`] draw it. What
//! is not in it is refused.
//!
//! ```
//! use telnum::lifecycle::{self, Move, Standing, State};
//!
//! let activation = Move::new(State::Aging, State::InService);
//! assert!(lifecycle::decide(activation, Standing::Stranger).is_ok());
//!
//! let refusal = lifecycle::decide(Move::new(State::Aging, State::Reserved), Standing::Admin).unwrap_err();
//! assert_eq!(refusal.to_string(), "from aging to reserved");
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::diagram::{Diagram, Notation};
use crate::names::CarrierKind;

/// Where a number is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Seen at a carrier, not the system's yet.
    Discovery,
    /// The system's, free for anyone.
    Available,
    /// Kept for an account, not in use.
    Reserved,
    /// In use by an account.
    InService,
    /// On its way from another carrier.
    PortIn,
    /// On its way to another carrier.
    PortOut,
    /// Given back, before it ages or becomes available.
    Released,
    /// Given back, resting before it becomes available.
    Aging,
    /// Gone; what is left is its record.
    Deleted,
}

/// A way from one state to another, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Move {
    /// The state that the number is in.
    pub from: State,
    /// The state that it should be in.
    pub to: State,
    /// Whether the account it should be assigned to owns it already.
    pub same_owner: bool,
    /// The kind of its carrier.
    pub carrier: CarrierKind,
}

/// What the one who asks is to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Not an account at all: the sweep, which does what time demands.
    Sweep,
    /// An admin, or the system.
    Admin,
    /// The owner or an account above it; of an unowned number, the one it should be assigned to or
    /// an account above that.
    Owner,
    /// An account below the owner, that takes the number for itself, those below it or the owner.
    BelowOwner,
    /// Any other account.
    Stranger,
}

/// Who may go a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Any account.
    Anyone,
    /// The owner's side, or an admin.
    Owner,
    /// The same, or an account below the owner.
    OwnerOrAncestorReserved,
    /// An admin.
    Admin,
    /// An admin, or the sweep.
    AdminOrSweep,
}

/// Whose a number must be for a row of the table to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owned {
    /// Anyone's or nobody's.
    Any,
    /// That account's which it should be assigned to.
    Same,
    /// Not that account's.
    Other,
}

/// What goes with a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The new owner is put on the reservation history.
    PushHistory,
    /// The number is bought from its carrier.
    Acquire,
    /// The time of disconnection is set, if it is not.
    StartAgeing,
}

/// A row of the [`TABLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The state that the way leads to.
    pub to: State,
    /// The states that it comes from.
    pub from: &'static [State],
    /// Whose the number must be.
    pub owned: Owned,
    /// Who may go it.
    pub who: Who,
    /// Whether mobile numbers may go it.
    pub mobile: bool,
    /// What goes with it.
    pub effects: &'static [Effect],
}

/// Why a number may not go a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is where it should be already.
    #[error("no change required")]
    NoChangeRequired,
    /// There is no such way.
    #[error("from {} to {}", .0.from, .0.to)]
    NoSuchMove(Move),
    /// There is, but not for the one who asks.
    #[error("from {} to {} is for {need}, not for {standing}", .asked.from, .asked.to)]
    NotAllowed {
        /// The way that was asked for.
        asked: Move,
        /// Who may go it.
        need: Who,
        /// Who asked.
        standing: Standing,
    },
}

/// Not the name of a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}, found {found:?}", State::ALL.map(State::name).join(", "))]
pub struct StateError {
    found: Box<str>,
}

use Effect::{Acquire, PushHistory, StartAgeing};
use State::{Aging, Available, Deleted, Discovery, InService, PortIn, PortOut, Released, Reserved};

/// All ways there are.
pub const TABLE: [Row; 18] = [
    way(Reserved, &[Reserved], Owned::Other, Who::Owner, &[PushHistory, Acquire]),
    way(Reserved, &[Discovery], Owned::Any, Who::Owner, &[PushHistory, Acquire]),
    way(Reserved, &[Available, InService], Owned::Any, Who::Owner, &[PushHistory]),
    way(InService, &[InService], Owned::Same, Who::Anyone, &[]).for_mobiles(),
    way(InService, &[InService], Owned::Other, Who::Owner, &[]).for_mobiles(),
    way(InService, &[PortIn], Owned::Any, Who::Owner, &[]),
    way(InService, &[Discovery], Owned::Any, Who::Owner, &[Acquire]),
    way(InService, &[Available, Aging], Owned::Any, Who::Anyone, &[]),
    way(InService, &[Reserved], Owned::Any, Who::OwnerOrAncestorReserved, &[]),
    // The port-out was refused or cancelled.
    way(InService, &[PortOut], Owned::Any, Who::Owner, &[]),
    way(Available, &[Available], Owned::Any, Who::Owner, &[]),
    way(Available, &[Aging, Released], Owned::Any, Who::AdminOrSweep, &[]),
    way(Aging, &[Aging, Released, Available], Owned::Any, Who::AdminOrSweep, &[StartAgeing]),
    way(PortIn, &[PortIn], Owned::Any, Who::Owner, &[]),
    // The losing side.
    way(PortOut, &[InService], Owned::Any, Who::Owner, &[]),
    // By the release operation, which also takes what is released already.
    way(Released, &[PortOut, Reserved, InService, PortIn], Owned::Any, Who::Owner, &[]).for_mobiles(),
    way(Deleted, &[Discovery, Released, Aging], Owned::Any, Who::AdminOrSweep, &[]).for_mobiles(),
    way(Deleted, &[Available, Reserved, InService, PortIn, PortOut], Owned::Any, Who::Admin, &[])
        .for_mobiles(),
];

/// The row of the table that a move is.
///
/// # Errors
/// Why there is none, or not for this standing.
pub fn decide(asked: Move, standing: Standing) -> Result<&'static Row, Refusal> {
    let row = TABLE.iter().find(|row| row.is(asked)).ok_or(match asked {
        Move { from: Reserved, to: Reserved, same_owner: true, .. } => Refusal::NoChangeRequired,
        Move { .. } => Refusal::NoSuchMove(asked),
    })?;
    if row.who.includes(standing) {
        Ok(row)
    } else {
        Err(Refusal::NotAllowed { asked, need: row.who, standing })
    }
}

/// The states that a number may go to from where it is.
///
/// ```
/// use telnum::lifecycle::{Move, Standing, State, allowed_transitions};
///
/// let aging = Move::new(State::Aging, State::Aging);
/// let sweep: Vec<_> = allowed_transitions(aging, Standing::Sweep).collect();
/// assert_eq!(sweep, [State::Available, State::Aging, State::Deleted]);
/// let anyone: Vec<_> = allowed_transitions(aging, Standing::Stranger).collect();
/// assert_eq!(anyone, [State::InService]);
/// ```
pub fn allowed_transitions(from: Move, standing: Standing) -> impl Iterator<Item = State> {
    State::ALL.into_iter().filter(move |to| decide(Move { to: *to, ..from }, standing).is_ok())
}

/// The ways as a Mermaid state diagram.
///
/// ```
/// # use telnum::lifecycle::mermaid;
/// assert!(mermaid().to_string().contains("reserved --> in_service: owner or account below it\n"));
/// ```
#[must_use]
pub fn mermaid() -> impl fmt::Display {
    Diagram { notation: Notation::Mermaid("", ""), ways }
}

/// The ways as a DOT graph.
///
/// ```
/// # use telnum::lifecycle::dot;
/// assert!(dot().to_string().starts_with("digraph lifecycle {\n"));
/// ```
#[must_use]
pub fn dot() -> impl fmt::Display {
    Diagram { notation: Notation::Dot("lifecycle"), ways }
}

fn ways() -> Vec<(&'static str, &'static str, String)> {
    let ways = |row: &'static Row| row.from.iter().map(|from| (from.name(), row.to.name(), row.label()));
    TABLE.iter().flat_map(ways).collect()
}

const fn way(to: State, from: &'static [State], owned: Owned, who: Who, effects: &'static [Effect]) -> Row {
    Row { to, from, owned, who, mobile: false, effects }
}

impl Row {
    const fn for_mobiles(self) -> Self {
        Self { mobile: true, ..self }
    }

    fn is(&self, asked: Move) -> bool {
        let owned = match self.owned {
            Owned::Any => true,
            Owned::Same => asked.same_owner,
            Owned::Other => !asked.same_owner,
        };
        self.to == asked.to
            && owned
            && (self.mobile || asked.carrier != CarrierKind::Mdn)
            && self.from.contains(&asked.from)
    }

    /// Who may go the way, whose the number must be and what goes with it, in a few words.
    fn label(&self) -> String {
        let owned = match self.owned {
            Owned::Any => "",
            Owned::Same => " of the same owner",
            Owned::Other => " of another owner",
        };
        let effects = self.effects.iter().map(|effect| format!(" / {effect}"));
        format!("{}{owned}{}", self.who, effects.collect::<String>())
    }
}

/// One line of the table.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from.iter().map(|state| state.name()).collect::<Vec<_>>().join(", ");
        let mobile = if self.mobile { "mobile too" } else { "" };
        write!(f, "{:<10} | {from:<54} | {:<60} | {mobile}", self.to, self.label())
    }
}

impl Who {
    /// Whether somebody with a standing is meant.
    #[must_use]
    pub const fn includes(self, standing: Standing) -> bool {
        match standing {
            Standing::Admin => true,
            Standing::Sweep => matches!(self, Self::AdminOrSweep),
            Standing::Owner => matches!(self, Self::Anyone | Self::Owner | Self::OwnerOrAncestorReserved),
            Standing::BelowOwner => matches!(self, Self::Anyone | Self::OwnerOrAncestorReserved),
            Standing::Stranger => matches!(self, Self::Anyone),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anyone => "anyone",
            Self::Owner => "owner",
            Self::OwnerOrAncestorReserved => "owner or account below it",
            Self::Admin => "admin",
            Self::AdminOrSweep => "admin or sweep",
        })
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sweep => "the sweep",
            Self::Admin => "an admin",
            Self::Owner => "the owner's side",
            Self::BelowOwner => "an account below the owner",
            Self::Stranger => "another account",
        })
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PushHistory => "push history",
            Self::Acquire => "acquire",
            Self::StartAgeing => "start ageing",
        })
    }
}

impl Move {
    /// The move of a number that is not the new owner's, at a carrier like most.
    #[must_use]
    pub const fn new(from: State, to: State) -> Self {
        Self { from, to, same_owner: false, carrier: CarrierKind::Other }
    }
}

impl State {
    /// All states.
    pub const ALL: [Self; 9] =
        [Discovery, Available, Reserved, InService, PortIn, PortOut, Released, Aging, Deleted];

    /// The name in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
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

    /// Whether a number in this state has an owner; `None` where it may or may not.
    ///
    /// ```
    /// # use telnum::lifecycle::State;
    /// assert_eq!(State::Reserved.is_owned(), Some(true));
    /// assert_eq!(State::Released.is_owned(), None);
    /// ```
    #[must_use]
    pub const fn is_owned(self) -> Option<bool> {
        match self {
            Reserved | InService | PortIn | PortOut => Some(true),
            Discovery | Available | Aging | Deleted => Some(false),
            Released => None,
        }
    }
}

impl FromStr for State {
    type Err = StateError;

    fn from_str(name: &str) -> Result<Self, StateError> {
        let found = Self::ALL.into_iter().find(|state| state.name() == name);
        found.ok_or_else(|| StateError { found: name.into() })
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
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
