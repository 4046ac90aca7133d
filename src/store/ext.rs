use std::time::Duration;

use super::{Change, Lease, PortQuery, Query, Retry, Revision, Store, StoreError, Stored};
use crate::contact::{ContactId, ContactList, OwnerId};
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;

/// Convenience methods for all stores.
///
/// ```
/// use telnum::record::NumberRecord;
/// use telnum::store::{Change, Expect, MemoryStore, Query, StoreError, StoreExt};
///
/// let store = MemoryStore::new();
/// let number = "+14158867900".parse()?;
/// let found = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// let revision = store.update(number, |stored| {
///     let is_new = stored.is_none();
///     Ok::<_, StoreError>(is_new.then(|| Change::put(found.clone(), Expect::Absent)))
/// })?;
/// assert!(revision.is_some());
///
/// let all: Vec<_> = store.scan_all(Query::default(), 100).collect::<Result<_, _>>()?;
/// assert_eq!(*all[0], found);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait StoreExt: Store {
    /// Returns the port request with `id`, if it is stored.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, StoreExt};
    ///
    /// assert!(MemoryStore::new().port_request("p1".parse()?)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Store::port_requests`].
    fn port_request(&self, id: PortRequestId) -> Result<Option<Stored<PortRequest>>, StoreError> {
        self.port_requests(&[id]).map(first)
    }

    /// Returns the port request on which `number` is active, if there is one.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, StoreExt};
    ///
    /// assert!(MemoryStore::new().active_port_request("+14158867900".parse()?)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Store::active_port_requests`].
    fn active_port_request(&self, number: PhoneNumber) -> Result<Option<Stored<PortRequest>>, StoreError> {
        self.active_port_requests(&[number]).map(first)
    }

    /// Returns the contact numbers of `owner`, if there are any.
    ///
    /// ```
    /// use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// use telnum::store::{MemoryStore, StoreExt};
    ///
    /// let (store, owner) = (std::sync::Arc::new(MemoryStore::new()), "7".parse()?);
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// ContactBook::new(store.clone()).add(owner, [NewContact::new(cell)])?;
    /// assert_eq!(store.contact_list(owner)?.unwrap().numbers().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Store::contact_lists`].
    fn contact_list(&self, owner: OwnerId) -> Result<Option<Stored<ContactList>>, StoreError> {
        self.contact_lists(&[owner]).map(first)
    }

    /// Returns the list that contains the contact number with `id`, if there is one.
    ///
    /// ```
    /// use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// use telnum::store::{MemoryStore, StoreExt};
    ///
    /// let store = std::sync::Arc::new(MemoryStore::new());
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// let added = ContactBook::new(store.clone()).add("7".parse()?, [NewContact::new(cell)])?;
    /// assert_eq!(store.contact_list_with(added[0].id())?.unwrap().owner(), "7".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Store::contact_lists_with`].
    fn contact_list_with(&self, id: ContactId) -> Result<Option<Stored<ContactList>>, StoreError> {
        self.contact_lists_with(&[id]).map(first)
    }

    /// Returns an id for a new contact number.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, StoreExt};
    ///
    /// let store = MemoryStore::new();
    /// assert!(store.new_contact_id()? < store.new_contact_id()?);
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Store::new_contact_ids`].
    fn new_contact_id(&self) -> Result<ContactId, StoreError> {
        let id = self.new_contact_ids(1)?.into_iter().next();
        id.ok_or_else(|| StoreError::backend("the store gave no id"))
    }

    /// Reads the record of `number`, calls `decide` to determine a change, and commits the change. If
    /// the record was changed in the meantime, it starts again, up to 16 times. Returns the revision,
    /// or `None` if `decide` returned no change.
    ///
    /// ```
    /// use telnum::record::NumberRecord;
    /// use telnum::store::{Change, MemoryStore, StoreError, StoreExt};
    ///
    /// let store = MemoryStore::new();
    /// let removed = store.update("+14158867900".parse()?, |stored| {
    ///     Ok::<_, StoreError>(stored.map(|record| Change::remove(record.number(), record.expected())))
    /// })?;
    /// // There is no such record, so nothing was committed.
    /// assert_eq!(removed, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of `decide`, the last [`Conflict`](StoreError::Conflict), or an error of
    /// [`Store::get`] or [`Store::commit`].
    fn update<E: From<StoreError>>(
        &self,
        number: PhoneNumber,
        mut decide: impl FnMut(Option<&Stored<NumberRecord>>) -> Result<Option<Change>, E>,
    ) -> Result<Option<Revision>, E> {
        let mut conflict = None;
        for _ in Retry::default().attempts() {
            let Some(change) = decide(self.get(number)?.as_ref())? else { return Ok(None) };
            match self.commit(change.into()) {
                Err(error) if error.is_conflict() => conflict = Some(error),
                done => return Ok(Some(done?)),
            }
        }
        conflict.map_or(Ok(None), |error| Err(error.into()))
    }

    /// Takes the lease `name` for at most `time`, unless it is renewed. Returns `None` if another holder has
    /// it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use telnum::store::{MemoryStore, StoreExt};
    ///
    /// let (store, minute) = (MemoryStore::new(), Duration::from_secs(60));
    /// let lease = store.lease("report", minute)?;
    /// assert!(lease.is_some() && store.lease("report", minute)?.is_none());
    /// drop(lease);
    /// assert!(store.lease("report", minute)?.is_some());
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Store::take_lease`].
    fn lease(&self, name: &str, time: Duration) -> Result<Option<Lease<'_, Self>>, StoreError> {
        Lease::take(self, name, time)
    }

    /// Returns an iterator over all numbers that match `query`, in ascending order, read in pages of
    /// `page_size`. A number that changes during the scan may or may not be included. The iterator ends
    /// after an error.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, Query, StoreExt};
    ///
    /// let store = MemoryStore::new();
    /// let in_california = Query::default().with_prefix("+1415".parse()?);
    /// let records: Vec<_> = store.scan_all(in_california, 1_000).collect::<Result<_, _>>()?;
    /// assert!(records.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An item is an error if [`Store::scan`] fails.
    fn scan_all(
        &self,
        query: Query,
        page_size: usize,
    ) -> impl Iterator<Item = Result<Stored<NumberRecord>, StoreError>> {
        pages(move |after| {
            let page = self.scan(&query, after, page_size.max(1))?;
            Ok((page.items, page.next))
        })
    }

    /// Returns an iterator over all port requests that match `query`, in ascending order of their ids,
    /// read in pages of `page_size`. The iterator ends after an error.
    ///
    /// ```
    /// use telnum::store::{MemoryStore, PortQuery, StoreExt};
    ///
    /// let store = MemoryStore::new();
    /// let active: Vec<_> = store.scan_all_port_requests(PortQuery::default(), 1_000).collect::<Result<_, _>>()?;
    /// assert!(active.is_empty());
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An item is an error if [`Store::scan_port_requests`] fails.
    fn scan_all_port_requests(
        &self,
        query: PortQuery,
        page_size: usize,
    ) -> impl Iterator<Item = Result<Stored<PortRequest>, StoreError>> {
        pages(move |after| {
            let page = self.scan_port_requests(&query, after, page_size.max(1))?;
            Ok((page.items, page.next))
        })
    }
}

impl<S: Store + ?Sized> StoreExt for S {}

/// Returns the only entry of the response to a call with one key.
fn first<T>(answers: Vec<Option<T>>) -> Option<T> {
    answers.into_iter().next().flatten()
}

/// The part of a scan that has not been read yet.
enum Rest<K> {
    All,
    After(K),
    Nothing,
}

/// Returns an iterator over the items of the pages that `read` returns for each cursor.
fn pages<T, K>(
    mut read: impl FnMut(Option<K>) -> Result<(Vec<T>, Option<K>), StoreError>,
) -> impl Iterator<Item = Result<T, StoreError>> {
    let (mut page, mut rest) = (Vec::new().into_iter(), Rest::All);
    std::iter::from_fn(move || {
        loop {
            if let Some(item) = page.next() {
                return Some(Ok(item));
            }
            let after = match std::mem::replace(&mut rest, Rest::Nothing) {
                Rest::All => None,
                Rest::After(key) => Some(key),
                Rest::Nothing => return None,
            };
            match read(after) {
                Ok((items, next)) => {
                    page = items.into_iter();
                    rest = next.map_or(Rest::Nothing, Rest::After);
                }
                Err(error) => return Some(Err(error)),
            }
        }
    })
}
