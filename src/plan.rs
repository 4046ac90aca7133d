//! The world's numbering plan: whose a number is, of which type, whether it is valid, how it is
//! written.
//!
//! The answers are those of libphonenumber, release [`METADATA_VERSION`], from a table of 198 KB in
//! which a number is found by walking three or four of its digits. Nothing is prepared at the first
//! call, and nothing is allocated but by [`AsYouType`].
//!
//! ```
//! use telnum::plan::{self, NumberType, Region};
//!
//! let found = plan::lookup("+41446681800".parse()?);
//! assert!(found.is_valid());
//! assert_eq!(found.region(), Some(Region::CH));
//! assert_eq!(found.number_type(), NumberType::FixedLine);
//! # Ok::<(), telnum::NumberError>(())
//! ```

mod as_you_type;
mod format;
mod lookup;
mod number;
pub mod parse;
mod region;
pub mod short;
mod table;

pub use self::as_you_type::AsYouType;
#[doc(hidden)]
pub use self::as_you_type::Typing;
pub use self::format::{Formatted, Style};
pub use self::lookup::{Lookup, NumberType, Possibility};
pub use self::parse::{ParseError, Parsed};
pub use self::region::{Region, RegionError};
#[doc(hidden)]
pub use self::table::Table;

use self::table::BUILT_IN;
use crate::number::{CallingCode, Extension, PhoneNumber};

/// The release of libphonenumber whose metadata the answers follow.
///
/// A newer one is taken in by `cargo run --release --example generate_plan -- RESOURCES` on the
/// `resources/` directory of its release.
pub const METADATA_VERSION: &str = table::VERSION;

/// What the plan says of a number.
///
/// ```
/// use telnum::plan::{self, Possibility};
///
/// let found = plan::lookup("+41446".parse()?);
/// assert!(!found.is_valid());
/// assert_eq!(found.possibility(), Possibility::TooShort);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[must_use]
#[inline]
pub fn lookup(number: PhoneNumber) -> Lookup {
    BUILT_IN.lookup(number)
}

/// Reads the number in a text, of a region if the text does not say which.
///
/// A text with a calling code, after a plus sign or what is dialled in the region to call abroad, is
/// read without the region. All else is what is dialled in it.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let number = |text: &str, region| plan::parse(text, region).map(|it| it.number.to_string());
/// assert_eq!(number("(415) 555-2671", Some(Region::US))?, "+14155552671");
/// assert_eq!(number("00 1 415 555 2671", Some(Region::DE))?, "+14155552671");
/// assert_eq!(number("tel:+1-415-555-2671;ext=9", None)?, "+14155552671");
/// assert_eq!(number("1-800-FLOWERS", Some(Region::US))?, "+18003569377");
/// assert!(number("someone@example.com", Some(Region::US)).is_err());
/// # Ok::<(), telnum::plan::ParseError>(())
/// ```
///
/// The answers are libphonenumber's and follow [`METADATA_VERSION`], but for these, on purpose:
///
/// - A number of more than 15 digits is refused as too long, an extension of more than 15 too:
///   neither can be dialled.
/// - An extension's digits are ASCII, whatever script they were written in.
/// - `;phone-context=` before `tel:` is refused; libphonenumber fails there in other ways.
///
/// Where its versions differ, the answer is that for Java: `12 ext 3` is no number, as two digits take no
/// extension, and a text is cut before its first `/x`, not the last.
///
/// Digits between punctuation are a number as far as this can tell, a date among them; whether it is
/// a valid one is another question, for [`lookup`].
///
/// # Errors
/// What is wrong with the text, and at which byte: that of the first digit that is one too many, that of
/// the calling code that is not assigned, or the number's end, if it is too short there. Where a region is
/// needed it is the number's start.
#[inline]
pub fn parse(text: &str, region: Option<Region>) -> Result<Parsed, ParseError> {
    parse::parse(&BUILT_IN, text, region)
}

/// Whether a text is a number in which letters stand for digits, as `1-800-FLOWERS`. One that is too long
/// to be parsed is none.
///
/// ```
/// use telnum::plan;
///
/// assert!(plan::is_vanity("1800 six-flags"));
/// assert!(!plan::is_vanity("1800 123-1234 extension: 1234"));
/// ```
#[must_use]
pub fn is_vanity(text: &str) -> bool {
    parse::is_vanity(text)
}

/// Writes a number.
///
/// A number whose calling code is not assigned is its national digits in all styles but E.164, as in
/// libphonenumber.
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
#[must_use]
#[inline]
pub fn format(number: PhoneNumber, style: Style) -> Formatted {
    BUILT_IN.format(number, None, style)
}

/// Writes a number and its extension, the way the number's country writes extensions. E.164 has none.
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

/// Writes a number as it is dialled from a region. Where there are several international prefixes
/// and none is preferred, that is [`Style::International`].
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let number = "+41446681800".parse()?;
/// assert_eq!(plan::format_out_of_country(number, None, Region::US), "011 41 44 668 18 00");
/// assert_eq!(plan::format_out_of_country(number, None, Region::CH), "044 668 18 00");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[must_use]
pub fn format_out_of_country(number: PhoneNumber, extension: Option<Extension>, from: Region) -> Formatted {
    BUILT_IN.format_out_of_country(number, extension, from)
}

/// Writes a number as it is dialled within its country over a carrier. The code is 1 to 15 ASCII
/// characters; any other is left out.
///
/// ```
/// use telnum::plan;
///
/// let number = "+551123456789".parse()?;
/// assert_eq!(plan::format_with_carrier_code(number, None, "15"), "0 15 (11) 2345-6789");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[must_use]
pub fn format_with_carrier_code(
    number: PhoneNumber,
    extension: Option<Extension>,
    carrier_code: &str,
) -> Formatted {
    BUILT_IN.format_with_carrier_code(number, extension, carrier_code)
}

/// The calling codes in use, ascending.
///
/// ```
/// assert_eq!(telnum::plan::calling_codes().count(), 215);
/// ```
pub fn calling_codes() -> impl Iterator<Item = CallingCode> {
    BUILT_IN.codes()
}

/// A valid number of a type, of no one in particular.
///
/// ```
/// use telnum::plan::{self, NumberType, Region};
///
/// let number = plan::example_number(Region::CH, NumberType::Mobile).unwrap();
/// assert_eq!(number.to_string(), "+41781234567");
/// ```
#[must_use]
pub fn example_number(region: Region, kind: NumberType) -> Option<PhoneNumber> {
    BUILT_IN.example_number(region, kind)
}
