use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Expect, Stored};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::record::{Event, NumberRecord};

/// What a store keeps under a key of its own.
pub trait Entity: Clone + fmt::Debug + PartialEq + Send + Sync {
    /// The key: what it is called, for as long as it is.
    type Key: Copy + Ord + Hash + fmt::Debug + fmt::Display + Send + Sync;
    /// What can happen to it.
    type Event: Clone + fmt::Debug + PartialEq + Send + Sync;

    /// The key of this one.
    fn key(&self) -> Self::Key;
}

impl Entity for NumberRecord {
    type Key = PhoneNumber;
    type Event = Event;

    fn key(&self) -> PhoneNumber {
        self.number()
    }
}

/// A change of one thing, and what happened.
///
/// ```
/// use telnum::record::NumberRecord;
/// use telnum::store::{Change, Expect};
///
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
/// let change = Change::put(found, Expect::Absent);
/// assert_eq!(change.key(), "+14158867900".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Change<T: Entity = NumberRecord> {
    key: T::Key,
    expect: Expect,
    value: Option<Arc<T>>,
    events: Vec<T::Event>,
}

/// What a store makes of a [`Change`].
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a backend takes all of it")]
pub struct ChangeParts<T: Entity = NumberRecord> {
    /// What it is a change of.
    pub key: T::Key,
    /// What is expected to be stored.
    pub expect: Expect,
    /// What is to be stored; `None`: nothing.
    pub value: Option<Arc<T>>,
    /// What happened.
    pub events: Vec<T::Event>,
}

/// Changes that are made together or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch<T: Entity = NumberRecord> {
    /// The changes, each of something else.
    pub changes: Vec<Change<T>>,
    /// What was answered to a request, under its key: it is made once.
    pub receipt: Option<(IdempotencyKey, Value)>,
}

/// A part of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K> {
    /// What was found.
    pub items: Vec<Stored<T>>,
    /// The key after which the next page starts; `None`: there is none.
    pub next: Option<K>,
}

/// An event and its place in the log, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged<E = Event> {
    /// Its place.
    pub sequence: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: E,
}

impl<T: Entity> Change<T> {
    /// To store something under its key.
    #[must_use]
    pub fn put(value: impl Into<Arc<T>>, expect: Expect) -> Self {
        let value = value.into();
        Self { key: value.key(), expect, value: Some(value), events: Vec::new() }
    }

    /// To store nothing under a key any more.
    #[must_use]
    pub const fn remove(key: T::Key, expect: Expect) -> Self {
        Self { key, expect, value: None, events: Vec::new() }
    }

    /// The same with what happened.
    #[must_use]
    pub fn with_events(self, events: Vec<T::Event>) -> Self {
        Self { events, ..self }
    }

    /// What it is a change of.
    #[must_use]
    pub const fn key(&self) -> T::Key {
        self.key
    }

    /// What it expects to be stored.
    #[must_use]
    pub const fn expect(&self) -> Expect {
        self.expect
    }

    /// What it stores; `None`: nothing.
    #[must_use]
    pub const fn value(&self) -> Option<&Arc<T>> {
        self.value.as_ref()
    }

    /// What happened.
    #[must_use]
    pub fn events(&self) -> &[T::Event] {
        &self.events
    }

    /// All of it, for a store to keep.
    #[must_use]
    pub fn into_parts(self) -> ChangeParts<T> {
        let Self { key, expect, value, events } = self;
        ChangeParts { key, expect, value, events }
    }
}

impl<T: Entity> Default for Batch<T> {
    fn default() -> Self {
        Self { changes: Vec::new(), receipt: None }
    }
}

impl<T: Entity> From<Change<T>> for Batch<T> {
    fn from(change: Change<T>) -> Self {
        Self { changes: vec![change], receipt: None }
    }
}

impl<T: Entity> From<Vec<Change<T>>> for Batch<T> {
    fn from(changes: Vec<Change<T>>) -> Self {
        Self { changes, receipt: None }
    }
}

impl<T: Entity> FromIterator<Change<T>> for Batch<T> {
    fn from_iter<I: IntoIterator<Item = Change<T>>>(changes: I) -> Self {
        changes.into_iter().collect::<Vec<_>>().into()
    }
}
