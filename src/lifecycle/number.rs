//! The table of a number's transitions.

use std::fmt;

use super::state::State;
use super::table::TransitionTable;
use super::transition::{Transition, TransitionCondition, TransitionPermission, TransitionRefusal};
use crate::names::CarrierKind;

use Condition::{MayAdd, MayNotAdd, NewOwner, NotMobile, Rested, Resting, SameOwner};
use Effect::{Acquire, PushHistory, StartAgeing};
use State::{Aging, Available, Deleted, Discovery, InService, PortIn, PortOut, Released, Reserved};

/// A transition of a number.
pub(crate) type NumberTransition = Transition<State, Permission, Condition, Effect>;

/// The refusal of a number's transition.
pub(crate) type NumberTransitionRefusal = TransitionRefusal<State, Permission>;

/// The role of an actor towards a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The sweep, which makes the transitions that are due. It is not an account.
    Sweep,
    /// An admin or the system.
    Admin,
    /// The owner or an account above it. If the number has no owner: the account that it is to be
    /// assigned to, or an account above that.
    Owner,
    /// An account below the owner that assigns the number to itself, to an account below it, or to the
    /// owner.
    Descendant,
    /// Any other account.
    Stranger,
}

/// The permission that a transition of a number requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// The permission of every account.
    Anyone,
    /// The permission of [`Role::Owner`] and admins.
    Owner,
    /// The permission of [`Role::Owner`], [`Role::Descendant`] and admins.
    OwnerOrDescendant,
    /// The permission of admins.
    Admin,
    /// The permission of admins and the sweep.
    AdminOrSweep,
}

/// A condition of a number's transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// An assignment to the account that owns the number.
    SameOwner,
    /// An assignment to an account that does not own the number.
    NewOwner,
    /// A number that is not mobile.
    NotMobile,
    /// An actor that may add numbers, or is the port authority of the number's port request.
    MayAdd,
    /// The opposite of [`MayAdd`](Self::MayAdd).
    MayNotAdd,
    /// A number that has rested long enough for any account, or is assigned to its previous owner.
    Rested,
    /// The opposite of [`Rested`](Self::Rested).
    Resting,
}

/// An effect of a number's transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The addition of the new owner to the reservation history.
    PushHistory,
    /// The purchase of the number from its carrier.
    Acquire,
    /// The start of ageing: the time of disconnection is set unless it is set already.
    StartAgeing,
}

/// The facts that the [conditions](Condition) of a number's transition depend on.
///
/// By default the owner changes, the carrier is neither local nor mobile, the actor may add numbers and the
/// number has rested.
///
/// ```
/// use telnum::lifecycle::{State, TRANSITIONS, TransitionFacts};
/// use telnum::names::CarrierKind;
///
/// let mut facts = TransitionFacts::default();
/// assert!(TRANSITIONS.find(&State::InService, &State::Reserved, &facts).is_some());
/// facts.carrier = CarrierKind::Mdn;
/// assert!(TRANSITIONS.find(&State::InService, &State::Reserved, &facts).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransitionFacts {
    /// Whether the account to assign the number to already owns it.
    pub same_owner: bool,
    /// The kind of the number's carrier. [`CarrierKind::Mdn`] makes it a mobile number.
    pub carrier: CarrierKind,
    /// Whether the actor may add numbers, or is the port authority of the number's port request.
    pub may_add: bool,
    /// Whether the number has rested long enough for any account, or is assigned to its previous owner.
    pub is_rested: bool,
}

/// The transitions of a number.
///
/// ```
/// use telnum::lifecycle::{Role, State, TRANSITIONS, TransitionFacts};
///
/// let facts = TransitionFacts::default();
/// assert!(TRANSITIONS.explain(&State::Available, &State::Reserved, Role::Owner, &facts).is_ok());
/// ```
pub static TRANSITIONS: TransitionTable<State, Permission, Condition, Effect> = TransitionTable {
    name: "lifecycle",
    initial: None,
    finals: &[],
    transitions: &[
        row(Reserved, &[Reserved], Permission::Owner, &[NewOwner, NotMobile], &[PushHistory]),
        row(Reserved, &[Discovery], Permission::Owner, &[NotMobile], &[PushHistory, Acquire]),
        row(Reserved, &[Available, InService], Permission::Owner, &[NotMobile], &[PushHistory]),
        row(InService, &[InService], Permission::Anyone, &[SameOwner], &[]),
        row(InService, &[InService], Permission::Owner, &[NewOwner], &[]),
        // The system makes this transition when a port request is completed.
        row(InService, &[PortIn], Permission::Owner, &[MayAdd, Rested, NotMobile], &[]),
        row(InService, &[PortIn], Permission::Admin, &[MayNotAdd, NotMobile], &[]),
        row(InService, &[PortIn], Permission::Admin, &[MayAdd, Resting, NotMobile], &[]),
        row(InService, &[Discovery], Permission::Owner, &[NotMobile], &[Acquire]),
        row(InService, &[Available], Permission::Anyone, &[NotMobile], &[]),
        row(InService, &[Aging], Permission::Anyone, &[Rested, NotMobile], &[]),
        row(InService, &[Aging], Permission::Admin, &[Resting, NotMobile], &[]),
        row(InService, &[Reserved], Permission::OwnerOrDescendant, &[NotMobile], &[]),
        // The port-out was refused or canceled.
        row(InService, &[PortOut], Permission::Owner, &[NotMobile], &[]),
        row(Available, &[Available], Permission::Owner, &[NotMobile], &[]),
        row(Available, &[Aging, Released], Permission::AdminOrSweep, &[NotMobile], &[]),
        row(Aging, &[Aging, Released, Available], Permission::AdminOrSweep, &[NotMobile], &[StartAgeing]),
        row(PortIn, &[PortIn], Permission::Owner, &[NotMobile], &[]),
        // The number is ported to another carrier.
        row(PortOut, &[InService], Permission::Owner, &[NotMobile], &[]),
        // The release command makes this transition. It also accepts numbers that are already released.
        row(Released, &[PortOut, Reserved, InService, PortIn], Permission::Owner, &[], &[]),
        row(Deleted, &[Discovery, PortIn, Released, Aging], Permission::AdminOrSweep, &[], &[]),
        row(Deleted, &[Available, Reserved, InService, PortOut], Permission::Admin, &[], &[]),
    ],
};

const fn row(
    to: State,
    from: &'static [State],
    permission: Permission,
    conditions: &'static [Condition],
    effects: &'static [Effect],
) -> NumberTransition {
    Transition::new(to, from, permission, conditions, effects)
}

impl Role {
    /// Returns whether an actor in this role may do everything that the owner may do with the number.
    #[must_use]
    pub(crate) const fn is_owner_or_admin(self) -> bool {
        matches!(self, Self::Admin | Self::Owner)
    }
}

impl TransitionPermission for Permission {
    type Role = Role;

    fn includes(self, role: Role) -> bool {
        match role {
            Role::Admin => true,
            Role::Sweep => matches!(self, Self::AdminOrSweep),
            Role::Owner => matches!(self, Self::Anyone | Self::Owner | Self::OwnerOrDescendant),
            Role::Descendant => matches!(self, Self::Anyone | Self::OwnerOrDescendant),
            Role::Stranger => matches!(self, Self::Anyone),
        }
    }
}

impl TransitionCondition for Condition {
    type Facts = TransitionFacts;

    fn holds(self, facts: &TransitionFacts) -> bool {
        match self {
            Self::SameOwner => facts.same_owner,
            Self::NewOwner => !facts.same_owner,
            Self::NotMobile => facts.carrier != CarrierKind::Mdn,
            Self::MayAdd => facts.may_add,
            Self::MayNotAdd => !facts.may_add,
            Self::Rested => facts.is_rested,
            Self::Resting => !facts.is_rested,
        }
    }

    /// Most transitions exclude mobile numbers, so labels omit this condition.
    fn is_labelled(self) -> bool {
        self != Self::NotMobile
    }
}

impl Default for TransitionFacts {
    fn default() -> Self {
        Self { same_owner: false, carrier: CarrierKind::Other, may_add: true, is_rested: true }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sweep => "the sweep",
            Self::Admin => "an admin",
            Self::Owner => "the owner or an account above it",
            Self::Descendant => "an account below the owner",
            Self::Stranger => "another account",
        })
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Anyone => "anyone",
            Self::Owner => "owner",
            Self::OwnerOrDescendant => "owner or account below it",
            Self::Admin => "admin",
            Self::AdminOrSweep => "admin or sweep",
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SameOwner => "owner stays",
            Self::NewOwner => "owner changes",
            Self::NotMobile => "not mobile",
            Self::MayAdd => "may add numbers",
            Self::MayNotAdd => "may not add numbers",
            Self::Rested => "rested or for the previous owner",
            Self::Resting => "resting",
        })
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::PushHistory => "push history",
            Self::Acquire => "acquire",
            Self::StartAgeing => "start ageing",
        })
    }
}
