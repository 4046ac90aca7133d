//! The layer around every request of an API: the request's id, its time limit, its log line, and the
//! rendering of errors.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tracing::Instrument;

use super::error::RequestError;
use super::limits::ServerLimits;
use super::request_id::{REQUEST_ID, RequestId};

/// The parts of a request that a rendered [`RequestError`] may contain.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) id: RequestId,
    pub(crate) headers: HeaderMap,
}

/// The limits on an API's requests, and the function that renders its errors.
#[derive(Clone, Copy)]
pub(crate) struct RequestGuard {
    pub(crate) limits: ServerLimits,
    pub(crate) render: fn(&RequestError, &RequestHead) -> Response,
}

impl RequestGuard {
    /// Wraps `router` in this guard, including requests without a matching route.
    pub(crate) fn wrap(self, router: Router) -> Router {
        router
            .fallback(async || RequestError::NotFound)
            .method_not_allowed_fallback(async || RequestError::MethodNotAllowed)
            .layer(middleware::from_fn_with_state(self, guard))
    }
}

async fn guard(State(guard): State<RequestGuard>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::from_headers(request.headers());
    let head = RequestHead { id: id.clone(), headers: request.headers().clone() };
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let path = matched.as_ref().map_or("", MatchedPath::as_str);
    let span = tracing::info_span!("request", %id, method = %request.method(), path);
    request.extensions_mut().insert(id.clone());
    async {
        // A panic leaves no shared state inconsistent: the library holds no lock while it calls user
        // code.
        let response = AssertUnwindSafe(next.run(request)).catch_unwind();
        let mut response = match tokio::time::timeout(guard.limits.request_timeout, response).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                tracing::error!("handler panicked");
                RequestError::Internal.into_response()
            }
            Err(_) => RequestError::Timeout.into_response(),
        };
        if let Some(error) = response.extensions_mut().remove::<RequestError>() {
            let allow = response.headers_mut().remove(ALLOW);
            response = (guard.render)(&error, &head);
            if let Some(allow) = allow {
                response.headers_mut().insert(ALLOW, allow);
            }
        }
        response.headers_mut().insert(REQUEST_ID, id.into_header());
        // The responses of actors with different credentials have the same URL.
        response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        // The matched route is known only here; the extension passes it to a layer around the router.
        if let Some(matched) = matched {
            response.extensions_mut().insert(matched);
        }
        let micros = started.elapsed().as_micros();
        tracing::info!(status = response.status().as_u16(), micros, "answered");
        response
    }
    .instrument(span)
    .await
}
