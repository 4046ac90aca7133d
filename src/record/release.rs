//! The commands that release and delete a number.

use super::{Context, Decision, ExternalEffect, NumberRecord, Refusal};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::CarrierKind;
use crate::policy::{Policy, ReleasedState};

impl NumberRecord {
    /// Releases the number: returns it to the account that reserved it before, or else to the service's
    /// stock.
    ///
    /// The public fields and the features are removed, also at providers. The first entry of the
    /// [history](Self::history) is removed; if an account that still exists remains in it, the number
    /// is reserved for that account. Otherwise the number is disconnected at its carrier and becomes
    ///
    /// - deleted, if it is local or mobile, or if the policy [deletes on release](Policy::with_delete_on_release);
    /// - [ageing](State::Aging), if the policy has ageing and makes released numbers available;
    /// - otherwise the policy's [released state](Policy::with_released_state).
    ///
    /// ```
    /// # use telnum::account::{Account, AccountId, AccountTree};
    /// # use telnum::{lifecycle::State, policy::Policy, record::Context};
    /// use telnum::record::NumberRecord;
    ///
    /// # let [reseller, shop]: [AccountId; 2] = ["reseller".parse()?, "shop".parse()?];
    /// # let accounts = AccountTree::new([Account::new(reseller), Account::new(shop).with_parent(reseller)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(reseller, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let reserved = found.reserve(Some(reseller), &ctx)?.record.reserve(Some(shop), &ctx)?.record;
    /// assert_eq!(reserved.history(), [shop, reseller]);
    /// let released = reserved.release(&ctx)?.record;
    /// assert_eq!((released.state(), released.owner()), (State::Reserved, Some(reseller)));
    /// let released = released.release(&ctx)?.record;
    /// assert_eq!((released.state(), released.owner()), (State::Available, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::Transition`] if the number is not reserved, in service, being ported or released. A
    ///   number of the carrier `local` can be released from any state except deleted.
    /// - [`Refusal::Forbidden`] if the actor is not an admin, the owner or an account above it.
    /// - [`Refusal::Claimed`] if the record is claimed.
    pub fn release(&self, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        let role = ctx.role(self.owner, None)?;
        match self.transition(State::Released, None, role, ctx.actor) {
            Ok(_) => {}
            Err(refusal @ Refusal::Forbidden(_)) => return Err(refusal),
            Err(_) if self.is_releasable_outside_table() && role.is_owner_or_admin() => {}
            Err(_) if self.is_releasable_outside_table() => return Err(Refusal::Forbidden(ctx.actor)),
            Err(_) => {
                let to = ctx.policy.released_state.into();
                return Err(Refusal::Transition { from: self.state, to });
            }
        }
        let mut record = self.clone();
        let mut effects = record.reset();
        let is_gone = |id: &&AccountId| ctx.accounts.account(**id).is_none();
        let history: Box<[_]> = self.history.iter().skip(1).skip_while(is_gone).copied().collect();
        if let Some(previous) = history.first().copied() {
            record.history = history;
            record.enter(State::Reserved, Some(previous), ctx);
            record.start_lease(ctx);
        } else {
            // A number without an owner is already disconnected.
            effects.extend(self.owner.is_some().then_some(ExternalEffect::Disconnect));
            let state = self.released_state(ctx.policy);
            record.enter(state, None, ctx);
            if state == State::Aging {
                record.disconnected_at = record.disconnected_at.or(Some(ctx.now));
            }
        }
        Ok(self.decide(record, effects, ctx))
    }

    /// Deletes the number in any state, regardless of its history.
    ///
    /// The number is not disconnected at its carrier; [`release`](Self::release) does that.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{lifecycle::State, policy::Policy, record::Context};
    /// use telnum::record::NumberRecord;
    ///
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// assert_eq!(found.delete(&ctx)?.record.state(), State::Deleted);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::Forbidden`] if the actor is not an admin.
    /// - [`Refusal::Transition`] if the number is already deleted.
    /// - [`Refusal::Claimed`] if the record is claimed.
    pub fn delete(&self, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        let role = ctx.role(self.owner, None)?;
        self.transition(State::Deleted, None, role, ctx.actor)?;
        let mut record = self.clone();
        let effects = record.reset();
        record.enter(State::Deleted, None, ctx);
        Ok(self.decide(record, effects, ctx))
    }

    /// Returns whether the number may be released although the table has no such transition: if it is
    /// already released, or if its carrier is `local` and it is not deleted.
    fn is_releasable_outside_table(&self) -> bool {
        match self.state {
            State::Released => true,
            State::Deleted => false,
            State::Discovery
            | State::Available
            | State::Reserved
            | State::InService
            | State::PortIn
            | State::PortOut
            | State::Aging => self.carrier.kind() == CarrierKind::Local,
        }
    }

    /// Returns the state of the released number if no account remains in its history.
    fn released_state(&self, policy: &Policy) -> State {
        match (self.carrier.kind(), policy.released_state) {
            (CarrierKind::Local | CarrierKind::Mdn, _) => State::Deleted,
            (CarrierKind::Other, _) if policy.delete_on_release => State::Deleted,
            (CarrierKind::Other, ReleasedState::Available) if policy.ageing.is_some() => State::Aging,
            (CarrierKind::Other, released) => released.into(),
        }
    }

    /// Removes the data that users set, and returns the external effects of the removal.
    pub(super) fn reset(&mut self) -> Vec<ExternalEffect> {
        self.used_by = None;
        self.custom = None;
        self.clear_features()
    }
}

impl From<ReleasedState> for State {
    fn from(state: ReleasedState) -> Self {
        match state {
            ReleasedState::Available => Self::Available,
            ReleasedState::Released => Self::Released,
        }
    }
}
