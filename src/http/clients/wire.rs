//! The documents of clients' numbers.

use std::borrow::Borrow;

use serde::Serialize;
use serde_json::Value;

use crate::contact::{
    ContactId, ContactLabel, ContactNumber, ContactOrder, ContactPage, ContactPatch, NewContact, OrderField,
    OwnerId,
};
use crate::document::{FieldError, FieldErrorKind, Fields, type_of};
use crate::http::contacts::fields::{self, FieldNames, missing};
use crate::number::{CallingCode, Extension};
use crate::plan::{self, Region, Style};
use crate::time::Timestamp;

/// The order of a list: oldest first.
pub(crate) const DEFAULT_ORDER: ContactOrder =
    ContactOrder { field: OrderField::CreatedAt, descending: false };

/// The maximum number of items on a page.
pub(crate) const PER_PAGE: u8 = 100;

/// A page of a client's numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub(crate) struct ClientNumberPage {
    /// The index of the page, from 1.
    pub(crate) current_page: u64,
    /// The maximum number of items on a page.
    pub(crate) per_page: u8,
    /// The number of items on all pages.
    pub(crate) total_entries: u64,
    /// The phone numbers on the page.
    pub(crate) phone_numbers: Vec<ClientNumber>,
}

/// A client's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub(crate) struct ClientNumber {
    /// The id.
    pub(crate) id: ContactId,
    /// The path of the number below the base path of the API: `/clients/168019/phone_numbers/294655`.
    pub(crate) url: String,
    /// The calling code, such as `1`; empty if the number has none.
    pub(crate) country_code: String,
    /// The national digits; in the North American Numbering Plan only the last seven.
    pub(crate) raw_number: String,
    /// The number in national format; in the North American Numbering Plan `541-555-0123`.
    pub(crate) number: String,
    /// The extension.
    pub(crate) extension: Option<Extension>,
    /// The label.
    pub(crate) label: Option<ContactLabel>,
    /// Whether the number is the client's primary number.
    pub(crate) is_primary: bool,
    /// The time of the last change, in RFC 3339 format.
    #[serde(with = "crate::time::rfc3339")]
    pub(crate) updated_at: Timestamp,
}

/// The number of digits after the area code in the North American Numbering Plan.
const NANP_LOCAL_DIGITS: usize = 7;

/// Returns the path of a number below the base path of the API.
pub(crate) fn path(owner: OwnerId, id: ContactId) -> String {
    format!("/clients/{owner}/phone_numbers/{id}")
}

const NAMES: FieldNames = FieldNames { number: "number", country: "country_code", extension: "extension" };

/// Reads the body of a creation: one number or more. Numbers with neither a `country_code` nor a
/// calling code in their text belong to `region`.
///
/// `null` counts as absent. `country_code` is a calling code, as a string or integer, or a region;
/// `extension` consists of digits, as a string or integer.
///
/// # Errors
/// Returns the error for the first field that is missing, invalid or unknown, with its path:
/// `phone_numbers.1.label`.
pub(crate) fn new_contacts(body: Value, region: Option<Region>) -> Result<Vec<NewContact>, FieldError> {
    const LIST: &str = "phone_numbers";
    let mut fields = Fields::of(body)?;
    let list = match fields.take_value(LIST) {
        None => return Err(missing(LIST)),
        Some(Value::Array(list)) if list.is_empty() => {
            return Err(FieldError::new(LIST, FieldErrorKind::TooShort { length: 0, min: 1 }));
        }
        Some(Value::Array(list)) => list,
        Some(other) => {
            let kind = FieldErrorKind::WrongType { expected: "array", found: type_of(&other) };
            return Err(FieldError::new(LIST, kind));
        }
    };
    fields.deny_rest()?;
    let contacts = list.into_iter().enumerate().map(|(position, value)| {
        new_contact(value, region).map_err(|error| error.within(position).within(LIST))
    });
    contacts.collect()
}

fn new_contact(value: Value, region: Option<Region>) -> Result<NewContact, FieldError> {
    let mut fields = Fields::of(value)?;
    let label = fields.take_value("label").map(|label| fields::text("label", label)).transpose()?;
    let country = fields.take_value(NAMES.country);
    let text = fields.field::<String>(NAMES.number)?;
    let extension = fields.take_value(NAMES.extension);
    let primary = fields.field::<Option<bool>>("is_primary")?.unwrap_or(false);
    fields.deny_rest()?;
    let number = NAMES.read(&text, country.as_ref(), extension.as_ref(), region)?;
    Ok(NewContact { label, primary, ..NewContact::new(number) })
}

/// Reads the body of an update, like a number of [`new_contacts`]. Absent fields are kept; `null` removes a
/// label or an extension.
///
/// # Errors
/// Returns the error for the first field that is invalid or unknown, and for a `country_code` without
/// `number`.
pub(crate) fn patch(body: Value, region: Option<Region>) -> Result<ContactPatch, FieldError> {
    let mut fields = Fields::of(body)?;
    let mut patch = ContactPatch { primary: fields.field("is_primary")?, ..ContactPatch::default() };
    patch.label = fields::nullable(&mut fields, "label")?;
    let country = fields.take_value(NAMES.country);
    let has_number = country.is_some() || fields.has(NAMES.number);
    let has_extension = fields.has(NAMES.extension);
    let extension = fields.take_value(NAMES.extension);
    match fields.field::<Option<String>>(NAMES.number)? {
        Some(text) => patch.number = Some(NAMES.read(&text, country.as_ref(), extension.as_ref(), region)?),
        // `null` does not remove a number.
        None if has_number => return Err(missing(NAMES.number)),
        None if has_extension => {
            patch.extension = Some(extension.map(|value| NAMES.read_extension(&value)).transpose()?);
        }
        None => {}
    }
    fields.deny_rest()?;
    Ok(patch)
}

impl ClientNumberPage {
    /// Creates the response to a creation: one page with all created numbers.
    #[must_use]
    pub(crate) fn created(contacts: &[ContactNumber]) -> Self {
        Self {
            current_page: 1,
            per_page: PER_PAGE,
            total_entries: contacts.len() as u64,
            phone_numbers: contacts.iter().map(ClientNumber::from).collect(),
        }
    }

    /// Creates the response to a query from its `page`.
    #[must_use]
    pub(crate) fn new<T: Borrow<ContactNumber>>(page: &ContactPage<T>) -> Self {
        Self {
            current_page: page.offset / u64::from(page.per_page.max(1)) + 1,
            per_page: page.per_page,
            total_entries: page.total,
            phone_numbers: page.items.iter().map(|contact| contact.borrow().into()).collect(),
        }
    }
}

impl From<&ContactNumber> for ClientNumber {
    fn from(contact: &ContactNumber) -> Self {
        let number = contact.number();
        let code = number.calling_code();
        let digits = number.national_digits().to_string();
        let (raw_number, written) = if code == Some(CallingCode::NANP) {
            let area_digits = digits.len().saturating_sub(NANP_LOCAL_DIGITS);
            let international = plan::format(number, Style::International);
            let written = international.strip_prefix("+1 ").unwrap_or(&international).to_owned();
            (digits.chars().skip(area_digits).collect(), written)
        } else {
            (digits, number.national().to_string())
        };
        Self {
            id: contact.id(),
            url: path(contact.owner(), contact.id()),
            country_code: code.map(|code| code.to_string()).unwrap_or_default(),
            raw_number,
            number: written,
            extension: contact.extension(),
            label: contact.label().cloned(),
            is_primary: contact.is_primary(),
            updated_at: contact.updated_at(),
        }
    }
}
