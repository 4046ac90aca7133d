//! The public document of a number, in the shapes of the published APIs.

#[cfg(feature = "http")]
use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{Context, NumberRecord};
use crate::feature::e911::E911Key;
use crate::names::{Feature, FeatureSet};

/// The shape of a public document.
///
/// The `id`, the fields that users set and the feature settings are at the top level, except in
/// `Entry`. The shapes differ in the fields that only the library sets:
///
/// | shape | location of these fields | `features` | time of the last change |
/// |---|---|---|---|
/// | `Flat` | top level | an object of the active features by name | `updated` |
/// | `ReadOnly` | in `_read_only`, with `features_available`, `rate_center` if it is known and, for admins, `carrier` | a list of names | `modified` |
/// | `Entry` | top level, without other fields; `used_by` is `""` if there is none | as in `Flat` | `updated` |
///
/// Writing back an unchanged `Flat` or `ReadOnly` document changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shape {
    /// All fields at the top level, as in version 1 of the API.
    Flat,
    /// The fields that only the library sets in `_read_only`, as in version 2 of the API.
    #[default]
    ReadOnly,
    /// An entry of the list of an account's numbers in version 1 of the API.
    Entry,
}

impl NumberRecord {
    /// Returns the public document in the given `shape`, for the actor of `ctx`. The E911 address is in
    /// the field `key`.
    ///
    /// [`check_readable`](Self::check_readable) decides whether the actor may read the record.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::account::{AccountTree, Actor};
    /// use telnum::feature::e911::E911Key;
    /// use telnum::policy::Policy;
    /// use telnum::record::{Context, NumberRecord, Shape};
    ///
    /// let record = NumberRecord::from_value(&json!({
    ///     "id": "+14155555555", "my_own_field": {}, "pvt_state": "in_service",
    ///     "pvt_assigned_to": "4b8c6fec4b2597882c0390202d195419", "pvt_used_by": "callflow",
    ///     "pvt_module_name": "knm_telnyx", "pvt_created": 63602230185_u64, "pvt_modified": 63602230212_u64,
    /// }))?;
    /// let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// let ctx = Context::new(Actor::System, &accounts, &policy, record.updated());
    /// assert_eq!(
    ///     json!(record.public(Shape::Flat, E911Key::DashE911, &ctx)),
    ///     json!({
    ///         "id": "+14155555555",
    ///         "my_own_field": {},
    ///         "assigned_to": "4b8c6fec4b2597882c0390202d195419",
    ///         "created": 63602230185_u64,
    ///         "features": {},
    ///         "state": "in_service",
    ///         "updated": 63602230212_u64,
    ///         "used_by": "callflow",
    ///     }),
    /// );
    /// let document = record.public(Shape::ReadOnly, E911Key::E911, &ctx);
    /// assert_eq!(document["_read_only"]["carrier"], "knm_telnyx");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn public(&self, shape: Shape, key: E911Key, ctx: &Context<'_>) -> Map<String, Value> {
        let user_fields = || {
            let id = [("id".to_owned(), json!(self.number))].into_iter();
            let custom = self.custom.as_deref().cloned().unwrap_or_default();
            let settings = self.settings().map(|settings| settings.to_map(key)).unwrap_or_default();
            id.chain(custom).chain(settings)
        };
        match shape {
            Shape::Flat => user_fields().chain(self.library_fields(&FLAT, key, ctx)).collect(),
            Shape::ReadOnly => {
                let read_only = self.library_fields(&READ_ONLY, key, ctx).collect();
                user_fields().chain([("_read_only".to_owned(), Value::Object(read_only))]).collect()
            }
            Shape::Entry => self.library_fields(&ENTRY, key, ctx).collect(),
        }
    }

    /// Returns the field `name` of the public document in the shape `Flat`, without building the document.
    #[cfg(feature = "http")]
    pub(crate) fn flat_field(&self, name: &str, key: E911Key, ctx: &Context<'_>) -> Option<Cow<'_, Value>> {
        if let Some((_, value)) = FLAT.iter().find(|(known, _)| *known == name) {
            return value(self, key, ctx).map(Cow::Owned);
        }
        if name == "id" {
            return Some(Cow::Owned(json!(self.number)));
        }
        match self.custom().and_then(|custom| custom.get(name)) {
            Some(value) => Some(Cow::Borrowed(value)),
            None => self.settings()?.to_map(key).shift_remove(name).map(Cow::Owned),
        }
    }

    fn library_fields(
        &self,
        fields: &'static [Field],
        key: E911Key,
        ctx: &Context<'_>,
    ) -> impl Iterator<Item = (String, Value)> {
        fields.iter().filter_map(move |(name, value)| Some(((*name).to_owned(), value(self, key, ctx)?)))
    }

    /// Returns the active features by name, each with its settings.
    fn features_object(&self, key: E911Key) -> Value {
        let mut active = self.active().map(|active| active.to_map(key)).unwrap_or_default();
        let cnam = self.active().and_then(|active| active.cnam.as_ref());
        let features = self.features().iter().map(|feature| {
            let name = feature_name(feature, key);
            let value = match feature {
                Feature::InboundCnam => json!({"inbound_lookup": true}),
                Feature::OutboundCnam => {
                    json!({"display_name": cnam.and_then(|cnam| cnam.display_name.as_ref())})
                }
                Feature::CarrierName | Feature::Cnam | Feature::Local | Feature::Port => json!({}),
                Feature::E911
                | Feature::Failover
                | Feature::ForceOutbound
                | Feature::Mms
                | Feature::Prepend
                | Feature::Ringback
                | Feature::Sms => active.remove(name).unwrap_or_default(),
            };
            (name.to_owned(), value)
        });
        Value::Object(features.collect())
    }
}

/// The name of a field, and the function that returns its value; `None` omits the field.
type Field = (&'static str, fn(&NumberRecord, E911Key, &Context<'_>) -> Option<Value>);

const ASSIGNED_TO: Field = ("assigned_to", |record, _, _| record.owner.map(|owner| json!(owner)));
const CREATED: Field = ("created", |record, _, _| Some(json!(record.created)));
const FEATURES: Field = ("features", |record, key, _| Some(record.features_object(key)));
const STATE: Field = ("state", |record, _, _| Some(json!(record.state)));
const UPDATED: Field = ("updated", |record, _, _| Some(json!(record.updated)));
const USED_BY: Field = ("used_by", |record, _, _| record.used_by.as_ref().map(|app| json!(app)));

const FLAT: [Field; 6] = [ASSIGNED_TO, CREATED, FEATURES, STATE, UPDATED, USED_BY];
const ENTRY: [Field; 6] = [
    ASSIGNED_TO,
    CREATED,
    FEATURES,
    STATE,
    UPDATED,
    ("used_by", |record, _, _| Some(record.used_by().unwrap_or_default().into())),
];
const READ_ONLY: [Field; 9] = [
    ASSIGNED_TO,
    ("carrier", |record, _, ctx| ctx.accounts.is_admin(ctx.actor).then(|| json!(record.carrier))),
    CREATED,
    ("features", |record, key, _| Some(names(record.features(), key))),
    ("features_available", |record, key, ctx| Some(names(record.available_features(ctx), key))),
    ("modified", |record, _, _| Some(json!(record.updated))),
    ("rate_center", |record, _, _| record.rate_center().map(|center| json!(center))),
    STATE,
    USED_BY,
];

fn names(features: FeatureSet, key: E911Key) -> Value {
    features.iter().map(|feature| feature_name(feature, key)).collect()
}

const fn feature_name(feature: Feature, key: E911Key) -> &'static str {
    if matches!(feature, Feature::E911) { key.as_str() } else { feature.as_str() }
}
