//! Cleaning a text, compared with parsing it, on undamaged texts and on damaged ones.
//!
//! The undamaged texts are those of `plan::parse`'s corpora: E.164 texts of the whole world, and common spellings of
//! North American and of other national numbers.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use telnum::PhoneNumber;
use telnum::plan::clean::clean;
use telnum::plan::{self, Region};

/// A text and the region in which it is read.
type Row = (String, Option<Region>);

fn valid_numbers() -> impl Iterator<Item = PhoneNumber> {
    let rows = include_str!("../tests/data/plan/lookup.tsv").lines();
    let numbers = rows.filter_map(|row| row.split('\t').next()?.parse::<PhoneNumber>().ok());
    numbers.filter(|number| number.is_valid() && number.region().is_some())
}

fn e164() -> Vec<Row> {
    valid_numbers().map(|number| (number.to_string(), Some(Region::US))).collect()
}

fn north_american() -> Vec<Row> {
    let numbers = valid_numbers().filter(|number| number.region() == Some(Region::US));
    let texts = numbers.enumerate().map(|(place, number)| {
        let national = number.national_digits().to_string();
        let (area, rest) = national.split_at(3);
        let (exchange, line) = rest.split_at(3);
        match place % 5 {
            0 => format!("({area}) {exchange}-{line}"),
            1 => format!("{area}-{exchange}-{line}"),
            2 => format!("+1 {area} {exchange} {line}"),
            3 => format!("1-{area}-{exchange}-{line}"),
            _ => format!("{area}{exchange}{line}"),
        }
    });
    texts.map(|text| (text, Some(Region::US))).collect()
}

/// The national formats in which each number is undamaged.
fn national() -> Vec<Row> {
    let rows = valid_numbers().map(|number| (number.national().to_string(), number.region()));
    rows.filter(|(text, region)| clean(text, *region).is_ok_and(|cell| cell.repairs().is_empty())).collect()
}

fn damaged() -> Vec<Row> {
    let rows = valid_numbers().enumerate().map(|(place, number)| {
        let digits = number.to_string().trim_start_matches('+').to_owned();
        let text = match place % 8 {
            0 => format!("{digits}.0"),
            1 => format!("'+{digits}"),
            2 => digits,
            3 => format!("00{digits}"),
            4 => format!("+{digits} (office)"),
            5 => format!("+{digits} / {number}"),
            6 => format!("\u{202A}+{digits}\u{202C}"),
            _ => "4.47912E+11".to_owned(),
        };
        (text, number.region())
    });
    rows.collect()
}

fn bench(criterion: &mut Criterion) {
    let corpora = [
        ("E.164", e164()),
        ("North American", north_american()),
        ("national", national()),
        ("damaged", damaged()),
    ];
    for (name, rows) in corpora {
        let mut group = criterion.benchmark_group(format!("clean {name}"));
        group.sample_size(20).measurement_time(Duration::from_secs(3));
        group.throughput(Throughput::Elements(rows.len() as u64));
        group.bench_function("parse", |bencher| {
            bencher.iter(|| {
                rows.iter().filter(|(text, region)| black_box(plan::parse(text, *region)).is_ok()).count()
            });
        });
        group.bench_function("clean", |bencher| {
            bencher.iter(|| {
                rows.iter().filter(|(text, region)| black_box(clean(text, *region)).is_ok()).count()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
