//! From libphonenumber's resources to the table that the crate includes.

pub(crate) mod metadata;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;
