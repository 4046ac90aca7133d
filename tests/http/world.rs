//! A server on a separate port, with the accounts and numbers of the published documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use telnum::http::{ContactApi, ContactApis, KazooApi, ServerLimits, kazoo, serve, service as all};
use telnum::inventory::Inventory;
use telnum::store::{MemoryStore, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::build::{self, Books};
use crate::config::Config;

/// A server that stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    runtime: Option<tokio::runtime::Runtime>,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(router: axum::Router, limits: ServerLimits) -> Self {
        Self::start_at(|_| router, limits)
    }

    /// Starts a server whose router depends on its address.
    pub(crate) fn start_at(
        router: impl FnOnce(std::net::SocketAddr) -> axum::Router,
        limits: ServerLimits,
    ) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let router = router(address);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = runtime.spawn(async move {
            serve(listener, router, &limits, async { drop(stopped.await) }).await;
        });
        Self { address, stop: Some(stop), runtime: Some(runtime), task: Some(task) }
    }

    /// A server that runs in another process.
    pub(crate) fn of_process(address: std::net::SocketAddr) -> Self {
        Self { address, stop: None, runtime: None, task: None }
    }

    /// Stops the server and waits for its end.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let (Some(runtime), Some(task)) = (&self.runtime, self.task.take()) {
            runtime.block_on(task).unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The accounts of the published list and of the published creation, an account that may not add
/// numbers, and their parent.
pub(crate) const OWNER: &str = "4b8c6fec4b2597882c0390202d195419";
pub(crate) const ADDER: &str = "009afc511c97b2ae693c6cc4920988e8";
pub(crate) const PLAIN: &str = "plain";
pub(crate) const MASTER: &str = "master";

pub(crate) const OWNER_TOKEN: &str = "1931484e3fba5777588176584828e7be";
pub(crate) const ADDER_TOKEN: &str = "9376332cc1c4ef5fc31371bfaa92ff0a";
pub(crate) const PLAIN_TOKEN: &str = "b913eb25a2bc681671414a9a8ca8a0e9";
pub(crate) const MASTER_TOKEN: &str = "master-token";

/// The configuration of the published documents.
fn config() -> Config {
    Config::demo().unwrap()
}

/// The inventory of the published documents.
pub(crate) fn inventory() -> Inventory {
    let config = config();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let inventory = build::inventory(&config, &store).unwrap();
    build::create_numbers(&config, &inventory).unwrap();
    inventory
}

/// The API of the published documents, over `inventory`.
fn numbers(inventory: Inventory) -> KazooApi {
    let config = config();
    let ports = build::port_desk(&config, inventory.clone()).unwrap();
    build::numbers(&config, inventory, ports)
}

/// A server of `kazoo` at its published path.
pub(crate) fn kazoo() -> Server {
    kazoo_with(|api| api, ServerLimits::default())
}

pub(crate) fn kazoo_with(change: impl FnOnce(KazooApi) -> KazooApi, limits: ServerLimits) -> Server {
    kazoo_of(inventory(), change, limits)
}

pub(crate) fn kazoo_of(
    inventory: Inventory,
    change: impl FnOnce(KazooApi) -> KazooApi,
    limits: ServerLimits,
) -> Server {
    let api = change(numbers(inventory).with_limits(limits));
    Server::start(axum::Router::new().nest("/v2", kazoo::router(api)), limits)
}

/// A server of all APIs.
pub(crate) fn service() -> Server {
    service_within(ServerLimits::default())
}

/// A server of all APIs, as `serve --demo` starts it, with the given shape of a number's document.
pub(crate) fn service_in(shape: &str) -> Server {
    let config = Config { shape: shape.parse().unwrap(), ..config() };
    let (inventory, limits) = (inventory(), ServerLimits::default());
    let ports = build::port_desk(&config, inventory.clone()).unwrap();
    let numbers = build::numbers(&config, inventory, ports);
    let books = Books::open(&config, |_| Ok(Arc::new(MemoryStore::new()))).unwrap();
    books.create_first(&config).unwrap();
    Server::start_at(|address| all(numbers, books.apis(&config, &config.base_url_at(address))), limits)
}

pub(crate) fn service_within(limits: ServerLimits) -> Server {
    let numbers = numbers(inventory()).with_limits(limits);
    Server::start(all(numbers, contacts(|api| api.with_limits(limits))), limits)
}

/// A server of all APIs whose contact numbers are in `store`.
pub(crate) fn service_over(store: &Arc<dyn Store>) -> Server {
    let books = Books::open(&config(), |_| Ok(Arc::clone(store))).unwrap();
    Server::start(all(numbers(inventory()), books.apis(&config(), "")), ServerLimits::default())
}

/// The APIs of contact numbers, each with its own, empty book. The first change of a book has the time of the
/// published response, and each later change is one second later. Links start with the path, and
/// requests without credentials are refused.
pub(crate) fn contacts(change: impl Fn(ContactApi) -> ContactApi) -> ContactApis {
    let config = Config { anonymous_readers: BTreeMap::new(), ..config() };
    let apis = Books::open(&config, |_| Ok(Arc::new(MemoryStore::new()))).unwrap().apis(&config, "");
    ContactApis { people: change(apis.people), clients: change(apis.clients), users: change(apis.users) }
}
