//! The prices of changes.

use std::collections::{HashMap, HashSet};

use super::billing::{BillingError, Charge, Quote};
use super::services::Services;
use crate::carrier::{Carrier, CarrierInfo};
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// The charges of a call for which billing was asked, with its quotes.
#[derive(Default)]
pub(super) struct Prices {
    charges: HashMap<PhoneNumber, Charge>,
    pub(super) quotes: Vec<Quote>,
}

/// A change of one number: its record before, if there is one, and after.
pub(super) struct PricedChange<'a> {
    pub(super) before: Option<&'a NumberRecord>,
    pub(super) after: &'a NumberRecord,
}

impl Services {
    /// Asks billing, in one call, for quotes for those of `changes` that may be charged for and have
    /// not been quoted yet.
    pub(super) fn price<'a>(
        &self,
        changes: impl Iterator<Item = PricedChange<'a>>,
        prices: &mut Prices,
    ) -> Result<(), BillingError> {
        if self.billing.is_free() {
            return Ok(());
        }
        let (mut new, mut outdated) = (Vec::new(), HashSet::new());
        for change in changes {
            let number = change.after.number();
            let charge = self.charge(&change);
            if prices.charges.get(&number) != charge.as_ref() {
                // The earlier quote was for another change.
                prices.charges.remove(&number);
                outdated.insert(number);
                new.extend(charge);
            }
        }
        prices.quotes.retain(|quote| !outdated.contains(&quote.number));
        if !new.is_empty() {
            prices.quotes.extend(self.billing.quote(&new)?);
            prices.charges.extend(new.into_iter().map(|charge| (charge.number, charge)));
        }
        Ok(())
    }

    /// Returns the charge for a change: a number that an account receives or puts in service, or
    /// features that the number gains.
    pub(super) fn charge(&self, change: &PricedChange<'_>) -> Option<Charge> {
        let PricedChange { before, after } = *change;
        let features = after.features().difference(before.map(NumberRecord::features).unwrap_or_default());
        let is_received = before.and_then(NumberRecord::owner) != after.owner();
        let is_activated =
            after.state() == State::InService && before.map(NumberRecord::state) != Some(State::InService);
        let account = after.owner()?;
        let carrier = after.carrier();
        let info = self.carrier(carrier).map_or_else(|| CarrierInfo::of(carrier), Carrier::info);
        (is_received || is_activated || !features.is_empty()).then_some(Charge {
            account,
            number: after.number(),
            state: after.state(),
            carrier,
            is_billable: info.is_billable,
            features,
        })
    }
}
