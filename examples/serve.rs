//! Serves all published APIs from stores in files, or in memory.
//!
//! ```text
//! cargo run --release --features geo,http,redb --example serve -- \
//!     --accounts examples/data/accounts.json --tokens examples/data/tokens.json \
//!     --localities examples/data/localities.csv
//! curl -H "X-Auth-Token: shop-token" -X PUT -d '{"data": {"my_field": "my value"}}' \
//!     http://127.0.0.1:8000/v2/accounts/shop/phone_numbers/%2B14158867900
//! curl -H "X-Auth-Token: shop-token" -d '{"data": {"numbers": ["+14158551292", "+14152021234"]}}' \
//!     http://127.0.0.1:8000/v2/accounts/shop/phone_numbers/locality
//! curl -u user-key: -d "phone_number=+493057701873" http://127.0.0.1:8000/phone_numbers
//! curl -u app-id:app-secret http://127.0.0.1:8000/people/v2/phone_numbers
//! ```
//!
//! `/docs` documents the APIs. Ctrl-C or SIGTERM stops the server after it has answered the requests in
//! progress. The log contains one JSON object per line; `RUST_LOG` sets its level (`RUST_LOG=warn`).

mod stores;

use std::error::Error;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use telnum::account::{AccountTree, Actor};
use telnum::contact::book::ContactBook;
use telnum::http::{ContactApi, ContactApis, KazooApi, ServerLimits, TokenTable, serve, service};
use telnum::inventory::{Create, Inventory, Options};
use telnum::lifecycle::State;
use telnum::locality::{Columns, LocalityTable};
use telnum::plan::Region;
use telnum::store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serves phone numbers over HTTP.
#[derive(Debug, Parser)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8000")]
    listen: SocketAddr,
    /// The accounts: a JSON list of `{"id", "parent", "admin", "may_add_numbers", ..}`.
    #[arg(long)]
    accounts: PathBuf,
    /// The tokens and keys: a JSON object of `"kazoo"`, `"planning_center"`, `"clients"` and
    /// `"user_numbers"`, each an object of `"token": "account"`.
    #[arg(long)]
    tokens: PathBuf,
    /// The localities: a CSV file with a header, such as `npa,nxx,city,province` or `prefix,city`.
    #[arg(long)]
    localities: Option<PathBuf>,
    /// The number of available numbers to create at the start, from +1 415 200 0000 on.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=8_000_000))]
    numbers: u32,
    /// The file that keeps the numbers, or `memory`. The files of contacts are beside it, with the suffixes
    /// `.people`, `.clients` and `.users`.
    #[arg(long, default_value = if cfg!(feature = "redb") { "telnum.redb" } else { "memory" })]
    store: String,
    /// The region of contact numbers without a calling code.
    #[arg(long, default_value = "US")]
    region: Region,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(arguments))
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let accounts: AccountTree = read(&arguments.accounts)?;
    let tokens: TokenTable = read(&arguments.tokens)?;
    let is_in_memory = arguments.store == "memory";
    let mut inventory = Inventory::builder(open(&arguments.store)?).accounts(accounts.clone());
    if let Some(path) = &arguments.localities {
        inventory = inventory.localities(read_localities(path)?);
    }
    let inventory = inventory.build();
    // External effects that a crash interrupted are finished first.
    inventory.recover()?;
    fill(&inventory, arguments.numbers)?;

    let limits = ServerLimits::default();
    let numbers = KazooApi::new(inventory, tokens.clone()).with_limits(limits);
    // Each API has its own book, since a client and a person with the same id are different owners.
    let book = |name: &str| -> Result<_, Box<dyn Error>> {
        let word = if is_in_memory { "memory".to_owned() } else { format!("{}.{name}", arguments.store) };
        Ok(ContactApi::new(ContactBook::new(open(&word)?), accounts.clone(), tokens.clone())
            .with_region(arguments.region)
            .with_limits(limits))
    };
    let contacts = ContactApis { people: book("people")?, clients: book("clients")?, users: book("users")? };
    let listen = arguments.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| format!("{listen}: {error}"))?;
    let mut terminate = signal(SignalKind::terminate())?;
    // With port 0 the system chooses the port.
    println!("listening on http://{}", listener.local_addr()?);
    serve(listener, service(numbers, contacts), &limits, async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    })
    .await;
    Ok(())
}

fn open(word: &str) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    stores::open(word).map_err(|error| error as Box<dyn Error>)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn read_localities(path: &Path) -> Result<LocalityTable, Box<dyn Error>> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| named(&error))?;
    let mut table = LocalityTable::new();
    table.read_csv(file, &Columns::new().with_prefix("+1")).map_err(|error| named(&error))?;
    Ok(table)
}

/// Creates available numbers.
fn fill(inventory: &Inventory, count: u32) -> Result<(), Box<dyn Error>> {
    const BATCH: u32 = 5_000;
    let create = Create::default().with_state(State::Available);
    let mut first = 0;
    while first < count {
        let numbers = (first..count.min(first + BATCH)).map(|n| format!("+1415{}", 2_000_000 + n));
        inventory.create(numbers, &create, &Options::new(Actor::System))?;
        first += BATCH;
    }
    Ok(())
}
