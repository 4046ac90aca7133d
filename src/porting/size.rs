//! The limits on the texts of a port request and on the number of its entries.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{NumberStatus, PortNumber, PortRequest, RefusalReason, Upload};
use crate::document::{FieldError, FieldErrorKind, check_depth, check_length, json_bytes};
use crate::policy::DocumentLimits;

/// The maximum length of a text of the document, in characters.
const MAX_TEXT: usize = 1_024;

/// The maximum length of a reason for a transition, in characters.
const MAX_REASON: usize = 10_000;

/// The maximum number of reasons for which a number is rejected.
const MAX_REFUSALS: usize = 100;

/// The maximum length of the reasons for which the numbers of a request are rejected, in bytes: each number has its
/// own.
const MAX_REFUSAL_BYTES: usize = 1 << 20;

/// The maximum number of transitions of a request, other than to a final state.
const MAX_TRANSITIONS: usize = 1_000;

/// The maximum number of numbers on a request.
const MAX_NUMBERS: usize = 10_000;

/// The maximum length of a file's name, in characters.
const MAX_FILE_NAME: usize = 256;

/// The maximum number of files.
const MAX_UPLOADS: usize = 100;

/// The maximum size of the document without its numbers.
const DOCUMENT: DocumentLimits = DocumentLimits { max_bytes: 65_536, max_keys: 1_000 };

/// The maximum size of the fields of one number or file.
const ENTRY: DocumentLimits = DocumentLimits { max_bytes: 4_096, max_keys: 50 };

impl PortRequest {
    /// Checks the size of the fields that users set. `is_own` returns whether users set a field.
    pub(super) fn check_size(&self, is_own: impl Fn(&str) -> bool) -> Result<(), FieldError> {
        let numbers = self.numbers();
        check_count("numbers", numbers.len(), MAX_NUMBERS)?;
        for (number, entry) in numbers {
            let within = |error: FieldError| error.within(["numbers", &number.to_string()]);
            check_fields(entry.extra(), ENTRY).map_err(within)?;
        }
        let mut document = self.document();
        document.retain(|name, _| name != "numbers" && is_own(name));
        check_fields(&document, DOCUMENT)
    }

    /// Returns the approximate size of the request, in bytes: that of its numbers, the reasons for which they
    /// are rejected, the comments and the timeline.
    pub(super) fn approximate_bytes(&self) -> usize {
        /// The size of a number and its status.
        const NUMBER: usize = 80;
        let numbers = self.numbers().values().map(|entry| {
            let extra = entry.extra();
            NUMBER + refusal_bytes(entry) + if extra.is_empty() { 0 } else { json_bytes(extra) }
        });
        let comments = self.comments().iter().map(|comment| comment.content.len());
        let reasons =
            self.transitions().iter().map(|entry| entry.reason.as_ref().map_or(NUMBER, String::len));
        numbers.chain(comments).chain(reasons).sum()
    }

    /// Checks the name and the description of a file that is added to the request.
    pub(super) fn check_upload(&self, name: &str, upload: &Upload) -> Result<(), FieldError> {
        check_length("name", name, 1, MAX_FILE_NAME)?;
        let is_new = self.uploads().all(|(known, _)| known != name);
        check_count("uploads", self.uploads().count() + usize::from(is_new), MAX_UPLOADS)?;
        check_entry(upload).map_err(|error| error.within("uploads"))
    }
}

/// Checks the length of a reason for a transition.
pub(super) fn check_reason(reason: Option<&str>) -> Result<(), FieldError> {
    reason.map_or(Ok(()), |reason| check_length("reason", reason, 0, MAX_REASON))
}

/// Checks the number of reasons for a rejection, the length of each, and their size on `numbers` numbers beside
/// `other_bytes` of reasons on other numbers.
pub(super) fn check_refusals(
    refusals: &[RefusalReason],
    numbers: usize,
    other_bytes: usize,
) -> Result<(), FieldError> {
    check_count("refusals", refusals.len(), MAX_REFUSALS)?;
    refusals.iter().try_for_each(|refusal| check_length("refusals", refusal.as_str(), 0, MAX_TEXT))?;
    let (bytes, max) = (text_bytes(refusals).saturating_mul(numbers) + other_bytes, MAX_REFUSAL_BYTES);
    if bytes <= max {
        Ok(())
    } else {
        Err(FieldError::new("refusals", FieldErrorKind::TooManyBytes { bytes, max }))
    }
}

/// Returns the length of the reasons for which a number is rejected, in bytes.
pub(super) fn refusal_bytes(entry: &PortNumber) -> usize {
    match entry.status() {
        NumberStatus::Rejected { refusals } => text_bytes(refusals),
        _ => 0,
    }
}

fn text_bytes(refusals: &[RefusalReason]) -> usize {
    refusals.iter().map(|refusal| refusal.as_str().len()).sum()
}

/// Checks the number of transitions before a transition to a state that is not final.
pub(super) fn check_transitions(count: usize) -> Result<(), FieldError> {
    check_count("transitions", count.saturating_add(1), MAX_TRANSITIONS)
}

/// Checks the size of an object that a caller sets, and the length of its texts.
pub(super) fn check_entry(entry: &impl Serialize) -> Result<(), FieldError> {
    match json!(entry) {
        Value::Object(fields) => check_fields(&fields, ENTRY),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Ok(()),
    }
}

/// Checks the number of entries of a list.
pub(super) fn check_count(name: &str, length: usize, max: usize) -> Result<(), FieldError> {
    if length <= max { Ok(()) } else { Err(FieldError::new(name, FieldErrorKind::TooLong { length, max })) }
}

fn check_fields(fields: &Map<String, Value>, limits: DocumentLimits) -> Result<(), FieldError> {
    for (name, value) in fields {
        check_depth(name, value)?;
        check_texts(value).map_err(|error| error.within(name.as_str()))?;
    }
    limits.check(fields)
}

/// Checks the length of the texts in `value`.
fn check_texts(value: &Value) -> Result<(), FieldError> {
    match value {
        Value::String(text) => check_length("", text, 0, MAX_TEXT),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .try_for_each(|(place, value)| check_texts(value).map_err(|error| error.within(place))),
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(name, value)| check_texts(value).map_err(|error| error.within(name.as_str()))),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}
