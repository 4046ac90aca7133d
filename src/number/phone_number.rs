use core::num::NonZeroU64;

use super::buffer::Buffer;
use super::calling_code::CallingCode;
use super::check::check_bits;
use super::digits::Digits;
use super::error::NumberError;
use super::packed::{self, digit_count, leading, pack};
use super::text::text_form;

/// An E.164 number: `+` and 2 to 15 digits, the first not 0.
///
/// Numbers sort like their texts. A number is well formed, but not necessarily assigned: use
/// [`plan::lookup`](crate::plan::lookup()) to validate it.
///
/// ```
/// use telnum::PhoneNumber;
///
/// let number: PhoneNumber = "+442079460000".parse()?;
/// assert_eq!(number.digit_count(), 12);
/// assert_eq!(format!("{number:>15}"), "  +442079460000");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "E164")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(pub(super) NonZeroU64);

impl PhoneNumber {
    /// The minimum number of digits: a calling code and one more digit.
    pub const MIN_DIGITS: usize = 2;
    /// The maximum number of digits (ITU-T E.164, 6.2.1).
    pub const MAX_DIGITS: usize = packed::MAX_DIGITS;

    /// Parses an ASCII text. The grammar is that of `FromStr`.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert_eq!(PhoneNumber::from_ascii(b"+33123456789")?, "+33123456789".parse()?);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    ///
    /// # Errors
    /// - [`Empty`] for an empty text, [`MissingPlus`] for one that does not start with `+`.
    /// - [`LeadingZero`] if 0 is the first digit, [`NotADigit`] for any other character among the digits.
    /// - [`TooShort`] and [`TooLong`] for fewer than 2 and more than 15 digits.
    ///
    /// [`Empty`]: super::NumberErrorKind::Empty
    /// [`MissingPlus`]: super::NumberErrorKind::MissingPlus
    /// [`LeadingZero`]: super::NumberErrorKind::LeadingZero
    /// [`NotADigit`]: super::NumberErrorKind::NotADigit
    /// [`TooShort`]: super::NumberErrorKind::TooShort
    /// [`TooLong`]: super::NumberErrorKind::TooLong
    #[inline]
    pub fn from_ascii(text: &[u8]) -> Result<Self, NumberError> {
        if let [b'+', digits @ ..] = text
            && let Some(number) = pack(digits).and_then(Self::from_packed)
        {
            return Ok(number);
        }
        Err(NumberError::in_number(text, Self::MIN_DIGITS))
    }

    /// Creates a number from a packed form. Only the first digit and the count are checked.
    #[inline]
    pub(crate) const fn from_packed(packed: u64) -> Option<Self> {
        match NonZeroU64::new(packed) {
            Some(bits) if packed >> 60 != 0 && digit_count(packed) >= Self::MIN_DIGITS => Some(Self(bits)),
            Some(_) | None => None,
        }
    }

    /// Creates a number from a calling code and packed national digits; `None` if they exceed 15 digits
    /// together.
    #[inline]
    pub(crate) const fn join_packed(code: CallingCode, national: u64) -> Option<Self> {
        let width = code.digit_count();
        let count = digit_count(national) + width;
        if count > Self::MAX_DIGITS {
            return None;
        }
        Self::from_packed((national & !0xF) >> (4 * width) | code.leading() | count as u64)
    }

    /// Returns the packed form that the [module](super) describes.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// assert_eq!(number.to_bits(), 0x1415_8867_9000_000B);
    /// assert_eq!(PhoneNumber::try_from(0x1415_8867_9000_000B)?, number);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// Returns the packed form as a signed integer that keeps the order, for databases: `bigint` in SQL.
    ///
    /// The key is the packed form with its most significant bit flipped, so that keys sort like the texts of
    /// the numbers, and the numbers with one prefix are one [range of keys](super::Prefix::key_range).
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let [us, gb, cn]: [PhoneNumber; 3] = ["+14158867900".parse()?, "+4420".parse()?, "+8610".parse()?];
    /// assert!(us.to_key() < gb.to_key() && gb.to_key() < cn.to_key());
    /// assert_eq!(PhoneNumber::from_key(us.to_key())?, us);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn to_key(self) -> i64 {
        (self.to_bits() ^ 1 << 63).cast_signed()
    }

    /// Returns the number whose [key](Self::to_key) is `key`.
    ///
    /// ```
    /// # use telnum::{PhoneNumber, number::NumberErrorKind};
    /// assert_eq!(PhoneNumber::from_key(-7776159203206365173)?, "+14158867900".parse()?);
    /// let error = PhoneNumber::from_key(14_158_867_900).unwrap_err();
    /// assert_eq!(error.kind(), NumberErrorKind::InvalidNibble(11));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidLength`], [`InvalidNibble`], [`InvalidPadding`] and [`LeadingZero`] for an integer that is not
    /// a key. The position is the index of a nibble of the packed form.
    ///
    /// [`InvalidLength`]: super::NumberErrorKind::InvalidLength
    /// [`InvalidNibble`]: super::NumberErrorKind::InvalidNibble
    /// [`InvalidPadding`]: super::NumberErrorKind::InvalidPadding
    /// [`LeadingZero`]: super::NumberErrorKind::LeadingZero
    pub fn from_key(key: i64) -> Result<Self, NumberError> {
        Self::try_from(key.cast_unsigned() ^ 1 << 63)
    }

    /// Returns the number of digits, including those of the calling code: 2 to 15.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert_eq!("+14158867900".parse::<PhoneNumber>()?.digit_count(), 11);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn digit_count(self) -> usize {
        digit_count(self.to_bits())
    }

    /// Returns the digits as values 0 to 9, starting with the calling code.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let number: PhoneNumber = "+4930".parse()?;
    /// assert!(number.digits().eq([4, 9, 3, 0]));
    /// assert_eq!(number.digits().next_back(), Some(0));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn digits(self) -> Digits {
        Digits::of(self.to_bits())
    }

    /// Returns the digit at `index`, where 0 is the first digit after the `+`; `None` past the last
    /// digit.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let number: PhoneNumber = "+4930".parse()?;
    /// assert_eq!((number.digit(1), number.digit(4)), (Some(9), None));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn digit(self, index: usize) -> Option<u8> {
        self.digits().nth(index)
    }

    /// Returns the calling code, by the zones of ITU-T E.164; `None` if the number has no digit after
    /// it.
    ///
    /// The code is not necessarily assigned: see
    /// [`Lookup::calling_code`](crate::plan::Lookup::calling_code).
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let code = |text: &str| text.parse::<PhoneNumber>().unwrap().calling_code().unwrap().get();
    /// assert_eq!([code("+14158867900"), code("+4930123"), code("+35312345")], [1, 49, 353]);
    /// ```
    #[doc(alias = "getCountryCode")]
    #[must_use]
    #[inline]
    pub const fn calling_code(self) -> Option<CallingCode> {
        match self.split() {
            Some((code, _)) => Some(code),
            None => None,
        }
    }

    /// Returns the national significant number: the digits after the calling code, including leading
    /// zeros.
    ///
    /// The iterator is empty if the number has no [`calling_code`](Self::calling_code).
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let rome: PhoneNumber = "+390612345678".parse()?;
    /// assert_eq!(rome.national_digits().to_string(), "0612345678");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias(
        "getNationalSignificantNumber",
        "getNationalNumber",
        "isItalianLeadingZero",
        "getNumberOfLeadingZeros"
    ))]
    #[must_use]
    #[inline]
    pub const fn national_digits(self) -> Digits {
        match self.split() {
            Some((_, national)) => national,
            None => Digits::of(0),
        }
    }

    /// Splits the number into calling code and national digits.
    #[inline]
    pub(crate) const fn split(self) -> Option<(CallingCode, Digits)> {
        let bits = self.to_bits();
        let width = CallingCode::width(bits);
        let count = self.digit_count();
        if count <= width {
            return None;
        }
        let code = CallingCode::from_leading(bits, width);
        let national = leading(bits, count) << (4 * width) | (count - width) as u64;
        Some((code, Digits::of(national)))
    }

    /// Writes the text to `buffer` and returns it. This is faster than [`Display`](core::fmt::Display).
    ///
    /// ```
    /// use telnum::{PhoneNumber, number::Buffer};
    ///
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// assert_eq!(number.encode(&mut Buffer::new()), "+14158867900");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[inline]
    pub fn encode(self, buffer: &mut Buffer) -> &str {
        *buffer = Buffer::of(self.to_bits());
        buffer.text(self.to_bits(), 0)
    }
}

impl TryFrom<u64> for PhoneNumber {
    type Error = NumberError;

    /// Validates a packed form. The position of an error is the index of a nibble, counted from the
    /// most significant one.
    fn try_from(bits: u64) -> Result<Self, NumberError> {
        check_bits(bits, Self::MIN_DIGITS, false).map(Self)
    }
}

text_form!(PhoneNumber, 0, "an E.164 number: `+` and 2 to 15 digits");
