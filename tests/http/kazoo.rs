use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use telnum::account::{Account, AccountTree, Actor};
use telnum::http::ServerLimits;
use telnum::inventory::{Create, Inventory, InventoryBuilder, Options};
use telnum::locality::{Locality, LocalityError, LocalityLookup, LocalityTable};
use telnum::number::{PhoneNumber, Prefix};
use telnum::store::MemoryStore;

use crate::replay::{Reply, send_bytes};
use crate::world::{self, ADDER, ADDER_TOKEN, MASTER_TOKEN, OWNER, OWNER_TOKEN, PLAIN, PLAIN_TOKEN, Server};

/// Sends a request to a path below `/v2/accounts`.
fn send(server: &Server, method: &str, path: &str, token: &str, key: Option<&str>, body: &Value) -> Reply {
    let mut headers = Map::from_iter([("X-Auth-Token".to_owned(), token.into())]);
    headers.extend(key.map(|key| ("Idempotency-Key".to_owned(), key.into())));
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    send_bytes(server, method, &format!("/v2/accounts/{path}"), &headers, body)
}

fn ask(server: &Server, method: &str, path: &str, token: &str, body: &Value) -> Reply {
    send(server, method, path, token, None, body)
}

const NUMBER: &str = "%2B14242424246";

#[test]
fn the_path_of_an_account_leads_only_to_its_numbers() {
    let server = world::kazoo();
    let asked = [
        ("GET", NUMBER.to_owned(), Value::Null),
        ("POST", NUMBER.to_owned(), json!({"data": {"x": 1}})),
        ("PATCH", NUMBER.to_owned(), json!({"data": {"x": 1}})),
        ("DELETE", NUMBER.to_owned(), Value::Null),
        ("DELETE", format!("{NUMBER}?hard=true"), Value::Null),
        ("GET", format!("{NUMBER}/identify"), Value::Null),
        ("POST", format!("fix/{NUMBER}"), Value::Null),
    ];
    for account in [OWNER, PLAIN, "no-such-account"] {
        for (method, rest, body) in &asked {
            let reply = ask(&server, method, &format!("{account}/phone_numbers/{rest}"), MASTER_TOKEN, body);
            assert_eq!(reply.status, 404, "{method} {rest} of {account}: {}", reply.text);
        }
        for method in ["POST", "PATCH", "DELETE"] {
            let body = json!({"data": {"numbers": ["+14242424246"]}});
            let path = format!("{account}/phone_numbers/collection");
            let reply = ask(&server, method, &path, MASTER_TOKEN, &body);
            assert!(reply.text.contains("not_found"), "{method}: {} {}", reply.status, reply.text);
        }
    }
    // The number is unchanged, also below the path of the parent account.
    for account in [ADDER, world::MASTER] {
        let path = format!("{account}/phone_numbers/{NUMBER}");
        let reply = ask(&server, "GET", &path, MASTER_TOKEN, &Value::Null).json();
        assert_eq!((&reply["data"]["x"], &reply["data"]["assigned_to"]), (&Value::Null, &json!(ADDER)));
    }
    // An available number can be read below every path and changed below none.
    let path = format!("{OWNER}/phone_numbers/%2B17075550100");
    assert_eq!(ask(&server, "GET", &path, OWNER_TOKEN, &Value::Null).status, 200);
    assert_eq!(ask(&server, "PATCH", &path, MASTER_TOKEN, &json!({"data": {"x": 1}})).status, 404);
}

#[test]
fn a_repeated_reservation_keeps_later_changes() {
    let server = world::kazoo();
    let path = format!("{PLAIN}/phone_numbers/%2B17075550100");
    let reserve = |x: i32| {
        let body = json!({"data": {"x": x}});
        send(&server, "PUT", &format!("{path}/reserve"), PLAIN_TOKEN, Some("key"), &body)
    };
    let first = reserve(1);
    assert_eq!((first.status, &first.json()["data"]["x"]), (201, &json!(1)));
    assert_eq!(ask(&server, "PATCH", &path, PLAIN_TOKEN, &json!({"data": {"x": 2}})).status, 200);
    // The answer is the first one, with the document of now.
    let (again, mut expected) = (reserve(1).json(), first.json());
    expected["data"]["x"] = json!(2);
    assert_eq!(again["data"], expected["data"]);
    assert_eq!(ask(&server, "GET", &path, PLAIN_TOKEN, &Value::Null).json()["data"]["x"], 2);
    assert_eq!(reserve(3).status, 409);
}

#[test]
fn an_activation_with_an_invalid_document_is_refused_whole() {
    let server = world::kazoo();
    let path = format!("{PLAIN}/phone_numbers/%2B17075550100");
    let body = json!({"data": {"x": 1, "cnam": {"display_name": "sixteen letters!"}}});
    assert_eq!(ask(&server, "PUT", &format!("{path}/activate"), PLAIN_TOKEN, &body).status, 400);
    let tried = json!({"data": {"x": 1}, "dry_run": true});
    let tried = ask(&server, "PUT", &format!("{path}/activate"), PLAIN_TOKEN, &tried);
    assert_eq!((tried.status, &tried.json()["data"]["x"]), (200, &json!(1)));
    let now = ask(&server, "GET", &path, PLAIN_TOKEN, &Value::Null).json();
    assert_eq!((&now["data"]["state"], &now["data"]["x"]), (&json!("available"), &Value::Null));
}

#[test]
fn fixing_keeps_concurrent_changes() {
    let inventory = world::inventory();
    let server = world::kazoo_of(inventory.clone(), |api| api, ServerLimits::default());
    let (path, stop) = (format!("{OWNER}/phone_numbers/fix/%2B14155555555"), AtomicBool::new(false));
    let options = Options::new(Actor::System);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    ask(&server, "POST", &path, OWNER_TOKEN, &Value::Null);
                }
            });
        }
        let (mut lost, mut tried) = (0, 0);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(2) {
            tried += 1;
            let app = format!("app{tried}");
            inventory.assign_to_app(["+14155555555"], Some(&app), &options).unwrap().single().unwrap();
            std::thread::sleep(Duration::from_micros(700));
            let now = inventory.get(["+14155555555"], &options).unwrap().single().unwrap();
            lost += usize::from(now.used_by() != Some(&*app));
        }
        stop.store(true, Ordering::Relaxed);
        assert_eq!(lost, 0, "of {tried}");
    });
}

#[test]
fn an_idempotency_key_covers_all_pages_of_a_fix() {
    let inventory = world::inventory();
    let options = Options::new(Actor::System).with_account(OWNER.parse().unwrap());
    let numbers = (0..1_500).map(|number| format!("+1212{number:07}"));
    inventory.create(numbers, &Create::default(), &options).unwrap();
    let apps = |_| Some("callflow".into());
    let server = world::kazoo_of(inventory.clone(), |api| api.with_app_lookup(apps), ServerLimits::default());
    for _ in 0..2 {
        let path = format!("{OWNER}/phone_numbers/fix");
        let reply = send(&server, "POST", &path, OWNER_TOKEN, Some("key"), &Value::Null);
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    for number in ["+12120000000", "+12120001499"] {
        let fixed = inventory.get([number], &options).unwrap().single().unwrap();
        assert_eq!(fixed.used_by(), Some("callflow"));
    }
}

#[test]
fn the_activation_limit_counts_activated_numbers_only() {
    let left = Arc::new(AtomicUsize::new(100));
    let counted = Arc::clone(&left);
    let take =
        move |_| counted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok();
    let server = world::kazoo_with(|api| api.with_activation_limit(take), ServerLimits::default());
    let activate = |key, body: &Value| {
        let path = format!("{PLAIN}/phone_numbers/collection/activate");
        send(&server, "PUT", &path, PLAIN_TOKEN, key, body)
    };
    let spent = || 100 - left.load(Ordering::Relaxed);
    let many: Vec<_> = (0..10_001).map(|number| format!("+1415{number:07}")).collect();
    assert_eq!((activate(None, &json!({"data": {"numbers": many}})).status, spent()), (400, 0));
    assert_eq!(
        (activate(None, &json!({"data": {"numbers": ["+14155550000", "x"]}})).status, spent()),
        (400, 0)
    );
    let thrice = ["+17075550100", "17075550100", "7075550100"];
    let tried = activate(None, &json!({"data": {"numbers": thrice}, "dry_run": true}));
    assert_eq!((tried.status, spent()), (200, 0));
    for _ in 0..2 {
        let done = activate(Some("key"), &json!({"data": {"numbers": thrice}}));
        assert_eq!((done.status, spent()), (201, 1), "{}", done.text);
    }
    // The number is already in service.
    assert_eq!((activate(None, &json!({"data": {"numbers": thrice}})).status, spent()), (201, 1));

    left.store(0, Ordering::Relaxed);
    let refused = activate(None, &json!({"data": {"numbers": ["+14155550101"]}}));
    assert_eq!((refused.status, &refused.json()["message"]), (429, &json!("too_many_requests")));
    let other = activate(None, &json!({"data": {"numbers": ["+14155550101", "+17075550100"]}}));
    assert_eq!(other.json()["data"]["error"]["+14155550101"]["code"], 429, "{}", other.text);
}

#[test]
fn the_activation_limit_does_not_count_numbers_with_unaccepted_charges() {
    let spent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&spent);
    let take = move |_| counted.fetch_add(1, Ordering::Relaxed) < 100;
    let server = world::kazoo_with(|api| api.with_activation_limit(take), ServerLimits::default());
    let path = format!("{ADDER}/phone_numbers/%2B14159990000/activate");
    assert_eq!(ask(&server, "PUT", &path, ADDER_TOKEN, &Value::Null).status, 402);
    assert_eq!(spent.load(Ordering::Relaxed), 0);
    let accepted = json!({"data": {}, "accept_charges": true});
    assert_eq!(ask(&server, "PUT", &path, ADDER_TOKEN, &accepted).status, 201);
    assert_eq!(spent.load(Ordering::Relaxed), 1);
}

/// Requests the locality of a number from a server of `inventory`.
fn locality_of(number: &str, inventory: InventoryBuilder) -> Value {
    let accounts = AccountTree::new([Account::new(OWNER.parse().unwrap())]).unwrap();
    let server = world::kazoo_of(inventory.accounts(accounts).build(), |api| api, ServerLimits::default());
    let body = json!({"data": {"numbers": [number]}});
    let reply = ask(&server, "POST", &format!("{OWNER}/phone_numbers/locality"), OWNER_TOKEN, &body).json();
    reply["data"][number].clone()
}

#[test]
fn a_lookup_without_a_description_is_described_by_city_and_province() {
    for (table, described) in [
        ("+1555\tUS\tCA\tOakland\n", json!("Oakland, CA")),
        ("+1555\tUS\tCA\t\n", json!("CA")),
        ("+1555\tUS\t\tOakland\n", json!("Oakland")),
        ("+1555\tUS\t\t\n", Value::Null),
    ] {
        let table = LocalityTable::from_tsv(table).unwrap();
        let inventory = Inventory::builder(MemoryStore::new()).localities(table);
        assert_eq!(locality_of("+15551234567", inventory)["geocode"], json!({"locality": described}));
    }
}

/// A lookup that fails.
#[derive(Debug)]
struct Failing;

impl LocalityLookup for Failing {
    fn locate(&self, _: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
        Err(LocalityError::Failed("connection reset".into()))
    }

    fn prefixes(&self, _: &str, _: &str) -> Vec<Prefix> {
        Vec::new()
    }
}

#[test]
fn a_failed_lookup_is_an_error_though_the_prefix_is_known() {
    let inventory = Inventory::builder(MemoryStore::new()).localities(Failing);
    let answer = locality_of("+14152021234", inventory);
    assert_eq!((&answer["status"], &answer["message"]), (&json!("error"), &json!("lookup_failed")));
}

#[cfg(feature = "geo")]
#[test]
fn country_and_description_need_no_lookup() {
    let nothing = json!({"locality": null, "province": null, "postal_code": null, "extended_postal_code": null,
        "latitude": null, "longitude": null, "type": null, "alt_postal_codes": [], "switch": null});
    for (number, country, described, city, province) in [
        ("+14158551292", "US", json!("California"), Value::Null, Value::Null),
        ("+14152021234", "US", json!("San Francisco, CA"), json!("San Francisco"), json!("CA")),
        ("+41446681800", "CH", json!("Zurich"), json!("Zurich"), Value::Null),
        ("+447912345678", "GB", json!("United Kingdom"), Value::Null, Value::Null),
        ("+18002530000", "US", Value::Null, Value::Null, Value::Null),
    ] {
        let answer = locality_of(number, Inventory::builder(MemoryStore::new()));
        assert_eq!((&answer["country"], &answer["geocode"]["locality"]), (&json!(country), &described));
        let mut place = nothing.clone();
        place["locality"] = city;
        place["province"] = province;
        assert_eq!((&answer["locality"], &answer["status"]), (&place, &json!("success")), "{number}");
        assert_eq!(answer["carrier"], json!({"id": null, "type": null, "company": null, "dba": null}));
    }
    let unknown = locality_of("+15551234567", Inventory::builder(MemoryStore::new()));
    assert_eq!(unknown["message"], "missing_url");
}

#[cfg(feature = "geo")]
#[test]
fn a_city_has_prefixes_without_a_lookup() {
    let accounts = AccountTree::new([Account::new(OWNER.parse().unwrap())]).unwrap();
    let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    let server = world::kazoo_of(inventory, |api| api, ServerLimits::default());
    let prefixes = |query: &str| {
        let path = format!("{OWNER}/phone_numbers/prefix?{query}");
        ask(&server, "GET", &path, OWNER_TOKEN, &Value::Null).json()["data"].clone()
    };
    assert_eq!(prefixes("country=CH&city=zurich"), json!(["43", "44"]));
    assert!(prefixes("city=San%20Francisco").as_array().unwrap().contains(&json!("415202")));
    assert_eq!(prefixes("country=CH&city=nowhere"), json!([]));
}
