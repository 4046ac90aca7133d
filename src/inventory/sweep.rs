use std::sync::Arc;

use super::error::InventoryError;
use super::facade::Inventory;
use super::options::Options;
use super::services::Services;
use crate::account::Actor;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::{Context, Due, Event, EventKind, NumberRecord};
use crate::store::{Change, Query, Revision, Stored};

/// What a sweep did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SweepReport {
    /// The number of reservations that ended.
    pub ended: usize,
    /// The number of released numbers that began to age.
    pub aged: usize,
    /// The number of aged numbers that became available or were deleted.
    pub recycled: usize,
    /// The number of discovered numbers that were deleted, because nobody bought them.
    pub forgotten: usize,
    /// The number of deleted numbers whose records were removed.
    pub removed: usize,
    /// The numbers that stay as they are, with the error.
    pub failed: Vec<(PhoneNumber, InventoryError)>,
}

/// The states from which time moves a number, in the order of the sweep: a number that is moved to a state is
/// not moved on before the next sweep.
const STATES: [State; 5] = [State::Deleted, State::Discovery, State::Aging, State::Released, State::Reserved];

const PAGE_SIZE: usize = 1_000;

impl Inventory {
    /// Makes the transitions that are due by now, page by page: ends reservations, starts ageing, makes aged
    /// numbers available, and removes what is left of deleted and discovered numbers.
    ///
    /// A service calls it at intervals of its own. A number whose carrier has to be told and is not installed
    /// stays as it is, and is reported.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    ///
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// inventory.release(["+14158867900"], &options)?;
    /// assert_eq!(inventory.sweep()?.removed, 1);
    /// assert!(inventory.sweep()?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Store`](InventoryError::Store) if the store cannot be scanned. What was swept before is done.
    #[doc(alias("tasks", "knm_maintenance"))]
    pub fn sweep(&self) -> Result<SweepReport, InventoryError> {
        let services = &*self.services;
        let ctx = services.context(&Options::new(Actor::System));
        let mut report = SweepReport::default();
        for state in STATES {
            let query = Query { states: [state].into(), pending: Some(false), ..Query::default() };
            let mut after = None;
            loop {
                let page = services.store.scan(&query, after, PAGE_SIZE)?;
                for stored in &page.items {
                    let Some(due) = stored.due(ctx.policy, ctx.now) else { continue };
                    match services.sweep_number(stored, due, &ctx) {
                        Ok(true) => *report.count(due) += 1,
                        // Changed by others: the next sweep looks at it again.
                        Ok(false) => {}
                        Err(error) => report.failed.push((stored.number(), error)),
                    }
                }
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        Ok(report)
    }
}

impl Services {
    /// Makes the transition that is due for a number. Returns whether it is made: not if the number was changed
    /// by others.
    fn sweep_number(
        &self,
        stored: &Stored<NumberRecord>,
        due: Due,
        ctx: &Context<'_>,
    ) -> Result<bool, InventoryError> {
        let (number, expect) = (stored.number(), stored.expected());
        if due == Due::Remove {
            let event = Event { number, at: ctx.now, actor: ctx.actor, kind: EventKind::Removed };
            return Ok(self.commit_once(Change::remove(number, expect).with_events(vec![event]))?.is_some());
        }
        let mut decision = stored.sweep(ctx)?;
        self.drop_unordered(&mut decision)?;
        let has_effects = !decision.effects.is_empty();
        let decision = if has_effects { decision.claim(Some(stored), self.new_key(), ctx) } else { decision };
        let record = Arc::new(decision.record);
        let change = Change::put(Arc::clone(&record), expect).with_events(decision.events);
        let Some(revision) = self.commit_once(change)? else { return Ok(false) };
        if has_effects {
            self.complete_claim(&Stored::new(record, revision))?;
        }
        Ok(true)
    }

    /// Commits one change. Returns its revision, or `None` after a conflict.
    fn commit_once(&self, change: Change) -> Result<Option<Revision>, InventoryError> {
        match self.store.commit(change.into()) {
            Ok(revision) => Ok(Some(revision)),
            Err(error) if error.is_conflict() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl SweepReport {
    /// Returns whether nothing was due and nothing failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let count = self.ended + self.aged + self.recycled + self.forgotten + self.removed;
        count == 0 && self.failed.is_empty()
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
