//! A process that is killed at any moment: the acknowledged changes are stored, each order was made once, and
//! after `recover` no claim is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
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
use telnum::store::redb::RedbStore;
use telnum::store::{Query, Store, StoreExt};
use telnum::{PhoneNumber, Timestamp};

use super::count;
use super::disk::Random;
use super::folder::Folder;

/// A carrier that writes its orders to a file, one for each key.
#[derive(Debug)]
struct FileCarrier {
    path: PathBuf,
    keys: Mutex<BTreeSet<String>>,
}

impl FileCarrier {
    fn open(path: PathBuf) -> Self {
        let keys = orders(&path).into_iter().map(|[_, key, _]| key).collect();
        Self { path, keys: Mutex::new(keys) }
    }

    fn order(&self, kind: &str, record: &NumberRecord, key: IdempotencyKey) {
        let mut keys = self.keys.lock().unwrap();
        if keys.insert(key.to_string()) {
            let mut file = OpenOptions::new().append(true).create(true).open(&self.path).unwrap();
            file.write_all(format!("{kind} {key} {}\n", record.number()).as_bytes()).unwrap();
        }
    }
}

/// Returns the kind, the key and the number of each order.
fn orders(path: &Path) -> Vec<[String; 3]> {
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

fn number(place: u64) -> PhoneNumber {
    format!("+1415{:07}", 2_000_000 + place).parse().unwrap()
}

/// Returns the inventory in `folder`, whose clock is `hours` after the start.
fn service(folder: &Path, hours: i64) -> Inventory {
    let store = RedbStore::open(folder.join("numbers.redb")).unwrap();
    let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let now = start.after(chrono::TimeDelta::hours(hours));
    let carrier: Arc<dyn Carrier> = Arc::new(FileCarrier::open(folder.join("orders")));
    Inventory::builder(Arc::new(store))
        .accounts(AccountTree::new([Account::new(shop())]).unwrap())
        .carrier(carrier)
        .clock(move || now)
        .build()
}

/// Not a test, but the process that is killed. It prints the acknowledged changes.
#[test]
#[ignore = "the process that another test kills"]
fn child() {
    let Ok(folder) = std::env::var("TELNUM_KILL_FOLDER") else { return };
    let (run, options) = (count("TELNUM_KILL_RUN", 0), Options::new(shop()));
    let inventory = service(Path::new(&folder), i64::try_from(run).unwrap() * 48);
    let say = |done: &str, numbers: &[String]| {
        let lines =
            numbers.iter().fold(String::new(), |lines, number| lines + &format!("did {done} {number}\n"));
        std::io::stdout().write_all(lines.as_bytes()).unwrap();
        std::io::stdout().flush().unwrap();
    };
    // Two threads, so that commits share transactions.
    thread::scope(|scope| {
        for thread in 0..2 {
            let (inventory, options, say) = (&inventory, &options, &say);
            scope.spawn(move || {
                for step in 0..2_000 {
                    let first = run * 20_000 + thread * 10_000 + step * 3;
                    let numbers: Vec<_> = (first..first + 3).map(|place| number(place).to_string()).collect();
                    let done = inventory.reserve(&numbers, options).unwrap();
                    assert_eq!(done.succeeded.len(), 3, "{:?}", done.failed);
                    say("reserve", &numbers);
                    inventory.activate(&numbers, options).unwrap();
                    say("activate", &numbers);
                    if step % 2 == 0 {
                        inventory.release(&numbers[..1], options).unwrap();
                        say("release", &numbers[..1]);
                    }
                }
            });
        }
    });
}

/// `TELNUM_KILLS` sets the number of kills.
#[test]
fn a_killed_process_loses_nothing_and_orders_nothing_twice() {
    let folder = Folder::new();
    let mut random = Random(7);
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();
    for run in 0..count("TELNUM_KILLS", 50) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["kill::child", "--exact", "--ignored", "--nocapture"])
            .env("TELNUM_KILL_FOLDER", folder.path(""))
            .env("TELNUM_KILL_RUN", run.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        let reader = thread::spawn(move || {
            output.lines().map_while(Result::ok).for_each(|line| sender.send(line).unwrap());
        });
        let mut printed = Vec::new();
        // One child in four is killed whatever it does, the others at work, however slow the machine is.
        let (wait, least) = (random.below(150_000), usize::try_from(1 + random.below(60)).unwrap());
        if run % 4 == 0 {
            thread::sleep(Duration::from_micros(wait));
        } else {
            printed.extend(lines.iter().take(least));
            thread::sleep(Duration::from_micros(wait / 100));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        reader.join().unwrap();
        printed.extend(lines);
        for line in printed {
            if let Some(("did", rest)) = line.split_once(' ')
                && let Some((done, number)) = rest.split_once(' ')
            {
                acknowledged.insert(number.to_owned(), done.to_owned());
            }
        }

        let inventory = service(&folder.path(""), i64::try_from(run).unwrap() * 48 + 24);
        let report = inventory.recover().unwrap();
        assert_eq!((report.left, report.failed.len()), (0, 0), "run {run}");
        let claimed = inventory.store().scan(&Query::default().with_pending(true), None, 1).unwrap();
        assert_eq!(claimed.items, [], "run {run}");
        let made = orders(&folder.path("orders"));
        let mut bought = BTreeMap::<&str, u64>::new();
        let mut keys = BTreeSet::new();
        for [kind, key, number] in &made {
            assert!(keys.insert(key), "run {run}: {key} twice");
            if kind == "acquire" {
                *bought.entry(number).or_default() += 1;
            }
        }
        let mut stored = BTreeMap::new();
        for record in inventory.store().scan_all(Query::default(), 1_000) {
            let record = record.unwrap();
            stored.insert(record.number().to_string(), record.state());
        }
        for (number, state) in &stored {
            assert_eq!(bought.get(number.as_str()), Some(&1), "run {run}: {number} is {state}");
        }
        for (number, done) in &acknowledged {
            let state = stored.get(number).copied();
            let is_kept = match done.as_str() {
                "reserve" => matches!(state, Some(State::Reserved | State::InService)),
                "activate" => state == Some(State::InService) || state == Some(State::Available),
                _ => state != Some(State::InService) && state != Some(State::Reserved),
            };
            assert!(is_kept, "run {run}: {number}: {done} was acknowledged, found {state:?}");
        }
    }
    let store = RedbStore::open(folder.path("numbers.redb")).unwrap();
    store.check().unwrap();
    assert!(
        acknowledged.len() as u64 >= count("TELNUM_KILLS", 50),
        "{} were acknowledged",
        acknowledged.len()
    );
}
