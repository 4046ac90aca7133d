//! The ids of contact numbers and of their owners.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::token::{Token, token_type};

/// The id of a contact number. In JSON it is an integer.
///
/// ```
/// use telnum::contact::ContactId;
///
/// let id: ContactId = "151".parse()?;
/// assert_eq!((id, id.get()), (ContactId::new(151), 151));
/// assert!("+151".parse::<ContactId>().is_err());
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(u64);

token_type! {
    /// The id of the owner of contact numbers, such as a person, client or user: 1 to 36 visible ASCII
    /// characters.
    ///
    /// ```
    /// use telnum::contact::OwnerId;
    ///
    /// let client: OwnerId = "168019".parse()?;
    /// assert_eq!((client, client.as_str()), (OwnerId::from(168_019), "168019"));
    /// assert!("two words".parse::<OwnerId>().is_err());
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    OwnerId, 36
}

impl ContactId {
    /// Creates an id from its value.
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// Returns the value.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for ContactId {
    fn from(id: u64) -> Self {
        Self(id)
    }
}

/// Parses decimal digits; a sign is refused.
impl FromStr for ContactId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        // `u64` accepts a leading `+`. A lone sign is refused, so it takes the place of any text with a
        // sign.
        text.strip_prefix('+').map_or(text, |_| "+").parse().map(Self)
    }
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Creates the id that consists of the decimal digits of the integer, without leading zeros.
impl From<u64> for OwnerId {
    fn from(id: u64) -> Self {
        // At most 20 digits, so the text always fits.
        Self(Token::known(&id.to_string()))
    }
}
