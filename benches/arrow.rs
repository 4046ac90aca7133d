//! Parsing a column of a million mixed texts, compared with a plain loop over `plan::parse`, on one thread and on two.
#![expect(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a bench stops at the first surprise"
)]

mod corpus;

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{iter, thread};

use arrow_array::{Array, StringArray, StringViewArray, UInt64Array};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use telnum::PhoneNumber;
use telnum::columns::arrow;
use telnum::plan::{self, Region};

const ROWS: usize = 1_000_000;
const ROWS_OF_SLICE: usize = 8_192;

fn parse(column: &dyn Array) -> UInt64Array {
    arrow::parse(column, Region::US).unwrap()
}

fn texts(criterion: &mut Criterion) {
    let texts = corpus::dialled(ROWS);
    let column = StringArray::from_iter_values(&texts);
    let view = StringViewArray::from_iter_values(&texts);
    let number = |text: &String| plan::parse(text, Some(Region::US)).ok().map(|parsed| parsed.number);

    let mut group = criterion.benchmark_group("a million mixed texts");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    group.bench_function("loop over plan::parse", |bencher| {
        bencher.iter(|| texts.iter().map(number).collect::<Vec<Option<PhoneNumber>>>());
    });
    group.bench_function("Utf8", |bencher| bencher.iter(|| parse(&column)));
    group.bench_function("Utf8View", |bencher| bencher.iter(|| parse(&view)));
    group.bench_function("Utf8, on two threads", |bencher| {
        let slices: Vec<_> = (0..ROWS)
            .step_by(ROWS_OF_SLICE)
            .map(|start| column.slice(start, ROWS_OF_SLICE.min(ROWS - start)))
            .collect();
        bencher.iter(|| {
            // Each thread takes the next slice.
            let next = AtomicUsize::new(0);
            let parse_slices = || {
                let slices = iter::from_fn(|| slices.get(next.fetch_add(1, Ordering::Relaxed)));
                slices.map(|slice| parse(slice)).collect::<Vec<_>>()
            };
            thread::scope(|scope| {
                let threads = [scope.spawn(parse_slices), scope.spawn(parse_slices)];
                black_box(threads.map(|thread| thread.join().ok()))
            })
        });
    });
    group.finish();
}

fn packed_numbers(criterion: &mut Criterion) {
    let numbers = parse(&StringArray::from_iter_values(corpus::dialled(ROWS)));
    let mut group = criterion.benchmark_group("a million packed numbers");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    group.bench_function("e164", |bencher| bencher.iter(|| arrow::e164(&numbers, None)));
    group.bench_function("national", |bencher| bencher.iter(|| arrow::national(&numbers, None)));
    group.bench_function("region", |bencher| bencher.iter(|| arrow::region(&numbers, None)));
    group.finish();
}

criterion_group!(benches, texts, packed_numbers);
criterion_main!(benches);
