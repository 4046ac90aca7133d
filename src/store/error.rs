use std::error::Error;
use std::fmt;

use super::{Expect, Revision};
use crate::number::PhoneNumber;
use crate::porting::PortRequestId;

/// An error of a store. Unless it is [`Backend`](Self::Backend), nothing was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A stored version other than the one that a change, a guard or a receipt expects. The caller should
    /// read, decide and commit again.
    #[error("{key}: expected {expected}, found {}", Expect::from(*.found))]
    Conflict {
        /// The number, the id of a port request, the owner or the id of a contact, or the key of a
        /// receipt.
        key: Box<str>,
        /// The version that was expected.
        expected: Expect,
        /// The stored revision, or `None` if nothing is stored.
        found: Option<Revision>,
    },
    /// A number that is active on another port request than expected, or on one although none was expected.
    #[error("{number}: expected {}, found {}", on(*.expected), on(*.found))]
    PortConflict {
        /// The number.
        number: PhoneNumber,
        /// The port request on which a guard expects the number. It is also `None` if the batch stores
        /// a port request on which the number would be active.
        expected: Option<PortRequestId>,
        /// The port request on which the number is active.
        found: Option<PortRequestId>,
    },
    /// Two changes of a batch with the same key, two port requests of a batch with the same number, or
    /// two contacts of a batch with the same id.
    #[error("{0}: changed twice in one commit")]
    Duplicate(Box<str>),
    /// A [guard](super::Guard) on a number that the batch does not touch.
    #[error("{0}: guarded, but not touched by the commit")]
    Unguardable(PhoneNumber),
    /// A call with more items than the store accepts at once; for a commit, more changes than
    /// [`max_changes`](super::Store::max_changes). Nothing was stored.
    #[error("{count} items at once exceed the limit of {max}")]
    TooLarge {
        /// The number of items.
        count: usize,
        /// The maximum that the store accepts.
        max: usize,
    },
    /// A read of events that were [forgotten](super::Store::forget). The consumer has missed them; it
    /// can continue with the events after the sequence number `first - 1`.
    #[error("events before {first} are forgotten")]
    Forgotten {
        /// The sequence number of the first remaining event, or of the next one if there are none.
        first: u64,
    },
    /// A store that could not be reached. Nothing was stored.
    #[error("the store cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// A failure of the store. It is unknown whether a commit was stored.
    #[error("the store failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// Creates a [`Backend`](Self::Backend) error from its cause.
    ///
    /// ```
    /// use telnum::store::StoreError;
    ///
    /// let error = StoreError::backend(std::io::Error::other("disk failure"));
    /// assert!(error.is_unknown());
    /// assert_eq!(StoreError::backend("disk failure").to_string(), "the store failed");
    /// ```
    #[must_use]
    pub fn backend(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Backend(cause.into())
    }

    /// Creates an [`Unreachable`](Self::Unreachable) error from its cause.
    ///
    /// ```
    /// use telnum::store::StoreError;
    ///
    /// let error = StoreError::unreachable("connection refused");
    /// assert!(!error.is_unknown() && !error.is_conflict());
    /// ```
    #[must_use]
    pub fn unreachable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreachable(cause.into())
    }

    /// Creates a [`Conflict`](Self::Conflict) over the value or receipt under `key`.
    ///
    /// ```
    /// use telnum::store::{Expect, Revision, StoreError};
    ///
    /// let error = StoreError::conflict("+14158867900", Expect::Absent, Some(Revision::FIRST));
    /// assert_eq!(error.to_string(), "+14158867900: expected absent, found revision 1");
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn conflict(key: impl fmt::Display, expected: Expect, found: Option<Revision>) -> Self {
        Self::Conflict { key: key.to_string().into(), expected, found }
    }

    /// Creates a [`Duplicate`](Self::Duplicate) of `key`.
    #[doc(hidden)]
    #[must_use]
    pub fn duplicate(key: impl fmt::Display) -> Self {
        Self::Duplicate(key.to_string().into())
    }

    /// Returns whether the store refused the call, as opposed to failing. Nothing was stored.
    #[doc(hidden)]
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        !matches!(self, Self::Backend(_) | Self::Unreachable(_))
    }

    /// Returns whether an expectation of the batch did not hold, so that reading and deciding again may
    /// succeed.
    ///
    /// ```
    /// use telnum::store::{Expect, Revision, StoreError};
    ///
    /// let (key, expected, found) = ("+14158867900".into(), Expect::Absent, Some(Revision::FIRST));
    /// assert!(StoreError::Conflict { key, expected, found }.is_conflict());
    /// assert!(!StoreError::Duplicate("+14158867900".into()).is_conflict());
    /// ```
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::PortConflict { .. })
    }

    /// Returns whether it is unknown if a commit was stored.
    ///
    /// ```
    /// use telnum::store::StoreError;
    ///
    /// // The connection broke after the commit was sent, or could not be made.
    /// assert!(StoreError::backend("connection reset").is_unknown());
    /// assert!(!StoreError::unreachable("connection refused").is_unknown());
    /// ```
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Backend(_))
    }
}

fn on(request: Option<PortRequestId>) -> String {
    request.map_or_else(|| "no active port request".to_owned(), |id| format!("port request {id}"))
}
