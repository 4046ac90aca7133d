//! Group commit: requests that arrive while others are executed are executed together.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A queue of requests `R` with results `A`.
///
/// It has no thread. The first caller leads: it executes the waiting requests, starting with its own,
/// and then makes the next caller in the queue the leader.
pub(super) struct Group<R, A> {
    queue: Mutex<Queue<R, A>>,
}

struct Queue<R, A> {
    waiting: VecDeque<(R, Arc<Ticket<A>>)>,
    has_leader: bool,
}

/// The place of a request in the queue.
struct Ticket<A> {
    turn: Mutex<Turn<A>>,
    changed: Condvar,
}

enum Turn<A> {
    Waiting,
    Leading,
    Answered(Option<A>),
}

/// The tickets of the requests that a leader executes. When it is dropped, those without a result get
/// `None`, and the next caller in the queue leads.
struct Term<'a, R, A> {
    group: &'a Group<R, A>,
    tickets: Vec<Arc<Ticket<A>>>,
}

/// The maximum number of requests that are executed together.
const MAX_REQUESTS: usize = 256;

impl<R, A> Group<R, A> {
    pub(super) const fn new() -> Self {
        Self { queue: Mutex::new(Queue { waiting: VecDeque::new(), has_leader: false }) }
    }

    /// Returns the result of `request`, produced by `carry_out` in this thread or another; `None` if
    /// that thread panicked. `carry_out` returns the results in the order of the requests.
    pub(super) fn submit(&self, request: R, carry_out: impl FnOnce(Vec<R>) -> Vec<A>) -> Option<A> {
        let ticket = Arc::new(Ticket { turn: Mutex::new(Turn::Waiting), changed: Condvar::new() });
        let mut queue = lock(&self.queue);
        queue.waiting.push_back((request, Arc::clone(&ticket)));
        if !std::mem::replace(&mut queue.has_leader, true) {
            ticket.set(Turn::Leading);
        }
        drop(queue);
        if let Turn::Answered(answer) = ticket.wait() {
            return answer;
        }
        let mut queue = lock(&self.queue);
        let count = queue.waiting.len().min(MAX_REQUESTS);
        let (requests, tickets) = queue.waiting.drain(..count).unzip();
        drop(queue);
        let mut term = Term { group: self, tickets };
        let mut answers = carry_out(requests).into_iter();
        term.tickets.drain(..).for_each(|ticket| ticket.set(Turn::Answered(answers.next())));
        drop(term);
        match ticket.wait() {
            Turn::Answered(answer) => answer,
            Turn::Leading | Turn::Waiting => None,
        }
    }
}

impl<R, A> Drop for Term<'_, R, A> {
    fn drop(&mut self) {
        self.tickets.drain(..).for_each(|ticket| ticket.set(Turn::Answered(None)));
        let mut queue = lock(&self.group.queue);
        match queue.waiting.front() {
            Some((_, next)) => next.set(Turn::Leading),
            None => queue.has_leader = false,
        }
    }
}

impl<A> Ticket<A> {
    fn set(&self, turn: Turn<A>) {
        *lock(&self.turn) = turn;
        self.changed.notify_one();
    }

    /// Waits for the result, or for the turn to lead.
    fn wait(&self) -> Turn<A> {
        let waiting = self.changed.wait_while(lock(&self.turn), |turn| matches!(turn, Turn::Waiting));
        let mut turn = waiting.unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *turn, Turn::Waiting)
    }
}

/// Locks a mutex and ignores poisoning: a panic under these locks leaves no inconsistent data.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_request_is_carried_out_once_and_in_groups() {
        let group = Group::new();
        let (groups, done) = (AtomicUsize::new(0), Mutex::new(Vec::<usize>::new()));
        thread::scope(|scope| {
            for first in 0..8 {
                let (group, groups, done) = (&group, &groups, &done);
                scope.spawn(move || {
                    for request in (0..50).map(|place| first * 50 + place) {
                        let answer = group.submit(request, |requests: Vec<usize>| {
                            groups.fetch_add(1, Ordering::Relaxed);
                            thread::sleep(Duration::from_micros(200));
                            lock(done).extend(&requests);
                            requests.into_iter().map(|request| request * 2).collect()
                        });
                        assert_eq!(answer, Some(request * 2));
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert!(done.into_iter().eq(0..400));
        assert!(groups.into_inner() < 300);
    }

    #[test]
    fn a_leader_that_panics_leaves_the_others_an_answer() {
        let group = Group::new();
        thread::scope(|scope| {
            let leader = scope.spawn(|| {
                group.submit(0, |_| {
                    thread::sleep(Duration::from_millis(50));
                    panic!("a failed assertion")
                })
            });
            thread::sleep(Duration::from_millis(10));
            let next = scope.spawn(|| group.submit(1, |requests| requests));
            assert!(leader.join().is_err());
            assert_eq!(next.join().unwrap(), Some(1));
        });
        assert_eq!(group.submit(2, |requests| requests), Some(2));
    }
}
