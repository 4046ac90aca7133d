//! A contact number.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::derived::DerivedFields;
use super::field::ContactField;
use super::id::{ContactId, OwnerId};
use super::text::{ContactCarrier, ContactLabel, ContactLocation, EnteredText};
use crate::document::{FieldError, Fields};
use crate::number::{Extension, PhoneNumber};
use crate::plan::{Formatted, Style, format_with_extension};
use crate::time::Timestamp;

/// A number of a person or client.
///
/// The E.164 number and the extension identify it among the numbers of its owner; the text is the
/// number as it was entered. Only a [`ContactList`](super::ContactList) changes a contact number.
///
/// The JSON form is meant for stores and contains all fields; unknown fields are refused. The number is
/// not necessarily possible: numbering plans change, and stored numbers must stay readable.
///
/// ```
/// use telnum::contact::ContactNumber;
///
/// let json = r#"{"id":151,"owner":"7","number":"+493057701873","text":"030 57701873","label":"home",
///     "primary":true,"created_at":63627604811,"updated_at":63627604811}"#;
/// let number: ContactNumber = serde_json::from_str(json)?;
/// assert_eq!((number.id().get(), number.owner().as_str()), (151, "7"));
/// assert_eq!((number.number().to_string(), number.extension()), ("+493057701873".to_owned(), None));
/// assert_eq!((number.text(), number.is_primary()), ("030 57701873", true));
/// assert_eq!((number.label(), number.location(), number.carrier()), (Some(&"home".parse()?), None, None));
/// assert!(!number.is_location_derived() && !number.is_carrier_derived());
/// assert_eq!(number.created_at(), number.updated_at());
/// # assert_eq!(serde_json::from_str::<ContactNumber>(&serde_json::to_string(&number)?)?, number);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContactNumber {
    pub(super) id: ContactId,
    pub(super) owner: OwnerId,
    pub(super) number: PhoneNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extension: Option<Extension>,
    pub(super) text: EnteredText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<ContactLabel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<ContactLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) carrier: Option<ContactCarrier>,
    /// The fields among location and carrier that are derived, in ascending order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) derived: Vec<ContactField>,
    pub(super) primary: bool,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

impl ContactNumber {
    /// Reads a number from its JSON form. Unlike a serde error, the error contains the path of the
    /// field.
    ///
    /// ```
    /// use telnum::contact::ContactNumber;
    ///
    /// let error = ContactNumber::from_value(serde_json::json!({"id": 151, "owner": ""})).unwrap_err();
    /// assert_eq!(error.path(), "owner");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the first field that is missing, invalid or unknown, with the
    /// [kind](crate::document::FieldErrorKind) of the problem.
    pub fn from_value(value: Value) -> Result<Self, FieldError> {
        let mut fields = Fields::of(value)?;
        let number = Self {
            id: fields.required("id")?,
            owner: fields.required("owner")?,
            number: fields.required("number")?,
            extension: fields.optional("extension")?,
            text: fields.required("text")?,
            label: fields.optional("label")?,
            location: fields.optional("location")?,
            carrier: fields.optional("carrier")?,
            derived: derived(&mut fields)?,
            primary: fields.required("primary")?,
            created_at: fields.required("created_at")?,
            updated_at: fields.required("updated_at")?,
        };
        fields.deny_rest()?;
        Ok(number)
    }

    /// Returns the id.
    #[must_use]
    pub const fn id(&self) -> ContactId {
        self.id
    }

    /// Returns the owner.
    #[must_use]
    pub const fn owner(&self) -> OwnerId {
        self.owner
    }

    /// Returns the E.164 number.
    #[must_use]
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// Returns the extension, dialled after the call is answered.
    #[must_use]
    pub const fn extension(&self) -> Option<Extension> {
        self.extension
    }

    /// Returns the text as it was entered.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the label.
    #[must_use]
    #[doc(alias = "friendly_name")]
    pub const fn label(&self) -> Option<&ContactLabel> {
        self.label.as_ref()
    }

    /// Returns the location that the client set, or else the one that was derived when the number was stored.
    #[must_use]
    pub const fn location(&self) -> Option<&ContactLocation> {
        self.location.as_ref()
    }

    /// Returns the name of the carrier that the client set, or else the one that was derived when the number
    /// was stored.
    #[must_use]
    pub const fn carrier(&self) -> Option<&ContactCarrier> {
        self.carrier.as_ref()
    }

    /// Returns whether there is a location that was derived and not set by the client.
    #[must_use]
    pub fn is_location_derived(&self) -> bool {
        self.derived.contains(&ContactField::Location)
    }

    /// Returns whether there is a carrier that was derived and not set by the client.
    #[must_use]
    pub fn is_carrier_derived(&self) -> bool {
        self.derived.contains(&ContactField::Carrier)
    }

    /// Replaces the location and the carrier unless the client set them.
    pub(super) fn derive(&mut self, derived: DerivedFields) {
        let (is_location_derived, is_carrier_derived) =
            (self.is_location_derived(), self.is_carrier_derived());
        self.derived.clear();
        if self.location.is_none() || is_location_derived {
            self.location = derived.location;
            self.derived.extend(self.location.as_ref().map(|_| ContactField::Location));
        }
        if self.carrier.is_none() || is_carrier_derived {
            self.carrier = derived.carrier;
            self.derived.extend(self.carrier.as_ref().map(|_| ContactField::Carrier));
        }
    }

    /// Returns whether this is the owner's primary number.
    #[must_use]
    pub const fn is_primary(&self) -> bool {
        self.primary
    }

    /// Returns the time when the number was added.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Returns the time of the last change.
    #[must_use]
    pub const fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// Formats the number and its extension for use within its country.
    ///
    /// ```
    /// # use telnum::contact::{ContactList, EnteredNumber, NewContact};
    /// let mut numbers = ContactList::empty("7".parse()?);
    /// let number = EnteredNumber::parse("+1 415 886 7900 x5", None, None)?;
    /// numbers.add([(1.into(), NewContact::new(number))], "2026-03-02T12:00:00Z".parse()?)?;
    ///
    /// let number = numbers.primary().unwrap();
    /// assert_eq!(number.national().as_str(), "(415) 886-7900 ext. 5");
    /// assert_eq!(number.international().as_str(), "+1 415-886-7900 ext. 5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[doc(alias = "national_format")]
    pub fn national(&self) -> Formatted {
        format_with_extension(self.number, self.extension, Style::National)
    }

    /// Formats the number and its extension for use abroad.
    ///
    /// ```
    /// use telnum::contact::ContactNumber;
    ///
    /// let number: ContactNumber = serde_json::from_str(r#"{"id": 1, "owner": "7", "number": "+493057701873",
    ///     "text": "", "primary": true, "created_at": 63627604811, "updated_at": 63627604811}"#)?;
    /// assert_eq!(number.international().as_str(), "+49 30 57701873");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "formatted_number")]
    pub fn international(&self) -> Formatted {
        format_with_extension(self.number, self.extension, Style::International)
    }
}

/// Reads the names of the fields that are derived.
fn derived(fields: &mut Fields) -> Result<Vec<ContactField>, FieldError> {
    let mut derived: Vec<ContactField> = fields.optional("derived")?.unwrap_or_default();
    derived.sort_unstable();
    derived.dedup();
    match derived.iter().find(|field| !matches!(field, ContactField::Location | ContactField::Carrier)) {
        Some(other) => {
            Err(FieldError::invalid("derived", &other.as_str().into(), "expected location or carrier"))
        }
        None => Ok(derived),
    }
}

/// Writes `+14158867900`, or with an extension `+14158867900;ext=5`.
impl fmt::Display for ContactNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.extension {
            None => self.number.fmt(f),
            Some(extension) => f.pad(&format!("{};ext={extension}", self.number)),
        }
    }
}

impl<'de> Deserialize<'de> for ContactNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
