//! The parts of the statement that makes a commit.

use std::collections::BTreeMap;

use super::codec;
use super::plan::{NumberRow, Plan};
use super::sql::{self, Param, Part, Statement};
use crate::contact::{ContactCarrier, ContactId, ContactList, ContactLocation, ContactNumber, OwnerId};
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;
use crate::store::{Batch, Change, Entity, Expect, Receipt, StoreError};

/// The maximum size of a part of a receipt, in bytes.
const MAX_PART: usize = 256 * 1024;

impl Plan<'_> {
    /// Returns the parts of the commit.
    pub(super) fn parts(&self, revision: i64, writer: i64) -> Result<Vec<Part>, StoreError> {
        let committed = Statement::new(sql::COMMITTED, [Param::Int(revision), Param::Int(writer)]);
        let mut parts = vec![Part { statement: committed, rows: 1 }];
        self.add_number_parts(revision, &mut parts)?;
        let requests = [sql::UPDATE_PORT_REQUESTS, sql::ADD_PORT_REQUESTS];
        add_value_parts(&self.batch.port_requests, requests, revision, port_request_columns, &mut parts)?;
        let lists = [sql::UPDATE_LISTS, sql::ADD_LISTS];
        add_value_parts(&self.batch.contacts, lists, revision, list_columns, &mut parts)?;
        self.add_contact_parts(&mut parts);
        add_events(self.batch, revision, &mut parts)?;
        if let Some(receipt) = &self.batch.receipt {
            parts.push(receipt_part(receipt, revision)?);
        }
        Ok(parts)
    }

    fn add_number_parts(&self, revision: i64, parts: &mut Vec<Part>) -> Result<(), StoreError> {
        let mut updates = RecordColumns::default();
        let mut updated_claims = ClaimColumns::default();
        let mut adds: [RecordColumns; 2] = Default::default();
        let mut added_claims: [ClaimColumns; 2] = Default::default();
        for (number, row) in &self.numbers {
            let is_update =
                matches!(row.expected, Some(Expect::Revision(_))) || matches!(row.holder, Some(Some(_)));
            match (is_update, row.record) {
                (true, Some(record)) => {
                    updates.claims.push(*number, row);
                    updates.push(record)?;
                }
                (true, None) => updated_claims.push(*number, row),
                (false, Some(record)) => {
                    let [any, unclaimed] = &mut adds;
                    let records = if row.holder.is_some() { unclaimed } else { any };
                    records.claims.push(*number, row);
                    records.push(record)?;
                }
                (false, None) => {
                    let [any, no_record] = &mut added_claims;
                    if row.expected.is_some() { no_record } else { any }.push(*number, row);
                }
            }
        }
        updates.into_update(revision, parts);
        updated_claims.into_update(parts);
        let [any, unclaimed] = adds;
        any.into_add("", revision, parts);
        unclaimed.into_add(sql::IF_UNCLAIMED, revision, parts);
        let [any, no_record] = added_claims;
        any.into_add("", parts);
        no_record.into_add(sql::IF_NO_RECORD, parts);
        Ok(())
    }

    fn add_contact_parts(&self, parts: &mut Vec<Part>) {
        let (mut former_owners, mut updates) = (Vec::new(), ContactColumns::default());
        let mut adds = ContactColumns::default();
        let mut counts = ContactCounts::default();
        for (id, row) in &self.contacts {
            if let Some(before) = row.before {
                former_owners.push(before.to_string());
                updates.push(*id, row.after);
                counts.add(before, -1);
            } else {
                adds.push(*id, row.after);
            }
            if let Some(after) = row.after {
                counts.add(after.owner(), 1);
            }
        }
        let rows = former_owners.len();
        let columns = [Param::Texts(former_owners)].into_iter().chain(updates.columns());
        push(parts, rows, Statement::of_rows(sql::UPDATE_CONTACTS, columns));
        let rows = adds.ids.len();
        push(parts, rows, Statement::of_rows(sql::ADD_CONTACTS, adds.columns()));
        let (rows, statement) = counts.statement();
        push(parts, rows, statement);
    }
}

/// Adds a part, unless it affects no rows.
fn push(parts: &mut Vec<Part>, rows: usize, statement: Statement) {
    if rows > 0 {
        parts.push(Part { statement, rows });
    }
}

/// The columns of rows of contacts.
#[derive(Default)]
pub(super) struct ContactColumns {
    ids: Vec<i64>,
    owners: Vec<Option<String>>,
    numbers: Vec<Option<i64>>,
    extensions: Vec<Option<i64>>,
    carriers: Vec<Option<String>>,
    locations: Vec<Option<String>>,
    created: Vec<Option<i64>>,
    updated: Vec<Option<i64>>,
    primary: Vec<Option<bool>>,
}

impl ContactColumns {
    /// Adds the row of a contact; `None` is a removed one.
    pub(super) fn push(&mut self, id: ContactId, contact: Option<&ContactNumber>) {
        let text = |text: Option<&str>| codec::sorted_text(text);
        self.ids.push(codec::contact_id(id));
        self.owners.push(contact.map(|contact| contact.owner().to_string()));
        self.numbers.push(contact.map(|contact| codec::number(contact.number())));
        self.extensions.push(contact.map(|contact| codec::extension(contact.extension())));
        self.carriers.push(contact.map(|contact| text(contact.carrier().map(ContactCarrier::as_str))));
        self.locations.push(contact.map(|contact| text(contact.location().map(ContactLocation::as_str))));
        self.created.push(contact.map(|contact| codec::time(contact.created_at())));
        self.updated.push(contact.map(|contact| codec::time(contact.updated_at())));
        self.primary.push(contact.map(ContactNumber::is_primary));
    }

    pub(super) fn columns(self) -> [Param; 9] {
        [
            Param::Ints(self.ids),
            Param::SomeTexts(self.owners),
            Param::SomeInts(self.numbers),
            Param::SomeInts(self.extensions),
            Param::SomeTexts(self.carriers),
            Param::SomeTexts(self.locations),
            Param::SomeInts(self.created),
            Param::SomeInts(self.updated),
            Param::SomeBools(self.primary),
        ]
    }
}

/// The changes of the parts of the number of contacts.
#[derive(Default)]
pub(super) struct ContactCounts(BTreeMap<i64, i64>);

impl ContactCounts {
    /// The number of parts.
    const SHARDS: u32 = 64;

    /// Adds the change of the number of an owner's contacts. The same owner always has the same part.
    pub(super) fn add(&mut self, owner: OwnerId, change: i64) {
        let hash = owner.as_str().bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31) ^ u32::from(byte));
        *self.0.entry(i64::from(hash % Self::SHARDS)).or_default() += change;
    }

    /// Returns the statement, and the number of rows that it changes.
    pub(super) fn statement(&self) -> (usize, Statement) {
        let (shards, changes): (Vec<_>, Vec<_>) = self.0.iter().filter(|(_, change)| **change != 0).unzip();
        let rows = shards.len();
        (rows, Statement::of_rows(sql::COUNT_CONTACTS, [Param::Ints(shards), Param::Ints(changes)]))
    }
}

/// The columns with expectations and claims on rows of numbers.
#[derive(Default)]
struct ClaimColumns {
    numbers: Vec<i64>,
    expected: Vec<Option<i64>>,
    holders: Vec<Option<String>>,
    claims: Vec<bool>,
    claim: Vec<Option<String>>,
}

/// The columns of rows of numbers whose records are written.
#[derive(Default)]
struct RecordColumns {
    claims: ClaimColumns,
    states: Vec<Option<String>>,
    owners: Vec<Option<String>>,
    clocks: Vec<Option<i64>>,
    pending: Vec<Option<bool>>,
    documents: Vec<Option<String>>,
}

impl ClaimColumns {
    fn push(&mut self, number: PhoneNumber, row: &NumberRow<'_>) {
        let text = |id: Option<PortRequestId>| id.map(|id| id.to_string());
        self.numbers.push(codec::number(number));
        self.expected.push(row.expected.map(codec::expected));
        self.holders.push(row.holder.map(|holder| text(holder).unwrap_or_default()));
        self.claims.push(row.claim.is_some());
        self.claim.push(row.claim.and_then(text));
    }

    fn columns(self) -> [Param; 5] {
        [
            Param::Ints(self.numbers),
            Param::SomeInts(self.expected),
            Param::SomeTexts(self.holders),
            Param::Bools(self.claims),
            Param::SomeTexts(self.claim),
        ]
    }

    fn into_update(self, parts: &mut Vec<Part>) {
        let rows = self.numbers.len();
        push(parts, rows, Statement::of_rows(sql::UPDATE_CLAIMS, self.columns()));
    }

    fn into_add(self, condition: &str, parts: &mut Vec<Part>) {
        let rows = self.numbers.len();
        let columns = [Param::Ints(self.numbers), Param::SomeTexts(self.claim)];
        let mut statement = Statement::of_rows(sql::ADD_CLAIMS, columns);
        statement.push(condition, []);
        push(parts, rows, statement);
    }
}

impl RecordColumns {
    fn push(&mut self, record: Option<&NumberRecord>) -> Result<(), StoreError> {
        self.states.push(record.map(|record| record.state().as_str().to_owned()));
        self.owners.push(record.and_then(NumberRecord::owner).map(|owner| owner.to_string()));
        self.clocks.push(record.and_then(NumberRecord::clock).map(codec::time));
        self.pending.push(record.and_then(NumberRecord::pending).map(|_| true));
        self.documents.push(record.map(codec::document).transpose()?);
        Ok(())
    }

    fn into_update(self, revision: i64, parts: &mut Vec<Part>) {
        let rows = self.documents.len();
        let mut params = vec![Param::Int(revision)];
        params.extend(self.claims.columns());
        params.extend([
            Param::SomeTexts(self.states),
            Param::SomeTexts(self.owners),
            Param::SomeInts(self.clocks),
            Param::SomeBools(self.pending),
            Param::SomeTexts(self.documents),
            Param::Int(revision),
        ]);
        push(parts, rows, Statement::of_rows(sql::UPDATE_NUMBERS, params));
    }

    fn into_add(self, condition: &str, revision: i64, parts: &mut Vec<Part>) {
        let rows = self.documents.len();
        let params = [
            Param::Int(revision),
            Param::Ints(self.claims.numbers),
            Param::SomeTexts(self.states),
            Param::SomeTexts(self.owners),
            Param::SomeInts(self.clocks),
            Param::SomeBools(self.pending),
            Param::SomeTexts(self.claims.claim),
            Param::SomeTexts(self.documents),
        ];
        let mut statement = Statement::of_rows(sql::ADD_NUMBERS, params);
        statement.push(condition, []);
        push(parts, rows, statement);
    }
}

/// Adds the parts that write the values of one kind: `update` for the changes of a stored value, `add` for
/// the others. Both take the revision, the keys, the expected revisions if they update, and the columns.
fn add_value_parts<T: Entity>(
    changes: &[Change<T>],
    [update, add]: [&str; 2],
    revision: i64,
    columns: impl Fn(&[&Change<T>]) -> Result<Vec<Param>, StoreError>,
    parts: &mut Vec<Part>,
) -> Result<(), StoreError> {
    let mut changes: Vec<_> = changes.iter().collect();
    changes.sort_unstable_by_key(|change| change.key());
    let (updates, adds): (Vec<&Change<_>>, _) =
        changes.into_iter().partition(|change| change.expect() != Expect::Absent);
    for (text, is_update, changes) in [(update, true, updates), (add, false, adds)] {
        let keys = changes.iter().map(|change| change.key().to_string()).collect();
        let expected = changes.iter().map(|change| codec::expected(change.expect())).collect();
        let mut params = vec![Param::Int(revision), Param::Texts(keys)];
        params.extend(is_update.then_some(Param::Ints(expected)));
        params.extend(columns(&changes)?);
        push(parts, changes.len(), Statement::of_rows(text, params));
    }
    Ok(())
}

fn port_request_columns(changes: &[&Change<PortRequest>]) -> Result<Vec<Param>, StoreError> {
    let requests = || changes.iter().map(|change| change.value());
    let accounts = requests().map(|request| Some(request?.account().to_string())).collect();
    let active = requests().map(|request| request?.is_active().then_some(true)).collect();
    let documents = requests().map(|request| request.map(|request| codec::document(&**request)).transpose());
    let documents = documents.collect::<Result<_, _>>()?;
    Ok(vec![Param::SomeTexts(accounts), Param::SomeBools(active), Param::SomeTexts(documents)])
}

fn list_columns(changes: &[&Change<ContactList>]) -> Result<Vec<Param>, StoreError> {
    let lists = changes.iter().map(|change| change.value());
    let documents = lists.map(|list| list.map(|list| codec::contacts_document(list)).transpose());
    Ok(vec![Param::SomeTexts(documents.collect::<Result<_, _>>()?)])
}

fn add_events(batch: &Batch, revision: i64, parts: &mut Vec<Part>) -> Result<(), StoreError> {
    let (mut places, mut times, mut documents) = (Vec::new(), Vec::new(), Vec::new());
    for (place, event) in (0..).zip(batch.events()) {
        places.push(place);
        times.push(codec::time(event.at()));
        documents.push(codec::document(&event)?);
    }
    let rows = documents.len();
    let params = [Param::Int(revision), Param::Ints(places), Param::Ints(times), Param::Texts(documents)];
    push(parts, rows, Statement::of_rows(sql::ADD_EVENTS, params));
    Ok(())
}

fn receipt_part(receipt: &Receipt, revision: i64) -> Result<Part, StoreError> {
    let answer = codec::document(&receipt.answer)?;
    let parts = parts_of(&answer);
    let params = [
        Param::Text(receipt.key.to_string()),
        Param::Int(revision),
        Param::Text(receipt.actor.to_string()),
        Param::Int(codec::time(receipt.at)),
        Param::Ints((0..).take(parts.len()).collect()),
        Param::Texts(parts.iter().map(|part| (*part).to_owned()).collect()),
    ];
    Ok(Part { statement: Statement::of_rows(sql::ADD_RECEIPT, params), rows: parts.len() })
}

/// Splits a text into parts of at most [`MAX_PART`] bytes; an empty text is one part.
fn parts_of(text: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while rest.len() > MAX_PART {
        let end = (0..=MAX_PART).rev().find(|end| rest.is_char_boundary(*end));
        let (part, others) = rest.split_at(end.unwrap_or(MAX_PART));
        parts.push(part);
        rest = others;
    }
    parts.push(rest);
    parts
}
