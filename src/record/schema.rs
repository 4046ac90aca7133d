//! What a number's document must look like: the published schema, as a table.
//!
//! A document may have any further fields. `null` stands for nothing.
//!
//! ```
//! use serde_json::json;
//! use telnum::record::schema;
//!
//! let document = json!({
//!     "my_own_field": 1,
//!     "cnam": {"display_name": "sixteen letters!"},
//!     "e911": {"street_address": "116 Natoma St", "locality": "San Francisco", "region": "CA"},
//! });
//! let errors: Vec<_> = schema::check(&document).iter().map(ToString::to_string).collect();
//! assert_eq!(
//!     errors,
//!     [
//!         "`cnam.display_name`: expected a length of at most 15, found 16",
//!         "`e911.postal_code`: required but missing",
//!     ],
//! );
//! ```

use serde_json::{Map, Value, json};

use crate::document::{FieldError, FieldErrorKind, type_of};
use crate::feature::e911::E911Status;

/// A rule of the schema: what one field must be.
///
/// ```
/// use telnum::record::schema::{Kind, TABLE};
///
/// let region = TABLE.iter().find(|row| row.path == "e911.region").unwrap();
/// assert_eq!((region.kind, region.min, region.max), (Kind::String, Some(2), Some(2)));
/// assert!(region.required);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The field: names joined by dots, `[]` for each entry of an array.
    pub path: &'static str,
    /// Its JSON type.
    pub kind: Kind,
    /// The fewest characters.
    pub min: Option<usize>,
    /// The most characters.
    pub max: Option<usize>,
    /// The values that it may have; none: any.
    pub allowed: &'static [&'static str],
    /// Whether it must be there if the object that it is in is.
    pub required: bool,
    /// What it is.
    pub description: &'static str,
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An array.
    Array,
    /// `true` or `false`.
    Boolean,
    /// An object.
    Object,
    /// A string.
    String,
}

/// The states that a number may be created in, as far as the schema knows.
const STATES: &[&str] = &[
    "aging",
    "available",
    "deleted",
    "discovery",
    "in_service",
    "port_in",
    "port_out",
    "released",
    "reserved",
];

use Kind::{Array, Boolean, Object, String as Text};

/// The schema.
pub const TABLE: [Row; 38] = [
    row("carrier_name", Text, "Names the number's carrier anew: for admins").at_least(1).at_most(30),
    row("cnam", Object, "The number's name, and the look-up of its callers'"),
    row("cnam.display_name", Text, "The name shown where the number calls").at_least(1).at_most(15),
    row("cnam.inbound_lookup", Boolean, "Whether callers' names are looked up"),
    row("create_with_state", Text, "The state that the number is created in").one_of(STATES),
    row("e911", Object, "The address for emergency calls"),
    row("e911.activated_time", Text, "When the address was provisioned"),
    row("e911.caller_name", Text, "The name that emergency services see").at_least(3),
    row("e911.extended_address", Text, "Suite, floor or apartment"),
    row("e911.latitude", Text, "Degrees of latitude, by the provider"),
    row("e911.legacy_data", Object, "The street address in its parts"),
    row("e911.legacy_data.house_number", Text, "House number"),
    row("e911.legacy_data.predirectional", Text, "Direction before the street's name"),
    row("e911.legacy_data.streetname", Text, "Name of the street"),
    row("e911.legacy_data.suite", Text, "Suite, floor or apartment"),
    row("e911.locality", Text, "City").required(),
    row("e911.location_id", Text, "The provider's id of the address"),
    row("e911.longitude", Text, "Degrees of longitude, by the provider"),
    row("e911.plus_four", Text, "The last four digits of a ZIP+4 code"),
    row("e911.postal_code", Text, "ZIP or postal code").required(),
    row("e911.region", Text, "State or province, two letters").at_least(2).at_most(2).required(),
    row("e911.status", Text, "How far the provider is with the address").one_of(E911Status::NAMES),
    row("e911.street_address", Text, "House number and street").required(),
    row("porting", Object, "What the carrier that the number comes from has on file"),
    row("porting.billing_account_id", Text, "Account there"),
    row("porting.billing_extended_address", Text, "Suite, floor or apartment there"),
    row("porting.billing_locality", Text, "City there"),
    row("porting.billing_name", Text, "Name of the person or company there"),
    row("porting.billing_postal_code", Text, "ZIP or postal code there"),
    row("porting.billing_region", Text, "State or province there"),
    row("porting.billing_street_address", Text, "House number and street there"),
    row("porting.billing_telephone_number", Text, "Billing telephone number of the account there"),
    row("porting.comments", Array, "Comments"),
    row("porting.comments.[]", Text, "A comment"),
    row("porting.customer_contact", Text, "Number under which the number's owner can be reached"),
    row("porting.port_id", Text, "Id of the port request"),
    row("porting.requested_port_date", Text, "Day on which the number should come"),
    row("porting.service_provider", Text, "Name of the carrier that the number comes from"),
];

/// The old name of a field, and the name.
const RENAMED: (&str, &str) = ("dash_e911", "e911");

/// All rules that a document breaks, in the order of the table.
#[must_use]
pub fn check(document: &Value) -> Vec<FieldError> {
    if !document.is_object() {
        return vec![FieldError::wrong_type("", Object.name(), document)];
    }
    let mut errors = Vec::new();
    for row in &TABLE {
        row.check(document, "", row.path, &mut errors);
    }
    let (old, new) = RENAMED;
    for row in TABLE.iter().filter(|row| row.path.split('.').next() == Some(new)) {
        row.check(document, "", &row.path.replacen(new, old, 1), &mut errors);
    }
    errors
}

/// The table as JSON Schema (draft 2020-12).
///
/// ```
/// let schema = telnum::record::schema::json_schema();
/// assert_eq!(schema["properties"]["cnam"]["properties"]["display_name"]["maxLength"], 15);
/// ```
#[must_use]
pub fn json_schema() -> Value {
    let (old, new) = RENAMED;
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Phone number",
        "description": "The public document of a phone number",
    });
    let mut properties = properties("");
    properties.insert(old.to_owned(), json!({"$ref": format!("#/properties/{new}"), "deprecated": true}));
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("type".to_owned(), Object.name().into());
        schema.insert("properties".to_owned(), properties.into());
    }
    schema
}

const fn row(path: &'static str, kind: Kind, description: &'static str) -> Row {
    Row { path, kind, min: None, max: None, allowed: &[], required: false, description }
}

impl Row {
    const fn at_least(self, min: usize) -> Self {
        Self { min: Some(min), ..self }
    }

    const fn at_most(self, max: usize) -> Self {
        Self { max: Some(max), ..self }
    }

    const fn one_of(self, allowed: &'static [&'static str]) -> Self {
        Self { allowed, ..self }
    }

    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Checks the field below a value that `path` leads to; `above` is the value's own path.
    fn check(&self, outer: &Value, above: &str, path: &str, errors: &mut Vec<FieldError>) {
        match (path.split_once('.'), outer) {
            (Some((name, rest)), Value::Object(fields)) => {
                if let Some(value) = fields.get(name) {
                    self.check(value, &below(above, name), rest, errors);
                }
            }
            (None, Value::Object(fields)) => {
                let found = match fields.get(path).filter(|value| !value.is_null()) {
                    None => self.required.then_some(FieldErrorKind::Missing),
                    Some(value) => self.error(value),
                };
                errors.extend(found.map(|kind| FieldError::new(below(above, path), kind)));
            }
            (None, Value::Array(values)) => {
                let found = values.iter().enumerate();
                errors.extend(found.filter_map(|(place, value)| {
                    Some(FieldError::new(below(above, place), self.error(value)?))
                }));
            }
            // The value is of another type than it must have, which its own row says.
            (Some(_) | None, _) => {}
        }
    }

    /// What is wrong with the field's value.
    fn error(&self, value: &Value) -> Option<FieldErrorKind> {
        match value {
            Value::Array(_) if self.kind == Array => None,
            Value::Bool(_) if self.kind == Boolean => None,
            Value::Object(_) if self.kind == Object => None,
            Value::String(text) if self.kind == Text => self.error_in_text(text),
            Value::Array(_)
            | Value::Bool(_)
            | Value::Object(_)
            | Value::String(_)
            | Value::Null
            | Value::Number(_) => {
                Some(FieldErrorKind::WrongType { expected: self.kind.name(), found: type_of(value) })
            }
        }
    }

    fn error_in_text(&self, text: &str) -> Option<FieldErrorKind> {
        let length = text.chars().count();
        let too_short =
            self.min.filter(|min| length < *min).map(|min| FieldErrorKind::TooShort { length, min });
        let too_long =
            self.max.filter(|max| length > *max).map(|max| FieldErrorKind::TooLong { length, max });
        let is_other = !self.allowed.is_empty() && !self.allowed.contains(&text);
        let other =
            is_other.then(|| FieldErrorKind::NotOneOf { found: text.to_owned(), allowed: self.allowed });
        too_short.or(too_long).or(other)
    }

    fn json_schema(&self) -> Value {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), self.kind.name().into());
        schema.insert("description".to_owned(), self.description.into());
        for (rule, length) in [("minLength", self.min), ("maxLength", self.max)] {
            schema.extend(length.map(|length| (rule.to_owned(), length.into())));
        }
        if !self.allowed.is_empty() {
            schema.insert("enum".to_owned(), self.allowed.into());
        }
        match self.kind {
            Object => {
                schema.insert("properties".to_owned(), properties(self.path).into());
                let required: Vec<_> =
                    children(self.path).filter(|(_, row)| row.required).map(|(name, _)| name).collect();
                if !required.is_empty() {
                    schema.insert("required".to_owned(), required.into());
                }
            }
            Array => {
                let items = children(self.path).map(|(_, row)| ("items".to_owned(), row.json_schema()));
                schema.extend(items);
            }
            Boolean | Text => {}
        }
        schema.into()
    }
}

impl Kind {
    /// The type's name in JSON Schema.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::String => "string",
        }
    }
}

fn properties(outer: &str) -> Map<String, Value> {
    children(outer).map(|(name, row)| (name.to_owned(), row.json_schema())).collect()
}

/// The rows right below a path, and their names there.
fn children(outer: &str) -> impl Iterator<Item = (&'static str, &'static Row)> {
    TABLE.iter().filter_map(move |row| {
        let (above, name) = row.path.rsplit_once('.').unwrap_or(("", row.path));
        (above == outer).then_some((name, row))
    })
}

fn below(above: &str, name: impl std::fmt::Display) -> String {
    if above.is_empty() { name.to_string() } else { format!("{above}.{name}") }
}
