//! What is done outside for a number, which nobody else may touch meanwhile.
//!
//! A record is claimed before anything is done, and stored so; whoever stores it first does it.
//! The claim holds what the record is to become. So what a crash leaves can be driven to its end
//! with the same key, and nothing is ordered twice.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Context, Decision, Event, EventKind, NumberRecord, Refusal};
use crate::account::Actor;
use crate::feature::ProviderEffect;
use crate::feature::e911::E911Address;
use crate::time::Timestamp;
use crate::token::{Token, token_type};

token_type! {
    /// The key under which something is done outside: who is told it twice does it once. 1 to 64
    /// visible ASCII characters.
    ///
    /// ```
    /// use telnum::record::EffectKey;
    ///
    /// let key: EffectKey = "9c1a13a0f729c2d6d35a9c4515e5da03".parse()?;
    /// assert_eq!(key.to_string().parse(), Ok(key));
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    EffectKey, 64
}

impl EffectKey {
    /// A key of 32 hexadecimal digits.
    #[must_use]
    pub fn of_bits(high: u64, low: u64) -> Self {
        Self::known(&format!("{high:016x}{low:016x}"))
    }

    /// A key of a text that is one; what does not fit is cut off.
    pub(crate) const fn known(text: &str) -> Self {
        Self(Token::known(text))
    }
}

/// Something that is done outside for a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outside {
    /// The carrier sells the number.
    Acquire,
    /// The carrier takes the number back.
    Disconnect,
    /// A provider is told what the number carries.
    #[serde(untagged)]
    Provider(ProviderEffect),
}

/// What came of something that was done outside.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
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
    pub(super) key: EffectKey,
    pub(super) since: Timestamp,
    pub(super) actor: Actor,
    pub(super) effects: Vec<Outside>,
    pub(super) events: Vec<Event>,
    pub(super) after: NumberRecord,
}

impl Pending {
    /// The key under which it is done.
    #[must_use]
    pub const fn key(&self) -> EffectKey {
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
    pub fn effects(&self) -> &[Outside] {
        &self.effects
    }

    /// What the record is to become.
    #[must_use]
    pub const fn after(&self) -> &NumberRecord {
        &self.after
    }
}

impl Decision {
    /// The decision to lock the record as it was while the effects are brought about.
    ///
    /// A number that is created is locked as one that was found.
    pub fn claim(self, before: Option<&NumberRecord>, key: EffectKey, ctx: &Context<'_>) -> Self {
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
        }));
        let events = vec![record.event(EventKind::Claimed { key }, ctx)];
        Self { record, events, effects: Vec::new() }
    }
}

impl NumberRecord {
    /// What it becomes now that all is done outside: one answer for each effect.
    ///
    /// # Errors
    /// If nothing was to be done, or there are not as many answers as effects.
    pub fn finish(&self, answers: Vec<Answer>, now: Timestamp) -> Result<Decision, Refusal> {
        let pending = self.pending.as_deref().ok_or(Refusal::NotInProgress)?;
        let (found, effects) = (answers.len(), pending.effects.len());
        if found != effects {
            return Err(Refusal::Answers { found, effects });
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

    /// What it becomes if something outside was refused: what it was, but for what was done before
    /// that, of which these are the answers.
    ///
    /// # Errors
    /// If nothing was to be done, or there are more answers than effects.
    pub fn abandon(&self, answers: Vec<Answer>, now: Timestamp) -> Result<Decision, Refusal> {
        let pending = self.pending.as_deref().ok_or(Refusal::NotInProgress)?;
        let (found, effects) = (answers.len(), pending.effects.len());
        if found > effects {
            return Err(Refusal::Answers { found, effects });
        }
        let mut record = self.clone();
        record.pending = None;
        for (effect, answer) in pending.effects.iter().zip(answers) {
            record.absorb(effect, answer);
        }
        record.updated = now;
        record.revision += 1;
        let what = EventKind::Abandoned { key: pending.key };
        let events = vec![Event { number: self.number, at: now, actor: pending.actor, what }];
        Ok(Decision { record, events, effects: Vec::new() })
    }

    /// Notes what came of something that was done outside.
    fn absorb(&mut self, effect: &Outside, answer: Answer) {
        match (effect, answer) {
            (Outside::Acquire | Outside::Disconnect, Answer::Carrier(data)) => {
                self.carrier_data = Some(Box::new(data));
            }
            (Outside::Acquire | Outside::Disconnect, Answer::Done | Answer::Address(_)) => {}
            (Outside::Provider(effect), answer) => {
                let active = &mut self.features.get_or_insert_default().active;
                match (effect, answer) {
                    (ProviderEffect::ProvisionE911(_), Answer::Address(address)) => {
                        active.e911 = Some(address);
                    }
                    (ProviderEffect::ProvisionE911(address), Answer::Done | Answer::Carrier(_)) => {
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
