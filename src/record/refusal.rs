//! The error of a command that changes nothing.

use serde_json::Value;

use crate::account::{AccountId, Actor};
use crate::document::FieldError;
use crate::lifecycle::{NumberTransitionRefusal, State};
use crate::names::{Feature, FeatureSet};
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// The error of a command on a record. Nothing has changed.
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
    /// The actor does not exist or has no permission.
    #[error("{0} has no permission")]
    Forbidden(Actor),
    /// The actor may create numbers, but not in this state.
    #[error("state {0}: the actor may not create numbers in it")]
    CreationState(State),
    /// The number is reserved, and no account is named to reserve it for.
    #[error("number is reserved: expected an account to assign it to")]
    AssignToSelf,
    /// The number may not have these features.
    #[error("features not allowed on the number: {}", names(*.0))]
    FeaturesDenied(FeatureSet),
    /// The table has no such transition.
    #[error("no transition from {from} to {to}")]
    Transition {
        /// The current state.
        from: State,
        /// The requested state.
        to: State,
    },
    /// The state cannot be requested: a number is found in it, or a command of its own leads to it.
    #[error("state {0}: cannot be requested")]
    Unreachable(State),
    /// The number is ageing and may not be assigned to another account before this time.
    #[error("number is ageing until {0}")]
    Ageing(Timestamp),
    /// The number is already as requested.
    #[error("no change required")]
    NoChangeRequired,
    /// There is no account to assign the number to, or this one, which does not exist.
    #[error("account to assign the number to: {}", .0.map_or("missing".to_owned(), |id| format!("{id} does not exist")))]
    AssignFailure(Option<AccountId>),
    /// The number exists already.
    #[error("number {0} exists already")]
    NumberExists(PhoneNumber),
    /// The number is on an active port request.
    #[error("number {0} is on an active port request")]
    NumberIsPorting(PhoneNumber),
    /// The record is claimed since this time.
    #[error("number is claimed since {0}")]
    Claimed(Timestamp),
    /// The record is not claimed, so no claim can end.
    #[error("number is not claimed")]
    NotClaimed,
    /// The number of outcomes is not the number of effects of the claim.
    #[error("claim: expected {expected} outcomes, found {found}")]
    OutcomeCount {
        /// The number of effects.
        expected: usize,
        /// The number of outcomes.
        found: usize,
    },
    /// The reservation does not end, or may last until this time at most.
    #[error("reservation: {}", .0.map_or("has no end".to_owned(), |at| format!("may last until {at} at most")))]
    Lease(Option<Timestamp>),
    /// A field is invalid.
    #[error(transparent)]
    Invalid(FieldError),
    /// Several fields are invalid.
    #[error("{}", list(.0))]
    InvalidFields(Box<[FieldError]>),
}

/// The class of a [`Refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The actor has no permission, or the number may not have a feature.
    Forbidden,
    /// The transition is not in the table, or not yet possible.
    #[doc(alias = "invalid_state_transition")]
    InvalidTransition,
    /// The number is already as requested.
    NoChangeRequired,
    /// The account to assign the number to is missing or does not exist.
    AssignFailure,
    /// The number exists already.
    NumberExists,
    /// The number is on an active port request.
    NumberIsPorting,
    /// The record is claimed, or not claimed as expected.
    Conflict,
    /// A field or a term is invalid.
    Invalid,
}

impl Refusal {
    /// Returns the class of the refusal.
    ///
    /// ```
    /// use telnum::record::{Refusal, RefusalKind};
    ///
    /// assert_eq!(Refusal::AssignToSelf.kind(), RefusalKind::Forbidden);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::Forbidden(_) | Self::CreationState(_) | Self::AssignToSelf | Self::FeaturesDenied(_) => {
                RefusalKind::Forbidden
            }
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

    /// Returns the message without the facts, in the words of Kazoo's documents: receipts keep it.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::NumberExists(number) => return format!("number {number} already exists"),
            Self::NumberIsPorting(number) => return format!("number {number} is porting"),
            Self::Forbidden(_) | Self::CreationState(_) | Self::AssignToSelf | Self::FeaturesDenied(_) => {
                "requestor is unauthorized to perform operation"
            }
            Self::Transition { .. } | Self::Unreachable(_) | Self::Ageing(_) => "invalid state transition",
            Self::NoChangeRequired => "no change required",
            Self::AssignFailure(_) => "invalid account to assign to",
            Self::Claimed(_) => "operation in progress",
            Self::NotClaimed => "no operation in progress",
            Self::OutcomeCount { .. } => "operation in progress is another",
            Self::Lease(_) => "reservation can not last that long",
            Self::Invalid(_) | Self::InvalidFields(_) => "invalid",
        }
        .to_owned()
    }

    /// Returns the facts, in the words of Kazoo's documents: receipts keep them.
    pub(crate) fn cause(&self) -> Option<Value> {
        Some(match self {
            Self::Forbidden(_)
            | Self::FeaturesDenied(_)
            | Self::Unreachable(_)
            | Self::NoChangeRequired
            | Self::NotClaimed
            | Self::Lease(None) => return None,
            Self::CreationState(state) => format!("creating number in state '{state}' is not allowed").into(),
            Self::AssignToSelf => "can not assign to self".into(),
            Self::Transition { from, to } => format!("from {from} to {to}").into(),
            Self::Ageing(until) => format!("resting until {until}").into(),
            Self::AssignFailure(None) => "field_undefined".into(),
            Self::AssignFailure(Some(account)) => account.as_str().into(),
            Self::NumberExists(number) | Self::NumberIsPorting(number) => number.to_string().into(),
            Self::Claimed(since) => format!("since {since}").into(),
            Self::OutcomeCount { expected, found } => {
                format!("{found} answers for {expected} effects").into()
            }
            Self::Lease(Some(until)) => format!("at most until {until}").into(),
            Self::Invalid(error) => error.to_string().into(),
            Self::InvalidFields(errors) => list(errors).into(),
        })
    }

    /// Returns the refusal of `errors`, or nothing if there are none.
    pub(super) fn of_fields(errors: Vec<FieldError>) -> Result<(), Self> {
        match <[FieldError; 1]>::try_from(errors) {
            Ok([error]) => Err(Self::Invalid(error)),
            Err(none) if none.is_empty() => Ok(()),
            Err(errors) => Err(Self::InvalidFields(errors.into())),
        }
    }

    /// Returns the table's refusal of a transition that `actor` requested.
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
