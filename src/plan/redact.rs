use core::fmt::{self, Write};

use super::find::{Find, Hit, Leniency};
use super::parse::CountrySource;
use super::parse::chars::digit;
use super::region::Region;
use super::table::Table;

/// A text that is displayed with its numbers masked: the result of [`plan::redact`](super::redact()).
///
/// Each digit of a number and of its extension is replaced; the punctuation is kept.
///
/// ```
/// use telnum::plan::{self, Region};
///
/// let text = "Call +44 20 7946 0000 ext. 12 or (415) 555-2671.";
/// let redacted = plan::redact(text, Some(Region::US));
/// assert_eq!(redacted.to_string(), "Call +** ** **** **** ext. ** or (***) ***-****.");
/// let redacted = redacted.with_calling_code(true).with_last_digits(2);
/// assert_eq!(redacted.to_string(), "Call +44 ** **** **00 ext. ** or (***) ***-**71.");
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
}

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut find, text, mut at) = (self.find.clone(), self.find.text(), 0);
        while let Some(hit) = find.next_hit() {
            f.write_str(text.get(at..hit.range.start).unwrap_or_default())?;
            self.write_masked(f, text.get(hit.range.clone()).unwrap_or_default(), &hit)?;
            at = hit.range.end;
        }
        f.write_str(text.get(at..).unwrap_or_default())
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
