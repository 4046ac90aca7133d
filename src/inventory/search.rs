use super::discover::Sellers;
use super::error::InventoryError;
use super::facade::Inventory;
use super::input::{Entry, NumberInput, Subject};
use super::options::Options;
use super::recent::{SearchId, SearchPage, SearchResults};
use crate::carrier::{Availability, MAX_SEARCH_RESULTS, NumberSearch, search_carriers};

impl Inventory {
    /// Searches for numbers to buy at all carriers that the account of `options` may use. The carriers
    /// are called concurrently, within
    /// the [search timeout](super::InventoryLimits::with_search_timeout).
    ///
    /// Each search asks for up to [`MAX_SEARCH_RESULTS`] numbers. The returned page has the first
    /// `search.quantity` of them; [`search_page`](Self::search_page) returns further pages. A
    /// [consecutive](NumberSearch::consecutive) search has one page. The results of the latest 256
    /// searches are kept. When the account buys a number, its carrier receives the
    /// [`carrier_data`](crate::carrier::Offer::carrier_data) of the offer. An offer without a rate centre gets
    /// the one that a [localities](super::InventoryBuilder::localities) lookup in memory knows.
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
        let (mut offers, failed) = search_carriers(&carriers, &all, time_limit, &searches.open_calls);
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

    /// Returns up to `quantity` offers of the search `id`, starting after the first `offset` offers.
    /// The result is `None` if the search is not one of the account's among the latest 256, or if the
    /// actor may not manage the account.
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
    pub fn check<I>(
        &self,
        numbers: I,
        options: &Options,
    ) -> Result<Vec<(Box<str>, Availability)>, InventoryError>
    where
        I: IntoIterator<Item: NumberInput>,
    {
        let services = &*self.services;
        services.check_can_manage(options)?;
        let entries = services.read(numbers, options)?;
        let numbers: Vec<_> = entries.numbers().collect();
        let porting = services.active_ports(&numbers);
        let Sellers { carriers, .. } = services.sellers(&numbers, &porting, options);
        let mut carriers = carriers.into_iter();
        let check = |entry: &Entry| {
            let availability = match entry.subject {
                Subject::Number(_) if carriers.next().flatten().is_some() => Availability::Available,
                Subject::Number(_) | Subject::Text(_) => Availability::Unavailable,
            };
            (entry.text(), availability)
        };
        Ok(entries.list.iter().map(check).collect())
    }
}
