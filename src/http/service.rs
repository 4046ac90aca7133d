use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::contacts::ContactApi;
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
/// use telnum::contact_book::ContactBook;
/// use telnum::http::{ContactApi, TokenTable, kazoo, service};
/// use telnum::inventory::Inventory;
/// use telnum::store::MemoryStore;
///
/// let store = Arc::new(MemoryStore::new());
/// let tokens: TokenTable = serde_json::from_str(r#"{"a token": "shop"}"#)?;
/// let numbers = kazoo::Api::new(Inventory::builder(store.clone()).build(), tokens.clone());
/// let contacts = ContactApi::new(ContactBook::new(store), tokens);
/// let router: axum::Router = service(numbers, contacts);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn service(numbers: kazoo::Api, contacts: ContactApi) -> Router {
    let document = openapi().to_string();
    let beside = Router::new()
        .route("/openapi.json", get(async || (JSON, document)))
        .route("/docs", get(docs))
        .route("/health", get(async || (StatusCode::OK, JSON, r#"{"status":"ok"}"#)));
    Router::new()
        .nest("/v2", kazoo::router(numbers))
        .nest("/people/v2", planning_center::router(contacts.clone()))
        .nest("/v9", clients::router(contacts.clone()))
        .merge(user_numbers::router_beside(contacts, beside))
}

const JSON: [(axum::http::HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

async fn docs() -> Response {
    // The page loads nothing but the document beside it.
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy)];
    (headers, include_str!("docs.html")).into_response()
}
