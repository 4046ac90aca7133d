//! The features of the file that are not in the contract of stores: copies, checks, counts, restarts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;
use telnum::PhoneNumber;
use telnum::account::Actor;
use telnum::contact::{ContactList, EnteredNumber, NewContact, OwnerId};
use telnum::record::NumberRecord;
use telnum::store::redb::{RedbError, RedbOptions, RedbStore};
use telnum::store::{Batch, Change, Expect, Forget, Query, Receipt, Store, StoreExt};

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
