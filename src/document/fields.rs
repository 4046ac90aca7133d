use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{FieldError, FieldErrorKind, type_of};

/// The fields of one JSON object, taken one by one.
///
/// They are few, so looking through them is faster than a map that closes its gaps.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<Option<(Cow<'a, str>, Json<'a>)>>);

/// A JSON value whose texts are borrowed where they can be: most become fields of a type at once,
/// and a [`Value`] would hold each twice.
#[derive(Debug)]
pub(crate) enum Json<'a> {
    Text(Cow<'a, str>),
    Object(Fields<'a>),
    Null,
    Bool(bool),
    /// A number or an array. It is boxed so that the fields of an object lie close together.
    Other(Box<Value>),
}

impl<'a> Fields<'a> {
    /// From so many on, names that come twice are found by a map.
    const MANY: usize = 32;

    pub(crate) fn of(value: impl Into<Json<'a>>) -> Result<Self, FieldError> {
        match value.into() {
            Json::Object(fields) => Ok(fields),
            other @ (Json::Text(_) | Json::Null | Json::Bool(_) | Json::Other(_)) => {
                Err(other.is_not("object"))
            }
        }
    }

    /// Adds a field. One of the same name gets the value, as in a map.
    pub(crate) fn insert(&mut self, name: Cow<'a, str>, json: Json<'a>) {
        match self.0.iter_mut().flatten().find(|(it, _)| *it == name) {
            Some((_, before)) => *before = json,
            None => self.0.push(Some((name, json))),
        }
    }

    /// Whether there is a field, be it `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().flatten().any(|(it, _)| it == name)
    }

    /// Takes a field's value; `null` stands for nothing.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.take_json(name).map(Value::from)
    }

    fn take_json(&mut self, name: &str) -> Option<Json<'a>> {
        let field = self.0.iter_mut().find(|field| field.as_ref().is_some_and(|(it, _)| it == name));
        let (_, json) = field.and_then(Option::take)?;
        Some(json).filter(|json| !matches!(json, Json::Null))
    }

    pub(crate) fn string(&mut self, name: &str) -> Result<Option<String>, FieldError> {
        self.nested(name, Json::text)
    }

    pub(crate) fn must_string(&mut self, name: &str) -> Result<String, FieldError> {
        self.string(name)?.ok_or_else(|| FieldError::new(name, FieldErrorKind::Missing))
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Result<Option<bool>, FieldError> {
        self.nested(name, |json| match json {
            Json::Bool(flag) => Ok(flag),
            Json::Text(_) | Json::Object(_) | Json::Null | Json::Other(_) => Err(json.is_not("boolean")),
        })
    }

    /// Takes a field of any type that serde knows.
    pub(crate) fn decoded<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, FieldError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|error| FieldError::invalid(name, &value, error))
    }

    /// Takes a field that is an object itself, or whatever else a function makes of it.
    pub(crate) fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value) -> Result<T, FieldError>,
    ) -> Result<Option<T>, FieldError> {
        self.nested(name, |json| read(json.into()))
    }

    /// The same, borrowed.
    pub(crate) fn nested<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Json<'a>) -> Result<T, FieldError>,
    ) -> Result<Option<T>, FieldError> {
        self.take_json(name).map(read).transpose().map_err(|error| error.within(name))
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> Map<String, Value> {
        let fields = self.0.into_iter().flatten();
        fields.map(|(name, json)| (name.into_owned(), json.into())).collect()
    }

    /// Refuses what was not taken.
    pub(crate) fn no_more(self) -> Result<(), FieldError> {
        match self.0.into_iter().flatten().next() {
            None => Ok(()),
            Some((name, _)) => Err(FieldError::new(name, FieldErrorKind::Unknown)),
        }
    }
}

impl Json<'_> {
    pub(crate) fn text(self) -> Result<String, FieldError> {
        match self {
            Self::Text(text) => Ok(text.into_owned()),
            Self::Object(_) | Self::Null | Self::Bool(_) | Self::Other(_) => Err(self.is_not("string")),
        }
    }

    /// That it is of another type than it must have.
    pub(crate) fn is_not(&self, expected: &'static str) -> FieldError {
        let found = match self {
            Self::Text(_) => "string",
            Self::Object(_) => "object",
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Other(value) => type_of(value),
        };
        FieldError::new("", FieldErrorKind::WrongType { expected, found })
    }
}

impl From<Value> for Json<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.into()),
            Value::Object(fields) => Self::Object(fields.into()),
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(flag),
            other @ (Value::Number(_) | Value::Array(_)) => Self::Other(Box::new(other)),
        }
    }
}

impl From<Map<String, Value>> for Fields<'_> {
    fn from(fields: Map<String, Value>) -> Self {
        Self(fields.into_iter().map(|(name, value)| Some((name.into(), value.into()))).collect())
    }
}

impl From<Json<'_>> for Value {
    fn from(json: Json<'_>) -> Self {
        match json {
            Json::Text(text) => Self::String(text.into_owned()),
            Json::Object(fields) => Self::Object(fields.rest()),
            Json::Null => Self::Null,
            Json::Bool(flag) => Self::Bool(flag),
            Json::Other(value) => *value,
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::from(Value::from(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::from(Value::from(number)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Json::from(Value::from(number)))
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

    fn visit_seq<A: de::SeqAccess<'de>>(self, values: A) -> Result<Json<'de>, A::Error> {
        Value::deserialize(de::value::SeqAccessDeserializer::new(values)).map(Json::from)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut fields = Fields(Vec::with_capacity(map.size_hint().unwrap_or(16).min(Fields::MANY)));
        let mut seen = 0;
        while let Some(Name(name)) = map.next_key()? {
            let mark = mark(&name);
            let json = map.next_value()?;
            if seen & mark == 0 {
                fields.0.push(Some((name, json)));
            } else {
                fields.insert(name, json);
            }
            seen |= mark;
            if fields.0.len() == Fields::MANY {
                let mut many = fields.rest();
                while let Some((name, value)) = map.next_entry()? {
                    many.insert(name, value);
                }
                return Ok(Json::Object(many.into()));
            }
        }
        Ok(Json::Object(fields))
    }
}

/// One bit of 64, the same for the same name: where it is not set, the name was not there.
fn mark(name: &str) -> u64 {
    let [first, last] =
        [name.bytes().next(), name.bytes().next_back()].map(|byte| u64::from(byte.unwrap_or(0)));
    1 << ((name.len() as u64 * 7 + first * 3 + last) % 64)
}

/// A field's name, borrowed where it can be.
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
        f.write_str("a field's name")
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

    /// What is read by way of `Json` is what `Value` reads: the last of two fields of a name, where
    /// the first was, few of them or many; and a text that is none fails in both.
    #[test]
    fn is_as_a_value() {
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
}
