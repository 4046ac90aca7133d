use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use super::merge::Merge;
use super::table::{Candidates, Index};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;
use crate::store::{Change, Query, StoreError, Stored};

/// Where numbers are found: each under its state, its owner, and apart if something is pending.
///
/// They are held there as they are stored, so that who scans need not look each up.
#[derive(Default)]
pub(super) struct NumberIndex {
    by_state: BTreeMap<State, Numbers>,
    by_owner: HashMap<AccountId, Numbers>,
    pending: Numbers,
}

type Numbers = BTreeMap<PhoneNumber, Stored<NumberRecord>>;

/// What a number is found by.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    state: State,
    owner: Option<AccountId>,
    is_pending: bool,
}

impl NumberIndex {
    /// The numbers that a query is about, in ascending order, above another.
    pub(super) fn find<'a>(
        &'a self,
        query: &'a Query,
        after: Option<PhoneNumber>,
    ) -> Candidates<'a, &'a Stored<NumberRecord>> {
        // What is asked besides for something that an index has: all candidates are answers then,
        // and none of them need be read.
        let besides = |one: Query| *query == Query { prefix: query.prefix, ..one };
        let is_by_index = besides(Query::default())
            || besides(Query { owner: query.owner, ..Query::default() })
            || besides(Query { states: query.states, ..Query::default() });
        let candidates = self.candidates(query, after);
        if is_by_index {
            return candidates;
        }
        Box::new(candidates.filter(|stored| query.matches(stored)))
    }

    /// The numbers that may be what a query is about, in ascending order, above another: those of
    /// the least of the indexes that have all of them.
    fn candidates(&self, query: &Query, after: Option<PhoneNumber>) -> Candidates<'_, &Stored<NumberRecord>> {
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
        let parts =
            best.1.into_iter().map(|numbers| numbers.range(range).map(|(number, stored)| (*number, stored)));
        Box::new(Merge::new(parts).map(|(_, stored)| stored))
    }

    /// Puts a number in its place, or something else in the place of what is there.
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
        let [from, to] = [before, after].map(|stored| stored.map(|record| Place::of(record)));
        if let Some(place) = from.filter(|_| from != to) {
            self.remove(number, place);
        }
        if let Some((place, stored)) = to.zip(after) {
            self.insert(number, place, stored);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Account, AccountTree, Actor};
    use crate::policy::Policy;
    use crate::record::{Context, Creation};
    use crate::store::Revision;

    /// Point 6 of the contract: no more is looked at than is asked for.
    #[test]
    fn candidates_are_few_where_the_answer_is() {
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
        // What is claimed is as it was found, until that is done.
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
            let candidates: Vec<_> = index.candidates(&query, after).map(|stored| stored.number()).collect();
            assert!(candidates.is_sorted());
            assert_eq!(candidates.len(), count, "{query:?} after {after:?}");
        }
    }
}
