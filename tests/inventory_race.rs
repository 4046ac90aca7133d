//! Races of many threads for the same numbers: one thread wins, and no change is lost.

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use serde_json::{Value, json};
use telnum::PhoneNumber;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::carrier::{Availability, Carrier, CarrierError, NumberSearch, Offer};
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::{Create, Inventory, InventoryError, InventoryErrorKind, InventoryLimits, Options};
use telnum::lifecycle::State;
use telnum::names::CarrierName;
use telnum::policy::Policy;
use telnum::record::NumberRecord;
use telnum::store::{MemoryStore, Store};
use telnum::testing::{CarrierOrder, ScriptedCarrier};

const NUMBER: &str = "+14158860000";

fn id(place: usize) -> AccountId {
    format!("shop-{place}").parse().unwrap()
}

/// Creates an inventory with `shops` accounts and a slow carrier that sells ten numbers.
fn inventory(shops: usize) -> (Inventory, Arc<ScriptedCarrier>) {
    let carrier = ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(NUMBER.parse().unwrap(), 10);
    let carrier = Arc::new(carrier.with_delay(std::time::Duration::from_millis(2)));
    let shared: Arc<dyn Carrier> = Arc::<ScriptedCarrier>::clone(&carrier);
    let inventory = Inventory::builder(Arc::new(MemoryStore::new()))
        .accounts(AccountTree::new((0..shops).map(|place| Account::new(id(place)))).unwrap())
        .carrier(shared)
        .build();
    (inventory, carrier)
}

/// Runs `act` on `threads` threads at once.
fn race<T: Send>(threads: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(threads);
    let (barrier, act) = (&barrier, &act);
    thread::scope(|scope| {
        let start = |place| {
            scope.spawn(move || {
                barrier.wait();
                act(place)
            })
        };
        let threads: Vec<_> = (0..threads).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn one_of_a_hundred_reserves_a_number() {
    let (inventory, _) = inventory(100);
    let free = Create::default().with_state(State::Available);
    inventory.create([NUMBER], &free, &Options::new(Actor::System)).unwrap().single().unwrap();
    let won = race(100, |place| inventory.reserve([NUMBER], &Options::new(id(place))).unwrap().is_success());
    let winners: Vec<_> =
        won.iter().enumerate().filter(|(_, won)| **won).map(|(place, _)| id(place)).collect();
    assert_eq!(winners.len(), 1);
    let record = inventory.get([NUMBER], &Options::new(Actor::System)).unwrap().single().unwrap();
    assert_eq!((record.owner(), record.state()), (Some(winners[0]), State::Reserved));
    assert_eq!(inventory.store().events(0, 100).unwrap().len(), 2);
}

/// Each of several threads adds placeholders of the same account, three in each call.
fn check_placeholder_race(store: impl Store + 'static) {
    let inventory = Inventory::builder(store)
        .accounts(AccountTree::new([Account::new(id(0))]).unwrap())
        .policy(Policy::default().with_max_port_in(7))
        .build();
    let added = race(8, |place| {
        let numbers = (0..3).map(|nth| format!("+1415886{place:02}{nth:02}"));
        let outcome = inventory.port(numbers, &Create::default(), &Options::new(id(0))).unwrap();
        let is_limit = |error: &InventoryError| error.kind() == InventoryErrorKind::Forbidden;
        assert!(outcome.failed.values().all(is_limit), "{:?}", outcome.failed);
        outcome.succeeded.len()
    });
    assert_eq!(added.iter().sum::<usize>(), 7);
}

#[test]
fn concurrent_calls_do_not_exceed_the_limit_on_placeholders() {
    for _ in 0..30 {
        check_placeholder_race(MemoryStore::new());
    }
}

#[cfg(feature = "redb")]
#[test]
fn concurrent_calls_do_not_exceed_the_limit_on_placeholders_in_a_file() {
    for _ in 0..5 {
        let backend = || Ok(redb::backends::InMemoryBackend::new());
        check_placeholder_race(telnum::store::redb::RedbOptions::new().open_backend(backend).unwrap());
    }
}

#[test]
fn two_buyers_never_buy_the_same_number() {
    for _ in 0..10 {
        let (inventory, carrier) = inventory(8);
        let numbers: Vec<_> = (0..10).map(|place| format!("+1415886000{place}")).collect();
        let bought = race(8, |place| {
            // Each thread asks for all numbers, in another order.
            let wanted = (0..10).map(|number| &numbers[(number + place) % 10]);
            inventory.activate(wanted, &Options::new(id(place))).unwrap().succeeded
        });
        let mut owned: Vec<PhoneNumber> = bought.iter().flat_map(|bought| bought.keys().copied()).collect();
        owned.sort_unstable();
        let mut ordered: Vec<PhoneNumber> = carrier.orders().into_iter().map(|(.., number)| number).collect();
        ordered.sort_unstable();
        let all: Vec<PhoneNumber> = numbers.iter().map(|number| number.parse().unwrap()).collect();
        assert_eq!((owned, ordered), (all.clone(), all));
        assert!(carrier.orders().iter().all(|(_, order, _)| *order == CarrierOrder::Acquire));
        for (place, bought) in bought.iter().enumerate() {
            assert!(bought.values().all(|record| record.owner() == Some(id(place))));
        }
    }
}

#[test]
fn concurrent_changes_are_not_lost() {
    let (inventory, _) = inventory(1);
    let numbers: Vec<_> = (0..5).map(|place| format!("+1415555010{place}")).collect();
    let system = Options::new(Actor::System).with_account(id(0));
    assert!(inventory.create(&numbers, &Create::default(), &system).unwrap().is_success());
    race(20, |thread| {
        for round in 0..50 {
            // A single number, all of them, or all or nothing.
            let field = format!("t{thread}-{round}");
            let patch = json!({field: true}).as_object().unwrap().clone();
            let options = system.with_all_or_nothing(round % 3 == 0);
            let count = if round % 2 == 0 { 1 } else { numbers.len() };
            let outcome = inventory.patch(&numbers[..count], patch, &options).unwrap();
            assert!(outcome.is_success(), "{:?}", outcome.failed);
        }
    });
    let records = inventory.get(&numbers, &system).unwrap().succeeded;
    assert_eq!(records[0].custom().unwrap().len(), 1_000);
    for record in records.values().skip(1) {
        assert_eq!(record.custom().unwrap().len(), 500);
        assert_eq!(record.version(), 501);
    }
    assert_eq!(inventory.store().events(0, 10_000).unwrap().len(), 5 + 1_000 + 4 * 500);
}

#[test]
fn concurrent_repetitions_of_a_request_take_effect_once() {
    for _ in 0..10 {
        let (inventory, carrier) = inventory(1);
        let options = Options::new(id(0)).with_key("order-1".parse().unwrap());
        let outcomes = race(8, |_| inventory.reserve([NUMBER, "+14158860001"], &options).unwrap());
        for outcome in &outcomes {
            assert!(outcome.is_success(), "{:?}", outcome.failed);
            assert!(outcome.succeeded.values().all(|record| record.owner() == Some(id(0))));
        }
        assert_eq!(carrier.orders().len(), 2);
    }
}

/// A carrier that signals its first order, and completes it when it is allowed to.
#[derive(Debug)]
struct Slow(Mutex<Option<(Sender<()>, Receiver<()>)>>);

impl Carrier for Slow {
    fn name(&self) -> CarrierName {
        "slow".parse().unwrap()
    }

    fn search(&self, _: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        Ok(Vec::new())
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        Ok(vec![Availability::Available; numbers.len()])
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        let first = self.0.lock().unwrap().take();
        if let Some((asked, may_answer)) = first {
            asked.send(()).unwrap();
            may_answer.recv().unwrap();
        }
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

/// While a carrier is slow, recovery completes the purchase, and the number goes on to another account: the
/// first buyer gets the stored outcome of the purchase, or a conflict, and never another account's record.
#[test]
fn a_late_buyer_does_not_see_another_accounts_record() {
    for goes_on in [false, true] {
        for key in [None, Some("order-1".parse().unwrap())] {
            let ((is_asked, asked), (may_answer, answers)) = (channel(), channel());
            let inventory = Inventory::builder(MemoryStore::new())
                .accounts(AccountTree::new([0, 1].map(|place| Account::new(id(place)))).unwrap())
                .carrier(Slow(Mutex::new(Some((is_asked, answers)))))
                .limits(InventoryLimits::default().with_claim_timeout(std::time::Duration::ZERO))
                .build();
            let [first, second] = [0, 1].map(|place| Options::new(id(place)));
            let first = key.into_iter().fold(first, Options::with_key);
            let outcome = thread::scope(|scope| {
                let late = scope.spawn(|| inventory.activate([NUMBER], &first).unwrap());
                asked.recv().unwrap();
                assert_eq!(inventory.recover().unwrap().finished, 1);
                if goes_on {
                    assert!(inventory.release([NUMBER], &Options::new(id(0))).unwrap().is_success());
                    assert!(inventory.activate([NUMBER], &second).unwrap().is_success());
                }
                may_answer.send(()).unwrap();
                late.join().unwrap()
            });
            let received = outcome.single().map(|record| record.owner()).map_err(|error| error.kind());
            let is_known = key.is_some() || !goes_on;
            assert_eq!(received, if is_known { Ok(Some(id(0))) } else { Err(InventoryErrorKind::Conflict) });
        }
    }
}
