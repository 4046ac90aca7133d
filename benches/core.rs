//! The hot paths compared with combinations of other crates, in one run on one core.
//!
//! Each time is that of the whole corpus; the throughput line divides it by the number of strings.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a bench stops at the first surprise"
)]

mod corpus;

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use regex::{Captures, Regex, RegexSet};
use telnum::PhoneNumber;
use telnum::classify::{Classifiers, Rule};
use telnum::normalize::{Converters, Normalizer};
use telnum::number::Buffer;

const STRINGS: usize = 100_000;
const BATCH: usize = 1_000;

fn group<'c>(criterion: &'c mut Criterion, name: &str, strings: usize) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(strings as u64));
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group
}

fn regexes(classifiers: &Classifiers) -> Vec<Regex> {
    classifiers.rules().map(|rule| Regex::new(rule.regex()).unwrap()).collect()
}

/// The other crates start from the normalized text, telnum from the dialled text.
fn classify(criterion: &mut Criterion) {
    let dialled = corpus::dialled(STRINGS);
    let classifiers = Classifiers::north_america();
    let normalized: Vec<_> = dialled.iter().map(|text| classifiers.normalizer().normalize(text)).collect();
    let normalized: Vec<String> = normalized.iter().map(|text| text.text().to_string()).collect();
    let numbers: Vec<PhoneNumber> = normalized.iter().filter_map(|text| text.parse().ok()).collect();
    let regexes = regexes(&classifiers);
    let set = RegexSet::new(classifiers.rules().map(Rule::regex)).unwrap();

    let mut group = group(criterion, "classify", STRINGS);
    group.bench_function("regex, is_match in order", |bencher| {
        bencher.iter(|| {
            for text in &normalized {
                black_box(regexes.iter().position(|regex| regex.is_match(text)));
            }
        });
    });
    group.bench_function("regex, RegexSet", |bencher| {
        bencher.iter(|| {
            for text in &normalized {
                black_box(set.matches(text).iter().next());
            }
        });
    });
    group.bench_function("telnum, one by one", |bencher| {
        bencher.iter(|| {
            for text in &dialled {
                black_box(classifiers.classify(text));
            }
        });
    });
    let texts: Vec<&str> = dialled.iter().map(String::as_str).collect();
    let mut classes = Vec::with_capacity(BATCH);
    group.bench_function("telnum, in batches of 1,000", |bencher| {
        bencher.iter(|| {
            for texts in texts.chunks(BATCH) {
                classes.clear();
                classifiers.classify_all(black_box(texts), &mut classes);
                black_box(&classes);
            }
        });
    });
    group.throughput(Throughput::Elements(numbers.len() as u64));
    group.bench_function("telnum, numbers one by one", |bencher| {
        bencher.iter(|| {
            for number in &numbers {
                black_box(classifiers.classify_number(*number));
            }
        });
    });
    let mut classes = Vec::with_capacity(BATCH);
    group.bench_function("telnum, numbers in batches of 1,000", |bencher| {
        bencher.iter(|| {
            for numbers in numbers.chunks(BATCH) {
                classes.clear();
                classifiers.classify_numbers(black_box(numbers), &mut classes);
                black_box(&classes);
            }
        });
    });
    group.finish();
}

fn captures(criterion: &mut Criterion) {
    let dialled = corpus::dialled(STRINGS);
    let classifiers = Classifiers::north_america();
    let normalized: Vec<_> = dialled.iter().map(|text| classifiers.normalizer().normalize(text)).collect();
    let normalized: Vec<String> = normalized.iter().map(|text| text.text().to_string()).collect();
    let regexes = regexes(&classifiers);
    let captured = |captures: Captures<'_>| captures.iter().flatten().last().map(|group| group.len());

    let mut group = group(criterion, "classify and capture", STRINGS);
    group.bench_function("regex, captures in order", |bencher| {
        bencher.iter(|| {
            for text in &normalized {
                black_box(regexes.iter().find_map(|regex| regex.captures(text).map(captured)));
            }
        });
    });
    group.bench_function("telnum", |bencher| {
        bencher.iter(|| {
            for text in &dialled {
                black_box(classifiers.classify(text).map(|call| call.captured().len()));
            }
        });
    });
    group.finish();
}

fn normalize(criterion: &mut Criterion) {
    let texts = corpus::north_american(STRINGS);
    let bare: Vec<String> =
        texts.iter().map(|text| text.replace([' ', '-', '.', '(', ')', '/'], "")).collect();
    let normalizer = Normalizer::reference();
    let rules = Converters::reference();
    let rules: Vec<_> =
        rules.iter().map(|rule| (Regex::new(rule.pattern()).unwrap(), rule.prefix())).collect();
    let through_regex = |text: &str| {
        if text.starts_with('+') {
            return text.to_owned();
        }
        let convert = |(regex, prefix): &(Regex, &str)| {
            let captures = regex.captures(text)?;
            Some(format!("{prefix}{}", captures.iter().flatten().last()?.as_str()))
        };
        rules.iter().find_map(convert).unwrap_or_else(|| text.to_owned())
    };

    let mut group = group(criterion, "normalize", STRINGS);
    group.bench_function("regex, to a String, separators already gone", |bencher| {
        bencher.iter(|| {
            for text in &bare {
                black_box(through_regex(text));
            }
        });
    });
    group.bench_function("telnum, separators already gone", |bencher| {
        bencher.iter(|| {
            for text in &bare {
                black_box(normalizer.normalize(text));
            }
        });
    });
    group.bench_function("telnum, as typed", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(normalizer.normalize(text));
            }
        });
    });
    group.finish();
}

/// Returns E.164 texts, which all compared crates accept.
fn e164() -> Vec<String> {
    let texts = corpus::dialled(STRINGS);
    texts.into_iter().filter(|text| text.parse::<PhoneNumber>().is_ok()).take(20_000).collect()
}

fn parse(criterion: &mut Criterion) {
    let texts = e164();
    let util = &rlibphonenumber::PHONE_NUMBER_UTIL;
    let mut group = group(criterion, "parse +...", texts.len());
    group.bench_function("rlibphonenumber", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(util.parse(text, None).ok());
            }
        });
    });
    group.bench_function("phonelib", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(phonelib::PhoneNumber::parse(text));
            }
        });
    });
    group.bench_function("telnum", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(text.parse::<PhoneNumber>().ok());
            }
        });
    });
    group.finish();
}

fn display(criterion: &mut Criterion) {
    let texts = e164();
    let util = &rlibphonenumber::PHONE_NUMBER_UTIL;
    let parsed: Vec<_> = texts.iter().filter_map(|text| util.parse(text, None).ok()).collect();
    let by_phonelib: Vec<_> = texts.iter().filter_map(|text| phonelib::PhoneNumber::parse(text)).collect();
    let numbers: Vec<PhoneNumber> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let mut buffer = String::with_capacity(64);

    let mut group = group(criterion, "E.164 into a buffer", numbers.len());
    group.throughput(Throughput::Elements(parsed.len() as u64));
    group.bench_function("rlibphonenumber", |bencher| {
        bencher.iter(|| {
            for number in &parsed {
                buffer.clear();
                buffer.push_str(&util.format(number, rlibphonenumber::PhoneNumberFormat::E164));
                black_box(&buffer);
            }
        });
    });
    group.throughput(Throughput::Elements(by_phonelib.len() as u64));
    group.bench_function("phonelib", |bencher| {
        bencher.iter(|| {
            for number in &by_phonelib {
                buffer.clear();
                buffer.push_str(&number.format(phonelib::PhoneFormat::E164));
                black_box(&buffer);
            }
        });
    });
    group.throughput(Throughput::Elements(numbers.len() as u64));
    group.bench_function("telnum, Display", |bencher| {
        bencher.iter(|| {
            for number in &numbers {
                buffer.clear();
                write!(buffer, "{number}").unwrap();
                black_box(&buffer);
            }
        });
    });
    group.bench_function("telnum, encode", |bencher| {
        bencher.iter(|| {
            let mut buffer = Buffer::new();
            for number in &numbers {
                black_box(number.encode(&mut buffer));
            }
        });
    });
    group.finish();
}

fn build(criterion: &mut Criterion) {
    let mut group = group(criterion, "build", 1);
    let rules: Vec<Rule> = Classifiers::north_america().rules().cloned().collect();
    group.bench_function("the default classifiers, from their rules", |bencher| {
        bencher.iter(|| Classifiers::new(rules.iter().cloned()));
    });
    group.bench_function("the default classifiers, again", |bencher| {
        bencher.iter(Classifiers::north_america);
    });
    group.finish();
}

/// A megabyte of the texts that take longest: no rule is decided before their end.
fn worst_case(criterion: &mut Criterion) {
    let classifiers = Classifiers::north_america();
    let mut group = criterion.benchmark_group("a megabyte");
    group.sample_size(10).throughput(Throughput::Bytes(1 << 20));
    for (name, text) in [
        ("digits", "2".repeat(1 << 20)),
        ("separators and digits", "2 ".repeat(1 << 19)),
        ("line feeds", "\n".repeat(1 << 20)),
        ("not ASCII", "é".repeat(1 << 19)),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| classifiers.classify(black_box(&text)).map(|call| call.index()));
        });
    }
    group.finish();
}

criterion_group!(benches, classify, captures, normalize, parse, display, build, worst_case);
criterion_main!(benches);
