//! Power failures and full disks. After each, the content of the store is that after the last acknowledged
//! commit, or that after the commit that failed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde_json::json;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact, OwnerId};
use telnum::lifecycle::State;
use telnum::policy::Policy;
use telnum::porting::{PortRequest, PortRequestId};
use telnum::record::{Context, Creation, Event, EventKind, NumberRecord};
use telnum::store::redb::RedbStore;
use telnum::store::{
    Batch, Change, Entity, Expect, Receipt, Revision, Store, StoreError, StoreEvent, StoreExt, Stored,
};
use telnum::{PhoneNumber, Timestamp};

use super::count;
use super::disk::{Disk, Fault, Random};

/// The number of threads that commit at the same time, each to values of its own.
const WRITERS: usize = 2;
/// The number of commits of a writer in a run.
const COMMITS: usize = 4;
/// The number of phone numbers of a writer: few, so that commits change the same ones.
const NUMBERS: u64 = 12;

/// All values of a writer in a store.
#[derive(Clone, Debug, Default, PartialEq)]
struct Content {
    records: Vec<(NumberRecord, Revision)>,
    requests: Vec<(PortRequest, Revision)>,
    lists: Vec<(ContactList, Revision)>,
    events: Vec<StoreEvent>,
    receipts: Vec<Receipt>,
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// Returns a number of a writer.
fn number(writer: usize, place: u64) -> PhoneNumber {
    format!("+141588{writer}{place:04}").parse().unwrap()
}

fn request_id(writer: usize) -> PortRequestId {
    format!("request-{writer}").parse().unwrap()
}

fn owner(writer: usize) -> OwnerId {
    format!("owner-{writer}").parse().unwrap()
}

/// Makes a port request that is active or not.
fn request(writer: usize, random: &mut Random) -> PortRequest {
    let state = ["submitted", "canceled"][random.place(2)];
    let document = json!({
        "id": request_id(writer), "name": "Bakery", "port_state": state,
        "numbers": {(number(writer, 0).to_string()): {}}, "created": now(), "updated": now(),
        "_read_only": {"account": {"id": "shop"}},
    });
    serde_json::from_value(document).unwrap()
}

/// Makes a contact list with up to two contacts.
fn list(writer: usize, random: &mut Random) -> ContactList {
    let mut list = ContactList::empty(owner(writer));
    for place in 0..random.below(3) {
        let id = ContactId::new(1 + 10 * writer as u64 + place);
        let contact = EnteredNumber::parse(&format!("+1 541-555-057{place}"), None, None).unwrap();
        list.add([(id, NewContact::new(contact))], now()).unwrap();
    }
    list
}

fn record(number: PhoneNumber, random: &mut Random) -> NumberRecord {
    let owner: AccountId = ["shop", "bank"][random.place(2)].parse().unwrap();
    let accounts = AccountTree::new([Account::new(owner)]).unwrap();
    let policy = Policy::default();
    let ctx = Context::new(Actor::System, &accounts, &policy, now());
    let state = [State::Available, State::Reserved, State::InService][random.place(3)];
    let creation = Creation::default().with_owner(owner).with_state(state);
    NumberRecord::create(number, creation, &ctx).unwrap().record
}

fn receipt(writer: usize, place: usize) -> Receipt {
    // Some receipts take several parts.
    let answer = if place % 4 == 3 { json!("x".repeat(300_000)) } else { json!(place) };
    Receipt::new(format!("key-{writer}-{place}").parse().unwrap(), Actor::System, answer, now())
}

/// Makes a batch of a few numbers, often with a port request or a contact list.
fn batch(store: &RedbStore, writer: usize, place: usize, random: &mut Random) -> Result<Batch, StoreError> {
    let first = random.below(NUMBERS);
    let changes = (0..=random.below(4)).map(|step| {
        let number = number(writer, (first + step) % NUMBERS);
        let stored = store.get(number)?;
        let expect = stored.as_ref().map_or(Expect::Absent, Stored::expected);
        let change = if stored.is_some() && random.below(4) == 0 {
            Change::remove(number, expect)
        } else {
            Change::put(record(number, random), expect)
        };
        let event = Event { number, at: now(), actor: Actor::System, kind: EventKind::Updated };
        Ok(change.with_events(vec![event]))
    });
    let batch = changes.collect::<Result<Batch, StoreError>>()?.with_receipt(receipt(writer, place));
    Ok(match random.below(3) {
        0 => {
            let stored = store.port_request(request_id(writer))?;
            let expect = stored.as_ref().map_or(Expect::Absent, Stored::expected);
            batch.with_port_requests([Change::put(request(writer, random), expect)])
        }
        1 => {
            let stored = store.contact_list(owner(writer))?;
            let expect = stored.as_ref().map_or(Expect::Absent, Stored::expected);
            let change = match stored {
                Some(stored) if random.below(4) == 0 => Change::remove(stored.owner(), expect),
                _ => Change::put(list(writer, random), expect),
            };
            batch.with_contacts([change])
        }
        _ => batch,
    })
}

fn content(store: &RedbStore, writer: usize) -> Result<Content, StoreError> {
    fn unpack<T: Entity + Clone>(stored: Option<Stored<T>>) -> Vec<(T, Revision)> {
        stored.into_iter().map(|stored| (T::clone(&stored), stored.revision())).collect()
    }
    let numbers: Vec<_> = (0..NUMBERS).map(|place| number(writer, place)).collect();
    let events = store.events(0, 1_000)?;
    assert!(events.iter().map(|logged| logged.sequence).eq(1..=events.len() as u64));
    let events = events.into_iter().map(|logged| logged.event);
    let is_own = |event: &StoreEvent| event.number().is_some_and(|event| numbers.contains(&event.number));
    let receipts = (0..COMMITS).map(|place| store.receipt(receipt(writer, place).key));
    Ok(Content {
        records: store.get_many(&numbers)?.into_iter().flat_map(unpack).collect(),
        requests: unpack(store.port_request(request_id(writer))?),
        lists: unpack(store.contact_list(owner(writer))?),
        events: events.filter(is_own).collect(),
        receipts: receipts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect(),
    })
}

/// Applies a batch to a content, as a commit with a revision does.
fn apply(mut content: Content, batch: &Batch, revision: Revision) -> Content {
    for change in &batch.numbers {
        content.records.retain(|(record, _)| record.number() != change.key());
        content.records.extend(change.value().map(|record| (NumberRecord::clone(record), revision)));
        content.events.extend(change.events().iter().cloned().map(StoreEvent::from));
    }
    content.records.sort_unstable_by_key(|(record, _)| record.number());
    for change in &batch.port_requests {
        content.requests =
            change.value().map(|request| (PortRequest::clone(request), revision)).into_iter().collect();
    }
    for change in &batch.contacts {
        content.lists = change.value().map(|list| (ContactList::clone(list), revision)).into_iter().collect();
    }
    content.receipts.extend(batch.receipt.clone());
    content
}

/// The contents that a writer may have in the store: after its last acknowledged commit, and after its commit that
/// failed.
#[derive(Default)]
struct Allowed {
    acknowledged: Content,
    unknown: Option<(Batch, Content)>,
}

impl Allowed {
    fn check(&self, store: &RedbStore, writer: usize, seed: u64) {
        let found = content(store, writer).unwrap();
        // The revision of the commit that failed is found in the values that it stored.
        let records = found.records.iter().map(|(_, revision)| *revision);
        let others = found.requests.iter().map(|(_, revision)| *revision);
        let revisions = records.chain(others).chain(found.lists.iter().map(|(_, revision)| *revision));
        let revision = revisions.max().unwrap_or(Revision::FIRST);
        let is_allowed = found == self.acknowledged
            || self
                .unknown
                .as_ref()
                .is_some_and(|(batch, before)| found == apply(before.clone(), batch, revision));
        assert!(is_allowed, "seed {seed}, writer {writer}: {found:?}");
    }
}

/// Checks the whole store and the contents of all writers.
fn check(store: &RedbStore, allowed: &[Allowed; WRITERS], seed: u64) {
    store.check().unwrap();
    for (writer, allowed) in allowed.iter().enumerate() {
        allowed.check(store, writer, seed);
    }
}

/// Commits batches of all writers until one fails. One of them sometimes compacts the file.
fn run(store: &RedbStore, allowed: &mut [Allowed; WRITERS], seed: u64) {
    thread::scope(|scope| {
        for (writer, allowed) in allowed.iter_mut().enumerate() {
            scope.spawn(move || {
                let mut random = Random(seed * WRITERS as u64 + writer as u64);
                for place in 0..COMMITS {
                    if writer == 0 && random.below(8) == 0 {
                        drop(store.compact());
                    }
                    let Ok(batch) = batch(store, writer, place, &mut random) else { return };
                    let Ok(revision) = store.commit(batch.clone()) else {
                        allowed.unknown = Some((batch, allowed.acknowledged.clone()));
                        return;
                    };
                    allowed.acknowledged = apply(std::mem::take(&mut allowed.acknowledged), &batch, revision);
                }
            });
        }
    });
}

/// Calls `run` with every seed, in one thread per processor.
fn each(seeds: u64, run: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    run(seed);
                }
            });
        }
    });
}

/// Returns a disk with a new store, and the number of steps of a run on it.
fn prepare() -> (Disk, u64) {
    let disk = Disk::default();
    drop(disk.open().unwrap());
    let trial = disk.duplicate();
    let before = trial.steps();
    let store = trial.open().unwrap();
    let mut allowed = Default::default();
    run(&store, &mut allowed, 0);
    check(&store, &allowed, 0);
    assert!(allowed.iter().all(|allowed| allowed.unknown.is_none()));
    (disk, trial.steps() - before)
}

/// `TELNUM_POWER_FAILURES` sets the number of power failures.
#[test]
fn a_power_failure_loses_no_commit_and_leaves_none_half_made() {
    let (new, steps) = prepare();
    each(count("TELNUM_POWER_FAILURES", 400), |seed| {
        let mut random = Random(seed);
        let disk = new.duplicate();
        let mut allowed = Default::default();
        disk.fail(Fault::PowerAt(random.below(steps + 4)));
        if let Ok(store) = disk.open() {
            run(&store, &mut allowed, seed);
        }
        disk.restart(&mut random);
        // In every fourth run the power fails again while the store is opened.
        if seed % 4 == 0 {
            disk.fail(Fault::PowerAt(random.below(12)));
            drop(disk.open());
            disk.restart(&mut random);
        }
        let store = disk.open().unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
        check(&store, &allowed, seed);
        // The store accepts further commits.
        let batch = Change::remove(number(0, NUMBERS), Expect::Absent).into();
        store.commit(batch).unwrap();
    });
}

/// A new store is complete when `open` returns: the power fails right afterwards.
#[test]
fn a_new_store_survives_a_power_failure() {
    for seed in 0..50 {
        let disk = Disk::default();
        let store = disk.open().unwrap();
        disk.fail(Fault::PowerAt(0));
        drop(store);
        disk.restart(&mut Random(seed));
        check(&disk.open().unwrap(), &Default::default(), seed);
    }
}

/// A failure at any step of the creation is either harmless or returned as an error.
#[test]
fn a_failed_creation_is_an_error() {
    let disk = Disk::default();
    drop(disk.open().unwrap());
    let (mut failed, mut opened) = (0, 0);
    for step in 0..disk.steps() {
        for fault in [Fault::PowerAt(step), Fault::FullBetween(step, step + 1)] {
            let disk = Disk::default();
            disk.fail(fault);
            failed += u64::from(disk.open().is_err());
            // What is left is empty, or refused. A file has its name only once it is complete.
            disk.restart(&mut Random(step));
            if let Ok(store) = disk.open() {
                opened += 1;
                check(&store, &Default::default(), step);
            }
        }
    }
    assert!(failed > 0 && opened > 0, "{failed} failed, {opened} can be opened");
}

/// A commit that a full disk has let fail may be stored: its contact ids are not allocated again. The error says what
/// to do.
#[test]
fn an_id_of_a_commit_that_failed_is_not_allocated_again() {
    let disk = Disk::default();
    drop(disk.open().unwrap());
    let mut failed = 0;
    for step in 0..60 {
        let disk = disk.duplicate();
        let store = disk.open().unwrap();
        store.new_contact_ids(10).unwrap();
        let mut list = ContactList::empty("me".parse().unwrap());
        let contact = NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None).unwrap());
        list.add([(ContactId::new(60), contact)], now()).unwrap();
        disk.fail(Fault::FullBetween(step, step + 1));
        let Err(error) = store.commit(Change::put(list, Expect::Absent).into()) else { continue };
        disk.fail(Fault::FullBetween(0, 0));
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.ends_with("cannot be written, free space on its disk or extend the quota"), "{cause}");
        failed += 1;
        if store.contact_list("me".parse().unwrap()).unwrap().is_some() {
            assert!(!store.new_contact_ids(60).unwrap().contains(&ContactId::new(60)), "step {step}");
        }
    }
    assert!(failed > 0);
}

/// A disk that is full at any step, for one step or several, and has space again later.
#[test]
fn a_full_disk_loses_no_commit_and_the_store_recovers() {
    let (new, steps) = prepare();
    each(steps, |step| {
        for length in [1, 2, 5, 30] {
            let disk = new.duplicate();
            let store = disk.open().unwrap();
            let mut allowed = Default::default();
            disk.fail(Fault::FullBetween(step, step + length));
            run(&store, &mut allowed, step);
            // Space is free again.
            disk.fail(Fault::FullBetween(0, 0));
            check(&store, &allowed, step);
            let batch = Change::remove(number(0, NUMBERS), Expect::Absent).into();
            store.commit(batch).unwrap();
            drop(store);
            check(&disk.open().unwrap(), &allowed, step);
        }
    });
}
