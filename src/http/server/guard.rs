//! What stands around every request: its id, its time, its log line, and what a client is told when
//! no handler could answer.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tracing::Instrument;

use crate::document::FieldError;

/// How much a client may send, how long it and its request may take, and how many may be connected.
///
/// Routers keep `body`, `body_read` and `request`, wherever they are served; [`serve`](crate::http::serve())
/// keeps the others.
///
/// ```
/// use std::time::Duration;
/// use telnum::http::ServerLimits;
///
/// let limits = ServerLimits { request: Duration::from_secs(5), ..ServerLimits::default() };
/// assert_eq!(limits.body, 2 * 1024 * 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// The most bytes of a body: 2 MiB unless said otherwise.
    pub body: usize,
    /// How long a client may take to send its body.
    pub body_read: Duration,
    /// How long a client may take to send the head of a request. A connection on which none comes
    /// for so long is closed.
    pub header_read: Duration,
    /// How long a request may take in all.
    pub request: Duration,
    /// How long a client may take to receive the next part of an answer.
    pub write: Duration,
    /// The most bytes of a body that is refused unread which are received all the same, for as long as
    /// `body_read`, so that the client comes to the answer: 64 MiB unless said otherwise.
    pub discard: u64,
    /// The most connections: 10,000 unless said otherwise. When there are so many, one more closes the
    /// one on which nothing has been asked for the longest; if all are being answered it waits. Each
    /// takes a file descriptor, which the process must be allowed to have.
    pub connections: usize,
    /// How long requests that are being answered may take on when the server is told to stop.
    pub shutdown: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            body: 2 * 1024 * 1024,
            body_read: Duration::from_secs(10),
            header_read: Duration::from_secs(10),
            request: Duration::from_secs(30),
            write: Duration::from_secs(5),
            discard: 64 * 1024 * 1024,
            connections: 10_000,
            shutdown: Duration::from_secs(10),
        }
    }
}

/// The header that names a request. A client's own name for it is kept.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(HeaderValue);

/// Why no handler has answered. Each API shows it in its own documents.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// There is no such path.
    #[error("not found")]
    NoRoute,
    /// The path is not UTF-8, or an id in it can not be one.
    #[error("bad path")]
    BadPath,
    /// The path has no such method.
    #[error("method not allowed")]
    Method,
    /// Nobody is known by the credentials, or there are none.
    #[error("invalid credentials")]
    Unauthenticated,
    /// The body is too large.
    #[error("the body is larger than {max} bytes")]
    TooLarge {
        /// The most bytes it may have.
        max: usize,
    },
    /// The body did not come to its end.
    #[error("the body could not be read")]
    Body,
    /// The body did not come in time.
    #[error("the body did not come in time")]
    SlowBody,
    /// The body is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// Fields of the body are wrong.
    #[error("invalid data")]
    Fields(Vec<FieldError>),
    /// A parameter is wrong.
    #[error("invalid data")]
    Parameter(FieldError),
    /// A rule refuses it.
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The field that it is about, if it is about one.
        path: Option<String>,
        /// What is wrong.
        message: String,
    },
    /// It took too long.
    #[error("the request took too long")]
    Timeout,
    /// Something is wrong here.
    #[error("internal error")]
    Internal,
}

impl Fault {
    /// The HTTP status.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::NoRoute | Self::BadPath => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::Body | Self::NotJson(_) | Self::Fields(_) | Self::Parameter(_) => StatusCode::BAD_REQUEST,
            Self::Refused { status, .. } => *status,
            Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Fault {
    /// What is wrong, each with the path of its field if it is about one.
    pub(crate) fn problems(&self) -> Vec<(Option<String>, String)> {
        match self {
            Self::Fields(errors) => errors
                .iter()
                .map(|error| (Some(error.path().to_string()), error.kind().to_string()))
                .collect(),
            Self::Parameter(error) => vec![(Some(error.path().to_string()), error.kind().to_string())],
            Self::Refused { path, message, .. } => vec![(path.clone(), message.clone())],
            Self::NoRoute
            | Self::BadPath
            | Self::Method
            | Self::Unauthenticated
            | Self::TooLarge { .. }
            | Self::Body
            | Self::SlowBody
            | Self::NotJson(_)
            | Self::Timeout
            | Self::Internal => vec![(None, self.to_string())],
        }
    }
}

impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        Self::Fields(vec![error])
    }
}

/// The fault goes out with the response, to be shown by the [`Guard`].
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Who asked, as far as an answer to a [`Fault`] shows it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) id: RequestId,
    pub(crate) headers: HeaderMap,
}

/// How an API shows faults, and the limits of its requests.
#[derive(Clone, Copy)]
pub(crate) struct Guard {
    pub(crate) limits: ServerLimits,
    pub(crate) show: fn(&Fault, &Asked) -> Response,
}

impl Guard {
    /// The router, with what stands around its requests.
    pub(crate) fn around(self, router: Router) -> Router {
        router
            .fallback(async || Fault::NoRoute)
            .method_not_allowed_fallback(async || Fault::Method)
            .layer(middleware::from_fn_with_state(self, guard))
    }
}

async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let asked = Asked { id: id.clone(), headers: request.headers().clone() };
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let span = tracing::info_span!("request", %id, method = %request.method(), path);
    request.extensions_mut().insert(id.clone());
    async {
        // Nothing that a handler shares is left half changed by a panic: the library has no locks
        // that it holds over a call of another's code.
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
        let mut response = match tokio::time::timeout(guard.limits.request, answer).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                tracing::error!("panicked");
                Fault::Internal.into_response()
            }
            Err(_) => Fault::Timeout.into_response(),
        };
        if let Some(fault) = response.extensions_mut().remove::<Fault>() {
            let allow = response.headers_mut().remove(axum::http::header::ALLOW);
            response = (guard.show)(&fault, &asked);
            if let Some(allow) = allow {
                response.headers_mut().insert(axum::http::header::ALLOW, allow);
            }
        }
        response.headers_mut().insert(REQUEST_ID, id.0);
        let micros = started.elapsed().as_micros();
        tracing::info!(status = response.status().as_u16(), micros, "answered");
        response
    }
    .instrument(span)
    .await
}

impl RequestId {
    const MAX: usize = 64;

    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).filter(|value| {
            let bytes = value.as_bytes();
            (1..=Self::MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
        });
        given.cloned().map_or_else(Self::new, Self)
    }

    /// 32 hexadecimal digits, never the same twice.
    fn new() -> Self {
        static SEEDS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let [high, low] = SEEDS.each_ref().map(|seed| seed.hash_one(count));
        let text = format!("{high:016x}{low:016x}");
        Self(HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("0")))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
