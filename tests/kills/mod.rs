//! A service that buys, activates and releases numbers while it or its store is killed: afterwards, the
//! acknowledged changes are stored, each order was made once, and after `recover` no claim is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use telnum::account::{Account, AccountId, AccountTree};
use telnum::carrier::{Availability, Carrier, CarrierError, CarrierInfo, NumberSearch, Offer};
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::{Inventory, Options};
use telnum::lifecycle::State;
use telnum::names::CarrierName;
use telnum::record::NumberRecord;
use telnum::store::{Query, Store, StoreExt};
use telnum::{PhoneNumber, Timestamp};

/// The last acknowledged change of each number.
pub(crate) type Acknowledged = BTreeMap<String, String>;

/// A carrier that writes each call to a file. Calls with the same key are the same order.
#[derive(Debug)]
struct FileCarrier {
    path: PathBuf,
}

impl FileCarrier {
    fn order(&self, kind: &str, record: &NumberRecord, key: IdempotencyKey) {
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path).unwrap();
        file.write_all(format!("{kind} {key} {}\n", record.number()).as_bytes()).unwrap();
    }
}

/// Returns the kind, the key and the number of each call.
fn calls(path: &Path) -> Vec<[String; 3]> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
    text.lines().map(words).collect()
}

impl Carrier for FileCarrier {
    fn name(&self) -> CarrierName {
        "telnyx".parse().unwrap()
    }

    fn info(&self) -> CarrierInfo {
        CarrierInfo::of(self.name())
    }

    fn search(&self, _: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        Ok(Vec::new())
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Available; numbers.len()])
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.order("acquire", record, key);
        Ok(None)
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.order("disconnect", record, key);
        Ok(None)
    }
}

fn shop() -> AccountId {
    "shop".parse().unwrap()
}

fn number(place: u64) -> String {
    format!("+1415{:07}", 2_000_000 + place)
}

/// Returns the inventory over `store`, whose carrier keeps its orders in `folder`, and whose clock is `hours`
/// after the start.
pub(crate) fn service(store: Arc<dyn Store>, folder: &Path, hours: u64) -> Inventory {
    let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let now = start.after(chrono::TimeDelta::hours(i64::try_from(hours).unwrap()));
    let carrier: Arc<dyn Carrier> = Arc::new(FileCarrier { path: folder.join("orders") });
    Inventory::builder(store)
        .accounts(AccountTree::new([Account::new(shop())]).unwrap())
        .carrier(carrier)
        .clock(move || now)
        .build()
}

/// Buys, activates and releases new numbers in two threads while `goes_on`, and calls `say` with each
/// acknowledged change.
pub(crate) fn work(
    inventory: &Inventory,
    run: u64,
    goes_on: impl Fn() -> bool + Sync,
    say: impl Fn(&str, &[String]) + Sync,
) {
    let options = Options::new(shop());
    let (goes_on, say) = (&goes_on, &say);
    // Two threads, so that commits share transactions.
    thread::scope(|scope| {
        for thread in 0..2 {
            let options = &options;
            scope.spawn(move || {
                for step in 0..2_000 {
                    if !goes_on() {
                        break;
                    }
                    let first = run * 20_000 + thread * 10_000 + step * 3;
                    let numbers: Vec<_> = (first..first + 3).map(number).collect();
                    let Ok(reserved) = inventory.reserve(&numbers, options) else { continue };
                    let reserved: Vec<_> = reserved.succeeded.keys().map(ToString::to_string).collect();
                    say("reserve", &reserved);
                    let Ok(activated) = inventory.activate(&reserved, options) else { continue };
                    let activated: Vec<_> = activated.succeeded.keys().map(ToString::to_string).collect();
                    say("activate", &activated);
                    if step % 2 == 0
                        && let Some(first) = activated.first()
                        && let Ok(released) = inventory.release([first.as_str()], options)
                        && released.is_success()
                    {
                        say("release", std::slice::from_ref(first));
                    }
                }
            });
        }
    });
}

/// Does the work of a process that is killed: prints the acknowledged changes.
pub(crate) fn child(store: Arc<dyn Store>, folder: &Path, run: u64) {
    let say = |done: &str, numbers: &[String]| {
        let lines =
            numbers.iter().fold(String::new(), |lines, number| lines + &format!("did {done} {number}\n"));
        std::io::stdout().write_all(lines.as_bytes()).unwrap();
        std::io::stdout().flush().unwrap();
    };
    work(&service(store, folder, run * 48), run, || true, say);
}

/// Starts the test `name` of this program, which is to call [`child`], and kills it `time` after its first
/// acknowledged change. Adds the changes to `acknowledged`.
pub(crate) fn kill_child(
    name: &str,
    variables: &[(&str, String)],
    time: Duration,
    acknowledged: &mut Acknowledged,
) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--ignored", "--nocapture"])
        .envs(variables.iter().map(|(name, value)| (*name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (started, start) = mpsc::channel();
    let lines = thread::spawn(move || {
        let lines = output.lines().map_while(Result::ok);
        let lines = lines.inspect(|line| {
            if line.starts_with("did ") {
                let _is_waiting = started.send(());
            }
        });
        lines.collect::<Vec<_>>()
    });
    start.recv_timeout(Duration::from_secs(60)).unwrap();
    thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
    for line in lines.join().unwrap() {
        if let Some(("did", rest)) = line.split_once(' ')
            && let Some((done, number)) = rest.split_once(' ')
        {
            acknowledged.insert(number.to_owned(), done.to_owned());
        }
    }
}

/// Recovers, and checks everything after the kill number `run`.
pub(crate) fn check(store: Arc<dyn Store>, folder: &Path, run: u64, acknowledged: &Acknowledged) {
    let inventory = service(store, folder, run * 48 + 24);
    // A server may still execute the last statement of a killed process, which may store one more claim.
    let stored = (0..3).find_map(|_| {
        let report = inventory.recover().unwrap();
        assert_eq!((report.left, report.failed.len(), report.is_elsewhere), (0, 0, false), "run {run}");
        let records = inventory.store().scan_all(Query::default(), 1_000).map(Result::unwrap);
        let records: Vec<_> = records.collect();
        let is_claimed = records.iter().any(|record| record.pending().is_some());
        let states = records.into_iter().map(|record| (record.number().to_string(), record.state()));
        (!is_claimed).then(|| states.collect::<BTreeMap<_, _>>())
    });
    assert!(stored.is_some(), "run {run}: a claim is left after recoveries");
    let stored = stored.unwrap();
    let calls = calls(&folder.join("orders"));
    let mut orders = BTreeMap::new();
    let (mut bought, mut returned) = (BTreeMap::<&str, u64>::new(), BTreeSet::new());
    for [kind, key, number] in &calls {
        match orders.insert(key, (kind, number)) {
            Some(before) => assert_eq!(before, (kind, number), "run {run}: {key} is the key of two orders"),
            None if kind == "acquire" => *bought.entry(number).or_default() += 1,
            None => assert!(returned.insert(number.as_str()), "run {run}: {number} was returned twice"),
        }
    }
    for (number, state) in &stored {
        assert_eq!(bought.get(number.as_str()), Some(&1), "run {run}: {number} is {state}");
    }
    for number in bought.keys() {
        let is_known = stored.contains_key(*number) || returned.contains(number);
        assert!(is_known, "run {run}: {number} was bought, and is neither stored nor returned");
    }
    for (number, done) in acknowledged {
        let state = stored.get(number).copied();
        let is_kept = match done.as_str() {
            "reserve" => matches!(state, Some(State::Reserved | State::InService)),
            "activate" => state == Some(State::InService) || state == Some(State::Available),
            _ => state != Some(State::InService) && state != Some(State::Reserved),
        };
        assert!(is_kept, "run {run}: {number}: {done} was acknowledged, found {state:?}");
    }
}
