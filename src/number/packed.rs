//! Between ASCII digits and the packed form.
#![expect(clippy::cast_possible_truncation, reason = "nibbles are cut out of a u64")]

use std::hint::select_unpredictable;
use std::num::NonZeroU64;

use super::{NumberError, NumberErrorKind, PhoneNumber};

#[inline]
pub(crate) const fn digit_count(bits: u64) -> usize {
    (bits & 0xF) as usize
}

/// The leading `count` nibbles, the rest 0; `count` is 1 to 15.
#[inline]
pub(crate) const fn leading(bits: u64, count: usize) -> u64 {
    bits & (u64::MAX << (64 - 4 * count))
}

/// 1 to 15 ASCII digits into the packed form; `None` for anything else.
///
/// From eight on, the first eight and the last eight are packed at once; where they overlap they
/// say the same.
#[inline]
pub(crate) fn pack(digits: &[u8]) -> Option<u64> {
    let (Some(first), Some(last)) = (digits.first_chunk(), digits.last_chunk()) else {
        return pack_few(digits);
    };
    let count = digits.len();
    let (first, last) = (values(u64::from_le_bytes(*first)), values(u64::from_le_bytes(*last)));
    if count > PhoneNumber::MAX_DIGITS || !(are_digits(first) & are_digits(last)) {
        return None;
    }
    Some(fold(first) << 32 | fold(last) << (64 - 4 * count) | count as u64)
}

/// The same for less than eight.
fn pack_few(digits: &[u8]) -> Option<u64> {
    let count = digits.len();
    if count == 0 || count > 7 {
        return None;
    }
    let byte = |place: usize| u64::from(digits.get(place).copied().unwrap_or(b'0'));
    let values = values((0..8).fold(0, |text, place| text | byte(place) << (8 * place)));
    are_digits(values).then(|| fold(values) << 32 | count as u64)
}

/// The first three pairs of 8 to 15 ASCII digits, each as in the packed form, and whether that is
/// what they are. To look at the first ones is half the work of [`pack`], and it takes no branch.
#[inline]
pub(crate) fn first_pairs(digits: &[u8]) -> ([u8; 3], bool) {
    let fits = (8..=PhoneNumber::MAX_DIGITS).contains(&digits.len());
    let read = select_unpredictable(fits, digits, &[0; 8]);
    let (Some(first), Some(last)) = (read.first_chunk(), read.last_chunk()) else { return ([0; 3], false) };
    let (first, last) = (values(u64::from_le_bytes(*first)), values(u64::from_le_bytes(*last)));
    let [a, _, b, _, c, ..] = (first << 4 | first >> 8).to_le_bytes();
    ([a, b, c], are_digits(first) & are_digits(last))
}

/// Eight digits, a byte each, the first in the lowest one, into eight nibbles, the first in the
/// highest one: by folding neighbours together.
#[inline]
const fn fold(values: u64) -> u64 {
    let pairs = (values << 4 | values >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs << 8 | pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    (fours << 16 | fours >> 32) & 0xFFFF_FFFF
}

/// What each byte is as a digit: 0 to 9 if it is one.
#[inline]
const fn values(text: u64) -> u64 {
    text ^ 0x3030_3030_3030_3030
}

/// Whether each of eight bytes is 0 to 9: then its high nibble is clear, also after 6 is added.
#[inline]
const fn are_digits(values: u64) -> bool {
    (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0
}

/// Room for the text of a number: see [`PhoneNumber::encode`].
///
/// It is aligned so that sixteen bytes are found to be ASCII at once.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
pub struct Buffer([u8; 16]);

impl Buffer {
    /// A buffer, of no text yet.
    #[must_use]
    pub const fn new() -> Self {
        Self([b'0'; 16])
    }

    /// The text of a packed form: a first character, then the digits, then zeros.
    #[inline]
    pub(crate) const fn of(bits: u64, first: u8) -> Self {
        let high = unfold(bits >> 32) as u128;
        let low = unfold(bits & 0xFFFF_FFFF) as u128;
        Self(((first as u128) << 120 | high << 56 | low >> 8).to_be_bytes())
    }

    /// The text and the zeros after it.
    #[inline]
    pub(crate) const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// A part of the text.
    #[inline]
    pub(crate) fn part(&self, start: usize, end: usize) -> &str {
        str::from_utf8(&self.0).ok().and_then(|text| text.get(start..end)).unwrap_or_default()
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

/// The inverse of [`fold`], as text; the first digit is in the top byte.
#[inline]
const fn unfold(nibbles: u64) -> u64 {
    let value = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF;
    let value = (value | value << 8) & 0x00FF_00FF_00FF_00FF;
    let value = (value | value << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    value | 0x3030_3030_3030_3030
}

pub(crate) fn check_bits(bits: u64, min: usize, leading_zero: bool) -> Result<NonZeroU64, NumberError> {
    let count = digit_count(bits);
    let error = |kind, position| Err(NumberError::at(position, kind));
    if count < min {
        return error(NumberErrorKind::BadLength(count as u8), 15);
    }
    for place in 0..PhoneNumber::MAX_DIGITS {
        let nibble = (bits >> (60 - 4 * place) & 0xF) as u8;
        match nibble {
            1.. if place >= count => return error(NumberErrorKind::BadPadding, place),
            10.. => return error(NumberErrorKind::BadNibble(nibble), place),
            0 if place == 0 && !leading_zero => return error(NumberErrorKind::LeadingZero, place),
            _ => {}
        }
    }
    NonZeroU64::new(bits).ok_or(NumberError::at(15, NumberErrorKind::BadLength(0)))
}
