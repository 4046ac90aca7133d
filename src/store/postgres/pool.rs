//! The connections to the server.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::error::Error;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time;
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, Statement as Prepared};

use super::config::PostgresConfig;
use super::sql::{self, Statement};
use super::tls::Tls;
use crate::store::StoreError;

/// A pool of connections, which are opened on demand and kept for later calls.
pub(super) struct Pool {
    config: PostgresConfig,
    tls: Tls,
    idle: Mutex<Vec<Session>>,
    /// One permit for each connection that may be in use.
    permits: Semaphore,
}

/// A connection in use. It is closed when it is dropped, unless it is [given back](Self::give_back).
pub(super) struct Connection<'a> {
    pool: &'a Pool,
    session: Session,
    _permit: SemaphorePermit<'a>,
}

/// A session on the server.
struct Session {
    client: Client,
    /// The statements that it prepared, by text.
    prepared: Mutex<HashMap<String, Prepared>>,
}

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

/// A response that did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("no response within {0:?}")]
struct TimedOut(Duration);

/// The number of retries of a read on other connections.
const MAX_LOST: usize = 3;
/// The maximum number of statements that a session keeps prepared.
const MAX_PREPARED: usize = 256;
/// The number of retries of a statement after conflicts with other transactions.
pub(super) const MAX_BUSY: u32 = 200;

impl Pool {
    pub(super) fn new(config: PostgresConfig, tls: Tls) -> Self {
        let permits = Semaphore::new(config.max_connections);
        Self { config, tls, idle: Mutex::default(), permits }
    }

    pub(super) fn config(&self) -> &PostgresConfig {
        &self.config
    }

    /// Returns an idle connection, or opens one.
    pub(super) async fn connection(&self) -> Result<Connection<'_>, Failure> {
        let wait = time::timeout(self.config.timeout, self.permits.acquire()).await;
        let permit = wait
            .map_err(|_| Failure::Unreachable(TimedOut(self.config.timeout).into()))?
            .map_err(|error| Failure::Unreachable(error.into()))?;
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(session) if session.client.is_closed() => {}
                Some(session) => {
                    return Ok(Connection { pool: self, session, _permit: permit });
                }
                None => break,
            }
        }
        let opening = self.config.server.connect(self.tls.clone());
        let (client, connection) = time::timeout(self.config.timeout, opening)
            .await
            .map_err(|_| Failure::Unreachable(TimedOut(self.config.timeout).into()))?
            .map_err(|error| Failure::Unreachable(error.into()))?;
        // The task ends with an error if the server closes the connection, which the next statement on it
        // detects.
        tokio::spawn(async move { drop(connection.await) });
        let session = Session { client, prepared: Mutex::default() };
        Ok(Connection { pool: self, session, _permit: permit })
    }

    /// Closes the idle connections. Call it after a failure that [has lost the server](Failure::has_lost_server),
    /// since the other connections are of no more use either.
    pub(super) fn drop_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Reads rows. The statement is retried after conflicts and lost connections.
    pub(super) async fn rows(&self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        let mut attempts = Attempts::default();
        loop {
            let rows = match self.connection().await {
                Ok(connection) => {
                    let rows = connection.rows(statement).await;
                    if rows.is_ok() {
                        connection.give_back();
                    }
                    rows
                }
                Err(failure) => Err(failure),
            };
            match rows {
                Ok(rows) => return Ok(rows),
                Err(failure) => {
                    if failure.has_lost_server() {
                        self.drop_idle();
                    }
                    attempts.after(failure).await?;
                }
            }
        }
    }
}

impl Connection<'_> {
    /// Returns the connection to the pool, for the next use. It must not be in a transaction.
    pub(super) fn give_back(self) {
        if !self.session.client.is_closed() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.session);
        }
    }

    /// Executes a statement and returns its rows. It is unnamed, so a pooler may send the next one to
    /// another server connection, unless the configuration allows prepared statements.
    pub(super) async fn rows(&self, statement: &Statement) -> Result<Vec<Row>, Failure> {
        let (text, params) = (statement.text(&self.pool.config.schema), statement.params());
        if !self.pool.config.prepares {
            return self.answer(self.session.client.query_typed(&text, &params)).await;
        }
        let prepared = self.prepare(text, &params).await?;
        let values: Vec<_> = params.into_iter().map(|(value, _)| value).collect();
        self.answer(self.session.client.query(&prepared, &values)).await
    }

    /// Executes a statement and returns the number of changed rows.
    pub(super) async fn execute(&self, statement: &Statement) -> Result<u64, Failure> {
        let (text, params) = (statement.text(&self.pool.config.schema), statement.params());
        if !self.pool.config.prepares {
            return self.answer(self.session.client.execute_typed(&text, &params)).await;
        }
        let prepared = self.prepare(text, &params).await?;
        let values: Vec<_> = params.into_iter().map(|(value, _)| value).collect();
        self.answer(self.session.client.execute(&prepared, &values)).await
    }

    /// Returns a statement that the session has prepared, now or earlier.
    async fn prepare(
        &self,
        text: String,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Prepared, Failure> {
        let known = || self.session.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&text).cloned();
        if let Some(prepared) = found {
            return Ok(prepared);
        }
        let types: Vec<_> = params.iter().map(|(_, kind)| kind.clone()).collect();
        let prepared = self.answer(self.session.client.prepare_typed(&text, &types)).await?;
        let mut known = known();
        if known.len() >= MAX_PREPARED {
            known.clear();
        }
        known.insert(text, prepared.clone());
        Ok(prepared)
    }

    /// Executes a statement that controls transactions.
    pub(super) async fn control(&self, text: &str) -> Result<(), Failure> {
        self.answer(self.session.client.batch_execute(text)).await
    }

    /// Rolls back, and returns the connection to the pool if that works.
    pub(super) async fn roll_back(self) {
        if self.control(sql::ROLLBACK).await.is_ok() {
            self.give_back();
        }
    }

    async fn answer<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Failure> {
        match time::timeout(self.pool.config.timeout, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Failure::of(error)),
            Err(_) => Err(Failure::Lost(TimedOut(self.pool.config.timeout).into())),
        }
    }
}

impl Failure {
    fn of(error: tokio_postgres::Error) -> Self {
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
    pub(super) async fn after(&mut self, failure: Failure) -> Result<(), StoreError> {
        match failure {
            Failure::Busy(_) | Failure::Taken if self.busy < MAX_BUSY => {
                back_off(self.busy).await;
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
pub(super) async fn back_off(failed: u32) {
    let most = 1000_u64 << failed.min(6);
    time::sleep(Duration::from_micros(random() % most)).await;
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

/// A pool that the tasks of calls share.
pub(super) type SharedPool = Arc<Pool>;
