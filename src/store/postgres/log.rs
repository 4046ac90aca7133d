//! The log of events, and the receipts.

use tokio_postgres::Row;

use super::codec::{self, column};
use super::pool::{Connection, Failure, Pool};
use super::read::first;
use super::sql::{self, Param, Statement};
use crate::idempotency::IdempotencyKey;
use crate::store::{Forget, Logged, Receipt, Revision, StoreError};
use crate::time::Timestamp;

/// The time for which rows of commits are kept, in microseconds: a day.
const COMMITS_KEPT: i64 = 86_400_000_000;
/// The number of events that are numbered at once, except that commits are not split.
const CHUNK: usize = 10_000;
/// The maximum number of events, receipts or commits that a statement removes.
const CHUNK_TO_REMOVE: usize = 5_000;
/// The number of actors whose excess receipts are removed between two reads of the actors.
const CHUNK_OF_ACTORS: usize = 1_000;

/// Returns the rows of events after the sequence number `after`, each with the numbers of the first and
/// the next event; one row without an event if there is none. Waiting events are numbered if they are
/// needed.
pub(super) fn events(pool: &Pool, after: u64, limit: usize) -> Result<Vec<Row>, StoreError> {
    let statement =
        Statement::new(sql::EVENTS, [Param::Int(codec::int(after)), Param::Int(codec::limit(limit))]);
    let rows = pool.rows(&statement)?;
    let Some(head) = rows.first() else {
        return Err(StoreError::backend("table head: row missing"));
    };
    let is_event = column::<Option<i64>>(head, 3)?.is_some();
    let is_full = limit == 0 || (is_event && rows.len() >= limit);
    let are_waiting: bool = column(head, 2)?;
    let first: i64 = column(head, 0)?;
    if is_full || !are_waiting || codec::int(after) < first - 1 {
        return Ok(rows);
    }
    // Two rounds number at least a chunk, since the first may leave out a large commit, with which the second then
    // begins. The events that commits add meanwhile may be left for the next call: this one would otherwise not
    // end while others commit.
    for _ in 0..limit.div_ceil(CHUNK).saturating_mul(2) {
        if !number_waiting(pool)? {
            break;
        }
    }
    pool.rows(&statement)
}

/// Returns the events of rows after the sequence number `after`.
pub(super) fn logged(rows: &[Row], after: u64) -> Result<Vec<Logged>, StoreError> {
    if let Some(first) = first::<i64>(rows)?
        && codec::int(after) < first - 1
    {
        return Err(StoreError::Forgotten { first: first.unsigned_abs() });
    }
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(sequence) = column::<Option<i64>>(row, 3)? {
            let event = codec::parse(column(row, 4)?)?;
            events.push(Logged { sequence: sequence.unsigned_abs(), event });
        }
    }
    Ok(events)
}

/// Returns the receipt with the given rows of parts.
pub(super) fn receipt(key: IdempotencyKey, rows: &[Row]) -> Result<Option<Receipt>, StoreError> {
    let Some(head) = rows.first() else { return Ok(None) };
    let at: i64 = column(head, 0)?;
    let at = Timestamp::from_gregorian(at.unsigned_abs()).map_err(StoreError::backend)?;
    let actor = column::<&str>(head, 1)?.parse().map_err(StoreError::backend)?;
    let mut answer = String::new();
    for row in rows {
        answer.push_str(column(row, 2)?);
    }
    Ok(Some(Receipt::new(key, actor, codec::parse(&answer)?, at)))
}

/// Returns the receipts with the given rows of parts, each with its key and its revision in the last columns.
pub(super) fn receipts(rows: &[Row]) -> Result<Vec<(Revision, Receipt)>, StoreError> {
    let key = |row: &Row| column::<&str>(row, 3).ok().map(str::to_owned);
    let mut receipts = Vec::new();
    for parts in rows.chunk_by(|one, next| key(one) == key(next)) {
        let Some(head) = parts.first() else { continue };
        let key = column::<&str>(head, 3)?.parse().map_err(StoreError::backend)?;
        let revision =
            Revision::try_from(column::<i64>(head, 4)?.unsigned_abs()).map_err(StoreError::backend)?;
        receipts.extend(receipt(key, parts)?.map(|receipt| (revision, receipt)));
    }
    Ok(receipts)
}

/// Forgets events and receipts, and commits that are older than [`COMMITS_KEPT`] by the server's clock.
pub(super) fn forget(pool: &Pool, forget: &Forget) -> Result<(), StoreError> {
    if forget.max_events.is_some() || forget.events_before.is_some() {
        // Waiting events are numbered first, since they may be forgotten as well.
        while number_waiting(pool)? {}
        forget_events(pool, forget)?;
    }
    if let Some(time) = forget.receipts_before {
        let before = Param::Int(codec::time(time));
        remove(pool, (sql::RECEIPTS_BEFORE, &[before]), sql::FORGET_RECEIPTS)?;
    }
    if let Some(max) = forget.max_receipts_per_actor {
        forget_receipts_of_actors(pool, codec::int(max))?;
    }
    if let Some(max) = forget.max_receipts {
        let surplus = Statement::new(sql::FIRST_SURPLUS_RECEIPT, [Param::Int(codec::int(max))]);
        if let Some(revision) = first::<i64>(&pool.rows(&surplus)?)? {
            remove(pool, (sql::RECEIPTS_UNTIL, &[Param::Int(revision)]), sql::FORGET_RECEIPTS)?;
        }
    }
    let kept = Param::Int(COMMITS_KEPT);
    remove(pool, (sql::COMMITS_BEFORE, &[kept]), sql::FORGET_COMMITS)
}

/// Forgets old or excess events: the first remaining one is set first, and those before it are removed without
/// a lock.
fn forget_events(pool: &Pool, forget: &Forget) -> Result<(), StoreError> {
    let head = pool.rows(&Statement::new(sql::HEAD, []))?;
    let head = head.first().ok_or_else(|| StoreError::backend("table head: row missing"))?;
    let (mut left, next): (i64, i64) = (column(head, 0)?, column(head, 1)?);
    if let Some(max) = forget.max_events {
        left = left.max(next.saturating_sub(codec::int(max)));
    }
    if let Some(time) = forget.events_before {
        while left < next {
            let end = next.min(left.saturating_add(codec::limit(CHUNK)));
            let params = [left, end, codec::time(time)].map(Param::Int);
            let since = Statement::new(sql::FIRST_EVENT_SINCE, params);
            if let Some(since) = first::<i64>(&pool.rows(&since)?)? {
                left = since;
                break;
            }
            left = end;
        }
    }
    pool.rows(&Statement::new(sql::SET_FIRST, [left, left].map(Param::Int)))?;
    // There may be more than are forgotten now, if an earlier call was interrupted.
    remove(pool, (sql::EVENTS_BEFORE, &[Param::Int(left)]), sql::FORGET_EVENTS)
}

/// Forgets the receipts that actors have beyond `max`.
fn forget_receipts_of_actors(pool: &Pool, max: i64) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let params = [Param::Text(after), Param::Int(max), Param::Int(codec::limit(CHUNK_OF_ACTORS))];
        let rows = pool.rows(&Statement::new(sql::ACTORS_WITH_SURPLUS, params))?;
        let actors = rows.iter().map(|row| column::<String>(row, 0)).collect::<Result<Vec<_>, _>>()?;
        for actor in &actors {
            let actor = Param::Text(actor.clone());
            let surplus = Statement::new(sql::FIRST_SURPLUS_RECEIPT_OF, [actor.clone(), Param::Int(max)]);
            if let Some(revision) = first::<i64>(&pool.rows(&surplus)?)? {
                let surplus = (sql::RECEIPTS_OF_UNTIL, &[actor, Param::Int(revision)][..]);
                remove(pool, surplus, sql::FORGET_RECEIPTS)?;
            }
        }
        match actors.into_iter().next_back() {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// Removes the rows with the keys that a statement selects, chunk by chunk, so that no statement takes long.
///
/// `keys` is the text of the statement and its first parameters, which are followed by a bound and a limit. It
/// selects keys, each with a value that ascends from the bound on: the next statement does not read the remains of
/// the removed rows again.
fn remove(pool: &Pool, keys: (&str, &[Param]), delete: &str) -> Result<(), StoreError> {
    let (text, params) = keys;
    let mut bound = i64::MIN;
    loop {
        let page = [Param::Int(bound), Param::Int(codec::limit(CHUNK_TO_REMOVE))];
        let rows = pool.rows(&Statement::new(text, params.iter().cloned().chain(page)))?;
        let Some(last) = rows.last() else { return Ok(()) };
        bound = column(last, 1)?;
        let keys = rows.iter().map(|row| column(row, 0)).collect::<Result<_, _>>()?;
        pool.rows(&Statement::new(delete, [Param::Ints(keys)]))?;
        if rows.len() < CHUNK_TO_REMOVE {
            return Ok(());
        }
    }
}

/// Numbers waiting events in a transaction that locks the log. Returns whether more may be waiting.
fn number_waiting(pool: &Pool) -> Result<bool, StoreError> {
    // If the response is lost, the numbering is repeated, so it does not matter whether it was made.
    pool.retry(number_locked)
}

fn number_locked(connection: &mut Connection<'_>) -> Result<bool, Failure> {
    connection.control(sql::BEGIN_LOCKED)?;
    let head = connection.rows(&Statement::new(sql::LOCK_LOG, []))?;
    let next = first(&head)?.ok_or_else(|| Failure::Refused("table head: row missing".into()))?;
    let more = number(connection, next)?;
    connection.control(sql::COMMIT)?;
    Ok(more)
}

/// Moves waiting events to the log, numbered from `next` on. Returns whether more may be waiting.
fn number(connection: &mut Connection<'_>, next: i64) -> Result<bool, Failure> {
    let waiting = Statement::new(sql::WAITING, [Param::Int(codec::limit(CHUNK))]);
    let mut rows = connection.rows(&waiting)?;
    let mut revisions = revisions(&rows)?;
    let is_last = rows.len() < CHUNK;
    if !is_last {
        // The last commit may be incomplete. It is left for the next round, unless it is the only one.
        match (revisions.first().copied(), revisions.last().copied()) {
            (Some(first), Some(last)) if first == last => {
                rows = connection.rows(&Statement::new(sql::WAITING_OF, [Param::Int(last)]))?;
            }
            (_, last) => {
                rows.retain(|row| row.try_get(0).ok() != last);
                revisions.retain(|revision| Some(*revision) != last);
            }
        }
    }
    if rows.is_empty() {
        return Ok(false);
    }
    revisions.dedup();
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (sequence, row) in (next..).zip(&rows) {
        columns.0.push(sequence);
        columns.1.push(column(row, 1)?);
        columns.2.push(column(row, 2)?);
    }
    let next = next + codec::limit(rows.len());
    let columns = [Param::Ints(columns.0), Param::Ints(columns.1), Param::Texts(columns.2)];
    connection.rows(&Statement::new(sql::LOG_EVENTS, columns))?;
    connection.rows(&Statement::new(sql::UNWAIT, [Param::Ints(revisions)]))?;
    connection.rows(&Statement::new(sql::SET_NEXT, [Param::Int(next)]))?;
    Ok(!is_last)
}

fn revisions(rows: &[Row]) -> Result<Vec<i64>, StoreError> {
    rows.iter().map(|row| column(row, 0)).collect()
}
