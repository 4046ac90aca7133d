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

use super::connection::{Client, Line, Watched};
use super::guard::ServerLimits;

/// Serves a router until it is told to stop: then no connection is accepted any longer, requests
/// that are being answered are, and connections are closed.
///
/// A client that does not send the head of a request within [`ServerLimits::header_read`], or nothing at
/// all for so long, is disconnected; so is one that does not receive its answer, by [`ServerLimits::write`].
/// When there are [`ServerLimits::connections`], the one that has been idle for the longest makes room. Who
/// still sends a body when it is refused is listened to, by [`ServerLimits::discard`], as it would not read
/// the answer before.
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
    server.timer(TokioTimer::new()).header_read_timeout(limits.header_read);
    let graceful = GracefulShutdown::new();
    let mut clients = Clients::default();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = clients.accept(&listener, limits.connections) => stream,
            () = &mut stop => break,
        };
        // Answers are small, and are sent when they are written.
        let _ = stream.set_nodelay(true);
        let client = Arc::new(Client::new());
        let line = TokioIo::new(Line::new(stream, client.clone(), *limits));
        let service = TowerToHyperService::new(router.clone());
        let answer = {
            let client = client.clone();
            move |request| answer(client.clone(), service.clone(), request)
        };
        let connection = graceful.watch(server.serve_connection(line, service_fn(answer)));
        clients.spawn(client, async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
    drop(listener);
    tracing::info!(connections = graceful.count(), "stopping");
    if tokio::time::timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open");
    }
}

async fn answer(
    client: Arc<Client>,
    router: TowerToHyperService<Router>,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    if !client.begin() {
        return std::future::pending().await;
    }
    let request = request.map(|body| {
        if body.is_end_stream() { Body::empty() } else { Body::new(Watched::new(body, client.clone())) }
    });
    let response = router.call(request).await;
    client.end();
    response
}

/// Who is connected.
#[derive(Default)]
struct Clients {
    tasks: JoinSet<()>,
    open: HashMap<Id, (Arc<Client>, AbortHandle)>,
}

/// So long is waited for a connection to end when another lacks what it takes.
const PAUSE: Duration = Duration::from_millis(100);

impl Clients {
    fn spawn(&mut self, client: Arc<Client>, connection: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(connection);
        self.open.insert(task.id(), (client, task));
    }

    /// The next client, once there is room for one.
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
                // It is files that lack, as a rule.
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

    /// Closes the connection on which nothing has been asked for the longest, and waits a little for
    /// one to end: whether one has.
    async fn make_room(&mut self) -> bool {
        let idle = self.open.values().filter_map(|(client, task)| Some((client.idle_since()?, client, task)));
        if let Some((since, client, task)) = idle.min_by_key(|(since, ..)| *since)
            && client.close(since)
        {
            task.abort();
        }
        let ended = tokio::select! {
            Some(ended) = self.tasks.join_next_with_id() => ended,
            () = tokio::time::sleep(PAUSE) => return false,
        };
        self.forget(ended);
        true
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
        self.open.remove(&id);
    }
}

/// Whether a client went away before it was accepted: then it is none.
fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
