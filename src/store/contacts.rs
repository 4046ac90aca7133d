use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{Batch, Entity, Logged, Revision, StoreError, Stored};
use crate::contact::{
    ContactEvent, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OwnerId,
};
use crate::idempotency::IdempotencyKey;

/// An owner's contact numbers are kept as one, since what holds of them holds of the list: two
/// writers who each add a first and primary number would break it.
impl Entity for ContactList {
    type Key = OwnerId;
    type Event = ContactEvent;

    fn key(&self) -> OwnerId {
        self.owner()
    }
}

/// A store of contact numbers, by owner, with the same [contract](super) as that of numbers. Its
/// events and receipts are its own.
///
/// ```
/// use telnum::contact::{ContactList, Entry, NewContact};
/// use telnum::store::{Batch, Change, ContactStore, Expect, MemoryStore};
///
/// let store = MemoryStore::new();
/// let mut list = ContactList::empty("7".parse()?);
/// let new = NewContact::new(Entry::read("+493057701873", None, None)?);
/// let id = store.new_contact_id()?;
/// let changes = list.add([(id, new)], "2026-03-02T12:00:00Z".parse()?)?;
/// store.commit_contacts(Batch::from(Change::put(list, Expect::Absent).with_events(changes.events)))?;
///
/// assert_eq!(store.contact_list_with(id)?.unwrap().owner(), "7".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait ContactStore: Send + Sync + fmt::Debug {
    /// The numbers of an owner.
    ///
    /// # Errors
    /// The backend's.
    fn contact_list(&self, owner: OwnerId) -> Result<Option<Stored<ContactList>>, StoreError>;

    /// The list that has the number with an id.
    ///
    /// # Errors
    /// The backend's.
    fn contact_list_with(&self, id: ContactId) -> Result<Option<Stored<ContactList>>, StoreError>;

    /// An id for a number that is to be: above those of all numbers there are or were, and given
    /// once. Ids that are not used leave gaps.
    ///
    /// # Errors
    /// There is none above; or the backend's.
    fn new_contact_id(&self) -> Result<ContactId, StoreError>;

    /// Makes all changes, or none; the revisions of what was stored, in the order of the changes.
    ///
    /// After it, no two numbers have one id.
    ///
    /// # Errors
    /// As of [`NumberStore::commit`](super::NumberStore::commit); and a
    /// [conflict](StoreError::Conflict) that names the id of another owner's number, or that it comes
    /// [twice](StoreError::Duplicate) in what is to be stored.
    fn commit_contacts(&self, batch: Batch<ContactList>) -> Result<Vec<Revision>, StoreError>;

    /// The page of numbers that a query asks for, of all owners or of one.
    ///
    /// # Errors
    /// The backend's.
    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError>;

    /// The events of contact numbers after the one in this place, in order; at most so many.
    ///
    /// # Errors
    /// The backend's.
    fn contact_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<ContactEvent>>, StoreError>;

    /// What was answered under a key.
    ///
    /// # Errors
    /// The backend's.
    fn contact_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError>;
}

/// A shared store is one too.
impl<S: ContactStore + ?Sized> ContactStore for Arc<S> {
    fn contact_list(&self, owner: OwnerId) -> Result<Option<Stored<ContactList>>, StoreError> {
        (**self).contact_list(owner)
    }

    fn contact_list_with(&self, id: ContactId) -> Result<Option<Stored<ContactList>>, StoreError> {
        (**self).contact_list_with(id)
    }

    fn new_contact_id(&self) -> Result<ContactId, StoreError> {
        (**self).new_contact_id()
    }

    fn commit_contacts(&self, batch: Batch<ContactList>) -> Result<Vec<Revision>, StoreError> {
        (**self).commit_contacts(batch)
    }

    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        (**self).contact_page(query)
    }

    fn contact_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<ContactEvent>>, StoreError> {
        (**self).contact_events(after, limit)
    }

    fn contact_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        (**self).contact_receipt(key)
    }
}
