use core::fmt;
use core::num::NonZeroU32;

use crate::number::{Extension, PhoneNumber};
use crate::text_enum::text_enum;

/// The result of [`plan::parse`](crate::plan::parse()): a number, and the other information in the
/// text.
///
/// ```
/// use telnum::plan::{self, Region, parse::CountrySource};
///
/// let parsed = plan::parse("+44 20 7946 0000 ext. 12", None)?;
/// assert_eq!(parsed.number.to_string(), "+442079460000");
/// assert_eq!(parsed.extension, Some("12".parse()?));
/// assert_eq!(parsed.source, CountrySource::PlusSign);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// The number.
    pub number: PhoneNumber,
    /// The extension: the digits to dial after the call is answered.
    #[doc(alias = "getExtension")]
    pub extension: Option<Extension>,
    /// The code of a carrier that was dialled before the number, as in Brazil.
    pub carrier_code: Option<CarrierCode>,
    /// The part of the text from which the country was determined.
    #[doc(alias = "getCountryCodeSource")]
    pub source: CountrySource,
}

/// The part of a text from which the country of its number was determined: libphonenumber's
/// `CountryCodeSource`, with the same names.
///
/// ```
/// use telnum::plan::{self, Region, parse::CountrySource};
///
/// let source = plan::parse("00 1 415 555 2671", Some(Region::DE))?.source;
/// assert_eq!(source, CountrySource::InternationalPrefix);
/// assert_eq!(source.as_str(), "FROM_NUMBER_WITH_IDD");
/// assert_eq!(CountrySource::all().len(), 4);
/// # Ok::<(), plan::ParseError>(())
/// ```
#[doc(alias = "CountryCodeSource")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountrySource {
    /// A calling code after a plus sign.
    PlusSign,
    /// A calling code after an international prefix of the region, such as `00`.
    InternationalPrefix,
    /// The calling code of the region, without a prefix.
    NumberWithoutPlus,
    /// No part of the text: the country is that of the region that was passed to the parser.
    DefaultRegion,
}

text_enum!(CountrySource, "the source of a country", all {
    PlusSign => "FROM_NUMBER_WITH_PLUS_SIGN",
    InternationalPrefix => "FROM_NUMBER_WITH_IDD",
    NumberWithoutPlus => "FROM_NUMBER_WITHOUT_PLUS_SIGN",
    DefaultRegion => "FROM_DEFAULT_COUNTRY",
});

/// The code that selects a carrier for one call: 1 to 7 digits.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let parsed = plan::parse("0 21 11 98765 4321", Some(Region::BR))?;
/// assert_eq!(parsed.number.to_string(), "+5511987654321");
/// assert_eq!(parsed.carrier_code.unwrap().to_string(), "21");
/// # Ok::<(), telnum::plan::ParseError>(())
/// ```
#[doc(alias = "getPreferredDomesticCarrierCode")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CarrierCode(NonZeroU32);

impl CarrierCode {
    /// Creates a code from ASCII digits; `None` unless there are 1 to 7 digits.
    #[inline]
    pub(super) fn from_digit_bytes(digits: &[u8]) -> Option<Self> {
        if digits.len() > 7 {
            return None;
        }
        // One digit per nibble, after a 1 that marks the start of the digits.
        let packed = digits.iter().fold(1, |packed, byte| packed << 4 | u32::from(byte & 0xF));
        NonZeroU32::new(packed).filter(|packed| packed.get() > 1).map(Self)
    }

    /// Creates a code from ASCII digits; `None` unless there are 1 to 7 digits.
    ///
    /// ```
    /// # use telnum::plan::parse::CarrierCode;
    /// assert_eq!(CarrierCode::from_digits("21").unwrap().to_string(), "21");
    /// assert_eq!(CarrierCode::from_digits(""), None);
    /// ```
    #[must_use]
    pub fn from_digits(digits: &str) -> Option<Self> {
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| Self::from_digit_bytes(digits.as_bytes()))?
    }

    /// Returns the digits as values 0 to 9.
    ///
    /// ```
    /// # use telnum::plan::{self, Region};
    /// let parsed = plan::parse("0 21 11 98765 4321", Some(Region::BR))?;
    /// assert!(parsed.carrier_code.unwrap().digits().eq([2, 1]));
    /// # Ok::<(), telnum::plan::ParseError>(())
    /// ```
    pub fn digits(self) -> impl Iterator<Item = u8> {
        let count = (31 - self.0.leading_zeros()) / 4;
        (0..count).rev().map(move |index| (self.0.get() >> (4 * index) & 0xF) as u8)
    }
}

impl fmt::Display for CarrierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut text, mut count) = ([0; 7], 0);
        for (byte, digit) in text.iter_mut().zip(self.digits()) {
            *byte = b'0' | digit;
            count += 1;
        }
        f.pad(text.get(..count).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default())
    }
}

impl fmt::Debug for CarrierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CarrierCode({self})")
    }
}
