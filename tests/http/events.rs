//! Events over HTTP, and the conditions of lists on times.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use telnum::http::ServerLimits;
use telnum::store::{Forget, MemoryStore, Store};

use crate::build::{self, Books};
use crate::config::Config;
use crate::replay::{Reply, send_bytes};
use crate::world::{self, ADDER, ADDER_TOKEN, MASTER_TOKEN, OWNER, OWNER_TOKEN, Server};

const PEOPLE: (&str, &str) = ("Authorization", "Bearer people");
const USER: (&str, &str) = ("Authorization", "Basic MDk4ZjZiY2Q0NjIxZDM3M2NhZGU0ZTgzMjYyN2I0ZjY6cGFya3U=");
const OTHER_USER: (&str, &str) = ("Authorization", "Basic b3RoZXI6eA==");

fn send(server: &Server, method: &str, path: &str, by: (&str, &str), body: &str) -> Reply {
    let headers = Map::from_iter([(by.0.to_owned(), Value::from(by.1))]);
    let path = path.replace('[', "%5B").replace(']', "%5D");
    send_bytes(server, method, &path, &headers, body.as_bytes().to_vec())
}

fn get(server: &Server, path: &str, by: (&str, &str)) -> Value {
    let reply = send(server, "GET", path, by, "");
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.json()
}

/// Adds a client's number, a person's number and a user's number, and changes or removes each.
fn change_contacts(server: &Server) {
    let person =
        json!({"data": {"type": "PhoneNumber", "attributes": {"number": "415 886 7900"}}}).to_string();
    let moved = json!({"data": {"type": "PhoneNumber", "attributes": {"location": "Work"}}}).to_string();
    let client = r#"{"phone_numbers": [{"number": "504-555-0123"}, {"number": "504-555-0124"}]}"#;
    for (method, path, by, body, status) in [
        ("POST", "/people/v2/people/1/phone_numbers", PEOPLE, &*person, 201),
        ("PATCH", "/people/v2/phone_numbers/1", PEOPLE, &moved, 200),
        ("POST", "/v9/clients/7/phone_numbers", PEOPLE, client, 201),
        ("PATCH", "/v9/clients/7/phone_numbers/1", PEOPLE, r#"{"label": "home"}"#, 200),
        ("POST", "/phone_numbers", USER, "phone_number=+493057701873", 201),
        ("POST", "/phone_numbers", OTHER_USER, "phone_number=+493057701874", 201),
        ("DELETE", "/phone_numbers/1", USER, "", 204),
    ] {
        let reply = send(server, method, path, by, body);
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
    }
}

#[test]
fn admins_read_the_events_of_numbers_page_by_page() {
    let server = world::service();
    let master = ("X-Auth-Token", MASTER_TOKEN);
    let last = |path: &str| get(&server, path, master)["data"]["next_after"].as_u64().unwrap();
    let before = last("/v2/events");
    let path = format!("/v2/accounts/{ADDER}/phone_numbers/%2B14155550123");
    assert_eq!(send(&server, "PUT", &path, ("X-Auth-Token", ADDER_TOKEN), "").status, 201);
    let request = format!("/v2/accounts/{OWNER}/port_requests");
    let document = json!({"data": {"name": "Bakery", "numbers": {"+12025559000": {}}}}).to_string();
    assert_eq!(send(&server, "PUT", &request, ("X-Auth-Token", OWNER_TOKEN), &document).status, 201);

    let all = get(&server, &format!("/v2/events?after={before}"), master)["data"].clone();
    let events = all["events"].as_array().unwrap();
    let first = &events[0];
    assert_eq!(first["sequence"], before + 1);
    assert_eq!((&first["entity"], &first["event"]), (&json!("number"), &json!("created")));
    assert_eq!((&first["number"], &first["actor"]), (&json!("+14155550123"), &json!(ADDER)));
    let port = events.last().unwrap();
    assert_eq!((&port["entity"], &port["account"]), (&json!("port_request"), &json!(OWNER)));

    let (mut found, mut after) = (Vec::new(), before);
    loop {
        let page = get(&server, &format!("/v2/events?after={after}&page_size=1"), master)["data"].clone();
        found.extend(page["events"].as_array().unwrap().clone());
        let next = page["next_after"].as_u64().unwrap();
        if next == after {
            break;
        }
        after = next;
    }
    assert_eq!(&found, events);
    assert_eq!(after, all["next_after"]);
}

#[test]
fn only_admins_read_the_events_of_numbers() {
    let server = world::service();
    let rows = [
        (OWNER_TOKEN, 403, "forbidden"),
        ("closed", 403, "forbidden"),
        ("nobody", 401, "invalid_credentials"),
    ];
    for (token, status, message) in rows {
        let reply = send(&server, "GET", "/v2/events", ("X-Auth-Token", token), "");
        assert_eq!(
            (reply.status, &reply.json()["message"]),
            (status, &json!(message)),
            "{token}: {}",
            reply.text
        );
    }
}

#[test]
fn clients_and_people_have_events_of_their_own() {
    let server = world::service();
    change_contacts(&server);
    let clients = get(&server, "/v9/events?per_page=3", PEOPLE);
    let shown: Vec<_> =
        clients["events"].as_array().unwrap().iter().map(|it| [&it["event"], &it["url"]]).collect();
    let url = "/clients/7/phone_numbers/1";
    assert_eq!(shown[0], [&json!("added"), &json!(url)]);
    let rest = get(&server, "/v9/events?after=3", PEOPLE);
    assert_eq!(clients["next_after"], 3);
    let last = rest["events"].as_array().unwrap().last().unwrap();
    let expected = json!({"sequence": rest["next_after"], "phone_number_id": 1, "url": url,
        "at": last["at"], "event": "updated", "fields": ["label"]});
    assert_eq!(last, &expected);

    let mut path = "/people/v2/events?per_page=1".to_owned();
    let mut kinds = Vec::new();
    loop {
        let page = get(&server, &path, PEOPLE);
        for event in page["data"].as_array().unwrap() {
            assert_eq!(event["relationships"]["person"]["data"], json!({"type": "Person", "id": "1"}));
            assert_eq!(
                event["relationships"]["phone_number"]["data"],
                json!({"type": "PhoneNumber", "id": "1"})
            );
            kinds.push(event["attributes"]["event"].as_str().unwrap().to_owned());
        }
        match page["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(kinds.first().map(String::as_str), Some("added"));
    assert_eq!(kinds.last().map(String::as_str), Some("updated"));
}

#[test]
fn users_read_the_events_of_their_own_numbers() {
    let server = world::service();
    change_contacts(&server);
    let events = |by| {
        let page = get(&server, "/phone_numbers/events", by);
        let events = page["events"].as_array().unwrap().clone();
        events
            .iter()
            .map(|it| (it["phone_number_id"].as_u64().unwrap(), it["event"].clone()))
            .collect::<Vec<_>>()
    };
    let own = events(USER);
    assert!(own.iter().all(|(id, _)| *id == 1), "{own:?}");
    assert_eq!((&own[0].1, &own.last().unwrap().1), (&json!("added"), &json!("removed")));
    let other = events(OTHER_USER);
    assert!(!other.is_empty() && other.iter().all(|(id, _)| *id == 2), "{other:?}");
    // A page reads on until it is full or the log ends.
    let page = get(&server, "/phone_numbers/events?per_page=1", OTHER_USER);
    assert_eq!(page["events"].as_array().unwrap().len(), 1);
}

#[test]
fn forgotten_events_are_an_error_that_says_where_to_continue() {
    let stores: Vec<_> = (0..4).map(|_| Arc::new(MemoryStore::new())).collect();
    let config = Config::demo().unwrap();
    let place = |part: &str| ["people", "clients", "users"].iter().position(|name| *name == part).unwrap();
    let books = Books::open(&config, |part| Ok(stores[place(part)].clone())).unwrap();
    let store: Arc<dyn Store> = stores[3].clone();
    let inventory = build::inventory(&config, &store).unwrap();
    build::create_numbers(&config, &inventory).unwrap();
    let ports = build::port_desk(&config, inventory.clone()).unwrap();
    let numbers = build::numbers(&config, inventory, ports);
    let server =
        Server::start(telnum::http::service(numbers, books.apis(&config, "")), ServerLimits::default());
    change_contacts(&server);
    for store in &stores {
        store.forget(&Forget::default().with_max_events(1)).unwrap();
    }
    for (path, by) in [
        ("/v2/events", ("X-Auth-Token", MASTER_TOKEN)),
        ("/people/v2/events", PEOPLE),
        ("/v9/events", PEOPLE),
        ("/phone_numbers/events", OTHER_USER),
    ] {
        let reply = send(&server, "GET", path, by, "");
        assert_eq!(reply.status, 410, "{path}: {}", reply.text);
        let (_, after) = reply.text.split_once("continue after ").unwrap();
        let after: String = after.chars().take_while(char::is_ascii_digit).collect();
        let page = get(&server, &format!("{path}?after={after}"), by);
        let next =
            ["/data/next_after", "/meta/next_after", "/next_after"].iter().find_map(|at| page.pointer(at));
        assert_eq!(
            next.unwrap().as_u64(),
            after.parse::<u64>().ok().map(|after| after + 1),
            "{path}: {page}"
        );
    }
    let reply = send(&server, "GET", "/v2/events", ("X-Auth-Token", MASTER_TOKEN), "").json();
    assert_eq!((&reply["error"], &reply["message"]), (&json!("410"), &json!("forgotten")));
    assert!(reply["data"]["target"].is_u64());
}

#[test]
fn malformed_parameters_of_events_are_refused_by_name() {
    let server = world::service();
    for (path, by, size) in [
        ("/v2/events", ("X-Auth-Token", MASTER_TOKEN), "page_size"),
        ("/people/v2/events", PEOPLE, "per_page"),
        ("/v9/events", PEOPLE, "per_page"),
        ("/phone_numbers/events", USER, "per_page"),
    ] {
        for (query, name) in [
            ("after=-1".to_owned(), "after"),
            ("after=x".to_owned(), "after"),
            ("after=1&after=2".to_owned(), "after"),
            (format!("{size}=0"), size),
            (format!("{size}=1001"), size),
            ("limit=5".to_owned(), "limit"),
        ] {
            let reply = send(&server, "GET", &format!("{path}?{query}"), by, "");
            assert_eq!(reply.status, 400, "{path}?{query}: {}", reply.text);
            assert!(reply.text.contains(&format!("\"{name}\"")), "{path}?{query}: {}", reply.text);
        }
    }
}

/// The rows of a comparison with the second of three times, a second apart, and the places of the numbers found.
const COMPARISONS: [(&str, &[usize]); 6] = [
    ("", &[1]),
    ("[gt]", &[2]),
    ("[gte]", &[1, 2]),
    ("[lt]", &[0]),
    ("[lte]", &[0, 1]),
    ("[gte]=T&F[lte]", &[1]),
];

#[test]
fn lists_of_contacts_compare_times() {
    let server = world::service();
    for last in 0..3 {
        let body = format!(r#"{{"phone_numbers": [{{"number": "504-555-012{last}"}}]}}"#);
        assert_eq!(send(&server, "POST", "/v9/clients/7/phone_numbers", PEOPLE, &body).status, 201);
        let form = format!("phone_number=+49305770187{last}");
        assert_eq!(send(&server, "POST", "/phone_numbers", USER, &form).status, 201);
    }
    let all = get(&server, "/v9/clients/7/phone_numbers", PEOPLE)["phone_numbers"].clone();
    let ids: Vec<_> = (0..3).map(|place| all[place]["id"].clone()).collect();
    let time = all[1]["updated_at"].as_str().unwrap();
    let events = get(&server, "/phone_numbers/events", USER)["events"].clone();
    let added: Vec<_> = events.as_array().unwrap().iter().filter(|it| it["event"] == "added").collect();
    let user_time = added[1]["at"].as_str().unwrap();
    for (field, (comparison, expected)) in
        ["created_at", "updated_at"].iter().flat_map(|field| COMPARISONS.map(|row| (*field, row)))
    {
        let query =
            |time: &str| format!("{field}{}={time}", comparison.replace('T', time).replace('F', field));
        let path = format!("/v9/clients/7/phone_numbers?{}", query(time));
        let found = get(&server, &path, PEOPLE);
        let found_ids: Vec<_> =
            found["phone_numbers"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        let expected_ids: Vec<_> = expected.iter().map(|place| &ids[*place]).collect();
        assert_eq!(found_ids, expected_ids, "{path}");
        assert_eq!(found["total_entries"], expected.len(), "{path}");

        let path = format!("/phone_numbers?{}", query(user_time));
        let found = get(&server, &path, USER);
        // The newest first.
        let found: Vec<_> =
            found.as_array().unwrap().iter().map(|it| it["id"].as_u64().unwrap()).rev().collect();
        let expected: Vec<_> = expected.iter().map(|place| *place as u64 + 1).collect();
        assert_eq!(found, expected, "{path}");
    }
    for (query, name) in [
        ("updated_at[gt]=yesterday", "updated_at[gt]"),
        ("updated_at[ge]=2026-01-01T00:00:00Z", "updated_at[ge]"),
        ("updated_at[gt]=2026-01-01T00:00:00Z&updated_at[gt]=2026-01-01T00:00:00Z", "updated_at[gt]"),
        ("updated[gt]=2026-01-01T00:00:00Z", "updated[gt]"),
    ] {
        for (path, by) in [("/v9/clients/7/phone_numbers", PEOPLE), ("/phone_numbers", USER)] {
            let reply = send(&server, "GET", &format!("{path}?{query}"), by, "");
            assert_eq!(reply.status, 400, "{path}?{query}: {}", reply.text);
            assert!(reply.text.contains(&format!("\"{name}\"")), "{path}?{query}: {}", reply.text);
        }
    }
}

#[test]
fn lists_of_port_requests_compare_times() {
    let server = world::kazoo();
    let by = ("X-Auth-Token", OWNER_TOKEN);
    let path = format!("/v2/accounts/{OWNER}/port_requests");
    let document = json!({"data": {"name": "Bakery", "numbers": {"+12025559000": {}}}}).to_string();
    let created = send(&server, "PUT", &path, by, &document).json()["data"]["created"].as_u64().unwrap();
    for (query, count) in [
        (format!("created_from={created}"), 1),
        (format!("created_to={created}&modified_to={}", created + 9), 1),
        (format!("created_from={}", created + 1), 0),
        (format!("modified_from={created}"), 1),
        (format!("modified_to={}", created - 1), 0),
    ] {
        let found = get(&server, &format!("{path}?{query}"), by)["data"].clone();
        assert_eq!(found.as_array().unwrap().len(), count, "{query}: {found}");
    }
    let reply = send(&server, "GET", &format!("{path}?created_from=x"), by, "");
    assert_eq!(reply.status, 400, "{}", reply.text);
}
