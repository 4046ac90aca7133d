//! Claims: records locked while their external effects run.
//!
//! A record is stored with a claim before its effects run, so that only the caller that stored it runs them.
//! The claim contains the resulting record. After a crash the effects are run again with the same idempotency
//! keys, so that nothing is ordered twice. If an effect is refused, the claim contains the outcomes of the
//! preceding effects until these are rolled back.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Context, Decision, Event, EventKind, NumberRecord, RateCenter, Refusal};
use crate::account::Actor;
use crate::feature::ProviderEffect;
use crate::feature::e911::E911Address;
use crate::idempotency::IdempotencyKey;
use crate::time::Timestamp;

/// A call to a carrier or provider that a command needs.
///
/// ```
/// use telnum::record::ExternalEffect;
///
/// assert_eq!(serde_json::to_string(&ExternalEffect::Acquire)?, r#"{"kind":"acquire"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExternalEffect {
    /// The purchase of the number from its carrier.
    Acquire,
    /// The return of the number to its carrier.
    Disconnect,
    /// The provisioning or removal of a feature at a provider.
    #[serde(untagged)]
    Provider(ProviderEffect),
}

/// The outcome of a successful [`ExternalEffect`].
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectOutcome {
    /// A success without data.
    Done,
    /// A success with data that the carrier keeps with the number from now on.
    Carrier(Value),
    /// A success with the address as the provider writes it.
    Address(E911Address),
}

/// A claim on a record: its external effects are running, and other commands are refused.
///
/// ```
/// use telnum::record::{ExternalEffect, Pending};
///
/// let pending: Pending = serde_json::from_value(serde_json::json!({
///     "key": "order-7", "since": 63565934344_u64, "actor": "shop", "effects": [{"kind": "acquire"}],
///     "events": [], "after": {"id": "+14158867900", "pvt_state": "in_service", "pvt_assigned_to": "shop",
///         "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64},
/// }))?;
/// assert_eq!(pending.key(), "order-7".parse()?);
/// assert_eq!(pending.effects(), [ExternalEffect::Acquire]);
/// assert_eq!((pending.after().owner(), pending.after().updated()), (Some("shop".parse()?), pending.since()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "claim")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    pub(super) key: IdempotencyKey,
    pub(super) since: Timestamp,
    pub(super) actor: Actor,
    pub(super) effects: Vec<ExternalEffect>,
    pub(super) events: Vec<Event>,
    pub(super) after: NumberRecord,
    /// Whether the number had no record before the claim.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_new: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<Part>,
    /// The outcomes of the effects before the refused one; `None` if none was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) done: Option<Vec<EffectOutcome>>,
}

/// The request of which a claim is a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// The idempotency key of the request.
    pub(crate) whole: IdempotencyKey,
    /// Whether the outcome is kept in a receipt, for replays of the request.
    pub(crate) is_kept: bool,
    /// The number of claims that succeed or fail together; 0 if this claim is independent.
    pub(crate) together: usize,
}

impl Pending {
    /// Returns the idempotency key of the effects.
    #[must_use]
    pub const fn key(&self) -> IdempotencyKey {
        self.key
    }

    /// Returns the time of the claim.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// Returns the actor of the command.
    #[doc(hidden)]
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// Returns the effects, in the order in which they run.
    #[must_use]
    pub fn effects(&self) -> &[ExternalEffect] {
        &self.effects
    }

    /// Returns the record that results from all effects.
    #[doc(hidden)]
    #[must_use]
    pub const fn after(&self) -> &NumberRecord {
        &self.after
    }

    /// Returns the outcomes of the first effects if a later one was refused; `None` otherwise. These
    /// effects are being rolled back.
    #[doc(hidden)]
    #[must_use]
    pub fn abandoned(&self) -> Option<&[EffectOutcome]> {
        self.done.as_deref()
    }

    pub(crate) const fn is_new(&self) -> bool {
        self.is_new
    }

    pub(crate) const fn part(&self) -> Option<Part> {
        self.part
    }

    /// Returns the idempotency key of the effect at index `place`. Two effects of one claim may call
    /// the same provider, so each has its own key.
    pub(crate) fn effect_key(&self, place: usize) -> IdempotencyKey {
        self.key.of_part("", place)
    }

    /// Returns the idempotency key for rolling back the effect at index `place`.
    pub(crate) fn undo_key(&self, place: usize) -> IdempotencyKey {
        self.key.of_part("u", place)
    }
}

impl Decision {
    /// Returns the decision to claim the record `before` for the effects of this decision. If the
    /// command creates the number, the claimed record is in discovery.
    #[doc(hidden)]
    pub fn claim(self, before: Option<&NumberRecord>, key: IdempotencyKey, ctx: &Context<'_>) -> Self {
        let mut record = before.cloned().unwrap_or_else(|| {
            NumberRecord::discovered(self.record.number, self.record.carrier, self.record.created)
        });
        if before.is_some() {
            record.revision += 1;
        }
        record.touch(ctx.now);
        record.pending = Some(Box::new(Pending {
            key,
            since: ctx.now,
            actor: ctx.actor,
            effects: self.effects,
            events: self.events,
            after: self.record,
            is_new: before.is_none(),
            part: None,
            done: None,
        }));
        let events = vec![record.event(EventKind::Claimed { key }, ctx)];
        Self { record, events, effects: Vec::new() }
    }

    /// Marks the claim as a part of a request.
    pub(crate) fn within(mut self, part: Part) -> Self {
        if let Some(pending) = &mut self.record.pending {
            pending.part = Some(part);
        }
        self
    }
}

impl NumberRecord {
    /// Ends the claim. Returns the resulting record, given one outcome for each effect.
    ///
    /// # Errors
    ///
    /// - [`Refusal::NotClaimed`] if the record is not claimed, or if the claim is abandoned.
    /// - [`Refusal::OutcomeCount`] if the number of outcomes is not that of the effects.
    #[doc(hidden)]
    pub fn finish(&self, outcomes: Vec<EffectOutcome>, now: Timestamp) -> Result<Decision, Refusal> {
        let pending = self.pending_with_effects(outcomes.len())?;
        let (expected, found) = (pending.effects.len(), outcomes.len());
        if found != expected {
            return Err(Refusal::OutcomeCount { expected, found });
        }
        if pending.done.is_some() {
            return Err(Refusal::NotClaimed);
        }
        let mut record = pending.after.clone();
        for (effect, outcome) in pending.effects.iter().zip(outcomes) {
            record.apply_outcome(effect, outcome, now);
        }
        record.adopt_address();
        record.touch(now);
        record.revision = self.revision + 1;
        let events = pending.events.iter().map(|event| Event { at: now, ..event.clone() }).collect();
        Ok(Decision { record, events, effects: Vec::new() })
    }

    /// Abandons the claim because an effect was refused. `done` contains the outcomes of the preceding
    /// effects. The record stays claimed until these effects are rolled back.
    ///
    /// # Errors
    ///
    /// - [`Refusal::NotClaimed`] if the record is not claimed.
    /// - [`Refusal::OutcomeCount`] if there are more outcomes than effects.
    #[doc(hidden)]
    pub fn abandon(&self, done: Vec<EffectOutcome>, now: Timestamp) -> Result<Decision, Refusal> {
        let pending = self.pending_with_effects(done.len())?;
        let mut record = self.clone();
        record.pending = Some(Box::new(Pending { done: Some(done), ..pending.clone() }));
        Ok(record.changed(EventKind::Abandoned { key: pending.key }, pending.actor, now))
    }

    /// Ends an abandoned claim. Returns the record as it was before the claim, except for effects that
    /// could not be rolled back: `left` contains their outcomes, each at the index of its effect.
    ///
    /// # Errors
    ///
    /// - [`Refusal::NotClaimed`] if the record is not claimed.
    /// - [`Refusal::OutcomeCount`] if there are more outcomes than effects.
    #[doc(hidden)]
    pub fn finish_roll_back(
        &self,
        left: Vec<Option<EffectOutcome>>,
        now: Timestamp,
    ) -> Result<Decision, Refusal> {
        let pending = self.pending_with_effects(left.len())?;
        let mut record = self.clone();
        record.pending = None;
        for (effect, outcome) in pending.effects.iter().zip(left) {
            if let Some(outcome) = outcome {
                record.apply_outcome(effect, outcome, now);
            }
        }
        Ok(record.changed(EventKind::RolledBack { key: pending.key }, pending.actor, now))
    }

    /// Returns the claim if it has at least `found` effects.
    fn pending_with_effects(&self, found: usize) -> Result<&Pending, Refusal> {
        let pending = self.pending.as_deref().ok_or(Refusal::NotClaimed)?;
        let expected = pending.effects.len();
        if found > expected { Err(Refusal::OutcomeCount { expected, found }) } else { Ok(pending) }
    }

    fn changed(mut self, kind: EventKind, actor: Actor, now: Timestamp) -> Decision {
        self.touch(now);
        self.revision += 1;
        let events = vec![Event { number: self.number, at: now, actor, kind }];
        Decision { record: self, events, effects: Vec::new() }
    }

    /// Sets the data that the carrier keeps with the number.
    pub(crate) fn with_carrier_data(self, data: Option<Value>) -> Self {
        Self { carrier_data: data.filter(|data| !data.is_null()).map(Box::new), ..self }
    }

    /// Sets the rate centre.
    pub(crate) fn with_rate_center(self, center: Option<RateCenter>) -> Self {
        Self { rate_center: center.map(Box::new), ..self }
    }

    /// Sets the carrier and its data to those of `found`, the record of the number as it is for sale now.
    pub(crate) fn found_again(&self, found: &Self) -> Self {
        let known = || self.carrier_data.clone().filter(|_| found.carrier == self.carrier);
        let carrier_data = found.carrier_data.clone().or_else(known);
        let rate_center = found.rate_center.clone().or_else(|| self.rate_center.clone());
        Self { carrier: found.carrier, carrier_data, rate_center, ..self.clone() }
    }

    /// Sets the previous owner and the time of disconnection to those of `left`, the last record of the
    /// number.
    pub(crate) fn resting_like(self, left: &Self) -> Self {
        Self { previous_owner: left.previous_owner, disconnected_at: left.disconnected_at, ..self }
    }

    /// Returns whether the records differ at most in the time of the last change.
    pub(crate) fn is_same_change(&self, other: &Self) -> bool {
        Self { updated: other.updated, ..self.clone() } == *other
    }

    /// Applies the outcome of an effect to the record.
    fn apply_outcome(&mut self, effect: &ExternalEffect, outcome: EffectOutcome, now: Timestamp) {
        match effect {
            ExternalEffect::Acquire => self.is_returned = false,
            ExternalEffect::Disconnect => self.is_returned = true,
            ExternalEffect::Provider(_) => {}
        }
        match (effect, outcome) {
            (ExternalEffect::Acquire | ExternalEffect::Disconnect, EffectOutcome::Carrier(data)) => {
                self.carrier_data = Some(data).filter(|data| !data.is_null()).map(Box::new);
            }
            (
                ExternalEffect::Acquire | ExternalEffect::Disconnect,
                EffectOutcome::Done | EffectOutcome::Address(_),
            ) => {}
            (ExternalEffect::Provider(effect), outcome) => {
                let active = &mut self.features.get_or_insert_default().active;
                match (effect, outcome) {
                    (ProviderEffect::ProvisionE911(_), EffectOutcome::Address(address)) => {
                        active.e911 = Some(address.activated_at(now));
                    }
                    (
                        ProviderEffect::ProvisionE911(address),
                        EffectOutcome::Done | EffectOutcome::Carrier(_),
                    ) => {
                        active.e911 = Some(address.clone());
                    }
                    (ProviderEffect::RemoveE911, _) => active.e911 = None,
                    (ProviderEffect::SetCnam(cnam), _) => active.cnam = Some(cnam.clone()),
                    (ProviderEffect::RemoveCnam, _) => active.cnam = None,
                }
                self.drop_empty_features();
            }
        }
    }
}
