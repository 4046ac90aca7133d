//! The ageing of a disconnected number before another subscriber can have it.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;
use crate::time::Timestamp;

/// The ageing of a disconnected number before it can be assigned to another subscriber.
///
/// In the United States a permanently disconnected number ages for at least 45 days (84 FR 11226); a
/// residential number for at most 90 days and a business number for at most 365 days (FCC 00-104); a
/// toll-free number for at most four months, here 120 days (47 CFR 52.103).
///
/// ```
/// use telnum::policy::{Ageing, SubscriberClass};
///
/// let ageing = Ageing::new(SubscriberClass::Residential, 60)?;
/// assert_eq!(serde_json::to_string(&ageing)?, r#"{"class":"residential","minimum_days":45,"days":60}"#);
///
/// let error = Ageing::new(SubscriberClass::Residential, 400).unwrap_err();
/// assert_eq!(error.to_string(), "ageing of residential numbers: expected 45 to 90 days, found 400");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "aging")]
#[doc(alias = "quarantine")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AgeingDocument", into = "AgeingDocument")]
pub struct Ageing {
    class: SubscriberClass,
    minimum: u16,
    days: u16,
}

/// The class of the subscribers that numbers are assigned to.
///
/// ```
/// use telnum::policy::SubscriberClass;
///
/// assert_eq!("toll_free".parse(), Ok(SubscriberClass::TollFree));
/// assert_eq!(SubscriberClass::Business.as_str(), "business");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriberClass {
    /// Residential numbers, which age for at most 90 days.
    Residential,
    /// Business numbers, which age for at most 365 days.
    Business,
    /// Toll-free numbers, which age for at most 120 days.
    TollFree,
}

text_enum!(SubscriberClass, "a class of subscribers", {
    Residential => "residential",
    Business => "business",
    TollFree => "toll_free",
});

/// The error returned for an ageing period outside of the range that the subscriber class allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ageing of {class} numbers: expected {minimum} to {} days, found {days}", class.max_days())]
pub struct AgeingError {
    class: SubscriberClass,
    minimum: u16,
    days: u16,
}

impl Ageing {
    /// The minimum number of days of [`new`](Self::new), from 84 FR 11226.
    pub(crate) const MIN_DAYS: u16 = 45;

    /// Creates an ageing period of `days` for the numbers of a subscriber class.
    ///
    /// ```
    /// use telnum::policy::{Ageing, SubscriberClass};
    ///
    /// assert!(Ageing::new(SubscriberClass::TollFree, 120).is_ok());
    /// let error = Ageing::new(SubscriberClass::TollFree, 30).unwrap_err();
    /// assert_eq!(error.to_string(), "ageing of toll_free numbers: expected 45 to 120 days, found 30");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an [`AgeingError`] if `days` is less than 45 (84 FR 11226) or more than the maximum of the
    /// [class](SubscriberClass).
    pub fn new(class: SubscriberClass, days: u16) -> Result<Self, AgeingError> {
        Self::with_minimum(class, Self::MIN_DAYS, days)
    }

    /// Creates an ageing period of `days` under a law whose `minimum` differs from that of the United States.
    ///
    /// ```
    /// use telnum::policy::{Ageing, SubscriberClass};
    ///
    /// assert!(Ageing::with_minimum(SubscriberClass::Residential, 30, 30).is_ok());
    /// assert!(Ageing::new(SubscriberClass::Residential, 30).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an [`AgeingError`] if `days` is less than `minimum` or more than the maximum of the
    /// [class](SubscriberClass).
    pub fn with_minimum(class: SubscriberClass, minimum: u16, days: u16) -> Result<Self, AgeingError> {
        if (minimum..=class.max_days()).contains(&days) {
            Ok(Self { class, minimum, days })
        } else {
            Err(AgeingError { class, minimum, days })
        }
    }

    /// Returns the number of days that a number ages before it becomes available.
    ///
    /// ```
    /// use telnum::policy::{Ageing, SubscriberClass};
    ///
    /// assert_eq!(Ageing::new(SubscriberClass::Residential, 60)?.days(), 60);
    /// # Ok::<(), telnum::policy::AgeingError>(())
    /// ```
    #[must_use]
    pub const fn days(self) -> u16 {
        self.days
    }

    /// Returns the earliest time at which a number disconnected at `disconnected_at` can be assigned to
    /// an account other than its last owner: after the legal minimum.
    ///
    /// ```
    /// use telnum::policy::{Ageing, SubscriberClass};
    ///
    /// let ageing = Ageing::new(SubscriberClass::Business, 365)?;
    /// let earliest = ageing.earliest_reassign_at("2026-01-01T00:00:00Z".parse()?);
    /// assert_eq!(earliest.to_string(), "2026-02-15T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn earliest_reassign_at(self, disconnected_at: Timestamp) -> Timestamp {
        disconnected_at.after(TimeDelta::days(self.minimum.into()))
    }
}

impl SubscriberClass {
    /// Returns the maximum number of days for which numbers of the class may age.
    #[must_use]
    pub(crate) const fn max_days(self) -> u16 {
        match self {
            Self::Residential => 90,
            Self::Business => 365,
            Self::TollFree => 120,
        }
    }
}

/// The JSON form of an [`Ageing`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeingDocument {
    class: SubscriberClass,
    #[serde(default = "default_minimum_days")]
    minimum_days: u16,
    days: u16,
}

const fn default_minimum_days() -> u16 {
    Ageing::MIN_DAYS
}

impl TryFrom<AgeingDocument> for Ageing {
    type Error = AgeingError;

    fn try_from(document: AgeingDocument) -> Result<Self, AgeingError> {
        Self::with_minimum(document.class, document.minimum_days, document.days)
    }
}

impl From<Ageing> for AgeingDocument {
    fn from(ageing: Ageing) -> Self {
        Self { class: ageing.class, minimum_days: ageing.minimum, days: ageing.days }
    }
}
