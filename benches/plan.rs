//! Lookup and format compared with other crates, on the same numbers of the whole world.
//!
//! `lookup` computes validity, type and region; the `format` groups write to a buffer that is reused. The
//! other crates start from a number that they parsed before.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};
use telnum::plan::{self, Style};

/// Valid numbers: some of the crates parse no others.
struct Corpus {
    ours: Vec<telnum::PhoneNumber>,
    rlibphonenumber: Vec<rlibphonenumber::PhoneNumber>,
    phonenumber: Vec<phonenumber::PhoneNumber>,
    phonelib: Vec<phonelib::PhoneNumber>,
}

impl Corpus {
    fn read() -> Self {
        let texts: Vec<&str> = include_str!("../tests/data/plan/lookup.tsv")
            .lines()
            .filter_map(|row| row.split_once("\t1\t").map(|(number, _)| number))
            .collect();
        Self {
            ours: texts.iter().filter_map(|text| text.parse().ok()).collect(),
            rlibphonenumber: texts
                .iter()
                .filter_map(|text| PHONE_NUMBER_UTIL.parse(text, None).ok())
                .collect(),
            // With numbers of many countries it compiles regexes again and again, which takes milliseconds a
            // number.
            phonenumber: texts
                .iter()
                .step_by(500)
                .filter_map(|text| phonenumber::parse(None, text).ok())
                .collect(),
            phonelib: texts.iter().filter_map(|text| phonelib::PhoneNumber::parse(text)).collect(),
        }
    }
}

fn bench(criterion: &mut Criterion) {
    let corpus = Corpus::read();

    let mut group = criterion.benchmark_group("lookup");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
    group.throughput(Throughput::Elements(corpus.ours.len() as u64));
    group.bench_function("telnum", |bencher| {
        bencher.iter(|| {
            for number in &corpus.ours {
                let found = plan::lookup(*number);
                black_box((found.is_valid(), found.number_type(), found.region()));
            }
        });
    });
    group.throughput(Throughput::Elements(corpus.rlibphonenumber.len() as u64));
    group.bench_function("rlibphonenumber", |bencher| {
        bencher.iter(|| {
            for number in &corpus.rlibphonenumber {
                let valid = PHONE_NUMBER_UTIL.is_valid_number(number);
                let kind = PHONE_NUMBER_UTIL.get_number_type(number);
                black_box((valid, kind, PHONE_NUMBER_UTIL.get_region_for_number(number)));
            }
        });
    });
    group.throughput(Throughput::Elements(corpus.phonenumber.len() as u64));
    group.bench_function("phonenumber", |bencher| {
        bencher.iter(|| {
            for number in &corpus.phonenumber {
                let kind = number.number_type(&phonenumber::metadata::DATABASE);
                black_box((phonenumber::is_valid(number), kind, number.country().id()));
            }
        });
    });
    group.throughput(Throughput::Elements(corpus.phonelib.len() as u64));
    group.bench_function("phonelib", |bencher| {
        bencher.iter(|| {
            for number in &corpus.phonelib {
                black_box((number.phone_type(), number.country()));
            }
        });
    });
    group.finish();

    let styles = [
        ("national", Style::National, PhoneNumberFormat::National, phonelib::PhoneFormat::National),
        (
            "international",
            Style::International,
            PhoneNumberFormat::International,
            phonelib::PhoneFormat::International,
        ),
    ];
    for (name, style, rlibphonenumber, phonelib) in styles {
        let mut buffer = String::with_capacity(64);
        let mut group = criterion.benchmark_group(format!("format {name}"));
        group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Elements(corpus.ours.len() as u64));
        group.bench_function("telnum", |bencher| {
            bencher.iter(|| {
                for number in &corpus.ours {
                    black_box(plan::format(*number, style));
                }
            });
        });
        group.bench_function("telnum, into a String", |bencher| {
            bencher.iter(|| {
                for number in &corpus.ours {
                    buffer.clear();
                    buffer.push_str(&plan::format(*number, style));
                    black_box(&buffer);
                }
            });
        });
        group.throughput(Throughput::Elements(corpus.rlibphonenumber.len() as u64));
        group.bench_function("rlibphonenumber", |bencher| {
            bencher.iter(|| {
                for number in &corpus.rlibphonenumber {
                    buffer.clear();
                    buffer.push_str(&PHONE_NUMBER_UTIL.format(number, rlibphonenumber));
                    black_box(&buffer);
                }
            });
        });
        group.throughput(Throughput::Elements(corpus.phonelib.len() as u64));
        group.bench_function("phonelib", |bencher| {
            bencher.iter(|| {
                for number in &corpus.phonelib {
                    black_box(number.format(phonelib));
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
