//! Requests per second over loopback: a constant response of the same server, the classification of a number, and
//! the fetch of a number from a store in memory, in a file and in PostgreSQL. Clients and server share the
//! machine's cores.
//!
//! ```text
//! cargo bench --features http,redb,postgres --bench http
//! ```
//!
//! The store in memory has a million numbers, the others 100,000. `TELNUM_POSTGRES` names the server of the
//! database; without it PostgreSQL is left out. Lookups run on the thread of the request for the stores in memory and
//! in a file, and on the pool of threads for blocking calls for the database; `-- --blocking` uses that pool for all.
//! `-- --requests 1000000` shows the memory of a long run, and `-- --test` runs each only briefly.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a benchmark fails by panicking"
)]

#[cfg(feature = "postgres")]
#[path = "../tests/postgres/mod.rs"]
mod postgres;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::routing::get;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::contact::book::ContactBook;
use telnum::http::{
    ApiName, ContactApi, ContactApis, ExecutionMode, KazooApi, ServerLimits, TokenTable, serve, service,
};
use telnum::inventory::{Create, Inventory, Options};
use telnum::lifecycle::State;
use telnum::store::{MemoryStore, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 9;
const SHOP: &str = "shop";

/// A constant response behind the layers of the server and of the APIs: that for an unknown path.
const CONSTANT: &str = "/unknown";
/// A constant response without the layers of the APIs: request ids, time limits, log.
const BARE: &str = "/constant";
const CLASSIFY: &str = "/v2/accounts/shop/phone_numbers/classifiers/4158867900";
const GET: &str = "/v2/accounts/shop/phone_numbers/%2B14152500000";

/// A measured request.
struct Row {
    name: String,
    address: SocketAddr,
    path: &'static str,
    rounds: Vec<Round>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |name: &str| arguments.iter().any(|it| it == name);
    let value = |name: &str| {
        let place = arguments.iter().position(|it| it == name)?;
        arguments.get(place + 1)?.parse().ok()
    };
    let is_test = has("--test");
    let count = if is_test { 1_000 } else { value("--numbers").unwrap_or(1_000_000) };
    let requests = if is_test { 100 } else { value("--requests").unwrap_or(20_000) };
    let lookups = if has("--blocking") { ExecutionMode::BlockingPool } else { ExecutionMode::InlineLookups };
    let rounds = if is_test { 1 } else { ROUNDS };

    let server = runtime(2);
    let client = runtime(1);
    let start = |store, count, execution| server.block_on(start(store, count, execution));
    println!("load average before: {}", load_average());
    let memory = start(Arc::new(MemoryStore::new()), count, lookups);
    let mut rows = vec![
        Row::new("constant", memory, CONSTANT),
        Row::new("constant, bare", memory, BARE),
        Row::new("classify", memory, CLASSIFY),
        Row::new("get, memory", memory, GET),
    ];
    let few = count.min(100_000);
    let files = Files::default();
    if let Some(store) = files.open() {
        let address = start(store, few, lookups);
        rows.push(Row::new("classify, redb", address, CLASSIFY));
        rows.push(Row::new("get, redb", address, GET));
    }
    let database = Database::open();
    if let Some(database) = &database {
        let address = start(database.store(), few, ExecutionMode::BlockingPool);
        rows.push(Row::new("classify, PostgreSQL", address, CLASSIFY));
        rows.push(Row::new("get, PostgreSQL", address, GET));
    }
    println!(
        "{count} numbers in memory, {few} in others, {CONNECTIONS} connections, {requests} requests a round, {} KiB",
        resident()
    );
    // The requests alternate, so that disturbances affect all of them alike.
    for _ in 0..rounds {
        for row in &mut rows {
            row.rounds.push(client.block_on(load(row.address, row.path, requests)));
        }
    }
    let mut base = None;
    for Row { name, mut rounds, .. } in rows {
        rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        let Round { rate, p50, p99 } = rounds.swap_remove(rounds.len() / 2);
        let share = rate / *base.get_or_insert(rate);
        let tail = p99.as_secs_f64() / p50.as_secs_f64();
        println!("{name:24} {rate:9.0} requests/s  {share:5.2}  p50 {p50:?}  p99 {p99:?}  p99/p50 {tail:.1}");
    }
    println!("{} KiB, load average after: {}", resident(), load_average());
}

impl Row {
    fn new(name: &str, address: SocketAddr, path: &'static str) -> Self {
        Self { name: name.to_owned(), address, path, rounds: Vec::new() }
    }
}

/// The directory of the store in a file, which is removed at the end.
struct Files(std::path::PathBuf);

impl Default for Files {
    fn default() -> Self {
        Self(std::env::temp_dir().join(format!("telnum-http-{}", std::process::id())))
    }
}

impl Files {
    #[cfg(feature = "redb")]
    #[expect(clippy::unnecessary_wraps, reason = "there is no file without the feature")]
    fn open(&self) -> Option<Arc<dyn Store>> {
        std::fs::create_dir_all(&self.0).unwrap();
        Some(Arc::new(telnum::store::redb::RedbStore::open(self.0.join("numbers.redb")).unwrap()))
    }

    #[cfg(not(feature = "redb"))]
    fn open(&self) -> Option<Arc<dyn Store>> {
        None
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A schema in the database that `TELNUM_POSTGRES` names.
#[cfg(feature = "postgres")]
struct Database(postgres::Schema);

#[cfg(feature = "postgres")]
impl Database {
    fn open() -> Option<Self> {
        let url = std::env::var("TELNUM_POSTGRES").ok()?;
        let prepared =
            |config: telnum::store::postgres::PostgresConfig| config.with_prepared_statements(true);
        Some(Self(postgres::Schema::new(url.split_whitespace().next()?, prepared)))
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.store())
    }
}

#[cfg(not(feature = "postgres"))]
struct Database;

#[cfg(not(feature = "postgres"))]
impl Database {
    fn open() -> Option<Self> {
        None
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(MemoryStore::new())
    }
}

struct Round {
    rate: f64,
    p50: Duration,
    p99: Duration,
}

fn runtime(threads: usize) -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build().unwrap()
}

async fn start(store: Arc<dyn Store>, count: usize, execution: ExecutionMode) -> SocketAddr {
    let shop: AccountId = SHOP.parse().unwrap();
    let accounts = AccountTree::new([Account::new(shop).with_may_add_numbers(true)]).unwrap();
    let inventory = Inventory::builder(store.clone()).accounts(accounts.clone()).build();
    let create = Create::default().with_state(State::InService);
    let options = Options::new(Actor::System).with_account(shop);
    let numbers: Vec<_> = (0..count).map(|n| format!("+1415{}", 2_500_000 + n)).collect();
    for numbers in numbers.chunks(5_000) {
        let outcome = inventory.create(numbers, &create, &options).unwrap();
        assert!(outcome.is_success());
    }
    let tokens = TokenTable::default().with_token(ApiName::Kazoo, "token", shop);
    let numbers = KazooApi::new(inventory, tokens.clone()).with_execution_mode(execution);
    let book = ContactApi::new(ContactBook::new(store), accounts, tokens).with_execution_mode(execution);
    let contacts = ContactApis { people: book.clone(), clients: book.clone(), users: book };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = service(numbers, contacts).route(BARE, get(async || "{}"));
    tokio::spawn(async move {
        serve(listener, router, &ServerLimits::default(), std::future::pending()).await;
    });
    address
}

/// Sends requests on all connections concurrently, one after the other on each connection.
async fn load(address: SocketAddr, path: &'static str, requests: usize) -> Round {
    let started = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| tokio::spawn(connection(address, path, requests.div_ceil(CONNECTIONS))))
        .collect();
    let mut times = Vec::with_capacity(requests);
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let rate = times.len() as f64 / started.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100];
    Round { rate, p50: at(50), p99: at(99) }
}

async fn connection(address: SocketAddr, path: &str, requests: usize) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nx-auth-token: token\r\n\r\n");
    let mut buffer = vec![0; 16 * 1024];
    let mut times = Vec::with_capacity(requests);
    for _ in 0..requests {
        let started = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut length = 0;
        loop {
            let read = stream.read(&mut buffer[length..]).await.unwrap();
            assert!(read > 0, "the connection was closed");
            length += read;
            if is_whole(&buffer[..length]) {
                break;
            }
        }
        let status: &[u8] = if path == CONSTANT { b"HTTP/1.1 404 " } else { b"HTTP/1.1 200 " };
        assert!(buffer.starts_with(status), "{}", String::from_utf8_lossy(&buffer[..length]));
        times.push(started.elapsed());
    }
    times
}

/// Returns whether a response is complete.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    bytes.len() - end - 4 >= length.and_then(|length| length.parse().ok()).unwrap_or(usize::MAX)
}

fn load_average() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

/// Returns the resident memory of the process in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
