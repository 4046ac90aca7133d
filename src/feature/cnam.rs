//! The name that is shown where a number calls, and whether callers' names are looked up.
//!
//! A name has 1 to 15 characters. Which ones differs from one provider to the next, so that is
//! configuration: a [`CnamProfile`].
//!
//! ```
//! use telnum::feature::cnam::{CnamName, CnamProfile};
//!
//! let name: CnamName = "my CNAM".parse()?;
//! assert_eq!(name.as_str(), "my CNAM");
//!
//! let strict = CnamProfile { punctuation: Some("".into()), ..CnamProfile::DEFAULT };
//! let error = CnamName::new("A&B Pizza", &strict).unwrap_err();
//! assert_eq!(error.to_string(), "expected a letter, digit or space at character 1, found '&'");
//! # Ok::<(), telnum::feature::cnam::CnamError>(())
//! ```

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::decoded_by_read;
use crate::document::{Extra, FieldError, FieldErrorKind, Fields, Json};

/// A name of 1 to 15 characters, none of them a control character.
///
/// Made by [`new`](Self::new), it keeps to a profile too. Parsed, that is the default one. Read
/// through serde, it is any: it was checked when it was set.
///
/// ```
/// use telnum::feature::cnam::{CnamError, CnamName};
///
/// assert!("A-1 Pizza & Co".parse::<CnamName>().is_ok());
/// assert_eq!("12345".parse::<CnamName>(), Err(CnamError::AllDigits));
/// assert_eq!(
///     "Sixteen letters!".parse::<CnamName>().unwrap_err().to_string(),
///     "expected 1 to 15 characters, found 16",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CnamName(Box<str>);

/// What a provider takes for a name.
///
/// In JSON an object; what it does not say is as in [`DEFAULT`](Self::DEFAULT).
///
/// ```
/// use telnum::feature::cnam::{CnamName, CnamProfile};
///
/// let profile: CnamProfile = serde_json::from_str(r#"{"min_letters": 0, "all_digits": true}"#)?;
/// assert!(CnamName::new("4158867900", &profile).is_ok());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CnamProfile {
    /// The characters besides ASCII's letters, digits and the space; `None`: all but control
    /// characters.
    pub punctuation: Option<Cow<'static, str>>,
    /// How many letters there must be.
    pub min_letters: usize,
    /// Whether there may be digits alone.
    pub all_digits: bool,
    /// Whether it may start with a space.
    pub leading_space: bool,
}

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CnamError {
    /// There is nothing, or too much.
    #[error("expected 1 to {max} characters, found {length}", max = CnamName::MAX_LENGTH)]
    Length {
        /// How many characters there are.
        length: usize,
    },
    /// A character that the profile does not have.
    #[error("expected a letter, digit or space{} at character {position}, found {found:?}",
        if *.punctuation { " or the profile's punctuation" } else { "" })]
    Character {
        /// The character.
        found: char,
        /// Its place, from 0.
        position: usize,
        /// Whether the profile has any besides letters, digits and the space.
        punctuation: bool,
    },
    /// A space comes first.
    #[error("expected no space at the start")]
    LeadingSpace,
    /// There are digits only.
    #[error("expected more than digits")]
    AllDigits,
    /// There are too few letters.
    #[error("expected at least {min} letters, found {letters}")]
    FewLetters {
        /// How many there are.
        letters: usize,
        /// How many there must be.
        min: usize,
    },
}

/// A number's names: its own, shown where it calls, and its callers', looked up.
///
/// The two are features apart: `outbound_cnam` and `inbound_cnam`.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::cnam::Cnam;
///
/// let cnam = Cnam::from_value(json!({"display_name": "my CNAM", "inbound_lookup": true}))?;
/// assert_eq!(cnam.display_name.as_ref().unwrap().as_str(), "my CNAM");
/// assert_eq!(cnam.inbound_lookup, Some(true));
///
/// let error = Cnam::from_value(json!({"display_name": ""})).unwrap_err();
/// assert_eq!((error.path(), error.kind().rule()), ("display_name", "minLength"));
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cnam {
    /// The name that is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<CnamName>,
    /// Whether callers' names are looked up. Nothing said is no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_lookup: Option<bool>,
    /// Further fields, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

decoded_by_read!(Cnam);

impl CnamName {
    /// The most characters it has.
    pub const MAX_LENGTH: usize = 15;

    /// A name that keeps to a profile.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn new(text: &str, profile: &CnamProfile) -> Result<Self, CnamError> {
        let length = text.chars().count();
        if !(1..=Self::MAX_LENGTH).contains(&length) {
            return Err(CnamError::Length { length });
        }
        if let Some((position, found)) = text.chars().enumerate().find(|(_, c)| !profile.has(*c)) {
            let punctuation = profile.punctuation.as_deref() != Some("");
            return Err(CnamError::Character { found, position, punctuation });
        }
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let min = profile.min_letters;
        match () {
            () if !profile.leading_space && text.starts_with(' ') => Err(CnamError::LeadingSpace),
            () if !profile.all_digits && text.chars().all(|c| c.is_ascii_digit()) => {
                Err(CnamError::AllDigits)
            }
            () if letters < min => Err(CnamError::FewLetters { letters, min }),
            () => Ok(Self(text.into())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CnamName {
    type Err = CnamError;

    fn from_str(text: &str) -> Result<Self, CnamError> {
        Self::new(text, &CnamProfile::DEFAULT)
    }
}

impl fmt::Display for CnamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for CnamName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CnamName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::new(&text, &CnamProfile::WIDEST).map_err(de::Error::custom)
    }
}

impl CnamProfile {
    /// Letters, digits, the space and `. , & - '`; no space at the start, two letters or more.
    pub const DEFAULT: Self = Self {
        punctuation: Some(Cow::Borrowed(".,&-'")),
        min_letters: 2,
        all_digits: false,
        leading_space: false,
    };

    /// All that can be a name at all: 1 to 15 characters, none of them a control character.
    pub const WIDEST: Self =
        Self { punctuation: None, min_letters: 0, all_digits: true, leading_space: true };

    fn has(&self, c: char) -> bool {
        match &self.punctuation {
            None => !c.is_control(),
            Some(punctuation) => {
                let is_in = c.is_ascii_alphanumeric() || c == ' ' || punctuation.contains(c);
                is_in && !c.is_control()
            }
        }
    }
}

impl Default for CnamProfile {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Cnam {
    /// The same as [`from_value`](Self::from_value), which takes any name that there can be, where
    /// the name must keep to a profile.
    ///
    /// # Errors
    /// The first field that is of another type than it must have, or no such name.
    pub fn from_value_in(value: Value, profile: &CnamProfile) -> Result<Self, FieldError> {
        Self::read_in(value.into(), profile)
    }

    fn read(json: Json<'_>) -> Result<Self, FieldError> {
        Self::read_in(json, &CnamProfile::WIDEST)
    }

    pub(super) fn read_in(json: Json<'_>, profile: &CnamProfile) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        let name = fields.string("display_name")?;
        Ok(Self {
            display_name: name.map(|text| display_name(&text, profile)).transpose()?,
            inbound_lookup: fields.boolean("inbound_lookup")?,
            extra: fields.rest().into(),
        })
    }

    /// Whether a name is shown.
    #[must_use]
    pub const fn is_outbound(&self) -> bool {
        self.display_name.is_some()
    }

    /// Whether names are looked up.
    #[must_use]
    pub fn is_inbound(&self) -> bool {
        self.inbound_lookup == Some(true)
    }

    /// Whether it does anything.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.is_outbound() || self.is_inbound()
    }
}

fn display_name(text: &str, profile: &CnamProfile) -> Result<CnamName, FieldError> {
    CnamName::new(text, profile).map_err(|error| match error {
        CnamError::Length { length: 0 } => {
            FieldError::new("display_name", FieldErrorKind::TooShort { length: 0, min: 1 })
        }
        CnamError::Length { length } => {
            FieldError::new("display_name", FieldErrorKind::TooLong { length, max: CnamName::MAX_LENGTH })
        }
        CnamError::Character { .. }
        | CnamError::LeadingSpace
        | CnamError::AllDigits
        | CnamError::FewLetters { .. } => FieldError::invalid("display_name", &text.into(), error),
    })
}
