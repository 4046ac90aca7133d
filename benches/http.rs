//! Requests per second over loopback with a million numbers in memory: a constant response, the
//! classification of a number, the fetch of a number. Clients and server share the machine's cores.
//!
//! `cargo bench --features http --bench http`; `-- --requests 1000000` for the memory of a long run,
//! `-- --blocking` for calls on the blocking pool, `-- --test` to run each only briefly.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a benchmark fails by panicking"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::contact::book::ContactBook;
use telnum::http::{
    ApiName, ContactApi, ContactApis, ExecutionMode, KazooApi, ServerLimits, TokenTable, serve, service,
};
use telnum::inventory::{Create, Inventory, Options};
use telnum::lifecycle::State;
use telnum::store::MemoryStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 9;
const SHOP: &str = "shop";

/// The measured requests: name and path.
const ROWS: [(&str, &str); 3] = [
    ("constant", "/health"),
    ("classify", "/v2/accounts/shop/phone_numbers/classifiers/4158867900"),
    ("get", "/v2/accounts/shop/phone_numbers/%2B14152500000"),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let is_test = arguments.iter().any(|it| it == "--test");
    let value = |name: &str| {
        let place = arguments.iter().position(|it| it == name)?;
        arguments.get(place + 1)?.parse().ok()
    };
    let count = if is_test { 1_000 } else { value("--numbers").unwrap_or(1_000_000) };
    let requests = if is_test { 100 } else { value("--requests").unwrap_or(20_000) };
    let execution = if arguments.iter().any(|it| it == "--blocking") {
        ExecutionMode::BlockingPool
    } else {
        ExecutionMode::Inline
    };
    let rounds = if is_test { 1 } else { ROUNDS };

    let server = runtime(2);
    let address = server.block_on(start(count, execution));
    let client = runtime(1);
    println!(
        "{count} numbers, {CONNECTIONS} connections, {requests} requests a round, {execution:?}, {} KiB",
        resident()
    );
    let mut found: Vec<Vec<Round>> = ROWS.map(|_| Vec::new()).into();
    // The requests alternate, so that disturbances affect all of them alike.
    for _ in 0..rounds {
        for ((_, path), found) in ROWS.iter().zip(&mut found) {
            found.push(client.block_on(load(address, path, requests)));
        }
    }
    let mut base = None;
    for ((name, _), mut rounds) in ROWS.iter().zip(found) {
        rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        let Round { rate, p50, p99 } = rounds.swap_remove(rounds.len() / 2);
        let share = rate / *base.get_or_insert(rate) * 100.0;
        let tail = p99.as_secs_f64() / p50.as_secs_f64();
        println!(
            "{name:9} {rate:9.0} requests/s  {share:4.0} %  p50 {p50:?}  p99 {p99:?}  p99/p50 {tail:.1}"
        );
    }
    println!("{} KiB", resident());
}

struct Round {
    rate: f64,
    p50: Duration,
    p99: Duration,
}

fn runtime(threads: usize) -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build().unwrap()
}

async fn start(count: usize, execution: ExecutionMode) -> SocketAddr {
    let shop: AccountId = SHOP.parse().unwrap();
    let accounts = AccountTree::new([Account::new(shop).with_may_add_numbers(true)]).unwrap();
    let store = Arc::new(MemoryStore::new());
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
    tokio::spawn(async move {
        serve(listener, service(numbers, contacts), &ServerLimits::default(), std::future::pending()).await;
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
        assert!(buffer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&buffer[..length]));
        times.push(started.elapsed());
    }
    times
}

/// Returns whether a response is complete.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(usize::MAX)
}

/// Returns the resident memory of the process in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
