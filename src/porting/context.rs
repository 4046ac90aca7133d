//! The context of a command on a port request, and the result of the command.

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

/// The context of a command on a port request: the actor, the accounts, the settings and the time.
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
#[non_exhaustive]
pub struct PortContext<'a> {
    /// The actor of the command.
    pub actor: Actor,
    /// The user of the actor's account, in the service's own format. It is kept in the timeline.
    pub user: Option<&'a Map<String, Value>>,
    /// The accounts.
    pub accounts: &'a dyn Accounts,
    /// The operator's settings.
    pub settings: &'a PortSettings,
    /// The time of the command.
    pub now: Timestamp,
}

/// The result of a command on a port request, which the caller stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortDecision {
    /// The request after the command.
    pub request: PortRequest,
    /// The events, in order. Empty if the command changed nothing.
    pub events: Vec<PortEvent>,
}

/// An event of a port request.
///
/// ```
/// use telnum::porting::{PortEvent, PortEventKind};
///
/// let event: PortEvent = serde_json::from_str(
///     r#"{"request": "p1", "account": "child", "at": 63630097779, "actor": "system", "event": "deleted"}"#,
/// )?;
/// assert_eq!(event.kind, PortEventKind::Deleted);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortEvent {
    /// The request.
    pub request: PortRequestId,
    /// The account that owns the request.
    pub account: AccountId,
    /// The time of the event.
    pub at: Timestamp,
    /// The actor of the command.
    pub actor: Actor,
    /// The kind of the event, with its data.
    #[serde(flatten)]
    pub kind: PortEventKind,
}

/// The kind of a [`PortEvent`], with its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PortEventKind {
    /// The creation of the request.
    Created,
    /// An edit of the document.
    Edited {
        /// The changed top-level fields of the document.
        fields: Vec<String>,
    },
    /// The addition of a comment.
    Commented {
        /// Whether only admins can see the comment.
        private: bool,
    },
    /// The upload of a file.
    Uploaded {
        /// The name of the file.
        name: String,
    },
    /// The removal of a file.
    UploadRemoved {
        /// The name of the file.
        name: String,
    },
    /// A change of state.
    Transitioned {
        /// The state before.
        previous: PortState,
        /// The state after.
        new: PortState,
    },
    /// A change of a number's status.
    NumberChanged {
        /// The number.
        number: PhoneNumber,
        /// The status after.
        status: NumberStatus,
    },
    /// The start of the completion: the request is locked while its numbers are put in service.
    CompletionStarted,
    /// The end of a completion that left numbers waiting. The request is no longer locked.
    CompletionPaused,
    /// The deletion of the request.
    Deleted,
}

impl<'a> PortContext<'a> {
    /// Creates a context without a user.
    ///
    /// ```
    /// use telnum::account::{AccountTree, Actor};
    /// use telnum::porting::{PortContext, PortSettings};
    ///
    /// let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// assert_eq!((ctx.actor, ctx.user), (Actor::System, None));
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    #[must_use]
    pub fn new(
        actor: impl Into<Actor>,
        accounts: &'a dyn Accounts,
        settings: &'a PortSettings,
        now: Timestamp,
    ) -> Self {
        Self { actor: actor.into(), user: None, accounts, settings, now }
    }

    /// Sets the user of the actor's account.
    ///
    /// ```
    /// use telnum::account::{AccountTree, Actor};
    /// use telnum::porting::{PortContext, PortSettings};
    ///
    /// let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// let user = serde_json::from_str(r#"{"id": "u1", "first_name": "Ann"}"#)?;
    /// let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// assert_eq!(ctx.with_user(&user).user, Some(&user));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn with_user(self, user: &'a Map<String, Value>) -> Self {
        Self { user: Some(user), ..self }
    }

    /// Sets the actor, and removes the user.
    ///
    /// ```
    /// # use telnum::account::{AccountId, AccountTree, Actor};
    /// # use telnum::{Timestamp, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// let user = serde_json::from_str(r#"{"id": "u1"}"#)?;
    /// let ctx = PortContext::new(Actor::System, &accounts, &settings, Timestamp::MIN).with_user(&user);
    /// let shop: AccountId = "shop".parse()?;
    /// assert_eq!((ctx.by(shop).actor, ctx.by(shop).user), (Actor::Account(shop), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn by(self, actor: impl Into<Actor>) -> Self {
        Self { actor: actor.into(), user: None, ..self }
    }

    /// Sets the time.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{Timestamp, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// let ctx = PortContext::new(Actor::System, &accounts, &settings, Timestamp::MIN);
    /// assert_eq!(ctx.at(Timestamp::MAX).now, Timestamp::MAX);
    /// ```
    #[must_use]
    pub const fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// Returns the role of the actor towards a request of `account` that `port_authority` processes.
    ///
    /// Accounts above `account` have its role; accounts above `port_authority` do not.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{Timestamp, porting::{PortContext, PortRole, PortSettings}};
    /// let [master, shop, rival] = ["master".parse()?, "shop".parse()?, "rival".parse()?];
    /// let accounts = AccountTree::new([Account::new(master), Account::new(shop), Account::new(rival)])?;
    /// # let settings = PortSettings::default();
    /// let ctx = PortContext::new(master, &accounts, &settings, Timestamp::MIN);
    /// assert_eq!(ctx.role(shop, Some(master)), PortRole::PortAuthority);
    /// assert_eq!(ctx.by(shop).role(shop, Some(master)), PortRole::OwnerSide);
    /// assert_eq!(ctx.by(rival).role(shop, Some(master)), PortRole::Stranger);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn role(&self, account: AccountId, port_authority: Option<AccountId>) -> PortRole {
        let actor_account = match self.accounts.check_actor(self.actor) {
            Ok(None) => return PortRole::Admin,
            Ok(Some(account)) => account,
            Err(_) => return PortRole::Stranger,
        };
        let actor = actor_account.id;
        match () {
            () if actor_account.admin => PortRole::Admin,
            () if port_authority == Some(actor) => PortRole::PortAuthority,
            () if actor == account || self.accounts.is_self_or_above(actor, account) => PortRole::OwnerSide,
            () => PortRole::Stranger,
        }
    }

    /// Returns whether the actor is an admin or the system.
    #[doc(hidden)]
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.accounts.is_admin(self.actor)
    }

    pub(super) fn authorization(&self) -> Authorization {
        Authorization::new(self.party(self.actor), self.user.cloned())
    }

    /// Returns `actor` with the display name of its account.
    pub(super) fn party(&self, actor: Actor) -> Party {
        let account = actor.account().and_then(|id| self.accounts.account(id));
        let name = account.map(|account| account.name.clone()).filter(|name| !name.is_empty());
        Party::new(actor, name)
    }

    pub(super) fn event(&self, request: &PortRequest, kind: PortEventKind) -> PortEvent {
        let (account, request) = (request.account(), request.id());
        PortEvent { request, account, at: self.now, actor: self.actor, kind }
    }
}

impl PortRequest {
    /// Returns the role of the context's actor towards the request.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::porting::{PortContext, PortRole, PortSettings};
    ///
    /// let (accounts, settings) = (AccountTree::new([Account::new("child".parse()?)])?, PortSettings::default());
    /// let child: Actor = "child".parse()?;
    /// let ctx = PortContext::new(child, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// assert_eq!(request.role(&ctx), PortRole::OwnerSide);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn role(&self, ctx: &PortContext<'_>) -> PortRole {
        ctx.role(self.account(), self.port_authority())
    }

    /// Returns the role of the actor, or [`PortRefusal::Forbidden`] for a stranger.
    pub(super) fn check_access(&self, ctx: &PortContext<'_>) -> Result<PortRole, PortRefusal> {
        match self.role(ctx) {
            PortRole::Stranger => Err(PortRefusal::Forbidden(ctx.actor)),
            role @ (PortRole::Admin | PortRole::PortAuthority | PortRole::OwnerSide) => Ok(role),
        }
    }

    /// Returns the decision to change `self` to `changed`, without `events` if the two are equal.
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
