use std::fmt;

use super::{Expect, Revision};

/// Why a store refuses or fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something is not what a change expected; nothing was stored.
    #[error("{key} was expected to be {expected}, and is {}", describe(*.found))]
    Conflict {
        /// What it was about: a number, an id, a receipt's key.
        key: Box<str>,
        /// What was expected.
        expected: Expect,
        /// What was found; `None`: nothing.
        found: Option<Revision>,
    },
    /// Two changes in one commit are of the same thing.
    #[error("two changes of {0} in one commit")]
    Duplicate(Box<str>),
    /// The store itself failed. Whether the commit was made is not known.
    #[error("the store failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// The refusal of a change of something.
    #[must_use]
    pub fn conflict(key: impl fmt::Display, expected: Expect, found: Option<Revision>) -> Self {
        Self::Conflict { key: key.to_string().into(), expected, found }
    }

    /// Whether nothing was stored, for what was asked and not because the store failed.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        !matches!(self, Self::Backend(_))
    }

    /// Whether something is not what a change expected: whoever reads it anew may try again.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }
}

fn describe(found: Option<Revision>) -> String {
    found.map_or_else(|| Expect::Absent.to_string(), |revision| Expect::Revision(revision).to_string())
}
