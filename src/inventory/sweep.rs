use std::sync::Arc;

use super::claims::Completion;
use super::error::InventoryError;
use super::facade::Inventory;
use super::options::Options;
use super::outcome::NumberOutcome;
use super::services::{ActivePorts, Services};
use super::task_lease::TaskLease;
use crate::account::Actor;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::{Context, Due, Event, EventKind, NumberRecord};
use crate::store::{Batch, Change, Forget, Guard, Query, Revision, StateSet, Stored};
use crate::time::Timestamp;

/// The report of a sweep.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SweepReport {
    /// The number of reservations that ended.
    pub ended: usize,
    /// The number of released numbers that started ageing.
    pub aged: usize,
    /// The number of aged numbers that became available or were deleted.
    pub recycled: usize,
    /// The number of discovered numbers that were deleted because no account bought them.
    pub forgotten: usize,
    /// The number of deleted numbers whose records were removed.
    pub removed: usize,
    /// The number of numbers with a time in the future that was corrected.
    pub corrected: usize,
    /// The numbers that were not changed because of an error, with the error.
    pub failed: Vec<(PhoneNumber, InventoryError)>,
    /// Whether the sweep [was stopped](Inventory::sweep_while) before its end.
    pub is_stopped: bool,
    /// Whether the sweep was not begun or not finished, because another caller is sweeping the store.
    pub is_elsewhere: bool,
}

/// The states that numbers leave after some time, in the order of the sweep: a number that enters a state
/// leaves it in the next sweep at the earliest, unless a sweep begins where the last one was stopped.
const STATES: [State; 6] =
    [State::Deleted, State::Discovery, State::PortIn, State::Aging, State::Released, State::Reserved];

const PAGE_SIZE: usize = 1_000;

impl Inventory {
    /// Makes the transitions that are due, page by page: ends reservations, starts ageing, makes aged
    /// numbers available, and removes the records of deleted and discovered numbers. A time in the future from
    /// which a term counts, which a clock that was wrong has set, becomes the current time. The store then
    /// forgets the events and receipts that the policy's [retention](crate::policy::Retention) does not
    /// keep.
    ///
    /// A service calls this method at regular intervals. Of the callers that share a store, one at a time
    /// sweeps: it holds a [lease](crate::store::Store::take_lease). A number whose carrier must be informed
    /// but is not installed is not changed, and is reported.
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
    ///
    /// [`Store`](InventoryError::Store) if the store cannot be scanned or cannot forget. Transitions
    /// made up to that point are kept.
    #[doc(alias("tasks", "knm_maintenance"))]
    pub fn sweep(&self) -> Result<SweepReport, InventoryError> {
        self.sweep_while(|| true)
    }

    /// Makes the transitions that are due, as [`sweep`](Self::sweep) does, but reads no further page and begins no
    /// further claim once `may_continue`, which is called before each page and each claim, returns `false`. The next
    /// sweep by this inventory begins with the rest, and the [recovery](Self::recover) completes the claims that
    /// were not begun. The store also forgets after a stop.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use telnum::inventory::Inventory;
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let deadline = Instant::now() + Duration::from_secs(5);
    /// assert!(!inventory.sweep_while(|| Instant::now() < deadline)?.is_stopped);
    /// assert!(inventory.sweep_while(|| false)?.is_stopped);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`sweep`](Self::sweep).
    pub fn sweep_while(&self, may_continue: impl Fn() -> bool) -> Result<SweepReport, InventoryError> {
        let services = &*self.services;
        let ctx = services.context(&Options::new(Actor::System));
        let mut report = SweepReport::default();
        let Some(mut lease) = services.task_lease("sweep")? else {
            return Ok(SweepReport { is_elsewhere: true, ..report });
        };
        let due = STATES.into_iter().filter_map(|state| {
            let latest = Due::latest_clock(state, ctx.policy, ctx.now)?;
            Some((StateSet::from([state]), Timestamp::MIN..=latest))
        });
        // A clock that was wrong may have made reservations that end, and rests that start, in the far future.
        let misdated = ctx.policy.reservation.map(|_| {
            (StateSet::from([State::Reserved]), Due::latest_lease_at(ctx.policy, ctx.now)..=Timestamp::MAX)
        });
        let dated = (Due::COUNTED_FROM_PAST.into(), Due::latest_recorded_by(ctx.now)..=Timestamp::MAX);
        let queries: Vec<_> = due.chain(misdated).chain([dated]).collect();
        // Slow refusals at which the last sweep was stopped hold up no others: this one begins after them, with the
        // rest of a query, and ends with the first part of that query.
        let (start, count, mut next) = (services.resume_sweep.get(), queries.len(), SweepStart::default());
        let parts = (0..count).map(|place| (place, start.after.filter(|_| place == 0), None));
        let parts = parts.chain(start.after.map(|end| (0, None, Some(end))));
        'parts: for (place, mut after, end) in parts {
            let place = (start.query + place) % count;
            let Some((states, clock)) = queries.get(place) else { continue };
            let query = Query::default().with_states(*states).with_clock(clock.clone()).with_pending(false);
            loop {
                report.is_stopped = report.is_stopped || !may_continue();
                if report.is_stopped {
                    next = SweepStart { query: place, after };
                    break 'parts;
                }
                if lease.renew() {
                    let page = services.store.scan(&query, after, PAGE_SIZE)?;
                    after = page.next;
                    services.sweep_page(&page.items, &ctx, &mut lease, &may_continue, &mut report);
                }
                if !lease.is_held() {
                    report.is_elsewhere = !lease.end()?;
                    return Ok(report);
                }
                if after.is_none() || end.is_some_and(|end| after >= Some(end)) {
                    break;
                }
            }
        }
        services.resume_sweep.set(next);
        // Also after a stop: transitions that are due at every call and fail must not keep the log growing.
        services.store.forget(&Forget::by(&ctx.policy.retention, ctx.now))?;
        Ok(report)
    }
}

/// The place at which a sweep begins: a query, and the number that its first page follows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SweepStart {
    query: usize,
    after: Option<PhoneNumber>,
}

/// A transition that is due for a number.
struct DueChange {
    due: Due,
    change: Change,
    /// The guard of a placeholder: the number is still on no active port request.
    guard: Option<Guard>,
    /// Whether the change claims the number for external effects.
    is_claim: bool,
}

impl Services {
    /// Makes the due transitions for a page of numbers, in one commit if none of the numbers was changed by
    /// others. If another caller takes the lease during slow external effects, or after a stop, the remaining
    /// claims are left to the recovery.
    fn sweep_page(
        &self,
        page: &[Stored<NumberRecord>],
        ctx: &Context<'_>,
        lease: &mut TaskLease<'_>,
        may_continue: &dyn Fn() -> bool,
        report: &mut SweepReport,
    ) {
        let mut changes = Vec::with_capacity(page.len());
        let placeholders = page.iter().filter(|stored| stored.state() == State::PortIn);
        let placeholders: Vec<_> = placeholders.map(|stored| stored.number()).collect();
        let porting = self.active_ports(&placeholders);
        for stored in page {
            match self.due_change(stored, &porting, ctx) {
                Ok(change) => changes.extend(change),
                Err(error) => report.failed.push((stored.number(), error)),
            }
        }
        if changes.is_empty() {
            return;
        }
        let batch = changes.iter().map(|due| due.change.clone()).collect::<Batch>();
        let batch = batch.with_guards(changes.iter().filter_map(|due| due.guard));
        let mut completion = Completion::new(self);
        match self.store.commit(batch) {
            Ok(revision) => {
                for change in changes.iter().filter(|change| !change.is_claim) {
                    change.finish(revision, &mut completion, lease, report);
                }
                for change in changes.iter().filter(|change| change.is_claim) {
                    report.is_stopped = !may_continue();
                    if report.is_stopped || !lease.renew() {
                        break;
                    }
                    change.finish(revision, &mut completion, lease, report);
                }
            }
            Err(error) if error.is_conflict() => {
                for change in &changes {
                    report.is_stopped = change.is_claim && !may_continue();
                    if report.is_stopped || change.is_claim && !lease.renew() {
                        break;
                    }
                    let batch = Batch::from(change.change.clone()).with_guards(change.guard);
                    match self.store.commit(batch) {
                        Ok(revision) => change.finish(revision, &mut completion, lease, report),
                        // The number was changed by others, and the next sweep considers it again.
                        Err(error) if error.is_conflict() => {}
                        Err(error) => report.failed.push((change.change.key(), error.into())),
                    }
                }
            }
            Err(error) => {
                let error = InventoryError::from(error);
                report.failed.extend(changes.iter().map(|due| (due.change.key(), error.clone())));
            }
        }
        report.add(completion.finish(), lease);
    }

    /// Decides the transition that is due for a number, if there is one.
    fn due_change(
        &self,
        stored: &Stored<NumberRecord>,
        porting: &ActivePorts,
        ctx: &Context<'_>,
    ) -> Result<Option<DueChange>, InventoryError> {
        let Some(due) = stored.due(ctx.policy, ctx.now) else { return Ok(None) };
        let (number, expect) = (stored.number(), stored.expected());
        if due == Due::Remove {
            let event = Event { number, at: ctx.now, actor: ctx.actor, kind: EventKind::Removed };
            let change = Change::remove(number, expect).with_events(vec![event]);
            return Ok(Some(DueChange { due, change, guard: None, is_claim: false }));
        }
        let is_placeholder = stored.state() == State::PortIn;
        // A placeholder is kept while its account ports the number in.
        if is_placeholder && porting.account(number)?.is_some_and(|account| stored.owner() == Some(account)) {
            return Ok(None);
        }
        let guard = is_placeholder.then(|| porting.guard(number));
        let mut decision = stored.sweep(ctx)?;
        self.drop_unordered(&mut decision, true)?;
        let is_claim = !decision.effects.is_empty();
        let decision = if is_claim { decision.claim(Some(stored), self.new_key(), ctx) } else { decision };
        let change = Change::put(decision.record, expect).with_events(decision.events);
        Ok(Some(DueChange { due, change, guard, is_claim }))
    }
}

impl DueChange {
    /// Counts a change that was stored with `revision`. If it is a claim, its effects run first.
    fn finish(
        &self,
        revision: Revision,
        completion: &mut Completion<'_, (PhoneNumber, Due)>,
        lease: &mut TaskLease<'_>,
        report: &mut SweepReport,
    ) {
        match self.change.value().filter(|_| self.is_claim) {
            Some(record) => {
                let claimed = Stored::new(Arc::clone(record), revision);
                let tag = (self.change.key(), self.due);
                report.add(completion.complete(tag, &claimed, &mut || lease.renew()), lease);
            }
            None => *report.count(self.due) += 1,
        }
    }
}

impl SweepReport {
    /// Returns whether nothing was due and nothing failed.
    ///
    /// ```
    /// use telnum::{inventory::Inventory, store::MemoryStore};
    ///
    /// assert!(Inventory::builder(MemoryStore::new()).build().sweep()?.is_empty());
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let count = self.ended + self.aged + self.recycled + self.forgotten + self.removed + self.corrected;
        count == 0 && self.failed.is_empty()
    }

    /// Adds the outcomes of claims. Those that a lost lease has left are not reported.
    fn add(&mut self, outcomes: Vec<((PhoneNumber, Due), NumberOutcome)>, lease: &TaskLease<'_>) {
        for ((number, due), outcome) in outcomes {
            match outcome {
                Ok(_) => *self.count(due) += 1,
                Err(error) if lease.has_left(&error) => {}
                Err(error) => self.failed.push((number, error)),
            }
        }
    }

    fn count(&mut self, due: Due) -> &mut usize {
        match due {
            Due::EndReservation => &mut self.ended,
            Due::Age => &mut self.aged,
            Due::Recycle => &mut self.recycled,
            Due::Forget => &mut self.forgotten,
            Due::Remove => &mut self.removed,
            Due::CorrectTime => &mut self.corrected,
        }
    }
}
