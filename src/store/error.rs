use std::error::Error;
use std::fmt;

use super::{Expect, Revision};
use crate::number::PhoneNumber;
use crate::porting::PortRequestId;

/// An error of a store. Unless it is [`Backend`](Self::Backend), nothing was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The version that is stored is not the one that a change, a guard or a receipt expects. Read it
    /// again, decide again and commit again.
    #[error("{key}: expected {expected}, found {}", Expect::from(*.found))]
    Conflict {
        /// The number, the id of a port request, the owner or the id of a contact, or the key of a
        /// receipt.
        key: Box<str>,
        /// The version that was expected.
        expected: Expect,
        /// The revision that is stored, or `None` if nothing is.
        found: Option<Revision>,
    },
    /// The number is active on another port request than expected, or on one where none was expected.
    #[error("{number}: expected {}, found {}", on(*.expected), on(*.found))]
    PortConflict {
        /// The number.
        number: PhoneNumber,
        /// The port request that a guard expects the number on. `None` also where the batch stores a
        /// port request that the number would be active on.
        expected: Option<PortRequestId>,
        /// The port request that the number is active on.
        found: Option<PortRequestId>,
    },
    /// Two changes of a batch have the same key; or two port requests of a batch have the same number,
    /// or two contacts the same id.
    #[error("{0}: changed twice in one commit")]
    Duplicate(Box<str>),
    /// A [guard](super::Guard) of a batch names a number that the batch does not touch.
    #[error("{0}: guarded, but not touched by the commit")]
    Unguardable(PhoneNumber),
    /// More was asked for at once than the store takes; for a commit, more changes than
    /// [`max_changes`](super::Store::max_changes). Nothing was stored.
    #[error("{count} items at once exceed the limit of {max}")]
    TooLarge {
        /// The number of items.
        count: usize,
        /// The most that the store takes.
        max: usize,
    },
    /// Events that were asked for are [forgotten](super::Store::forget). A consumer has missed them;
    /// it can go on with those after the sequence number `first - 1`.
    #[error("events before {first} are forgotten")]
    Forgotten {
        /// The sequence number of the first event that is left, or will be next.
        first: u64,
    },
    /// The store could not be reached. Nothing was stored.
    #[error("the store cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The store failed. Whether a commit was stored is not known.
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
    /// assert!(!error.is_unknown() && !error.is_refusal());
    /// ```
    #[must_use]
    pub fn unreachable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreachable(cause.into())
    }

    /// Creates a [`Conflict`](Self::Conflict) over the value, or the receipt, under `key`.
    ///
    /// ```
    /// use telnum::store::{Expect, Revision, StoreError};
    ///
    /// let error = StoreError::conflict("+14158867900", Expect::Absent, Some(Revision::FIRST));
    /// assert_eq!(error.to_string(), "+14158867900: expected absent, found revision 1");
    /// ```
    #[must_use]
    pub fn conflict(key: impl fmt::Display, expected: Expect, found: Option<Revision>) -> Self {
        Self::Conflict { key: key.to_string().into(), expected, found }
    }

    /// Creates a [`Duplicate`](Self::Duplicate) of `key`.
    #[must_use]
    pub fn duplicate(key: impl fmt::Display) -> Self {
        Self::Duplicate(key.to_string().into())
    }

    /// Returns whether the store refused the call, and has not failed. Nothing was stored.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        !matches!(self, Self::Backend(_) | Self::Unreachable(_))
    }

    /// Returns whether an expectation of the batch did not hold, so that a caller who reads and decides
    /// again may succeed.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::PortConflict { .. })
    }

    /// Returns whether it is not known whether a commit was stored.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Backend(_))
    }
}

fn on(request: Option<PortRequestId>) -> String {
    request.map_or_else(|| "no active port request".to_owned(), |id| format!("port request {id}"))
}
