use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{Batch, Entity, Logged, Page, Revision, StoreError, Stored};
use crate::account::AccountId;
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortEvent, PortRequest, PortRequestId, PortStates};

impl Entity for PortRequest {
    type Key = PortRequestId;
    type Event = PortEvent;

    fn key(&self) -> PortRequestId {
        self.id()
    }
}

/// Which port requests a scan is about. The default is all active ones.
///
/// ```
/// use telnum::porting::PortStates;
/// use telnum::store::PortQuery;
///
/// let all = PortQuery { states: PortStates::ALL, ..PortQuery::default() };
/// assert!(all.accounts.is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortQuery {
    /// They are of one of these accounts; `None`: of any.
    pub accounts: Option<Vec<AccountId>>,
    /// They are in one of these states.
    pub states: PortStates,
}

/// A store of port requests, with the same [contract](super) as that of numbers. Its events and
/// receipts are its own.
///
/// ```
/// use telnum::porting::PortRequest;
/// use telnum::store::{Batch, Change, Expect, MemoryStore, PortRequestStore};
///
/// let request = |id: &str| serde_json::from_value::<PortRequest>(serde_json::json!({
///     "id": id, "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
///     "created": 63_630_097_779_u64, "updated": 63_630_097_779_u64, "_read_only": {"account": {"id": "child"}},
/// }));
/// let store = MemoryStore::new();
/// store.commit_port_requests(Batch::from(Change::put(request("first")?, Expect::Absent)))?;
///
/// // The number is on an active request already.
/// let again = store.commit_port_requests(Batch::from(Change::put(request("second")?, Expect::Absent)));
/// assert!(again.unwrap_err().to_string().starts_with("+14158867900 was expected to be absent"));
/// let found = store.active_port_request("+14158867900".parse()?)?.unwrap();
/// assert_eq!(found.id(), "first".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait PortRequestStore: Send + Sync + fmt::Debug {
    /// What is stored of a request.
    ///
    /// # Errors
    /// The backend's.
    fn port_request(&self, id: PortRequestId) -> Result<Option<Stored<PortRequest>>, StoreError>;

    /// Makes all changes, or none; the revisions of what was stored, in the order of the changes.
    ///
    /// After it, each number is [active](PortRequest::active_numbers) on one request at most.
    ///
    /// # Errors
    /// As of [`NumberStore::commit`](super::NumberStore::commit); and a
    /// [conflict](StoreError::Conflict) that names a number which is active on another request, or
    /// that it comes [twice](StoreError::Duplicate) in what is to be stored.
    fn commit_port_requests(&self, batch: Batch<PortRequest>) -> Result<Vec<Revision>, StoreError>;

    /// The requests that a query is about, in the order of their ids, after another; at most so many.
    ///
    /// # Errors
    /// The backend's.
    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError>;

    /// The request that a number is active on.
    ///
    /// # Errors
    /// The backend's.
    fn active_port_request(&self, number: PhoneNumber) -> Result<Option<Stored<PortRequest>>, StoreError>;

    /// The events of port requests after the one in this place, in order; at most so many.
    ///
    /// # Errors
    /// The backend's.
    fn port_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<PortEvent>>, StoreError>;

    /// What was answered under a key.
    ///
    /// # Errors
    /// The backend's.
    fn port_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError>;
}

impl PortQuery {
    /// Whether a request is one of those.
    #[must_use]
    pub fn matches(&self, request: &PortRequest) -> bool {
        self.states.contains(request.state())
            && self.accounts.as_ref().is_none_or(|accounts| accounts.contains(&request.account()))
    }
}

/// A shared store is one too.
impl<S: PortRequestStore + ?Sized> PortRequestStore for Arc<S> {
    fn port_request(&self, id: PortRequestId) -> Result<Option<Stored<PortRequest>>, StoreError> {
        (**self).port_request(id)
    }

    fn commit_port_requests(&self, batch: Batch<PortRequest>) -> Result<Vec<Revision>, StoreError> {
        (**self).commit_port_requests(batch)
    }

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        (**self).scan_port_requests(query, after, limit)
    }

    fn active_port_request(&self, number: PhoneNumber) -> Result<Option<Stored<PortRequest>>, StoreError> {
        (**self).active_port_request(number)
    }

    fn port_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<PortEvent>>, StoreError> {
        (**self).port_events(after, limit)
    }

    fn port_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        (**self).port_receipt(key)
    }
}
