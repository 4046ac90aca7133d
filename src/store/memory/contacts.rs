//! The index of contact numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::holders::Holders;
use crate::contact::{
    ContactFilter, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OrderField, OwnerId,
};
use crate::store::contact_index::{ORDER_FIELDS, OrderValue, conditions};
use crate::store::{Revision, StoreError, Stored, check_id_count};

/// The index of owners by the ids of their contacts, and by the values that contacts are ordered by.
#[derive(Default)]
pub(super) struct ContactIndex {
    /// The owners with a list, and its revision.
    all: BTreeMap<OwnerId, Revision>,
    by_id: Holders<ContactId, OwnerId>,
    /// The owners of all contacts, in each order.
    orders: HashMap<OrderField, BTreeMap<(OrderValue, ContactId), OwnerId>>,
    /// The greatest id that is or was stored, or was allocated.
    last_id: u64,
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
        let Some((field, range)) = conditions(filter).into_iter().next() else {
            return self.all.keys().copied().collect();
        };
        if range.is_empty() {
            return BTreeSet::new();
        }
        let (first, last) = range.into_inner();
        let range = (first, ContactId::new(0))..=(last, ContactId::new(u64::MAX));
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
        self.all.extend(after.map(|list| (owner, list.revision())));
        for contact in after.into_iter().flat_map(|list| list.numbers()) {
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
