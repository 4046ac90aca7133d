//! Receipts of requests: the data kept under an idempotency key so that a request takes effect once.
//!
//! The receipt is stored under the key in the first commit of the request. It lists the numbers that
//! are claimed for external effects. Their outcomes are stored under keys derived from the request's
//! key, in the commits that end the claims. Repeating the request returns the stored outcomes, and
//! completes the missing ones. A call without a key leaves no receipt.
//!
//! A receipt keeps the records of the response without their documents, which can be large. A replay
//! reads the documents again if the number still has the same owner.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::billing::Quote;
use super::command::Command;
use super::error::{InventoryError, ReplayedError};
use super::input::{Entries, Entry};
use super::options::Options;
use super::outcome::{NumberOutcome, text_of};
use super::services::Services;
use crate::idempotency::{IdempotencyKey, RequestKey};
use crate::number::PhoneNumber;
use crate::record::NumberRecord;
use crate::store::StoreError;

/// A request with an idempotency key.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) key: RequestKey,
    /// The fingerprint of the command, the numbers and the options.
    pub(super) fingerprint: IdempotencyKey,
}

/// The response to a request, or to a part of one.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RequestReceipt {
    /// The fingerprint of the request; `None` in the receipt of a part.
    pub(super) fingerprint: Option<IdempotencyKey>,
    /// Whether the pending numbers are completed together: all or none.
    pub(super) together: bool,
    /// The numbers that are claimed for external effects.
    pub(super) pending: Vec<PhoneNumber>,
    pub(super) succeeded: IndexMap<PhoneNumber, NumberRecord>,
    pub(super) failed: IndexMap<Box<str>, ReplayedError>,
    pub(super) quotes: Vec<Quote>,
}

impl Request {
    /// Returns the request if the call has a key. A dry run needs none.
    pub(super) fn of(entries: &Entries, options: &Options, command: &Command<'_>) -> Option<Self> {
        let key = options.key.filter(|_| !options.dry_run)?;
        let Options { actor, account, all_or_nothing, mdn_run, confined, .. } = options;
        let numbers: Vec<_> = entries.numbers().collect();
        let mut content = json!({
            "work": command.content(&numbers), "numbers": entries.list.iter().map(Entry::text).collect::<Vec<_>>(),
            "actor": actor.to_string(), "account": account, "all_or_nothing": all_or_nothing,
            "mdn_run": mdn_run, "confined": confined,
        });
        content.sort_all_objects();
        Some(Self { key, fingerprint: IdempotencyKey::of_text(&content.to_string()) })
    }
}

impl RequestReceipt {
    /// Creates the receipt of a part of a request from the outcomes of its numbers.
    pub(super) fn of<'a>(outcomes: impl IntoIterator<Item = (PhoneNumber, &'a NumberOutcome)>) -> Self {
        let mut receipt = Self::default();
        for (number, outcome) in outcomes {
            match outcome {
                Ok(record) => receipt.add_success(record),
                Err(error) => receipt.add_failure(text_of(number), error),
            }
        }
        receipt
    }

    pub(super) fn add_success(&mut self, record: &NumberRecord) {
        self.succeeded.insert(record.number(), record.without_documents());
    }

    pub(super) fn add_failure(&mut self, text: Box<str>, error: &InventoryError) {
        self.failed.insert(text, error.to_replayed());
    }

    /// Returns the outcome of `number`, if the receipt has it.
    pub(super) fn outcome(&self, number: PhoneNumber) -> Option<NumberOutcome> {
        if let Some(record) = self.succeeded.get(&number) {
            return Some(Ok(Arc::new(record.clone())));
        }
        let error = self.failed.get(&*text_of(number))?;
        Some(Err(InventoryError::Replayed(Box::new(error.clone()))))
    }

    pub(super) fn to_value(&self) -> Value {
        json!(self)
    }
}

impl Services {
    /// Returns the receipt under `key`, if there is one, with the current documents of its records. A receipt
    /// that another actor stored under the key counts as that of another request.
    pub(super) fn receipt(&self, key: IdempotencyKey) -> Result<Option<RequestReceipt>, StoreError> {
        let Some(receipt) = self.store.receipt(key)? else { return Ok(None) };
        let mut receipt = RequestReceipt::deserialize(receipt.answer).unwrap_or_default();
        let numbers: Vec<_> = receipt.succeeded.keys().copied().collect();
        for (record, stored) in receipt.succeeded.values_mut().zip(self.records(&numbers)?) {
            if let Some(stored) = stored.filter(|stored| stored.owner() == record.owner()) {
                *record = record.without_documents().with_documents_of(&stored);
            }
        }
        Ok(Some(receipt))
    }
}

/// Derives the key for the part of a request that concerns `number`.
pub(super) fn key_of_number(request: IdempotencyKey, number: PhoneNumber) -> IdempotencyKey {
    derive_key(request, &number.to_string())
}

/// Derives the key for the outcomes of the numbers that a request completes together.
pub(super) fn key_of_group(request: IdempotencyKey) -> IdempotencyKey {
    derive_key(request, "done")
}

/// Derives a key that is longer than any request key, and differs for different requests and parts. It
/// leaves room for the index of an effect.
fn derive_key(request: IdempotencyKey, part: &str) -> IdempotencyKey {
    let length = request.as_str().len();
    IdempotencyKey::known(&format!("{part:.<16}{length:02}{request:.<40}"))
}
