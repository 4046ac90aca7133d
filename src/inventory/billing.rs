use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::{CarrierName, FeatureSet};
use crate::number::PhoneNumber;

/// Who says what numbers cost, and whether an account may spend that.
///
/// It is asked before anything is done. What was done it learns from the events.
pub trait Billing: Send + Sync + fmt::Debug {
    /// What charges cost: nothing, for those without a quote.
    ///
    /// # Errors
    /// If the account may not.
    fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError>;

    /// Whether nothing ever costs: then it is not asked.
    fn is_free(&self) -> bool {
        false
    }
}

/// Something that may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The account whose number it will be.
    pub account: AccountId,
    /// The number.
    pub number: PhoneNumber,
    /// The state it will be in.
    pub state: State,
    /// Who carries it.
    pub carrier: CarrierName,
    /// Whether that costs.
    pub is_billable: bool,
    /// What it will carry that it does not yet.
    pub features: FeatureSet,
}

/// What something costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The account that pays.
    pub account: AccountId,
    /// The number.
    pub number: PhoneNumber,
    /// What it is for.
    pub item: Box<str>,
    /// The amount, in the smallest unit of the currency.
    pub amount: u64,
    /// The currency, by ISO 4217.
    pub currency: Box<str>,
}

/// Why an account may not spend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BillingError {
    /// It has not enough.
    #[error("not enough credit")]
    NotEnoughCredit,
    /// Its contract does not allow it.
    #[error("service restriction: {0}")]
    ServiceRestriction(Box<str>),
}

/// Nothing costs.
#[derive(Clone, Copy, Debug)]
pub struct Free;

impl Billing for Free {
    fn quote(&self, _: &[Charge]) -> Result<Vec<Quote>, BillingError> {
        Ok(Vec::new())
    }

    fn is_free(&self) -> bool {
        true
    }
}
