//! The contract of stores for numbers, port requests and contacts, and a store in memory.
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
//! A [`Store`] can be shared between threads. Every call is atomic, and sees all commits that were
//! acknowledged before the call began.
//!
//! 1. **No blind writes.** Every change states the version that it expects: none, or the one with a
//!    given revision. A commit stores all changes of its [batch](Batch) if every expectation and every
//!    [guard](Guard) holds, and nothing otherwise; the [conflict](StoreError::Conflict) contains the
//!    key, the expected version and the found version. Two changes of the same key in a batch are
//!    [refused](StoreError::Duplicate). A guard may only refer to a number that the batch changes,
//!    claims or releases; any other guard is [refused](StoreError::Unguardable).
//! 2. **A commit has one revision**, shared by all versions that it stores. The revision is greater
//!    than every revision that the commit expected, and is never reused, even if a value is removed and
//!    created again: a value with an unchanged revision has not changed.
//! 3. **Events are stored with their changes** and receive consecutive sequence numbers from 1, no
//!    later than when they are first read; a sequence number never changes. The events of a commit are
//!    consecutive: those of numbers, then of port requests, then of contacts, each in the order of the
//!    changes. The events of one value have the order of its versions, and the events of a commit
//!    follow those of all earlier commits through the same handle. A refused commit leaves neither an
//!    event nor a gap. Reading [forgotten](Store::forget) events is an [error](StoreError::Forgotten)
//!    that contains the first remaining event.
//! 4. **Nothing acknowledged is lost**, and a batch is seen as a whole or not at all. After the error
//!    [`Backend`](StoreError::Backend) it is unknown whether the commit was stored; after any other
//!    error nothing was stored.
//! 5. **A scan is in ascending order** of number, or of id. Its cursor is exclusive: the page after a
//!    key starts with the first greater key. A page is full unless there are no more items, and
//!    contains the cursor of the next page. A page with the limit 0 is empty and contains the cursor
//!    that was passed in.
//! 6. **The cost of a scan is proportional to its result**, not to the size of the store, if the query
//!    has a prefix, an owner, `pending: Some(true)`, or states with a range of the clock.
//! 7. **A receipt is kept once**, until it is forgotten by age, by count or by its actor's quota: a
//!    commit whose key already has a receipt is a conflict. A receipt contains the data that the
//!    response needs, not the documents of the records from which it was built.
//! 8. **A number is active on at most one port request**, and an id belongs to one contact. The id of a
//!    new contact is allocated once, and is greater than all ids that are or were stored.
//!
//! [`testing::conformance`](crate::testing::conformance) provides a test of each point for authors of
//! stores. The tests do not measure time: for point 6 they only check that few numbers are found among
//! many.
//!
//! # Conflicts
//!
//! After a conflict, the caller reads again, decides again and commits again, up to the number of
//! attempts of a [`Retry`] policy.

mod batch;
mod change;
mod conditions;
mod delegate;
mod error;
mod event;
mod ext;
mod forget;
mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
mod query;
#[cfg(feature = "redb")]
pub mod redb;
mod retry;
mod revision;

use std::fmt;
use std::sync::Arc;

pub use self::batch::{Batch, Guard, Receipt};
pub use self::change::{Change, ChangeParts, Entity, Page};
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

/// A store for numbers, port requests and contacts, which fulfils the [contract](self) of this module.
///
/// [`StoreExt`] adds convenience methods. A store that wraps another one implements the methods that it
/// changes and delegates the others with [`delegate_store!`](crate::delegate_store).
///
/// # Errors
///
/// Every method returns [`Unreachable`](StoreError::Unreachable) if the store could not be reached, and
/// [`Backend`](StoreError::Backend) for any other failure.
pub trait Store: Send + Sync + fmt::Debug {
    /// Returns the record of `number`, if it is stored. The default implementation calls
    /// [`get_many`](Self::get_many).
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        Ok(self.get_many(&[number])?.into_iter().next().flatten())
    }

    /// Returns the record of each of `numbers`, in their order; `None` for a number that is not stored.
    /// The result is a consistent snapshot.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn get_many(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError>;

    /// Returns up to `limit` records that match `query`, in ascending order, starting after `after`.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError>;

    /// Returns each of the port requests with `ids`, in their order; `None` for an id that is not
    /// stored. The result is a consistent snapshot.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn port_requests(&self, ids: &[PortRequestId]) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError>;

    /// Returns up to `limit` port requests that match `query`, in ascending order of their ids,
    /// starting after `after`.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError>;

    /// Returns the port request on which each of `numbers` is [active](PortRequest::active_numbers), in
    /// their order; `None` for a number that is on none. The result is a consistent snapshot.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn active_port_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError>;

    /// Returns the contact numbers of each of `owners`, in their order; `None` for an owner without
    /// any. The result is a consistent snapshot.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn contact_lists(&self, owners: &[OwnerId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError>;

    /// Returns the list that contains the contact number with each of `ids`, in their order; `None` for
    /// an unknown id. The result is a consistent snapshot.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn contact_lists_with(&self, ids: &[ContactId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError>;

    /// Returns the page of contact numbers that `query` selects, of one owner or of all.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError>;

    /// Allocates `count` ids for new contact numbers and returns them in ascending order. They are
    /// greater than all ids that are or were stored, and are never allocated again. Unused ids leave
    /// gaps.
    ///
    /// # Errors
    ///
    /// - [`TooLarge`](StoreError::TooLarge) if `count` is more than the store allocates at once.
    /// - [`Backend`](StoreError::Backend) if no ids are left.
    /// - The errors of [every method](Self#errors).
    fn new_contact_ids(&self, count: usize) -> Result<Vec<ContactId>, StoreError>;

    /// Makes all changes of `batch`, logs their events and keeps its receipt, or does nothing. Returns
    /// the revision of the commit.
    ///
    /// # Errors
    ///
    /// - [`Conflict`](StoreError::Conflict) if a change or a guard expects another version than the
    ///   stored one, if the receipt's key already has a receipt, or if the id of a contact belongs to
    ///   another owner's contact.
    /// - [`PortConflict`](StoreError::PortConflict) if a guard expects a number on another port request
    ///   than the one on which it is active, or if a number would be active on two.
    /// - [`Duplicate`](StoreError::Duplicate) if two changes have the same key, or would share a number
    ///   or an id.
    /// - [`Unguardable`](StoreError::Unguardable) if a guard refers to a number that the batch does not
    ///   touch.
    /// - [`TooLarge`](StoreError::TooLarge) if there are more changes than
    ///   [`max_changes`](Self::max_changes).
    /// - The errors of [every method](Self#errors).
    fn commit(&self, batch: Batch) -> Result<Revision, StoreError>;

    /// Returns up to `limit` events, in order, starting after the event with the sequence number
    /// `after`; 0 starts with the first event.
    ///
    /// # Errors
    ///
    /// - [`Forgotten`](StoreError::Forgotten) if an event after `after` was forgotten.
    /// - The errors of [every method](Self#errors).
    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError>;

    /// Returns the receipt that is kept under `key`, if there is one.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError>;

    /// Forgets old or excess events and receipts, as `forget` specifies. A store may do this in several
    /// steps, some of which may have taken effect when it returns an error.
    ///
    /// # Errors
    ///
    /// The errors of [every method](Self#errors).
    fn forget(&self, forget: &Forget) -> Result<(), StoreError>;

    /// Returns the maximum number of changes in one commit, which is at least 1,000.
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

/// Returns an error if `count` ids are more than a store allocates at once.
const fn check_id_count(count: usize) -> Result<(), StoreError> {
    const MAX_IDS: usize = 1_000_000;
    if count > MAX_IDS { Err(StoreError::TooLarge { count, max: MAX_IDS }) } else { Ok(()) }
}
