//! A buffer for the digits of a text, without allocation.

/// A buffer of up to 40 ASCII digits. Further digits are dropped, since the number is too long in any
/// case.
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
        if let Some(byte) = self.bytes.get_mut(self.count) {
            *byte = b'0' | value;
            self.count += 1;
        }
    }

    /// Appends digits whose values are the low nibbles of the given bytes.
    pub(in crate::plan) fn extend(&mut self, digits: &[u8]) {
        for byte in digits {
            self.push(byte & 0xF);
        }
    }

    /// Returns the ASCII digits.
    #[inline]
    pub(in crate::plan) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }
}
