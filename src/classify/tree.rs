//! The automaton for packed digits, which stops as soon as the digits determine the rule.
//!
//! When the length is known, the first digits often determine the rule: any number of eleven digits that
//! starts with `+1415` and whose fifth digit is 2 to 9 is a US DID. For each length the automaton is
//! therefore unrolled into a tree of rows with one entry per digit, in which every subtree with a single
//! outcome is a leaf. Texts dialled without a `+` have separate trees, into which the converters of
//! `Normalizer::reference` are built, so that the rule is known before the number is.

use std::collections::HashMap;
use std::hint::select_unpredictable;

use super::automaton::Automaton;
use crate::normalize::{ANY, CONVERSIONS, Conversion, Form, pack_dialled, split_plus};
use crate::number::{PhoneNumber, first_pairs};

/// The number of entries between rows: a byte of packed digits is at most `0x9F`, where the low nibble
/// may be the length.
const WIDTH: u16 = 0xA0;

/// The maximum number of entries in all rows.
const SIZE: usize = 1 << 15;

/// The number of bytes after which a walk checks for a leaf: six digits determine the rule for most
/// numbers.
const STRIDE: usize = 3;

/// Rows of entries for two digits.
#[derive(Clone)]
pub(super) struct Tree {
    /// The first row for each number of digits: without a `+`, and with one.
    roots: [[u16; 16]; 2],
    /// The offset of the next row, for each pair of digits. The first rows are the leaves, each of
    /// which leads back to itself: one for each rule, and one for no rule.
    ///
    /// The size is a constant power of two, so that a masked offset needs no bounds check.
    rows: Box<[u16; SIZE]>,
    /// The offset of the last leaf, which represents no rule.
    none: u16,
}

impl Tree {
    /// Unrolls `automaton` for a set of `rules` rules; returns `None` if the tree would have too many rows.
    pub(super) fn new(automaton: &Automaton, rules: usize) -> Option<Self> {
        let mut builder = Builder::new(automaton, rules);
        let mut roots = [[builder.none; 16]; 2];
        let [dialled, plus] = &mut roots;
        let after =
            |prefix: &str| prefix.bytes().fold(automaton.start(), |row, byte| automaton.next(row, byte));
        for (count, root) in dialled.iter_mut().enumerate().skip(1) {
            let state = |Conversion { form, prefix }: &Conversion| {
                (form.min..=form.max).contains(&count).then(|| after(prefix))
            };
            *root = builder.undecided(READINGS.each_ref().map(state), 0, count)?;
        }
        for (count, root) in plus.iter_mut().enumerate().skip(1) {
            *root = builder.decided(after("+"), count)?;
        }
        builder.in_pairs(roots)
    }

    /// Returns the index of the first rule that matches a text of packed digits, after a plus sign if
    /// `plus` is set; the number of rules if none matches.
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

    /// Returns the result of [`first_match`](Self::first_match) for a text that consists of an optional
    /// `+` and digits; `None` for any other text.
    #[inline]
    pub(super) fn first_match_dialled(&self, text: &[u8]) -> Option<u16> {
        let (plus, packed) = pack_dialled(text)?;
        Some(self.first_match(plus, packed))
    }

    /// Returns the result of [`first_match`](Self::first_match), and whether it is final: it is if
    /// there are at least eight digits and the first six determine the rule. The function has no
    /// branches, so that a mix of texts causes no mispredictions.
    #[inline]
    pub(super) fn match_lead(&self, text: &[u8]) -> (u16, bool) {
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

/// The readings of dialled digits: one for each conversion, and last the unchanged text. The first
/// reading that fits applies.
const READINGS: [Conversion; CONVERSIONS.len() + 1] = {
    let [ten, one_and_ten, after_011, after_00, abroad] = CONVERSIONS;
    let unchanged = Form { min: 1, max: PhoneNumber::MAX_DIGITS, ..Form::EMPTY };
    [ten, one_and_ten, after_011, after_00, abroad, Conversion { form: unchanged, prefix: "" }]
};

impl Form {
    /// Returns the sets of digits at `place` and all later positions.
    fn sets_from(&self, place: usize) -> &[u16] {
        self.lead.get(place..).unwrap_or_default()
    }

    /// Returns the number of digits before the captured digits.
    fn skipped(&self) -> usize {
        self.group.unwrap_or_default()
    }
}

/// The state of the automaton after the digits so far, for each reading that is still possible.
type States = [Option<u16>; READINGS.len()];

/// The builder of trees with one entry per digit: numbered rows, starting with the leaves.
struct Builder<'a> {
    automaton: &'a Automaton,
    none: u16,
    rows: Vec<[u16; 10]>,
    ids: HashMap<[u16; 10], u16>,
    /// The rows by the states of all readings, the position, and the number of remaining digits.
    undecided: HashMap<(States, usize, usize), u16>,
    /// The rows by state and number of remaining digits.
    decided: Vec<Option<u16>>,
}

impl<'a> Builder<'a> {
    fn new(automaton: &'a Automaton, rules: usize) -> Self {
        let none = u16::try_from(rules).unwrap_or(u16::MAX);
        let rows = (0..=none).map(|leaf| [leaf; 10]).collect();
        let decided = vec![None; automaton.states() * 16];
        Self { automaton, none, rows, ids: HashMap::new(), undecided: HashMap::new(), decided }
    }

    /// Returns the row for the digits from `place` on, with `left` digits remaining, while several
    /// readings are possible or digits are still being skipped.
    fn undecided(&mut self, states: States, place: usize, left: usize) -> Option<u16> {
        let mut fitting = states.iter().zip(&READINGS);
        let (state, form) = fitting.find_map(|(state, reading)| Some(((*state)?, &reading.form)))?;
        let is_decided = form.sets_from(place).iter().all(|set| *set == ANY);
        if is_decided && place >= form.skipped() || left == 0 {
            return self.decided(state, left);
        }
        let key = (states, place, left);
        if let Some(row) = self.undecided.get(&key) {
            return Some(*row);
        }
        let automaton = self.automaton;
        let row = self.row(|builder, digit| {
            let mut next = states;
            for (state, Conversion { form, .. }) in next.iter_mut().zip(&READINGS) {
                if form.lead.get(place).is_some_and(|set| set >> digit & 1 == 0) {
                    *state = None;
                } else if place >= form.skipped() {
                    *state = state.map(|state| automaton.next(state, b'0' + digit));
                }
            }
            builder.undecided(next, place + 1, left - 1)
        })?;
        self.undecided.insert(key, row);
        Some(row)
    }

    /// Returns the row for a state of the automaton with `left` digits remaining.
    fn decided(&mut self, state: u16, left: usize) -> Option<u16> {
        if left == 0 {
            return Some(self.automaton.outcome(state).min(self.none));
        }
        let key = self.automaton.number(state) * 16 + left;
        if let Some(row) = self.decided.get(key).copied().flatten() {
            return Some(row);
        }
        let automaton = self.automaton;
        let row =
            self.row(|builder, digit| builder.decided(automaton.next(state, b'0' + digit), left - 1))?;
        *self.decided.get_mut(key)? = Some(row);
        Some(row)
    }

    /// Returns the row with the entries that `after` returns; a leaf if all entries are the same leaf.
    fn row(&mut self, mut after: impl FnMut(&mut Self, u8) -> Option<u16>) -> Option<u16> {
        let mut row = [self.none; 10];
        for (digit, entry) in (0..10).zip(&mut row) {
            *entry = after(self, digit)?;
        }
        let [first, ..] = row;
        let is_same = row.iter().all(|entry| *entry == first);
        if is_same && first <= self.none { Some(first) } else { self.intern(row) }
    }

    fn intern(&mut self, row: [u16; 10]) -> Option<u16> {
        let fresh = u16::try_from(self.rows.len()).ok()?;
        let id = *self.ids.entry(row).or_insert(fresh);
        if id == fresh {
            self.rows.push(row);
        }
        Some(id)
    }

    /// Builds the rows with entries for pairs of digits, for the rows that are reachable by pairs.
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
                // If the first digit is the last one, the other nibble is the length.
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
