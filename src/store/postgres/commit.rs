//! Commits: their statements, and the handling of failures.

use std::time::Instant;

use super::config::CommitForm;
use super::conflict::Versions;
use super::plan::{Plan, Replaced};
use super::pool::{Connection, Failure, MAX_BUSY, Pool, back_off};
use super::sql::{self, Param, Part, Statement};
use super::{Clock, codec, read};
use crate::store::conditions::check_conditions;
use crate::store::{Batch, Change, Entity, Expect, Guard, Revision, StoreError};

/// The maximum number of retries of a commit after lost connections.
const MAX_LOST: u32 = 5;

/// Makes a commit, and repeats it until it is made or refused.
pub(super) fn commit(pool: &Pool, clock: &Clock, batch: &Batch) -> Result<Revision, StoreError> {
    let (mut busy, mut lost) = (0, 0);
    let mut above = expected_revisions(batch).max().unwrap_or(0);
    // A revision ahead of this clock advances it only if it is stored.
    if above >= clock.least_next() {
        let versions = Versions::read(pool, batch)?;
        check_conditions(batch, &versions)?;
        above = versions.greatest();
    }
    loop {
        let made = match Replaced::read(pool, batch)? {
            Some(replaced) => {
                let plan = Plan::new(batch, &replaced)?;
                if plan.is_impossible { Err(Failure::Mismatch) } else { send(pool, clock, &plan, above) }
            }
            None => Err(Failure::Mismatch),
        };
        match made {
            Ok(revision) => return Revision::try_from(revision).map_err(StoreError::backend),
            Err(Failure::Mismatch) => {
                let versions = Versions::read(pool, batch)?;
                check_conditions(batch, &versions)?;
                // The conflicting version has been replaced, or is ahead of this clock.
                above = above.max(versions.greatest());
                busy += 1;
            }
            Err(Failure::Busy(cause)) => {
                if busy >= MAX_BUSY {
                    return Err(StoreError::Backend(cause));
                }
                busy += 1;
            }
            Err(Failure::Taken) => busy += 1,
            // The commit is known not to have been made.
            Err(Failure::Lost(cause)) => {
                if lost >= MAX_LOST {
                    return Err(StoreError::Unreachable(cause));
                }
                lost += 1;
            }
            Err(failure) => return Err(failure.into_error()),
        }
        if busy > MAX_BUSY {
            return Err(StoreError::backend("the commit conflicted with other transactions too often"));
        }
        back_off((busy + lost).saturating_sub(1));
    }
}

/// Returns the revisions that a batch expects.
fn expected_revisions(batch: &Batch) -> impl Iterator<Item = u64> {
    fn of<T: Entity>(changes: &[Change<T>]) -> impl Iterator<Item = Expect> {
        changes.iter().map(Change::expect)
    }
    let guards = batch.guards.iter().filter_map(|guard| match guard {
        Guard::Number(_, expect) => Some(*expect),
        Guard::Port(..) => None,
    });
    let all = of(&batch.numbers).chain(of(&batch.port_requests)).chain(of(&batch.contacts)).chain(guards);
    all.filter_map(|expect| match expect {
        Expect::Revision(revision) => Some(revision.get()),
        Expect::Absent => None,
    })
}

/// Sends a commit with a revision above `above`, and returns the revision. If the connection is lost, it determines
/// whether the commit was made: the failure is [`Lost`](Failure::Lost) if it was not, and
/// [`Refused`](Failure::Refused) if that is unknown.
fn send(pool: &Pool, clock: &Clock, plan: &Plan<'_>, above: u64) -> Result<u64, Failure> {
    let mut connection = pool.connection()?;
    // The revision, and with it the place in the log, is that of the time at which the conditions are checked. The
    // wait for a connection may be long.
    let revision = clock.next(above);
    let parts = &plan.parts(codec::int(revision), clock.writer)?;
    let sent = match pool.config().form {
        CommitForm::Statement => send_statement(&mut connection, parts),
        CommitForm::Transaction => send_transaction(&mut connection, parts),
    };
    match sent {
        Ok(()) => {
            connection.give_back();
            Ok(revision)
        }
        Err(Failure::Lost(cause)) => {
            drop(connection);
            pool.drop_idle();
            let is_made = was_made(pool, codec::int(revision), clock.writer)?;
            if is_made { Ok(revision) } else { Err(Failure::Lost(cause)) }
        }
        Err(failure) if failure.has_lost_server() => {
            drop(connection);
            pool.drop_idle();
            Err(failure)
        }
        Err(failure) => {
            match pool.config().form {
                CommitForm::Statement => connection.give_back(),
                CommitForm::Transaction => connection.roll_back(),
            }
            Err(failure)
        }
    }
}

/// Sends `parts` as one statement, which fails unless each part changes the expected rows.
fn send_statement(connection: &mut Connection<'_>, parts: &[Part]) -> Result<(), Failure> {
    connection.rows(&sql::together(parts)).map(|_| ())
}

/// Sends the parts one by one, in a transaction that is not committed unless all change the rows that
/// they must.
fn send_transaction(connection: &mut Connection<'_>, parts: &[Part]) -> Result<(), Failure> {
    connection.control(sql::BEGIN)?;
    for part in parts {
        if connection.rows(&part.returning())?.len() != part.rows {
            return Err(Failure::Mismatch);
        }
    }
    connection.control(sql::COMMIT)
}

/// Returns whether a commit was made, and ensures that it cannot be made later if it was not.
fn was_made(pool: &Pool, revision: i64, writer: i64) -> Result<bool, Failure> {
    // This waits for the commit if the server is still processing it.
    let unknown = |error: StoreError| Failure::Refused(error.into());
    let fence = Statement::new(sql::FENCE, [Param::Int(revision)]);
    let started = Instant::now();
    let fenced = loop {
        match pool.rows(&fence) {
            Ok(rows) => break rows,
            // The server may become reachable again.
            Err(StoreError::Unreachable(_)) if started.elapsed() < pool.config().timeout => {
                back_off(u32::MAX);
            }
            Err(error) => return Err(unknown(error)),
        }
    };
    if !fenced.is_empty() {
        return Ok(false);
    }
    let rows = pool.rows(&Statement::new(sql::WRITER, [Param::Int(revision)])).map_err(unknown)?;
    Ok(read::first::<i64>(&rows).map_err(unknown)? == Some(writer))
}
