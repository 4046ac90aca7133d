//! The numbers of a call, as callers pass them, with their outcomes.

use std::borrow::Cow;
use std::collections::HashSet;

use super::billing::Quote;
use super::error::InventoryError;
use super::outcome::{NumberOutcome, Outcome, text_of};
use crate::normalize::{Normalized, Normalizer};
use crate::number::PhoneNumber;

/// A number in a call of the inventory: a [`PhoneNumber`], or a text in any spelling that the
/// normalizer understands.
///
/// Calls accept anything that can be iterated over: arrays, slices, vectors, iterators. A text is read
/// with the dial plan of the account of [`Options`](super::Options); a [`PhoneNumber`] is used
/// unchanged.
///
/// ```
/// use telnum::PhoneNumber;
/// use telnum::account::Actor;
/// use telnum::inventory::{Create, Inventory, Options};
/// use telnum::lifecycle::State;
/// use telnum::store::MemoryStore;
///
/// let inventory = Inventory::builder(MemoryStore::new()).build();
/// let (free, options) = (Create::default().with_state(State::Available), Options::new(Actor::System));
/// let number: PhoneNumber = "+14158867900".parse()?;
/// assert!(inventory.create([number], &free, &options)?.is_success());
/// assert!(inventory.get(["(415) 886-7900"], &options)?.succeeded.contains_key(&number));
/// assert!(inventory.get(&vec![number], &options)?.is_success());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait NumberInput {
    /// Returns the number, or the text to read as a number.
    ///
    /// ```
    /// use telnum::PhoneNumber;
    /// use telnum::inventory::{NumberInput, NumberOrText};
    ///
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// assert_eq!(number.as_input(), NumberOrText::Number(number));
    /// assert_eq!("(415) 886-7900".as_input(), NumberOrText::Text("(415) 886-7900"));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    fn as_input(&self) -> NumberOrText<'_>;
}

/// A number, or a text to read as a number. It implements [`NumberInput`], for lists of both.
///
/// ```
/// use telnum::inventory::{NumberInput, NumberOrText};
///
/// let inputs = [NumberOrText::Number("+14158867900".parse()?), NumberOrText::Text("415-886-7901")];
/// assert_eq!(inputs[0].as_input(), inputs[0]);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an input is one or the other")]
pub enum NumberOrText<'a> {
    /// A number.
    Number(PhoneNumber),
    /// A text in any spelling that the normalizer understands.
    Text(&'a str),
}

impl NumberInput for NumberOrText<'_> {
    fn as_input(&self) -> NumberOrText<'_> {
        *self
    }
}

impl NumberInput for PhoneNumber {
    fn as_input(&self) -> NumberOrText<'_> {
        NumberOrText::Number(*self)
    }
}

impl NumberInput for str {
    fn as_input(&self) -> NumberOrText<'_> {
        NumberOrText::Text(self)
    }
}

impl NumberInput for String {
    fn as_input(&self) -> NumberOrText<'_> {
        NumberOrText::Text(self)
    }
}

impl<T: NumberInput + ?Sized> NumberInput for Box<T> {
    fn as_input(&self) -> NumberOrText<'_> {
        (**self).as_input()
    }
}

impl NumberInput for Cow<'_, str> {
    fn as_input(&self) -> NumberOrText<'_> {
        NumberOrText::Text(self)
    }
}

impl<T: NumberInput + ?Sized> NumberInput for &T {
    fn as_input(&self) -> NumberOrText<'_> {
        (**self).as_input()
    }
}

impl NumberOrText<'_> {
    /// Returns the number, reading a text with `normalizer`.
    pub(super) fn number(self, normalizer: &Normalizer) -> Option<PhoneNumber> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => match normalizer.normalize(text) {
                Normalized::Number(number) => Some(number),
                Normalized::Other(_) => None,
            },
        }
    }

    /// Returns the text of the input, under which an outcome or a report lists it.
    pub(super) fn text(self) -> Box<str> {
        match self {
            Self::Number(number) => text_of(number),
            Self::Text(text) => text.into(),
        }
    }
}

/// The inputs of a call, in order and without repetitions, with their outcomes.
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
}

/// An input, and its outcome once that is known.
pub(super) struct Entry {
    pub(super) subject: Subject,
    pub(super) outcome: Option<NumberOutcome>,
}

/// The number of an input, or its text if that is not a number.
#[derive(PartialEq, Eq)]
pub(super) enum Subject {
    Number(PhoneNumber),
    Text(Box<str>),
}

impl Entry {
    /// Returns the number if its outcome is not known yet.
    pub(super) fn undecided(&self) -> Option<PhoneNumber> {
        match self.subject {
            Subject::Number(number) if self.outcome.is_none() => Some(number),
            Subject::Number(_) | Subject::Text(_) => None,
        }
    }

    /// Returns the error if the input failed.
    pub(super) fn error(&self) -> Option<&InventoryError> {
        self.outcome.as_ref().and_then(|outcome| outcome.as_ref().err())
    }

    /// Returns the text under which an outcome lists the input.
    pub(super) fn text(&self) -> Box<str> {
        match &self.subject {
            Subject::Number(number) => text_of(*number),
            Subject::Text(text) => text.clone(),
        }
    }

    /// Returns the text of the input, cut to 64 characters, since the error of every other input of the call
    /// repeats it.
    pub(super) fn short_text(&self) -> Box<str> {
        /// The maximum length, in characters.
        const LONGEST: usize = 64;
        match &self.subject {
            Subject::Number(number) => text_of(*number),
            Subject::Text(text) => text.chars().take(LONGEST).collect::<String>().into(),
        }
    }
}

impl Entries {
    /// Reads up to `max` inputs with `normalizer`. Texts that are not numbers fail.
    pub(super) fn read<I>(inputs: I, normalizer: &Normalizer, max: usize) -> Result<Self, InventoryError>
    where
        I: IntoIterator<Item: NumberInput>,
    {
        let (mut numbers, mut texts, mut list) = (HashSet::new(), HashSet::new(), Vec::new());
        let mut inputs = inputs.into_iter();
        for input in inputs.by_ref().take(max) {
            let input = input.as_input();
            match input.number(normalizer) {
                Some(number) if numbers.insert(number) => {
                    list.push(Entry { subject: Subject::Number(number), outcome: None });
                }
                None if texts.insert(input.text()) => {
                    let text = input.text();
                    let outcome = Some(Err(InventoryError::NotReconcilable(text.clone())));
                    list.push(Entry { subject: Subject::Text(text), outcome });
                }
                Some(_) | None => {}
            }
        }
        match inputs.count() {
            0 => Ok(Self { list }),
            more => Err(InventoryError::TooMany { count: max.saturating_add(more), max }),
        }
    }

    /// Returns the numbers.
    pub(super) fn numbers(&self) -> impl Iterator<Item = PhoneNumber> {
        self.list.iter().filter_map(|entry| match entry.subject {
            Subject::Number(number) => Some(number),
            Subject::Text(_) => None,
        })
    }

    /// Removes and returns the outcomes of numbers, so that the numbers can be decided again.
    pub(super) fn take_outcomes(&mut self) -> Vec<Option<NumberOutcome>> {
        let take = |entry: &mut Entry| match entry.subject {
            Subject::Number(_) => entry.outcome.take(),
            Subject::Text(_) => None,
        };
        self.list.iter_mut().map(take).collect()
    }

    /// Restores outcomes that were [taken](Self::take_outcomes).
    pub(super) fn restore_outcomes(&mut self, outcomes: Vec<Option<NumberOutcome>>) {
        for (entry, outcome) in self.list.iter_mut().zip(outcomes) {
            entry.outcome = entry.outcome.take().or(outcome);
        }
    }

    /// Sets the outcome of each undecided number to the result of `decide`.
    pub(super) fn decide_rest(
        &mut self,
        mut decide: impl FnMut(PhoneNumber) -> Result<NumberOutcome, InventoryError>,
    ) -> Result<(), InventoryError> {
        for entry in &mut self.list {
            if let Some(number) = entry.undecided() {
                entry.outcome = Some(decide(number)?);
            }
        }
        Ok(())
    }

    /// Returns the outcome of the call, with the `quotes` for the numbers that succeeded.
    pub(super) fn into_outcome(self, quotes: Vec<Quote>) -> Outcome {
        let mut outcome = Outcome::default();
        for entry in self.list {
            match (entry.subject, entry.outcome) {
                (Subject::Number(number), Some(Ok(record))) => {
                    outcome.succeeded.insert(number, record);
                }
                (Subject::Number(number), Some(Err(error))) => {
                    outcome.failed.insert(text_of(number), error);
                }
                (Subject::Text(text), Some(Err(error))) => {
                    outcome.failed.insert(text, error);
                }
                (_, None) | (Subject::Text(_), Some(Ok(_))) => {}
            }
        }
        let is_done = |quote: &Quote| outcome.succeeded.contains_key(&quote.number);
        outcome.quotes = quotes.into_iter().filter(is_done).collect();
        outcome
    }
}
