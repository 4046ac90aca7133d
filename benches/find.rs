//! Finding numbers in texts, compared with rlibphonenumber, in texts without digits, and in hostile texts.
//!
//! The realistic texts are the documents of `find_long.jsonl`: mails, tables and logs of about 2 KB. Of
//! each kind of hostile text there are three sizes; the time must double with the size.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rlibphonenumber::phonenumber_matcher::{self, PHONE_MATCHER_FACTORY};
use serde_json::Value;
use telnum::plan::{self, Leniency, Region};

/// A text and the region of its numbers.
struct Document {
    text: String,
    region: Option<Region>,
    theirs: Option<rlibphonenumber::Region>,
}

fn documents() -> Vec<Document> {
    let rows = include_str!("../tests/data/find/find_long.jsonl").split_terminator('\n');
    rows.filter_map(|row| serde_json::from_str::<Value>(row).ok())
        .filter_map(|row| {
            let region = row.get("region")?.as_str();
            Some(Document {
                text: row.get("text")?.as_str()?.to_owned(),
                region: region.and_then(|region| region.parse().ok()),
                theirs: region.and_then(|region| region.parse().ok()),
            })
        })
        .collect()
}

fn realistic(criterion: &mut Criterion) {
    let documents = documents();
    let bytes: usize = documents.iter().map(|document| document.text.len()).sum();
    let mut group = criterion.benchmark_group("find in documents");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(3))
        .throughput(Throughput::Bytes(bytes as u64));
    for (ours, theirs) in [
        (Leniency::Possible, phonenumber_matcher::Leniency::Possible),
        (Leniency::Valid, phonenumber_matcher::Leniency::Valid),
        (Leniency::ExactGrouping, phonenumber_matcher::Leniency::ExactGrouping),
    ] {
        group.bench_function(BenchmarkId::new("telnum", ours), |bencher| {
            bencher.iter(|| {
                let numbers = |document: &Document| {
                    plan::find(&document.text, document.region).with_leniency(ours).map(black_box).count()
                };
                documents.iter().map(numbers).sum::<usize>()
            });
        });
        group.bench_function(BenchmarkId::new("rlibphonenumber", ours), |bencher| {
            bencher.iter(|| {
                let numbers = |document: &Document| {
                    let matcher =
                        PHONE_MATCHER_FACTORY.create_matcher(&document.text, theirs, 65_535, document.theirs);
                    matcher.map(black_box).count()
                };
                documents.iter().map(numbers).sum::<usize>()
            });
        });
    }
    group.finish();
}

fn prose(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("find in prose without digits");
    for (name, unit) in [
        ("English", "The quick brown fox jumps over the lazy dog, and calls nobody. "),
        ("Russian", "Съешь же ещё этих мягких французских булок, да выпей чаю. "),
        ("Japanese", "いろはにほへと、ちりぬるを。わかよたれそ、つねならむ。"),
    ] {
        let text = unit.repeat((1 << 20) / unit.len());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| plan::find(black_box(&text), Some(Region::US)).count());
        });
    }
    group.finish();
}

fn hostile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("find in hostile texts");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (name, unit) in [
        ("digits", "1"),
        ("digits apart", "1 "),
        ("brackets", "("),
        ("digits in brackets", "(1"),
        ("slashes", "1/"),
        ("stops", "1."),
        ("dates", "31/8/2011 "),
        ("timestamps", "2012-01-02 08:"),
        ("labels", "1 ext"),
        ("numbers", "4155552671 "),
    ] {
        for size in [1 << 18, 1 << 19, 1 << 20] {
            let text = unit.repeat(size / unit.len());
            group.throughput(Throughput::Bytes(size as u64));
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                bencher.iter(|| {
                    let numbers = plan::find(black_box(&text), Some(Region::US)).with_max_tries(u64::MAX);
                    numbers.with_leniency(Leniency::ExactGrouping).count()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, realistic, prose, hostile);
criterion_main!(benches);
