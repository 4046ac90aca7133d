use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Error, Inventory, Options};
use crate::account::AccountId;
use crate::carrier::{Availability, Carrier, CarrierError, Found, Search, find_everywhere};
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::{EffectKey, NumberRecord};

/// The name of a search, by which its further pages are asked for.
pub type SearchId = EffectKey;

/// A part of what a search found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SearchPage {
    /// The search.
    pub id: SearchId,
    /// The numbers, in the order of the carriers.
    pub numbers: Vec<Found>,
    /// How many were found in all.
    pub total: usize,
    /// Carriers that failed, or gave no answer in time.
    pub failed: Vec<(CarrierName, CarrierError)>,
}

/// The latest searches.
#[derive(Debug, Default)]
pub(super) struct Searches(Mutex<VecDeque<Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    id: SearchId,
    account: Option<AccountId>,
    found: Arc<[Found]>,
    failed: Vec<(CarrierName, CarrierError)>,
}

/// So many searches are kept; the oldest is forgotten first.
const KEPT: usize = 256;

impl Searches {
    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, search: Kept) {
        let mut kept = self.kept();
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(search);
    }

    fn get(&self, id: SearchId, account: Option<AccountId>) -> Option<Kept> {
        self.kept().iter().find(|kept| kept.id == id && kept.account == account).cloned()
    }
}

impl Inventory {
    /// Looks for numbers that the account could have, at all carriers that it may use, at once and
    /// within a time limit.
    ///
    /// The first page has so many as the search asks for; of what else was found,
    /// [`search_page`](Self::search_page) has the rest.
    ///
    /// # Errors
    /// If the actor has no power over the account.
    pub fn search(&self, search: &Search, options: &Options) -> Result<SearchPage, Error> {
        self.check_power(options)?;
        let carriers = self.usable_carriers(options.account);
        let account = options.account.and_then(|id| self.parts.accounts.account(id));
        let all = Search {
            account: options.account,
            reseller: account.and_then(|account| account.reseller),
            quantity: crate::carrier::MAX_FOUND,
            ..search.clone()
        };
        let (found, failed) = find_everywhere(&carriers, &all, self.parts.limits.search);
        let kept = Kept { id: (self.parts.keys)(), account: options.account, found: found.into(), failed };
        let page = kept.page(0, search.quantity);
        self.parts.searches.keep(kept);
        Ok(page)
    }

    /// A further part of what a search of the same account found; `None` if that is forgotten.
    #[must_use]
    pub fn search_page(
        &self,
        id: SearchId,
        offset: usize,
        quantity: usize,
        options: &Options,
    ) -> Option<SearchPage> {
        self.parts.searches.get(id, options.account).map(|kept| kept.page(offset, quantity))
    }

    /// Whether carriers still sell numbers: of each, whether one that the account may use does.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn check<I>(&self, numbers: I, options: &Options) -> Result<Vec<(Box<str>, Availability)>, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let (numbers, outcome) = self.read_numbers(numbers, options)?;
        let mut answers = vec![Availability::Error; numbers.len()];
        for carrier in self.usable_carriers(options.account) {
            // A carrier that fails sells nothing.
            for (answer, one) in answers.iter_mut().zip(carrier.check(&numbers).unwrap_or_default()) {
                if one == Availability::Success {
                    *answer = one;
                }
            }
        }
        let known = numbers.into_iter().map(super::engine::name).zip(answers);
        let junk = outcome.failed.into_keys().map(|text| (text, Availability::Error));
        Ok(known.chain(junk).collect())
    }

    /// The record of a number that a carrier sells which the account may use, if one does. It is
    /// not stored.
    pub(super) fn discover(&self, number: PhoneNumber, options: &Options) -> Option<NumberRecord> {
        let carriers = self.usable_carriers(options.account);
        let sells = |carrier: &&Arc<dyn Carrier>| {
            carrier.check(&[number]).is_ok_and(|answer| answer.first() == Some(&Availability::Success))
        };
        let carrier = carriers.iter().find(sells)?;
        Some(NumberRecord::discovered(number, carrier.name(), self.now()))
    }

    /// The carriers that an account may use: its own list, else its reseller's, else all.
    pub(super) fn usable_carriers(&self, account: Option<AccountId>) -> Vec<Arc<dyn Carrier>> {
        let account = account.and_then(|id| self.parts.accounts.account(id));
        let reseller =
            account.as_ref().and_then(|it| it.reseller).and_then(|id| self.parts.accounts.account(id));
        let mut lists = [account, reseller].into_iter().flatten();
        let list = lists.find_map(|account| account.carriers.clone());
        let all = self.parts.carriers.iter();
        let is_usable = |carrier: CarrierName| list.as_ref().is_none_or(|list| list.contains(&carrier));
        all.filter(|carrier| is_usable(carrier.name())).cloned().collect()
    }
}

impl Kept {
    fn page(&self, offset: usize, quantity: usize) -> SearchPage {
        SearchPage {
            id: self.id,
            numbers: self.found.iter().skip(offset).take(quantity).cloned().collect(),
            total: self.found.len(),
            failed: self.failed.clone(),
        }
    }
}
