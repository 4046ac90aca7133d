use std::fmt;
use std::num::NonZeroU64;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The revision of a commit, and of each version that the commit stored: an integer from 1. No two
/// commits to a store have the same revision.
///
/// ```
/// use telnum::store::Revision;
///
/// let first: Revision = 1.try_into()?;
/// assert!(first == Revision::FIRST && first.next().get() == 2);
/// assert!(Revision::try_from(0).is_err());
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(NonZeroU64);

/// The condition of a change: the version that must be stored at the time of the commit.
///
/// ```
/// use telnum::store::{Expect, Revision};
///
/// assert!(Expect::Absent.holds(None) && !Expect::Absent.holds(Some(Revision::FIRST)));
/// assert!(Expect::Revision(Revision::FIRST).holds(Some(Revision::FIRST)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a store must know every condition it is given")]
pub enum Expect {
    /// No version under the key.
    Absent,
    /// The version with this revision.
    Revision(Revision),
}

/// A stored value with its revision. The value is shared with the store and not copied.
///
/// ```
/// use telnum::store::{Expect, Revision, Stored};
///
/// let stored: Stored<u8> = Stored::new(7, Revision::FIRST);
/// assert_eq!((*stored, stored.expected()), (7, Expect::Revision(Revision::FIRST)));
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Stored<T> {
    value: Arc<T>,
    revision: Revision,
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("absent"),
            Self::Revision(revision) => write!(f, "revision {revision}"),
        }
    }
}

impl Expect {
    /// Returns whether the condition holds if the revision `found` is stored; `None` if nothing is
    /// stored.
    #[must_use]
    pub fn holds(self, found: Option<Revision>) -> bool {
        self == Self::from(found)
    }
}

/// Creates the condition that the version with this revision is stored, or that no version is stored for
/// `None`.
impl From<Option<Revision>> for Expect {
    fn from(found: Option<Revision>) -> Self {
        found.map_or(Self::Absent, Self::Revision)
    }
}

impl Revision {
    /// The lowest revision.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// Returns the next revision; the revision itself if it is the greatest.
    ///
    /// ```
    /// use telnum::store::Revision;
    ///
    /// assert_eq!(Revision::FIRST.next().get(), 2);
    /// assert_eq!(Revision::try_from(u64::MAX)?.next().get(), u64::MAX);
    /// # Ok::<(), std::num::TryFromIntError>(())
    /// ```
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the revision as an integer.
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
    /// Creates a stored value from `value` and the revision at which it was stored.
    pub fn new(value: impl Into<Arc<T>>, revision: Revision) -> Self {
        Self { value: value.into(), revision }
    }

    /// Returns the revision at which the value was stored.
    ///
    /// ```
    /// # use telnum::record::NumberRecord;
    /// use telnum::store::{Change, Expect, MemoryStore, Store};
    ///
    /// # let (store, now) = (MemoryStore::new(), "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// let revision = store.commit(Change::put(found.clone(), Expect::Absent).into())?;
    /// assert_eq!(store.get(found.number())?.unwrap().revision(), revision);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// Returns the condition that this version is still stored, for a change that is based on it.
    #[must_use]
    pub const fn expected(&self) -> Expect {
        Expect::Revision(self.revision)
    }

    /// Returns the value, shared with the store.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use telnum::store::{Revision, Stored};
    ///
    /// let value = Arc::new("value");
    /// let stored: Stored<&str> = Stored::new(Arc::clone(&value), Revision::FIRST);
    /// assert!(Arc::ptr_eq(stored.shared(), &value));
    /// ```
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
