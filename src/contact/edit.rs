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
    /// The derived fields, which are used for a location and carrier that are not set. `None` keeps the earlier derived
    /// fields unless the number changes.
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
    #[must_use]
    pub fn with_location(self, location: ContactLocation) -> Self {
        Self { location: Some(location), ..self }
    }

    /// Sets the name of the carrier.
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
    #[must_use]
    pub fn with_derived(self, derived: DerivedFields) -> Self {
        Self { derived, ..self }
    }
}

impl ContactPatch {
    /// Sets the new number, including its extension.
    #[must_use]
    pub fn with_number(self, number: EnteredNumber) -> Self {
        Self { number: Some(number), ..self }
    }

    /// Sets the new extension; `None` removes it.
    #[must_use]
    pub fn with_extension(self, extension: Option<Extension>) -> Self {
        Self { extension: Some(extension), ..self }
    }

    /// Sets the new label; `None` removes it.
    #[must_use]
    pub fn with_label(self, label: Option<ContactLabel>) -> Self {
        Self { label: Some(label), ..self }
    }

    /// Sets the new location; `None` removes it.
    #[must_use]
    pub fn with_location(self, location: Option<ContactLocation>) -> Self {
        Self { location: Some(location), ..self }
    }

    /// Sets the new name of the carrier; `None` removes it.
    #[must_use]
    pub fn with_carrier(self, carrier: Option<ContactCarrier>) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// Sets whether the number becomes the owner's primary number.
    #[must_use]
    pub fn with_primary(self, primary: bool) -> Self {
        Self { primary: Some(primary), ..self }
    }

    /// Sets the derived fields, which are used for a location and carrier that are not set.
    #[must_use]
    pub fn with_derived(self, derived: DerivedFields) -> Self {
        Self { derived: Some(derived), ..self }
    }
}
