//! The store in PostgreSQL compared with pgbench, which does about the same, in one run on the server that
//! `TELNUM_POSTGRES` names; both once with statements that are sent in full each time, and once with prepared
//! ones. Skipped if the variable is not set.
//!
//! ```text
//! TELNUM_POSTGRES=postgres://postgres@127.0.0.1/test cargo bench --features postgres --bench store_postgres
//! ```
//!
//! pgbench creates its tables, and the store its schema, in the same database. Both are dropped at the end.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops at the first error")]
#![expect(clippy::cast_precision_loss, reason = "times and counts are only displayed")]

#[path = "../tests/postgres/mod.rs"]
mod postgres;

use std::io::Write;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use telnum::PhoneNumber;
use telnum::account::Actor;
use telnum::record::{Event, EventKind, NumberRecord};
use telnum::store::postgres::PostgresStore;
use telnum::store::{Batch, Change, Expect, Store};

use self::postgres::Schema;

static NEXT: AtomicU32 = AtomicU32::new(0);

fn main() {
    let Ok(url) = std::env::var("TELNUM_POSTGRES") else {
        println!("skipped: TELNUM_POSTGRES names no server");
        return;
    };
    let url = url.split_whitespace().next().unwrap();
    let is_test = std::env::args().any(|argument| argument == "--test");
    let seconds = if is_test { 1 } else { 5 };
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average before: {}", load.trim());

    let schema = Schema::new(url, |config| config.with_max_connections(32));
    let prepared_schema =
        Schema::new(url, |config| config.with_max_connections(32).with_prepared_statements(true));
    let (store, prepared) = (schema.store(), prepared_schema.store());
    let has_pgbench = pgbench(url, &["-i", "-q", "-s", "10"]).is_some();
    let rate_of_pgbench = |options: &[&str], clients: &str| {
        let seconds = seconds.to_string();
        let threads = if clients == "1" { "1" } else { "2" };
        let fixed = ["-c", clients, "-j", threads, "-T", &seconds, "-n"];
        has_pgbench.then(|| pgbench(url, &[options, &fixed].concat())).flatten()
    };
    let mut first = 0;
    for (store, mode) in [(&store, "simple"), (&prepared, "prepared")] {
        println!("{mode} statements");
        NEXT.store(0, Ordering::Relaxed);
        for clients in [1_usize, 8] {
            let of_pgbench = rate_of_pgbench(&["-N", "-M", mode], &clients.to_string());
            let of_store = rate(clients, seconds, || commit(store, 1));
            show(&format!("commits/s, {clients} clients, vs. pgbench -N"), of_store, of_pgbench);
        }
        let known = NEXT.load(Ordering::Relaxed);
        let of_pgbench = rate_of_pgbench(&["-S", "-M", mode], "1");
        let of_store = rate(1, seconds, || {
            let place = NEXT.fetch_add(7919, Ordering::Relaxed) % known;
            assert!(store.get(number(place)).unwrap().is_some());
        });
        show("gets/s, 1 client, vs. pgbench -S", of_store, of_pgbench);
        first = first.max(known);
    }
    NEXT.store(first, Ordering::Relaxed);

    // The cost of a log whose events are numbered by a counter in the commit: all commits wait for its row.
    schema.execute(
        "CREATE TABLE telnum.counter (id bigint, next bigint); INSERT INTO telnum.counter VALUES (1, 1);
        CREATE TABLE telnum.counted (sequence bigint, document text)",
    );
    let script = std::env::temp_dir().join(format!("{}.sql", schema.name));
    let counter = format!(
        "BEGIN;\nUPDATE {0}.counter SET next = next + 1 WHERE id = 1;\n\
         INSERT INTO {0}.counted SELECT next, repeat('x', 700) FROM {0}.counter;\nCOMMIT;\n",
        schema.name
    );
    std::fs::File::create(&script).unwrap().write_all(counter.as_bytes()).unwrap();
    let of_counter = rate_of_pgbench(&["-f", script.to_str().unwrap(), "-M", "prepared"], "32");
    let of_store = rate(32, seconds, || commit(&prepared, 1));
    show("commits/s, 32 clients, vs. a counter row", of_store, of_counter);

    let count = if is_test { 100 } else { 1_000 };
    let singles = time(|| (0..count).for_each(|_| commit(&prepared, 1)));
    let together = time(|| commit(&prepared, count));
    println!("  {count} records: {singles:.2?} in single commits, {together:.2?} in one");
    let start = Instant::now();
    let events = prepared.events(0, usize::MAX).unwrap().len();
    println!("  {events} events numbered and read in {:.2?}", start.elapsed());

    std::fs::remove_file(script).unwrap();
    pgbench(url, &["-i", "-I", "d"]);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average after: {}", load.trim());
}

/// Runs pgbench. Returns the number of transactions per second, which is 0 if it only creates its tables;
/// `None` if it cannot be started.
fn pgbench(url: &str, options: &[&str]) -> Option<f64> {
    let output = Command::new("pgbench").args(options).arg(url).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = "));
    Some(rate.map_or(0.0, |rate| rate.split(' ').next().unwrap().parse().unwrap()))
}

/// Returns the number of calls per second by as many threads as there are clients.
fn rate(clients: usize, seconds: u64, call: impl Fn() + Sync) -> f64 {
    let start = Instant::now();
    let counts: usize = thread::scope(|scope| {
        let call = &call;
        let run = move || {
            let mut count = 0;
            while start.elapsed() < Duration::from_secs(seconds) {
                call();
                count += 1;
            }
            count
        };
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    counts as f64 / start.elapsed().as_secs_f64()
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn show(name: &str, of_store: f64, of_other: Option<f64>) {
    match of_other {
        Some(other) => println!("  {name:44} {of_store:>9.0} {other:>9.0} {:>6.2} times", of_store / other),
        None => println!("  {name:44} {of_store:>9.0}, pgbench is not installed"),
    }
}

/// Commits new records, with an event each.
fn commit(store: &PostgresStore, count: u32) {
    let changes = (0..count).map(|_| {
        let number = number(NEXT.fetch_add(1, Ordering::Relaxed));
        let at = "2026-03-01T12:00:00Z".parse().unwrap();
        let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
        let record = NumberRecord::discovered(number, "telnyx".parse().unwrap(), at);
        Change::put(record, Expect::Absent).with_events(vec![event])
    });
    store.commit(changes.collect::<Batch>()).unwrap();
}

fn number(place: u32) -> PhoneNumber {
    format!("+1{:010}", 2_000_000_000 + u64::from(place) * 7_919 % 8_000_000_000).parse().unwrap()
}
