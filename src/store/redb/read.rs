//! Reads from a snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::{Bound, RangeInclusive};

use ::redb::{AccessGuard, ReadableTable, ReadableTableMetadata, StorageError};

use super::commit::receipt_name;
use super::document::{
    NO_CLOCK, Sieve, decode_event, decode_list, decode_record, decode_request, malformed, parse,
    split_record, state_code,
};
use super::table::{
    OrderKey, Snapshot, account_row, clock_row, counter, failed, last_integer, order_code, owner_row,
};
use crate::account::AccountId;
use crate::contact::{
    ContactFilter, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OrderField, OwnerId,
};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId, PortState};
use crate::record::NumberRecord;
use crate::store::contact_index::{OrderValue, PageOfMatches, conditions};
use crate::store::{Entity, Logged, Page, PortQuery, Query, Receipt, Revision, StateSet, StoreError, Stored};
use crate::time::Timestamp;

/// The bounds of a scan, in the form of the tables.
type Bounds = (Bound<u64>, Bound<u64>);

/// Numbers in ascending order, in the form of the tables.
type Candidates<'a> = Box<dyn Iterator<Item = Result<u64, StoreError>> + 'a>;

/// The maximum number of owners whose lists are looked up one by one.
const FEW_OWNERS: usize = 10_000;

/// A page that is being filled: its values so far, and whether there are more.
struct Filling<T: Entity> {
    items: Vec<Stored<T>>,
    limit: usize,
    has_more: bool,
}

impl Snapshot {
    pub(super) fn record(&self, number: PhoneNumber) -> Result<Option<Stored<NumberRecord>>, StoreError> {
        let bits = number.to_bits();
        let found = self.numbers.get(bits).map_err(failed)?;
        found.map(|bytes| decode_record(bits, bytes.value())).transpose()
    }

    pub(super) fn request(&self, id: &str) -> Result<Option<Stored<PortRequest>>, StoreError> {
        let found = self.requests.get(id).map_err(failed)?;
        found.map(|bytes| decode_request(id, bytes.value())).transpose()
    }

    pub(super) fn list(&self, owner: &str) -> Result<Option<Stored<ContactList>>, StoreError> {
        let found = self.lists.get(owner).map_err(failed)?;
        found.map(|bytes| decode_list(owner, bytes.value())).transpose()
    }

    pub(super) fn active_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        let ids = numbers.iter().map(|number| self.holders.get(number.to_bits()));
        by_member(ids, |id| self.request(id))
    }

    pub(super) fn lists_with(
        &self,
        ids: &[ContactId],
    ) -> Result<Vec<Option<Stored<ContactList>>>, StoreError> {
        let owners = ids.iter().map(|id| self.contacts.get(id.get()));
        by_member(owners, |owner| self.list(owner))
    }

    pub(super) fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        if limit == 0 {
            return Ok(Page { items: Vec::new(), next: after });
        }
        let mut page = Filling { items: Vec::new(), limit, has_more: false };
        let Some(bounds) = bounds(query, after) else { return Ok(page.finish()) };
        let sieve = Sieve::new(query);
        let mut add = |number, bytes: &[u8]| -> Result<bool, StoreError> {
            let (summary, _) = split_record(number, bytes)?;
            if summary.is_some_and(|summary| !sieve.passes(&summary)) {
                return Ok(false);
            }
            let stored = decode_record(number, bytes)?;
            Ok(query.matches(&stored) && page.add(stored))
        };
        if let Some(candidates) = self.candidates(query, bounds, limit)? {
            for number in candidates {
                let number = number?;
                if let Some(bytes) = self.numbers.get(number).map_err(failed)?
                    && add(number, bytes.value())?
                {
                    break;
                }
            }
        } else {
            for row in self.numbers.range(bounds).map_err(failed)? {
                let (number, bytes) = row.map_err(failed)?;
                if add(number.value(), bytes.value())? {
                    break;
                }
            }
        }
        Ok(page.finish())
    }

    /// Returns candidates that include all numbers matching `query`, from the index with the fewest
    /// entries; `None` if all numbers within the bounds must be visited.
    fn candidates(
        &self,
        query: &Query,
        bounds: Bounds,
        limit: usize,
    ) -> Result<Option<Candidates<'_>>, StoreError> {
        if query.pending == Some(true) {
            let rows = self.pending.range(bounds).map_err(failed)?;
            return Ok(Some(Box::new(rows.map(|row| Ok(row.map_err(failed)?.0.value())))));
        }
        let total = self.numbers.len().map_err(failed)?;
        let mut in_states = if query.states == StateSet::ALL { total } else { 0 };
        for state in query.states.iter().filter(|_| query.states != StateSet::ALL) {
            in_states += self.states.get(state_code(state)).map_err(failed)?.map_or(0, |count| count.value());
        }
        // The index by clock is not sorted by number, so all its rows must be visited. If there are
        // many, visiting all numbers up to a full page is cheaper: with n numbers of which m match, a
        // page visits n / m numbers per item.
        let few = (u128::from(total) * limit.clamp(1, 1_000) as u128).isqrt();
        let few = usize::try_from(few).unwrap_or(usize::MAX);
        if query.owner.is_none() || query.clock.is_some() {
            let is_worth_it = query.clock.is_some() || in_states <= few as u64;
            if is_worth_it && let Some(numbers) = self.by_clock(query, bounds, few)? {
                return Ok(Some(Box::new(numbers.into_iter().map(Ok))));
            }
        }
        let Some(owner) = query.owner else { return Ok(None) };
        let row = |bound: Bound<u64>, open| match bound {
            Bound::Included(number) => Bound::Included(owner_row(owner.as_str(), number)),
            Bound::Excluded(number) => Bound::Excluded(owner_row(owner.as_str(), number)),
            Bound::Unbounded => Bound::Included(owner_row(owner.as_str(), open)),
        };
        let (first, last) = (row(bounds.0, 0), row(bounds.1, u64::MAX));
        let range = (first.as_ref().map(Vec::as_slice), last.as_ref().map(Vec::as_slice));
        let rows = self.owners.range::<&[u8]>(range).map_err(failed)?;
        Ok(Some(Box::new(rows.map(|row| last_number(row.map_err(failed)?.0.value())))))
    }

    /// Returns the numbers in the states of `query` with a clock in its range and within the bounds;
    /// `None` if more than `few` numbers have such a clock.
    fn by_clock(&self, query: &Query, bounds: Bounds, few: usize) -> Result<Option<Vec<u64>>, StoreError> {
        let clock = query.clock.as_ref();
        let (from, to) =
            clock.map_or((0, NO_CLOCK), |range| (range.start().gregorian(), range.end().gregorian()));
        let mut seen = 0;
        let mut numbers = Vec::new();
        if from > to {
            return Ok(Some(numbers));
        }
        for state in query.states.iter().map(state_code) {
            let range = clock_row(state, from, 0)..=clock_row(state, to, u64::MAX);
            for row in
                self.clocks.range::<&super::table::ClockKey>(&range.start()..=&range.end()).map_err(failed)?
            {
                seen += 1;
                if seen > few {
                    return Ok(None);
                }
                let number = last_number(row.map_err(failed)?.0.value())?;
                if std::ops::RangeBounds::contains(&bounds, &number) {
                    numbers.push(number);
                }
            }
        }
        numbers.sort_unstable();
        Ok(Some(numbers))
    }

    pub(super) fn scan_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        if limit == 0 {
            return Ok(Page { items: Vec::new(), next: after });
        }
        let mut page = Filling { items: Vec::new(), limit, has_more: false };
        let from = after.as_ref().map_or(Bound::Unbounded, |id| Bound::Excluded(id.as_str()));
        let range = (from, Bound::Unbounded);
        let mut add = |stored: Stored<PortRequest>| query.matches(&stored) && page.add(stored);
        if let Some(accounts) = &query.accounts {
            // A query may name an account twice.
            let accounts: BTreeSet<_> = accounts.iter().collect();
            let mut next_of_each = BTreeMap::new();
            for account in accounts {
                let mut ids = self.requests_of(*account, after)?;
                next_of_each.extend(ids.next().transpose()?.map(|id| (id, ids)));
            }
            while let Some((id, mut ids)) = next_of_each.pop_first() {
                next_of_each.extend(ids.next().transpose()?.map(|id| (id, ids)));
                if self.request(&id)?.is_some_and(&mut add) {
                    break;
                }
            }
        } else if PortState::ALL.iter().all(|state| state.is_final() <= !query.states.contains(state)) {
            for row in self.active.range::<&str>(range).map_err(failed)? {
                if self.request(row.map_err(failed)?.0.value())?.is_some_and(&mut add) {
                    break;
                }
            }
        } else {
            for row in self.requests.range::<&str>(range).map_err(failed)? {
                let (id, bytes) = row.map_err(failed)?;
                if add(decode_request(id.value(), bytes.value())?) {
                    break;
                }
            }
        }
        Ok(page.finish())
    }

    /// Returns the ids of the port requests of an account, in ascending order, starting after `after`.
    fn requests_of(
        &self,
        account: AccountId,
        after: Option<PortRequestId>,
    ) -> Result<impl Iterator<Item = Result<String, StoreError>> + use<>, StoreError> {
        let first = account_row(account, after.as_ref().map_or("", PortRequestId::as_str));
        let mut end = account_row(account, "");
        let prefix = end.len();
        end.push(u8::MAX);
        let range = (Bound::Excluded(&*first), Bound::Excluded(&*end));
        let rows = self.accounts.range::<&[u8]>(range).map_err(failed)?;
        Ok(rows.map(move |row| {
            let row = row.map_err(failed)?;
            let id = row.0.value().get(prefix..).and_then(|id| str::from_utf8(id).ok());
            Ok(id.unwrap_or_default().to_owned())
        }))
    }

    pub(super) fn contact_page(
        &self,
        query: &ContactQuery,
    ) -> Result<ContactPage<ContactNumber>, StoreError> {
        if query.filter == ContactFilter::default() {
            return self.page_in_order(query);
        }
        let mut page = PageOfMatches::new(query);
        let owners = match (query.filter.owner, conditions(&query.filter).into_iter().next()) {
            (Some(owner), _) => Some(BTreeSet::from([owner.as_str().to_owned()])),
            (None, Some((field, range))) => self.owners_in(field, &range)?,
            (None, None) => None,
        };
        if let Some(owners) = owners {
            for owner in owners {
                self.list(&owner)?.iter().for_each(|list| page.add(list));
            }
        } else {
            for row in ReadableTable::range::<&str>(&self.lists, ..).map_err(failed)? {
                let (owner, bytes) = row.map_err(failed)?;
                page.add(&*decode_list(owner.value(), bytes.value())?);
            }
        }
        Ok(page.finish())
    }

    /// Returns the page of a query without conditions, which reads the index up to the end of the page and the
    /// lists of the owners on it.
    fn page_in_order(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        let (offset, per_page) = (usize::try_from(query.offset).unwrap_or(usize::MAX), query.per_page());
        let code = order_code(query.order.field);
        let rows = self.orders.range::<OrderKey>(order_start(code)..order_start(code + 1)).map_err(failed)?;
        let rows: Vec<_> = if query.order.descending {
            rows.rev().skip(offset).take(per_page.into()).collect()
        } else {
            rows.skip(offset).take(per_page.into()).collect()
        };
        let (mut items, mut lists) = (Vec::with_capacity(rows.len()), BTreeMap::new());
        for row in rows {
            let (key, owner) = row.map_err(failed)?;
            let owner = owner.value();
            if !lists.contains_key(owner) {
                lists.insert(owner.to_owned(), self.list(owner)?);
            }
            let list = lists.get(owner).and_then(Option::as_ref);
            items.extend(list.and_then(|list| list.get(ContactId::new(key.value().2))).cloned());
        }
        let total = self.contacts.len().map_err(failed)?;
        Ok(ContactPage { items, total, offset: query.offset, per_page })
    }

    /// Returns the owners of the contacts with a value of `field` in `range`; `None` if there are more than
    /// [`FEW_OWNERS`].
    fn owners_in(
        &self,
        field: OrderField,
        range: &RangeInclusive<OrderValue>,
    ) -> Result<Option<BTreeSet<String>>, StoreError> {
        let mut owners = BTreeSet::new();
        if range.is_empty() {
            return Ok(Some(owners));
        }
        let (first, last) = (range.start().to_bytes(), range.end().to_bytes());
        let code = order_code(field);
        let rows = self.orders.range((code, &*first, 0)..=(code, &*last, u64::MAX)).map_err(failed)?;
        for row in rows {
            owners.insert(row.map_err(failed)?.1.value().to_owned());
            if owners.len() > FEW_OWNERS {
                return Ok(None);
            }
        }
        Ok(Some(owners))
    }

    pub(super) fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        let forgotten = self.counter(counter::FORGOTTEN)?;
        if after < forgotten {
            return Err(StoreError::Forgotten { first: forgotten + 1 });
        }
        let rows = self.events.range((Bound::Excluded(after), Bound::Unbounded)).map_err(failed)?;
        let logged = |row: Result<(_, _), StorageError>| {
            let (sequence, bytes): (::redb::AccessGuard<'_, u64>, ::redb::AccessGuard<'_, &[u8]>) =
                row.map_err(failed)?;
            let sequence = sequence.value();
            Ok(Logged { sequence, event: decode_event(sequence, bytes.value())? })
        };
        rows.take(limit).map(logged).collect()
    }

    pub(super) fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        let Some(found) = self.receipts.get(key.as_str()).map_err(failed)? else { return Ok(None) };
        let (revision, at, actor) = found.value();
        let mut json = Vec::new();
        for row in self.receipt_parts.range((revision, 0)..=(revision, u32::MAX)).map_err(failed)? {
            json.extend(row.map_err(failed)?.1.value());
        }
        let at = Timestamp::from_gregorian(at).map_err(|error| malformed(&receipt_name(key), error))?;
        let actor = actor.parse().map_err(|error| malformed(&receipt_name(key), error))?;
        Ok(Some(Receipt::new(key, actor, parse(&receipt_name, key, &json)?, at)))
    }
}

impl Snapshot {
    pub(super) fn receipts_after(
        &self,
        after: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<(Revision, Receipt)>, StoreError> {
        let from = after.map_or(Bound::Unbounded, |revision| Bound::Excluded(revision.get()));
        let mut receipts = Vec::new();
        for row in self.receipt_keys.range((from, Bound::Unbounded)).map_err(failed)?.take(limit) {
            let (revision, key) = row.map_err(failed)?;
            let (revision, key) = (Revision::try_from(revision.value()), key.value());
            let revision = revision.map_err(|error| malformed(key, error))?;
            let receipt = self.receipt(key.parse().map_err(|error| malformed(key, error))?)?;
            receipts.extend(receipt.map(|receipt| (revision, receipt)));
        }
        Ok(receipts)
    }

    pub(super) fn owners_after(
        &self,
        after: Option<OwnerId>,
        limit: usize,
    ) -> Result<Vec<OwnerId>, StoreError> {
        let from = after.as_ref().map_or(Bound::Unbounded, |owner| Bound::Excluded(owner.as_str()));
        let rows = self.lists.range::<&str>((from, Bound::Unbounded)).map_err(failed)?;
        rows.take(limit)
            .map(|row| {
                let (owner, _) = row.map_err(failed)?;
                owner.value().parse().map_err(|error| malformed(owner.value(), error))
            })
            .collect()
    }
}

impl<T: Entity> Filling<T> {
    /// Adds a value, or records that there is one more. Returns whether the page is complete.
    fn add(&mut self, stored: Stored<T>) -> bool {
        if self.items.len() < self.limit {
            self.items.push(stored);
        } else {
            self.has_more = true;
        }
        self.has_more
    }

    fn finish(self) -> Page<T, T::Key> {
        let next = self.items.last().filter(|_| self.has_more).map(|last| last.key());
        Page { items: self.items, next }
    }
}

/// Returns the first key of an order.
const fn order_start(code: u8) -> (u8, &'static [u8], u64) {
    (code, &[], 0)
}

/// Returns the values to which members belong, in the order of the members, by the ids of the values. A value is read
/// once, however many of the members belong to it.
fn by_member<'a, T>(
    ids: impl Iterator<Item = Result<Option<AccessGuard<'a, &'static str>>, StorageError>>,
    read: impl Fn(&str) -> Result<Option<Stored<T>>, StoreError>,
) -> Result<Vec<Option<Stored<T>>>, StoreError> {
    let mut values = HashMap::<String, Option<Stored<T>>>::new();
    let mut value = |id: &str| match values.get(id) {
        Some(value) => Ok(value.clone()),
        None => read(id).inspect(|value| drop(values.insert(id.to_owned(), value.clone()))),
    };
    ids.map(|id| id.map_err(failed)?.map_or(Ok(None), |id| value(id.value()))).collect()
}

/// Returns the number at the end of a row.
fn last_number(row: &[u8]) -> Result<u64, StoreError> {
    last_integer(row).ok_or_else(|| malformed("index", "a row is shorter than a number"))
}

/// Returns the bounds of the numbers with the prefix of `query` that are greater than `after`; `None`
/// if there can be none.
fn bounds(query: &Query, after: Option<PhoneNumber>) -> Option<Bounds> {
    let (first, last) = query.prefix.map(|prefix| prefix.range().into_inner()).unzip();
    let last_bound = last.map_or(Bound::Unbounded, |last| Bound::Included(last.to_bits()));
    match after {
        Some(after) if last.is_some_and(|last| after >= last) => None,
        Some(after) if first.is_none_or(|first| after >= first) => {
            Some((Bound::Excluded(after.to_bits()), last_bound))
        }
        Some(_) | None => {
            Some((first.map_or(Bound::Unbounded, |first| Bound::Included(first.to_bits())), last_bound))
        }
    }
}
