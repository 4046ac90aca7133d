//! The transitions that become due with time.

use chrono::TimeDelta;

use super::{Context, Decision, LeaseTerm, NumberRecord, Refusal};
use crate::account::Actor;
use crate::lifecycle::{Role, State};
use crate::policy::{Ageing, Policy, ReleasedState, SubscriberClass};
use crate::time::Timestamp;

/// A change that is due for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Due {
    /// The return to the stock of a number whose reservation has ended.
    EndReservation,
    /// The start of ageing for a released number, if the policy has ageing.
    Age,
    /// The return to the stock, or the deletion by the policy, of a number that has aged, or that was
    /// released under a policy without ageing.
    Recycle,
    /// The deletion of a number that was found at a carrier and not bought in time, or of a placeholder that
    /// has expired: a number in [`State::PortIn`] that is on no active port request. The inventory checks
    /// that it is on none.
    Forget,
    /// The removal of the record of a deleted number that has rested.
    Remove,
    /// The correction of a time from which a term counts, which a clock that was wrong has set in the future:
    /// the disconnection of an ageing or deleted number, the creation of a number in [`State::PortIn`], the last
    /// change of a number in discovery. The term starts now.
    CorrectTime,
}

impl NumberRecord {
    /// Returns the change that is due at `now`, if there is one. Nothing is due while the record is
    /// claimed.
    ///
    /// A number in discovery is forgotten after a number of [days](Policy::with_discovery_days) without a
    /// change, and a number in [`State::PortIn`] that is on no active port request after a number of
    /// [days](Policy::with_port_in_days) since its creation. An ageing number is recycled when the [ageing
    /// time](Policy::with_ageing) of the policy is over, or after 90 days, the maximum for residential
    /// numbers, if the policy sets none. A reservation that starts more than its
    /// [term](Policy::with_reservation), or a day, after `now` was made by a clock that was wrong, so its end
    /// is due. Any other [time](Self::clock) more than a day after `now` was set by such a clock too, and is
    /// corrected.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use telnum::policy::Policy;
    /// use telnum::record::{Due, NumberRecord};
    ///
    /// let now = "2026-03-01T12:00:00Z".parse()?;
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// assert_eq!(found.due(&Policy::default(), now), None);
    /// assert_eq!(found.due(&Policy::default(), now.after(TimeDelta::days(1))), Some(Due::Forget));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn due(&self, policy: &Policy, now: Timestamp) -> Option<Due> {
        let latest = Due::latest_clock(self.state, policy, now)?;
        let is_misdated = self.lease.is_some_and(|lease| lease.is_misdated(policy, now));
        if self.pending.is_some() {
            return None;
        }
        if self.clock()? > latest && !is_misdated {
            let counts_from_past = Due::COUNTED_FROM_PAST.contains(&self.state);
            return (counts_from_past && self.clock()? > Due::latest_recorded_by(now))
                .then_some(Due::CorrectTime);
        }
        match self.state {
            State::Reserved => Some(Due::EndReservation),
            State::Released if policy.ageing.is_some() => Some(Due::Age),
            State::Released | State::Aging => Some(Due::Recycle),
            State::Discovery | State::PortIn => Some(Due::Forget),
            State::Deleted => Some(Due::Remove),
            State::Available | State::InService | State::PortOut => None,
        }
    }

    /// Returns the time from which the term of the next [due](Self::due) change counts: the end of the lease
    /// of a reserved number, if it has one; the disconnection of an ageing or deleted number; the creation of
    /// a number in [`State::PortIn`]; the last change of any other number. Stores index numbers by state and
    /// this time.
    ///
    /// ```
    /// use telnum::record::NumberRecord;
    ///
    /// let now = "2026-03-01T12:00:00Z".parse()?;
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// assert_eq!(found.clock(), Some(now));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn clock(&self) -> Option<Timestamp> {
        match self.state {
            State::Reserved => self.lease.map(|lease| lease.until),
            State::Aging => Some(self.disconnected_at.unwrap_or(self.updated)),
            // A deleted number that does not rest is removed at once.
            State::Deleted => Some(self.disconnected_at.unwrap_or(Timestamp::MIN)),
            State::PortIn => Some(self.created),
            _ => Some(self.updated),
        }
    }

    /// Makes the change that is due, as [`Actor::System`]. [`Due::Remove`] is left to the store, since
    /// it leaves no record.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::Context};
    /// use chrono::TimeDelta;
    /// use telnum::{lifecycle::State, record::NumberRecord};
    ///
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let later = ctx.at(ctx.now.after(TimeDelta::days(1)));
    /// assert_eq!(found.sweep(&later)?.record.state(), State::Deleted);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Refusal::NoChangeRequired`] if nothing is due, or only [`Due::Remove`].
    pub fn sweep(&self, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        let to = match self.due(ctx.policy, ctx.now) {
            None | Some(Due::Remove) => return Err(Refusal::NoChangeRequired),
            Some(Due::CorrectTime) => {
                let created = self.created.min(ctx.now);
                let mut record = Self { created, updated: ctx.now, ..self.clone() };
                if matches!(self.state, State::Aging | State::Deleted) {
                    record.disconnected_at = Some(ctx.now);
                }
                return Ok(self.decide(record, Vec::new(), &ctx.by(Actor::System)));
            }
            Some(Due::EndReservation) => return Ok(self.end_reservation(&ctx.by(Actor::System))),
            Some(Due::Age) => State::Aging,
            Some(Due::Recycle) if self.previous_owner.is_some() && self.is_deleted_after_use(ctx.policy) => {
                State::Deleted
            }
            Some(Due::Recycle) => State::Available,
            Some(Due::Forget) => State::Deleted,
        };
        self.transition(to, None, Role::Sweep, &ctx.by(Actor::System))?;
        let mut record = self.clone();
        record.enter(to, None, ctx);
        if to == State::Aging {
            record.disconnected_at = record.disconnected_before(ctx.now).or(Some(ctx.now));
        }
        let mut effects = record.clear_features();
        effects.extend(self.disconnection(to, ctx.policy));
        Ok(self.decide(record, effects, &ctx.by(Actor::System)))
    }
}

impl LeaseTerm {
    /// Returns whether the reservation starts so far after `now` that it was made by a clock that was wrong.
    pub(super) fn is_misdated(&self, policy: &Policy, now: Timestamp) -> bool {
        self.since > Due::latest_lease_at(policy, now)
    }
}

impl Due {
    /// The states whose term starts at a time that has passed. A reservation has its end instead.
    pub(crate) const COUNTED_FROM_PAST: [State; 4] =
        [State::Discovery, State::PortIn, State::Aging, State::Deleted];

    /// Returns the latest time at which a reservation can start, given that clocks differ.
    pub(crate) fn latest_lease_at(policy: &Policy, now: Timestamp) -> Timestamp {
        policy.reservation.map_or(now.after(TimeDelta::days(1)), |terms| terms.ends_at(now))
    }

    /// Returns the latest time that another clock can have recorded by `now`: clocks may differ by a day.
    pub(crate) fn latest_recorded_by(now: Timestamp) -> Timestamp {
        now.after(TimeDelta::days(1))
    }

    /// Returns the latest [clock](NumberRecord::clock) at which a change is due at `now` for a number in
    /// `state`; `None` if no change ever is.
    pub(crate) fn latest_clock(state: State, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
        let before = |days: u16| now.after(-TimeDelta::days(days.into()));
        match state {
            State::Reserved => Some(now),
            State::Released if policy.released_state == ReleasedState::Available => Some(Timestamp::MAX),
            // An admin may start the ageing of a number even if the policy has none.
            State::Aging => {
                let longest = SubscriberClass::Residential.max_days();
                Some(before(policy.ageing.map_or(longest, Ageing::days)))
            }
            State::Discovery => Some(before(policy.discovery_days)),
            State::PortIn => Some(before(policy.port_in_days)),
            State::Deleted => Some(policy.ageing.map_or(Timestamp::MAX, |ageing| before(ageing.days()))),
            State::Available | State::InService | State::PortOut | State::Released => None,
        }
    }
}
