//! The numbers in a cell, which separators, spaces or a slash separate.

use alloc::vec::Vec;

use super::error::CleanErrorKind;
use super::repair::Repair;
use super::separator::Separator;
use super::words::{self, count_digits};
use super::{CleanNumber, Cleaned};
use crate::plan::parse::digit_buffer::DigitBuffer;
use crate::plan::region::Region;
use crate::plan::table::Table;

impl Table {
    /// Cleans a part of a text in which numbers may be separated by `separators`.
    pub(super) fn clean_cell<'t>(
        &self,
        text: &'t str,
        separators: &[Separator],
        region: Option<Region>,
    ) -> Result<Cleaned<'t>, CleanErrorKind> {
        // Spaces separate numbers only if the text is not one number.
        let mut is_several = false;
        let mut rest = separators;
        while let Some((separator, others)) =
            rest.split_first().filter(|(first, _)| **first != Separator::Space)
        {
            rest = others;
            let Some(parts) = separator.split(text) else { continue };
            is_several = true;
            let must_be_valid = *separator > Separator::Word;
            let cell = join(parts.map(|part| self.clean_cell(part, others, region)));
            if let Some(cell) =
                cell.filter(|cell| !must_be_valid || cell.numbers().all(|number| self.has(number.number)))
            {
                return Ok(cell);
            }
        }
        match self.clean_one(text, region) {
            Ok(number) => {
                let before_slash = || Some(self.with_ending(text, region)?.0.number);
                let alternative =
                    number.alternative.or_else(before_slash).filter(|other| *other != number.number);
                Ok(Cleaned::one(CleanNumber { alternative, ..number }))
            }
            Err(refusal) => {
                if !separators.is_empty()
                    && let Some(cell) = self.with_other_extensions(text, region)
                {
                    return Ok(cell);
                }
                if separators.is_empty()
                    || !matches!(
                        refusal,
                        CleanErrorKind::TooLong | CleanErrorKind::NotANumber | CleanErrorKind::NotValid
                    )
                {
                    return Err(refusal);
                }
                let several =
                    self.split_at_spaces(text, region).or_else(|| self.with_other_ending(text, region));
                match several {
                    Some(cell) => Ok(cell),
                    None if is_several
                        || Separator::Space.split(text).is_some() && count_digits(text) > 15 =>
                    {
                        Err(CleanErrorKind::SeveralNumbers)
                    }
                    None => Err(refusal),
                }
            }
        }
    }

    /// Cleans valid numbers that only spaces separate, if there is only one way to separate them.
    fn split_at_spaces<'t>(&self, text: &'t str, region: Option<Region>) -> Option<Cleaned<'t>> {
        /// The maximum number of positions at which a text is split.
        const MOST: usize = 16;
        let are_valid = |cell: &Cleaned<'_>| cell.numbers().all(|number| self.has(number.number));
        if let Some(parts) = Separator::Space.split(text)
            && let Some(cell) =
                join(parts.map(|part| self.clean_one(part, region).map(Cleaned::one))).filter(are_valid)
        {
            return Some(cell);
        }
        if count_digits(text) < 12 {
            return None;
        }
        let has_words_first = text.starts_with(char::is_alphabetic);
        let mut found: Option<Cleaned<'t>> = None;
        for (place, _) in text.match_indices(' ').take(MOST) {
            let (before, after) = text.split_at_checked(place)?;
            if count_digits(before) < 6 || count_digits(after) < 6 {
                continue;
            }
            let cell =
                join([before, after].map(|part| self.clean_one(part, region).map(Cleaned::one)).into_iter());
            let Some(cell) = cell.filter(are_valid) else { continue };
            let is_same = |other: &Cleaned<'_>| {
                other.numbers().map(|number| number.number).eq(cell.numbers().map(|number| number.number))
            };
            if found.as_ref().is_some_and(|found| !is_same(found)) {
                return None;
            }
            // Words between the numbers belong to the first one, unless other words precede it.
            found = if has_words_first { found.or(Some(cell)) } else { Some(cell) };
        }
        found
    }

    /// Cleans a number that is followed by a slash and the last digits of another one: `044 668 18 00/01`.
    fn with_other_ending<'t>(&self, text: &'t str, region: Option<Region>) -> Option<Cleaned<'t>> {
        let (first, ending) = self.with_ending(text, region)?;
        let mut digits = DigitBuffer::new();
        let kept = first.number.digit_count().checked_sub(ending.len())?;
        first.number.digits().take(kept).for_each(|digit| digits.push(digit));
        digits.extend(ending.as_bytes());
        let other = self
            .read_digits(digits.as_bytes(), digits.as_bytes().len(), true, None)
            .ok()
            .filter(|other| self.has(other.number))?;
        let first = first.with(Repair::SeveralNumbers);
        Some(Cleaned {
            first,
            others: Vec::from([CleanNumber::new(other.number).with(Repair::SeveralNumbers)]),
        })
    }

    /// Cleans the valid number before a slash and one to four digits, which are returned too.
    fn with_ending<'t>(&self, text: &'t str, region: Option<Region>) -> Option<(CleanNumber<'t>, &'t str)> {
        let (before, ending) = text.rsplit_once('/')?;
        let ending = ending.trim();
        if !(1..=4).contains(&ending.len()) || !ending.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let first = self.clean_one(before.trim_end(), region).ok()?;
        let is_number = first.extension.is_none() && first.post_dial.is_empty() && self.has(first.number);
        is_number.then_some((first, ending))
    }

    /// Cleans a number that is followed by several extensions: `(530) 583-6985 x302/x2303`. Each of them makes a
    /// number.
    fn with_other_extensions<'t>(&self, text: &'t str, region: Option<Region>) -> Option<Cleaned<'t>> {
        let separators =
            [Separator::Mark, Separator::Comma, Separator::Word, Separator::SpacedSlash, Separator::Slash];
        separators.into_iter().find_map(|separator| {
            let mut parts = separator.parts(text);
            let first = parts.next().filter(|first| first.len() < text.len())?;
            let first = self.clean_one(first, region).ok()?.with(Repair::SeveralNumbers);
            if first.extension.is_none() || !first.post_dial.is_empty() || !self.has(first.number) {
                return None;
            }
            let others = parts.map(|part| {
                words::extension(part).map(|extension| CleanNumber { extension: Some(extension), ..first })
            });
            Some(Cleaned { first, others: others.collect::<Option<_>>()? })
        })
    }
}

/// Joins cells to one cell, unless one is refused.
fn join<'t>(cells: impl Iterator<Item = Result<Cleaned<'t>, CleanErrorKind>>) -> Option<Cleaned<'t>> {
    let mut joined: Option<Cleaned<'t>> = None;
    for cell in cells {
        let Cleaned { first, others } = cell.ok()?;
        match &mut joined {
            None => joined = Some(Cleaned { first: first.with(Repair::SeveralNumbers), others }),
            Some(joined) => {
                joined.others.push(first.with(Repair::SeveralNumbers));
                joined.others.extend(others);
            }
        }
    }
    joined
}
