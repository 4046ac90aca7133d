//! Each law of stores of port requests and of contact numbers can fail, too.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use telnum::PhoneNumber;
use telnum::contact::{
    ContactEvent, ContactFilter, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OwnerId,
};
use telnum::idempotency::IdempotencyKey;
use telnum::porting::{PortEvent, PortRequest, PortRequestId, PortStates};
use telnum::store::{
    Batch, Change, ContactStore, Entity, Expect, Logged, MemoryStore, Page, PortQuery, PortRequestStore,
    Revision, StoreError, Stored,
};
use telnum::testing::conformance::{CONTACT_LAWS, PORT_REQUEST_LAWS};

/// What is wrong with a store, and the laws that must find it.
const FLAWS: &[(Flaw, &[&str])] = &[
    (Flaw::Blind, &["port_requests_are_expected", "contacts_are_expected"]),
    (Flaw::ChecksThenWrites, &["port_requests_are_expected", "contacts_are_expected"]),
    (Flaw::OneByOne, &["port_requests_are_expected", "contacts_are_expected"]),
    (Flaw::HoldersAreNotFound, &["number_is_on_one_active_request", "contact_id_has_one_owner"]),
    (Flaw::HoldersAreKept, &["number_is_on_one_active_request", "contact_id_has_one_owner"]),
    (Flaw::DropsAnEvent, &["port_requests_are_logged", "contacts_are_logged"]),
    (Flaw::ForgetsReceipts, &["port_requests_are_logged", "contacts_are_logged"]),
    (Flaw::IgnoresTheOwner, &["port_requests_are_scanned", "contact_page_is_its_query"]),
    (Flaw::IgnoresTheRest, &["port_requests_are_scanned", "contact_page_is_its_query"]),
    (Flaw::Descends, &["port_requests_are_scanned", "contact_page_is_its_query"]),
    (Flaw::CountsFromOne, &["contact_id_is_new"]),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    Blind,
    ChecksThenWrites,
    OneByOne,
    HoldersAreNotFound,
    HoldersAreKept,
    DropsAnEvent,
    ForgetsReceipts,
    IgnoresTheOwner,
    IgnoresTheRest,
    Descends,
    CountsFromOne,
}

#[derive(Debug)]
struct Flawed {
    store: MemoryStore,
    flaw: Flaw,
}

#[test]
fn each_law_fails_where_it_is_broken() {
    for (flaw, laws) in FLAWS {
        for name in *laws {
            assert!(check(name, *flaw).is_err(), "{flaw:?} is not found by {name}");
        }
    }
    let caught: BTreeSet<_> = FLAWS.iter().flat_map(|(_, laws)| *laws).copied().collect();
    assert_eq!(caught, names().collect());
}

#[test]
fn without_a_flaw_all_laws_hold() {
    for name in names() {
        check(name, Flaw::None).unwrap();
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    PORT_REQUEST_LAWS.iter().map(|law| law.name).chain(CONTACT_LAWS.iter().map(|law| law.name))
}

fn check(name: &str, flaw: Flaw) -> Result<(), telnum::testing::conformance::Broken> {
    let store = Flawed { store: MemoryStore::new(), flaw };
    let of_ports = PORT_REQUEST_LAWS.iter().find(|law| law.name == name);
    let of_contacts = CONTACT_LAWS.iter().find(|law| law.name == name);
    of_ports.map_or(Ok(()), |law| (law.check)(&store))?;
    of_contacts.map_or(Ok(()), |law| (law.check)(&store))
}

impl Flawed {
    /// A batch as the flaw makes it, in commits of their own.
    fn batches<T: Entity>(&self, batch: Batch<T>, found: impl Fn(T::Key) -> Expect) -> Vec<Batch<T>> {
        let Batch { changes, mut receipt } = batch;
        if self.flaw == Flaw::ForgetsReceipts {
            receipt = None;
        }
        let changes = changes.into_iter().map(|change| {
            let parts = change.into_parts();
            let is_blind = matches!(self.flaw, Flaw::Blind | Flaw::ChecksThenWrites);
            let expect = if is_blind { found(parts.key) } else { parts.expect };
            let dropped = usize::from(self.flaw == Flaw::DropsAnEvent);
            let change: Change<T> = match parts.value {
                Some(value) => Change::put(value, expect),
                None => Change::remove(parts.key, expect),
            };
            change.with_events(parts.events.into_iter().skip(dropped).collect())
        });
        if self.flaw == Flaw::OneByOne {
            return changes.map(|change| Batch { changes: vec![change], receipt: receipt.take() }).collect();
        }
        vec![Batch { changes: changes.collect(), receipt }]
    }

    fn commit<T: Entity>(
        &self,
        batch: Batch<T>,
        found: impl Fn(T::Key) -> Expect,
        commit: impl Fn(Batch<T>) -> Result<Vec<Revision>, StoreError>,
    ) -> Result<Vec<Revision>, StoreError> {
        let holds = |change: &Change<T>| change.expect() == found(change.key());
        if self.flaw == Flaw::ChecksThenWrites {
            if !batch.changes.iter().all(holds) {
                return commit(batch);
            }
            thread::sleep(Duration::from_millis(10));
        }
        let mut revisions = Vec::new();
        for batch in self.batches(batch, &found) {
            revisions.extend(commit(batch)?);
        }
        Ok(revisions)
    }
}

fn expected<T>(stored: Result<Option<Stored<T>>, StoreError>) -> Expect {
    stored.unwrap().map_or(Expect::Absent, |stored| stored.expected())
}

impl PortRequestStore for Flawed {
    fn port_request(&self, id: PortRequestId) -> Result<Option<Stored<PortRequest>>, StoreError> {
        self.store.port_request(id)
    }

    fn commit_port_requests(&self, batch: Batch<PortRequest>) -> Result<Vec<Revision>, StoreError> {
        let found = |id| expected(self.store.port_request(id));
        self.commit(batch, found, |batch| self.store.commit_port_requests(batch))
    }

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        let mut query = query.clone();
        match self.flaw {
            Flaw::IgnoresTheOwner => query.accounts = None,
            Flaw::IgnoresTheRest => query.states = PortStates::ALL,
            _ => {}
        }
        let mut page = self.store.scan_port_requests(&query, after, limit)?;
        if self.flaw == Flaw::Descends {
            page.items.reverse();
        }
        Ok(page)
    }

    fn active_port_request(&self, number: PhoneNumber) -> Result<Option<Stored<PortRequest>>, StoreError> {
        match self.flaw {
            Flaw::HoldersAreNotFound => Ok(None),
            Flaw::HoldersAreKept => {
                let all = PortQuery { states: PortStates::ALL, ..PortQuery::default() };
                let page = self.store.scan_port_requests(&all, None, usize::MAX)?;
                Ok(page.items.into_iter().find(|stored| stored.number(number).is_some()))
            }
            _ => self.store.active_port_request(number),
        }
    }

    fn port_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<PortEvent>>, StoreError> {
        self.store.port_events(after, limit)
    }

    fn port_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        self.store.port_receipt(key)
    }
}

impl ContactStore for Flawed {
    fn contact_list(&self, owner: OwnerId) -> Result<Option<Stored<ContactList>>, StoreError> {
        self.store.contact_list(owner)
    }

    fn contact_list_with(&self, id: ContactId) -> Result<Option<Stored<ContactList>>, StoreError> {
        match self.flaw {
            Flaw::HoldersAreNotFound => Ok(None),
            // Whoever came first, though the id is another's by now.
            Flaw::HoldersAreKept => {
                let me = self.store.contact_list("me".parse().unwrap())?;
                Ok(me.or(self.store.contact_list_with(id)?))
            }
            _ => self.store.contact_list_with(id),
        }
    }

    fn new_contact_id(&self) -> Result<ContactId, StoreError> {
        if self.flaw == Flaw::CountsFromOne {
            return Ok(ContactId::new(1));
        }
        self.store.new_contact_id()
    }

    fn commit_contacts(&self, batch: Batch<ContactList>) -> Result<Vec<Revision>, StoreError> {
        let found = |owner| expected(self.store.contact_list(owner));
        self.commit(batch, found, |batch| self.store.commit_contacts(batch))
    }

    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        let mut query = query.clone();
        match self.flaw {
            Flaw::IgnoresTheOwner => query.filter.owner = None,
            Flaw::IgnoresTheRest => {
                query.filter = ContactFilter { owner: query.filter.owner, ..ContactFilter::default() };
            }
            _ => {}
        }
        let mut page = self.store.contact_page(&query)?;
        if self.flaw == Flaw::Descends {
            page.items.reverse();
        }
        Ok(page)
    }

    fn contact_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<ContactEvent>>, StoreError> {
        self.store.contact_events(after, limit)
    }

    fn contact_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        self.store.contact_receipt(key)
    }
}
