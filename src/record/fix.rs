//! The command that corrects a record.

use super::update::check_app;
use super::{Context, Decision, ExternalEffect, NumberRecord, Refusal};

impl NumberRecord {
    /// Sets the application to `app`, the one that actually answers the number, and removes the
    /// features that are no longer allowed on the number.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::Context};
    /// use serde_json::json;
    /// use telnum::record::NumberRecord;
    ///
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// // Local numbers have no CNAM, and `callflow` answers this one.
    /// let record = NumberRecord::from_value(&json!({
    ///     "id": "+14155555555", "cnam": {"display_name": "Shop"}, "pvt_state": "in_service",
    ///     "pvt_assigned_to": "shop", "pvt_used_by": "fax", "pvt_module_name": "knm_local",
    ///     "pvt_created": 63602230185_u64, "pvt_modified": 63602230212_u64,
    /// }))?;
    /// let fixed = record.fix(Some("callflow"), &ctx)?;
    /// assert_eq!((fixed.record.used_by(), fixed.record.settings()), (Some("callflow"), None));
    /// assert!(!fixed.record.fix(Some("callflow"), &ctx)?.is_dirty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::Forbidden`] if the actor is not an admin, the owner or an account above it, or if
    ///   the number is mobile and the command is not part of a [run over mobile
    ///   numbers](Context::mdn_run).
    /// - [`Refusal::Invalid`] if the name of the application has more than 256 characters.
    /// - [`Refusal::Claimed`] if the record is claimed.
    #[doc(hidden)]
    pub fn fix(&self, app: Option<&str>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        if !ctx.role(self.owner, None)?.is_owner_or_admin() || !self.is_in_run(ctx) {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        app.map_or(Ok(()), check_app)?;
        let mut record = self.clone();
        record.used_by = app.filter(|_| self.owner.is_some()).map(Into::into);
        let effects = record.remove_denied_features(ctx);
        Ok(self.decide(record, effects, ctx))
    }

    /// Removes the features that are not allowed on the number, and returns the external effects of the
    /// removal.
    fn remove_denied_features(&mut self, ctx: &Context<'_>) -> Vec<ExternalEffect> {
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
