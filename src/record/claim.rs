//! What is done outside for a number, which nobody else may touch meanwhile.
//!
//! A record is claimed before anything is done, and stored so; whoever stores it first does it.
//! The claim holds what the record is to become. So what a crash leaves can be driven to its end
//! with the same key, and nothing is ordered twice. If something is refused the claim says so, and
//! holds what was done before that, until all of it is taken back.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Context, Decision, Event, EventKind, NumberRecord, Refusal};
use crate::account::Actor;
use crate::feature::ProviderEffect;
use crate::feature::e911::E911Address;
use crate::idempotency::IdempotencyKey;
use crate::time::Timestamp;

/// Something that is done outside for a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExternalEffect {
    /// The carrier sells the number.
    Acquire,
    /// The carrier takes the number back.
    Disconnect,
    /// A provider is told what the number carries.
    #[serde(untagged)]
    Provider(ProviderEffect),
}

/// What came of something that was done outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectOutcome {
    /// It is done.
    Done,
    /// It is done, and the carrier wants to be told this of the number from now on.
    Carrier(Value),
    /// It is done; the provider writes the address like this.
    Address(E911Address),
}

/// A claim on a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    pub(super) key: IdempotencyKey,
    pub(super) since: Timestamp,
    pub(super) actor: Actor,
    pub(super) effects: Vec<ExternalEffect>,
    pub(super) events: Vec<Event>,
    pub(super) after: NumberRecord,
    /// Whether nothing was stored of the number before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_new: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<Part>,
    /// What was done before it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) done: Option<Vec<EffectOutcome>>,
}

/// What a claim is a part of, if it was not made by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// The key of the whole.
    pub(crate) whole: IdempotencyKey,
    /// Whether what comes of it is kept, for whoever asks again.
    pub(crate) is_kept: bool,
    /// How many numbers are claimed together, for all or none; 0: each for itself.
    pub(crate) together: usize,
}

impl Pending {
    /// The key under which it is done.
    #[must_use]
    pub const fn key(&self) -> IdempotencyKey {
        self.key
    }

    /// Since when.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// Who asked for it.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// What is to be done, in this order.
    #[must_use]
    pub fn effects(&self) -> &[ExternalEffect] {
        &self.effects
    }

    /// What the record is to become.
    #[must_use]
    pub const fn after(&self) -> &NumberRecord {
        &self.after
    }

    /// If it is given up: the answers of what was done before, from the first effect on. That is
    /// being taken back.
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

    /// The key under which the effect in a place is brought about: a provider may be told two
    /// things of one number.
    pub(crate) fn effect_key(&self, place: usize) -> IdempotencyKey {
        self.key.of_part("", place)
    }

    /// The key under which it is taken back.
    pub(crate) fn undo_key(&self, place: usize) -> IdempotencyKey {
        self.key.of_part("u", place)
    }
}

impl Decision {
    /// The decision to lock the record as it was while the effects are brought about.
    ///
    /// A number that is created is locked as one that was found.
    pub fn claim(self, before: Option<&NumberRecord>, key: IdempotencyKey, ctx: &Context<'_>) -> Self {
        let mut record = before.cloned().unwrap_or_else(|| {
            NumberRecord::discovered(self.record.number, self.record.carrier, self.record.created)
        });
        if before.is_some() {
            record.revision += 1;
        }
        record.updated = ctx.now;
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

    /// The same claim as a part of something.
    pub(crate) fn within(mut self, part: Part) -> Self {
        if let Some(pending) = &mut self.record.pending {
            pending.part = Some(part);
        }
        self
    }
}

impl NumberRecord {
    /// What it becomes now that all is done outside: one answer for each effect.
    ///
    /// # Errors
    /// If nothing was to be done, or that is given up; or if there are not as many answers as effects.
    pub fn finish(&self, answers: Vec<EffectOutcome>, now: Timestamp) -> Result<Decision, Refusal> {
        let pending = self.pending_with(answers.len())?;
        let (found, effects) = (answers.len(), pending.effects.len());
        if found != effects {
            return Err(Refusal::OutcomeCount { expected: effects, found });
        }
        if pending.done.is_some() {
            return Err(Refusal::NotInProgress);
        }
        let mut record = pending.after.clone();
        for (effect, answer) in pending.effects.iter().zip(answers) {
            record.absorb(effect, answer);
        }
        record.adopt_address();
        record.updated = now;
        record.revision = self.revision + 1;
        let events = pending.events.iter().map(|event| Event { at: now, ..event.clone() }).collect();
        Ok(Decision { record, events, effects: Vec::new() })
    }

    /// The decision to give up what is being done, as something was refused after this was done. It
    /// stays locked while that is taken back.
    ///
    /// # Errors
    /// If nothing was to be done, or there are more answers than effects.
    pub fn abandon(&self, done: Vec<EffectOutcome>, now: Timestamp) -> Result<Decision, Refusal> {
        let pending = self.pending_with(done.len())?;
        let mut record = self.clone();
        record.pending = Some(Box::new(Pending { done: Some(done), ..pending.clone() }));
        Ok(record.changed(EventKind::Abandoned { key: pending.key }, pending.actor, now))
    }

    /// What it becomes if something outside was refused: what it was, but for what was done before
    /// that and is left, of which these are the answers, each in the place of its effect.
    ///
    /// # Errors
    /// If nothing was to be done, or there are more answers than effects.
    pub fn finish_roll_back(
        &self,
        left: Vec<Option<EffectOutcome>>,
        now: Timestamp,
    ) -> Result<Decision, Refusal> {
        let pending = self.pending_with(left.len())?;
        let mut record = self.clone();
        record.pending = None;
        for (effect, answer) in pending.effects.iter().zip(left) {
            if let Some(answer) = answer {
                record.absorb(effect, answer);
            }
        }
        Ok(record.changed(EventKind::RolledBack { key: pending.key }, pending.actor, now))
    }

    /// The claim, if it has so many effects.
    fn pending_with(&self, found: usize) -> Result<&Pending, Refusal> {
        let pending = self.pending.as_deref().ok_or(Refusal::NotInProgress)?;
        let effects = pending.effects.len();
        if found > effects { Err(Refusal::OutcomeCount { expected: effects, found }) } else { Ok(pending) }
    }

    fn changed(mut self, kind: EventKind, actor: Actor, now: Timestamp) -> Decision {
        self.updated = now;
        self.revision += 1;
        let events = vec![Event { number: self.number, at: now, actor, kind }];
        Decision { record: self, events, effects: Vec::new() }
    }

    /// The same with what its carrier wants to be told of it.
    pub(crate) fn with_carrier_data(self, data: Option<Value>) -> Self {
        Self { carrier_data: data.filter(|data| !data.is_null()).map(Box::new), ..self }
    }

    /// The same, found at a carrier.
    pub(crate) fn found_again(&self, found: &Self) -> Self {
        let known = || self.carrier_data.clone().filter(|_| found.carrier == self.carrier);
        let carrier_data = found.carrier_data.clone().or_else(known);
        Self { carrier: found.carrier, carrier_data, ..self.clone() }
    }

    /// Whether it is another, but for when it became so.
    pub(crate) fn is_same_change(&self, other: &Self) -> bool {
        Self { updated: other.updated, ..self.clone() } == *other
    }

    /// Notes what came of something that was done outside.
    fn absorb(&mut self, effect: &ExternalEffect, answer: EffectOutcome) {
        match (effect, answer) {
            (ExternalEffect::Acquire | ExternalEffect::Disconnect, EffectOutcome::Carrier(data)) => {
                self.carrier_data = Some(data).filter(|data| !data.is_null()).map(Box::new);
            }
            (
                ExternalEffect::Acquire | ExternalEffect::Disconnect,
                EffectOutcome::Done | EffectOutcome::Address(_),
            ) => {}
            (ExternalEffect::Provider(effect), answer) => {
                let active = &mut self.features.get_or_insert_default().active;
                match (effect, answer) {
                    (ProviderEffect::ProvisionE911(_), EffectOutcome::Address(address)) => {
                        active.e911 = Some(address);
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
