//! Patterns over digits as the states of a nondeterministic automaton.
//!
//! A [`Question`](super::automaton::Question) follows all states at once; `parsing` follows them in the order
//! in which a backtracking regex tries them.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::Error;

#[derive(Debug)]
pub(crate) enum State {
    /// Continues after a digit in the set.
    Digit { set: u16, next: usize },
    /// Continues at each of these states; a regex takes the first that leads to a match.
    Split(Vec<usize>),
    /// Records the position as the start (even slot) or end (odd slot) of a group.
    Save { slot: usize, next: usize },
    /// Continues only at the end of the digits.
    End { next: usize },
    /// A match of the pattern; a prefix stays matched whatever follows.
    Found { pattern: usize, prefix: bool },
}

/// The states of patterns; a state is referred to by its index.
#[derive(Debug, Default)]
pub(crate) struct States(Vec<State>);

impl States {
    pub(crate) fn add(&mut self, state: State) -> usize {
        self.0.push(state);
        self.0.len() - 1
    }

    pub(crate) fn get(&self, place: usize) -> &State {
        &self.0[place]
    }

    /// Adds the states that match `hir` and continue at `next`, and returns the first.
    pub(crate) fn compile(&mut self, hir: &Hir, next: usize) -> Result<usize, Error> {
        Ok(match hir.kind() {
            HirKind::Empty => next,
            HirKind::Literal(literal) => literal
                .0
                .iter()
                .rev()
                .fold(next, |next, byte| self.add(State::Digit { set: set(*byte, *byte), next })),
            HirKind::Class(class) => {
                let set = match class {
                    Class::Unicode(class) => class
                        .ranges()
                        .iter()
                        .filter(|range| range.start() <= '9')
                        .map(|range| set(range.start() as u8, range.end().min('9') as u8))
                        .fold(0, |all, set| all | set),
                    Class::Bytes(class) => {
                        class.ranges().iter().fold(0, |all, range| all | set(range.start(), range.end()))
                    }
                };
                self.add(State::Digit { set, next })
            }
            HirKind::Capture(capture) => {
                let slot = 2 * (capture.index as usize - 1);
                let end = self.add(State::Save { slot: slot + 1, next });
                let inner = self.compile(&capture.sub, end)?;
                self.add(State::Save { slot, next: inner })
            }
            HirKind::Concat(parts) => {
                parts.iter().rev().try_fold(next, |next, part| self.compile(part, next))?
            }
            HirKind::Alternation(parts) => {
                let parts = parts.iter().map(|part| self.compile(part, next)).collect::<Result<_, _>>()?;
                self.add(State::Split(parts))
            }
            HirKind::Repetition(repetition) => {
                let max = repetition.max.ok_or("an unbounded repetition")?;
                let mut start = next;
                for count in (1..=max).rev() {
                    start = self.compile(&repetition.sub, start)?;
                    if count > repetition.min {
                        let choices = if repetition.greedy { vec![start, next] } else { vec![next, start] };
                        start = self.add(State::Split(choices));
                    }
                }
                start
            }
            HirKind::Look(Look::End) => self.add(State::End { next }),
            HirKind::Look(look) => return Err(format!("not known in a pattern: {look:?}").into()),
        })
    }
}

/// Returns the digits from the ASCII byte `first` to `last`, as bits.
fn set(first: u8, last: u8) -> u16 {
    (b'0'..=b'9')
        .filter(|digit| (first..=last).contains(digit))
        .fold(0, |set, digit| set | 1 << (digit - b'0'))
}
