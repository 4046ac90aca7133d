//! A client's connection: its idle time, its write timeout, and a close that lets the client read the
//! response.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::limits::{MAX_TIMEOUT, ServerLimits};

/// The state of a connection, shared by its task, its requests and the list of connections.
#[derive(Debug)]
pub(crate) struct ConnectionState {
    /// The tick since which the connection is idle, or [`BUSY`], [`ANSWERED`] or [`CLOSING`].
    state: AtomicU64,
    /// Whether the client is sending a body that was refused without being read.
    has_unread_body: AtomicBool,
}

/// The state while a request is being answered.
const BUSY: u64 = u64::MAX;
/// The state while the connection is being closed.
const CLOSING: u64 = u64::MAX - 1;
/// The state while a response is being sent.
const ANSWERED: u64 = u64::MAX - 2;

impl ConnectionState {
    pub(crate) fn new() -> Self {
        Self { state: AtomicU64::new(next_tick()), has_unread_body: AtomicBool::new(false) }
    }

    /// Marks the connection busy, unless it is being closed; returns whether it is busy now.
    pub(crate) fn begin_request(&self) -> bool {
        self.has_unread_body.store(false, Ordering::Relaxed);
        let begin = |state| (state != CLOSING).then_some(BUSY);
        self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, begin).is_ok()
    }

    /// Marks the request answered: the connection is idle when its response is sent.
    pub(crate) fn end_request(&self) {
        self.state.store(ANSWERED, Ordering::Relaxed);
    }

    /// Marks the connection idle if its request is answered. All that there is to send is sent.
    fn end_response(&self) {
        if self.state.load(Ordering::Relaxed) == ANSWERED {
            self.state.store(next_tick(), Ordering::Relaxed);
        }
    }

    /// Returns the tick since which the connection has been idle, if it is idle.
    pub(crate) fn idle_since(&self) -> Option<u64> {
        Some(self.state.load(Ordering::Relaxed)).filter(|state| *state < ANSWERED)
    }

    /// Marks the connection as closing if it has been idle since `tick`; returns whether it is closing
    /// now.
    pub(crate) fn close_if_idle_since(&self, tick: u64) -> bool {
        self.state.compare_exchange(tick, CLOSING, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Returns the next tick of a logical clock, which orders idle connections by the start of their idle time.
fn next_tick() -> u64 {
    static TICKS: AtomicU64 = AtomicU64::new(0);
    TICKS.fetch_add(1, Ordering::Relaxed)
}

/// A request body that records, when dropped, whether it was read to its end.
#[derive(Debug)]
pub(crate) struct TrackedBody {
    body: Incoming,
    is_read: bool,
    connection: Arc<ConnectionState>,
}

impl TrackedBody {
    pub(crate) fn new(body: Incoming, connection: Arc<ConnectionState>) -> Self {
        Self { body, is_read: false, connection }
    }
}

impl Body for TrackedBody {
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

impl Drop for TrackedBody {
    fn drop(&mut self) {
        let is_unread = !self.is_read && !self.body.is_end_stream();
        self.connection.has_unread_body.store(is_unread, Ordering::Relaxed);
    }
}

/// A TCP stream with a write timeout and a lingering close.
///
/// Closing a connection while the client is still sending resets it, and the client never reads its
/// response. Before closing, the stream therefore discards the data that the client is still sending,
/// within limits.
#[derive(Debug)]
pub(crate) struct ClientStream {
    stream: TcpStream,
    connection: Arc<ConnectionState>,
    limits: ServerLimits,
    /// The timer that runs while nothing can be sent.
    write_timer: Option<Pin<Box<Sleep>>>,
    /// The time by which a response that could not be sent at once must be sent.
    response_deadline: Option<Instant>,
    linger: Option<Linger>,
}

/// The remaining limits of a lingering close.
#[derive(Debug)]
struct Linger {
    timer: Pin<Box<Sleep>>,
    bytes: u64,
}

impl ClientStream {
    pub(crate) fn new(stream: TcpStream, connection: Arc<ConnectionState>, limits: ServerLimits) -> Self {
        Self { stream, connection, limits, write_timer: None, response_deadline: None, linger: None }
    }

    /// Fails a write that has been pending for the write timeout, or at the deadline of the response.
    fn within_timeout<T>(&mut self, cx: &mut Context<'_>, write: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.write_timer = None;
            return write;
        }
        let Self { limits, response_deadline, write_timer, .. } = self;
        let timer = write_timer.get_or_insert_with(|| {
            let now = Instant::now();
            let deadline =
                *response_deadline.get_or_insert_with(|| now + limits.response_timeout.min(MAX_TIMEOUT));
            Box::pin(sleep_until(deadline.min(now + limits.write_timeout.min(MAX_TIMEOUT))))
        });
        timer.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let write = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.within_timeout(cx, write)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let write = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        this.within_timeout(cx, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes the stream when it has written all that there is to send.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_flush(cx))?;
        this.response_deadline = None;
        this.connection.end_response();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, connection, limits, linger, .. } = self.get_mut();
        let linger = if let Some(linger) = linger {
            linger
        } else {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
            let timer = Box::pin(sleep(limits.body_timeout));
            linger.insert(Linger { timer, bytes: limits.max_discarded_bytes })
        };
        let mut discarded = [0; 8 * 1024];
        while linger.bytes > 0 && linger.timer.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut discarded);
            match Pin::new(&mut *stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    linger.bytes = linger.bytes.saturating_sub(buffer.filled().len() as u64);
                    connection.has_unread_body.store(true, Ordering::Relaxed);
                }
                Poll::Pending if connection.has_unread_body.load(Ordering::Relaxed) => return Poll::Pending,
                Poll::Ready(_) | Poll::Pending => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
