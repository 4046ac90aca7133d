//! A number as the APIs show it.

use serde_json::{Map, Value, json};

use super::{Context, NumberRecord};
use crate::feature::e911::E911Key;
use crate::names::{Feature, FeatureSet};

/// How a number is shown.
///
/// What users put on it, its fields and what it is to carry, stands at the top in all but a list's
/// entry; so does its `id`. They differ in where that stands which only the library sets:
///
/// | shape | where | `features` | the time of its last change |
/// |---|---|---|---|
/// | `Flat` | at the top | an object: what is active, by its name | `updated` |
/// | `ReadOnly` | in `_read_only`; `features_available` and, for admins, `carrier` too | a list of names | `modified` |
/// | `Entry` | alone: users' fields are left out; `used_by` is `""` where there is none | as `Flat` | `updated` |
///
/// What is shown can be sent back as it is: it says that nothing is to be different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Everything side by side, as the older API has it.
    Flat,
    /// What only the library sets apart from the rest, as the newer API has it.
    #[default]
    ReadOnly,
    /// An entry of the older API's list of an account's numbers.
    Entry,
}

impl NumberRecord {
    /// The number as it is shown to who asks, its address for emergency calls under one of its
    /// names.
    ///
    /// Who may see it at all, [`check_readable`](Self::check_readable) says.
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
    /// let shown = record.public(Shape::ReadOnly, E911Key::E911, &ctx);
    /// assert_eq!(shown["_read_only"]["carrier"], "knm_telnyx");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn public(&self, shape: Shape, key: E911Key, ctx: &Context<'_>) -> Map<String, Value> {
        let own = || {
            let id = [("id".to_owned(), json!(self.number))].into_iter();
            let custom = self.custom.as_deref().cloned().unwrap_or_default();
            let settings = self.settings().map(|settings| settings.to_map(key)).unwrap_or_default();
            id.chain(custom).chain(settings)
        };
        match shape {
            Shape::Flat => own().chain(self.told(&FLAT, key, ctx)).collect(),
            Shape::ReadOnly => {
                let read_only = self.told(&READ_ONLY, key, ctx).collect();
                own().chain([("_read_only".to_owned(), Value::Object(read_only))]).collect()
            }
            Shape::Entry => self.told(&ENTRY, key, ctx).collect(),
        }
    }

    fn told(
        &self,
        fields: &'static [Field],
        key: E911Key,
        ctx: &Context<'_>,
    ) -> impl Iterator<Item = (String, Value)> {
        fields.iter().filter_map(move |(name, tell)| Some(((*name).to_owned(), tell(self, key, ctx)?)))
    }

    /// What is active, each under its name with what it is.
    fn features_object(&self, key: E911Key) -> Value {
        let mut active = self.active().map(|active| active.to_map(key)).unwrap_or_default();
        let cnam = self.active().and_then(|active| active.cnam.as_ref());
        let told = self.features().iter().map(|feature| {
            let name = feature_name(feature, key);
            let value = match feature {
                Feature::InboundCnam => json!({"inbound_lookup": true}),
                Feature::OutboundCnam => {
                    json!({"display_name": cnam.and_then(|it| it.display_name.as_ref())})
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
        Value::Object(told.collect())
    }
}

/// A field, and what it says of a number; `None`: it is left out.
type Field = (&'static str, fn(&NumberRecord, E911Key, &Context<'_>) -> Option<Value>);

const ASSIGNED_TO: Field = ("assigned_to", |it, _, _| it.owner.map(|owner| json!(owner)));
const CREATED: Field = ("created", |it, _, _| Some(json!(it.created)));
const FEATURES: Field = ("features", |it, key, _| Some(it.features_object(key)));
const STATE: Field = ("state", |it, _, _| Some(json!(it.state)));
const UPDATED: Field = ("updated", |it, _, _| Some(json!(it.updated)));
const USED_BY: Field = ("used_by", |it, _, _| it.used_by.as_ref().map(|app| json!(app)));

const FLAT: [Field; 6] = [ASSIGNED_TO, CREATED, FEATURES, STATE, UPDATED, USED_BY];
const ENTRY: [Field; 6] = [
    ASSIGNED_TO,
    CREATED,
    FEATURES,
    STATE,
    UPDATED,
    ("used_by", |it, _, _| Some(it.used_by().unwrap_or_default().into())),
];
const READ_ONLY: [Field; 8] = [
    ASSIGNED_TO,
    ("carrier", |it, _, ctx| ctx.accounts.is_admin(ctx.actor).then(|| json!(it.carrier))),
    CREATED,
    ("features", |it, key, _| Some(names(it.features(), key))),
    ("features_available", |it, key, ctx| Some(names(it.available_features(ctx), key))),
    ("modified", |it, _, _| Some(json!(it.updated))),
    STATE,
    USED_BY,
];

fn names(features: FeatureSet, key: E911Key) -> Value {
    features.iter().map(|feature| feature_name(feature, key)).collect()
}

const fn feature_name(feature: Feature, key: E911Key) -> &'static str {
    if matches!(feature, Feature::E911) { key.as_str() } else { feature.as_str() }
}
