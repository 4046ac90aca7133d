//! The body of a response for an error of the inventory.

use serde::Serialize;
use serde_json::{Value, json};

use crate::inventory::{InventoryError, InventoryErrorKind};
use crate::record::RouteError;

/// An error of the inventory in the format of Kazoo's documents.
///
/// ```
/// use telnum::http::kazoo::ErrorBody;
/// use telnum::inventory::InventoryError;
///
/// let error = InventoryError::NotReconcilable("+141510010+15".into());
/// assert_eq!(
///     serde_json::to_string(&ErrorBody::from(&error))?,
///     r#"{"code":404,"error":"not_reconcilable","message":"number +141510010+15 is not reconcilable","cause":"+141510010+15"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The HTTP status code.
    pub code: u16,
    /// The name of the error.
    pub error: &'static str,
    /// The human-readable message.
    pub message: Box<str>,
    /// The details of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Value>,
}

impl From<&InventoryError> for ErrorBody {
    fn from(error: &InventoryError) -> Self {
        let (code, name) = code_and_name(error.kind());
        match error {
            InventoryError::NotInService { number, source } => {
                let cause = match source {
                    RouteError::NotInService(account) | RouteError::AccountDisabled(account) => {
                        json!({"cause": source.name(), "account_id": account, "number": number})
                    }
                    _ => json!({"cause": source.name(), "number": number}),
                };
                Self { code, error: name, message: name.into(), cause: Some(cause) }
            }
            _ => Self { code, error: name, message: error.message(), cause: error.cause() },
        }
    }
}

/// Returns the HTTP status code and the name of an error.
const fn code_and_name(kind: InventoryErrorKind) -> (u16, &'static str) {
    match kind {
        InventoryErrorKind::InvalidTransition => (400, "invalid_state_transition"),
        InventoryErrorKind::NoChangeRequired => (400, "no_change_required"),
        InventoryErrorKind::AssignFailure => (400, "assign_failure"),
        InventoryErrorKind::NumberIsPorting => (400, "number_is_porting"),
        InventoryErrorKind::Invalid => (400, "invalid"),
        InventoryErrorKind::MultipleChoice => (400, "multiple_choice"),
        InventoryErrorKind::NotInService => (400, "client error"),
        InventoryErrorKind::NotEnoughCredit => (402, "not_enough_credit"),
        InventoryErrorKind::ServiceRestriction => (402, "service_restriction"),
        InventoryErrorKind::ChargesNotAccepted => (402, "accept_charges"),
        InventoryErrorKind::Forbidden => (403, "forbidden"),
        InventoryErrorKind::NotReconcilable => (404, "not_reconcilable"),
        InventoryErrorKind::NotFound => (404, "not_found"),
        InventoryErrorKind::NumberExists => (409, "number_exists"),
        InventoryErrorKind::Conflict => (409, "conflict"),
        InventoryErrorKind::NotDone => (409, "not_done"),
        InventoryErrorKind::TooManyRequests => (429, "too_many_requests"),
        InventoryErrorKind::ExternalFault => (500, "unspecified_fault"),
        InventoryErrorKind::DeadlinePassed => (503, "timeout"),
        InventoryErrorKind::Store => (500, "internal_error"),
    }
}
