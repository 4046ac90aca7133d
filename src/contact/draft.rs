use serde_json::Value;

use super::{ContactCarrier, ContactLocation, Country, CountryError, Entry, EntryError, Label};
use crate::document::{FieldError, FieldErrorKind, type_of};
use crate::number::{Extension, NumberError};
use crate::plan::Region;

/// A number to add to an owner's.
///
/// ```
/// use telnum::contact::{Entry, NewContact};
///
/// let home = NewContact::new(Entry::read("+1 541-555-0123", None, None)?).with_label("home".parse()?);
/// assert!(!home.primary);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewContact {
    /// The number as it was entered.
    pub entry: Entry,
    /// What its owner calls it.
    pub label: Option<Label>,
    /// Where it is.
    pub location: Option<ContactLocation>,
    /// What its carrier is called.
    pub carrier: Option<ContactCarrier>,
    /// Whether it becomes the owner's primary number.
    pub primary: bool,
    /// Where it stands in a document, for refusals.
    pub(crate) origin: Origin,
}

/// What is to change in a number. What is `None` stays; `Some(None)` takes away.
///
/// ```
/// use telnum::contact::ContactPatch;
///
/// let patch = ContactPatch::default().with_label(None).with_primary(true);
/// assert_eq!((patch.label, patch.location), (Some(None), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactPatch {
    /// The number, and its extension with it: none if none was entered.
    pub entry: Option<Entry>,
    /// What is dialled after the call is answered.
    pub extension: Option<Option<Extension>>,
    /// What its owner calls it.
    pub label: Option<Option<Label>>,
    /// Where it is.
    pub location: Option<Option<ContactLocation>>,
    /// What its carrier is called.
    pub carrier: Option<Option<ContactCarrier>>,
    /// Whether it becomes the owner's primary number. `false` is refused for the one that is.
    pub primary: Option<bool>,
    /// Where it stands in a document, for refusals.
    pub(crate) origin: Origin,
}

/// Where a draft stands in a document, and what its fields are called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The path of the object that has the fields.
    pub(crate) path: String,
    pub(crate) names: &'static Names,
}

/// What a document calls the fields that can be refused for more than their own value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) number: &'static str,
    pub(crate) country: &'static str,
    pub(crate) extension: &'static str,
    pub(crate) primary: &'static str,
}

impl NewContact {
    /// A number of which only itself is known.
    #[must_use]
    pub fn new(entry: Entry) -> Self {
        let origin = Origin::default();
        Self { entry, label: None, location: None, carrier: None, primary: false, origin }
    }

    /// The same with what its owner calls it.
    #[must_use]
    pub fn with_label(self, label: Label) -> Self {
        Self { label: Some(label), ..self }
    }

    /// The same with where it is.
    #[must_use]
    pub fn with_location(self, location: ContactLocation) -> Self {
        Self { location: Some(location), ..self }
    }

    /// The same with what its carrier is called.
    #[must_use]
    pub fn with_carrier(self, carrier: ContactCarrier) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// The same, to become the owner's primary number or not.
    #[must_use]
    pub fn with_primary(self, primary: bool) -> Self {
        Self { primary, ..self }
    }

    /// The same, standing at a path of a document: that of the object with its fields. Refusals start
    /// their paths with it.
    #[must_use]
    pub fn at(self, path: impl Into<String>) -> Self {
        Self { origin: Origin { path: path.into(), ..self.origin }, ..self }
    }

    pub(crate) fn with_names(self, names: &'static Names) -> Self {
        Self { origin: Origin { names, ..self.origin }, ..self }
    }
}

impl ContactPatch {
    /// The same with another number.
    #[must_use]
    pub fn with_entry(self, entry: Entry) -> Self {
        Self { entry: Some(entry), ..self }
    }

    /// The same with another extension, or without.
    #[must_use]
    pub fn with_extension(self, extension: Option<Extension>) -> Self {
        Self { extension: Some(extension), ..self }
    }

    /// The same with another label, or without.
    #[must_use]
    pub fn with_label(self, label: Option<Label>) -> Self {
        Self { label: Some(label), ..self }
    }

    /// The same with another location, or without.
    #[must_use]
    pub fn with_location(self, location: Option<ContactLocation>) -> Self {
        Self { location: Some(location), ..self }
    }

    /// The same with another carrier, or without.
    #[must_use]
    pub fn with_carrier(self, carrier: Option<ContactCarrier>) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// The same, to become the owner's primary number or not.
    #[must_use]
    pub fn with_primary(self, primary: bool) -> Self {
        Self { primary: Some(primary), ..self }
    }

    /// The same, standing at a path of a document, as [`NewContact::at`] has it.
    #[must_use]
    pub fn at(self, path: impl Into<String>) -> Self {
        Self { origin: Origin { path: path.into(), ..self.origin }, ..self }
    }

    pub(crate) fn with_names(self, names: &'static Names) -> Self {
        Self { origin: Origin { names, ..self.origin }, ..self }
    }
}

impl Origin {
    pub(crate) fn number(&self) -> String {
        self.path_of(self.names.number)
    }

    pub(crate) fn primary(&self) -> String {
        self.path_of(self.names.primary)
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

impl Default for Origin {
    fn default() -> Self {
        const NAMES: Names =
            Names { number: "number", country: "country", extension: "extension", primary: "primary" };
        Self { path: String::new(), names: &NAMES }
    }
}

impl Names {
    /// Reads the number that fields of a document tell together.
    pub(crate) fn read(
        &self,
        text: &str,
        country: Option<&Value>,
        extension: Option<&Value>,
        default: Option<Region>,
    ) -> Result<Entry, FieldError> {
        let stated = country.map(|found| {
            let refuse = |_| FieldError::invalid(self.country, found, CountryError::EXPECTED);
            Country::from_value(found).map_err(refuse)
        });
        let refuse = |error| {
            if let (EntryError::OtherCountry { .. }, Some(found)) = (&error, country) {
                return FieldError::invalid(self.country, found, error);
            }
            FieldError::invalid(self.number, &Value::from(text), error)
        };
        let entry = Entry::read(text, stated.transpose()?, default).map_err(refuse)?;
        let Some(found) = extension else { return Ok(entry) };
        let digits = match found {
            Value::String(digits) => digits.clone(),
            // A negative number or a fraction is refused for its sign or point.
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                let expected = "string or integer";
                let kind = FieldErrorKind::WrongType { expected, found: type_of(found) };
                return Err(FieldError::new(self.extension, kind));
            }
        };
        let stated =
            digits.parse().map_err(|error: NumberError| FieldError::invalid(self.extension, found, error))?;
        entry.with_extension(stated).map_err(|error| FieldError::invalid(self.extension, found, error))
    }
}
