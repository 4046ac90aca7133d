//! Bounded work: the limits on the size and number of receipts and events.

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};
use telnum::Timestamp;
use telnum::account::{Account, AccountTree, Actor};
use telnum::inventory::{Create, Inventory, InventoryBuilder, InventoryError, InventoryLimits, Options};
use telnum::policy::{DocumentLimits, Policy, Retention};
use telnum::porting::NewPortRequest;
use telnum::porting::desk::{PortDesk, PortDeskError};
use telnum::record::schema;
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

/// Policies and calls whose documents have no limits.
fn unlimited() -> (Policy, InventoryLimits) {
    let document = DocumentLimits::default().with_max_bytes(usize::MAX).with_max_keys(usize::MAX);
    (
        Policy::default().with_document(document),
        InventoryLimits::default().with_max_document_bytes(usize::MAX),
    )
}

fn many_keys(count: usize, value: &Value) -> Map<String, Value> {
    (0..count).map(|place| (format!("key-{place}"), value.clone())).collect()
}

#[test]
fn item_20_a_patch_removes_keys_in_one_pass() {
    let (policy, limits) = unlimited();
    let inventory = builder(&Arc::default()).policy(policy).limits(limits).build();
    let create = Create::default().with_document(many_keys(40_000, &json!(1)));
    inventory.create([NUMBER], &create, &by("shop")).unwrap();
    let mut patch = many_keys(40_000, &json!(null));
    patch.remove("key-7");
    patch.insert("key-8".into(), json!({"a": 1, "b": null}));
    let patched = inventory.patch([NUMBER], patch, &by("shop")).unwrap().single().unwrap();
    // The fields that are left keep their order.
    assert_eq!(json!(patched.custom()).to_string(), r#"{"key-7":1,"key-8":{"a":1}}"#);
}

#[test]
fn item_21_a_document_has_a_size() {
    let limits = DocumentLimits::default().with_max_bytes(100).with_max_keys(5);
    let inventory = builder(&Arc::default()).policy(Policy::default().with_document(limits)).build();
    let set = |document: Value| {
        let create = Create::default().with_document(fields(document));
        inventory.create([NUMBER], &create, &by("shop").with_dry_run(true)).unwrap().single()
    };
    assert!(set(json!({"a": [{"b": 1, "c": 2}], "d": {"e": 3}})).is_ok());
    let rows = [
        (json!({"a": [{"b": 1, "c": 2}], "d": {"e": 3, "f": 4}}), "expected at most 5 keys, found 6"),
        (json!({"a": "x".repeat(93)}), "expected at most 100 bytes of JSON, found 101"),
        (json!({"a": "\u{1}".repeat(16)}), "expected at most 100 bytes of JSON, found 104"),
    ];
    for (document, message) in rows {
        assert_eq!(set(document).unwrap_err().to_string(), message);
    }
    // A patch counts with what it is merged into; a document that names no field of users is not measured.
    inventory
        .create([NUMBER], &Create::default().with_document(many_keys(5, &json!(1))), &by("shop"))
        .unwrap();
    let patch = |document: Value| inventory.patch([NUMBER], fields(document), &by("shop")).unwrap().single();
    assert!(patch(json!({"more": 1})).is_err());
    assert!(patch(json!({"more": 1, "key-0": null})).is_ok());
}

#[test]
fn item_21_numbers_share_one_document_of_limited_size() {
    let inventory = builder(&Arc::default()).build();
    let numbers: Vec<_> = (0..200).map(|place| format!("+1415886{place:04}")).collect();
    let create = |bytes| Create::default().with_document(fields(json!({ "note": "x".repeat(bytes) })));
    let error = inventory.create(&numbers, &create(60_000), &by("shop")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "60011 bytes of document for each of 200 numbers exceed the limit of 8388608 bytes"
    );
    assert!(matches!(error, InventoryError::TooLarge { numbers: 200, max: 8_388_608, .. }));
    let create = create(40_000);
    let mut outcome = None;
    let allocated = allocation_counter::measure(|| {
        outcome = Some(inventory.create(&numbers, &create, &by("shop")).unwrap());
    });
    assert!(outcome.unwrap().is_success());
    // The document once for each number would be 8,000,000 bytes.
    assert!(allocated.bytes_current < 1_500_000, "{allocated:?}");
}

#[test]
fn item_22_an_answer_has_at_most_100_errors() {
    for (wrong, listed) in [(100, 100), (101, 101), (300_000, 101)] {
        let errors = schema::check(&json!({"porting": {"comments": vec![7; wrong]}}));
        assert_eq!(errors.len(), listed);
        assert_eq!(errors[99].to_string(), "`porting.comments.99`: expected string, found number");
        let last = errors.get(100).map(ToString::to_string);
        assert_eq!(last.as_deref(), (wrong > 100).then_some("more than 100 errors"));
    }
    // An error shows the start of a long value.
    let errors = schema::check(&json!({"create_with_state": "x".repeat(1_000_000)}));
    assert!(errors[0].to_string().len() < 400, "{}", errors[0]);
}

#[test]
fn item_23_conflicts_take_one_lookup_a_number() {
    let desk = PortDesk::new(builder(&Arc::default()).build());
    let new = |id: &str, account: &str| {
        let numbers: Map<_, _> = (0..4_000).map(|place| (format!("+1415886{place:04}"), json!({}))).collect();
        NewPortRequest {
            id: id.parse().unwrap(),
            account: account.parse().unwrap(),
            port_authority: account.parse().unwrap(),
            document: fields(json!({"name": "Bakery", "numbers": numbers})),
        }
    };
    let actor = |id: &str| Actor::Account(id.parse().unwrap());
    desk.create(new("first", "shop"), actor("shop")).unwrap();
    let error = desk.create(new("second", "mall"), actor("mall")).unwrap_err();
    let PortDeskError::Numbers { listed, more } = &error else { panic!("{error}") };
    assert_eq!((listed.len(), *more), (100, 3_900));
    assert!(error.to_string().ends_with("; and 3900 more"));
}

#[test]
fn receipts_contain_no_documents() {
    let store = Arc::default();
    let inventory = builder(&store).build();
    inventory.create([NUMBER], &Create::default(), &by("shop")).unwrap();
    let patch =
        |text: &str, key| inventory.patch([NUMBER], fields(json!({ "note": text })), &keyed("shop", key));
    let first = patch(&"x".repeat(10_000), "k").unwrap();
    let receipt = store.receipt("k".parse().unwrap()).unwrap().unwrap();
    assert!(receipt.answer.to_string().len() < 1_000, "{}", receipt.answer);
    // The same result is returned again.
    assert_eq!(patch(&"x".repeat(10_000), "k").unwrap().succeeded, first.succeeded);
    // The document is the current one, and not that of another account.
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
fn the_sweep_forgets_old_receipts_and_events() {
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
fn the_sweep_keeps_receipts_of_each_actor() {
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
