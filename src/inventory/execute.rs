//! The executor: it reads the numbers of a call, has the command decide each of them, prices the
//! decisions, commits them, and completes the claims among them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::billing::Quote;
use super::claims::Completion;
use super::command::{Case, Command, CommandContext, is_unowned};
use super::discover::Discovered;
use super::error::InventoryError;
use super::idempotency::{Request, key_of_number};
use super::input::{Entries, Entry, NumberInput};
use super::options::Options;
use super::outcome::{NumberOutcome, Outcome, text_of};
use super::plan::{Plan, Prepared, Undecided};
use super::port_in::PortInPlaceholders;
use super::pricing::{PricedChange, Prices};
use super::services::{ActivePorts, Services, is_gone};
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::porting::PortRequest;
use crate::record::{Context, NumberRecord, Part, Refusal};
use crate::store::{Batch, Change, Expect, Receipt, StoreError, Stored};

/// A rate limit: returns whether one more number may be changed now.
pub(crate) type MayChange<'a> = &'a dyn Fn() -> bool;

/// A call in execution.
struct Execution<'a> {
    services: &'a Services,
    command: &'a Command<'a>,
    options: &'a Options,
    request: Option<Request>,
    prices: Prices,
    may_change: Option<MayChange<'a>>,
    /// The numbers that the rate limit has admitted.
    admitted: HashSet<PhoneNumber>,
    /// Whether new numbers are decided as if they were on no active port request. The guards of the commit verify
    /// that, which saves a call to the store; a failure is verified by a read.
    assumes_no_ports: bool,
    completion: Option<PortCompletion<'a>>,
    is_port_completed: bool,
}

/// The port request whose numbers a call creates.
pub(crate) struct PortCompletion<'a> {
    /// The request.
    pub(crate) request: &'a PortRequest,
    /// The change that completes the request, which is made if one commit puts all numbers of the call in
    /// service.
    pub(crate) change: Option<Change<PortRequest>>,
    /// Whether nothing is stored unless the same commit completes the request, which is then not locked.
    pub(crate) is_whole: bool,
}

/// The result of one attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// An outcome for every number, with the changes stored.
    Stored,
    /// An outcome for every number, with nothing stored as far as is known.
    NothingStored,
    /// A number that others changed after it was read. Nothing is stored.
    Conflict,
}

impl Services {
    /// Executes `command` for each of `inputs`.
    pub(super) fn execute<I>(
        &self,
        inputs: I,
        command: &Command<'_>,
        options: &Options,
        may_change: Option<MayChange<'_>>,
    ) -> Result<Outcome, InventoryError>
    where
        I: IntoIterator<Item: NumberInput>,
    {
        self.execute_call(inputs, command, options, may_change, None).map(|(outcome, _)| outcome)
    }

    /// Executes `command` for each of `inputs`, and completes their port request in the same commit if
    /// possible. Returns whether the request was completed.
    pub(super) fn execute_call<I>(
        &self,
        inputs: I,
        command: &Command<'_>,
        options: &Options,
        may_change: Option<MayChange<'_>>,
        completion: Option<PortCompletion<'_>>,
    ) -> Result<(Outcome, bool), InventoryError>
    where
        I: IntoIterator<Item: NumberInput>,
    {
        let mut entries = self.read(inputs, options)?;
        self.check_document(command, entries.list.len())?;
        let request = Request::of(&entries, options, command);
        let (prices, admitted) = (Prices::default(), HashSet::new());
        // Other calls may be refused after the decisions, without a commit that verifies them.
        let assumes_no_ports = self.has_stored_ports
            && self.billing.is_free()
            && may_change.is_none()
            && completion.is_none()
            && !command.expects_port_request()
            && (request.is_none() || self.limits.retry.has_second())
            && !(options.dry_run || options.all_or_nothing);
        let is_port_completed = false;
        let mut execution = Execution {
            services: self,
            command,
            options,
            request,
            prices,
            may_change,
            admitted,
            assumes_no_ports,
            completion,
            is_port_completed,
        };
        if !execution.replay(&mut entries)? {
            if options.all_or_nothing || request.is_some() {
                execution.run_together(&mut entries)?;
            } else {
                // A store may accept fewer changes in one commit than a call has numbers.
                for entries in entries.list.chunks_mut(self.store.max_changes().max(1)) {
                    execution.run_each(entries);
                }
            }
        }
        let is_port_completed = execution.is_port_completed;
        Ok((entries.into_outcome(execution.prices.quotes), is_port_completed))
    }

    /// Checks that the document of a call is not too large for the number of its inputs.
    fn check_document(&self, command: &Command<'_>, numbers: usize) -> Result<(), InventoryError> {
        let (bytes, max) = (command.document_bytes(), self.limits.max_document_bytes);
        let is_within = bytes.saturating_mul(numbers) <= max;
        if is_within { Ok(()) } else { Err(InventoryError::TooLarge { bytes, numbers, max }) }
    }

    /// Reads `inputs` with the dial plan of the call's account.
    pub(super) fn read<I>(&self, inputs: I, options: &Options) -> Result<Entries, InventoryError>
    where
        I: IntoIterator<Item: NumberInput>,
    {
        let own = self.normalizer_of(options.account);
        Entries::read(inputs, own.as_ref().unwrap_or(&self.normalizer), self.limits.max_numbers)
    }
}

impl Execution<'_> {
    /// Sets the outcomes of `entries` from the receipt of the request. Returns whether there is one.
    fn replay(&mut self, entries: &mut Entries) -> Result<bool, InventoryError> {
        // An account that has lost its permissions is not answered from a receipt either.
        let has_permissions = self.services.accounts.check_actor(self.options.actor).is_ok();
        let Some(request) = self.request.filter(|_| has_permissions) else { return Ok(false) };
        let Some(quotes) = self.services.replay(request, entries)? else { return Ok(false) };
        self.prices.quotes = quotes;
        Ok(true)
    }

    /// Executes the call in one commit.
    fn run_together(&mut self, entries: &mut Entries) -> Result<(), InventoryError> {
        for _ in self.services.limits.retry.attempts() {
            let attempt = self.attempt(&mut entries.list);
            if attempt == Attempt::Stored {
                return Ok(());
            }
            // The same request may have been stored first by a concurrent call; these decisions would
            // then be based on its result.
            let outcomes = entries.take_outcomes();
            if self.replay(entries)? {
                return Ok(());
            }
            if attempt == Attempt::NothingStored {
                entries.restore_outcomes(outcomes);
                return Ok(());
            }
        }
        entries.decide_rest(|number| Ok(Err(InventoryError::Conflict(number))))
    }

    /// Executes the call in one commit. After a conflict it divides the call in halves, down to single
    /// numbers.
    fn run_each(&mut self, entries: &mut [Entry]) {
        let assumed_no_ports = self.assumes_no_ports;
        let mut attempt = self.attempt(entries);
        if attempt == Attempt::Conflict && assumed_no_ports {
            attempt = self.attempt(entries);
        }
        if attempt != Attempt::Conflict {
            return;
        }
        if self.completion.as_ref().is_some_and(|completion| completion.is_whole) {
            return fail_undecided(entries);
        }
        if let [entry] = entries {
            for _ in self.services.limits.retry.attempts().skip(1) {
                if self.attempt(std::slice::from_mut(entry)) != Attempt::Conflict {
                    return;
                }
            }
            entry.outcome = entry.undecided().map(|number| Err(InventoryError::Conflict(number)));
        } else {
            let (first, second) = entries.split_at_mut(entries.len() / 2);
            // The numbers are no longer created in one commit.
            if let Some(completion) = &mut self.completion {
                completion.change = None;
            }
            self.run_each(first);
            self.run_each(second);
        }
    }

    /// Makes one attempt to decide and commit all entries.
    fn attempt(&mut self, entries: &mut [Entry]) -> Attempt {
        let (services, options) = (self.services, self.options);
        let ctx = CommandContext::new(services, self.command, options);
        let mut placeholders = PortInPlaceholders::new(services, options.dry_run);
        let plans = self.plan(entries, &mut placeholders, &ctx);
        if plans.is_empty() {
            return Attempt::NothingStored;
        }
        match self.check(&plans, entries) {
            Ok(()) => {}
            Err(InventoryError::QuoteNotAccepted(quotes)) => {
                fail_unaccepted(entries, &plans, &quotes);
                return Attempt::NothingStored;
            }
            Err(error) => {
                fail_all(entries, &plans, &error);
                return Attempt::NothingStored;
            }
        }
        if options.dry_run {
            self.answer_dry_run(plans, entries);
            return Attempt::NothingStored;
        }
        let plans = self.admit(plans, entries);
        if plans.is_empty() {
            return Attempt::NothingStored;
        }
        let together = options.all_or_nothing && plans.iter().any(Plan::has_effects);
        let places: Vec<_> = plans.iter().map(|plan| plan.place).collect();
        let prepared = self.prepare(plans, together, &ctx.record);
        if self.completion.as_ref().is_some_and(|completion| completion.is_whole)
            && self.completing_change(&prepared, entries).is_none()
        {
            fail_undecided(entries);
            return Attempt::NothingStored;
        }
        let receipt = self.request.map(|request| {
            let receipt = prepared.receipt(entries, &self.prices, request, together);
            services.receipt_of(request.key.into(), options.actor, &receipt)
        });
        let committed = self.commit(prepared, receipt, entries);
        drop(placeholders);
        match committed {
            Ok(claimed) => {
                self.complete(claimed, entries, together);
                Attempt::Stored
            }
            Err(error) if error.is_conflict() => {
                self.assumes_no_ports = false;
                Attempt::Conflict
            }
            Err(error) => {
                let error = InventoryError::from(error);
                for place in places {
                    set_outcome(entries, place, Err(error.clone()));
                }
                Attempt::NothingStored
            }
        }
    }

    /// Reads and decides each undecided number. If the decision fails, the number fails.
    fn plan(
        &mut self,
        entries: &mut [Entry],
        placeholders: &mut PortInPlaceholders<'_>,
        ctx: &CommandContext<'_>,
    ) -> Vec<Plan> {
        let undecided = self.read_records(entries, ctx);
        let is_new = |case: &&Undecided| case.is_hidden || self.command.needs_porting(case.record.as_deref());
        let (new_places, new): (Vec<_>, Vec<_>) =
            undecided.iter().filter(is_new).map(|case| (case.place, case.number)).unzip();
        // Whether a number in `port_in` is a placeholder depends on its port request.
        let is_port_in = |record: &Arc<NumberRecord>| record.state() == State::PortIn;
        self.assumes_no_ports &= !undecided.iter().filter_map(|case| case.stored.as_ref()).any(is_port_in);
        let porting = match &self.completion {
            Some(completion) => ActivePorts::on(completion.request),
            None if self.assumes_no_ports => ActivePorts::none(),
            None => self.services.active_ports(&new),
        };
        let places: Vec<_> = undecided.iter().map(|case| case.place).collect();
        let plans = self.decide_all(undecided, &porting, entries, placeholders, ctx);
        let mut decided = new_places.iter().filter_map(|place| entries.get(*place));
        // A failure is not verified by the commit, and a number on a port request fails with another error.
        let is_unverified = self.assumes_no_ports && decided.any(|entry| entry.error().is_some());
        if !is_unverified || self.services.active_ports(&new).is_none() {
            return plans;
        }
        self.assumes_no_ports = false;
        placeholders.clear();
        for place in places {
            if let Some(entry) = entries.get_mut(place) {
                entry.outcome = None;
            }
        }
        self.plan(entries, placeholders, ctx)
    }

    /// Decides each of `undecided`. If the decision fails, the number fails.
    fn decide_all(
        &self,
        mut undecided: Vec<Undecided>,
        porting: &ActivePorts,
        entries: &mut [Entry],
        placeholders: &mut PortInPlaceholders<'_>,
        ctx: &CommandContext<'_>,
    ) -> Vec<Plan> {
        let discovers = self.command.discovers(ctx);
        for case in undecided.iter_mut().filter(|_| self.command.takes_placeholders()) {
            case.set_placeholder_aside(discovers, ctx, porting);
        }
        let (absent, present): (Vec<_>, Vec<_>) = undecided
            .into_iter()
            .partition(|case| discovers && (case.is_hidden || case.record.as_deref().is_none_or(is_unowned)));
        let mut plans = Vec::with_capacity(present.len());
        let (mut custom, mut listed) = (None, 0);
        for case in present {
            let place = case.place;
            match self.decide(case, false, porting, ctx) {
                Ok(mut plan) => {
                    plan.decision.record.share_custom(&mut custom);
                    plans.push(plan);
                }
                Err(error) => set_outcome(entries, place, Err(limit_fields(error, &mut listed))),
            }
        }
        if !absent.is_empty() {
            plans.extend(self.plan_absent(absent, porting, entries, &mut listed, ctx));
        }
        plans.retain(|plan| {
            let (before, after) = (plan.before.as_deref(), &plan.decision.record);
            match placeholders.add(after, before, porting, &ctx.record) {
                Ok(()) => true,
                Err(error) => {
                    set_outcome(entries, plan.place, Err(error));
                    false
                }
            }
        });
        plans.sort_unstable_by_key(|plan| plan.place);
        plans
    }

    /// Decides the numbers that the inventory does not have, or that must appear absent, by the offers of
    /// carriers.
    fn plan_absent(
        &self,
        absent: Vec<Undecided>,
        porting: &ActivePorts,
        entries: &mut [Entry],
        listed: &mut usize,
        ctx: &CommandContext<'_>,
    ) -> Vec<Plan> {
        let (mut plans, mut custom) = (Vec::with_capacity(absent.len()), None);
        let numbers: Vec<_> = absent.iter().map(|case| case.number).collect();
        let Discovered { records, failure } = self.services.discover(&numbers, porting, self.options);
        for (mut case, discovered) in absent.into_iter().zip(records) {
            let (place, number) = (case.place, case.number);
            // A deleted number may still be resting, even if it is a placeholder of another account.
            let gone = case.record.clone().filter(|record| is_gone(record));
            let note = || case.stored.clone().filter(|stored| stored.state() == State::PortIn);
            let is_resting =
                |left: &Arc<NumberRecord>| left.earliest_reassign_at(ctx.record.policy).is_some();
            let left = gone.or_else(note).filter(is_resting);
            let rested =
                left.as_ref().map_or(Ok(()), |left| left.check_rested(self.options.account, &ctx.record));
            let known = case.record.as_ref().filter(|record| !is_gone(record) && !case.is_hidden);
            let is_discovered = discovered.is_some() && known.is_none();
            case.record = match (discovered, known) {
                // Changes that an admin made to the number are kept.
                (Some(discovered), Some(known)) => Some(known.found_again(&discovered).into()),
                (Some(discovered), None) => Some(match &left {
                    Some(left) => discovered.resting_like(left).into(),
                    None => discovered.into(),
                }),
                (None, _) => case.record,
            };
            let plan = self.decide(case, is_discovered, porting, ctx);
            match plan.and_then(|plan| rested.map(|()| plan).map_err(InventoryError::from)) {
                Ok(mut plan) => {
                    plan.decision.record.share_custom(&mut custom);
                    plans.push(plan);
                }
                Err(error) => {
                    // The number may be for sale at a carrier that failed.
                    let failure = failure.clone().filter(|_| matches!(error, InventoryError::NotFound(_)));
                    let error = failure.map_or(error, |source| InventoryError::Carrier { number, source });
                    set_outcome(entries, place, Err(limit_fields(error, listed)));
                }
            }
        }
        plans
    }

    /// Reads the records of the undecided numbers. A number that is not visible fails.
    fn read_records(&self, entries: &mut [Entry], ctx: &CommandContext<'_>) -> Vec<Undecided> {
        let places = entries.iter().enumerate();
        let open: Vec<_> = places.filter_map(|(place, entry)| Some((place, entry.undecided()?))).collect();
        if let Err(error) = self.services.accounts.check_actor(self.options.actor) {
            for (place, _) in open {
                set_outcome(entries, place, Err(Refusal::from(error).into()));
            }
            return Vec::new();
        }
        let numbers: Vec<_> = open.iter().map(|(_, number)| *number).collect();
        let records = match self.services.records(&numbers) {
            Ok(records) => records,
            Err(error) => {
                let error = InventoryError::from(error);
                for (place, _) in open {
                    set_outcome(entries, place, Err(error.clone()));
                }
                return Vec::new();
            }
        };
        let mut undecided = Vec::with_capacity(open.len());
        for ((place, number), stored) in open.into_iter().zip(records) {
            let expect = stored.as_ref().map_or(Expect::Absent, Stored::expected);
            let record = stored.map(|stored| Arc::clone(stored.shared()));
            let visible = record.as_deref().map(|record| self.services.check_visible(record, self.options));
            match visible {
                Some(Err(error)) => set_outcome(entries, place, Err(error)),
                Some(Ok(())) | None => {
                    undecided.push(Undecided::read(place, number, record, expect, self.command, ctx));
                }
            }
        }
        undecided
    }

    /// Decides one number. Orders to a carrier that takes none are omitted.
    fn decide(
        &self,
        undecided: Undecided,
        is_discovered: bool,
        porting: &ActivePorts,
        ctx: &CommandContext<'_>,
    ) -> Result<Plan, InventoryError> {
        let Undecided { place, number, stored, record: before, expect, is_hidden, effects, events } =
            undecided;
        self.options.check_deadline(number)?;
        let case = Case { number, record: before.as_deref(), porting, is_hidden };
        let mut decision = self.command.decide(case, ctx)?;
        self.services.check_carrier(before.as_deref(), &decision.record)?;
        decision.effects.splice(0..0, effects);
        decision.events.splice(0..0, events);
        self.services.drop_unordered(&mut decision, self.command.needs_carrier())?;
        let guard = self.command.needs_porting(before.as_deref()).then(|| porting.guard(number));
        // If the purchase fails, the time of disconnection must not be lost.
        let is_kept = |stored: &NumberRecord| {
            !is_gone(stored) || stored.earliest_reassign_at(ctx.record.policy).is_some()
        };
        let claimable = stored.filter(|stored| !is_discovered || is_kept(stored));
        Ok(Plan { place, number, before, claimable, expect, guard, decision })
    }

    /// Checks that the plans may be carried out: their charges are accepted and, if all numbers must succeed,
    /// none has failed.
    fn check(&mut self, plans: &[Plan], entries: &[Entry]) -> Result<(), InventoryError> {
        if self.options.all_or_nothing
            && let Some(entry) = entries.iter().find(|entry| entry.error().is_some())
        {
            return Err(InventoryError::NotDone(entry.short_text()));
        }
        // A receipt would repeat the failure of the store forever.
        let mut errors = entries.iter().filter_map(Entry::error);
        if self.request.is_some()
            && let Some(error) = errors
                .find(|error| matches!(error, InventoryError::Store(_) | InventoryError::DeadlinePassed(_)))
        {
            return Err(error.clone());
        }
        if self.command.is_charged() {
            let changes = plans
                .iter()
                .map(|plan| PricedChange { before: plan.before.as_deref(), after: &plan.decision.record });
            self.services.price(changes, &mut self.prices)?;
        }
        let quotes = &self.prices.quotes;
        let is_accepted = self.options.accept_charges || self.options.dry_run || quotes.is_empty();
        if is_accepted { Ok(()) } else { Err(InventoryError::QuoteNotAccepted(quotes.as_slice().into())) }
    }

    /// Completes a dry run: sets the outcomes to the records that would be stored, after providers have
    /// validated the addresses.
    fn answer_dry_run(&self, plans: Vec<Plan>, entries: &mut [Entry]) {
        let refuse = |plan: &Plan| {
            let decision = &plan.decision;
            let mut effects = decision.effects.iter();
            effects.find_map(|effect| self.services.validate(&decision.record, effect).err())
        };
        let refusals: Vec<_> = plans.iter().map(refuse).collect();
        let refused = plans.iter().zip(&refusals).find(|(_, refusal)| refusal.is_some());
        let not_done = refused
            .filter(|_| self.options.all_or_nothing)
            .map(|(plan, _)| InventoryError::NotDone(text_of(plan.number)));
        for (plan, refusal) in plans.into_iter().zip(refusals) {
            let error = refusal.or_else(|| not_done.clone());
            set_outcome(entries, plan.place, error.map_or_else(|| Ok(plan.decision.record.into()), Err));
        }
    }

    /// Asks the rate limit about each changed number, once per number across all attempts. A number
    /// that it does not admit fails, and so do all others if all must succeed.
    fn admit(&mut self, plans: Vec<Plan>, entries: &mut [Entry]) -> Vec<Plan> {
        let Some(may_change) = self.may_change else { return plans };
        let (mut admitted, refused): (Vec<_>, Vec<_>) = plans.into_iter().partition(|plan| {
            !plan.decision.is_dirty()
                || self.admitted.contains(&plan.number)
                || may_change() && self.admitted.insert(plan.number)
        });
        fail_all(entries, &refused, &InventoryError::TooManyRequests);
        if let Some(plan) = refused.first().filter(|_| self.options.all_or_nothing) {
            fail_all(entries, &admitted, &InventoryError::NotDone(text_of(plan.number)));
            admitted.clear();
        }
        admitted
    }

    /// Prepares the commit. Records with external effects are claimed, or all changed records if they
    /// are completed `together`; the others are stored as decided.
    fn prepare(&self, plans: Vec<Plan>, together: bool, ctx: &Context<'_>) -> Prepared {
        let mut prepared = Prepared::default();
        prepared.changes.reserve_exact(plans.len());
        prepared.places.reserve_exact(plans.len());
        let is_claim = |plan: &Plan| plan.has_effects() || together && plan.decision.is_dirty();
        let group_size = plans.iter().filter(|plan| together && is_claim(plan)).count();
        let new_key = || self.services.new_key();
        let request = self.request.map(|request| request.key.into());
        let whole = request.or_else(|| together.then(new_key));
        for plan in plans {
            let is_claim = is_claim(&plan);
            let Plan { place, number, before, claimable, expect, guard, mut decision } = plan;
            if is_claim {
                let key = request.map_or_else(new_key, |request| key_of_number(request, number));
                decision = decision.claim(claimable.as_deref(), key, ctx);
                if let Some(whole) = whole {
                    let is_kept = request.is_some();
                    decision = decision.within(Part { whole, is_kept, together: group_size });
                }
            } else if !decision.is_dirty() {
                prepared.unchanged.push((place, before.unwrap_or_else(|| Arc::new(decision.record))));
                continue;
            }
            prepared.changes.push(Change::put(decision.record, expect).with_events(decision.events));
            prepared.guards.extend(guard);
            prepared.places.push((place, is_claim));
        }
        prepared
    }

    /// Commits the changes with the receipt of the request, and sets the outcome of each entry that
    /// needs no effects. Returns the claims.
    fn commit(
        &mut self,
        prepared: Prepared,
        receipt: Option<Receipt>,
        entries: &mut [Entry],
    ) -> Result<Vec<(usize, Stored<NumberRecord>)>, StoreError> {
        let completion = self.completing_change(&prepared, entries);
        let Prepared { changes, guards, places, unchanged } = prepared;
        let records: Vec<_> = changes.iter().filter_map(|change| change.value().cloned()).collect();
        let mut claimed = Vec::new();
        if !changes.is_empty() || receipt.is_some() {
            let is_port_completed = completion.is_some();
            let batch = Batch::from(changes).with_port_requests(completion).with_guards(guards);
            let revision = self.services.store.commit(batch.with_receipt(receipt))?;
            self.is_port_completed |= is_port_completed;
            for ((place, is_claim), record) in places.into_iter().zip(records) {
                if is_claim {
                    claimed.push((place, Stored::new(record, revision)));
                } else {
                    set_outcome(entries, place, Ok(record));
                }
            }
        }
        for (place, record) in unchanged {
            set_outcome(entries, place, Ok(record));
        }
        Ok(claimed)
    }

    /// Returns the change that completes the port request, if the commit puts all of its numbers in service.
    fn completing_change(&self, prepared: &Prepared, entries: &[Entry]) -> Option<Change<PortRequest>> {
        let Prepared { changes, places, unchanged, .. } = prepared;
        let completes = unchanged.is_empty()
            && changes.len() < self.services.store.max_changes()
            && places.iter().all(|(_, is_claim)| !is_claim)
            && entries.iter().all(|entry| entry.error().is_none());
        self.completion.as_ref().filter(|_| completes)?.change.clone()
    }

    /// Completes the claims, separately or all `together`, and sets their outcomes.
    fn complete(
        &self,
        mut claimed: Vec<(usize, Stored<NumberRecord>)>,
        entries: &mut [Entry],
        together: bool,
    ) {
        if !together {
            let mut completion = Completion::new(self.services);
            let mut outcomes = Vec::with_capacity(claimed.len());
            for (place, stored) in claimed {
                match self.options.check_deadline(stored.number()) {
                    Ok(()) => outcomes.extend(completion.complete(place, &stored, &mut || true)),
                    Err(error) => outcomes.push((place, Err(error))),
                }
            }
            outcomes.extend(completion.finish());
            for (place, outcome) in outcomes {
                set_outcome(entries, place, outcome);
            }
            return;
        }
        claimed.sort_unstable_by_key(|(_, stored)| stored.number());
        let (places, stored): (Vec<_>, Vec<_>) = claimed.into_iter().unzip();
        for (place, (_, outcome)) in
            places.into_iter().zip(self.services.complete_claims(&stored, &mut || true))
        {
            set_outcome(entries, place, outcome);
        }
    }
}

/// The maximum number of invalid fields that the errors of a call list in total. Each further error lists
/// one.
const MAX_FIELDS: usize = 100;

/// Limits the number of invalid fields that an error lists. The errors before it list `listed` fields.
fn limit_fields(error: InventoryError, listed: &mut usize) -> InventoryError {
    match error {
        InventoryError::Refused(refusal) => refusal.with_at_most(MAX_FIELDS, listed).into(),
        error => error,
    }
}

fn set_outcome(entries: &mut [Entry], place: usize, outcome: NumberOutcome) {
    if let Some(entry) = entries.get_mut(place) {
        entry.outcome = Some(outcome);
    }
}

/// Sets the outcome of the entries that have none, after a commit that was not made.
fn fail_undecided(entries: &mut [Entry]) {
    for entry in entries {
        entry.outcome =
            entry.outcome.take().or_else(|| Some(Err(InventoryError::NotDone(entry.short_text()))));
    }
}

/// Sets the outcomes of the plans of a call whose charges are not accepted: each has its own quotes, and one that is
/// free is not done.
fn fail_unaccepted(entries: &mut [Entry], plans: &[Plan], quotes: &[Quote]) {
    let mut of_numbers = HashMap::<_, Vec<_>>::new();
    for quote in quotes {
        of_numbers.entry(quote.number).or_default().push(quote.clone());
    }
    let charged = quotes.first().map(|quote| text_of(quote.number)).unwrap_or_default();
    for plan in plans {
        let error = match of_numbers.remove(&plan.number) {
            Some(own) => InventoryError::QuoteNotAccepted(own.into()),
            None => InventoryError::NotDone(charged.clone()),
        };
        set_outcome(entries, plan.place, Err(error));
    }
}

fn fail_all(entries: &mut [Entry], plans: &[Plan], error: &InventoryError) {
    for plan in plans {
        set_outcome(entries, plan.place, Err(error.clone()));
    }
}
