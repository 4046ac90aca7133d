//! What time demands of a number.

use chrono::TimeDelta;

use super::{Context, Decision, NumberRecord, Refusal};
use crate::account::Actor;
use crate::lifecycle::{Role, State};
use crate::policy::{Ageing, Policy, ReleasedState, SubscriberClass};
use crate::time::Timestamp;

/// What has to become of a number, by its age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Due {
    /// Its reservation has ended: it is released.
    EndReservation,
    /// It was released and is to rest.
    Age,
    /// It has rested, or was released and need not rest: it is made available.
    Recycle,
    /// It was seen at a carrier and never bought: it is deleted.
    Forget,
    /// It is deleted, and nothing has to be kept of it: its record is removed.
    Remove,
}

impl NumberRecord {
    /// Returns the time from which it is counted what becomes due: the end of the lease of a reserved
    /// number, `None` if it has no lease; the time at which an ageing number was disconnected; else the
    /// time of the last change. Stores index numbers by state and this.
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
            _ => Some(self.updated),
        }
    }

    /// What has to become of it now; `None` if it may stay.
    ///
    /// A number that something is done for outside may stay until that is done.
    #[must_use]
    pub fn due(&self, policy: &Policy, now: Timestamp) -> Option<Due> {
        if self.pending.is_some() {
            return None;
        }
        let goes_on = policy.released_state == ReleasedState::Available;
        match self.state {
            State::Reserved => self.lease.filter(|lease| lease.until <= now).map(|_| Due::EndReservation),
            State::Released if goes_on && policy.ageing.is_some() => Some(Due::Age),
            State::Released if goes_on => Some(Due::Recycle),
            State::Aging => (self.rests_until(policy) <= now).then_some(Due::Recycle),
            State::Discovery => {
                let expires = self.updated.after(TimeDelta::days(policy.discovery_days.into()));
                (expires <= now).then_some(Due::Forget)
            }
            State::Deleted => Some(Due::Remove),
            State::Available | State::InService | State::PortIn | State::PortOut | State::Released => None,
        }
    }

    /// Does what is due, but for [`Due::Remove`], which leaves no record.
    ///
    /// # Errors
    /// If nothing else is due.
    pub fn sweep(&self, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        let to = match self.due(ctx.policy, ctx.now) {
            None | Some(Due::Remove) => return Err(Refusal::NoChangeRequired),
            Some(Due::EndReservation) => return self.release(&ctx.by(Actor::System)),
            Some(Due::Age) => State::Aging,
            Some(Due::Recycle) => State::Available,
            Some(Due::Forget) => State::Deleted,
        };
        self.transition(to, None, Role::Sweep, Actor::System)?;
        let mut record = self.clone();
        record.enter(to, None, ctx);
        if to == State::Aging {
            record.disconnected_at = record.disconnected_at.or(Some(ctx.now));
        }
        let effects = record.clear_features();
        Ok(self.decide(record, effects, &ctx.by(Actor::System)))
    }

    /// Until when it rests. Where the policy has no ageing, numbers that an admin put to rest do so
    /// as long as residential ones may.
    fn rests_until(&self, policy: &Policy) -> Timestamp {
        let from = self.disconnected_at.unwrap_or(self.updated);
        let longest = || from.after(TimeDelta::days(SubscriberClass::Residential.max_days().into()));
        policy.ageing.map_or_else(longest, |ageing: Ageing| ageing.ends_at(from))
    }
}
