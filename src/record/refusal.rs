//! The error returned if a command is refused.

use crate::account::{AccountId, Actor, ActorError};
use crate::document::{FieldError, FieldErrorKind};
use crate::lifecycle::{NumberTransitionRefusal, State};
use crate::names::{Feature, FeatureSet};
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// The reason why a command on a record is refused. A refused command changes nothing.
///
/// ```
/// use telnum::lifecycle::State;
/// use telnum::record::{Refusal, RefusalKind};
///
/// let refusal = Refusal::Transition { from: State::Aging, to: State::Reserved };
/// assert_eq!(refusal.kind(), RefusalKind::InvalidTransition);
/// assert_eq!(refusal.to_string(), "no transition from aging to reserved");
/// ```
#[doc(alias = "knm_errors")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// An actor that does not exist or has no permission.
    #[error("{0} has no permission")]
    Forbidden(Actor),
    /// An actor whose account does not exist or is disabled.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// An account that has reached the policy's [limit](crate::policy::Policy::with_max_port_in) on numbers
    /// in [`State::PortIn`] that are on no active port request.
    #[error("account {account}: the limit of {max} numbers in port_in is reached")]
    PortInLimit {
        /// The account.
        account: AccountId,
        /// The limit.
        max: usize,
    },
    /// A state in which the actor may not create numbers.
    #[error("state {0}: the actor may not create numbers in it")]
    CreationState(State),
    /// A reservation of a reserved number without an account to assign it to.
    #[error("number is reserved: expected an account to assign it to")]
    AssignToSelf,
    /// Features that are not allowed on the number.
    #[error("features not allowed on the number: {}", names(*.0))]
    FeaturesDenied(FeatureSet),
    /// A transition that is not in the table.
    #[error("no transition from {from} to {to}")]
    Transition {
        /// The current state.
        from: State,
        /// The requested state.
        to: State,
    },
    /// A state that cannot be requested: only discovery or a specific command leads to it.
    #[error("state {0}: cannot be requested")]
    Unreachable(State),
    /// A number that is ageing and must not be assigned to another account before this time.
    #[error("number is ageing until {0}")]
    Ageing(Timestamp),
    /// A change that would have no effect.
    #[error("no change required")]
    NoChangeRequired,
    /// An account to assign the number to that is missing (`None`) or does not exist.
    #[error("account to assign the number to: {}", .0.map_or("missing".to_owned(), |id| format!("{id} does not exist")))]
    AssignFailure(Option<AccountId>),
    /// A number that already exists.
    #[error("number {0} already exists")]
    NumberExists(PhoneNumber),
    /// A number that is on an active port request.
    #[error("number {0} is on an active port request")]
    NumberIsPorting(PhoneNumber),
    /// A record that has been claimed since this time.
    #[error("number has been claimed since {0}")]
    Claimed(Timestamp),
    /// A record without a claim to end.
    #[error("number is not claimed")]
    NotClaimed,
    /// A number of outcomes that differs from the number of effects of the claim.
    #[error("claim: expected {expected} outcomes, found {found}")]
    OutcomeCount {
        /// The number of effects.
        expected: usize,
        /// The number of outcomes.
        found: usize,
    },
    /// A reservation that has no end (`None`), or that may last until this time at the latest.
    #[error("reservation: {}", .0.map_or("has no end".to_owned(), |at| format!("may last until {at} at the latest")))]
    Lease(Option<Timestamp>),
    /// An invalid field.
    #[error(transparent)]
    Invalid(FieldError),
    /// Several invalid fields.
    #[error("{}", list(.0))]
    InvalidFields(Box<[FieldError]>),
}

/// The kind of a [`Refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// An actor without permission, or a feature that is not allowed on the number.
    Forbidden,
    /// A transition that is not in the table, or not possible yet.
    #[doc(alias = "invalid_state_transition")]
    InvalidTransition,
    /// A change that would have no effect.
    NoChangeRequired,
    /// An account to assign the number to that is missing or does not exist.
    AssignFailure,
    /// A number that already exists.
    NumberExists,
    /// A number that is on an active port request.
    NumberIsPorting,
    /// A record that is claimed, or is not claimed as expected.
    Conflict,
    /// An invalid field or term.
    Invalid,
}

impl Refusal {
    /// Returns the kind of the refusal.
    ///
    /// ```
    /// use telnum::record::{Refusal, RefusalKind};
    ///
    /// assert_eq!(Refusal::AssignToSelf.kind(), RefusalKind::Forbidden);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::Forbidden(_)
            | Self::Actor(_)
            | Self::PortInLimit { .. }
            | Self::CreationState(_)
            | Self::AssignToSelf
            | Self::FeaturesDenied(_) => RefusalKind::Forbidden,
            Self::Transition { .. } | Self::Unreachable(_) | Self::Ageing(_) => {
                RefusalKind::InvalidTransition
            }
            Self::NoChangeRequired => RefusalKind::NoChangeRequired,
            Self::AssignFailure(_) => RefusalKind::AssignFailure,
            Self::NumberExists(_) => RefusalKind::NumberExists,
            Self::NumberIsPorting(_) => RefusalKind::NumberIsPorting,
            Self::Claimed(_) | Self::NotClaimed | Self::OutcomeCount { .. } => RefusalKind::Conflict,
            Self::Lease(_) | Self::Invalid(_) | Self::InvalidFields(_) => RefusalKind::Invalid,
        }
    }

    /// Returns the refusal with at most `max` of its invalid fields, but at least one, and adds their number
    /// to `listed`. If fields are left out, the last error states that there are more.
    pub(crate) fn with_at_most(self, max: usize, listed: &mut usize) -> Self {
        let Self::InvalidFields(errors) = self else { return self };
        let left = max.saturating_sub(*listed).max(1);
        *listed += errors.len().min(left);
        if errors.len() <= left {
            return Self::InvalidFields(errors);
        }
        let more = FieldError::new("", FieldErrorKind::MoreErrors { listed: left });
        Self::InvalidFields(errors.into_vec().into_iter().take(left).chain([more]).collect())
    }

    /// Returns the refusal of `errors`, or `Ok` if there are none.
    pub(super) fn of_fields(errors: Vec<FieldError>) -> Result<(), Self> {
        match <[FieldError; 1]>::try_from(errors) {
            Ok([error]) => Err(Self::Invalid(error)),
            Err(none) if none.is_empty() => Ok(()),
            Err(errors) => Err(Self::InvalidFields(errors.into())),
        }
    }

    /// Returns the refusal of a transition that `actor` requested.
    pub(super) fn of_transition(refusal: &NumberTransitionRefusal, actor: Actor) -> Self {
        match refusal.permission {
            None => Self::Transition { from: refusal.from, to: refusal.to },
            Some(_) => Self::Forbidden(actor),
        }
    }
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::Invalid(error)
    }
}

fn names(features: FeatureSet) -> String {
    features.iter().map(Feature::as_str).collect::<Vec<_>>().join(", ")
}

fn list(errors: &[FieldError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
