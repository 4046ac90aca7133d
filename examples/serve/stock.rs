//! A carrier that sells the numbers of a list.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use telnum::carrier::{Availability, Carrier, CarrierError, CarrierInfo, NumberSearch, Offer};
use telnum::idempotency::IdempotencyKey;
use telnum::names::CarrierName;
use telnum::number::PhoneNumber;
use telnum::record::NumberRecord;
use telnum::testing::ScriptedCarrier;

use super::config::{CarrierStock, NumberForSale};

/// A carrier that sells the numbers of a list, with their rate centres and its own data.
#[derive(Debug)]
pub(crate) struct StockCarrier {
    carrier: ScriptedCarrier,
    numbers: BTreeMap<PhoneNumber, NumberForSale>,
}

impl StockCarrier {
    /// Creates the carrier that `stock` describes.
    pub(crate) fn new(stock: &CarrierStock) -> Self {
        let carrier = ScriptedCarrier::new(stock.name).with_delay(Duration::from_millis(stock.delay_ms));
        let carrier =
            stock.numbers.iter().fold(carrier, |carrier, for_sale| carrier.with_block(for_sale.number, 1));
        let carrier = stock
            .blocks
            .iter()
            .fold(carrier, |carrier, block| carrier.with_block(block.first, block.count.into()));
        let numbers = stock.numbers.iter().map(|for_sale| (for_sale.number, for_sale.clone())).collect();
        Self { carrier, numbers }
    }
}

impl Carrier for StockCarrier {
    fn name(&self) -> CarrierName {
        self.carrier.name()
    }

    fn info(&self) -> CarrierInfo {
        self.carrier.info()
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        let mut offers = self.carrier.search(search)?;
        for offer in &mut offers {
            if let Some(for_sale) = self.numbers.get(&offer.number) {
                offer.rate_center.clone_from(&for_sale.rate_center);
                offer.carrier_data.clone_from(&for_sale.carrier_data);
            }
        }
        Ok(offers)
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        self.carrier.check(numbers)
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.carrier.acquire(record, key)
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        self.carrier.disconnect(record, key)
    }
}
