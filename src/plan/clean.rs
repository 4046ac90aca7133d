//! Reading numbers from dirty columns: the changes that spreadsheets and people make to numbers are undone
//! and named.
//!
//! ```
//! use telnum::plan::clean::{CleanErrorKind, Repair, clean};
//! use telnum::plan::Region;
//!
//! let cell = clean("447911123456.0", Some(Region::GB))?;
//! assert_eq!(cell.number().to_string(), "+447911123456");
//! assert!(cell.repairs().iter().eq([Repair::DecimalFraction, Repair::MissingPlus]));
//!
//! let cell = clean("020 7946 0958 (office) / 020 7946 0959 x12", Some(Region::GB))?;
//! let numbers: Vec<_> = cell.numbers().map(|number| (number.number.to_string(), number.label)).collect();
//! assert_eq!(numbers, [("+442079460958".to_owned(), "office"), ("+442079460959".to_owned(), "")]);
//!
//! let error = clean("4.47912E+11", Some(Region::GB)).unwrap_err();
//! assert_eq!(error.kind(), CleanErrorKind::DigitsLost);
//! # Ok::<(), telnum::plan::clean::CleanError>(())
//! ```
//!
//! # Rules
//!
//! - Numbers are read by [`plan::parse`](super::parse()) and validated by [`plan::lookup`](super::lookup()).
//!   A repair is tried only if the unchanged text is not a valid number, or has the form of a numeric cell.
//! - No digit is guessed, and none is dropped silently: a repair changes prefixes, marks and separators. The
//!   exceptions are a leading zero that a spreadsheet drops, and letters that look like digits, if no other
//!   repair makes a valid number. Both are named. A national number as dialled in its region, such as
//!   `020 7946 0958` or `011 15-2345-6789` in Argentina, is not damaged.
//! - A national number must be valid. A number with a calling code and of a possible length is accepted even if it is
//!   not valid, since the numbering plan of its country may be newer; see [`CleanNumber::is_valid`].
//! - Digits that can be read in two ways have an [alternative](CleanNumber::alternative), such as a number that a slash
//!   and one to four digits follow: `089 1234567 / 68`.
//! - In scientific notation all digits must be present: `4.47911123456E+11` is 447911123456. If there are
//!   fewer digits than the exponent requires, as in `4.4791112345E+11`, the last ones may be zeros or lost,
//!   so the text is refused. So is a numeric cell that is not whole: `4155552671.5`.
//! - Without a plus sign, digits are a number of another country only if there are too many of them for the
//!   region, no other repair is necessary, and they are not separated, or their first group is exactly the calling
//!   code: `442079460958` and `44 20 7946 0958` in the United States, but not `(415) 555-26715`, whose digits start
//!   with the calling code of Switzerland. With [`Region::WORLD`] they always start with a calling code.
//! - A leading zero is added only to a number of the region: it never completes an international prefix.
//! - Letters represent digits only if the text before them is not a valid number: `1-800-FLOWERS`. After a valid
//!   number they are a label at the end of the text, the label of an extension, as in `030 123456 App. 12`, or not
//!   a number, as in `030 123456 bis 59`.
//! - One or two digits before a number with a plus sign or a national prefix are the item number of a list, and part of the
//!   label: `Phone 1: 020 7946 0958`, `2. 0171 1234567`.
//! - A text with an e-mail address or a web address that has digits is refused. The user of a SIP address may be a
//!   number.
//!
//! If a text is a valid number in E.164, or [`plan::parse`](super::parse()) reads it as a valid number, the
//! result is this number, with five exceptions:
//!
//! - The fraction of a numeric cell is not a part of the number, and addresses are not numbers.
//! - Words after a valid number are not a part of the number.
//! - The item number of a list before a valid number is not a part of the number.
//! - Digits that start with the calling code of a region whose national prefix is 0 are a number without its
//!   plus sign; the result of `plan::parse` is the alternative.
//! - Two valid numbers are not joined to one.
//!
//! The time is linear in the length of the text, which has at most 1,000 bytes. Only several numbers in one
//! cell are allocated.

mod cell;
mod error;
mod plain_text;
mod reading;
mod repair;
mod separator;
mod sheet;
mod words;

pub use self::error::{CleanError, CleanErrorKind};
pub use self::repair::{Repair, Repairs};

use alloc::vec::Vec;

use self::plain_text::{PlainText, is_invisible, look_alike};
use self::reading::Reading;
use self::separator::Separator;
use self::sheet::Numeric;
use self::words::{Enumerator, Parts, count_digits};
use super::parse::chars::is_plus;
use super::parse::plain::Plain;
use super::parse::resolve::Resolved;
use super::parse::{CountrySource, text};
use super::region::Region;
use super::table::{BUILT_IN, Table};
use crate::number::{CallingCode, Extension, PhoneNumber};

/// Reads the number, or the numbers, in `text`, a cell of a dirty column, as written in `region`.
///
/// The module [`clean`](mod@self) lists the rules, and [`Repair`] lists the repairs.
///
/// ```
/// use telnum::plan::{Region, clean::clean};
///
/// let read = |text, region| clean(text, Some(region)).map(|cell| (cell.number().to_string(), cell.repairs().to_string()));
/// assert_eq!(read("=\"+442079460958\"", Region::GB)?, ("+442079460958".to_owned(), "text_mark".to_owned()));
/// assert_eq!(read("7911123456", Region::GB)?, ("+447911123456".to_owned(), "missing_zero".to_owned()));
/// assert_eq!(read("+44 (0)20 7946 0958", Region::US)?, ("+442079460958".to_owned(), "trunk_prefix".to_owned()));
/// assert_eq!(read("02O 7946 O958", Region::GB)?, ("+442079460958".to_owned(), "look_alike_letters".to_owned()));
/// assert_eq!(read("020 7946 0958", Region::GB)?, ("+442079460958".to_owned(), String::new()));
/// # Ok::<(), telnum::plan::clean::CleanError>(())
/// ```
///
/// # Errors
///
/// Returns a [`CleanError`], which has a [reason](CleanErrorKind), if no number can be read without a guess.
#[inline]
pub fn clean(text: &str, region: Option<Region>) -> Result<Cleaned<'_>, CleanError> {
    BUILT_IN.clean(text, region)
}

/// The numbers in a cell: the result of [`clean`]. There is at least one.
///
/// ```
/// use telnum::plan::{Region, clean::{Repair, clean}};
///
/// let cell = clean("0175/2342341, 0160/3453451", Some(Region::DE))?;
/// assert!(cell.numbers().map(|number| number.number.to_string()).eq(["+491752342341", "+491603453451"]));
/// assert!(cell.repairs().contains(Repair::SeveralNumbers));
/// # Ok::<(), telnum::plan::clean::CleanError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned<'a> {
    first: CleanNumber<'a>,
    others: Vec<CleanNumber<'a>>,
}

/// A number in a cell, with the words and the digits around it.
///
/// ```
/// use telnum::plan::{Region, clean::clean};
///
/// let cell = clean("(213) 373-4253p12 (cell)", Some(Region::US));
/// assert!(cell.is_err());
/// let cell = clean("cell: (213) 373-4253p12", Some(Region::US))?;
/// assert_eq!((cell.first().label, cell.first().post_dial), ("cell", "p12"));
/// # Ok::<(), telnum::plan::clean::CleanError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CleanNumber<'a> {
    /// The number.
    pub number: PhoneNumber,
    /// The extension.
    pub extension: Option<Extension>,
    /// The pauses and digits to send after the call is answered; empty if there are none.
    pub post_dial: &'a str,
    /// The words before or after the number, such as `cell`; empty if there are none.
    pub label: &'a str,
    /// The repairs.
    pub repairs: Repairs,
    /// Another valid number that the text can mean: a national number whose digits start like a calling code,
    /// the mobile number of which an Argentine fixed-line number is the form without the 9, or the number before
    /// a slash.
    pub alternative: Option<PhoneNumber>,
}

impl<'a> CleanNumber<'a> {
    const fn new(number: PhoneNumber) -> Self {
        Self { number, extension: None, post_dial: "", label: "", repairs: Repairs::NONE, alternative: None }
    }

    fn of(Reading { number, repairs, alternative }: Reading, extension: Option<Extension>) -> Self {
        Self { extension, repairs, alternative, ..Self::new(number) }
    }

    const fn with(self, repair: Repair) -> Self {
        Self { repairs: self.repairs.with(repair), ..self }
    }

    const fn with_all(self, repairs: Repairs) -> Self {
        Self { repairs: self.repairs.union(repairs), ..self }
    }

    fn with_label(self, label: &'a str) -> Self {
        if label.is_empty() { self } else { Self { label, ..self.with(Repair::Label) } }
    }

    /// Returns whether the number is valid. Only a number with a calling code can be invalid.
    ///
    /// ```
    /// # use telnum::plan::clean::clean;
    /// // No area has the code 555.
    /// assert!(!clean("+1 555 253 0000", None)?.first().is_valid());
    /// # Ok::<(), telnum::plan::clean::CleanError>(())
    /// ```
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.number.is_valid()
    }
}

impl<'a> Cleaned<'a> {
    #[inline]
    const fn one(number: CleanNumber<'a>) -> Self {
        Self { first: number, others: Vec::new() }
    }

    /// Returns the first number.
    #[must_use]
    #[inline]
    pub const fn number(&self) -> PhoneNumber {
        self.first.number
    }

    /// Returns the first number, with the words and the digits around it.
    #[must_use]
    pub const fn first(&self) -> &CleanNumber<'a> {
        &self.first
    }

    /// Returns an iterator over all numbers, in the order of the text.
    #[must_use]
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = &CleanNumber<'a>> + Clone {
        WithFirst { first: Some(&self.first), others: self.others.iter() }
    }

    /// Returns the repairs of all numbers.
    #[must_use]
    pub fn repairs(&self) -> Repairs {
        self.others.iter().fold(self.first.repairs, |repairs, number| repairs.union(number.repairs))
    }
}

/// The numbers of a cell.
#[derive(Clone)]
struct WithFirst<'c, 'a> {
    first: Option<&'c CleanNumber<'a>>,
    others: core::slice::Iter<'c, CleanNumber<'a>>,
}

impl<'c, 'a> Iterator for WithFirst<'c, 'a> {
    type Item = &'c CleanNumber<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.first.take().or_else(|| self.others.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = usize::from(self.first.is_some()) + self.others.len();
        (count, Some(count))
    }
}

impl ExactSizeIterator for WithFirst<'_, '_> {}

/// The maximum length of a text, in bytes.
const MAX_BYTES: usize = 1_000;

impl Table {
    /// Cleans as [`clean`] does.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`clean`].
    #[inline]
    pub fn clean<'t>(&self, text: &'t str, region: Option<Region>) -> Result<Cleaned<'t>, CleanError> {
        match self.clean_undamaged(text.as_bytes(), region) {
            Some(number) => Ok(Cleaned::one(CleanNumber::new(number))),
            None => self.clean_any(text, region),
        }
    }

    /// Returns the valid number of a text of plain characters that needs no repair and has only one reading;
    /// `None` if the general path must decide.
    #[inline]
    fn clean_undamaged(&self, text: &[u8], region: Option<Region>) -> Option<PhoneNumber> {
        if let Ok(number) = PhoneNumber::from_ascii(text)
            && self.has(number)
        {
            return Some(number);
        }
        let (mut digits, mut hyphens, mut first) = (0_usize, 0_usize, 0);
        for byte in text {
            match byte {
                b'0'..=b'9' => {
                    first = if digits == 0 { *byte } else { first };
                    digits += 1;
                }
                b'-' => hyphens += 1,
                b' ' | b'(' | b')' | b'+' => {}
                _ => return None,
            }
        }
        // A date has at most eight digits.
        if digits <= 8 && hyphens == 2 {
            return None;
        }
        let home = || region.and_then(|region| self.territory(region));
        let Resolved { number, source, carrier_code } = Plain::read(text)?.resolve(&self.rules, home)?;
        let has_one_reading = match source {
            CountrySource::PlusSign => digits == number.digit_count(),
            CountrySource::InternationalPrefix => false,
            CountrySource::NumberWithoutPlus => {
                number.calling_code() == Some(CallingCode::NANP) && first == b'1' && digits == 11
            }
            CountrySource::DefaultRegion => {
                let may_lack_zero = || {
                    home().is_some_and(|home| self.has_trunk_zero(home))
                        && self.prefix_rule(self.leaf(number)).is_some_and(|rule| rule.before.contains(&b'0'))
                };
                (first == b'0' || !number_starts_with_code(number) && !may_lack_zero())
                    && number.calling_code().is_some_and(|code| code.mobile_token().is_none())
            }
        };
        (has_one_reading && carrier_code.is_none() && self.has(number)).then_some(number)
    }

    /// Cleans any text.
    #[cold]
    fn clean_any<'t>(&self, text: &'t str, region: Option<Region>) -> Result<Cleaned<'t>, CleanError> {
        if text.len() > MAX_BYTES {
            return Err(CleanErrorKind::TooLong.into());
        }
        let (inner, is_marked) = sheet::without_text_marks(text);
        if sheet::is_placeholder(inner) {
            return Err(CleanErrorKind::Empty.into());
        }
        if sheet::is_error(inner) {
            return Err(CleanErrorKind::SpreadsheetError.into());
        }
        let mut cell = self.clean_cell(inner, &Separator::ALL, region)?;
        let mut repairs = if is_marked { Repair::TextMark.into() } else { Repairs::NONE };
        if text.contains(is_invisible) {
            repairs = repairs.with(Repair::InvisibleMarks);
        }
        for number in cell.others.iter_mut().chain([&mut cell.first]) {
            *number = number.with_all(repairs);
        }
        Ok(cell)
    }

    /// Cleans a text with one number.
    fn clean_one<'t>(
        &self,
        text: &'t str,
        region: Option<Region>,
    ) -> Result<CleanNumber<'t>, CleanErrorKind> {
        let text = text.trim();
        if text.starts_with(['*', '#']) {
            return Err(CleanErrorKind::ServiceCode);
        }
        if words::has_address(text) {
            return Err(CleanErrorKind::NotANumber);
        }
        let (dialled, post_dial) = match PlainText::of(text).and_then(|plain| Numeric::read(plain.as_str())) {
            Some(_) => (text, ""),
            None => words::split_post_dial(text),
        };
        let number = self.clean_words(dialled, region)?;
        Ok(match post_dial {
            "" => number,
            _ => CleanNumber { post_dial, ..number.with(Repair::PostDial) },
        })
    }

    /// Cleans a text with one number and words before or after it.
    fn clean_words<'t>(
        &self,
        text: &'t str,
        region: Option<Region>,
    ) -> Result<CleanNumber<'t>, CleanErrorKind> {
        if let Some((number, remark)) = words::split_remark(text) {
            return Ok(self.clean_words(number, region)?.with_label(remark));
        }
        let parts = Parts::of(text).ok_or(CleanErrorKind::NotANumber)?;
        match self.clean_enumerated(text, &parts, region) {
            Some(number) => Ok(number),
            None => self.clean_parts(text, &parts, region),
        }
    }

    /// Cleans a text with one number and without an item number before it. `parts` are those of the text.
    fn clean_parts<'t>(
        &self,
        text: &'t str,
        parts: &Parts<'t>,
        region: Option<Region>,
    ) -> Result<CleanNumber<'t>, CleanErrorKind> {
        let Parts { before, number, after } = *parts;
        if let Some(number) = self.clean_look_alikes(text, parts, region) {
            return Ok(number);
        }
        let read = self.read_text(number, region);
        let is_found = read.as_ref().is_ok_and(|number| self.has(number.number));
        // Letters may represent digits, and a number sign may end an extension.
        if !is_found && is_word(after) || after.starts_with('#') {
            let whole = text.get(before.len()..).unwrap_or_default();
            if let Ok(number) = self.read_text(whole, region)
                && self.has(number.number)
                && (number.extension.is_some() || !is_found)
            {
                return Ok(number.with_label(without_scheme(before)));
            }
        }
        let number = read?;
        let (label, repair) = if words::is_extension_label(after) {
            (Parts { after: "", ..*parts }.label(), Some(Repair::EmptyExtension))
        } else if after.contains('#') {
            (parts.label(), Some(Repair::TrailingHash))
        } else {
            (Parts { before: without_scheme(before), ..*parts }.label(), None)
        };
        Ok(repair.map_or(number, |repair| number.with(repair)).with_label(label))
    }

    /// Cleans a valid number with a plus sign or a national prefix and its item number before it, such as
    /// `Phone 1: 020 7946 0958` or `2. 0171 1234567`, which is a part of the label.
    fn clean_enumerated<'t>(
        &self,
        text: &'t str,
        parts: &Parts<'t>,
        region: Option<Region>,
    ) -> Option<CleanNumber<'t>> {
        let Enumerator { digits, is_marked, rest } = Enumerator::of(parts.number)?;
        let start = parts.before.len() + parts.number.len() - rest.len();
        let (before, rest) = text.split_at_checked(start)?;
        let inner = rest.trim_start_matches(['(', '[']);
        let mut code = None;
        if !inner.starts_with(is_plus) {
            let home = region.and_then(|region| self.territory(region))?;
            code = Some(self.code(home)?);
            // Without a national prefix, national numbers may start with 0, as in Italy.
            let prefix: &[u8] = match self.national_prefix(home) {
                [] => b"0",
                prefix => prefix,
            };
            // Digits without a mark may be an area code or a calling code, unless a 0 follows them.
            let is_national = inner.as_bytes().starts_with(prefix) && !inner.starts_with("00");
            if !is_national || !is_marked && prefix != b"0" || digits.parse() == Ok(self.code(home)?.get()) {
                return None;
            }
        }
        let found = self.clean_parts(rest, &Parts::of(rest)?, region).ok()?;
        if !self.has(found.number) || code.is_some() && found.number.calling_code() != code {
            return None;
        }
        let joined = || self.read_text(parts.number, region).ok().map(|joined| joined.number);
        let joined = if is_marked { None } else { joined().filter(|joined| self.has(*joined)) };
        let label = before.trim_matches(|c: char| !c.is_alphanumeric());
        let label = if is_word(before) || found.label.is_empty() { label } else { found.label };
        Some(CleanNumber { alternative: found.alternative.or(joined), ..found.with_label(label) })
    }

    /// Cleans a text in which letters next to digits look like digits.
    fn clean_look_alikes<'t>(
        &self,
        text: &'t str,
        parts: &Parts<'t>,
        region: Option<Region>,
    ) -> Option<CleanNumber<'t>> {
        let before = parts.before.chars().rev().take_while(|c| look_alike(*c).is_some());
        let before: usize = before.map(char::len_utf8).sum();
        let after = parts.after.chars().take_while(|c| look_alike(*c).is_some());
        let after: usize = after.map(char::len_utf8).sum();
        let start = parts.before.len() - before;
        let end = parts.before.len() + parts.number.len() + after;
        if before + after == 0 && !parts.number.contains(|c| look_alike(c).is_some()) {
            return None;
        }
        let (label, number, rest) = (text.get(..start)?, text.get(start..end)?, text.get(end..)?);
        let touches = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        if touches(label.chars().next_back()) || touches(rest.chars().next()) {
            return None;
        }
        let plain = PlainText::of(number)?;
        let replaced = PlainText::without_look_alikes(plain.as_str())?;
        let found = self.read_plain(replaced.as_str(), region).ok().filter(|found| self.has(found.number))?;
        let dropped = self.read_text(parts.number, region).ok();
        let dropped = dropped.filter(|other| other.number != found.number && self.has(other.number));
        // A letter after a valid number does not make it a number of another country.
        if let Some(dropped) = dropped
            && found.repairs.contains(Repair::MissingPlus)
        {
            return Some(CleanNumber {
                alternative: Some(found.number),
                ..dropped.with_label(parts.label())
            });
        }
        let alternative = dropped.map(|other| other.number).or(found.alternative);
        let label = Parts { before: label, number, after: rest }.label();
        let found = found.with(Repair::LookAlikeLetters).with_all(plain.repairs);
        Some(CleanNumber { alternative, ..found.with_label(label) })
    }

    /// Reads a number without words before or after it.
    fn read_text<'t>(&self, text: &str, region: Option<Region>) -> Result<CleanNumber<'t>, CleanErrorKind> {
        let plain = PlainText::of(text).ok_or(CleanErrorKind::TooLong)?;
        let text = plain.as_str();
        if sheet::is_date(text) {
            return Err(CleanErrorKind::Date);
        }
        let number = match Numeric::read(text) {
            Some(Numeric::DigitsLost) => return Err(CleanErrorKind::DigitsLost),
            Some(Numeric::Fraction) => return Err(CleanErrorKind::NotANumber),
            Some(Numeric::Digits { digits, has_plus, repair }) => {
                let digits = digits.as_bytes();
                CleanNumber::of(self.read_digits(digits, digits.len(), has_plus, region)?, None).with(repair)
            }
            None => self.read_plain(text, region)?,
        };
        Ok(number.with_all(plain.repairs))
    }

    /// Reads a number of plain characters.
    fn read_plain<'t>(&self, text: &str, region: Option<Region>) -> Result<CleanNumber<'t>, CleanErrorKind> {
        /// The number of letters from which letters represent digits.
        const VANITY: usize = 3;
        let candidate = text::find(text).map_err(|error| CleanErrorKind::from(error.kind()))?;
        let of_number = || text.chars().skip(candidate.number.start).take(candidate.number.len());
        let letters = of_number().filter(char::is_ascii_alphabetic).count();
        let is_carrier = |c: char| matches!(c, 'x' | 'X');
        let digits = candidate.digits.as_bytes();
        let extension = candidate.extension.map(|(digits, _)| digits);
        let is_letter = |c: char| c.is_alphabetic() && !is_carrier(c);
        if of_number().any(is_letter)
            && let Some(start) = text.find(is_letter)
            && let Some((head, words)) = text.split_at_checked(start)
            && let Ok(number) = self.read_text(head, region)
            && self.has(number.number)
        {
            // Letters after a valid number do not represent digits.
            let extension = words::extension(words).filter(|_| number.extension.is_none());
            return extension
                .map(|extension| CleanNumber { extension: Some(extension), ..number })
                .ok_or(CleanErrorKind::NotANumber);
        }
        if letters < VANITY {
            if of_number().any(is_letter) {
                return Err(CleanErrorKind::NotANumber);
            }
            let read = digits.len() + extension.as_ref().map_or(0, |digits| digits.as_bytes().len());
            if read < count_digits(text) && !text.contains("phone-context=") && !text.contains("isub=") {
                return Err(CleanErrorKind::SeveralNumbers);
            }
        }
        let first_group = words::first_group(of_number());
        let reading = self.read_digits(digits, first_group, candidate.has_plus, region)?;
        let extension = extension.map(|digits| Extension::from_ascii(digits.as_bytes())).transpose();
        Ok(CleanNumber::of(reading, extension.map_err(|_| CleanErrorKind::ExtensionTooLong)?))
    }
}

/// Returns whether the national digits of `number` start with its calling code.
fn number_starts_with_code(number: PhoneNumber) -> bool {
    number.split().is_some_and(|(code, national)| {
        (national.to_bits() ^ code.leading()) >> (64 - 4 * code.digit_count()) == 0
    })
}

/// Returns whether `part` has letters.
fn is_word(part: &str) -> bool {
    part.contains(char::is_alphabetic)
}

/// Returns the words before a number without the scheme of a URI.
fn without_scheme(before: &str) -> &str {
    before.strip_suffix("tel:").unwrap_or(before)
}
