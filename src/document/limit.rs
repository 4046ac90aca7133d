//! The limit on the depth of values that are stored.

use serde_json::Value;

use super::error::{FieldError, FieldErrorKind};

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
