//! The use cases: the reference's behaviour, by the numbers of its rows, and what bad input comes to.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use telnum::PhoneNumber;
use telnum::account::{AccountId, Actor};
use telnum::carrier::{
    Availability, Carrier, CarrierError, CarrierInfo, Fault, Found, Managed, Mdn, Order, ReservedBy,
    Scripted, Search,
};
use telnum::feature::e911::{E911Address, E911Answer};
use telnum::inventory::{
    Billing, BillingError, Builder, Charge, Create, Error, ImportRow, Inventory, Limits, Options, Outcome,
    Porting, Quote,
};
use telnum::lifecycle::State;
use telnum::names::{CarrierName, Feature, FeatureSet};
use telnum::policy::{Policy, Reservation};
use telnum::provider::{AddressBook, E911Provider, Notices, ProviderError};
use telnum::record::{EffectKey, EventKind, NumberRecord, Update};
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
    let of_reseller = Query { owner: Some(id("reseller")), ..Query::default() };
    let listed = |account| inventory.list(&of_reseller, None, 50, &within(account)).unwrap().items.len();
    assert!(listed("reseller") > 0 && listed("reseller") == listed("master"));
    assert_eq!(listed("child"), 0);
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
    fn account(&self, number: PhoneNumber) -> Result<Option<AccountId>, StoreError> {
        let ported = self.number.ok_or_else(|| StoreError::Backend("out of reach".into()))?;
        Ok((ported == number).then(|| id("reseller")))
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
    assert_eq!(failed, [(ABSENT, "internal_error".into()), ("+15550100004", "internal_error".into())]);
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
    let store: Arc<dyn NumberStore> = Arc::new(MemoryStore::new());
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

/// The reference's numbers in a store of its own.
fn on(store: &Arc<MemoryStore>) -> Builder {
    let store: Arc<dyn NumberStore> = Arc::<MemoryStore>::clone(store);
    Inventory::builder(store).accounts(accounts()).clock(now)
}

fn in_pool(number: &str, state: &str, pool: &str) -> NumberRecord {
    let owner = (state != "available").then_some(pool);
    NumberRecord::from_value(&json!({
        "id": number, "pvt_state": state, "pvt_assigned_to": owner,
        "pvt_module_name": "knm_managed", "pvt_carrier_data": {"pool": pool},
        "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
    }))
    .unwrap()
}

fn put(store: &MemoryStore, record: NumberRecord) {
    store.commit(Change::put(record, Expect::Absent).into()).unwrap();
}

fn wanted(prefix: &str, quantity: usize) -> Search {
    Search { quantity, ..Search::new(prefix.parse().unwrap()) }
}

fn found(inventory: &Inventory, search: &Search, options: &Options) -> Vec<String> {
    let page = inventory.search(search, options).unwrap();
    page.numbers.iter().map(|found| format!("{} {}", found.number, found.carrier)).collect()
}

#[test]
fn row_122_the_systems_own_carriers_need_not_be_installed() {
    let mobile = "+15551233324";
    for inventory in [world().build(), world().without_carriers().build(), world().carrier(Mdn).build()] {
        let released = inventory.release([mobile], &system().with_mdn_run(true)).unwrap().single().unwrap();
        assert_eq!((released.state(), released.owner()), (State::Deleted, None));
    }
    let store = Arc::new(MemoryStore::new());
    put(&store, in_pool("+12065550100", "in_service", "reseller"));
    assert!(on(&store).build().release(["+12065550100"], &by("reseller")).unwrap().is_success());
}

#[test]
fn a_carrier_that_is_not_there_is_missed_before_anything_is_claimed() {
    let number = "+15551233337";
    let inventory = world().build();
    for options in [by("reseller"), by("reseller").with_dry_run(true)] {
        let failed = body(inventory.release([number], &options));
        assert_eq!(failed, failing(400, "invalid", "no carrier is called pacwest", Some("pacwest")));
    }
    assert!(inventory.store().events(0, 10).unwrap().is_empty());
    // An admin can do something about it.
    let local = Update { carrier: Some(CarrierName::LOCAL), ..Update::default() };
    assert!(inventory.update([number], &local, &system()).unwrap().is_success());
    assert!(inventory.release([number], &by("reseller")).unwrap().is_success());
}

#[test]
fn a_sweep_reports_a_carrier_that_is_not_there_and_changes_nothing() {
    let store = Arc::new(MemoryStore::new());
    let minute =
        Policy { reservation: Some(Reservation { seconds: 60, longest_seconds: 60 }), ..Policy::default() };
    let create = Create {
        state: Some(State::Reserved),
        carrier: Some("pacwest".parse().unwrap()),
        ..Create::default()
    };
    let inventory = on(&store).policy(minute.clone()).build();
    assert!(inventory.create([ABSENT], &create, &by("reseller")).unwrap().is_success());
    let later = on(&store).policy(minute).clock(|| now().after(chrono::TimeDelta::hours(1))).build();
    for _ in 0..3 {
        let report = later.sweep().unwrap();
        assert_eq!((report.ended, report.failed.len()), (0, 1));
        assert_eq!(report.failed[0].1.to_string(), "no carrier is called pacwest");
    }
    assert_eq!(store.events(0, 10).unwrap().len(), 1);
}

#[test]
fn row_132_what_is_removed_leaves_an_event() {
    let inventory = world().build();
    assert_eq!(inventory.sweep().unwrap().removed, 1);
    let events = inventory.store().events(0, 100).unwrap();
    let removed: Vec<_> =
        events.iter().filter(|logged| logged.event.what == EventKind::Removed).map(|it| &it.event).collect();
    assert_eq!((removed.len(), removed[0].number.to_string()), (1, "+15550100004".to_owned()));
    assert_eq!(serde_json::to_value(removed[0]).unwrap()["event"], "removed");
}

#[test]
fn to_give_back_costs_nobody_anything() {
    // The one whose it was before has no credit.
    for is_broke in [false, true] {
        let inventory = world().billing(Dollars { is_broke, ..Dollars::default() }).build();
        let released = inventory.release(["+15551255693"], &by("reseller")).unwrap();
        assert!(released.is_success() && released.quotes.is_empty());
        assert_eq!(released.single().unwrap().owner(), Some(id("master")));
    }
}

#[test]
fn rows_10_and_159_what_is_not_reconcilable_is_not_created() {
    let inventory = world().shared_carrier(shared(&telnyx())).build();
    for number in ["+1000", "+10", "+999", "+1234567", "+14155", "+19995550123456"] {
        let message = format!("number {number} is not reconcilable");
        let refused = failing(404, "not_reconcilable", &message, Some(number));
        assert_eq!(body(inventory.create([number], &Create::default(), &by("reseller"))), refused);
        assert_eq!(body(inventory.reserve([number], &by("reseller"))), refused);
        assert_eq!(body(inventory.activate([number], &by("reseller"))), refused);
        let row = ImportRow { number: number.into(), account: None, create: Create::default() };
        let report = inventory.import([row], &by("reseller")).unwrap();
        assert_eq!(report.failed[0].1.body().error, "not_reconcilable".into());
    }
    // What is there already stays, and can be given back.
    let any = telnum::normalize::Normalizer::reference().with_reconcilable("^").unwrap();
    let store = Arc::new(MemoryStore::new());
    let create = on(&store).normalizer(any).build().create(["+1000"], &Create::default(), &by("reseller"));
    assert!(create.unwrap().is_success());
    assert!(on(&store).build().release(["+1000"], &by("reseller")).unwrap().is_success());
}

#[test]
fn row_128_others_are_not_told_what_is_there_to_delete() {
    let failed =
        world().build().delete([ABSENT, "+15551233322", "+15550100004"], &by("reseller")).unwrap().failed;
    assert_eq!(failed.values().map(|error| error.body().code).collect::<Vec<_>>(), [403, 403, 403]);
}

#[test]
fn what_is_free_is_found_whoever_carries_it() {
    let inventory = world().shared_carrier(shared(&telnyx())).build();
    let number = "+19162154006";
    assert_eq!(found(&inventory, &wanted("+1916", 10), &by("reseller")), [format!("{number} local")]);
    let check = inventory.check([number], &by("reseller")).unwrap();
    assert_eq!(check, [(number.into(), Availability::Success)]);
    assert!(inventory.reserve([number], &by("reseller")).unwrap().is_success());
    assert!(found(&inventory, &wanted("+1916", 10), &by("reseller")).is_empty());
}

#[test]
fn what_is_being_worked_on_is_not_free() {
    let carrier = telnyx();
    let inventory = world().shared_carrier(shared(&carrier)).policy(with_e911()).e911(Arc::new(Dead)).build();
    let number = "+19162154006";
    let create = Create { document: document(json!({"e911": address()})), ..Create::default() };
    assert_eq!(body(inventory.create([number], &create, &by("reseller"))).0, 500);
    assert!(found(&inventory, &wanted("+1916", 10), &by("unrelated")).is_empty());
    let check = inventory.check([number], &by("unrelated")).unwrap();
    assert_eq!(check, [(number.into(), Availability::Error)]);
}

/// A provider that gives no answer.
#[derive(Debug)]
struct Dead;

impl E911Provider for Dead {
    fn validate(&self, _: &E911Address) -> Result<E911Answer, ProviderError> {
        Err(ProviderError::Unknown("lost".into()))
    }

    fn provision(
        &self,
        _: &NumberRecord,
        _: &E911Address,
        _: EffectKey,
    ) -> Result<E911Answer, ProviderError> {
        Err(ProviderError::Unknown("lost".into()))
    }

    fn remove(&self, _: &NumberRecord, _: EffectKey) -> Result<(), ProviderError> {
        Err(ProviderError::Unknown("lost".into()))
    }
}

#[test]
fn a_pool_is_for_its_account_and_those_it_sells_to() {
    let number = "+12065550100";
    let inventory = || {
        let store = Arc::new(MemoryStore::new());
        put(&store, in_pool(number, "available", "reseller"));
        let carrier = Managed::new(Arc::<MemoryStore>::clone(&store));
        (on(&store).carrier(carrier).build(), on(&store).build())
    };
    let rows = [("unrelated", false), ("master", true), ("reseller", true), ("child", true)];
    for (account, may) in rows {
        let (managed, local) = inventory();
        let options = by(account);
        for inventory in [&managed, &local] {
            // An admin may take it, but it is not shown to be bought.
            let is_shown = may && account != "master";
            assert_eq!(
                found(inventory, &wanted("+1206", 5), &options).len(),
                usize::from(is_shown),
                "{account}"
            );
            let answer = if is_shown { Availability::Success } else { Availability::Error };
            assert_eq!(inventory.check([number], &options).unwrap(), [(number.into(), answer)], "{account}");
        }
        // A child may not create numbers.
        let may_create = may && account != "child";
        let inventory = || inventory().0;
        assert_eq!(inventory().activate([number], &options).unwrap().is_success(), may, "{account}");
        let created = inventory().create([number], &Create::default(), &options).unwrap();
        assert_eq!(created.is_success(), may_create, "{account}");
        let moved = inventory().change_state([number], State::InService, &options).unwrap();
        assert_eq!(moved.is_success(), may, "{account}");
    }
}

/// A carrier that remembers what it was asked for, and sells what it is given.
#[derive(Debug, Default)]
struct Asked {
    searches: Mutex<Vec<Search>>,
    sells: Vec<PhoneNumber>,
}

impl Carrier for Asked {
    fn name(&self) -> CarrierName {
        "asked".parse().unwrap()
    }

    fn info(&self) -> CarrierInfo {
        CarrierInfo { is_local: false, is_billable: true, maximal_prefix_length: 3 }
    }

    fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError> {
        self.searches.lock().unwrap().push(search.clone());
        Ok(self.sells.iter().rev().map(|number| Found::new(*number, self.name())).collect())
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Error; numbers.len()])
    }

    fn acquire(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

#[test]
fn row_137_a_block_is_numbers_in_a_row() {
    let sells = ["+14155550103", "+14155550104", "+14155550107", "+14155550108", "+14155550109"];
    let carrier =
        Arc::new(Asked { sells: sells.map(|number| number.parse().unwrap()).into(), ..Asked::default() });
    let store = Arc::new(MemoryStore::new());
    let inventory = on(&store).shared_carrier(Arc::<Asked>::clone(&carrier)).build();
    let free = Create { state: Some(State::Available), ..Create::default() };
    let ours =
        ["+14155550100", "+14155550102", "+14155550105", "+14155550106", "+14155550199", "+14155550200"];
    assert!(inventory.create(ours, &free, &system()).unwrap().is_success());
    let block = |quantity| {
        let search = Search { consecutive: true, ..wanted("+1415", quantity) };
        let found = found(&inventory, &search, &by("reseller"));
        (found.first().cloned(), found.last().cloned(), found.len())
    };
    let is = |first: &str, last: &str, count| (Some(first.to_owned()), Some(last.to_owned()), count);
    assert_eq!(block(2), is("+14155550105 local", "+14155550106 local", 2));
    assert_eq!(block(3), is("+14155550107 asked", "+14155550109 asked", 3));
    assert_eq!(block(4), (None, None, 0));
    assert_eq!(block(1), is("+14155550100 local", "+14155550100 local", 1));
    assert_eq!(block(501), (None, None, 0));
    // Of a block the carrier is told how long it is to be; of single numbers, as many as can be paged.
    assert_eq!(found(&inventory, &wanted("+1415", 2), &by("reseller")).len(), 2);
    let asked: Vec<_> = carrier.searches.lock().unwrap().iter().map(|search| search.quantity).collect();
    assert_eq!(asked, [2, 3, 4, 1, 500]);
}

/// Whatever a carrier sells beside it, and by however few digits it searches.
#[test]
fn row_137_a_block_is_found_where_there_is_one() {
    for maximal_prefix_length in [3, 6] {
        let name: CarrierName = "telnyx".parse().unwrap();
        let carrier = Scripted::new(name)
            .with_info(CarrierInfo { maximal_prefix_length, ..CarrierInfo::of(name) })
            .with_block("+14158850000".parse().unwrap(), 5)
            .with_block("+14158860000".parse().unwrap(), 1)
            .with_block("+14158860002".parse().unwrap(), 3);
        let inventory = world().carrier(carrier).build();
        let search = Search { consecutive: true, ..wanted("+1415886", 3) };
        let row = ["+14158860002 telnyx", "+14158860003 telnyx", "+14158860004 telnyx"];
        assert_eq!(found(&inventory, &search, &by("reseller")), row);
    }
}

#[test]
fn a_carrier_is_asked_by_as_many_digits_as_it_can() {
    let sells = ["+13013590000", "+13014000000"].map(|number| number.parse().unwrap()).into();
    let carrier = Arc::new(Asked { sells, ..Asked::default() });
    let inventory = world().shared_carrier(Arc::<Asked>::clone(&carrier)).build();
    let rows = [
        ("+1301359", "+1301", vec!["+13013590000 asked"]),
        ("+130", "+130", vec!["+13014000000 asked"]),
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
fn carriers_are_checked_at_once_and_not_waited_for() {
    let slow = |name: &str| Scripted::new(name.parse().unwrap()).with_delay(Duration::from_secs(20));
    let limits = Limits { search: Duration::from_millis(200), ..Limits::default() };
    let second = Scripted::new("second".parse().unwrap()).with_block("+13013590000".parse().unwrap(), 600);
    let inventory = world()
        .carrier(slow("slow"))
        .shared_carrier(shared(&telnyx()))
        .carrier(second)
        .carrier(slow("slower"))
        .limits(limits)
        .build();
    let started = Instant::now();
    let check = inventory.check(["+13013590001"], &by("reseller")).unwrap();
    assert_eq!(check, [("+13013590001".into(), Availability::Success)]);
    // Of those that sell it, it is bought from the first.
    let bought = inventory.reserve(["+13013590001"], &by("reseller")).unwrap().single().unwrap();
    assert_eq!(bought.carrier().as_str(), "telnyx");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_block_ends_with_the_last_number_there_can_be() {
    let first = "+999999999999998".parse().unwrap();
    let carrier = Scripted::new("telnyx".parse().unwrap()).with_block(first, u64::MAX);
    assert_eq!(carrier.find(&wanted("+9", 10)).unwrap().len(), 2);
}

#[test]
fn what_a_carrier_that_fails_may_sell_is_not_called_absent() {
    let sold = "+13013590001";
    for fault in [Fault::Refuse, Fault::Before, Fault::After] {
        let carrier = telnyx();
        let inventory = world().shared_carrier(shared(&carrier)).build();
        carrier.fail_next(fault);
        let outcome = inventory.reserve([sold, FREE], &by("reseller")).unwrap();
        assert_eq!(outcome.succeeded.len(), 1);
        assert_eq!(body(Ok(outcome)), failing(500, "unspecified_fault", "fault by carrier", Some(sold)));
        assert!(inventory.reserve([sold], &by("reseller")).unwrap().is_success());
    }
}

/// What it said of a number that an account found, a carrier is told when that account buys it.
#[test]
fn a_carrier_is_told_what_it_said() {
    #[derive(Debug, Default)]
    struct Telling(Mutex<Vec<Option<Value>>>);

    impl Carrier for Telling {
        fn name(&self) -> CarrierName {
            "telling".parse().unwrap()
        }

        fn find(&self, search: &Search) -> Result<Vec<Found>, CarrierError> {
            let number = search.prefix.to_string().parse().unwrap();
            let carrier_data = Some(json!({"offer": search.prefix.to_string()}));
            Ok(vec![Found { carrier_data, ..Found::new(number, self.name()) }])
        }

        fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
            Ok(vec![Availability::Success; numbers.len()])
        }

        fn acquire(&self, record: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
            self.0.lock().unwrap().push(record.carrier_data().cloned());
            Ok(None)
        }

        fn disconnect(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
            Ok(None)
        }
    }

    let telling = Arc::new(Telling::default());
    let inventory = world().shared_carrier(Arc::<Telling>::clone(&telling)).build();
    for (account, number) in [("reseller", "+13013590001"), ("reseller", ABSENT), ("child", "+13013590002")] {
        inventory.search(&wanted(number, 1), &by(account)).unwrap();
    }
    let bought = [ABSENT, "+13013590001", "+13013590002"];
    let outcome = inventory.reserve(bought, &by("reseller")).unwrap();
    assert!(outcome.is_success());
    // The last was another account's to find.
    let said = [Some(json!({"offer": ABSENT})), Some(json!({"offer": "+13013590001"})), None];
    assert_eq!(*telling.0.lock().unwrap(), said);
    let kept: Vec<_> = outcome.succeeded.values().map(|record| record.carrier_data().cloned()).collect();
    assert_eq!(kept, said);
}

#[test]
fn a_carrier_that_owes_answers_is_not_asked_more() {
    /// A carrier that never answers, and how many wait for it.
    #[derive(Debug, Default)]
    struct Silent(AtomicUsize);

    impl Carrier for Silent {
        fn name(&self) -> CarrierName {
            "silent".parse().unwrap()
        }

        fn find(&self, _: &Search) -> Result<Vec<Found>, CarrierError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_secs(60));
            Ok(Vec::new())
        }

        fn check(&self, _: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
            Ok(Vec::new())
        }

        fn acquire(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
            Ok(None)
        }

        fn disconnect(&self, _: &NumberRecord, _: EffectKey) -> Result<Option<Value>, CarrierError> {
            Ok(None)
        }
    }

    let silent = Arc::new(Silent::default());
    let limits = Limits { search: Duration::from_millis(1), ..Limits::default() };
    let inventory = world().shared_carrier(Arc::<Silent>::clone(&silent)).limits(limits).build();
    for _ in 0..100 {
        let page = inventory.search(&wanted("+1555", 1), &by("reseller")).unwrap();
        assert!(page.failed.iter().any(|(carrier, _)| carrier.as_str() == "silent"));
    }
    assert!(silent.0.load(Ordering::SeqCst) <= 32);
}

#[test]
fn a_search_may_last_for_ever() {
    let limits = Limits { search: Duration::MAX, ..Limits::default() };
    let inventory = world().limits(limits).build();
    assert_eq!(found(&inventory, &wanted("+1555", 2), &by("reseller")), ["+15551239876 local"]);
}

#[test]
fn what_somebody_ports_in_is_not_bought() {
    let number = "+13013590001";
    let carrier = telnyx();
    let ported = Ported { number: Some(number.parse().unwrap()) };
    let inventory = world().shared_carrier(shared(&carrier)).porting(ported).build();
    let message = format!("number {number} is porting");
    let refused = failing(400, "number_is_porting", &message, Some(number));
    for account in ["unrelated", "reseller", "master"] {
        assert_eq!(body(inventory.reserve([number], &by(account))), refused, "{account}");
        assert_eq!(body(inventory.activate([number], &by(account))), refused, "{account}");
        let check = inventory.check([number, "+13013590002"], &by(account)).unwrap();
        assert_eq!(check.iter().map(|it| it.1.name()).collect::<Vec<_>>(), ["error", "success"]);
    }
    assert!(carrier.orders().is_empty());
    // It comes for the account of the request, whoever asks for that, or as an admin says.
    let ported_in = Create { ported_in: true, ..Create::default() };
    assert_eq!(body(inventory.create([number], &ported_in, &by("unrelated"))), refused);
    assert_eq!(
        body(inventory.create([number], &ported_in, &by("reseller").with_account(id("child")))),
        refused
    );
    let row = ImportRow { number: number.into(), account: None, create: ported_in.clone() };
    let report = inventory.import([row], &by("unrelated").with_dry_run(true)).unwrap();
    assert_eq!(report.failed[0].1.body().error, "number_is_porting".into());
    for options in [by("reseller"), by("master"), system().with_account(id("child"))] {
        let created = inventory.create([number], &ported_in, &options.with_dry_run(true));
        assert!(created.unwrap().is_success());
    }
}

#[test]
fn row_93_only_an_admin_changes_the_carrier_by_creating() {
    let number = "+19162154006";
    let to = |carrier: &str| Create { carrier: Some(carrier.parse().unwrap()), ..Create::default() };
    let inventory = world().shared_carrier(shared(&telnyx())).build();
    let refused = failing(403, "forbidden", "requestor is unauthorized to perform operation", None);
    assert_eq!(body(inventory.create([number], &to("local"), &by("reseller"))), refused);
    let dry_run = |options: Options| options.with_dry_run(true);
    assert!(inventory.create([number], &to("telnyx"), &dry_run(by("reseller"))).unwrap().is_success());
    assert!(inventory.create([number], &to("local"), &dry_run(by("master"))).unwrap().is_success());
}

#[test]
fn what_is_done_for_an_account_is_for_those_with_power_over_it() {
    let inventory = world().billing(Dollars::default()).build();
    let refused = failing(403, "forbidden", "requestor is unauthorized to perform operation", None);
    let stranger = by("unrelated").with_account(id("reseller")).with_accept_charges(true);
    assert_eq!(body(inventory.activate([FREE], &stranger)), refused);
    assert_eq!(body(inventory.reserve([FREE], &stranger)), refused);
    assert_eq!(body(inventory.change_state([FREE], State::InService, &stranger)), refused);
    for options in [stranger, by("nobody")] {
        assert_eq!(inventory.check([FREE], &options).unwrap_err().body().code, 403);
    }
    let page = inventory.search(&wanted("+1555", 1), &by("reseller")).unwrap();
    assert!(inventory.search_page(page.id, 0, 1, &stranger).is_none());
    assert!(inventory.search_page(page.id, 0, 1, &by("master").with_account(id("reseller"))).is_some());
    let admin = by("master").with_account(id("reseller")).with_accept_charges(true);
    assert!(inventory.activate([FREE], &admin).unwrap().is_success());
}

#[test]
fn a_mobile_number_is_fixed_in_its_run() {
    let inventory = world().build();
    let apps = |_: PhoneNumber| Some("x".into());
    assert_eq!(body(inventory.fix(["+15551233324"], Some(&apps), &by("reseller"))).0, 403);
    let run = by("reseller").with_mdn_run(true);
    assert_eq!(body(inventory.fix(["+15551233322"], Some(&apps), &run)).0, 403);
    assert!(inventory.fix(["+15551233324"], Some(&apps), &run).unwrap().is_success());
}

fn row(number: &str, account: &str) -> ImportRow {
    ImportRow { number: number.into(), account: Some(id(account)), create: Create::default() }
}

#[test]
fn an_import_can_be_tried_and_may_cost() {
    let inventory = world().billing(Dollars::default()).build();
    let rows = || [row(ABSENT, "reseller"), row(FREE, "reseller"), row("5559871234", "master")];
    let tried = inventory.import(rows(), &system().with_dry_run(true)).unwrap();
    assert_eq!((tried.imported, tried.quotes.len(), tried.failed.len()), (1, 1, 2));
    let exists = tried.failed.iter().map(|(text, error)| (&**text, error.body().error)).collect::<Vec<_>>();
    assert_eq!(exists, [(FREE, "number_exists".into()), ("5559871234", "number_exists".into())]);
    let not_accepted = inventory.import(rows(), &system()).unwrap();
    let last = not_accepted.failed.last().unwrap();
    assert_eq!((not_accepted.imported, &*last.0, last.1.body().code), (0, ABSENT, 402));
    assert!(inventory.store().events(0, 10).unwrap().is_empty());
    let accepted = inventory.import(rows(), &system().with_accept_charges(true)).unwrap();
    assert_eq!((accepted.imported, accepted.quotes.len()), (1, 1));

    // What comes again comes late.
    let free = Create { state: Some(State::Available), ..Create::default() };
    let twice = (0..4_000).map(|place| format!("+1415886{:04}", place % 2_000));
    let twice = twice.map(|number| ImportRow { number: number.into(), account: None, create: free.clone() });
    for dry_run in [true, false] {
        let report = inventory.import(twice.clone(), &system().with_dry_run(dry_run)).unwrap();
        assert_eq!((report.imported, report.failed.len()), (2_000, 2_000), "dry run: {dry_run}");
    }

    for options in [by("reseller").with_all_or_nothing(true), by("reseller").with_key("k".parse().unwrap())] {
        assert_eq!(inventory.import(rows(), &options).unwrap_err().body().code, 400);
    }
}

/// Who is without credit.
#[derive(Debug)]
struct Broke(AccountId);

impl Billing for Broke {
    fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
        let is_broke = charges.iter().any(|charge| charge.account == self.0);
        if is_broke { Err(BillingError::NotEnoughCredit) } else { Ok(Vec::new()) }
    }
}

#[test]
fn an_import_for_an_account_without_credit_stops_no_others() {
    let inventory = world().billing(Broke(id("reseller"))).build();
    let rows = [row(ABSENT, "reseller"), row("+19042471592", "child"), row("+19042471593", "reseller")];
    let report = inventory.import(rows, &system()).unwrap();
    let failed: Vec<_> = report.failed.iter().map(|(text, error)| (&**text, error.body().code)).collect();
    assert_eq!((report.imported, failed), (1, vec![(ABSENT, 402), ("+19042471593", 402)]));
}

#[test]
fn an_import_names_rows_as_they_were_spelt() {
    let rows = ["(916) 215-4006", "415-886-7900", "(415) 886-7900", "(555) 010-0004", "x"];
    let report = world().build().import(rows.map(|text| row(text, "reseller")), &system()).unwrap();
    let mut failed: Vec<_> = report.failed.iter().map(|(text, _)| &**text).collect();
    failed.sort_unstable();
    assert_eq!((report.imported, failed), (2, vec!["(415) 886-7900", "(916) 215-4006", "x"]));
}

#[test]
fn rows_of_an_import_are_read_as_their_accounts_dial() {
    let tree = json!([{"id": "shop", "dial_plan": {"^(\\d{7})$": {"prefix": "+1415"}}}, {"id": "stall"}]);
    let tree: telnum::account::AccountTree = serde_json::from_value(tree).unwrap();
    let inventory = world().accounts(tree).build();
    let rows = [row("8867900", "shop"), row("8867901", "stall"), row("8867902", "shop")];
    let report = inventory.import(rows, &system()).unwrap();
    assert_eq!((report.imported, &*report.failed[0].0), (2, "8867901"));
    assert!(inventory.get(["+14158867902"], &system()).unwrap().is_success());
}

#[test]
fn row_61_the_library_puts_what_is_created_in_service() {
    // The API, unlike it, reserves: see its data.
    let created = world().build().create([ABSENT], &Create::default(), &by("reseller")).unwrap();
    assert_eq!(created.single().unwrap().state(), State::InService);
}

#[test]
fn row_90_an_option_has_one_value() {
    // It is the one that was said last; there are none but those that are known.
    let options = by("reseller").with_dry_run(true).with_dry_run(false);
    assert_eq!(options, by("reseller"));
    assert_eq!(
        by("master").with_account(id("child")).with_account(id("reseller")).account,
        Some(id("reseller"))
    );
}

#[test]
fn reservations_that_end_are_extended() {
    let quarter = Reservation { seconds: 900, longest_seconds: 7_200 };
    let inventory = world().policy(Policy { reservation: Some(quarter), ..Policy::default() }).build();
    assert!(inventory.reserve([FREE], &by("reseller")).unwrap().is_success());
    let minutes = |count| now().after(chrono::TimeDelta::minutes(count));
    // One that has no end has none to move.
    let numbers = [FREE, "+14252151010", ABSENT];
    let outcome = inventory.extend_lease(numbers, minutes(120), &by("reseller")).unwrap();
    assert_eq!(outcome.succeeded[0].lease().unwrap().until, minutes(120));
    assert_eq!(outcome.failed.values().map(|error| error.body().code).collect::<Vec<_>>(), [400, 404]);
    assert_eq!(body(inventory.extend_lease([FREE], minutes(121), &by("reseller"))).0, 400);
    assert_eq!(body(inventory.extend_lease([FREE], minutes(120), &by("child"))).0, 403);
}
