//! The router of all APIs.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::sync::Mutex;

use super::contacts::api::ContactApis;
use super::kazoo::{self, KazooApi};
use super::openapi::openapi;
use super::server::execution::ExecutionMode;
use super::{clients, planning_center, user_numbers};
use crate::idempotency::IdempotencyKey;
use crate::store::Store;

/// Creates the router of all APIs at their published paths, with their documentation.
///
/// | path | content |
/// |---|---|
/// | `/v2/..` | [`kazoo`] |
/// | `/people/v2/..` | [`planning_center`] |
/// | `/v9/..` | [`clients`] |
/// | `/phone_numbers` | [`user_numbers`] |
/// | `/openapi.json` | [`openapi()`] |
/// | `/docs` | a page that displays the OpenAPI document |
/// | `/health` | `{"status": "ok"}`, or status 503 with `{"status": "unavailable"}` if a store cannot be read within two seconds |
///
/// A response has the [`MatchedPath`](axum::extract::MatchedPath) of its request as an extension, so that a
/// layer around this router can measure requests by route.
///
/// See the example of the [module](crate::http).
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
    let probed = Health { stores, reading: Arc::default() };
    let documentation = Router::new()
        .route("/openapi.json", get(async || (JSON, document)))
        .route("/docs", get(docs))
        .route("/", get(async || Redirect::temporary("docs")))
        .route("/health", get(move || health(probed.clone())));
    // Unlike a nested router, a nested service also answers `/v2/` itself.
    Router::new()
        .nest_service("/v2", kazoo::router(numbers))
        .nest_service("/people/v2", planning_center::router(people))
        .nest_service("/v9", clients::router(clients))
        .merge(user_numbers::router_beside(users, documentation))
}

const JSON: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

/// The time after which a store that does not answer is unavailable.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// The stores whose health is asked for.
#[derive(Clone)]
struct Health {
    stores: Arc<[Arc<dyn Store>]>,
    /// Locked while the stores are read: those that hang block one thread, however often they are asked.
    reading: Arc<Mutex<()>>,
}

/// Reads from each store.
async fn health(health: Health) -> Response {
    let Health { stores, reading } = health;
    let read = async move {
        let reading = reading.lock_owned().await;
        let read = move || {
            let _reading = reading;
            // No receipt has this key: reading it is the cheapest read.
            let key = IdempotencyKey::from_bits(0, 0);
            stores.iter().try_for_each(|store| store.receipt(key).map(drop))
        };
        ExecutionMode::BlockingPool.run(read).await
    };
    match tokio::time::timeout(HEALTH_TIMEOUT, read).await {
        Ok(Ok(Ok(()))) => return (StatusCode::OK, JSON, r#"{"status":"ok"}"#).into_response(),
        Ok(Ok(Err(error))) => tracing::error!(%error, "store cannot be read"),
        // The panic has been logged.
        Ok(Err(_)) => {}
        Err(_) => tracing::error!("store does not answer"),
    }
    (StatusCode::SERVICE_UNAVAILABLE, JSON, r#"{"status":"unavailable"}"#).into_response()
}

async fn docs() -> Response {
    // The page loads nothing except the OpenAPI document.
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy)];
    (headers, include_str!("openapi/docs.html")).into_response()
}
