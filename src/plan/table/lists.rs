//! Questions about digits of any length: lists of entries into the automaton, one for each length.

use super::bytes::{Words, section, word, words};

/// Lists of entries into a table's automaton.
///
/// With an entry for each number of digits, the pattern `([2-9]\d{6})$|1` is decided by the first digit.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct Lists {
    cells: Words,
    /// For each list the index of its first entry (two bytes), the number of entries, and the number of
    /// digits that the first entry is for. Fewer digits have the answer 0; more than the last entry is for
    /// have the answer of the last entry.
    index: &'static [[u8; 4]],
    entries: Words,
}

impl Lists {
    /// Opens the lists of the table `bytes`: their index is the section `index`, their entries the next one.
    pub(in crate::plan) const fn open(bytes: &'static [u8], index: usize) -> Self {
        Self {
            cells: words(section(bytes, 0)),
            index: section(bytes, index).as_chunks().0,
            entries: words(section(bytes, index + 1)),
        }
    }

    /// Returns the answer of a list for `digits`, of which only the low nibbles count.
    #[inline]
    pub(in crate::plan) fn answer(&self, list: u16, digits: &[u8]) -> u16 {
        let Some([low, high, count, first]) = self.index.get(usize::from(list)) else { return 0 };
        let Some(offset) = digits.len().checked_sub(usize::from(*first)) else { return 0 };
        let start = usize::from(u16::from_le_bytes([*low, *high]));
        let mut row = word(self.entries, start + offset.min(usize::from(*count).saturating_sub(1)));
        for digit in digits {
            let next = word(self.cells, usize::from(row) + usize::from(digit & 0xF));
            // A leaf leads to itself.
            if next == row {
                break;
            }
            row = next;
        }
        word(self.cells, usize::from(row) + 10)
    }
}
