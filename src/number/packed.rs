//! The packed form of digits: one digit per nibble, starting with the most significant nibble of a `u64`, and
//! the number of digits in the least significant nibble.

#[cfg(feature = "classify")]
use core::hint::select_unpredictable;

/// The maximum number of digits of a number (ITU-T E.164, 6.2.1), and of a packed form.
pub(super) const MAX_DIGITS: usize = 15;

/// Returns the number of digits in a packed form.
#[inline]
pub(crate) const fn digit_count(bits: u64) -> usize {
    (bits & 0xF) as usize
}

/// Returns the leading `count` nibbles, with 0 in the others; `count` is 1 to 15.
#[inline]
pub(super) const fn leading(bits: u64, count: usize) -> u64 {
    bits & (u64::MAX << (64 - 4 * count))
}

/// Packs 1 to 15 ASCII digits; returns `None` for anything else.
///
/// For eight or more digits, the first eight and the last eight are packed at once; where the two
/// overlap, their digits agree.
#[inline]
pub(crate) fn pack(digits: &[u8]) -> Option<u64> {
    let (Some(first), Some(last)) = (digits.first_chunk(), digits.last_chunk()) else {
        return pack_short(digits);
    };
    let count = digits.len();
    let (first, last) = (values(u64::from_le_bytes(*first)), values(u64::from_le_bytes(*last)));
    if count > MAX_DIGITS || !(are_digits(first) & are_digits(last)) {
        return None;
    }
    Some(fold(first) << 32 | fold(last) << (64 - 4 * count) | count as u64)
}

/// Packs 1 to 7 ASCII digits.
fn pack_short(digits: &[u8]) -> Option<u64> {
    let count = digits.len();
    if count == 0 || count > 7 {
        return None;
    }
    let byte = |index: usize| u64::from(digits.get(index).copied().unwrap_or(b'0'));
    let values = values((0..8).fold(0, |text, index| text | byte(index) << (8 * index)));
    are_digits(values).then(|| fold(values) << 32 | count as u64)
}

/// Returns the first three pairs of nibbles that [`pack`] returns for `digits`, and whether `digits`
/// are 8 to 15 ASCII digits. If they are not, the pairs are meaningless.
///
/// This takes half the work of [`pack`], and no branch.
#[cfg(feature = "classify")]
#[inline]
pub(crate) fn first_pairs(digits: &[u8]) -> ([u8; 3], bool) {
    let fits = (8..=MAX_DIGITS).contains(&digits.len());
    let read = select_unpredictable(fits, digits, &[0; 8]);
    let (Some(first), Some(last)) = (read.first_chunk(), read.last_chunk()) else { return ([0; 3], false) };
    let (first, last) = (values(u64::from_le_bytes(*first)), values(u64::from_le_bytes(*last)));
    let [a, _, b, _, c, ..] = (first << 4 | first >> 8).to_le_bytes();
    ([a, b, c], are_digits(first) & are_digits(last))
}

/// Folds eight digits, one per byte with the first in the lowest byte, into eight nibbles with the
/// first in the highest.
#[inline]
const fn fold(values: u64) -> u64 {
    let pairs = (values << 4 | values >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs << 8 | pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    (fours << 16 | fours >> 32) & 0xFFFF_FFFF
}

/// Returns the value of each byte as a digit: 0 to 9 for an ASCII digit, above 9 for any other byte.
#[inline]
const fn values(text: u64) -> u64 {
    text ^ 0x3030_3030_3030_3030
}

/// Returns whether each of eight bytes is 0 to 9: its high nibble is clear, before and after 6 is
/// added.
#[inline]
const fn are_digits(values: u64) -> bool {
    (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0
}
