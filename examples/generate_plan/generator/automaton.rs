//! Compiles many patterns over digits into the rows of one minimal automaton.
//!
//! A [`Question`] is a list of patterns that are matched against digits of one length. Because the
//! length is fixed, the answer is reached as soon as the remaining digits cannot change it: the first
//! of seven digits decides `[2-9]\d{6}`. Equal rows are stored once for all questions, and
//! [`Automaton::lay_out`] overlaps the end of one row with the start of another, which saves two cells
//! of five.

use std::collections::HashMap;

use super::Error;
use super::states::{State, States};

/// The maximum number of digits that an answer may depend on: the number of steps that the library
/// takes.
const STEPS: usize = 8;

/// A reference to a row, or the value of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    Row(usize),
    Leaf(u16),
}

/// The rows, each stored once.
#[derive(Debug, Default)]
pub(crate) struct Automaton {
    pub(crate) rows: Vec<[Entry; 10]>,
    index: HashMap<[Entry; 10], usize>,
}

/// The rows laid out as cells.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The cells. A row consists of ten cells, and a cell is the index of the next row. A leaf is a row
    /// whose cells lead back to it, followed by a cell with its value.
    pub(crate) cells: Vec<u16>,
    places: Vec<usize>,
    leaves: HashMap<u16, u16>,
}

/// Patterns that are matched together against digits of one length.
#[derive(Debug, Default)]
pub(crate) struct Question {
    states: States,
    starts: Vec<usize>,
}

impl Question {
    /// Adds a pattern that matches digits as a whole, and returns its index.
    pub(crate) fn whole(&mut self, pattern: &str) -> Result<usize, Error> {
        self.add(pattern, false)
    }

    /// Adds a pattern that matches digits at their start, and returns its index.
    pub(crate) fn prefix(&mut self, pattern: &str) -> Result<usize, Error> {
        self.add(pattern, true)
    }

    fn add(&mut self, pattern: &str, prefix: bool) -> Result<usize, Error> {
        let number = self.starts.len();
        let hir = regex_syntax::parse(pattern)?;
        if !hir.properties().look_set().is_empty() {
            return Err("an assertion in a pattern".into());
        }
        let found = self.states.add(State::Found { pattern: number, prefix });
        let start = self.states.compile(&hir, found)?;
        self.starts.push(start);
        Ok(number)
    }

    /// Returns the states that wait for a digit or are matches, and are reached from `from` without a
    /// digit, sorted.
    fn closure(&self, from: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let (mut open, mut seen): (Vec<_>, Vec<_>) = (from.into_iter().collect(), Vec::new());
        while let Some(state) = open.pop() {
            match self.states.get(state) {
                State::Split(parts) => open.extend(parts),
                State::Save { next, .. } => open.push(*next),
                _ => seen.push(state),
            }
        }
        seen.sort_unstable();
        seen.dedup();
        seen
    }

    fn step(&self, states: &[usize], digit: u8) -> Vec<usize> {
        self.closure(states.iter().filter_map(|state| match self.states.get(*state) {
            State::Digit { set, next } => (set >> digit & 1 == 1).then_some(*next),
            State::Found { prefix, .. } => prefix.then_some(*state),
            State::Split(_) | State::Save { .. } | State::End { .. } => None,
        }))
    }

    fn found(&self, states: &[usize]) -> Vec<bool> {
        let mut found = vec![false; self.starts.len()];
        for state in states {
            if let State::Found { pattern, .. } = self.states.get(*state) {
                found[*pattern] = true;
            }
        }
        found
    }
}

/// A function from the patterns that match to the value of the leaf.
type Answer<'a> = dyn FnMut(&[bool]) -> Result<u16, Error> + 'a;

impl Automaton {
    /// Adds the rows that answer `question` for `length` digits and returns the entry. `answer` returns
    /// the value for the patterns that match, given their indices.
    pub(crate) fn add(
        &mut self,
        question: &Question,
        length: usize,
        mut answer: impl FnMut(&[bool]) -> Result<u16, Error>,
    ) -> Result<Entry, Error> {
        let start = question.closure(question.starts.iter().copied());
        let entry = self.node(question, start, length, &mut HashMap::new(), &mut answer)?;
        if self.depth(entry) > STEPS { Err("an answer depends on too many digits".into()) } else { Ok(entry) }
    }

    fn depth(&self, entry: Entry) -> usize {
        match entry {
            Entry::Leaf(_) => 0,
            Entry::Row(row) => 1 + self.rows[row].iter().map(|next| self.depth(*next)).max().unwrap_or(0),
        }
    }

    fn node(
        &mut self,
        question: &Question,
        states: Vec<usize>,
        left: usize,
        known: &mut HashMap<(Vec<usize>, usize), Entry>,
        answer: &mut Answer<'_>,
    ) -> Result<Entry, Error> {
        if left == 0 {
            return Ok(Entry::Leaf(answer(&question.found(&states))?));
        }
        let key = (states, left);
        if let Some(entry) = known.get(&key) {
            return Ok(*entry);
        }
        let mut row = [Entry::Leaf(0); 10];
        for digit in 0..10 {
            row[usize::from(digit)] =
                self.node(question, question.step(&key.0, digit), left - 1, known, answer)?;
        }
        let decided = matches!(row[0], Entry::Leaf(_)) && row.iter().all(|entry| *entry == row[0]);
        let entry = if decided { row[0] } else { self.row(row) };
        known.insert(key, entry);
        Ok(entry)
    }

    /// Adds a row unless there is an equal one, and returns its entry.
    pub(crate) fn row(&mut self, row: [Entry; 10]) -> Entry {
        let next = self.rows.len();
        let place = *self.index.entry(row).or_insert(next);
        if place == next {
            self.rows.push(row);
        }
        Entry::Row(place)
    }

    /// Lays the rows out, overlapping them where possible.
    pub(crate) fn lay_out(&self) -> Result<Layout, Error> {
        let follower = self.followers();
        let mut first = vec![true; self.rows.len()];
        for (next, _) in follower.iter().flatten() {
            first[*next] = false;
        }
        let (mut cells, mut places) = (Vec::new(), vec![0; self.rows.len()]);
        for start in (0..self.rows.len()).filter(|row| first[*row]) {
            let (mut row, mut shared) = (start, 0);
            loop {
                places[row] = cells.len() - shared;
                cells.extend(&self.rows[row][shared..]);
                let Some((next, overlap)) = follower[row] else { break };
                (row, shared) = (next, overlap);
            }
        }
        let mut layout = Layout { cells: vec![0; cells.len()], places, leaves: HashMap::new() };
        for (place, entry) in cells.into_iter().enumerate() {
            layout.cells[place] = layout.cell(entry)?;
        }
        Ok(layout)
    }

    /// Returns, for each row, the row that starts with its end, and the number of shared cells. Longer
    /// overlaps are chosen first, and no row follows itself.
    fn followers(&self) -> Vec<Option<(usize, usize)>> {
        let rows = self.rows.len();
        let mut follower = vec![None; rows];
        let mut taken = vec![false; rows];
        let mut chain: Vec<usize> = (0..rows).collect();
        let end = |chain: &[usize], mut row: usize| {
            while chain[row] != row {
                row = chain[row];
            }
            row
        };
        for shared in (1..10).rev() {
            let mut starts: HashMap<&[Entry], Vec<usize>> = HashMap::new();
            for row in (0..rows).filter(|row| !taken[*row]) {
                starts.entry(&self.rows[row][..shared]).or_default().push(row);
            }
            for row in 0..rows {
                let Some(fitting) = starts.get_mut(&self.rows[row][10 - shared..]) else { continue };
                // The end of a chain identifies it, so `next` must not start the chain of `row`.
                let free = |next: &usize| end(&chain, *next) != row;
                if follower[row].is_none()
                    && let Some(at) = fitting.iter().rposition(free)
                {
                    let next = fitting.swap_remove(at);
                    follower[row] = Some((next, shared));
                    taken[next] = true;
                    chain[row] = end(&chain, next);
                }
            }
        }
        follower
    }
}

impl Layout {
    /// Returns an entry as the table stores it.
    pub(crate) fn cell(&mut self, entry: Entry) -> Result<u16, Error> {
        match entry {
            Entry::Row(row) => Ok(u16::try_from(self.places[row])?),
            Entry::Leaf(value) => {
                if let Some(place) = self.leaves.get(&value) {
                    return Ok(*place);
                }
                let place = u16::try_from(self.cells.len())?;
                self.cells.extend([place; 10]);
                self.cells.push(value);
                self.leaves.insert(value, place);
                Ok(place)
            }
        }
    }
}
