//! A tour of the inventory at scale: the numbers of a platform from import to reuse.
//!
//! The example imports rows of numbers, a million generated ones or those of a file, into a tree of
//! accounts; counts their classes, regions and types; searches, reserves, activates, ports and releases
//! numbers; advances the clock by months; then reserves and releases from several threads. At the end
//! it compares its counts with the store and the carrier, and fails if they differ.
//!
//! ```text
//! cargo run --release --example inventory
//! cargo run --release --example inventory -- --rows 100000 --threads 4
//! cargo run --release --example inventory -- --csv numbers.csv
//! cargo run --release --features redb --example inventory -- --store numbers.redb
//! cargo run --release --features postgres --example inventory -- --store postgres://app@db/numbers
//! ```
//!
//! The columns of a file are `number,account,state,carrier`, quoted or not. The accounts are `shop-00` to
//! `shop-11`.

mod rows;
mod stores;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Instant;

use chrono::TimeDelta;
use clap::Parser;
use indicatif::{ProgressBar, ProgressIterator, ProgressStyle};
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::carrier::{Carrier, NumberSearch};
use telnum::inventory::{Create, Inventory, Options, Outcome};
use telnum::lifecycle::State;
use telnum::plan;
use telnum::policy::{Ageing, Policy, SubscriberClass};
use telnum::store::{Logged, Query, Store, StoreError, StoreExt};
use telnum::testing::{CarrierOrder, ScriptedCarrier};
use telnum::{PhoneNumber, Timestamp};

/// Imports numbers into an inventory, and uses them.
#[derive(Parser)]
struct Cli {
    /// The number of generated rows
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// A file of `number,account,state,carrier` to import instead
    #[arg(long)]
    csv: Option<PathBuf>,
    /// The number of concurrent threads
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// The file or the PostgreSQL URL of the store: when the example is started again, it continues with the store
    #[arg(long, default_value = "memory")]
    store: String,
}

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The numbers of changes, by the outcomes of calls.
#[derive(Default)]
struct Tally {
    imported: usize,
    bought: usize,
    ported: usize,
    activated: usize,
    released: usize,
    removed: usize,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("counts do not add up");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{}", stores::explain(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<bool> {
    let shops: Vec<AccountId> =
        (0..12).map(|place| format!("shop-{place:02}").parse()).collect::<std::result::Result<_, _>>()?;
    let store = stores::open(&cli.store, None)?;
    let (events_before, last) = last_events(&*store, 1)?;
    // A claim that an earlier run left is old enough to be recovered.
    let later = |logged: &Logged| logged.event.at().after(TimeDelta::minutes(1));
    let start = last.first().map_or("2026-03-01T12:00:00Z".parse()?, later);
    let clock = Arc::new(AtomicI64::new(start.unix()));
    // The carrier sells what was not bought in an earlier run; the order of a claim may not have arrived.
    let mut carrier = ScriptedCarrier::new("telnyx".parse()?);
    for place in 0..1_000 {
        let number = format!("+1425886{place:04}").parse()?;
        if store.get(number)?.is_none_or(|stored| stored.pending().is_some()) {
            carrier = carrier.with_block(number, 1);
        }
    }
    let carrier = Arc::new(carrier);
    let inventory = platform(store, &shops, &carrier, &clock)?;
    let recovered = inventory.recover()?.finished;
    let stored_at_first = inventory.store().scan_all(Query::default(), 10_000).count();
    if stored_at_first > 0 {
        println!("{} continues with {stored_at_first} numbers, {recovered} claims finished", cli.store);
    }
    let bought_at_first = carrier.orders().len();
    let mut tally = Tally { imported: import(cli, &inventory, &shops)?, ..Tally::default() };

    let in_service_at_first = count(&inventory, State::InService)?;
    overview(&inventory)?;
    let order = format!("order-{events_before}");
    one_shop(&inventory, *shops.first().ok_or("no shop")?, &order, &mut tally)?;
    months_pass(&inventory, &clock, &mut tally)?;
    many_shops(cli.threads, &inventory, &shops, &mut tally)?;

    println!("\nthe last events:");
    let (after, last) = last_events(&**inventory.store(), 5)?;
    for logged in &last {
        println!("  {}", serde_json::to_string(logged)?);
    }
    let states = summary(&inventory)?;
    let orders = carrier.orders();
    let orders = orders.iter().skip(bought_at_first);
    let acquired = orders.filter(|(_, order, _)| *order == CarrierOrder::Acquire).count();
    let is_right = |what: &str, is: usize, should_be: usize| {
        println!("{what}: {is}, by the outcomes {should_be}");
        is == should_be
    };
    println!();
    let total = states.values().sum::<usize>() + tally.removed;
    let in_service = states.get(&State::InService).copied().unwrap_or(0) + tally.released;
    // All checks run, so that all differences are printed.
    let checks = [
        is_right("numbers", total, stored_at_first + tally.imported + tally.bought + tally.ported),
        is_right("in service, now or before", in_service, in_service_at_first + tally.activated),
        is_right("bought", acquired, tally.bought),
    ];
    let is_right = checks.iter().all(|is_right| *is_right);
    if is_right {
        println!("counts add up: {} numbers, {after} events", states.values().sum::<usize>());
    }
    Ok(is_right)
}

/// Returns the number of events, and the last `count` of them.
fn last_events(store: &dyn Store, count: usize) -> Result<(u64, Vec<Logged>)> {
    let mut after = 0;
    let mut last = Vec::new();
    loop {
        let page = match store.events(after, 10_000) {
            Err(StoreError::Forgotten { first }) => {
                after = first - 1;
                continue;
            }
            page => page?,
        };
        let Some(event) = page.last() else { return Ok((after, last)) };
        after = event.sequence;
        last.extend(page);
        last.drain(..last.len().saturating_sub(count));
    }
}

/// Creates an inventory: a master, two resellers below it, and shops below those.
fn platform(
    store: Arc<dyn Store>,
    shops: &[AccountId],
    carrier: &Arc<ScriptedCarrier>,
    clock: &Arc<AtomicI64>,
) -> Result<Inventory> {
    let [master, east, west]: [AccountId; 3] = ["master".parse()?, "east".parse()?, "west".parse()?];
    let reseller =
        |id| Account::new(id).with_parent(master).with_is_reseller(true).with_may_add_numbers(true);
    let shop = |(place, id): (usize, &AccountId)| {
        Account::new(*id).with_parent(if place % 2 == 0 { east } else { west }).with_name(id.to_string())
    };
    let above = [Account::new(master).with_admin(true), reseller(east), reseller(west)];
    let accounts = AccountTree::new(above.into_iter().chain(shops.iter().enumerate().map(shop)))?;
    let policy = Policy::default().with_ageing(Ageing::new(SubscriberClass::Residential, 60)?);
    let (clock, carrier): (_, Arc<dyn Carrier>) = (Arc::clone(clock), Arc::<ScriptedCarrier>::clone(carrier));
    let now = move || Timestamp::from_unix(clock.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX);
    Ok(Inventory::builder(store).accounts(accounts).carrier(carrier).policy(policy).clock(now).build())
}

/// Imports the rows that are not stored yet, and prints the first failures.
fn import(cli: &Cli, inventory: &Inventory, shops: &[AccountId]) -> Result<usize> {
    let (lines, bar) = match &cli.csv {
        Some(path) => (rows::read_file(path)?, ProgressBar::new_spinner()),
        None => (rows::generate(cli.rows, shops.to_vec()), ProgressBar::new(cli.rows)),
    };
    let bar = bar.with_style(ProgressStyle::with_template("{wide_bar} {pos} numbers, {per_sec}, {elapsed}")?);
    let started = Instant::now();
    let (mut rows, mut stored, mut unread) = (0_usize, 0, Vec::new());
    let read = lines.progress_with(bar).filter_map(|line| {
        rows += 1;
        if line.as_ref().is_ok_and(|line| is_stored(inventory, line)) {
            stored += 1;
            return None;
        }
        let row = line.map_err(|error| error.to_string()).and_then(|line| rows::row(&line));
        row.map_err(|error| unread.push(error)).ok()
    });
    let report = inventory.import(read, &Options::new(Actor::System))?;
    let took = started.elapsed().as_secs_f64();
    println!("imported {} of {rows} rows in {took:.1} s, {stored} were stored", report.imported);
    let failed = report.failed.iter().map(|(text, error)| format!("{text}: {error}"));
    failed.chain(unread.iter().cloned()).take(2).for_each(|line| println!("  {line}"));
    if report.imported + report.failed.len() + unread.len() + stored != rows {
        return Err("the report lacks a row".into());
    }
    Ok(report.imported)
}

/// Returns whether the number of a line is stored.
fn is_stored(inventory: &Inventory, line: &str) -> bool {
    let number = line.split(',').next().and_then(|number| number.parse().ok());
    number.is_some_and(|number| inventory.store().get(number).is_ok_and(|stored| stored.is_some()))
}

/// Counts the classes, regions and types of the numbers.
fn overview(inventory: &Inventory) -> Result<()> {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for stored in inventory.store().scan_all(Query::default(), 10_000) {
        let number = stored?.number();
        let place = plan::lookup(number);
        let region = place.region().map_or_else(|| "nowhere".to_owned(), |region| region.to_string());
        let kind = place.number_type().as_str();
        let class =
            inventory.classifiers().classify(&number.to_string()).map(|it| it.rule().name().to_owned());
        *kinds.entry(format!("{} {region} {kind}", class.unwrap_or_default())).or_default() += 1;
    }
    for (kind, count) in kinds {
        println!("  {count:>9} {kind}");
    }
    Ok(())
}

/// Searches for numbers, buys some, ports one in and releases some, for one shop.
fn one_shop(inventory: &Inventory, shop: AccountId, order: &str, tally: &mut Tally) -> Result<()> {
    let options = Options::new(shop);
    let search = NumberSearch::new("+1425886".parse()?).with_quantity(20);
    let page = inventory.search(&search, &options)?;
    println!("\n{shop} found {} of {} numbers", page.offers.len(), page.total);
    let found: Vec<PhoneNumber> = page.offers.iter().map(|offer| offer.number).collect();

    // The inventory may already have some of the numbers. The repeated request takes effect once.
    let before = StatesBefore::read(inventory, &found)?;
    let keyed = options.with_key(order.parse()?).with_all_or_nothing(true);
    let reserved = inventory.reserve(&found, &keyed)?;
    let again = inventory.reserve(&found, &keyed)?;
    if again.succeeded != reserved.succeeded {
        return Err("the repeated request has another answer".into());
    }
    let reserved = before.count("reserved", &reserved);
    tally.bought += reserved.new;
    tally.released += reserved.released;
    let before = StatesBefore::read(inventory, &found)?;
    let activated = before.count("activated", &inventory.activate(&found, &options)?);
    tally.bought += activated.new;
    tally.activated += activated.activated;

    let ported: PhoneNumber = "+14255550100".parse()?;
    let before = StatesBefore::read(inventory, &[ported])?;
    tally.ported += before.count("porting", &inventory.port([ported], &Create::default(), &options)?).new;
    let before = StatesBefore::read(inventory, &[ported])?;
    let activated = before.count("ported in", &inventory.activate([ported], &options)?);
    tally.activated += activated.activated;
    let route = inventory.identify(ported, &options)?;
    println!("a call to {} goes to {}", route.number, route.account_id);

    let returned = found.get(..10).unwrap_or(&found);
    let before = StatesBefore::read(inventory, returned)?;
    let released = inventory.release(returned, &options)?;
    tally.released += before.count("released", &released).released;
    Ok(())
}

/// The states of numbers before a call.
struct StatesBefore(BTreeMap<PhoneNumber, State>);

/// Adds the effect of a call to the counts.
struct Counts {
    new: usize,
    activated: usize,
    released: usize,
}

impl StatesBefore {
    fn read(inventory: &Inventory, numbers: &[PhoneNumber]) -> Result<Self> {
        let stored = inventory.store().get_many(numbers)?;
        Ok(Self(stored.iter().flatten().map(|stored| (stored.number(), stored.state())).collect()))
    }

    fn count(&self, what: &str, outcome: &Outcome) -> Counts {
        println!("{what}: {} of {}", outcome.succeeded.len(), outcome.succeeded.len() + outcome.failed.len());
        outcome.failed.iter().take(2).for_each(|(number, error)| println!("  {number}: {error}"));
        let was = |number| self.0.get(number).copied();
        let count = |is_counted: &dyn Fn(Option<State>, State) -> bool| {
            outcome.succeeded.iter().filter(|(number, now)| is_counted(was(number), now.state())).count()
        };
        Counts {
            new: count(&|was, _| was.is_none()),
            activated: count(&|was, now| was != Some(State::InService) && now == State::InService),
            released: count(&|was, now| was == Some(State::InService) && now != State::InService),
        }
    }
}

/// Advances the clock: released numbers age, and then become available; numbers of the carrier `local`
/// are removed.
fn months_pass(inventory: &Inventory, clock: &AtomicI64, tally: &mut Tally) -> Result<()> {
    for days in [1, 30, 60] {
        clock.fetch_add(TimeDelta::days(days).num_seconds(), Ordering::Relaxed);
        let report = inventory.sweep()?;
        tally.removed += report.removed;
        println!("{}: {} available again, {} removed", inventory.now(), report.recycled, report.removed);
    }
    Ok(())
}

/// Runs one thread per shop, which puts available numbers in service and releases half of them. All
/// shops compete for the same numbers.
fn many_shops(threads: usize, inventory: &Inventory, shops: &[AccountId], tally: &mut Tally) -> Result<()> {
    let started = Instant::now();
    let done: Vec<Result<(usize, usize)>> = thread::scope(|scope| {
        let start = |shop: &AccountId| {
            let shop = *shop;
            scope.spawn(move || run_shop(inventory, shop))
        };
        let threads: Vec<_> = shops.iter().cycle().take(threads).map(start).collect();
        threads.into_iter().map(|it| it.join().map_err(|_| "a thread panicked")?).collect()
    });
    let (mut activated, mut released) = (0, 0);
    for done in done {
        let (one, other) = done?;
        activated += one;
        released += other;
    }
    let took = started.elapsed().as_secs_f64();
    println!("\n{threads} threads: {activated} reserved and activated, {released} released, in {took:.2} s");
    tally.activated += activated;
    tally.released += released;
    tally.removed += inventory.sweep()?.removed;
    Ok(())
}

fn run_shop(inventory: &Inventory, shop: AccountId) -> Result<(usize, usize)> {
    let options = Options::new(shop);
    let (mut activated, mut released) = (0, 0);
    for area in ["+1202", "+1212", "+1305", "+1415"] {
        let free = Query::default()
            .with_prefix(area.parse()?)
            .with_states([State::Available])
            .with_carrier("telnyx".parse()?);
        let page = inventory.store().scan(&free, None, 1_000)?;
        let wanted: Vec<PhoneNumber> = page.items.iter().map(|record| record.number()).collect();
        for wanted in wanted.chunks(100) {
            let reserved = inventory.reserve(wanted, &options)?.succeeded;
            activated += inventory.activate(reserved.keys(), &options)?.succeeded.len();
            let half = reserved.keys().take(reserved.len() / 2);
            released += inventory.release(half, &options)?.succeeded.len();
        }
    }
    Ok((activated, released))
}

/// Counts the numbers by state.
fn summary(inventory: &Inventory) -> Result<BTreeMap<State, usize>> {
    println!("\n{:<12} {:>9}", "state", "numbers");
    let mut states = BTreeMap::new();
    for state in State::ALL {
        let count = count(inventory, state)?;
        if count > 0 {
            println!("{:<12} {count:>9}", state.to_string());
            states.insert(state, count);
        }
    }
    Ok(states)
}

fn count(inventory: &Inventory, state: State) -> Result<usize> {
    let query = Query::default().with_states([state]);
    let mut count = 0;
    for stored in inventory.store().scan_all(query, 10_000) {
        stored?;
        count += 1;
    }
    Ok(count)
}
