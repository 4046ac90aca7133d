use super::engine::name;
use super::{Create, Error, Inventory, Options};
use crate::account::AccountId;
use crate::normalize::Normalized;
use crate::record::{Creation, NumberRecord};
use crate::store::{Batch, Change, Expect};

/// A number to import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportRow {
    /// The number, in any spelling.
    pub number: Box<str>,
    /// The account whose it is to be.
    pub account: Option<AccountId>,
    /// How it is to be created.
    pub create: Create,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImportReport {
    /// How many numbers are there now that were not.
    pub imported: usize,
    /// What could not be imported, and why.
    pub failed: Vec<(Box<str>, Error)>,
}

/// So many numbers are stored in one commit.
const BATCH: usize = 1_024;

impl Inventory {
    /// Creates numbers from a stream of any length, in batches; only those of one batch are held.
    ///
    /// Numbers that are there already are left as they are, and reported.
    ///
    /// # Errors
    /// If the store fails. What was imported before that stays.
    pub fn import<I>(&self, rows: I, options: &Options) -> Result<ImportReport, Error>
    where
        I: IntoIterator<Item = ImportRow>,
    {
        let mut report = ImportReport::default();
        let normalizer = self.normalizer_of(options.account);
        let mut batch = Vec::with_capacity(BATCH);
        for row in rows {
            match self.decide_import(&row, &normalizer, options) {
                Ok(change) => batch.push(change),
                Err(error) => report.failed.push((row.number, error)),
            }
            if batch.len() == BATCH {
                self.import_batch(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)), &mut report)?;
            }
        }
        self.import_batch(batch, &mut report)?;
        Ok(report)
    }

    fn decide_import(
        &self,
        row: &ImportRow,
        normalizer: &crate::normalize::Normalizer,
        options: &Options,
    ) -> Result<Change, Error> {
        let Normalized::Number(number) = normalizer.normalize(&row.number) else {
            return Err(Error::NotReconcilable(row.number.clone()));
        };
        let Create { state, carrier, carrier_data, ported_in, document } = row.create.clone();
        let creation = Creation {
            assign_to: row.account.or(options.account),
            state,
            carrier,
            carrier_data,
            ported_in,
            is_porting: false,
            document,
        };
        let decision = NumberRecord::create(number, creation, &self.context(options))?;
        if decision.effects.is_empty() {
            Ok(Change::put(decision.record, Expect::Absent).with_events(decision.events))
        } else {
            Err(Error::NeedsMore(number))
        }
    }

    /// Stores a batch, by halves if something in it is there already.
    fn import_batch(&self, batch: Vec<Change>, report: &mut ImportReport) -> Result<(), Error> {
        let mut open = vec![batch];
        while let Some(mut batch) = open.pop() {
            if batch.is_empty() {
                continue;
            }
            let count = batch.len();
            match self.parts.store.commit(Batch::from(batch.clone())) {
                Ok(_) => report.imported += count,
                Err(error) if !error.is_refusal() => return Err(error.into()),
                Err(_) if count == 1 => report.failed.extend(batch.iter().map(|change| {
                    (name(change.key()), crate::record::Refusal::NumberExists(change.key()).into())
                })),
                Err(_) => {
                    let rest = batch.split_off(count / 2);
                    open.extend([rest, batch]);
                }
            }
        }
        Ok(())
    }
}
