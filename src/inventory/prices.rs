//! What a change costs.

use std::collections::HashMap;

use super::engine::Planned;
use super::{BillingError, Charge, Inventory, Quote};
use crate::carrier::CarrierInfo;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// What billing was asked about, and what it said.
#[derive(Default)]
pub(super) struct Prices {
    asked: HashMap<PhoneNumber, Charge>,
    pub(super) quotes: Vec<Quote>,
}

impl Inventory {
    /// Asks billing about all that may cost and that it was not asked about before, at once.
    pub(super) fn price(&self, planned: &[Planned], prices: &mut Prices) -> Result<(), BillingError> {
        if self.parts.billing.is_free() {
            return Ok(());
        }
        let mut new = Vec::new();
        for plan in planned {
            let charge = self.charge(plan.before.as_deref(), &plan.decision.record);
            if prices.asked.get(&plan.number) != charge.as_ref() {
                // What was quoted before is not what is done.
                prices.asked.remove(&plan.number);
                prices.quotes.retain(|quote| quote.number != plan.number);
                new.extend(charge);
            }
        }
        if !new.is_empty() {
            let quotes = self.parts.billing.quote(&new)?;
            prices.quotes.extend(quotes);
            prices.asked.extend(new.into_iter().map(|charge| (charge.number, charge)));
        }
        Ok(())
    }

    /// What a decision may cost: a number for an account that had it not, or what it did not carry.
    pub(super) fn charge(&self, before: Option<&NumberRecord>, after: &NumberRecord) -> Option<Charge> {
        let had = before.map(NumberRecord::features).unwrap_or_default();
        let features = after.features().difference(had);
        let is_new = before.and_then(NumberRecord::owner) != after.owner()
            || before.map(NumberRecord::state) != Some(after.state()) && after.state() == State::InService;
        let carrier = after.carrier();
        let info = self.parts.carriers.iter().find(|it| it.name() == carrier).map(|it| it.info());
        let is_billable = info.unwrap_or_else(|| CarrierInfo::of(carrier)).is_billable;
        let account = after.owner()?;
        (is_new || !features.is_empty()).then_some(Charge {
            account,
            number: after.number(),
            state: after.state(),
            carrier,
            is_billable,
            features,
        })
    }
}
