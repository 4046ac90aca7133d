//! The documents of users' numbers.
//!
//! Numbers are in E.164 format, with an extension as `;ext=`. As published, the id is a string in the
//! response to a creation and an integer in all others.
//!
//! ```
//! use telnum::contact::{ContactId, ContactList};
//! use telnum::http::user_numbers::wire::{self, CreatedUserNumber, UserNumber};
//!
//! let mut numbers = ContactList::empty("user".parse()?);
//! let new = wire::new_contact([("phone_number", "+49 30 5770 1873")], None)?;
//! let changes = numbers.add([(ContactId::new(151), new)], "2026-03-02T12:00:00Z".parse()?)?;
//!
//! let created = serde_json::to_string(&CreatedUserNumber::from(&changes.saved[0]))?;
//! assert_eq!(created, r#"{"id":"151","phone_number":"+493057701873"}"#);
//! let fetched = serde_json::to_string(&UserNumber::from(&changes.saved[0]))?;
//! assert_eq!(fetched, r#"{"id":151,"phone_number":"+493057701873"}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::Serialize;
use serde_json::Value;

use crate::contact::{
    ContactId, ContactNumber, ContactOrder, ContactPatch, EnteredNumber, NewContact, OrderField,
};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::contacts::fields::{FieldNames, missing};
use crate::plan::Region;

/// The order of the list: newest first.
pub const DEFAULT_ORDER: ContactOrder = ContactOrder { field: OrderField::CreatedAt, descending: true };

/// The response to a creation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CreatedUserNumber {
    /// The decimal digits of the id.
    pub id: String,
    /// The number in E.164 format, with an extension as `;ext=`.
    pub phone_number: String,
}

/// A user's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UserNumber {
    /// The id.
    pub id: ContactId,
    /// The number in E.164 format, with an extension as `;ext=`.
    pub phone_number: String,
}

/// The only field of a form.
pub(super) const NUMBER: &str = "phone_number";

const NAMES: FieldNames = FieldNames { number: NUMBER, country: NUMBER, extension: NUMBER };

/// Reads the decoded fields of a creation's form. A number without a calling code belongs to `region`.
///
/// # Errors
///
/// Returns an error if `phone_number` is missing, repeated or not a possible number, or if there is
/// another field.
pub fn new_contact<'a>(
    form: impl IntoIterator<Item = (&'a str, &'a str)>,
    region: Option<Region>,
) -> Result<NewContact, FieldError> {
    read_number(form, region).map(NewContact::new)
}

/// Reads the decoded fields of an update's form, like [`new_contact`].
///
/// ```
/// use telnum::http::user_numbers::wire;
///
/// let patch = wire::patch([("phone_number", "+493057701873")], None)?;
/// assert_eq!(patch.number.unwrap().number(), "+493057701873".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The errors of [`new_contact`].
pub fn patch<'a>(
    form: impl IntoIterator<Item = (&'a str, &'a str)>,
    region: Option<Region>,
) -> Result<ContactPatch, FieldError> {
    read_number(form, region).map(|number| ContactPatch::default().with_number(number))
}

impl From<&ContactNumber> for CreatedUserNumber {
    fn from(contact: &ContactNumber) -> Self {
        Self { id: contact.id().to_string(), phone_number: contact.to_string() }
    }
}

impl From<&ContactNumber> for UserNumber {
    fn from(contact: &ContactNumber) -> Self {
        Self { id: contact.id(), phone_number: contact.to_string() }
    }
}

fn read_number<'a>(
    form: impl IntoIterator<Item = (&'a str, &'a str)>,
    region: Option<Region>,
) -> Result<EnteredNumber, FieldError> {
    let mut number = None;
    for (name, text) in form {
        if name != NUMBER {
            return Err(FieldError::new(name, FieldErrorKind::Unknown));
        }
        if number.replace(text).is_some() {
            return Err(FieldError::invalid(NUMBER, &Value::from(text), "expected to come once"));
        }
    }
    let text = number.ok_or_else(|| missing(NUMBER))?;
    NAMES.read(text, None, None, region)
}
