//! The events of a number, as kept in the log of a store.

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Actor};
use crate::idempotency::IdempotencyKey;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// An event of a number.
///
/// ```
/// use serde_json::json;
/// use telnum::record::{Event, EventKind};
///
/// let event: Event = serde_json::from_value(json!({
///     "number": "+14158867900", "at": 63627604811_u64, "actor": "shop", "event": "updated",
/// }))?;
/// assert_eq!(event.kind, EventKind::Updated);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The number.
    pub number: PhoneNumber,
    /// The time of the event.
    pub at: Timestamp,
    /// The actor of the command.
    pub actor: Actor,
    /// The kind of event.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The kind of an [`Event`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The creation of the number.
    Created {
        /// The state.
        state: State,
        /// The owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<AccountId>,
    },
    /// A change of the state or the owner.
    #[serde(rename = "moved")]
    Transitioned {
        /// The state before.
        from: State,
        /// The state after.
        to: State,
        /// The owner before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous_owner: Option<AccountId>,
        /// The owner after.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<AccountId>,
    },
    /// A change of other data only.
    Updated,
    /// An extension of the reservation.
    LeaseExtended {
        /// The new end of the reservation.
        until: Timestamp,
    },
    /// A claim of the record, to run external effects.
    Claimed {
        /// The idempotency key of the effects.
        key: IdempotencyKey,
    },
    /// The refusal of an external effect. The effects before it are being rolled back.
    #[serde(rename = "given_up")]
    Abandoned {
        /// The idempotency key of the effects.
        key: IdempotencyKey,
    },
    /// The end of a claim whose effects were rolled back.
    #[serde(rename = "abandoned")]
    RolledBack {
        /// The idempotency key of the effects.
        key: IdempotencyKey,
    },
    /// A repair of a stored record that violated a rule.
    Repaired,
    /// The removal of the deleted number's record.
    Removed,
}
