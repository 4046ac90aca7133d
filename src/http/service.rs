//! The router of all APIs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Mutex;

use super::contacts::api::ContactApis;
use super::kazoo::{self, KazooApi};
use super::openapi::openapi;
use super::server::execution::ExecutionMode;
use super::{clients, planning_center, user_numbers};
use crate::idempotency::IdempotencyKey;
use crate::store::Store;

/// Creates the router of all APIs at their published paths, with their OpenAPI document.
///
/// | path | content |
/// |---|---|
/// | `/v2/..` | [`kazoo`] |
/// | `/people/v2/..` | [`planning_center`] |
/// | `/v9/..` | [`clients`] |
/// | `/phone_numbers` | [`user_numbers`] |
/// | `/openapi.json` | [`openapi()`] |
/// | `/health` | `{"status": "ok"}`, or status 503 with `{"status": "unavailable"}` if a store cannot be read within two seconds |
///
/// A response has the [`MatchedPath`](axum::extract::MatchedPath) of its request as an extension, so that a
/// layer around this router can measure requests by route.
///
/// No page displays the document: a service can add one, as `examples/serve` adds Swagger UI at `/docs`.
///
/// ```
/// # use telnum::{account::AccountTree, contact::book::ContactBook, store::MemoryStore};
/// # use telnum::inventory::Inventory;
/// use telnum::http::{ContactApi, ContactApis, KazooApi, TokenTable, service};
///
/// let tokens: TokenTable = serde_json::from_str(r#"{"kazoo": {"a token": "shop"}}"#)?;
/// let numbers = KazooApi::new(Inventory::builder(MemoryStore::new()).build(), tokens.clone());
/// let book = ContactBook::new(MemoryStore::new());
/// let contacts = ContactApi::new(book, AccountTree::default(), tokens);
/// # let (people, clients, users) = (contacts.clone(), contacts.clone(), contacts);
/// // Each of the three APIs has a book of its own.
/// let router: axum::Router = service(numbers, ContactApis { people, clients, users });
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn service(numbers: KazooApi, contacts: ContactApis) -> Router {
    let document = openapi().to_string();
    let ContactApis { people, clients, users } = contacts;
    let books = [&people, &clients, &users].map(|api| Arc::clone(api.book.store()));
    let stores = books.into_iter().chain([Arc::clone(numbers.store())]).collect();
    let probed = Health { stores, latest: Arc::default() };
    let others = Router::new()
        .route("/openapi.json", get(async || (JSON, NO_CACHE, document)))
        .route("/health", get(move || health(probed.clone())));
    // Unlike a nested router, a nested service also answers `/v2/` itself.
    Router::new()
        .nest_service("/v2", kazoo::router(numbers))
        .nest_service("/people/v2", planning_center::router(people))
        .nest_service("/v9", clients::router(clients))
        .merge(user_numbers::router_beside(users, others))
}

/// The document is the same for all, and may be stored for as long as it is the latest.
const NO_CACHE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-cache")];

const JSON: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

/// The time after which a store that does not answer is unavailable.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// The time for which the health of the stores is not read again.
const HEALTH_AGE: Duration = Duration::from_secs(1);

/// The stores whose health is asked for.
#[derive(Clone)]
struct Health {
    stores: Arc<[Arc<dyn Store>]>,
    /// The time of the latest read and whether all stores could be read. It is locked while they are read, so that a
    /// store that hangs blocks at most one thread.
    latest: Arc<Mutex<Option<(Instant, bool)>>>,
}

/// Reads from each store, unless that was done within the last second.
async fn health(health: Health) -> Response {
    let Health { stores, latest } = health;
    let read = async move {
        let mut latest = latest.lock_owned().await;
        if let Some((_, is_well)) = latest.filter(|(time, _)| time.elapsed() < HEALTH_AGE) {
            return Ok(is_well);
        }
        let read = move || {
            // No receipt has this key: reading it is the cheapest read.
            let key = IdempotencyKey::from_bits(0, 0);
            let failed = stores.iter().find_map(|store| store.receipt(key).err());
            if let Some(error) = &failed {
                tracing::error!(%error, "store cannot be read");
            }
            *latest = Some((Instant::now(), failed.is_none()));
            failed.is_none()
        };
        ExecutionMode::BlockingPool.run(read).await
    };
    match tokio::time::timeout(HEALTH_TIMEOUT, read).await {
        Ok(Ok(true)) => return (StatusCode::OK, JSON, r#"{"status":"ok"}"#).into_response(),
        // The error has been logged.
        Ok(Ok(false)) => {}
        Ok(Err(error)) => tracing::error!(%error, "store cannot be read"),
        Err(_) => tracing::error!("store does not answer"),
    }
    (StatusCode::SERVICE_UNAVAILABLE, JSON, r#"{"status":"unavailable"}"#).into_response()
}
