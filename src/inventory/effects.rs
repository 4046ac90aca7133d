//! What is done outside for claimed records, and what becomes of them then.

use std::sync::Arc;

use super::asked::Answer as Came;
use super::outcome::name;
use super::receipt::{Receipt, end, part, undo};
use super::{Error, Inventory};
use crate::carrier::{Carrier, CarrierError};
use crate::feature::ProviderEffect;
use crate::feature::e911::E911Address;
use crate::lifecycle::State;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::provider::ProviderError;
use crate::record::{Answer, EffectKey, NumberRecord, Outside, Pending, Refusal};
use crate::store::{Batch, Change, Stored};

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
    /// Drives a claimed record to its end: all is done outside, or what was refused is given up and
    /// what was done before is taken back. What comes of it is kept under the claim's key, if it is
    /// a part of a request.
    ///
    /// Where it is not known what was done the record stays claimed, and is taken up later with the
    /// same key.
    pub(super) fn drive(&self, stored: &Stored<NumberRecord>, is_kept: bool) -> Came {
        let Reached { mut answers, failure } = self.reach(stored);
        let error = match failure {
            Some(Failure { error, is_known: false }) => return Err(error),
            Some(Failure { error, is_known: true }) => Some(error),
            None => None,
        };
        if error.is_some() {
            self.undo(stored, &mut answers);
        }
        let (change, came) = self.settle(stored, answers, error)?;
        let key = stored.pending().map(Pending::key).filter(|_| is_kept);
        let receipt = key.map(|key| (key, Receipt::of([(stored.number(), &came)]).to_value()));
        match self.parts.store.commit(Batch { changes: vec![change], receipt }) {
            Ok(_) => came,
            // Somebody else has driven it meanwhile, with the same key: so it has come to the same.
            Err(error) if error.is_conflict() => {
                let record = self.parts.store.get(stored.number())?;
                came.and_then(|_| there(stored.number(), record))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Drives claimed records to their end together: all that is outside is done, or none of it.
    ///
    /// If one is refused, what was done for the others is taken back, and all are given up; but what
    /// was given back to a carrier can not be taken back, and stays so. If it is not known of one
    /// what was done, all stay claimed.
    pub(super) fn drive_together(
        &self,
        claimed: &[Stored<NumberRecord>],
        key: EffectKey,
    ) -> Vec<(PhoneNumber, Came)> {
        let mut reached = Vec::with_capacity(claimed.len());
        let mut failed = None;
        for stored in claimed {
            let Reached { answers, failure } = self.reach(stored);
            reached.push(answers);
            if let Some(failure) = failure {
                failed = Some((stored.number(), failure));
                break;
            }
        }
        reached.resize(claimed.len(), Vec::new());
        if let Some((number, Failure { error, is_known: false })) = failed {
            let other = |stored: &Stored<NumberRecord>| {
                let since = stored.pending().map_or_else(|| self.now(), Pending::since);
                Err(Refusal::InProgress(since).into())
            };
            let came = |stored| if is(stored, number) { Err(error.clone()) } else { other(stored) };
            return claimed.iter().map(|stored| (stored.number(), came(stored))).collect();
        }
        let mut changes = Vec::with_capacity(claimed.len());
        let mut all = Vec::with_capacity(claimed.len());
        for (stored, mut answers) in claimed.iter().zip(reached) {
            let error = failed.as_ref().and_then(|(number, failure)| match () {
                () if is(stored, *number) => Some(failure.error.clone()),
                () if is_final(stored, &answers) => None,
                () => Some(Error::NotDone(name(*number))),
            });
            if error.is_some() {
                self.undo(stored, &mut answers);
            }
            match self.settle(stored, answers, error) {
                Ok((change, came)) => {
                    changes.push(change);
                    all.push((stored.number(), came));
                }
                Err(error) => all.push((stored.number(), Err(error))),
            }
        }
        let receipt = Receipt::of(all.iter().map(|(number, came)| (*number, came))).to_value();
        match self.parts.store.commit(Batch { changes, receipt: Some((end(key), receipt)) }) {
            Ok(_) => all,
            Err(error) if error.is_conflict() => self.came_together(claimed, key),
            Err(error) => {
                let error = Error::from(error);
                all.into_iter().map(|(number, _)| (number, Err(error.clone()))).collect()
            }
        }
    }

    /// What came of records that somebody else has driven to their end together.
    fn came_together(&self, claimed: &[Stored<NumberRecord>], key: EffectKey) -> Vec<(PhoneNumber, Came)> {
        let receipt = self.receipt(end(key)).ok().flatten().unwrap_or_default();
        let came = |number| receipt.answer(number).unwrap_or(Err(Error::Conflict(number)));
        claimed.iter().map(|stored| (stored.number(), came(stored.number()))).collect()
    }

    /// What came of a number that was claimed under a key; what is left to do is done.
    pub(super) fn take_up_one(&self, key: EffectKey, number: PhoneNumber) -> Result<Came, Error> {
        if let Some(came) = self.receipt(key)?.and_then(|receipt| receipt.answer(number)) {
            return Ok(came);
        }
        let stored = self.parts.store.get(number)?;
        Ok(match stored {
            Some(stored) if is_under(&stored, key) => self.drive(&stored, true),
            other => there(number, other),
        })
    }

    /// What came of numbers that were claimed together under a key; what is left to do is done.
    pub(super) fn take_up_all(
        &self,
        key: EffectKey,
        receipt: &Receipt,
    ) -> Result<Vec<(PhoneNumber, Came)>, Error> {
        let mut claimed = Vec::with_capacity(receipt.pending.len());
        for number in &receipt.pending {
            let stored = self.parts.store.get(*number)?;
            claimed.extend(stored.filter(|stored| is_under(stored, part(key, *number))));
        }
        // They were all claimed, and are all free, in one commit.
        if claimed.len() == receipt.pending.len() {
            return Ok(self.drive_together(&claimed, key));
        }
        let done = self.receipt(end(key))?.unwrap_or_default();
        let came = |number| done.answer(number).unwrap_or(Err(Error::Conflict(number)));
        Ok(receipt.pending.iter().map(|number| (*number, came(*number))).collect())
    }

    /// What a claimed record becomes: what it was to be, or what it was before if there is an error.
    fn settle(
        &self,
        stored: &Stored<NumberRecord>,
        answers: Vec<Answer>,
        error: Option<Error>,
    ) -> Result<(Change, Came), Error> {
        let expect = stored.expected();
        let Some(error) = error else {
            let decision = stored.finish(answers, self.now())?;
            let record = Arc::new(decision.record);
            let change = Change::put(Arc::clone(&record), expect).with_events(decision.events);
            return Ok((change, Ok(record)));
        };
        // There was no record before the claim: none is left, if nothing is left outside.
        let is_removed = is_new(stored) && answers.is_empty();
        let decision = stored.abandon(answers, self.now())?;
        let change = if is_removed {
            Change::remove(stored.number(), expect)
        } else {
            Change::put(decision.record, expect)
        };
        Ok((change.with_events(decision.events), Err(error)))
    }

    /// Takes back what was done outside for a record, the last first; what can not be taken back
    /// stays among its answers.
    fn undo(&self, stored: &Stored<NumberRecord>, answers: &mut Vec<Answer>) {
        let Some(pending) = stored.pending() else { return };
        let key = undo(pending.key());
        let mut left = std::mem::take(answers);
        while let Some(answer) = left.pop() {
            let is_undone = pending
                .effects()
                .get(left.len())
                .is_some_and(|effect| self.undo_one(effect, stored, pending, key));
            if !is_undone {
                left.push(answer);
                break;
            }
        }
        *answers = left;
    }

    fn undo_one(
        &self,
        effect: &Outside,
        stored: &Stored<NumberRecord>,
        pending: &Pending,
        key: EffectKey,
    ) -> bool {
        let after = pending.after();
        let before = stored.active();
        match effect {
            Outside::Acquire => {
                self.carrier(after.carrier()).is_some_and(|carrier| carrier.disconnect(after, key).is_ok())
            }
            Outside::Disconnect => false,
            Outside::Provider(ProviderEffect::ProvisionE911(_) | ProviderEffect::RemoveE911) => {
                match before.and_then(|active| active.e911.as_ref()) {
                    Some(address) => self
                        .parts
                        .e911
                        .provision(stored, address, key)
                        .is_ok_and(|answer| answer.settle(address).is_ok()),
                    None => self.parts.e911.remove(stored, key).is_ok(),
                }
            }
            Outside::Provider(ProviderEffect::SetCnam(_) | ProviderEffect::RemoveCnam) => {
                match before.and_then(|active| active.cnam.as_ref()) {
                    Some(cnam) => self.parts.cnam.set(stored, cnam, key).is_ok(),
                    None => self.parts.cnam.remove(stored, key).is_ok(),
                }
            }
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
        let no_carrier = || Failure { error: Error::NoCarrier(record.carrier()), is_known: true };
        let carrier = || self.carrier(record.carrier()).ok_or_else(no_carrier);
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
                let answer = e911.provision(record, address, key).map_err(by_provider)?;
                let settled = answer.settle(as_written(record, address));
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

    /// The carrier with a name.
    pub(super) fn carrier(&self, name: CarrierName) -> Option<&dyn Carrier> {
        self.parts.carriers.iter().map(|carrier| &**carrier).find(|carrier| carrier.name() == name)
    }
}

/// An address as it stands in the document: the provider is told a caller's name with it.
pub(super) fn as_written<'a>(record: &'a NumberRecord, told: &'a E911Address) -> &'a E911Address {
    record.settings().and_then(|settings| settings.e911.as_ref()).unwrap_or(told)
}

fn there(number: PhoneNumber, stored: Option<Stored<NumberRecord>>) -> Came {
    stored.map(|stored| Arc::clone(stored.shared())).ok_or(Error::NotFound(number))
}

fn is(stored: &Stored<NumberRecord>, number: PhoneNumber) -> bool {
    stored.number() == number
}

fn is_under(stored: &Stored<NumberRecord>, key: EffectKey) -> bool {
    stored.pending().is_some_and(|pending| pending.key() == key)
}

/// Whether a claim made the record, as the first thing that was stored of it.
fn is_new(stored: &Stored<NumberRecord>) -> bool {
    stored.state() == State::Discovery && stored.shared().revision() == 1
}

/// Whether all is done for a record, and something of it can not be taken back.
fn is_final(stored: &Stored<NumberRecord>, answers: &[Answer]) -> bool {
    stored.pending().is_some_and(|pending| {
        answers.len() == pending.effects().len() && pending.effects().contains(&Outside::Disconnect)
    })
}
