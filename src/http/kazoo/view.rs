//! A number as it is shown.

use serde_json::{Map, Value, json};

use crate::feature::Settings;
use crate::feature::e911::E911Key;
use crate::record::NumberRecord;

/// Where what only the library sets stands in a number's document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Beside a user's own fields, as the published documents print it.
    #[default]
    Flat,
    /// In `_read_only`, as newer systems have it.
    ReadOnly,
}

/// What a number is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It was created: features and the application that answers it are left out if there are none.
    Created,
    /// It is shown by itself.
    Single,
}

impl Shape {
    /// The document of a number.
    pub(super) fn document(self, record: &NumberRecord, purpose: Purpose, key: E911Key) -> Value {
        let mut document = Map::from_iter([("id".to_owned(), json!(record.number()))]);
        document.extend(record.custom().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
        document.extend(record.settings().into_iter().flat_map(|settings| settings.to_map(key)));
        match self {
            Self::Flat => document.extend(facts(record, purpose, key)),
            Self::ReadOnly => {
                let mut facts = facts(record, purpose, key);
                facts.insert("features".to_owned(), json!(record.features()));
                if let Some(updated) = facts.shift_remove("updated") {
                    facts.insert("modified".to_owned(), updated);
                }
                document.insert("_read_only".to_owned(), facts.into());
            }
        }
        document.into()
    }

    /// The entry of a number in the list of its account.
    pub(super) fn entry(record: &NumberRecord) -> Value {
        json!({
            "assigned_to": record.owner(),
            "created": record.created(),
            "features": features(record, E911Key::E911),
            "state": record.state(),
            "updated": record.updated(),
            "used_by": record.used_by().unwrap_or_default(),
        })
    }
}

/// What only the library sets.
fn facts(record: &NumberRecord, purpose: Purpose, key: E911Key) -> Map<String, Value> {
    let features = features(record, key);
    let mut facts = Map::new();
    if let Some(owner) = record.owner() {
        facts.insert("assigned_to".to_owned(), json!(owner));
    }
    facts.insert("created".to_owned(), json!(record.created()));
    if purpose == Purpose::Single || !features.is_empty() {
        facts.insert("features".to_owned(), features.into());
    }
    facts.insert("state".to_owned(), json!(record.state()));
    facts.insert("updated".to_owned(), json!(record.updated()));
    if let Some(app) = record.used_by() {
        facts.insert("used_by".to_owned(), app.into());
    }
    facts
}

/// What calls obey, by feature.
fn features(record: &NumberRecord, key: E911Key) -> Map<String, Value> {
    record.active().map(|active: &Settings| active.to_map(key)).unwrap_or_default()
}
