//! The command that updates the public document, the carrier and the feature lists of a number.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Context, Decision, ExternalEffect, NumberRecord, Refusal, schema};
use crate::account::Actor;
use crate::document::{self, FieldError, FieldErrorKind};
use crate::feature::cnam::CnamName;
use crate::feature::e911::E911Key;
use crate::feature::{FactChange, FeaturePermissions, FeatureSettings, take_carrier_name};
use crate::lifecycle::Role;
use crate::names::{CarrierKind, CarrierName, Feature, FeatureSet};
use crate::policy::CnamProfile;

/// The changes of an update. `None` leaves a field unchanged; `Some(None)` removes an optional field.
///
/// ```
/// use serde_json::{Map, json};
/// use telnum::record::{Document, Update};
///
/// let note = Map::from_iter([("note".to_owned(), json!("front desk"))]);
/// let update = Update::default().with_document(Document::Merge(note)).with_used_by("callflow");
/// assert_ne!(update, Update::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[expect(clippy::option_option, reason = "absent, removed, or a value, as in a patch")]
pub struct Update {
    /// A change of the public document.
    pub(crate) document: Option<Document>,
    /// The application that answers calls to the number.
    pub(crate) used_by: Option<Option<Box<str>>>,
    /// Whether the number was ported in from another carrier.
    pub(crate) ported_in: Option<bool>,
    /// The carrier. Only an admin may change it.
    pub(crate) carrier: Option<CarrierName>,
    /// The data that the carrier keeps with the number.
    pub(crate) carrier_data: Option<Option<Value>>,
    /// The features allowed on this number. Only an admin may change them.
    pub(crate) allowed_features: Option<Option<FeatureSet>>,
    /// The features denied on this number. Only an admin may change them.
    pub(crate) denied_features: Option<Option<FeatureSet>>,
}

/// A change of a number's public document.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// The whole document. Fields that it does not contain are removed.
    Replace(Map<String, Value>),
    /// A merge patch (RFC 7396): objects are merged, and `null` removes a field.
    Merge(Map<String, Value>),
}

impl Update {
    /// Sets the change of the public document.
    ///
    /// ```
    /// use serde_json::from_str;
    /// use telnum::record::{Document, Update};
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    ///
    /// let update = Update::default().with_document(Document::Merge(from_str(r#"{"note": "front desk"}"#)?));
    /// let noted = found.update(update, &ctx)?.record;
    /// let update = Update::default().with_document(Document::Merge(from_str(r#"{"note": null}"#)?));
    /// assert_eq!(noted.update(update, &ctx)?.record.custom(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_document(self, document: Document) -> Self {
        Self { document: Some(document), ..self }
    }

    /// Sets the application that answers calls to the number; `None` removes it.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord, Update}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let used = found.activate(Some(shop), &ctx)?.record;
    /// let answered = used.update(Update::default().with_used_by("callflow"), &ctx)?.record;
    /// assert_eq!(answered.used_by(), Some("callflow"));
    /// assert_eq!(answered.update(Update::default().with_used_by(None), &ctx)?.record.used_by(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_used_by<'a>(self, app: impl Into<Option<&'a str>>) -> Self {
        Self { used_by: Some(app.into().map(Into::into)), ..self }
    }

    /// Sets whether the number was ported in from another carrier.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord, Update}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// assert!(found.update(Update::default().with_ported_in(true), &ctx)?.record.ported_in());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_ported_in(self, ported_in: bool) -> Self {
        Self { ported_in: Some(ported_in), ..self }
    }

    /// Sets the carrier. Only an admin may change it.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord, Update}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let used = found.activate(Some(shop), &ctx)?.record;
    /// let update = Update::default().with_carrier("bandwidth2".parse()?);
    /// assert!(used.update(update.clone(), &ctx).is_err());
    /// assert_eq!(used.update(update, &ctx.by(Actor::System))?.record.carrier(), "bandwidth2".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_carrier(self, carrier: CarrierName) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// Sets the data that the carrier keeps with the number; `None` and `null` remove it. Only an admin may
    /// change it.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord, Update}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let update = Update::default().with_carrier_data(serde_json::json!({"order_id": 7}));
    /// let ordered = found.update(update, &ctx)?.record;
    /// assert_eq!(ordered.carrier_data().unwrap()["order_id"], 7);
    /// assert_eq!(ordered.update(Update::default().with_carrier_data(None), &ctx)?.record.carrier_data(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_carrier_data(self, data: impl Into<Option<Value>>) -> Self {
        Self { carrier_data: Some(data.into()), ..self }
    }

    /// Sets the features allowed on this number; `None` removes the list. Only an admin may change it.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{names::Feature, policy::Policy, record::{Context, NumberRecord, Update}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let update = Update::default().with_allowed_features(Some(Feature::Sms.into()));
    /// let number = found.update(update, &ctx)?.record;
    /// assert_eq!(number.allowed_features(), Some(Feature::Sms.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_allowed_features(self, features: impl Into<Option<FeatureSet>>) -> Self {
        Self { allowed_features: Some(features.into()), ..self }
    }

    /// Sets the features denied on this number; `None` removes the list. Only an admin may change it.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{names::Feature, policy::Policy, record::{Context, NumberRecord, Update}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let update = Update::default().with_denied_features(Some(Feature::Prepend.into()));
    /// let number = found.update(update, &ctx)?.record;
    /// assert!(number.feature_denial(Feature::Prepend, &ctx).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_denied_features(self, features: impl Into<Option<FeatureSet>>) -> Self {
        Self { denied_features: Some(features.into()), ..self }
    }
}

impl NumberRecord {
    /// Updates the public document, the carrier and the feature lists.
    ///
    /// Fields of the document that only the library sets are ignored, so that a document can be read,
    /// edited and written back. Features that the document adds must be
    /// [available](Self::available_features).
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::Context};
    /// use serde_json::{Map, json};
    /// use telnum::record::{Document, NumberRecord, Update};
    ///
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let note = Map::from_iter([("note".to_owned(), json!("front desk"))]);
    /// let update = Update::default().with_document(Document::Merge(note));
    /// let updated = found.update(update, &ctx)?.record;
    /// assert_eq!(updated.custom().unwrap()["note"], "front desk");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::Forbidden`] if the actor is not an admin, the owner or an account above it; if it
    ///   changes a field reserved to admins; or if the number is mobile and the command is not part of
    ///   a [run over mobile numbers](Context::mdn_run).
    /// - [`Refusal::FeaturesDenied`] if a feature is not allowed on the number.
    /// - [`Refusal::Invalid`] and [`Refusal::InvalidFields`] if the document violates the [schema],
    ///   sets a private field, nests deeper than 100 levels, or names an application with more than 256
    ///   characters.
    /// - [`Refusal::Claimed`] if the record is claimed.
    pub fn update(&self, update: Update, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        self.check_updatable(&update, ctx)?;
        update.used_by.as_ref().and_then(Option::as_deref).map_or(Ok(()), check_app)?;
        let mut record = self.clone();
        let Update { document, used_by, ported_in, carrier, carrier_data, allowed_features, denied_features } =
            update;
        set(&mut record.used_by, used_by);
        set(&mut record.ported_in, ported_in);
        set(&mut record.carrier, carrier);
        if let Some(Some(data)) = &carrier_data {
            document::check_depth("carrier_data", data)?;
        }
        // A stored `null` would be read as no data.
        let is_data = |data: &Value| !data.is_null();
        set(&mut record.carrier_data, carrier_data.map(|data| data.filter(is_data).map(Box::new)));
        set(&mut record.allowed_features, allowed_features);
        set(&mut record.denied_features, denied_features);
        let document = document.unwrap_or(Document::Merge(Map::new()));
        let effects = record.set_document(document, Some(self), ctx)?;
        Ok(self.decide(record, effects, ctx))
    }

    /// Checks that the actor may make the update.
    pub(super) fn check_updatable(&self, update: &Update, ctx: &Context<'_>) -> Result<(), Refusal> {
        let role = ctx.role(self.owner, None)?;
        let is_for_admins = update.carrier.is_some()
            || update.carrier_data.is_some()
            || update.allowed_features.is_some()
            || update.denied_features.is_some();
        match () {
            () if !role.is_owner_or_admin() || !self.is_in_run(ctx) => Err(Refusal::Forbidden(ctx.actor)),
            () if is_for_admins && role != Role::Admin => Err(Refusal::Forbidden(ctx.actor)),
            () => Ok(()),
        }
    }

    /// Returns whether the command may update this number: a mobile number only in a run over mobile
    /// numbers, any other number only outside of one.
    pub(super) fn is_in_run(&self, ctx: &Context<'_>) -> bool {
        ctx.actor == Actor::System || ctx.mdn_run == (self.carrier.kind() == CarrierKind::Mdn)
    }

    /// Changes the public document, and returns the external effects of the change.
    pub(super) fn set_document(
        &mut self,
        document: Document,
        old: Option<&Self>,
        ctx: &Context<'_>,
    ) -> Result<Vec<ExternalEffect>, Refusal> {
        let (mut fields, is_whole) = match document {
            Document::Replace(fields) => (fields, true),
            Document::Merge(fields) => (fields, false),
        };
        if !is_whole {
            self.check_merged(&fields)?;
        }
        if let Some(name) = fields.keys().find(|name| is_private_name(name)) {
            return Err(FieldError::new(name.as_str(), FieldErrorKind::ReadOnly).into());
        }
        fields.retain(|name, _| !READ_ONLY.contains(&&**name));
        if let Some(name) = fields.keys().find(|name| name.starts_with("pvt_") || name.starts_with('_')) {
            return Err(FieldError::new(name.as_str(), FieldErrorKind::ReadOnly).into());
        }
        fields.iter().try_for_each(|(name, value)| document::check_depth(name, value))?;
        let carrier = take_carrier_name(&mut fields)?;
        let before = self.settings().cloned().unwrap_or_default();
        // The profile of names does not apply to a name that the number already has.
        let new_name = fields.get(Feature::Cnam.as_str()).and_then(|cnam| cnam.get("display_name"));
        let old_name = before.cnam.as_ref().and_then(|cnam| cnam.display_name.as_ref());
        let is_new = new_name.is_some_and(|name| name.as_str() != old_name.map(CnamName::as_str));
        let profile = if is_new { &ctx.policy.cnam } else { &CnamProfile::WIDEST };
        let names_e911 =
            [E911Key::E911, E911Key::DashE911].iter().any(|key| fields.contains_key(key.as_str()));
        let (settings, rest) = if is_whole {
            let (mut settings, rest) = FeatureSettings::from_document(fields, profile)?;
            // Only a document that names the address removes it.
            if !names_e911 {
                settings.e911.clone_from(&before.e911);
            }
            (settings, rest)
        } else {
            before.patched(fields, profile)?
        };
        let mut added = settings.set_since(&before);
        if carrier.is_some_and(|carrier| carrier != self.carrier) {
            added = added.union(Feature::CarrierName.into());
        }
        self.carrier = carrier.unwrap_or(self.carrier);
        let is_custom_set = is_whole || !rest.is_empty();
        self.check_features(added, ctx)?;
        self.set_custom(rest, is_whole);
        if let Some(custom) = self.custom.as_ref().filter(|_| is_custom_set) {
            ctx.policy.document.check(custom)?;
        }
        self.check_porting()?;
        if settings != before {
            ctx.policy.document.check_settings(&settings)?;
            self.features.get_or_insert_default().wanted = settings;
        }
        if let Some(old) = old {
            self.drop_denied_settings(old, ctx);
        }
        Ok(self.settle_features(ctx))
    }

    /// Removes the settings that depend on facts changed since `before` and are no longer permitted.
    pub(super) fn drop_denied_settings(&mut self, before: &Self, ctx: &Context<'_>) {
        if self.features.is_none() {
            return;
        }
        let has_new_owner = before.owner.is_some() && before.owner != self.owner;
        let lists = |record: &Self| (record.allowed_features, record.denied_features);
        let changes = [
            (FactChange::Owner, has_new_owner),
            (FactChange::Carrier, before.carrier != self.carrier || before.owner.is_none()),
            (FactChange::Lists, lists(before) != lists(self)),
            (FactChange::Application, before.used_by != self.used_by),
        ];
        let (mut removed, mut asked) = (FeatureSet::EMPTY, FeatureSet::EMPTY);
        for (change, _) in changes.into_iter().filter(|(_, has_changed)| *has_changed) {
            let (for_good, again) = change.consequences();
            (removed, asked) = (removed.union(for_good), asked.union(again));
        }
        let denied = asked.difference(self.feature_permissions(ctx).available());
        if let Some(features) = &mut self.features {
            // The two parts of the caller name need no permission of their own.
            let wanted = features.wanted.features();
            let denied = wanted.difference(wanted.difference(denied));
            features.wanted = std::mem::take(&mut features.wanted).without(removed).without(denied);
        }
    }

    /// Validates the result of a merge against the schema: the features, `porting`, and the fields
    /// `carrier_name` and `create_with_state`.
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

    /// Validates `porting` in the public document against the schema.
    pub(super) fn check_porting(&self) -> Result<(), FieldError> {
        let Some(porting) = self.porting() else { return Ok(()) };
        schema::check_porting(porting).map_or(Ok(()), Err)
    }

    /// Sets or merges the fields that are not features.
    fn set_custom(&mut self, mut fields: Map<String, Value>, is_whole: bool) {
        // The schema allows an object or no field.
        if is_whole && fields.get(PORTING).is_some_and(Value::is_null) {
            fields.shift_remove(PORTING);
        }
        let mut custom = Value::Object(match self.custom.take() {
            Some(custom) if !is_whole => Arc::unwrap_or_clone(custom),
            Some(_) | None => Map::new(),
        });
        if is_whole {
            custom = Value::Object(fields);
        } else {
            document::merge(&mut custom, Value::Object(fields));
        }
        self.custom = match custom {
            Value::Object(custom) if !custom.is_empty() => Some(Arc::new(custom)),
            _ => None,
        };
    }

    /// Activates the settings of the public document that are live in the state, and returns the
    /// external effects of the change.
    pub(super) fn settle_features(&mut self, ctx: &Context<'_>) -> Vec<ExternalEffect> {
        let Some(features) = &mut self.features else { return Vec::new() };
        let account = self.owner.and_then(|owner| ctx.accounts.account(owner));
        let effects = features.activate(self.state, account.as_ref().map(|account| &*account.name));
        self.drop_empty_features();
        effects.into_iter().map(ExternalEffect::Provider).collect()
    }

    /// Removes all features, and returns the external effects of the removal.
    pub(super) fn clear_features(&mut self) -> Vec<ExternalEffect> {
        let effects = self.features.take().map(|mut features| features.clear());
        effects.unwrap_or_default().into_iter().map(ExternalEffect::Provider).collect()
    }

    /// Drops the features if there are none, so that equal records have equal representations.
    pub(super) fn drop_empty_features(&mut self) {
        if self.features.as_ref().is_some_and(|features| features.is_empty()) {
            self.features = None;
        }
    }

    /// Sets the address of the public document to the one that the provider returned.
    pub(super) fn adopt_address(&mut self) {
        if let Some(features) = &mut self.features
            && let Some(address) = &features.active.e911
        {
            features.wanted.e911 = Some(address.clone());
        }
    }

    /// Checks that the actor may set `features` on the number.
    pub(super) fn check_features(&self, features: FeatureSet, ctx: &Context<'_>) -> Result<(), Refusal> {
        if features.is_empty() {
            return Ok(());
        }
        let denied = features.difference(self.feature_permissions(ctx).available());
        if denied.is_empty() { Ok(()) } else { Err(Refusal::FeaturesDenied(denied)) }
    }

    /// Returns the facts that determine which features the actor may set on the number.
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

/// The maximum length of the name of an application, in characters.
const MAX_APP: usize = 256;

/// Checks the length of the name of an application.
pub(super) fn check_app(app: &str) -> Result<(), FieldError> {
    document::check_length("used_by", app, 0, MAX_APP)
}

/// The field of a public document with the account data at the losing carrier.
const PORTING: &str = "porting";

/// The field of a creation's document that contains the state.
const CREATE_WITH_STATE: &str = "create_with_state";

/// The fields of a public document that only the library sets.
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

/// Returns whether a field of a document has the name of a private field of the record, without `pvt_`: it
/// could be mistaken for a field that the library sets.
fn is_private_name(name: &str) -> bool {
    PRIVATE.contains(&name) && !READ_ONLY.contains(&name)
}

/// The names of the record's private fields, as records and other documents have them.
const PRIVATE: [&str; 17] = [
    "carrier",
    "carrier_data",
    "disconnected_at",
    "features_allowed",
    "features_denied",
    "modified",
    "module_name",
    "pending",
    "ported_in",
    "previously_assigned_to",
    "rate_center",
    "reserve_history",
    "reserved_from",
    "reserved_since",
    "reserved_until",
    "returned",
    "revision",
];

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
