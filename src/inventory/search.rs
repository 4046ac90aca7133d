use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::asked::{Slot, What};
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
        let asked = self.read(numbers, options)?;
        let numbers: Vec<_> = asked.numbers().collect();
        let mut sold = self.sellers(&numbers, options).into_iter();
        let answer = |slot: &Slot| match slot.what {
            What::Number(_) if sold.next().flatten().is_some() => Availability::Success,
            What::Number(_) | What::Text(_) => Availability::Error,
        };
        let names: Vec<_> = asked.slots.iter().map(Slot::name).collect();
        Ok(names.into_iter().zip(asked.slots.iter().map(answer)).collect())
    }

    /// The records of numbers that a carrier sells which the account may use, where one does. They
    /// are not stored.
    pub(super) fn discover(&self, numbers: &[PhoneNumber], options: &Options) -> Vec<Option<NumberRecord>> {
        let now = self.now();
        let sellers = numbers.iter().zip(self.sellers(numbers, options));
        sellers.map(|(number, seller)| Some(NumberRecord::discovered(*number, seller?, now))).collect()
    }

    /// The first carrier that sells a number and that the account may use: of each.
    fn sellers(&self, numbers: &[PhoneNumber], options: &Options) -> Vec<Option<CarrierName>> {
        let mut sellers = vec![None; numbers.len()];
        let mut left: Vec<_> = (0..numbers.len()).collect();
        for carrier in self.usable_carriers(options.account) {
            if left.is_empty() {
                break;
            }
            let asked: Vec<_> = left.iter().filter_map(|place| numbers.get(*place).copied()).collect();
            // A carrier that fails, or answers for other than was asked, sells nothing.
            let answers = carrier.check(&asked).ok().filter(|answers| answers.len() == asked.len());
            let Some(answers) = answers else { continue };
            for (place, _) in left.iter().zip(&answers).filter(|(_, it)| **it == Availability::Success) {
                if let Some(seller) = sellers.get_mut(*place) {
                    *seller = Some(carrier.name());
                }
            }
            left.retain(|place| sellers.get(*place).is_some_and(Option::is_none));
        }
        sellers
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
