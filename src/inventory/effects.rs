//! What is done outside for claimed records, and what becomes of them then.

use std::sync::Arc;

use serde_json::Value;

use super::asked::Answer as Came;
use super::outcome::name;
use super::receipt::{Receipt, end, part};
use super::{Error, Inventory};
use crate::carrier::{Carrier, CarrierError};
use crate::feature::ProviderEffect;
use crate::feature::e911::E911Address;
use crate::idempotency::IdempotencyKey;
use crate::lifecycle::State;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::provider::ProviderError;
use crate::record::{Decision, EffectOutcome, ExternalEffect, NumberRecord, Pending, Refusal};
use crate::store::{Batch, Change, Receipt as StoredReceipt, Revision, StoreError, Stored};
use crate::time::Timestamp;

/// Why something outside is not done, and whether that is known for sure.
struct Failure {
    error: Error,
    is_known: bool,
}

/// How far it went outside for a record.
struct Reached {
    answers: Vec<EffectOutcome>,
    failure: Option<Failure>,
}

impl Inventory {
    /// Drives a claimed record to its end, as [`drive`](Self::drive) does.
    pub(super) fn drive_one(&self, stored: &Stored<NumberRecord>) -> Came {
        let came = self.drive(std::slice::from_ref(stored)).pop();
        came.map_or(Err(Error::Conflict(stored.number())), |(_, came)| came)
    }

    /// Drives records that are claimed together, or one, to their end: all that is outside is done,
    /// or none of it. What comes of it is kept, if it is a part of a request.
    ///
    /// They are in ascending order, whoever drives them: so what one has done before it died the next
    /// one comes by, before anything new.
    ///
    /// If one is refused all are given up. That is stored first, then what was done is taken back:
    /// a crash in between leaves no doubt. But what was given back to a carrier can not be taken
    /// back, and stays so. Where it is not known of one what was done all stay claimed, and are
    /// taken up later with the same keys.
    pub(super) fn drive(&self, claimed: &[Stored<NumberRecord>]) -> Vec<(PhoneNumber, Came)> {
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
        let ends = claimed.iter().zip(reached).map(|(stored, answers)| {
            let error = failed.as_ref().and_then(|(number, failure)| match () {
                () if is(stored, *number) => Some(failure.error.clone()),
                () if is_final(stored, &answers) => None,
                () => Some(Error::NotDone(name(*number))),
            });
            settle(stored, answers, error, self.now())
        });
        let came = match ends.collect::<Result<Vec<_>, _>>() {
            Ok(ends) => self.end(ends, kept_under(claimed)),
            Err(refusal) => claimed.iter().map(|_| Err(refusal.clone().into())).collect(),
        };
        claimed.iter().map(|stored| stored.number()).zip(came).collect()
    }

    /// Stores what became of claimed records, and takes back what was done for those given up.
    fn end(&self, ends: Vec<(Change, Came)>, kept: Option<IdempotencyKey>) -> Vec<Came> {
        let numbers = ends.iter().map(|(change, came)| (change.key(), came));
        let receipt = kept.map(|key| (key, Receipt::of(numbers).to_value()));
        let (changes, came): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
        match self.commit_end(&changes, receipt) {
            Ok(revision) => {
                for record in changes.iter().filter_map(Change::value) {
                    // What can not be taken back now stays claimed; the answer is the same.
                    let _ = self.roll_back(&Stored::new(Arc::clone(record), revision));
                }
                came
            }
            Err(error) if error.is_conflict() => {
                let receipt = kept.and_then(|key| self.receipt(key).ok().flatten());
                let others = changes.iter().zip(came);
                others.map(|(change, came)| self.came_otherwise(change, came, receipt.as_ref())).collect()
            }
            Err(error) => {
                let error = Error::from(error);
                came.iter().map(|_| Err(error.clone())).collect()
            }
        }
    }

    pub(super) fn commit_end(
        &self,
        changes: &[Change],
        receipt: Option<(IdempotencyKey, Value)>,
    ) -> Result<Revision, StoreError> {
        let is_kept = receipt.is_some();
        let receipt = receipt.map(|(key, answer)| StoredReceipt::new(key, answer, self.now()));
        match self.parts.store.commit(Batch::from(changes.to_vec()).with_receipt(receipt)) {
            // If it is only that something else is kept under the key, the numbers are still claimed.
            Err(error) if is_kept && error.is_conflict() => self.parts.store.commit(changes.to_vec().into()),
            done => done,
        }
    }

    /// What came of a number that somebody else has driven to its end: what was kept of that, or
    /// the same as here if the number is just that. Whatever else it is by now, others made it.
    fn came_otherwise(&self, change: &Change, came: Came, kept: Option<&Receipt>) -> Came {
        let number = change.key();
        if let Some(came) = kept.and_then(|receipt| receipt.answer(number)) {
            return came;
        }
        let is_same = match (self.parts.store.get(number)?, change.value()) {
            (Some(there), Some(record)) => there.is_same_change(record),
            (there, record) => there.is_none() && record.is_none(),
        };
        if is_same { came } else { Err(Error::Conflict(number)) }
    }

    /// What came of a number that was claimed under a key; what is left to do is done.
    pub(super) fn take_up_one(&self, key: IdempotencyKey, number: PhoneNumber) -> Result<Came, Error> {
        let kept = || Ok::<_, Error>(self.receipt(key)?.and_then(|receipt| receipt.answer(number)));
        if let Some(came) = kept()? {
            return Ok(came);
        }
        Ok(match self.parts.store.get(number)? {
            Some(stored) if is_under(&stored, key) => self.drive_one(&stored),
            // It has come to its end since.
            Some(_) | None => kept()?.unwrap_or(Err(Error::Conflict(number))),
        })
    }

    /// What came of numbers that were claimed together under a key; what is left to do is done.
    pub(super) fn take_up_all(
        &self,
        key: IdempotencyKey,
        receipt: &Receipt,
    ) -> Result<Vec<(PhoneNumber, Came)>, Error> {
        let mut claimed = Vec::with_capacity(receipt.pending.len());
        for number in &receipt.pending {
            let stored = self.parts.store.get(*number)?;
            claimed.extend(stored.filter(|stored| is_under(stored, part(key, *number))));
        }
        // They were all claimed, and are all free or given up, in one commit.
        if claimed.len() == receipt.pending.len() {
            claimed.sort_unstable_by_key(|stored| stored.number());
            return Ok(self.drive(&claimed));
        }
        let done = self.receipt(end(key))?.unwrap_or_default();
        let came = |number| done.answer(number).unwrap_or(Err(Error::Conflict(number)));
        Ok(receipt.pending.iter().map(|number| (*number, came(*number))).collect())
    }

    /// Takes back what was done outside for a record that is given up, each thing whatever comes of
    /// the others, and frees it. Where it is not known of one whether it is taken back, or a carrier
    /// keeps what it sold, the record stays claimed.
    pub(super) fn roll_back(&self, stored: &Stored<NumberRecord>) -> Result<(), Error> {
        let Some(pending) = stored.pending() else { return Ok(()) };
        let Some(done) = pending.abandoned() else { return Ok(()) };
        let mut left = Vec::with_capacity(done.len());
        let mut failure = None;
        for (place, (effect, answer)) in pending.effects().iter().zip(done).enumerate().rev() {
            match self.undo(effect, stored, pending.after(), pending.undo_key(place)) {
                Ok(is_undone) => left.push((!is_undone).then(|| answer.clone())),
                Err(error) => failure = Some(error),
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        left.reverse();
        match self.parts.store.commit(rolled_back(stored, left, self.now())?.into()) {
            // Somebody else has taken it back.
            Err(error) if !error.is_conflict() => Err(error.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Takes one thing back; whether it is. If that is not known, or must not stay so: why.
    fn undo(
        &self,
        effect: &ExternalEffect,
        before: &NumberRecord,
        after: &NumberRecord,
        key: IdempotencyKey,
    ) -> Result<bool, Error> {
        let (e911, cnam) = (&self.parts.e911, &self.parts.cnam);
        let number = before.number();
        let told = match effect {
            // What was the system's before stays its own.
            ExternalEffect::Acquire if before.state() != State::Discovery => return Ok(false),
            ExternalEffect::Acquire => {
                let carrier = self.carrier(after.carrier()).ok_or(Error::NoCarrier(after.carrier()))?;
                let given_back = carrier.disconnect(after, key);
                return given_back.map(|_| true).map_err(|source| Error::Carrier { number, source });
            }
            ExternalEffect::Disconnect => return Ok(false),
            ExternalEffect::Provider(ProviderEffect::ProvisionE911(_) | ProviderEffect::RemoveE911) => {
                match before.active().and_then(|active| active.e911.as_ref()) {
                    Some(address) => e911
                        .provision(before, address, key)
                        .map(|answer| answer.into_address(address).is_ok()),
                    None => e911.remove(before, key).map(|()| true),
                }
            }
            ExternalEffect::Provider(ProviderEffect::SetCnam(_) | ProviderEffect::RemoveCnam) => {
                match before.active().and_then(|active| active.cnam.as_ref()) {
                    Some(names) => cnam.set(before, names, key),
                    None => cnam.remove(before, key),
                }
                .map(|()| true)
            }
        };
        match told {
            Err(source @ ProviderError::Unknown(_)) => Err(Error::Provider { number, source }),
            // The record says what is so.
            Err(ProviderError::Refused(_)) => Ok(false),
            Ok(is_undone) => Ok(is_undone),
        }
    }

    /// Does what a claimed record asks for outside, up to the first that fails.
    fn reach(&self, stored: &Stored<NumberRecord>) -> Reached {
        let mut answers = Vec::new();
        let Some(pending) = stored.pending() else { return Reached { answers, failure: None } };
        for (place, effect) in pending.effects().iter().enumerate() {
            match self.perform(effect, pending.after(), pending.effect_key(place)) {
                Ok(answer) => answers.push(answer),
                Err(failure) => return Reached { answers, failure: Some(failure) },
            }
        }
        Reached { answers, failure: None }
    }

    fn perform(
        &self,
        effect: &ExternalEffect,
        record: &NumberRecord,
        key: IdempotencyKey,
    ) -> Result<EffectOutcome, Failure> {
        let (e911, cnam) = (&self.parts.e911, &self.parts.cnam);
        let answer = |data: Option<_>| data.map_or(EffectOutcome::Done, EffectOutcome::Carrier);
        let number = record.number();
        // It was there when the number was claimed, and may have been told.
        let no_carrier = || Failure { error: Error::NoCarrier(record.carrier()), is_known: false };
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
            ExternalEffect::Acquire => carrier()?.acquire(record, key).map(answer).map_err(by_carrier),
            ExternalEffect::Disconnect => carrier()?.disconnect(record, key).map(answer).map_err(by_carrier),
            ExternalEffect::Provider(ProviderEffect::ProvisionE911(address)) => {
                let answer = e911.provision(record, address, key).map_err(by_provider)?;
                let settled = answer.into_address(as_written(record, address));
                settled
                    .map(EffectOutcome::Address)
                    .map_err(|refusal| Failure { error: Error::E911(refusal), is_known: true })
            }
            ExternalEffect::Provider(ProviderEffect::RemoveE911) => {
                e911.remove(record, key).map(|()| EffectOutcome::Done).map_err(by_provider)
            }
            ExternalEffect::Provider(ProviderEffect::SetCnam(names)) => {
                cnam.set(record, names, key).map(|()| EffectOutcome::Done).map_err(by_provider)
            }
            ExternalEffect::Provider(ProviderEffect::RemoveCnam) => {
                cnam.remove(record, key).map(|()| EffectOutcome::Done).map_err(by_provider)
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

/// What a claimed record becomes: what it was to be, or what it was before if there is an error; or
/// it is given up, if something has to be taken back for that.
fn settle(
    stored: &Stored<NumberRecord>,
    answers: Vec<EffectOutcome>,
    error: Option<Error>,
    now: Timestamp,
) -> Result<(Change, Came), Refusal> {
    let put = |record, events| Change::put(record, stored.expected()).with_events(events);
    let Some(error) = error else {
        let Decision { record, events, .. } = stored.finish(answers, now)?;
        let record = Arc::new(record);
        return Ok((put(Arc::clone(&record), events), Ok(record)));
    };
    if answers.is_empty() {
        return Ok((rolled_back(stored, Vec::new(), now)?, Err(error)));
    }
    let Decision { record, events, .. } = stored.abandon(answers, now)?;
    Ok((put(Arc::new(record), events), Err(error)))
}

/// What it was before, but for what is left outside. If nothing was stored before nothing is now,
/// unless something is left.
pub(super) fn rolled_back(
    stored: &Stored<NumberRecord>,
    left: Vec<Option<EffectOutcome>>,
    now: Timestamp,
) -> Result<Change, Refusal> {
    let is_removed = left.iter().all(Option::is_none) && stored.pending().is_some_and(Pending::is_new);
    let Decision { record, events, .. } = stored.finish_roll_back(left, now)?;
    let expect = stored.expected();
    let change =
        if is_removed { Change::remove(stored.number(), expect) } else { Change::put(record, expect) };
    Ok(change.with_events(events))
}

/// The key under which it is kept what comes of records that are claimed together, or of one; none
/// if nobody asks for it again, or it is kept already.
pub(super) fn kept_under(claimed: &[Stored<NumberRecord>]) -> Option<IdempotencyKey> {
    let pending = claimed.first()?.pending()?;
    let part = pending.part().filter(|part| part.is_kept && pending.abandoned().is_none())?;
    Some(if part.together == 0 { pending.key() } else { end(part.whole) })
}

fn is(stored: &Stored<NumberRecord>, number: PhoneNumber) -> bool {
    stored.number() == number
}

fn is_under(stored: &Stored<NumberRecord>, key: IdempotencyKey) -> bool {
    stored.pending().is_some_and(|pending| pending.key() == key && pending.abandoned().is_none())
}

/// Whether all is done for a record, and something of it can not be taken back.
fn is_final(stored: &Stored<NumberRecord>, answers: &[EffectOutcome]) -> bool {
    stored.pending().is_some_and(|pending| {
        answers.len() == pending.effects().len() && pending.effects().contains(&ExternalEffect::Disconnect)
    })
}
