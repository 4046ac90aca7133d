//! Who is told of a number's address for emergency calls, and of its caller's name.
//!
//! ```
//! use serde_json::json;
//! use telnum::feature::e911::{E911Address, E911Outcome};
//! use telnum::provider::{AddressBook, E911Provider};
//! use telnum::record::NumberRecord;
//!
//! let place = E911Address::from_value(json!({
//!     "street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105",
//! }))?;
//! let book = AddressBook::new([place.clone()]);
//! assert!(matches!(book.validate(&place)?, E911Outcome::Provisioned(_)));
//!
//! let nowhere = E911Address::from_value(json!({
//!     "street_address": "1 NOWHERE", "locality": "NOWHERE", "region": "CA", "postal_code": "94105",
//! }))?;
//! assert_eq!(book.validate(&nowhere)?, E911Outcome::Invalid("Location is not geocoded".into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::feature::cnam::Cnam;
use crate::feature::e911::{E911Address, E911Outcome, E911Status};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// Who tells emergency services where a number is.
///
/// A provider that is told the same key again does nothing again, and answers the same.
pub trait E911Provider: Send + Sync + fmt::Debug {
    /// What it would say of an address. Nothing is provisioned.
    ///
    /// # Errors
    /// If it could not be asked, or gave no answer.
    fn validate(&self, address: &E911Address) -> Result<E911Outcome, ProviderError>;

    /// Tells emergency services that a number is at an address, if that is one place.
    ///
    /// # Errors
    /// If it could not be asked, or gave no answer.
    fn provision(
        &self,
        record: &NumberRecord,
        address: &E911Address,
        key: IdempotencyKey,
    ) -> Result<E911Outcome, ProviderError>;

    /// Emergency services are told no longer where a number is.
    ///
    /// # Errors
    /// If it could not be asked, gave no answer, or refused.
    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError>;
}

/// Who shows the name of a number's caller, and looks up those who call it.
pub trait CnamProvider: Send + Sync + fmt::Debug {
    /// Shows a name, and looks names up, or not.
    ///
    /// # Errors
    /// If it could not be asked, gave no answer, or refused.
    fn set(&self, record: &NumberRecord, cnam: &Cnam, key: IdempotencyKey) -> Result<(), ProviderError>;

    /// Shows no name any longer, and looks none up.
    ///
    /// # Errors
    /// If it could not be asked, gave no answer, or refused.
    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError>;
}

/// Why a provider does not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// It refused. Nothing was done.
    #[error("the provider refused: {0}")]
    Refused(Box<str>),
    /// It could not be reached, or answered nonsense. Whether anything was done is not known: it
    /// has to be asked again with the same key.
    #[error("the provider gave no answer: {0}")]
    Unknown(Box<str>),
}

/// A provider that knows the addresses it was given, and no others.
///
/// An address that it knows to the letter, but for capitals, is provisioned. Of one that it knows in
/// part, the street, the region and the city or postal code, it offers all that fit.
#[derive(Debug, Default)]
pub struct AddressBook {
    places: Vec<E911Address>,
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    numbers: BTreeMap<PhoneNumber, E911Address>,
    /// What was answered to each key; removals have no answer.
    answers: BTreeMap<IdempotencyKey, Option<E911Outcome>>,
}

impl AddressBook {
    /// A book of addresses.
    #[must_use]
    pub fn new(places: impl IntoIterator<Item = E911Address>) -> Self {
        Self { places: places.into_iter().collect(), told: Mutex::default() }
    }

    /// Where a number is, as emergency services are told.
    #[must_use]
    pub fn provisioned(&self, number: PhoneNumber) -> Option<E911Address> {
        self.told().numbers.get(&number).cloned()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the book writes an address; the caller's name is the one that asks.
    fn written(place: &E911Address, asked: &E911Address, status: E911Status) -> E911Address {
        let mut fields = place.clone().into_fields();
        fields.status = Some(status);
        fields.caller_name = asked.fields().caller_name.clone().or(fields.caller_name);
        E911Address::new(fields).unwrap_or_else(|_| place.clone())
    }
}

fn is_same(place: &E911Address, asked: &E911Address) -> bool {
    let (one, other) = (place.fields(), asked.fields());
    let extended = |it: &Option<String>| it.as_deref().unwrap_or_default().to_uppercase();
    is_alike(place, asked)
        && one.locality.eq_ignore_ascii_case(&other.locality)
        && place.postal_code() == asked.postal_code()
        && extended(&one.extended_address) == extended(&other.extended_address)
}

fn is_alike(place: &E911Address, asked: &E911Address) -> bool {
    let (one, other) = (place.fields(), asked.fields());
    one.street_address.eq_ignore_ascii_case(&other.street_address)
        && one.region.eq_ignore_ascii_case(&other.region)
        && (one.locality.eq_ignore_ascii_case(&other.locality) || place.postal_code() == asked.postal_code())
}

impl E911Provider for AddressBook {
    fn validate(&self, address: &E911Address) -> Result<E911Outcome, ProviderError> {
        if let Some(place) = self.places.iter().find(|place| is_same(place, address)) {
            return Ok(E911Outcome::Provisioned(Self::written(place, address, E911Status::Provisioned)));
        }
        let alike = self.places.iter().filter(|place| is_alike(place, address));
        let found = alike.map(|place| Self::written(place, address, E911Status::Geocoded));
        Ok(E911Outcome::from_candidates(found.collect()))
    }

    fn provision(
        &self,
        record: &NumberRecord,
        address: &E911Address,
        key: IdempotencyKey,
    ) -> Result<E911Outcome, ProviderError> {
        let mut told = self.told();
        if let Some(Some(answer)) = told.answers.get(&key) {
            return Ok(answer.clone());
        }
        let answer = match self.validate(address)? {
            E911Outcome::Geocoded(place) => {
                E911Outcome::Provisioned(Self::written(&place, address, E911Status::Provisioned))
            }
            other => other,
        };
        if let E911Outcome::Provisioned(place) = &answer {
            told.numbers.insert(record.number(), place.clone());
        }
        told.answers.insert(key, Some(answer.clone()));
        Ok(answer)
    }

    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
        let mut told = self.told();
        if told.answers.insert(key, None).is_none() {
            told.numbers.remove(&record.number());
        }
        Ok(())
    }
}

/// A provider that only notes what it is told.
#[derive(Debug, Default)]
pub struct CnamNotifications(Mutex<BTreeMap<IdempotencyKey, (PhoneNumber, Option<Cnam>)>>);

impl CnamNotifications {
    /// What was noted, by key: the number, and its names; `None`: they were taken off.
    #[must_use]
    pub fn all(&self) -> Vec<(IdempotencyKey, PhoneNumber, Option<Cnam>)> {
        let notices = self.notices();
        notices.iter().map(|(key, (number, cnam))| (*key, *number, cnam.clone())).collect()
    }

    fn notices(&self) -> MutexGuard<'_, BTreeMap<IdempotencyKey, (PhoneNumber, Option<Cnam>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CnamProvider for CnamNotifications {
    fn set(&self, record: &NumberRecord, cnam: &Cnam, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.notices().insert(key, (record.number(), Some(cnam.clone())));
        Ok(())
    }

    fn remove(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<(), ProviderError> {
        self.notices().insert(key, (record.number(), None));
        Ok(())
    }
}
