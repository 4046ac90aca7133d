//! What the table says of dialling in each territory.
//!
//! Three lists a territory: what is stripped when calling abroad, what when calling home, and what
//! its numbers look like. A list has one entry for each number of digits, so `([2-9]\d{6})$|1` is
//! decided by the first digit. The entries lead into the plan's automaton. The
//! sections are written by `examples/generate_plan/generator/parsing.rs`.

use std::ops::Range;

use crate::number::CallingCode;
use crate::plan::table::{Words, word};

/// A territory's place in the table.
pub(crate) type Territory = u16;

/// The words of a territory: its code, its lists, the digits that the first two of them may start
/// with, and the lengths of its numbers, in general and locally.
pub(crate) const RECORD: usize = 10;
const CODE: usize = 0;
const ABROAD: usize = 1;
const HOME: usize = 2;
const GENERAL: usize = 3;
const ABROAD_FIRST: usize = 4;
const HOME_FIRST: usize = 5;
const POSSIBLE: usize = 6;
const LOCAL: usize = 8;
/// The bytes of an action.
pub(crate) const ACTION: usize = 10;

/// The table's sections.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) records: &'static [[[u8; 2]; RECORD]],
    pub(crate) lists: Lists,
    pub(crate) actions: &'static [[u8; ACTION]],
    /// For a calling code the number of its main territory, from 1.
    pub(crate) main_of_code: &'static [u8],
}

/// What to strip off digits.
#[derive(Debug)]
pub(super) struct Action {
    /// So many digits at the start go.
    pub(super) end: usize,
    /// These come for them,
    pub(super) insert: &'static [u8],
    /// and then these of the digits.
    pub(super) keep: Range<usize>,
    /// These are a carrier's code.
    pub(super) carrier: Range<usize>,
}

/// Whether numbers of a territory have a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lengths {
    Possible,
    LocalOnly,
    TooShort,
    TooLong,
    Between,
}

impl Rules {
    pub(in crate::plan) fn code(&self, territory: Territory) -> Option<CallingCode> {
        CallingCode::new(self.word(territory, CODE)).ok()
    }

    /// The territory that stands for its calling code.
    #[inline]
    pub(in crate::plan) fn main_territory(&self, code: CallingCode) -> Option<Territory> {
        self.main_of_code.get(usize::from(code.get()))?.checked_sub(1).map(Territory::from)
    }

    /// Digits without what is dialled to call abroad, if they start with that and no 0 follows: no
    /// calling code starts with 0.
    #[inline]
    pub(super) fn strip_international<'d>(&self, territory: Territory, digits: &'d [u8]) -> Option<&'d [u8]> {
        let rest = digits.get(self.action(territory, ABROAD, ABROAD_FIRST, digits)?.end..)?;
        (rest.first() != Some(&b'0')).then_some(rest)
    }

    /// How many digits at the start are dialled to call abroad, whatever follows.
    pub(in crate::plan) fn abroad_end(&self, territory: Territory, digits: &[u8]) -> usize {
        self.action(territory, ABROAD, ABROAD_FIRST, digits).map_or(0, |action| action.end)
    }

    /// How many digits at the start are dialled to call home.
    pub(in crate::plan) fn home_end(&self, territory: Territory, digits: &[u8]) -> usize {
        self.action(territory, HOME, HOME_FIRST, digits).map_or(0, |action| action.end)
    }

    /// What is to be stripped off digits when calling home.
    #[inline]
    pub(super) fn national_action(&self, territory: Territory, digits: &[u8]) -> Option<Action> {
        self.action(territory, HOME, HOME_FIRST, digits)
    }

    /// Whether nothing is stripped off national digits that start with the one in the top nibble.
    #[inline]
    pub(super) fn is_bare(&self, territory: Territory, bits: u64) -> bool {
        self.word(territory, HOME_FIRST) >> (bits >> 60) & 1 == 0
    }

    /// The calling code, if nothing is stripped off packed digits as they are dialled at home:
    /// nothing to call abroad, not the calling code, nothing to call home.
    #[inline]
    pub(super) fn code_if_bare(&self, territory: Territory, bits: u64) -> Option<CallingCode> {
        let [code, _, _, _, abroad, home, ..] = *self.records.get(usize::from(territory))?;
        let first = (u16::from_le_bytes(abroad) | u16::from_le_bytes(home)) >> (bits >> 60);
        let code = CallingCode::new(u16::from_le_bytes(code)).ok()?;
        let other = (bits ^ code.leading()) >> (64 - 4 * code.digit_count()) != 0;
        (first & 1 == 0 && other).then_some(code)
    }

    /// Whether digits are what numbers of the territory look like.
    pub(super) fn is_general(&self, territory: Territory, digits: &[u8]) -> bool {
        self.walk(self.word(territory, GENERAL), digits) != 0
    }

    pub(super) fn lengths(&self, territory: Territory, length: usize) -> Lengths {
        let mask = |at| u32::from(self.word(territory, at)) | u32::from(self.word(territory, at + 1)) << 16;
        let (possible, local) = (mask(POSSIBLE), mask(LOCAL));
        let Some(bit) = u32::try_from(length).ok().and_then(|length| 1_u32.checked_shl(length)) else {
            return Lengths::TooLong;
        };
        match () {
            () if possible == 0 => Lengths::Between,
            () if local & bit != 0 => Lengths::LocalOnly,
            () if possible & bit != 0 => Lengths::Possible,
            () if possible & (bit - 1) == 0 => Lengths::TooShort,
            () if possible < bit => Lengths::TooLong,
            () => Lengths::Between,
        }
    }

    #[inline]
    fn action(&self, territory: Territory, list: usize, first: usize, digits: &[u8]) -> Option<Action> {
        let start = digits.first()? & 0xF;
        if self.word(territory, first) >> start & 1 == 0 {
            return None;
        }
        let action = usize::from(self.walk(self.word(territory, list), digits));
        if action == 0 {
            return None;
        }
        let [end, keep, keep_end, carrier, carrier_end, inserted, insert @ ..] = self.actions.get(action)?;
        Some(Action {
            end: usize::from(*end),
            insert: insert.get(..usize::from(*inserted)).unwrap_or_default(),
            keep: usize::from(*keep)..usize::from(*keep_end),
            carrier: usize::from(*carrier)..usize::from(*carrier_end),
        })
    }

    /// The value of the leaf that digits lead to from a list.
    #[inline]
    fn walk(&self, list: u16, digits: &[u8]) -> u16 {
        self.lists.walk(list, digits)
    }

    #[inline]
    fn word(&self, territory: Territory, at: usize) -> u16 {
        let record = self.records.get(usize::from(territory));
        record.and_then(|record| record.get(at)).map_or(0, |word| u16::from_le_bytes(*word))
    }
}

/// Lists of entries into the plan's automaton.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lists {
    pub(crate) cells: Words,
    /// For a list the place of its first entry, how many it has, and of how many digits the first
    /// is asked. Fewer lead to nothing, more than the last to the same as that.
    pub(crate) index: &'static [[u8; 4]],
    pub(crate) entries: Words,
}

impl Lists {
    /// The value of the leaf that digits lead to from a list; 0 if that is nothing.
    #[inline]
    pub(crate) fn walk(&self, list: u16, digits: &[u8]) -> u16 {
        let Some([low, high, count, first]) = self.index.get(usize::from(list)) else { return 0 };
        let Some(place) = digits.len().checked_sub(usize::from(*first)) else { return 0 };
        let start = usize::from(u16::from_le_bytes([*low, *high]));
        let mut cell = word(self.entries, start + place.min(usize::from(*count).saturating_sub(1)));
        for digit in digits {
            let next = word(self.cells, usize::from(cell) + usize::from(digit & 0xF));
            // A leaf leads to itself.
            if next == cell {
                break;
            }
            cell = next;
        }
        word(self.cells, usize::from(cell) + 10)
    }
}
