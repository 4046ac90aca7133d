//! The table that `examples/generate_plan` writes: what is where in it, and how it is walked.
//!
//! It is read where it lies: opening it computes only where its sections start, at compile time.
//! For digits of one length the plan is an automaton. A *cell* is the place of the next row of ten
//! cells, or a *leaf*: the answer. The number `+14158867900` starts at the root of calling code 1
//! and ten digits, takes the row's cell for 4, that row's cell for 1, and so on to a leaf, here
//! after three digits: the first region of the code, fixed line or mobile, the first format.

use super::parse::rules::{Lists, Rules};
use super::short::Shorts;
use super::{NumberType, Region};
use crate::number::{CallingCode, PhoneNumber};

/// The numbering plan that the crate's functions use.
pub(crate) static BUILT_IN: Table = Table::read(BYTES);

/// The release that the table was generated from.
pub(super) const VERSION: &str = Table::read(BYTES).version;

const BYTES: &[u8] = include_bytes!("table.bin");

/// Cells from this on are leaves.
pub(super) const FIRST_LEAF: u16 = 0xF000;

/// A numbering plan.
///
/// The methods are what the functions of [`plan`](crate::plan) do, on a plan other than the built-in
/// one; there to test against libphonenumber's own tests, which have their own metadata.
#[derive(Debug)]
pub struct Table {
    cells: Words,
    /// Of a number: region (6 bits), type (4), format (6). Else as the root's owner likes.
    leaves: Words,
    version: &'static str,
    territories: &'static [Territory],
    /// For two letters the territory's number, from 1.
    by_letters: Words,
    /// For a calling code its slot, from 1.
    slots: &'static [u8],
    /// For a slot the code, and where its regions start.
    codes: &'static [[[u8; 2]; 2]],
    code_regions: Words,
    /// For a slot and a length the first cell, and where the formats start.
    roots: &'static [[[u8; 2]; 2]],
    /// For a territory of a shared code and a length the first cell of its own question.
    own_roots: Words,
    /// National, international and carrier template.
    formats: &'static [[[u8; 2]; 3]],
    templates: &'static [u8],
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

/// Where a number's answer is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// The calling code's; 0 if it is not assigned.
    slot: u8,
    /// Where the formats of the code and length start.
    formats: u16,
    value: u16,
}

impl Table {
    /// Opens a table. What is missing in it answers nothing.
    #[must_use]
    pub const fn read(bytes: &'static [u8]) -> Self {
        Self {
            cells: words(section(bytes, 0)),
            leaves: words(section(bytes, 1)),
            version: match str::from_utf8(section(bytes, 2)) {
                Ok(version) => version,
                Err(_) => "",
            },
            territories: words(section(bytes, 3)).as_chunks().0,
            by_letters: words(section(bytes, 4)),
            slots: section(bytes, 5),
            codes: words(section(bytes, 6)).as_chunks().0,
            code_regions: words(section(bytes, 7)),
            roots: words(section(bytes, 8)).as_chunks().0,
            own_roots: words(section(bytes, 9)),
            formats: words(section(bytes, 10)).as_chunks().0,
            templates: section(bytes, 11),
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
        let unknown = Leaf { slot: 0, formats: 0, value: 0 };
        let Some((code, national)) = number.split() else { return unknown };
        let slot = self.slot(code);
        let bits = national.to_bits();
        let place = usize::from(slot).wrapping_sub(1).wrapping_mul(16) + (bits & 0xF) as usize;
        let Some([root, formats]) = self.roots.get(place) else { return unknown };
        let value = self.walk(u16::from_le_bytes(*root), bits);
        Leaf { slot, formats: u16::from_le_bytes(*formats), value }
    }

    /// From a cell along the digits to the value of a leaf.
    #[inline]
    pub(super) fn walk(&self, root: u16, mut digits: u64) -> u16 {
        let mut cell = root;
        while cell < FIRST_LEAF {
            let place = usize::from(cell) + (digits >> 60) as usize;
            cell = word(self.cells, place);
            digits <<= 4;
        }
        word(self.leaves, usize::from(cell - FIRST_LEAF))
    }

    /// A calling code's slot, from 1; 0 if it is not assigned.
    #[inline]
    pub(super) fn slot(&self, code: CallingCode) -> u8 {
        self.slots.get(usize::from(code.get())).copied().unwrap_or_default()
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
        self.code_regions.get(range).unwrap_or_default().iter().map(|index| u16::from_le_bytes(*index))
    }

    /// The number of a code's main territory.
    #[inline]
    pub(super) fn main_territory(&self, slot: u8) -> Option<u16> {
        self.territory_of(slot, 1)
    }

    /// The number of the territory in a place, from 1, of a slot's.
    #[inline]
    fn territory_of(&self, slot: u8, place: u16) -> Option<u16> {
        let slot = usize::from(slot).checked_sub(1)?;
        let [_, start] = self.codes.get(slot)?;
        let place = usize::from(u16::from_le_bytes(*start)) + usize::from(place.checked_sub(1)?);
        self.code_regions.get(place).map(|index| u16::from_le_bytes(*index))
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

    /// A template: bytes from 0x80 on are commands, the low five bits count; others are text.
    #[inline]
    pub(super) fn template(&self, leaf: Leaf, of: Use) -> &'static [u8] {
        let place = usize::from(leaf.formats) + usize::from(leaf.value & 0x3F);
        let template = self.formats.get(place).and_then(|templates| templates.get(of as usize));
        template.map_or(&[], |at| counted(self.templates, u16::from_le_bytes(*at)))
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

    /// The number of the territory.
    #[inline]
    pub(super) fn territory(self, table: &Table) -> Option<u16> {
        table.territory_of(self.slot, self.value >> 10)
    }

    #[inline]
    pub(super) const fn kind(self) -> NumberType {
        NumberType::from_tag(self.value >> 6 & 0xF)
    }
}

/// The lists in a section and the next.
const fn lists(bytes: &'static [u8], place: usize) -> Lists {
    Lists {
        cells: words(section(bytes, 0)),
        leaves: words(section(bytes, 1)),
        index: section(bytes, place).as_chunks().0,
        entries: words(section(bytes, place + 1)),
    }
}

/// The section in a place; empty if there is none.
const fn section(bytes: &'static [u8], place: usize) -> &'static [u8] {
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

const fn words(bytes: &'static [u8]) -> Words {
    bytes.as_chunks().0
}

#[inline]
pub(super) fn word(words: Words, place: usize) -> u16 {
    // Past the end of a broken table there is a leaf.
    words.get(place).map_or(u16::MAX, |word| u16::from_le_bytes(*word))
}

/// Bytes behind their number.
#[inline]
fn counted(bytes: &'static [u8], at: u16) -> &'static [u8] {
    match bytes.get(usize::from(at)..) {
        Some([count, rest @ ..]) => rest.get(..usize::from(*count)).unwrap_or_default(),
        _ => &[],
    }
}
