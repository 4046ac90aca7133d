//! The commands that change the state of a request and the statuses of its numbers.

use std::collections::HashMap;

use super::size::{check_entry, check_reason, check_refusals, check_transitions, refusal_bytes};
use super::{
    NumberStatus, NumberStatusKind, PortContext, PortDecision, PortEventKind, PortPermission, PortRefusal,
    PortRequest, PortRequestId, PortState, PortStates, PortTransition, RefusalReason, ScheduleOn,
    TRANSITIONS, TransitionEntry, ZoneOffsets,
};
use crate::account::AccountId;
use crate::document::{FieldError, FieldErrorKind};
use crate::lifecycle::{State, TransitionPermission};
use crate::number::PhoneNumber;

/// A number to create when a request is completed: in service, ported in, and with the id of the
/// request as `port_id` in its document.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberToCreate {
    /// The number.
    pub number: PhoneNumber,
    /// The account to assign the number to.
    pub assign_to: AccountId,
    /// The id of the request.
    pub port_id: PortRequestId,
}

/// The outcome of creating a number while a request is completed.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A number that is in service on the account, created now or earlier.
    InService,
    /// A number that could not be created, with the reason.
    Failed(String),
}

/// The outcome of [`PortRequest::complete`].
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The decision, which completes the request if no number is waiting.
    pub decision: PortDecision,
    /// The numbers that are waiting, each with the reason if it failed.
    pub waiting: Vec<(PhoneNumber, Option<String>)>,
}

impl NumberToCreate {
    /// Returns whether an existing number with `state` and `owner` needs no creation: it is in service on the
    /// account.
    #[doc(hidden)]
    #[must_use]
    pub fn is_satisfied_by(&self, state: State, owner: Option<AccountId>) -> bool {
        state == State::InService && owner == Some(self.assign_to)
    }
}

impl PortRequest {
    /// Returns the transition by which the actor may change the request to state `to`.
    ///
    /// The [conditions](crate::lifecycle::Transition::conditions) on the numbers and the date are only
    /// checked by the command that makes the transition.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// use telnum::porting::{PortPermission, PortState};
    ///
    /// let transition = request.explain(&PortState::Pending, &ctx)?;
    /// assert_eq!(transition.permission, PortPermission::PortAuthority);
    /// assert!(request.explain(&PortState::Completed, &ctx).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`PortRefusal::Forbidden`] if the actor has no access.
    /// - [`PortRefusal::Completing`] if the request is being completed and `to` is another state.
    /// - [`PortRefusal::Transition`] if [`TRANSITIONS`] has no such transition, or if the actor does
    ///   not have its permission.
    /// - [`PortRefusal::Invalid`] if the request has 1,000 transitions, and `to` is not final.
    pub fn explain(
        &self,
        to: &PortState,
        ctx: &PortContext<'_>,
    ) -> Result<&'static PortTransition, PortRefusal> {
        let role = self.check_access(ctx)?;
        if *to != PortState::Completed {
            self.check_not_completing()?;
        }
        let transition = TRANSITIONS.explain(self.state(), to, role, ctx.settings)?;
        if !to.is_final() {
            check_transitions(self.transitions().len())?;
        }
        Ok(transition)
    }

    /// Returns the states to which the actor may change the request, in the order of [`TRANSITIONS`].
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// let allowed: Vec<_> = request.allowed_transitions(&ctx).map(|state| state.as_str()).collect();
    /// assert_eq!(allowed, ["pending", "rejected", "canceled"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allowed_transitions(&self, ctx: &PortContext<'_>) -> impl Iterator<Item = &'static PortState> {
        TRANSITIONS.allowed(self.state(), self.role(ctx), ctx.settings)
    }

    /// Changes the request to state `to`, with an optional `reason` for the timeline.
    ///
    /// Use [`schedule`](Self::schedule) for [`PortState::Scheduled`], which requires a date. A request
    /// can only change to [`PortState::Completed`] if none of its numbers is waiting; otherwise use
    /// [`complete`](Self::complete).
    ///
    /// The statuses of the numbers follow the state: on submission rejected numbers become pending, on
    /// rejection pending and confirmed numbers become rejected, on cancellation waiting numbers become
    /// canceled. See the example of the [module](super).
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings, PortState}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// let canceled = request.transition(&PortState::Canceled, Some("changed carrier"), &ctx)?.request;
    /// assert_eq!((canceled.state(), canceled.progress().canceled), (&PortState::Canceled, 1));
    /// // A canceled request is final.
    /// assert!(canceled.transition(&PortState::Submitted, None, &ctx).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - All errors of [`explain`](Self::explain).
    /// - [`PortRefusal::Invalid`] if `to` is [`PortState::Scheduled`], or `reason` is longer than 10,000
    ///   characters.
    /// - [`PortRefusal::NumbersWaiting`] or [`PortRefusal::NothingPorted`] if `to` is
    ///   [`PortState::Completed`] and numbers are waiting, or none is ported.
    pub fn transition(
        &self,
        to: &PortState,
        reason: Option<&str>,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.explain(to, ctx)?;
        check_reason(reason)?;
        match to {
            PortState::Submitted => Ok(self.apply_transition(to, reason, ctx, |status| {
                (status.kind() == NumberStatusKind::Rejected).then_some(NumberStatus::Pending)
            })),
            PortState::Canceled => Ok(self.apply_transition(to, reason, ctx, |status| {
                status.is_waiting().then_some(NumberStatus::Canceled)
            })),
            PortState::Rejected => self.reject(&[], reason, ctx),
            PortState::Completed => {
                let waiting = self.waiting();
                if waiting.is_empty() {
                    self.complete_because(reason, [], ctx).map(|completion| completion.decision)
                } else {
                    Err(PortRefusal::NumbersWaiting(waiting))
                }
            }
            PortState::Scheduled => Err(FieldError::new("schedule_on", FieldErrorKind::Missing).into()),
            PortState::Pending | PortState::Unconfirmed | PortState::Other(_) => {
                Ok(self.apply_transition(to, reason, ctx, |_| None))
            }
        }
    }

    /// Submits the request to the port authority. Anyone with access may submit.
    ///
    /// The request may be incomplete: [`missing`](Self::missing) returns the fields that the losing
    /// carrier requires.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "unconfirmed", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings, PortState}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// assert_eq!(request.submit(&ctx)?.request.state(), &PortState::Submitted);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`explain`](Self::explain).
    pub fn submit(&self, ctx: &PortContext<'_>) -> Result<PortDecision, PortRefusal> {
        self.transition(&PortState::Submitted, None, ctx)
    }

    /// Schedules the request for the date of the losing carrier's firm order commitment (FOC). Pending
    /// numbers become confirmed for that date. `zones` resolves the time zone of `on`.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// use telnum::porting::{ScheduleOn, UnitedStates};
    ///
    /// let on = ScheduleOn::new("US/Pacific", "2026-03-06 00:00");
    /// let scheduled = request.schedule(on, &UnitedStates, None, &ctx)?.request;
    /// assert_eq!(scheduled.scheduled_date(), Some("2026-03-06T08:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - All errors of [`explain`](Self::explain).
    /// - [`PortRefusal::Invalid`] if `on` is not a valid [time](ScheduleOn::moment), or `reason` is longer
    ///   than 10,000 characters.
    pub fn schedule(
        &self,
        on: ScheduleOn,
        zones: &dyn ZoneOffsets,
        reason: Option<&str>,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.explain(&PortState::Scheduled, ctx)?;
        check_reason(reason)?;
        check_entry(&on)?;
        let foc_date = on.moment(zones)?;
        let dated = self.scheduled(on, foc_date);
        Ok(dated.apply_transition(&PortState::Scheduled, reason, ctx, |status| {
            (status.kind() == NumberStatusKind::Pending).then_some(NumberStatus::Confirmed { foc_date })
        }))
    }

    /// Rejects the request for the reasons `refusals`, because the losing carrier rejected it.
    ///
    /// Pending and confirmed numbers become rejected; numbers already rejected keep their reasons.
    /// `reason` is a text for the timeline.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// use telnum::porting::RefusalReason;
    ///
    /// let rejected = request.reject(&[RefusalReason::PinInvalid], None, &ctx)?.request;
    /// let number = rejected.number("+14158867900".parse()?).unwrap();
    /// assert_eq!(number.status().as_str(), "rejected");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - All errors of [`explain`](Self::explain).
    /// - [`PortRefusal::Invalid`] if `reason` is longer than 10,000 characters, or there are more than 100
    ///   `refusals`, one of them is longer than 1,024 characters, or those of all numbers are longer than
    ///   1 MiB.
    pub fn reject(
        &self,
        refusals: &[RefusalReason],
        reason: Option<&str>,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.explain(&PortState::Rejected, ctx)?;
        check_reason(reason)?;
        check_refusals(refusals, self.numbers().len(), 0)?;
        Ok(self.apply_transition(&PortState::Rejected, reason, ctx, |status| {
            let is_refused = matches!(status.kind(), NumberStatusKind::Pending | NumberStatusKind::Confirmed);
            is_refused.then(|| NumberStatus::Rejected { refusals: refusals.to_vec() })
        }))
    }

    /// Sets the status of `number`, as reported by the losing carrier. The command requires the port
    /// authority.
    ///
    /// The request must be submitted, pending, scheduled or rejected.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// use telnum::porting::NumberStatus;
    ///
    /// let changed = request.set_number_status("+14158867900".parse()?, NumberStatus::Canceled, &ctx)?;
    /// assert_eq!(changed.request.progress().canceled, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// - [`PortRefusal::Forbidden`] if the actor is neither the port authority nor an admin.
    /// - [`PortRefusal::Completing`] if the request is being completed.
    /// - [`PortRefusal::NotAtCarrier`] in any other state.
    /// - [`PortRefusal::Invalid`] if there are more than 100 reasons for a rejection, or one of them is
    ///   longer than 1,024 characters.
    /// - [`PortRefusal::NoSuchNumber`] if the number is not on the request.
    /// - [`PortRefusal::NumberTransition`] if [`NUMBER_TRANSITIONS`](super::NUMBER_TRANSITIONS) does not
    ///   allow the change.
    pub fn set_number_status(
        &self,
        number: PhoneNumber,
        status: NumberStatus,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.check_port_authority(ctx)?;
        self.check_not_completing()?;
        if !PortStates::PROGRESSING.contains(&self.state) && self.state != PortState::Rejected {
            return Err(PortRefusal::NotAtCarrier(self.state.clone()));
        }
        if let NumberStatus::Rejected { refusals } = &status {
            let others = self.numbers().iter().filter(|(other, _)| **other != number);
            check_refusals(refusals, 1, others.map(|(_, entry)| refusal_bytes(entry)).sum())?;
        }
        let mut changed = self.clone();
        let event = changed.change_number(number, status)?;
        Ok(self.decided(changed, vec![event], ctx))
    }

    /// Locks the request while its numbers are put in service.
    ///
    /// Until [`complete`](Self::complete) is called, the request can be commented on and completed, but
    /// not edited, changed to another state or deleted. Locking a locked request changes nothing, so
    /// that completion can continue after a crash.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings, PortState}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// let locked = request.start_completion(&ctx)?.request;
    /// assert!(locked.transition(&PortState::Canceled, None, &ctx).is_err());
    /// // After a crash, the completion continues.
    /// assert!(locked.start_completion(&ctx)?.events.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// - All errors of [`explain`](Self::explain) for [`PortState::Completed`].
    /// - [`PortRefusal::NothingPorted`] if all numbers were canceled.
    #[doc(hidden)]
    pub fn start_completion(&self, ctx: &PortContext<'_>) -> Result<PortDecision, PortRefusal> {
        self.explain(&PortState::Completed, ctx)?;
        if self.waiting().is_empty() && !self.progress().is_complete() {
            return Err(PortRefusal::NothingPorted);
        }
        let mut changed = self.clone();
        changed.completing.get_or_insert(ctx.now);
        Ok(self.decided(changed, vec![PortEventKind::CompletionStarted], ctx))
    }

    /// Returns the numbers to create before the request can be completed: those that are neither ported
    /// nor canceled.
    ///
    /// After a crash, call this method again: it returns the numbers that have not been reported to
    /// [`complete`](Self::complete) yet. Some of them may already exist; [`NumberToCreate::is_satisfied_by`]
    /// recognizes these.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending",
    /// #     "numbers": {"+14158867900": {}, "+14158867901": {"status": "canceled"}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// // `numbers` of the request: {"+14158867900": {}, "+14158867901": {"status": "canceled"}}
    /// let plan = request.completion_plan(&ctx)?;
    /// assert_eq!((plan.len(), plan[0].number), (1, "+14158867900".parse()?));
    /// assert_eq!(plan[0].assign_to, request.account());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`explain`](Self::explain) for [`PortState::Completed`].
    #[doc(hidden)]
    pub fn completion_plan(&self, ctx: &PortContext<'_>) -> Result<Vec<NumberToCreate>, PortRefusal> {
        self.explain(&PortState::Completed, ctx)?;
        let (assign_to, port_id) = (self.account(), self.id());
        let waiting = self.waiting().into_iter();
        Ok(waiting.map(|number| NumberToCreate { number, assign_to, port_id }).collect())
    }

    /// Marks the numbers that are in service according to `arrivals` as ported, and completes the
    /// request if no number is waiting. Otherwise the request keeps its state.
    ///
    /// In both cases the request is no longer [locked](Self::start_completion). Reporting the same
    /// arrivals again changes nothing, even if the request is completed.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings, PortState}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// use telnum::{PhoneNumber, porting::Arrival};
    ///
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// let failed = request.complete([(number, Arrival::Failed("no route".into()))], &ctx)?;
    /// assert_eq!(failed.waiting, [(number, Some("no route".into()))]);
    /// let done = request.complete([(number, Arrival::InService)], &ctx)?;
    /// assert_eq!(done.decision.request.state(), &PortState::Completed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// - All errors of [`explain`](Self::explain) for [`PortState::Completed`].
    /// - [`PortRefusal::NoSuchNumber`] if a number is not on the request.
    /// - [`PortRefusal::NumberTransition`] if a number in service was canceled on the request.
    /// - [`PortRefusal::NothingPorted`] if all numbers were canceled.
    #[doc(hidden)]
    #[doc(alias = "transition_to_complete")]
    pub fn complete(
        &self,
        arrivals: impl IntoIterator<Item = (PhoneNumber, Arrival)>,
        ctx: &PortContext<'_>,
    ) -> Result<Completion, PortRefusal> {
        self.complete_because(None, arrivals, ctx)
    }

    /// Completes the request like [`complete`](Self::complete), with a reason for the timeline.
    pub(super) fn complete_because(
        &self,
        reason: Option<&str>,
        arrivals: impl IntoIterator<Item = (PhoneNumber, Arrival)>,
        ctx: &PortContext<'_>,
    ) -> Result<Completion, PortRefusal> {
        check_reason(reason)?;
        let is_completed = self.state == PortState::Completed;
        if is_completed {
            self.check_port_authority(ctx)?;
        } else {
            self.explain(&PortState::Completed, ctx)?;
        }
        let mut changed = self.clone();
        changed.completing = None;
        let (mut events, mut failed) = (Vec::new(), HashMap::new());
        for (number, arrival) in arrivals {
            let status = changed.number(number).ok_or(PortRefusal::NoSuchNumber(number))?.status();
            match arrival {
                Arrival::InService if status.kind() == NumberStatusKind::Ported => {}
                Arrival::InService => {
                    events.push(changed.change_number(number, NumberStatus::Ported { ported_at: ctx.now })?);
                }
                Arrival::Failed(reason) => drop(failed.insert(number, reason)),
            }
        }
        let waiting: Vec<_> =
            changed.waiting().into_iter().map(|number| (number, failed.remove(&number))).collect();
        if is_completed || !waiting.is_empty() {
            if self.completing.is_some() {
                events.push(PortEventKind::CompletionPaused);
            }
            return Ok(Completion { decision: self.decided(changed, events, ctx), waiting });
        }
        if !changed.progress().is_complete() {
            return Err(PortRefusal::NothingPorted);
        }
        let event = changed.enter_state(&PortState::Completed, reason, ctx);
        events.push(event);
        Ok(Completion { decision: self.decided(changed, events, ctx), waiting })
    }

    /// Returns the decision to change the state to `to`, and the status of each number to the one that
    /// `status` returns.
    fn apply_transition(
        &self,
        to: &PortState,
        reason: Option<&str>,
        ctx: &PortContext<'_>,
        status: impl Fn(&NumberStatus) -> Option<NumberStatus>,
    ) -> PortDecision {
        let mut changed = self.clone();
        let mut events = vec![changed.enter_state(to, reason, ctx)];
        for (number, entry) in self.numbers() {
            if let Some(status) = status(entry.status()) {
                changed.set_status(*number, status.clone());
                events.push(PortEventKind::NumberChanged { number: *number, status });
            }
        }
        self.decided(changed, events, ctx)
    }

    /// Changes the state and adds the transition to the timeline.
    fn enter_state(&mut self, to: &PortState, reason: Option<&str>, ctx: &PortContext<'_>) -> PortEventKind {
        let previous = std::mem::replace(&mut self.state, to.clone());
        let reason = reason.map(str::to_owned);
        let transition =
            TransitionEntry::new(ctx.now, Some(previous.clone()), to.clone(), reason, ctx.authorization());
        self.transitions.get_or_insert_default().insert(0, transition);
        PortEventKind::Transitioned { previous, new: to.clone() }
    }

    fn change_number(
        &mut self,
        number: PhoneNumber,
        status: NumberStatus,
    ) -> Result<PortEventKind, PortRefusal> {
        let before = self.number(number).ok_or(PortRefusal::NoSuchNumber(number))?.status();
        if !before.can_become(status.kind()) {
            return Err(PortRefusal::NumberTransition { number, from: before.kind(), to: status.kind() });
        }
        self.set_status(number, status.clone());
        Ok(PortEventKind::NumberChanged { number, status })
    }

    pub(super) fn check_not_completing(&self) -> Result<(), PortRefusal> {
        self.completing.map_or(Ok(()), |since| Err(PortRefusal::Completing(since)))
    }

    fn check_port_authority(&self, ctx: &PortContext<'_>) -> Result<(), PortRefusal> {
        let role = self.check_access(ctx)?;
        PortPermission::PortAuthority.includes(role).then_some(()).ok_or(PortRefusal::Forbidden(ctx.actor))
    }

    fn waiting(&self) -> Vec<PhoneNumber> {
        let waiting = self.numbers().iter().filter(|(_, number)| number.status().is_waiting());
        waiting.map(|(number, _)| *number).collect()
    }
}
