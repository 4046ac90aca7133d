//! What was asked for, each number once, and what came of it.

use std::collections::HashSet;
use std::sync::Arc;

use super::outcome::name;
use super::{Error, Inventory, Options, Outcome, Quote};
use crate::account::AccountId;
use crate::normalize::{Converters, Normalized, Normalizer};
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// What came of one number.
pub(super) type Answer = Result<Arc<NumberRecord>, Error>;

/// Texts in the order they were given, each number once.
pub(super) struct Asked {
    pub(super) slots: Vec<Slot>,
}

/// A number, or a text that is none, and what came of it, once that is known.
pub(super) struct Slot {
    pub(super) what: What,
    pub(super) answer: Option<Answer>,
}

#[derive(PartialEq, Eq)]
pub(super) enum What {
    Number(PhoneNumber),
    Text(Box<str>),
}

impl Slot {
    /// The number, if it is not known yet what came of it.
    pub(super) fn open(&self) -> Option<PhoneNumber> {
        match self.what {
            What::Number(number) if self.answer.is_none() => Some(number),
            What::Number(_) | What::Text(_) => None,
        }
    }

    /// Why it failed, if it did.
    pub(super) fn failure(&self) -> Option<&Error> {
        self.answer.as_ref().and_then(|answer| answer.as_ref().err())
    }

    /// What it is called in an outcome.
    pub(super) fn name(&self) -> Box<str> {
        match &self.what {
            What::Number(number) => name(*number),
            What::Text(text) => text.clone(),
        }
    }
}

impl Asked {
    /// The numbers.
    pub(super) fn numbers(&self) -> impl Iterator<Item = PhoneNumber> {
        self.slots.iter().filter_map(|slot| match slot.what {
            What::Number(number) => Some(number),
            What::Text(_) => None,
        })
    }

    /// Takes back what was answered for numbers.
    pub(super) fn reopen(&mut self) -> Vec<Option<Answer>> {
        let take = |slot: &mut Slot| match slot.what {
            What::Number(_) => slot.answer.take(),
            What::Text(_) => None,
        };
        self.slots.iter_mut().map(take).collect()
    }

    /// Answers what was answered before.
    pub(super) fn answer_again(&mut self, answers: Vec<Option<Answer>>) {
        for (slot, answer) in self.slots.iter_mut().zip(answers) {
            slot.answer = slot.answer.take().or(answer);
        }
    }

    /// Answers for every number that has no answer yet.
    pub(super) fn try_answer_rest(
        &mut self,
        mut answer: impl FnMut(PhoneNumber) -> Result<Answer, Error>,
    ) -> Result<(), Error> {
        for slot in &mut self.slots {
            if let Some(number) = slot.open() {
                slot.answer = Some(answer(number)?);
            }
        }
        Ok(())
    }

    pub(super) fn into_outcome(self, quotes: Vec<Quote>) -> Outcome {
        let mut outcome = Outcome::default();
        for slot in self.slots {
            match (slot.what, slot.answer) {
                (What::Number(number), Some(Ok(record))) => drop(outcome.succeeded.insert(number, record)),
                (What::Number(number), Some(Err(error))) => drop(outcome.failed.insert(name(number), error)),
                (What::Text(text), Some(Err(error))) => drop(outcome.failed.insert(text, error)),
                (_, None) | (What::Text(_), Some(Ok(_))) => {}
            }
        }
        // What is not done costs nothing.
        let is_done = |quote: &Quote| outcome.succeeded.contains_key(&quote.number);
        outcome.quotes = quotes.into_iter().filter(is_done).collect();
        outcome
    }
}

impl Inventory {
    /// The numbers that texts mean; what is none has failed.
    pub(super) fn read<I>(&self, texts: I, options: &Options) -> Result<Asked, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let own = self.own_normalizer(options.account);
        let normalizer = own.as_ref().unwrap_or(&self.parts.normalizer);
        let max = self.parts.limits.numbers;
        let (mut numbers, mut junk, mut slots) = (HashSet::new(), HashSet::new(), Vec::new());
        let mut texts = texts.into_iter();
        for text in texts.by_ref().take(max) {
            let text = text.as_ref();
            match normalizer.normalize(text) {
                Normalized::Number(number) if numbers.insert(number) => {
                    slots.push(Slot { what: What::Number(number), answer: None });
                }
                Normalized::Other(_) if junk.insert(Box::<str>::from(text)) => {
                    let answer = Some(Err(Error::NotReconcilable(text.into())));
                    slots.push(Slot { what: What::Text(text.into()), answer });
                }
                Normalized::Number(_) | Normalized::Other(_) => {}
            }
        }
        match texts.count() {
            0 => Ok(Asked { slots }),
            more => Err(Error::TooMany { count: max + more, max }),
        }
    }

    /// How an account's numbers are read, if it has a way of its own.
    pub(super) fn own_normalizer(&self, account: Option<AccountId>) -> Option<Normalizer> {
        let plan = self.dial_plan(account)?;
        Some(self.parts.normalizer.clone().with_dial_plan(plan))
    }

    pub(super) fn dial_plan(&self, account: Option<AccountId>) -> Option<Converters> {
        self.parts.accounts.account(account?)?.dial_plan.clone()
    }
}
