//! A clock that the test advances.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use telnum::Timestamp;

/// A clock that starts at noon on 1 March 2026.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        start.after(TimeDelta::seconds(self.0.load(Ordering::SeqCst)))
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.0.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }
}
