//! Use cases pass lists to their store: at most three calls, and one more for every 1,000 numbers.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Map, json};
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::contact::book::ContactBook;
use telnum::contact::{EnteredNumber, NewContact};
use telnum::inventory::{Create, ImportRow, Inventory, Options};
use telnum::lifecycle::State;
use telnum::policy::{LeaseTerms, Policy};
use telnum::porting::desk::PortDesk;
use telnum::porting::{NewPortRequest, PortState};
use telnum::store::{Batch, MemoryStore, Revision, Store, StoreError, StoreExt, delegate_store};
use telnum::testing::{FaultyStore, StoreFault};
use telnum::{PhoneNumber, Timestamp};

type Counted = Arc<FaultyStore<MemoryStore>>;

fn store() -> Counted {
    Arc::new(FaultyStore::new(MemoryStore::new(), StoreFault::FromCallOn, usize::MAX))
}

/// Returns the number of calls that `act` makes.
fn calls<T>(store: &Counted, act: impl FnOnce() -> T) -> (usize, T) {
    let before = store.calls();
    let done = act();
    (store.calls() - before, done)
}

fn shop() -> AccountId {
    "shop".parse().unwrap()
}

fn numbers(count: usize) -> Vec<PhoneNumber> {
    (0..count).map(|place| format!("+1415886{place:04}").parse().unwrap()).collect()
}

fn inventory(store: &Counted, now: &Arc<AtomicU64>) -> Inventory {
    let now = Arc::clone(now);
    let policy = Policy::default().with_reservation(LeaseTerms::new(60));
    Inventory::builder(Arc::clone(store))
        .accounts(AccountTree::new([Account::new(shop())]).unwrap())
        .policy(policy)
        .clock(move || Timestamp::from_gregorian(now.load(Ordering::Relaxed)).unwrap())
        .build()
}

#[test]
fn numbers_are_created_and_swept_in_few_calls() {
    let (store, now) = (store(), Arc::new(AtomicU64::new(63_900_000_000)));
    let inventory = inventory(&store, &now);
    let options = Options::new(Actor::System).with_account(shop());
    let reserved = Create::default().with_state(State::Reserved);
    let (create, outcome) = calls(&store, || inventory.create(numbers(1_000), &reserved, &options).unwrap());
    assert!(outcome.is_success() && create <= 4, "{create} calls");

    let (idle, report) = calls(&store, || inventory.sweep().unwrap());
    // One for each of six states, two for misdated reservations and disconnections, and one to forget.
    assert!(report.is_empty() && idle <= 9, "{idle} calls");
    now.fetch_add(61, Ordering::Relaxed);
    let (sweep, report) = calls(&store, || inventory.sweep().unwrap());
    assert_eq!(report.ended, 1_000);
    assert!(sweep <= idle + 1, "{sweep} calls");
}

/// An import that is started again, as after a crash.
#[test]
fn numbers_that_exist_are_imported_in_few_calls() {
    let (store, now) = (store(), Arc::new(AtomicU64::new(63_900_000_000)));
    let inventory = inventory(&store, &now);
    let options = Options::new(Actor::System).with_account(shop());
    let rows = |count| numbers(count).into_iter().map(|number| ImportRow::new(number, Create::default()));
    let (first, report) = calls(&store, || inventory.import(rows(400), &options).unwrap());
    assert!(report.imported == 400 && first <= 3, "{first} calls");
    let (again, report) = calls(&store, || inventory.import(rows(1_000), &options).unwrap());
    // The ports, a commit that conflicts, the records, and a commit of the others.
    assert!(report.imported == 600 && report.failed.len() == 400 && again <= 4, "{again} calls");
}

#[test]
fn numbers_are_checked_in_few_calls() {
    let (store, now) = (store(), Arc::new(AtomicU64::new(63_900_000_000)));
    let inventory = inventory(&store, &now);
    let options = Options::new(shop());
    let (check, found) = calls(&store, || inventory.check(numbers(1_000), &options).unwrap());
    assert!(found.len() == 1_000 && check <= 6, "{check} calls");
    let (activate, outcome) = calls(&store, || inventory.activate(numbers(1_000), &options).unwrap());
    assert!(outcome.failed.len() == 1_000 && activate <= 6, "{activate} calls");
}

#[test]
fn port_requests_are_created_and_completed_in_few_calls() {
    let (store, now) = (store(), Arc::new(AtomicU64::new(63_900_000_000)));
    let desk = PortDesk::new(inventory(&store, &now));
    let numbers: Map<_, _> = numbers(100).iter().map(|number| (number.to_string(), json!({}))).collect();
    let document = json!({"name": "Bakery", "numbers": numbers}).as_object().unwrap().clone();
    let id = "p1".parse().unwrap();
    let new = NewPortRequest { id, account: shop(), port_authority: None, document };
    let (create, _) = calls(&store, || desk.create(new, Actor::System).unwrap());
    assert!(create <= 3, "{create} calls");
    let (submit, _) = calls(&store, || desk.submit(id, false, Actor::System).unwrap());
    assert!(submit <= 3, "{submit} calls");
    desk.transition(id, &PortState::Pending, None, Actor::System).unwrap();
    // The request and the numbers are read, and one commit has the numbers and the request.
    let (complete, completed) = calls(&store, || desk.complete(id, Actor::System).unwrap());
    assert!(completed.waiting.is_empty() && complete <= 3, "{complete} calls");
    assert_eq!(*completed.request.state(), PortState::Completed);
}

#[test]
fn contacts_are_added_in_few_calls() {
    let store = store();
    let book = ContactBook::new(Arc::clone(&store));
    let contact = |place: usize| {
        let text = format!("+1541555{place:04}");
        NewContact::new(EnteredNumber::parse(&text, None, None).unwrap())
    };
    let (add, added) = calls(&store, || book.add("7".parse().unwrap(), (0..10).map(contact)).unwrap());
    assert!(added.len() == 10 && add <= 3, "{add} calls");
}

/// A store that accepts 1,000 changes in one commit, the minimum that a store must accept.
#[derive(Debug, Default)]
struct Narrow(MemoryStore);

impl Store for Narrow {
    delegate_store!(|this| &this.0; get_many, scan, port_requests, scan_port_requests,
        active_port_requests, contact_lists, contact_lists_with, contact_page, new_contact_ids, events,
        receipt, forget, take_lease);

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        batch.check(self.max_changes())?;
        self.0.commit(batch)
    }

    fn max_changes(&self) -> usize {
        1_000
    }
}

#[test]
fn a_call_is_split_into_commits_that_the_store_takes() {
    let accounts = AccountTree::new([Account::new(shop())]).unwrap();
    let inventory = Inventory::builder(Narrow::default()).accounts(accounts).build();
    let options = Options::new(Actor::System).with_account(shop());
    let reserved = Create::default().with_state(State::Reserved);
    let all: Vec<_> = numbers(2_500);
    assert!(inventory.create(all.iter().copied(), &reserved, &options).unwrap().is_success());
    // All or nothing is one commit, which is too large for this store.
    let together = options.with_all_or_nothing(true);
    let outcome = inventory.release(all.iter().copied(), &together).unwrap();
    assert_eq!(outcome.failed.len(), 2_500);
    assert!(inventory.release(all.iter().copied(), &options).unwrap().is_success());
}

/// A lease that another holder has taken stays lost, also for a call before the next renewal is due.
#[test]
fn a_lost_lease_is_not_renewed_by_asking_again() {
    let store = MemoryStore::new();
    let mut lease = store.lease("report", Duration::from_millis(60)).unwrap().unwrap();
    assert!(lease.renew().unwrap());
    thread::sleep(Duration::from_millis(80));
    let other = store.lease("report", Duration::from_secs(60)).unwrap();
    assert!(other.is_some());
    for _ in 0..3 {
        assert!(!lease.renew().unwrap());
    }
}
