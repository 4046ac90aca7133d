//! The automaton for all rules of a set: a small table that is read once per byte of a text.
//!
//! regex-automata determinizes all patterns together, each as an unanchored search. Equivalent states are
//! then merged. The table of a built-in set fits into the L1 cache.

use std::collections::HashMap;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::alphabet::Unit;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, MatchKind, util::start};
use regex_syntax::hir::{Dot, Hir, Look};

use crate::pattern::SIZE_LIMIT;

/// The outcome for a text that no rule matches.
pub(super) const NO_RULE: u16 = 0x7FFF;

/// A table that finds the first of several rules that matches a text.
#[derive(Clone)]
pub(super) struct Automaton {
    /// The column of each byte.
    columns: Box<[u8; 256]>,
    /// Rows of `width` entries: for each column the offset of the next row, then the outcome for a text
    /// that ends here.
    table: Vec<u16>,
    width: u16,
    /// The row of the empty text.
    start: u16,
    /// Only a line feed leads out of the rows below this offset. The outcome of most texts is therefore known
    /// before their end.
    settled: u16,
    /// No byte leads out of the rows below this offset.
    absorbing: u16,
}

impl Automaton {
    /// Builds the table; `None` if it is too large for 16-bit offsets, or takes too long to build.
    pub(super) fn new(rules: &[Hir]) -> Option<Self> {
        let states = States::explore(&determinize(rules)?)?;
        states.merge().into_table()
    }

    /// Returns the index of the first rule that matches `text`, or [`NO_RULE`].
    #[inline]
    pub(super) fn first_match(&self, text: &[u8]) -> u16 {
        let mut row = self.start;
        let mut rest = text;
        loop {
            let mut bytes = rest.iter();
            for &byte in bytes.by_ref() {
                row = self.next(row, byte);
                if row < self.settled {
                    break;
                }
            }
            if row < self.absorbing {
                return self.outcome(row);
            }
            let Some(feed) = bytes.as_slice().iter().position(|&byte| byte == b'\n') else {
                return self.outcome(row);
            };
            row = self.next(row, b'\n');
            rest = bytes.as_slice().get(feed + 1..).unwrap_or_default();
        }
    }

    #[inline]
    pub(super) fn next(&self, row: u16, byte: u8) -> u16 {
        let column = self.columns.get(usize::from(byte)).copied().unwrap_or_default();
        self.table.get(usize::from(row) + usize::from(column)).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn outcome(&self, row: u16) -> u16 {
        self.table.get(usize::from(row + self.width - 1)).copied().unwrap_or(NO_RULE)
    }

    pub(super) const fn start(&self) -> u16 {
        self.start
    }

    /// Returns the number of the state stored in this row, from 0.
    pub(super) fn number(&self, row: u16) -> usize {
        usize::from(row / self.width.max(1))
    }

    pub(super) fn states(&self) -> usize {
        self.table.len() / usize::from(self.width)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.columns) + size_of_val(&*self.table)
    }
}

/// Builds one automaton over bytes. Its state at the end of a text determines which patterns match the text.
/// Returns `None` if the automaton is too large.
pub(super) fn determinize(patterns: &[Hir]) -> Option<dense::DFA<Vec<u32>>> {
    let anything = || {
        Hir::repetition(regex_syntax::hir::Repetition {
            min: 0,
            max: None,
            greedy: true,
            sub: Box::new(Hir::dot(Dot::AnyByte)),
        })
    };
    let within = |pattern: &Hir| {
        let looks = pattern.properties();
        let before = if looks.look_set_prefix().contains(Look::Start) { Hir::empty() } else { anything() };
        let after = if looks.look_set_suffix().contains(Look::End) { Hir::empty() } else { anything() };
        Hir::concat(vec![before, pattern.clone(), after])
    };
    let patterns: Vec<Hir> = patterns.iter().map(within).collect();
    let nfa = thompson::Compiler::new()
        .configure(
            thompson::Config::new()
                .utf8(false)
                .which_captures(WhichCaptures::None)
                .nfa_size_limit(Some(SIZE_LIMIT)),
        )
        .build_many_from_hir(&patterns)
        .ok()?;
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .dfa_size_limit(Some(1 << 20))
        .determinize_size_limit(Some(4 << 20));
    dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()
}

/// Returns the state for the empty text.
pub(super) fn start(dfa: &dense::DFA<Vec<u32>>) -> Option<StateID> {
    dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()
}

/// Returns the patterns that match a text that ends in `state`, in order.
pub(super) fn matches(dfa: &dense::DFA<Vec<u32>>, state: StateID) -> impl Iterator<Item = usize> {
    let end = dfa.next_eoi_state(state);
    let count = if dfa.is_match_state(end) { dfa.match_len(end) } else { 0 };
    (0..count).map(move |index| dfa.match_pattern(end, index).as_usize())
}

/// Numbered states, each with its successor for every class of bytes.
struct States {
    start: usize,
    /// The class of each byte.
    classes: Box<[u8; 256]>,
    next: Vec<Vec<usize>>,
    outcomes: Vec<u16>,
}

impl States {
    fn explore(dfa: &dense::DFA<Vec<u32>>) -> Option<Self> {
        let first = start(dfa)?;
        let classes = Box::new(std::array::from_fn(|byte| dfa.byte_classes().get(byte_of(byte))));
        let bytes: Vec<u8> = dfa.byte_classes().representatives(..=u8::MAX).filter_map(Unit::as_u8).collect();
        let mut ids = HashMap::from([(first, 0)]);
        let mut found = vec![first];
        let mut next = Vec::new();
        let mut outcomes = Vec::new();
        while let Some(&state) = found.get(next.len()) {
            let step = |&byte: &u8| {
                let target = dfa.next_state(state, byte);
                *ids.entry(target).or_insert_with(|| {
                    found.push(target);
                    found.len() - 1
                })
            };
            next.push(bytes.iter().map(step).collect());
            outcomes.push(
                matches(dfa, state)
                    .min()
                    .map_or(Some(NO_RULE), |rule| u16::try_from(rule).ok().filter(|rule| *rule < NO_RULE))?,
            );
        }
        Some(Self { start: 0, classes, next, outcomes })
    }

    /// Merges all equivalent states (Moore's partition refinement), and all classes of bytes that no
    /// state distinguishes.
    fn merge(self) -> Self {
        match self.groups() {
            Some(groups) => self.merge_states(&groups),
            None => self,
        }
        .merge_columns()
    }

    /// Returns the group of each state, or `None` after too many rounds. Each round of the refinement
    /// considers one more byte and visits every state. Without groups the table is larger, but equally
    /// correct.
    fn groups(&self) -> Option<Vec<usize>> {
        /// The maximum number of rounds, which is more than the number of bytes in any number.
        const ROUNDS: usize = 48;
        let mut group: Vec<usize> = self.outcomes.iter().map(|&outcome| usize::from(outcome)).collect();
        let mut count = 0;
        for _ in 0..ROUNDS {
            let of = |state: &usize| group.get(*state).copied().unwrap_or_default();
            let mut groups: HashMap<Vec<usize>, usize> = HashMap::new();
            let refined = group
                .iter()
                .zip(&self.next)
                .map(|(own, next)| {
                    let key = std::iter::once(*own).chain(next.iter().map(of)).collect();
                    let fresh = groups.len();
                    *groups.entry(key).or_insert(fresh)
                })
                .collect();
            let stable = groups.len() == count;
            count = groups.len();
            group = refined;
            if stable {
                return Some(group);
            }
        }
        None
    }

    fn merge_states(self, group: &[usize]) -> Self {
        let of = |state: &usize| group.get(*state).copied().unwrap_or_default();
        let mut merged =
            Self { start: of(&self.start), classes: self.classes, next: Vec::new(), outcomes: Vec::new() };
        // Groups are numbered by their first state, so this loop meets them in order.
        for ((group, next), outcome) in group.iter().zip(&self.next).zip(self.outcomes) {
            if *group == merged.next.len() {
                merged.next.push(next.iter().map(of).collect());
                merged.outcomes.push(outcome);
            }
        }
        merged
    }

    fn merge_columns(self) -> Self {
        let width = self.next.first().map_or(0, Vec::len);
        let column =
            |class| self.next.iter().map(|row| row.get(class).copied().unwrap_or_default()).collect();
        let mut columns: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut kept = Vec::new();
        let class_of: Vec<u8> = (0..width)
            .map(|class| {
                let fresh = columns.len();
                let column = *columns.entry(column(class)).or_insert_with(|| {
                    kept.push(class);
                    fresh
                });
                byte_of(column)
            })
            .collect();
        let keep = |row: &Vec<usize>| kept.iter().filter_map(|class| row.get(*class).copied()).collect();
        let classes = self.classes.iter().filter_map(|class| class_of.get(usize::from(*class)).copied());
        let mut merged = Box::new([0; 256]);
        merged.iter_mut().zip(classes).for_each(|(to, from)| *to = from);
        Self { classes: merged, next: self.next.iter().map(keep).collect(), ..self }
    }

    fn into_table(self) -> Option<Automaton> {
        let feed = self.classes.get(usize::from(b'\n')).copied().map(usize::from);
        let only_feed = feed
            .filter(|feed| self.classes.iter().filter(|class| usize::from(**class) == *feed).count() == 1);
        // The bytes that lead out of a state: none, a line feed, or others.
        let openness = |(state, next): (usize, &Vec<usize>)| {
            let leaves = |class: &usize| next.get(*class).is_some_and(|target| *target != state);
            let leaving: Vec<usize> = (0..next.len()).filter(leaves).collect();
            match &*leaving {
                [] => 0,
                [class] if Some(*class) == only_feed => 1,
                _ => 2,
            }
        };
        let openness: Vec<u8> = self.next.iter().enumerate().map(openness).collect();
        let mut order: Vec<usize> = (0..self.next.len()).collect();
        order.sort_by_key(|state| openness.get(*state).copied().unwrap_or_default());

        let width = self.next.first()?.len() + 1;
        let mut offsets = vec![0; order.len()];
        for (place, state) in order.iter().enumerate() {
            *offsets.get_mut(*state)? = u16::try_from(place * width).ok()?;
        }
        let offset = |state: usize| offsets.get(state).copied();
        let mut table = Vec::with_capacity(order.len() * width);
        for state in &order {
            for target in self.next.get(*state)? {
                table.push(offset(*target)?);
            }
            table.push(*self.outcomes.get(*state)?);
        }
        // The end of the last row must be addressable with 16 bits.
        u16::try_from(table.len()).ok()?;
        let below = |limit: u8| {
            u16::try_from(openness.iter().filter(|openness| **openness < limit).count() * width).ok()
        };
        Some(Automaton {
            columns: self.classes,
            start: offset(self.start)?,
            settled: below(2)?,
            absorbing: below(1)?,
            width: u16::try_from(width).ok()?,
            table,
        })
    }
}

/// Returns a number below 256 as a byte.
#[expect(clippy::cast_possible_truncation, reason = "classes and bytes are below 256")]
const fn byte_of(number: usize) -> u8 {
    number as u8
}
