//! Copies everything from one store to another, and verifies the copy.
//!
//! ```text
//! cargo run --release --features redb --example store_copy -- numbers.redb copy.redb
//! cargo run --release --features redb,postgres --example store_copy -- numbers.redb postgres://app@db/numbers
//! cargo run --release --features redb,postgres --example store_copy -- postgres://app@db/numbers numbers.redb
//! ```
//!
//! The source is a file or a database in PostgreSQL which nobody changes during the copy; the target is a new
//! file or a database without tables of the crate. Numbers, port requests, contacts, events and receipts are
//! copied. The target assigns new revisions.
//!
//! An interrupted copy cannot be used: a file is called `.incomplete` until it is verified, and the tables in
//! PostgreSQL are marked. Delete them and start again. A file without this suffix is whole, even if one with it is
//! left beside it. The folder needs space for two copies.
//!
//! Events keep their sequence numbers, so that consumers continue where they are. For each event that the source
//! has forgotten, the target logs and forgets another one, which takes a few microseconds in a file. The target
//! allocates only ids of contacts that the source has never allocated; the copy allocates two in the source.
//!
//! Receipts keep the order in which they were stored, by which a store forgets all but the latest ones: exactly those
//! of each actor, which are committed one by one; those of different actors may change places within a page.

mod stores;

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::mem::Discriminant;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use telnum::Timestamp;
use telnum::account::Actor;
use telnum::contact::{ContactList, EnteredNumber, NewContact, OwnerId};
use telnum::number::PhoneNumber;
use telnum::porting::{PortRequest, PortRequestId, PortStates};
use telnum::record::{Event, EventKind, NumberRecord};
use telnum::store::redb::{RedbOptions, RedbStore};
use telnum::store::{
    Batch, Change, Entity, Expect, Forget, Logged, Page, PortQuery, Query, Receipt, Revision, Store,
    StoreError, StoreEvent, StoreExt, Stored,
};

/// Copies a store.
#[derive(Parser)]
pub(crate) struct Cli {
    /// The file, or the PostgreSQL URL, to copy from
    from: String,
    /// The new file, or the PostgreSQL URL, to copy to
    to: String,
}

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The number of events in a page and in a commit.
const PAGE: usize = 5_000;
/// The number of numbers in a page and in a commit. Their documents may have some kilobytes.
const PAGE_OF_NUMBERS: usize = 1_000;
/// The number of port requests, of contact lists and of receipts in a page, and in a commit. Their documents may have
/// some megabytes.
const PAGE_OF_LARGE: usize = 64;

/// Receipts in the order of their commits.
type Receipts = Vec<(Revision, Receipt)>;

/// A store all of whose content can be listed.
trait Complete: Store {
    fn receipts_after(&self, after: Option<Revision>) -> std::result::Result<Receipts, StoreError>;
    fn owners_after(&self, after: Option<OwnerId>) -> std::result::Result<Vec<OwnerId>, StoreError>;
}

macro_rules! complete {
    ($store:ty) => {
        impl Complete for $store {
            fn receipts_after(&self, after: Option<Revision>) -> std::result::Result<Receipts, StoreError> {
                self.receipts(after, PAGE_OF_LARGE)
            }

            fn owners_after(&self, after: Option<OwnerId>) -> std::result::Result<Vec<OwnerId>, StoreError> {
                self.contact_owners(after, PAGE_OF_LARGE)
            }
        }
    };
}

complete!(RedbStore);
#[cfg(feature = "postgres")]
complete!(telnum::store::postgres::PostgresStore);

/// The counts of the copied items.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) numbers: usize,
    pub(crate) port_requests: usize,
    pub(crate) contact_lists: usize,
    pub(crate) events: usize,
    pub(crate) receipts: usize,
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
            eprintln!("{}", stores::explain(&*error));
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn run(cli: &Cli) -> Result<Tally> {
    let from = open(&cli.from)?;
    if stores::is_postgres(&cli.to) {
        return copy_to_postgres(&*from, &cli.to);
    }
    let incomplete = format!("{}.incomplete", cli.to);
    if Path::new(&cli.to).exists() {
        return Err(format!("{}: already exists, expected the path of a new file", cli.to).into());
    }
    if Path::new(&incomplete).exists() {
        return Err(format!("{incomplete}: left by an interrupted copy, delete it and start again").into());
    }
    let to = RedbOptions::new().open(&incomplete)?;
    let copied = copy_and_verify(&*from, &to).and_then(|copied| {
        // Gives the copy its name, and leaves the free space behind.
        to.backup(&cli.to)?;
        Ok(copied)
    });
    drop(to);
    let removed = fs::remove_file(&incomplete);
    let copied = copied?;
    removed.map_err(|error| format!("{}: copied, but {incomplete} cannot be removed: {error}", cli.to))?;
    Ok(copied)
}

fn copy_and_verify(from: &dyn Complete, to: &dyn Complete) -> Result<Tally> {
    let copied = copy(from, to)?;
    verify(from, to, &copied)?;
    Ok(copied)
}

/// Opens a store, and checks that in a file.
fn open(word: &str) -> Result<Box<dyn Complete>> {
    if word == "memory" {
        return Err("memory: expected a file or a PostgreSQL URL".into());
    }
    if stores::is_postgres(word) {
        return open_postgres(word);
    }
    if !Path::new(word).exists() {
        return Err(format!("{word}: no such file").into());
    }
    let store = RedbOptions::new().with_progress(stores::bar(word)?).open(word)?;
    store.check()?;
    Ok(Box::new(store))
}

#[cfg(feature = "postgres")]
fn open_postgres(url: &str) -> Result<Box<dyn Complete>> {
    Ok(Box::new(telnum::store::postgres::PostgresStore::connect(&url.parse()?)?))
}

/// Copies to tables that are marked as incomplete until they are verified.
#[cfg(feature = "postgres")]
fn copy_to_postgres(from: &dyn Complete, url: &str) -> Result<Tally> {
    use telnum::store::postgres::{PostgresConfig, PostgresStore};

    let config: PostgresConfig = url.parse()?;
    PostgresStore::migrate(&config)?;
    let to = PostgresStore::connect(&config)?;
    let is_empty = to.scan(&Query::default(), None, 1)?.items.is_empty()
        && to.scan_port_requests(&all_requests(), None, 1)?.items.is_empty()
        && to.owners_after(None)?.is_empty()
        && to.receipts_after(None)?.is_empty()
        && matches!(to.events(0, 1).as_deref(), Ok([]));
    if !is_empty {
        return Err("PostgreSQL: the tables are not empty, expected a new store".into());
    }
    to.set_incomplete(true)?;
    let copied = copy_and_verify(from, &to)?;
    to.set_incomplete(false)?;
    Ok(copied)
}

#[cfg(not(feature = "postgres"))]
fn open_postgres(_: &str) -> Result<Box<dyn Complete>> {
    Err("a store in PostgreSQL requires --features postgres".into())
}

#[cfg(not(feature = "postgres"))]
fn copy_to_postgres(_: &dyn Complete, _: &str) -> Result<Tally> {
    Err("a store in PostgreSQL requires --features postgres".into())
}

fn all_requests() -> PortQuery {
    PortQuery::default().with_states(PortStates::ALL)
}

/// Calls `act` with each page that `read` returns for a cursor. Displays the number of items as progress.
fn each_page<T: Entity>(
    task: &str,
    read: impl Fn(Option<T::Key>) -> std::result::Result<Page<T, T::Key>, StoreError>,
    mut act: impl FnMut(Vec<Stored<T>>, Option<T::Key>) -> Result<()>,
) -> Result<usize> {
    let bar = counter(task)?;
    let (mut after, mut count) = (None, 0);
    loop {
        let page = read(after)?;
        count += page.items.len();
        bar.inc(page.items.len() as u64);
        act(page.items, after)?;
        after = page.next;
        if after.is_none() {
            bar.finish_and_clear();
            return Ok(count);
        }
    }
}

/// Returns a bar that displays a count.
fn counter(task: &str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{spinner} {msg} {human_pos}, {per_sec}, {elapsed}")?;
    Ok(ProgressBar::no_length().with_style(style).with_message(task.to_owned()))
}

fn copy(from: &dyn Complete, to: &dyn Complete) -> Result<Tally> {
    let mut tally = Tally {
        numbers: each_page::<NumberRecord>(
            "numbers copied",
            |after| from.scan(&Query::default(), after, PAGE_OF_NUMBERS),
            |items, _| put(to, &items, Batch::with_numbers),
        )?,
        port_requests: each_page::<PortRequest>(
            "port requests copied",
            |after| from.scan_port_requests(&all_requests(), after, PAGE_OF_LARGE),
            |items, _| put(to, &items, Batch::with_port_requests),
        )?,
        ..Tally::default()
    };
    let bar = counter("contact lists copied")?;
    each_owners(from, |owners| {
        let lists: Vec<Stored<ContactList>> = from.contact_lists(owners)?.into_iter().flatten().collect();
        tally.contact_lists += lists.len();
        bar.inc(lists.len() as u64);
        put(to, &lists, Batch::with_contacts)
    })?;
    bar.finish_and_clear();
    continue_contact_ids(from, to)?;
    let mut after = forgotten_events(from)?;
    skip_events(to, after)?;
    let bar = counter("events copied")?;
    loop {
        let page = from.events(after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        tally.events += page.len();
        bar.inc(page.len() as u64);
        for events in page.chunk_by(|one, next| kind(&one.event) == kind(&next.event)) {
            to.commit(log(events))?;
        }
    }
    bar.finish_and_clear();
    let bar = counter("receipts copied")?;
    each_receipts(from, |receipts| {
        tally.receipts += receipts.len();
        bar.inc(receipts.len() as u64);
        put_receipts(to, receipts)
    })?;
    bar.finish_and_clear();
    Ok(tally)
}

/// Stores new values in one commit.
fn put<T: Entity>(
    to: &dyn Complete,
    values: &[Stored<T>],
    add: impl FnOnce(Batch, Vec<Change<T>>) -> Batch,
) -> Result<()> {
    let put = |stored: &Stored<T>| Change::put(std::sync::Arc::clone(stored.shared()), Expect::Absent);
    let changes: Vec<_> = values.iter().map(put).collect();
    if !changes.is_empty() {
        to.commit(add(Batch::new(), changes))?;
    }
    Ok(())
}

/// Stores a page of receipts: those of an actor in their order, from one thread for each actor.
fn put_receipts(to: &dyn Complete, receipts: Receipts) -> Result<()> {
    let mut of_actors = HashMap::<_, Vec<_>>::new();
    for (_, receipt) in receipts {
        of_actors.entry(receipt.actor).or_default().push(receipt);
    }
    let put = |receipts: Vec<Receipt>| {
        let mut batches = receipts.into_iter().map(|receipt| Batch::new().with_receipt(receipt));
        batches.try_for_each(|batch| to.commit(batch).map(drop))
    };
    thread::scope(|scope| {
        let threads: Vec<_> =
            of_actors.into_values().map(|receipts| scope.spawn(move || put(receipts))).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?.map_err(Into::into))
    })
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

fn kind(event: &StoreEvent) -> Discriminant<StoreEvent> {
    std::mem::discriminant(event)
}

/// Makes the next contact id of a store greater than all that another one has allocated.
fn continue_contact_ids(from: &dyn Complete, to: &dyn Complete) -> Result<()> {
    let id = from.new_contact_id()?;
    if to.new_contact_id()? < id {
        // The id of a stored contact is never allocated again, nor is a lower one.
        let mut list = ContactList::empty("store-copy".parse()?);
        list.add(
            [(id, NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?))],
            Timestamp::MIN,
        )?;
        let owner = list.owner();
        let revision = to.commit(Change::put(list, Expect::Absent).into())?;
        to.commit(Change::<ContactList>::remove(owner, Expect::Revision(revision)).into())?;
    }
    Ok(())
}

/// Logs and forgets `count` events in a store without events.
fn skip_events(store: &dyn Complete, count: u64) -> Result<()> {
    let bar = counter("event numbers skipped")?;
    let number = "+999999999999999".parse()?;
    let event = Event { number, at: Timestamp::MIN, actor: Actor::System, kind: EventKind::Updated };
    let mut left = count;
    while left > 0 {
        let skipped = usize::try_from(left).unwrap_or(usize::MAX).min(PAGE);
        let events = vec![event.clone(); skipped];
        store.commit(Change::<NumberRecord>::remove(number, Expect::Absent).with_events(events).into())?;
        left -= skipped as u64;
        bar.inc(skipped as u64);
        // Now and then, so that the store stays small.
        if left == 0 || (left / PAGE as u64).is_multiple_of(100) {
            store.forget(&Forget::default().with_max_events(0))?;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Returns the number of events that the store has forgotten.
fn forgotten_events(store: &dyn Complete) -> Result<u64> {
    match store.events(0, 1) {
        Err(StoreError::Forgotten { first }) => Ok(first - 1),
        events => Ok(events.map(|_| 0)?),
    }
}

/// Calls `act` with each page of the owners of contacts.
fn each_owners(store: &dyn Complete, mut act: impl FnMut(&[OwnerId]) -> Result<()>) -> Result<()> {
    let mut after = None;
    while let page = store.owners_after(after)?
        && let Some(last) = page.last()
    {
        after = Some(*last);
        act(&page)?;
    }
    Ok(())
}

/// Calls `act` with each page of the receipts.
fn each_receipts(store: &dyn Complete, mut act: impl FnMut(Receipts) -> Result<()>) -> Result<()> {
    let mut after = None;
    while let page = store.receipts_after(after)?
        && let Some((last, _)) = page.last()
    {
        after = Some(*last);
        act(page)?;
    }
    Ok(())
}

/// Compares everything in the two stores.
fn verify(from: &dyn Complete, to: &dyn Complete, copied: &Tally) -> Result<()> {
    let check = |is_same: bool, what: &str| {
        if is_same { Ok(()) } else { Err(format!("the copy differs in its {what}")) }
    };
    let mut found = Tally {
        numbers: each_page::<NumberRecord>(
            "numbers verified",
            |after| from.scan(&Query::default(), after, PAGE_OF_NUMBERS),
            |items, after| {
                let theirs = to.scan(&Query::default(), after, PAGE_OF_NUMBERS)?.items;
                Ok(check(are_same(&items, &theirs), "numbers")?)
            },
        )?,
        port_requests: each_page::<PortRequest>(
            "port requests verified",
            |after| from.scan_port_requests(&all_requests(), after, PAGE_OF_LARGE),
            |items, after| {
                let theirs = to.scan_port_requests(&all_requests(), after, PAGE_OF_LARGE)?.items;
                Ok(check(are_same(&items, &theirs), "port requests")?)
            },
        )?,
        ..Tally::default()
    };
    each_owners(from, |owners| {
        let [ours, theirs] = [from.contact_lists(owners)?, to.contact_lists(owners)?];
        let [ours, theirs] = [ours, theirs].map(|lists| lists.into_iter().flatten().collect::<Vec<_>>());
        found.contact_lists += theirs.len();
        Ok(check(are_same(&ours, &theirs), "contacts")?)
    })?;
    check(from.new_contact_id()? <= to.new_contact_id()?, "next contact id")?;
    let mut after = forgotten_events(from)?;
    check(forgotten_events(to)? == after, "numbers of events")?;
    loop {
        let (events, theirs) = (from.events(after, PAGE)?, to.events(after, PAGE)?);
        check(events == theirs, "events")?;
        let Some(last) = events.last() else { break };
        after = last.sequence;
        found.events += theirs.len();
    }
    let mut after = None;
    each_receipts(from, |receipts| {
        let theirs = to.receipts_after(after)?;
        after = theirs.last().map(|(last, _)| *last);
        found.receipts += theirs.len();
        let [ours, theirs] = [receipts, theirs].map(by_actor);
        Ok(check(ours == theirs, "receipts or their order")?)
    })?;
    Ok(check(found == *copied, "counts")?)
}

/// Returns the receipts of a page by actor, those of each actor in their order.
fn by_actor(page: Receipts) -> Vec<Receipt> {
    let mut receipts: Vec<_> = page.into_iter().map(|(_, receipt)| receipt).collect();
    receipts.sort_by_key(|receipt| receipt.actor.to_string());
    receipts
}

/// Returns whether two pages have the same values; their revisions may differ.
fn are_same<T: Entity + PartialEq>(page: &[Stored<T>], theirs: &[Stored<T>]) -> bool {
    page.iter().map(Stored::shared).eq(theirs.iter().map(Stored::shared))
}
