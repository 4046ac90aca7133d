//! Records from elsewhere or from long ago: read by their old names, and put right.

use serde_json::{Map, Value};

use super::NumberRecord;
use super::document::key;
use crate::document::{FieldError, check_depth};
use crate::feature::FeatureSettings;
use crate::feature::e911::E911Key;
use crate::lifecycle::State;
use crate::names::Feature;
use crate::time::Timestamp;

/// What a record read from elsewhere broke, and how it was put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// A field had an old name, or its value an old form.
    Renamed,
    /// A time was missing; it is that of the import.
    Dated,
    /// A field that is no longer public was taken off.
    Dropped,
    /// An owner was taken off a number whose state has none.
    Unowned,
    /// A number without an owner, in a state that has one, was made available.
    MadeAvailable,
    /// The owner of a reserved number was put at the head of its history.
    HistoryHead,
    /// An account stood twice in a row in the history.
    HistoryTwice,
    /// The history was taken off a number without an owner.
    HistoryDropped,
    /// The end of a reservation was taken off a number that is not reserved.
    LeaseDropped,
}

/// A record that was read from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The record. It breaks no rule.
    pub record: NumberRecord,
    /// What was put right. If there is anything, the record is not what is stored.
    pub repairs: Vec<Repair>,
}

/// What a private field is called in older documents.
const OLD_NAMES: [(&str, &str); 4] = [
    ("pvt_number_state", key::STATE),
    ("pvt_module_data", key::CARRIER_DATA),
    ("pvt_ported", key::PORTED_IN),
    ("_id", key::ID),
];
/// What older documents have and records do not.
const DROPPED: [&str; 15] = [
    "_rev",
    "_read_only",
    "carrier_name",
    "pvt_account_db",
    "pvt_account_id",
    "pvt_auth_account_id",
    "pvt_authorizing_account",
    "pvt_billing_id",
    "pvt_db_name",
    "pvt_number",
    "pvt_region",
    "pvt_request_id",
    "pvt_type",
    "pvt_vsn",
    "used_by",
];

impl NumberRecord {
    /// Reads a record from elsewhere or from long ago: old names are read, times that are missing
    /// are set, and broken rules put right.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::{lifecycle::State, record::{NumberRecord, Repair}};
    ///
    /// let old = json!({
    ///     "_id": "+14158867900", "pvt_number_state": "available", "pvt_assigned_to": "shop",
    ///     "pvt_module_name": "wnm_local",
    /// });
    /// let imported = NumberRecord::import(old, "2026-03-01T12:00:00Z".parse()?)?;
    /// assert_eq!((imported.record.state(), imported.record.owner()), (State::Available, None));
    /// assert_eq!(imported.repairs, [Repair::Renamed, Repair::Dated, Repair::Unowned]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with which field and can not be put right.
    pub fn import(value: Value, now: Timestamp) -> Result<Imported, FieldError> {
        let mut map = match value {
            Value::Object(map) => map,
            other => return Self::from_value(&other).map(|record| Imported { record, repairs: Vec::new() }),
        };
        let mut repairs = Vec::new();
        rename(&mut map, &mut repairs);
        let times = [key::CREATED, key::UPDATED].map(|name| {
            let missing = map.get(name).is_none_or(Value::is_null);
            if missing {
                map.insert(name.to_owned(), now.gregorian().into());
            }
            missing
        });
        repairs.extend(times.contains(&true).then_some(Repair::Dated));
        if DROPPED.map(|name| map.shift_remove(name).is_some()).contains(&true) {
            repairs.push(Repair::Dropped);
        }
        let mut record = Self::unchecked(Value::Object(map))?;
        record.repair(&mut repairs);
        // What can not be put right.
        record.check()?;
        record.check_porting()?;
        record.custom().into_iter().flatten().try_for_each(|(name, value)| check_depth(name, value))?;
        Ok(Imported { record, repairs })
    }

    /// Puts the rules right that tie the owner and the history to the state.
    fn repair(&mut self, repairs: &mut Vec<Repair>) {
        match (self.state.has_owner(), self.owner) {
            (Some(true), None) => {
                self.state = State::Available;
                repairs.push(Repair::MadeAvailable);
            }
            (Some(false), Some(owner)) => {
                self.owner = None;
                self.previous_owner = Some(owner);
                repairs.push(Repair::Unowned);
            }
            (Some(true), Some(_)) | (Some(false), None) | (None, _) => {}
        }
        let was_left = [Repair::MadeAvailable, Repair::Unowned].iter().any(|it| repairs.contains(it));
        if let Some(features) = self.features.as_mut().filter(|_| was_left) {
            // The next owner asked for none of it; what is active is removed by the next move.
            features.wanted = FeatureSettings::default();
        }
        self.drop_empty_features();
        let mut history = self.history.to_vec();
        history.dedup();
        if history.len() < self.history.len() {
            repairs.push(Repair::HistoryTwice);
        }
        if self.owner.is_none() && !history.is_empty() {
            history.clear();
            repairs.push(Repair::HistoryDropped);
        }
        if let Some(owner) = self.owner
            && self.state == State::Reserved
            && history.first() != Some(&owner)
        {
            history.insert(0, owner);
            repairs.push(Repair::HistoryHead);
        }
        self.history = history.into();
        if self.state != State::Reserved && self.lease.take().is_some() {
            repairs.push(Repair::LeaseDropped);
        }
    }
}

fn rename(map: &mut Map<String, Value>, repairs: &mut Vec<Repair>) {
    let mut renamed = false;
    for (old, new) in OLD_NAMES {
        if let Some(value) = map.shift_remove(old) {
            map.entry(new).or_insert(value);
            renamed = true;
        }
    }
    if let Some(address) = map.shift_remove(E911Key::DashE911.as_str()) {
        map.entry(E911Key::E911.as_str()).or_insert(address);
        renamed = true;
    }
    if let Some(active) = map.get(key::FEATURES).and_then(|active| active_features(active, map)) {
        map.insert(key::FEATURES.to_owned(), active);
        renamed = true;
    }
    let is_old_carrier = |value: &Value| value.as_str().is_some_and(|name| name.starts_with("wnm_"));
    renamed |= map.get(key::CARRIER).is_some_and(is_old_carrier);
    repairs.extend(renamed.then_some(Repair::Renamed));
}

/// What is active as records have it, where an older document has a list of names, the halves of
/// `cnam`, or what a record works out for itself.
fn active_features(old: &Value, document: &Map<String, Value>) -> Option<Value> {
    let given: Map<String, Value> = match old {
        Value::Object(given) => given.clone(),
        // What the document says of them is what is active.
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str);
            names.filter_map(|name| Some((name.to_owned(), said_of(name, document)?))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let (mut active, mut cnam) = (Map::new(), Map::new());
    for (name, value) in given {
        let half = |field: &str| Some((field.to_owned(), value.get(field)?.clone()));
        match name.parse() {
            Ok(Feature::InboundCnam) => cnam.extend(half("inbound_lookup")),
            Ok(Feature::OutboundCnam) => cnam.extend(half("display_name")),
            Ok(Feature::CarrierName | Feature::Local | Feature::Port) => {}
            Ok(Feature::E911) => drop(active.insert(Feature::E911.as_str().to_owned(), value)),
            Ok(_) | Err(_) => drop(active.insert(name, value)),
        }
    }
    if !cnam.is_empty() {
        active.entry(Feature::Cnam.as_str()).or_insert(Value::Object(cnam));
    }
    let active = Value::Object(active);
    (active != *old).then_some(active)
}

/// What a document says of an active feature.
fn said_of(name: &str, document: &Map<String, Value>) -> Option<Value> {
    let name = match name.parse() {
        Ok(Feature::InboundCnam | Feature::OutboundCnam) => Feature::Cnam.as_str(),
        Ok(Feature::E911) => Feature::E911.as_str(),
        Ok(_) | Err(_) => name,
    };
    document.get(name).cloned()
}
