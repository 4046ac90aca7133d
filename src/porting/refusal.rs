use super::{NumberStatusKind, PortState, PortTransitionRefusal};
use crate::account::Actor;
use crate::document::{FieldError, FieldPath};
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// Why a command changes nothing.
///
/// Each has the code, the message, the cause and the field of the reference's error body.
///
/// ```
/// use telnum::porting::{PortRefusal, PortState};
///
/// let refusal = PortRefusal::NotDeletable(PortState::Submitted);
/// assert_eq!(refusal.message(), "port request is not modifiable in this state");
/// assert_eq!(refusal.cause().as_deref(), Some("submitted"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortRefusal {
    /// The actor is unknown or has no right to this.
    #[error("{0} has no right to this")]
    Forbidden(Actor),
    /// The request may not go to the state.
    #[error(transparent)]
    Transition(#[from] PortTransitionRefusal),
    /// In this state only admins may edit the request.
    #[error("a request that is {0} is edited by admins only")]
    NotEditable(PortState),
    /// In this state the request may not be deleted.
    #[error("a request that is {0} is not deleted")]
    NotDeletable(PortState),
    /// In this state the losing carrier does not have the request, and says nothing about its numbers.
    #[error("a request that is {0} is not with the losing carrier")]
    NotAtCarrier(PortState),
    /// The number is not on the request.
    #[error("{0} is not on the request")]
    NoSuchNumber(PhoneNumber),
    /// A number may not come to a status.
    #[error("{number} may not become {to}: it is {from}")]
    NumberMove {
        /// The number.
        number: PhoneNumber,
        /// Its status.
        from: NumberStatusKind,
        /// The status it should have.
        to: NumberStatusKind,
    },
    /// The request may not be completed: these numbers are still to come.
    #[error("still to come: {}", list(.0))]
    NumbersWaiting(Vec<PhoneNumber>),
    /// The request may not be completed: no number has come. It should be canceled.
    #[error("no number has come")]
    NothingPorted,
    /// The numbers of the request are being put in service, since a time.
    #[error("port request is being completed since {0}")]
    Completing(Timestamp),
    /// A field is wrong.
    #[error(transparent)]
    Invalid(#[from] FieldError),
}

impl PortRefusal {
    /// The code: an HTTP status.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Forbidden(_) => 403,
            Self::Transition(refusal) if refusal.permission.is_some() => 403,
            Self::NoSuchNumber(_) => 404,
            Self::Completing(_) => 409,
            Self::Transition(_)
            | Self::NotEditable(_)
            | Self::NotDeletable(_)
            | Self::NotAtCarrier(_)
            | Self::NumberMove { .. }
            | Self::NumbersWaiting(_)
            | Self::NothingPorted
            | Self::Invalid(_) => 400,
        }
    }

    /// The message in the documents.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Forbidden(_) => "requestor is unauthorized to perform operation".to_owned(),
            Self::Transition(refusal) if refusal.permission.is_some() => NOT_PERMITTED.to_owned(),
            Self::Transition(_) => "Cannot move to new state from current state".to_owned(),
            Self::NotEditable(_) => "Updating port requests not allowed in current port state".to_owned(),
            Self::NotDeletable(_) => "port request is not modifiable in this state".to_owned(),
            Self::Invalid(error) => error.kind().to_string(),
            Self::NotAtCarrier(_)
            | Self::NoSuchNumber(_)
            | Self::NumberMove { .. }
            | Self::NumbersWaiting(_)
            | Self::NothingPorted
            | Self::Completing(_) => self.to_string(),
        }
    }

    /// The cause in the documents: the state or the number that it is about.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::Transition(refusal) => Some(refusal.to.to_string()),
            Self::NotEditable(state) | Self::NotDeletable(state) | Self::NotAtCarrier(state) => {
                Some(state.to_string())
            }
            Self::NoSuchNumber(number) | Self::NumberMove { number, .. } => Some(number.to_string()),
            Self::NumbersWaiting(numbers) => Some(list(numbers)),
            Self::Forbidden(_) | Self::NothingPorted | Self::Completing(_) | Self::Invalid(_) => None,
        }
    }

    /// The path of the field that is wrong and the rule it breaks, if it is one.
    #[must_use]
    pub fn field(&self) -> Option<(FieldPath, &'static str)> {
        match self {
            Self::Transition(refusal) if refusal.permission.is_none() => Some(("port_state".into(), "enum")),
            Self::Invalid(error) => Some((error.path().clone(), error.kind().rule())),
            Self::Forbidden(_)
            | Self::Transition(_)
            | Self::NotEditable(_)
            | Self::NotDeletable(_)
            | Self::NotAtCarrier(_)
            | Self::NoSuchNumber(_)
            | Self::NumberMove { .. }
            | Self::NumbersWaiting(_)
            | Self::NothingPorted
            | Self::Completing(_) => None,
        }
    }
}

const NOT_PERMITTED: &str = "you're not allowed to change to new state from current state, \
                             please contact your port authority";

fn list(numbers: &[PhoneNumber]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
