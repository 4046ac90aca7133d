//! Who numbers are bought from: what a carrier does, those that are built in, and the search
//! across all of them.
//!
//! ```
//! use telnum::carrier::{Carrier, Search};
//! use telnum::testing::ScriptedCarrier;
//!
//! let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 100);
//! let search = Search { quantity: 3, ..Search::new("+1415886".parse()?) };
//! let found = carrier.find(&search)?;
//! assert_eq!(found.len(), 3);
//! assert_eq!(found[0].number.to_string(), "+14158860000");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod built_in;
mod search;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::built_in::{Local, Managed, Mdn, ReservedBy};
#[cfg(feature = "testing")]
pub(crate) use self::search::in_a_row;
pub use self::search::{MAX_FOUND, find_everywhere};
pub(crate) use self::{
    built_in::is_for,
    search::{Owed, ask_all, find_owed},
};

use crate::account::AccountId;
use crate::idempotency::IdempotencyKey;
use crate::names::{CarrierKind, CarrierName};
use crate::number::{PhoneNumber, Prefix};
use crate::record::NumberRecord;

/// Somebody who sells numbers and takes them back.
///
/// Calls may take long and may fail; they are made on claimed records only, each with its key.
/// A carrier that is told the same key again does nothing again, and answers the same.
pub trait Carrier: Send + Sync + fmt::Debug {
    /// Its name.
    fn name(&self) -> CarrierName;

    /// What is to be known of it.
    fn info(&self) -> CarrierInfo {
        CarrierInfo::of(self.name())
    }

    /// Whether it has to be told what is bought and given back. If not, it is never asked to
    /// [`acquire`](Self::acquire) or [`disconnect`](Self::disconnect) anything.
    fn takes_orders(&self) -> bool {
        true
    }

    /// Numbers that it sells, at most as many as are asked for; if they are to be in a row, one row of
    /// that many.
    ///
    /// # Errors
    /// Why not.
    fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError>;

    /// Whether it still sells numbers: an answer for each, in order.
    ///
    /// # Errors
    /// Why not.
    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError>;

    /// The same for an account and the one that sells to it. Who sells to all alike need not say
    /// anything else here.
    ///
    /// # Errors
    /// Why not.
    fn check_for(
        &self,
        numbers: &[PhoneNumber],
        account: Option<AccountId>,
        reseller: Option<AccountId>,
    ) -> Result<Vec<Availability>, CarrierError> {
        let _ = (account, reseller);
        self.check(numbers)
    }

    /// Sells a number. What it wants to be told of the number from then on, if anything.
    ///
    /// # Errors
    /// Why not.
    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError>;

    /// Takes a number back. What it wants to be told of the number from then on, if anything.
    ///
    /// # Errors
    /// Why not.
    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError>;
}

/// What is to be known of a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierInfo {
    /// Whether its numbers are the system's own.
    pub is_local: bool,
    /// Whether its numbers cost.
    pub is_billable: bool,
    /// How many digits of a national number it can search by.
    pub maximal_prefix_length: u8,
}

/// A search for numbers to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What they start with.
    pub prefix: Prefix,
    /// How many, at most [`MAX_FOUND`].
    pub quantity: usize,
    /// For which account.
    pub account: Option<AccountId>,
    /// The account that sells to it.
    pub reseller: Option<AccountId>,
    /// Whether numbers are to be in a row: so many, or none.
    pub consecutive: bool,
}

/// A number that a carrier sells.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The number.
    pub number: PhoneNumber,
    /// Who sells it.
    pub carrier: CarrierName,
    /// Where it is.
    pub rate_center: Option<RateCenter>,
    /// What else the carrier says of it, to be told back when it is bought by who searched.
    pub carrier_data: Option<Value>,
}

/// The place that calls to a number are charged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateCenter {
    /// The local access and transport area: 3 digits, 5 with a sub-zone.
    pub lata: Box<str>,
    /// Its name, at most 10 characters.
    pub name: Box<str>,
    /// The state, two letters.
    pub state: Box<str>,
}

/// Whether a carrier sells a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// It does.
    Available,
    /// It does not.
    Unavailable,
}

/// Why a carrier does not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CarrierError {
    /// It does not sell, or search, for this account or in this way.
    #[error("not available")]
    NotAvailable,
    /// It refused, for a reason of its own. Nothing was done.
    #[error("carrier {carrier} refused: {reason}")]
    Refused {
        /// Which carrier.
        carrier: CarrierName,
        /// The reason it gave.
        reason: Box<str>,
    },
    /// It could not be reached, or answered nonsense. Whether anything was done is not known: it
    /// has to be asked again with the same key.
    #[error("carrier {carrier} gave no answer: {reason}")]
    Unknown {
        /// Which carrier.
        carrier: CarrierName,
        /// What happened.
        reason: Box<str>,
    },
}

impl CarrierInfo {
    /// What is true of a carrier with a name unless it says otherwise: the built-in ones are local
    /// and free, others neither.
    #[must_use]
    pub fn of(name: CarrierName) -> Self {
        let is_ours = [CarrierName::MANAGED, CarrierName::RESERVED, CarrierName::RESERVED_RESELLER];
        let is_local = name.kind() != CarrierKind::Other || is_ours.contains(&name);
        Self { is_local, is_billable: !is_local, maximal_prefix_length: 10 }
    }
}

impl Search {
    /// A search for one number, for nobody.
    #[must_use]
    pub const fn new(prefix: Prefix) -> Self {
        Self { prefix, quantity: 1, account: None, reseller: None, consecutive: false }
    }
}

impl Found {
    /// A number of a carrier, and nothing else known of it.
    #[must_use]
    pub const fn new(number: PhoneNumber, carrier: CarrierName) -> Self {
        Self { number, carrier, rate_center: None, carrier_data: None }
    }
}

impl Availability {
    /// The name in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "success",
            Self::Unavailable => "error",
        }
    }
}
