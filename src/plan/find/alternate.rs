//! The alternate formats: groupings of digits that people use although libphonenumber does not format numbers
//! that way.
//!
//! `examples/generate_plan/generator/alternate.rs` writes the table.

use crate::number::CallingCode;
use crate::plan::table::bytes::{Words, counted, section, word, words};
use crate::plan::table::lists::Lists;

static TABLE: AlternateFormats = AlternateFormats::read(include_bytes!("../table.alternate.bin"));

struct AlternateFormats {
    /// The calling codes in ascending order, each with its first format.
    codes: &'static [[[u8; 2]; 2]],
    /// For each format, its groups and the list of its leading digits.
    formats: Words,
    /// The minimum and maximum number of digits of each group.
    groups: &'static [u8],
    lists: Lists,
}

impl AlternateFormats {
    const fn read(bytes: &'static [u8]) -> Self {
        Self {
            codes: words(section(bytes, 1)).as_chunks().0,
            formats: words(section(bytes, 2)),
            groups: section(bytes, 3),
            lists: Lists::open(bytes, 4),
        }
    }
}

/// The groups of an alternate format.
pub(super) struct Format {
    /// The minimum and maximum number of digits of each group.
    groups: &'static [[u8; 2]],
}

/// Returns the alternate formats of `national`, ASCII digits of a number of `code`.
pub(super) fn formats(code: CallingCode, national: &[u8]) -> impl Iterator<Item = Format> + '_ {
    let [codes, ends] = [TABLE.codes, TABLE.codes.get(1..).unwrap_or_default()];
    let found = codes.binary_search_by_key(&code.get(), |[code, _]| u16::from_le_bytes(*code)).ok();
    let bound = |codes: &[[[u8; 2]; 2]]| {
        let [_, first] = codes.get(found?)?;
        Some(usize::from(u16::from_le_bytes(*first)))
    };
    let range = bound(codes).zip(bound(ends)).map_or(0..0, |(start, end)| start..end);
    range.filter_map(move |format| {
        let leading = word(TABLE.formats, 2 * format + 1);
        let groups = counted(TABLE.groups, word(TABLE.formats, 2 * format)).as_chunks().0;
        (TABLE.lists.answer(leading, national) != 0).then_some(Format { groups })
    })
}

impl Format {
    /// Calls `group` with the end of each group of `count` digits.
    ///
    /// The format is applied as often as it fits, and the remaining digits belong to the last group:
    /// libphonenumber replaces the pattern wherever it occurs.
    pub(super) fn ends(&self, count: usize, mut group: impl FnMut(usize)) {
        let min: usize = self.groups.iter().map(|[min, _]| usize::from(*min)).sum();
        let mut end = 0;
        while min > 0 && end + min <= count {
            // Each group takes all digits that the later groups can spare.
            let mut spare = count - end - min;
            for (index, [min, max]) in self.groups.iter().enumerate() {
                let more = spare.min(usize::from(max - min));
                spare -= more;
                end += usize::from(*min) + more;
                if index + 1 < self.groups.len() {
                    group(end);
                }
            }
        }
        group(count);
    }
}
