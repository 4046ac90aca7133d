//! Port requests: transitions, documents, commands and dates.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod dates;
mod documents;
mod laws;
mod rows;
mod table;

#[path = "../snapshot/mod.rs"]
mod snapshot;

#[path = "../common/mod.rs"]
mod common;

use serde_json::Value;
use telnum::account::{Account, AccountTree, Actor};
use telnum::porting::PortRequest;
use telnum::{PhoneNumber, Timestamp};

const BASE: &str = include_str!("../data/domain/port_request.json");

/// An admin; a reseller with two children; an account below the first child; the port authority, with
/// one account above it and one below it; an unrelated account.
fn accounts() -> AccountTree {
    let account = |name: &str, parent: Option<&str>| {
        let account = Account::new(name.parse().unwrap()).with_name(name);
        match parent {
            Some(parent) => account.with_parent(parent.parse().unwrap()),
            None => account,
        }
    };
    AccountTree::new([
        account("master", None).with_admin(true),
        account("reseller", Some("master")).with_is_reseller(true),
        account("child", Some("reseller")),
        account("sibling", Some("reseller")),
        account("grandchild", Some("child")),
        account("holding", Some("master")),
        account("authority", Some("holding")),
        account("desk", Some("authority")),
        account("unrelated", None),
    ])
    .unwrap()
}

fn actor(name: &str) -> Actor {
    name.parse().unwrap()
}

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// Returns the base request with the fields of `patch`; `null` removes a field.
fn request(patch: &Value) -> PortRequest {
    let mut document: Value = serde_json::from_str(BASE).unwrap();
    for (key, value) in patch.as_object().unwrap() {
        document[key] = value.clone();
    }
    PortRequest::from_value(document).unwrap()
}
