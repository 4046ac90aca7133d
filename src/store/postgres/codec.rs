//! The representation of values in columns.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::contact::{ContactId, ContactList, ContactNumber, OwnerId};
use crate::number::{Extension, PhoneNumber};
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

/// Returns the text of an optional text in a column that is sorted.
pub(super) fn sorted_text(text: Option<&str>) -> String {
    let Some(text) = text else { return String::new() };
    let mut sorted = String::with_capacity(text.len() + 1);
    sorted.push('=');
    for character in text.chars() {
        match character {
            // PostgreSQL refuses U+0000.
            '\u{0}' => sorted.push_str("\u{1}\u{1}"),
            '\u{1}' => sorted.push_str("\u{1}\u{2}"),
            other => sorted.push(other),
        }
    }
    sorted
}

/// Returns the bits of an extension; 0 if there is none.
pub(super) fn extension(extension: Option<Extension>) -> i64 {
    ordered(extension.map_or(0, Extension::to_bits))
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
    list(column(row, place)?, column(row, place + 1)?, column(row, place + 2)?)
}

pub(super) fn list(owner: &str, int: i64, document: &str) -> Result<Stored<ContactList>, StoreError> {
    let owner: OwnerId = owner.parse().map_err(StoreError::backend)?;
    let numbers: Vec<ContactNumber> = parse(document)?;
    let list = ContactList::new(owner, numbers).map_err(StoreError::backend)?;
    Ok(Stored::new(list, revision(int)?))
}

#[cfg(test)]
mod tests {
    use super::sorted_text;

    #[test]
    fn sorted_texts_have_the_order_of_the_texts() {
        let texts = [
            None,
            Some(""),
            Some("\0"),
            Some("\0\0"),
            Some("\0x"),
            Some("\u{1}"),
            Some("\u{2}"),
            Some("H"),
            Some("H\0"),
        ];
        assert!(texts.is_sorted());
        let sorted = texts.map(sorted_text);
        assert!(sorted.is_sorted_by(|one, other| one < other) && !sorted.concat().contains('\0'));
    }
}
