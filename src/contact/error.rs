//! The errors of contact lists.

use super::id::{ContactId, OwnerId};
use crate::number::{Extension, PhoneNumber};

/// The error returned if the stored numbers of an owner do not form a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactListError {
    /// A number of another owner.
    #[error("contact number {id}: expected owner {owner}, found {found}")]
    OtherOwner {
        /// The id of the number.
        id: ContactId,
        /// The owner of the number.
        found: OwnerId,
        /// The owner of the list.
        owner: OwnerId,
    },
    /// Two numbers with the same id.
    #[error("contact number {0}: two numbers have this id")]
    DuplicateId(ContactId),
    /// A list that does not have exactly one primary number, or in which a number occurs twice.
    /// [`ContactList::repair`](super::ContactList::repair) corrects it.
    #[error("contact list of {owner}: inconsistent, {} must change", join(ids))]
    Inconsistent {
        /// The owner of the list.
        owner: OwnerId,
        /// The ids of the numbers that a repair would change or remove.
        ids: Vec<ContactId>,
    },
}

/// The reason why a command on a [`ContactList`](super::ContactList) is refused. A refused command
/// changes nothing.
///
/// Positions are indices into the numbers of one [`add`](super::ContactList::add), from 0; in an update
/// they are 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactRefusal {
    /// An id that none of the owner's numbers has.
    #[error("contact number {0} does not exist")]
    NotFound(ContactId),
    /// The id of a number that the owner already has.
    #[error("contact number {0} already exists")]
    IdTaken(ContactId),
    /// A number that the owner already has with the same extension, in any spelling.
    #[error("{} already exists, as contact number {id}", dialled(*number, *extension))]
    Duplicate {
        /// The position of the refused number.
        position: usize,
        /// The number.
        number: PhoneNumber,
        /// Its extension.
        extension: Option<Extension>,
        /// The id of the existing number.
        id: ContactId,
    },
    /// A number that occurs twice in one command, with the same extension.
    #[error("{} is given twice, at positions {first} and {position}", dialled(*number, *extension))]
    Repeated {
        /// The position of the refused number.
        position: usize,
        /// The number.
        number: PhoneNumber,
        /// Its extension.
        extension: Option<Extension>,
        /// The position of its first occurrence.
        first: usize,
    },
    /// Two numbers that one command would make primary.
    #[error("at most one number can become primary, found positions {first} and {position}")]
    TwoPrimaries {
        /// The position of the refused number.
        position: usize,
        /// The position of the other number.
        first: usize,
    },
    /// The removal of the flag from the primary number without another number becoming primary.
    #[error("the primary number stays primary until another number is made primary")]
    PrimaryRequired,
    /// More numbers than an owner may have.
    #[error("{count} numbers of one owner exceed the limit of {max}")]
    TooMany {
        /// The number of numbers that the owner would have.
        count: usize,
        /// The limit.
        max: usize,
    },
}

fn dialled(number: PhoneNumber, extension: Option<Extension>) -> String {
    match extension {
        None => number.to_string(),
        Some(extension) => format!("{number};ext={extension}"),
    }
}

fn join(ids: &[ContactId]) -> String {
    ids.iter().map(ContactId::to_string).collect::<Vec<_>>().join(", ")
}
