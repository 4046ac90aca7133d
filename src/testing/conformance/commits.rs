//! Laws of commits, most of them of numbers: points 1, 2 and 4 of the contract.

use std::collections::BTreeMap;

use super::fixture::{World, add, numbers, plain, read, time};
use super::races::one_is_made;
use super::{Broken, conflict, equal, must, some};
use crate::store::{Batch, Change, Entity, Expect, Query, Revision, Store, StoreError, Stored};

/// Points 1 and 2 for values of one kind, named `kind` and read by `get`: `first` and `changed` are versions
/// of one value, `other` is another value.
pub(super) fn changes_are_expected<T: Entity>(
    store: &dyn Store,
    kind: &str,
    [first, changed, other]: [T; 3],
    get: impl Fn(T::Key) -> Result<Option<Stored<T>>, StoreError>,
) -> Result<(), Broken>
where
    Batch: FromIterator<Change<T>>,
{
    let put = |value: &T, expect| Change::put(value.clone(), expect);
    let commit = |changes: &[Change<T>]| store.commit(changes.iter().cloned().collect());
    let stale = commit(&[put(&first, Expect::Absent)])?;
    conflict(&format!("a change that expects an absent {kind}"), commit(&[put(&first, Expect::Absent)]))?;
    commit(&[put(&changed, Expect::Revision(stale))])?;
    let current = some(&format!("the changed {kind}"), get(first.key())?)?;
    equal(&format!("the {kind} stored over a revision"), &*current, &changed)?;
    must(current.revision() != stale, "a revision is used twice")?;
    conflict("a stale revision", commit(&[put(&first, Expect::Revision(stale))]))?;
    let half = [put(&other, Expect::Absent), put(&first, Expect::Revision(stale))];
    conflict("half of a batch", commit(&half))?;
    must(get(other.key())?.is_none(), "a refused batch stored something")?;
    let answer = commit(&[put(&other, Expect::Absent), put(&other, Expect::Absent)]);
    let is_refused = matches!(answer, Err(StoreError::Duplicate(_)));
    must(is_refused, &format!("two changes of one {kind} are not refused"))?;
    commit(&[Change::remove(first.key(), current.expected())])?;
    must(get(first.key())?.is_none(), &format!("a removed {kind} is read"))?;
    let again = commit(&[put(&first, Expect::Absent)])?;
    must(again != stale && again != current.revision(), "a revision is used twice")?;
    let racing = vec![put(&changed, Expect::Revision(again)); 16];
    one_is_made("the commits over one revision", &racing, |change| commit(&[change]))
}

/// Point 1: a change that expects an absent number takes effect only if the number is absent.
pub(super) fn absent_is_expected(store: &dyn Store) -> Result<(), Broken> {
    let [number] = numbers()?;
    let (first, world) = (plain(number)?, World::new()?);
    add(store, first.clone())?;
    let other = world.touched(&first, time(1)?)?;
    conflict(
        "a change that expects an absent number",
        store.commit(Change::put(other, Expect::Absent).into()),
    )?;
    equal("the record after a refused commit", &*read(store, number)?, &first)?;
    conflict(
        "a removal that expects an absent number",
        store.commit(Change::remove(number, Expect::Absent).into()),
    )?;
    equal("the record after a refused removal", &*read(store, number)?, &first)
}

/// Point 1: a change that expects a revision takes effect only on that revision.
pub(super) fn revision_is_expected(store: &dyn Store) -> Result<(), Broken> {
    let [number, other, missing] = numbers()?;
    let world = World::new()?;
    let [first, second, third] = {
        let first = plain(number)?;
        let second = world.touched(&first, time(1)?)?;
        let third = world.touched(&second, time(2)?)?;
        [first, second, third]
    };
    add(store, plain(other)?)?;
    let stale = add(store, first)?;
    store.commit(Change::put(second.clone(), Expect::Revision(stale)).into())?;
    equal("the record stored over a revision", &*read(store, number)?, &second)?;
    let current = read(store, number)?.revision();
    let others = read(store, other)?.revision();
    let future = current.next().next();
    let greatest = Revision::try_from(u64::MAX).map_err(Broken::new)?;
    let wrong =
        [("a stale", stale), ("another record's", others), ("a future", future), ("the greatest", greatest)];
    for (kind, wrong) in wrong {
        let description = format!("{kind} revision");
        conflict(&description, store.commit(Change::put(third.clone(), Expect::Revision(wrong)).into()))?;
        equal(&description, &*read(store, number)?, &second)?;
    }
    let blind = Change::put(plain(missing)?, Expect::Revision(current));
    conflict("a revision of an absent number", store.commit(blind.into()))?;
    must(store.get(missing)?.is_none(), "a refused commit stored an absent number")?;
    let blind = Change::remove(missing, Expect::Revision(greatest));
    conflict("the greatest revision of an absent number", store.commit(blind.into()))?;
    // Refused commits do not change which commits are made.
    let made = store.commit(Change::put(third, Expect::Revision(current)).into())?;
    must(current < made && made < greatest, "a revision is not above the expected one, or is the greatest")?;
    add(store, plain(missing)?).map(|_| ())
}

/// Point 1: a removal takes effect only on the revision that it expects.
pub(super) fn removal_is_expected(store: &dyn Store) -> Result<(), Broken> {
    let [number] = numbers()?;
    let stale = add(store, plain(number)?)?;
    let changed = World::new()?.touched(&plain(number)?, time(1)?)?;
    store.commit(Change::put(changed, Expect::Revision(stale)).into())?;
    conflict("a stale removal", store.commit(Change::remove(number, Expect::Revision(stale)).into()))?;
    let current = read(store, number)?;
    store.commit(Change::remove(number, current.expected()).into())?;
    must(store.get(number)?.is_none(), "a removed number is read")?;
    must(store.scan(&Query::default(), None, 10)?.items.is_empty(), "a removed number is scanned")?;
    conflict("a second removal", store.commit(Change::remove(number, current.expected()).into()))?;
    // Removing an absent number that is expected to be absent is not a conflict.
    store.commit(Change::remove(number, Expect::Absent).into())?;
    must(store.get(number)?.is_none(), "removing an absent number stored something")
}

/// Point 1: a conflict contains the number, and the expected and the found version.
pub(super) fn conflict_contains_the_found_version(store: &dyn Store) -> Result<(), Broken> {
    let [number, missing] = numbers()?;
    let found = add(store, plain(number)?)?;
    let wrong = found.next();
    let cases = [
        (Change::put(plain(number)?, Expect::Absent), Some(found)),
        (Change::put(plain(number)?, Expect::Revision(wrong)), Some(found)),
        (Change::remove(number, Expect::Revision(wrong)), Some(found)),
        (Change::put(plain(missing)?, Expect::Revision(found)), None),
        (Change::remove(missing, Expect::Revision(found)), None),
    ];
    for (change, found) in cases {
        let (key, expected) = (change.key(), change.expect());
        let error = conflict("an expectation that fails", store.commit(change.into()))?;
        let StoreError::Conflict { key: told, expected: told_expected, found: told_found } = error else {
            return Err(Broken::new("the conflict has another variant"));
        };
        equal("the key of a conflict", &*told, key.to_string().as_str())?;
        equal("the expected version in a conflict", &told_expected, &expected)?;
        equal("the found version in a conflict", &told_found, &found)?;
    }
    Ok(())
}

/// Point 1: a batch is stored as a whole if all its expectations hold, and not at all otherwise.
pub(super) fn batch_is_whole(store: &dyn Store) -> Result<(), Broken> {
    let [kept, gone, new, newer] = numbers()?;
    let world = World::new()?;
    let wrong = add(store, plain(kept)?)?;
    add(store, plain(gone)?)?;
    store.commit(Change::put(world.touched(&plain(kept)?, time(1)?)?, Expect::Revision(wrong)).into())?;
    let (was_kept, was_gone) = (read(store, kept)?, read(store, gone)?);
    let changes = |failing: Option<usize>| -> Result<Batch, Broken> {
        let expect = |place, right| if failing == Some(place) { Expect::Revision(wrong) } else { right };
        Ok([
            Change::put(plain(new)?, expect(0, Expect::Absent)),
            Change::put(world.touched(&was_kept, time(2)?)?, expect(1, was_kept.expected())),
            Change::remove(gone, expect(2, was_gone.expected())),
            Change::put(plain(newer)?, expect(3, Expect::Absent)),
        ]
        .into_iter()
        .collect())
    };
    for failing in 0..4 {
        conflict("a batch with one wrong expectation", store.commit(changes(Some(failing))?))?;
        let description = format!("the record after a batch whose change {failing} was refused");
        equal(&description, &read(store, kept)?, &was_kept)?;
        equal(&description, &read(store, gone)?, &was_gone)?;
        must(store.get(new)?.is_none() && store.get(newer)?.is_none(), "a refused batch stored something")?;
        equal(
            "the number of records after a refused batch",
            &store.scan(&Query::default(), None, 9)?.items.len(),
            &2,
        )?;
    }
    store.commit(changes(None)?)?;
    let stored = [kept, gone, new, newer].map(|number| store.get(number).map(|stored| stored.is_some()));
    let stored: Vec<_> = stored.into_iter().collect::<Result<_, _>>()?;
    equal("the numbers that a batch stored", &stored, &vec![true, false, true, true])?;
    equal("the time of a change in a batch", &read(store, kept)?.updated(), &time(2)?)?;
    store.commit(Batch::new())?;
    Ok(())
}

/// Point 1: a commit with two changes of one number is refused, regardless of the versions that they expect.
pub(super) fn batch_has_one_change_of_each(store: &dyn Store) -> Result<(), Broken> {
    let [number, other] = numbers()?;
    let twice: Batch = [
        Change::put(plain(number)?, Expect::Absent),
        Change::put(plain(other)?, Expect::Absent),
        Change::remove(number, Expect::Absent),
    ]
    .into_iter()
    .collect();
    match store.commit(twice) {
        Err(StoreError::Duplicate(key)) => {
            equal("the key of a duplicate", &*key, number.to_string().as_str())?;
        }
        answer => return Err(Broken(format!("two changes of one number: found {answer:?}"))),
    }
    must(store.get(number)?.is_none() && store.get(other)?.is_none(), "a refused batch stored something")
}

/// Point 2: no two versions of a number have the same revision, even if the number was removed and
/// created again in between, and a change that expects an earlier version is a conflict.
pub(super) fn revision_is_never_reused(store: &dyn Store) -> Result<(), Broken> {
    let [number] = numbers()?;
    let world = World::new()?;
    let record = plain(number)?;
    let mut seen: Vec<Revision> = Vec::new();
    for round in 0..20 {
        seen.push(add(store, record.clone())?);
        for time in (1..=round % 3).map(time) {
            let stored = read(store, number)?;
            let changed = world.touched(&stored, time?)?;
            seen.push(store.commit(Change::put(changed, stored.expected()).into())?);
        }
        let stored = read(store, number)?;
        for stale in seen.iter().filter(|revision| **revision != stored.revision()) {
            let change = Change::put(record.clone(), Expect::Revision(*stale));
            conflict("the revision of an earlier version", store.commit(change.into()))?;
        }
        seen.push(store.commit(Change::remove(number, stored.expected()).into())?);
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    equal("the number of different revisions", &seen.len(), &count)
}

/// Point 4: a read returns the record as it was stored, until another commit changes it.
pub(super) fn stored_is_read(store: &dyn Store) -> Result<(), Broken> {
    let world = World::new()?;
    let mut expected = BTreeMap::new();
    for (place, record) in world.records()?.into_iter().enumerate() {
        add(store, record.clone())?;
        let number = record.number();
        expected.insert(number, record);
        // Some records are replaced or removed while others are added.
        let victim = some("a number", expected.keys().copied().nth(place / 2))?;
        let stored = read(store, victim)?;
        let later = time(1000 + place as u64)?;
        match place % 5 {
            0 => {
                store.commit(Change::remove(victim, stored.expected()).into())?;
                expected.remove(&victim);
            }
            1 if stored.pending().is_none() => {
                let changed = world.touched(&stored, later)?;
                store.commit(Change::put(changed.clone(), stored.expected()).into())?;
                expected.insert(victim, changed);
            }
            _ => {}
        }
    }
    for record in world.records()? {
        let found = store.get(record.number())?;
        equal("the record that is read", &found.as_deref(), &expected.get(&record.number()))?;
    }
    let page = store.scan(&Query::default(), None, usize::MAX)?;
    must(page.items.iter().map(|stored| &**stored).eq(expected.values()), "a scan finds other records")
}
