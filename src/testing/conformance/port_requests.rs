//! Laws of port requests.

use serde_json::json;

use super::commits::changes_are_expected;
use super::fixture::{receipt, time};
use super::races::one_is_made;
use super::{Broken, conflict, equal, must, some};
use crate::account::Actor;
use crate::number::PhoneNumber;
use crate::porting::{PortEvent, PortEventKind, PortRequest, PortRequestId, PortStates};
use crate::store::{Batch, Change, Expect, PortQuery, Revision, Store, StoreError, StoreExt, Stored};

/// Points 1 and 2: a change takes effect only on the version of the request that it expects, a batch is
/// stored as a whole or not at all, and no revision is used twice.
pub(super) fn port_requests_are_expected(store: &dyn Store) -> Result<(), Broken> {
    let requests = [("a", "submitted"), ("a", "pending"), ("b", "submitted")];
    let [first, changed, other] = requests.map(|(id, state)| request(id, "shop", state, &[]));
    changes_are_expected(store, "request", [first?, changed?, other?], |id| store.port_request(id))
}

/// Point 8: a number is active on at most one request. A request that is completed, canceled or removed
/// releases its numbers, even to a request in the same commit.
pub(super) fn number_is_on_one_active_request(store: &dyn Store) -> Result<(), Broken> {
    let [x, y] = [number("+14158867900")?, number("+14158867901")?];
    let held = add(store, request("a", "shop", "submitted", &["+14158867900"])?)?;
    add(store, request("b", "bank", "submitted", &["+14158867901"])?)?;
    holds(store, x, Some("a"))?;
    let rival = request("c", "bank", "unconfirmed", &["+14158867902", "+14158867900"])?;
    let error = conflict("a number of another", store.commit(put(&rival, Expect::Absent)))?;
    let StoreError::PortConflict { number: named, expected, found } = error else {
        return Err(error.into());
    };
    equal("the parts of a conflict", &(named, expected, found), &(x, None, Some(id("a")?)))?;
    must(store.port_request(id("c")?)?.is_none(), "a refused request is stored")?;
    holds(store, number("+14158867902")?, None)?;

    // Two requests of one commit cannot share a number.
    let both = ["d", "e"].map(|id| request(id, "shop", "submitted", &["+14158867903"]));
    let both = both.into_iter().map(|request| Ok(Change::put(request?, Expect::Absent)));
    let both: Batch = both.collect::<Result<_, Broken>>()?;
    must(store.commit(both).is_err(), "two requests of one commit have the same number")?;

    // A number of a completed request is not active.
    add(store, request("f", "shop", "completed", &["+14158867900"])?)?;
    holds(store, x, Some("a"))?;
    let over = request("a", "shop", "canceled", &["+14158867900"])?;
    // The claim comes before the release in the batch.
    let handed = [Change::put(rival, Expect::Absent), Change::put(over, Expect::Revision(held))];
    store.commit(handed.into_iter().collect())?;
    holds(store, x, Some("c"))?;

    let rival = read(store, "c")?;
    store.commit(Change::remove(id("c")?, rival.expected()).into())?;
    holds(store, x, None)?;
    holds(store, y, Some("b"))?;
    let swap = [
        Change::put(request("b", "bank", "submitted", &["+14158867900"])?, read(store, "b")?.expected()),
        Change::put(request("g", "shop", "submitted", &["+14158867901"])?, Expect::Absent),
    ];
    store.commit(swap.into_iter().collect())?;
    holds(store, x, Some("b"))?;
    holds(store, y, Some("g"))?;
    let racing = (0..16).map(|place| request(&format!("r{place}"), "shop", "submitted", &["+14158867904"]));
    let racing: Vec<_> = racing.map(|made| Ok(put(&made?, Expect::Absent))).collect::<Result<_, Broken>>()?;
    one_is_made("the commits with one number", &racing, |batch| store.commit(batch))
}

/// Point 5: requests are in ascending order of id; pages of any size, all full except the last,
/// concatenate to the requests that match the query.
pub(super) fn port_requests_are_scanned(store: &dyn Store) -> Result<(), Broken> {
    let states =
        ["unconfirmed", "submitted", "pending", "scheduled", "rejected", "completed", "canceled", "odd"];
    let accounts = ["shop", "bank", "club"];
    let mut requests = Vec::new();
    for place in 0..60_usize {
        let state = some("a state", states.get(place * 3 % 8))?;
        let account = some("an account", accounts.get(place % 3))?;
        // The requests are not in the order of their ids.
        requests.push(request(&format!("{:02}", place * 37 % 60), account, state, &[])?);
    }
    for made in &requests {
        add(store, made.clone())?;
    }
    // Some requests change their state and account, some are removed.
    for place in (0..60_usize).step_by(7) {
        let id = format!("{place:02}");
        let stored = read(store, &id)?;
        requests.retain(|request| request.id() != stored.id());
        let change = if place % 2 == 0 {
            let changed = request(&id, "bank", "completed", &[])?;
            requests.push(changed.clone());
            Change::put(changed, stored.expected())
        } else {
            Change::remove(stored.id(), stored.expected())
        };
        store.commit(change.into())?;
    }
    requests.sort_unstable_by_key(PortRequest::id);
    let [shop, bank, nobody] = ["shop", "bank", "nobody"].map(|id| id.parse().map_err(Broken::new));
    let (shop, bank, nobody) = (shop?, bank?, nobody?);
    for accounts in [None, Some(vec![]), Some(vec![shop]), Some(vec![bank, nobody, shop, bank])] {
        for states in [PortStates::ALL, PortStates::ACTIVE, PortStates::COMPLETED, PortStates::SUSPENDED] {
            let query = PortQuery { accounts: accounts.clone(), states };
            let expected: Vec<_> = requests.iter().filter(|request| query.matches(request)).collect();
            for limit in [1, 4, expected.len().max(1), usize::MAX] {
                check_pages(store, &query, &expected, limit)?;
            }
        }
    }
    let none = store.scan_port_requests(&PortQuery::default(), Some(id("07")?), 0)?;
    equal("a page of none", &(none.items.len(), none.next), &(0, Some(id("07")?)))
}

/// Points 3 and 7: events are logged in order, without those of refused commits, and a receipt is kept
/// once.
pub(super) fn port_requests_are_logged(store: &dyn Store) -> Result<(), Broken> {
    let batch = |id: &str, seconds: u64| -> Result<Batch, Broken> {
        let made = request(id, "shop", "submitted", &[])?;
        let happened = vec![event(&made, seconds)?, event(&made, seconds + 1)?];
        Ok(Change::put(made, Expect::Absent).with_events(happened).into())
    };
    let receipt = receipt("key", json!("done"))?;
    let with_receipt = |batch: Batch| batch.with_receipt(receipt.clone());
    store.commit(with_receipt(batch("b", 1)?))?;
    conflict("a request that is stored already", store.commit(batch("b", 5)?))?;
    conflict("a second receipt", store.commit(with_receipt(batch("c", 7)?)))?;
    must(store.port_request(id("c")?)?.is_none(), "a commit was made whose receipt was refused")?;
    store.commit(batch("a", 3)?)?;
    let events = store.events(0, usize::MAX)?;
    let found: Vec<_> = events.iter().map(|logged| (logged.sequence, logged.event.at())).collect();
    let expected = (1..=4).map(|place| Ok((place, time(place)?))).collect::<Result<Vec<_>, Broken>>()?;
    equal("the events", &found, &expected)?;
    equal("a page of events", &store.events(1, 2)?, &events.into_iter().skip(1).take(2).collect())?;
    equal("the receipt", &store.receipt(receipt.key)?, &Some(receipt))
}

fn check_pages(
    store: &dyn Store,
    query: &PortQuery,
    expected: &[&PortRequest],
    limit: usize,
) -> Result<(), Broken> {
    let description = format!("pages of {limit} of {query:?}");
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.scan_port_requests(query, after, limit)?;
        let is_full = page.items.len() == limit;
        found.extend(page.items.iter().map(|stored| stored.id()));
        after = page.next;
        match after {
            None => break,
            Some(next) if is_full && found.last() == Some(&next) => {}
            Some(_) => {
                return Err(Broken(format!("{description}: a page is not full, or has another cursor")));
            }
        }
        must(found.len() <= expected.len(), &format!("{description}: the pages do not end"))?;
    }
    equal(&description, &found, &expected.iter().map(|request| request.id()).collect())
}

fn holds(store: &dyn Store, number: PhoneNumber, holder: Option<&str>) -> Result<(), Broken> {
    let found = store.active_port_request(number)?.map(|stored| stored.id());
    equal(&format!("the active request of {number}"), &found, &holder.map(id).transpose()?)
}

fn put(request: &PortRequest, expect: Expect) -> Batch {
    Change::put(request.clone(), expect).into()
}

fn add(store: &dyn Store, request: PortRequest) -> Result<Revision, Broken> {
    Ok(store.commit(Change::put(request, Expect::Absent).into())?)
}

pub(super) fn read(store: &dyn Store, text: &str) -> Result<Stored<PortRequest>, Broken> {
    some(&format!("request {text}"), store.port_request(id(text)?)?)
}

pub(super) fn id(text: &str) -> Result<PortRequestId, Broken> {
    text.parse().map_err(Broken::new)
}

fn number(text: &str) -> Result<PhoneNumber, Broken> {
    text.parse().map_err(Broken::new)
}

pub(super) fn event(request: &PortRequest, seconds: u64) -> Result<PortEvent, Broken> {
    let (at, kind) = (time(seconds)?, PortEventKind::Created);
    Ok(PortEvent { request: request.id(), account: request.account(), at, actor: Actor::System, kind })
}

pub(super) fn request(id: &str, account: &str, state: &str, numbers: &[&str]) -> Result<PortRequest, Broken> {
    let numbers: serde_json::Map<_, _> =
        numbers.iter().map(|number| ((*number).to_owned(), json!({}))).collect();
    let document = json!({
        "id": id, "name": "Bakery", "port_state": state, "numbers": numbers,
        "created": time(0)?, "updated": time(0)?, "_read_only": {"account": {"id": account}},
    });
    serde_json::from_value(document).map_err(Broken::new)
}
