//! A buffer for the digits of a text, without allocation.

/// A buffer of ASCII digits. Digits beyond the first 40 are counted but not stored, since the number is too
/// long in any case.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct DigitBuffer {
    bytes: [u8; Self::CAPACITY],
    count: usize,
}

impl DigitBuffer {
    /// The maximum number of digits: more than a number and all prefixes that can be dialled before it.
    pub(in crate::plan) const CAPACITY: usize = 40;

    #[inline]
    pub(in crate::plan) const fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY], count: 0 }
    }

    /// Appends the digit with the given value.
    #[inline]
    pub(in crate::plan) fn push(&mut self, value: u8) {
        self.push_if(true, value);
    }

    /// Appends the digit in the low nibble of `byte` if `is_digit` is set. No branch depends on `is_digit`.
    #[inline]
    pub(super) fn push_if(&mut self, is_digit: bool, byte: u8) {
        if let Some(target) = self.bytes.get_mut(self.count) {
            *target = b'0' | byte & 0xF;
        }
        self.count += usize::from(is_digit);
    }

    /// Appends digits whose values are the low nibbles of the given bytes.
    pub(in crate::plan) fn extend(&mut self, digits: &[u8]) {
        for byte in digits {
            self.push(*byte);
        }
    }

    /// Returns the number of digits, including those that are not stored.
    #[inline]
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Removes the last `count` digits.
    #[inline]
    pub(super) const fn remove_last(&mut self, count: usize) {
        self.count = self.count.saturating_sub(count);
    }

    /// Returns the ASCII digits.
    #[inline]
    pub(in crate::plan) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or(&self.bytes)
    }
}
