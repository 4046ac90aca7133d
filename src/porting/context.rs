use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Authorization, NumberStatus, Party, PortRefusal, PortRequest, PortRequestId, PortRole, PortSettings,
    PortState,
};
use crate::account::{AccountId, Accounts, Actor};
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// What a command on a port request needs to know: who asks, among which accounts, under which
/// settings, and when.
///
/// ```
/// use telnum::account::{Account, AccountTree, Actor};
/// use telnum::porting::{PortContext, PortSettings, PortRole};
///
/// let accounts = AccountTree::new([
///     Account::new("reseller".parse()?),
///     Account::new("child".parse()?).with_parent("reseller".parse()?),
/// ])?;
/// let settings = PortSettings::default();
/// let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
/// let reseller: Actor = "reseller".parse()?;
/// assert_eq!(ctx.role("child".parse()?, None), PortRole::Admin);
/// assert_eq!(ctx.by(reseller).role("child".parse()?, None), PortRole::OwnerSide);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct PortContext<'a> {
    /// Who asks.
    pub actor: Actor,
    /// Which user of that account, as the service describes it; it is kept in the timeline.
    pub user: Option<&'a Map<String, Value>>,
    /// The accounts.
    pub accounts: &'a dyn Accounts,
    /// The operator's settings.
    pub settings: &'a PortSettings,
    /// The time.
    pub now: Timestamp,
}

/// A request as a command has changed it, and what happened to it. If nothing was to be changed,
/// nothing happened, and the request is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortDecision {
    /// The request.
    pub request: PortRequest,
    /// What happened, in order.
    pub events: Vec<PortEvent>,
}

/// What happened to a port request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortEvent {
    /// The request.
    pub request: PortRequestId,
    /// Whose it is.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What.
    #[serde(flatten)]
    pub kind: PortEventKind,
}

/// What can happen to a port request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PortEventKind {
    /// It was created.
    Created,
    /// What it says was edited.
    Edited {
        /// The keys of the document that are different.
        fields: Vec<String>,
    },
    /// Something was said.
    Commented {
        /// For admins only.
        private: bool,
    },
    /// A document was uploaded.
    Uploaded {
        /// Its name.
        name: String,
    },
    /// Its state changed.
    Transitioned {
        /// The state before.
        previous: PortState,
        /// The state from then on.
        new: PortState,
    },
    /// One of its numbers has another status.
    NumberChanged {
        /// The number.
        number: PhoneNumber,
        /// Its status from then on.
        status: NumberStatus,
    },
    /// Its numbers are being put in service; it is locked until that ends.
    CompletionStarted,
    /// Putting its numbers in service has ended, and some are still to come.
    CompletionPaused,
    /// It was deleted.
    Deleted,
}

impl<'a> PortContext<'a> {
    /// A context without a user.
    #[must_use]
    pub fn new(
        actor: impl Into<Actor>,
        accounts: &'a dyn Accounts,
        settings: &'a PortSettings,
        now: Timestamp,
    ) -> Self {
        Self { actor: actor.into(), user: None, accounts, settings, now }
    }

    /// The same for a user of the account.
    #[must_use]
    pub const fn with_user(self, user: &'a Map<String, Value>) -> Self {
        Self { user: Some(user), ..self }
    }

    /// The same for another actor, without a user.
    #[must_use]
    pub fn by(self, actor: impl Into<Actor>) -> Self {
        Self { actor: actor.into(), user: None, ..self }
    }

    /// The same at another time.
    #[must_use]
    pub const fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// What the actor is to a request of an account that a port authority works on. The port authority
    /// is that account itself, not those above it.
    #[must_use]
    pub fn role(&self, account: AccountId, port_authority: Option<AccountId>) -> PortRole {
        let Actor::Account(actor) = self.actor else { return PortRole::Admin };
        let Some(asking) = self.accounts.account(actor) else { return PortRole::Stranger };
        match () {
            () if asking.admin => PortRole::Admin,
            () if port_authority == Some(actor) => PortRole::PortAuthority,
            () if actor == account || self.accounts.is_self_or_above(actor, account) => PortRole::OwnerSide,
            () => PortRole::Stranger,
        }
    }

    /// Whether the actor is an admin.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.accounts.is_admin(self.actor)
    }

    pub(super) fn authorization(&self) -> Authorization {
        Authorization::new(self.party(self.actor), self.user.cloned())
    }

    /// Somebody with the name that the account has.
    pub(super) fn party(&self, who: Actor) -> Party {
        let account = who.account().and_then(|id| self.accounts.account(id));
        let name = account.map(|account| account.name.clone()).filter(|name| !name.is_empty());
        Party::new(who, name)
    }

    pub(super) fn event(&self, request: &PortRequest, kind: PortEventKind) -> PortEvent {
        let (account, request) = (request.account(), request.id());
        PortEvent { request, account, at: self.now, actor: self.actor, kind }
    }
}

impl PortRequest {
    /// What the actor is to the request.
    #[must_use]
    pub fn role(&self, ctx: &PortContext<'_>) -> PortRole {
        ctx.role(self.account(), self.port_authority())
    }

    /// What the actor is to the request, if that is anything.
    pub(super) fn check_access(&self, ctx: &PortContext<'_>) -> Result<PortRole, PortRefusal> {
        match self.role(ctx) {
            PortRole::Stranger => Err(PortRefusal::Forbidden(ctx.actor)),
            role @ (PortRole::Admin | PortRole::PortAuthority | PortRole::OwnerSide) => Ok(role),
        }
    }

    /// The changed request, if it is, with what happened.
    pub(super) fn decided(
        &self,
        changed: Self,
        events: Vec<PortEventKind>,
        ctx: &PortContext<'_>,
    ) -> PortDecision {
        if changed == *self {
            return PortDecision { request: changed, events: Vec::new() };
        }
        let request = changed.at(ctx.now);
        let events = events.into_iter().map(|kind| ctx.event(&request, kind)).collect();
        PortDecision { request, events }
    }
}

impl fmt::Debug for PortContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortContext")
            .field("actor", &self.actor)
            .field("user", &self.user)
            .field("settings", &self.settings)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
