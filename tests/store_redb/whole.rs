//! The features of the file that are not in the contract of stores: copies, checks, counts, restarts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use redb::{Database, TableDefinition};
use serde_json::json;
use telnum::account::Actor;
use telnum::contact::{ContactList, EnteredNumber, NewContact, OwnerId};
use telnum::record::{Event, EventKind, NumberRecord};
use telnum::store::redb::{RedbError, RedbOptions, RedbStore};
use telnum::store::{Batch, Change, Expect, Forget, Query, Receipt, Store, StoreError, StoreExt};
use telnum::{PhoneNumber, Timestamp};

use super::folder::Folder;

fn record(place: u64) -> NumberRecord {
    let number: PhoneNumber = format!("+1415{:07}", 2_000_000 + place).parse().unwrap();
    NumberRecord::discovered(number, "telnyx".parse().unwrap(), "2026-03-01T12:00:00Z".parse().unwrap())
}

fn fill(store: &RedbStore, places: std::ops::Range<u64>) {
    let changes: Vec<_> = places.map(|place| Change::put(record(place), Expect::Absent)).collect();
    store.commit(changes.into()).unwrap();
}

#[test]
fn a_value_is_decoded_once() {
    let folder = Folder::new();
    crate::shared_values::check(&RedbStore::open(folder.path("numbers.redb")).unwrap());
}

#[test]
fn a_copy_is_a_snapshot_while_other_threads_commit() {
    let folder = Folder::new();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let store = RedbOptions::new()
        .with_progress(move |done| listener.lock().unwrap().push(done))
        .open(folder.path("numbers.redb"))
        .unwrap();
    fill(&store, 0..500);
    let is_done = AtomicU64::new(0);
    thread::scope(|scope| {
        let (store, is_done) = (&store, &is_done);
        // Each commit stores two numbers.
        scope.spawn(move || {
            for place in (1_000..).step_by(2) {
                fill(store, place..place + 2);
                if is_done.load(Ordering::Relaxed) == 1 {
                    break;
                }
            }
        });
        for place in 0..3 {
            store.backup(folder.path(format!("copy-{place}.redb"))).unwrap();
        }
        is_done.store(1, Ordering::Relaxed);
    });
    assert!(matches!(store.backup(folder.path("copy-0.redb")), Err(RedbError::Exists(_))));
    assert!(told.lock().unwrap().iter().all(|done| (0.0..=1.0).contains(done)));
    assert!(told.lock().unwrap().contains(&1.0));
    for place in 0..3 {
        let copy = RedbStore::open(folder.path(format!("copy-{place}.redb"))).unwrap();
        copy.check().unwrap();
        let stats = copy.stats().unwrap();
        assert!(stats.numbers >= 500 && stats.numbers.is_multiple_of(2));
        for stored in copy.scan_all(Query::default(), 100) {
            let stored = stored.unwrap();
            assert_eq!(store.get(stored.number()).unwrap().unwrap(), stored);
        }
    }
}

#[test]
fn compacting_returns_free_space() {
    let folder = Folder::new();
    let store = RedbStore::open(folder.path("numbers.redb")).unwrap();
    fill(&store, 0..5_000);
    let before = store.stats().unwrap();
    let removals = store
        .scan_all(Query::default(), 1_000)
        .map(|stored| stored.map(|stored| Change::remove(stored.number(), stored.expected())));
    let removals: Vec<_> = removals.collect::<Result<_, _>>().unwrap();
    store.commit(removals.into()).unwrap();
    fill(&store, 0..10);
    assert!(store.compact().unwrap());
    let after = store.stats().unwrap();
    assert_eq!((before.numbers, after.numbers), (5_000, 10));
    assert!(after.file_bytes < before.file_bytes, "{after:?} {before:?}");
    store.check().unwrap();
    fill(&store, 10..20);
    assert_eq!(store.stats().unwrap().numbers, 20);
}

#[test]
fn a_long_receipt_is_kept_in_parts() {
    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let receipt = |key: &str, length: usize| {
        Receipt::new(key.parse().unwrap(), Actor::System, json!("x".repeat(length)), now)
    };
    let receipts = [
        receipt("short", 0),
        receipt("even", (256 << 10) - 2),
        receipt("above", 256 << 10),
        receipt("long", 1 << 20),
    ];
    let store = RedbStore::open(&path).unwrap();
    for receipt in &receipts {
        store.commit(Batch::new().with_receipt(receipt.clone())).unwrap();
    }
    drop(store);
    let store = RedbStore::open(&path).unwrap();
    for receipt in &receipts {
        assert_eq!(store.receipt(receipt.key).unwrap().as_ref(), Some(receipt));
    }
    store.check().unwrap();
    store.forget(&Forget::default().with_max_receipts(1)).unwrap();
    assert_eq!(store.receipt(receipts[2].key).unwrap(), None);
    assert_eq!(store.receipt(receipts[3].key).unwrap().as_ref(), Some(&receipts[3]));
    store.check().unwrap();
}

#[test]
fn ids_and_revisions_continue_after_a_restart() {
    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let (mut last_id, mut last_revision) = (None, None);
    for restart in 0..4_u64 {
        let store = RedbStore::open(&path).unwrap();
        let id = store.new_contact_id().unwrap();
        assert!(Some(id) > last_id);
        let owner = OwnerId::from(restart);
        let mut list = ContactList::empty(owner);
        let number = EnteredNumber::parse("+493057701873", None, None).unwrap();
        list.add([(id, NewContact::new(number))], now).unwrap();
        let revision = store.commit(Change::put(list, Expect::Absent).into()).unwrap();
        assert!(Some(revision) > last_revision);
        (last_id, last_revision) = (Some(id), Some(revision));
        assert_eq!(store.contact_list_with(id).unwrap().unwrap().owner(), owner);
        store.check().unwrap();
    }
}

/// The commits of several threads share transactions, and each has its own result.
#[test]
fn each_commit_of_several_threads_has_its_own_result() {
    let folder = Folder::new();
    let store = RedbStore::open(folder.path("numbers.redb")).unwrap();
    let winners: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let store = &store;
                scope.spawn(move || {
                    let commit = |place| store.commit(Change::put(record(place), Expect::Absent).into());
                    (0..40).map(|place| u64::from(commit(place).is_ok())).sum::<u64>()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((winners, store.stats().unwrap().numbers), (40, 40));
    store.check().unwrap();
}

/// A compaction and a check wait for a backup. Until then, reads and commits go on.
#[test]
fn maintenance_waits_for_a_backup_and_reads_go_on() {
    let folder = Folder::new();
    let (started, wait_for_start) = mpsc::channel();
    let (go_on, wait) = mpsc::channel();
    let paused = Mutex::new(Some((started, wait)));
    let store = RedbOptions::new()
        .with_progress(move |_| {
            if let Some((started, wait)) = paused.lock().unwrap().take() {
                started.send(()).unwrap();
                wait.recv().unwrap();
            }
        })
        .open(folder.path("numbers.redb"))
        .unwrap();
    fill(&store, 0..500);
    let store = Arc::new(store);
    let (backup, copy) = (Arc::clone(&store), folder.path("copy.redb"));
    let backup = thread::spawn(move || backup.backup(copy));
    wait_for_start.recv().unwrap();
    // The backup reads a snapshot that is not the latest.
    fill(&store, 500..501);
    let compaction = thread::spawn({
        let store = Arc::clone(&store);
        move || store.compact().map(drop)
    });
    let check = thread::spawn({
        let store = Arc::clone(&store);
        move || store.check()
    });
    let (done, wait_for_calls) = mpsc::channel();
    let calls = thread::spawn({
        let store = Arc::clone(&store);
        move || {
            thread::sleep(Duration::from_millis(100));
            for place in 501..510 {
                fill(&store, place..place + 1);
                assert!(store.get(record(place).number()).unwrap().is_some());
            }
            done.send(()).unwrap();
        }
    });
    let went_on = wait_for_calls.recv_timeout(Duration::from_secs(20));
    let are_waiting = !compaction.is_finished() && !check.is_finished();
    go_on.send(()).unwrap();
    assert_eq!((went_on, are_waiting), (Ok(()), true));
    backup.join().unwrap().unwrap();
    compaction.join().unwrap().unwrap();
    check.join().unwrap().unwrap();
    calls.join().unwrap();
    assert_eq!(RedbStore::open(folder.path("copy.redb")).unwrap().stats().unwrap().numbers, 500);
}

/// A compaction succeeds while other threads read snapshots that commits supersede.
#[test]
fn a_store_is_compacted_while_it_is_in_use() {
    let folder = Folder::new();
    let store = RedbStore::open(folder.path("numbers.redb")).unwrap();
    fill(&store, 0..2_000);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..4 {
            let (store, is_done) = (&store, &is_done);
            scope.spawn(move || {
                for place in 10_000 * (thread + 1).. {
                    if is_done.load(Ordering::Relaxed) {
                        break;
                    }
                    if thread == 0 {
                        fill(store, place..place + 1);
                    }
                    assert!(store.scan(&Query::default(), None, 2_000).unwrap().items.len() == 2_000);
                }
            });
        }
        for _ in 0..5 {
            let maintained = store.compact().and_then(|_| store.check());
            if maintained.is_err() {
                is_done.store(true, Ordering::Relaxed);
            }
            maintained.unwrap();
        }
        is_done.store(true, Ordering::Relaxed);
    });
    store.check().unwrap();
}

/// A commit that replaces a damaged value fails, and those that share its transaction are made.
#[test]
fn a_damaged_value_fails_only_its_own_commit() {
    const LISTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("contact lists");

    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    let store = RedbStore::open(&path).unwrap();
    let owner = OwnerId::from(7);
    let revision = store.commit(Change::put(ContactList::empty(owner), Expect::Absent).into()).unwrap();
    drop(store);
    let database = Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    // The version of the format and the revision are sound, the document is not.
    let damaged = [&[1][..], &revision.get().to_be_bytes(), b"[{"].concat();
    transaction.open_table(LISTS).unwrap().insert("7", &*damaged).unwrap();
    transaction.commit().unwrap();
    drop(database);

    let store = RedbStore::open(&path).unwrap();
    thread::scope(|scope| {
        for thread in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for place in 0..25 {
                    fill(store, 1_000 * thread + place..1_000 * thread + place + 1);
                    if thread < 2 {
                        let remove = Change::<ContactList>::remove(owner, Expect::Revision(revision));
                        assert!(store.commit(remove.into()).unwrap_err().is_unknown());
                    }
                }
            });
        }
    });
    assert_eq!(store.stats().unwrap().numbers, 200);
}

/// An event that cannot be decoded is forgotten with the next one.
#[test]
fn a_damaged_event_is_forgotten() {
    const EVENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("events");

    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    let store = RedbStore::open(&path).unwrap();
    let time = |second: u32| format!("2026-03-01T12:00:{second:02}Z").parse::<Timestamp>().unwrap();
    for second in 1..=9 {
        let record = record(second.into());
        let (number, kind) = (record.number(), EventKind::Updated);
        let event = Event { number, at: time(second), actor: Actor::System, kind };
        store.commit(Change::put(record, Expect::Absent).with_events(vec![event]).into()).unwrap();
    }
    drop(store);
    let database = Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    for damaged in [1, 3, 4, 7, 9] {
        transaction.open_table(EVENTS).unwrap().insert(damaged, &b"{"[..]).unwrap();
    }
    transaction.commit().unwrap();
    drop(database);

    let store = RedbStore::open(&path).unwrap();
    let forget_before = |second| {
        store.forget(&Forget::default().with_events_before(time(second))).unwrap();
        let Err(StoreError::Forgotten { first }) = store.events(0, 10) else {
            panic!("nothing is forgotten")
        };
        first
    };
    assert_eq!(forget_before(3), 3);
    assert_eq!(forget_before(5), 3);
    assert_eq!(forget_before(6), 6);
    assert_eq!(forget_before(8), 7);
    // Nothing after the last event tells its age.
    assert_eq!(forget_before(30), 9);
    store.forget(&Forget::default().with_max_events(0)).unwrap();
    assert_eq!(store.events(9, 10).unwrap(), []);
    assert_eq!(store.stats().unwrap().events, 0);
}
