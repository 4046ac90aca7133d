//! Power failures and full disks. After each, the content of the store is that after the last acknowledged
//! commit, or that after the commit that failed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde_json::json;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::lifecycle::State;
use telnum::policy::Policy;
use telnum::record::{Context, Creation, Event, EventKind, NumberRecord};
use telnum::store::redb::RedbStore;
use telnum::store::{Batch, Change, Expect, Logged, Query, Receipt, Revision, Store, StoreError, StoreExt};
use telnum::{PhoneNumber, Timestamp};

use super::count;
use super::disk::{Disk, Fault, Random};

/// The number of commits in a run.
const COMMITS: usize = 8;
/// The number of phone numbers: few, so that commits change the same ones.
const NUMBERS: u64 = 12;

/// The whole content of a store.
#[derive(Clone, Debug, Default, PartialEq)]
struct Content {
    records: Vec<(NumberRecord, Revision)>,
    events: Vec<Logged>,
    receipts: Vec<Receipt>,
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn number(place: u64) -> PhoneNumber {
    format!("+1415886{place:04}").parse().unwrap()
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

fn receipt(place: usize) -> Receipt {
    // Some receipts take several parts.
    let answer = if place % 4 == 3 { json!("x".repeat(300_000)) } else { json!(place) };
    Receipt::new(format!("key-{place}").parse().unwrap(), Actor::System, answer, now())
}

/// Makes a batch of a few numbers.
fn batch(store: &RedbStore, place: usize, random: &mut Random) -> Result<Batch, StoreError> {
    let first = random.below(NUMBERS);
    let changes = (0..=random.below(4)).map(|step| {
        let number = number((first + step) % NUMBERS);
        let stored = store.get(number)?;
        let expect = stored.as_ref().map_or(Expect::Absent, telnum::store::Stored::expected);
        let change = if stored.is_some() && random.below(4) == 0 {
            Change::remove(number, expect)
        } else {
            Change::put(record(number, random), expect)
        };
        let event = Event { number, at: now(), actor: Actor::System, kind: EventKind::Updated };
        Ok(change.with_events(vec![event]))
    });
    Ok(changes.collect::<Result<Batch, StoreError>>()?.with_receipt(receipt(place)))
}

fn content(store: &RedbStore) -> Result<Content, StoreError> {
    let records = store
        .scan_all(Query::default(), 100)
        .map(|stored| stored.map(|stored| (NumberRecord::clone(&stored), stored.revision())))
        .collect::<Result<_, _>>()?;
    let receipts: Result<Vec<_>, _> = (0..COMMITS).map(|place| store.receipt(receipt(place).key)).collect();
    Ok(Content {
        records,
        events: store.events(0, 1_000)?,
        receipts: receipts?.into_iter().flatten().collect(),
    })
}

/// Applies a batch to a content, as a commit with a revision does.
fn apply(mut content: Content, batch: &Batch, revision: Revision) -> Content {
    for change in &batch.numbers {
        content.records.retain(|(record, _)| record.number() != change.key());
        content.records.extend(change.value().map(|record| (NumberRecord::clone(record), revision)));
        for event in change.events() {
            let sequence = content.events.len() as u64 + 1;
            content.events.push(Logged { sequence, event: event.clone().into() });
        }
    }
    content.records.sort_unstable_by_key(|(record, _)| record.number());
    content.receipts.extend(batch.receipt.clone());
    content
}

/// The contents that the store may have: after the last acknowledged commit, and after the commit that
/// failed.
struct Allowed {
    acknowledged: Content,
    unknown: Option<(Batch, Content)>,
}

impl Allowed {
    fn check(&self, store: &RedbStore, seed: u64) {
        store.check().unwrap();
        let found = content(store).unwrap();
        // The revision of the commit that failed is found in the values that it stored.
        let is_allowed = found == self.acknowledged
            || self.unknown.as_ref().is_some_and(|(batch, before)| {
                let revision = found.records.iter().map(|(_, revision)| *revision).max();
                let known = before.records.iter().map(|(_, revision)| *revision).max();
                let candidates = revision.into_iter().chain(known.map(Revision::next));
                candidates.into_iter().any(|revision| found == apply(before.clone(), batch, revision))
            });
        assert!(is_allowed, "seed {seed}: {found:?}");
    }
}

/// Commits batches until one fails.
fn run(store: &RedbStore, allowed: &mut Allowed, random: &mut Random) {
    for place in 0..COMMITS {
        let Ok(batch) = batch(store, place, random) else { return };
        let Ok(revision) = store.commit(batch.clone()) else {
            allowed.unknown = Some((batch, allowed.acknowledged.clone()));
            return;
        };
        allowed.acknowledged = apply(allowed.acknowledged.clone(), &batch, revision);
    }
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
    let mut allowed = Allowed { acknowledged: Content::default(), unknown: None };
    run(&store, &mut allowed, &mut Random(0));
    allowed.check(&store, 0);
    assert!(allowed.unknown.is_none());
    (disk, trial.steps() - before)
}

/// `TELNUM_POWER_FAILURES` sets the number of power failures.
#[test]
fn a_power_failure_loses_no_commit_and_leaves_none_half_made() {
    let (new, steps) = prepare();
    each(count("TELNUM_POWER_FAILURES", 400), |seed| {
        let mut random = Random(seed);
        let disk = new.duplicate();
        let mut allowed = Allowed { acknowledged: Content::default(), unknown: None };
        disk.fail(Fault::PowerAt(random.below(steps + 4)));
        if let Ok(store) = disk.open() {
            run(&store, &mut allowed, &mut random);
        }
        disk.restart(&mut random);
        // In every fourth run the power fails again while the store is opened.
        if seed % 4 == 0 {
            disk.fail(Fault::PowerAt(random.below(12)));
            drop(disk.open());
            disk.restart(&mut random);
        }
        let store = disk.open().unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
        allowed.check(&store, seed);
        // The store accepts further commits.
        let batch = Change::remove(number(NUMBERS), Expect::Absent).into();
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
        Allowed { acknowledged: Content::default(), unknown: None }.check(&disk.open().unwrap(), seed);
    }
}

/// A failure at any step of the creation is either harmless or returned as an error.
#[test]
fn a_failed_creation_is_an_error() {
    let disk = Disk::default();
    drop(disk.open().unwrap());
    let mut failed = 0;
    for step in 0..disk.steps() {
        for fault in [Fault::PowerAt(step), Fault::FullBetween(step, step + 1)] {
            let disk = Disk::default();
            disk.fail(fault);
            failed += u64::from(disk.open().is_err());
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
            let mut random = Random(step);
            let disk = new.duplicate();
            let store = disk.open().unwrap();
            let mut allowed = Allowed { acknowledged: Content::default(), unknown: None };
            disk.fail(Fault::FullBetween(step, step + length));
            run(&store, &mut allowed, &mut random);
            // Space is free again.
            disk.fail(Fault::FullBetween(0, 0));
            allowed.check(&store, step);
            let batch = Change::remove(number(NUMBERS), Expect::Absent).into();
            store.commit(batch).unwrap();
            drop(store);
            allowed.check(&disk.open().unwrap(), step);
        }
    });
}
