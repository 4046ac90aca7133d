//! Readers of the tables that `examples/generate_geo` writes.

/// A list of little-endian 16-bit integers.
pub(super) type Words = &'static [[u8; 2]];

/// Returns the section at index `place`, counted from 0; an empty slice if there is none.
pub(super) const fn section(bytes: &'static [u8], place: usize) -> &'static [u8] {
    let (sizes, _) = bytes.as_chunks::<4>();
    let Some((count, mut sizes)) = sizes.split_first() else { return &[] };
    let Some((_, mut rest)) = bytes.split_at_checked(4 + 4 * u32::from_le_bytes(*count) as usize) else {
        return &[];
    };
    let mut skipped = 0;
    while let Some((size, next)) = sizes.split_first() {
        let Some((section, after)) = rest.split_at_checked(u32::from_le_bytes(*size) as usize) else { break };
        if skipped == place {
            return section;
        }
        (sizes, rest, skipped) = (next, after, skipped + 1);
    }
    &[]
}

/// Returns the section at index `place` as a list of 16-bit integers.
pub(super) const fn words(bytes: &'static [u8], place: usize) -> Words {
    section(bytes, place).as_chunks().0
}

/// Returns the integer at index `place`; 0 if there is none.
#[inline]
pub(super) fn word(words: Words, place: usize) -> u16 {
    words.get(place).map_or(0, |word| u16::from_le_bytes(*word))
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
