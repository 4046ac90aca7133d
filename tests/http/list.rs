//! The filters and pages of the list of an account's numbers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Map, Value, json};
use telnum::account::{AccountId, AccountTree, Actor};
use telnum::http::{ApiName, KazooApi, ServerLimits, TokenTable, kazoo};
use telnum::inventory::{Create, Inventory, Options};
use telnum::lifecycle::State;
use telnum::store::MemoryStore;
use telnum::time::Timestamp;

use crate::config::CarrierStock;
use crate::replay::{Reply, send_bytes};
use crate::stock::StockCarrier;
use crate::world::Server;

const ROWS: &str = include_str!("../data/http/filters.tsv");

fn accounts() -> AccountTree {
    serde_json::from_value(json!([
        {"id": "master", "admin": true}, {"id": "shop", "parent": "master"},
        {"id": "branch", "parent": "shop"}, {"id": "desk", "parent": "branch"},
    ]))
    .unwrap()
}

fn serve(inventory: Inventory) -> Server {
    let accounts: [AccountId; 4] = ["master", "shop", "branch", "desk"].map(|id| id.parse().unwrap());
    let tokens: TokenTable =
        accounts.into_iter().map(|id| (ApiName::Kazoo, id.to_string(), Actor::Account(id))).collect();
    let api = KazooApi::new(inventory, tokens);
    Server::start(axum::Router::new().nest("/v2", kazoo::router(api)), ServerLimits::default())
}

fn inventory_of(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Inventory {
    let telnyx: CarrierStock = serde_json::from_value(json!({"name": "telnyx"})).unwrap();
    Inventory::builder(MemoryStore::new())
        .accounts(accounts())
        .carrier(StockCarrier::new(&telnyx))
        .clock(clock)
        .build()
}

fn document(fields: &Value) -> Map<String, Value> {
    fields.as_object().unwrap().clone()
}

/// The numbers 1 to 6 of `shop`, each created a second after the one before it; the first one changed last.
fn six_numbers() -> Inventory {
    let seconds = Arc::new(AtomicI64::new(0));
    let now = Arc::clone(&seconds);
    let inventory = inventory_of(move || {
        Timestamp::from_gregorian(63_900_000_000 + now.load(Ordering::Relaxed).unsigned_abs()).unwrap()
    });
    let options = Options::new(Actor::System).with_account("shop".parse().unwrap());
    let numbers = [
        (
            "+14155550001",
            State::InService,
            "local",
            json!({"colour": "red", "size": 7, "tags": ["a"], "nested": {"x": {"y": true}}}),
        ),
        ("+14155550002", State::Reserved, "local", json!({"colour": "blue", "empty": ""})),
        ("+14155550003", State::InService, "local", json!({"force_outbound": true, "nothing": {}})),
        ("+14155550004", State::Reserved, "local", json!({"colour": "red"})),
        ("+12125550005", State::Reserved, "telnyx", json!({"colour": "["})),
        ("+14155550006", State::InService, "local", json!({})),
    ];
    for (number, state, carrier, fields) in numbers {
        seconds.fetch_add(1, Ordering::Relaxed);
        let create = Create::default()
            .with_state(state)
            .with_carrier(carrier.parse().unwrap())
            .with_document(document(&fields));
        inventory.create([number], &create, &options).unwrap().single().unwrap();
    }
    seconds.fetch_add(1, Ordering::Relaxed);
    inventory.assign_to_app(["+14155550001"], Some("callflow"), &options).unwrap().single().unwrap();
    inventory.delete(["+14155550006"], &options).unwrap().single().unwrap();
    inventory
}

fn ask(server: &Server, account: &str, query: &str, token: &str) -> Reply {
    let headers = Map::from_iter([("X-Auth-Token".to_owned(), token.into())]);
    let query = query.replace('"', "%22").replace('[', "%5B").replace(']', "%5D");
    send_bytes(server, "GET", &format!("/v2/accounts/{account}/phone_numbers?{query}"), &headers, Vec::new())
}

/// Returns the last digits of the numbers on all pages, and the number of pages.
fn list(server: &Server, query: &str, page_size: usize, token: &str) -> (BTreeSet<u8>, usize) {
    let (mut found, mut pages, mut start) = (BTreeSet::new(), 0, String::new());
    loop {
        let query = format!("{query}&page_size={page_size}&start_key={start}");
        let reply = ask(server, "shop", &query, token);
        assert_eq!(reply.status, 200, "{query}: {}", reply.text);
        let reply = reply.json();
        let numbers = reply["data"]["numbers"].as_object().unwrap();
        assert!(numbers.len() <= page_size, "{query}");
        pages += 1;
        for number in numbers.keys() {
            assert!(found.insert(number.as_bytes().last().unwrap() - b'0'), "{query}: {number} again");
        }
        match reply["next_start_key"].as_str() {
            Some(next) => start = next.replace('+', "%2B"),
            None => return (found, pages),
        }
    }
}

fn rows() -> Vec<(&'static str, BTreeSet<u8>)> {
    let rows = ROWS.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let (query, numbers) = row.split_once('\t').unwrap();
        (query, numbers.split_whitespace().map(|number| number.parse().unwrap()).collect())
    })
    .collect()
}

#[test]
fn each_filter_selects_the_numbers_of_its_row() {
    let server = serve(six_numbers());
    let mut wrong = Vec::new();
    for (query, expected) in rows() {
        for page_size in [1, 2, 100] {
            let (found, _) = list(&server, query, page_size, "master");
            if found != expected {
                wrong.push(format!("{query}: {found:?}, {page_size} a page"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn combined_filters_select_the_numbers_that_meet_both() {
    let server = serve(six_numbers());
    let names = |query: &str| -> BTreeSet<String> {
        query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0.to_owned())).collect()
    };
    // Deleted numbers are read only if a filter of the state names them.
    let rows: Vec<_> = rows().into_iter().filter(|(query, _)| !query.contains("deleted")).collect();
    let mut combined = 0;
    for (place, (first, numbers)) in rows.iter().enumerate() {
        for (second, others) in rows.iter().skip(place + 1) {
            let expected: BTreeSet<_> = numbers.intersection(others).copied().collect();
            let query = format!("{first}&{second}");
            if names(first).is_disjoint(&names(second)) {
                combined += 1;
                assert_eq!(list(&server, &query, 100, "master").0, expected, "{query}");
            } else if names(first).iter().any(|name| !name.contains("key") && !name.contains("value")) {
                // A parameter with one value comes once.
                assert_eq!(ask(&server, "shop", &query, "master").status, 400, "{query}");
            } else {
                assert_eq!(list(&server, &query, 100, "master").0, expected, "{query}");
            }
        }
    }
    assert!(combined > 1_000, "{combined}");
}

#[test]
fn the_carrier_is_absent_for_others_than_admins() {
    let server = serve(six_numbers());
    for (query, expected) in [
        ("filter_carrier_name=telnyx", &[][..]),
        ("filter_not_carrier_name=telnyx", &[1, 2, 3, 4, 5]),
        ("has_key=carrier_name", &[]),
        ("key_missing=carrier_name", &[1, 2, 3, 4, 5]),
    ] {
        assert_eq!(list(&server, query, 100, "shop").0, expected.iter().copied().collect(), "{query}");
    }
}

#[test]
fn malformed_filters_are_refused_by_name() {
    let server = serve(six_numbers());
    let many: String =
        (0..51).flat_map(|key| ["has_key=k".to_owned(), key.to_string(), "&".to_owned()]).collect();
    for (query, name) in [
        ("filter_=x", "filter_"),
        ("filter_not_=x", "filter_not_"),
        ("filter_state=gone", "filter_state"),
        ("filter_not_state=[7]", "filter_not_state"),
        ("filter_features=x", "filter_features"),
        ("filter_carrier_name=a%20b", "filter_carrier_name"),
        ("filter_x=1&filter_x=2", "filter_x"),
        ("filters_x=1", "filters_x"),
        ("has_keys=x", "has_keys"),
        ("missing_key=x", "missing_key"),
        ("updated_from=1", "updated_from"),
        ("created_from=yesterday", "created_from"),
        ("modified_to=99999999999999999", "modified_to"),
        ("start_key=x", "start_key"),
        ("page_size=0", "page_size"),
        ("created_from=x&filter_state=reserved&page_size=1", "created_from"),
        (many.as_str(), "filter"),
    ] {
        let reply = ask(&server, "shop", query, "master");
        assert_eq!(reply.status, 400, "{query}: {}", reply.text);
        assert!(reply.json()["data"].get(name).is_some(), "{query}: {}", reply.text);
    }
}

#[test]
fn a_page_of_a_filtered_list_reads_10_000_numbers() {
    let inventory = inventory_of(|| "2026-03-01T12:00:00Z".parse().unwrap());
    let options = Options::new(Actor::System).with_account("shop".parse().unwrap());
    let numbers = (0..25_000).map(|number| format!("+1212{:07}", 2_000_000 + number));
    for chunk in numbers.collect::<Vec<_>>().chunks(10_000) {
        inventory.create(chunk, &Create::default(), &options).unwrap();
    }
    let rare = Create::default().with_document(document(&json!({"rare": true})));
    inventory.create(["+12122024999", "+12129999999"], &Create::default(), &options).unwrap();
    inventory.delete(["+12122024999"], &options).unwrap().single().unwrap();
    inventory.create(["+12122024999"], &rare, &options).unwrap().single().unwrap();
    let server = serve(inventory);
    let (found, pages) = list(&server, "filter_rare=true", 10, "shop");
    assert_eq!((found, pages), ([9].into(), 3));
    let first = ask(&server, "shop", "filter_rare=true", "shop").json();
    assert_eq!(first["next_start_key"], "+12122009999");
    assert_eq!((&first["page_size"], &first["data"]["numbers"]), (&json!(0), &json!({})));
    // Without a filter, a page is full.
    let all = ask(&server, "shop", "", "shop").json();
    assert_eq!(all["page_size"], 10_000);
}

#[test]
fn the_numbers_of_the_accounts_below_are_counted() {
    let inventory = inventory_of(|| "2026-03-01T12:00:00Z".parse().unwrap());
    for (account, first, count) in [("shop", 0, 1), ("branch", 10, 2), ("desk", 20, 3)] {
        let options = Options::new(Actor::System).with_account(account.parse().unwrap());
        let numbers = (first..first + count).map(|number| format!("+1212555{number:04}"));
        inventory.create(numbers, &Create::default(), &options).unwrap();
    }
    let desk = Options::new(Actor::System).with_account("desk".parse().unwrap());
    inventory.delete(["+12125550020"], &desk).unwrap().single().unwrap();
    let server = serve(inventory);
    for (account, own, below) in [("master", 0, 5), ("shop", 1, 4), ("branch", 2, 2), ("desk", 2, 0)] {
        let data = ask(&server, account, "", account).json()["data"].clone();
        let numbers = data["numbers"].as_object().unwrap().len();
        assert_eq!((numbers, &data["casquade_quantity"]), (own, &json!(below)), "{account}");
    }
}
