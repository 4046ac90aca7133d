//! The services that an inventory uses, and checks of visibility and permissions.

use std::collections::HashMap;
use std::sync::Arc;

use super::billing::Billing;
use super::error::InventoryError;
use super::limits::InventoryLimits;
use super::lookup::{ActivePort, PortingLookup};
use super::options::Options;
use super::recent::RecentSearches;
use super::resume::Resume;
use super::sweep::SweepStart;
use crate::account::{AccountId, Accounts, Actor};
use crate::carrier::{Carrier, CarrierInfo};
use crate::classify::Classifiers;
use crate::idempotency::IdempotencyKey;
use crate::lifecycle::State;
use crate::locality::{Locality, LocalityError, LocalityLookup, merge_prefixes};
use crate::names::CarrierName;
use crate::normalize::{Converters, Normalizer};
use crate::number::{Buffer, PhoneNumber, Prefix};
use crate::policy::Policy;
use crate::porting::PortRequest;
use crate::provider::{CnamProvider, E911Provider};
use crate::record::{Context, NumberRecord, RateCenter, Refusal};
use crate::store::{Guard, Query, Store, StoreError, Stored};
use crate::time::Timestamp;

/// The services that an inventory uses.
pub(super) struct Services {
    pub(super) store: Arc<dyn Store>,
    pub(super) accounts: Arc<dyn Accounts>,
    pub(super) normalizer: Normalizer,
    pub(super) classifiers: Classifiers,
    pub(super) carriers: Vec<Arc<dyn Carrier>>,
    /// Whether a carrier with the name [`CarrierName::LOCAL`] sells the numbers of the store.
    pub(super) has_own_stock: bool,
    pub(super) billing: Arc<dyn Billing>,
    pub(super) localities: Arc<dyn LocalityLookup>,
    pub(super) places: Arc<dyn LocalityLookup>,
    pub(super) e911: Arc<dyn E911Provider>,
    pub(super) cnam: Arc<dyn CnamProvider>,
    pub(super) porting: Arc<dyn PortingLookup>,
    /// Whether the port requests are in the store, so that the guards of a commit verify them.
    pub(super) has_stored_ports: bool,
    pub(super) policy: Policy,
    pub(super) limits: InventoryLimits,
    pub(super) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(super) keys: Arc<dyn Fn() -> IdempotencyKey + Send + Sync>,
    pub(super) searches: RecentSearches,
    /// The last claim that a recovery began before it was stopped.
    pub(super) resume_recovery: Resume<Option<PhoneNumber>>,
    pub(super) resume_sweep: Resume<SweepStart>,
}

/// The maximum number of records to read, or numbers to look up, in one call.
const MAX_READ: usize = 1_000;

impl Services {
    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Returns a new idempotency key.
    pub(super) fn new_key(&self) -> IdempotencyKey {
        (self.keys)()
    }

    /// Returns the locality of `number`. Fields that the configured lookup leaves empty are filled from the
    /// source of [places](super::InventoryBuilder::places).
    pub(super) fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
        let (found, unanswered) = match self.localities.locate(number) {
            Ok(found) => (found, Ok(None)),
            Err(LocalityError::NotConfigured) => (None, Err(LocalityError::NotConfigured)),
            Err(error) => return Err(error),
        };
        match (found, self.places.locate(number)?) {
            (Some(found), Some(place)) => Ok(Some(found.or(place))),
            (None, None) => unanswered,
            (found, place) => Ok(found.or(place)),
        }
    }

    /// Returns the rate centre of `number`, if a lookup in memory knows it.
    pub(super) fn rate_center(&self, number: PhoneNumber) -> Option<RateCenter> {
        if !self.localities.is_in_memory() {
            return None;
        }
        let found = self.localities.locate(number).ok()??;
        let (name, lata) = (found.rate_centre?, found.lata.unwrap_or_default());
        Some(RateCenter { lata, name, state: found.province })
    }

    /// Returns the prefixes of a city that either source of localities knows, without those that start with
    /// another prefix.
    pub(super) fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
        let mut prefixes = self.localities.prefixes(country, city);
        prefixes.extend(self.places.prefixes(country, city));
        merge_prefixes(&mut prefixes);
        prefixes
    }

    /// Returns the context for the decisions of records in a call with `options`.
    pub(super) fn context(&self, options: &Options) -> Context<'_> {
        let mut ctx = Context::new(options.actor, &*self.accounts, &self.policy, self.now());
        ctx.mdn_run = options.mdn_run;
        ctx
    }

    /// Returns the records of `numbers`, in their order.
    pub(super) fn records(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError> {
        match numbers {
            [] => Ok(Vec::new()),
            [number] => Ok(vec![self.store.get(*number)?]),
            numbers => {
                let mut records = Vec::with_capacity(numbers.len());
                for numbers in numbers.chunks(MAX_READ) {
                    records.extend(self.store.get_many(numbers)?);
                }
                Ok(records)
            }
        }
    }

    /// Returns the installed carrier with `name`.
    pub(super) fn carrier(&self, name: CarrierName) -> Option<&dyn Carrier> {
        self.carriers.iter().map(|carrier| &**carrier).find(|carrier| carrier.name() == name)
    }

    /// Returns the carriers that `account` may use: those on its own list, or else those on its
    /// reseller's list, or else all.
    pub(super) fn usable_carriers(&self, account: Option<AccountId>) -> Vec<Arc<dyn Carrier>> {
        let account = account.and_then(|id| self.accounts.account(id));
        let reseller =
            account.as_ref().and_then(|account| account.reseller).and_then(|id| self.accounts.account(id));
        let mut lists = [account, reseller].into_iter().flatten();
        let list = lists.find_map(|account| account.carriers.clone());
        let is_usable = |carrier: CarrierName| list.as_ref().is_none_or(|list| list.contains(&carrier));
        self.carriers.iter().filter(|carrier| is_usable(carrier.name())).cloned().collect()
    }

    /// Returns the reseller of `account`.
    pub(super) fn reseller(&self, account: Option<AccountId>) -> Option<AccountId> {
        self.accounts.account(account?)?.reseller
    }

    /// Returns the dial plan of `account`, if it has one.
    pub(super) fn dial_plan(&self, account: Option<AccountId>) -> Option<Converters> {
        self.accounts.account(account?)?.dial_plan.clone()
    }

    /// Returns the normalizer with the dial plan of `account`, if it has one.
    pub(super) fn normalizer_of(&self, account: Option<AccountId>) -> Option<Normalizer> {
        let plan = self.dial_plan(account)?;
        Some(self.normalizer.clone().with_dial_plan(plan))
    }

    /// Checks that the actor is an admin, the account of the call, or an account above it.
    pub(super) fn check_can_manage(&self, options: &Options) -> Result<(), InventoryError> {
        self.accounts.check_actor(options.actor).map_err(Refusal::from)?;
        let can_manage = match options.account.or(options.actor.account()) {
            Some(account) => self.accounts.can_manage(options.actor, account),
            None => self.accounts.is_admin(options.actor),
        };
        if can_manage { Ok(()) } else { Err(Refusal::Forbidden(options.actor).into()) }
    }

    /// Returns the number of the account's placeholders: its numbers in [`State::PortIn`] that it has on no
    /// active port request. Counting stops at `max`, and after 100,000 numbers on active port requests, as if `max`
    /// were reached.
    pub(super) fn placeholder_count(&self, account: AccountId, max: usize) -> Result<usize, InventoryError> {
        /// The maximum number of numbers on active port requests that are read.
        const MAX_PORTING: usize = 100_000;
        let query = Query { owner: Some(account), ..Query::default() }.with_states([State::PortIn]);
        let (mut count, mut read, mut after) = (0, 0, None);
        loop {
            let page = self.store.scan(&query, after, MAX_READ)?;
            read += page.items.len();
            let numbers: Vec<_> = page.items.iter().map(|record| record.number()).collect();
            let porting = self.active_ports(&numbers);
            for number in numbers {
                count += usize::from(porting.account(number)? != Some(account));
            }
            match page.next {
                Some(_) if read - count > MAX_PORTING => return Ok(max),
                Some(next) if count < max => after = Some(next),
                Some(_) | None => return Ok(count),
            }
        }
    }

    /// Checks that the carrier that a change sets is installed, built in or named by the policy. A number of
    /// any other carrier could not be released.
    pub(super) fn check_carrier(
        &self,
        before: Option<&NumberRecord>,
        after: &NumberRecord,
    ) -> Result<(), InventoryError> {
        let name = after.carrier();
        let is_known = before.is_some_and(|before| before.carrier() == name)
            || self.carrier(name).is_some()
            || CarrierInfo::of(name).is_local
            || [self.policy.default_carrier, self.policy.port_in_carrier].contains(&name);
        if is_known { Ok(()) } else { Err(InventoryError::UnknownCarrier(name)) }
    }

    /// Checks that `record` is visible to the call, which may be [confined](Options::with_confined).
    pub(super) fn check_visible(
        &self,
        record: &NumberRecord,
        options: &Options,
    ) -> Result<(), InventoryError> {
        let is_visible = self.is_visible(record.owner(), options);
        if is_visible { Ok(()) } else { Err(InventoryError::NotFound(record.number())) }
    }

    /// Returns whether the numbers of `owner` are visible to the call, which may be
    /// [confined](Options::with_confined).
    pub(super) fn is_visible(&self, owner: Option<AccountId>, options: &Options) -> bool {
        let is_in_subtree = |account| {
            owner.is_some_and(|owner| owner == account || self.accounts.is_self_or_above(account, owner))
        };
        options.account.filter(|_| options.confined).is_none_or(is_in_subtree)
    }

    /// Looks up the active port requests of `numbers`.
    pub(super) fn active_ports(&self, numbers: &[PhoneNumber]) -> ActivePorts {
        let mut ports = HashMap::new();
        for numbers in numbers.chunks(MAX_READ) {
            match self.porting.ports(numbers) {
                Ok(found) => {
                    let found = numbers.iter().zip(found);
                    ports.extend(found.filter_map(|(number, port)| Some((*number, port?))));
                }
                Err(error) => return ActivePorts(Err(error.into())),
            }
        }
        ActivePorts(Ok(ports))
    }

    /// Checks that a number that is not stored may be bought: it is reconcilable, and no account is
    /// porting it in.
    pub(super) fn check_new(&self, number: PhoneNumber, porting: &ActivePorts) -> Result<(), InventoryError> {
        check_reconcilable(&self.normalizer, number)?;
        porting.check_none(number)
    }
}

/// The active port requests of numbers, or the error of the lookup.
pub(super) struct ActivePorts(Result<HashMap<PhoneNumber, ActivePort>, InventoryError>);

impl ActivePorts {
    /// Returns the ports of numbers of which none is on an active port request, as far as is known.
    pub(super) fn none() -> Self {
        Self(Ok(HashMap::new()))
    }

    /// Returns whether the lookup found that none of its numbers is on an active port request.
    pub(super) fn is_none(&self) -> bool {
        self.0.as_ref().is_ok_and(HashMap::is_empty)
    }

    /// Returns the ports of the numbers of `request`, which is active. The guards of the commit verify them.
    pub(super) fn on(request: &PortRequest) -> Self {
        let port = ActivePort {
            account: request.account(),
            request: Some(request.id()),
            port_authority: request.port_authority(),
        };
        Self(Ok(request.active_numbers().map(|number| (number, port)).collect()))
    }

    /// Returns the account that ports `number` in, if there is one.
    pub(super) fn account(&self, number: PhoneNumber) -> Result<Option<AccountId>, InventoryError> {
        match &self.0 {
            Ok(ports) => Ok(ports.get(&number).map(|port| port.account)),
            Err(error) => Err(error.clone()),
        }
    }

    /// Returns whether `actor` is the port authority of the number's port request.
    pub(super) fn is_authority(&self, number: PhoneNumber, actor: Actor) -> bool {
        let port = self.0.as_ref().ok().and_then(|ports| ports.get(&number));
        let authority = port.and_then(|port| port.port_authority);
        authority.is_some() && authority == actor.account()
    }

    /// Returns the guard of a commit that adds `number`: the number is still on the port request that
    /// was found, or still on none.
    pub(super) fn guard(&self, number: PhoneNumber) -> Guard {
        let port = self.0.as_ref().ok().and_then(|ports| ports.get(&number));
        Guard::Port(number, port.and_then(|port| port.request))
    }

    /// Checks that no account ports `number` in.
    pub(super) fn check_none(&self, number: PhoneNumber) -> Result<(), InventoryError> {
        match self.account(number)? {
            Some(_) => Err(Refusal::NumberIsPorting(number).into()),
            None => Ok(()),
        }
    }
}

/// Checks that `normalizer` considers `number` reconcilable.
pub(super) fn check_reconcilable(normalizer: &Normalizer, number: PhoneNumber) -> Result<(), InventoryError> {
    let mut buffer = Buffer::new();
    let text = number.encode(&mut buffer);
    let is_reconcilable = normalizer.is_reconcilable(text);
    if is_reconcilable { Ok(()) } else { Err(InventoryError::NotReconcilable(text.into())) }
}

/// Returns whether `record` is the remaining record of a deleted number.
pub(super) fn is_gone(record: &NumberRecord) -> bool {
    record.state() == State::Deleted && record.pending().is_none()
}
