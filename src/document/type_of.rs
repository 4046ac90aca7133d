//! The names of JSON types for error messages.

use serde_json::Value;

/// Returns the name of a value's JSON type.
///
/// ```
/// assert_eq!(telnum::document::type_of(&serde_json::json!([1])), "array");
/// ```
#[doc(hidden)]
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
