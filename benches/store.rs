//! The store in memory compared with a plain `RwLock<BTreeMap<u64, NumberRecord>>`, which has no
//! indexes, revisions or events, in one run.
//!
//! ```text
//! cargo bench --bench store                 # 10 thousand and 1 million numbers
//! TELNUM_BENCH_10M=1 cargo bench --bench store    # and 10 million: some 14 GiB
//! ```
//!
//! A plain record has an owner, one entry of history and no custom fields; an owner has a hundred
//! numbers. Each time is the minimum of several rounds that alternate between the two.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "times and counts are shown, not counted with")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::RwLock;
use std::thread;
use std::time::Instant;

use allocation_counter::measure;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::lifecycle::State;
use telnum::policy::Policy;
use telnum::record::{Context, Creation, Decision, NumberRecord};
use telnum::store::{Change, Expect, MemoryStore, Query, Store};
use telnum::{PhoneNumber, Prefix};

type Baseline = RwLock<BTreeMap<u64, NumberRecord>>;

const ROUNDS: usize = 7;
/// The number of numbers that a round reads or changes.
const SAMPLE: usize = 20_000;
const PAGES: usize = 500;
const NUMBERS_OF_AN_OWNER: usize = 100;

fn main() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average before: {}", load.trim());
    println!(
        "size of a record: {} bytes, of an event: {}",
        size_of::<NumberRecord>(),
        size_of::<telnum::record::Event>()
    );
    let mut sizes = vec![10_000];
    if !std::env::args().any(|argument| argument == "--test") {
        sizes.push(1_000_000);
    }
    if std::env::var_os("TELNUM_BENCH_10M").is_some() {
        sizes.push(10_000_000);
    }
    let pages: Vec<_> = sizes.into_iter().map(|size| (size, bench(size))).collect();
    if let [(_, small), .., (size, large)] = pages.as_slice() {
        println!("\na page of 50, at {size} numbers to 10 thousand");
        for (name, (small, large)) in ["by owner", "by prefix"].into_iter().zip(small.iter().zip(large)) {
            println!("  {name:34} {:>9.2} times", large / small);
        }
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average after: {}", load.trim());
}

/// Measures all figures at a size. Returns the costs of pages by owner and by prefix.
fn bench(size: usize) -> [f64; 2] {
    println!("\n{size} numbers");
    let world = World::new(size);
    let baseline = Baseline::default();
    let heap = measure(|| {
        for place in 0..size {
            let record = world.create(place).record;
            baseline.write().unwrap().insert(record.number().to_bits(), record);
        }
    });
    println!(
        "  {:34} {:>9.1} bytes a record",
        "heap of the baseline",
        heap.bytes_current as f64 / size as f64
    );
    let store = MemoryStore::with_event_capacity(0);
    let heap = measure(|| {
        for place in 0..size {
            commit(&store, world.create(place), Expect::Absent);
        }
    });
    println!("  {:34} {:>9.1} bytes a record", "heap of the store", heap.bytes_current as f64 / size as f64);
    bench_get(&world, &baseline, &store);
    bench_commit(&world, &baseline, &store);
    bench_readers(&world, &baseline, &store);
    let of_owner = |place: usize| (Query::default().with_owner(world.owner(place)), None);
    let by_owner = bench_page(&store, "page of 50 by owner", of_owner);
    let prefix = "+12".parse::<Prefix>().unwrap();
    let by_prefix = bench_page(&store, "page of 50 by prefix", |place| {
        let after = format!("+12{:09}", place * 6_180_339 % 800_000_000);
        (Query::default().with_prefix(prefix), Some(after.parse().unwrap()))
    });
    [by_owner, by_prefix]
}

fn bench_get(world: &World, baseline: &Baseline, store: &MemoryStore) {
    let [of_baseline, of_store] = compare(
        |round| {
            let numbers = world.sample(round);
            time(numbers, |number| {
                black_box(baseline.read().unwrap().get(&number.to_bits()).cloned());
            })
        },
        |round| {
            let numbers = world.sample(round);
            time(numbers, |number| {
                black_box(store.get(number).unwrap());
            })
        },
    );
    show("get", of_baseline, of_store);
}

/// Measures commits of absent numbers, which are removed again so that the size stays the same, and
/// then changes of stored numbers.
fn bench_commit(world: &World, baseline: &Baseline, store: &MemoryStore) {
    let count = SAMPLE.min(world.size / 10);
    let places = |round: usize| (0..count).map(move |place| world.size + round * count + place);
    let made = |round| places(round).map(|place| world.create(place)).collect::<Vec<_>>();
    let numbers = |round| places(round).map(World::number);
    let [of_baseline, of_store] = compare(
        |round| {
            let new = made(round).into_iter().map(|made| made.record).collect();
            let cost = time(new, |record: NumberRecord| {
                baseline.write().unwrap().insert(record.number().to_bits(), record);
            });
            for number in numbers(round) {
                baseline.write().unwrap().remove(&number.to_bits());
            }
            cost
        },
        |round| {
            let cost = time(made(round), |made| commit(store, made, Expect::Absent));
            for number in numbers(round) {
                let expect = store.get(number).unwrap().unwrap().expected();
                store.commit(Change::remove(number, expect).into()).unwrap();
            }
            cost
        },
    );
    show("a new number", of_baseline, of_store);

    let edited = |round: usize| {
        let numbers = world.sample(round).into_iter().enumerate();
        let decisions = numbers.map(|(place, number)| {
            let stored = store.get(number).unwrap().unwrap();
            let owner = Some(world.owner(place + round));
            let decision = match stored.state() {
                State::Reserved => stored.activate(owner, &world.context()),
                _ => stored.reserve(owner, &world.context()),
            };
            (decision.unwrap(), stored.expected())
        });
        decisions.collect::<Vec<_>>()
    };
    let [of_baseline, of_store] = compare(
        |round| {
            let edited = edited(round).into_iter().map(|(made, _)| made.record).collect();
            time(edited, |record: NumberRecord| {
                baseline.write().unwrap().insert(record.number().to_bits(), record);
            })
        },
        |round| time(edited(round), |(made, expect)| commit(store, made, expect)),
    );
    show("another state and owner", of_baseline, of_store);
}

fn bench_readers(world: &World, baseline: &Baseline, store: &MemoryStore) {
    // Each thread reads other numbers first.
    let numbers = [world.sample(0), world.sample(1)];
    let rate = |readers: usize, get: &(dyn Fn(PhoneNumber) + Sync)| {
        let start = Instant::now();
        thread::scope(|scope| {
            for reader in 0..readers {
                let rounds = numbers.iter().cycle().skip(reader).take(20);
                scope.spawn(move || rounds.flatten().for_each(|number| get(*number)));
            }
        });
        (readers * world.size.min(SAMPLE)) as f64 / start.elapsed().as_secs_f64()
    };
    let scaling = |get: &(dyn Fn(PhoneNumber) + Sync)| {
        let best = |readers| (0..ROUNDS).map(|_| rate(readers, get)).fold(0.0, f64::max);
        best(2) / best(1)
    };
    let of_baseline = scaling(&|number| {
        black_box(baseline.read().unwrap().get(&number.to_bits()).cloned());
    });
    let of_store = scaling(&|number| {
        black_box(store.get(number).unwrap());
    });
    println!("  {:34} {of_baseline:>9.2} times {of_store:>9.2} times", "two readers to one");
}

fn bench_page(store: &MemoryStore, name: &str, query: impl Fn(usize) -> (Query, Option<PhoneNumber>)) -> f64 {
    let round = |round: usize| {
        let queries = (0..PAGES).map(|place| query((round * PAGES + place) * 7919)).collect();
        time(queries, |(query, after): (Query, _)| {
            black_box(store.scan(&query, after, 50).unwrap());
        })
    };
    let best = (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min);
    println!("  {name:34} {:>9} {best:>9.0} ns", "");
    best
}

fn commit(store: &MemoryStore, made: Decision, expect: Expect) {
    let change = Change::put(made.record, expect).with_events(made.events);
    store.commit(change.into()).unwrap();
}

/// Returns the best of several rounds of each.
fn compare(baseline: impl Fn(usize) -> f64, store: impl Fn(usize) -> f64) -> [f64; 2] {
    let rounds: Vec<_> = (0..ROUNDS).map(|round| [baseline(round), store(round)]).collect();
    rounds.into_iter().fold([f64::INFINITY; 2], |[a, b], [c, d]| [a.min(c), b.min(d)])
}

/// Returns the nanoseconds per item.
fn time<T>(items: Vec<T>, mut run: impl FnMut(T)) -> f64 {
    let count = items.len();
    let start = Instant::now();
    items.into_iter().for_each(&mut run);
    start.elapsed().as_nanos() as f64 / count as f64
}

fn show(name: &str, of_baseline: f64, of_store: f64) {
    let ratio = of_store / of_baseline;
    println!("  {name:34} {of_baseline:>9.0} ns {of_store:>9.0} ns {ratio:>9.2} times");
}

/// The components of records.
struct World {
    size: usize,
    owners: Vec<AccountId>,
    accounts: AccountTree,
    policy: Policy,
}

impl World {
    fn new(size: usize) -> Self {
        let owner = |place| format!("{place:032x}").parse().unwrap();
        let owners: Vec<AccountId> = (0..size / NUMBERS_OF_AN_OWNER).map(owner).collect();
        let accounts = AccountTree::new(owners.iter().copied().map(Account::new)).unwrap();
        Self { size, owners, accounts, policy: Policy::default() }
    }

    fn owner(&self, place: usize) -> AccountId {
        self.owners.get(place % self.owners.len()).copied().unwrap()
    }

    /// Returns the number at an index; the order of the numbers looks random.
    fn number(place: usize) -> PhoneNumber {
        // A multiple of the golden ratio: neighbours are far apart. The factor is coprime to 8 thousand
        // million, so that no number occurs twice.
        let digits = place as u64 * 6_180_339_887 % 8_000_000_000 + 2_000_000_000;
        format!("+1{digits}").parse().unwrap()
    }

    fn context(&self) -> Context<'_> {
        Context::new(Actor::System, &self.accounts, &self.policy, "2026-03-01T12:00:00Z".parse().unwrap())
    }

    fn create(&self, place: usize) -> Decision {
        let assign_to = Some(self.owner(place));
        let creation = Creation::default().with_owner(assign_to).with_state(State::Reserved);
        NumberRecord::create(Self::number(place), creation, &self.context()).unwrap()
    }

    /// Returns stored numbers in random order.
    fn sample(&self, round: usize) -> Vec<PhoneNumber> {
        let place = |place: usize| (round * (SAMPLE + 5003) + place) * 7919 % self.size;
        (0..SAMPLE.min(self.size)).map(|at| Self::number(place(at))).collect()
    }
}
