//! The page that displays the OpenAPI document: Swagger UI, whose files are in this program.

use std::sync::{Arc, LazyLock};

use axum::extract::{MatchedPath, Path, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use utoipa_swagger_ui::Config;

/// The page loads nothing from other hosts and runs only the scripts of Swagger UI, which needs the exceptions for
/// its styles and images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("../openapi.json").use_base_layout().filter(true);
    // The document is not sent to the validator of Swagger.
    Arc::new(config.validator_url("none"))
});

/// Creates the router of the page at `/docs/`, to which `/` and `/docs` lead. The document is at `/openapi.json`.
pub(crate) fn router() -> Router {
    // The redirections are relative, for a proxy that adds a prefix to the paths.
    Router::new()
        .route("/", get(async || Redirect::temporary("docs/")))
        .route("/docs", get(async || Redirect::temporary("docs/")))
        .route("/docs/", get(async || file("index.html")))
        .route("/docs/{file}", get(async |Path(name): Path<String>| file(&name)))
        .route_layer(middleware::from_fn(name_route))
}

/// Returns a file of the page.
fn file(name: &str) -> Response {
    let Ok(Some(file)) = utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(CONTENT_TYPE, file.content_type.as_str()), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, file.bytes.into_owned()).into_response()
}

/// Adds its route to a response, for the metrics.
async fn name_route(route: MatchedPath, request: Request, next: Next) -> (Extension<MatchedPath>, Response) {
    (Extension(route), next.run(request).await)
}
