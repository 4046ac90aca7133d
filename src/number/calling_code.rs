use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::error::{NumberError, NumberErrorKind};

/// The calling code of a country or service in E.164: 1 to 999. In serde it is an integer.
///
/// The code is not necessarily assigned: [`plan::calling_codes`](crate::plan::calling_codes) returns
/// the assigned ones.
///
/// ```
/// use telnum::CallingCode;
///
/// let code = CallingCode::new(49)?;
/// assert_eq!((code.get(), code.to_string()), (49, "49".to_owned()));
/// assert_eq!("353".parse::<CallingCode>()?.get(), 353);
/// assert!(CallingCode::new(1000).is_err());
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "country code")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallingCode(u16);

impl CallingCode {
    /// The calling code of the North American Numbering Plan, 1.
    pub const NANP: Self = Self(1);

    /// The maximum number of digits of a calling code.
    const MAX_DIGITS: usize = 3;

    /// Creates a calling code.
    ///
    /// ```
    /// # use telnum::CallingCode;
    /// assert_eq!(CallingCode::new(1)?, CallingCode::NANP);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`NumberErrorKind::CallingCodeOutOfRange`] unless `code` is 1 to 999.
    pub const fn new(code: u16) -> Result<Self, NumberError> {
        match code {
            1..=999 => Ok(Self(code)),
            _ => Err(NumberError::new(0, NumberErrorKind::CallingCodeOutOfRange(code))),
        }
    }

    /// Returns the value: 1 to 999.
    #[must_use]
    #[inline]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Returns the number of leading digits of a packed form that are the calling code: one in zones 1 and 7,
    /// two for the codes listed below, three for all others.
    #[inline]
    pub(crate) const fn width(bits: u64) -> usize {
        /// The two-digit codes, one bit each: 20, 27, 30 to 34, 36, 39, ...
        const TWO_DIGITS: u128 = {
            let codes = [
                20u8, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55,
                56, 57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
            ];
            let mut set = 0;
            let mut rest: &[u8] = &codes;
            while let [code, more @ ..] = rest {
                set |= 1 << *code;
                rest = more;
            }
            set
        };
        let first = bits >> 60;
        let two = first * 10 + (bits >> 56 & 0xF);
        if first == 1 || first == 7 {
            1
        } else if TWO_DIGITS >> two & 1 == 1 {
            2
        } else {
            3
        }
    }

    /// Returns the number of digits: 1 to 3.
    #[inline]
    pub(crate) const fn digit_count(self) -> usize {
        match self.0 {
            0..10 => 1,
            10..100 => 2,
            _ => 3,
        }
    }

    /// Returns the digits, one per nibble from the most significant one down.
    #[inline]
    pub(crate) const fn leading(self) -> u64 {
        let (tens, ones) = (self.0 as u64 / 10, self.0 as u64 % 10);
        let digits = (tens / 10) << 8 | (tens % 10) << 4 | ones;
        digits << (64 - 4 * self.digit_count())
    }

    /// Returns the code in the leading `width` nibbles.
    #[inline]
    pub(crate) const fn from_leading(bits: u64, width: usize) -> Self {
        let first = (bits >> 60) as u16;
        let second = (bits >> 56 & 0xF) as u16;
        let third = (bits >> 52 & 0xF) as u16;
        Self(match width {
            1 => first,
            2 => first * 10 + second,
            _ => first * 100 + second * 10 + third,
        })
    }
}

impl fmt::Display for CallingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for CallingCode {
    type Err = NumberError;

    /// Parses 1 to 3 digits, the first not 0.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        match text.as_bytes() {
            [b'0', ..] => Err(NumberError::new(0, NumberErrorKind::LeadingZero)),
            digits
                if (1..=Self::MAX_DIGITS).contains(&digits.len())
                    && digits.iter().all(u8::is_ascii_digit) =>
            {
                Ok(Self(digits.iter().fold(0, |code, byte| code * 10 + u16::from(byte & 0xF))))
            }
            other => Err(NumberError::in_digits(other, 0, 1, Self::MAX_DIGITS)),
        }
    }
}

impl TryFrom<u16> for CallingCode {
    type Error = NumberError;

    fn try_from(code: u16) -> Result<Self, NumberError> {
        Self::new(code)
    }
}

impl Serialize for CallingCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}

impl<'de> Deserialize<'de> for CallingCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u16::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
