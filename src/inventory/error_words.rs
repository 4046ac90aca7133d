//! The messages and details of errors, as in Kazoo's documents.
//!
//! A receipt contains the message and the details of the error as Kazoo's documents have them, so that a
//! repeated request receives the bytes of the first response, even from another process. Responses for errors
//! without a receipt have the same messages.

use serde_json::{Value, json};

use super::billing::BillingError;
use super::error::{InventoryError, ReplayedError};
use crate::document::FieldError;
use crate::feature::e911::{E911Key, E911Refusal};
use crate::record::Refusal;

impl InventoryError {
    /// Returns the message without the details in [`cause`](Self::cause).
    #[doc(hidden)]
    #[must_use]
    pub fn message(&self) -> Box<str> {
        match self {
            Self::Refused(refusal) => refusal_message(refusal).into(),
            Self::NotFound(_) => "number not found".into(),
            Self::Billing(BillingError::NotEnoughCredit) => {
                "not enough credit to perform the operation".into()
            }
            Self::Billing(BillingError::ServiceRestriction(reason)) => reason.clone(),
            Self::QuoteNotAccepted(_) => "accept charges".into(),
            Self::E911(E911Refusal::Error { .. }) => "fault by provider".into(),
            Self::UnknownCarrier(_) => "invalid".into(),
            Self::Store(_) => "internal error".into(),
            Self::Replayed(replayed) => replayed.message.clone(),
            Self::NotReconcilable(_)
            | Self::NotInService { .. }
            | Self::Carrier { .. }
            | Self::Provider { .. }
            | Self::E911(_)
            | Self::NeedsProvider(_)
            | Self::NotForImports(_)
            | Self::NoCarrier(_)
            | Self::Conflict(_)
            | Self::TooManyRequests
            | Self::KeyReused(_)
            | Self::NotDone(_)
            | Self::DeadlinePassed(_)
            | Self::TooMany { .. }
            | Self::TooLarge { .. } => self.to_string().into(),
        }
    }

    /// Returns the details of the error: the number, text or key that it concerns, the quotes that were
    /// not accepted, or the addresses to choose from.
    #[doc(hidden)]
    #[must_use]
    pub fn cause(&self) -> Option<Value> {
        Some(match self {
            Self::Refused(refusal) => return refusal_cause(refusal),
            Self::NotReconcilable(text) | Self::NotDone(text) => text.as_ref().into(),
            Self::NotFound(number)
            | Self::NotInService { number, .. }
            | Self::Carrier { number, .. }
            | Self::Provider { number, .. }
            | Self::NeedsProvider(number)
            | Self::Conflict(number)
            | Self::DeadlinePassed(number) => number.to_string().into(),
            Self::QuoteNotAccepted(quotes) => json!(**quotes),
            Self::E911(E911Refusal::Error { .. })
            | Self::Billing(_)
            | Self::NotForImports(_)
            | Self::TooManyRequests
            | Self::Store(_) => return None,
            Self::E911(refusal) => e911_details(refusal, E911Key::E911),
            Self::NoCarrier(name) => name.as_str().into(),
            Self::UnknownCarrier(name) => format!("'{name}' is not known by the system").into(),
            Self::KeyReused(key) => key.as_str().into(),
            Self::TooMany { max, .. } | Self::TooLarge { max, .. } => (*max).into(),
            Self::Replayed(replayed) => return replayed.cause.clone(),
        })
    }

    /// Returns the error in the form that receipts keep.
    pub(super) fn to_replayed(&self) -> ReplayedError {
        ReplayedError { kind: self.kind(), message: self.message(), cause: self.cause() }
    }
}

/// Returns the message of `refusal` without details.
fn refusal_message(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NumberExists(number) => return format!("number {number} already exists"),
        Refusal::NumberIsPorting(number) => return format!("number {number} is porting"),
        Refusal::Forbidden(_)
        | Refusal::Actor(_)
        | Refusal::PortInLimit { .. }
        | Refusal::CreationState(_)
        | Refusal::AssignToSelf
        | Refusal::FeaturesDenied(_) => "requestor is unauthorized to perform operation",
        Refusal::Transition { .. } | Refusal::Unreachable(_) | Refusal::Ageing(_) => {
            "invalid state transition"
        }
        Refusal::NoChangeRequired => "no change required",
        Refusal::AssignFailure(_) => "invalid account to assign to",
        Refusal::Claimed(_) => "operation in progress",
        Refusal::NotClaimed => "no operation in progress",
        Refusal::OutcomeCount { .. } => "outcomes do not match the operation in progress",
        Refusal::Lease(_) => "reservation cannot last that long",
        Refusal::Invalid(_) | Refusal::InvalidFields(_) => "invalid",
    }
    .to_owned()
}

/// Returns the details of `refusal`.
fn refusal_cause(refusal: &Refusal) -> Option<Value> {
    Some(match refusal {
        Refusal::Forbidden(_)
        | Refusal::FeaturesDenied(_)
        | Refusal::Unreachable(_)
        | Refusal::NoChangeRequired
        | Refusal::NotClaimed
        | Refusal::Lease(None) => return None,
        Refusal::Actor(error) => error.to_string().into(),
        Refusal::PortInLimit { max, .. } => format!("at most {max} numbers in port_in").into(),
        Refusal::CreationState(state) => format!("creating number in state '{state}' is not allowed").into(),
        Refusal::AssignToSelf => "can not assign to self".into(),
        Refusal::Transition { from, to } => format!("from {from} to {to}").into(),
        Refusal::Ageing(until) => format!("resting until {until}").into(),
        Refusal::AssignFailure(None) => "field_undefined".into(),
        Refusal::AssignFailure(Some(account)) => account.as_str().into(),
        Refusal::NumberExists(number) | Refusal::NumberIsPorting(number) => number.to_string().into(),
        Refusal::Claimed(since) => format!("since {since}").into(),
        Refusal::OutcomeCount { expected, found } => format!("{found} answers for {expected} effects").into(),
        Refusal::Lease(Some(until)) => format!("at most until {until}").into(),
        Refusal::Invalid(error) => error.to_string().into(),
        Refusal::InvalidFields(errors) => {
            errors.iter().map(FieldError::to_string).collect::<Vec<_>>().join("; ").into()
        }
    })
}

/// Returns the details of `refusal` for an address with the key `key`: an object with `multiple_choice`,
/// with `address`, or with the provider's `message`.
pub(crate) fn e911_details(refusal: &E911Refusal, key: E911Key) -> Value {
    let (key, message) = (key.as_str(), refusal.to_string());
    match refusal {
        E911Refusal::MultipleChoice { requested, candidates } => {
            let choice = json!({"cause": requested, "details": candidates, "message": message});
            json!({"multiple_choice": {key: choice}})
        }
        E911Refusal::Invalid { requested, .. } => {
            json!({"address": {"invalid": {"cause": requested, "message": message, "provider": key}}})
        }
        E911Refusal::Error { .. } => json!({"message": message, "provider": key}),
    }
}
