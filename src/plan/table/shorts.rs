//! The short numbers of each territory.
//!
//! `examples/generate_plan/generator/shorts.rs` writes the sections.

use super::bytes::{Territory, section, words};
use super::lists::Lists;

/// The indices of the words of a territory's record.
const EMERGENCY: usize = 0;
const EMERGENCY_START: usize = 1;
const LENGTHS: usize = 2;

/// The short numbers of all territories.
#[derive(Debug)]
pub(in crate::plan) struct Shorts {
    /// For each territory, the list of emergency numbers, the list of digits that connect to an
    /// emergency service, and the possible lengths of all short numbers as bits.
    records: &'static [[[u8; 2]; 3]],
    lists: Lists,
}

impl Shorts {
    /// Opens the short numbers of the table `bytes`.
    pub(super) const fn open(bytes: &'static [u8]) -> Self {
        Self { records: words(section(bytes, 20)).as_chunks().0, lists: Lists::open(bytes, 21) }
    }

    /// Returns whether `digits` are an emergency number.
    pub(in crate::plan) fn is_emergency(&self, territory: Territory, digits: &[u8]) -> bool {
        self.lists.answer(self.word(territory, EMERGENCY), digits) != 0
    }

    /// Returns whether dialling `digits` connects to an emergency service.
    pub(in crate::plan) fn connects_to_emergency(&self, territory: Territory, digits: &[u8]) -> bool {
        self.lists.answer(self.word(territory, EMERGENCY_START), digits) != 0
    }

    /// Returns whether a short number can have `length` digits; `length` is at most 15.
    pub(in crate::plan) fn has_length(&self, territory: Territory, length: usize) -> bool {
        self.word(territory, LENGTHS) >> length & 1 == 1
    }

    fn word(&self, territory: Territory, index: usize) -> u16 {
        let record = self.records.get(usize::from(territory));
        record.and_then(|record| record.get(index)).map_or(0, |word| u16::from_le_bytes(*word))
    }
}
