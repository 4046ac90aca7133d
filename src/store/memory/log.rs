//! The log of events, and the receipts.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::account::Actor;
use crate::idempotency::IdempotencyKey;
use crate::store::{Forget, Logged, Receipt, Revision, StoreError, StoreEvent};
use crate::time::Timestamp;

/// The events in their order. The oldest ones may be forgotten.
///
/// Events are kept in chunks, so that a long log grows without being moved.
pub(super) struct Log {
    chunks: VecDeque<Vec<StoreEvent>>,
    /// The number of events in chunks that were dropped.
    dropped: u64,
    /// The number of forgotten events, including those in the first chunk.
    forgotten: u64,
    /// The total number of appended events.
    total: u64,
    /// The maximum number of events to keep.
    capacity: u64,
}

/// The receipts by key, and their orders.
#[derive(Default)]
pub(super) struct Receipts {
    by_key: HashMap<IdempotencyKey, KeptReceipt>,
    /// The keys by their index in the order of commits.
    keys: BTreeMap<u64, IdempotencyKey>,
    by_age: BTreeSet<(Timestamp, u64)>,
    by_actor: HashMap<Actor, BTreeSet<u64>>,
    total: u64,
}

struct KeptReceipt {
    receipt: Receipt,
    revision: Revision,
    /// The index of the receipt in the order of commits.
    place: u64,
}

/// The number of events in a chunk.
const CHUNK: usize = 1024;

impl Log {
    pub(super) const fn new(capacity: u64) -> Self {
        Self { chunks: VecDeque::new(), dropped: 0, forgotten: 0, total: 0, capacity }
    }

    pub(super) fn append(&mut self, events: impl IntoIterator<Item = StoreEvent>) {
        for event in events {
            match self.chunks.back_mut() {
                Some(chunk) if chunk.len() < CHUNK => chunk.push(event),
                None => self.chunks.push_back(vec![event]),
                // After one full chunk, more are likely.
                Some(_) => {
                    let mut chunk = Vec::with_capacity(CHUNK);
                    chunk.push(event);
                    self.chunks.push_back(chunk);
                }
            }
            self.total += 1;
            self.forget_until(self.total.saturating_sub(self.capacity));
        }
    }

    /// Returns up to `limit` events after the event with the sequence number `after`.
    pub(super) fn after(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        if after < self.forgotten {
            return Err(StoreError::Forgotten { first: self.forgotten + 1 });
        }
        if after >= self.total {
            return Ok(Vec::new());
        }
        let skipped = usize::try_from(after - self.dropped).unwrap_or(usize::MAX);
        let events = self.chunks.iter().skip(skipped / CHUNK).flatten().skip(skipped % CHUNK);
        let logged = |(sequence, event): (u64, &StoreEvent)| Logged { sequence, event: event.clone() };
        Ok((after + 1..).zip(events).take(limit).map(logged).collect())
    }

    pub(super) fn forget(&mut self, forget: &Forget) {
        if let Some(max) = forget.max_events {
            self.forget_until(self.total.saturating_sub(max));
        }
        if let Some(time) = forget.events_before {
            let skipped = usize::try_from(self.forgotten - self.dropped).unwrap_or(usize::MAX);
            let old =
                self.chunks.iter().flatten().skip(skipped).take_while(|event| event.at() < time).count();
            self.forget_until(self.forgotten + old as u64);
        }
    }

    /// Forgets the first events, so that `count` events are forgotten in total.
    fn forget_until(&mut self, count: u64) {
        self.forgotten = self.forgotten.max(count);
        while self.forgotten >= self.dropped + CHUNK as u64 {
            self.chunks.pop_front();
            self.dropped += CHUNK as u64;
        }
    }
}

impl Receipts {
    pub(super) fn get(&self, key: IdempotencyKey) -> Option<&Receipt> {
        self.by_key.get(&key).map(|kept| &kept.receipt)
    }

    /// Returns the revision of the commit that kept the receipt under `key`.
    pub(super) fn revision(&self, key: IdempotencyKey) -> Option<Revision> {
        self.by_key.get(&key).map(|kept| kept.revision)
    }

    pub(super) fn keep(&mut self, receipt: Receipt, revision: Revision) {
        let place = self.total;
        self.total += 1;
        self.keys.insert(place, receipt.key);
        self.by_age.insert((receipt.at, place));
        self.by_actor.entry(receipt.actor).or_default().insert(place);
        self.by_key.insert(receipt.key, KeptReceipt { receipt, revision, place });
    }

    pub(super) fn forget(&mut self, forget: &Forget) {
        if let Some(time) = forget.receipts_before {
            while let Some((at, place)) = self.by_age.first().copied()
                && at < time
            {
                self.remove(place);
            }
        }
        if let Some(max) = forget.max_receipts_per_actor {
            let above_quota = |places: &BTreeSet<u64>| places.len() as u64 > max;
            let actors: Vec<_> = self
                .by_actor
                .iter()
                .filter(|(_, places)| above_quota(places))
                .map(|(actor, _)| *actor)
                .collect();
            for actor in actors {
                while let Some(places) = self.by_actor.get(&actor).filter(|places| above_quota(places))
                    && let Some(place) = places.first().copied()
                {
                    self.remove(place);
                }
            }
        }
        if let Some(max) = forget.max_receipts {
            while self.keys.len() as u64 > max
                && let Some((place, _)) = self.keys.first_key_value()
            {
                self.remove(*place);
            }
        }
    }

    fn remove(&mut self, place: u64) {
        let Some(key) = self.keys.remove(&place) else { return };
        let Some(KeptReceipt { receipt, place, .. }) = self.by_key.remove(&key) else { return };
        self.by_age.remove(&(receipt.at, place));
        if let Some(places) = self.by_actor.get_mut(&receipt.actor) {
            places.remove(&place);
            if places.is_empty() {
                self.by_actor.remove(&receipt.actor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Event, EventKind};

    #[test]
    fn the_latest_events_are_kept_under_their_numbers() {
        let number = "+14158867900".parse().unwrap();
        let event = |at| Event { number, at, actor: Actor::System, kind: EventKind::Updated };
        let time = |seconds| Timestamp::from_gregorian(1 + seconds).unwrap();
        for capacity in [0, 1, 1023, 1024, 1025, 3000, u64::MAX] {
            let mut log = Log::new(capacity);
            for total in 1..=5000_u64 {
                log.append([event(time(total)).into()]);
                let forgotten = total.saturating_sub(capacity);
                if total % 97 == 0 || total > 4990 {
                    for after in [0, forgotten, forgotten + 3, total - 1, total, u64::MAX] {
                        let found = log.after(after, 2000);
                        if after < forgotten {
                            assert!(
                                matches!(found, Err(StoreError::Forgotten { first }) if first == forgotten + 1)
                            );
                            continue;
                        }
                        let found = found.unwrap();
                        let expected = (after.saturating_add(1)..=total).take(2000);
                        assert!(found.iter().all(|logged| logged.event.at() == time(logged.sequence)));
                        assert!(found.into_iter().map(|logged| logged.sequence).eq(expected));
                    }
                }
            }
            assert!(log.chunks.len() as u64 <= capacity.min(5000) / CHUNK as u64 + 2);
            log.forget(&Forget::default().with_events_before(time(4_500)));
            let forgotten = 4_499.max(5_000_u64.saturating_sub(capacity));
            assert!(log.after(forgotten - 1, 1).is_err());
            assert_eq!(log.after(forgotten, 1).unwrap().len() as u64, capacity.min(1));
        }
    }
}
