//! Whose a call to a number is, and what has to be known to put it through.

use serde::Serialize;

use super::NumberRecord;
use crate::account::{AccountId, Accounts};
use crate::feature::routing::{Prepend, Ringback};
use crate::lifecycle::State;
use crate::names::Feature;
use crate::number::PhoneNumber;

/// How a call to a number is put through.
///
/// ```
/// use serde_json::json;
/// use telnum::account::{Account, AccountTree};
/// use telnum::record::{RouteError, NumberRecord};
///
/// let shop = Account::new("shop".parse()?);
/// let accounts = AccountTree::new([shop.clone()])?;
/// let record = NumberRecord::from_value(&json!({
///     "id": "+14155555555", "pvt_state": "in_service", "pvt_assigned_to": "shop",
///     "pvt_features": {"cnam": {"inbound_lookup": true}}, "pvt_module_name": "knm_telnyx",
///     "pvt_created": 63602230185_u64, "pvt_modified": 63602230212_u64,
/// }))?;
/// let route = record.route(&accounts)?;
/// assert_eq!((route.account_id, route.inbound_cnam, route.local), (shop.id, true, false));
///
/// let disabled = AccountTree::new([shop.clone().with_enabled(false)])?;
/// assert_eq!(record.route(&disabled), Err(RouteError::AccountDisabled(shop.id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not exclude each other")]
pub struct Route {
    /// The account whose call it is.
    pub account_id: AccountId,
    /// The number.
    pub number: PhoneNumber,
    /// Whether it is still being ported in.
    pub pending_port: bool,
    /// Whether it is the system's own, or a mobile number.
    pub local: bool,
    /// The text before the caller's name or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepend: Option<Prepend>,
    /// Whether the caller's name is looked up.
    pub inbound_cnam: bool,
    /// What the caller hears while it rings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ringback: Option<Ringback>,
    /// Whether a call from another number of the system leaves it. While a number is being ported in
    /// it does: the carrier that loses the number still answers it.
    pub force_outbound: bool,
}

/// Why a call to a number is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// The number has no owner.
    #[error("unassigned")]
    Unassigned,
    /// It has, but takes no calls in its state.
    #[error("not in service, account {0}")]
    NotInService(AccountId),
    /// Its owner is disabled, or does not exist any more.
    #[error("account {0} is disabled")]
    AccountDisabled(AccountId),
}

/// The states in which calls are put through.
const TAKES_CALLS: [State; 4] = [State::PortIn, State::InService, State::PortOut, State::Reserved];

impl NumberRecord {
    /// How a call to the number is put through.
    ///
    /// # Errors
    /// Why it is not.
    pub fn route(&self, accounts: &dyn Accounts) -> Result<Route, RouteError> {
        let account_id = self.owner.ok_or(RouteError::Unassigned)?;
        if !TAKES_CALLS.contains(&self.state) {
            return Err(RouteError::NotInService(account_id));
        }
        if !is_enabled(account_id, accounts) {
            return Err(RouteError::AccountDisabled(account_id));
        }
        let pending_port = self.state == State::PortIn;
        let features = self.features();
        let active = self.active();
        Ok(Route {
            account_id,
            number: self.number,
            pending_port,
            local: features.contains(Feature::Local),
            prepend: active.and_then(|active| active.prepend.clone()),
            inbound_cnam: features.contains(Feature::InboundCnam),
            ringback: active.and_then(|active| active.ringback.clone()),
            force_outbound: pending_port || features.contains(Feature::ForceOutbound),
        })
    }
}

impl Route {
    /// How a call is put through to a number that the system does not have, but that is on an active
    /// port request of an account.
    ///
    /// # Errors
    /// If the account is disabled or does not exist.
    pub fn of_port(
        number: PhoneNumber,
        account_id: AccountId,
        accounts: &dyn Accounts,
    ) -> Result<Self, RouteError> {
        if !is_enabled(account_id, accounts) {
            return Err(RouteError::AccountDisabled(account_id));
        }
        Ok(Self {
            account_id,
            number,
            pending_port: true,
            local: true,
            prepend: None,
            inbound_cnam: false,
            ringback: None,
            force_outbound: true,
        })
    }
}

impl RouteError {
    /// The name in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unassigned => "unassigned",
            Self::NotInService(_) => "not_in_service",
            Self::AccountDisabled(_) => "account_disabled",
        }
    }
}

fn is_enabled(id: AccountId, accounts: &dyn Accounts) -> bool {
    accounts.account(id).is_some_and(|account| account.enabled)
}
