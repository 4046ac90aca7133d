use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::token::token_type;

/// The id of a contact number. In JSON an integer; some documents write it as a string.
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
    /// The id of whom a number leads to, a person, client or user: 1 to 36 visible ASCII characters.
    ///
    /// ```
    /// use telnum::contact::OwnerId;
    ///
    /// let client: OwnerId = "168019".parse()?;
    /// assert_eq!(client.as_str(), "168019");
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    OwnerId, 36
}

impl ContactId {
    /// An id of a value.
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The value.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Reads decimal digits, and nothing but digits.
impl FromStr for ContactId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        // A sign is no digit, though the integer type takes it for part of a number.
        text.strip_prefix('+').map_or(text, |_| "+").parse().map(Self)
    }
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
