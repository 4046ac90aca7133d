use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Error, ErrorBody, Quote};
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
    /// What it costs.
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

    /// What a receipt keeps.
    pub(super) fn to_receipt(&self, print: u64) -> Value {
        let failed: IndexMap<_, _> =
            self.failed.iter().map(|(number, error)| (number, error.body())).collect();
        let succeeded: Vec<_> = self.succeeded.values().map(|record| &**record).collect();
        json!({"request": print, "succeeded": succeeded, "failed": failed, "quotes": self.quotes})
    }

    /// What a receipt has kept, if it is of the same request.
    pub(super) fn from_receipt(value: &Value, print: u64) -> Option<Self> {
        let kept = Kept::deserialize(value).ok().filter(|kept| kept.request == print)?;
        let succeeded = kept.succeeded.into_iter().map(|record| (record.number(), Arc::new(record)));
        let failed = kept.failed.into_iter().map(|(it, body)| (it, Error::Replayed(Box::new(body))));
        Some(Self { succeeded: succeeded.collect(), failed: failed.collect(), quotes: kept.quotes })
    }
}

#[derive(Deserialize)]
struct Kept {
    request: u64,
    succeeded: Vec<NumberRecord>,
    failed: IndexMap<Box<str>, ErrorBody>,
    quotes: Vec<Quote>,
}
