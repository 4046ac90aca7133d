use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::document::{FieldError, FieldErrorKind, type_of};

/// A text of at most `MAX` characters (Unicode scalar values), whatever they are; it may be empty.
///
/// ```
/// use telnum::contact::Label;
///
/// let label: Label = "дом 🏠".parse()?;
/// assert_eq!(&*label, "дом 🏠");
///
/// let error = "the house by the river".parse::<Label>().unwrap_err();
/// assert_eq!(error.to_string(), "expected at most 20 characters, found 22");
/// # Ok::<(), telnum::contact::TextError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MAX: usize>(Box<str>);

/// What a client calls a number: `home`, `work`, `cell`. At most 20 characters.
pub type Label = Text<20>;

/// Where a person's number is: `Home`, `Mobile`, `Work`. At most 255 characters.
pub type ContactLocation = Text<255>;

/// What a person's carrier is called. At most 255 characters.
pub type ContactCarrier = Text<255>;

/// A number as somebody wrote it. At most 250 characters, which is as much as is read.
pub type AsEntered = Text<250>;

/// A text that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected at most {max} characters, found {length}")]
pub struct TextError {
    length: usize,
    max: usize,
}

impl<const MAX: usize> Text<MAX> {
    /// The most characters it has.
    pub const MAX_LENGTH: usize = MAX;

    /// Takes a field of an object.
    pub(crate) fn of_field(name: &str, value: Value) -> Result<Self, FieldError> {
        match value {
            Value::String(text) => Self::try_from(text).map_err(|TextError { length, max }| {
                FieldError::new(name, FieldErrorKind::TooLong { length, max })
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                let kind = FieldErrorKind::WrongType { expected: "string", found: type_of(&value) };
                Err(FieldError::new(name, kind))
            }
        }
    }
}

impl TextError {
    /// How many characters there are.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// How many there may be.
    #[must_use]
    pub const fn max(&self) -> usize {
        self.max
    }
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        match text.chars().count() {
            length if length > MAX => Err(TextError { length, max: MAX }),
            _ => Ok(Self(text.into())),
        }
    }
}

impl<const MAX: usize> FromStr for Text<MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        text.to_owned().try_into()
    }
}

impl<const MAX: usize> Deref for Text<MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<const MAX: usize> Serialize for Text<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}
