//! Parsing a text to a number, its validity, type and region, compared with other crates.
//!
//! There are three corpora: E.164 texts of the whole world, the texts and regions of `parse.tsv`, and
//! common spellings of North American numbers. All texts that telnum and rlibphonenumber parse are timed,
//! whether or not phonelib parses them. The texts of a corpus lie one after the other in memory, as lines of
//! a file do.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rlibphonenumber::PHONE_NUMBER_UTIL;
use telnum::plan::{self, Region};

/// A text and the region in which it is parsed.
struct Row<'a> {
    text: &'a str,
    region: Region,
    name: &'a str,
    theirs: rlibphonenumber::Region,
}

impl<'a> Row<'a> {
    fn new(text: &'a str, name: &'a str) -> Option<Self> {
        let row = Self { text, region: name.parse().ok()?, name, theirs: name.parse().ok()? };
        (ours(&row) && rlibphonenumber(&row)).then_some(row)
    }
}

fn world() -> Vec<Row<'static>> {
    let rows = include_str!("../tests/data/plan/lookup.tsv").lines();
    rows.filter_map(|row| row.split_once('\t')).filter_map(|(text, _)| Row::new(text, "US")).collect()
}

fn mixed() -> Vec<Row<'static>> {
    let rows = include_str!("../tests/data/plan/parse.tsv").lines();
    rows.filter_map(|row| {
        let (region, rest) = row.split_once('\t')?;
        Row::new(rest.split_once('\t')?.0, region)
    })
    .collect()
}

/// Returns a line for each number.
fn north_american() -> String {
    let rows = include_str!("../tests/data/plan/lookup.tsv").lines();
    let numbers =
        rows.filter_map(|row| row.strip_prefix("+1")?.split_once("\t1\t").map(|(number, _)| number));
    let texts = numbers.enumerate().filter_map(|(place, number)| {
        let (area, rest) = number.split_at_checked(3)?;
        let (exchange, line) = rest.split_at_checked(3)?;
        Some(match place % 8 {
            0 => format!("({area}) {exchange}-{line}"),
            1 => format!("{area}-{exchange}-{line}"),
            2 => format!("{area}.{exchange}.{line}"),
            3 => format!("+1 {area} {exchange} {line}"),
            4 => format!("1-{area}-{exchange}-{line}"),
            5 => format!("{area}{exchange}{line}"),
            6 => format!("+1 ({area}) {exchange}-{line}"),
            _ => format!("{area} {exchange} {line}"),
        })
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn ours(row: &Row<'_>) -> bool {
    let Ok(parsed) = plan::parse(row.text, Some(row.region)) else { return false };
    let found = plan::lookup(parsed.number);
    black_box((parsed, found.is_valid(), found.number_type(), found.region()));
    true
}

fn rlibphonenumber(row: &Row<'_>) -> bool {
    let Ok(number) = PHONE_NUMBER_UTIL.parse(row.text, Some(row.theirs)) else { return false };
    let valid = PHONE_NUMBER_UTIL.is_valid_number(&number);
    let kind = PHONE_NUMBER_UTIL.get_number_type(&number);
    black_box((valid, kind, PHONE_NUMBER_UTIL.get_region_for_number(&number)));
    true
}

fn phonelib(row: &Row<'_>) -> bool {
    let number = if row.text.starts_with('+') {
        phonelib::PhoneNumber::parse(row.text)
    } else {
        phonelib::PhoneNumber::parse_with_country(row.text, row.name)
    };
    let Some(number) = number else { return false };
    black_box((number.phone_type(), number.country()));
    true
}

/// Parses a row with a crate; returns whether the crate accepts it.
type Crate = fn(&Row<'_>) -> bool;

fn bench(criterion: &mut Criterion) {
    let texts = north_american();
    let north_american = texts.lines().filter_map(|text| Row::new(text, "US")).collect();
    let corpora = [("E.164", world()), ("mixed", mixed()), ("North American", north_american)];
    let crates: [(&str, Crate); 3] =
        [("telnum", ours), ("rlibphonenumber", rlibphonenumber), ("phonelib", phonelib)];
    for (name, rows) in corpora {
        let mut group = criterion.benchmark_group(format!("parse {name}"));
        group.sample_size(20).measurement_time(Duration::from_secs(3));
        group.throughput(Throughput::Elements(rows.len() as u64));
        for (name, read) in crates {
            group
                .bench_function(name, |bencher| bencher.iter(|| rows.iter().filter(|row| read(row)).count()));
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
