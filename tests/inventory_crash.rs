//! A service dies in the middle of what it does. Nothing is lost, nothing is ordered twice.
//!
//! Each story is told as often as it has steps: the service dies at its first call to the store, a
//! carrier or a provider, then at its second, and so on, until it no longer dies; once just before
//! the call is made, once just after. Then another one, on what was stored, at carriers and providers
//! that remember, recovers twice, and the same request is made again.

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod death;
mod world;

use std::sync::Arc;

use death::{Call, Death, Fickle, Moment, Providers};
use serde_json::{Map, Value, json};
use telnum::account::Actor;
use telnum::carrier::Carrier;
use telnum::inventory::{Create, Inventory, InventoryError, InventoryErrorKind as Kind, Options, Outcome};
use telnum::lifecycle::State;
use telnum::names::Feature;
use telnum::policy::{LeaseTerms, Policy};
use telnum::provider::ProviderError;
use telnum::record::{NumberRecord, Pending};
use telnum::store::{Change, Expect, MemoryStore, Query, Store};
use telnum::testing::{CarrierFault, CarrierOrder, ScriptedCarrier};
use telnum::{PhoneNumber, Timestamp};
use world::{accounts, id, now, numbers};

/// What stays when a service dies.
struct ExternalEffect {
    store: Arc<MemoryStore>,
    carrier: Arc<ScriptedCarrier>,
    /// The same, failing where it is told to.
    fickle: Arc<Fickle>,
    providers: Arc<Providers>,
}

impl ExternalEffect {
    /// A store with numbers of the carrier, which sells others.
    fn new(numbers: &[NumberRecord]) -> Self {
        let store = MemoryStore::new();
        for record in numbers {
            store.commit(Change::put(record.clone(), Expect::Absent).into()).unwrap();
        }
        let carrier = ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(number(0), 4);
        let carrier = Arc::new(carrier);
        let fickle = Arc::new(Fickle::new(&carrier));
        Self { store: Arc::new(store), carrier, fickle, providers: Arc::default() }
    }

    /// A service on it that dies, at a time.
    fn service(&self, death: Option<&Arc<Death>>, now: Timestamp) -> Inventory {
        let alive = Arc::default();
        let death = death.unwrap_or(&alive);
        let policy = Policy::default()
            .with_allowed_features([Feature::E911, Feature::Cnam])
            .with_reservation(LeaseTerms::new(60));
        let carrier: Arc<dyn Carrier> = Arc::<Fickle>::clone(&self.fickle);
        let keys = std::sync::atomic::AtomicU64::new(u64::try_from(now.unix()).unwrap());
        Inventory::builder(Arc::new(death::Mortal::new(death, Arc::clone(&self.store))))
            .accounts(accounts())
            .carrier(death::Mortal::new(death, carrier))
            .e911(death::Mortal::new(death, Arc::clone(&self.providers)))
            .cnam(death::Mortal::new(death, Arc::clone(&self.providers)))
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

    /// Whether a number is the system's own at the carrier that sold none before.
    fn is_bought(&self, number: PhoneNumber) -> bool {
        let orders = self.orders();
        let count = |order| orders.iter().filter(|it| **it == (order, number)).count();
        count(CarrierOrder::Acquire) == count(CarrierOrder::Disconnect) + 1
    }

    fn orders(&self) -> Vec<(CarrierOrder, PhoneNumber)> {
        self.carrier.orders().into_iter().map(|(_, order, number)| (order, number)).collect()
    }
}

/// The n-th of the numbers that the carrier sells first, then of those that it sold before.
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

/// A number of the reseller's in service at the carrier, with an address and a name.
fn in_service(place: u64) -> NumberRecord {
    NumberRecord::from_value(&json!({
        "id": number(place).to_string(), "pvt_state": "in_service", "pvt_assigned_to": "reseller",
        "pvt_module_name": "knm_telnyx", "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
        "e911": address("116 NATOMA ST"), "cnam": {"display_name": "Reseller"},
        "pvt_features": {"e911": address("116 NATOMA ST"), "cnam": {"display_name": "Reseller"}},
    }))
    .unwrap()
}

/// A story: how it begins, what is asked for, and how it is to end.
struct Story<'a> {
    before: Vec<NumberRecord>,
    numbers: Vec<PhoneNumber>,
    act: &'a dyn Fn(&Inventory, &Options) -> Result<Outcome, InventoryError>,
    /// Whether a number is as it was, or as it is to be.
    is_before: &'a dyn Fn(Option<&NumberRecord>) -> bool,
    is_after: &'a dyn Fn(Option<&NumberRecord>) -> bool,
    orders: Vec<(CarrierOrder, PhoneNumber)>,
    /// What providers are told in the end of the first number.
    address: Option<&'a str>,
    name: Option<&'a str>,
    all_or_nothing: bool,
}

impl Story<'_> {
    /// Tells it for every step, and says how many there were.
    fn tell(&self) -> usize {
        for step in 1.. {
            let mut died = false;
            for moment in [Moment::Before, Moment::After] {
                died |= self.tell_once(step, moment);
            }
            if !died {
                return step - 1;
            }
        }
        0
    }

    /// Whether the service died.
    fn tell_once(&self, step: usize, moment: Moment) -> bool {
        let at = format!("died at step {step}, {moment:?}");
        // Others are not touched.
        let others: Vec<_> = numbers().into_values().collect();
        let outside = ExternalEffect::new(&[self.before.as_slice(), &others].concat());
        outside.providers.already(&self.before);
        let options = Options::new(id("reseller"))
            .with_key("request-1".parse().unwrap())
            .with_all_or_nothing(self.all_or_nothing);

        let death = Arc::new(Death::at(step, moment));
        let first = outside.service(Some(&death), now());
        let died = death::survive(|| (self.act)(&first, &options)).is_none();
        assert_eq!(died, death.came(), "{at}");

        let second = outside.service(None, later());
        second.recover().unwrap();
        let again = second.recover().unwrap();
        assert_eq!((again.finished, again.left), (0, 0), "{at}");
        assert!(again.failed.is_empty(), "{at}: {:?}", again.failed);

        assert!(!outside.is_claimed(), "{at}");
        let records: Vec<_> = self.numbers.iter().map(|number| outside.record(*number)).collect();
        let are = |is: &dyn Fn(Option<&NumberRecord>) -> bool| records.iter().all(|it| is(it.as_ref()));
        assert!(are(self.is_before) || are(self.is_after), "{at}: {records:?}");

        let repeated = (self.act)(&second, &options).unwrap();
        assert!(repeated.is_success(), "{at}: {:?}", repeated.failed);
        assert!(repeated.succeeded.keys().eq(&self.numbers), "{at}");
        for number in &self.numbers {
            let record = outside.record(*number);
            assert!((self.is_after)(record.as_ref()), "{at}: {record:?}");
        }
        let mut orders = outside.orders();
        // Whoever recovers does so in the order of the numbers.
        orders.sort_unstable_by_key(|(_, number)| *number);
        assert_eq!(orders, self.orders, "{at}");
        assert!(numbers().into_iter().all(|(number, record)| outside.record(number) == Some(record)), "{at}");
        let first = self.numbers[0];
        assert_eq!(outside.providers.street(first).as_deref(), self.address, "{at}");
        assert_eq!(outside.providers.name(first).as_deref(), self.name, "{at}");
        died
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

/// A shop reserves a number that only the carrier has: it is bought once.
#[test]
fn a_number_is_bought_once() {
    let story = Story {
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
    // The receipt, the number, who ports it in, whether the system itself sells it, the claim, the order, the
    // record.
    assert_eq!(story.tell(), 7);
    Story {
        act: &|inventory, options| inventory.activate([number(0).to_string()], options),
        is_after: &is_in_service,
        ..story
    }
    .tell();
}

/// A shop wants four numbers or none: they are bought together, however often the service dies.
#[test]
fn numbers_are_bought_together() {
    let numbers: Vec<_> = (0..4).map(number).collect();
    let story = Story {
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
    assert!(story.tell() > 8);
}

/// A shop brings a number with an address and a name: each provider is told once.
#[test]
fn a_number_is_created_with_all_that_it_carries() {
    let create = Create::default().with_carrier("telnyx".parse().unwrap()).with_document(document());
    let story = Story {
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
    // The receipt, the number, who ports it in, the claim, the address, the name, the record.
    assert_eq!(story.tell(), 7);
}

/// A shop moves house: emergency services are told once.
#[test]
fn an_address_is_changed_once() {
    let document = json!({"e911": address("118 NATOMA ST")});
    let document = document.as_object().unwrap();
    let has = |record: Option<&NumberRecord>, street: &str| {
        let active = record.and_then(NumberRecord::active).and_then(|active| active.e911.as_ref());
        active.is_some_and(|address| address.fields().street_address == street)
    };
    let story = Story {
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
    assert_eq!(story.tell(), 5);
}

/// A shop gives a number back: its address and name are taken off, then the carrier has it again.
#[test]
fn a_number_is_given_back_once() {
    let story = Story {
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
    assert_eq!(story.tell(), 7);
}

/// Of many numbers some need nothing done outside: all keep their order, each is done once.
#[test]
fn a_mixed_list_is_done_once() {
    let plain = NumberRecord::from_value(&json!({
        "id": number(8).to_string(), "pvt_state": "available", "pvt_module_name": "knm_telnyx",
        "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
    }))
    .unwrap();
    let list = [number(1), number(8), number(0)];
    let story = Story {
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
    assert!(story.tell() > 8);
}

/// A reservation ends while nobody looks: the number is given back once, whichever sweep does it.
#[test]
fn a_sweep_gives_a_number_back_once() {
    for step in 1.. {
        let mut died = false;
        for moment in [Moment::Before, Moment::After] {
            let at = format!("died at step {step}, {moment:?}");
            let outside = ExternalEffect::new(&[]);
            let bought =
                outside.service(None, now()).reserve([number(0).to_string()], &Options::new(id("reseller")));
            assert!(bought.unwrap().is_success());

            let death = Arc::new(Death::at(step, moment));
            let first = outside.service(Some(&death), later());
            died |= death::survive(|| first.sweep()).is_none();

            let second = outside.service(None, much_later());
            second.recover().unwrap();
            second.recover().unwrap();
            assert!(second.sweep().unwrap().failed.is_empty(), "{at}");
            assert_eq!(outside.record(number(0)).unwrap().state(), State::Available, "{at}");
            let orders = [(CarrierOrder::Acquire, number(0)), (CarrierOrder::Disconnect, number(0))];
            assert_eq!(outside.orders(), orders, "{at}");
        }
        if !died {
            assert!(step > 6, "a sweep has more steps than {step}");
            return;
        }
    }
}

/// One of four numbers is not for sale: those that were bought are given back, none is the shop's,
/// wherever the service dies.
#[test]
fn what_can_not_be_done_together_is_taken_back() {
    for step in 1.. {
        let mut died = false;
        for moment in [Moment::Before, Moment::After] {
            let at = format!("died at step {step}, {moment:?}");
            // The last was the carrier's once, and is nobody's.
            let found = NumberRecord::discovered(number(9), "telnyx".parse().unwrap(), now());
            let outside = ExternalEffect::new(&[found]);
            let list = [number(0), number(1), number(9)];
            let options = Options::new(id("reseller")).with_all_or_nothing(true);
            let death = Arc::new(Death::at(step, moment));
            let first = outside.service(Some(&death), now());
            let outcome = death::survive(|| first.reserve(list.map(|it| it.to_string()), &options).unwrap());
            if let Some(outcome) = &outcome {
                assert_eq!((outcome.succeeded.len(), outcome.failed.len()), (0, 3), "{at}");
                let codes: Vec<_> = outcome.failed.values().map(|error| error.kind()).collect();
                assert_eq!(codes, [Kind::NotDone, Kind::NotDone, Kind::ExternalFault], "{at}");
            }
            died |= outcome.is_none();
            let second = outside.service(None, later());
            second.recover().unwrap();
            let again = second.recover().unwrap();
            assert_eq!((again.finished, again.failed.len(), again.left), (0, 0, 0), "{at}");
            for number in list {
                let record = outside.record(number);
                assert!(record.is_none_or(|it| it.owner().is_none() && it.pending().is_none()), "{at}");
            }
            let orders = outside.orders();
            let bought = orders.iter().filter(|(order, _)| *order == CarrierOrder::Acquire);
            let given_back = orders.iter().filter(|(order, _)| *order == CarrierOrder::Disconnect);
            let [mut bought, mut given_back]: [Vec<_>; 2] =
                [bought.map(|(_, it)| *it).collect(), given_back.map(|(_, it)| *it).collect()];
            bought.sort_unstable();
            given_back.sort_unstable();
            assert_eq!(bought, given_back, "{at}");
        }
        if !died {
            return;
        }
    }
}

/// The carrier refuses one of three numbers, and forgets that it did; to take another back it has to
/// be asked twice. What the shop has is bought, and what is bought the shop has.
#[test]
fn what_is_given_up_is_taken_back_wherever_it_dies() {
    // Whoever takes them up goes on where the first stopped, whatever the order they were asked in.
    let list = [number(2), number(1), number(0)];
    for is_lost in [false, true] {
        for step in 1.. {
            let mut died = false;
            for moment in [Moment::Before, Moment::After] {
                let at = format!("died at step {step}, {moment:?}; lost: {is_lost}");
                let outside = ExternalEffect::new(&[]);
                outside.fickle.refuse(CarrierOrder::Acquire, number(1));
                if is_lost {
                    outside.fickle.lose(CarrierOrder::Disconnect, number(0));
                }
                let options = Options::new(id("reseller"))
                    .with_key("request-1".parse().unwrap())
                    .with_all_or_nothing(true);
                let reserve = |inventory: &Inventory| {
                    inventory.reserve(list.map(|number| number.to_string()), &options).unwrap()
                };
                let death = Arc::new(Death::at(step, moment));
                let first = outside.service(Some(&death), now());
                died |= death::survive(|| reserve(&first)).is_none();

                let second = outside.service(None, later());
                second.recover().unwrap();
                second.recover().unwrap();
                let again = second.recover().unwrap();
                assert_eq!((again.finished, again.rolled_back, again.left), (0, 0, 0), "{at}");
                assert!(again.failed.is_empty() && !outside.is_claimed(), "{at}");
                let are_owned = || list.map(|it| is_reserved(outside.record(it).as_ref()));
                let are_bought = || list.map(|it| outside.is_bought(it));
                assert!([[true; 3], [false; 3]].contains(&are_owned()), "{at}");
                assert_eq!(are_owned(), are_bought(), "{at}: {:?}", outside.orders());
                let is_owned = are_owned()[0];

                // Nothing changes what was answered; what was never begun is begun now.
                let repeated = reserve(&second);
                outside.service(None, much_later()).recover().unwrap();
                assert_eq!(are_owned(), are_bought(), "{at}: {:?}", outside.orders());
                assert_eq!(repeated.is_success(), are_owned()[0], "{at}");
                assert!(!is_owned || repeated.is_success(), "{at}");
            }
            if !died {
                break;
            }
        }
    }
}

/// The carrier refuses to take a number back, and the provider does not answer at first: then the
/// number is either in service with its address and its name, or without any of them.
#[test]
fn a_refused_release_puts_all_back_wherever_it_dies() {
    for step in 1.. {
        let mut died = false;
        for moment in [Moment::Before, Moment::After] {
            let at = format!("died at step {step}, {moment:?}");
            let outside = ExternalEffect::new(&[in_service(9)]);
            outside.providers.already(&[in_service(9)]);
            outside.fickle.refuse(CarrierOrder::Disconnect, number(9));
            outside.providers.fail_next(Call::Provision, ProviderError::Unknown("busy".into()));
            let options = Options::new(id("reseller")).with_key("request-1".parse().unwrap());
            let death = Arc::new(Death::at(step, moment));
            let first = outside.service(Some(&death), now());
            let release = |inventory: &Inventory, options| {
                inventory.release([number(9).to_string()], options).unwrap().is_success()
            };
            died |= death::survive(|| release(&first, &options)).is_none();

            let second = outside.service(None, later());
            second.recover().unwrap();
            second.recover().unwrap();
            assert!(!outside.is_claimed(), "{at}");
            let record = outside.record(number(9)).unwrap();
            let is_there = is_in_service(Some(&record));
            assert_eq!(outside.providers.street(number(9)).is_some(), is_there, "{at}");
            assert_eq!(outside.providers.name(number(9)).is_some(), is_there, "{at}");
            assert_eq!(record.active(), in_service(9).active().filter(|_| is_there), "{at}");
            // What was refused stays so under its key; what was never begun is begun now.
            release(&second, &options);
            let third = outside.service(None, much_later());
            third.recover().unwrap();
            let is_there = is_in_service(outside.record(number(9)).as_ref());
            assert_eq!(release(&third, &options), !is_there, "{at}");
            assert!(!is_there || release(&third, &Options::new(id("reseller"))), "{at}");
            assert_eq!(outside.providers.street(number(9)), None, "{at}");
        }
        if !died {
            // The receipt, the number, the claim, three orders, the decision, two put back.
            assert_eq!(step, 10);
            return;
        }
    }
}

/// What can not be put back does not keep anything else from being put back, and the record says so.
#[test]
fn each_thing_is_taken_back_by_itself() {
    let outside = ExternalEffect::new(&[in_service(9)]);
    outside.providers.already(&[in_service(9)]);
    outside.fickle.refuse(CarrierOrder::Disconnect, number(9));
    outside.providers.fail_next(Call::Set, ProviderError::Refused("no more names".into()));
    let refused =
        outside.service(None, now()).release([number(9).to_string()], &Options::new(id("reseller")));
    assert!(!refused.unwrap().is_success());
    let record = outside.record(number(9)).unwrap();
    assert_eq!((record.state(), record.pending()), (State::InService, None));
    assert_eq!(outside.providers.street(number(9)).as_deref(), Some("116 NATOMA ST"));
    assert_eq!(outside.providers.name(number(9)), None);
    let active = record.active().unwrap();
    assert_eq!((active.e911.is_some(), active.cnam.is_some()), (true, false));
}

/// The carrier does not say whether it takes back what it sold: the number stays locked until it does.
#[test]
fn what_is_not_taken_back_stays_locked() {
    let outside = ExternalEffect::new(&[]);
    outside.fickle.refuse(CarrierOrder::Acquire, number(1));
    outside.fickle.lose(CarrierOrder::Disconnect, number(0));
    outside.fickle.lose(CarrierOrder::Disconnect, number(0));
    let inventory = outside.service(None, now());
    let list = [number(0), number(1)].map(|number| number.to_string());
    let options = Options::new(id("reseller"));
    assert!(!inventory.reserve(&list, &options.with_all_or_nothing(true)).unwrap().is_success());
    assert_eq!(outside.record(number(1)), None);
    let locked = outside.record(number(0)).unwrap();
    assert!(locked.pending().and_then(Pending::abandoned).is_some());
    let busy = inventory.reserve(&list[..1], &options).unwrap().single().unwrap_err();
    assert_eq!((busy.kind(), &*busy.message()), (Kind::Conflict, "operation in progress"));

    let later = outside.service(None, later());
    assert_eq!(later.recover().unwrap().failed.len(), 1);
    assert!(outside.is_claimed() && outside.is_bought(number(0)));
    assert_eq!(later.recover().unwrap().rolled_back, 1);
    assert!(outside.record(number(0)).is_none() && !outside.is_bought(number(0)));
    assert!(later.reserve(&list, &options).unwrap().is_success());
}

/// A reserved number goes to another account, and that is refused half way: it is not given back to
/// the carrier, as it was the first account's.
#[test]
fn a_refused_transfer_gives_nothing_away() {
    let mut reserved = json!(in_service(0));
    reserved["pvt_state"] = "reserved".into();
    reserved["pvt_reserve_history"] = json!(["reseller"]);
    let reserved = NumberRecord::from_value(&reserved).unwrap();
    let outside = ExternalEffect::new(std::slice::from_ref(&reserved));
    outside.providers.already(&[reserved]);
    outside.providers.fail_next(Call::Remove, ProviderError::Refused("not now".into()));
    let to_child = Options::new(id("reseller")).with_account(id("child"));
    let inventory = outside.service(None, now());
    let refused = inventory.reserve([number(0).to_string()], &to_child).unwrap();
    assert_eq!(&*refused.single().unwrap_err().message(), "fault by provider");
    assert!(is_reserved(outside.record(number(0)).as_ref()) && !outside.is_claimed());
    assert_eq!(outside.orders(), [(CarrierOrder::Acquire, number(0))]);
}

/// A number is created again for another account, with another address: its provider is told two
/// things, each under a key of its own.
#[test]
fn a_provider_is_told_two_things_of_one_number() {
    let mut coming = json!(in_service(9));
    coming["pvt_state"] = "port_in".into();
    let coming = NumberRecord::from_value(&coming).unwrap();
    let outside = ExternalEffect::new(std::slice::from_ref(&coming));
    outside.providers.already(&[coming]);
    let document = json!({"e911": address("118 NATOMA ST")});
    let create = Create::default().with_document(document.as_object().unwrap().clone());
    let options = Options::new(Actor::System).with_account(id("child"));
    let created = outside.service(None, now()).create([number(9).to_string()], &create, &options);
    assert!(created.unwrap().is_success());
    assert_eq!(outside.providers.street(number(9)).as_deref(), Some("118 NATOMA ST"));
}

/// A carrier never answers: an admin may give the number up, and all that is done with it.
#[test]
fn an_admin_gives_up_what_never_ends() {
    let outside = ExternalEffect::new(&[]);
    outside.fickle.lose(CarrierOrder::Acquire, number(1));
    let inventory = outside.service(None, now());
    let list = [number(0), number(1)].map(|number| number.to_string());
    let options = Options::new(id("reseller")).with_key("request-1".parse().unwrap());
    let together = options.with_all_or_nothing(true);
    assert!(!inventory.reserve(&list, &together).unwrap().is_success());
    let code = |abandoned: Result<Vec<PhoneNumber>, InventoryError>| abandoned.unwrap_err().kind();
    let admin = Options::new(Actor::System);
    assert_eq!(code(inventory.abandon(number(0), &admin)), Kind::Conflict, "somebody may be busy with it");
    let later = outside.service(None, later());
    assert_eq!(code(later.abandon(number(0), &options)), Kind::Forbidden);
    assert_eq!(code(later.abandon(number(2), &admin)), Kind::NotFound);

    let both = [number(0), number(1)];
    assert_eq!(later.abandon(number(0), &admin.with_dry_run(true)).unwrap(), both);
    assert!(outside.is_claimed());
    assert_eq!(later.abandon(number(0), &admin).unwrap(), both);
    assert!(both.into_iter().all(|number| outside.record(number).is_none()));
    // What the carrier sold it has sold, and who asks again is told that it was not done.
    assert_eq!(outside.orders(), [(CarrierOrder::Acquire, number(0))]);
    let again = later.reserve(&list, &together).unwrap();
    assert!(again.failed.values().all(|error| error.kind() == Kind::NotDone));
    assert!(later.reserve(&list[1..], &Options::new(id("reseller"))).unwrap().is_success());
    assert_eq!(code(later.abandon(number(1), &admin)), Kind::Conflict, "nothing is being done");
}

/// The carrier refuses to take a number back: emergency services know of it again.
#[test]
fn a_refused_release_leaves_the_address() {
    let outside = ExternalEffect::new(&[in_service(9)]);
    outside.providers.already(&[in_service(9)]);
    outside.carrier.fail_next(CarrierFault::Refuse);
    let inventory = outside.service(None, now());
    let options = Options::new(id("reseller"));
    let error = inventory.release([number(9).to_string()], &options).unwrap().single().unwrap_err();
    assert_eq!((error.kind(), &*error.message()), (Kind::ExternalFault, "fault by carrier"));
    assert_eq!(error.cause(), Some(number(9).to_string().into()));
    assert_eq!(outside.providers.street(number(9)).as_deref(), Some("116 NATOMA ST"));
    assert_eq!(outside.providers.name(number(9)).as_deref(), Some("Reseller"));
    let record = outside.record(number(9)).unwrap();
    assert_eq!((record.active(), record.state()), (in_service(9).active(), State::InService));
    // Asked again, it does.
    assert!(inventory.release([number(9).to_string()], &options).unwrap().is_success());
    assert_eq!(outside.providers.street(number(9)), None);
}

/// A number that is created with an address that is none leaves nothing behind.
#[test]
fn what_is_refused_leaves_nothing() {
    let outside = ExternalEffect::new(&[]);
    outside.providers.know_nothing();
    let create = Create::default().with_carrier("telnyx".parse().unwrap()).with_document(document());
    let refused =
        outside.service(None, now()).create([number(9).to_string()], &create, &Options::new(id("reseller")));
    assert_eq!(refused.unwrap().single().unwrap_err().kind(), Kind::Invalid);
    assert_eq!(outside.record(number(9)), None);
    assert_eq!(outside.providers.name(number(9)), None);
    // What happened is told all the same.
    let events = outside.store.events(0, 10).unwrap();
    assert_eq!(events.len(), 2);
}

/// Nobody knows whether the carrier sold it: the number stays locked, and the carrier is asked again
/// with the same key.
#[test]
fn a_lost_answer_is_asked_for_again() {
    let outside = ExternalEffect::new(&[]);
    outside.carrier.pass_next();
    outside.carrier.fail_next(CarrierFault::After);
    let inventory = outside.service(None, now());
    let options = Options::new(id("reseller"));
    let lost = inventory.reserve([number(0).to_string()], &options).unwrap().single().unwrap_err();
    assert_eq!(&*lost.message(), "fault by carrier");
    let other = Options::new(Actor::System).with_account(id("child"));
    let busy = inventory.reserve([number(0).to_string()], &other).unwrap().single().unwrap_err();
    assert_eq!((busy.kind(), &*busy.message()), (Kind::Conflict, "operation in progress"));
    assert_eq!(inventory.recover().unwrap().left, 1);
    assert_eq!(outside.service(None, later()).recover().unwrap().finished, 1);
    assert!(is_reserved(outside.record(number(0)).as_ref()));
    assert_eq!(outside.orders(), [(CarrierOrder::Acquire, number(0))]);
}

/// The next service does not have the carrier, which may have sold the number: it stays locked until one
/// has.
#[test]
fn what_a_carrier_may_have_sold_waits_for_it() {
    let outside = ExternalEffect::new(&[]);
    outside.carrier.pass_next();
    outside.carrier.fail_next(CarrierFault::After);
    let reserve =
        |service: Inventory| service.reserve([number(0).to_string()], &Options::new(id("reseller")));
    assert!(!reserve(outside.service(None, now())).unwrap().is_success());
    let without = Inventory::builder(Arc::<MemoryStore>::clone(&outside.store)).clock(later).build();
    let failed = without.recover().unwrap().failed;
    assert_eq!(failed[0].1.to_string(), "no carrier is called telnyx");
    assert!(outside.is_claimed());
    assert_eq!(outside.service(None, later()).recover().unwrap().finished, 1);
    assert!(is_reserved(outside.record(number(0)).as_ref()));
}
