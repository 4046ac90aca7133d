//! Carriers: searches, purchases and returns, pools, missing carriers.

use super::*;
use telnum::locality::{Columns, LocalityTable};
use telnum::record::RateCenter;

#[test]
fn row_133_a_carrier_refuses_a_return() {
    let carrier = telnyx();
    carrier.fail_next(CarrierFault::Refuse);
    let at_once = || Policy::default().with_disconnect_on_release(true);
    let inventory = world().carrier(shared(&carrier)).policy(at_once()).build();
    let number = "+15550100006";
    let failed = body(inventory.release([number], &by("child")));
    assert_eq!(failed, failing(Kind::ExternalFault, "fault by carrier", Some(number)));
    let record = inventory.get([number], &by("child")).unwrap().single().unwrap();
    assert_eq!((record.state(), record.pending()), (State::InService, None));
    // A carrier that is not installed cannot be called.
    let failed = body(world().policy(at_once()).build().release([number], &by("child")));
    assert_eq!((failed.0, &*failed.1), (Kind::Invalid, "carrier telnyx: not installed"));
}

#[test]
fn row_134_carriers_info() {
    let short = CarrierInfo::of("telnyx".parse().unwrap()).with_max_prefix_length(3);
    let inventory = world().carrier(ScriptedCarrier::new("short".parse().unwrap()).with_info(short)).build();
    let info = inventory.carriers_info(&by("reseller")).unwrap();
    assert_eq!(info.max_prefix_length, 10);
    assert!(info.usable_carriers.contains(&CarrierName::LOCAL));
    assert_eq!(info.usable_creation_states, [State::InService, State::Reserved]);
    assert_eq!(
        inventory.carriers_info(&by("unrelated").with_account(id("child"))).unwrap_err().kind(),
        Kind::Forbidden
    );
    let inventory =
        world().without_carriers().carrier(ScriptedCarrier::new("short".parse().unwrap()).with_info(short));
    assert_eq!(inventory.build().carriers_info(&by("child")).unwrap().max_prefix_length, 3);
}

#[test]
fn rows_135_to_138_and_141_carriers_are_searched() {
    let local = telnum::carrier::LocalCarrier::new(Arc::new(MemoryStore::new()));
    let search = |prefix: &str, quantity| NumberSearch::new(prefix.parse().unwrap()).with_quantity(quantity);
    assert_eq!(local.search(&search("+1415", 1)), Err(CarrierError::Unsupported));
    let nothing = world().without_carriers().build().search(&search("+1415", 5), &by("reseller")).unwrap();
    assert!(nothing.offers.is_empty() && nothing.failed.is_empty());

    let carrier = telnyx();
    let inventory = world().carrier(shared(&carrier)).build();
    for (prefix, quantity) in [("+1301359", 10), ("+13013590", 600), ("+130135900", 7), ("+1987", 3)] {
        let found = inventory.search(&search(prefix, quantity), &by("reseller")).unwrap();
        let numbers: Vec<_> = found.offers.iter().map(|found| found.number.to_string()).collect();
        assert!(numbers.iter().all(|number| number.starts_with(prefix)), "{prefix}");
        assert!(numbers.is_sorted());
        assert_eq!(numbers.len(), if prefix == "+1987" { 0 } else { quantity.min(500) });
    }

    // Further pages are available only to the account that searched.
    let page = inventory.search(&search("+1301359", 10), &by("reseller")).unwrap();
    assert_eq!(page.total, 500);
    let rest = inventory.search_page(page.id, 10, 1_000, &by("reseller")).unwrap();
    assert_eq!((rest.offers.len(), rest.offers[0].number), (490, "+13013590010".parse().unwrap()));
    assert!(inventory.search_page(page.id, 500, 10, &by("reseller")).unwrap().offers.is_empty());
    assert!(inventory.search_page(page.id, 10, 10, &by("child")).is_none());
    assert!(inventory.search_page("unheard-of".parse().unwrap(), 0, 10, &by("reseller")).is_none());
    assert_eq!(
        inventory.search(&search("+1", 1), &by("child").with_account(id("master"))).unwrap_err().kind(),
        Kind::Forbidden
    );
}

#[test]
fn a_search_names_carriers_that_are_late_or_fail() {
    let slow = ScriptedCarrier::new("slow".parse().unwrap()).with_delay(Duration::from_secs(60));
    let broken = ScriptedCarrier::new("broken".parse().unwrap());
    broken.fail_next(CarrierFault::LostRequest);
    let limits = InventoryLimits::default().with_search_timeout(Duration::from_millis(50));
    let inventory = world().carrier(slow).carrier(broken).carrier(shared(&telnyx())).limits(limits).build();
    let search = NumberSearch::new("+1301".parse().unwrap()).with_quantity(2);
    let page = inventory.search(&search, &by("reseller")).unwrap();
    assert_eq!(page.offers.len(), 2);
    let failed: Vec<_> = page.failed.iter().map(|(carrier, _)| carrier.as_str()).collect();
    assert_eq!(failed, ["slow", "broken"]);
}

#[test]
fn row_139_a_check_says_which_numbers_are_for_sale() {
    let inventory = world().carrier(shared(&telnyx())).build();
    let asked = ["+13013590001", FREE, "+19042471592", "junk", "3013590001"];
    let answers = inventory.check(asked, &by("reseller")).unwrap();
    let answers: Vec<_> = answers.iter().map(|(number, answer)| (&**number, *answer)).collect();
    let expected = [
        ("+13013590001", Availability::Available),
        (FREE, Availability::Available),
        ("+19042471592", Availability::Unavailable),
        ("junk", Availability::Unavailable),
    ];
    assert_eq!(answers, expected);
    assert!(inventory.check([] as [&str; 0], &by("reseller")).unwrap().is_empty());
    let nobody = world().without_carriers().build();
    assert_eq!(nobody.check([FREE], &by("reseller")).unwrap(), [(FREE.into(), Availability::Unavailable)]);
}

#[test]
fn pools_and_reservations_are_searched_for_their_account() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let pools = [("+12065550100", "reseller"), ("+12065550101", "reseller"), ("+12065550102", "unrelated")];
    for (number, pool) in pools {
        store.commit(Change::put(in_pool(number, "available", pool), Expect::Absent).into()).unwrap();
    }
    for record in numbers().into_values() {
        store.commit(Change::put(record, Expect::Absent).into()).unwrap();
    }
    let inventory = Inventory::builder(Arc::clone(&store))
        .accounts(accounts())
        .without_carriers()
        .carrier(ManagedCarrier::new(Arc::clone(&store)))
        .carrier(ReservedCarrier::of_account(Arc::clone(&store)))
        .carrier(ReservedCarrier::of_reseller(store))
        .carrier(MdnCarrier)
        .build();
    let found = |account: &str, prefix: &str| -> Vec<String> {
        let search = NumberSearch::new(prefix.parse().unwrap()).with_quantity(10);
        let page = inventory.search(&search, &by(account)).unwrap();
        assert!(page.failed.is_empty());
        page.offers.iter().map(|found| format!("{} {}", found.number, found.carrier)).collect()
    };
    let resellers = ["+12065550100 managed", "+12065550101 managed"];
    assert_eq!(found("reseller", "+1206"), resellers);
    // An account with an empty pool uses that of its reseller.
    assert_eq!(found("child", "+1206"), resellers);
    assert_eq!(found("unrelated", "+1206"), ["+12065550102 managed"]);
    assert!(found("master", "+1206").is_empty());
    assert_eq!(found("reseller", "+1425"), ["+14252151010 reserved"]);
    assert_eq!(found("child", "+1425"), ["+14252151010 reserved_reseller"]);
    // A purchase from a pool has no external effect.
    assert!(inventory.activate(["+12065550100"], &by("child")).unwrap().is_success());
    assert_eq!(found("child", "+1206"), ["+12065550101 managed"]);
}

/// A carrier that responds for other numbers than those in the request.
#[derive(Debug)]
struct Nonsense;

impl Carrier for Nonsense {
    fn name(&self) -> CarrierName {
        "nonsense".parse().unwrap()
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        let found = ["+13013590000", "+13013590000", "+447911123456"];
        let found = found.map(|number| Offer::new(number.parse().unwrap(), self.name()));
        Ok(found.into_iter().cycle().take(search.quantity * 3 + 9).collect())
    }

    fn check(&self, _: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Available; 7])
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(Some(json!([null, {"": []}])))
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

#[test]
fn a_mismatched_answer_of_a_carrier_sells_nothing() {
    let inventory = world().carrier(Nonsense).build();
    let search = NumberSearch::new("+1301".parse().unwrap()).with_quantity(10);
    let found = inventory.search(&search, &by("reseller")).unwrap().offers;
    assert_eq!(found.iter().map(|found| found.number.to_string()).collect::<Vec<_>>(), ["+13013590000"]);
    assert_eq!(
        inventory.check([ABSENT], &by("reseller")).unwrap(),
        [(ABSENT.into(), Availability::Unavailable)]
    );
    assert_eq!(body(inventory.reserve([ABSENT], &by("reseller"))).0, Kind::NotFound);
}

#[test]
fn row_122_built_in_carriers_need_not_be_installed() {
    let mobile = "+15551233324";
    for inventory in
        [world().build(), world().without_carriers().build(), world().carrier(MdnCarrier).build()]
    {
        let released = inventory.release([mobile], &system().with_mdn_run(true)).unwrap().single().unwrap();
        assert_eq!((released.state(), released.owner()), (State::Deleted, None));
    }
    let store = Arc::new(MemoryStore::new());
    put(&store, in_pool("+12065550100", "in_service", "reseller"));
    assert!(on(&store).build().release(["+12065550100"], &by("reseller")).unwrap().is_success());
}

#[test]
fn a_missing_carrier_is_an_error_before_the_claim() {
    let number = "+15551233337";
    let inventory = world().policy(Policy::default().with_disconnect_on_release(true)).build();
    for options in [by("reseller"), by("reseller").with_dry_run(true)] {
        let failed = body(inventory.release([number], &options));
        assert_eq!(failed, failing(Kind::Invalid, "carrier pacwest: not installed", Some("pacwest")));
    }
    assert!(inventory.store().events(0, 10).unwrap().is_empty());
    // An admin can change the carrier.
    let local = Update::default().with_carrier(CarrierName::LOCAL);
    assert!(inventory.update([number], &local, &system()).unwrap().is_success());
    assert!(inventory.release([number], &by("reseller")).unwrap().is_success());
}

#[test]
fn a_sweep_reports_a_missing_carrier_and_changes_nothing() {
    let store = Arc::new(MemoryStore::new());
    let minute = Policy::default().with_reservation(LeaseTerms::new(60)).with_disconnect_on_release(true);
    let create = Create::default().with_state(State::Reserved).with_carrier("pacwest".parse().unwrap());
    let pacwest = ScriptedCarrier::new("pacwest".parse().unwrap());
    let inventory = on(&store).policy(minute.clone()).carrier(pacwest).build();
    assert!(inventory.create([ABSENT], &create, &by("reseller")).unwrap().is_success());
    let later = on(&store).policy(minute).clock(|| now().after(chrono::TimeDelta::hours(1))).build();
    for _ in 0..3 {
        let report = later.sweep().unwrap();
        assert_eq!((report.ended, report.failed.len()), (0, 1));
        assert_eq!(report.failed[0].1.to_string(), "carrier pacwest: not installed");
    }
    assert_eq!(store.events(0, 10).unwrap().len(), 1);
}

#[test]
fn the_local_carrier_sells_available_numbers_of_all_carriers() {
    let inventory = world().carrier(shared(&telnyx())).build();
    let number = "+19162154006";
    assert_eq!(found(&inventory, &wanted("+1916", 10), &by("reseller")), [format!("{number} local")]);
    let check = inventory.check([number], &by("reseller")).unwrap();
    assert_eq!(check, [(number.into(), Availability::Available)]);
    assert!(inventory.reserve([number], &by("reseller")).unwrap().is_success());
    assert!(found(&inventory, &wanted("+1916", 10), &by("reseller")).is_empty());
}

#[test]
fn a_claimed_number_is_not_available() {
    let carrier = telnyx();
    let inventory = world().carrier(shared(&carrier)).policy(with_e911()).e911(Arc::new(Dead)).build();
    let number = "+19162154006";
    let create = Create::default().with_document(document(json!({"e911": address()})));
    assert_eq!(body(inventory.create([number], &create, &by("reseller"))).0, Kind::ExternalFault);
    assert!(found(&inventory, &wanted("+1916", 10), &by("unrelated")).is_empty());
    let check = inventory.check([number], &by("unrelated")).unwrap();
    assert_eq!(check, [(number.into(), Availability::Unavailable)]);
}

/// A provider whose responses are lost.
#[derive(Debug)]
struct Dead;

impl E911Provider for Dead {
    fn validate(&self, _: &E911Address) -> Result<E911Outcome, ProviderError> {
        Err(ProviderError::Unknown("lost".into()))
    }

    fn provision(
        &self,
        _: &NumberRecord,
        _: &E911Address,
        _: IdempotencyKey,
    ) -> Result<E911Outcome, ProviderError> {
        Err(ProviderError::Unknown("lost".into()))
    }

    fn remove(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<(), ProviderError> {
        Err(ProviderError::Unknown("lost".into()))
    }
}

#[test]
fn a_pool_is_for_its_account_and_its_customers() {
    let number = "+12065550100";
    let inventory = || {
        let store = Arc::new(MemoryStore::new());
        put(&store, in_pool(number, "available", "reseller"));
        let carrier = ManagedCarrier::new(Arc::<MemoryStore>::clone(&store));
        (on(&store).carrier(carrier).build(), on(&store).build())
    };
    let rows = [("unrelated", false), ("master", true), ("reseller", true), ("child", true)];
    for (account, may) in rows {
        let (managed, local) = inventory();
        let options = by(account);
        for inventory in [&managed, &local] {
            // An admin may assign the number, but it is not offered for sale.
            let is_shown = may && account != "master";
            assert_eq!(
                found(inventory, &wanted("+1206", 5), &options).len(),
                usize::from(is_shown),
                "{account}"
            );
            let answer = if is_shown { Availability::Available } else { Availability::Unavailable };
            assert_eq!(inventory.check([number], &options).unwrap(), [(number.into(), answer)], "{account}");
        }
        // The account `child` may not create numbers.
        let may_create = may && account != "child";
        let inventory = || inventory().0;
        assert_eq!(inventory().activate([number], &options).unwrap().is_success(), may, "{account}");
        let created = inventory().create([number], &Create::default(), &options).unwrap();
        assert_eq!(created.is_success(), may_create, "{account}");
        let moved = inventory().change_state([number], State::InService, &options).unwrap();
        assert_eq!(moved.is_success(), may, "{account}");
    }
}

/// A carrier that records its searches and sells the given numbers.
#[derive(Debug, Default)]
struct RecordingCarrier {
    searches: Mutex<Vec<NumberSearch>>,
    sells: Vec<PhoneNumber>,
}

impl Carrier for RecordingCarrier {
    fn name(&self) -> CarrierName {
        "recording".parse().unwrap()
    }

    fn info(&self) -> CarrierInfo {
        CarrierInfo::of("telnyx".parse().unwrap()).with_max_prefix_length(3)
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        self.searches.lock().unwrap().push(search.clone());
        Ok(self.sells.iter().rev().map(|number| Offer::new(*number, self.name())).collect())
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Unavailable; numbers.len()])
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

#[test]
fn row_137_a_consecutive_search_finds_a_run() {
    let sells = ["+14155550103", "+14155550104", "+14155550107", "+14155550108", "+14155550109"];
    let carrier = Arc::new(RecordingCarrier {
        sells: sells.map(|number| number.parse().unwrap()).into(),
        ..RecordingCarrier::default()
    });
    let store = Arc::new(MemoryStore::new());
    let inventory = on(&store).carrier(Arc::<RecordingCarrier>::clone(&carrier)).build();
    let free = Create::default().with_state(State::Available);
    let ours =
        ["+14155550100", "+14155550102", "+14155550105", "+14155550106", "+14155550199", "+14155550200"];
    assert!(inventory.create(ours, &free, &system()).unwrap().is_success());
    let block = |quantity| {
        let search = wanted("+1415", quantity).with_consecutive(true);
        let found = found(&inventory, &search, &by("reseller"));
        (found.first().cloned(), found.last().cloned(), found.len())
    };
    let is = |first: &str, last: &str, count| (Some(first.to_owned()), Some(last.to_owned()), count);
    assert_eq!(block(2), is("+14155550105 local", "+14155550106 local", 2));
    assert_eq!(block(3), is("+14155550107 recording", "+14155550109 recording", 3));
    assert_eq!(block(4), (None, None, 0));
    assert_eq!(block(1), is("+14155550100 local", "+14155550100 local", 1));
    assert_eq!(block(501), (None, None, 0));
    // A search for a run has the length of the run as its limit, other searches the limit of all pages.
    assert_eq!(found(&inventory, &wanted("+1415", 2), &by("reseller")).len(), 2);
    let asked: Vec<_> = carrier.searches.lock().unwrap().iter().map(|search| search.quantity).collect();
    assert_eq!(asked, [2, 3, 4, 1, 500]);
}

/// The result does not depend on the other numbers of the carrier, nor on the number of digits by which
/// it searches.
#[test]
fn row_137_a_run_is_found_among_other_numbers() {
    for max_prefix_length in [3, 6] {
        let name: CarrierName = "telnyx".parse().unwrap();
        let carrier = ScriptedCarrier::new(name)
            .with_info(CarrierInfo::of(name).with_max_prefix_length(max_prefix_length))
            .with_block("+14158850000".parse().unwrap(), 5)
            .with_block("+14158860000".parse().unwrap(), 1)
            .with_block("+14158860002".parse().unwrap(), 3);
        let inventory = world().carrier(carrier).build();
        let search = wanted("+1415886", 3).with_consecutive(true);
        let row = ["+14158860002 telnyx", "+14158860003 telnyx", "+14158860004 telnyx"];
        assert_eq!(found(&inventory, &search, &by("reseller")), row);
    }
}

#[test]
fn a_search_is_shortened_to_the_digits_that_a_carrier_supports() {
    let sells = ["+13013590000", "+13014000000"].map(|number| number.parse().unwrap()).into();
    let carrier = Arc::new(RecordingCarrier { sells, ..RecordingCarrier::default() });
    let inventory = world().carrier(Arc::<RecordingCarrier>::clone(&carrier)).build();
    let rows = [
        ("+1301359", "+1301", vec!["+13013590000 recording"]),
        ("+130", "+130", vec!["+13014000000 recording"]),
        ("+1", "+1", vec!["+15551239876 local"]),
        ("+4420794", "+44207", vec![]),
    ];
    for (prefix, told, expected) in rows {
        assert_eq!(found(&inventory, &wanted(prefix, 1), &by("reseller")), expected, "{prefix}");
        let asked = carrier.searches.lock().unwrap().pop().unwrap();
        assert_eq!(asked.prefix.to_string(), told);
    }
}

#[test]
fn carriers_are_checked_concurrently_within_the_time_limit() {
    let slow = |name: &str| ScriptedCarrier::new(name.parse().unwrap()).with_delay(Duration::from_secs(20));
    let limits = InventoryLimits::default().with_search_timeout(Duration::from_millis(200));
    let second =
        ScriptedCarrier::new("second".parse().unwrap()).with_block("+13013590000".parse().unwrap(), 600);
    let inventory = world()
        .carrier(slow("slow"))
        .carrier(shared(&telnyx()))
        .carrier(second)
        .carrier(slow("slower"))
        .limits(limits)
        .build();
    let started = Instant::now();
    let check = inventory.check(["+13013590001"], &by("reseller")).unwrap();
    assert_eq!(check, [("+13013590001".into(), Availability::Available)]);
    // The number is bought from the first carrier that sells it.
    let bought = inventory.reserve(["+13013590001"], &by("reseller")).unwrap().single().unwrap();
    assert_eq!(bought.carrier().as_str(), "telnyx");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_block_ends_with_the_last_possible_number() {
    let first = "+999999999999998".parse().unwrap();
    let carrier = ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(first, u64::MAX);
    assert_eq!(carrier.search(&wanted("+9", 10)).unwrap().len(), 2);
}

#[test]
fn a_failing_carrier_is_reported_instead_of_not_found() {
    let sold = "+13013590001";
    for fault in [CarrierFault::Refuse, CarrierFault::LostRequest, CarrierFault::LostAnswer] {
        let carrier = telnyx();
        let inventory = world().carrier(shared(&carrier)).build();
        carrier.fail_next(fault);
        let outcome = inventory.reserve([sold, FREE], &by("reseller")).unwrap();
        assert_eq!(outcome.succeeded.len(), 1);
        assert_eq!(body(Ok(outcome)), failing(Kind::ExternalFault, "fault by carrier", Some(sold)));
        assert!(inventory.reserve([sold], &by("reseller")).unwrap().is_success());
    }
}

/// A carrier receives the data of its offer when the account that found the number buys it.
#[test]
fn a_purchase_returns_the_carrier_data_of_its_offer() {
    #[derive(Debug, Default)]
    struct Telling(Mutex<Vec<Option<Value>>>);

    impl Carrier for Telling {
        fn name(&self) -> CarrierName {
            "telling".parse().unwrap()
        }

        fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
            let number = search.prefix.to_string().parse().unwrap();
            let carrier_data = Some(json!({"offer": search.prefix.to_string()}));
            let mut offer = Offer::new(number, self.name());
            offer.carrier_data = carrier_data;
            Ok(vec![offer])
        }

        fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
            Ok(vec![Availability::Available; numbers.len()])
        }

        fn acquire(&self, record: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
            self.0.lock().unwrap().push(record.carrier_data().cloned());
            Ok(None)
        }

        fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
            Ok(None)
        }
    }

    let telling = Arc::new(Telling::default());
    let inventory = world().carrier(Arc::<Telling>::clone(&telling)).build();
    for (account, number) in [("reseller", "+13013590001"), ("reseller", ABSENT), ("child", "+13013590002")] {
        inventory.search(&wanted(number, 1), &by(account)).unwrap();
    }
    let bought = [ABSENT, "+13013590001", "+13013590002"];
    let outcome = inventory.reserve(bought, &by("reseller")).unwrap();
    assert!(outcome.is_success());
    // The last number was found by another account.
    let said = [Some(json!({"offer": ABSENT})), Some(json!({"offer": "+13013590001"})), None];
    assert_eq!(*telling.0.lock().unwrap(), said);
    let kept: Vec<_> = outcome.succeeded.values().map(|record| record.carrier_data().cloned()).collect();
    assert_eq!(kept, said);
}

#[test]
fn a_carrier_with_overdue_calls_is_not_called() {
    /// A carrier that never responds, and the number of its pending calls.
    #[derive(Debug, Default)]
    struct Silent(AtomicUsize);

    impl Carrier for Silent {
        fn name(&self) -> CarrierName {
            "silent".parse().unwrap()
        }

        fn search(&self, _: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_secs(60));
            Ok(Vec::new())
        }

        fn check(&self, _: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
            Ok(Vec::new())
        }

        fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
            Ok(None)
        }

        fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
            Ok(None)
        }
    }

    let silent = Arc::new(Silent::default());
    let limits = InventoryLimits::default().with_search_timeout(Duration::from_millis(1));
    let inventory = world().carrier(Arc::<Silent>::clone(&silent)).limits(limits).build();
    for _ in 0..100 {
        let page = inventory.search(&wanted("+1555", 1), &by("reseller")).unwrap();
        assert!(page.failed.iter().any(|(carrier, _)| carrier.as_str() == "silent"));
    }
    assert!(silent.0.load(Ordering::SeqCst) <= 32);
}

#[test]
fn a_search_may_have_no_time_limit() {
    let limits = InventoryLimits::default().with_search_timeout(Duration::MAX);
    let inventory = world().limits(limits).build();
    assert_eq!(found(&inventory, &wanted("+1555", 2), &by("reseller")), ["+15551239876 local"]);
}

#[test]
fn rate_centres_are_found_by_searches_and_kept_when_bought() {
    let mut table = LocalityTable::new();
    let file = "prefix,city,province,rate_centre,lata\n+1301359,Bethesda,MD,BETHESDA,236\n+13013590001,,,,\n";
    table.read_csv(file.as_bytes(), &Columns::new()).unwrap();
    let carrier = telnyx();
    let inventory = world().carrier(shared(&carrier)).localities(table).build();
    let bethesda = RateCenter { lata: "236".into(), name: "BETHESDA".into(), state: "MD".into() };

    let search = NumberSearch::new("+1301359".parse().unwrap()).with_quantity(2);
    let page = inventory.search(&search, &by("reseller")).unwrap();
    let centers: Vec<_> = page.offers.iter().map(|offer| offer.rate_center.clone()).collect();
    assert_eq!(centers, [Some(bethesda.clone()), None]);

    let number = "+13013590000";
    inventory.activate([number], &by("reseller")).unwrap().single().unwrap();
    let record = inventory.get([number], &by("reseller")).unwrap().single().unwrap();
    assert_eq!((record.state(), record.rate_center()), (State::InService, Some(&bethesda)));
    let stored = json!(&*record);
    assert_eq!(stored["pvt_rate_center"], json!({"lata": "236", "name": "BETHESDA", "state": "MD"}));
    assert_eq!(NumberRecord::from_value(&stored).unwrap(), *record);
}
