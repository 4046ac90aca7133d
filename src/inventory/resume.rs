//! The place at which a stopped task continues.

use std::sync::{Mutex, PoisonError};

/// The place at which a task that was stopped continues, for the next call by the same inventory or desk.
#[derive(Debug, Default)]
pub(crate) struct Resume<T>(Mutex<T>);

impl<T: Copy> Resume<T> {
    pub(crate) fn get(&self) -> T {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, place: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}
