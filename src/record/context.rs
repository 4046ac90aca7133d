use crate::account::{AccountId, Accounts, Actor};
use crate::lifecycle::Role;
use crate::policy::Policy;
use crate::record::Refusal;
use crate::time::Timestamp;

/// What a command needs to know: who asks, among which accounts, under which policy, and when.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Who asks.
    pub actor: Actor,
    /// The accounts.
    pub accounts: &'a dyn Accounts,
    /// The operator's settings.
    pub policy: &'a Policy,
    /// The time.
    pub now: Timestamp,
    /// Whether mobile numbers are being worked on; others are not, then.
    pub mdn_run: bool,
}

impl<'a> Context<'a> {
    /// A context outside a run over mobile numbers.
    #[must_use]
    pub fn new(
        actor: impl Into<Actor>,
        accounts: &'a dyn Accounts,
        policy: &'a Policy,
        now: Timestamp,
    ) -> Self {
        Self { actor: actor.into(), accounts, policy, now, mdn_run: false }
    }

    /// The same for another actor.
    #[must_use]
    pub fn by(self, actor: impl Into<Actor>) -> Self {
        Self { actor: actor.into(), ..self }
    }

    /// The same at another time.
    #[must_use]
    pub const fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// What the actor is to a number with an owner, or to one without that should be assigned to
    /// an account.
    ///
    /// # Errors
    /// If the actor is an account that does not exist.
    pub fn role(&self, owner: Option<AccountId>, assign_to: Option<AccountId>) -> Result<Role, Refusal> {
        let Actor::Account(actor) = self.actor else { return Ok(Role::Admin) };
        let account = self.accounts.account(actor).ok_or(Refusal::Forbidden(self.actor))?;
        let whose = owner.or(assign_to);
        let has_power = |whose| actor == whose || self.accounts.is_self_or_above(actor, whose);
        // Who is below the owner does not hand on what is the owner's.
        let is_for_own_side = assign_to.is_none_or(|to| owner == assign_to || has_power(to));
        Ok(match () {
            () if account.admin => Role::Admin,
            () if whose.is_some_and(has_power) => Role::Owner,
            () if is_for_own_side && owner.is_some_and(|owner| account.is_self_or_below(owner)) => {
                Role::Descendant
            }
            () => Role::Stranger,
        })
    }

    /// An account that a number should be assigned to.
    pub(super) fn assignee(&self, assign_to: Option<AccountId>) -> Result<AccountId, Refusal> {
        let known = assign_to.filter(|id| self.accounts.account(*id).is_some());
        known.ok_or(Refusal::AssignFailure(assign_to))
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("actor", &self.actor)
            .field("policy", &self.policy)
            .field("now", &self.now)
            .field("mdn_run", &self.mdn_run)
            .finish_non_exhaustive()
    }
}
