use crate::replay::{Asked, Case, ask, replay_each};
use crate::world;

/// The requests of the published documents of contact numbers, corrected where they must be.
const CASES: &str = include_str!("../data/http/contacts.json");

#[test]
fn what_is_published() {
    let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    assert!(!cases.is_empty());
    replay_each(&cases, world::service);
}

#[test]
fn pages_lead_to_each_other_and_show_each_number_once() {
    let server = world::service();
    let headers = serde_json::json!({"Authorization": "Bearer people"});
    let asked = |method: &str, path: &str, body: Option<serde_json::Value>| Asked {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: headers.as_object().unwrap().clone(),
        body,
    };
    for last in 0..7 {
        let number = format!("415 886 790{last}");
        let body = serde_json::json!({"data": {"type": "PhoneNumber", "attributes": {"number": number}}});
        let reply = ask(&server, &asked("POST", "/people/v2/people/1/phone_numbers", Some(body)));
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    let mut path = "/people/v2/phone_numbers?per_page=3&order=-number".to_owned();
    let mut found = Vec::new();
    loop {
        let page = ask(&server, &asked("GET", &path, None)).json();
        assert_eq!(page["meta"]["total_count"], 7);
        let numbers = page["data"].as_array().unwrap();
        found.extend(numbers.iter().map(|it| it["attributes"]["e164"].as_str().unwrap().to_owned()));
        match page["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    let expected: Vec<_> = (0..7).rev().map(|last| format!("+1415886790{last}")).collect();
    assert_eq!(found, expected);
}
