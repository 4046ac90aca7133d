//! Values as bytes: a version, a revision, and a JSON document.
//!
//! | version | bytes |
//! |---|---|
//! | 1 | version, revision (8), document |
//! | 2 | version, revision (8), state, 1 if pending, clock (8), length of the owner, owner, document |
//!
//! Integers are big endian. Records of numbers are written in version 2, port requests and contact
//! lists in version 1; both versions of records can be read. The fields of version 2 before the
//! document are those that indexes contain and most queries need, so that neither has to parse the
//! document.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::AccountId;
use crate::contact::{ContactList, ContactNumber, OwnerId};
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::porting::PortRequest;
use crate::record::NumberRecord;
use crate::store::{Query, Revision, StoreError, StoreEvent, Stored};
use crate::time::Timestamp;

/// The clock of a number without one: greater than all others.
pub(super) const NO_CLOCK: u64 = u64::MAX;

const PLAIN: u8 = 1;
const SUMMARIZED: u8 = 2;
/// The length of a version and a revision.
const HEAD: usize = 9;

/// The fields of a record that indexes contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Summary<'a> {
    /// The code of the state.
    pub(super) state: u8,
    pub(super) is_pending: bool,
    pub(super) clock: u64,
    /// The owner; empty if there is none.
    pub(super) owner: &'a str,
}

/// The conditions of a query that a summary can decide.
pub(super) struct Sieve<'a> {
    states: u16,
    pending: Option<bool>,
    clock: Option<(u64, u64)>,
    owner: Option<&'a str>,
}

/// The error for bytes in the file that are not a value in a format of this version.
#[derive(Debug, thiserror::Error)]
enum DocumentError {
    #[error("document {0}: expected version 1 or 2, found {1}; use a newer version of telnum")]
    Version(Box<str>, u8),
    #[error("document {0}: truncated")]
    Short(Box<str>),
    #[error("document {0}: {1}")]
    Malformed(Box<str>, Box<str>),
}

/// Encodes a record; its revision is [set](set_revision) when it is committed.
pub(super) fn encode_record(record: &NumberRecord) -> Result<Vec<u8>, StoreError> {
    let owner = record.owner();
    let owner = owner.as_ref().map_or("", AccountId::as_str);
    let mut bytes = Vec::with_capacity(320);
    bytes.extend([SUMMARIZED, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([state_code(record.state()), u8::from(record.pending().is_some())]);
    bytes.extend(clock(record).to_be_bytes());
    bytes.push(u8::try_from(owner.len()).unwrap_or_default());
    bytes.extend(owner.as_bytes());
    append_json(&mut bytes, record)?;
    Ok(bytes)
}

/// Encodes a port request; its revision is [set](set_revision) when it is committed.
pub(super) fn encode_request(request: &PortRequest) -> Result<Vec<u8>, StoreError> {
    encode_plain(request)
}

/// Encodes a contact list; its revision is [set](set_revision) when it is committed.
pub(super) fn encode_list(list: &ContactList) -> Result<Vec<u8>, StoreError> {
    encode_plain(list.numbers())
}

pub(super) fn encode_event(event: &StoreEvent) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(160);
    append_json(&mut bytes, event)?;
    Ok(bytes)
}

fn encode_plain<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![PLAIN, 0, 0, 0, 0, 0, 0, 0, 0];
    append_json(&mut bytes, value)?;
    Ok(bytes)
}

pub(super) fn append_json<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, value: &T) -> Result<(), StoreError> {
    serde_json::to_writer(bytes, value).map_err(StoreError::backend)
}

/// Sets the revision of an encoded value.
pub(super) fn set_revision(bytes: &mut [u8], revision: Revision) {
    if let Some(place) = bytes.get_mut(1..HEAD) {
        place.copy_from_slice(&revision.get().to_be_bytes());
    }
}

/// Returns the revision of an encoded value.
pub(super) fn revision(key: impl fmt::Display, bytes: &[u8]) -> Result<Revision, StoreError> {
    let revision = bytes.get(1..HEAD).and_then(|bytes| bytes.first_chunk::<8>());
    let revision = revision.and_then(|bytes| Revision::try_from(u64::from_be_bytes(*bytes)).ok());
    revision.ok_or_else(|| short(&key.to_string()))
}

/// Returns the summary of an encoded record, and its document. A record of version 1 has no summary.
pub(super) fn split_record(number: u64, bytes: &[u8]) -> Result<(Option<Summary<'_>>, &[u8]), StoreError> {
    let malformed = || short(&number_text(number));
    let (head, rest) = bytes.split_at_checked(HEAD).ok_or_else(malformed)?;
    match head.first() {
        Some(&PLAIN) => return Ok((None, rest)),
        Some(&SUMMARIZED) => {}
        other => return Err(version(&number_text(number), other)),
    }
    let ([state, is_pending], rest) = rest.split_first_chunk().ok_or_else(malformed)?;
    let (clock, rest) = rest.split_first_chunk().ok_or_else(malformed)?;
    let (length, rest) = rest.split_first().ok_or_else(malformed)?;
    let (owner, document) = rest.split_at_checked(usize::from(*length)).ok_or_else(malformed)?;
    let summary = Summary {
        state: *state,
        is_pending: *is_pending != 0,
        clock: u64::from_be_bytes(*clock),
        owner: str::from_utf8(owner).map_err(|_| malformed())?,
    };
    Ok((Some(summary), document))
}

pub(super) fn decode_record(number: u64, bytes: &[u8]) -> Result<Stored<NumberRecord>, StoreError> {
    let (_, document) = split_record(number, bytes)?;
    let record: NumberRecord = parse(&number_text, number, document)?;
    let revision = revision(record.number(), bytes)?;
    Ok(Stored::new(record, revision))
}

pub(super) fn decode_request(id: &str, bytes: &[u8]) -> Result<Stored<PortRequest>, StoreError> {
    let request: PortRequest = parse(&str::to_owned, id, plain(id, bytes)?)?;
    Ok(Stored::new(request, revision(id, bytes)?))
}

pub(super) fn decode_list(owner: &str, bytes: &[u8]) -> Result<Stored<ContactList>, StoreError> {
    let numbers: Vec<ContactNumber> = parse(&str::to_owned, owner, plain(owner, bytes)?)?;
    let id: OwnerId = owner.parse().map_err(|error| malformed(owner, error))?;
    let list = ContactList::new(id, numbers).map_err(|error| malformed(owner, error))?;
    Ok(Stored::new(list, revision(owner, bytes)?))
}

pub(super) fn decode_event(sequence: u64, bytes: &[u8]) -> Result<StoreEvent, StoreError> {
    parse(&|sequence: u64| format!("event {sequence}"), sequence, bytes)
}

/// Reads JSON; `name` names the document in an error.
pub(super) fn parse<K, T: DeserializeOwned>(
    name: &dyn Fn(K) -> String,
    key: K,
    json: &[u8],
) -> Result<T, StoreError> {
    serde_json::from_slice(json).map_err(|error| malformed(&name(key), error))
}

fn plain<'a>(key: &str, bytes: &'a [u8]) -> Result<&'a [u8], StoreError> {
    let (head, document) = bytes.split_at_checked(HEAD).ok_or_else(|| short(key))?;
    match head.first() {
        Some(&PLAIN) => Ok(document),
        other => Err(version(key, other)),
    }
}

fn number_text(number: u64) -> String {
    PhoneNumber::try_from(number).map_or_else(|_| format!("{number:x}"), |number| number.to_string())
}

fn version(key: &str, found: Option<&u8>) -> StoreError {
    StoreError::backend(DocumentError::Version(key.into(), found.copied().unwrap_or_default()))
}

fn short(key: &str) -> StoreError {
    StoreError::backend(DocumentError::Short(key.into()))
}

#[expect(clippy::needless_pass_by_value, reason = "errors are passed on by value")]
pub(super) fn malformed(key: &str, error: impl ToString) -> StoreError {
    StoreError::backend(DocumentError::Malformed(key.into(), error.to_string().into()))
}

impl<'a> Summary<'a> {
    /// Returns the summary of a record, with the text of its owner.
    pub(super) fn of(record: &NumberRecord, owner: &'a str) -> Self {
        let (state, is_pending) = (state_code(record.state()), record.pending().is_some());
        Self { state, is_pending, clock: clock(record), owner }
    }
}

impl<'a> Sieve<'a> {
    pub(super) fn new(query: &'a Query) -> Self {
        let clock = query.clock.as_ref();
        Self {
            states: query.states.iter().fold(0, |states, state| states | 1 << state_code(state)),
            pending: query.pending,
            clock: clock.map(|range| (range.start().gregorian(), range.end().gregorian())),
            owner: query.owner.as_ref().map(AccountId::as_str),
        }
    }

    /// Returns whether a record with a summary may match the query.
    pub(super) fn passes(&self, summary: &Summary<'_>) -> bool {
        self.states.checked_shr(summary.state.into()).is_some_and(|states| states & 1 == 1)
            && self.pending.is_none_or(|pending| pending == summary.is_pending)
            && self.clock.is_none_or(|(first, last)| (first..=last).contains(&summary.clock))
            && self.owner.is_none_or(|owner| owner == summary.owner)
    }
}

fn clock(record: &NumberRecord) -> u64 {
    record.clock().map_or(NO_CLOCK, Timestamp::gregorian)
}

/// Returns the byte for a state in a file. It never changes, regardless of the order of the variants.
pub(super) const fn state_code(state: State) -> u8 {
    match state {
        State::Discovery => 0,
        State::Available => 1,
        State::Reserved => 2,
        State::InService => 3,
        State::PortIn => 4,
        State::PortOut => 5,
        State::Released => 6,
        State::Aging => 7,
        State::Deleted => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_records_are_read() {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let record =
            NumberRecord::discovered("+14158867900".parse().unwrap(), "telnyx".parse().unwrap(), now);
        let number = record.number().to_bits();
        let revision = Revision::try_from(7).unwrap();
        for mut bytes in [encode_plain(&record).unwrap(), encode_record(&record).unwrap()] {
            set_revision(&mut bytes, revision);
            let stored = decode_record(number, &bytes).unwrap();
            assert_eq!((&*stored, stored.revision()), (&record, revision));
        }
        let mut newer = encode_plain(&record).unwrap();
        newer[0] = 3;
        let error =
            std::error::Error::source(&decode_record(number, &newer).unwrap_err()).unwrap().to_string();
        assert_eq!(
            error,
            "document +14158867900: expected version 1 or 2, found 3; use a newer version of telnum"
        );
        for length in 0..newer.len() {
            assert!(decode_record(number, &newer[..length]).is_err());
        }
    }

    #[test]
    fn a_sieve_passes_what_a_query_matches() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let record =
            NumberRecord::discovered("+14158867900".parse().unwrap(), "telnyx".parse().unwrap(), now);
        let summary = Summary::of(&record, "");
        let all = Query::default;
        for (query, passes) in [
            (all(), true),
            (all().with_states([State::Discovery]), true),
            (all().with_states([State::Deleted]), false),
            (all().with_pending(true), false),
            (all().with_clock(now..=now), true),
            (all().with_clock(Timestamp::MIN..=Timestamp::MIN), false),
            (all().with_owner("shop".parse().unwrap()), false),
        ] {
            assert_eq!(Sieve::new(&query).passes(&summary), passes, "{query:?}");
            assert_eq!(query.matches(&record), passes, "{query:?}");
        }
    }
}
