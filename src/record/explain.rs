use std::fmt;

use super::{Context, NumberRecord, Refusal};
use crate::account::AccountId;
use crate::lifecycle::{AllowedStates, Permission, Role, State, TRANSITIONS};

/// Why a number may or may not go to a state.
///
/// ```
/// use telnum::account::{AccountTree, Actor};
/// use telnum::lifecycle::State;
/// use telnum::{policy::Policy, record::{Context, NumberRecord}};
///
/// let (accounts, policy) = (AccountTree::default(), Policy::default());
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
///
/// let ctx = Context::new(Actor::System, &accounts, &policy, now);
/// let explanation = found.explain(State::Aging, None, &ctx)?;
/// assert_eq!(
///     explanation.to_string(),
///     "+14158867900 cannot change from discovery to aging: no such transition; \
///      an admin may change to reserved, in_service, deleted",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The number.
    pub number: crate::number::PhoneNumber,
    /// The state it is in.
    pub from: State,
    /// The state that was asked for.
    pub to: State,
    /// What the actor is to it.
    pub role: Role,
    /// Who may go that way, if there is one.
    pub permission: Option<Permission>,
    /// Why it may not go; `None`: it may.
    pub refusal: Option<Refusal>,
    /// The states that the actor may take it to now.
    pub allowed: Vec<State>,
}

impl NumberRecord {
    /// Why it may or may not go to a state, for an account.
    ///
    /// # Errors
    /// If the actor is an account that does not exist.
    pub fn explain(
        &self,
        to: State,
        assign_to: Option<AccountId>,
        ctx: &Context<'_>,
    ) -> Result<Explanation, Refusal> {
        let owner = self.owner_in(to, assign_to, ctx).unwrap_or(assign_to);
        let role = ctx.role(self.owner, owner)?;
        let facts = self.transition_facts(owner);
        let transition = TRANSITIONS.find(&self.state, &to, &facts);
        let permission = transition.map(|transition| transition.permission);
        let tried = match to {
            State::Released => self.release(ctx),
            State::Deleted => self.delete(ctx),
            State::Discovery
            | State::Available
            | State::Reserved
            | State::InService
            | State::PortIn
            | State::PortOut
            | State::Aging => self.change_state(to, assign_to, ctx),
        };
        let (number, from) = (self.number, self.state);
        let for_whom = owner.or(assign_to);
        let is_open =
            |state: &State| self.pending.is_none() && self.check_rested(*state, for_whom, role, ctx).is_ok();
        let allowed = TRANSITIONS.allowed(&from, role, &facts).copied().filter(is_open).collect();
        Ok(Explanation { number, from, to, role, permission, refusal: tried.err(), allowed })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, from, to, role, permission, refusal, allowed } = self;
        let Some(refusal) = refusal else {
            return write!(f, "{role} may change {number} from {from} to {to}");
        };
        write!(f, "{number} cannot change from {from} to {to}: ")?;
        match (refusal, permission) {
            (Refusal::Forbidden(actor), Some(permission)) => {
                write!(f, "requires {permission}, and {actor} is {role}")?;
            }
            (Refusal::Transition { .. }, _) => f.write_str("no such transition")?,
            (refusal, _) => write!(f, "{refusal}")?,
        }
        write!(f, "; {}", AllowedStates { role, allowed })
    }
}
