//! The contract of stores of numbers, port requests and contacts, and a store in memory.
//!
//! ```
//! use telnum::record::NumberRecord;
//! use telnum::store::{Change, Expect, MemoryStore, Query, Store};
//!
//! let store = MemoryStore::new();
//! let number = "+14158867900".parse()?;
//! let record = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
//! store.commit(Change::put(record.clone(), Expect::Absent).into())?;
//!
//! assert_eq!(*store.get(number)?.unwrap(), record);
//! let again = store.commit(Change::put(record, Expect::Absent).into());
//! assert!(again.unwrap_err().is_conflict());
//!
//! let query = Query::default().with_prefix("+1415".parse()?);
//! assert_eq!(store.scan(&query, None, 50)?.items.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The contract
//!
//! A [`Store`] is shared by threads. Every call is atomic, and sees every commit that was
//! acknowledged before the call began.
//!
//! 1. **No blind write.** Every change states the version that it expects: none, or one with a
//!    revision. A commit stores all changes of its [batch](Batch) if every expectation and every
//!    [guard](Guard) holds, and nothing otherwise; the [conflict](StoreError::Conflict) names the key,
//!    the expected and the found version. Two changes of one key in a batch are
//!    [refused](StoreError::Duplicate). A guard names only numbers that the batch changes, claims or
//!    releases; any other is [refused](StoreError::Unguardable).
//! 2. **A commit has one revision**, which all versions that it stores share. It is above every
//!    revision that the commit expected, and is never reused, even if a value is removed and created
//!    again: a value whose revision is the same has not changed.
//! 3. **Events are stored with their change** and get consecutive sequence numbers from 1, at the
//!    latest when they are first read; a sequence number never changes. The events of a commit follow
//!    each other: those of numbers, of port requests, of contacts, each in the order of the changes. The
//!    events of one value are in the order of its versions, and those of a commit follow those of all
//!    commits made before through the same handle. A refused commit leaves no event and no gap. Reading
//!    events that are [forgotten](Store::forget) is an [error](StoreError::Forgotten) that names the
//!    first event left.
//! 4. **Nothing acknowledged is lost**, and a batch is seen whole or not at all. After the error
//!    [`Backend`](StoreError::Backend) it is not known whether the commit was stored; after any other
//!    error nothing was.
//! 5. **A scan ascends** by number, or by id. Its cursor is exclusive: the page after a key starts with
//!    the least key above it. A page is full unless nothing is left, and gives the cursor of the next
//!    page. A page for a limit of 0 is empty and gives the cursor it was asked for.
//! 6. **The cost of a scan follows its answer**, not the size of the store, where the query has a
//!    prefix, an owner, `pending: Some(true)`, or states with a range of the clock.
//! 7. **A receipt is kept once**, until it is forgotten by age, by count or by its actor's quota: a
//!    commit whose key has a receipt is a conflict. It holds what the answer needs, not the documents of
//!    the records that the answer was made of.
//! 8. **A number is active on one port request** at most, and an id is one contact's. A new contact's id
//!    is given once, and is above all ids that there are or were.
//!
//! [`testing::conformance`](crate::testing::conformance) makes each point a test for the authors of
//! stores. It measures no time: of point 6 it only tests that few numbers are found among many.
//!
//! # Conflicts
//!
//! A caller that gets a conflict reads again, decides again and commits again, up to the number of
//! attempts of a [`Retry`] policy.

mod batch;
mod change;
mod delegate;
mod error;
mod event;
mod ext;
mod forget;
mod memory;
mod query;
mod retry;
mod revision;

use std::fmt;
use std::sync::Arc;

pub use self::batch::{Batch, Guard, Receipt};
pub use self::change::{Change, ChangeParts, Entity, EntityKey, Page};
pub use self::error::StoreError;
pub use self::event::{Logged, StoreEvent};
pub use self::ext::StoreExt;
pub use self::forget::Forget;
pub use self::memory::MemoryStore;
pub use self::query::{PortQuery, Query, StateSet, StateSetIter};
pub use self::retry::Retry;
pub use self::revision::{Expect, Revision, Stored};
pub use crate::delegate_store;

use crate::contact::{ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OwnerId};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;

/// A store of numbers, port requests and contacts, which keeps the [contract](self) of this module.
///
/// [`StoreExt`] adds conveniences. A store that wraps another one implements the methods that it changes
/// and delegates the others with [`delegate_store!`](crate::delegate_store).
///
/// # Errors
/// Every method returns [`Unreachable`](StoreError::Unreachable) if the store could not be asked, and
/// [`Backend`](StoreError::Backend) if it failed otherwise.
pub trait Store: Send + Sync + fmt::Debug {
    /// Returns the record of one number, if it is stored. The default calls
    /// [`get_many`](Self::get_many).
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        Ok(self.get_many(&[number])?.into_iter().next().flatten())
    }

    /// Returns the record of each of `numbers`, in their order; `None` where none is stored. All are
    /// of one moment.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn get_many(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError>;

    /// Returns up to `limit` records that match `query`, in ascending order, starting after `after`.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError>;

    /// Returns each of the port requests with `ids`, in their order; `None` where none is stored. All
    /// are of one moment.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn port_requests(&self, ids: &[PortRequestId]) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError>;

    /// Returns up to `limit` port requests that match `query`, in ascending order of their ids,
    /// starting after `after`.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError>;

    /// Returns for each of `numbers`, in their order, the port request that it is
    /// [active](PortRequest::active_numbers) on; `None` where there is none. All are of one moment.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn active_port_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError>;

    /// Returns the contact numbers of each of `owners`, in their order; `None` where none are stored.
    /// All are of one moment.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn contact_lists(&self, owners: &[OwnerId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError>;

    /// Returns for each of `ids`, in their order, the list that has the contact number with that id;
    /// `None` where there is none. All are of one moment.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn contact_lists_with(&self, ids: &[ContactId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError>;

    /// Returns the page of contact numbers that `query` asks for, of one owner or of all.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError>;

    /// Returns `count` ids for new contact numbers, ascending: above all ids that are or were stored,
    /// each given once. Ids that are not used leave gaps.
    ///
    /// # Errors
    /// [`TooLarge`](StoreError::TooLarge) if `count` is more than the store gives at once;
    /// [`Backend`](StoreError::Backend) if there are no more ids; those of
    /// [every method](Self#errors).
    fn new_contact_ids(&self, count: usize) -> Result<Vec<ContactId>, StoreError>;

    /// Makes all changes of `batch`, logs their events and keeps its receipt; or does nothing. Returns
    /// the revision of the commit.
    ///
    /// # Errors
    /// - [`Conflict`](StoreError::Conflict) if a change or a guard expects another version than is
    ///   stored; if the receipt's key has a receipt; or if a contact's id is that of another owner's
    ///   contact.
    /// - [`PortConflict`](StoreError::PortConflict) if a guard expects a number on another port request
    ///   than it is active on, or a number would be active on two.
    /// - [`Duplicate`](StoreError::Duplicate) if two changes have the same key, or would share a number
    ///   or an id.
    /// - [`Unguardable`](StoreError::Unguardable) if a guard names a number that the batch does not
    ///   touch.
    /// - [`TooLarge`](StoreError::TooLarge) if there are more changes than
    ///   [`max_changes`](Self::max_changes).
    /// - Those of [every method](Self#errors).
    fn commit(&self, batch: Batch) -> Result<Revision, StoreError>;

    /// Returns up to `limit` events, in order, starting after the event with the sequence number
    /// `after`; 0 starts with the first.
    ///
    /// # Errors
    /// [`Forgotten`](StoreError::Forgotten) if an event after `after` is forgotten; those of
    /// [every method](Self#errors).
    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError>;

    /// Returns the receipt that is kept under `key`, if any.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError>;

    /// Forgets events and receipts that are old, or too many. A store may take several steps: after
    /// an error some may be forgotten.
    ///
    /// # Errors
    /// Those of [every method](Self#errors).
    fn forget(&self, forget: &Forget) -> Result<(), StoreError>;

    /// Returns the maximum number of changes in one commit, at least 1,000.
    fn max_changes(&self) -> usize;
}

impl<S: Store + ?Sized> Store for &S {
    delegate_store!(|this| &**this);
}

impl<S: Store + ?Sized> Store for Box<S> {
    delegate_store!(|this| &**this);
}

impl<S: Store + ?Sized> Store for Arc<S> {
    delegate_store!(|this| &**this);
}
