//! The commands that release and delete a number.

use chrono::TimeDelta;

use super::{Context, Decision, ExternalEffect, NumberRecord, Refusal};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::CarrierKind;
use crate::policy::{Policy, ReleasedState};

impl NumberRecord {
    /// Releases the number: returns it to the account that reserved it before, or else to the service's
    /// stock.
    ///
    /// The public fields and the features are removed, at providers too. The
    /// [history](Self::history) loses its head; if an account that still exists is left in it, the
    /// number is reserved for that one. Otherwise the number is
    ///
    /// - deleted, if it is mobile, or being ported in or out,
    /// - [ageing](State::Aging), if it was in service, the policy sets an ageing period and makes released
    ///   numbers available,
    /// - available, if it was reserved from the stock,
    /// - deleted, if it is local or the policy [deletes](Policy::with_delete_on_release) released numbers,
    /// - otherwise in the policy's [released state](Policy::with_released_state).
    ///
    /// It is disconnected at its carrier if it is deleted or if the policy
    /// [disconnects](Policy::with_disconnect_on_release) released numbers.
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
        match self.transition(State::Released, None, role, ctx) {
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
        // A number that is being ported in or out is at another carrier, so no account keeps it.
        let is_here = !matches!(self.state, State::PortIn | State::PortOut);
        if let Some(previous) = history.first().copied().filter(|_| is_here) {
            record.history = history;
            record.enter(State::Reserved, Some(previous), ctx);
            record.hold_again(self, ctx);
        } else {
            effects.extend(record.leave_owner(ctx));
        }
        Ok(self.decide(record, effects, ctx))
    }

    /// Deletes the number in any state, regardless of its history.
    ///
    /// The number is disconnected at its carrier.
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
        self.transition(State::Deleted, None, role, ctx)?;
        let mut record = self.clone();
        let mut effects = record.reset();
        effects.extend(self.disconnection(State::Deleted, ctx.policy));
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

    /// Ends the reservation, and all reservations before it: restores the state that the number had in the
    /// stock.
    pub(crate) fn end_reservation(&self, ctx: &Context<'_>) -> Decision {
        let mut record = self.clone();
        let mut effects = record.reset();
        effects.extend(record.leave_owner(ctx));
        self.decide(record, effects, ctx)
    }

    /// Removes the owner, and returns the effect at the carrier, if any.
    fn leave_owner(&mut self, ctx: &Context<'_>) -> Option<ExternalEffect> {
        let state = self.unowned_state(ctx);
        let effect = self.disconnection(state, ctx.policy);
        self.enter(state, None, ctx);
        if state == State::Aging {
            self.disconnected_at = self.disconnected_before(ctx.now).or(Some(ctx.now));
        }
        effect
    }

    /// Returns the state of the number once it has no owner.
    fn unowned_state(&self, ctx: &Context<'_>) -> State {
        let policy = ctx.policy;
        let has_to_rest = policy.ageing.is_some_and(|ageing| match self.state {
            State::InService => true,
            State::Reserved => self
                .disconnected_before(ctx.now)
                .is_some_and(|since| ctx.now < since.after(TimeDelta::days(ageing.days().into()))),
            State::Discovery
            | State::Available
            | State::PortIn
            | State::PortOut
            | State::Released
            | State::Aging
            | State::Deleted => false,
        });
        match (self.state, self.carrier.kind()) {
            // The number is at another carrier.
            (State::PortIn | State::PortOut, _) | (_, CarrierKind::Mdn) => State::Deleted,
            _ if has_to_rest && policy.released_state == ReleasedState::Available => State::Aging,
            // The number returns to the stock.
            (State::Reserved, _) if self.reserved_from.is_some() => State::Available,
            _ if self.is_deleted_after_use(policy) => State::Deleted,
            _ => policy.released_state.into(),
        }
    }

    /// Returns whether the number is deleted once it has no owner.
    pub(super) fn is_deleted_after_use(&self, policy: &Policy) -> bool {
        policy.delete_on_release || self.is_local()
    }

    /// Returns the disconnection of a number that changes to the state `to`: when it leaves the stock, or
    /// immediately if the policy [disconnects](Policy::with_disconnect_on_release) released numbers.
    pub(super) fn disconnection(&self, to: State, policy: &Policy) -> Option<ExternalEffect> {
        let is_released = self.owner.is_some() && policy.disconnect_on_release;
        let leaves = to == State::Deleted || is_released && to != State::Reserved;
        (leaves && self.is_bought()).then_some(ExternalEffect::Disconnect)
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
