//! Replays of requests whose key has a receipt.

use std::collections::HashMap;

use super::billing::Quote;
use super::error::InventoryError;
use super::idempotency::{Request, key_of_number};
use super::input::Entries;
use super::services::Services;

impl Services {
    /// Answers `entries` from the receipt of the request, and completes the claims that it left.
    /// Returns the quotes of the first response; `None` if the request has no receipt.
    pub(super) fn replay(
        &self,
        request: Request,
        entries: &mut Entries,
    ) -> Result<Option<Vec<Quote>>, InventoryError> {
        let Request { key, fingerprint } = request;
        let Some(receipt) = self.receipt(key.into())? else { return Ok(None) };
        if receipt.fingerprint != Some(fingerprint) {
            return Err(InventoryError::KeyReused(key));
        }
        let mut together = HashMap::new();
        if receipt.together {
            together.extend(self.resume_claims(key.into(), &receipt)?);
        }
        entries.decide_rest(|number| match receipt.outcome(number).or_else(|| together.remove(&number)) {
            Some(outcome) => Ok(outcome),
            None => self.resume_claim(key_of_number(key.into(), number), number),
        })?;
        Ok(Some(receipt.quotes))
    }
}
