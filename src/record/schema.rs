//! The published schema of a number's public document.
//!
//! A document may have any other fields. A field that is `null` counts as missing.
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

use crate::document::{FieldError, FieldErrorKind, start_of, type_of};
use crate::feature::e911::E911Status;

/// The rule of one field.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldRule {
    /// The path of the field: names joined by dots, with `[]` for each entry of an array.
    pub path: &'static str,
    /// The JSON type.
    pub json_type: JsonType,
    /// The minimum length in characters.
    pub min: Option<usize>,
    /// The maximum length in characters.
    pub max: Option<usize>,
    /// The allowed values; empty if all values are allowed.
    pub allowed: &'static [&'static str],
    /// Whether the field is required in its object.
    pub required: bool,
    /// The description of the field.
    pub description: &'static str,
}

/// A JSON type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonType {
    /// An array.
    Array,
    /// A boolean.
    Boolean,
    /// An object.
    Object,
    /// A string.
    String,
}

/// The names of the states, in the order of the published schema.
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

use JsonType::{Array, Boolean, Object, String as Text};

/// The rules of the schema. The rule of an object precedes those of its fields.
#[doc(hidden)]
pub const RULES: [FieldRule; 38] = [
    rule("carrier_name", Text, "The number's new carrier, which only an admin may set")
        .at_least(1)
        .at_most(30),
    rule("cnam", Object, "The caller name of the number, and the lookup of callers' names"),
    rule("cnam.display_name", Text, "The name displayed for calls from the number").at_least(1).at_most(15),
    rule("cnam.inbound_lookup", Boolean, "Whether callers' names are looked up"),
    rule("create_with_state", Text, "The state that the number is created in").one_of(STATES),
    rule("e911", Object, "The address for emergency calls"),
    rule("e911.activated_time", Text, "The time of provisioning"),
    rule("e911.caller_name", Text, "The name that emergency services see").at_least(3),
    rule("e911.extended_address", Text, "The suite, floor or apartment"),
    rule("e911.latitude", Text, "The latitude in degrees, as formatted by the provider"),
    rule("e911.legacy_data", Object, "The parts of the street address"),
    rule("e911.legacy_data.house_number", Text, "The house number"),
    rule("e911.legacy_data.predirectional", Text, "The direction before the street name"),
    rule("e911.legacy_data.streetname", Text, "The street name"),
    rule("e911.legacy_data.suite", Text, "The suite, floor or apartment"),
    rule("e911.locality", Text, "The city").required(),
    rule("e911.location_id", Text, "The provider's id of the address"),
    rule("e911.longitude", Text, "The longitude in degrees, as formatted by the provider"),
    rule("e911.plus_four", Text, "The last four digits of a ZIP+4 code"),
    rule("e911.postal_code", Text, "The ZIP or postal code").required(),
    rule("e911.region", Text, "The state or province, as two letters").at_least(2).at_most(2).required(),
    rule("e911.status", Text, "The status of the address at the provider").one_of(E911Status::NAMES),
    rule("e911.street_address", Text, "The house number and street").required(),
    rule("porting", Object, "The account data on file at the losing carrier"),
    rule("porting.billing_account_id", Text, "The account id on file at the losing carrier"),
    rule(
        "porting.billing_extended_address",
        Text,
        "The suite, floor or apartment on file at the losing carrier",
    ),
    rule("porting.billing_locality", Text, "The city on file at the losing carrier"),
    rule("porting.billing_name", Text, "The name of the person or company on file at the losing carrier"),
    rule("porting.billing_postal_code", Text, "The ZIP or postal code on file at the losing carrier"),
    rule("porting.billing_region", Text, "The state or province on file at the losing carrier"),
    rule("porting.billing_street_address", Text, "The house number and street on file at the losing carrier"),
    rule("porting.billing_telephone_number", Text, "The billing telephone number (BTN) of the account"),
    rule("porting.comments", Array, "Comments for human readers"),
    rule("porting.comments.[]", Text, "A comment"),
    rule("porting.customer_contact", Text, "The phone number of the contact person"),
    rule("porting.port_id", Text, "The id of the port request"),
    rule("porting.requested_port_date", Text, "The requested port date"),
    rule("porting.service_provider", Text, "The name of the losing carrier"),
];

/// The name of the object with the account data at the losing carrier.
const PORTING: &str = "porting";

/// The old name of a field, and its present name.
const RENAMED: (&str, &str) = ("dash_e911", "e911");

/// The maximum length, in characters, of a text whose rule has none.
const MAX_TEXT: usize = 1_024;

/// The maximum number of errors that [`check`] lists.
const MAX_ERRORS: usize = 100;

/// Validates a document, and returns an error for each violated rule, in the order of the schema: at most
/// 100, after which [`MoreErrors`](FieldErrorKind::MoreErrors) is the last.
///
/// ```
/// use serde_json::json;
/// use telnum::record::schema;
///
/// assert_eq!(schema::check(&json!({"cnam": {"inbound_lookup": true}})), []);
/// let errors = schema::check(&json!({"cnam": {"inbound_lookup": "yes"}}));
/// assert_eq!(errors[0].to_string(), "`cnam.inbound_lookup`: expected boolean, found string");
/// ```
#[must_use]
pub fn check(document: &Value) -> Vec<FieldError> {
    if !document.is_object() {
        return vec![FieldError::wrong_type("", Object.name(), document)];
    }
    let mut errors = Vec::new();
    for rule in &RULES {
        rule.check(document, "", rule.path, &mut errors);
    }
    let (old, new) = RENAMED;
    for rule in RULES.iter().filter(|rule| rule.path.split('.').next() == Some(new)) {
        rule.check(document, "", &rule.path.replacen(new, old, 1), &mut errors);
    }
    if errors.len() > MAX_ERRORS {
        errors.truncate(MAX_ERRORS);
        errors.push(FieldError::new("", FieldErrorKind::MoreErrors { listed: MAX_ERRORS }));
    }
    errors
}

/// Returns the first error in the object `porting` of a document.
pub(super) fn check_porting(porting: &Value) -> Option<FieldError> {
    let mut errors = Vec::new();
    for rule in &RULES {
        match rule.path.split_once('.') {
            None if rule.path == PORTING => {
                errors.extend(rule.error(porting).map(|kind| FieldError::new(PORTING, kind)));
            }
            Some((PORTING, rest)) => rule.check(porting, PORTING, rest, &mut errors),
            Some(_) | None => {}
        }
    }
    errors.into_iter().next()
}

/// Returns the schema as JSON Schema (draft 2020-12).
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

const fn rule(path: &'static str, json_type: JsonType, description: &'static str) -> FieldRule {
    FieldRule { path, json_type, min: None, max: None, allowed: &[], required: false, description }
}

impl FieldRule {
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

    /// Validates the field at `path` below the value `outer`, whose own path is `above`. It stops after
    /// [`MAX_ERRORS`] errors.
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
                let found = found.filter_map(|(place, value)| {
                    Some(FieldError::new(below(above, place), self.error(value)?))
                });
                errors.extend(found.take((MAX_ERRORS + 1).saturating_sub(errors.len())));
            }
            // The rule of `outer` refuses its type.
            (Some(_) | None, _) => {}
        }
    }

    /// Returns the error for the field's value if it violates the rule.
    fn error(&self, value: &Value) -> Option<FieldErrorKind> {
        match value {
            Value::Array(_) if self.json_type == Array => None,
            Value::Bool(_) if self.json_type == Boolean => None,
            Value::Object(_) if self.json_type == Object => None,
            Value::String(text) if self.json_type == Text => self.error_in_text(text),
            Value::Array(_)
            | Value::Bool(_)
            | Value::Object(_)
            | Value::String(_)
            | Value::Null
            | Value::Number(_) => {
                Some(FieldErrorKind::WrongType { expected: self.json_type.name(), found: type_of(value) })
            }
        }
    }

    fn error_in_text(&self, text: &str) -> Option<FieldErrorKind> {
        let length = text.chars().count();
        let too_short =
            self.min.filter(|min| length < *min).map(|min| FieldErrorKind::TooShort { length, min });
        let max = self.max.unwrap_or(MAX_TEXT);
        let too_long = (length > max).then_some(FieldErrorKind::TooLong { length, max });
        let is_other = !self.allowed.is_empty() && !self.allowed.contains(&text);
        let other = is_other
            .then(|| FieldErrorKind::NotOneOf { found: start_of(text).to_owned(), allowed: self.allowed });
        too_short.or(too_long).or(other)
    }

    fn json_schema(&self) -> Value {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), self.json_type.name().into());
        schema.insert("description".to_owned(), self.description.into());
        for (rule, length) in [("minLength", self.min), ("maxLength", self.max)] {
            schema.extend(length.map(|length| (rule.to_owned(), length.into())));
        }
        if !self.allowed.is_empty() {
            schema.insert("enum".to_owned(), self.allowed.into());
        }
        match self.json_type {
            Object => {
                schema.insert("properties".to_owned(), properties(self.path).into());
                let required: Vec<_> =
                    children(self.path).filter(|(_, rule)| rule.required).map(|(name, _)| name).collect();
                if !required.is_empty() {
                    schema.insert("required".to_owned(), required.into());
                }
            }
            Array => {
                let items = children(self.path).map(|(_, rule)| ("items".to_owned(), rule.json_schema()));
                schema.extend(items);
            }
            Boolean | Text => {}
        }
        schema.into()
    }
}

impl JsonType {
    /// Returns the name of the type in JSON Schema.
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

/// Returns the JSON Schemas of the fields of the object at `outer`.
fn properties(outer: &str) -> Map<String, Value> {
    children(outer).map(|(name, rule)| (name.to_owned(), rule.json_schema())).collect()
}

/// Returns the rules of the fields of the object or array at `outer`, with the names of the fields.
fn children(outer: &str) -> impl Iterator<Item = (&'static str, &'static FieldRule)> {
    RULES.iter().filter_map(move |rule| {
        let (above, name) = rule.path.rsplit_once('.').unwrap_or(("", rule.path));
        (above == outer).then_some((name, rule))
    })
}

/// Joins a path and a name.
fn below(above: &str, name: impl std::fmt::Display) -> String {
    if above.is_empty() { name.to_string() } else { format!("{above}.{name}") }
}
