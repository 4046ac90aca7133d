//! The stored versions that explain why a commit was refused.

use std::collections::HashMap;

use super::codec::{self, column};
use super::pool::Pool;
use super::sql::{self, Param, Statement};
use crate::contact::{ContactId, ContactNumber, OwnerId};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::PortRequestId;
use crate::store::conditions::StoredVersions;
use crate::store::{Batch, Change, Revision, StoreError};

/// The stored versions of everything about which a batch has an expectation.
#[derive(Default)]
pub(super) struct Versions {
    numbers: HashMap<PhoneNumber, Revision>,
    holders: HashMap<PhoneNumber, PortRequestId>,
    port_requests: HashMap<PortRequestId, Revision>,
    lists: HashMap<OwnerId, Revision>,
    owners: HashMap<ContactId, OwnerId>,
    receipt: Option<Revision>,
    /// The greatest revision among them, including those of removed values.
    greatest: u64,
}

impl Versions {
    /// Reads the versions in a consistent snapshot.
    pub(super) fn read(pool: &Pool, batch: &Batch) -> Result<Self, StoreError> {
        let guarded = batch.guards.iter().map(|guard| guard.number());
        let numbers = batch.numbers.iter().map(Change::key).chain(claims(batch)).chain(guarded);
        let key = batch.receipt.as_ref().map(|receipt| receipt.key.to_string());
        let params = [
            Param::Ints(numbers.map(codec::number).collect()),
            Param::Texts(batch.port_requests.iter().map(|change| change.key().to_string()).collect()),
            Param::Texts(batch.contacts.iter().map(|change| change.key().to_string()).collect()),
            Param::Ints(ids(batch).map(codec::contact_id).collect()),
            Param::Text(key.unwrap_or_default()),
        ];
        let mut versions = Self::default();
        for row in pool.rows(&Statement::new(sql::VERSIONS, params))? {
            let kind: i32 = column(&row, 0)?;
            let int: i64 = column(&row, 1)?;
            let text: &str = column(&row, 2)?;
            let revision: i64 = column(&row, 3)?;
            let is_stored: bool = column(&row, 5)?;
            versions.greatest = versions.greatest.max(revision.unsigned_abs());
            if kind == 1 {
                let number = PhoneNumber::try_from(codec::bits(int)).map_err(StoreError::backend)?;
                if let Some(id) = column::<Option<&str>>(&row, 4)? {
                    versions.holders.insert(number, id.parse().map_err(StoreError::backend)?);
                }
                if is_stored {
                    versions.numbers.insert(number, codec::revision(revision)?);
                }
                continue;
            }
            if !is_stored {
                continue;
            }
            let revision = codec::revision(revision)?;
            match kind {
                2 => {
                    versions.port_requests.insert(text.parse().map_err(StoreError::backend)?, revision);
                }
                3 => {
                    versions.lists.insert(text.parse().map_err(StoreError::backend)?, revision);
                }
                4 => {
                    let owner = text.parse().map_err(StoreError::backend)?;
                    versions.lists.insert(owner, revision);
                    versions.owners.insert(ContactId::new(codec::bits(int)), owner);
                }
                _ => versions.receipt = Some(revision),
            }
        }
        Ok(versions)
    }

    /// Returns the greatest revision.
    pub(super) const fn greatest(&self) -> u64 {
        self.greatest
    }
}

impl StoredVersions for Versions {
    fn receipt(&self, _: IdempotencyKey) -> Result<Option<Revision>, StoreError> {
        Ok(self.receipt)
    }

    fn number(&self, number: PhoneNumber) -> Result<Option<Revision>, StoreError> {
        Ok(self.numbers.get(&number).copied())
    }

    fn port_request(&self, id: PortRequestId) -> Result<Option<Revision>, StoreError> {
        Ok(self.port_requests.get(&id).copied())
    }

    fn contact_list(&self, owner: OwnerId) -> Result<Option<Revision>, StoreError> {
        Ok(self.lists.get(&owner).copied())
    }

    fn active_on(&self, number: PhoneNumber) -> Result<Option<PortRequestId>, StoreError> {
        Ok(self.holders.get(&number).copied())
    }

    fn contact_owner(&self, id: ContactId) -> Result<Option<OwnerId>, StoreError> {
        Ok(self.owners.get(&id).copied())
    }
}

/// Returns the numbers that the port requests of a batch claim.
fn claims(batch: &Batch) -> impl Iterator<Item = PhoneNumber> {
    let requests = batch.port_requests.iter().filter_map(Change::value);
    requests.flat_map(|request| request.active_numbers())
}

/// Returns the ids of the contacts that a batch stores.
fn ids(batch: &Batch) -> impl Iterator<Item = ContactId> {
    let lists = batch.contacts.iter().filter_map(Change::value);
    lists.flat_map(|list| list.numbers()).map(ContactNumber::id)
}
