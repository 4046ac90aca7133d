use std::fmt;
use std::num::NonZeroU64;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Which of the versions of something a store has: never the same for two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(NonZeroU64);

/// What a change expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expect {
    /// Nothing.
    Absent,
    /// What was read at this revision.
    Revision(Revision),
}

/// Something as it is stored, shared with the store.
#[derive(Debug, PartialEq, Eq)]
pub struct Stored<T> {
    value: Arc<T>,
    revision: Revision,
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("absent"),
            Self::Revision(revision) => write!(f, "at revision {revision}"),
        }
    }
}

impl Expect {
    /// Whether it is what was found.
    #[must_use]
    pub fn holds(self, found: Option<Revision>) -> bool {
        match self {
            Self::Absent => found.is_none(),
            Self::Revision(revision) => found == Some(revision),
        }
    }
}

impl Revision {
    /// The first there can be.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// As a number, from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

impl TryFrom<u64> for Revision {
    type Error = std::num::TryFromIntError;

    fn try_from(value: u64) -> Result<Self, Self::Error> {
        NonZeroU64::try_from(value).map(Self)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Stored<T> {
    /// What a store has at a revision.
    pub fn new(value: impl Into<Arc<T>>, revision: Revision) -> Self {
        Self { value: value.into(), revision }
    }

    /// The revision.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// What a change expects that was decided on this.
    #[must_use]
    pub const fn expected(&self) -> Expect {
        Expect::Revision(self.revision)
    }

    /// What is stored, shared.
    #[must_use]
    pub fn shared(&self) -> &Arc<T> {
        &self.value
    }
}

impl<T> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), revision: self.revision }
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
