//! The import of records from other systems and older versions.

use serde_json::{Map, Value};

use super::NumberRecord;
use super::document::key;
use crate::document::{FieldError, check_depth};
use crate::feature::FeatureSettings;
use crate::feature::e911::E911Key;
use crate::lifecycle::State;
use crate::names::Feature;
use crate::time::Timestamp;

/// A repair of an imported record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImportRepair {
    /// The conversion of a field with an old name, or with a value in an old form.
    FieldRenamed,
    /// The setting of a missing time to the time of the import.
    TimeSet,
    /// The removal of a field that records no longer have.
    FieldRemoved,
    /// The removal of the owner, because the state has none.
    OwnerRemoved,
    /// The change of the state to available, because the state requires an owner and there was none.
    MadeAvailable,
    /// The addition of a reserved number's owner at the head of its history.
    HistoryHeadAdded,
    /// The removal of repeated accounts from the history.
    HistoryDeduplicated,
    /// The removal of the history, because the number has no owner.
    HistoryRemoved,
    /// The removal of a reservation's term, because the number is not reserved.
    LeaseRemoved,
}

/// An imported record.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The record, which complies with all rules.
    pub record: NumberRecord,
    /// The repairs. If there are any, the record differs from the document.
    pub repairs: Vec<ImportRepair>,
}

/// The old names of private fields, with the present ones.
const OLD_NAMES: [(&str, &str); 4] = [
    ("pvt_number_state", key::STATE),
    ("pvt_module_data", key::CARRIER_DATA),
    ("pvt_ported", key::PORTED_IN),
    ("_id", key::ID),
];
/// The fields of older documents that records do not have.
const REMOVED: [&str; 15] = [
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
    /// Reads the document of a record from another system or an older version. Old fields are renamed,
    /// missing times are set to `now`, and violations of the [rules](crate::record#rules) are repaired.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::{lifecycle::State, record::{NumberRecord, ImportRepair}};
    ///
    /// let old = json!({
    ///     "_id": "+14158867900", "pvt_number_state": "available", "pvt_assigned_to": "shop",
    ///     "pvt_module_name": "wnm_local",
    /// });
    /// let imported = NumberRecord::import(old, "2026-03-01T12:00:00Z".parse()?)?;
    /// assert_eq!((imported.record.state(), imported.record.owner()), (State::Available, None));
    /// assert_eq!(imported.repairs, [ImportRepair::FieldRenamed, ImportRepair::TimeSet, ImportRepair::OwnerRemoved]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [`FieldError`] of the first field that is missing, of a wrong type or invalid, and
    /// cannot be repaired.
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
        repairs.extend(times.contains(&true).then_some(ImportRepair::TimeSet));
        if REMOVED.map(|name| map.shift_remove(name).is_some()).contains(&true) {
            repairs.push(ImportRepair::FieldRemoved);
        }
        let mut record = Self::unchecked(Value::Object(map))?;
        record.repair(&mut repairs);
        // Some violations of rules cannot be repaired.
        record.check()?;
        record.check_porting()?;
        record.custom().into_iter().flatten().try_for_each(|(name, value)| check_depth(name, value))?;
        Ok(Imported { record, repairs })
    }

    /// Repairs violations of the rules that connect the owner, the history and the reservation to the
    /// state.
    fn repair(&mut self, repairs: &mut Vec<ImportRepair>) {
        match (self.state.has_owner(), self.owner) {
            (Some(true), None) => {
                self.state = State::Available;
                repairs.push(ImportRepair::MadeAvailable);
            }
            (Some(false), Some(owner)) => {
                self.owner = None;
                self.previous_owner = Some(owner);
                repairs.push(ImportRepair::OwnerRemoved);
            }
            (Some(true), Some(_)) | (Some(false), None) | (None, _) => {}
        }
        let lost_owner = [ImportRepair::MadeAvailable, ImportRepair::OwnerRemoved]
            .iter()
            .any(|repair| repairs.contains(repair));
        if let Some(features) = self.features.as_mut().filter(|_| lost_owner) {
            // The settings are not passed on to the next owner; the next transition removes the active
            // ones.
            features.wanted = FeatureSettings::default();
        }
        self.drop_empty_features();
        let mut history = self.history.to_vec();
        history.dedup();
        if history.len() < self.history.len() {
            repairs.push(ImportRepair::HistoryDeduplicated);
        }
        if self.owner.is_none() && !history.is_empty() {
            history.clear();
            repairs.push(ImportRepair::HistoryRemoved);
        }
        if let Some(owner) = self.owner
            && self.state == State::Reserved
            && history.first() != Some(&owner)
        {
            history.insert(0, owner);
            repairs.push(ImportRepair::HistoryHeadAdded);
        }
        self.history = history.into();
        if self.state != State::Reserved && self.lease.take().is_some() {
            repairs.push(ImportRepair::LeaseRemoved);
        }
    }
}

/// Renames the fields of an older document, and converts values of an older form.
fn rename(map: &mut Map<String, Value>, repairs: &mut Vec<ImportRepair>) {
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
    repairs.extend(renamed.then_some(ImportRepair::FieldRenamed));
}

/// Returns the active features in the present form if the older document has them in another form: as a
/// list of names, with `cnam` in two halves, or with features that are derived.
fn active_features(old: &Value, document: &Map<String, Value>) -> Option<Value> {
    let features: Map<String, Value> = match old {
        Value::Object(features) => features.clone(),
        // A list contains no settings: those of the public document are active.
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str);
            names.filter_map(|name| Some((name.to_owned(), public_settings(name, document)?))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let (mut active, mut cnam) = (Map::new(), Map::new());
    for (name, value) in features {
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

/// Returns the settings of an active feature in the public document.
fn public_settings(name: &str, document: &Map<String, Value>) -> Option<Value> {
    let name = match name.parse() {
        Ok(Feature::InboundCnam | Feature::OutboundCnam) => Feature::Cnam.as_str(),
        Ok(Feature::E911) => Feature::E911.as_str(),
        Ok(_) | Err(_) => name,
    };
    document.get(name).cloned()
}
