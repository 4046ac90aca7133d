use std::sync::Arc;

use super::billing::{BillingError, Quote};
use crate::carrier::CarrierError;
use crate::feature::e911::E911Refusal;
use crate::idempotency::RequestKey;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::provider::ProviderError;
use crate::record::{Refusal, RefusalKind, RouteError};
use crate::store::StoreError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An error of a call to the inventory, for one number or for the whole call.
///
/// [`kind`](Self::kind) classifies the error. The error document of Kazoo's API is the type
/// `http::kazoo::ErrorBody` of the feature `http`.
///
/// ```
/// use telnum::inventory::{InventoryError, InventoryErrorKind};
///
/// let error = InventoryError::NotFound("+14158867900".parse()?);
/// assert_eq!(error.kind(), InventoryErrorKind::NotFound);
/// assert_eq!(error.to_string(), "number +14158867900 not found");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
#[doc(alias = "knm_errors")]
pub enum InventoryError {
    /// A change that the record refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A text that is not a phone number.
    #[error("number {0} is not reconcilable")]
    NotReconcilable(Box<str>),
    /// A number that the inventory does not have, that no carrier sells, or that is not visible to the
    /// actor.
    #[error("number {0} not found")]
    NotFound(PhoneNumber),
    /// A number whose calls are not routed to an account.
    #[error("number {number} takes no calls")]
    NotInService {
        /// The number.
        number: PhoneNumber,
        /// The reason.
        source: RouteError,
    },
    /// Charges that the account may not incur.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// Charges in a call without [accepted charges](super::Options::with_accept_charges).
    #[error("charges are not accepted")]
    QuoteNotAccepted(Arc<[Quote]>),
    /// A refusal or failure of the carrier.
    #[error("fault by carrier")]
    Carrier {
        /// The number.
        number: PhoneNumber,
        /// The carrier's error.
        source: CarrierError,
    },
    /// A refusal or failure of the provider of a feature.
    #[error("fault by provider")]
    Provider {
        /// The number.
        number: PhoneNumber,
        /// The provider's error.
        source: ProviderError,
    },
    /// An E911 address that does not identify one place.
    #[error(transparent)]
    E911(E911Refusal),
    /// A creation that needs an external effect, which an import does not run.
    #[error("number {0} cannot be imported: its features have to be provisioned by a provider")]
    NeedsProvider(PhoneNumber),
    /// An option that does not apply to imports.
    #[error("option {0}: not supported by imports")]
    NotForImports(&'static str),
    /// A carrier, set by the call, that is neither installed nor built in.
    #[error("carrier {0}: unknown, expected an installed or built-in carrier")]
    UnknownCarrier(CarrierName),
    /// The carrier of a stored number, which is not installed.
    #[error("carrier {0}: not installed")]
    NoCarrier(CarrierName),
    /// A conflict with other changes of the number at every attempt.
    #[error("number {0}: changed by others at every attempt")]
    Conflict(PhoneNumber),
    /// An assignment that exceeds the rate limit.
    #[error("too many requests")]
    TooManyRequests,
    /// An idempotency key that was used for another request.
    #[error("key {0} was used for another request")]
    KeyReused(RequestKey),
    /// A call with [all or nothing](super::Options::with_all_or_nothing) in which another number failed.
    #[error("not executed, because {0} failed and the call is all or nothing")]
    NotDone(Box<str>),
    /// More numbers than the [limit](super::InventoryLimits::with_max_numbers) of a call.
    #[error("{count} numbers exceed the limit of {max}")]
    TooMany {
        /// The number of numbers in the call.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A document whose length, multiplied by the number of numbers in the call, exceeds the
    /// [limit](super::InventoryLimits::with_max_document_bytes) of a call.
    #[error("{bytes} bytes of document for each of {numbers} numbers exceed the limit of {max} bytes")]
    TooLarge {
        /// The length of the document as JSON, in bytes.
        bytes: usize,
        /// The number of numbers in the call.
        numbers: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// A [deadline](super::Options::with_deadline) that passed before the work on the number was done, so
    /// that the outcome is not known. Nothing was changed, unless the number is claimed:
    /// [recovery](super::Inventory::recover) completes the claim or rolls it back.
    #[error(
        "{0}: the deadline of the call has passed: repeat the call with the same key, or read the number"
    )]
    DeadlinePassed(PhoneNumber),
    /// A failure of the store.
    #[error("the store failed")]
    Store(#[source] Arc<StoreError>),
    /// The error with which the same request, under the same key, was answered before.
    #[error("{}", .0.message)]
    Replayed(Box<ReplayedError>),
}

/// The kind of an [`InventoryError`].
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
    /// An actor without the permission.
    Forbidden,
    /// A transition that the lifecycle does not have.
    InvalidTransition,
    /// A change that would have no effect.
    NoChangeRequired,
    /// An account to assign the number to that does not exist.
    AssignFailure,
    /// A number that already exists.
    NumberExists,
    /// A number that is on an active port request.
    NumberIsPorting,
    /// A number that is claimed or was changed by others, or a key that was used for another request.
    Conflict,
    /// An invalid field, address, limit or option.
    Invalid,
    /// An E911 address that several places match.
    MultipleChoice,
    /// A text that is not a phone number.
    NotReconcilable,
    /// A number that does not exist.
    NotFound,
    /// A number that takes no calls.
    NotInService,
    /// Too little credit.
    NotEnoughCredit,
    /// A service that the account's contract does not allow.
    ServiceRestriction,
    /// Charges that were not accepted.
    ChargesNotAccepted,
    /// A refusal or failure of a carrier or provider.
    ExternalFault,
    /// The failure of another number of the call.
    NotDone,
    /// A rate limit that was reached.
    TooManyRequests,
    /// A deadline that passed before the number was begun or completed.
    DeadlinePassed,
    /// A failure of the store.
    Store,
}

/// The error of an earlier response, as kept in its receipt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplayedError {
    /// The kind of the error.
    pub(crate) kind: InventoryErrorKind,
    /// The message without details.
    pub(crate) message: Box<str>,
    /// The details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<Value>,
}

impl InventoryError {
    /// Returns the kind of the error.
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
            | Self::UnknownCarrier(_)
            | Self::TooMany { .. }
            | Self::TooLarge { .. } => InventoryErrorKind::Invalid,
            Self::Conflict(_) | Self::KeyReused(_) => InventoryErrorKind::Conflict,
            Self::TooManyRequests => InventoryErrorKind::TooManyRequests,
            Self::NotDone(_) => InventoryErrorKind::NotDone,
            Self::DeadlinePassed(_) => InventoryErrorKind::DeadlinePassed,
            Self::Store(_) => InventoryErrorKind::Store,
            Self::Replayed(replayed) => replayed.kind,
        }
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
