//! The use cases of port requests: concurrent writers create, change, complete and remove them in a
//! store.
//!
//! ```
//! use serde_json::json;
//! use telnum::account::{Account, AccountId, AccountTree};
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
//! let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
//! desk.create(new, shop.into())?;
//!
//! // Until the number is ported, no other account can have it.
//! let taken = inventory.create(["+14158867900"], &Default::default(), &Options::new(master))?;
//! assert!(taken.single().is_err());
//!
//! desk.transition("p1".parse()?, &PortState::Submitted, None, shop.into())?;
//! desk.transition("p1".parse()?, &PortState::Pending, None, master.into())?;
//! let completed = desk.complete("p1".parse()?, master.into())?;
//! assert_eq!((completed.request.state(), completed.waiting.len()), (&PortState::Completed, 0));
//!
//! let ported = inventory.get(["+14158867900"], &Options::new(shop))?.single()?;
//! assert_eq!((ported.state(), ported.owner(), ported.ported_in()), (State::InService, Some(shop), true));
//! assert_eq!(desk.list(PortStates::ACTIVE, None, 10, master.into())?.items.len(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`PortRequest`] decides whether a command is allowed. The desk reads the request, executes the
//! command, and stores the decision on the condition that neither the request nor one of its numbers
//! has changed in the meantime; on a conflict it starts again. A request and the records of its numbers
//! are in one store, so that a number is never on a request and assigned to another account at the same
//! time.
//!
//! Completing a request locks it, puts its numbers in service, and then completes and unlocks it. After a
//! crash in between, or while a carrier or a provider has not answered for one of its numbers, the request stays
//! locked; completing it again, or calling [`recover`](PortDesk::recover), does the remaining steps.

mod complete;
mod documents;
mod error;
mod list;
mod upload;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

pub use self::complete::{Completed, PortRecoverReport};
pub use self::documents::{Documents, DocumentsError, FileDocuments, MemoryDocuments};
pub use self::error::PortDeskError;
pub use self::upload::UploadedFile;
use self::upload::files;
use crate::account::Actor;
use crate::inventory::{self, Create, Inventory, Options, Resume};
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::porting::{
    NewPortRequest, NumberConflict, NumberConflictKind, PortContext, PortDecision, PortEvent, PortEventKind,
    PortRefusal, PortRequest, PortRequestId, PortSettings, PortState,
};
use crate::record::NumberRecord;
use crate::store::{Batch, Change, Expect, Guard, PortQuery, Retry, Revision, Store, StoreExt, Stored};

/// The use cases of port requests over the store of an inventory. The desk can be shared between
/// threads and is cheap to clone.
///
/// See the example of the [module](self).
#[derive(Clone, Debug)]
pub struct PortDesk {
    inventory: Inventory,
    settings: PortSettings,
    retry: Retry,
    documents: Option<Arc<dyn Documents>>,
    max_file_bytes: usize,
    deadline: Option<Instant>,
    /// The last request that a recovery began before its deadline passed, if it did not reach the others.
    resume_recovery: Arc<Resume<Option<PortRequestId>>>,
}

/// The maximum number of conflicts that an error lists.
const MAX_CONFLICTS: usize = 100;

/// The number of requests in a page, and of numbers in a call to the inventory.
const PAGE: usize = 1_000;

impl PortDesk {
    /// Creates a desk for the port requests in the store of `inventory`, with default settings.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::inventory::Inventory;
    /// use telnum::porting::{PortStates, desk::PortDesk};
    /// use telnum::store::MemoryStore;
    ///
    /// let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).build());
    /// assert!(desk.list(PortStates::ALL, None, 10, Actor::System)?.items.is_empty());
    /// # Ok::<(), telnum::porting::desk::PortDeskError>(())
    /// ```
    #[must_use]
    pub fn new(inventory: Inventory) -> Self {
        Self {
            inventory,
            settings: PortSettings::default(),
            retry: Retry::default(),
            documents: None,
            max_file_bytes: Self::MAX_FILE_BYTES,
            deadline: None,
            resume_recovery: Arc::default(),
        }
    }

    /// Sets the operator's settings. Default: [`PortSettings::default`].
    ///
    /// ```
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// use telnum::porting::{PortSettings, desk::PortDesk};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let desk = PortDesk::new(inventory).with_settings(PortSettings::default().with_stale_days(90));
    /// // A request that its owner abandoned is removed after 90 days.
    /// assert!(desk.sweep()?.is_empty());
    /// # Ok::<(), telnum::porting::desk::PortDeskError>(())
    /// ```
    #[must_use]
    pub fn with_settings(self, settings: PortSettings) -> Self {
        Self { settings, ..self }
    }

    /// Sets the number of attempts on a commit conflict. Default: [`Retry::default`].
    ///
    /// ```
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// use telnum::{porting::desk::PortDesk, store::Retry};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// // The first conflict is returned to the caller.
    /// let desk = PortDesk::new(inventory).with_retry(Retry::new(1));
    /// ```
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Sets the time after which a list reads no further page: it returns what it has read, at least one page. A
    /// [recovery](Self::recover), a [sweep](Self::sweep) and a [sweep of files](Self::sweep_files) begin no further
    /// item then, and the next one does the rest. Default: none.
    ///
    /// ```
    /// use std::time::Instant;
    /// # use telnum::{account::Actor, inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{PortStates, desk::PortDesk};
    ///
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).build());
    /// let late = desk.with_deadline(Instant::now());
    /// assert!(late.list(PortStates::ALL, None, 10, Actor::System)?.items.is_empty());
    /// # Ok::<(), telnum::porting::desk::PortDeskError>(())
    /// ```
    #[must_use]
    pub fn with_deadline(self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Creates a request.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, PortState, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_admin(true)])?;
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).accounts(accounts).build());
    /// let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// assert_eq!(desk.create(new.clone(), shop.into())?.state(), &PortState::Unconfirmed);
    /// // The number is on an active request now.
    /// let again = NewPortRequest { id: "p2".parse()?, ..new };
    /// assert!(desk.create(again, shop.into()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refused`](PortDeskError::Refused) if the document is invalid or `actor` has no access to the
    ///   account.
    /// - [`Numbers`](PortDeskError::Numbers) if a number is on another active request, or in the
    ///   inventory in a state in which it cannot be ported in.
    /// - [`Exists`](PortDeskError::Exists) if a request already has the id.
    /// - [`Conflict`](PortDeskError::Conflict) if other changes conflicted at every attempt.
    /// - [`Store`](PortDeskError::Store) if the store fails.
    pub fn create(&self, new: NewPortRequest, actor: Actor) -> Result<PortRequest, PortDeskError> {
        let id = new.id;
        let PortDecision { request, events } = PortRequest::create(new, &self.context(actor))?;
        for attempt in self.retry.attempts() {
            let guards =
                self.check_numbers(&request, None, attempt == 1 && self.retry.has_second(), actor)?;
            let change = Change::put(request.clone(), Expect::Absent).with_events(events.clone());
            if self.commit(Batch::from(change).with_guards(guards))?.is_some() {
                return Ok(request);
            }
            if self.store().port_request(id)?.is_some() {
                return Err(PortDeskError::Exists(id));
            }
        }
        Err(PortDeskError::Conflict(id))
    }

    /// Returns the request with `id`, as visible to `actor`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).accounts(accounts).build());
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// desk.create(new, shop.into())?;
    /// assert_eq!(desk.get("p1".parse()?, shop.into())?.name(), "Bakery");
    /// let stranger: Actor = "stranger".parse()?;
    /// assert!(desk.get("p1".parse()?, stranger).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotFound`](PortDeskError::NotFound) if there is no such request.
    /// - [`Refused`](PortDeskError::Refused) if `actor` has no access to it.
    /// - [`Store`](PortDeskError::Store) if the store fails.
    pub fn get(&self, id: PortRequestId, actor: Actor) -> Result<PortRequest, PortDeskError> {
        Ok(self.stored(id)?.seen_by(&self.context(actor))?)
    }

    /// Changes the request with `id` by a command: [`PortRequest::edit`],
    /// [`comment`](PortRequest::comment), [`schedule`](PortRequest::schedule),
    /// [`reject`](PortRequest::reject) and others. A request whose numbers are charged for can only be
    /// submitted by [`submit`](Self::submit).
    ///
    /// ```
    /// # use telnum::{account::Actor, inventory::Inventory, porting::desk::PortDesk, store::MemoryStore};
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).build());
    /// let absent = desk.change("p1".parse()?, Actor::System, |request, ctx| request.submit(ctx));
    /// assert_eq!(absent.unwrap_err().to_string(), "no port request p1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotFound`](PortDeskError::NotFound) if there is no such request.
    /// - [`Refused`](PortDeskError::Refused) with the refusal of the command.
    /// - [`Numbers`](PortDeskError::Numbers) if the command adds a number that cannot be on the
    ///   request.
    /// - [`Inventory`](PortDeskError::Inventory) if the command submits the request and its numbers are
    ///   charged for.
    /// - [`Conflict`](PortDeskError::Conflict) if other changes conflicted at every attempt.
    /// - [`Store`](PortDeskError::Store) if the store fails.
    pub fn change(
        &self,
        id: PortRequestId,
        actor: Actor,
        command: impl Fn(&PortRequest, &PortContext<'_>) -> Result<PortDecision, PortRefusal>,
    ) -> Result<PortRequest, PortDeskError> {
        self.change_accepting(false, id, actor, command).map(|stored| PortRequest::clone(&stored))
    }

    /// Changes a request by a command, and returns its version. `accept_charges` states whether charges for
    /// submitting the request are accepted.
    pub(crate) fn change_accepting(
        &self,
        accept_charges: bool,
        id: PortRequestId,
        actor: Actor,
        command: impl Fn(&PortRequest, &PortContext<'_>) -> Result<PortDecision, PortRefusal>,
    ) -> Result<Stored<PortRequest>, PortDeskError> {
        for attempt in self.retry.attempts() {
            let stored = self.stored(id)?;
            let PortDecision { request, events } = command(&stored, &self.context(actor))?;
            if events.is_empty() {
                return Ok(stored);
            }
            let is_submitted =
                *request.state() == PortState::Submitted && *stored.state() != PortState::Submitted;
            let guards = if request.active_numbers().eq(stored.active_numbers()) {
                Vec::new()
            } else {
                let may_fail = attempt == 1 && self.retry.has_second() && !is_submitted;
                self.check_numbers(&request, Some(&stored), may_fail, actor)?
            };
            if is_submitted {
                self.check_charges(&request, accept_charges)?;
            }
            let request = Arc::new(request);
            let change = Change::<PortRequest>::put(Arc::clone(&request), stored.expected());
            let change = change.with_events(events);
            if let Some(revision) = self.commit(Batch::from(change).with_guards(guards))? {
                return Ok(Stored::new(request, revision));
            }
        }
        Err(PortDeskError::Conflict(id))
    }

    /// Submits the request with `id`. `accept_charges` states whether charges for its numbers are accepted.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, PortState, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).accounts(accounts).build());
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// desk.create(new, shop.into())?;
    /// let submitted = desk.submit("p1".parse()?, true, shop.into())?;
    /// assert_eq!(submitted.state(), &PortState::Submitted);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`change`](Self::change), and [`Inventory`](PortDeskError::Inventory) with
    /// the quotes if the charges are not accepted, or with the refusal of the billing.
    pub fn submit(
        &self,
        id: PortRequestId,
        accept_charges: bool,
        actor: Actor,
    ) -> Result<PortRequest, PortDeskError> {
        let submitted = self.change_accepting(accept_charges, id, actor, PortRequest::submit)?;
        Ok(PortRequest::clone(&submitted))
    }

    /// Changes the request with `id` to the state `to`, for transitions that need only a reason.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, PortState, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).accounts(accounts).build());
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// desk.create(new, shop.into())?;
    /// let canceled = desk.transition("p1".parse()?, &PortState::Canceled, Some("typed twice"), shop.into())?;
    /// assert_eq!(canceled.transitions()[0].reason.as_deref(), Some("typed twice"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`change`](Self::change).
    pub fn transition(
        &self,
        id: PortRequestId,
        to: &PortState,
        reason: Option<&str>,
        actor: Actor,
    ) -> Result<PortRequest, PortDeskError> {
        self.change(id, actor, |request, ctx| request.transition(to, reason, ctx))
    }

    /// Removes the request with `id`, and its files. Its numbers become free again.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).accounts(accounts).build());
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// desk.create(new, shop.into())?;
    /// desk.remove("p1".parse()?, shop.into())?;
    /// assert!(desk.get("p1".parse()?, shop.into()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotFound`](PortDeskError::NotFound) if there is no such request.
    /// - [`Refused`](PortDeskError::Refused) if `actor` has no access to it, or it cannot be removed in
    ///   its state.
    /// - [`Conflict`](PortDeskError::Conflict) if other changes conflicted at every attempt.
    /// - [`Store`](PortDeskError::Store) if the store fails.
    pub fn remove(&self, id: PortRequestId, actor: Actor) -> Result<(), PortDeskError> {
        for _ in self.retry.attempts() {
            let stored = self.stored(id)?;
            let event = stored.delete(&self.context(actor))?;
            let change = Change::remove(id, stored.expected()).with_events(vec![event]);
            if self.commit(change.into())?.is_some() {
                self.remove_files(files(&stored));
                return Ok(());
            }
        }
        Err(PortDeskError::Conflict(id))
    }

    /// Removes the stale requests, as defined by [`PortRequest::is_stale`], with their files, and returns
    /// their ids. Their numbers become free again. Of the callers that share a store, one at a time sweeps:
    /// it holds a [lease](Store::take_lease), and for any other caller the result is empty. After the
    /// [deadline](Self::with_deadline) it reads no further page.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{Timestamp, inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, PortSettings, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let day = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    /// # let days = day.clone();
    /// # use std::sync::atomic::Ordering::Relaxed;
    /// # let now = move || Timestamp::MIN.after(chrono::TimeDelta::days(days.load(Relaxed)));
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).accounts(accounts).clock(now).build());
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// desk.create(new, shop.into())?;
    /// assert_eq!(desk.sweep()?, []);
    /// // The owner does not submit the request within 30 days.
    /// # day.store(31, Relaxed);
    /// assert_eq!(desk.sweep()?, ["p1".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Store`](PortDeskError::Store) if the store fails. Requests removed up to that point stay
    /// removed.
    pub fn sweep(&self) -> Result<Vec<PortRequestId>, PortDeskError> {
        let now = self.inventory.now();
        let (mut removed, mut after) = (Vec::new(), None);
        let Some(mut lease) = self.store().lease("port_sweep", self.inventory.lease_time())? else {
            return Ok(removed);
        };
        while !self.is_late() && lease.renew()? {
            let before = removed.len();
            let page = self.store().scan_port_requests(&PortQuery::default(), after, PAGE)?;
            let stale = page.items.iter().filter(|request| request.is_stale(&self.settings, now));
            let files_of: HashMap<_, Vec<_>> =
                stale.clone().map(|stored| (stored.id(), files(stored).collect())).collect();
            let removals: Vec<_> = stale
                .map(|stored| {
                    let (request, account) = (stored.id(), stored.account());
                    let kind = PortEventKind::Deleted;
                    let event = PortEvent { request, account, at: now, actor: Actor::System, kind };
                    Change::remove(request, stored.expected()).with_events(vec![event])
                })
                .collect();
            if removals.is_empty() || self.commit(removals.clone().into())?.is_some() {
                removed.extend(removals.iter().map(Change::key));
            } else {
                // Another caller is changing one of the requests, which is skipped.
                for removal in removals {
                    let id = removal.key();
                    if self.commit(removal.into())?.is_some() {
                        removed.push(id);
                    }
                }
            }
            for id in removed.get(before..).unwrap_or_default() {
                self.remove_files(files_of.get(id).into_iter().flatten().copied());
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        Ok(removed)
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    fn store(&self) -> &dyn Store {
        &**self.inventory.store()
    }

    /// Returns the context of the commands of `actor`.
    pub(crate) fn context(&self, actor: Actor) -> PortContext<'_> {
        PortContext::new(actor, self.inventory.accounts(), &self.settings, self.inventory.now())
    }

    fn stored(&self, id: PortRequestId) -> Result<Stored<PortRequest>, PortDeskError> {
        self.store().port_request(id)?.ok_or(PortDeskError::NotFound(id))
    }

    /// Commits a batch. Returns its revision; `None` if it conflicts with another change.
    fn commit(&self, batch: Batch) -> Result<Option<Revision>, PortDeskError> {
        match self.store().commit(batch) {
            Ok(revision) => Ok(Some(revision)),
            Err(error) if error.is_conflict() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns an error if the billing refuses the charges for the numbers of a request, or if they are
    /// not accepted.
    fn check_charges(&self, request: &PortRequest, accept_charges: bool) -> Result<(), PortDeskError> {
        if self.inventory.is_free() {
            return Ok(());
        }
        let create = Create { ported_in: true, ..Create::default() };
        let options = Options::new(Actor::System).with_account(request.account()).with_dry_run(true);
        let numbers: Vec<_> = request.active_numbers().collect();
        let outcome = self.inventory.create(numbers.iter().copied(), &create, &options)?;
        let mut failed = outcome.failed.into_values();
        match failed.find(|error| matches!(error, inventory::InventoryError::Billing(_))) {
            Some(error) => Err(error.into()),
            None if accept_charges || outcome.quotes.is_empty() => Ok(()),
            None => Err(inventory::InventoryError::QuoteNotAccepted(outcome.quotes.into()).into()),
        }
    }

    /// Returns an error if numbers of a request are on another active request, or would prevent its
    /// completion. Otherwise returns the guards for the numbers that the request does not hold yet, where
    /// `before` is the stored request. The error does not disclose to `actor` which numbers other accounts
    /// have.
    ///
    /// If `assumes_no_others`, that no other active request has the numbers is left to the commit, which is refused
    /// otherwise. That saves a call to the store.
    fn check_numbers(
        &self,
        request: &PortRequest,
        before: Option<&PortRequest>,
        assumes_no_others: bool,
        actor: Actor,
    ) -> Result<Vec<Guard>, PortDeskError> {
        let numbers: Vec<_> = request.numbers().keys().copied().collect();
        // Each number is on at most one active request.
        let active =
            if assumes_no_others { Vec::new() } else { self.store().active_port_requests(&numbers)? };
        let active = numbers.iter().zip(active);
        let placed: HashMap<_, _> = active
            .filter_map(|(number, other)| Some((*number, other?)))
            .filter(|(_, other)| other.id() != request.id())
            .map(|(number, other)| (number, [other.placement()]))
            .collect();
        let records = self.store().get_many(&numbers)?;
        let account = Some(request.account());
        let is_here = |record: &NumberRecord| match record.state() {
            // A number in `port_in` that is on no active port request is a placeholder, which prevents nothing.
            State::PortIn => false,
            State::Available | State::Aging | State::Deleted => {
                !self.inventory.is_free_for(record, account, actor)
            }
            State::Reserved => match self.inventory.after_reservation(record) {
                Some(free) => !self.inventory.is_free_for(&free, account, actor),
                None => true,
            },
            State::Discovery | State::InService | State::PortOut | State::Released => true,
        };
        let accounts = self.inventory.accounts();
        let is_visible = |record: &NumberRecord| {
            accounts.is_admin(actor) || record.owner().is_some_and(|owner| accounts.can_manage(actor, owner))
        };
        let here = records.iter().flatten().filter(|record| is_here(record));
        let here: HashMap<_, _> = here.map(|record| (record.number(), is_visible(record))).collect();
        let placed = |number| placed.get(&number).map_or(&[][..], |placed| placed);
        let conflicts = request.conflicts_where(placed, |number| here.contains_key(&number));
        let mut conflicts = conflicts.map(|conflict| {
            let is_others = here.get(&conflict.number) != Some(&true);
            if is_others && matches!(conflict.kind, NumberConflictKind::Exists) {
                NumberConflict { kind: NumberConflictKind::Unavailable, ..conflict }
            } else {
                conflict
            }
        });
        let listed: Vec<_> = conflicts.by_ref().take(MAX_CONFLICTS).collect();
        if !listed.is_empty() {
            if assumes_no_others {
                // The error also lists the numbers on other requests.
                return self.check_numbers(request, before, false, actor);
            }
            return Err(PortDeskError::Numbers { listed, more: conflicts.count() });
        }
        let held: HashSet<_> = before.into_iter().flat_map(PortRequest::active_numbers).collect();
        let claimed: HashSet<_> = request.active_numbers().filter(|number| !held.contains(number)).collect();
        let records = numbers.into_iter().zip(records).filter(|(number, _)| claimed.contains(number));
        let guard = |(number, record): (PhoneNumber, Option<Stored<NumberRecord>>)| {
            Guard::Number(number, record.map(|record| record.revision()).into())
        };
        Ok(records.map(guard).collect())
    }
}
