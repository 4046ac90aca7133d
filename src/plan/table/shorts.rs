//! The table of short numbers that `examples/generate_plan` writes. It has its own automaton, so that a
//! program that does not use short numbers does not link it.
//!
//! `examples/generate_plan/generator/shorts.rs` writes the sections.

use super::bytes::{Territory, counted, section, words};
use super::lists::Lists;

/// The built-in short numbers.
pub(in crate::plan) static SHORTS: Shorts = Shorts::open(include_bytes!("../table.shorts.bin"));

/// The indices of the words of a territory's record: the list of answers, and the possible lengths as bits.
/// Bit 0 of the lengths is set if no digits may follow an emergency number.
const ANSWERS: usize = 0;
const LENGTHS: usize = 1;
/// The text of an example; the examples of each cost follow.
const EXAMPLES: usize = 2;

/// The short numbers of all territories.
#[derive(Debug)]
pub(in crate::plan) struct Shorts {
    records: &'static [[[u8; 2]; 6]],
    lists: Lists,
    texts: &'static [u8],
}

/// The answers for digits in a territory, as bits.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct ShortAnswer(u16);

impl Shorts {
    /// Opens the short numbers of the table `bytes`.
    const fn open(bytes: &'static [u8]) -> Self {
        Self {
            records: words(section(bytes, 1)).as_chunks().0,
            lists: Lists::open(bytes, 2),
            texts: section(bytes, 4),
        }
    }

    /// Returns the answers for `digits`, of which only the low nibbles are used.
    pub(in crate::plan) fn answer(&self, territory: Territory, digits: &[u8]) -> ShortAnswer {
        ShortAnswer(self.lists.answer(self.word(territory, ANSWERS), digits))
    }

    /// Returns whether dialling `digits` connects to an emergency service: whether they are an emergency
    /// number or, in most territories, start with one.
    pub(in crate::plan) fn connects_to_emergency(&self, territory: Territory, digits: &[u8]) -> bool {
        /// The maximum number of digits of an emergency number.
        const LONGEST: usize = 8;
        let is_exact = self.word(territory, LENGTHS) & 1 != 0;
        let mut starts = (1..=LONGEST).filter_map(|length| digits.get(..length));
        self.answer(territory, digits).is_emergency()
            || !is_exact && starts.any(|start| self.answer(territory, start).is_emergency())
    }

    /// Returns whether a short number can have `length` digits; `length` is 1 to 15.
    pub(in crate::plan) fn has_length(&self, territory: Territory, length: usize) -> bool {
        self.word(territory, LENGTHS) >> length & 1 == 1
    }

    /// Returns an example: of any short number if `cost` is 0, or of one with the cost whose tag is `cost`.
    pub(in crate::plan) fn example(&self, territory: Territory, cost: usize) -> Option<&'static str> {
        let text = counted(self.texts, self.word(territory, EXAMPLES + cost));
        str::from_utf8(text).ok().filter(|text| !text.is_empty())
    }

    fn word(&self, territory: Territory, index: usize) -> u16 {
        let record = self.records.get(usize::from(territory));
        record.and_then(|record| record.get(index)).map_or(0, |word| u16::from_le_bytes(*word))
    }
}

impl ShortAnswer {
    /// Returns whether the digits match the pattern of short codes. They are valid only if they match the
    /// general pattern, too.
    pub(in crate::plan) const fn is_short_code(self) -> bool {
        self.0 & 1 != 0
    }

    pub(in crate::plan) const fn is_valid(self) -> bool {
        self.0 & 1 << 1 != 0
    }

    /// Returns the tag of the cost: 0 unknown, 1 toll-free, 2 standard, 3 premium.
    pub(in crate::plan) const fn cost(self) -> u16 {
        self.0 >> 2 & 3
    }

    pub(in crate::plan) const fn is_carrier_specific(self) -> bool {
        self.0 & 1 << 4 != 0
    }

    pub(in crate::plan) const fn is_sms_service(self) -> bool {
        self.0 & 1 << 5 != 0
    }

    pub(in crate::plan) const fn is_emergency(self) -> bool {
        self.0 & 1 << 6 != 0
    }
}
