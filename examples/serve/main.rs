//! Serves all published APIs from stores in files, in a database or in memory.
//!
//! ```text
//! cargo run --release --features geo,http --example serve -- --demo
//! curl -H "X-Auth-Token: 1931484e3fba5777588176584828e7be" \
//!     "http://127.0.0.1:8000/v2/phone_numbers?prefix=415&quantity=2&offset=0"
//! ```
//!
//! `--demo` serves the accounts, tokens and numbers of the published documents, so that their requests can be
//! made as printed; they are in `examples/data/demo.json`. `--config FILE` reads such a configuration from a file
//! in JSON or TOML, and other arguments override its fields. `--print-config` prints the resulting
//! configuration, with all defaults and without secrets. The fields are documented in `config.rs`.
//!
//! Several processes may serve one database in PostgreSQL. The files of port requests are not in it: the processes
//! need one directory of `documents`, on a file system that they share.
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
//! ```text
//! curl -H "X-Auth-Token: shop-token" -X PUT -d '{"data": {"name": "Bakery", "numbers": {"+12025559000": {}}}}' \
//!     http://127.0.0.1:8000/v2/accounts/shop/port_requests
//! ```
//!
//! `/docs` displays the OpenAPI document in Swagger UI, `/health` reads from the stores, and `/metrics` counts and
//! measures requests and commits, as text for Prometheus. At intervals the server completes claims that a crash has left, and makes the
//! transitions that are due. Ctrl-C or SIGTERM stops it after it has answered the requests in progress, within
//! `limits.shutdown_timeout_ms`; a second signal stops it at once. The log contains one JSON object per line;
//! `RUST_LOG` sets its level (`RUST_LOG=warn`).

mod build;
mod config;
mod docs;
mod maintenance;
mod metered;
mod secret;
mod stock;
#[path = "../stores/mod.rs"]
mod stores;
mod strict;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use clap::Parser;
use telnum::http::{serve, service};
use telnum::plan::Region;
use telnum::store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use self::build::{Books, Result};
use self::config::{Config, DocumentShape, LocalityFile, MAX_AVAILABLE_NUMBERS, Secrets};
use self::maintenance::Tasks;
use self::metered::MeteredStore;

/// Serves phone numbers over HTTP.
#[derive(Debug, Parser)]
struct Arguments {
    /// The configuration, in JSON or TOML. The other arguments override its fields.
    #[arg(long, conflicts_with = "demo")]
    config: Option<PathBuf>,
    /// Serves the accounts, tokens and numbers of the published documents, from memory.
    #[arg(long)]
    demo: bool,
    /// Prints the configuration with all defaults and without secrets, and exits.
    #[arg(long)]
    print_config: bool,
    /// The address to listen on. Default: 127.0.0.1:8000.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// The accounts: a JSON list of `{"id", "parent", "admin", "may_add_numbers", ..}`.
    #[arg(long)]
    accounts: Option<PathBuf>,
    /// The tokens and keys: a JSON object of `"kazoo"`, `"planning_center"`, `"clients"` and
    /// `"user_numbers"`, each an object of `"token": "account"`.
    #[arg(long)]
    tokens: Option<PathBuf>,
    /// The localities of North America: a CSV file with a header, such as `npa,nxx,city,province` or
    /// `prefix,city`.
    #[arg(long)]
    localities: Option<PathBuf>,
    /// The number of available numbers to create at the start, from +1 415 200 0000 on.
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=i64::from(MAX_AVAILABLE_NUMBERS)))]
    numbers: Option<u32>,
    /// The store of the numbers: a file, `postgres://user:password@host/database`, or `memory`. The contacts are
    /// in files beside it with the suffixes `.people`, `.clients` and `.users`, or in the schemas
    /// `telnum_people`, `telnum_clients` and `telnum_users`.
    #[arg(long)]
    store: Option<String>,
    /// The storage of the files of port requests: a directory, or `memory`. Default: none, so that files are
    /// refused.
    #[arg(long)]
    documents: Option<PathBuf>,
    /// The region of contact numbers without a calling code. Default: US.
    #[arg(long)]
    region: Option<Region>,
    /// The shape of a number's document. Default: flat.
    #[arg(long)]
    shape: Option<DocumentShape>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let print_config = arguments.print_config;
    let config = configure(arguments)?;
    if print_config {
        println!("{}", serde_json::to_string_pretty(&config)?);
        return Ok(());
    }
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();

    // The commits from here on are recorded too.
    metered::install();
    let open = |part: Option<&'static str>| -> Result<Arc<dyn Store>> {
        let store = stores::open(config.store.as_str(), part)
            .map_err(|error| config.error("store", &stores::explain(&*error)))?;
        Ok(Arc::new(MeteredStore::new(store, part.unwrap_or("numbers"))))
    };
    let inventory = build::inventory(&config, &open(None)?)?;
    let books = Books::open(&config, |part| open(Some(part)))?;
    // External effects that a crash interrupted are finished first.
    let limit = config.maintenance.limit();
    let end = Instant::now() + limit;
    inventory.recover_while(|| Instant::now() < end)?;
    let ports = build::port_desk(&config, inventory.clone())?;
    ports.clone().with_deadline(Instant::now() + limit).recover()?;
    build::create_numbers(&config, &inventory)?;
    books.create_first(&config)?;
    let numbers = build::numbers(&config, inventory.clone(), ports.clone());

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served: Result<Duration> = runtime.block_on(async {
        let listen = config.listen;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| config.error("listen", &format_args!("{listen}: {error}")))?;
        let mut signals = Signals::new()?;
        // With port 0 the system chooses the port.
        let address = listener.local_addr()?;
        let retention = config.contacts.retention(*config.policy.retention());
        let tasks = Tasks::start(&inventory, &ports, books.stores(), retention, config.maintenance);
        let contacts = books.apis(&config, &config.base_url_at(address));
        let router = metered::measure(service(numbers, contacts).merge(docs::router()));
        println!("listening on http://{address}");
        let stopped = OnceLock::new();
        serve(listener, router, &config.limits.server(), async {
            signals.next().await;
            stopped.get_or_init(Instant::now);
            tasks.stop();
            tokio::spawn(exit_at_once(signals));
        })
        .await;
        let time_left = || {
            let elapsed = stopped.get().map_or(Duration::ZERO, Instant::elapsed);
            Duration::from_millis(config.limits.shutdown_timeout_ms).saturating_sub(elapsed)
        };
        if tokio::time::timeout(time_left(), tasks.ended()).await.is_err() {
            tracing::warn!("tasks still running after the shutdown timeout");
        }
        Ok(time_left())
    });
    // A call to a store or to a carrier may still be running: recovery completes its claim later.
    runtime.shutdown_timeout(*served.as_ref().unwrap_or(&Duration::ZERO));
    served.map(drop)
}

/// Returns the configuration that the arguments select and override.
fn configure(arguments: Arguments) -> Result<Config> {
    let mut config = match &arguments.config {
        Some(file) => Config::read(file)?,
        None if arguments.demo => Config::demo()?,
        None => Config::default(),
    };
    if let Some(file) = arguments.accounts {
        config.accounts = config::read::<strict::Accounts>(&file, Secrets::InTokens)?.0;
    }
    if let Some(file) = arguments.tokens {
        config.tokens = config::read(&file, Secrets::InAll)?;
    }
    if let Some(store) = arguments.store {
        config.store = store.parse().map_err(|problem| format!("--store: {problem}"))?;
    }
    if let Some(file) = arguments.localities {
        config.localities =
            vec![LocalityFile { file: Some(file), prefix: Some("+1".to_owned()), ..LocalityFile::default() }];
    }
    config.documents = arguments.documents.or(config.documents);
    config.listen = arguments.listen.unwrap_or(config.listen);
    config.region = arguments.region.unwrap_or(config.region);
    config.shape = arguments.shape.unwrap_or(config.shape);
    config.available_numbers = arguments.numbers.unwrap_or(config.available_numbers);
    // Those of arguments are relative to the working directory; those of the file are absolute already.
    let config = config.in_directory(Path::new(""));
    config.check()?;
    Ok(config)
}

/// The signals of Ctrl-C and of `kill`.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next signal.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Exits after the next signal, without waiting for requests or tasks.
async fn exit_at_once(mut signals: Signals) {
    signals.next().await;
    tracing::warn!("stopped at once by a second signal");
    std::process::exit(1);
}
