//! Each law of stores detects a flaw: a store with a single flaw violates it.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use telnum::PhoneNumber;
use telnum::account::{AccountId, Actor};
use telnum::contact::{
    ContactFilter, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OrderField, OwnerId,
};
use telnum::idempotency::IdempotencyKey;
use telnum::names::FeatureSet;
use telnum::porting::{PortRequest, PortRequestId, PortStates};
use telnum::record::{Event, EventKind, NumberRecord};
use telnum::store::{
    Batch, Change, Entity, Expect, Forget, Guard, Logged, MemoryStore, Page, PortQuery, Query, Receipt,
    Revision, StateSet, Store, StoreError, StoreExt, Stored, delegate_store,
};
use telnum::testing::conformance::LAWS;

/// The flaws of stores, each with the laws that must detect it.
const FLAWS: &[(Flaw, &[&str])] = &[
    (Flaw::StoresOverWhatIsThere, &["absent_is_expected"]),
    (Flaw::StoresOverAnyRevision, &["revision_is_expected", "revision_is_never_reused"]),
    (Flaw::BelievesExpectations, &["revision_is_expected"]),
    (Flaw::RemovesAnyRevision, &["removal_is_expected"]),
    (Flaw::IgnoresExpectations, &["port_requests_are_expected", "contacts_are_expected"]),
    (Flaw::ConflictFindsNothing, &["conflict_contains_the_found_version"]),
    (Flaw::ConflictNamesAnother, &["conflict_contains_the_found_version"]),
    (
        Flaw::BatchOneByOne,
        &["batch_is_whole", "batch_is_seen_whole", "port_requests_are_expected", "contacts_are_expected"],
    ),
    (Flaw::KindByKind, &["batch_is_whole_over_all_kinds", "commit_has_one_revision"]),
    (Flaw::IgnoresGuards, &["guards_hold", "number_or_port_request_wins"]),
    (Flaw::ChecksGuardsFirst, &["number_or_port_request_wins"]),
    (Flaw::DropsStrayGuards, &["guard_names_what_is_touched"]),
    (Flaw::TakesMoreThanItSays, &["too_many_changes_are_refused"]),
    (Flaw::LastOfTwoCounts, &["batch_has_one_change_of_each"]),
    (
        Flaw::ChecksThenWrites,
        &[
            "reservation_has_one_winner",
            "increments_are_not_lost",
            "port_requests_are_expected",
            "contacts_are_expected",
        ],
    ),
    (Flaw::TellsAnotherRevision, &["commit_has_one_revision"]),
    (Flaw::RevisionsStartAnew, &["revision_is_never_reused"]),
    (
        Flaw::DropsAnEvent,
        &[
            "events_are_in_order",
            "events_have_no_gap_in_races",
            "port_requests_are_logged",
            "contacts_are_logged",
        ],
    ),
    (Flaw::LogsNumbersOnly, &["log_has_all_kinds"]),
    (Flaw::HidesAnEvent, &["no_event_is_skipped"]),
    (Flaw::ClampsForgotten, &["reading_forgotten_events_is_an_error"]),
    (
        Flaw::NeverForgets,
        &["reading_forgotten_events_is_an_error", "receipts_are_forgotten", "quota_is_per_actor"],
    ),
    (Flaw::ForgetsReceiptsWithEvents, &["receipts_are_forgotten"]),
    (Flaw::SharesQuotas, &["quota_is_per_actor"]),
    (Flaw::AnswersInOrderOfKeys, &["lists_are_answered_in_order"]),
    (Flaw::ReadsOneByOne, &["list_is_read_at_once"]),
    (Flaw::FailsAfterCommits, &["number_or_port_request_wins"]),
    (Flaw::LeavesGaps, &["events_are_in_order", "events_have_no_gap_in_races"]),
    (Flaw::LogsWhatIsRefused, &["refused_leaves_no_event"]),
    (Flaw::EventsInclusive, &["events_are_paged"]),
    (Flaw::LosesACommit, &["stored_is_read"]),
    (Flaw::Descends, &["scan_ascends", "port_requests_are_scanned", "contact_page_is_its_query"]),
    (Flaw::CursorInclusive, &["cursor_is_exclusive", "pages_join"]),
    (Flaw::AlwaysANextPage, &["pages_join"]),
    (Flaw::NeverANextPage, &["pages_join"]),
    (Flaw::ShortPages, &["pages_join", "limit_is_kept"]),
    (Flaw::OneAtLeast, &["limit_is_kept"]),
    (Flaw::Ignores(Field::Prefix), &["query_is_a_filter"]),
    (
        Flaw::Ignores(Field::Owner),
        &["query_is_a_filter", "port_requests_are_scanned", "contact_page_is_its_query"],
    ),
    (Flaw::Ignores(Field::States), &["query_is_a_filter", "port_requests_are_scanned"]),
    (Flaw::Ignores(Field::Carrier), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::UsedBy), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Features), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Created), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Updated), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Clock), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Pending), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Number), &["contact_page_is_its_query"]),
    (Flaw::Ignores(Field::Location), &["contact_page_is_its_query"]),
    (Flaw::OrdersAnEmptyTextFirst, &["contact_page_is_its_query"]),
    (Flaw::IndexesOnce, &["query_follows_changes"]),
    (Flaw::GivesUp, &["few_are_found_among_many"]),
    (Flaw::LastReceiptCounts, &["receipt_is_kept_once", "port_requests_are_logged", "contacts_are_logged"]),
    (Flaw::KeepsReceiptOfRefused, &["receipt_is_kept_once"]),
    (Flaw::ChecksReceiptsFirst, &["receipt_is_kept_once"]),
    (Flaw::HoldersAreNotFound, &["number_is_on_one_active_request", "contact_id_has_one_owner"]),
    (Flaw::HoldersAreKept, &["number_is_on_one_active_request", "contact_id_has_one_owner"]),
    (Flaw::CountsFromOne, &["contact_id_is_new"]),
    (Flaw::ChecksIdsThenWrites, &["contact_id_is_new"]),
    (Flaw::SharesLeases, &["lease_has_one_holder"]),
    (Flaw::ChecksLeasesThenWrites, &["lease_has_one_holder"]),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    StoresOverWhatIsThere,
    StoresOverAnyRevision,
    BelievesExpectations,
    RemovesAnyRevision,
    IgnoresExpectations,
    ConflictFindsNothing,
    ConflictNamesAnother,
    BatchOneByOne,
    KindByKind,
    IgnoresGuards,
    ChecksGuardsFirst,
    DropsStrayGuards,
    TakesMoreThanItSays,
    LastOfTwoCounts,
    ChecksThenWrites,
    TellsAnotherRevision,
    RevisionsStartAnew,
    DropsAnEvent,
    LogsNumbersOnly,
    HidesAnEvent,
    ClampsForgotten,
    NeverForgets,
    ForgetsReceiptsWithEvents,
    SharesQuotas,
    AnswersInOrderOfKeys,
    ReadsOneByOne,
    FailsAfterCommits,
    LeavesGaps,
    LogsWhatIsRefused,
    EventsInclusive,
    LosesACommit,
    Descends,
    OrdersAnEmptyTextFirst,
    CursorInclusive,
    AlwaysANextPage,
    NeverANextPage,
    ShortPages,
    OneAtLeast,
    Ignores(Field),
    IndexesOnce,
    GivesUp,
    LastReceiptCounts,
    KeepsReceiptOfRefused,
    ChecksReceiptsFirst,
    HoldersAreNotFound,
    HoldersAreKept,
    CountsFromOne,
    ChecksIdsThenWrites,
    SharesLeases,
    ChecksLeasesThenWrites,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Field {
    Prefix,
    Owner,
    States,
    Carrier,
    UsedBy,
    Features,
    Created,
    Updated,
    Clock,
    Pending,
    Number,
    Location,
}

/// A store in memory with a flaw.
#[derive(Debug)]
struct Flawed {
    store: MemoryStore,
    flaw: Flaw,
    memory: Mutex<Memory>,
}

/// The state that flaws need.
#[derive(Debug, Default)]
struct Memory {
    commits: u32,
    reads_of_events: u32,
    has_no_revision_left: bool,
    receipts: HashMap<IdempotencyKey, Receipt>,
    first_owners: BTreeMap<PhoneNumber, Option<AccountId>>,
    leases: HashMap<String, (u64, Instant)>,
    last_id: u64,
}

#[test]
fn each_law_fails_where_it_is_broken() {
    for (flaw, laws) in FLAWS {
        for name in *laws {
            let law = LAWS.iter().find(|law| law.name == *name).unwrap();
            // The outcome of a race may be correct by chance.
            let is_found = (0..20).any(|_| law.check(&Flawed::new(*flaw)).is_err());
            assert!(is_found, "{flaw:?} is not found by {name}");
        }
    }
    let caught: BTreeSet<_> = FLAWS.iter().flat_map(|(_, laws)| *laws).copied().collect();
    let laws: BTreeSet<_> = LAWS.iter().map(|law| law.name).collect();
    assert_eq!(caught, laws);
}

/// A violation is therefore caused by the flaw.
#[test]
fn without_a_flaw_all_laws_hold() {
    for law in LAWS {
        law.check(&Flawed::new(Flaw::None)).unwrap();
    }
}

/// Returns the batch with its changes replaced, kind by kind.
fn map_changes(batch: Batch, map: &impl MapChanges) -> Batch {
    let mut mapped = batch.clone();
    mapped.numbers = batch.numbers.into_iter().map(|change| map.map(change)).collect();
    mapped.port_requests = batch.port_requests.into_iter().map(|change| map.map(change)).collect();
    mapped.contacts = batch.contacts.into_iter().map(|change| map.map(change)).collect();
    mapped
}

trait MapChanges {
    fn map<T: Kept>(&self, change: Change<T>) -> Change<T>;
}

/// A kind of value that can be looked up by its key.
trait Kept: Entity {
    fn find(store: &MemoryStore, key: Self::Key) -> Option<Revision>;
}

impl Kept for NumberRecord {
    fn find(store: &MemoryStore, key: PhoneNumber) -> Option<Revision> {
        store.get(key).unwrap().map(|stored| stored.revision())
    }
}

impl Kept for PortRequest {
    fn find(store: &MemoryStore, key: PortRequestId) -> Option<Revision> {
        store.port_request(key).unwrap().map(|stored| stored.revision())
    }
}

impl Kept for ContactList {
    fn find(store: &MemoryStore, key: OwnerId) -> Option<Revision> {
        store.contact_list(key).unwrap().map(|stored| stored.revision())
    }
}

fn changed<T: Entity>(change: Change<T>, expect: Expect, dropped: usize) -> Change<T> {
    let parts = change.into_parts();
    let change = match parts.value {
        Some(value) => Change::<T>::put(value, expect),
        None => Change::remove(parts.key, expect),
    };
    change.with_events(parts.events.into_iter().skip(dropped).collect())
}

/// Replaces expectations by the stored versions, whatever they are.
struct Blind<'a>(&'a MemoryStore);

impl MapChanges for Blind<'_> {
    fn map<T: Kept>(&self, change: Change<T>) -> Change<T> {
        let expect = Expect::from(T::find(self.0, change.key()));
        changed(change, expect, 0)
    }
}

/// Removes the first event of each change.
struct WithoutFirstEvent;

impl MapChanges for WithoutFirstEvent {
    fn map<T: Kept>(&self, change: Change<T>) -> Change<T> {
        let expect = change.expect();
        changed(change, expect, 1)
    }
}

fn check_expected<T: Kept>(store: &MemoryStore, changes: &[Change<T>]) -> Result<(), StoreError> {
    for change in changes {
        let found = T::find(store, change.key());
        if !change.expect().holds(found) {
            return Err(StoreError::conflict(change.key(), change.expect(), found));
        }
    }
    Ok(())
}

impl Flawed {
    fn new(flaw: Flaw) -> Self {
        Self { store: MemoryStore::new(), flaw, memory: Mutex::default() }
    }

    fn found(&self, number: PhoneNumber) -> Option<Stored<NumberRecord>> {
        self.store.get(number).unwrap()
    }

    fn is_blind_to(&self, change: &Change) -> bool {
        let is_there = self.found(change.key()).is_some();
        match self.flaw {
            Flaw::StoresOverWhatIsThere => change.expect() == Expect::Absent && change.value().is_some(),
            Flaw::StoresOverAnyRevision => {
                change.expect() != Expect::Absent && change.value().is_some() && is_there
            }
            Flaw::RemovesAnyRevision => change.expect() != Expect::Absent && change.value().is_none(),
            _ => false,
        }
    }

    /// Returns the record as it is read, with the revision that the flaw assigns to it.
    fn told(&self, stored: Stored<NumberRecord>) -> Stored<NumberRecord> {
        if self.flaw != Flaw::RevisionsStartAnew {
            return stored;
        }
        let revision = stored.version().try_into().unwrap();
        Stored::new(stored.shared().clone(), revision)
    }

    fn write(&self, mut batch: Batch) -> Result<Revision, StoreError> {
        let blind = |batch: Batch| map_changes(batch, &Blind(&self.store));
        match self.flaw {
            Flaw::BatchOneByOne if !batch.numbers.is_empty() => {
                let mut last = Revision::FIRST;
                let mut receipt = batch.receipt;
                for change in batch.numbers {
                    last = self.store.commit(Batch::from(change).with_receipt(receipt.take()))?;
                    thread::sleep(Duration::from_micros(50));
                }
                Ok(last)
            }
            Flaw::BatchOneByOne => {
                let mut last = self.store.commit(Batch::new().with_receipt(batch.receipt))?;
                for change in batch.port_requests {
                    last = self.store.commit(change.into())?;
                }
                for change in batch.contacts {
                    last = self.store.commit(change.into())?;
                }
                Ok(last)
            }
            Flaw::KindByKind => {
                let numbers = Batch::from(batch.numbers).with_guards(batch.guards);
                self.store.commit(numbers.with_receipt(batch.receipt))?;
                self.store.commit(batch.port_requests.into())?;
                self.store.commit(batch.contacts.into())
            }
            Flaw::IgnoresGuards => {
                batch.guards.clear();
                self.store.commit(batch)
            }
            Flaw::ChecksGuardsFirst => {
                for guard in std::mem::take(&mut batch.guards) {
                    let (number, is_broken) = match guard {
                        Guard::Number(number, expected) => {
                            (number, !expected.holds(NumberRecord::find(&self.store, number)))
                        }
                        Guard::Port(number, expected) => {
                            let found = self.store.active_port_request(number)?;
                            (number, found.map(|stored| stored.id()) != expected)
                        }
                    };
                    if is_broken {
                        return Err(StoreError::conflict(number, Expect::Absent, None));
                    }
                }
                thread::yield_now();
                self.store.commit(batch)
            }
            Flaw::DropsStrayGuards => match self.store.commit(batch.clone()) {
                Err(StoreError::Unguardable(_)) => {
                    batch.guards.clear();
                    self.store.commit(batch)
                }
                done => done,
            },
            Flaw::LastOfTwoCounts => {
                let last: BTreeMap<_, _> =
                    batch.numbers.into_iter().map(|change| (change.key(), change)).collect();
                batch.numbers = last.into_values().collect();
                self.store.commit(batch)
            }
            Flaw::ChecksReceiptsFirst => {
                let Some(receipt) = &batch.receipt else { return self.store.commit(batch) };
                if self.store.receipt(receipt.key)?.is_some() {
                    return self.store.commit(batch);
                }
                thread::sleep(Duration::from_millis(10));
                let unkept = batch.clone().with_receipt(None);
                self.store.commit(batch).or_else(|_| self.store.commit(unkept))
            }
            Flaw::IgnoresExpectations => self.store.commit(blind(batch)),
            Flaw::ChecksThenWrites => {
                check_expected(&self.store, &batch.numbers)?;
                check_expected(&self.store, &batch.port_requests)?;
                check_expected(&self.store, &batch.contacts)?;
                thread::sleep(Duration::from_millis(2));
                loop {
                    match self.store.commit(blind(batch.clone())) {
                        Err(StoreError::Conflict { .. }) => {}
                        done => return done,
                    }
                }
            }
            Flaw::RevisionsStartAnew => {
                let mut told = Revision::FIRST;
                for change in &batch.numbers {
                    let found = self.found(change.key()).map(|stored| self.told(stored).revision());
                    if !change.expect().holds(found) {
                        return Err(StoreError::conflict(change.key(), change.expect(), found));
                    }
                    told =
                        change.value().map_or(Revision::FIRST, |record| record.version().try_into().unwrap());
                }
                self.store.commit(blind(batch)).map(|_| told)
            }
            _ => self.store.commit(batch),
        }
    }
}

impl Store for Flawed {
    delegate_store!(|this| &this.store; port_requests, contact_lists);

    fn take_lease(&self, name: &str, holder: u64, time: Duration) -> Result<bool, StoreError> {
        match self.flaw {
            Flaw::SharesLeases => Ok(!time.is_zero()),
            Flaw::ChecksLeasesThenWrites => {
                let now = Instant::now();
                let found = self.memory.lock().unwrap().leases.get(name).copied();
                if found.is_some_and(|(other, until)| other != holder && until > now) {
                    return Ok(false);
                }
                thread::yield_now();
                let mut memory = self.memory.lock().unwrap();
                memory.leases.insert(name.to_owned(), (holder, now + time));
                Ok(!time.is_zero())
            }
            _ => self.store.take_lease(name, holder, time),
        }
    }

    fn max_changes(&self) -> usize {
        if self.flaw == Flaw::TakesMoreThanItSays { 1_000 } else { self.store.max_changes() }
    }

    fn forget(&self, forget: &Forget) -> Result<(), StoreError> {
        let mut forget = forget.clone();
        match self.flaw {
            Flaw::NeverForgets => return Ok(()),
            Flaw::ForgetsReceiptsWithEvents => {
                forget.max_receipts = forget.max_events.or(forget.max_receipts);
            }
            Flaw::SharesQuotas => {
                forget.max_receipts = forget.max_receipts_per_actor.or(forget.max_receipts);
            }
            _ => {}
        }
        self.store.forget(&forget)
    }

    fn get_many(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError> {
        let mut stored = if self.flaw == Flaw::ReadsOneByOne {
            let read = |number: &PhoneNumber| {
                thread::yield_now();
                self.store.get(*number)
            };
            numbers.iter().map(read).collect::<Result<_, _>>()?
        } else {
            self.store.get_many(numbers)?
        };
        if self.flaw == Flaw::AnswersInOrderOfKeys {
            stored.sort_by_key(|stored| stored.as_ref().map(|stored| stored.number()));
        }
        Ok(stored.into_iter().map(|stored| stored.map(|stored| self.told(stored))).collect())
    }

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        let mut batch = batch;
        let mut memory = self.memory.lock().unwrap();
        memory.commits += 1;
        let count = memory.commits;
        for change in &mut batch.numbers {
            if let Some(record) = change.value() {
                memory.first_owners.entry(change.key()).or_insert(record.owner());
            }
            if self.is_blind_to(change) {
                *change = Blind(&self.store).map(change.clone());
            }
        }
        if self.flaw == Flaw::DropsAnEvent {
            batch = map_changes(batch, &WithoutFirstEvent);
        }
        if self.flaw == Flaw::BelievesExpectations {
            let greatest = Expect::Revision(u64::MAX.try_into().unwrap());
            memory.has_no_revision_left |= batch.numbers.iter().any(|change| change.expect() == greatest);
            if memory.has_no_revision_left {
                check_expected(&self.store, &batch.numbers)?;
                return Err(StoreError::backend("no revision is left"));
            }
        }
        let lists = batch.contacts.iter().filter_map(|change| change.value());
        for contact in lists.flat_map(|list| list.numbers()) {
            memory.last_id = memory.last_id.max(contact.id().get());
        }
        let is_of_numbers = !batch.numbers.is_empty();
        let receipt = batch.receipt.clone();
        if let (Flaw::LastReceiptCounts, Some(receipt)) = (self.flaw, receipt.clone()) {
            memory.receipts.insert(receipt.key, receipt);
            batch.receipt = None;
        }
        // The lock must not hide these flaws.
        drop(memory);
        if self.flaw == Flaw::LosesACommit && count.is_multiple_of(10) {
            return Ok(Revision::FIRST);
        }
        match self.write(batch) {
            Ok(revision) if self.flaw == Flaw::TellsAnotherRevision => Ok(revision.next()),
            Ok(_) if self.flaw == Flaw::FailsAfterCommits && is_of_numbers && count.is_multiple_of(9) => {
                Err(StoreError::backend("connection reset"))
            }
            Err(StoreError::Conflict { key, expected, found }) => {
                match self.flaw {
                    Flaw::LogsWhatIsRefused => {
                        let unused: PhoneNumber = "+999999999999999".parse().unwrap();
                        let at = "2026-01-01T00:00:00Z".parse().unwrap();
                        let kind = EventKind::Updated;
                        let event = Event { number: unused, at, actor: Actor::System, kind };
                        let change = Change::remove(unused, Expect::Absent).with_events(vec![event]);
                        self.store.commit(change.into()).unwrap();
                    }
                    Flaw::KeepsReceiptOfRefused => {
                        let _ = self.store.commit(Batch::new().with_receipt(receipt));
                    }
                    _ => {}
                }
                Err(match self.flaw {
                    Flaw::ConflictFindsNothing => StoreError::Conflict { key, expected, found: None },
                    Flaw::ConflictNamesAnother => StoreError::conflict("+10", expected, found),
                    _ => StoreError::Conflict { key, expected, found },
                })
            }
            done => done,
        }
    }

    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        let mut asked = query.clone();
        match self.flaw {
            Flaw::Ignores(Field::Prefix) => asked.prefix = None,
            Flaw::Ignores(Field::Owner) | Flaw::IndexesOnce => asked.owner = None,
            Flaw::Ignores(Field::States) => asked.states = StateSet::ALL,
            Flaw::Ignores(Field::Carrier) => asked.carrier = None,
            Flaw::Ignores(Field::UsedBy) => asked.used_by = None,
            Flaw::Ignores(Field::Features) => asked.features = FeatureSet::EMPTY,
            Flaw::Ignores(Field::Created) => asked.created = None,
            Flaw::Ignores(Field::Updated) => asked.updated = None,
            Flaw::Ignores(Field::Clock) => asked.clock = None,
            Flaw::Ignores(Field::Pending) => asked.pending = None,
            _ => {}
        }
        let asked_limit = match self.flaw {
            Flaw::ShortPages => limit.min(3),
            Flaw::OneAtLeast => limit.max(1),
            _ => limit,
        };
        let mut page = self.store.scan(&asked, after, asked_limit)?;
        match self.flaw {
            Flaw::Descends => page.items.reverse(),
            Flaw::CursorInclusive => {
                let at = after.and_then(|after| self.found(after)).filter(|stored| query.matches(stored));
                page.items.splice(0..0, at);
                page.items.truncate(limit);
            }
            Flaw::AlwaysANextPage => {
                page.next = page.items.last().map(|stored| stored.number()).or(after);
            }
            Flaw::NeverANextPage => page.next = None,
            // This flaw visits only a thousand numbers.
            Flaw::GivesUp => {
                let seen = self.store.scan(&Query::default(), after, 1_000)?;
                if let (Some(_), Some(last)) = (seen.next, seen.items.last()) {
                    page.items.retain(|stored| stored.number() <= last.number());
                    page.next = page.next.filter(|_| page.items.len() == limit);
                }
            }
            Flaw::IndexesOnce if query.owner.is_some() => {
                let memory = self.memory.lock().unwrap();
                page.items.retain(|stored| memory.first_owners.get(&stored.number()) == Some(&query.owner));
            }
            _ => {}
        }
        page.items = page.items.into_iter().map(|stored| self.told(stored)).collect();
        Ok(page)
    }

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        let mut query = query.clone();
        match self.flaw {
            Flaw::Ignores(Field::Owner) => query.accounts = None,
            Flaw::Ignores(Field::States) => query.states = PortStates::ALL,
            _ => {}
        }
        let mut page = self.store.scan_port_requests(&query, after, limit)?;
        if self.flaw == Flaw::Descends {
            page.items.reverse();
        }
        Ok(page)
    }

    fn active_port_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        let find = |number: PhoneNumber| match self.flaw {
            Flaw::HoldersAreNotFound => Ok(None),
            Flaw::HoldersAreKept => {
                let all = PortQuery::default().with_states(PortStates::ALL);
                let page = self.store.scan_port_requests(&all, None, usize::MAX)?;
                Ok(page.items.into_iter().find(|stored| stored.number(number).is_some()))
            }
            _ => self.store.active_port_request(number),
        };
        match self.flaw {
            Flaw::HoldersAreNotFound | Flaw::HoldersAreKept | Flaw::ReadsOneByOne => {
                numbers.iter().copied().map(find).collect()
            }
            _ => self.store.active_port_requests(numbers),
        }
    }

    fn contact_lists_with(&self, ids: &[ContactId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError> {
        let find = |id: ContactId| match self.flaw {
            Flaw::HoldersAreNotFound => Ok(None),
            // The first owner of the id, even if it now belongs to another one.
            Flaw::HoldersAreKept => {
                let first = self.store.contact_list("me".parse().unwrap())?;
                Ok(first.or(self.store.contact_list_with(id)?))
            }
            _ => self.store.contact_list_with(id),
        };
        match self.flaw {
            Flaw::HoldersAreNotFound | Flaw::HoldersAreKept | Flaw::ReadsOneByOne => {
                ids.iter().copied().map(find).collect()
            }
            _ => self.store.contact_lists_with(ids),
        }
    }

    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        let mut query = query.clone();
        match self.flaw {
            Flaw::Ignores(Field::Owner) => query.filter.owner = None,
            Flaw::Ignores(Field::Location) => query.filter.location = None,
            Flaw::Ignores(Field::Number) => {
                let mut filter = ContactFilter::default();
                filter.owner = query.filter.owner;
                query.filter = filter;
            }
            _ => {}
        }
        let mut page = self.store.contact_page(&query)?;
        if self.flaw == Flaw::Descends {
            page.items.reverse();
        }
        // As if no text and an empty text were the same.
        if self.flaw == Flaw::OrdersAnEmptyTextFirst && query.order.field == OrderField::Location {
            let text =
                |contact: &ContactNumber| contact.location().map_or("", |text| text.as_str()).to_owned();
            page.items.sort_by_key(|contact| (text(contact), contact.id()));
            if query.order.descending {
                page.items.reverse();
            }
        }
        Ok(page)
    }

    fn new_contact_ids(&self, count: usize) -> Result<Vec<ContactId>, StoreError> {
        let count_of_ids = count as u64;
        let last = match self.flaw {
            Flaw::CountsFromOne => 0,
            Flaw::ChecksIdsThenWrites => {
                let last = self.memory.lock().unwrap().last_id;
                thread::yield_now();
                self.memory.lock().unwrap().last_id = last + count_of_ids;
                last
            }
            _ => return self.store.new_contact_ids(count),
        };
        Ok((last + 1..=last + count_of_ids).map(ContactId::new).collect())
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        let after = if self.flaw == Flaw::EventsInclusive { after.saturating_sub(1) } else { after };
        let mut events = match self.store.events(after, limit) {
            Err(StoreError::Forgotten { first }) if self.flaw == Flaw::ClampsForgotten => {
                self.store.events(first - 1, limit)?
            }
            events => events?,
        };
        match self.flaw {
            Flaw::LogsNumbersOnly => events.retain(|logged| logged.event.number().is_some()),
            // Sometimes the event of an unfinished commit comes after later events.
            Flaw::HidesAnEvent if events.len() > 1 => {
                let mut memory = self.memory.lock().unwrap();
                memory.reads_of_events += 1;
                if memory.reads_of_events.is_multiple_of(5) {
                    events.remove(0);
                }
            }
            _ => {}
        }
        if self.flaw == Flaw::LeavesGaps {
            for logged in &mut events {
                logged.sequence *= 2;
            }
        }
        Ok(events)
    }

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        if self.flaw == Flaw::LastReceiptCounts {
            return Ok(self.memory.lock().unwrap().receipts.get(&key).cloned());
        }
        self.store.receipt(key)
    }
}
