//! Port requests in a store: made, worked on and completed, by many at once.
//!
//! What a [`PortRequest`] decides is stored on the condition that nobody else has changed it
//! meanwhile. Completing one creates its numbers in the [`Inventory`] first and notes each that has
//! come; begun again after a crash, it does what is left.
//!
//! ```
//! use serde_json::json;
//! use telnum::account::{Account, AccountId, AccountTree, Actor};
//! use telnum::inventory::{Inventory, Options};
//! use telnum::lifecycle::State;
//! use telnum::porting::desk::PortDesk;
//! use telnum::porting::{NewPortRequest, PortState, PortStates};
//! use telnum::store::MemoryStore;
//!
//! let [master, shop]: [AccountId; 2] = ["master".parse()?, "shop".parse()?];
//! let accounts = AccountTree::new([
//!     Account::new(master).with_admin(true),
//!     Account::new(shop).with_parent(master),
//! ])?;
//! let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
//! let desk = PortDesk::new(inventory.clone());
//!
//! let document = json!({"name": "Bakery", "numbers": {"+14158867900": {}}});
//! let document = document.as_object().unwrap().clone();
//! let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: master, document };
//! desk.create(new, shop.into())?;
//!
//! // Until it has come, nobody else can have the number.
//! let taken = inventory.create(["+14158867900"], &Default::default(), &Options::new(master))?;
//! assert_eq!(&*taken.single().unwrap_err().body().error, "number_is_porting");
//!
//! desk.transition("p1".parse()?, &PortState::Submitted, None, shop.into())?;
//! desk.transition("p1".parse()?, &PortState::Pending, None, master.into())?;
//! let completed = desk.complete("p1".parse()?, master.into())?;
//! assert_eq!((completed.request.state(), completed.waiting.len()), (&PortState::Completed, 0));
//!
//! let arrived = inventory.get(["+14158867900"], &Options::new(shop))?.single()?;
//! assert_eq!((arrived.state(), arrived.owner(), arrived.ported_in()), (State::InService, Some(shop), true));
//! assert_eq!(desk.list(PortStates::ACTIVE, None, 10, master.into())?.items.len(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde_json::Map;

use crate::account::{AccountId, Actor};
use crate::inventory::{self, Create, Inventory, Options};
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::porting::{
    Arrival, NewPortRequest, NumberConflict, PortContext, PortDecision, PortEvent, PortEventKind,
    PortRefusal, PortRequest, PortRequestId, PortSettings, PortState, PortStates,
};
use crate::record::NumberRecord;
use crate::store::{Batch, Change, Expect, Page, PortQuery, Retry, Store, StoreError, StoreExt, Stored};

/// Port requests in a store, and the inventory that their numbers come to. Shared by threads, and
/// cheap to clone.
#[derive(Clone, Debug)]
pub struct PortDesk {
    inventory: Inventory,
    settings: PortSettings,
}

/// Why a port request is not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortDeskError {
    /// The request refuses.
    #[error(transparent)]
    Refused(#[from] PortRefusal),
    /// Numbers that may not be on it.
    #[error("{}", .0.iter().map(NumberConflict::message).collect::<Vec<_>>().join("; "))]
    Numbers(Vec<NumberConflict>),
    /// There is no such request.
    #[error("no port request {0}")]
    NotFound(PortRequestId),
    /// A request with this id is there already.
    #[error("port request {0} already exists")]
    Exists(PortRequestId),
    /// Others keep changing it.
    #[error("port request {0} is being changed by others")]
    Conflict(PortRequestId),
    /// The inventory failed.
    #[error(transparent)]
    Inventory(#[from] inventory::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A request that was to be completed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Completed {
    /// The request as it is now: completed, if nothing is waited for.
    pub request: PortRequest,
    /// The numbers that are still to come, and why those failed that did.
    pub waiting: Vec<(PhoneNumber, Option<String>)>,
}

const PAGE: usize = 1_000;

impl PortDesk {
    /// The requests of a store, with the default settings.
    #[must_use]
    pub fn new(inventory: Inventory) -> Self {
        Self { inventory, settings: PortSettings::default() }
    }

    /// The same with other settings.
    #[must_use]
    pub fn with_settings(self, settings: PortSettings) -> Self {
        Self { settings, ..self }
    }

    /// Makes a request, if its numbers may be on it.
    ///
    /// # Errors
    /// Why not, or that the store failed.
    pub fn create(&self, new: NewPortRequest, actor: Actor) -> Result<PortRequest, PortDeskError> {
        let id = new.id;
        let PortDecision { request, events } = PortRequest::create(new, &self.context(actor))?;
        self.check_numbers(&request)?;
        let change = Change::put(request.clone(), Expect::Absent).with_events(events);
        match self.inventory.store().commit(Batch::from(change)) {
            Ok(_) => Ok(request),
            // Somebody else was faster, with the id or with a number.
            Err(error) if error.is_conflict() => {
                self.check_numbers(&request)?;
                Err(PortDeskError::Exists(id))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A request, as an actor may see it.
    ///
    /// # Errors
    /// If there is none, or it is not the actor's to see.
    pub fn get(&self, id: PortRequestId, actor: Actor) -> Result<PortRequest, PortDeskError> {
        let stored = self.inventory.store().port_request(id)?.ok_or(PortDeskError::NotFound(id))?;
        Ok(stored.seen_by(&self.context(actor))?)
    }

    /// Requests in some states of the accounts that an actor is or is above, in the order of their
    /// ids, after another, at most so many.
    ///
    /// # Errors
    /// If the store fails.
    pub fn list(
        &self,
        states: PortStates,
        after: Option<PortRequestId>,
        limit: usize,
        actor: Actor,
    ) -> Result<Page<PortRequest, PortRequestId>, PortDeskError> {
        let query = PortQuery { states, ..PortQuery::default() };
        let ctx = self.context(actor);
        let (mut items, mut after) = (Vec::new(), after);
        while items.len() < limit {
            let page = self.inventory.store().scan_port_requests(&query, after, limit)?;
            for stored in page.items {
                if items.len() == limit {
                    return Ok(Page { items, next: after });
                }
                after = Some(stored.id());
                if let Ok(request) = stored.seen_by(&ctx) {
                    items.push(Stored::new(request, stored.revision()));
                }
            }
            match page.next {
                Some(_) => {}
                None => return Ok(Page { items, next: None }),
            }
        }
        Ok(Page { items, next: after })
    }

    /// Lets a command change a request: [`PortRequest::edit`], [`comment`](PortRequest::comment),
    /// [`schedule`](PortRequest::schedule), [`reject`](PortRequest::reject) and the like. Its numbers
    /// must be such as may be on it. What costs is submitted by [`submit`](Self::submit) only.
    ///
    /// ```
    /// # use telnum::{account::Actor, inventory::Inventory, porting::desk::PortDesk, store::MemoryStore};
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).build());
    /// let nobody = desk.change("p1".parse()?, Actor::System, |request, ctx| request.submit(ctx));
    /// assert_eq!(nobody.unwrap_err().to_string(), "no port request p1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Why not, or that the store failed.
    pub fn change(
        &self,
        id: PortRequestId,
        actor: Actor,
        command: impl Fn(&PortRequest, &PortContext<'_>) -> Result<PortDecision, PortRefusal>,
    ) -> Result<PortRequest, PortDeskError> {
        self.change_accepting(false, id, actor, command)
    }

    /// The same, whatever it costs or not.
    fn change_accepting(
        &self,
        accept_charges: bool,
        id: PortRequestId,
        actor: Actor,
        command: impl Fn(&PortRequest, &PortContext<'_>) -> Result<PortDecision, PortRefusal>,
    ) -> Result<PortRequest, PortDeskError> {
        for _ in Retry::default().attempts() {
            let stored = self.inventory.store().port_request(id)?.ok_or(PortDeskError::NotFound(id))?;
            let PortDecision { request, events } = command(&stored, &self.context(actor))?;
            if events.is_empty() {
                return Ok(request);
            }
            if request.active_numbers().ne(stored.active_numbers()) {
                self.check_numbers(&request)?;
            }
            if *request.state() == PortState::Submitted && *stored.state() != PortState::Submitted {
                self.check_charges(&request, accept_charges)?;
            }
            let change = Change::put(request.clone(), stored.expected()).with_events(events);
            match self.inventory.store().commit(Batch::from(change)) {
                Ok(_) => return Ok(request),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(PortDeskError::Conflict(id))
    }

    /// Submits a request: its numbers are to come, and whatever that costs, or only if it costs nothing.
    ///
    /// # Errors
    /// Why not, what it costs if that is not accepted, or that the store failed.
    pub fn submit(
        &self,
        id: PortRequestId,
        accept_charges: bool,
        actor: Actor,
    ) -> Result<PortRequest, PortDeskError> {
        self.change_accepting(accept_charges, id, actor, PortRequest::submit)
    }

    /// Moves a request to a state that needs nothing but a reason, if that.
    ///
    /// # Errors
    /// Why not, or that the store failed.
    pub fn transition(
        &self,
        id: PortRequestId,
        to: &PortState,
        reason: Option<&str>,
        actor: Actor,
    ) -> Result<PortRequest, PortDeskError> {
        self.change(id, actor, |request, ctx| request.transition(to, reason, ctx))
    }

    /// Creates the numbers that are still to come, in service with the request's account, and
    /// completes it if all have. What failed stays on it.
    ///
    /// # Errors
    /// Why not, or that a store failed.
    pub fn complete(&self, id: PortRequestId, actor: Actor) -> Result<Completed, PortDeskError> {
        let stored = self.inventory.store().port_request(id)?.ok_or(PortDeskError::NotFound(id))?;
        let mut arrivals = Vec::new();
        if *stored.state() != PortState::Completed {
            for number in stored.completion_plan(&self.context(actor))? {
                let arrival = self.receive(number.number, number.assign_to, number.port_id)?;
                arrivals.push((number.number, arrival));
            }
        }
        for _ in Retry::default().attempts() {
            let stored = self.inventory.store().port_request(id)?.ok_or(PortDeskError::NotFound(id))?;
            let completion = stored.complete(arrivals.iter().cloned(), &self.context(actor))?;
            let PortDecision { request, events } = completion.decision;
            let waiting = completion.waiting;
            if events.is_empty() {
                return Ok(Completed { request, waiting });
            }
            let change = Change::put(request.clone(), stored.expected()).with_events(events);
            match self.inventory.store().commit(Batch::from(change)) {
                Ok(_) => return Ok(Completed { request, waiting }),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(PortDeskError::Conflict(id))
    }

    /// Removes a request that may be: its numbers are free again.
    ///
    /// # Errors
    /// Why not, or that the store failed.
    pub fn remove(&self, id: PortRequestId, actor: Actor) -> Result<(), PortDeskError> {
        let stored = self.inventory.store().port_request(id)?.ok_or(PortDeskError::NotFound(id))?;
        let event = stored.delete(&self.context(actor))?;
        let change = Change::remove(id, stored.expected()).with_events(vec![event]);
        match self.inventory.store().commit(Batch::from(change)) {
            Err(error) if error.is_conflict() => Err(PortDeskError::Conflict(id)),
            other => Ok(other.map(drop)?),
        }
    }

    /// Removes what was left unfinished, as [`PortRequest::is_stale`] says: which requests those were.
    /// Their numbers are free again.
    ///
    /// # Errors
    /// If the store fails. What was removed before that is gone.
    pub fn sweep(&self) -> Result<Vec<PortRequestId>, PortDeskError> {
        let now = self.inventory.now();
        let (mut removed, mut after) = (Vec::new(), None);
        loop {
            let page = self.inventory.store().scan_port_requests(&PortQuery::default(), after, PAGE)?;
            for stored in page.items.iter().filter(|request| request.is_stale(&self.settings, now)) {
                let (request, account) = (stored.id(), stored.account());
                let kind = PortEventKind::Deleted;
                let event = PortEvent { request, account, at: now, actor: Actor::System, kind };
                let change = Change::remove(request, stored.expected()).with_events(vec![event]);
                match self.inventory.store().commit(Batch::from(change)) {
                    Ok(_) => removed.push(request),
                    // Somebody has just gone on with it.
                    Err(error) if error.is_conflict() => {}
                    Err(error) => return Err(error.into()),
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(removed),
            }
        }
    }

    /// Puts a number in service that has come from another carrier.
    fn receive(
        &self,
        number: PhoneNumber,
        account: AccountId,
        port_id: PortRequestId,
    ) -> Result<Arrival, PortDeskError> {
        let document = Map::from_iter([("port_id".to_owned(), port_id.as_str().into())]);
        let create = Create { ported_in: true, document, ..Create::default() };
        // What it costs was accepted when it was submitted.
        let options = Options::new(Actor::System).with_account(account).with_accept_charges(true);
        let outcome = self.inventory.create([number.to_string()], &create, &options)?;
        let Err(error) = outcome.single() else { return Ok(Arrival::InService) };
        // A crash may have come after it was created.
        let there = self.inventory.store().get(number)?;
        let is_there =
            there.is_some_and(|record| record.state() == State::InService && record.owner() == Some(account));
        Ok(if is_there { Arrival::InService } else { Arrival::Failed(error.to_string()) })
    }

    fn context(&self, actor: Actor) -> PortContext<'_> {
        PortContext::new(actor, self.inventory.accounts(), &self.settings, self.inventory.now())
    }

    /// Whether what a request's numbers will cost may be spent, and is accepted.
    fn check_charges(&self, request: &PortRequest, accept_charges: bool) -> Result<(), PortDeskError> {
        if self.inventory.is_free() {
            return Ok(());
        }
        let create = Create { ported_in: true, ..Create::default() };
        let options = Options::new(Actor::System).with_account(request.account()).with_dry_run(true);
        let numbers = request.active_numbers().map(|number| number.to_string());
        let outcome = self.inventory.create(numbers, &create, &options)?;
        let mut failed = outcome.failed.into_values();
        match failed.find(|error| matches!(error, inventory::Error::Billing(_))) {
            Some(error) => Err(error.into()),
            None if accept_charges || outcome.quotes.is_empty() => Ok(()),
            None => Err(inventory::Error::QuoteNotAccepted(outcome.quotes).into()),
        }
    }

    /// Whether the numbers of a request may be on it: on no other one, and such as it can complete with.
    fn check_numbers(&self, request: &PortRequest) -> Result<(), PortDeskError> {
        let mut others = Vec::new();
        let mut owned = Vec::new();
        for number in request.numbers().keys() {
            if let Some(other) = self.inventory.store().active_port_request(*number)?
                && other.id() != request.id()
            {
                others.push(PortRequest::clone(&other));
            }
            let stored = self.inventory.store().get(*number)?;
            let is_here = |record: &NumberRecord| match record.state() {
                State::Available | State::Aging | State::Deleted => false,
                State::PortIn => record.owner() != Some(request.account()),
                State::Discovery | State::Reserved | State::InService | State::PortOut | State::Released => {
                    true
                }
            };
            owned.extend(stored.is_some_and(|record| is_here(&record)).then_some(*number));
        }
        let conflicts = request.conflicts(&others, |number| owned.contains(&number));
        if conflicts.is_empty() { Ok(()) } else { Err(PortDeskError::Numbers(conflicts)) }
    }
}
