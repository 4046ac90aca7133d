//! JSON values and objects that borrow from the text they are parsed from where possible.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use super::error::{FieldError, FieldErrorKind};

/// A JSON value with borrowed strings. Most values are converted to typed fields immediately; an intermediate
/// [`Value`] would copy each string twice.
#[derive(Debug)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Fields<'a>),
}

#[cfg(feature = "contacts")]
impl Json<'_> {
    /// Returns the text.
    #[cfg(feature = "inventory")]
    pub(crate) fn text(self) -> Result<String, FieldError> {
        match self {
            Self::Text(text) => Ok(text.into_owned()),
            other => Err(other.is_not("string")),
        }
    }

    /// Returns the error for a value that does not have the type `expected`.
    pub(crate) fn is_not(&self, expected: &'static str) -> FieldError {
        FieldError::new("", FieldErrorKind::WrongType { expected, found: self.type_name() })
    }

    const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

impl From<Value> for Json<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(flag),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(values) => Self::Array(values.into_iter().map(Json::from).collect()),
            Value::Object(fields) => Self::Object(fields.into()),
        }
    }
}

impl From<Json<'_>> for Value {
    fn from(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(flag) => Self::Bool(flag),
            Json::Number(number) => Self::Number(number),
            Json::Text(text) => Self::String(text.into_owned()),
            Json::Array(values) => Self::Array(values.into_iter().map(Self::from).collect()),
            Json::Object(fields) => Self::Object(fields.rest()),
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> de::Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(text.into()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json<'de>, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E>(self, text: String) -> Result<Json<'de>, E> {
        Ok(Json::Text(text.into()))
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Json<'de>, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        Json::deserialize(deserializer)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut values: A) -> Result<Json<'de>, A::Error> {
        let mut array = Vec::new();
        while let Some(json) = values.next_element()? {
            array.push(json);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Json<'de>, A::Error> {
        Fields::from_map(map).map(Json::Object)
    }
}

/// The fields of one JSON object, in their order. A field that is taken leaves an empty slot.
///
/// Objects have few fields, so a linear search is faster than a map.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<Option<(Cow<'a, str>, Json<'a>)>>);

impl<'a> Fields<'a> {
    /// The number of fields above which repeated names are detected with a map.
    const MANY: usize = 32;

    /// Reads all fields of `map`. Of two fields with the same name the last one counts.
    fn from_map<A: de::MapAccess<'a>>(map: A) -> Result<Self, A::Error> {
        Self::read_map(map, |_| ())
    }

    /// Reads all fields of `map`, and calls `on_repeated` with each name that occurs again.
    fn read_map<A: de::MapAccess<'a>>(
        mut map: A,
        mut on_repeated: impl FnMut(&str),
    ) -> Result<Self, A::Error> {
        let mut fields = Self(Vec::with_capacity(map.size_hint().unwrap_or(16).min(Self::MANY)));
        let mut seen = 0;
        while let Some(Name(name)) = map.next_key()? {
            let mark = mark(&name);
            let json = map.next_value()?;
            let repeated = if seen & mark == 0 { None } else { fields.get_mut(&name) };
            match repeated {
                Some(before) => {
                    on_repeated(&name);
                    *before = json;
                }
                None => fields.0.push(Some((name, json))),
            }
            seen |= mark;
            if fields.0.len() == Self::MANY {
                let mut many = fields.rest();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if many.contains_key(&name) {
                        on_repeated(&name);
                    }
                    many.insert(name, value);
                }
                return Ok(many.into());
            }
        }
        Ok(fields)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Json<'a>> {
        self.0.iter_mut().flatten().find(|(other, _)| other == name).map(|(_, json)| json)
    }

    /// Takes the value of a field; `null` counts as missing.
    fn take(&mut self, name: &str) -> Option<Json<'a>> {
        let is_field = |field: &Option<(Cow<'a, str>, _)>| matches!(field, Some((other, _)) if other == name);
        let field = self.0.iter_mut().find(|field| is_field(field));
        let (_, json) = field.and_then(Option::take)?;
        Some(json).filter(|json| !matches!(json, Json::Null))
    }

    /// Takes the value of a field as a [`Value`]; `null` counts as missing.
    pub(crate) fn take_value(&mut self, name: &str) -> Option<Value> {
        self.take(name).map(Value::from)
    }

    /// Takes the value of an optional field whose type implements `Deserialize`.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, FieldError> {
        let Some(value) = self.take_value(name) else { return Ok(None) };
        serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|error| FieldError::invalid(name, &value, error))
    }

    /// Takes the value of a required field whose type implements `Deserialize`.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, FieldError> {
        self.optional(name)?.ok_or_else(|| FieldError::new(name, FieldErrorKind::Missing))
    }

    /// Returns the fields that were not taken, as values.
    pub(crate) fn rest(self) -> Map<String, Value> {
        let fields = self.0.into_iter().flatten();
        fields.map(|(name, json)| (name.into_owned(), json.into())).collect()
    }
}

#[cfg(feature = "classify")]
impl<'a> Fields<'a> {
    /// Reads all fields of `map`. A repeated name is an error, returned in the inner result.
    pub(crate) fn from_map_unique<A: de::MapAccess<'a>>(
        map: A,
    ) -> Result<Result<Self, FieldError>, A::Error> {
        let mut repeated: Option<String> = None;
        let fields = Self::read_map(map, |name| {
            repeated.get_or_insert_with(|| name.to_owned());
        })?;
        Ok(repeated.map_or(Ok(fields), |name| {
            let reason = "repeated field".to_owned();
            Err(FieldError::new(name, FieldErrorKind::Malformed { reason }))
        }))
    }
}

#[cfg(feature = "contacts")]
impl<'a> Fields<'a> {
    /// Returns the fields of `value`, which must be an object.
    pub(crate) fn of(value: impl Into<Json<'a>>) -> Result<Self, FieldError> {
        match value.into() {
            Json::Object(fields) => Ok(fields),
            other => Err(other.is_not("object")),
        }
    }

    /// Returns an error if there are fields that were not taken.
    pub(crate) fn deny_rest(self) -> Result<(), FieldError> {
        match self.0.into_iter().flatten().next() {
            None => Ok(()),
            Some((name, _)) => Err(FieldError::new(name, FieldErrorKind::Unknown)),
        }
    }
}

#[cfg(feature = "inventory")]
impl<'a> Fields<'a> {
    /// Adds a field, or replaces the value of the field with that name.
    pub(crate) fn insert(&mut self, name: Cow<'a, str>, json: Json<'a>) {
        match self.get_mut(&name) {
            Some(before) => *before = json,
            None => self.0.push(Some((name, json))),
        }
    }

    /// Returns whether there is a field with this name that was not taken yet, even if it is `null`.
    #[cfg(feature = "http")]
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().flatten().any(|(other, _)| other == name)
    }

    /// Takes the value of a field, converted by `read`.
    pub(crate) fn field_with<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Json<'a>) -> Result<T, FieldError>,
    ) -> Result<Option<T>, FieldError> {
        self.take(name).map(read).transpose().map_err(|error| error.within(name))
    }

    /// Returns the fields that were not taken, in their order.
    pub(super) fn into_iter(self) -> impl Iterator<Item = (Cow<'a, str>, Json<'a>)> {
        self.0.into_iter().flatten()
    }
}

impl From<Map<String, Value>> for Fields<'_> {
    fn from(fields: Map<String, Value>) -> Self {
        Self(fields.into_iter().map(|(name, value)| Some((name.into(), value.into()))).collect())
    }
}

/// Returns one of 64 bits for a name. If the bit is not set in the mask of a list of names, the list does not
/// contain the name.
fn mark(name: &str) -> u64 {
    let [first, last] =
        [name.bytes().next(), name.bytes().next_back()].map(|byte| u64::from(byte.unwrap_or(0)));
    1 << ((name.len() as u64 * 7 + first * 3 + last) % 64)
}

/// The name of a field, borrowed where possible.
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> de::Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two fields with the same name the last one counts, at the position of the first, regardless of the
    /// number of fields. Both readers refuse malformed texts.
    #[test]
    fn json_and_value_read_the_same_documents() {
        let many: Vec<_> = (0..100).map(|n| format!(r#""k{}": {n}"#, n % 70)).collect();
        let texts = [
            r#"{"a": 1, "b": [null, -2, 0.5, {"x": "\u00e9"}], "a": {"c": true, "c": null}}"#,
            r#"["a", {"b": 18446744073709551615}]"#,
            r#""text""#,
            "null",
            "-1",
            "1e400",
            r#"{"a": 1"#,
            r#"{"a": "\ud800"}"#,
            &format!(r#"{{{}, "last": "\n"}}"#, many.join(",")),
            &format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200)),
        ];
        for text in texts {
            let read =
                serde_json::from_str::<Json<'_>>(text).map(Value::from).map_err(|error| error.to_string());
            assert_eq!(read, serde_json::from_str(text).map_err(|error| error.to_string()), "{text}");
            if let Ok(value) = read {
                assert_eq!(Value::from(Json::deserialize(value.clone()).unwrap()), value);
                assert_eq!(Value::from(Json::deserialize(&value).unwrap()), value);
            }
        }
    }

    #[test]
    fn a_value_takes_four_words() {
        assert!(size_of::<Json<'_>>() <= 4 * size_of::<usize>());
    }
}
