//! Permissions hold on every path to a number, regardless of the order of commands.
//!
//! The rules, by number; each test has the number of its rule in its name:
//!
//! | rule | |
//! |---|---|
//! | 1 | only permitted actors put a number in service; a number in `port_in` on no active port request is a placeholder, which does not prevent actors with permission from taking the number |
//! | 2 | the library determines the port authority of a request |
//! | 3 | an account that is disabled or does not exist has no permissions |
//! | 4 | a number of another account appears absent, or like one that no carrier sells |
//! | 5 | searches of one account do not displace those of another |
//! | 6 | a user's field cannot have the name of a field that the library sets |
//! | 7 | an idempotency key belongs to one request |

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clock;
mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use clock::Clock;
use common::rows;
use serde_json::{Map, Value, json};
use telnum::PhoneNumber;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::carrier::{Carrier, NumberSearch};
use telnum::inventory::{
    Create, ImportRow, Inventory, InventoryBuilder, InventoryError, InventoryErrorKind as Kind, Options,
    Outcome,
};
use telnum::lifecycle::State;
use telnum::names::CarrierName;
use telnum::policy::{Ageing, LeaseTerms, Policy, SubscriberClass};
use telnum::porting::desk::PortDesk;
use telnum::porting::{NewPortRequest, PortState, ScheduleOn, UnitedStates};
use telnum::record::{Refusal, Update};
use telnum::store::{MemoryStore, Store, StoreExt};
use telnum::testing::{CarrierFault, ScriptedCarrier};

const NUMBER: &str = "+12125550155";

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

fn actor(text: &str) -> Actor {
    text.parse().unwrap()
}

/// Returns a master account, its reseller, and the reseller's customers: one that may add numbers, two that
/// may not, and one that is disabled. The account `stranger` is in another tree.
fn accounts() -> AccountTree {
    let below = |name: &str, parent: &str| Account::new(id(name)).with_parent(id(parent));
    AccountTree::new([
        Account::new(id("master")).with_admin(true).with_may_add_numbers(true),
        below("reseller", "master").with_is_reseller(true).with_may_add_numbers(true),
        below("adder", "reseller").with_may_add_numbers(true),
        below("plain", "reseller"),
        below("sibling", "reseller"),
        below("closed", "reseller").with_may_add_numbers(true).with_enabled(false),
        Account::new(id("stranger")),
    ])
    .unwrap()
}

struct World {
    store: Arc<MemoryStore>,
    clock: Clock,
    inventory: Inventory,
    desk: PortDesk,
}

fn world_with(change: impl FnOnce(InventoryBuilder) -> InventoryBuilder) -> World {
    let (store, clock) = (Arc::new(MemoryStore::new()), Clock::default());
    let time = clock.clone();
    let builder = Inventory::builder(Arc::clone(&store)).accounts(accounts()).clock(move || time.now());
    let inventory = change(builder).build();
    World { store, clock, desk: PortDesk::new(inventory.clone()), inventory }
}

fn world() -> World {
    world_with(|builder| builder)
}

fn by(account: &str) -> Options {
    Options::new(actor(account))
}

fn document(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Returns the kind, the message and the cause of the only error of an outcome.
fn error(outcome: Result<Outcome, InventoryError>) -> (Kind, String, Option<Value>) {
    let error = outcome.and_then(Outcome::single).unwrap_err();
    (error.kind(), error.message().into(), error.cause())
}

/// A step of a walk: an actor's command on the number, for its own account or for `account`.
type Step = (&'static str, fn(&World, Actor, AccountId));

const STEPS: [Step; 22] = [
    ("create", |world, actor, account| create(world, actor, account, &Create::default())),
    ("create in service", |world, actor, account| create_in(world, actor, account, State::InService)),
    ("create reserved", |world, actor, account| create_in(world, actor, account, State::Reserved)),
    ("create available", |world, actor, account| create_in(world, actor, account, State::Available)),
    ("create ageing", |world, actor, account| create_in(world, actor, account, State::Aging)),
    ("create port_in", |world, actor, account| create_in(world, actor, account, State::PortIn)),
    ("create ported in", |world, actor, account| {
        create(world, actor, account, &Create::default().with_ported_in(true));
    }),
    ("create mobile", |world, actor, account| {
        create(world, actor, account, &Create::default().with_carrier(CarrierName::MDN));
    }),
    ("import", |world, actor, account| {
        let row = ImportRow::new(NUMBER, Create::default().with_ported_in(true));
        drop(world.inventory.import([row], &Options::new(actor).with_account(account)));
    }),
    ("port", |world, actor, account| {
        let options = Options::new(actor).with_account(account);
        drop(world.inventory.port([NUMBER], &Create::default(), &options));
    }),
    ("activate", |world, actor, account| {
        drop(world.inventory.activate([NUMBER], &Options::new(actor).with_account(account)));
    }),
    ("reserve", |world, actor, account| {
        drop(world.inventory.reserve([NUMBER], &Options::new(actor).with_account(account)));
    }),
    ("to in service", |world, actor, account| change_state(world, actor, account, State::InService)),
    ("to available", |world, actor, account| change_state(world, actor, account, State::Available)),
    ("to port_in", |world, actor, account| change_state(world, actor, account, State::PortIn)),
    ("release", |world, actor, account| {
        drop(world.inventory.release([NUMBER], &Options::new(actor).with_account(account)));
    }),
    ("set ported in", |world, actor, account| {
        let update = Update::default().with_ported_in(true);
        drop(world.inventory.update([NUMBER], &update, &Options::new(actor).with_account(account)));
    }),
    ("request a port", |world, actor, account| {
        let document = document(&json!({"name": "Port", "numbers": {NUMBER: {}}}));
        let id = "p1".parse().unwrap();
        let new = NewPortRequest { id, account, port_authority: None, document: document.clone() };
        if world.desk.create(new, actor).is_err() {
            let port_authority = actor.account();
            drop(world.desk.create(NewPortRequest { id, account, port_authority, document }, actor));
        }
        drop(world.desk.transition(id, &PortState::Submitted, None, actor));
    }),
    ("schedule the port", |world, actor, _| {
        let id = "p1".parse().unwrap();
        drop(world.desk.transition(id, &PortState::Pending, None, actor));
        let on = || ScheduleOn::new("US/Pacific", "2026-03-06 00:00");
        drop(world.desk.change(id, actor, |request, ctx| request.schedule(on(), &UnitedStates, None, ctx)));
    }),
    ("complete the port", |world, actor, _| drop(world.desk.complete("p1".parse().unwrap(), actor))),
    ("sweep", |world, _, _| drop(world.inventory.sweep())),
    ("a month and a sweep", |world, _, _| {
        world.clock.pass(TimeDelta::days(31));
        drop(world.inventory.sweep());
    }),
];

fn create(world: &World, actor: Actor, account: AccountId, create: &Create) {
    drop(world.inventory.create([NUMBER], create, &Options::new(actor).with_account(account)));
}

fn create_in(world: &World, actor: Actor, account: AccountId, state: State) {
    create(world, actor, account, &Create::default().with_state(state));
}

fn change_state(world: &World, actor: Actor, account: AccountId, to: State) {
    drop(world.inventory.change_state([NUMBER], to, &Options::new(actor).with_account(account)));
}

/// Walks every path of at most `length` steps by `actors` for `targets`. Returns the first path that puts the
/// number in service, if any. A path is not continued if a shorter one led to the same state.
fn arrives(actors: &[&str], targets: &[&str], length: usize, policy: &Policy) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut paths = vec![Vec::<(&Step, &str, &str)>::new()];
    for _ in 0..length {
        let mut longer = Vec::new();
        for path in &paths {
            for step in &STEPS {
                for actor in actors {
                    for target in targets {
                        let mut path = path.clone();
                        path.push((step, actor, target));
                        let world = world_with(|builder| builder.policy(policy.clone()));
                        for ((_, act), who, target) in &path {
                            act(&world, who.parse().unwrap(), id(target));
                        }
                        let record = world.store.get(number()).unwrap();
                        if record.as_ref().is_some_and(|record| record.state() == State::InService) {
                            let name = |((name, _), who, target): &(&Step, &str, &str)| {
                                format!("{name} by {who} for {target}")
                            };
                            return Some(path.iter().map(name).collect());
                        }
                        let port = world.store.port_request("p1".parse().unwrap()).unwrap();
                        let port = port.map(|port| (port.state().to_string(), port.account()));
                        let reached = format!("{} {port:?}", json!(record.as_deref()));
                        if seen.insert(reached) {
                            longer.push(path);
                        }
                    }
                }
            }
        }
        paths = longer;
    }
    None
}

fn number() -> PhoneNumber {
    NUMBER.parse().unwrap()
}

#[test]
fn item_1_only_permitted_actors_put_a_number_in_service() {
    let policies = [
        Policy::default(),
        Policy::default()
            .with_ageing(Ageing::new(SubscriberClass::Residential, 60).unwrap())
            .with_reservation(LeaseTerms::new(900)),
        Policy::default().with_disconnect_on_release(true).with_port_in_carrier(CarrierName::MANAGED),
    ];
    for policy in &policies {
        for name in ["master", "reseller", "adder", "system"] {
            let target = if name == "system" { "adder" } else { name };
            assert!(arrives(&[name], &[target], 1, policy).is_some(), "{name}");
        }
        // An account that may add numbers adds them for an account below it that may not.
        assert!(arrives(&["reseller"], &["plain"], 1, policy).is_some());
        for name in ["plain", "sibling", "stranger", "closed", "nobody"] {
            assert_eq!(arrives(&[name], &[name], 4, policy), None, "{name}");
            assert_eq!(arrives(&[name], &["plain", "adder"], 3, policy), None, "{name}");
        }
        let together = ["plain", "sibling", "stranger", "closed"];
        assert_eq!(arrives(&together, &["plain", "sibling"], 3, policy), None);
    }
}

#[test]
fn item_1_a_completed_port_request_puts_a_number_in_service() {
    let world = world();
    let steps =
        [("request a port", "plain"), ("schedule the port", "reseller"), ("complete the port", "reseller")];
    for (name, who) in steps {
        let (_, act) = STEPS.iter().find(|(step, _)| *step == name).unwrap();
        act(&world, actor(who), id("plain"));
    }
    let record = world.store.get(number()).unwrap().unwrap();
    assert_eq!(
        (record.state(), record.owner(), record.ported_in()),
        (State::InService, Some(id("plain")), true)
    );
}

#[test]
fn item_1_the_port_authority_puts_a_number_in_service_that_its_owner_may_not() {
    let world = world();
    world.inventory.port([NUMBER], &Create::default(), &by("plain")).unwrap().single().unwrap();
    let (_, request) = STEPS.iter().find(|(step, _)| *step == "request a port").unwrap();
    request(&world, actor("plain"), id("plain"));
    assert_eq!(error(world.inventory.activate([NUMBER], &by("plain"))).0, Kind::Forbidden);
    let options = by("reseller").with_account(id("plain"));
    let record = world.inventory.activate([NUMBER], &options).unwrap().single().unwrap();
    assert_eq!((record.state(), record.owner()), (State::InService, Some(id("plain"))));
}

#[test]
fn item_1_a_placeholder_does_not_keep_permitted_actors_from_the_number() {
    let telnyx = || ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(number(), 1);
    for takes in [
        (|inventory: &Inventory| inventory.create([NUMBER], &Create::default(), &by("adder"))) as fn(&_) -> _,
        |inventory| inventory.activate([NUMBER], &by("adder")),
        |inventory| inventory.reserve([NUMBER], &by("adder")),
        |inventory| inventory.activate([NUMBER], &by("stranger")),
    ] {
        let world = world_with(|builder| builder.carrier(telnyx()));
        let note = Create::default().with_document(document(&json!({"note": "plain's"})));
        world.inventory.port([NUMBER], &note, &by("plain")).unwrap().single().unwrap();
        let taken = takes(&world.inventory).unwrap().single().unwrap();
        assert!(taken.owner() != Some(id("plain")) && taken.custom().is_none(), "{taken:?}");
    }
    // An active port request keeps others from the number.
    let world = world();
    world.inventory.port([NUMBER], &Create::default(), &by("plain")).unwrap().single().unwrap();
    let (_, request) = STEPS.iter().find(|(step, _)| *step == "request a port").unwrap();
    request(&world, actor("plain"), id("plain"));
    assert_eq!(
        error(world.inventory.create([NUMBER], &Create::default(), &by("adder"))).0,
        Kind::NumberIsPorting
    );
}

#[test]
fn item_1_placeholders_expire_and_are_limited() {
    let world = world_with(|builder| builder.policy(Policy::default().with_max_port_in(2)));
    let numbers = ["+12125550155", "+12125550156", "+12125550157"];
    let noted = world.inventory.port(numbers, &Create::default(), &by("plain")).unwrap();
    assert_eq!((noted.succeeded.len(), noted.failed.len()), (2, 1));
    let refusal = world.inventory.port(["+12125550158"], &Create::default(), &by("plain"));
    assert_eq!(error(refusal).2, Some(json!("at most 2 numbers in port_in")));

    let (_, request) = STEPS.iter().find(|(step, _)| *step == "request a port").unwrap();
    request(&world, actor("plain"), id("plain"));
    world.clock.pass(TimeDelta::days(29));
    assert_eq!(world.inventory.sweep().unwrap().forgotten, 0);
    world.clock.pass(TimeDelta::days(1));
    // The first number is on a port request, so it stays.
    assert_eq!(world.inventory.sweep().unwrap().forgotten, 1);
    let left = world.inventory.get(numbers, &by("plain")).unwrap();
    assert_eq!(left.succeeded.keys().copied().collect::<Vec<_>>(), [number()]);
}

#[test]
fn item_2_the_library_finds_the_port_authority() {
    for [account, who, asked, expected] in rows(include_str!("data/rights/port_authority.tsv")) {
        let world = world();
        let port_authority = Some(asked).filter(|asked| *asked != "-").map(id);
        let document = document(&json!({"name": "Port", "numbers": {NUMBER: {}}}));
        let new =
            NewPortRequest { id: "p1".parse().unwrap(), account: id(account), port_authority, document };
        let found = match world.desk.create(new, actor(who)) {
            Ok(request) => request.port_authority().map_or("none".to_owned(), |found| found.to_string()),
            Err(_) => "refused".to_owned(),
        };
        assert_eq!(found, expected, "{account} by {who} asks for {asked}");
    }
}

#[test]
fn item_3_disabled_or_unknown_accounts_have_no_permissions() {
    let world = world();
    let free = Create::default().with_state(State::Available);
    world.inventory.create(["+12125550101"], &free, &by("system")).unwrap().single().unwrap();
    let own = by("system").with_account(id("closed"));
    world.inventory.create(["+12125550102"], &Create::default(), &own).unwrap().single().unwrap();
    let causes = [("closed", "account closed is disabled"), ("nobody", "account nobody does not exist")];
    for (name, cause) in causes {
        let inventory = &world.inventory;
        let options = by(name);
        let calls = [
            inventory.create([NUMBER], &Create::default(), &options),
            inventory.port([NUMBER], &Create::default(), &options),
            inventory.activate(["+12125550101"], &options),
            inventory.reserve(["+12125550101"], &options),
            inventory.release(["+12125550102"], &options),
            inventory.patch(["+12125550102"], document(&json!({"a": 1})), &options),
            inventory.change_state(["+12125550102"], State::PortOut, &options),
            inventory.delete(["+12125550102"], &options),
            inventory.get(["+12125550101"], &options),
            inventory.get(["+12125550102"], &options),
            inventory.fix(["+12125550102"], None, &options),
        ];
        for (place, call) in calls.into_iter().enumerate() {
            let (kind, _, found) = error(call);
            assert_eq!((kind, found), (Kind::Forbidden, Some(json!(cause))), "{name}, call {place}");
        }
        let search = NumberSearch::new("+1212".parse().unwrap());
        let refusals = [
            inventory.search(&search, &options).err(),
            inventory.check([NUMBER], &options).err(),
            inventory.identify("+12125550102", &options).err(),
            inventory.carriers_info(&options).err(),
        ];
        assert!(refusals.iter().all(|error| error.as_ref().unwrap().cause() == Some(json!(cause))));
    }
    // A receipt of a time when the account was enabled answers nobody.
    let key = by("adder").with_key("k".parse().unwrap());
    world.inventory.create(["+12125550103"], &Create::default(), &key).unwrap().single().unwrap();
    let mut later = accounts();
    later.insert(Account::new(id("adder")).with_parent(id("reseller")).with_enabled(false)).unwrap();
    let later = Inventory::builder(Arc::clone(&world.store)).accounts(later).build();
    let (kind, _, found) = error(later.create(["+12125550103"], &Create::default(), &key));
    assert_eq!((kind, found), (Kind::Forbidden, Some(json!("account adder is disabled"))));
    let ended = world.inventory.get(["+12125550102"], &by("reseller")).unwrap().single().unwrap();
    assert_eq!(ended.state(), State::InService);
}

#[test]
fn item_4_numbers_of_another_account_appear_absent() {
    let absent = "+12125550199";
    for state in [State::InService, State::Reserved, State::PortOut, State::PortIn] {
        let world = world_with(|builder| {
            builder.carrier(ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(number(), 1))
        });
        let own = by("system").with_account(id("adder"));
        let first = if state == State::PortOut { State::InService } else { state };
        let create = Create::default().with_state(first);
        world.inventory.create([NUMBER], &create, &own).unwrap().single().unwrap();
        if state == State::PortOut {
            world.inventory.change_state([NUMBER], state, &own).unwrap().single().unwrap();
        }
        if state == State::PortIn {
            let (_, request) = STEPS.iter().find(|(step, _)| *step == "request a port").unwrap();
            request(&world, actor("adder"), id("adder"));
        }
        let inventory = &world.inventory;
        for dry_run in [false, true] {
            let calls = |number: &'static str, options: &Options| {
                let options = &options.with_dry_run(dry_run);
                [
                    inventory.get([number], options),
                    inventory.activate([number], options),
                    inventory.reserve([number], options),
                    inventory.change_state([number], State::InService, options),
                    inventory.change_state([number], State::PortOut, options),
                    inventory.release([number], options),
                    inventory.patch([number], Map::new(), options),
                    inventory.update([number], &Update::default().with_used_by("app"), options),
                    inventory.fix([number], None, options),
                    inventory.delete([number], options),
                    inventory.extend_lease([number], world.clock.now(), options),
                    inventory.create([number], &Create::default(), options),
                ]
            };
            for who in ["sibling", "stranger"] {
                let found = calls(NUMBER, &by(who)).map(error);
                let expected = calls(absent, &by(who)).map(error);
                for (place, (found, expected)) in found.into_iter().zip(expected).enumerate() {
                    // Every actor learns that a number is on a port request.
                    if state == State::PortIn && found.0 == Kind::NumberIsPorting {
                        continue;
                    }
                    let expected = (expected.0, expected.1.replace(absent, NUMBER), expected.2);
                    let expected = (
                        expected.0,
                        expected.1,
                        expected.2.map(|cause| if cause == json!(absent) { json!(NUMBER) } else { cause }),
                    );
                    assert_eq!(found, expected, "{state}, call {place} by {who}, dry run {dry_run}");
                }
                let both = inventory.activate([NUMBER, absent], &by(who).with_dry_run(dry_run)).unwrap();
                let kinds: Vec<_> = both.failed.values().map(InventoryError::kind).collect();
                let is_porting = state == State::PortIn;
                assert!(is_porting || kinds == [Kind::NotFound, Kind::NotFound], "{state}: {kinds:?}");
                let port = inventory.port([NUMBER], &Create::default(), &by(who).with_dry_run(dry_run));
                let port = error(port).0;
                assert!(port == Kind::NotFound || is_porting && port == Kind::NumberIsPorting, "{port:?}");
            }
            // An admin sees the number.
            let admin = by("master").with_account(id("adder")).with_dry_run(true);
            let told = inventory.reserve([NUMBER], &admin).unwrap().single();
            assert!(told.is_ok() || told.unwrap_err().kind() != Kind::NotFound, "{state}");
        }
    }
}

#[test]
fn item_5_searches_of_one_account_do_not_displace_those_of_others() {
    let world = world();
    let search = NumberSearch::new("+1212".parse().unwrap());
    let page = world.inventory.search(&search, &by("plain")).unwrap();
    for _ in 0..2_000 {
        world.inventory.search(&search, &by("adder")).unwrap();
    }
    assert!(world.inventory.search_page(page.id, 0, 10, &by("plain")).is_some());
}

#[test]
fn item_6_fields_named_like_private_fields_are_refused() {
    for [name, expected] in rows(include_str!("data/rights/own_fields.tsv")) {
        let world = world();
        let fields = document(&json!({name: "mine"}));
        let created = Create::default().with_document(fields.clone());
        let created = world.inventory.create([NUMBER], &created, &by("adder")).unwrap().single();
        world.inventory.create(["+12125550156"], &Create::default(), &by("adder")).unwrap().single().unwrap();
        let patched = world.inventory.patch(["+12125550156"], fields.clone(), &by("adder")).unwrap().single();
        let replaced = world.inventory.replace(["+12125550156"], fields, &by("adder")).unwrap().single();
        for result in [created, patched, replaced] {
            match (result, expected) {
                (Ok(record), "kept") => assert_eq!(record.custom().unwrap()[name], "mine"),
                (Err(InventoryError::Refused(Refusal::Invalid(error))), "refused") => {
                    assert_eq!(error.path(), name);
                }
                (result, _) => assert_eq!(None, Some(name), "{result:?}"),
            }
        }
    }
}

#[test]
fn item_7_a_request_key_cannot_be_used_for_another_request() {
    let world = world();
    let keyed = by("adder").with_key("order-7".parse().unwrap());
    let create = |text: &str| Create::default().with_document(document(&json!({"note": text})));
    world.inventory.create([NUMBER], &create("one"), &keyed).unwrap().single().unwrap();
    world.inventory.create([NUMBER], &create("one"), &keyed).unwrap().single().unwrap();
    let reused = world.inventory.create([NUMBER], &create("two"), &keyed).unwrap_err();
    assert_eq!(reused.kind(), Kind::Conflict);
}

#[test]
fn item_1_a_placeholder_of_another_account_stays_with_an_account_that_may_not_add_numbers() {
    let world = world();
    let note = Create::default().with_document(document(&json!({"note": "plain's"})));
    world.inventory.port([NUMBER], &note, &by("plain")).unwrap().single().unwrap();
    for who in ["sibling", "stranger"] {
        assert_eq!(error(world.inventory.port([NUMBER], &Create::default(), &by(who))).0, Kind::NotFound);
    }
    let left = world.inventory.get([NUMBER], &by("plain")).unwrap().single().unwrap();
    assert_eq!(left.custom().unwrap()["note"], "plain's");
}

#[test]
fn item_1_a_placeholder_of_another_account_blocks_no_port_request() {
    let world = world();
    let note = Create::default().with_document(document(&json!({"note": "stranger's"})));
    world.inventory.port([NUMBER], &note, &by("stranger")).unwrap().single().unwrap();
    for (name, who) in
        [("request a port", "plain"), ("schedule the port", "reseller"), ("complete the port", "reseller")]
    {
        let (_, act) = STEPS.iter().find(|(step, _)| *step == name).unwrap();
        act(&world, actor(who), id("plain"));
    }
    let record = world.store.get(number()).unwrap().unwrap();
    assert_eq!((record.state(), record.owner()), (State::InService, Some(id("plain"))));
    assert!(record.custom().is_none_or(|custom| !custom.contains_key("note")));
}

#[test]
fn item_4_a_call_does_not_disclose_the_owner_of_a_number() {
    let world = world();
    world.inventory.create([NUMBER], &Create::default(), &by("adder")).unwrap().single().unwrap();
    let document = document(&json!({"name": "Port", "numbers": {"+12125550156": {}}}));
    let new =
        NewPortRequest { id: "p2".parse().unwrap(), account: id("plain"), port_authority: None, document };
    world.desk.create(new, actor("plain")).unwrap();
    let told = |number: &str, who: &str| {
        world
            .inventory
            .identify(number, &by(who))
            .map_or_else(|error| format!("{:?}", error.kind()), |_| "told".into())
    };
    for who in ["adder", "reseller", "master", "system"] {
        assert_eq!(told(NUMBER, who), "told", "{who}");
    }
    for who in ["plain", "reseller", "master", "system"] {
        assert_eq!(told("+12125550156", who), "told", "{who}");
    }
    let absent = told("+12125550199", "sibling");
    for who in ["sibling", "stranger"] {
        assert_eq!(told(NUMBER, who), absent, "{who}");
        assert_eq!(told("+12125550156", who), absent, "{who}");
    }
}

#[test]
fn item_4_a_creation_is_refused_like_the_purchase_of_a_number_that_no_carrier_sells() {
    let rival = || {
        let mut accounts = accounts();
        accounts.insert(Account::new(id("rival")).with_may_add_numbers(true)).unwrap();
        accounts
    };
    let carrier = Arc::new(ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(number(), 1));
    let shared: Arc<dyn Carrier> = Arc::<ScriptedCarrier>::clone(&carrier);
    let world = world_with(|builder| builder.accounts(rival()).carrier(shared));
    let create = |number: &'static str, who: &str, dry_run: bool| {
        let outcome = world.inventory.create([number], &Create::default(), &by(who).with_dry_run(dry_run));
        error(outcome)
    };
    // The answer of the carrier is lost: the number is being bought.
    carrier.pass_next();
    carrier.fail_next(CarrierFault::LostAnswer);
    assert!(!world.inventory.activate([NUMBER], &by("adder")).unwrap().is_success());
    for is_bought in [false, true] {
        if is_bought {
            world.clock.pass(TimeDelta::minutes(2));
            assert_eq!(world.inventory.recover().unwrap().finished, 1);
        }
        let unsold = error(world.inventory.activate(["+12125550199"], &by("rival")));
        for dry_run in [false, true] {
            let found = create(NUMBER, "rival", dry_run);
            assert_eq!((found.0, found.1), (unsold.0, unsold.1.replace("+12125550199", NUMBER)));
            let bought = error(world.inventory.activate([NUMBER], &by("rival").with_dry_run(dry_run)));
            assert_eq!(bought.0, unsold.0);
            let both = world.inventory.create(
                [NUMBER, "+12125550177"],
                &Create::default(),
                &by("rival").with_dry_run(true),
            );
            assert_eq!(
                both.unwrap().failed.values().map(InventoryError::kind).collect::<Vec<_>>(),
                [unsold.0]
            );
            // The owner's side and admins learn more.
            let expected = if is_bought { Kind::NumberExists } else { Kind::Conflict };
            for who in ["adder", "reseller", "master"] {
                assert_eq!(create(NUMBER, who, dry_run).0, expected, "{who}");
            }
        }
        let row = || [ImportRow::new(NUMBER, Create::default())];
        let imported = world.inventory.import(row(), &by("rival")).unwrap();
        assert_eq!(imported.failed[0].1.kind(), unsold.0);
        let imported = world.inventory.import(row(), &by("adder")).unwrap();
        assert_eq!(imported.failed[0].1.kind(), Kind::NumberExists);
        // A port request of another account.
        let request = |account: &str| {
            let document = document(&json!({"name": "Port", "numbers": {NUMBER: {}}}));
            let new = NewPortRequest {
                id: "p1".parse().unwrap(),
                account: id(account),
                port_authority: None,
                document,
            };
            world.desk.create(new, actor(account)).unwrap_err().to_string()
        };
        assert_eq!(request("rival"), format!("number {NUMBER}: cannot be ported in"));
        if is_bought {
            assert_eq!(request("adder"), format!("number {NUMBER}: already in the inventory, with an owner"));
        }
    }
}

#[test]
fn item_1_numbers_on_port_requests_do_not_count_as_placeholders() {
    let world = world_with(|builder| builder.policy(Policy::default().with_max_port_in(2)));
    let numbers = ["+12125550155", "+12125550156", "+12125550157", "+12125550158"];
    let port = |number: &'static str| {
        world.inventory.port([number], &Create::default(), &by("plain")).unwrap().is_success()
    };
    assert!(port(numbers[0]) && port(numbers[1]) && !port(numbers[2]));
    let document = document(&json!({"name": "Port", "numbers": {numbers[0]: {}, numbers[1]: {}}}));
    let new =
        NewPortRequest { id: "p1".parse().unwrap(), account: id("plain"), port_authority: None, document };
    world.desk.create(new, actor("plain")).unwrap();
    assert!(port(numbers[2]) && port(numbers[3]) && !port("+12125550159"));
}

/// The data name the pool from which a managed number is sold.
#[test]
fn item_1_only_admins_set_the_data_of_a_carrier() {
    let world = world();
    let data = || Create::default().with_carrier_data(json!({"pool": "adder"}));
    for create in [data(), data().with_ported_in(true)] {
        let (kind, ..) = error(world.inventory.create([NUMBER], &create, &by("adder")));
        assert_eq!(kind, Kind::Forbidden);
        let row = ImportRow::new(NUMBER, create);
        let report = world.inventory.import([row], &by("adder")).unwrap();
        assert_eq!((report.imported, report.failed[0].1.kind()), (0, Kind::Forbidden));
    }
    let local = Create::default().with_carrier(CarrierName::LOCAL);
    world.inventory.create([NUMBER], &local, &by("adder")).unwrap().single().unwrap();
    let update = Update::default().with_carrier_data(json!({"pool": "adder"}));
    let (kind, ..) = error(world.inventory.update([NUMBER], &update, &by("adder")));
    assert_eq!(kind, Kind::Forbidden);
    world
        .inventory
        .update([NUMBER], &update, &by("system").with_account(id("adder")))
        .unwrap()
        .single()
        .unwrap();
}

/// An import is no way around the rules for a placeholder.
#[test]
fn item_1_a_placeholder_does_not_prevent_an_import() {
    let world = world();
    world.inventory.port([NUMBER], &Create::default(), &by("plain")).unwrap().single().unwrap();
    let row = || ImportRow::new(NUMBER, Create::default());
    let report = world.inventory.import([row()], &by("sibling")).unwrap();
    assert_eq!(report.imported, 0);
    for options in [by("adder").with_dry_run(true), by("adder")] {
        let report = world.inventory.import([row()], &options).unwrap();
        assert_eq!((report.imported, report.failed.len()), (1, 0), "{:?}", report.failed);
    }
    let record = world.store.get(NUMBER.parse().unwrap()).unwrap().unwrap();
    assert_eq!((record.state(), record.owner()), (State::InService, Some(id("adder"))));
}
