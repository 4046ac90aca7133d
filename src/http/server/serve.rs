//! Serving a router over TCP: accepting, limiting and closing connections.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::connection::{ClientStream, ConnectionState, TrackedBody};
use super::limits::{MAX_TIMEOUT, ServerLimits};

/// Serves `router` over HTTP/1.1 until `stop` completes. The server then accepts no further
/// connections, answers running requests within [`shutdown_timeout`](ServerLimits::with_shutdown_timeout),
/// and closes all connections.
///
/// A client is disconnected if it does not send the head of a request, or its next request, within
/// [`head_timeout`](ServerLimits::with_head_timeout), or does not receive the next part of a response within
/// [`write_timeout`](ServerLimits::with_write_timeout) and all of it within
/// [`response_timeout`](ServerLimits::with_response_timeout). At
/// [`max_connections`](ServerLimits::with_max_connections) a new connection replaces the one that has been
/// idle the longest. A client whose body is refused may continue to send up to
/// [`max_discarded_bytes`](ServerLimits::with_max_discarded_bytes), so that it reads the response.
///
/// ```
/// use axum::{Router, routing::get};
/// use telnum::http::{ServerLimits, serve};
///
/// # let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let router = Router::new().route("/", get(async || "hello"));
/// serve(listener, router, &ServerLimits::default(), async { /* until ctrl-c */ }).await;
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &ServerLimits,
    stop: impl Future<Output = ()> + Send,
) {
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(limits.head_timeout.min(MAX_TIMEOUT));
    let graceful = GracefulShutdown::new();
    let mut connections = Connections::default();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = connections.accept(&listener, limits.max_connections) => stream,
            () = &mut stop => break,
        };
        // Responses are small and written at once; coalescing writes would only delay them.
        let _ = stream.set_nodelay(true);
        let state = Arc::new(ConnectionState::new());
        let stream = TokioIo::new(ClientStream::new(stream, state.clone(), *limits));
        let service = TowerToHyperService::new(router.clone());
        let answer = {
            let state = state.clone();
            move |request| answer(state.clone(), service.clone(), request)
        };
        let connection = graceful.watch(server.serve_connection(stream, service_fn(answer)));
        connections.spawn(state, async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
    drop(listener);
    tracing::info!(connections = graceful.count(), "stopping");
    if tokio::time::timeout(limits.shutdown_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections still open after the shutdown timeout");
    }
}

async fn answer(
    state: Arc<ConnectionState>,
    router: TowerToHyperService<Router>,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    if !state.begin_request() {
        // The task of a connection that is being closed is aborted here.
        return std::future::pending().await;
    }
    let request = request.map(|body| {
        if body.is_end_stream() { Body::empty() } else { Body::new(TrackedBody::new(body, state.clone())) }
    });
    let response = router.call(request).await;
    state.end_request();
    response
}

/// The open connections.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    open: HashMap<Id, (Arc<ConnectionState>, AbortHandle)>,
}

/// The maximum time to wait for a connection to end when the limit is reached.
const ROOM_INTERVAL: Duration = Duration::from_millis(100);

impl Connections {
    fn spawn(&mut self, state: Arc<ConnectionState>, connection: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(connection);
        self.open.insert(task.id(), (state, task));
    }

    /// Accepts the next connection once fewer than `max` are open.
    async fn accept(&mut self, listener: &TcpListener, max: usize) -> TcpStream {
        let stream = loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.forget(ended);
                    continue;
                }
            };
            match accepted {
                Ok((stream, _)) => break stream,
                Err(error) if is_of_client(&error) => {}
                // The usual cause is that the process has no file descriptors left.
                Err(error) => {
                    if !self.make_room().await {
                        tracing::error!(%error, "no connection could be accepted");
                    }
                }
            }
        };
        while self.open.len() >= max.max(1) {
            self.make_room().await;
        }
        stream
    }

    /// Closes the connection that has been idle the longest, and waits up to [`ROOM_INTERVAL`] for any
    /// connection to end. Returns whether one has ended.
    async fn make_room(&mut self) -> bool {
        let idle = self.open.values().filter_map(|(state, task)| Some((state.idle_since()?, state, task)));
        if let Some((since, state, task)) = idle.min_by_key(|(since, ..)| *since)
            && state.close_if_idle_since(since)
        {
            task.abort();
        }
        let ended = tokio::select! {
            Some(ended) = self.tasks.join_next_with_id() => ended,
            () = tokio::time::sleep(ROOM_INTERVAL) => return false,
        };
        self.forget(ended);
        true
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
        self.open.remove(&id);
    }
}

/// Returns whether the client disconnected before its connection was accepted.
fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
