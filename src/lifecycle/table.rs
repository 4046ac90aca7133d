//! Tables of transitions: lookup, explanation, diagrams.

use std::fmt;
use std::slice;

use super::diagram::{self, Edge, START_OR_END};
use super::transition::{Transition, TransitionCondition, TransitionPermission, TransitionRefusal};

/// The transitions between the states of one kind of entity. A transition that is not in the table is
/// refused.
///
/// States are compared by variant: a row for a variant that stands for several states, such as
/// [`PortState::Other`](crate::porting::PortState::Other), applies to all of them.
///
/// ```
/// use telnum::lifecycle::{Role, State, TRANSITIONS, TransitionFacts};
///
/// let facts = TransitionFacts::default();
/// let refusal =
///     TRANSITIONS.explain(&State::Aging, &State::Available, Role::Owner, &facts).unwrap_err();
/// assert_eq!(refusal.permission.unwrap().to_string(), "admin or sweep");
/// assert_eq!(refusal.allowed, [State::InService]);
/// ```
#[derive(Debug)]
pub struct TransitionTable<S: 'static, P: 'static, C: 'static, E: 'static> {
    /// The name of the DOT graph.
    pub(crate) name: &'static str,
    /// The initial state and the permission to create entities, if diagrams show them.
    pub(crate) initial: Option<(S, P)>,
    /// The states that diagrams show as final.
    pub(crate) finals: &'static [S],
    pub(crate) transitions: &'static [Transition<S, P, C, E>],
}

impl<S, P, C, E> TransitionTable<S, P, C, E> {
    /// Returns the transitions in the order of the table.
    ///
    /// ```
    /// use telnum::lifecycle::{State, TRANSITIONS};
    ///
    /// // The states from which a number can be deleted.
    /// let mut deletions = TRANSITIONS.iter().filter(|transition| transition.to == State::Deleted);
    /// assert!(deletions.any(|transition| transition.from.contains(&State::Available)));
    /// ```
    pub fn iter(&self) -> slice::Iter<'static, Transition<S, P, C, E>> {
        self.transitions.iter()
    }
}

impl<S, P, C, E> TransitionTable<S, P, C, E>
where
    S: Clone + fmt::Display,
    P: TransitionPermission,
    C: TransitionCondition,
    E: fmt::Display,
{
    /// Returns the transition from `from` to `to` under `facts`, regardless of permissions.
    ///
    /// ```
    /// use telnum::lifecycle::{Permission, State, TRANSITIONS, TransitionFacts};
    ///
    /// let facts = TransitionFacts::default();
    /// let deletion = TRANSITIONS.find(&State::Available, &State::Deleted, &facts).unwrap();
    /// assert_eq!(deletion.permission, Permission::Admin);
    /// assert!(TRANSITIONS.find(&State::Deleted, &State::Available, &facts).is_none());
    /// ```
    #[must_use]
    pub fn find(&self, from: &S, to: &S, facts: &C::Facts) -> Option<&'static Transition<S, P, C, E>> {
        self.iter().find(|transition| transition.leads_to(to) && transition.starts_from(from, facts))
    }

    /// Returns the transition from `from` to `to` that an actor in `role` may make under `facts`, or
    /// the reason why there is none.
    ///
    /// ```
    /// use telnum::lifecycle::{Effect, Role, State, TRANSITIONS, TransitionFacts};
    ///
    /// let facts = TransitionFacts::default();
    /// let (from, to) = (State::Released, State::Aging);
    /// assert_eq!(TRANSITIONS.explain(&from, &to, Role::Sweep, &facts)?.effects, [Effect::StartAgeing]);
    /// assert!(TRANSITIONS.explain(&from, &to, Role::Owner, &facts).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`TransitionRefusal`]. Its `permission` is `None` if the table has no such transition;
    /// otherwise it is the required permission, which `role` does not have.
    pub fn explain(
        &self,
        from: &S,
        to: &S,
        role: P::Role,
        facts: &C::Facts,
    ) -> Result<&'static Transition<S, P, C, E>, TransitionRefusal<S, P>> {
        let found = self.find(from, to, facts);
        found.filter(|transition| transition.permission.includes(role)).ok_or_else(|| TransitionRefusal {
            from: from.clone(),
            to: to.clone(),
            role,
            permission: found.map(|transition| transition.permission),
            allowed: self.allowed(from, role, facts).cloned().collect(),
        })
    }

    /// Returns the states to which an actor in `role` may change an entity in state `from` under
    /// `facts`, in the order of the table.
    ///
    /// ```
    /// use telnum::lifecycle::{Role, State, TRANSITIONS, TransitionFacts};
    ///
    /// let facts = TransitionFacts::default();
    /// let allowed = |role| TRANSITIONS.allowed(&State::Aging, role, &facts).collect::<Vec<_>>();
    /// assert_eq!(allowed(Role::Sweep), [&State::Available, &State::Aging, &State::Deleted]);
    /// assert_eq!(allowed(Role::Stranger), [&State::InService]);
    /// ```
    #[doc(alias = "allowed_transitions")]
    pub fn allowed(&self, from: &S, role: P::Role, facts: &C::Facts) -> impl Iterator<Item = &'static S> {
        self.iter()
            .filter(move |transition| {
                transition.starts_from(from, facts) && transition.permission.includes(role)
            })
            .map(|transition| &transition.to)
    }

    /// Returns the table as a Mermaid state diagram.
    ///
    /// ```
    /// use telnum::lifecycle::TRANSITIONS;
    ///
    /// assert!(TRANSITIONS.mermaid().contains("reserved --> in_service: owner or account below it\n"));
    /// ```
    #[must_use]
    pub fn mermaid(&self) -> String {
        let start = self.initial.as_ref().map(|(state, permission)| Edge {
            from: START_OR_END.to_owned(),
            to: state.to_string(),
            label: permission.to_string(),
        });
        let ends = self.finals.iter().map(|state| Edge {
            from: state.to_string(),
            to: START_OR_END.to_owned(),
            label: String::new(),
        });
        diagram::mermaid(start.into_iter().chain(self.edges()).chain(ends))
    }

    /// Returns the table as a DOT graph.
    ///
    /// ```
    /// use telnum::lifecycle::TRANSITIONS;
    ///
    /// assert!(TRANSITIONS.dot().starts_with("digraph lifecycle {\n"));
    /// ```
    #[must_use]
    pub fn dot(&self) -> String {
        diagram::dot(self.name, self.edges())
    }

    fn edges(&self) -> impl Iterator<Item = Edge> {
        self.iter().flat_map(|transition| {
            transition.from.iter().map(|from| Edge {
                from: from.to_string(),
                to: transition.to.to_string(),
                label: transition.label(),
            })
        })
    }
}

impl<S, P, C, E> IntoIterator for &TransitionTable<S, P, C, E> {
    type Item = &'static Transition<S, P, C, E>;
    type IntoIter = slice::Iter<'static, Transition<S, P, C, E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
