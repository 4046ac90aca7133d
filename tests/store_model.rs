//! Stores against a map that counts versions, under random operations.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[cfg(feature = "redb")]
#[path = "store_redb/folder.rs"]
mod folder;
#[cfg(feature = "postgres")]
mod postgres;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::idempotency::IdempotencyKey;
use telnum::lifecycle::State;
use telnum::policy::Policy;
use telnum::record::{Context, Creation, Event, EventKind, NumberRecord};
use telnum::store::{
    Batch, Change, Expect, Logged, MemoryStore, Query, Receipt, Revision, StateSet, Store, StoreError,
    StoreExt,
};
use telnum::{PhoneNumber, Prefix};

/// A small number, so that operations conflict.
const NUMBERS: usize = 6;
const OWNERS: [&str; 3] = ["shop", "bank", "club"];
const STATES: [State; 4] = [State::Available, State::Reserved, State::InService, State::Aging];

#[derive(Clone, Debug)]
enum Op {
    Commit { changes: Vec<AChange>, receipt: Option<u8> },
    Scan { prefix: Option<&'static str>, owner: Option<usize>, states: Vec<State>, page_size: usize },
    Events { after: u64, limit: usize },
}

#[derive(Clone, Debug)]
struct AChange {
    number: usize,
    /// The expected version: the current one, or an earlier one, by its age.
    stale_by: u64,
    /// The state and owner to store; `None` removes the record.
    becomes: Option<(State, usize)>,
    events: usize,
}

/// The model of the store.
#[derive(Default)]
struct Model {
    records: BTreeMap<PhoneNumber, (Arc<NumberRecord>, Revision)>,
    events: Vec<Event>,
    receipts: BTreeMap<IdempotencyKey, Receipt>,
}

fn op() -> impl Strategy<Value = Op> {
    let stale_by = prop_oneof![8 => Just(0_u64), 1 => 1..4_u64];
    let becomes = prop_oneof![4 => (prop::sample::select(&STATES[..]), 0..OWNERS.len()).prop_map(Some), 1 => Just(None)];
    let change = (0..NUMBERS, stale_by, becomes, 0..3_usize)
        .prop_map(|(number, stale_by, becomes, events)| AChange { number, stale_by, becomes, events });
    let receipt = prop_oneof![3 => Just(None), 1 => (0..4_u8).prop_map(Some)];
    let prefix =
        prop::option::of(prop::sample::select(&["+1", "+14158860", "+14158861", "+1415886000", "+4"][..]));
    let scan = (
        prefix,
        prop::option::of(0..OWNERS.len()),
        prop::sample::subsequence(&STATES[..], 1..=4),
        1..5_usize,
    )
        .prop_map(|(prefix, owner, states, page_size)| Op::Scan { prefix, owner, states, page_size });
    prop_oneof![
        4 => (prop::collection::vec(change, 0..4), receipt)
            .prop_map(|(changes, receipt)| Op::Commit { changes, receipt }),
        2 => scan,
        1 => (0..30_u64, 0..8_usize).prop_map(|(after, limit)| Op::Events { after, limit }),
    ]
}

fn number(place: usize) -> PhoneNumber {
    format!("+1415886{:04}", place * 300).parse().unwrap()
}

fn owner(place: usize) -> AccountId {
    OWNERS[place].parse().unwrap()
}

fn record(number: PhoneNumber, state: State, assign_to: AccountId) -> NumberRecord {
    let accounts = AccountTree::new(OWNERS.map(|id| Account::new(id.parse().unwrap()))).unwrap();
    let policy = Policy::default();
    let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse().unwrap());
    let creation = Creation::default().with_owner(assign_to).with_state(state);
    NumberRecord::create(number, creation, &ctx).unwrap().record
}

impl Model {
    fn revision(&self, number: PhoneNumber) -> Option<Revision> {
        self.records.get(&number).map(|(_, revision)| *revision)
    }

    fn batch(&self, changes: &[AChange], receipt: Option<u8>) -> Batch {
        let changes = changes.iter().map(|change| {
            let number = number(change.number);
            let expect = match self.revision(number) {
                None if change.stale_by == 0 => Expect::Absent,
                None => Expect::Revision(Revision::FIRST),
                Some(revision) if revision.get() > change.stale_by => {
                    Expect::Revision(Revision::try_from(revision.get() - change.stale_by).unwrap())
                }
                Some(_) => Expect::Absent,
            };
            let made = match change.becomes {
                Some((state, place)) => Change::put(record(number, state, owner(place)), expect),
                None => Change::remove(number, expect),
            };
            let at = "2026-03-01T12:00:00Z".parse().unwrap();
            let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
            made.with_events(vec![event; change.events])
        });
        let at = "2026-03-01T12:00:00Z".parse().unwrap();
        let key = |key| format!("key-{key}").parse().unwrap();
        let receipt =
            receipt.map(|place| Receipt::new(key(place), Actor::System, json!(self.events.len()), at));
        changes.collect::<Batch>().with_receipt(receipt)
    }

    /// Returns whether the store should accept a batch.
    fn allows(&self, batch: &Batch) -> bool {
        let is_once = |(place, change): (usize, &Change)| {
            batch.numbers.iter().take(place).all(|other| other.key() != change.key())
        };
        let is_expected = |change: &Change| change.expect().holds(self.revision(change.key()));
        let is_new = |key: &IdempotencyKey| !self.receipts.contains_key(key);
        batch.numbers.iter().enumerate().all(is_once)
            && batch.numbers.iter().all(is_expected)
            && batch.receipt.as_ref().is_none_or(|receipt| is_new(&receipt.key))
    }

    fn make(&mut self, batch: Batch, revision: Revision) {
        for change in batch.numbers {
            let change = change.into_parts();
            match change.value {
                Some(record) => self.records.insert(change.key, (record, revision)),
                None => self.records.remove(&change.key),
            };
            self.events.extend(change.events);
        }
        self.receipts.extend(batch.receipt.map(|receipt| (receipt.key, receipt)));
    }
}

/// Compares a model with the new store after every operation.
fn run(store: &impl Store, ops: Vec<Op>) -> Result<(), TestCaseError> {
    run_on(store, &mut Model::default(), ops)
}

fn run_on(store: &impl Store, model: &mut Model, ops: Vec<Op>) -> Result<(), TestCaseError> {
    for op in ops {
        match op {
            Op::Commit { changes, receipt } => {
                let batch = model.batch(&changes, receipt);
                let is_allowed = model.allows(&batch);
                match store.commit(batch.clone()) {
                    Ok(revision) => {
                        prop_assert!(is_allowed);
                        model.make(batch, revision);
                    }
                    Err(error) => {
                        prop_assert!(!is_allowed, "{}", error);
                        let is_refusal = error.is_conflict() || matches!(error, StoreError::Duplicate(_));
                        prop_assert!(is_refusal, "{}", error);
                    }
                }
            }
            Op::Scan { prefix, owner: place, states, page_size } => {
                let prefix = prefix.map(|text| text.parse::<Prefix>().unwrap());
                let mut query = Query::default().with_states(states.iter().copied().collect::<StateSet>());
                query.prefix = prefix;
                query.owner = place.map(owner);
                let found: Result<Vec<_>, _> = store.scan_all(query, page_size).collect();
                let found: Vec<_> = found
                    .unwrap()
                    .iter()
                    .map(|stored| (Arc::clone(stored.shared()), stored.revision()))
                    .collect();
                let expected = model.records.values().filter(|(record, _)| {
                    states.contains(&record.state())
                        && place.is_none_or(|place| record.owner() == Some(owner(place)))
                        && prefix.is_none_or(|prefix| record.number().starts_with(prefix))
                });
                prop_assert!(found.iter().eq(expected));
            }
            Op::Events { after, limit } => {
                let all = (1..)
                    .zip(&model.events)
                    .map(|(sequence, event)| Logged { sequence, event: event.clone().into() });
                let expected: Vec<_> = all.filter(|logged| logged.sequence > after).take(limit).collect();
                prop_assert_eq!(store.events(after, limit).unwrap(), expected);
            }
        }
        let numbers: Vec<_> = (0..NUMBERS).map(number).collect();
        let found = store.get_many(&numbers).unwrap();
        for (number, found) in numbers.into_iter().zip(found) {
            let found = found.map(|stored| (Arc::clone(stored.shared()), stored.revision()));
            prop_assert_eq!(found.as_ref(), model.records.get(&number));
        }
        for key in 0..4 {
            let key = format!("key-{key}").parse().unwrap();
            prop_assert_eq!(store.receipt(key).unwrap(), model.receipts.get(&key).cloned());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn random_operations_do_what_they_do_to_a_map(ops in prop::collection::vec(op(), 1..60)) {
        run(&MemoryStore::new(), ops)?;
    }
}

#[cfg(feature = "redb")]
proptest! {
    #[test]
    fn random_operations_do_to_a_file_what_they_do_to_a_map(ops in prop::collection::vec(op(), 1..60)) {
        let backend = || Ok(redb::backends::InMemoryBackend::new());
        let store = telnum::store::redb::RedbOptions::new().with_cache_size(1 << 20).open_backend(backend).unwrap();
        run(&store, ops)?;
        store.check().unwrap();
    }
}

#[cfg(feature = "redb")]
proptest! {
    // Each commit is synced.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_operations_do_to_a_file_on_a_disk_what_they_do_to_a_map(ops in prop::collection::vec(op(), 1..60)) {
        let folder = folder::Folder::new();
        let path = folder.path("numbers.redb");
        let (before, after) = ops.split_at(ops.len() / 2);
        let mut model = Model::default();
        run_on(&telnum::store::redb::RedbStore::open(&path).unwrap(), &mut model, before.to_vec())?;
        // The store is opened again.
        run_on(&telnum::store::redb::RedbStore::open(&path).unwrap(), &mut model, after.to_vec())?;
    }
}

#[cfg(feature = "postgres")]
proptest! {
    // Each case has a schema of its own.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    #[ignore = "needs the servers that TELNUM_POSTGRES names"]
    fn random_operations_do_to_a_database_what_they_do_to_a_map(ops in prop::collection::vec(op(), 1..60)) {
        for url in postgres::urls() {
            let schema = postgres::Schema::new(&url, |config| config);
            run(&schema.store(), ops.clone())?;
        }
    }
}
