//! A client's connection: how long it may be idle, slow, or in the middle of what is not wanted.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::guard::ServerLimits;

/// What is known of a client.
#[derive(Debug)]
pub(super) struct Client {
    /// Since when nothing is asked, or one of the two below.
    state: AtomicU64,
    /// Whether it sends a body that nobody reads any longer.
    is_unread: AtomicBool,
}

/// Something is asked.
const BUSY: u64 = u64::MAX;
/// The connection is being closed.
const CLOSED: u64 = u64::MAX - 1;

/// What comes before what: counted, as the order is all that is asked for.
static TURNS: AtomicU64 = AtomicU64::new(0);

impl Client {
    pub(super) fn new() -> Self {
        Self { state: AtomicU64::new(turn()), is_unread: AtomicBool::new(false) }
    }

    /// Something is asked; not if the connection is being closed: then nothing is begun any more.
    pub(super) fn begin(&self) -> bool {
        self.is_unread.store(false, Ordering::Relaxed);
        let begin = |state| (state != CLOSED).then_some(BUSY);
        self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, begin).is_ok()
    }

    /// It is answered.
    pub(super) fn end(&self) {
        self.state.store(turn(), Ordering::Relaxed);
    }

    /// Since when nothing is asked.
    pub(super) fn idle_since(&self) -> Option<u64> {
        Some(self.state.load(Ordering::Relaxed)).filter(|state| *state < CLOSED)
    }

    /// Whether the connection may be closed: if nothing has been asked in the meantime.
    pub(super) fn close(&self, since: u64) -> bool {
        self.state.compare_exchange(since, CLOSED, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

fn turn() -> u64 {
    TURNS.fetch_add(1, Ordering::Relaxed)
}

/// A body of which it is known whether it has been read to its end.
#[derive(Debug)]
pub(super) struct Watched {
    body: Incoming,
    is_read: bool,
    client: Arc<Client>,
}

impl Watched {
    pub(super) fn new(body: Incoming, client: Arc<Client>) -> Self {
        Self { body, is_read: false, client }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        this.is_read |= frame.is_none();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let is_unread = !self.is_read && !self.body.is_end_stream();
        self.client.is_unread.store(is_unread, Ordering::Relaxed);
    }
}

/// A connection that ends where a client does not receive, and where one still sends when it has its
/// answer: closed at once it would be reset, and the client would never read what it was told.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    client: Arc<Client>,
    limits: ServerLimits,
    /// Runs while nothing can be sent.
    stalled: Option<Pin<Box<Sleep>>>,
    rest: Option<Rest>,
}

/// What is still received when all has been sent.
#[derive(Debug)]
struct Rest {
    until: Pin<Box<Sleep>>,
    bytes: u64,
}

impl Line {
    pub(super) fn new(stream: TcpStream, client: Arc<Client>, limits: ServerLimits) -> Self {
        Self { stream, client, limits, stalled: None, rest: None }
    }

    fn in_time<T>(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if sent.is_ready() {
            self.stalled = None;
            return sent;
        }
        let limit = self.limits.write;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        stalled.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let sent = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.in_time(cx, sent)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let sent = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        this.in_time(cx, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, client, limits, rest, .. } = self.get_mut();
        let rest = if let Some(rest) = rest {
            rest
        } else {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
            let until = Box::pin(sleep(limits.body_read));
            rest.insert(Rest { until, bytes: limits.discard })
        };
        let mut thrown_away = [0; 8 * 1024];
        while rest.bytes > 0 && rest.until.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match Pin::new(&mut *stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    rest.bytes = rest.bytes.saturating_sub(buffer.filled().len() as u64);
                    client.is_unread.store(true, Ordering::Relaxed);
                }
                Poll::Pending if client.is_unread.load(Ordering::Relaxed) => return Poll::Pending,
                Poll::Ready(_) | Poll::Pending => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
