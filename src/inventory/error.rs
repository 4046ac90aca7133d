use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::billing::{BillingError, Quote};
use crate::carrier::CarrierError;
use crate::feature::e911::{E911Key, E911Refusal};
use crate::idempotency::RequestKey;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::provider::ProviderError;
use crate::record::{Refusal, RefusalKind, RouteError};
use crate::store::StoreError;

/// Why the inventory did not do what it was asked to, for one number or for a whole call.
///
/// [`kind`](Self::kind) classifies the error. [`message`](Self::message) and [`cause`](Self::cause) are
/// its description without and with the facts, as Kazoo's documents have them.
///
/// ```
/// use telnum::inventory::{InventoryError, InventoryErrorKind};
///
/// let error = InventoryError::NotFound("+14158867900".parse()?);
/// assert_eq!(error.kind(), InventoryErrorKind::NotFound);
/// assert_eq!(error.to_string(), "number +14158867900 not found");
/// assert_eq!((&*error.message(), error.cause()), ("number not found", Some("+14158867900".into())));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
#[doc(alias = "knm_errors")]
pub enum InventoryError {
    /// The record refuses the change.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The text is not a phone number.
    #[error("number {0} is not reconcilable")]
    NotReconcilable(Box<str>),
    /// The inventory has no such number, no carrier sells it, or it is not visible to the actor.
    #[error("number {0} not found")]
    NotFound(PhoneNumber),
    /// Calls to the number are not routed to an account.
    #[error("number {number} takes no calls")]
    NotInService {
        /// The number.
        number: PhoneNumber,
        /// The reason.
        source: RouteError,
    },
    /// The account may not spend the charges.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// There are charges, and [`Options::accept_charges`](super::Options::accept_charges) is not set.
    #[error("charges are not accepted")]
    QuoteNotAccepted(Vec<Quote>),
    /// The carrier refused or gave no answer.
    #[error("fault by carrier")]
    Carrier {
        /// The number.
        number: PhoneNumber,
        /// The carrier's error.
        source: CarrierError,
    },
    /// The provider of a feature refused or gave no answer.
    #[error("fault by provider")]
    Provider {
        /// The number.
        number: PhoneNumber,
        /// The provider's error.
        source: ProviderError,
    },
    /// The E911 address does not name one place.
    #[error(transparent)]
    E911(E911Refusal),
    /// The creation needs an external effect, which an import does not run.
    #[error("number {0} cannot be imported: its features have to be provisioned by a provider")]
    NeedsProvider(PhoneNumber),
    /// The option does not apply to imports.
    #[error("an import cannot be {0}")]
    NotForImports(&'static str),
    /// No carrier with the name is installed.
    #[error("no carrier is called {0}")]
    NoCarrier(CarrierName),
    /// The number was changed by others during every attempt.
    #[error("{0} is being changed by others")]
    Conflict(PhoneNumber),
    /// The rate limit of assignments is reached.
    #[error("too many requests")]
    TooManyRequests,
    /// The key was used for another request.
    #[error("key {0} was used for another request")]
    KeyReused(RequestKey),
    /// Another number failed in a call with [`Options::all_or_nothing`](super::Options::all_or_nothing).
    #[error("not done, as {0} failed")]
    NotDone(Box<str>),
    /// The call has more numbers than [`InventoryLimits::max_numbers`](super::InventoryLimits::max_numbers).
    #[error("{count} numbers exceed the limit of {max}")]
    TooMany {
        /// The number of numbers in the call.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] Arc<StoreError>),
    /// The error that the same request, under the same key, was answered with before.
    #[error("{}", .0.message)]
    Replayed(Box<ReplayedError>),
}

/// The class of an [`InventoryError`].
///
/// ```
/// use telnum::inventory::InventoryErrorKind;
///
/// let stored = serde_json::to_string(&InventoryErrorKind::NotReconcilable)?;
/// assert_eq!(stored, r#""not_reconcilable""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InventoryErrorKind {
    /// The actor has no permission.
    Forbidden,
    /// The lifecycle has no such transition.
    InvalidTransition,
    /// The number is already as it should become.
    NoChangeRequired,
    /// The account to assign the number to does not exist.
    AssignFailure,
    /// The number exists already.
    NumberExists,
    /// The number is on an active port request.
    NumberIsPorting,
    /// The number is claimed or was changed by others, or the key was used for another request.
    Conflict,
    /// A field, an address, a limit or an option is invalid.
    Invalid,
    /// The E911 address names several places.
    MultipleChoice,
    /// The text is not a phone number.
    NotReconcilable,
    /// The number is not there.
    NotFound,
    /// The number takes no calls.
    NotInService,
    /// The account has not enough credit.
    NotEnoughCredit,
    /// The account's contract does not allow the service.
    ServiceRestriction,
    /// There are charges that were not accepted.
    ChargesNotAccepted,
    /// A carrier or provider refused, or gave no answer.
    ExternalFault,
    /// Another number of the call failed.
    NotDone,
    /// The rate limit is reached.
    TooManyRequests,
    /// The store failed.
    Store,
}

/// The error of an earlier answer, as its receipt keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplayedError {
    /// The class of the error.
    pub kind: InventoryErrorKind,
    /// The message without the facts.
    pub message: Box<str>,
    /// The facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Value>,
}

impl InventoryError {
    /// Returns the class of the error.
    #[must_use]
    pub const fn kind(&self) -> InventoryErrorKind {
        match self {
            Self::Refused(refusal) => kind_of_refusal(refusal.kind()),
            Self::NotReconcilable(_) => InventoryErrorKind::NotReconcilable,
            Self::NotFound(_) => InventoryErrorKind::NotFound,
            Self::NotInService { .. } => InventoryErrorKind::NotInService,
            Self::Billing(BillingError::NotEnoughCredit) => InventoryErrorKind::NotEnoughCredit,
            Self::Billing(BillingError::ServiceRestriction(_)) => InventoryErrorKind::ServiceRestriction,
            Self::QuoteNotAccepted(_) => InventoryErrorKind::ChargesNotAccepted,
            Self::Carrier { .. } | Self::Provider { .. } | Self::E911(E911Refusal::Error { .. }) => {
                InventoryErrorKind::ExternalFault
            }
            Self::E911(E911Refusal::MultipleChoice { .. }) => InventoryErrorKind::MultipleChoice,
            Self::E911(E911Refusal::Invalid { .. })
            | Self::NeedsProvider(_)
            | Self::NotForImports(_)
            | Self::NoCarrier(_)
            | Self::TooMany { .. } => InventoryErrorKind::Invalid,
            Self::Conflict(_) | Self::KeyReused(_) => InventoryErrorKind::Conflict,
            Self::TooManyRequests => InventoryErrorKind::TooManyRequests,
            Self::NotDone(_) => InventoryErrorKind::NotDone,
            Self::Store(_) => InventoryErrorKind::Store,
            Self::Replayed(replayed) => replayed.kind,
        }
    }

    /// Returns the message without the facts that [`cause`](Self::cause) has, in the words of Kazoo's
    /// documents where they have the error.
    #[must_use]
    pub fn message(&self) -> Box<str> {
        match self {
            Self::Refused(refusal) => refusal.message().into(),
            Self::NotFound(_) => "number not found".into(),
            Self::Billing(BillingError::NotEnoughCredit) => {
                "not enough credit to perform the operation".into()
            }
            Self::Billing(BillingError::ServiceRestriction(reason)) => reason.clone(),
            Self::QuoteNotAccepted(_) => "accept charges".into(),
            Self::E911(E911Refusal::Error { .. }) => "fault by provider".into(),
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
            | Self::TooMany { .. } => self.to_string().into(),
        }
    }

    /// Returns the facts of the error: the number, text or key that it is about, the quotes that were not
    /// accepted, or the addresses to choose from.
    #[must_use]
    pub fn cause(&self) -> Option<Value> {
        Some(match self {
            Self::Refused(refusal) => return refusal.cause(),
            Self::NotReconcilable(text) | Self::NotDone(text) => text.as_ref().into(),
            Self::NotFound(number)
            | Self::NotInService { number, .. }
            | Self::Carrier { number, .. }
            | Self::Provider { number, .. }
            | Self::NeedsProvider(number)
            | Self::Conflict(number) => number.to_string().into(),
            Self::QuoteNotAccepted(quotes) => json!(quotes),
            Self::E911(E911Refusal::Error { .. })
            | Self::Billing(_)
            | Self::NotForImports(_)
            | Self::TooManyRequests
            | Self::Store(_) => return None,
            Self::E911(refusal) => refusal.data(E911Key::E911),
            Self::NoCarrier(name) => name.as_str().into(),
            Self::KeyReused(key) => key.as_str().into(),
            Self::TooMany { max, .. } => (*max).into(),
            Self::Replayed(replayed) => return replayed.cause.clone(),
        })
    }

    /// Returns the error as a receipt keeps it.
    pub(super) fn to_replayed(&self) -> ReplayedError {
        ReplayedError { kind: self.kind(), message: self.message(), cause: self.cause() }
    }
}

const fn kind_of_refusal(kind: RefusalKind) -> InventoryErrorKind {
    match kind {
        RefusalKind::Forbidden => InventoryErrorKind::Forbidden,
        RefusalKind::InvalidTransition => InventoryErrorKind::InvalidTransition,
        RefusalKind::NoChangeRequired => InventoryErrorKind::NoChangeRequired,
        RefusalKind::AssignFailure => InventoryErrorKind::AssignFailure,
        RefusalKind::NumberExists => InventoryErrorKind::NumberExists,
        RefusalKind::NumberIsPorting => InventoryErrorKind::NumberIsPorting,
        RefusalKind::Conflict => InventoryErrorKind::Conflict,
        RefusalKind::Invalid => InventoryErrorKind::Invalid,
    }
}

impl From<StoreError> for InventoryError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}
