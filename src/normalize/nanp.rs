//! The spellings of North American numbers.

use std::borrow::Cow;

use super::reference::find_npan;

/// Returns the ten national digits if `text` is a North American number, and `text` otherwise.
///
/// The number may start with `1` or `+1`. Separators are not removed.
///
/// ```
/// use telnum::normalize::to_npan;
///
/// assert_eq!(to_npan("+12234567890"), "2234567890");
/// assert_eq!(to_npan("2234567890"), "2234567890");
/// assert_eq!(to_npan("+442079460000"), "+442079460000");
/// ```
#[doc(alias = "knm_converters")]
#[doc(alias = "wnm_util")]
#[must_use]
pub fn to_npan(text: &str) -> &str {
    find_npan(text).unwrap_or(text)
}

/// Returns `1` and the ten national digits if `text` is a North American number, and `text` otherwise.
///
/// ```
/// use telnum::normalize::to_1npan;
///
/// assert_eq!(to_1npan("+12234567890"), "12234567890");
/// assert_eq!(to_1npan("2234567890"), "12234567890");
/// assert_eq!(to_1npan("911"), "911");
/// ```
#[doc(alias = "knm_converters")]
#[doc(alias = "wnm_util")]
#[must_use]
pub fn to_1npan(text: &str) -> Cow<'_, str> {
    match find_npan(text) {
        None => Cow::Borrowed(text),
        Some(npan) if npan.len() == text.len() => Cow::Owned(format!("1{npan}")),
        Some(_) => Cow::Borrowed(strip_plus(text)),
    }
}

/// Returns `text` without a leading `+`.
///
/// ```
/// use telnum::normalize::strip_plus;
///
/// assert_eq!(strip_plus("+14158867900"), "14158867900");
/// assert_eq!(strip_plus("911"), "911");
/// ```
#[must_use]
pub fn strip_plus(text: &str) -> &str {
    text.strip_prefix('+').unwrap_or(text)
}
