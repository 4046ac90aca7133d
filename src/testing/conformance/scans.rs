//! Laws of scans: points 5 and 6 of the contract.

use super::fixture::{World, add, number, read, time};
use super::{Broken, equal, must, some};
use crate::lifecycle::State;
use crate::names::Feature;
use crate::number::{PhoneNumber, Prefix};
use crate::record::NumberRecord;
use crate::store::{Batch, Change, Expect, Query, Store, Stored};

/// Point 5: numbers are in ascending order, regardless of the order in which they were added.
pub(super) fn scan_ascends(store: &dyn Store) -> Result<(), Broken> {
    let records = World::new()?.records()?;
    let count = records.len();
    for place in 0..count {
        // Every record is added exactly once, since 37 and the count are coprime.
        let record = some("a record", records.get(place * 37 % count))?;
        add(store, record.clone())?;
    }
    let found = store.scan(&Query::default(), None, usize::MAX)?;
    equal("the number of records", &found.items.len(), &count)?;
    must(found.items.iter().map(|stored| stored.number()).is_sorted(), "numbers do not ascend")?;
    must(found.items.iter().map(|stored| &**stored).eq(&records), "a scan finds other records")
}

/// Point 5: a page starts with the first number after its cursor, whether or not the number of the
/// cursor is stored.
pub(super) fn cursor_is_exclusive(store: &dyn Store) -> Result<(), Broken> {
    let records = fill(store)?;
    let between = ["+10", "+14158860001", "+1415887", "+14168869999", "+4420", "+999999999999999"];
    let mut cursors: Vec<_> = records.iter().map(NumberRecord::number).collect();
    for text in between {
        cursors.push(number(text)?);
    }
    for query in queries()? {
        for cursor in &cursors {
            let expected = records.iter().find(|record| query.matches(record) && record.number() > *cursor);
            let found = store.scan(&query, Some(*cursor), 1)?;
            let description = format!("the first number after {cursor} of {query:?}");
            equal(&description, &found.items.first().map(|stored| &**stored), &expected)?;
        }
    }
    // The number of the cursor may have been removed.
    let gone = some("a record", records.get(7))?.number();
    let stored = read(store, gone)?;
    store.commit(Change::remove(gone, stored.expected()).into())?;
    let found = store.scan(&Query::default(), Some(gone), 1)?.items;
    equal("the number after one that was removed", &found.first().map(|stored| &**stored), &records.get(8))
}

/// Point 5: pages of any size concatenate to the whole scan; all pages except the last are full, and
/// the last one has no cursor.
pub(super) fn pages_join(store: &dyn Store) -> Result<(), Broken> {
    let records = fill(store)?;
    for query in queries()? {
        let expected: Vec<_> = matching(&records, &query).collect();
        for limit in [1, 2, 3, 7, 50, expected.len().max(1), usize::MAX] {
            check_pages(store, &query, limit, &expected)?;
        }
    }
    Ok(())
}

/// Point 6: a query finds a few numbers among many, in pages of any size, by each of the properties in
/// which they differ.
pub(super) fn few_are_found_among_many(store: &dyn Store) -> Result<(), Broken> {
    const MANY: usize = 10_000;
    let world = World::new()?;
    let [one, other, _] = world.owners;
    let mut few = Vec::new();
    let mut changes = Vec::new();
    for place in 0..MANY {
        let number = number(&format!("+1415886{place:04}"))?;
        // Many numbers precede the first match, and follow the last one.
        let is_one = place % 1_300 == 1_100;
        let record = if is_one { world.record(number, 4, one)? } else { world.record(number, 3, other)? };
        few.extend(is_one.then(|| record.clone()));
        changes.push(Change::put(record, Expect::Absent));
    }
    for changes in changes.chunks(1_000) {
        store.commit(Batch::from(changes.to_vec()))?;
    }
    let carrier = few.first().map(NumberRecord::carrier);
    let prefix = Some("+1415".parse().map_err(Broken::new)?);
    let all = Query::default;
    let queries = [
        Query { owner: Some(one), ..all() },
        Query { owner: Some(one), prefix, states: [State::PortIn].into(), ..all() },
        Query { states: [State::PortIn].into(), ..all() },
        Query { prefix, carrier, ..all() },
    ];
    let expected: Vec<_> = few.iter().collect();
    for query in queries {
        for limit in [1, 2, 3, few.len(), few.len() + 1, MANY] {
            check_pages(store, &query, limit, &expected)?;
        }
    }
    Ok(())
}

/// Checks that the pages of a query concatenate to `expected`.
fn check_pages(
    store: &dyn Store,
    query: &Query,
    limit: usize,
    expected: &[&NumberRecord],
) -> Result<(), Broken> {
    let description = format!("pages of {limit} of {query:?}");
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.scan(query, after, limit)?;
        found.extend(page.items.iter().map(Stored::shared).cloned());
        let is_full = page.items.len() == limit;
        let last = page.items.last().map(|stored| stored.number());
        match page.next {
            None => break,
            Some(_) if !is_full => return Err(Broken(format!("{description}: a page is not full"))),
            next => equal(&description, &next, &last)?,
        }
        must(found.len() <= expected.len(), &format!("{description}: the pages do not end"))?;
        after = page.next;
    }
    must(found.iter().map(|record| &**record).eq(expected.iter().copied()), &description)
}

/// Point 5: a page has at most `limit` numbers. A page with the limit 0 is empty, and its cursor is the
/// one that was passed in.
pub(super) fn limit_is_kept(store: &dyn Store) -> Result<(), Broken> {
    let records = fill(store)?;
    let cursor = some("a record", records.get(3))?.number();
    for limit in [0, 1, 5, records.len(), usize::MAX] {
        let page = store.scan(&Query::default(), None, limit)?;
        equal("the number of records", &page.items.len(), &limit.min(records.len()))?;
    }
    for after in [None, Some(cursor)] {
        let page = store.scan(&Query::default(), after, 0)?;
        equal("a page for a limit of 0", &(page.items.len(), page.next), &(0, after))?;
    }
    Ok(())
}

/// Point 5: a scan returns the numbers that match its query, for each field and for combinations of
/// fields.
pub(super) fn query_is_a_filter(store: &dyn Store) -> Result<(), Broken> {
    let records = fill(store)?;
    check_queries(store, &records)
}

/// Point 5: a scan still returns the numbers that match after all properties of the numbers have
/// changed, and after numbers were removed.
pub(super) fn query_follows_changes(store: &dyn Store) -> Result<(), Broken> {
    let records = fill(store)?;
    let world = World::new()?;
    let [first, second, third] = world.owners;
    let mut expected = Vec::new();
    for (place, record) in records.iter().enumerate() {
        let stored = read(store, record.number())?;
        // Most records get another kind and owner, some keep one of them, some are removed.
        let owner = [second, third, first].into_iter().cycle().nth(place % 4);
        let owner = some("an owner", owner)?;
        if place % 9 == 8 {
            store.commit(Change::remove(record.number(), stored.expected()).into())?;
        } else {
            let other = world.record(record.number(), place * 5 + place / 7, owner)?;
            store.commit(Change::put(other.clone(), stored.expected()).into())?;
            expected.push(other);
        }
    }
    check_queries(store, &expected)?;
    for record in &expected {
        let stored = read(store, record.number())?;
        store.commit(Change::remove(record.number(), stored.expected()).into())?;
    }
    check_queries(store, &[])
}

fn check_queries(store: &dyn Store, records: &[NumberRecord]) -> Result<(), Broken> {
    for query in queries()? {
        let page = store.scan(&query, None, usize::MAX)?;
        let found: Vec<PhoneNumber> = page.items.iter().map(|stored| stored.number()).collect();
        let expected: Vec<PhoneNumber> = matching(records, &query).map(NumberRecord::number).collect();
        equal(&format!("the numbers that match {query:?}"), &found, &expected)?;
    }
    Ok(())
}

fn matching<'a>(records: &'a [NumberRecord], query: &'a Query) -> impl Iterator<Item = &'a NumberRecord> {
    records.iter().filter(|record| query.matches(record))
}

/// Stores records of all kinds, and returns them.
fn fill(store: &dyn Store) -> Result<Vec<NumberRecord>, Broken> {
    let records = World::new()?.records()?;
    let changes = records.iter().map(|record| Change::put(record.clone(), Expect::Absent));
    store.commit(changes.collect::<Batch>())?;
    Ok(records)
}

/// Returns queries by each field, and by combinations of fields.
fn queries() -> Result<Vec<Query>, Broken> {
    let owners = World::new()?.owners;
    let prefix = |text: &str| text.parse::<Prefix>().map_err(Broken::new);
    let all = Query::default;
    let nobody = "nobody".parse().map_err(Broken::new)?;
    let telnyx = "telnyx".parse().map_err(Broken::new)?;
    let mut queries = vec![
        all(),
        Query { owner: Some(nobody), ..all() },
        Query { carrier: Some(telnyx), ..all() },
        Query { carrier: Some("nowhere".parse().map_err(Broken::new)?), ..all() },
        Query { used_by: Some("callflow".into()), ..all() },
        Query { used_by: Some("nothing".into()), ..all() },
        Query { features: Feature::Local.into(), ..all() },
        Query { created: Some(time(2)?..=time(5)?), ..all() },
        Query { created: Some(time(5)?..=time(2)?), ..all() },
        Query { updated: Some(time(100)?..=time(112)?), ..all() },
        Query { clock: Some(time(100)?..=time(112)?), ..all() },
        Query { clock: Some(time(112)?..=time(100)?), ..all() },
        Query { pending: Some(true), ..all() },
        Query { pending: Some(false), ..all() },
        Query { states: [].into(), ..all() },
        Query { states: [State::Reserved, State::Aging].into(), ..all() },
    ];
    queries.extend(State::ALL.map(|state| Query { states: [state].into(), ..all() }));
    for states in State::ALL.map(|state| [state].into()) {
        queries.push(Query { states, clock: Some(time(3)?..=time(106)?), ..all() });
    }
    for text in ["+1", "+1415", "+14158860", "+14158860000", "+2", "+4", "+49301", "+9", "+999999999999999"] {
        let prefix = Some(prefix(text)?);
        queries.push(Query { prefix, ..all() });
        queries.push(Query { prefix, states: [State::InService, State::Deleted].into(), ..all() });
        queries.push(Query { prefix, pending: Some(true), ..all() });
        queries.extend(owners.map(|owner| Query { prefix, owner: Some(owner), ..all() }));
    }
    for owner in owners {
        let owner = Some(owner);
        queries.push(Query { owner, ..all() });
        queries.push(Query { owner, states: [State::Reserved, State::Available].into(), ..all() });
        queries.push(Query { owner, pending: Some(true), used_by: None, ..all() });
        queries.push(Query { owner, pending: Some(false), used_by: Some("callflow".into()), ..all() });
        queries.push(Query {
            owner,
            prefix: Some(prefix("+1415")?),
            states: [State::Reserved].into(),
            carrier: Some(telnyx),
            used_by: Some("callflow".into()),
            created: Some(time(0)?..=time(1000)?),
            updated: Some(time(0)?..=time(1000)?),
            pending: Some(false),
            ..all()
        });
    }
    Ok(queries)
}
