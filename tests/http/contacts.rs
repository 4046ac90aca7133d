use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::replay::{Reply, TestRequest, send as send_request, send_bytes};
use crate::world::{self, OWNER, Server};

#[test]
fn links_between_pages_show_each_number_once() {
    let server = world::service();
    let headers = serde_json::json!({"Authorization": "Bearer people"});
    let request = |method: &str, path: &str, body: Option<serde_json::Value>| TestRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: headers.as_object().unwrap().clone(),
        body,
    };
    for last in 0..26 {
        let number = format!("415 886 79{last:02}");
        let body = serde_json::json!({"data": {"type": "PhoneNumber", "attributes": {"number": number}}});
        let reply = send_request(&server, &request("POST", "/people/v2/people/1/phone_numbers", Some(body)));
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    let page = send_request(&server, &request("GET", "/people/v2/phone_numbers", None)).json();
    assert_eq!((&page["meta"]["count"], &page["meta"]["next"]["offset"]), (&json!(25), &json!(25)));
    let mut path = "/people/v2/phone_numbers?per_page=3&order=-number".to_owned();
    let mut found = Vec::new();
    loop {
        let page = send_request(&server, &request("GET", &path, None)).json();
        assert_eq!(page["meta"]["total_count"], 26);
        let numbers = page["data"].as_array().unwrap();
        found.extend(numbers.iter().map(|it| it["attributes"]["e164"].as_str().unwrap().to_owned()));
        match page["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    let expected: Vec<_> = (0..26).rev().map(|last| format!("+141588679{last:02}")).collect();
    assert_eq!(found, expected);
}

/// A query decodes an unencoded plus sign as a space.
#[test]
fn an_unencoded_plus_sign_is_restored() {
    let server = world::service();
    let by = ("Authorization", "Bearer people");
    let body =
        json!({"data": {"type": "PhoneNumber", "attributes": {"number": "+49 30 57701873"}}}).to_string();
    assert_eq!(send(&server, "POST", "/people/v2/people/1/phone_numbers", by, &body).status, 201);
    for number in ["+493057701873", "%2B493057701873"] {
        let path = format!("/people/v2/phone_numbers?where[number]={number}");
        assert_eq!(send(&server, "GET", &path, by, "").json()["meta"]["total_count"], 1, "{number}");
    }
}

const USER_KEY: &str = "Basic MDk4ZjZiY2Q0NjIxZDM3M2NhZGU0ZTgzMjYyN2I0ZjY6cGFya3U=";

/// Sends a request with a credential: a header and its value.
fn send(server: &Server, method: &str, path: &str, by: (&str, &str), body: &str) -> Reply {
    let headers = Map::from_iter([(by.0.to_owned(), Value::from(by.1))]);
    send_bytes(server, method, path, &headers, body.as_bytes().to_vec())
}

#[test]
fn credentials_of_one_api_are_invalid_for_the_others() {
    let server = world::service();
    let account = format!("/v2/accounts/{OWNER}/phone_numbers");
    let apis = [&account, "/people/v2/phone_numbers", "/v9/clients/7/phone_numbers", "/phone_numbers"];
    let user = "098f6bcd4621d373cade4e832627b4f6";
    // A header with credentials, and for which of the APIs they are valid.
    let rows = [
        ("X-Auth-Token", world::OWNER_TOKEN.to_owned(), [true, false, false, false]),
        ("Authorization", format!("Bearer {}", world::OWNER_TOKEN), [false; 4]),
        ("Authorization", "Bearer people".to_owned(), [false, true, true, false]),
        ("X-Auth-Token", "people".to_owned(), [false; 4]),
        ("Authorization", "Basic cGVvcGxlOg==".to_owned(), [false; 4]),
        ("Authorization", USER_KEY.to_owned(), [false, false, false, true]),
        ("Authorization", format!("Bearer {user}"), [false; 4]),
        ("X-Auth-Token", user.to_owned(), [false; 4]),
    ];
    for (header, value, expected) in rows {
        let valid = apis.map(|path| send(&server, "GET", path, (header, &value), "").status == 200);
        assert_eq!(valid, expected, "{header}: {value}");
    }
}

/// Item 3 of `tests/rights.rs`, over HTTP.
#[test]
fn accounts_that_are_disabled_have_no_power() {
    let server = world::service();
    let bearer = ("Authorization", "Bearer closed");
    let rows = [
        ("GET", "/people/v2/phone_numbers", bearer),
        ("GET", "/v9/clients/7/phone_numbers", bearer),
        ("GET", "/phone_numbers", ("Authorization", "Basic Y2xvc2VkOg==")),
        ("GET", "/v2/accounts/disabled/phone_numbers", ("X-Auth-Token", "closed")),
        ("PUT", "/v2/accounts/disabled/phone_numbers/%2B14155550177", ("X-Auth-Token", "closed")),
    ];
    for (method, path, by) in rows {
        let reply = send(&server, method, path, by, "");
        assert_eq!(reply.status, 403, "{method} {path}: {}", reply.text);
    }
}

#[test]
fn the_same_id_is_another_owner_in_each_api() {
    let server = world::service();
    let (users, people) = (("Authorization", USER_KEY), ("Authorization", "Bearer people"));
    let document =
        json!({"data": {"type": "PhoneNumber", "attributes": {"number": "415 886 7900"}}}).to_string();
    let path = format!("/people/v2/people/{OWNER}/phone_numbers");
    assert_eq!(send(&server, "POST", &path, people, &document).status, 201);
    assert_eq!(send(&server, "GET", "/phone_numbers", users, "").json(), json!([]));
    assert_eq!(send(&server, "POST", "/phone_numbers", users, "phone_number=+14158867900").status, 201);
    let client = r#"{"phone_numbers": [{"number": "415 886 7900"}]}"#;
    for path in ["/v9/clients/7/phone_numbers", "/people/v2/people/7/phone_numbers"] {
        let body = if path.starts_with("/v9") { client } else { &document };
        assert_eq!(send(&server, "POST", path, people, body).status, 201, "{path}");
    }
    let all = send(&server, "GET", "/people/v2/phone_numbers", people, "").json();
    assert_eq!(all["meta"]["total_count"], 2);
}

#[test]
fn links_start_with_the_base_url() {
    let contacts = world::contacts(|api| api.with_base_url("https://api.example.com/"));
    let router = telnum::http::user_numbers::router(contacts.users)
        .nest("/people/v2", telnum::http::planning_center::router(contacts.people));
    let server = Server::start(router, telnum::http::ServerLimits::default());
    let number =
        send(&server, "POST", "/phone_numbers", ("Authorization", USER_KEY), "phone_number=+493057701873");
    assert_eq!(number.headers["location"], "https://api.example.com/phone_numbers/1");

    let people = ("Authorization", "Bearer people");
    let document =
        json!({"data": {"type": "PhoneNumber", "attributes": {"number": "415 886 7900"}}}).to_string();
    let place = "https://api.example.com/people/v2/phone_numbers/1";
    let created = send(&server, "POST", "/people/v2/people/1/phone_numbers", people, &document);
    assert_eq!(
        (&created.headers["location"], &created.json()["links"]["self"]),
        (&json!(place), &json!(place))
    );
    let shown = send(&server, "GET", "/people/v2/phone_numbers/1", people, "").json();
    assert_eq!(shown["links"]["self"], place);
}

/// Adds `count` numbers of a user, from `first` on.
fn add(server: &Server, first: usize, count: usize) {
    for number in first..first + count {
        let body = format!("phone_number=+1212{number:07}");
        let reply = send(server, "POST", "/phone_numbers", ("Authorization", USER_KEY), &body);
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
}

#[test]
fn a_users_list_is_a_snapshot() {
    let (server, by) = (world::service(), ("Authorization", USER_KEY));
    add(&server, 2_000_000, 150);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 3_000_000.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                add(&server, number, 1);
                let newest = send(&server, "GET", "/phone_numbers", by, "").json()[0]["id"].clone();
                assert_eq!(send(&server, "DELETE", &format!("/phone_numbers/{newest}"), by, "").status, 204);
            }
        });
        let start = Instant::now();
        let mut seen = Vec::new();
        while start.elapsed() < Duration::from_secs(2) {
            let list = send(&server, "GET", "/phone_numbers", by, "").json();
            let ids = list.as_array().unwrap().iter().map(|it| it["id"].as_u64().unwrap());
            seen.push(ids.filter(|id| *id <= 150).collect::<Vec<_>>());
        }
        stop.store(true, Ordering::Relaxed);
        let all: Vec<_> = (1..=150).rev().collect();
        let wrong = seen.iter().filter(|ids| **ids != all).count();
        assert_eq!(wrong, 0, "of {}", seen.len());
    });
}

#[test]
fn refused_rules_name_the_field_of_the_document() {
    let server = world::service();
    let people = ("Authorization", "Bearer people");
    let client = |numbers: Value| {
        let body = json!({"phone_numbers": numbers}).to_string();
        let reply = send(&server, "POST", "/v9/clients/7/phone_numbers", people, &body);
        (reply.status, reply.json()["errors"][0].clone())
    };
    let (status, error) = client(json!([
        {"number": "504-555-0123", "is_primary": true}, {"number": "504-555-0124", "is_primary": true},
    ]));
    let message = "`phone_numbers.1.is_primary`: `phone_numbers.0.is_primary` says that another number is the primary one";
    assert_eq!((status, error), (422, json!({"field": "phone_numbers.1.is_primary", "message": message})));
    let (status, error) = client(json!([{"number": "504-555-0123"}, {"number": "+1 (504) 555 0123"}]));
    let message = "`phone_numbers.1.number`: +15045550123 is at `phone_numbers.0.number` already";
    assert_eq!((status, error), (422, json!({"field": "phone_numbers.1.number", "message": message})));

    let person = |method: &str, path: &str, attributes: Value| {
        let document = json!({"data": {"type": "PhoneNumber", "attributes": attributes}}).to_string();
        let reply = send(&server, method, path, people, &document);
        (reply.status, reply.json()["errors"][0].clone())
    };
    let (list, first) = ("/people/v2/people/1/phone_numbers", "/people/v2/phone_numbers/1");
    assert_eq!(person("POST", list, json!({"number": "504.555.0123 x5"})).0, 201);
    let (status, error) = person("POST", list, json!({"number": "+15045550123;ext=5"}));
    assert_eq!((status, &error["source"]), (422, &json!({"pointer": "/data/attributes/number"})));
    let message = "`data.attributes.number`: the owner has +15045550123;ext=5 already, as 1";
    assert_eq!(error["detail"], message);
    let (status, error) = person("PATCH", first, json!({"primary": false}));
    assert_eq!((status, &error["source"]), (422, &json!({"pointer": "/data/attributes/primary"})));
    let message = "`data.attributes.primary`: an owner has a primary number as long as there are numbers; \
                   make another one primary";
    assert_eq!(error["detail"], message);
}
