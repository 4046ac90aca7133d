use chrono::TimeDelta;

use super::{Error, Inventory, Outcome};
use crate::number::PhoneNumber;
use crate::store::Query;

/// What was done about records that were claimed and left.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RecoverReport {
    /// Those that are what they were to become.
    pub finished: usize,
    /// Those that could not be driven to that, and why: given up where something was refused, still
    /// claimed where it is not known what was done.
    pub failed: Vec<(PhoneNumber, Error)>,
    /// Those that somebody may still be busy with.
    pub left: usize,
}

const PAGE: usize = 1_000;

impl Inventory {
    /// Drives to its end what a crash has left: every record that has been claimed for longer than
    /// [`Limits::claim`](super::Limits::claim), with the key of its claim. So nothing is ordered
    /// twice.
    ///
    /// # Errors
    /// If the store can not be read.
    pub fn recover(&self) -> Result<RecoverReport, Error> {
        let query = Query { pending: Some(true), ..Query::default() };
        let limit = TimeDelta::from_std(self.parts.limits.claim).unwrap_or(TimeDelta::MAX);
        let mut report = RecoverReport::default();
        let mut after = None;
        loop {
            let page = self.parts.store.scan(&query, after, PAGE)?;
            for stored in &page.items {
                let is_left =
                    stored.pending().is_some_and(|pending| self.now() < pending.since().after(limit));
                if is_left {
                    report.left += 1;
                    continue;
                }
                let mut outcome = Outcome::default();
                self.drive_into(stored, &mut outcome);
                match outcome.failed.into_values().next() {
                    None => report.finished += 1,
                    Some(error) => report.failed.push((stored.number(), error)),
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(report),
            }
        }
    }
}
