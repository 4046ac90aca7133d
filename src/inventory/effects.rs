//! What is done outside for claimed records, and what becomes of them then.

use std::sync::Arc;

use super::engine::{Receipt, name};
use super::{Error, Inventory, Outcome};
use crate::carrier::{Carrier, CarrierError};
use crate::feature::ProviderEffect;
use crate::names::CarrierName;
use crate::provider::ProviderError;
use crate::record::{Answer, EffectKey, NumberRecord, Outside};
use crate::store::{Change, StoreError, Stored};

/// Why something outside is not done, and whether that is known for sure.
struct Failure {
    error: Error,
    is_known: bool,
}

/// How far it went outside for a record.
struct Reached {
    answers: Vec<Answer>,
    failure: Option<Failure>,
}

impl Inventory {
    /// Drives a claimed record to its end: all is done outside, or what was refused is given up.
    ///
    /// Where it is not known what was done the record stays claimed, and is taken up later with the
    /// same key.
    pub(super) fn drive(&self, stored: &Stored<NumberRecord>) -> Result<Arc<NumberRecord>, Error> {
        let Reached { answers, failure } = self.reach(stored);
        let decision = match &failure {
            Some(failure) if !failure.is_known => return Err(failure.error.clone()),
            Some(_) => stored.abandon(answers, self.now()),
            None => stored.finish(answers, self.now()),
        }?;
        let record = Arc::new(decision.record);
        let change = Change::put(Arc::clone(&record), stored.expected()).with_events(decision.events);
        match (self.parts.store.commit(change.into()), failure) {
            (Ok(_), None) => Ok(record),
            (Ok(_), Some(failure)) => Err(failure.error),
            // Somebody else has driven it meanwhile, with the same key: so it has come to the same.
            (Err(error), None) if error.is_conflict() => {
                let stored = self.parts.store.get(record.number())?;
                stored.map(|stored| Arc::clone(stored.shared())).ok_or(Error::NotFound(record.number()))
            }
            (Err(error), Some(failure)) if error.is_conflict() => Err(failure.error),
            (Err(error), _) => Err(error.into()),
        }
    }

    pub(super) fn drive_into(&self, stored: &Stored<NumberRecord>, outcome: &mut Outcome) {
        let number = stored.number();
        match self.drive(stored) {
            Ok(record) => drop(outcome.succeeded.insert(number, record)),
            Err(error) => drop(outcome.failed.insert(name(number), error)),
        }
    }

    /// Drives claimed records to their end together: all that is outside is done, or none of it.
    ///
    /// If one is refused, what was bought for the others is given back to the carriers, and all are
    /// given up. If it is not known of one what was done, all stay claimed.
    pub(super) fn drive_together(
        &self,
        claimed: &[Stored<NumberRecord>],
        receipt: Receipt,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        let mut reached = Vec::with_capacity(claimed.len());
        let mut failed = None;
        for stored in claimed {
            let it = if failed.is_none() {
                self.reach(stored)
            } else {
                Reached { answers: Vec::new(), failure: None }
            };
            if let Some(failure) = &it.failure {
                failed = Some((stored.number(), failure.error.clone(), failure.is_known));
            }
            reached.push(it.answers);
        }
        if let Some((number, error, is_known)) = failed {
            for stored in claimed {
                let other = if is_known { Error::NotDone(name(number)) } else { self.in_progress(stored) };
                let error = if stored.number() == number { error.clone() } else { other };
                outcome.failed.insert(name(stored.number()), error);
            }
            if !is_known {
                return Ok(());
            }
            reached.iter_mut().zip(claimed).for_each(|(answers, stored)| self.undo(stored, answers));
            let decisions =
                claimed.iter().zip(reached).map(|(stored, it)| (stored, stored.abandon(it, self.now())));
            let changes = decisions.filter_map(|(stored, decision)| {
                let decision = decision.ok()?;
                Some(Change::put(decision.record, stored.expected()).with_events(decision.events))
            });
            return self.commit(changes.collect(), receipt, outcome).map(drop);
        }
        let mut changes = Vec::with_capacity(claimed.len());
        for (stored, answers) in claimed.iter().zip(reached) {
            if let Ok(decision) = stored.finish(answers, self.now()) {
                let record = Arc::new(decision.record);
                outcome.succeeded.insert(record.number(), Arc::clone(&record));
                changes.push(Change::put(record, stored.expected()).with_events(decision.events));
            }
        }
        self.commit(changes, receipt, outcome).map(drop)
    }

    fn in_progress(&self, stored: &Stored<NumberRecord>) -> Error {
        let since = stored.pending().map_or_else(|| self.now(), crate::record::Pending::since);
        crate::record::Refusal::InProgress(since).into()
    }

    /// Gives back to the carrier what was bought for a record. If that fails the number is still
    /// bought, which its answers tell.
    fn undo(&self, stored: &Stored<NumberRecord>, answers: &mut Vec<Answer>) {
        let Some(pending) = stored.pending() else { return };
        let bought =
            pending.effects().iter().zip(&*answers).position(|(effect, _)| *effect == Outside::Acquire);
        let Some(place) = bought else { return };
        let key = EffectKey::known(&format!("{}/undo", pending.key()));
        let carrier = self.carrier(pending.after().carrier());
        if carrier.is_ok_and(|carrier| carrier.disconnect(pending.after(), key).is_ok()) {
            answers.remove(place);
        }
    }

    /// Does what a claimed record asks for outside, up to the first that fails.
    fn reach(&self, stored: &Stored<NumberRecord>) -> Reached {
        let mut answers = Vec::new();
        let Some(pending) = stored.pending() else { return Reached { answers, failure: None } };
        for effect in pending.effects() {
            match self.perform(effect, pending.after(), pending.key()) {
                Ok(answer) => answers.push(answer),
                Err(failure) => return Reached { answers, failure: Some(failure) },
            }
        }
        Reached { answers, failure: None }
    }

    fn perform(&self, effect: &Outside, record: &NumberRecord, key: EffectKey) -> Result<Answer, Failure> {
        let (e911, cnam) = (&self.parts.e911, &self.parts.cnam);
        let answer = |data: Option<_>| data.map_or(Answer::Done, Answer::Carrier);
        let number = record.number();
        let carrier = || self.carrier(record.carrier()).map_err(|error| Failure { error, is_known: true });
        let by_carrier = |source: CarrierError| Failure {
            is_known: !matches!(source, CarrierError::Unknown { .. }),
            error: Error::Carrier { number, source },
        };
        let by_provider = |source: ProviderError| Failure {
            is_known: !matches!(source, ProviderError::Unknown(_)),
            error: Error::Provider { number, source },
        };
        match effect {
            Outside::Acquire => carrier()?.acquire(record, key).map(answer).map_err(by_carrier),
            Outside::Disconnect => carrier()?.disconnect(record, key).map(answer).map_err(by_carrier),
            Outside::Provider(ProviderEffect::ProvisionE911(address)) => {
                let settled = e911.provision(record, address, key).map_err(by_provider)?.settle(address);
                settled
                    .map(Answer::Address)
                    .map_err(|refusal| Failure { error: Error::E911(refusal), is_known: true })
            }
            Outside::Provider(ProviderEffect::RemoveE911) => {
                e911.remove(record, key).map(|()| Answer::Done).map_err(by_provider)
            }
            Outside::Provider(ProviderEffect::SetCnam(names)) => {
                cnam.set(record, names, key).map(|()| Answer::Done).map_err(by_provider)
            }
            Outside::Provider(ProviderEffect::RemoveCnam) => {
                cnam.remove(record, key).map(|()| Answer::Done).map_err(by_provider)
            }
        }
    }

    /// The carrier with a name. The system's own numbers need none.
    pub(super) fn carrier(&self, name: CarrierName) -> Result<Arc<dyn Carrier>, Error> {
        let found = self.parts.carriers.iter().find(|carrier| carrier.name() == name);
        found.cloned().ok_or(Error::NoCarrier(name))
    }
}
