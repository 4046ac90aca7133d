//! A person's number as a resource object.

use std::str::FromStr;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::contact::{ContactEvent, ContactNumber};
use crate::document::FieldError;
use crate::plan::Region;

/// The type of the resource objects.
pub(crate) const RESOURCE_TYPE: &str = "PhoneNumber";

/// A person's number as a JSON:API resource object.
///
/// `country_code` is the region; it is `null` for a number without a region. `national` and
/// `international` include the extension, `e164` does not; `number` is the text as entered.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "PhoneNumber")]
pub(crate) struct PersonNumber<'a> {
    contact: &'a ContactNumber,
    attributes: PersonNumberAttributes,
    home: Option<Region>,
}

/// A set of attributes, as selected by the parameter `fields[PhoneNumber]`. The default is all except
/// `formatted_number`, which is shown on request only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "fields[PhoneNumber]")]
pub(crate) struct PersonNumberAttributes(u16);

/// A function that returns the value of an attribute, given the region of the service.
type AttributeValue = fn(&ContactNumber, Option<Region>) -> Value;

/// The attributes in the order of the published documents.
const ATTRIBUTES: [(&str, AttributeValue); 11] = [
    ("carrier", |contact, _| contact.carrier().map(ToString::to_string).into()),
    ("country_code", |contact, _| contact.number().region().map(|region| region.to_string()).into()),
    ("created_at", |contact, _| contact.created_at().to_string().into()),
    ("e164", |contact, _| contact.number().to_string().into()),
    (ON_REQUEST, |contact, home| formatted_number(contact, home).into()),
    ("international", |contact, _| contact.international().as_str().into()),
    ("location", |contact, _| contact.location().map(ToString::to_string).into()),
    ("national", |contact, _| contact.national().as_str().into()),
    ("number", |contact, _| contact.text().into()),
    ("primary", |contact, _| contact.is_primary().into()),
    ("updated_at", |contact, _| contact.updated_at().to_string().into()),
];

/// The attribute that is shown on request only.
const ON_REQUEST: &str = "formatted_number";

/// The relationship. `fields[PhoneNumber]` may list it like an attribute, but it is always shown, as in
/// the published document with `formatted_number`.
const PERSON: &str = "person";

/// The derived attributes, which requests cannot set.
pub(super) const READ_ONLY: [&str; 6] =
    ["created_at", "e164", ON_REQUEST, "international", "national", "updated_at"];

impl<'a> PersonNumber<'a> {
    /// Creates the resource object of `contact` with the default attributes.
    #[must_use]
    pub(crate) fn new(contact: &'a ContactNumber) -> Self {
        Self { contact, attributes: PersonNumberAttributes::default(), home: None }
    }

    /// Sets the attributes to show.
    #[must_use]
    pub(crate) fn with_attributes(self, attributes: PersonNumberAttributes) -> Self {
        Self { attributes, ..self }
    }

    /// Sets the region for `formatted_number`: numbers with its calling code are formatted nationally,
    /// others internationally. By default all are formatted internationally.
    #[must_use]
    pub(crate) fn with_home(self, home: Region) -> Self {
        Self { home: Some(home), ..self }
    }
}

impl Serialize for PersonNumber<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = ATTRIBUTES.iter().filter(|(name, _)| self.attributes.contains(name));
        let attributes = shown.map(|(name, value)| ((*name).to_owned(), value(self.contact, self.home)));
        let person = json!({"data": {"type": "Person", "id": self.contact.owner().as_str()}});
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("type", RESOURCE_TYPE)?;
        map.serialize_entry("id", &self.contact.id().to_string())?;
        map.serialize_entry("attributes", &attributes.collect::<Value>())?;
        map.serialize_entry("relationships", &json!({PERSON: person}))?;
        map.end()
    }
}

impl PersonNumberAttributes {
    fn contains(self, name: &str) -> bool {
        self.0 & Self::bit(name) != 0
    }

    /// Returns the bit of an attribute or relationship; 0 for any other name.
    fn bit(name: &str) -> u16 {
        let mut fields = ATTRIBUTES.iter().map(|(known, _)| *known).chain([PERSON]);
        fields.position(|known| known == name).map_or(0, |index| 1 << index)
    }
}

impl Default for PersonNumberAttributes {
    fn default() -> Self {
        let shown = ATTRIBUTES.iter().filter(|(name, _)| *name != ON_REQUEST);
        Self(shown.fold(0, |bits, (name, _)| bits | Self::bit(name)))
    }
}

/// Parses comma-separated names. An empty text is the empty set.
impl FromStr for PersonNumberAttributes {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let names = text.split(',').filter(|_| !text.is_empty());
        names.map(|name| (name, Self::bit(name))).try_fold(Self(0), |set, (name, bit)| match bit {
            0 => Err(FieldError::invalid("fields[PhoneNumber]", &Value::from(name), "no such attribute")),
            bit => Ok(Self(set.0 | bit)),
        })
    }
}

/// Returns an event as a JSON:API resource object. Its id is the sequence number.
pub(crate) fn event(sequence: u64, event: &ContactEvent) -> Value {
    let mut attributes = json!(event.kind);
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.insert("at".to_owned(), event.at.to_string().into());
    }
    json!({
        "type": "PhoneNumberEvent",
        "id": sequence.to_string(),
        "attributes": attributes,
        "relationships": {
            PERSON: {"data": {"type": "Person", "id": event.owner}},
            "phone_number": {"data": {"type": RESOURCE_TYPE, "id": event.id.to_string()}},
        },
    })
}

fn formatted_number(contact: &ContactNumber, home: Option<Region>) -> String {
    let home_code = home.and_then(Region::calling_code);
    let is_domestic = home_code.is_some_and(|code| contact.number().calling_code() == Some(code));
    if is_domestic { contact.national() } else { contact.international() }.to_string()
}
