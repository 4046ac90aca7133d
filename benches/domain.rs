//! The record of a number: its commands, and its JSON form compared with plain structs of the same
//! fields.

#![expect(clippy::panic, reason = "a bench without its data is useless")]

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use telnum::Timestamp;
use telnum::account::{Account, AccountId, AccountTree};
use telnum::policy::Policy;
use telnum::record::{Context, Creation, Document, NumberRecord, Update};

/// A number in use.
const USED: &str = include_str!("../tests/data/domain/used.json");
/// A number in use with an E911 address, a CNAM and custom fields.
const FULL: &str = include_str!("../tests/data/domain/full.json");

/// The fields of `USED`, read by derived code.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Used {
    id: String,
    pvt_state: State,
    pvt_assigned_to: Option<String>,
    pvt_previously_assigned_to: Option<String>,
    pvt_used_by: Option<String>,
    pvt_reserve_history: Vec<String>,
    pvt_module_name: String,
    pvt_ported_in: bool,
    pvt_created: u64,
    pvt_modified: u64,
    pvt_revision: u64,
}

/// The fields of `FULL`, read by derived code.
#[derive(Serialize, Deserialize)]
struct Full {
    id: String,
    cnam: Cnam,
    e911: E911,
    pvt_features: Features,
    pvt_state: State,
    pvt_assigned_to: Option<String>,
    pvt_previously_assigned_to: Option<String>,
    pvt_used_by: Option<String>,
    pvt_reserve_history: Vec<String>,
    pvt_module_name: String,
    pvt_ported_in: bool,
    pvt_created: u64,
    pvt_modified: u64,
    pvt_revision: u64,
    #[serde(flatten)]
    custom: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Discovery,
    Available,
    Reserved,
    InService,
    PortIn,
    PortOut,
    Released,
    Aging,
    Deleted,
}

#[derive(Serialize, Deserialize)]
struct Features {
    cnam: Cnam,
    e911: E911,
}

#[derive(Serialize, Deserialize)]
struct Cnam {
    display_name: Option<String>,
    inbound_lookup: Option<bool>,
}

#[derive(Serialize, Deserialize)]
struct E911 {
    street_address: String,
    extended_address: Option<String>,
    caller_name: Option<String>,
    locality: String,
    latitude: Option<String>,
    longitude: Option<String>,
    location_id: Option<String>,
    plus_four: Option<String>,
    postal_code: String,
    region: String,
    status: Option<String>,
    legacy_data: Option<LegacyData>,
}

#[derive(Serialize, Deserialize)]
struct LegacyData {
    house_number: Option<String>,
    streetname: Option<String>,
    suite: Option<String>,
}

fn bench(criterion: &mut Criterion) {
    commands(&mut group(criterion, "command"));
    json::<Used>(&mut group(criterion, "used"), USED);
    json::<Full>(&mut group(criterion, "full"), FULL);
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
    group
}

fn commands(group: &mut BenchmarkGroup<'_, WallTime>) {
    let id = |text: &str| -> AccountId { text.parse().unwrap_or_else(|error| panic!("{text}: {error}")) };
    let [master, shop] = ["1931484e3fba5777588176584828e7be", "4b8c6fec4b2597882c0390202d195419"].map(id);
    let accounts = AccountTree::new([
        Account::new(master).with_admin(true),
        Account::new(shop).with_parent(master).with_may_add_numbers(true),
    ])
    .unwrap_or_default();
    let policy = Policy::default();
    let ctx = Context::new(shop, &accounts, &policy, Timestamp::MIN);

    let free = record(
        r#"{"id": "+14158867900", "pvt_state": "available", "pvt_module_name": "knm_telnyx",
        "pvt_created": 63565934327, "pvt_modified": 63565934344}"#,
    );
    let used = record(USED);
    let note = Map::from_iter([("note".to_owned(), Value::from("front desk"))]);
    group.bench_function("create", |bencher| {
        bencher.iter(|| {
            let creation = Creation::default().with_owner(shop);
            NumberRecord::create(black_box(free.number()), creation, &ctx)
        });
    });
    group.bench_function("reserve", |bencher| bencher.iter(|| black_box(&free).reserve(Some(shop), &ctx)));
    group.bench_function("activate", |bencher| bencher.iter(|| black_box(&free).activate(Some(shop), &ctx)));
    group.bench_function("release", |bencher| bencher.iter(|| black_box(&used).release(&ctx)));
    group.bench_function("update", |bencher| {
        bencher.iter(|| {
            let update = Update::default().with_document(Document::Merge(note.clone()));
            black_box(&used).update(update, &ctx)
        });
    });
    for (name, refusals) in [
        ("reserve", free.reserve(Some(shop), &ctx).err()),
        ("activate", free.activate(Some(shop), &ctx).err()),
        ("release", used.release(&ctx).err()),
    ] {
        assert_eq!(refusals, None, "{name}");
    }
}

fn record(text: &str) -> NumberRecord {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Measures reading and writing `text` as a record and as a plain struct.
fn json<Plain: Serialize + DeserializeOwned>(group: &mut BenchmarkGroup<'_, WallTime>, text: &str) {
    let plain: Plain = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    let record = record(text);
    // Both keep the whole text.
    for written in [serde_json::to_value(&plain), serde_json::to_value(&record)] {
        assert_eq!(written.ok(), serde_json::from_str(text).ok());
    }
    group.bench_function("decode", |bencher| {
        bencher.iter(|| serde_json::from_str::<NumberRecord>(black_box(text)));
    });
    group.bench_function("decode_plain", |bencher| {
        bencher.iter(|| serde_json::from_str::<Plain>(black_box(text)));
    });
    let mut buffer = Vec::with_capacity(4 << 10);
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            buffer.clear();
            serde_json::to_writer(&mut buffer, black_box(&record))
        });
    });
    group.bench_function("encode_plain", |bencher| {
        bencher.iter(|| {
            buffer.clear();
            serde_json::to_writer(&mut buffer, black_box(&plain))
        });
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
