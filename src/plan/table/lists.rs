//! Decisions about digits of any length: lists of entry points into the automaton, one for each length.

use super::bytes::{Words, section, word, words};

/// The lists of entry points into a table's automaton.
///
/// Since each number of digits has its own entry point, the first digit decides the pattern
/// `([2-9]\d{6})$|1`.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct Lists {
    cells: Words,
    /// For each list, the index of its first entry (two bytes), the number of entries, and the number
    /// of digits of the first entry. For fewer digits the result is 0; for more digits than the last
    /// entry has, it is the result of the last entry.
    index: &'static [[u8; 4]],
    entries: Words,
}

impl Lists {
    /// Opens the lists in the table `bytes`: the section `index` is their index, the next section their
    /// entries.
    pub(in crate::plan) const fn open(bytes: &'static [u8], index: usize) -> Self {
        Self {
            cells: words(section(bytes, 0)),
            index: section(bytes, index).as_chunks().0,
            entries: words(section(bytes, index + 1)),
        }
    }

    /// Returns the result of `list` for `digits`, of which only the low nibbles are used.
    #[inline]
    pub(in crate::plan) fn answer(&self, list: u16, digits: &[u8]) -> u16 {
        let Some([low, high, count, first]) = self.index.get(usize::from(list)) else { return 0 };
        let Some(offset) = digits.len().checked_sub(usize::from(*first)) else { return 0 };
        let start = usize::from(u16::from_le_bytes([*low, *high]));
        let mut row = word(self.entries, start + offset.min(usize::from(*count).saturating_sub(1)));
        for digit in digits {
            let next = word(self.cells, usize::from(row) + usize::from(digit & 0xF));
            // The cells of a leaf lead back to it.
            if next == row {
                break;
            }
            row = next;
        }
        word(self.cells, usize::from(row) + 10)
    }
}
