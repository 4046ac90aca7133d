//! The same decision on packed digits, without a walk over all of them.
//!
//! Where the length is known, the first digits often say all: no matter what follows `+1415` in a
//! number of eleven digits whose fifth is 2 to 9, it is a US DID. So for each length the automaton
//! is unrolled into a tree of rows of ten digits, and every subtree with one outcome becomes a leaf.
//! What is dialled without a `+` has trees of its own, which take in what the reference converters
//! make of it: there the rule is known before the number is.

use std::collections::HashMap;
use std::hint::select_unpredictable;
use std::ops::RangeInclusive;

use super::automaton::Automaton;
use crate::normalize::{read, split_plus};
use crate::number::first_pairs;

/// The distance of rows: a byte of packed digits is at most `0x9F`, the last digit and the length.
const WIDTH: u16 = 0xA0;

/// How many entries there are at most, for all rows.
const SIZE: usize = 1 << 15;

/// How many bytes are looked at before it is asked whether a leaf is reached: six digits say what
/// most numbers are.
const STRIDE: usize = 3;

#[derive(Clone)]
pub(super) struct Tree {
    /// The row to start at, by count of digits: without a `+`, and with one.
    roots: [[u16; 16]; 2],
    /// The offset of the next row, by two digits. The first rows are the leaves, each leads to
    /// itself: one for each rule, and one for none.
    ///
    /// The size is a constant power of two, so that an offset cut to its bits needs no check.
    rows: Box<[u16; SIZE]>,
    /// The offset of the last leaf.
    none: u16,
}

impl Tree {
    /// `None` where there would be too many rows.
    pub(super) fn new(automaton: &Automaton, rules: usize) -> Option<Self> {
        let mut digits = Digits::new(automaton, rules);
        let mut roots = [[digits.none; 16]; 2];
        let [dialled, plus] = &mut roots;
        let after =
            |prefix: &str| prefix.bytes().fold(automaton.start(), |row, byte| automaton.next(row, byte));
        for (count, root) in dialled.iter_mut().enumerate().skip(1) {
            let state = |conversion: &Conversion| {
                conversion.counts.contains(&count).then(|| after(conversion.prefix))
            };
            *root = digits.open(CONVERSIONS.each_ref().map(state), 0, count)?;
        }
        for (count, root) in plus.iter_mut().enumerate().skip(1) {
            *root = digits.certain(after("+"), count)?;
        }
        digits.in_pairs(roots)
    }

    /// The first rule that matches a text of packed digits, after a `+` or not; as many as there
    /// are rules where none does.
    #[inline]
    pub(super) fn first_match(&self, plus: bool, packed: u64) -> u16 {
        let count = (packed & 0xF) as usize;
        let root = self.roots.get(usize::from(plus)).and_then(|roots| roots.get(count));
        let mut row = root.copied().unwrap_or(self.none);
        let pairs = packed.to_be_bytes();
        let (first, rest) = pairs.split_at(STRIDE);
        for pair in first {
            row = self.next(row, *pair);
        }
        if row > self.none {
            for pair in rest {
                row = self.next(row, *pair);
            }
        }
        row / WIDTH
    }

    /// The same of a text that [`read`] reads.
    #[inline]
    pub(super) fn first_match_of(&self, text: &[u8]) -> Option<u16> {
        let (plus, packed) = read(text)?;
        Some(self.first_match(plus, packed))
    }

    /// The same where the first six of at least eight digits say it; and whether they do. It takes
    /// no branch, so that a mix of texts costs no more than its sum.
    #[inline]
    pub(super) fn at_once(&self, text: &[u8]) -> (u16, bool) {
        let (plus, digits) = split_plus(text);
        let (pairs, are_digits) = first_pairs(digits);
        let root = self.roots.get(usize::from(plus)).and_then(|roots| roots.get(digits.len() & 0xF));
        let row =
            pairs.into_iter().fold(root.copied().unwrap_or(self.none), |row, pair| self.next(row, pair));
        let is_decided = select_unpredictable(are_digits, row <= self.none, false);
        (row / WIDTH, is_decided)
    }

    #[inline]
    fn next(&self, row: u16, pair: u8) -> u16 {
        let entry = usize::from(row.wrapping_add(u16::from(pair))) % SIZE;
        self.rows.get(entry).copied().unwrap_or(self.none)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.rows)
    }
}

/// A way to read dialled digits: which they are, and what is made of them.
struct Conversion {
    /// How many digits there are.
    counts: RangeInclusive<usize>,
    /// What the first of them may be, as sets of bits; those that follow may be any.
    first: [u16; 5],
    /// How many are left out,
    skip: usize,
    /// and what comes before the others instead.
    prefix: &'static str,
}

const ANY: u16 = 0x3FF;
const N: u16 = 0x3FC;
const ZERO: u16 = 1 << 0;
const ONE: u16 = 1 << 1;

/// The reference converters; the first reading that fits holds.
const CONVERSIONS: [Conversion; 6] = [
    Conversion { counts: 10..=10, first: [N, ANY, ANY, N, ANY], skip: 0, prefix: "+1" },
    Conversion { counts: 11..=11, first: [ONE, N, ANY, ANY, N], skip: 0, prefix: "+" },
    Conversion { counts: 8..=15, first: [ZERO, ONE, ONE, ANY, ANY], skip: 3, prefix: "+" },
    Conversion { counts: 7..=15, first: [ZERO, ZERO, ANY, ANY, ANY], skip: 2, prefix: "+" },
    Conversion { counts: 8..=15, first: [N, ANY, ANY, ANY, ANY], skip: 0, prefix: "+" },
    Conversion { counts: 1..=15, first: [ANY; 5], skip: 0, prefix: "" },
];

impl Conversion {
    /// What may come at a place and after it.
    fn from(&self, place: usize) -> &[u16] {
        self.first.get(place..).unwrap_or_default()
    }
}

/// For each conversion that the digits so far fit, the automaton's state after them.
type Readings = [Option<u16>; CONVERSIONS.len()];

/// The trees with one digit a row: numbered, the leaves first.
struct Digits<'a> {
    automaton: &'a Automaton,
    none: u16,
    rows: Vec<[u16; 10]>,
    ids: HashMap<[u16; 10], u16>,
    /// The rows of readings at a place with some digits to come.
    open: HashMap<(Readings, usize, usize), u16>,
    /// The rows of states with some digits to come.
    certain: Vec<Option<u16>>,
}

impl<'a> Digits<'a> {
    fn new(automaton: &'a Automaton, rules: usize) -> Self {
        let none = u16::try_from(rules).unwrap_or(u16::MAX);
        let rows = (0..=none).map(|leaf| [leaf; 10]).collect();
        let certain = vec![None; automaton.states() * 16];
        Self { automaton, none, rows, ids: HashMap::new(), open: HashMap::new(), certain }
    }

    /// The row for what may follow at a place, with some digits to come, while more than one
    /// reading may hold or digits are left out.
    fn open(&mut self, readings: Readings, place: usize, left: usize) -> Option<u16> {
        let mut fitting = readings.iter().zip(&CONVERSIONS);
        let (state, conversion) = fitting.find_map(|(state, conversion)| Some(((*state)?, conversion)))?;
        let is_certain = conversion.from(place).iter().all(|set| *set == ANY);
        if is_certain && place >= conversion.skip || left == 0 {
            return self.certain(state, left);
        }
        let key = (readings, place, left);
        if let Some(row) = self.open.get(&key) {
            return Some(*row);
        }
        let automaton = self.automaton;
        let row = self.row(|digits, digit| {
            let mut next = readings;
            for (state, conversion) in next.iter_mut().zip(&CONVERSIONS) {
                if conversion.first.get(place).is_some_and(|set| set >> digit & 1 == 0) {
                    *state = None;
                } else if place >= conversion.skip {
                    *state = state.map(|state| automaton.next(state, b'0' + digit));
                }
            }
            digits.open(next, place + 1, left - 1)
        })?;
        self.open.insert(key, row);
        Some(row)
    }

    /// The row for a state of the automaton with some digits to come.
    fn certain(&mut self, state: u16, left: usize) -> Option<u16> {
        if left == 0 {
            return Some(self.automaton.outcome(state).min(self.none));
        }
        let key = self.automaton.number(state) * 16 + left;
        if let Some(row) = self.certain.get(key).copied().flatten() {
            return Some(row);
        }
        let automaton = self.automaton;
        let row = self.row(|digits, digit| digits.certain(automaton.next(state, b'0' + digit), left - 1))?;
        *self.certain.get_mut(key)? = Some(row);
        Some(row)
    }

    /// The row of what follows each digit; a leaf if that is the same one for all.
    fn row(&mut self, mut after: impl FnMut(&mut Self, u8) -> Option<u16>) -> Option<u16> {
        let mut row = [self.none; 10];
        for (digit, entry) in (0..10).zip(&mut row) {
            *entry = after(self, digit)?;
        }
        let [first, ..] = row;
        let same = row.iter().all(|entry| *entry == first);
        if same && first <= self.none { Some(first) } else { self.intern(row) }
    }

    fn intern(&mut self, row: [u16; 10]) -> Option<u16> {
        let fresh = u16::try_from(self.rows.len()).ok()?;
        let id = *self.ids.entry(row).or_insert(fresh);
        if id == fresh {
            self.rows.push(row);
        }
        Some(id)
    }

    /// Two digits a row; of rows of one digit, those that are reached by pairs.
    fn in_pairs(&self, mut roots: [[u16; 16]; 2]) -> Option<Tree> {
        let mut offsets = HashMap::new();
        let mut found: Vec<u16> = (0..=self.none).collect();
        let mut offset = |row: u16, found: &mut Vec<u16>| {
            if row <= self.none {
                return row.checked_mul(WIDTH);
            }
            if let Some(offset) = offsets.get(&row) {
                return Some(*offset);
            }
            let offset = u16::try_from(found.len()).ok()?.checked_mul(WIDTH)?;
            found.push(row);
            offsets.insert(row, offset);
            Some(offset)
        };
        for root in roots.iter_mut().flatten() {
            *root = offset(*root, &mut found)?;
        }
        let mut rows = Vec::with_capacity(SIZE);
        while let Some(row) = found.get(rows.len() / usize::from(WIDTH)) {
            for first in self.rows.get(usize::from(*row))? {
                let second = self.rows.get(usize::from(*first))?;
                // Where the first digit was the last, the length follows, which is no digit.
                let pairs =
                    second.iter().copied().chain([if *first <= self.none { *first } else { self.none }; 6]);
                for pair in pairs.collect::<Vec<_>>() {
                    rows.push(offset(pair, &mut found)?);
                    if rows.len() > SIZE {
                        return None;
                    }
                }
            }
        }
        rows.resize(SIZE, self.none);
        Some(Tree {
            roots,
            rows: rows.into_boxed_slice().try_into().ok()?,
            none: self.none.checked_mul(WIDTH)?,
        })
    }
}
