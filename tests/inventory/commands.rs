//! Commands on numbers, and the permissions they require.

use super::*;

#[test]
fn rows_48_and_60_a_number_in_service_is_not_created() {
    let inventory = world().build();
    for account in ["reseller", "master"] {
        let failed = body(inventory.create(["+15551233322"], &Create::default(), &by(account)));
        let message = "number +15551233322 already exists";
        assert_eq!(failed, failing(Kind::NumberExists, message, Some("+15551233322")));
    }
    assert!(inventory.create([ABSENT], &Create::default(), &by("reseller")).unwrap().is_success());
    assert_eq!(body(inventory.create([ABSENT], &Create::default(), &by("reseller"))).0, Kind::NumberExists);
}

#[test]
fn rows_51_and_52_a_number_on_a_port_request_is_not_created() {
    let number = "+19042471591";
    let inventory = world().porting(Ported { number: Some(number.parse().unwrap()) }).build();
    let failed = body(inventory.create([number], &Create::default(), &by("reseller")));
    assert_eq!(
        failed,
        failing(Kind::NumberIsPorting, "number +19042471591 is porting", Some("+19042471591"))
    );
    let import = |inventory: &Inventory| {
        let row = row(number, "reseller");
        inventory.import([row], &system()).unwrap().imported
    };
    assert_eq!(import(&inventory), 0);
    assert!(inventory.create(["+19042471592"], &Create::default(), &by("reseller")).unwrap().is_success());
    let ported_in = Create::default().with_ported_in(true);
    assert!(inventory.create([number], &ported_in, &by("reseller")).unwrap().is_success());

    // If the lookup of ports fails, no absent or deleted number is created.
    let inventory = world().porting(Ported { number: None }).build();
    let all = inventory.create(
        [ABSENT, "+15550100004", FREE],
        &Create::default(),
        &system().with_account(id("reseller")),
    );
    let all = all.unwrap();
    let failed: Vec<_> = all.failed.iter().map(|(number, error)| (&**number, error.kind())).collect();
    assert_eq!(failed, [(ABSENT, Kind::Store), ("+15550100004", Kind::Store)]);
    assert_eq!(all.succeeded.len(), 1);
}

#[test]
fn row_56_an_absent_number_is_not_moved() {
    let inventory = world().carrier(MdnCarrier).build();
    assert_eq!(
        body(inventory.activate([ABSENT], &system().with_account(id("reseller")).with_mdn_run(true))).0,
        Kind::NotFound
    );
    assert_eq!(body(inventory.reserve([ABSENT], &by("reseller"))).0, Kind::NotFound);
}

#[test]
fn row_46_an_assignment_needs_an_account() {
    let inventory = world().build();
    let failed = body(inventory.reserve([FREE], &system()));
    assert_eq!(failed, failing(Kind::AssignFailure, "invalid account to assign to", Some("field_undefined")));
    let failed = body(inventory.create([ABSENT], &Create::default(), &system().with_account(id("nobody"))));
    assert_eq!(failed, failing(Kind::AssignFailure, "invalid account to assign to", Some("nobody")));
}

#[test]
fn row_84_a_reserved_number_is_activated() {
    let inventory = world().build();
    let activated = inventory.activate(["+14252151010", "+15551233322"], &by("reseller")).unwrap();
    assert!(activated.is_success());
    assert!(activated.succeeded.values().all(|record| record.state() == State::InService));
    assert_eq!(body(inventory.activate([ABSENT], &by("reseller"))).0, Kind::NotFound);
}

#[test]
fn rows_110_and_115_an_address_names_one_place() {
    let book = |streets: &[&str]| {
        let place = |street: &&str| {
            let mut place = address();
            place["street_address"] = json!(street);
            place["extended_address"] = json!(format!("APT {}", street.len()));
            E911Address::from_value(place).unwrap()
        };
        Arc::new(AddressBook::new(streets.iter().map(place)))
    };
    let create = Create::default()
        .with_carrier("telnyx".parse().unwrap())
        .with_document(document(json!({"e911": address()})));
    let at = |book: &Arc<AddressBook>| {
        let provider: Arc<dyn E911Provider> = Arc::<AddressBook>::clone(book);
        world().carrier(shared(&telnyx())).policy(with_e911()).e911(provider).build()
    };
    let number: PhoneNumber = ABSENT.parse().unwrap();
    for dry_run in [true, false] {
        let options = by("reseller").with_dry_run(dry_run);
        // No place matches.
        let (kind, ..) = body(at(&book(&[])).create([ABSENT], &create, &options));
        assert_eq!(kind, Kind::Invalid, "dry run: {dry_run}");
        // Several places match, and the user must choose one.
        let mut two = book(&["116 NATOMA ST"]);
        let other = json!({"street_address": "116 NATOMA ST", "extended_address": "APT 2",
            "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105"});
        let one = json!({"street_address": "116 NATOMA ST", "extended_address": "APT 1",
            "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105"});
        let places = [one, other].map(|place| E911Address::from_value(place).unwrap());
        two = {
            drop(two);
            Arc::new(AddressBook::new(places))
        };
        let (kind, message, cause) = body(at(&two).create([ABSENT], &create, &options));
        assert_eq!((kind, &*message), (Kind::MultipleChoice, "more than one address found"));
        assert_eq!(cause.unwrap()["multiple_choice"]["e911"]["details"].as_array().unwrap().len(), 2);
        // One place matches: the address is provisioned in the provider's spelling, except in a dry
        // run.
        let one = book(&["116 NATOMA ST"]);
        let inventory = at(&one);
        let created = inventory.create([ABSENT], &create, &options).unwrap().single().unwrap();
        assert_eq!(one.provisioned(number).is_none(), dry_run);
        if !dry_run {
            let active = created.active().and_then(|active| active.e911.clone()).unwrap();
            assert!(active.is_satisfied_by(&one.provisioned(number).unwrap()));
            assert_eq!(active.fields().activated_time.as_deref(), Some("2026-03-01T12:00:00Z"));
            assert_eq!(active.fields().extended_address.as_deref(), Some("APT 13"));
        }
    }
}

#[test]
fn row_117_an_absent_number_is_not_released() {
    let inventory = world().build();
    assert_eq!(body(inventory.release([ABSENT], &system())).0, Kind::NotFound);
    assert_eq!(body(inventory.release(["+15550100004"], &system())).0, Kind::NotFound);
}

#[test]
fn row_129_an_admin_deletes_at_once() {
    let carrier = telnyx();
    let inventory = world().carrier(shared(&carrier)).build();
    assert_eq!(body(inventory.delete(["+15550100005"], &by("reseller"))).0, Kind::Forbidden);
    let deleted = inventory.delete(["+15550100005"], &by("master")).unwrap().single().unwrap();
    assert_eq!((deleted.state(), deleted.history().len()), (State::Deleted, 0));
    let orders: Vec<_> = carrier.orders().into_iter().map(|(_, order, _)| order).collect();
    assert_eq!(orders, [CarrierOrder::Disconnect]);
}

#[test]
fn row_131_a_removed_number_is_no_longer_listed() {
    let inventory = world().carrier(ScriptedCarrier::new("other".parse().unwrap())).build();
    let mine = |inventory: &Inventory| {
        inventory.list(&Query::default(), None, 50, &by("unrelated")).unwrap().items.len()
    };
    let create = Create::default().with_carrier("other".parse().unwrap());
    let admin = by("master").with_account(id("unrelated"));
    assert!(inventory.create([ABSENT], &create, &admin).unwrap().is_success());
    assert_eq!(mine(&inventory), 1);
    let released = inventory.release([ABSENT], &by("unrelated")).unwrap().single().unwrap();
    assert_eq!(released.state(), State::Available);
    assert_eq!(mine(&inventory), 0);
    assert_eq!(body(inventory.release(["+15551233322"], &by("unrelated"))).0, Kind::NotFound);
}

#[test]
fn a_deleted_number_can_be_created_again() {
    let gone = "+15550100004";
    let carrier =
        Arc::new(ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(gone.parse().unwrap(), 1));
    let inventory = world().carrier(shared(&carrier)).build();
    let bought = inventory.reserve([gone], &by("reseller")).unwrap().single().unwrap();
    assert_eq!((bought.state(), bought.history()), (State::Reserved, [id("reseller")].as_slice()));
    let inventory = world().build();
    assert!(inventory.create([gone], &Create::default(), &by("reseller")).unwrap().is_success());
    let inventory = world().build();
    let row = row(gone, "child");
    let report = inventory.import([row.clone(), row], &system()).unwrap();
    assert_eq!((report.imported, report.failed.len()), (1, 1));
}

#[test]
fn an_update_calls_providers_once() {
    let notices = Arc::new(CnamNotifications::default());
    let carrier = telnyx();
    let provider: Arc<dyn telnum::provider::CnamProvider> = Arc::<CnamNotifications>::clone(&notices);
    let inventory = world().carrier(shared(&carrier)).policy(with_e911()).cnam(provider).build();
    let number = "+15550100006";
    let names = document(json!({"cnam": {"display_name": "Child"}}));
    for _ in 0..2 {
        assert!(inventory.patch([number], names.clone(), &by("child")).unwrap().is_success());
    }
    assert_eq!(notices.all().len(), 1);
    assert!(inventory.replace([number], Map::new(), &by("child")).unwrap().is_success());
    assert_eq!(notices.all().iter().filter(|(_, _, names)| names.is_none()).count(), 1);
}

#[test]
fn row_116_fix_corrects_application_and_features() {
    let inventory = world().build();
    let apps = |number: PhoneNumber| (number.to_string() == "+15551233322").then(|| "trunkstore".into());
    let fixed =
        inventory.fix(["+15551233322", "+15551255693", ABSENT], Some(&apps), &by("reseller")).unwrap();
    let used: Vec<_> = fixed.succeeded.values().map(|record| record.used_by()).collect();
    assert_eq!((used, fixed.failed.len()), (vec![Some("trunkstore"), None], 1));
    let events = inventory.store().events(0, 10).unwrap().len();
    assert!(inventory.fix(["+15551233322"], Some(&apps), &by("reseller")).unwrap().is_success());
    assert_eq!(inventory.store().events(0, 10).unwrap().len(), events);
    assert_eq!(body(inventory.fix(["+15551233322"], Some(&apps), &by("child"))).0, Kind::NotFound);
}

#[test]
fn row_132_a_removal_leaves_an_event() {
    let inventory = world().build();
    assert_eq!(inventory.sweep().unwrap().removed, 1);
    let events = inventory.store().events(0, 100).unwrap();
    let removed: Vec<_> = events
        .iter()
        .filter_map(|logged| logged.event.number())
        .filter(|it| it.kind == EventKind::Removed)
        .collect();
    assert_eq!((removed.len(), removed[0].number.to_string()), (1, "+15550100004".to_owned()));
    assert_eq!(serde_json::to_value(removed[0]).unwrap()["event"], "removed");
}

#[test]
fn rows_10_and_159_an_irreconcilable_number_is_not_created() {
    let inventory = world().carrier(shared(&telnyx())).build();
    for number in ["+1000", "+10", "+999", "+1234567", "+14155", "+19995550123456"] {
        let message = format!("number {number} is not reconcilable");
        let refused = failing(Kind::NotReconcilable, &message, Some(number));
        assert_eq!(body(inventory.create([number], &Create::default(), &by("reseller"))), refused);
        assert_eq!(body(inventory.reserve([number], &by("reseller"))), refused);
        assert_eq!(body(inventory.activate([number], &by("reseller"))), refused);
        let row = ImportRow::new(number, Create::default());
        let report = inventory.import([row], &by("reseller")).unwrap();
        assert_eq!(report.failed[0].1.kind(), Kind::NotReconcilable);
    }
    // A number that already exists is not changed, and can be released.
    let any = telnum::normalize::Normalizer::reference().with_reconcilable("^").unwrap();
    let store = Arc::new(MemoryStore::new());
    let create = on(&store).normalizer(any).build().create(["+1000"], &Create::default(), &by("reseller"));
    assert!(create.unwrap().is_success());
    assert!(on(&store).build().release(["+1000"], &by("reseller")).unwrap().is_success());
}

#[test]
fn row_128_a_forbidden_deletion_does_not_show_what_exists() {
    let failed =
        world().build().delete([ABSENT, "+15551233322", "+15550100004"], &by("reseller")).unwrap().failed;
    assert_eq!(failed.values().map(InventoryError::kind).collect::<Vec<_>>(), [Kind::Forbidden; 3]);
}

#[test]
fn a_number_on_a_port_request_is_not_bought() {
    let number = "+13013590001";
    let carrier = telnyx();
    let ported = Ported { number: Some(number.parse().unwrap()) };
    let inventory = world().carrier(shared(&carrier)).porting(ported).build();
    let message = format!("number {number} is porting");
    let refused = failing(Kind::NumberIsPorting, &message, Some(number));
    for account in ["unrelated", "reseller", "master"] {
        assert_eq!(body(inventory.reserve([number], &by(account))), refused, "{account}");
        assert_eq!(body(inventory.activate([number], &by(account))), refused, "{account}");
        let check = inventory.check([number, "+13013590002"], &by(account)).unwrap();
        assert_eq!(
            check.iter().map(|it| it.1).collect::<Vec<_>>(),
            [Availability::Unavailable, Availability::Available]
        );
    }
    assert!(carrier.orders().is_empty());
    // The number is created for the account of the request, or by an admin.
    let ported_in = Create::default().with_ported_in(true);
    assert_eq!(body(inventory.create([number], &ported_in, &by("unrelated"))).0, Kind::Forbidden);
    assert_eq!(
        body(inventory.create([number], &ported_in, &by("reseller").with_account(id("child")))),
        refused
    );
    let row = ImportRow::new(number, ported_in.clone());
    let report = inventory.import([row], &by("unrelated").with_dry_run(true)).unwrap();
    assert_eq!(report.failed[0].1.kind(), Kind::Forbidden);
    for options in [by("reseller"), by("master"), system().with_account(id("child"))] {
        let created = inventory.create([number], &ported_in, &options.with_dry_run(true));
        assert!(created.unwrap().is_success());
    }
}

#[test]
fn row_93_only_an_admin_changes_the_carrier_by_a_creation() {
    let number = "+19162154006";
    let to = |carrier: &str| Create::default().with_carrier(carrier.parse().unwrap());
    let inventory = world().carrier(shared(&telnyx())).build();
    let refused = failing(Kind::Forbidden, "requestor is unauthorized to perform operation", None);
    assert_eq!(body(inventory.create([number], &to("local"), &by("reseller"))), refused);
    let dry_run = |options: Options| options.with_dry_run(true);
    assert!(inventory.create([number], &to("telnyx"), &dry_run(by("reseller"))).unwrap().is_success());
    assert!(inventory.create([number], &to("local"), &dry_run(by("master"))).unwrap().is_success());
}

#[test]
fn use_cases_are_for_actors_that_manage_the_account() {
    let inventory = world().billing(Dollars::default()).build();
    let refused = failing(Kind::Forbidden, "requestor is unauthorized to perform operation", None);
    let stranger = by("unrelated").with_account(id("reseller")).with_accept_charges(true);
    assert_eq!(body(inventory.activate([FREE], &stranger)), refused);
    assert_eq!(body(inventory.reserve([FREE], &stranger)), refused);
    assert_eq!(body(inventory.change_state([FREE], State::InService, &stranger)), refused);
    for options in [stranger, by("nobody")] {
        assert_eq!(inventory.check([FREE], &options).unwrap_err().kind(), Kind::Forbidden);
    }
    let page = inventory.search(&wanted("+1555", 1), &by("reseller")).unwrap();
    assert!(inventory.search_page(page.id, 0, 1, &stranger).is_none());
    assert!(inventory.search_page(page.id, 0, 1, &by("master").with_account(id("reseller"))).is_some());
    let admin = by("master").with_account(id("reseller")).with_accept_charges(true);
    assert!(inventory.activate([FREE], &admin).unwrap().is_success());
}

#[test]
fn a_mobile_number_is_fixed_in_a_mobile_run() {
    let inventory = world().build();
    let apps = |_: PhoneNumber| Some("x".into());
    assert_eq!(body(inventory.fix(["+15551233324"], Some(&apps), &by("reseller"))).0, Kind::Forbidden);
    let run = by("reseller").with_mdn_run(true);
    assert_eq!(body(inventory.fix(["+15551233322"], Some(&apps), &run)).0, Kind::Forbidden);
    assert!(inventory.fix(["+15551233324"], Some(&apps), &run).unwrap().is_success());
}

#[test]
fn row_61_a_creation_defaults_to_in_service() {
    // The HTTP API reserves by default; see its corpus.
    let created = world().build().create([ABSENT], &Create::default(), &by("reseller")).unwrap();
    assert_eq!(created.single().unwrap().state(), State::InService);
}

#[test]
fn leases_are_extended() {
    let quarter = LeaseTerms::new(900).with_longest_seconds(7_200);
    let inventory = world().policy(Policy::default().with_reservation(quarter)).build();
    assert!(inventory.reserve([FREE], &by("reseller")).unwrap().is_success());
    let minutes = |count| now().after(chrono::TimeDelta::minutes(count));
    // A reservation without an end cannot be extended.
    let numbers = [FREE, "+14252151010", ABSENT];
    let outcome = inventory.extend_lease(numbers, minutes(120), &by("reseller")).unwrap();
    assert_eq!(outcome.succeeded[0].lease().unwrap().until, minutes(120));
    assert_eq!(
        outcome.failed.values().map(InventoryError::kind).collect::<Vec<_>>(),
        [Kind::Invalid, Kind::NotFound]
    );
    assert_eq!(body(inventory.extend_lease([FREE], minutes(121), &by("reseller"))).0, Kind::Invalid);
    assert_eq!(body(inventory.extend_lease([FREE], minutes(120), &by("child"))).0, Kind::NotFound);
}
