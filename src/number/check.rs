//! The validation of packed forms that other programs produced.
#![expect(clippy::cast_possible_truncation, reason = "nibbles are cut out of a u64")]

use core::num::NonZeroU64;

use super::error::{NumberError, NumberErrorKind};
use super::packed::{MAX_DIGITS, digit_count};

/// Checks that `bits` is a packed form of at least `min` digits, and that the first digit is not 0
/// unless `leading_zero` allows it.
pub(super) fn check_bits(bits: u64, min: usize, leading_zero: bool) -> Result<NonZeroU64, NumberError> {
    let count = digit_count(bits);
    let error = |kind, position| Err(NumberError::new(position, kind));
    if count < min {
        return error(NumberErrorKind::InvalidLength(count as u8), 15);
    }
    for index in 0..MAX_DIGITS {
        let nibble = (bits >> (60 - 4 * index) & 0xF) as u8;
        match nibble {
            1.. if index >= count => return error(NumberErrorKind::InvalidPadding, index),
            10.. => return error(NumberErrorKind::InvalidNibble(nibble), index),
            0 if index == 0 && !leading_zero => return error(NumberErrorKind::LeadingZero, index),
            _ => {}
        }
    }
    NonZeroU64::new(bits).ok_or(NumberError::new(15, NumberErrorKind::InvalidLength(0)))
}
