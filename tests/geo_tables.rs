//! The tables of the module `geo` against the files from which they are generated.
//!
//! They are read from libphonenumber's `resources/` directory, named by `TELNUM_LIBPHONENUMBER`, and from the
//! package `cldr-localenames-full` of the release in the tables, named by `TELNUM_CLDR`.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test fails by panicking")]

#[path = "../examples/generate_geo/generator/mod.rs"]
mod generator;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use telnum::geo::{self, Language};
use telnum::{PhoneNumber, plan};

#[test]
#[ignore = "needs the directories named by TELNUM_LIBPHONENUMBER and TELNUM_CLDR"]
fn the_generator_reproduces_the_geo_tables() {
    let tables = generator::tables(&directory("TELNUM_LIBPHONENUMBER"), &directory("TELNUM_CLDR")).unwrap();
    assert_eq!(tables.len(), 10);
    for (name, made) in tables {
        assert!(made == table(name), "{name} is not of these directories and this generator");
    }
}

#[test]
fn the_tables_are_small() {
    let size = |names: &[&str]| names.iter().map(|name| table(name).len()).sum::<usize>();
    for (names, limit) in [
        (["places.bin", "places.txt", "countries.bin", "countries.txt"].as_slice(), 1_020_000),
        (&["languages.bin", "languages.txt"], 175_000),
        (&["carriers.bin", "carriers.txt"], 56_000),
        (&["zones.bin", "zones.txt"], 17_000),
    ] {
        assert!(size(names) <= limit, "{names:?}: {}", size(names));
    }
}

#[test]
#[ignore = "needs the directory named by TELNUM_LIBPHONENUMBER"]
fn every_prefix_has_the_place_of_its_file() {
    let directory = directory("TELNUM_LIBPHONENUMBER").join("geocoding");
    let mut count = 0;
    for language in names(&directory) {
        let read_as: Language = language.parse().unwrap();
        for file in names(&directory.join(&language)) {
            let own = Mappings::read(&directory.join(&language).join(&file));
            for (prefix, name) in &own.0 {
                let place = geo::place_of_prefix(format!("+{prefix}").parse().unwrap()).unwrap();
                assert_eq!(place.name(read_as).unwrap(), name.as_str(), "{language} {prefix}");
                count += 1;
            }
        }
    }
    assert!(count > 400_000, "{count}");
}

/// The tries of carriers and zones continue with zeros if a number ends before a leaf. The result is
/// wrong for the start of a prefix, but no valid number is one.
#[test]
#[ignore = "needs the directory named by TELNUM_LIBPHONENUMBER"]
fn a_number_shorter_than_a_prefix_is_answered() {
    let resources = directory("TELNUM_LIBPHONENUMBER");
    let english = |kind: &str| {
        let directory = resources.join(kind).join("en");
        Mappings(names(&directory).iter().flat_map(|file| Mappings::read(&directory.join(file)).0).collect())
    };
    let zones = Mappings::read(&resources.join("timezones/map_data.txt"));
    let (carriers, places) = (english("carrier"), english("geocoding"));
    let prefixes = carriers.0.keys().chain(places.0.keys()).chain(zones.0.keys());
    let starts: BTreeSet<&str> =
        prefixes.flat_map(|prefix| (2..=prefix.len()).map(|end| &prefix[..end])).collect();
    let mut count = 0;
    for digits in starts {
        let number: PhoneNumber = format!("+{digits}").parse().unwrap();
        let found = plan::lookup(number);
        if !found.is_valid() {
            continue;
        }
        count += 1;
        if let Some(carrier) = found.carrier(Language::ENGLISH) {
            assert_eq!(carriers.longest(digits), Some(carrier), "{number}");
        }
        if let Some(place) = found.place() {
            assert!(place.name(Language::ENGLISH).unwrap() == places.longest(digits).unwrap(), "{number}");
            assert!(found.time_zones().iter().eq(zones.longest(digits).unwrap().split('&')), "{number}");
        }
    }
    assert!(count > 0);
}

/// The texts of prefixes.
struct Mappings(BTreeMap<String, String>);

impl Mappings {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let rows = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('|'));
        Self(rows.map(|(prefix, text)| (prefix.to_owned(), text.trim().to_owned())).collect())
    }

    fn longest(&self, digits: &str) -> Option<&str> {
        (1..=digits.len()).rev().find_map(|end| self.0.get(&digits[..end])).map(String::as_str)
    }
}

fn directory(variable: &str) -> PathBuf {
    std::env::var_os(variable).unwrap().into()
}

fn table(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/geo/tables").join(name)).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
