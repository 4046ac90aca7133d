use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::contacts::request::ContactApis;
use super::{clients, kazoo, openapi, planning_center, user_numbers};

/// All APIs at their published places, and what stands beside them.
///
/// | path | what |
/// |---|---|
/// | `/v2/..` | [`kazoo`] |
/// | `/people/v2/..` | [`planning_center`] |
/// | `/v9/..` | [`clients`] |
/// | `/phone_numbers` | [`user_numbers`] |
/// | `/openapi.json` | [`openapi()`] |
/// | `/docs` | a page that shows it |
/// | `/health` | `{"status": "ok"}` |
///
/// ```
/// use std::sync::Arc;
/// use telnum::contact::book::ContactBook;
/// use telnum::http::{ContactApi, ContactApis, TokenTable, kazoo, service};
/// use telnum::inventory::Inventory;
/// use telnum::store::MemoryStore;
///
/// let tokens: TokenTable = serde_json::from_str(r#"{"kazoo": {"a token": "shop"}}"#)?;
/// let inventory = Inventory::builder(Arc::new(MemoryStore::new())).build();
/// let numbers = kazoo::Api::new(inventory, tokens.clone());
/// let book = || ContactApi::new(ContactBook::new(Arc::new(MemoryStore::new())), tokens.clone());
/// let contacts = ContactApis { people: book(), clients: book(), users: book() };
/// let router: axum::Router = service(numbers, contacts);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn service(numbers: kazoo::Api, contacts: ContactApis) -> Router {
    let document = openapi().to_string();
    let beside = Router::new()
        .route("/openapi.json", get(async || (JSON, document)))
        .route("/docs", get(docs))
        .route("/health", get(async || (StatusCode::OK, JSON, r#"{"status":"ok"}"#)));
    let ContactApis { people, clients, users } = contacts;
    // As services they answer at their places too: `/v2/` is theirs as well.
    Router::new()
        .nest_service("/v2", kazoo::router(numbers))
        .nest_service("/people/v2", planning_center::router(people))
        .nest_service("/v9", clients::router(clients))
        .merge(user_numbers::router_beside(users, beside))
}

const JSON: [(axum::http::HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

async fn docs() -> Response {
    // The page loads nothing but the document beside it.
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy)];
    (headers, include_str!("openapi/docs.html")).into_response()
}
