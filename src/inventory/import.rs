use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::engine::is_gone;
use super::{Charge, Create, Error, Inventory, Options, Quote};
use crate::account::AccountId;
use crate::normalize::Normalized;
use crate::number::PhoneNumber;
use crate::record::{Context, NumberRecord, Refusal};
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

/// What an import did, or would do.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImportReport {
    /// How many numbers are there now that were not.
    pub imported: usize,
    /// What they cost.
    pub quotes: Vec<Quote>,
    /// What could not be imported, as it was spelt, and why.
    pub failed: Vec<(Box<str>, Error)>,
}

/// So many numbers are stored in one commit.
const BATCH: usize = 1_024;

/// A number that is to be imported.
struct Row {
    /// As it was spelt.
    text: Box<str>,
    change: Change,
    quotes: Vec<Quote>,
}

impl Inventory {
    /// Creates numbers from a stream of any length, in batches; only those of one batch are held,
    /// and of a dry run all numbers.
    ///
    /// Numbers that are there already are left as they are, and reported. Each is read as its account
    /// dials. Billing is asked about the numbers of each account in a batch together, and if it refuses
    /// none of them is imported; nor is what costs, unless that is accepted. A dry run stores nothing.
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
    /// If it is to be all or nothing, or under a key: a stream is neither. If the store fails; what was
    /// imported before that stays.
    pub fn import<I>(&self, rows: I, options: &Options) -> Result<ImportReport, Error>
    where
        I: IntoIterator<Item = ImportRow>,
    {
        if options.all_or_nothing {
            return Err(Error::NotForImports("all or nothing"));
        }
        if options.key.is_some() {
            return Err(Error::NotForImports("under a key"));
        }
        let mut report = ImportReport::default();
        let mut rows = rows.into_iter().peekable();
        let mut seen = HashSet::with_capacity(BATCH);
        while rows.peek().is_some() {
            let ctx = self.context(options);
            let mut batch = Vec::with_capacity(BATCH);
            let mut normalizers = HashMap::new();
            // What is not stored is not found there.
            if !options.dry_run {
                seen.clear();
            }
            for ImportRow { number: text, account, create } in rows.by_ref().take(BATCH) {
                let account = account.or(options.account);
                let own = normalizers.entry(account).or_insert_with(|| self.own_normalizer(account));
                let normalizer = own.as_ref().unwrap_or(&self.parts.normalizer);
                let Normalized::Number(number) = normalizer.normalize(&text) else {
                    let error = Error::NotReconcilable(text.clone());
                    report.failed.push((text, error));
                    continue;
                };
                match self.decide_import(number, account, create, options, &ctx) {
                    Ok(change) if seen.insert(number) => batch.push(Row { text, change, quotes: Vec::new() }),
                    Ok(_) => report.failed.push((text, Refusal::NumberExists(number).into())),
                    Err(error @ Error::Store(_)) => return Err(error),
                    Err(error) => report.failed.push((text, error)),
                }
            }
            let batch = self.price_import(batch, options, &mut report);
            if options.dry_run {
                report.import(batch);
            } else {
                self.import_batch(batch, &mut report)?;
            }
        }
        Ok(report)
    }

    fn decide_import(
        &self,
        number: PhoneNumber,
        account: Option<AccountId>,
        create: Create,
        options: &Options,
        ctx: &Context<'_>,
    ) -> Result<Change, Error> {
        let decision = self.create_new(number, create, account, ctx)?;
        if !decision.effects.is_empty() {
            return Err(Error::NeedsMore(number));
        }
        // Otherwise the commit says so, without a look before.
        if options.dry_run || !self.parts.billing.is_free() {
            let there = self.parts.store.get(number)?;
            if there.is_some_and(|stored| !is_gone(&stored)) {
                return Err(Refusal::NumberExists(number).into());
            }
        }
        Ok(Change::put(decision.record, Expect::Absent).with_events(decision.events))
    }

    /// Asks billing, about all numbers of an account at once; those that may be imported.
    fn price_import(&self, batch: Vec<Row>, options: &Options, report: &mut ImportReport) -> Vec<Row> {
        if self.parts.billing.is_free() {
            return batch;
        }
        let mut accounts: IndexMap<_, (Vec<Charge>, Vec<Row>)> = IndexMap::new();
        for row in batch {
            let charge = row.change.value().and_then(|record| self.charge(None, record));
            let (charges, rows) = accounts.entry(charge.map(|charge| charge.account)).or_default();
            charges.extend(charge);
            rows.push(row);
        }
        let mut priced = Vec::new();
        for (charges, rows) in accounts.into_values() {
            let answer = if charges.is_empty() { Ok(Vec::new()) } else { self.parts.billing.quote(&charges) };
            let mut quotes: HashMap<_, Vec<_>> = HashMap::new();
            for quote in answer.as_deref().unwrap_or_default() {
                quotes.entry(quote.number).or_default().push(quote.clone());
            }
            for mut row in rows {
                row.quotes = quotes.remove(&row.change.key()).unwrap_or_default();
                match &answer {
                    Err(error) => report.failed.push((row.text, error.clone().into())),
                    Ok(_) if row.quotes.is_empty() || options.accept_charges || options.dry_run => {
                        priced.push(row);
                    }
                    Ok(_) => report.failed.push((row.text, Error::QuoteNotAccepted(row.quotes))),
                }
            }
        }
        priced
    }

    /// Stores a batch, by halves if something in it is there already.
    fn import_batch(&self, batch: Vec<Row>, report: &mut ImportReport) -> Result<(), Error> {
        let mut open = vec![batch];
        while let Some(mut batch) = open.pop() {
            if batch.is_empty() {
                continue;
            }
            let count = batch.len();
            let changes: Vec<_> = batch.iter().map(|row| row.change.clone()).collect();
            match (self.parts.store.commit(Batch::from(changes)), batch.pop()) {
                (Ok(_), last) => report.import(batch.into_iter().chain(last)),
                (Err(error), _) if !error.is_refusal() => return Err(error.into()),
                (Err(_), Some(row)) if count == 1 => self.import_again(row, report)?,
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
    fn import_again(&self, row: Row, report: &mut ImportReport) -> Result<(), Error> {
        let number = row.change.key();
        let gone = self.parts.store.get(number)?.filter(|stored| is_gone(stored));
        let again = gone.as_ref().map(Stored::expected).and_then(|expect| {
            let parts = row.change.clone().into_parts();
            Some(Change::<NumberRecord>::put(parts.value?, expect).with_events(parts.events))
        });
        let Some(again) = again else {
            report.failed.push((row.text, Refusal::NumberExists(number).into()));
            return Ok(());
        };
        match self.parts.store.commit(again.into()) {
            Ok(_) => report.import([row]),
            Err(error) if error.is_conflict() => report.failed.push((row.text, Error::Conflict(number))),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

impl ImportReport {
    fn import(&mut self, rows: impl IntoIterator<Item = Row>) {
        for row in rows {
            self.imported += 1;
            self.quotes.extend(row.quotes);
        }
    }
}
