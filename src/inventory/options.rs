use crate::account::{AccountId, Actor};
use crate::idempotency::IdempotencyKey;
use crate::token::token_type;

token_type! {
    /// The key of a request that may be made again, say because its answer was lost: 1 to 40
    /// visible ASCII characters.
    ///
    /// It is for one request of one actor: a service that lets its clients choose their keys has to
    /// tell them apart, say by what a key starts with. A request that did nothing leaves its key free.
    ///
    /// ```
    /// use telnum::inventory::RequestKey;
    ///
    /// let key: RequestKey = "shop-1/order-7".parse()?;
    /// assert_eq!(key.as_str(), "shop-1/order-7");
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    RequestKey, 40
}

impl From<RequestKey> for IdempotencyKey {
    fn from(key: RequestKey) -> Self {
        Self::known(key.as_str())
    }
}

/// Who asks, for which account, and how it is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "five ways to do it that do not exclude each other")]
pub struct Options {
    /// Who asks.
    pub actor: Actor,
    /// The account that it is done for: numbers are read as it dials, and assigned to it.
    pub account: Option<AccountId>,
    /// Whether nothing is to be stored, and only said what would be done and what it costs. Nothing
    /// is done outside, so what a carrier or a provider would refuse is not known, but for an address
    /// that its provider says is none.
    pub dry_run: bool,
    /// Whether it may cost.
    pub accept_charges: bool,
    /// Whether it is to be done for all numbers or for none.
    pub all_or_nothing: bool,
    /// Whether mobile numbers are being worked on.
    pub mdn_run: bool,
    /// Whether the numbers of the account, and of those below it, are all that is there, whoever
    /// asks; but what is available may be read.
    pub confined: bool,
    /// The key under which it is done once, however often it is asked for.
    pub key: Option<RequestKey>,
}

impl Options {
    /// What an actor asks for itself.
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
            key: None,
        }
    }

    /// The same for an account.
    #[must_use]
    pub fn with_account(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }

    /// The same, storing nothing or not.
    #[must_use]
    pub fn with_dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// The same, whatever it costs or not.
    #[must_use]
    pub fn with_accept_charges(self, accept_charges: bool) -> Self {
        Self { accept_charges, ..self }
    }

    /// The same for all numbers or none, or for each by itself.
    #[must_use]
    pub fn with_all_or_nothing(self, all_or_nothing: bool) -> Self {
        Self { all_or_nothing, ..self }
    }

    /// The same in a run over mobile numbers, or not.
    #[must_use]
    pub fn with_mdn_run(self, mdn_run: bool) -> Self {
        Self { mdn_run, ..self }
    }

    /// The same for the account's numbers alone, or for all.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let [shop, other] = ["shop".parse()?, "other".parse()?];
    /// # let accounts = AccountTree::new([Account::new(shop), Account::new(other)])?;
    /// # let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
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

    /// The same under a key.
    #[must_use]
    pub fn with_key(self, key: RequestKey) -> Self {
        Self { key: Some(key), ..self }
    }
}
