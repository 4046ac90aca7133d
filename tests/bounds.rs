//! Bounded work: items 20 to 28 of the report on limits, each test named by the item it shows.

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};
use telnum::Timestamp;
use telnum::account::{Account, AccountTree};
use telnum::inventory::{Create, Inventory, InventoryBuilder, Options};
use telnum::policy::{Policy, Retention};
use telnum::store::{MemoryStore, Store, StoreError};

const NUMBER: &str = "+14158867900";

/// The time at which the tests start.
const START: u64 = 63_800_000_000;

fn builder(store: &Arc<MemoryStore>) -> InventoryBuilder {
    let accounts = ["shop", "mall"].map(|id| Account::new(id.parse().unwrap()).with_may_add_numbers(true));
    Inventory::builder(Arc::clone(store)).accounts(AccountTree::new(accounts).unwrap())
}

fn by(account: &str) -> Options {
    Options::new(account.parse::<telnum::account::AccountId>().unwrap())
}

fn keyed(account: &str, key: &str) -> Options {
    by(account).with_key(key.parse().unwrap())
}

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// An inventory whose clock the test sets, in seconds since the start.
fn clocked(store: &Arc<MemoryStore>, policy: Policy) -> (Inventory, Arc<AtomicU64>) {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let now = move || Timestamp::from_gregorian(START + clock.load(Ordering::SeqCst)).unwrap();
    (builder(store).policy(policy).clock(now).build(), seconds)
}

#[test]
fn item_24_a_receipt_holds_no_document() {
    let store = Arc::default();
    let inventory = builder(&store).build();
    inventory.create([NUMBER], &Create::default(), &by("shop")).unwrap();
    let patch =
        |text: &str, key| inventory.patch([NUMBER], fields(json!({ "note": text })), &keyed("shop", key));
    let first = patch(&"x".repeat(10_000), "k").unwrap();
    let receipt = store.receipt("k".parse().unwrap()).unwrap().unwrap();
    assert!(receipt.answer.to_string().len() < 1_000, "{}", receipt.answer);
    // The same answer is given again.
    assert_eq!(patch(&"x".repeat(10_000), "k").unwrap().succeeded, first.succeeded);
    // The document is that of now, and that of nobody else.
    patch("y", "l").unwrap();
    let again = patch(&"x".repeat(10_000), "k").unwrap().single().unwrap();
    assert_eq!(again.custom().unwrap()["note"], "y");
    inventory.release([NUMBER], &by("shop")).unwrap();
    inventory
        .create([NUMBER], &Create::default().with_document(fields(json!({"note": "z"}))), &by("mall"))
        .unwrap();
    let again = patch(&"x".repeat(10_000), "k").unwrap().single().unwrap();
    assert_eq!((again.custom(), again.owner()), (None, Some("shop".parse().unwrap())));
}

#[test]
fn item_24_the_sweep_forgets_old_receipts_and_events() {
    let retention = Retention::default().with_receipt_hours(1).with_event_days(1);
    let store = Arc::default();
    let (inventory, seconds) = clocked(&store, Policy::default().with_retention(retention));
    let is_kept = |key: &str| store.receipt(key.parse().unwrap()).unwrap().is_some();
    inventory.create([NUMBER], &Create::default(), &keyed("shop", "first")).unwrap();
    seconds.store(1_800, Ordering::SeqCst);
    inventory.patch([NUMBER], fields(json!({"note": 1})), &keyed("shop", "second")).unwrap();
    for (now, kept, first_event) in
        [(3_600, [true, true], 1), (3_601, [false, true], 1), (86_401, [false, false], 2)]
    {
        seconds.store(now, Ordering::SeqCst);
        inventory.sweep().unwrap();
        assert_eq!(["first", "second"].map(is_kept), kept, "{now}");
        match store.events(0, 10) {
            Err(StoreError::Forgotten { first }) => assert_eq!(first, first_event, "{now}"),
            events => assert_eq!((events.unwrap().len(), first_event), (2, 1), "{now}"),
        }
    }
}

#[test]
fn item_24_the_sweep_keeps_receipts_of_each_actor() {
    let store = Arc::default();
    let policy = Policy::default().with_retention(Retention::default().with_max_receipts_per_actor(3));
    let (inventory, _) = clocked(&store, policy);
    inventory.create([NUMBER], &Create::default(), &keyed("shop", "quiet")).unwrap();
    inventory.create(["+14158867901"], &Create::default(), &by("mall")).unwrap();
    let patch = |place: usize| {
        let options = keyed("mall", &format!("loud-{place}"));
        inventory.patch(["+14158867901"], fields(json!({ "note": place })), &options).unwrap();
    };
    (0..50).for_each(patch);
    inventory.sweep().unwrap();
    let is_kept = |key: &str| store.receipt(key.parse().unwrap()).unwrap().is_some();
    let kept: Vec<_> = (0..50).filter(|place| is_kept(&format!("loud-{place}"))).collect();
    assert_eq!(kept, [47, 48, 49]);
    assert!(is_kept("quiet"));
}
