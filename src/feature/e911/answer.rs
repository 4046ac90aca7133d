use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use super::E911Address;

/// What a provider says of an address it was asked to tell emergency services of.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::e911::{E911Address, E911Answer, E911Key};
///
/// let asked = E911Address::from_value(json!({
///     "street_address": "116 Natoma", "locality": "San Francisco", "region": "CA", "postal_code": "94105",
/// }))?;
/// let found = E911Address::from_value(json!({
///     "street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105",
///     "status": "GEOCODED",
/// }))?;
///
/// // One place was found: that is the one.
/// let answer = E911Answer::of_candidates(vec![found.clone()]);
/// assert_eq!(answer.settle(&asked), Ok(found.clone()));
///
/// // Two were: the user has to choose.
/// let refusal = E911Answer::of_candidates(vec![found.clone(), found]).settle(&asked).unwrap_err();
/// assert_eq!(refusal.to_string(), "more than one address found");
/// assert_eq!(refusal.data(E911Key::DashE911)["multiple_choice"]["dash_e911"]["cause"], json!(asked));
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum E911Answer {
    /// Emergency services are told of this address.
    Provisioned(E911Address),
    /// It found the place; this is how it writes it.
    Geocoded(E911Address),
    /// It found several; which one?
    MultipleChoice(Vec<E911Address>),
    /// It found none. The text says why.
    Invalid(String),
    /// It failed. The text says how.
    Error(String),
}

/// Why an address is not provisioned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum E911Refusal {
    /// It is several places.
    #[error("more than one address found")]
    MultipleChoice {
        /// The address that was asked for.
        asked: E911Address,
        /// The places.
        found: Vec<E911Address>,
    },
    /// It is none.
    #[error("{message}")]
    Invalid {
        /// The address that was asked for.
        asked: E911Address,
        /// What the provider says.
        message: String,
    },
    /// The provider failed.
    #[error("{message}")]
    Error {
        /// What it says.
        message: String,
    },
}

/// What the address is called in a document.
///
/// ```
/// use telnum::feature::e911::E911Key;
///
/// assert_eq!("dash_e911".parse(), Ok(E911Key::DashE911));
/// assert_eq!(E911Key::E911.name(), "e911");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum E911Key {
    /// `e911`
    #[default]
    E911,
    /// `dash_e911`, its old name.
    DashE911,
}

/// Not what the address is called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected e911 or dash_e911, found {0:?}")]
pub struct E911KeyError(Box<str>);

impl E911Answer {
    /// The answer that so many places were found.
    #[must_use]
    pub fn of_candidates(mut found: Vec<E911Address>) -> Self {
        match found.pop() {
            None => Self::Invalid(NOT_GEOCODED.to_owned()),
            Some(only) if found.is_empty() => Self::Geocoded(only),
            Some(last) => {
                found.push(last);
                Self::MultipleChoice(found)
            }
        }
    }

    /// What is to be kept as the number's address, or why there is none: the address as the
    /// provider writes it, if it is one.
    ///
    /// # Errors
    /// If the provider found none or several, or failed.
    pub fn settle(self, asked: &E911Address) -> Result<E911Address, E911Refusal> {
        let asked = asked.clone();
        match self {
            Self::Provisioned(address) | Self::Geocoded(address) => Ok(address),
            Self::MultipleChoice(found) => Err(E911Refusal::MultipleChoice { asked, found }),
            Self::Invalid(message) => Err(E911Refusal::Invalid { asked, message }),
            Self::Error(message) => Err(E911Refusal::Error { message }),
        }
    }
}

impl E911Refusal {
    /// The `data` of the answer to whoever set the address, under one of its names.
    ///
    /// `data.multiple_choice` holds the choice, each place as it would be sent; `data.address.invalid`
    /// what is wrong; of a failure only the text is told.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::e911::{E911Key, E911Refusal};
    ///
    /// let refusal = E911Refusal::Error { message: "timeout".into() };
    /// assert_eq!(refusal.data(E911Key::E911), json!({"message": "timeout", "provider": "e911"}));
    /// ```
    #[must_use]
    pub fn data(&self, key: E911Key) -> Value {
        let (key, message) = (key.name(), self.to_string());
        match self {
            Self::MultipleChoice { asked, found } => {
                let found: Vec<_> = found.iter().map(|place| place.offered(asked)).collect();
                json!({"multiple_choice": {key: {"cause": asked, "details": found, "message": message}}})
            }
            Self::Invalid { asked, .. } => {
                json!({"address": {"invalid": {"cause": asked, "message": message, "provider": key}}})
            }
            Self::Error { .. } => json!({"message": message, "provider": key}),
        }
    }
}

impl E911Key {
    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::E911 => "e911",
            Self::DashE911 => "dash_e911",
        }
    }
}

impl FromStr for E911Key {
    type Err = E911KeyError;

    fn from_str(name: &str) -> Result<Self, E911KeyError> {
        let found = [Self::E911, Self::DashE911].into_iter().find(|key| key.name() == name);
        found.ok_or_else(|| E911KeyError(name.into()))
    }
}

impl fmt::Display for E911Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

const NOT_GEOCODED: &str = "Location is not geocoded";
