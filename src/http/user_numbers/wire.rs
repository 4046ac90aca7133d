//! A user's numbers as the `phone_numbers` API has them: forms in, `{id, phone_number}` out.
//!
//! Numbers are in E.164, an extension behind `;ext=`. The answer to a creation has the id as a string,
//! all others as an integer, as the published documents print it.
//!
//! ```
//! use telnum::contact::{ContactId, ContactList};
//! use telnum::http::user_numbers::wire;
//!
//! let now = "2026-03-02T12:00:00Z".parse()?;
//! let mut numbers = ContactList::empty("user".parse()?);
//! let new = wire::draft([("phone_number", "+49 30 5770 1873")], None)?;
//! let changes = numbers.add([(ContactId::new(151), new)], now)?;
//!
//! let created = serde_json::to_string(&wire::Created::of(&changes.saved[0]))?;
//! assert_eq!(created, r#"{"id":"151","phone_number":"+493057701873"}"#);
//! let shown = serde_json::to_string(&wire::Shown::of(&changes.saved[0]))?;
//! assert_eq!(shown, r#"{"id":151,"phone_number":"+493057701873"}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::Serialize;
use serde_json::Value;

use crate::contact::draft::Names;
use crate::contact::{ContactId, ContactNumber, ContactOrder, ContactPatch, Entry, NewContact, OrderField};
use crate::document::{FieldError, FieldErrorKind};
use crate::plan::Region;

/// The order of the list: the most recently created first.
pub const ORDER: ContactOrder = ContactOrder { field: OrderField::CreatedAt, descending: true };

/// The answer to a creation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Created {
    /// The id's digits.
    pub id: String,
    /// The number in E.164, its extension behind `;ext=`.
    pub phone_number: String,
}

/// A number, and what a list has of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shown {
    /// The id.
    pub id: ContactId,
    /// The number in E.164, its extension behind `;ext=`.
    pub phone_number: String,
}

const NUMBER: &str = "phone_number";

/// Where the form has what can be refused for more than its own value; it has no other fields.
const NAMES: Names = Names { number: NUMBER, country: NUMBER, extension: NUMBER, primary: NUMBER };

/// Reads the form of a creation, its names and values decoded. A number without a calling code is the
/// region's.
///
/// # Errors
/// If `phone_number` is missing, comes twice or is no number, or there is another field.
pub fn draft<'a>(
    form: impl IntoIterator<Item = (&'a str, &'a str)>,
    region: Option<Region>,
) -> Result<NewContact, FieldError> {
    Ok(NewContact::new(entry(form, region)?).with_names(&NAMES))
}

/// Reads the form of an update, as [`draft`] does.
///
/// # Errors
/// Those of [`draft`].
pub fn patch<'a>(
    form: impl IntoIterator<Item = (&'a str, &'a str)>,
    region: Option<Region>,
) -> Result<ContactPatch, FieldError> {
    Ok(ContactPatch::default().with_entry(entry(form, region)?).with_names(&NAMES))
}

impl Created {
    /// The answer that shows a number.
    #[must_use]
    pub fn of(contact: &ContactNumber) -> Self {
        Self { id: contact.id().to_string(), phone_number: contact.to_string() }
    }
}

impl Shown {
    /// What is shown of a number.
    #[must_use]
    pub fn of(contact: &ContactNumber) -> Self {
        Self { id: contact.id(), phone_number: contact.to_string() }
    }
}

fn entry<'a>(
    form: impl IntoIterator<Item = (&'a str, &'a str)>,
    region: Option<Region>,
) -> Result<Entry, FieldError> {
    let mut number = None;
    for (name, text) in form {
        if name != NUMBER {
            return Err(FieldError::new(name, FieldErrorKind::Unknown));
        }
        if number.replace(text).is_some() {
            return Err(FieldError::invalid(NUMBER, &Value::from(text), "expected to come once"));
        }
    }
    let text = number.ok_or_else(|| FieldError::new(NUMBER, FieldErrorKind::Missing))?;
    NAMES.read(text, None, None, region)
}
