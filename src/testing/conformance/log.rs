//! Laws of events and receipts: points 3 and 7 of the contract.

use serde_json::json;

use super::fixture::{add, event, numbers, plain, read, receipt};
use super::races::one_is_made;
use super::{Broken, conflict, equal, must};
use crate::number::PhoneNumber;
use crate::record::Event;
use crate::store::{Batch, Change, Expect, Logged, Query, Receipt, Store, StoreError};

/// Point 3: events have the order of the commits, of the changes in a commit and of the events in a
/// change, with sequence numbers from 1 without gaps.
pub(super) fn events_are_in_order(store: &dyn Store) -> Result<(), Broken> {
    let [first, second, third] = numbers()?;
    equal("the events of an empty store", &store.events(0, 10)?, &Vec::new())?;
    let put = |number: PhoneNumber, events: &[u64]| {
        Ok::<_, Broken>(Change::put(plain(number)?, Expect::Absent).with_events(some_events(number, events)?))
    };
    // The changes are not in the order of the numbers.
    store.commit(vec![put(third, &[1, 2])?, put(first, &[])?, put(second, &[3])?].into())?;
    let stored = read(store, third)?;
    let removal = Change::remove(third, stored.expected()).with_events(some_events(third, &[4])?);
    store.commit(removal.into())?;
    let again = Change::put(plain(third)?, Expect::Absent).with_events(some_events(third, &[5, 6])?);
    store.commit(again.into())?;
    let expected = logged(&[(third, &[1, 2]), (second, &[3]), (third, &[4, 5, 6])])?;
    equal("the events", &store.events(0, usize::MAX)?, &expected)
}

/// Point 3: a refused commit leaves neither an event nor a gap.
pub(super) fn refused_leaves_no_event(store: &dyn Store) -> Result<(), Broken> {
    let [number, other] = numbers()?;
    let put = |number, seconds| {
        let change = Change::put(plain(number)?, Expect::Absent);
        Ok::<_, Broken>(change.with_events(some_events(number, &[seconds])?))
    };
    store.commit(put(number, 1)?.into())?;
    // The second change is refused; the event of the first must not be logged.
    conflict("a refused batch", store.commit(vec![put(other, 2)?, put(number, 3)?].into()))?;
    let twice = store.commit(vec![put(other, 4)?, put(other, 5)?].into());
    must(matches!(twice, Err(StoreError::Duplicate(_))), "two changes of one number are not refused")?;
    store.commit(put(other, 6)?.into())?;
    equal("the events", &store.events(0, 10)?, &logged(&[(number, &[1]), (other, &[6])])?)
}

/// Point 3: reading after a sequence number returns up to `limit` events, and events do not change.
pub(super) fn events_are_paged(store: &dyn Store) -> Result<(), Broken> {
    let numbers: [PhoneNumber; 40] = numbers()?;
    for (place, number) in (0_u64..).zip(numbers) {
        let events = some_events(number, &[2 * place, 2 * place + 1])?;
        store.commit(Change::put(plain(number)?, Expect::Absent).with_events(events).into())?;
    }
    let all = store.events(0, usize::MAX)?;
    equal("the number of events", &all.len(), &80)?;
    for after in [0_usize, 1, 2, 39, 79, 80, 81] {
        for limit in [0, 1, 2, 79, 80, 81, usize::MAX] {
            let expected: Vec<_> = all.iter().skip(after).take(limit).cloned().collect();
            equal("a page of events", &store.events(after as u64, limit)?, &expected)?;
        }
    }
    equal("the events after the greatest sequence number", &store.events(u64::MAX, 10)?, &Vec::new())
}

/// Point 7: the first commit with a key keeps its receipt; another commit with that key is refused as a
/// whole. A refused commit keeps no receipt.
pub(super) fn receipt_is_kept_once(store: &dyn Store) -> Result<(), Broken> {
    let [number, other] = numbers()?;
    let first = receipt("first", json!({"answer": [1, null]}))?;
    let second = receipt("second", json!(2))?;
    let batch = |number, receipt: &Receipt| -> Result<Batch, Broken> {
        let change = Change::put(plain(number)?, Expect::Absent).with_events(some_events(number, &[1])?);
        Ok(Batch::from(change).with_receipt(receipt.clone()))
    };
    equal("a receipt before there is one", &store.receipt(first.key)?, &None)?;
    store.commit(batch(number, &first)?)?;
    equal("a receipt", &store.receipt(first.key)?, &Some(first.clone()))?;
    equal("another receipt", &store.receipt(second.key)?, &None)?;

    let again = store.commit(batch(other, &receipt("first", json!("another"))?)?);
    match conflict("a second receipt", again)? {
        StoreError::Conflict { key, found, .. } => {
            equal("the key of a conflict", &*key, first.key.as_str())?;
            must(found.is_some(), "a conflict over a receipt finds no version")?;
        }
        error => return Err(error.into()),
    }
    equal("a receipt after a refused one", &store.receipt(first.key)?, &Some(first))?;
    must(store.get(other)?.is_none(), "a commit was made whose receipt was refused")?;

    conflict("an expectation that fails", store.commit(batch(number, &second)?))?;
    equal("the receipt of a refused commit", &store.receipt(second.key)?, &None)?;
    equal("the number of events", &store.events(0, 10)?.len(), &1)?;

    // A commit without changes can have a receipt.
    store.commit(Batch::new().with_receipt(second.clone()))?;
    equal("the receipt of no change", &store.receipt(second.key)?, &Some(second))?;
    add(store, plain(other)?)?;

    let third = receipt("third", json!(3))?;
    let racing: [PhoneNumber; 18] = numbers()?;
    let racing = racing.into_iter().skip(2).map(|number| batch(number, &third));
    let racing: Vec<_> = racing.collect::<Result<_, _>>()?;
    one_is_made("commits with one receipt", &racing, |batch| store.commit(batch))?;
    equal("the number of records", &store.scan(&Query::default(), None, 20)?.items.len(), &3)
}

fn some_events(number: PhoneNumber, seconds: &[u64]) -> Result<Vec<Event>, Broken> {
    seconds.iter().map(|seconds| event(number, *seconds)).collect()
}

/// Returns the log entries of these events.
fn logged(events: &[(PhoneNumber, &[u64])]) -> Result<Vec<Logged>, Broken> {
    let events: Vec<Vec<Event>> =
        events.iter().map(|(number, seconds)| some_events(*number, seconds)).collect::<Result<_, _>>()?;
    Ok((1..)
        .zip(events.into_iter().flatten())
        .map(|(sequence, event)| Logged { sequence, event: event.into() })
        .collect())
}
