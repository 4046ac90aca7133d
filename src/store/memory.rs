//! A store in memory.

mod contacts;
mod holders;
mod log;
mod merge;
mod numbers;
mod page;
mod port_requests;
mod table;

use std::fmt;
use std::sync::{RwLock, RwLockWriteGuard};
use std::time::Duration;

use self::contacts::ContactIndex;
use self::log::{Log, Receipts};
use self::numbers::NumberIndex;
use self::page::{page, page_of};
use self::port_requests::PortIndex;
use self::table::{Locked, Table, read, write};
use super::conditions::{StoredVersions, check_conditions};
use super::{
    Batch, Change, Entity, Forget, Leases, Logged, Page, PortQuery, Query, Receipt, Revision, Store,
    StoreError, Stored,
};
use crate::contact::{ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OwnerId};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;

/// A store in memory, which can be shared between threads. Its content is lost when it is dropped.
///
/// All events and receipts are kept until they are [forgotten](Store::forget); a store created by
/// [`with_event_capacity`](Self::with_event_capacity) forgets events automatically.
///
/// Commits are serialized. A commit waits for running scans, so a scan that visits many numbers but
/// returns few should be split by prefix. Reading single values only waits for a commit that is storing
/// a value of the same shard, of which there are 64.
///
/// ```
/// use std::sync::Arc;
/// use telnum::record::NumberRecord;
/// use telnum::store::{Change, Expect, MemoryStore, Store};
///
/// let store = Arc::new(MemoryStore::new());
/// let writer = Arc::clone(&store);
/// let number = "+14158867900".parse()?;
/// let record = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// std::thread::spawn(move || writer.commit(Change::put(record, Expect::Absent).into())).join().unwrap()?;
/// assert!(store.get(number)?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MemoryStore {
    numbers: Table<NumberRecord>,
    port_requests: Table<PortRequest>,
    contacts: Table<ContactList>,
    /// The other data. A commit holds the lock for writing, so that readers of it never see a partial
    /// commit. It is locked before the shards of the tables.
    ledger: RwLock<Ledger>,
    leases: Leases,
}

struct Ledger {
    numbers: NumberIndex,
    port_requests: PortIndex,
    contacts: ContactIndex,
    log: Log,
    receipts: Receipts,
    next_revision: Revision,
}

/// The data that a commit has locked. The ledger is released last.
struct Session<'a> {
    numbers: Locked<'a, NumberRecord>,
    port_requests: Locked<'a, PortRequest>,
    contacts: Locked<'a, ContactList>,
    ledger: RwLockWriteGuard<'a, Ledger>,
}

impl MemoryStore {
    /// Creates an empty store that keeps all events.
    #[must_use]
    pub fn new() -> Self {
        Self::with_event_capacity(u64::MAX)
    }

    /// Creates an empty store that keeps the latest `count` events and forgets earlier ones.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::record::{Event, EventKind};
    /// use telnum::store::{Change, Expect, MemoryStore, Store, StoreError};
    ///
    /// let store = MemoryStore::with_event_capacity(1);
    /// let (number, at) = ("+14158867900".parse()?, "2026-03-01T12:00:00Z".parse()?);
    /// let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
    /// let events = vec![event.clone(), event];
    /// store.commit(Change::remove(number, Expect::Absent).with_events(events).into())?;
    /// assert!(matches!(store.events(0, 10), Err(StoreError::Forgotten { first: 2 })));
    /// assert_eq!(store.events(1, 10)?[0].sequence, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_event_capacity(count: u64) -> Self {
        let ledger = Ledger {
            numbers: NumberIndex::default(),
            port_requests: PortIndex::default(),
            contacts: ContactIndex::default(),
            log: Log::new(count),
            receipts: Receipts::default(),
            next_revision: Revision::FIRST,
        };
        Self {
            numbers: Table::new(),
            port_requests: Table::new(),
            contacts: Table::new(),
            ledger: RwLock::new(ledger),
            leases: Leases::default(),
        }
    }

    /// Locks the ledger, and the shards of the keys that a batch changes or guards.
    fn lock(&self, batch: &Batch) -> Session<'_> {
        let ledger = write(&self.ledger);
        let guarded = batch.guards.iter().map(|guard| guard.number());
        Session {
            numbers: self.numbers.lock(batch.numbers.iter().map(Change::key).chain(guarded)),
            port_requests: self.port_requests.lock(batch.port_requests.iter().map(Change::key)),
            contacts: self.contacts.lock(batch.contacts.iter().map(Change::key)),
            ledger,
        }
    }
}

impl Store for MemoryStore {
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        Ok(self.numbers.get(number))
    }

    fn get_many(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError> {
        // A single number needs no ledger, since it is the only value that is read.
        let _ledger = (numbers.len() > 1).then(|| read(&self.ledger));
        Ok(numbers.iter().map(|number| self.numbers.get(*number)).collect())
    }

    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        Ok(page_of(read(&self.ledger).numbers.find(query, after, limit), after, limit))
    }

    fn port_requests(&self, ids: &[PortRequestId]) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        let _ledger = read(&self.ledger);
        Ok(ids.iter().map(|id| self.port_requests.get(*id)).collect())
    }

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        let ledger = read(&self.ledger);
        let ids = ledger.port_requests.candidates(query, after);
        let stored = ids.filter_map(|id| self.port_requests.get(id));
        Ok(page(stored.filter(|stored| query.matches(stored)), after, limit))
    }

    fn active_port_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        let ledger = read(&self.ledger);
        let active = |number: &PhoneNumber| self.port_requests.get(ledger.port_requests.active(*number)?);
        Ok(numbers.iter().map(active).collect())
    }

    fn contact_lists(&self, owners: &[OwnerId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError> {
        let _ledger = read(&self.ledger);
        Ok(owners.iter().map(|owner| self.contacts.get(*owner)).collect())
    }

    fn contact_lists_with(&self, ids: &[ContactId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError> {
        let ledger = read(&self.ledger);
        Ok(ids.iter().map(|id| self.contacts.get(ledger.contacts.owner(*id)?)).collect())
    }

    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        let ledger = read(&self.ledger);
        if let Some(page) = ledger.contacts.page(query, |owner| self.contacts.get(owner)) {
            return Ok(page);
        }
        let owners = ledger.contacts.candidates(query);
        let lists: Vec<_> = owners.into_iter().filter_map(|owner| self.contacts.get(owner)).collect();
        // Writers do not wait while the lists are filtered and sorted.
        drop(ledger);
        Ok(query.page(lists.iter().flat_map(|list| list.numbers())).cloned())
    }

    fn new_contact_ids(&self, count: usize) -> Result<Vec<ContactId>, StoreError> {
        write(&self.ledger).contacts.new_ids(count)
    }

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        batch.check(self.max_changes())?;
        let session = self.lock(&batch);
        check_conditions(&batch, &session)?;
        Ok(session.apply(batch))
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        read(&self.ledger).log.after(after, limit)
    }

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        Ok(read(&self.ledger).receipts.get(key).cloned())
    }

    fn forget(&self, forget: &Forget) -> Result<(), StoreError> {
        let mut ledger = write(&self.ledger);
        ledger.log.forget(forget);
        ledger.receipts.forget(forget);
        Ok(())
    }

    fn take_lease(&self, name: &str, holder: u64, time: Duration) -> Result<bool, StoreError> {
        Ok(self.leases.take(name, holder, time))
    }

    /// Returns [`usize::MAX`], since there is no limit.
    fn max_changes(&self) -> usize {
        usize::MAX
    }
}

impl StoredVersions for Session<'_> {
    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Revision>, StoreError> {
        Ok(self.ledger.receipts.revision(key))
    }

    fn number(&self, number: PhoneNumber) -> Result<Option<Revision>, StoreError> {
        Ok(self.numbers.revision(number))
    }

    fn port_request(&self, id: PortRequestId) -> Result<Option<Revision>, StoreError> {
        Ok(self.port_requests.revision(id))
    }

    /// Returns the revision in the index, since the shard of an owner that is not changed is not locked.
    fn contact_list(&self, owner: OwnerId) -> Result<Option<Revision>, StoreError> {
        Ok(self.ledger.contacts.revision(owner))
    }

    fn active_on(&self, number: PhoneNumber) -> Result<Option<PortRequestId>, StoreError> {
        Ok(self.ledger.port_requests.active(number))
    }

    fn contact_owner(&self, id: ContactId) -> Result<Option<OwnerId>, StoreError> {
        Ok(self.ledger.contacts.owner(id))
    }
}

impl Session<'_> {
    /// Makes the changes of a batch whose conditions hold.
    fn apply(mut self, batch: Batch) -> Revision {
        let Ledger { numbers, port_requests, contacts, log, receipts, next_revision } = &mut *self.ledger;
        let revision = *next_revision;
        *next_revision = revision.next();
        self.numbers.apply(batch.numbers, revision, log, |key, before, after| {
            numbers.replace(key, before, after);
        });
        self.port_requests.apply(batch.port_requests, revision, log, |key, before, after| {
            port_requests.replace(key, before, after);
        });
        self.contacts.apply(batch.contacts, revision, log, |key, before, after| {
            contacts.replace(key, before, after);
        });
        if let Some(receipt) = batch.receipt {
            receipts.keep(receipt, revision);
        }
        revision
    }
}

impl<T: Entity> Locked<'_, T> {
    /// Makes changes and logs their events. For each change it calls `replaced` with the key and the
    /// values before and after, to update an index.
    fn apply(
        &mut self,
        changes: Vec<Change<T>>,
        revision: Revision,
        log: &mut Log,
        mut replaced: impl FnMut(T::Key, Option<&Stored<T>>, Option<&Stored<T>>),
    ) {
        for change in changes {
            let change = change.into_parts();
            let after = change.value.map(|value| Stored::<T>::new(value, revision));
            let before = self.replace(change.key, after.clone());
            replaced(change.key, before.as_ref(), after.as_ref());
            log.append(change.events.into_iter().map(Into::into));
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

/// Writes the number of values instead of the values, of which there may be millions.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("numbers", &self.numbers.len())
            .field("port_requests", &self.port_requests.len())
            .field("contacts", &self.contacts.len())
            .finish_non_exhaustive()
    }
}
