//! The transitions of a table: their permissions, their conditions, and the errors of refused ones.

use std::fmt;
use std::mem::discriminant;

/// A row of a [`TransitionTable`](super::TransitionTable).
///
/// ```
/// use telnum::lifecycle::{Effect, Permission, State, TRANSITIONS};
///
/// let purchase = TRANSITIONS.iter().find(|row| row.from == [State::Discovery]).unwrap();
/// assert_eq!((purchase.to, purchase.permission), (State::Reserved, Permission::Owner));
/// assert_eq!(purchase.effects, [Effect::PushHistory, Effect::Acquire]);
/// assert_eq!(purchase.label(), "owner / push history / acquire");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transition<S: 'static, P, C: 'static, E: 'static> {
    /// The state that the transition leads to.
    pub to: S,
    /// The states that the transition starts from.
    pub from: &'static [S],
    /// The permission that the transition requires.
    pub permission: P,
    /// The conditions, all of which must hold.
    pub conditions: &'static [C],
    /// The effects in addition to the change of state.
    pub effects: &'static [E],
}

/// A permission that transitions require.
pub trait TransitionPermission: Copy + fmt::Display {
    /// The role that an actor has towards the entity whose state changes.
    type Role: Copy + fmt::Display;

    /// Returns whether an actor in `role` has the permission.
    fn includes(self, role: Self::Role) -> bool;
}

/// A condition of a transition.
pub trait TransitionCondition: Copy + fmt::Display {
    /// The facts that conditions depend on.
    type Facts;

    /// Returns whether the condition holds. A condition on the parameters of a command always holds
    /// here; the command checks it.
    fn holds(self, facts: &Self::Facts) -> bool;

    /// Returns whether the condition is part of a transition's [label](Transition::label).
    fn is_labelled(self) -> bool {
        true
    }
}

/// The error returned for a transition that is not in the table, or that the actor may not make.
///
/// ```
/// use telnum::lifecycle::{Role, State, TRANSITIONS, TransitionFacts};
///
/// let facts = TransitionFacts::default();
/// let refusal =
///     TRANSITIONS.explain(&State::InService, &State::Available, Role::Owner, &facts).unwrap_err();
/// assert_eq!(
///     refusal.to_string(),
///     "cannot change from in_service to available: no such transition; \
///      the owner or an account above it may change to reserved, in_service, port_out, released",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransitionRefusal<S, P: TransitionPermission> {
    /// The current state.
    pub from: S,
    /// The requested state.
    pub to: S,
    /// The actor's role.
    pub role: P::Role,
    /// The permission that the transition requires; `None` if the table has no such transition.
    pub permission: Option<P>,
    /// The states to which an actor in this role may change the entity, in the order of the table.
    pub allowed: Vec<S>,
}

impl<S, P, C, E> Transition<S, P, C, E> {
    pub(crate) const fn new(
        to: S,
        from: &'static [S],
        permission: P,
        conditions: &'static [C],
        effects: &'static [E],
    ) -> Self {
        Self { to, from, permission, conditions, effects }
    }
}

impl<S, P, C, E> Transition<S, P, C, E>
where
    P: TransitionPermission,
    C: TransitionCondition,
    E: fmt::Display,
{
    /// Returns a short description of the permission, the conditions and the effects: the text on the
    /// arrow in a diagram.
    #[must_use]
    pub fn label(&self) -> String {
        let conditions: Vec<_> = self
            .conditions
            .iter()
            .filter(|condition| condition.is_labelled())
            .map(ToString::to_string)
            .collect();
        let conditions = Some(conditions.join(", ")).filter(|conditions| !conditions.is_empty());
        let effects = self.effects.iter().map(ToString::to_string);
        let parts = conditions.into_iter().chain(effects).map(|part| format!(" / {part}"));
        format!("{}{}", self.permission, parts.collect::<String>())
    }

    /// Returns whether the transition starts from `from` under `facts`.
    pub(super) fn starts_from(&self, from: &S, facts: &C::Facts) -> bool {
        self.from.iter().any(|state| discriminant(state) == discriminant(from))
            && self.conditions.iter().all(|condition| condition.holds(facts))
    }

    /// Returns whether the transition leads to `to`.
    pub(super) fn leads_to(&self, to: &S) -> bool {
        discriminant(&self.to) == discriminant(to)
    }
}

impl<S: fmt::Display, P: TransitionPermission> fmt::Display for TransitionRefusal<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, role, permission, allowed } = self;
        write!(f, "cannot change from {from} to {to}: ")?;
        match permission {
            None => f.write_str("no such transition; ")?,
            Some(permission) => write!(f, "requires {permission}, found {role}; ")?,
        }
        AllowedStates { role, allowed }.fmt(f)
    }
}

impl<S, P> std::error::Error for TransitionRefusal<S, P>
where
    S: fmt::Debug + fmt::Display,
    P: TransitionPermission + fmt::Debug,
    P::Role: fmt::Debug,
{
}

/// A list of the states to which an actor in a role may change an entity, for display.
pub(crate) struct AllowedStates<'a, R, S> {
    pub(crate) role: R,
    pub(crate) allowed: &'a [S],
}

impl<R: fmt::Display, S: fmt::Display> fmt::Display for AllowedStates<'_, R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, allowed } = self;
        let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        match &*allowed {
            [] => write!(f, "{role} may not change the state"),
            allowed => write!(f, "{role} may change to {}", allowed.join(", ")),
        }
    }
}
