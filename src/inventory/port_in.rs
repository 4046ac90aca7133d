//! The limit on an account's placeholders: its numbers in [`State::PortIn`] that are on no active port
//! request.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::error::InventoryError;
use super::services::{ActivePorts, Services};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::record::{Context, NumberRecord, Refusal};
use crate::store::{Lease, Store, StoreExt};

/// The number of placeholders of each account, including those that a call adds. The accounts cannot add others
/// until it is dropped, which the call does after its commit.
pub(super) struct PortInPlaceholders<'a> {
    services: &'a Services,
    is_dry_run: bool,
    accounts: HashMap<AccountId, Placeholders<'a>>,
}

/// The placeholders of an account.
struct Placeholders<'a> {
    count: usize,
    /// The exclusive right to add some; `None` in a dry run.
    _lease: Option<Lease<'a, Arc<dyn Store>>>,
}

impl<'a> PortInPlaceholders<'a> {
    pub(super) fn new(services: &'a Services, is_dry_run: bool) -> Self {
        Self { services, is_dry_run, accounts: HashMap::new() }
    }

    /// Forgets all counts, before the numbers of the call are decided again.
    pub(super) fn clear(&mut self) {
        self.accounts.clear();
    }

    /// Counts `after` if it is a new placeholder: the account has it on no active port request. Returns an
    /// error if the account then exceeds the limit. The placeholders that an admin adds are not limited.
    pub(super) fn add(
        &mut self,
        after: &NumberRecord,
        before: Option<&NumberRecord>,
        porting: &ActivePorts,
        ctx: &Context<'_>,
    ) -> Result<(), InventoryError> {
        let is_placeholder = |record: &NumberRecord| record.state() == State::PortIn;
        let Some(account) = after.owner().filter(|_| is_placeholder(after)) else { return Ok(()) };
        let is_known = before.is_some_and(|before| is_placeholder(before) && before.owner() == after.owner());
        if is_known || ctx.accounts.is_admin(ctx.actor) || porting.account(after.number())? == Some(account) {
            return Ok(());
        }
        let max = ctx.policy.max_port_in;
        let placeholders = match self.accounts.entry(account) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let lease = if self.is_dry_run { None } else { Some(lease(self.services, account, after)?) };
                let count = self.services.placeholder_count(account, max)?;
                unknown.insert(Placeholders { count, _lease: lease })
            }
        };
        if placeholders.count >= max {
            return Err(Refusal::PortInLimit { account, max }.into());
        }
        placeholders.count += 1;
        Ok(())
    }
}

/// Takes the exclusive right to add placeholders of an account. Waits for other calls that have it.
fn lease<'a>(
    services: &'a Services,
    account: AccountId,
    record: &NumberRecord,
) -> Result<Lease<'a, Arc<dyn Store>>, InventoryError> {
    let name = format!("port_in {account}");
    for _ in services.limits.retry.attempts() {
        if let Some(lease) = services.store.lease(&name, services.limits.lease_time)? {
            return Ok(lease);
        }
    }
    Err(InventoryError::Conflict(record.number()))
}
