//! A process that is killed at any moment. See the module [`kills`](super::kills).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use telnum::record::NumberRecord;
use telnum::store::redb::RedbStore;
use telnum::store::{Change, MemoryStore, Query, Store};

use super::count;
use super::disk::Random;
use super::folder::Folder;
use super::kills::{self, Acknowledged};

fn open(folder: &Path) -> RedbStore {
    RedbStore::open(folder.join("numbers.redb")).unwrap()
}

/// Not a test, but the process that is killed.
#[test]
#[ignore = "the process that another test kills"]
fn child() {
    let Ok(folder) = std::env::var("TELNUM_KILL_FOLDER") else { return };
    let store: Arc<dyn Store> = Arc::new(open(folder.as_ref()));
    kills::child(store, folder.as_ref(), count("TELNUM_KILL_RUN", 0));
}

/// `TELNUM_KILLS` sets the number of kills.
#[test]
fn a_killed_process_loses_nothing_and_orders_nothing_twice() {
    let folder = Folder::new();
    let (path, kills) = (folder.path(""), count("TELNUM_KILLS", 50));
    let mut random = Random(7);
    let mut acknowledged = Acknowledged::new();
    for run in 0..kills {
        let variables =
            [("TELNUM_KILL_FOLDER", path.display().to_string()), ("TELNUM_KILL_RUN", run.to_string())];
        let time = Duration::from_micros(random.below(150_000));
        kills::kill_child("kill::child", &variables, time, &mut acknowledged);
        kills::check(Arc::new(open(&path)), &path, run, &acknowledged);
    }
    open(&path).check().unwrap();
    assert!(acknowledged.len() as u64 >= kills, "{} were acknowledged", acknowledged.len());
}

/// Buys numbers in a store in memory, lets `spoil` do damage, and checks as after a kill.
fn check_after(spoil: impl FnOnce(&dyn Store, &Path)) {
    let folder = Folder::new();
    let (path, store) = (folder.path(""), Arc::new(MemoryStore::new()));
    let is_first = AtomicBool::new(true);
    let goes_on = || is_first.swap(false, Ordering::Relaxed);
    kills::work(&kills::service(store.clone(), &path, 0), 0, goes_on, |_, _| {});
    kills::check(store.clone(), &path, 0, &Acknowledged::new());
    spoil(&*store, &path);
    kills::check(store, &path, 0, &Acknowledged::new());
}

#[test]
#[should_panic(expected = "neither stored nor returned")]
fn a_lost_record_of_a_bought_number_is_found() {
    check_after(|store, _| {
        let stored = store.scan(&Query::default(), None, 1).unwrap().items.remove(0);
        store.commit(Change::<NumberRecord>::remove(stored.number(), stored.expected()).into()).unwrap();
    });
}

#[test]
#[should_panic(expected = "left: Some(2)")]
fn a_second_order_of_a_number_is_found() {
    check_after(|_, folder| {
        let calls = std::fs::read_to_string(folder.join("orders")).unwrap();
        let call: Vec<_> = calls.lines().next().unwrap().split(' ').collect();
        std::fs::write(folder.join("orders"), format!("{calls}acquire other-key {}\n", call[2])).unwrap();
    });
}

/// Not a test, but the process that is killed. It creates stores until then.
#[test]
#[ignore = "the process that another test kills"]
fn creating_child() {
    let Ok(folder) = std::env::var("TELNUM_CREATE_FOLDER") else { return };
    for place in 0_u32.. {
        drop(RedbStore::open(Path::new(&folder).join(format!("{place}.redb"))).unwrap());
        println!("did create {place}");
    }
}

/// A killed creation leaves either a whole store or nothing under its name, and the next one removes what it
/// left under another name.
#[test]
fn a_killed_creation_leaves_no_other_file_behind() {
    for round in 0..count("TELNUM_KILLS", 50) / 5 {
        let folder = Folder::new();
        let variables = [("TELNUM_CREATE_FOLDER", folder.path("").display().to_string())];
        let time = Duration::from_millis(round * 7 % 50);
        let mut acknowledged = Acknowledged::new();
        kills::kill_child("kill::creating_child", &variables, time, &mut acknowledged);
        let is_there = |place: &String| folder.path(format!("{place}.redb")).exists();
        assert!(acknowledged.keys().all(is_there));
        let names = || {
            let entries = std::fs::read_dir(folder.path("")).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
        };
        for place in 0..names().len() {
            RedbStore::open(folder.path(format!("{place}.redb"))).unwrap().check().unwrap();
        }
        let left: Vec<_> = names().into_iter().filter(|name| !name.ends_with("redb")).collect();
        assert_eq!(left, [""; 0]);
    }
}
