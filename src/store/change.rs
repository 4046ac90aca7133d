use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use super::{Expect, StoreEvent, Stored};
use crate::contact::{ContactEvent, ContactList, OwnerId};
use crate::number::PhoneNumber;
use crate::porting::{PortEvent, PortRequest, PortRequestId};
use crate::record::{Event, NumberRecord};

/// A kind of value that a store keeps under a key: the record of a number, a port request, or an
/// owner's list of contact numbers.
///
/// ```
/// use telnum::contact::ContactList;
/// use telnum::store::Entity;
///
/// let list = ContactList::empty("7".parse()?);
/// assert_eq!(list.key(), "7".parse()?);
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
pub trait Entity: Clone + fmt::Debug + PartialEq + Send + Sync {
    /// The type of the keys.
    type Key: EntityKey<Entity = Self>;
    /// The type of the events that are logged with changes.
    type Event: Clone + fmt::Debug + PartialEq + Into<StoreEvent> + Send + Sync;

    /// Returns the key of the value.
    fn key(&self) -> Self::Key;
}

/// The key of a value in a store. Its type determines the kind of the value.
pub trait EntityKey: Copy + Ord + Hash + fmt::Debug + fmt::Display + Send + Sync {
    /// The kind of values with keys of this type.
    type Entity: Entity<Key = Self>;
}

impl EntityKey for PhoneNumber {
    type Entity = NumberRecord;
}

impl EntityKey for PortRequestId {
    type Entity = PortRequest;
}

impl EntityKey for OwnerId {
    type Entity = ContactList;
}

impl Entity for NumberRecord {
    type Key = PhoneNumber;
    type Event = Event;

    fn key(&self) -> PhoneNumber {
        self.number()
    }
}

impl Entity for PortRequest {
    type Key = PortRequestId;
    type Event = PortEvent;

    fn key(&self) -> PortRequestId {
        self.id()
    }
}

/// The contact numbers of an owner are one value, since their rules apply to the whole list: two writers that
/// each add a first, primary number would violate them.
impl Entity for ContactList {
    type Key = OwnerId;
    type Event = ContactEvent;

    fn key(&self) -> OwnerId {
        self.owner()
    }
}

/// A change to one value under a condition, and the events to log with it.
///
/// ```
/// use telnum::account::Actor;
/// use telnum::record::{Event, EventKind, NumberRecord};
/// use telnum::store::{Change, Expect};
///
/// let (number, at) = ("+14158867900".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// let found = NumberRecord::discovered(number, "telnyx".parse()?, at);
/// let event = Event { number, at, actor: Actor::System, kind: EventKind::Updated };
/// let change = Change::put(found.clone(), Expect::Absent).with_events(vec![event.clone()]);
/// assert_eq!((change.key(), change.expect(), change.events()), (number, Expect::Absent, &[event][..]));
/// assert_eq!(change.value().map(|value| &**value), Some(&found));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Change<T: Entity = NumberRecord> {
    key: T::Key,
    expect: Expect,
    value: Option<Arc<T>>,
    events: Vec<T::Event>,
}

/// The parts of a [`Change`], for implementors of stores.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a store must not overlook a part")]
pub struct ChangeParts<T: Entity = NumberRecord> {
    /// The key of the value.
    pub key: T::Key,
    /// The version that must be stored under the key.
    pub expect: Expect,
    /// The value to store; `None` removes the stored value.
    pub value: Option<Arc<T>>,
    /// The events to log.
    pub events: Vec<T::Event>,
}

/// A page of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a page is built by every store")]
pub struct Page<T, K> {
    /// The stored values, in ascending order of key.
    pub items: Vec<Stored<T>>,
    /// The cursor of the next page; `None` if this is the last one.
    pub next: Option<K>,
}

impl<T: Entity> Change<T> {
    /// Creates a change that stores `value` under its key.
    ///
    /// ```
    /// use telnum::record::NumberRecord;
    /// use telnum::store::{Change, Expect, MemoryStore, Store};
    ///
    /// let (store, now) = (MemoryStore::new(), "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// store.commit(Change::put(found.clone(), Expect::Absent).into())?;
    /// // A change of a stored value expects the version that it is based on.
    /// let stored = store.get(found.number())?.unwrap();
    /// store.commit(Change::put(found, stored.expected()).into())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn put(value: impl Into<Arc<T>>, expect: Expect) -> Self {
        let value = value.into();
        Self { key: value.key(), expect, value: Some(value), events: Vec::new() }
    }

    /// Creates a change that removes the value stored under `key`.
    ///
    /// ```
    /// use telnum::PhoneNumber;
    /// use telnum::store::{Change, Expect, Revision};
    ///
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// let removal = Change::remove(number, Expect::Revision(Revision::FIRST));
    /// assert_eq!(removal.value(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn remove<K: EntityKey<Entity = T>>(key: K, expect: Expect) -> Self
    where
        T: Entity<Key = K>,
    {
        Self { key, expect, value: None, events: Vec::new() }
    }

    /// Sets the events to log, in their order.
    #[must_use]
    pub fn with_events(self, events: Vec<T::Event>) -> Self {
        Self { events, ..self }
    }

    /// Returns the key of the value.
    #[must_use]
    pub const fn key(&self) -> T::Key {
        self.key
    }

    /// Returns the version that must be stored under the key.
    #[must_use]
    pub const fn expect(&self) -> Expect {
        self.expect
    }

    /// Returns the value to store; `None` removes the stored value.
    #[must_use]
    pub const fn value(&self) -> Option<&Arc<T>> {
        self.value.as_ref()
    }

    /// Returns the events to log.
    #[must_use]
    pub fn events(&self) -> &[T::Event] {
        &self.events
    }

    /// Converts the change into its parts.
    #[doc(hidden)]
    #[must_use]
    pub fn into_parts(self) -> ChangeParts<T> {
        let Self { key, expect, value, events } = self;
        ChangeParts { key, expect, value, events }
    }
}
