//! Every use case over a store in which one call fails. Afterwards no record is claimed, carriers and
//! providers agree with the records, and a request with a key can be repeated.

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod world;

use std::sync::Arc;

use serde_json::{Map, Value, json};
use telnum::account::Actor;
use telnum::carrier::Carrier;
use telnum::feature::e911::E911Address;
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::{Create, ImportRow, Inventory, InventoryError, Options, Outcome};
use telnum::lifecycle::State;
use telnum::names::Feature;
use telnum::policy::{LeaseTerms, Policy};
use telnum::porting::desk::PortDesk;
use telnum::porting::{NewPortRequest, PortRequestId, PortState};
use telnum::provider::{AddressBook, E911Provider};
use telnum::record::{NumberRecord, Update};
use telnum::store::{Change, Expect, MemoryStore, Query, Store};
use telnum::testing::{CarrierOrder, ScriptedCarrier};
use telnum::testing::{FaultyStore, StoreFault};
use telnum::{PhoneNumber, Timestamp};
use world::{accounts, id, now, numbers};

const FAULTS: [StoreFault; 3] = [StoreFault::InsteadOfCall, StoreFault::AfterCall, StoreFault::FromCallOn];
/// The numbers that the carrier sells, and those that the reseller owns.
const SOLD: [&str; 2] = ["+14158861000", "+14158861001"];
const OWN: [&str; 2] = ["+14158862000", "+14158862001"];

/// The store behind the faulty one, the carrier and the provider.
struct World {
    store: Arc<MemoryStore>,
    /// The numbers that the carrier had sold before.
    bought: Vec<PhoneNumber>,
    carrier: Arc<ScriptedCarrier>,
    book: Arc<AddressBook>,
}

impl World {
    fn new(records: &[NumberRecord]) -> Self {
        let store = MemoryStore::new();
        let put = |record: &NumberRecord| Change::put(record.clone(), Expect::Absent);
        store.commit(records.iter().map(put).collect()).unwrap();
        let carrier = ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(SOLD[0].parse().unwrap(), 2);
        let places = ["116 NATOMA ST", "118 NATOMA ST"].map(address);
        let book = AddressBook::new(places.map(|place| E911Address::from_value(place).unwrap()));
        for record in records {
            if let Some(address) = record.active().and_then(|active| active.e911.as_ref()) {
                book.provision(record, address, IdempotencyKey::from_bits(0, record.number().to_bits()))
                    .unwrap();
            }
        }
        let bought = records.iter().filter(|it| it.owner().is_some()).map(NumberRecord::number).collect();
        Self { bought, store: Arc::new(store), carrier: Arc::new(carrier), book: Arc::new(book) }
    }

    fn inventory(&self, store: Arc<dyn Store>, now: Timestamp) -> Inventory {
        let policy = Policy::default()
            .with_allowed_features([Feature::E911, Feature::Cnam])
            .with_reservation(LeaseTerms::new(60))
            .with_disconnect_on_release(true);
        let carrier: Arc<dyn Carrier> = Arc::<ScriptedCarrier>::clone(&self.carrier);
        let book: Arc<dyn E911Provider> = Arc::<AddressBook>::clone(&self.book);
        Inventory::builder(store)
            .accounts(accounts())
            .carrier(carrier)
            .e911(book)
            .policy(policy)
            .clock(move || now)
            .build()
    }

    fn faulty(&self, fault: StoreFault, at: usize) -> Arc<FaultyStore<Arc<MemoryStore>>> {
        Arc::new(FaultyStore::new(Arc::clone(&self.store), fault, at))
    }

    /// Creates an inventory over the working store, with the clock a number of hours later.
    fn later(&self, hours: i64) -> Inventory {
        self.inventory(self.store.clone(), now().after(chrono::TimeDelta::hours(hours)))
    }

    fn record(&self, number: PhoneNumber) -> Option<NumberRecord> {
        self.store.get(number).unwrap().map(|stored| NumberRecord::clone(&stored))
    }

    /// Recovers, and checks that no claim is left and that the carrier and the provider agree with the
    /// records.
    fn recover(&self, later: &Inventory, at: &str) {
        later.recover().unwrap();
        let again = later.recover().unwrap();
        assert_eq!((again.finished, again.rolled_back, again.left, again.failed.len()), (0, 0, 0, 0), "{at}");
        let claimed = Query::default().with_pending(true);
        assert!(self.store.scan(&claimed, None, 10).unwrap().items.is_empty(), "{at}");
        let orders = self.carrier.orders();
        for number in SOLD.into_iter().chain(OWN) {
            let number: PhoneNumber = number.parse().unwrap();
            let record = self.record(number);
            let count = |what| orders.iter().filter(|(_, order, of)| (*order, *of) == (what, number)).count();
            let is_bought = usize::from(self.bought.contains(&number)) + count(CarrierOrder::Acquire)
                - count(CarrierOrder::Disconnect);
            let is_owned = record.as_ref().is_some_and(|record| record.owner().is_some());
            assert_eq!(is_bought, usize::from(is_owned), "{at}: {number} {orders:?}");
            let address = record.as_ref().and_then(|record| record.active()?.e911.clone());
            let street = |address: E911Address| address.into_fields().street_address;
            assert_eq!(self.book.provisioned(number).map(street), address.map(street), "{at}: {number}");
        }
    }
}

fn address(street: &str) -> Value {
    json!({"street_address": street, "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105",
        "caller_name": "Reseller"})
}

fn document(street: &str) -> Map<String, Value> {
    json!({"e911": address(street)}).as_object().unwrap().clone()
}

/// Returns a record in service for the reseller, with an address.
fn own(number: &str) -> NumberRecord {
    NumberRecord::from_value(&json!({
        "id": number, "pvt_state": "in_service", "pvt_assigned_to": "reseller",
        "pvt_module_name": "knm_telnyx", "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
        "e911": address("116 NATOMA ST"), "pvt_features": {"e911": address("116 NATOMA ST")},
    }))
    .unwrap()
}

/// A use case: the call, and whether it is done for a record.
struct Case<'a> {
    name: &'static str,
    before: Vec<NumberRecord>,
    numbers: &'a [&'a str],
    act: &'a dyn Fn(&Inventory, &Options) -> Result<Outcome, InventoryError>,
    is_done: &'a dyn Fn(Option<&NumberRecord>) -> bool,
}

impl Case<'_> {
    /// Runs the use case with each fault at each call of the store.
    fn run(&self) {
        let one = Options::new(id("reseller"));
        let with_key = one.with_key("request-1".parse().unwrap());
        for (options, all_or_nothing, has_key) in [
            (one, false, false),
            (one.with_all_or_nothing(true), true, false),
            (with_key, false, true),
            (with_key.with_all_or_nothing(true), true, true),
        ] {
            for fault in FAULTS {
                let calls = (1..1_000)
                    .take_while(|at| self.run_once((options, all_or_nothing, has_key), fault, *at))
                    .count();
                assert!(calls >= self.numbers.len(), "{}", self.name);
            }
        }
    }

    /// Runs the use case with one fault. Returns whether the call was reached.
    fn run_once(
        &self,
        (options, all_or_nothing, has_key): (Options, bool, bool),
        fault: StoreFault,
        at: usize,
    ) -> bool {
        let text = format!("{}, {fault:?} {at}, {options:?}", self.name);
        let world = World::new(&self.before);
        let store = world.faulty(fault, at);
        let outcome = (self.act)(&world.inventory(store.clone(), now()), &options);

        let later = world.later(1);
        world.recover(&later, &text);
        let are_done =
            || self.numbers.iter().map(|it| (self.is_done)(world.record(it.parse().unwrap()).as_ref()));
        if all_or_nothing {
            let all: Vec<_> = are_done().collect();
            assert!(all.iter().all(|is_done| *is_done == all[0]), "{text}: {all:?}");
        }
        for number in outcome.iter().flat_map(|outcome| outcome.succeeded.keys()) {
            assert!((self.is_done)(world.record(*number).as_ref()), "{text}: {number}");
        }
        if has_key {
            let repeated = (self.act)(&later, &options).unwrap();
            assert!(repeated.is_success(), "{text}: {:?}", repeated.failed);
            assert!(are_done().all(|is_done| is_done), "{text}");
            world.recover(&later, &text);
        }
        store.has_failed()
    }
}

fn is_in(record: Option<&NumberRecord>, state: State) -> bool {
    record.is_some_and(|record| record.state() == state)
}

fn has_street(record: Option<&NumberRecord>, street: &str) -> bool {
    let active = record.and_then(|record| record.active()?.e911.as_ref());
    active.is_some_and(|address| address.fields().street_address == street)
}

#[test]
fn numbers_are_bought() {
    const FREE: &str = "+15551239876";
    let list = [SOLD[0], FREE, SOLD[1]];
    let case = Case {
        name: "reserve",
        before: vec![numbers()[&FREE.parse().unwrap()].clone()],
        numbers: &list,
        act: &|inventory, options| inventory.reserve(list, options),
        is_done: &|record| is_in(record, State::Reserved),
    };
    case.run();
    Case {
        name: "activate",
        act: &|inventory, options| inventory.activate(list, options),
        is_done: &|record| is_in(record, State::InService),
        ..case
    }
    .run();
}

#[test]
fn numbers_are_released() {
    Case {
        name: "release",
        before: OWN.map(own).into(),
        numbers: &OWN,
        act: &|inventory, options| inventory.release(OWN, options),
        is_done: &|record| is_in(record, State::Available),
    }
    .run();
}

#[test]
fn numbers_are_created_and_deleted() {
    const NEW: [&str; 2] = ["+14158863000", "+14158863001"];
    let create =
        Create::default().with_carrier("telnyx".parse().unwrap()).with_document(document("116 NATOMA ST"));
    Case {
        name: "create",
        before: Vec::new(),
        numbers: &NEW,
        act: &|inventory, options| inventory.create(NEW, &create, options),
        is_done: &|record| has_street(record, "116 NATOMA ST"),
    }
    .run();
    Case {
        name: "delete",
        before: NEW.map(own).into(),
        numbers: &NEW,
        act: &|inventory, options| {
            let mut options = *options;
            options.actor = Actor::System;
            inventory.delete(NEW, &options)
        },
        is_done: &|record| is_in(record, State::Deleted),
    }
    .run();
}

#[test]
fn numbers_are_changed() {
    let case = Case {
        name: "patch",
        before: OWN.map(own).into(),
        numbers: &OWN,
        act: &|inventory, options| inventory.patch(OWN, document("118 NATOMA ST"), options),
        is_done: &|record| has_street(record, "118 NATOMA ST"),
    };
    case.run();
    // There is no external effect.
    let update = Update::default().with_used_by("fax");
    let case = Case {
        name: "update",
        act: &|inventory, options| inventory.update(OWN, &update, options),
        is_done: &|record| record.is_some_and(|record| record.used_by() == Some("fax")),
        ..case
    };
    case.run();
    // An address is no longer allowed on one of the numbers.
    let mut denied = json!(own(OWN[0]));
    denied["pvt_features_denied"] = json!(["e911"]);
    Case {
        name: "fix",
        before: vec![NumberRecord::from_value(&denied).unwrap(), own(OWN[1])],
        act: &|inventory, options| inventory.fix(OWN, Some(&|_: PhoneNumber| Some("fax".into())), options),
        ..case
    }
    .run();
}

#[test]
fn numbers_are_imported() {
    let create = Create::default().with_carrier("telnyx".parse().unwrap());
    let row = |number| ImportRow::new(number, create.clone()).with_account(id("reseller"));
    let import = |inventory: &Inventory| {
        inventory.import(["+14158863000", "+14158863001"].map(row), &Options::new(Actor::System))
    };
    for fault in FAULTS {
        for at in 1.. {
            let world = World::new(&[]);
            let store = world.faulty(fault, at);
            let first = import(&world.inventory(store.clone(), now()));
            let later = world.later(1);
            world.recover(&later, "import");
            let again = import(&later).unwrap();
            assert_eq!(again.imported + again.failed.len(), 2);
            let imported =
                |number: &str| is_in(world.record(number.parse().unwrap()).as_ref(), State::InService);
            assert!(imported("+14158863000") && imported("+14158863001"));
            assert!(first.is_err() || again.imported == 0);
            if !store.has_failed() {
                break;
            }
        }
    }
}

/// Reservations end, and discovered numbers are forgotten.
#[test]
fn a_failed_sweep_can_be_repeated() {
    let found = NumberRecord::discovered("+14158863000".parse().unwrap(), "telnyx".parse().unwrap(), now());
    for fault in FAULTS {
        for at in 1.. {
            let text = format!("sweep, {fault:?} {at}");
            let world = World::new(std::slice::from_ref(&found));
            assert!(world.later(0).reserve(SOLD, &Options::new(id("reseller"))).unwrap().is_success());
            let store = world.faulty(fault, at);
            let _ = world.inventory(store.clone(), now().after(chrono::TimeDelta::days(2))).sweep();

            let later = world.later(72);
            world.recover(&later, &text);
            while !later.sweep().unwrap().is_empty() {}
            world.recover(&later, &text);
            let is_free =
                |number: &str| is_in(world.record(number.parse().unwrap()).as_ref(), State::Available);
            assert!(SOLD.into_iter().all(is_free), "{text}");
            assert_eq!(world.record(found.number()), None, "{text}");
            if !store.has_failed() {
                break;
            }
        }
    }
}

#[test]
fn a_port_request_is_completed() {
    const PORTED: [&str; 2] = ["+14158863000", "+14158863001"];
    let port: PortRequestId = "p1".parse().unwrap();
    for fault in FAULTS {
        for at in 1.. {
            let world = World::new(&[]);
            let desk =
                |store: Arc<FaultyStore<Arc<MemoryStore>>>, now| PortDesk::new(world.inventory(store, now));
            let well = || world.faulty(StoreFault::FromCallOn, usize::MAX);
            let numbers: Map<_, _> = PORTED.iter().map(|it| ((*it).to_owned(), json!({}))).collect();
            let Value::Object(document) = json!({"name": "Bakery", "numbers": numbers}) else { panic!() };
            let new = NewPortRequest { id: port, account: id("reseller"), port_authority: None, document };
            let before = desk(well(), now());
            before.create(new, Actor::System).unwrap();
            for state in [PortState::Submitted, PortState::Pending] {
                before.transition(port, &state, None, Actor::System).unwrap();
            }

            let store = world.faulty(fault, at);
            let _ = desk(store.clone(), now()).complete(port, Actor::System);
            let text = format!("complete, {fault:?} {at}");
            world.recover(&world.later(1), &text);
            let later = desk(well(), now().after(chrono::TimeDelta::hours(1)));
            let completed = later.complete(port, Actor::System).unwrap();
            assert_eq!(
                (completed.request.state(), completed.waiting.len()),
                (&PortState::Completed, 0),
                "{text}"
            );
            for number in PORTED {
                assert!(is_in(world.record(number.parse().unwrap()).as_ref(), State::InService), "{text}");
            }
            if !store.has_failed() {
                break;
            }
        }
    }
}
