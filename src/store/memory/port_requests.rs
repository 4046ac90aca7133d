//! The index of port requests.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::holders::Holders;
use super::merge::Merge;
use super::page::Candidates;
use crate::account::AccountId;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId, PortState};
use crate::store::{PortQuery, Stored};

/// The index of port requests by account and by active number.
#[derive(Default)]
pub(super) struct PortIndex {
    all: BTreeSet<PortRequestId>,
    active: BTreeSet<PortRequestId>,
    by_account: BTreeMap<AccountId, BTreeSet<PortRequestId>>,
    by_number: Holders<PhoneNumber, PortRequestId>,
}

impl PortIndex {
    /// Returns candidates for a query, in ascending order, starting after `after`.
    pub(super) fn candidates(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
    ) -> Candidates<'_, PortRequestId> {
        let range = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let Some(accounts) = &query.accounts else {
            let are_active =
                PortState::ALL.iter().all(|state| state.is_final() <= !query.states.contains(state));
            let ids = if are_active { &self.active } else { &self.all };
            return Box::new(ids.range(range).copied());
        };
        // An account may occur twice.
        let accounts: BTreeSet<_> = accounts.iter().collect();
        let parts = accounts.into_iter().filter_map(|account| self.by_account.get(account));
        Box::new(Merge::new(parts.map(|ids| ids.range(range).map(|id| (*id, ())))).map(|(id, ())| id))
    }

    /// Returns the request on which `number` is active.
    pub(super) fn active(&self, number: PhoneNumber) -> Option<PortRequestId> {
        self.by_number.get(number)
    }

    pub(super) fn replace(
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

fn numbers(request: &PortRequest) -> Vec<PhoneNumber> {
    request.active_numbers().collect()
}
