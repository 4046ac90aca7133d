use std::time::Instant;

use super::error::InventoryError;
use crate::account::{AccountId, Actor};
use crate::idempotency::RequestKey;
use crate::number::PhoneNumber;

/// The options of a call: its actor, the account that it is for, and how it is carried out.
///
/// ```
/// use telnum::inventory::Options;
///
/// let shop = "shop".parse()?;
/// let options = Options::new(shop).with_dry_run(true);
/// assert_eq!(options.with_account(shop).with_dry_run(true), options);
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "six independent switches")]
#[doc(alias = "knm_options")]
pub struct Options {
    /// The actor, whose permissions apply.
    pub actor: Actor,
    /// The account that numbers are assigned to. Texts are read with its dial plan.
    pub(crate) account: Option<AccountId>,
    /// Whether the call is a dry run, which only returns the results and charges that it would have.
    /// Nothing is stored and no external effect runs, so refusals by carriers and providers are not
    /// detected, except those of E911 addresses, which the provider validates.
    pub(crate) dry_run: bool,
    /// Whether charges are accepted.
    pub(crate) accept_charges: bool,
    /// Whether the call either succeeds for all numbers or changes none.
    pub(crate) all_or_nothing: bool,
    /// Whether the call concerns mobile numbers. An account can update mobile numbers only in such a
    /// call, and other numbers only in other calls.
    pub(crate) mdn_run: bool,
    /// Whether only the numbers of the account's subtree are visible, regardless of the actor's
    /// permissions. Available numbers can still be read.
    pub(crate) confined: bool,
    /// Whether an import accepts a text of bare digits that the converters read as an invalid international
    /// number. Otherwise the row fails. Default: `false`.
    pub(crate) guess_numbers: bool,
    /// The idempotency key: the call takes effect once, even if it is repeated with the key.
    pub(crate) key: Option<RequestKey>,
    /// The time after which the call starts no further number. Numbers that are claimed by then are left to
    /// [`Inventory::recover`](super::Inventory::recover), or to a repetition of the call with its key.
    pub(crate) deadline: Option<Instant>,
}

impl Options {
    /// Creates the options of a call by `actor`, for its own account if it has one.
    ///
    /// ```
    /// use telnum::{account::Actor, inventory::Options};
    ///
    /// let shop = "shop".parse()?;
    /// assert_eq!(Options::new(shop).actor, Actor::Account(shop));
    /// assert_eq!(Options::new(shop).with_account(shop), Options::new(shop));
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn new(actor: impl Into<Actor>) -> Self {
        let actor = actor.into();
        Self {
            actor,
            account: actor.account(),
            dry_run: false,
            accept_charges: false,
            all_or_nothing: false,
            mdn_run: false,
            confined: false,
            guess_numbers: false,
            key: None,
            deadline: None,
        }
    }

    /// Sets the account that numbers are assigned to.
    ///
    /// ```
    /// # use telnum::{account::{Account, AccountTree}, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    ///
    /// # let [reseller, shop] = ["reseller".parse()?, "shop".parse()?];
    /// # let accounts = AccountTree::new([
    /// #     Account::new(reseller).with_may_add_numbers(true),
    /// #     Account::new(shop).with_parent(reseller),
    /// # ])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// // A reseller adds a number for a customer.
    /// let options = Options::new(reseller).with_account(shop);
    /// let created = inventory.create(["+14158867900"], &Create::default(), &options)?.single()?;
    /// assert_eq!(created.owner(), Some(shop));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[doc(alias = "assign_to")]
    pub fn with_account(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }

    /// Sets whether the call is a dry run, which only returns the results and charges that it would have.
    /// Nothing is stored and no external effect runs.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// # let free = Create::default().with_state(State::Available);
    /// let options = Options::new(Actor::System).with_dry_run(true);
    /// assert!(inventory.create(["+14158867900"], &free, &options)?.is_success());
    /// assert!(!inventory.get(["+14158867900"], &options)?.is_success());
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    #[doc(alias = "dry_run")]
    #[must_use]
    pub fn with_dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// Sets whether charges are accepted. Otherwise a call that costs something fails with
    /// [`QuoteNotAccepted`](InventoryError::QuoteNotAccepted), which contains the quotes.
    ///
    /// ```
    /// # use telnum::{account::{Account, AccountTree, Actor}, store::MemoryStore};
    /// # use telnum::inventory::{Billing, BillingError, Charge, Create, Inventory, Options, Quote};
    /// # #[derive(Debug)] struct Dollar;
    /// # impl Billing for Dollar {
    /// #     fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
    /// #         let quote = |charge: &Charge| Quote { account: charge.account, number: charge.number,
    /// #             item: "number".into(), amount: 100, currency: "USD".into() };
    /// #         Ok(charges.iter().map(quote).collect())
    /// #     }
    /// # }
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let (number, create) = (["+14158867900"], Create::default());
    /// // `Dollar` quotes one dollar for a number.
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).billing(Dollar).build();
    /// let options = Options::new(Actor::System).with_account(shop);
    /// let error = inventory.create(number, &create, &options)?.single().unwrap_err();
    /// assert_eq!(error.to_string(), "charges are not accepted");
    /// assert!(inventory.create(number, &create, &options.with_accept_charges(true))?.is_success());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "accept_charges")]
    #[must_use]
    pub fn with_accept_charges(self, accept_charges: bool) -> Self {
        Self { accept_charges, ..self }
    }

    /// Sets whether the call either succeeds for all numbers or changes none.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// # let free = Create::default().with_state(State::Available);
    /// let options = Options::new(Actor::System).with_all_or_nothing(true);
    /// let outcome = inventory.create(["+14158867900", "x"], &free, &options)?;
    /// assert_eq!(outcome.failed["+14158867900"].to_string(), "not executed, because x failed and the call is all or nothing");
    /// assert!(!inventory.get(["+14158867900"], &options)?.is_success());
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    #[must_use]
    pub fn with_all_or_nothing(self, all_or_nothing: bool) -> Self {
        Self { all_or_nothing, ..self }
    }

    /// Sets whether the call concerns mobile numbers. An account can update mobile numbers only in such a
    /// call, and other numbers only in other calls.
    ///
    /// ```
    /// # use telnum::{account::{Account, AccountTree, Actor}, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::{names::CarrierName, record::Update};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let mobile = Create::default().with_carrier(CarrierName::MDN);
    /// inventory.create(["+14158867900"], &mobile, &Options::new(Actor::System).with_account(shop))?;
    /// let answer = Update::default().with_used_by("mobile");
    /// assert!(!inventory.update(["+14158867900"], &answer, &Options::new(shop))?.is_success());
    /// assert!(inventory.update(["+14158867900"], &answer, &Options::new(shop).with_mdn_run(true))?.is_success());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_mdn_run(self, mdn_run: bool) -> Self {
        Self { mdn_run, ..self }
    }

    /// Sets whether only the numbers of the account's subtree are visible.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let [shop, other] = ["shop".parse()?, "other".parse()?];
    /// # let accounts = AccountTree::new([Account::new(shop), Account::new(other)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let system = Options::new(Actor::System);
    /// inventory.create(["+14158867900"], &Create::default(), &system.with_account(shop))?;
    /// let others = system.with_account(other);
    /// assert!(inventory.get(["+14158867900"], &others)?.is_success());
    /// assert!(!inventory.get(["+14158867900"], &others.with_confined(true))?.is_success());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_confined(self, confined: bool) -> Self {
        Self { confined, ..self }
    }

    /// Sets whether an import accepts a text of bare digits that the converters read as an invalid
    /// international number, such as a ten-digit number with a typing error, and
    /// [reports](crate::inventory::ImportReport::guessed) it. Otherwise the row fails. Default: `false`.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// use telnum::inventory::{Create, ImportRow, Inventory, Options};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// # let free = Create::default().with_state(State::Available);
    /// // No exchange code starts with 1.
    /// let row = ImportRow::new("4151234567", free);
    /// assert_eq!(inventory.import([row.clone()], &Options::new(Actor::System))?.failed.len(), 1);
    /// let guessed = inventory.import([row], &Options::new(Actor::System).with_guess_numbers(true))?.guessed;
    /// assert_eq!(guessed, [("4151234567".into(), "+4151234567".parse()?)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_guess_numbers(self, guess_numbers: bool) -> Self {
        Self { guess_numbers, ..self }
    }

    /// Sets the idempotency key of the call.
    ///
    /// ```
    /// # use telnum::account::Actor;
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # use telnum::lifecycle::State;
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// # let free = Create::default().with_state(State::Available);
    /// let options = Options::new(Actor::System).with_key("order-7".parse()?);
    /// let first = inventory.create(["+14158867900"], &free, &options)?.single()?;
    /// // The response was lost, so the request is repeated. It does not create the number again.
    /// assert_eq!(inventory.create(["+14158867900"], &free, &options)?.single()?, first);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_key(self, key: RequestKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Sets the time after which the call starts no further number.
    ///
    /// ```
    /// # use telnum::account::Actor;
    /// # use telnum::inventory::{Inventory, InventoryError, Options};
    /// # use telnum::store::MemoryStore;
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let options = Options::new(Actor::System).with_deadline(std::time::Instant::now());
    /// let error = inventory.release(["+14158867900"], &options)?.single().unwrap_err();
    /// assert!(matches!(error, InventoryError::DeadlinePassed(_)));
    /// # Ok::<(), InventoryError>(())
    /// ```
    #[must_use]
    pub fn with_deadline(self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Checks that the deadline has not passed before `number` is started.
    pub(super) fn check_deadline(&self, number: PhoneNumber) -> Result<(), InventoryError> {
        let has_passed = self.deadline.is_some_and(|deadline| deadline <= Instant::now());
        if has_passed { Err(InventoryError::DeadlinePassed(number)) } else { Ok(()) }
    }
}
