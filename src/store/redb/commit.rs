//! The changes of a commit, made in a transaction that several commits share.

use std::collections::HashMap;

use ::redb::{ReadableTable, ReadableTableMetadata, Table, Value};

use super::document::{
    Summary, append_json, decode_event, decode_list, decode_record, decode_request, encode_event,
    encode_list, encode_record, encode_request, revision, set_revision, split_record,
};
use super::table::{
    Kind, OrderKey, Tables, account_row, actor_row, clock_row, counter, failed, last_integer, order_code,
    owner_row,
};
use crate::account::AccountId;
use crate::contact::{ContactId, ContactList, ContactNumber, OwnerId};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;
use crate::store::conditions::{StoredVersions, check_conditions};
use crate::store::contact_index::{ORDER_FIELDS, OrderValue};
use crate::store::{Batch, Change, Entity, Forget, Receipt, Revision, StoreError, Stored};
use crate::time::Timestamp;

/// A batch, encoded as far as possible without the transaction.
pub(super) struct Prepared {
    batch: Batch,
    numbers: Vec<Option<Vec<u8>>>,
    requests: Vec<Option<Vec<u8>>>,
    lists: Vec<Option<Vec<u8>>>,
    events: Vec<Vec<u8>>,
    answer: Vec<u8>,
}

/// The counters of the file, changed by a group of commits and written once.
#[derive(Clone, Copy, Default)]
pub(super) struct Counters {
    revision: u64,
    events: u64,
    forgotten: u64,
    /// See [`counter::CONTACT_ID`].
    pub(super) contact_id: u64,
}

/// A transaction in which a group of commits is made.
pub(super) struct Session<'a> {
    pub(super) tables: Tables<'a>,
    pub(super) counters: Counters,
}

/// The maximum length of a part of a receipt, in bytes.
const PART: usize = 256 * 1024;
/// The maximum number of events, and of receipts, to forget in one transaction.
const FORGOTTEN_AT_ONCE: usize = 20_000;

impl Prepared {
    pub(super) fn new(batch: Batch) -> Result<Self, StoreError> {
        fn encode<T: Entity>(
            changes: &[Change<T>],
            encode: impl Fn(&T) -> Result<Vec<u8>, StoreError>,
        ) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
            changes.iter().map(|change| change.value().map(|value| encode(value)).transpose()).collect()
        }
        let events = batch.events().map(|event| encode_event(&event)).collect::<Result<_, _>>()?;
        let mut answer = Vec::new();
        if let Some(receipt) = &batch.receipt {
            append_json(&mut answer, &receipt.answer)?;
        }
        Ok(Self {
            numbers: encode(&batch.numbers, encode_record)?,
            requests: encode(&batch.port_requests, encode_request)?,
            lists: encode(&batch.contacts, encode_list)?,
            events,
            answer,
            batch,
        })
    }
}

impl Counters {
    pub(super) fn read(tables: &Tables<'_>) -> Result<Self, StoreError> {
        let read = |name| -> Result<u64, StoreError> {
            Ok(tables.counters.get(name).map_err(failed)?.map_or(0, |value| value.value()))
        };
        Ok(Self {
            revision: read(counter::REVISION)?,
            events: read(counter::EVENTS)?,
            forgotten: read(counter::FORGOTTEN)?,
            contact_id: read(counter::CONTACT_ID)?,
        })
    }

    pub(super) fn write(self, tables: &mut Tables<'_>) -> Result<(), StoreError> {
        for (name, value) in [
            (counter::REVISION, self.revision),
            (counter::EVENTS, self.events),
            (counter::FORGOTTEN, self.forgotten),
            (counter::CONTACT_ID, self.contact_id),
        ] {
            tables.counters.insert(name, value).map_err(failed)?;
        }
        Ok(())
    }
}

impl StoredVersions for Session<'_> {
    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Revision>, StoreError> {
        let found = self.tables.receipts.get(key.as_str()).map_err(failed)?;
        found.map(|found| Revision::try_from(found.value().0).map_err(StoreError::backend)).transpose()
    }

    fn number(&self, number: PhoneNumber) -> Result<Option<Revision>, StoreError> {
        self.revision::<NumberRecord>(number)
    }

    fn port_request(&self, id: PortRequestId) -> Result<Option<Revision>, StoreError> {
        self.revision::<PortRequest>(id)
    }

    fn contact_list(&self, owner: OwnerId) -> Result<Option<Revision>, StoreError> {
        self.revision::<ContactList>(owner)
    }

    fn active_on(&self, number: PhoneNumber) -> Result<Option<PortRequestId>, StoreError> {
        let found = self.tables.holders.get(number.to_bits()).map_err(failed)?;
        Ok(found.and_then(|id| id.value().parse().ok()))
    }

    fn contact_owner(&self, id: ContactId) -> Result<Option<OwnerId>, StoreError> {
        let found = self.tables.contacts.get(id.get()).map_err(failed)?;
        Ok(found.and_then(|owner| owner.value().parse().ok()))
    }
}

impl Session<'_> {
    /// Makes the changes of a batch, or refuses it without changing anything. After any other error the
    /// transaction must be aborted. The same batch can be committed again in the next one.
    pub(super) fn commit(&mut self, prepared: &mut Prepared) -> Result<Revision, StoreError> {
        let Prepared { batch, numbers, requests, lists, events, answer } = prepared;
        check_conditions(batch, self)?;
        let last = Revision::try_from(self.counters.revision).ok();
        let revision = last.map_or(Revision::FIRST, Revision::next);
        self.counters.revision = revision.get();
        for (change, document) in batch.numbers.iter().zip(numbers) {
            self.replace_number(change, document.as_mut(), revision)?;
        }
        for (change, document) in batch.port_requests.iter().zip(requests) {
            self.replace_request(change, document.as_mut(), revision)?;
        }
        for (change, document) in batch.contacts.iter().zip(lists) {
            self.replace_list(change, document.as_mut(), revision)?;
        }
        for event in events {
            self.counters.events += 1;
            self.tables.events.insert(self.counters.events, &**event).map_err(failed)?;
        }
        if let Some(receipt) = &batch.receipt {
            self.keep(receipt, answer, revision)?;
        }
        Ok(revision)
    }

    /// Returns the revision of the value under `key`.
    fn revision<T: Kind>(&self, key: T::Key) -> Result<Option<Revision>, StoreError> {
        let raw: <T::Raw as Value>::SelfType<'_> = T::raw(&key);
        let found = T::table(&self.tables).get(raw).map_err(failed)?;
        found.map(|bytes| revision(key, bytes.value())).transpose()
    }

    fn replace_number(
        &mut self,
        change: &Change<NumberRecord>,
        document: Option<&mut Vec<u8>>,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let number = change.key().to_bits();
        let tables = &mut self.tables;
        let before = match document {
            Some(document) => {
                set_revision(document, revision);
                tables.numbers.insert(number, &**document).map_err(failed)?
            }
            None => tables.numbers.remove(number).map_err(failed)?,
        };
        // A record of version 1 has no summary, so its document is parsed.
        let (mut record, mut owner) = (None, None);
        let before = match &before {
            None => None,
            Some(bytes) => {
                if let (Some(summary), _) = split_record(number, bytes.value())? {
                    Some(summary)
                } else {
                    let record = record.insert(decode_record(number, bytes.value())?);
                    owner = record.owner();
                    Some(Summary::of(record, owner.as_ref().map_or("", AccountId::as_str)))
                }
            }
        };
        let owner_after = change.value().and_then(|record| record.owner());
        let owner_after = owner_after.as_ref().map_or("", AccountId::as_str);
        let after = change.value().map(|record| Summary::of(record, owner_after));
        if before == after {
            return Ok(());
        }
        let place = |summary: &Summary<'_>| (summary.state, summary.clock);
        let (from, to) = (before.as_ref(), after.as_ref());
        if from.map(place) != to.map(place) {
            if let Some(summary) = from {
                let row = clock_row(summary.state, summary.clock, number);
                tables.clocks.remove(&row).map_err(failed)?;
            }
            if let Some(summary) = to {
                let row = clock_row(summary.state, summary.clock, number);
                tables.clocks.insert(&row, ()).map_err(failed)?;
            }
        }
        if from.map(|summary| summary.state) != to.map(|summary| summary.state) {
            for (summary, added) in [(from, false), (to, true)] {
                let Some(summary) = summary else { continue };
                let count =
                    tables.states.get(summary.state).map_err(failed)?.map_or(0, |count| count.value());
                let count = if added { count + 1 } else { count.saturating_sub(1) };
                tables.states.insert(summary.state, count).map_err(failed)?;
            }
        }
        if from.map(|summary| summary.owner) != to.map(|summary| summary.owner) {
            if let Some(summary) = from.filter(|summary| !summary.owner.is_empty()) {
                tables.owners.remove(&*owner_row(summary.owner, number)).map_err(failed)?;
            }
            if let Some(summary) = to.filter(|summary| !summary.owner.is_empty()) {
                tables.owners.insert(&*owner_row(summary.owner, number), ()).map_err(failed)?;
            }
        }
        let is_pending = |summary: Option<&Summary<'_>>| summary.is_some_and(|summary| summary.is_pending);
        match (is_pending(from), is_pending(to)) {
            (true, false) => drop(tables.pending.remove(number).map_err(failed)?),
            (false, true) => drop(tables.pending.insert(number, ()).map_err(failed)?),
            (true, true) | (false, false) => {}
        }
        drop((record, owner));
        Ok(())
    }

    fn replace_request(
        &mut self,
        change: &Change<PortRequest>,
        document: Option<&mut Vec<u8>>,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let (key, tables) = (change.key(), &mut self.tables);
        let id = key.as_str();
        let before = match document {
            Some(document) => {
                set_revision(document, revision);
                tables.requests.insert(id, &**document).map_err(failed)?
            }
            None => tables.requests.remove(id).map_err(failed)?,
        };
        let before: Option<Stored<PortRequest>> =
            before.map(|bytes| decode_request(id, bytes.value())).transpose()?;
        if let Some(before) = before {
            for number in before.active_numbers() {
                // The same commit may have given the number to another request.
                let holder = tables.holders.get(number.to_bits()).map_err(failed)?;
                let is_own = holder.is_some_and(|holder| holder.value() == id);
                if is_own {
                    tables.holders.remove(number.to_bits()).map_err(failed)?;
                }
            }
            tables.accounts.remove(&*account_row(before.account(), id)).map_err(failed)?;
            tables.active.remove(id).map_err(failed)?;
        }
        if let Some(after) = change.value() {
            for number in after.active_numbers() {
                tables.holders.insert(number.to_bits(), id).map_err(failed)?;
            }
            tables.accounts.insert(&*account_row(after.account(), id), ()).map_err(failed)?;
            if after.is_active() {
                tables.active.insert(id, ()).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn replace_list(
        &mut self,
        change: &Change<ContactList>,
        document: Option<&mut Vec<u8>>,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let (key, tables) = (change.key(), &mut self.tables);
        let owner = key.as_str();
        let before = match document {
            Some(document) => {
                set_revision(document, revision);
                tables.lists.insert(owner, &**document).map_err(failed)?
            }
            None => tables.lists.remove(owner).map_err(failed)?,
        };
        let before: Option<Stored<ContactList>> =
            before.map(|bytes| decode_list(owner, bytes.value())).transpose()?;
        for contact in before.iter().flat_map(|list| list.numbers()) {
            let id = contact.id().get();
            // The same commit may have given the id to another list.
            let holder = tables.contacts.get(id).map_err(failed)?;
            let is_own = holder.is_some_and(|holder| holder.value() == owner);
            if is_own {
                tables.contacts.remove(id).map_err(failed)?;
            }
        }
        for contact in change.value().into_iter().flat_map(|list| list.numbers()) {
            let id = contact.id().get();
            tables.contacts.insert(id, owner).map_err(failed)?;
            self.counters.contact_id = self.counters.contact_id.max(id);
        }
        reorder(&mut self.tables.orders, owner, before.as_deref(), change.value().map(|list| &**list))
    }

    fn keep(&mut self, receipt: &Receipt, answer: &[u8], revision: Revision) -> Result<(), StoreError> {
        let (key, revision, at) = (receipt.key.as_str(), revision.get(), receipt.at.gregorian());
        let actor = receipt.actor.to_string();
        let tables = &mut self.tables;
        tables.receipts.insert(key, (revision, at, &*actor)).map_err(failed)?;
        tables.receipt_keys.insert(revision, key).map_err(failed)?;
        tables.receipt_times.insert((at, revision), ()).map_err(failed)?;
        tables.receipt_actors.insert(&*actor_row(&actor, revision), ()).map_err(failed)?;
        let count = tables.receipt_counts.get(&*actor).map_err(failed)?.map_or(0, |count| count.value());
        tables.receipt_counts.insert(&*actor, count + 1).map_err(failed)?;
        for (place, part) in (0..).zip(answer.chunks(PART)) {
            tables.receipt_parts.insert((revision, place), part).map_err(failed)?;
        }
        Ok(())
    }

    /// Reserves `count` contact ids, and returns the greatest id before them; `None` if there are not
    /// enough ids.
    pub(super) fn set_ids_aside(&mut self, count: u64) -> Option<u64> {
        let before = self.counters.contact_id;
        self.counters.contact_id = before.checked_add(count)?;
        Some(before)
    }

    /// Forgets events and receipts, up to a number of each. Returns whether there may be more to forget.
    pub(super) fn forget(&mut self, forget: &Forget) -> Result<bool, StoreError> {
        let events = self.forget_events(forget)?;
        let receipts = self.forget_receipts(forget)?;
        Ok(events == FORGOTTEN_AT_ONCE as u64 || receipts == FORGOTTEN_AT_ONCE)
    }

    fn forget_events(&mut self, forget: &Forget) -> Result<u64, StoreError> {
        let Counters { events, forgotten, .. } = self.counters;
        let kept = events - forgotten;
        let end = forgotten + kept.min(FORGOTTEN_AT_ONCE as u64);
        let surplus = forget.max_events.map_or(0, |max| kept.saturating_sub(max));
        let mut last = end.min(forgotten + surplus);
        if let Some(time) = forget.events_before {
            for sequence in last + 1..=end {
                let found = self.tables.events.get(sequence).map_err(failed)?;
                match found.map(|bytes| decode_event(sequence, bytes.value())).transpose() {
                    Ok(Some(event)) if event.at() >= time => break,
                    Ok(_) => last = sequence,
                    // A damaged event is forgotten with the next one that can be decoded.
                    Err(_) => {}
                }
            }
        }
        for sequence in forgotten + 1..=last {
            self.tables.events.remove(sequence).map_err(failed)?;
        }
        self.counters.forgotten = last;
        Ok(last - forgotten)
    }

    fn forget_receipts(&mut self, forget: &Forget) -> Result<usize, StoreError> {
        let mut count = 0;
        while count < FORGOTTEN_AT_ONCE
            && let Some(revision) = self.first_receipt_before(forget.receipts_before)?
        {
            self.forget_receipt(revision)?;
            count += 1;
        }
        let surplus = self.surplus_of_actors(forget.max_receipts_per_actor, FORGOTTEN_AT_ONCE - count)?;
        count += surplus.len();
        surplus.into_iter().try_for_each(|revision| self.forget_receipt(revision))?;
        let max = forget.max_receipts.unwrap_or(u64::MAX);
        while count < FORGOTTEN_AT_ONCE && self.tables.receipt_keys.len().map_err(failed)? > max {
            let first = self.tables.receipt_keys.first().map_err(failed)?.map(|(first, _)| first.value());
            let Some(revision) = first else { break };
            self.forget_receipt(revision)?;
            count += 1;
        }
        Ok(count)
    }

    /// Returns the revision of the oldest receipt, if it is older than `time`.
    fn first_receipt_before(&self, time: Option<Timestamp>) -> Result<Option<u64>, StoreError> {
        let Some(time) = time else { return Ok(None) };
        let first = self.tables.receipt_times.first().map_err(failed)?.map(|(first, _)| first.value());
        Ok(first.filter(|(at, _)| *at < time.gregorian()).map(|(_, revision)| revision))
    }

    /// Returns the revisions of up to `limit` receipts that their actors have beyond `max`, in one pass over
    /// the actors.
    fn surplus_of_actors(&self, max: Option<u64>, limit: usize) -> Result<Vec<u64>, StoreError> {
        let (tables, mut surplus) = (&self.tables, Vec::new());
        let Some(max) = max else { return Ok(surplus) };
        for row in tables.receipt_counts.iter().map_err(failed)? {
            let (actor, count) = row.map_err(failed)?;
            let beyond = usize::try_from(count.value().saturating_sub(max)).unwrap_or(usize::MAX);
            let beyond = beyond.min(limit - surplus.len());
            if beyond > 0 {
                let first = actor_row(actor.value(), 0);
                let rows = tables.receipt_actors.range::<&[u8]>(&*first..).map_err(failed)?;
                for row in rows.take(beyond) {
                    surplus.extend(last_integer(row.map_err(failed)?.0.value()));
                }
            }
            if surplus.len() >= limit {
                break;
            }
        }
        Ok(surplus)
    }

    fn forget_receipt(&mut self, revision: u64) -> Result<(), StoreError> {
        let tables = &mut self.tables;
        let key = tables.receipt_keys.remove(revision).map_err(failed)?;
        let key: Option<Box<str>> = key.map(|key| key.value().into());
        let Some(key) = key else { return Ok(()) };
        let found = tables.receipts.remove(&*key).map_err(failed)?.map(|found| {
            let (_, at, actor) = found.value();
            (at, actor.to_owned())
        });
        if let Some((at, actor)) = found {
            tables.receipt_times.remove((at, revision)).map_err(failed)?;
            tables.receipt_actors.remove(&*actor_row(&actor, revision)).map_err(failed)?;
            let count = tables.receipt_counts.get(&*actor).map_err(failed)?.map_or(0, |count| count.value());
            if count > 1 {
                tables.receipt_counts.insert(&*actor, count - 1).map_err(failed)?;
            } else {
                tables.receipt_counts.remove(&*actor).map_err(failed)?;
            }
        }
        tables.receipt_parts.retain_in((revision, 0)..=(revision, u32::MAX), |_, _| false).map_err(failed)
    }
}

/// Moves the changed contacts of an owner to their positions in all orders.
pub(super) fn reorder(
    orders: &mut Table<'_, OrderKey, &'static str>,
    owner: &str,
    before: Option<&ContactList>,
    after: Option<&ContactList>,
) -> Result<(), StoreError> {
    fn by_id(list: Option<&ContactList>) -> HashMap<ContactId, &ContactNumber> {
        let contacts = list.into_iter().flat_map(ContactList::numbers);
        contacts.map(|contact| (contact.id(), contact)).collect()
    }
    let (before, after) = (by_id(before), by_id(after));
    let gone = before.values().filter(|contact| after.get(&contact.id()) != Some(contact));
    for (field, contact) in gone.flat_map(|contact| ORDER_FIELDS.map(|field| (field, contact))) {
        let value = OrderValue::of(field, contact).to_bytes();
        let key = (order_code(field), &*value, contact.id().get());
        // The same commit may have given the id to another list.
        let holder = orders.get(key).map_err(failed)?;
        let is_own = holder.is_some_and(|holder| holder.value() == owner);
        if is_own {
            orders.remove(key).map_err(failed)?;
        }
    }
    let new = after.values().filter(|contact| before.get(&contact.id()) != Some(contact));
    for (field, contact) in new.flat_map(|contact| ORDER_FIELDS.map(|field| (field, contact))) {
        let value = OrderValue::of(field, contact).to_bytes();
        orders.insert((order_code(field), &*value, contact.id().get()), owner).map_err(failed)?;
    }
    Ok(())
}

/// Returns the name of a receipt for error messages.
pub(super) fn receipt_name(key: IdempotencyKey) -> String {
    format!("receipt {key}")
}
