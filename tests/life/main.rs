//! No number stays bought or blocked for ever. The module `walk` is a random walk of all
//! commands with a carrier that records its orders.
//!
//! The rules, by number; each test has the number of its rule in its name:
//!
//! | rule | |
//! |---|---|
//! | 8 | a number that was in service rests before another account can have it, whoever carries it, and however it left service |
//! | 9 | the end of a reservation restores the state before it, and a reservation that has ended blocks nobody |
//! | 10 | a number is reserved or in service only while its carrier counts it as sold to the service |
//! | 11 | a number is bought once |
//! | 12 | numbers of other accounts are not offered |
//! | 13 | a carrier that is not known is refused by name |
//! | 14 | a setting is removed when a change of owner, carrier, list or application takes its permission |
//! | 15 | five settings decide whether a call between two numbers of the service goes out to a carrier |
//! | 16 | no document removes an address that it does not name |
//! | 17 | 988, 933 and the toll-free codes have rules of their own |
//! | 18 | a time that a wrong clock has set in the future blocks nothing |
//! | 19 | errors name the number, times are set, and guesses are reported |

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../clock/mod.rs"]
mod clock;
#[path = "../common/mod.rs"]
mod common;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use telnum::PhoneNumber;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::carrier::{Availability, Carrier, NumberSearch};
use telnum::classify::Classifiers;
use telnum::feature::e911::E911Address;
use telnum::inventory::{
    Create, ImportRow, Inventory, InventoryBuilder, InventoryErrorKind as Kind, Options,
};
use telnum::lifecycle::State;
use telnum::names::{CarrierName, Feature, FeatureSet};
use telnum::policy::{Ageing, LeaseTerms, OutboundRules, Policy, SubscriberClass};
use telnum::porting::NewPortRequest;
use telnum::porting::desk::PortDesk;
use telnum::provider::AddressBook;
use telnum::record::{Context, NumberRecord, Update};
use telnum::store::{Change, Expect, MemoryStore, Store};
use telnum::testing::{CarrierFault, CarrierOrder, ScriptedCarrier};

use self::clock::Clock;
use self::common::rows;

const NUMBER: &str = "+12125550155";

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

fn number() -> PhoneNumber {
    NUMBER.parse().unwrap()
}

fn telnyx() -> CarrierName {
    "telnyx".parse().unwrap()
}

fn accounts() -> AccountTree {
    let below = |name: &str, parent: &str| Account::new(id(name)).with_parent(id(parent));
    AccountTree::new([
        Account::new(id("master")).with_admin(true).with_may_add_numbers(true),
        below("reseller", "master").with_is_reseller(true).with_may_add_numbers(true),
        below("shop", "reseller").with_may_add_numbers(true).with_name("Shop"),
        below("bakery", "reseller").with_may_add_numbers(true),
        Account::new(id("stranger")).with_may_add_numbers(true),
    ])
    .unwrap()
}

struct World {
    store: Arc<MemoryStore>,
    clock: Clock,
    carrier: Arc<ScriptedCarrier>,
    inventory: Inventory,
}

impl World {
    fn state(&self) -> String {
        let record = self.store.get(number()).unwrap();
        record.map_or("-".to_owned(), |record| record.state().to_string())
    }

    fn put(&self, document: &Value) {
        let mut record =
            json!({"id": NUMBER, "pvt_created": 63_000_000_000_u64, "pvt_modified": 63_000_000_000_u64});
        record.as_object_mut().unwrap().extend(document.as_object().unwrap().clone());
        let record = NumberRecord::from_value(&record).unwrap();
        self.store.commit(Change::put(record, Expect::Absent).into()).unwrap();
    }

    fn orders(&self) -> Vec<CarrierOrder> {
        self.carrier.orders().into_iter().map(|(_, order, _)| order).collect()
    }
}

fn world_with(policy: Policy, change: impl FnOnce(InventoryBuilder) -> InventoryBuilder) -> World {
    let (store, clock) = (Arc::new(MemoryStore::new()), Clock::default());
    let carrier = Arc::new(ScriptedCarrier::new(telnyx()).with_block("+12125550150".parse().unwrap(), 10));
    let shared: Arc<dyn Carrier> = Arc::<ScriptedCarrier>::clone(&carrier);
    let time = clock.clone();
    let builder = Inventory::builder(Arc::clone(&store))
        .accounts(accounts())
        .policy(policy)
        .clock(move || time.now())
        .carrier(shared);
    World { store, clock, carrier, inventory: change(builder).build() }
}

fn world(policy: Policy) -> World {
    world_with(policy, |builder| builder)
}

fn by(account: &str) -> Options {
    Options::new(account.parse::<Actor>().unwrap())
}

fn document(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn sixty_days() -> Ageing {
    Ageing::new(SubscriberClass::Residential, 60).unwrap()
}

fn free() -> Create {
    Create::default().with_state(State::Available)
}

#[test]
fn item_8_every_number_that_was_in_service_rests() {
    for [carrier, days, is_deleted, released, later, last] in rows(include_str!("../data/life/ageing.tsv")) {
        let ageing = (days != "-").then(sixty_days);
        let world = world(Policy::default().with_ageing(ageing).with_delete_on_release(is_deleted == "yes"));
        let case = format!("{carrier}, ageing {days}, deleted {is_deleted}");
        let create = Create::default().with_carrier(carrier.parse().unwrap());
        let own = by("shop").with_mdn_run(carrier == "mdn");
        let system = by("system").with_account(id("shop"));
        world.inventory.create([NUMBER], &create, &system).unwrap().single().unwrap();
        // Telnyx has already sold the number.
        let acquired =
            world.carrier.acquire(&world.store.get(number()).unwrap().unwrap(), "seed".parse().unwrap());
        acquired.unwrap();
        world.inventory.release([NUMBER], &own).unwrap().single().unwrap();
        assert_eq!(world.state(), released, "{case}");

        let by_others = || {
            let create =
                world.inventory.create([NUMBER], &Create::default(), &by("bakery").with_dry_run(true));
            let bought = world.inventory.activate([NUMBER], &by("bakery").with_dry_run(true));
            [create, bought].map(|outcome| outcome.unwrap().single().map_err(|error| error.kind()))
        };
        if ageing.is_some() {
            let refused = by_others();
            assert!(refused.iter().all(Result::is_err), "{case}: {refused:?}");
            let back = world.inventory.create([NUMBER], &Create::default(), &by("shop").with_dry_run(true));
            assert!(back.unwrap().is_success(), "{case}: the previous owner has it back");
        }
        world.clock.pass(TimeDelta::days(30));
        world.inventory.sweep().unwrap();
        assert_eq!(world.state(), later, "{case}");
        world.clock.pass(TimeDelta::days(31));
        world.inventory.sweep().unwrap();
        // The next sweep removes a deleted number.
        world.inventory.sweep().unwrap();
        assert_eq!(world.state(), last, "{case}");
        assert!(by_others()[0].is_ok(), "{case}");
    }
}

#[test]
fn item_8_a_placeholder_does_not_make_an_account_the_previous_owner() {
    let world = world(Policy::default().with_ageing(sixty_days()));
    world.inventory.create([NUMBER], &Create::default(), &by("shop")).unwrap().single().unwrap();
    world.inventory.delete([NUMBER], &by("master")).unwrap().single().unwrap();
    world.inventory.port([NUMBER], &Create::default(), &by("bakery")).unwrap().single().unwrap();
    world.inventory.release([NUMBER], &by("bakery")).unwrap().single().unwrap();
    let refused = world.inventory.create([NUMBER], &Create::default(), &by("bakery")).unwrap().single();
    assert_eq!(refused.unwrap_err().kind(), Kind::InvalidTransition);
    let back = world.inventory.create([NUMBER], &Create::default(), &by("shop").with_dry_run(true));
    assert!(back.unwrap().is_success(), "the previous owner has it back");
}

#[test]
fn item_8_a_placeholder_of_another_account_does_not_end_the_rest() {
    let world = world(Policy::default().with_ageing(sixty_days()));
    world.inventory.activate([NUMBER], &by("shop")).unwrap().single().unwrap();
    world.inventory.delete([NUMBER], &by("master")).unwrap().single().unwrap();
    let activate = |who: &str| world.inventory.activate([NUMBER], &by(who)).unwrap().single();
    assert_eq!(activate("bakery").unwrap_err().kind(), Kind::InvalidTransition);
    world.inventory.port([NUMBER], &Create::default(), &by("stranger")).unwrap().single().unwrap();
    assert_eq!(activate("bakery").unwrap_err().kind(), Kind::InvalidTransition);
    assert!(activate("shop").is_ok(), "the previous owner has it back");
}

#[test]
fn item_8_a_purchase_that_fails_does_not_end_the_rest() {
    let world = world(Policy::default().with_ageing(sixty_days()));
    world.inventory.activate([NUMBER], &by("shop")).unwrap().single().unwrap();
    world.inventory.delete([NUMBER], &by("master")).unwrap().single().unwrap();
    let activate = |who: &str| world.inventory.activate([NUMBER], &by(who)).unwrap().single();
    world.carrier.pass_next();
    world.carrier.fail_next(CarrierFault::Refuse);
    assert_eq!(activate("shop").unwrap_err().kind(), Kind::ExternalFault);
    assert_eq!(activate("bakery").unwrap_err().kind(), Kind::InvalidTransition);
    // A reservation of the previous owner does not end it either.
    world.inventory.reserve([NUMBER], &by("shop")).unwrap().single().unwrap();
    world.inventory.release([NUMBER], &by("shop")).unwrap().single().unwrap();
    assert_eq!(activate("bakery").unwrap_err().kind(), Kind::InvalidTransition);
}

#[test]
fn item_8_without_a_policy_an_ageing_number_rests_for_90_days() {
    let world = world(Policy::default());
    world.put(&json!({"pvt_state": "aging", "pvt_module_name": "knm_telnyx",
        "pvt_disconnected_at": world.clock.now().gregorian()}));
    let refused = world.inventory.activate([NUMBER], &by("shop")).unwrap().single().unwrap_err();
    assert_eq!(refused.kind(), Kind::InvalidTransition);
    world.clock.pass(TimeDelta::days(90));
    assert!(world.inventory.activate([NUMBER], &by("shop")).unwrap().is_success());
}

#[test]
fn item_8_a_disconnection_with_a_future_time_rests_from_now() {
    for is_deleted in [false, true] {
        let world = world(Policy::default().with_ageing(sixty_days()));
        let create = Create::default().with_carrier("telnyx".parse().unwrap());
        let system = by("system").with_account(id("shop"));
        world.inventory.create([NUMBER], &create, &system).unwrap().single().unwrap();
        let seed = world.store.get(number()).unwrap().unwrap();
        world.carrier.acquire(&seed, "seed".parse().unwrap()).unwrap();
        world.clock.pass(TimeDelta::days(3_650));
        world.inventory.release([NUMBER], &by("shop")).unwrap().single().unwrap();
        if is_deleted {
            world.inventory.delete([NUMBER], &by("master")).unwrap().single().unwrap();
        }
        world.clock.pass(-TimeDelta::days(3_650));
        let refused = world.inventory.create([NUMBER], &Create::default(), &by("bakery")).unwrap().single();
        // The refusal names a time that is at most the legal minimum of 45 days, and a day, from now.
        let latest = world.clock.now().after(TimeDelta::days(46)).to_string();
        let text = refused.unwrap_err().to_string();
        assert!(text.contains(&latest), "{text}, not {latest}");
        assert_eq!(world.inventory.sweep().unwrap().corrected, 1);
        assert!(world.inventory.sweep().unwrap().is_empty());
        let disconnected_at = world.store.get(number()).unwrap().unwrap().disconnected_at();
        assert_eq!(disconnected_at, Some(world.clock.now()));
        world.clock.pass(TimeDelta::days(61));
        world.inventory.sweep().unwrap();
        assert_eq!(world.state(), if is_deleted { "-" } else { "available" });
    }
}

#[test]
fn item_9_the_end_of_a_lease_restores_the_stock() {
    let hold = || Policy::default().with_reservation(LeaseTerms::new(900).with_longest_seconds(1_800));
    for carrier in ["local", "telnyx"] {
        let world = world(hold());
        let create = free().with_carrier(carrier.parse().unwrap());
        world.inventory.create([NUMBER], &create, &by("system")).unwrap().single().unwrap();
        world.inventory.reserve([NUMBER], &by("shop")).unwrap().single().unwrap();
        let availability = |who: &str| world.inventory.check([NUMBER], &by(who)).unwrap()[0].1;
        assert_eq!(availability("bakery"), Availability::Unavailable);
        world.clock.pass(TimeDelta::seconds(901));
        assert_eq!(availability("bakery"), Availability::Available);

        // No sweep has ended the reservation.
        let taken = world.inventory.reserve([NUMBER], &by("bakery")).unwrap().single().unwrap();
        assert_eq!((taken.owner(), taken.history()), (Some(id("bakery")), &[id("bakery")][..]));
        world.clock.pass(TimeDelta::seconds(901));
        assert_eq!(world.inventory.sweep().unwrap().ended, 1);
        assert_eq!(world.state(), "available", "{carrier}");
        assert_eq!(world.orders(), []);
    }
    // Passing a reservation on does not extend it without limit.
    let world = world(hold());
    world.inventory.create([NUMBER], &free(), &by("system")).unwrap().single().unwrap();
    world.inventory.reserve([NUMBER], &by("reseller")).unwrap().single().unwrap();
    for round in 0..10 {
        world.clock.pass(TimeDelta::seconds(600));
        let to = if round % 2 == 0 { "shop" } else { "reseller" };
        let options = by("reseller").with_account(id(to));
        drop(world.inventory.reserve([NUMBER], &options));
        world.inventory.sweep().unwrap();
    }
    assert!(world.inventory.sweep().unwrap().is_empty());
    // An account keeps a number that it had in service.
    let world = self::world(hold());
    world.inventory.create([NUMBER], &Create::default(), &by("shop")).unwrap().single().unwrap();
    world.inventory.reserve([NUMBER], &by("shop")).unwrap().single().unwrap();
    world.clock.pass(TimeDelta::days(1));
    world.inventory.sweep().unwrap();
    assert_eq!(world.state(), "reserved");
}

#[test]
fn item_10_a_number_in_the_stock_is_still_bought_or_bought_again() {
    let world = world(Policy::default());
    world.inventory.activate([NUMBER], &by("shop")).unwrap().single().unwrap();
    world.inventory.release([NUMBER], &by("shop")).unwrap().single().unwrap();
    assert_eq!((world.state().as_str(), world.orders()), ("available", vec![CarrierOrder::Acquire]));
    world.inventory.activate([NUMBER], &by("bakery")).unwrap().single().unwrap();
    assert_eq!(world.orders(), [CarrierOrder::Acquire]);
    world.inventory.delete([NUMBER], &by("master")).unwrap().single().unwrap();
    assert_eq!(world.orders(), [CarrierOrder::Acquire, CarrierOrder::Disconnect]);

    let world = self::world(Policy::default().with_disconnect_on_release(true));
    world.inventory.activate([NUMBER], &by("shop")).unwrap().single().unwrap();
    let released = world.inventory.release([NUMBER], &by("shop")).unwrap().single().unwrap();
    assert!(released.state() == State::Available && released.is_returned());
    let taken = world.inventory.activate([NUMBER], &by("bakery")).unwrap().single().unwrap();
    assert!(!taken.is_returned());
    let orders = [CarrierOrder::Acquire, CarrierOrder::Disconnect, CarrierOrder::Acquire];
    assert_eq!(world.orders(), orders);
    // If the carrier has sold the number to another customer, no account gets it.
    world.inventory.release([NUMBER], &by("bakery")).unwrap().single().unwrap();
    world.carrier.acquire(&taken, "somebody".parse().unwrap()).unwrap();
    let refused = world.inventory.activate([NUMBER], &by("shop")).unwrap().single().unwrap_err();
    assert_eq!((refused.kind(), world.state().as_str()), (Kind::ExternalFault, "available"));
}

#[test]
fn item_11_a_reserved_number_is_bought_once() {
    let world = world(Policy::default());
    world.inventory.reserve([NUMBER], &by("reseller")).unwrap().single().unwrap();
    let below = by("reseller").with_account(id("shop"));
    world.inventory.reserve([NUMBER], &below).unwrap().single().unwrap();
    world.inventory.activate([NUMBER], &below).unwrap().single().unwrap();
    assert_eq!(world.orders(), [CarrierOrder::Acquire]);
}

#[test]
fn item_12_numbers_of_other_accounts_are_not_offered() {
    for held in ["reserved", "in_service", "port_out"] {
        let world = world(Policy::default());
        let history = if held == "reserved" { json!(["shop"]) } else { json!([]) };
        world.put(&json!({"pvt_state": held, "pvt_assigned_to": "shop", "pvt_reserve_history": history}));
        for who in ["bakery", "shop", "master"] {
            let search = NumberSearch::new("+1212555015".parse().unwrap()).with_quantity(10);
            let found = world.inventory.search(&search, &by(who)).unwrap();
            assert_eq!(found.total, 9, "{held}");
            assert!(found.offers.iter().all(|offer| offer.number != number()), "{held}");
            let checked = world.inventory.check([NUMBER, "+12125550156"], &by(who)).unwrap();
            let expected = [Availability::Unavailable, Availability::Available];
            assert_eq!([checked[0].1, checked[1].1], expected, "{held}");
        }
    }
}

#[test]
fn item_13_an_unknown_carrier_is_refused() {
    let world = world(Policy::default());
    world.inventory.create([NUMBER], &Create::default(), &by("shop")).unwrap().single().unwrap();
    let unknown: CarrierName = "blabla".parse().unwrap();
    let fields = document(&json!({"carrier_name": "blabla"}));
    let create = Create::default().with_carrier(unknown);
    let calls = [
        world.inventory.patch([NUMBER], fields, &by("master")),
        world.inventory.update([NUMBER], &Update::default().with_carrier(unknown), &by("master")),
        world.inventory.create(["+12125550156"], &create, &by("master")),
    ];
    for call in calls {
        let error = call.unwrap().single().unwrap_err();
        let cause = json!("'blabla' is not known by the system");
        assert_eq!((error.kind(), error.cause()), (Kind::Invalid, Some(cause)));
    }
    assert!(world.inventory.release([NUMBER], &by("shop")).unwrap().is_success());
}

fn address() -> Value {
    json!({"street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105"})
}

/// Creates a number of telnyx with a provisioned address, a provisioned name and other features.
fn with_features(world: &World) {
    world
        .put(&json!({"pvt_state": "in_service", "pvt_assigned_to": "shop", "pvt_module_name": "knm_telnyx"}));
    let fields = document(&json!({
        "e911": address(), "cnam": {"display_name": "Bakery Shop", "inbound_lookup": true},
        "force_outbound": true, "prepend": {"enabled": true, "name": "Sales"},
    }));
    world.inventory.patch([NUMBER], fields, &by("shop")).unwrap().single().unwrap();
}

fn with_providers() -> World {
    let allowed = [Feature::E911, Feature::Cnam, Feature::ForceOutbound, Feature::Prepend];
    let book = AddressBook::new([E911Address::from_value(address()).unwrap()]);
    world_with(Policy::default().with_allowed_features(allowed), |builder| {
        builder.e911(book).carrier(ScriptedCarrier::new("other".parse().unwrap()))
    })
}

#[test]
fn item_14_features_are_removed_with_the_facts_that_they_depend_on() {
    let policy = Policy::default().with_allowed_features([
        Feature::E911,
        Feature::Cnam,
        Feature::ForceOutbound,
        Feature::Prepend,
    ]);
    for [change, left, effects] in rows(include_str!("../data/life/features.tsv")) {
        let world = with_providers();
        with_features(&world);
        let record = world.store.get(number()).unwrap().unwrap();
        let accounts = accounts();
        let ctx = Context::new(Actor::System, &accounts, &policy, world.clock.now());
        let (kind, of) = change.split_once(' ').unwrap_or((change, ""));
        let features = || -> FeatureSet { [of.parse::<Feature>().unwrap()].into() };
        let decision = match kind {
            "carrier" => record.update(Update::default().with_carrier(of.parse().unwrap()), &ctx),
            "allow" => record.update(Update::default().with_allowed_features(features()), &ctx),
            "deny" => record.update(Update::default().with_denied_features(features()), &ctx),
            _ => record.activate(Some(id("bakery")), &ctx),
        };
        let decision = decision.unwrap();
        let settings = json!(decision.record.settings());
        let names: BTreeSet<_> =
            settings.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default();
        assert_eq!(names.into_iter().collect::<Vec<_>>().join(", "), left, "{change}");
        let kinds: Vec<_> = decision.effects.iter().map(|effect| json!(effect)["kind"].clone()).collect();
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str().unwrap()).collect();
        assert_eq!(kinds.join(", "), effects, "{change}");
        let name =
            decision.record.settings().and_then(|settings| settings.cnam.as_ref()?.display_name.as_ref());
        assert!(kind != "owner" || name.is_none());
    }
}

#[test]
fn item_14_a_feature_goes_with_its_last_field() {
    let world = with_providers();
    with_features(&world);
    let nulls = document(
        &json!({"cnam": {"display_name": null, "inbound_lookup": null}, "prepend": {"name": null, "enabled": null}}),
    );
    let record = world.inventory.patch([NUMBER], nulls, &by("shop")).unwrap().single().unwrap();
    let settings = json!(record.settings());
    assert!(settings.get("cnam").is_none() && settings.get("prepend").is_none(), "{settings}");
}

#[test]
fn item_15_calls_are_forced_outbound_by_five_settings() {
    let accounts = accounts();
    for [state, carrier, own, rules, local, forced] in rows(include_str!("../data/life/force_outbound.tsv")) {
        let mut given = json!({
            "id": NUMBER, "pvt_state": state, "pvt_assigned_to": "shop", "pvt_created": 63_000_000_000_u64,
            "pvt_modified": 63_000_000_000_u64, "pvt_module_name": carrier,
            "pvt_reserve_history": if state == "reserved" { json!(["shop"]) } else { json!([]) },
        });
        if own != "-" {
            given["force_outbound"] = json!(own == "yes");
        }
        if own == "yes" {
            given["pvt_features"] = json!({"force_outbound": true});
        }
        let mut outbound = OutboundRules::default();
        if let Some((rule, value)) = rules.split_once('=') {
            let value = value == "yes";
            outbound = match rule {
                "default" => outbound.with_default(value),
                "local" => outbound.with_local(value),
                "port_in" => outbound.with_port_in(value),
                _ => outbound.with_port_out(value),
            };
        }
        let policy = Policy::default().with_force_outbound(outbound);
        let route = NumberRecord::from_value(&given).unwrap().route(&accounts, &policy).unwrap();
        let yes = |flag: bool| if flag { "yes" } else { "no" };
        let found = (yes(route.local), yes(route.force_outbound));
        assert_eq!(found, (local, forced), "{state} {carrier} {own} {rules}");
    }
}

#[test]
fn item_15_routing_to_the_account_of_a_port_request_is_a_setting() {
    for (is_used, expected) in [(true, true), (false, false)] {
        let world = world(Policy::default().with_account_from_port_requests(is_used));
        let desk = PortDesk::new(world.inventory.clone());
        let document = document(&json!({"name": "Port", "numbers": {NUMBER: {}}}));
        let new =
            NewPortRequest { id: "p1".parse().unwrap(), account: id("shop"), port_authority: None, document };
        desk.create(new, id("shop").into()).unwrap();
        assert_eq!(world.inventory.identify(NUMBER, &by("system")).is_ok(), expected);
    }
}

#[test]
fn item_16_a_document_that_does_not_name_the_address_keeps_it() {
    let world = with_providers();
    with_features(&world);
    let replaced = world.inventory.replace([NUMBER], document(&json!({"note": 1})), &by("shop"));
    let replaced = replaced.unwrap().single().unwrap();
    assert!(
        replaced.features().contains(Feature::E911) && !replaced.features().contains(Feature::InboundCnam)
    );
    let removed = world.inventory.replace([NUMBER], document(&json!({"e911": null})), &by("shop"));
    assert!(!removed.unwrap().single().unwrap().features().contains(Feature::E911));
}

#[test]
fn item_17_the_crisis_line_and_the_e911_test_number_have_rules() {
    let classifiers = Classifiers::north_america();
    for (dialled, rule) in
        [("988", "crisis_lifeline"), ("933", "e911_test"), ("911", "emergency"), ("811", "service_code")]
    {
        let found = classifiers.classify(dialled).unwrap();
        assert_eq!(found.rule().name(), rule);
        assert_eq!(found.rule().is_emergency(), ["911", "988"].contains(&dialled));
    }
    for (code, rule) in [("833", "tollfree_us"), ("888", "tollfree_us"), ("822", "did_us")] {
        let dialled = format!("+1{code}5550100");
        assert_eq!(classifiers.classify(&dialled).unwrap().rule().name(), rule);
    }
}

#[test]
fn item_18_a_claim_with_a_future_time_can_be_recovered() {
    let world = world(Policy::default());
    world.clock.pass(TimeDelta::days(3_650));
    world.carrier.pass_next();
    world.carrier.fail_next(CarrierFault::LostAnswer);
    let lost = world.inventory.activate([NUMBER], &by("shop")).unwrap().single();
    assert!(lost.is_err() && world.store.get(number()).unwrap().unwrap().pending().is_some());
    world.clock.pass(-TimeDelta::days(3_650));
    assert_eq!(world.inventory.recover().unwrap().finished, 1);
    let record = world.store.get(number()).unwrap().unwrap();
    assert!(record.state() == State::InService && record.updated() >= record.created());

    let world = self::world(Policy::default());
    world.clock.pass(TimeDelta::days(3_650));
    world.carrier.pass_next();
    world.carrier.fail_next(CarrierFault::LostRequest);
    assert!(!world.inventory.activate([NUMBER], &by("shop")).unwrap().is_success());
    world.clock.pass(-TimeDelta::days(3_650));
    assert_eq!(world.inventory.abandon(number(), &by("master")).unwrap(), [number()]);
}

#[test]
fn item_18_a_claim_of_a_clock_that_is_slightly_ahead_is_recent() {
    let world = world(Policy::default());
    world.clock.pass(TimeDelta::seconds(30));
    world.carrier.pass_next();
    world.carrier.fail_next(CarrierFault::LostAnswer);
    assert!(!world.inventory.activate([NUMBER], &by("shop")).unwrap().is_success());
    world.clock.pass(-TimeDelta::seconds(30));
    let report = world.inventory.recover().unwrap();
    assert_eq!((report.finished, report.left), (0, 1));
}

/// Its previous owner imports a resting number as a placeholder, which another account then takes.
#[test]
fn item_8_an_import_does_not_shorten_a_rest() {
    let world = world(Policy::default().with_ageing(sixty_days()));
    world.inventory.create([NUMBER], &free(), &by("system")).unwrap().single().unwrap();
    world.inventory.activate([NUMBER], &by("shop")).unwrap().single().unwrap();
    world.inventory.delete([NUMBER], &by("master")).unwrap().single().unwrap();
    let before = world.store.get(number()).unwrap().unwrap();
    assert_eq!(before.state(), State::Deleted);
    let import = |create: Create, account: &str, dry_run| {
        let row = ImportRow::new(NUMBER, create);
        let report = world.inventory.import([row], &by(account).with_dry_run(dry_run)).unwrap();
        report.failed.first().map(|(_, error)| error.kind())
    };
    for dry_run in [true, false] {
        assert!(import(Create::default(), "bakery", dry_run).is_some());
    }
    assert_eq!(import(Create::default().with_state(State::PortIn), "shop", false), None);
    let noted = world.store.get(number()).unwrap().unwrap();
    assert_eq!((noted.disconnected_at(), noted.version()), (before.disconnected_at(), before.version() + 1));
    assert!(world.inventory.create([NUMBER], &Create::default(), &by("bakery")).unwrap().single().is_err());
    world.clock.pass(TimeDelta::days(61));
    world.inventory.create([NUMBER], &Create::default(), &by("bakery")).unwrap().single().unwrap();
}

/// A port request is no way around a rest, unless an admin makes it.
#[test]
fn item_8_a_resting_number_is_not_ported_in_for_others() {
    let world = world(Policy::default().with_ageing(sixty_days()));
    let create = Create::default().with_carrier(telnyx());
    world
        .inventory
        .create([NUMBER], &create, &by("system").with_account(id("shop")))
        .unwrap()
        .single()
        .unwrap();
    world.inventory.release([NUMBER], &by("shop")).unwrap().single().unwrap();
    assert_eq!(world.state(), "aging");
    let desk = PortDesk::new(world.inventory.clone());
    let new = |account: &str| {
        let document = json!({"name": "Bakery", "numbers": {NUMBER: {}}}).as_object().unwrap().clone();
        NewPortRequest { id: "p1".parse().unwrap(), account: id(account), port_authority: None, document }
    };
    for actor in ["bakery", "reseller"] {
        let refused = desk.create(new("bakery"), id(actor).into());
        assert!(refused.is_err(), "{actor}");
    }
    world.clock.pass(TimeDelta::days(61));
    desk.create(new("bakery"), id("bakery").into()).unwrap();
}

/// Nor is it after a reservation that no sweep has ended: the number rests on.
#[test]
fn item_8_a_number_that_was_reserved_while_it_rests_is_not_ported_in_for_others() {
    let policy = Policy::default().with_ageing(sixty_days()).with_reservation(LeaseTerms::new(900));
    let world = world(policy);
    let now = world.clock.now();
    world.put(&json!({"pvt_state": "reserved", "pvt_assigned_to": "shop", "pvt_reserve_history": ["shop"],
        "pvt_module_name": "knm_telnyx", "pvt_disconnected_at": now.gregorian(),
        "pvt_reserved_since": now.gregorian(), "pvt_reserved_until": now.after(TimeDelta::seconds(900)).gregorian()}));
    let desk = PortDesk::new(world.inventory.clone());
    let document = json!({"name": "Bakery", "numbers": {NUMBER: {}}}).as_object().unwrap().clone();
    let new = || NewPortRequest {
        id: "p1".parse().unwrap(),
        account: id("bakery"),
        port_authority: None,
        document: document.clone(),
    };
    world.clock.pass(TimeDelta::seconds(901));
    assert!(desk.create(new(), id("bakery").into()).is_err());
    world.clock.pass(TimeDelta::days(61));
    desk.create(new(), id("bakery").into()).unwrap();
}

/// No sweep has ended the reservation: it blocks neither a port request nor an admin.
#[test]
fn item_9_a_reservation_that_has_ended_blocks_no_path() {
    let reserved = || {
        let world = world(Policy::default().with_reservation(LeaseTerms::new(900)));
        world.inventory.create([NUMBER], &free(), &by("system")).unwrap().single().unwrap();
        world.inventory.reserve([NUMBER], &by("shop")).unwrap().single().unwrap();
        world.clock.pass(TimeDelta::seconds(901));
        world
    };
    let world = reserved();
    let desk = PortDesk::new(world.inventory.clone());
    let document = json!({"name": "Bakery", "numbers": {NUMBER: {}}}).as_object().unwrap().clone();
    let new =
        NewPortRequest { id: "p1".parse().unwrap(), account: id("bakery"), port_authority: None, document };
    desk.create(new, id("bakery").into()).unwrap();
    for to in [telnum::porting::PortState::Submitted, telnum::porting::PortState::Pending] {
        desk.transition("p1".parse().unwrap(), &to, None, Actor::System).unwrap();
    }
    let completed = desk.complete("p1".parse().unwrap(), Actor::System).unwrap();
    assert!(completed.waiting.is_empty(), "{:?}", completed.waiting);

    // The history of the reservation ends with it.
    let world = reserved();
    let for_bakery = by("master").with_account(id("bakery"));
    world.inventory.reserve([NUMBER], &for_bakery).unwrap().single().unwrap();
    world.inventory.release([NUMBER], &by("bakery")).unwrap().single().unwrap();
    assert_eq!(world.state(), "available");
}

#[test]
fn item_18_a_placeholder_and_a_found_number_with_a_future_time_expire() {
    for (state, owner, days) in [("port_in", json!("shop"), 30), ("discovery", json!(null), 1)] {
        let world = world(Policy::default());
        let future = world.clock.now().after(TimeDelta::days(3_650)).gregorian();
        world.put(&json!({"pvt_state": state, "pvt_module_name": "knm_telnyx", "pvt_assigned_to": owner,
            "pvt_created": future, "pvt_modified": future}));
        assert_eq!(world.inventory.sweep().unwrap().corrected, 1);
        assert!(world.inventory.sweep().unwrap().is_empty());
        let corrected = world.store.get(number()).unwrap().unwrap();
        assert_eq!([corrected.created(), corrected.updated()], [world.clock.now(); 2]);
        world.clock.pass(TimeDelta::days(days));
        assert_eq!(world.inventory.sweep().unwrap().forgotten, 1);
    }
}

#[test]
fn item_18_a_reservation_with_a_future_time_blocks_nobody() {
    let reserved = || {
        let hold = Policy::default().with_reservation(LeaseTerms::new(900).with_longest_seconds(1_800));
        let world = world(hold);
        world.inventory.create([NUMBER], &free(), &by("system")).unwrap().single().unwrap();
        world.clock.pass(TimeDelta::days(3_650));
        world.inventory.reserve([NUMBER], &by("reseller")).unwrap().single().unwrap();
        world.clock.pass(-TimeDelta::days(3_650));
        world
    };
    let world = reserved();
    assert_eq!(world.inventory.check([NUMBER], &by("bakery")).unwrap()[0].1, Availability::Available);
    assert_eq!(world.inventory.sweep().unwrap().ended, 1);
    assert_eq!(world.state(), "available");

    // No sweep has ended the reservation.
    let world = reserved();
    world.inventory.reserve([NUMBER], &by("stranger")).unwrap().single().unwrap();

    // It is not extended, and starts anew when it is passed on.
    let world = reserved();
    let until = world.clock.now().after(TimeDelta::days(3_650));
    let extended = world.inventory.extend_lease([NUMBER], until, &by("reseller")).unwrap().single();
    assert_eq!(extended.unwrap_err().kind(), Kind::Invalid);
    let below = by("reseller").with_account(id("shop"));
    let passed = world.inventory.reserve([NUMBER], &below).unwrap().single().unwrap();
    assert_eq!(passed.lease().unwrap().until, world.clock.now().after(TimeDelta::seconds(900)));
}

#[test]
fn item_19_errors_times_and_guesses_are_precise() {
    // The time at which an address was provisioned.
    let world = with_providers();
    with_features(&world);
    let record = world.store.get(number()).unwrap().unwrap();
    let active = record.active().unwrap().e911.as_ref().unwrap().fields().activated_time.clone();
    assert_eq!(active, Some(world.clock.now().to_string()));

    // A number that cannot be dialled.
    let desk = PortDesk::new(world.inventory.clone());
    let new = |number: &str| NewPortRequest {
        id: "p1".parse().unwrap(),
        account: id("shop"),
        port_authority: None,
        document: document(&json!({"name": "Port", "numbers": {number: {}}})),
    };
    let error = desk.create(new("+11234567890"), id("shop").into()).unwrap_err();
    assert!(error.to_string().contains("numbers.+11234567890"), "{error}");
    // The message of a conflict contains the number.
    let error = desk.create(new(NUMBER), id("shop").into()).unwrap_err();
    assert_eq!(error.to_string(), format!("number {NUMBER}: already in the inventory, with an owner"));

    // A North American number with a typing error is not read as a Swiss number.
    let rows = || [ImportRow::new("4151234567", free()), ImportRow::new("4158867900", free())];
    let strict = world.inventory.import(rows(), &by("system")).unwrap();
    assert_eq!((strict.imported, &*strict.failed[0].0), (1, "4151234567"));
    let lenient = by("system").with_guess_numbers(true).with_dry_run(true);
    let lenient = world.inventory.import(rows(), &lenient).unwrap();
    assert_eq!(lenient.guessed, [("4151234567".into(), "+4151234567".parse().unwrap())]);
}
