//! The parser of numbers as people write them.
//!
//! [`plan::parse`] accepts the texts that libphonenumber's `parse` accepts and refuses the others. With
//! a region it also accepts numbers as dialled there; without one, only texts with a calling code.
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
//!
//! [`plan::parse`]: super::parse()

pub(super) mod chars;
pub(super) mod digit_buffer;
mod error;
pub(super) mod extension;
mod parsed;
pub(super) mod plain;
pub(super) mod resolve;
pub(super) mod text;

pub use self::error::{ParseError, ParseErrorKind};
pub use self::parsed::{CarrierCode, CountrySource, Parsed};

use self::digit_buffer::DigitBuffer;
use self::plain::Plain;
use self::resolve::{Parts, Resolved, resolve, resolve_parts};
use super::region::Region;
use super::table::Table;
use super::table::bytes::Territory;
use crate::number::Extension;

impl Table {
    /// Parses `text` as [`plan::parse`](super::parse()) does.
    ///
    /// # Errors
    ///
    /// The errors of [`plan::parse`](super::parse()).
    #[inline]
    pub fn parse(&self, text: &str, region: Option<Region>) -> Result<Parsed, ParseError> {
        let home = || region.and_then(|region| self.territory(region));
        if let Some(plain) = Plain::read(text.as_bytes())
            && let Some(Resolved { number, carrier_code, source }) = plain.resolve(&self.rules, home)
        {
            return Ok(Parsed { number, extension: None, carrier_code, source });
        }
        self.parse_any(text, home())
    }

    /// Parses a text that is not [`Plain`].
    fn parse_any(&self, text: &str, home: Option<Territory>) -> Result<Parsed, ParseError> {
        let candidate = text::find(text)?;
        let Resolved { number, carrier_code, source } =
            resolve(&self.rules, candidate.digits.as_bytes(), candidate.has_plus, home)
                .map_err(|refusal| refusal.kind.at(candidate.byte_of_digit(text, refusal.digit)))?;
        let extension =
            match &candidate.extension {
                None => None,
                Some((digits, start)) => {
                    let extension = Extension::from_ascii(digits.as_bytes()).ok();
                    Some(extension.ok_or_else(|| {
                        ParseErrorKind::ExtensionTooLong.at(text::byte_of_char(text, *start))
                    })?)
                }
            };
        Ok(Parsed { number, extension, carrier_code, source })
    }
}

/// A number whose length is not limited yet, as libphonenumber has it.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// The main territory of the calling code; `None` for a number without one.
    pub(super) territory: Option<Territory>,
    pub(super) national: DigitBuffer,
    pub(super) extension: Option<DigitBuffer>,
    pub(super) source: CountrySource,
}

impl Reading {
    /// The maximum number of national digits in libphonenumber.
    const MAX_NATIONAL: usize = 17;

    fn new(territory: Option<Territory>, national: &[u8], source: CountrySource) -> Option<Self> {
        let mut digits = DigitBuffer::new();
        digits.extend(national);
        (2..=Self::MAX_NATIONAL).contains(&national.len()).then_some(Self {
            territory,
            national: digits,
            extension: None,
            source,
        })
    }
}

impl Table {
    /// Parses `text` without the limits of E.164: up to 17 national digits, and 20 of an extension.
    pub(super) fn read_number(&self, text: &str, home: Option<Territory>) -> Result<Reading, ParseErrorKind> {
        let candidate = text::find(text).map_err(|error| error.kind())?;
        let reading = resolve_parts(
            &self.rules,
            candidate.digits.as_bytes(),
            candidate.has_plus,
            home,
            |Parts { territory, national, source, .. }| Ok(Reading::new(Some(territory), national, source)),
        );
        let reading = reading.map_err(|refusal| refusal.kind)?.ok_or(ParseErrorKind::TooLong)?;
        Ok(Reading { extension: candidate.extension.map(|(digits, _)| digits), ..reading })
    }
}

/// Reads a text as a national number of no particular country; no prefix is stripped.
pub(super) fn read_national(text: &str) -> Result<Reading, ParseErrorKind> {
    let candidate = text::find(text).map_err(|error| error.kind())?;
    if candidate.has_plus {
        return Err(ParseErrorKind::UnknownCallingCode);
    }
    let reading = Reading::new(None, candidate.digits.as_bytes(), CountrySource::DefaultRegion);
    let reading = reading.ok_or(ParseErrorKind::TooLong)?;
    Ok(Reading { extension: candidate.extension.map(|(digits, _)| digits), ..reading })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::table::BUILT_IN;
    use super::super::{NumberType, example_number};
    use super::*;

    /// Parses `text` by the fast path for plain texts where it applies, and by the general path.
    fn by_both_paths(text: &str, region: Option<Region>) -> [Result<Parsed, ParseError>; 2] {
        let home = region.and_then(|region| BUILT_IN.territory(region));
        [BUILT_IN.parse(text, region), BUILT_IN.parse_any(text, home)]
    }

    fn regions() -> impl Strategy<Value = Option<Region>> {
        proptest::option::of(proptest::sample::select(Region::all().collect::<Vec<_>>()))
    }

    #[test]
    fn both_paths_agree_on_example_numbers() {
        for region in Region::all() {
            for number in NumberType::all().filter_map(|kind| example_number(region, kind)) {
                let national = number.national().to_string();
                let digits = number.national_digits().to_string();
                let international = number.international().to_string();
                let texts = [
                    number.to_string(),
                    international.replacen('+', "00", 1),
                    national,
                    digits,
                    international,
                ];
                for (text, home) in texts
                    .iter()
                    .flat_map(|text| [Some(region), Some(Region::US), None].map(|home| (text, home)))
                {
                    let [plain, any] = by_both_paths(text, home);
                    assert_eq!(plain, any, "{home:?} {text}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn both_paths_agree_on_plain_texts(
            text in r"(tel:|\+|\(|\+\+)?[0-9]{1,3}[-0-9 ./()]{0,16}[0-9+x;]{0,3}",
            region in regions(),
        ) {
            let [plain, any] = by_both_paths(&text, region);
            prop_assert_eq!(plain, any);
        }

        #[test]
        fn both_paths_agree_on_any_text(text in any::<String>(), region in regions()) {
            let [plain, any] = by_both_paths(&text, region);
            prop_assert_eq!(plain, any);
        }

        #[test]
        fn both_paths_agree_on_texts_like_numbers(
            text in "[-+0-9x*# ().,;:/~\\\\a-zé٠-٩０-９ｘ\u{301}\t\n=]{0,40}",
            region in regions(),
        ) {
            let [plain, any] = by_both_paths(&text, region);
            prop_assert_eq!(plain, any);
            if let Err(error) = plain {
                prop_assert!(text.is_char_boundary(error.position()));
            }
        }
    }
}
