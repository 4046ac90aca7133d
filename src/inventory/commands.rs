//! What is done with numbers.

use serde_json::{Map, Value, json};

use super::engine::{Work, is_gone};
use super::receipt::{print_of_create, print_of_update};
use super::{Error, Inventory, Options, Outcome};
use crate::account::AccountId;
use crate::carrier::is_for;
use crate::lifecycle::State;
use crate::names::CarrierName;
use crate::number::{Buffer, PhoneNumber};
use crate::record::{Context, Creation, Decision, Document, NumberRecord, Refusal, Update};
use crate::store::StoreError;
use crate::time::Timestamp;

/// How numbers are to be created.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Create {
    /// The state they are to be in; in service if nothing is said.
    pub state: Option<State>,
    /// Their carrier, if not the policy's.
    pub carrier: Option<CarrierName>,
    /// What the carrier wants to be told of them.
    pub carrier_data: Option<Value>,
    /// Whether they came from another carrier.
    pub ported_in: bool,
    /// Their public document.
    pub document: Map<String, Value>,
}

/// Who knows which application really answers a number.
pub trait AppDirectory {
    /// The application that answers it.
    fn app(&self, number: PhoneNumber) -> Option<Box<str>>;
}

impl<F: Fn(PhoneNumber) -> Option<Box<str>>> AppDirectory for F {
    fn app(&self, number: PhoneNumber) -> Option<Box<str>> {
        self(number)
    }
}

/// Who knows which numbers are being ported in.
pub trait Porting: Send + Sync {
    /// The account that ports a number in, if it is on an active port request.
    ///
    /// # Errors
    /// If that can not be known now.
    fn account(&self, number: PhoneNumber) -> Result<Option<AccountId>, StoreError>;
}

/// How numbers are to be assigned to an account.
pub(crate) struct Assignment<'a> {
    /// The state they are to be in.
    pub(crate) to: State,
    /// What is to be different in their documents.
    pub(crate) document: Map<String, Value>,
    /// Who is asked for each whether one more may be assigned now.
    pub(crate) may_change: Option<&'a dyn Fn() -> bool>,
}

impl Assignment<'_> {
    fn to(state: State) -> Self {
        Self { to: state, document: Map::new(), may_change: None }
    }
}

impl Create {
    fn creation(self, assign_to: Option<AccountId>) -> Creation {
        let Self { state, carrier, carrier_data, ported_in, document } = self;
        Creation { assign_to, state, carrier, carrier_data, ported_in, is_porting: false, document }
    }
}

/// A number that has to be there.
fn there(number: PhoneNumber, record: Option<&NumberRecord>) -> Result<&NumberRecord, Error> {
    // What is deleted is there no longer.
    record.filter(|record| record.state() != State::Deleted).ok_or(Error::NotFound(number))
}

impl Inventory {
    /// Creates numbers for the account.
    ///
    /// A number that is not there has to be one that the normalizer's
    /// [`is_reconcilable`](crate::normalize::Normalizer::is_reconcilable) takes, and on no active port
    /// request: what is can be created by an admin, or for the request's own account, as ported in.
    ///
    /// # Errors
    /// If nothing could be done at all; [`Outcome::failed`] says what could not be done of each.
    pub fn create<I>(&self, numbers: I, create: &Create, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let account = options.account;
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            // What is left of a number that is deleted is no number.
            let Some(record) = record.filter(|record| !is_gone(record)) else {
                return self.create_new(number, create.clone(), account, ctx);
            };
            self.check_pool(record, account, ctx)?;
            Ok(record.create_again(create.clone().creation(account), ctx)?)
        };
        let name = &|_: &[PhoneNumber]| print_of_create(create);
        self.run(numbers, options, &Work { name, decide: &decide, discovers: false, costs: true })
    }

    /// Begins to port numbers in for the account.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn port<I>(&self, numbers: I, create: &Create, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        self.create(numbers, &Create { state: Some(State::PortIn), ..create.clone() }, options)
    }

    /// Reserves numbers for the account. What is not there is looked for at the carriers.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # use telnum::lifecycle::State;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// // What is tried is not stored.
    /// let free = ["+14158867901"];
    /// let create = Create { state: Some(State::Available), ..Create::default() };
    /// inventory.create(free, &create, &options)?;
    /// let tried = inventory.reserve(free, &options.with_dry_run(true))?.single()?;
    /// assert_eq!(tried.state(), State::Reserved);
    /// assert_eq!(inventory.get(free, &options)?.single()?.state(), State::Available);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn reserve<I>(&self, numbers: I, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        self.assign(numbers, Assignment::to(State::Reserved), options)
    }

    /// Puts numbers in service for the account. What is not there is looked for at the carriers.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn activate<I>(&self, numbers: I, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        self.assign(numbers, Assignment::to(State::InService), options)
    }

    /// Assigns numbers to the account, and changes their documents with that.
    pub(crate) fn assign<I>(
        &self,
        numbers: I,
        assignment: Assignment<'_>,
        options: &Options,
    ) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let Assignment { to, document, may_change } = assignment;
        let account = options.account;
        let known = account.filter(|id| self.parts.accounts.account(*id).is_some());
        let power = self.check_power(options);
        let has_power = power.is_ok();
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            if known.is_some() {
                power.clone()?;
            }
            // What was only seen at a carrier is not the system's either.
            if record.is_none_or(|record| is_gone(record) || record.state() == State::Discovery) {
                self.check_new(number)?;
            }
            let record = there(number, record)?;
            known.ok_or(Refusal::AssignFailure(account))?;
            self.check_pool(record, account, ctx)?;
            Ok(record.change_state_with(to, account, document.clone(), ctx)?)
        };
        let discovers = known.is_some() && has_power;
        let name = &|_: &[PhoneNumber]| json!({"assign": to, "document": document});
        self.run_while(numbers, options, &Work { name, decide: &decide, discovers, costs: true }, may_change)
    }

    /// A number of a pool is for its account and those that this sells to; and for whom an admin says.
    fn check_pool(
        &self,
        record: &NumberRecord,
        account: Option<AccountId>,
        ctx: &Context<'_>,
    ) -> Result<(), Refusal> {
        let is_free = record.owner().is_some()
            || is_for(record, account, None)
            || is_for(record, None, self.reseller(account))
            || ctx.accounts.is_admin(ctx.actor);
        if is_free { Ok(()) } else { Err(Refusal::Forbidden(ctx.actor)) }
    }

    /// Creates a number that is not there.
    pub(super) fn create_new(
        &self,
        number: PhoneNumber,
        create: Create,
        account: Option<AccountId>,
        ctx: &Context<'_>,
    ) -> Result<Decision, Error> {
        self.check_reconcilable(number)?;
        let is_ported_in = create.ported_in;
        let decision = NumberRecord::create(number, create.creation(account), ctx)?;
        if let Some(whose) = self.porting_account(number)? {
            let is_its = account == Some(whose);
            if !(is_ported_in && (ctx.accounts.is_admin(ctx.actor) || is_its)) {
                return Err(Refusal::NumberIsPorting(number).into());
            }
        }
        Ok(decision)
    }

    /// Whether a number that is not there may be bought: not if somebody ports it in. Where that is
    /// not known, none is that might be.
    pub(super) fn check_new(&self, number: PhoneNumber) -> Result<(), Error> {
        self.check_reconcilable(number)?;
        match self.porting_account(number)? {
            Some(_) => Err(Refusal::NumberIsPorting(number).into()),
            None => Ok(()),
        }
    }

    /// The account that ports a number in.
    pub(super) fn porting_account(&self, number: PhoneNumber) -> Result<Option<AccountId>, Error> {
        Ok(self.parts.porting.account(number)?)
    }

    fn check_reconcilable(&self, number: PhoneNumber) -> Result<(), Error> {
        let mut buffer = Buffer::new();
        let text = number.encode(&mut buffer);
        let is_one = self.parts.normalizer.is_reconcilable(text);
        if is_one { Ok(()) } else { Err(Error::NotReconcilable(text.into())) }
    }

    /// Takes numbers to another state by the lifecycle's table.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn change_state<I>(&self, numbers: I, to: State, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let (account, power) = (options.account, self.check_power(options));
        let decide = |record: &NumberRecord, ctx: &Context<'_>| {
            power.clone()?;
            self.check_pool(record, account, ctx)?;
            Ok(record.change_state(to, account, ctx)?)
        };
        self.change(&|_| json!({"change_state": to}), numbers, options, &decide)
    }

    /// Changes numbers that are there.
    fn change<I>(
        &self,
        name: &dyn Fn(&[PhoneNumber]) -> Value,
        numbers: I,
        options: &Options,
        decide: &dyn Fn(&NumberRecord, &Context<'_>) -> Result<Decision, Error>,
    ) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            decide(there(number, record)?, ctx)
        };
        self.run(numbers, options, &Work { name, decide: &decide, discovers: false, costs: true })
    }

    /// Makes reservations that end last longer: until then, as far as the policy lets them.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use chrono::TimeDelta;
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::lifecycle::State;
    /// use telnum::policy::{Policy, LeaseTerms};
    /// use telnum::store::MemoryStore;
    ///
    /// let shop = "shop".parse()?;
    /// let quarter = LeaseTerms::new(15 * 60).with_longest_seconds(2 * 60 * 60);
    /// let inventory = Inventory::builder(Arc::new(MemoryStore::new()))
    ///     .accounts(AccountTree::new([Account::new(shop)])?)
    ///     .policy(Policy::default().with_reservation(quarter))
    ///     .build();
    /// let options = Options::new(Actor::System).with_account(shop);
    /// let create = Create { state: Some(State::Reserved), ..Create::default() };
    /// inventory.create(["+14158867900"], &create, &options)?;
    ///
    /// let until = inventory.now().after(TimeDelta::minutes(30));
    /// let longer = inventory.extend_lease(["+14158867900"], until, &Options::new(shop))?.single()?;
    /// assert_eq!(longer.lease().unwrap().until, until);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn extend_lease<I>(&self, numbers: I, until: Timestamp, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let decide = |record: &NumberRecord, ctx: &Context<'_>| Ok(record.extend_lease(until, ctx)?);
        self.change(&|_| json!({"extend_lease": until}), numbers, options, &decide)
    }

    /// Gives numbers back: to those that they were reserved for before, or to the system. That costs
    /// nobody anything.
    ///
    /// Who carries a number is told if it becomes the system's: a carrier that is not installed is not
    /// there to be told, and the number stays as it is; an admin can give it another, or delete it.
    ///
    /// By the policy a number may become available. Then the system keeps it, although its carrier was
    /// told to take it back: the next account gets it as it is, and nobody buys it again. Where carriers
    /// sell to others what they took back, the policy has to delete on release.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # use telnum::lifecycle::State;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let released = inventory.release(["+14158867900"], &options)?.single()?;
    /// // Nobody else has reserved it, and it is the system's own: it is gone.
    /// assert_eq!((released.state(), released.owner()), (State::Deleted, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn release<I>(&self, numbers: I, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            Ok(there(number, record)?.release(ctx)?)
        };
        let name = &|_: &[PhoneNumber]| json!("release");
        self.run(numbers, options, &Work { name, decide: &decide, discovers: false, costs: false })
    }

    /// Deletes numbers: for admins. Their carriers are not told.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn delete<I>(&self, numbers: I, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            // Others are not told which numbers are there.
            if !ctx.accounts.is_admin(ctx.actor) {
                return Err(Refusal::Forbidden(ctx.actor).into());
            }
            Ok(there(number, record)?.delete(ctx)?)
        };
        let name = &|_: &[PhoneNumber]| json!("delete");
        self.run(numbers, options, &Work { name, decide: &decide, discovers: false, costs: false })
    }

    /// Changes what numbers carry.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn update<I>(&self, numbers: I, update: &Update, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let decide = |record: &NumberRecord, ctx: &Context<'_>| Ok(record.update(update.clone(), ctx)?);
        self.change(&|_| print_of_update(update), numbers, options, &decide)
    }

    /// Puts public documents in the place of those that numbers have.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn replace<I>(
        &self,
        numbers: I,
        document: Map<String, Value>,
        options: &Options,
    ) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let update = Update { document: Some(Document::Replace(document)), ..Update::default() };
        self.update(numbers, &update, options)
    }

    /// Changes parts of the public documents of numbers, as RFC 7396 has it.
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
    /// let patch = serde_json::json!({"note": "front desk"});
    /// let patched = inventory.patch(["+14158867900"], patch.as_object().unwrap().clone(), &options)?.single()?;
    /// assert_eq!(patched.custom().unwrap()["note"], "front desk");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn patch<I>(
        &self,
        numbers: I,
        document: Map<String, Value>,
        options: &Options,
    ) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let update = Update { document: Some(Document::Merge(document)), ..Update::default() };
        self.update(numbers, &update, options)
    }

    /// Says which application answers numbers, or that none does.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn assign_to_app<I>(&self, numbers: I, app: Option<&str>, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let update = Update { used_by: Some(app.map(Into::into)), ..Update::default() };
        self.update(numbers, &update, options)
    }

    /// Puts numbers right that are not as they should be: the application that answers each is the one
    /// that is given, and what it may not carry is taken off. Where nobody knows applications, numbers
    /// keep theirs.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::number::PhoneNumber;
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// inventory.assign_to_app(["+14158867900"], Some("fax"), &options)?;
    ///
    /// let apps = |_: PhoneNumber| Some("callflow".into());
    /// let fixed = inventory.fix(["+14158867900"], Some(&apps), &options)?;
    /// assert_eq!(fixed.single()?.used_by(), Some("callflow"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn fix<I>(
        &self,
        numbers: I,
        apps: Option<&dyn AppDirectory>,
        options: &Options,
    ) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let decide = |record: &NumberRecord, ctx: &Context<'_>| {
            Ok(match apps {
                Some(apps) => record.fix(apps.app(record.number()).as_deref(), ctx)?,
                None => record.fix(record.used_by(), ctx)?,
            })
        };
        let apps_of = |numbers: &[PhoneNumber]| {
            apps.map(|apps| numbers.iter().map(|number| apps.app(*number)).collect::<Vec<_>>())
        };
        self.change(&|numbers| json!({"fix": apps_of(numbers)}), numbers, options, &decide)
    }
}
