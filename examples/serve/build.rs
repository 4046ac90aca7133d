//! The services that a configuration describes.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use telnum::account::Actor;
use telnum::carrier::{LocalCarrier, ManagedCarrier, MdnCarrier, ReservedCarrier};
use telnum::contact::DerivedFields;
use telnum::contact::book::ContactBook;
use telnum::http::{ContactApi, ContactApis, ExecutionMode, KazooApi};
use telnum::inventory::{Billing, BillingError, Charge, Create, Inventory, InventoryBuilder, Options, Quote};
use telnum::lifecycle::State;
use telnum::locality::LocalityTable;
use telnum::names::CarrierName;
use telnum::porting::desk::{FileDocuments, MemoryDocuments, PortDesk};
use telnum::provider::AddressBook;
use telnum::store::Store;

use super::config::{BuiltInCarrier, Config, FirstNumber, LocalityFile, Price, StartTime};
use super::stock::StockCarrier;

/// The result of a step, with an error that names the field of the configuration.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Returns the inventory over `store`, without the numbers to create.
///
/// # Errors
///
/// Returns an error if a table of localities cannot be read, or if two carriers have the same name.
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
    for (index, stock) in config.carriers.iter().enumerate() {
        let name = stock.name;
        if config.carriers.iter().take(index).any(|other| other.name == name) {
            return Err(format!("`carriers[{index}].name`: expected another name, found {name} again").into());
        }
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
    let desk = PortDesk::new(inventory).with_settings(config.porting.clone());
    Ok(match &config.documents {
        None => desk,
        Some(name) if name.as_os_str() == "memory" => desk.with_documents(MemoryDocuments::default()),
        Some(path) => {
            let path = config.directory.join(path);
            let files = FileDocuments::new(&path)
                .map_err(|error| format!("`documents`: {}: {error}", path.display()))?;
            desk.with_documents(files)
        }
    })
}

/// Returns the API of numbers and of port requests.
pub(crate) fn numbers(config: &Config, inventory: Inventory, ports: PortDesk) -> KazooApi {
    // A lookup waits for a database, and not for a file or for the accounts in memory.
    let is_database = config.store.contains("://");
    let execution = if is_database { ExecutionMode::BlockingPool } else { ExecutionMode::InlineLookups };
    let api = KazooApi::new(inventory, config.tokens.clone())
        .with_port_desk(ports)
        .with_execution_mode(execution)
        .with_limits(config.limits.server())
        .with_shape(config.shape.into())
        .with_used_by_changes(config.used_by_changes);
    if config.cascade_quantity { api } else { api.with_cascade_quantity(|_| 0) }
}

/// Returns the APIs of contact numbers. `open` opens the store of each: `people`, `clients` and `users`. Each
/// API has its own store, since a client and a person with the same id are different owners.
///
/// # Errors
///
/// Returns the errors of `open`.
pub(crate) fn contacts(
    config: &Config,
    open: impl Fn(&'static str) -> Result<Arc<dyn Store>>,
) -> Result<ContactApis> {
    let api = |part: &'static str, start: Option<StartTime>| -> Result<ContactApi> {
        let mut book = ContactBook::new(open(part)?);
        if let Some(StartTime(start)) = start {
            let changes = AtomicI64::new(0);
            let seconds = move || TimeDelta::seconds(changes.fetch_add(1, Ordering::Relaxed));
            book = book.with_clock(move || start.after(seconds()));
        }
        if !config.contacts.derived_fields {
            book = book.with_derived(|_| DerivedFields::default());
        }
        Ok(ContactApi::new(book, config.accounts.clone(), config.tokens.clone())
            .with_region(config.region)
            .with_base_url(&config.base_url)
            .with_limits(config.limits.server()))
    };
    Ok(ContactApis {
        people: api("people", config.contacts.people_clock)?,
        clients: api("clients", config.contacts.clients_clock)?,
        users: api("users", config.contacts.users_clock)?,
    })
}

/// Creates the numbers to begin with, unless they are stored.
///
/// # Errors
///
/// Returns the error of the first number that cannot be created.
pub(crate) fn create_numbers(config: &Config, inventory: &Inventory) -> Result<()> {
    for (index, first) in config.numbers.iter().enumerate() {
        create_number(first, inventory).map_err(|error| format!("`numbers[{index}]`: {error}"))?;
    }
    create_available(config.available_numbers, inventory)
}

fn create_number(first: &FirstNumber, inventory: &Inventory) -> Result<()> {
    if inventory.store().get(first.number)?.is_some() {
        return Ok(());
    }
    let mut options = Options::new(Actor::System);
    if let Some(account) = first.account {
        options = options.with_account(account);
    }
    let mut create = Create::default().with_state(first.state).with_document(first.document.clone());
    if let Some(carrier) = first.carrier {
        create = create.with_carrier(carrier);
    }
    inventory.create([first.number], &create, &options)?.single()?;
    if let Some(app) = &first.used_by {
        inventory.assign_to_app([first.number], Some(app), &options)?.single()?;
    }
    Ok(())
}

fn create_available(count: u32, inventory: &Inventory) -> Result<()> {
    const BATCH: u32 = 5_000;
    const MAX: u32 = 8_000_000;
    if count > MAX {
        return Err(format!("`available_numbers`: expected at most {MAX}, found {count}").into());
    }
    let create = Create::default().with_state(State::Available);
    let mut first = 0;
    while first < count {
        let numbers = (first..count.min(first + BATCH)).map(|n| format!("+1415{}", 2_000_000 + n));
        // Numbers that are stored are refused one by one.
        inventory.create(numbers, &create, &Options::new(Actor::System))?;
        first += BATCH;
    }
    Ok(())
}

/// Returns the tables of localities, combined.
fn localities(config: &Config) -> Result<LocalityTable> {
    let mut table = LocalityTable::new();
    for (index, file) in config.localities.iter().enumerate() {
        read_localities(config, file, &mut table)
            .map_err(|error| format!("`localities[{index}]`: {error}"))?;
    }
    Ok(table)
}

fn read_localities(config: &Config, file: &LocalityFile, table: &mut LocalityTable) -> Result<()> {
    let columns = file.columns()?;
    match (&file.file, &*file.lines) {
        (Some(path), []) => {
            let path = config.directory.join(path);
            let named = |error: &dyn Error| format!("{}: {error}", path.display());
            let reader = File::open(&path).map_err(|error| named(&error))?;
            table.read_csv(reader, &columns).map_err(|error| named(&error))?;
        }
        (None, lines @ [_, ..]) => {
            table.read_csv(lines.join("\n").as_bytes(), &columns)?;
        }
        (Some(_), [_, ..]) | (None, []) => return Err("expected either `file` or `lines`".into()),
    }
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
