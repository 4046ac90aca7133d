use std::thread;
use std::time::Duration;

/// A limit on the attempts of a change that conflicts with the changes of others, and the time to
/// wait between them.
///
/// Nothing is waited before the first attempt; the thread yields before the next three, and sleeps
/// before the others: 0.8 ms before the fifth, then twice as long each time, up to 12.8 ms.
///
/// ```
/// use telnum::store::Retry;
///
/// let attempts: Vec<_> = Retry::new(3).attempts().collect();
/// assert_eq!(attempts, [1, 2, 3]);
/// assert_eq!(Retry::default().max_attempts(), 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Retry {
    max_attempts: usize,
}

impl Retry {
    /// A single attempt.
    pub const NEVER: Self = Self::new(1);

    /// Creates a policy of up to `max_attempts` attempts, at least one.
    #[must_use]
    pub const fn new(max_attempts: usize) -> Self {
        Self { max_attempts: if max_attempts == 0 { 1 } else { max_attempts } }
    }

    /// Returns the maximum number of attempts.
    #[must_use]
    pub const fn max_attempts(self) -> usize {
        self.max_attempts
    }

    /// Returns the numbers of the attempts, from 1. The iterator waits before it returns any but the
    /// first.
    pub fn attempts(self) -> impl Iterator<Item = usize> {
        (1..=self.max_attempts).inspect(|attempt| Self::back_off(attempt - 1))
    }

    /// Waits after `failed` attempts that conflicted.
    pub fn back_off(failed: usize) {
        match failed {
            0 => {}
            1..4 => thread::yield_now(),
            more => thread::sleep(Duration::from_micros(50 << more.min(8))),
        }
    }
}

/// 100 attempts: under contention by as many writers each of them succeeds.
impl Default for Retry {
    fn default() -> Self {
        Self::new(100)
    }
}
