//! Places, carriers and time zones compared with `namba`, on the same valid numbers, and a table of localities.
//!
//! `namba` only looks up the longest prefix; telnum also checks that the number is valid and of a type
//! that has a place, as libphonenumber does. `telnum_text` also writes the name to a text.
//!
//! `benches/geo.py` measures the Python port of libphonenumber on the same numbers.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use telnum::PhoneNumber;
use telnum::geo::{self, Language};
use telnum::locality::{Columns, LocalityLookup, LocalityTable};

/// The numbers in the type of each crate.
#[derive(Default)]
struct Corpus {
    ours: Vec<PhoneNumber>,
    namba: Vec<namba::PhoneNumber>,
}

impl Corpus {
    /// Reads the numbers that `is_asked` selects and that both crates accept.
    fn read(is_asked: impl Fn(&PhoneNumber) -> bool) -> Self {
        let plan = include_str!("../tests/data/plan/lookup.tsv").lines();
        let places = include_str!("../tests/data/geo/places.tsv").lines();
        let mut corpus = Self::default();
        for text in plan.chain(places).filter_map(|row| row.split('\t').next()) {
            let Ok(number) = text.parse::<PhoneNumber>() else { continue };
            if number.is_valid()
                && is_asked(&number)
                && let Ok(peer) = namba::parse(text)
            {
                corpus.ours.push(number);
                corpus.namba.push(peer);
            }
        }
        corpus
    }

    fn group<'a>(&self, criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
        group.throughput(Throughput::Elements(self.ours.len() as u64));
        group
    }

    fn ours<T>(
        &self,
        group: &mut BenchmarkGroup<'_, WallTime>,
        name: &str,
        answer: impl Fn(PhoneNumber) -> T,
    ) {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for number in &self.ours {
                    black_box(answer(*number));
                }
            });
        });
    }

    /// Writes each name to the same text.
    fn written(
        &self,
        group: &mut BenchmarkGroup<'_, WallTime>,
        answer: impl Fn(PhoneNumber) -> Option<geo::Name>,
    ) {
        group.bench_function("telnum_text", |bencher| {
            let mut text = String::new();
            bencher.iter(|| {
                for number in &self.ours {
                    text.clear();
                    if let Some(name) = answer(*number) {
                        name.append_to(&mut text);
                    }
                    black_box(&text);
                }
            });
        });
    }

    /// Writes each place that `namba` returns to the same text.
    fn namba_written(&self, group: &mut BenchmarkGroup<'_, WallTime>) {
        group.bench_function("namba_text", |bencher| {
            let mut text = String::new();
            bencher.iter(|| {
                for number in &self.namba {
                    text.clear();
                    if let Some(place) = namba::Location::for_number(number) {
                        text.push_str(place.as_str());
                    }
                    black_box(&text);
                }
            });
        });
    }

    fn namba<T>(&self, group: &mut BenchmarkGroup<'_, WallTime>, answer: impl Fn(&namba::PhoneNumber) -> T) {
        group.bench_function("namba", |bencher| {
            bencher.iter(|| {
                for number in &self.namba {
                    black_box(answer(number));
                }
            });
        });
    }
}

fn bench(criterion: &mut Criterion) {
    let with_place = |number: &PhoneNumber| geo::place(*number).is_some();
    for (name, code) in [("place_nanp", Some(1)), ("place_world", None)] {
        let corpus = Corpus::read(|number| {
            with_place(number)
                && code.is_none_or(|code| number.calling_code().is_some_and(|of| of.get() == code))
        });
        let mut group = corpus.group(criterion, name);
        corpus.ours(&mut group, "telnum", |number| geo::place(number)?.name(Language::ENGLISH));
        corpus.written(&mut group, |number| geo::place(number)?.name(Language::ENGLISH));
        corpus.namba(&mut group, namba::Location::for_number);
        corpus.namba_written(&mut group);
    }

    let corpus = Corpus::read(|_| true);
    let mut group = corpus.group(criterion, "describe");
    corpus.ours(&mut group, "telnum", |number| geo::describe(number, Language::ENGLISH));
    corpus.written(&mut group, |number| geo::describe(number, Language::ENGLISH));
    for language in ["de", "zh"] {
        let Ok(asked) = language.parse() else { continue };
        corpus.ours(&mut group, &format!("telnum_{language}"), |number| geo::describe(number, asked));
    }
    drop(group);

    let mut group = corpus.group(criterion, "carrier");
    corpus.ours(&mut group, "telnum", |number| geo::carrier(number, Language::ENGLISH));
    corpus.namba(&mut group, namba::CarrierName::for_number);
    drop(group);

    let mut group = corpus.group(criterion, "time_zones");
    corpus.ours(&mut group, "telnum", |number| geo::time_zones(number).iter().next());
    corpus.namba(&mut group, namba::TimeZones::for_number);
    drop(group);

    let (table, numbers) = blocks();
    let mut group = criterion.benchmark_group("locality_table");
    group.sample_size(20).throughput(Throughput::Elements(numbers.len() as u64));
    group.bench_function("locate", |bencher| {
        bencher.iter(|| {
            for number in &numbers {
                let _ = black_box(table.locate(*number));
            }
        });
    });
}

/// A table of as many thousands-blocks as North America has, and a number of every 17th.
fn blocks() -> (LocalityTable, Vec<PhoneNumber>) {
    const BLOCKS: u32 = 171_351;
    let mut file = String::from("npa,nxx,x,province,rate_centre,carrier_id,carrier_company\n");
    let mut numbers = Vec::new();
    for block in 0..BLOCKS {
        let (npa, nxx, x) = (200 + block / 8000, 200 + block / 10 % 800, block % 10);
        let (province, centre, carrier) = (block / 40 % 50, block / 40, block / 8 % 4000);
        let _ = writeln!(file, "{npa},{nxx},{x},P{province},CENTRE {centre},{carrier},COMPANY {carrier}");
        if block % 17 == 0 {
            numbers.extend(format!("+1{npa}{nxx}{x}000").parse::<PhoneNumber>().ok());
        }
    }
    let mut table = LocalityTable::new();
    let read = table.read_csv(file.as_bytes(), &Columns::new().with_prefix("+1"));
    assert_eq!(read, Ok(u64::from(BLOCKS)));
    (table, numbers)
}

criterion_group!(benches, bench);
criterion_main!(benches);
