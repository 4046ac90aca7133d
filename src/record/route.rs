//! The account that a call to a number belongs to, and the handling of the call.

use serde::Serialize;

use super::NumberRecord;
use crate::account::{AccountId, Accounts};
use crate::feature::routing::{Prepend, Ringback};
use crate::lifecycle::State;
use crate::names::{CarrierKind, Feature};
use crate::number::PhoneNumber;
use crate::policy::Policy;

/// The account and the handling of a call to a number.
///
/// ```
/// use serde_json::json;
/// use telnum::account::{Account, AccountTree};
/// use telnum::policy::Policy;
/// use telnum::record::{NumberRecord, RouteError};
///
/// let shop = Account::new("shop".parse()?);
/// let record = NumberRecord::from_value(&json!({
///     "id": "+14155555555", "pvt_state": "in_service", "pvt_assigned_to": "shop",
///     "pvt_features": {"cnam": {"inbound_lookup": true}}, "pvt_module_name": "knm_telnyx",
///     "pvt_created": 63602230185_u64, "pvt_modified": 63602230212_u64,
/// }))?;
/// let policy = Policy::default();
/// let route = record.route(&AccountTree::new([shop.clone()])?, &policy)?;
/// assert_eq!((route.account_id, route.inbound_cnam, route.local), (shop.id, true, false));
///
/// let disabled = AccountTree::new([shop.clone().with_enabled(false)])?;
/// assert_eq!(record.route(&disabled, &policy), Err(RouteError::AccountDisabled(shop.id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "knm_options")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not exclude each other")]
pub struct Route {
    /// The account that the call belongs to.
    pub account_id: AccountId,
    /// The number.
    pub number: PhoneNumber,
    /// Whether the number is being ported in.
    pub pending_port: bool,
    /// Whether the carrier is `local`.
    pub local: bool,
    /// The text that precedes the caller's name or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepend: Option<Prepend>,
    /// Whether to look up the caller's name.
    pub inbound_cnam: bool,
    /// The ringback tones that the caller hears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ringback: Option<Ringback>,
    /// Whether a call from another number of the service is sent to a carrier, by the policy's
    /// [rules](Policy::with_force_outbound).
    pub force_outbound: bool,
}

/// The reason why a call to a number is not routed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// A number without an owner.
    #[error("unassigned")]
    Unassigned,
    /// A number of this account that takes no calls in its state.
    #[error("not in service, account {0}")]
    NotInService(AccountId),
    /// An owner that is disabled or does not exist.
    #[error("account {0} is disabled")]
    AccountDisabled(AccountId),
}

/// The states in which a number takes calls.
const CALLABLE_STATES: [State; 4] = [State::PortIn, State::InService, State::PortOut, State::Reserved];

impl NumberRecord {
    /// Returns the account and the handling of a call to the number.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord, RouteError}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// assert_eq!(found.route(&accounts, &policy), Err(RouteError::Unassigned));
    /// let used = found.activate(Some(shop), &ctx)?.record;
    /// assert_eq!(used.route(&accounts, &policy)?.account_id, shop);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`RouteError::Unassigned`] if the number has no owner.
    /// - [`RouteError::NotInService`] if the number is not in service, reserved or being ported.
    /// - [`RouteError::AccountDisabled`] if the owner is disabled or does not exist.
    pub fn route(&self, accounts: &dyn Accounts, policy: &Policy) -> Result<Route, RouteError> {
        let account_id = self.owner.ok_or(RouteError::Unassigned)?;
        if !CALLABLE_STATES.contains(&self.state) {
            return Err(RouteError::NotInService(account_id));
        }
        check_enabled(account_id, accounts)?;
        let pending_port = self.state == State::PortIn;
        let features = self.features();
        let active = self.active();
        Ok(Route {
            account_id,
            number: self.number,
            pending_port,
            local: self.carrier.kind() == CarrierKind::Local,
            prepend: active.and_then(|active| active.prepend.clone()),
            inbound_cnam: features.contains(Feature::InboundCnam),
            ringback: active.and_then(|active| active.ringback.clone()),
            force_outbound: self.is_forced_outbound(policy),
        })
    }
}

impl NumberRecord {
    /// Returns whether a call from another number of the service is sent to a carrier.
    fn is_forced_outbound(&self, policy: &Policy) -> bool {
        let rules = &policy.force_outbound;
        let own = self.active().and_then(|active| active.force_outbound);
        let written = self.settings().and_then(|settings| settings.force_outbound);
        let is_forced = match self.state {
            State::PortIn => rules.port_in,
            State::PortOut => rules.port_out,
            State::InService => rules.local && self.is_local(),
            _ => false,
        };
        is_forced || own.or(written.filter(|is_forced| !is_forced)).unwrap_or(rules.default)
    }
}

impl Route {
    /// Returns the handling of a call to a number without a record that is on an active port request of
    /// `account_id`.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree};
    /// use telnum::policy::Policy;
    /// use telnum::record::Route;
    ///
    /// let accounts = AccountTree::new([Account::new("shop".parse()?)])?;
    /// let policy = Policy::default();
    /// let route = Route::of_port("+14158867900".parse()?, "shop".parse()?, &accounts, &policy)?;
    /// assert!(route.pending_port && route.force_outbound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`RouteError::AccountDisabled`] if the account is disabled or does not exist.
    #[doc(hidden)]
    pub fn of_port(
        number: PhoneNumber,
        account_id: AccountId,
        accounts: &dyn Accounts,
        policy: &Policy,
    ) -> Result<Self, RouteError> {
        check_enabled(account_id, accounts)?;
        Ok(Self {
            account_id,
            number,
            pending_port: true,
            local: true,
            prepend: None,
            inbound_cnam: false,
            ringback: None,
            force_outbound: policy.force_outbound.port_in,
        })
    }
}

impl RouteError {
    /// Returns the name in Kazoo's documents, such as `not_in_service`.
    #[doc(hidden)]
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unassigned => "unassigned",
            Self::NotInService(_) => "not_in_service",
            Self::AccountDisabled(_) => "account_disabled",
        }
    }
}

fn check_enabled(id: AccountId, accounts: &dyn Accounts) -> Result<(), RouteError> {
    let is_enabled = accounts.account(id).is_some_and(|account| account.enabled);
    if is_enabled { Ok(()) } else { Err(RouteError::AccountDisabled(id)) }
}
