//! Laws of forgetting, and of readers that follow the log: points 3 and 7 of the contract.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::fixture::{event, numbers, plain, receipt_at, time};
use super::races::race;
use super::{Broken, conflict, equal, must};
use crate::number::PhoneNumber;
use crate::store::{Batch, Change, Expect, Forget, Logged, Receipt, Store, StoreError};

/// Point 3: reading events that were forgotten, by age or by count, is an error that contains the
/// sequence number of the first remaining event. The remaining events keep their sequence numbers, and
/// later events get the next ones.
pub(super) fn reading_forgotten_events_is_an_error(store: &dyn Store) -> Result<(), Broken> {
    let numbers: [PhoneNumber; 20] = numbers()?;
    let log = |number: PhoneNumber, seconds: u64| -> Result<(), Broken> {
        let change = Change::remove(number, Expect::Absent).with_events(vec![event(number, seconds)?]);
        store.commit(change.into())?;
        Ok(())
    };
    for (second, number) in (1..=10).zip(numbers) {
        log(number, second)?;
    }
    let all = store.events(0, 100)?;
    store.forget(&Forget::default())?;
    equal("the events after nothing was forgotten", &store.events(0, 100)?, &all)?;
    // The events of the seconds 1 to 3.
    store.forget(&Forget::default().with_events_before(time(4)?))?;
    check_forgotten(store, 4, &all)?;
    store.forget(&Forget::default().with_max_events(4).with_events_before(time(2)?))?;
    check_forgotten(store, 7, &all)?;
    // Forgotten events do not return.
    store.forget(&Forget::default().with_max_events(100))?;
    check_forgotten(store, 7, &all)?;
    store.forget(&Forget::default().with_max_events(0))?;
    check_forgotten(store, 11, &all)?;
    log(numbers[10], 11)?;
    let found: Vec<_> = store.events(10, 10)?.iter().map(|logged| logged.sequence).collect();
    equal("the event after all were forgotten", &found, &vec![11])
}

/// Checks that the events before `first` are forgotten and all others are those of `all`.
fn check_forgotten(store: &dyn Store, first: u64, all: &[Logged]) -> Result<(), Broken> {
    for after in 0..first - 1 {
        match store.events(after, 10) {
            Err(StoreError::Forgotten { first: told }) => equal("the first event left", &told, &first)?,
            answer => return Err(Broken(format!("forgotten events are read after {after}: {answer:?}"))),
        }
    }
    for after in first - 1..=11 {
        let expected = all.iter().filter(|logged| logged.sequence > after).cloned().collect();
        equal("the events left", &store.events(after, 100)?, &expected)?;
    }
    Ok(())
}

/// Point 7: receipts are forgotten only by age and by count, the oldest first. The key of a forgotten
/// receipt can be used again.
pub(super) fn receipts_are_forgotten(store: &dyn Store) -> Result<(), Broken> {
    let receipts = (1..=6).map(|second| receipt_at(&format!("key-{second}"), json!(second), second));
    let receipts: Vec<_> = receipts.collect::<Result<_, Broken>>()?;
    for receipt in &receipts {
        store.commit(Batch::new().with_receipt(receipt.clone()))?;
    }
    let check = |left: std::ops::RangeInclusive<u64>| -> Result<(), Broken> {
        for (second, receipt) in (1..).zip(&receipts) {
            let expected = left.contains(&second).then(|| receipt.clone());
            equal("a receipt after others were forgotten", &store.receipt(receipt.key)?, &expected)?;
        }
        Ok(())
    };
    store.forget(&Forget::default().with_max_events(0))?;
    check(1..=6)?;
    store.forget(&Forget::default().with_receipts_before(time(3)?))?;
    check(3..=6)?;
    store.forget(&Forget::default().with_max_receipts(2))?;
    check(5..=6)?;
    conflict(
        "a second receipt",
        store.commit(Batch::new().with_receipt(receipt_at("key-5", json!("again"), 7)?)),
    )?;
    let again = receipt_at("key-1", json!("again"), 7)?;
    store.commit(Batch::new().with_receipt(again.clone()))?;
    equal("a receipt under a key that was forgotten", &store.receipt(again.key)?, &Some(again))
}

/// Point 7: above the quota of an actor, its oldest receipts are forgotten, and those of no other
/// actor.
pub(super) fn quota_is_per_actor(store: &dyn Store) -> Result<(), Broken> {
    let mut receipts = Vec::new();
    // The order of the times differs from that of the commits, which is the one that counts.
    for (place, actor) in
        ["one", "one", "two", "one", "one", "system", "one", "one", "two"].into_iter().enumerate()
    {
        let receipt = receipt_at(&format!("key-{place}"), json!(place), 9 - place as u64)?;
        receipts.push(Receipt { actor: actor.parse().map_err(Broken::new)?, ..receipt });
    }
    for receipt in &receipts {
        store.commit(Batch::new().with_receipt(receipt.clone()))?;
    }
    let check = |left: &[usize]| -> Result<(), Broken> {
        for (place, receipt) in receipts.iter().enumerate() {
            let expected = left.contains(&place).then(|| receipt.clone());
            equal(
                "a receipt after those above a quota were forgotten",
                &store.receipt(receipt.key)?,
                &expected,
            )?;
        }
        Ok(())
    };
    store.forget(&Forget::default().with_max_receipts_per_actor(6))?;
    check(&[0, 1, 2, 3, 4, 5, 6, 7, 8])?;
    store.forget(&Forget::default().with_max_receipts_per_actor(2))?;
    check(&[2, 5, 6, 7, 8])?;
    store.forget(&Forget::default().with_max_receipts_per_actor(1).with_max_receipts(2))?;
    check(&[7, 8])?;
    store.forget(&Forget::default().with_max_receipts_per_actor(0))?;
    check(&[])
}

/// Point 3: a reader that follows the log during concurrent commits reads every event once, with its
/// final sequence number.
pub(super) fn no_event_is_skipped(store: &dyn Store) -> Result<(), Broken> {
    const WRITERS: usize = 4;
    const COMMITS: usize = 150;
    let is_done = AtomicBool::new(false);
    let write = |writer: usize| -> Result<Vec<Logged>, Broken> {
        for place in 0..COMMITS {
            let number = super::fixture::number(&format!("+1415{writer:03}{place:04}"))?;
            let events = vec![event(number, 1)?, event(number, 2)?];
            store.commit(Change::put(plain(number)?, Expect::Absent).with_events(events).into())?;
        }
        Ok(Vec::new())
    };
    let follow = || -> Result<Vec<Logged>, Broken> {
        let mut read: Vec<Logged> = Vec::new();
        loop {
            // The log contains everything that was committed before this flag was set.
            let was_done = is_done.load(Ordering::Acquire);
            let after = read.last().map_or(0, |logged| logged.sequence);
            let events = store.events(after, 7)?;
            if events.is_empty() && was_done {
                return Ok(read);
            }
            read.extend(events);
        }
    };
    let done = std::sync::Barrier::new(WRITERS + 1);
    let followed = race(WRITERS + 2, |racer| match racer {
        0 => {
            done.wait();
            is_done.store(true, Ordering::Release);
            Ok(Vec::new())
        }
        1 => follow(),
        _ => {
            let written = write(racer);
            done.wait();
            written
        }
    })?;
    let followed: Vec<_> = followed.into_iter().flatten().collect();
    let all = store.events(0, usize::MAX)?;
    equal("the number of events", &all.len(), &(2 * WRITERS * COMMITS))?;
    must(followed == all, "a reader of the log skipped an event, or read it under another number")
}
