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

mod actor;
mod tree;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::actor::SYSTEM;
pub use self::actor::{Actor, ActorError};
pub use self::tree::{AccountTree, AccountTreeError};
use crate::document::from_json_text;
use crate::names::{CarrierName, FeatureSet};
use crate::normalize::Converters;
use crate::token::token_type;

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
    /// [`reseller`](Account::reseller); `None` if it does not exist. Keep accounts in memory: the routers of the
    /// feature `http` also call this method on the thread that reads requests.
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

    /// Returns whether `actor` may manage `account`: it is the system, an admin, or an enabled account whose
    /// subtree contains `account`. An account that does not exist is in no subtree.
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

    /// Returns the accounts below `account`, in any order; `None`, the default, if they cannot be listed. Then
    /// counts over them are 0, and lists of their port requests read those of all accounts.
    ///
    /// ```
    /// use telnum::account::{Account, AccountTree, Accounts};
    ///
    /// let [master, shop] = ["master".parse()?, "shop".parse()?];
    /// let accounts = AccountTree::new([Account::new(master), Account::new(shop).with_parent(master)])?;
    /// assert_eq!(accounts.accounts_below(master), Some(vec![shop]));
    /// assert_eq!(accounts.accounts_below(shop), Some(Vec::new()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "descendants")]
    fn accounts_below(&self, account: AccountId) -> Option<Vec<AccountId>> {
        let _ = account;
        None
    }

    /// Returns whether the account `lower` exists and is in the subtree of `upper`.
    #[doc(hidden)]
    fn is_self_or_above(&self, upper: AccountId, lower: AccountId) -> bool {
        self.account(lower).is_some_and(|lower| lower.is_self_or_below(upper))
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

            fn accounts_below(&self, account: AccountId) -> Option<Vec<AccountId>> {
                (**self).accounts_below(account)
            }

            fn is_self_or_above(&self, upper: AccountId, lower: AccountId) -> bool {
                (**self).is_self_or_above(upper, lower)
            }
        }
    )+};
}
delegate!(&T, Box<T>, Arc<T>);

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
