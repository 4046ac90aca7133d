//! Laws of contact numbers.

use std::collections::BTreeSet;

use serde_json::json;

use super::commits::changes_are_expected;
use super::fixture::{receipt, time};
use super::races::{one_is_made, race};
use super::{Broken, conflict, equal, must, some};
use crate::contact::{
    ContactEvent, ContactEventKind, ContactFilter, ContactId, ContactList, ContactNumber, ContactOrder,
    ContactQuery, NumberFilter, OwnerId,
};
use crate::store::{Batch, Change, Expect, ORDER_FIELDS, Revision, Store, StoreError, StoreExt, Stored};

/// Points 1 and 2: a change takes effect only on the version of the list that it expects, a batch is
/// stored as a whole or not at all, and no revision is used twice.
pub(super) fn contacts_are_expected(store: &dyn Store) -> Result<(), Broken> {
    let lists = [list("me", &[1])?, list("me", &[1, 2])?, list("you", &[3])?];
    changes_are_expected(store, "list", lists, |owner| store.contact_list(owner))
}

/// Point 8: an id belongs to one contact, and looking it up returns that contact. The id of another
/// owner's contact is refused, unless the same commit releases it.
pub(super) fn contact_id_has_one_owner(store: &dyn Store) -> Result<(), Broken> {
    let held = add(store, list("me", &[1, 2])?)?;
    let rival = list("you", &[3, 2])?;
    let error = conflict("an id of another", store.commit(put(&rival, Expect::Absent)))?;
    if let StoreError::Conflict { key, expected, found } = error {
        equal("the key of a conflict", &*key, "2")?;
        equal("the expected and the found version", &(expected, found), &(Expect::Absent, Some(held)))?;
    }
    has(store, 2, Some("me"))?;
    has(store, 3, None)?;
    let both = [list("she", &[4])?, list("he", &[4])?].map(|list| Change::put(list, Expect::Absent));
    must(store.commit(both.into_iter().collect()).is_err(), "two owners of one commit have the same id")?;
    let handed = [Change::put(rival, Expect::Absent), Change::put(list("me", &[1])?, Expect::Revision(held))];
    store.commit(handed.into_iter().collect())?;
    has(store, 2, Some("you"))?;
    has(store, 1, Some("me"))?;
    let yours = read(store, "you")?;
    store.commit(Change::remove(owner("you")?, yours.expected()).into())?;
    has(store, 2, None)?;
    let racing = (0..16).map(|place| Ok(put(&list(&format!("r{place}"), &[9])?, Expect::Absent)));
    let racing: Vec<_> = racing.collect::<Result<_, Broken>>()?;
    one_is_made("the commits with one id", &racing, |batch| store.commit(batch))
}

/// Point 8: a new id is greater than all that are or were stored, and is allocated once, even to
/// concurrent callers.
pub(super) fn contact_id_is_new(store: &dyn Store) -> Result<(), Broken> {
    let first = store.new_contact_id()?;
    must(store.new_contact_id()? > first, "an id is given twice")?;
    let stored = read_after(store, &list("me", &[1000])?)?;
    store.commit(Change::remove(owner("me")?, stored.expected()).into())?;
    must(store.new_contact_id()?.get() > 1000, "an id is given that a contact had")?;
    let given =
        race(8, |_| (0..50).map(|_| Ok(store.new_contact_id()?)).collect::<Result<Vec<_>, Broken>>())?;
    let given: Vec<_> = given.into_iter().flatten().collect();
    equal("the number of different ids", &given.iter().collect::<BTreeSet<_>>().len(), &given.len())
}

/// Point 5: a page equals the result of the query on all contact numbers.
pub(super) fn contact_page_is_its_query(store: &dyn Store) -> Result<(), Broken> {
    let mut lists = Vec::new();
    for place in 0..20_u64 {
        // Owners share numbers, and the ids are not in the order of the owners.
        let ids: Vec<_> = (0..place % 4).map(|nth| (place * 7) % 20 * 10 + nth + 1).collect();
        let made = list(&format!("owner-{place}"), &ids)?;
        add(store, made.clone())?;
        lists.push(made);
    }
    for made in lists.iter_mut().step_by(3) {
        let stored = read(store, made.owner().as_str())?;
        let ids: Vec<_> = made.numbers().iter().skip(1).map(|contact| contact.id().get()).collect();
        *made = list(made.owner().as_str(), &ids)?;
        store.commit(put(made, stored.expected()))?;
    }
    let is = ContactFilter::default;
    let number = |text: &str| is().with_number(NumberFilter::parse(text, None));
    let filters = [
        is(),
        is().with_owner(owner("owner-7")?),
        is().with_owner(owner("nobody")?),
        number("+14158860002"),
        number("+14158860002 x2"),
        number("+14158860002 x7"),
        number("+14158869999"),
        is().with_number(NumberFilter::Text("(415) 886-0003".to_owned())),
        is().with_number(NumberFilter::Text("(415) 886-0003".to_owned())).with_location("Home"),
        is().with_primary(true),
        is().with_primary(false),
        is().with_location("Home").with_primary(false),
        is().with_location(""),
        is().with_location("nowhere"),
        is().with_carrier("Swisscom"),
        is().with_carrier("").with_location("Home"),
        is().with_created_at(time(1)?),
        is().with_updated_at(time(71)?),
        is().with_created(time(1)?..=time(2)?),
        is().with_created(time(2)?..=time(1)?),
        is().with_updated(time(20)?..=time(100)?).with_primary(true),
    ];
    for field in ORDER_FIELDS {
        for descending in [false, true] {
            for filter in &filters {
                let offsets: &[u64] = if *filter == is() { &[0, 3, 100] } else { &[1] };
                for &offset in offsets {
                    let query = ContactQuery::new(ContactOrder { field, descending });
                    let query = query.with_filter(filter.clone()).with_per_page(5).with_offset(offset);
                    let expected = query.page(lists.iter().flat_map(ContactList::numbers)).cloned();
                    equal(&format!("the page of {query:?}"), &store.contact_page(&query)?, &expected)?;
                }
            }
        }
    }
    Ok(())
}

/// Points 3 and 7: events are logged in order, without those of refused commits, and a receipt is kept
/// once.
pub(super) fn contacts_are_logged(store: &dyn Store) -> Result<(), Broken> {
    let batch = |name: &str, seconds: u64| -> Result<Batch, Broken> {
        let happened = vec![event(name, seconds)?, event(name, seconds + 1)?];
        Ok(Change::put(list(name, &[])?, Expect::Absent).with_events(happened).into())
    };
    let receipt = receipt("key", json!("done"))?;
    let with_receipt = |batch: Batch| batch.with_receipt(receipt.clone());
    store.commit(with_receipt(batch("b", 1)?))?;
    conflict("a list that is stored already", store.commit(batch("b", 5)?))?;
    conflict("a second receipt", store.commit(with_receipt(batch("c", 7)?)))?;
    must(store.contact_list(owner("c")?)?.is_none(), "a commit was made whose receipt was refused")?;
    store.commit(batch("a", 3)?)?;
    let events = store.events(0, usize::MAX)?;
    let found: Vec<_> = events.iter().map(|logged| (logged.sequence, logged.event.at())).collect();
    let expected = (1..=4).map(|place| Ok((place, time(place)?))).collect::<Result<Vec<_>, Broken>>()?;
    equal("the events", &found, &expected)?;
    equal("a page of events", &store.events(1, 2)?, &events.into_iter().skip(1).take(2).collect())?;
    equal("the receipt", &store.receipt(receipt.key)?, &Some(receipt))
}

fn has(store: &dyn Store, id: u64, holder: Option<&str>) -> Result<(), Broken> {
    let found = store.contact_list_with(ContactId::new(id))?.map(|stored| stored.owner());
    equal(&format!("the owner of {id}"), &found, &holder.map(owner).transpose()?)
}

fn put(list: &ContactList, expect: Expect) -> Batch {
    Change::put(list.clone(), expect).into()
}

fn add(store: &dyn Store, list: ContactList) -> Result<Revision, Broken> {
    Ok(store.commit(Change::put(list, Expect::Absent).into())?)
}

pub(super) fn read(store: &dyn Store, name: &str) -> Result<Stored<ContactList>, Broken> {
    some(&format!("the list of {name}"), store.contact_list(owner(name)?)?)
}

fn read_after(store: &dyn Store, list: &ContactList) -> Result<Stored<ContactList>, Broken> {
    add(store, list.clone())?;
    read(store, list.owner().as_str())
}

pub(super) fn owner(text: &str) -> Result<OwnerId, Broken> {
    text.parse().map_err(Broken::new)
}

pub(super) fn event(name: &str, seconds: u64) -> Result<ContactEvent, Broken> {
    let (at, owner) = (time(seconds)?, owner(name)?);
    Ok(ContactEvent { at, owner, id: ContactId::new(1), kind: ContactEventKind::Added })
}

/// Creates the list of an owner with contacts of these ids, the first of them primary. Some have an extension, a
/// location or a carrier.
pub(super) fn list(name: &str, ids: &[u64]) -> Result<ContactList, Broken> {
    let contact = |(place, id): (usize, &u64)| {
        let line = id % 10;
        let mut document = json!({
            "id": id, "owner": name, "number": format!("+1415886000{line}"), "text": format!("(415) 886-000{line}"),
            "primary": place == 0, "created_at": time(place as u64)?, "updated_at": time(*id)?,
        });
        // Also texts that some databases refuse or sort in another order.
        let texts = [None, Some(""), Some("Home"), Some("home"), Some("Ümlaut"), Some("\0"), Some("\u{1}")];
        let text = |number: u64| texts.iter().cycle().nth(usize::try_from(number % 7).unwrap_or(0));
        if let Some(fields) = document.as_object_mut() {
            let extension = (id / 10 % 2 == 1).then(|| line.to_string());
            fields.extend(extension.map(|extension| ("extension".to_owned(), extension.into())));
            let location = text(id / 10).copied().flatten();
            fields.extend(location.map(|location| ("location".to_owned(), location.into())));
            let carrier = if id % 3 == 0 { Some("Swisscom") } else { text(id / 3).copied().flatten() };
            fields.extend(carrier.map(|carrier| ("carrier".to_owned(), carrier.into())));
        }
        ContactNumber::from_value(document).map_err(Broken::new)
    };
    let contacts: Vec<_> = ids.iter().enumerate().map(contact).collect::<Result<_, _>>()?;
    ContactList::new(owner(name)?, contacts).map_err(Broken::new)
}
