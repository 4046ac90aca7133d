//! The completion of claims: running the external effects of claimed records, and committing the
//! outcome.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::effects::RolledBack;
use super::error::InventoryError;
use super::idempotency::{RequestReceipt, key_of_group, key_of_number};
use super::outcome::{NumberOutcome, text_of};
use super::services::Services;
use crate::account::Actor;
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::record::{Decision, EffectOutcome, ExternalEffect, NumberRecord, Pending, Refusal};
use crate::store::{Batch, Change, Receipt, Revision, StoreError, Stored};
use crate::time::Timestamp;

/// The settlement of a claim: the change that ends it, and the outcome for the caller.
struct Settlement {
    change: Change,
    outcome: NumberOutcome,
}

/// Returns whether the caller may run one more effect. A caller that no longer holds the lease of its task
/// may not.
pub(super) type MayRun<'a> = &'a mut dyn FnMut() -> bool;

/// The completion of claims that do not depend on each other. Their outcomes are committed together, after the first
/// effect that ends [`SETTLE_TIME`] after the last commit.
///
/// A crash loses the outcomes since the last commit. Recovery then repeats the effects with the same idempotency keys,
/// for which carriers and providers must return the same outcomes without ordering again.
pub(super) struct Completion<'a, T> {
    services: &'a Services,
    /// The settlements that are not committed, each with the caller's tag.
    open: Vec<(T, Settlement)>,
    /// The time of the last commit.
    committed: Instant,
}

/// The time after which the outcomes of effects are committed.
const SETTLE_TIME: Duration = Duration::from_millis(50);

impl<'a, T> Completion<'a, T> {
    pub(super) fn new(services: &'a Services) -> Self {
        Self { services, open: Vec::new(), committed: Instant::now() }
    }

    /// Runs the effects of a claim while the caller `may_run` them. Returns the outcomes of the claims that
    /// have ended, or whose effects may not have taken place.
    pub(super) fn complete(
        &mut self,
        tag: T,
        claimed: &Stored<NumberRecord>,
        may_run: MayRun<'_>,
    ) -> Vec<(T, NumberOutcome)> {
        let claims = std::slice::from_ref(claimed);
        // Each claim of a request with a key has a receipt, and a commit stores only one.
        if receipt_key(claims).is_some() {
            return vec![(tag, self.services.complete_claim(claimed, may_run))];
        }
        match self.services.run_claims(claims, may_run) {
            Ok(settlements) => {
                // An abandoned claim is committed at once: its roll-back is an effect, and the caller decides after each
                // one whether to continue.
                let has_roll_back = settlements.iter().any(|settlement| {
                    settlement.change.value().is_some_and(|record| record.pending().is_some())
                });
                self.open.extend(Some(tag).into_iter().zip(settlements));
                let is_full = self.open.len() >= self.services.store.max_changes();
                let is_due = is_full || has_roll_back || self.committed.elapsed() >= SETTLE_TIME;
                if is_due { self.commit() } else { Vec::new() }
            }
            Err(outcomes) => Some(tag).into_iter().zip(outcomes).collect(),
        }
    }

    /// Commits the remaining outcomes, and returns them.
    pub(super) fn finish(mut self) -> Vec<(T, NumberOutcome)> {
        self.commit()
    }

    fn commit(&mut self) -> Vec<(T, NumberOutcome)> {
        let (tags, settlements): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open).into_iter().unzip();
        let outcomes = self.services.commit_separate(settlements);
        self.committed = Instant::now();
        tags.into_iter().zip(outcomes).collect()
    }
}

impl Services {
    /// Completes one claim, as [`complete_claims`](Self::complete_claims) does.
    fn complete_claim(&self, claimed: &Stored<NumberRecord>, may_run: MayRun<'_>) -> NumberOutcome {
        let outcome = self.complete_claims(std::slice::from_ref(claimed), may_run).pop();
        outcome.map_or(Err(InventoryError::Conflict(claimed.number())), |(_, outcome)| outcome)
    }

    /// Completes one claim, or several that were made together, while the caller `may_run` their effects: either
    /// all of them take place, or none. If the claims are part of a request with a key, the outcome is kept in a
    /// receipt.
    ///
    /// `claimed` must be in ascending order of number, so that a retry, by this caller or another, first
    /// repeats the effects that were already performed.
    ///
    /// If an effect fails, the claims are abandoned. That is committed before the performed effects are
    /// rolled back, so that after a crash in between, it is known that they must be rolled back. A number
    /// that was returned to its carrier stays returned. If it is unknown whether an effect took place, all
    /// claims stay, and are completed later with the same idempotency keys.
    pub(super) fn complete_claims(
        &self,
        claimed: &[Stored<NumberRecord>],
        may_run: MayRun<'_>,
    ) -> Vec<(PhoneNumber, NumberOutcome)> {
        let outcomes = match self.run_claims(claimed, may_run) {
            Ok(settlements) => self.commit_settlements(settlements, receipt_key(claimed)),
            Err(outcomes) => outcomes,
        };
        claimed.iter().map(|stored| stored.number()).zip(outcomes).collect()
    }

    /// Runs the effects of claims that are completed together. Returns their settlements, or the outcomes of
    /// claims that stay, because it is unknown whether an effect took place, or because the caller may not run
    /// more effects.
    fn run_claims(
        &self,
        claimed: &[Stored<NumberRecord>],
        may_run: MayRun<'_>,
    ) -> Result<Vec<Settlement>, Vec<NumberOutcome>> {
        let mut performed = Vec::with_capacity(claimed.len());
        let mut failed = None;
        for stored in claimed {
            let pending = stored.pending();
            let (outcomes, failure) =
                pending.map_or((Vec::new(), None), |pending| self.perform_effects(pending, may_run));
            performed.push(outcomes);
            if let Some(failure) = failure {
                failed = Some((stored.number(), failure));
                break;
            }
        }
        performed.resize(claimed.len(), Vec::new());
        if let Some((number, failure)) = failed.as_ref().filter(|(_, failure)| !failure.is_known) {
            let outcome = |stored: &Stored<NumberRecord>| {
                let since = stored.pending().map_or_else(|| self.now(), Pending::since);
                Err(if stored.number() == *number {
                    failure.error.clone()
                } else {
                    Refusal::Claimed(since).into()
                })
            };
            return Err(claimed.iter().map(outcome).collect());
        }
        let settlements = claimed.iter().zip(performed).map(|(stored, outcomes)| {
            let error = failed.as_ref().and_then(|(number, failure)| {
                if stored.number() == *number {
                    Some(failure.error.clone())
                } else if is_irreversible(stored, &outcomes) {
                    None
                } else {
                    Some(InventoryError::NotDone(text_of(*number)))
                }
            });
            settle(stored, outcomes, error, self.now())
        });
        settlements.collect::<Result<_, _>>().map_err(|refusal| {
            let refused = InventoryError::from(refusal);
            claimed.iter().map(|_| Err(refused.clone())).collect()
        })
    }

    /// Commits the settlements of claims that do not depend on each other: together or, if another caller has
    /// ended one of the claims, separately.
    fn commit_separate(&self, settlements: Vec<Settlement>) -> Vec<NumberOutcome> {
        if settlements.is_empty() {
            return Vec::new();
        }
        let changes: Vec<_> = settlements.iter().map(|settlement| settlement.change.clone()).collect();
        match self.store.commit(changes.into()) {
            Ok(revision) => self.settled(settlements, revision),
            Err(error) if error.is_conflict() => {
                settlements.into_iter().flat_map(|one| self.commit_settlements(vec![one], None)).collect()
            }
            Err(error) => {
                let error = InventoryError::from(error);
                settlements.iter().map(|_| Err(error.clone())).collect()
            }
        }
    }

    /// Rolls back the effects of the abandoned claims among settlements that were committed with `revision`.
    /// Returns the outcomes.
    fn settled(&self, settlements: Vec<Settlement>, revision: Revision) -> Vec<NumberOutcome> {
        let settled = |settlement: Settlement| {
            if let Some(record) = settlement.change.value() {
                // A record whose effects cannot be rolled back now stays claimed until recovery.
                let _ = self.roll_back(&Stored::new(Arc::clone(record), revision));
            }
            settlement.outcome
        };
        settlements.into_iter().map(settled).collect()
    }

    /// Commits settlements together, and rolls back the effects of the abandoned claims.
    fn commit_settlements(
        &self,
        settlements: Vec<Settlement>,
        receipt_key: Option<(IdempotencyKey, Actor)>,
    ) -> Vec<NumberOutcome> {
        let numbers = settlements.iter().map(|settlement| (settlement.change.key(), &settlement.outcome));
        let receipt =
            receipt_key.map(|(key, actor)| self.receipt_of(key, actor, &RequestReceipt::of(numbers)));
        let changes: Vec<_> = settlements.iter().map(|settlement| settlement.change.clone()).collect();
        match self.commit_settled(&changes, receipt) {
            Ok(revision) => self.settled(settlements, revision),
            Err(error) if error.is_conflict() => {
                let receipt = receipt_key.and_then(|(key, _)| self.receipt(key).ok().flatten());
                let outcome = |Settlement { change, outcome }| {
                    self.outcome_after_conflict(&change, outcome, receipt.as_ref())
                };
                settlements.into_iter().map(outcome).collect()
            }
            Err(error) => {
                let error = InventoryError::from(error);
                settlements.iter().map(|_| Err(error.clone())).collect()
            }
        }
    }

    /// Returns the receipt of a request by `actor`, to be stored under `key`.
    pub(super) fn receipt_of(&self, key: IdempotencyKey, actor: Actor, receipt: &RequestReceipt) -> Receipt {
        Receipt::new(key, actor, receipt.to_value(), self.now())
    }

    /// Commits changes that end claims, with a receipt unless there already is one with the same key.
    pub(super) fn commit_settled(
        &self,
        changes: &[Change],
        receipt: Option<Receipt>,
    ) -> Result<Revision, StoreError> {
        let has_receipt = receipt.is_some();
        match self.store.commit(Batch::from(changes.to_vec()).with_receipt(receipt)) {
            // If only the receipt conflicts, the numbers are still claimed.
            Err(error) if has_receipt && error.is_conflict() => self.store.commit(changes.to_vec().into()),
            result => result,
        }
    }

    /// Returns the outcome of a claim that another caller ended first: the outcome in the receipt, or
    /// the same outcome if the record equals the one that this settlement would have stored. Any other
    /// record is a conflict.
    fn outcome_after_conflict(
        &self,
        change: &Change,
        outcome: NumberOutcome,
        receipt: Option<&RequestReceipt>,
    ) -> NumberOutcome {
        let number = change.key();
        if let Some(outcome) = receipt.and_then(|receipt| receipt.outcome(number)) {
            return outcome;
        }
        let is_same = match (self.store.get(number)?, change.value()) {
            (Some(stored), Some(record)) => stored.is_same_change(record),
            (stored, record) => stored.is_none() && record.is_none(),
        };
        if is_same { outcome } else { Err(InventoryError::Conflict(number)) }
    }

    /// Returns the outcome of the number that was claimed under `key`, completing its claim if it is
    /// still pending.
    pub(super) fn resume_claim(
        &self,
        key: IdempotencyKey,
        number: PhoneNumber,
    ) -> Result<NumberOutcome, InventoryError> {
        let receipt = || Ok::<_, InventoryError>(self.receipt(key)?.and_then(|kept| kept.outcome(number)));
        if let Some(outcome) = receipt()? {
            return Ok(outcome);
        }
        Ok(match self.store.get(number)? {
            Some(stored) if is_claimed_under(&stored, key) => self.complete_claim(&stored, &mut || true),
            // The claim has ended in the meantime.
            Some(_) | None => receipt()?.unwrap_or(Err(InventoryError::Conflict(number))),
        })
    }

    /// Returns the outcomes of the pending numbers of `receipt`, which were claimed together under the
    /// request key `request`, completing their claims if they are still pending.
    pub(super) fn resume_claims(
        &self,
        request: IdempotencyKey,
        receipt: &RequestReceipt,
    ) -> Result<Vec<(PhoneNumber, NumberOutcome)>, InventoryError> {
        let stored = self.records(&receipt.pending)?;
        let claimed = receipt.pending.iter().zip(stored).filter_map(|(number, stored)| {
            stored.filter(|stored| is_claimed_under(stored, key_of_number(request, *number)))
        });
        let mut claimed: Vec<_> = claimed.collect();
        // The numbers were claimed in one commit, and their claims end in one commit.
        if claimed.len() == receipt.pending.len() {
            claimed.sort_unstable_by_key(|stored| stored.number());
            return Ok(self.complete_claims(&claimed, &mut || true));
        }
        let ended = self.receipt(key_of_group(request))?.unwrap_or_default();
        let outcome = |number| ended.outcome(number).unwrap_or(Err(InventoryError::Conflict(number)));
        Ok(receipt.pending.iter().map(|number| (*number, outcome(*number))).collect())
    }

    /// Rolls back each performed effect of an abandoned claim, even if others cannot be rolled back,
    /// and ends the claim. The record stays claimed if it is unknown whether an effect was rolled back,
    /// or if a carrier does not take back a number that it sold.
    pub(super) fn roll_back(&self, stored: &Stored<NumberRecord>) -> Result<(), InventoryError> {
        let Some(pending) = stored.pending() else { return Ok(()) };
        let Some(performed) = pending.abandoned() else { return Ok(()) };
        let mut kept = Vec::with_capacity(performed.len());
        let mut failure = None;
        for (place, (effect, outcome)) in pending.effects().iter().zip(performed).enumerate().rev() {
            match self.roll_back_effect(effect, stored, pending.after(), pending.undo_key(place)) {
                Ok(RolledBack::Undone) => kept.push(None),
                Ok(RolledBack::Kept) => kept.push(Some(outcome.clone())),
                Err(error) => failure = Some(error),
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        kept.reverse();
        match self.store.commit(end_roll_back(stored, kept, self.now())?.into()) {
            // A conflict means that another caller has rolled back the claim.
            Err(error) if !error.is_conflict() => Err(error.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// Settles a claim after the effects with `outcomes` were performed. Without an error, the record becomes the
/// one that it was claimed for. With an error, it becomes the record before the claim, or is abandoned until
/// the performed effects are rolled back.
fn settle(
    stored: &Stored<NumberRecord>,
    outcomes: Vec<EffectOutcome>,
    error: Option<InventoryError>,
    now: Timestamp,
) -> Result<Settlement, Refusal> {
    let put = |record, events| Change::put(record, stored.expected()).with_events(events);
    let Some(error) = error else {
        let Decision { record, events, .. } = stored.finish(outcomes, now)?;
        let record = Arc::new(record);
        return Ok(Settlement { change: put(Arc::clone(&record), events), outcome: Ok(record) });
    };
    let change = if outcomes.is_empty() {
        end_roll_back(stored, Vec::new(), now)?
    } else {
        let Decision { record, events, .. } = stored.abandon(outcomes, now)?;
        put(Arc::new(record), events)
    };
    Ok(Settlement { change, outcome: Err(error) })
}

/// Returns the change that ends a claim without its effects, except those whose outcomes are in `kept`.
/// A number that was not stored before the claim is removed, unless an effect is kept.
pub(super) fn end_roll_back(
    stored: &Stored<NumberRecord>,
    kept: Vec<Option<EffectOutcome>>,
    now: Timestamp,
) -> Result<Change, Refusal> {
    let is_removed = kept.iter().all(Option::is_none) && stored.pending().is_some_and(Pending::is_new);
    let Decision { record, events, .. } = stored.finish_roll_back(kept, now)?;
    let expect = stored.expected();
    let change =
        if is_removed { Change::remove(stored.number(), expect) } else { Change::put(record, expect) };
    Ok(change.with_events(events))
}

/// Returns the key under which the outcome of claims is kept, and the actor of the request, if the
/// claims are part of a request with a key and not settled yet.
pub(super) fn receipt_key(claimed: &[Stored<NumberRecord>]) -> Option<(IdempotencyKey, Actor)> {
    let pending = claimed.first()?.pending()?;
    let part = pending.part().filter(|part| part.is_kept && pending.abandoned().is_none())?;
    let key = if part.together == 0 { pending.key() } else { key_of_group(part.whole) };
    Some((key, pending.actor()))
}

fn is_claimed_under(stored: &Stored<NumberRecord>, key: IdempotencyKey) -> bool {
    stored.pending().is_some_and(|pending| pending.key() == key && pending.abandoned().is_none())
}

/// Returns whether all effects of a claim were performed, and one of them cannot be rolled back.
fn is_irreversible(stored: &Stored<NumberRecord>, outcomes: &[EffectOutcome]) -> bool {
    stored.pending().is_some_and(|pending| {
        outcomes.len() == pending.effects().len() && pending.effects().contains(&ExternalEffect::Disconnect)
    })
}
