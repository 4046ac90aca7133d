//! Carriers: the companies that numbers are bought from, and the built-in carriers that sell the
//! service's own stock.
//!
//! A service implements [`Carrier`] for each company that it buys from, and passes it to
//! [`InventoryBuilder::carrier`](crate::inventory::InventoryBuilder::carrier).
//!
//! ```
//! use telnum::carrier::{Carrier, NumberSearch};
//! use telnum::testing::ScriptedCarrier;
//!
//! let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 100);
//! let offers = carrier.search(&NumberSearch::new("+1415886".parse()?).with_quantity(3))?;
//! assert_eq!(offers.len(), 3);
//! assert_eq!(offers[0].number, "+14158860000".parse()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod built_in;
mod search;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::built_in::{LocalCarrier, ManagedCarrier, MdnCarrier, ReservedCarrier};
pub use self::search::MAX_SEARCH_RESULTS;
#[cfg(feature = "testing")]
pub(crate) use self::search::consecutive_run;
pub(crate) use self::{
    built_in::{is_in_pool_for, is_in_stock_for},
    search::{OpenCalls, SearchAnswer, call_carriers, search_carriers},
};

use crate::account::AccountId;
use crate::idempotency::IdempotencyKey;
use crate::names::{CarrierKind, CarrierName};
use crate::number::{PhoneNumber, Prefix};
use crate::record::{NumberRecord, RateCenter};

/// A company that sells numbers and takes them back.
///
/// The inventory calls [`acquire`](Self::acquire) and [`disconnect`](Self::disconnect) only for a
/// record that is claimed in the store, and always with an idempotency key. After a crash, or if the
/// outcome of a call is unknown, it repeats the call with the same key; the carrier must then not order
/// again, and must return the same result.
///
/// Calls may block. `Arc<T>`, `Box<T>` and `&T` implement the trait if `T` does. The example
/// `custom_carrier` is an implementation.
///
/// ```
/// use telnum::carrier::{Availability, Carrier, NumberSearch};
/// use telnum::testing::ScriptedCarrier;
///
/// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 100);
/// assert!(carrier.name() == "telnyx".parse()? && carrier.takes_orders());
/// let offers = carrier.search(&NumberSearch::new("+1415".parse()?))?;
/// assert_eq!(carrier.check(&[offers[0].number])?, [Availability::Available]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "knm_gen_carrier")]
pub trait Carrier: Send + Sync + fmt::Debug {
    /// Returns the carrier's name, by which records refer to the carrier.
    fn name(&self) -> CarrierName;

    /// Returns the carrier's properties. Default: [`CarrierInfo::of`] the name.
    ///
    /// ```
    /// use telnum::carrier::{Carrier, CarrierInfo, MdnCarrier};
    /// use telnum::names::CarrierName;
    ///
    /// assert_eq!(MdnCarrier.info(), CarrierInfo::of(CarrierName::MDN));
    /// ```
    fn info(&self) -> CarrierInfo {
        CarrierInfo::of(self.name())
    }

    /// Returns whether purchases and returns are ordered from the carrier. If not,
    /// [`acquire`](Self::acquire) and [`disconnect`](Self::disconnect) are never called. Default:
    /// `true`.
    fn takes_orders(&self) -> bool {
        true
    }

    /// Returns up to [`quantity`](NumberSearch::quantity) numbers for sale that match `search`. For a
    /// [consecutive](NumberSearch::consecutive) search, the result is one run of exactly that many
    /// numbers.
    ///
    /// ```
    /// use telnum::carrier::{Carrier, NumberSearch};
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 5);
    /// let offers = carrier.search(&NumberSearch::new("+1415".parse()?).with_quantity(2))?;
    /// assert_eq!((offers.len(), offers[0].number), (2, "+14158860000".parse()?));
    /// assert!(carrier.search(&NumberSearch::new("+1212".parse()?))?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`CarrierError::Unsupported`] for searches that the carrier does not
    /// offer, and [`CarrierError::Unknown`] if it received no response.
    #[doc(alias("find", "find_numbers"))]
    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError>;

    /// Returns whether each of `numbers` is still for sale, in the order of `numbers`.
    ///
    /// ```
    /// use telnum::carrier::{Availability, Carrier};
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 1);
    /// let numbers = ["+14158860000".parse()?, "+14158860001".parse()?];
    /// assert_eq!(carrier.check(&numbers)?, [Availability::Available, Availability::Unavailable]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`CarrierError::Unknown`] if it received no response.
    #[doc(alias = "check_numbers")]
    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError>;

    /// Returns whether each of `numbers` is for sale to `account`, whose reseller is `reseller`.
    ///
    /// The default implementation calls [`check`](Self::check), which suits carriers that sell to all
    /// accounts alike.
    ///
    /// ```
    /// use telnum::carrier::{Availability, Carrier};
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let (carrier, number) = (ScriptedCarrier::new("telnyx".parse()?), "+14158860000".parse()?);
    /// let carrier = carrier.with_block(number, 1);
    /// // This carrier sells to all accounts.
    /// assert_eq!(carrier.check_for(&[number], Some("shop".parse()?), None)?, [Availability::Available]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`check`](Self::check).
    fn check_for(
        &self,
        numbers: &[PhoneNumber],
        account: Option<AccountId>,
        reseller: Option<AccountId>,
    ) -> Result<Vec<Availability>, CarrierError> {
        let _ = (account, reseller);
        self.check(numbers)
    }

    /// Buys the number of `record` with the idempotency key `key`, and returns the carrier data to keep
    /// in the record, if any.
    ///
    /// ```
    /// use telnum::{carrier::Carrier, record::NumberRecord, testing::ScriptedCarrier};
    ///
    /// let (number, telnyx) = ("+14158860000".parse()?, "telnyx".parse()?);
    /// let carrier = ScriptedCarrier::new(telnyx).with_block(number, 1);
    /// let record = NumberRecord::discovered(number, telnyx, "2026-03-01T12:00:00Z".parse()?);
    /// let data = carrier.acquire(&record, "order-7".parse()?)?;
    /// // The repetition of a call does not order again; another call finds the number sold.
    /// assert_eq!(carrier.acquire(&record, "order-7".parse()?)?, data);
    /// assert!(carrier.acquire(&record, "order-8".parse()?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`CarrierError::Refused`] if the number was not sold, and
    /// [`CarrierError::Unknown`] if that is unknown: the call is then repeated with the same key.
    #[doc(alias = "acquire_number")]
    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError>;

    /// Returns the number of `record` to the carrier with the idempotency key `key`. The result is the
    /// carrier data to keep in the record, if any.
    ///
    /// ```
    /// use telnum::{carrier::Carrier, record::NumberRecord, testing::{CarrierOrder, ScriptedCarrier}};
    ///
    /// let (number, telnyx) = ("+14158860000".parse()?, "telnyx".parse()?);
    /// let carrier = ScriptedCarrier::new(telnyx).with_block(number, 1);
    /// let record = NumberRecord::discovered(number, telnyx, "2026-03-01T12:00:00Z".parse()?);
    /// carrier.acquire(&record, "order-7".parse()?)?;
    /// carrier.disconnect(&record, "return-7".parse()?)?;
    /// assert_eq!(carrier.orders()[1], ("return-7".parse()?, CarrierOrder::Disconnect, number));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`CarrierError::Refused`] if the number was not taken back, and
    /// [`CarrierError::Unknown`] if that is unknown: the call is then repeated with the same key.
    #[doc(alias = "disconnect_number")]
    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError>;
}

/// Implements [`Carrier`] for pointers to carriers.
macro_rules! carrier_by_reference {
    ($($pointer:ty),+) => {$(
        impl<T: Carrier + ?Sized> Carrier for $pointer {
            fn name(&self) -> CarrierName {
                (**self).name()
            }

            fn info(&self) -> CarrierInfo {
                (**self).info()
            }

            fn takes_orders(&self) -> bool {
                (**self).takes_orders()
            }

            fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
                (**self).search(search)
            }

            fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
                (**self).check(numbers)
            }

            fn check_for(
                &self,
                numbers: &[PhoneNumber],
                account: Option<AccountId>,
                reseller: Option<AccountId>,
            ) -> Result<Vec<Availability>, CarrierError> {
                (**self).check_for(numbers, account, reseller)
            }

            fn acquire(
                &self,
                record: &NumberRecord,
                key: IdempotencyKey,
            ) -> Result<Option<Value>, CarrierError> {
                (**self).acquire(record, key)
            }

            fn disconnect(
                &self,
                record: &NumberRecord,
                key: IdempotencyKey,
            ) -> Result<Option<Value>, CarrierError> {
                (**self).disconnect(record, key)
            }
        }
    )+};
}

carrier_by_reference!(&T, Box<T>, Arc<T>);

/// The properties of a carrier.
///
/// ```
/// use telnum::carrier::{Carrier, CarrierInfo, MdnCarrier};
///
/// let info = CarrierInfo::of("telnyx".parse()?).with_billable(true).with_max_prefix_length(6);
/// assert_eq!(info, CarrierInfo::of("bandwidth2".parse()?).with_max_prefix_length(6));
/// assert_eq!(MdnCarrier.info(), info.with_local(true).with_billable(false).with_max_prefix_length(10));
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CarrierInfo {
    /// Whether the carrier's numbers belong to the service's own stock.
    pub(crate) is_local: bool,
    /// Whether the carrier's numbers are charged for.
    pub(crate) is_billable: bool,
    /// The maximum number of digits of a national number that the carrier can search by.
    pub(crate) max_prefix_length: u8,
}

/// A search for numbers to buy.
///
/// ```
/// use telnum::carrier::NumberSearch;
///
/// let search = NumberSearch::new("+1415886".parse()?)
///     .with_quantity(10)
///     .with_consecutive(true)
///     .with_account("shop".parse()?)
///     .with_reseller("reseller".parse()?);
/// assert_eq!((search.quantity, search.account), (10, Some("shop".parse()?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberSearch {
    /// The prefix of the numbers.
    pub prefix: Prefix,
    /// The maximum number of results, up to [`MAX_SEARCH_RESULTS`]. Default: 1.
    pub quantity: usize,
    /// The account that the numbers are for.
    pub account: Option<AccountId>,
    /// The reseller of the account.
    pub reseller: Option<AccountId>,
    /// Whether the numbers must be consecutive: one run of exactly `quantity` numbers, or none.
    /// Default: `false`.
    pub consecutive: bool,
}

/// A number that a carrier offers for sale.
///
/// ```
/// use serde_json::json;
/// use telnum::carrier::Offer;
/// use telnum::record::RateCenter;
///
/// let center = RateCenter { lata: "722".into(), name: "SAN RAFAEL".into(), state: "CA".into() };
/// let offer = Offer::new("+14158867900".parse()?, "telnyx".parse()?)
///     .with_rate_center(center.clone())
///     .with_carrier_data(json!({"offer_id": 7}));
/// assert_eq!((offer.carrier.as_str(), offer.rate_center), ("telnyx", Some(center)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "AvailablePhoneNumber")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Offer {
    /// The number.
    pub number: PhoneNumber,
    /// The carrier that sells the number.
    pub carrier: CarrierName,
    /// The rate centre of the number. A search of the inventory fills it from its localities if they know it.
    /// When the number is bought, its record keeps the rate centre.
    pub rate_center: Option<RateCenter>,
    /// Data of the carrier about the offer. When the account that searched buys the number, the
    /// inventory passes the data to [`Carrier::acquire`] in the record.
    pub carrier_data: Option<Value>,
}

/// Whether a carrier sells a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// For sale.
    Available,
    /// Not for sale.
    Unavailable,
}

/// The reason why a call to a carrier failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CarrierError {
    /// An operation that the carrier does not offer, in general or to the account.
    #[error("operation is not supported by the carrier")]
    Unsupported,
    /// A refusal by the carrier. Nothing was ordered.
    #[error("carrier {carrier} refused: {reason}")]
    Refused {
        /// The carrier.
        carrier: CarrierName,
        /// The reason that the carrier gave.
        reason: Box<str>,
    },
    /// A carrier that could not be reached, or whose response could not be read. It is unknown whether
    /// anything was ordered: the call must be repeated with the same key.
    #[error("carrier {carrier} did not answer: {reason}")]
    Unknown {
        /// The carrier.
        carrier: CarrierName,
        /// The cause, such as a timeout.
        reason: Box<str>,
    },
}

impl CarrierInfo {
    /// Returns the default properties of the carrier named `name`. The built-in carriers are local and free
    /// of charge; other carriers are neither. All carriers can search by up to 10 digits.
    ///
    /// ```
    /// use telnum::carrier::CarrierInfo;
    /// use telnum::names::CarrierName;
    ///
    /// assert_eq!(CarrierInfo::of(CarrierName::MANAGED), CarrierInfo::of(CarrierName::LOCAL));
    /// assert_ne!(CarrierInfo::of("telnyx".parse()?), CarrierInfo::of(CarrierName::LOCAL));
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn of(name: CarrierName) -> Self {
        let stock = [CarrierName::MANAGED, CarrierName::RESERVED, CarrierName::RESERVED_RESELLER];
        let is_local = name.kind() != CarrierKind::Other || stock.contains(&name);
        Self { is_local, is_billable: !is_local, max_prefix_length: 10 }
    }

    /// Sets whether the carrier's numbers belong to the service's own stock.
    #[must_use]
    pub const fn with_local(self, is_local: bool) -> Self {
        Self { is_local, ..self }
    }

    /// Sets whether the carrier's numbers are charged for.
    #[must_use]
    pub const fn with_billable(self, is_billable: bool) -> Self {
        Self { is_billable, ..self }
    }

    /// Sets the maximum number of digits of a national number that the carrier can search by.
    #[doc(alias = "maximal_prefix_length")]
    #[must_use]
    pub const fn with_max_prefix_length(self, max_prefix_length: u8) -> Self {
        Self { max_prefix_length, ..self }
    }
}

impl NumberSearch {
    /// Creates a search for one number with `prefix`, without an account.
    #[must_use]
    pub const fn new(prefix: Prefix) -> Self {
        Self { prefix, quantity: 1, account: None, reseller: None, consecutive: false }
    }

    /// Sets the maximum number of results, up to [`MAX_SEARCH_RESULTS`].
    #[must_use]
    pub const fn with_quantity(self, quantity: usize) -> Self {
        Self { quantity, ..self }
    }

    /// Sets the account that the numbers are for. [`Inventory::search`](crate::inventory::Inventory::search)
    /// sets it from its options.
    #[must_use]
    pub const fn with_account(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }

    /// Sets the reseller of the account. [`Inventory::search`](crate::inventory::Inventory::search)
    /// sets it from its options.
    #[must_use]
    pub const fn with_reseller(self, reseller: AccountId) -> Self {
        Self { reseller: Some(reseller), ..self }
    }

    /// Sets whether the numbers must be consecutive: one run of exactly `quantity` numbers, or none.
    ///
    /// ```
    /// use telnum::carrier::{Carrier, NumberSearch};
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 3);
    /// let search = NumberSearch::new("+1415".parse()?).with_consecutive(true);
    /// assert_eq!(carrier.search(&search.clone().with_quantity(3))?.len(), 3);
    /// assert_eq!(carrier.search(&search.with_quantity(4))?.len(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn with_consecutive(self, consecutive: bool) -> Self {
        Self { consecutive, ..self }
    }
}

impl Offer {
    /// Creates an offer of `number` by `carrier`, without further data.
    #[must_use]
    pub const fn new(number: PhoneNumber, carrier: CarrierName) -> Self {
        Self { number, carrier, rate_center: None, carrier_data: None }
    }

    /// Sets the rate centre.
    #[must_use]
    pub fn with_rate_center(self, rate_center: RateCenter) -> Self {
        Self { rate_center: Some(rate_center), ..self }
    }

    /// Sets the carrier's data about the offer.
    #[must_use]
    pub fn with_carrier_data(self, carrier_data: Value) -> Self {
        Self { carrier_data: Some(carrier_data), ..self }
    }
}

impl CarrierError {
    /// Creates the error for a refusal by `carrier`, after which nothing was ordered.
    ///
    /// ```
    /// use telnum::carrier::CarrierError;
    ///
    /// let error = CarrierError::refused("telnyx".parse()?, "not for sale");
    /// assert_eq!(error.to_string(), "carrier telnyx refused: not for sale");
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn refused(carrier: CarrierName, reason: impl fmt::Display) -> Self {
        Self::Refused { carrier, reason: reason.to_string().into() }
    }

    /// Creates the error for a call to `carrier` whose outcome is unknown.
    ///
    /// ```
    /// use telnum::carrier::CarrierError;
    ///
    /// let error = CarrierError::unknown("telnyx".parse()?, "connection reset");
    /// assert_eq!(error.to_string(), "carrier telnyx did not answer: connection reset");
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn unknown(carrier: CarrierName, reason: impl fmt::Display) -> Self {
        Self::Unknown { carrier, reason: reason.to_string().into() }
    }
}
