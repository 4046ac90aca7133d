//! A JSON value that borrows the text it is read from where it can.

use std::borrow::Cow;
use std::fmt;

use serde::de;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use super::error::{FieldError, FieldErrorKind};
use super::fields::Fields;

/// A JSON value with borrowed texts. Most are turned into typed fields at once; a [`Value`] would own each
/// text twice on the way.
#[derive(Debug)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Fields<'a>),
}

impl Json<'_> {
    /// Returns the text.
    #[cfg(feature = "inventory")]
    pub(crate) fn text(self) -> Result<String, FieldError> {
        match self {
            Self::Text(text) => Ok(text.into_owned()),
            other => Err(other.is_not("string")),
        }
    }

    /// Returns the error that the value is not of the type `expected`.
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

/// Returns the name of a value's JSON type.
///
/// ```
/// assert_eq!(telnum::document::type_of(&serde_json::json!([1])), "array");
/// ```
#[must_use]
pub const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two fields with one name the last counts, at the place of the first, among few fields or many;
    /// malformed texts fail alike.
    #[test]
    fn json_reads_what_value_reads() {
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
