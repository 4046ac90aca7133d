mod contacts;
mod holders;
mod index;
mod log;
mod merge;
mod port_requests;
mod table;

use serde_json::Value;

use self::contacts::ContactIndex;
use self::index::NumberIndex;
use self::port_requests::PortIndex;
use self::table::{Table, page_of};
use super::{Batch, Logged, NumberStore, Page, Query, Revision, StoreError, Stored};
use crate::contact::ContactList;
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::PortRequest;
use crate::record::NumberRecord;

/// A store in memory: as fast as a map, shared by threads, gone when it is dropped.
///
/// It keeps all events; [`with_event_capacity`](Self::with_event_capacity) makes one that forgets
/// the oldest. Commits are made one after another. A scan keeps them waiting as long as it takes:
/// one that has to look through much for little is best asked for by prefix. Reading a number waits
/// for nobody but a commit that is just storing it, or one of few others.
///
/// A thread that panics elsewhere while it uses the store does it no harm.
///
/// ```
/// use std::sync::Arc;
/// use telnum::record::NumberRecord;
/// use telnum::store::{Batch, Change, Expect, MemoryStore, NumberStore};
///
/// let store = Arc::new(MemoryStore::new());
/// let writer = Arc::clone(&store);
/// let number = "+14158867900".parse()?;
/// let record = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// std::thread::spawn(move || writer.commit(Batch::from(Change::put(record, Expect::Absent))))
///     .join()
///     .unwrap()?;
/// assert!(store.get(number)?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MemoryStore {
    numbers: Table<NumberRecord, NumberIndex>,
    port_requests: Table<PortRequest, PortIndex>,
    contacts: Table<ContactList, ContactIndex>,
}

impl MemoryStore {
    /// An empty store that keeps all events.
    #[must_use]
    pub fn new() -> Self {
        Self::with_event_capacity(u64::MAX)
    }

    /// An empty store that keeps the last so many events of each kind of thing, and forgets those
    /// before. The sequence numbers of the others are what they were.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::record::{Event, EventKind};
    /// use telnum::store::{Batch, Change, Expect, MemoryStore, NumberStore};
    ///
    /// let store = MemoryStore::with_event_capacity(1);
    /// let number = "+14158867900".parse()?;
    /// let at = "2026-03-01T12:00:00Z".parse()?;
    /// let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
    /// let twice = vec![event.clone(), event];
    /// store.commit(Batch::from(Change::remove(number, Expect::Absent).with_events(twice)))?;
    /// assert_eq!(store.events(0, 10)?[0].sequence, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_event_capacity(events: u64) -> Self {
        Self { numbers: Table::new(events), port_requests: Table::new(events), contacts: Table::new(events) }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl NumberStore for MemoryStore {
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        Ok(self.numbers.get(number))
    }

    fn commit(&self, batch: Batch) -> Result<Vec<Revision>, StoreError> {
        self.numbers.commit(batch)
    }

    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        Ok(self.numbers.with_index(|index| page_of(index.find(query, after), after, limit)))
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        Ok(self.numbers.events(after, limit))
    }

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        Ok(self.numbers.receipt(key))
    }
}
