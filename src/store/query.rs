use std::ops::RangeInclusive;

use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::{CarrierName, FeatureSet};
use crate::number::Prefix;
use crate::porting::{PortRequest, PortStates};
use crate::record::NumberRecord;
use crate::time::Timestamp;

/// The conditions of a scan of numbers, all of which must hold. The default matches every number.
///
/// ```
/// use telnum::lifecycle::State;
/// use telnum::names::Feature;
/// use telnum::store::Query;
///
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// let in_use = Query::default()
///     .with_prefix("+1415".parse()?)
///     .with_owner("shop".parse()?)
///     .with_states([State::InService])
///     .with_carrier("telnyx".parse()?)
///     .with_used_by("callflow")
///     .with_features(Feature::E911)
///     .with_created(telnum::Timestamp::MIN..=now)
///     .with_updated(now..=telnum::Timestamp::MAX)
///     .with_pending(false);
/// assert!(in_use.states.contains(State::InService) && !in_use.states.contains(State::Aging));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// The leading digits of the number.
    pub prefix: Option<Prefix>,
    /// The account that owns the number.
    pub owner: Option<AccountId>,
    /// The states in which the number may be.
    pub states: StateSet,
    /// The number's carrier.
    pub carrier: Option<CarrierName>,
    /// The application that answers the number.
    pub used_by: Option<Box<str>>,
    /// The features that the number must have, all of them.
    pub features: FeatureSet,
    /// The range of the time of creation.
    pub created: Option<RangeInclusive<Timestamp>>,
    /// The range of the time of the last change.
    pub updated: Option<RangeInclusive<Timestamp>>,
    /// The range of the number's [clock](NumberRecord::clock).
    pub clock: Option<RangeInclusive<Timestamp>>,
    /// Whether an external effect is pending.
    pub pending: Option<bool>,
}

/// The conditions of a scan of port requests, both of which must hold. The default matches the
/// active requests of all accounts.
///
/// ```
/// use telnum::porting::PortStates;
/// use telnum::store::PortQuery;
///
/// let all = PortQuery::default().with_states(PortStates::ALL);
/// assert!(all.accounts.is_none());
/// assert_eq!(all.with_accounts(["shop".parse()?]).accounts.unwrap().len(), 1);
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PortQuery {
    /// The accounts to which the request may belong; `None` for all accounts.
    pub accounts: Option<Vec<AccountId>>,
    /// The states in which the request may be.
    pub states: PortStates,
}

/// A set of states of numbers. The default is all of them.
///
/// ```
/// use telnum::lifecycle::State;
/// use telnum::store::StateSet;
///
/// let states = StateSet::from([State::Reserved, State::Available]);
/// assert!(states.iter().eq([State::Available, State::Reserved]));
/// assert_eq!(StateSet::default(), StateSet::ALL);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StateSet(u16);

/// The states of a [`StateSet`].
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct StateSetIter(StateSet);

impl Query {
    /// Sets the leading digits of the number.
    #[must_use]
    pub fn with_prefix(self, prefix: Prefix) -> Self {
        Self { prefix: Some(prefix), ..self }
    }

    /// Sets the account that owns the number.
    #[must_use]
    pub fn with_owner(self, owner: AccountId) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// Sets the states in which the number may be.
    #[must_use]
    pub fn with_states(self, states: impl Into<StateSet>) -> Self {
        Self { states: states.into(), ..self }
    }

    /// Sets the number's carrier.
    #[must_use]
    pub fn with_carrier(self, carrier: CarrierName) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// Sets the application that answers the number.
    #[must_use]
    pub fn with_used_by(self, app: impl Into<Box<str>>) -> Self {
        Self { used_by: Some(app.into()), ..self }
    }

    /// Sets the features that the number must have, all of them.
    #[must_use]
    pub fn with_features(self, features: impl Into<FeatureSet>) -> Self {
        Self { features: features.into(), ..self }
    }

    /// Sets the range of the time of creation.
    #[must_use]
    pub fn with_created(self, range: RangeInclusive<Timestamp>) -> Self {
        Self { created: Some(range), ..self }
    }

    /// Sets the range of the time of the last change.
    #[must_use]
    pub fn with_updated(self, range: RangeInclusive<Timestamp>) -> Self {
        Self { updated: Some(range), ..self }
    }

    /// Sets the range of the number's [clock](NumberRecord::clock).
    ///
    /// ```
    /// use telnum::Timestamp;
    /// use telnum::lifecycle::State;
    /// use telnum::store::Query;
    ///
    /// // The reservations with an expired lease.
    /// let now = "2026-03-01T12:00:00Z".parse()?;
    /// let ended = Query::default().with_states([State::Reserved]).with_clock(Timestamp::MIN..=now);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_clock(self, range: RangeInclusive<Timestamp>) -> Self {
        Self { clock: Some(range), ..self }
    }

    /// Sets whether an external effect is pending.
    #[must_use]
    pub fn with_pending(self, pending: bool) -> Self {
        Self { pending: Some(pending), ..self }
    }

    /// Returns whether `record` meets all conditions.
    ///
    /// ```
    /// use telnum::record::NumberRecord;
    /// use telnum::store::Query;
    ///
    /// let now = "2026-03-01T12:00:00Z".parse()?;
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// assert!(Query::default().with_carrier("telnyx".parse()?).matches(&found));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matches(&self, record: &NumberRecord) -> bool {
        let is_within = |range: &Option<RangeInclusive<Timestamp>>, time| {
            range.as_ref().is_none_or(|range| range.contains(&time))
        };
        self.states.contains(record.state())
            && self.prefix.is_none_or(|prefix| record.number().starts_with(prefix))
            && self.owner.is_none_or(|owner| record.owner() == Some(owner))
            && self.carrier.is_none_or(|carrier| record.carrier() == carrier)
            && self.used_by.as_deref().is_none_or(|app| record.used_by() == Some(app))
            && (self.features.is_empty() || self.features.difference(record.features()).is_empty())
            && is_within(&self.created, record.created())
            && is_within(&self.updated, record.updated())
            && (self.clock.is_none() || record.clock().is_some_and(|clock| is_within(&self.clock, clock)))
            && self.pending.is_none_or(|pending| record.pending().is_some() == pending)
    }
}

impl PortQuery {
    /// Sets the accounts to which the request may belong.
    #[must_use]
    pub fn with_accounts(self, accounts: impl IntoIterator<Item = AccountId>) -> Self {
        Self { accounts: Some(accounts.into_iter().collect()), ..self }
    }

    /// Sets the states in which the request may be.
    #[must_use]
    pub fn with_states(self, states: PortStates) -> Self {
        Self { states, ..self }
    }

    /// Returns whether `request` meets both conditions.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// use telnum::store::PortQuery;
    ///
    /// assert!(PortQuery::default().matches(&request));
    /// assert!(!PortQuery::default().with_accounts(["shop".parse()?]).matches(&request));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matches(&self, request: &PortRequest) -> bool {
        self.states.contains(request.state())
            && self.accounts.as_ref().is_none_or(|accounts| accounts.contains(&request.account()))
    }
}

impl StateSet {
    /// The set of all states.
    pub const ALL: Self = Self((1 << State::ALL.len()) - 1);
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Returns whether `state` is in the set.
    ///
    /// ```
    /// use telnum::{lifecycle::State, store::StateSet};
    ///
    /// let stock = StateSet::from([State::Available, State::Aging]);
    /// assert!(stock.contains(State::Aging) && !stock.contains(State::InService));
    /// ```
    #[must_use]
    pub const fn contains(self, state: State) -> bool {
        self.0 & 1 << state as u16 != 0
    }

    /// Returns the set with `state` removed.
    ///
    /// ```
    /// use telnum::{lifecycle::State, store::StateSet};
    ///
    /// assert!(!StateSet::ALL.without(State::Deleted).contains(State::Deleted));
    /// ```
    #[must_use]
    pub const fn without(self, state: State) -> Self {
        Self(self.0 & !(1 << state as u16))
    }

    /// Returns whether the set is empty.
    ///
    /// ```
    /// use telnum::{lifecycle::State, store::StateSet};
    ///
    /// assert!(StateSet::NONE.is_empty() && !StateSet::from([State::Deleted]).is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the states of the set, in the order of [`State::ALL`].
    ///
    /// ```
    /// use telnum::{lifecycle::State, store::StateSet};
    ///
    /// let states = StateSet::from([State::Aging, State::Available]);
    /// assert!(states.iter().eq([State::Available, State::Aging]));
    /// ```
    #[must_use]
    pub const fn iter(self) -> StateSetIter {
        StateSetIter(self)
    }
}

impl Default for StateSet {
    fn default() -> Self {
        Self::ALL
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

impl IntoIterator for StateSet {
    type Item = State;
    type IntoIter = StateSetIter;

    fn into_iter(self) -> StateSetIter {
        self.iter()
    }
}

impl Iterator for StateSetIter {
    type Item = State;

    fn next(&mut self) -> Option<State> {
        let state = State::ALL.into_iter().find(|state| self.0.contains(*state))?;
        self.0 = self.0.without(state);
        Some(state)
    }
}
