//! Accounts in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Account, AccountId, Accounts};

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
    /// The accounts directly below each account that has any.
    children: BTreeMap<AccountId, BTreeSet<AccountId>>,
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
    /// Accounts that form a cycle: each is below the next, and the last is below the first.
    #[error("accounts form a cycle: {}", chain(.0))]
    Cycle(Vec<AccountId>),
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
    /// - [`Cycle`](AccountTreeError::Cycle) if an account is its own ancestor.
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
            // The ancestors and the resellers of the accounts below depend only on these two fields.
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

    /// Moves the account `id` and its ancestors from `given` into the tree.
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
                self.children.entry(parent.id).or_default().insert(account.id);
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

    fn accounts_below(&self, id: AccountId) -> Option<Vec<AccountId>> {
        let mut found = Vec::new();
        let mut next = Some(id);
        let mut position = 0;
        while let Some(id) = next {
            found.extend(self.children.get(&id).into_iter().flatten());
            next = found.get(position).copied();
            position += 1;
        }
        Some(found)
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

/// Returns the ids joined by ` < `.
fn chain(ids: &[AccountId]) -> String {
    ids.iter().map(AccountId::as_str).collect::<Vec<_>>().join(" < ")
}
