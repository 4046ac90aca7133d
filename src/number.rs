//! What an E.164 number is, in eight bytes.
//!
//! [`PhoneNumber`] is `+` and 2 to 15 digits, the first not 0: nothing else is one. [`Prefix`] is
//! the start of such numbers, [`Extension`] what is dialled after the call is answered. Each has
//! one grammar, shared by `FromStr`, `Display` and serde.
//!
//! ```
//! use telnum::{PhoneNumber, Prefix};
//!
//! let number: PhoneNumber = "+14158867900".parse()?;
//! let san_francisco: Prefix = "+1415".parse()?;
//!
//! assert_eq!(number.to_string(), "+14158867900");
//! assert!(san_francisco.range().contains(&number));
//! assert_eq!(size_of::<Option<PhoneNumber>>(), 8);
//!
//! let error = "+1 415".parse::<PhoneNumber>().unwrap_err();
//! assert_eq!(error.to_string(), "expected a digit at byte 2, found ' '");
//! # Ok::<(), telnum::NumberError>(())
//! ```
//!
//! # The packed form
//!
//! All three pack their digits into a `u64`, one digit a nibble from the top, and keep the number
//! of digits in the lowest nibble. Unused nibbles are 0. Stores may rely on it:
//!
//! ```text
//! +14158867900    1 4 1 5 8 8 6 7 9 0 0 0 0 0 0 B
//! bits           63                         4 3 0
//! ```
//!
//! So integer order is the order of the texts, all numbers with one prefix are one range of
//! integers, and no number is 0.

mod calling_code;
mod digits;
mod error;
mod packed;

use std::fmt;
use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use self::calling_code::CallingCode;
pub use self::digits::Digits;
pub use self::error::{NumberError, NumberErrorKind};
pub use self::packed::Buffer;
pub(crate) use self::packed::{digit_count, first_pairs, pack};

use self::packed::{check_bits, leading};

/// An E.164 number: `+` and 2 to 15 digits, the first not 0.
///
/// The order of numbers is the order of their texts. That a number is well formed says nothing
/// of whether its country has assigned it.
///
/// ```
/// use telnum::PhoneNumber;
///
/// let number: PhoneNumber = "+442079460000".parse()?;
/// assert_eq!(number.digit_count(), 12);
/// assert_eq!(format!("{number:>15}"), "  +442079460000");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(NonZeroU64);

impl PhoneNumber {
    /// The fewest digits a number has.
    pub const MIN_DIGITS: usize = 2;
    /// The most digits a number has (ITU-T E.164, 6.2.1).
    pub const MAX_DIGITS: usize = 15;

    /// Reads a number from bytes that hold its text; the same grammar as `FromStr`.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert_eq!(PhoneNumber::from_ascii(b"+33123456789")?, "+33123456789".parse()?);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong, and at which byte.
    #[inline]
    pub fn from_ascii(text: &[u8]) -> Result<Self, NumberError> {
        if let [b'+', digits @ ..] = text
            && let Some(number) = pack(digits).and_then(Self::from_packed)
        {
            return Ok(number);
        }
        Err(NumberError::in_number(text, Self::MIN_DIGITS))
    }

    /// The number with these packed digits, of which only the first and the count are looked at.
    #[inline]
    pub(crate) const fn from_packed(packed: u64) -> Option<Self> {
        match NonZeroU64::new(packed) {
            Some(bits) if packed >> 60 != 0 && digit_count(packed) >= Self::MIN_DIGITS => Some(Self(bits)),
            Some(_) | None => None,
        }
    }

    /// The packed form, as the [module](self) describes it.
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

    /// How many digits the number has, the calling code's included: 2 to 15.
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

    /// The digits, calling code first, as values 0 to 9.
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

    /// The digit at a place, 0 being the first after the `+`.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let number: PhoneNumber = "+4930".parse()?;
    /// assert_eq!((number.digit(1), number.digit(4)), (Some(9), None));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn digit(self, place: usize) -> Option<u8> {
        self.digits().nth(place)
    }

    /// Whether the number starts with a prefix.
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
        let count = prefix.digit_count();
        count <= self.digit_count() && (self.to_bits() ^ prefix.to_bits()) >> (64 - 4 * count) == 0
    }

    /// The prefix of the first `count` digits, if `count` is 1 to the number's digits.
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

    /// The calling code the number starts with, by the zones of ITU-T E.164; `None` if the number
    /// has no digit after it. Whether the code is in use is for the numbering plan to say.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let code = |text: &str| text.parse::<PhoneNumber>().unwrap().calling_code().unwrap().get();
    /// assert_eq!([code("+14158867900"), code("+4930123"), code("+35312345")], [1, 49, 353]);
    /// ```
    #[must_use]
    #[inline]
    pub const fn calling_code(self) -> Option<CallingCode> {
        match self.split() {
            Some((code, _)) => Some(code),
            None => None,
        }
    }

    /// The digits after the calling code: the national significant number, its leading zeros
    /// included. Empty where there is no [`calling_code`](Self::calling_code).
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let rome: PhoneNumber = "+390612345678".parse()?;
    /// assert_eq!(rome.national_digits().to_string(), "0612345678");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn national_digits(self) -> Digits {
        match self.split() {
            Some((_, national)) => national,
            None => Digits::of(0),
        }
    }

    /// The number of a calling code and the packed form of the digits after it, if it is one.
    #[inline]
    pub(crate) const fn join_packed(code: CallingCode, national: u64) -> Option<Self> {
        let width = code.digit_count();
        let count = digit_count(national) + width;
        if count > Self::MAX_DIGITS {
            return None;
        }
        Self::from_packed((national & !0xF) >> (4 * width) | code.leading() | count as u64)
    }

    /// Calling code and national digits.
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

    /// Writes the text into a buffer and returns it: [`Display`](fmt::Display) without a formatter.
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
        *buffer = Buffer::of(self.to_bits(), b'+');
        buffer.part(0, self.digit_count() + 1)
    }
}

impl TryFrom<u64> for PhoneNumber {
    type Error = NumberError;

    /// Reads the packed form. The position in an error counts nibbles from the top.
    fn try_from(bits: u64) -> Result<Self, NumberError> {
        check_bits(bits, Self::MIN_DIGITS, false).map(Self)
    }
}

/// What numbers start with: `+` and 1 to 15 digits, the first not 0.
///
/// A prefix sorts before every number and longer prefix that starts with it.
///
/// ```
/// use telnum::{PhoneNumber, Prefix};
///
/// let prefix: Prefix = "+1415".parse()?;
/// let all = prefix.range();
/// assert_eq!(all.start().to_string(), "+1415");
/// assert_eq!(all.end().to_string(), "+141599999999999");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(NonZeroU64);

impl Prefix {
    /// `+1`: the North American Numbering Plan's numbers.
    ///
    /// ```
    /// # use telnum::Prefix;
    /// assert_eq!(Prefix::NANP, "+1".parse()?);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    pub const NANP: Self = Self(NonZeroU64::MIN.saturating_add(0x1000_0000_0000_0000));

    /// Reads a prefix from bytes that hold its text; the same grammar as `FromStr`.
    ///
    /// # Errors
    /// What is wrong, and at which byte.
    ///
    /// ```
    /// # use telnum::Prefix;
    /// assert_eq!(Prefix::from_ascii(b"+1")?.digit_count(), 1);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
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

    /// The packed form, as the [module](self) describes it.
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

    /// How many digits the prefix has: 1 to 15.
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

    /// The digits as values 0 to 9.
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

    /// The numbers that start with this prefix, as one range: it holds them and no others.
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
        // A number has at least two digits, so the first one under `+1` is `+10`.
        let first = digits | if count == 1 { 2 } else { count as u64 };
        let nines =
            if count == PhoneNumber::MAX_DIGITS { 0 } else { 0x9999_9999_9999_9990 >> (4 * count) & !0xF };
        let last = digits | nines | PhoneNumber::MAX_DIGITS as u64;
        match (NonZeroU64::new(first), NonZeroU64::new(last)) {
            (Some(first), Some(last)) => RangeInclusive::new(PhoneNumber(first), PhoneNumber(last)),
            // Not reached: both hold the prefix's digits, of which the first is not 0.
            (_, _) => RangeInclusive::new(PhoneNumber(self.0), PhoneNumber(self.0)),
        }
    }
}

impl TryFrom<u64> for Prefix {
    type Error = NumberError;

    /// Reads the packed form. The position in an error counts nibbles from the top.
    fn try_from(bits: u64) -> Result<Self, NumberError> {
        check_bits(bits, 1, false).map(Self)
    }
}

impl From<PhoneNumber> for Prefix {
    /// The prefix of all of the number's digits.
    fn from(number: PhoneNumber) -> Self {
        Self(number.0)
    }
}

/// What is dialled after a call is answered: 1 to 15 digits, `;ext=` in a `tel:` URI.
///
/// It is kept outside the number. Leading zeros count: `007` is not `7`.
///
/// ```
/// use telnum::Extension;
///
/// let extension: Extension = "0042".parse()?;
/// assert_eq!(extension.to_string(), "0042");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extension(NonZeroU64);

impl Extension {
    /// Reads an extension from bytes that hold its digits; the same grammar as `FromStr`.
    ///
    /// # Errors
    /// What is wrong, and at which byte.
    ///
    /// ```
    /// # use telnum::Extension;
    /// assert_eq!(Extension::from_ascii(b"12")?, "12".parse()?);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    pub fn from_ascii(text: &[u8]) -> Result<Self, NumberError> {
        pack(text).and_then(NonZeroU64::new).map(Self).ok_or_else(|| NumberError::in_digits(text, 0, 1))
    }

    /// The packed form, as the [module](self) describes it.
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

    /// How many digits the extension has: 1 to 15.
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

    /// The digits as values 0 to 9.
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

    /// Reads the packed form. The position in an error counts nibbles from the top.
    fn try_from(bits: u64) -> Result<Self, NumberError> {
        check_bits(bits, 1, true).map(Self)
    }
}

/// The one grammar of a type: `FromStr`, `Display`, `Debug`, serde.
macro_rules! textual {
    ($type:ident, $start:expr, $expecting:literal) => {
        impl FromStr for $type {
            type Err = NumberError;

            #[inline]
            fn from_str(text: &str) -> Result<Self, NumberError> {
                Self::from_ascii(text.as_bytes())
            }
        }

        impl From<$type> for u64 {
            /// The packed form.
            fn from(value: $type) -> Self {
                value.to_bits()
            }
        }

        impl fmt::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let bits = self.to_bits();
                let buffer = Buffer::of(bits, b'+');
                let text = buffer.part($start, digit_count(bits) + 1);
                if f.width().is_none() && f.precision().is_none() { f.write_str(text) } else { f.pad(text) }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let bits = self.to_bits();
                serializer.serialize_str(Buffer::of(bits, b'+').part($start, digit_count(bits) + 1))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;

                impl de::Visitor<'_> for Text {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Text)
            }
        }
    };
}

textual!(PhoneNumber, 0, "an E.164 number: `+` and 2 to 15 digits");
textual!(Prefix, 0, "a number prefix: `+` and 1 to 15 digits");
textual!(Extension, 1, "an extension: 1 to 15 digits");
