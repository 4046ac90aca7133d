//! The sockets of connections, which block the thread that uses them.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts};

use super::pool::random;

/// A socket to a server, shared by a connection and its driver.
///
/// Reads and writes block until the deadline. A read would also block if no bytes are to come, so the driver
/// allows each one; any other fails with [`ErrorKind::WouldBlock`].
#[derive(Clone)]
pub(super) struct Socket(Arc<Shared>);

struct Shared {
    stream: Stream,
    state: Mutex<State>,
}

/// An address of a server.
pub(super) enum Address {
    Tcp(SocketAddr),
    #[cfg(unix)]
    Unix(PathBuf),
}

/// A stream of bytes.
enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

struct State {
    deadline: Deadline,
    reads: Reads,
    /// The timeout that the stream has for a read or a write.
    timeout: Duration,
}

/// The reads that are allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// No read.
    None,
    /// One read.
    One,
    /// Any number of reads, of bytes that have arrived already.
    Arrived,
    /// Any number of reads.
    Any,
}

/// The time at which an operation fails.
#[derive(Clone, Copy)]
pub(super) struct Deadline {
    timeout: Duration,
    end: Instant,
}

/// A response that did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("no response within {0:?}")]
pub(super) struct TimedOut(Duration);

/// An asynchronous stream over one whose reads and writes block.
pub(super) struct Blocking<S>(pub(super) S);

/// The part of a timeout by which that of the stream may differ from the time left: to set it before each read
/// would be measurable.
const TOLERANCE: u32 = 16;
/// The maximum time until a deadline.
const MAX_TIMEOUT: Duration = Duration::from_secs(31_536_000);

impl Socket {
    /// Connects to an address.
    pub(super) fn connect(address: &Address, config: &Config, deadline: Deadline) -> io::Result<Self> {
        let left = deadline.left()?;
        let timeout = config.get_connect_timeout().map_or(left, |timeout| left.min(*timeout));
        let stream = match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect_timeout(address, timeout)?;
                stream.set_nodelay(true)?;
                set_keepalive(&stream, config)?;
                Stream::Tcp(stream)
            }
            #[cfg(unix)]
            Address::Unix(path) => Stream::Unix(connect_unix(path, timeout)?),
        };
        let state = State { deadline, reads: Reads::None, timeout: Duration::MAX };
        Ok(Self(Arc::new(Shared { stream, state: Mutex::new(state) })))
    }

    /// Sets the deadline of the following reads and writes.
    pub(super) fn set_deadline(&self, deadline: Deadline) {
        self.state().deadline = deadline;
    }

    /// Allows reads, instead of those that were allowed before.
    pub(super) fn allow(&self, reads: Reads) -> io::Result<()> {
        let mut state = self.state();
        if (state.reads == Reads::Arrived) != (reads == Reads::Arrived) {
            self.0.stream.set_nonblocking(reads == Reads::Arrived)?;
        }
        state.reads = reads;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prepares a read or a write, which fails at the deadline.
    fn limit(&self, state: &mut State) -> io::Result<()> {
        let left = state.deadline.left()?;
        if left.abs_diff(state.timeout) > state.deadline.timeout / TOLERANCE {
            self.0.stream.set_timeout(left)?;
            state.timeout = left;
        }
        Ok(())
    }

    /// Returns the result of a read or a write. It is repeated after a signal.
    fn complete(
        &self,
        deadline: Deadline,
        mut operation: impl FnMut(&Stream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            match operation(&self.0.stream) {
                Err(error) if error.kind() == ErrorKind::Interrupted => deadline.left().map(drop)?,
                // The kind depends on the system.
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(deadline.error());
                }
                result => return result,
            }
        }
    }
}

/// Fails with [`ErrorKind::WouldBlock`] if no read is allowed.
impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state();
        match state.reads {
            Reads::None => return Err(ErrorKind::WouldBlock.into()),
            Reads::One => {
                state.reads = Reads::None;
                self.limit(&mut state)?;
            }
            Reads::Arrived => return (&self.0.stream).read(buffer),
            Reads::Any => self.limit(&mut state)?,
        }
        let deadline = state.deadline;
        drop(state);
        self.complete(deadline, |mut stream| stream.read(buffer))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state();
        self.limit(&mut state)?;
        let deadline = state.deadline;
        drop(state);
        self.complete(deadline, |mut stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream {
    fn set_nonblocking(&self, is_nonblocking: bool) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nonblocking(is_nonblocking),
            #[cfg(unix)]
            Self::Unix(stream) => stream.set_nonblocking(is_nonblocking),
        }
    }

    fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => {
                stream.set_read_timeout(Some(timeout))?;
                stream.set_write_timeout(Some(timeout))
            }
            #[cfg(unix)]
            Self::Unix(stream) => {
                stream.set_read_timeout(Some(timeout))?;
                stream.set_write_timeout(Some(timeout))
            }
        }
    }
}

impl Read for &Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => (&mut &*stream).read(buffer),
            #[cfg(unix)]
            Stream::Unix(stream) => (&mut &*stream).read(buffer),
        }
    }
}

impl Write for &Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => (&mut &*stream).write(bytes),
            #[cfg(unix)]
            Stream::Unix(stream) => (&mut &*stream).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Address {
    /// Returns the addresses of a host, in the order in which they are to be tried.
    pub(super) fn of(host: &Host, port: u16, config: &Config, deadline: Deadline) -> io::Result<Vec<Self>> {
        match host {
            Host::Tcp(name) => {
                let mut addresses = addresses(name, port, deadline)?;
                balance(&mut addresses, config);
                Ok(addresses.into_iter().map(Self::Tcp).collect())
            }
            #[cfg(unix)]
            Host::Unix(folder) => Ok(vec![Self::Unix(folder.join(format!(".s.PGSQL.{port}")))]),
        }
    }
}

impl Deadline {
    pub(super) fn after(timeout: Duration) -> Self {
        let now = Instant::now();
        Self { timeout, end: now.checked_add(timeout.min(MAX_TIMEOUT)).unwrap_or(now) }
    }

    /// Returns the deadline of the first of `attempts`, which leaves the others as much time.
    ///
    /// # Errors
    ///
    /// Returns [`TimedOut`] if this deadline has passed.
    pub(super) fn share(self, attempts: usize) -> io::Result<Self> {
        let attempts = u32::try_from(attempts.max(1)).unwrap_or(u32::MAX);
        Ok(Self::after(self.left()? / attempts))
    }

    /// Returns the time until the deadline.
    ///
    /// # Errors
    ///
    /// Returns [`TimedOut`] if it has passed.
    pub(super) fn left(self) -> io::Result<Duration> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(self.error()) } else { Ok(left) }
    }

    pub(super) fn error(self) -> io::Error {
        io::Error::new(ErrorKind::TimedOut, TimedOut(self.timeout))
    }
}

/// Connects to a socket in the file system. A server that accepts no connections is waited for until the timeout
/// of a write.
#[cfg(unix)]
fn connect_unix(path: &Path, timeout: Duration) -> io::Result<UnixStream> {
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None)?;
    socket.set_write_timeout(Some(timeout))?;
    socket.connect(&socket2::SockAddr::unix(path)?)?;
    Ok(socket.into())
}

/// Shuffles hosts or addresses if the settings ask for that.
pub(super) fn balance<T>(servers: &mut [T], config: &Config) {
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        servers.sort_by_cached_key(|_| random());
    }
}

fn set_keepalive(stream: &TcpStream, config: &Config) -> io::Result<()> {
    let socket = SockRef::from(stream);
    #[cfg(target_os = "linux")]
    if let Some(timeout) = config.get_tcp_user_timeout() {
        socket.set_tcp_user_timeout(Some(*timeout))?;
    }
    if !config.get_keepalives() {
        return Ok(());
    }
    let keepalive = TcpKeepalive::new().with_time(config.get_keepalives_idle());
    #[cfg(not(any(target_os = "aix", target_os = "openbsd", target_os = "redox", target_os = "solaris")))]
    let keepalive = config.get_keepalives_interval().into_iter().fold(keepalive, TcpKeepalive::with_interval);
    #[cfg(not(any(target_os = "aix", target_os = "openbsd", target_os = "redox", target_os = "solaris")))]
    let keepalive = config.get_keepalives_retries().into_iter().fold(keepalive, TcpKeepalive::with_retries);
    socket.set_tcp_keepalive(&keepalive)
}

/// Returns the addresses of a host. The system resolves a name without a time limit, so another thread waits for
/// it.
fn addresses(host: &str, port: u16, deadline: Deadline) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    let host = host.to_owned();
    let resolve = move || {
        let addresses = (host.as_str(), port).to_socket_addrs();
        // The receiver may have stopped waiting.
        let _ = sender.send(addresses.map(Iterator::collect));
    };
    thread::Builder::new().name("telnum-resolve".to_owned()).spawn(resolve)?;
    receiver.recv_timeout(deadline.left()?).map_err(|_| deadline.error())?
}

/// Returns the result of a read or a write as that of a poll.
fn polled<T>(result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}

impl<S: Read + Unpin> AsyncRead for Blocking<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.0.read(buffer.initialize_unfilled());
        polled(read.map(|count| buffer.advance(count)))
    }
}

impl<S: Write + Unpin> AsyncWrite for Blocking<S> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        polled(self.0.write(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        polled(self.0.flush())
    }

    /// Does nothing: the socket is closed when it is dropped.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
