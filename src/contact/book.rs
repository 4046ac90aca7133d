//! The numbers of people and clients in a store: added, changed and removed under their rules, by
//! many at once.
//!
//! What is stored is an owner's whole [list](ContactList), on the condition that nobody else has
//! changed it meanwhile; so the rules hold whatever the order of the changes.
//!
//! ```
//! use std::sync::Arc;
//! use telnum::contact::{ContactQuery, EnteredNumber, NewContact};
//! use telnum::contact::book::ContactBook;
//! use telnum::plan::Region;
//! use telnum::store::MemoryStore;
//!
//! let book = ContactBook::new(Arc::new(MemoryStore::new()));
//! let owner = "168019".parse()?;
//! let home = NewContact::new(EnteredNumber::parse("541-555-0123", None, Some(Region::US))?);
//! let cell = NewContact::new(EnteredNumber::parse("541-555-0573", None, Some(Region::US))?);
//!
//! let added = book.add(owner, [home.clone(), cell])?;
//! assert_eq!(added.len(), 2);
//! assert!(book.add(owner, [home]).is_err());
//!
//! let page = book.page(&ContactQuery::new("-created_at".parse()?).with_owner(owner))?;
//! assert_eq!(page.total, 2);
//! assert_eq!(book.numbers(owner)?.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::sync::Arc;

use crate::contact::{
    ContactChanges, ContactId, ContactList, ContactNumber, ContactPage, ContactPatch, ContactQuery,
    ContactRefusal, NewContact, OwnerId,
};
use crate::store::{Batch, Change, Expect, Retry, Store, StoreError, StoreExt, Stored};
use crate::time::Timestamp;

/// Contact numbers in a store. Shared by threads, and cheap to clone.
#[derive(Clone)]
pub struct ContactBook {
    store: Arc<dyn Store>,
    retry: Retry,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// Why a contact number is not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContactBookError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] ContactRefusal),
    /// There is no such number.
    #[error("no contact number {0}")]
    NotFound(ContactId),
    /// Others keep changing the owner's numbers.
    #[error("the numbers of {0} are being changed by others")]
    Conflict(OwnerId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ContactBook {
    /// The contacts of a store, by the system's clock.
    #[must_use]
    pub fn new(store: impl Store + 'static) -> Self {
        Self { store: Arc::new(store), retry: Retry::default(), clock: Arc::new(Timestamp::system_now) }
    }

    /// The same by another clock.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Adds numbers to an owner's: all of them or none.
    ///
    /// # Errors
    /// Why not, or that the store failed.
    pub fn add(
        &self,
        owner: OwnerId,
        drafts: impl IntoIterator<Item = NewContact>,
    ) -> Result<Vec<ContactNumber>, ContactBookError> {
        let drafts: Vec<_> = drafts.into_iter().collect();
        let ids = self.store.new_contact_ids(drafts.len())?;
        let named: Vec<_> = ids.into_iter().zip(drafts).collect();
        let (list, _) = self.change(owner, |list, now| list.add(named.clone(), now))?;
        Ok(named.iter().filter_map(|(id, _)| list.get(*id).cloned()).collect())
    }

    /// Changes a number.
    ///
    /// # Errors
    /// Why not, or that the store failed.
    pub fn update(&self, id: ContactId, patch: &ContactPatch) -> Result<ContactNumber, ContactBookError> {
        let owner = self.owner_of(id)?;
        let (list, _) = self.change(owner, |list, now| list.update(id, patch.clone(), now))?;
        list.get(id).cloned().ok_or(ContactBookError::NotFound(id))
    }

    /// Makes a number its owner's primary one.
    ///
    /// # Errors
    /// Why not, or that the store failed.
    pub fn make_primary(&self, id: ContactId) -> Result<ContactNumber, ContactBookError> {
        let owner = self.owner_of(id)?;
        let (list, _) = self.change(owner, |list, now| list.make_primary(id, now))?;
        list.get(id).cloned().ok_or(ContactBookError::NotFound(id))
    }

    /// Removes a number; what it was.
    ///
    /// # Errors
    /// Why not, or that the store failed.
    pub fn remove(&self, id: ContactId) -> Result<ContactNumber, ContactBookError> {
        let owner = self.owner_of(id)?;
        let (_, removed) = self.change(owner, |list, now| list.remove(id, now))?;
        removed.into_iter().next().ok_or(ContactBookError::NotFound(id))
    }

    /// A number.
    ///
    /// # Errors
    /// If there is none, or the store fails.
    pub fn get(&self, id: ContactId) -> Result<ContactNumber, ContactBookError> {
        let list = self.store.contact_list_with(id)?;
        list.and_then(|list| list.get(id).cloned()).ok_or(ContactBookError::NotFound(id))
    }

    /// All numbers of an owner, as they are at one moment: the oldest first.
    ///
    /// # Errors
    /// If the store fails.
    pub fn numbers(&self, owner: OwnerId) -> Result<Vec<ContactNumber>, ContactBookError> {
        let list = self.store.contact_list(owner)?;
        Ok(list.map(|list| list.numbers().to_vec()).unwrap_or_default())
    }

    /// The page of numbers that a query asks for.
    ///
    /// # Errors
    /// If the store fails.
    pub fn page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, ContactBookError> {
        Ok(self.store.contact_page(query)?)
    }

    fn owner_of(&self, id: ContactId) -> Result<OwnerId, ContactBookError> {
        let list = self.store.contact_list_with(id)?;
        list.map(|list| list.owner()).ok_or(ContactBookError::NotFound(id))
    }

    /// Reads an owner's list, lets a command change it, and stores it if nobody else was faster. The
    /// list as it is then, and what was removed.
    fn change(
        &self,
        owner: OwnerId,
        command: impl Fn(&mut ContactList, Timestamp) -> Result<ContactChanges, ContactRefusal>,
    ) -> Result<(ContactList, Vec<ContactNumber>), ContactBookError> {
        for _ in self.retry.attempts() {
            let stored = self.store.contact_list(owner)?;
            let expect = stored.as_ref().map_or(Expect::Absent, Stored::expected);
            let mut list = stored.map_or_else(|| ContactList::empty(owner), |list| ContactList::clone(&list));
            let changes = command(&mut list, (self.clock)())?;
            if changes.events.is_empty() {
                return Ok((list, changes.removed));
            }
            let change = if list.numbers().is_empty() {
                Change::remove(owner, expect)
            } else {
                Change::put(list.clone(), expect)
            };
            match self.store.commit(Batch::from(change.with_events(changes.events))) {
                Ok(_) => return Ok((list, changes.removed)),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ContactBookError::Conflict(owner))
    }
}

impl fmt::Debug for ContactBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactBook").field("store", &self.store).finish_non_exhaustive()
    }
}
