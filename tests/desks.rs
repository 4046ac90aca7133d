//! Port requests and contact numbers in a store, with concurrent callers and after crashes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::contact::book::{ContactBook, ContactBookError};
use telnum::contact::{
    ContactFilter, ContactNumber, ContactOrder, ContactPatch, ContactQuery, DerivedFields, EnteredNumber,
    NewContact, OwnerId,
};
use telnum::inventory::{
    Billing, BillingError, Charge, Create, FreeBilling, Inventory, InventoryErrorKind, Options, Quote,
};
use telnum::lifecycle::State;
use telnum::plan::Region;
use telnum::porting::desk::{
    Documents, DocumentsError, FileDocuments, MemoryDocuments, PortDesk, PortDeskError,
};
use telnum::porting::{
    DocumentKey, NewPortRequest, NumberStatus, NumberStatusKind, PortContext, PortEventKind, PortRefusal,
    PortRequest, PortRequestId, PortSettings, PortState, PortStates, RefusalReason,
};
use telnum::record::NumberRecord;
use telnum::store::{Change, Expect, MemoryStore, Store, StoreExt};

struct World {
    store: Arc<MemoryStore>,
    inventory: Inventory,
    desk: PortDesk,
    master: AccountId,
    shop: AccountId,
    other: AccountId,
}

fn world() -> World {
    billed(FreeBilling)
}

fn billed(billing: impl Billing + 'static) -> World {
    let [master, shop, other] = ["master", "shop", "other"].map(|id| id.parse::<AccountId>().unwrap());
    let accounts = AccountTree::new([
        Account::new(master).with_admin(true),
        Account::new(shop).with_parent(master),
        Account::new(other).with_parent(master),
    ])
    .unwrap();
    let store = Arc::new(MemoryStore::new());
    let inventory = Inventory::builder(store.clone()).accounts(accounts).billing(billing).build();
    let desk = PortDesk::new(inventory.clone());
    World { store, inventory, desk, master, shop, other }
}

impl World {
    fn new_request(id: &str, account: AccountId, numbers: &[&str]) -> NewPortRequest {
        let numbers: serde_json::Map<_, _> = numbers.iter().map(|it| ((*it).to_owned(), json!({}))).collect();
        let document = json!({"name": "Bakery", "numbers": numbers}).as_object().unwrap().clone();
        NewPortRequest { id: id.parse().unwrap(), account, port_authority: None, document }
    }

    fn pending(&self, id: &str, numbers: &[&str]) -> PortRequestId {
        let new = World::new_request(id, self.shop, numbers);
        let id = new.id;
        self.desk.create(new, self.shop.into()).unwrap();
        self.desk.transition(id, &PortState::Submitted, None, self.shop.into()).unwrap();
        self.desk.transition(id, &PortState::Pending, None, self.master.into()).unwrap();
        id
    }
}

/// Row 151: a number on an active request cannot be added to another one.
#[test]
fn a_number_is_on_one_active_request() {
    let world = world();
    let create = |id, account, numbers: &[&str]| {
        world.desk.create(World::new_request(id, account, numbers), Actor::System)
    };
    create("p1", world.shop, &["+14158867900"]).unwrap();
    let message = |error: PortDeskError| error.to_string();
    let again = create("p2", world.shop, &["+14158867900"]).map_err(message);
    assert_eq!(again, Err("number +14158867900: already on port request p1".to_owned()));
    let elsewhere = create("p2", world.other, &["+14158867900"]).map_err(message);
    assert_eq!(elsewhere, Err("number +14158867900: being ported for another account".to_owned()));
    let options = Options::new(world.master).with_account(world.other);
    world.inventory.create(["+14158867901"], &Create::default(), &options).unwrap().single().unwrap();
    let owned = create("p2", world.shop, &["+14158867901"]).map_err(message);
    assert_eq!(owned, Err("number +14158867901: already in the inventory, with an owner".to_owned()));
    assert!(matches!(create("p1", world.shop, &["+14158867902"]), Err(PortDeskError::Exists(_))));

    // Once the request is canceled, the number is free.
    world.desk.transition("p1".parse().unwrap(), &PortState::Canceled, None, world.shop.into()).unwrap();
    create("p3", world.other, &["+14158867900"]).unwrap();
}

/// A request only accepts numbers that its completion can put in service.
#[test]
fn a_number_that_cannot_be_ported_in_is_refused() {
    let number = "+14158867900";
    let rows = [
        ("available", None, true),
        ("aging", None, true),
        ("deleted", None, true),
        ("port_in", Some("shop"), true),
        ("port_in", Some("other"), true),
        ("reserved", Some("shop"), false),
        ("in_service", Some("shop"), false),
        ("port_out", Some("shop"), false),
        ("released", None, false),
        ("discovery", None, false),
    ];
    for (state, owner, may) in rows {
        let world = world();
        let document = json!({
            "id": number, "pvt_state": state, "pvt_assigned_to": owner, "pvt_module_name": "knm_telnyx",
            "pvt_reserve_history": if state == "reserved" { vec![owner] } else { Vec::new() },
            "pvt_created": 63_630_097_779_u64, "pvt_modified": 63_630_097_779_u64,
        });
        let record = NumberRecord::from_value(&document).unwrap();
        world.store.commit(Change::put(record, Expect::Absent).into()).unwrap();
        let made = world.desk.create(World::new_request("p1", world.shop, &[number]), world.shop.into());
        assert_eq!(made.is_ok(), may, "{state} of {owner:?}");
        if may {
            world.desk.transition("p1".parse().unwrap(), &PortState::Submitted, None, Actor::System).unwrap();
            world.desk.transition("p1".parse().unwrap(), &PortState::Pending, None, Actor::System).unwrap();
            let completed = world.desk.complete("p1".parse().unwrap(), Actor::System).unwrap();
            assert_eq!(completed.request.state(), &PortState::Completed, "{state} of {owner:?}");
        }
    }
}

/// Billing of one dollar per number, for accounts that have credit.
#[derive(Debug)]
struct Dollars(AccountId);

impl Billing for Dollars {
    fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
        let quote = |charge: &Charge| Quote {
            account: charge.account,
            number: charge.number,
            item: "number".into(),
            amount: 100,
            currency: "USD".into(),
        };
        if charges.iter().any(|charge| charge.account != self.0) {
            return Err(BillingError::NotEnoughCredit);
        }
        Ok(charges.iter().map(quote).collect())
    }
}

#[test]
fn row_155_the_charges_of_a_port_are_accepted_on_submission() {
    let world = billed(Dollars("shop".parse().unwrap()));
    let World { shop, other, master, .. } = world;
    let id: PortRequestId = "p1".parse().unwrap();
    let numbers = ["+14158867900", "+14158867901"];
    world.desk.create(World::new_request("p1", shop, &numbers), shop.into()).unwrap();
    let submitted = |answer: Result<_, PortDeskError>| match answer {
        Ok(_) => panic!("it is submitted"),
        Err(PortDeskError::Inventory(error)) => error,
        Err(error) => panic!("{error}"),
    };
    for refused in [
        submitted(world.desk.submit(id, false, shop.into())),
        submitted(world.desk.transition(id, &PortState::Submitted, None, shop.into())),
    ] {
        assert_eq!(
            (refused.kind(), &*refused.message()),
            (InventoryErrorKind::ChargesNotAccepted, "accept charges")
        );
        assert_eq!(refused.cause().unwrap().as_array().unwrap().len(), 2);
    }
    assert_eq!(world.desk.get(id, shop.into()).unwrap().state(), &PortState::Unconfirmed);
    world.desk.submit(id, true, shop.into()).unwrap();
    world.desk.transition(id, &PortState::Pending, None, master.into()).unwrap();
    let completed = world.desk.complete(id, master.into()).unwrap();
    assert_eq!((completed.request.state(), completed.waiting.len()), (&PortState::Completed, 0));

    world.desk.create(World::new_request("p2", other, &["+14158867902"]), other.into()).unwrap();
    let broke = submitted(world.desk.submit("p2".parse().unwrap(), true, other.into()));
    assert_eq!(broke.kind(), InventoryErrorKind::NotEnoughCredit);
}

#[test]
fn row_157_stale_requests_are_removed() {
    let world = world();
    let long_ago = 63_630_097_779_u64;
    let states = ["canceled", "completed", "pending", "rejected", "submitted", "unconfirmed"];
    for (place, state) in states.into_iter().enumerate() {
        let document = json!({
            "id": state, "name": "Bakery", "port_state": state, "numbers": {format!("+1415886790{place}"): {}},
            "created": long_ago, "updated": long_ago, "_read_only": {"account": {"id": world.shop}},
        });
        let request: PortRequest = serde_json::from_value(document).unwrap();
        world.store.commit(Change::put(request, Expect::Absent).into()).unwrap();
    }
    world.desk.create(World::new_request("young", world.shop, &["+14158867910"]), world.shop.into()).unwrap();
    let ids = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect::<Vec<PortRequestId>>();
    assert_eq!(world.desk.sweep().unwrap(), ids(&["rejected", "unconfirmed"]));
    let left = world.desk.list(PortStates::ALL, None, 10, Actor::System).unwrap().items;
    let left: Vec<_> = left.iter().map(|request| request.id()).collect();
    assert_eq!(left, ids(&["canceled", "completed", "pending", "submitted", "young"]));
    world.desk.create(World::new_request("again", world.other, &["+14158867905"]), Actor::System).unwrap();
    let events = world.store.events(0, 100).unwrap();
    let events = events.iter().filter_map(|logged| logged.event.port_request());
    assert_eq!(events.filter(|event| event.kind == PortEventKind::Deleted).count(), 2);

    let settings = PortSettings::default().with_keep_stale_pending(false);
    assert_eq!(world.desk.clone().with_settings(settings).sweep().unwrap(), ids(&["pending"]));
    assert_eq!(world.desk.sweep().unwrap(), []);
}

/// Of many concurrent requests for one number, exactly one is created.
#[test]
fn concurrent_requests_for_a_number_have_one_winner() {
    let world = world();
    let made = thread::scope(|scope| {
        let threads: Vec<_> = (0..20)
            .map(|place| {
                let world = &world;
                scope.spawn(move || {
                    let new = World::new_request(&format!("p{place}"), world.shop, &["+14158867900"]);
                    world.desk.create(new, Actor::System).is_ok()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|made| *made).count()
    });
    assert_eq!(made, 1);
    let found = world.desk.list(PortStates::ACTIVE, None, 100, Actor::System).unwrap();
    assert_eq!(found.items.len(), 1);
}

/// The service stops after the first of two numbers was created, before the request is updated.
/// Completing the request again creates the other number, and no number twice.
#[test]
fn completion_continues_after_a_crash() {
    let world = world();
    let id = world.pending("p1", &["+14158867900", "+14158867901"]);
    let create = Create::default().with_ported_in(true);
    let options = Options::new(Actor::System).with_account(world.shop);
    world.inventory.create(["+14158867900"], &create, &options).unwrap().single().unwrap();
    let number_events = || {
        let events = world.store.events(0, 100).unwrap();
        events.iter().filter(|logged| logged.event.number().is_some()).count()
    };
    let events = number_events();

    let completed = world.desk.complete(id, world.master.into()).unwrap();
    assert_eq!((completed.request.state(), completed.waiting.len()), (&PortState::Completed, 0));
    assert_eq!(number_events(), events + 1);
    let again = world.desk.complete(id, world.master.into()).unwrap();
    assert_eq!(again.request, completed.request);
    for number in ["+14158867900", "+14158867901"] {
        let record = world.inventory.get([number], &Options::new(world.shop)).unwrap().single().unwrap();
        assert_eq!((record.state(), record.ported_in()), (State::InService, true));
    }
}

/// Row 149: a number that cannot be created stays on the request, which keeps its state.
#[test]
fn a_number_that_fails_stays_on_the_request() {
    let world = world();
    let id = world.pending("p1", &["+14158867900", "+14158867901"]);
    // In the meantime another account received the second number, without the inventory's checks.
    let found = telnum::record::NumberRecord::discovered(
        "+14158867901".parse().unwrap(),
        "telnyx".parse().unwrap(),
        world.inventory.now(),
    );
    let change = telnum::store::Change::put(found, telnum::store::Expect::Absent);
    world.store.commit(telnum::store::Batch::from(change)).unwrap();

    let completed = world.desk.complete(id, world.master.into()).unwrap();
    assert_eq!(completed.request.state(), &PortState::Pending);
    let (number, why) = &completed.waiting[0];
    assert_eq!((number.to_string().as_str(), why.is_some()), ("+14158867901", true));
    let first = completed.request.number("+14158867900".parse().unwrap()).unwrap();
    assert_eq!(first.status().kind(), NumberStatusKind::Ported);
    assert!(world.store.active_port_request("+14158867901".parse().unwrap()).unwrap().is_some());
}

/// Completing a request races with canceling or removing it: the numbers of a request that is not
/// completed are never in service.
#[test]
fn completing_wins_against_canceling_or_is_refused() {
    for round in 0..60 {
        let world = world();
        let number = "+14158867900";
        let id = world.pending("p1", &[number]);
        if round % 2 == 0 {
            world.desk.transition(id, &PortState::Rejected, None, world.master.into()).unwrap();
        }
        let barrier = Barrier::new(2);
        let (completed, ended) = thread::scope(|scope| {
            let completed = scope.spawn(|| {
                barrier.wait();
                world.desk.complete(id, world.master.into())
            });
            let ended = scope.spawn(|| {
                barrier.wait();
                match round % 2 {
                    0 => world.desk.remove(id, world.master.into()),
                    _ => world.desk.transition(id, &PortState::Canceled, None, world.master.into()).map(drop),
                }
            });
            (completed.join().unwrap(), ended.join().unwrap())
        });
        assert!(completed.is_ok() != ended.is_ok(), "{completed:?} {ended:?}");
        let is_in_service = world.inventory.get([number], &Options::new(Actor::System)).unwrap().is_success();
        assert_eq!(is_in_service, completed.is_ok());
    }
}

/// A number is created for one account while another account requests its port: exactly one of them
/// receives it.
#[test]
fn a_number_is_created_or_ported() {
    let world = world();
    let options = Options::new(world.master).with_account(world.other);
    for round in 0..300 {
        let number = format!("+1415886{round:04}");
        let barrier = Barrier::new(2);
        let (created, requested) = thread::scope(|scope| {
            let created = scope.spawn(|| {
                barrier.wait();
                world.inventory.create([&number], &Create::default(), &options).unwrap().is_success()
            });
            let requested = scope.spawn(|| {
                let new = World::new_request(&format!("p{round}"), world.shop, &[&number]);
                barrier.wait();
                world.desk.create(new, world.shop.into()).is_ok()
            });
            (created.join().unwrap(), requested.join().unwrap())
        });
        assert!(created != requested, "{number}: created {created}, on a port request {requested}");
    }
}

/// A request that a crash has left locked cannot be canceled; recovering it completes it.
#[test]
fn a_locked_request_is_recovered() {
    let world = world();
    let id = world.pending("p1", &["+14158867900"]);
    let lock = |request: &PortRequest, ctx: &PortContext<'_>| request.start_completion(ctx);
    world.desk.change(id, world.master.into(), lock).unwrap();
    let canceled = world.desk.transition(id, &PortState::Canceled, None, world.master.into());
    assert!(matches!(canceled, Err(PortDeskError::Refused(PortRefusal::Completing(_)))));
    assert_eq!(world.desk.recover().unwrap().recovered, [id]);
    assert_eq!(world.desk.get(id, world.master.into()).unwrap().state(), &PortState::Completed);
    assert_eq!(world.desk.recover().unwrap().recovered, []);
}

/// A desk's deadline also limits its recoveries and sweeps.
#[test]
fn a_recovery_and_a_sweep_stop_at_the_deadline() {
    let world = world();
    let lock = |request: &PortRequest, ctx: &PortContext<'_>| request.start_completion(ctx);
    let ids = [1, 2, 3].map(|n| world.pending(&format!("p{n}"), &[&format!("+1415886790{n}")]));
    for id in ids {
        world.desk.change(id, world.master.into(), lock).unwrap();
    }
    let late = world.desk.clone().with_deadline(Instant::now());
    let report = late.recover().unwrap();
    assert!(report.is_stopped && report.recovered.is_empty());
    // Not even the numbers of a request that was begun are put in service after the deadline.
    let completed = late.complete(ids[0], world.master.into()).unwrap();
    assert!(*completed.request.state() == PortState::Pending && completed.waiting.len() == 1);
    let report =
        world.desk.clone().with_deadline(Instant::now() + Duration::from_secs(60)).recover().unwrap();
    assert!(!report.is_stopped && report.recovered == ids);

    let new = World::new_request("p4", world.shop, &["+14158867904"]);
    world.desk.create(new, world.shop.into()).unwrap();
    let later = world.inventory.now().after(chrono::TimeDelta::days(60));
    let desk = PortDesk::new(Inventory::builder(world.store.clone()).clock(move || later).build());
    assert_eq!(desk.clone().with_deadline(Instant::now()).sweep().unwrap(), []);
    assert_eq!(desk.with_deadline(Instant::now() + Duration::from_secs(60)).sweep().unwrap().len(), 1);
}

/// A request that takes until the deadline does not hold up those after it in the next recovery.
#[test]
fn a_recovery_begins_with_the_requests_that_the_last_one_did_not_reach() {
    let world = world();
    let lock = |request: &PortRequest, ctx: &PortContext<'_>| request.start_completion(ctx);
    let ids = [1, 2, 3].map(|n| world.pending(&format!("p{n}"), &[&format!("+1415886790{n}")]));
    for id in ids {
        world.desk.change(id, world.master.into(), lock).unwrap();
    }
    let end = Arc::new(Mutex::new(Instant::now()));
    let (until, inventory) = (Arc::clone(&end), world.inventory.clone());
    let clock = move || {
        thread::sleep(until.lock().unwrap().saturating_duration_since(Instant::now()));
        inventory.now()
    };
    let desk = PortDesk::new(Inventory::builder(world.store.clone()).clock(clock).build());
    for id in [ids[0], ids[1], ids[2], ids[0]] {
        let deadline = Instant::now() + Duration::from_millis(300);
        *end.lock().unwrap() = deadline;
        let report = desk.clone().with_deadline(deadline).recover().unwrap();
        assert_eq!(report.locked, [id]);
    }
}

/// A page of 1,000 requests with 10,000 numbers each would need gigabytes.
#[test]
fn a_page_has_a_bounded_size() {
    let world = world();
    for index in 0..13_u32 {
        let number = |line: u32| format!("+1415{:07}", 2_000_000 + index * 10_000 + line);
        let numbers: serde_json::Map<_, _> = (0..10_000).map(|line| (number(line), json!({}))).collect();
        let request: PortRequest = serde_json::from_value(json!({
            "id": format!("p{index:02}"), "name": "Bakery", "port_state": "submitted",
            "numbers": numbers, "created": 63_630_097_779_u64,
            "updated": 63_630_097_779_u64, "_read_only": {"account": {"id": "shop"}},
        }))
        .unwrap();
        world.store.commit(Change::put(request, Expect::Absent).into()).unwrap();
    }
    let mut after = None;
    let mut sizes = Vec::new();
    loop {
        let page = world.desk.list(PortStates::ALL, after, 1_000, world.shop.into()).unwrap();
        sizes.push(page.items.len());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [11, 2]);
}

/// A list that is late from the start does not look complete.
#[test]
fn a_late_list_reads_a_page() {
    let world = world();
    world.pending("p1", &["+14158867900"]);
    let late = world.desk.clone().with_deadline(std::time::Instant::now());
    assert_eq!(late.list(PortStates::ALL, None, 10, world.master.into()).unwrap().items.len(), 1);
}

/// Each number of a request has the reasons for its rejection, and a request keeps its timeline.
#[test]
fn rejections_are_bounded() {
    let world = world();
    let numbers: Vec<_> = (0..2_000).map(|line| format!("+1415886{line:04}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let reason =
        |length: usize| -> RefusalReason { serde_json::from_value(json!("x".repeat(length))).unwrap() };
    let id = world.pending("p1", &numbers);
    let reject = |length| {
        world
            .desk
            .change(id, world.master.into(), |request, ctx| request.reject(&[reason(length)], None, ctx))
    };
    let too_large = reject(600).unwrap_err().to_string();
    assert!(too_large.contains("refusals"), "{too_large}");
    assert_eq!(reject(500).unwrap().state(), &PortState::Rejected);
    // The reasons of single numbers add up to the same limit.
    let number = numbers[0].parse().unwrap();
    let status = |length| NumberStatus::Rejected { refusals: vec![reason(length); 100] };
    let set = |length| {
        world.desk.change(id, world.master.into(), |request, ctx| {
            request.set_number_status(number, status(length), ctx)
        })
    };
    assert!(set(1_000).unwrap_err().to_string().contains("refusals"));

    let id = world.pending("p2", &["+14158877000"]);
    let mut count = 0;
    let refused = loop {
        let to = if count % 2 == 0 { PortState::Rejected } else { PortState::Submitted };
        if let Err(error) = world.desk.transition(id, &to, None, world.master.into()) {
            break error.to_string();
        }
        count += 1;
    };
    assert!(count < 1_000 && refused.contains("transitions"), "{count}: {refused}");
    // It can still end.
    world.desk.transition(id, &PortState::Canceled, None, world.master.into()).unwrap();
}

#[test]
fn strangers_can_neither_see_nor_change_requests() {
    let world = world();
    let id = world.pending("p1", &["+14158867900"]);
    assert!(world.desk.get(id, world.other.into()).is_err());
    assert_eq!(world.desk.list(PortStates::ALL, None, 10, world.other.into()).unwrap().items.len(), 0);
    assert!(world.desk.complete(id, world.shop.into()).is_err());
    assert!(world.desk.remove(id, world.master.into()).is_err());
    assert_eq!(world.desk.list(PortStates::ALL, None, 10, world.shop.into()).unwrap().items.len(), 1);
}

/// A storage that counts its files, and fails while `fails` is set.
#[derive(Clone, Debug, Default)]
struct Files(Arc<(MemoryDocuments, AtomicUsize, AtomicBool)>);

impl Files {
    fn count(&self) -> usize {
        self.0.1.load(Ordering::Relaxed)
    }

    fn fail(&self, fails: bool) {
        self.0.2.store(fails, Ordering::Relaxed);
    }
}

impl Documents for Files {
    fn put(&self, key: DocumentKey, content: &[u8]) -> Result<(), DocumentsError> {
        if self.0.2.load(Ordering::Relaxed) {
            return Err(DocumentsError::new(key, "disk full"));
        }
        assert!(self.0.0.get(key)?.is_none(), "a key is used once");
        self.0.1.fetch_add(1, Ordering::Relaxed);
        self.0.0.put(key, content)
    }

    fn get(&self, key: DocumentKey) -> Result<Option<Vec<u8>>, DocumentsError> {
        self.0.0.get(key)
    }

    fn remove(&self, key: DocumentKey) -> Result<(), DocumentsError> {
        assert!(self.0.0.get(key)?.is_some(), "only a file that is there is removed");
        self.0.1.fetch_sub(1, Ordering::Relaxed);
        self.0.0.remove(key)
    }

    fn keys(&self, min_age: Duration) -> Result<Vec<DocumentKey>, DocumentsError> {
        self.0.0.keys(min_age)
    }
}

#[test]
fn the_storage_has_the_files_of_the_requests_and_no_others() {
    let (world, files) = (world(), Files::default());
    let desk = world.desk.clone().with_documents(files.clone()).with_max_file_bytes(100);
    let (id, actor) = ("p1".parse().unwrap(), world.shop.into());
    desk.create(World::new_request("p1", world.shop, &["+14158867900"]), actor).unwrap();
    for (content, count) in [(&b"%PDF-1"[..], 1), (b"%PDF-2", 1), (b"%PDF-2", 1)] {
        desk.upload(id, "bill.pdf", content, actor).unwrap();
        assert_eq!(
            (files.count(), desk.download(id, "bill.pdf", actor).unwrap().content),
            (count, content.to_vec())
        );
    }
    desk.upload(id, "letter.pdf", b"%PDF-3", actor).unwrap();
    assert_eq!(files.count(), 2);

    // A refused file is not stored.
    let rows: [(&str, &[u8], Actor); 4] = [
        ("a", &[b'%'; 101], actor),
        ("a", b"text", actor),
        ("..", b"%PDF-4", actor),
        ("a", b"%PDF-4", world.other.into()),
    ];
    for (name, content, by) in rows {
        assert!(desk.upload(id, name, content, by).is_err(), "{name}");
    }
    files.fail(true);
    let failed = desk.upload(id, "bill.pdf", b"%PDF-5", actor).unwrap_err();
    assert!(matches!(failed, PortDeskError::Documents(_)), "{failed}");
    files.fail(false);
    assert_eq!((files.count(), desk.get(id, actor).unwrap().uploads().count()), (2, 2));
    assert_eq!(desk.download(id, "bill.pdf", actor).unwrap().content, b"%PDF-2");
    assert!(desk.download(id, "bill.pdf", world.other.into()).is_err());

    desk.remove_upload(id, "letter.pdf", actor).unwrap();
    assert!(matches!(
        desk.remove_upload(id, "letter.pdf", actor),
        Err(PortDeskError::Refused(PortRefusal::NoSuchFile(_)))
    ));
    assert_eq!(files.count(), 1);
    desk.remove(id, actor).unwrap();
    assert_eq!(files.count(), 0);
}

#[test]
fn files_are_stored_whole_in_their_directory() {
    let directory = std::env::temp_dir().join(format!("telnum-files-{}", std::process::id()));
    let key: DocumentKey = "0d70b724cae20c2cb3da92d1a62a4ad2".parse().unwrap();
    let names = || {
        let entries = std::fs::read_dir(&directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let files = FileDocuments::new(&directory).unwrap();
    assert_eq!(files.get(key).unwrap(), None);
    files.remove(key).unwrap();
    files.put(key, b"%PDF-1").unwrap();
    assert_eq!((names(), files.get(key).unwrap().unwrap()), (vec![key.to_string()], b"%PDF-1".to_vec()));
    // Another process with the same directory has the file.
    let again = FileDocuments::new(&directory).unwrap();
    assert_eq!(again.get(key).unwrap().unwrap(), b"%PDF-1");
    again.remove(key).unwrap();
    assert!(names().is_empty());
    // What is at the place of an unfinished file is not followed.
    std::fs::write(directory.join(format!("{key}.new")), "other").unwrap();
    assert!(files.put(key, b"%PDF-1").is_err() && files.get(key).unwrap().is_none());
    for text in ["", "../x", "0D70B724CAE20C2CB3DA92D1A62A4AD2", "0d70b724cae20c2cb3da92d1a62a4ad"] {
        assert!(text.parse::<DocumentKey>().is_err(), "{text}");
    }
    std::fs::remove_dir_all(&directory).unwrap();
}

/// A crash between the storing of a file and the change of its request is played by a file of the storage alone.
#[test]
fn files_of_a_crash_are_swept_and_those_of_requests_are_kept() {
    let directory = std::env::temp_dir().join(format!("telnum-sweep-{}", std::process::id()));
    let files = FileDocuments::new(&directory).unwrap();
    let names = || {
        let entries = std::fs::read_dir(&directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>()
    };
    let world = world();
    let desk = world.desk.clone().with_documents(files.clone());
    let (id, actor) = ("p1".parse().unwrap(), world.shop.into());
    desk.create(World::new_request("p1", world.shop, &["+14158867900"]), actor).unwrap();
    desk.upload(id, "bill.pdf", b"%PDF-1", actor).unwrap();
    let mut kept = names();
    let [lost, unfinished]: [DocumentKey; 2] =
        ["00000000000000000000000000000001", "00000000000000000000000000000002"]
            .map(|key| key.parse().unwrap());
    files.put(lost, b"%PDF-2").unwrap();
    std::fs::write(directory.join(format!("{unfinished}.new")), "%PD").unwrap();
    // Files that are not the storage's are left.
    std::fs::write(directory.join("notes.txt"), "").unwrap();
    std::fs::create_dir(directory.join("00000000000000000000000000000003")).unwrap();
    kept.extend(["notes.txt", "00000000000000000000000000000003"].map(str::to_owned));

    let day = Duration::from_secs(86_400);
    assert_eq!(desk.sweep_files(day).unwrap(), []);
    // Time passes: the files were written two days ago.
    let then = std::time::SystemTime::now() - 2 * day;
    for name in names() {
        std::fs::File::open(directory.join(name)).unwrap().set_modified(then).unwrap();
    }
    assert_eq!(desk.unreferenced_files(day).unwrap(), [lost, unfinished]);
    assert_eq!(desk.sweep_files(day).unwrap(), [lost, unfinished]);
    assert_eq!(names(), kept);
    assert_eq!(desk.download(id, "bill.pdf", actor).unwrap().content, b"%PDF-1");

    // The removal of a request that could not remove its file.
    desk.remove(id, actor).unwrap();
    assert_eq!(desk.sweep_files(Duration::ZERO).unwrap(), []);
    assert_eq!(world.desk.sweep_files(Duration::ZERO).unwrap(), [], "a desk without a storage");
    std::fs::remove_dir_all(&directory).unwrap();
    assert!(matches!(desk.sweep_files(day), Err(PortDeskError::Documents(_))));
}

fn entered(text: &str) -> EnteredNumber {
    EnteredNumber::parse(text, None, Some(Region::US)).unwrap()
}

fn contact(text: &str) -> NewContact {
    NewContact::new(entered(text))
}

/// Concurrent callers each add a first number: all numbers are stored, and exactly one is primary.
#[test]
fn concurrent_additions_leave_one_primary_number() {
    let store = Arc::new(MemoryStore::new());
    let book = ContactBook::new(store.clone());
    let owner: OwnerId = "7".parse().unwrap();
    let added = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|place| {
                let book = &book;
                scope.spawn(move || book.add(owner, [contact(&format!("541-555-01{place}0"))]).is_ok())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|added| *added).count()
    });
    let list = store.contact_list(owner).unwrap().unwrap();
    assert_eq!((list.numbers().len(), added), (8, 8));
    assert_eq!(list.numbers().iter().filter(|number| number.is_primary()).count(), 1);
    let logged = store.events(0, 100).unwrap();
    assert!(logged.iter().map(|event| event.sequence).eq(1..=logged.len() as u64));
}

/// Other writers change the list before every attempt.
#[test]
fn an_update_ends_after_repeated_conflicts() {
    let store = Arc::new(MemoryStore::new());
    let (others, owner) = (ContactBook::new(store.clone()), "7".parse().unwrap());
    let overtaken = AtomicUsize::new(0);
    // The list has been read at this point, but not stored yet.
    let book = ContactBook::new(store).with_clock(move || {
        let times = overtaken.fetch_add(1, Ordering::Relaxed);
        if times < 50 {
            others.add(owner, [contact(&format!("541-555-01{times:02}"))]).unwrap();
        }
        "2026-03-01T12:00:00Z".parse().unwrap()
    });
    book.add(owner, [contact("504-555-0123")]).unwrap();
    assert_eq!(book.numbers(owner).unwrap().len(), 51);
}

#[test]
fn contacts_are_changed_and_removed_by_id() {
    let book = ContactBook::new(Arc::new(MemoryStore::new()));
    let owner: OwnerId = "7".parse().unwrap();
    let added = book.add(owner, [contact("541-555-0110"), contact("541-555-0120")]).unwrap();
    let [first, second] = [added[0].id(), added[1].id()];
    let patch = ContactPatch::default().with_location(Some("Home".parse().unwrap()));
    assert_eq!(book.update(second, &patch).unwrap().location().unwrap().to_string(), "Home");
    assert!(book.make_primary(second).unwrap().is_primary());
    assert!(!book.get(first).unwrap().is_primary());
    book.remove(second).unwrap();
    assert!(book.get(first).unwrap().is_primary());
    assert!(matches!(book.get(second), Err(ContactBookError::NotFound(id)) if id == second));
    assert!(matches!(book.remove(second), Err(ContactBookError::NotFound(_))));
    book.remove(first).unwrap();
    let order: ContactOrder = "-created_at".parse().unwrap();
    assert_eq!(book.page(&ContactQuery::new(order).with_owner(owner)).unwrap().total, 0);
    // An id is never reused.
    assert!(book.add(owner, [contact("541-555-0110")]).unwrap()[0].id() > second);
}

/// A book that derives the location from the area code, and the carrier from `tables`.
fn deriving(store: &Arc<MemoryStore>, tables: &'static str) -> ContactBook {
    ContactBook::new(store.clone()).with_derived(move |number| DerivedFields {
        location: number.to_string().starts_with("+1541").then(|| "Oregon".parse().unwrap()),
        carrier: Some(tables.parse().unwrap()),
    })
}

#[test]
fn the_derived_fields_of_all_owners_are_refreshed_in_pages() {
    let store = Arc::new(MemoryStore::new());
    let book = deriving(&store, "First");
    let mut ids = Vec::new();
    for owner in 1..=5 {
        let contacts = (0..50).map(|line| contact(&format!("541-555-{:04}", owner * 100 + line)));
        ids.extend(
            book.add(owner.to_string().parse().unwrap(), contacts).unwrap().iter().map(ContactNumber::id),
        );
    }
    let own = ContactPatch::default().with_carrier(Some("Own".parse().unwrap()));
    book.update(ids[0], &own).unwrap();

    let book = deriving(&store, "Second");
    let with = |carrier: &str| {
        let filter = ContactFilter::default().with_carrier(carrier);
        book.page(&ContactQuery::new("number".parse().unwrap()).with_filter(filter)).unwrap().total
    };
    let first = book.refresh_page(None).unwrap();
    assert_eq!((first.changed, first.left), (100, 150));
    assert_eq!((with("First"), with("Second"), with("Own")), (149, 100, 1));
    // Numbers that are added and removed in the meantime do not hide others.
    for id in [ids[3], ids[120], ids[249]] {
        book.remove(id).unwrap();
    }
    book.add("6".parse().unwrap(), [contact("541-555-0999")]).unwrap();
    let mut left = first.left;
    while left > 0 {
        left = book.refresh_page(Some(left)).unwrap().left;
    }
    assert_eq!((with("First"), with("Second"), with("Own")), (0, 247, 1));

    let logged = store.events(0, 10_000).unwrap().len();
    assert_eq!(book.refresh_all().unwrap(), 0);
    assert_eq!(store.events(0, 10_000).unwrap().len(), logged);
    assert_eq!(deriving(&store, "Third").refresh_all().unwrap(), 247);
}

#[test]
fn location_and_carrier_are_derived_unless_the_client_sets_them() {
    let store = Arc::new(MemoryStore::new());
    let (book, owner) = (deriving(&store, "First"), "7".parse().unwrap());
    let home = contact("541-555-0110").with_location("Home".parse().unwrap());
    let added = book.add(owner, [home, contact("541-555-0120"), contact("504-555-0123")]).unwrap();
    let shown = |book: &ContactBook| -> Vec<_> {
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let numbers = book.numbers(owner).unwrap();
        numbers
            .iter()
            .map(|number| {
                let [location, carrier] =
                    [number.location().map(|text| &**text), number.carrier().map(|text| &**text)];
                format!("{} {}", text(location), text(carrier))
            })
            .collect()
    };
    assert_eq!(shown(&book), ["Home First", "Oregon First", "- First"]);
    let derived: Vec<_> =
        added.iter().map(|number| (number.is_location_derived(), number.is_carrier_derived())).collect();
    assert_eq!(derived, [(false, true), (true, true), (false, true)]);

    // They are filtered and ordered by what they were when stored.
    let page = |filter: ContactFilter, order: &str| {
        let mut query = ContactQuery::new(order.parse().unwrap());
        query.filter = filter;
        let page = book.page(&query).unwrap();
        page.items.iter().map(ContactNumber::id).collect::<Vec<_>>()
    };
    let [first, second, third] = [added[0].id(), added[1].id(), added[2].id()];
    assert_eq!(page(ContactFilter::default().with_location("Oregon"), "location"), [second]);
    assert_eq!(page(ContactFilter::default().with_location(""), "location"), [third]);
    assert_eq!(page(ContactFilter::default().with_carrier("First"), "-location"), [second, first, third]);

    // Tables change: an update derives that number anew, a refresh all of the owner's.
    let book = deriving(&store, "Second");
    assert_eq!(shown(&book), ["Home First", "Oregon First", "- First"]);
    let own = ContactPatch::default().with_carrier(Some("Own".parse().unwrap())).with_location(None);
    assert_eq!(book.update(first, &own).unwrap().location().unwrap().as_str(), "Oregon");
    assert_eq!(book.refresh(owner).unwrap().len(), 2);
    assert_eq!(shown(&book), ["Oregon Own", "Oregon Second", "- Second"]);
    assert_eq!(book.refresh(owner).unwrap(), []);
    let logged = store.events(0, 100).unwrap().len();
    assert_eq!(book.refresh("8".parse().unwrap()).unwrap(), []);
    assert_eq!(store.events(0, 100).unwrap().len(), logged);

    // What was derived of another number goes with it, and `null` leads back to the derived one.
    let other = ContactPatch::default().with_number(entered("504-555-0199"));
    assert_eq!(book.update(second, &other).unwrap().location(), None);
    let none = ContactPatch::default().with_carrier(None);
    assert_eq!(book.update(first, &none).unwrap().carrier().unwrap().as_str(), "Second");

    // The stored form keeps which ones are derived.
    for number in book.numbers(owner).unwrap() {
        let json = json!(number);
        assert_eq!(ContactNumber::from_value(json.clone()).unwrap(), number, "{json}");
    }
    let mut json = json!(book.get(first).unwrap());
    json["derived"] = json!(["label"]);
    assert_eq!(ContactNumber::from_value(json).unwrap_err().path(), "derived");
}

#[cfg(feature = "geo")]
#[test]
fn geo_derives_location_and_carrier() {
    let book = ContactBook::new(MemoryStore::new());
    let owner = "7".parse().unwrap();
    let added =
        book.add(owner, [contact("+41 44 668 18 00"), contact("+41 79 876 54 32"), contact("800 253 0000")]);
    let shown = added
        .unwrap()
        .iter()
        .map(|number| (number.location().cloned(), number.carrier().cloned()))
        .collect::<Vec<_>>();
    let text = |text: &str| Some(text.parse().unwrap());
    assert_eq!(
        shown,
        [(text("Zurich"), None), (text("Switzerland"), Some("Swisscom".parse().unwrap())), (None, None)]
    );
}
