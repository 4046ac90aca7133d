//! The decision of a command: the record after it, its events, and its external effects.

use super::{Context, Event, EventKind, ExternalEffect, NumberRecord};
use crate::time::Timestamp;

/// The result of a command.
///
/// ```
/// # use telnum::account::{Account, AccountTree, Actor};
/// # use telnum::{policy::Policy, record::Context};
/// use telnum::record::{ExternalEffect, NumberRecord};
///
/// # let accounts = AccountTree::new([Account::new("shop".parse()?)])?;
/// # let policy = Policy::default();
/// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
/// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
/// let decision = found.reserve(Some("shop".parse()?), &ctx)?;
/// assert_eq!(decision.effects, [ExternalEffect::Acquire]);
/// assert!(decision.is_dirty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Decision {
    /// The record after the command and all of its effects.
    pub record: NumberRecord,
    /// The events of the command; empty if it changes nothing.
    pub events: Vec<Event>,
    /// The external effects to run, in this order, before `record` may be stored. While they run, the
    /// stored record is [claimed](super::Pending).
    pub effects: Vec<ExternalEffect>,
}

impl Decision {
    /// Returns whether the command changes the record.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::Context};
    /// use telnum::record::NumberRecord;
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let used = found.activate(Some(shop), &ctx)?;
    /// assert!(used.is_dirty() && !used.record.activate(Some(shop), &ctx)?.is_dirty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.events.is_empty()
    }
}

impl NumberRecord {
    /// Returns the decision to replace this record with `record`, with an event if they differ.
    pub(super) fn decide(
        &self,
        mut record: Self,
        effects: Vec<ExternalEffect>,
        ctx: &Context<'_>,
    ) -> Decision {
        if record == *self {
            return Decision { record, events: Vec::new(), effects };
        }
        record.touch(ctx.now);
        record.revision += 1;
        let is_transition = self.state != record.state || self.owner != record.owner;
        let kind = if is_transition {
            EventKind::Transitioned {
                from: self.state,
                to: record.state,
                previous_owner: self.owner,
                owner: record.owner,
            }
        } else {
            EventKind::Updated
        };
        let events = vec![record.event(kind, ctx)];
        Decision { record, events, effects }
    }

    /// Sets the time of the last change, which is never before the creation.
    pub(super) fn touch(&mut self, now: Timestamp) {
        self.updated = now.max(self.created);
    }

    pub(super) fn event(&self, kind: EventKind, ctx: &Context<'_>) -> Event {
        Event { number: self.number, at: ctx.now, actor: ctx.actor, kind }
    }
}
