//! Laws of concurrent commits and reads: points 1, 3 and 4 of the contract.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::fixture::{World, add, event, numbers, plain, read, time};
use super::{Broken, equal, must, some};
use crate::number::PhoneNumber;
use crate::record::NumberRecord;
use crate::store::{Batch, Change, Query, Revision, Store, StoreError, StoreExt, Stored};

/// Point 1: of a hundred threads that reserve a number at the same time, exactly one succeeds.
pub(super) fn reservation_has_one_winner(store: &dyn Store) -> Result<(), Broken> {
    const RACERS: usize = 100;
    let [number] = numbers()?;
    let world = World::new()?;
    let [owner, ..] = world.owners;
    add(store, world.record(number, 1, owner)?)?;
    let barrier = Barrier::new(RACERS);
    let reserve = |racer: usize| -> Result<Option<Revision>, Broken> {
        let read = store.get(number);
        let decision = |stored: &NumberRecord| {
            let ctx = world.context(time(racer as u64)?);
            stored.reserve(Some(owner), &ctx).map_err(Broken::new)
        };
        let change = match &read {
            Ok(Some(stored)) => decision(stored).map(|made| Change::put(made.record, stored.expected())),
            Ok(None) | Err(_) => Err(Broken::new("the number is absent")),
        };
        // All threads read before one of them commits.
        barrier.wait();
        match store.commit(change?.into()) {
            Ok(revision) => Ok(Some(revision)),
            Err(error) if error.is_conflict() => Ok(None),
            Err(error) => Err(error.into()),
        }
    };
    let winners: Vec<_> = race(RACERS, reserve)?.into_iter().flatten().collect();
    equal("the number of threads that reserved the number", &winners.len(), &1)?;
    equal("the revision of the reservation", &Some(&read(store, number)?.revision()), &winners.first())
}

/// Point 1: none of a thousand increments of one record by concurrent threads is lost.
pub(super) fn increments_are_not_lost(store: &dyn Store) -> Result<(), Broken> {
    const RACERS: usize = 8;
    const EACH: u64 = 125;
    let [number] = numbers()?;
    let world = World::new()?;
    add(store, plain(number)?)?;
    let increment = |racer: usize| -> Result<(), Broken> {
        for _ in 0..EACH {
            while !increment_once(store, &world, number, racer as u64)? {}
        }
        Ok(())
    };
    race(RACERS, increment)?;
    let expected = 1 + EACH * RACERS as u64;
    equal("the number of changes", &changes(&read(store, number)?), &expected)
}

/// Point 3: the log contains the events of the successful concurrent commits without a gap, and the
/// events of each number in the order of its versions.
pub(super) fn events_have_no_gap_in_races(store: &dyn Store) -> Result<(), Broken> {
    const RACERS: usize = 8;
    let numbers: [PhoneNumber; 3] = numbers()?;
    let world = World::new()?;
    for number in numbers {
        add(store, plain(number)?)?;
    }
    let made = race(RACERS, |racer| {
        let mut made = Vec::new();
        for number in numbers.into_iter().cycle().skip(racer).take(90) {
            let stored = read(store, number)?;
            thread::yield_now();
            // The event's time is the record's number of changes.
            let count = changes(&stored) + 1;
            let changed = world.touched(&stored, time(count)?)?;
            let change = Change::put(changed, stored.expected()).with_events(vec![event(number, count)?]);
            match store.commit(change.into()) {
                Ok(_) => made.push((number, count)),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(made)
    })?;
    let events = store.events(0, usize::MAX)?;
    let sequences = events.iter().map(|logged| logged.sequence);
    must(sequences.eq(1..=events.len() as u64), "sequence numbers have a gap, or are not in order")?;
    let mut acknowledged: Vec<_> = made.into_iter().flatten().collect();
    acknowledged.sort_unstable();
    equal("the number of events", &events.len(), &acknowledged.len())?;
    let mut last: BTreeMap<PhoneNumber, u64> = BTreeMap::new();
    for logged in &events {
        let event = some("an event of a number", logged.event.number())?;
        let count = last.entry(event.number).or_insert(1);
        *count += 1;
        equal("the event of a number's next change", &event.at, &time(*count)?)?;
    }
    for number in numbers {
        equal("the last event", last.get(&number).unwrap_or(&1), &changes(&read(store, number)?))?;
    }
    Ok(())
}

/// Point 4: a reader sees a batch as a whole or not at all: in a scan, in consecutive reads, and in the
/// log, which is never ahead of the records.
pub(super) fn batch_is_seen_whole(store: &dyn Store) -> Result<(), Broken> {
    const ROUNDS: u64 = 200;
    let numbers: [PhoneNumber; 5] = numbers()?;
    let world = World::new()?;
    for number in numbers {
        add(store, plain(number)?)?;
    }
    let is_done = AtomicBool::new(false);
    let write = || -> Result<(), Broken> {
        for round in 1..=ROUNDS {
            let mut batch = Vec::new();
            for number in numbers {
                let stored = read(store, number)?;
                let changed = world.touched(&stored, time(round)?)?;
                let happened = vec![event(number, round)?];
                batch.push(Change::put(changed, stored.expected()).with_events(happened));
            }
            store.commit(Batch::from(batch))?;
        }
        Ok(())
    };
    let watch = || -> Result<(), Broken> {
        let mut seen = 0;
        while !is_done.load(Ordering::Acquire) {
            let page = store.scan(&Query::default(), None, usize::MAX)?;
            let mut times = page.items.iter().map(|stored| stored.updated());
            let first = times.next();
            must(times.all(|time| Some(time) == first), "a scan sees half a batch")?;

            // The first pass reads in descending order: a later read never returns an older version.
            let mut latest = None;
            for number in numbers.into_iter().rev().chain(numbers) {
                let updated = Some(read(store, number)?.updated());
                must(updated >= latest, "a read sees less of a batch than the one before")?;
                latest = updated;
            }

            let events = store.events(seen, usize::MAX)?;
            seen += events.len() as u64;
            must(seen.is_multiple_of(numbers.len() as u64), "half a batch's events are seen")?;
            if let Some(last) = events.last() {
                let event = some("an event of a number", last.event.number())?;
                let updated = read(store, event.number)?.updated();
                must(updated >= event.at, "an event is seen before its change")?;
            }
        }
        Ok(())
    };
    race(3, |racer| {
        if racer > 0 {
            return watch();
        }
        let written = write();
        is_done.store(true, Ordering::Release);
        written
    })?;
    equal("the time of the last round", &read(store, numbers[0])?.updated(), &time(ROUNDS)?)
}

/// Returns the number of changes of the record, which the record itself counts.
fn changes(stored: &Stored<NumberRecord>) -> u64 {
    stored.version()
}

/// Increments a record, and returns whether [`StoreExt::update`] succeeded within its attempts.
fn increment_once(
    store: &dyn Store,
    world: &World,
    number: PhoneNumber,
    seconds: u64,
) -> Result<bool, Broken> {
    let increment = |stored: Option<&Stored<NumberRecord>>| -> Result<Option<Change>, Attempt> {
        let stored = stored.ok_or_else(|| Attempt::Broken(Broken::new("the number is absent")))?;
        let now = time(seconds).map_err(Attempt::Broken)?;
        let changed = world.touched(stored, now).map_err(Attempt::Broken)?;
        Ok(Some(Change::put(changed, stored.expected())))
    };
    match store.update(number, increment) {
        Ok(_) => Ok(true),
        Err(Attempt::Store(error)) if error.is_conflict() => Ok(false),
        Err(Attempt::Store(error)) => Err(error.into()),
        Err(Attempt::Broken(broken)) => Err(broken),
    }
}

/// The reason why an increment failed.
enum Attempt {
    Broken(Broken),
    Store(StoreError),
}

impl From<StoreError> for Attempt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Checks that exactly one of several concurrent commits takes effect.
pub(super) fn one_is_made<B: Clone + Sync>(
    description: &str,
    batches: &[B],
    commit: impl Fn(B) -> Result<Revision, StoreError> + Sync,
) -> Result<(), Broken> {
    let barrier = Barrier::new(batches.len());
    let made = race(batches.len(), |racer| {
        let batch = batches.get(racer).cloned();
        barrier.wait();
        match batch.map(&commit) {
            Some(Err(error)) if error.is_conflict() => Ok(0),
            Some(made) => Ok(made.map(|_| 1)?),
            None => Ok(0),
        }
    })?;
    equal(description, &made.into_iter().sum::<usize>(), &1)
}

/// Runs threads at the same time, and returns their results.
pub(super) fn race<T: Send>(
    racers: usize,
    run: impl Fn(usize) -> Result<T, Broken> + Sync,
) -> Result<Vec<T>, Broken> {
    thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..racers).map(|racer| scope.spawn(move || run(racer))).collect();
        let joined =
            threads.into_iter().map(|thread| thread.join().map_err(|_| Broken::new("a thread panicked"))?);
        joined.collect()
    })
}
