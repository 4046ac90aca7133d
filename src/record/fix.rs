//! Putting a number right that is not as it should be.

use super::{Context, Decision, ExternalEffect, NumberRecord, Refusal};

impl NumberRecord {
    /// Makes the application that answers the number the one that does, and takes off what the
    /// number may not carry by now: for those with power over its owner, and of a mobile number in a
    /// run over such only.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::account::{AccountTree, Actor};
    /// use telnum::policy::Policy;
    /// use telnum::record::{Context, NumberRecord};
    ///
    /// // The system's own numbers show no caller's name, and nobody moved this one to `fax`.
    /// let record = NumberRecord::from_value(&json!({
    ///     "id": "+14155555555", "cnam": {"display_name": "Shop"}, "pvt_state": "in_service",
    ///     "pvt_assigned_to": "shop", "pvt_used_by": "fax", "pvt_module_name": "knm_local",
    ///     "pvt_created": 63602230185_u64, "pvt_modified": 63602230212_u64,
    /// }))?;
    /// let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// let ctx = Context::new(Actor::System, &accounts, &policy, record.updated());
    ///
    /// let fixed = record.fix(Some("callflow"), &ctx)?;
    /// assert_eq!((fixed.record.used_by(), fixed.record.settings()), (Some("callflow"), None));
    /// assert!(fixed.is_dirty() && !fixed.record.fix(Some("callflow"), &ctx)?.is_dirty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Why not.
    pub fn fix(&self, app: Option<&str>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        if !ctx.role(self.owner, None)?.is_owner_or_admin() || !self.is_in_run(ctx) {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        let mut record = self.clone();
        record.used_by = app.filter(|_| self.owner.is_some()).map(Into::into);
        let effects = record.drop_denied(ctx);
        Ok(self.decide(record, effects, ctx))
    }

    /// Takes off what the number may not carry; what that needs outside.
    fn drop_denied(&mut self, ctx: &Context<'_>) -> Vec<ExternalEffect> {
        if self.owner.is_none() {
            return self.clear_features();
        }
        let available = self.available_features(ctx);
        if let Some(features) = &mut self.features {
            let wanted = std::mem::take(&mut features.wanted);
            let denied = wanted.features().difference(available);
            features.wanted = wanted.without(denied);
        }
        self.settle_features(ctx)
    }
}
