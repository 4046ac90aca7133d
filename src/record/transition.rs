//! The commands that change the state according to the lifecycle's table.

use serde_json::{Map, Value};

use super::{
    Context, Decision, Document, EventKind, ExternalEffect, LeaseTerm, NumberRecord, Refusal, Update,
};
use crate::account::AccountId;
use crate::lifecycle::{Effect, NumberTransition, Role, State, TRANSITIONS, TransitionFacts};
use crate::time::Timestamp;

impl NumberRecord {
    /// Reserves the number for `assign_to`.
    ///
    /// The account becomes the first entry of the [history](Self::history). If the policy sets a
    /// [term](crate::policy::Policy::with_reservation), the reservation [ends](Self::lease) after it.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::Policy, record::Context};
    /// use telnum::record::{ExternalEffect, NumberRecord};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let decision = found.reserve(Some(shop), &ctx)?;
    /// assert_eq!(decision.record.history(), [shop]);
    /// // The carrier must sell the number first.
    /// assert_eq!(decision.effects, [ExternalEffect::Acquire]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::NoChangeRequired`] if the number is already reserved for `assign_to`.
    /// - [`Refusal::AssignToSelf`] if the number is reserved and `assign_to` is `None`.
    /// - All errors of [`change_state`](Self::change_state).
    #[doc(alias = "knm_number_states")]
    pub fn reserve(&self, assign_to: Option<AccountId>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.change_state(State::Reserved, assign_to, ctx)
    }

    /// Puts the number in service for `assign_to`, or for its owner if `assign_to` is `None`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::Policy, record::Context};
    /// use telnum::record::NumberRecord;
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let in_service = found.activate(Some(shop), &ctx)?.record;
    /// assert_eq!((in_service.state(), in_service.owner()), (State::InService, Some(shop)));
    /// // A second activation changes nothing.
    /// assert!(!in_service.activate(None, &ctx)?.is_dirty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::Ageing`] if the number is ageing and cannot be assigned to other accounts yet.
    /// - All errors of [`change_state`](Self::change_state).
    #[doc(alias = "move")]
    pub fn activate(&self, assign_to: Option<AccountId>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.change_state(State::InService, assign_to, ctx)
    }

    /// Changes the state to `to` according to the table, and the owner to `assign_to` if that state has
    /// one.
    ///
    /// If `assign_to` is `None`, a number in service or being ported keeps its owner. A new owner does
    /// not inherit the application, the E911 address and the failover.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{lifecycle::State, policy::Policy, record::Context};
    /// use telnum::record::{Creation, NumberRecord};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let creation = Creation::default().with_owner(shop);
    /// let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// let leaving = number.change_state(State::PortOut, None, &ctx)?.record;
    /// assert_eq!((leaving.state(), leaving.owner()), (State::PortOut, Some(shop)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::Transition`] if the table has no such transition.
    /// - [`Refusal::Unreachable`] if `to` is discovery, released or deleted: use
    ///   [`release`](Self::release) and [`delete`](Self::delete).
    /// - [`Refusal::Forbidden`] if the actor may not make the transition, or is an account that does
    ///   not exist.
    /// - [`Refusal::AssignFailure`] if the state requires an owner and there is none, or if the account
    ///   does not exist.
    /// - [`Refusal::FeaturesDenied`] if the new owner may not have the number's features.
    /// - [`Refusal::Claimed`] if the record is claimed.
    pub fn change_state(
        &self,
        to: State,
        assign_to: Option<AccountId>,
        ctx: &Context<'_>,
    ) -> Result<Decision, Refusal> {
        let (record, effects) = self.transitioned(to, assign_to, ctx)?;
        Ok(self.decide(record, effects, ctx))
    }

    /// Changes the state as [`change_state`](Self::change_state) does, and merges `document` into the
    /// public document. The actor needs permission for both; otherwise neither is changed.
    pub(crate) fn change_state_with(
        &self,
        to: State,
        assign_to: Option<AccountId>,
        document: Map<String, Value>,
        ctx: &Context<'_>,
    ) -> Result<Decision, Refusal> {
        let (mut record, mut effects) = self.transitioned(to, assign_to, ctx)?;
        if !document.is_empty() {
            record.check_updatable(&Update::default(), ctx)?;
            effects.extend(record.set_document(Document::Merge(document), Some(self), ctx)?);
        }
        Ok(self.decide(record, effects, ctx))
    }

    /// Returns the record in the state `to`, and the external effects of the transition.
    pub(super) fn transitioned(
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
        let transition = self.transition(to, owner, role, ctx)?;
        // Anyone may put a number in service for the account that already has it in service, so this must not
        // change the record.
        if to == self.state && owner == self.owner && transition.effects.is_empty() {
            return Ok((self.clone(), Vec::new()));
        }

        let mut record = self.clone();
        let mut effects = Vec::new();
        for effect in transition.effects {
            match effect {
                Effect::PushHistory => record.push_history(owner),
                Effect::Acquire => effects.push(ExternalEffect::Acquire),
                // A number that was available ages from now on; any other number has aged since its
                // disconnection.
                Effect::StartAgeing => {
                    let since =
                        record.disconnected_before(ctx.now).filter(|_| self.state != State::Available);
                    record.disconnected_at = since.or(Some(ctx.now));
                }
            }
        }
        // The carrier has taken the number back: it is bought again.
        if self.is_returned && owner.is_some() && !effects.contains(&ExternalEffect::Acquire) {
            effects.push(ExternalEffect::Acquire);
        }
        record.enter(to, owner, ctx);
        if owner.is_none() {
            effects.extend(record.clear_features());
        } else {
            record.drop_denied_settings(self, ctx);
            effects.extend(record.settle_features(ctx));
        }
        if to == State::Reserved {
            record.hold(self, ctx);
        }
        Ok((record, effects))
    }

    /// Extends the reservation to `until`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::Policy, record::Context};
    /// use telnum::record::NumberRecord;
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = r#"{"reservation": {"seconds": 900, "longest_seconds": 7200}}"#;
    /// let policy: Policy = serde_json::from_str(policy)?;
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let reserved = found.reserve(Some(shop), &ctx)?.record;
    /// assert_eq!(reserved.lease().unwrap().until, "2026-03-01T12:15:00Z".parse()?);
    /// assert!(reserved.extend_lease("2026-03-01T14:00:00Z".parse()?, &ctx).is_ok());
    /// assert!(reserved.extend_lease("2026-03-01T14:00:01Z".parse()?, &ctx).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::Forbidden`] if the actor is not an admin, the owner or an account above it.
    /// - [`Refusal::Lease`] without a time if the number has no reservation that ends, or the policy
    ///   sets no term.
    /// - [`Refusal::Lease`] with the latest possible time if `until` is later than the policy allows or
    ///   earlier than the present end, or if the reservation has ended.
    /// - [`Refusal::Claimed`] if the record is claimed.
    pub fn extend_lease(&self, until: Timestamp, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        if !ctx.role(self.owner, None)?.is_owner_or_admin() {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        let (Some(lease), Some(reservation)) = (self.lease, ctx.policy.reservation) else {
            return Err(Refusal::Lease(None));
        };
        let longest = reservation.latest_end_at(lease.since.min(ctx.now));
        if !(lease.until..=longest).contains(&until) || lease.until < ctx.now {
            return Err(Refusal::Lease(Some(longest)));
        }
        let mut record = self.clone();
        record.lease = Some(LeaseTerm { until, ..lease });
        let mut decision = self.decide(record, Vec::new(), ctx);
        for event in &mut decision.events {
            event.kind = EventKind::LeaseExtended { until };
        }
        Ok(decision)
    }

    /// Returns the transition to `to` for `owner` if an actor in `role` may make it.
    pub(super) fn transition(
        &self,
        to: State,
        owner: Option<AccountId>,
        role: Role,
        ctx: &Context<'_>,
    ) -> Result<&'static NumberTransition, Refusal> {
        let facts = self.transition_facts(owner, ctx);
        TRANSITIONS.explain(&self.state, &to, role, &facts).map_err(|refusal| {
            match self.earliest_reassign(ctx) {
                _ if facts.same_owner && (self.state, to) == (State::Reserved, State::Reserved) => {
                    Refusal::NoChangeRequired
                }
                Some(earliest) if to == State::InService && !facts.is_rested => Refusal::Ageing(earliest),
                Some(_) | None => Refusal::of_transition(&refusal, ctx.actor),
            }
        })
    }

    /// Returns the facts of a transition that assigns the number to `owner`.
    pub(super) fn transition_facts(&self, owner: Option<AccountId>, ctx: &Context<'_>) -> TransitionFacts {
        TransitionFacts {
            same_owner: owner.is_some() && owner == self.owner,
            carrier: self.carrier.kind(),
            may_add: ctx.may_add(),
            is_rested: self.is_rested_for(owner, ctx),
        }
    }

    /// Returns whether the number has rested long enough for `owner`.
    fn is_rested_for(&self, owner: Option<AccountId>, ctx: &Context<'_>) -> bool {
        let earliest = self.earliest_reassign(ctx);
        owner.is_some() && owner == self.previous_owner || earliest.is_none_or(|earliest| earliest <= ctx.now)
    }

    /// Checks that a number without an owner has rested long enough for `owner`, or that the actor is an
    /// admin.
    pub(crate) fn check_rested(&self, owner: Option<AccountId>, ctx: &Context<'_>) -> Result<(), Refusal> {
        match self.earliest_reassign(ctx) {
            Some(earliest) if !self.is_rested_for(owner, ctx) && !ctx.accounts.is_admin(ctx.actor) => {
                Err(Refusal::Ageing(earliest))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Returns the owner of the number in the state `to` if it is assigned to `assign_to`.
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

    /// Sets the state and the owner, and removes the data that they do not have.
    pub(super) fn enter(&mut self, to: State, owner: Option<AccountId>, ctx: &Context<'_>) {
        let takes_calls = |state| matches!(state, State::InService | State::PortOut);
        match (takes_calls(self.state), takes_calls(to)) {
            (_, true) => self.disconnected_at = None,
            (true, false) => self.disconnected_at = Some(ctx.now),
            (false, false) => {}
        }
        if self.owner != owner {
            // An account that wanted to port the number in did not have it before.
            let had = self.owner.filter(|_| self.state != State::PortIn);
            self.previous_owner = had.or(self.previous_owner);
            self.owner = owner;
            self.used_by = None;
        }
        if owner.is_none() {
            self.history = Box::default();
        }
        if to != State::Reserved {
            (self.lease, self.reserved_from) = (None, None);
        }
        self.state = to;
    }

    /// Starts the term of a reservation, if the policy sets one.
    pub(super) fn start_lease(&mut self, ctx: &Context<'_>) {
        self.lease = ctx
            .policy
            .reservation
            .map(|reservation| LeaseTerm { since: ctx.now, until: reservation.ends_at(ctx.now) });
    }

    /// Starts the reservation of a number that was in another state `before`, or had another owner.
    ///
    /// A number from the stock is held until its lease ends. Reserving it for another account extends the
    /// lease as far as the policy allows, and no further. An account keeps a number that it had in service.
    fn hold(&mut self, before: &Self, ctx: &Context<'_>) {
        let is_misdated = |lease: &LeaseTerm| lease.is_misdated(ctx.policy, ctx.now);
        match (before.state, before.lease, ctx.policy.reservation) {
            (State::Reserved, Some(lease), _) if is_misdated(&lease) => self.start_lease(ctx),
            (State::Reserved, Some(lease), Some(terms)) => {
                let until = terms.ends_at(ctx.now).min(terms.latest_end_at(lease.since)).max(lease.until);
                self.lease = Some(LeaseTerm { until, ..lease });
            }
            (State::Reserved | State::InService, _, _) => {}
            (from, _, _) => {
                self.reserved_from = Some(from);
                self.start_lease(ctx);
            }
        }
    }

    /// Holds the number for the account that reserved it before the last owner did.
    pub(super) fn hold_again(&mut self, before: &Self, ctx: &Context<'_>) {
        match before.state {
            State::Reserved => (self.lease, self.reserved_from) = (before.lease, before.reserved_from),
            _ => self.start_lease(ctx),
        }
    }

    /// Inserts `owner` at the head of the history, unless it is there already.
    fn push_history(&mut self, owner: Option<AccountId>) {
        if let Some(owner) = owner.filter(|owner| self.history.first() != Some(owner)) {
            self.history = std::iter::once(owner).chain(self.history.iter().copied()).collect();
        }
    }
}
