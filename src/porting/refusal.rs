//! The refusals of commands on a port request.

use super::{NumberStatusKind, PortState, PortTransitionRefusal};
use crate::account::Actor;
use crate::document::{FieldError, FieldPath};
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// The reason why a command on a port request is refused. A refused command changes nothing.
///
/// [`message`](Self::message), [`cause`](Self::cause) and [`field`](Self::field) return the content of
/// Kazoo's error documents; `Display` is meant for logs.
///
/// ```
/// use telnum::porting::{PortRefusal, PortRefusalKind, PortState};
///
/// let refusal = PortRefusal::NotDeletable(PortState::Submitted);
/// assert_eq!(refusal.kind(), PortRefusalKind::Invalid);
/// assert_eq!(refusal.to_string(), "port request: cannot be deleted in state submitted");
/// assert_eq!(refusal.message(), "port request is not modifiable in this state");
/// assert_eq!(refusal.cause().as_deref(), Some("submitted"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortRefusal {
    /// An actor that does not exist or has no permission.
    #[error("{0} has no permission")]
    Forbidden(Actor),
    /// A transition that is not in the table, or for which the actor does not have the permission.
    #[error(transparent)]
    Transition(#[from] PortTransitionRefusal),
    /// An edit in a state in which only admins may edit the request.
    #[error("port request: only admins may edit it in state {0}")]
    NotEditable(PortState),
    /// A deletion in a state in which the request cannot be deleted.
    #[error("port request: cannot be deleted in state {0}")]
    NotDeletable(PortState),
    /// A report in a state in which the losing carrier does not have the request.
    #[error("port request: expected a state in which the losing carrier has it, found {0}")]
    NotAtCarrier(PortState),
    /// A number that is not on the request.
    #[error("number {0}: not on the port request")]
    NoSuchNumber(PhoneNumber),
    /// A change of a number's status that the table does not have.
    #[error("number {number}: cannot change from {from} to {to}")]
    NumberTransition {
        /// The number.
        number: PhoneNumber,
        /// The status of the number.
        from: NumberStatusKind,
        /// The requested status.
        to: NumberStatusKind,
    },
    /// The completion of a request with these numbers that are neither ported nor canceled.
    #[error("port request: cannot be completed, numbers are waiting: {}", list(.0))]
    NumbersWaiting(Vec<PhoneNumber>),
    /// The completion of a request without a ported number, which should be canceled instead.
    #[error("port request: cannot be completed, no number is ported")]
    NothingPorted,
    /// A command during a completion, which started at this time.
    #[error("port request: being completed since {0}")]
    Completing(Timestamp),
    /// An invalid field.
    #[error(transparent)]
    Invalid(#[from] FieldError),
}

/// The kind of a [`PortRefusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortRefusalKind {
    /// An actor without permission.
    Forbidden,
    /// A number that is not on the request.
    NotFound,
    /// A request that is being completed.
    Conflict,
    /// A state of the request or of one of its numbers that does not allow the command, or an invalid
    /// field.
    Invalid,
}

impl PortRefusal {
    /// Returns the kind of the refusal.
    ///
    /// ```
    /// use telnum::porting::{PortRefusal, PortRefusalKind};
    ///
    /// let refusal = PortRefusal::NoSuchNumber("+14158867900".parse()?);
    /// assert_eq!(refusal.kind(), PortRefusalKind::NotFound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn kind(&self) -> PortRefusalKind {
        match self {
            Self::Forbidden(_) => PortRefusalKind::Forbidden,
            Self::Transition(refusal) if refusal.permission.is_some() => PortRefusalKind::Forbidden,
            Self::NoSuchNumber(_) => PortRefusalKind::NotFound,
            Self::Completing(_) => PortRefusalKind::Conflict,
            Self::Transition(_)
            | Self::NotEditable(_)
            | Self::NotDeletable(_)
            | Self::NotAtCarrier(_)
            | Self::NumberTransition { .. }
            | Self::NumbersWaiting(_)
            | Self::NothingPorted
            | Self::Invalid(_) => PortRefusalKind::Invalid,
        }
    }

    /// Returns the message in Kazoo's error document; the text of `Display` if Kazoo has none.
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
            | Self::NumberTransition { .. }
            | Self::NumbersWaiting(_)
            | Self::NothingPorted
            | Self::Completing(_) => self.to_string(),
        }
    }

    /// Returns the `cause` in Kazoo's error document: the state or the numbers that the refusal
    /// concerns.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::Transition(refusal) => Some(refusal.to.to_string()),
            Self::NotEditable(state) | Self::NotDeletable(state) | Self::NotAtCarrier(state) => {
                Some(state.to_string())
            }
            Self::NoSuchNumber(number) | Self::NumberTransition { number, .. } => Some(number.to_string()),
            Self::NumbersWaiting(numbers) => Some(list(numbers)),
            Self::Forbidden(_) | Self::NothingPorted | Self::Completing(_) | Self::Invalid(_) => None,
        }
    }

    /// Returns the path of the invalid field and the name of the violated rule, if the refusal concerns
    /// a field.
    ///
    /// ```
    /// use telnum::document::{FieldError, FieldErrorKind};
    /// use telnum::porting::PortRefusal;
    ///
    /// let refusal = PortRefusal::from(FieldError::new("name", FieldErrorKind::Missing));
    /// assert_eq!(refusal.field(), Some(("name".into(), "required")));
    /// ```
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
            | Self::NumberTransition { .. }
            | Self::NumbersWaiting(_)
            | Self::NothingPorted
            | Self::Completing(_) => None,
        }
    }
}

/// Kazoo's message for a transition for which the actor does not have the permission.
const NOT_PERMITTED: &str = "you're not allowed to change to new state from current state, \
                             please contact your port authority";

fn list(numbers: &[PhoneNumber]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
