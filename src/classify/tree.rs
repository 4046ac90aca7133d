//! The same decision for numbers, a digit at a time, without their text.
//!
//! Where the length is known, the first digits often say all: no matter what follows `+1415` in a
//! number of eleven digits whose fifth is 2 to 9, it is a US DID. So for each length the automaton
//! is unrolled into a tree of rows of ten digits, and every subtree with one outcome becomes a leaf.

use std::collections::HashMap;

use super::automaton::Automaton;
use crate::number::PhoneNumber;

/// Entries with this bit are leaves: the other bits are the outcome.
const LEAF: u16 = 0x8000;

#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// By count of digits: a leaf, or the row to start at.
    roots: [u16; 16],
    /// By digit: a leaf, or the next row. Six entries of each row are never used.
    rows: Vec<[u16; 16]>,
}

impl Tree {
    /// `None` where there are too many rows for an entry.
    pub(super) fn new(automaton: &Automaton) -> Option<Self> {
        let mut builder = Builder { automaton, rows: Vec::new(), ids: HashMap::new(), seen: HashMap::new() };
        let plus = automaton.next(automaton.start(), b'+');
        let mut roots = [LEAF; 16];
        for (count, root) in roots.iter_mut().enumerate().skip(PhoneNumber::MIN_DIGITS) {
            *root = builder.entry(plus, count, true)?;
        }
        Some(Self { roots, rows: builder.rows })
    }

    /// The first rule that matches the text of a number.
    #[inline]
    pub(super) fn first_match(&self, number: PhoneNumber) -> u16 {
        let mut digits = number.to_bits();
        let mut entry = self.roots.get(number.digit_count()).copied().unwrap_or(LEAF);
        while entry < LEAF {
            entry = self.step(entry, digits);
            digits <<= 4;
        }
        entry & !LEAF
    }

    #[inline]
    fn step(&self, entry: u16, digits: u64) -> u16 {
        let digit = (digits >> 60) as usize;
        self.rows.get(usize::from(entry)).and_then(|row| row.get(digit)).copied().unwrap_or(LEAF)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.roots) + size_of_val(&*self.rows)
    }
}

struct Builder<'a> {
    automaton: &'a Automaton,
    rows: Vec<[u16; 16]>,
    ids: HashMap<[u16; 16], u16>,
    seen: HashMap<(u16, usize), u16>,
}

impl Builder<'_> {
    /// The entry for a state of the automaton with some digits to come.
    fn entry(&mut self, state: u16, left: usize, first: bool) -> Option<u16> {
        if left == 0 {
            return Some(LEAF | self.automaton.outcome(state) & !LEAF);
        }
        if let Some(entry) = self.seen.get(&(state, left)) {
            return Some(*entry);
        }
        let mut row = [0; 16];
        for (digit, entry) in (b'0'..=b'9').zip(&mut row).skip(usize::from(first)) {
            *entry = self.entry(self.automaton.next(state, digit), left - 1, false)?;
        }
        let [zero, one, ..] = &mut row;
        if first {
            // No number starts with 0.
            *zero = *one;
        }
        let [first_entry, more @ .., _, _, _, _, _, _] = &row;
        let entry = if *first_entry >= LEAF && more.iter().all(|entry| entry == first_entry) {
            *first_entry
        } else {
            self.intern(row)?
        };
        if !first {
            self.seen.insert((state, left), entry);
        }
        Some(entry)
    }

    fn intern(&mut self, row: [u16; 16]) -> Option<u16> {
        if let Some(id) = self.ids.get(&row) {
            return Some(*id);
        }
        let id = u16::try_from(self.rows.len()).ok().filter(|id| *id < LEAF)?;
        self.rows.push(row);
        self.ids.insert(row, id);
        Some(id)
    }
}
