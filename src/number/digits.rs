use core::fmt;
use core::iter::FusedIterator;

use super::buffer::Buffer;
use super::packed::digit_count;

/// An iterator over digits as values 0 to 9, from either end. `Display` writes the remaining digits.
///
/// ```
/// let number: telnum::PhoneNumber = "+14158867900".parse()?;
/// let mut digits = number.national_digits();
/// assert_eq!((digits.next(), digits.next_back()), (Some(4), Some(0)));
/// assert_eq!(digits.len(), 8);
/// assert_eq!(digits.to_string(), "15886790");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Digits {
    /// The remaining digits, in the packed form.
    bits: u64,
}

impl Digits {
    /// Creates the iterator over the digits of a packed form.
    #[inline]
    pub(crate) const fn of(bits: u64) -> Self {
        Self { bits }
    }

    /// Returns the remaining digits in the packed form of the module [`number`](crate::number), or 0 if
    /// none remain.
    ///
    /// ```
    /// let number: telnum::PhoneNumber = "+14158867900".parse()?;
    /// assert_eq!(number.national_digits().to_bits(), 0x4158_8679_0000_000A);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn to_bits(&self) -> u64 {
        self.bits
    }
}

impl Iterator for Digits {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        let left = self.bits & 0xF;
        if left == 0 {
            return None;
        }
        let digit = (self.bits >> 60) as u8;
        self.bits = (self.bits & !0xF) << 4 | (left - 1);
        Some(digit)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = digit_count(self.bits);
        (left, Some(left))
    }
}

impl DoubleEndedIterator for Digits {
    #[inline]
    fn next_back(&mut self) -> Option<u8> {
        let left = self.bits & 0xF;
        if left == 0 {
            return None;
        }
        let shift = 64 - 4 * left;
        let digit = self.bits >> shift & 0xF;
        self.bits = (self.bits & !(0xF << shift)) - 1;
        Some(digit as u8)
    }
}

impl ExactSizeIterator for Digits {}

impl FusedIterator for Digits {}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Buffer::of(self.bits).text(self.bits, 1))
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digits({self})")
    }
}
