//! The North American rules, by hand: what the reference converters say without a pattern.

use std::borrow::Cow;

use crate::number::{PhoneNumber, pack};
use crate::pattern::Match;

/// A North American number without its country code: `+14158867900`, `14158867900` and
/// `4158867900` are all `4158867900`. Any other text is returned as it is.
///
/// ```
/// use telnum::normalize::to_npan;
///
/// assert_eq!(to_npan("+12234567890"), "2234567890");
/// assert_eq!(to_npan("2234567890"), "2234567890");
/// assert_eq!(to_npan("+442079460000"), "+442079460000");
/// ```
#[must_use]
pub fn to_npan(text: &str) -> &str {
    npan(text).unwrap_or(text)
}

/// A North American number as `1` and ten digits. Any other text is returned as it is.
///
/// ```
/// use telnum::normalize::to_1npan;
///
/// assert_eq!(to_1npan("+12234567890"), "12234567890");
/// assert_eq!(to_1npan("2234567890"), "12234567890");
/// assert_eq!(to_1npan("911"), "911");
/// ```
#[must_use]
pub fn to_1npan(text: &str) -> Cow<'_, str> {
    match npan(text) {
        None => Cow::Borrowed(text),
        Some(npan) if npan.len() == text.len() => Cow::Owned(format!("1{npan}")),
        Some(_) => Cow::Borrowed(strip_plus(text)),
    }
}

/// A text without the `+` it may start with.
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

/// The group of `^(?:\+?1)?([2-9]\d{2}[2-9]\d{6})$`.
fn npan(text: &str) -> Option<&str> {
    let bare = text.strip_prefix("+1").or_else(|| text.strip_prefix('1')).unwrap_or(text);
    (bare.len() == 10 && is_npan(pack(bare.as_bytes())?)).then_some(bare)
}

/// Whether ten packed digits start with an area code and an exchange code: both start with 2 to 9.
#[inline]
const fn is_npan(packed: u64) -> bool {
    packed >> 60 >= 2 && packed >> 48 & 0xF >= 2
}

/// The number that a text is by the reference rules, or in E.164 form; `None` means only that this
/// short way does not know.
#[inline]
pub(super) fn reference_number(text: &[u8]) -> Option<PhoneNumber> {
    if let [b'+', digits @ ..] = text {
        return PhoneNumber::from_packed(pack(digits)?);
    }
    PhoneNumber::from_packed(convert_packed(pack(text)?)?)
}

/// The reference rules on packed digits.
#[inline]
fn convert_packed(packed: u64) -> Option<u64> {
    let count = packed & 0xF;
    let digits = packed & !0xF;
    let first = packed >> 60;
    if count == 10 && is_npan(packed) {
        Some(0x1000_0000_0000_000B | digits >> 4)
    } else if first >= 2 {
        (count >= 8).then_some(packed)
    } else if first == 1 {
        (count == 11 && is_npan(packed << 4)).then_some(packed)
    } else if packed >> 52 == 0x011 {
        (count >= 8).then(|| digits << 12 | (count - 3))
    } else if packed >> 56 == 0x00 {
        (count >= 7).then(|| digits << 8 | (count - 2))
    } else {
        None
    }
}

/// What the reference rules find in a text, and the prefix of the rule that finds it.
pub(super) fn find_reference(text: &str) -> Option<(&'static str, Match)> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let all = text.len();
    let abroad = |prefix: &str| (text.starts_with(prefix) && all >= prefix.len() + 5).then_some(prefix.len());
    if let Some(npan) = npan(text) {
        Some(("+1", Match::Capture(all - npan.len()..all)))
    } else if let Some(start) = abroad("011").or_else(|| abroad("00")) {
        Some(("+", Match::Capture(start..all)))
    } else if all >= 8 && text.as_bytes().first() >= Some(&b'2') {
        Some(("+", Match::Whole(0..all)))
    } else {
        None
    }
}
