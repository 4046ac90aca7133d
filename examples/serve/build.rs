//! The services that a configuration describes.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::http::request::Parts;
use chrono::TimeDelta;
use telnum::account::{AccountId, Actor};
use telnum::carrier::{LocalCarrier, ManagedCarrier, MdnCarrier, ReservedCarrier};
use telnum::contact::book::ContactBook;
use telnum::contact::{ContactQuery, DerivedFields, EnteredNumber, NewContact, OwnerId};
use telnum::http::{ApiName, Authenticate, ContactApi, ContactApis, ExecutionMode, KazooApi, TokenTable};
use telnum::inventory::{
    Billing, BillingError, Charge, Create, Inventory, InventoryBuilder, InventoryErrorKind, Options, Quote,
};
use telnum::lifecycle::State;
use telnum::locality::LocalityTable;
use telnum::names::CarrierName;
use telnum::porting::desk::{FileDocuments, MemoryDocuments, PortDesk};
use telnum::provider::AddressBook;
use telnum::store::{Lease, Store, StoreError, StoreExt};

use super::config::{BuiltInCarrier, Config, FirstNumber, FirstUserNumber, LocalityFile, Price, StartTime};
use super::stock::StockCarrier;

/// The result of a step, with an error that names the field of the configuration.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Returns the inventory over `store`, without the numbers to create.
///
/// # Errors
///
/// Returns an error if a table of localities cannot be read.
pub(crate) fn inventory(config: &Config, store: &Arc<dyn Store>) -> Result<Inventory> {
    let mut normalizer = config.normalizer.build();
    if let Some(dial_plan) = &config.dial_plan {
        normalizer = normalizer.with_dial_plan(dial_plan.clone());
    }
    let mut inventory = Inventory::builder(Arc::clone(store))
        .accounts(config.accounts.clone())
        .policy(config.policy.clone())
        .limits(config.limits.inventory())
        .classifiers(config.classifiers.build().with_normalizer(normalizer.clone()))
        .normalizer(normalizer)
        .billing(Prices(config.prices.clone()))
        .localities(localities(config)?)
        .e911(AddressBook::new(config.e911_addresses.iter().cloned()))
        .without_carriers();
    for carrier in &config.built_in_carriers {
        inventory = built_in(*carrier, inventory, Arc::clone(store));
    }
    for stock in &config.carriers {
        inventory = inventory.carrier(StockCarrier::new(stock));
    }
    Ok(inventory.build())
}

fn built_in(carrier: BuiltInCarrier, inventory: InventoryBuilder, store: Arc<dyn Store>) -> InventoryBuilder {
    match carrier {
        BuiltInCarrier::Local => inventory.carrier(LocalCarrier::new(store)),
        BuiltInCarrier::Managed => inventory.carrier(ManagedCarrier::new(store)),
        BuiltInCarrier::Reserved => inventory.carrier(ReservedCarrier::of_account(store)),
        BuiltInCarrier::ReservedReseller => inventory.carrier(ReservedCarrier::of_reseller(store)),
        BuiltInCarrier::Mdn => inventory.carrier(MdnCarrier),
    }
}

/// Returns the desk of the port requests of `inventory`.
///
/// # Errors
///
/// Returns an error if the directory of the files cannot be created.
pub(crate) fn port_desk(config: &Config, inventory: Inventory) -> Result<PortDesk> {
    let desk = PortDesk::new(inventory)
        .with_settings(config.porting.clone())
        .with_max_file_bytes(config.limits.max_file_bytes);
    Ok(match &config.documents {
        None => desk,
        Some(name) if name.as_os_str() == "memory" => desk.with_documents(MemoryDocuments::default()),
        Some(path) => {
            let files = FileDocuments::new(path)
                .map_err(|error| config.error("documents", &format_args!("{}: {error}", path.display())))?;
            desk.with_documents(files)
        }
    })
}

/// Returns the API of numbers and of port requests.
pub(crate) fn numbers(config: &Config, inventory: Inventory, ports: PortDesk) -> KazooApi {
    // A lookup waits for a database, and not for a file or for the accounts in memory.
    let is_database = config.store.is_database();
    let execution = if is_database { ExecutionMode::BlockingPool } else { ExecutionMode::InlineLookups };
    let api = KazooApi::new(inventory, Authentication::new(config))
        .with_port_desk(ports)
        .with_execution_mode(execution)
        .with_limits(config.limits.server())
        .with_shape(config.shape.into())
        .with_used_by_changes(config.used_by_changes);
    if config.cascade_quantity { api } else { api.with_cascade_quantity(|_| 0) }
}

/// The books of contact numbers, one for each API: a client and a person with the same id are different owners.
pub(crate) struct Books {
    people: ContactBook,
    clients: ContactBook,
    users: ContactBook,
}

impl Books {
    /// Creates the books. `open` opens the store of each: `people`, `clients` and `users`.
    ///
    /// # Errors
    ///
    /// Returns the errors of `open`.
    pub(crate) fn open(
        config: &Config,
        open: impl Fn(&'static str) -> Result<Arc<dyn Store>>,
    ) -> Result<Self> {
        let book = |part: &'static str, start: Option<StartTime>| -> Result<ContactBook> {
            let mut book = ContactBook::new(open(part)?);
            if let Some(StartTime(start)) = start {
                let changes = AtomicI64::new(0);
                let seconds = move || TimeDelta::seconds(changes.fetch_add(1, Ordering::Relaxed));
                book = book.with_clock(move || start.after(seconds()));
            }
            if !config.contacts.derived_fields {
                book = book.with_derived(|_| DerivedFields::default());
            }
            Ok(book)
        };
        Ok(Self {
            people: book("people", config.contacts.people_clock)?,
            clients: book("clients", config.contacts.clients_clock)?,
            users: book("users", config.contacts.users_clock)?,
        })
    }

    /// Skips the ids below the first ones, and creates the users' numbers to begin with, in each store that is
    /// new.
    ///
    /// # Errors
    ///
    /// Returns the error of the store, or of a number that cannot be created; then none is.
    pub(crate) fn create_first(&self, config: &Config) -> Result<()> {
        let settings = &config.contacts;
        let books = [
            (&self.people, settings.people_first_id, &[][..]),
            (&self.clients, settings.clients_first_id, &[]),
            (&self.users, settings.users_first_id, &config.user_numbers),
        ];
        for (book, first_id, numbers) in books {
            let store = book.store();
            let _lease = first_lease(store)?;
            let is_empty = store.contact_page(&ContactQuery::new("created_at".parse()?))?.total == 0;
            let has_events = match store.events(0, 1) {
                Ok(events) => !events.is_empty(),
                Err(StoreError::Forgotten { .. }) => true,
                Err(error) => return Err(error.into()),
            };
            if !is_empty || has_events {
                continue;
            }
            skip_ids(store, first_id.into())?;
            let mut contacts = Vec::with_capacity(numbers.len());
            for (index, first) in numbers.iter().enumerate() {
                let contact = first_contact(first);
                contacts
                    .push(contact.map_err(|error| config.error(&format!("user_numbers[{index}]"), &*error))?);
            }
            // After a crash the store is still new, or has all of them.
            book.add_all(contacts).map_err(|error| config.error("user_numbers", &error))?;
        }
        Ok(())
    }

    /// Returns the stores of the books.
    pub(crate) fn stores(&self) -> Vec<Arc<dyn Store>> {
        [&self.people, &self.clients, &self.users].map(|book| Arc::clone(book.store())).to_vec()
    }

    /// Returns the APIs of contact numbers, whose links start with `base_url`.
    pub(crate) fn apis(self, config: &Config, base_url: &str) -> ContactApis {
        let api = |book| {
            ContactApi::new(book, config.accounts.clone(), Authentication::new(config))
                .with_region(config.region)
                .with_base_url(base_url)
                .with_limits(config.limits.server())
        };
        ContactApis { people: api(self.people), clients: api(self.clients), users: api(self.users) }
    }
}

/// The authentication of requests by tokens, and of requests that read without credentials.
struct Authentication {
    tokens: TokenTable,
    anonymous_readers: BTreeMap<ApiName, AccountId>,
}

impl Authentication {
    fn new(config: &Config) -> Self {
        Self { tokens: config.tokens.table(), anonymous_readers: config.anonymous_readers.clone() }
    }
}

impl Authenticate for Authentication {
    fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor> {
        let has_credentials =
            ["authorization", "x-auth-token"].iter().any(|name| request.headers.contains_key(*name));
        if has_credentials || !request.method.is_safe() {
            return self.tokens.actor(api, request);
        }
        self.anonymous_readers.get(&api).copied().map(Actor::from)
    }
}

/// Returns a user's number to begin with, and its owner.
fn first_contact(first: &FirstUserNumber) -> Result<(OwnerId, NewContact)> {
    let number = EnteredNumber::parse(&first.number.to_string(), None, None)?;
    Ok((first.account.as_str().parse()?, NewContact::new(number)))
}

/// Allocates the ids below `first_id` that are not allocated yet.
fn skip_ids(store: &dyn Store, first_id: u64) -> Result<()> {
    /// The maximum number of ids that a store skips between two calls.
    const MAX_GAP: u64 = 64;
    let mut count = u64::from(first_id > 1);
    while count > 0 {
        let ids = store.new_contact_ids(usize::try_from(count)?)?;
        let last = ids.last().map_or(first_id, |id| id.get());
        let left = (first_id - 1).saturating_sub(last);
        count = if left > MAX_GAP { left - MAX_GAP } else { left.min(1) };
    }
    Ok(())
}

/// Takes the lease of the process that creates the first numbers in `store`. Waits for another process that has it.
fn first_lease(store: &dyn Store) -> std::result::Result<Lease<'_, dyn Store + '_>, StoreError> {
    const TIME: Duration = Duration::from_secs(30);
    loop {
        if let Some(lease) = store.lease("first_numbers", TIME)? {
            return Ok(lease);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Creates the numbers to begin with, unless they are stored.
///
/// # Errors
///
/// Returns the error of the first number that cannot be created.
pub(crate) fn create_numbers(config: &Config, inventory: &Inventory) -> Result<()> {
    let mut lease = first_lease(inventory.store())?;
    for (index, first) in config.numbers.iter().enumerate() {
        create_number(first, inventory)
            .map_err(|error| config.error(&format!("numbers[{index}]"), &error))?;
        lease.renew()?;
    }
    create_available(config.available_numbers, inventory, &mut lease)
        .map_err(|error| config.error("available_numbers", &error).into())
}

fn create_number(first: &FirstNumber, inventory: &Inventory) -> Result<()> {
    let mut options = Options::new(Actor::System);
    if let Some(account) = first.account {
        options = options.with_account(account);
    }
    if inventory.store().get(first.number)?.is_none() {
        let mut create = Create::default().with_state(first.state).with_document(first.document.clone());
        if let Some(carrier) = first.carrier {
            create = create.with_carrier(carrier);
        }
        match inventory.create([first.number], &create, &options)?.single() {
            // A client of another process has created it in the meantime.
            Err(error) if error.kind() == InventoryErrorKind::NumberExists => {}
            outcome => drop(outcome?),
        }
    }
    // A crash after the creation may have left the number without its application; a later change has not.
    let stored = inventory.store().get(first.number)?;
    let is_unused = stored.is_some_and(|stored| {
        stored.used_by().is_none() && stored.owner() == first.account && stored.version() == 1
    });
    if let Some(app) = first.used_by.as_deref().filter(|_| is_unused) {
        inventory.assign_to_app([first.number], Some(app), &options)?.single()?;
    }
    Ok(())
}

fn create_available(count: u32, inventory: &Inventory, lease: &mut Lease<'_, dyn Store + '_>) -> Result<()> {
    const BATCH: u32 = 5_000;
    let create = Create::default().with_state(State::Available);
    let mut first = 0;
    while first < count {
        let numbers = (first..count.min(first + BATCH)).map(|n| format!("+1415{}", 2_000_000 + n));
        // Numbers that are stored are refused one by one.
        inventory.create(numbers, &create, &Options::new(Actor::System))?;
        first += BATCH;
        lease.renew()?;
    }
    Ok(())
}

/// Returns the tables of localities, combined.
fn localities(config: &Config) -> Result<LocalityTable> {
    let mut table = LocalityTable::new();
    for (index, file) in config.localities.iter().enumerate() {
        read_localities(file, &mut table)
            .map_err(|error| config.error(&format!("localities[{index}].file"), &error))?;
    }
    Ok(table)
}

fn read_localities(file: &LocalityFile, table: &mut LocalityTable) -> Result<()> {
    let columns = file.columns()?;
    let Some(path) = &file.file else {
        table.read_csv(file.lines.join("\n").as_bytes(), &columns)?;
        return Ok(());
    };
    let named = |error: &dyn Error| format!("{}: {error}", path.display());
    let reader = File::open(path).map_err(|error| named(&error))?;
    table.read_csv(reader, &columns).map_err(|error| named(&error))?;
    Ok(())
}

/// The prices of the numbers of carriers.
#[derive(Debug)]
struct Prices(BTreeMap<CarrierName, Price>);

impl Billing for Prices {
    fn quote(&self, charges: &[Charge]) -> std::result::Result<Vec<Quote>, BillingError> {
        let quote = |charge: &Charge| {
            let price = self.0.get(&charge.carrier).filter(|_| charge.is_billable)?;
            Some(Quote {
                account: charge.account,
                number: charge.number,
                item: "number".into(),
                amount: price.amount,
                currency: price.currency.clone(),
            })
        };
        Ok(charges.iter().filter_map(quote).collect())
    }
}
