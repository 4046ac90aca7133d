//! A random walk of all commands, with a carrier that records its orders, refuses, loses and answers late, and a
//! clock that jumps.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use telnum::PhoneNumber;
use telnum::account::{AccountId, Actor};
use telnum::feature::e911::E911Address;
use telnum::inventory::{Create, Options};
use telnum::lifecycle::State;
use telnum::names::{CarrierName, Feature, FeatureSet};
use telnum::policy::{LeaseTerms, Policy, Retention};
use telnum::porting::desk::PortDesk;
use telnum::porting::{FixedOffsets, NewPortRequest, PortRequestId, PortState, ScheduleOn};
use telnum::provider::AddressBook;
use telnum::record::{EventKind, NumberRecord, Update};
use telnum::store::{MemoryStore, PortQuery, Query, Store, StoreEvent};
use telnum::testing::{CarrierFault, CarrierOrder};

use super::{World, address, by, document, id, sixty_days, telnyx, world_with};

/// A generator of random numbers, the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        *list.get(self.below(list.len())).unwrap()
    }
}

/// Returns the states and owners of numbers according to the events.
fn replayed(store: &MemoryStore) -> BTreeMap<PhoneNumber, (State, Option<AccountId>)> {
    let (mut numbers, mut after) = (BTreeMap::new(), 0);
    loop {
        let events = store.events(after, 1_000).unwrap();
        let Some(last) = events.last() else { return numbers };
        after = last.sequence;
        for logged in &events {
            let StoreEvent::Number(event) = &logged.event else { continue };
            match &event.kind {
                EventKind::Created { state, owner } => {
                    numbers.insert(event.number, (*state, *owner));
                }
                EventKind::Transitioned { to, owner, .. } => {
                    numbers.insert(event.number, (*to, *owner));
                }
                EventKind::Removed => {
                    numbers.remove(&event.number);
                }
                _ => {}
            }
        }
    }
}

/// Makes one random command on a port request of `numbers`.
fn port_step(desk: &PortDesk, numbers: &[&str], random: &mut Random) {
    let port: PortRequestId = format!("p{}", random.below(12)).parse().unwrap();
    let system = Actor::System;
    let to = |state: PortState| drop(desk.transition(port, &state, None, system));
    match random.below(9) {
        0..=2 => {
            let account = id(random.of(&["reseller", "shop", "bakery", "stranger"]));
            let numbers: Map<_, _> = numbers.iter().map(|number| ((*number).to_owned(), json!({}))).collect();
            let document = document(&json!({"name": "Port", "numbers": numbers}));
            let new = NewPortRequest { id: port, account, port_authority: None, document };
            drop(desk.create(new, account.into()));
        }
        3 => to(PortState::Submitted),
        4 => to(PortState::Pending),
        5 => {
            let on = || ScheduleOn::new("-05:00", "2026-03-06 00:00");
            drop(desk.change(port, system, |request, ctx| request.schedule(on(), &FixedOffsets, None, ctx)));
        }
        6 => drop(desk.complete(port, system)),
        7 => to(PortState::Canceled),
        _ => drop(desk.remove(port, system)),
    }
}

/// Makes one random change of the features, the feature lists or the carrier of `number`.
fn update_step(world: &World, number: &str, options: &Options, random: &mut Random) {
    let system = by("system");
    let patch = |fields: Value| drop(world.inventory.patch([number], document(&fields), options));
    let update = |update: Update| drop(world.inventory.update([number], &update, &system));
    match random.below(7) {
        0 => patch(json!({"e911": address()})),
        1 => patch(json!({"e911": null, "prepend": null})),
        2 => patch(json!({"cnam": {"display_name": "Bakery Shop", "inbound_lookup": true}})),
        3 => patch(json!({"prepend": {"enabled": true, "name": "Sales"}, "note": random.below(3)})),
        4 => update(Update::default().with_denied_features(FeatureSet::from([Feature::Cnam]))),
        5 => update(Update::default().with_denied_features(None)),
        _ => {
            // The carrier of a number that was bought is changed together with the carrier's books only.
            let record = world.store.get(number.parse().unwrap()).unwrap();
            if record.is_some_and(|record| record.carrier() != telnyx()) {
                update(
                    Update::default().with_carrier(random.of(&[CarrierName::LOCAL, CarrierName::MANAGED])),
                );
            }
        }
    }
}

/// Makes one random command, fault or jump of the clock.
fn step(world: &World, random: &mut Random) {
    let all: Vec<String> = (0..10).map(|last| format!("+1212555015{last}")).collect();
    let number = all.get(random.below(all.len())).unwrap();
    let others = [number.as_str(), all.get(random.below(all.len())).unwrap().as_str()];
    let numbers = others.get(..=random.below(2)).unwrap();
    let names = ["master", "reseller", "shop", "bakery", "stranger"];
    let mut options = by(random.of(&names)).with_account(id(random.of(&names)));
    options = options.with_all_or_nothing(random.below(4) == 0);
    if random.below(8) == 0 {
        options = options.with_key(format!("key-{}", random.below(50)).parse().unwrap());
    }
    match random.below(6) {
        0 => world.carrier.fail_next(random.of(&[
            CarrierFault::Refuse,
            CarrierFault::LostRequest,
            CarrierFault::LostAnswer,
        ])),
        1 => world.carrier.pass_next(),
        _ => {}
    }
    let inventory = &world.inventory;
    match random.below(22) {
        16..=18 => port_step(&PortDesk::new(inventory.clone()), numbers, random),
        19..=21 => update_step(world, number, &options, random),
        0..=3 => drop(inventory.activate(numbers, &options)),
        4..=6 => drop(inventory.reserve(numbers, &options)),
        7..=9 => drop(inventory.release(numbers, &options)),
        10 => drop(inventory.delete(numbers, &options)),
        11 => {
            let to = random.of(&[State::PortOut, State::InService, State::Aging, State::Available]);
            drop(inventory.change_state(numbers, to, &options));
        }
        12 if random.below(2) == 0 => drop(inventory.port(numbers, &Create::default(), &options)),
        12 => drop(inventory.create(numbers, &Create::default(), &options)),
        13 => {
            let seconds = random.of(&[1, 30, 600, 3_600, 86_400, 5_000_000, -30, -86_400]);
            world.clock.pass(TimeDelta::seconds(seconds));
        }
        14 => drop(inventory.sweep()),
        _ => drop(inventory.recover()),
    }
}

/// Recovers until no record is claimed, and compares the orders, the events and the records.
fn settle(world: &World, policy: &Policy, seed: u64) {
    for _ in 0..100 {
        world.clock.pass(TimeDelta::minutes(2));
        world.inventory.recover().unwrap();
    }
    let desk = PortDesk::new(world.inventory.clone());
    desk.recover().unwrap();
    let ports = world.store.scan_port_requests(&PortQuery::default(), None, 1_000).unwrap().items;
    let locked = ports.iter().filter(|request| json!(&***request).get("pvt_completing").is_some());
    assert_eq!(locked.count(), 0, "seed {seed}, {policy:?}");
    let everything = world.store.scan(&Query::default(), None, 1_000).unwrap().items;
    let claimed = everything.iter().filter(|record| record.pending().is_some()).count();
    assert_eq!(claimed, 0, "seed {seed}, {policy:?}");

    let mut sold = BTreeSet::new();
    for (_, order, number) in world.carrier.orders() {
        match order {
            CarrierOrder::Acquire => assert!(sold.insert(number), "seed {seed}: {number} is sold twice"),
            CarrierOrder::Disconnect => assert!(sold.remove(&number), "seed {seed}: {number} is not sold"),
        }
    }
    let is_owned = |record: &&telnum::store::Stored<NumberRecord>| {
        let is_here = !matches!(record.state(), State::Discovery | State::PortIn | State::Deleted);
        is_here && !record.is_returned() && record.carrier() == telnyx()
    };
    let owned: BTreeSet<_> = everything.iter().filter(is_owned).map(|record| record.number()).collect();
    for number in sold.symmetric_difference(&owned) {
        let events = world.store.events(0, usize::MAX).unwrap();
        let of_number =
            events.iter().filter(|logged| logged.event.number().is_some_and(|event| event.number == *number));
        let history: Vec<_> = of_number.map(|logged| json!(logged).to_string()).collect();
        let orders: Vec<_> = world.carrier.orders().into_iter().filter(|order| order.2 == *number).collect();
        println!("{}\n{orders:?}", history.join("\n"));
    }
    assert_eq!(sold, owned, "seed {seed}, {policy:?}");

    let alive = |(_, (state, _)): &(PhoneNumber, (State, Option<AccountId>))| *state != State::Deleted;
    let stored = everything.iter().map(|record| (record.number(), (record.state(), record.owner())));
    let stored: BTreeMap<_, _> = stored.filter(alive).collect();
    let replayed: BTreeMap<_, _> = replayed(&world.store).into_iter().filter(alive).collect();
    assert_eq!(replayed, stored, "seed {seed}, {policy:?}");
}

/// Runs for `TELNUM_WALK_SECONDS` seconds, by default 10.
#[test]
fn orders_events_and_records_agree_after_a_random_walk() {
    let seconds = std::env::var("TELNUM_WALK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let end = Instant::now() + Duration::from_secs(seconds);
    let policies = [
        Policy::default(),
        Policy::default().with_disconnect_on_release(true).with_reservation(LeaseTerms::new(900)),
        Policy::default().with_ageing(sixty_days()).with_delete_on_release(true),
        Policy::default().with_ageing(sixty_days()).with_disconnect_on_release(true),
    ];
    let mut seed = 0;
    while Instant::now() < end || seed < 8 {
        let policy = policies[usize::try_from(seed).unwrap() % policies.len()].clone();
        let features = [Feature::E911, Feature::Cnam, Feature::Prepend, Feature::CarrierName];
        let policy = &policy.with_retention(Retention::UNLIMITED).with_allowed_features(features);
        let world = world_with(policy.clone(), |builder| {
            builder.e911(AddressBook::new([E911Address::from_value(address()).unwrap()]))
        });
        let mut random = Random(seed);
        for _ in 0..20 {
            for _ in 0..30 {
                step(&world, &mut random);
            }
            settle(&world, policy, seed);
        }
        seed += 1;
    }
}
