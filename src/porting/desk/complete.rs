//! The completion of port requests.

use serde_json::Map;

use super::{PAGE, PortDesk, PortDeskError};
use crate::account::Actor;
use crate::inventory::{Create, InventoryError, InventoryErrorKind, Options, PortCompletion};
use crate::number::PhoneNumber;
use crate::porting::size::check_reason;
use crate::porting::{Arrival, PortDecision, PortRefusal, PortRequest, PortRequestId, PortState, PortStates};
use crate::store::{Change, ChangeParts, PortQuery, StoreExt, Stored};

/// The outcome of [completing](PortDesk::complete) a port request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Completed {
    /// The stored request, which is completed unless numbers are waiting.
    pub request: PortRequest,
    /// The numbers that are not in service yet, each with the reason if it failed.
    pub waiting: Vec<(PhoneNumber, Option<String>)>,
}

/// The report of a [recovery](PortDesk::recover) of port requests.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct PortRecoverReport {
    /// The requests that are no longer locked.
    pub recovered: Vec<PortRequestId>,
    /// The requests that stay locked, because it is not known yet whether an external effect for one of their
    /// numbers took place, or because the deadline passed before their last number.
    pub locked: Vec<PortRequestId>,
    /// The requests that could not be recovered because of an error, with the error.
    pub failed: Vec<(PortRequestId, PortDeskError)>,
    /// Whether the recovery stopped at its [deadline](PortDesk::with_deadline) before the last request.
    pub is_stopped: bool,
    /// Whether the recovery was not begun or not finished, because another caller is recovering the requests of the
    /// store.
    pub is_elsewhere: bool,
}

/// The outcome of putting the numbers of a request in service.
enum InService {
    /// The completion of the request in the same commit.
    Completed(Box<Completed>),
    /// Some numbers are claimed: it is not known yet whether their external effects took place; or the deadline passed
    /// before the last number. Has the numbers that are not in service, each with the reason.
    Unsettled(Vec<(PhoneNumber, Option<String>)>),
    /// The outcome for each number.
    Arrivals(Vec<(PhoneNumber, Arrival)>),
}

impl PortDesk {
    /// Puts the numbers of the request with `id` in service with its account, and completes the request
    /// if all of them are in service. Otherwise the request keeps its state, and the rest can be
    /// completed later.
    ///
    /// If all numbers can be put in service in one commit, the same commit completes the request: the call
    /// reads the request and the numbers, and commits. Otherwise, for example if a number needs an order at a
    /// carrier, the request is locked during the call: that is stored before a number is put in service, and
    /// after a crash [`recover`](Self::recover) completes the request. It stays locked, so that it cannot be
    /// canceled, while a number is [claimed](crate::record::Pending) because a carrier or a provider did not
    /// answer, or while numbers are left because the [deadline](Self::with_deadline) passed. Completing a completed
    /// request changes nothing.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{inventory::{Inventory, Options}, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, PortState, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let desk = PortDesk::new(inventory.clone());
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// # desk.create(new, shop.into())?;
    /// # desk.submit("p1".parse()?, true, shop.into())?;
    /// desk.transition("p1".parse()?, &PortState::Pending, None, Actor::System)?;
    /// assert!(desk.complete("p1".parse()?, Actor::System)?.waiting.is_empty());
    /// let ported = inventory.get(["+14158867900"], &Options::new(shop))?.single()?;
    /// assert!(ported.owner() == Some(shop) && ported.ported_in());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotFound`](PortDeskError::NotFound) if there is no such request.
    /// - [`Refused`](PortDeskError::Refused) if `actor` may not complete the request, or it cannot be
    ///   completed.
    /// - [`Inventory`](PortDeskError::Inventory) if the inventory fails; the request may still be
    ///   locked then.
    /// - [`Conflict`](PortDeskError::Conflict) if other changes conflicted at every attempt; the
    ///   request may still be locked.
    /// - [`Store`](PortDeskError::Store) if the store fails; the request may still be locked.
    pub fn complete(&self, id: PortRequestId, actor: Actor) -> Result<Completed, PortDeskError> {
        self.complete_because(None, id, actor)
    }

    /// Completes a request, with a reason for its timeline. A completion that a crash interrupts is continued
    /// without the reason.
    pub(crate) fn complete_because(
        &self,
        reason: Option<&str>,
        id: PortRequestId,
        actor: Actor,
    ) -> Result<Completed, PortDeskError> {
        if let Some(completed) = self.complete_at_once(reason, id, actor)? {
            return Ok(completed);
        }
        let started = self.change_accepting(false, id, actor, |request, ctx| {
            check_reason(reason)?;
            if *request.state() == PortState::Completed {
                return request.complete([], ctx).map(|completion| completion.decision);
            }
            request.start_completion(ctx)
        })?;
        let arrivals = if *started.state() == PortState::Completed {
            Vec::new()
        } else {
            match self.put_in_service(&started, reason, actor)? {
                InService::Completed(completed) => return Ok(*completed),
                InService::Unsettled(waiting) => {
                    return Ok(Completed { request: PortRequest::clone(&started), waiting });
                }
                InService::Arrivals(arrivals) => arrivals,
            }
        };
        let mut known = Some(started);
        for _ in self.retry.attempts() {
            let stored = known.take().map_or_else(|| self.stored(id), Ok)?;
            let arrivals = arrivals.iter().cloned();
            let completion = stored.complete_because(reason, arrivals, &self.context(actor))?;
            let PortDecision { request, events } = completion.decision;
            let waiting = completion.waiting;
            if events.is_empty() {
                return Ok(Completed { request, waiting });
            }
            let change = Change::put(request.clone(), stored.expected()).with_events(events);
            if self.commit(change.into())?.is_some() {
                return Ok(Completed { request, waiting });
            }
        }
        Err(PortDeskError::Conflict(id))
    }

    /// Completes the requests that a crash has left locked. Of the callers that share a store, one at a time
    /// recovers: it holds a [lease](crate::store::Store::take_lease), and for any other caller the report
    /// only has `is_elsewhere` set. Claims of numbers are completed by the [recovery](crate::inventory::Inventory::recover) of the
    /// inventory, which a service calls first.
    ///
    /// After the [deadline](Self::with_deadline) it begins no further request and no further number. The next
    /// recovery begins with the remaining requests, so that a request whose carrier is slow holds up no others.
    ///
    /// ```
    /// # use telnum::{inventory::Inventory, porting::desk::PortDesk, store::MemoryStore};
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let desk = PortDesk::new(inventory);
    /// // At the start of the service, before it takes requests.
    /// let report = desk.recover()?;
    /// assert!(report.recovered.is_empty() && report.locked.is_empty() && report.failed.is_empty());
    /// # Ok::<(), telnum::porting::desk::PortDeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Store`](PortDeskError::Store) if the store cannot be scanned. Requests recovered up to that point stay
    /// recovered.
    pub fn recover(&self) -> Result<PortRecoverReport, PortDeskError> {
        let mut report = PortRecoverReport::default();
        let Some(mut lease) = self.store().lease("port_recover", self.inventory.lease_time())? else {
            return Ok(PortRecoverReport { is_elsewhere: true, ..report });
        };
        let active = PortQuery::default().with_states(PortStates::ACTIVE);
        let mut locked = Vec::new();
        for stored in self.store().scan_all_port_requests(active, PAGE) {
            let stored = stored?;
            locked.extend(stored.completing().map(|_| stored.id()));
        }
        let mut last = self.resume_recovery.get();
        let begun = locked.partition_point(|id| last.is_some_and(|last| *id <= last));
        locked.rotate_left(begun);
        for id in locked {
            if self.is_late() {
                report.is_stopped = true;
                break;
            }
            if !lease.renew()? {
                report.is_elsewhere = true;
                break;
            }
            last = Some(id);
            match self.complete_locked(id) {
                Ok(Some(completed)) if completed.request.completing().is_some() => report.locked.push(id),
                Ok(Some(_)) => report.recovered.push(id),
                Ok(None) => {}
                Err(error) => report.failed.push((id, error)),
            }
        }
        self.resume_recovery.set(last.filter(|_| report.is_stopped));
        Ok(report)
    }

    /// Completes a request, if it is still locked.
    fn complete_locked(&self, id: PortRequestId) -> Result<Option<Completed>, PortDeskError> {
        let stored = self.store().port_request(id)?;
        if stored.is_none_or(|stored| stored.completing().is_none()) {
            return Ok(None);
        }
        self.complete(id, Actor::System).map(Some)
    }

    /// Completes a request in the commit that puts all waiting numbers in service. Returns `None`, without a
    /// change, if that is not possible: the request is locked or completed already, has too many numbers, a
    /// number cannot be created or needs external effects, or the request or a number has been changed in the
    /// meantime.
    fn complete_at_once(
        &self,
        reason: Option<&str>,
        id: PortRequestId,
        actor: Actor,
    ) -> Result<Option<Completed>, PortDeskError> {
        check_reason(reason).map_err(PortRefusal::from)?;
        let stored = self.stored(id)?;
        if *stored.state() == PortState::Completed || stored.completing().is_some() {
            return Ok(None);
        }
        let PortDecision { request, events } = stored.start_completion(&self.context(actor))?;
        let locked = Stored::new(request, stored.revision());
        let plan = locked.completion_plan(&self.context(actor))?;
        let numbers: Vec<_> = plan.iter().map(|number| number.number).collect();
        if numbers.is_empty() || numbers.len() > self.max_at_once() {
            return Ok(None);
        }
        let Some((completed, change)) = self.completion(&locked, reason, &[], &numbers, actor) else {
            return Ok(None);
        };
        // The log has the same events as if the request had been locked before.
        let ChangeParts { value, events: completing, .. } = change.into_parts();
        let Some(request) = value else { return Ok(None) };
        let events = events.into_iter().chain(completing).collect();
        let change = Change::put(request, stored.expected()).with_events(events);
        let completion = PortCompletion { request: &stored, change: Some(change), is_whole: true };
        let (create, options) = creation(&stored);
        let (_, is_completed) = self.inventory.create_ported(&numbers, &create, &options, completion)?;
        Ok(is_completed.then_some(completed))
    }

    /// Returns the maximum number of numbers that one commit puts in service. One change is left for the
    /// request itself.
    fn max_at_once(&self) -> usize {
        self.store().max_changes().saturating_sub(1).min(self.inventory.max_numbers()).max(1)
    }

    /// Puts the waiting numbers of a locked request in service, and completes the request in the last commit
    /// if possible.
    fn put_in_service(
        &self,
        request: &Stored<PortRequest>,
        reason: Option<&str>,
        actor: Actor,
    ) -> Result<InService, PortDeskError> {
        let plan = request.completion_plan(&self.context(actor))?;
        let (create, options) = creation(request);
        let options = Options { deadline: self.deadline, ..options };
        let mut arrivals = Vec::with_capacity(plan.len());
        let mut is_unsettled = false;
        let mut parts = plan.chunks(self.max_at_once()).peekable();
        while let Some(plan) = parts.next() {
            let numbers: Vec<_> = plan.iter().map(|number| number.number).collect();
            let is_last = parts.peek().is_none();
            let completed = is_last.then(|| self.completion(request, reason, &arrivals, &numbers, actor));
            let completed = completed.flatten();
            let change = completed.as_ref().map(|(_, change)| change.clone());
            let completion = PortCompletion { request, change, is_whole: false };
            let (outcome, is_completed) =
                self.inventory.create_ported(&numbers, &create, &options, completion)?;
            if let (true, Some((completed, _))) = (is_completed, completed) {
                return Ok(InService::Completed(Box::new(completed)));
            }
            let failed = |number: PhoneNumber| outcome.failed.get(number.to_string().as_str());
            let is_late = |error: &InventoryError| error.kind() == InventoryErrorKind::DeadlinePassed;
            // A number may have been put in service before a crash.
            let stored = if outcome.is_success() {
                vec![None; numbers.len()]
            } else {
                self.store().get_many(&numbers)?
            };
            for (number, stored) in plan.iter().zip(stored) {
                let has_claim = stored.as_ref().is_some_and(|record| record.pending().is_some());
                let is_there =
                    stored.is_some_and(|record| number.is_satisfied_by(record.state(), record.owner()));
                is_unsettled |= (has_claim || failed(number.number).is_some_and(is_late)) && !is_there;
                let arrival = match failed(number.number) {
                    Some(error) if !is_there => Arrival::Failed(error.to_string()),
                    Some(_) | None => Arrival::InService,
                };
                arrivals.push((number.number, arrival));
            }
        }
        if !is_unsettled {
            return Ok(InService::Arrivals(arrivals));
        }
        let waiting = arrivals.into_iter().filter_map(|(number, arrival)| match arrival {
            Arrival::InService => None,
            Arrival::Failed(reason) => Some((number, Some(reason))),
        });
        Ok(InService::Unsettled(waiting.collect()))
    }

    /// Returns the change that completes `request` after `arrivals` if `numbers` are also put in service;
    /// `None` if a number would be waiting.
    fn completion(
        &self,
        request: &Stored<PortRequest>,
        reason: Option<&str>,
        arrivals: &[(PhoneNumber, Arrival)],
        numbers: &[PhoneNumber],
        actor: Actor,
    ) -> Option<(Completed, Change<PortRequest>)> {
        let expected = numbers.iter().map(|number| (*number, Arrival::InService));
        let arrivals = arrivals.iter().cloned().chain(expected);
        let completion = request.complete_because(reason, arrivals, &self.context(actor)).ok()?;
        let PortDecision { request: completed, events } = completion.decision;
        let is_completed = *completed.state() == PortState::Completed;
        let change = Change::put(completed.clone(), request.expected()).with_events(events);
        is_completed.then(|| (Completed { request: completed, waiting: completion.waiting }, change))
    }
}

/// Returns the command that puts the numbers of `request` in service, and its options.
fn creation(request: &PortRequest) -> (Create, Options) {
    let document = Map::from_iter([("port_id".to_owned(), request.id().as_str().into())]);
    let create = Create { ported_in: true, document, ..Create::default() };
    // The charges were accepted when the request was submitted.
    let options = Options::new(Actor::System).with_account(request.account()).with_accept_charges(true);
    (create, options)
}
