//! Copies everything from one store to another, and verifies the copy.
//!
//! ```text
//! cargo run --release --features redb --example store_copy -- numbers.redb copy.redb
//! cargo run --release --features redb,postgres --example store_copy -- numbers.redb postgres://app@db/numbers
//! ```
//!
//! The source is a file; the target is a new file or an empty schema in PostgreSQL. Numbers, port requests,
//! contacts, events and receipts are copied. The target assigns new revisions. Events keep their order, and
//! also their sequence numbers if the source has forgotten none.

mod stores;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use telnum::contact::{ContactList, OwnerId};
use telnum::number::PhoneNumber;
use telnum::porting::{PortRequest, PortRequestId, PortStates};
use telnum::record::NumberRecord;
use telnum::store::redb::{RedbOptions, RedbStore};
use telnum::store::{
    Batch, Change, Expect, Logged, PortQuery, Query, Store, StoreError, StoreEvent, StoreExt,
};

/// Copies a store.
#[derive(Parser)]
struct Cli {
    /// The file to copy from
    from: PathBuf,
    /// The new file, or the PostgreSQL URL, to copy to
    to: String,
}

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The number of changes in a commit, and of values in a page.
const PAGE: usize = 5_000;

/// The counts of the copied items.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    numbers: usize,
    port_requests: usize,
    contact_lists: usize,
    events: usize,
    receipts: usize,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(copied) => {
            let Tally { numbers, port_requests, contact_lists, events, receipts } = copied;
            println!(
                "copied and verified: {numbers} numbers, {port_requests} port requests, {contact_lists} contact \
                 lists, {events} events, {receipts} receipts"
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<Tally> {
    if !cli.from.exists() {
        return Err(format!("{}: no such file", cli.from.display()).into());
    }
    let name = cli.from.display().to_string();
    let from = RedbOptions::new().with_progress(stores::bar(&name)?).open(&cli.from)?;
    from.check()?;
    let to = open_target(&cli.to)?;
    if !to.scan(&Query::default(), None, 1)?.items.is_empty() || !matches!(to.events(0, 1).as_deref(), Ok([]))
    {
        return Err(format!("{}: not empty, expected a new store", cli.to).into());
    }
    let copied = copy(&from, &*to)?;
    verify(&from, &*to, &copied)?;
    Ok(copied)
}

#[cfg(feature = "postgres")]
fn open_target(word: &str) -> Result<Arc<dyn Store>> {
    use telnum::store::postgres::{PostgresConfig, PostgresStore};

    if !word.starts_with("postgres://") {
        return stores::open(word);
    }
    let config: PostgresConfig = word.parse()?;
    PostgresStore::migrate(&config)?;
    Ok(Arc::new(PostgresStore::connect(&config)?))
}

#[cfg(not(feature = "postgres"))]
fn open_target(word: &str) -> Result<Arc<dyn Store>> {
    stores::open(word)
}

fn copy(from: &RedbStore, to: &dyn Store) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut after = None;
    loop {
        let page = from.scan(&Query::default(), after, PAGE)?;
        tally.numbers += page.items.len();
        let changes = page
            .items
            .iter()
            .map(|stored| Change::<NumberRecord>::put(Arc::clone(stored.shared()), Expect::Absent));
        to.commit(Batch::new().with_numbers(changes))?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let all = PortQuery::default().with_states(PortStates::ALL);
    for stored in from.scan_all_port_requests(all, PAGE) {
        to.commit(Change::<PortRequest>::put(Arc::clone(stored?.shared()), Expect::Absent).into())?;
        tally.port_requests += 1;
    }
    for owner in owners(from)? {
        if let Some(list) = from.contact_list(owner)? {
            to.commit(Change::<ContactList>::put(Arc::clone(list.shared()), Expect::Absent).into())?;
            tally.contact_lists += 1;
        }
    }
    let mut after = first_event(from)?;
    loop {
        let page = from.events(after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        tally.events += page.len();
        for events in page.chunk_by(|one, next| kind(&one.event) == kind(&next.event)) {
            to.commit(log(events))?;
        }
    }
    let mut after = None;
    while let page = from.receipts(after, PAGE)?
        && let Some(last) = page.last()
    {
        after = Some(last.key);
        for receipt in page {
            tally.receipts += 1;
            to.commit(Batch::new().with_receipt(receipt))?;
        }
    }
    Ok(tally)
}

/// Returns a batch that only logs `events`, which are all of one kind. Since events are logged with a change,
/// it removes a value that is not stored.
fn log(events: &[Logged]) -> Batch {
    let mut batch = Batch::new();
    let (mut numbers, mut requests, mut contacts) = (Vec::new(), Vec::new(), Vec::new());
    for logged in events {
        match &logged.event {
            StoreEvent::Number(event) => numbers.push(event.clone()),
            StoreEvent::PortRequest(event) => requests.push(event.clone()),
            StoreEvent::Contact(event) => contacts.push(event.clone()),
            _ => {}
        }
    }
    if let (false, Some(number)) = (numbers.is_empty(), absent::<PhoneNumber>("+999999999999999")) {
        batch = batch.with_numbers([Change::remove(number, Expect::Absent).with_events(numbers)]);
    }
    if let (false, Some(id)) = (requests.is_empty(), absent::<PortRequestId>("store-copy")) {
        batch = batch.with_port_requests([Change::remove(id, Expect::Absent).with_events(requests)]);
    }
    if let (false, Some(owner)) = (contacts.is_empty(), absent::<OwnerId>("store-copy")) {
        batch = batch.with_contacts([Change::remove(owner, Expect::Absent).with_events(contacts)]);
    }
    batch
}

/// Returns a key under which nothing is stored.
fn absent<K: std::str::FromStr>(text: &str) -> Option<K> {
    text.parse().ok()
}

fn kind(event: &StoreEvent) -> std::mem::Discriminant<StoreEvent> {
    std::mem::discriminant(event)
}

/// Returns the number of events that the store has forgotten.
fn first_event(store: &dyn Store) -> Result<u64> {
    match store.events(0, 1) {
        Err(StoreError::Forgotten { first }) => Ok(first - 1),
        events => Ok(events.map(|_| 0)?),
    }
}

/// Returns the owners of contacts.
fn owners(store: &RedbStore) -> Result<Vec<OwnerId>> {
    let mut owners = Vec::new();
    while let page = store.contact_owners(owners.last().copied(), PAGE)?
        && !page.is_empty()
    {
        owners.extend(page);
    }
    Ok(owners)
}

/// Compares everything in the two stores.
fn verify(from: &RedbStore, to: &dyn Store, copied: &Tally) -> Result<()> {
    let differs = |what: &str| Err(format!("the copy differs in {what}").into());
    let mut found = Tally { contact_lists: copied.contact_lists, ..Tally::default() };
    let pages = |store: &dyn Store, after| store.scan(&Query::default(), after, PAGE);
    let mut after = None;
    loop {
        let (one, other) = (pages(from, after)?, pages(to, after)?);
        if !one
            .items
            .iter()
            .map(telnum::store::Stored::shared)
            .eq(other.items.iter().map(telnum::store::Stored::shared))
        {
            return differs("its numbers");
        }
        found.numbers += other.items.len();
        after = one.next;
        if after.is_none() {
            break;
        }
    }
    let all = || PortQuery::default().with_states(PortStates::ALL);
    let mut others = to.scan_all_port_requests(all(), PAGE);
    for stored in from.scan_all_port_requests(all(), PAGE) {
        if others.next().transpose()?.as_deref() != Some(&*stored?) {
            return differs("its port requests");
        }
        found.port_requests += 1;
    }
    for owner in owners(from)? {
        let (one, other) = (from.contact_list(owner)?, to.contact_list(owner)?);
        if one.as_deref() != other.as_deref() {
            return differs("its contacts");
        }
    }
    let (mut after, mut after_copy) = (first_event(from)?, 0);
    loop {
        let (one, other) = (from.events(after, PAGE)?, to.events(after_copy, PAGE)?);
        if !one.iter().map(|logged| &logged.event).eq(other.iter().map(|logged| &logged.event)) {
            return differs("its events");
        }
        let (Some(last), Some(last_copy)) = (one.last(), other.last()) else { break };
        (after, after_copy) = (last.sequence, last_copy.sequence);
        found.events += one.len();
    }
    let mut after = None;
    while let page = from.receipts(after, PAGE)?
        && let Some(last) = page.last()
    {
        after = Some(last.key);
        for receipt in page {
            if to.receipt(receipt.key)?.as_ref() != Some(&receipt) {
                return differs("its receipts");
            }
            found.receipts += 1;
        }
    }
    if found == *copied { Ok(()) } else { differs("its counts") }
}
