//! Requests for many numbers, with keys, over stores that fail.

use super::*;

#[test]
fn rows_86_to_89_each_number_of_an_update_fails_by_itself() {
    let inventory = world().build();
    let same =
        inventory.update(["+15551233322"], &Update::default(), &by("reseller")).unwrap().single().unwrap();
    assert!(inventory.store().events(0, 10).unwrap().is_empty());
    assert_eq!(*same, numbers()[&same.number()]);
    let ported = Update::default().with_ported_in(true);
    let outcome = inventory.update(["NOT a number", "+15551233322"], &ported, &by("reseller")).unwrap();
    assert_eq!((outcome.succeeded.len(), outcome.failed.len()), (1, 1));
    assert!(outcome.succeeded[0].ported_in());
    let app = inventory
        .assign_to_app(["+15551233322", "+15551255693"], Some("trunkstore"), &by("reseller"))
        .unwrap();
    assert!(app.succeeded.values().all(|record| record.used_by() == Some("trunkstore")));
    assert!(inventory.assign_to_app(["+15551233322"], None, &by("reseller")).unwrap().is_success());
    assert_eq!(inventory.store().events(0, 10).unwrap().len(), 4);
}

#[test]
fn the_order_of_a_list_is_kept_and_each_number_counts_once() {
    let carrier = telnyx();
    let inventory = world().carrier(shared(&carrier)).build();
    // Some of these numbers must be bought, some exist, and some texts are not numbers.
    let list = [
        "+13013590003",
        FREE,
        "nonsense",
        "(301) 359-0001",
        "3013590003",
        "+19162154006",
        "+15551233324",
        "13013590001",
        "nonsense",
        ABSENT,
    ];
    let outcome = inventory.reserve(list, &by("reseller")).unwrap();
    let succeeded: Vec<_> = outcome.succeeded.keys().map(ToString::to_string).collect();
    assert_eq!(succeeded, ["+13013590003", FREE, "+13013590001", "+19162154006"]);
    let failed: Vec<_> = outcome.failed.keys().map(|number| &**number).collect();
    assert_eq!(failed, ["nonsense", "+15551233324", ABSENT]);
    assert_eq!(carrier.orders().len(), 2);
    assert!(inventory.reserve([] as [&str; 0], &by("reseller")).unwrap().is_success());
}

#[test]
fn a_list_is_limited() {
    let inventory = world().limits(InventoryLimits::default().with_max_numbers(2)).build();
    assert!(inventory.get([FREE, FREE], &system()).is_ok());
    let error = inventory.get([FREE, FREE, "x", "y"], &system()).unwrap_err();
    assert_eq!(error.to_string(), "4 numbers exceed the limit of 2");
    assert_eq!(error.kind(), Kind::Invalid);
}

#[test]
fn a_key_makes_a_request_take_effect_once() {
    let carrier = telnyx();
    let inventory = world().carrier(shared(&carrier)).build();
    let key = by("reseller").with_key("k1".parse().unwrap());
    let list = ["+13013590003", FREE, "nonsense", "+15551233324"];
    let names = |outcome: &Outcome| {
        let failed: Vec<_> = outcome
            .failed
            .iter()
            .map(|(it, error)| (it.clone(), (error.kind(), error.message(), error.cause())))
            .collect();
        // A receipt keeps no documents.
        let records = outcome.succeeded.values();
        let records: Vec<_> = records.map(|it| (it.number(), it.state(), it.owner(), it.version())).collect();
        (records, failed)
    };
    let first = inventory.reserve(list, &key).unwrap();
    assert_eq!((first.succeeded.len(), first.failed.len()), (2, 2));
    // Later changes by others do not affect the replayed response.
    assert!(inventory.release([FREE], &by("reseller")).unwrap().is_success());
    let events = inventory.store().events(0, 100).unwrap().len();
    let again = inventory.reserve(list, &key).unwrap();
    assert_eq!(names(&again), names(&first));
    assert_eq!(inventory.store().events(0, 100).unwrap().len(), events);
    assert_eq!(carrier.orders().len(), 1);

    // The key is refused for another list, command, actor, account or option.
    let others = [
        inventory.reserve([FREE], &key),
        inventory.activate(list, &key),
        inventory.reserve(list, &by("master").with_key("k1".parse().unwrap())),
        inventory.reserve(list, &by("master").with_account(id("reseller")).with_key("k1".parse().unwrap())),
        inventory.reserve(list, &key.with_all_or_nothing(true)),
        inventory.assign_to_app(list, None, &key),
    ];
    for other in others {
        let error = other.unwrap_err();
        assert_eq!(
            (error.kind(), &*error.message()),
            (Kind::Conflict, "key k1 was used for another request")
        );
    }
    // A dry run ignores the key: the number that was released can be reserved again.
    assert_eq!(inventory.reserve(list, &key.with_dry_run(true)).unwrap().succeeded.len(), 1);
}

#[test]
fn a_request_that_changed_nothing_leaves_its_key_unused() {
    let inventory = world().build();
    let key = by("reseller").with_key("k1".parse().unwrap());
    assert_eq!(body(inventory.reserve([ABSENT], &key)).0, Kind::NotFound);
    let free = Create::default().with_state(State::Available);
    assert!(inventory.create([ABSENT], &free, &system()).unwrap().is_success());
    assert!(inventory.reserve([ABSENT], &key).unwrap().is_success());
}

#[test]
fn all_or_nothing_names_what_failed() {
    let carrier = telnyx();
    let inventory = world().carrier(shared(&carrier)).build();
    let all = by("reseller").with_all_or_nothing(true);
    let outcome = inventory.reserve(["+13013590003", ABSENT, FREE], &all).unwrap();
    assert!(outcome.succeeded.is_empty() && carrier.orders().is_empty());
    let failed: Vec<_> = outcome.failed.values().map(InventoryError::kind).collect();
    assert_eq!(failed, [Kind::NotDone, Kind::NotFound, Kind::NotDone]);
    assert_eq!(
        outcome.failed["+13013590003"].to_string(),
        "not executed, because +15559871234 failed and the call is all or nothing"
    );
    let outcome = inventory.reserve([FREE, "+13013590003"], &all).unwrap();
    assert!(
        outcome.is_success() && outcome.succeeded.keys().map(ToString::to_string).eq([FREE, "+13013590003"])
    );
    assert_eq!(
        carrier.orders().iter().map(|(_, order, _)| *order).collect::<Vec<_>>(),
        [CarrierOrder::Acquire]
    );
}

/// A store that fails after a number of commits.
#[derive(Debug)]
struct Full {
    store: MemoryStore,
    commits: AtomicUsize,
}

impl Store for Full {
    delegate_store!(|this| &this.store; get_many, scan, port_requests, scan_port_requests,
        active_port_requests, contact_lists, contact_lists_with, contact_page, new_contact_ids, events,
        receipt, forget, take_lease, max_changes);

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        let left = self.commits.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => self.store.commit(batch),
            Err(_) => Err(StoreError::backend("no room")),
        }
    }
}

#[test]
fn a_store_failure_shows_no_details() {
    let carrier = telnyx();
    let store = Arc::new(Full { store: MemoryStore::new(), commits: AtomicUsize::new(1) });
    let inventory = Inventory::builder(Arc::clone(&store))
        .accounts(accounts())
        .clock(now)
        .carrier(shared(&carrier))
        .build();
    // The claims of both numbers are stored, but no outcome.
    let outcome = inventory.reserve(["+13013590001", "+13013590002"], &by("reseller")).unwrap();
    assert_eq!(outcome.failed.len(), 2);
    for error in outcome.failed.values() {
        assert_eq!((error.kind(), &*error.message(), error.cause()), (Kind::Store, "internal error", None));
    }
    // Nothing is stored, and each number fails with the error.
    let outcome = inventory.create([ABSENT, FREE], &Create::default(), &by("reseller")).unwrap();
    assert_eq!((outcome.succeeded.len(), outcome.failed.len()), (0, 2));
    assert_eq!(carrier.orders().len(), 2);
    // After the store has recovered, nothing is ordered twice.
    store.commits.store(100, Ordering::SeqCst);
    let later = Inventory::builder(Arc::<Full>::clone(&store))
        .accounts(accounts())
        .clock(|| now().after(chrono::TimeDelta::hours(1)))
        .carrier(shared(&carrier))
        .build();
    assert_eq!(later.recover().unwrap().finished, 2);
    assert_eq!(carrier.orders().len(), 2);
}

#[test]
fn row_90_the_last_setter_wins() {
    // The last setter wins; unknown options do not compile.
    let options = by("reseller").with_dry_run(true).with_dry_run(false);
    assert_eq!(options, by("reseller"));
    let master = by("master");
    assert_eq!(
        master.with_account(id("child")).with_account(id("reseller")),
        master.with_account(id("reseller"))
    );
}
