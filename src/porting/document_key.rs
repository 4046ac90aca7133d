//! The keys of the files of port requests.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::document::{FieldError, FromJson, Json};
use crate::idempotency::IdempotencyKey;

/// The key of a stored file. In text it consists of 32 lower-case hexadecimal digits, so that it can be the name of
/// a file.
///
/// ```
/// use telnum::porting::DocumentKey;
///
/// let key: DocumentKey = "0d70b724cae20c2cb3da92d1a62a4ad2".parse()?;
/// assert_eq!(key.to_string(), "0d70b724cae20c2cb3da92d1a62a4ad2");
/// assert!("../../etc/passwd".parse::<DocumentKey>().is_err());
/// # Ok::<(), telnum::porting::DocumentKeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey(u128);

/// The error of parsing a text that is not a [`DocumentKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 lower-case hexadecimal digits")]
#[non_exhaustive]
pub struct DocumentKeyError;

impl DocumentKey {
    /// Derives a key from a text that no other file has.
    pub(super) fn of_text(text: &str) -> Self {
        let digits = IdempotencyKey::of_text(text);
        // These are 32 hexadecimal digits.
        Self(u128::from_str_radix(digits.as_str(), 16).unwrap_or_default())
    }
}

impl FromStr for DocumentKey {
    type Err = DocumentKeyError;

    fn from_str(text: &str) -> Result<Self, DocumentKeyError> {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(DocumentKeyError);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| DocumentKeyError)
    }
}

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for DocumentKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for DocumentKey {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let text = json.text()?;
        text.parse().map_err(|error| FieldError::invalid("", &text.into(), error))
    }
}
