//! The commands that lead from state to state by the lifecycle's table.

use serde_json::{Map, Value};

use super::{Context, Decision, Document, ExternalEffect, Lease, NumberRecord, Refusal, Update};
use crate::account::{AccountId, Actor};
use crate::lifecycle::{Effect, NumberTransition, Role, State, TRANSITIONS, TransitionFacts};
use crate::time::Timestamp;

impl NumberRecord {
    /// Reserves the number for an account.
    ///
    /// # Errors
    /// Why not.
    pub fn reserve(&self, assign_to: Option<AccountId>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.change_state(State::Reserved, assign_to, ctx)
    }

    /// Puts the number in service for an account.
    ///
    /// # Errors
    /// Why not.
    pub fn activate(&self, assign_to: Option<AccountId>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.change_state(State::InService, assign_to, ctx)
    }

    /// Takes the number to another state by the table, for an account where that state has an owner.
    ///
    /// The owner of a number that is being ported stays, unless another is given. A change of owner
    /// takes the application, the address for emergency calls and where calls fail over to off the
    /// number.
    ///
    /// # Errors
    /// Why not.
    pub fn change_state(
        &self,
        to: State,
        assign_to: Option<AccountId>,
        ctx: &Context<'_>,
    ) -> Result<Decision, Refusal> {
        let (record, effects) = self.moved(to, assign_to, ctx)?;
        Ok(self.decide(record, effects, ctx))
    }

    /// The same, and changes of the public document with it: for those who may make both.
    ///
    /// # Errors
    /// Why not. Then neither is so.
    pub(crate) fn change_state_with(
        &self,
        to: State,
        assign_to: Option<AccountId>,
        document: Map<String, Value>,
        ctx: &Context<'_>,
    ) -> Result<Decision, Refusal> {
        let (mut record, mut effects) = self.moved(to, assign_to, ctx)?;
        if !document.is_empty() {
            record.check_updatable(&Update::default(), ctx)?;
            effects.extend(record.set_document(Document::Merge(document), ctx)?);
        }
        Ok(self.decide(record, effects, ctx))
    }

    /// The number in another state, not decided on yet; what that needs outside.
    pub(super) fn moved(
        &self,
        to: State,
        assign_to: Option<AccountId>,
        ctx: &Context<'_>,
    ) -> Result<(Self, Vec<ExternalEffect>), Refusal> {
        self.check_unclaimed()?;
        if matches!(to, State::Discovery | State::Released | State::Deleted) {
            return Err(Refusal::Unreachable(to));
        }
        let owner = self.owner_in(to, assign_to, ctx)?;
        let role = ctx.role(self.owner, owner)?;
        let transition = self.transition(to, owner, role, ctx.actor)?;
        self.check_rested(to, owner, role, ctx)?;
        // Where anyone may ask for what is so already, nobody changes anything by it.
        if to == self.state && owner == self.owner && transition.effects.is_empty() {
            return Ok((self.clone(), Vec::new()));
        }

        let mut record = self.clone();
        let mut effects = Vec::new();
        for effect in transition.effects {
            match effect {
                Effect::PushHistory => record.push_history(owner),
                Effect::Acquire => effects.push(ExternalEffect::Acquire),
                // What was free rests from now on; what was released or rests already, since it went.
                Effect::StartAgeing => {
                    let since = record.disconnected_at.filter(|_| self.state != State::Available);
                    record.disconnected_at = since.or(Some(ctx.now));
                }
            }
        }
        if self.owner.is_some() && owner != self.owner {
            record.disown();
        }
        record.enter(to, owner, ctx);
        if owner.is_none() {
            effects.extend(record.clear_features());
        } else if let Some(settings) = record.settings() {
            record.check_features(settings.features(), ctx)?;
            effects.extend(record.settle_features(ctx));
        }
        if to == State::Reserved {
            record.lease =
                ctx.policy.reservation.map(|it| Lease { since: ctx.now, until: it.ends_at(ctx.now) });
        }
        Ok((record, effects))
    }

    /// Makes a reservation that ends last longer.
    ///
    /// # Errors
    /// If it does not end, or may not last that long under the policy.
    pub fn extend_lease(&self, until: Timestamp, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        if !ctx.role(self.owner, None)?.is_owner_or_admin() {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        let (Some(lease), Some(reservation)) = (self.lease, ctx.policy.reservation) else {
            return Err(Refusal::Lease(None));
        };
        let longest = reservation.latest_end_at(lease.since);
        if !(lease.until..=longest).contains(&until) || lease.until < ctx.now {
            return Err(Refusal::Lease(Some(longest)));
        }
        let mut record = self.clone();
        record.lease = Some(Lease { until, ..lease });
        let mut decision = self.decide(record, Vec::new(), ctx);
        for event in &mut decision.events {
            event.kind = super::EventKind::LeaseExtended { until };
        }
        Ok(decision)
    }

    /// Returns the transition to `to` for `owner` that an actor in `role` may make.
    pub(super) fn transition(
        &self,
        to: State,
        owner: Option<AccountId>,
        role: Role,
        actor: Actor,
    ) -> Result<&'static NumberTransition, Refusal> {
        let facts = self.transition_facts(owner);
        TRANSITIONS.explain(&self.state, &to, role, &facts).map_err(|refusal| {
            if facts.same_owner && (self.state, to) == (State::Reserved, State::Reserved) {
                Refusal::NoChangeRequired
            } else {
                Refusal::of(&refusal, actor)
            }
        })
    }

    /// Returns the facts of a transition that assigns the number to `owner`.
    pub(super) fn transition_facts(&self, owner: Option<AccountId>) -> TransitionFacts {
        TransitionFacts { same_owner: owner.is_some() && owner == self.owner, carrier: self.carrier.kind() }
    }

    /// Whose the number is to be in a state.
    pub(super) fn owner_in(
        &self,
        to: State,
        assign_to: Option<AccountId>,
        ctx: &Context<'_>,
    ) -> Result<Option<AccountId>, Refusal> {
        match (to, assign_to) {
            (State::Reserved, None) if self.state == State::Reserved => Err(Refusal::AssignToSelf),
            (State::Reserved, _) => ctx.assignee(assign_to).map(Some),
            (State::InService | State::PortIn | State::PortOut, _) => {
                ctx.assignee(assign_to.or(self.owner)).map(Some)
            }
            (State::Available | State::Aging | State::Released | State::Deleted | State::Discovery, _) => {
                Ok(None)
            }
        }
    }

    /// A number that rests is not for others before its time, but for admins.
    pub(super) fn check_rested(
        &self,
        to: State,
        owner: Option<AccountId>,
        role: Role,
        ctx: &Context<'_>,
    ) -> Result<(), Refusal> {
        let is_others = to == State::InService && owner != self.previous_owner && role != Role::Admin;
        match self.earliest_reassign_at(ctx.policy) {
            Some(earliest) if is_others && ctx.now < earliest => Err(Refusal::Ageing(earliest)),
            Some(_) | None => Ok(()),
        }
    }

    /// Puts the number in a state with an owner or none, and takes off what does not go with that.
    pub(super) fn enter(&mut self, to: State, owner: Option<AccountId>, ctx: &Context<'_>) {
        if self.state == State::InService && owner.is_none() {
            self.disconnected_at = Some(ctx.now);
        }
        if owner.is_some() {
            self.disconnected_at = None;
        }
        if self.owner != owner {
            self.previous_owner = self.owner.or(self.previous_owner);
            self.owner = owner;
            self.used_by = None;
        }
        if owner.is_none() {
            self.history = Box::default();
        }
        if to != State::Reserved {
            self.lease = None;
        }
        self.state = to;
    }

    /// The address for emergency calls was the last owner's, and so was where calls failed over to.
    fn disown(&mut self) {
        if let Some(features) = &mut self.features {
            (features.wanted.e911, features.wanted.failover) = (None, None);
        }
    }

    /// Remembers whom the number is reserved for, once.
    fn push_history(&mut self, owner: Option<AccountId>) {
        if let Some(owner) = owner.filter(|owner| self.history.first() != Some(owner)) {
            self.history = std::iter::once(owner).chain(self.history.iter().copied()).collect();
        }
    }
}
