//! The fields of documents that describe contact numbers.

use serde_json::Value;

use crate::contact::{Country, EnteredNumber, EnteredNumberError, TextLengthError};
use crate::document::{FieldError, FieldErrorKind, Fields, type_of};
use crate::number::{Extension, NumberError};
use crate::plan::Region;

/// The names of the fields that together describe a number.
#[derive(Debug)]
pub(crate) struct FieldNames {
    pub(crate) number: &'static str,
    pub(crate) country: &'static str,
    pub(crate) extension: &'static str,
}

impl FieldNames {
    /// Reads a number from its text, its country (a calling code as a string or integer, or a region)
    /// and its extension (digits as a string or integer).
    pub(crate) fn read(
        &self,
        text: &str,
        country: Option<&Value>,
        extension: Option<&Value>,
        default: Option<Region>,
    ) -> Result<EnteredNumber, FieldError> {
        let stated = country.map(|value| self.read_country(value)).transpose()?;
        let entered =
            EnteredNumber::parse(text, stated, default).map_err(|error| match (&error, country) {
                (EnteredNumberError::OtherCountry { .. }, Some(country)) => {
                    FieldError::invalid(self.country, country, error)
                }
                _ => FieldError::invalid(self.number, &Value::from(text), error),
            })?;
        match extension {
            None => Ok(entered),
            Some(extension) => self.add_extension(entered, extension),
        }
    }

    fn read_country(&self, value: &Value) -> Result<Country, FieldError> {
        const EXPECTED: &str = "expected a calling code in use, such as +1, or a region, such as US";
        let country = match value {
            Value::String(text) => text.parse().ok(),
            Value::Number(code) => code.to_string().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        country.ok_or_else(|| FieldError::invalid(self.country, value, EXPECTED))
    }

    fn add_extension(&self, entered: EnteredNumber, value: &Value) -> Result<EnteredNumber, FieldError> {
        let extension = self.read_extension(value)?;
        entered.with_extension(extension).map_err(|error| FieldError::invalid(self.extension, value, error))
    }

    /// Reads an extension: digits as a string or integer.
    pub(crate) fn read_extension(&self, value: &Value) -> Result<Extension, FieldError> {
        let digits = match value {
            Value::String(digits) => digits.clone(),
            // The sign of a negative number and the point of a fraction are refused, since they are not
            // digits.
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                let kind = FieldErrorKind::WrongType { expected: "string or integer", found: type_of(value) };
                return Err(FieldError::new(self.extension, kind));
            }
        };
        digits.parse().map_err(|error: NumberError| FieldError::invalid(self.extension, value, error))
    }
}

/// Reads a text of limited length.
pub(crate) fn text<T: TryFrom<String, Error = TextLengthError>>(
    name: &str,
    value: Value,
) -> Result<T, FieldError> {
    match value {
        Value::String(text) => T::try_from(text).map_err(|error| {
            let kind = FieldErrorKind::TooLong { length: error.length(), max: error.max() };
            FieldError::new(name, kind)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            let kind = FieldErrorKind::WrongType { expected: "string", found: type_of(&value) };
            Err(FieldError::new(name, kind))
        }
    }
}

/// Takes a text of a patch; `null` removes the value.
#[expect(clippy::option_option, reason = "absent, `null`, or a text, as in a patch")]
pub(crate) fn nullable<T: TryFrom<String, Error = TextLengthError>>(
    fields: &mut Fields,
    name: &str,
) -> Result<Option<Option<T>>, FieldError> {
    if !fields.has(name) {
        return Ok(None);
    }
    fields.take_value(name).map(|value| text(name, value)).transpose().map(Some)
}

/// Returns the error for a missing field.
pub(crate) fn missing(name: &str) -> FieldError {
    FieldError::new(name, FieldErrorKind::Missing)
}
