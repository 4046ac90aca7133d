//! The numbering plan against libphonenumber's answers.

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
        let answer = [if found.is_valid() { "1" } else { "0" }, &region, found.number_type().name()];
        assert_eq!(answer, cells[1..4], "{number}");
        assert_eq!([number.national().as_str(), &number.international()], cells[4..], "{number}");
    }
}

#[test]
fn constants_are_the_regions_of_the_table() {
    let text = include_str!("../src/plan/region.rs");
    let (_, list) = text.split_once("regions! {").unwrap();
    let listed: Vec<Region> =
        list.trim_end_matches(['}', '\n']).split_whitespace().map(|it| it.parse().unwrap()).collect();
    let all: Vec<Region> = Region::all().filter(|region| *region != Region::WORLD).collect();
    assert_eq!(listed, all);
}

/// An example is of its type; where fixed and mobile numbers look the
/// same, of both.
#[test]
fn examples_are_what_they_are_examples_of() {
    let mut count = 0;
    for (region, kind) in Region::all().flat_map(|region| NumberType::VALID.map(|kind| (region, kind))) {
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
fn codes_and_regions_are_each_others() {
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
fn a_region_is_its_name() {
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
fn a_code_that_is_not_assigned_has_no_answers() {
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

/// The longest text that formats can make has room.
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
