//! Actors: the system, or an account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::AccountId;
use crate::text_enum;
use crate::token::TokenError;

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

/// The reason why an actor has no permission at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ActorError {
    /// An account that does not exist.
    #[error("account {0} does not exist")]
    Unknown(AccountId),
    /// An account that is disabled.
    #[error("account {0} is disabled")]
    Disabled(AccountId),
}

/// The text of [`Actor::System`].
pub(super) const SYSTEM: &str = "system";

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
