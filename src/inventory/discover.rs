//! Discovery: finding the carriers that sell numbers which the inventory does not have.

use std::sync::Arc;

use super::options::Options;
use super::services::{ActivePorts, Services};
#[cfg(doc)]
use crate::carrier::LocalCarrier;
use crate::carrier::{Availability, Carrier, CarrierError, call_carriers};
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// The carriers that sell given numbers, and the error of the first carrier that failed.
pub(super) struct Sellers {
    /// The first carrier that sells each number, in the order of the numbers.
    pub(super) carriers: Vec<Option<CarrierName>>,
    /// The error of the first carrier that failed.
    pub(super) failure: Option<CarrierError>,
}

/// The records of discovered numbers, and the error of the first carrier that failed.
pub(super) struct Discovered {
    /// The record of each number that is for sale, in the order of the numbers. The records are not
    /// stored.
    pub(super) records: Vec<Option<NumberRecord>>,
    /// The error of the first carrier that failed.
    pub(super) failure: Option<CarrierError>,
}

impl Services {
    /// Discovers `numbers` at the carriers that the account of the call may use. The records contain
    /// the carrier data of the account's latest search, and the rate centres that are known.
    pub(super) fn discover(
        &self,
        numbers: &[PhoneNumber],
        porting: &ActivePorts,
        options: &Options,
    ) -> Discovered {
        let now = self.now();
        // The store has none of the numbers in stock for the account: the caller has read their records.
        let Sellers { carriers, failure } = self.sellers(numbers, |_| false, porting, options);
        let mut offers = self.searches.offers(numbers, options.account);
        let record = |(number, carrier): (&PhoneNumber, Option<_>)| {
            let carrier = carrier?;
            let offer = offers.remove(&(*number, carrier));
            let (data, center) =
                offer.map(|offer| (offer.carrier_data, offer.rate_center)).unwrap_or_default();
            let center = center.or_else(|| self.rate_center(*number));
            let found = NumberRecord::discovered(*number, carrier, now);
            Some(found.with_carrier_data(data).with_rate_center(center))
        };
        Discovered { records: numbers.iter().zip(carriers).map(record).collect(), failure }
    }

    /// Asks all carriers that the account of the call may use, concurrently, which of `numbers` they
    /// sell. `is_in_stock` states for the index of a number whether [`LocalCarrier`] sells it.
    pub(super) fn sellers(
        &self,
        numbers: &[PhoneNumber],
        is_in_stock: impl Fn(usize) -> bool,
        porting: &ActivePorts,
        options: &Options,
    ) -> Sellers {
        let mut sellers = Sellers { carriers: vec![None; numbers.len()], failure: None };
        if numbers.is_empty() {
            return sellers;
        }
        let (account, reseller) = (options.account, self.reseller(options.account));
        let carriers = self.usable_carriers(account);
        let checked: Arc<[_]> = numbers.into();
        let check = move |carrier: &dyn Carrier| carrier.check_for(&checked, account, reseller);
        let open_calls = &self.searches.open_calls;
        let is_asked =
            |carrier: &&Arc<dyn Carrier>| !(self.has_own_stock && carrier.name() == CarrierName::LOCAL);
        let asked: Vec<_> = carriers.iter().filter(is_asked).cloned().collect();
        let mut answers = call_carriers(&asked, open_calls, self.limits.search_timeout, check).into_iter();
        let stock =
            |place| if is_in_stock(place) { Availability::Available } else { Availability::Unavailable };
        for carrier in &carriers {
            let stock = || Some((CarrierName::LOCAL, Ok((0..numbers.len()).map(stock).collect())));
            let answer = if is_asked(&carrier) { answers.next() } else { stock() };
            let Some((name, answer)) = answer else { break };
            let answer: Vec<_> = match answer {
                Ok(answer) => answer,
                Err(CarrierError::Unsupported) => continue,
                Err(error) => {
                    sellers.failure.get_or_insert(error);
                    continue;
                }
            };
            // A response with another number of entries is malformed and ignored.
            if answer.len() != numbers.len() {
                continue;
            }
            // A number that is not stored must be one that may be created.
            let is_stored = carrier.info().is_local;
            for (seller, (number, availability)) in
                sellers.carriers.iter_mut().zip(numbers.iter().zip(answer))
            {
                let is_sold = availability == Availability::Available && seller.is_none();
                if is_sold && (is_stored || self.check_new(*number, porting).is_ok()) {
                    *seller = Some(name);
                }
            }
        }
        sellers
    }
}
