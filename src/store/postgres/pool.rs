//! The connections to the server.

use std::collections::hash_map::RandomState;
use std::error::Error;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time;
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::{Client, Row};

use super::config::PostgresConfig;
use super::sql::{self, Statement};
use super::tls::Tls;
use crate::store::StoreError;

/// Connections that are opened when they are wanted and kept for the next call.
pub(super) struct Pool {
    config: PostgresConfig,
    tls: Tls,
    idle: Mutex<Vec<Client>>,
    /// One permit for each connection that may be in use.
    permits: Semaphore,
}

/// A connection in use. It is closed when it is dropped, unless it is [given back](Self::give_back).
pub(super) struct Connection<'a> {
    pool: &'a Pool,
    client: Client,
    _permit: SemaphorePermit<'a>,
}

/// The reason why a statement was not carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// The last check of a commit: some expectation does not hold. Nothing was stored.
    Mismatch,
    /// The revision of a commit is another one's. Nothing was stored.
    Taken,
    /// Others were in the way, and the statement may be tried again. Nothing was stored.
    Busy(Box<dyn Error + Send + Sync>),
    /// The server could not be reached, or refuses to serve. Nothing was stored.
    Unreachable(Box<dyn Error + Send + Sync>),
    /// The connection ended before the answer came.
    Lost(Box<dyn Error + Send + Sync>),
    /// The server refused the statement.
    Refused(Box<dyn Error + Send + Sync>),
}

/// No answer came within the time.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?}")]
struct TimedOut(Duration);

/// The number of times a read is tried on other connections.
const MAX_LOST: usize = 3;
/// The number of times a statement is tried that others were in the way of.
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
                Some(client) if client.is_closed() => {}
                Some(client) => {
                    return Ok(Connection { pool: self, client, _permit: permit });
                }
                None => break,
            }
        }
        let opening = self.config.server.connect(self.tls.clone());
        let (client, connection) = time::timeout(self.config.timeout, opening)
            .await
            .map_err(|_| Failure::Unreachable(TimedOut(self.config.timeout).into()))?
            .map_err(|error| Failure::Unreachable(error.into()))?;
        // It ends with an error if the server closes it; the statement on it finds out.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Connection { pool: self, client, _permit: permit })
    }

    /// Closes the idle connections: where one was lost others may be, unnoticed.
    pub(super) fn drop_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Reads rows. What fails because of others, or because a connection was lost, is tried again.
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
                    if matches!(failure, Failure::Lost(_)) {
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
        if !self.client.is_closed() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.client);
        }
    }

    /// Carries out a statement and returns its rows. It has no name on the server, so a pooler may send
    /// the next one elsewhere.
    pub(super) async fn rows(&self, statement: &Statement) -> Result<Vec<Row>, Failure> {
        let (text, params) = (statement.text(&self.pool.config.schema), statement.params());
        self.answer(self.client.query_typed(&text, &params)).await
    }

    /// Carries out a statement and returns the number of rows that it changed.
    pub(super) async fn execute(&self, statement: &Statement) -> Result<u64, Failure> {
        let (text, params) = (statement.text(&self.pool.config.schema), statement.params());
        self.answer(self.client.execute_typed(&text, &params)).await
    }

    /// Carries out a statement about transactions.
    pub(super) async fn control(&self, text: &str) -> Result<(), Failure> {
        self.answer(self.client.batch_execute(text)).await
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
            // A parameter or a row that cannot be encoded is an error of this crate's.
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

    /// Returns the error of a call that reads.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Self::Mismatch => StoreError::backend("a check failed outside of a commit"),
            Self::Taken => StoreError::backend("a key exists already"),
            Self::Unreachable(cause) | Self::Lost(cause) => StoreError::Unreachable(cause),
            Self::Busy(cause) | Self::Refused(cause) => StoreError::Backend(cause),
        }
    }
}

/// The failures so far of something that may be tried again.
#[derive(Default)]
pub(super) struct Attempts {
    busy: u32,
    lost: usize,
}

impl Attempts {
    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The error of the failure, if another attempt is of no use.
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

/// Waits after `failed` attempts: a random time of up to 1 ms, then of up to twice as long each time, up
/// to 64 ms.
pub(super) async fn back_off(failed: u32) {
    let most = 1000_u64 << failed.min(6);
    time::sleep(Duration::from_micros(random() % most)).await;
}

/// Returns a random number. It is no secret.
pub(super) fn random() -> u64 {
    // Every state has other keys.
    RandomState::new().hash_one(0)
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("config", &self.config).finish_non_exhaustive()
    }
}

/// A pool is shared by the tasks of calls.
pub(super) type SharedPool = Arc<Pool>;
