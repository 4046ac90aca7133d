//! The documents of creations and updates.

use serde_json::Value;

use super::resource::{READ_ONLY, RESOURCE_TYPE};
use crate::contact::{ContactId, ContactPatch, NewContact};
use crate::document::{FieldError, FieldErrorKind, Fields, Json};
use crate::http::contacts::fields::{self, FieldNames, missing};
use crate::plan::Region;

const NAMES: FieldNames = FieldNames { number: "number", country: "country_code", extension: "number" };

/// Reads the document of a creation. A number with neither a `country_code` (a region or a calling
/// code) nor a calling code in its text belongs to `region`.
///
/// # Errors
/// Returns the error for the first field that is missing, invalid, unknown or read only, with its path:
/// `data.attributes.number`. Derived attributes are read only; so are the id and the relationships, since the
/// path of the request determines the person.
pub(crate) fn new_contact(document: Value, region: Option<Region>) -> Result<NewContact, FieldError> {
    let patch = read(document, None, region)?;
    let number = patch.number.ok_or_else(|| missing("number").within("data.attributes"))?;
    Ok(NewContact {
        location: patch.location.flatten(),
        carrier: patch.carrier.flatten(),
        primary: patch.primary.unwrap_or(false),
        ..NewContact::new(number)
    })
}

/// Reads the document of an update of the number with `id`, like [`new_contact`]. Absent attributes are
/// kept; `null` removes a location or carrier.
///
/// # Errors
/// Returns an error in the same cases as [`new_contact`], except that the document may contain `id`; also for
/// a `country_code` without `number`.
pub(crate) fn patch(
    document: Value,
    id: ContactId,
    region: Option<Region>,
) -> Result<ContactPatch, FieldError> {
    read(document, Some(id), region)
}

/// Reads a document. It may contain `id` if one is passed.
fn read(document: Value, id: Option<ContactId>, region: Option<Region>) -> Result<ContactPatch, FieldError> {
    let mut fields = Fields::of(document)?;
    let patch = fields.field_with("data", |data| resource(data, id, region))?;
    fields.deny_rest()?;
    patch.ok_or_else(|| missing("data"))
}

fn resource(
    data: Json<'_>,
    id: Option<ContactId>,
    region: Option<Region>,
) -> Result<ContactPatch, FieldError> {
    let mut fields = Fields::of(data)?;
    let found = fields.field::<String>("type")?;
    if found != RESOURCE_TYPE {
        let kind = FieldErrorKind::NotOneOf { found, allowed: &[RESOURCE_TYPE] };
        return Err(FieldError::new("type", kind));
    }
    match (fields.field::<Option<String>>("id")?, id) {
        (None, _) => {}
        (Some(found), Some(id)) if found == id.to_string() => {}
        (Some(found), Some(id)) => {
            return Err(FieldError::invalid("id", &found.into(), format_args!("expected \"{id}\"")));
        }
        (Some(_), None) => return Err(FieldError::new("id", FieldErrorKind::ReadOnly)),
    }
    if fields.take_value("relationships").is_some() {
        return Err(FieldError::new("relationships", FieldErrorKind::ReadOnly));
    }
    let patch = fields.field_with("attributes", |value| attributes(value, region))?;
    fields.deny_rest()?;
    Ok(patch.unwrap_or_default())
}

fn attributes(value: Json<'_>, region: Option<Region>) -> Result<ContactPatch, FieldError> {
    let mut fields = Fields::of(value)?;
    let mut patch = ContactPatch { primary: fields.field("primary")?, ..ContactPatch::default() };
    patch.location = fields::nullable(&mut fields, "location")?;
    patch.carrier = fields::nullable(&mut fields, "carrier")?;
    let country = fields.take_value(NAMES.country);
    let has_number = country.is_some() || fields.has(NAMES.number);
    patch.number = match fields.field::<Option<String>>(NAMES.number)? {
        Some(text) => Some(NAMES.read(&text, country.as_ref(), None, region)?),
        // `null` does not remove a number.
        None if has_number => return Err(missing(NAMES.number)),
        None => None,
    };
    match fields.rest().keys().next() {
        None => Ok(patch),
        Some(name) if READ_ONLY.contains(&name.as_str()) => {
            Err(FieldError::new(name.as_str(), FieldErrorKind::ReadOnly))
        }
        Some(name) => Err(FieldError::new(name.as_str(), FieldErrorKind::Unknown)),
    }
}
