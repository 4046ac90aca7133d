use core::num::NonZeroU64;

use super::check::check_bits;
use super::digits::Digits;
use super::error::NumberError;
use super::packed::{MAX_DIGITS, digit_count, pack};
use super::text::text_form;

/// The digits dialled after a call is answered: 1 to 15, `;ext=` in a `tel:` URI (RFC 3966, 5.3).
///
/// An extension is not part of a [`PhoneNumber`](super::PhoneNumber). Leading zeros are significant:
/// `007` is not `7`.
///
/// ```
/// use telnum::Extension;
///
/// let extension: Extension = "0042".parse()?;
/// assert_eq!(extension.to_string(), "0042");
/// assert!(extension.digits().eq([0, 0, 4, 2]));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extension(NonZeroU64);

impl Extension {
    /// Parses ASCII digits. The grammar is that of `FromStr`.
    ///
    /// ```
    /// # use telnum::Extension;
    /// assert_eq!(Extension::from_ascii(b"12")?, "12".parse()?);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    ///
    /// # Errors
    /// [`Empty`](super::NumberErrorKind::Empty) for an empty text,
    /// [`NotADigit`](super::NumberErrorKind::NotADigit) for any other character, and
    /// [`TooLong`](super::NumberErrorKind::TooLong) for more than 15 digits.
    pub fn from_ascii(text: &[u8]) -> Result<Self, NumberError> {
        let packed = pack(text).and_then(NonZeroU64::new);
        packed.map(Self).ok_or_else(|| NumberError::in_digits(text, 0, 1, MAX_DIGITS))
    }

    /// Returns the packed form that the [module](super) describes.
    ///
    /// ```
    /// # use telnum::Extension;
    /// assert_eq!("042".parse::<Extension>()?.to_bits(), 0x0420_0000_0000_0003);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// Returns the number of digits: 1 to 15.
    ///
    /// ```
    /// # use telnum::Extension;
    /// assert_eq!("042".parse::<Extension>()?.digit_count(), 3);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn digit_count(self) -> usize {
        digit_count(self.to_bits())
    }

    /// Returns the digits as values 0 to 9.
    ///
    /// ```
    /// # use telnum::Extension;
    /// assert!("042".parse::<Extension>()?.digits().eq([0, 4, 2]));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn digits(self) -> Digits {
        Digits::of(self.to_bits())
    }
}

impl TryFrom<u64> for Extension {
    type Error = NumberError;

    /// Validates a packed form. The position of an error is the index of a nibble, counted from the
    /// most significant one.
    fn try_from(bits: u64) -> Result<Self, NumberError> {
        check_bits(bits, 1, true).map(Self)
    }
}

text_form!(Extension, 1, "an extension: 1 to 15 digits");
