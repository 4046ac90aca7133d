//! The rows that a commit writes.

use std::collections::{BTreeMap, HashMap, HashSet};

use tokio_postgres::Row;

use super::codec;
use super::pool::Pool;
use super::sql::{self, Param, Statement};
use crate::contact::{ContactId, ContactList, ContactNumber, OwnerId};
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;
use crate::store::{Batch, Change, Entity, Expect, Guard, StoreError, Stored};

/// The stored port requests and contact lists that a commit replaces, if they have the expected
/// versions.
#[derive(Default)]
pub(super) struct Replaced {
    port_requests: ByKey<PortRequest>,
    lists: ByKey<ContactList>,
}

type ByKey<T> = HashMap<<T as Entity>::Key, Stored<T>>;

/// The changes and conditions of a commit on the row of a number.
#[derive(Default)]
#[expect(clippy::option_option, reason = "the outer one says whether there is a condition or a change")]
pub(super) struct NumberRow<'a> {
    /// The version that must be stored.
    pub(super) expected: Option<Expect>,
    /// The port request that must hold the number; `None` inside requires that none does.
    pub(super) holder: Option<Option<PortRequestId>>,
    /// The record to store; `None` inside removes it.
    pub(super) record: Option<Option<&'a NumberRecord>>,
    /// The port request that holds the number after the commit; `None` inside releases the number.
    pub(super) claim: Option<Option<PortRequestId>>,
}

/// The change of a commit to the row of a contact.
#[derive(Default)]
pub(super) struct ContactRow<'a> {
    pub(super) before: Option<OwnerId>,
    pub(super) after: Option<&'a ContactNumber>,
}

/// The rows that a commit writes.
pub(super) struct Plan<'a> {
    pub(super) batch: &'a Batch,
    pub(super) numbers: BTreeMap<PhoneNumber, NumberRow<'a>>,
    pub(super) contacts: BTreeMap<ContactId, ContactRow<'a>>,
    /// Whether two expectations exclude each other.
    pub(super) is_impossible: bool,
}

impl Replaced {
    /// Reads the stored port requests and contact lists that a batch replaces. Returns `None` if their
    /// versions are not the expected ones.
    pub(super) fn read(pool: &Pool, batch: &Batch) -> Result<Option<Self>, StoreError> {
        let mut replaced = Self::default();
        let ids = replacing(&batch.port_requests);
        if !ids.is_empty() {
            let keys = Param::Texts(ids.iter().map(|(id, _)| id.to_string()).collect());
            let rows = pool.rows(&Statement::of_keys(sql::PORT_REQUESTS, keys))?;
            let found = rows.iter().map(|row| codec::stored::<PortRequest>(row, 1));
            let Some(found) = expected_only(&ids, found)? else { return Ok(None) };
            replaced.port_requests = found;
        }
        let owners = replacing(&batch.contacts);
        if !owners.is_empty() {
            let keys = Param::Texts(owners.iter().map(|(owner, _)| owner.to_string()).collect());
            let rows = pool.rows(&Statement::of_keys(sql::CONTACT_LISTS, keys))?;
            let found = rows.iter().map(|row: &Row| codec::stored_list(row, 0));
            let Some(found) = expected_only(&owners, found)? else { return Ok(None) };
            replaced.lists = found;
        }
        Ok(Some(replaced))
    }
}

/// Returns the keys of changes that expect a version.
fn replacing<T: Entity>(changes: &[Change<T>]) -> Vec<(T::Key, Expect)> {
    let keys = changes.iter().map(|change| (change.key(), change.expect()));
    keys.filter(|(_, expect)| *expect != Expect::Absent).collect()
}

/// Returns the values found, unless one has an unexpected version.
fn expected_only<T: Entity>(
    keys: &[(T::Key, Expect)],
    found: impl Iterator<Item = Result<Stored<T>, StoreError>>,
) -> Result<Option<ByKey<T>>, StoreError> {
    let found = found.map(|stored| stored.map(|stored| (stored.key(), stored)));
    let found: HashMap<_, _> = found.collect::<Result<_, StoreError>>()?;
    let holds = |(key, expect): &(T::Key, Expect)| expect.holds(found.get(key).map(Stored::revision));
    Ok(keys.iter().all(holds).then_some(found))
}

impl<'a> Plan<'a> {
    pub(super) fn new(batch: &'a Batch, replaced: &Replaced) -> Result<Self, StoreError> {
        let mut plan =
            Self { batch, numbers: BTreeMap::new(), contacts: BTreeMap::new(), is_impossible: false };
        plan.add_claims(replaced)?;
        for change in &batch.numbers {
            let row = plan.numbers.entry(change.key()).or_default();
            row.expected = Some(change.expect());
            row.record = Some(change.value().map(|record| &**record));
        }
        plan.add_guards()?;
        plan.numbers.retain(|_, row| !row.is_idle());
        plan.add_contacts(replaced)?;
        Ok(plan)
    }

    /// Adds the numbers that port requests claim or release.
    fn add_claims(&mut self, replaced: &Replaced) -> Result<(), StoreError> {
        for change in &self.batch.port_requests {
            let before = replaced.port_requests.get(&change.key());
            for number in before.into_iter().flat_map(|stored| stored.active_numbers()) {
                let row = self.numbers.entry(number).or_default();
                row.holder = Some(Some(change.key()));
                row.claim = Some(None);
            }
        }
        let mut claimed = HashSet::new();
        for change in &self.batch.port_requests {
            for number in change.value().into_iter().flat_map(|request| request.active_numbers()) {
                if !claimed.insert(number) {
                    return Err(StoreError::duplicate(number));
                }
                let row = self.numbers.entry(number).or_default();
                row.holder.get_or_insert(None);
                row.claim = Some(Some(change.key()));
            }
        }
        Ok(())
    }

    fn add_guards(&mut self) -> Result<(), StoreError> {
        for guard in &self.batch.guards {
            let number = guard.number();
            let Some(row) = self.numbers.get_mut(&number) else {
                return Err(StoreError::Unguardable(number));
            };
            let holds = match *guard {
                Guard::Number(_, expect) => *row.expected.get_or_insert(expect) == expect,
                Guard::Port(_, holder) => *row.holder.get_or_insert(holder) == holder,
            };
            self.is_impossible |= !holds;
        }
        Ok(())
    }

    fn add_contacts(&mut self, replaced: &Replaced) -> Result<(), StoreError> {
        for change in &self.batch.contacts {
            let before = replaced.lists.get(&change.key());
            for contact in before.into_iter().flat_map(|list| list.numbers()) {
                self.contacts.entry(contact.id()).or_default().before = Some(change.key());
            }
        }
        for change in &self.batch.contacts {
            for contact in change.value().into_iter().flat_map(|list| list.numbers()) {
                let row = self.contacts.entry(contact.id()).or_default();
                if row.after.replace(contact).is_some() {
                    return Err(StoreError::duplicate(contact.id()));
                }
            }
        }
        // Unchanged contacts need no row.
        for change in &self.batch.contacts {
            let before = replaced.lists.get(&change.key());
            for contact in before.into_iter().flat_map(|list| list.numbers()) {
                if self.contacts.get(&contact.id()).is_some_and(|row| row.after == Some(contact)) {
                    self.contacts.remove(&contact.id());
                }
            }
        }
        Ok(())
    }
}

impl NumberRow<'_> {
    /// Returns whether nothing is written, and nothing is expected that is not known already: a port
    /// request that continues to hold the number.
    fn is_idle(&self) -> bool {
        self.record.is_none() && self.expected.is_none() && self.claim == self.holder
    }
}
