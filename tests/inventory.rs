//! The use cases: the reference's behaviour, by the numbers of its rows, and what bad input comes to.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};
use telnum::PhoneNumber;
use telnum::account::{AccountId, Actor};
use telnum::carrier::{
    Availability, Carrier, CarrierError, CarrierInfo, Fault, Found, Managed, Mdn, Order, ReservedBy,
    Scripted, Search,
};
use telnum::feature::e911::E911Address;
use telnum::inventory::{
    Billing, BillingError, Builder, Charge, Create, Error, ImportRow, Inventory, Limits, Options, Outcome,
    Porting, Quote,
};
use telnum::lifecycle::State;
use telnum::names::{CarrierName, Feature, FeatureSet};
use telnum::policy::Policy;
use telnum::provider::{AddressBook, E911Provider, Notices};
use telnum::record::{EffectKey, NumberRecord, Update};
use telnum::store::{
    Batch, Change, Expect, Logged, MemoryStore, NumberStore, Page, Query, Revision, StoreError, Stored,
};
use world::{accounts, id, now, numbers};

const FREE: &str = "+15551239876";
const ABSENT: &str = "+15559871234";

/// The reference's accounts and numbers.
fn world() -> Builder {
    let store = MemoryStore::new();
    let changes: Vec<_> = numbers().into_values().map(|record| Change::put(record, Expect::Absent)).collect();
    store.commit(changes.into()).unwrap();
    Inventory::builder(Arc::new(store)).accounts(accounts()).clock(now)
}

fn by(account: &str) -> Options {
    Options::new(id(account))
}

fn system() -> Options {
    Options::new(Actor::System)
}

fn shared(carrier: &Arc<Scripted>) -> Arc<dyn Carrier> {
    Arc::<Scripted>::clone(carrier)
}

fn telnyx() -> Arc<Scripted> {
    let first = "+13013590000".parse().unwrap();
    Arc::new(Scripted::new("telnyx".parse().unwrap()).with_block(first, 600))
}

/// Code, name, message and cause.
fn body(outcome: Result<Outcome, Error>) -> (u16, String, String, Option<Value>) {
    let body = outcome.unwrap().single().unwrap_err().body();
    (body.code, body.error.into(), body.message.into(), body.cause)
}

fn failing(
    code: u16,
    error: &str,
    message: &str,
    cause: Option<&str>,
) -> (u16, String, String, Option<Value>) {
    (code, error.to_owned(), message.to_owned(), cause.map(Value::from))
}

fn document(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("{value}") };
    fields
}

fn address() -> Value {
    json!({"street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105"})
}

fn with_e911() -> Policy {
    Policy { allowed_features: FeatureSet::of(&[Feature::E911, Feature::Cnam]), ..Policy::default() }
}

#[test]
fn row_24_anyone_reads_what_is_available() {
    let inventory = world().build();
    for actor in ["reseller", "master", "unrelated"] {
        assert!(inventory.get([FREE], &by(actor)).unwrap().is_success(), "{actor}");
    }
    assert!(inventory.get(["+15551233322"], &by("master")).unwrap().is_success());
    let refused = failing(403, "forbidden", "requestor is unauthorized to perform operation", None);
    assert_eq!(body(inventory.get(["+15551233322"], &by("unrelated"))), refused);
    assert_eq!(body(inventory.get([FREE], &by("nobody"))), refused);
}

#[test]
fn who_is_confined_to_an_account_has_its_numbers_alone() {
    let ported: PhoneNumber = "+19042471591".parse().unwrap();
    let inventory = world().porting(Ported { number: Some(ported) }).build();
    let within = |account: &str| system().with_account(id(account)).with_confined(true);
    let number = "+15551233322";
    for (account, is_there) in [("reseller", true), ("master", true), ("child", false), ("nobody", false)] {
        let options = within(account);
        assert_eq!(inventory.get([number], &options).unwrap().is_success(), is_there, "{account}");
        assert_eq!(inventory.identify(number, &options).is_ok(), is_there, "{account}");
        assert_eq!(inventory.identify("+19042471591", &options).is_ok(), is_there, "{account}");
        let fixed = inventory.fix([number], None, &options).unwrap();
        assert_eq!(fixed.is_success(), is_there, "{account}");
        // What is available is there to be read.
        assert!(inventory.get([FREE], &options).unwrap().is_success(), "{account}");
        assert_eq!(body(inventory.patch([FREE], Map::new(), &options)).1, "not_found", "{account}");
    }
    let absent = failing(404, "not_found", "number not found", Some(number));
    assert_eq!(body(inventory.delete([number], &within("child"))), absent);
    assert!(inventory.delete([number], &within("reseller")).unwrap().is_success());
}

#[test]
fn row_25_what_is_absent_fails_under_its_normalized_number() {
    let inventory = world().build();
    let outcome = inventory.get(["4156301234"], &system()).unwrap();
    assert_eq!(outcome.failed.keys().map(|it| &**it).collect::<Vec<_>>(), ["+14156301234"]);
    assert_eq!(body(Ok(outcome)), failing(404, "not_found", "number not found", Some("+14156301234")));
    // What is deleted is absent.
    assert_eq!(body(inventory.get(["+15550100004"], &system())).0, 404);
}

#[test]
fn row_11_what_is_no_number_fails_as_it_was_written() {
    let text = "+141510010+15";
    let failed = body(world().build().reserve([text], &by("reseller")));
    let message = "number +141510010+15 is not reconcilable";
    assert_eq!(failed, failing(404, "not_reconcilable", message, Some(text)));
}

#[test]
fn rows_48_and_60_what_is_in_service_is_not_created() {
    let inventory = world().build();
    for account in ["reseller", "master"] {
        let failed = body(inventory.create(["+15551233322"], &Create::default(), &by(account)));
        let message = "number +15551233322 already exists";
        assert_eq!(failed, failing(409, "number_exists", message, Some("+15551233322")));
    }
    assert!(inventory.create([ABSENT], &Create::default(), &by("reseller")).unwrap().is_success());
    assert_eq!(body(inventory.create([ABSENT], &Create::default(), &by("reseller"))).0, 409);
}

/// A port request that may be there, in a store that may be out of reach.
struct Ported {
    number: Option<PhoneNumber>,
}

impl Porting for Ported {
    fn is_porting(&self, number: PhoneNumber) -> bool {
        self.number.is_none_or(|ported| ported == number)
    }

    fn account(&self, number: PhoneNumber) -> Option<AccountId> {
        self.number.filter(|ported| *ported == number).map(|_| id("reseller"))
    }
}

#[test]
fn rows_51_and_52_what_is_being_ported_is_not_created() {
    let number = "+19042471591";
    let inventory = world().porting(Ported { number: Some(number.parse().unwrap()) }).build();
    let failed = body(inventory.create([number], &Create::default(), &by("reseller")));
    assert_eq!(
        failed,
        failing(400, "number_is_porting", "number +19042471591 is porting", Some("+19042471591"))
    );
    let import = |inventory: &Inventory| {
        let row =
            ImportRow { number: number.into(), account: Some(id("reseller")), create: Create::default() };
        inventory.import([row], &system()).unwrap().imported
    };
    assert_eq!(import(&inventory), 0);
    assert!(inventory.create(["+19042471592"], &Create::default(), &by("reseller")).unwrap().is_success());
    let ported_in = Create { ported_in: true, ..Create::default() };
    assert!(inventory.create([number], &ported_in, &by("reseller")).unwrap().is_success());

    // Where that is not known, none is created that might be: not what is absent, nor deleted.
    let inventory = world().porting(Ported { number: None }).build();
    let all = inventory.create(
        [ABSENT, "+15550100004", FREE],
        &Create::default(),
        &system().with_account(id("reseller")),
    );
    let all = all.unwrap();
    let failed: Vec<_> = all.failed.iter().map(|(number, error)| (&**number, error.body().error)).collect();
    assert_eq!(failed, [(ABSENT, "number_is_porting".into()), ("+15550100004", "number_is_porting".into())]);
    assert_eq!(all.succeeded.len(), 1);
}

/// Each number costs a dollar. An account without credit may not.
#[derive(Clone, Debug, Default)]
struct Dollars {
    is_broke: bool,
    asked: Arc<AtomicUsize>,
}

impl Billing for Dollars {
    fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_broke {
            return Err(BillingError::NotEnoughCredit);
        }
        let quote = |charge: &Charge| Quote {
            account: charge.account,
            number: charge.number,
            item: "number".into(),
            amount: 100,
            currency: "USD".into(),
        };
        Ok(charges.iter().map(quote).collect())
    }
}

#[test]
fn rows_53_and_54_what_costs_is_quoted_and_has_to_be_accepted() {
    let inventory = world().billing(Dollars::default()).build();
    let tried = inventory.create([ABSENT], &Create::default(), &by("reseller").with_dry_run(true)).unwrap();
    assert_eq!((tried.quotes.len(), tried.quotes[0].amount), (1, 100));
    assert_eq!(tried.single().unwrap().state(), State::InService);
    assert_eq!(body(inventory.get([ABSENT], &system())).0, 404);
    assert!(inventory.store().events(0, 10).unwrap().is_empty());

    let key = by("reseller").with_key("one".parse().unwrap());
    let (code, _, message, cause) = body(inventory.create([ABSENT], &Create::default(), &key));
    assert_eq!((code, &*message, cause.unwrap()[0]["amount"].clone()), (402, "accept charges", json!(100)));
    assert_eq!(body(inventory.get([ABSENT], &system())).0, 404);
    let accepted = inventory.create([ABSENT], &Create::default(), &key.with_accept_charges(true)).unwrap();
    assert_eq!((accepted.succeeded.len(), accepted.quotes.len()), (1, 1));
    // What costs nothing is not asked about.
    assert!(inventory.release([ABSENT], &by("reseller")).unwrap().is_success());
}

#[test]
fn row_162_where_billing_refuses_nothing_is_done() {
    let billing = Dollars { is_broke: true, ..Dollars::default() };
    let inventory = world().billing(billing.clone()).build();
    let outcome = inventory.create([ABSENT, FREE, "nonsense"], &Create::default(), &by("reseller")).unwrap();
    let errors: Vec<_> = outcome.failed.values().map(|error| error.body().error).collect();
    assert_eq!(errors, ["not_enough_credit".into(), "not_enough_credit".into(), "not_reconcilable".into()]);
    assert_eq!(billing.asked.load(Ordering::SeqCst), 1);
    assert!(inventory.store().events(0, 10).unwrap().is_empty());
}

#[test]
fn row_56_what_is_absent_is_not_moved() {
    let inventory = world().carrier(Mdn).build();
    assert_eq!(
        body(inventory.activate([ABSENT], &system().with_account(id("reseller")).with_mdn_run(true))).1,
        "not_found"
    );
    assert_eq!(body(inventory.reserve([ABSENT], &by("reseller"))).1, "not_found");
}

#[test]
fn row_46_a_number_is_not_assigned_to_nobody() {
    let inventory = world().build();
    let failed = body(inventory.reserve([FREE], &system()));
    assert_eq!(
        failed,
        failing(400, "assign_failure", "invalid account to assign to", Some("field_undefined"))
    );
    let failed = body(inventory.create([ABSENT], &Create::default(), &system().with_account(id("nobody"))));
    assert_eq!(failed, failing(400, "assign_failure", "invalid account to assign to", Some("nobody")));
}

#[test]
fn row_84_what_is_reserved_is_activated() {
    let inventory = world().build();
    let activated = inventory.activate(["+14252151010", "+15551233322"], &by("reseller")).unwrap();
    assert!(activated.is_success());
    assert!(activated.succeeded.values().all(|record| record.state() == State::InService));
    assert_eq!(body(inventory.activate([ABSENT], &by("reseller"))).0, 404);
}

#[test]
fn rows_86_to_89_updates_fail_each_by_itself() {
    let inventory = world().build();
    let same =
        inventory.update(["+15551233322"], &Update::default(), &by("reseller")).unwrap().single().unwrap();
    assert!(inventory.store().events(0, 10).unwrap().is_empty());
    assert_eq!(*same, numbers()[&same.number()]);
    let ported = Update { ported_in: Some(true), ..Update::default() };
    let outcome = inventory.update(["NOT a number", "+15551233322"], &ported, &by("reseller")).unwrap();
    assert_eq!((outcome.succeeded.len(), outcome.failed.len()), (1, 1));
    assert!(outcome.succeeded[0].ported_in());
    let app = inventory
        .assign_to_app(["+15551233322", "+15551255693"], Some("trunkstore"), &by("reseller"))
        .unwrap();
    assert!(app.succeeded.values().all(|record| record.used_by() == Some("trunkstore")));
    assert!(inventory.assign_to_app(["+15551233322"], None, &by("reseller")).unwrap().is_success());
    assert_eq!(inventory.store().events(0, 10).unwrap().len(), 4);
}

#[test]
fn rows_110_and_115_an_address_is_one_place() {
    let book = |streets: &[&str]| {
        let place = |street: &&str| {
            let mut place = address();
            place["street_address"] = json!(street);
            place["extended_address"] = json!(format!("APT {}", street.len()));
            E911Address::from_value(place).unwrap()
        };
        Arc::new(AddressBook::new(streets.iter().map(place)))
    };
    let create = Create {
        carrier: Some("telnyx".parse().unwrap()),
        document: document(json!({"e911": address()})),
        ..Create::default()
    };
    let at = |book: &Arc<AddressBook>| {
        let provider: Arc<dyn E911Provider> = Arc::<AddressBook>::clone(book);
        world().shared_carrier(shared(&telnyx())).policy(with_e911()).e911(provider).build()
    };
    let number: PhoneNumber = ABSENT.parse().unwrap();
    for dry_run in [true, false] {
        let options = by("reseller").with_dry_run(dry_run);
        // None.
        let (code, name, ..) = body(at(&book(&[])).create([ABSENT], &create, &options));
        assert_eq!((code, &*name), (400, "invalid"), "dry run: {dry_run}");
        // Several: the user has to choose.
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
        let (code, name, message, cause) = body(at(&two).create([ABSENT], &create, &options));
        assert_eq!((code, &*name, &*message), (400, "multiple_choice", "more than one address found"));
        assert_eq!(cause.unwrap()["multiple_choice"]["e911"]["details"].as_array().unwrap().len(), 2);
        // One: it is provisioned as the provider writes it, but for a dry run.
        let one = book(&["116 NATOMA ST"]);
        let inventory = at(&one);
        let created = inventory.create([ABSENT], &create, &options).unwrap().single().unwrap();
        assert_eq!(one.provisioned(number).is_none(), dry_run);
        if !dry_run {
            let active = created.active().and_then(|active| active.e911.clone());
            assert_eq!(active, one.provisioned(number));
            assert_eq!(active.unwrap().fields().extended_address.as_deref(), Some("APT 13"));
        }
    }
}

#[test]
fn row_117_what_is_absent_is_not_released() {
    let inventory = world().build();
    assert_eq!(body(inventory.release([ABSENT], &system())).1, "not_found");
    assert_eq!(body(inventory.release(["+15550100004"], &system())).1, "not_found");
}

#[test]
fn row_129_an_admin_deletes_at_once() {
    let carrier = telnyx();
    let inventory = world().shared_carrier(shared(&carrier)).build();
    assert_eq!(body(inventory.delete(["+15550100005"], &by("reseller"))).0, 403);
    let deleted = inventory.delete(["+15550100005"], &by("master")).unwrap().single().unwrap();
    assert_eq!((deleted.state(), deleted.history().len()), (State::Deleted, 0));
    assert!(carrier.orders().is_empty());
}

#[test]
fn row_131_what_is_removed_is_no_longer_listed() {
    let inventory = world().carrier(Scripted::new("other".parse().unwrap())).build();
    let mine = |inventory: &Inventory| {
        inventory.list(&Query::default(), None, 50, &by("unrelated")).unwrap().items.len()
    };
    let create = Create { carrier: Some("other".parse().unwrap()), ..Create::default() };
    let admin = by("master").with_account(id("unrelated"));
    assert!(inventory.create([ABSENT], &create, &admin).unwrap().is_success());
    assert_eq!(mine(&inventory), 1);
    let released = inventory.release([ABSENT], &by("unrelated")).unwrap().single().unwrap();
    assert_eq!(released.state(), State::Available);
    assert_eq!(mine(&inventory), 0);
    assert_eq!(body(inventory.release(["+15551233322"], &by("unrelated"))).0, 403);
}

#[test]
fn row_133_a_carrier_refuses_to_take_a_number_back() {
    let carrier = telnyx();
    carrier.fail_next(Fault::Refuse);
    let inventory = world().shared_carrier(shared(&carrier)).build();
    let number = "+15550100006";
    let failed = body(inventory.release([number], &by("child")));
    assert_eq!(failed, failing(500, "unspecified_fault", "fault by carrier", Some(number)));
    let record = inventory.get([number], &by("child")).unwrap().single().unwrap();
    assert_eq!((record.state(), record.pending()), (State::InService, None));
    // A carrier that is not there is asked nothing.
    let failed = body(world().build().release([number], &by("child")));
    assert_eq!((failed.0, &*failed.2), (400, "no carrier is called telnyx"));
}

#[test]
fn row_134_what_an_account_may_do_with_carriers() {
    let short = CarrierInfo { is_local: false, is_billable: true, maximal_prefix_length: 3 };
    let inventory = world().carrier(Scripted::new("short".parse().unwrap()).with_info(short)).build();
    let info = inventory.carriers_info(&by("reseller")).unwrap();
    assert_eq!(info.maximal_prefix_length, 10);
    assert!(info.usable_carriers.contains(&CarrierName::LOCAL));
    assert_eq!(info.usable_creation_states, [State::InService, State::Reserved]);
    assert_eq!(
        inventory.carriers_info(&by("unrelated").with_account(id("child"))).unwrap_err().body().code,
        403
    );
    let inventory =
        world().without_carriers().carrier(Scripted::new("short".parse().unwrap()).with_info(short));
    assert_eq!(inventory.build().carriers_info(&by("child")).unwrap().maximal_prefix_length, 3);
}

#[test]
fn rows_135_to_138_and_141_carriers_are_searched() {
    let local = telnum::carrier::Local::new(Arc::new(MemoryStore::new()));
    let search = |prefix: &str, quantity| Search { quantity, ..Search::new(prefix.parse().unwrap()) };
    assert_eq!(local.find(&search("+1415", 1)), Err(CarrierError::NotAvailable));
    let nothing = world().without_carriers().build().search(&search("+1415", 5), &by("reseller")).unwrap();
    assert!(nothing.numbers.is_empty() && nothing.failed.is_empty());

    let carrier = telnyx();
    let inventory = world().shared_carrier(shared(&carrier)).build();
    for (prefix, quantity) in [("+1301359", 10), ("+13013590", 600), ("+130135900", 7), ("+1987", 3)] {
        let found = inventory.search(&search(prefix, quantity), &by("reseller")).unwrap();
        let numbers: Vec<_> = found.numbers.iter().map(|found| found.number.to_string()).collect();
        assert!(numbers.iter().all(|number| number.starts_with(prefix)), "{prefix}");
        assert!(numbers.is_sorted());
        assert_eq!(numbers.len(), if prefix == "+1987" { 0 } else { quantity.min(500) });
    }

    // The rest is paged, by who searched.
    let page = inventory.search(&search("+1301359", 10), &by("reseller")).unwrap();
    assert_eq!(page.total, 500);
    let rest = inventory.search_page(page.id, 10, 1_000, &by("reseller")).unwrap();
    assert_eq!((rest.numbers.len(), rest.numbers[0].number), (490, "+13013590010".parse().unwrap()));
    assert!(inventory.search_page(page.id, 500, 10, &by("reseller")).unwrap().numbers.is_empty());
    assert!(inventory.search_page(page.id, 10, 10, &by("child")).is_none());
    assert!(inventory.search_page("unheard-of".parse().unwrap(), 0, 10, &by("reseller")).is_none());
    assert_eq!(
        inventory.search(&search("+1", 1), &by("child").with_account(id("master"))).unwrap_err().body().code,
        403
    );
}

#[test]
fn a_carrier_that_is_late_or_fails_is_named() {
    let slow = Scripted::new("slow".parse().unwrap()).with_delay(Duration::from_secs(60));
    let broken = Scripted::new("broken".parse().unwrap());
    broken.fail_next(Fault::Before);
    let limits = Limits { search: Duration::from_millis(50), ..Limits::default() };
    let inventory =
        world().carrier(slow).carrier(broken).shared_carrier(shared(&telnyx())).limits(limits).build();
    let search = Search { quantity: 2, ..Search::new("+1301".parse().unwrap()) };
    let page = inventory.search(&search, &by("reseller")).unwrap();
    assert_eq!(page.numbers.len(), 2);
    let failed: Vec<_> = page.failed.iter().map(|(carrier, _)| carrier.as_str()).collect();
    assert_eq!(failed, ["slow", "broken"]);
}

#[test]
fn row_139_what_no_carrier_sells_is_an_error() {
    let inventory = world().shared_carrier(shared(&telnyx())).build();
    let asked = ["+13013590001", FREE, "+19042471592", "junk", "3013590001"];
    let answers = inventory.check(asked, &by("reseller")).unwrap();
    let names: Vec<_> = answers.iter().map(|(number, answer)| (&**number, answer.name())).collect();
    let expected =
        [("+13013590001", "success"), (FREE, "success"), ("+19042471592", "error"), ("junk", "error")];
    assert_eq!(names, expected);
    assert!(inventory.check::<[&str; 0]>([], &by("reseller")).unwrap().is_empty());
    let nobody = world().without_carriers().build();
    assert_eq!(nobody.check([FREE], &by("reseller")).unwrap(), [(FREE.into(), Availability::Error)]);
}

#[test]
fn row_140_what_costs() {
    for (name, is_billable) in [("local", false), ("mdn", false), ("bandwidth2", true), ("unheard-of", true)]
    {
        assert_eq!(CarrierInfo::of(name.parse().unwrap()).is_billable, is_billable, "{name}");
    }
}

#[test]
fn row_142_nobody_knows_where_a_number_is() {
    let answers = world().build().locality([FREE, "junk"], &by("reseller")).unwrap();
    assert_eq!(answers[FREE].as_ref().unwrap_err().name(), "missing_url");
    assert_eq!(answers["junk"], Ok(None));
}

#[test]
fn pools_and_reservations_are_searched_for_their_account() {
    let managed = |number: &str, pool: &str| {
        NumberRecord::from_value(&json!({
            "id": number, "pvt_state": "available", "pvt_module_name": "knm_managed",
            "pvt_carrier_data": {"pool": pool},
            "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
        }))
        .unwrap()
    };
    let store: Arc<dyn NumberStore> = Arc::new(MemoryStore::new());
    let pools = [("+12065550100", "reseller"), ("+12065550101", "reseller"), ("+12065550102", "unrelated")];
    for (number, pool) in pools {
        store.commit(Change::put(managed(number, pool), Expect::Absent).into()).unwrap();
    }
    for record in numbers().into_values() {
        store.commit(Change::put(record, Expect::Absent).into()).unwrap();
    }
    let inventory = Inventory::builder(Arc::clone(&store))
        .accounts(accounts())
        .without_carriers()
        .carrier(Managed::new(Arc::clone(&store)))
        .carrier(ReservedBy::the_account(Arc::clone(&store)))
        .carrier(ReservedBy::the_reseller(store))
        .carrier(Mdn)
        .build();
    let found = |account: &str, prefix: &str| -> Vec<String> {
        let search = Search { quantity: 10, ..Search::new(prefix.parse().unwrap()) };
        let page = inventory.search(&search, &by(account)).unwrap();
        assert!(page.failed.is_empty());
        page.numbers.iter().map(|found| format!("{} {}", found.number, found.carrier)).collect()
    };
    let resellers = ["+12065550100 managed", "+12065550101 managed"];
    assert_eq!(found("reseller", "+1206"), resellers);
    // An account without a pool has its reseller's.
    assert_eq!(found("child", "+1206"), resellers);
    assert_eq!(found("unrelated", "+1206"), ["+12065550102 managed"]);
    assert!(found("master", "+1206").is_empty());
    assert_eq!(found("reseller", "+1425"), ["+14252151010 reserved"]);
    assert_eq!(found("child", "+1425"), ["+14252151010 reserved_reseller"]);
    // What is bought of a pool needs nothing done outside.
    assert!(inventory.activate(["+12065550100"], &by("child")).unwrap().is_success());
    assert_eq!(found("child", "+1206"), ["+12065550101 managed"]);
}

#[test]
fn the_order_of_a_list_is_kept_and_each_number_counts_once() {
    let carrier = telnyx();
    let inventory = world().shared_carrier(shared(&carrier)).build();
    // Of these some have to be bought, some not, some are none.
    let list = [
        "+13013590003",
        FREE,
        "nonsense",
        "(301) 359-0001",
        "3013590003",
        "+19162154006",
        "+15551233324",
        "13013590001",
        "nonsense",
        ABSENT,
    ];
    let outcome = inventory.reserve(list, &by("reseller")).unwrap();
    let succeeded: Vec<_> = outcome.succeeded.keys().map(ToString::to_string).collect();
    assert_eq!(succeeded, ["+13013590003", FREE, "+13013590001", "+19162154006"]);
    let failed: Vec<_> = outcome.failed.keys().map(|number| &**number).collect();
    assert_eq!(failed, ["nonsense", "+15551233324", ABSENT]);
    assert_eq!(carrier.orders().len(), 2);
    assert!(inventory.reserve::<[&str; 0]>([], &by("reseller")).unwrap().is_success());
}

#[test]
fn a_list_may_not_be_longer_than_the_limit() {
    let inventory = world().limits(Limits { numbers: 2, ..Limits::default() }).build();
    assert!(inventory.get([FREE, FREE], &system()).is_ok());
    let error = inventory.get([FREE, FREE, "x", "y"], &system()).unwrap_err();
    assert_eq!(error.to_string(), "4 numbers at once are more than 2");
    assert_eq!(error.body().code, 400);
}

#[test]
fn a_key_makes_a_request_once() {
    let carrier = telnyx();
    let inventory = world().shared_carrier(shared(&carrier)).build();
    let key = by("reseller").with_key("k1".parse().unwrap());
    let list = ["+13013590003", FREE, "nonsense", "+15551233324"];
    let names = |outcome: &Outcome| {
        let failed: Vec<_> = outcome.failed.iter().map(|(it, error)| (it.clone(), error.body())).collect();
        (outcome.succeeded.clone(), failed)
    };
    let first = inventory.reserve(list, &key).unwrap();
    assert_eq!((first.succeeded.len(), first.failed.len()), (2, 2));
    // What others do meanwhile does not change the answer.
    assert!(inventory.release([FREE], &by("reseller")).unwrap().is_success());
    let events = inventory.store().events(0, 100).unwrap().len();
    let again = inventory.reserve(list, &key).unwrap();
    assert_eq!(names(&again), names(&first));
    assert_eq!(inventory.store().events(0, 100).unwrap().len(), events);
    assert_eq!(carrier.orders().len(), 1);

    // Another request may not have it: another list, another work, another actor, account or way.
    let others = [
        inventory.reserve([FREE], &key),
        inventory.activate(list, &key),
        inventory.reserve(list, &by("master").with_key("k1".parse().unwrap())),
        inventory.reserve(list, &by("master").with_account(id("reseller")).with_key("k1".parse().unwrap())),
        inventory.reserve(list, &key.with_all_or_nothing(true)),
        inventory.assign_to_app(list, None, &key),
    ];
    for other in others {
        let body = other.unwrap_err().body();
        assert_eq!(
            (body.code, &*body.error, &*body.message),
            (409, "conflict", "key k1 was used for another request")
        );
    }
    // What is tried only has no use for a key.
    assert_eq!(inventory.reserve(list, &key.with_dry_run(true)).unwrap().succeeded.len(), 0);
}

#[test]
fn what_did_nothing_may_be_asked_again_under_its_key() {
    let inventory = world().build();
    let key = by("reseller").with_key("k1".parse().unwrap());
    assert_eq!(body(inventory.reserve([ABSENT], &key)).0, 404);
    let free = Create { state: Some(State::Available), ..Create::default() };
    assert!(inventory.create([ABSENT], &free, &system()).unwrap().is_success());
    assert!(inventory.reserve([ABSENT], &key).unwrap().is_success());
}

#[test]
fn all_or_nothing_names_what_failed() {
    let carrier = telnyx();
    let inventory = world().shared_carrier(shared(&carrier)).build();
    let all = by("reseller").with_all_or_nothing(true);
    let outcome = inventory.reserve(["+13013590003", ABSENT, FREE], &all).unwrap();
    assert!(outcome.succeeded.is_empty() && carrier.orders().is_empty());
    let failed: Vec<_> = outcome.failed.values().map(|error| error.body().error.into_string()).collect();
    assert_eq!(failed, ["not_done", "not_found", "not_done"]);
    assert_eq!(outcome.failed["+13013590003"].to_string(), "not done, as +15559871234 failed");
    let outcome = inventory.reserve([FREE, "+13013590003"], &all).unwrap();
    assert!(
        outcome.is_success() && outcome.succeeded.keys().map(ToString::to_string).eq([FREE, "+13013590003"])
    );
    assert_eq!(carrier.orders().iter().map(|(_, order, _)| *order).collect::<Vec<_>>(), [Order::Acquire]);
}

/// A carrier that answers what it was not asked.
#[derive(Debug)]
struct Nonsense;

impl Carrier for Nonsense {
    fn name(&self) -> CarrierName {
        "nonsense".parse().unwrap()
    }

    fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError> {
        let found = ["+13013590000", "+13013590000", "+447911123456"];
        let found = found.map(|number| Found::new(number.parse().unwrap(), self.name()));
        Ok(found.into_iter().cycle().take(search.quantity * 3 + 9).collect())
    }

    fn check(&self, _: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Success; 7])
    }

    fn acquire(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(Some(json!([null, {"": []}])))
    }

    fn disconnect(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

#[test]
fn a_carrier_that_answers_nonsense_sells_nothing() {
    let inventory = world().carrier(Nonsense).build();
    let search = Search { quantity: 10, ..Search::new("+1301".parse().unwrap()) };
    let found = inventory.search(&search, &by("reseller")).unwrap().numbers;
    assert_eq!(found.iter().map(|found| found.number.to_string()).collect::<Vec<_>>(), ["+13013590000"]);
    assert_eq!(inventory.check([ABSENT], &by("reseller")).unwrap(), [(ABSENT.into(), Availability::Error)]);
    assert_eq!(body(inventory.reserve([ABSENT], &by("reseller"))).1, "not_found");
}

#[test]
fn what_is_deleted_can_come_back() {
    let gone = "+15550100004";
    let carrier = Arc::new(Scripted::new("telnyx".parse().unwrap()).with_block(gone.parse().unwrap(), 1));
    let inventory = world().shared_carrier(shared(&carrier)).build();
    let bought = inventory.reserve([gone], &by("reseller")).unwrap().single().unwrap();
    assert_eq!((bought.state(), bought.history()), (State::Reserved, [id("reseller")].as_slice()));
    let inventory = world().build();
    assert!(inventory.create([gone], &Create::default(), &by("reseller")).unwrap().is_success());
    let inventory = world().build();
    let row = ImportRow { number: gone.into(), account: Some(id("child")), create: Create::default() };
    let report = inventory.import([row.clone(), row], &system()).unwrap();
    assert_eq!((report.imported, report.failed.len()), (1, 1));
}

#[test]
fn numbers_are_listed_for_those_with_power() {
    let inventory = world().build();
    let list = |query: Query, options: &Options| {
        let page = inventory.list(&query, None, 50, options)?;
        Ok::<_, Error>(page.items.iter().map(|record| record.number().to_string()).collect::<Vec<_>>())
    };
    let all = list(Query::default(), &system()).unwrap();
    assert_eq!(all.len(), numbers().len() - 1, "all but the deleted one");
    let deleted = Query { states: [State::Deleted].into(), ..Query::default() };
    assert_eq!(list(deleted, &system()).unwrap(), ["+15550100004"]);
    assert_eq!(list(Query::default(), &by("child")).unwrap(), ["+15550100006"]);
    let of_child = Query { owner: Some(id("child")), ..Query::default() };
    assert_eq!(list(of_child.clone(), &by("reseller")).unwrap(), ["+15550100006"]);
    assert_eq!(list(of_child, &by("unrelated")).unwrap_err().body().code, 403);
    let used = Query {
        used_by: Some("callflow".into()),
        prefix: Some("+1555".parse().unwrap()),
        ..Query::default()
    };
    assert_eq!(list(used, &by("reseller")).unwrap(), ["+15551233322", "+15551255693"]);
    let ported = Query {
        states: [State::PortIn].into(),
        carrier: Some("bandwidth2".parse().unwrap()),
        ..Query::default()
    };
    assert_eq!(list(ported, &by("reseller")).unwrap(), ["+14252151009"]);
}

#[test]
fn an_update_tells_providers_once() {
    let notices = Arc::new(Notices::default());
    let carrier = telnyx();
    let provider: Arc<dyn telnum::provider::CnamProvider> = Arc::<Notices>::clone(&notices);
    let inventory = world().shared_carrier(shared(&carrier)).policy(with_e911()).cnam(provider).build();
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
fn rows_30_to_33_whose_a_call_is() {
    let ported: PhoneNumber = "+19042471591".parse().unwrap();
    let disabled = json!([{"id": "reseller"}, {"id": "child", "parent": "reseller", "enabled": false}]);
    let disabled: telnum::account::AccountTree = serde_json::from_value(disabled).unwrap();
    let inventory = world().porting(Ported { number: Some(ported) }).build();
    let route = |number: &str| inventory.identify(number, &system());

    let here = route("+15551233322").unwrap();
    assert_eq!((here.account_id, here.local, here.pending_port), (id("reseller"), true, false));
    let coming = route("+14252151009").unwrap();
    assert_eq!((coming.local, coming.pending_port, coming.force_outbound), (false, true, true));
    let not_yet = route("+19042471591").unwrap();
    assert_eq!((not_yet.account_id, not_yet.pending_port), (id("reseller"), true));
    assert!(not_yet.local && not_yet.force_outbound);

    let refused = |error: Error| (error.body().code, error.body().error, error.body().cause.unwrap());
    let unassigned = json!({"cause": "unassigned", "number": FREE});
    assert_eq!(refused(route(FREE).unwrap_err()), (400, "client error".into(), unassigned));
    for absent in [ABSENT, "+15550100004"] {
        assert_eq!(refused(route(absent).unwrap_err()), (404, "not_found".into(), absent.into()));
    }
    assert_eq!(refused(route("junk").unwrap_err()).1, "not_reconcilable".into());
    let disabled = world().accounts(disabled).build();
    let cause = json!({"cause": "account_disabled", "account_id": "child", "number": "+15550100006"});
    let error = disabled.identify("+15550100006", &system()).unwrap_err();
    assert_eq!(refused(error), (400, "client error".into(), cause));
}

#[test]
fn row_116_what_is_wrong_is_put_right() {
    let inventory = world().build();
    let apps = |number: PhoneNumber| (number.to_string() == "+15551233322").then(|| "trunkstore".into());
    let fixed =
        inventory.fix(["+15551233322", "+15551255693", ABSENT], Some(&apps), &by("reseller")).unwrap();
    let used: Vec<_> = fixed.succeeded.values().map(|record| record.used_by()).collect();
    assert_eq!((used, fixed.failed.len()), (vec![Some("trunkstore"), None], 1));
    let events = inventory.store().events(0, 10).unwrap().len();
    assert!(inventory.fix(["+15551233322"], Some(&apps), &by("reseller")).unwrap().is_success());
    assert_eq!(inventory.store().events(0, 10).unwrap().len(), events);
    assert_eq!(body(inventory.fix(["+15551233322"], Some(&apps), &by("child"))).0, 403);
}

/// A store that has no room from a commit on.
#[derive(Debug)]
struct Full {
    store: MemoryStore,
    commits: AtomicUsize,
}

impl NumberStore for Full {
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        self.store.get(number)
    }

    fn commit(&self, batch: Batch) -> Result<Vec<Revision>, StoreError> {
        let left = self.commits.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => self.store.commit(batch),
            Err(_) => Err(StoreError::Backend("no room".into())),
        }
    }

    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        self.store.scan(query, after, limit)
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        self.store.events(after, limit)
    }

    fn receipt(&self, key: EffectKey) -> Result<Option<Value>, StoreError> {
        self.store.receipt(key)
    }
}

#[test]
fn a_store_that_fails_is_not_shown_to_users() {
    let carrier = telnyx();
    let store = Arc::new(Full { store: MemoryStore::new(), commits: AtomicUsize::new(1) });
    let shared_store: Arc<dyn NumberStore> = Arc::<Full>::clone(&store);
    let inventory = Inventory::builder(shared_store)
        .accounts(accounts())
        .clock(now)
        .shared_carrier(shared(&carrier))
        .build();
    // There is room for the claim of both, and for what came of none.
    let outcome = inventory.reserve(["+13013590001", "+13013590002"], &by("reseller")).unwrap();
    let bodies: Vec<_> = outcome.failed.values().map(Error::body).collect();
    assert_eq!(bodies.len(), 2);
    for body in bodies {
        assert_eq!((body.code, &*body.error, &*body.message), (500, "internal_error", "internal error"));
    }
    // Nothing at all is stored, and each number says so.
    let outcome = inventory.create([ABSENT, FREE], &Create::default(), &by("reseller")).unwrap();
    assert_eq!((outcome.succeeded.len(), outcome.failed.len()), (0, 2));
    assert_eq!(carrier.orders().len(), 2);
    // With room again nothing is ordered again.
    store.commits.store(100, Ordering::SeqCst);
    let later = Inventory::builder(Arc::<Full>::clone(&store))
        .accounts(accounts())
        .clock(|| now().after(chrono::TimeDelta::hours(1)))
        .shared_carrier(shared(&carrier))
        .build();
    assert_eq!(later.recover().unwrap().finished, 2);
    assert_eq!(carrier.orders().len(), 2);
}
