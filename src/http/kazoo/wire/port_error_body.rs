//! The errors of port requests.

use serde::Serialize;

use crate::document::FieldPath;
use crate::number::PhoneNumber;
use crate::porting::{NumberConflict, NumberConflictKind, PortRefusal, PortRefusalKind};

/// A refusal of a port request, worded as in Kazoo's documents, for routes that serve Kazoo's API of port
/// requests.
///
/// ```
/// use telnum::http::kazoo::PortErrorBody;
/// use telnum::porting::{PortRefusal, PortState};
///
/// let body = PortErrorBody::from(&PortRefusal::NotDeletable(PortState::Submitted));
/// assert_eq!((body.code, &*body.message), (400, "port request is not modifiable in this state"));
/// assert_eq!(body.cause.as_deref(), Some("submitted"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PortErrorBody {
    /// The HTTP status code.
    pub code: u16,
    /// The human-readable message; the text of `Display` if Kazoo has none.
    pub message: Box<str>,
    /// The state or the numbers that the error concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The path of the invalid field and the name of the violated rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<(FieldPath, &'static str)>,
}

impl From<&PortRefusal> for PortErrorBody {
    fn from(refusal: &PortRefusal) -> Self {
        let code = match refusal.kind() {
            PortRefusalKind::Forbidden => 403,
            PortRefusalKind::NotFound => 404,
            PortRefusalKind::Conflict => 409,
            PortRefusalKind::Invalid => 400,
        };
        Self { code, message: message(refusal).into(), cause: cause(refusal), field: field(refusal) }
    }
}

impl From<&NumberConflict> for PortErrorBody {
    fn from(conflict: &NumberConflict) -> Self {
        let message = match conflict.kind {
            NumberConflictKind::SameAccount(id) => format!("Number is on a port request already: {id}"),
            NumberConflictKind::OtherAccount => "Number is being ported for a different account".to_owned(),
            NumberConflictKind::Several => {
                "Number is currently on multiple port requests. Contact a system admin to rectify".to_owned()
            }
            NumberConflictKind::Exists => "Number exists on the system already".to_owned(),
            NumberConflictKind::Unavailable => "Number cannot be ported".to_owned(),
        };
        Self { code: 400, message: message.into(), cause: Some(conflict.number.to_string()), field: None }
    }
}

fn message(refusal: &PortRefusal) -> String {
    match refusal {
        PortRefusal::Forbidden(_) => "requestor is unauthorized to perform operation",
        PortRefusal::Transition(refusal) if refusal.permission.is_some() => NOT_PERMITTED,
        PortRefusal::Transition(_) => "Cannot move to new state from current state",
        PortRefusal::NotEditable(_) => "Updating port requests not allowed in current port state",
        PortRefusal::NotDeletable(_) => "port request is not modifiable in this state",
        PortRefusal::Invalid(error) => return error.kind().to_string(),
        PortRefusal::NotAtCarrier(_)
        | PortRefusal::NoSuchNumber(_)
        | PortRefusal::NoSuchFile(_)
        | PortRefusal::NumberTransition { .. }
        | PortRefusal::NumbersWaiting(_)
        | PortRefusal::NothingPorted
        | PortRefusal::Completing(_) => return refusal.to_string(),
    }
    .to_owned()
}

fn cause(refusal: &PortRefusal) -> Option<String> {
    match refusal {
        PortRefusal::Transition(refusal) => Some(refusal.to.to_string()),
        PortRefusal::NotEditable(state)
        | PortRefusal::NotDeletable(state)
        | PortRefusal::NotAtCarrier(state) => Some(state.to_string()),
        PortRefusal::NoSuchNumber(number) | PortRefusal::NumberTransition { number, .. } => {
            Some(number.to_string())
        }
        PortRefusal::NoSuchFile(name) => Some(name.clone()),
        PortRefusal::NumbersWaiting(numbers) => {
            Some(numbers.iter().map(PhoneNumber::to_string).collect::<Vec<_>>().join(", "))
        }
        PortRefusal::Forbidden(_)
        | PortRefusal::NothingPorted
        | PortRefusal::Completing(_)
        | PortRefusal::Invalid(_) => None,
    }
}

fn field(refusal: &PortRefusal) -> Option<(FieldPath, &'static str)> {
    match refusal {
        PortRefusal::Transition(refusal) if refusal.permission.is_none() => {
            Some(("port_state".into(), "enum"))
        }
        PortRefusal::Invalid(error) => Some((error.path().clone(), error.kind().rule())),
        PortRefusal::Forbidden(_)
        | PortRefusal::Transition(_)
        | PortRefusal::NotEditable(_)
        | PortRefusal::NotDeletable(_)
        | PortRefusal::NotAtCarrier(_)
        | PortRefusal::NoSuchNumber(_)
        | PortRefusal::NoSuchFile(_)
        | PortRefusal::NumberTransition { .. }
        | PortRefusal::NumbersWaiting(_)
        | PortRefusal::NothingPorted
        | PortRefusal::Completing(_) => None,
    }
}

/// The message for a transition for which the actor does not have the permission.
const NOT_PERMITTED: &str = "you're not allowed to change to new state from current state, \
                             please contact your port authority";
