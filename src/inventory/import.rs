use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::billing::{Charge, Quote};
use super::command::{Command, CommandContext, Create, create_new};
use super::error::InventoryError;
use super::facade::Inventory;
use super::input::{NumberInput, NumberOrText};
use super::options::Options;
use super::port_in::PortInPlaceholders;
use super::pricing::PricedChange;
use super::services::{ActivePorts, Services, is_gone};
use crate::account::AccountId;
use crate::lifecycle::State;
use crate::number::{CallingCode, PhoneNumber};
use crate::plan;
use crate::record::{NumberRecord, Refusal};
use crate::store::{Batch, Change, ChangeParts, Expect, Guard, StoreError, Stored};

/// A number to import.
///
/// ```
/// use telnum::account::AccountId;
/// use telnum::inventory::{Create, ImportRow};
///
/// let shop: AccountId = "shop".parse()?;
/// let row = ImportRow::new("(415) 886-7900", Create::default()).with_account(shop);
/// # let _: ImportRow<&str> = row;
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImportRow<N> {
    /// The number, or its text in any spelling.
    pub(crate) number: N,
    /// The account to assign the number to. Default: the account of the options.
    pub(crate) account: Option<AccountId>,
    /// The state, carrier and document to create the number with.
    pub(crate) create: Create,
}

impl<N: NumberInput> ImportRow<N> {
    /// Creates a row for the account of the import's options.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// use telnum::inventory::{Create, ImportRow, Inventory, Options};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let free = Create::default().with_state(State::Available);
    /// let rows = ["(415) 886-7900", "x"].map(|text| ImportRow::new(text, free.clone()));
    /// let report = inventory.import(rows, &Options::new(Actor::System))?;
    /// assert_eq!((report.imported, &*report.failed[0].0), (1, "x"));
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    #[must_use]
    pub const fn new(number: N, create: Create) -> Self {
        Self { number, account: None, create }
    }

    /// Sets the account to assign the number to.
    ///
    /// ```
    /// # use telnum::{account::{Account, AccountTree, Actor}, store::MemoryStore};
    /// use telnum::inventory::{Create, ImportRow, Inventory, Options};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let row = ImportRow::new("+14158867900", Create::default()).with_account(shop);
    /// inventory.import([row], &Options::new(Actor::System))?;
    /// assert_eq!(inventory.get(["+14158867900"], &Options::new(shop))?.single()?.owner(), Some(shop));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_account(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }
}

/// The result of an import, or of a dry run of one.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImportReport {
    /// The number of imported rows.
    pub imported: usize,
    /// The quotes for the imported rows.
    pub quotes: Vec<Quote>,
    /// The rows that failed, by the text of their number as given.
    pub failed: Vec<(Box<str>, InventoryError)>,
    /// The texts of bare digits that were accepted [as a guess](Options::with_guess_numbers), each with the
    /// invalid number that it was read as.
    pub guessed: Vec<(Box<str>, PhoneNumber)>,
}

/// The number of rows in one commit.
const BATCH_SIZE: usize = 1_000;

/// A row, and its number if the input is one.
struct ReadRow<N> {
    row: ImportRow<N>,
    number: Option<PhoneNumber>,
    /// Whether the converters had to guess the number's country.
    is_guess: bool,
}

/// A row whose creation has been decided.
struct DecidedRow<N> {
    input: N,
    change: Change,
    guard: Guard,
    quotes: Vec<Quote>,
}

impl Inventory {
    /// Creates the numbers of `rows`, a stream of any length, in batches. Only one batch is held in
    /// memory; a dry run also holds all numbers.
    ///
    /// An existing number is not changed and is reported as failed, except
    /// that the record of a deleted number that has rested, and the placeholder of another account, are replaced. Texts are read with the dial plan of the
    /// row's account. Billing is asked once per account and batch about all numbers together: if it refuses,
    /// or the charges are not accepted, none of these numbers is imported.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::inventory::{Create, ImportRow, Inventory, Options};
    /// use telnum::lifecycle::State;
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let free = Create::default().with_state(State::Available);
    /// let texts = ["415-886-7900", "415-886-7901", "(415) 886-7900"];
    /// let rows = texts.map(|number| ImportRow::new(number, free.clone()));
    /// let report = inventory.import(rows, &Options::new(Actor::System))?;
    /// assert_eq!((report.imported, &*report.failed[0].0), (2, "(415) 886-7900"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotForImports`](InventoryError::NotForImports) if `options` require all or nothing, or have
    ///   a key.
    /// - [`Store`](InventoryError::Store) if the store fails. Batches committed earlier are kept.
    pub fn import<N, I>(&self, rows: I, options: &Options) -> Result<ImportReport, InventoryError>
    where
        N: NumberInput,
        I: IntoIterator<Item = ImportRow<N>>,
    {
        if options.all_or_nothing {
            return Err(InventoryError::NotForImports("all_or_nothing"));
        }
        if options.key.is_some() {
            return Err(InventoryError::NotForImports("key"));
        }
        let mut report = ImportReport::default();
        let mut rows = rows.into_iter().peekable();
        let mut seen = HashSet::with_capacity(BATCH_SIZE);
        while rows.peek().is_some() {
            // The store does not contain the numbers of a dry run's earlier batches.
            if !options.dry_run {
                seen.clear();
            }
            let batch = self.services.read_rows(rows.by_ref().take(BATCH_SIZE), options);
            let mut placeholders = PortInPlaceholders::new(&self.services, options.dry_run);
            let batch =
                self.services.decide_rows(batch, &mut seen, &mut placeholders, options, &mut report)?;
            let batch = self.services.price_rows(batch, options, &mut report);
            if options.dry_run {
                report.add(batch);
            } else {
                self.services.commit_rows(batch, options, &mut report)?;
            }
        }
        Ok(report)
    }
}

impl Services {
    /// Reads the numbers of rows, each with the dial plan of its account.
    fn read_rows<N: NumberInput>(
        &self,
        rows: impl Iterator<Item = ImportRow<N>>,
        options: &Options,
    ) -> Vec<ReadRow<N>> {
        let mut batch = Vec::with_capacity(BATCH_SIZE);
        let mut normalizers = HashMap::new();
        for mut row in rows {
            row.account = row.account.or(options.account);
            let own = normalizers.entry(row.account).or_insert_with(|| self.normalizer_of(row.account));
            let number = row.number.as_input().number(own.as_ref().unwrap_or(&self.normalizer));
            let is_guess = number.is_some_and(|number| is_guessed(row.number.as_input(), number));
            batch.push(ReadRow { row, number, is_guess });
        }
        batch
    }

    /// Decides the creation of each row.
    fn decide_rows<N: NumberInput>(
        &self,
        rows: Vec<ReadRow<N>>,
        seen: &mut HashSet<PhoneNumber>,
        placeholders: &mut PortInPlaceholders<'_>,
        options: &Options,
        report: &mut ImportReport,
    ) -> Result<Vec<DecidedRow<N>>, InventoryError> {
        let ctx = self.context(options);
        let numbers: Vec<_> = rows.iter().filter_map(|row| row.number).collect();
        let porting = self.active_ports(&numbers);
        // Without these reads, the commit detects the existing numbers.
        let reads = options.dry_run || !self.billing.is_free();
        let mut records = if reads { self.records(&numbers)? } else { Vec::new() }.into_iter();
        let mut decided = Vec::with_capacity(rows.len());
        for ReadRow { row: ImportRow { number: input, account, create }, number, is_guess } in rows {
            let Some(number) = number else {
                let text = input.as_input().text();
                report.failed.push((text.clone(), InventoryError::NotReconcilable(text)));
                continue;
            };
            if is_guess && !options.guess_numbers {
                records.next();
                let text = input.as_input().text();
                report.failed.push((text.clone(), InventoryError::NotReconcilable(text)));
                continue;
            }
            if is_guess {
                report.guessed.push((input.as_input().text(), number));
            }
            let before = records.next().flatten();
            match self.decide_row(number, account, create, before.as_deref(), &porting, options) {
                Ok(change) if seen.insert(number) => {
                    if let Some(record) = change.value()
                        && let Err(error) = placeholders.add(record, None, &porting, &ctx)
                    {
                        report.fail(&input, error);
                        continue;
                    }
                    let guard = porting.guard(number);
                    decided.push(DecidedRow { input, change, guard, quotes: Vec::new() });
                }
                Ok(_) => report.fail(&input, Refusal::NumberExists(number).into()),
                Err(error @ InventoryError::Store(_)) => return Err(error),
                Err(error) => report.fail(&input, error),
            }
        }
        Ok(decided)
    }

    fn decide_row(
        &self,
        number: PhoneNumber,
        account: Option<AccountId>,
        create: Create,
        before: Option<&NumberRecord>,
        porting: &ActivePorts,
        options: &Options,
    ) -> Result<Change, InventoryError> {
        let ctx = CommandContext::of_import(self.context(options), &self.normalizer, account);
        let decision = create_new(number, None, create, &ctx, porting)?;
        if !decision.effects.is_empty() {
            return Err(InventoryError::NeedsProvider(number));
        }
        self.check_carrier(None, &decision.record)?;
        if let Some(before) = before {
            self.check_replacement(&decision.record, before, porting, options)?;
        }
        Ok(Change::put(decision.record, Expect::Absent).with_events(decision.events))
    }

    /// Asks billing about the rows of each account together. Returns the rows that may be imported.
    fn price_rows<N: NumberInput>(
        &self,
        rows: Vec<DecidedRow<N>>,
        options: &Options,
        report: &mut ImportReport,
    ) -> Vec<DecidedRow<N>> {
        if self.billing.is_free() {
            return rows;
        }
        let mut accounts: IndexMap<_, (Vec<Charge>, Vec<DecidedRow<N>>)> = IndexMap::new();
        for row in rows {
            let charge =
                row.change.value().and_then(|after| self.charge(&PricedChange { before: None, after }));
            let (charges, rows) = accounts.entry(charge.map(|charge| charge.account)).or_default();
            charges.extend(charge);
            rows.push(row);
        }
        let mut priced = Vec::new();
        for (charges, rows) in accounts.into_values() {
            let answer = if charges.is_empty() { Ok(Vec::new()) } else { self.billing.quote(&charges) };
            let mut quotes: HashMap<_, Vec<_>> = HashMap::new();
            for quote in answer.as_deref().unwrap_or_default() {
                quotes.entry(quote.number).or_default().push(quote.clone());
            }
            for mut row in rows {
                row.quotes = quotes.remove(&row.change.key()).unwrap_or_default();
                match &answer {
                    Err(error) => report.fail(&row.input, error.clone().into()),
                    Ok(_) if row.quotes.is_empty() || options.accept_charges || options.dry_run => {
                        priced.push(row);
                    }
                    Ok(_) => report.fail(&row.input, InventoryError::QuoteNotAccepted(row.quotes.into())),
                }
            }
        }
        priced
    }

    /// Commits rows. After a conflict it refuses those that exist, and commits the others. If these conflict too,
    /// because other callers change their numbers, it divides them in halves.
    fn commit_rows<N: NumberInput>(
        &self,
        rows: Vec<DecidedRow<N>>,
        options: &Options,
        report: &mut ImportReport,
    ) -> Result<(), InventoryError> {
        let mut batches = vec![(rows, false)];
        while let Some((mut rows, is_resolved)) = batches.pop() {
            if rows.is_empty() {
                continue;
            }
            let count = rows.len();
            let changes: Vec<_> = rows.iter().map(|row| row.change.clone()).collect();
            let batch = Batch::from(changes).with_guards(rows.iter().map(|row| row.guard));
            let error = match self.store.commit(batch) {
                Ok(_) => {
                    report.add(rows);
                    continue;
                }
                Err(error) if error.is_refusal() => error,
                Err(error) => return Err(error.into()),
            };
            if !is_resolved {
                batches.push((self.resolve_existing(rows, options, report)?, true));
            } else if count > 1 {
                let rest = rows.split_off(count / 2);
                batches.extend([(rest, true), (rows, true)]);
            } else {
                for row in rows {
                    let refusal = if let StoreError::PortConflict { number, .. } = error {
                        Refusal::NumberIsPorting(number).into()
                    } else {
                        InventoryError::Conflict(row.change.key())
                    };
                    report.fail(&row.input, refusal);
                }
            }
        }
        Ok(())
    }

    /// Refuses the rows whose numbers the store has. Returns the others, and those that replace the record of a
    /// deleted number.
    fn resolve_existing<N: NumberInput>(
        &self,
        rows: Vec<DecidedRow<N>>,
        options: &Options,
        report: &mut ImportReport,
    ) -> Result<Vec<DecidedRow<N>>, InventoryError> {
        let numbers: Vec<_> = rows.iter().map(|row| row.change.key()).collect();
        let records = self.records(&numbers)?;
        let is_placeholder = |record: &&Stored<NumberRecord>| record.state() == State::PortIn;
        let placeholders = records.iter().flatten().filter(is_placeholder).map(|record| record.number());
        let porting = self.active_ports(&placeholders.collect::<Vec<_>>());
        let mut resolved = Vec::with_capacity(rows.len());
        for (mut row, stored) in rows.into_iter().zip(records) {
            let Some(before) = stored else {
                resolved.push(row);
                continue;
            };
            let ChangeParts { value, events, .. } = row.change.into_parts();
            let Some(mut record) = value.map(Arc::unwrap_or_clone) else { continue };
            if let Err(error) = self.check_replacement(&record, &before, &porting, options) {
                report.fail(&row.input, error);
                continue;
            }
            record.continue_from(&before);
            row.change = Change::put(record, before.expected()).with_events(events);
            resolved.push(row);
        }
        Ok(resolved)
    }

    /// Checks that `record` may replace `before`: the record of a deleted number that has rested, or the placeholder of
    /// another account, without a provider that must be told.
    fn check_replacement(
        &self,
        record: &NumberRecord,
        before: &NumberRecord,
        porting: &ActivePorts,
        options: &Options,
    ) -> Result<(), InventoryError> {
        let account = record.owner().or(options.account);
        let ctx = CommandContext::of_import(self.context(options), &self.normalizer, account);
        if !is_gone(before) && !ctx.is_placeholder_of_other(before, porting, false) {
            return Err(refuse_existing(before, &ctx));
        }
        if record.state() != State::PortIn {
            before.check_rested(record.owner(), &self.context(options))?;
        }
        let needs_provider = !before.removals().is_empty();
        if needs_provider { Err(InventoryError::NeedsProvider(record.number())) } else { Ok(()) }
    }
}

/// Returns the error for a row whose number the store has. A number of another account appears absent.
fn refuse_existing(record: &NumberRecord, ctx: &CommandContext<'_>) -> InventoryError {
    let number = record.number();
    if ctx.is_hidden(record, &Command::Create(Cow::Owned(Create::default()))) {
        InventoryError::NotFound(number)
    } else {
        Refusal::NumberExists(number).into()
    }
}

/// Returns whether a text of bare digits was read as an international number that is not valid. The
/// converters of `Normalizer::reference` do that to a ten-digit number with a typing error.
fn is_guessed(input: NumberOrText<'_>, number: PhoneNumber) -> bool {
    let NumberOrText::Text(text) = input else { return false };
    let is_international = text.trim_start().starts_with('+');
    let digits = text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
    let is_nanp = number.calling_code().is_some_and(|code| code == CallingCode::NANP);
    !is_international && !is_nanp && digits.eq(number.digits()) && !plan::lookup(number).is_valid()
}

impl ImportReport {
    fn fail(&mut self, input: &impl NumberInput, error: InventoryError) {
        self.failed.push((input.as_input().text(), error));
    }

    fn add<N>(&mut self, rows: impl IntoIterator<Item = DecidedRow<N>>) {
        for row in rows {
            self.imported += 1;
            self.quotes.extend(row.quotes);
        }
    }
}
