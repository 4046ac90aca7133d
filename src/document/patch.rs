//! JSON Merge Patch (RFC 7396).

use std::collections::HashSet;

use serde_json::{Map, Value};

/// Applies `patch` to `target`: objects are merged field by field, and `null` removes a field. All fields to
/// remove from an object are removed in one pass, since each removal moves the later fields.
pub(crate) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    let mut fields = match std::mem::take(target) {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    let mut removed = HashSet::new();
    for (name, change) in patch {
        if change.is_null() {
            removed.insert(name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), change);
        }
    }
    if !removed.is_empty() {
        fields.retain(|name, _| !removed.contains(name));
    }
    *target = Value::Object(fields);
}
