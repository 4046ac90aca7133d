//! The candidate formats of a number that is being typed.
//!
//! `examples/generate_plan/generator/typing.rs` writes the table.

use alloc::string::String;
use core::iter::repeat_n;
use core::ops::Range;

use crate::plan::table::bytes::{Territory, Words, counted, section, word, words};
use crate::plan::table::lists::Lists;

/// The placeholder for a digit that is not typed yet.
pub(super) const PLACEHOLDER: char = '\u{2008}';
/// The maximum number of digits of a template.
const MAX_TEMPLATE: usize = 15;
/// The maximum number of digit groups of a format.
const MAX_GROUPS: usize = 10;

/// The formats of all territories, for as-you-type formatting.
#[derive(Debug)]
#[doc(hidden)]
pub struct TypingTable {
    /// For each territory, the first format and the number of formats: national, then international.
    territories: &'static [[[u8; 2]; 4]],
    formats: &'static [[[u8; 2]; 5]],
    /// The lists of the leading digits of formats.
    leading: Words,
    texts: &'static [u8],
    lists: Lists,
}

/// The index of a format.
pub(super) type FormatId = usize;

/// The indices of the words of a format.
const GROUPS: usize = 0;
const TEMPLATE: usize = 1;
const FLAGS: usize = 2;
const LEADING: usize = 3;
const LEADING_COUNT: usize = 4;

impl TypingTable {
    /// Opens a table.
    #[must_use]
    pub const fn read(bytes: &'static [u8]) -> Self {
        Self {
            territories: words(section(bytes, 1)).as_chunks().0,
            formats: words(section(bytes, 2)).as_chunks().0,
            leading: words(section(bytes, 3)),
            texts: section(bytes, 4),
            lists: Lists::open(bytes, 5),
        }
    }

    /// Returns the formats of `territory`: the international ones if `international` is set and there
    /// are some, the national ones otherwise.
    pub(super) fn formats(&self, territory: Territory, international: bool) -> Range<FormatId> {
        let words = self.territories.get(usize::from(territory)).copied().unwrap_or_default();
        let [start, count, international_start, international_count] =
            words.map(|word| usize::from(u16::from_le_bytes(word)));
        if international && international_count > 0 {
            international_start..international_start + international_count
        } else {
            start..start + count
        }
    }

    /// Returns whether the national prefix rule of a format is empty or consists of the first group
    /// only.
    #[inline]
    pub(super) fn has_no_prefix(&self, format: FormatId) -> bool {
        self.word(format, FLAGS) & 1 != 0
    }

    /// Returns whether a format is also used without its national prefix.
    #[inline]
    pub(super) fn has_optional_prefix(&self, format: FormatId) -> bool {
        self.word(format, FLAGS) & 2 != 0
    }

    /// Returns whether a format has a rule for carrier codes.
    #[inline]
    pub(super) fn has_carrier_rule(&self, format: FormatId) -> bool {
        self.word(format, FLAGS) & 4 != 0
    }

    /// Returns whether a separator follows the national prefix in a format.
    #[inline]
    pub(super) fn has_separated_prefix(&self, format: FormatId) -> bool {
        self.word(format, FLAGS) & 8 != 0
    }

    /// Returns an identifier of the groups of a format. Formats with the same groups have the same
    /// identifier.
    #[inline]
    pub(super) fn groups_id(&self, format: FormatId) -> u16 {
        self.word(format, GROUPS)
    }

    /// Returns whether `digits` match the leading digits of a format at `step`. Past the last step, the
    /// last one applies.
    #[inline]
    pub(super) fn has_leading(&self, format: FormatId, step: usize, digits: &[u8]) -> bool {
        let count = usize::from(self.word(format, LEADING_COUNT));
        let Some(last_step) = count.checked_sub(1) else { return true };
        let list = word(self.leading, usize::from(self.word(format, LEADING)) + step.min(last_step));
        self.lists.answer(list, digits) != 0
    }

    /// Returns `digits` in a format; `None` if the format is for another number of digits.
    pub(super) fn write(&self, format: FormatId, digits: &[u8]) -> Option<String> {
        let groups = self.groups(format);
        let least = groups.iter().map(|[min, _]| usize::from(*min)).sum();
        let mut spare = digits.len().checked_sub(least)?;
        let mut parts: [&[u8]; MAX_GROUPS] = [&[]; MAX_GROUPS];
        let mut rest = digits;
        for (part, [min, max]) in parts.iter_mut().zip(groups) {
            let more = spare.min(usize::from(max - min));
            spare -= more;
            (*part, rest) = rest.split_at_checked(usize::from(*min) + more)?;
        }
        rest.is_empty().then(|| {
            self.write_groups(format, |group, out| {
                let part = parts.get(group).copied().unwrap_or_default();
                out.extend(part.iter().copied().map(char::from));
            })
        })
    }

    /// Returns the format with a placeholder for each digit; `None` if it has no room for `digits`
    /// digits.
    pub(super) fn template(&self, format: FormatId, digits: usize) -> Option<String> {
        let groups = self.groups(format);
        let least: usize = groups.iter().map(|[min, _]| usize::from(*min)).sum();
        let mut spare = MAX_TEMPLATE.checked_sub(least)?;
        let mut widths = [0; MAX_GROUPS];
        for (width, [min, max]) in widths.iter_mut().zip(groups) {
            let more = spare.min(usize::from(max - min));
            spare -= more;
            *width = usize::from(*min) + more;
        }
        (widths.iter().sum::<usize>() >= digits).then(|| {
            self.write_groups(format, |group, out| {
                let width = widths.get(group).copied().unwrap_or_default();
                out.extend(repeat_n(PLACEHOLDER, width));
            })
        })
    }

    /// Returns the text of a format, calling `write` for each of its groups.
    fn write_groups(&self, format: FormatId, write: impl Fn(usize, &mut String)) -> String {
        let mut out = String::new();
        let mut bytes = counted(self.texts, self.word(format, TEMPLATE)).iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'$' => {
                    let group = bytes.next().map_or(0, |digit| usize::from(digit & 0xF));
                    write(group.wrapping_sub(1), &mut out);
                }
                byte => out.push(char::from(*byte)),
            }
        }
        out
    }

    /// Returns the minimum and maximum number of digits of each group of a format.
    #[inline]
    fn groups(&self, format: FormatId) -> &'static [[u8; 2]] {
        counted(self.texts, self.word(format, GROUPS)).as_chunks().0
    }

    #[inline]
    fn word(&self, format: FormatId, index: usize) -> u16 {
        let words = self.formats.get(format);
        words.and_then(|words| words.get(index)).map_or(0, |word| u16::from_le_bytes(*word))
    }
}
