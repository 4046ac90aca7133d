//! What is known of numbers.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

use super::asked::{Slot, What};
use super::outcome::name;
use super::{Error, Inventory, Options, Outcome};
use crate::account::AccountId;
use crate::classify::Classifiers;
use crate::lifecycle::State;
use crate::locality::{Locality, LocalityError};
use crate::names::CarrierName;
use crate::number::{PhoneNumber, Prefix};
use crate::record::{Creation, NumberRecord, Refusal};
use crate::store::{Page, Query, StateSet};

/// What an account may do with carriers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CarriersInfo {
    /// By how many digits of a national number it can search at most.
    pub maximal_prefix_length: u8,
    /// The carriers it may use.
    pub usable_carriers: Vec<CarrierName>,
    /// The states it may create numbers in.
    pub usable_creation_states: Vec<State>,
}

impl Inventory {
    /// The records of numbers. Anyone may read what is available; what is not, those with power over
    /// its owner.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let outcome = inventory.get(["(415) 886-7900", "+14158867901"], &options)?;
    /// assert_eq!((outcome.succeeded.len(), outcome.failed["+14158867901"].body().code), (1, 404));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn get<I>(&self, numbers: I, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let mut asked = self.read(numbers, options)?;
        let ctx = self.context(options);
        asked.try_answer_rest(|number| {
            let stored = match self.parts.store.get(number) {
                Ok(stored) => stored.filter(|stored| stored.state() != State::Deleted),
                Err(error) => return Ok(Err(error.into())),
            };
            Ok(stored.ok_or(Error::NotFound(number)).and_then(|stored| {
                if stored.state() != State::Available {
                    self.check_confined(&stored, options)?;
                }
                stored.check_readable(&ctx)?;
                Ok(Arc::clone(stored.shared()))
            }))
        })?;
        Ok(asked.into_outcome(Vec::new()))
    }

    /// The numbers of an account, in order: those that a query is about, after another, at most so
    /// many. The account is the query's owner, else that of the options; without either the system
    /// sees all. Deleted numbers are left out, unless the query names states.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # use telnum::store::Query;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let page = inventory.list(&Query::default(), None, 50, &Options::new(shop))?;
    /// assert_eq!((page.items.len(), page.next), (1, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the actor has no power over the account, or the store fails.
    pub fn list(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
        options: &Options,
    ) -> Result<Page<NumberRecord, PhoneNumber>, Error> {
        if query.owner.is_some_and(|owner| !self.reaches(Some(owner), options)) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let options = query.owner.map_or(*options, |owner| options.with_account(owner));
        self.check_power(&options)?;
        let mut query = Query { owner: options.account.or(options.actor.account()), ..query.clone() };
        if query.states == StateSet::default() {
            query.states = State::ALL.into_iter().filter(|state| *state != State::Deleted).collect();
        }
        Ok(self.parts.store.scan(&query, after, limit)?)
    }

    /// The classifiers for what the account's users dial.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use telnum::account::Actor;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(Arc::new(MemoryStore::new())).build();
    /// let classifiers = inventory.classifiers_of(&Options::new(Actor::System));
    /// assert_eq!(classifiers.classify("415-886-7900").unwrap().rule().name(), "did_us");
    /// ```
    #[must_use]
    pub fn classifiers_of(&self, options: &Options) -> Cow<'_, Classifiers> {
        match self.own_normalizer(options.account) {
            None => Cow::Borrowed(&self.parts.classifiers),
            Some(normalizer) => Cow::Owned(self.parts.classifiers.clone().with_normalizer(normalizer)),
        }
    }

    /// Where numbers are.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    #[expect(clippy::type_complexity, reason = "an answer for each number")]
    pub fn locality<I>(
        &self,
        numbers: I,
        options: &Options,
    ) -> Result<IndexMap<Box<str>, Result<Option<Locality>, LocalityError>>, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let asked = self.read(numbers, options)?;
        let locate = |slot: Slot| match slot.what {
            What::Number(number) => (name(number), self.parts.localities.locate(number)),
            What::Text(text) => (text, Ok(None)),
        };
        Ok(asked.slots.into_iter().map(locate).collect())
    }

    /// What the numbers of a city start with.
    #[must_use]
    pub fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
        self.parts.localities.prefixes(country, city)
    }

    /// What the account may do with carriers.
    ///
    /// # Errors
    /// If the actor has no power over the account.
    pub fn carriers_info(&self, options: &Options) -> Result<CarriersInfo, Error> {
        self.check_power(options)?;
        let carriers = self.usable_carriers(options.account);
        let longest = carriers.iter().map(|carrier| carrier.info().maximal_prefix_length).max();
        Ok(CarriersInfo {
            maximal_prefix_length: longest.unwrap_or(0),
            usable_carriers: carriers.iter().map(|carrier| carrier.name()).collect(),
            usable_creation_states: Creation::states(&self.context(options)),
        })
    }

    /// Whether a number is there for who is [confined](Options::confined).
    pub(super) fn check_confined(&self, record: &NumberRecord, options: &Options) -> Result<(), Error> {
        let is_there = self.reaches(record.owner(), options);
        if is_there { Ok(()) } else { Err(Error::NotFound(record.number())) }
    }

    /// Whether an owner's numbers are there for who is confined to an account.
    pub(super) fn reaches(&self, owner: Option<AccountId>, options: &Options) -> bool {
        let is_within = |account| {
            owner.is_some_and(|it| it == account || self.parts.accounts.is_self_or_above(account, it))
        };
        options.account.filter(|_| options.confined).is_none_or(is_within)
    }

    /// Whether the actor has power over the account that is asked about.
    pub(super) fn check_power(&self, options: &Options) -> Result<(), Error> {
        let whose = options.account.or(options.actor.account());
        let has_power = match whose {
            Some(account) => self.parts.accounts.can_manage(options.actor, account),
            None => self.parts.accounts.is_admin(options.actor),
        };
        if has_power { Ok(()) } else { Err(Refusal::Forbidden(options.actor).into()) }
    }
}
