//! The calls to carriers and providers that perform external effects and roll them back.

use super::claims::MayRun;
use super::error::InventoryError;
use super::services::Services;
use crate::carrier::{CarrierError, CarrierInfo};
use crate::feature::ProviderEffect;
use crate::feature::e911::E911Address;
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::provider::ProviderError;
use crate::record::{Decision, EffectOutcome, ExternalEffect, NumberRecord, Pending, Refusal};

/// The reason why an external effect failed.
pub(super) struct EffectFailure {
    pub(super) error: InventoryError,
    /// Whether it is certain that the effect did not take place.
    pub(super) is_known: bool,
}

impl EffectFailure {
    fn by_carrier(number: PhoneNumber, source: CarrierError) -> Self {
        let is_known = !matches!(source, CarrierError::Unknown { .. });
        Self { error: InventoryError::Carrier { number, source }, is_known }
    }

    fn by_provider(number: PhoneNumber, source: ProviderError) -> Self {
        let is_known = !matches!(source, ProviderError::Unknown(_));
        Self { error: InventoryError::Provider { number, source }, is_known }
    }
}

/// The outcome of rolling back an effect.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RolledBack {
    /// An effect that was rolled back.
    Undone,
    /// An effect that stays, and whose outcome the record keeps.
    Kept,
}

impl Services {
    /// Performs the effects of a claim in order, up to the first failure, while the caller `may_run` them.
    /// Returns the outcomes of the performed effects, and the failure.
    pub(super) fn perform_effects(
        &self,
        pending: &Pending,
        may_run: MayRun<'_>,
    ) -> (Vec<EffectOutcome>, Option<EffectFailure>) {
        let mut outcomes = Vec::with_capacity(pending.effects().len());
        for (place, effect) in pending.effects().iter().enumerate() {
            if !may_run() {
                let error = Refusal::Claimed(pending.since()).into();
                return (outcomes, Some(EffectFailure { error, is_known: false }));
            }
            match self.perform(effect, pending.after(), pending.effect_key(place)) {
                Ok(outcome) => outcomes.push(outcome),
                Err(failure) => return (outcomes, Some(failure)),
            }
        }
        (outcomes, None)
    }

    /// Performs one effect under `key`.
    fn perform(
        &self,
        effect: &ExternalEffect,
        record: &NumberRecord,
        key: IdempotencyKey,
    ) -> Result<EffectOutcome, EffectFailure> {
        let number = record.number();
        let by_provider = |source| EffectFailure::by_provider(number, source);
        let order = match effect {
            ExternalEffect::Acquire | ExternalEffect::Disconnect => {
                let carrier = self.carrier(record.carrier()).ok_or(EffectFailure {
                    // The carrier was installed when the number was claimed, and may have been called
                    // at that time.
                    is_known: false,
                    error: InventoryError::NoCarrier(record.carrier()),
                })?;
                match effect {
                    ExternalEffect::Acquire => carrier.acquire(record, key),
                    _ => carrier.disconnect(record, key),
                }
            }
            ExternalEffect::Provider(effect) => {
                return match effect {
                    ProviderEffect::ProvisionE911(address) => {
                        let answer = self.e911.provision(record, address, key).map_err(by_provider)?;
                        let settled = answer.into_address(written_address(record, address));
                        settled.map(EffectOutcome::Address).map_err(|refusal| EffectFailure {
                            error: InventoryError::E911(refusal),
                            is_known: true,
                        })
                    }
                    ProviderEffect::RemoveE911 => {
                        self.e911.remove(record, key).map(|()| EffectOutcome::Done).map_err(by_provider)
                    }
                    ProviderEffect::SetCnam(cnam) => {
                        self.cnam.set(record, cnam, key).map(|()| EffectOutcome::Done).map_err(by_provider)
                    }
                    ProviderEffect::RemoveCnam => {
                        self.cnam.remove(record, key).map(|()| EffectOutcome::Done).map_err(by_provider)
                    }
                };
            }
        };
        match order {
            Ok(data) => Ok(data.map_or(EffectOutcome::Done, EffectOutcome::Carrier)),
            Err(source) => Err(EffectFailure::by_carrier(number, source)),
        }
    }

    /// Rolls back one effect under `key`, so that carriers and providers return to the state that the record
    /// `before` describes.
    ///
    /// A number that was returned to its carrier stays returned, and a number that already belonged to the
    /// service stays bought. If a provider refuses, it keeps its data.
    pub(super) fn roll_back_effect(
        &self,
        effect: &ExternalEffect,
        before: &NumberRecord,
        after: &NumberRecord,
        key: IdempotencyKey,
    ) -> Result<RolledBack, InventoryError> {
        let number = before.number();
        let active = before.active();
        let rolled_back = match effect {
            ExternalEffect::Acquire => {
                let carrier =
                    self.carrier(after.carrier()).ok_or(InventoryError::NoCarrier(after.carrier()))?;
                let returned = carrier.disconnect(after, key);
                return returned
                    .map(|_| RolledBack::Undone)
                    .map_err(|source| InventoryError::Carrier { number, source });
            }
            ExternalEffect::Disconnect => return Ok(RolledBack::Kept),
            ExternalEffect::Provider(ProviderEffect::ProvisionE911(_) | ProviderEffect::RemoveE911) => {
                match active.and_then(|active| active.e911.as_ref()) {
                    Some(address) => {
                        let answer = self.e911.provision(before, address, key);
                        answer.map(|answer| answer.into_address(address).is_ok())
                    }
                    None => self.e911.remove(before, key).map(|()| true),
                }
            }
            ExternalEffect::Provider(ProviderEffect::SetCnam(_) | ProviderEffect::RemoveCnam) => {
                match active.and_then(|active| active.cnam.as_ref()) {
                    Some(cnam) => self.cnam.set(before, cnam, key),
                    None => self.cnam.remove(before, key),
                }
                .map(|()| true)
            }
        };
        match rolled_back {
            Ok(true) => Ok(RolledBack::Undone),
            Ok(false) | Err(ProviderError::Refused(_)) => Ok(RolledBack::Kept),
            Err(source @ ProviderError::Unknown(_)) => Err(InventoryError::Provider { number, source }),
        }
    }

    /// Validates the E911 address that an effect would provision, without provisioning it.
    pub(super) fn validate(
        &self,
        record: &NumberRecord,
        effect: &ExternalEffect,
    ) -> Result<(), InventoryError> {
        let ExternalEffect::Provider(ProviderEffect::ProvisionE911(address)) = effect else { return Ok(()) };
        let answer = self.e911.validate(address);
        let answer = answer.map_err(|source| InventoryError::Provider { number: record.number(), source })?;
        answer.into_address(written_address(record, address)).map(drop).map_err(InventoryError::E911)
    }

    /// Removes from `decision` the effects on a carrier that takes no orders.
    ///
    /// A carrier that takes orders must be installed; otherwise the record could be claimed but never
    /// completed.
    pub(super) fn drop_unordered(
        &self,
        decision: &mut Decision,
        needs_carrier: bool,
    ) -> Result<(), InventoryError> {
        let is_order =
            |effect: &ExternalEffect| matches!(effect, ExternalEffect::Acquire | ExternalEffect::Disconnect);
        if !decision.effects.iter().any(is_order) {
            return Ok(());
        }
        let name = decision.record.carrier();
        let takes_orders = match self.carrier(name) {
            Some(carrier) => carrier.takes_orders(),
            // The built-in carriers take no orders, whether or not they are installed.
            None if CarrierInfo::of(name).is_local || !needs_carrier => false,
            None => return Err(InventoryError::NoCarrier(name)),
        };
        decision.effects.retain(|effect| takes_orders || !is_order(effect));
        Ok(())
    }
}

/// Returns the address in the document of `record`, which contains the caller's name; `provisioned` if the
/// document has no address.
fn written_address<'a>(record: &'a NumberRecord, provisioned: &'a E911Address) -> &'a E911Address {
    record.settings().and_then(|settings| settings.e911.as_ref()).unwrap_or(provisioned)
}
