use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::document::{FieldError, FieldErrorKind, Json};

/// How far a provider is with an address.
///
/// ```
/// use telnum::feature::e911::E911Status;
///
/// assert_eq!("PROVISIONED".parse(), Ok(E911Status::Provisioned));
/// let error = "LOST".parse::<E911Status>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "expected one of INVALID, GEOCODED, PROVISIONED, REMOVED, ERROR, found \"LOST\"",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum E911Status {
    /// It found no such place.
    Invalid,
    /// It found the place.
    Geocoded,
    /// Emergency services are told of it.
    Provisioned,
    /// Emergency services are no longer told of it.
    Removed,
    /// It failed.
    Error,
}

impl E911Status {
    /// All of them, in the schema's order.
    pub const ALL: [Self; 5] = [Self::Invalid, Self::Geocoded, Self::Provisioned, Self::Removed, Self::Error];

    /// Their names in the documents, in the same order.
    pub const NAMES: [&str; 5] = ["INVALID", "GEOCODED", "PROVISIONED", "REMOVED", "ERROR"];

    /// The name in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "INVALID",
            Self::Geocoded => "GEOCODED",
            Self::Provisioned => "PROVISIONED",
            Self::Removed => "REMOVED",
            Self::Error => "ERROR",
        }
    }

    /// Whether the provider has the address, or is on its way to.
    pub(super) const fn is_good(self) -> bool {
        match self {
            Self::Geocoded | Self::Provisioned => true,
            Self::Invalid | Self::Removed | Self::Error => false,
        }
    }

    pub(super) fn read(json: Json<'_>) -> Result<Self, FieldError> {
        json.text()?.parse().map_err(|kind| FieldError::new("", kind))
    }
}

impl FromStr for E911Status {
    type Err = FieldErrorKind;

    fn from_str(name: &str) -> Result<Self, FieldErrorKind> {
        let found = Self::ALL.into_iter().find(|status| status.name() == name);
        found.ok_or_else(|| FieldErrorKind::NotOneOf { found: name.into(), allowed: &Self::NAMES })
    }
}

impl fmt::Display for E911Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for E911Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for E911Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
