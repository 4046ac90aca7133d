//! The table of a port request's transitions.

use std::convert::Infallible;
use std::fmt;

use super::{PortSettings, PortState, Unlisted};
use crate::lifecycle::{
    Transition, TransitionCondition, TransitionPermission, TransitionRefusal, TransitionTable,
};

use PortCondition::{NumbersPorted, ScheduleOn, SchedulingAllowed};
use PortPermission::{Access, PortAuthority};
use PortState::{Canceled, Completed, Pending, Rejected, Scheduled, Submitted, Unconfirmed};

/// A transition of a port request. Its effects are determined by the command that makes it.
pub(crate) type PortTransition = Transition<PortState, PortPermission, PortCondition, Infallible>;

/// The refusal of a port request's transition.
pub(crate) type PortTransitionRefusal = TransitionRefusal<PortState, PortPermission>;

/// The permission that an operation on a port request requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortPermission {
    /// The permission of the owner, the accounts above it, the port authority and admins.
    Access,
    /// The permission of the port authority and admins.
    PortAuthority,
}

/// A condition of a port request's transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortCondition {
    /// A date, `schedule_on`, in the command. [`PortRequest::schedule`](super::PortRequest::schedule)
    /// checks it.
    ScheduleOn,
    /// Settings that [allow](PortSettings::with_allow_submitted_to_scheduled) the transition.
    SchedulingAllowed,
    /// A request without waiting numbers. [`PortRequest::complete`](super::PortRequest::complete)
    /// checks it.
    NumbersPorted,
}

/// The role of an actor towards a port request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortRole {
    /// An admin or the system.
    Admin,
    /// The account that processes the request.
    PortAuthority,
    /// The owner or an account above it.
    OwnerSide,
    /// Any other account, or one that does not exist.
    Stranger,
}

/// The transitions of a port request. Requests start as [`PortState::Unconfirmed`].
///
/// ```
/// use telnum::porting::{PortRole, PortSettings, PortState, TRANSITIONS};
///
/// let settings = PortSettings::default();
/// let (from, to) = (PortState::Unconfirmed, PortState::Submitted);
/// assert!(TRANSITIONS.explain(&from, &to, PortRole::OwnerSide, &settings).is_ok());
///
/// let allowed = TRANSITIONS.allowed(&PortState::Pending, PortRole::PortAuthority, &settings);
/// let allowed: Vec<_> = allowed.map(PortState::as_str).collect();
/// assert_eq!(allowed, ["scheduled", "completed", "rejected", "canceled"]);
/// ```
pub static TRANSITIONS: TransitionTable<PortState, PortPermission, PortCondition, Infallible> =
    TransitionTable {
        name: "porting",
        initial: Some((Unconfirmed, Access)),
        finals: &[Completed, Canceled],
        transitions: &[
            row(Submitted, &[Unconfirmed, Rejected], Access, &[]),
            row(Pending, &[Submitted], PortAuthority, &[]),
            row(Scheduled, &[Pending], PortAuthority, &[ScheduleOn]),
            row(Scheduled, &[Submitted], PortAuthority, &[SchedulingAllowed, ScheduleOn]),
            row(Completed, &[Pending, Scheduled, Rejected], PortAuthority, &[NumbersPorted]),
            row(Rejected, &[Submitted, Pending, Scheduled], PortAuthority, &[]),
            row(Canceled, &[Unconfirmed], Access, &[]),
            row(Canceled, &[Submitted, Pending, Scheduled, Rejected, ANY_OTHER], PortAuthority, &[]),
        ],
    };

/// A placeholder for every state that is not listed.
const ANY_OTHER: PortState = PortState::Other(Unlisted::ANY);

const fn row(
    to: PortState,
    from: &'static [PortState],
    permission: PortPermission,
    conditions: &'static [PortCondition],
) -> PortTransition {
    Transition::new(to, from, permission, conditions, &[])
}

impl TransitionPermission for PortPermission {
    type Role = PortRole;

    fn includes(self, role: PortRole) -> bool {
        match role {
            PortRole::Admin | PortRole::PortAuthority => true,
            PortRole::OwnerSide => self == Access,
            PortRole::Stranger => false,
        }
    }
}

impl TransitionCondition for PortCondition {
    type Facts = PortSettings;

    fn holds(self, settings: &PortSettings) -> bool {
        match self {
            Self::SchedulingAllowed => settings.allow_submitted_to_scheduled,
            Self::ScheduleOn | Self::NumbersPorted => true,
        }
    }
}

impl fmt::Display for PortPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Access => "anyone with access",
            PortAuthority => "port authority",
        })
    }
}

impl fmt::Display for PortCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ScheduleOn => "with schedule_on",
            Self::SchedulingAllowed => "if configured",
            Self::NumbersPorted => "all numbers ported",
        })
    }
}

impl fmt::Display for PortRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Admin => "an admin",
            Self::PortAuthority => "the port authority",
            Self::OwnerSide => "the owner or an account above it",
            Self::Stranger => "another account",
        })
    }
}
