use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::MemoryStore;
use super::holders::Holders;
use super::table::{Candidates, Index};
use crate::contact::{
    ContactEvent, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, NumberFilter, OwnerId,
};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::store::{Batch, Change, ContactStore, Logged, Revision, StoreError, Stored};

/// Where owners are found: each under the ids of its contacts and under their numbers.
#[derive(Default)]
pub(super) struct ContactIndex {
    all: BTreeSet<OwnerId>,
    by_id: Holders<ContactId, OwnerId>,
    by_number: BTreeMap<PhoneNumber, BTreeSet<OwnerId>>,
    /// The greatest id there is, was or is given away.
    last_id: u64,
}

/// All ids are taken.
#[derive(Debug, thiserror::Error)]
#[error("there is no id above {}", u64::MAX)]
struct NoId;

impl ContactIndex {
    /// The owners who may have what a query asks for.
    fn candidates(&self, query: &ContactQuery) -> Candidates<'_, OwnerId> {
        match (query.filter.owner, &query.filter.number) {
            (Some(owner), _) => Box::new(self.all.get(&owner).copied().into_iter()),
            (None, Some(NumberFilter::Number(number, _))) => {
                Box::new(self.by_number.get(number).into_iter().flatten().copied())
            }
            (None, Some(NumberFilter::Text(_)) | None) => Box::new(self.all.iter().copied()),
        }
    }
}

impl Index<ContactList> for ContactIndex {
    fn check(&self, changes: &[Change<ContactList>]) -> Result<(), StoreError> {
        self.by_id.check(changes, ids)
    }

    fn replace(
        &mut self,
        owner: OwnerId,
        before: Option<&Stored<ContactList>>,
        after: Option<&Stored<ContactList>>,
    ) {
        self.by_id.replace(owner, before, after, ids);
        self.all.remove(&owner);
        for contact in before.into_iter().flat_map(|list| list.numbers()) {
            if let Some(owners) = self.by_number.get_mut(&contact.number()) {
                owners.remove(&owner);
                if owners.is_empty() {
                    self.by_number.remove(&contact.number());
                }
            }
        }
        self.all.extend(after.map(|_| owner));
        for contact in after.into_iter().flat_map(|list| list.numbers()) {
            self.by_number.entry(contact.number()).or_default().insert(owner);
            self.last_id = self.last_id.max(contact.id().get());
        }
    }
}

impl ContactStore for MemoryStore {
    fn contact_list(&self, owner: OwnerId) -> Result<Option<Stored<ContactList>>, StoreError> {
        Ok(self.contacts.get(owner))
    }

    fn contact_list_with(&self, id: ContactId) -> Result<Option<Stored<ContactList>>, StoreError> {
        Ok(self.contacts.find(|index| index.by_id.get(id)))
    }

    fn new_contact_id(&self) -> Result<ContactId, StoreError> {
        self.contacts.change_index(|index| {
            let id = index.last_id.checked_add(1).ok_or_else(|| StoreError::Backend(Box::new(NoId)))?;
            index.last_id = id;
            Ok(ContactId::new(id))
        })
    }

    fn commit_contacts(&self, batch: Batch<ContactList>) -> Result<Vec<Revision>, StoreError> {
        self.contacts.commit(batch)
    }

    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        let lists = self.contacts.scan(|index| index.candidates(query), |_| true, None, usize::MAX);
        Ok(query.page(lists.items.iter().flat_map(|list| list.numbers())).cloned())
    }

    fn contact_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<ContactEvent>>, StoreError> {
        Ok(self.contacts.events(after, limit))
    }

    fn contact_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        Ok(self.contacts.receipt(key))
    }
}

fn ids(list: &ContactList) -> Vec<ContactId> {
    list.numbers().iter().map(ContactNumber::id).collect()
}
