//! Commits: the parts of their statement, and the handling of failures.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

use tokio_postgres::Row;

use super::codec;
use super::config::CommitForm;
use super::conflict::Versions;
use super::pool::{Connection, Failure, MAX_BUSY, Pool, back_off};
use super::sql::{self, Param, Part, Statement};
use super::{Clock, read};
use crate::contact::{ContactId, ContactList, OwnerId};
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;
use crate::store::conditions::check_conditions;
use crate::store::{Batch, Change, Entity, Expect, Guard, Receipt, Revision, StoreError, Stored};

/// The maximum size of a part of a receipt, in bytes.
const MAX_PART: usize = 256 * 1024;
/// The maximum number of retries of a commit after lost connections.
const MAX_LOST: u32 = 5;

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
struct NumberRow<'a> {
    /// The version that must be stored.
    expected: Option<Expect>,
    /// The port request that must hold the number; `None` inside requires that none does.
    holder: Option<Option<PortRequestId>>,
    /// The record to store; `None` inside removes it.
    record: Option<Option<&'a NumberRecord>>,
    /// The port request that holds the number after the commit; `None` inside releases the number.
    claim: Option<Option<PortRequestId>>,
}

/// The change of a commit to the row of a contact.
#[derive(Default)]
struct ContactRow {
    before: Option<OwnerId>,
    after: Option<(OwnerId, PhoneNumber)>,
}

/// The rows that a commit writes.
pub(super) struct Plan<'a> {
    batch: &'a Batch,
    numbers: BTreeMap<PhoneNumber, NumberRow<'a>>,
    contacts: BTreeMap<ContactId, ContactRow>,
    /// Whether two expectations exclude each other.
    is_impossible: bool,
}

/// Makes a commit, and repeats it until it is made or refused.
pub(super) async fn commit(pool: &Pool, clock: &Clock, batch: &Batch) -> Result<Revision, StoreError> {
    let (mut busy, mut lost) = (0, 0);
    let mut above = expected_revisions(batch).max().unwrap_or(0);
    loop {
        let revision = clock.next(above);
        let made = match Replaced::read(pool, batch).await? {
            Some(replaced) => {
                let plan = Plan::new(batch, &replaced)?;
                if plan.is_impossible {
                    Err(Failure::Mismatch)
                } else {
                    let parts = plan.parts(codec::int(revision), clock.writer)?;
                    send(pool, clock, &parts, codec::int(revision)).await
                }
            }
            None => Err(Failure::Mismatch),
        };
        match made {
            Ok(()) => return Revision::try_from(revision).map_err(StoreError::backend),
            Err(Failure::Mismatch) => {
                let versions = Versions::read(pool, batch).await?;
                check_conditions(batch, &versions)?;
                // The conflicting version has been replaced, or is ahead of this clock.
                above = above.max(versions.greatest());
                busy += 1;
            }
            Err(Failure::Busy(cause)) => {
                if busy >= MAX_BUSY {
                    return Err(StoreError::Backend(cause));
                }
                busy += 1;
            }
            Err(Failure::Taken) => busy += 1,
            // The commit is known not to have been made.
            Err(Failure::Lost(cause)) => {
                if lost >= MAX_LOST {
                    return Err(StoreError::Unreachable(cause));
                }
                lost += 1;
            }
            Err(failure) => return Err(failure.into_error()),
        }
        if busy > MAX_BUSY {
            return Err(StoreError::backend("the commit conflicted with other transactions too often"));
        }
        back_off((busy + lost).saturating_sub(1)).await;
    }
}

/// Returns the revisions that a batch expects.
fn expected_revisions(batch: &Batch) -> impl Iterator<Item = u64> {
    fn of<T: Entity>(changes: &[Change<T>]) -> impl Iterator<Item = Expect> {
        changes.iter().map(Change::expect)
    }
    let guards = batch.guards.iter().filter_map(|guard| match guard {
        Guard::Number(_, expect) => Some(*expect),
        Guard::Port(..) => None,
    });
    let all = of(&batch.numbers).chain(of(&batch.port_requests)).chain(of(&batch.contacts)).chain(guards);
    all.filter_map(|expect| match expect {
        Expect::Revision(revision) => Some(revision.get()),
        Expect::Absent => None,
    })
}

/// Sends a commit. If the connection is lost, it determines whether the commit was made: the failure is
/// [`Lost`](Failure::Lost) if it was not, and [`Refused`](Failure::Refused) if that is unknown.
async fn send(pool: &Pool, clock: &Clock, parts: &[Part], revision: i64) -> Result<(), Failure> {
    let connection = pool.connection().await?;
    let sent = match pool.config().form {
        CommitForm::Statement => send_statement(&connection, parts).await,
        CommitForm::Transaction => send_transaction(&connection, parts).await,
    };
    match sent {
        Ok(()) => {
            connection.give_back();
            Ok(())
        }
        Err(Failure::Lost(cause)) => {
            drop(connection);
            pool.drop_idle();
            if was_made(pool, revision, clock.writer).await? { Ok(()) } else { Err(Failure::Lost(cause)) }
        }
        Err(failure) => {
            match pool.config().form {
                CommitForm::Statement => connection.give_back(),
                CommitForm::Transaction => connection.roll_back().await,
            }
            Err(failure)
        }
    }
}

/// Sends the parts as one statement that fails unless all change the rows that they must.
async fn send_statement(connection: &Connection<'_>, parts: &[Part]) -> Result<(), Failure> {
    connection.rows(&sql::together(parts)).await.map(|_| ())
}

/// Sends the parts one by one, in a transaction that is not committed unless all change the rows that
/// they must.
async fn send_transaction(connection: &Connection<'_>, parts: &[Part]) -> Result<(), Failure> {
    connection.control(sql::BEGIN).await?;
    for part in parts {
        if connection.execute(&part.statement).await? != part.rows as u64 {
            return Err(Failure::Mismatch);
        }
    }
    connection.control(sql::COMMIT).await
}

/// Returns whether a commit was made, and ensures that it cannot be made later if it was not.
async fn was_made(pool: &Pool, revision: i64, writer: i64) -> Result<bool, Failure> {
    // This waits for the commit if the server is still processing it.
    let unknown = |error: StoreError| Failure::Refused(error.into());
    let fence = Statement::new(sql::FENCE, [Param::Int(revision)]);
    let started = Instant::now();
    let fenced = loop {
        match pool.rows(&fence).await {
            Ok(rows) => break rows,
            // The server may become reachable again.
            Err(StoreError::Unreachable(_)) if started.elapsed() < pool.config().timeout => {
                back_off(u32::MAX).await;
            }
            Err(error) => return Err(unknown(error)),
        }
    };
    if !fenced.is_empty() {
        return Ok(false);
    }
    let rows = pool.rows(&Statement::new(sql::WRITER, [Param::Int(revision)])).await.map_err(unknown)?;
    Ok(read::first::<i64>(&rows).map_err(unknown)? == Some(writer))
}

impl Replaced {
    /// Reads the stored port requests and contact lists that a batch replaces. Returns `None` if their
    /// versions are not the expected ones.
    async fn read(pool: &Pool, batch: &Batch) -> Result<Option<Self>, StoreError> {
        let mut replaced = Self::default();
        let ids = replacing(&batch.port_requests);
        if !ids.is_empty() {
            let keys = Param::Texts(ids.iter().map(|(id, _)| id.to_string()).collect());
            let rows = pool.rows(&Statement::new(sql::PORT_REQUESTS, [keys])).await?;
            let found = rows.iter().map(|row| codec::stored::<PortRequest>(row, 1));
            let Some(found) = expected_only(&ids, found)? else { return Ok(None) };
            replaced.port_requests = found;
        }
        let owners = replacing(&batch.contacts);
        if !owners.is_empty() {
            let keys = Param::Texts(owners.iter().map(|(owner, _)| owner.to_string()).collect());
            let rows = pool.rows(&Statement::new(sql::CONTACT_LISTS, [keys])).await?;
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
    fn new(batch: &'a Batch, replaced: &Replaced) -> Result<Self, StoreError> {
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
                if row.after.replace((change.key(), contact.number())).is_some() {
                    return Err(StoreError::duplicate(contact.id()));
                }
            }
        }
        // Unchanged contacts need no row.
        for change in &self.batch.contacts {
            let before = replaced.lists.get(&change.key());
            for contact in before.into_iter().flat_map(|list| list.numbers()) {
                let stays = Some((change.key(), contact.number()));
                if self.contacts.get(&contact.id()).is_some_and(|row| row.after == stays) {
                    self.contacts.remove(&contact.id());
                }
            }
        }
        Ok(())
    }

    /// Returns the parts of the commit.
    fn parts(&self, revision: i64, writer: i64) -> Result<Vec<Part>, StoreError> {
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
        let mut updates = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut adds = (Vec::new(), Vec::new(), Vec::new());
        for (id, row) in &self.contacts {
            let (owner, number) = row.after.unzip();
            let (owner, number) = (owner.map(|owner| owner.to_string()), number.map(codec::number));
            if let Some(before) = row.before {
                updates.0.push(codec::contact_id(*id));
                updates.1.push(before.to_string());
                updates.2.push(owner);
                updates.3.push(number);
            } else {
                adds.0.push(codec::contact_id(*id));
                adds.1.push(owner);
                adds.2.push(number);
            }
        }
        let (ids, owners, new_owners, numbers) = updates;
        let rows = ids.len();
        let columns =
            [Param::Ints(ids), Param::Texts(owners), Param::SomeTexts(new_owners), Param::SomeInts(numbers)];
        push(parts, rows, Statement::new(sql::UPDATE_CONTACTS, columns));
        let (ids, owners, numbers) = adds;
        let rows = ids.len();
        let columns = [Param::Ints(ids), Param::SomeTexts(owners), Param::SomeInts(numbers)];
        push(parts, rows, Statement::new(sql::ADD_CONTACTS, columns));
    }
}

impl NumberRow<'_> {
    /// Returns whether nothing is written, and nothing is expected that is not known already: a port
    /// request that continues to hold the number.
    fn is_idle(&self) -> bool {
        self.record.is_none() && self.expected.is_none() && self.claim == self.holder
    }
}

/// Adds a part, unless it affects no rows.
fn push(parts: &mut Vec<Part>, rows: usize, statement: Statement) {
    if rows > 0 {
        parts.push(Part { statement, rows });
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
        push(parts, rows, Statement::new(sql::UPDATE_CLAIMS, self.columns()));
    }

    fn into_add(self, condition: &str, parts: &mut Vec<Part>) {
        let rows = self.numbers.len();
        let columns = [Param::Ints(self.numbers), Param::SomeTexts(self.claim)];
        let mut statement = Statement::new(sql::ADD_CLAIMS, columns);
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
        push(parts, rows, Statement::new(sql::UPDATE_NUMBERS, params));
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
        let mut statement = Statement::new(sql::ADD_NUMBERS, params);
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
        push(parts, changes.len(), Statement::new(text, params));
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
    push(parts, rows, Statement::new(sql::ADD_EVENTS, params));
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
    Ok(Part { statement: Statement::new(sql::ADD_RECEIPT, params), rows: parts.len() })
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
