//! What is wrong with a field of a document, and where.
//!
//! ```
//! use telnum::document::{FieldError, FieldErrorKind};
//!
//! let error = FieldError::new("postal_code", FieldErrorKind::Missing).within("e911");
//! assert_eq!(error.to_string(), "`e911.postal_code`: required but missing");
//! assert_eq!((error.path(), error.kind().rule()), ("e911.postal_code", "required"));
//! ```

mod extra;
mod fields;

use std::fmt;

use serde_json::{Map, Value};

pub use self::extra::Extra;
pub(crate) use self::fields::{Fields, Json, Name};

/// Why a field is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", if self.path.is_empty() { String::new() } else { format!("`{}`: ", self.path) })]
pub struct FieldError {
    path: String,
    kind: Box<FieldErrorKind>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldErrorKind {
    /// It must be there.
    #[error("required but missing")]
    Missing,
    /// It is of another JSON type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The type it must have.
        expected: &'static str,
        /// The type it has.
        found: &'static str,
    },
    /// It has too few characters or entries.
    #[error("expected a length of at least {min}, found {length}")]
    TooShort {
        /// How many it has.
        length: usize,
        /// How many it must have.
        min: usize,
    },
    /// It has too many characters or entries.
    #[error("expected a length of at most {max}, found {length}")]
    TooLong {
        /// How many it has.
        length: usize,
        /// How many it may have.
        max: usize,
    },
    /// It is none of the values that it may have.
    #[error("expected one of {}, found {found:?}", allowed.join(", "))]
    NotOneOf {
        /// What it is.
        found: String,
        /// What it may be.
        allowed: &'static [&'static str],
    },
    /// It is wrong in a way of its own.
    #[error("{reason}{}", found_beside(found, reason))]
    Invalid {
        /// What it is, as JSON.
        found: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It can not be read, or breaks a rule.
    #[error("{reason}")]
    Malformed {
        /// Why.
        reason: String,
    },
    /// There is no such field.
    #[error("no such field")]
    Unknown,
    /// What only the library or the one in charge may set.
    #[error("read only")]
    ReadOnly,
}

impl FieldError {
    /// A refusal of the field with a path. Names are joined by dots, places in arrays are numbers
    /// from 0: `numbers.0.state`. An empty path is the document itself.
    #[must_use]
    pub fn new(path: impl Into<String>, kind: FieldErrorKind) -> Self {
        Self { path: path.into(), kind: Box::new(kind) }
    }

    /// A refusal for a reason of its own, with what was found.
    #[must_use]
    pub fn invalid(path: impl Into<String>, found: &Value, reason: impl fmt::Display) -> Self {
        let kind = FieldErrorKind::Invalid { found: found.to_string(), reason: reason.to_string() };
        Self::new(path, kind)
    }

    /// The same where the document is a field of another.
    #[must_use]
    pub fn within(self, outer: impl fmt::Display) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { path: format!("{outer}{dot}{}", self.path), kind: self.kind }
    }

    /// The field's path in its document.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it.
    #[must_use]
    pub fn kind(&self) -> &FieldErrorKind {
        &self.kind
    }
}

impl FieldErrorKind {
    /// The rule that is violated, by JSON Schema's name where that has one.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Missing => "required",
            Self::WrongType { .. } => "type",
            Self::TooShort { .. } => "minLength",
            Self::TooLong { .. } => "maxLength",
            Self::NotOneOf { .. } => "enum",
            Self::Invalid { .. } | Self::Malformed { .. } => "invalid",
            Self::Unknown => "additionalProperties",
            Self::ReadOnly => "readOnly",
        }
    }
}

/// What was found, where the reason does not tell that itself.
fn found_beside(found: &str, reason: &str) -> String {
    if reason.contains(", found ") { String::new() } else { format!(", found {found}") }
}

/// The name of a value's JSON type.
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

/// A document is read within others, and no decoder reads what is much deeper.
const MAX_DEPTH: usize = 100;

/// Whether a value is so deep that what is written of it can not be read again.
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

pub(crate) fn wrong_type(name: &str, expected: &'static str, found: &Value) -> FieldError {
    FieldError::new(name, FieldErrorKind::WrongType { expected, found: type_of(found) })
}

/// Changes a document by a patch (RFC 7396): objects in objects too, `null` takes a field off.
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
