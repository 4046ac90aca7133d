//! When a port is to happen: a local date and time, in a time zone that has a name.
//!
//! There is no time zone database here. Whoever has one lends it through [`Zones`]; without one,
//! [`UnitedStates`] knows the zones in which most numbers are ported and [`FixedOffsets`] those that
//! say their offset.
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

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Weekday};
use serde_json::{Map, Value};

use crate::document::{FieldError, document};
use crate::time::Timestamp;

document! {
    /// When a port is to happen, as it was asked for.
    #[derive(Debug)]
    pub struct ScheduleOn {
        /// The time zone: an IANA name such as `America/New_York`, or an offset such as `-05:00`.
        pub timezone: String,
        /// The local date and time: `2026-07-01 09:30`, with seconds or not, with a space or a `T`
        /// between.
        pub date_time: String,
    }
}

/// Where time zones are looked up.
///
/// ```
/// use chrono::{FixedOffset, NaiveDateTime};
/// use telnum::porting::{FixedOffsets, ScheduleOn, Zones};
///
/// /// Knows one zone more.
/// struct Tokyo;
///
/// impl Zones for Tokyo {
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
pub trait Zones {
    /// How far a zone's clocks are from UTC at a local time; `None` if there is no such zone, or the
    /// clocks leave that time out. Where they show it twice, the first time counts.
    fn offset(&self, zone: &str, local: NaiveDateTime) -> Option<FixedOffset>;
}

/// The zones that say their offset: `UTC`, `Etc/UTC`, `GMT`, `Z`, `+02:00`, `-0500`.
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedOffsets;

/// The zones of the United States, by the rule since 2007: summer time from 2:00 on the second Sunday
/// in March to 2:00 on the first Sunday in November (15 U.S.C. 260a). Also all of [`FixedOffsets`].
#[derive(Clone, Copy, Debug, Default)]
pub struct UnitedStates;

/// Names of a zone, its hours from UTC in winter, whether it has summer time.
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

/// Ways to write a date and time.
const FORMATS: [&str; 4] = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];

const HOUR: i32 = 3600;

impl ScheduleOn {
    /// A local date and time in a zone.
    #[must_use]
    pub fn new(timezone: impl Into<String>, date_time: impl Into<String>) -> Self {
        Self { timezone: timezone.into(), date_time: date_time.into(), extra: Map::new() }
    }

    /// The moment that it is.
    ///
    /// # Errors
    /// If the date and time can not be read, the zone is not known, or its clocks leave that time out.
    /// The path begins at `schedule_on`.
    pub fn moment(&self, zones: &dyn Zones) -> Result<Timestamp, FieldError> {
        let invalid = |name: &str, text: &str, reason: &str| {
            FieldError::invalid(name, &Value::from(text), reason).within("schedule_on")
        };
        let read =
            FORMATS.iter().find_map(|format| NaiveDateTime::parse_from_str(&self.date_time, format).ok());
        let local = read.ok_or_else(|| {
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

impl Zones for FixedOffsets {
    fn offset(&self, zone: &str, _: NaiveDateTime) -> Option<FixedOffset> {
        if UTC_NAMES.contains(&zone) {
            return FixedOffset::east_opt(0);
        }
        // chrono reads `+2:0` too, but not without digits or a sign.
        zone.starts_with(['+', '-']).then(|| zone.parse().ok()).flatten()
    }
}

impl Zones for UnitedStates {
    fn offset(&self, zone: &str, local: NaiveDateTime) -> Option<FixedOffset> {
        let Some((_, hours, has_summer)) = UNITED_STATES.iter().find(|(names, ..)| names.contains(&zone))
        else {
            return FixedOffsets.offset(zone, local);
        };
        let [from, to] = summer(local.year())?;
        let is_left_out = from <= local && local < from + chrono::TimeDelta::hours(1);
        // The hour before `to` is shown twice: first in summer time.
        let is_summer = from <= local && local < to;
        match has_summer {
            true if is_left_out => None,
            true if is_summer => FixedOffset::east_opt((hours + 1) * HOUR),
            true | false => FixedOffset::east_opt(hours * HOUR),
        }
    }
}

/// When summer begins and ends in a year, each by the clocks before it does.
fn summer(year: i32) -> Option<[NaiveDateTime; 2]> {
    let at_two = |month, week: u8| {
        let day = NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, week)?;
        Some(day.and_time(NaiveTime::from_hms_opt(2, 0, 0)?))
    };
    Some([at_two(3, 2)?, at_two(11, 1)?])
}
