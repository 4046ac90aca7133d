//! Giving numbers back, and doing away with them.

use super::{Context, Decision, ExternalEffect, Lease, NumberRecord, Refusal};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::CarrierKind;
use crate::policy::{Policy, ReleasedState};

impl NumberRecord {
    /// Gives the number back: to the one it was reserved for before that is still there, or to the
    /// system.
    ///
    /// What users put on it is taken off, at the providers too. If nobody else has reserved it, it
    /// is disconnected at its carrier; then it is deleted, rests, or becomes what the policy says.
    ///
    /// # Errors
    /// Why not.
    pub fn release(&self, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        let role = ctx.role(self.owner, None)?;
        match self.transition(State::Released, None, role, ctx.actor) {
            Ok(_) => {}
            Err(refusal @ Refusal::Forbidden(_)) => return Err(refusal),
            Err(_) if self.is_released_anyway() && role.is_owner_or_admin() => {}
            Err(_) if self.is_released_anyway() => return Err(Refusal::Forbidden(ctx.actor)),
            Err(_) => {
                let to = ctx.policy.released_state.into();
                return Err(Refusal::Transition { from: self.state, to });
            }
        }
        let mut record = self.clone();
        let mut effects = record.reset();
        // Accounts that are gone get nothing back.
        let is_gone = |id: &&AccountId| ctx.accounts.account(**id).is_none();
        let history: Box<[_]> = self.history.iter().skip(1).skip_while(is_gone).copied().collect();
        if let Some(previous) = history.first().copied() {
            record.history = history;
            record.enter(State::Reserved, Some(previous), ctx);
            record.lease =
                ctx.policy.reservation.map(|it| Lease { since: ctx.now, until: it.ends_at(ctx.now) });
        } else {
            // What nobody owned was disconnected before.
            effects.extend(self.owner.is_some().then_some(ExternalEffect::Disconnect));
            let state = self.released_state(ctx.policy);
            record.enter(state, None, ctx);
            if state == State::Aging {
                record.disconnected_at = record.disconnected_at.or(Some(ctx.now));
            }
        }
        Ok(self.decide(record, effects, ctx))
    }

    /// Deletes the number: for admins, whatever its state and history.
    ///
    /// It is not given back to its carrier; [`release`](Self::release) does that.
    ///
    /// # Errors
    /// Why not.
    pub fn delete(&self, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        let role = ctx.role(self.owner, None)?;
        self.transition(State::Deleted, None, role, ctx.actor)?;
        let mut record = self.clone();
        let effects = record.reset();
        record.enter(State::Deleted, None, ctx);
        Ok(self.decide(record, effects, ctx))
    }

    /// Whether it may be released from a state that the table has no way from: what is released
    /// already stays so, and the system's own numbers may go from anywhere.
    fn is_released_anyway(&self) -> bool {
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

    /// What it becomes if nobody else has reserved it.
    fn released_state(&self, policy: &Policy) -> State {
        match (self.carrier.kind(), policy.released_state) {
            (CarrierKind::Local | CarrierKind::Mdn, _) => State::Deleted,
            (CarrierKind::Other, _) if policy.delete_on_release => State::Deleted,
            (CarrierKind::Other, ReleasedState::Available) if policy.ageing.is_some() => State::Aging,
            (CarrierKind::Other, released) => released.into(),
        }
    }

    /// Takes off what users put on it; what that needs outside.
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
