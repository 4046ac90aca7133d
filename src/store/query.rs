use std::ops::RangeInclusive;

use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::{CarrierName, FeatureSet};
use crate::number::Prefix;
use crate::record::NumberRecord;
use crate::time::Timestamp;

/// Which numbers a scan is about: those that all of it is true of. The default is all numbers.
///
/// ```
/// use telnum::lifecycle::State;
/// use telnum::store::Query;
///
/// let in_use = Query { states: [State::InService].into(), ..Query::default() };
/// assert!(in_use.states.contains(State::InService) && !in_use.states.contains(State::Aging));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// They start with this.
    pub prefix: Option<Prefix>,
    /// They are this account's.
    pub owner: Option<AccountId>,
    /// They are in one of these states.
    pub states: StateSet,
    /// They are this carrier's.
    pub carrier: Option<CarrierName>,
    /// This application answers them.
    pub used_by: Option<Box<str>>,
    /// They carry all of these.
    pub features: FeatureSet,
    /// They came to the system in this time.
    pub created: Option<RangeInclusive<Timestamp>>,
    /// They last changed in this time.
    pub updated: Option<RangeInclusive<Timestamp>>,
    /// Something is being done for them outside; or nothing is.
    pub pending: Option<bool>,
}

/// A set of states; the default is all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StateSet(u16);

impl Query {
    /// Whether a number is one of those.
    #[must_use]
    pub fn matches(&self, record: &NumberRecord) -> bool {
        let is = |prefix: &Prefix| prefix.range().contains(&record.number());
        let within = |range: &Option<RangeInclusive<Timestamp>>, time| {
            range.as_ref().is_none_or(|range| range.contains(&time))
        };
        self.states.contains(record.state())
            && self.prefix.as_ref().is_none_or(is)
            && self.owner.is_none_or(|owner| record.owner() == Some(owner))
            && self.carrier.is_none_or(|carrier| record.carrier() == carrier)
            && self.used_by.as_deref().is_none_or(|app| record.used_by() == Some(app))
            && (self.features.is_empty() || self.features.without(record.features()).is_empty())
            && within(&self.created, record.created())
            && within(&self.updated, record.updated())
            && self.pending.is_none_or(|pending| record.pending().is_some() == pending)
    }
}

impl StateSet {
    /// Whether a state is in the set.
    #[must_use]
    pub const fn contains(self, state: State) -> bool {
        self.0 & 1 << state as u16 != 0
    }
}

impl Default for StateSet {
    fn default() -> Self {
        State::ALL.into()
    }
}

impl<const N: usize> From<[State; N]> for StateSet {
    fn from(states: [State; N]) -> Self {
        states.into_iter().collect()
    }
}

impl FromIterator<State> for StateSet {
    fn from_iter<I: IntoIterator<Item = State>>(states: I) -> Self {
        Self(states.into_iter().fold(0, |set, state| set | 1 << state as u16))
    }
}
