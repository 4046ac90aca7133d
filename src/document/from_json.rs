//! Types that are read from JSON with errors that contain a path, and the macros that declare them.

use std::hash::Hash;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::error::{FieldError, FieldErrorKind};
use super::json::Fields;
use super::json::Json;
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// A type that is read from a JSON value.
pub(crate) trait FromJson: Sized {
    /// Reads a value. The path of an error starts at the value.
    fn from_json(json: Json<'_>) -> Result<Self, FieldError>;

    /// Returns the value of a field that is missing or `null`; `None` if the field is required.
    fn if_missing() -> Option<Self> {
        None
    }

    /// Returns whether the field is omitted from the serialized object.
    fn is_missing(&self) -> bool {
        false
    }
}

impl Fields<'_> {
    /// Takes the value of a field. The type decides whether the field is required.
    pub(crate) fn field<T: FromJson>(&mut self, name: &str) -> Result<T, FieldError> {
        let value = self.field_with(name, T::from_json)?;
        value.or_else(T::if_missing).ok_or_else(|| FieldError::new(name, FieldErrorKind::Missing))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        T::from_json(json).map(Some)
    }

    fn if_missing() -> Option<Self> {
        Some(None)
    }

    fn is_missing(&self) -> bool {
        self.is_none()
    }
}

impl FromJson for String {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        json.text()
    }
}

impl FromJson for bool {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        match json {
            Json::Bool(flag) => Ok(flag),
            other => Err(other.is_not("boolean")),
        }
    }
}

impl FromJson for u64 {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        match json {
            Json::Number(number) => number.as_u64().ok_or_else(|| {
                FieldError::invalid("", &Value::Number(number), "expected a whole number from 0")
            }),
            other => Err(other.is_not("number")),
        }
    }
}

impl FromJson for Timestamp {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let seconds = u64::from_json(json)?;
        Self::from_gregorian(seconds).map_err(|_| {
            FieldError::invalid("", &seconds.into(), "expected Gregorian seconds of the years 0 to 9999")
        })
    }
}

impl FromJson for Map<String, Value> {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        Fields::of(json).map(Fields::rest)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let Json::Array(values) = json else { return Err(json.is_not("array")) };
        let values = values.into_iter().enumerate();
        values.map(|(index, value)| T::from_json(value).map_err(|error| error.within(index))).collect()
    }
}

impl<K: FromKey, T: FromJson> FromJson for IndexMap<K, T> {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        Fields::of(json)?
            .into_iter()
            .map(|(name, json)| {
                let value = T::from_json(json).map_err(|error| error.within(&*name))?;
                Ok((K::from_key(&name)?, value))
            })
            .collect()
    }
}

/// A type that is read from the name of a field.
pub(crate) trait FromKey: Hash + Eq + Sized {
    /// Reads a name. The path of an error is that of the field.
    fn from_key(name: &str) -> Result<Self, FieldError>;
}

impl FromKey for String {
    fn from_key(name: &str) -> Result<Self, FieldError> {
        Ok(name.to_owned())
    }
}

impl FromKey for PhoneNumber {
    fn from_key(name: &str) -> Result<Self, FieldError> {
        name.parse().map_err(|error| malformed(name, &error))
    }
}

/// Returns the error for a field whose text cannot be parsed. The message of `error` decides whether the text
/// is shown.
pub(crate) fn malformed(name: &str, error: &dyn std::error::Error) -> FieldError {
    FieldError::new(name, FieldErrorKind::Malformed { reason: error.to_string() })
}

/// Checks that a text has `min` to `max` characters (Unicode scalar values, as JSON Schema counts).
pub(crate) fn check_length(name: &str, text: &str, min: usize, max: usize) -> Result<(), FieldError> {
    match text.chars().count() {
        length if length < min => Err(FieldError::new(name, FieldErrorKind::TooShort { length, min })),
        length if length > max => Err(FieldError::new(name, FieldErrorKind::TooLong { length, max })),
        _ => Ok(()),
    }
}

/// Implements [`FromJson`] for types that are parsed from a string.
macro_rules! from_json_text {
    ($($name:ty),+) => {$(
        impl $crate::document::FromJson for $name {
            fn from_json(json: $crate::document::Json<'_>) -> Result<Self, $crate::document::FieldError> {
                json.text()?.parse().map_err(|error| $crate::document::malformed("", &error))
            }
        }
    )+};
}
pub(crate) use from_json_text;

from_json_text!(PhoneNumber);

/// Implements serde's `Deserialize` for types that implement [`FromJson`].
macro_rules! deserialize_from_json {
    ($($name:ty),+) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = $crate::document::Json::deserialize(deserializer)?;
                $crate::document::FromJson::from_json(json).map_err(serde::de::Error::custom)
            }
        }
    )+};
}
pub(crate) use deserialize_from_json;

/// Implements `from_value` for objects that implement [`FromJson`].
macro_rules! from_value {
    ($($name:ty),+) => {
        $(
            impl $name {
                /// Reads the object from a JSON value.
                ///
                /// # Errors
                ///
                /// Returns the error for the first field that is missing, has the wrong type or is refused,
                /// with its path and the [kind](crate::document::FieldErrorKind) of the problem.
                pub fn from_value(
                    value: serde_json::Value,
                ) -> Result<Self, $crate::document::FieldError> {
                    $crate::document::FromJson::from_json(value.into())
                }
            }
        )+
    };
}
pub(crate) use from_value;

/// Declares a struct that is a JSON object. Its fields are those of the object, in this order,
/// optionally under another name (`kind("type"): Kind`). Unknown fields are kept and serialized last.
/// `checked by f` adds a validation of the whole object.
macro_rules! document {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(checked by $check:path)? {
            $($(#[$field_meta:meta])* $vis:vis $field:ident $(($key:literal))?: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                $(#[serde(rename = $key)])?
                #[serde(skip_serializing_if = "crate::document::FromJson::is_missing")]
                $vis $field: $type,
            )*
            #[serde(flatten)]
            extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::document::FromJson for $name {
            fn from_json(json: $crate::document::Json<'_>) -> Result<Self, $crate::document::FieldError> {
                let mut fields = $crate::document::Fields::of(json)?;
                $(let $field = fields.field($crate::document::key!($field $($key)?))?;)*
                let document = Self { $($field,)* extra: fields.rest() };
                $($check(&document)?;)?
                Ok(document)
            }
        }

        $crate::document::deserialize_from_json!($name);
    };
}
pub(crate) use document;

/// The JSON name of a field of a [`document`].
macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}
pub(crate) use key;
