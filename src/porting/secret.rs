//! Secrets that say to a carrier who may take a number. They are never shown.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::document::{FieldError, FieldErrorKind, FromJson, Json, deserialize_from_json};

/// The PIN that a losing carrier has for an account, as it was given: any text.
///
/// It is in the documents, and nowhere else: neither `Debug` nor `Display` shows it.
///
/// ```
/// use telnum::porting::Pin;
///
/// let pin = Pin::from("4242");
/// assert_eq!((format!("{pin:?}"), pin.to_string()), ("Pin(***)".to_owned(), "***".to_owned()));
/// assert_eq!(pin.reveal(), "4242");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Box<str>);

/// The passcode without which an account's numbers do not leave: 4 to 10 ASCII letters and digits.
///
/// ```
/// use telnum::porting::Passcode;
///
/// let passcode: Passcode = "Secret42".parse()?;
/// assert!(passcode.matches("Secret42") && !passcode.matches("secret42"));
/// assert_eq!(format!("{passcode} {passcode:?}"), "*** Passcode(***)");
/// # Ok::<(), telnum::porting::PasscodeError>(())
/// ```
#[derive(Clone)]
pub struct Passcode(Box<str>);

/// Why a text is not a passcode. It does not tell the text.
///
/// ```
/// use telnum::porting::Passcode;
///
/// let error = "pass code".parse::<Passcode>().unwrap_err();
/// assert_eq!(error.to_string(), "expected an ASCII letter or digit at byte 4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasscodeError {
    /// Too few or too many characters.
    #[error("expected {} to {} characters, found {length}", Passcode::MIN_LENGTH, Passcode::MAX_LENGTH)]
    Length {
        /// How many there are.
        length: usize,
    },
    /// A character that is neither an ASCII letter nor a digit.
    #[error("expected an ASCII letter or digit at byte {position}")]
    Character {
        /// Its byte.
        position: usize,
    },
}

impl Pin {
    /// The PIN itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Pin {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Passcode {
    /// The fewest characters it has.
    pub const MIN_LENGTH: usize = 4;
    /// The most characters it has.
    pub const MAX_LENGTH: usize = 10;

    /// Whether a text is the passcode. How long that takes does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, offered: &str) -> bool {
        // Only the first bytes can make a difference: the length counts too.
        let padded = |text: &str| -> [u8; Self::MAX_LENGTH] {
            let mut bytes = [0; Self::MAX_LENGTH];
            bytes.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
            bytes
        };
        let pairs = padded(&self.0).into_iter().zip(padded(offered));
        let difference = pairs.fold(0, |difference, (own, other)| difference | (own ^ other));
        let same_bytes = std::hint::black_box(difference) == 0;
        same_bytes & (self.0.len() == offered.len())
    }

    /// The passcode itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Passcode {
    type Err = PasscodeError;

    fn from_str(text: &str) -> Result<Self, PasscodeError> {
        if let Some(position) = text.find(|c: char| !c.is_ascii_alphanumeric()) {
            return Err(PasscodeError::Character { position });
        }
        match text.len() {
            Self::MIN_LENGTH..=Self::MAX_LENGTH => Ok(Self(text.into())),
            length => Err(PasscodeError::Length { length }),
        }
    }
}

impl PartialEq for Passcode {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}

impl Eq for Passcode {}

impl FromJson for Pin {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        json.text().map(|text| Self(text.into()))
    }
}

impl FromJson for Passcode {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        json.text()?.parse().map_err(|error: PasscodeError| {
            let kind = match error {
                PasscodeError::Length { length } if length < Self::MIN_LENGTH => {
                    FieldErrorKind::TooShort { length, min: Self::MIN_LENGTH }
                }
                PasscodeError::Length { length } => FieldErrorKind::TooLong { length, max: Self::MAX_LENGTH },
                PasscodeError::Character { .. } => FieldErrorKind::Malformed { reason: error.to_string() },
            };
            FieldError::new("", kind)
        })
    }
}

const HIDDEN: &str = "***";

macro_rules! hidden {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(HIDDEN)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), HIDDEN)
            }
        }

        /// The documents have it in clear.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.reveal())
            }
        }

        deserialize_from_json!($name);
    };
}

hidden!(Pin);
hidden!(Passcode);
