//! The progress of a task on the file of a store.

use std::sync::Arc;

/// A function that is called with the progress of a task, from 0 to 1.
pub(super) type Progress = Arc<dyn Fn(f64) + Send + Sync>;

/// A counter of the steps of a task, which reports the progress after each hundredth of them.
pub(super) struct Tally<'a> {
    total: u64,
    done: u64,
    progress: Option<&'a Progress>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(total: u64, progress: Option<&'a Progress>) -> Self {
        Self { total: total.max(1), done: 0, progress }
    }

    #[expect(clippy::cast_precision_loss, reason = "progress is only displayed")]
    pub(super) fn step(&mut self) {
        self.done += 1;
        let interval = (self.total / 100).max(1);
        if let Some(progress) = self.progress
            && (self.done.is_multiple_of(interval) || self.done == self.total)
        {
            progress((self.done as f64 / self.total as f64).min(1.0));
        }
    }
}
