//! The explanation of transitions.

use std::fmt;

use super::{Context, NumberRecord, Refusal};
use crate::account::AccountId;
use crate::lifecycle::{AllowedStates, Permission, Role, State, TRANSITIONS, TransitionFacts};
use crate::number::PhoneNumber;

/// The explanation of why a number may or may not change to a state.
///
/// ```
/// # use telnum::account::{AccountTree, Actor};
/// # use telnum::{policy::Policy, record::Context};
/// use telnum::{lifecycle::State, record::NumberRecord};
///
/// # let (accounts, policy) = (AccountTree::default(), Policy::default());
/// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
/// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
/// let explanation = found.explain(State::Aging, None, &ctx)?;
/// assert_eq!(explanation.allowed, [State::Reserved, State::InService, State::Deleted]);
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
    pub number: PhoneNumber,
    /// The current state.
    pub from: State,
    /// The requested state.
    pub to: State,
    /// The actor's role towards the number.
    pub role: Role,
    /// The permission that the transition requires; `None` if the table has no such transition.
    pub permission: Option<Permission>,
    /// The refusal of the command; `None` if the number may change to the state.
    pub refusal: Option<Refusal>,
    /// The states to which the actor may change the number now.
    pub allowed: Vec<State>,
}

impl NumberRecord {
    /// Explains why the number may or may not change to the state `to` for `assign_to`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::Context};
    /// use telnum::{lifecycle::State, record::NumberRecord};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// assert_eq!(found.explain(State::Reserved, Some(shop), &ctx)?.refusal, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Refusal::Forbidden`] if the actor is an account that does not exist.
    pub fn explain(
        &self,
        to: State,
        assign_to: Option<AccountId>,
        ctx: &Context<'_>,
    ) -> Result<Explanation, Refusal> {
        let owner = self.owner_in(to, assign_to, ctx).unwrap_or(assign_to);
        let role = ctx.role(self.owner, owner)?;
        let is_rested = self.transition_facts(owner.or(assign_to), ctx).is_rested;
        let facts = TransitionFacts { is_rested, ..self.transition_facts(owner, ctx) };
        let transition = TRANSITIONS.find(&self.state, &to, &facts);
        let permission = transition.map(|transition| transition.permission);
        let decision = match to {
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
        let is_claimed = self.pending.is_some();
        let allowed = TRANSITIONS.allowed(&from, role, &facts).copied().filter(|_| !is_claimed).collect();
        Ok(Explanation { number, from, to, role, permission, refusal: decision.err(), allowed })
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
