//! Numbers to add to a list, and changes to numbers in a list.

use super::derived::DerivedFields;
use super::entered::EnteredNumber;
use super::text::{ContactCarrier, ContactLabel, ContactLocation};
use crate::number::Extension;

/// A number to add to an owner's list.
///
/// ```
/// use telnum::contact::{EnteredNumber, NewContact};
///
/// let home = EnteredNumber::parse("+1 541-555-0123", None, None)?;
/// let home = NewContact::new(home).with_label("home".parse()?).with_primary(true);
/// # let _: NewContact = home;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewContact {
    /// The number as it was entered.
    pub(crate) number: EnteredNumber,
    /// The label.
    pub(crate) label: Option<ContactLabel>,
    /// The location.
    pub(crate) location: Option<ContactLocation>,
    /// The name of the carrier.
    pub(crate) carrier: Option<ContactCarrier>,
    /// Whether the number becomes the owner's primary number. The first number of a list always does.
    pub(crate) primary: bool,
    /// The derived fields, which are used for a location and carrier that are `None`.
    pub derived: DerivedFields,
}

/// A set of changes to a number: `None` keeps a value, `Some(None)` removes it, so that the derived value is
/// used.
///
/// ```
/// use telnum::contact::ContactPatch;
///
/// let patch = ContactPatch::default().with_label(None);
/// assert_ne!(patch, ContactPatch::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::option_option, reason = "absent, removed, or a value, as in a patch")]
pub struct ContactPatch {
    /// The new number. It also replaces the extension, or removes it if the new number has none.
    pub(crate) number: Option<EnteredNumber>,
    /// The new extension.
    pub(crate) extension: Option<Option<Extension>>,
    /// The new label.
    pub(crate) label: Option<Option<ContactLabel>>,
    /// The new location.
    pub(crate) location: Option<Option<ContactLocation>>,
    /// The new name of the carrier.
    pub(crate) carrier: Option<Option<ContactCarrier>>,
    /// Whether the number becomes the owner's primary number. `false` is refused for the primary
    /// number.
    pub(crate) primary: Option<bool>,
    /// The derived fields, which are used for a location and carrier that are not set. `None` keeps the
    /// earlier derived fields unless the number changes.
    pub derived: Option<DerivedFields>,
}

impl NewContact {
    /// Creates a new contact from its number, without label, location and carrier, and not primary.
    #[must_use]
    pub fn new(number: EnteredNumber) -> Self {
        let derived = DerivedFields::default();
        Self { number, label: None, location: None, carrier: None, primary: false, derived }
    }

    /// Sets the label.
    #[must_use]
    pub fn with_label(self, label: ContactLabel) -> Self {
        Self { label: Some(label), ..self }
    }

    /// Sets the location.
    ///
    /// ```
    /// # use telnum::contact::{ContactList, EnteredNumber, NewContact};
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// let work = EnteredNumber::parse("+41 44 668 18 00", None, None)?;
    /// let contact = NewContact::new(work).with_location("Work".parse()?);
    /// numbers.add([(1.into(), contact)], "2026-03-02T12:00:00Z".parse()?)?;
    /// assert_eq!(numbers.primary().unwrap().location(), Some(&"Work".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_location(self, location: ContactLocation) -> Self {
        Self { location: Some(location), ..self }
    }

    /// Sets the name of the carrier.
    ///
    /// ```
    /// # use telnum::contact::{ContactList, EnteredNumber, NewContact};
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// let cell = EnteredNumber::parse("+41 79 876 54 32", None, None)?;
    /// let contact = NewContact::new(cell).with_carrier("Swisscom".parse()?);
    /// numbers.add([(1.into(), contact)], "2026-03-02T12:00:00Z".parse()?)?;
    /// assert_eq!(numbers.primary().unwrap().carrier(), Some(&"Swisscom".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_carrier(self, carrier: ContactCarrier) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// Sets whether the number becomes the owner's primary number.
    #[must_use]
    pub fn with_primary(self, primary: bool) -> Self {
        Self { primary, ..self }
    }

    /// Sets the derived fields, which are used for a location and carrier that are `None`.
    ///
    /// ```
    /// # use telnum::contact::{ContactList, DerivedFields, EnteredNumber, NewContact};
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// let derived = DerivedFields { location: Some("Zurich".parse()?), carrier: None };
    /// let work = EnteredNumber::parse("+41 44 668 18 00", None, None)?;
    /// let contact = NewContact::new(work).with_derived(derived);
    /// numbers.add([(1.into(), contact)], "2026-03-02T12:00:00Z".parse()?)?;
    /// let stored = numbers.primary().unwrap();
    /// assert!(stored.location() == Some(&"Zurich".parse()?) && stored.is_location_derived());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_derived(self, derived: DerivedFields) -> Self {
        Self { derived, ..self }
    }
}

impl ContactPatch {
    /// Sets the new number, including its extension.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, ContactPatch, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let id = ContactId::new(1);
    /// # numbers.add([(id, NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?))], now)?;
    /// let patch = ContactPatch::default().with_number(EnteredNumber::parse("+1 541-555-0110 x5", None, None)?);
    /// numbers.update(id, patch, now)?;
    /// assert_eq!(numbers.primary().unwrap().to_string(), "+15415550110;ext=5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_number(self, number: EnteredNumber) -> Self {
        Self { number: Some(number), ..self }
    }

    /// Sets the new extension; `None` removes it.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, ContactPatch, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let id = ContactId::new(1);
    /// # numbers.add([(id, NewContact::new(EnteredNumber::parse("+1 541-555-0573 x5", None, None)?))], now)?;
    /// numbers.update(id, ContactPatch::default().with_extension(Some("12".parse()?)), now)?;
    /// assert_eq!(numbers.primary().unwrap().to_string(), "+15415550573;ext=12");
    /// numbers.update(id, ContactPatch::default().with_extension(None), now)?;
    /// assert_eq!(numbers.primary().unwrap().to_string(), "+15415550573");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_extension(self, extension: Option<Extension>) -> Self {
        Self { extension: Some(extension), ..self }
    }

    /// Sets the new label; `None` removes it.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, ContactPatch, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let id = ContactId::new(1);
    /// # numbers.add([(id, NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?))], now)?;
    /// numbers.update(id, ContactPatch::default().with_label(Some("cell".parse()?)), now)?;
    /// assert_eq!(numbers.primary().unwrap().label(), Some(&"cell".parse()?));
    /// numbers.update(id, ContactPatch::default().with_label(None), now)?;
    /// assert_eq!(numbers.primary().unwrap().label(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_label(self, label: Option<ContactLabel>) -> Self {
        Self { label: Some(label), ..self }
    }

    /// Sets the new location; `None` removes it.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, ContactPatch, DerivedFields, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let id = ContactId::new(1);
    /// # numbers.add([(id, NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?))], now)?;
    /// numbers.update(id, ContactPatch::default().with_location(Some("Home".parse()?)), now)?;
    /// // The client has set the location, so it is not derived any more.
    /// let derived = |_| DerivedFields { location: "Oregon".parse().ok(), carrier: None };
    /// assert!(numbers.refresh(derived, now).is_empty());
    /// assert_eq!(numbers.primary().unwrap().location(), Some(&"Home".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_location(self, location: Option<ContactLocation>) -> Self {
        Self { location: Some(location), ..self }
    }

    /// Sets the new name of the carrier; `None` removes it.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, ContactPatch, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let id = ContactId::new(1);
    /// # numbers.add([(id, NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?))], now)?;
    /// numbers.update(id, ContactPatch::default().with_carrier(Some("Telnyx".parse()?)), now)?;
    /// let number = numbers.primary().unwrap();
    /// assert!(number.carrier() == Some(&"Telnyx".parse()?) && !number.is_carrier_derived());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_carrier(self, carrier: Option<ContactCarrier>) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// Sets whether the number becomes the owner's primary number.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, ContactPatch, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let id = ContactId::new(1);
    /// # numbers.add([(id, NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?))], now)?;
    /// // The only number is primary, and stays so until another one is.
    /// let refusal = numbers.update(id, ContactPatch::default().with_primary(false), now).unwrap_err();
    /// assert_eq!(refusal.to_string(), "the primary number stays primary until another number is made primary");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_primary(self, primary: bool) -> Self {
        Self { primary: Some(primary), ..self }
    }

    /// Sets the derived fields, which are used for a location and carrier that are not set.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, ContactPatch, DerivedFields, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let id = ContactId::new(1);
    /// # numbers.add([(id, NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?))], now)?;
    /// let derived = DerivedFields { location: Some("Oregon".parse()?), carrier: None };
    /// numbers.update(id, ContactPatch::default().with_derived(derived), now)?;
    /// assert_eq!(numbers.primary().unwrap().location(), Some(&"Oregon".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_derived(self, derived: DerivedFields) -> Self {
        Self { derived: Some(derived), ..self }
    }
}
