//! Caller names (CNAM): the name displayed for calls from a number, and the lookup of names for calls
//! to it.
//!
//! A name has 1 to 15 characters. The allowed characters depend on the provider and are set by a
//! [`CnamProfile`].
//!
//! ```
//! use telnum::feature::cnam::CnamName;
//! use telnum::policy::CnamProfile;
//!
//! let name: CnamName = "my CNAM".parse()?;
//! assert_eq!(name.as_str(), "my CNAM");
//!
//! let strict = CnamProfile::DEFAULT.with_punctuation(Some("".into()));
//! let error = CnamName::new("A&B Pizza", &strict).unwrap_err();
//! assert_eq!(error.to_string(), "expected a letter, digit or space at character 1, found '&'");
//! # Ok::<(), telnum::feature::cnam::CnamError>(())
//! ```

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::document::{Extra, FieldError, FieldErrorKind, Fields, FromJson, Json, deserialize_from_json};
use crate::policy::CnamProfile;

/// A caller name: 1 to 15 characters other than control characters.
///
/// [`new`](Self::new) validates the name against a profile, and `FromStr` against the default profile.
/// serde accepts any name, because a stored name was validated when it was set.
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
#[doc(alias = "caller_id_name")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CnamName(Box<str>);

/// The error for a text that is not a caller name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CnamError {
    /// A text that is empty or has more than 15 characters.
    #[error("expected 1 to {max} characters, found {length}", max = CnamName::MAX_LENGTH)]
    Length {
        /// The number of characters.
        length: usize,
    },
    /// A character that the profile does not allow.
    #[error("expected a letter, digit or space{} at character {position}, found {found:?}",
        if *.punctuation { " or the profile's punctuation" } else { "" })]
    Character {
        /// The character.
        found: char,
        /// The index of the character, from 0.
        position: usize,
        /// Whether the profile allows characters other than letters, digits and the space.
        punctuation: bool,
    },
    /// A space at the start.
    #[error("expected no space at the start")]
    LeadingSpace,
    /// A text of digits only.
    #[error("expected more than digits")]
    AllDigits,
    /// Too few letters.
    #[error("expected at least {min} letters, found {letters}")]
    FewLetters {
        /// The number of letters.
        letters: usize,
        /// The minimum number of letters.
        min: usize,
    },
}

/// The caller name settings of a number.
///
/// Its two parts are also features: [`OutboundCnam`](crate::names::Feature::OutboundCnam) and
/// [`InboundCnam`](crate::names::Feature::InboundCnam).
///
/// ```
/// use serde_json::json;
/// use telnum::feature::cnam::Cnam;
///
/// let cnam: Cnam = serde_json::from_value(json!({"display_name": "my CNAM", "inbound_lookup": true}))?;
/// assert_eq!(cnam.display_name.unwrap().as_str(), "my CNAM");
/// assert_eq!(cnam.inbound_lookup, Some(true));
///
/// let error = serde_json::from_value::<Cnam>(json!({"display_name": ""})).unwrap_err();
/// assert_eq!(error.to_string(), "`display_name`: expected a length of at least 1, found 0");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cnam {
    /// The name displayed for calls from the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<CnamName>,
    /// Whether callers' names are looked up. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_lookup: Option<bool>,
    /// The other fields.
    #[serde(flatten)]
    pub(crate) extra: Extra,
}

deserialize_from_json!(Cnam);

impl CnamName {
    /// The maximum number of characters.
    pub(crate) const MAX_LENGTH: usize = 15;

    /// Creates a name that `profile` allows. `FromStr` uses [`CnamProfile::DEFAULT`].
    ///
    /// ```
    /// use telnum::{feature::cnam::{CnamError, CnamName}, policy::CnamProfile};
    ///
    /// assert!(CnamName::new("A-1 Pizza", &CnamProfile::DEFAULT).is_ok());
    /// assert_eq!(CnamName::new("", &CnamProfile::WIDEST), Err(CnamError::Length { length: 0 }));
    /// assert_eq!(CnamName::new(" Pizza", &CnamProfile::DEFAULT), Err(CnamError::LeadingSpace));
    /// ```
    ///
    /// # Errors
    ///
    /// - [`CnamError::Length`] unless `text` has 1 to 15 characters.
    /// - [`CnamError::Character`] for a character that `profile` does not allow.
    /// - [`CnamError::LeadingSpace`], [`CnamError::AllDigits`] and [`CnamError::FewLetters`] for a space at
    ///   the start, digits only, and too few letters, unless `profile` allows them.
    pub fn new(text: &str, profile: &CnamProfile) -> Result<Self, CnamError> {
        let length = text.chars().count();
        if !(1..=Self::MAX_LENGTH).contains(&length) {
            return Err(CnamError::Length { length });
        }
        if let Some((position, found)) = text.chars().enumerate().find(|(_, c)| !profile.allows(*c)) {
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

    /// Returns the text.
    ///
    /// ```
    /// use telnum::feature::cnam::CnamName;
    ///
    /// assert_eq!("my CNAM".parse::<CnamName>()?.as_str(), "my CNAM");
    /// # Ok::<(), telnum::feature::cnam::CnamError>(())
    /// ```
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

impl Cnam {
    pub(super) fn read(json: Json<'_>, profile: &CnamProfile) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        let name = fields.field::<Option<String>>("display_name")?;
        Ok(Self {
            display_name: name.map(|text| display_name(&text, profile)).transpose()?,
            inbound_lookup: fields.field("inbound_lookup")?,
            extra: fields.rest().into(),
        })
    }

    /// Returns whether a name is displayed.
    #[must_use]
    pub(crate) const fn is_outbound(&self) -> bool {
        self.display_name.is_some()
    }

    /// Returns whether callers' names are looked up.
    #[must_use]
    pub(crate) fn is_inbound(&self) -> bool {
        self.inbound_lookup == Some(true)
    }

    /// Returns whether a name is displayed or names are looked up.
    #[must_use]
    pub(crate) fn is_enabled(&self) -> bool {
        self.is_outbound() || self.is_inbound()
    }
}

impl FromJson for Cnam {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        Self::read(json, &CnamProfile::WIDEST)
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
