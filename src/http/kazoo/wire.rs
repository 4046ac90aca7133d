//! The documents.

pub(super) mod envelope;
pub(super) mod error;
pub(super) mod number;
