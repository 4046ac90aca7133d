//! The table that `examples/generate_plan` writes: what is where in it, and how it is walked.
//!
//! It is read where it lies: opening it computes only where its sections start, at compile time.
//! For digits of one length the plan is an automaton: a row has a cell for each digit, and a cell is
//! the place of the next row. The number `+14158867900` starts at the row of calling code 1 and ten
//! digits, takes the cell for 4, in the next row the cell for 1, and so on to a *leaf*, a row that
//! leads to itself and has the answer behind it, here: the first region of the code, fixed line or
//! mobile, the first format. Five steps are taken at once, leaf or not: a loop that ended at the leaf
//! would be mispredicted for most numbers. No answer depends on more than eight digits.

use super::parse::rules::{Lists, Rules};
use super::short::Shorts;
use super::{NumberType, Region};
use crate::number::{CallingCode, PhoneNumber};

/// The numbering plan that the crate's functions use.
pub(crate) static BUILT_IN: Table = Table::read(BYTES);

/// The release that the table was generated from.
pub(super) const VERSION: &str = Table::read(BYTES).version;

const BYTES: &[u8] = include_bytes!("table.bin");

/// A numbering plan.
///
/// The methods are what the functions of [`plan`](crate::plan) do, on a plan other than the built-in
/// one; there to test against libphonenumber's own tests, which have their own metadata.
#[derive(Debug)]
pub struct Table {
    cells: Words,
    version: &'static str,
    territories: &'static [Territory],
    /// For two letters the territory's number, from 1.
    by_letters: Words,
    /// For the first three digits, one a nibble, the calling code's slot, from 1, and how many of the
    /// digits are the code's in the high byte.
    slots: Words,
    /// For a slot the code, and where its regions start.
    codes: &'static [[[u8; 2]; 2]],
    /// The regions of each code: name and number.
    code_regions: &'static [[[u8; 2]; 2]],
    /// For a slot and a length the first cell, and where the formats and the regions start.
    roots: &'static [[[u8; 2]; 3]],
    /// For a territory of a shared code and a length the first cell of its own question.
    own_roots: Words,
    /// National, international and carrier template.
    formats: &'static [[[u8; 2]; 3]],
    templates: &'static [u8],
    /// What formats write between digits.
    literals: &'static [u8],
    /// Possible lengths as bits: national, local only.
    lengths: &'static [[[u8; 2]; 2]],
    examples: &'static [[u8; 8]],
    texts: &'static [u8],
    /// What parsing strips.
    pub(super) rules: Rules,
    pub(super) shorts: Shorts,
}

/// What a template is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Use {
    National,
    International,
    /// National, with a carrier code.
    Carrier,
}

/// Little-endian numbers.
pub(super) type Words = &'static [[u8; 2]];

/// What is known of one territory.
type Territory = [[u8; 2]; 20];

/// The words of a territory.
mod fact {
    pub(super) const ID: usize = 0;
    pub(super) const CODE: usize = 1;
    pub(super) const FLAGS: usize = 2;
    pub(super) const DIALLING_PREFIX: usize = 3;
    pub(super) const EXTENSION_PREFIX: usize = 4;
    pub(super) const OWN_ROOTS: usize = 5;
    pub(super) const EXAMPLES: usize = 6;
    pub(super) const EXAMPLE_TYPES: usize = 7;
    /// Of all types; those of each type follow.
    pub(super) const LENGTHS: usize = 8;
}

/// A number's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// The calling code's; 0 if it is not assigned.
    slot: u8,
    /// How many digits the calling code has.
    width: u8,
    /// Where the formats of the code and length start.
    formats: u16,
    /// Where the regions of the code start.
    regions: u16,
    /// Region (6 bits), type (4), format (6).
    value: u16,
}

impl Table {
    /// Opens a table. What is missing in it answers nothing.
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
            rules: Rules {
                lists: lists(bytes, 16),
                records: words(section(bytes, 15)).as_chunks().0,
                actions: section(bytes, 18).as_chunks().0,
                main_of_code: section(bytes, 19),
            },
            shorts: Shorts { records: words(section(bytes, 20)).as_chunks().0, lists: lists(bytes, 21) },
        }
    }

    /// The answer for a number.
    #[inline]
    pub(super) fn leaf(&self, number: PhoneNumber) -> Leaf {
        let unknown = Leaf { slot: 0, width: 0, formats: 0, regions: 0, value: 0 };
        let bits = number.to_bits();
        let [slot, width] = self.slots.get((bits >> 52) as usize).copied().unwrap_or_default();
        let Some(length @ 1..) = number.digit_count().checked_sub(usize::from(width)) else { return unknown };
        let place = (usize::from(slot) * 16 + length).wrapping_sub(16);
        let Some(root) = self.roots.get(place) else { return unknown };
        let [root, formats, regions] = root.map(u16::from_le_bytes);
        let value = self.walk(root, bits << (4 * (width & 3)));
        Leaf { slot, width, formats, regions, value }
    }

    /// From a row along the digits to the value of a leaf.
    #[inline]
    pub(super) fn walk(&self, root: u16, mut digits: u64) -> u16 {
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

    /// A calling code's slot, from 1; 0 if it is not assigned.
    pub(super) fn slot(&self, code: CallingCode) -> u8 {
        let value = usize::from(code.get());
        let padded = value
            * if value < 10 {
                100
            } else if value < 100 {
                10
            } else {
                1
            };
        let digits =
            [padded / 100, padded / 10 % 10, padded % 10].into_iter().fold(0, |all, it| all * 16 + it);
        let [slot, _] = self.slots.get(digits).copied().unwrap_or_default();
        // The digits may be those of a longer code.
        let found = self.codes.get(usize::from(slot).wrapping_sub(1));
        if found.is_some_and(|[found, _]| u16::from_le_bytes(*found) == code.get()) { slot } else { 0 }
    }

    /// The codes in use, ascending.
    pub(super) fn codes(&self) -> impl Iterator<Item = CallingCode> + use<> {
        // The last one only ends the list of regions.
        let codes = self.codes.split_last().map_or(&[] as &[_], |(_, codes)| codes);
        codes.iter().filter_map(|[code, _]| CallingCode::new(u16::from_le_bytes(*code)).ok())
    }

    /// The numbers of a slot's territories, in the order in which they are asked.
    pub(super) fn territories_of(&self, slot: u8) -> impl Iterator<Item = u16> + use<> {
        let slot = usize::from(slot);
        let start = |slot: usize| self.codes.get(slot).map_or(0, |[_, start]| u16::from_le_bytes(*start));
        let range = match slot {
            0 => 0..0,
            _ => usize::from(start(slot - 1))..usize::from(start(slot)),
        };
        self.code_regions.get(range).unwrap_or_default().iter().map(|[_, index]| u16::from_le_bytes(*index))
    }

    /// The number of a code's main territory.
    pub(super) fn main_territory(&self, slot: u8) -> Option<u16> {
        self.territories_of(slot).next()
    }

    /// The number of a region's territory; none for `001`, which is one for each of its codes.
    #[inline]
    pub(super) fn territory(&self, region: Region) -> Option<u16> {
        word(self.by_letters, region.place()?).checked_sub(1)
    }

    /// The regions, in alphabetical order.
    pub(super) fn regions(&self) -> impl Iterator<Item = Region> + use<> {
        self.territories.iter().filter_map(|facts| Region::from_letters(u16::from_le_bytes(facts[fact::ID])))
    }

    pub(super) fn region(&self, territory: u16) -> Option<Region> {
        Region::from_letters(self.fact(territory, fact::ID))
    }

    pub(super) fn code(&self, territory: u16) -> Option<CallingCode> {
        CallingCode::new(self.fact(territory, fact::CODE)).ok()
    }

    /// Whether a number may be dialled with a national prefix.
    pub(super) fn has_national_prefix(&self, territory: u16) -> bool {
        self.fact(territory, fact::FLAGS) & 2 != 0
    }

    /// What is dialled before a calling code; empty where that is not one thing.
    pub(super) fn dialling_prefix(&self, territory: u16) -> &'static [u8] {
        counted(self.texts, self.fact(territory, fact::DIALLING_PREFIX))
    }

    /// What is written before an extension.
    pub(super) fn extension_prefix(&self, territory: u16) -> &'static [u8] {
        counted(self.texts, self.fact(territory, fact::EXTENSION_PREFIX))
    }

    /// Whether a territory of a shared code also has, as valid, a number given to another.
    pub(super) fn has_too(&self, territory: u16, national: u64) -> bool {
        let roots = usize::from(self.fact(territory, fact::OWN_ROOTS)) * 16;
        let root = self.own_roots.get(roots + (national & 0xF) as usize);
        root.is_some_and(|root| self.walk(u16::from_le_bytes(*root), national) != 0)
    }

    /// The digits of an example, packed.
    pub(super) fn example(&self, territory: u16, kind: NumberType) -> Option<u64> {
        let types = self.fact(territory, fact::EXAMPLE_TYPES);
        let tag = (kind as u16).checked_sub(1)?;
        if types >> tag & 1 == 0 {
            return None;
        }
        let before = (types & ((1 << tag) - 1)).count_ones() as usize;
        let place = usize::from(self.fact(territory, fact::EXAMPLES)) + before;
        self.examples.get(place).map(|bits| u64::from_le_bytes(*bits))
    }

    /// The possible lengths of a type, or of all ([`NumberType::Unknown`]): national, local only;
    /// length `n` is bit `n`.
    pub(super) fn lengths(&self, territory: u16, kind: NumberType) -> [u16; 2] {
        let place = usize::from(self.fact(territory, fact::LENGTHS + kind as usize));
        self.lengths.get(place).map_or([0; 2], |pair| pair.map(u16::from_le_bytes))
    }

    /// A template: how many characters, and for each where it comes from, as `format` reads it.
    #[inline]
    pub(super) fn template(&self, leaf: Leaf, of: Use) -> (usize, &'static [u8; 24]) {
        let place = usize::from(leaf.formats) + usize::from(leaf.value & 0x3F);
        let template = self.formats.get(place).and_then(|templates| templates.get(of as usize));
        let at = template.map_or(usize::MAX, |at| usize::from(u16::from_le_bytes(*at)));
        match self.templates.get(at..) {
            Some([length, rest @ ..]) => (usize::from(*length), rest.first_chunk().unwrap_or(&[0; 24])),
            _ => (0, &[0; 24]),
        }
    }

    /// What the bytes of a template stand for: national digits, then literals.
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
    fn fact(&self, territory: u16, fact: usize) -> u16 {
        let facts = self.territories.get(usize::from(territory));
        facts.and_then(|facts| facts.get(fact)).map_or(0, |word| u16::from_le_bytes(*word))
    }
}

impl Leaf {
    #[inline]
    pub(super) const fn slot(self) -> u8 {
        self.slot
    }

    #[inline]
    pub(super) const fn width(self) -> usize {
        self.width as usize
    }

    /// The name of the region.
    #[inline]
    pub(super) fn region(self, table: &Table) -> Option<Region> {
        let [letters, _] = self.region_of(table)?;
        Region::from_letters(u16::from_le_bytes(*letters))
    }

    /// The number of the territory.
    pub(super) fn territory(self, table: &Table) -> Option<u16> {
        let [_, index] = self.region_of(table)?;
        Some(u16::from_le_bytes(*index))
    }

    #[inline]
    fn region_of(self, table: &Table) -> Option<&'static [[u8; 2]; 2]> {
        let place = usize::from(self.value >> 10).checked_sub(1)?;
        table.code_regions.get(usize::from(self.regions) + place)
    }

    #[inline]
    pub(super) const fn kind(self) -> NumberType {
        NumberType::from_tag(self.value >> 6 & 0xF)
    }
}

/// The lists in a section and the next.
pub(super) const fn lists(bytes: &'static [u8], place: usize) -> Lists {
    Lists {
        cells: words(section(bytes, 0)),
        index: section(bytes, place).as_chunks().0,
        entries: words(section(bytes, place + 1)),
    }
}

/// The section in a place; empty if there is none.
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

pub(super) const fn words(bytes: &'static [u8]) -> Words {
    bytes.as_chunks().0
}

#[inline]
pub(super) fn word(words: Words, place: usize) -> u16 {
    words.get(place).map_or(0, |word| u16::from_le_bytes(*word))
}

/// Bytes behind their number.
#[inline]
pub(super) fn counted(bytes: &'static [u8], at: u16) -> &'static [u8] {
    match bytes.get(usize::from(at)..) {
        Some([count, rest @ ..]) => rest.get(..usize::from(*count)).unwrap_or_default(),
        _ => &[],
    }
}
