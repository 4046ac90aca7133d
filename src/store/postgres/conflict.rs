//! The search for the expectation of a commit that did not hold.

use std::collections::{HashMap, HashSet};

use super::codec::{self, column};
use super::commit::holder;
use super::pool::Pool;
use super::sql::{self, Param, Statement};
use crate::contact::{ContactId, OwnerId};
use crate::number::PhoneNumber;
use crate::porting::PortRequestId;
use crate::store::{Batch, Change, Entity, Expect, Guard, Revision, StoreError};

/// The stored versions of everything about which a batch has an expectation.
#[derive(Default)]
pub(super) struct Versions {
    numbers: HashMap<PhoneNumber, Revision>,
    holders: HashMap<PhoneNumber, PortRequestId>,
    port_requests: HashMap<PortRequestId, Revision>,
    lists: HashMap<OwnerId, Revision>,
    contacts: HashMap<ContactId, (OwnerId, Revision)>,
    receipt: Option<Revision>,
    /// The greatest revision among them, including those of removed values.
    greatest: u64,
}

impl Versions {
    /// Reads the versions in a consistent snapshot.
    pub(super) async fn read(pool: &Pool, batch: &Batch) -> Result<Self, StoreError> {
        let claimed = claims(batch).map(|(number, _)| number);
        let guarded = batch.guards.iter().map(|guard| guard.number());
        let numbers = batch.numbers.iter().map(Change::key).chain(claimed).chain(guarded);
        let key = batch.receipt.as_ref().map(|receipt| receipt.key.to_string());
        let params = [
            Param::Ints(numbers.map(codec::number).collect()),
            Param::Texts(batch.port_requests.iter().map(|change| change.key().to_string()).collect()),
            Param::Texts(batch.contacts.iter().map(|change| change.key().to_string()).collect()),
            Param::Ints(ids(batch).map(|(id, _)| codec::contact_id(id)).collect()),
            Param::Text(key.unwrap_or_default()),
        ];
        let mut versions = Self::default();
        for row in pool.rows(&Statement::new(sql::VERSIONS, params)).await? {
            let kind: i32 = column(&row, 0)?;
            let int: i64 = column(&row, 1)?;
            let text: &str = column(&row, 2)?;
            let revision: i64 = column(&row, 3)?;
            let is_stored: bool = column(&row, 5)?;
            versions.greatest = versions.greatest.max(revision.unsigned_abs());
            if kind == 1 {
                let number = PhoneNumber::try_from(codec::bits(int)).map_err(StoreError::backend)?;
                if let Some(id) = holder(&row, 4)? {
                    versions.holders.insert(number, id);
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
                    versions.contacts.insert(ContactId::new(codec::bits(int)), (owner, revision));
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

    /// Returns an error unless all expectations of a batch hold.
    pub(super) fn check(&self, batch: &Batch) -> Result<(), StoreError> {
        if let (Some(receipt), Some(found)) = (&batch.receipt, self.receipt) {
            return Err(StoreError::conflict(receipt.key, Expect::Absent, Some(found)));
        }
        check_changes(&batch.numbers, &self.numbers)?;
        check_changes(&batch.port_requests, &self.port_requests)?;
        check_changes(&batch.contacts, &self.lists)?;
        for guard in &batch.guards {
            let number = guard.number();
            match *guard {
                Guard::Number(_, expected) => {
                    let found = self.numbers.get(&number).copied();
                    if !expected.holds(found) {
                        return Err(StoreError::conflict(number, expected, found));
                    }
                }
                Guard::Port(_, expected) => {
                    let found = self.holders.get(&number).copied();
                    if expected != found {
                        return Err(StoreError::PortConflict { number, expected, found });
                    }
                }
            }
        }
        let changed: HashSet<_> = batch.port_requests.iter().map(Change::key).collect();
        for (number, _) in claims(batch) {
            if let Some(found) = self.holders.get(&number)
                && !changed.contains(found)
            {
                return Err(StoreError::PortConflict { number, expected: None, found: Some(*found) });
            }
        }
        let changed: HashSet<_> = batch.contacts.iter().map(Change::key).collect();
        for (id, _) in ids(batch) {
            if let Some((owner, revision)) = self.contacts.get(&id)
                && !changed.contains(owner)
            {
                return Err(StoreError::conflict(id, Expect::Absent, Some(*revision)));
            }
        }
        Ok(())
    }
}

fn check_changes<T: Entity>(
    changes: &[Change<T>],
    found: &HashMap<T::Key, Revision>,
) -> Result<(), StoreError> {
    for change in changes {
        let found = found.get(&change.key()).copied();
        if !change.expect().holds(found) {
            return Err(StoreError::conflict(change.key(), change.expect(), found));
        }
    }
    Ok(())
}

/// Returns the numbers that the port requests of a batch claim.
fn claims(batch: &Batch) -> impl Iterator<Item = (PhoneNumber, PortRequestId)> {
    let changes = batch.port_requests.iter();
    changes.flat_map(|change| {
        let numbers = change.value().into_iter().flat_map(|request| request.active_numbers());
        numbers.map(|number| (number, change.key()))
    })
}

/// Returns the ids of the contacts that a batch stores.
fn ids(batch: &Batch) -> impl Iterator<Item = (ContactId, OwnerId)> {
    let changes = batch.contacts.iter();
    changes.flat_map(|change| {
        let contacts = change.value().into_iter().flat_map(|list| list.numbers());
        contacts.map(|contact| (contact.id(), change.key()))
    })
}
