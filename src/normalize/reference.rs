//! The reference converters: three patterns, and the code derived from them.
//!
//! Nearly all dialled texts consist of digits. They are converted in the packed form of
//! [`PhoneNumber`], by code that the compiler unrolls from the patterns' [`Form`]s.

use super::form::{Form, forms};
use super::separator::is_typed;
use crate::number::{PhoneNumber, digit_count, pack};
use crate::pattern::Match;

/// The pattern and prefix of each converter, in order.
pub(super) const CONVERTERS: [(&str, &str); 3] = [NORTH_AMERICA, INTERNATIONAL, ABROAD];

/// North American numbers.
const NORTH_AMERICA: (&str, &str) = (r"^(\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})$", "+1");
/// Numbers after an international prefix.
const INTERNATIONAL: (&str, &str) = (r"^011(\d{5,})$|^00(\d{5,})$", "+");
/// All other numbers, which start with a calling code.
const ABROAD: (&str, &str) = (r"^[2-9]\d{7,}$", "+");

/// The default pattern of [`is_reconcilable`].
pub(super) const RECONCILABLE: &str = r"^(\+?1)?\d{10}$|^\+[2-9]\d{7,}$|^011\d*$|^00\d*$";

/// The forms of North American numbers: ten digits, `1` and ten digits, `+1` and ten digits.
const NANP_FORMS: [Form; 3] = forms(NORTH_AMERICA.0);

/// The conversions of texts that consist of digits, in order. The first conversion whose form fits applies.
pub(crate) const CONVERSIONS: [Conversion; 5] = {
    let [ten, one_and_ten, _] = NANP_FORMS;
    let [after_011, after_00] = forms(INTERNATIONAL.0);
    let [abroad] = forms(ABROAD.0);
    [
        Conversion { form: ten, prefix: NORTH_AMERICA.1 },
        Conversion { form: one_and_ten, prefix: NORTH_AMERICA.1 },
        Conversion { form: after_011, prefix: INTERNATIONAL.1 },
        Conversion { form: after_00, prefix: INTERNATIONAL.1 },
        Conversion { form: abroad, prefix: ABROAD.1 },
    ]
};

/// The form of the texts that a converter matches, and the prefix of the converter.
pub(crate) struct Conversion {
    pub(crate) form: Form,
    pub(crate) prefix: &'static str,
}

impl Conversion {
    /// Returns the digits after the `+` of the converted number if `packed` has this form.
    #[inline]
    const fn convert(&self, packed: u64) -> Option<u64> {
        let count = digit_count(packed);
        if !self.form.fits(count, packed) {
            return None;
        }
        let skipped = match self.form.group {
            Some(skipped) => skipped,
            None => 0,
        };
        // The digits of the prefix: one or none.
        let (prefix, added) = match self.prefix.as_bytes() {
            [b'+', digit] => (((*digit - b'0') as u64) << 60, 1),
            _ => (0, 0),
        };
        let digits = (packed & !0xF) << (4 * skipped) >> (4 * added);
        Some(prefix | digits | (count - skipped + added) as u64)
    }
}

/// Returns the digits after the `+` of the number that the converters return for `packed`.
#[inline]
fn convert_packed(packed: u64) -> Option<u64> {
    let [ten, one_and_ten, after_011, after_00, abroad] = &CONVERSIONS;
    ten.convert(packed)
        .or_else(|| one_and_ten.convert(packed))
        .or_else(|| abroad.convert(packed))
        .or_else(|| after_011.convert(packed))
        .or_else(|| after_00.convert(packed))
}

/// Returns the match of the first converter that matches `text`, and its prefix.
pub(super) fn find(text: &str) -> Option<(&'static str, Match)> {
    let Conversion { form, prefix } = CONVERSIONS.iter().find(|conversion| conversion.form.matches(text))?;
    let span = form.capture(text.len());
    Some((prefix, if form.group.is_some() { Match::Capture(span) } else { Match::Whole(span) }))
}

/// Returns the ten national digits of `text` if it is a North American number.
pub(super) fn find_npan(text: &str) -> Option<&str> {
    let form = NANP_FORMS.iter().find(|form| form.matches(text))?;
    text.get(form.capture(text.len()))
}

/// Returns whether [`RECONCILABLE`] matches `text`.
pub(super) fn is_reconcilable(text: &str) -> bool {
    const FORMS: [Form; 6] = forms(RECONCILABLE);
    FORMS.iter().any(|form| form.matches(text))
}

/// Returns the number that `text` is converted to, with or without separators; `None` if this fast path
/// cannot decide.
#[inline]
pub(super) fn number_of(text: &[u8]) -> Option<PhoneNumber> {
    let (plus, packed) =
        pack_dialled(text).or_else(|| Some((text.first() == Some(&b'+'), pack_separated(text)?)))?;
    PhoneNumber::from_packed(if plus { packed } else { convert_packed(packed)? })
}

/// Packs the digits of a text that consists of an optional `+` and digits; returns whether there is a
/// `+`, and the digits. Digits that fit only without the international prefix are returned without it,
/// as if a `+` preceded them.
#[inline]
pub(crate) fn pack_dialled(text: &[u8]) -> Option<(bool, u64)> {
    let (plus, digits) = split_plus(text);
    match pack(digits) {
        Some(packed) => Some((plus, packed)),
        None => pack_long(text),
    }
}

fn pack_long(text: &[u8]) -> Option<(bool, u64)> {
    match text {
        [b'0', b'1', b'1', digits @ ..] | [b'0', b'0', digits @ ..]
            if text.len() > PhoneNumber::MAX_DIGITS =>
        {
            Some((true, pack(digits)?))
        }
        _ => None,
    }
}

/// Returns whether `text` starts with `+`, and the text after it.
#[inline]
pub(crate) fn split_plus(text: &[u8]) -> (bool, &[u8]) {
    // Half of all texts start with `+`, so a branch would often be mispredicted.
    let plus = text.first() == Some(&b'+');
    (plus, text.get(usize::from(plus)..).unwrap_or_default())
}

/// Packs the digits of a text that consists of an optional `+`, digits and separators.
fn pack_separated(text: &[u8]) -> Option<u64> {
    let (mut packed, mut count) = (0, 0);
    for (place, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            packed = packed << 4 | u64::from(digit);
            count += 1;
        } else if !is_typed(*byte) && (*byte != b'+' || place != 0) {
            return None;
        } else if *byte == b')' && text.get(..=place).is_some_and(|text| text.ends_with(b"(0)")) {
            // It may be a trunk zero.
            return None;
        }
    }
    let fits = (1..=PhoneNumber::MAX_DIGITS).contains(&count);
    fits.then(|| packed << (64 - 4 * count) | count as u64)
}

/// Returns whether it is certain that the normalizer keeps `text`, which is not a number, unchanged: it
/// contains an ASCII character that is not dialable, or dialable signs and no separator.
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
                separator if is_typed(separator) => SEPARATOR,
                // It may be a separator of more than one byte.
                0x80.. => SEPARATOR,
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

/// The result of the converters for a text that consists of digits.
pub(crate) enum Converted {
    /// A number.
    Number(PhoneNumber),
    /// A plus sign and packed digits that are not a phone number.
    Digits(u64),
    /// The text, unchanged.
    Unchanged,
}

/// Returns the result of the converters for a text that [`pack_dialled`] can pack; `None` for any other
/// text.
#[inline]
pub(crate) fn convert_dialled(text: &str) -> Option<Converted> {
    let (plus, packed) = pack_dialled(text.as_bytes())?;
    Some(match if plus { Some(packed) } else { convert_packed(packed) } {
        Some(packed) => PhoneNumber::from_packed(packed).map_or(Converted::Digits(packed), Converted::Number),
        None => Converted::Unchanged,
    })
}

/// Returns the length of the result of [`convert_dialled`] for `text`, and the number of bytes at its
/// end that are also the end of `text`.
#[inline]
pub(crate) fn converted_length(text: &str) -> Option<(usize, usize)> {
    let (plus, packed) = pack_dialled(text.as_bytes())?;
    let count = digit_count(packed);
    Some(match convert_packed(packed) {
        Some(converted) if !plus => (digit_count(converted) + 1, count.min(digit_count(converted))),
        _ => (count + usize::from(plus), count + usize::from(text.starts_with('+'))),
    })
}
