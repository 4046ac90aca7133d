//! The scheduled time of a port: a local date and time in a named time zone.
//!
//! The crate contains no time zone database: implement [`ZoneOffsets`] with one. Without a database,
//! [`UnitedStates`] covers the zones of the United States, and [`FixedOffsets`] covers zones whose name
//! is an offset.
//!
//! ```
//! use telnum::porting::{ScheduleOn, UnitedStates};
//!
//! let on = ScheduleOn::new("America/Los_Angeles", "2026-07-01 09:30");
//! assert_eq!(on.moment(&UnitedStates)?.to_string(), "2026-07-01T16:30:00Z");
//!
//! let error = ScheduleOn::new("Mars/Olympus", "2026-07-01 09:30").moment(&UnitedStates).unwrap_err();
//! assert_eq!(error.path(), "schedule_on.timezone");
//! # Ok::<(), telnum::document::FieldError>(())
//! ```

use std::sync::Arc;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Weekday};
use serde_json::{Map, Value};

use crate::document::{FieldError, document};
use crate::time::Timestamp;

document! {
    /// The requested time of a port: a local date and time in a named time zone.
    ///
    /// ```
    /// use telnum::porting::{FixedOffsets, ScheduleOn};
    ///
    /// let on = ScheduleOn::new("-05:00", "2026-07-01 09:30");
    /// assert_eq!(on.moment(&FixedOffsets)?.to_string(), "2026-07-01T14:30:00Z");
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[derive(Debug)]
    pub struct ScheduleOn {
        /// The time zone: an IANA name such as `America/New_York`, or an offset such as `-05:00`.
        pub timezone: String,
        /// The local date and time: `2026-07-01 09:30`. Seconds are optional; the separator is a space
        /// or `T`.
        pub date_time: String,
    }
}

/// A source of time zone offsets.
///
/// ```
/// use chrono::{FixedOffset, NaiveDateTime};
/// use telnum::porting::{FixedOffsets, ScheduleOn, ZoneOffsets};
///
/// /// Adds one zone to [`FixedOffsets`].
/// struct Tokyo;
///
/// impl ZoneOffsets for Tokyo {
///     fn offset(&self, zone: &str, local: NaiveDateTime) -> Option<FixedOffset> {
///         let zone = if zone == "Asia/Tokyo" { "+09:00" } else { zone };
///         FixedOffsets.offset(zone, local)
///     }
/// }
///
/// let on = ScheduleOn::new("Asia/Tokyo", "2026-07-01T09:30:00");
/// assert_eq!(on.moment(&Tokyo)?.to_string(), "2026-07-01T00:30:00Z");
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
pub trait ZoneOffsets {
    /// Returns the offset from UTC of `zone` at the time `local`; `None` if the zone is unknown or
    /// skips that time. If the time occurs twice, the first occurrence counts.
    fn offset(&self, zone: &str, local: NaiveDateTime) -> Option<FixedOffset>;
}

/// The zones whose name is an offset: `UTC`, `Etc/UTC`, `GMT`, `Z`, `+02:00`, `-0500`.
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedOffsets;

/// The time zones of the United States, and those of [`FixedOffsets`].
///
/// Daylight saving time lasts from 2:00 on the second Sunday in March to 2:00 on the first Sunday in
/// November. This rule, in force since 2007 (15 U.S.C. 260a), is applied to all years.
///
/// ```
/// use telnum::porting::{UnitedStates, ZoneOffsets};
///
/// let offset = UnitedStates.offset("US/Eastern", "2026-07-01T09:30:00".parse()?);
/// assert_eq!(offset.unwrap().to_string(), "-04:00");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct UnitedStates;

/// The names of each zone, its standard offset from UTC in hours, and whether it has daylight saving time.
#[rustfmt::skip]
const UNITED_STATES: [(&[&str], i32, bool); 8] = [
    (&["America/Puerto_Rico"], -4, false),
    (&["America/New_York", "America/Detroit", "US/Eastern"], -5, true),
    (&["America/Chicago", "US/Central"], -6, true),
    (&["America/Denver", "America/Boise", "US/Mountain"], -7, true),
    (&["America/Phoenix", "US/Arizona"], -7, false),
    (&["America/Los_Angeles", "US/Pacific"], -8, true),
    (&["America/Anchorage", "US/Alaska"], -9, true),
    (&["Pacific/Honolulu", "US/Hawaii"], -10, false),
];

const UTC_NAMES: [&str; 4] = ["UTC", "Etc/UTC", "GMT", "Z"];

/// The accepted formats of a local date and time.
const FORMATS: [&str; 4] = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];

const SECONDS_PER_HOUR: i32 = 3600;

impl ScheduleOn {
    /// Creates a schedule from a time zone and a local date and time, without validating them.
    ///
    /// ```
    /// use telnum::porting::{FixedOffsets, ScheduleOn};
    ///
    /// let on = ScheduleOn::new("+02:00", "2026-07-01 09:30");
    /// assert_eq!(on.moment(&FixedOffsets)?.to_string(), "2026-07-01T07:30:00Z");
    /// // A time that does not exist is refused only here.
    /// assert!(ScheduleOn::new("UTC", "tomorrow").moment(&FixedOffsets).is_err());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn new(timezone: impl Into<String>, date_time: impl Into<String>) -> Self {
        Self { timezone: timezone.into(), date_time: date_time.into(), extra: Map::new() }
    }

    /// Returns the time of the schedule, with the time zones of `zones`.
    ///
    /// ```
    /// use telnum::porting::{ScheduleOn, UnitedStates};
    ///
    /// let skipped = ScheduleOn::new("US/Eastern", "2026-03-08 02:30");
    /// assert_eq!(skipped.moment(&UnitedStates).unwrap_err().path(), "schedule_on.timezone");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`FieldErrorKind::Invalid`](crate::document::FieldErrorKind::Invalid) at
    /// `schedule_on.date_time` if the date and time cannot be parsed, or are outside the years 0 to
    /// 9999; at `schedule_on.timezone` if `zones` does not know the zone, or if the zone skips that
    /// time.
    pub fn moment(&self, zones: &dyn ZoneOffsets) -> Result<Timestamp, FieldError> {
        let invalid = |name: &str, text: &str, reason: &str| {
            FieldError::invalid(name, &Value::from(text), reason).within("schedule_on")
        };
        let parsed =
            FORMATS.iter().find_map(|format| NaiveDateTime::parse_from_str(&self.date_time, format).ok());
        let local = parsed.ok_or_else(|| {
            invalid("date_time", &self.date_time, "expected a date and time such as 2026-07-01 09:30")
        })?;
        let offset = zones.offset(&self.timezone, local).ok_or_else(|| {
            invalid("timezone", &self.timezone, "expected a time zone that is known and has the time")
        })?;
        let moment = offset.from_local_datetime(&local).single();
        moment
            .and_then(|moment: DateTime<FixedOffset>| Timestamp::try_from(moment.to_utc()).ok())
            .ok_or_else(|| invalid("date_time", &self.date_time, "expected a time of the years 0 to 9999"))
    }
}

macro_rules! delegate {
    ($($pointer:ty),+) => {
        $(impl<T: ZoneOffsets + ?Sized> ZoneOffsets for $pointer {
            fn offset(&self, zone: &str, local: NaiveDateTime) -> Option<FixedOffset> {
                (**self).offset(zone, local)
            }
        })+
    };
}

delegate!(&T, Box<T>, Arc<T>);

impl ZoneOffsets for FixedOffsets {
    fn offset(&self, zone: &str, _: NaiveDateTime) -> Option<FixedOffset> {
        if UTC_NAMES.contains(&zone) {
            return FixedOffset::east_opt(0);
        }
        // chrono also parses `+2:0`, but requires digits; this check ensures that there is a sign.
        zone.starts_with(['+', '-']).then(|| zone.parse().ok()).flatten()
    }
}

impl ZoneOffsets for UnitedStates {
    fn offset(&self, zone: &str, local: NaiveDateTime) -> Option<FixedOffset> {
        let Some((_, hours, has_daylight_saving)) =
            UNITED_STATES.iter().find(|(names, ..)| names.contains(&zone))
        else {
            return FixedOffsets.offset(zone, local);
        };
        let [from, to] = daylight_saving(local.year())?;
        let is_skipped = from <= local && local < from + chrono::TimeDelta::hours(1);
        // The hour before `to` occurs twice, first in daylight saving time.
        let is_daylight_saving = from <= local && local < to;
        match has_daylight_saving {
            true if is_skipped => None,
            true if is_daylight_saving => FixedOffset::east_opt((hours + 1) * SECONDS_PER_HOUR),
            true | false => FixedOffset::east_opt(hours * SECONDS_PER_HOUR),
        }
    }
}

/// Returns the start and end of daylight saving time in `year`, each in the local time before the
/// change.
fn daylight_saving(year: i32) -> Option<[NaiveDateTime; 2]> {
    let at_two = |month, week: u8| {
        let day = NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, week)?;
        Some(day.and_time(NaiveTime::from_hms_opt(2, 0, 0)?))
    };
    Some([at_two(3, 2)?, at_two(11, 1)?])
}
