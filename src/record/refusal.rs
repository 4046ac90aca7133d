use serde_json::Value;

use crate::account::{AccountId, Actor};
use crate::document::FieldError;
use crate::lifecycle::{NumberTransitionRefusal, State};
use crate::names::{Feature, FeatureSet};
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// Why a command changes nothing.
///
/// Each has the code, the name, the message and the cause of the reference's error body.
///
/// ```
/// use telnum::{lifecycle::State, record::Refusal};
///
/// let refusal = Refusal::Transition { from: State::Aging, to: State::Reserved };
/// assert_eq!((refusal.code(), refusal.name()), (400, "invalid_state_transition"));
/// assert_eq!(refusal.message(), "invalid state transition");
/// assert_eq!(refusal.cause().unwrap(), "from aging to reserved");
/// assert_eq!(refusal.to_string(), "invalid state transition: from aging to reserved");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", self.message(), self.facts())]
#[non_exhaustive]
pub enum Refusal {
    /// The actor is unknown or has no right to this.
    Forbidden(Actor),
    /// The actor may create numbers, but not in this state.
    CreationState(State),
    /// It is reserved already, and nobody else was named to reserve it for.
    AssignToSelf,
    /// Features that the number may not have.
    FeaturesDenied(FeatureSet),
    /// The table has no such way.
    Transition {
        /// The state the number is in.
        from: State,
        /// The state it should be in.
        to: State,
    },
    /// A state that is not reached by asking for it: some are found, some are what other commands
    /// lead to.
    Unreachable(State),
    /// The number rests, and others may not have it before a time.
    Ageing(Timestamp),
    /// The number is where it should be already.
    NoChangeRequired,
    /// No account, or one that does not exist, to assign the number to.
    AssignFailure(Option<AccountId>),
    /// The number was created before.
    NumberExists(PhoneNumber),
    /// The number is being ported in.
    NumberIsPorting(PhoneNumber),
    /// Something outside is being done for the number since a time.
    InProgress(Timestamp),
    /// Nothing is being done, so nothing can be finished.
    NotInProgress,
    /// Not one answer for each thing that was to be done.
    OutcomeCount {
        /// The number of effects.
        expected: usize,
        /// The number of outcomes.
        found: usize,
    },
    /// A reservation that has no end, or may not last that long: until when it may, if it may end.
    Lease(Option<Timestamp>),
    /// A field is wrong.
    Invalid(FieldError),
    /// Several fields are.
    InvalidFields(Box<[FieldError]>),
}

impl Refusal {
    /// The code: an HTTP status.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.row().0
    }

    /// The name in the documents.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.row().1
    }

    const fn row(&self) -> (u16, &'static str) {
        match self {
            Self::Forbidden(_) | Self::CreationState(_) | Self::AssignToSelf | Self::FeaturesDenied(_) => {
                (403, "forbidden")
            }
            Self::Transition { .. } | Self::Unreachable(_) | Self::Ageing(_) => {
                (400, "invalid_state_transition")
            }
            Self::NoChangeRequired => (400, "no_change_required"),
            Self::AssignFailure(_) => (400, "assign_failure"),
            Self::NumberExists(_) => (409, "number_exists"),
            Self::NumberIsPorting(_) => (400, "number_is_porting"),
            Self::InProgress(_) | Self::NotInProgress | Self::OutcomeCount { .. } => (409, "conflict"),
            Self::Lease(_) | Self::Invalid(_) | Self::InvalidFields(_) => (400, "invalid"),
        }
    }

    /// The message in the documents.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Forbidden(_) | Self::CreationState(_) | Self::AssignToSelf | Self::FeaturesDenied(_) => {
                "requestor is unauthorized to perform operation".to_owned()
            }
            Self::Transition { .. } | Self::Unreachable(_) | Self::Ageing(_) => {
                "invalid state transition".to_owned()
            }
            Self::NoChangeRequired => "no change required".to_owned(),
            Self::AssignFailure(_) => "invalid account to assign to".to_owned(),
            Self::NumberExists(number) => format!("number {number} already exists"),
            Self::NumberIsPorting(number) => format!("number {number} is porting"),
            Self::InProgress(_) => "operation in progress".to_owned(),
            Self::NotInProgress => "no operation in progress".to_owned(),
            Self::OutcomeCount { .. } => "operation in progress is another".to_owned(),
            Self::Lease(_) => "reservation can not last that long".to_owned(),
            Self::Invalid(_) | Self::InvalidFields(_) => "invalid".to_owned(),
        }
    }

    /// The cause in the documents, where there is one.
    #[must_use]
    pub fn cause(&self) -> Option<Value> {
        Some(match self {
            Self::Forbidden(_)
            | Self::FeaturesDenied(_)
            | Self::Unreachable(_)
            | Self::NoChangeRequired
            | Self::NotInProgress
            | Self::Lease(None) => return None,
            Self::CreationState(state) => format!("creating number in state '{state}' is not allowed").into(),
            Self::AssignToSelf => "can not assign to self".into(),
            Self::Transition { from, to } => format!("from {from} to {to}").into(),
            Self::Ageing(until) => format!("resting until {until}").into(),
            Self::AssignFailure(None) => "field_undefined".into(),
            Self::AssignFailure(Some(account)) => account.as_str().into(),
            Self::NumberExists(number) | Self::NumberIsPorting(number) => number.to_string().into(),
            Self::InProgress(since) => format!("since {since}").into(),
            Self::OutcomeCount { expected, found } => {
                format!("{found} answers for {expected} effects").into()
            }
            Self::Lease(Some(until)) => format!("at most until {until}").into(),
            Self::Invalid(error) => error.to_string().into(),
            Self::InvalidFields(errors) => {
                errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ").into()
            }
        })
    }

    /// What came and what was allowed, after a colon.
    fn facts(&self) -> String {
        match (self, self.cause()) {
            (Self::Forbidden(actor), _) => format!(": {actor}"),
            (Self::FeaturesDenied(features), _) => {
                let names: Vec<_> = features.iter().map(Feature::as_str).collect();
                format!(": may not carry {}", names.join(", "))
            }
            (Self::Unreachable(state), _) => format!(": {state} is not reached by asking for it"),
            (Self::NumberExists(_) | Self::NumberIsPorting(_), _) | (_, None) => String::new(),
            (_, Some(Value::String(cause))) => format!(": {cause}"),
            (_, Some(cause)) => format!(": {cause}"),
        }
    }
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::Invalid(error)
    }
}

impl Refusal {
    /// That fields are wrong, if some are.
    pub(super) fn of_fields(errors: Vec<FieldError>) -> Result<(), Self> {
        match <[FieldError; 1]>::try_from(errors) {
            Ok([error]) => Err(Self::Invalid(error)),
            Err(none) if none.is_empty() => Ok(()),
            Err(errors) => Err(Self::InvalidFields(errors.into())),
        }
    }

    /// The lifecycle's refusal, of an actor.
    pub(super) fn of(refusal: &NumberTransitionRefusal, actor: Actor) -> Self {
        match refusal.permission {
            None => Self::Transition { from: refusal.from, to: refusal.to },
            Some(_) => Self::Forbidden(actor),
        }
    }
}
