//! The use cases of contact numbers: concurrent writers add, change and remove numbers in a store.
//!
//! ```
//! use telnum::contact::book::ContactBook;
//! use telnum::contact::{EnteredNumber, NewContact};
//! use telnum::plan::Region;
//! use telnum::store::MemoryStore;
//!
//! let book = ContactBook::new(MemoryStore::new());
//! let client = "168019".parse()?;
//! let cell = EnteredNumber::parse("541-555-0573", None, Some(Region::US))?;
//! book.add(client, [NewContact::new(cell)])?;
//!
//! let numbers = book.numbers(client)?;
//! assert_eq!(numbers[0].international().to_string(), "+1 541-555-0573");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Unless the client sets them, the location and the carrier of a number are derived from the number when it
//! is stored: by `DerivedFields::of` with the feature `geo`, or by a [function](ContactBook::with_derived) of
//! the service. Numbers are filtered and sorted by the stored values; after a change of the tables,
//! [`refresh_all`](ContactBook::refresh_all) derives them again.
//!
//! An owner's [list](ContactList) decides which changes are allowed. The book reads the list, changes
//! it, and stores it on the condition that no other writer has changed it in the meantime; on a
//! conflict it tries again. The rules therefore hold across all writers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use crate::contact::{
    ContactChanges, ContactId, ContactList, ContactNumber, ContactOrder, ContactPage, ContactPatch,
    ContactQuery, ContactRefusal, DerivedFields, EnteredNumber, NewContact, OrderField, OwnerId,
};
use crate::number::PhoneNumber;
use crate::store::{Batch, Change, Expect, Retry, Store, StoreError, StoreExt, Stored};
use crate::time::Timestamp;

/// The use cases of contact numbers over a store. It can be shared between threads and is cheap to
/// clone.
///
/// The [module](self) has an example.
#[derive(Clone)]
pub struct ContactBook {
    store: Arc<dyn Store>,
    retry: Retry,
    max_numbers: usize,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    derive: Arc<dyn Fn(PhoneNumber) -> DerivedFields + Send + Sync>,
}

/// The progress of refreshing the contact numbers of all owners: the result of
/// [`ContactBook::refresh_page`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshProgress {
    /// The number of contact numbers that the page changed.
    pub changed: u64,
    /// The number of contact numbers that are left to refresh.
    pub left: u64,
}

/// The error returned by the use cases of a [`ContactBook`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContactBookError {
    /// A change that the owner's list refuses.
    #[error(transparent)]
    Refused(#[from] ContactRefusal),
    /// An id without a contact number.
    #[error("no contact number {0}")]
    NotFound(ContactId),
    /// A conflict with other changes of the owner's numbers at every attempt.
    #[error("contact numbers of {0}: changed by others at every attempt")]
    Conflict(OwnerId),
    /// A failure of the store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ContactBook {
    /// Creates a book of the contact numbers in `store`, with the system's clock.
    ///
    /// ```
    /// use telnum::contact::book::ContactBook;
    /// use telnum::store::MemoryStore;
    ///
    /// let book = ContactBook::new(MemoryStore::new());
    /// assert!(book.numbers("168019".parse()?)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(store: impl Store + 'static) -> Self {
        #[cfg(feature = "geo")]
        let derive = DerivedFields::of;
        #[cfg(not(feature = "geo"))]
        let derive = |_| DerivedFields::default();
        let clock = Arc::new(Timestamp::system_now);
        let (retry, max_numbers) = (Retry::default(), 1_000);
        Self { store: Arc::new(store), retry, max_numbers, clock, derive: Arc::new(derive) }
    }

    /// Returns the store.
    ///
    /// ```
    /// use telnum::contact::book::ContactBook;
    /// use telnum::store::MemoryStore;
    ///
    /// let book = ContactBook::new(MemoryStore::new());
    /// assert!(book.store().events(0, 1)?.is_empty());
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Sets the clock that provides the time of changes.
    ///
    /// ```
    /// # use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// # use telnum::{Timestamp, store::MemoryStore};
    /// let noon: Timestamp = "2026-03-01T12:00:00Z".parse()?;
    /// let book = ContactBook::new(MemoryStore::new()).with_clock(move || noon);
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// let added = book.add("168019".parse()?, [NewContact::new(cell)])?;
    /// assert_eq!(added[0].created_at(), noon);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Sets the function that derives the location and the carrier of a number. Default: `DerivedFields::of`
    /// with the feature `geo`; without the feature nothing is derived.
    ///
    /// ```
    /// # use telnum::contact::{DerivedFields, EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let book = book.with_derived(|number| DerivedFields {
    ///     location: number.region().and_then(|region| region.to_string().try_into().ok()),
    ///     carrier: None,
    /// });
    /// let entered = EnteredNumber::parse("+41 44 668 18 00", None, None)?;
    /// let added = book.add("168019".parse()?, [NewContact::new(entered)])?;
    /// assert_eq!(added[0].location(), Some(&"CH".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_derived(self, derive: impl Fn(PhoneNumber) -> DerivedFields + Send + Sync + 'static) -> Self {
        Self { derive: Arc::new(derive), ..self }
    }

    /// Sets the number of attempts on a commit conflict. The default is that of [`Retry::default`].
    ///
    /// ```
    /// use telnum::contact::book::ContactBook;
    /// use telnum::store::{MemoryStore, Retry};
    ///
    /// // A web server answers with a conflict rather than try again.
    /// let book = ContactBook::new(MemoryStore::new()).with_retry(Retry::new(1));
    /// # assert!(book.numbers("168019".parse()?)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Sets the maximum number of numbers of one owner. Default: 1,000.
    ///
    /// An owner who has more can change and remove them, but not add any.
    ///
    /// ```
    /// # use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// # use telnum::store::MemoryStore;
    /// let book = ContactBook::new(MemoryStore::new()).with_max_numbers(0);
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// let error = book.add("168019".parse()?, [NewContact::new(cell)]).unwrap_err();
    /// assert_eq!(error.to_string(), "1 numbers of one owner exceed the limit of 0");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_max_numbers(self, max_numbers: usize) -> Self {
        Self { max_numbers, ..self }
    }

    /// Adds `contacts` to the numbers of `owner`, either all or none, and returns them with their ids.
    ///
    /// ```
    /// # use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let owner = "168019".parse()?;
    /// let new = |text| EnteredNumber::parse(text, None, None).map(NewContact::new);
    /// let added = book.add(owner, [new("+1 541-555-0573")?, new("+1 541-555-0110")?])?;
    /// assert!(added[0].is_primary() && !added[1].is_primary());
    ///
    /// let error = book.add(owner, [new("+1 (541) 555 0110")?]).unwrap_err();
    /// assert_eq!(error.to_string(), "+15415550110 already exists, as contact number 2");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refused`](ContactBookError::Refused) if the owner already has one of the numbers, if two
    ///   of `contacts` are the same number or both primary, or if the owner would have more numbers than
    ///   [the maximum](Self::with_max_numbers).
    /// - [`Conflict`](ContactBookError::Conflict) if other changes of the owner's numbers conflicted at
    ///   every attempt.
    /// - [`Store`](ContactBookError::Store) if the store fails.
    pub fn add(
        &self,
        owner: OwnerId,
        contacts: impl IntoIterator<Item = NewContact>,
    ) -> Result<Vec<ContactNumber>, ContactBookError> {
        let contacts: Vec<_> = contacts.into_iter().collect();
        let max = self.max_numbers;
        if contacts.len() > max {
            return Err(ContactRefusal::TooMany { count: contacts.len(), max }.into());
        }
        self.add_all(contacts.into_iter().map(|contact| (owner, contact)))
    }

    /// Adds `contacts`, each to the numbers of its owner, in one commit: either all or none. Returns them with their
    /// ids, in the order of `contacts`.
    ///
    /// ```
    /// # use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let new = |text| EnteredNumber::parse(text, None, None).map(NewContact::new);
    /// let (client, other) = ("168019".parse()?, "168020".parse()?);
    /// let added = book.add_all([(client, new("+1 541-555-0573")?), (other, new("+1 541-555-0110")?)])?;
    /// assert_eq!((added[0].owner(), added[1].owner()), (client, other));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refused`](ContactBookError::Refused) if the list of an owner refuses its numbers, as in [`add`](Self::add).
    ///   A position in the refusal is an index into the numbers of that owner.
    /// - [`Conflict`](ContactBookError::Conflict) if other changes of the numbers of these owners conflicted at every
    ///   attempt.
    /// - [`Store`](ContactBookError::Store) if the store fails, or accepts no commit for so many owners.
    pub fn add_all(
        &self,
        contacts: impl IntoIterator<Item = (OwnerId, NewContact)>,
    ) -> Result<Vec<ContactNumber>, ContactBookError> {
        let derive = |contact: NewContact| {
            let is_given = contact.derived != DerivedFields::default();
            let derived = if is_given { contact.derived } else { (self.derive)(contact.number.number()) };
            NewContact { derived, ..contact }
        };
        let contacts: Vec<_> = contacts.into_iter().collect();
        let ids = self.store.new_contact_ids(contacts.len())?;
        let mut new = BTreeMap::<OwnerId, Vec<_>>::new();
        for (&id, (owner, contact)) in ids.iter().zip(contacts) {
            new.entry(owner).or_default().push((id, derive(contact)));
        }
        let owners: Vec<_> = new.keys().copied().collect();
        let changed = self.change_all(&owners, |list, now| {
            let new = new.get(&list.owner()).map(Vec::as_slice).unwrap_or_default();
            let (count, max) = (list.numbers().len().saturating_add(new.len()), self.max_numbers);
            if count > max {
                return Err(ContactRefusal::TooMany { count, max });
            }
            list.add(new.iter().cloned(), now)
        })?;
        let numbers = changed.iter().flat_map(|(list, _)| list.numbers());
        let added: HashMap<_, _> = numbers.map(|number| (number.id(), number)).collect();
        Ok(ids.iter().filter_map(|id| added.get(id).copied().cloned()).collect())
    }

    /// Applies `patch` to the number with `id`, and returns the changed number.
    ///
    /// ```
    /// # use telnum::contact::{ContactPatch, EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let entered = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// let [added] = &book.add("168019".parse()?, [NewContact::new(entered)])?[..] else { panic!() };
    /// let patch = ContactPatch::default().with_label(Some("cell".parse()?));
    /// assert_eq!(book.update(added.id(), &patch)?.label(), Some(&"cell".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotFound`](ContactBookError::NotFound) if there is no such number.
    /// - [`Refused`](ContactBookError::Refused) if the owner's list refuses the change.
    /// - [`Conflict`](ContactBookError::Conflict) if other changes of the owner's numbers conflicted at
    ///   every attempt.
    /// - [`Store`](ContactBookError::Store) if the store fails.
    pub fn update(&self, id: ContactId, patch: &ContactPatch) -> Result<ContactNumber, ContactBookError> {
        let owner = self.owner_of(id)?;
        let (list, _) = self.change(owner, |list, now| {
            let entered = patch.number.as_ref().map(EnteredNumber::number);
            let number = entered.or_else(|| list.get(id).map(ContactNumber::number));
            let derived = patch.derived.clone().or_else(|| number.map(|number| (self.derive)(number)));
            list.update(id, ContactPatch { derived, ..patch.clone() }, now)
        })?;
        list.get(id).cloned().ok_or(ContactBookError::NotFound(id))
    }

    /// Derives the location and the carrier of all numbers of `owner` again, except those that the client
    /// set. Returns the numbers that changed.
    ///
    /// For all owners, see [`refresh_all`](Self::refresh_all).
    ///
    /// ```
    /// # use telnum::contact::{DerivedFields, EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new()).with_derived(|_| DerivedFields::default());
    /// # let owner = "168019".parse()?;
    /// let entered = EnteredNumber::parse("+41 44 668 18 00", None, None)?;
    /// book.add(owner, [NewContact::new(entered)])?;
    /// let zurich = DerivedFields { location: Some("Zurich".parse()?), carrier: None };
    /// let book = book.with_derived(move |_| zurich.clone());
    /// assert_eq!(book.refresh(owner)?.len(), 1);
    /// assert_eq!(book.refresh(owner)?.len(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Conflict`](ContactBookError::Conflict) if other changes of the owner's numbers conflicted at
    ///   every attempt.
    /// - [`Store`](ContactBookError::Store) if the store fails.
    pub fn refresh(&self, owner: OwnerId) -> Result<Vec<ContactNumber>, ContactBookError> {
        let (_, changes) = self.change(owner, |list, now| Ok(list.refresh(&*self.derive, now)))?;
        Ok(changes.saved)
    }

    /// Derives the location and the carrier of the numbers of all owners again, as [`refresh`](Self::refresh)
    /// does. Returns the number of contact numbers that changed.
    ///
    /// Call it after an update of telnum or of the tables of [`with_derived`](Self::with_derived). Numbers
    /// are read in pages of 100. It can be called again after an error; [`refresh_page`](Self::refresh_page)
    /// also continues where an earlier process stopped.
    ///
    /// ```
    /// # use telnum::contact::{DerivedFields, EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new()).with_derived(|_| DerivedFields::default());
    /// for (owner, text) in [("7", "+41 44 668 18 00"), ("8", "+41 44 668 18 01")] {
    ///     book.add(owner.parse()?, [NewContact::new(EnteredNumber::parse(text, None, None)?)])?;
    /// }
    /// let zurich = DerivedFields { location: Some("Zurich".parse()?), carrier: None };
    /// let book = book.with_derived(move |_| zurich.clone());
    /// assert_eq!((book.refresh_all()?, book.refresh_all()?), (2, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`refresh`](Self::refresh).
    pub fn refresh_all(&self) -> Result<u64, ContactBookError> {
        let (mut left, mut changed) = (None, 0);
        while left != Some(0) {
            let progress = self.refresh_page(left)?;
            (left, changed) = (Some(progress.left), changed + progress.changed);
        }
        Ok(changed)
    }

    /// Refreshes the newest 100 of the `left` oldest contact numbers, or of all contact numbers if `left` is
    /// `None`. Call it again with the returned [`left`](RefreshProgress::left) until that is 0, in the same
    /// process or a later one.
    ///
    /// Numbers are refreshed from the newest to the oldest, so that none is skipped if others add or remove
    /// numbers in the meantime.
    ///
    /// ```
    /// # use telnum::contact::book::ContactBook;
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let progress = book.refresh_page(None)?;
    /// assert_eq!((progress.changed, progress.left), (0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`refresh`](Self::refresh). Nothing of the page has been refreshed; call it again
    /// with the same `left`.
    pub fn refresh_page(&self, left: Option<u64>) -> Result<RefreshProgress, ContactBookError> {
        let order = ContactOrder { field: OrderField::CreatedAt, descending: false };
        let query = ContactQuery::new(order).with_per_page(ContactQuery::MAX_PER_PAGE);
        let end = match left {
            Some(left) => left,
            None => self.store.contact_page(&query)?.total,
        };
        let start = end.saturating_sub(query.per_page().into());
        if end == 0 {
            return Ok(RefreshProgress { changed: 0, left: 0 });
        }
        let count = u8::try_from(end - start).unwrap_or(u8::MAX);
        let page = self.store.contact_page(&query.with_offset(start).with_per_page(count))?;
        let is_outdated = |contact: &&ContactNumber| {
            let mut refreshed = ContactNumber::clone(contact);
            refreshed.derive((self.derive)(contact.number()));
            refreshed != **contact
        };
        let owners: BTreeSet<OwnerId> =
            page.items.iter().filter(is_outdated).map(ContactNumber::owner).collect();
        let owners: Vec<_> = owners.into_iter().collect();
        let lists = self.change_all(&owners, |list, now| Ok(list.refresh(&*self.derive, now)))?;
        let changed = lists.iter().map(|(_, changes)| changes.saved.len() as u64).sum();
        Ok(RefreshProgress { changed, left: start })
    }

    /// Makes the number with `id` its owner's primary number, and returns it.
    ///
    /// ```
    /// # use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let [first, second] = ["541-555-0573", "541-555-0110"]
    ///     .map(|text| EnteredNumber::parse(text, Some("US".parse().unwrap()), None).unwrap());
    /// let added = book.add("168019".parse()?, [NewContact::new(first), NewContact::new(second)])?;
    /// assert!(book.make_primary(added[1].id())?.is_primary());
    /// assert!(!book.get(added[0].id())?.is_primary());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`update`](Self::update).
    pub fn make_primary(&self, id: ContactId) -> Result<ContactNumber, ContactBookError> {
        let owner = self.owner_of(id)?;
        let (list, _) = self.change(owner, |list, now| list.make_primary(id, now))?;
        list.get(id).cloned().ok_or(ContactBookError::NotFound(id))
    }

    /// Removes the number with `id`, and returns its last state. If it was primary, the oldest of the
    /// owner's other numbers becomes primary.
    ///
    /// ```
    /// # use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// # let owner = "168019".parse()?;
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// let [added] = &book.add(owner, [NewContact::new(cell)])?[..] else { panic!() };
    /// book.remove(added.id())?;
    /// assert!(book.numbers(owner)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`update`](Self::update).
    pub fn remove(&self, id: ContactId) -> Result<ContactNumber, ContactBookError> {
        let owner = self.owner_of(id)?;
        let (_, changes) = self.change(owner, |list, now| list.remove(id, now))?;
        changes.removed.into_iter().next().ok_or(ContactBookError::NotFound(id))
    }

    /// Returns the number with `id`.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// let added = book.add("168019".parse()?, [NewContact::new(cell)])?;
    /// assert_eq!(book.get(added[0].id())?, added[0]);
    /// assert!(book.get(ContactId::new(999)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotFound`](ContactBookError::NotFound) if there is no such number.
    /// - [`Store`](ContactBookError::Store) if the store fails.
    pub fn get(&self, id: ContactId) -> Result<ContactNumber, ContactBookError> {
        let list = self.store.contact_list_with(id)?;
        list.and_then(|list| list.get(id).cloned()).ok_or(ContactBookError::NotFound(id))
    }

    /// Returns a consistent snapshot of all numbers of `owner`, oldest first.
    ///
    /// ```
    /// # use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let owner = "168019".parse()?;
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// let added = book.add(owner, [NewContact::new(cell)])?;
    /// assert_eq!(book.numbers(owner)?, added);
    /// assert!(book.numbers("168020".parse()?)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Store`](ContactBookError::Store) if the store fails.
    pub fn numbers(&self, owner: OwnerId) -> Result<Vec<ContactNumber>, ContactBookError> {
        let list = self.store.contact_list(owner)?;
        Ok(list.map(|list| list.numbers().to_vec()).unwrap_or_default())
    }

    /// Returns the page of numbers that `query` selects.
    ///
    /// ```
    /// # use telnum::contact::{ContactQuery, book::ContactBook};
    /// # let book = ContactBook::new(telnum::store::MemoryStore::new());
    /// let newest_first = ContactQuery::new("-created_at".parse()?).with_owner("168019".parse()?);
    /// assert_eq!(book.page(&newest_first)?.total, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Store`](ContactBookError::Store) if the store fails.
    pub fn page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, ContactBookError> {
        Ok(self.store.contact_page(query)?)
    }

    fn owner_of(&self, id: ContactId) -> Result<OwnerId, ContactBookError> {
        let list = self.store.contact_list_with(id)?;
        list.map(|list| list.owner()).ok_or(ContactBookError::NotFound(id))
    }

    /// Changes the list of `owner` by a command, and returns the stored list and the changes, without their
    /// events.
    fn change(
        &self,
        owner: OwnerId,
        command: impl Fn(&mut ContactList, Timestamp) -> Result<ContactChanges, ContactRefusal>,
    ) -> Result<(ContactList, ContactChanges), ContactBookError> {
        self.change_all(&[owner], command)?.pop().ok_or(ContactBookError::Conflict(owner))
    }

    /// Changes the list of each of `owners` by a command, in one commit. Returns the stored lists and the changes,
    /// without their events, in the order of `owners`.
    fn change_all(
        &self,
        owners: &[OwnerId],
        command: impl Fn(&mut ContactList, Timestamp) -> Result<ContactChanges, ContactRefusal>,
    ) -> Result<Vec<(ContactList, ContactChanges)>, ContactBookError> {
        let Some(&first) = owners.first() else { return Ok(Vec::new()) };
        for _ in self.retry.attempts() {
            let stored = self.store.contact_lists(owners)?;
            let now = (self.clock)();
            let (mut answers, mut commit) = (Vec::with_capacity(owners.len()), Vec::new());
            for (&owner, stored) in owners.iter().zip(stored) {
                let expect = stored.as_ref().map_or(Expect::Absent, Stored::expected);
                let mut list =
                    stored.map_or_else(|| ContactList::empty(owner), |list| ContactList::clone(&list));
                let mut changes = command(&mut list, now)?;
                let events = std::mem::take(&mut changes.events);
                if !events.is_empty() {
                    let change = if list.numbers().is_empty() {
                        Change::remove(owner, expect)
                    } else {
                        Change::put(list.clone(), expect)
                    };
                    commit.push(change.with_events(events));
                }
                answers.push((list, changes));
            }
            if commit.is_empty() {
                return Ok(answers);
            }
            match self.store.commit(Batch::from(commit)) {
                Ok(_) => return Ok(answers),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ContactBookError::Conflict(first))
    }
}

impl fmt::Debug for ContactBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactBook").field("store", &self.store).finish_non_exhaustive()
    }
}
