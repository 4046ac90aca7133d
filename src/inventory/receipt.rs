//! What is kept of a request, so that it is done once however often it is made.
//!
//! The receipt is stored with the request's first commit, under its key. If something outside has
//! to be done it lists the numbers that are claimed for that, and what comes of those is stored
//! under keys of their own, each with the commit that makes it so. Whoever makes the request again
//! finds all of it, or drives to its end what is missing.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asked::{Answer, Asked, What};
use super::outcome::name;
use super::{Error, ErrorBody, Inventory, Options, Quote, RequestKey};
use crate::number::PhoneNumber;
use crate::record::{EffectKey, NumberRecord};
use crate::store::StoreError;

/// A request that is made under a key.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) key: RequestKey,
    /// What tells it from others.
    pub(super) print: u64,
}

/// What is kept under the key of a request, or of a part of one.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Receipt {
    /// What tells the request from others.
    pub(super) print: u64,
    /// Whether all that is pending is done, or nothing.
    pub(super) together: bool,
    /// The numbers for which something is done outside.
    pub(super) pending: Vec<PhoneNumber>,
    pub(super) succeeded: IndexMap<PhoneNumber, NumberRecord>,
    pub(super) failed: IndexMap<Box<str>, ErrorBody>,
    pub(super) quotes: Vec<Quote>,
}

impl Request {
    /// The request, if it has a key. What is not stored need not be done once.
    pub(super) fn of(asked: &Asked, options: &Options, work: fmt::Arguments<'_>) -> Option<Self> {
        let key = options.key.filter(|_| !options.dry_run)?;
        let mut hash = Fnv(BASIS);
        let Options { actor, account, all_or_nothing, mdn_run, confined, .. } = options;
        // Writing to a hash does not fail.
        let _ = write!(hash, "{work} {actor} {account:?} {all_or_nothing} {mdn_run} {confined}");
        for slot in &asked.slots {
            match &slot.what {
                What::Number(number) => hash.add(&number.to_bits().to_le_bytes()),
                What::Text(text) => hash.add(text.as_bytes()),
            }
        }
        Some(Self { key, print: hash.0 })
    }
}

impl Receipt {
    pub(super) fn of<'a>(answers: impl IntoIterator<Item = (PhoneNumber, &'a Answer)>) -> Self {
        let mut receipt = Self::default();
        for (number, answer) in answers {
            receipt.add(number, answer);
        }
        receipt
    }

    fn add(&mut self, number: PhoneNumber, answer: &Answer) {
        match answer {
            Ok(record) => self.succeed(record),
            Err(error) => self.fail(name(number), error),
        }
    }

    /// Adds a number.
    pub(super) fn succeed(&mut self, record: &NumberRecord) {
        self.succeeded.insert(record.number(), record.clone());
    }

    /// Adds what it was not done for.
    pub(super) fn fail(&mut self, name: Box<str>, error: &Error) {
        self.failed.insert(name, error.body());
    }

    /// What came of a number, if that is kept here.
    pub(super) fn answer(&self, number: PhoneNumber) -> Option<Answer> {
        let record = self.succeeded.get(&number).map(|record| Ok(Arc::new(record.clone())));
        record.or_else(|| {
            let body = self.failed.get(&*name(number))?;
            Some(Err(Error::Replayed(Box::new(body.clone()))))
        })
    }

    pub(super) fn to_value(&self) -> Value {
        json!(self)
    }
}

impl Inventory {
    /// Answers as the same request was answered before, and drives to its end what that has left;
    /// whether there was one.
    pub(super) fn replay(
        &self,
        asked: &mut Asked,
        request: Option<Request>,
        quotes: &mut Vec<Quote>,
    ) -> Result<bool, Error> {
        let Some(Request { key, print }) = request else { return Ok(false) };
        let Some(receipt) = self.receipt(key.into())? else { return Ok(false) };
        if receipt.print != print {
            return Err(Error::KeyReused(key));
        }
        quotes.clone_from(&receipt.quotes);
        let mut together = HashMap::new();
        if receipt.together {
            together.extend(self.take_up_all(key.into(), &receipt)?);
        }
        asked.try_answer_rest(|number| {
            match receipt.answer(number).or_else(|| together.remove(&number)) {
                Some(answer) => Ok(answer),
                None => self.take_up_one(part(key.into(), number), number),
            }
        })?;
        Ok(true)
    }

    /// What is kept under a key.
    pub(super) fn receipt(&self, key: EffectKey) -> Result<Option<Receipt>, StoreError> {
        let kept = self.parts.store.receipt(key)?;
        // Whoever else has kept something under the key has made another request.
        Ok(kept.map(|value| Receipt::deserialize(value).unwrap_or_default()))
    }
}

/// The key of a part of what is done under a key: the part of one of its numbers.
pub(super) fn part(key: EffectKey, number: PhoneNumber) -> EffectKey {
    derived(key, format_args!("{number}"))
}

/// What a key is the part of, if it is one of a number.
pub(super) fn whole(key: EffectKey, number: PhoneNumber) -> Option<EffectKey> {
    let whole = key.as_str().strip_suffix(&*name(number))?.strip_suffix('/')?;
    whole.parse().ok()
}

/// The key of what ends what was done under a key for several numbers together.
pub(super) fn end(key: EffectKey) -> EffectKey {
    derived(key, format_args!("done"))
}

/// The key under which what was done under a key is taken back.
pub(super) fn undo(key: EffectKey) -> EffectKey {
    derived(key, format_args!("undo"))
}

/// A key that parts can be made of and told from it.
pub(super) fn group(key: EffectKey) -> EffectKey {
    if key.as_str().len() <= MAX_GROUP { key } else { hashed(key.as_str()) }
}

/// As long as a request's may be.
const MAX_GROUP: usize = 40;

fn derived(key: EffectKey, what: fmt::Arguments<'_>) -> EffectKey {
    let text = format!("{key}/{what}");
    // What is too long would be cut off, and be the same for all parts.
    text.parse().unwrap_or_else(|_| hashed(&text))
}

fn hashed(text: &str) -> EffectKey {
    let hash = |basis| {
        let mut hash = Fnv(basis);
        hash.add(text.as_bytes());
        hash.0
    };
    EffectKey::of_bits(hash(BASIS), hash(!BASIS))
}

/// FNV-1a: a hash that is the same in every version of the program, as receipts outlive it.
struct Fnv(u64);

const BASIS: u64 = 0xCBF2_9CE4_8422_2325;

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
        // What ends here is not the same as what goes on.
        self.0 = (self.0 ^ 0xFF).wrapping_mul(0x0100_0000_01B3);
    }
}

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        Ok(())
    }
}
