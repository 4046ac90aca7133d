//! The common input of all commands on a record.

use std::fmt;

use super::Refusal;
use crate::account::{AccountId, Accounts, Actor};
use crate::lifecycle::Role;
use crate::policy::Policy;
use crate::time::Timestamp;

/// The context of a command: the actor, the accounts, the policy and the time.
///
/// ```
/// use telnum::account::{Account, AccountId, AccountTree};
/// use telnum::lifecycle::Role;
/// use telnum::{policy::Policy, record::Context};
///
/// let [reseller, shop]: [AccountId; 2] = ["reseller".parse()?, "shop".parse()?];
/// let accounts =
///     AccountTree::new([Account::new(reseller), Account::new(shop).with_parent(reseller)])?;
/// let policy = Policy::default();
/// let ctx = Context::new(reseller, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
/// assert_eq!(ctx.role(Some(shop), None)?, Role::Owner);
/// assert_eq!(ctx.by(shop).role(Some(reseller), Some(shop))?, Role::Descendant);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The actor of the command.
    pub actor: Actor,
    /// The accounts.
    pub accounts: &'a dyn Accounts,
    /// The operator's policy.
    pub policy: &'a Policy,
    /// The time of the command.
    pub now: Timestamp,
    /// Whether the command is part of a run over mobile numbers. Only mobile numbers can be updated in
    /// such a run, and only other numbers outside of it; [`Actor::System`] can always update both.
    pub mdn_run: bool,
    /// Whether the actor is the port authority of the number's active port request, which may put the number
    /// in service even if it may not add numbers.
    pub is_port_authority: bool,
}

impl<'a> Context<'a> {
    /// Creates a context outside of a run over mobile numbers.
    ///
    /// ```
    /// use telnum::account::{AccountTree, Actor};
    /// use telnum::{policy::Policy, record::Context};
    ///
    /// let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// assert_eq!((ctx.actor, ctx.mdn_run), (Actor::System, false));
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    #[must_use]
    pub fn new(
        actor: impl Into<Actor>,
        accounts: &'a dyn Accounts,
        policy: &'a Policy,
        now: Timestamp,
    ) -> Self {
        Self { actor: actor.into(), accounts, policy, now, mdn_run: false, is_port_authority: false }
    }

    /// Sets the actor.
    ///
    /// ```
    /// # use telnum::account::{AccountId, AccountTree, Actor};
    /// # use telnum::{Timestamp, policy::Policy, record::Context};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// let ctx = Context::new(Actor::System, &accounts, &policy, Timestamp::MIN);
    /// let shop: AccountId = "shop".parse()?;
    /// assert_eq!(ctx.by(shop).actor, Actor::Account(shop));
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn by(self, actor: impl Into<Actor>) -> Self {
        Self { actor: actor.into(), ..self }
    }

    /// Sets the time.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{Timestamp, policy::Policy, record::Context};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, Timestamp::MIN);
    /// assert_eq!(ctx.at(Timestamp::MAX).now, Timestamp::MAX);
    /// ```
    #[must_use]
    pub const fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// Returns the role of the actor towards a number that `owner` owns and that is to be assigned to
    /// `assign_to`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{Timestamp, lifecycle::Role, policy::Policy, record::Context};
    /// let [reseller, shop, rival] = ["reseller".parse()?, "shop".parse()?, "rival".parse()?];
    /// let accounts =
    ///     AccountTree::new([Account::new(reseller), Account::new(shop).with_parent(reseller), Account::new(rival)])?;
    /// # let policy = Policy::default();
    /// let ctx = Context::new(reseller, &accounts, &policy, Timestamp::MIN);
    /// // The account above the owner, and an account that wants an unowned number for itself, count as owner.
    /// assert_eq!((ctx.role(Some(shop), None)?, ctx.role(None, Some(reseller))?), (Role::Owner, Role::Owner));
    /// assert_eq!(ctx.by(rival).role(Some(shop), None)?, Role::Stranger);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Refusal::Actor`] if the actor is an account that does not exist or is disabled.
    pub fn role(&self, owner: Option<AccountId>, assign_to: Option<AccountId>) -> Result<Role, Refusal> {
        let Some(account) = self.accounts.check_actor(self.actor)? else { return Ok(Role::Admin) };
        let actor = account.id;
        let has_power = |over| actor == over || self.accounts.is_self_or_above(actor, over);
        // An account below the owner must not assign the number to accounts outside its own subtree.
        let is_for_own_subtree = assign_to.is_none_or(|to| owner == assign_to || has_power(to));
        Ok(match () {
            () if account.admin => Role::Admin,
            () if owner.or(assign_to).is_some_and(has_power) => Role::Owner,
            () if is_for_own_subtree && owner.is_some_and(|owner| account.is_self_or_below(owner)) => {
                Role::Descendant
            }
            () => Role::Stranger,
        })
    }

    /// Returns whether the actor may put a number in service that was not bought.
    pub(crate) fn may_add(&self) -> bool {
        let account = self.accounts.check_actor(self.actor);
        let may_add = account
            .is_ok_and(|account| account.is_none_or(|account| account.admin || account.may_add_numbers));
        may_add || self.is_port_authority
    }

    /// Returns `assign_to` if that account exists.
    pub(super) fn assignee(&self, assign_to: Option<AccountId>) -> Result<AccountId, Refusal> {
        let known = assign_to.filter(|id| self.accounts.account(*id).is_some());
        known.ok_or(Refusal::AssignFailure(assign_to))
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("actor", &self.actor)
            .field("policy", &self.policy)
            .field("now", &self.now)
            .field("mdn_run", &self.mdn_run)
            .field("is_port_authority", &self.is_port_authority)
            .finish_non_exhaustive()
    }
}
