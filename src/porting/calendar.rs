//! The calculation of the earliest date of a port.
//!
//! ```
//! use telnum::porting::{PortCalendar, PortKind};
//!
//! // The fourth Thursday of November 2026 is Thanksgiving.
//! let calendar = PortCalendar::new(["2026-11-26".parse()?]);
//! let earliest = calendar.earliest("2026-11-25T13:01:00".parse()?, PortKind::Simple)?;
//! assert_eq!(earliest.counts_from.to_string(), "2026-11-27 08:00:00");
//! assert_eq!(earliest.activation.to_string(), "2026-11-30 00:00:00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rules
//!
//! - A simple port takes one business day (47 CFR 52.35(a)); any other port takes four (the NANC's
//!   provisioning flows, 47 CFR 52.26(a)).
//! - Business days are Monday to Friday except the losing carrier's holidays; business hours are 8:00 to
//!   17:00.
//! - A request received by 13:00 on a business day counts on that day; a later request counts as
//!   received at 8:00 on the next business day. The number may be activated at midnight.
//! - All times are local. By the regulation, they refer to the predominant time zone of the NPAC region
//!   of the number.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use crate::text_enum::text_enum;

/// The kind of a port, which determines its duration.
///
/// ```
/// use telnum::porting::PortKind;
///
/// assert_eq!("non_simple".parse(), Ok(PortKind::NonSimple));
/// assert_eq!((PortKind::Simple.as_str(), PortKind::Simple.business_days()), ("simple", 1));
/// assert_eq!(PortKind::NonSimple.business_days(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortKind {
    /// A port of one line that changes no other services of the losing carrier. It takes one business
    /// day.
    Simple,
    /// Any other port. It takes four business days.
    NonSimple,
}

text_enum!(PortKind, "simple or non_simple", {
    Simple => "simple",
    NonSimple => "non_simple",
});

/// The business days and hours of a losing carrier.
///
/// The regulation sets the cut-off time for simple ports only. The calendar applies it to all ports, so
/// that a date is never too early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortCalendar {
    holidays: BTreeSet<NaiveDate>,
    opens: NaiveTime,
    cut_off: NaiveTime,
}

/// The earliest date of a port, in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarliestPort {
    /// The time at which the request counts as received.
    pub counts_from: NaiveDateTime,
    /// The earliest time of activation: midnight at the start of a business day.
    pub activation: NaiveDateTime,
}

/// The error returned if a [`PortCalendar`] cannot be created or cannot compute a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// A date beyond those that the calendar can represent.
    #[error("date {0}: no business day follows it in the calendar")]
    OutOfRange(NaiveDate),
    /// A cut-off time before the opening time.
    #[error("cut-off: expected a time not before the opening at {opens}, found {cut_off}")]
    Hours {
        /// The opening time.
        opens: NaiveTime,
        /// The cut-off time.
        cut_off: NaiveTime,
    },
}

/// The opening time set by the regulation.
const OPENS: NaiveTime = full_hour(8);
/// The cut-off time set by the regulation.
const CUT_OFF: NaiveTime = full_hour(13);

const fn full_hour(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

impl PortKind {
    /// Returns the number of business days that the port takes.
    #[must_use]
    pub const fn business_days(self) -> u8 {
        match self {
            Self::Simple => 1,
            Self::NonSimple => 4,
        }
    }
}

impl PortCalendar {
    /// Creates a calendar with the regulation's hours and the `holidays` of the losing carrier.
    ///
    /// ```
    /// use telnum::porting::PortCalendar;
    ///
    /// let calendar = PortCalendar::new(["2026-12-25".parse()?]);
    /// assert!(!calendar.is_business_day("2026-12-25".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn new(holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self { holidays: holidays.into_iter().collect(), opens: OPENS, cut_off: CUT_OFF }
    }

    /// Sets the hours within which a request counts on the day of its receipt: from `opens` to
    /// `cut_off`, inclusive. Default: 8:00 to 13:00.
    ///
    /// ```
    /// use telnum::porting::{PortCalendar, PortKind};
    ///
    /// let calendar = PortCalendar::new([]).with_hours("09:00:00".parse()?, "15:00:00".parse()?)?;
    /// let earliest = calendar.earliest("2026-03-02T14:00:00".parse()?, PortKind::Simple)?;
    /// assert_eq!(earliest.activation.to_string(), "2026-03-03 00:00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CalendarError::Hours`] if `cut_off` is before `opens`.
    pub fn with_hours(self, opens: NaiveTime, cut_off: NaiveTime) -> Result<Self, CalendarError> {
        if cut_off < opens {
            return Err(CalendarError::Hours { opens, cut_off });
        }
        Ok(Self { opens, cut_off, ..self })
    }

    /// Returns whether `day` is a day from Monday to Friday and not a holiday.
    ///
    /// ```
    /// use telnum::porting::PortCalendar;
    ///
    /// let calendar = PortCalendar::new(["2026-11-26".parse()?]);
    /// assert!(calendar.is_business_day("2026-11-25".parse()?));
    /// assert!(!calendar.is_business_day("2026-11-26".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains(&day)
    }

    /// Returns the earliest date of a port whose complete and accurate request was `received` at a
    /// local time.
    ///
    /// ```
    /// use telnum::porting::{PortCalendar, PortKind};
    ///
    /// let calendar = PortCalendar::new([]);
    /// let earliest = calendar.earliest("2026-03-02T12:00:00".parse()?, PortKind::NonSimple)?;
    /// assert_eq!(earliest.activation.to_string(), "2026-03-06 00:00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] if the date cannot be represented.
    pub fn earliest(&self, received: NaiveDateTime, kind: PortKind) -> Result<EarliestPort, CalendarError> {
        let counts_from = self.counts_from(received)?;
        let mut day = counts_from.date();
        for _ in 0..kind.business_days() {
            day = self.business_day_after(day)?;
        }
        Ok(EarliestPort { counts_from, activation: day.and_time(NaiveTime::MIN) })
    }

    fn counts_from(&self, received: NaiveDateTime) -> Result<NaiveDateTime, CalendarError> {
        let day = received.date();
        if self.is_business_day(day) && received.time() <= self.cut_off {
            return Ok(received.max(day.and_time(self.opens)));
        }
        self.business_day_after(day).map(|day| day.and_time(self.opens))
    }

    fn business_day_after(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let mut later = day.iter_days().skip(1);
        later.find(|day| self.is_business_day(*day)).ok_or(CalendarError::OutOfRange(day))
    }
}
