//! The index of numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::{Bound, RangeBounds, RangeInclusive};

use super::merge::Merge;
use super::page::Candidates;
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;
use crate::store::{Query, Stored};
use crate::time::Timestamp;

/// The numbers by state, by owner, and by state and clock, and the numbers with a pending effect.
///
/// The first two and the last index contain the stored records, so that a scan need not look them up.
#[derive(Default)]
pub(super) struct NumberIndex {
    by_state: BTreeMap<State, Numbers>,
    by_owner: HashMap<AccountId, Numbers>,
    /// The numbers by state and clock. No stored number is `None`, which is the lower bound of a clock in a
    /// range.
    by_clock: BTreeMap<State, BTreeSet<(Timestamp, Option<PhoneNumber>)>>,
    pending: Numbers,
}

type Numbers = BTreeMap<PhoneNumber, Stored<NumberRecord>>;

/// The bounds of a scan.
type Bounds = (Bound<PhoneNumber>, Bound<PhoneNumber>);

/// The properties by which a number is indexed.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    state: State,
    owner: Option<AccountId>,
    is_pending: bool,
}

impl NumberIndex {
    /// Returns the numbers that match `query`, in ascending order, starting after `after`.
    ///
    /// `limit` is the number of items that the caller will take. It influences the choice of the index.
    pub(super) fn find<'a>(
        &'a self,
        query: &'a Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Candidates<'a, &'a Stored<NumberRecord>> {
        // Whether the query has no conditions other than a prefix and those of `one`. In that case all
        // candidates match and need not be read.
        let is_only = |one: Query| *query == Query { prefix: query.prefix, ..one };
        let is_by_index = is_only(Query::default())
            || is_only(Query { owner: query.owner, ..Query::default() })
            || is_only(Query { states: query.states, ..Query::default() });
        let candidates = self.candidates(query, after, limit);
        if is_by_index {
            return candidates;
        }
        Box::new(candidates.filter(|stored| query.matches(stored)))
    }

    /// Returns candidates that include all numbers matching `query`, in ascending order, starting after
    /// `after`. They are taken from the index with the fewest entries.
    fn candidates(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Candidates<'_, &Stored<NumberRecord>> {
        let Some(bounds) = bounds(query, after) else { return Box::new(std::iter::empty()) };
        let states: Vec<&Numbers> =
            query.states.iter().filter_map(|state| self.by_state.get(&state)).collect();
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
        if let Some(clock) = &query.clock {
            // The index by clock is not sorted by number, so all numbers in the range must be visited.
            // If there are many, visiting all candidates up to a full page is cheaper: with n
            // candidates of which m match, a page visits n / m candidates per item.
            let few = (best.0 * limit.clamp(1, 1_000)).isqrt();
            if let Some(numbers) = self.by_clock(query, clock, bounds, few) {
                return Box::new(numbers.into_iter());
            }
        }
        let parts = best
            .1
            .into_iter()
            .map(move |numbers| numbers.range(bounds).map(|(number, stored)| (*number, stored)));
        Box::new(Merge::new(parts).map(|(_, stored)| stored))
    }

    /// Returns the numbers in the states of `query` with a clock in the range and within the bounds;
    /// `None` if more than `few` numbers have such a clock.
    fn by_clock(
        &self,
        query: &Query,
        clock: &RangeInclusive<Timestamp>,
        bounds: Bounds,
        few: usize,
    ) -> Option<Vec<&Stored<NumberRecord>>> {
        let clocks = query.states.iter().filter_map(|state| self.by_clock.get(&state).zip(Some(state)));
        let in_range = clocks.flat_map(|(clocks, state)| {
            let from_start = clocks.range((*clock.start(), None)..);
            let in_range = from_start.take_while(|(time, _)| time <= clock.end());
            in_range.filter_map(move |(_, number)| number.zip(Some(state)))
        });
        let mut seen = 0;
        let mut numbers = Vec::new();
        for (number, state) in in_range {
            seen += 1;
            if seen > few {
                return None;
            }
            if bounds.contains(&number) {
                numbers.extend(self.by_state.get(&state).and_then(|numbers| numbers.get(&number)));
            }
        }
        numbers.sort_unstable_by_key(|stored| stored.number());
        Some(numbers)
    }

    /// Updates the index after the record of `number` was replaced.
    pub(super) fn replace(
        &mut self,
        number: PhoneNumber,
        before: Option<&Stored<NumberRecord>>,
        after: Option<&Stored<NumberRecord>>,
    ) {
        let [from, to] = [before, after].map(|stored| stored.map(|record| Place::of(record)));
        if let Some(place) = from.filter(|_| from != to) {
            self.remove(number, place);
        }
        if let Some((place, stored)) = to.zip(after) {
            self.insert(number, place, stored);
        }
        let [from, to] =
            [before, after].map(|stored| stored.and_then(|record| Some((record.state(), record.clock()?))));
        if from != to {
            if let Some((state, clock)) = from
                && let Some(clocks) = self.by_clock.get_mut(&state)
            {
                clocks.remove(&(clock, Some(number)));
            }
            if let Some((state, clock)) = to {
                self.by_clock.entry(state).or_default().insert((clock, Some(number)));
            }
        }
    }

    /// Inserts a number, or replaces its record if its properties have not changed.
    fn insert(&mut self, number: PhoneNumber, place: Place, stored: &Stored<NumberRecord>) {
        self.by_state.entry(place.state).or_default().insert(number, stored.clone());
        if let Some(owner) = place.owner {
            self.by_owner.entry(owner).or_default().insert(number, stored.clone());
        }
        if place.is_pending {
            self.pending.insert(number, stored.clone());
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

impl Place {
    fn of(record: &NumberRecord) -> Self {
        Self { state: record.state(), owner: record.owner(), is_pending: record.pending().is_some() }
    }
}

/// Returns the bounds of the numbers with the prefix of `query` that are greater than `after`; `None`
/// if there can be none.
fn bounds(query: &Query, after: Option<PhoneNumber>) -> Option<Bounds> {
    let (first, last) = query.prefix.map(|prefix| prefix.range().into_inner()).unzip();
    let last_bound = last.map_or(Bound::Unbounded, Bound::Included);
    match after {
        Some(after) if last.is_some_and(|last| after >= last) => None,
        Some(after) if first.is_none_or(|first| after >= first) => Some((Bound::Excluded(after), last_bound)),
        Some(_) | None => Some((first.map_or(Bound::Unbounded, Bound::Included), last_bound)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Account, AccountTree, Actor};
    use crate::policy::Policy;
    use crate::record::{Context, Creation};
    use crate::store::Revision;

    /// Checks point 6 of the contract.
    #[test]
    fn candidates_are_as_few_as_the_results() {
        let [many, few]: [AccountId; 2] = ["many", "few"].map(|id| id.parse().unwrap());
        let accounts = AccountTree::new([many, few].map(Account::new)).unwrap();
        let policy = Policy::default();
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let ctx = Context::new(Actor::System, &accounts, &policy, now);
        let mut index = NumberIndex::default();
        for place in 0..10_000_u32 {
            let number: PhoneNumber = format!("+1415886{place:04}").parse().unwrap();
            let is_rare = place % 1000 == 7;
            let (owner, state) = if is_rare { (few, State::Reserved) } else { (many, State::InService) };
            let creation = Creation { assign_to: Some(owner), state: Some(state), ..Creation::default() };
            let made = NumberRecord::create(number, creation, &ctx).unwrap();
            let made = if is_rare { made.claim(None, "key".parse().unwrap(), &ctx) } else { made };
            index.replace(number, None, Some(&Stored::new(made.record, Revision::FIRST)));
        }
        // A claimed number stays in the state in which it was found until its effects have run.
        let all = Query::default;
        let prefix = Some("+1415886000".parse().unwrap());
        let cases = [
            (all(), None, 10_000),
            (Query { owner: Some(few), ..all() }, None, 0),
            (Query { owner: Some(many), ..all() }, None, 9_990),
            (Query { owner: Some(many), prefix, ..all() }, None, 9),
            (Query { owner: Some(many), pending: Some(true), ..all() }, None, 10),
            (Query { owner: Some(many), states: [State::Discovery].into(), ..all() }, None, 10),
            (Query { prefix, ..all() }, None, 10),
            (Query { prefix, ..all() }, Some("+14158860004"), 5),
            (Query { prefix, ..all() }, Some("+14158860009"), 0),
            (Query { prefix, ..all() }, Some("+1415887"), 0),
            (Query { prefix, ..all() }, Some("+10"), 10),
            (Query { pending: Some(true), ..all() }, None, 10),
            (Query { states: [State::Discovery].into(), ..all() }, None, 10),
            (Query { states: [State::Aging, State::Deleted].into(), ..all() }, None, 0),
        ];
        for (query, after, count) in cases {
            let after = after.map(|text| text.parse().unwrap());
            let candidates: Vec<_> =
                index.candidates(&query, after, 50).map(|stored| stored.number()).collect();
            assert!(candidates.is_sorted());
            assert_eq!(candidates.len(), count, "{query:?} after {after:?}");
        }
    }
}
