//! Requests with keys: derived keys, receipts, replays and quotes; refused purchases.

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value, json};
use telnum::PhoneNumber;
use telnum::account::Actor;
use telnum::carrier::Carrier;
use telnum::inventory::{
    Billing, BillingError, Charge, Create, Inventory, InventoryBuilder, InventoryError, InventoryErrorKind,
    InventoryLimits, Options, Quote,
};
use telnum::lifecycle::State;
use telnum::names::Feature;
use telnum::policy::Policy;
use telnum::store::{Batch, Change, Expect, MemoryStore, Retry, Revision, Store, StoreError, delegate_store};
use telnum::testing::{CarrierFault, CarrierOrder, ScriptedCarrier};
use world::{accounts, id, now, numbers};

const FREE: &str = "+15551239876";
const ABSENT: &str = "+15559871234";
const SOLD: [&str; 2] = ["+13013590001", "+13013590002"];

/// A store that counts receipts.
#[derive(Debug, Default)]
struct Counting {
    store: MemoryStore,
    receipts: AtomicUsize,
}

impl Store for Counting {
    delegate_store!(|this| &this.store; get_many, scan, port_requests, scan_port_requests,
        active_port_requests, contact_lists, contact_lists_with, contact_page, new_contact_ids, events,
        receipt, forget, take_lease, max_changes);

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        self.receipts.fetch_add(usize::from(batch.receipt.is_some()), Ordering::SeqCst);
        self.store.commit(batch)
    }
}

/// The reference's accounts and numbers.
fn on(store: &Arc<Counting>) -> InventoryBuilder {
    let put = |record| Change::put(record, Expect::Absent);
    store.commit(numbers().into_values().map(put).collect()).unwrap();
    Inventory::builder(store.clone()).accounts(accounts()).clock(now)
}

fn world() -> InventoryBuilder {
    on(&Arc::default())
}

fn by(account: &str) -> Options {
    Options::new(id(account))
}

fn keyed(key: &str) -> Options {
    by("reseller").with_key(key.parse().unwrap())
}

fn sells(name: &str, first: &str) -> Arc<ScriptedCarrier> {
    Arc::new(ScriptedCarrier::new(name.parse().unwrap()).with_block(first.parse().unwrap(), 2))
}

fn shared(carrier: &Arc<ScriptedCarrier>) -> Arc<dyn Carrier> {
    Arc::<ScriptedCarrier>::clone(carrier)
}

fn document(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("{value}") };
    fields
}

/// No request key equals a key derived from another one.
#[test]
fn derived_keys_never_equal_request_keys() {
    for other in ["k/+13013590001", "k/done", "k/undo", "k/0", "+13013590001....01k", "done............01k"] {
        for together in [false, true] {
            let carrier = sells("telnyx", SOLD[0]);
            let store = Arc::default();
            let inventory = on(&store).carrier(shared(&carrier)).build();
            assert!(inventory.reserve([FREE], &keyed(other)).unwrap().is_success());
            let options = keyed("k").with_all_or_nothing(together);
            let bought = inventory.reserve(SOLD, &options).unwrap();
            assert!(bought.is_success(), "{other}: {:?}", bought.failed);
            assert!(bought.succeeded.values().all(|record| record.pending().is_none()), "{other}");
            assert_eq!(inventory.reserve(SOLD, &options).unwrap().succeeded, bought.succeeded);
            // Each order has a key of its own, which is longer than any request key.
            let keys: Vec<_> = carrier.orders().iter().map(|(key, ..)| *key).collect();
            assert!(keys.len() == 2 && keys[0] != keys[1]);
            assert!(keys.iter().all(|key| key.as_str().len() > 40 && store.receipt(*key).unwrap().is_none()));
        }
    }
}

#[test]
fn only_requests_with_a_key_leave_receipts() {
    let store = Arc::default();
    let inventory = on(&store).carrier(shared(&sells("telnyx", SOLD[0]))).build();
    let all = by("reseller").with_all_or_nothing(true);
    assert!(inventory.reserve([FREE, SOLD[0]], &all).unwrap().is_success());
    assert_eq!(store.receipts.load(Ordering::SeqCst), 0);
    // The receipt of the request, and that of its number.
    assert!(inventory.reserve([SOLD[1]], &keyed("k")).unwrap().is_success());
    assert_eq!(store.receipts.load(Ordering::SeqCst), 2);
}

/// The order of fields does not change the fingerprint; another application does.
#[test]
fn a_key_is_for_one_fingerprint() {
    let inventory = world().build();
    let number = ["+15551233322"];
    let patch = |fields| inventory.patch(number, document(fields), &keyed("patch"));
    let first = patch(json!({"a": {"x": 1, "y": 2}, "b": null})).unwrap();
    assert_eq!(patch(json!({"b": null, "a": {"y": 2, "x": 1}})).unwrap().succeeded, first.succeeded);
    assert!(matches!(patch(json!({"a": {"x": 1, "y": 2}})), Err(InventoryError::KeyReused(_))));

    let fix = |app: &str| inventory.fix(number, Some(&|_: PhoneNumber| Some(app.into())), &keyed("fix"));
    assert!(fix("fax").unwrap().is_success());
    assert!(fix("fax").unwrap().is_success());
    assert!(matches!(fix("callflow"), Err(InventoryError::KeyReused(_))));
}

#[test]
fn a_replay_equals_the_first_answer() {
    let fields = json!({"z": {"b": null, "a": [1.5, 1e300, -0.0, u64::MAX]}, "": "", "a\u{0}b": "\u{fffd}"});
    for carrier_data in [None, Some(Value::Null), Some(json!({"order": null}))] {
        let inventory = world().build();
        let create = Create::default().with_document(document(fields.clone()));
        let create = carrier_data.into_iter().fold(create, Create::with_carrier_data);
        // Only admins set the data of a carrier.
        let options = Options::new(Actor::System).with_account(id("reseller")).with_key("k".parse().unwrap());
        let [first, again] = [(); 2].map(|()| inventory.create([ABSENT], &create, &options).unwrap());
        assert!(first.is_success());
        assert_eq!(again.succeeded, first.succeeded);
    }
}

/// The carrier refuses a number that it offered: no record of the number is left.
#[test]
fn a_refused_purchase_leaves_nothing() {
    let [one, two] = ["one", "two"].map(|name| sells(name, SOLD[0]));
    one.pass_next();
    one.fail_next(CarrierFault::Refuse);
    let inventory = world().carrier(shared(&one)).carrier(shared(&two)).build();
    let error = inventory.reserve([SOLD[0]], &by("reseller")).unwrap().single().unwrap_err();
    assert_eq!(&*error.message(), "fault by carrier");
    assert_eq!(inventory.store().get(SOLD[0].parse().unwrap()).unwrap(), None);
    // The next purchase has another key.
    assert!(inventory.reserve([SOLD[0]], &by("reseller")).unwrap().is_success());
    assert_eq!((one.orders().len(), two.orders().len()), (1, 0));
}

/// A discovered number is bought from the carrier that sells it now, and keeps the changes made by an
/// admin.
#[test]
fn a_discovered_number_is_discovered_again() {
    let seen = "+14122065197";
    let carrier = sells("telnyx", seen);
    let inventory = world().carrier(shared(&carrier)).build();
    let before = inventory.store().get(seen.parse().unwrap()).unwrap().unwrap();
    assert_eq!((before.state(), before.carrier().as_str()), (State::Discovery, "bandwidth2"));
    let bought = inventory.reserve([seen], &by("reseller")).unwrap().single().unwrap();
    assert_eq!((bought.state(), bought.carrier().as_str()), (State::Reserved, "telnyx"));
    assert_eq!(bought.denied_features(), before.denied_features());
    assert!(bought.version() > before.version());
    assert_eq!(
        carrier.orders().iter().map(|(_, order, _)| *order).collect::<Vec<_>>(),
        [CarrierOrder::Acquire]
    );
    // If no carrier sells the number, its recorded carrier is called.
    let error = world().build().reserve([seen], &by("reseller")).unwrap().single().unwrap_err();
    assert_eq!(error.to_string(), "carrier bandwidth2: not installed");
}

#[test]
fn no_retries_still_means_one_attempt() {
    for options in [by("reseller"), by("reseller").with_all_or_nothing(true), keyed("k")] {
        let inventory = world().limits(InventoryLimits::default().with_retry(Retry::new(0))).build();
        assert!(inventory.reserve([FREE], &options).unwrap().is_success());
    }
}

/// A refused address fails the whole call, also in a dry run.
#[test]
fn a_dry_run_respects_all_or_nothing() {
    let policy = Policy::default().with_allowed_features(Feature::E911).with_local_feature_override(true);
    let inventory = world().policy(policy).build();
    let address = json!({"street_address": "1 NOWHERE", "locality": "NOWHERE", "region": "CA",
        "postal_code": "94105", "caller_name": "Reseller"});
    // The second number is available, and an address is not allowed on it.
    let both = ["+15551233322", "+15551255693"];
    let options = by("reseller").with_all_or_nothing(true);
    let patch = |options: Options, fields: &Value| {
        let failed = inventory.patch(both, document(fields.clone()), &options).unwrap().failed;
        failed.values().map(InventoryError::kind).collect::<Vec<_>>()
    };
    let fields = json!({"e911": address});
    assert_eq!(patch(options.with_dry_run(true), &fields).len(), 2);
    assert_eq!(patch(options, &fields), [InventoryErrorKind::Invalid, InventoryErrorKind::NotDone]);
}

/// A number that another account reserves during pricing is not quoted.
#[test]
fn quotes_are_for_succeeded_numbers() {
    #[derive(Clone, Default)]
    struct Slow(Arc<(OnceLock<Inventory>, AtomicBool)>);
    impl std::fmt::Debug for Slow {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Slow")
        }
    }
    impl Billing for Slow {
        fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
            let (inventory, is_done) = &*self.0;
            if !is_done.swap(true, Ordering::SeqCst) {
                let options = by("unrelated").with_accept_charges(true);
                assert!(inventory.get().unwrap().reserve([FREE], &options).unwrap().is_success());
            }
            let quote = |charge: &Charge| Quote {
                account: charge.account,
                number: charge.number,
                item: "number".into(),
                amount: 100,
                currency: "USD".into(),
            };
            Ok(charges.iter().map(quote).collect())
        }
    }
    let billing = Slow::default();
    let inventory = world().billing(billing.clone()).build();
    billing.0.0.set(inventory.clone()).unwrap();
    let options = by("reseller").with_accept_charges(true);
    let outcome = inventory.activate([FREE, "+19162154006"], &options).unwrap();
    assert_eq!((outcome.succeeded.len(), outcome.failed.len()), (1, 1));
    let quoted: Vec<_> = outcome.quotes.iter().map(|quote| quote.number.to_string()).collect();
    assert_eq!(quoted, ["+19162154006"]);
}
