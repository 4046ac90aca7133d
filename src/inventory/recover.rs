use std::collections::HashMap;
use std::ops::ControlFlow;

use chrono::TimeDelta;

use super::claims::{Completion, end_roll_back, receipt_key};
use super::error::InventoryError;
use super::facade::Inventory;
use super::idempotency::RequestReceipt;
use super::options::Options;
use super::outcome::{NumberOutcome, text_of};
use super::services::Services;
use super::task_lease::TaskLease;
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::record::{NumberRecord, Pending, Refusal};
use crate::store::{Query, Stored};

/// The report of a recovery: the claims that were found, and their outcomes.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RecoverReport {
    /// The number of records whose claims were completed.
    pub finished: usize,
    /// The number of abandoned claims whose effects were rolled back.
    pub rolled_back: usize,
    /// The numbers whose claims failed, with the errors. If an effect was refused, the claim is
    /// abandoned. If it is unknown whether an effect took place, or a carrier does not take back a
    /// number that it sold, the claim stays.
    pub failed: Vec<(PhoneNumber, InventoryError)>,
    /// The number of claims that are too recent to be recovered, or that were not begun before the
    /// recovery [was stopped](Inventory::recover_while). After the loss of the lease, other claims are not counted.
    pub left: usize,
    /// Whether the recovery [was stopped](Inventory::recover_while) before the last claim.
    pub is_stopped: bool,
    /// Whether the recovery was not begun or not finished, because another caller is recovering the claims
    /// of the store.
    pub is_elsewhere: bool,
}

const PAGE_SIZE: usize = 1_000;

impl Inventory {
    /// Completes the claims that a crash has left: those older than
    /// the [claim timeout](super::InventoryLimits::with_claim_timeout). It reuses their
    /// idempotency keys, so that no number is ordered twice. A claim that needs a carrier which is not
    /// installed stays until the carrier is installed.
    ///
    /// A service calls this method at its start and at regular intervals. Of the callers that share a store,
    /// one at a time recovers claims: it holds a [lease](crate::store::Store::take_lease), which ends
    /// [some time](super::InventoryLimits::with_lease_time) after a crash.
    ///
    /// ```
    /// use telnum::inventory::Inventory;
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let report = inventory.recover()?;
    /// assert_eq!((report.finished, report.left, report.failed.len()), (0, 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Store`](InventoryError::Store) if the store cannot be scanned. Claims recovered up to that
    /// point stay recovered.
    pub fn recover(&self) -> Result<RecoverReport, InventoryError> {
        self.recover_while(|| true)
    }

    /// Completes the claims that a crash has left, as [`recover`](Self::recover) does, but begins no further
    /// claim once `may_continue`, which is called before each claim, returns `false`. The remaining claims are
    /// counted. The next recovery by this inventory begins with them, so that claims which a slow carrier does not
    /// complete hold up no others.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use telnum::inventory::Inventory;
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let deadline = Instant::now() + Duration::from_secs(5);
    /// let report = inventory.recover_while(|| Instant::now() < deadline)?;
    /// assert_eq!((report.finished, report.left), (0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`recover`](Self::recover).
    pub fn recover_while(&self, may_continue: impl Fn() -> bool) -> Result<RecoverReport, InventoryError> {
        let services = &*self.services;
        let mut report = RecoverReport::default();
        let Some(mut lease) = services.task_lease("recover")? else {
            return Ok(RecoverReport { is_elsewhere: true, ..report });
        };
        let mut last = services.resume_recovery.get();
        let mut completion = Completion::new(services);
        let (mut groups, mut failure) = (HashMap::<_, Vec<_>>::new(), Ok(()));
        // A recovery that begins in the middle may be stopped between the claims of a group, as the last one was:
        // the groups are read in advance.
        let are_groups_known = last.is_some();
        if are_groups_known {
            services.each_claim(None, |stored, pending| {
                if let Some(key) = group_of(pending)
                    && !services.is_recent(pending)
                {
                    groups.entry(key).or_default().push(stored.clone());
                }
                ControlFlow::Continue(())
            })?;
        }
        let visited = services.each_claim(last, |stored, pending| {
            if !lease.renew() {
                return ControlFlow::Break(());
            }
            if services.is_recent(pending) {
                report.left += 1;
                return ControlFlow::Continue(());
            }
            // The claim was completed with the first one of its group.
            if are_groups_known && group_of(pending).is_some_and(|key| !groups.contains_key(&key)) {
                return ControlFlow::Continue(());
            }
            report.is_stopped = report.is_stopped || !may_continue();
            if report.is_stopped {
                report.left += 1;
                return ControlFlow::Continue(());
            }
            last = Some(stored.number());
            match group_of(pending) {
                _ if pending.abandoned().is_some() => match services.roll_back(stored) {
                    Ok(()) => report.rolled_back += 1,
                    Err(error) => report.failed.push((stored.number(), error)),
                },
                None => {
                    let outcomes = completion.complete(stored.number(), stored, &mut || lease.renew());
                    report.add(outcomes, &lease);
                }
                Some(key) => {
                    let claimed = groups.entry(key).or_default();
                    if !are_groups_known {
                        claimed.push(stored.clone());
                    }
                    if claimed.len() < key.1 {
                        // Otherwise the members of an incomplete group are counted at the end.
                        report.left += usize::from(are_groups_known);
                        return ControlFlow::Continue(());
                    }
                    // An admin may have abandoned the group since its claims were read.
                    match services.still_claimed(claimed) {
                        Ok(claimed) if claimed.len() == key.1 => {
                            report.add(services.complete_claims(&claimed, &mut || lease.renew()), &lease);
                        }
                        Ok(_) => {}
                        Err(error) => {
                            failure = Err(error);
                            return ControlFlow::Break(());
                        }
                    }
                    groups.remove(&key);
                }
            }
            ControlFlow::Continue(())
        });
        report.add(completion.finish(), &lease);
        visited.and(failure)?;
        // Other callers are completing the other claims of these groups, the recovery was stopped, or the lease is
        // lost.
        if !are_groups_known {
            report.left += groups.values().map(Vec::len).sum::<usize>();
        }
        services.resume_recovery.set(last.filter(|_| report.is_stopped));
        report.is_elsewhere = !lease.end()?;
        Ok(report)
    }

    /// Ends the claim on `number`, and all claims that were made together with it, without completing
    /// their effects: the records return to their state before the claim. Returns the numbers of the
    /// claims. Only admins may do this, for cases in which a carrier or a provider will never respond.
    ///
    /// **No carrier or provider is called.** If the carrier has sold the number, it continues to charge
    /// for it although no record shows it; if an address was removed from emergency services, the
    /// record may still contain it. The caller is responsible for finding out which effects took place
    /// under the key of the [claim](crate::record::Pending), and for correcting them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Inventory, InventoryLimits, Options};
    /// use telnum::store::MemoryStore;
    /// use telnum::testing::{CarrierFault, ScriptedCarrier};
    ///
    /// let (shop, number) = ("shop".parse()?, "+14158860000".parse()?);
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block(number, 1);
    /// carrier.pass_next();
    /// carrier.fail_next(CarrierFault::LostRequest);
    /// let inventory = Inventory::builder(MemoryStore::new())
    ///     .accounts(AccountTree::new([Account::new(shop)])?)
    ///     .carrier(carrier)
    ///     .limits(InventoryLimits::default().with_claim_timeout(Duration::ZERO))
    ///     .build();
    /// // It is unknown whether the carrier sold the number.
    /// assert!(!inventory.reserve([number], &Options::new(shop))?.is_success());
    ///
    /// assert_eq!(inventory.abandon(number, &Options::new(Actor::System))?, [number]);
    /// assert_eq!(inventory.store().get(number)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refused`](InventoryError::Refused) if the actor is not an admin, if the number is not
    ///   claimed, or if the claim is more recent than
    ///   the [claim timeout](super::InventoryLimits::with_claim_timeout).
    /// - [`NotFound`](InventoryError::NotFound) if the number is not stored.
    /// - [`Conflict`](InventoryError::Conflict) if the claim ends during the call.
    /// - [`Store`](InventoryError::Store) if the store fails.
    pub fn abandon(
        &self,
        number: PhoneNumber,
        options: &Options,
    ) -> Result<Vec<PhoneNumber>, InventoryError> {
        let services = &*self.services;
        if !services.accounts.is_admin(options.actor) {
            return Err(Refusal::Forbidden(options.actor).into());
        }
        let stored = services.store.get(number)?.ok_or(InventoryError::NotFound(number))?;
        let pending = stored.pending().ok_or(Refusal::NotClaimed)?;
        if services.is_recent(pending) {
            return Err(Refusal::Claimed(pending.since()).into());
        }
        let mut claimed = Vec::new();
        match group_of(pending) {
            None => claimed.push(stored),
            Some(group) => {
                services.each_claim(None, |stored, pending| {
                    claimed.extend((group_of(pending) == Some(group)).then(|| stored.clone()));
                    ControlFlow::Continue(())
                })?;
                if claimed.len() != group.1 {
                    return Err(InventoryError::Conflict(number));
                }
            }
        }
        if !options.dry_run {
            services.end_claims(&claimed, number)?;
        }
        Ok(claimed.iter().map(|stored| stored.number()).collect())
    }
}

impl Services {
    /// Returns the claims of a group that are still stored, in the order of their numbers.
    fn still_claimed(
        &self,
        group: &[Stored<NumberRecord>],
    ) -> Result<Vec<Stored<NumberRecord>>, InventoryError> {
        let mut numbers: Vec<_> = group.iter().map(|stored| stored.number()).collect();
        numbers.sort_unstable();
        let group = group.first().and_then(|stored| group_of(stored.pending()?));
        let is_member = |stored: &Stored<NumberRecord>| stored.pending().and_then(group_of) == group;
        Ok(self.records(&numbers)?.into_iter().flatten().filter(is_member).collect())
    }

    /// Ends claims in one commit, without rolling back their effects.
    fn end_claims(
        &self,
        claimed: &[Stored<NumberRecord>],
        number: PhoneNumber,
    ) -> Result<(), InventoryError> {
        let changes = claimed.iter().map(|stored| {
            // Effects that are known to have been performed are kept.
            let performed = stored.pending().and_then(Pending::abandoned).unwrap_or_default();
            end_roll_back(stored, performed.iter().cloned().map(Some).collect(), self.now())
        });
        let changes: Vec<_> = changes.collect::<Result<_, _>>()?;
        let not_done = Err(InventoryError::NotDone(text_of(number)));
        let outcomes = claimed.iter().map(|stored| (stored.number(), &not_done));
        let receipt = receipt_key(claimed)
            .map(|(key, actor)| self.receipt_of(key, actor, &RequestReceipt::of(outcomes)));
        match self.commit_settled(&changes, receipt) {
            Ok(_) => Ok(()),
            Err(error) if error.is_conflict() => Err(InventoryError::Conflict(number)),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns whether a claim is so recent that its effects may still be running.
    fn is_recent(&self, pending: &Pending) -> bool {
        let timeout = TimeDelta::from_std(self.limits.claim_timeout).unwrap_or(TimeDelta::MAX);
        let (now, since) = (self.now(), pending.since());
        // The clocks of callers differ by less than the timeout. A claim from later in the future was made by
        // a clock that was wrong.
        since.after(-timeout) < now && now < since.after(timeout)
    }

    /// Calls `visit` with each claimed record and its claim, page by page, until it breaks: first with those above
    /// the number `start`, then with the others.
    fn each_claim(
        &self,
        start: Option<PhoneNumber>,
        mut visit: impl FnMut(&Stored<NumberRecord>, &Pending) -> ControlFlow<()>,
    ) -> Result<(), InventoryError> {
        let query = Query { pending: Some(true), ..Query::default() };
        let (mut after, mut end) = (start, None);
        loop {
            let page = self.store.scan(&query, after, PAGE_SIZE)?;
            for stored in &page.items {
                if end.is_some_and(|end| stored.number() > end) {
                    return Ok(());
                }
                if let Some(pending) = stored.pending()
                    && visit(stored, pending).is_break()
                {
                    return Ok(());
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None if start.is_some() && end.is_none() => (after, end) = (None, start),
                None => return Ok(()),
            }
        }
    }
}

/// Returns the request and the number of the claims that are completed together with a claim, if there are any. An
/// abandoned claim is rolled back by itself.
fn group_of(pending: &Pending) -> Option<(IdempotencyKey, usize)> {
    let part = pending.part().filter(|part| part.together > 0 && pending.abandoned().is_none())?;
    Some((part.whole, part.together))
}

impl RecoverReport {
    fn add(&mut self, outcomes: Vec<(PhoneNumber, NumberOutcome)>, lease: &TaskLease<'_>) {
        for (number, outcome) in outcomes {
            match outcome {
                Ok(_) => self.finished += 1,
                Err(error) if lease.has_left(&error) => self.left += 1,
                Err(error) => self.failed.push((number, error)),
            }
        }
    }
}
