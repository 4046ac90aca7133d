//! How work grows with its input: each case runs at doubling sizes, and the bench prints the ratios of time
//! and of allocated bytes from one size to the next. The items are those in the names of the tests in
//! `tests/bounds.rs`.
//!
//! ```text
//! cargo bench --bench bounds
//! ```
//!
//! Limits that would end a case early are lifted. Values that a case has prepared are dropped after the time
//! is taken. Work that is proportional to the size has a ratio of 2, and work that is proportional to its
//! square a ratio of 4. A ratio of 2.5 or more fails the bench. Each time is the minimum of several rounds.
//! With `--test` each case runs once per size, and only the ratios of bytes are checked, since they are the
//! same in every run.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops at the first error")]
#![expect(clippy::cast_precision_loss, reason = "ratios are only compared and displayed")]

use std::any::Any;
use std::hint::black_box;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use serde_json::{Map, Value, json};
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::classify::{Classifiers, Rule};
use telnum::contact::book::ContactBook;
use telnum::contact::{ContactQuery, EnteredNumber, NewContact};
use telnum::inventory::{Create, Inventory, InventoryLimits, Options};
use telnum::policy::{DocumentLimits, Policy, Retention};
use telnum::porting::desk::PortDesk;
use telnum::porting::{NewPortRequest, PortStates};
use telnum::record::schema;
use telnum::store::MemoryStore;

/// The prepared work of a case at one size. It returns what is dropped outside of the measurement.
type Work = Box<dyn FnOnce() -> Box<dyn Any>>;

/// A case: its item, its name, its smallest size, and the function that prepares its work at a size.
struct Case {
    item: u8,
    name: &'static str,
    size: usize,
    prepare: fn(usize) -> Work,
}

const CASES: &[Case] = &[
    Case { item: 20, name: "keys of a document, nulled by a patch", size: 2_500, prepare: null_keys },
    Case { item: 21, name: "keys of a document for 50 numbers", size: 500, prepare: large_document },
    Case { item: 21, name: "numbers with a document of 1,000 keys", size: 50, prepare: many_numbers },
    Case { item: 22, name: "wrong comments in a document", size: 20_000, prepare: wrong_comments },
    Case { item: 23, name: "numbers that another port request has", size: 1_000, prepare: taken_numbers },
    Case { item: 24, name: "keyed patches of one number, then a sweep", size: 250, prepare: keyed_patches },
    Case { item: 24, name: "numbers of a repeated request", size: 500, prepare: replayed },
    Case { item: 25, name: "owners beside a page of all numbers", size: 5_000, prepare: page_of_all },
    Case { item: 25, name: "numbers of an owner, added one by one within 1,000", size: 2, prepare: owners },
    Case { item: 26, name: "rules of a set", size: 5, prepare: rules },
    Case { item: 26, name: "bytes of a text that no automaton matches", size: 10_000, prepare: long_text },
    Case { item: 27, name: "numbers of a call without time", size: 1_000, prepare: late },
    Case { item: 28, name: "accounts, inserted one by one", size: 1_000, prepare: accounts },
    Case {
        item: 28,
        name: "requests of others beside an account's list",
        size: 1_000,
        prepare: requests_of_others,
    },
    #[cfg(feature = "redb")]
    Case { item: 25, name: "owners beside a page of a file", size: 500, prepare: page_of_a_file },
    #[cfg(feature = "redb")]
    Case { item: 24, name: "actors, each with a receipt too many", size: 250, prepare: surplus_receipts },
];

/// The number of timed rounds at each size.
const ROUNDS: usize = 15;
const DOUBLINGS: u32 = 2;
const MAX_RATIO: f64 = 2.5;

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let rounds = if is_test { 1 } else { ROUNDS };
    println!("{:<56} {:>8} {:>12} {:>14} {:>6} {:>6}", "case", "size", "time", "bytes", "time", "bytes");
    let mut failed = Vec::new();
    for Case { item, name, size, prepare } in CASES {
        let mut before: Option<(Duration, u64)> = None;
        for doubling in 0..=DOUBLINGS {
            let size = *size << doubling;
            let time = (0..rounds).map(|_| time_of(prepare(size))).min().unwrap();
            let work = prepare(size);
            let mut kept = None;
            let bytes = measure(|| kept = Some(work())).bytes_total;
            drop(kept);
            let ratios = before.map(|(earlier, fewer)| {
                let bytes_ratio = bytes as f64 / fewer.max(1) as f64;
                (time.as_secs_f64() / earlier.as_secs_f64(), bytes_ratio)
            });
            let shown = ratios.map_or_else(String::new, |(time, bytes)| format!("{time:>6.2} {bytes:>6.2}"));
            println!(
                "{:<56} {size:>8} {:>12} {bytes:>14} {shown}",
                format!("{item}: {name}"),
                format!("{time:.1?}")
            );
            // Times below a tenth of a millisecond are too inaccurate.
            let is_timed = !is_test && time > Duration::from_micros(100);
            if let Some((by_time, by_bytes)) = ratios
                && (by_time >= MAX_RATIO && is_timed || by_bytes >= MAX_RATIO)
            {
                failed.push(format!("{item}: {name}: {by_time:.2} and {by_bytes:.2} at {size}"));
            }
            before = Some((time, bytes));
        }
    }
    assert!(failed.is_empty(), "ratios of {MAX_RATIO} and more: {failed:#?}");
}

fn time_of(work: Work) -> Duration {
    let start = Instant::now();
    let kept = work();
    let time = start.elapsed();
    drop(kept);
    time
}

const NUMBER: &str = "+14158867900";

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

fn by(account: &str) -> Options {
    Options::new(id(account))
}

/// An inventory without limits.
fn inventory() -> Inventory {
    let document = DocumentLimits::default().with_max_bytes(usize::MAX).with_max_keys(usize::MAX);
    let retention = Retention::default().with_max_receipts_per_actor(100);
    let limits = InventoryLimits::default().with_max_document_bytes(usize::MAX).with_max_numbers(usize::MAX);
    let accounts = ["shop", "mall"].map(|name| Account::new(id(name)).with_may_add_numbers(true));
    Inventory::builder(MemoryStore::new())
        .accounts(AccountTree::new(accounts).unwrap())
        .policy(Policy::default().with_document(document).with_retention(retention))
        .limits(limits)
        .build()
}

fn keys(count: usize, value: &Value) -> Map<String, Value> {
    (0..count).map(|place| (format!("key-{place}"), value.clone())).collect()
}

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|place| format!("+1415{:07}", 2_000_000 + place)).collect()
}

fn create(document: Map<String, Value>) -> Create {
    Create::default().with_document(document)
}

fn null_keys(size: usize) -> Work {
    let inventory = inventory();
    inventory.create([NUMBER], &create(keys(size, &json!(1))), &by("shop")).unwrap();
    let patch = keys(size, &json!(null));
    Box::new(move || {
        assert!(inventory.patch([NUMBER], patch, &by("shop")).unwrap().is_success());
        Box::new(inventory)
    })
}

fn large_document(size: usize) -> Work {
    let (inventory, numbers, create) = (inventory(), numbers(50), create(keys(size, &json!(1))));
    Box::new(move || {
        let outcome = inventory.create(&numbers, &create, &by("shop")).unwrap();
        assert!(outcome.is_success());
        Box::new((inventory, numbers, create, outcome))
    })
}

fn many_numbers(size: usize) -> Work {
    let (inventory, numbers, create) = (inventory(), numbers(size), create(keys(1_000, &json!(1))));
    Box::new(move || {
        let outcome = inventory.create(&numbers, &create, &by("shop")).unwrap();
        assert!(outcome.is_success());
        Box::new((inventory, numbers, create, outcome))
    })
}

fn wrong_comments(size: usize) -> Work {
    let document = json!({"porting": {"comments": vec![7; size]}});
    Box::new(move || {
        assert_eq!(black_box(schema::check(&document)).len(), 101);
        Box::new(document)
    })
}

fn port_request(name: &str, account: &str, numbers: &[String]) -> NewPortRequest {
    let numbers: Map<_, _> = numbers.iter().map(|number| (number.clone(), json!({}))).collect();
    let document = json!({"name": "Bakery", "numbers": numbers}).as_object().unwrap().clone();
    NewPortRequest { id: name.parse().unwrap(), account: id(account), port_authority: None, document }
}

fn taken_numbers(size: usize) -> Work {
    let desk = PortDesk::new(inventory());
    let numbers = numbers(size);
    desk.create(port_request("first", "shop", &numbers), id("shop").into()).unwrap();
    let second = port_request("second", "mall", &numbers);
    Box::new(move || {
        assert!(desk.create(second, id("mall").into()).is_err());
        Box::new(desk)
    })
}

fn keyed_patches(size: usize) -> Work {
    let inventory = inventory();
    inventory.create([NUMBER], &create(keys(1_000, &json!(1))), &by("shop")).unwrap();
    Box::new(move || {
        for place in 0..size {
            let options = by("shop").with_key(format!("k{place}").parse().unwrap());
            let patch = Map::from_iter([("key-1".to_owned(), place.into())]);
            assert!(inventory.patch([NUMBER], patch, &options).unwrap().is_success());
        }
        inventory.sweep().unwrap();
        Box::new(inventory)
    })
}

fn replayed(size: usize) -> Work {
    let (inventory, numbers) = (inventory(), numbers(size));
    let (create, options) = (create(keys(10, &json!(1))), by("shop").with_key("k".parse().unwrap()));
    inventory.create(&numbers, &create, &options).unwrap();
    Box::new(move || {
        let outcome = inventory.create(&numbers, &create, &options).unwrap();
        assert!(outcome.is_success());
        Box::new((inventory, numbers, create, outcome))
    })
}

fn contact(place: usize) -> NewContact {
    NewContact::new(EnteredNumber::parse(&format!("+1415{:07}", 2_000_000 + place), None, None).unwrap())
}

fn page_of_all(size: usize) -> Work {
    let book = ContactBook::new(MemoryStore::new());
    for owner in 0..size {
        book.add(owner.to_string().parse().unwrap(), [contact(owner)]).unwrap();
    }
    Box::new(move || {
        let query = ContactQuery::new("-created_at".parse().unwrap());
        assert_eq!(book.page(&query).unwrap().total, size as u64);
        Box::new(book)
    })
}

#[cfg(feature = "redb")]
fn page_of_a_file(size: usize) -> Work {
    use telnum::store::redb::RedbOptions;

    let store = RedbOptions::new().open_backend(|| Ok(redb::backends::InMemoryBackend::new())).unwrap();
    let book = ContactBook::new(store);
    for owner in 0..size {
        book.add(owner.to_string().parse().unwrap(), [contact(owner)]).unwrap();
    }
    Box::new(move || {
        let query = ContactQuery::new("-created_at".parse().unwrap());
        assert_eq!(book.page(&query).unwrap().total, size as u64);
        Box::new(book)
    })
}

fn owners(size: usize) -> Work {
    let book = ContactBook::new(MemoryStore::new());
    Box::new(move || {
        for owner in 0..size {
            for place in 0..200 {
                book.add(owner.to_string().parse().unwrap(), [contact(place)]).unwrap();
            }
        }
        Box::new(book)
    })
}

fn rules(size: usize) -> Work {
    Box::new(move || {
        let rules = (0..size).map(|place| Rule::new(place.to_string(), format!("^{place}([0-8]{{40}})x$")));
        Box::new(black_box(Classifiers::new(rules).unwrap()))
    })
}

fn long_text(size: usize) -> Work {
    let classifiers = Classifiers::new([Rule::new("far", r"1\d{24}$"), Rule::new("rest", "^(.*)$")]).unwrap();
    let text = "1".repeat(size);
    Box::new(move || {
        assert!(black_box(classifiers.classify(&text)).is_none());
        Box::new((classifiers, text))
    })
}

fn late(size: usize) -> Work {
    let (inventory, numbers) = (inventory(), numbers(size));
    Box::new(move || {
        let options = by("shop").with_deadline(Instant::now());
        let outcome = inventory.release(&numbers, &options).unwrap();
        assert_eq!(outcome.failed.len(), size);
        Box::new((inventory, numbers, outcome))
    })
}

fn accounts(size: usize) -> Work {
    Box::new(move || {
        let mut tree = AccountTree::new([Account::new(id("root"))]).unwrap();
        for place in 0..size {
            tree.insert(Account::new(id(&format!("a{place}"))).with_parent(id("root"))).unwrap();
        }
        Box::new(tree)
    })
}

fn requests_of_others(size: usize) -> Work {
    let desk = PortDesk::new(inventory());
    for (place, number) in numbers(size).into_iter().enumerate() {
        let account = if place == 0 { "shop" } else { "mall" };
        desk.create(port_request(&format!("p{place}"), account, &[number]), id(account).into()).unwrap();
    }
    Box::new(move || {
        let actor = Actor::Account(id("shop"));
        let page = desk.list_of(id("shop"), PortStates::ALL, None, 50, actor).unwrap();
        assert_eq!(page.items.len(), 1);
        Box::new(desk)
    })
}

#[cfg(feature = "redb")]
fn surplus_receipts(size: usize) -> Work {
    use telnum::store::redb::RedbOptions;
    use telnum::store::{Batch, Forget, Receipt, Store};

    let store = RedbOptions::new().open_backend(|| Ok(redb::backends::InMemoryBackend::new())).unwrap();
    for (actor, place) in (0..size).flat_map(|actor| [(actor, 0), (actor, 1)]) {
        let (key, at) = (format!("k{actor}-{place}"), "2026-03-01T12:00:00Z".parse().unwrap());
        let actor = Actor::Account(id(&format!("a{actor}")));
        let receipt = Receipt::new(key.parse().unwrap(), actor, json!(null), at);
        store.commit(Batch::default().with_receipt(receipt)).unwrap();
    }
    Box::new(move || {
        store.forget(&Forget::default().with_max_receipts_per_actor(1)).unwrap();
        assert_eq!(store.stats().unwrap().receipts, size as u64);
        Box::new(store)
    })
}
