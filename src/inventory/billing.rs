use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::{CarrierName, FeatureSet};
use crate::number::PhoneNumber;

/// The source of prices, which also decides whether an account may incur charges.
///
/// The inventory calls it before it commits a change. To learn which changes were made, an implementor
/// reads the store's events. `Arc<T>`, `Box<T>` and `&T` implement the trait if `T` does.
///
/// ```
/// use telnum::inventory::{Billing, BillingError, Charge, Inventory, Quote};
/// use telnum::store::MemoryStore;
///
/// #[derive(Debug)]
/// struct OneDollar;
///
/// impl Billing for OneDollar {
///     fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
///         let quote = |charge: &Charge| Quote {
///             account: charge.account,
///             number: charge.number,
///             item: "number".into(),
///             amount: 100,
///             currency: "USD".into(),
///         };
///         Ok(charges.iter().filter(|charge| charge.is_billable).map(quote).collect())
///     }
/// }
///
/// let inventory = Inventory::builder(MemoryStore::new()).billing(OneDollar).build();
/// ```
#[doc(alias = "knm_services")]
pub trait Billing: Send + Sync + fmt::Debug {
    /// Returns the quotes for `charges`. A charge without a quote is free.
    ///
    /// # Errors
    ///
    /// An implementor returns [`BillingError::NotEnoughCredit`] or [`BillingError::ServiceRestriction`]
    /// if the account may not incur the charges. None of the changes is then made.
    fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError>;

    /// Returns whether all changes are free, so that [`quote`](Self::quote) need not be called.
    /// Default: `false`.
    ///
    /// ```
    /// use telnum::inventory::{Billing, FreeBilling};
    ///
    /// assert!(FreeBilling.is_free());
    /// ```
    fn is_free(&self) -> bool {
        false
    }
}

/// Implements [`Billing`] for pointers to implementors.
macro_rules! billing_by_reference {
    ($($pointer:ty),+) => {$(
        impl<T: Billing + ?Sized> Billing for $pointer {
            fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
                (**self).quote(charges)
            }

            fn is_free(&self) -> bool {
                (**self).is_free()
            }
        }
    )+};
}

billing_by_reference!(&T, Box<T>, Arc<T>);

/// A change that may be charged for: a number that an account receives, or features that a number
/// gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charge {
    /// The account that will own the number.
    pub account: AccountId,
    /// The number.
    pub number: PhoneNumber,
    /// The state that the number will be in.
    pub state: State,
    /// The carrier of the number.
    pub carrier: CarrierName,
    /// Whether the carrier charges for its numbers.
    pub is_billable: bool,
    /// The features that the number gains.
    pub features: FeatureSet,
}

/// The price of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The account that pays.
    pub account: AccountId,
    /// The number.
    pub number: PhoneNumber,
    /// The charged item, such as `number`.
    pub item: Box<str>,
    /// The amount, in the smallest unit of the currency.
    pub amount: u64,
    /// The currency, by ISO 4217.
    pub currency: Box<str>,
}

/// The reason why an account may not incur charges.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BillingError {
    /// Too little credit.
    #[error("not enough credit")]
    NotEnoughCredit,
    /// A service that the account's contract does not allow.
    #[error("service restriction: {0}")]
    ServiceRestriction(Box<str>),
}

/// The billing of a service without charges.
#[derive(Clone, Copy, Debug)]
pub struct FreeBilling;

impl Billing for FreeBilling {
    fn quote(&self, _: &[Charge]) -> Result<Vec<Quote>, BillingError> {
        Ok(Vec::new())
    }

    fn is_free(&self) -> bool {
        true
    }
}
