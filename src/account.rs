//! Who owns numbers and who asks: accounts in a tree, and their rights over each other.
//!
//! An account has power over itself and all below it; an admin and the system have power over all.
//! Accounts are told to the library by whoever keeps them, through [`Accounts`]; [`AccountTree`]
//! keeps them in memory.
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
//! assert!(accounts.has_power(Actor::Account(reseller), child));
//! assert!(!accounts.has_power(Actor::Account(child), reseller));
//! assert!(accounts.is_admin(Actor::Account(master)) && accounts.is_admin(Actor::System));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::names::{CarrierName, FeatureSet};
use crate::normalize::Converters;
use crate::token::{TokenError, token_type};

token_type! {
    /// The id of an account: 1 to 36 visible ASCII characters, as a UUID has. 36 bytes, ordered as
    /// its text is.
    ///
    /// ```
    /// use telnum::account::AccountId;
    ///
    /// let id: AccountId = "4b8c6fec4b2597882c0390202d195419".parse()?;
    /// assert_eq!(id.as_str(), "4b8c6fec4b2597882c0390202d195419");
    /// assert_eq!(
    ///     "system".parse::<AccountId>().unwrap_err().to_string(),
    ///     "\"system\" is reserved",
    /// );
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    AccountId, 36, but SYSTEM
}

/// Who asks for something.
///
/// In JSON it is the account's id, or `system`, which no account may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// The service itself: it may do all that an admin may.
    System,
    /// An account.
    Account(AccountId),
}

/// An account: its place in the tree, its rights, its settings.
///
/// In JSON an object with `id` and whichever of the other fields differ from those of
/// [`Account::new`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "four rights that do not exclude each other")]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// The accounts above it, the root first.
    #[serde(skip)]
    pub ancestors: Vec<AccountId>,
    /// The account right above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<AccountId>,
    /// The name, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether it is in use. A disabled account keeps its numbers; calls to them fail.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Whether it has power over all accounts.
    #[serde(default, skip_serializing_if = "is_no")]
    pub admin: bool,
    /// Whether it may create numbers.
    #[serde(default, skip_serializing_if = "is_no")]
    pub may_add_numbers: bool,
    /// Whether it sells to the accounts below it.
    #[serde(default, skip_serializing_if = "is_no")]
    pub is_reseller: bool,
    /// The account that sells to it: the nearest reseller above it.
    #[serde(skip)]
    pub reseller: Option<AccountId>,
    /// How its users dial, before the system's converters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dial_plan: Option<Converters>,
    /// What it lets the numbers of the accounts it sells to carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_features: Option<FeatureSet>,
    /// What it denies them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied_features: Option<FeatureSet>,
    /// The carriers that it may use, and the accounts it sells to that have no list of their own; if it
    /// has none, those of the account that sells to it, else all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carriers: Option<Vec<CarrierName>>,
}

/// Where accounts are looked up.
///
/// The required method is one look-up; rights follow from it.
pub trait Accounts: Send + Sync {
    /// The account with an id, its [`ancestors`](Account::ancestors) and
    /// [`reseller`](Account::reseller) filled in.
    fn account(&self, id: AccountId) -> Option<Arc<Account>>;

    /// Whether an account exists and is an admin, or the actor is the system.
    fn is_admin(&self, actor: Actor) -> bool {
        match actor {
            Actor::System => true,
            Actor::Account(id) => self.account(id).is_some_and(|account| account.admin),
        }
    }

    /// Whether the actor is an admin, or a known account that is the given one or above it.
    fn has_power(&self, actor: Actor, over: AccountId) -> bool {
        self.is_admin(actor) || actor.account().is_some_and(|actor| self.is_self_or_above(actor, over))
    }

    /// Whether an account exists and is the other or above it.
    fn is_self_or_above(&self, upper: AccountId, lower: AccountId) -> bool {
        self.account(lower).is_some_and(|lower| lower.is_self_or_below(upper))
    }
}

/// Accounts in memory.
///
/// In JSON a list of [`Account`]s, parents before or after their children.
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

/// Why accounts are not a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountTreeError {
    /// Two accounts have one id.
    #[error("two accounts are called {0}")]
    Duplicate(AccountId),
    /// An account's parent is not there.
    #[error("account {account} is below {parent}, which is not there")]
    NoParent {
        /// The account.
        account: AccountId,
        /// The parent it names.
        parent: AccountId,
    },
    /// Accounts are above each other: each is below the next, the last below the first.
    #[error("accounts are above each other: {}", arrows(.0))]
    Cycle(Vec<AccountId>),
}

const SYSTEM: &str = "system";

impl Actor {
    /// The account, if it is one.
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
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Account {
    /// An enabled account with an id and no rights, at the root of the tree.
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

    /// The same below another account.
    #[must_use]
    pub fn with_parent(self, parent: AccountId) -> Self {
        Self { parent: Some(parent), ..self }
    }

    /// The same with a name for people.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The same, enabled or not.
    #[must_use]
    pub fn with_enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }

    /// The same, with power over all accounts or not.
    #[must_use]
    pub fn with_admin(self, admin: bool) -> Self {
        Self { admin, ..self }
    }

    /// The same, with the right to create numbers or not.
    #[must_use]
    pub fn with_may_add_numbers(self, may_add_numbers: bool) -> Self {
        Self { may_add_numbers, ..self }
    }

    /// The same, selling to the accounts below it or not.
    #[must_use]
    pub fn with_is_reseller(self, is_reseller: bool) -> Self {
        Self { is_reseller, ..self }
    }

    /// Whether it is another account or below it.
    #[must_use]
    pub fn is_self_or_below(&self, upper: AccountId) -> bool {
        self.id == upper || self.ancestors.contains(&upper)
    }
}

impl AccountTree {
    /// A tree of accounts, in any order. Their ancestors and resellers are filled in.
    ///
    /// # Errors
    /// Two accounts with one id, a parent that is not there, accounts above each other.
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
        ids.into_iter().try_for_each(|id| tree.settle(&mut given, id))?;
        Ok(tree)
    }

    /// Adds an account below those that are there, or puts it in the place of the one with its id.
    ///
    /// # Errors
    /// If its parent is not there, or is below it.
    pub fn insert(&mut self, account: Account) -> Result<(), AccountTreeError> {
        let others = self.iter().filter(|other| other.id != account.id).cloned();
        *self = Self::new(others.collect::<Vec<_>>().into_iter().chain([account]))?;
        Ok(())
    }

    /// The accounts in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().map(|account| &**account)
    }

    /// Moves an account and those above it from what was given into the tree.
    fn settle(
        &mut self,
        given: &mut BTreeMap<AccountId, Account>,
        id: AccountId,
    ) -> Result<(), AccountTreeError> {
        // From the account up to the first that is in the tree or at the root.
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

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_yes(flag: &bool) -> bool {
    *flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}

fn arrows(ids: &[AccountId]) -> String {
    ids.iter().map(AccountId::as_str).collect::<Vec<_>>().join(" < ")
}
