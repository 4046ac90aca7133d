use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{BillingError, Quote};
use crate::carrier::CarrierError;
use crate::feature::e911::{E911Key, E911Refusal};
use crate::number::PhoneNumber;
use crate::provider::ProviderError;
use crate::record::{Refusal, RefusalKind, RouteError};
use crate::store::StoreError;

/// Why something is not done.
///
/// Each has the body that the reference answers with.
///
/// ```
/// use telnum::inventory::Error;
///
/// let error = Error::NotReconcilable("+141510010+15".into());
/// assert_eq!(
///     serde_json::to_string(&error.body())?,
///     r#"{"code":404,"error":"not_reconcilable","message":"number +141510010+15 is not reconcilable","cause":"+141510010+15"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The record refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was given is not a number.
    #[error("number {0} is not reconcilable")]
    NotReconcilable(Box<str>),
    /// There is no such number.
    #[error("number {0} not found")]
    NotFound(PhoneNumber),
    /// Calls to the number are nobody's.
    #[error("number {number} takes no calls")]
    NotInService {
        /// The number.
        number: PhoneNumber,
        /// Why.
        source: RouteError,
    },
    /// The account may not spend what it costs.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// It costs, and nobody has accepted that.
    #[error("charges are not accepted")]
    QuoteNotAccepted(Vec<Quote>),
    /// The carrier refused, or gave no answer.
    #[error("fault by carrier")]
    Carrier {
        /// The number.
        number: PhoneNumber,
        /// What the carrier said.
        source: CarrierError,
    },
    /// The provider of a feature refused, or gave no answer.
    #[error("fault by provider")]
    Provider {
        /// The number.
        number: PhoneNumber,
        /// What the provider said.
        source: ProviderError,
    },
    /// The address is not one place.
    #[error(transparent)]
    E911(E911Refusal),
    /// Creating it needs something done outside, which an import does not do.
    #[error("number {0} can not be imported with features that a provider has to be told of")]
    NeedsMore(PhoneNumber),
    /// An import is not done in this way.
    #[error("numbers are not imported {0}")]
    NotForImports(&'static str),
    /// No carrier has that name.
    #[error("no carrier is called {0}")]
    NoCarrier(crate::names::CarrierName),
    /// Others keep changing it.
    #[error("{0} is being changed by others")]
    Conflict(PhoneNumber),
    /// So many numbers were put in service lately that no more may be now.
    #[error("too many requests")]
    TooManyRequests,
    /// The key was used for another request.
    #[error("key {0} was used for another request")]
    KeyReused(super::RequestKey),
    /// Another number failed, and all or none were to be done.
    #[error("not done, as {0} failed")]
    NotDone(Box<str>),
    /// More than may be asked for at once.
    #[error("{count} numbers at once are more than {max}")]
    TooMany {
        /// How many were given.
        count: usize,
        /// How many may be.
        max: usize,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] Arc<StoreError>),
    /// What was answered when the same was asked before.
    #[error("{}", .0.message)]
    Replayed(Box<ErrorBody>),
}

/// An error as the documents have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The code: an HTTP status.
    pub code: u16,
    /// The name.
    pub error: Box<str>,
    /// What happened, for people.
    pub message: Box<str>,
    /// What caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Value>,
}

impl Error {
    /// The error as the documents have it.
    #[must_use]
    pub fn body(&self) -> ErrorBody {
        let body = |code, error: &str, message: &str, cause| ErrorBody {
            code,
            error: error.into(),
            message: message.into(),
            cause,
        };
        match self {
            Self::Refused(refusal) => {
                let (code, name) = code_and_name(refusal.kind());
                body(code, name, &refusal.message(), refusal.cause())
            }
            Self::NotReconcilable(text) => {
                body(404, "not_reconcilable", &self.to_string(), Some(text.as_ref().into()))
            }
            Self::NotFound(number) => {
                body(404, "not_found", "number not found", Some(number.to_string().into()))
            }
            Self::NotInService { number, source } => {
                let (RouteError::NotInService(account) | RouteError::AccountDisabled(account)) = source
                else {
                    let cause = json!({"cause": source.name(), "number": number});
                    return body(400, "client error", "client error", Some(cause));
                };
                let cause = json!({"cause": source.name(), "account_id": account, "number": number});
                body(400, "client error", "client error", Some(cause))
            }
            Self::Billing(BillingError::NotEnoughCredit) => {
                body(402, "not_enough_credit", "not enough credit to perform the operation", None)
            }
            Self::Billing(BillingError::ServiceRestriction(reason)) => {
                body(402, "service_restriction", reason, None)
            }
            Self::QuoteNotAccepted(quotes) => {
                body(402, "accept_charges", "accept charges", Some(json!(quotes)))
            }
            Self::Carrier { number, .. } => {
                body(500, "unspecified_fault", "fault by carrier", Some(number.to_string().into()))
            }
            Self::Provider { number, .. } => {
                body(500, "unspecified_fault", "fault by provider", Some(number.to_string().into()))
            }
            Self::E911(refusal @ E911Refusal::MultipleChoice { .. }) => {
                body(400, "multiple_choice", &refusal.to_string(), Some(refusal.data(E911Key::E911)))
            }
            Self::E911(refusal @ E911Refusal::Invalid { .. }) => {
                body(400, "invalid", &refusal.to_string(), Some(refusal.data(E911Key::E911)))
            }
            Self::E911(E911Refusal::Error { .. }) => {
                body(500, "unspecified_fault", "fault by provider", None)
            }
            Self::NeedsMore(number) => {
                body(400, "invalid", &self.to_string(), Some(number.to_string().into()))
            }
            Self::NotForImports(_) => body(400, "invalid", &self.to_string(), None),
            Self::NoCarrier(name) => body(400, "invalid", &self.to_string(), Some(name.as_str().into())),
            Self::Conflict(number) => {
                body(409, "conflict", &self.to_string(), Some(number.to_string().into()))
            }
            Self::TooManyRequests => body(429, "too_many_requests", &self.to_string(), None),
            Self::KeyReused(key) => body(409, "conflict", &self.to_string(), Some(key.as_str().into())),
            Self::NotDone(number) => body(409, "not_done", &self.to_string(), Some(number.as_ref().into())),
            Self::TooMany { max, .. } => body(400, "invalid", &self.to_string(), Some((*max).into())),
            Self::Store(_) => body(500, "internal_error", "internal error", None),
            Self::Replayed(body) => (**body).clone(),
        }
    }
}

const fn code_and_name(kind: RefusalKind) -> (u16, &'static str) {
    match kind {
        RefusalKind::Forbidden => (403, "forbidden"),
        RefusalKind::InvalidTransition => (400, "invalid_state_transition"),
        RefusalKind::NoChangeRequired => (400, "no_change_required"),
        RefusalKind::AssignFailure => (400, "assign_failure"),
        RefusalKind::NumberExists => (409, "number_exists"),
        RefusalKind::NumberIsPorting => (400, "number_is_porting"),
        RefusalKind::Conflict => (409, "conflict"),
        RefusalKind::Invalid => (400, "invalid"),
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}
