//! The duration of reservations.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The duration of reservations.
///
/// Carriers' usual terms are 4 hours, 30 minutes with extensions, or 15 minutes that can be extended to
/// 2 hours, so there is no default.
///
/// ```
/// use telnum::policy::LeaseTerms;
///
/// let terms = LeaseTerms::new(15 * 60).with_longest_seconds(2 * 60 * 60);
/// let read: LeaseTerms = serde_json::from_str(r#"{"seconds": 900, "longest_seconds": 7200}"#)?;
/// assert_eq!(read, terms);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LeaseTerms {
    /// The duration of a new reservation, in seconds.
    pub(crate) seconds: u32,
    /// The maximum duration of a reservation with all its extensions, in seconds from the time of the
    /// reservation.
    pub(crate) longest_seconds: u32,
}

impl LeaseTerms {
    /// Creates terms for reservations that last `seconds` and cannot be extended.
    ///
    /// ```
    /// use telnum::policy::LeaseTerms;
    ///
    /// let terms: LeaseTerms = serde_json::from_str(r#"{"seconds": 900, "longest_seconds": 900}"#)?;
    /// assert_eq!(terms, LeaseTerms::new(15 * 60));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub const fn new(seconds: u32) -> Self {
        Self { seconds, longest_seconds: seconds }
    }

    /// Sets the maximum duration of a reservation with all its extensions, in seconds from the time of
    /// the reservation. A value below the duration of a new reservation is raised to it.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::{LeaseTerms, Policy}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let terms = LeaseTerms::new(15 * 60).with_longest_seconds(2 * 60 * 60);
    /// let policy = Policy::default().with_reservation(terms);
    /// let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let reserved = found.reserve(Some(shop), &ctx)?.record;
    /// assert!(reserved.extend_lease("2026-03-01T14:00:00Z".parse()?, &ctx).is_ok());
    /// assert!(reserved.extend_lease("2026-03-01T14:00:01Z".parse()?, &ctx).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn with_longest_seconds(self, longest_seconds: u32) -> Self {
        Self { longest_seconds, ..self }
    }

    /// Returns the end of a reservation that is made or extended at `now`.
    #[must_use]
    pub(crate) fn ends_at(self, now: Timestamp) -> Timestamp {
        now.after(TimeDelta::seconds(self.seconds.into()))
    }

    /// Returns the latest time to which a reservation made at `since` can be extended.
    #[must_use]
    pub(crate) fn latest_end_at(self, since: Timestamp) -> Timestamp {
        since.after(TimeDelta::seconds(self.longest_seconds.max(self.seconds).into()))
    }
}
