//! Laws over values of several kinds in one commit: points 1 to 4 of the contract.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::json;

use super::contacts::{list, owner};
use super::fixture::{World, add, event, numbers, plain, read, receipt, time};
use super::port_requests::{id, request};
use super::races::race;
use super::{Broken, conflict, contacts, equal, must, port_requests, some};
use crate::contact::ContactId;
use crate::number::PhoneNumber;
use crate::porting::PortRequest;
use crate::store::{Batch, Change, Expect, Guard, Query, Revision, Store, StoreError, StoreExt, Stored};

/// Returns a submitted port request with one number.
fn request_for(id: &str, number: PhoneNumber) -> Result<PortRequest, Broken> {
    request(id, "shop", "submitted", &[&number.to_string()])
}

/// Point 1: a commit of values of all kinds takes effect if all its expectations hold; if one fails, no
/// value of any kind is stored.
pub(super) fn batch_is_whole_over_all_kinds(store: &dyn Store) -> Result<(), Broken> {
    let [number, other] = numbers()?;
    let wrong = add(store, plain(other)?)?;
    let kept = receipt("request", json!(1))?;
    let batch = |failing: Option<usize>| -> Result<Batch, Broken> {
        let expect = |place| if failing == Some(place) { Expect::Revision(wrong) } else { Expect::Absent };
        Ok(Batch::new()
            .with_numbers([Change::put(plain(number)?, expect(0)).with_events(vec![event(number, 1)?])])
            .with_port_requests([Change::put(request("a", "shop", "submitted", &[])?, expect(1))])
            .with_contacts([Change::put(list("me", &[1])?, expect(2))])
            .with_receipt(kept.clone()))
    };
    for failing in 0..3 {
        conflict("a batch with one wrong expectation", store.commit(batch(Some(failing))?))?;
        must(store.get(number)?.is_none(), "a refused batch stored a number")?;
        must(store.port_request(id("a")?)?.is_none(), "a refused batch stored a port request")?;
        must(store.contact_list(owner("me")?)?.is_none(), "a refused batch stored contacts")?;
        must(store.receipt(kept.key)?.is_none(), "a refused batch kept its receipt")?;
        equal("the events of a refused batch", &store.events(0, 1)?, &Vec::new())?;
    }
    store.commit(batch(None)?)?;
    read(store, number)?;
    port_requests::read(store, "a")?;
    contacts::read(store, "me")?;
    equal("the receipt of a batch", &store.receipt(kept.key)?, &Some(kept))
}

/// Point 2: all versions that a commit stores have its revision, which is greater than every revision
/// that it expected.
pub(super) fn commit_has_one_revision(store: &dyn Store) -> Result<(), Broken> {
    let [first, second, third] = numbers()?;
    let batch = |expects: [Expect; 5]| -> Result<Batch, Broken> {
        let numbers = [second, third, first].into_iter().zip(expects);
        let numbers = numbers.map(|(number, expect)| Ok(Change::put(plain(number)?, expect)));
        let [.., of_request, of_list] = expects;
        Ok(Batch::new()
            .with_numbers(numbers.collect::<Result<Vec<_>, Broken>>()?)
            .with_port_requests([Change::put(request("a", "shop", "submitted", &[])?, of_request)])
            .with_contacts([Change::put(list("me", &[1])?, of_list)]))
    };
    let revisions = || -> Result<[Revision; 5], Broken> {
        Ok([
            read(store, second)?.revision(),
            read(store, third)?.revision(),
            read(store, first)?.revision(),
            port_requests::read(store, "a")?.revision(),
            contacts::read(store, "me")?.revision(),
        ])
    };
    let made = store.commit(batch([Expect::Absent; 5])?)?;
    equal("the revisions of what a commit stored", &revisions()?, &[made; 5])?;
    let scanned = store.scan(&Query::default(), None, 3)?;
    must(scanned.items.iter().all(|stored| stored.revision() == made), "a scan finds another revision")?;
    // Other commits follow, and one value is changed once more.
    let touched = World::new()?.touched(&*read(store, third)?, time(1)?)?;
    let later = store.commit(Change::put(touched, Expect::Revision(made)).into())?;
    must(later > made, "a revision is not above the one that was expected")?;
    let [at_made, at_later] = [made, later].map(Expect::Revision);
    let again = store.commit(batch([at_made, at_later, at_made, at_made, at_made])?)?;
    must(again > later, "a revision is not above all that were expected")?;
    equal("the revisions of what a later commit stored", &revisions()?, &[again; 5])
}

/// Point 3: events of all kinds are in one log, and those of one commit are consecutive.
pub(super) fn log_has_all_kinds(store: &dyn Store) -> Result<(), Broken> {
    let [number, other] = numbers()?;
    let made = request("a", "shop", "submitted", &[])?;
    let of_request = vec![port_requests::event(&made, 3)?];
    let batch = Batch::new()
        .with_contacts([
            Change::put(list("me", &[1])?, Expect::Absent).with_events(vec![contacts::event("me", 4)?])
        ])
        .with_port_requests([Change::put(made, Expect::Absent).with_events(of_request.clone())])
        .with_numbers([
            Change::put(plain(other)?, Expect::Absent).with_events(vec![event(other, 1)?]),
            Change::put(plain(number)?, Expect::Absent).with_events(vec![event(number, 2)?]),
        ]);
    store.commit(batch)?;
    let id = id("a")?;
    let again = request("a", "shop", "pending", &[])?;
    let expected = some("the port request", store.port_request(id)?)?.expected();
    let events = vec![port_requests::event(&again, 5)?];
    store.commit(Change::put(again, expected).with_events(events).into())?;
    let times: Vec<_> =
        store.events(0, 10)?.iter().map(|logged| (logged.sequence, logged.event.at())).collect();
    let expected = (1..=5).map(|second| Ok((second, time(second)?))).collect::<Result<Vec<_>, Broken>>()?;
    equal("the events of all kinds", &times, &expected)
}

/// Point 1: a commit whose guard does not hold is a conflict. A guard refers to the values stored
/// before the commit.
pub(super) fn guards_hold(store: &dyn Store) -> Result<(), Broken> {
    let [number, free] = numbers()?;
    let stored = add(store, plain(number)?)?;
    let claim = Batch::from(Change::put(request_for("a", number)?, Expect::Absent));
    for (expected, found) in [(Expect::Absent, Some(stored)), (Expect::Revision(stored.next()), Some(stored))]
    {
        let error = conflict(
            "a claim whose guard fails",
            store.commit(claim.clone().with_guard(Guard::Number(number, expected))),
        )?;
        let StoreError::Conflict { key, expected: told, found: told_found } = error else {
            return Err(error.into());
        };
        equal("the key of a guard's conflict", &*key, number.to_string().as_str())?;
        equal("the conflict of a guard", &(told, told_found), &(expected, found))?;
        must(store.port_request(id("a")?)?.is_none(), "a commit was made whose guard failed")?;
    }
    store.commit(claim.with_guard(Guard::Number(number, Expect::Revision(stored))))?;

    let change = |expect| -> Result<Batch, Broken> {
        Ok(Change::put(World::new()?.touched(&plain(number)?, time(1)?)?, expect).into())
    };
    let [a, b] = [id("a")?, id("b")?];
    for wrong in [None, Some(b)] {
        let guarded = change(Expect::Revision(stored))?.with_guard(Guard::Port(number, wrong));
        let error = conflict("a change whose guard fails", store.commit(guarded))?;
        let StoreError::PortConflict { number: named, expected, found } = error else {
            return Err(error.into());
        };
        equal("the conflict of a guard", &(named, expected, found), &(number, wrong, Some(a)))?;
        equal("the revision after a guard failed", &read(store, number)?.revision(), &stored)?;
    }
    store.commit(change(Expect::Revision(stored))?.with_guard(Guard::Port(number, Some(a))))?;
    let add_free = Batch::from(Change::put(plain(free)?, Expect::Absent));
    conflict(
        "a number on no port request, expected on one",
        store.commit(add_free.clone().with_guard(Guard::Port(free, Some(a)))),
    )?;
    store.commit(add_free.with_guard(Guard::Port(free, None)))?;

    // A number that the commit releases is active until the commit.
    let held = port_requests::read(store, "a")?.expected();
    let release = Batch::from(Change::remove(a, held));
    conflict(
        "a released number, expected free",
        store.commit(release.clone().with_guard(Guard::Port(number, None))),
    )?;
    store.commit(release.with_guard(Guard::Port(number, Some(a))))?;
    Ok(())
}

/// Point 1: a guard on a number that the commit does not touch is refused. A number that it changes,
/// claims or releases may be guarded.
pub(super) fn guard_names_what_is_touched(store: &dyn Store) -> Result<(), Broken> {
    let [number, other, inactive] = numbers()?;
    let guards = |number| [Guard::Number(number, Expect::Absent), Guard::Port(number, None)];
    let refused = |batch: Batch, number: PhoneNumber| -> Result<(), Broken> {
        for guard in guards(number) {
            match store.commit(batch.clone().with_guard(guard)) {
                Err(StoreError::Unguardable(named)) => equal("the number of a guard", &named, &number)?,
                answer => return Err(Broken(format!("{guard:?} is not refused: {answer:?}"))),
            }
        }
        Ok(())
    };
    refused(Change::put(plain(number)?, Expect::Absent).into(), other)?;
    refused(Change::put(request_for("a", number)?, Expect::Absent).into(), other)?;
    // The numbers of a closed request are not claimed.
    let over = request("b", "shop", "canceled", &[&inactive.to_string()])?;
    refused(Change::put(over, Expect::Absent).into(), inactive)?;
    must(store.get(number)?.is_none(), "a commit was made whose guard was refused")?;

    let claim = Batch::from(Change::put(request_for("a", number)?, Expect::Absent));
    store.commit(claim.with_guards(guards(number)))?;
    let held = port_requests::read(store, "a")?.expected();
    refused(Change::remove(id("a")?, held).into(), other)?;
    let release = Batch::from(Change::put(request("a", "shop", "canceled", &[&number.to_string()])?, held));
    let [absent, _] = guards(number);
    store.commit(release.with_guards([absent, Guard::Port(number, Some(id("a")?))]))?;
    let change = Batch::from(Change::put(plain(number)?, Expect::Absent));
    store.commit(change.with_guards(guards(number)))?;
    Ok(())
}

/// Points 1 and 8: if one commit creates a number and another one ports it, each guarded against the
/// other, exactly one takes effect, however often they race.
pub(super) fn number_or_port_request_wins(store: &dyn Store) -> Result<(), Broken> {
    const RACES: usize = 300;
    let numbers: [PhoneNumber; RACES] = numbers()?;
    let barrier = Barrier::new(2);
    let made = race(2, |racer| {
        let (mut made, mut failure) = (Vec::with_capacity(RACES), None);
        for (place, number) in numbers.into_iter().enumerate() {
            let batch = if racer == 0 {
                let change = Change::put(plain(number)?, Expect::Absent);
                Batch::from(change).with_guard(Guard::Port(number, None))
            } else {
                let change = Change::put(request_for(&format!("r{place}"), number)?, Expect::Absent);
                Batch::from(change).with_guard(Guard::Number(number, Expect::Absent))
            };
            barrier.wait();
            made.push(match store.commit(batch) {
                Ok(_) => true,
                Err(error) if error.is_conflict() => false,
                // The other racer must not wait forever, so the failure is returned after the races.
                Err(error) => failure.replace(error).is_some(),
            });
        }
        failure.map_or(Ok(made), |error| Err(error.into()))
    })?;
    let active = store.active_port_requests(&numbers)?;
    let stored = store.get_many(&numbers)?;
    for (place, (active, stored)) in active.into_iter().zip(stored).enumerate() {
        must(
            active.is_some() != stored.is_some(),
            "a number and a port request for it were both made, or neither",
        )?;
        let told: Vec<_> = made.iter().filter_map(|made| made.get(place).copied()).collect();
        equal("the commits that were acknowledged", &told, &vec![stored.is_some(), active.is_some()])?;
    }
    Ok(())
}

/// Point 4: the values of a list of keys are read at once, also while commits change all of them.
pub(super) fn list_is_read_at_once(store: &dyn Store) -> Result<(), Broken> {
    const ROUNDS: usize = 100;
    fn revisions<T>(stored: Vec<Option<Stored<T>>>) -> Vec<Option<Revision>> {
        stored.into_iter().map(|stored| stored.map(|stored| stored.revision())).collect()
    }
    let numbers: [PhoneNumber; 2] = numbers()?;
    let (ids, owners) = ([id("a")?, id("b")?], [owner("me")?, owner("you")?]);
    let contacts = [ContactId::new(1), ContactId::new(2)];
    let batch = |expect: Expect| -> Result<Batch, Broken> {
        let [first, second] = numbers;
        Ok(Batch::new()
            .with_numbers([Change::put(plain(first)?, expect), Change::put(plain(second)?, expect)])
            .with_port_requests([
                Change::put(request_for("a", first)?, expect),
                Change::put(request_for("b", second)?, expect),
            ])
            .with_contacts([Change::put(list("me", &[1])?, expect), Change::put(list("you", &[2])?, expect)]))
    };
    let mut revision = store.commit(batch(Expect::Absent)?)?;
    let (is_done, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    let watch = || -> Result<(), Broken> {
        while !is_done.load(Ordering::Acquire) {
            reads.fetch_add(1, Ordering::Relaxed);
            let read = [
                ("records", revisions(store.get_many(&numbers)?)),
                ("port requests", revisions(store.port_requests(&ids)?)),
                ("active port requests", revisions(store.active_port_requests(&numbers)?)),
                ("contact lists", revisions(store.contact_lists(&owners)?)),
                ("contact lists by id", revisions(store.contact_lists_with(&contacts)?)),
            ];
            for (kind, found) in read {
                let are_of_one_commit = matches!(&*found, [Some(first), Some(second)] if first == second);
                must(are_of_one_commit, &format!("a list of {kind} is read from several commits"))?;
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let watching = scope.spawn(watch);
        // A fast store must not be done before it is read.
        let is_read = || reads.load(Ordering::Relaxed) > 10 || watching.is_finished();
        let mut rounds = (0..).take_while(|round| *round < ROUNDS || !is_read());
        let written = rounds.try_for_each(|_| {
            revision = store.commit(batch(Expect::Revision(revision))?)?;
            Ok(())
        });
        is_done.store(true, Ordering::Release);
        let watched = watching.join().map_err(|_| Broken::new("a thread panicked"))?;
        written.and(watched)
    })
}

/// Point 4: a list of keys is answered in the order of the keys, including absent and repeated keys.
pub(super) fn lists_are_answered_in_order(store: &dyn Store) -> Result<(), Broken> {
    let [first, second, absent] = numbers()?;
    store.commit(
        Batch::new()
            .with_numbers([
                Change::put(plain(first)?, Expect::Absent),
                Change::put(plain(second)?, Expect::Absent),
            ])
            .with_port_requests([
                Change::put(request_for("a", first)?, Expect::Absent),
                Change::put(request_for("b", second)?, Expect::Absent),
            ])
            .with_contacts([
                Change::put(list("me", &[11, 12])?, Expect::Absent),
                Change::put(list("you", &[21])?, Expect::Absent),
            ]),
    )?;
    let asked = [second, absent, first, second];
    let found = store.get_many(&asked)?.into_iter().map(|stored| stored.map(|stored| stored.number()));
    equal(
        "the records of a list",
        &found.collect::<Vec<_>>(),
        &vec![Some(second), None, Some(first), Some(second)],
    )?;
    let [a, b] = [id("a")?, id("b")?];
    let found =
        store.active_port_requests(&asked)?.into_iter().map(|stored| stored.map(|stored| stored.id()));
    equal(
        "the active port requests of a list",
        &found.collect::<Vec<_>>(),
        &vec![Some(b), None, Some(a), Some(b)],
    )?;
    let found = store.port_requests(&[b, id("c")?, a, b])?.into_iter();
    equal(
        "the port requests of a list",
        &found.map(|stored| stored.map(|stored| stored.id())).collect::<Vec<_>>(),
        &vec![Some(b), None, Some(a), Some(b)],
    )?;
    let [me, you, nobody] = [owner("me")?, owner("you")?, owner("nobody")?];
    let found = store.contact_lists(&[you, nobody, me, you])?.into_iter();
    equal(
        "the contacts of a list of owners",
        &found.map(|stored| stored.map(|stored| stored.owner())).collect::<Vec<_>>(),
        &vec![Some(you), None, Some(me), Some(you)],
    )?;
    let found = store.contact_lists_with(&[21, 1, 12, 11].map(ContactId::new))?.into_iter();
    equal(
        "the contacts of a list of ids",
        &found.map(|stored| stored.map(|stored| stored.owner())).collect::<Vec<_>>(),
        &vec![Some(you), None, Some(me), Some(me)],
    )?;
    equal("the answers for an empty list", &store.get_many(&[])?.len(), &0)
}

/// Point 1: a commit with more changes than the store accepts is refused; one with 1,000 changes is
/// accepted.
pub(super) fn too_many_changes_are_refused(store: &dyn Store) -> Result<(), Broken> {
    const PROBED: usize = 100_000;
    let max = store.max_changes();
    must(max >= 1_000, "a store takes fewer than 1,000 changes")?;
    let removals = |count: usize| -> Result<Batch, Broken> {
        let number = |place: usize| super::fixture::number(&format!("+1415{place:07}"));
        (0..count).map(|place| Ok(Change::remove(number(place)?, Expect::Absent))).collect()
    };
    store.commit(removals(1_000)?)?;
    if max > PROBED {
        return Ok(());
    }
    match store.commit(removals(max + 1)?) {
        Err(StoreError::TooLarge { count, max: told }) => {
            equal("the limit that is told", &(count, told), &(max + 1, max))
        }
        answer => Err(Broken(format!("a commit above the limit is not refused: {answer:?}"))),
    }
}
