//! What becomes of a request and its numbers: from one state to the next, to the end.

use super::{
    NumberStatus, NumberStatusKind, PortContext, PortDecision, PortEventKind, PortPermission, PortRefusal,
    PortRequest, PortRequestId, PortState, PortStates, PortTransition, RefusalReason, ScheduleOn,
    TRANSITIONS, TransitionEntry, ZoneOffsets,
};
use crate::account::AccountId;
use crate::document::{FieldError, FieldErrorKind};
use crate::lifecycle::{State, TransitionPermission};
use crate::number::PhoneNumber;

/// A number that is to be created as the request is completed: in service, ported in, its public
/// document naming the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberToCreate {
    /// The number.
    pub number: PhoneNumber,
    /// The account that gets it.
    pub assign_to: AccountId,
    /// The request: the number's `port_id`.
    pub port_id: PortRequestId,
}

/// What came of creating a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is in service with the account, since now or before.
    InService,
    /// It is not, for a reason.
    Failed(String),
}

/// What came of completing a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The request, its numbers that have come marked so; completed, if none is still to come.
    pub decision: PortDecision,
    /// The numbers that are still to come, and why those failed that did.
    pub waiting: Vec<(PhoneNumber, Option<String>)>,
}

impl NumberToCreate {
    /// Whether a number that exists already is as it should be: in service with the account.
    #[must_use]
    pub fn is_there(&self, state: State, owner: Option<AccountId>) -> bool {
        state == State::InService && owner == Some(self.assign_to)
    }
}

impl PortRequest {
    /// Why the actor may move the request to a state, as a row of the table, or why not. Whether the
    /// row's [condition](PortTransition::conditions) holds is seen when it is moved.
    ///
    /// # Errors
    /// Why not.
    pub fn explain(
        &self,
        to: &PortState,
        ctx: &PortContext<'_>,
    ) -> Result<&'static PortTransition, PortRefusal> {
        let role = self.check_access(ctx)?;
        if *to != PortState::Completed {
            self.check_not_completing()?;
        }
        Ok(TRANSITIONS.explain(self.state(), to, role, ctx.settings)?)
    }

    /// The states that the actor may move the request to.
    pub fn allowed_transitions(&self, ctx: &PortContext<'_>) -> impl Iterator<Item = &'static PortState> {
        TRANSITIONS.allowed(self.state(), self.role(ctx), ctx.settings)
    }

    /// Moves the request to a state that needs nothing but a reason, if that. To
    /// [`schedule`](Self::schedule) it a date is needed, so that is refused here; to
    /// [`complete`](Self::complete) it none of its numbers may be still to come.
    ///
    /// Its numbers go with it: submitted, the rejected ones are pending again; rejected, those that
    /// are pending or confirmed are rejected; canceled, all that have not come are canceled.
    ///
    /// # Errors
    /// Why not.
    pub fn transition(
        &self,
        to: &PortState,
        reason: Option<&str>,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.explain(to, ctx)?;
        match to {
            PortState::Submitted => Ok(self.moved(to, reason, ctx, |status| {
                (status.kind() == NumberStatusKind::Rejected).then_some(NumberStatus::Pending)
            })),
            PortState::Canceled => {
                Ok(self
                    .moved(to, reason, ctx, |status| status.is_waiting().then_some(NumberStatus::Canceled)))
            }
            PortState::Rejected => self.reject(&[], reason, ctx),
            PortState::Completed => {
                let waiting = self.waiting();
                if waiting.is_empty() {
                    self.complete([], ctx).map(|completion| completion.decision)
                } else {
                    Err(PortRefusal::NumbersWaiting(waiting))
                }
            }
            PortState::Scheduled => Err(FieldError::new("schedule_on", FieldErrorKind::Missing).into()),
            PortState::Pending | PortState::Unconfirmed | PortState::Other(_) => {
                Ok(self.moved(to, reason, ctx, |_| None))
            }
        }
    }

    /// Hands the request to the port authority: for all with access. It need not be complete; what a
    /// losing carrier would miss, [`missing`](Self::missing) tells.
    ///
    /// # Errors
    /// Why not.
    pub fn submit(&self, ctx: &PortContext<'_>) -> Result<PortDecision, PortRefusal> {
        self.transition(&PortState::Submitted, None, ctx)
    }

    /// Notes when the losing carrier lets the numbers go. Those that have no date get this one.
    ///
    /// # Errors
    /// Why not; among that a date that is none.
    pub fn schedule(
        &self,
        on: ScheduleOn,
        zones: &dyn ZoneOffsets,
        reason: Option<&str>,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.explain(&PortState::Scheduled, ctx)?;
        let foc_date = on.moment(zones)?;
        let dated = self.scheduled(on, foc_date);
        Ok(dated.moved(&PortState::Scheduled, reason, ctx, |status| {
            (status.kind() == NumberStatusKind::Pending).then_some(NumberStatus::Confirmed { foc_date })
        }))
    }

    /// Notes that the losing carrier refuses, and why. Numbers that were refused before keep their own
    /// reasons.
    ///
    /// # Errors
    /// Why not.
    pub fn reject(
        &self,
        refusals: &[RefusalReason],
        reason: Option<&str>,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.explain(&PortState::Rejected, ctx)?;
        Ok(self.moved(&PortState::Rejected, reason, ctx, |status| {
            let is_refused = matches!(status.kind(), NumberStatusKind::Pending | NumberStatusKind::Confirmed);
            is_refused.then(|| NumberStatus::Rejected { refusals: refusals.to_vec() })
        }))
    }

    /// Notes what the losing carrier says about one number: for the port authority, while the carrier
    /// has the request, or has rejected it.
    ///
    /// # Errors
    /// Why not.
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
        let mut changed = self.clone();
        let event = changed.change_number(number, status)?;
        Ok(self.decided(changed, vec![event], ctx))
    }

    /// Locks the request while its numbers are put in service: until [`complete`](Self::complete) is
    /// called it can be commented on and completed, but not edited, moved to another state or deleted.
    /// If it is locked already nothing changes, so that whoever completes it again after a crash goes on
    /// where that was left.
    ///
    /// # Errors
    /// [`Forbidden`](PortRefusal::Forbidden) and [`Transition`](PortRefusal::Transition) if the actor may
    /// not complete the request; [`NothingPorted`](PortRefusal::NothingPorted) if all its numbers were
    /// canceled.
    pub fn start_completion(&self, ctx: &PortContext<'_>) -> Result<PortDecision, PortRefusal> {
        self.explain(&PortState::Completed, ctx)?;
        if self.waiting().is_empty() && !self.progress().is_complete() {
            return Err(PortRefusal::NothingPorted);
        }
        let mut changed = self.clone();
        changed.completing.get_or_insert(ctx.now);
        Ok(self.decided(changed, vec![PortEventKind::CompletionStarted], ctx))
    }

    /// The numbers that are to be created for the request to be completed: all that have neither come
    /// nor been canceled.
    ///
    /// Creating them and telling [`complete`](Self::complete) can be begun again after a crash: what
    /// is in service with the account already counts as created, and what was told is not in the plan.
    ///
    /// # Errors
    /// Why the request may not be completed.
    pub fn completion_plan(&self, ctx: &PortContext<'_>) -> Result<Vec<NumberToCreate>, PortRefusal> {
        self.explain(&PortState::Completed, ctx)?;
        let (assign_to, port_id) = (self.account(), self.id());
        let waiting = self.waiting().into_iter();
        Ok(waiting.map(|number| NumberToCreate { number, assign_to, port_id }).collect())
    }

    /// Marks the numbers that have come, and completes the request if none is still to come. Otherwise
    /// it stays where it is, with its numbers. Either way it is no longer
    /// [locked](Self::start_completion).
    ///
    /// Telling the same again changes nothing, also when the request is completed.
    ///
    /// # Errors
    /// Why the request may not be completed, or a number is not on it, was canceled, or none has come.
    pub fn complete(
        &self,
        arrivals: impl IntoIterator<Item = (PhoneNumber, Arrival)>,
        ctx: &PortContext<'_>,
    ) -> Result<Completion, PortRefusal> {
        let is_completed = self.state == PortState::Completed;
        if is_completed {
            self.check_port_authority(ctx)?;
        } else {
            self.explain(&PortState::Completed, ctx)?;
        }
        let mut changed = self.clone();
        changed.completing = None;
        let (mut events, mut failed) = (Vec::new(), Vec::new());
        for (number, arrival) in arrivals {
            let status = changed.number(number).ok_or(PortRefusal::NoSuchNumber(number))?.status();
            match arrival {
                Arrival::InService if status.kind() == NumberStatusKind::Ported => {}
                Arrival::InService => {
                    events.push(changed.change_number(number, NumberStatus::Ported { ported_at: ctx.now })?);
                }
                Arrival::Failed(why) => failed.push((number, why)),
            }
        }
        let waiting: Vec<_> = changed
            .waiting()
            .into_iter()
            .map(|number| {
                let why = failed.iter().rev().find(|(of, _)| *of == number);
                (number, why.map(|(_, why)| why.clone()))
            })
            .collect();
        if is_completed || !waiting.is_empty() {
            if self.completing.is_some() {
                events.push(PortEventKind::CompletionPaused);
            }
            return Ok(Completion { decision: self.decided(changed, events, ctx), waiting });
        }
        if !changed.progress().is_complete() {
            return Err(PortRefusal::NothingPorted);
        }
        let event = changed.enter(&PortState::Completed, None, ctx);
        events.push(event);
        Ok(Completion { decision: self.decided(changed, events, ctx), waiting })
    }

    /// The request in another state, each number with the status that it gets with that.
    fn moved(
        &self,
        to: &PortState,
        reason: Option<&str>,
        ctx: &PortContext<'_>,
        status: impl Fn(&NumberStatus) -> Option<NumberStatus>,
    ) -> PortDecision {
        let mut changed = self.clone();
        let mut events = vec![changed.enter(to, reason, ctx)];
        for (number, entry) in self.numbers() {
            if let Some(status) = status(entry.status()) {
                changed.set_status(*number, status.clone());
                events.push(PortEventKind::NumberChanged { number: *number, status });
            }
        }
        self.decided(changed, events, ctx)
    }

    /// Changes the state, and puts that on the timeline.
    fn enter(&mut self, to: &PortState, reason: Option<&str>, ctx: &PortContext<'_>) -> PortEventKind {
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
            return Err(PortRefusal::NumberMove { number, from: before.kind(), to: status.kind() });
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
