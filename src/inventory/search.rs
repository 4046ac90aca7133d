use std::collections::HashSet;

use super::discover::Sellers;
use super::error::InventoryError;
use super::facade::Inventory;
use super::input::{Entry, NumberInput, Subject};
use super::options::Options;
use super::recent::{SearchId, SearchPage, SearchResults};
use super::services::{ActivePorts, Services};
use crate::account::Actor;
use crate::carrier::{
    Availability, CarrierInfo, MAX_SEARCH_RESULTS, NumberSearch, SearchAnswer, is_in_pool_for,
    is_in_stock_for, search_carriers,
};
use crate::lifecycle::State;
use crate::record::{Due, NumberRecord};

impl Inventory {
    /// Searches for numbers to buy at all carriers that the account of `options` may use. The carriers are
    /// called concurrently, within the [search timeout](super::InventoryLimits::with_search_timeout).
    ///
    /// Each search asks for up to [`MAX_SEARCH_RESULTS`] numbers. The returned page has the first
    /// `search.quantity` of them; [`search_page`](Self::search_page) returns further pages. A
    /// [consecutive](NumberSearch::consecutive) search has one page. The results of the latest 32 searches of
    /// each account are kept, of at most 1,024 searches in all. When the account buys a number, its carrier
    /// receives the [`carrier_data`](crate::carrier::Offer::carrier_data) of the offer. An offer without a
    /// rate centre gets the one that a [localities](super::InventoryBuilder::localities) lookup in memory
    /// knows.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::carrier::NumberSearch;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::store::MemoryStore;
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 100);
    /// let inventory = Inventory::builder(MemoryStore::new()).carrier(carrier).build();
    /// let options = Options::new(Actor::System);
    ///
    /// let search = NumberSearch::new("+1415886".parse()?).with_quantity(10);
    /// let page = inventory.search(&search, &options)?;
    /// assert_eq!((page.offers.len(), page.total), (10, 100));
    /// let next = inventory.search_page(page.id, 10, 10, &options).unwrap();
    /// assert_eq!(next.offers[0].number, "+14158860010".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refused`](InventoryError::Refused) if the actor may not manage the account.
    #[doc(alias("find", "discovery", "knm_search"))]
    pub fn search(&self, search: &NumberSearch, options: &Options) -> Result<SearchPage, InventoryError> {
        let services = &*self.services;
        services.check_can_manage(options)?;
        let carriers = services.usable_carriers(options.account);
        let all = NumberSearch {
            account: options.account,
            reseller: services.reseller(options.account),
            quantity: if search.consecutive { search.quantity } else { MAX_SEARCH_RESULTS },
            ..search.clone()
        };
        let searches = &services.searches;
        let time_limit = services.limits.search_timeout;
        let mut withdrawn = Ok(());
        let withdraw = |answers: &mut [SearchAnswer]| withdrawn = services.withdraw_held(answers, options);
        let (mut offers, failed) =
            search_carriers(&carriers, &all, time_limit, &searches.open_calls, withdraw);
        withdrawn?;
        for offer in &mut offers {
            if offer.rate_center.is_none() {
                offer.rate_center = services.rate_center(offer.number);
            }
        }
        let id = SearchId::new(services.new_key());
        let results = SearchResults { id, account: options.account, offers: offers.into(), failed };
        let page = results.page(0, search.quantity);
        searches.keep(results);
        Ok(page)
    }

    /// Returns up to `quantity` offers of the search `id`, starting after the first `offset` offers; `None` if
    /// the search is not among those that are [kept](Self::search) for the account, or if the actor may not
    /// manage the account.
    ///
    /// ```
    /// # use telnum::account::Actor;
    /// # use telnum::inventory::{Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let id = "9c1a13a0f729c2d6d35a9c4515e5da03".parse()?;
    /// assert!(inventory.search_page(id, 0, 10, &Options::new(Actor::System)).is_none());
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn search_page(
        &self,
        id: SearchId,
        offset: usize,
        quantity: usize,
        options: &Options,
    ) -> Option<SearchPage> {
        self.services.check_can_manage(options).ok()?;
        self.services.searches.get(id, options.account).map(|results| results.page(offset, quantity))
    }

    /// Returns whether each of `numbers` is for sale at a carrier that the account of `options` may
    /// use. The carriers are called concurrently, with the time limit of a [search](Self::search).
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::carrier::Availability;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::store::MemoryStore;
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 1);
    /// let inventory = Inventory::builder(MemoryStore::new()).carrier(carrier).build();
    /// let checked = inventory.check(["415-886-0000", "415-886-0001"], &Options::new(Actor::System))?;
    /// assert_eq!(checked[0], ("+14158860000".into(), Availability::Available));
    /// assert_eq!(checked[1], ("+14158860001".into(), Availability::Unavailable));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refused`](InventoryError::Refused) if the actor may not manage the account.
    /// - [`TooMany`](InventoryError::TooMany) if `numbers` exceed the limit.
    pub fn check(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        options: &Options,
    ) -> Result<Vec<(Box<str>, Availability)>, InventoryError> {
        let services = &*self.services;
        services.check_can_manage(options)?;
        let entries = services.read(numbers, options)?;
        let numbers: Vec<_> = entries.numbers().collect();
        let porting = services.active_ports(&numbers);
        let records = services.records(&numbers)?;
        let reseller = services.reseller(options.account);
        let is_in_stock = |place: usize| {
            let record = records.get(place).and_then(Option::as_ref);
            record.is_some_and(|record| is_in_stock_for(record, options.account, reseller))
        };
        let Sellers { carriers, .. } = services.sellers(&numbers, is_in_stock, &porting, options);
        let mut found = carriers.into_iter().zip(records);
        let mut is_available = || {
            found.next().is_some_and(|(carrier, record)| match record {
                None => carrier.is_some(),
                Some(record) if record.state() == State::Reserved => {
                    services.has_lapsed_into_stock(&record, options)
                }
                Some(record) => carrier.is_some() && services.is_free(&record, &porting, options),
            })
        };
        let check = |entry: &Entry| {
            let availability = match entry.subject {
                Subject::Number(_) if is_available() => Availability::Available,
                Subject::Number(_) | Subject::Text(_) => Availability::Unavailable,
            };
            (entry.text(), availability)
        };
        Ok(entries.list.iter().map(check).collect())
    }
}

impl Services {
    /// Removes offers for numbers that the inventory has and that are not free for the account, except the
    /// offers of carriers that sell the service's own stock.
    fn withdraw_held(&self, answers: &mut [SearchAnswer], options: &Options) -> Result<(), InventoryError> {
        let is_stock =
            |name| self.carrier(name).map_or(CarrierInfo::of(name), crate::carrier::Carrier::info).is_local;
        let mut bought: Vec<_> = answers.iter_mut().filter(|(carrier, _)| !is_stock(*carrier)).collect();
        let offers = bought.iter().flat_map(|(_, answer)| answer.iter().flatten());
        let numbers: Vec<_> = offers.map(|offer| offer.number).collect();
        let porting = self.active_ports(&numbers);
        let records = self.records(&numbers)?;
        let is_held = numbers.iter().zip(records).filter(|(number, record)| {
            let is_free = record.as_ref().is_none_or(|record| self.is_free(record, &porting, options));
            !is_free || !porting.account(**number).is_ok_and(|account| account.is_none())
        });
        let held: HashSet<_> = is_held.map(|(number, _)| *number).collect();
        for offers in bought.iter_mut().filter_map(|(_, answer)| answer.as_mut().ok()) {
            offers.retain(|offer| !held.contains(&offer.number));
        }
        Ok(())
    }

    /// Returns whether the account can buy the number of `record` from a carrier that sells it.
    fn is_free(&self, record: &NumberRecord, porting: &ActivePorts, options: &Options) -> bool {
        let ctx = self.context(options);
        let is_free = match record.state() {
            State::Discovery | State::Available => true,
            State::Deleted => record.check_rested(options.account, &ctx).is_ok(),
            // The record is a placeholder, unless the number is on an active port request.
            State::PortIn => porting.account(record.number()).is_ok_and(|account| account.is_none()),
            State::Reserved | State::InService | State::PortOut | State::Released | State::Aging => false,
        };
        is_free && record.pending().is_none()
    }

    /// Returns whether the number was reserved from the stock and its reservation has ended, although no
    /// sweep has returned it to the stock yet.
    fn has_lapsed_into_stock(&self, record: &NumberRecord, options: &Options) -> bool {
        let ctx = self.context(options).by(Actor::System);
        record.due(ctx.policy, ctx.now) == Some(Due::EndReservation)
            && record.end_reservation(&ctx).record.state() == State::Available
            && is_in_pool_for(record, options.account, self.reseller(options.account))
    }
}
