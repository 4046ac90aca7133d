//! The public documents of numbers, and the routing of calls to them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;

use serde_json::{Map, Value, json};
use telnum::account::{Account, Actor};
use telnum::feature::e911::E911Key;
use telnum::policy::Policy;
use telnum::record::{Context, Document, NumberRecord, Route, Shape, Update};
use world::{accounts, id, now};

fn rows(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

/// Each row has the document as printed, and additional fields.
#[test]
fn public_documents_are_the_printed_ones() {
    let (accounts, policy) = (accounts(), Policy::default());
    for row in rows(include_str!("data/domain/shown.jsonl")) {
        let record = NumberRecord::from_value(&row["record"]).unwrap();
        let actor: Actor = row["by"].as_str().unwrap_or("system").parse().unwrap();
        let key: E911Key = row["key"].as_str().unwrap_or("e911").parse().unwrap();
        let shape = match row["shape"].as_str() {
            Some("flat") => Shape::Flat,
            Some("read_only") => Shape::ReadOnly,
            _ => Shape::Entry,
        };
        let shown = record.public(shape, key, &Context::new(actor, &accounts, &policy, now()));
        let mut expected = row["printed"].as_object().unwrap().clone();
        expected.extend(row["more"].as_object().unwrap().clone());
        assert_eq!(Value::Object(shown), Value::Object(expected), "{row}");
    }
}

#[test]
fn a_public_document_sent_back_changes_nothing() {
    let (accounts, numbers) = (accounts(), world::numbers());
    let policy = Policy::default().with_local_feature_override(true);
    let ctx = Context::new(Actor::System, &accounts, &policy, now());
    let full =
        NumberRecord::from_value(&serde_json::from_str(include_str!("data/domain/full.json")).unwrap());
    for record in numbers.into_values().chain(full) {
        for shape in [Shape::Flat, Shape::ReadOnly] {
            for key in [E911Key::E911, E911Key::DashE911] {
                let shown = record.public(shape, key, &ctx);
                for document in [Document::Replace(shown.clone()), Document::Merge(shown)] {
                    let update = Update::default().with_document(document);
                    let decision = record.update(update, &ctx).unwrap();
                    assert_eq!((decision.is_dirty(), &decision.record), (false, &record), "{shape:?}");
                }
            }
        }
    }
}

#[test]
fn calls_are_routed_to_the_owner() {
    let mut accounts = accounts();
    accounts.insert(Account::new(id("closed")).with_enabled(false)).unwrap();
    for row in rows(include_str!("data/domain/routes.jsonl")) {
        let mut document = json!({
            "id": "+14158867900", "pvt_module_name": "knm_telnyx",
            "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
        });
        document.as_object_mut().unwrap().extend(row["given"].as_object().unwrap().clone());
        let route = NumberRecord::from_value(&document).unwrap().route(&accounts, &Policy::default());
        match (route, row.get("route"), row.get("not")) {
            (Ok(route), Some(expected), None) => assert_eq!(json!(route), *expected, "{row}"),
            (Err(error), None, Some(expected)) => assert_eq!(json!(error.to_string()), *expected, "{row}"),
            (other, ..) => assert_eq!(json!(null), row, "{other:?}"),
        }
    }
}

/// Row 32.
#[test]
fn calls_to_a_number_on_a_port_request_are_routed_to_its_account() {
    let mut accounts = accounts();
    accounts.insert(Account::new(id("closed")).with_enabled(false)).unwrap();
    let number = "+19042471591".parse().unwrap();
    let route = Route::of_port(number, id("reseller"), &accounts, &Policy::default()).unwrap();
    assert_eq!(
        json!(route),
        json!({"account_id": "reseller", "number": "+19042471591", "pending_port": true, "local": true,
            "inbound_cnam": false, "force_outbound": true}),
    );
    for account in ["closed", "nobody"] {
        let error = Route::of_port(number, id(account), &accounts, &Policy::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("account {account} is disabled"));
    }
}

/// Row 116.
#[test]
fn a_fix_sets_the_application_and_removes_denied_features() {
    let (accounts, policy) = (accounts(), Policy::default());
    let ctx = Context::new(id("reseller"), &accounts, &policy, now());
    for row in rows(include_str!("data/domain/fixed.jsonl")) {
        let record = NumberRecord::from_value(&row["given"]).unwrap();
        let fixed = record.fix(row["app"].as_str(), &ctx).unwrap();
        let effects: Vec<_> = fixed.effects.iter().map(|effect| json!(effect)["kind"].clone()).collect();
        let document: Map<String, Value> = match json!(fixed.record) {
            Value::Object(document) => document,
            _ => Map::new(),
        };
        let then = row["then"].as_object().unwrap();
        assert_eq!(
            (json!(fixed.is_dirty()), json!(effects)),
            (then["dirty"].clone(), then["effects"].clone())
        );
        for (name, value) in then["document"].as_object().unwrap() {
            assert_eq!(document.get(name).unwrap_or(&Value::Null), value, "{name} of {row}");
        }
        assert!(!fixed.record.fix(row["app"].as_str(), &ctx).unwrap().is_dirty());
        assert!(record.fix(None, &ctx.by(id("unrelated"))).is_err());
    }
}
