//! A server on a separate port, with the accounts and numbers of the published documents.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use telnum::account::{Account, AccountId, AccountTree};
use telnum::carrier::{Availability, Carrier, CarrierError, NumberSearch, Offer};
use telnum::classify::Classifiers;
use telnum::contact::{DerivedFields, book::ContactBook};
use telnum::feature::e911::E911Address;
use telnum::http::{
    ApiName, ContactApi, ContactApis, KazooApi, ServerLimits, TokenTable, kazoo, serve, service as all,
};
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::{Billing, BillingError, Charge, Create, Inventory, Options, Quote};
use telnum::lifecycle::State;
use telnum::locality::{Columns, LocalityTable};
use telnum::names::{CarrierName, Feature, FeatureSet};
use telnum::plan::Region;
use telnum::policy::Policy;
use telnum::provider::AddressBook;
use telnum::record::{NumberRecord, RateCenter};
use telnum::store::MemoryStore;
use telnum::testing::ScriptedCarrier;
use telnum::time::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A server that stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    runtime: Option<tokio::runtime::Runtime>,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(router: axum::Router, limits: ServerLimits) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = runtime.spawn(async move {
            serve(listener, router, &limits, async { drop(stopped.await) }).await;
        });
        Self { address, stop: Some(stop), runtime: Some(runtime), task: Some(task) }
    }

    /// A server that runs in another process.
    pub(crate) fn of_process(address: std::net::SocketAddr) -> Self {
        Self { address, stop: None, runtime: None, task: None }
    }

    /// Stops the server and waits for its end.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let (Some(runtime), Some(task)) = (&self.runtime, self.task.take()) {
            runtime.block_on(task).unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The accounts of the published list and of the published creation, an account that may not add
/// numbers, and their parent.
pub(crate) const OWNER: &str = "4b8c6fec4b2597882c0390202d195419";
pub(crate) const ADDER: &str = "009afc511c97b2ae693c6cc4920988e8";
pub(crate) const PLAIN: &str = "plain";
pub(crate) const MASTER: &str = "master";

pub(crate) const OWNER_TOKEN: &str = "1931484e3fba5777588176584828e7be";
pub(crate) const ADDER_TOKEN: &str = "9376332cc1c4ef5fc31371bfaa92ff0a";
pub(crate) const PLAIN_TOKEN: &str = "b913eb25a2bc681671414a9a8ca8a0e9";
pub(crate) const MASTER_TOKEN: &str = "master-token";

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

fn tokens() -> TokenTable {
    use ApiName::{Clients, Kazoo, PlanningCenter, UserNumbers};
    let rows = [
        (Kazoo, OWNER_TOKEN, OWNER),
        (Kazoo, "1a82795e8759f62d77f6552de80ce32e", OWNER),
        (Kazoo, "7797206dda2166f139b18eee58e64c79", OWNER),
        (Kazoo, ADDER_TOKEN, ADDER),
        (Kazoo, PLAIN_TOKEN, PLAIN),
        (Kazoo, MASTER_TOKEN, MASTER),
        (PlanningCenter, "people", OWNER),
        (Clients, "people", OWNER),
        (UserNumbers, "098f6bcd4621d373cade4e832627b4f6", OWNER),
        (UserNumbers, "other", PLAIN),
        (Kazoo, "closed", "disabled"),
        (PlanningCenter, "closed", "disabled"),
        (Clients, "closed", "disabled"),
        (UserNumbers, "closed", "disabled"),
    ];
    rows.into_iter().map(|(api, token, account)| (api, token.to_owned(), id(account).into())).collect()
}

/// The carrier of the published search.
#[derive(Debug)]
struct ShopCarrier;

const FOR_SALE: [(&str, &str); 2] = [
    ("+14152338397", "4AA418FB-3409-4340-8210-E7EAFE2AB118"),
    ("+14152338421", "0CD68E85-F149-477F-9C13-1E720ACCC3EE"),
];

impl Carrier for ShopCarrier {
    fn name(&self) -> CarrierName {
        "shop".parse().unwrap()
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        let all = FOR_SALE.iter().map(|(number, number_id)| {
            Offer::new(number.parse().unwrap(), self.name())
                .with_rate_center(RateCenter {
                    lata: "722".into(),
                    name: "SAN RAFAEL".into(),
                    state: "CA".into(),
                })
                .with_carrier_data(json!({"number_id": number_id}))
        });
        let fit = all.filter(|found| search.prefix.range().contains(&found.number));
        Ok(fit.take(search.quantity).collect())
    }

    fn check(&self, numbers: &[telnum::PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        let sold = |number: &telnum::PhoneNumber| number.to_string() == "+14159383408";
        let answer = |number| if sold(number) { Availability::Available } else { Availability::Unavailable };
        Ok(numbers.iter().map(answer).collect())
    }

    fn acquire(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }

    fn disconnect(&self, _: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        Ok(None)
    }
}

/// Charges for numbers of the carrier `dear`.
#[derive(Debug)]
struct ChargesDear;

impl Billing for ChargesDear {
    fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
        let costs = charges.iter().filter(|it| it.carrier.as_str() == "dear" && it.is_billable);
        let quote = |charge: &Charge| Quote {
            account: charge.account,
            number: charge.number,
            item: "number".into(),
            amount: 100,
            currency: "USD".into(),
        };
        Ok(costs.map(quote).collect())
    }
}

fn places() -> AddressBook {
    let places = [
        json!({"street_address": "116 NATOMA ST", "extended_address": "APT 116", "locality": "SAN FRANCISCO",
            "region": "CA", "postal_code": "94105", "plus_four": "3745", "latitude": "37.786861",
            "longitude": "-122.399484", "location_id": "27578725",
            "legacy_data": {"house_number": "116", "streetname": "NATOMA ST", "suite": "APT 116"}}),
        json!({"street_address": "1 MAIN ST", "extended_address": "APT 1", "locality": "OAKLAND", "region": "CA",
            "postal_code": "94601"}),
        json!({"street_address": "1 MAIN ST", "extended_address": "APT 2", "locality": "OAKLAND", "region": "CA",
            "postal_code": "94601"}),
    ];
    AddressBook::new(places.map(|place| E911Address::from_value(place).unwrap()))
}

/// The table of the example `serve`, combined with one of another city.
pub(crate) fn localities() -> LocalityTable {
    let oakland = "+1510\tUS\tCA\tOakland\t94612,94607\n";
    let mut table = LocalityTable::from_tsv(oakland).unwrap();
    let file = include_str!("../../examples/data/localities.csv");
    table.read_csv(file.as_bytes(), &Columns::new().with_prefix("+1")).unwrap();
    table
}

#[cfg(not(feature = "geo"))]
fn table(file: &str) -> LocalityTable {
    let mut table = LocalityTable::new();
    table.read_csv(file.as_bytes(), &Columns::new()).unwrap();
    table
}

fn accounts() -> AccountTree {
    AccountTree::new([
        Account::new(id(MASTER)).with_admin(true).with_may_add_numbers(true),
        Account::new(id(OWNER)).with_parent(id(MASTER)),
        Account::new(id(ADDER)).with_parent(id(MASTER)).with_may_add_numbers(true),
        Account::new(id(PLAIN)).with_parent(id(MASTER)),
        Account::new(id("disabled")).with_parent(id(MASTER)).with_enabled(false),
    ])
    .unwrap()
}

/// The inventory of the published documents.
pub(crate) fn inventory() -> Inventory {
    let accounts = accounts();
    let policy = Policy::default();
    let allowed = policy.allowed_features().union(FeatureSet::from([Feature::E911, Feature::Cnam]));
    let policy = policy.with_allowed_features(allowed).with_default_carrier("telnyx".parse().unwrap());
    let inventory = Inventory::builder(MemoryStore::new())
        .accounts(accounts)
        .policy(policy)
        .classifiers(Classifiers::documented())
        .carrier(ShopCarrier)
        .carrier(ScriptedCarrier::new("telnyx".parse().unwrap()))
        .carrier(
            ScriptedCarrier::new("dear".parse().unwrap()).with_block("+14159990000".parse().unwrap(), 10),
        )
        .billing(ChargesDear)
        .localities(localities())
        .e911(places());
    // The data of the feature `geo` about the numbers in the documents.
    #[cfg(not(feature = "geo"))]
    let inventory = inventory.places(table(
        "prefix,country,geocode\n+1415,US,California\n+1415202,US,\"San Francisco, CA\"\n+1510,US,California\n",
    ));
    let inventory = inventory.build();
    let rows = [
        ("+14155555555", OWNER, State::InService, Some("callflow"), "telnyx", json!({"my_own_field": {}})),
        ("+14158865100", OWNER, State::InService, None, "telnyx", json!({})),
        ("+14242424246", ADDER, State::InService, None, "telnyx", json!({})),
        ("+14155550911", PLAIN, State::InService, Some("callflow"), "telnyx", json!({})),
        ("+17075550100", PLAIN, State::Available, None, "telnyx", json!({})),
        ("+14155550101", PLAIN, State::Reserved, None, "telnyx", json!({})),
        ("+14155550102", "disabled", State::InService, None, "telnyx", json!({})),
    ];
    for (number, account, state, app, carrier, document) in rows {
        let options = Options::new(telnum::account::Actor::System).with_account(id(account));
        let create = Create::default()
            .with_state(state)
            .with_carrier(carrier.parse().unwrap())
            .with_document(document.as_object().cloned().unwrap_or_else(Map::new));
        inventory.create([number], &create, &options).unwrap().single().unwrap();
        if app.is_some() {
            inventory.assign_to_app([number], app, &options).unwrap().single().unwrap();
        }
    }
    inventory
}

/// A server of `kazoo` at its published path.
pub(crate) fn kazoo() -> Server {
    kazoo_with(|api| api, ServerLimits::default())
}

pub(crate) fn kazoo_with(change: impl FnOnce(KazooApi) -> KazooApi, limits: ServerLimits) -> Server {
    kazoo_of(inventory(), change, limits)
}

pub(crate) fn kazoo_of(
    inventory: Inventory,
    change: impl FnOnce(KazooApi) -> KazooApi,
    limits: ServerLimits,
) -> Server {
    let api = change(KazooApi::new(inventory, tokens()).with_limits(limits));
    Server::start(axum::Router::new().nest("/v2", kazoo::router(api)), limits)
}

/// A server of all APIs.
pub(crate) fn service() -> Server {
    service_within(ServerLimits::default())
}

pub(crate) fn service_within(limits: ServerLimits) -> Server {
    let numbers = KazooApi::new(inventory(), tokens()).with_limits(limits);
    Server::start(all(numbers, contacts(|api| api.with_limits(limits))), limits)
}

/// The APIs of contact numbers, each with its own book. The first change of a book has the time of the
/// published response, and each later change is one second later.
pub(crate) fn contacts(change: impl Fn(ContactApi) -> ContactApi) -> ContactApis {
    let api = |start: &str| {
        let start: Timestamp = start.parse().unwrap();
        let changes = AtomicI64::new(0);
        let clock = move || start.after(TimeDelta::seconds(changes.fetch_add(1, Ordering::Relaxed)));
        // Nothing is derived, as without the feature `geo`.
        let book =
            ContactBook::new(MemoryStore::new()).with_clock(clock).with_derived(|_| DerivedFields::default());
        change(ContactApi::new(book, accounts(), tokens()).with_region(Region::US))
    };
    ContactApis {
        people: api("2000-01-01T12:00:00Z"),
        clients: api("2017-12-15T00:12:21Z"),
        users: api("2000-01-01T12:00:00Z"),
    }
}
