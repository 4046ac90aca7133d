//! What is done with numbers.

use serde_json::{Map, Value};

use super::engine::{Work, is_gone};
use super::{Error, Inventory, Options, Outcome};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::{Context, Creation, Document, NumberRecord, Refusal, Update};

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
pub trait Apps {
    /// The application that answers it.
    fn app(&self, number: PhoneNumber) -> Option<Box<str>>;
}

impl<F: Fn(PhoneNumber) -> Option<Box<str>>> Apps for F {
    fn app(&self, number: PhoneNumber) -> Option<Box<str>> {
        self(number)
    }
}

/// Who knows which numbers are being ported in.
pub trait Porting: Send + Sync {
    /// Whether a number is on an active port request; where that is not known, it is as good as one
    /// that is.
    fn is_porting(&self, number: PhoneNumber) -> bool;

    /// The account that ports a number in.
    fn account(&self, number: PhoneNumber) -> Option<AccountId>;
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

/// A number that has to be there.
fn there(number: PhoneNumber, record: Option<&NumberRecord>) -> Result<&NumberRecord, Error> {
    // What is deleted is there no longer.
    record.filter(|record| record.state() != State::Deleted).ok_or(Error::NotFound(number))
}

impl Inventory {
    /// Creates numbers for the account.
    ///
    /// # Errors
    /// If nothing could be done at all; [`Outcome::failed`] says what could not be done of each.
    pub fn create<I>(&self, numbers: I, create: &Create, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let porting = self.parts.porting.clone();
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            let creation = Creation {
                assign_to: options.account,
                state: create.state,
                carrier: create.carrier,
                carrier_data: create.carrier_data.clone(),
                ported_in: create.ported_in,
                // Where that is not known, none is created that might be.
                is_porting: record.is_none_or(is_gone)
                    && porting.as_ref().is_some_and(|it| it.is_porting(number)),
                document: create.document.clone(),
            };
            Ok(match record {
                None => NumberRecord::create(number, creation, ctx)?,
                // What is left of a number that is deleted is no number.
                Some(record) if is_gone(record) => NumberRecord::create(number, creation, ctx)?,
                Some(record) => record.create_again(creation, ctx)?,
            })
        };
        let name = format_args!("create {create:?}");
        self.run(numbers, options, &Work { name, decide: &decide, discovers: false })
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
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            let record = there(number, record)?;
            known.ok_or(Refusal::AssignFailure(account))?;
            Ok(record.change_state_with(to, account, document.clone(), ctx)?)
        };
        let name = format_args!("assign {to} {document:?}");
        let work = Work { name, decide: &decide, discovers: known.is_some() };
        self.run_while(numbers, options, &work, may_change)
    }

    /// Takes numbers to another state by the lifecycle's table.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn change_state<I>(&self, numbers: I, to: State, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let account: Option<AccountId> = options.account;
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            Ok(there(number, record)?.change_state(to, account, ctx)?)
        };
        let name = format_args!("change_state {to}");
        self.run(numbers, options, &Work { name, decide: &decide, discovers: false })
    }

    /// Gives numbers back: to those that they were reserved for before, or to the system.
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
        self.run(numbers, options, &Work { name: format_args!("release"), decide: &decide, discovers: false })
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
            Ok(there(number, record)?.delete(ctx)?)
        };
        self.run(numbers, options, &Work { name: format_args!("delete"), decide: &decide, discovers: false })
    }

    /// Changes what numbers carry.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn update<I>(&self, numbers: I, update: &Update, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            Ok(there(number, record)?.update(update.clone(), ctx)?)
        };
        let name = format_args!("update {update:?}");
        self.run(numbers, options, &Work { name, decide: &decide, discovers: false })
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
    pub fn fix<I>(&self, numbers: I, apps: Option<&dyn Apps>, options: &Options) -> Result<Outcome, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let decide = |number: PhoneNumber, record: Option<&NumberRecord>, ctx: &Context<'_>| {
            let record = there(number, record)?;
            match apps {
                Some(apps) => Ok(record.fix(apps.app(number).as_deref(), ctx)?),
                None => Ok(record.fix(record.used_by(), ctx)?),
            }
        };
        self.run(numbers, options, &Work { name: format_args!("fix"), decide: &decide, discovers: false })
    }
}
