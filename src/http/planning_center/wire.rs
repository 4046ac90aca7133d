//! People's numbers as the Planning Center People API has them: JSON:API 1.0 resources of the type
//! `PhoneNumber`.
//!
//! ```
//! use telnum::contact::{ContactId, ContactList};
//! use telnum::http::planning_center::wire;
//! use telnum::plan::Region;
//!
//! let body = serde_json::json!({"data": {"type": "PhoneNumber", "attributes": {
//!     "number": "044 668 18 00", "country_code": "CH", "location": "Home", "primary": true,
//! }}});
//! let mut numbers = ContactList::empty("1".parse()?);
//! let new = wire::draft(body, Some(Region::US))?;
//! let changes = numbers.add([(ContactId::new(1), new)], "2000-01-01T12:00:00Z".parse()?)?;
//!
//! let resource = serde_json::to_value(wire::Resource::of(&changes.saved[0]))?;
//! assert_eq!(resource["attributes"]["e164"], "+41446681800");
//! assert_eq!(resource["relationships"]["person"]["data"]["id"], "1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::str::FromStr;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::contact::draft::Names;
use crate::contact::text::Text;
use crate::contact::{ContactId, ContactNumber, ContactOrder, ContactPatch, NewContact, OrderField};
use crate::document::{FieldError, FieldErrorKind, Fields};
use crate::plan::Region;

/// The order of a list that says nothing else: the first created first.
pub const ORDER: ContactOrder = ContactOrder { field: OrderField::CreatedAt, descending: false };

/// The type of the resources.
pub const TYPE: &str = "PhoneNumber";

/// A number as a resource object.
///
/// `country_code` is the region's name, `null` for a number that no region has. `national` and
/// `international` have the extension, `e164` has not; `number` is the text as it was entered.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    contact: &'a ContactNumber,
    attributes: Attributes,
    home: Option<Region>,
}

/// A set of a resource's attributes: what `fields[PhoneNumber]` asks for. The default is all but
/// `formatted_number`, which is only shown when it is asked for.
///
/// ```
/// use telnum::http::planning_center::wire::Attributes;
///
/// let asked: Attributes = "formatted_number,primary".parse()?;
/// assert_eq!(asked.names().collect::<Vec<_>>(), ["formatted_number", "primary"]);
/// assert_eq!(Attributes::default().names().count(), 10);
///
/// let error = "shoe_size".parse::<Attributes>().unwrap_err();
/// assert_eq!(error.to_string(), r#"`fields[PhoneNumber]`: no such attribute, found "shoe_size""#);
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes(u16);

/// What an attribute shows; the region is the service's.
type Show = fn(&ContactNumber, Option<Region>) -> Value;

/// The attributes in the order of the published documents.
const ATTRIBUTES: [(&str, Show); 11] = [
    ("carrier", |contact, _| contact.carrier().map(ToString::to_string).into()),
    ("country_code", |contact, _| contact.number().region().map(|region| region.to_string()).into()),
    ("created_at", |contact, _| contact.created_at().to_string().into()),
    ("e164", |contact, _| contact.number().to_string().into()),
    (ON_REQUEST, |contact, home| formatted(contact, home).into()),
    ("international", |contact, _| contact.international().as_str().into()),
    ("location", |contact, _| contact.location().map(ToString::to_string).into()),
    ("national", |contact, _| contact.national().as_str().into()),
    ("number", |contact, _| contact.text().into()),
    ("primary", |contact, _| contact.is_primary().into()),
    ("updated_at", |contact, _| contact.updated_at().to_string().into()),
];

/// The attribute that is shown only if it is asked for.
const ON_REQUEST: &str = "formatted_number";

/// The relationship: a field like the attributes, which may be asked for. It is shown in any case, as
/// it is published beside `formatted_number`.
const PERSON: &str = "person";

/// The attributes that follow from others.
const READ_ONLY: [&str; 6] = ["created_at", "e164", ON_REQUEST, "international", "national", "updated_at"];

const NAMES: Names =
    Names { number: "number", country: "country_code", extension: "number", primary: "primary" };

const PATH: &str = "data.attributes";

/// Reads the document of a creation. A number without `country_code`, by name or calling code, and
/// without a calling code of its own is the region's.
///
/// # Errors
/// The path of what is wrong: `data.attributes.number`. Attributes that are not published are refused,
/// those that follow from others too, as read only; so are an id and relationships, as the address of
/// the request tells the person.
pub fn draft(document: Value, region: Option<Region>) -> Result<NewContact, FieldError> {
    let patch = read(document, None, region)?;
    let entry = patch.entry.ok_or_else(|| missing("number").within(PATH))?;
    let new = NewContact {
        location: patch.location.flatten(),
        carrier: patch.carrier.flatten(),
        ..NewContact::new(entry)
    };
    Ok(new.with_primary(patch.primary.unwrap_or(false)).at(PATH).with_names(&NAMES))
}

/// Reads the document of an update of a number with an id. What it does not name stays; `null` takes a
/// location or carrier away. A number is read as [`draft`] reads it.
///
/// # Errors
/// Those of [`draft`], but the document may have the id; `country_code` without `number`.
pub fn patch(document: Value, id: ContactId, region: Option<Region>) -> Result<ContactPatch, FieldError> {
    Ok(read(document, Some(id), region)?.at(PATH).with_names(&NAMES))
}

impl<'a> Resource<'a> {
    /// A number with the attributes that are shown unless something else is asked for.
    #[must_use]
    pub fn of(contact: &'a ContactNumber) -> Self {
        Self { contact, attributes: Attributes::default(), home: None }
    }

    /// The same with these attributes.
    #[must_use]
    pub fn with_attributes(self, attributes: Attributes) -> Self {
        Self { attributes, ..self }
    }

    /// The same as seen from a region: `formatted_number` is as written within the country for numbers
    /// of the region's calling code, as written abroad for others.
    ///
    /// ```
    /// # use telnum::{contact::ContactNumber, http::planning_center::wire::Resource};
    /// # use telnum::plan::Region;
    /// # let number: ContactNumber = serde_json::from_str(r#"{"id": 1, "owner": "1", "number": "+14158867900",
    /// #     "text": "x", "primary": true, "created_at": 63627604811, "updated_at": 63627604811}"#)?;
    /// let formatted = |region| {
    ///     let resource = Resource::of(&number).with_attributes("formatted_number".parse().unwrap());
    ///     serde_json::to_value(resource.seen_from(region)).unwrap()["attributes"]["formatted_number"].clone()
    /// };
    /// assert_eq!(formatted(Region::US), "(415) 886-7900");
    /// assert_eq!(formatted(Region::CH), "+1 415-886-7900");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn seen_from(self, home: Region) -> Self {
        Self { home: Some(home), ..self }
    }
}

impl Serialize for Resource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = ATTRIBUTES.iter().filter(|(name, _)| self.attributes.contains(name));
        let attributes = shown.map(|(name, show)| ((*name).to_owned(), show(self.contact, self.home)));
        let person = json!({"data": {"type": "Person", "id": self.contact.owner().as_str()}});
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("type", TYPE)?;
        map.serialize_entry("id", &self.contact.id().to_string())?;
        map.serialize_entry("attributes", &attributes.collect::<Value>())?;
        map.serialize_entry("relationships", &json!({PERSON: person}))?;
        map.end()
    }
}

impl Attributes {
    /// Their names, in the order of the documents.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        ATTRIBUTES.iter().map(|(name, _)| *name).filter(move |name| self.contains(name))
    }

    fn contains(self, name: &str) -> bool {
        self.0 & Self::bit(name) != 0
    }

    /// The bit of a field; 0 for what is none.
    fn bit(name: &str) -> u16 {
        let mut fields = ATTRIBUTES.iter().map(|(known, _)| *known).chain([PERSON]);
        fields.position(|known| known == name).map_or(0, |place| 1 << place)
    }
}

impl Default for Attributes {
    fn default() -> Self {
        let shown = ATTRIBUTES.iter().filter(|(name, _)| *name != ON_REQUEST);
        Self(shown.fold(0, |bits, (name, _)| bits | Self::bit(name)))
    }
}

impl FromStr for Attributes {
    type Err = FieldError;

    /// Reads names between commas. An empty text is no attribute.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let names = text.split(',').filter(|_| !text.is_empty());
        names.map(|name| (name, Self::bit(name))).try_fold(Self(0), |set, (name, bit)| match bit {
            0 => Err(FieldError::invalid("fields[PhoneNumber]", &Value::from(name), "no such attribute")),
            bit => Ok(Self(set.0 | bit)),
        })
    }
}

fn formatted(contact: &ContactNumber, home: Option<Region>) -> String {
    let of_home =
        home.and_then(Region::calling_code).is_some_and(|code| contact.number().calling_code() == Some(code));
    if of_home { contact.national() } else { contact.international() }.to_string()
}

/// Reads a document; with an id it may have that one.
fn read(document: Value, id: Option<ContactId>, region: Option<Region>) -> Result<ContactPatch, FieldError> {
    let mut fields = Fields::of(document)?;
    let patch = fields.read("data", |data| resource(data, id, region))?;
    fields.no_more()?;
    patch.ok_or_else(|| missing("data"))
}

fn resource(data: Value, id: Option<ContactId>, region: Option<Region>) -> Result<ContactPatch, FieldError> {
    let mut fields = Fields::of(data)?;
    match fields.must_string("type")? {
        known if known == TYPE => {}
        found => return Err(FieldError::new("type", FieldErrorKind::NotOneOf { found, allowed: &[TYPE] })),
    }
    match (fields.string("id")?, id) {
        (None, _) => {}
        (Some(found), Some(id)) if found == id.to_string() => {}
        (Some(found), Some(id)) => {
            return Err(FieldError::invalid("id", &found.into(), format_args!("expected \"{id}\"")));
        }
        (Some(_), None) => return Err(FieldError::new("id", FieldErrorKind::ReadOnly)),
    }
    if fields.take("relationships").is_some() {
        return Err(FieldError::new("relationships", FieldErrorKind::ReadOnly));
    }
    let patch = fields.read("attributes", |value| attributes(value, region))?;
    fields.no_more()?;
    Ok(patch.unwrap_or_default())
}

fn attributes(value: Value, region: Option<Region>) -> Result<ContactPatch, FieldError> {
    let mut fields = Fields::of(value)?;
    let mut patch = ContactPatch { primary: fields.boolean("primary")?, ..ContactPatch::default() };
    patch.location = nullable(&mut fields, "location")?;
    patch.carrier = nullable(&mut fields, "carrier")?;
    let country = fields.take(NAMES.country);
    let is_asked = country.is_some() || fields.has(NAMES.number);
    patch.entry = match fields.string(NAMES.number)? {
        Some(text) => Some(NAMES.read(&text, country.as_ref(), None, region)?),
        // Not even `null` takes the number off.
        None if is_asked => return Err(missing(NAMES.number)),
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

/// Takes a field in which `null` is something else than nothing.
#[expect(clippy::option_option, reason = "what a patch has: not there, `null`, a text")]
fn nullable<const MAX: usize>(
    fields: &mut Fields,
    name: &str,
) -> Result<Option<Option<Text<MAX>>>, FieldError> {
    if !fields.has(name) {
        return Ok(None);
    }
    fields.take(name).map(|value| Text::of_field(name, value)).transpose().map(Some)
}

fn missing(name: &str) -> FieldError {
    FieldError::new(name, FieldErrorKind::Missing)
}
