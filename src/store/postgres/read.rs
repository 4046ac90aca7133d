//! Scans of numbers and port requests.

use tokio_postgres::Row;

use super::codec::{self, column};
use super::pool::{Connection, Failure, Pool};
use super::sql::{self, Param, Statement};
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId, PortState, PortStates};
use crate::record::NumberRecord;
use crate::store::{Entity, Page, PortQuery, Query, StateSet, StoreError, Stored};

/// A scan of the values of one kind, in ascending order of key.
pub(super) trait Scan {
    type Key: Copy;
    type Value: Entity<Key = Self::Key>;

    /// The minimum number of rows to read at once in search of matches.
    const MIN_CHUNK: usize = 100;
    /// The maximum number of rows to read at once in search of matches.
    const MAX_CHUNK: usize = 10_000;

    /// Returns the statement that selects up to `limit` rows after a key: all that match, and possibly
    /// others unless the scan [is exact](Self::is_exact).
    fn statement(&self, after: Option<Self::Key>, limit: i64) -> Statement;

    /// Returns whether the statement only selects rows that match.
    fn is_exact(&self) -> bool;

    /// Returns whether no value can match.
    fn is_nothing(&self) -> bool;

    fn matches(&self, value: &Self::Value) -> bool;

    /// Returns the value of a row that the statement selects.
    fn value(row: &Row) -> Result<Stored<Self::Value>, StoreError>;
}

pub(super) struct NumberScan<'a>(pub(super) &'a Query);

pub(super) struct PortScan<'a>(pub(super) &'a PortQuery);

impl Scan for NumberScan<'_> {
    type Key = PhoneNumber;
    type Value = NumberRecord;

    fn statement(&self, after: Option<PhoneNumber>, limit: i64) -> Statement {
        let query = self.0;
        let mut statement = Statement::new(sql::SCAN, []);
        if let Some(prefix) = query.prefix {
            let (first, last) = prefix.range().into_inner();
            statement.push(sql::SCAN_PREFIX, [first, last].map(|bound| Param::Int(codec::number(bound))));
        }
        if let Some(after) = after {
            statement.push(sql::SCAN_AFTER, [Param::Int(codec::number(after))]);
        }
        if let Some(owner) = query.owner {
            statement.push(sql::SCAN_OWNER, [Param::Text(owner.to_string())]);
        }
        if query.states != StateSet::ALL {
            let states = query.states.iter().map(|state| state.as_str().to_owned()).collect();
            statement.push(sql::SCAN_STATES, [Param::Texts(states)]);
        }
        if let Some(clock) = &query.clock {
            let bounds = [clock.start(), clock.end()].map(|bound| Param::Int(codec::time(*bound)));
            statement.push(sql::SCAN_CLOCK, bounds);
        }
        match query.pending {
            Some(true) => statement.push(sql::SCAN_PENDING, []),
            Some(false) => statement.push(sql::SCAN_IDLE, []),
            None => {}
        }
        statement.push(sql::SCAN_LIMIT, [Param::Int(limit)]);
        statement
    }

    fn is_exact(&self) -> bool {
        let query = self.0;
        query.carrier.is_none()
            && query.used_by.is_none()
            && query.features.is_empty()
            && query.created.is_none()
            && query.updated.is_none()
    }

    fn is_nothing(&self) -> bool {
        self.0.states.is_empty()
    }

    fn matches(&self, record: &NumberRecord) -> bool {
        self.0.matches(record)
    }

    fn value(row: &Row) -> Result<Stored<NumberRecord>, StoreError> {
        codec::stored(row, 1)
    }
}

impl Scan for PortScan<'_> {
    type Key = PortRequestId;
    type Value = PortRequest;

    const MIN_CHUNK: usize = 20;
    /// The document of a request may have a megabyte.
    const MAX_CHUNK: usize = 100;

    fn statement(&self, after: Option<PortRequestId>, limit: i64) -> Statement {
        let query = self.0;
        let mut statement = Statement::new(sql::PORT_SCAN, []);
        if let Some(after) = after {
            statement.push(sql::PORT_SCAN_AFTER, [Param::Text(after.to_string())]);
        }
        if let Some(accounts) = &query.accounts {
            let accounts = accounts.iter().map(ToString::to_string).collect();
            statement.push(sql::PORT_SCAN_ACCOUNTS, [Param::Texts(accounts)]);
        }
        // States that other systems defined are active.
        let is_active = |state: &PortState| !(state.is_final() && query.states.contains(state));
        if PortState::ALL.iter().all(is_active) {
            statement.push(sql::PORT_SCAN_ACTIVE, []);
        } else if query.states == PortStates::COMPLETED {
            statement.push(sql::PORT_SCAN_INACTIVE, []);
        }
        statement.push(sql::PORT_SCAN_LIMIT, [Param::Int(limit)]);
        statement
    }

    fn is_exact(&self) -> bool {
        [PortStates::ALL, PortStates::ACTIVE, PortStates::COMPLETED].contains(&self.0.states)
    }

    fn is_nothing(&self) -> bool {
        self.0.accounts.as_ref().is_some_and(Vec::is_empty)
    }

    fn matches(&self, request: &PortRequest) -> bool {
        self.0.matches(request)
    }

    fn value(row: &Row) -> Result<Stored<PortRequest>, StoreError> {
        codec::stored(row, 1)
    }
}

/// Returns up to `wanted` values that match, from a consistent snapshot.
pub(super) fn filtered<S: Scan>(
    pool: &Pool,
    scan: &S,
    after: Option<S::Key>,
    wanted: usize,
) -> Result<Vec<Stored<S::Value>>, StoreError> {
    // A single statement is consistent, and usually finds enough.
    let size = wanted.saturating_mul(4).clamp(S::MIN_CHUNK, S::MAX_CHUNK);
    let rows = pool.rows(&scan.statement(after, codec::limit(size)))?;
    let mut found = Vec::new();
    add_matching(scan, &rows, &mut found)?;
    if rows.len() < size || found.len() >= wanted {
        return Ok(found);
    }
    pool.retry(|connection| filtered_together(connection, scan, after, wanted))
}

/// Reads chunk by chunk, in one transaction.
fn filtered_together<S: Scan>(
    connection: &mut Connection<'_>,
    scan: &S,
    mut after: Option<S::Key>,
    wanted: usize,
) -> Result<Vec<Stored<S::Value>>, Failure> {
    connection.control(sql::BEGIN_READ)?;
    let mut found = Vec::new();
    loop {
        let rows = connection.rows(&scan.statement(after, codec::limit(S::MAX_CHUNK)))?;
        after = add_matching(scan, &rows, &mut found)?;
        if rows.len() < S::MAX_CHUNK || found.len() >= wanted {
            break;
        }
    }
    connection.control(sql::COMMIT)?;
    Ok(found)
}

/// Adds the values of rows that match, and returns the key of the last row.
fn add_matching<S: Scan>(
    scan: &S,
    rows: &[Row],
    found: &mut Vec<Stored<S::Value>>,
) -> Result<Option<S::Key>, StoreError> {
    let mut last = None;
    for row in rows {
        let stored = S::value(row)?;
        last = Some(stored.key());
        if scan.matches(&stored) {
            found.push(stored);
        }
    }
    Ok(last)
}

/// Returns the page of the first `limit` items, and the cursor of the next one if there are more.
pub(super) fn page<S: Scan>(mut items: Vec<Stored<S::Value>>, limit: usize) -> Page<S::Value, S::Key> {
    let is_last = items.len() <= limit;
    items.truncate(limit);
    let next = if is_last { None } else { items.last().map(|last| last.key()) };
    Page { items, next }
}

/// Reads the first column of the first row.
pub(super) fn first<'a, T: tokio_postgres::types::FromSql<'a>>(
    rows: &'a [Row],
) -> Result<Option<T>, StoreError> {
    rows.first().map(|row| column(row, 0)).transpose()
}
