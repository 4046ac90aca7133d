use std::sync::Arc;

use super::{Error, Inventory, Options};
use crate::account::Actor;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::{Context, Due, Event, EventKind, NumberRecord};
use crate::store::{Change, Query, Revision, Stored};

/// What a sweep did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SweepReport {
    /// Reservations that ended.
    pub ended: usize,
    /// Numbers that rest now.
    pub aged: usize,
    /// Numbers that are available now.
    pub recycled: usize,
    /// Numbers that were found at a carrier, never bought, and are deleted now.
    pub forgotten: usize,
    /// Deleted numbers whose records are removed now.
    pub removed: usize,
    /// Numbers that it could not be done for, and why.
    pub failed: Vec<(PhoneNumber, Error)>,
}

/// The states in which time demands something, in the order in which it is done: what one leads to
/// is left for the next sweep.
const STATES: [State; 5] = [State::Deleted, State::Discovery, State::Aging, State::Released, State::Reserved];
const PAGE: usize = 1_000;

impl Inventory {
    /// Does what time demands: ends reservations, lets numbers rest, makes those available that
    /// have rested, and removes what is left over; page by page. What can not be done is reported and
    /// stays as it is, such as where a carrier has to be told that is not installed.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// inventory.release(["+14158867900"], &options)?;
    /// assert_eq!(inventory.sweep()?.removed, 1);
    /// assert!(inventory.sweep()?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the store can not be read.
    pub fn sweep(&self) -> Result<SweepReport, Error> {
        let ctx = self.context(&Options::new(Actor::System));
        let mut report = SweepReport::default();
        for state in STATES {
            let query = Query { states: [state].into(), pending: Some(false), ..Query::default() };
            let mut after = None;
            loop {
                let page = self.parts.store.scan(&query, after, PAGE)?;
                for stored in &page.items {
                    self.sweep_one(stored, &ctx, &mut report);
                }
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        Ok(report)
    }

    fn sweep_one(&self, stored: &Stored<NumberRecord>, ctx: &Context<'_>, report: &mut SweepReport) {
        let Some(due) = stored.due(ctx.policy, ctx.now) else { return };
        match self.bring_about(stored, due, ctx) {
            Ok(true) => *report.count(due) += 1,
            // Somebody else has changed it: it is looked at again by the next sweep.
            Ok(false) => {}
            Err(error) => report.failed.push((stored.number(), error)),
        }
    }

    /// Does what is due; whether nobody else was faster.
    fn bring_about(&self, stored: &Stored<NumberRecord>, due: Due, ctx: &Context<'_>) -> Result<bool, Error> {
        let (number, expect) = (stored.number(), stored.expected());
        if due == Due::Remove {
            let event = Event { number, at: ctx.now, actor: ctx.actor, kind: EventKind::Removed };
            return Ok(self.commit_once(Change::remove(number, expect).with_events(vec![event]))?.is_some());
        }
        let mut decision = stored.sweep(ctx)?;
        self.leave_out_untold(&mut decision)?;
        let is_outside = !decision.effects.is_empty();
        let decision =
            if is_outside { decision.claim(Some(stored), (self.parts.keys)(), ctx) } else { decision };
        let record = Arc::new(decision.record);
        let change = Change::put(Arc::clone(&record), expect).with_events(decision.events);
        let Some(revision) = self.commit_once(change)? else { return Ok(false) };
        if is_outside {
            self.drive_one(&Stored::new(record, revision))?;
        }
        Ok(true)
    }

    /// Stores one change; its revision, if nobody else was faster.
    fn commit_once(&self, change: Change) -> Result<Option<Revision>, Error> {
        match self.parts.store.commit(change.into()) {
            Ok(revision) => Ok(Some(revision)),
            Err(error) if error.is_conflict() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl SweepReport {
    /// Whether there was nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let done = self.ended + self.aged + self.recycled + self.forgotten + self.removed;
        done == 0 && self.failed.is_empty()
    }

    fn count(&mut self, due: Due) -> &mut usize {
        match due {
            Due::EndReservation => &mut self.ended,
            Due::Age => &mut self.aged,
            Due::Recycle => &mut self.recycled,
            Due::Forget => &mut self.forgotten,
            Due::Remove => &mut self.removed,
        }
    }
}
