use core::num::NonZeroU64;
use core::ops::RangeInclusive;

use super::check::check_bits;
use super::digits::Digits;
use super::error::NumberError;
use super::packed::{digit_count, leading, pack};
use super::phone_number::PhoneNumber;
use super::text::text_form;

/// The leading digits of numbers: `+` and 1 to 15 digits, the first not 0.
///
/// A prefix sorts before every number and every longer prefix that starts with it.
///
/// ```
/// use telnum::{PhoneNumber, Prefix};
///
/// let prefix: Prefix = "+1415".parse()?;
/// let range = prefix.range();
/// assert_eq!(range.start().to_string(), "+1415");
/// assert_eq!(range.end().to_string(), "+141599999999999");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(NonZeroU64);

impl Prefix {
    /// `+1`, the prefix of the North American Numbering Plan.
    ///
    /// ```
    /// # use telnum::Prefix;
    /// assert_eq!(Prefix::NANP, "+1".parse()?);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    pub const NANP: Self = Self(NonZeroU64::MIN.saturating_add(0x1000_0000_0000_0000));

    /// Parses an ASCII text. The grammar is that of `FromStr`.
    ///
    /// ```
    /// # use telnum::Prefix;
    /// assert_eq!(Prefix::from_ascii(b"+1")?.digit_count(), 1);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`PhoneNumber::from_ascii`], except that 1 digit is enough.
    pub fn from_ascii(text: &[u8]) -> Result<Self, NumberError> {
        if let [b'+', digits @ ..] = text
            && let Some(packed) = pack(digits)
            && packed >> 60 != 0
            && let Some(packed) = NonZeroU64::new(packed)
        {
            return Ok(Self(packed));
        }
        Err(NumberError::in_number(text, 1))
    }

    /// Returns the packed form that the [module](super) describes.
    ///
    /// ```
    /// # use telnum::Prefix;
    /// assert_eq!("+1415".parse::<Prefix>()?.to_bits(), 0x1415_0000_0000_0004);
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
    /// # use telnum::Prefix;
    /// assert_eq!("+1415".parse::<Prefix>()?.digit_count(), 4);
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
    /// # use telnum::Prefix;
    /// assert!("+44".parse::<Prefix>()?.digits().eq([4, 4]));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn digits(self) -> Digits {
        Digits::of(self.to_bits())
    }

    /// Returns whether the digits start with those of `prefix`.
    #[inline]
    pub(crate) const fn starts_with(self, prefix: Self) -> bool {
        let count = prefix.digit_count();
        count <= self.digit_count() && (self.to_bits() ^ prefix.to_bits()) >> (64 - 4 * count) == 0
    }

    /// Returns the range of all numbers that start with the prefix. No other number is in the range.
    ///
    /// ```
    /// # use telnum::{PhoneNumber, Prefix};
    /// let range = "+4420".parse::<Prefix>()?.range();
    /// assert!(range.contains(&"+442079460000".parse()?));
    /// assert!(!range.contains(&"+4421".parse()?));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub const fn range(self) -> RangeInclusive<PhoneNumber> {
        let count = self.digit_count();
        let digits = leading(self.to_bits(), count);
        // A number has at least two digits, so the first number with the prefix `+1` is `+10`.
        let first = digits | if count == 1 { 2 } else { count as u64 };
        let nines =
            if count == PhoneNumber::MAX_DIGITS { 0 } else { 0x9999_9999_9999_9990 >> (4 * count) & !0xF };
        let last = digits | nines | PhoneNumber::MAX_DIGITS as u64;
        match (NonZeroU64::new(first), NonZeroU64::new(last)) {
            (Some(first), Some(last)) => RangeInclusive::new(PhoneNumber(first), PhoneNumber(last)),
            // Unreachable: both bounds contain the digits of the prefix, and the first digit is not 0.
            (_, _) => RangeInclusive::new(PhoneNumber(self.0), PhoneNumber(self.0)),
        }
    }

    /// Returns the range of the packed forms of all numbers that start with the prefix.
    ///
    /// The packed form of no other number is in the range, so that a column of packed forms is filtered by
    /// one comparison with each bound.
    ///
    /// ```
    /// # use telnum::{PhoneNumber, Prefix};
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// assert!("+1415".parse::<Prefix>()?.bits_range().contains(&number.to_bits()));
    /// assert!(!"+1416".parse::<Prefix>()?.bits_range().contains(&number.to_bits()));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub const fn bits_range(self) -> RangeInclusive<u64> {
        let range = self.range();
        RangeInclusive::new(range.start().to_bits(), range.end().to_bits())
    }

    /// Returns the range of the [keys](PhoneNumber::to_key) of all numbers that start with the prefix. The key
    /// of no other number is in the range.
    ///
    /// ```
    /// # use telnum::Prefix;
    /// let keys = "+1415".parse::<Prefix>()?.key_range();
    /// let sql = format!("number BETWEEN {} AND {}", keys.start(), keys.end());
    /// assert_eq!(sql, "number BETWEEN -7776309181585293308 AND -7776140296599266913");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub const fn key_range(self) -> RangeInclusive<i64> {
        let range = self.range();
        RangeInclusive::new(range.start().to_key(), range.end().to_key())
    }
}

impl PhoneNumber {
    /// Returns whether the number starts with `prefix`.
    ///
    /// ```
    /// # use telnum::{PhoneNumber, Prefix};
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// assert!(number.starts_with("+1415".parse()?));
    /// assert!(!number.starts_with("+1416".parse()?));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn starts_with(self, prefix: Prefix) -> bool {
        Prefix(self.0).starts_with(prefix)
    }

    /// Returns the prefix of the first `count` digits; `None` if `count` is 0 or greater than
    /// [`digit_count`](Self::digit_count).
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// assert_eq!(number.prefix(4), Some("+1415".parse()?));
    /// assert_eq!(number.prefix(12), None);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn prefix(self, count: usize) -> Option<Prefix> {
        if count == 0 || count > self.digit_count() {
            return None;
        }
        NonZeroU64::new(leading(self.to_bits(), count) | count as u64).map(Prefix)
    }
}

impl TryFrom<u64> for Prefix {
    type Error = NumberError;

    /// Validates a packed form. The position of an error is the index of a nibble, counted from the
    /// most significant one.
    fn try_from(bits: u64) -> Result<Self, NumberError> {
        check_bits(bits, 1, false).map(Self)
    }
}

impl From<PhoneNumber> for Prefix {
    /// Returns the prefix that consists of all digits of `number`.
    fn from(number: PhoneNumber) -> Self {
        Self(number.0)
    }
}

text_form!(Prefix, 0, "a number prefix: `+` and 1 to 15 digits");
