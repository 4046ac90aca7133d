//! How a change of many numbers is made: read, decide, price, claim or commit.

use std::collections::HashSet;
use std::hash::Hasher;
use std::sync::Arc;

use super::{Charge, Error, Inventory, Options, Outcome, Quote, RequestKey};
use crate::account::AccountId;
use crate::carrier::CarrierInfo;
use crate::lifecycle::State;
use crate::normalize::{Converters, Normalized, Normalizer};
use crate::number::PhoneNumber;
use crate::record::{Context, Decision, NumberRecord};
use crate::store::{Batch, Change, Expect, Revision, StoreError, Stored};

/// What a change comes to for a number and its record, if there is one.
type Decide<'a> = dyn Fn(PhoneNumber, Option<&NumberRecord>, &Context<'_>) -> Result<Decision, Error> + 'a;

/// What a change does to each number.
pub(super) struct Work<'a> {
    /// What it is called, and all that makes it differ from others: a key is for one.
    pub(super) name: String,
    /// What it comes to for a number and its record, if there is one.
    pub(super) decide: &'a Decide<'a>,
    /// Whether numbers that are not there are looked for at carriers first.
    pub(super) discovers: bool,
}

/// What was decided for a number, and what it is expected to be.
struct Planned {
    number: PhoneNumber,
    before: Option<NumberRecord>,
    expect: Expect,
    decision: Decision,
}

/// What keeps the answer to a request: its key, and what tells it from others.
pub(super) type Receipt = Option<(RequestKey, u64)>;

impl Inventory {
    /// Changes many numbers.
    pub(super) fn run<I>(&self, texts: I, options: &Options, work: &Work<'_>) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let (numbers, mut outcome) = self.read_numbers(texts, options)?;
        let receipt = options.key.map(|key| (key, fingerprint(&work.name, &numbers, &outcome)));
        if let Some(answer) = self.replayed(receipt)? {
            return Ok(answer);
        }
        let numbers = self.resume(numbers, options, &mut outcome)?;
        if options.all_or_nothing || receipt.is_some() {
            self.run_together(&numbers, options, work, receipt, outcome)
        } else {
            self.run_each(&numbers, options, work, &mut outcome, 0)?;
            Ok(outcome)
        }
    }

    /// Changes all numbers in one commit, which is tried again if others were faster.
    fn run_together(
        &self,
        numbers: &[PhoneNumber],
        options: &Options,
        work: &Work<'_>,
        receipt: Receipt,
        mut outcome: Outcome,
    ) -> Result<Outcome, Error> {
        for _ in 0..self.parts.limits.tries {
            let mut attempt = outcome.clone();
            match self.attempt(numbers, options, work, receipt, &mut attempt) {
                Ok(()) => return Ok(attempt),
                Err(error) if error.is_conflict() => {
                    if let Some(answer) = self.replayed(receipt)? {
                        return Ok(answer);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        outcome.failed.extend(numbers.iter().map(|number| (name(*number), Error::Conflict(*number))));
        Ok(outcome)
    }

    /// Changes numbers in one commit, or by halves if others were faster with one of them.
    fn run_each(
        &self,
        numbers: &[PhoneNumber],
        options: &Options,
        work: &Work<'_>,
        outcome: &mut Outcome,
        tries: usize,
    ) -> Result<(), Error> {
        let mut attempt = Outcome::default();
        match self.attempt(numbers, options, work, None, &mut attempt) {
            Ok(()) => {
                outcome.succeeded.extend(attempt.succeeded);
                outcome.failed.extend(attempt.failed);
                outcome.quotes.extend(attempt.quotes);
                Ok(())
            }
            Err(error) if error.is_conflict() => match numbers {
                [number] if tries >= self.parts.limits.tries => {
                    outcome.failed.insert(name(*number), Error::Conflict(*number));
                    Ok(())
                }
                [_] => self.run_each(numbers, options, work, outcome, tries + 1),
                _ => {
                    let (first, second) = numbers.split_at(numbers.len() / 2);
                    self.run_each(first, options, work, outcome, tries)?;
                    self.run_each(second, options, work, outcome, tries)
                }
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Tries once. If it is a conflict nothing was done.
    fn attempt(
        &self,
        numbers: &[PhoneNumber],
        options: &Options,
        work: &Work<'_>,
        receipt: Receipt,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        let ctx = self.context(options);
        let planned = self.plan(numbers, options, work, &ctx, outcome);
        if self.is_stopped(&planned, options, outcome) {
            return Ok(());
        }
        if options.dry_run {
            outcome.succeeded.extend(planned.into_iter().map(|it| (it.number, it.decision.record.into())));
            return Ok(());
        }
        if planned.iter().all(|plan| plan.decision.effects.is_empty()) {
            return self.commit_together(planned, receipt, outcome);
        }
        if options.all_or_nothing {
            let claimed = self.claim(planned, options, &ctx, |_| true)?;
            self.drive_together(&claimed, receipt, outcome)?;
        } else {
            let claimed = self.claim(planned, options, &ctx, |decision| !decision.effects.is_empty())?;
            for stored in claimed {
                self.drive_into(&stored, outcome);
            }
            self.keep(receipt, outcome)?;
        }
        Ok(())
    }

    /// Drives to its end what the same request has left half done; the numbers that are left.
    fn resume(
        &self,
        numbers: Vec<PhoneNumber>,
        options: &Options,
        outcome: &mut Outcome,
    ) -> Result<Vec<PhoneNumber>, Error> {
        let Some(key) = options.key else { return Ok(numbers) };
        let mut left = Vec::new();
        for number in numbers {
            let stored = self.parts.store.get(number)?;
            let is_ours = |record: &NumberRecord| {
                record.pending().is_some_and(|pending| pending.key() == key.for_number(number))
            };
            match stored.filter(|stored| is_ours(stored)) {
                Some(stored) => self.drive_into(&stored, outcome),
                None => left.push(number),
            }
        }
        Ok(left)
    }

    /// The numbers that texts mean, each once; what is none has failed.
    pub(super) fn read_numbers<I>(
        &self,
        texts: I,
        options: &Options,
    ) -> Result<(Vec<PhoneNumber>, Outcome), Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let normalizer = self.normalizer_of(options.account);
        let (mut numbers, mut outcome, mut count) = (Vec::new(), Outcome::default(), 0);
        let mut seen = HashSet::new();
        for text in texts {
            count += 1;
            let text = text.as_ref();
            match normalizer.normalize(text) {
                Normalized::Number(number) => numbers.extend(seen.insert(number).then_some(number)),
                Normalized::Other(_) => {
                    outcome.failed.insert(text.into(), Error::NotReconcilable(text.into()));
                }
            }
        }
        let max = self.parts.limits.numbers;
        if count > max { Err(Error::TooMany { count, max }) } else { Ok((numbers, outcome)) }
    }

    /// How an account's numbers are read.
    pub(super) fn normalizer_of(&self, account: Option<AccountId>) -> Normalizer {
        let normalizer = self.parts.normalizer.clone();
        match self.dial_plan(account) {
            Some(plan) => normalizer.with_dial_plan(plan),
            None => normalizer,
        }
    }

    pub(super) fn dial_plan(&self, account: Option<AccountId>) -> Option<Converters> {
        self.parts.accounts.account(account?)?.dial_plan.clone()
    }

    pub(super) fn context(&self, options: &Options) -> Context<'_> {
        let mut ctx = Context::new(options.actor, &*self.parts.accounts, &self.parts.policy, self.now());
        ctx.mdn_run = options.mdn_run;
        ctx
    }

    /// Decides each number.
    fn plan(
        &self,
        numbers: &[PhoneNumber],
        options: &Options,
        work: &Work<'_>,
        ctx: &Context<'_>,
        outcome: &mut Outcome,
    ) -> Vec<Planned> {
        let mut planned = Vec::with_capacity(numbers.len());
        for number in numbers {
            match self.plan_one(*number, options, work, ctx) {
                Ok(plan) => planned.push(plan),
                Err(error) => drop(outcome.failed.insert(name(*number), error)),
            }
        }
        planned
    }

    fn plan_one(
        &self,
        number: PhoneNumber,
        options: &Options,
        work: &Work<'_>,
        ctx: &Context<'_>,
    ) -> Result<Planned, Error> {
        let stored = self.parts.store.get(number)?;
        let expect = stored.as_ref().map_or(Expect::Absent, Stored::expected);
        let mut before = stored.map(|stored| NumberRecord::clone(&stored));
        if before.is_none() && work.discovers {
            before = self.discover(number, options);
        }
        let decision = (work.decide)(number, before.as_ref(), ctx)?;
        Ok(Planned { number, before, expect, decision })
    }

    /// Whether nothing may be done: one has failed and all were to be done, or it costs too much.
    fn is_stopped(&self, planned: &[Planned], options: &Options, outcome: &mut Outcome) -> bool {
        let stop = if options.all_or_nothing && !outcome.failed.is_empty() {
            let first = outcome.failed.keys().next().cloned().unwrap_or_default();
            Some(Error::NotDone(first))
        } else {
            match self.price(planned) {
                Err(error) => Some(error.into()),
                Ok(quotes) => {
                    outcome.quotes.clone_from(&quotes);
                    let is_accepted = quotes.is_empty() || options.accept_charges || options.dry_run;
                    (!is_accepted).then_some(Error::QuoteNotAccepted(quotes))
                }
            }
        };
        if let Some(error) = &stop {
            outcome.failed.extend(planned.iter().map(|it| (name(it.number), error.clone())));
        }
        stop.is_some()
    }

    fn price(&self, planned: &[Planned]) -> Result<Vec<Quote>, super::BillingError> {
        let charges: Vec<_> = planned.iter().filter_map(|plan| self.charge(plan)).collect();
        if charges.is_empty() { Ok(Vec::new()) } else { self.parts.billing.quote(&charges) }
    }

    /// What a decision may cost: a number for an account that had it not, or what it did not carry.
    fn charge(&self, plan: &Planned) -> Option<Charge> {
        let (before, after) = (plan.before.as_ref(), &plan.decision.record);
        let had = before.map(NumberRecord::features).unwrap_or_default();
        let features = after.features().without(had);
        let is_new = before.and_then(NumberRecord::owner) != after.owner()
            || before.map(NumberRecord::state) != Some(after.state()) && after.state() == State::InService;
        let carrier = after.carrier();
        let info = self.parts.carriers.iter().find(|it| it.name() == carrier).map(|it| it.info());
        let is_billable = info.unwrap_or_else(|| CarrierInfo::of(carrier)).is_billable;
        let account = after.owner()?;
        (is_new || !features.is_empty()).then_some(Charge {
            account,
            number: plan.number,
            state: after.state(),
            carrier,
            is_billable,
            features,
        })
    }

    /// Stores decisions that need nothing outside, in one commit.
    fn commit_together(
        &self,
        planned: Vec<Planned>,
        receipt: Receipt,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        let mut changes = Vec::with_capacity(planned.len());
        for Planned { number, expect, decision, .. } in planned {
            let Decision { record, events, .. } = decision;
            if events.is_empty() {
                outcome.succeeded.insert(number, record.into());
            } else {
                let record = Arc::new(record);
                outcome.succeeded.insert(number, Arc::clone(&record));
                changes.push(Change::put(record, expect).with_events(events));
            }
        }
        self.commit(changes, receipt, outcome).map(drop)
    }

    /// Claims those that a function says, and stores the others as they are to be, in one commit.
    fn claim(
        &self,
        planned: Vec<Planned>,
        options: &Options,
        ctx: &Context<'_>,
        is_claimed: impl Fn(&Decision) -> bool,
    ) -> Result<Vec<Stored<NumberRecord>>, StoreError> {
        let mut changes = Vec::with_capacity(planned.len());
        for Planned { number, before, expect, mut decision } in planned {
            if is_claimed(&decision) {
                let key = options.key.map_or_else(|| (self.parts.keys)(), |key| key.for_number(number));
                decision = decision.claim(before.as_ref(), key, ctx);
            }
            changes.push(Change::put(decision.record, expect).with_events(decision.events));
        }
        let records: Vec<_> = changes.iter().filter_map(|change| change.value().cloned()).collect();
        let revisions = self.parts.store.commit(Batch { changes, receipt: None })?;
        let stored = records.into_iter().zip(revisions);
        Ok(stored.map(|(record, revision)| Stored::new(record, revision)).collect())
    }

    /// Stores changes, and what is answered. Without either there is nothing to store.
    pub(super) fn commit(
        &self,
        changes: Vec<Change>,
        receipt: Receipt,
        outcome: &Outcome,
    ) -> Result<Vec<Revision>, StoreError> {
        let receipt = receipt.map(|(key, print)| (key.into(), outcome.to_receipt(print)));
        if changes.is_empty() && receipt.is_none() {
            return Ok(Vec::new());
        }
        self.parts.store.commit(Batch { changes, receipt })
    }

    /// Keeps what was answered, after it was done.
    fn keep(&self, receipt: Receipt, outcome: &Outcome) -> Result<(), StoreError> {
        match self.commit(Vec::new(), receipt, outcome) {
            // The same was asked for at the same time, and its answer is kept.
            Err(error) if error.is_conflict() => Ok(()),
            other => other.map(drop),
        }
    }

    /// What was answered when the same was asked before.
    fn replayed(&self, receipt: Receipt) -> Result<Option<Outcome>, Error> {
        let Some((key, print)) = receipt else { return Ok(None) };
        match self.parts.store.receipt(key.into())? {
            None => Ok(None),
            Some(kept) => Outcome::from_receipt(&kept, print).ok_or(Error::KeyReused(key)).map(Some),
        }
    }
}

/// A number as outcomes name it.
pub(super) fn name(number: PhoneNumber) -> Box<str> {
    number.to_string().into()
}

/// What tells one request from another.
fn fingerprint(name: &str, numbers: &[PhoneNumber], outcome: &Outcome) -> u64 {
    let mut hash = Fnv(0xCBF2_9CE4_8422_2325);
    hash.write(name.as_bytes());
    for number in numbers {
        hash.write(&number.to_bits().to_le_bytes());
    }
    for text in outcome.failed.keys() {
        hash.write(text.as_bytes());
    }
    hash.finish()
}

/// FNV-1a: a hash that is the same in every version of the program, as receipts outlive it.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
