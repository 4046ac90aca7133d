//! The accounts and numbers of the reference's tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use serde_json::Value;
use telnum::account::{AccountId, AccountTree};
use telnum::record::NumberRecord;
use telnum::{PhoneNumber, Timestamp};

pub(crate) fn accounts() -> AccountTree {
    serde_json::from_str(include_str!("../data/domain/accounts.json")).unwrap()
}

pub(crate) fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn numbers() -> BTreeMap<PhoneNumber, NumberRecord> {
    let documents: Vec<Value> = serde_json::from_str(include_str!("../data/domain/numbers.json")).unwrap();
    let records = documents.iter().map(|document| NumberRecord::from_value(document).unwrap());
    records.map(|record| (record.number(), record)).collect()
}
