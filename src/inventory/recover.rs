use std::collections::HashSet;

use chrono::TimeDelta;

use super::asked::Answer;
use super::receipt::whole;
use super::{Error, Inventory};
use crate::number::PhoneNumber;
use crate::record::{EffectKey, NumberRecord};
use crate::store::{Query, Stored};

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
        let mut groups = HashSet::new();
        let mut after = None;
        loop {
            let page = self.parts.store.scan(&query, after, PAGE)?;
            for stored in &page.items {
                let Some(pending) = stored.pending() else { continue };
                if self.now() < pending.since().after(limit) {
                    report.left += 1;
                } else {
                    self.recover_one(stored, pending.key(), &mut groups, &mut report)?;
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(report),
            }
        }
    }

    /// Drives a record to its end, or all that it was claimed together with.
    fn recover_one(
        &self,
        stored: &Stored<NumberRecord>,
        key: EffectKey,
        groups: &mut HashSet<EffectKey>,
        report: &mut RecoverReport,
    ) -> Result<(), Error> {
        let number = stored.number();
        let whole = whole(key, number);
        let receipt = whole.map(|key| self.receipt(key)).transpose()?.flatten();
        match (whole, receipt) {
            (Some(key), Some(receipt)) if receipt.together => {
                if groups.insert(key) {
                    for (number, came) in self.take_up_all(key, &receipt)? {
                        report.add(number, came);
                    }
                }
            }
            (_, receipt) => report.add(number, self.drive(stored, receipt.is_some())),
        }
        Ok(())
    }
}

impl RecoverReport {
    fn add(&mut self, number: PhoneNumber, came: Answer) {
        match came {
            Ok(_) => self.finished += 1,
            Err(error) => self.failed.push((number, error)),
        }
    }
}
