//! The limit on an account's placeholders: its numbers in [`State::PortIn`] that are on no active port
//! request.

use std::collections::HashMap;

use super::error::InventoryError;
use super::services::{ActivePorts, Services};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::record::{Context, NumberRecord, Refusal};

/// The number of placeholders of each account, including those that a call adds.
#[derive(Default)]
pub(super) struct PortInPlaceholders(HashMap<AccountId, usize>);

impl PortInPlaceholders {
    /// Counts `after` if it is a new placeholder: the account has it on no active port request. Returns an
    /// error if the account then exceeds the limit. The placeholders that an admin adds are not limited.
    pub(super) fn add(
        &mut self,
        services: &Services,
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
        let count = match self.0.get(&account) {
            Some(count) => *count,
            None => services.placeholder_count(account, max)?,
        };
        if count >= max {
            self.0.insert(account, count);
            return Err(Refusal::PortInLimit { account, max }.into());
        }
        self.0.insert(account, count + 1);
        Ok(())
    }
}
