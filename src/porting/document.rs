//! How the documents are read and written: known keys typed, all others kept.

use std::hash::Hash;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::PortRequestId;
use crate::account::{AccountId, Actor};
use crate::document::{FieldError, FieldErrorKind, Fields, type_of};
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// A value that a field of a document can have.
pub(super) trait Field: Sized {
    fn from_json(value: Value) -> Result<Self, FieldError>;

    /// What it is where the field is not there, if it may be missing.
    fn missing() -> Option<Self> {
        None
    }

    /// Whether it is written as nothing.
    fn is_missing(&self) -> bool {
        false
    }
}

/// Takes a field's value.
pub(super) fn take<T: Field>(fields: &mut Fields, name: &str) -> Result<T, FieldError> {
    let value = fields.read(name, T::from_json)?;
    value.or_else(T::missing).ok_or_else(|| FieldError::new(name, FieldErrorKind::Missing))
}

pub(super) fn wrong_type(expected: &'static str, found: &Value) -> FieldError {
    FieldError::new("", FieldErrorKind::WrongType { expected, found: type_of(found) })
}

/// A text that is refused in words that tell what was found.
pub(super) fn malformed(name: &str, error: &dyn std::error::Error) -> FieldError {
    FieldError::new(name, FieldErrorKind::Malformed { reason: error.to_string() })
}

/// A text with a length, as JSON Schema counts it.
pub(super) fn check_length(name: &str, text: &str, min: usize, max: usize) -> Result<(), FieldError> {
    match text.chars().count() {
        length if length < min => Err(FieldError::new(name, FieldErrorKind::TooShort { length, min })),
        length if length > max => Err(FieldError::new(name, FieldErrorKind::TooLong { length, max })),
        _ => Ok(()),
    }
}

impl<T: Field> Field for Option<T> {
    fn from_json(value: Value) -> Result<Self, FieldError> {
        T::from_json(value).map(Some)
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn is_missing(&self) -> bool {
        self.is_none()
    }
}

impl Field for String {
    fn from_json(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(wrong_type("string", &other)),
        }
    }
}

impl Field for bool {
    fn from_json(value: Value) -> Result<Self, FieldError> {
        value.as_bool().ok_or_else(|| wrong_type("boolean", &value))
    }
}

impl Field for u64 {
    fn from_json(value: Value) -> Result<Self, FieldError> {
        value.as_u64().ok_or_else(|| match value {
            Value::Number(_) => FieldError::invalid("", &value, "expected a whole number from 0"),
            _ => wrong_type("number", &value),
        })
    }
}

impl Field for Timestamp {
    fn from_json(value: Value) -> Result<Self, FieldError> {
        let seconds = u64::from_json(value.clone())?;
        Self::from_gregorian(seconds)
            .map_err(|_| FieldError::invalid("", &value, "expected Gregorian seconds of the years 0 to 9999"))
    }
}

/// Values that are written as a text.
macro_rules! text_field {
    ($($name:ident),*) => {$(
        impl Field for $name {
            fn from_json(value: Value) -> Result<Self, FieldError> {
                let text = String::from_json(value)?;
                text.parse().map_err(|error| malformed("", &error))
            }
        }
    )*};
}
text_field!(AccountId, Actor, PhoneNumber, PortRequestId);

impl Field for Map<String, Value> {
    fn from_json(value: Value) -> Result<Self, FieldError> {
        Fields::of(value).map(Fields::rest)
    }
}

impl<T: Field> Field for Vec<T> {
    fn from_json(value: Value) -> Result<Self, FieldError> {
        let Value::Array(values) = value else { return Err(wrong_type("array", &value)) };
        let values = values.into_iter().enumerate();
        values.map(|(place, value)| T::from_json(value).map_err(|error| error.within(place))).collect()
    }
}

/// Keys of objects.
pub(super) trait Key: Hash + Eq + Sized {
    fn from_text(text: String) -> Result<Self, FieldError>;
}

impl Key for String {
    fn from_text(text: String) -> Result<Self, FieldError> {
        Ok(text)
    }
}

impl Key for PhoneNumber {
    fn from_text(text: String) -> Result<Self, FieldError> {
        text.parse().map_err(|error| malformed(&text, &error))
    }
}

impl<K: Key, T: Field> Field for IndexMap<K, T> {
    fn from_json(value: Value) -> Result<Self, FieldError> {
        let entries = Map::from_json(value)?.into_iter();
        entries
            .map(|(key, value)| {
                let value = T::from_json(value).map_err(|error| error.within(&key))?;
                Ok((K::from_text(key)?, value))
            })
            .collect()
    }
}

/// Makes a type of a JSON object: each field a key, in this order; further keys are kept after them.
macro_rules! document {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* $vis:vis $field:ident $(($key:literal))?: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                $(#[serde(rename = $key)])?
                #[serde(skip_serializing_if = "crate::porting::document::Field::is_missing")]
                $vis $field: $type,
            )*
            #[serde(flatten)]
            extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// Reads the document.
            ///
            /// # Errors
            /// What is wrong with it, with the field's path.
            pub fn from_value(value: serde_json::Value) -> Result<Self, crate::document::FieldError> {
                crate::porting::document::Field::from_json(value)
            }

            /// Further keys, kept and given back.
            #[must_use]
            pub const fn extra(&self) -> &serde_json::Map<String, serde_json::Value> {
                &self.extra
            }

            fn from_fields(mut fields: crate::document::Fields) -> Result<Self, crate::document::FieldError> {
                $(
                    let $field = crate::porting::document::take(
                        &mut fields,
                        crate::porting::document::key!($field $($key)?),
                    )?;
                )*
                Ok(Self { $($field,)* extra: fields.rest() })
            }
        }

        crate::porting::document::deserialize_as_field!($name);
    };
}

/// The one decoder of a type serves serde too.
macro_rules! deserialize_as_field {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                crate::porting::document::Field::from_json(value).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A document without rules of its own is read field by field.
macro_rules! plain_field {
    ($name:ident) => {
        impl crate::porting::document::Field for $name {
            fn from_json(value: serde_json::Value) -> Result<Self, crate::document::FieldError> {
                Self::from_fields(crate::document::Fields::of(value)?)
            }
        }
    };
}

macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

pub(super) use {deserialize_as_field, document, key, plain_field};
