//! The use cases that read numbers, and facts about numbers.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use indexmap::IndexMap;

use super::error::InventoryError;
use super::facade::Inventory;
use super::input::{Entry, NumberInput, Subject};
use super::options::Options;
use super::outcome::{NumberOutcome, Outcome, text_of};
use crate::account::AccountId;
use crate::classify::Classifiers;
use crate::lifecycle::State;
use crate::locality::{Locality, LocalityError};
use crate::names::CarrierName;
use crate::number::{PhoneNumber, Prefix};
use crate::record::{Context, Creation, NumberRecord, Refusal};
use crate::store::{Page, Query, StateSet, Stored};

/// The carriers that an account may use, and the states that it may create numbers in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CarriersInfo {
    /// The maximum number of digits of a national prefix that any of the carriers can search by.
    #[doc(alias = "maximal_prefix_length")]
    pub max_prefix_length: u8,
    /// The carriers that the account may use.
    pub usable_carriers: Vec<CarrierName>,
    /// The states that the account may create numbers in.
    pub usable_creation_states: Vec<State>,
}

/// The number of records that are read at once.
const PAGE_SIZE: usize = 1_000;

impl Inventory {
    /// Returns the records of `numbers`. Every actor can read available numbers; other numbers can be
    /// read by actors that may manage their owner.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, InventoryErrorKind, Options};
    /// use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    ///
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let outcome = inventory.get(["(415) 886-7900", "+14158867901"], &options)?;
    /// assert_eq!(outcome.succeeded.len(), 1);
    /// assert_eq!(outcome.failed["+14158867901"].kind(), InventoryErrorKind::NotFound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooMany`](InventoryError::TooMany) if `numbers` exceed the limit. All other errors concern one
    /// number and are in [`Outcome::failed`].
    pub fn get(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        let services = &*self.services;
        let mut entries = services.read(numbers, options)?;
        let numbers: Vec<_> = entries.numbers().collect();
        let ctx = services.context(options);
        match services.records(&numbers) {
            Ok(records) => {
                let mut records = records.into_iter();
                let mut read = |number| self.readable(number, records.next().flatten(), options, &ctx);
                entries.decide_rest(|number| Ok(read(number)))?;
            }
            Err(error) => {
                let error = InventoryError::from(error);
                entries.decide_rest(|_| Ok(Err(error.clone())))?;
            }
        }
        Ok(entries.into_outcome(Vec::new()))
    }

    /// Returns the record of `number`, if the actor may read it.
    fn readable(
        &self,
        number: PhoneNumber,
        stored: Option<Stored<NumberRecord>>,
        options: &Options,
        ctx: &Context<'_>,
    ) -> NumberOutcome {
        let stored = stored.filter(|stored| stored.state() != State::Deleted);
        let stored = stored.ok_or(InventoryError::NotFound(number))?;
        if stored.state() != State::Available {
            self.services.check_visible(&stored, options)?;
        }
        // A number that the actor may not read appears absent.
        stored.check_readable(ctx).map_err(|refusal| match refusal {
            Refusal::Forbidden(_) => InventoryError::NotFound(number),
            refusal => refusal.into(),
        })?;
        Ok(Arc::clone(stored.shared()))
    }

    /// Returns up to `limit` numbers of an account that match `query`, in ascending order, starting
    /// after `after`.
    ///
    /// The account is the owner in `query`, or else the account of `options`. Without either, the system
    /// lists the numbers of all accounts. Deleted numbers are omitted unless `query` has states. A page ends
    /// early at the [deadline](Options::with_deadline); then it has a `next`.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::store::{MemoryStore, Query};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    ///
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let page = inventory.list(&Query::default(), None, 50, &Options::new(shop))?;
    /// assert_eq!((page.items.len(), page.next), (1, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refused`](InventoryError::Refused) if the actor may not manage the account.
    /// - [`Store`](InventoryError::Store) if the store fails.
    pub fn list(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
        options: &Options,
    ) -> Result<Page<NumberRecord, PhoneNumber>, InventoryError> {
        if query.owner.is_some_and(|owner| !self.services.is_visible(Some(owner), options)) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let options = query.owner.map_or(*options, |owner| options.with_account(owner));
        self.services.check_can_manage(&options)?;
        let mut query = query.clone();
        query.owner = options.account.or(options.actor.account());
        if query.states == StateSet::default() {
            query.states = State::ALL.into_iter().filter(|state| *state != State::Deleted).collect();
        }
        let mut found = Page { items: Vec::new(), next: after };
        loop {
            let wanted = (limit - found.items.len()).min(PAGE_SIZE);
            let page = self.services.store.scan(&query, found.next, wanted)?;
            found.next = page.next;
            found.items.extend(page.items);
            let Some(next) = found.next.filter(|_| found.items.len() < limit) else { return Ok(found) };
            if options.check_deadline(next).is_err() {
                return Ok(found);
            }
        }
    }

    /// Returns the count of the numbers of the [accounts below](crate::account::Accounts::accounts_below)
    /// `account`, up to `max`; the numbers of up to 1,000 accounts are read. Deleted numbers and those of
    /// `account` itself are not counted. Counting ends early at the [deadline](Options::with_deadline).
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let [master, shop] = ["master".parse()?, "shop".parse()?];
    /// # let accounts = AccountTree::new([Account::new(master), Account::new(shop).with_parent(master)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900", "+14158867901"], &Create::default(), &options)?;
    /// assert_eq!(inventory.count_below(master, 1_000, &Options::new(master))?, 2);
    /// assert_eq!(inventory.count_below(master, 1, &Options::new(master))?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refused`](InventoryError::Refused) if the actor may not manage `account`.
    /// - [`Store`](InventoryError::Store) if the store fails.
    #[doc(alias = "cascade_quantity")]
    pub fn count_below(
        &self,
        account: AccountId,
        max: usize,
        options: &Options,
    ) -> Result<usize, InventoryError> {
        /// The maximum number of accounts whose numbers are counted: each needs a call to the store.
        const MAX_OWNERS: usize = 1_000;
        self.services.check_can_manage(&options.with_account(account))?;
        let mut count = 0;
        for owner in self.services.accounts.accounts_below(account).into_iter().flatten().take(MAX_OWNERS) {
            let states = StateSet::ALL.without(State::Deleted);
            let query = Query::default().with_owner(owner).with_states(states);
            let mut after = None;
            loop {
                let page = self.services.store.scan(&query, after, (max - count).min(PAGE_SIZE))?;
                count += page.items.len();
                after = page.next;
                let is_late = options.deadline.is_some_and(|deadline| deadline <= Instant::now());
                if count >= max || is_late {
                    return Ok(count);
                }
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(count)
    }

    /// Returns the classifiers with the dial plan of the account of `options`.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let classifiers = inventory.classifiers_of(&Options::new(Actor::System));
    /// assert_eq!(classifiers.classify("415-886-7900").unwrap().rule().name(), "did_us");
    /// ```
    #[must_use]
    pub fn classifiers_of(&self, options: &Options) -> Cow<'_, Classifiers> {
        let classifiers = &self.services.classifiers;
        match self.services.normalizer_of(options.account) {
            None => Cow::Borrowed(classifiers),
            Some(normalizer) => Cow::Owned(classifiers.clone().with_normalizer(normalizer)),
        }
    }

    /// Returns the locality of each of `numbers`; `None` if it is not known, or if the input is a text
    /// that is not a phone number.
    ///
    /// With the feature `geo` the country, the city and the description of the prefix of every valid number
    /// are known. The configured [lookup](super::InventoryBuilder::localities) overrides them field by field.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::locality::LocalityTable;
    /// use telnum::store::MemoryStore;
    ///
    /// let table = LocalityTable::from_tsv("+1415\tUS\tCA\tSan Francisco\n")?;
    /// let inventory = Inventory::builder(MemoryStore::new()).localities(table).build();
    /// let found = inventory.locality(["415-886-7900"], &Options::new(Actor::System))?;
    /// assert_eq!(&*found["+14158867900"].as_ref().unwrap().as_ref().unwrap().locality, "San Francisco");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`TooMany`](InventoryError::TooMany) if `numbers` exceed the limit.
    /// - [`DeadlinePassed`](InventoryError::DeadlinePassed) if the deadline of `options` passes before the last
    ///   number.
    #[expect(clippy::type_complexity, reason = "a result for each number")]
    pub fn locality(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        options: &Options,
    ) -> Result<IndexMap<Box<str>, Result<Option<Locality>, LocalityError>>, InventoryError> {
        let entries = self.services.read(numbers, options)?;
        let locate = |entry: Entry| match entry.subject {
            Subject::Number(number) => {
                options.check_deadline(number)?;
                Ok((text_of(number), self.services.locate(number)))
            }
            Subject::Text(text) => Ok((text, Ok(None))),
        };
        entries.list.into_iter().map(locate).collect()
    }

    /// Returns the prefixes of the numbers of `city` in `country`, an ISO 3166-1 alpha-2 code, in ascending
    /// order. No prefix in the result starts with another one.
    ///
    /// ```
    /// use telnum::inventory::Inventory;
    /// use telnum::locality::LocalityTable;
    /// use telnum::store::MemoryStore;
    ///
    /// let table = LocalityTable::from_tsv("+1415\tUS\tCA\tSan Francisco\n")?;
    /// let inventory = Inventory::builder(MemoryStore::new()).localities(table).build();
    /// assert_eq!(inventory.prefixes("US", "San Francisco"), ["+1415".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
        self.services.prefixes(country, city)
    }

    /// Returns the carriers that the account of `options` may use, and the states that it may create numbers
    /// in.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let info = inventory.carriers_info(&Options::new(Actor::System))?;
    /// assert_eq!(info.usable_carriers, ["local".parse()?]);
    /// assert_eq!((info.max_prefix_length, info.usable_creation_states.len()), (10, 5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refused`](InventoryError::Refused) if the actor may not manage the account.
    pub fn carriers_info(&self, options: &Options) -> Result<CarriersInfo, InventoryError> {
        self.services.check_can_manage(options)?;
        let carriers = self.services.usable_carriers(options.account);
        let longest = carriers.iter().map(|carrier| carrier.info().max_prefix_length).max();
        Ok(CarriersInfo {
            max_prefix_length: longest.unwrap_or(0),
            usable_carriers: carriers.iter().map(|carrier| carrier.name()).collect(),
            usable_creation_states: Creation::states(&self.services.context(options)),
        })
    }
}
