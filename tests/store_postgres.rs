//! The store in PostgreSQL: the laws of stores, lost connections, servers that fail, bad settings.
//!
//! Tests that need servers are ignored without them: `TELNUM_POSTGRES` has their URLs, separated by
//! spaces, and `TELNUM_POSTGRES_RESTART` a command that stops the first one at once and starts it again;
//! `TELNUM_POSTGRES_KILL` is one that kills it. `TELNUM_POSTGRES_TLS` and `TELNUM_POSTGRES_STANDBY` name servers
//! for tests of their own.
//! Each store is in a schema of its own, which is dropped at the end. `tests/postgres/run` starts
//! servers of its own and runs all tests on them.
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "store_redb/folder.rs"]
mod folder;
mod kills;
mod postgres;
mod shared_values;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use telnum::account::Actor;
use telnum::contact::book::ContactBook;
use telnum::contact::{ContactFilter, ContactNumber, ContactPage, ContactQuery, EnteredNumber, NewContact};
use telnum::porting::PortRequest;
use telnum::record::{Event, EventKind, NumberRecord};
use telnum::store::postgres::{CommitForm, PostgresConfig, PostgresError, PostgresStore};
use telnum::store::{
    Batch, Change, Expect, Forget, PortQuery, Receipt, Revision, Store, StoreError, StoreExt,
};
use telnum::testing::conformance::LAWS;
use telnum::{PhoneNumber, Timestamp};

use self::folder::Folder;
use self::kills::Acknowledged;
use self::postgres::proxy::Proxy;
use self::postgres::{Schema, urls};

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn the_laws_of_stores_hold() {
    check_laws(&urls(), |config| config);
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn the_laws_of_stores_hold_with_transactions() {
    check_laws(&urls()[..1], |config| config.with_commit_form(CommitForm::Transaction));
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn the_laws_of_stores_hold_with_prepared_statements() {
    check_laws(&urls()[..1], |config| config.with_prepared_statements(true));
}

/// Checks all laws on all servers at the same time.
fn check_laws(urls: &[String], settings: fn(PostgresConfig) -> PostgresConfig) {
    let check = |url: &str| {
        let mut broken = Vec::new();
        for law in LAWS {
            let schema = Schema::new(url, settings);
            if let Err(error) = law.check(&schema.store()) {
                broken.push(format!("{} on {url}: {error}", law.name));
            }
        }
        broken
    };
    let broken: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = urls.iter().map(|url| scope.spawn(move || check(url))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A trigger refuses one of three changes of a number as if it could not be serialized.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_serialization_failure_is_retried() {
    let names =
        ["batch_is_whole_over_all_kinds", "guards_hold", "increments_are_not_lost", "no_event_is_skipped"];
    for form in [CommitForm::Statement, CommitForm::Transaction] {
        for law in LAWS.iter().filter(|law| names.contains(&law.name)) {
            let schema = Schema::new(&urls()[0], |config| config.with_commit_form(form));
            schema.execute(
                "CREATE FUNCTION telnum.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF random() < 0.3 THEN RAISE EXCEPTION 'refused' USING ERRCODE = '40001'; END IF; \
                 RETURN NEW; END $$; \
                 CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON telnum.number \
                 FOR EACH ROW EXECUTE FUNCTION telnum.refuse();",
            );
            assert_eq!(law.check(&schema.store()), Ok(()), "{}", law.name);
        }
    }
}

/// A proxy cuts connections, before requests or before their responses. Each commit is made once if it is
/// acknowledged, and not at all if it is refused.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_commit_is_made_once_over_lost_connections() {
    for form in [CommitForm::Statement, CommitForm::Transaction] {
        let schema = Schema::new(&urls()[0], |config| config.with_commit_form(form));
        let proxy = Proxy::new(&urls()[0]);
        let config = proxy.config().with_schema(&schema.name).unwrap().with_commit_form(form);
        let store = PostgresStore::connect(&config).unwrap();
        let (mut made, mut refused, mut unknown) = (0_usize, 0_usize, 0_usize);
        for place in 0..300 {
            proxy.cut_one_of(12);
            let answer = store.commit(batch(place));
            proxy.cut_none();
            let stored = store.get(number(place)).unwrap().map(|stored| stored.revision());
            match answer {
                Ok(revision) => {
                    assert_eq!(stored, Some(revision));
                    made += 1;
                }
                Err(error) if error.is_unknown() => unknown += 1,
                Err(StoreError::Unreachable(_)) => {
                    assert_eq!(stored, None);
                    refused += 1;
                }
                Err(error) => assert!(!error.is_conflict(), "a commit was made twice: {error}"),
            }
        }
        assert!(proxy.cuts() > 20, "only {} cuts", proxy.cuts());
        // Each commit has two events.
        let events = store.events(0, usize::MAX).unwrap().len();
        assert!(
            (2 * made..=2 * (made + unknown)).contains(&events),
            "{made}, {unknown}, {refused}: {events}"
        );
        assert!(made > 250, "{made} of 300 were made, {refused} refused, {unknown} not known");
    }
}

/// A process that commits is killed: each acknowledged commit is stored, and none is stored in part.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn nothing_acknowledged_is_lost_with_a_killed_process() {
    let rounds: usize = std::env::var("TELNUM_KILLS").map_or(50, |count| count.parse().unwrap());
    let url = &urls()[0];
    let schema = Schema::new(url, |config| config);
    let store = schema.store();
    let mut first = 0;
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "a_process_that_commits", "--nocapture"])
            .env("TELNUM_COMMIT_TO", format!("{url} {} {first}", schema.name))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = Vec::new();
        for line in lines {
            let line = line.unwrap_or_default();
            let Some(line) = line.strip_prefix("made ") else { continue };
            let (place, revision) = line.split_once(' ').unwrap();
            acknowledged.push((place.parse::<u32>().unwrap(), revision.parse::<u64>().unwrap()));
            if acknowledged.len() == 3 + round % 17 {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        for (place, revision) in &acknowledged {
            let stored = store.get(number(*place)).unwrap().unwrap();
            assert_eq!(stored.revision().get(), *revision);
        }
        // The last commit may have been made without an acknowledgement, with all of its parts.
        let next = acknowledged.last().unwrap().0 + 1;
        check_whole(&store, next + 2);
        first = next + 10;
    }
}

/// The process that is killed. It commits until then.
#[test]
#[ignore = "is run by another test"]
fn a_process_that_commits() {
    let Ok(settings) = std::env::var("TELNUM_COMMIT_TO") else { return };
    let mut settings = settings.split(' ');
    let config: PostgresConfig = settings.next().unwrap().parse().unwrap();
    let store = PostgresStore::connect(&config.with_schema(settings.next().unwrap()).unwrap()).unwrap();
    for place in settings.next().unwrap().parse::<u32>().unwrap().. {
        let revision = store.commit(batch(place)).unwrap();
        println!("made {place} {revision}");
    }
}

/// The server is stopped immediately and started again while threads commit.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn nothing_acknowledged_is_lost_with_a_stopped_server() {
    let restart = command("TELNUM_POSTGRES_RESTART");
    let schema = Schema::new(&urls()[0], |config| config);
    check_commits_during(&schema.store(), || {
        for _ in 0..5 {
            thread::sleep(Duration::from_millis(700));
            restart()?;
        }
        Ok(())
    });
}

/// The first of two servers, whose commits wait for the second one, is stopped immediately while threads
/// commit, and the second one is promoted.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES_STANDBY names"]
fn nothing_acknowledged_is_lost_with_a_promoted_standby() {
    let promote = command("TELNUM_POSTGRES_PROMOTE");
    let url = std::env::var("TELNUM_POSTGRES_STANDBY").unwrap();
    let config: PostgresConfig = url.parse().unwrap();
    PostgresStore::migrate(&config).unwrap();
    check_commits_during(&PostgresStore::connect(&config).unwrap(), || {
        thread::sleep(Duration::from_secs(2));
        promote()?;
        thread::sleep(Duration::from_secs(2));
        Ok(())
    });
}

/// Returns the value of an environment variable, without which a test cannot run.
fn setting(variable: &str) -> String {
    let value = std::env::var(variable).unwrap_or_default();
    assert!(!value.is_empty(), "{variable} is not set");
    value
}

/// Returns a function that runs the shell command in an environment variable.
fn command(variable: &str) -> impl Fn() -> Result<(), String> {
    let text = setting(variable);
    move || {
        let status = Command::new("sh").args(["-c", &text]).stdout(Stdio::null()).status();
        if status.is_ok_and(|status| status.success()) { Ok(()) } else { Err(format!("{text}: failed")) }
    }
}

/// Commits from four threads while `act` runs. Each acknowledged commit must be stored, and every other one
/// completely or not at all.
fn check_commits_during(store: &PostgresStore, act: impl FnOnce() -> Result<(), String>) {
    let is_done = AtomicBool::new(false);
    let write = |writer: u32| {
        let (mut acknowledged, mut unknown) = (Vec::new(), 0_usize);
        for place in (writer..).step_by(4) {
            if is_done.load(Ordering::Relaxed) {
                break;
            }
            match store.commit(batch(place)) {
                Ok(revision) => acknowledged.push((place, revision)),
                Err(StoreError::Unreachable(_)) => thread::sleep(Duration::from_millis(20)),
                Err(error) => {
                    assert!(error.is_unknown(), "{error:?}");
                    unknown += 1;
                }
            }
        }
        (acknowledged, unknown)
    };
    let (acknowledged, unknown) = thread::scope(|scope| {
        let write = &write;
        let writers: Vec<_> = (0..4).map(|writer| scope.spawn(move || write(writer))).collect();
        let acted = act();
        thread::sleep(Duration::from_millis(700));
        // The threads end before a failed command is reported.
        is_done.store(true, Ordering::Relaxed);
        assert_eq!(acted, Ok(()));
        let written = writers.into_iter().map(|writer| writer.join().unwrap());
        written.fold((Vec::new(), 0), |(mut all, count), (made, unknown)| {
            all.extend(made);
            (all, count + unknown)
        })
    });
    println!("{} acknowledged, {unknown} not known", acknowledged.len());
    assert!(acknowledged.len() > 20);
    let last = acknowledged.iter().map(|(place, _)| *place).max().unwrap();
    for (place, revision) in acknowledged {
        assert_eq!(store.get(number(place)).unwrap().unwrap().revision(), revision);
    }
    check_whole(store, last + 8);
}

/// A process that buys numbers is killed. `TELNUM_KILLS` sets the number of kills.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_killed_process_orders_nothing_twice() {
    let kills = std::env::var("TELNUM_KILLS").map_or(20, |count| count.parse().unwrap());
    let schema = Schema::new(&urls()[0], |config| config);
    let store = Arc::new(schema.store());
    let folder = Folder::new();
    let mut acknowledged = Acknowledged::new();
    for run in 0..kills {
        let settings = format!("{} {} {run} {}", urls()[0], schema.name, folder.path("").display());
        let time = Duration::from_millis(run * 37 % 200);
        let variables = [("TELNUM_BUY_IN", settings)];
        kills::kill_child("a_process_that_buys", &variables, time, &mut acknowledged);
        kills::check(Arc::<PostgresStore>::clone(&store), &folder.path(""), run, &acknowledged);
    }
    assert!(acknowledged.len() as u64 > kills, "only {} acknowledged changes", acknowledged.len());
}

/// The process that is killed. It buys numbers until then.
#[test]
#[ignore = "is run by another test"]
fn a_process_that_buys() {
    let Ok(settings) = std::env::var("TELNUM_BUY_IN") else { return };
    let [url, schema, run, folder] = settings.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{settings}")
    };
    let config: PostgresConfig = url.parse().unwrap();
    let store = PostgresStore::connect(&config.with_schema(schema).unwrap()).unwrap();
    kills::child(Arc::new(store), Path::new(folder), run.parse().unwrap());
}

/// The server is killed, or stopped immediately, and started again while threads buy numbers.
/// `TELNUM_SERVER_KILLS` sets the number of kills.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn nothing_is_ordered_twice_with_a_stopped_server() {
    let restart = command("TELNUM_POSTGRES_RESTART");
    let kill = command("TELNUM_POSTGRES_KILL");
    let kills = std::env::var("TELNUM_SERVER_KILLS").map_or(4, |count| count.parse().unwrap());
    let schema = Schema::new(&urls()[0], |config| config);
    let store = Arc::new(schema.store());
    let folder = Folder::new();
    let acknowledged = Mutex::new(Acknowledged::new());
    for run in 0..kills {
        let inventory = kills::service(Arc::<PostgresStore>::clone(&store), &folder.path(""), run * 48);
        let is_done = AtomicBool::new(false);
        let say = |done: &str, numbers: &[String]| {
            let mut acknowledged = acknowledged.lock().unwrap();
            acknowledged.extend(numbers.iter().map(|number| (number.clone(), done.to_owned())));
        };
        let stopped = thread::scope(|scope| {
            scope.spawn(|| kills::work(&inventory, run, || !is_done.load(Ordering::Relaxed), say));
            thread::sleep(Duration::from_millis(300 + run * 83 % 300));
            let stopped = if run % 2 == 0 { kill() } else { restart() };
            thread::sleep(Duration::from_millis(200));
            is_done.store(true, Ordering::Relaxed);
            stopped
        });
        assert_eq!(stopped, Ok(()));
        kills::check(
            Arc::<PostgresStore>::clone(&store),
            &folder.path(""),
            run,
            &acknowledged.lock().unwrap(),
        );
    }
    let acknowledged = acknowledged.lock().unwrap().len() as u64;
    assert!(acknowledged > kills, "only {acknowledged} acknowledged changes");
}

/// The certificate of a server must be issued by a trusted authority, and for the name of the host.
#[test]
#[ignore = "needs the server that TELNUM_POSTGRES_TLS names"]
fn a_server_proves_its_identity() {
    let url = setting("TELNUM_POSTGRES_TLS");
    let folder = std::env::var("TELNUM_POSTGRES_CERTIFICATES").unwrap();
    let authority = |name: &str| std::fs::read(format!("{folder}/{name}.pem")).unwrap();
    let connect = |url: &str, authorities: &[&str]| {
        let config: PostgresConfig = url.parse().unwrap();
        let config = authorities
            .iter()
            .fold(config, |config, name| config.with_root_certificates(&authority(name)).unwrap());
        PostgresStore::migrate(&config)?;
        PostgresStore::connect(&config)
    };
    let store = connect(&url, &["other", "ca"]).unwrap();
    store.commit(batch(1)).unwrap();
    assert!(store.get(number(1)).unwrap().is_some());

    // The host of the certificate is `localhost`.
    let other_host = url.replace("@localhost", "@127.0.0.1");
    for (url, authorities) in [(&url, &[][..]), (&url, &["other"]), (&other_host, &["ca"])] {
        let error = connect(url, authorities).unwrap_err();
        assert!(matches!(error, PostgresError::Untrusted(_)), "{url}, {authorities:?}: {error:?}");
        assert!(error.to_string().starts_with("PostgreSQL: the server's certificate is not trusted, check"));
    }
    // The server refuses connections without TLS.
    let error = connect(&url.replace("sslmode=require", "sslmode=disable"), &["ca"]).unwrap_err();
    assert!(matches!(error, PostgresError::Unreachable(_)), "{error:?}");
}

/// Requires that each commit of a place below `end` has its record, receipt and events, or none of them.
fn check_whole(store: &PostgresStore, end: u32) {
    let events = store.events(0, usize::MAX).unwrap();
    for place in 0..end {
        let number = number(place);
        let is_stored = store.get(number).unwrap().is_some();
        let count = events.iter().filter(|logged| logged.event.number().unwrap().number == number).count();
        assert_eq!(count, if is_stored { 2 } else { 0 });
        let receipt = store.receipt(format!("key-{place}").parse().unwrap()).unwrap();
        assert_eq!(receipt.is_some(), is_stored);
    }
    let sequences = events.iter().map(|logged| logged.sequence);
    assert!(sequences.eq(1..=events.len() as u64));
}

/// A call from a thread of a runtime blocks it, and does not panic.
#[tokio::test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
async fn a_call_from_a_runtime_does_not_panic() {
    let url = urls().swap_remove(0);
    let schema = thread::spawn(move || Schema::new(&url, |config| config)).join().unwrap();
    let store = PostgresStore::connect(&schema.config).unwrap();
    store.commit(batch(1)).unwrap();
    assert!(store.get(number(1)).unwrap().is_some());
    drop(store);
    thread::spawn(|| drop(schema)).join().unwrap();
}

/// Threads of a runtime and others call at the same time, also after the connections were idle.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn threads_of_a_runtime_and_others_share_a_store() {
    let schema = Schema::new(&urls()[0], |config| config);
    let store = Arc::new(schema.store());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for round in 0..2 {
        let call = |thread: u32| {
            let store = Arc::clone(&store);
            move || {
                for place in (200 * round + thread..200 * round + 200).step_by(16) {
                    store.commit(batch(place)).unwrap();
                    assert!(store.get(number(place)).unwrap().is_some());
                }
            }
        };
        let inside: Vec<_> = (0..8).map(|thread| runtime.spawn_blocking(call(thread))).collect();
        let outside: Vec<_> = (8..16).map(|thread| thread::spawn(call(thread))).collect();
        for thread in outside {
            thread.join().unwrap();
        }
        for task in inside {
            runtime.block_on(task).unwrap();
        }
        // Idle for so long that the connections are checked before they are used again.
        thread::sleep(Duration::from_millis(1_100));
    }
    let numbers: Vec<_> = (0..400).map(number).collect();
    assert_eq!(store.get_many(&numbers).unwrap().iter().flatten().count(), 400);
}

/// Of two hosts, the first accepts connections and never responds, and the second is a primary.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_host_that_does_not_respond_leaves_time_for_the_next() {
    let schema = Schema::new(&urls()[0], |config| config);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (user, place) = urls()[0].split_once('@').map(|(u, p)| (u.to_owned(), p.to_owned())).unwrap();
    let connect = |kind: &str| {
        let url = format!("{user}@{},{place}?target_session_attrs={kind}", silent.local_addr().unwrap());
        let config = url.parse::<PostgresConfig>().unwrap().with_schema(&schema.name).unwrap();
        PostgresStore::connect(&config.with_timeout(Duration::from_secs(4)))
    };
    connect("read-write").unwrap();
    let error = connect("read-only").unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("target_session_attrs: expected a read-only server"), "{error:?}");
}

/// Threads wait for the only connection.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn calls_share_one_connection() {
    let schema = Schema::new(&urls()[0], |config| config.with_max_connections(1));
    let store = schema.store();
    thread::scope(|scope| {
        let store = &store;
        let threads: Vec<_> =
            (0..8).map(|place| scope.spawn(move || store.commit(batch(place)).is_ok())).collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    });
}

/// One of two holders has the lease, and the other gets it afterwards, or when it has ended.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_lease_has_one_holder() {
    let schema = Schema::new(&urls()[0], |config| config);
    let [one, other] = [schema.store(), schema.store()];
    let lease = one.lease("sweep", Duration::from_secs(60)).unwrap().unwrap();
    assert!(other.lease("sweep", Duration::from_secs(60)).unwrap().is_none());
    assert!(other.lease("recover", Duration::from_secs(60)).unwrap().is_some());
    drop(lease);
    let short = other.lease("sweep", Duration::from_millis(1)).unwrap().unwrap();
    thread::sleep(Duration::from_millis(50));
    let taken = one.lease("sweep", Duration::from_secs(60)).unwrap();
    // The lease that has ended does not end that of the new holder.
    drop(short);
    assert!(taken.is_some() && other.lease("sweep", Duration::from_secs(60)).unwrap().is_none());
}

/// A receipt of a megabyte is stored in parts and read completely.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_large_receipt_is_kept_in_parts() {
    let schema = Schema::new(&urls()[0], |config| config);
    let store = schema.store();
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let answer = json!({"text": "\u{0}ü".repeat(300_000)});
    let receipt = Receipt::new("large".parse().unwrap(), Actor::System, answer, now);
    store.commit(Batch::new().with_receipt(receipt.clone())).unwrap();
    assert_eq!(store.receipt(receipt.key).unwrap(), Some(receipt.clone()));
    let again = store.commit(Batch::new().with_receipt(receipt.clone()));
    assert!(again.unwrap_err().is_conflict());
    store.forget(&Forget::default().with_max_receipts(0)).unwrap();
    assert_eq!(store.receipt(receipt.key).unwrap(), None);
}

/// Adds the contacts of owners, up to two for each, some with a location.
fn add_contacts(book: &ContactBook, owners: std::ops::Range<u64>) {
    for owner in owners {
        let contacts = (0..owner % 3).map(|place| {
            let number = format!("+1415{:07}", 2_000_000 + owner * 7 % 300 * 3 + place);
            let contact = NewContact::new(EnteredNumber::parse(&number, None, None).unwrap());
            if owner % 50 == 2 { contact.with_location("Home".parse().unwrap()) } else { contact }
        });
        book.add(owner.into(), contacts).unwrap();
    }
}

/// Returns a page in each order.
fn pages(book: &ContactBook) -> Vec<ContactPage<ContactNumber>> {
    let orders = ["number", "-number", "location", "-created_at", "primary"];
    let page = |order: &str| book.page(&ContactQuery::new(order.parse().unwrap()).with_offset(60)).unwrap();
    orders.map(page).to_vec()
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_value_is_sent_and_decoded_once() {
    shared_values::check(&Schema::new(&urls()[0], |config| config).store());
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn tables_of_version_1_are_upgraded() {
    let schema = Schema::new(&urls()[0], |config| config);
    let store = Arc::new(schema.store());
    let book = ContactBook::new(Arc::clone(&store));
    add_contacts(&book, 0..450);
    let removed = store.contact_list(2.into()).unwrap().unwrap().numbers()[0].id();
    book.remove(removed).unwrap();
    let before = pages(&book);
    assert_eq!(before[0].total, 449);
    schema.execute(
        "ALTER TABLE telnum.contact DROP COLUMN extension, DROP COLUMN carrier, DROP COLUMN location, \
         DROP COLUMN created, DROP COLUMN updated, DROP COLUMN is_primary; DROP TABLE telnum.contact_count; \
         CREATE INDEX contact_number ON telnum.contact (number) WHERE number IS NOT NULL; \
         UPDATE telnum.version SET version = 1",
    );
    let error = PostgresStore::connect(&schema.config).unwrap_err();
    assert!(matches!(error, PostgresError::Version { expected: 2, found: 1, .. }), "{error:?}");
    assert!(
        error.to_string().ends_with("found version 1; upgrade them with PostgresStore::migrate"),
        "{error}"
    );
    // As if an upgrade had been stopped half way, and by several clients at the same time.
    schema.execute(
        "ALTER TABLE telnum.contact ADD COLUMN created bigint; \
         CREATE TABLE telnum.contact_count (shard bigint PRIMARY KEY, contacts bigint NOT NULL); \
         UPDATE telnum.version SET version = -2",
    );
    // Neither version uses the tables of an interrupted upgrade.
    let error = PostgresStore::connect(&schema.config).unwrap_err();
    assert!(matches!(error, PostgresError::Version { found: -2, .. }), "{error:?}");
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| PostgresStore::migrate(&schema.config).unwrap());
        }
    });
    let book = ContactBook::new(schema.store());
    assert_eq!(pages(&book), before);
    add_contacts(&book, 450..460);
    assert_eq!(pages(&book)[0].total, 458);
}

/// Returns the number of rows that the server reads while `act` uses a new store.
fn rows_read_by(schema: &Schema, act: impl FnOnce(PostgresStore)) -> u64 {
    // The server counts the rows of a connection some time after they were read, at the latest when it ends.
    let settled = || {
        let (mut rows, mut since) = (schema.rows_read(), Instant::now());
        while since.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(100));
            let now = schema.rows_read();
            if now != rows {
                (rows, since) = (now, Instant::now());
            }
        }
        rows
    };
    let before = settled();
    act(schema.store());
    settled() - before
}

/// The number of rows that the server reads for a page does not grow with the number of contacts.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_page_of_contacts_reads_no_more_rows_if_there_are_more_contacts() {
    let filter = ContactFilter::default().with_location("Home").with_primary(true);
    let queries = [
        ContactQuery::new("-created_at".parse().unwrap()),
        ContactQuery::new("-location".parse().unwrap()),
        ContactQuery::new("number".parse().unwrap()).with_filter(filter),
    ];
    let schema = Schema::new(&urls()[0], |config| config);
    add_contacts(&ContactBook::new(schema.store()), 0..600);
    // As if each contact had another owner.
    schema.execute(
        "INSERT INTO telnum.contact SELECT i - 9223372036854000000, 'x' || i, i, 0, '', '', 63800000000 - i, 1, \
         false FROM generate_series(1, 20000) AS i; ANALYZE telnum.contact; ANALYZE telnum.contact_list",
    );
    let read = |query: &ContactQuery| {
        rows_read_by(&schema, |store| {
            let page = ContactBook::new(store).page(query).unwrap();
            assert!(page.items.len() >= 8, "{} contacts on the page of {query:?}", page.items.len());
        })
    };
    for query in &queries {
        let rows = read(query);
        assert!(rows > 0 && rows < 1_000, "{rows} rows were read for {query:?}");
    }
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn tables_of_another_version_are_refused() {
    let url = &urls()[0];
    let missing = Schema::empty(url, |config| config);
    let error = PostgresStore::connect(&missing.config).unwrap_err();
    assert!(matches!(error, PostgresError::NoTables { .. }), "{error:?}");

    let schema = Schema::new(url, |config| config);
    // It can be called again.
    PostgresStore::migrate(&schema.config).unwrap();
    schema.store().commit(batch(1)).unwrap();
    schema.execute("UPDATE telnum.version SET version = 7");
    for error in [PostgresStore::connect(&schema.config).map(drop), PostgresStore::migrate(&schema.config)] {
        let PostgresError::Version { expected: 2, found: 7, .. } = error.unwrap_err() else {
            panic!("another error")
        };
    }
    schema.execute("UPDATE telnum.version SET version = 2");
    assert!(schema.store().get(number(1)).unwrap().is_some());

    // Tables of a copy that was interrupted are no store.
    schema.store().set_incomplete(true).unwrap();
    for error in [PostgresStore::connect(&schema.config).map(drop), PostgresStore::migrate(&schema.config)] {
        let error = error.unwrap_err().to_string();
        assert!(error.ends_with("drop the schema and copy again"), "{error}");
    }

    let missing = format!("{}/no_such_database", url.rsplit_once('/').unwrap().0);
    let error = PostgresStore::connect(&missing.parse().unwrap()).unwrap_err();
    assert!(matches!(error, PostgresError::Unreachable(_)), "{error:?}");
}

/// Tables that were created before an index was added get it.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn missing_indexes_are_added() {
    let schema = Schema::new(&urls()[0], |config| config);
    let count = || {
        let name = &schema.name;
        schema.value(&format!("SELECT count(*) FROM pg_indexes WHERE schemaname = '{name}'"))
    };
    let all = count();
    schema.execute("DROP INDEX telnum.receipt_actor, telnum.number_owner");
    assert_eq!(count(), all - 2);
    PostgresStore::migrate(&schema.config).unwrap();
    assert_eq!(count(), all);
    schema.store().commit(batch(1)).unwrap();
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    for text in [
        "",
        "numbers.redb",
        "http://localhost",
        "postgres://localhost:many",
        "postgres://h?sslmode=odd",
        "host=a,b hostaddr=127.0.0.1",
        "host=a,b,c port=1,2",
    ] {
        let error = text.parse::<PostgresConfig>().unwrap_err();
        assert!(matches!(error, PostgresError::Config(_)), "{text}: {error:?}");
    }
    let config: PostgresConfig = "postgres://127.0.0.1:1/numbers".parse().unwrap();
    let error = PostgresStore::connect(&config).unwrap_err();
    assert_eq!(
        error.to_string(),
        "PostgreSQL: the server cannot be reached, check the host, the user and the database"
    );
    for schema in ["", "1st", "Numbers", "pg_numbers", "a; DROP TABLE b", &"a".repeat(64)] {
        assert!(matches!(config.clone().with_schema(schema), Err(PostgresError::Schema(_))), "{schema}");
    }
    // A keyword is a name in quotes.
    assert!(
        config
            .clone()
            .with_schema("user")
            .unwrap()
            .migration()
            .contains("TABLE IF NOT EXISTS \"user\".number")
    );
    let error = config.with_root_certificates(b"no certificate").unwrap_err();
    assert!(matches!(error, PostgresError::Certificate(_)), "{error:?}");
}

fn number(place: u32) -> PhoneNumber {
    format!("+1415{place:07}").parse().unwrap()
}

/// A commit of a record, two events and a receipt.
fn batch(place: u32) -> Batch {
    let (number, at) = (number(place), "2026-03-01T12:00:00Z".parse().unwrap());
    let record = NumberRecord::discovered(number, "telnyx".parse().unwrap(), at);
    let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
    let change = Change::put(record, Expect::Absent).with_events(vec![event.clone(), event]);
    let key = format!("key-{place}").parse().unwrap();
    Batch::from(change).with_receipt(Receipt::new(key, Actor::System, json!(place), at))
}

/// Revisions ascend even if the clock does not.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_revision_is_above_that_of_a_removed_record() {
    let schema = Schema::new(&urls()[0], |config| config);
    let store = schema.store();
    let first = store.commit(batch(1)).unwrap();
    store.commit(Change::remove(number(1), Expect::Revision(first)).into()).unwrap();
    // As if a client whose clock is ahead had removed the record.
    let ahead = first.get() + 1_000_000_000;
    schema.execute(&format!("UPDATE telnum.number SET revision = {ahead}"));
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let record = NumberRecord::discovered(number(1), "telnyx".parse().unwrap(), now);
    let again = store.commit(Change::put(record, Expect::Absent).into()).unwrap();
    assert!(again > Revision::try_from(ahead).unwrap());
}

/// A commit that expects a revision that no store has assigned is a conflict, and later commits are made.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn an_expected_revision_does_not_advance_the_clock() {
    for form in [CommitForm::Statement, CommitForm::Transaction] {
        let schema = Schema::new(&urls()[0], |config| config.with_commit_form(form));
        let store = schema.store();
        let first = store.commit(batch(1)).unwrap();
        for wild in [u64::MAX, i64::MAX.unsigned_abs(), first.get() + (1 << 40)] {
            for number in [number(1), number(2)] {
                let expect = Expect::Revision(wild.try_into().unwrap());
                let refused = store.commit(Change::remove(number, expect).into()).unwrap_err();
                assert!(refused.is_conflict(), "{refused:?}");
            }
        }
        let next = store.commit(batch(2)).unwrap();
        assert!(next > first && next.get() < first.get() + (1 << 30), "{first} {next}");
        // As if a client whose clock is ahead had stored the record.
        let ahead = first.get() + 1_000_000_000;
        schema.execute(&format!("UPDATE telnum.number SET revision = {ahead}"));
        let expect = Expect::Revision(ahead.try_into().unwrap());
        let above = store.commit(Change::remove(number(1), expect).into()).unwrap();
        assert!(above.get() > ahead);
    }
}

/// A session on a server that has become a standby is closed, so that the next call reaches the new primary.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn sessions_on_a_demoted_server_are_closed() {
    type Call = fn(&PostgresStore) -> Result<(), StoreError>;

    for form in [CommitForm::Statement, CommitForm::Transaction] {
        let schema = Schema::new(&urls()[0], |config| config.with_commit_form(form));
        let role = format!("role_{}", schema.name);
        schema.execute(&format!(
            "CREATE ROLE {role} LOGIN SUPERUSER; ALTER ROLE {role} SET default_transaction_read_only = on"
        ));
        let config: PostgresConfig = urls()[0].replace("//postgres@", &format!("//{role}@")).parse().unwrap();
        let config = config.with_schema(&schema.name).unwrap().with_commit_form(form);
        let calls: [Call; 4] = [
            |store| store.commit(batch(1)).map(drop),
            |store| store.new_contact_ids(1).map(drop),
            |store| store.forget(&Forget::default().with_max_events(0)),
            |store| store.take_lease("sweep", 1, Duration::from_secs(60)).map(drop),
        ];
        for call in calls {
            schema.execute(&format!("ALTER ROLE {role} SET default_transaction_read_only = on"));
            let store = PostgresStore::connect(&config).unwrap();
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| store.get(number(1)).unwrap());
                }
            });
            // New sessions can write, as on the new primary.
            schema.execute(&format!("ALTER ROLE {role} RESET default_transaction_read_only"));
            let refused = call(&store).unwrap_err();
            assert!(matches!(refused, StoreError::Unreachable(_)), "{refused:?}");
            call(&store).unwrap();
        }
        schema.execute(&format!("DROP ROLE {role}"));
    }
}

/// A page of port requests reads no more documents than it returns, if the states are those of an index.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_page_of_port_requests_reads_only_its_rows() {
    let request = |place: u32, state: &str| {
        let id = format!("{state}-{place:04}");
        let document = json!({"id": id, "name": "Bakery", "port_state": state,
            "numbers": {}, "created": 63_630_097_779_u64, "updated": 63_630_097_779_u64,
            "_read_only": {"account": {"id": "child"}}});
        serde_json::from_value::<PortRequest>(document).unwrap()
    };
    let schema = Schema::new(&urls()[0], |config| config);
    let store = schema.store();
    for state in ["submitted", "completed", "pending"] {
        let requests = (0..1_500).map(|place| Change::put(request(place, state), Expect::Absent));
        store.commit(Batch::new().with_port_requests(requests)).unwrap();
    }
    drop(store);
    schema.execute("ANALYZE telnum.port_request");
    let only = |states: &str| PortQuery::default().with_states(states.parse().unwrap());
    // The last query must read the submitted requests that follow the page before it.
    for (query, limit, most) in [
        (only("all"), 10, 40),
        (only("active"), 10, 40),
        (only("completed"), 10, 40),
        (only("pending"), 10, 60),
        (only("submitted"), 1_500, 5_000),
    ] {
        let rows = rows_read_by(&schema, |store| {
            let page = store.scan_port_requests(&query, None, limit).unwrap();
            assert_eq!(page.items.len(), limit);
            assert!(page.items.iter().all(|request| query.matches(request)));
        });
        assert!(rows <= most, "{rows} rows were read for {query:?}");
    }
}

/// A reader gets what was committed before its call, and does not wait until the others have ended.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn reading_events_ends_while_others_commit() {
    let schema = Schema::new(&urls()[0], |config| config);
    let (store, is_done) = (schema.store(), AtomicBool::new(false));
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    let log = |number: PhoneNumber, count: usize| {
        let events = vec![Event { number, at, actor: Actor::System, kind: EventKind::Updated }; count];
        let change = Change::<NumberRecord>::remove(number, Expect::Absent).with_events(events);
        store.commit(change.into()).unwrap();
    };
    thread::scope(|scope| {
        // Each writer has a number of its own.
        let writers: Vec<_> = (1..=4)
            .map(|writer| {
                let (log, is_done) = (&log, &is_done);
                scope.spawn(move || {
                    // Many more commits than are made during the reads.
                    (0..20_000).any(|_| {
                        log(number(writer), 1);
                        is_done.load(Ordering::Relaxed)
                    })
                })
            })
            .collect();
        // More events than are numbered at once, in one commit, which a page of them does not leave out.
        log(number(0), 10_001);
        assert_eq!(store.events(0, 10_000).unwrap().len(), 10_000);
        assert!(store.events(0, usize::MAX).unwrap().len() >= 10_001);
        for _ in 0..2 {
            store.events(0, usize::MAX).unwrap();
        }
        is_done.store(true, Ordering::Relaxed);
        assert!(writers.into_iter().all(|writer| writer.join().unwrap()), "a reader waited for the writers");
    });
    let sequences = store.events(0, usize::MAX).unwrap().into_iter().map(|logged| logged.sequence);
    assert!(sequences.eq(1..=store.events(0, usize::MAX).unwrap().len() as u64));
}

/// A backlog of events, receipts and commits is removed in statements that each remove few rows, without a lock
/// on the log.
#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn a_backlog_is_forgotten_in_chunks() {
    let schema = Schema::new(&urls()[0], |config| config);
    let store = schema.store();
    store.commit(batch(1)).unwrap();
    let last = store.events(0, 10).unwrap().pop().unwrap();
    // 40,000 more events, one in each second, of which the last two are those of the commit. As many receipts.
    let at = last.event.at().gregorian();
    schema.execute(&format!(
        "INSERT INTO telnum.event SELECT i, {at} - 40000 + i, document FROM telnum.event, \
         generate_series(3, 40000) AS i WHERE sequence = 1; UPDATE telnum.head SET next = 40001; \
         INSERT INTO telnum.receipt SELECT 'old-' || i, part, i, actor || i / 20000, {at} - 40000 + i, answer \
         FROM telnum.receipt, generate_series(1, 40000) AS i; \
         INSERT INTO telnum.committed SELECT i, 1 FROM generate_series(1, 40000) AS i; \
         CREATE TABLE telnum.deletion (kind text, rows bigint, locks bigint); \
         CREATE FUNCTION telnum.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         INSERT INTO telnum.deletion SELECT TG_TABLE_NAME, (SELECT count(*) FROM gone), (SELECT count(*) \
         FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'telnum.head'::regclass); \
         RETURN NULL; END $$; \
         CREATE TRIGGER note AFTER DELETE ON telnum.event REFERENCING OLD TABLE AS gone \
         FOR EACH STATEMENT EXECUTE FUNCTION telnum.note(); \
         CREATE TRIGGER note AFTER DELETE ON telnum.receipt REFERENCING OLD TABLE AS gone \
         FOR EACH STATEMENT EXECUTE FUNCTION telnum.note(); \
         CREATE TRIGGER note AFTER DELETE ON telnum.committed REFERENCING OLD TABLE AS gone \
         FOR EACH STATEMENT EXECUTE FUNCTION telnum.note()"
    ));
    let first_left = |forget: Forget| {
        store.forget(&forget).unwrap();
        let Err(StoreError::Forgotten { first }) = store.events(0, 10) else {
            panic!("nothing is forgotten")
        };
        assert_eq!(store.events(first - 1, usize::MAX).unwrap().len() as u64, 40_001 - first);
        first
    };
    let receipts = || store.receipts(None, usize::MAX).unwrap().len();
    let before = |second: u64| Timestamp::from_gregorian(at - 40_000 + second).unwrap();
    assert_eq!(first_left(Forget::default().with_max_events(25_000)), 15_001);
    assert_eq!(first_left(Forget::default().with_events_before(before(32_000))), 32_000);
    // As if the process had ended before it removed the events.
    schema.execute("UPDATE telnum.head SET first = 39000");
    assert_eq!(first_left(Forget::default().with_max_events(5_000)), 39_000);
    store.forget(&Forget::default().with_receipts_before(before(15_000))).unwrap();
    assert_eq!(receipts(), 25_002);
    store.forget(&Forget::default().with_max_receipts_per_actor(9_000)).unwrap();
    assert_eq!(receipts(), 5_000 + 9_000 + 2);
    store.forget(&Forget::default().with_max_receipts(100)).unwrap();
    assert_eq!(receipts(), 100);
    let count = |what: &str| schema.value(&format!("SELECT {what} FROM telnum.deletion"));
    assert_eq!(count("max(locks)"), 0);
    assert!(count("max(rows)") <= 5_000, "{} rows at once", count("max(rows)"));
    assert_eq!(count("sum(rows) FILTER (WHERE kind = 'event')"), 38_999);
    assert_eq!(count("sum(rows) FILTER (WHERE kind = 'committed')"), 40_000);
}
