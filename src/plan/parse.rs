//! From what people write to the number they mean.
//!
//! A text is read as libphonenumber's `parse` reads it, and refused where that refuses it. Without
//! a region only numbers with a calling code are understood; with one, also what is dialled there.
//!
//! ```
//! use telnum::plan::{self, Region, parse::CountrySource};
//!
//! let parsed = plan::parse("(020) 7946 0000 ext. 12", Some(Region::GB))?;
//! assert_eq!(parsed.number.to_string(), "+442079460000");
//! assert_eq!(parsed.extension, Some("12".parse()?));
//! assert_eq!(parsed.source, CountrySource::DefaultRegion);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chars;
mod plain;
mod resolve;
pub(super) mod rules;
mod text;

use std::fmt;
use std::num::NonZeroU32;

pub(super) use self::chars::{digit, is_plus};
use self::plain::Plain;
use self::resolve::resolve;
use self::rules::Territory;
pub(super) use self::text::Buffer;
use super::Region;
use super::table::Table;
use crate::number::{Extension, PhoneNumber};

/// A number that was read from a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// The number.
    pub number: PhoneNumber,
    /// What is dialled after the call is answered.
    pub extension: Option<Extension>,
    /// The code of a carrier that was dialled before the number, as in Brazil.
    pub carrier_code: Option<CarrierCode>,
    /// How the country was known.
    pub source: CountrySource,
}

/// How a text tells the country of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CountrySource {
    /// By a calling code after a plus sign.
    PlusSign,
    /// By a calling code after what is dialled to call abroad, such as `00`.
    InternationalPrefix,
    /// By the default region's calling code, with nothing before it.
    NumberWithoutPlus,
    /// Not at all: it is the default region.
    DefaultRegion,
}

/// The code of a carrier: 1 to 7 digits.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let parsed = plan::parse("0 21 11 98765 4321", Some(Region::BR))?;
/// assert_eq!(parsed.number.to_string(), "+5511987654321");
/// assert_eq!(parsed.carrier_code.unwrap().to_string(), "21");
/// # Ok::<(), telnum::plan::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CarrierCode(NonZeroU32);

/// Why a text is not a number.
///
/// ```
/// use telnum::plan::{self, parse::ParseErrorKind};
///
/// let error = plan::parse("call me: 555-2671", None).unwrap_err();
/// assert_eq!((error.kind(), error.position()), (ParseErrorKind::RegionNeeded, 9));
/// assert_eq!(error.to_string(), "no calling code, and no region was given, at byte 9");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at byte {position}")]
pub struct ParseError {
    kind: ParseErrorKind,
    position: usize,
}

/// What is wrong with a text that is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// It does not look like a number.
    #[error("not a phone number")]
    NotANumber,
    /// The `;phone-context=` of a `tel:` URI is neither a number's start nor a domain.
    #[error("a phone context that is neither a number nor a domain")]
    BadPhoneContext,
    /// The digits after the plus sign or international prefix start with no calling code.
    #[error("no such calling code")]
    UnknownCallingCode,
    /// It has no calling code, and no region was given.
    #[error("no calling code, and no region was given")]
    RegionNeeded,
    /// Fewer than three digits follow the plus sign.
    #[error("too few digits after the plus sign")]
    TooShortAfterPlus,
    /// Fewer than three digits follow what is dialled to call abroad.
    #[error("too few digits after the international prefix")]
    TooShortAfterPrefix,
    /// The country's part has fewer than two digits.
    #[error("too few digits")]
    TooShort,
    /// More than 15 digits, or more than 250 characters.
    #[error("too long")]
    TooLong,
    /// An extension of more than 15 digits.
    #[error("an extension of more than 15 digits")]
    ExtensionTooLong,
}

/// Reads the number in a text. See [`plan::parse`](super::parse()).
#[inline]
pub(super) fn parse(table: &Table, text: &str, region: Option<Region>) -> Result<Parsed, ParseError> {
    let home = || region.and_then(|region| table.territory(region));
    if let Some(plain) = Plain::read(text.as_bytes())
        && let Some(resolved) = plain.resolve(&table.rules, home)
    {
        let resolve::Resolved { number, carrier_code, source } = resolved;
        return Ok(Parsed { number, extension: None, carrier_code, source });
    }
    parse_any(table, text, home())
}

/// The long way, for any text.
fn parse_any(table: &Table, text: &str, home: Option<Territory>) -> Result<Parsed, ParseError> {
    let found = text::find(text)?;
    let resolved = resolve(&table.rules, found.digits.digits(), found.plus, home)
        .map_err(|refusal| refusal.kind.at(found.byte_of_digit(text, refusal.digit)))?;
    let extension = match &found.extension {
        None => None,
        Some((digits, start)) => {
            let extension = Extension::from_ascii(digits.digits()).ok();
            Some(extension.ok_or_else(|| ParseErrorKind::ExtensionTooLong.at(text::byte(text, *start)))?)
        }
    };
    let resolve::Resolved { number, carrier_code, source } = resolved;
    Ok(Parsed { number, extension, carrier_code, source })
}

/// The digits of a text as they are dialled, without a look at what they mean; `None` if there are
/// none, or a plus sign is before them.
pub(super) fn digits_as_written(text: &str) -> Option<Buffer> {
    text::digits(text)
}

/// Whether three letters or more make a text a vanity number. See
/// [`plan::is_vanity`](super::is_vanity).
pub(super) fn is_vanity(text: &str) -> bool {
    text::is_vanity(text)
}

impl Table {
    /// [`plan::parse`](super::parse()).
    ///
    /// # Errors
    /// Why the text is not a number, and where.
    pub fn parse(&self, text: &str, region: Option<Region>) -> Result<Parsed, ParseError> {
        parse(self, text, region)
    }
}

impl ParseError {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The byte of the text where what is wrong starts.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

impl ParseErrorKind {
    /// libphonenumber's name for it; empty for what only this crate refuses.
    ///
    /// ```
    /// use telnum::plan::parse::ParseErrorKind;
    ///
    /// assert_eq!(ParseErrorKind::RegionNeeded.name(), "INVALID_COUNTRY_CODE");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotANumber | Self::BadPhoneContext => "NOT_A_NUMBER",
            Self::UnknownCallingCode | Self::RegionNeeded => "INVALID_COUNTRY_CODE",
            Self::TooShortAfterPlus | Self::TooShortAfterPrefix => "TOO_SHORT_AFTER_IDD",
            Self::TooShort => "TOO_SHORT_NSN",
            Self::TooLong => "TOO_LONG",
            Self::ExtensionTooLong => "",
        }
    }

    #[inline]
    const fn at(self, position: usize) -> ParseError {
        ParseError { kind: self, position }
    }
}

impl CarrierCode {
    /// The code with these ASCII digits; `None` if there are none or more than seven.
    fn from_digit_bytes(digits: &[u8]) -> Option<Self> {
        if digits.len() > 7 {
            return None;
        }
        // One digit a nibble, under a 1 that marks where they start.
        let packed = digits.iter().fold(1, |packed, byte| packed << 4 | u32::from(byte & 0xF));
        NonZeroU32::new(packed).filter(|packed| packed.get() > 1).map(Self)
    }

    /// The digits as values 0 to 9.
    pub fn digits(self) -> impl Iterator<Item = u8> {
        let count = (31 - self.0.leading_zeros()) / 4;
        (0..count).rev().map(move |place| (self.0.get() >> (4 * place) & 0xF) as u8)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::table::BUILT_IN;
    use super::*;

    /// The short way for plain texts and the long way for any.
    fn both(text: &str, region: Option<Region>) -> [Result<Parsed, ParseError>; 2] {
        let home = region.and_then(|region| BUILT_IN.territory(region));
        [parse(&BUILT_IN, text, region), parse_any(&BUILT_IN, text, home)]
    }

    fn regions() -> impl Strategy<Value = Option<Region>> {
        proptest::option::of(proptest::sample::select(Region::all().collect::<Vec<_>>()))
    }

    #[test]
    fn the_short_way_is_the_long_way_on_known_texts() {
        for row in include_str!("../../tests/data/plan/parse.tsv").lines() {
            let cells: Vec<_> = row.split('\t').collect();
            for region in [Some(cells[0].parse().unwrap()), Some(Region::US), None] {
                let [short, long] = both(cells[1], region);
                assert_eq!(short, long, "{region:?} {}", cells[1]);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn the_short_way_is_the_long_way(
            text in r"(tel:|\+|\(|\+\+)?[0-9]{1,3}[-0-9 ./()]{0,16}[0-9+x;]{0,3}",
            region in regions(),
        ) {
            let [short, long] = both(&text, region);
            prop_assert_eq!(short, long);
        }

        #[test]
        fn any_text_is_answered(text in any::<String>(), region in regions()) {
            let [short, long] = both(&text, region);
            prop_assert_eq!(short, long);
        }

        #[test]
        fn texts_like_numbers_are_answered(
            text in "[-+0-9x*# ().,;:/~\\\\a-zé٠-٩０-９ｘ\u{301}\t\n=]{0,40}",
            region in regions(),
        ) {
            let [short, long] = both(&text, region);
            prop_assert_eq!(short, long);
            if let Err(error) = short {
                prop_assert!(text.is_char_boundary(error.position()));
            }
        }
    }
}
