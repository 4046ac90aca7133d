use std::collections::HashSet;

use super::engine::is_gone;
use super::outcome::name;
use super::{Create, Error, Inventory, Options};
use crate::account::AccountId;
use crate::normalize::{Normalized, Normalizer};
use crate::record::{Context, Creation, NumberRecord, Refusal};
use crate::store::{Batch, Change, Expect, Stored};

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
    /// ```
    /// use std::sync::Arc;
    /// use telnum::account::Actor;
    /// use telnum::inventory::{Create, ImportRow, Inventory, Options};
    /// use telnum::lifecycle::State;
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(Arc::new(MemoryStore::new())).build();
    /// let free = Create { state: Some(State::Available), ..Create::default() };
    /// let rows = ["415-886-7900", "415-886-7901", "(415) 886-7900"];
    /// let rows = rows.map(|number| ImportRow { number: number.into(), account: None, create: free.clone() });
    /// let report = inventory.import(rows, &Options::new(Actor::System))?;
    /// assert_eq!(report.imported, 2);
    /// assert_eq!(&*report.failed[0].0, "(415) 886-7900");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the store fails. What was imported before that stays.
    pub fn import<I>(&self, rows: I, options: &Options) -> Result<ImportReport, Error>
    where
        I: IntoIterator<Item = ImportRow>,
    {
        let mut report = ImportReport::default();
        let own = self.own_normalizer(options.account);
        let normalizer = own.as_ref().unwrap_or(&self.parts.normalizer);
        let mut rows = rows.into_iter().peekable();
        let mut seen = HashSet::with_capacity(BATCH);
        while rows.peek().is_some() {
            let ctx = self.context(options);
            let mut batch = Vec::with_capacity(BATCH);
            seen.clear();
            for ImportRow { number, account, create } in rows.by_ref().take(BATCH) {
                let account = account.or(options.account);
                let decided = self.decide_import(&number, account, create, normalizer, &ctx);
                match decided {
                    Ok(change) if seen.insert(change.key()) => batch.push(change),
                    Ok(change) => report.failed.push((number, Refusal::NumberExists(change.key()).into())),
                    Err(error) => report.failed.push((number, error)),
                }
            }
            self.import_batch(batch, &mut report)?;
        }
        Ok(report)
    }

    fn decide_import(
        &self,
        text: &str,
        assign_to: Option<AccountId>,
        create: Create,
        normalizer: &Normalizer,
        ctx: &Context<'_>,
    ) -> Result<Change, Error> {
        let Normalized::Number(number) = normalizer.normalize(text) else {
            return Err(Error::NotReconcilable(text.into()));
        };
        let Create { state, carrier, carrier_data, ported_in, document } = create;
        let is_porting = self.parts.porting.as_ref().is_some_and(|porting| porting.is_porting(number));
        let creation = Creation { assign_to, state, carrier, carrier_data, ported_in, is_porting, document };
        let decision = NumberRecord::create(number, creation, ctx)?;
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
            match (self.parts.store.commit(Batch::from(batch.clone())), batch.pop()) {
                (Ok(_), _) => report.imported += count,
                (Err(error), _) if !error.is_refusal() => return Err(error.into()),
                (Err(_), Some(change)) if count == 1 => self.import_again(change, report)?,
                (Err(_), last) => {
                    batch.extend(last);
                    let rest = batch.split_off(count / 2);
                    open.extend([rest, batch]);
                }
            }
        }
        Ok(())
    }

    /// Stores a number that the store has something of: in the place of what is left of a deleted one.
    fn import_again(&self, change: Change, report: &mut ImportReport) -> Result<(), Error> {
        let number = change.key();
        let gone = self.parts.store.get(number)?.filter(|stored| is_gone(stored));
        let again = gone.as_ref().map(Stored::expected).and_then(|expect| {
            let parts = change.into_parts();
            Some(Change::put(parts.value?, expect).with_events(parts.events))
        });
        let Some(again) = again else {
            report.failed.push((name(number), Refusal::NumberExists(number).into()));
            return Ok(());
        };
        match self.parts.store.commit(again.into()) {
            Ok(_) => report.imported += 1,
            Err(error) if error.is_conflict() => {
                report.failed.push((name(number), Error::Conflict(number)));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
