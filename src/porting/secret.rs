//! Secrets that authorize a port. `Debug` and `Display` hide them.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::document::{FieldError, FieldErrorKind, FromJson, Json, deserialize_from_json};

/// The PIN of an account at a losing carrier: any text, kept unchanged.
///
/// `Debug` and `Display` hide it; serde serializes it in clear text.
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

/// The passcode that an owner requires for port-outs: 4 to 10 ASCII letters and digits, case sensitive.
///
/// `Debug` and `Display` hide it; serde serializes it in clear text.
///
/// ```
/// use telnum::porting::Passcode;
///
/// let passcode: Passcode = "Secret42".parse()?;
/// assert!(passcode.matches("Secret42") && !passcode.matches("secret42"));
/// assert_eq!(format!("{passcode} {passcode:?}"), "*** Passcode(***)");
/// # Ok::<(), telnum::porting::PasscodeError>(())
/// ```
#[doc(alias = "port-out PIN")]
#[derive(Clone)]
pub struct Passcode(Box<str>);

/// The error returned if a [`Passcode`] cannot be parsed. It does not contain the text.
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
        /// The length of the text in bytes.
        length: usize,
    },
    /// A character that is neither an ASCII letter nor a digit.
    #[error("expected an ASCII letter or digit at byte {position}")]
    Character {
        /// The byte position of the character.
        position: usize,
    },
}

impl Pin {
    /// Returns the PIN in clear text.
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
    /// The minimum number of characters.
    pub(crate) const MIN_LENGTH: usize = 4;
    /// The maximum number of characters.
    pub(crate) const MAX_LENGTH: usize = 10;

    /// Returns whether `offered` equals the passcode, in constant time with respect to the position of
    /// a difference.
    ///
    /// ```
    /// use telnum::porting::Passcode;
    ///
    /// let passcode: Passcode = "Secret42".parse()?;
    /// assert!(passcode.matches("Secret42") && !passcode.matches("Secret4"));
    /// # Ok::<(), telnum::porting::PasscodeError>(())
    /// ```
    #[must_use]
    pub fn matches(&self, offered: &str) -> bool {
        // Bytes after the maximum length need no comparison, because the lengths already differ.
        let padded = |text: &str| -> [u8; Self::MAX_LENGTH] {
            let mut bytes = [0; Self::MAX_LENGTH];
            bytes.iter_mut().zip(text.bytes()).for_each(|(target, byte)| *target = byte);
            bytes
        };
        let pairs = padded(&self.0).into_iter().zip(padded(offered));
        let difference = pairs.fold(0, |difference, (own, other)| difference | (own ^ other));
        let same_bytes = std::hint::black_box(difference) == 0;
        same_bytes & (self.0.len() == offered.len())
    }

    /// Returns the passcode in clear text.
    ///
    /// ```
    /// use telnum::porting::Passcode;
    ///
    /// let passcode: Passcode = "Secret42".parse()?;
    /// assert_eq!((passcode.reveal(), passcode.to_string().as_str()), ("Secret42", "***"));
    /// # Ok::<(), telnum::porting::PasscodeError>(())
    /// ```
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

        /// Serializes the secret in clear text, as in documents.
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
