//! The documents of users' numbers.
//! Numbers are in E.164 format, with an extension as `;ext=`. As published, the id is a string in the
//! response to a creation and an integer in all others.

use serde::Serialize;
use serde_json::Value;

use crate::contact::{
    ContactId, ContactNumber, ContactOrder, ContactPatch, EnteredNumber, NewContact, OrderField,
};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::contacts::fields::{FieldNames, missing};
use crate::plan::Region;

/// The order of the list: newest first.
pub(crate) const DEFAULT_ORDER: ContactOrder =
    ContactOrder { field: OrderField::CreatedAt, descending: true };

/// The response to a creation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub(crate) struct CreatedUserNumber {
    /// The decimal digits of the id.
    pub(crate) id: String,
    /// The number in E.164 format, with an extension as `;ext=`.
    pub(crate) phone_number: String,
}

/// A user's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub(crate) struct UserNumber {
    /// The id.
    pub(crate) id: ContactId,
    /// The number in E.164 format, with an extension as `;ext=`.
    pub(crate) phone_number: String,
}

/// The only field of a form.
pub(super) const NUMBER: &str = "phone_number";

const NAMES: FieldNames = FieldNames { number: NUMBER, country: NUMBER, extension: NUMBER };

/// Reads the decoded fields of a creation's form. A number without a calling code belongs to `region`.
///
/// # Errors
/// Returns an error if `phone_number` is missing, repeated or not a possible number, or if there is
/// another field.
pub(crate) fn new_contact<'a>(
    form: impl IntoIterator<Item = (&'a str, &'a str)>,
    region: Option<Region>,
) -> Result<NewContact, FieldError> {
    read_number(form, region).map(NewContact::new)
}

/// Reads the decoded fields of an update's form, like [`new_contact`].
///
/// # Errors
/// Returns an error in the same cases as [`new_contact`].
pub(crate) fn patch<'a>(
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
