//! The example `store_copy`, from one file to another.

use clap::Parser;
use telnum::account::Actor;
use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact, OwnerId};
use telnum::record::{Event, EventKind, NumberRecord};
use telnum::store::redb::RedbStore;
use telnum::store::{Batch, Change, Expect, Forget, Receipt, Store, StoreError, StoreExt};

use self::store_copy::{Cli, Tally, run};
use super::folder::Folder;

#[path = "../../examples/store_copy.rs"]
#[expect(dead_code, reason = "a test uses a part of the example")]
mod store_copy;

/// Consumers of events continue with the copy, and no id of a removed contact is allocated again.
#[test]
fn a_copy_continues_the_numbers_of_events_and_the_ids_of_contacts() {
    let folder = Folder::new();
    let [from, to] = ["numbers.redb", "copy.redb"].map(|name| folder.path(name));
    let cli = Cli::parse_from(["store_copy", from.to_str().unwrap(), to.to_str().unwrap()]);
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    let store = RedbStore::open(&from).unwrap();
    let number = "+14158867900".parse().unwrap();
    let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
    let record = NumberRecord::discovered(number, "telnyx".parse().unwrap(), at);
    let change = Change::put(record, Expect::Absent).with_events(vec![event; 7_003]);
    store.commit(change.into()).unwrap();
    store.forget(&Forget::default().with_max_events(3)).unwrap();
    let removed = ContactId::new(5_000_000_000);
    for (owner, id) in [(1, ContactId::new(8)), (2, removed)] {
        let mut list = ContactList::empty(OwnerId::from(owner));
        let contact = NewContact::new(EnteredNumber::parse("+493057701873", None, None).unwrap());
        list.add([(id, contact)], at).unwrap();
        store.commit(Change::put(list, Expect::Absent).into()).unwrap();
    }
    let list = store.contact_list(OwnerId::from(2)).unwrap().unwrap();
    store.commit(Change::<ContactList>::remove(list.owner(), list.expected()).into()).unwrap();
    drop(store);

    let copied = run(&cli).unwrap();
    assert_eq!(copied, Tally { numbers: 1, contact_lists: 1, events: 3, ..Tally::default() });
    let [store, copy] = [&from, &to].map(|path| RedbStore::open(path).unwrap());
    assert!(matches!(copy.events(6_999, 10), Err(StoreError::Forgotten { first: 7_001 })));
    assert_eq!(copy.events(7_001, 10).unwrap(), store.events(7_001, 10).unwrap());
    assert!(copy.new_contact_id().unwrap() > removed);
    copy.check().unwrap();
}

/// The numbers of events continue even if the source has forgotten all of them.
#[test]
fn a_copy_without_events_continues_their_numbers() {
    let folder = Folder::new();
    let [from, to] = ["numbers.redb", "copy.redb"].map(|name| folder.path(name));
    let cli = Cli::parse_from(["store_copy", from.to_str().unwrap(), to.to_str().unwrap()]);
    let store = RedbStore::open(&from).unwrap();
    let (number, at) = ("+14158867900".parse().unwrap(), "2026-03-01T12:00:00Z".parse().unwrap());
    let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
    store.commit(Change::remove(number, Expect::Absent).with_events(vec![event; 12]).into()).unwrap();
    store.forget(&Forget::default().with_max_events(0)).unwrap();
    drop(store);

    assert_eq!(run(&cli).unwrap(), Tally::default());
    assert!(matches!(RedbStore::open(&to).unwrap().events(0, 10), Err(StoreError::Forgotten { first: 13 })));
}

/// The latest receipts are kept, so their order must be copied, whatever their keys are.
#[test]
fn a_copy_keeps_the_order_of_receipts_and_is_named_when_it_is_complete() {
    let folder = Folder::new();
    let [from, to] = ["numbers.redb", "copy.redb"].map(|name| folder.path(name));
    let cli = Cli::parse_from(["store_copy", from.to_str().unwrap(), to.to_str().unwrap()]);
    let (at, key) = ("2026-03-01T12:00:00Z".parse().unwrap(), |place: u32| format!("key-{}", 999 - place));
    let store = RedbStore::open(&from).unwrap();
    for place in 0..200 {
        let receipt = Receipt::new(key(place).parse().unwrap(), Actor::System, place.into(), at);
        store.commit(Batch::new().with_receipt(receipt)).unwrap();
    }
    drop(store);
    let incomplete = folder.path("copy.redb.incomplete");
    std::fs::write(&incomplete, "").unwrap();
    assert!(run(&cli).unwrap_err().to_string().contains("left by an interrupted copy"));
    assert!(!to.exists());
    std::fs::remove_file(&incomplete).unwrap();
    assert_eq!(run(&cli).unwrap(), Tally { receipts: 200, ..Tally::default() });
    assert!(!incomplete.exists());
    assert!(run(&cli).unwrap_err().to_string().contains("already exists"));
    let copy = RedbStore::open(&to).unwrap();
    copy.forget(&Forget::default().with_max_receipts(3)).unwrap();
    let left: Vec<_> =
        copy.receipts(None, 10).unwrap().into_iter().map(|(_, receipt)| receipt.answer).collect();
    assert_eq!(left, [197, 198, 199]);
}
