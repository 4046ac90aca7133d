//! The earliest date of a port, and its scheduled date.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use proptest::prelude::*;
use telnum::porting::{CalendarError, PortCalendar, PortKind, ScheduleOn, UnitedStates};

use crate::common;

const KINDS: [PortKind; 2] = [PortKind::Simple, PortKind::NonSimple];

#[test]
fn earliest_dates_follow_the_regulation() {
    for [received, kind, holidays, counted, activation, case] in
        common::rows(include_str!("../data/domain/port_dates.tsv"))
    {
        let kind = if kind == "simple" { PortKind::Simple } else { PortKind::NonSimple };
        let holidays = holidays.split(',').filter(|day| *day != "-").map(|day| day.parse().unwrap());
        let calendar = PortCalendar::new(holidays);
        let earliest = calendar.earliest(received.parse().unwrap(), kind).unwrap();
        assert_eq!(earliest.counts_from, counted.parse().unwrap(), "{case}");
        let day: NaiveDate = activation.parse().unwrap();
        assert_eq!(earliest.activation, day.and_time(NaiveTime::MIN), "{case}");
    }
}

#[test]
fn dates_out_of_range_and_reversed_hours_are_refused() {
    let end = NaiveDateTime::MAX;
    let error = PortCalendar::new([]).earliest(end, PortKind::Simple).unwrap_err();
    assert_eq!(error, CalendarError::OutOfRange(end.date()));
    let [six, seven] = [6, 7].map(|hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap());
    assert!(PortCalendar::new([]).with_hours(seven, six).is_err());
    let early = PortCalendar::new([]).with_hours(six, seven).unwrap();
    let earliest = early.earliest("2026-03-02T07:30:00".parse().unwrap(), PortKind::Simple).unwrap();
    assert_eq!(earliest.counts_from, "2026-03-03T06:00:00".parse().unwrap());
}

#[test]
fn local_times_become_moments() {
    for [zone, local, expected, case] in common::rows(include_str!("../data/domain/port_zones.tsv")) {
        match ScheduleOn::new(zone, local).moment(&UnitedStates) {
            Ok(moment) => assert_eq!(moment.to_string(), expected, "{zone} {local}, {case}"),
            Err(error) => assert_eq!(error.path(), expected, "{zone} {local}, {case}: {error}"),
        }
    }
}

fn start() -> NaiveDateTime {
    "2026-01-01T00:00:00".parse().unwrap()
}

fn is_business_day(day: NaiveDate, holidays: &[NaiveDate]) -> bool {
    !(day.weekday() == Weekday::Sat || day.weekday() == Weekday::Sun || holidays.contains(&day))
}

prop_compose! {
    fn a_calendar()(days in proptest::collection::vec(0_u64..60, 0..12)) -> (PortCalendar, Vec<NaiveDate>) {
        let holidays: Vec<_> = days.into_iter().map(|day| start().date() + Days::new(day)).collect();
        (PortCalendar::new(holidays.clone()), holidays)
    }
}

proptest! {
    #[test]
    fn a_port_takes_its_business_days((calendar, holidays) in a_calendar(), minutes in 0_i64..60 * 24 * 50) {
        let received = start() + TimeDelta::minutes(minutes);
        for kind in KINDS {
            let earliest = calendar.earliest(received, kind).unwrap();
            let (from, to) = (earliest.counts_from.date(), earliest.activation.date());
            prop_assert!(is_business_day(from, &holidays) && is_business_day(to, &holidays));
            prop_assert_eq!(earliest.activation.time(), NaiveTime::MIN);
            let between = from.iter_days().skip(1).take_while(|day| *day <= to);
            let count = between.filter(|day| is_business_day(*day, &holidays)).count();
            prop_assert_eq!(count, usize::from(kind.business_days()));
            // A request never counts before its receipt, and only the cut-off time skips a business
            // day.
            prop_assert!(earliest.counts_from >= received);
            prop_assert!((8..=13).contains(&chrono::Timelike::hour(&earliest.counts_from)));
            let passed = received.date().iter_days().take_while(|day| *day < from);
            let passed: Vec<_> = passed.filter(|day| is_business_day(*day, &holidays)).collect();
            let late = received.time() > NaiveTime::from_hms_opt(13, 0, 0).unwrap();
            let expected = usize::from(late && is_business_day(received.date(), &holidays));
            prop_assert_eq!(passed.len(), expected);
        }
    }

    #[test]
    fn a_later_request_is_not_activated_earlier(
        (calendar, _) in a_calendar(),
        minutes in 0_i64..60 * 24 * 50,
        more in 0_i64..60 * 24 * 5,
    ) {
        let received = start() + TimeDelta::minutes(minutes);
        let later = received + TimeDelta::minutes(more);
        let [simple, other] = KINDS.map(|kind| [received, later].map(|at| calendar.earliest(at, kind).unwrap()));
        prop_assert!(simple[0].activation <= simple[1].activation);
        prop_assert!(other[0].activation <= other[1].activation);
        prop_assert!(simple[0].activation < other[0].activation);
    }

    #[test]
    fn another_holiday_makes_no_port_earlier((_, holidays) in a_calendar(), more in 0_u64..60, minutes in 0_i64..60 * 24 * 50) {
        let received = start() + TimeDelta::minutes(minutes);
        let more = start().date() + Days::new(more);
        for kind in KINDS {
            let without = PortCalendar::new(holidays.clone()).earliest(received, kind).unwrap();
            let with = PortCalendar::new(holidays.iter().copied().chain([more])).earliest(received, kind).unwrap();
            prop_assert!(without.activation <= with.activation);
        }
    }
}
