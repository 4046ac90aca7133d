//! Requests and responses as the published documents print them.
//!
//! The rules, by number; each test has the number of its rule in its name:
//!
//! | rule | |
//! |---|---|
//! | 16 | a replacement without a document changes nothing |
//! | 29 | a parameter that is not known is refused by name |
//! | 30 | `used_by` is set where the service says so |
//! | 31 | the count of numbers below is the service's, and a revision has 32 digits |

use serde_json::{Map, Value, json};
use telnum::account::{Account, AccountTree};
use telnum::http::{ApiName, KazooApi, ServerLimits, TokenTable, kazoo};
use telnum::inventory::Inventory;
use telnum::store::MemoryStore;

use crate::replay::{Reply, send_bytes};
use crate::world::{self, OWNER, OWNER_TOKEN, Server};

fn ask(server: &Server, method: &str, path: &str, token: &str, body: &Value) -> Reply {
    let headers = Map::from_iter([("X-Auth-Token".to_owned(), token.into())]);
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    send_bytes(server, method, &format!("/v2/{path}"), &headers, body)
}

#[test]
fn item_29_unknown_parameters_are_refused_by_name() {
    let server = world::kazoo();
    let number = format!("accounts/{OWNER}/phone_numbers/%2B14155555555");
    let rows = [
        ("GET", "phone_numbers?prefix=415&contains=99".to_owned(), "contains"),
        ("GET", "phone_numbers?prefix=415&sms_enabled=true".to_owned(), "sms_enabled"),
        ("GET", "phone_numbers/classifiers/911?x=1".to_owned(), "x"),
        ("GET", format!("accounts/{OWNER}/phone_numbers?filters_owner=x"), "filters_owner"),
        ("GET", format!("accounts/{OWNER}/phone_numbers?sort=x"), "sort"),
        ("GET", format!("accounts/{OWNER}/phone_numbers/prefix?city=Oakland&state=CA"), "state"),
        ("GET", format!("{number}?as=xml"), "as"),
        ("GET", format!("{number}/identify?as=xml"), "as"),
        ("DELETE", format!("{number}?hrad=true"), "hrad"),
        ("POST", format!("accounts/{OWNER}/phone_numbers/fix?dry=1"), "dry"),
    ];
    for (method, path, name) in rows {
        let reply = ask(&server, method, &path, OWNER_TOKEN, &Value::Null);
        assert_eq!(reply.status, 400, "{path}: {}", reply.text);
        let expected = json!({name: {"additionalProperties": {"message": "no such field"}}});
        assert_eq!(reply.json()["data"], expected, "{path}");
    }
    // The parameter that is invalid is named, and not those after it.
    let path = format!("accounts/{OWNER}/port_requests?created_from=x&page_size=5");
    let reply = ask(&server, "GET", &path, OWNER_TOKEN, &Value::Null).json();
    let names: Vec<_> = reply["data"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["created_from"]);
    // Nothing was done.
    assert_eq!(ask(&server, "GET", &number, OWNER_TOKEN, &Value::Null).status, 200);
}

/// The printed address request sends `used_by`, and the printed response has it.
#[test]
fn item_30_used_by_is_set_if_configured() {
    let shop = "shop".parse().unwrap();
    let start = |is_set: bool| {
        let accounts = AccountTree::new([Account::new(shop).with_may_add_numbers(true)]).unwrap();
        let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
        let tokens: TokenTable = [(ApiName::Kazoo, "token".to_owned(), shop.into())].into_iter().collect();
        let api = KazooApi::new(inventory, tokens).with_used_by_changes(is_set);
        Server::start(axum::Router::new().nest("/v2", kazoo::router(api)), ServerLimits::default())
    };
    let path = "accounts/shop/phone_numbers/%2B14158867900";
    for is_set in [false, true] {
        let server = start(is_set);
        let body = json!({"data": {"create_with_state": "in_service"}});
        assert_eq!(ask(&server, "PUT", path, "token", &body).status, 201);
        let change = |method: &str, path: &str, data: Value| {
            ask(&server, method, path, "token", &json!({ "data": data })).json()["data"].clone()
        };
        let shown = |app: &str| if is_set && !app.is_empty() { json!(app) } else { Value::Null };
        let used_by = |answer: &Value| answer.get("used_by").cloned().unwrap_or_default();
        let answer = change("POST", path, json!({"used_by": "callflow", "id": "+14158867900"}));
        assert_eq!(used_by(&answer), shown("callflow"));
        // A document that does not name it keeps it.
        assert_eq!(used_by(&change("POST", path, json!({"note": 1}))), shown("callflow"));
        assert_eq!(used_by(&change("PATCH", path, json!({"used_by": "fax"}))), shown("fax"));
        let all = json!({"numbers": ["+14158867900"], "used_by": null});
        let answer = change("PATCH", "accounts/shop/phone_numbers/collection", all);
        assert_eq!(used_by(&answer["success"]["+14158867900"]), shown(""));
    }
}

#[test]
fn item_31_a_revision_has_32_digits() {
    let server = world::kazoo();
    let list = || ask(&server, "GET", &format!("accounts/{OWNER}/phone_numbers"), OWNER_TOKEN, &Value::Null);
    let (first, second) = (list().json(), list().json());
    let revision = first["revision"].as_str().unwrap().to_owned();
    let (count, digits) = revision.split_once('-').unwrap();
    assert_eq!(count.parse::<usize>().unwrap(), first["data"]["numbers"].as_object().unwrap().len());
    assert!(digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{revision}");
    assert_eq!(second["revision"], revision);
    let path = format!("accounts/{OWNER}/phone_numbers/%2B14155555555");
    assert_eq!(ask(&server, "PATCH", &path, OWNER_TOKEN, &json!({"data": {"x": 1}})).status, 200);
    assert_ne!(list().json()["revision"], revision);
}

#[test]
fn item_16_a_replacement_of_numbers_without_a_document_changes_nothing() {
    let server = world::kazoo();
    let number = format!("accounts/{OWNER}/phone_numbers/%2B14155555555");
    let collection = format!("accounts/{OWNER}/phone_numbers/collection");
    let note = json!({"data": {"note": "front desk"}});
    assert_eq!(ask(&server, "PATCH", &number, OWNER_TOKEN, &note).status, 200);
    let read = || ask(&server, "GET", &number, OWNER_TOKEN, &Value::Null).json()["data"].clone();
    let before = read();
    assert_eq!(before["note"], "front desk");
    let rows = [
        (Value::Null, 400),
        (json!({"data": {}}), 400),
        (json!({"data": {"numbers": []}}), 200),
        (json!({"data": {"numbers": ["+14155555555"]}}), 200),
    ];
    for (body, status) in rows {
        assert_eq!(ask(&server, "POST", &collection, OWNER_TOKEN, &body).status, status, "{body}");
        assert_eq!(read(), before, "{body}");
    }
    let replaced = json!({"data": {"numbers": ["+14155555555"], "other": 1}});
    assert_eq!(ask(&server, "POST", &collection, OWNER_TOKEN, &replaced).status, 200);
    assert_eq!(read()["note"], Value::Null);
}

#[test]
fn item_31_the_service_counts_the_numbers_of_accounts_below() {
    let shop = "shop".parse().unwrap();
    let start = |count: Option<u64>| {
        let accounts = AccountTree::new([Account::new(shop)]).unwrap();
        let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
        let tokens: TokenTable = [(ApiName::Kazoo, "token".to_owned(), shop.into())].into_iter().collect();
        let api = KazooApi::new(inventory, tokens);
        let api = match count {
            None => api,
            Some(count) => api.with_cascade_quantity(move |account| if account == shop { count } else { 0 }),
        };
        Server::start(axum::Router::new().nest("/v2", kazoo::router(api)), ServerLimits::default())
    };
    for (count, expected) in [(None, 0), (Some(250), 250)] {
        let list = ask(&start(count), "GET", "accounts/shop/phone_numbers", "token", &Value::Null).json();
        assert_eq!(list["data"], json!({"casquade_quantity": expected, "numbers": {}}));
    }
}
