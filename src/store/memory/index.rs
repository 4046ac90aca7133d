use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use super::merge::Merge;
use super::table::{Candidates, Index};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;
use crate::store::{Change, Query, StoreError, Stored};

/// Where numbers are found: each under its state, its owner, and apart if something is pending.
#[derive(Default)]
pub(super) struct NumberIndex {
    by_state: BTreeMap<State, Numbers>,
    by_owner: HashMap<AccountId, Numbers>,
    pending: Numbers,
}

type Numbers = BTreeSet<PhoneNumber>;

/// What a number is found by.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    state: State,
    owner: Option<AccountId>,
    is_pending: bool,
}

impl NumberIndex {
    /// The numbers that may be what a query is about, in ascending order, above another: those of
    /// the least of the indexes that have all of them.
    pub(super) fn candidates(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
    ) -> Candidates<'_, PhoneNumber> {
        let states = || State::ALL.iter().filter(|state| query.states.contains(**state));
        let states: Vec<&Numbers> = states().filter_map(|state| self.by_state.get(state)).collect();
        let mut best = (states.iter().map(|numbers| numbers.len()).sum(), states);
        let none = const { &Numbers::new() };
        let others = [
            query.owner.map(|owner| self.by_owner.get(&owner).unwrap_or(none)),
            (query.pending == Some(true)).then_some(&self.pending),
        ];
        for numbers in others.into_iter().flatten() {
            if numbers.len() < best.0 {
                best = (numbers.len(), vec![numbers]);
            }
        }
        let Some(range) = range(query, after) else { return Box::new(std::iter::empty()) };
        Box::new(Merge::new(best.1.into_iter().map(|numbers| numbers.range(range).copied())))
    }

    fn insert(&mut self, number: PhoneNumber, place: Place) {
        self.by_state.entry(place.state).or_default().insert(number);
        if let Some(owner) = place.owner {
            self.by_owner.entry(owner).or_default().insert(number);
        }
        if place.is_pending {
            self.pending.insert(number);
        }
    }

    fn remove(&mut self, number: PhoneNumber, place: Place) {
        if let Some(numbers) = self.by_state.get_mut(&place.state) {
            numbers.remove(&number);
        }
        if let Some(owner) = place.owner
            && let Some(numbers) = self.by_owner.get_mut(&owner)
        {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.by_owner.remove(&owner);
            }
        }
        if place.is_pending {
            self.pending.remove(&number);
        }
    }
}

impl Index<NumberRecord> for NumberIndex {
    fn check(&self, _: &[Change]) -> Result<(), StoreError> {
        Ok(())
    }

    fn replace(
        &mut self,
        number: PhoneNumber,
        before: Option<&Stored<NumberRecord>>,
        after: Option<&Stored<NumberRecord>>,
    ) {
        let [before, after] = [before, after].map(|stored| stored.map(|record| Place::of(record)));
        if before == after {
            return;
        }
        if let Some(place) = before {
            self.remove(number, place);
        }
        if let Some(place) = after {
            self.insert(number, place);
        }
    }
}

impl Place {
    fn of(record: &NumberRecord) -> Self {
        Self { state: record.state(), owner: record.owner(), is_pending: record.pending().is_some() }
    }
}

/// The numbers with the query's prefix above another; `None` if there can be none.
fn range(query: &Query, after: Option<PhoneNumber>) -> Option<(Bound<PhoneNumber>, Bound<PhoneNumber>)> {
    let (first, last) = query.prefix.map(|prefix| prefix.range().into_inner()).unzip();
    let bound = |number| Bound::Included(number);
    let last_bound = last.map_or(Bound::Unbounded, bound);
    match after {
        Some(after) if last.is_some_and(|last| after >= last) => None,
        Some(after) if first.is_none_or(|first| after >= first) => Some((Bound::Excluded(after), last_bound)),
        Some(_) | None => Some((first.map_or(Bound::Unbounded, bound), last_bound)),
    }
}
