//! A crash in the middle of a use case loses nothing and orders nothing twice.
//!
//! Each scenario runs once per step and kind of crash: the service crashes at its first call to the
//! store, a carrier or a provider, then at its second, and so on, either before the call takes effect
//! or after it. Then a new service over the same store, carriers and providers recovers twice, and the
//! request is repeated.

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod crash;
mod world;

use std::sync::Arc;

use crash::{Call, Crash, CrashMoment, FailingCarrier, Providers};
use serde_json::{Map, Value, json};
use telnum::account::Actor;
use telnum::carrier::Carrier;
use telnum::inventory::{Create, Inventory, InventoryError, InventoryErrorKind as Kind, Options, Outcome};
use telnum::lifecycle::State;
use telnum::names::Feature;
use telnum::policy::{LeaseTerms, Policy};
use telnum::porting::desk::{PortDesk, PortDeskError};
use telnum::porting::{NewPortRequest, PortRefusal, PortRequestId, PortState};
use telnum::provider::ProviderError;
use telnum::record::{NumberRecord, Pending};
use telnum::store::{Change, Expect, MemoryStore, Query, Store};
use telnum::testing::{CarrierFault, CarrierOrder, ScriptedCarrier};
use telnum::{PhoneNumber, Timestamp};
use world::{accounts, id, now, numbers};

/// The parts of the system that survive a crash.
struct Environment {
    store: Arc<MemoryStore>,
    carrier: Arc<ScriptedCarrier>,
    /// The carrier behind injected failures.
    failing: Arc<FailingCarrier>,
    providers: Arc<Providers>,
}

impl Environment {
    /// Creates a store with records, and a carrier that sells other numbers.
    fn new(numbers: &[NumberRecord]) -> Self {
        let store = MemoryStore::new();
        for record in numbers {
            store.commit(Change::put(record.clone(), Expect::Absent).into()).unwrap();
        }
        let carrier = ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(number(0), 4);
        let carrier = Arc::new(carrier);
        let failing = Arc::new(FailingCarrier::new(&carrier));
        Self { store: Arc::new(store), carrier, failing, providers: Arc::default() }
    }

    /// Creates an inventory that crashes where `crash` says, with the clock at `now`.
    fn service(&self, crash: Option<&Arc<Crash>>, now: Timestamp) -> Inventory {
        let alive = Arc::default();
        let crash = crash.unwrap_or(&alive);
        let policy = Policy::default()
            .with_allowed_features([Feature::E911, Feature::Cnam])
            .with_reservation(LeaseTerms::new(60))
            .with_disconnect_on_release(true);
        let carrier: Arc<dyn Carrier> = Arc::<FailingCarrier>::clone(&self.failing);
        let keys = std::sync::atomic::AtomicU64::new(u64::try_from(now.unix()).unwrap());
        Inventory::builder(Arc::new(crash::Crashing::new(crash, Arc::clone(&self.store))))
            .accounts(accounts())
            .carrier(crash::Crashing::new(crash, carrier))
            .e911(crash::Crashing::new(crash, Arc::clone(&self.providers)))
            .cnam(crash::Crashing::new(crash, Arc::clone(&self.providers)))
            .policy(policy)
            .clock(move || now)
            .keys(move || {
                let key = keys.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                telnum::idempotency::IdempotencyKey::from_bits(0, key)
            })
            .build()
    }

    fn record(&self, number: PhoneNumber) -> Option<NumberRecord> {
        self.store.get(number).unwrap().map(|stored| NumberRecord::clone(&stored))
    }

    fn is_claimed(&self) -> bool {
        let claimed = Query::default().with_pending(true);
        !self.store.scan(&claimed, None, 1).unwrap().items.is_empty()
    }

    /// Returns whether the carrier has sold a number that was not returned.
    fn is_bought(&self, number: PhoneNumber) -> bool {
        let orders = self.orders();
        let count = |order| orders.iter().filter(|it| **it == (order, number)).count();
        count(CarrierOrder::Acquire) == count(CarrierOrder::Disconnect) + 1
    }

    fn orders(&self) -> Vec<(CarrierOrder, PhoneNumber)> {
        self.carrier.orders().into_iter().map(|(_, order, number)| (order, number)).collect()
    }
}

/// Returns the n-th number. The carrier sells the first four.
fn number(place: u64) -> PhoneNumber {
    format!("+1415886{:04}", 1000 + place).parse().unwrap()
}

fn later() -> Timestamp {
    now().after(chrono::TimeDelta::hours(1))
}

fn much_later() -> Timestamp {
    later().after(chrono::TimeDelta::hours(1))
}

fn address(street: &str) -> Value {
    json!({"street_address": street, "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105",
        "caller_name": "Reseller"})
}

fn document() -> Map<String, Value> {
    let document = json!({"e911": address("116 NATOMA ST"), "cnam": {"display_name": "Reseller"}});
    document.as_object().unwrap().clone()
}

/// Returns a record in service for the reseller, with an address and a name.
fn in_service(place: u64) -> NumberRecord {
    NumberRecord::from_value(&json!({
        "id": number(place).to_string(), "pvt_state": "in_service", "pvt_assigned_to": "reseller",
        "pvt_module_name": "knm_telnyx", "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
        "e911": address("116 NATOMA ST"), "cnam": {"display_name": "Reseller"},
        "pvt_features": {"e911": address("116 NATOMA ST"), "cnam": {"display_name": "Reseller"}},
    }))
    .unwrap()
}

/// A use case: the records before it, the call, and the expected result.
struct Scenario<'a> {
    before: Vec<NumberRecord>,
    numbers: Vec<PhoneNumber>,
    act: &'a dyn Fn(&Inventory, &Options) -> Result<Outcome, InventoryError>,
    /// Whether a record is that of before the call or that of after it.
    is_before: &'a dyn Fn(Option<&NumberRecord>) -> bool,
    is_after: &'a dyn Fn(Option<&NumberRecord>) -> bool,
    orders: Vec<(CarrierOrder, PhoneNumber)>,
    /// The address and the name of the first number at the providers at the end.
    address: Option<&'a str>,
    name: Option<&'a str>,
    all_or_nothing: bool,
}

impl Scenario<'_> {
    /// Runs the scenario with a crash at each step, and returns the number of steps.
    fn run(&self) -> usize {
        for step in 1.. {
            let mut crashed = false;
            for moment in [CrashMoment::Before, CrashMoment::After] {
                crashed |= self.run_once(step, moment);
            }
            if !crashed {
                return step - 1;
            }
        }
        0
    }

    /// Runs the scenario with one crash. Returns whether the step was reached.
    fn run_once(&self, step: usize, moment: CrashMoment) -> bool {
        let at = format!("crashed at step {step}, {moment:?}");
        // Other numbers must not change.
        let others: Vec<_> = numbers().into_values().collect();
        let env = Environment::new(&[self.before.as_slice(), &others].concat());
        env.providers.already(&self.before);
        let options = Options::new(id("reseller"))
            .with_key("request-1".parse().unwrap())
            .with_all_or_nothing(self.all_or_nothing);

        let crash = Arc::new(Crash::at(step, moment));
        let first = env.service(Some(&crash), now());
        let crashed = crash::catch_crash(|| (self.act)(&first, &options)).is_none();
        assert_eq!(crashed, crash.happened(), "{at}");

        let second = env.service(None, later());
        second.recover().unwrap();
        let again = second.recover().unwrap();
        assert_eq!((again.finished, again.left), (0, 0), "{at}");
        assert!(again.failed.is_empty(), "{at}: {:?}", again.failed);

        assert!(!env.is_claimed(), "{at}");
        let records: Vec<_> = self.numbers.iter().map(|number| env.record(*number)).collect();
        let are = |is: &dyn Fn(Option<&NumberRecord>) -> bool| records.iter().all(|it| is(it.as_ref()));
        assert!(are(self.is_before) || are(self.is_after), "{at}: {records:?}");

        let repeated = (self.act)(&second, &options).unwrap();
        assert!(repeated.is_success(), "{at}: {:?}", repeated.failed);
        assert!(repeated.succeeded.keys().eq(&self.numbers), "{at}");
        for number in &self.numbers {
            let record = env.record(*number);
            assert!((self.is_after)(record.as_ref()), "{at}: {record:?}");
        }
        let mut orders = env.orders();
        // Recovery follows the order of the numbers.
        orders.sort_unstable_by_key(|(_, number)| *number);
        assert_eq!(orders, self.orders, "{at}");
        assert!(numbers().into_iter().all(|(number, record)| env.record(number) == Some(record)), "{at}");
        let first = self.numbers[0];
        assert_eq!(env.providers.street(first).as_deref(), self.address, "{at}");
        assert_eq!(env.providers.name(first).as_deref(), self.name, "{at}");
        crashed
    }
}

fn is_reserved(record: Option<&NumberRecord>) -> bool {
    record.is_some_and(|record| record.state() == State::Reserved && record.owner() == Some(id("reseller")))
}

fn is_in_service(record: Option<&NumberRecord>) -> bool {
    record.is_some_and(|record| record.state() == State::InService && record.owner() == Some(id("reseller")))
}

fn is_absent(record: Option<&NumberRecord>) -> bool {
    record.is_none()
}

/// A number that only the carrier has is reserved: it is bought once.
#[test]
fn a_number_is_bought_once() {
    let story = Scenario {
        before: Vec::new(),
        numbers: vec![number(0)],
        act: &|inventory, options| inventory.reserve([number(0).to_string()], options),
        is_before: &is_absent,
        is_after: &is_reserved,
        orders: vec![(CarrierOrder::Acquire, number(0))],
        address: None,
        name: None,
        all_or_nothing: false,
    };
    // The receipt, the record, the claim, the order, the outcome.
    assert_eq!(story.run(), 5);
    Scenario {
        act: &|inventory, options| inventory.activate([number(0).to_string()], options),
        is_after: &is_in_service,
        ..story
    }
    .run();
}

/// Four numbers are bought together, all or none, wherever the service crashes.
#[test]
fn numbers_are_bought_together() {
    let numbers: Vec<_> = (0..4).map(number).collect();
    let story = Scenario {
        before: Vec::new(),
        numbers: numbers.clone(),
        act: &|inventory, options| inventory.reserve((0..4).map(|place| number(place).to_string()), options),
        is_before: &is_absent,
        is_after: &is_reserved,
        orders: numbers.iter().map(|number| (CarrierOrder::Acquire, *number)).collect(),
        address: None,
        name: None,
        all_or_nothing: true,
    };
    assert!(story.run() > 8);
}

/// A number is created with an address and a name: each provider is called once.
#[test]
fn a_creation_provisions_address_and_name_once() {
    let create = Create::default().with_carrier("telnyx".parse().unwrap()).with_document(document());
    let story = Scenario {
        before: Vec::new(),
        numbers: vec![number(9)],
        act: &|inventory, options| inventory.create([number(9).to_string()], &create, options),
        is_before: &is_absent,
        is_after: &|record| {
            is_in_service(record)
                && record
                    .is_some_and(|it| it.features().contains(Feature::E911) && it.settings() == it.active())
        },
        orders: Vec::new(),
        address: Some("116 NATOMA ST"),
        name: Some("Reseller"),
        all_or_nothing: false,
    };
    // The receipt, the record, the claim, the address, the name, the outcome.
    assert_eq!(story.run(), 6);
}

/// An address is changed: the provider is called once.
#[test]
fn an_address_is_changed_once() {
    let document = json!({"e911": address("118 NATOMA ST")});
    let document = document.as_object().unwrap();
    let has = |record: Option<&NumberRecord>, street: &str| {
        let active = record.and_then(NumberRecord::active).and_then(|active| active.e911.as_ref());
        active.is_some_and(|address| address.fields().street_address == street)
    };
    let story = Scenario {
        before: vec![in_service(9)],
        numbers: vec![number(9)],
        act: &|inventory, options| inventory.patch([number(9).to_string()], document.clone(), options),
        is_before: &|record| has(record, "116 NATOMA ST"),
        is_after: &|record| has(record, "118 NATOMA ST"),
        orders: Vec::new(),
        address: Some("118 NATOMA ST"),
        name: Some("Reseller"),
        all_or_nothing: false,
    };
    assert_eq!(story.run(), 5);
}

/// A number is released: its address and name are removed, then it is returned to the carrier.
#[test]
fn a_release_returns_the_number_once() {
    let story = Scenario {
        before: vec![in_service(9)],
        numbers: vec![number(9)],
        act: &|inventory, options| inventory.release([number(9).to_string()], options),
        is_before: &is_in_service,
        is_after: &|record| {
            record.is_some_and(|it| {
                it.state() == State::Available && it.owner().is_none() && it.active().is_none()
            })
        },
        orders: vec![(CarrierOrder::Disconnect, number(9))],
        address: None,
        name: None,
        all_or_nothing: false,
    };
    assert_eq!(story.run(), 7);
}

/// Some of several numbers have external effects: the order is kept, and each effect takes place once.
#[test]
fn a_list_of_local_and_bought_numbers_is_done_once() {
    let plain = NumberRecord::from_value(&json!({
        "id": number(8).to_string(), "pvt_state": "available", "pvt_module_name": "knm_telnyx",
        "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
    }))
    .unwrap();
    let list = [number(1), number(8), number(0)];
    let story = Scenario {
        before: vec![plain],
        numbers: list.to_vec(),
        act: &|inventory, options| inventory.reserve(list.map(|number| number.to_string()), options),
        is_before: &|record| record.is_none_or(|it| it.state() == State::Available),
        is_after: &is_reserved,
        orders: vec![(CarrierOrder::Acquire, number(0)), (CarrierOrder::Acquire, number(1))],
        address: None,
        name: None,
        all_or_nothing: false,
    };
    assert!(story.run() > 6);
}

/// A reservation ends: one sweep returns the number to the carrier, once.
#[test]
fn a_sweep_returns_a_number_once() {
    for step in 1.. {
        let mut crashed = false;
        for moment in [CrashMoment::Before, CrashMoment::After] {
            let at = format!("crashed at step {step}, {moment:?}");
            let env = Environment::new(&[]);
            let bought =
                env.service(None, now()).reserve([number(0).to_string()], &Options::new(id("reseller")));
            assert!(bought.unwrap().is_success());

            let crash = Arc::new(Crash::at(step, moment));
            let first = env.service(Some(&crash), later());
            crashed |= crash::catch_crash(|| first.sweep()).is_none();

            let second = env.service(None, much_later());
            second.recover().unwrap();
            second.recover().unwrap();
            assert!(second.sweep().unwrap().failed.is_empty(), "{at}");
            assert_eq!(env.record(number(0)).unwrap().state(), State::Available, "{at}");
            let orders = [(CarrierOrder::Acquire, number(0)), (CarrierOrder::Disconnect, number(0))];
            assert_eq!(env.orders(), orders, "{at}");
        }
        if !crashed {
            assert!(step > 6, "a sweep has more steps than {step}");
            return;
        }
    }
}

/// One of four numbers is not for sale: the numbers bought are returned, wherever the service crashes.
#[test]
fn a_refused_group_is_rolled_back() {
    for step in 1.. {
        let mut crashed = false;
        for moment in [CrashMoment::Before, CrashMoment::After] {
            let at = format!("crashed at step {step}, {moment:?}");
            // The last number is no longer for sale.
            let found = NumberRecord::discovered(number(9), "telnyx".parse().unwrap(), now());
            let env = Environment::new(&[found]);
            let list = [number(0), number(1), number(9)];
            let options = Options::new(id("reseller")).with_all_or_nothing(true);
            let crash = Arc::new(Crash::at(step, moment));
            let first = env.service(Some(&crash), now());
            let outcome =
                crash::catch_crash(|| first.reserve(list.map(|it| it.to_string()), &options).unwrap());
            if let Some(outcome) = &outcome {
                assert_eq!((outcome.succeeded.len(), outcome.failed.len()), (0, 3), "{at}");
                let codes: Vec<_> = outcome.failed.values().map(InventoryError::kind).collect();
                assert_eq!(codes, [Kind::NotDone, Kind::NotDone, Kind::ExternalFault], "{at}");
            }
            crashed |= outcome.is_none();
            let second = env.service(None, later());
            second.recover().unwrap();
            let again = second.recover().unwrap();
            assert_eq!((again.finished, again.failed.len(), again.left), (0, 0, 0), "{at}");
            for number in list {
                let record = env.record(number);
                assert!(record.is_none_or(|it| it.owner().is_none() && it.pending().is_none()), "{at}");
            }
            let orders = env.orders();
            let bought = orders.iter().filter(|(order, _)| *order == CarrierOrder::Acquire);
            let given_back = orders.iter().filter(|(order, _)| *order == CarrierOrder::Disconnect);
            let [mut bought, mut given_back]: [Vec<_>; 2] =
                [bought.map(|(_, it)| *it).collect(), given_back.map(|(_, it)| *it).collect()];
            bought.sort_unstable();
            given_back.sort_unstable();
            assert_eq!(bought, given_back, "{at}");
        }
        if !crashed {
            return;
        }
    }
}

/// The carrier refuses one of three numbers at first, and takes another number back only at the second
/// call. In the end the account owns exactly the numbers that were bought.
#[test]
fn an_abandoned_group_is_rolled_back_wherever_it_crashes() {
    // Recovery continues where the crash stopped, whatever the order of the request.
    let list = [number(2), number(1), number(0)];
    for is_lost in [false, true] {
        for step in 1.. {
            let mut crashed = false;
            for moment in [CrashMoment::Before, CrashMoment::After] {
                let at = format!("crashed at step {step}, {moment:?}; lost: {is_lost}");
                let env = Environment::new(&[]);
                env.failing.refuse(CarrierOrder::Acquire, number(1));
                if is_lost {
                    env.failing.lose(CarrierOrder::Disconnect, number(0));
                }
                let options = Options::new(id("reseller"))
                    .with_key("request-1".parse().unwrap())
                    .with_all_or_nothing(true);
                let reserve = |inventory: &Inventory| {
                    inventory.reserve(list.map(|number| number.to_string()), &options).unwrap()
                };
                let crash = Arc::new(Crash::at(step, moment));
                let first = env.service(Some(&crash), now());
                crashed |= crash::catch_crash(|| reserve(&first)).is_none();

                let second = env.service(None, later());
                second.recover().unwrap();
                second.recover().unwrap();
                let again = second.recover().unwrap();
                assert_eq!((again.finished, again.rolled_back, again.left), (0, 0, 0), "{at}");
                assert!(again.failed.is_empty() && !env.is_claimed(), "{at}");
                let are_owned = || list.map(|it| is_reserved(env.record(it).as_ref()));
                let are_bought = || list.map(|it| env.is_bought(it));
                assert!([[true; 3], [false; 3]].contains(&are_owned()), "{at}");
                assert_eq!(are_owned(), are_bought(), "{at}: {:?}", env.orders());
                let is_owned = are_owned()[0];

                // A stored outcome is replayed; a request that was not stored is executed now.
                let repeated = reserve(&second);
                env.service(None, much_later()).recover().unwrap();
                assert_eq!(are_owned(), are_bought(), "{at}: {:?}", env.orders());
                assert_eq!(repeated.is_success(), are_owned()[0], "{at}");
                assert!(!is_owned || repeated.is_success(), "{at}");
            }
            if !crashed {
                break;
            }
        }
    }
}

/// The carrier refuses a return, and the provider's first rollback is lost. In the end the number is
/// either in service with its address and name, or released without them.
#[test]
fn a_refused_release_rolls_back_wherever_it_crashes() {
    for step in 1.. {
        let mut crashed = false;
        for moment in [CrashMoment::Before, CrashMoment::After] {
            let at = format!("crashed at step {step}, {moment:?}");
            let env = Environment::new(&[in_service(9)]);
            env.providers.already(&[in_service(9)]);
            env.failing.refuse(CarrierOrder::Disconnect, number(9));
            env.providers.fail_next(Call::Provision, ProviderError::Unknown("busy".into()));
            let options = Options::new(id("reseller")).with_key("request-1".parse().unwrap());
            let crash = Arc::new(Crash::at(step, moment));
            let first = env.service(Some(&crash), now());
            let release = |inventory: &Inventory, options| {
                inventory.release([number(9).to_string()], options).unwrap().is_success()
            };
            crashed |= crash::catch_crash(|| release(&first, &options)).is_none();

            let second = env.service(None, later());
            second.recover().unwrap();
            second.recover().unwrap();
            assert!(!env.is_claimed(), "{at}");
            let record = env.record(number(9)).unwrap();
            let is_there = is_in_service(Some(&record));
            assert_eq!(env.providers.street(number(9)).is_some(), is_there, "{at}");
            assert_eq!(env.providers.name(number(9)).is_some(), is_there, "{at}");
            assert_eq!(record.active(), in_service(9).active().filter(|_| is_there), "{at}");
            // A refused request stays refused under its key; one that was not stored is executed now.
            release(&second, &options);
            let third = env.service(None, much_later());
            third.recover().unwrap();
            let is_there = is_in_service(env.record(number(9)).as_ref());
            assert_eq!(release(&third, &options), !is_there, "{at}");
            assert!(!is_there || release(&third, &Options::new(id("reseller"))), "{at}");
            assert_eq!(env.providers.street(number(9)), None, "{at}");
        }
        if !crashed {
            // The receipt, the record, the claim, three effects, the settlement, two rollbacks.
            assert_eq!(step, 10);
            return;
        }
    }
}

/// An effect that cannot be rolled back does not prevent the rollback of others, and stays in the
/// record.
#[test]
fn each_effect_is_rolled_back_by_itself() {
    let env = Environment::new(&[in_service(9)]);
    env.providers.already(&[in_service(9)]);
    env.failing.refuse(CarrierOrder::Disconnect, number(9));
    env.providers.fail_next(Call::Set, ProviderError::Refused("no more names".into()));
    let refused = env.service(None, now()).release([number(9).to_string()], &Options::new(id("reseller")));
    assert!(!refused.unwrap().is_success());
    let record = env.record(number(9)).unwrap();
    assert_eq!((record.state(), record.pending()), (State::InService, None));
    assert_eq!(env.providers.street(number(9)).as_deref(), Some("116 NATOMA ST"));
    assert_eq!(env.providers.name(number(9)), None);
    let active = record.active().unwrap();
    assert_eq!((active.e911.is_some(), active.cnam.is_some()), (true, false));
}

/// The carrier's response to a rollback is lost: the record stays claimed until it responds.
#[test]
fn a_failed_roll_back_keeps_the_claim() {
    let env = Environment::new(&[]);
    env.failing.refuse(CarrierOrder::Acquire, number(1));
    env.failing.lose(CarrierOrder::Disconnect, number(0));
    env.failing.lose(CarrierOrder::Disconnect, number(0));
    let inventory = env.service(None, now());
    let list = [number(0), number(1)].map(|number| number.to_string());
    let options = Options::new(id("reseller"));
    assert!(!inventory.reserve(&list, &options.with_all_or_nothing(true)).unwrap().is_success());
    assert_eq!(env.record(number(1)), None);
    let locked = env.record(number(0)).unwrap();
    assert!(locked.pending().and_then(Pending::abandoned).is_some());
    let busy = inventory.reserve(&list[..1], &options).unwrap().single().unwrap_err();
    assert_eq!((busy.kind(), &*busy.message()), (Kind::Conflict, "operation in progress"));

    let later = env.service(None, later());
    assert_eq!(later.recover().unwrap().failed.len(), 1);
    assert!(env.is_claimed() && env.is_bought(number(0)));
    assert_eq!(later.recover().unwrap().rolled_back, 1);
    assert!(env.record(number(0)).is_none() && !env.is_bought(number(0)));
    assert!(later.reserve(&list, &options).unwrap().is_success());
}

/// One effect of the transfer of a reserved number is refused. The number is not returned to the
/// carrier, since it belonged to the first account.
#[test]
fn a_refused_transfer_returns_nothing_to_the_carrier() {
    let mut reserved = json!(in_service(0));
    reserved["pvt_state"] = "reserved".into();
    reserved["pvt_reserve_history"] = json!(["reseller"]);
    let reserved = NumberRecord::from_value(&reserved).unwrap();
    let env = Environment::new(std::slice::from_ref(&reserved));
    env.providers.already(&[reserved]);
    env.providers.fail_next(Call::Remove, ProviderError::Refused("not now".into()));
    let to_child = Options::new(id("reseller")).with_account(id("child"));
    let inventory = env.service(None, now());
    let refused = inventory.reserve([number(0).to_string()], &to_child).unwrap();
    assert_eq!(&*refused.single().unwrap_err().message(), "fault by provider");
    assert!(is_reserved(env.record(number(0)).as_ref()) && !env.is_claimed());
    assert_eq!(env.orders(), []);
}

/// A number is created again with another address: the provider is called twice, each time under a key of its
/// own.
#[test]
fn two_calls_of_a_provider_have_two_keys() {
    let mut coming = json!(in_service(9));
    coming["pvt_state"] = "port_in".into();
    let coming = NumberRecord::from_value(&coming).unwrap();
    let env = Environment::new(std::slice::from_ref(&coming));
    env.providers.already(&[coming]);
    let document = json!({"e911": address("118 NATOMA ST")});
    let create = Create::default().with_document(document.as_object().unwrap().clone());
    let create = create.with_carrier("telnyx".parse().unwrap());
    let options = Options::new(Actor::System).with_account(id("child"));
    let created = env.service(None, now()).create([number(9).to_string()], &create, &options);
    assert!(created.unwrap().is_success());
    assert_eq!(env.providers.street(number(9)).as_deref(), Some("118 NATOMA ST"));
}

/// The provider of the account that had the number does not answer while its port is completed. The request cannot be
/// canceled until that is settled: its number would be in service later.
#[test]
fn a_port_request_is_locked_while_a_number_is_claimed() {
    let mut coming = json!(in_service(9));
    coming["pvt_state"] = "port_in".into();
    let coming = NumberRecord::from_value(&coming).unwrap();
    let env = Environment::new(std::slice::from_ref(&coming));
    env.providers.already(&[coming]);
    let desk = |now| PortDesk::new(env.service(None, now));
    let port: PortRequestId = "p1".parse().unwrap();
    let number_text = number(9).to_string();
    let document = json!({"name": "Bakery", "numbers": {&*number_text: {}}});
    let Value::Object(document) = document else { panic!() };
    let new = NewPortRequest { id: port, account: id("reseller"), port_authority: None, document };
    desk(now()).create(new, Actor::System).unwrap();
    for state in [PortState::Submitted, PortState::Pending] {
        desk(now()).transition(port, &state, None, Actor::System).unwrap();
    }

    env.providers.fail_next(Call::Remove, ProviderError::Unknown("busy".into()));
    let completed = desk(now()).complete(port, Actor::System).unwrap();
    assert_eq!((completed.waiting.len(), completed.request.state()), (1, &PortState::Pending));
    assert!(env.is_claimed());
    let is_locked = |now| {
        let canceled = desk(now).transition(port, &PortState::Canceled, None, Actor::System);
        matches!(canceled, Err(PortDeskError::Refused(PortRefusal::Completing(_))))
    };
    assert!(is_locked(now()));
    // Neither recovery knows yet whether the call is still running.
    env.service(None, now()).recover().unwrap();
    assert_eq!(desk(now()).recover().unwrap().locked, [port]);
    assert!(is_locked(now()));

    env.service(None, later()).recover().unwrap();
    assert_eq!(desk(later()).recover().unwrap().recovered, [port]);
    assert_eq!(desk(later()).get(port, Actor::System).unwrap().state(), &PortState::Completed);
    let ported = env.record(number(9)).unwrap();
    assert_eq!((ported.state(), ported.owner()), (State::InService, Some(id("reseller"))));
}

/// A carrier never responds: an admin abandons the number, and those claimed together with it.
#[test]
fn an_admin_abandons_a_claim() {
    let env = Environment::new(&[]);
    env.failing.lose(CarrierOrder::Acquire, number(1));
    let inventory = env.service(None, now());
    let list = [number(0), number(1)].map(|number| number.to_string());
    let options = Options::new(id("reseller")).with_key("request-1".parse().unwrap());
    let together = options.with_all_or_nothing(true);
    assert!(!inventory.reserve(&list, &together).unwrap().is_success());
    let code = |abandoned: Result<Vec<PhoneNumber>, InventoryError>| abandoned.unwrap_err().kind();
    let admin = Options::new(Actor::System);
    assert_eq!(code(inventory.abandon(number(0), &admin)), Kind::Conflict, "somebody may be busy with it");
    let later = env.service(None, later());
    assert_eq!(code(later.abandon(number(0), &options)), Kind::Forbidden);
    assert_eq!(code(later.abandon(number(2), &admin)), Kind::NotFound);

    let both = [number(0), number(1)];
    assert_eq!(later.abandon(number(0), &admin.with_dry_run(true)).unwrap(), both);
    assert!(env.is_claimed());
    assert_eq!(later.abandon(number(0), &admin).unwrap(), both);
    assert!(both.into_iter().all(|number| env.record(number).is_none()));
    // The carrier keeps its sale, and the repeated request is answered with `NotDone`.
    assert_eq!(env.orders(), [(CarrierOrder::Acquire, number(0))]);
    let again = later.reserve(&list, &together).unwrap();
    assert!(again.failed.values().all(|error| error.kind() == Kind::NotDone));
    assert!(later.reserve(&list[1..], &Options::new(id("reseller"))).unwrap().is_success());
    assert_eq!(code(later.abandon(number(1), &admin)), Kind::Conflict, "nothing is being done");
}

/// The carrier refuses a return: the address is provisioned again.
#[test]
fn a_refused_release_leaves_the_address() {
    let env = Environment::new(&[in_service(9)]);
    env.providers.already(&[in_service(9)]);
    env.carrier.fail_next(CarrierFault::Refuse);
    let inventory = env.service(None, now());
    let options = Options::new(id("reseller"));
    let error = inventory.release([number(9).to_string()], &options).unwrap().single().unwrap_err();
    assert_eq!((error.kind(), &*error.message()), (Kind::ExternalFault, "fault by carrier"));
    assert_eq!(error.cause(), Some(number(9).to_string().into()));
    assert_eq!(env.providers.street(number(9)).as_deref(), Some("116 NATOMA ST"));
    assert_eq!(env.providers.name(number(9)).as_deref(), Some("Reseller"));
    let record = env.record(number(9)).unwrap();
    assert_eq!((record.active(), record.state()), (in_service(9).active(), State::InService));
    // The next release succeeds.
    assert!(inventory.release([number(9).to_string()], &options).unwrap().is_success());
    assert_eq!(env.providers.street(number(9)), None);
}

/// A creation with an unknown address leaves nothing.
#[test]
fn a_refused_creation_leaves_nothing() {
    let env = Environment::new(&[]);
    env.providers.know_no_address();
    let create = Create::default().with_carrier("telnyx".parse().unwrap()).with_document(document());
    let refused =
        env.service(None, now()).create([number(9).to_string()], &create, &Options::new(id("reseller")));
    assert_eq!(refused.unwrap().single().unwrap_err().kind(), Kind::Invalid);
    assert_eq!(env.record(number(9)), None);
    assert_eq!(env.providers.name(number(9)), None);
    // The events are kept.
    let events = env.store.events(0, 10).unwrap();
    assert_eq!(events.len(), 2);
}

/// The carrier's response is lost: the record stays claimed, and the carrier is called again with the
/// same key.
#[test]
fn a_lost_answer_is_requested_again_with_its_key() {
    let env = Environment::new(&[]);
    env.carrier.pass_next();
    env.carrier.fail_next(CarrierFault::LostAnswer);
    let inventory = env.service(None, now());
    let options = Options::new(id("reseller"));
    let lost = inventory.reserve([number(0).to_string()], &options).unwrap().single().unwrap_err();
    assert_eq!(&*lost.message(), "fault by carrier");
    let other = Options::new(Actor::System).with_account(id("child"));
    let busy = inventory.reserve([number(0).to_string()], &other).unwrap().single().unwrap_err();
    assert_eq!((busy.kind(), &*busy.message()), (Kind::Conflict, "operation in progress"));
    assert_eq!(inventory.recover().unwrap().left, 1);
    assert_eq!(env.service(None, later()).recover().unwrap().finished, 1);
    assert!(is_reserved(env.record(number(0)).as_ref()));
    assert_eq!(env.orders(), [(CarrierOrder::Acquire, number(0))]);
}

/// A claim on a carrier that is no longer installed stays until the carrier is installed again.
#[test]
fn a_claim_waits_for_its_missing_carrier() {
    let env = Environment::new(&[]);
    env.carrier.pass_next();
    env.carrier.fail_next(CarrierFault::LostAnswer);
    let reserve =
        |service: Inventory| service.reserve([number(0).to_string()], &Options::new(id("reseller")));
    assert!(!reserve(env.service(None, now())).unwrap().is_success());
    let without = Inventory::builder(Arc::<MemoryStore>::clone(&env.store)).clock(later).build();
    let failed = without.recover().unwrap().failed;
    assert_eq!(failed[0].1.to_string(), "carrier telnyx: not installed");
    assert!(env.is_claimed());
    assert_eq!(env.service(None, later()).recover().unwrap().finished, 1);
    assert!(is_reserved(env.record(number(0)).as_ref()));
}
