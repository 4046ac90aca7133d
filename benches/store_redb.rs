//! The store in a file compared with bare redb, which writes and reads the same rows, in one run.
//!
//! ```text
//! cargo bench --features redb --bench store_redb                        # 10 thousand and 1 million numbers
//! cargo bench --features redb --bench store_redb -- 10000 10000000      # other sizes: 10 million take 22 GB
//! ```
//!
//! The files are in the directory for temporary files (`TMPDIR`), so the cost of a commit depends on its
//! disk. What was written before a measurement is synced first.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops at the first error")]
#![expect(clippy::cast_precision_loss, reason = "times and counts are only displayed")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use redb::{Database, ReadableDatabase, TableDefinition};
use telnum::PhoneNumber;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::lifecycle::State;
use telnum::policy::Policy;
use telnum::record::{Context, Creation, Decision, NumberRecord};
use telnum::store::redb::RedbStore;
use telnum::store::{Batch, Change, Expect, Query, Store};

const ROUNDS: usize = 5;
const COMMITS: usize = 60;
const SAMPLE: usize = 5_000;
const BATCH: usize = 5_000;

const NUMBERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("numbers");
const OWNERS: TableDefinition<'_, &[u8], ()> = TableDefinition::new("owners");
const CLOCKS: TableDefinition<'_, &[u8], ()> = TableDefinition::new("clocks");
const EVENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("events");
const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters");

fn main() {
    let folder = std::env::temp_dir().join(format!("telnum-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    println!("load average before: {}", load());
    let mut sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if std::env::args().any(|argument| argument == "--test") {
        sizes = vec![1_000];
    } else if sizes.is_empty() {
        sizes = vec![10_000, 1_000_000];
    }
    let pages: Vec<_> = sizes.into_iter().map(|size| (size, bench(&folder, size))).collect();
    if let [(small, first), .., (large, last)] = pages.as_slice() {
        println!("a page of 50 with {large} numbers, relative to {small}: {:.2} times", last / first);
    }
    println!("load average after: {}", load());
    std::fs::remove_dir_all(folder).unwrap();
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

/// Prints all figures at a size; returns the time of a page in nanoseconds.
fn bench(folder: &Path, size: usize) -> f64 {
    println!("\n{size} numbers");
    let world = World::new();
    let path = folder.join(format!("{size}.redb"));
    let store = RedbStore::open(&path).unwrap();
    let bare = Database::create(folder.join(format!("{size}.bare"))).unwrap();
    let start = Instant::now();
    for first in (0..size).step_by(BATCH) {
        let made: Vec<_> = (first..size.min(first + BATCH)).map(|place| world.create(place)).collect();
        write_bare(&bare, &made, first as u64, 0);
        let changes =
            made.into_iter().map(|made| Change::put(made.record, Expect::Absent).with_events(made.events));
        store.commit(changes.collect::<Batch>()).unwrap();
    }
    println!("  filled both in {:.1} s", start.elapsed().as_secs_f64());
    let made = world.create(0);
    let [record, event] = [serde_json::to_vec(&made.record), serde_json::to_vec(&made.events)];
    let documents = [record.unwrap().len(), event.unwrap().len()];
    println!("  {:34} {documents:?} bytes", "the documents of a record, its event");
    let bytes = store.stats().unwrap().file_bytes as f64 / size as f64;
    println!("  {:34} {bytes:>9.0} bytes", "the file, by number");
    bench_open(folder, &path, store.stats().unwrap().numbers);
    bench_get(&world, &store, &bare, size);
    let page = bench_page(&store, &bare, size);
    bench_commit(&world, &store, &bare, size);
    page
}

/// Copies the file while it is open, as a killed process leaves it, and opens the copy.
fn bench_open(folder: &Path, path: &Path, numbers: u64) {
    let copy: PathBuf = folder.join("killed.redb");
    std::fs::copy(path, &copy).unwrap();
    std::fs::File::open(&copy).unwrap().sync_all().unwrap();
    let start = Instant::now();
    let store = RedbStore::open(&copy).unwrap();
    let took = start.elapsed();
    assert_eq!(store.stats().unwrap().numbers, numbers);
    println!("  {:34} {:>9.2} ms", "open after kill", took.as_secs_f64() * 1e3);
    drop(store);
    std::fs::remove_file(copy).unwrap();
}

fn bench_get(world: &World, store: &RedbStore, bare: &Database, size: usize) {
    let sample = |round: usize| (0..SAMPLE).map(move |place| number((round * SAMPLE + place) * 7_919 % size));
    let of_bare = |round| {
        per_item(SAMPLE, || {
            for number in sample(round) {
                let transaction = bare.begin_read().unwrap();
                let table = transaction.open_table(NUMBERS).unwrap();
                let bytes = table.get(number.to_bits()).unwrap().unwrap();
                black_box(serde_json::from_slice::<NumberRecord>(bytes.value()).unwrap());
            }
        })
    };
    let of_store = |round| {
        per_item(SAMPLE, || {
            for number in sample(round) {
                black_box(store.get(number).unwrap().unwrap());
            }
        })
    };
    let [bare, get] = compare(of_bare, of_store);
    show("get", bare, get);
    black_box(world);
}

fn bench_page(store: &RedbStore, bare: &Database, size: usize) -> f64 {
    let starts = |round: usize| (0..200).map(move |place| number((round * 200 + place) * 7_919 % size));
    let of_bare = |round| {
        per_item(200, || {
            for start in starts(round) {
                let transaction = bare.begin_read().unwrap();
                let table = transaction.open_table(NUMBERS).unwrap();
                for row in table.range(start.to_bits()..).unwrap().take(50) {
                    black_box(serde_json::from_slice::<NumberRecord>(row.unwrap().1.value()).unwrap());
                }
            }
        })
    };
    let of_store = |round| {
        per_item(200, || {
            for start in starts(round) {
                black_box(store.scan(&Query::default(), Some(start), 50).unwrap());
            }
        })
    };
    let [bare, page] = compare(of_bare, of_store);
    show("page of 50", bare, page);
    let world = World::new();
    let of_owner = |round| {
        per_item(200, || {
            for place in 0..200 {
                let query = Query::default().with_owner(world.owner((round * 200 + place) * 7_919 % size));
                black_box(store.scan(&query, None, 50).unwrap());
            }
        })
    };
    println!("  {:34} {:>9} {:>12.0} ns", "page of 50 of an owner", "", best(of_owner));
    page
}

/// Measures commits of one number each, by one thread and by eight.
fn bench_commit(world: &World, store: &RedbStore, bare: &Database, size: usize) {
    let change = |place: usize| {
        let stored = store.get(number(place % size)).unwrap().unwrap();
        let owner = Some(world.owner(place % size));
        let decision = match stored.state() {
            State::Reserved => stored.activate(owner, &world.context()),
            _ => stored.reserve(owner, &world.context()),
        };
        (decision.unwrap(), stored.expected())
    };
    let of_bare = |round: usize| {
        let made: Vec<_> = (0..COMMITS).map(|place| change((round * COMMITS + place) * 7_919).0).collect();
        per_item(COMMITS, || {
            for (place, made) in made.iter().enumerate() {
                write_bare(bare, std::slice::from_ref(made), (size + round * COMMITS + place) as u64, 1);
            }
        })
    };
    let of_store = |round: usize| {
        let made: Vec<_> = (0..COMMITS).map(|place| change((round * COMMITS + place) * 7_919)).collect();
        per_item(COMMITS, || {
            for (made, expect) in made {
                store.commit(Change::put(made.record, expect).with_events(made.events).into()).unwrap();
            }
        })
    };
    let [bare, one] = compare(of_bare, of_store);
    show("commit of one number", bare, one);
    let eight = best(|_| {
        per_item(8 * COMMITS, || {
            thread::scope(|scope| {
                for thread in 0..8 {
                    let change = &change;
                    scope.spawn(move || {
                        for place in 0..COMMITS {
                            let (made, expect) = change(thread + 8 * place);
                            let change = Change::put(made.record, expect).with_events(made.events);
                            store.commit(change.into()).unwrap();
                        }
                    });
                }
            });
        })
    });
    println!("  {:34} {:>9.0} per second", "commits of one thread", 1e9 / one);
    println!("  {:34} {:>9.0} per second, {:.2} times", "commits of eight threads", 1e9 / eight, one / eight);
}

/// Writes the rows that a commit writes, and no more.
fn write_bare(bare: &Database, made: &[Decision], sequence: u64, removed: u64) {
    let mut transaction = bare.begin_write().unwrap();
    transaction.set_quick_repair(true);
    {
        let mut numbers = transaction.open_table(NUMBERS).unwrap();
        let mut owners = transaction.open_table(OWNERS).unwrap();
        let mut clocks = transaction.open_table(CLOCKS).unwrap();
        let mut events = transaction.open_table(EVENTS).unwrap();
        let mut counters = transaction.open_table(COUNTERS).unwrap();
        for (place, made) in (0..).zip(made) {
            let record = &made.record;
            let bits = record.number().to_bits();
            numbers.insert(bits, &*serde_json::to_vec(record).unwrap()).unwrap();
            let owner = record.owner().map(|owner| owner.as_str().to_owned()).unwrap_or_default();
            owners.insert(&*[owner.as_bytes(), &bits.to_be_bytes()].concat(), ()).unwrap();
            let clock = |state: u64| [state.to_be_bytes(), bits.to_be_bytes()].concat();
            clocks.remove(&*clock(record.state() as u64 ^ removed)).unwrap();
            clocks.insert(&*clock(record.state() as u64), ()).unwrap();
            for event in &made.events {
                events.insert(sequence + place, &*serde_json::to_vec(event).unwrap()).unwrap();
            }
        }
        counters.insert("events", sequence).unwrap();
        counters.insert("revision", sequence).unwrap();
    }
    transaction.commit().unwrap();
}

/// Returns the best of several rounds.
fn best(round: impl Fn(usize) -> f64) -> f64 {
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

/// Returns the best of several rounds of each, which alternate.
fn compare(of_bare: impl Fn(usize) -> f64, of_store: impl Fn(usize) -> f64) -> [f64; 2] {
    let rounds = (0..ROUNDS).map(|round| [of_bare(round), of_store(round)]);
    rounds.fold([f64::INFINITY; 2], |[a, b], [c, d]| [a.min(c), b.min(d)])
}

/// Returns the nanoseconds per item.
fn per_item(count: usize, run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() as f64 / count as f64
}

fn show(name: &str, of_bare: f64, of_store: f64) {
    println!("  {name:34} {of_bare:>9.0} ns {of_store:>9.0} ns {:>9.2} times", of_store / of_bare);
}

/// Returns the number at an index; the order of the numbers looks random.
fn number(place: usize) -> PhoneNumber {
    let digits = place as u64 * 6_180_339_887 % 8_000_000_000 + 2_000_000_000;
    format!("+1{digits}").parse().unwrap()
}

/// The components of records.
struct World {
    accounts: AccountTree,
    owners: Vec<AccountId>,
    policy: Policy,
}

impl World {
    fn new() -> Self {
        let owners: Vec<AccountId> =
            (0..10_000).map(|place| format!("{place:032x}").parse().unwrap()).collect();
        let accounts = AccountTree::new(owners.iter().copied().map(Account::new)).unwrap();
        Self { accounts, owners, policy: Policy::default() }
    }

    fn owner(&self, place: usize) -> AccountId {
        self.owners.get(place % self.owners.len()).copied().unwrap()
    }

    fn context(&self) -> Context<'_> {
        Context::new(Actor::System, &self.accounts, &self.policy, "2026-03-01T12:00:00Z".parse().unwrap())
    }

    fn create(&self, place: usize) -> Decision {
        let creation = Creation::default().with_owner(Some(self.owner(place))).with_state(State::Reserved);
        NumberRecord::create(number(place), creation, &self.context()).unwrap()
    }
}
