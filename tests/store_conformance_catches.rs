//! Each law of stores can fail: a store with just one flaw breaks it.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use telnum::PhoneNumber;
use telnum::account::AccountId;
use telnum::idempotency::IdempotencyKey;
use telnum::names::FeatureSet;
use telnum::record::NumberRecord;
use telnum::store::{
    Batch, Change, Expect, Logged, MemoryStore, NumberStore, Page, Query, Revision, StateSet, StoreError,
    Stored,
};
use telnum::testing::conformance::NUMBER_LAWS;

/// What is wrong with a store, and the laws that must find it.
const FLAWS: &[(Flaw, &[&str])] = &[
    (Flaw::StoresOverWhatIsThere, &["absent_is_expected"]),
    (Flaw::StoresOverAnyRevision, &["revision_is_expected", "revision_is_never_reused"]),
    (Flaw::RemovesAnyRevision, &["removal_is_expected"]),
    (Flaw::ConflictFindsNothing, &["conflict_tells_what_was_found"]),
    (Flaw::ConflictNamesAnother, &["conflict_tells_what_was_found"]),
    (Flaw::BatchOneByOne, &["batch_is_whole", "batch_is_seen_whole"]),
    (Flaw::LastOfTwoCounts, &["batch_has_one_change_of_each"]),
    (Flaw::ChecksThenWrites, &["reservation_has_one_winner", "increments_are_not_lost"]),
    (Flaw::RevisionsInAnotherOrder, &["revision_is_the_one_told"]),
    (Flaw::RevisionsStartAnew, &["revision_is_never_reused"]),
    (Flaw::DropsAnEvent, &["events_are_in_order", "events_have_no_gap_in_races"]),
    (Flaw::LeavesGaps, &["events_are_in_order", "events_have_no_gap_in_races"]),
    (Flaw::LogsWhatIsRefused, &["refused_leaves_no_event"]),
    (Flaw::EventsInclusive, &["events_are_paged"]),
    (Flaw::LosesACommit, &["stored_is_read"]),
    (Flaw::Descends, &["scan_ascends"]),
    (Flaw::CursorInclusive, &["cursor_is_exclusive", "pages_join"]),
    (Flaw::AlwaysANextPage, &["pages_join"]),
    (Flaw::NeverANextPage, &["pages_join"]),
    (Flaw::ShortPages, &["pages_join", "limit_is_kept"]),
    (Flaw::OneAtLeast, &["limit_is_kept"]),
    (Flaw::Ignores(Field::Prefix), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Owner), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::States), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Carrier), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::UsedBy), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Features), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Created), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Updated), &["query_is_a_filter"]),
    (Flaw::Ignores(Field::Pending), &["query_is_a_filter"]),
    (Flaw::IndexesOnce, &["query_follows_changes"]),
    (Flaw::GivesUp, &["few_are_found_among_many"]),
    (Flaw::LastReceiptCounts, &["receipt_is_kept_once"]),
    (Flaw::KeepsReceiptOfRefused, &["receipt_is_kept_once"]),
    (Flaw::ChecksReceiptsFirst, &["receipt_is_kept_once"]),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    StoresOverWhatIsThere,
    StoresOverAnyRevision,
    RemovesAnyRevision,
    ConflictFindsNothing,
    ConflictNamesAnother,
    BatchOneByOne,
    LastOfTwoCounts,
    ChecksThenWrites,
    RevisionsInAnotherOrder,
    RevisionsStartAnew,
    DropsAnEvent,
    LeavesGaps,
    LogsWhatIsRefused,
    EventsInclusive,
    LosesACommit,
    Descends,
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
    Pending,
}

/// A store in memory with a flaw.
#[derive(Debug)]
struct Flawed {
    store: MemoryStore,
    flaw: Flaw,
    kept: Mutex<Kept>,
}

/// What flaws remember.
#[derive(Debug, Default)]
struct Kept {
    commits: u32,
    receipts: HashMap<IdempotencyKey, Value>,
    first_owners: BTreeMap<PhoneNumber, Option<AccountId>>,
}

#[test]
fn each_law_fails_where_it_is_broken() {
    for (flaw, laws) in FLAWS {
        for name in *laws {
            let law = NUMBER_LAWS.iter().find(|law| law.name == *name).unwrap();
            // A race may go well by chance.
            let is_found = (0..20).any(|_| (law.check)(&Flawed::new(*flaw)).is_err());
            assert!(is_found, "{flaw:?} is not found by {name}");
        }
    }
    let caught: BTreeSet<_> = FLAWS.iter().flat_map(|(_, laws)| *laws).copied().collect();
    let laws: BTreeSet<_> = NUMBER_LAWS.iter().map(|law| law.name).collect();
    assert_eq!(caught, laws);
}

/// So it is the flaw that is found.
#[test]
fn without_a_flaw_all_laws_hold() {
    for law in NUMBER_LAWS {
        (law.check)(&Flawed::new(Flaw::None)).unwrap();
    }
}

impl Flawed {
    fn new(flaw: Flaw) -> Self {
        Self { store: MemoryStore::new(), flaw, kept: Mutex::default() }
    }

    fn found(&self, number: PhoneNumber) -> Option<Stored<NumberRecord>> {
        self.store.get(number).unwrap()
    }

    fn current(&self, number: PhoneNumber) -> Expect {
        self.found(number).map_or(Expect::Absent, |stored| stored.expected())
    }

    /// The change with whatever is stored as its expectation.
    fn blind(&self, change: Change) -> Change {
        let parts = change.into_parts();
        let expect = self.current(parts.key);
        let change = match parts.value {
            Some(record) => Change::put(record, expect),
            None => Change::remove(parts.key, expect),
        };
        change.with_events(parts.events)
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

    /// The revision that is told of a record.
    fn told(&self, stored: Stored<NumberRecord>) -> Stored<NumberRecord> {
        if self.flaw != Flaw::RevisionsStartAnew {
            return stored;
        }
        let revision = stored.version().try_into().unwrap();
        Stored::new(stored.shared().clone(), revision)
    }

    fn write(&self, mut batch: Batch) -> Result<Vec<Revision>, StoreError> {
        match self.flaw {
            Flaw::BatchOneByOne if !batch.changes.is_empty() => {
                let mut revisions = Vec::new();
                let mut receipt = batch.receipt;
                for change in batch.changes {
                    let one = Batch { changes: vec![change], receipt: receipt.take() };
                    revisions.extend(self.store.commit(one)?);
                    thread::sleep(Duration::from_micros(50));
                }
                Ok(revisions)
            }
            Flaw::LastOfTwoCounts => {
                let last: BTreeMap<_, _> =
                    batch.changes.into_iter().map(|change| (change.key(), change)).collect();
                batch.changes = last.into_values().collect();
                self.store.commit(batch)
            }
            Flaw::ChecksReceiptsFirst => {
                let Some((key, _)) = &batch.receipt else { return self.store.commit(batch) };
                if self.store.receipt(*key)?.is_some() {
                    return self.store.commit(batch);
                }
                thread::sleep(Duration::from_millis(10));
                let changes = batch.changes.clone();
                let done = self.store.commit(batch);
                done.or_else(|_| self.store.commit(changes.into()))
            }
            Flaw::ChecksThenWrites => {
                for change in &batch.changes {
                    let found = self.found(change.key()).map(|stored| stored.revision());
                    if !change.expect().holds(found) {
                        return Err(StoreError::conflict(change.key(), change.expect(), found));
                    }
                }
                thread::sleep(Duration::from_millis(1));
                loop {
                    let changes = batch.changes.iter().map(|change| self.blind(change.clone()));
                    let blind = Batch { changes: changes.collect(), receipt: batch.receipt.clone() };
                    match self.store.commit(blind) {
                        Err(error) if error.is_conflict() => {}
                        done => return done,
                    }
                }
            }
            Flaw::RevisionsStartAnew => {
                let mut told = Vec::new();
                for change in &mut batch.changes {
                    let found = self.found(change.key()).map(|stored| self.told(stored).revision());
                    if !change.expect().holds(found) {
                        return Err(StoreError::conflict(change.key(), change.expect(), found));
                    }
                    told.push(
                        change.value().map_or(Revision::FIRST, |record| record.version().try_into().unwrap()),
                    );
                    *change = self.blind(change.clone());
                }
                self.store.commit(batch).map(|_| told)
            }
            _ => self.store.commit(batch),
        }
    }
}

impl NumberStore for Flawed {
    fn get(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        Ok(self.found(number).map(|stored| self.told(stored)))
    }

    fn commit(&self, batch: Batch) -> Result<Vec<Revision>, StoreError> {
        let mut batch = batch;
        let mut kept = self.kept.lock().unwrap();
        kept.commits += 1;
        let count = kept.commits;
        for change in &mut batch.changes {
            if let Some(record) = change.value() {
                kept.first_owners.entry(change.key()).or_insert(record.owner());
            }
            if self.is_blind_to(change) {
                *change = self.blind(change.clone());
            }
            if self.flaw == Flaw::DropsAnEvent {
                *change = change.clone().with_events(change.events().iter().skip(1).cloned().collect());
            }
        }
        let receipt = batch.receipt.clone();
        if let (Flaw::LastReceiptCounts, Some((key, answer))) = (self.flaw, receipt.clone()) {
            kept.receipts.insert(key, answer);
            batch.receipt = None;
        }
        // These flaws are not to be hidden by the lock.
        drop(kept);
        if self.flaw == Flaw::LosesACommit && count.is_multiple_of(10) {
            return Ok(batch.changes.iter().map(|_| Revision::FIRST).collect());
        }
        let events: Vec<_> = batch.changes.iter().flat_map(|change| change.events().to_vec()).collect();
        match self.write(batch) {
            Ok(mut revisions) => {
                if self.flaw == Flaw::RevisionsInAnotherOrder {
                    revisions.sort_unstable();
                    revisions.reverse();
                }
                Ok(revisions)
            }
            Err(StoreError::Conflict { key, expected, found }) => {
                match self.flaw {
                    Flaw::LogsWhatIsRefused => {
                        let unused = "+999999999999999".parse().unwrap();
                        let change = Change::remove(unused, Expect::Absent).with_events(events);
                        self.store.commit(change.into()).unwrap();
                    }
                    Flaw::KeepsReceiptOfRefused => {
                        let _ = self.store.commit(Batch { changes: Vec::new(), receipt });
                    }
                    _ => {}
                }
                Err(match self.flaw {
                    Flaw::ConflictFindsNothing => StoreError::Conflict { key, expected, found: None },
                    Flaw::ConflictNamesAnother => StoreError::conflict("+10", expected, found),
                    _ => StoreError::Conflict { key, expected, found },
                })
            }
            Err(error) => Err(error),
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
            Flaw::Ignores(Field::States) => asked.states = StateSet::default(),
            Flaw::Ignores(Field::Carrier) => asked.carrier = None,
            Flaw::Ignores(Field::UsedBy) => asked.used_by = None,
            Flaw::Ignores(Field::Features) => asked.features = FeatureSet::NONE,
            Flaw::Ignores(Field::Created) => asked.created = None,
            Flaw::Ignores(Field::Updated) => asked.updated = None,
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
            // It looks at a thousand numbers and no more.
            Flaw::GivesUp => {
                let seen = self.store.scan(&Query::default(), after, 1_000)?;
                if let (Some(_), Some(last)) = (seen.next, seen.items.last()) {
                    page.items.retain(|stored| stored.number() <= last.number());
                    page.next = page.next.filter(|_| page.items.len() == limit);
                }
            }
            Flaw::IndexesOnce if query.owner.is_some() => {
                let kept = self.kept.lock().unwrap();
                page.items.retain(|stored| kept.first_owners.get(&stored.number()) == Some(&query.owner));
            }
            _ => {}
        }
        page.items = page.items.into_iter().map(|stored| self.told(stored)).collect();
        Ok(page)
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        let after = if self.flaw == Flaw::EventsInclusive { after.saturating_sub(1) } else { after };
        let mut events = self.store.events(after, limit)?;
        if self.flaw == Flaw::LeavesGaps {
            for logged in &mut events {
                logged.sequence *= 2;
            }
        }
        Ok(events)
    }

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        if self.flaw == Flaw::LastReceiptCounts {
            return Ok(self.kept.lock().unwrap().receipts.get(&key).cloned());
        }
        self.store.receipt(key)
    }
}
