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
    /// The idempotency key: the call takes effect once, however often it is repeated with the key.
    pub(crate) key: Option<RequestKey>,
    /// The time after which the call starts no further number. Numbers that are claimed by then are left to
    /// [`Inventory::recover`](super::Inventory::recover), or to a repetition of the call with its key.
    pub(crate) deadline: Option<Instant>,
}

impl Options {
    /// Creates the options of a call by `actor`, for its own account if it has one.
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
    #[must_use]
    #[doc(alias = "assign_to")]
    pub fn with_account(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }

    /// Sets whether the call is a dry run.
    #[must_use]
    pub fn with_dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// Sets whether charges are accepted.
    #[must_use]
    pub fn with_accept_charges(self, accept_charges: bool) -> Self {
        Self { accept_charges, ..self }
    }

    /// Sets whether the call either succeeds for all numbers or changes none.
    #[must_use]
    pub fn with_all_or_nothing(self, all_or_nothing: bool) -> Self {
        Self { all_or_nothing, ..self }
    }

    /// Sets whether the call concerns mobile numbers.
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
