use std::collections::HashSet;

use serde_json::Value;

#[cfg(any(feature = "redb", feature = "postgres"))]
use super::StoreEvent;
use super::{Change, Entity, Expect, StoreError};
use crate::account::Actor;
use crate::contact::ContactList;
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;
use crate::time::Timestamp;

/// The changes of one commit: either all of them are made, or none.
///
/// ```
/// use serde_json::json;
/// use telnum::account::Actor;
/// use telnum::record::NumberRecord;
/// use telnum::store::{Batch, Change, Expect, Guard, MemoryStore, Receipt, Store};
///
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
/// // The number is only stored if it is on no active port request.
/// let batch = Batch::from(Change::put(found.clone(), Expect::Absent))
///     .with_guard(Guard::Port(found.number(), None))
///     .with_receipt(Receipt::new("order-7".parse()?, Actor::System, json!("done"), now));
///
/// let store = MemoryStore::new();
/// store.commit(batch)?;
/// assert_eq!(store.receipt("order-7".parse()?)?.unwrap().answer, "done");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Batch {
    /// The changes to numbers.
    pub numbers: Vec<Change<NumberRecord>>,
    /// The changes to port requests.
    pub port_requests: Vec<Change<PortRequest>>,
    /// The changes to owners' contact lists.
    pub contacts: Vec<Change<ContactList>>,
    /// The conditions in addition to those of the changes.
    pub guards: Vec<Guard>,
    /// The receipt to keep. A commit whose key already has a receipt is a conflict.
    pub receipt: Option<Receipt>,
}

/// A condition on a number that the batch touches in another way.
///
/// A batch touches the numbers whose records it changes, the numbers that are active on a port request
/// that it stores, and the numbers that were active on a port request that it changes or removes. A
/// store can therefore check every guard on a row that the commit writes in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a store must know every condition it is given")]
pub enum Guard {
    /// A record of the number that is absent, or has this revision.
    Number(PhoneNumber, Expect),
    /// A number that is active on this port request, or on none.
    Port(PhoneNumber, Option<PortRequestId>),
}

/// The response to a request, kept under the request's key so that the request takes effect once.
///
/// ```
/// use serde_json::json;
/// use telnum::account::Actor;
/// use telnum::store::Receipt;
///
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// let receipt = Receipt::new("order-7".parse()?, Actor::System, json!({"done": 1}), now);
/// assert_eq!(receipt.answer["done"], 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Receipt {
    /// The key of the request.
    pub key: IdempotencyKey,
    /// The actor of the request. The receipt counts towards the actor's
    /// [quota](crate::store::Forget::max_receipts_per_actor).
    pub actor: Actor,
    /// The response.
    pub answer: Value,
    /// The time of the response, by which receipts are [forgotten](super::Forget).
    pub at: Timestamp,
}

impl Batch {
    /// Creates an empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds changes to numbers.
    ///
    /// ```
    /// use telnum::record::NumberRecord;
    /// use telnum::store::{Batch, Change, Expect};
    ///
    /// let now = "2026-03-01T12:00:00Z".parse()?;
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// let batch = Batch::new().with_numbers([Change::put(found, Expect::Absent)]);
    /// assert_eq!(batch.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_numbers(mut self, changes: impl IntoIterator<Item = Change<NumberRecord>>) -> Self {
        self.numbers.extend(changes);
        self
    }

    /// Adds changes to port requests.
    ///
    /// ```
    /// use telnum::porting::PortRequestId;
    /// use telnum::store::{Batch, Change, Expect, Revision};
    ///
    /// let id: PortRequestId = "p1".parse()?;
    /// let removal = Change::remove(id, Expect::Revision(Revision::FIRST));
    /// assert_eq!(Batch::new().with_port_requests([removal]).port_requests.len(), 1);
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn with_port_requests(mut self, changes: impl IntoIterator<Item = Change<PortRequest>>) -> Self {
        self.port_requests.extend(changes);
        self
    }

    /// Adds changes to contact lists.
    ///
    /// ```
    /// use telnum::contact::ContactList;
    /// use telnum::store::{Batch, Change, Expect};
    ///
    /// let list = ContactList::empty("7".parse()?);
    /// assert_eq!(Batch::new().with_contacts([Change::put(list, Expect::Absent)]).contacts.len(), 1);
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn with_contacts(mut self, changes: impl IntoIterator<Item = Change<ContactList>>) -> Self {
        self.contacts.extend(changes);
        self
    }

    /// Adds a condition, in addition to those of the changes.
    ///
    /// ```
    /// use telnum::PhoneNumber;
    /// use telnum::store::{Batch, Change, Expect, Guard, MemoryStore, Revision, Store, StoreError};
    ///
    /// let [number, other]: [PhoneNumber; 2] = ["+14158867900".parse()?, "+14158867901".parse()?];
    /// let removal = Change::remove(number, Expect::Absent);
    /// // The batch does not touch the other number.
    /// let batch = Batch::from(removal).with_guard(Guard::Number(other, Expect::Absent));
    /// assert!(matches!(MemoryStore::new().commit(batch), Err(StoreError::Unguardable(_))));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn with_guard(self, guard: Guard) -> Self {
        self.with_guards([guard])
    }

    /// Adds conditions, in addition to those of the changes.
    ///
    /// ```
    /// use telnum::store::{Batch, Guard};
    ///
    /// let free = ["+14158867900".parse()?, "+14158867901".parse()?].map(|number| Guard::Port(number, None));
    /// assert_eq!(Batch::new().with_guards(free).guards.len(), 2);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn with_guards(mut self, guards: impl IntoIterator<Item = Guard>) -> Self {
        self.guards.extend(guards);
        self
    }

    /// Sets the receipt to keep.
    #[must_use]
    pub fn with_receipt(self, receipt: impl Into<Option<Receipt>>) -> Self {
        Self { receipt: receipt.into(), ..self }
    }

    /// Returns the number of changes.
    ///
    /// ```
    /// use telnum::store::Batch;
    ///
    /// // Guards and receipts do not count.
    /// assert_eq!(Batch::new().with_guards([]).len(), 0);
    /// ```
    #[must_use]
    pub const fn len(&self) -> usize {
        self.numbers.len() + self.port_requests.len() + self.contacts.len()
    }

    /// Returns whether a commit of the batch would store nothing: no change and no receipt.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::store::{Batch, Receipt};
    ///
    /// let receipt = Receipt::new("order-7".parse()?, Actor::System, "done".into(), "2026-03-01T12:00:00Z".parse()?);
    /// assert!(Batch::new().is_empty() && !Batch::new().with_receipt(receipt).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0 && self.receipt.is_none()
    }

    /// Returns the events in the order in which they are logged.
    #[cfg(any(feature = "redb", feature = "postgres"))]
    pub(super) fn events(&self) -> impl Iterator<Item = StoreEvent> {
        fn of<T: Entity>(changes: &[Change<T>]) -> impl Iterator<Item = StoreEvent> {
            changes.iter().flat_map(Change::events).cloned().map(Into::into)
        }
        of(&self.numbers).chain(of(&self.port_requests)).chain(of(&self.contacts))
    }

    /// Checks the conditions that do not depend on the stored values. Implementors of stores call it
    /// first.
    ///
    /// # Errors
    ///
    /// - [`TooLarge`](StoreError::TooLarge) if there are more changes than `max_changes`.
    /// - [`Duplicate`](StoreError::Duplicate) if two changes have the same key.
    ///
    /// ```
    /// use telnum::PhoneNumber;
    /// use telnum::store::{Batch, Change, Expect};
    ///
    /// let removal = Change::remove("+14158867900".parse::<PhoneNumber>()?, Expect::Absent);
    /// let batch = Batch::new().with_numbers([removal.clone(), removal]);
    /// assert_eq!(batch.check(100).unwrap_err().to_string(), "+14158867900: changed twice in one commit");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self, max_changes: usize) -> Result<(), StoreError> {
        if self.len() > max_changes {
            return Err(StoreError::TooLarge { count: self.len(), max: max_changes });
        }
        check_duplicates(&self.numbers)?;
        check_duplicates(&self.port_requests)?;
        check_duplicates(&self.contacts)
    }
}

impl Guard {
    /// Returns the number of the condition.
    ///
    /// ```
    /// use telnum::store::Guard;
    ///
    /// let number = "+14158867900".parse()?;
    /// assert_eq!(Guard::Port(number, None).number(), number);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub const fn number(self) -> PhoneNumber {
        match self {
            Self::Number(number, _) | Self::Port(number, _) => number,
        }
    }
}

impl Receipt {
    /// Creates a receipt of the response `answer` to the request of `actor` with `key`, given at the
    /// time `at`.
    #[must_use]
    pub const fn new(key: IdempotencyKey, actor: Actor, answer: Value, at: Timestamp) -> Self {
        Self { key, actor, answer, at }
    }
}

fn check_duplicates<T: Entity>(changes: &[Change<T>]) -> Result<(), StoreError> {
    if let [] | [_] = changes {
        return Ok(());
    }
    let mut seen = HashSet::with_capacity(changes.len());
    match changes.iter().find(|change| !seen.insert(change.key())) {
        Some(change) => Err(StoreError::duplicate(change.key())),
        None => Ok(()),
    }
}

macro_rules! batch_of {
    ($($entity:ty => $with:ident;)*) => {$(
        impl From<Change<$entity>> for Batch {
            fn from(change: Change<$entity>) -> Self {
                Self::new().$with([change])
            }
        }

        impl From<Vec<Change<$entity>>> for Batch {
            fn from(changes: Vec<Change<$entity>>) -> Self {
                Self::new().$with(changes)
            }
        }

        impl FromIterator<Change<$entity>> for Batch {
            fn from_iter<I: IntoIterator<Item = Change<$entity>>>(changes: I) -> Self {
                Self::new().$with(changes)
            }
        }
    )*};
}

batch_of! {
    NumberRecord => with_numbers;
    PortRequest => with_port_requests;
    ContactList => with_contacts;
}
