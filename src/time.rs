//! Timestamps with a precision of one second.
//!
//! The library has no clock: callers pass the time in. The JSON form of a timestamp is its Gregorian seconds,
//! the seconds since the start of the year 0, as in Kazoo; [`rfc3339`] serializes it as text instead.
//!
//! ```
//! use telnum::Timestamp;
//!
//! let created: Timestamp = serde_json::from_str("63627604811")?;
//! assert_eq!(created.to_string(), "2016-04-11T14:40:11Z");
//! assert_eq!(created.unix(), 1_460_385_611);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time in the years 0 to 9999, with a precision of one second, in eight bytes.
///
/// `FromStr` and `Display` use RFC 3339; fractions of a second are truncated. In serde it is its number
/// of Gregorian seconds.
///
/// ```
/// use telnum::Timestamp;
///
/// let moment: Timestamp = "2026-03-01T12:00:00+01:00".parse()?;
/// assert_eq!(moment.to_string(), "2026-03-01T11:00:00Z");
/// assert_eq!(size_of::<Option<Timestamp>>(), 8);
/// # Ok::<(), telnum::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

/// The error for a text or number that is not a time in the years 0 to 9999.
///
/// ```
/// let error = telnum::Timestamp::from_gregorian(0).unwrap_err();
/// assert_eq!(error.to_string(), "expected a time of the years 0 to 9999, found 0 Gregorian seconds");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time of the years 0 to 9999, found {0}")]
pub struct TimeError(Box<str>);

/// The Gregorian seconds of 1970-01-01T00:00:00Z.
const UNIX_EPOCH: i64 = 62_167_219_200;

impl Timestamp {
    /// The earliest timestamp: one second into the year 0.
    pub const MIN: Self = Self(NonZeroU64::MIN);
    /// The latest timestamp: the last second of the year 9999.
    pub const MAX: Self = Self(NonZeroU64::MIN.saturating_add(315_569_519_998));

    /// Creates a timestamp from Gregorian seconds: the seconds since the start of the year 0.
    ///
    /// ```
    /// # use telnum::Timestamp;
    /// assert_eq!(Timestamp::from_gregorian(62_167_219_200)?.to_string(), "1970-01-01T00:00:00Z");
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`TimeError`] if `seconds` is 0 or after the year 9999.
    #[doc(alias = "gregorian_seconds")]
    pub fn from_gregorian(seconds: u64) -> Result<Self, TimeError> {
        let moment = NonZeroU64::new(seconds).map(Self).filter(|moment| *moment <= Self::MAX);
        moment.ok_or_else(|| TimeError(format!("{seconds} Gregorian seconds").into()))
    }

    /// Creates a timestamp from Unix seconds: the seconds since the start of 1970.
    ///
    /// ```
    /// # use telnum::Timestamp;
    /// assert_eq!(Timestamp::from_unix(0)?.to_string(), "1970-01-01T00:00:00Z");
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`TimeError`] if `seconds` is before the year 0 or after the year 9999.
    pub fn from_unix(seconds: i64) -> Result<Self, TimeError> {
        let gregorian = seconds.checked_add(UNIX_EPOCH).and_then(|seconds| u64::try_from(seconds).ok());
        gregorian
            .and_then(|seconds| Self::from_gregorian(seconds).ok())
            .ok_or_else(|| TimeError(format!("{seconds} Unix seconds").into()))
    }

    /// Returns the time of the system's clock, which is the default clock of use cases.
    #[cfg(feature = "inventory")]
    pub(crate) fn system_now() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).ok();
        seconds.and_then(|seconds| Self::from_unix(seconds).ok()).unwrap_or(Self::MIN)
    }

    /// Returns the Gregorian seconds: the seconds since the start of the year 0.
    ///
    /// ```
    /// # use telnum::Timestamp;
    /// let moment: Timestamp = "1970-01-01T00:00:00Z".parse()?;
    /// assert_eq!(moment.gregorian(), 62_167_219_200);
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn gregorian(self) -> u64 {
        self.0.get()
    }

    /// Returns the Unix seconds: the seconds since the start of 1970.
    ///
    /// ```
    /// # use telnum::Timestamp;
    /// assert_eq!("1969-12-31T23:59:50Z".parse::<Timestamp>()?.unix(), -10);
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0.get().cast_signed() - UNIX_EPOCH
    }

    /// Returns the timestamp that is `time` later, or earlier if `time` is negative. The result is
    /// clamped to the range from [`MIN`](Self::MIN) to [`MAX`](Self::MAX), and fractions of a second
    /// are truncated.
    ///
    /// ```
    /// # use telnum::Timestamp;
    /// use chrono::TimeDelta;
    ///
    /// let moment: Timestamp = "2026-03-01T12:00:00Z".parse()?;
    /// assert_eq!(moment.after(TimeDelta::days(45)).to_string(), "2026-04-15T12:00:00Z");
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    #[must_use]
    pub fn after(self, time: TimeDelta) -> Self {
        let seconds = self.0.get().saturating_add_signed(time.num_seconds());
        NonZeroU64::new(seconds).map_or(Self::MIN, |seconds| Self(seconds).min(Self::MAX))
    }

    /// Returns the duration from `earlier` to this timestamp; it is negative if this timestamp is
    /// before `earlier`.
    ///
    /// ```
    /// # use telnum::Timestamp;
    /// let [first, second] = [Timestamp::from_unix(10)?, Timestamp::from_unix(25)?];
    /// assert_eq!(second.since(first).num_seconds(), 15);
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    #[must_use]
    pub fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::try_seconds(self.unix() - earlier.unix()).unwrap_or_default()
    }
}

/// Converts a time, truncating fractions of a second.
impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = TimeError;

    fn try_from(time: DateTime<Utc>) -> Result<Self, TimeError> {
        Self::from_unix(time.timestamp())
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(moment: Timestamp) -> Self {
        Self::from_timestamp(moment.unix(), 0).unwrap_or_default()
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| TimeError(format!("{text:?}").into()))?;
        time.to_utc().try_into()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&DateTime::from(*self).to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = u64::deserialize(deserializer)?;
        Self::from_gregorian(seconds).map_err(de::Error::custom)
    }
}

/// Timestamps as RFC 3339 texts, for `#[serde(with = "telnum::time::rfc3339")]`.
///
/// ```
/// #[derive(serde::Serialize)]
/// struct Note {
///     #[serde(with = "telnum::time::rfc3339")]
///     created_at: telnum::Timestamp,
/// }
///
/// let note = Note { created_at: "2000-01-01T12:00:00Z".parse()? };
/// assert_eq!(serde_json::to_string(&note)?, r#"{"created_at":"2000-01-01T12:00:00Z"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod rfc3339 {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::Timestamp;

    /// Serializes a timestamp as an RFC 3339 text in UTC.
    ///
    /// ```
    /// let moment = "2000-01-01T12:00:00Z".parse()?;
    /// let json = telnum::time::rfc3339::serialize(&moment, serde_json::value::Serializer)?;
    /// assert_eq!(json, "2000-01-01T12:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of `serializer`.
    pub fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(moment)
    }

    /// Deserializes a timestamp from an RFC 3339 text.
    ///
    /// ```
    /// let json = serde_json::json!("2000-01-01T13:00:00+01:00");
    /// let moment = telnum::time::rfc3339::deserialize(json)?;
    /// assert_eq!(moment.to_string(), "2000-01-01T12:00:00Z");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error of `deserializer`, or an error for a text that is not a time in the years 0 to 9999.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_stops_at_the_first_and_last_moment() {
        assert_eq!(Timestamp::MIN.to_string(), "0000-01-01T00:00:01Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59Z");
        assert!(Timestamp::from_gregorian(0).is_err());
        assert!(Timestamp::from_gregorian(Timestamp::MAX.gregorian() + 1).is_err());
        assert!(Timestamp::from_unix(i64::MAX).is_err() && Timestamp::from_unix(i64::MIN).is_err());
        assert_eq!(Timestamp::MAX.after(TimeDelta::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.after(TimeDelta::MIN), Timestamp::MIN);
        assert_eq!(Timestamp::MAX.after(Timestamp::MIN.since(Timestamp::MAX)), Timestamp::MIN);
    }
}
