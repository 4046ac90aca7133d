use super::packed::digit_count;

/// A buffer for the text of a number, filled by [`PhoneNumber::encode`](super::PhoneNumber::encode).
///
/// ```
/// use telnum::{PhoneNumber, number::Buffer};
///
/// let mut buffer = Buffer::new();
/// let number: PhoneNumber = "+14158867900".parse()?;
/// assert_eq!(number.encode(&mut buffer), "+14158867900");
/// # Ok::<(), telnum::NumberError>(())
/// ```
// Aligned, so that all sixteen bytes are checked for UTF-8 at once.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
pub struct Buffer([u8; 16]);

impl Buffer {
    /// Creates a buffer.
    #[must_use]
    pub const fn new() -> Self {
        Self([b'0'; 16])
    }

    /// Creates a buffer that holds `+`, the digits of a packed form, and zeros up to 15 digits.
    #[inline]
    pub(crate) const fn of(bits: u64) -> Self {
        let high = unfold(bits >> 32) as u128;
        let low = unfold(bits & 0xFFFF_FFFF) as u128;
        Self(((b'+' as u128) << 120 | high << 56 | low >> 8).to_be_bytes())
    }

    /// Returns all sixteen bytes.
    #[inline]
    pub(crate) const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// Returns the bytes from `start` to `end` as text.
    #[inline]
    pub(crate) fn part(&self, start: usize, end: usize) -> &str {
        str::from_utf8(&self.0).ok().and_then(|text| text.get(start..end)).unwrap_or_default()
    }

    /// Returns the text of `bits`, the packed form that this buffer was created from, starting at byte
    /// `start`.
    #[inline]
    pub(super) fn text(&self, bits: u64, start: usize) -> &str {
        self.part(start, digit_count(bits) + 1)
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

/// Expands eight nibbles into ASCII digits, with the first digit in the highest byte.
#[inline]
const fn unfold(nibbles: u64) -> u64 {
    let value = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF;
    let value = (value | value << 8) & 0x00FF_00FF_00FF_00FF;
    let value = (value | value << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    value | 0x3030_3030_3030_3030
}
