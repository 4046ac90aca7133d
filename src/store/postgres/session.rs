//! Sessions on a server, which the threads of callers run.

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use tokio_postgres::config::{Host, TargetSessionAttrs};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Connection, Row, SimpleQueryMessage, Statement as Prepared};

use super::config::PostgresConfig;
use super::pool::Failure;
use super::socket::{Address, Blocking, Deadline, Reads, Socket, balance};
use super::sql::Statement;
use super::tls::{Encrypted, Tls};

/// A session on the server. A call on it sends a statement, and blocks its thread until the response.
pub(super) struct Session {
    client: Client,
    // Dropped after the client, so that it can tell the server.
    driver: Driver,
    /// The statements that it prepared, by text.
    prepared: HashMap<String, Prepared>,
    used: Instant,
}

/// The connection of a session.
struct Driver {
    connection: Connection<Blocking<Socket>, Encrypted>,
    socket: Socket,
    signal: Arc<Signal>,
    is_closed: bool,
}

/// A signal, set by the waker, that the connection or the response can advance without a read.
#[derive(Default)]
struct Signal(AtomicBool);

/// A server that is not of the kind that the settings ask for.
#[derive(Debug, thiserror::Error)]
#[error("target_session_attrs: expected a {0} server, found another")]
struct OtherServer(&'static str);

/// Selects whether the session cannot write.
const IS_READ_ONLY: &str = "SHOW transaction_read_only";
/// The maximum number of statements that a session keeps prepared.
const MAX_PREPARED: usize = 256;
/// The maximum time to tell the server that a session ends.
const MAX_CLOSING: Duration = Duration::from_secs(1);
/// The time after which an idle session is checked before it is used.
const MAX_IDLE: Duration = Duration::from_secs(1);

impl Session {
    /// Connects to the first host that accepts the session.
    pub(super) fn open(config: &PostgresConfig, tls: &Tls) -> Result<Self, Failure> {
        let deadline = Deadline::after(config.timeout);
        let server = &config.server;
        let count = server.get_hosts().len().max(server.get_hostaddrs().len());
        let mut places: Vec<_> = (0..count).collect();
        balance(&mut places, server);
        let mut failure = Box::<dyn Error + Send + Sync>::from("expected a host, found none");
        for (tried, place) in places.into_iter().enumerate() {
            // A host that does not respond leaves time for the others.
            let share = deadline.share(count - tried).map_err(|error| Failure::Unreachable(error.into()))?;
            match Self::open_on(place, config, tls, share) {
                Ok(session) => return Ok(session),
                Err(error) => failure = error,
            }
        }
        Err(Failure::Unreachable(failure))
    }

    /// Connects to the first address of the host with a place in the list of hosts that accepts the session.
    fn open_on(
        place: usize,
        config: &PostgresConfig,
        tls: &Tls,
        deadline: Deadline,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let server = &config.server;
        let host = server.get_hosts().get(place);
        let address = server.get_hostaddrs().get(place).map(|address| Host::Tcp(address.to_string()));
        let ports = server.get_ports();
        let port = ports.get(place).or(ports.first()).copied().unwrap_or(5432);
        let address = address.as_ref().or(host).ok_or("expected a host, found none")?;
        let name = match host {
            Some(Host::Tcp(name)) => Some(name.as_str()),
            _ => None,
        };
        let addresses = Address::of(address, port, server, deadline)?;
        let mut failure = Box::<dyn Error + Send + Sync>::from("the host has no address");
        for (tried, address) in addresses.iter().enumerate() {
            let share = deadline.share(addresses.len() - tried)?;
            match Self::open_at(address, name, config, tls, share) {
                Ok(session) => return Ok(session),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// Connects to an address of the host with a name.
    fn open_at(
        address: &Address,
        name: Option<&str>,
        config: &PostgresConfig,
        tls: &Tls,
        deadline: Deadline,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let server = &config.server;
        let socket = Socket::connect(address, server, deadline)?;
        let stream = Blocking(socket.clone());
        // All reads block, so the connection is never pending.
        socket.allow(Reads::Any)?;
        let opening = pin!(server.connect_raw(stream, tls.session(name)?));
        let Poll::Ready(opened) = opening.poll(&mut Context::from_waker(Waker::noop())) else {
            return Err(deadline.error().into());
        };
        let (client, connection) = opened?;
        let driver = Driver { connection, socket, signal: Arc::default(), is_closed: false };
        let mut session = Self { client, driver, prepared: HashMap::new(), used: Instant::now() };
        session.check_kind(server.get_target_session_attrs(), deadline)?;
        Ok(session)
    }

    /// Checks that the session can write, or cannot, if the settings ask for that.
    fn check_kind(
        &mut self,
        kind: TargetSessionAttrs,
        deadline: Deadline,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let (expected, other) = match kind {
            TargetSessionAttrs::ReadWrite => ("off", "read-write"),
            TargetSessionAttrs::ReadOnly => ("on", "read-only"),
            _ => return Ok(()),
        };
        let rows = self.driver.run(deadline, self.client.simple_query(IS_READ_ONLY))??;
        let is_expected = rows.iter().any(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0) == Some(expected),
            _ => false,
        });
        if is_expected { Ok(()) } else { Err(OtherServer(other).into()) }
    }

    /// Returns whether the session can be used. A session that was idle for long may have been closed by the
    /// server.
    pub(super) fn is_open(&mut self) -> bool {
        if self.used.elapsed() > MAX_IDLE {
            self.driver.check();
        }
        !self.driver.is_closed
    }

    /// Executes a statement and returns its rows. It is unnamed, so a pooler may send the next one to
    /// another server connection, unless the configuration allows prepared statements.
    pub(super) fn rows(
        &mut self,
        statement: &Statement,
        config: &PostgresConfig,
    ) -> Result<Vec<Row>, Failure> {
        let (text, params) = (statement.text(&config.schema), statement.params());
        if !config.prepares {
            return self.driver.answer(config.timeout, self.client.query_typed(&text, &params));
        }
        let prepared = self.prepare(text, &params, config.timeout)?;
        let values: Vec<_> = params.into_iter().map(|(value, _)| value).collect();
        self.driver.answer(config.timeout, self.client.query(&prepared, &values))
    }

    /// Returns a statement that the session has prepared, now or earlier.
    fn prepare(
        &mut self,
        text: String,
        params: &[(&(dyn ToSql + Sync), Type)],
        timeout: Duration,
    ) -> Result<Prepared, Failure> {
        if let Some(prepared) = self.prepared.get(&text) {
            return Ok(prepared.clone());
        }
        let types: Vec<_> = params.iter().map(|(_, kind)| kind.clone()).collect();
        let prepared = self.driver.answer(timeout, self.client.prepare_typed(&text, &types))?;
        if self.prepared.len() >= MAX_PREPARED {
            self.prepared.clear();
        }
        self.prepared.insert(text, prepared.clone());
        Ok(prepared)
    }

    /// Executes a statement that controls transactions.
    pub(super) fn control(&mut self, text: &str, timeout: Duration) -> Result<(), Failure> {
        self.driver.answer(timeout, self.client.batch_execute(text))
    }

    /// Notes that the session is idle from now on.
    pub(super) fn rest(&mut self) {
        self.used = Instant::now();
    }
}

impl Driver {
    /// Waits for the response to a statement.
    fn answer<T>(
        &mut self,
        timeout: Duration,
        response: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Failure> {
        match self.run(Deadline::after(timeout), response) {
            Ok(response) => response.map_err(Failure::of),
            Err(error) => Err(Failure::Lost(error)),
        }
    }

    /// Runs the connection until it has brought a response.
    ///
    /// # Errors
    ///
    /// Returns the reason if the connection ends before.
    fn run<T>(
        &mut self,
        deadline: Deadline,
        response: impl Future<Output = T>,
    ) -> Result<T, Box<dyn Error + Send + Sync>> {
        let waker = Waker::from(Arc::clone(&self.signal));
        let mut context = Context::from_waker(&waker);
        let mut response = pin!(response);
        let mut end = None;
        self.socket.set_deadline(deadline);
        loop {
            if let Poll::Ready(response) = response.as_mut().poll(&mut context) {
                return Ok(response);
            }
            if let Some(error) = end {
                return Err(error);
            }
            // Nothing is read while the connection holds a part of the response, which may be the last one.
            self.signal.clear();
            end = self.poll(Reads::None, &mut context);
            if end.is_none() && !self.signal.is_set() {
                end = self.poll(Reads::One, &mut context);
            }
        }
    }

    /// Polls the connection with `reads` allowed. Returns the reason if it has ended.
    fn poll(&mut self, reads: Reads, context: &mut Context<'_>) -> Option<Box<dyn Error + Send + Sync>> {
        if self.is_closed {
            return Some(io::Error::from(ErrorKind::NotConnected).into());
        }
        let end = match self.socket.allow(reads) {
            Ok(()) => match Pin::new(&mut self.connection).poll(context) {
                Poll::Pending => return None,
                Poll::Ready(Ok(())) => io::Error::from(ErrorKind::NotConnected).into(),
                Poll::Ready(Err(error)) => error.into(),
            },
            Err(error) => error.into(),
        };
        self.is_closed = true;
        Some(end)
    }

    /// Detects whether the server has closed the connection.
    fn check(&mut self) {
        self.socket.set_deadline(Deadline::after(MAX_CLOSING));
        self.poll(Reads::Arrived, &mut Context::from_waker(Waker::noop()));
    }
}

/// Tells the server that the session ends, if no response is outstanding.
impl Drop for Driver {
    fn drop(&mut self) {
        self.socket.set_deadline(Deadline::after(MAX_CLOSING));
        self.poll(Reads::None, &mut Context::from_waker(Waker::noop()));
    }
}

impl Signal {
    fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
