//! The one table of the ways between the states of a port request.
//!
//! It says who may go a way, and what must be so for it. What is not in it is refused.
//!
//! ```
//! use telnum::porting::{PortSettings, PortStanding, PortState, decide};
//!
//! let settings = PortSettings::default();
//! let may = |standing, to| decide(&PortState::Unconfirmed, &to, standing, &settings);
//! assert!(may(PortStanding::OwnerSide, PortState::Submitted).is_ok());
//!
//! let refusal = may(PortStanding::Admin, PortState::Completed).unwrap_err();
//! assert_eq!(refusal.message(), "Cannot move to new state from current state");
//! assert_eq!(refusal.to(), &PortState::Completed);
//! ```

use std::fmt;

use super::{PortSettings, PortState};
use crate::diagram::{Diagram, Notation};

/// A row of the [`TRANSITIONS`].
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransitionRow {
    /// The state that the way leads to.
    pub to: PortState,
    /// The known states that it comes from.
    pub from: &'static [PortState],
    /// Whether it comes from states that are not known too.
    pub from_unlisted: bool,
    /// Who may go it.
    pub who: PortWho,
    /// What must be so.
    pub condition: Option<PortCondition>,
}

/// Who may do something with a port request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortWho {
    /// All that have access: the owner, the accounts above it, the port authority, admins.
    Access,
    /// The port authority and admins.
    PortAuthority,
}

/// What must be so for a way to be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortCondition {
    /// A date comes with it: `schedule_on`.
    ScheduleOn,
    /// The same, and [`PortSettings::allow_submitted_to_scheduled`] is set.
    ConfiguredAndScheduleOn,
    /// No number is still to come.
    NumbersPorted,
}

/// What the one who asks is to a port request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortStanding {
    /// An admin, or the system.
    Admin,
    /// The account that works on the request.
    PortAuthority,
    /// The owner, or an account above it.
    OwnerSide,
    /// Any other account, and one that does not exist.
    Stranger,
}

/// Why a port request may not go a way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionRefusal {
    /// There is no such way.
    #[error("cannot move from {from} to {to}; allowed: {}", list(.allowed))]
    NoSuchWay {
        /// The state the request is in.
        from: PortState,
        /// The state it should be in.
        to: PortState,
        /// The states that the one who asked may move it to.
        allowed: Vec<PortState>,
    },
    /// There is, but not for the one who asks.
    #[error("moving from {from} to {to} is for {need}, not for {standing}; allowed: {}", list(.allowed))]
    NotAllowed {
        /// The state the request is in.
        from: PortState,
        /// The state it should be in.
        to: PortState,
        /// Who may move it there.
        need: PortWho,
        /// Who asked.
        standing: PortStanding,
        /// The states that the one who asked may move it to.
        allowed: Vec<PortState>,
    },
}

use PortState::{Canceled, Completed, Pending, Rejected, Scheduled, Submitted, Unconfirmed};
use PortWho::{Access, PortAuthority};

/// All ways there are, but for the one into [`PortState::Unconfirmed`], which is how all begin.
pub static TRANSITIONS: [TransitionRow; 8] = [
    way(Submitted, &[Unconfirmed, Rejected], Access, None),
    way(Pending, &[Submitted], PortAuthority, None),
    way(Scheduled, &[Pending], PortAuthority, Some(PortCondition::ScheduleOn)),
    way(Scheduled, &[Submitted], PortAuthority, Some(PortCondition::ConfiguredAndScheduleOn)),
    way(Completed, &[Pending, Scheduled, Rejected], PortAuthority, Some(PortCondition::NumbersPorted)),
    way(Rejected, &[Submitted, Pending, Scheduled], PortAuthority, None),
    way(Canceled, &[Unconfirmed], Access, None),
    TransitionRow {
        to: Canceled,
        from: &[Submitted, Pending, Scheduled, Rejected],
        from_unlisted: true,
        who: PortAuthority,
        condition: None,
    },
];

/// The row of the table that is a way.
///
/// # Errors
/// Why there is none, or not for this standing.
pub fn decide(
    from: &PortState,
    to: &PortState,
    standing: PortStanding,
    settings: &PortSettings,
) -> Result<&'static TransitionRow, TransitionRefusal> {
    let allowed = || allowed_transitions(from, standing, settings).cloned().collect();
    match row(from, to, settings) {
        None => Err(TransitionRefusal::NoSuchWay { from: from.clone(), to: to.clone(), allowed: allowed() }),
        Some(row) if row.who.includes(standing) => Ok(row),
        Some(row) => Err(TransitionRefusal::NotAllowed {
            from: from.clone(),
            to: to.clone(),
            need: row.who,
            standing,
            allowed: allowed(),
        }),
    }
}

/// The states that a port request may go to from where it is, in the table's order.
///
/// ```
/// use telnum::porting::{PortSettings, PortStanding, PortState, allowed_transitions};
///
/// let settings = PortSettings::default();
/// let allowed = |standing| -> Vec<_> {
///     allowed_transitions(&PortState::Pending, standing, &settings).map(PortState::name).collect()
/// };
/// assert_eq!(allowed(PortStanding::PortAuthority), ["scheduled", "completed", "rejected", "canceled"]);
/// assert!(allowed(PortStanding::OwnerSide).is_empty());
/// ```
pub fn allowed_transitions(
    from: &PortState,
    standing: PortStanding,
    settings: &PortSettings,
) -> impl Iterator<Item = &'static PortState> {
    TRANSITIONS
        .iter()
        .filter(move |row| row.is_from(from, settings) && row.who.includes(standing))
        .map(|row| &row.to)
}

/// The ways as a Mermaid state diagram.
///
/// ```
/// # use telnum::porting::mermaid;
/// assert!(mermaid().to_string().contains("    submitted --> pending: port authority\n"));
/// ```
#[must_use]
pub fn mermaid() -> impl fmt::Display {
    let before = "    [*] --> unconfirmed: anyone with access\n";
    let after = "    completed --> [*]\n    canceled --> [*]\n";
    Diagram { notation: Notation::Mermaid(before, after), ways }
}

/// The ways as a DOT graph.
///
/// ```
/// # use telnum::porting::dot;
/// assert!(dot().to_string().starts_with("digraph porting {\n"));
/// ```
#[must_use]
pub fn dot() -> impl fmt::Display {
    Diagram { notation: Notation::Dot("porting"), ways }
}

fn ways() -> Vec<(&'static str, &'static str, String)> {
    let ways = |row: &'static TransitionRow| row.names_from().map(|from| (from, row.to.name(), row.label()));
    TRANSITIONS.iter().flat_map(ways).collect()
}

/// How states that are not known are drawn.
const UNLISTED: &str = "other";

const fn way(
    to: PortState,
    from: &'static [PortState],
    who: PortWho,
    condition: Option<PortCondition>,
) -> TransitionRow {
    TransitionRow { to, from, from_unlisted: false, who, condition }
}

fn row(from: &PortState, to: &PortState, settings: &PortSettings) -> Option<&'static TransitionRow> {
    TRANSITIONS.iter().find(|row| row.to == *to && row.is_from(from, settings))
}

impl TransitionRow {
    fn is_from(&self, from: &PortState, settings: &PortSettings) -> bool {
        let is_listed = match from {
            PortState::Other(_) => self.from_unlisted,
            Unconfirmed | Submitted | Pending | Scheduled | Rejected | Completed | Canceled => {
                self.from.contains(from)
            }
        };
        let is_open = match self.condition {
            Some(PortCondition::ConfiguredAndScheduleOn) => settings.allow_submitted_to_scheduled,
            Some(PortCondition::ScheduleOn | PortCondition::NumbersPorted) | None => true,
        };
        is_listed && is_open
    }

    fn names_from(&self) -> impl Iterator<Item = &'static str> {
        self.from.iter().map(PortState::name).chain(self.from_unlisted.then_some(UNLISTED))
    }

    fn label(&self) -> String {
        let condition = self.condition.map(|condition| format!(" / {condition}"));
        format!("{}{}", self.who, condition.unwrap_or_default())
    }
}

/// One line of the table.
impl fmt::Display for TransitionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.names_from().collect::<Vec<_>>().join(", ");
        write!(f, "{:<9} | {from:<46} | {}", self.to, self.label())
    }
}

impl PortWho {
    /// Whether somebody with a standing is meant.
    #[must_use]
    pub const fn includes(self, standing: PortStanding) -> bool {
        match standing {
            PortStanding::Admin | PortStanding::PortAuthority => true,
            PortStanding::OwnerSide => matches!(self, Access),
            PortStanding::Stranger => false,
        }
    }
}

impl fmt::Display for PortWho {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Access => "anyone with access",
            PortAuthority => "port authority",
        })
    }
}

impl fmt::Display for PortCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ScheduleOn => "with schedule_on",
            Self::ConfiguredAndScheduleOn => "if configured, with schedule_on",
            Self::NumbersPorted => "all numbers ported",
        })
    }
}

impl fmt::Display for PortStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Admin => "an admin",
            Self::PortAuthority => "the port authority",
            Self::OwnerSide => "the owner's side",
            Self::Stranger => "another account",
        })
    }
}

impl TransitionRefusal {
    /// The message in the documents.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        match self {
            Self::NoSuchWay { .. } => "Cannot move to new state from current state",
            Self::NotAllowed { .. } => {
                "you're not allowed to change to new state from current state, please contact your port authority"
            }
        }
    }

    /// The state that was asked for: the cause in the documents.
    #[must_use]
    pub const fn to(&self) -> &PortState {
        match self {
            Self::NoSuchWay { to, .. } | Self::NotAllowed { to, .. } => to,
        }
    }

    /// The states that the one who asked may move the request to.
    #[must_use]
    pub fn allowed(&self) -> &[PortState] {
        match self {
            Self::NoSuchWay { allowed, .. } | Self::NotAllowed { allowed, .. } => allowed,
        }
    }
}

fn list(states: &[PortState]) -> String {
    if states.is_empty() {
        return "none".to_owned();
    }
    states.iter().map(PortState::name).collect::<Vec<_>>().join(", ")
}
