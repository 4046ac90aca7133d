use std::sync::Arc;

use indexmap::IndexMap;

use super::{Error, Quote};
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// What came of something that was asked for one or many numbers: of each, either its record or
/// why not, in the order they were given, each once.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The numbers it was done for, as they are now.
    pub succeeded: IndexMap<PhoneNumber, Arc<NumberRecord>>,
    /// The numbers, or texts that are none, that it was not done for, and why.
    pub failed: IndexMap<Box<str>, Error>,
    /// What it costs for the numbers it was done for.
    pub quotes: Vec<Quote>,
}

impl Outcome {
    /// Whether it was done for all.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failed.is_empty()
    }

    /// The record of the one number that was asked for.
    ///
    /// # Errors
    /// Why it was not done; of several numbers, why not for the first that it was not done for.
    pub fn single(self) -> Result<Arc<NumberRecord>, Error> {
        if let Some((_, error)) = self.failed.into_iter().next() {
            return Err(error);
        }
        let record = self.succeeded.into_iter().next().map(|(_, record)| record);
        record.ok_or_else(|| Error::NotReconcilable("".into()))
    }
}

/// A number as outcomes name it.
pub(super) fn name(number: PhoneNumber) -> Box<str> {
    number.to_string().into()
}
