//! Readers of the tables that `examples/generate_geo` writes.

use crate::sections;
pub(super) use crate::sections::{Words, section, word};

/// Returns the section at index `place` as a list of 16-bit integers.
pub(super) const fn words(bytes: &'static [u8], place: usize) -> Words {
    sections::words(section(bytes, place))
}

/// Values that have a text in some languages, in one column per language.
pub(super) struct Columns {
    /// The index at which each column starts.
    starts: Words,
    /// The values, in ascending order within each column.
    values: Words,
    /// The text of each value.
    texts: Words,
}

impl Columns {
    /// Opens the columns in three sections, starting with `place`.
    pub(super) const fn read(bytes: &'static [u8], place: usize) -> Self {
        Self { starts: words(bytes, place), values: words(bytes, place + 1), texts: words(bytes, place + 2) }
    }

    /// Returns the entry of `value` in a column, and the index of its text. Columns are counted from 1.
    pub(super) fn find(&self, column: u8, value: u16) -> Option<(usize, u16)> {
        let column = usize::from(column).checked_sub(1)?;
        let start = usize::from(word(self.starts, column));
        let values = self.values.get(start..usize::from(word(self.starts, column + 1)))?;
        let place = values.binary_search_by_key(&value, |value| u16::from_le_bytes(*value)).ok()?;
        Some((start + place, word(self.texts, start + place)))
    }
}
