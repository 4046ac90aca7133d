use std::collections::VecDeque;

use crate::store::Logged;

/// Events in their order, the oldest forgotten if there are too many.
///
/// They are kept in chunks, so that a long log grows without being moved.
pub(super) struct Log<E> {
    chunks: VecDeque<Vec<E>>,
    /// How many there were before the first chunk.
    dropped: u64,
    total: u64,
    capacity: u64,
}

/// How many events a chunk has.
const CHUNK: usize = 1024;

impl<E: Clone> Log<E> {
    pub(super) const fn new(capacity: u64) -> Self {
        Self { chunks: VecDeque::new(), dropped: 0, total: 0, capacity }
    }

    pub(super) fn append(&mut self, events: Vec<E>) {
        for event in events {
            match self.chunks.back_mut() {
                Some(chunk) if chunk.len() < CHUNK => chunk.push(event),
                None => self.chunks.push_back(vec![event]),
                // Where there was one, there will be many.
                Some(_) => {
                    let mut chunk = Vec::with_capacity(CHUNK);
                    chunk.push(event);
                    self.chunks.push_back(chunk);
                }
            }
            self.total += 1;
            if self.oldest() >= self.dropped + CHUNK as u64 {
                self.chunks.pop_front();
                self.dropped += CHUNK as u64;
            }
        }
    }

    pub(super) fn after(&self, sequence: u64, limit: usize) -> Vec<Logged<E>> {
        let from = sequence.clamp(self.oldest(), self.total);
        let skipped = usize::try_from(from - self.dropped).unwrap_or(usize::MAX);
        let events = self.chunks.iter().skip(skipped / CHUNK).flatten().skip(skipped % CHUNK);
        let logged = |(sequence, event): (u64, &E)| Logged { sequence, event: event.clone() };
        (from + 1..).zip(events).take(limit).map(logged).collect()
    }

    /// How many are forgotten.
    const fn oldest(&self) -> u64 {
        self.total.saturating_sub(self.capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_so_many_are_kept_under_their_numbers() {
        for capacity in [0, 1, 1023, 1024, 1025, 3000, u64::MAX] {
            let mut log = Log::new(capacity);
            for total in 1..=5000_u64 {
                log.append(vec![total]);
                let oldest = total.saturating_sub(capacity);
                if total % 97 == 0 || total > 4990 {
                    for after in [0, oldest, oldest + 3, total - 1, total, u64::MAX] {
                        let found = log.after(after, 2000);
                        let expected = (after.max(oldest).saturating_add(1)..=total).take(2000);
                        assert!(found.iter().all(|logged| logged.sequence == logged.event));
                        assert!(found.into_iter().map(|logged| logged.sequence).eq(expected));
                    }
                }
            }
            assert!(log.chunks.len() as u64 <= capacity.min(5000) / CHUNK as u64 + 2);
        }
    }
}
