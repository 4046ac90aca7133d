//! The numbers of people and clients: one model for what address books, memberships and customer
//! records keep.
//!
//! A [`ContactNumber`] is a number with what its owner says of it. The numbers of one owner are a
//! [`ContactList`], which decides what may change: no number twice however it is spelled, and one of
//! them, always, the primary one. A [`ContactQuery`] filters, orders and pages numbers.
//!
//! ```
//! use telnum::contact::{ContactId, ContactList, Entry, NewContact};
//! use telnum::plan::Region;
//!
//! let now = "2017-12-15T00:12:21Z".parse()?;
//! let read = |text| Entry::read(text, None, Some(Region::US));
//! let mut numbers = ContactList::empty("168019".parse()?);
//!
//! let home = NewContact::new(read("541-555-0123")?).with_label("home".parse()?);
//! let cell = NewContact::new(read("541-555-0573")?).with_label("cell".parse()?).with_primary(true);
//! let changes = numbers.add([(ContactId::new(1), home), (ContactId::new(2), cell)], now)?;
//! assert_eq!(changes.saved.len(), 2);
//! assert_eq!(numbers.primary().unwrap().label().unwrap().to_string(), "cell");
//!
//! // The same number, spelled differently.
//! let again = NewContact::new(read("+1 (541) 555 0123")?);
//! let refusal = numbers.add([(ContactId::new(3), again)], now).unwrap_err();
//! assert_eq!(refusal.to_string(), "`number`: the owner has +15415550123 already, as 1");
//!
//! // Without its primary number, the oldest of the others is.
//! let changes = numbers.remove(ContactId::new(2), now)?;
//! assert!(changes.saved[0].is_primary() && changes.removed[0].id() == ContactId::new(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "inventory")]
pub mod book;
pub(crate) mod draft;
mod entry;
mod id;
mod list;
mod query;
pub(crate) mod text;

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

pub use self::draft::{ContactPatch, NewContact};
pub use self::entry::{Country, CountryError, Entry, EntryError};
pub use self::id::{ContactId, OwnerId};
pub use self::list::{
    ContactChanges, ContactEvent, ContactEventKind, ContactField, ContactList, ContactListError,
    ContactRefusal,
};
pub use self::query::{ContactFilter, ContactOrder, ContactPage, ContactQuery, NumberFilter, OrderField};
pub use self::text::{AsEntered, ContactCarrier, ContactLocation, Label, Text, TextError};

use crate::document::{FieldError, FieldErrorKind, Fields};
use crate::number::{Extension, PhoneNumber};
use crate::plan::{Formatted, Style, format_with_extension};
use crate::time::Timestamp;

/// A number of a person or client.
///
/// The E.164 number and the extension are what it is; the text is how it was entered. Only a
/// [`ContactList`] changes one.
///
/// Its JSON, for stores, has all of it. Fields that it has not are refused. A number need not be a
/// possible one to be decoded: numbering plans change, and what was stored is to be read.
///
/// ```
/// use telnum::contact::ContactNumber;
///
/// let json = r#"{"id":151,"owner":"7","number":"+493057701873","text":"030 57701873","label":"home",
///     "primary":true,"created_at":63627604811,"updated_at":63627604811}"#;
/// let number: ContactNumber = serde_json::from_str(json)?;
/// assert_eq!(number.international(), "+49 30 57701873");
/// assert_eq!(serde_json::from_str::<ContactNumber>(&serde_json::to_string(&number)?)?, number);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContactNumber {
    id: ContactId,
    owner: OwnerId,
    number: PhoneNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<Extension>,
    text: AsEntered,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Label>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<ContactLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier: Option<ContactCarrier>,
    primary: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl ContactNumber {
    /// Reads a number from its own JSON.
    ///
    /// ```
    /// use telnum::contact::ContactNumber;
    ///
    /// let error = ContactNumber::from_value(serde_json::json!({"id": 151, "owner": ""})).unwrap_err();
    /// assert_eq!(error.path(), "owner");
    /// ```
    ///
    /// # Errors
    /// The path of the first field that is missing, wrong or unknown.
    pub fn from_value(value: Value) -> Result<Self, FieldError> {
        let mut fields = Fields::of(value)?;
        let number = Self {
            id: must(&mut fields, "id")?,
            owner: must(&mut fields, "owner")?,
            number: must(&mut fields, "number")?,
            extension: fields.decoded("extension")?,
            text: must(&mut fields, "text")?,
            label: fields.decoded("label")?,
            location: fields.decoded("location")?,
            carrier: fields.decoded("carrier")?,
            primary: must(&mut fields, "primary")?,
            created_at: must(&mut fields, "created_at")?,
            updated_at: must(&mut fields, "updated_at")?,
        };
        fields.no_more()?;
        Ok(number)
    }

    /// The id.
    #[must_use]
    pub const fn id(&self) -> ContactId {
        self.id
    }

    /// Whose it is.
    #[must_use]
    pub const fn owner(&self) -> OwnerId {
        self.owner
    }

    /// The number.
    #[must_use]
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// What is dialled after the call is answered.
    #[must_use]
    pub const fn extension(&self) -> Option<Extension> {
        self.extension
    }

    /// The number as it was entered.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What its owner calls it.
    #[must_use]
    pub const fn label(&self) -> Option<&Label> {
        self.label.as_ref()
    }

    /// Where it is.
    #[must_use]
    pub const fn location(&self) -> Option<&ContactLocation> {
        self.location.as_ref()
    }

    /// What its carrier is called.
    #[must_use]
    pub const fn carrier(&self) -> Option<&ContactCarrier> {
        self.carrier.as_ref()
    }

    /// Whether it is the owner's primary number.
    #[must_use]
    pub const fn is_primary(&self) -> bool {
        self.primary
    }

    /// When it was added.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When it last changed.
    #[must_use]
    pub const fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// The number as written within its country, with its extension.
    #[must_use]
    pub fn national(&self) -> Formatted {
        format_with_extension(self.number, self.extension, Style::National)
    }

    /// The number as written abroad, with its extension.
    #[must_use]
    pub fn international(&self) -> Formatted {
        format_with_extension(self.number, self.extension, Style::International)
    }
}

/// `+14158867900`, or with its extension `+14158867900;ext=5`.
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

fn must<T: DeserializeOwned>(fields: &mut Fields, name: &str) -> Result<T, FieldError> {
    fields.decoded(name)?.ok_or_else(|| FieldError::new(name, FieldErrorKind::Missing))
}
