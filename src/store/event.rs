use serde::{Deserialize, Serialize};

use crate::contact::ContactEvent;
use crate::porting::PortEvent;
use crate::record::Event;
use crate::time::Timestamp;

/// An event in the log of a store.
///
/// ```
/// use telnum::account::Actor;
/// use telnum::record::{Event, EventKind};
/// use telnum::store::StoreEvent;
///
/// let at = "2026-03-01T12:00:00Z".parse()?;
/// let event = Event { number: "+14158867900".parse()?, at, actor: Actor::System, kind: EventKind::Updated };
/// let event = StoreEvent::from(event);
/// assert_eq!((event.at(), event.number().map(|event| &event.kind)), (at, Some(&EventKind::Updated)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entity", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StoreEvent {
    /// An event of a number.
    Number(Event),
    /// An event of a port request.
    PortRequest(PortEvent),
    /// An event of a contact number.
    Contact(ContactEvent),
}

/// An event with its sequence number. In JSON both form one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "it is built by every store")]
pub struct Logged {
    /// The sequence number: 1 for the first event of a store, then consecutive.
    pub sequence: u64,
    /// The event.
    #[serde(flatten)]
    pub event: StoreEvent,
}

impl StoreEvent {
    /// Returns the event if it concerns a number.
    #[doc(hidden)]
    #[must_use]
    pub const fn number(&self) -> Option<&Event> {
        match self {
            Self::Number(event) => Some(event),
            Self::PortRequest(_) | Self::Contact(_) => None,
        }
    }

    /// Returns the event if it concerns a port request.
    #[doc(hidden)]
    #[must_use]
    pub const fn port_request(&self) -> Option<&PortEvent> {
        match self {
            Self::PortRequest(event) => Some(event),
            Self::Number(_) | Self::Contact(_) => None,
        }
    }

    /// Returns the event if it concerns a contact number.
    #[doc(hidden)]
    #[must_use]
    pub const fn contact(&self) -> Option<&ContactEvent> {
        match self {
            Self::Contact(event) => Some(event),
            Self::Number(_) | Self::PortRequest(_) => None,
        }
    }

    /// Returns the time of the event.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Number(event) => event.at,
            Self::PortRequest(event) => event.at,
            Self::Contact(event) => event.at,
        }
    }
}

impl From<Event> for StoreEvent {
    fn from(event: Event) -> Self {
        Self::Number(event)
    }
}

impl From<PortEvent> for StoreEvent {
    fn from(event: PortEvent) -> Self {
        Self::PortRequest(event)
    }
}

impl From<ContactEvent> for StoreEvent {
    fn from(event: ContactEvent) -> Self {
        Self::Contact(event)
    }
}
