//! The index of contact numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::holders::{Clash, Holders};
use super::page::Candidates;
use crate::contact::{ContactId, ContactList, ContactNumber, ContactQuery, NumberFilter, OwnerId};
use crate::number::PhoneNumber;
use crate::store::{Change, Expect, StoreError, Stored};

/// The index of owners by the ids and the numbers of their contacts.
#[derive(Default)]
pub(super) struct ContactIndex {
    all: BTreeSet<OwnerId>,
    by_id: Holders<ContactId, OwnerId>,
    by_number: BTreeMap<PhoneNumber, BTreeSet<OwnerId>>,
    /// The greatest id that is or was stored, or was allocated.
    last_id: u64,
}

/// The error of allocating more ids than are left.
#[derive(Debug, thiserror::Error)]
#[error("no contact id left above {0}")]
struct NoId(u64);

/// The maximum number of ids that one call allocates.
const MAX_IDS: usize = 1_000_000;

impl ContactIndex {
    /// Returns candidates for `query`: they include all owners with a matching contact.
    pub(super) fn candidates(&self, query: &ContactQuery) -> Candidates<'_, OwnerId> {
        match (query.filter.owner, &query.filter.number) {
            (Some(owner), _) => Box::new(self.all.get(&owner).copied().into_iter()),
            (None, Some(NumberFilter::Number(number, _))) => {
                Box::new(self.by_number.get(number).into_iter().flatten().copied())
            }
            (None, Some(NumberFilter::Text(_)) | None) => Box::new(self.all.iter().copied()),
        }
    }

    /// Returns the owner of the contact with `id`.
    pub(super) fn owner(&self, id: ContactId) -> Option<OwnerId> {
        self.by_id.get(id)
    }

    pub(super) fn new_ids(&mut self, count: usize) -> Result<Vec<ContactId>, StoreError> {
        if count > MAX_IDS {
            return Err(StoreError::TooLarge { count, max: MAX_IDS });
        }
        let last = self.last_id.checked_add(count as u64);
        let last = last.ok_or_else(|| StoreError::backend(NoId(self.last_id)))?;
        let ids = (self.last_id..last).map(|before| ContactId::new(before + 1)).collect();
        self.last_id = last;
        Ok(ids)
    }

    /// Returns an error if two contacts would have the same id after the changes.
    pub(super) fn check(&self, changes: &[Change<ContactList>]) -> Result<(), StoreError> {
        self.by_id.check(changes, ids).map_err(|clash| match clash {
            Clash::InBatch(id) => StoreError::duplicate(id),
            Clash::WithStored(id, _, revision) => StoreError::conflict(id, Expect::Absent, Some(revision)),
        })
    }

    pub(super) fn replace(
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

fn ids(list: &ContactList) -> Vec<ContactId> {
    list.numbers().iter().map(ContactNumber::id).collect()
}
