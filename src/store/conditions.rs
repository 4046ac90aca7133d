//! The check of the conditions of a batch against the stored versions.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

use super::{Batch, Change, Entity, Expect, Guard, Revision, StoreError};
use crate::contact::{ContactId, ContactNumber, OwnerId};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::PortRequestId;

/// The stored versions on which the conditions of a batch depend.
pub(super) trait StoredVersions {
    /// Returns the revision of the receipt under `key`.
    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Revision>, StoreError>;

    /// Returns the revision of the record of `number`.
    fn number(&self, number: PhoneNumber) -> Result<Option<Revision>, StoreError>;

    /// Returns the revision of the port request with `id`.
    fn port_request(&self, id: PortRequestId) -> Result<Option<Revision>, StoreError>;

    /// Returns the revision of the contact list of `owner`.
    fn contact_list(&self, owner: OwnerId) -> Result<Option<Revision>, StoreError>;

    /// Returns the port request on which `number` is active.
    fn active_on(&self, number: PhoneNumber) -> Result<Option<PortRequestId>, StoreError>;

    /// Returns the owner of the contact with `id`.
    fn contact_owner(&self, id: ContactId) -> Result<Option<OwnerId>, StoreError>;
}

/// Returns an error unless all conditions of `batch` hold.
pub(super) fn check_conditions(batch: &Batch, stored: &impl StoredVersions) -> Result<(), StoreError> {
    if let Some(receipt) = &batch.receipt
        && let Some(found) = stored.receipt(receipt.key)?
    {
        return Err(StoreError::conflict(receipt.key, Expect::Absent, Some(found)));
    }
    check_expectations(&batch.numbers, |number| stored.number(number))?;
    check_expectations(&batch.port_requests, |id| stored.port_request(id))?;
    check_expectations(&batch.contacts, |owner| stored.contact_list(owner))?;
    check_guards(batch, stored)?;
    check_items(
        &batch.port_requests,
        |request| request.active_numbers().collect(),
        |number| stored.active_on(number),
        |number, id| Ok(StoreError::PortConflict { number, expected: None, found: Some(id) }),
    )?;
    check_items(
        &batch.contacts,
        |list| list.numbers().iter().map(ContactNumber::id).collect(),
        |id| stored.contact_owner(id),
        |id, owner| Ok(StoreError::conflict(id, Expect::Absent, stored.contact_list(owner)?)),
    )
}

fn check_expectations<T: Entity>(
    changes: &[Change<T>],
    revision: impl Fn(T::Key) -> Result<Option<Revision>, StoreError>,
) -> Result<(), StoreError> {
    for change in changes {
        check_expectation(change.key(), change.expect(), revision(change.key())?)?;
    }
    Ok(())
}

fn check_expectation(key: impl Display, expected: Expect, found: Option<Revision>) -> Result<(), StoreError> {
    if expected.holds(found) { Ok(()) } else { Err(StoreError::conflict(key, expected, found)) }
}

fn check_guards(batch: &Batch, stored: &impl StoredVersions) -> Result<(), StoreError> {
    if batch.guards.is_empty() {
        return Ok(());
    }
    let changed: HashSet<_> = batch.numbers.iter().map(Change::key).collect();
    let changed_requests: HashSet<_> = batch.port_requests.iter().map(Change::key).collect();
    let stored_requests = batch.port_requests.iter().filter_map(Change::value);
    let claimed: HashSet<_> = stored_requests.flat_map(|request| request.active_numbers()).collect();
    for guard in &batch.guards {
        let number = guard.number();
        let holder = stored.active_on(number)?;
        let is_released = holder.is_some_and(|id| changed_requests.contains(&id));
        if !(is_released || changed.contains(&number) || claimed.contains(&number)) {
            return Err(StoreError::Unguardable(number));
        }
        match *guard {
            Guard::Number(_, expected) => check_expectation(number, expected, stored.number(number)?)?,
            Guard::Port(_, expected) if expected != holder => {
                return Err(StoreError::PortConflict { number, expected, found: holder });
            }
            Guard::Port(..) => {}
        }
    }
    Ok(())
}

/// Returns an error if two values would hold the same item after the changes. `items` returns the items
/// of a value, `holder` the key of the stored value that holds an item, and `conflict` the error if that
/// value keeps the item.
fn check_items<T: Entity, X: Copy + Display + Eq + Hash>(
    changes: &[Change<T>],
    items: impl Fn(&T) -> Vec<X>,
    holder: impl Fn(X) -> Result<Option<T::Key>, StoreError>,
    conflict: impl Fn(X, T::Key) -> Result<StoreError, StoreError>,
) -> Result<(), StoreError> {
    let keys: HashSet<_> = changes.iter().map(Change::key).collect();
    let mut claimed = HashMap::new();
    for change in changes {
        for item in change.value().into_iter().flat_map(|value| items(value)) {
            if claimed.insert(item, change.key()).is_some_and(|other| other != change.key()) {
                return Err(StoreError::duplicate(item));
            }
            // If the batch changes the holder, it releases the item or claims it again.
            if let Some(key) = holder(item)?.filter(|key| !keys.contains(key)) {
                return Err(conflict(item, key)?);
            }
        }
    }
    Ok(())
}
