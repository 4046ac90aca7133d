//! Accounts: the owners of numbers and the actors that change them, organized in a tree.
//!
//! An account may manage its subtree: itself and all accounts below it. Admins and the system may
//! manage all accounts. A service that keeps accounts elsewhere implements [`Accounts`];
//! [`AccountTree`] keeps them in memory.
//!
//! ```
//! use telnum::account::{Account, AccountId, AccountTree, Accounts, Actor};
//!
//! let [master, reseller, child]: [AccountId; 3] = ["master".parse()?, "reseller".parse()?, "child".parse()?];
//! let accounts = AccountTree::new([
//!     Account::new(master).with_admin(true),
//!     Account::new(reseller).with_parent(master).with_may_add_numbers(true),
//!     Account::new(child).with_parent(reseller),
//! ])?;
//!
//! assert!(accounts.can_manage(Actor::Account(reseller), child));
//! assert!(!accounts.can_manage(Actor::Account(child), reseller));
//! assert!(accounts.is_admin(Actor::Account(master)) && accounts.is_admin(Actor::System));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::document::from_json_text;
use crate::names::{CarrierName, FeatureSet};
use crate::normalize::Converters;
use crate::text_enum;
use crate::token::{TokenError, token_type};

token_type! {
    /// The id of an account: 1 to 36 visible ASCII characters, enough for a UUID. It occupies 36 bytes,
    /// and sorts like its text.
    ///
    /// ```
    /// use telnum::account::AccountId;
    ///
    /// let id: AccountId = "4b8c6fec4b2597882c0390202d195419".parse()?;
    /// assert_eq!(id.as_str(), "4b8c6fec4b2597882c0390202d195419");
    ///
    /// let error = "system".parse::<AccountId>().unwrap_err();
    /// assert_eq!(error.to_string(), "\"system\" is reserved");
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    AccountId, 36, except SYSTEM
}

from_json_text!(AccountId, Actor);

/// The party that performs an operation.
///
/// In JSON and as text, it is the id of the account, or `system`, which cannot be the id of an account.
///
/// ```
/// use telnum::account::Actor;
///
/// assert_eq!("system".parse(), Ok(Actor::System));
/// assert_eq!("shop".parse::<Actor>()?.account(), Some("shop".parse()?));
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[doc(alias = "auth_by")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// The service itself, with the permissions of an admin.
    System,
    /// An account.
    Account(AccountId),
}

/// An account: its position in the tree, its permissions and its settings.
///
/// In JSON it is an object with `id` and the fields that differ from [`Account::new`]. `ancestors` and
/// `reseller` are derived from the tree and not serialized.
///
/// ```
/// use telnum::account::Account;
///
/// let account: Account = serde_json::from_str(r#"{"id": "shop", "parent": "master", "enabled": false}"#)?;
/// assert_eq!(account, Account::new("shop".parse()?).with_parent("master".parse()?).with_enabled(false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "four properties that do not exclude each other")]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// The accounts above this one, starting with the root.
    #[serde(skip)]
    pub ancestors: Vec<AccountId>,
    /// The account directly above this one; `None` for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<AccountId>,
    /// The display name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// Whether the account is enabled. A disabled account keeps its numbers, but calls to them fail.
    /// Default: `true`.
    #[serde(default = "default_enabled", skip_serializing_if = "is_true")]
    pub(crate) enabled: bool,
    /// Whether the account may manage all accounts. Default: `false`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) admin: bool,
    /// Whether the account may create numbers. Default: `false`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) may_add_numbers: bool,
    /// Whether the account sells to the accounts below it. Default: `false`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) is_reseller: bool,
    /// The nearest reseller above the account, which sells to it.
    #[serde(skip)]
    pub reseller: Option<AccountId>,
    /// The dial plan of the account's users, which is applied before the system's converters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dial_plan: Option<Converters>,
    /// The features allowed on the numbers of the account's customers, if it is a reseller; `None` for
    /// no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allowed_features: Option<FeatureSet>,
    /// The features denied on the numbers of the account's customers, if it is a reseller; `None` for
    /// no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) denied_features: Option<FeatureSet>,
    /// The carriers that the account may use; `None` for the list of its reseller, or all carriers if
    /// the reseller has no list either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) carriers: Option<Vec<CarrierName>>,
}

/// A source of accounts.
///
/// An implementor provides [`account`](Self::account); the permissions are derived from it. `&T`,
/// `Box<T>` and `Arc<T>` implement the trait if `T` does.
///
/// ```
/// use std::sync::Arc;
/// use telnum::account::{Account, AccountId, Accounts};
///
/// /// Treats every id as that of an enabled account without a parent.
/// struct Flat;
///
/// impl Accounts for Flat {
///     fn account(&self, id: AccountId) -> Option<Arc<Account>> {
///         Some(Arc::new(Account::new(id)))
///     }
/// }
/// let shop = "shop".parse()?;
/// assert!(Arc::new(Flat).is_self_or_above(shop, shop));
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
pub trait Accounts: Send + Sync {
    /// Returns the account with `id`, including its [`ancestors`](Account::ancestors) and
    /// [`reseller`](Account::reseller); `None` if it does not exist.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts};
    ///
    /// let [master, shop] = ["master".parse()?, "shop".parse()?];
    /// let accounts = AccountTree::new([Account::new(master), Account::new(shop).with_parent(master)])?;
    /// assert_eq!(accounts.account(shop).unwrap().ancestors, [master]);
    /// assert!(accounts.account("rival".parse()?).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn account(&self, id: AccountId) -> Option<Arc<Account>>;

    /// Checks that `actor` has any permission at all, and returns its account; `None` for the system.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts, Actor, ActorError};
    ///
    /// let shop = Account::new("shop".parse()?).with_enabled(false);
    /// let accounts = AccountTree::new([shop.clone()])?;
    /// assert_eq!(accounts.check_actor(Actor::System), Ok(None));
    /// assert_eq!(accounts.check_actor(shop.id.into()), Err(ActorError::Disabled(shop.id)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// - [`ActorError::Unknown`] if the account does not exist.
    /// - [`ActorError::Disabled`] if it is disabled.
    fn check_actor(&self, actor: Actor) -> Result<Option<Arc<Account>>, ActorError> {
        let Actor::Account(id) = actor else { return Ok(None) };
        match self.account(id) {
            None => Err(ActorError::Unknown(id)),
            Some(account) if !account.enabled => Err(ActorError::Disabled(id)),
            Some(account) => Ok(Some(account)),
        }
    }

    /// Returns whether `actor` is the system or an existing, enabled account that is an admin.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts, Actor};
    ///
    /// let [master, former] = ["master".parse()?, "former".parse()?];
    /// let accounts = AccountTree::new([
    ///     Account::new(master).with_admin(true),
    ///     Account::new(former).with_admin(true).with_enabled(false),
    /// ])?;
    /// assert!(accounts.is_admin(Actor::System) && accounts.is_admin(master.into()));
    /// assert!(!accounts.is_admin(former.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn is_admin(&self, actor: Actor) -> bool {
        self.check_actor(actor).is_ok_and(|account| account.is_none_or(|account| account.admin))
    }

    /// Returns whether `actor` may manage `account`: it is the system, an admin, or an enabled account
    /// whose subtree has `account`. An account that does not exist is in no subtree.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts};
    ///
    /// let [reseller, shop] = ["reseller".parse()?, "shop".parse()?];
    /// let accounts = AccountTree::new([Account::new(reseller), Account::new(shop).with_parent(reseller)])?;
    /// assert!(accounts.can_manage(reseller.into(), shop) && accounts.can_manage(shop.into(), shop));
    /// assert!(!accounts.can_manage(shop.into(), reseller));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn can_manage(&self, actor: Actor, account: AccountId) -> bool {
        self.check_actor(actor).is_ok_and(|actor| {
            actor.is_none_or(|actor| actor.admin || self.is_self_or_above(actor.id, account))
        })
    }

    /// Returns the account that processes the port requests of `account`: the nearest enabled account above
    /// it that is a reseller or an admin, if there is one.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts};
    ///
    /// let [master, shop] = ["master".parse()?, "shop".parse()?];
    /// let accounts = AccountTree::new([
    ///     Account::new(master).with_admin(true),
    ///     Account::new(shop).with_parent(master),
    /// ])?;
    /// assert_eq!(accounts.port_authority(shop), Some(master));
    /// assert_eq!(accounts.port_authority(master), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn port_authority(&self, account: AccountId) -> Option<AccountId> {
        let account = self.account(account)?;
        let mut above = account.ancestors.iter().rev().filter_map(|id| self.account(*id));
        above.find(|account| account.enabled && (account.admin || account.is_reseller)).map(|found| found.id)
    }

    /// Returns whether the account `lower` exists and is in the subtree of `upper`.
    #[doc(hidden)]
    fn is_self_or_above(&self, upper: AccountId, lower: AccountId) -> bool {
        self.account(lower).is_some_and(|lower| lower.is_self_or_below(upper))
    }
}

/// A tree of accounts in memory.
///
/// In JSON it is an array of [`Account`]s, in any order.
///
/// ```
/// use telnum::account::{AccountTree, Accounts};
///
/// let accounts: AccountTree = serde_json::from_str(
///     r#"[{"id": "child", "parent": "master"}, {"id": "master", "admin": true}]"#,
/// )?;
/// let child = accounts.account("child".parse()?).unwrap();
/// assert_eq!(child.ancestors, ["master".parse()?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountTree {
    accounts: BTreeMap<AccountId, Arc<Account>>,
}

/// The reason why an actor has no permission at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ActorError {
    /// The account does not exist.
    #[error("account {0} does not exist")]
    Unknown(AccountId),
    /// The account is disabled.
    #[error("account {0} is disabled")]
    Disabled(AccountId),
}

/// The error for accounts that do not form a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountTreeError {
    /// Two accounts with the same id.
    #[error("account {0}: the id is not unique")]
    Duplicate(AccountId),
    /// An account whose parent does not exist.
    #[error("parent {parent} of account {account} does not exist")]
    NoParent {
        /// The account.
        account: AccountId,
        /// The id of the missing parent.
        parent: AccountId,
    },
    /// Accounts that are each other's ancestors: each is below the next, and the last is below the
    /// first.
    #[error("accounts form a cycle: {}", chain(.0))]
    Cycle(Vec<AccountId>),
}

/// The text of [`Actor::System`].
const SYSTEM: &str = "system";

impl Actor {
    /// Returns the account; `None` for the system.
    ///
    /// ```
    /// use telnum::account::{AccountId, Actor};
    ///
    /// let shop: AccountId = "shop".parse()?;
    /// assert_eq!(Actor::from(shop).account(), Some(shop));
    /// assert_eq!(Actor::System.account(), None);
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::System => None,
            Self::Account(id) => Some(id),
        }
    }
}

impl From<AccountId> for Actor {
    fn from(id: AccountId) -> Self {
        Self::Account(id)
    }
}

impl FromStr for Actor {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        if text == SYSTEM { Ok(Self::System) } else { text.parse().map(Self::Account) }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.pad(SYSTEM),
            Self::Account(id) => id.fmt(f),
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_enum::deserialize(deserializer, "an account's id, or system")
    }
}

impl Account {
    /// Creates an enabled account without permissions, as a root.
    ///
    /// ```
    /// use telnum::account::Account;
    ///
    /// let shop = Account::new("shop".parse()?);
    /// assert_eq!((shop.parent, serde_json::to_string(&shop)?), (None, r#"{"id":"shop"}"#.to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new(id: AccountId) -> Self {
        Self {
            id,
            ancestors: Vec::new(),
            parent: None,
            name: String::new(),
            enabled: true,
            admin: false,
            may_add_numbers: false,
            is_reseller: false,
            reseller: None,
            dial_plan: None,
            allowed_features: None,
            denied_features: None,
            carriers: None,
        }
    }

    /// Sets the account directly above this one.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree};
    ///
    /// // The order of the accounts is free, but the parent must be among them.
    /// let shop = Account::new("shop".parse()?).with_parent("master".parse()?);
    /// assert!(AccountTree::new([shop.clone(), Account::new("master".parse()?)]).is_ok());
    /// assert!(AccountTree::new([shop]).is_err());
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn with_parent(self, parent: AccountId) -> Self {
        Self { parent: Some(parent), ..self }
    }

    /// Sets the display name.
    ///
    /// ```
    /// use telnum::account::Account;
    ///
    /// let shop = Account::new("shop".parse()?).with_name("Corner Shop");
    /// assert_eq!(serde_json::to_value(shop)?["name"], "Corner Shop");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Sets whether the account is enabled. Default: `true`.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts};
    ///
    /// let shop = Account::new("shop".parse()?).with_enabled(false);
    /// let accounts = AccountTree::new([shop.clone()])?;
    /// assert!(!accounts.can_manage(shop.id.into(), shop.id));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }

    /// Sets whether the account may manage all accounts. Default: `false`.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts};
    ///
    /// let [master, shop] = ["master".parse()?, "shop".parse()?];
    /// let accounts = AccountTree::new([Account::new(master).with_admin(true), Account::new(shop)])?;
    /// // The shop is not below the admin.
    /// assert!(accounts.can_manage(master.into(), shop));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "superduper_admin")]
    #[must_use]
    pub fn with_admin(self, admin: bool) -> Self {
        Self { admin, ..self }
    }

    /// Sets whether the account may create numbers. Default: `false`.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let shop = "shop".parse()?;
    /// let accounts = AccountTree::new([Account::new(shop).with_may_add_numbers(true)])?;
    /// let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// assert!(inventory.create(["+14158867900"], &Create::default(), &Options::new(shop))?.is_success());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "pvt_wnm_allow_additions")]
    #[must_use]
    pub fn with_may_add_numbers(self, may_add_numbers: bool) -> Self {
        Self { may_add_numbers, ..self }
    }

    /// Sets whether the account sells to the accounts below it. Default: `false`.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts};
    ///
    /// let [reseller, shop] = ["reseller".parse()?, "shop".parse()?];
    /// let accounts = AccountTree::new([
    ///     Account::new(reseller).with_is_reseller(true),
    ///     Account::new(shop).with_parent(reseller),
    /// ])?;
    /// assert_eq!(accounts.account(shop).unwrap().reseller, Some(reseller));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_is_reseller(self, is_reseller: bool) -> Self {
        Self { is_reseller, ..self }
    }

    /// Sets the dial plan of the account's users.
    ///
    /// ```
    /// use telnum::account::Account;
    /// use telnum::normalize::{Converter, Converters};
    ///
    /// let office = Converters::new([Converter::new(r"^(\d{7})$").with_prefix("+1415")])?;
    /// let shop = Account::new("shop".parse()?).with_dial_plan(office);
    /// assert_eq!(serde_json::to_value(shop)?["dial_plan"][r"^(\d{7})$"]["prefix"], "+1415");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "dial_plan")]
    #[must_use]
    pub fn with_dial_plan(self, dial_plan: Converters) -> Self {
        Self { dial_plan: Some(dial_plan), ..self }
    }

    /// Sets the features allowed on the numbers of the account's customers.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{names::Feature, policy::Policy, record::{Context, NumberRecord}};
    /// # let [reseller, shop] = ["reseller".parse()?, "shop".parse()?];
    /// let accounts = AccountTree::new([
    ///     Account::new(reseller).with_is_reseller(true).with_allowed_features(Feature::Sms),
    ///     Account::new(shop).with_parent(reseller),
    /// ])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.reserve(Some(shop), &ctx)?.record;
    /// assert_eq!(number.available_features(&ctx), Feature::Sms.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_allowed_features(self, features: impl Into<FeatureSet>) -> Self {
        Self { allowed_features: Some(features.into()), ..self }
    }

    /// Sets the features denied on the numbers of the account's customers.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{feature::FeatureDenial, names::Feature, policy::Policy, record::{Context, NumberRecord}};
    /// # let [reseller, shop] = ["reseller".parse()?, "shop".parse()?];
    /// let accounts = AccountTree::new([
    ///     Account::new(reseller).with_is_reseller(true).with_denied_features(Feature::Prepend),
    ///     Account::new(shop).with_parent(reseller),
    /// ])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.reserve(Some(shop), &ctx)?.record;
    /// assert_eq!(number.feature_denial(Feature::Prepend, &ctx), Some(FeatureDenial::DeniedByReseller));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_denied_features(self, features: impl Into<FeatureSet>) -> Self {
        Self { denied_features: Some(features.into()), ..self }
    }

    /// Sets the carriers that the account may use.
    ///
    /// ```
    /// use telnum::account::Account;
    ///
    /// let shop = Account::new("shop".parse()?).with_carriers(["telnyx".parse()?, "local".parse()?]);
    /// assert_eq!(serde_json::to_string(&shop)?, r#"{"id":"shop","carriers":["knm_telnyx","knm_local"]}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_carriers(self, carriers: impl IntoIterator<Item = CarrierName>) -> Self {
        Self { carriers: Some(carriers.into_iter().collect()), ..self }
    }

    /// Returns whether the account is in the subtree of `upper`.
    #[must_use]
    pub(crate) fn is_self_or_below(&self, upper: AccountId) -> bool {
        self.id == upper || self.ancestors.contains(&upper)
    }
}

impl AccountTree {
    /// Creates a tree of accounts, given in any order. Their ancestors and resellers are computed.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, AccountTreeError};
    ///
    /// let [a, b] = ["a".parse()?, "b".parse()?];
    /// let error = AccountTree::new([Account::new(a).with_parent(b), Account::new(b).with_parent(a)]).unwrap_err();
    /// assert_eq!(error.to_string(), "accounts form a cycle: a < b");
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Duplicate`](AccountTreeError::Duplicate) if two accounts have the same id.
    /// - [`NoParent`](AccountTreeError::NoParent) if the parent of an account is not among `accounts`.
    /// - [`Cycle`](AccountTreeError::Cycle) if accounts are each other's ancestors.
    pub fn new(accounts: impl IntoIterator<Item = Account>) -> Result<Self, AccountTreeError> {
        let mut given = BTreeMap::new();
        for account in accounts {
            let id = account.id;
            if given.insert(id, account).is_some() {
                return Err(AccountTreeError::Duplicate(id));
            }
        }
        let mut tree = Self::default();
        let ids: Vec<_> = given.keys().copied().collect();
        ids.into_iter().try_for_each(|id| tree.place(&mut given, id))?;
        Ok(tree)
    }

    /// Adds an account, or replaces the account with the same id. The accounts below it are updated.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, AccountTreeError};
    ///
    /// let [master, shop] = ["master".parse()?, "shop".parse()?];
    /// let mut accounts = AccountTree::new([Account::new(master)])?;
    /// accounts.insert(Account::new(shop).with_parent(master))?;
    ///
    /// let error = accounts.insert(Account::new(master).with_parent(shop)).unwrap_err();
    /// assert_eq!(error.to_string(), "accounts form a cycle: master < shop");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NoParent`](AccountTreeError::NoParent) if the account's parent does not exist.
    /// - [`Cycle`](AccountTreeError::Cycle) if the account's parent is in its subtree.
    ///
    /// On an error the tree is not changed.
    pub fn insert(&mut self, account: Account) -> Result<(), AccountTreeError> {
        let id = account.id;
        match self.accounts.get(&id) {
            None => self.place(&mut BTreeMap::from([(id, account)]), id),
            // The accounts below it depend on nothing else of it.
            Some(old) if old.parent == account.parent && old.is_reseller == account.is_reseller => {
                let (ancestors, reseller) = (old.ancestors.clone(), old.reseller);
                self.accounts.insert(id, Arc::new(Account { ancestors, reseller, ..account }));
                Ok(())
            }
            Some(_) => {
                let others = self.iter().filter(|other| other.id != id).cloned();
                *self = Self::new(others.collect::<Vec<_>>().into_iter().chain([account]))?;
                Ok(())
            }
        }
    }

    /// Returns the accounts in the order of their ids.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree};
    ///
    /// let accounts = AccountTree::new([Account::new("shop".parse()?), Account::new("master".parse()?)])?;
    /// assert!(accounts.iter().map(|account| account.id.as_str()).eq(["master", "shop"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().map(|account| &**account)
    }

    /// Moves the account `id` and the accounts above it from `given` into the tree.
    fn place(
        &mut self,
        given: &mut BTreeMap<AccountId, Account>,
        id: AccountId,
    ) -> Result<(), AccountTreeError> {
        // The path from the account up to the first account that is already in the tree, or to a root.
        let mut path: Vec<Account> = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next.filter(|id| !self.accounts.contains_key(id)) {
            let Some(account) = given.remove(&id) else {
                let ids: Vec<_> = path.iter().map(|account| account.id).collect();
                return Err(match (ids.iter().position(|other| *other == id), ids.last()) {
                    (Some(start), _) => AccountTreeError::Cycle(ids.into_iter().skip(start).collect()),
                    (None, Some(account)) => AccountTreeError::NoParent { account: *account, parent: id },
                    (None, None) => AccountTreeError::NoParent { account: id, parent: id },
                });
            };
            next = account.parent;
            path.push(account);
        }
        for mut account in path.into_iter().rev() {
            if let Some(parent) = account.parent.and_then(|id| self.accounts.get(&id)) {
                account.ancestors.clone_from(&parent.ancestors);
                account.ancestors.push(parent.id);
                account.reseller = if parent.is_reseller { Some(parent.id) } else { parent.reseller };
            } else {
                account.ancestors.clear();
                account.reseller = None;
            }
            self.accounts.insert(account.id, Arc::new(account));
        }
        Ok(())
    }
}

impl Accounts for AccountTree {
    fn account(&self, id: AccountId) -> Option<Arc<Account>> {
        self.accounts.get(&id).cloned()
    }
}

macro_rules! delegate {
    ($($pointer:ty),+) => {$(
        impl<T: Accounts + ?Sized> Accounts for $pointer {
            fn account(&self, id: AccountId) -> Option<Arc<Account>> {
                (**self).account(id)
            }

            fn check_actor(&self, actor: Actor) -> Result<Option<Arc<Account>>, ActorError> {
                (**self).check_actor(actor)
            }

            fn is_admin(&self, actor: Actor) -> bool {
                (**self).is_admin(actor)
            }

            fn port_authority(&self, account: AccountId) -> Option<AccountId> {
                (**self).port_authority(account)
            }

            fn can_manage(&self, actor: Actor, account: AccountId) -> bool {
                (**self).can_manage(actor, account)
            }

            fn is_self_or_above(&self, upper: AccountId, lower: AccountId) -> bool {
                (**self).is_self_or_above(upper, lower)
            }
        }
    )+};
}
delegate!(&T, Box<T>, Arc<T>);

impl Serialize for AccountTree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for AccountTree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

const fn default_enabled() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_true(flag: &bool) -> bool {
    *flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Returns the ids joined by ` < `.
fn chain(ids: &[AccountId]) -> String {
    ids.iter().map(AccountId::as_str).collect::<Vec<_>>().join(" < ")
}
