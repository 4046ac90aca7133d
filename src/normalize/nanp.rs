//! The North American rules, by hand: what the reference converters say without a pattern.

use std::borrow::Cow;

use crate::number::{PhoneNumber, digit_count, pack};
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

/// The number that a text is by the reference rules, separators or not, or in E.164 form; `None`
/// means only that this short way does not know.
#[inline]
pub(super) fn reference_number(text: &[u8]) -> Option<PhoneNumber> {
    let (plus, packed) = read(text).or_else(|| Some((text.first() == Some(&b'+'), pack_typed(text)?)))?;
    PhoneNumber::from_packed(if plus { packed } else { convert_packed(packed)? })
}

/// The digits of a text that is nothing else, and whether a `+` stands before them. Dialled digits
/// that would not fit, but do after the international prefix, come as after a `+`.
#[inline]
pub(crate) fn read(text: &[u8]) -> Option<(bool, u64)> {
    let (plus, digits) = split_plus(text);
    match pack(digits) {
        Some(packed) => Some((plus, packed)),
        None => read_long(text),
    }
}

fn read_long(text: &[u8]) -> Option<(bool, u64)> {
    match text {
        [b'0', b'1', b'1', digits @ ..] | [b'0', b'0', digits @ ..]
            if text.len() > PhoneNumber::MAX_DIGITS =>
        {
            Some((true, pack(digits)?))
        }
        _ => None,
    }
}

/// Whether a text starts with `+`, and what comes after it.
#[inline]
pub(crate) fn split_plus(text: &[u8]) -> (bool, &[u8]) {
    // No pattern: half of all texts start with it, and a branch would be guessed wrong as often.
    let plus = text.first() == Some(&b'+');
    (plus, text.get(usize::from(plus)..).unwrap_or_default())
}

/// Packs the digits among separators, after a `+` or not.
fn pack_typed(text: &[u8]) -> Option<u64> {
    let (mut packed, mut count) = (0, 0);
    for (place, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            packed = packed << 4 | u64::from(digit);
            count += 1;
        } else if !is_separator(*byte) && (*byte != b'+' || place != 0) {
            return None;
        }
    }
    let fits = (1..=PhoneNumber::MAX_DIGITS).contains(&count);
    fits.then(|| packed << (64 - 4 * count) | count as u64)
}

/// Whether the reference rules keep a text that is no number to the letter: it has something that
/// is never dialled, or a sign that is, and no separator.
#[inline]
pub(crate) fn is_kept(text: &[u8]) -> bool {
    const SEPARATOR: u8 = 1;
    const SIGN: u8 = 2;
    const OTHER: u8 = 4;
    static KINDS: [u8; 256] = {
        let mut kinds = [OTHER; 256];
        let mut rest: &mut [u8] = &mut kinds;
        let mut byte = 0;
        while let [kind, more @ ..] = rest {
            *kind = match byte {
                b'0'..=b'9' => 0,
                b'+' | b'*' | b'#' => SIGN,
                separator if is_separator(separator) => SEPARATOR,
                _ => OTHER,
            };
            byte = byte.wrapping_add(1);
            rest = more;
        }
        kinds
    };
    let mut kinds = 0;
    for byte in text {
        kinds |= KINDS.get(usize::from(*byte)).copied().unwrap_or(OTHER);
        if kinds & OTHER != 0 {
            return true;
        }
    }
    kinds == SIGN
}

/// What the reference rules make of a text that [`read`] reads; `None` if it does not.
#[inline]
pub(crate) fn normalize_digits(text: &str) -> Option<Read> {
    let (plus, packed) = read(text.as_bytes())?;
    Some(match if plus { Some(packed) } else { convert_packed(packed) } {
        Some(packed) => PhoneNumber::from_packed(packed).map_or(Read::Converted(packed), Read::Number),
        None => Read::Kept,
    })
}

/// How long the text is that [`normalize_digits`] makes of one, and how much of its end is the
/// text's own.
#[inline]
pub(crate) fn normalized_length(text: &str) -> Option<(usize, usize)> {
    let (plus, packed) = read(text.as_bytes())?;
    let count = digit_count(packed);
    Some(match convert_packed(packed) {
        Some(converted) if !plus => (digit_count(converted) + 1, count.min(digit_count(converted))),
        _ => (count + usize::from(plus), count + usize::from(text.starts_with('+'))),
    })
}

/// What becomes of a text of digits.
pub(crate) enum Read {
    /// A number.
    Number(PhoneNumber),
    /// `+` and these digits, which are no number.
    Converted(u64),
    /// The text as it is.
    Kept,
}

/// What people type between digits.
#[inline]
pub(super) const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/')
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
