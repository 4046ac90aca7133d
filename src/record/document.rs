//! The JSON form of a record: Kazoo's document, with public and private fields.
//!
//! ```text
//! {
//!   "id": "+14158867900",
//!   "my_field": "a field that users set",
//!   "pvt_state": "reserved",
//!   "pvt_assigned_to": "shop",
//!   "pvt_reserve_history": ["shop"],
//!   "pvt_module_name": "knm_local",
//!   "pvt_ported_in": false,
//!   "pvt_created": 63627604811,
//!   "pvt_modified": 63627604811,
//!   "pvt_revision": 2
//! }
//! ```

use std::borrow::Cow;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::{LeaseTerm, NumberRecord, Pending, RateCenter};
use crate::account::AccountId;
use crate::document::stream::{self, Draft};
use crate::document::{FieldError, FieldErrorKind, Fields, FromJson, Json};
use crate::feature::e911::E911Key;
use crate::feature::{FeatureSettings, Features};
use crate::lifecycle::State;
use crate::names::{CarrierName, FeatureSet};
use crate::number::PhoneNumber;
use crate::policy::CnamProfile;
use crate::time::Timestamp;

/// The names of the fields that only the library sets.
pub(super) mod key {
    pub(in crate::record) const ID: &str = "id";
    pub(in crate::record) const STATE: &str = "pvt_state";
    pub(in crate::record) const OWNER: &str = "pvt_assigned_to";
    pub(in crate::record) const PREVIOUS_OWNER: &str = "pvt_previously_assigned_to";
    pub(in crate::record) const USED_BY: &str = "pvt_used_by";
    pub(in crate::record) const HISTORY: &str = "pvt_reserve_history";
    pub(in crate::record) const RESERVED_SINCE: &str = "pvt_reserved_since";
    pub(in crate::record) const RESERVED_UNTIL: &str = "pvt_reserved_until";
    pub(in crate::record) const RESERVED_FROM: &str = "pvt_reserved_from";
    pub(in crate::record) const RETURNED: &str = "pvt_returned";
    pub(in crate::record) const CARRIER: &str = "pvt_module_name";
    pub(in crate::record) const CARRIER_DATA: &str = "pvt_carrier_data";
    pub(in crate::record) const RATE_CENTER: &str = "pvt_rate_center";
    pub(in crate::record) const ALLOWED: &str = "pvt_features_allowed";
    pub(in crate::record) const DENIED: &str = "pvt_features_denied";
    pub(in crate::record) const PORTED_IN: &str = "pvt_ported_in";
    pub(in crate::record) const CREATED: &str = "pvt_created";
    pub(in crate::record) const UPDATED: &str = "pvt_modified";
    pub(in crate::record) const DISCONNECTED_AT: &str = "pvt_disconnected_at";
    pub(in crate::record) const REVISION: &str = "pvt_revision";
    pub(in crate::record) const PENDING: &str = "pvt_pending";
    pub(in crate::record) const FEATURES: &str = "pvt_features";
}

impl Serialize for NumberRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(key::ID, &self.number)?;
        for (name, value) in self.custom().into_iter().flatten() {
            map.serialize_entry(name, value)?;
        }
        if let Some(features) = &self.features {
            features.wanted.serialize_into(&mut map, E911Key::E911)?;
            if !features.active.is_empty() {
                map.serialize_entry(key::FEATURES, &features.active)?;
            }
        }
        map.serialize_entry(key::STATE, &self.state)?;
        if let Some(owner) = &self.owner {
            map.serialize_entry(key::OWNER, owner)?;
        }
        if let Some(owner) = &self.previous_owner {
            map.serialize_entry(key::PREVIOUS_OWNER, owner)?;
        }
        if let Some(app) = &self.used_by {
            map.serialize_entry(key::USED_BY, app)?;
        }
        if !self.history.is_empty() {
            map.serialize_entry(key::HISTORY, &self.history)?;
        }
        if let Some(lease) = &self.lease {
            map.serialize_entry(key::RESERVED_SINCE, &lease.since)?;
            map.serialize_entry(key::RESERVED_UNTIL, &lease.until)?;
        }
        if let Some(state) = &self.reserved_from {
            map.serialize_entry(key::RESERVED_FROM, state)?;
        }
        map.serialize_entry(key::CARRIER, &self.carrier)?;
        if self.is_returned {
            map.serialize_entry(key::RETURNED, &true)?;
        }
        if let Some(data) = &self.carrier_data {
            map.serialize_entry(key::CARRIER_DATA, data)?;
        }
        if let Some(center) = &self.rate_center {
            map.serialize_entry(key::RATE_CENTER, center)?;
        }
        if let Some(features) = &self.allowed_features {
            map.serialize_entry(key::ALLOWED, features)?;
        }
        if let Some(features) = &self.denied_features {
            map.serialize_entry(key::DENIED, features)?;
        }
        map.serialize_entry(key::PORTED_IN, &self.ported_in)?;
        map.serialize_entry(key::CREATED, &self.created)?;
        map.serialize_entry(key::UPDATED, &self.updated)?;
        if let Some(time) = &self.disconnected_at {
            map.serialize_entry(key::DISCONNECTED_AT, time)?;
        }
        map.serialize_entry(key::REVISION, &self.revision)?;
        if let Some(pending) = &self.pending {
            map.serialize_entry(key::PENDING, pending)?;
        }
        map.end()
    }
}

/// Reads a document. A document that violates a [rule](crate::record#rules) is refused.
impl<'de> Deserialize<'de> for NumberRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        stream::deserialize::<CheckedDraft<'_>, _>(deserializer)
    }
}

impl NumberRecord {
    /// Reads the document of a record.
    ///
    /// ```
    /// use telnum::record::NumberRecord;
    ///
    /// let error = NumberRecord::from_value(&serde_json::json!({
    ///     "id": "+14158867900", "pvt_state": "in_service",
    ///     "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64,
    /// })).unwrap_err();
    /// assert_eq!(error.to_string(), "`pvt_assigned_to`: a number that is in_service has an owner");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [`FieldError`] of the first field that is missing, unknown, of a wrong type, or
    /// violates a [rule](crate::record#rules).
    pub fn from_value(value: &Value) -> Result<Self, FieldError> {
        stream::read::<CheckedDraft<'_>>(value)
    }

    /// Reads the document of a record without checking the rules.
    pub(super) fn unchecked(value: Value) -> Result<Self, FieldError> {
        stream::read::<RecordDraft<'_>>(value)
    }

    /// Checks the rules of a record. The error contains the field that violates one.
    pub(super) fn check(&self) -> Result<(), FieldError> {
        let broken = |name, reason: String| {
            let kind = FieldErrorKind::Malformed { reason };
            Err(FieldError::new(name, kind))
        };
        let state = self.state;
        match (state.has_owner(), self.owner) {
            (Some(true), None) => {
                return broken(key::OWNER, format!("a number that is {state} has an owner"));
            }
            (Some(false), Some(owner)) => {
                return broken(key::OWNER, format!("a number that is {state} has no owner, found {owner}"));
            }
            (Some(true), Some(_)) | (Some(false), None) | (None, _) => {}
        }
        if let Some(repeated) = self.history.windows(2).find_map(|pair| match pair {
            [first, second] if first == second => Some(first),
            _ => None,
        }) {
            return broken(key::HISTORY, format!("{repeated} occurs twice in a row"));
        }
        if self.owner.is_none() && !self.history.is_empty() {
            return broken(key::HISTORY, "a number without an owner has no history".to_owned());
        }
        if state == State::Reserved && self.history.first() != self.owner.as_ref() {
            return broken(key::HISTORY, "the head is not the owner of the reserved number".to_owned());
        }
        let is_invalid =
            |pending: &Pending| pending.after.number != self.number || pending.after.pending.is_some();
        if self.pending.as_deref().is_some_and(is_invalid) {
            return broken(key::PENDING, "expected a record of the same number without a claim".to_owned());
        }
        // The limit leaves room for counting further changes.
        if self.revision > u64::MAX / 2 {
            return broken(
                key::REVISION,
                format!("expected at most {}, found {}", u64::MAX / 2, self.revision),
            );
        }
        if state != State::Reserved && self.lease.is_some() {
            return broken(key::RESERVED_UNTIL, format!("a number that is {state} has no reservation"));
        }
        Ok(())
    }
}

/// The fields of a record whose rules are not checked.
#[derive(Default)]
struct RecordDraft<'de> {
    number: Option<PhoneNumber>,
    state: Option<State>,
    owner: Option<AccountId>,
    previous_owner: Option<AccountId>,
    used_by: Option<Box<str>>,
    history: Box<[AccountId]>,
    reserved_since: Option<Timestamp>,
    reserved_until: Option<Timestamp>,
    reserved_from: Option<State>,
    is_returned: Option<bool>,
    carrier: Option<CarrierName>,
    carrier_data: Option<Box<Value>>,
    rate_center: Option<Box<RateCenter>>,
    allowed: Option<FeatureSet>,
    denied: Option<FeatureSet>,
    ported_in: Option<bool>,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    disconnected_at: Option<Timestamp>,
    revision: Option<u64>,
    pending: Option<Box<Pending>>,
    active: Option<Json<'de>>,
    /// The feature settings. They are read last, since two fields may set the same feature.
    wanted: Fields<'de>,
    custom: Map<String, Value>,
}

impl<'de> Draft<'de> for RecordDraft<'de> {
    type Target = NumberRecord;
    const NAME: &'static str = "a number's record";

    fn read<A: de::MapAccess<'de>>(&mut self, name: &Cow<'de, str>, map: &mut A) -> Result<(), A::Error> {
        match &**name {
            key::ID => self.number = map.next_value()?,
            key::STATE => self.state = map.next_value()?,
            key::OWNER => self.owner = map.next_value()?,
            key::PREVIOUS_OWNER => self.previous_owner = map.next_value()?,
            key::USED_BY => self.used_by = map.next_value()?,
            key::HISTORY => self.history = map.next_value::<Option<_>>()?.unwrap_or_default(),
            key::RESERVED_SINCE => self.reserved_since = map.next_value()?,
            key::RESERVED_UNTIL => self.reserved_until = map.next_value()?,
            key::RESERVED_FROM => self.reserved_from = map.next_value()?,
            key::RETURNED => self.is_returned = map.next_value()?,
            key::CARRIER => self.carrier = map.next_value()?,
            key::CARRIER_DATA => self.carrier_data = map.next_value()?,
            key::RATE_CENTER => self.rate_center = map.next_value()?,
            key::ALLOWED => self.allowed = map.next_value()?,
            key::DENIED => self.denied = map.next_value()?,
            key::PORTED_IN => self.ported_in = map.next_value()?,
            key::CREATED => self.created = map.next_value()?,
            key::UPDATED => self.updated = map.next_value()?,
            key::DISCONNECTED_AT => self.disconnected_at = map.next_value()?,
            key::REVISION => self.revision = map.next_value()?,
            key::PENDING => self.pending = map.next_value()?,
            key::FEATURES => self.active = map.next_value()?,
            name if name.starts_with("pvt_") || name.starts_with('_') => {
                return Err(de::Error::custom("no such field"));
            }
            feature if FeatureSettings::NAMES.contains(&feature) => {
                self.wanted.insert(name.clone(), map.next_value()?);
            }
            name => drop(self.custom.insert(name.to_owned(), map.next_value()?)),
        }
        Ok(())
    }

    fn build(mut self) -> Result<NumberRecord, FieldError> {
        fn required<T>(value: Option<T>, name: &str) -> Result<T, FieldError> {
            value.ok_or_else(|| FieldError::new(name, FieldErrorKind::Missing))
        }
        let lease = match (self.reserved_since, self.reserved_until) {
            (Some(since), Some(until)) => Some(LeaseTerm { since, until }),
            (None, None) => None,
            (None, Some(_)) => return Err(FieldError::new(key::RESERVED_SINCE, FieldErrorKind::Missing)),
            (Some(_), None) => return Err(FieldError::new(key::RESERVED_UNTIL, FieldErrorKind::Missing)),
        };
        let wanted = FeatureSettings::take(&mut self.wanted, &CnamProfile::WIDEST)?;
        let active = self
            .active
            .map(|json| FeatureSettings::from_json(json).map_err(|error| error.within(key::FEATURES)));
        let features = Features { wanted, active: active.transpose()?.unwrap_or_default() };
        let custom = self.custom;
        let is_reserved = self.state == Some(State::Reserved);
        Ok(NumberRecord {
            number: required(self.number, key::ID)?,
            state: required(self.state, key::STATE)?,
            ported_in: self.ported_in.unwrap_or(false),
            carrier: self.carrier.unwrap_or(CarrierName::LOCAL),
            owner: self.owner,
            previous_owner: self.previous_owner,
            allowed_features: self.allowed,
            denied_features: self.denied,
            history: self.history,
            lease,
            reserved_from: self.reserved_from.filter(|_| is_reserved),
            is_returned: self.is_returned.unwrap_or(false),
            created: required(self.created, key::CREATED)?,
            updated: required(self.updated, key::UPDATED)?,
            disconnected_at: self.disconnected_at,
            revision: self.revision.unwrap_or(1),
            used_by: self.used_by,
            carrier_data: self.carrier_data,
            rate_center: self.rate_center,
            features: (!features.is_empty()).then(|| Box::new(features)),
            custom: Some(custom).filter(|custom| !custom.is_empty()).map(Arc::new),
            pending: self.pending,
        })
    }
}

/// The fields of a record whose rules are checked.
#[derive(Default)]
struct CheckedDraft<'de>(RecordDraft<'de>);

impl<'de> Draft<'de> for CheckedDraft<'de> {
    type Target = NumberRecord;
    const NAME: &'static str = RecordDraft::NAME;

    fn read<A: de::MapAccess<'de>>(&mut self, name: &Cow<'de, str>, map: &mut A) -> Result<(), A::Error> {
        self.0.read(name, map)
    }

    fn build(self) -> Result<NumberRecord, FieldError> {
        let record = self.0.build()?;
        record.check()?;
        record.check_porting()?;
        Ok(record)
    }
}
