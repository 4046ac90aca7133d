use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::document::{FieldError, FieldErrorKind, count_keys, json_bytes};

/// The maximum size of the fields that users set on a number, and of the settings of its features. In
/// addition, fields may be nested in at most 100 arrays and objects.
///
/// In JSON it is an object with the fields `max_bytes` and `max_keys`; a missing field has its default.
///
/// ```
/// use telnum::policy::DocumentLimits;
///
/// let limits = DocumentLimits::default().with_max_bytes(1_024).with_max_keys(100);
/// assert_eq!(serde_json::to_string(&limits)?, r#"{"max_bytes":1024,"max_keys":100}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DocumentLimits {
    /// The maximum length as JSON, in bytes. Default: 65,536.
    pub(crate) max_bytes: usize,
    /// The maximum number of keys, including those of inner objects. Default: 1,000.
    pub(crate) max_keys: usize,
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self { max_bytes: 65_536, max_keys: 1_000 }
    }
}

impl DocumentLimits {
    /// Sets the maximum length as JSON, in bytes. Default: 65,536.
    #[must_use]
    pub const fn with_max_bytes(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    /// Sets the maximum number of keys, including those of inner objects. Default: 1,000.
    #[must_use]
    pub const fn with_max_keys(self, max_keys: usize) -> Self {
        Self { max_keys, ..self }
    }

    /// Checks that the settings of features do not exceed the limit.
    pub(crate) fn check_settings(self, settings: &impl Serialize) -> Result<(), FieldError> {
        let (bytes, max) = (json_bytes(settings), self.max_bytes);
        if bytes <= max {
            Ok(())
        } else {
            Err(FieldError::new("", FieldErrorKind::TooManyBytes { bytes, max }))
        }
    }

    /// Checks the size of a document.
    pub(crate) fn check(self, fields: &Map<String, Value>) -> Result<(), FieldError> {
        let keys = count_keys(fields);
        if keys > self.max_keys {
            return Err(FieldError::new("", FieldErrorKind::TooManyKeys { keys, max: self.max_keys }));
        }
        let bytes = json_bytes(fields);
        if bytes > self.max_bytes {
            return Err(FieldError::new("", FieldErrorKind::TooManyBytes { bytes, max: self.max_bytes }));
        }
        Ok(())
    }
}
