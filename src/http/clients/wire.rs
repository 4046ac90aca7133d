//! Clients' numbers as the `clients/:client_id/phone_numbers` API has them: arrays in, paged envelopes
//! out.
//!
//! ```
//! use telnum::contact::{ContactId, ContactList};
//! use telnum::http::clients::wire;
//! use telnum::plan::Region;
//!
//! let body = serde_json::json!({"phone_numbers": [
//!     {"label": "work", "country_code": "+1", "number": "541-555-0987", "extension": 5, "is_primary": false},
//! ]});
//! let mut numbers = ContactList::empty("168019".parse()?);
//! let drafts = wire::drafts(body, Some(Region::US))?;
//! let new = (294_656..).map(ContactId::new).zip(drafts);
//! let changes = numbers.add(new, "2017-12-15T00:12:21Z".parse()?)?;
//!
//! let answer = serde_json::to_value(wire::Envelope::created(&changes.saved))?;
//! assert_eq!(answer["phone_numbers"][0]["url"], "/clients/168019/phone_numbers/294656");
//! assert_eq!(answer["phone_numbers"][0]["number"], "541-555-0987");
//! assert_eq!(answer["phone_numbers"][0]["extension"], "5");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In the first example of the published documents the number 504-555-0123 is sent and 541-555-0123
//! answered, both with the `raw_number` 5550123. The answer here has the number that was sent.

use serde::Serialize;
use serde_json::Value;

use crate::contact::draft::Names;
use crate::contact::text::Text;
use crate::contact::{ContactId, ContactNumber, ContactPage, Label, NewContact};
use crate::document::{FieldError, FieldErrorKind, Fields, type_of};
use crate::number::{CallingCode, Extension};
use crate::plan::{self, Region, Style};
use crate::time::Timestamp;

/// A page of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Envelope {
    /// Which page it is, from 1.
    pub current_page: u64,
    /// How many numbers a page has at most.
    pub per_page: u8,
    /// How many there are on all pages.
    pub total_entries: u64,
    /// The numbers.
    pub phone_numbers: Vec<Shown>,
}

/// A number of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shown {
    /// The id.
    pub id: ContactId,
    /// Its path below the version: `/clients/168019/phone_numbers/294655`.
    pub url: String,
    /// The calling code: `1`. Empty for a number that has none.
    pub country_code: String,
    /// The digits without calling code; in the North American Numbering Plan without area code too.
    pub raw_number: String,
    /// The number as written within its country; in the North American Numbering Plan `541-555-0123`.
    pub number: String,
    /// What is dialled after the call is answered.
    pub extension: Option<Extension>,
    /// What the client calls it.
    pub label: Option<Label>,
    /// When it last changed, as RFC 3339 has it.
    #[serde(with = "crate::time::rfc3339")]
    pub updated_at: Timestamp,
}

/// How many numbers a page has in these documents.
pub const PER_PAGE: u8 = 100;

/// The digits of a number of the North American Numbering Plan behind its area code.
const NANP_LOCAL_DIGITS: usize = 7;

const NAMES: Names =
    Names { number: "number", country: "country_code", extension: "extension", primary: "is_primary" };

/// Reads the body of a creation: one number or more. A number without `country_code` and without a
/// calling code of its own is the region's.
///
/// `null` stands for what is not there. `country_code` is a text or an integer, and may be the name of a
/// region; `extension` is a text or an integer.
///
/// # Errors
/// The path of what is wrong: `phone_numbers.1.label`. Fields that are not published are refused.
pub fn drafts(body: Value, region: Option<Region>) -> Result<Vec<NewContact>, FieldError> {
    const LIST: &str = "phone_numbers";
    let mut fields = Fields::of(body)?;
    let list = match fields.take(LIST) {
        None => return Err(FieldError::new(LIST, FieldErrorKind::Missing)),
        Some(Value::Array(list)) if list.is_empty() => {
            return Err(FieldError::new(LIST, FieldErrorKind::TooShort { length: 0, min: 1 }));
        }
        Some(Value::Array(list)) => list,
        Some(other) => {
            let kind = FieldErrorKind::WrongType { expected: "array", found: type_of(&other) };
            return Err(FieldError::new(LIST, kind));
        }
    };
    fields.no_more()?;
    let drafts = list.into_iter().enumerate().map(|(place, value)| {
        let path = format!("{LIST}.{place}");
        draft(value, region).map_err(|error| error.within(&path)).map(|draft| draft.at(path))
    });
    drafts.collect()
}

impl Envelope {
    /// The answer to a creation: all on the first page.
    #[must_use]
    pub fn created(contacts: &[ContactNumber]) -> Self {
        Self {
            current_page: 1,
            per_page: PER_PAGE,
            total_entries: contacts.len() as u64,
            phone_numbers: contacts.iter().map(Shown::of).collect(),
        }
    }

    /// The answer to a query.
    #[must_use]
    pub fn page(page: &ContactPage<&ContactNumber>) -> Self {
        Self {
            current_page: page.offset / u64::from(page.per_page.max(1)) + 1,
            per_page: page.per_page,
            total_entries: page.total,
            phone_numbers: page.items.iter().map(|contact| Shown::of(contact)).collect(),
        }
    }
}

impl Shown {
    /// What is shown of a number.
    #[must_use]
    pub fn of(contact: &ContactNumber) -> Self {
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
            url: format!("/clients/{}/phone_numbers/{}", contact.owner(), contact.id()),
            country_code: code.map(|code| code.to_string()).unwrap_or_default(),
            raw_number,
            number: written,
            extension: contact.extension(),
            label: contact.label().cloned(),
            updated_at: contact.updated_at(),
        }
    }
}

fn draft(value: Value, region: Option<Region>) -> Result<NewContact, FieldError> {
    let mut fields = Fields::of(value)?;
    let label = fields.take("label").map(|label| Text::of_field("label", label)).transpose()?;
    let country = fields.take(NAMES.country);
    let text = fields.must_string(NAMES.number)?;
    let extension = fields.take(NAMES.extension);
    let primary = fields.boolean(NAMES.primary)?.unwrap_or(false);
    fields.no_more()?;
    let entry = NAMES.read(&text, country.as_ref(), extension.as_ref(), region)?;
    let new = NewContact { label, ..NewContact::new(entry) };
    Ok(new.with_primary(primary).with_names(&NAMES))
}
