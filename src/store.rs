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
//! 1. **No blind writes.** Every change states the version that it expects: none, or the one with a given
//!    revision. A commit stores all changes of its [batch](Batch) if every expectation and every
//!    [guard](Guard) holds, and nothing otherwise; the [conflict](StoreError::Conflict) contains the key, the
//!    expected version and the found version. Two changes of the same key in a batch are
//!    [refused](StoreError::Duplicate). A guard may only refer to a number that the batch changes, claims or
//!    releases; any other guard is [refused](StoreError::Unguardable).
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
//! 9. **A [lease](Store::take_lease) has one holder**, until the holder ends it or its time is over, among
//!    all callers that share the stored data.
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
mod contact_index;
mod delegate;
mod error;
mod event;
mod ext;
mod forget;
mod lease;
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
use std::time::Duration;

pub use self::batch::{Batch, Guard, Receipt};
pub use self::change::{Change, ChangeParts, Entity, Page};
#[cfg(feature = "testing")]
pub(crate) use self::contact_index::ORDER_FIELDS;
pub use self::error::StoreError;
pub use self::event::{Logged, StoreEvent};
pub use self::ext::StoreExt;
pub use self::forget::Forget;
pub(crate) use self::lease::LEASE_TIME;
pub use self::lease::{Lease, Leases};
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
/// ```
/// use telnum::record::NumberRecord;
/// use telnum::store::{Change, Expect, MemoryStore, Store};
///
/// let (store, number) = (MemoryStore::new(), "+14158867900".parse()?);
/// let found = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// let revision = store.commit(Change::put(found, Expect::Absent).into())?;
/// assert_eq!(store.get(number)?.unwrap().revision(), revision);
/// assert!(store.max_changes() >= 1_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Every method returns [`Unreachable`](StoreError::Unreachable) if the store could not be reached, and
/// [`Backend`](StoreError::Backend) for any other failure.
pub trait Store: Send + Sync + fmt::Debug {
    /// Returns the record of `number`, if it is stored. The default implementation calls
    /// [`get_many`](Self::get_many).
    ///
    /// ```
    /// # use telnum::{record::NumberRecord, store::{Change, Expect, MemoryStore, Store}};
    /// # let (store, number) = (MemoryStore::new(), "+14158867900".parse()?);
    /// # let found = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
    /// assert_eq!(store.get(number)?, None);
    /// store.commit(Change::put(found.clone(), Expect::Absent).into())?;
    /// assert_eq!(*store.get(number)?.unwrap(), found);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        Ok(self.get_many(&[number])?.into_iter().next().flatten())
    }

    /// Returns the record of each of `numbers`, in their order; `None` for a number that is not stored.
    /// The result is a consistent snapshot.
    ///
    /// ```
    /// # use telnum::{record::NumberRecord, store::{Change, Expect, MemoryStore, Store}};
    /// # let (store, number) = (MemoryStore::new(), "+14158867900".parse()?);
    /// # let found = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
    /// store.commit(Change::put(found, Expect::Absent).into())?;
    /// let records = store.get_many(&["+14158867901".parse()?, number])?;
    /// assert!(records[0].is_none() && records[1].as_ref().unwrap().number() == number);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn get_many(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError>;

    /// Returns up to `limit` records that match `query`, in ascending order, starting after `after`.
    ///
    /// ```
    /// use telnum::store::{Batch, Change, Expect, MemoryStore, Query, Store};
    /// # use telnum::record::NumberRecord;
    /// # let (store, now) = (MemoryStore::new(), "2026-03-01T12:00:00Z".parse()?);
    /// # for number in ["+14158867900", "+14158867901"] {
    /// #     let found = NumberRecord::discovered(number.parse()?, "telnyx".parse()?, now);
    /// #     store.commit(Batch::from(Change::put(found, Expect::Absent)))?;
    /// # }
    ///
    /// // The store has +14158867900 and +14158867901.
    /// let first = store.scan(&Query::default(), None, 1)?;
    /// let second = store.scan(&Query::default(), first.next, 1)?;
    /// assert_eq!(second.items[0].number(), "+14158867901".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError>;

    /// Returns each of the port requests with `ids`, in their order; `None` for an id that is not
    /// stored. The result is a consistent snapshot.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::store::{Change, Expect, MemoryStore, Store};
    /// # let store = MemoryStore::new();
    /// store.commit(Change::put(request.clone(), Expect::Absent).into())?;
    /// let found = store.port_requests(&[request.id(), "p2".parse()?])?;
    /// assert!(found[0].as_deref() == Some(&request) && found[1].is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn port_requests(&self, ids: &[PortRequestId]) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError>;

    /// Returns up to `limit` port requests that match `query`, in ascending order of their ids,
    /// starting after `after`.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::store::{Change, Expect, MemoryStore, PortQuery, Store};
    /// # let store = MemoryStore::new();
    /// store.commit(Change::put(request.clone(), Expect::Absent).into())?;
    /// let active = PortQuery::default().with_accounts([request.account()]);
    /// assert_eq!(*store.scan_port_requests(&active, None, 10)?.items[0], request);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError>;

    /// Returns the port request on which each of `numbers` is [active](PortRequest::active_numbers), in
    /// their order; `None` for a number that is on none. The result is a consistent snapshot.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::store::{Change, Expect, MemoryStore, Store};
    /// # let store = MemoryStore::new();
    /// store.commit(Change::put(request.clone(), Expect::Absent).into())?;
    /// let found = store.active_port_requests(&["+14158867900".parse()?, "+14158867901".parse()?])?;
    /// assert!(found[0].as_deref() == Some(&request) && found[1].is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn active_port_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError>;

    /// Returns the contact numbers of each of `owners`, in their order; `None` for an owner without
    /// any. The result is a consistent snapshot.
    ///
    /// ```
    /// use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// use telnum::store::{MemoryStore, Store};
    ///
    /// let (store, owner) = (std::sync::Arc::new(MemoryStore::new()), "7".parse()?);
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// ContactBook::new(store.clone()).add(owner, [NewContact::new(cell)])?;
    /// let lists = store.contact_lists(&[owner, "8".parse()?])?;
    /// assert!(lists[0].as_ref().unwrap().owner() == owner && lists[1].is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn contact_lists(&self, owners: &[OwnerId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError>;

    /// Returns the list that contains the contact number with each of `ids`, in their order; `None` for
    /// an unknown id. The result is a consistent snapshot.
    ///
    /// ```
    /// use telnum::contact::{ContactId, EnteredNumber, NewContact, book::ContactBook};
    /// use telnum::store::{MemoryStore, Store};
    ///
    /// let store = std::sync::Arc::new(MemoryStore::new());
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// let added = ContactBook::new(store.clone()).add("7".parse()?, [NewContact::new(cell)])?;
    /// let lists = store.contact_lists_with(&[added[0].id(), ContactId::new(999)])?;
    /// assert!(lists[0].as_ref().unwrap().numbers() == added && lists[1].is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn contact_lists_with(&self, ids: &[ContactId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError>;

    /// Returns the page of contact numbers that `query` selects, of one owner or of all.
    ///
    /// The stores of this crate read the page of all contacts from an index in its order: the index up to the
    /// end of the page, and the lists of the owners on it. With a filter they read the lists of the owners
    /// whose contacts meet its most selective indexed condition. All conditions are indexed except a number
    /// given as [text](crate::contact::NumberFilter::Text): a page with this condition alone reads all lists.
    ///
    /// ```
    /// use telnum::contact::ContactQuery;
    /// use telnum::store::{MemoryStore, Store};
    ///
    /// let newest_first = ContactQuery::new("-created_at".parse()?).with_owner("7".parse()?);
    /// assert_eq!(MemoryStore::new().contact_page(&newest_first)?.total, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError>;

    /// Allocates `count` ids for new contact numbers and returns them in ascending order. They are
    /// greater than all ids that are or were stored, and are never allocated again. Unused ids leave
    /// gaps.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, Store};
    ///
    /// let store = MemoryStore::new();
    /// let [first, second] = store.new_contact_ids(2)?[..] else { panic!() };
    /// assert!(first < second && second < store.new_contact_ids(1)?[0]);
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`TooLarge`](StoreError::TooLarge) if `count` is more than the store allocates at once.
    /// - [`Backend`](StoreError::Backend) if no ids are left.
    /// - The [errors of every method](Self#errors).
    fn new_contact_ids(&self, count: usize) -> Result<Vec<ContactId>, StoreError>;

    /// Makes all changes of `batch`, logs their events and keeps its receipt, or does nothing. Returns
    /// the revision of the commit.
    ///
    /// ```
    /// use telnum::record::NumberRecord;
    /// use telnum::store::{Batch, Change, Expect, MemoryStore, Store};
    ///
    /// let (store, now) = (MemoryStore::new(), "2026-03-01T12:00:00Z".parse()?);
    /// let found = ["+14158867900", "+14158867901"]
    ///     .map(|number| NumberRecord::discovered(number.parse().unwrap(), "telnyx".parse().unwrap(), now));
    /// let batch: Batch = found.into_iter().map(|record| Change::put(record, Expect::Absent)).collect();
    /// store.commit(batch.clone())?;
    /// assert!(store.commit(batch).unwrap_err().is_conflict());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    /// - The [errors of every method](Self#errors).
    fn commit(&self, batch: Batch) -> Result<Revision, StoreError>;

    /// Returns up to `limit` events, in order, starting after the event with the sequence number
    /// `after`; 0 starts with the first event.
    ///
    /// ```
    /// # use telnum::{account::Actor, record::{Event, EventKind, NumberRecord}};
    /// use telnum::store::{Change, Expect, MemoryStore, Store};
    ///
    /// let (store, number, at) = (MemoryStore::new(), "+14158867900".parse()?, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered(number, "telnyx".parse()?, at);
    /// let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
    /// store.commit(Change::put(found, Expect::Absent).with_events(vec![event.clone()]).into())?;
    /// let logged = store.events(0, 100)?;
    /// assert_eq!((logged[0].sequence, logged[0].event.number()), (1, Some(&event)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Forgotten`](StoreError::Forgotten) if an event after `after` was forgotten.
    /// - The [errors of every method](Self#errors).
    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError>;

    /// Returns the receipt that is kept under `key`, if there is one.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::store::{Batch, MemoryStore, Receipt, Store};
    ///
    /// let (store, key) = (MemoryStore::new(), "order-7".parse()?);
    /// let receipt = Receipt::new(key, Actor::System, "done".into(), "2026-03-01T12:00:00Z".parse()?);
    /// store.commit(Batch::new().with_receipt(receipt.clone()))?;
    /// assert_eq!(store.receipt(key)?, Some(receipt.clone()));
    /// // A second request with the key is a conflict.
    /// assert!(store.commit(Batch::new().with_receipt(receipt)).unwrap_err().is_conflict());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError>;

    /// Forgets old or excess events and receipts, as `forget` specifies. A store may do this in several
    /// steps, some of which may have taken effect when it returns an error.
    ///
    /// ```
    /// use telnum::store::{Forget, MemoryStore, Store};
    ///
    /// let store = MemoryStore::new();
    /// store.forget(&Forget::default().with_max_events(1_000_000))?;
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn forget(&self, forget: &Forget) -> Result<(), StoreError>;

    /// Takes or renews the lease `name` for `holder`, which ends after `time` unless it is renewed before;
    /// a `time` of zero ends it at once. Returns whether `holder` has the lease after the call; it does not
    /// if another holder has it.
    ///
    /// [`Inventory`](crate::inventory::Inventory) and [`PortDesk`](crate::porting::desk::PortDesk) take
    /// leases, so that only one of the processes that share a store runs `sweep` or `recover`. A lease only
    /// avoids duplicate work. Two processes whose lease was not renewed in time cannot make contradictory
    /// commits, since every commit states the versions that it expects; both may perform a pending effect, with
    /// the same idempotency key. [`StoreExt::lease`] is simpler to use.
    ///
    /// # Errors
    ///
    /// Returns the [errors of every method](Self#errors).
    fn take_lease(&self, name: &str, holder: u64, time: Duration) -> Result<bool, StoreError>;

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
