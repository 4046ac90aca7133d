use std::thread;
use std::time::Duration;

/// The maximum number of attempts of a change that conflicts with other changes, with a back-off
/// between the attempts.
///
/// The first attempt starts immediately. The thread yields before the next three, and sleeps before the
/// others: 0.8 ms before the fifth, then twice as long each time, up to 12.8 ms.
///
/// ```
/// use telnum::store::Retry;
///
/// assert_eq!(Retry::default(), Retry::new(100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Retry {
    max_attempts: usize,
}

impl Retry {
    /// Creates a policy of at most `max_attempts` attempts, and at least one.
    ///
    /// ```
    /// use telnum::store::Retry;
    ///
    /// assert_eq!(Retry::new(0), Retry::new(1));
    /// ```
    #[must_use]
    pub const fn new(max_attempts: usize) -> Self {
        Self { max_attempts: if max_attempts == 0 { 1 } else { max_attempts } }
    }

    /// Returns whether a failed first attempt is followed by another one.
    pub(crate) const fn has_second(self) -> bool {
        self.max_attempts > 1
    }

    /// Returns an iterator over the attempts, counted from 1. It waits before each attempt except the
    /// first.
    pub(crate) fn attempts(self) -> impl Iterator<Item = usize> {
        (1..=self.max_attempts).inspect(|attempt| Self::back_off(attempt - 1))
    }

    /// Waits after `failed` failed attempts.
    pub(crate) fn back_off(failed: usize) {
        match failed {
            0 => {}
            1..4 => thread::yield_now(),
            more => thread::sleep(Duration::from_micros(50 << more.min(8))),
        }
    }
}

/// Creates a policy of 100 attempts, which are enough for as many concurrent writers to succeed.
impl Default for Retry {
    fn default() -> Self {
        Self::new(100)
    }
}
