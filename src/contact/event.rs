//! The events of contact numbers.

use serde::{Deserialize, Serialize};

use super::field::ContactField;
use super::id::{ContactId, OwnerId};
use crate::time::Timestamp;

/// An event of a contact number, stored with the change that it tells of.
///
/// ```
/// use telnum::contact::{ContactEvent, ContactEventKind};
///
/// let json = r#"{"id":8,"owner":"168019","at":62167219200,"event":"became_primary"}"#;
/// let event: ContactEvent = serde_json::from_str(json)?;
/// assert_eq!(event.kind, ContactEventKind::BecamePrimary);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEvent {
    /// The id of the number.
    pub id: ContactId,
    /// The owner of the number.
    pub owner: OwnerId,
    /// The time of the change.
    pub at: Timestamp,
    /// The kind of the event.
    #[serde(flatten)]
    pub kind: ContactEventKind,
}

/// The kind of an event of a contact number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContactEventKind {
    /// The number was added.
    Added,
    /// Fields of the number changed.
    Updated {
        /// The changed fields, in the order of [`ContactField::all`].
        fields: Vec<ContactField>,
    },
    /// The number became the owner's primary one.
    BecamePrimary,
    /// Another number took its place as the owner's primary one.
    NoLongerPrimary,
    /// The number was removed.
    Removed,
}
