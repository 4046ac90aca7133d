//! Short names that stand in values: ids of accounts, names of carriers, keys.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// 1 to `N` visible ASCII characters, held in place and padded with zeros: copies are cheap, and
/// order is the text's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Token<const N: usize>([u8; N]);

/// Why a text is not an id or a name.
///
/// ```
/// use telnum::account::AccountId;
///
/// let error = "two words".parse::<AccountId>().unwrap_err();
/// assert_eq!(error.to_string(), "expected a visible ASCII character at byte 3, found ' '");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is nothing.
    #[error("expected at least one character, found nothing")]
    Empty,
    /// A character that is not one of ASCII's visible ones.
    #[error("expected a visible ASCII character at byte {position}, found {found:?}")]
    NotVisible {
        /// The character.
        found: char,
        /// Its byte.
        position: usize,
    },
    /// Too many characters.
    #[error("expected at most {max} characters, found {length}")]
    TooLong {
        /// How many there are.
        length: usize,
        /// How many may be.
        max: usize,
    },
    /// A word that means something else where the id could stand.
    #[error("{0:?} is reserved")]
    Reserved(&'static str),
}

impl<const N: usize> Token<N> {
    pub(crate) fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(N);
        self.0.get(..length).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// A token that is known when this is compiled; what does not fit is cut off.
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
}

impl<const N: usize> FromStr for Token<N> {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        // All bytes at once: looking for the first that is wrong takes several times as long.
        let is_visible = text.bytes().fold(true, |all, byte| all & byte.is_ascii_graphic());
        let mut bytes = [0; N];
        match bytes.get_mut(..text.len()) {
            Some(place) if is_visible && !text.is_empty() => {
                place.copy_from_slice(text.as_bytes());
                Ok(Self(bytes))
            }
            Some(_) | None => Err(refusal(text, N)),
        }
    }
}

#[cold]
fn refusal(text: &str, max: usize) -> TokenError {
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
        deserializer.deserialize_str(Visitor)
    }
}

struct Visitor<const N: usize>;

impl<const N: usize> de::Visitor<'_> for Visitor<N> {
    type Value = Token<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1 to {N} visible ASCII characters")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Token<N>, E> {
        text.parse().map_err(E::custom)
    }
}

/// Makes a type of a token: text in, text out, in JSON too. Words may be kept out of it.
macro_rules! token_type {
    ($(#[$doc:meta])* $name:ident, $length:literal $(, but $reserved:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name($crate::token::Token<$length>);

        impl $name {
            /// The most characters it has.
            pub const MAX_LENGTH: usize = $length;

            /// The text.
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
