use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::asked::{Slot, What};
use super::{Error, Inventory, Options};
use crate::account::AccountId;
use crate::carrier::{
    Availability, Carrier, CarrierError, Found, MAX_FOUND, Owed, Search, ask_all, find_owed,
};
use crate::idempotency::IdempotencyKey;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// The name of a search, by which its further pages are asked for.
pub type SearchId = IdempotencyKey;

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

/// The latest searches, and what carriers owe answers to.
#[derive(Debug, Default)]
pub(super) struct Searches {
    kept: Mutex<VecDeque<Kept>>,
    owed: Owed,
}

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
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// What carriers said last of numbers that an account found.
    fn said_of(
        &self,
        numbers: &[PhoneNumber],
        account: Option<AccountId>,
    ) -> HashMap<(PhoneNumber, CarrierName), Value> {
        let of_account = |kept: &Kept| (kept.account == account).then(|| Arc::clone(&kept.found));
        let searches: Vec<_> = self.kept().iter().filter_map(of_account).collect();
        let numbers: HashSet<_> = numbers.iter().collect();
        let found = searches.iter().flat_map(|found| found.iter());
        found
            .filter(|found| numbers.contains(&found.number))
            .filter_map(|found| Some(((found.number, found.carrier), found.carrier_data.clone()?)))
            .collect()
    }
}

impl Inventory {
    /// Looks for numbers that the account could have, at all carriers that it may use, at once and
    /// within a time limit.
    ///
    /// The first page has so many as the search asks for; carriers are asked for as many as one search
    /// finds, and [`search_page`](Self::search_page) has the rest. Of a search for numbers in a row there
    /// is no rest: it is one row of so many, from the first to the last, or nothing. What is forgotten of
    /// earlier searches no carrier is told when its numbers are bought.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use telnum::account::Actor;
    /// use telnum::carrier::Search;
    /// use telnum::testing::ScriptedCarrier;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 100);
    /// let inventory = Inventory::builder(Arc::new(MemoryStore::new())).carrier(carrier).build();
    /// let options = Options::new(Actor::System);
    ///
    /// let search = Search { quantity: 10, ..Search::new("+1415886".parse()?) };
    /// let page = inventory.search(&search, &options)?;
    /// assert_eq!((page.numbers.len(), page.total), (10, 100));
    /// let next = inventory.search_page(page.id, 10, 10, &options).unwrap();
    /// assert_eq!(next.numbers[0].number, "+14158860010".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the actor has no power over the account.
    pub fn search(&self, search: &Search, options: &Options) -> Result<SearchPage, Error> {
        self.check_power(options)?;
        let carriers = self.usable_carriers(options.account);
        let all = Search {
            account: options.account,
            reseller: self.reseller(options.account),
            quantity: if search.consecutive { search.quantity } else { MAX_FOUND },
            ..search.clone()
        };
        let owed = &self.parts.searches.owed;
        let (found, failed) = find_owed(&carriers, &all, self.parts.limits.search, owed);
        let kept = Kept { id: (self.parts.keys)(), account: options.account, found: found.into(), failed };
        let page = kept.page(0, search.quantity);
        self.parts.searches.keep(kept);
        Ok(page)
    }

    /// A further part of what a search of the same account found; `None` if that is forgotten, or the
    /// actor has no power over the account.
    #[must_use]
    pub fn search_page(
        &self,
        id: SearchId,
        offset: usize,
        quantity: usize,
        options: &Options,
    ) -> Option<SearchPage> {
        self.check_power(options).ok()?;
        self.parts.searches.get(id, options.account).map(|kept| kept.page(offset, quantity))
    }

    /// Whether carriers still sell numbers: of each, whether one that the account may use does. They
    /// are asked at once, and none is waited for longer than a search is.
    ///
    /// # Errors
    /// If the actor has no power over the account, or as [`create`](Self::create).
    pub fn check<I>(&self, numbers: I, options: &Options) -> Result<Vec<(Box<str>, Availability)>, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        self.check_power(options)?;
        let asked = self.read(numbers, options)?;
        let numbers: Vec<_> = asked.numbers().collect();
        let mut sold = self.sellers(&numbers, options).0.into_iter();
        let answer = |slot: &Slot| match slot.what {
            What::Number(_) if sold.next().flatten().is_some() => Availability::Available,
            What::Number(_) | What::Text(_) => Availability::Unavailable,
        };
        let names: Vec<_> = asked.slots.iter().map(Slot::name).collect();
        Ok(names.into_iter().zip(asked.slots.iter().map(answer)).collect())
    }

    /// The records of numbers that a carrier sells which the account may use, where one does, with what
    /// it said of them when the account searched; and why a carrier failed that might have. They are
    /// not stored.
    pub(super) fn discover(
        &self,
        numbers: &[PhoneNumber],
        options: &Options,
    ) -> (Vec<Option<NumberRecord>>, Option<CarrierError>) {
        let now = self.now();
        let (sellers, failure) = self.sellers(numbers, options);
        let mut said = self.parts.searches.said_of(numbers, options.account);
        let record = |(number, seller): (&PhoneNumber, Option<_>)| {
            let seller = seller?;
            let data = said.remove(&(*number, seller));
            Some(NumberRecord::discovered(*number, seller, now).with_carrier_data(data))
        };
        (numbers.iter().zip(sellers).map(record).collect(), failure)
    }

    /// The first carrier that sells a number and that the account may use: of each. The first failure.
    fn sellers(
        &self,
        numbers: &[PhoneNumber],
        options: &Options,
    ) -> (Vec<Option<CarrierName>>, Option<CarrierError>) {
        let (mut sellers, mut failure) = (vec![None; numbers.len()], None);
        if numbers.is_empty() {
            return (sellers, failure);
        }
        let (account, reseller) = (options.account, self.reseller(options.account));
        let carriers = self.usable_carriers(account);
        let asked: Arc<[_]> = numbers.into();
        let check = move |carrier: &dyn Carrier| carrier.check_for(&asked, account, reseller);
        let answers = ask_all(&carriers, &self.parts.searches.owed, self.parts.limits.search, check);
        for (carrier, (name, answers)) in carriers.iter().zip(answers) {
            let answers = answers.unwrap_or_else(|error| {
                failure = failure.take().or(Some(error).filter(|it| *it != CarrierError::NotAvailable));
                Vec::new()
            });
            // A carrier that fails, or answers for other than was asked, sells nothing.
            if answers.len() != numbers.len() {
                continue;
            }
            // What is not there may not be anybody's to sell.
            let is_ours = carrier.info().is_local;
            for (seller, (number, answer)) in sellers.iter_mut().zip(numbers.iter().zip(answers)) {
                let is_sold = answer == Availability::Available && seller.is_none();
                if is_sold && (is_ours || self.check_new(*number).is_ok()) {
                    *seller = Some(name);
                }
            }
        }
        (sellers, failure)
    }

    /// The account that sells to another.
    pub(super) fn reseller(&self, account: Option<AccountId>) -> Option<AccountId> {
        self.parts.accounts.account(account?)?.reseller
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
