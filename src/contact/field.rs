//! The fields of contact numbers, by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text is not the name of a field or an order.
///
/// ```
/// use telnum::contact::ContactField;
///
/// let error = "fax".parse::<ContactField>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "expected one of number, extension, text, label, location, carrier, found \"fax\"",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}, found {found:?}", expected.join(", "))]
pub struct ContactNameError {
    expected: &'static [&'static str],
    found: Box<str>,
}

impl ContactNameError {
    pub(super) fn new(expected: &'static [&'static str], found: &str) -> Self {
        Self { expected, found: found.into() }
    }
}

/// A field of a contact number that its owner can change.
///
/// ```
/// use telnum::contact::ContactField;
///
/// assert_eq!("label".parse(), Ok(ContactField::Label));
/// assert_eq!(ContactField::ALL.map(ContactField::as_str)[0], "number");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContactField {
    /// The E.164 number.
    Number,
    /// The extension.
    Extension,
    /// The text as it was entered.
    Text,
    /// The label.
    Label,
    /// The location.
    Location,
    /// The name of the carrier.
    Carrier,
}

impl ContactField {
    /// All fields.
    pub const ALL: [Self; 6] =
        [Self::Number, Self::Extension, Self::Text, Self::Label, Self::Location, Self::Carrier];

    /// Returns the name: `number`, `extension`, `text`, `label`, `location` or `carrier`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Extension => "extension",
            Self::Text => "text",
            Self::Label => "label",
            Self::Location => "location",
            Self::Carrier => "carrier",
        }
    }
}

impl FromStr for ContactField {
    type Err = ContactNameError;

    fn from_str(name: &str) -> Result<Self, ContactNameError> {
        const NAMES: &[&str] = &["number", "extension", "text", "label", "location", "carrier"];
        let found = Self::ALL.into_iter().find(|field| field.as_str() == name);
        found.ok_or_else(|| ContactNameError::new(NAMES, name))
    }
}

impl fmt::Display for ContactField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
