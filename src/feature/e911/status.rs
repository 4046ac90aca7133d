use crate::document::{FieldError, FromJson, Json};
use crate::text_enum::text_enum;

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
    /// The provider did not find the place.
    Invalid,
    /// The provider found the place.
    Geocoded,
    /// Emergency services are told of the address.
    Provisioned,
    /// Emergency services are no longer told of the address.
    Removed,
    /// The provider failed.
    Error,
}

text_enum!(E911Status, "the status of an address", {
    Invalid => "INVALID",
    Geocoded => "GEOCODED",
    Provisioned => "PROVISIONED",
    Removed => "REMOVED",
    Error => "ERROR",
});

impl E911Status {
    /// Returns whether the provider has the address, or is about to.
    pub(super) const fn is_good(self) -> bool {
        match self {
            Self::Geocoded | Self::Provisioned => true,
            Self::Invalid | Self::Removed | Self::Error => false,
        }
    }
}

impl FromJson for E911Status {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        json.text()?.parse().map_err(|error: crate::text_enum::UnknownName| FieldError::new("", error.into()))
    }
}
