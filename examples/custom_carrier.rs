//! A custom carrier: an inventory buys a number from it and puts the number in service.
//!
//! ```text
//! cargo run --example custom_carrier
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use telnum::PhoneNumber;
use telnum::account::{Account, AccountId, AccountTree};
use telnum::carrier::{Availability, Carrier, CarrierError, NumberSearch, Offer};
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::{Inventory, Options};
use telnum::lifecycle::State;
use telnum::names::CarrierName;
use telnum::record::NumberRecord;
use telnum::store::MemoryStore;

/// A carrier with a stock of numbers. A real implementation would call the carrier's API.
#[derive(Debug)]
struct Acme {
    name: CarrierName,
    stock: Vec<PhoneNumber>,
    /// The executed orders, by idempotency key: a known key never orders again.
    orders: Mutex<BTreeMap<IdempotencyKey, PhoneNumber>>,
}

impl Acme {
    fn is_sold(&self, number: PhoneNumber) -> bool {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).values().any(|sold| *sold == number)
    }
}

impl Carrier for Acme {
    fn name(&self) -> CarrierName {
        self.name
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        let range = search.prefix.range();
        let offers = self.stock.iter().filter(|number| range.contains(number) && !self.is_sold(**number));
        Ok(offers.take(search.quantity).map(|number| Offer::new(*number, self.name)).collect())
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        let is_for_sale = |number: &PhoneNumber| self.stock.contains(number) && !self.is_sold(*number);
        let check =
            |number| if is_for_sale(number) { Availability::Available } else { Availability::Unavailable };
        Ok(numbers.iter().map(check).collect())
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).insert(key, record.number());
        // The data are in the record when the number is returned.
        Ok(Some(json!({"order": key})))
    }

    fn disconnect(&self, record: &NumberRecord, _: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.retain(|_, sold| *sold != record.number());
        Ok(None)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let shop: AccountId = "shop".parse()?;
    let stock = vec!["+14158860000".parse()?, "+14158860001".parse()?];
    let acme = Arc::new(Acme { name: "acme".parse()?, stock, orders: Mutex::default() });
    let inventory = Inventory::builder(MemoryStore::new())
        .accounts(AccountTree::new([Account::new(shop)])?)
        .carrier(Arc::clone(&acme))
        .build();
    let options = Options::new(shop);

    // Search the carriers, and buy the number found.
    let page = inventory.search(&NumberSearch::new("+1415".parse()?), &options)?;
    let number: PhoneNumber = page.offers.first().ok_or("nothing is for sale")?.number;
    let bought = inventory.activate([number], &options)?.single()?;

    assert_eq!((bought.state(), bought.owner()), (State::InService, Some(shop)));
    assert!(acme.is_sold(number));
    println!("{number} is in service for {shop}, bought from {}", bought.carrier());
    Ok(())
}
