use crate::document::{FieldError, FromJson, Json};
use crate::text_enum::text_enum;

/// The status of an address at a provider.
///
/// ```
/// use telnum::feature::e911::E911Status;
///
/// assert_eq!("PROVISIONED".parse(), Ok(E911Status::Provisioned));
/// assert!(E911Status::all().map(E911Status::as_str).eq([
///     "INVALID", "GEOCODED", "PROVISIONED", "REMOVED", "ERROR",
/// ]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum E911Status {
    /// Not found by the provider.
    Invalid,
    /// Found by the provider.
    Geocoded,
    /// Provisioned: emergency services receive the address.
    Provisioned,
    /// Removed: emergency services no longer receive the address.
    Removed,
    /// Not processed, because the provider failed.
    Error,
}

text_enum!(E911Status, "the status of an address", all {
    Invalid => "INVALID",
    Geocoded => "GEOCODED",
    Provisioned => "PROVISIONED",
    Removed => "REMOVED",
    Error => "ERROR",
});

impl E911Status {
    /// Returns whether the provider has the address, or is provisioning it.
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
