use std::sync::Arc;

use indexmap::IndexMap;

use super::billing::Quote;
use super::error::InventoryError;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// The outcome of a call: the record or the error for each number, in the order of the input and without
/// repetitions.
///
/// ```
/// use telnum::account::Actor;
/// use telnum::inventory::{Create, Inventory, Options};
/// use telnum::lifecycle::State;
/// use telnum::store::MemoryStore;
///
/// let inventory = Inventory::builder(MemoryStore::new()).build();
/// let free = Create::default().with_state(State::Available);
/// let outcome = inventory.create(["415-886-7900", "x"], &free, &Options::new(Actor::System))?;
/// assert!(!outcome.is_success());
/// assert_eq!(outcome.succeeded.keys().next(), Some(&"+14158867900".parse()?));
/// assert_eq!(outcome.failed["x"].to_string(), "number x is not reconcilable");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// The numbers that succeeded, with their current records.
    pub succeeded: IndexMap<PhoneNumber, Arc<NumberRecord>>,
    /// The errors of numbers that failed and of texts that are not numbers, by their texts.
    pub failed: IndexMap<Box<str>, InventoryError>,
    /// The quotes for the numbers that succeeded.
    pub quotes: Vec<Quote>,
}

/// The outcome for one number.
pub(super) type NumberOutcome = Result<Arc<NumberRecord>, InventoryError>;

impl Outcome {
    /// Returns whether no number failed.
    ///
    /// ```
    /// # use telnum::{account::Actor, store::MemoryStore};
    /// use telnum::inventory::{Inventory, Options};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let options = Options::new(Actor::System);
    /// assert!(inventory.get(Vec::<&str>::new(), &options)?.is_success());
    /// assert!(!inventory.get(["+14158867900"], &options)?.is_success());
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failed.is_empty()
    }

    /// Returns the record of a call for one number.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::inventory::{Inventory, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let error = inventory.get(["+14158867900"], &Options::new(Actor::System))?.single().unwrap_err();
    /// assert_eq!(error.to_string(), "number +14158867900 not found");
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error for the number, or the first error if there are several. If the call had no numbers,
    /// that is [`InventoryError::NotReconcilable`] with an empty text.
    pub fn single(self) -> Result<Arc<NumberRecord>, InventoryError> {
        if let Some((_, error)) = self.failed.into_iter().next() {
            return Err(error);
        }
        let record = self.succeeded.into_iter().next().map(|(_, record)| record);
        record.ok_or_else(|| InventoryError::NotReconcilable("".into()))
    }
}

/// Returns the key of `number` in [`Outcome::failed`].
pub(super) fn text_of(number: PhoneNumber) -> Box<str> {
    number.to_string().into()
}
