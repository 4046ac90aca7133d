//! The index of contact numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::holders::Holders;
use crate::contact::{
    ContactFilter, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, NumberFilter,
    OrderField, OwnerId,
};
use crate::number::{Extension, PhoneNumber};
use crate::store::{Revision, StoreError, Stored, check_id_count};
use crate::time::Timestamp;

/// The index of owners by the ids and the numbers of their contacts.
#[derive(Default)]
pub(super) struct ContactIndex {
    /// The owners with a list, and its revision.
    all: BTreeMap<OwnerId, Revision>,
    by_id: Holders<ContactId, OwnerId>,
    by_number: BTreeMap<PhoneNumber, BTreeSet<OwnerId>>,
    /// The owners of all contacts, in each order.
    orders: HashMap<OrderField, BTreeMap<(OrderValue, ContactId), OwnerId>>,
    /// The greatest id that is or was stored, or was allocated.
    last_id: u64,
}

/// The fields that contacts are ordered by.
const ORDER_FIELDS: [OrderField; 6] = [
    OrderField::Carrier,
    OrderField::CreatedAt,
    OrderField::Location,
    OrderField::Number,
    OrderField::Primary,
    OrderField::UpdatedAt,
];

/// The value that a contact is ordered by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum OrderValue {
    Text(Option<Box<str>>),
    Time(Timestamp),
    Number(PhoneNumber, Option<Extension>),
    Flag(bool),
}

impl OrderValue {
    fn of(field: OrderField, contact: &ContactNumber) -> Self {
        match field {
            OrderField::Carrier => Self::Text(contact.carrier().map(|carrier| (**carrier).into())),
            OrderField::CreatedAt => Self::Time(contact.created_at()),
            OrderField::Location => Self::Text(contact.location().map(|location| (**location).into())),
            OrderField::Number => Self::Number(contact.number(), contact.extension()),
            OrderField::Primary => Self::Flag(contact.is_primary()),
            OrderField::UpdatedAt => Self::Time(contact.updated_at()),
        }
    }
}

/// The error returned if more ids are requested than are left.
#[derive(Debug, thiserror::Error)]
#[error("no contact id left above {0}")]
struct NoId(u64);

impl ContactIndex {
    /// Returns the page of a query without conditions, which reads no more than the contacts up to the end
    /// of the page; `None` if the query has a condition. `list` returns the list of an owner.
    pub(super) fn page(
        &self,
        query: &ContactQuery,
        list: impl Fn(OwnerId) -> Option<Stored<ContactList>>,
    ) -> Option<ContactPage<ContactNumber>> {
        if query.filter != ContactFilter::default() {
            return None;
        }
        let contact =
            |((_, id), owner): (&(OrderValue, ContactId), &OwnerId)| list(*owner)?.get(*id).cloned();
        let (offset, per_page) = (usize::try_from(query.offset).unwrap_or(usize::MAX), query.per_page());
        let order = self.orders.get(&query.order.field);
        let contacts = order.into_iter().flatten();
        let items = if query.order.descending {
            contacts.rev().skip(offset).take(per_page.into()).filter_map(contact).collect()
        } else {
            contacts.skip(offset).take(per_page.into()).filter_map(contact).collect()
        };
        let total = order.map_or(0, BTreeMap::len) as u64;
        Some(ContactPage { items, total, offset: query.offset, per_page })
    }

    /// Returns candidates for `query`: they include all owners with a matching contact.
    pub(super) fn candidates(&self, query: &ContactQuery) -> BTreeSet<OwnerId> {
        let filter = &query.filter;
        if let Some(owner) = filter.owner {
            return self.all.contains_key(&owner).then_some(owner).into_iter().collect();
        }
        if let Some(NumberFilter::Number(number, _)) = &filter.number {
            return self.by_number.get(number).cloned().unwrap_or_default();
        }
        // An empty text matches contacts without a value.
        let text = |text: &String| OrderValue::Text(Some(text.as_str().into()).filter(|_| !text.is_empty()));
        let conditions = [
            (OrderField::CreatedAt, filter.created_at.map(OrderValue::Time)),
            (OrderField::UpdatedAt, filter.updated_at.map(OrderValue::Time)),
            (OrderField::Location, filter.location.as_ref().map(text)),
            (OrderField::Carrier, filter.carrier.as_ref().map(text)),
            (OrderField::Primary, filter.primary.map(OrderValue::Flag)),
        ];
        let Some((field, value)) = conditions.into_iter().find_map(|(field, value)| Some((field, value?)))
        else {
            return self.all.keys().copied().collect();
        };
        let range = (value.clone(), ContactId::new(0))..=(value, ContactId::new(u64::MAX));
        let order = self.orders.get(&field);
        order.into_iter().flat_map(|order| order.range(range.clone())).map(|(_, owner)| *owner).collect()
    }

    /// Returns the owner of the contact with `id`.
    pub(super) fn owner(&self, id: ContactId) -> Option<OwnerId> {
        self.by_id.get(id)
    }

    /// Returns the revision of the list of `owner`.
    pub(super) fn revision(&self, owner: OwnerId) -> Option<Revision> {
        self.all.get(&owner).copied()
    }

    pub(super) fn new_ids(&mut self, count: usize) -> Result<Vec<ContactId>, StoreError> {
        check_id_count(count)?;
        let last = self.last_id.checked_add(count as u64);
        let last = last.ok_or_else(|| StoreError::backend(NoId(self.last_id)))?;
        let ids = (self.last_id..last).map(|before| ContactId::new(before + 1)).collect();
        self.last_id = last;
        Ok(ids)
    }

    pub(super) fn replace(
        &mut self,
        owner: OwnerId,
        before: Option<&Stored<ContactList>>,
        after: Option<&Stored<ContactList>>,
    ) {
        self.by_id.replace(owner, before, after, ids);
        self.reorder(owner, before, after);
        self.all.remove(&owner);
        for contact in before.into_iter().flat_map(|list| list.numbers()) {
            if let Some(owners) = self.by_number.get_mut(&contact.number()) {
                owners.remove(&owner);
                if owners.is_empty() {
                    self.by_number.remove(&contact.number());
                }
            }
        }
        self.all.extend(after.map(|list| (owner, list.revision())));
        for contact in after.into_iter().flat_map(|list| list.numbers()) {
            self.by_number.entry(contact.number()).or_default().insert(owner);
            self.last_id = self.last_id.max(contact.id().get());
        }
    }

    /// Moves the changed contacts of an owner to their positions in all orders.
    fn reorder(
        &mut self,
        owner: OwnerId,
        before: Option<&Stored<ContactList>>,
        after: Option<&Stored<ContactList>>,
    ) {
        fn by_id(list: Option<&Stored<ContactList>>) -> HashMap<ContactId, &ContactNumber> {
            let contacts = list.into_iter().flat_map(|list| list.numbers());
            contacts.map(|contact| (contact.id(), contact)).collect()
        }
        let (before, after) = (by_id(before), by_id(after));
        for field in ORDER_FIELDS {
            let order = self.orders.entry(field).or_default();
            for (id, contact) in before.iter().filter(|(id, contact)| after.get(id) != Some(contact)) {
                let key = (OrderValue::of(field, contact), *id);
                // The same commit may have given the id to another owner.
                if order.get(&key) == Some(&owner) {
                    order.remove(&key);
                }
            }
            for (id, contact) in after.iter().filter(|(id, contact)| before.get(id) != Some(contact)) {
                order.insert((OrderValue::of(field, contact), *id), owner);
            }
        }
    }
}

fn ids(list: &ContactList) -> Vec<ContactId> {
    list.numbers().iter().map(ContactNumber::id).collect()
}
