//! The numbering plan against libphonenumber's results.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use telnum::plan::parse::CountrySource;
use telnum::plan::{self, NumberType, Possibility, Region, Style};
use telnum::{CallingCode, PhoneNumber};

const LOOKUP: &str = include_str!("data/plan/lookup.tsv");

#[test]
fn lookup_agrees_with_libphonenumber() {
    for row in LOOKUP.lines() {
        let cells: Vec<_> = row.split('\t').collect();
        let number: PhoneNumber = cells[0].parse().unwrap();
        let found = plan::lookup(number);
        let region = found.region().map_or("-".to_owned(), |region| region.to_string());
        let answer = [if found.is_valid() { "1" } else { "0" }, &region, found.number_type().as_str()];
        assert_eq!(answer, cells[1..4], "{number}");
        assert_eq!([number.national().as_str(), &number.international()], cells[4..], "{number}");
    }
}

/// A region that a new release of the metadata adds must be added to the constants of `Region`.
#[test]
fn the_regions_are_those_of_the_calling_codes() {
    let of_codes: BTreeSet<Region> = plan::calling_codes().flat_map(CallingCode::regions).collect();
    assert_eq!(Region::all().collect::<BTreeSet<_>>(), of_codes);
    let names: Vec<&str> = Region::all().map(Region::as_str).collect();
    let (last, countries) = names.split_last().unwrap();
    assert!(*last == "001" && countries.is_sorted());
}

/// If fixed and mobile numbers cannot be distinguished, an example of one is an example of the other.
#[test]
fn examples_have_their_type() {
    let mut count = 0;
    for (region, kind) in Region::all().flat_map(|region| NumberType::all().map(move |kind| (region, kind))) {
        let Some(number) = plan::example_number(region, kind) else { continue };
        let found = plan::lookup(number);
        assert!(found.is_valid_for(region), "{region} {kind}: {found:?}");
        let either = [NumberType::FixedLine, NumberType::Mobile, NumberType::FixedLineOrMobile];
        let alike = either.contains(&kind) && either.contains(&found.number_type());
        assert!(found.number_type() == kind || alike, "{region} {kind}: {found:?}");
        count += 1;
    }
    assert!(count > 1000, "{count}");
    for code in Region::all().filter_map(Region::calling_code) {
        assert!(code.main_region().unwrap().calling_code() == Some(code));
    }
}

#[test]
fn codes_and_regions_refer_to_each_other() {
    for code in plan::calling_codes() {
        let regions: Vec<Region> = code.regions().collect();
        assert_eq!(code.main_region(), regions.first().copied());
        for region in regions {
            assert_eq!(region.calling_code().unwrap_or(code), code);
        }
        let some: PhoneNumber = format!("+{code}5").parse().unwrap();
        assert_eq!(plan::lookup(some).calling_code(), Some(code));
    }
    assert_eq!(plan::calling_codes().filter(|code| code.main_region() == Some(Region::WORLD)).count(), 9);
    let of_regions: usize = plan::calling_codes().map(|code| code.regions().count()).sum();
    assert_eq!(of_regions, 245 + 9);
    for code in (1..=999).map(|code| CallingCode::new(code).unwrap()) {
        assert_eq!(code.main_region().is_some(), plan::calling_codes().any(|known| known == code), "{code}");
    }
}

#[test]
fn regions_round_trip_through_their_names() {
    for region in Region::all() {
        assert_eq!(region.to_string().parse(), Ok(region));
        let json = serde_json::to_string(&region).unwrap();
        assert_eq!(json, format!("\"{region}\""));
        assert_eq!(serde_json::from_str::<Region>(&json).unwrap(), region);
    }
    for text in ["", "U", "us", "USA", "ZZ", "00", "001 ", "AQ", "\u{e9}"] {
        assert!(text.parse::<Region>().is_err(), "{text:?}");
    }
    assert_eq!(size_of::<Option<Region>>(), 2);
}

#[test]
fn an_unassigned_code_has_no_region_and_no_format() {
    for text in ["+99", "+44", "+999123456", "+210123456", "+800", "+99912345678901"] {
        let number: PhoneNumber = text.parse().unwrap();
        let found = plan::lookup(number);
        assert_eq!((found.region(), found.calling_code(), found.is_valid()), (None, None, false), "{text}");
        assert_eq!(found.possibility(), Possibility::InvalidCountryCode, "{text}");
        assert!(!Region::all().any(|region| found.is_valid_for(region)), "{text}");
        assert_eq!(number.national().as_str(), number.national_digits().to_string(), "{text}");
        assert_eq!(plan::format(number, Style::E164), text);
    }
}

/// The capacity of `Formatted` is sufficient.
#[test]
fn every_format_fits_with_the_longest_additions() {
    let extension = Some("123456789012345".parse().unwrap());
    for row in include_str!("data/plan/states.tsv").lines() {
        let number: PhoneNumber = row.split('\t').next().unwrap().parse().unwrap();
        let text = plan::format_with_carrier_code(number, extension, "123456789012345");
        assert!(text.ends_with("123456789012345"), "{text}");
        for from in [Region::UZ, Region::AU, Region::CH] {
            assert!(plan::format_out_of_country(number, extension, from).ends_with("123456789012345"));
        }
    }
}

#[test]
fn values_round_trip_through_their_names() {
    fn check<T>(all: impl ExactSizeIterator<Item = T>, name: impl Fn(T) -> &'static str)
    where
        T: Copy + PartialEq + Debug + Display + Serialize + DeserializeOwned + FromStr<Err: Debug>,
    {
        for value in all {
            let text = name(value);
            assert_eq!(text.parse::<T>().unwrap(), value);
            assert_eq!(format!("{value:>30}"), format!("{text:>30}"));
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value);
            assert!(text.to_lowercase().parse::<T>().is_err() || text == "001");
        }
    }
    check(Region::all(), Region::as_str);
    check(NumberType::all(), NumberType::as_str);
    check(Possibility::all(), Possibility::as_str);
    check(Style::all(), Style::as_str);
    check(CountrySource::all(), CountrySource::as_str);
    let error = serde_json::from_str::<Style>("\"e164\"").unwrap_err().to_string();
    assert!(
        error.starts_with("expected one of E164, INTERNATIONAL, NATIONAL, RFC3966, found \"e164\""),
        "{error}"
    );
}
