//! The router of all APIs.

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::contacts::api::ContactApis;
use super::kazoo::{self, KazooApi};
use super::openapi::openapi;
use super::{clients, planning_center, user_numbers};

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
/// | `/health` | `{"status": "ok"}` |
///
/// See the example of the [module](crate::http).
pub fn service(numbers: KazooApi, contacts: ContactApis) -> Router {
    let document = openapi().to_string();
    let documentation = Router::new()
        .route("/openapi.json", get(async || (JSON, document)))
        .route("/docs", get(docs))
        .route("/health", get(async || (StatusCode::OK, JSON, r#"{"status":"ok"}"#)));
    let ContactApis { people, clients, users } = contacts;
    // Unlike a nested router, a nested service also answers `/v2/` itself.
    Router::new()
        .nest_service("/v2", kazoo::router(numbers))
        .nest_service("/people/v2", planning_center::router(people))
        .nest_service("/v9", clients::router(clients))
        .merge(user_numbers::router_beside(users, documentation))
}

const JSON: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

async fn docs() -> Response {
    // The page loads nothing except the OpenAPI document.
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy)];
    (headers, include_str!("openapi/docs.html")).into_response()
}
