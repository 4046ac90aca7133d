use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde_json::Value;

use super::MemoryStore;
use super::holders::Holders;
use super::merge::Merge;
use super::table::{Candidates, Index};
use crate::account::AccountId;
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortEvent, PortRequest, PortRequestId, PortState};
use crate::store::{Batch, Change, Logged, Page, PortQuery, PortRequestStore, Revision, StoreError, Stored};

/// Where port requests are found: each under its account, apart if it is active, and then under its
/// numbers.
#[derive(Default)]
pub(super) struct PortIndex {
    all: BTreeSet<PortRequestId>,
    active: BTreeSet<PortRequestId>,
    by_account: BTreeMap<AccountId, BTreeSet<PortRequestId>>,
    by_number: Holders<PhoneNumber, PortRequestId>,
}

impl PortIndex {
    /// The requests that may be what a query is about, in ascending order, after another.
    fn candidates(&self, query: &PortQuery, after: Option<PortRequestId>) -> Candidates<'_, PortRequestId> {
        let range = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let Some(accounts) = &query.accounts else {
            let are_active =
                PortState::ALL.iter().all(|state| state.is_final() <= !query.states.contains(state));
            let ids = if are_active { &self.active } else { &self.all };
            return Box::new(ids.range(range).copied());
        };
        // Each once.
        let accounts: BTreeSet<_> = accounts.iter().collect();
        let parts = accounts.into_iter().filter_map(|account| self.by_account.get(account));
        Box::new(Merge::new(parts.map(|ids| ids.range(range).map(|id| (*id, ())))).map(|(id, ())| id))
    }
}

impl Index<PortRequest> for PortIndex {
    fn check(&self, changes: &[Change<PortRequest>]) -> Result<(), StoreError> {
        self.by_number.check(changes, numbers)
    }

    fn replace(
        &mut self,
        id: PortRequestId,
        before: Option<&Stored<PortRequest>>,
        after: Option<&Stored<PortRequest>>,
    ) {
        self.by_number.replace(id, before, after, numbers);
        if let Some(before) = before {
            self.all.remove(&id);
            self.active.remove(&id);
            if let Some(ids) = self.by_account.get_mut(&before.account()) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.by_account.remove(&before.account());
                }
            }
        }
        if let Some(after) = after {
            self.all.insert(id);
            self.by_account.entry(after.account()).or_default().insert(id);
            if after.is_active() {
                self.active.insert(id);
            }
        }
    }
}

impl PortRequestStore for MemoryStore {
    fn port_request(&self, id: PortRequestId) -> Result<Option<Stored<PortRequest>>, StoreError> {
        Ok(self.port_requests.get(id))
    }

    fn commit_port_requests(&self, batch: Batch<PortRequest>) -> Result<Vec<Revision>, StoreError> {
        self.port_requests.commit(batch)
    }

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        let matches = |request: &PortRequest| query.matches(request);
        Ok(self.port_requests.scan(|index| index.candidates(query, after), matches, after, limit))
    }

    fn active_port_request(&self, number: PhoneNumber) -> Result<Option<Stored<PortRequest>>, StoreError> {
        Ok(self.port_requests.find(|index| index.by_number.get(number)))
    }

    fn port_events(&self, after: u64, limit: usize) -> Result<Vec<Logged<PortEvent>>, StoreError> {
        Ok(self.port_requests.events(after, limit))
    }

    fn port_receipt(&self, key: IdempotencyKey) -> Result<Option<Value>, StoreError> {
        Ok(self.port_requests.receipt(key))
    }
}

fn numbers(request: &PortRequest) -> Vec<PhoneNumber> {
    request.active_numbers().collect()
}
