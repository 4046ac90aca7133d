//! The fields of a contact number that are derived from the number.

use super::text::{ContactCarrier, ContactLocation};

/// The location and the carrier that are derived from a number. They are used if the client sets none.
///
/// ```
/// use telnum::contact::{ContactList, DerivedFields, EnteredNumber, NewContact};
///
/// let derived = DerivedFields { location: Some("Zurich".parse()?), carrier: None };
/// let number = EnteredNumber::parse("+41 44 668 18 00", None, None)?;
/// let new = NewContact::new(number).with_derived(derived);
/// let mut numbers = ContactList::empty("7".parse()?);
/// numbers.add([(1.into(), new)], "2026-03-02T12:00:00Z".parse()?)?;
/// let number = numbers.primary().unwrap();
/// assert!(number.location() == Some(&"Zurich".parse()?) && number.is_location_derived());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DerivedFields {
    /// The location.
    pub location: Option<ContactLocation>,
    /// The name of the carrier.
    pub carrier: Option<ContactCarrier>,
}

/// Functions that require the feature `geo`.
#[cfg(feature = "geo")]
impl DerivedFields {
    /// Returns the [description](crate::geo::describe) of `number`, and the [carrier](crate::geo::carrier) to
    /// which its prefix was allocated, in English. A text that is too long for its field is left out.
    ///
    /// ```
    /// use telnum::contact::DerivedFields;
    ///
    /// let derived = DerivedFields::of("+41798765432".parse()?);
    /// assert_eq!(derived.location, Some("Switzerland".parse()?));
    /// assert_eq!(derived.carrier, Some("Swisscom".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(number: crate::number::PhoneNumber) -> Self {
        use crate::geo::Language;

        let found = crate::plan::lookup(number);
        Self {
            location: found.describe(Language::ENGLISH).and_then(|name| name.to_string().try_into().ok()),
            carrier: found.carrier(Language::ENGLISH).and_then(|name| name.parse().ok()),
        }
    }
}
