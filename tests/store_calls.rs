//! Use cases pass lists to their store: at most three calls, and one more for every 1,000 numbers. A lease is taken
//! and ended by two calls, which are counted apart.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::carrier::{Availability, Carrier, CarrierError, NumberSearch, Offer};
use telnum::contact::book::ContactBook;
use telnum::contact::{ContactPatch, ContactQuery, DerivedFields, EnteredNumber, NewContact};
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::{Create, ImportRow, Inventory, InventoryLimits, Options, Outcome};
use telnum::lifecycle::State;
use telnum::names::CarrierName;
use telnum::policy::{LeaseTerms, Policy};
use telnum::porting::desk::{MemoryDocuments, PortDesk};
use telnum::porting::{NewPortRequest, PortEdit, PortRequest, PortRequestId, PortState, PortStates};
use telnum::record::{NumberRecord, Update};
use telnum::store::{Batch, MemoryStore, Query, Revision, Store, StoreError, StoreExt, delegate_store};
use telnum::testing::{CarrierFault, CarrierOrder, ScriptedCarrier};
use telnum::{PhoneNumber, Timestamp};

/// A store that counts its calls.
#[derive(Debug, Default)]
struct Counting {
    store: MemoryStore,
    calls: AtomicUsize,
    lease_calls: AtomicUsize,
}

impl Counting {
    fn count<T>(&self, call: impl FnOnce(&MemoryStore) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        call(&self.store)
    }

    fn count_lease<T>(
        &self,
        call: impl FnOnce(&MemoryStore) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.lease_calls.fetch_add(1, Ordering::Relaxed);
        call(&self.store)
    }
}

impl Store for Counting {
    delegate_store!(by count; get, get_many, scan, port_requests, scan_port_requests, active_port_requests,
        contact_lists, contact_lists_with, contact_page, new_contact_ids, commit, events, receipt, forget);
    delegate_store!(by count_lease; take_lease);
    delegate_store!(|this| &this.store; max_changes);
}

/// A service whose carrier sells the numbers of [`numbers`].
struct World {
    store: Arc<Counting>,
    carrier: Arc<ScriptedCarrier>,
    now: Arc<AtomicU64>,
    inventory: Inventory,
    desk: PortDesk,
    book: ContactBook,
}

impl World {
    fn new() -> Self {
        let store = Arc::new(Counting::default());
        let carrier =
            ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(FIRST_SOLD.parse().unwrap(), 1_000);
        let carrier = Arc::new(carrier);
        let now = Arc::new(AtomicU64::new(63_900_000_000));
        let accounts = AccountTree::new([Account::new(shop())]).unwrap();
        let seller: Arc<dyn Carrier> = Arc::<ScriptedCarrier>::clone(&carrier);
        let clock = Arc::clone(&now);
        let inventory = Inventory::builder(Arc::clone(&store))
            .accounts(accounts)
            .carrier(seller)
            .policy(
                Policy::default()
                    .with_reservation(LeaseTerms::new(60).with_longest_seconds(600))
                    .with_disconnect_on_release(true)
                    .with_max_port_in(5_000),
            )
            .limits(InventoryLimits::default().with_claim_timeout(Duration::ZERO))
            .clock(move || Timestamp::from_gregorian(clock.load(Ordering::Relaxed)).unwrap())
            .build();
        let desk = PortDesk::new(inventory.clone()).with_documents(MemoryDocuments::default());
        let book = ContactBook::new(Arc::clone(&store)).with_max_numbers(2_000);
        Self { store, carrier, now, inventory, desk, book }
    }

    /// Lets time pass until every reservation has ended.
    fn wait(&self) {
        self.now.fetch_add(61, Ordering::Relaxed);
    }

    /// Creates numbers of the shop in service.
    fn add(&self, numbers: &[PhoneNumber]) {
        done(&self.inventory.create(numbers, &Create::default(), &ours()).unwrap());
    }

    /// Creates numbers for sale.
    fn stock(&self, numbers: &[PhoneNumber]) {
        let free = Create::default().with_state(State::Available);
        done(&self.inventory.create(numbers, &free, &Options::new(Actor::System)).unwrap());
    }

    /// Leaves a claim for each of the numbers, which are sold by the carrier.
    fn claim(&self, numbers: &[PhoneNumber]) {
        self.carrier.pass_next();
        for _ in numbers {
            self.carrier.fail_next(CarrierFault::LostRequest);
        }
        assert_eq!(self.inventory.reserve(numbers, &ours()).unwrap().succeeded.len(), 0);
    }

    /// Creates a port request, and submits it.
    fn submit(&self, numbers: &[PhoneNumber]) {
        self.desk.create(new_port_request(numbers), Actor::System).unwrap();
        self.desk.submit(request(), true, Actor::System).unwrap();
    }

    /// Creates a port request that can be completed.
    fn port(&self, numbers: &[PhoneNumber]) {
        self.submit(numbers);
        self.desk.transition(request(), &PortState::Pending, None, Actor::System).unwrap();
    }

    /// Adds a contact for each of the numbers, ten for an owner.
    fn add_contacts(&self, numbers: &[PhoneNumber]) {
        for (owner, numbers) in numbers.chunks(10).enumerate() {
            self.book.add((owner as u64).into(), numbers.iter().copied().map(contact)).unwrap();
        }
    }

    /// A book whose tables of locations are newer.
    fn newer_book(&self) -> ContactBook {
        let derive = |_| DerivedFields { location: Some("Home".parse().unwrap()), carrier: None };
        ContactBook::new(Arc::clone(&self.store)).with_max_numbers(2_000).with_derived(derive)
    }
}

fn new_port_request(numbers: &[PhoneNumber]) -> NewPortRequest {
    let numbers: Map<_, _> = numbers.iter().map(|number| (number.to_string(), json!({}))).collect();
    let document = json!({"name": "Bakery", "numbers": numbers}).as_object().unwrap().clone();
    NewPortRequest { id: request(), account: shop(), port_authority: None, document }
}

fn contact(number: PhoneNumber) -> NewContact {
    NewContact::new(EnteredNumber::parse(&number.to_string(), None, None).unwrap())
}

fn shop() -> AccountId {
    "shop".parse().unwrap()
}

fn request() -> PortRequestId {
    "p1".parse().unwrap()
}

/// The options of calls by the shop.
fn mine() -> Options {
    Options::new(shop())
}

/// The options of calls by the operator for the shop.
fn ours() -> Options {
    Options::new(Actor::System).with_account(shop())
}

fn keyed(options: Options) -> Options {
    options.with_key("order-7".parse().unwrap())
}

/// Numbers that no carrier sells.
fn numbers(count: usize) -> Vec<PhoneNumber> {
    (0..count).map(|place| format!("+1415886{place:04}").parse().unwrap()).collect()
}

const FIRST_SOLD: &str = "+14158870000";

/// Numbers that the carrier sells.
fn sold(count: usize) -> Vec<PhoneNumber> {
    (0..count).map(|place| format!("+1415887{place:04}").parse().unwrap()).collect()
}

#[track_caller]
fn done(outcome: &Outcome) {
    assert!(outcome.is_success(), "{:?}", outcome.failed.values().next());
}

/// The calls for one number, for 1,000 numbers, for leases, and those in each 50 milliseconds.
type Limits = [usize; 4];

/// A use case: its preparation, and the calls that are counted.
struct UseCase {
    name: &'static str,
    limits: Limits,
    numbers: fn(usize) -> Vec<PhoneNumber>,
    prepare: fn(&World, &[PhoneNumber]),
    act: fn(&World, &[PhoneNumber]),
}

impl UseCase {
    fn check(&self) -> Vec<String> {
        let [one, thousand, max_leases, repeated] = self.limits;
        let mut broken = Vec::new();
        for (count, max) in [(1, one), (1_000, thousand)] {
            let (world, numbers) = (World::new(), (self.numbers)(count));
            (self.prepare)(&world, &numbers);
            let count_of = |counter: &AtomicUsize| counter.swap(0, Ordering::Relaxed);
            let _of_preparation = [&world.store.calls, &world.store.lease_calls].map(count_of);
            let start = Instant::now();
            (self.act)(&world, &numbers);
            let max = max + repeated * usize::try_from(start.elapsed().as_millis() / 50).unwrap();
            let [calls, leases] = [&world.store.calls, &world.store.lease_calls].map(count_of);
            let line = format!("{:40} {count:5} numbers: {calls:5} calls, {leases} for leases", self.name);
            println!("{line}");
            if calls > max || leases > max_leases {
                broken.push(line);
            }
        }
        broken
    }
}

/// Checks use cases, each in a world of its own.
fn check(cases: &[UseCase]) {
    let broken: Vec<_> = cases.iter().flat_map(UseCase::check).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The limits of most use cases.
const LIMITS: Limits = [3, 4, 0, 0];

/// The limits if claims are made, whose outcomes are committed together every 50 milliseconds.
const CLAIMED: Limits = [3, 4, 0, 1];

/// Lists use cases: `name, limits, numbers, preparation => calls`.
macro_rules! use_cases {
    ($($name:literal, $limits:expr, $numbers:ident, $prepare:expr => $act:expr;)+) => {
        check(&[$(UseCase {
            name: $name, limits: $limits, numbers: $numbers, prepare: $prepare, act: $act
        }),+])
    };
}

const NOTHING: fn(&World, &[PhoneNumber]) = |_, _| {};

#[test]
fn numbers_are_created_in_few_calls() {
    let placeholders = [3, 4, 2, 0];
    use_cases! {
        "create", LIMITS, numbers, NOTHING => |world, numbers| world.add(numbers);
        "create with a key", LIMITS, numbers, NOTHING =>
            |world, numbers| done(&world.inventory.create(numbers, &Create::default(), &keyed(ours())).unwrap());
        "create with a key again", LIMITS, numbers,
            |world, numbers| done(&world.inventory.create(numbers, &Create::default(), &keyed(ours())).unwrap()) =>
            |world, numbers| done(&world.inventory.create(numbers, &Create::default(), &keyed(ours())).unwrap());
        "create what exists", LIMITS, numbers, World::add => |world, numbers| {
            let outcome = world.inventory.create(numbers, &Create::default(), &ours()).unwrap();
            assert_eq!(outcome.failed.len(), numbers.len());
        };
        "create what is porting", [4, 4, 0, 0], numbers, World::submit => |world, numbers| {
            let outcome = world.inventory.create(numbers, &Create::default(), &ours()).unwrap();
            assert_eq!(outcome.failed.len(), numbers.len());
        };
        "create all or nothing", LIMITS, numbers, NOTHING => |world, numbers| {
            let together = ours().with_all_or_nothing(true);
            done(&world.inventory.create(numbers, &Create::default(), &together).unwrap());
        };
        "create in a dry run", LIMITS, numbers, NOTHING => |world, numbers| {
            let dry_run = ours().with_dry_run(true);
            done(&world.inventory.create(numbers, &Create::default(), &dry_run).unwrap());
        };
        "port", placeholders, numbers, NOTHING =>
            |world, numbers| done(&world.inventory.port(numbers, &Create::default(), &mine()).unwrap());
        "port by an admin", LIMITS, numbers, NOTHING =>
            |world, numbers| done(&world.inventory.port(numbers, &Create::default(), &ours()).unwrap());
        "port what is on a request", LIMITS, numbers, World::submit =>
            |world, numbers| done(&world.inventory.port(numbers, &Create::default().with_ported_in(true), &mine()).unwrap());
        "import", LIMITS, numbers, NOTHING => |world, numbers| {
            let rows = numbers.iter().map(|number| ImportRow::new(*number, Create::default()));
            assert_eq!(world.inventory.import(rows, &ours()).unwrap().imported, numbers.len());
        };
        "import what exists", LIMITS, numbers, World::add => |world, numbers| {
            let rows = numbers.iter().map(|number| ImportRow::new(*number, Create::default()));
            assert_eq!(world.inventory.import(rows, &ours()).unwrap().failed.len(), numbers.len());
        };
    }
}

#[test]
fn numbers_are_bought_in_few_calls() {
    use_cases! {
        "reserve from stock", LIMITS, numbers, World::stock =>
            |world, numbers| done(&world.inventory.reserve(numbers, &mine()).unwrap());
        "activate from stock with a key", LIMITS, numbers, World::stock =>
            |world, numbers| done(&world.inventory.activate(numbers, &keyed(mine())).unwrap());
        "activate what nobody sells", LIMITS, numbers, NOTHING => |world, numbers| {
            assert_eq!(world.inventory.activate(numbers, &mine()).unwrap().failed.len(), numbers.len());
        };
        "buy", CLAIMED, sold, NOTHING =>
            |world, numbers| done(&world.inventory.activate(numbers, &mine()).unwrap());
        "buy all or nothing", [4, 4, 0, 0], sold, NOTHING =>
            |world, numbers| done(&world.inventory.activate(numbers, &mine().with_all_or_nothing(true)).unwrap());
        // Each outcome has a receipt, and a commit has only one.
        "buy with a key", [4, 1_003, 0, 0], sold, NOTHING =>
            |world, numbers| done(&world.inventory.activate(numbers, &keyed(mine())).unwrap());
        "buy all or nothing with a key", [5, 5, 0, 0], sold, NOTHING => |world, numbers| {
            let together = keyed(mine()).with_all_or_nothing(true);
            done(&world.inventory.activate(numbers, &together).unwrap());
        };
        "return", CLAIMED, sold,
            |world, numbers| done(&world.inventory.activate(numbers, &mine()).unwrap()) =>
            |world, numbers| done(&world.inventory.delete(numbers, &Options::new(Actor::System)).unwrap());
        "recover", [3, 4, 2, 1], sold, World::claim =>
            |world, numbers| assert_eq!(world.inventory.recover().unwrap().finished, numbers.len());
        "abandon", LIMITS, sold, World::claim => |world, numbers| {
            assert_eq!(world.inventory.abandon(numbers[0], &Options::new(Actor::System)).unwrap().len(), 1);
        };
    }
}

#[test]
fn numbers_are_changed_in_few_calls() {
    let reserve = |world: &World, numbers: &[PhoneNumber]| {
        world.stock(numbers);
        done(&world.inventory.reserve(numbers, &mine()).unwrap());
    };
    use_cases! {
        "change the state", LIMITS, numbers, reserve =>
            |world, numbers| done(&world.inventory.change_state(numbers, State::InService, &mine()).unwrap());
        "extend the lease", LIMITS, numbers, reserve => |world, numbers| {
            let until = Timestamp::from_gregorian(63_900_000_120).unwrap();
            done(&world.inventory.extend_lease(numbers, until, &ours()).unwrap());
        };
        "release", LIMITS, numbers, World::add =>
            |world, numbers| done(&world.inventory.release(numbers, &mine()).unwrap());
        "delete", LIMITS, numbers, World::add =>
            |world, numbers| done(&world.inventory.delete(numbers, &Options::new(Actor::System)).unwrap());
        "update", LIMITS, numbers, World::add => |world, numbers| {
            let update = Update::default().with_used_by(Some("callflow"));
            done(&world.inventory.update(numbers, &update, &mine()).unwrap());
        };
        "update with a key", LIMITS, numbers, World::add => |world, numbers| {
            let update = Update::default().with_used_by(Some("callflow"));
            done(&world.inventory.update(numbers, &update, &keyed(mine())).unwrap());
        };
        "patch", LIMITS, numbers, World::add => |world, numbers| {
            let patch = json!({"note": "front desk"}).as_object().unwrap().clone();
            done(&world.inventory.patch(numbers, patch, &mine()).unwrap());
        };
        "assign to an app", LIMITS, numbers, World::add =>
            |world, numbers| done(&world.inventory.assign_to_app(numbers, Some("callflow"), &mine()).unwrap());
        "fix", LIMITS, numbers, World::add =>
            |world, numbers| drop(world.inventory.fix(numbers, None, &ours()).unwrap());
        // One for each of six states, two for misdated reservations and disconnections, and one to forget.
        "sweep nothing", [9, 9, 2, 0], numbers, reserve =>
            |world, _| assert!(world.inventory.sweep().unwrap().is_empty());
        "sweep", [10, 10, 2, 0], numbers, |world, numbers| { reserve_all(world, numbers); world.wait(); } =>
            |world, numbers| assert_eq!(world.inventory.sweep().unwrap().ended, numbers.len());
        "sweep numbers of carriers", [11, 11, 2, 1], sold,
            |world, numbers| { done(&world.inventory.reserve(numbers, &mine()).unwrap()); world.wait(); } =>
            |world, numbers| assert_eq!(world.inventory.sweep().unwrap().ended, numbers.len());
    }
}

fn reserve_all(world: &World, numbers: &[PhoneNumber]) {
    world.stock(numbers);
    done(&world.inventory.reserve(numbers, &mine()).unwrap());
}

#[test]
fn numbers_are_read_in_few_calls() {
    use_cases! {
        "get", LIMITS, numbers, World::add =>
            |world, numbers| done(&world.inventory.get(numbers, &mine()).unwrap());
        "list", LIMITS, numbers, World::add => |world, numbers| {
            let page = world.inventory.list(&Query::default(), None, 2_000, &mine()).unwrap();
            assert_eq!(page.items.len(), numbers.len());
        };
        "count below an account", LIMITS, numbers, World::add =>
            |world, _| assert!(world.inventory.count_below(shop(), 5_000, &mine()).is_ok());
        "identify", LIMITS, numbers, World::add =>
            |world, numbers| assert!(world.inventory.identify(numbers[0], &mine()).is_ok());
        "check", LIMITS, numbers, World::stock =>
            |world, numbers| assert_eq!(world.inventory.check(numbers, &mine()).unwrap().len(), numbers.len());
        "check what a carrier sells", LIMITS, sold, NOTHING =>
            |world, numbers| assert_eq!(world.inventory.check(numbers, &mine()).unwrap().len(), numbers.len());
        "search", LIMITS, numbers, World::stock => |world, _| {
            let search = NumberSearch::new("+1415".parse().unwrap()).with_quantity(500);
            assert!(!world.inventory.search(&search, &mine()).unwrap().offers.is_empty());
        };
        "localities", LIMITS, numbers, World::add =>
            |world, numbers| assert!(world.inventory.locality(numbers, &mine()).is_ok());
        "carriers", LIMITS, numbers, NOTHING =>
            |world, _| assert!(world.inventory.carriers_info(&mine()).is_ok());
    }
}

#[test]
fn port_requests_are_handled_in_few_calls() {
    let file = |world: &World, numbers: &[PhoneNumber]| {
        world.submit(&numbers[..1]);
        world.desk.upload(request(), "bill.pdf", b"%PDF-1.7", Actor::System).unwrap();
    };
    use_cases! {
        "create a port request", LIMITS, numbers, NOTHING => |world, numbers| {
            world.desk.create(new_port_request(numbers), Actor::System).unwrap();
        };
        "create a port request of stock", LIMITS, numbers, World::stock => |world, numbers| {
            world.desk.create(new_port_request(numbers), Actor::System).unwrap();
        };
        "create a second port request", [5, 5, 0, 0], numbers, World::submit => |world, numbers| {
            let second = NewPortRequest { id: "p2".parse().unwrap(), ..new_port_request(numbers) };
            assert!(world.desk.create(second, Actor::System).is_err());
        };
        "read a port request", LIMITS, numbers, World::submit =>
            |world, _| drop(world.desk.get(request(), Actor::System).unwrap());
        "edit a port request", LIMITS, numbers, |world, _| {
            world.desk.create(new_port_request(&sold(1)), Actor::System).unwrap();
        } => |world, numbers| {
            let numbers = new_port_request(numbers).document["numbers"].clone();
            let patch = Map::from_iter([("numbers".to_owned(), numbers)]);
            let edit = |request: &telnum::porting::PortRequest, ctx: &telnum::porting::PortContext<'_>|
                request.edit(PortEdit::Merge(patch.clone()), ctx);
            world.desk.change(request(), Actor::System, edit).unwrap();
        };
        "submit a port request", LIMITS, numbers, |world, numbers| {
            world.desk.create(new_port_request(numbers), Actor::System).unwrap();
        } => |world, _| drop(world.desk.submit(request(), true, Actor::System).unwrap());
        "comment on a port request", LIMITS, numbers, World::submit => |world, _| {
            world.desk.change(request(), Actor::System, |request, ctx| request.comment("hello", false, ctx)).unwrap();
        };
        "cancel a port request", LIMITS, numbers, World::submit => |world, _| {
            world.desk.transition(request(), &PortState::Canceled, None, Actor::System).unwrap();
        };
        "complete a port request", LIMITS, numbers, World::port => |world, _| {
            let completed = world.desk.complete(request(), Actor::System).unwrap();
            assert_eq!((completed.request.state(), completed.waiting.len()), (&PortState::Completed, 0));
        };
        // The request is locked, the orders are made, and then it is completed.
        "complete a port request that is locked", [12, 12, 0, 1], numbers, |world, numbers| {
            world.port(numbers);
            world.desk.change(request(), Actor::System, PortRequest::start_completion).unwrap();
        } => |world, _| {
            let completed = world.desk.complete(request(), Actor::System).unwrap();
            assert_eq!(completed.request.state(), &PortState::Completed);
        };
        "remove a port request", LIMITS, numbers, |world, numbers| {
            world.desk.create(new_port_request(numbers), Actor::System).unwrap();
        } => |world, _| world.desk.remove(request(), shop().into()).unwrap();
        "list port requests", LIMITS, numbers, World::submit => |world, _| {
            assert_eq!(world.desk.list(PortStates::ALL, None, 10, Actor::System).unwrap().items.len(), 1);
        };
        "find the port request of a number", LIMITS, numbers, World::submit =>
            |world, numbers| assert!(world.desk.active_on(numbers[0], Actor::System).unwrap().is_some());
        "sweep port requests", [2, 2, 2, 0], numbers, |world, numbers| {
            world.desk.create(new_port_request(numbers), Actor::System).unwrap();
            world.now.fetch_add(31 * 86_400, Ordering::Relaxed);
        } => |world, _| assert_eq!(world.desk.sweep().unwrap().len(), 1);
        "recover port requests", [1, 1, 2, 0], numbers, World::port =>
            |world, _| assert!(world.desk.recover().unwrap().recovered.is_empty());
        "upload a file", LIMITS, numbers, World::submit => |world, _| {
            world.desk.upload(request(), "bill.pdf", b"%PDF-1.7", Actor::System).unwrap();
        };
        "download a file", LIMITS, numbers, file =>
            |world, _| drop(world.desk.download(request(), "bill.pdf", Actor::System).unwrap());
        "remove a file", LIMITS, numbers, file =>
            |world, _| drop(world.desk.remove_upload(request(), "bill.pdf", Actor::System).unwrap());
        "sweep files", [1, 1, 2, 0], numbers, file =>
            |world, _| assert!(world.desk.sweep_files(Duration::ZERO).unwrap().is_empty());
    }
}

#[test]
fn contacts_are_handled_in_few_calls() {
    use_cases! {
        "add contacts", LIMITS, numbers, NOTHING => |world, numbers| {
            let added = world.book.add(7.into(), numbers.iter().copied().map(contact)).unwrap();
            assert_eq!(added.len(), numbers.len());
        };
        "read contacts", LIMITS, numbers, World::add_contacts =>
            |world, _| assert!(!world.book.numbers(0.into()).unwrap().is_empty());
        "change a contact", LIMITS, numbers, World::add_contacts => |world, _| {
            let patch = ContactPatch::default().with_number(EnteredNumber::parse("+14155550123", None, None).unwrap());
            world.book.update(1.into(), &patch).unwrap();
        };
        "make a contact primary", LIMITS, numbers, World::add_contacts =>
            |world, _| drop(world.book.make_primary(1.into()).unwrap());
        "remove a contact", LIMITS, numbers, World::add_contacts =>
            |world, _| drop(world.book.remove(1.into()).unwrap());
        "read a contact", LIMITS, numbers, World::add_contacts =>
            |world, _| drop(world.book.get(1.into()).unwrap());
        "list contacts", LIMITS, numbers, World::add_contacts => |world, _| {
            assert!(!world.book.page(&ContactQuery::new("number".parse().unwrap())).unwrap().items.is_empty());
        };
        "refresh an owner's contacts", LIMITS, numbers, World::add_contacts =>
            |world, _| assert!(!world.newer_book().refresh(0.into()).unwrap().is_empty());
        // A page has 100 contacts: it is counted and read, the lists are read, and one commit changes them.
        "refresh all contacts", [4, 31, 0, 0], numbers, World::add_contacts => |world, numbers| {
            assert_eq!(world.newer_book().refresh_all().unwrap(), numbers.len() as u64);
        };
    }
}

/// A store that accepts 1,000 changes in one commit, the minimum that a store must accept.
#[derive(Debug, Default)]
struct Narrow(MemoryStore);

impl Store for Narrow {
    delegate_store!(|this| &this.0; get_many, scan, port_requests, scan_port_requests,
        active_port_requests, contact_lists, contact_lists_with, contact_page, new_contact_ids, events,
        receipt, forget, take_lease);

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        batch.check(self.max_changes())?;
        self.0.commit(batch)
    }

    fn max_changes(&self) -> usize {
        1_000
    }
}

#[test]
fn a_call_is_split_into_commits_that_the_store_takes() {
    let accounts = AccountTree::new([Account::new(shop())]).unwrap();
    let inventory = Inventory::builder(Narrow::default()).accounts(accounts).build();
    let options = Options::new(Actor::System).with_account(shop());
    let reserved = Create::default().with_state(State::Reserved);
    let all: Vec<_> = numbers(2_500);
    assert!(inventory.create(all.iter().copied(), &reserved, &options).unwrap().is_success());
    // All or nothing is one commit, which is too large for this store.
    let together = options.with_all_or_nothing(true);
    let outcome = inventory.release(all.iter().copied(), &together).unwrap();
    assert_eq!(outcome.failed.len(), 2_500);
    assert!(inventory.release(all.iter().copied(), &options).unwrap().is_success());
}

/// A lease that another holder has taken stays lost, also for a call before the next renewal is due.
#[test]
fn a_lost_lease_is_not_renewed_by_asking_again() {
    let store = MemoryStore::new();
    let mut lease = store.lease("report", Duration::from_millis(60)).unwrap().unwrap();
    assert!(lease.renew().unwrap());
    thread::sleep(Duration::from_millis(80));
    let other = store.lease("report", Duration::from_secs(60)).unwrap();
    assert!(other.is_some());
    for _ in 0..3 {
        assert!(!lease.renew().unwrap());
    }
}

/// The orders to a carrier by one process, which calls `hook` before each of them.
struct Hooked<F> {
    carrier: Arc<ScriptedCarrier>,
    hook: F,
}

impl<F> Debug for Hooked<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.carrier.fmt(f)
    }
}

impl<F: Fn() + Send + Sync> Carrier for Hooked<F> {
    fn name(&self) -> CarrierName {
        self.carrier.name()
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        self.carrier.search(search)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        self.carrier.check(numbers)
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        (self.hook)();
        self.carrier.acquire(record, key)
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        (self.hook)();
        self.carrier.disconnect(record, key)
    }
}

/// The time of the leases of a process that loses one.
const LEASE_TIME: Duration = Duration::from_millis(600);
/// The time of the leases of a process that keeps them.
const LONG_LEASE_TIME: Duration = Duration::from_secs(60);

/// Returns the inventory of a process over the store of `world`, whose leases have the time `lease_time`, and which
/// calls `hook` before each order.
fn process(world: &World, lease_time: Duration, hook: impl Fn() + Send + Sync + 'static) -> Inventory {
    let now = Arc::clone(&world.now);
    Inventory::builder(Arc::clone(&world.store))
        .accounts(AccountTree::new([Account::new(shop())]).unwrap())
        .carrier(Hooked { carrier: Arc::clone(&world.carrier), hook })
        .policy(Policy::default().with_reservation(LeaseTerms::new(60)).with_disconnect_on_release(true))
        .limits(InventoryLimits::default().with_claim_timeout(Duration::ZERO).with_lease_time(lease_time))
        .clock(move || Timestamp::from_gregorian(now.load(Ordering::Relaxed)).unwrap())
        .build()
}

/// Requires that each of three numbers was bought and, if `is_returned`, returned once.
fn check_orders(world: &World, is_returned: bool) {
    let orders = world.carrier.orders();
    for (order, count) in
        [(CarrierOrder::Acquire, 3), (CarrierOrder::Disconnect, if is_returned { 3 } else { 0 })]
    {
        let mut ordered: Vec<_> =
            orders.iter().filter(|made| made.1 == order).map(|(.., number)| *number).collect();
        ordered.sort_unstable();
        ordered.dedup();
        let made = orders.iter().filter(|made| made.1 == order).count();
        assert_eq!((ordered.len(), made), (count, count), "{order:?}");
    }
    let claimed = world.store.scan(&Query::default().with_pending(true), None, 10).unwrap();
    assert_eq!(claimed.items, []);
}

/// An order of the first process takes longer than its lease. The second process takes over, and the first one
/// stops.
fn check_takeover(together: bool) {
    let world = World::new();
    // The answers for all three orders are lost, or nothing is known after the first one of a group.
    world.carrier.pass_next();
    (0..3).for_each(|_| world.carrier.fail_next(CarrierFault::LostRequest));
    let outcome = world.inventory.reserve(sold(3), &mine().with_all_or_nothing(together)).unwrap();
    assert_eq!(outcome.failed.len(), 3);
    // The faults that were not needed.
    (0..3).for_each(|_| drop(world.carrier.check(&[])));

    let (begun, has_begun) = mpsc::channel();
    let (taken, is_taken) = mpsc::channel();
    let (ended, has_ended) = mpsc::channel();
    let [is_taken, has_ended] = [is_taken, has_ended].map(Mutex::new);
    let orders = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&orders);
    let first = process(&world, LEASE_TIME, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        begun.send(()).unwrap();
        is_taken.lock().unwrap().recv().unwrap();
    });
    let is_first = AtomicUsize::new(0);
    let second = process(&world, LONG_LEASE_TIME, move || {
        if is_first.fetch_add(1, Ordering::Relaxed) == 0 {
            taken.send(()).unwrap();
            has_ended.lock().unwrap().recv().unwrap();
        }
    });
    let (lost, done) = thread::scope(|scope| {
        let first = scope.spawn(move || {
            let report = first.recover().unwrap();
            ended.send(()).unwrap();
            report
        });
        has_begun.recv().unwrap();
        thread::sleep(LEASE_TIME);
        let done = second.recover().unwrap();
        (first.join().unwrap(), done)
    });
    assert_eq!(orders.load(Ordering::Relaxed), 1);
    assert!(lost.is_elsewhere && lost.failed.is_empty(), "{lost:?}");
    assert!(!done.is_elsewhere && done.failed.is_empty() && done.left == 0, "{done:?}");
    assert_eq!((lost.finished, done.finished), (usize::from(!together), 3));
    check_orders(&world, false);
}

/// A crash loses no outcome that is older than the time after which outcomes are committed.
#[test]
fn the_outcome_of_an_order_is_committed_during_the_next_slow_one() {
    let world = World::new();
    let (store, orders) = (Arc::clone(&world.store), AtomicUsize::new(0));
    let buyer = process(&world, LONG_LEASE_TIME, move || {
        if orders.fetch_add(1, Ordering::Relaxed) == 1 {
            let first = store.get(FIRST_SOLD.parse().unwrap()).unwrap().unwrap();
            assert!(first.pending().is_none());
        }
        thread::sleep(Duration::from_millis(60));
    });
    done(&buyer.activate(sold(2), &mine()).unwrap());
}

#[test]
fn a_recovery_that_loses_its_lease_between_orders_stops() {
    check_takeover(false);
}

#[test]
fn a_recovery_that_loses_its_lease_between_orders_of_a_group_stops() {
    check_takeover(true);
}

#[test]
fn a_sweep_that_loses_its_lease_between_orders_stops() {
    let world = World::new();
    done(&world.inventory.reserve(sold(3), &mine()).unwrap());
    world.wait();
    let store = Arc::clone(&world.store);
    let orders = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&orders);
    let sweeper = process(&world, LEASE_TIME, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        thread::sleep(LEASE_TIME);
        // Another process sweeps.
        assert!(store.take_lease("sweep", 7, Duration::from_secs(60)).unwrap());
    });
    let lost = sweeper.sweep().unwrap();
    assert!(lost.is_elsewhere && lost.failed.is_empty() && lost.ended == 1, "{lost:?}");
    assert_eq!(orders.load(Ordering::Relaxed), 1);
    assert!(world.inventory.sweep().unwrap().is_elsewhere);
    world.store.take_lease("sweep", 7, Duration::ZERO).unwrap();
    // The claims that the sweep has left are not due again, but recovered.
    assert_eq!(world.inventory.sweep().unwrap().ended, 0);
    assert_eq!(world.inventory.recover().unwrap().finished, 2);
    check_orders(&world, true);
}
