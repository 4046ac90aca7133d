use std::fmt;

use serde_json::Value;

use super::path::FieldPath;
use crate::text_enum::UnknownName;

/// An error in a field of a document, or in the document itself.
///
/// ```
/// use telnum::document::{FieldError, FieldErrorKind};
///
/// let error = FieldError::new("postal_code", FieldErrorKind::Missing).within("e911");
/// assert_eq!(error.to_string(), "`e911.postal_code`: required but missing");
/// assert_eq!(error.kind().rule(), "required");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", Prefix(.path))]
pub struct FieldError {
    path: FieldPath,
    kind: Box<FieldErrorKind>,
}

/// The problem of a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldErrorKind {
    /// A missing required field.
    #[error("required but missing")]
    Missing,
    /// A value of the wrong JSON type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The expected type.
        expected: &'static str,
        /// The type of the value.
        found: &'static str,
    },
    /// A value with too few characters or entries.
    #[error("expected a length of at least {min}, found {length}")]
    TooShort {
        /// The length of the value.
        length: usize,
        /// The minimum length.
        min: usize,
    },
    /// A value with too many characters or entries.
    #[error("expected a length of at most {max}, found {length}")]
    TooLong {
        /// The length of the value.
        length: usize,
        /// The maximum length.
        max: usize,
    },
    /// A value that is not one of the allowed values.
    #[error("expected one of {}, found {found:?}", allowed.join(", "))]
    NotOneOf {
        /// The value.
        found: String,
        /// The allowed values.
        allowed: &'static [&'static str],
    },
    /// A value that is refused for another reason.
    #[error("{reason}{}", found_suffix(found, reason))]
    Invalid {
        /// The value, as JSON.
        found: String,
        /// The reason.
        reason: String,
    },
    /// A value that is refused for another reason, which the error does not show.
    #[error("{reason}")]
    Malformed {
        /// The reason.
        reason: String,
    },
    /// A field that does not exist.
    #[error("no such field")]
    Unknown,
    /// A field that cannot be set, or not by this actor.
    #[error("read only")]
    ReadOnly,
    /// A document that exceeds its limit on size.
    #[error("expected at most {max} bytes of JSON, found {bytes}")]
    TooManyBytes {
        /// The length as JSON, in bytes.
        bytes: usize,
        /// The maximum length.
        max: usize,
    },
    /// A document that exceeds its limit on the number of keys.
    #[error("expected at most {max} keys, found {keys}")]
    TooManyKeys {
        /// The number of keys, including those of inner objects.
        keys: usize,
        /// The maximum number.
        max: usize,
    },
    /// Further errors that are not listed. This error is the last one in a list, and has no path.
    #[error("more than {listed} errors")]
    MoreErrors {
        /// The number of errors that are listed.
        listed: usize,
    },
}

impl FieldError {
    /// Creates an error for the field at `path`, which is the name of a field, an index, or an array of
    /// names.
    ///
    /// ```
    /// use telnum::document::{FieldError, FieldErrorKind};
    ///
    /// let error = FieldError::new(["address", "region"], FieldErrorKind::Missing);
    /// assert_eq!(error.path(), "address.region");
    /// assert_eq!(error.kind(), &FieldErrorKind::Missing);
    /// ```
    #[must_use]
    pub fn new(path: impl Into<FieldPath>, kind: FieldErrorKind) -> Self {
        Self { path: path.into(), kind: Box::new(kind) }
    }

    /// Creates an error of kind [`Invalid`](FieldErrorKind::Invalid) that shows the value `found`, up to 200
    /// characters of its text.
    ///
    /// ```
    /// use telnum::document::FieldError;
    ///
    /// let error = FieldError::invalid("region", &"C1".into(), "expected two letters");
    /// assert_eq!(error.to_string(), "`region`: expected two letters, found \"C1\"");
    /// ```
    #[must_use]
    pub fn invalid(path: impl Into<FieldPath>, found: &Value, reason: impl fmt::Display) -> Self {
        let kind = FieldErrorKind::Invalid { found: shortened(found), reason: reason.to_string() };
        Self::new(path, kind)
    }

    /// Creates the error for a value that does not have the type `expected`.
    #[cfg(feature = "inventory")]
    pub(crate) fn wrong_type(path: impl Into<FieldPath>, expected: &'static str, found: &Value) -> Self {
        Self::new(path, FieldErrorKind::WrongType { expected, found: super::type_of::type_of(found) })
    }

    /// Prepends `outer` to the path. `outer` is the path of this error's document in an outer document.
    ///
    /// ```
    /// use telnum::document::{FieldError, FieldErrorKind};
    ///
    /// // The error of one number becomes that of the list.
    /// let error = FieldError::new("state", FieldErrorKind::ReadOnly).within(3).within("numbers");
    /// assert_eq!(error.to_string(), "`numbers.3.state`: read only");
    /// ```
    #[must_use]
    pub fn within(self, outer: impl Into<FieldPath>) -> Self {
        Self { path: self.path.within(outer.into()), kind: self.kind }
    }

    /// Returns the path of the field.
    ///
    /// ```
    /// use telnum::document::{FieldError, FieldErrorKind};
    ///
    /// assert_eq!(FieldError::new("state", FieldErrorKind::Missing).within(3).path(), "3.state");
    /// ```
    #[must_use]
    pub const fn path(&self) -> &FieldPath {
        &self.path
    }

    /// Returns the problem of the field.
    #[must_use]
    pub const fn kind(&self) -> &FieldErrorKind {
        &self.kind
    }
}

impl FieldErrorKind {
    /// Returns the name of the violated rule: the JSON Schema keyword if there is one (`required`,
    /// `type`, `minLength`, `maxLength`, `enum`, `additionalProperties`, `readOnly`,
    /// `maxProperties`); `maxBytes`, `more` or `invalid` otherwise.
    ///
    /// ```
    /// use telnum::document::FieldErrorKind;
    ///
    /// assert_eq!(FieldErrorKind::Missing.rule(), "required");
    /// assert_eq!(FieldErrorKind::Malformed { reason: String::new() }.rule(), "invalid");
    /// ```
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
            Self::TooManyBytes { .. } => "maxBytes",
            Self::TooManyKeys { .. } => "maxProperties",
            Self::MoreErrors { .. } => "more",
        }
    }
}

impl From<UnknownName> for FieldErrorKind {
    fn from(error: UnknownName) -> Self {
        Self::NotOneOf { found: start_of(error.found()).to_owned(), allowed: error.expected() }
    }
}

/// The maximum number of characters of a value that an error shows.
const MAX_SHOWN: usize = 200;

/// Returns a value as JSON: only the start of a long text, and only the type of a large array or object.
fn shortened(value: &Value) -> String {
    match value {
        Value::String(text) => Value::from(start_of(text)).to_string(),
        Value::Array(values) if values.len() > MAX_SHOWN => "an array".to_owned(),
        Value::Object(fields) if fields.len() > MAX_SHOWN => "an object".to_owned(),
        value => start_of(&value.to_string()).to_owned(),
    }
}

/// Returns the first characters of `text`, up to [`MAX_SHOWN`].
pub(crate) fn start_of(text: &str) -> &str {
    text.char_indices().nth(MAX_SHOWN).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// A path as the prefix of a message; empty for the document itself.
struct Prefix<'a>(&'a FieldPath);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "`{}`: ", self.0) }
    }
}

/// Returns the text `, found ...`, or an empty text if the reason already contains the value.
fn found_suffix(found: &str, reason: &str) -> String {
    if reason.contains(", found ") { String::new() } else { format!(", found {found}") }
}
