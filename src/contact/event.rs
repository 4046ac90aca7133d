//! The events of contact numbers.

use serde::{Deserialize, Serialize};

use super::field::ContactField;
use super::id::{ContactId, OwnerId};
use crate::time::Timestamp;

/// An event of a contact number. It is stored together with the change that it describes.
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
    /// The addition of the number.
    Added,
    /// A change of fields of the number.
    Updated {
        /// The changed fields, in the order of [`ContactField::all`].
        fields: Vec<ContactField>,
    },
    /// The change that made the number the owner's primary number.
    BecamePrimary,
    /// The change that made another number the owner's primary number.
    NoLongerPrimary,
    /// The removal of the number.
    Removed,
}
