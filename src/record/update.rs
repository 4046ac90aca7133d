//! What a number carries, changed by those who may.

use serde_json::{Map, Value};

use super::{Context, Decision, ExternalEffect, NumberRecord, Refusal};
use crate::account::Actor;
use crate::document::{self, FieldError, FieldErrorKind};
use crate::feature::cnam::CnamName;
use crate::feature::e911::E911Key;
use crate::feature::{FeaturePermissions, FeatureSettings, take_carrier_name};
use crate::names::{CarrierKind, CarrierName, Feature, FeatureSet};
use crate::policy::CnamProfile;
use crate::record::schema;

/// What is to be different. `None` stays as it is; in what may be nothing, `Some(None)` takes it off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// The public document.
    pub document: Option<Document>,
    /// The application that answers the number.
    pub used_by: Option<Option<Box<str>>>,
    /// Whether it came from another carrier.
    pub ported_in: Option<bool>,
    /// Its carrier: for admins.
    pub carrier: Option<CarrierName>,
    /// What the carrier wants to be told of it.
    pub carrier_data: Option<Option<Value>>,
    /// What it alone may carry: for admins.
    pub allowed_features: Option<Option<FeatureSet>>,
    /// What it alone may not carry: for admins.
    pub denied_features: Option<Option<FeatureSet>>,
}

/// A public document, whole or in part.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// All of it: what is not in it is taken off.
    Replace(Map<String, Value>),
    /// What is to be different: objects in objects too, and `null` takes a field off.
    Merge(Map<String, Value>),
}

impl NumberRecord {
    /// Changes what the number carries: for those with power over its owner.
    ///
    /// # Errors
    /// Why not. Then none of it is changed.
    pub fn update(&self, update: Update, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        self.check_updatable(&update, ctx)?;
        let mut record = self.clone();
        let Update { document, used_by, ported_in, carrier, carrier_data, allowed_features, denied_features } =
            update;
        set(&mut record.used_by, used_by);
        set(&mut record.ported_in, ported_in);
        set(&mut record.carrier, carrier);
        if let Some(Some(data)) = &carrier_data {
            document::check_depth("carrier_data", data)?;
        }
        // Nothing, however that is said: it would be read so.
        let nothing = |data: &Value| !data.is_null();
        set(&mut record.carrier_data, carrier_data.map(|data| data.filter(nothing).map(Box::new)));
        set(&mut record.allowed_features, allowed_features);
        set(&mut record.denied_features, denied_features);
        let document = document.unwrap_or(Document::Merge(Map::new()));
        let effects = record.set_document(document, ctx)?;
        Ok(self.decide(record, effects, ctx))
    }

    pub(super) fn check_updatable(&self, update: &Update, ctx: &Context<'_>) -> Result<(), Refusal> {
        let role = ctx.role(self.owner, None)?;
        let is_for_admins =
            update.carrier.is_some() || update.allowed_features.is_some() || update.denied_features.is_some();
        match () {
            () if !role.is_owner_or_admin() || !self.is_in_run(ctx) => Err(Refusal::Forbidden(ctx.actor)),
            () if is_for_admins && role != crate::lifecycle::Role::Admin => {
                Err(Refusal::Forbidden(ctx.actor))
            }
            () => Ok(()),
        }
    }

    /// Whether what is being worked on are numbers like this one: mobile, or not.
    pub(super) fn is_in_run(&self, ctx: &Context<'_>) -> bool {
        ctx.actor == Actor::System || ctx.mdn_run == (self.carrier.kind() == CarrierKind::Mdn)
    }

    /// Puts a public document on; what that needs outside.
    ///
    /// Fields that only the library sets are what a reader of the number sent back, and are passed
    /// over. What a document sets anew must be among what the number may carry.
    pub(super) fn set_document(
        &mut self,
        document: Document,
        ctx: &Context<'_>,
    ) -> Result<Vec<ExternalEffect>, Refusal> {
        let (mut fields, is_whole) = match document {
            Document::Replace(fields) => (fields, true),
            Document::Merge(fields) => (fields, false),
        };
        if !is_whole {
            self.check_merged(&fields)?;
        }
        fields.retain(|name, _| !READ_ONLY.contains(&&**name));
        if let Some(name) = fields.keys().find(|name| name.starts_with("pvt_") || name.starts_with('_')) {
            return Err(FieldError::new(name.as_str(), FieldErrorKind::ReadOnly).into());
        }
        fields.iter().try_for_each(|(name, value)| document::check_depth(name, value))?;
        let carrier = take_carrier_name(&mut fields)?;
        let before = self.settings().cloned().unwrap_or_default();
        // A name that is there already stays, whatever is asked of names by now.
        let asked = fields.get(Feature::Cnam.as_str()).and_then(|cnam| cnam.get("display_name"));
        let had = before.cnam.as_ref().and_then(|cnam| cnam.display_name.as_ref());
        let is_new = asked.is_some_and(|asked| asked.as_str() != had.map(CnamName::as_str));
        let profile = if is_new { &ctx.policy.cnam } else { &CnamProfile::WIDEST };
        let (settings, rest) = if is_whole {
            FeatureSettings::from_document(fields, profile)?
        } else {
            before.patched(fields, profile)?
        };
        let mut asked = settings.set_since(&before);
        if carrier.is_some_and(|carrier| carrier != self.carrier) {
            asked = asked.union(Feature::CarrierName.into());
        }
        self.check_features(asked, ctx)?;
        self.carrier = carrier.unwrap_or(self.carrier);
        self.set_custom(rest, is_whole);
        self.check_porting()?;
        if settings != before {
            self.features.get_or_insert_default().wanted = settings;
        }
        Ok(self.settle_features(ctx))
    }

    /// What changes of the document make of features and porting is as the schema has it; so are a
    /// carrier's name and the state of a creation, though there is none.
    fn check_merged(&self, changes: &Map<String, Value>) -> Result<(), Refusal> {
        let [new, old] = [E911Key::E911, E911Key::DashE911];
        let key = if changes.contains_key(new.as_str()) { new } else { old };
        let is_checked = |name: &str| {
            [PORTING, CREATE_WITH_STATE, Feature::CarrierName.as_str()].contains(&name)
                || FeatureSettings::NAMES.contains(&name) && (key == old || name != old.as_str())
        };
        let changes = changes.iter().filter(|(name, _)| is_checked(name));
        let changes: Map<_, _> = changes.map(|(name, change)| (name.clone(), change.clone())).collect();
        if changes.is_empty() {
            return Ok(());
        }
        let mut merged = self.settings().map(|settings| settings.to_map(key)).unwrap_or_default();
        merged.extend(self.porting().map(|porting| (PORTING.to_owned(), porting.clone())));
        let mut merged = Value::Object(merged);
        document::merge(&mut merged, Value::Object(changes));
        Refusal::of_fields(schema::check(&merged))
    }

    /// What the document says of porting is as the schema has it.
    pub(super) fn check_porting(&self) -> Result<(), FieldError> {
        let Some(porting) = self.porting() else { return Ok(()) };
        let wrong = schema::check(&serde_json::json!({"porting": porting}));
        wrong.into_iter().next().map_or(Ok(()), Err)
    }

    fn set_custom(&mut self, mut fields: Map<String, Value>, is_whole: bool) {
        // What the schema has is an object or nothing.
        if is_whole && fields.get(PORTING).is_some_and(Value::is_null) {
            fields.shift_remove(PORTING);
        }
        let mut custom = Value::Object(match self.custom.take() {
            Some(custom) if !is_whole => *custom,
            Some(_) | None => Map::new(),
        });
        if is_whole {
            custom = Value::Object(fields);
        } else {
            document::merge(&mut custom, Value::Object(fields));
        }
        self.custom = match custom {
            Value::Object(custom) if !custom.is_empty() => Some(Box::new(custom)),
            _ => None,
        };
    }

    /// Makes active what is wanted, as far as the state has it live; what that needs outside.
    pub(super) fn settle_features(&mut self, ctx: &Context<'_>) -> Vec<ExternalEffect> {
        let Some(features) = &mut self.features else { return Vec::new() };
        let account = self.owner.and_then(|owner| ctx.accounts.account(owner));
        let effects = features.activate(self.state, account.as_ref().map(|account| &*account.name));
        self.drop_empty_features();
        effects.into_iter().map(ExternalEffect::Provider).collect()
    }

    /// Takes all features off; what that needs outside.
    pub(super) fn clear_features(&mut self) -> Vec<ExternalEffect> {
        let effects = self.features.take().map(|mut features| features.clear());
        effects.unwrap_or_default().into_iter().map(ExternalEffect::Provider).collect()
    }

    pub(super) fn drop_empty_features(&mut self) {
        if self.features.as_ref().is_some_and(|features| features.is_empty()) {
            self.features = None;
        }
    }

    /// Writes the address in the document as its provider writes it.
    pub(super) fn adopt_address(&mut self) {
        if let Some(features) = &mut self.features
            && let Some(address) = &features.active.e911
        {
            features.wanted.e911 = Some(address.clone());
        }
    }

    /// Whether the number may carry some features.
    pub(super) fn check_features(&self, asked: FeatureSet, ctx: &Context<'_>) -> Result<(), Refusal> {
        if asked.is_empty() {
            return Ok(());
        }
        let denied = asked.difference(self.feature_permissions(ctx).available());
        if denied.is_empty() { Ok(()) } else { Err(Refusal::FeaturesDenied(denied)) }
    }

    /// Returns the facts that decide which features `ctx.actor` may set.
    pub(super) fn feature_permissions(&self, ctx: &Context<'_>) -> FeaturePermissions<'_> {
        let owner = self.owner.and_then(|id| ctx.accounts.account(id));
        let reseller = owner.and_then(|owner| owner.reseller).and_then(|id| ctx.accounts.account(id));
        FeaturePermissions {
            number_allowed: self.allowed_features,
            reseller_allowed: reseller.as_ref().and_then(|reseller| reseller.allowed_features),
            policy_allowed: ctx.policy.allowed_features,
            number_denied: self.denied_features,
            reseller_denied: reseller.as_ref().and_then(|reseller| reseller.denied_features),
            carrier: self.carrier.kind(),
            local_feature_override: ctx.policy.local_feature_override,
            used_by: self.used_by(),
            is_assigned: self.owner.is_some(),
            is_admin: ctx.accounts.is_admin(ctx.actor),
        }
    }
}

/// What the document says of porting.
const PORTING: &str = "porting";

/// What the document of a creation says of the state.
const CREATE_WITH_STATE: &str = "create_with_state";

/// Fields of a public document that only the library sets.
const READ_ONLY: [&str; 10] = [
    "id",
    "_read_only",
    "assigned_to",
    "created",
    CREATE_WITH_STATE,
    "features",
    "features_available",
    "state",
    "updated",
    "used_by",
];

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
