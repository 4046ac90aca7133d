//! The refusals of commands on a port request.

use super::{NumberStatusKind, PortState, PortTransitionRefusal};
use crate::account::Actor;
use crate::document::FieldError;
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// The reason why a command on a port request is refused. A refused command changes nothing.
///
/// ```
/// use telnum::porting::{PortRefusal, PortRefusalKind, PortState};
///
/// let refusal = PortRefusal::NotDeletable(PortState::Submitted);
/// assert_eq!(refusal.kind(), PortRefusalKind::Invalid);
/// assert_eq!(refusal.to_string(), "port request: cannot be deleted in state submitted");
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
    /// A status of a number, reported in a state in which the losing carrier does not have the request.
    #[error("port request: expected a state in which the losing carrier has it, found {0}")]
    NotAtCarrier(PortState),
    /// A number that is not on the request.
    #[error("number {0}: not on the port request")]
    NoSuchNumber(PhoneNumber),
    /// A file that is not on the request.
    #[error("file {0:?}: not on the port request")]
    NoSuchFile(String),
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
    /// The completion of a request while these numbers are neither ported nor canceled.
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
    /// A number or file that is not on the request.
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
            Self::NoSuchNumber(_) | Self::NoSuchFile(_) => PortRefusalKind::NotFound,
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
}

fn list(numbers: &[PhoneNumber]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
