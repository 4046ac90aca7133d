//! The costs of the inventory: its use cases and its import, compared with a plain `RwLock<BTreeMap>`
//! of the same records without indexes, revisions or events.
//!
//! ```text
//! cargo bench --bench inventory
//! TELNUM_BENCH_SIZES=10000,10000000 cargo bench --bench inventory
//! ```
//!
//! Both are measured alternately in one run; the figure is the median of the rounds. The baseline makes
//! the same change to a record: it clones the record, executes the command, and stores the result. Its
//! import reads the same lines and creates the same records. With `--test` everything runs once, with
//! few numbers.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench stops at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "times and counts are shown, not counted with")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use telnum::PhoneNumber;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::inventory::{Create, ImportRow, Inventory, InventoryLimits, Options};
use telnum::lifecycle::State;
use telnum::names::CarrierName;
use telnum::policy::Policy;
use telnum::record::{Context, Creation, NumberRecord};
use telnum::store::MemoryStore;

type Baseline = RwLock<BTreeMap<u64, NumberRecord>>;

/// The use cases, in the order in which a number goes through them.
const USE_CASES: [&str; 3] = ["reserve", "activate", "release"];
/// The number of numbers that go through the use cases in a round.
const TURN: usize = 1_000;
/// The maximum ratio to the baseline: for one number, and per number of a list.
const LIMITS: (f64, f64) = (10.0, 6.0);

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let sizes = std::env::var("TELNUM_BENCH_SIZES").unwrap_or_else(|_| "10000,1000000".to_owned());
    let sizes: Vec<u64> = sizes.split(',').filter_map(|size| size.parse().ok()).collect();
    let (sizes, turns) = if is_test { (vec![2_000], 1) } else { (sizes, 15) };
    for size in sizes {
        use_cases(size, turns);
        import(size, turns.min(5));
    }
}

fn shop() -> AccountId {
    "shop".parse().unwrap()
}

fn accounts() -> AccountTree {
    let master = "master".parse().unwrap();
    AccountTree::new([Account::new(master).with_admin(true), Account::new(shop()).with_parent(master)])
        .unwrap()
}

fn number(place: u64) -> PhoneNumber {
    const LINES: u64 = 8_000_000;
    // The indices are spread over the numbers, like those of callers.
    let line = 2_000_000 + place * 7_919 % LINES;
    format!("+1{}{line:07}", 415 + place / LINES).parse().unwrap()
}

/// A row of a file: an available number of a carrier that takes no orders.
fn line(place: u64) -> String {
    format!("{},,available,local", number(place))
}

type Cells = (String, Option<AccountId>, Option<State>, Option<CarrierName>);

fn cells(line: &str) -> Cells {
    let mut cells = line.split(',');
    let mut cell = || cells.next().filter(|cell| !cell.is_empty());
    let number = cell().unwrap().to_owned();
    let account = cell().map(|cell| cell.parse().unwrap());
    let state = cell().map(|cell| cell.parse().unwrap());
    let carrier = cell().map(|cell| cell.parse().unwrap());
    (number, account, state, carrier)
}

fn row(line: &str) -> ImportRow<String> {
    let (number, account, state, carrier) = cells(line);
    let create = state.into_iter().fold(Create::default(), Create::with_state);
    let create = carrier.into_iter().fold(create, Create::with_carrier);
    account.into_iter().fold(ImportRow::new(number, create), ImportRow::with_account)
}

fn filled(size: u64) -> (Inventory, Baseline) {
    let inventory = Inventory::builder(Arc::new(MemoryStore::with_event_capacity(100_000)))
        .accounts(accounts())
        .limits(InventoryLimits::default().with_max_numbers(usize::MAX))
        .build();
    let baseline = Baseline::default();
    import_all(&inventory, size);
    import_baseline(&baseline, &inventory, size);
    (inventory, baseline)
}

fn import_all(inventory: &Inventory, size: u64) -> usize {
    let rows = (0..size).map(|place| row(&line(place)));
    inventory.import(rows, &Options::new(Actor::System)).unwrap().imported
}

fn import_baseline(baseline: &Baseline, inventory: &Inventory, size: u64) -> usize {
    let (accounts, policy) = (accounts(), Policy::default());
    let ctx = Context::new(Actor::System, &accounts, &policy, inventory.now());
    for place in 0..size {
        let (number, account, state, carrier) = cells(&line(place));
        let number: PhoneNumber = number.parse().unwrap();
        let creation = Creation::default().with_owner(account).with_state(state).with_carrier(carrier);
        let record = NumberRecord::create(number, creation, &ctx).unwrap().record;
        baseline.write().unwrap().insert(number.to_bits(), record);
    }
    baseline.read().unwrap().len()
}

/// Makes the same change to a record, without the inventory.
fn change(baseline: &Baseline, ctx: &Context<'_>, what: &str, number: PhoneNumber) {
    let record = baseline.read().unwrap()[&number.to_bits()].clone();
    let decision = match what {
        "reserve" => record.reserve(Some(shop()), ctx),
        "activate" => record.activate(Some(shop()), ctx),
        _ => record.release(ctx),
    };
    baseline.write().unwrap().insert(number.to_bits(), decision.unwrap().record);
}

fn use_case(inventory: &Inventory, what: &str, numbers: &[String]) {
    let options = Options::new(shop());
    let outcome = match what {
        "reserve" => inventory.reserve(numbers, &options),
        "activate" => inventory.activate(numbers, &options),
        _ => inventory.release(numbers, &options),
    };
    assert!(black_box(outcome.unwrap()).is_success());
}

fn use_cases(size: u64, turns: u64) {
    let (inventory, baseline) = filled(size);
    let (accounts, policy) = (accounts(), Policy::default());
    let mut times: BTreeMap<(usize, &str), Vec<Duration>> = BTreeMap::new();
    let mut note = |case: usize, who: &'static str, act: &mut dyn FnMut()| {
        let started = Instant::now();
        act();
        times.entry((case, who)).or_default().push(started.elapsed());
    };
    for turn in 0..turns {
        // Numbers that were not used before: for single calls, for lists, and for neither.
        let places =
            |part: u64| (0..TURN as u64).map(move |place| ((turn * 2 + part) * TURN as u64 + place) * 31);
        let numbers = |part| -> Vec<PhoneNumber> { places(part).map(|place| number(place % size)).collect() };
        let [singles, lists] = [numbers(0), numbers(1)];
        let spell =
            |numbers: &[PhoneNumber]| -> Vec<String> { numbers.iter().map(ToString::to_string).collect() };
        let (one_by_one, list) = (spell(&singles), spell(&lists));
        for (case, what) in USE_CASES.into_iter().enumerate() {
            let ctx = Context::new(shop(), &accounts, &policy, inventory.now());
            note(case, "baseline", &mut || {
                for number in &singles {
                    change(&baseline, &ctx, what, *number);
                }
            });
            note(case, "one", &mut || {
                for number in &one_by_one {
                    use_case(&inventory, what, std::slice::from_ref(number));
                }
            });
            note(case, "list", &mut || use_case(&inventory, what, &list));
        }
        // Released numbers are deleted, and created again here.
        let free = Create::default().with_state(State::Available);
        for list in [&one_by_one, &list] {
            assert!(inventory.create(list, &free, &Options::new(Actor::System)).unwrap().is_success());
        }
        let ctx = Context::new(Actor::System, &accounts, &policy, inventory.now());
        for number in &singles {
            let creation = Creation::default().with_state(State::Available);
            let record = NumberRecord::create(*number, creation, &ctx).unwrap().record;
            baseline.write().unwrap().insert(number.to_bits(), record);
        }
    }
    let median = |case: usize, who: &'static str| -> f64 {
        let mut times = times[&(case, who)].clone();
        times.sort_unstable();
        times[times.len() / 2].as_nanos() as f64 / TURN as f64
    };
    for (case, what) in USE_CASES.into_iter().enumerate() {
        let [baseline, one, list] = ["baseline", "one", "list"].map(|who| median(case, who));
        println!(
            "{size:>9} {what:<9} baseline {baseline:>6.0} ns, one {one:>6.0} ns ({:.1} times, at most {}), in a list {list:>6.0} ns ({:.1} times, at most {})",
            one / baseline,
            LIMITS.0,
            list / baseline,
            LIMITS.1
        );
    }
}

fn import(size: u64, turns: u64) {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..turns {
        let (inventory, baseline) = filled(0);
        let started = Instant::now();
        let count = import_baseline(&baseline, &inventory, size);
        times[0].push(started.elapsed());
        drop(baseline);
        let started = Instant::now();
        assert_eq!(import_all(&inventory, size), count);
        times[1].push(started.elapsed());
    }
    let [baseline, import] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_nanos() as f64 / size as f64
    });
    println!(
        "{size:>9} import    baseline {baseline:>6.0} ns a row, import {import:>6.0} ns ({:.1} times, at most 2)",
        import / baseline
    );
}
