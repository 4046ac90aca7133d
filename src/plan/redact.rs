use core::fmt::{self, Write};

use super::find::{Find, Hit, Leniency};
use super::parse::CountrySource;
use super::parse::chars::digit;
use super::region::Region;
use super::table::Table;
use crate::number::PhoneNumber;

/// The minimum number of digits of a number that is searched for between two others.
const MIN_DIGITS: usize = 7;
/// The maximum number of signs between two groups of digits.
const MAX_PUNCTUATION: usize = 3;
/// The signs between two groups of digits.
const PUNCTUATION: [char; 7] = [' ', '-', '.', '/', '(', ')', '\u{A0}'];

/// A text that is displayed with its numbers masked: the result of [`plan::redact`](super::redact()).
///
/// Each digit of a number and of its extension is replaced; the punctuation is kept. Numbers that
/// [`plan::find`](super::find()) leaves out because other digits stand beside them, such as a date or a second
/// number, are masked as well if they are valid, unless the leniency is one of the two stricter ones.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let text = "Call +44 20 7946 0000 ext. 12 or (415) 555-2671.";
/// let redacted = plan::redact(text, Some(Region::US));
/// assert_eq!(redacted.to_string(), "Call +** ** **** **** ext. ** or (***) ***-****.");
/// let redacted = redacted.with_calling_code(true).with_last_digits(2);
/// assert_eq!(redacted.to_string(), "Call +44 ** **** **00 ext. ** or (***) ***-**71.");
/// let redacted = plan::redact("12/11/2026 (415) 555-2671", Some(Region::US));
/// assert_eq!(redacted.to_string(), "12/11/2026 (***) ***-****");
/// ```
#[derive(Clone)]
#[must_use = "nothing is masked until the value is displayed"]
pub struct Redacted<'a> {
    find: Find<'a>,
    calling_code: bool,
    last_digits: usize,
    mask: char,
}

impl Table {
    /// Redacts as [`plan::redact`](super::redact()) does.
    pub fn redact<'a>(&'static self, text: &'a str, region: Option<Region>) -> Redacted<'a> {
        let find = self.find(text, region).with_leniency(Leniency::Possible).with_max_tries(u64::MAX);
        Redacted { find, calling_code: false, last_digits: 0, mask: '*' }
    }
}

impl<'a> Redacted<'a> {
    /// Sets whether a written calling code is kept, together with the international prefix before it. The
    /// default is `false`.
    pub const fn with_calling_code(mut self, kept: bool) -> Self {
        self.calling_code = kept;
        self
    }

    /// Sets the number of digits to keep at the end of each number. The default is 0; at most half of
    /// the national digits are kept.
    pub const fn with_last_digits(mut self, kept: usize) -> Self {
        self.last_digits = kept;
        self
    }

    /// Sets the character that replaces a digit. The default is `*`.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert_eq!(plan::redact("+1 415 555 2671", None).with_mask('x').to_string(), "+x xxx xxx xxxx");
    /// ```
    pub const fn with_mask(mut self, mask: char) -> Self {
        self.mask = mask;
        self
    }

    /// Sets the leniency. The default is [`Leniency::Possible`], since an unmasked number does more harm than
    /// a masked price.
    ///
    /// ```
    /// # use telnum::plan::{self, Leniency};
    /// // The number is possible but not valid: no exchange code starts with 0.
    /// let redacted = plan::redact("+1 415 015 2671", None);
    /// assert_eq!(redacted.to_string(), "+* *** *** ****");
    /// assert_eq!(redacted.with_leniency(Leniency::Valid).to_string(), "+1 415 015 2671");
    /// ```
    pub const fn with_leniency(mut self, leniency: Leniency) -> Self {
        self.find = self.find.with_leniency(leniency);
        self
    }

    /// Sets the regions in which a piece is parsed, in this order, if the first region does not give a
    /// number. The default is none.
    ///
    /// ```
    /// # use telnum::plan::{self, Region};
    /// let redacted = plan::redact("020 7946 0000", Some(Region::US));
    /// assert_eq!(redacted.with_fallback_regions(&[Region::GB]).to_string(), "*** **** ****");
    /// ```
    pub const fn with_fallback_regions(mut self, regions: &'a [Region]) -> Self {
        self.find = self.find.with_fallback_regions(regions);
        self
    }

    /// Writes `raw`, a number, with its digits masked.
    fn write_masked(&self, f: &mut fmt::Formatter<'_>, raw: &str, hit: &Hit) -> fmt::Result {
        let count = raw.chars().filter(|c| digit(*c).is_some()).count();
        let end = count.saturating_sub(hit.extension_digits);
        let code = self.find.code_digits(raw, hit);
        let last = self.last_digits.min(hit.national_digits / 2);
        let first_kept = end.saturating_sub(last).max(code);
        let mut index = 0;
        for c in raw.chars() {
            if digit(c).is_none() {
                f.write_char(c)?;
                continue;
            }
            let is_kept = self.calling_code && index < code || (first_kept..end).contains(&index);
            f.write_char(if is_kept { c } else { self.mask })?;
            index += 1;
        }
        Ok(())
    }

    /// Writes a text between two numbers. The digits of valid numbers that stand beside other digits are masked.
    fn write_between(&self, f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
        let (mut masked_end, mut date_end, mut last) = (0, 0, ' ');
        for (at, c) in text.char_indices() {
            if digit(c).is_some() && digit(last).is_none() && at >= date_end && self.find.is_lenient() {
                if let Some(len) = text.get(at..).and_then(date_len) {
                    date_end = at + len;
                } else {
                    let start = if last == '+' { at - 1 } else { at };
                    let len = text.get(start..).map_or(0, |text| self.number_len(text));
                    masked_end = masked_end.max(start + len);
                }
            }
            f.write_char(if digit(c).is_some() && at < masked_end { self.mask } else { c })?;
            last = c;
        }
        Ok(())
    }

    /// Returns the length in bytes of the longest valid number at the start of `text` that consists of whole
    /// groups of digits; 0 if there is none.
    fn number_len(&self, text: &str) -> usize {
        let (mut longest, mut digits, mut punctuation) = (0, 0, 0);
        let mut chars = text.char_indices().peekable();
        chars.next_if(|(_, c)| *c == '+');
        while let Some((at, c)) = chars.next() {
            if digit(c).is_none() {
                punctuation += 1;
                if punctuation > MAX_PUNCTUATION || !PUNCTUATION.contains(&c) {
                    break;
                }
                continue;
            }
            (digits, punctuation) = (digits + 1, 0);
            if digits > PhoneNumber::MAX_DIGITS {
                break;
            }
            let end = at + c.len_utf8();
            let is_end_of_group = chars.peek().is_none_or(|(_, next)| digit(*next).is_none());
            if is_end_of_group
                && digits >= MIN_DIGITS
                && text.get(..end).is_some_and(|text| self.find.is_number(text))
            {
                longest = end;
            }
        }
        longest
    }
}

/// Returns the length in bytes of the date at the start of `text`: three groups of digits with the same sign
/// between them, of which the year has four digits, or two if the signs are slashes.
fn date_len(text: &str) -> Option<usize> {
    // A date has at most ten characters, and one more shows whether it ends.
    let text = text.char_indices().nth(11).map_or(text, |(end, _)| text.get(..end).unwrap_or_default());
    let sign = text.chars().find(|c| digit(*c).is_none()).filter(|c| matches!(c, '/' | '-' | '.'))?;
    let end = text.find(|c| digit(c).is_none() && c != sign).unwrap_or(text.len());
    let date = text.get(..end)?.trim_end_matches(sign);
    let mut groups = date.split(sign).map(|group| group.chars().count());
    let [first, second, third] = [groups.next()?, groups.next()?, groups.next()?];
    let is_date = match (first, second, third) {
        (4, 1 | 2, 1 | 2) | (1 | 2, 1 | 2, 4) => true,
        (1 | 2, 1 | 2, 2) => sign == '/',
        _ => false,
    };
    (is_date && groups.next().is_none()).then_some(date.len())
}

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut find, text, mut at) = (self.find.clone(), self.find.text(), 0);
        while let Some(hit) = find.next_hit() {
            self.write_between(f, text.get(at..hit.range.start).unwrap_or_default())?;
            self.write_masked(f, text.get(hit.range.clone()).unwrap_or_default(), &hit)?;
            at = hit.range.end;
        }
        self.write_between(f, text.get(at..).unwrap_or_default())
    }
}

/// Shows the masked text.
impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redacted({self})")
    }
}

impl Find<'_> {
    /// Returns the number of digits at the start of `raw` that are the international prefix and the
    /// calling code.
    fn code_digits(&self, raw: &str, hit: &Hit) -> usize {
        let code = hit.code.digit_count();
        match hit.source {
            CountrySource::DefaultRegion => 0,
            CountrySource::PlusSign | CountrySource::NumberWithoutPlus => code,
            CountrySource::InternationalPrefix => self.international_prefix_len(raw, hit) + code,
        }
    }
}
