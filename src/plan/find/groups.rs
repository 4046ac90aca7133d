//! The groups of digits in a text, compared with those of a format.

use super::alternate;
use super::subject::Subject;
use crate::number::CallingCode;
use crate::plan::parse::CountrySource;
use crate::plan::parse::chars::digit;
use crate::plan::parse::text::MAX_UNITS;
use crate::plan::table::Table;

/// The rule by which groups are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupRule {
    /// A text in which no group of the format is split.
    Unsplit,
    /// A text that has the groups of the format, or the number in one block.
    Exact,
}

/// A text with the digits of all scripts as ASCII digits, and one byte for each character.
struct Normalized {
    bytes: [u8; MAX_UNITS],
    count: usize,
}

impl Normalized {
    /// Normalizes a text of at most [`MAX_UNITS`] characters.
    fn new(text: &str) -> Self {
        let (mut bytes, mut count) = ([0; MAX_UNITS], 0);
        for (byte, c) in bytes.iter_mut().zip(text.chars()) {
            *byte = match digit(c) {
                Some(value) => b'0' | value,
                None => b' ',
            };
            count += 1;
        }
        Self { bytes, count }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }
}

/// Returns whether `text` groups the digits of its number as the usual format or an alternate format does.
pub(super) fn are_grouped(table: &Table, text: &str, subject: &Subject<'_>, rule: GroupRule) -> bool {
    let text = Normalized::new(text);
    let text = text.as_bytes();
    let fits = |groups: &[u8]| match rule {
        GroupRule::Unsplit => are_unsplit(table, text, subject, groups),
        GroupRule::Exact => are_exact(text, subject, groups),
    };
    fits(table.national_groups(subject.leaf, subject.national).as_bytes())
        || alternate::formats(subject.code, subject.national).any(|format| {
            let mut groups = Grouped::default();
            format.ends(subject.national.len(), |end| groups.push(subject.national, end));
            fits(groups.as_bytes())
        })
}

/// The digits of a number with a hyphen between two groups.
struct Grouped {
    text: [u8; 40],
    length: usize,
    digits: usize,
}

impl Default for Grouped {
    fn default() -> Self {
        Self { text: [0; 40], length: 0, digits: 0 }
    }
}

impl Grouped {
    /// Appends the group of `national` that ends at `end`.
    fn push(&mut self, national: &[u8], end: usize) {
        let group = national.get(self.digits..end).unwrap_or_default();
        let hyphen: &[u8] = if self.length > 0 && !group.is_empty() { b"-" } else { b"" };
        for byte in hyphen.iter().chain(group) {
            if let Some(target) = self.text.get_mut(self.length) {
                *target = *byte;
                self.length += 1;
            }
        }
        self.digits = end;
    }

    fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// Returns whether the groups occur in `text`, one after the other.
///
/// If a digit directly follows the first group and the country has a national prefix, the digits must be one
/// block.
fn are_unsplit(table: &Table, text: &[u8], subject: &Subject<'_>, groups: &[u8]) -> bool {
    let mut at = match subject.source {
        CountrySource::DefaultRegion => 0,
        _ => after_code(text, subject.code),
    };
    for (index, group) in groups.split(|byte| *byte == b'-').enumerate() {
        let Some(found) = find(text, at, group) else { return false };
        at = found + group.len();
        if index == 0
            && text.get(at).is_some_and(u8::is_ascii_digit)
            && table.is_country_with_national_prefix(subject.territory)
        {
            return text.get(found..).is_some_and(|rest| rest.starts_with(subject.national));
        }
    }
    // The last group must not be found in the extension.
    subject.extension.is_empty() || find(text, at, subject.extension).is_some()
}

/// Returns the index after the first occurrence of `code`.
fn after_code(text: &[u8], code: CallingCode) -> usize {
    let digits = code.digit_count();
    let mut name = [0; 3];
    let mut rest = code.get();
    for byte in name.iter_mut().take(digits).rev() {
        *byte = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    let name = name.get(..digits).unwrap_or_default();
    // libphonenumber treats a code that it does not find as if it started before the text.
    find(text, 0, name).map_or(digits - 1, |found| found + digits)
}

/// Returns whether the last groups of `text` are those of the format, or one of its groups is the whole
/// number.
fn are_exact(text: &[u8], subject: &Subject<'_>, groups: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let end = text.iter().rposition(is_digit).map_or(0, |last| last + 1);
    let text = text.get(..end).unwrap_or_default();
    if text.iter().all(is_digit) {
        return true;
    }
    // A separator at the start has an empty group before it.
    let separated = text.iter().take_while(|byte| !is_digit(byte)).count();
    let mut written = text
        .rsplit(|byte| !is_digit(byte))
        .filter(|group| !group.is_empty())
        .chain((separated > 0).then_some(&[] as &[u8]));
    if !subject.extension.is_empty() {
        written.next();
    }
    let mut written = written.peekable();
    let Some(last) = written.peek() else { return false };
    if find(last, 0, subject.national).is_some() {
        return true;
    }
    let mut wanted = groups.rsplit(|byte| *byte == b'-').peekable();
    while let Some(group) = wanted.next() {
        let Some(found) = written.next() else { return false };
        let is_first = wanted.peek().is_none();
        if !(found == group || is_first && found.ends_with(group)) {
            return false;
        }
    }
    true
}

/// Returns the index of the first occurrence of `part` from index `from` on.
fn find(text: &[u8], from: usize, part: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    if part.is_empty() {
        return Some(from);
    }
    Some(from + rest.windows(part.len()).position(|window| window == part)?)
}
