//! The earliest date of a port.
//!
//! 47 CFR 52.35: a simple port takes one business day, any other four. Business days are Monday to
//! Friday but for the losing carrier's holidays, business hours 8:00 to 17:00. A request that comes
//! from 8:00 to 13:00 counts that day, and the number may be activated at midnight; a later one counts
//! as if it came at 8:00 on the next business day. Times are the losing carrier's local ones.
//!
//! ```
//! use telnum::porting::{PortCalendar, PortKind};
//!
//! // The fourth Thursday of November 2026 is Thanksgiving.
//! let calendar = PortCalendar::new(["2026-11-26".parse()?]);
//! let earliest = calendar.earliest("2026-11-25T13:01:00".parse()?, PortKind::Simple)?;
//! assert_eq!(earliest.counted.to_string(), "2026-11-27 08:00:00");
//! assert_eq!(earliest.activation.to_string(), "2026-11-30 00:00:00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

/// How much there is to a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortKind {
    /// One line, without changes to anything else the losing carrier provides. One business day.
    Simple,
    /// Any other. Four business days.
    Other,
}

/// The business days and hours of a losing carrier.
///
/// The regulation words the cut-off for simple ports; it is used for all, which is never too early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortCalendar {
    holidays: BTreeSet<NaiveDate>,
    opens: NaiveTime,
    cut_off: NaiveTime,
}

/// When a port can happen at the earliest: local times of the losing carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarliestPort {
    /// From when on the request counts.
    pub counted: NaiveDateTime,
    /// When the number may be activated: midnight, as the port date begins. The date is a business day.
    pub activation: NaiveDateTime,
}

/// Why there is no earliest date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// The calendar has no such dates.
    #[error("no business day follows {0} in the calendar")]
    OutOfRange(NaiveDate),
    /// The day would end before it begins.
    #[error("expected the cut-off not to be before the opening at {opens}, found {cut_off}")]
    Hours {
        /// When requests are taken from.
        opens: NaiveTime,
        /// Until when they count that day.
        cut_off: NaiveTime,
    },
}

const EIGHT: NaiveTime = at(8);
const THIRTEEN: NaiveTime = at(13);

const fn at(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

impl PortKind {
    /// How many business days it takes.
    #[must_use]
    pub const fn business_days(self) -> u8 {
        match self {
            Self::Simple => 1,
            Self::Other => 4,
        }
    }
}

impl PortCalendar {
    /// The regulation's hours, with a carrier's holidays.
    #[must_use]
    pub fn new(holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self { holidays: holidays.into_iter().collect(), opens: EIGHT, cut_off: THIRTEEN }
    }

    /// The same with other hours: from when on requests are taken, and until when, that time
    /// included, they count that day.
    ///
    /// # Errors
    /// If the cut-off is before the opening.
    pub fn with_hours(self, opens: NaiveTime, cut_off: NaiveTime) -> Result<Self, CalendarError> {
        if cut_off < opens {
            return Err(CalendarError::Hours { opens, cut_off });
        }
        Ok(Self { opens, cut_off, ..self })
    }

    /// Whether a day is one of Monday to Friday and no holiday.
    #[must_use]
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains(&day)
    }

    /// When a port can happen at the earliest whose request was received, complete and right, at a
    /// local time.
    ///
    /// # Errors
    /// If the calendar ends before.
    pub fn earliest(&self, received: NaiveDateTime, kind: PortKind) -> Result<EarliestPort, CalendarError> {
        let counted = self.counted(received)?;
        let mut day = counted.date();
        for _ in 0..kind.business_days() {
            day = self.business_day_after(day)?;
        }
        Ok(EarliestPort { counted, activation: day.and_time(NaiveTime::MIN) })
    }

    /// From when on a request counts.
    fn counted(&self, received: NaiveDateTime) -> Result<NaiveDateTime, CalendarError> {
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
