//! Where numbers, port requests and contacts are kept: the contract, and a store in memory.
//!
//! The contract, to the word. A store is shared by threads; every call is atomic, and each sees all
//! that was acknowledged before it began.
//!
//! 1. **No blind write.** Every change says what it expects to find: nothing, or a revision. A
//!    commit is all of its changes or none: if one expectation fails, nothing is stored, and the
//!    [conflict](StoreError::Conflict) names what it was, what was expected and what was found. Two
//!    changes of one thing in one commit are [refused](StoreError::Duplicate), whatever they expect.
//! 2. **Revisions are never reused**, even after something is removed and made again: what was read
//!    once and has its revision still is unchanged.
//! 3. **Events are stored with their change**, in the same commit, and get consecutive sequence
//!    numbers from 1 in the order of commits, of changes in a commit, and of events in a change.
//!    What was refused leaves no event and no gap.
//! 4. **Nothing acknowledged is lost**: what a commit stored is read by every later call, until
//!    another commit changes it.
//! 5. **A scan ascends** by number, or by id. Its cursor is exclusive: the page after a key starts
//!    with the least key above it. A page is full unless nothing is left, and says where the next
//!    starts. Pages of a scan during which nothing changed are the scan. A page of none, for a
//!    limit of 0, says that the next starts where it did.
//! 6. **The cost of a scan follows its answer**, not the inventory, where it is for a prefix or an
//!    owner: those are indexed.
//! 7. **A receipt is kept once**: a commit with a key that has a receipt is refused, and the receipt
//!    can be read.
//! 8. **What only one may have, one has.** After every commit a number is active on one port request
//!    at most, and an id is one contact's. A new contact's id is given once, and is above all that
//!    there are and were.
//!
//! `testing::conformance`, in the feature of that name, makes each of these a test that any store can be
//! put to; of the sixth, that few numbers are found among many. [`Store`] is a store of all three kinds
//! of things.
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

mod change;
mod contacts;
mod error;
mod ext;
mod memory;
mod port_requests;
mod query;
mod revision;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

pub use self::change::{Batch, Change, ChangeParts, Entity, Logged, Page};
pub use self::contacts::ContactStore;
pub use self::error::StoreError;
pub(crate) use self::ext::{DEFAULT_ATTEMPTS, back_off};
pub use self::ext::{NumberStoreExt, Scan};
pub use self::memory::MemoryStore;
pub use self::port_requests::{PortQuery, PortRequestStore};
pub use self::query::{Query, StateSet};
pub use self::revision::{Expect, Revision, Stored};

use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// A store of numbers. What it promises is in the [module's](self) eight points.
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
    /// Two changes of one number; a receipt that there is already; the first expectation that fails;
    /// or the backend's.
    fn commit(&self, batch: Batch) -> Result<Vec<Revision>, StoreError>;

    /// The numbers that a query is about, in ascending order, above another; at most so many. With a
    /// limit of 0 the page is empty, and the next starts where this one did.
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
    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError>;
}

/// A store of all that the library keeps.
///
/// ```
/// use telnum::store::{MemoryStore, Store};
///
/// let store: Box<dyn Store> = Box::new(MemoryStore::new());
/// assert!(store.events(0, 1)?.is_empty() && store.port_events(0, 1)?.is_empty());
/// # Ok::<(), telnum::store::StoreError>(())
/// ```
pub trait Store: NumberStore + PortRequestStore + ContactStore {}

impl<S: NumberStore + PortRequestStore + ContactStore + ?Sized> Store for S {}

/// A shared store is one too.
impl<S: NumberStore + ?Sized> NumberStore for Arc<S> {
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        (**self).get(number)
    }

    fn commit(&self, batch: Batch) -> Result<Vec<Revision>, StoreError> {
        (**self).commit(batch)
    }

    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        (**self).scan(query, after, limit)
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        (**self).events(after, limit)
    }

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        (**self).receipt(key)
    }
}
