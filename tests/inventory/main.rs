//! The use cases: the reference's behaviour, by row number, and the errors for invalid input.

#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod billing;
mod carriers;
mod commands;
mod imports;
mod lists;
mod reads;
#[path = "../world/mod.rs"]
mod world;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use telnum::PhoneNumber;
use telnum::account::{AccountId, Actor};
use telnum::carrier::{
    Availability, Carrier, CarrierError, CarrierInfo, ManagedCarrier, MdnCarrier, NumberSearch, Offer,
    ReservedCarrier,
};
use telnum::feature::e911::{E911Address, E911Outcome};
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::{
    ActivePort, Billing, BillingError, Charge, Create, ImportRow, Inventory, InventoryBuilder,
    InventoryError, InventoryErrorKind as Kind, InventoryLimits, Options, Outcome, PortingLookup, Quote,
};
use telnum::lifecycle::State;
use telnum::names::{CarrierName, Feature};
use telnum::policy::{LeaseTerms, Policy};
use telnum::provider::{AddressBook, CnamNotifications, E911Provider, ProviderError};
use telnum::record::{EventKind, NumberRecord, RouteError, Update};
use telnum::store::{Batch, Change, Expect, MemoryStore, Query, Revision, Store, StoreError, delegate_store};
use telnum::testing::{CarrierFault, CarrierOrder, ScriptedCarrier};
use world::{accounts, id, now, numbers};

const FREE: &str = "+15551239876";

const ABSENT: &str = "+15559871234";

/// The reference's accounts and numbers.
fn world() -> InventoryBuilder {
    let store = MemoryStore::new();
    let changes: Vec<_> = numbers().into_values().map(|record| Change::put(record, Expect::Absent)).collect();
    store.commit(changes.into()).unwrap();
    Inventory::builder(Arc::new(store)).accounts(accounts()).clock(now)
}

fn by(account: &str) -> Options {
    Options::new(id(account))
}

fn system() -> Options {
    Options::new(Actor::System)
}

fn shared(carrier: &Arc<ScriptedCarrier>) -> Arc<dyn Carrier> {
    Arc::<ScriptedCarrier>::clone(carrier)
}

fn telnyx() -> Arc<ScriptedCarrier> {
    let first = "+13013590000".parse().unwrap();
    Arc::new(ScriptedCarrier::new("telnyx".parse().unwrap()).with_block(first, 600))
}

/// Returns the kind, the message and the cause of an error.
type Failing = (Kind, String, Option<Value>);

fn body(outcome: Result<Outcome, InventoryError>) -> Failing {
    let error = outcome.unwrap().single().unwrap_err();
    (error.kind(), error.message().into(), error.cause())
}

fn failing(kind: Kind, message: &str, cause: Option<&str>) -> Failing {
    (kind, message.to_owned(), cause.map(Value::from))
}

fn document(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("{value}") };
    fields
}

fn address() -> Value {
    json!({"street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105"})
}

fn with_e911() -> Policy {
    Policy::default().with_allowed_features([Feature::E911, Feature::Cnam])
}

/// A lookup that knows one port, or is unreachable.
struct Ported {
    number: Option<PhoneNumber>,
}

impl PortingLookup for Ported {
    fn ports(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<ActivePort>>, StoreError> {
        let ported = self.number.ok_or_else(|| StoreError::unreachable("out of reach"))?;
        let port = |number: &PhoneNumber| (ported == *number).then(|| ActivePort::new(id("reseller")));
        Ok(numbers.iter().map(port).collect())
    }
}

/// Billing of one dollar per number, for an account with or without credit.
#[derive(Clone, Debug, Default)]
struct Dollars {
    is_broke: bool,
    asked: Arc<AtomicUsize>,
}

impl Billing for Dollars {
    fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_broke {
            return Err(BillingError::NotEnoughCredit);
        }
        let quote = |charge: &Charge| Quote {
            account: charge.account,
            number: charge.number,
            item: "number".into(),
            amount: 100,
            currency: "USD".into(),
        };
        Ok(charges.iter().map(quote).collect())
    }
}

/// The reference's accounts over a given store.
fn on(store: &Arc<MemoryStore>) -> InventoryBuilder {
    Inventory::builder(Arc::clone(store)).accounts(accounts()).clock(now)
}

fn in_pool(number: &str, state: &str, pool: &str) -> NumberRecord {
    let owner = (state != "available").then_some(pool);
    NumberRecord::from_value(&json!({
        "id": number, "pvt_state": state, "pvt_assigned_to": owner,
        "pvt_module_name": "knm_managed", "pvt_carrier_data": {"pool": pool},
        "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
    }))
    .unwrap()
}

fn put(store: &MemoryStore, record: NumberRecord) {
    store.commit(Change::put(record, Expect::Absent).into()).unwrap();
}

fn wanted(prefix: &str, quantity: usize) -> NumberSearch {
    NumberSearch::new(prefix.parse().unwrap()).with_quantity(quantity)
}

fn found(inventory: &Inventory, search: &NumberSearch, options: &Options) -> Vec<String> {
    let page = inventory.search(search, options).unwrap();
    page.offers.iter().map(|found| format!("{} {}", found.number, found.carrier)).collect()
}

fn row<'a>(number: &'a str, account: &str) -> ImportRow<&'a str> {
    ImportRow::new(number, Create::default()).with_account(id(account))
}

/// Billing that refuses one account.
#[derive(Debug)]
struct Broke(AccountId);

impl Billing for Broke {
    fn quote(&self, charges: &[Charge]) -> Result<Vec<Quote>, BillingError> {
        let is_broke = charges.iter().any(|charge| charge.account == self.0);
        if is_broke { Err(BillingError::NotEnoughCredit) } else { Ok(Vec::new()) }
    }
}
