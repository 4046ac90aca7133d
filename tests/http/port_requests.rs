//! Port requests over HTTP: replayed requests, files, letters, and permissions.

use serde_json::{Map, Value, json};
use telnum::http::ServerLimits;
use telnum::porting::desk::{MemoryDocuments, PortDesk};

use crate::replay::{Reply, send_bytes};
use crate::world::{self, ADDER, ADDER_TOKEN, MASTER_TOKEN, OWNER, OWNER_TOKEN, Server};

fn send(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let headers: Map<_, _> = headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    send_bytes(server, method, &format!("/v2/accounts/{path}"), &headers, body.to_vec())
}

fn ask(server: &Server, method: &str, path: &str, token: &str, body: &Value) -> Reply {
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    send(server, method, path, &[("X-Auth-Token", token)], &body)
}

/// Creates a request of the owner, and returns its path.
fn create(server: &Server, document: &Value) -> String {
    let path = format!("{OWNER}/port_requests");
    let reply = ask(server, "PUT", &path, OWNER_TOKEN, &json!({ "data": document }));
    assert_eq!(reply.status, 201, "{}", reply.text);
    format!("{path}/{}", reply.json()["data"]["id"].as_str().unwrap())
}

fn bakery() -> Value {
    json!({"name": "Bakery", "numbers": {"+12025559000": {}}})
}

#[test]
fn an_idempotency_key_belongs_to_one_request() {
    let server = world::kazoo();
    let put = |path: &str, token: &str, data: Value| {
        let headers = [("X-Auth-Token", token), ("Idempotency-Key", "port-1")];
        send(&server, "PUT", path, &headers, &serde_json::to_vec(&json!({ "data": data })).unwrap())
    };
    let path = format!("{OWNER}/port_requests");
    let first = put(&path, MASTER_TOKEN, bakery());
    assert_eq!(first.status, 201, "{}", first.text);
    let id = first.json()["data"]["id"].as_str().unwrap().to_owned();
    // Another document, and another account.
    let other = json!({"name": "Bakery", "numbers": {"+12025559001": {}}});
    assert_eq!(put(&path, MASTER_TOKEN, other).status, 409);
    assert_eq!(put(&format!("{ADDER}/port_requests"), MASTER_TOKEN, bakery()).status, 409);
    // A repetition after the numbers were put in service.
    for state in ["submitted", "pending", "completed"] {
        let reply = ask(&server, "PATCH", &format!("{path}/{id}/{state}"), MASTER_TOKEN, &Value::Null);
        assert_eq!(reply.status, 200, "{state}: {}", reply.text);
    }
    let last = put(&path, MASTER_TOKEN, bakery());
    assert_eq!((last.status, last.json()["data"]["id"].as_str()), (201, Some(&*id)), "{}", last.text);
    // Comments cannot be repeated.
    let comment = json!({"comments": [{"content": "Please hurry"}]});
    assert_eq!(put(&format!("{path}/{id}/comments"), MASTER_TOKEN, comment).status, 400);
}

#[test]
fn a_refused_transition_changes_no_field() {
    let server = world::kazoo();
    let request = create(&server, &bakery());
    for state in ["completed", "scheduled", "rejected", "pending"] {
        let path = format!("{request}/{state}");
        let reply = ask(&server, "PATCH", &path, OWNER_TOKEN, &json!({"data": {"name": "Renamed"}}));
        assert!((400..500).contains(&reply.status), "{state}: {}", reply.text);
        let shown = ask(&server, "GET", &request, OWNER_TOKEN, &Value::Null).json();
        assert_eq!(shown["data"]["name"], "Bakery", "{state}");
    }
}

const PDF: &[u8] = b"%PDF-1.7\n%%EOF\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn upload(server: &Server, method: &str, path: &str, media_type: &str, content: &[u8]) -> Reply {
    send(server, method, path, &[("X-Auth-Token", OWNER_TOKEN), ("Content-Type", media_type)], content)
}

#[test]
fn files_are_added_replaced_listed_and_removed() {
    let server = world::kazoo();
    let request = create(&server, &bakery());
    let all = format!("{request}/attachments");
    let add = format!("{all}?filename=../bill");
    assert_eq!(upload(&server, "PUT", &add, "application/pdf", PDF).status, 201);
    let list = || ask(&server, "GET", &all, OWNER_TOKEN, &Value::Null).json()["data"].clone();
    let bill = json!({"content_type": "application/pdf", "length": PDF.len()});
    assert_eq!(list(), json!({ "bill.pdf": bill }));

    // curl labels any body as a form, and a new name may be put at its path.
    let path = format!("{all}/bill.pdf");
    let longer = [PDF, b"more"].concat();
    assert_eq!(upload(&server, "POST", &path, "application/x-www-form-urlencoded", &longer).status, 200);
    assert_eq!(upload(&server, "PUT", &format!("{all}/B%C3%BCro.png"), "image/png", PNG).status, 201);
    assert_eq!(list()["bill.pdf"]["length"], longer.len());
    assert_eq!(list()["Büro.png"]["content_type"], "image/png");
    let shown = ask(&server, "GET", &request, OWNER_TOKEN, &Value::Null).json();
    assert_eq!(shown["data"]["uploads"], list());

    let file = ask(&server, "GET", &path, OWNER_TOKEN, &Value::Null);
    assert_eq!((file.status, file.text.as_bytes()), (200, &*longer));
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-disposition", "attachment; filename*=UTF-8''bill.pdf"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(file.headers[name], value);
    }

    let removed = ask(&server, "DELETE", &path, OWNER_TOKEN, &Value::Null);
    assert_eq!((removed.status, removed.json()["data"].clone()), (200, json!({})));
    for method in ["GET", "DELETE"] {
        assert_eq!(ask(&server, method, &path, OWNER_TOKEN, &Value::Null).status, 404, "{method}");
    }
    assert_eq!(list().as_object().unwrap().len(), 1);
}

#[test]
fn a_file_is_refused_by_name_type_size_state_and_account() {
    let desk = |inventory: telnum::inventory::Inventory| {
        PortDesk::new(inventory).with_documents(MemoryDocuments::default()).with_max_file_bytes(1_000)
    };
    let inventory = world::inventory();
    let desk = desk(inventory.clone());
    let server = world::kazoo_of(inventory, |api| api.with_port_desk(desk), ServerLimits::default());
    let request = create(&server, &bakery());
    let all = format!("{request}/attachments");
    let html = b"<script>alert(1)</script>";
    let large = [PDF, &[b' '; 1_000]].concat();
    let rows: [(&str, &str, &[u8], u16); 10] = [
        ("?filename=a", "text/html", html, 415),
        ("?filename=a", "application/pdf", html, 415),
        ("?filename=a", "application/octet-stream", html, 415),
        ("?filename=a", "image/png", PDF, 415),
        ("?filename=a", "application/pdf", &large, 413),
        ("?filename=a", "application/pdf", b"", 415),
        ("?filename=.htaccess", "application/pdf", PDF, 400),
        ("?filename=a%0Ab", "application/pdf", PDF, 400),
        ("?filename=a/", "application/pdf", PDF, 400),
        ("", "application/pdf", PDF, 400),
    ];
    for (query, media_type, content, status) in rows {
        let reply = upload(&server, "PUT", &format!("{all}{query}"), media_type, content);
        assert_eq!(reply.status, status, "{query} {media_type}: {}", reply.text);
        assert_eq!(reply.json()["status"], "error");
    }
    // Another account's request is not there.
    let others = all.replace(OWNER, ADDER);
    let token = [("X-Auth-Token", ADDER_TOKEN), ("Content-Type", "application/pdf")];
    assert_eq!(send(&server, "PUT", &format!("{others}?filename=a"), &token, PDF).status, 404);
    assert_eq!(ask(&server, "GET", &others, ADDER_TOKEN, &Value::Null).status, 404);
    assert_eq!(ask(&server, "GET", &all, OWNER_TOKEN, &Value::Null).json()["data"], json!({}));
    // The owner cannot change a submitted request.
    assert_eq!(ask(&server, "PATCH", &format!("{request}/submitted"), OWNER_TOKEN, &Value::Null).status, 200);
    assert_eq!(upload(&server, "PUT", &format!("{all}?filename=a"), "application/pdf", PDF).status, 400);
}

#[test]
fn files_are_refused_without_a_storage() {
    let inventory = world::inventory();
    let desk = PortDesk::new(inventory.clone());
    let server = world::kazoo_of(inventory, |api| api.with_port_desk(desk), ServerLimits::default());
    let request = create(&server, &bakery());
    let reply = upload(&server, "PUT", &format!("{request}/attachments?filename=a"), "application/pdf", PDF);
    assert_eq!((reply.status, &reply.json()["message"]), (501, &json!("refused")));
}

#[test]
fn a_letter_is_text_or_a_page() {
    let server = world::kazoo();
    let mut document = bakery();
    let request = create(&server, &document);
    let loa = |accept: &str| {
        let headers = [("X-Auth-Token", OWNER_TOKEN), ("Accept", accept)];
        send(&server, "GET", &format!("{request}/loa"), &headers, b"")
    };
    let refused = loa("application/x-pdf");
    assert_eq!(refused.status, 400);
    for field in ["winning_carrier", "bill.name", "signee_name"] {
        let missing = json!({"required": {"message": "required but missing"}});
        assert_eq!(refused.json()["data"][field], missing, "{}", refused.text);
    }

    document["bill"] = json!({"name": "Beep's <Bakery> & Sons", "street_address": "12 Main St", "locality": "San Francisco",
        "region": "CA", "postal_code": "94105", "account_number": "A-1", "btn": "2025559000",
        "carrier": "Old Telephone Co", "pin": "1234"});
    document["signee_name"] = json!("Ann Beep");
    document["signing_date"] = json!(63_630_097_779_u64);
    document["winning_carrier"] = json!("New Telephone Co");
    let edited = ask(&server, "POST", &request, OWNER_TOKEN, &json!({ "data": document }));
    assert_eq!(edited.status, 200, "{}", edited.text);
    let text = loa("text/plain");
    assert_eq!((text.status, &text.headers["content-type"]), (200, &json!("text/plain; charset=utf-8")));
    assert!(text.text.contains("Beep's <Bakery> & Sons") && text.text.contains("+12025559000"));
    let page = loa("application/x-pdf");
    assert_eq!((page.status, &page.headers["content-type"]), (200, &json!("text/html; charset=utf-8")));
    assert!(page.headers["content-security-policy"].as_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.text.contains("Beep's &lt;Bakery&gt; &amp; Sons") && !page.text.contains("<Bakery>"));
    assert!(page.text.contains("@page") && !page.text.contains("1234"));
}

#[test]
fn an_admin_lists_all_requests_page_by_page() {
    let server = world::kazoo();
    let mut created: Vec<_> = (0..5)
        .map(|n| create(&server, &json!({"name": "x", "numbers": {format!("+1202555900{n}"): {}}})))
        .map(|path| path.rsplit('/').next().unwrap().to_owned())
        .collect();
    created.sort();
    let (mut found, mut start) = (Vec::new(), String::new());
    loop {
        let headers = Map::from_iter([("X-Auth-Token".to_owned(), MASTER_TOKEN.into())]);
        let path = format!("/v2/port_requests?page_size=2&start_key={start}");
        let page = send_bytes(&server, "GET", &path, &headers, Vec::new()).json();
        let requests = page["data"][0]["port_requests"].as_array().unwrap();
        assert!(requests.len() <= 2);
        found.extend(requests.iter().map(|request| request["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_start_key"].as_str() else { break };
        start = next.to_owned();
    }
    assert_eq!(found, created);
}
