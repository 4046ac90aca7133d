//! The providers of emergency addresses and caller names.
//!
//! A service implements [`E911Provider`] and [`CnamProvider`] for the companies that it works with.
//! [`AddressBook`] and [`CnamNotifications`] are providers in memory.
//!
//! ```
//! use telnum::feature::e911::{E911Address, E911Outcome};
//! use telnum::provider::{AddressBook, E911Provider};
//!
//! let place = E911Address::from_value(serde_json::json!({
//!     "street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105",
//! }))?;
//! let book = AddressBook::new([place.clone()]);
//! assert!(matches!(book.validate(&place)?, E911Outcome::Provisioned(_)));
//!
//! let nowhere = E911Address::from_value(serde_json::json!({
//!     "street_address": "1 NOWHERE", "locality": "NOWHERE", "region": "CA", "postal_code": "94105",
//! }))?;
//! assert_eq!(book.validate(&nowhere)?, E911Outcome::Invalid("Location is not geocoded".into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The contract of a provider
//!
//! - A call with an idempotency key that the provider has already seen changes nothing and has the same
//!   outcome. A call is repeated with its key if its outcome was lost.
//! - [`ProviderError::Refused`] means that nothing changed at the provider. If that is not certain, the
//!   error is [`ProviderError::Unknown`].
//! - A number's address is removed before the number is released or moved.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::feature::cnam::Cnam;
use crate::feature::e911::{E911Address, E911Outcome, E911Status};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// A provider that registers the addresses of numbers with emergency services.
///
/// See the [module](self) for the contract. `&T`, `Box<T>` and `Arc<T>` implement the trait if `T`
/// does.
///
/// ```
/// use telnum::feature::e911::{E911Address, E911Outcome};
/// use telnum::idempotency::IdempotencyKey;
/// use telnum::provider::{E911Provider, ProviderError};
/// use telnum::record::NumberRecord;
///
/// /// Accepts every address, and registers none.
/// #[derive(Debug)]
/// struct Accepting;
///
/// impl E911Provider for Accepting {
///     fn validate(&self, address: &E911Address) -> Result<E911Outcome, ProviderError> {
///         Ok(E911Outcome::Provisioned(address.clone()))
///     }
///     fn provision(
///         &self, _: &NumberRecord, address: &E911Address, _: IdempotencyKey,
///     ) -> Result<E911Outcome, ProviderError> {
///         self.validate(address)
///     }
///     fn remove(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<(), ProviderError> {
///         Ok(())
///     }
/// }
/// let shared: Box<dyn E911Provider> = Box::new(std::sync::Arc::new(Accepting));
/// ```
#[doc(alias = "dash_e911")]
pub trait E911Provider: Send + Sync + fmt::Debug {
    /// Returns the outcome that provisioning `address` would have, without changing anything.
    ///
    /// ```
    /// # use telnum::feature::e911::{E911Address, E911Outcome};
    /// # use telnum::provider::{AddressBook, E911Provider};
    /// let place = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 E 1ST ST", "locality": "RENO", "region": "NV", "postal_code": "89501",
    /// }))?;
    /// let outcome = AddressBook::new([place.clone()]).validate(&place)?;
    /// assert!(matches!(outcome, E911Outcome::Provisioned(_)));
    /// assert!(matches!(AddressBook::new([]).validate(&place)?, E911Outcome::Invalid(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`ProviderError::Unknown`] if the provider cannot be reached or its
    /// response cannot be read.
    fn validate(&self, address: &E911Address) -> Result<E911Outcome, ProviderError>;

    /// Registers `address` for the number of `record`, if exactly one place matches it.
    ///
    /// An address that no place or several places match is an outcome and not an error.
    ///
    /// ```
    /// # use telnum::feature::e911::{E911Address, E911Outcome, E911Status};
    /// # use telnum::{provider::{AddressBook, E911Provider}, record::NumberRecord};
    /// # let place = E911Address::from_value(serde_json::json!({
    /// #     "street_address": "1 E 1ST ST", "locality": "RENO", "region": "NV", "postal_code": "89501"}))?;
    /// # let now = "2026-03-01T12:00:00Z".parse()?;
    /// # let record = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// let book = AddressBook::new([place.clone()]);
    /// let outcome = book.provision(&record, &place, "key-1".parse()?)?;
    /// let E911Outcome::Provisioned(address) = outcome else { panic!() };
    /// assert_eq!(address.fields().status, Some(E911Status::Provisioned));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`ProviderError::Refused`] if the provider refuses the number, and
    /// [`ProviderError::Unknown`] if the provider cannot be reached or its response cannot be read.
    fn provision(
        &self,
        record: &NumberRecord,
        address: &E911Address,
        key: IdempotencyKey,
    ) -> Result<E911Outcome, ProviderError>;

    /// Removes the address of the number of `record`. The call succeeds if the number has no address.
    ///
    /// ```
    /// # use telnum::{provider::{AddressBook, E911Provider}, record::NumberRecord};
    /// # let now = "2026-03-01T12:00:00Z".parse()?;
    /// # let record = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// let book = AddressBook::new([]);
    /// // The number has no address.
    /// assert!(E911Provider::remove(&book, &record, "key-1".parse()?).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`ProviderError::Refused`] if the provider refuses the removal, and
    /// [`ProviderError::Unknown`] if the provider cannot be reached or its response cannot be read.
    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError>;
}

/// A provider that displays the caller names of numbers and looks up the names of their callers.
///
/// See the [module](self) for the contract. `&T`, `Box<T>` and `Arc<T>` implement the trait if `T`
/// does.
///
/// ```
/// use telnum::feature::cnam::Cnam;
/// use telnum::provider::{CnamNotifications, CnamProvider};
/// use telnum::record::NumberRecord;
///
/// let notifications = CnamNotifications::default();
/// let record =
///     NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// notifications.set(&record, &Cnam::default(), "key-1".parse()?)?;
/// notifications.remove(&record, "key-2".parse()?)?;
/// assert_eq!(notifications.all().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "cnam_notifier")]
pub trait CnamProvider: Send + Sync + fmt::Debug {
    /// Sets the name displayed for the number of `record`, and whether callers' names are looked up.
    ///
    /// ```
    /// # use telnum::{provider::{CnamNotifications, CnamProvider}, record::NumberRecord};
    /// use telnum::feature::cnam::Cnam;
    ///
    /// # let now = "2026-03-01T12:00:00Z".parse()?;
    /// # let record = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// let cnam: Cnam = serde_json::from_str(r#"{"display_name": "my CNAM"}"#)?;
    /// let provider = CnamNotifications::default();
    /// provider.set(&record, &cnam, "key-1".parse()?)?;
    /// assert_eq!(provider.all()[0].2, Some(cnam));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`ProviderError::Refused`] if the provider refuses the name, and
    /// [`ProviderError::Unknown`] if the provider cannot be reached or its response cannot be read.
    fn set(&self, record: &NumberRecord, cnam: &Cnam, key: IdempotencyKey) -> Result<(), ProviderError>;

    /// Removes the name of the number of `record`, and ends the lookup of callers' names. The call
    /// succeeds if the number has no name.
    ///
    /// ```
    /// # use telnum::{provider::{CnamNotifications, CnamProvider}, record::NumberRecord};
    /// # let now = "2026-03-01T12:00:00Z".parse()?;
    /// # let record = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// let provider = CnamNotifications::default();
    /// provider.remove(&record, "key-2".parse()?)?;
    /// assert_eq!(provider.all(), [("key-2".parse()?, record.number(), None)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`ProviderError::Refused`] if the provider refuses the removal, and
    /// [`ProviderError::Unknown`] if the provider cannot be reached or its response cannot be read.
    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError>;
}

macro_rules! delegate {
    ($($pointer:ty),+) => {$(
        impl<T: E911Provider + ?Sized> E911Provider for $pointer {
            fn validate(&self, address: &E911Address) -> Result<E911Outcome, ProviderError> {
                (**self).validate(address)
            }

            fn provision(
                &self,
                record: &NumberRecord,
                address: &E911Address,
                key: IdempotencyKey,
            ) -> Result<E911Outcome, ProviderError> {
                (**self).provision(record, address, key)
            }

            fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
                (**self).remove(record, key)
            }
        }

        impl<T: CnamProvider + ?Sized> CnamProvider for $pointer {
            fn set(
                &self,
                record: &NumberRecord,
                cnam: &Cnam,
                key: IdempotencyKey,
            ) -> Result<(), ProviderError> {
                (**self).set(record, cnam, key)
            }

            fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
                (**self).remove(record, key)
            }
        }
    )+};
}
delegate!(&T, Box<T>, Arc<T>);

/// The error returned if a call to a provider fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// A refusal by the provider. Nothing changed.
    #[error("provider refused: {0}")]
    Refused(Box<str>),
    /// A provider that could not be reached, or whose response could not be read. It is unknown whether
    /// anything changed: the call must be repeated with the same key.
    #[error("provider did not answer: {0}")]
    Unknown(Box<str>),
}

/// An [`E911Provider`] in memory that knows a list of addresses.
///
/// An address that equals a known one, ignoring case, is provisioned. If the street, the region, and
/// the city or the postal code equal those of known addresses, these are the candidates.
///
/// ```
/// use telnum::feature::e911::E911Address;
/// use telnum::provider::{AddressBook, E911Provider};
/// use telnum::record::NumberRecord;
///
/// let place = E911Address::from_value(serde_json::json!({
///     "street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105",
/// }))?;
/// let book = AddressBook::new([place.clone()]);
/// let record =
///     NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// book.provision(&record, &place, "key-1".parse()?)?;
/// assert_eq!(book.provisioned(record.number()).unwrap().fields().locality, "SAN FRANCISCO");
/// book.remove(&record, "key-2".parse()?)?;
/// assert_eq!(book.provisioned(record.number()), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct AddressBook {
    places: Vec<E911Address>,
    state: Mutex<AddressBookState>,
}

#[derive(Debug, Default)]
struct AddressBookState {
    addresses: BTreeMap<PhoneNumber, E911Address>,
    /// The outcome of each call, by key; `None` for a removal.
    outcomes: BTreeMap<IdempotencyKey, Option<E911Outcome>>,
}

impl AddressBook {
    /// Creates a book of known addresses, without any provisioned number.
    #[must_use]
    pub fn new(places: impl IntoIterator<Item = E911Address>) -> Self {
        Self { places: places.into_iter().collect(), state: Mutex::default() }
    }

    /// Returns the address that is provisioned for `number`.
    #[must_use]
    pub fn provisioned(&self, number: PhoneNumber) -> Option<E911Address> {
        self.state().addresses.get(&number).cloned()
    }

    fn state(&self) -> MutexGuard<'_, AddressBookState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the known address `place` with the given status, and with the caller name of `request`.
    fn answer(place: &E911Address, request: &E911Address, status: E911Status) -> E911Address {
        let mut fields = place.clone().into_fields();
        fields.status = Some(status);
        fields.caller_name = request.fields().caller_name.clone().or(fields.caller_name);
        E911Address::new(fields).unwrap_or_else(|_| place.clone())
    }
}

/// Returns whether two addresses are equal, ignoring case.
fn is_same(place: &E911Address, request: &E911Address) -> bool {
    let (known, requested) = (place.fields(), request.fields());
    let suite = |suite: &Option<String>| suite.as_deref().unwrap_or_default().to_uppercase();
    is_similar(place, request)
        && known.locality.eq_ignore_ascii_case(&requested.locality)
        && place.postal_code() == request.postal_code()
        && suite(&known.extended_address) == suite(&requested.extended_address)
}

/// Returns whether two addresses have the same street and region, and the same city or postal code.
fn is_similar(place: &E911Address, request: &E911Address) -> bool {
    let (known, requested) = (place.fields(), request.fields());
    known.street_address.eq_ignore_ascii_case(&requested.street_address)
        && known.region.eq_ignore_ascii_case(&requested.region)
        && (known.locality.eq_ignore_ascii_case(&requested.locality)
            || place.postal_code() == request.postal_code())
}

impl E911Provider for AddressBook {
    fn validate(&self, address: &E911Address) -> Result<E911Outcome, ProviderError> {
        if let Some(place) = self.places.iter().find(|place| is_same(place, address)) {
            return Ok(E911Outcome::Provisioned(Self::answer(place, address, E911Status::Provisioned)));
        }
        let similar = self.places.iter().filter(|place| is_similar(place, address));
        let candidates = similar.map(|place| Self::answer(place, address, E911Status::Geocoded));
        Ok(E911Outcome::from_candidates(candidates.collect()))
    }

    fn provision(
        &self,
        record: &NumberRecord,
        address: &E911Address,
        key: IdempotencyKey,
    ) -> Result<E911Outcome, ProviderError> {
        let mut state = self.state();
        if let Some(Some(outcome)) = state.outcomes.get(&key) {
            return Ok(outcome.clone());
        }
        let outcome = match self.validate(address)? {
            E911Outcome::Geocoded(place) => {
                E911Outcome::Provisioned(Self::answer(&place, address, E911Status::Provisioned))
            }
            other => other,
        };
        if let E911Outcome::Provisioned(place) = &outcome {
            state.addresses.insert(record.number(), place.clone());
        }
        state.outcomes.insert(key, Some(outcome.clone()));
        Ok(outcome)
    }

    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
        let mut state = self.state();
        if state.outcomes.insert(key, None).is_none() {
            state.addresses.remove(&record.number());
        }
        Ok(())
    }
}

/// A [`CnamProvider`] in memory that records the calls made to it.
///
/// ```
/// use telnum::feature::cnam::Cnam;
/// use telnum::provider::{CnamNotifications, CnamProvider};
/// use telnum::record::NumberRecord;
///
/// let record = NumberRecord::discovered(
///     "+14158867900".parse()?, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?,
/// );
/// let notifications = CnamNotifications::default();
/// notifications.set(&record, &Cnam::default(), "key-1".parse()?)?;
/// assert_eq!(notifications.all(), [("key-1".parse()?, record.number(), Some(Cnam::default()))]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct CnamNotifications(Mutex<CnamCalls>);

/// The number and the name of each call, by key; the name of a removal is `None`.
type CnamCalls = BTreeMap<IdempotencyKey, (PhoneNumber, Option<Cnam>)>;

impl CnamNotifications {
    /// Returns the key, the number and the name of each call, in the order of the keys. The name of a
    /// removal is `None`.
    #[must_use]
    pub fn all(&self) -> Vec<(IdempotencyKey, PhoneNumber, Option<Cnam>)> {
        let calls = self.calls();
        calls.iter().map(|(key, (number, cnam))| (*key, *number, cnam.clone())).collect()
    }

    fn calls(&self) -> MutexGuard<'_, CnamCalls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CnamProvider for CnamNotifications {
    fn set(&self, record: &NumberRecord, cnam: &Cnam, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.calls().insert(key, (record.number(), Some(cnam.clone())));
        Ok(())
    }

    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.calls().insert(key, (record.number(), None));
        Ok(())
    }
}
