//! The limits on the size and the depth of values that are stored.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use super::error::{FieldError, FieldErrorKind};

/// Returns the length of `value` as JSON, in bytes.
pub(crate) fn json_bytes(value: &impl Serialize) -> usize {
    let mut length = Length(0);
    // Counting cannot fail, and values that are not JSON are never stored.
    let _ = serde_json::to_writer(&mut length, value);
    length.0
}

/// Returns the number of keys of an object, including those of inner objects.
pub(crate) fn count_keys(fields: &Map<String, Value>) -> usize {
    fn keys(value: &Value) -> usize {
        match value {
            Value::Array(values) => values.iter().map(keys).sum(),
            Value::Object(fields) => count_keys(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        }
    }
    fields.values().map(|value| 1 + keys(value)).sum()
}

/// A writer that counts bytes.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The maximum number of arrays and objects that a value may be nested in. JSON decoders stop at 128,
/// and a stored value is read again as a part of other documents.
const MAX_DEPTH: usize = 100;

/// Checks that the value of a field is not nested too deeply to be read again.
pub(crate) fn check_depth(name: &str, value: &Value) -> Result<(), FieldError> {
    fn is_within(value: &Value, levels: usize) -> bool {
        let is_within = |inner| levels.checked_sub(1).is_some_and(|levels| is_within(inner, levels));
        match value {
            Value::Array(values) => levels > 0 && values.iter().all(is_within),
            Value::Object(fields) => levels > 0 && fields.values().all(is_within),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }
    if is_within(value, MAX_DEPTH) {
        return Ok(());
    }
    let reason = format!("expected at most {MAX_DEPTH} levels of arrays and objects");
    Err(FieldError::new(name, FieldErrorKind::Malformed { reason }))
}
