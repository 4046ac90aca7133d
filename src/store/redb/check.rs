//! The check that the tables of a snapshot agree with each other.

use std::path::Path;

use ::redb::ReadableTableMetadata;

use super::RedbError;
use super::document::{Summary, decode_list, decode_record, decode_request, split_record};
use super::table::{Snapshot, account_row, clock_row, counter, failed, order_code, owner_row};
use super::tally::{Progress, Tally};
use crate::account::AccountId;
use crate::store::StoreError;
use crate::store::contact_index::{ORDER_FIELDS, OrderValue};

/// Checks that every value can be read and is in the indexes, and that the indexes contain nothing else.
pub(super) fn check(snapshot: &Snapshot, path: &Path, progress: Option<&Progress>) -> Result<(), RedbError> {
    match contradiction(snapshot, progress) {
        Ok(None) => Ok(()),
        Ok(Some(reason)) => Err(RedbError::damaged(path, reason)),
        Err(error) => Err(RedbError::of_content(path, error)),
    }
}

/// Returns a description of the first inconsistency between the tables; `None` if there is none.
#[expect(clippy::too_many_lines, reason = "a check for each table")]
fn contradiction(snapshot: &Snapshot, progress: Option<&Progress>) -> Result<Option<String>, StoreError> {
    macro_rules! length {
        ($table:ident) => {
            snapshot.$table.len().map_err(failed)?
        };
    }
    macro_rules! has {
        ($table:ident, $key:expr) => {
            snapshot.$table.get($key).map_err(failed)?.is_some()
        };
    }
    let values = length!(numbers) + length!(requests) + length!(lists) + length!(events) + length!(receipts);
    let mut tally = Tally::new(values, progress);
    let (mut with_owner, mut pending) = (0, 0);
    for row in snapshot.numbers.range::<u64>(..).map_err(failed)? {
        let (number, bytes) = row.map_err(failed)?;
        let (number, bytes) = (number.value(), bytes.value());
        let record = decode_record(number, bytes)?;
        let owner = record.owner();
        let summary = Summary::of(&record, owner.as_ref().map_or("", AccountId::as_str));
        let (stored, _) = split_record(number, bytes)?;
        let is_indexed = record.number().to_bits() == number
            && stored.is_none_or(|stored| stored == summary)
            && has!(clocks, &clock_row(summary.state, summary.clock, number))
            && (owner.is_none() || has!(owners, &*owner_row(summary.owner, number)))
            && summary.is_pending == has!(pending, number);
        if !is_indexed {
            return Ok(Some(format!("{}: its indexes differ from its record", record.number())));
        }
        with_owner += u64::from(owner.is_some());
        pending += u64::from(summary.is_pending);
        tally.step();
    }
    let (mut active, mut held) = (0, 0);
    for row in snapshot.requests.range::<&str>(..).map_err(failed)? {
        let (id, bytes) = row.map_err(failed)?;
        let (id, bytes) = (id.value(), bytes.value());
        let request = decode_request(id, bytes)?;
        let mut is_indexed = request.id().as_str() == id
            && has!(accounts, &*account_row(request.account(), id))
            && request.is_active() == has!(active, id);
        for number in request.active_numbers() {
            let holder = snapshot.holders.get(number.to_bits()).map_err(failed)?;
            is_indexed &= holder.is_some_and(|holder| holder.value() == id);
            held += 1;
        }
        if !is_indexed {
            return Ok(Some(format!("port request {id}: its indexes differ from it")));
        }
        active += u64::from(request.is_active());
        tally.step();
    }
    let mut contacts = 0;
    for row in snapshot.lists.range::<&str>(..).map_err(failed)? {
        let (owner, bytes) = row.map_err(failed)?;
        let (owner, bytes) = (owner.value(), bytes.value());
        let list = decode_list(owner, bytes)?;
        for contact in list.numbers() {
            let id = contact.id().get();
            let holder = snapshot.contacts.get(id).map_err(failed)?;
            let mut is_indexed = holder.is_some_and(|holder| holder.value() == owner);
            for field in ORDER_FIELDS {
                let value = OrderValue::of(field, contact).to_bytes();
                let holder = snapshot.orders.get((order_code(field), &*value, id)).map_err(failed)?;
                is_indexed &= holder.is_some_and(|holder| holder.value() == owner);
            }
            if !is_indexed {
                return Ok(Some(format!("contact {id} of {owner}: its indexes differ from it")));
            }
            contacts += 1;
        }
        tally.step();
    }
    let mut sequence = snapshot.counter(counter::FORGOTTEN)?;
    for row in snapshot.events.range::<u64>(..).map_err(failed)? {
        let (found, bytes) = row.map_err(failed)?;
        let found = found.value();
        super::document::decode_event(found, bytes.value())?;
        sequence += 1;
        if found != sequence {
            return Ok(Some(format!("event {sequence}: missing")));
        }
        tally.step();
    }
    for row in snapshot.receipts.range::<&str>(..).map_err(failed)? {
        let (key, _) = row.map_err(failed)?;
        let key = key.value();
        let parsed = key.parse().map_err(|error| super::document::malformed(key, error))?;
        if snapshot.receipt(parsed)?.is_none() {
            return Ok(Some(format!("receipt {key}: missing")));
        }
        tally.step();
    }
    let mut in_states = 0;
    for row in snapshot.states.range::<u8>(..).map_err(failed)? {
        in_states += row.map_err(failed)?.1.value();
    }
    let mut of_actors = 0;
    for row in snapshot.receipt_counts.range::<&str>(..).map_err(failed)? {
        of_actors += row.map_err(failed)?.1.value();
    }
    let receipts = length!(receipts);
    let counts = [
        ("numbers by clock", length!(clocks), length!(numbers)),
        ("numbers by state", in_states, length!(numbers)),
        ("numbers by owner", length!(owners), with_owner),
        ("numbers pending", length!(pending), pending),
        ("port requests by account", length!(accounts), length!(requests)),
        ("port requests active", length!(active), active),
        ("port requests by number", length!(holders), held),
        ("contacts by id", length!(contacts), contacts),
        ("contacts by order", length!(orders), contacts * ORDER_FIELDS.len() as u64),
        ("events", snapshot.counter(counter::EVENTS)?, sequence),
        ("receipts by revision", length!(receipt_keys), receipts),
        ("receipts by time", length!(receipt_times), receipts),
        ("receipts by actor", length!(receipt_actors), receipts),
        ("receipts of actors", of_actors, receipts),
    ];
    let differs = counts.into_iter().find(|(_, found, expected)| found != expected);
    Ok(differs.map(|(table, found, expected)| format!("{table}: expected {expected} rows, found {found}")))
}
