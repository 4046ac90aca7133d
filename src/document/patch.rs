//! JSON Merge Patch (RFC 7396).

use serde_json::{Map, Value};

/// Applies `patch` to `target`: objects are merged field by field, and `null` removes a field.
pub(crate) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    let mut fields = match std::mem::take(target) {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    for (name, change) in patch {
        if change.is_null() {
            fields.shift_remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), change);
        }
    }
    *target = Value::Object(fields);
}
