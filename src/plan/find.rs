//! Finding numbers in texts.
//!
//! [`plan::find`](super::find()) returns an iterator over the numbers that libphonenumber finds, at the
//! same places:
//!
//! ```
//! use telnum::plan::{self, Region};
//!
//! let text = "Call (415) 555-2671 or +44 20 7946 0000 ext. 12, but not before 12/11/2026.";
//! let found: Vec<_> = plan::find(text, Some(Region::US)).collect();
//! assert_eq!(found[0].number.to_string(), "+14155552671");
//! assert_eq!(&text[found[0].range.clone()], "(415) 555-2671");
//! assert_eq!((found[1].raw, found[1].extension), ("+44 20 7946 0000 ext. 12", Some("12".parse()?)));
//! assert_eq!(found.len(), 2);
//! # Ok::<(), telnum::NumberError>(())
//! ```
//!
//! # Rules
//!
//! - A *candidate* is a part of the text with the shape of a number: up to two brackets or plus signs,
//!   up to 21 blocks of up to 20 digits, up to four characters of punctuation between two blocks, and
//!   perhaps an extension. Tabs and line ends are not punctuation.
//! - A candidate that contains a date with slashes, or ends in the hour of a timestamp, is refused.
//! - The whole candidate is tried first, then its pieces: split at slashes, brackets, spaced hyphens,
//!   wide dashes, full stops, and spaces.
//! - A piece with the pages of a publication (`211-227 (2003)`) or with brackets that do not match is
//!   refused. With [`Leniency::Valid`] and the stricter ones, so is a piece that touches a Latin letter, a
//!   percent sign or a currency sign.
//! - The [`Leniency`] decides whether the number in a piece is accepted. After a number that is
//!   accepted, the search continues at its end.
//!
//! The search takes time linear in the length of any text, and allocates nothing.
//!
//! # Differences from libphonenumber
//!
//! - Numbers of more than 15 digits are left out (ITU-T E.164, 6.2.1), and no shorter number is found within
//!   them.
//! - The digits of an extension are ASCII, regardless of the script in which they were written; with
//!   [`Leniency::Valid`] and the stricter ones, libphonenumber drops an extension in another script. An
//!   extension of more than 15 digits is left out of [`Found::extension`], but not of [`Found::range`].
//! - Digits outside of the Basic Multilingual Plane are recognized.
//!
//! As in libphonenumber, letters that look like the label of an extension are read as digits if no extension
//! of a fitting length follows them.

mod alternate;
mod candidate;
mod groups;
mod pieces;
mod refusal;
mod subject;
mod verify;

use core::iter::FusedIterator;
use core::ops::Range;

use self::pieces::Splitter;
use self::subject::Subject;
use self::verify::accepts;
use super::parse::chars::{class, digit, fold, is};
use super::parse::digit_buffer::DigitBuffer;
use super::parse::extension::AFTER_LABEL;
use super::parse::text::too_long;
use super::parse::{CountrySource, ParseErrorKind, Reading};
use super::region::Region;
use super::similarity::unpacked;
use super::table::Table;
use super::table::bytes::Territory;
use crate::number::{CallingCode, Extension, PhoneNumber, pack};
use crate::text_enum::text_enum;

/// The degree to which a part of a text must look like a number to be found: libphonenumber's
/// `Leniency`, with the same names.
///
/// The variants are in ascending order of strictness. Nevertheless, a stricter leniency can find a number
/// that a more lenient one does not: where the more lenient one accepts a whole candidate, the stricter one
/// may accept a piece of it.
///
/// ```
/// use telnum::plan::{self, Leniency, Region};
///
/// let count = |leniency| plan::find("650 25300 00", Some(Region::US)).with_leniency(leniency).count();
/// assert_eq!(Leniency::all().map(count).collect::<Vec<_>>(), [1, 1, 0, 0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leniency {
    /// Numbers of a possible length.
    Possible,
    /// Valid numbers that have the national prefix where it is required, and no letter `x` except in the
    /// label of an extension or in place of a carrier code.
    #[default]
    Valid,
    /// Valid numbers in which no group of digits is split. `650 253 0000` and `6502530000` are accepted,
    /// `650 25300 00` is not.
    StrictGrouping,
    /// Valid numbers whose digits are in the usual groups or not grouped.
    ExactGrouping,
}

text_enum!(Leniency, "a leniency", all {
    Possible => "POSSIBLE",
    Valid => "VALID",
    StrictGrouping => "STRICT_GROUPING",
    ExactGrouping => "EXACT_GROUPING",
});

/// A number in a text.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let found = plan::find("Tel. 044 668 18 00.", Some(Region::CH)).next().unwrap();
/// assert_eq!((found.range, found.raw), (5..18, "044 668 18 00"));
/// assert_eq!(found.number.to_string(), "+41446681800");
/// ```
#[doc(alias = "PhoneNumberMatch")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found<'a> {
    /// The range of the number in the text, in bytes.
    pub range: Range<usize>,
    /// The number as written in the text, with its extension.
    #[doc(alias = "rawString")]
    pub raw: &'a str,
    /// The number.
    pub number: PhoneNumber,
    /// The extension, if it has at most 15 digits.
    pub extension: Option<Extension>,
}

/// An iterator over the numbers in a text: the result of [`plan::find`](super::find()).
///
/// ```
/// use telnum::plan::{self, Leniency, Region};
///
/// let numbers = plan::find("0446681800 030 123456", Some(Region::CH))
///     .with_fallback_regions(&[Region::DE])
///     .with_leniency(Leniency::ExactGrouping)
///     .map(|found| found.number.to_string());
/// assert!(numbers.eq(["+41446681800", "+4930123456"]));
/// ```
#[derive(Clone, Debug)]
#[must_use = "an iterator is lazy"]
pub struct Find<'a> {
    table: &'static Table,
    text: &'a str,
    region: Option<Region>,
    fallback: &'a [Region],
    leniency: Leniency,
    tries: u64,
    /// The byte at which the search continues.
    at: usize,
}

/// A number that was found.
pub(super) struct Hit {
    pub(super) range: Range<usize>,
    /// The number; `None` if it has more than 15 digits.
    number: Option<PhoneNumber>,
    extension: Option<Extension>,
    pub(super) code: CallingCode,
    pub(super) source: CountrySource,
    /// The territory in which the number was parsed.
    home: Option<Territory>,
    pub(super) national_digits: usize,
    pub(super) extension_digits: usize,
}

impl Table {
    /// Finds numbers as [`plan::find`](super::find()) does.
    pub fn find<'a>(&'static self, text: &'a str, region: Option<Region>) -> Find<'a> {
        Find {
            table: self,
            text,
            region,
            fallback: &[],
            leniency: Leniency::Valid,
            tries: Find::MAX_TRIES,
            at: 0,
        }
    }
}

impl<'a> Find<'a> {
    /// The default maximum number of failures.
    pub const MAX_TRIES: u64 = 65_535;

    /// Sets the leniency. The default is [`Leniency::Valid`].
    ///
    /// ```
    /// # use telnum::plan::{self, Leniency, Region};
    /// let found = plan::find("253-0000", Some(Region::US));
    /// assert_eq!(found.clone().count(), 0);
    /// assert_eq!(found.with_leniency(Leniency::Possible).count(), 1);
    /// ```
    pub const fn with_leniency(mut self, leniency: Leniency) -> Self {
        self.leniency = leniency;
        self
    }

    /// Sets the maximum number of candidates and pieces that are not accepted, after which the search ends.
    /// The default is 65,535.
    ///
    /// A low maximum limits the time that is spent on a text full of digits that do not form numbers. With 0
    /// nothing is found.
    ///
    /// ```
    /// # use telnum::plan::{self, Region};
    /// let found = plan::find("12, 13, 044 668 18 00", Some(Region::CH));
    /// assert_eq!([found.clone().with_max_tries(2).count(), found.with_max_tries(3).count()], [0, 1]);
    /// ```
    pub const fn with_max_tries(mut self, tries: u64) -> Self {
        self.tries = tries;
        self
    }

    /// Sets the regions in which a piece is parsed, in this order, if the first region does not give a
    /// number that is accepted. The default is none.
    ///
    /// ```
    /// # use telnum::plan::{self, Region};
    /// let found = plan::find("020 7946 0000", Some(Region::US));
    /// let number = found.with_fallback_regions(&[Region::CH, Region::GB]).next().unwrap().number;
    /// assert_eq!(number.to_string(), "+442079460000");
    /// ```
    pub const fn with_fallback_regions(mut self, regions: &'a [Region]) -> Self {
        self.fallback = regions;
        self
    }

    /// Returns the text that is searched.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert_eq!(plan::find("call +1 415 555 2671", None).text(), "call +1 415 555 2671");
    /// ```
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// Returns whether `text` is a valid number in one of the regions.
    pub(super) fn is_number(&self, text: &str) -> bool {
        let regions = core::iter::once(self.region).chain(self.fallback.iter().copied().map(Some));
        let parsed = |region| self.table.parse(text, region);
        regions
            .filter_map(|region| parsed(region).ok())
            .any(|parsed| self.table.lookup(parsed.number).is_valid())
    }

    /// Returns whether the numbers in a text need not be grouped as a format does.
    pub(super) fn is_lenient(&self) -> bool {
        match self.leniency {
            Leniency::Possible | Leniency::Valid => true,
            Leniency::StrictGrouping | Leniency::ExactGrouping => false,
        }
    }

    /// Returns the next number, which may have too many digits.
    pub(super) fn next_hit(&mut self) -> Option<Hit> {
        while self.tries > 0 {
            let candidate = candidate::next(self.text, self.at)?;
            let hit = self.extract(candidate.clone());
            self.at = hit.as_ref().map_or(candidate.end, |hit| hit.range.end);
            if hit.is_some() {
                return hit;
            }
            self.fail();
        }
        None
    }

    fn fail(&mut self) {
        self.tries = self.tries.saturating_sub(1);
    }

    /// Returns the first number in a candidate.
    fn extract(&mut self, candidate: Range<usize>) -> Option<Hit> {
        let bytes = self.text.as_bytes();
        let (of_candidate, after) = (bytes.get(candidate.clone())?, bytes.get(candidate.end..)?);
        if refusal::has_date(of_candidate) || refusal::is_timestamp(of_candidate, after) {
            return None;
        }
        self.accept(candidate.clone()).or_else(|| self.extract_piece(candidate))
    }

    /// Returns the first piece of a candidate that is a number.
    fn extract_piece(&mut self, candidate: Range<usize>) -> Option<Hit> {
        let text = self.text.get(candidate.clone())?;
        for splitter in Splitter::ALL {
            let (mut at, mut is_first) = (0, true);
            while self.tries > 0
                && let Some((boundary, piece)) = splitter.next(text, at)
            {
                at = piece.end;
                let before = is_first.then_some(0..boundary);
                is_first = false;
                for piece in before.into_iter().chain([piece]) {
                    let end = piece.start + trimmed_len(text.get(piece.clone())?);
                    let hit = self.accept(candidate.start + piece.start..candidate.start + end);
                    if hit.is_some() {
                        return hit;
                    }
                    self.fail();
                }
            }
        }
        None
    }

    /// Returns the number in a piece of the text if the leniency accepts it in one of the regions.
    fn accept(&self, piece: Range<usize>) -> Option<Hit> {
        let raw = self.text.get(piece.clone())?;
        if raw.len() < 2
            || has_too_many_digits(raw)
            || too_long(raw).is_some()
            || !refusal::has_fitting_brackets(raw)
            || refusal::has_pages(raw.as_bytes())
        {
            return None;
        }
        if self.leniency >= Leniency::Valid {
            let (before, after) = (self.text.get(..piece.start)?, self.text.get(piece.end..)?);
            if refusal::is_touched(before, raw, after) {
                return None;
            }
        }
        let fallback = self.fallback.iter().copied().map(Some);
        core::iter::once(self.region).chain(fallback).find_map(|region| self.accept_in(region, raw, &piece))
    }

    /// Returns the number in a piece if the leniency accepts it in `region`.
    fn accept_in(&self, region: Option<Region>, raw: &str, piece: &Range<usize>) -> Option<Hit> {
        let home = region.and_then(|region| self.table.territory(region));
        if home.is_none() && !raw.contains(['+', '\u{FF0B}']) {
            return None;
        }
        match self.table.parse(raw, region) {
            Ok(parsed) => {
                let (code, national) = parsed.number.split()?;
                let national = unpacked(national.to_bits());
                let extension = parsed.extension.map(|extension| unpacked(extension.to_bits()));
                let subject = Subject {
                    code,
                    national: national.as_bytes(),
                    extension: bytes_of(extension.as_ref()),
                    source: parsed.source,
                    leaf: self.table.leaf(parsed.number),
                    territory: self.table.rules.main_territory(code)?,
                };
                self.hit(home, raw, piece, &subject, Some(parsed.number), parsed.extension)
            }
            Err(error)
                if matches!(error.kind(), ParseErrorKind::TooLong | ParseErrorKind::ExtensionTooLong) =>
            {
                self.accept_long(home, raw, piece)
            }
            Err(_) => None,
        }
    }

    /// Returns the number in a piece if it, or its extension, has more digits than a [`PhoneNumber`] or an
    /// [`Extension`] can have, and the leniency accepts it.
    #[cold]
    fn accept_long(&self, home: Option<Territory>, raw: &str, piece: &Range<usize>) -> Option<Hit> {
        let Reading { territory, national, extension, source } = self.table.read_number(raw, home).ok()?;
        let code = self.table.code(territory?)?;
        let packed = pack(national.as_bytes());
        let subject = Subject {
            code,
            national: national.as_bytes(),
            extension: bytes_of(extension.as_ref()),
            source,
            // No number of more than 15 national digits is valid.
            leaf: self.table.leaf_of(code, packed.unwrap_or_default())?,
            territory: self.table.rules.main_territory(code)?,
        };
        let number = packed.and_then(|packed| PhoneNumber::join_packed(code, packed));
        let short = extension.and_then(|extension| Extension::from_ascii(extension.as_bytes()).ok());
        self.hit(home, raw, piece, &subject, number, short)
    }

    /// Returns the number in a piece if the leniency accepts it.
    fn hit(
        &self,
        home: Option<Territory>,
        raw: &str,
        piece: &Range<usize>,
        subject: &Subject<'_>,
        number: Option<PhoneNumber>,
        extension: Option<Extension>,
    ) -> Option<Hit> {
        accepts(self.table, self.leniency, raw, subject).then(|| Hit {
            range: piece.clone(),
            number,
            extension,
            code: subject.code,
            source: subject.source,
            home,
            national_digits: subject.national.len(),
            extension_digits: subject.extension.len(),
        })
    }

    /// Returns the number of digits of the international prefix that `raw` starts with.
    pub(super) fn international_prefix_len(&self, raw: &str, hit: &Hit) -> usize {
        let digits = verify::digits_of(raw);
        hit.home.map_or(0, |home| self.table.rules.international_prefix_len(home, digits.as_bytes()))
    }
}

fn bytes_of(digits: Option<&DigitBuffer>) -> &[u8] {
    digits.map_or(&[], DigitBuffer::as_bytes)
}

/// Returns whether `piece` has more digits than a number can have with all its prefixes and its extension.
fn has_too_many_digits(piece: &str) -> bool {
    const MOST: usize = DigitBuffer::CAPACITY + AFTER_LABEL;
    piece.len() > MOST && piece.chars().filter(|c| digit(*c).is_some()).nth(MOST).is_some()
}

/// Returns the length of `piece` up to its last character that can end a number.
fn trimmed_len(piece: &str) -> usize {
    let can_end = |c: char| is(fold(c), class::END);
    piece.rfind(can_end).map_or(0, |last| {
        last + piece.get(last..).and_then(|last| last.chars().next()).map_or(0, char::len_utf8)
    })
}

impl<'a> Iterator for Find<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        loop {
            let Hit { range, number, extension, .. } = self.next_hit()?;
            if let Some(number) = number {
                return Some(Found { raw: self.text.get(range.clone())?, range, number, extension });
            }
        }
    }
}

impl FusedIterator for Find<'_> {}
