//! The representation of values in columns.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::contact::{ContactId, ContactList, ContactNumber, OwnerId};
use crate::number::PhoneNumber;
use crate::store::{Expect, Revision, StoreError, Stored};
use crate::time::Timestamp;

/// Flips the sign bit, so that signed integers sort like the bits.
pub(super) const fn ordered(bits: u64) -> i64 {
    (bits ^ 1 << 63).cast_signed()
}

/// Returns the bits from which [`ordered`] made an integer.
pub(super) const fn bits(int: i64) -> u64 {
    int.cast_unsigned() ^ 1 << 63
}

pub(super) const fn number(number: PhoneNumber) -> i64 {
    ordered(number.to_bits())
}

pub(super) const fn contact_id(id: ContactId) -> i64 {
    ordered(id.get())
}

/// Converts an integer that does not exceed the maximum of the column: a revision, a time, or a limit.
/// A greater integer becomes the maximum.
pub(super) fn int(int: u64) -> i64 {
    i64::try_from(int).unwrap_or(i64::MAX)
}

pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn time(time: Timestamp) -> i64 {
    int(time.gregorian())
}

/// Returns the expected revision; 0 if nothing is expected.
pub(super) fn expected(expect: Expect) -> i64 {
    match expect {
        Expect::Absent => 0,
        Expect::Revision(revision) => int(revision.get()),
    }
}

pub(super) fn document(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::backend)
}

pub(super) fn contacts_document(list: &ContactList) -> Result<String, StoreError> {
    document(&list.numbers())
}

pub(super) fn parse<T: DeserializeOwned>(document: &str) -> Result<T, StoreError> {
    serde_json::from_str(document).map_err(StoreError::backend)
}

/// Returns a column of a row.
pub(super) fn column<'a, T: FromSql<'a>>(row: &'a Row, place: usize) -> Result<T, StoreError> {
    row.try_get(place).map_err(StoreError::backend)
}

pub(super) fn revision(int: i64) -> Result<Revision, StoreError> {
    u64::try_from(int).and_then(Revision::try_from).map_err(StoreError::backend)
}

/// Returns the value of a row that has a revision and a document from the column `place` on.
pub(super) fn stored<T: DeserializeOwned>(row: &Row, place: usize) -> Result<Stored<T>, StoreError> {
    let value: T = parse(column(row, place + 1)?)?;
    Ok(Stored::new(value, revision(column(row, place)?)?))
}

/// Returns the list of a row that has an owner, a revision and a document from the column `place` on.
pub(super) fn stored_list(row: &Row, place: usize) -> Result<Stored<ContactList>, StoreError> {
    let owner: OwnerId = column::<&str>(row, place)?.parse().map_err(StoreError::backend)?;
    let numbers: Vec<ContactNumber> = parse(column(row, place + 2)?)?;
    let list = ContactList::new(owner, numbers).map_err(StoreError::backend)?;
    Ok(Stored::new(list, revision(column(row, place + 1)?)?))
}
