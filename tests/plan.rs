//! The numbering plan against libphonenumber's answers.

use telnum::PhoneNumber;
use telnum::plan::{self, Region};

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
