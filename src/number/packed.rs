//! Between ASCII digits and the packed form.
#![expect(clippy::cast_possible_truncation, reason = "nibbles are cut out of a u64")]

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
/// From eight digits on, the first eight and the last eight are packed at once; where they overlap
/// they say the same.
#[inline]
pub(crate) fn pack(digits: &[u8]) -> Option<u64> {
    let count = digits.len();
    if count > PhoneNumber::MAX_DIGITS || count == 0 {
        return None;
    }
    let packed = if let (Some(first), Some(last)) = (digits.first_chunk(), digits.last_chunk()) {
        let high = u64::from(pack_eight(*first)?) << 32;
        let low = u64::from(pack_eight(*last)?) << (64 - 4 * count);
        high | low
    } else {
        let mut packed = 0;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            packed = packed << 4 | u64::from(digit);
        }
        packed << (64 - 4 * count)
    };
    Some(packed | count as u64)
}

/// Eight ASCII digits into eight nibbles, by folding neighbours together.
#[inline]
fn pack_eight(digits: [u8; 8]) -> Option<u32> {
    let text = u64::from_be_bytes(digits);
    let value = text ^ 0x3030_3030_3030_3030;
    // A byte that is 0 to 9 now has a clear high nibble, also after 6 is added to it.
    if (value | value.wrapping_add(0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 != 0 {
        return None;
    }
    let value = (value | value >> 4) & 0x00FF_00FF_00FF_00FF;
    let value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF;
    Some((value | value >> 16) as u32)
}

/// The text of a packed form: a first character, then the digits. Of no meaning past the last one.
#[inline]
pub(crate) fn unpack(bits: u64, first: u8) -> [u8; 16] {
    let high = u128::from(unpack_eight((bits >> 32) as u32));
    let low = u128::from(unpack_eight(bits as u32));
    (u128::from(first) << 120 | high << 56 | low >> 8).to_be_bytes()
}

/// The inverse of [`pack_eight`]; the first digit is in the top byte.
#[inline]
fn unpack_eight(nibbles: u32) -> u64 {
    let value = u64::from(nibbles);
    let value = (value | value << 16) & 0x0000_FFFF_0000_FFFF;
    let value = (value | value << 8) & 0x00FF_00FF_00FF_00FF;
    let value = (value | value << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    value | 0x3030_3030_3030_3030
}

/// A part of an unpacked text.
#[inline]
pub(crate) fn text(buffer: &[u8; 16], start: usize, end: usize) -> &str {
    buffer.get(start..end).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
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
