//! Where numbers, port requests and contacts are kept: the contract, and a store in memory.
//!
//! The contract, to the word. A store is shared by threads; every call is atomic, and each sees all
//! that was acknowledged before it began.
//!
//! 1. **No blind write.** Every change says what it expects to find: nothing, or a revision. A
//!    commit is all of its changes or none: if one expectation fails, nothing is stored, and the
//!    [conflict](StoreError::Conflict) names what it was and what was found.
//! 2. **Revisions are never reused**, even after something is removed and made again: what was read
//!    once and has its revision still is unchanged.
//! 3. **Events are stored with their change**, in the same commit, and get consecutive sequence
//!    numbers from 1 in the order of commits, of changes in a commit, and of events in a change.
//!    What was refused leaves no event and no gap.
//! 4. **Nothing acknowledged is lost**: what a commit stored is read by every later call, until
//!    another commit changes it.
//! 5. **A scan ascends** by number, or by id. Its cursor is exclusive: the page after a key starts
//!    with the least key above it. A page is full unless nothing is left, and says where the next
//!    starts. Pages of a scan during which nothing changed are the scan.
//! 6. **The cost of a scan follows its answer**, not the inventory, where it is for a prefix or an
//!    owner: those are indexed.
//! 7. **A receipt is kept once**: a commit with a key that has a receipt is refused, and the receipt
//!    can be read.
//!
//! `store::conformance` makes each of these a test that any store can be put to.
//!
//! ```
//! use telnum::record::NumberRecord;
//! use telnum::store::{Batch, Change, Expect, MemoryStore, NumberStore, Query};
//!
//! let store = MemoryStore::new();
//! let number = "+14158867900".parse()?;
//! let record = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
//! store.commit(Batch::from(Change::put(record.clone(), Expect::Absent)))?;
//!
//! assert_eq!(*store.get(number)?.unwrap(), record);
//! let again = store.commit(Batch::from(Change::put(record, Expect::Absent)));
//! assert!(again.unwrap_err().is_conflict());
//!
//! let query = Query { prefix: Some("+1415".parse()?), ..Query::default() };
//! assert_eq!(store.scan(&query, None, 50)?.items.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod query;

use std::fmt;
use std::num::NonZeroU64;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::query::{Query, StateSet};

use crate::number::PhoneNumber;
use crate::record::{EffectKey, Event, NumberRecord};

/// Which of the versions of something a store has: never the same for two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(NonZeroU64);

/// What a change expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expect {
    /// Nothing.
    Absent,
    /// What was read at this revision.
    Revision(Revision),
}

/// Something as it is stored, shared with the store.
#[derive(Debug, PartialEq, Eq)]
pub struct Stored<T> {
    value: Arc<T>,
    revision: Revision,
}

/// A part of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K> {
    /// What was found.
    pub items: Vec<Stored<T>>,
    /// The key after which the next page starts; `None`: there is none.
    pub next: Option<K>,
}

/// A change of one number, and what happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The number.
    pub number: PhoneNumber,
    /// What is expected to be stored.
    pub expect: Expect,
    /// What is to be stored; `None`: nothing.
    pub record: Option<NumberRecord>,
    /// What happened.
    pub events: Vec<Event>,
}

/// Changes that are made together or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// The changes, each of another number.
    pub changes: Vec<Change>,
    /// What was answered to a request, under its key: it is made once.
    pub receipt: Option<(EffectKey, Value)>,
}

/// An event and its place in the log, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// Its place.
    pub sequence: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// A store of numbers.
pub trait NumberStore: Send + Sync + fmt::Debug {
    /// What is stored of a number.
    ///
    /// # Errors
    /// The backend's.
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError>;

    /// Makes all changes, or none; the revisions of what was stored, in the order of the changes.
    /// What was removed has the one it would have had.
    ///
    /// # Errors
    /// The first expectation that fails, two changes of one number, or the backend's.
    fn commit(&self, batch: Batch) -> Result<Vec<Revision>, StoreError>;

    /// The numbers that a query is about, in ascending order, above another; at most so many.
    ///
    /// # Errors
    /// The backend's.
    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError>;

    /// The events after the one in this place, in order; at most so many.
    ///
    /// # Errors
    /// The backend's.
    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError>;

    /// What was answered under a key.
    ///
    /// # Errors
    /// The backend's.
    fn receipt(&self, key: EffectKey) -> Result<Option<Value>, StoreError>;
}

/// Why a store refuses or fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something is not what a change expected; nothing was stored.
    #[error("{key} was expected to be {expected}, and is {}", describe(*.found))]
    Conflict {
        /// What it was about: a number, an id, a receipt's key.
        key: Box<str>,
        /// What was expected.
        expected: Expect,
        /// What was found; `None`: nothing.
        found: Option<Revision>,
    },
    /// Two changes in one commit are of the same thing.
    #[error("two changes of {0} in one commit")]
    Twice(Box<str>),
    /// The store itself failed. Whether the commit was made is not known.
    #[error("the store failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// The refusal of a change of something.
    #[must_use]
    pub fn conflict(key: impl fmt::Display, expected: Expect, found: Option<Revision>) -> Self {
        Self::Conflict { key: key.to_string().into(), expected, found }
    }

    /// Whether something is not what a change expected: whoever reads it anew may try again.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }
}

fn describe(found: Option<Revision>) -> String {
    found.map_or_else(|| Expect::Absent.to_string(), |revision| Expect::Revision(revision).to_string())
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("absent"),
            Self::Revision(revision) => write!(f, "at revision {revision}"),
        }
    }
}

impl Expect {
    /// Whether it is what was found.
    #[must_use]
    pub fn holds(self, found: Option<Revision>) -> bool {
        match self {
            Self::Absent => found.is_none(),
            Self::Revision(revision) => found == Some(revision),
        }
    }
}

impl Revision {
    /// The first there can be.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// As a number, from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

impl TryFrom<u64> for Revision {
    type Error = std::num::TryFromIntError;

    fn try_from(value: u64) -> Result<Self, Self::Error> {
        NonZeroU64::try_from(value).map(Self)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Stored<T> {
    /// What a store has at a revision.
    pub fn new(value: impl Into<Arc<T>>, revision: Revision) -> Self {
        Self { value: value.into(), revision }
    }

    /// The revision.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// What a change expects that was decided on this.
    #[must_use]
    pub const fn expected(&self) -> Expect {
        Expect::Revision(self.revision)
    }

    /// What is stored, shared.
    #[must_use]
    pub fn shared(&self) -> &Arc<T> {
        &self.value
    }
}

impl<T> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), revision: self.revision }
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl Change {
    /// To store a record.
    #[must_use]
    pub const fn put(record: NumberRecord, expect: Expect) -> Self {
        Self { number: record.number(), expect, record: Some(record), events: Vec::new() }
    }

    /// To store nothing in the place of a record.
    #[must_use]
    pub const fn remove(number: PhoneNumber, expect: Expect) -> Self {
        Self { number, expect, record: None, events: Vec::new() }
    }

    /// The same with what happened.
    #[must_use]
    pub fn with_events(self, events: Vec<Event>) -> Self {
        Self { events, ..self }
    }
}

impl From<Change> for Batch {
    fn from(change: Change) -> Self {
        Self { changes: vec![change], receipt: None }
    }
}

impl From<Vec<Change>> for Batch {
    fn from(changes: Vec<Change>) -> Self {
        Self { changes, receipt: None }
    }
}
