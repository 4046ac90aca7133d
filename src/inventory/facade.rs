use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::command::{Command, Create};
use super::error::InventoryError;
use super::execute::{MayChange, PortCompletion};
use super::input::NumberInput;
use super::lookup::AppLookup;
use super::options::Options;
use super::outcome::Outcome;
use super::services::Services;
use crate::account::{AccountId, Accounts, Actor};
use crate::carrier::is_in_pool_for;
use crate::classify::Classifiers;
use crate::idempotency::IdempotencyKey;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::policy::Policy;
use crate::record::{Document, Due, NumberRecord, Update};
use crate::store::Store;
use crate::time::Timestamp;

/// The use cases of a service's numbers. See the [module](super).
///
/// An inventory can be shared between threads and is cheap to clone. Its methods block during calls to
/// the store, to carriers and to providers.
#[derive(Clone)]
#[doc(alias("knm_ops", "knm_numbers"))]
pub struct Inventory {
    pub(super) services: Arc<Services>,
}

impl Inventory {
    /// Returns the store.
    ///
    /// ```
    /// use telnum::inventory::Inventory;
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// // The log of events is read from the store.
    /// assert!(inventory.store().events(0, 100)?.is_empty());
    /// # Ok::<(), telnum::store::StoreError>(())
    /// ```
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.services.store
    }

    /// Returns a new idempotency key.
    pub(crate) fn new_key(&self) -> IdempotencyKey {
        self.services.new_key()
    }

    /// Returns the number that `text` stands for, with the dial plan of `account`.
    #[cfg(feature = "http")]
    pub(crate) fn read_number(&self, text: &str, account: AccountId) -> Option<PhoneNumber> {
        let own = self.services.normalizer_of(Some(account));
        text.as_input().number(own.as_ref().unwrap_or(&self.services.normalizer))
    }

    /// Returns the accounts.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree};
    /// use telnum::inventory::Inventory;
    /// use telnum::store::MemoryStore;
    ///
    /// let accounts = AccountTree::new([Account::new("shop".parse()?)])?;
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// assert!(inventory.accounts().account("shop".parse()?).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accounts(&self) -> &dyn Accounts {
        &*self.services.accounts
    }

    /// Returns the operator's policy.
    ///
    /// ```
    /// use telnum::{inventory::Inventory, policy::Policy, store::MemoryStore};
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// assert_eq!(inventory.policy(), &Policy::default());
    /// ```
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.services.policy
    }

    /// Returns the classifiers, without the dial plan of an account.
    ///
    /// ```
    /// use telnum::{inventory::Inventory, store::MemoryStore};
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// assert!(inventory.classifiers().classify("911").unwrap().rule().is_emergency());
    /// ```
    #[must_use]
    pub fn classifiers(&self) -> &Classifiers {
        &self.services.classifiers
    }

    /// Returns the current time of the inventory's clock.
    ///
    /// ```
    /// use telnum::{Timestamp, inventory::Inventory, store::MemoryStore};
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).clock(|| Timestamp::MAX).build();
    /// assert_eq!(inventory.now(), Timestamp::MAX);
    /// ```
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.services.now()
    }

    /// Returns whether all changes are free.
    pub(crate) fn is_free(&self) -> bool {
        self.services.billing.is_free()
    }

    /// Creates `numbers` for the account of `options`.
    ///
    /// A number must be one that the normalizer
    /// [reconciles](crate::normalize::Normalizer::is_reconcilable). A number on an active port request
    /// can only be created as ported in, by an admin or for the request's account.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let shop = "shop".parse()?;
    /// let accounts = AccountTree::new([Account::new(shop)])?;
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let options = Options::new(Actor::System).with_account(shop);
    /// let created = inventory.create(["(415) 886-7900"], &Create::default(), &options)?.single()?;
    /// assert_eq!((created.number(), created.owner()), ("+14158867900".parse()?, Some(shop)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The call fails
    ///
    /// - with [`TooMany`](InventoryError::TooMany) if `numbers` exceed the
    ///   [limit](super::InventoryLimits::with_max_numbers);
    /// - with [`TooLarge`](InventoryError::TooLarge) if the size of the document, multiplied by the number of
    ///   `numbers`, exceeds the [limit](super::InventoryLimits::with_max_document_bytes);
    /// - with [`KeyReused`](InventoryError::KeyReused) if the key of `options` was used for another request;
    /// - with [`Store`](InventoryError::Store) if the receipt of the key cannot be read.
    ///
    /// All other errors concern one number and are in [`Outcome::failed`]. The other use cases fail in the same
    /// way.
    pub fn create(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        create: &Create,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.execute(numbers, &Command::Create(Cow::Borrowed(create)), options)
    }

    /// Creates the `numbers` of a port request in service. Returns whether the request was completed in the
    /// same commit.
    pub(crate) fn create_ported(
        &self,
        numbers: &[PhoneNumber],
        create: &Create,
        options: &Options,
        completion: PortCompletion<'_>,
    ) -> Result<(Outcome, bool), InventoryError> {
        let command = Command::Create(Cow::Borrowed(create));
        self.services.execute_call(numbers.iter().copied(), &command, options, None, Some(completion))
    }

    /// Returns whether the number of `record`, which has no owner, can be ported in for `account`: it has rested and
    /// is in no pool of other accounts, or `actor` is an admin.
    pub(crate) fn is_free_for(
        &self,
        record: &NumberRecord,
        account: Option<AccountId>,
        actor: Actor,
    ) -> bool {
        let services = &*self.services;
        let reseller = services.reseller(account);
        let ctx = services.context(&Options::new(actor));
        ctx.accounts.is_admin(actor)
            || record.check_rested(account, &ctx).is_ok() && is_in_pool_for(record, account, reseller)
    }

    /// Returns the record after the end of the reservation of `record`, if it is over and the number is free then,
    /// whether or not a sweep has ended it.
    pub(crate) fn after_reservation(&self, record: &NumberRecord) -> Option<NumberRecord> {
        let ctx = self.services.context(&Options::new(Actor::System));
        let is_over = record.due(ctx.policy, ctx.now) == Some(Due::EndReservation);
        let after = is_over.then(|| record.end_reservation(&ctx).record)?;
        matches!(after.state(), State::Available | State::Aging | State::Deleted).then_some(after)
    }

    /// Returns the time of the leases of tasks.
    pub(crate) fn lease_time(&self) -> Duration {
        self.services.limits.lease_time
    }

    /// Returns the maximum number of numbers in a call.
    pub(crate) fn max_numbers(&self) -> usize {
        self.services.limits.max_numbers
    }

    /// Creates `numbers`, which are being ported in, in state `port_in` for the account of `options`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::lifecycle::State;
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let options = Options::new(Actor::System).with_account(shop);
    /// let porting = inventory.port(["+14158867900"], &Create::default(), &options)?.single()?;
    /// assert_eq!(porting.state(), State::PortIn);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn port(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        create: &Create,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        let create = create.clone().with_state(State::PortIn);
        self.execute(numbers, &Command::Create(Cow::Owned(create)), options)
    }

    /// Reserves `numbers` for the account of `options`. Numbers that the inventory does not have are bought
    /// from the first carrier that sells them.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::lifecycle::State;
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867901"], &Create::default().with_state(State::Available), &options)?;
    /// // A dry run returns the record that would be stored.
    /// let dry_run = inventory.reserve(["+14158867901"], &options.with_dry_run(true))?.single()?;
    /// assert_eq!(dry_run.state(), State::Reserved);
    /// assert_eq!(inventory.get(["+14158867901"], &options)?.single()?.state(), State::Available);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn reserve(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.assign(numbers, State::Reserved, Map::new(), options, None)
    }

    /// Puts `numbers` in service for the account of `options`. Numbers that the inventory does not have are
    /// bought from the first carrier that sells them.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree};
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::store::MemoryStore;
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let (shop, number) = ("shop".parse()?, "+14158860000".parse()?);
    /// let inventory = Inventory::builder(MemoryStore::new())
    ///     .accounts(AccountTree::new([Account::new(shop)])?)
    ///     .carrier(ScriptedCarrier::new("telnyx".parse()?).with_block(number, 10))
    ///     .build();
    /// let bought = inventory.activate([number], &Options::new(shop))?.single()?;
    /// assert_eq!((bought.owner(), bought.carrier().as_str()), (Some(shop), "telnyx"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    #[doc(alias("move", "assign"))]
    #[doc(alias = "IncomingPhoneNumbers")]
    pub fn activate(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.assign(numbers, State::InService, Map::new(), options, None)
    }

    /// Assigns `numbers` to the account of `options` in state `to`, and merges `document` into their
    /// documents. `may_change` is called before each number is changed.
    pub(crate) fn assign(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        to: State,
        document: Map<String, Value>,
        options: &Options,
        may_change: Option<MayChange<'_>>,
    ) -> Result<Outcome, InventoryError> {
        let command = Command::Assign { to, document };
        self.services.execute(numbers, &command, options, may_change)
    }

    /// Changes the state of `numbers` to `to` according to the lifecycle's transition table.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::lifecycle::State;
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let porting = inventory.change_state(["+14158867900"], State::PortOut, &options)?.single()?;
    /// assert_eq!(porting.state(), State::PortOut);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn change_state(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        to: State,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.execute(numbers, &Command::ChangeState(to), options)
    }

    /// Extends the leases of reserved `numbers` to `until`, within the limit of the policy.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::lifecycle::State;
    /// use telnum::policy::{LeaseTerms, Policy};
    /// use telnum::store::MemoryStore;
    ///
    /// let shop = "shop".parse()?;
    /// let quarter = LeaseTerms::new(15 * 60).with_longest_seconds(2 * 60 * 60);
    /// let inventory = Inventory::builder(MemoryStore::new())
    ///     .accounts(AccountTree::new([Account::new(shop)])?)
    ///     .policy(Policy::default().with_reservation(quarter))
    ///     .build();
    /// let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default().with_state(State::Reserved), &options)?;
    ///
    /// let until = inventory.now().after(TimeDelta::minutes(30));
    /// let extended = inventory.extend_lease(["+14158867900"], until, &Options::new(shop))?.single()?;
    /// assert_eq!(extended.lease().unwrap().until, until);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn extend_lease(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        until: Timestamp,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.execute(numbers, &Command::ExtendLease(until), options)
    }

    /// Releases `numbers`, free of charge. Each returns to the account that reserved it before. Otherwise it
    /// loses its owner and enters the policy's released state; a number of the carrier `local` is deleted.
    ///
    /// The number stays bought at its carrier while it is in the stock. A number that leaves the stock is
    /// disconnected, which requires that its carrier is installed; if it is not, an admin can change the carrier,
    /// or delete the number. If the policy [requires it](crate::policy::Policy::with_disconnect_on_release), a
    /// number is disconnected immediately, and bought again for the next account.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::lifecycle::State;
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let released = inventory.release(["+14158867900"], &options)?.single()?;
    /// // No account has reserved the number before, and a number of the carrier `local` is deleted.
    /// assert_eq!((released.state(), released.owner()), (State::Deleted, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn release(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.execute(numbers, &Command::Release, options)
    }

    /// Deletes `numbers`, which only an admin may do. Installed carriers receive an order to disconnect them.
    ///
    /// ```
    /// # use telnum::account::Actor;
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::lifecycle::State;
    /// # use telnum::store::MemoryStore;
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let admin = Options::new(Actor::System);
    /// inventory.create(["+14158867900"], &Create::default().with_state(State::Available), &admin)?;
    /// assert_eq!(inventory.delete(["+14158867900"], &admin)?.single()?.state(), State::Deleted);
    /// assert!(!inventory.get(["+14158867900"], &admin)?.is_success());
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn delete(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.execute(numbers, &Command::Delete, options)
    }

    /// Applies `update` to `numbers`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::record::Update;
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let update = Update::default().with_carrier("managed".parse()?);
    /// let updated = inventory.update(["+14158867900"], &update, &options)?.single()?;
    /// assert_eq!(updated.carrier().as_str(), "managed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn update(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        update: &Update,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.execute(numbers, &Command::Update(Cow::Borrowed(update)), options)
    }

    /// Replaces the public documents of `numbers` by `document`. An E911 address stays unless `document`
    /// names `e911`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let document = serde_json::json!({"note": "front desk"}).as_object().unwrap().clone();
    /// let replaced = inventory.replace(["+14158867900"], document, &options)?.single()?;
    /// assert_eq!(replaced.custom().unwrap()["note"], "front desk");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn replace(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        document: Map<String, Value>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.update(numbers, &Update::default().with_document(Document::Replace(document)), options)
    }

    /// Merges `document` into the public documents of `numbers`, as a JSON Merge Patch (RFC 7396):
    /// `null` removes a field.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let patch = serde_json::json!({"note": "front desk"}).as_object().unwrap().clone();
    /// let patched = inventory.patch(["+14158867900"], patch, &options)?.single()?;
    /// assert_eq!(patched.custom().unwrap()["note"], "front desk");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn patch(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        document: Map<String, Value>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.update(numbers, &Update::default().with_document(Document::Merge(document)), options)
    }

    /// Sets the application that answers calls to `numbers`; `None` removes it.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let assigned = inventory.assign_to_app(["+14158867900"], Some("callflow"), &options)?.single()?;
    /// assert_eq!(assigned.used_by(), Some("callflow"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    #[doc(alias = "used_by")]
    pub fn assign_to_app(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        app: Option<&str>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.update(numbers, &Update::default().with_used_by(app), options)
    }

    /// Corrects `numbers`: sets the application of each to the one that `apps` returns, and removes
    /// features that are no longer allowed. Without `apps` the numbers keep their application.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// let apps = |_: PhoneNumber| Some("callflow".into());
    /// let fixed = inventory.fix(["+14158867900"], Some(&apps), &options)?.single()?;
    /// assert_eq!(fixed.used_by(), Some("callflow"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`create`](Self::create).
    pub fn fix(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        apps: Option<&dyn AppLookup>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.execute(numbers, &Command::Fix(apps), options)
    }

    fn execute(
        &self,
        numbers: impl IntoIterator<Item: NumberInput>,
        command: &Command<'_>,
        options: &Options,
    ) -> Result<Outcome, InventoryError> {
        self.services.execute(numbers, command, options, None)
    }
}

impl fmt::Debug for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inventory")
            .field("store", &self.services.store)
            .field("policy", &self.services.policy)
            .field("limits", &self.services.limits)
            .finish_non_exhaustive()
    }
}
