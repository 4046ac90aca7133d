//! Ids and names of bounded length, stored inline: accounts, carriers, keys.
//!
//! ```
//! use telnum::account::AccountId;
//! use telnum::token::TokenError;
//!
//! let id: AccountId = "shop".parse()?;
//! assert_eq!((size_of::<AccountId>(), id.as_str()), (36, "shop"));
//!
//! let error = "two words".parse::<AccountId>().unwrap_err();
//! assert_eq!(error.to_string(), "expected a visible ASCII character at byte 3, found ' '");
//! # Ok::<(), TokenError>(())
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text of 1 to `N` visible ASCII characters, padded with zero bytes. It is cheap to copy, and sorts
/// like the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Token<const N: usize>([u8; N]);

/// The error returned if an id or a name cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// An empty text.
    #[error("expected at least one character, found nothing")]
    Empty,
    /// A character that is not visible ASCII.
    #[error("expected a visible ASCII character at byte {position}, found {found:?}")]
    NotVisible {
        /// The character.
        found: char,
        /// The byte position of the character, from 0.
        position: usize,
    },
    /// Too many characters.
    #[error("expected at most {max} characters, found {length}")]
    TooLong {
        /// The number of characters.
        length: usize,
        /// The maximum number of characters.
        max: usize,
    },
    /// A word with a special meaning in places where the id is used.
    #[error("{0:?} is reserved")]
    Reserved(&'static str),
}

impl<const N: usize> Token<N> {
    /// Creates a token, also in constants; `None` if `text` is not a token.
    #[cfg(feature = "inventory")]
    pub(crate) const fn new(text: &str) -> Option<Self> {
        let mut rest = text.as_bytes();
        while let Some((byte, others)) = rest.split_first() {
            if !byte.is_ascii_graphic() {
                return None;
            }
            rest = others;
        }
        if text.is_empty() || text.len() > N { None } else { Some(Self::known(text)) }
    }

    /// Creates a token from a text of visible ASCII characters, also in constants. A text that is too long is
    /// truncated.
    pub(crate) const fn known(text: &str) -> Self {
        let mut bytes = [0; N];
        let (mut from, mut to): (&[u8], &mut [u8]) = (text.as_bytes(), &mut bytes);
        while let (Some((byte, from_rest)), Some((place, to_rest))) =
            (from.split_first(), to.split_first_mut())
        {
            *place = *byte;
            (from, to) = (from_rest, to_rest);
        }
        Self(bytes)
    }

    pub(crate) fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(N);
        self.0.get(..length).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
    }
}

impl<const N: usize> FromStr for Token<N> {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        // Checking all bytes without an early exit is several times as fast as a search.
        let is_visible = text.bytes().fold(true, |all, byte| all & byte.is_ascii_graphic());
        let mut bytes = [0; N];
        match bytes.get_mut(..text.len()) {
            Some(place) if is_visible && !text.is_empty() => {
                place.copy_from_slice(text.as_bytes());
                Ok(Self(bytes))
            }
            Some(_) | None => Err(error_of(text, N)),
        }
    }
}

/// Returns the error for a text that is not a token.
#[cold]
fn error_of(text: &str, max: usize) -> TokenError {
    match text.char_indices().find(|(_, c)| !c.is_ascii_graphic()) {
        Some((position, found)) => TokenError::NotVisible { found, position },
        None if text.is_empty() => TokenError::Empty,
        None => TokenError::TooLong { length: text.len(), max },
    }
}

impl<const N: usize> fmt::Display for Token<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Token<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> Serialize for Token<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Token<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TokenVisitor)
    }
}

struct TokenVisitor<const N: usize>;

impl<const N: usize> de::Visitor<'_> for TokenVisitor<N> {
    type Value = Token<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1 to {N} visible ASCII characters")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Token<N>, E> {
        text.parse().map_err(E::custom)
    }
}

/// Declares the type of an id: a token with `as_str`, `FromStr`, `Display`, `Debug` and serde as a
/// string. With `except WORD`, the reserved word `WORD` is refused.
macro_rules! token_type {
    ($(#[$doc:meta])* $name:ident, $length:literal $(, except $reserved:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name($crate::token::Token<$length>);

        impl $name {
            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::token::TokenError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $(if text == $reserved {
                    return Err($crate::token::TokenError::Reserved($reserved));
                })?
                text.parse().map(Self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let token = $crate::token::Token::deserialize(deserializer)?;
                $(if token.as_str() == $reserved {
                    let error = $crate::token::TokenError::Reserved($reserved);
                    return Err(serde::de::Error::custom(error));
                })?
                Ok(Self(token))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}
pub(crate) use token_type;
