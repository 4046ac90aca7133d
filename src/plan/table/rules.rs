//! The dialling rules of each territory: the prefixes to strip from international and from domestic
//! calls, and the general pattern of its numbers.
//!
//! `examples/generate_plan/generator/parsing.rs` writes the sections.

use core::ops::Range;

use super::bytes::{Territory, section, words};
use super::lists::Lists;
use crate::number::CallingCode;

/// The number of words of a territory's record.
const WORDS: usize = 11;
const CODE: usize = 0;
/// The list of international prefixes.
const INTERNATIONAL: usize = 1;
/// The set of digits that international prefixes start with, as bits.
const INTERNATIONAL_START: usize = 4;
/// The list of national prefixes.
const NATIONAL: usize = 2;
/// The set of digits that national prefixes start with, as bits.
const NATIONAL_START: usize = 5;
/// The list of the general pattern.
const GENERAL: usize = 3;
/// The possible lengths of numbers, as 32 bits.
const LENGTHS: usize = 6;
/// The possible lengths of numbers without an area code, as 32 bits.
const LOCAL_LENGTHS: usize = 8;
/// The list of numbers that cannot be dialled from abroad.
const AT_HOME_ONLY: usize = 10;

/// The number of bytes of an action.
const ACTION: usize = 10;

/// The dialling rules of all territories.
#[derive(Debug)]
pub(in crate::plan) struct Rules {
    records: &'static [[[u8; 2]; WORDS]],
    lists: Lists,
    actions: &'static [[u8; ACTION]],
    /// For each calling code, the index of its main territory, counted from 1.
    main_of_code: &'static [u8],
}

/// A change to the leading digits.
#[derive(Debug)]
pub(in crate::plan) struct Action {
    /// The number of leading digits to remove.
    pub(in crate::plan) end: usize,
    /// The digits to insert in their place.
    pub(in crate::plan) insert: &'static [u8],
    /// The range of the removed digits to restore after the inserted ones.
    pub(in crate::plan) keep: Range<usize>,
    /// The range of the removed digits that is a carrier code.
    pub(in crate::plan) carrier: Range<usize>,
}

/// The check of a number of digits against the lengths of a territory's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum LengthCheck {
    Possible,
    LocalOnly,
    TooShort,
    TooLong,
    /// A length between the minimum and the maximum that no number has; or any length, if the territory
    /// has no numbers.
    Invalid,
}

impl Rules {
    /// Opens the rules of the table `bytes`.
    pub(super) const fn open(bytes: &'static [u8]) -> Self {
        Self {
            records: words(section(bytes, 15)).as_chunks().0,
            lists: Lists::open(bytes, 16),
            actions: section(bytes, 18).as_chunks().0,
            main_of_code: section(bytes, 19),
        }
    }

    /// Returns the calling code of `territory`.
    #[inline]
    pub(in crate::plan) fn code(&self, territory: Territory) -> Option<CallingCode> {
        CallingCode::new(self.word(territory, CODE)).ok()
    }

    /// Returns the main territory of `code`, if it is assigned.
    #[inline]
    pub(in crate::plan) fn main_territory(&self, code: CallingCode) -> Option<Territory> {
        self.main_of_code.get(usize::from(code.get()))?.checked_sub(1).map(Territory::from)
    }

    /// Returns `digits` without their international prefix, unless a 0 follows it, since no calling
    /// code starts with 0.
    #[inline]
    pub(in crate::plan) fn strip_international<'d>(
        &self,
        territory: Territory,
        digits: &'d [u8],
    ) -> Option<&'d [u8]> {
        let end = self.action(territory, INTERNATIONAL, INTERNATIONAL_START, digits)?.end;
        let rest = digits.get(end..)?;
        (rest.first() != Some(&b'0')).then_some(rest)
    }

    /// Returns the length of the international prefix of `digits`, regardless of the digits after it.
    #[inline]
    pub(in crate::plan) fn international_prefix_len(&self, territory: Territory, digits: &[u8]) -> usize {
        self.action(territory, INTERNATIONAL, INTERNATIONAL_START, digits).map_or(0, |action| action.end)
    }

    /// Returns the length of the national prefix of `digits`, including a carrier code.
    #[inline]
    pub(in crate::plan) fn national_prefix_len(&self, territory: Territory, digits: &[u8]) -> usize {
        self.national_action(territory, digits).map_or(0, |action| action.end)
    }

    /// Returns the action that strips the national prefix and carrier code from `digits`.
    #[inline]
    pub(in crate::plan) fn national_action(&self, territory: Territory, digits: &[u8]) -> Option<Action> {
        self.action(territory, NATIONAL, NATIONAL_START, digits)
    }

    /// Returns whether no national prefix starts with the digit in the most significant nibble of
    /// `bits`.
    #[inline]
    pub(in crate::plan) fn has_no_prefix(&self, territory: Territory, bits: u64) -> bool {
        self.word(territory, NATIONAL_START) >> (bits >> 60) & 1 == 0
    }

    /// Returns the calling code if the packed digits `bits`, as dialled in `territory`, start neither
    /// with that code nor with the first digit of an international or national prefix.
    #[inline]
    pub(in crate::plan) fn code_without_prefix(
        &self,
        territory: Territory,
        bits: u64,
    ) -> Option<CallingCode> {
        let [code, _, _, _, international, national, ..] = *self.records.get(usize::from(territory))?;
        let starts = (u16::from_le_bytes(international) | u16::from_le_bytes(national)) >> (bits >> 60);
        let code = CallingCode::new(u16::from_le_bytes(code)).ok()?;
        let other = (bits ^ code.leading()) >> (64 - 4 * code.digit_count()) != 0;
        (starts & 1 == 0 && other).then_some(code)
    }

    /// Returns whether `digits` match the general pattern of `territory`.
    #[inline]
    pub(in crate::plan) fn is_general(&self, territory: Territory, digits: &[u8]) -> bool {
        self.lists.answer(self.word(territory, GENERAL), digits) != 0
    }

    /// Returns whether the number `digits` of `territory` cannot be dialled from abroad.
    pub(in crate::plan) fn is_at_home_only(&self, territory: Territory, digits: &[u8]) -> bool {
        self.lists.answer(self.word(territory, AT_HOME_ONLY), digits) != 0
    }

    /// Returns whether numbers of `territory` can have `length` digits.
    #[inline]
    pub(in crate::plan) fn check_length(&self, territory: Territory, length: usize) -> LengthCheck {
        let mask = |at| u32::from(self.word(territory, at)) | u32::from(self.word(territory, at + 1)) << 16;
        let (possible, local) = (mask(LENGTHS), mask(LOCAL_LENGTHS));
        let Some(bit) = u32::try_from(length).ok().and_then(|length| 1_u32.checked_shl(length)) else {
            return LengthCheck::TooLong;
        };
        match () {
            () if possible == 0 => LengthCheck::Invalid,
            () if local & bit != 0 => LengthCheck::LocalOnly,
            () if possible & bit != 0 => LengthCheck::Possible,
            () if possible & (bit - 1) == 0 => LengthCheck::TooShort,
            () if possible < bit => LengthCheck::TooLong,
            () => LengthCheck::Invalid,
        }
    }

    #[inline]
    fn action(&self, territory: Territory, list: usize, start: usize, digits: &[u8]) -> Option<Action> {
        let first = digits.first()? & 0xF;
        if self.word(territory, start) >> first & 1 == 0 {
            return None;
        }
        let action = usize::from(self.lists.answer(self.word(territory, list), digits));
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

    #[inline]
    fn word(&self, territory: Territory, index: usize) -> u16 {
        let record = self.records.get(usize::from(territory));
        record.and_then(|record| record.get(index)).map_or(0, |word| u16::from_le_bytes(*word))
    }
}
