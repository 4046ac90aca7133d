//! Bounded work: work and memory follow the size of a request, and data that tenants add has a limit or an age.
//!
//! The rules, by number; each test has the number of its rule in its name:
//!
//! | rule | |
//! |---|---|
//! | 20 | fields are removed from a document in one pass |
//! | 21 | a document has a maximum size, also multiplied by the number of its numbers, which share it |
//! | 22 | a response lists at most 100 errors |
//! | 23 | conflicts of port requests take one lookup per number |
//! | 24 | receipts and events are forgotten by age and count, and receipts contain no documents |
//! | 25 | an owner's contacts are limited, and pages are read from an index |
//! | 26 | a set of rules and a text that is classified have a maximum size |
//! | 27 | a call stops at its deadline, between numbers and between pages |
//! | 28 | every free text has a maximum length, an account is inserted without rebuilding the tree, and lists of port requests are read from indexes |

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use telnum::account::{Account, AccountTree, Accounts, Actor};
use telnum::carrier::{Availability, Carrier, CarrierError, NumberSearch, Offer};
use telnum::classify::{Classifiers, Rule};
use telnum::contact::book::{ContactBook, ContactBookError};
use telnum::contact::{ContactFilter, ContactQuery, EnteredNumber, NewContact};
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::{
    Create, Inventory, InventoryBuilder, InventoryError, InventoryErrorKind, InventoryLimits, Options,
};
use telnum::lifecycle::State;
use telnum::names::CarrierName;
use telnum::normalize::{Converter, Converters, Normalizer};
use telnum::policy::{DocumentLimits, LeaseTerms, Policy, Retention};
use telnum::porting::desk::{PortDesk, PortDeskError};
use telnum::porting::{NewPortRequest, PortRequest, PortRequestId, PortState, Upload};
use telnum::record::{NumberRecord, Refusal, schema};
use telnum::store::{MemoryStore, Page, PortQuery, Query, Store, StoreError, Stored, delegate_store};
use telnum::testing::{CarrierFault, ScriptedCarrier};
use telnum::{PhoneNumber, Timestamp};

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

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Returns an inventory and its clock, which the test sets in seconds since the start.
fn clocked(store: &Arc<MemoryStore>, policy: Policy) -> (Inventory, Arc<AtomicU64>) {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let now = move || Timestamp::from_gregorian(START + clock.load(Ordering::SeqCst)).unwrap();
    (builder(store).policy(policy).clock(now).build(), seconds)
}

/// Returns a policy and limits that do not limit documents.
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
    // The remaining fields keep their order.
    assert_eq!(json!(patched.custom()).to_string(), r#"{"key-7":1,"key-8":{"a":1}}"#);
}

#[test]
fn item_21_the_size_of_a_document_is_limited() {
    let limits = DocumentLimits::default().with_max_bytes(100).with_max_keys(5);
    let inventory = builder(&Arc::default()).policy(Policy::default().with_document(limits)).build();
    let set = |document: Value| {
        let create = Create::default().with_document(fields(&document));
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
    // A patch is measured together with the document that it is merged into. A document without fields of
    // users is not measured.
    inventory
        .create([NUMBER], &Create::default().with_document(many_keys(5, &json!(1))), &by("shop"))
        .unwrap();
    let patch = |document: Value| inventory.patch([NUMBER], fields(&document), &by("shop")).unwrap().single();
    assert!(patch(json!({"more": 1})).is_err());
    assert!(patch(json!({"more": 1, "key-0": null})).is_ok());
}

#[test]
fn item_21_numbers_share_one_document_of_limited_size() {
    let inventory = builder(&Arc::default()).build();
    let numbers: Vec<_> = (0..200).map(|place| format!("+1415886{place:04}")).collect();
    let create = |bytes| Create::default().with_document(fields(&json!({ "note": "x".repeat(bytes) })));
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
fn item_22_a_response_lists_at_most_100_errors() {
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
fn item_22_a_call_for_many_numbers_lists_at_most_100_errors() {
    let inventory = builder(&Arc::default()).build();
    let numbers: Vec<_> = (0..50).map(|place| format!("+1415886{place:04}")).collect();
    inventory.create(&numbers, &Create::default(), &by("shop")).unwrap();
    let wrong = fields(&json!({"porting": {"comments": vec![7; 80]}}));
    let outcome = inventory.patch(&numbers, wrong, &by("shop")).unwrap();
    let listed = |error: &InventoryError| match error {
        InventoryError::Refused(Refusal::InvalidFields(errors)) => errors.len(),
        error => panic!("{error}"),
    };
    let counts: Vec<_> = outcome.failed.values().map(listed).collect();
    // 20 errors of the second number, and one of each further number, with the error that there are more.
    assert_eq!((counts[0], counts[1]), (80, 21));
    assert!(counts[2..].iter().all(|count| *count == 2), "{counts:?}");
}

#[test]
fn item_23_conflicts_take_one_lookup_per_number() {
    let desk = PortDesk::new(builder(&Arc::default()).build());
    let new = |id: &str, account: &str| {
        let numbers: Map<_, _> = (0..4_000).map(|place| (format!("+1415886{place:04}"), json!({}))).collect();
        NewPortRequest {
            id: id.parse().unwrap(),
            account: account.parse().unwrap(),
            port_authority: None,
            document: fields(&json!({"name": "Bakery", "numbers": numbers})),
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
        |text: &str, key| inventory.patch([NUMBER], fields(&json!({ "note": text })), &keyed("shop", key));
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
        .create([NUMBER], &Create::default().with_document(fields(&json!({"note": "z"}))), &by("mall"))
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
    inventory.patch([NUMBER], fields(&json!({"note": 1})), &keyed("shop", "second")).unwrap();
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
        inventory.patch(["+14158867901"], fields(&json!({ "note": place })), &options).unwrap();
    };
    (0..50).for_each(patch);
    inventory.sweep().unwrap();
    let is_kept = |key: &str| store.receipt(key.parse().unwrap()).unwrap().is_some();
    let kept: Vec<_> = (0..50).filter(|place| is_kept(&format!("loud-{place}"))).collect();
    assert_eq!(kept, [47, 48, 49]);
    assert!(is_kept("quiet"));
}

fn contact(place: usize) -> NewContact {
    let text = format!("+1415886{place:04}");
    NewContact::new(EnteredNumber::parse(&text, None, None).unwrap())
}

#[test]
fn item_25_the_numbers_of_an_owner_are_limited() {
    let book = ContactBook::new(MemoryStore::new()).with_max_numbers(5);
    let owner = "7".parse().unwrap();
    book.add(owner, (0..4).map(contact)).unwrap();
    let error = book.add(owner, (4..6).map(contact)).unwrap_err();
    assert_eq!(error.to_string(), "6 numbers of one owner exceed the limit of 5");
    book.add(owner, [contact(4)]).unwrap();
    // Stored numbers can be changed even if the limit is lower.
    let book = book.with_max_numbers(1);
    let id = book.numbers(owner).unwrap()[3].id();
    book.make_primary(id).unwrap();
    assert_eq!(book.remove(id).unwrap().id(), id);
}

#[test]
fn item_25_a_page_of_all_owners_agrees_with_the_query() {
    let store = MemoryStore::new();
    let book = ContactBook::new(&*Box::leak(Box::new(store)));
    for owner in 0..40 {
        let contacts = (0..3).map(|place| {
            let is_home = owner % 2 == 0 && place == 1;
            let location = is_home.then(|| "Home".parse().unwrap());
            let contact = contact(owner * 3 + place);
            location.map_or(contact.clone(), |location| contact.with_location(location))
        });
        book.add(owner.to_string().parse().unwrap(), contacts).unwrap();
    }
    let all: Vec<_> =
        (0..40).flat_map(|owner: u32| book.numbers(owner.to_string().parse().unwrap()).unwrap()).collect();
    book.remove(all[7].id()).unwrap();
    book.make_primary(all[11].id()).unwrap();
    let all: Vec<_> =
        (0..40).flat_map(|owner: u32| book.numbers(owner.to_string().parse().unwrap()).unwrap()).collect();
    for order in ["carrier", "created_at", "-created_at", "-location", "number", "-primary", "updated_at"] {
        for filter in [
            ContactFilter::default(),
            ContactFilter::default().with_location("Home"),
            ContactFilter::default().with_location(""),
            ContactFilter::default().with_primary(false),
            ContactFilter::default().with_carrier(""),
        ] {
            for offset in [0, 5, 118, 500] {
                let query = ContactQuery::new(order.parse().unwrap()).with_filter(filter.clone());
                let query = query.with_per_page(7).with_offset(offset);
                assert_eq!(
                    book.page(&query).unwrap(),
                    query.page(&all).cloned(),
                    "{order} {filter:?} {offset}"
                );
            }
        }
    }
}

/// With four times the owners, a page allocates about as much: what it reads of a file does not grow.
#[cfg(feature = "redb")]
#[test]
fn item_25_a_page_of_a_file_reads_no_more_if_there_are_more_owners() {
    let queries = [
        ContactQuery::new("-created_at".parse().unwrap()),
        ContactQuery::new("location".parse().unwrap()).with_offset(50),
        ContactQuery::new("number".parse().unwrap())
            .with_filter(ContactFilter::default().with_location("Home").with_primary(true)),
    ];
    let bytes = |owners: usize| {
        let open = || Ok(redb::backends::InMemoryBackend::new());
        let store = telnum::store::redb::RedbOptions::new().open_backend(open).unwrap();
        let book = ContactBook::new(store);
        for owner in 0..owners {
            let contact = contact(owner);
            let contact = if owner < 30 { contact.with_location("Home".parse().unwrap()) } else { contact };
            book.add(owner.to_string().parse().unwrap(), [contact]).unwrap();
        }
        let measured = queries.clone().map(|query| {
            let read = || assert_eq!(book.page(&query).unwrap().items.len(), 25);
            read();
            allocation_counter::measure(read).bytes_total
        });
        // A filter that many contacts meet reads them all, but keeps only those up to the end of the page.
        let all = ContactQuery::new("number".parse().unwrap());
        let all = all.with_filter(ContactFilter::default().with_primary(true));
        let read = || assert_eq!(book.page(&all).unwrap().total, owners as u64);
        (measured, allocation_counter::measure(read).bytes_max)
    };
    let ((few, few_kept), (many, many_kept)) = (bytes(400), bytes(1_600));
    for (few, many) in few.into_iter().zip(many) {
        assert!(many < few * 3 / 2, "{few} bytes with few owners, {many} with many");
    }
    assert!(many_kept < few_kept * 3, "{few_kept} bytes at once with few owners, {many_kept} with many");
}

#[test]
fn item_26_the_total_size_of_rules_is_limited() {
    // Each rule is small enough on its own.
    let rules = |count| {
        (0..count).map(|place| Rule::new(place.to_string(), format!("{place}[0-8]{{900}}[a-f]{{2,900}}x")))
    };
    assert!(Classifiers::new(rules(1)).is_ok());
    let error = Classifiers::new(rules(20)).unwrap_err();
    assert_eq!(error.to_string(), "rules: too large together");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "too large together, expected at most 1048576 bytes");
    let converters = (0..20).map(|place| Converter::new(format!("{place}[0-8]{{900}}[a-f]{{2,900}}x")));
    assert!(Converters::new(converters).is_err());
}

#[test]
fn item_26_long_texts_are_not_classified() {
    let far = Rule::new("far", r"1\d{24}$");
    for classifiers in
        [Classifiers::north_america(), Classifiers::new([far, Rule::new("rest", "^(.*)$")]).unwrap()]
    {
        for (length, is_classified) in [(1_024, true), (1_025, false), (20_000, false)] {
            let text = "x".repeat(length);
            assert_eq!(classifiers.classify(&text).is_some(), is_classified, "{length}");
            let mut found = Vec::new();
            classifiers.classify_all(&[&text], &mut found);
            assert_eq!(found[0].is_some(), is_classified, "{length}");
            let normalized = Normalizer::reference().normalize(&text).into_owned();
            assert_eq!(classifiers.classify_normalized(normalized).is_some(), is_classified, "{length}");
        }
    }
}

/// A carrier that takes its time.
#[test]
fn item_27_a_call_stops_at_its_deadline() {
    let carrier =
        ScriptedCarrier::new("telnyx".parse().unwrap()).with_block("+13013590001".parse().unwrap(), 9);
    let slow = Slow(Arc::new(carrier));
    let store = Arc::default();
    let inventory = builder(&store).carrier(slow.clone()).build();
    let numbers: Vec<_> = (1..=9).map(|place| format!("+130135900{place:02}")).collect();
    let deadline = || Instant::now() + Duration::from_millis(150);
    let options = keyed("shop", "k").with_deadline(deadline());
    let outcome = inventory.activate(&numbers, &options).unwrap();
    assert!(!outcome.succeeded.is_empty() && !outcome.failed.is_empty(), "{outcome:?}");
    assert!(outcome.failed.values().all(|error| error.kind() == InventoryErrorKind::DeadlinePassed));
    // Repeating the request completes the rest, and no number is bought twice.
    let outcome = inventory.activate(&numbers, &keyed("shop", "k")).unwrap();
    assert_eq!((outcome.succeeded.len(), slow.0.orders().len()), (9, 9), "{outcome:?}");
    // A call whose deadline has passed does nothing, and its key can be used again.
    let options = keyed("shop", "late").with_deadline(Instant::now());
    let outcome = inventory.release(&numbers, &options).unwrap();
    assert_eq!(outcome.failed.len(), 9);
    assert_eq!(store.receipt("late".parse().unwrap()).unwrap(), None);
    assert!(inventory.release(&numbers, &keyed("shop", "late")).unwrap().is_success());
}

#[test]
fn item_27_sweeps_recoveries_and_lists_stop_when_told() {
    let store = Arc::default();
    let retention = Retention::default().with_max_events(1_000);
    let (inventory, _) = clocked(&store, Policy::default().with_retention(retention));
    let numbers: Vec<_> = (0..2_500).map(|place| format!("+1415886{place:04}")).collect();
    inventory.create(&numbers, &Create::default(), &by("shop")).unwrap();
    let late = by("shop").with_deadline(Instant::now());
    let page = inventory.list(&Query::default(), None, 2_000, &late).unwrap();
    assert_eq!(page.items.len(), 1_000);
    let rest = inventory.list(&Query::default(), page.next, 2_000, &by("shop")).unwrap();
    assert_eq!((rest.items.len(), rest.next), (1_500, None));

    inventory.release(&numbers, &by("shop")).unwrap();
    let stopped = inventory.sweep_while(|| false).unwrap();
    assert!(stopped.is_stopped && stopped.removed == 0);
    // The retention is enforced all the same: a sweep that is always stopped must not keep the log growing.
    assert!(matches!(store.events(0, 1), Err(StoreError::Forgotten { .. })));
    let deadline = Instant::now() + Duration::from_secs(60);
    let report = inventory.sweep_while(|| Instant::now() < deadline).unwrap();
    assert!(!report.is_stopped && report.removed == 2_500);

    let carrier = ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(NUMBER.parse().unwrap(), 1);
    carrier.pass_next();
    carrier.fail_next(CarrierFault::LostAnswer);
    let limits = InventoryLimits::default().with_claim_timeout(Duration::ZERO);
    let inventory = builder(&Arc::default()).carrier(carrier).limits(limits).build();
    assert!(!inventory.activate([NUMBER], &by("shop")).unwrap().is_success());
    let report = inventory.recover_while(|| false).unwrap();
    assert_eq!((report.finished, report.left), (0, 1));
    assert_eq!(inventory.recover().unwrap().finished, 1);
}

/// A carrier whose answers get lost, and the numbers of its orders.
#[derive(Clone, Debug, Default)]
struct Unreachable(Arc<Mutex<Vec<PhoneNumber>>>);

impl Carrier for Unreachable {
    fn name(&self) -> CarrierName {
        "telnyx".parse().unwrap()
    }

    fn search(&self, _: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        Ok(Vec::new())
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Available; numbers.len()])
    }

    fn acquire(&self, record: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.0.lock().unwrap().push(record.number());
        Err(CarrierError::unknown(self.name(), "timeout"))
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.acquire(record, key)
    }
}

#[test]
fn item_27_a_recovery_begins_with_the_claims_that_the_last_one_did_not_reach() {
    let carrier = Unreachable::default();
    let limits = InventoryLimits::default().with_claim_timeout(Duration::ZERO);
    let inventory = builder(&Arc::default()).carrier(carrier.clone()).limits(limits).build();
    let numbers: Vec<_> = (1..=5).map(|place| format!("+1301359000{place}")).collect();
    assert_eq!(inventory.activate(&numbers, &by("shop")).unwrap().failed.len(), 5);
    carrier.0.lock().unwrap().clear();
    for _ in 0..3 {
        let begun = AtomicU64::new(0);
        let report = inventory.recover_while(|| begun.fetch_add(1, Ordering::SeqCst) < 2).unwrap();
        assert!(report.is_stopped);
        assert_eq!((report.failed.len(), report.left), (2, 3));
    }
    let orders: Vec<_> = carrier.0.lock().unwrap().drain(..).map(|number| number.to_string()).collect();
    assert!(orders.iter().eq(numbers.iter().chain(numbers.first())), "{orders:?}");
    assert!(!inventory.recover().unwrap().is_stopped);
    assert_eq!(carrier.0.lock().unwrap().len(), 5);
}

/// A group is completed although two recoveries are stopped between its claims, and none of it is counted twice.
#[test]
fn item_27_a_recovery_that_begins_within_a_group_completes_it() {
    let carrier = Unreachable::default();
    let limits = InventoryLimits::default().with_claim_timeout(Duration::ZERO);
    let inventory = builder(&Arc::default()).carrier(carrier.clone()).limits(limits).build();
    let numbers: Vec<_> = (1..=4).map(|place| format!("+1301359000{place}")).collect();
    assert_eq!(inventory.activate(&numbers[..1], &by("shop")).unwrap().failed.len(), 1);
    let together = by("shop").with_all_or_nothing(true);
    assert_eq!(inventory.activate(&numbers[1..], &together).unwrap().failed.len(), 3);
    carrier.0.lock().unwrap().clear();
    for (count, expected) in [(2, (1, 3)), (1, (3, 1))] {
        let begun = AtomicU64::new(0);
        let report = inventory.recover_while(|| begun.fetch_add(1, Ordering::SeqCst) < count).unwrap();
        assert_eq!((report.failed.len(), report.left), expected);
    }
    // The first number, and the first one of the group, after which nothing is known.
    assert_eq!(carrier.0.lock().unwrap().len(), 2);
}

/// The numbers of several owners are added in one commit.
#[test]
fn item_25_either_all_contacts_of_several_owners_are_added_or_none() {
    let book = ContactBook::new(MemoryStore::new());
    let new = || NewContact::new(EnteredNumber::parse(NUMBER, None, None).unwrap());
    let [first, second] = ["168019", "168020"].map(|owner| owner.parse().unwrap());
    book.add(second, [new()]).unwrap();
    let refused = book.add_all([(first, new()), (second, new())]).unwrap_err();
    assert!(matches!(refused, ContactBookError::Refused(_)), "{refused:?}");
    assert!(book.numbers(first).unwrap().is_empty());
}

#[test]
fn item_27_a_stopped_sweep_leaves_effects_to_the_recovery() {
    let carrier =
        ScriptedCarrier::new("telnyx".parse().unwrap()).with_block("+13013590001".parse().unwrap(), 4);
    let carrier = Arc::new(carrier);
    let policy = Policy::default().with_reservation(LeaseTerms::new(60)).with_disconnect_on_release(true);
    let limits = InventoryLimits::default().with_claim_timeout(Duration::ZERO);
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let now = move || Timestamp::from_gregorian(START + clock.load(Ordering::SeqCst)).unwrap();
    let shared: Arc<dyn Carrier> = Arc::<ScriptedCarrier>::clone(&carrier);
    let builder = builder(&Arc::default()).carrier(shared).policy(policy).limits(limits).clock(now);
    let inventory = builder.build();
    let numbers: Vec<_> = (1..=4).map(|place| format!("+1301359000{place}")).collect();
    assert!(inventory.reserve(&numbers, &by("shop")).unwrap().is_success());
    assert_eq!(carrier.orders().len(), 4);
    seconds.store(100, Ordering::SeqCst);
    // Until the carrier has taken back a number.
    let report = inventory.sweep_while(|| carrier.orders().len() == 4).unwrap();
    assert!(report.is_stopped && report.ended == 1, "{report:?}");
    seconds.store(200, Ordering::SeqCst);
    assert_eq!(inventory.recover().unwrap().finished, 3);
    assert!(inventory.sweep().unwrap().is_empty());
    // Each number was bought and returned once.
    assert_eq!(carrier.orders().len(), 8);
}

/// A carrier that takes back no number, and the count of its refusals.
#[derive(Clone, Debug, Default)]
struct Refusing(Arc<AtomicU64>);

impl Carrier for Refusing {
    fn name(&self) -> CarrierName {
        "telnyx".parse().unwrap()
    }

    fn search(&self, _: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        Ok(Vec::new())
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        let is_sold = |number: &PhoneNumber| number.to_string().as_str() < "+13013591000";
        let availability =
            |number| if is_sold(number) { Availability::Available } else { Availability::Unavailable };
        Ok(numbers.iter().map(availability).collect())
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(CarrierError::refused(self.name(), "not now"))
    }
}

#[test]
fn item_27_a_sweep_begins_after_the_page_at_which_the_last_one_was_stopped() {
    let carrier = Refusing::default();
    let policy = Policy::default().with_reservation(LeaseTerms::new(60)).with_disconnect_on_release(true);
    let limits = InventoryLimits::default().with_claim_timeout(Duration::ZERO);
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let now = move || Timestamp::from_gregorian(START + clock.load(Ordering::SeqCst)).unwrap();
    let builder = builder(&Arc::default()).carrier(carrier.clone()).policy(policy).limits(limits).clock(now);
    let inventory = builder.build();
    // A page of numbers that the carrier does not take back, and one that belongs to nobody else.
    let sold: Vec<_> = (0..1_000).map(|place| format!("+1301359{place:04}")).collect();
    let own = ["+13013591000"];
    assert!(inventory.reserve(&sold, &by("shop")).unwrap().is_success());
    let free = Create::default().with_state(State::Available);
    assert!(inventory.create(own, &free, &Options::new(Actor::System)).unwrap().is_success());
    assert!(inventory.reserve(own, &by("shop")).unwrap().is_success());
    seconds.store(100, Ordering::SeqCst);
    let until = |refused: u64| {
        let end = carrier.0.load(Ordering::SeqCst) + refused;
        let carrier = carrier.clone();
        move || carrier.0.load(Ordering::SeqCst) < end
    };
    let report = inventory.sweep_while(until(2)).unwrap();
    assert!(report.is_stopped && report.ended == 0, "{report:?}");
    // The other refused numbers are due again.
    assert_eq!(inventory.recover().unwrap().failed.len(), 998);
    let report = inventory.sweep_while(until(2)).unwrap();
    assert!(report.is_stopped && report.ended == 1, "{report:?}");
}

#[derive(Clone, Debug)]
struct Slow(Arc<ScriptedCarrier>);

impl Carrier for Slow {
    fn name(&self) -> CarrierName {
        self.0.name()
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        self.0.search(search)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        self.0.check(numbers)
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        std::thread::sleep(Duration::from_millis(40));
        self.0.acquire(record, key)
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.0.disconnect(record, key)
    }
}

#[test]
fn item_28_an_account_is_inserted_in_its_place() {
    let id = |text: &str| text.parse::<telnum::account::AccountId>().unwrap();
    let mut tree = AccountTree::new([Account::new(id("master")).with_is_reseller(true)]).unwrap();
    let below = |text: &str, parent: &str| Account::new(id(text)).with_parent(id(parent));
    tree.insert(below("shop", "master")).unwrap();
    tree.insert(below("desk", "shop")).unwrap();
    tree.insert(below("shop", "master").with_name("Shop")).unwrap();
    let desk = tree.account(id("desk")).unwrap();
    assert_eq!((&*desk.ancestors, desk.reseller), (&[id("master"), id("shop")][..], Some(id("master"))));
    assert_eq!(json!(&*tree.account(id("shop")).unwrap())["name"], "Shop");
    // A change of an account applies to the accounts below it.
    tree.insert(below("shop", "master").with_is_reseller(true)).unwrap();
    assert_eq!(tree.account(id("desk")).unwrap().reseller, Some(id("shop")));
    let before = tree.clone();
    for wrong in [below("new", "nobody"), below("self", "self"), below("master", "desk")] {
        assert!(tree.insert(wrong).is_err());
        assert_eq!(tree, before);
    }
}

#[test]
fn item_28_free_texts_are_limited() {
    let policy = Policy::default().with_local_feature_override(true);
    let inventory = builder(&Arc::default()).policy(policy).build();
    inventory.create([NUMBER], &Create::default(), &by("shop")).unwrap();
    let rows = [
        json!({"prepend": {"enabled": true, "name": "x".repeat(70_000)}}),
        json!({"ringback": {"early": "x".repeat(70_000)}}),
        json!({"porting": {"billing_name": "x".repeat(1_025)}}),
        json!({"porting": {"comments": ["x".repeat(1_025)]}}),
    ];
    for row in rows {
        let error = inventory.patch([NUMBER], fields(&row), &by("shop")).unwrap().single().unwrap_err();
        assert_eq!(error.kind(), InventoryErrorKind::Invalid);
        assert!(error.to_string().contains("expected") && error.to_string().len() < 200, "{error}");
    }
}

#[test]
fn item_28_the_name_of_an_application_has_a_limit() {
    let inventory = builder(&Arc::default()).build();
    inventory.create([NUMBER], &Create::default(), &by("shop")).unwrap();
    let assign = |length: usize| {
        let app = "x".repeat(length);
        inventory.assign_to_app([NUMBER], Some(&app), &by("shop")).unwrap().single()
    };
    assert!(assign(256).is_ok());
    let error = assign(257).unwrap_err();
    assert_eq!(error.kind(), InventoryErrorKind::Invalid);
    assert_eq!(error.to_string(), "`used_by`: expected a length of at most 256, found 257");
}

/// A store that counts the port requests that it returns.
#[derive(Debug, Default)]
struct CountedRequests {
    store: MemoryStore,
    read: AtomicU64,
}

impl Store for CountedRequests {
    delegate_store!(|this| &this.store; get_many, scan, port_requests, contact_lists, contact_lists_with,
        contact_page, new_contact_ids, commit, events, receipt, forget, take_lease, max_changes);

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        let page = self.store.scan_port_requests(query, after, limit)?;
        self.read.fetch_add(page.items.len() as u64, Ordering::Relaxed);
        Ok(page)
    }

    fn active_port_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        self.read.fetch_add(numbers.len() as u64, Ordering::Relaxed);
        self.store.active_port_requests(numbers)
    }
}

#[test]
fn item_28_lists_of_port_requests_read_no_requests_of_others() {
    let accounts = ["shop", "desk", "mall"].map(|id| Account::new(id.parse().unwrap()));
    let store = Arc::new(CountedRequests::default());
    let inventory =
        Inventory::builder(Arc::clone(&store)).accounts(AccountTree::new(accounts).unwrap()).build();
    let desk = PortDesk::new(inventory);
    for place in 0..400 {
        let account = if place % 50 == 0 {
            "shop"
        } else if place % 50 == 1 {
            "desk"
        } else {
            "mall"
        };
        let document =
            fields(&json!({"name": "Bakery", "numbers": {format!("+1415{:07}", 2_000_000 + place): {}}}));
        let (id, account) = (format!("p{place:03}").parse().unwrap(), account.parse().unwrap());
        desk.create(NewPortRequest { id, account, port_authority: None, document }, Actor::System).unwrap();
    }
    let read = |list: &dyn Fn() -> usize| {
        let before = store.read.load(Ordering::Relaxed);
        (list(), store.read.load(Ordering::Relaxed) - before)
    };
    let both = PortQuery::default().with_accounts(["shop", "desk"].map(|id| id.parse().unwrap()));
    let page = |limit| desk.list_where(&both, None, limit, Actor::System, |_| true).unwrap().items.len();
    assert_eq!(read(&|| page(10)), (10, 10));
    assert_eq!(read(&|| page(100)), (16, 16));
    let active =
        |actor: Actor| desk.active_on("+14152000150".parse().unwrap(), actor).unwrap().into_iter().count();
    assert_eq!(read(&|| active(Actor::System)), (1, 1));
    assert_eq!(read(&|| active(by("mall").actor)), (0, 1));
}

#[test]
fn item_28_the_texts_of_a_port_request_have_a_limit() {
    let desk = PortDesk::new(builder(&Arc::default()).build());
    let id = "p1".parse().unwrap();
    let shop: telnum::account::AccountId = "shop".parse().unwrap();
    let document = fields(&json!({"name": "Bakery", "numbers": {NUMBER: {}}}));
    desk.create(NewPortRequest { id, account: shop, port_authority: None, document }, shop.into()).unwrap();
    let upload = |name: &str| {
        desk.change(id, shop.into(), |request, ctx| request.upload(name, Upload::default(), ctx))
    };
    assert!(upload(&"x".repeat(252)).is_ok());
    assert!(upload(&"x".repeat(253)).is_err());
    (1..100).for_each(|place| drop(upload(&format!("letter-{place}")).unwrap()));
    assert!(upload("one-more").is_err());
    // A file may be replaced.
    assert!(upload("letter-7").is_ok());
    let submit = |length: usize| {
        let reason = "x".repeat(length);
        desk.transition(id, &PortState::Submitted, Some(&reason), shop.into())
    };
    assert!(submit(10_001).is_err());
    assert!(submit(10_000).is_ok());
}
