//! The pool of sessions, and the failures of their statements.

use std::collections::hash_map::RandomState;
use std::error::Error;
use std::hash::BuildHasher;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, mem, thread};

use tokio_postgres::Row;
use tokio_postgres::error::{Severity, SqlState};

use super::config::PostgresConfig;
use super::error::PostgresError;
use super::session::Session;
use super::sql::{self, Statement};
use super::tls::Tls;
use crate::store::StoreError;

/// A pool of sessions, which are opened on demand and kept for later calls.
pub(super) struct Pool {
    config: PostgresConfig,
    tls: Tls,
    sessions: Mutex<Sessions>,
    /// Notified when a session is no longer in use.
    released: Condvar,
}

#[derive(Default)]
struct Sessions {
    idle: Vec<Session>,
    in_use: usize,
}

/// A session in use. It is closed when it is dropped, unless it is [given back](Self::give_back).
pub(super) struct Connection<'a> {
    session: Session,
    permit: Permit<'a>,
}

/// The right to use one session.
struct Permit<'a>(&'a Pool);

/// The reason why a statement was not executed.
#[derive(Debug)]
pub(super) enum Failure {
    /// An expectation that does not hold, found by the last check of a commit. Nothing was stored.
    Mismatch,
    /// A revision that another commit already has. Nothing was stored.
    Taken,
    /// A conflict with other transactions, after which the statement may be retried. Nothing was
    /// stored.
    Busy(Box<dyn Error + Send + Sync>),
    /// A server that could not be reached, or refuses to serve. Nothing was stored.
    Unreachable(Box<dyn Error + Send + Sync>),
    /// A connection that ended before the response.
    Lost(Box<dyn Error + Send + Sync>),
    /// A statement that the server refused.
    Refused(Box<dyn Error + Send + Sync>),
}

/// A wait for a connection while all were in use.
#[derive(Debug, thiserror::Error)]
#[error(
    "connections: all {0} are in use after {1:?}, expected a larger `PostgresConfig::with_max_connections`"
)]
struct NoneFree(usize, Duration);

/// The number of retries of a read on other connections.
const MAX_LOST: usize = 3;
/// The number of retries of a statement after conflicts with other transactions.
pub(super) const MAX_BUSY: u32 = 200;

impl Pool {
    pub(super) fn new(config: PostgresConfig, tls: Tls) -> Self {
        Self { config, tls, sessions: Mutex::default(), released: Condvar::new() }
    }

    pub(super) fn config(&self) -> &PostgresConfig {
        &self.config
    }

    /// Returns a connection with an idle session, or with a new one. Waits while as many as allowed are in use.
    pub(super) fn connection(&self) -> Result<Connection<'_>, Failure> {
        let permit = self.permit()?;
        while let Some(mut session) = self.idle() {
            if session.is_open() {
                return Ok(Connection { session, permit });
            }
        }
        Ok(Connection { session: Session::open(&self.config, &self.tls)?, permit })
    }

    fn permit(&self) -> Result<Permit<'_>, Failure> {
        let timeout = self.config.timeout;
        let are_all_used = |sessions: &mut Sessions| sessions.in_use >= self.config.max_connections;
        let wait = self.released.wait_timeout_while(self.sessions(), timeout, are_all_used);
        let (mut sessions, _) = wait.unwrap_or_else(PoisonError::into_inner);
        if are_all_used(&mut sessions) {
            return Err(Failure::Unreachable(NoneFree(self.config.max_connections, timeout).into()));
        }
        sessions.in_use += 1;
        Ok(Permit(self))
    }

    fn idle(&self) -> Option<Session> {
        self.sessions().idle.pop()
    }

    /// Closes the idle sessions. Call it after a failure that [has lost the server](Failure::has_lost_server),
    /// since the other sessions are of no more use either.
    pub(super) fn drop_idle(&self) {
        let idle = mem::take(&mut self.sessions().idle);
        // Others use the pool meanwhile.
        drop(idle);
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads rows. The statement is retried after conflicts and lost connections.
    pub(super) fn rows(&self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        self.retry(|connection| connection.rows(statement))
    }

    /// Calls `act` with a connection, and again after conflicts and lost connections. If `act` begins a transaction,
    /// it also ends it, unless it fails.
    pub(super) fn retry<T>(
        &self,
        mut act: impl FnMut(&mut Connection<'_>) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let mut attempts = Attempts::default();
        loop {
            let failure = match self.connection() {
                Ok(mut connection) => match act(&mut connection) {
                    Ok(value) => {
                        connection.give_back();
                        return Ok(value);
                    }
                    Err(failure) => {
                        if !failure.has_lost_server() {
                            connection.roll_back();
                        }
                        failure
                    }
                },
                Err(failure) => failure,
            };
            if failure.has_lost_server() {
                self.drop_idle();
            }
            attempts.after(failure)?;
        }
    }
}

impl Connection<'_> {
    /// Returns the session to the pool, for the next use. It must not be in a transaction.
    pub(super) fn give_back(self) {
        let Self { mut session, permit } = self;
        session.rest();
        permit.0.sessions().idle.push(session);
    }

    /// Executes a statement and returns its rows.
    pub(super) fn rows(&mut self, statement: &Statement) -> Result<Vec<Row>, Failure> {
        self.session.rows(statement, &self.permit.0.config)
    }

    /// Executes a statement that controls transactions.
    pub(super) fn control(&mut self, text: &str) -> Result<(), Failure> {
        self.session.control(text, self.permit.0.config.timeout)
    }

    /// Rolls back, and returns the session to the pool if that works.
    pub(super) fn roll_back(mut self) {
        if self.control(sql::ROLLBACK).is_ok() {
            self.give_back();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.sessions().in_use -= 1;
        self.0.released.notify_one();
    }
}

impl Failure {
    pub(super) fn of(error: tokio_postgres::Error) -> Self {
        let Some(server) = error.as_db_error() else {
            // Failure to encode a parameter or a row is a bug in this crate.
            return Self::Lost(error.into());
        };
        let is_final = matches!(server.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
        let code = server.code();
        if *code == SqlState::DIVISION_BY_ZERO {
            Self::Mismatch
        } else if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
            Self::Busy(error.into())
        } else if *code == SqlState::UNIQUE_VIOLATION {
            Self::Taken
        } else if is_final
            || *code == SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
            || code.code().starts_with("08")
        {
            Self::Lost(error.into())
        } else if *code == SqlState::DISK_FULL {
            Self::Refused(PostgresError::DiskFull(error.into()).into())
        } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
            Self::Unreachable(error.into())
        } else {
            Self::Refused(error.into())
        }
    }

    /// Returns whether the server failed, or has become a standby, so that its connections are of no more use.
    pub(super) const fn has_lost_server(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Unreachable(_))
    }

    /// Returns the error for a call that reads.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Self::Mismatch => StoreError::backend("a check failed outside of a commit"),
            Self::Taken => StoreError::backend("a key already exists"),
            Self::Unreachable(cause) | Self::Lost(cause) => StoreError::Unreachable(cause),
            Self::Busy(cause) | Self::Refused(cause) => StoreError::Backend(cause),
        }
    }
}

/// Creates the failure for a value that cannot be read.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Backend(cause) => Self::Refused(cause),
            error => Self::Refused(error.into()),
        }
    }
}

/// The failures of an operation so far, for retries.
#[derive(Default)]
pub(super) struct Attempts {
    busy: u32,
    lost: usize,
}

impl Attempts {
    /// Waits before the next attempt.
    ///
    /// # Errors
    ///
    /// Returns the error for the failure if it should not be retried.
    pub(super) fn after(&mut self, failure: Failure) -> Result<(), StoreError> {
        match failure {
            Failure::Busy(_) | Failure::Taken if self.busy < MAX_BUSY => {
                back_off(self.busy);
                self.busy += 1;
                Ok(())
            }
            Failure::Lost(_) if self.lost < MAX_LOST => {
                self.lost += 1;
                Ok(())
            }
            failure => Err(failure.into_error()),
        }
    }
}

/// Waits after `failed` attempts: a random time of up to 1 ms, with a limit that doubles each time up
/// to 64 ms.
pub(super) fn back_off(failed: u32) {
    let most = 1000_u64 << failed.min(6);
    thread::sleep(Duration::from_micros(random() % most));
}

/// Returns a random number that need not be secret.
pub(super) fn random() -> u64 {
    // Every `RandomState` has different keys.
    RandomState::new().hash_one(0)
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("config", &self.config).finish_non_exhaustive()
    }
}
