//! The world's numbering plan: the region, type and validity of numbers, and how numbers are written
//! and dialled.
//!
//! ```
//! use telnum::plan::{self, NumberType, Region, Style};
//!
//! let number = plan::parse("044 668 18 00", Some(Region::CH))?.number;
//! let found = plan::lookup(number);
//! assert!(found.is_valid());
//! assert_eq!((found.region(), found.number_type()), (Some(Region::CH), NumberType::FixedLine));
//! assert_eq!(plan::format(number, Style::International), "+41 44 668 18 00");
//! # Ok::<(), plan::ParseError>(())
//! ```
//!
//! The results are those of libphonenumber, release [`METADATA_VERSION`]; [`parse()`] lists the few
//! exceptions, and [`guide`] lists the counterpart of each of libphonenumber's functions. [`clean`](mod@clean)
//! reads the cells of dirty columns, and [`doctor`] diagnoses a column. The results are
//! read from a constant table of 196 KB, in which a lookup usually visits three or four digits of the number.
//! The as-you-type formats, the [short numbers](short) and the alternate formats that [`find()`] accepts are
//! in separate tables, so that only programs that use them contain them. Nothing is initialized at the first
//! call. Only [`AsYouType`], [`NumberFormat`], [`RegionError`], [`doctor`], several numbers in one cell and the
//! functions that return a `String` allocate.
//!
//! # Region and type of each line
//!
//! The names of regions and types are `&'static str`, so that a batch need not allocate strings for
//! them. The functions have no state, so a batch can be divided among any number of threads:
//!
//! ```
//! use telnum::plan::{self, Region};
//!
//! fn region_and_type(line: &str) -> (&'static str, &'static str) {
//!     let Ok(parsed) = plan::parse(line, Some(Region::US)) else { return ("", "") };
//!     let found = plan::lookup(parsed.number);
//!     (found.region().map_or("", Region::as_str), found.number_type().as_str())
//! }
//!
//! let lines = "(415) 886-7900\n+44 7400 123456\nnone";
//! let columns: Vec<_> = lines.lines().map(region_and_type).collect();
//! assert_eq!(columns, [("US", "FIXED_LINE_OR_MOBILE"), ("GB", "MOBILE"), ("", "")]);
//! ```

mod as_you_type;
mod chars;
pub mod clean;
pub mod doctor;
mod facts;
pub mod find;
mod format;
pub mod guide;
mod lookup;
mod methods;
mod number_type;
pub mod parse;
mod possibility;
mod redact;
mod region;
pub mod short;
mod similarity;
mod table;

pub use self::as_you_type::AsYouType;
#[doc(hidden)]
pub use self::as_you_type::TypingTable;
#[doc(inline)]
pub use self::clean::clean;
pub use self::find::{Find, Found, Leniency};
pub use self::format::{Formatted, NumberFormat, NumberFormatError, Style};
pub use self::lookup::Lookup;
pub use self::number_type::NumberType;
pub use self::parse::{ParseError, Parsed};
pub use self::possibility::Possibility;
pub use self::redact::Redacted;
pub use self::region::{Region, RegionError};
pub use self::similarity::{Comparand, Similarity};
#[doc(hidden)]
pub use self::table::Table;

use alloc::borrow::Cow;
use alloc::string::String;

use self::parse::CarrierCode;
use self::table::BUILT_IN;
use crate::number::{CallingCode, Extension, PhoneNumber};

/// The release of libphonenumber whose metadata the plan is generated from.
///
/// To update the plan to another release, run `cargo run --release --example generate_plan --
/// RESOURCES`, where `RESOURCES` is the `resources/` directory of its source. The example `plan_diff` lists
/// the numbers whose answers differ between two releases.
pub const METADATA_VERSION: &str = table::VERSION;

/// Returns the entry of `number` in the numbering plan: its region, type and validity.
///
/// ```
/// use telnum::plan::{self, Possibility};
///
/// let found = plan::lookup("+41446".parse()?);
/// assert!(!found.is_valid());
/// assert_eq!(found.possibility(), Possibility::TooShort);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias("isValidNumber", "isPossibleNumber", "getNumberType", "getRegionCodeForNumber", "Lookup"))]
#[must_use]
#[inline]
pub fn lookup(number: PhoneNumber) -> Lookup {
    BUILT_IN.lookup(number)
}

/// Parses the number in `text`, as written or dialled in `region`.
///
/// A number with a calling code, after a plus sign or an international prefix of `region`, belongs to
/// the country of that code and not to `region`. Without a region, only texts with a plus sign are
/// accepted.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let number = |text: &str, region| plan::parse(text, region).map(|parsed| parsed.number.to_string());
/// assert_eq!(number("(415) 555-2671", Some(Region::US))?, "+14155552671");
/// assert_eq!(number("00 1 415 555 2671", Some(Region::DE))?, "+14155552671");
/// assert_eq!(number("tel:+1-415-555-2671;ext=9", None)?, "+14155552671");
/// assert_eq!(number("1-800-FLOWERS", Some(Region::US))?, "+18003569377");
/// assert!(number("someone@example.com", Some(Region::US)).is_err());
/// # Ok::<(), telnum::plan::ParseError>(())
/// ```
///
/// The number is not necessarily valid; use [`lookup`] to check. Even a date is accepted, since it
/// consists of digits with punctuation.
///
/// # Differences from libphonenumber
///
/// - Numbers and extensions of more than 15 digits are refused as too long (ITU-T E.164, 6.2.1).
/// - The digits of an extension are ASCII, regardless of the script in which they were written.
/// - `;phone-context=` before `tel:` is refused; libphonenumber fails in other ways.
///
/// Where the ports of libphonenumber differ, the result is that of the Java port: it refuses `12 ext
/// 3`, since a number of two digits cannot have an extension, and cuts a text before its first `/x`,
/// not before the last.
///
/// # Errors
///
/// A [`ParseError`] has a [kind](parse::ParseErrorKind) and a position:
///
/// - [`NotANumber`]: the text does not look like a number. The position is that of the first character
///   that does not belong to a number.
/// - [`RegionNeeded`]: the text has no calling code and `region` is `None`. The position is the start
///   of the number.
/// - [`UnknownCallingCode`]: the calling code is not assigned. The position is that of the code.
/// - [`TooShortAfterPlus`], [`TooShortAfterPrefix`], [`TooShort`]: the number has too few digits. The
///   position is the end of the number.
/// - [`TooLong`], [`ExtensionTooLong`]: the number or the extension has more than 15 digits, or the
///   text has more than 250 UTF-16 units. The position is that of the first excess digit or character,
///   or of the extension.
/// - [`InvalidPhoneContext`]: the phone context of a `tel:` URI is malformed. The position is that of
///   the context.
///
/// [`NotANumber`]: parse::ParseErrorKind::NotANumber
/// [`RegionNeeded`]: parse::ParseErrorKind::RegionNeeded
/// [`UnknownCallingCode`]: parse::ParseErrorKind::UnknownCallingCode
/// [`TooShortAfterPlus`]: parse::ParseErrorKind::TooShortAfterPlus
/// [`TooShortAfterPrefix`]: parse::ParseErrorKind::TooShortAfterPrefix
/// [`TooShort`]: parse::ParseErrorKind::TooShort
/// [`TooLong`]: parse::ParseErrorKind::TooLong
/// [`ExtensionTooLong`]: parse::ParseErrorKind::ExtensionTooLong
/// [`InvalidPhoneContext`]: parse::ParseErrorKind::InvalidPhoneContext
#[doc(alias("parseAndKeepRawInput", "parseHelper"))]
#[inline]
pub fn parse(text: &str, region: Option<Region>) -> Result<Parsed, ParseError> {
    BUILT_IN.parse(text, region)
}

/// Returns an iterator over the numbers in `text`, as written or dialled in `region`.
///
/// Without a region, only numbers with a plus sign are found. The module [`find`](mod@find) lists the rules.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let text = "Office 044 668 18 00, fax +41 44 668 18 01; order 20261112.";
/// let numbers = plan::find(text, Some(Region::CH)).map(|found| found.number.to_string());
/// assert!(numbers.eq(["+41446681800", "+41446681801"]));
/// ```
#[doc(alias("findNumbers", "PhoneNumberMatcher"))]
#[inline]
pub fn find(text: &str, region: Option<Region>) -> Find<'_> {
    BUILT_IN.find(text, region)
}

/// Returns `text` for display with its numbers masked, as written or dialled in `region`.
///
/// Without a region, only numbers with a plus sign are masked.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let redacted = plan::redact("Ann asked to call 020 7946 0000 back.", Some(Region::GB));
/// assert_eq!(redacted.to_string(), "Ann asked to call *** **** **** back.");
/// assert_eq!(redacted.with_last_digits(3).to_string(), "Ann asked to call *** **** *000 back.");
/// ```
pub fn redact(text: &str, region: Option<Region>) -> Redacted<'_> {
    BUILT_IN.redact(text, region)
}

/// Returns the degree to which two numbers are the same. The arguments are texts, numbers, or
/// [comparands](Comparand), and their order does not matter.
///
/// A text without a calling code is read as a number of the country of the other one, so that its
/// national prefix is dropped. If neither has a calling code, the digits are compared as they are.
///
/// ```
/// use telnum::plan::{self, Similarity};
///
/// let number: telnum::PhoneNumber = "+442079460000".parse()?;
/// assert_eq!(plan::similarity("tel:+44-20-7946-0000", number), Similarity::ExactMatch);
/// assert_eq!(plan::similarity(number, "020 7946 0000"), Similarity::NationalMatch);
/// assert_eq!(plan::similarity(number, "7946 0000"), Similarity::ShortNationalMatch);
/// assert_eq!(plan::similarity(number, "+33 1 23 45 67 89"), Similarity::NoMatch);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "isNumberMatch")]
#[must_use]
pub fn similarity<'a>(first: impl Into<Comparand<'a>>, second: impl Into<Comparand<'a>>) -> Similarity {
    BUILT_IN.similarity(first, second)
}

/// Returns whether `text` is a number with letters in place of digits, such as `1-800-FLOWERS`.
///
/// The result is `false` for a text of more than 250 UTF-16 units.
///
/// ```
/// use telnum::plan;
///
/// assert!(plan::is_vanity("1800 six-flags"));
/// assert!(!plan::is_vanity("1800 123-1234 extension: 1234"));
/// ```
#[doc(alias = "isAlphaNumber")]
#[must_use]
pub fn is_vanity(text: &str) -> bool {
    parse::text::is_vanity(text)
}

/// Formats `number` in `style`.
///
/// If the calling code is not assigned, the result in all styles except [`Style::E164`] is the national
/// digits, as in libphonenumber.
///
/// ```
/// use telnum::plan::{self, Style};
///
/// let number = "+14158867900".parse()?;
/// assert_eq!(plan::format(number, Style::National), "(415) 886-7900");
/// assert_eq!(plan::format(number, Style::International), "+1 415-886-7900");
/// assert_eq!(plan::format(number, Style::Rfc3966), "tel:+1-415-886-7900");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "formatNumber")]
#[must_use]
#[inline]
pub fn format(number: PhoneNumber, style: Style) -> Formatted {
    BUILT_IN.format(number, None, style)
}

/// Formats `number` and `extension`, with the extension label that is usual in the country of the
/// number.
///
/// [`Style::E164`] omits the extension.
///
/// ```
/// use telnum::plan::{self, Style};
///
/// let number = "+14158867900".parse()?;
/// let text = plan::format_with_extension(number, Some("42".parse()?), Style::National);
/// assert_eq!(text, "(415) 886-7900 ext. 42");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[must_use]
pub fn format_with_extension(number: PhoneNumber, extension: Option<Extension>, style: Style) -> Formatted {
    BUILT_IN.format(number, extension, style)
}

/// Formats `number` and `extension` as dialled from the region `from`.
///
/// If `from` has several international prefixes and none is preferred, the result is that of
/// [`Style::International`].
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let number = "+41446681800".parse()?;
/// assert_eq!(plan::format_out_of_country(number, None, Region::US), "011 41 44 668 18 00");
/// assert_eq!(plan::format_out_of_country(number, None, Region::CH), "044 668 18 00");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "formatOutOfCountryCallingNumber")]
#[must_use]
pub fn format_out_of_country(number: PhoneNumber, extension: Option<Extension>, from: Region) -> Formatted {
    BUILT_IN.format_out_of_country(number, extension, from)
}

/// Formats `number` and `extension` as dialled within the country, with `carrier_code` selecting the
/// carrier.
///
/// A `carrier_code` that is not 1 to 15 ASCII characters is omitted.
///
/// ```
/// use telnum::plan;
///
/// let number = "+551123456789".parse()?;
/// assert_eq!(plan::format_with_carrier_code(number, None, "15"), "0 15 (11) 2345-6789");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "formatNationalNumberWithCarrierCode")]
#[must_use]
pub fn format_with_carrier_code(
    number: PhoneNumber,
    extension: Option<Extension>,
    carrier_code: &str,
) -> Formatted {
    BUILT_IN.format_with_carrier_code(number, extension, carrier_code)
}

/// Formats `number` and `extension` as dialled within the country, with the carrier code `preferred`, or
/// `fallback` if that is `None`.
///
/// The preferred code is usually that with which the number was dialled before: [`Parsed::carrier_code`].
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let parsed = plan::parse("0 21 11 2345 6789", Some(Region::BR))?;
/// let text = |preferred| plan::format_with_preferred_carrier_code(parsed.number, None, preferred, "15");
/// assert_eq!(text(parsed.carrier_code), "0 21 (11) 2345-6789");
/// assert_eq!(text(None), "0 15 (11) 2345-6789");
/// # Ok::<(), plan::ParseError>(())
/// ```
#[doc(alias = "formatNationalNumberWithPreferredCarrierCode")]
#[must_use]
pub fn format_with_preferred_carrier_code(
    number: PhoneNumber,
    extension: Option<Extension>,
    preferred: Option<CarrierCode>,
    fallback: &str,
) -> Formatted {
    BUILT_IN.format_with_preferred_carrier_code(number, extension, preferred, fallback)
}

/// Formats a number that was parsed from `text` as the text is written: in the international format, with an
/// international prefix as dialled from the region `from`, or in the national format with or without the
/// national prefix.
///
/// The result is `text` itself if no format fits the number, or if the formatted number does not have the
/// same digits, `+`, `*` and `#` as the text.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let text = "02079460000";
/// let parsed = plan::parse(text, Some(Region::GB))?;
/// assert_eq!(plan::format_original(&parsed, text, Region::GB), "020 7946 0000");
/// let text = "0044(0)2079460000";
/// let parsed = plan::parse(text, Some(Region::FR))?;
/// assert_eq!(plan::format_original(&parsed, text, Region::FR), text);
/// # Ok::<(), plan::ParseError>(())
/// ```
#[doc(alias = "formatInOriginalFormat")]
#[must_use]
pub fn format_original<'t>(parsed: &Parsed, text: &'t str, from: Region) -> Cow<'t, str> {
    BUILT_IN.format_original(parsed, text, from)
}

/// Formats a number that was parsed from `text` as dialled from the region `from`, with the letters and
/// groups of the text.
///
/// If `text` is empty, the result is that of [`format_out_of_country`].
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let text = "1800 six-flags";
/// let parsed = plan::parse(text, Some(Region::US))?;
/// assert_eq!(plan::format_keeping_letters(&parsed, text, Region::AU), "0011 1 800 SIX-FLAGS");
/// assert_eq!(plan::format_keeping_letters(&parsed, text, Region::US), "1 800 SIX-FLAGS");
/// # Ok::<(), plan::ParseError>(())
/// ```
#[doc(alias = "formatOutOfCountryKeepingAlphaChars")]
#[must_use]
pub fn format_keeping_letters(parsed: &Parsed, text: &str, from: Region) -> String {
    BUILT_IN.format_keeping_letters(parsed, text, from)
}

/// Formats `number` as dialled from a mobile phone in the region `from`; `None` if it cannot be dialled
/// there.
///
/// Brazilian numbers need a `carrier_code` within Brazil.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let number = "+525512345678".parse()?;
/// assert_eq!(plan::format_for_mobile(number, None, Region::MX).unwrap(), "+52 55 1234 5678");
/// assert!(plan::format_for_mobile("+5511961234567".parse()?, None, Region::BR).is_none());
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "formatNumberForMobileDialing")]
#[must_use]
pub fn format_for_mobile(
    number: PhoneNumber,
    carrier_code: Option<CarrierCode>,
    from: Region,
) -> Option<Formatted> {
    BUILT_IN.format_for_mobile(number, carrier_code, from)
}

/// Returns the characters to dial for `number` on a mobile phone in the region `from`: the text of
/// [`format_for_mobile`] without separators.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let text = plan::dial_string_for_mobile("+442079460000".parse()?, None, Region::GB);
/// assert_eq!(text.unwrap(), "02079460000");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "formatNumberForMobileDialing")]
#[must_use]
pub fn dial_string_for_mobile(
    number: PhoneNumber,
    carrier_code: Option<CarrierCode>,
    from: Region,
) -> Option<Formatted> {
    BUILT_IN.dial_string_for_mobile(number, carrier_code, from)
}

/// Formats `number` and `extension` in `style` by the first of `formats` that fits the number, or without
/// separators if none fits.
///
/// ```
/// use telnum::plan::{self, NumberFormat, Style};
///
/// let formats = [NumberFormat::new(r"(\d{3})(\d{3})(\d{4})", "($1) $2-$3")?];
/// let text = plan::format_by_pattern("+18002530000".parse()?, None, Style::International, &formats);
/// assert_eq!(text, "+1 (800) 253-0000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "formatByPattern")]
#[must_use]
pub fn format_by_pattern(
    number: PhoneNumber,
    extension: Option<Extension>,
    style: Style,
    formats: &[NumberFormat],
) -> String {
    BUILT_IN.format_by_pattern(number, extension, style, formats)
}

/// Returns `number` without the last digits, which make it too long; `None` if no number at its start is
/// valid.
///
/// A valid number is unchanged.
///
/// ```
/// use telnum::plan;
///
/// assert_eq!(plan::truncate("+1650253000012".parse()?), Some("+16502530000".parse()?));
/// assert_eq!(plan::truncate("+1150253000012".parse()?), None);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "truncateTooLongNumber")]
#[must_use]
pub fn truncate(number: PhoneNumber) -> Option<PhoneNumber> {
    BUILT_IN.truncate(number)
}

/// Returns the valid number at the start of `text`, which must be `+` and ASCII digits, possibly more of them
/// than a [`PhoneNumber`] can have; `None` if no number at its start is valid.
///
/// ```
/// use telnum::plan;
///
/// assert_eq!(plan::truncate_text("+16502530000123456789"), Some("+16502530000".parse()?));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "truncateTooLongNumber")]
#[must_use]
pub fn truncate_text(text: &str) -> Option<PhoneNumber> {
    BUILT_IN.truncate_text(text)
}

/// Returns the characters of `text` that a telephone can dial: ASCII digits, `+`, `*` and `#`.
///
/// ```
/// assert_eq!(telnum::plan::diallable_only("03*4-56&+1a#234"), "03*456+1#234");
/// ```
#[doc(alias = "normalizeDiallableCharsOnly")]
#[must_use]
pub fn diallable_only(text: &str) -> String {
    chars::diallable_only(text)
}

/// Returns the decimal digits of `text`, in any script, as ASCII digits.
///
/// libphonenumber for Java drops digits above U+FFFF, since it reads text in units of 16 bits.
///
/// ```
/// assert_eq!(telnum::plan::digits_only("tel: 03-45 ٦٧"), "034567");
/// ```
#[doc(alias = "normalizeDigitsOnly")]
#[must_use]
pub fn digits_only(text: &str) -> String {
    chars::digits_only(text)
}

/// Returns `text` with the digits of the keypad (ITU-T E.161) in place of letters.
///
/// ```
/// assert_eq!(telnum::plan::letters_to_digits("1800-ABC-DEF"), "1800-222-333");
/// ```
#[doc(alias = "convertAlphaCharactersInNumber")]
#[must_use]
pub fn letters_to_digits(text: &str) -> String {
    chars::letters_to_digits(text)
}

/// Returns the assigned calling codes, in ascending order.
///
/// ```
/// assert_eq!(telnum::plan::calling_codes().count(), 215);
/// ```
#[doc(alias("getSupportedCallingCodes", "getSupportedGlobalNetworkCallingCodes"))]
pub fn calling_codes() -> impl Iterator<Item = CallingCode> {
    BUILT_IN.codes()
}

/// Returns an example of a valid number of `kind` in `region`; `None` if the metadata has none.
///
/// ```
/// use telnum::plan::{self, NumberType, Region};
///
/// let number = plan::example_number(Region::CH, NumberType::Mobile).unwrap();
/// assert_eq!(number.to_string(), "+41781234567");
/// ```
#[doc(alias("getExampleNumber", "getExampleNumberForType"))]
#[must_use]
pub fn example_number(region: Region, kind: NumberType) -> Option<PhoneNumber> {
    BUILT_IN.example_number(region, kind)
}

/// Returns a number of `region` that is invalid because it is too short; `None` if the metadata has no
/// example of a fixed line.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let number = plan::invalid_example_number(Region::CH).unwrap();
/// assert!(!number.is_valid());
/// ```
#[doc(alias = "getInvalidExampleNumber")]
#[must_use]
pub fn invalid_example_number(region: Region) -> Option<PhoneNumber> {
    BUILT_IN.invalid_example_number(region)
}
