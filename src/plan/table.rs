//! The table that `examples/generate_plan` writes. It is read in place: only the offsets of its
//! sections are computed, at compile time.
//!
//! For digits of one length the plan is an automaton. A row has a cell for each digit; a cell is the
//! index of the next row. The lookup of `+14158867900` starts at the row of calling code 1 and ten
//! digits, takes the cell for 4, in the next row the cell for 1, and so on to a *leaf*: a row whose
//! cells all lead back to it, followed by the result. Here the result is the first region of the code,
//! fixed line or mobile, and the first format.
//!
//! Five steps are always made at once, even past a leaf: the end of a loop that stops at the leaf would be
//! mispredicted for most numbers. No result depends on more than eight digits.

pub(super) mod bytes;
pub(super) mod lists;
pub(super) mod rules;
pub(super) mod shorts;

use self::bytes::{Territory, Words, counted, section, word, words};
use self::rules::Rules;
use super::number_type::NumberType;
use super::region::Region;
use crate::number::{CallingCode, PhoneNumber};

/// The numbering plan that the functions of [`plan`](crate::plan) use.
pub(super) static BUILT_IN: Table = Table::read(BYTES);

/// The release of libphonenumber that [`BUILT_IN`] was generated from.
pub(super) const VERSION: &str = Table::read(BYTES).version;

const BYTES: &[u8] = include_bytes!("table.bin");

/// A numbering plan.
///
/// Its methods are the functions of [`plan`](crate::plan) for a plan other than the built-in one: the
/// tests run libphonenumber's own cases on libphonenumber's metadata for testing.
#[derive(Debug)]
pub struct Table {
    cells: Words,
    version: &'static str,
    territories: &'static [Record],
    /// The territory of each pair of letters, counted from 1.
    by_letters: Words,
    /// For the first three digits, one per nibble, the slot of the calling code, counted from 1, in the
    /// low byte, and its number of digits in the high byte.
    slots: Words,
    /// For each slot, the calling code and the index of its first region.
    codes: &'static [[[u8; 2]; 2]],
    /// For each code, its regions: letters and territory.
    code_regions: &'static [[[u8; 2]; 2]],
    /// For each slot and length, the first row and the indices of the first format and the first
    /// region.
    roots: &'static [[[u8; 2]; 3]],
    /// For each territory of a shared code and each length, the first row of the automaton that decides
    /// whether a number of another region is valid in this territory, too.
    own_roots: Words,
    /// For each format, the national, international and carrier template, and the national prefix rule.
    formats: &'static [[[u8; 2]; 4]],
    templates: &'static [u8],
    /// The characters of templates other than digits.
    literals: &'static [u8],
    /// The possible lengths as bits: with an area code, and only without one.
    lengths: &'static [[[u8; 2]; 2]],
    examples: &'static [[u8; 8]],
    texts: &'static [u8],
    pub(super) rules: Rules,
}

/// The purpose of a template.
#[derive(Clone, Copy, Debug)]
pub(super) enum TemplateKind {
    National,
    International,
    /// The national template with a carrier code.
    Carrier,
}

/// The rule for the national prefix of a format: the texts around its first group.
#[derive(Clone, Copy, Debug)]
pub(super) struct PrefixRule {
    pub(super) before: &'static [u8],
    pub(super) after: &'static [u8],
}

/// The data of one territory.
type Record = [[u8; 2]; 21];

/// The bit of a national prefix rule that is set if the prefix is optional.
const PREFIX_OPTIONAL: u16 = 1 << 15;

/// The indices of the words of a [`Record`].
mod fact {
    pub(super) const LETTERS: usize = 0;
    pub(super) const CODE: usize = 1;
    pub(super) const FLAGS: usize = 2;
    pub(super) const INTERNATIONAL_PREFIX: usize = 3;
    pub(super) const EXTENSION_PREFIX: usize = 4;
    pub(super) const NATIONAL_PREFIX: usize = 5;
    pub(super) const OWN_ROOTS: usize = 6;
    pub(super) const EXAMPLES: usize = 7;
    pub(super) const EXAMPLE_TYPES: usize = 8;
    /// The possible lengths of all types, followed by those of each type.
    pub(super) const LENGTHS: usize = 9;
}

/// The result of a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The slot of the calling code; 0 if the code is not assigned.
    slot: u8,
    /// The number of digits of the calling code.
    width: u8,
    /// The index of the first format of the code and length.
    formats: u16,
    /// The index of the first region of the code.
    regions: u16,
    /// Region (6 bits), type (4 bits), format (6 bits).
    value: u16,
}

impl Table {
    /// Opens a table. A missing section is treated as empty.
    #[must_use]
    pub const fn read(bytes: &'static [u8]) -> Self {
        Self {
            cells: words(section(bytes, 0)),
            version: match str::from_utf8(section(bytes, 1)) {
                Ok(version) => version,
                Err(_) => "",
            },
            territories: words(section(bytes, 2)).as_chunks().0,
            by_letters: words(section(bytes, 3)),
            slots: words(section(bytes, 4)),
            codes: words(section(bytes, 5)).as_chunks().0,
            code_regions: words(section(bytes, 6)).as_chunks().0,
            roots: words(section(bytes, 7)).as_chunks().0,
            own_roots: words(section(bytes, 8)),
            formats: words(section(bytes, 9)).as_chunks().0,
            templates: section(bytes, 10),
            literals: section(bytes, 11),
            lengths: words(section(bytes, 12)).as_chunks().0,
            examples: section(bytes, 13).as_chunks().0,
            texts: section(bytes, 14),
            rules: Rules::open(bytes),
        }
    }

    /// Returns the leaf for `number`.
    #[inline]
    pub(super) fn leaf(&self, number: PhoneNumber) -> Leaf {
        let unknown = Leaf { slot: 0, width: 0, formats: 0, regions: 0, value: 0 };
        let bits = number.to_bits();
        let [slot, width] = self.slots.get((bits >> 52) as usize).copied().unwrap_or_default();
        let Some(length @ 1..) = number.digit_count().checked_sub(usize::from(width)) else {
            return unknown;
        };
        let index = (usize::from(slot) * 16 + length).wrapping_sub(16);
        let Some(root) = self.roots.get(index) else {
            return unknown;
        };
        let [root, formats, regions] = root.map(u16::from_le_bytes);
        let value = self.walk(root, bits << (4 * (width & 3)));
        Leaf { slot, width, formats, regions, value }
    }

    /// Returns the leaf for the packed national digits `national` of `code`, which together may be more
    /// digits than a [`PhoneNumber`] has; `None` if the code is not assigned.
    pub(super) fn leaf_of(&self, code: CallingCode, national: u64) -> Option<Leaf> {
        let slot = self.slot(code);
        let index = (usize::from(slot) * 16 + (national & 0xF) as usize).checked_sub(16)?;
        let [root, formats, regions] = self.roots.get(index)?.map(u16::from_le_bytes);
        let value = self.walk(root, national);
        Some(Leaf { slot, width: u8::try_from(code.digit_count()).ok()?, formats, regions, value })
    }

    /// Walks along packed digits, starting at the row `root`, and returns the value of the leaf.
    #[inline]
    fn walk(&self, root: u16, mut digits: u64) -> u16 {
        let mut row = root;
        for steps in [5, 3] {
            for _ in 0..steps {
                row = word(self.cells, usize::from(row) + (digits >> 60) as usize);
                digits <<= 4;
            }
            if word(self.cells, usize::from(row)) == row {
                break;
            }
        }
        word(self.cells, usize::from(row) + 10)
    }

    /// Returns the slot of `code`, counted from 1; 0 if the code is not assigned.
    pub(super) fn slot(&self, code: CallingCode) -> u8 {
        let [slot, _] = self.slots.get((code.leading() >> 52) as usize).copied().unwrap_or_default();
        // The digits may belong to a longer code.
        let found = self.codes.get(usize::from(slot).wrapping_sub(1));
        if found.is_some_and(|[found, _]| u16::from_le_bytes(*found) == code.get()) { slot } else { 0 }
    }

    /// Returns the assigned calling codes, in ascending order.
    pub(super) fn codes(&self) -> impl Iterator<Item = CallingCode> + use<> {
        // The last entry only marks the end of the list of regions.
        let codes = self.codes.split_last().map_or(&[] as &[_], |(_, codes)| codes);
        codes.iter().filter_map(|[code, _]| CallingCode::new(u16::from_le_bytes(*code)).ok())
    }

    /// Returns the territories of a slot, starting with the main one, in the order in which
    /// libphonenumber tries them.
    pub(super) fn territories_of(&self, slot: u8) -> impl Iterator<Item = Territory> + use<> {
        let slot = usize::from(slot);
        let start = |slot: usize| self.codes.get(slot).map_or(0, |[_, start]| u16::from_le_bytes(*start));
        let range = match slot {
            0 => 0..0,
            _ => usize::from(start(slot - 1))..usize::from(start(slot)),
        };
        self.code_regions.get(range).unwrap_or_default().iter().map(|[_, index]| u16::from_le_bytes(*index))
    }

    /// Returns the main territory of a slot.
    pub(super) fn main_territory(&self, slot: u8) -> Option<Territory> {
        self.territories_of(slot).next()
    }

    /// Returns the territory of `region`; `None` for `001`, which has one territory per code.
    #[inline]
    pub(super) fn territory(&self, region: Region) -> Option<Territory> {
        word(self.by_letters, region.index()?).checked_sub(1)
    }

    /// Returns the region of `territory`.
    pub(super) fn region(&self, territory: Territory) -> Option<Region> {
        Region::from_letters(self.fact(territory, fact::LETTERS))
    }

    /// Returns the calling code of `territory`.
    pub(super) fn code(&self, territory: Territory) -> Option<CallingCode> {
        CallingCode::new(self.fact(territory, fact::CODE)).ok()
    }

    /// Returns the national prefix: the digits dialled in `territory` before a national number; empty if
    /// there is none.
    pub(super) fn national_prefix(&self, territory: Territory) -> &'static [u8] {
        counted(self.texts, self.fact(territory, fact::NATIONAL_PREFIX))
    }

    /// Returns whether mobile numbers of `territory` can be ported to another carrier.
    pub(super) fn is_portable(&self, territory: Territory) -> bool {
        self.fact(territory, fact::FLAGS) & 2 != 0
    }

    /// Returns whether `territory` is a country and has a national prefix.
    pub(super) fn is_country_with_national_prefix(&self, territory: Territory) -> bool {
        !self.national_prefix(territory).is_empty() && self.is_country(territory)
    }

    /// Returns whether `territory` belongs to a country.
    pub(super) fn is_country(&self, territory: Territory) -> bool {
        self.region(territory) != Some(Region::WORLD)
    }

    /// Returns whether the pattern of national prefixes of `territory` also matches no digit at all.
    pub(super) fn may_lack_national_prefix(&self, territory: Territory) -> bool {
        self.fact(territory, fact::FLAGS) & 4 != 0
    }

    /// Returns the international prefix: the digits dialled in `territory` before a calling code. The
    /// result is empty if there are several and none is preferred.
    pub(super) fn international_prefix(&self, territory: Territory) -> &'static [u8] {
        counted(self.texts, self.fact(territory, fact::INTERNATIONAL_PREFIX))
    }

    /// Returns the label that `territory` writes before an extension.
    pub(super) fn extension_prefix(&self, territory: Territory) -> &'static [u8] {
        counted(self.texts, self.fact(territory, fact::EXTENSION_PREFIX))
    }

    /// Returns whether the packed national digits `national`, which belong to another territory of the same
    /// code, are also valid in `territory`.
    pub(super) fn is_also_valid_in(&self, territory: Territory, national: u64) -> bool {
        let roots = usize::from(self.fact(territory, fact::OWN_ROOTS)) * 16;
        let root = self.own_roots.get(roots + (national & 0xF) as usize);
        root.is_some_and(|root| self.walk(u16::from_le_bytes(*root), national) != 0)
    }

    /// Returns the packed national digits of an example of `kind` in `territory`.
    pub(super) fn example_digits(&self, territory: Territory, kind: NumberType) -> Option<u64> {
        let types = self.fact(territory, fact::EXAMPLE_TYPES);
        let tag = (kind as u16).checked_sub(1)?;
        if types >> tag & 1 == 0 {
            return None;
        }
        let before = (types & ((1 << tag) - 1)).count_ones() as usize;
        let index = usize::from(self.fact(territory, fact::EXAMPLES)) + before;
        self.examples.get(index).map(|bits| u64::from_le_bytes(*bits))
    }

    /// Returns the possible lengths of numbers of `kind` in `territory` as bits, bit `n` for `n`
    /// digits: with an area code, and only without one. [`NumberType::Unknown`] stands for all types.
    pub(super) fn lengths(&self, territory: Territory, kind: NumberType) -> [u16; 2] {
        let index = usize::from(self.fact(territory, fact::LENGTHS + kind as usize));
        self.lengths.get(index).map_or([0; 2], |pair| pair.map(u16::from_le_bytes))
    }

    /// Returns the number of characters of a template and, for each, its index among
    /// [`characters`](Self::characters).
    #[inline]
    pub(super) fn template(&self, leaf: Leaf, kind: TemplateKind) -> (usize, &'static [u8; 24]) {
        let template = self.format_of(leaf).and_then(|templates| templates.get(kind as usize));
        let start = template.map_or(usize::MAX, |start| usize::from(u16::from_le_bytes(*start)));
        match self.templates.get(start..) {
            Some([length, rest @ ..]) => (usize::from(*length), rest.first_chunk().unwrap_or(&[0; 24])),
            _ => (0, &[0; 24]),
        }
    }

    /// Returns the rule for the national prefix in the national template; `None` if no format fits the
    /// number, which is then written without separators.
    pub(super) fn prefix_rule(&self, leaf: Leaf) -> Option<PrefixRule> {
        let [.., rule] = self.format_of(leaf)?;
        let rule = counted(self.texts, (u16::from_le_bytes(*rule) & !PREFIX_OPTIONAL).checked_sub(1)?);
        let group = rule.windows(2).position(|window| window == b"$1").unwrap_or_default();
        let (before, after) = rule.split_at_checked(group).unwrap_or_default();
        Some(PrefixRule { before, after: after.strip_prefix(b"$1").unwrap_or_default() })
    }

    /// Returns whether numbers are written with the national prefix within the country, and it is not
    /// optional.
    pub(super) fn needs_national_prefix(&self, leaf: Leaf) -> bool {
        let Some([.., rule]) = self.format_of(leaf) else { return false };
        let rule = u16::from_le_bytes(*rule);
        rule & PREFIX_OPTIONAL == 0
            && rule.checked_sub(1).is_some_and(|rule| {
                !matches!(counted(self.texts, rule), b"" | b"$1" | b"($1)" | b"($1" | b"$1)")
            })
    }

    #[inline]
    fn format_of(&self, leaf: Leaf) -> Option<&'static [[u8; 2]; 4]> {
        self.formats.get(usize::from(leaf.formats) + usize::from(leaf.value & 0x3F))
    }

    /// Returns the characters that templates refer to: 16 national digits, then 16 literals.
    #[inline]
    pub(super) fn characters(&self, national: [u8; 16]) -> [u8; 32] {
        let mut all = [0; 32];
        if let ([digits, literals], _) = all.as_chunks_mut() {
            *digits = national;
            *literals = self.literals.first_chunk().copied().unwrap_or_default();
        }
        all
    }

    #[inline]
    fn fact(&self, territory: Territory, fact: usize) -> u16 {
        let facts = self.territories.get(usize::from(territory));
        facts.and_then(|facts| facts.get(fact)).map_or(0, |word| u16::from_le_bytes(*word))
    }
}

impl Leaf {
    /// Returns the slot of the calling code, counted from 1; 0 if the code is not assigned.
    #[inline]
    pub(super) const fn slot(self) -> u8 {
        self.slot
    }

    /// Returns the number of digits of the calling code.
    #[inline]
    pub(super) const fn width(self) -> usize {
        self.width as usize
    }

    /// Returns the region of the number.
    #[inline]
    pub(super) fn region(self, table: &Table) -> Option<Region> {
        let [letters, _] = self.code_region(table)?;
        Region::from_letters(u16::from_le_bytes(*letters))
    }

    /// Returns the territory of the number.
    pub(super) fn territory(self, table: &Table) -> Option<Territory> {
        let [_, index] = self.code_region(table)?;
        Some(u16::from_le_bytes(*index))
    }

    #[inline]
    fn code_region(self, table: &Table) -> Option<&'static [[u8; 2]; 2]> {
        let index = usize::from(self.value >> 10).checked_sub(1)?;
        table.code_regions.get(usize::from(self.regions) + index)
    }

    /// Returns the type of the number.
    #[inline]
    pub(super) const fn kind(self) -> NumberType {
        NumberType::from_tag(self.value >> 6 & 0xF)
    }
}
