//! What is kept of a request, so that it is done once however often it is made.
//!
//! The receipt is stored with the request's first commit, under its key. If something outside has
//! to be done it lists the numbers that are claimed for that, and what comes of those is stored
//! under keys of their own, each with the commit that makes it so or gives it up. Whoever makes the
//! request again finds all of it, or drives to its end what is missing. A request without a key
//! leaves nothing: what is left of it is in the claims.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asked::{Answer, Asked, Slot};
use super::engine::Work;
use super::outcome::name;
use super::{Create, Error, ErrorBody, Inventory, Options, Quote, RequestKey};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::record::{Document, NumberRecord, Update};
use crate::store::StoreError;

/// A request that is made under a key.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) key: RequestKey,
    /// What tells it from others.
    pub(super) print: IdempotencyKey,
}

/// What is kept under the key of a request, or of a part of one.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Receipt {
    /// What tells the request from others.
    pub(super) print: Option<IdempotencyKey>,
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
    pub(super) fn of(asked: &Asked, options: &Options, work: &Work<'_>) -> Option<Self> {
        let key = options.key.filter(|_| !options.dry_run)?;
        let Options { actor, account, all_or_nothing, mdn_run, confined, .. } = options;
        let numbers: Vec<_> = asked.numbers().collect();
        let mut print = json!({
            "work": (work.name)(&numbers), "numbers": asked.slots.iter().map(Slot::name).collect::<Vec<_>>(),
            "actor": actor.to_string(), "account": account, "all_or_nothing": all_or_nothing, "mdn_run": mdn_run, "confined": confined,
        });
        print.sort_all_objects();
        Some(Self { key, print: IdempotencyKey::of_text(&print.to_string()) })
    }
}

/// All that makes a creation differ from others.
pub(super) fn print_of_create(create: &Create) -> Value {
    let Create { state, carrier, carrier_data, ported_in, document } = create;
    json!({
        "create": document, "state": state, "carrier": carrier, "carrier_data": carrier_data,
        "ported_in": ported_in,
    })
}

/// All that makes an update differ from others. What may be nothing is in a list.
pub(super) fn print_of_update(update: &Update) -> Value {
    let Update { document, used_by, ported_in, carrier, carrier_data, allowed_features, denied_features } =
        update;
    let (replace, merge) = match document {
        Some(Document::Replace(fields)) => (Some(fields), None),
        Some(Document::Merge(fields)) => (None, Some(fields)),
        None => (None, None),
    };
    json!({
        "update": {"replace": replace, "merge": merge}, "ported_in": ported_in, "carrier": carrier,
        "used_by": used_by.as_slice(), "carrier_data": carrier_data.as_slice(),
        "allowed_features": allowed_features.as_slice(), "denied_features": denied_features.as_slice(),
    })
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
        if receipt.print != Some(print) {
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
    pub(super) fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        let kept = self.parts.store.receipt(key)?;
        // Whoever else has kept something under the key has made another request.
        Ok(kept.map(|kept| Receipt::deserialize(kept.answer).unwrap_or_default()))
    }
}

/// The key of the part of a request that is for one of its numbers.
pub(super) fn part(request: IdempotencyKey, number: PhoneNumber) -> IdempotencyKey {
    derived(request, &number.to_string())
}

/// The key of what ends what a request did for several numbers together.
pub(super) fn end(request: IdempotencyKey) -> IdempotencyKey {
    derived(request, "done")
}

/// A key that is another for each request and part, and longer than any request's. There is room
/// left for what is done under it.
fn derived(request: IdempotencyKey, what: &str) -> IdempotencyKey {
    let length = request.as_str().len();
    IdempotencyKey::known(&format!("{what:.<16}{length:02}{request:.<40}"))
}
