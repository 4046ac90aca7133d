//! The errors of the use cases of port requests.

use super::DocumentsError;
use crate::inventory;
use crate::porting::{NumberConflict, PortRefusal, PortRequestId};
use crate::store::StoreError;

/// The error returned by the use cases of a [`PortDesk`](super::PortDesk).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortDeskError {
    /// A command that the request refuses.
    #[error(transparent)]
    Refused(#[from] PortRefusal),
    /// Numbers that cannot be on the request.
    #[error("{}", messages(listed, *more))]
    Numbers {
        /// The conflicts of the first 100 numbers.
        listed: Vec<NumberConflict>,
        /// The number of further numbers with conflicts.
        more: usize,
    },
    /// An id without a port request.
    #[error("no port request {0}")]
    NotFound(PortRequestId),
    /// An id that another port request already has.
    #[error("port request {0} already exists")]
    Exists(PortRequestId),
    /// A conflict with other changes at every attempt.
    #[error("port request {0}: changed by others at every attempt")]
    Conflict(PortRequestId),
    /// A file that exceeds the limit.
    #[error("file: expected at most {max} bytes, found {bytes}")]
    FileTooLarge {
        /// The size of the file in bytes.
        bytes: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// A file whose content has no known [type](crate::porting::FileType).
    #[error("file: expected a document in PDF, or an image in PNG, JPEG, GIF or TIFF")]
    UnknownFileType,
    /// A desk without a storage of files.
    #[error("port desk: no storage of files")]
    NoDocuments,
    /// A failure of the storage of files.
    #[error(transparent)]
    Documents(#[from] DocumentsError),
    /// A failure of the inventory.
    #[error(transparent)]
    Inventory(#[from] inventory::InventoryError),
    /// A failure of the store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Returns the messages of the listed conflicts, and the number of further ones.
fn messages(listed: &[NumberConflict], more: usize) -> String {
    let mut messages: Vec<_> = listed.iter().map(ToString::to_string).collect();
    if more > 0 {
        messages.push(format!("and {more} more"));
    }
    messages.join("; ")
}
