//! How a change of many numbers is made: read, decide, price, claim or commit.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::asked::{Asked, Slot};
use super::effects::as_written;
use super::outcome::name;
use super::prices::Prices;
use super::receipt::{Receipt, Request, part};
use super::{Error, Inventory, Options, Outcome, Quote};
use crate::carrier::CarrierInfo;
use crate::feature::ProviderEffect;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::{Context, Decision, ExternalEffect, NumberRecord, Part};
use crate::store::{Batch, Change, Expect, Receipt as StoredReceipt, Retry, StoreError, Stored};

/// What a change comes to for a number and its record, if there is one.
pub(super) type Decide<'a> =
    dyn Fn(PhoneNumber, Option<&NumberRecord>, &Context<'_>) -> Result<Decision, Error> + 'a;

/// What a change does to each number.
pub(super) struct Work<'a> {
    /// What it is called, and all that makes it differ from others for some numbers: a key is for
    /// one.
    pub(super) name: &'a dyn Fn(&[PhoneNumber]) -> Value,
    /// What it comes to for a number and its record, if there is one.
    pub(super) decide: &'a Decide<'a>,
    /// Whether numbers that are not there are looked for at carriers first.
    pub(super) discovers: bool,
    /// Whether it may cost.
    pub(super) costs: bool,
}

/// A change that is being made.
struct Run<'a> {
    options: &'a Options,
    work: &'a Work<'a>,
    request: Option<Request>,
    prices: Prices,
    /// Who is asked for each number whether one more may be changed now.
    may_change: Option<&'a dyn Fn() -> bool>,
    /// The numbers that it was asked for and that may.
    admitted: HashSet<PhoneNumber>,
}

/// What was decided for a number, and what it is expected to be.
pub(super) struct Planned {
    /// The place of its slot.
    place: usize,
    pub(super) number: PhoneNumber,
    pub(super) before: Option<Arc<NumberRecord>>,
    /// Whether what it was before was found at a carrier, and is not stored.
    is_found: bool,
    expect: Expect,
    pub(super) decision: Decision,
}

/// What is stored for numbers: as they are to be, or claimed.
#[derive(Default)]
struct Commit {
    changes: Vec<Change>,
    /// Which slots the changes are of, and whether they only claim.
    places: Vec<(usize, bool)>,
    /// Slots for which there is nothing to store.
    unchanged: Vec<(usize, Arc<NumberRecord>)>,
}

impl Inventory {
    /// Changes many numbers.
    pub(super) fn run<I>(&self, texts: I, options: &Options, work: &Work<'_>) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        self.run_while(texts, options, work, None)
    }

    /// The same while so many may be changed.
    pub(super) fn run_while<I>(
        &self,
        texts: I,
        options: &Options,
        work: &Work<'_>,
        may_change: Option<&dyn Fn() -> bool>,
    ) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let mut asked = self.read(texts, options)?;
        let request = Request::of(&asked, options, work);
        let mut run =
            Run { options, work, request, prices: Prices::default(), may_change, admitted: HashSet::new() };
        if !self.replay(&mut asked, request, &mut run.prices.quotes)? {
            if options.all_or_nothing || request.is_some() {
                self.run_together(&mut asked, &mut run)?;
            } else {
                self.run_each(&mut asked.slots, &mut run, 0);
            }
        }
        Ok(asked.into_outcome(run.prices.quotes))
    }

    /// Changes all numbers in one commit, which is tried again if others were faster.
    fn run_together(&self, asked: &mut Asked, run: &mut Run<'_>) -> Result<(), Error> {
        for tries in 0..self.parts.limits.tries.max(1) {
            Retry::back_off(tries);
            let tried = self.attempt(&mut asked.slots, run);
            if tried == Tried::Done {
                return Ok(());
            }
            // The same request, made by somebody else at the same time, may have been faster: what
            // was decided here was decided on what that one left.
            let answered = asked.reopen();
            if self.replay(asked, run.request, &mut run.prices.quotes)? {
                return Ok(());
            }
            if tried == Tried::NothingStored {
                asked.answer_again(answered);
                return Ok(());
            }
        }
        asked.try_answer_rest(|number| Ok(Err(Error::Conflict(number))))
    }

    /// Changes numbers in one commit, or by halves if others were faster with one of them.
    fn run_each(&self, slots: &mut [Slot], run: &mut Run<'_>, tries: usize) {
        if self.attempt(slots, run) != Tried::OthersWereFaster {
            return;
        }
        match slots {
            [slot] if tries < self.parts.limits.tries => {
                Retry::back_off(tries);
                self.run_each(std::slice::from_mut(slot), run, tries + 1);
            }
            [slot] => slot.answer = slot.open().map(|number| Err(Error::Conflict(number))),
            slots => {
                let (first, second) = slots.split_at_mut(slots.len() / 2);
                self.run_each(first, run, tries);
                self.run_each(second, run, tries);
            }
        }
    }

    /// Tries once to answer for all slots. If others were faster nothing was done.
    fn attempt(&self, slots: &mut [Slot], run: &mut Run<'_>) -> Tried {
        let ctx = self.context(run.options);
        let planned = self.plan(slots, run, &ctx);
        if planned.is_empty() {
            return Tried::NothingStored;
        }
        if let Err(error) = self.may_be_done(&planned, slots, run) {
            answer_all(slots, &planned, &error);
            return Tried::NothingStored;
        }
        if run.options.dry_run {
            self.pretend(planned, slots, run.options.all_or_nothing);
            return Tried::NothingStored;
        }
        let planned = admit(planned, slots, run);
        if planned.is_empty() {
            return Tried::NothingStored;
        }
        let together = run.options.all_or_nothing && planned.iter().any(is_outside);
        let places: Vec<_> = planned.iter().map(|plan| (plan.place, plan.number)).collect();
        let commit = self.prepare(planned, run.request, together, &ctx);
        let receipt = run.request.map(|request| {
            let receipt = commit.receipt(slots, &run.prices.quotes, request, together);
            StoredReceipt::new(request.key.into(), receipt.to_value(), ctx.now)
        });
        match self.store_changes(commit, receipt, slots) {
            Ok(claimed) => {
                self.drive_claimed(claimed, slots, together);
                Tried::Done
            }
            Err(error) if error.is_conflict() => Tried::OthersWereFaster,
            Err(error) => {
                let error = Error::from(error);
                for (place, _) in places {
                    answer(slots, place, Err(error.clone()));
                }
                Tried::NothingStored
            }
        }
    }

    /// Decides each number that has no answer yet.
    fn plan(&self, slots: &mut [Slot], run: &Run<'_>, ctx: &Context<'_>) -> Vec<Planned> {
        let mut planned = Vec::with_capacity(slots.len());
        let mut absent = Vec::new();
        for (place, slot) in slots.iter_mut().enumerate() {
            let Some(number) = slot.open() else { continue };
            let (before, expect) = match self.parts.store.get(number) {
                Ok(None) => (None, Expect::Absent),
                Ok(Some(stored)) => (Some(Arc::clone(stored.shared())), stored.expected()),
                Err(error) => {
                    slot.answer = Some(Err(error.into()));
                    continue;
                }
            };
            if let Some(Err(error)) = before.as_ref().map(|it| self.check_confined(it, run.options)) {
                slot.answer = Some(Err(error));
                continue;
            }
            if run.work.discovers && before.as_ref().is_none_or(|record| is_nobodys(record)) {
                absent.push((place, number, before, expect));
                continue;
            }
            match self.decide(number, before.as_deref(), run.work, ctx) {
                Ok(decision) => {
                    planned.push(Planned { place, number, before, is_found: false, expect, decision });
                }
                Err(error) => slot.answer = Some(Err(error)),
            }
        }
        if absent.is_empty() {
            return planned;
        }
        let numbers: Vec<_> = absent.iter().map(|(_, number, ..)| *number).collect();
        let (found, failure) = self.discover(&numbers, run.options);
        for ((place, number, before, expect), found) in absent.into_iter().zip(found) {
            let seen = before.as_ref().filter(|record| !is_gone(record));
            let is_found = found.is_some() && seen.is_none();
            let before = match (found, seen) {
                // What is known of it stays known.
                (Some(found), Some(seen)) => Some(seen.found_again(&found).into()),
                (Some(found), None) => Some(found.into()),
                (None, _) => before,
            };
            match self.decide(number, before.as_deref(), run.work, ctx) {
                Ok(decision) => planned.push(Planned { place, number, before, is_found, expect, decision }),
                Err(error) => {
                    // Who failed may sell it.
                    let failure = failure.clone().filter(|_| matches!(error, Error::NotFound(_)));
                    let error = failure.map_or(error, |source| Error::Carrier { number, source });
                    answer(slots, place, Err(error));
                }
            }
        }
        planned.sort_unstable_by_key(|plan| plan.place);
        planned
    }

    /// Decides a number. A carrier is left out that need not be told.
    fn decide(
        &self,
        number: PhoneNumber,
        before: Option<&NumberRecord>,
        work: &Work<'_>,
        ctx: &Context<'_>,
    ) -> Result<Decision, Error> {
        let mut decision = (work.decide)(number, before, ctx)?;
        self.leave_out_untold(&mut decision)?;
        Ok(decision)
    }

    /// Leaves out a carrier that need not be told. One that has to be is there: otherwise nothing may
    /// be claimed.
    pub(super) fn leave_out_untold(&self, decision: &mut Decision) -> Result<(), Error> {
        let is_of_carrier =
            |effect: &ExternalEffect| matches!(effect, ExternalEffect::Acquire | ExternalEffect::Disconnect);
        if !decision.effects.iter().any(is_of_carrier) {
            return Ok(());
        }
        let name = decision.record.carrier();
        let takes_orders = match self.carrier(name) {
            Some(carrier) => carrier.takes_orders(),
            // The system's own are nobody that could be told.
            None if CarrierInfo::of(name).is_local => false,
            None => return Err(Error::NoCarrier(name)),
        };
        decision.effects.retain(|effect| takes_orders || !is_of_carrier(effect));
        Ok(())
    }

    /// Whether it may be done at all: not if one has failed and all were to be done, nor if it costs
    /// too much.
    fn may_be_done(&self, planned: &[Planned], slots: &[Slot], run: &mut Run<'_>) -> Result<(), Error> {
        if run.options.all_or_nothing
            && let Some(slot) = slots.iter().find(|slot| slot.failure().is_some())
        {
            return Err(Error::NotDone(slot.name()));
        }
        // Its receipt would say for ever that the store failed.
        let mut failures = slots.iter().filter_map(Slot::failure);
        if run.request.is_some()
            && let Some(error) = failures.find(|error| matches!(error, Error::Store(_)))
        {
            return Err(error.clone());
        }
        if run.work.costs {
            self.price(planned, &mut run.prices)?;
        }
        let is_accepted = run.options.accept_charges || run.options.dry_run || run.prices.quotes.is_empty();
        if is_accepted { Ok(()) } else { Err(Error::QuoteNotAccepted(run.prices.quotes.clone())) }
    }

    /// Says what would be done. Of an address its provider says whether it is one.
    fn pretend(&self, planned: Vec<Planned>, slots: &mut [Slot], all_or_nothing: bool) {
        let refused = |plan: &Planned| {
            plan.decision.effects.iter().find_map(|effect| self.validate(&plan.decision.record, effect).err())
        };
        let refused: Vec<_> = planned.iter().map(refused).collect();
        let first = planned.iter().zip(&refused).find(|(_, refused)| refused.is_some());
        let others = first.filter(|_| all_or_nothing).map(|(plan, _)| Error::NotDone(name(plan.number)));
        for (plan, refused) in planned.into_iter().zip(refused) {
            let refused = refused.or_else(|| others.clone());
            answer(slots, plan.place, refused.map_or_else(|| Ok(plan.decision.record.into()), Err));
        }
    }

    fn validate(&self, record: &NumberRecord, effect: &ExternalEffect) -> Result<(), Error> {
        let ExternalEffect::Provider(ProviderEffect::ProvisionE911(address)) = effect else { return Ok(()) };
        let answer = self.parts.e911.validate(address);
        let answer = answer.map_err(|source| Error::Provider { number: record.number(), source })?;
        answer.into_address(as_written(record, address)).map(drop).map_err(Error::E911)
    }

    /// Claims what needs something done outside, or all if it is done together, each as its part of
    /// the whole; what needs nothing is to be stored as it is to be.
    fn prepare(
        &self,
        planned: Vec<Planned>,
        request: Option<Request>,
        together: bool,
        ctx: &Context<'_>,
    ) -> Commit {
        let mut commit = Commit::default();
        commit.changes.reserve_exact(planned.len());
        commit.places.reserve_exact(planned.len());
        let is_claimed = |plan: &Planned| is_outside(plan) || together && plan.decision.is_dirty();
        let claimed = planned.iter().filter(|plan| together && is_claimed(plan)).count();
        let fresh = || (self.parts.keys)();
        let whole = request.map(|request| request.key.into()).or_else(|| together.then(fresh));
        let is_kept = request.is_some();
        for plan in planned {
            let is_claimed = is_claimed(&plan);
            let Planned { place, number, before, is_found, expect, mut decision } = plan;
            if is_claimed {
                let key = request.map_or_else(fresh, |request| part(request.key.into(), number));
                decision = decision.claim(before.as_deref().filter(|_| !is_found), key, ctx);
                if let Some(whole) = whole {
                    decision = decision.within(Part { whole, is_kept, together: claimed });
                }
            } else if !decision.is_dirty() {
                commit.unchanged.push((place, before.unwrap_or_else(|| Arc::new(decision.record))));
                continue;
            }
            commit.changes.push(Change::put(decision.record, expect).with_events(decision.events));
            commit.places.push((place, is_claimed));
        }
        commit
    }

    /// Stores changes and a receipt, and answers for what is done with that; what is claimed.
    fn store_changes(
        &self,
        commit: Commit,
        receipt: Option<StoredReceipt>,
        slots: &mut [Slot],
    ) -> Result<Vec<(usize, Stored<NumberRecord>)>, StoreError> {
        let Commit { changes, places, unchanged } = commit;
        let records: Vec<_> = changes.iter().filter_map(|change| change.value().cloned()).collect();
        let mut claimed = Vec::new();
        if !changes.is_empty() || receipt.is_some() {
            let revision = self.parts.store.commit(Batch::from(changes).with_receipt(receipt))?;
            for ((place, is_claimed), record) in places.into_iter().zip(records) {
                if is_claimed {
                    claimed.push((place, Stored::new(record, revision)));
                } else {
                    answer(slots, place, Ok(record));
                }
            }
        }
        for (place, record) in unchanged {
            answer(slots, place, Ok(record));
        }
        Ok(claimed)
    }

    /// Drives what is claimed to its end: each, or together.
    fn drive_claimed(
        &self,
        mut claimed: Vec<(usize, Stored<NumberRecord>)>,
        slots: &mut [Slot],
        together: bool,
    ) {
        if !together {
            for (place, stored) in claimed {
                answer(slots, place, self.drive_one(&stored));
            }
            return;
        }
        claimed.sort_unstable_by_key(|(_, stored)| stored.number());
        let (places, stored): (Vec<_>, Vec<_>) = claimed.into_iter().unzip();
        for (place, (_, came)) in places.into_iter().zip(self.drive(&stored)) {
            answer(slots, place, came);
        }
    }

    pub(super) fn context(&self, options: &Options) -> Context<'_> {
        let mut ctx = Context::new(options.actor, &*self.parts.accounts, &self.parts.policy, self.now());
        ctx.mdn_run = options.mdn_run;
        ctx
    }
}

/// What came of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tried {
    /// All is answered, and what was to be stored is.
    Done,
    /// All is answered: there was nothing to store, or it is not known whether it is stored.
    NothingStored,
    /// Somebody else has changed a number between reading and storing it. Nothing was done.
    OthersWereFaster,
}

impl Commit {
    /// What is kept of the answers that are known with the commit.
    fn receipt(&self, slots: &[Slot], quotes: &[Quote], request: Request, together: bool) -> Receipt {
        let print = Some(request.print);
        let mut receipt = Receipt { print, together, quotes: quotes.into(), ..Receipt::default() };
        for slot in slots {
            if let Some(error) = slot.failure() {
                receipt.fail(slot.name(), error);
            }
        }
        for (change, (_, is_claimed)) in self.changes.iter().zip(&self.places) {
            match change.value() {
                Some(record) if !is_claimed => receipt.succeed(record),
                Some(_) | None => receipt.pending.push(change.key()),
            }
        }
        for (_, record) in &self.unchanged {
            receipt.succeed(record);
        }
        receipt
    }
}

/// Leaves out what may not be changed now, or all if all was to be done. For each number it is asked
/// once, however often it is tried.
fn admit(planned: Vec<Planned>, slots: &mut [Slot], run: &mut Run<'_>) -> Vec<Planned> {
    let Some(may_change) = run.may_change else { return planned };
    let (mut admitted, refused): (Vec<_>, Vec<_>) = planned.into_iter().partition(|plan| {
        !plan.decision.is_dirty()
            || run.admitted.contains(&plan.number)
            || may_change() && run.admitted.insert(plan.number)
    });
    answer_all(slots, &refused, &Error::TooManyRequests);
    if let Some(plan) = refused.first().filter(|_| run.options.all_or_nothing) {
        answer_all(slots, &admitted, &Error::NotDone(name(plan.number)));
        admitted.clear();
    }
    admitted
}

/// What is deleted is there no longer.
pub(super) fn is_gone(record: &NumberRecord) -> bool {
    record.state() == State::Deleted && record.pending().is_none()
}

/// What was only seen at a carrier, or is there no longer: any carrier may sell it.
fn is_nobodys(record: &NumberRecord) -> bool {
    matches!(record.state(), State::Discovery | State::Deleted) && record.pending().is_none()
}

fn is_outside(plan: &Planned) -> bool {
    !plan.decision.effects.is_empty()
}

fn answer(slots: &mut [Slot], place: usize, came: super::asked::Answer) {
    if let Some(slot) = slots.get_mut(place) {
        slot.answer = Some(came);
    }
}

fn answer_all(slots: &mut [Slot], planned: &[Planned], error: &Error) {
    for plan in planned {
        answer(slots, plan.place, Err(error.clone()));
    }
}
