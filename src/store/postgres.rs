//! A store in PostgreSQL, or in an engine that speaks its protocol.
//!
//! ```no_run
//! use telnum::store::Store;
//! use telnum::store::postgres::{PostgresConfig, PostgresStore};
//!
//! let config: PostgresConfig = "postgres://app:secret@db.example.com/numbers".parse()?;
//! PostgresStore::migrate(&config)?;
//! let store = PostgresStore::connect(&config)?;
//! assert!(store.get("+14158867900".parse()?)?.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - The tables are in a schema of their own, `telnum` by default, which [`migrate`](PostgresStore::migrate)
//!   creates, and upgrades from earlier versions. [`connect`](PostgresStore::connect) refuses tables of another
//!   version.
//! - Unless [prepared](PostgresConfig::with_prepared_statements), statements are unnamed and need no session, so the
//!   store works behind a pooler in transaction mode.
//! - A commit is one statement. After a conflict with other transactions (`40001`, `40P01`) it is retried. If
//!   the connection is lost, the store determines on another connection whether the commit was made, and
//!   makes it if it was not. If the server stays unreachable for the [timeout](PostgresConfig::with_timeout),
//!   the result is [`Backend`](StoreError::Backend): it is unknown whether the commit was made.
//! - A revision is the time of the commit in microseconds since 1970, or greater.
//!   [`connect`](PostgresStore::connect) therefore refuses a clock that differs from the server's by more
//!   than an hour.
//! - Events get their sequence numbers when [`events`](Store::events) is first called after their commit.
//! - The row of a removed number stays without its document; it takes about 60 bytes.
//! - A [lease](Store::take_lease) is a row, so that only one of the processes that share a database runs
//!   `recover` or `sweep`.
//! - Each commit has a row, by which a client that lost its connection determines whether the commit was
//!   made. [`forget`](Store::forget) removes the rows that are older than a day by the server's clock.
//!
//! The tests run on PostgreSQL 15 and 18 with each default isolation level, and through PgBouncer in
//! transaction mode. CockroachDB, YugabyteDB and Aurora DSQL are not tested; only their documentation was
//! consulted. [`CommitForm::Transaction`] is for engines without data-modifying `WITH`. Citus with
//! hash-distributed tables violates point 4 of the [contract](crate::store): a scan may see part of a batch.

mod codec;
mod commit;
mod config;
mod conflict;
mod contacts;
mod error;
mod log;
mod parts;
mod plan;
mod pool;
mod read;
mod session;
mod socket;
mod sql;
mod tls;

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::FromSql;

use self::codec::{column, stored, stored_list};
pub use self::config::{CommitForm, PostgresConfig};
pub use self::error::PostgresError;
use self::pool::{Failure, Pool};
use self::sql::{Param, Statement};
use self::tls::Tls;
use super::{
    Batch, Forget, Logged, Page, PortQuery, Query, Receipt, Revision, Store, StoreError, Stored,
    check_id_count,
};
use crate::contact::{ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OwnerId};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;

/// A store in PostgreSQL. See the [module](self).
///
/// A call blocks its thread, so asynchronous callers use `spawn_blocking`. The store has no asynchronous runtime, and
/// no thread except one that resolves the name of a host: each call runs one of the connections, independently of the
/// others.
pub struct PostgresStore {
    pool: Pool,
    clock: Clock,
}

/// The clock from which revisions are taken, and the writer id of the store's commits.
#[derive(Debug)]
struct Clock {
    last: AtomicU64,
    /// The writer id, which is stored with each commit. It is not 0: see [`sql::FENCE`].
    writer: i64,
}

/// The maximum number of changes in one commit.
const MAX_CHANGES: usize = 10_000;
/// The maximum difference between the clocks of this machine and of the server.
const MAX_SKEW: Duration = Duration::from_secs(3_600);

impl PostgresStore {
    /// Creates the schema and its tables if they do not exist, adds missing indexes, and upgrades tables of an earlier
    /// version. Stop services with an earlier version of this crate before an upgrade: their commits would be missing in the
    /// new columns. Once an upgrade has started, they can no longer connect; an interrupted one is continued by the
    /// next call.
    ///
    /// ```no_run
    /// use telnum::store::postgres::{PostgresConfig, PostgresStore};
    ///
    /// let config: PostgresConfig = "postgres://localhost/numbers".parse()?;
    /// PostgresStore::migrate(&config)?;
    /// let store = PostgresStore::connect(&config)?;
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`connect`](Self::connect), but [`Version`](PostgresError::Version) only for a
    /// later version or for tables of a copy that is not complete, and never
    /// [`NoTables`](PostgresError::NoTables).
    pub fn migrate(config: &PostgresConfig) -> Result<(), PostgresError> {
        migrate(&open(config)?)
    }

    /// Opens the store.
    ///
    /// ```no_run
    /// use telnum::inventory::Inventory;
    /// use telnum::store::postgres::PostgresStore;
    ///
    /// let store = PostgresStore::connect(&"postgres://localhost/numbers".parse()?)?;
    /// let inventory = Inventory::builder(store).build();
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    ///
    /// # Errors
    /// - [`Unreachable`](PostgresError::Unreachable) if the server cannot be reached, or refuses the
    ///   user or the database.
    /// - [`Untrusted`](PostgresError::Untrusted) if its certificate is not trusted.
    /// - [`NoTables`](PostgresError::NoTables) if the schema has no tables.
    /// - [`Version`](PostgresError::Version) if its tables are those of another version.
    /// - [`Clock`](PostgresError::Clock) if the server's clock differs by more than an hour.
    /// - [`Certificate`](PostgresError::Certificate) if a certificate authority cannot be used.
    /// - [`Backend`](PostgresError::Backend) if the server fails otherwise.
    pub fn connect(config: &PostgresConfig) -> Result<Self, PostgresError> {
        let pool = open(config)?;
        check(&pool)?;
        // The writer 0 marks a revision that no store may use any more.
        let writer = (pool::random() >> 1).max(1).cast_signed();
        Ok(Self { pool, clock: Clock { last: AtomicU64::new(0), writer } })
    }

    /// Returns up to `limit` receipts in the order of their commits, each with the revision of its commit, starting
    /// after the commit `after`.
    ///
    /// # Errors
    /// Returns the [errors of every method](Store#errors).
    pub fn receipts(
        &self,
        after: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<(Revision, Receipt)>, StoreError> {
        let after = codec::int(after.map_or(0, Revision::get));
        let params = [Param::Int(after), Param::Int(codec::limit(limit))];
        log::receipts(&self.rows(&Statement::new(sql::RECEIPTS, params))?)
    }

    /// Returns up to `limit` owners of contacts in ascending order, starting after `after`.
    ///
    /// # Errors
    /// Returns the [errors of every method](Store#errors).
    pub fn contact_owners(&self, after: Option<OwnerId>, limit: usize) -> Result<Vec<OwnerId>, StoreError> {
        let after = after.map_or_else(String::new, |owner| owner.to_string());
        let params = [Param::Text(after), Param::Int(codec::limit(limit))];
        let rows = self.rows(&Statement::new(sql::OWNERS, params))?;
        rows.iter().map(|row| column::<&str>(row, 0)?.parse().map_err(StoreError::backend)).collect()
    }

    /// Marks the tables as those of a copy in progress, or removes the mark. [`connect`](Self::connect) and
    /// [`migrate`](Self::migrate) refuse marked tables.
    #[doc(hidden)]
    pub fn set_incomplete(&self, is_incomplete: bool) -> Result<(), StoreError> {
        let mark = [sql::INCOMPLETE, sql::VERSION];
        let [to, from] = if is_incomplete { mark } else { [sql::VERSION, sql::INCOMPLETE] };
        let rows = self.rows(&Statement::new(sql::SET_INCOMPLETE, [to, from].map(Param::Int)))?;
        // The removal may have been repeated after a lost response.
        if rows.is_empty() && is_incomplete {
            return Err(StoreError::backend("tables: another copy fills them, expected a new schema"));
        }
        Ok(())
    }

    /// Executes a statement that may be repeated, and returns its rows.
    fn rows(&self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        self.pool.rows(statement)
    }
}

impl Store for PostgresStore {
    fn get_many(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError> {
        let keys = numbers.iter().map(|number| codec::number(*number)).collect();
        self.by_key(sql::NUMBERS, keys, Param::Ints, |row| stored(row, 1))
    }

    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        self.page(&read::NumberScan(query), after, limit)
    }

    fn port_requests(&self, ids: &[PortRequestId]) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        let keys = ids.iter().map(ToString::to_string).collect();
        self.by_key(sql::PORT_REQUESTS, keys, Param::Texts, |row| stored(row, 1))
    }

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        self.page(&read::PortScan(query), after, limit)
    }

    fn active_port_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        let keys = numbers.iter().map(|number| codec::number(*number)).collect::<Vec<_>>();
        self.by_member(sql::ACTIVE_PORT_REQUESTS, &keys, |row| stored(row, 2))
    }

    fn contact_lists(&self, owners: &[OwnerId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError> {
        let keys = owners.iter().map(ToString::to_string).collect();
        self.by_key(sql::CONTACT_LISTS, keys, Param::Texts, |row| stored_list(row, 0))
    }

    fn contact_lists_with(&self, ids: &[ContactId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError> {
        let keys = ids.iter().map(|id| codec::contact_id(*id)).collect::<Vec<_>>();
        self.by_member(sql::CONTACT_LISTS_WITH, &keys, |row| stored_list(row, 1))
    }

    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        contacts::page(&self.pool, query)
    }

    fn new_contact_ids(&self, count: usize) -> Result<Vec<ContactId>, StoreError> {
        check_id_count(count)?;
        let statement = Statement::new(sql::NEW_CONTACT_IDS, [Param::Int(codec::limit(count))]);
        let rows = self.rows(&statement)?;
        let row = rows.first().ok_or_else(|| StoreError::backend("table head: row missing"))?;
        let last = codec::bits(column(row, 0)?);
        let first = last.saturating_sub(count as u64) + 1;
        Ok((first..=last).map(ContactId::new).collect())
    }

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        batch.check(MAX_CHANGES)?;
        commit::commit(&self.pool, &self.clock, &batch)
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        log::logged(&log::events(&self.pool, after, limit)?, after)
    }

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        let rows = self.rows(&Statement::new(sql::RECEIPT, [Param::Text(key.to_string())]))?;
        log::receipt(key, &rows)
    }

    fn forget(&self, forget: &Forget) -> Result<(), StoreError> {
        log::forget(&self.pool, forget)
    }

    fn take_lease(&self, name: &str, holder: u64, time: Duration) -> Result<bool, StoreError> {
        let (name, holder) = (Param::Text(name.to_owned()), Param::Int(holder.cast_signed()));
        if time.is_zero() {
            self.rows(&Statement::new(sql::END_LEASE, [name, holder]))?;
            return Ok(false);
        }
        let time = i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 2);
        let taken = self.rows(&Statement::new(sql::LEASE, [name, holder, Param::Int(time)]))?;
        Ok(!taken.is_empty())
    }

    /// Returns 10,000.
    fn max_changes(&self) -> usize {
        MAX_CHANGES
    }
}

impl PostgresStore {
    /// Returns the values of `keys` in their order, read by `value` from the rows that `text` selects by its
    /// parameter, the keys. The first column of a row is its key.
    fn by_key<K: Eq + Hash + Clone + for<'a> FromSql<'a>, T>(
        &self,
        text: &str,
        keys: Vec<K>,
        param: fn(Vec<K>) -> Param,
        value: fn(&Row) -> Result<Stored<T>, StoreError>,
    ) -> Result<Vec<Option<Stored<T>>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows(&Statement::of_keys(text, param(keys.clone())))?;
        let found = rows.iter().map(|row| Ok((column(row, 0)?, value(row)?)));
        let found = found.collect::<Result<HashMap<K, _>, StoreError>>()?;
        Ok(keys.into_iter().map(|key| found.get(&key).cloned()).collect())
    }

    /// Returns the values to which `members` belong, in their order, from the rows that `text` selects by its
    /// parameter, the members: a member, the id of its value, a revision, and the document in the first row of each
    /// value, from which `value` reads it.
    fn by_member<T>(
        &self,
        text: &str,
        members: &[i64],
        value: fn(&Row) -> Result<Stored<T>, StoreError>,
    ) -> Result<Vec<Option<Stored<T>>>, StoreError> {
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows(&Statement::of_keys(text, Param::Ints(members.to_vec())))?;
        let (mut values, mut ids) = (HashMap::new(), HashMap::new());
        for row in &rows {
            let id: &str = column(row, 1)?;
            ids.insert(column::<i64>(row, 0)?, id);
            if column::<Option<&str>>(row, 3)?.is_some() {
                values.insert(id, value(row)?);
            }
        }
        Ok(members.iter().map(|member| values.get(ids.get(member)?).cloned()).collect())
    }

    fn page<S: read::Scan>(
        &self,
        scan: &S,
        after: Option<S::Key>,
        limit: usize,
    ) -> Result<Page<S::Value, S::Key>, StoreError> {
        if limit == 0 {
            return Ok(Page { items: Vec::new(), next: after });
        }
        if scan.is_nothing() {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let wanted = limit.saturating_add(1);
        let items = if scan.is_exact() {
            let rows = self.rows(&scan.statement(after, codec::limit(wanted)))?;
            rows.iter().map(S::value).collect::<Result<Vec<_>, _>>()?
        } else {
            read::filtered(&self.pool, scan, after, wanted)?
        };
        Ok(read::page::<S>(items, limit))
    }
}

impl Clock {
    /// Returns a revision greater than all earlier ones of this clock, and than `above`, which is stored or not
    /// ahead of this clock.
    fn next(&self, above: u64) -> u64 {
        let floor = Self::now().max(above.saturating_add(1));
        let next = |last: u64| floor.max(last.saturating_add(1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        next(last.unwrap_or_else(|last| last))
    }

    /// Returns the least revision that can be the next one.
    fn least_next(&self) -> u64 {
        Self::now().max(self.last.load(Ordering::Relaxed).saturating_add(1))
    }

    /// Returns the current time in microseconds since 1970.
    fn now() -> u64 {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
    }
}

fn open(config: &PostgresConfig) -> Result<Pool, PostgresError> {
    let tls = Tls::new(&config.roots).map_err(|error| PostgresError::Certificate(error.into()))?;
    Ok(Pool::new(config.clone(), tls))
}

fn migrate(pool: &Pool) -> Result<(), PostgresError> {
    let schema = &pool.config().schema;
    match check(pool) {
        Err(PostgresError::NoTables { .. }) => execute(pool, sql::migration(schema))?,
        Err(PostgresError::Version { found: from @ (1 | sql::UPGRADING), .. }) => {
            // From here on, earlier versions of this crate refuse the tables, even if the upgrade is interrupted.
            set_version(pool, from, sql::UPGRADING)?;
            execute(pool, sql::upgrade(schema))?;
            contacts::upgrade(pool).map_err(backend)?;
            set_version(pool, sql::UPGRADING, sql::VERSION)?;
        }
        checked => {
            checked?;
            return add_indexes(pool);
        }
    }
    check(pool)
}

/// Creates the indexes that tables of this version do not have if they were created before the indexes were added.
/// Existing ones are left out: `CREATE INDEX IF NOT EXISTS` waits for all commits even then.
fn add_indexes(pool: &Pool) -> Result<(), PostgresError> {
    let schema = &pool.config().schema;
    let statement = Statement::new(sql::INDEXES, [Param::Text(schema.to_string())]);
    let rows = pool.rows(&statement).map_err(backend)?;
    let existing =
        rows.iter().map(|row| column(row, 0)).collect::<Result<Vec<&str>, _>>().map_err(backend)?;
    execute(pool, sql::missing_indexes(schema, &existing))
}

/// Changes the version of the tables, unless another client has changed it.
fn set_version(pool: &Pool, from: i64, to: i64) -> Result<(), PostgresError> {
    let statement = Statement::new(sql::SET_VERSION, [to, from].map(Param::Int));
    pool.rows(&statement).map(drop).map_err(backend)
}

/// Executes statements that may be repeated.
fn execute(pool: &Pool, statements: impl Iterator<Item = String>) -> Result<(), PostgresError> {
    let mut connection = pool.connection()?;
    let mut attempts = pool::Attempts::default();
    for statement in statements {
        // Two clients that create a table at the same time may conflict.
        while let Err(failure) = connection.control(&statement) {
            let has_lost_server = failure.has_lost_server();
            attempts.after(failure).map_err(backend)?;
            if has_lost_server {
                drop(connection);
                pool.drop_idle();
                connection = pool.connection()?;
            }
        }
    }
    connection.give_back();
    Ok(())
}

fn check(pool: &Pool) -> Result<(), PostgresError> {
    let schema = || pool.config().schema.clone();
    let mut connection = pool.connection()?;
    let versions = match connection.rows(&Statement::new(sql::TABLES_VERSION, [])) {
        Err(Failure::Refused(cause)) if is_missing(&*cause) => {
            return Err(PostgresError::NoTables { schema: schema() });
        }
        versions => versions?,
    };
    let Some(found) = versions.first() else {
        return Err(PostgresError::NoTables { schema: schema() });
    };
    let found: i64 = column(found, 0).map_err(backend)?;
    if found != sql::VERSION {
        return Err(PostgresError::Version { schema: schema(), expected: sql::VERSION, found });
    }
    let time = connection.rows(&Statement::new(sql::TIME, []))?;
    let time: i64 = time.first().map_or(Ok(0), |row| column(row, 0)).map_err(backend)?;
    let skew = Duration::from_micros(Clock::now().abs_diff(time.unsigned_abs()));
    connection.give_back();
    if skew > MAX_SKEW { Err(PostgresError::Clock(skew)) } else { Ok(()) }
}

/// Returns whether the error means that a schema or a table does not exist.
fn is_missing(error: &(dyn std::error::Error + 'static)) -> bool {
    let code = error.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::code);
    code.is_some_and(|code| *code == SqlState::UNDEFINED_TABLE || *code == SqlState::INVALID_SCHEMA_NAME)
}

fn backend(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PostgresError {
    PostgresError::Backend(error.into())
}

impl From<Failure> for PostgresError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreachable(cause) if tls::is_untrusted(&*cause) => Self::Untrusted(cause),
            Failure::Unreachable(cause) | Failure::Lost(cause) => Self::Unreachable(cause),
            failure => Self::Backend(failure.into_error().into()),
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("pool", &self.pool).finish_non_exhaustive()
    }
}
