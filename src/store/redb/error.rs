use std::io;
use std::path::{Path, PathBuf};

use ::redb::{CommitError, CompactionError, DatabaseError, StorageError, TableError, TransactionError};

use crate::store::StoreError;

/// The error returned if the file of a [`RedbStore`](super::RedbStore) cannot be opened, checked, compacted
/// or copied. No data were overwritten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedbError {
    /// A path that is a directory.
    #[error("{}: is a directory, expected the path of a file", .0.display())]
    IsDirectory(PathBuf),
    /// A file that no store has written. Choose the path of another file or of a new one.
    #[error("{}: not a store of telnum, choose another path", .0.display())]
    NotAStore(PathBuf),
    /// A file written by a newer version of this crate. Use that version.
    #[error("{}: schema version {found}, expected at most {supported}; use a newer version of telnum", .path.display())]
    NewerSchema {
        /// The path of the file.
        path: PathBuf,
        /// The version of the schema of the file.
        found: u64,
        /// The latest version of the schema that this version of the crate reads.
        supported: u64,
    },
    /// A file that is open, in this process or another. Only one store can open it at a time.
    #[error("{}: open in this or another process, close it there", .0.display())]
    InUse(PathBuf),
    /// An existing file at the path of a copy.
    #[error("{}: already exists, choose the path of a new file", .0.display())]
    Exists(PathBuf),
    /// A file whose content is inconsistent. Restore it from a copy.
    #[error("{}: damaged, restore it from a copy: {reason}", .path.display())]
    Damaged {
        /// The path of the file.
        path: PathBuf,
        /// The first inconsistency.
        reason: Box<str>,
    },
    /// A file in which the checksum of a page is wrong, because the disk or something other than the store
    /// changed it. The store may have returned to an earlier commit. Restore the file from a copy.
    #[error("{}: wrong checksum, restore it from a copy", .0.display())]
    WrongChecksum(PathBuf),
    /// A failed call to the operating system, for example for lack of permissions or space.
    #[error("{}: {}", .path.display(), advice(source))]
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Any other error of the database.
    #[error("{}: the database failed", .path.display())]
    Database {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: Box<::redb::Error>,
    },
}

/// Describes a failed call to the operating system, and states what to do.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder, create its folder or choose another path",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "cannot be written, free space on its disk or extend the quota"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "cannot be read or written, check its permissions"
        }
        _ => "cannot be read or written, check its permissions and its disk",
    }
}

impl RedbError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    #[expect(clippy::needless_pass_by_value, reason = "errors are passed on by value")]
    pub(super) fn damaged(path: &Path, reason: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string().into() }
    }

    /// Returns the error for values or indexes that cannot be read or written.
    pub(super) fn of_content(path: &Path, error: StoreError) -> Self {
        match error {
            StoreError::Backend(cause) => match cause.downcast::<::redb::Error>() {
                Ok(error) => Self::of(path, *error),
                Err(cause) => Self::damaged(path, cause),
            },
            error => Self::damaged(path, error),
        }
    }

    /// Returns the error for a failed call to the database, whose file is at `path`.
    pub(super) fn of(path: &Path, error: impl Into<::redb::Error>) -> Self {
        let path = path.to_owned();
        match error.into() {
            ::redb::Error::DatabaseAlreadyOpen | ::redb::Error::LockProtocolMismatch => Self::InUse(path),
            ::redb::Error::UpgradeRequired(_) => Self::NotAStore(path),
            ::redb::Error::Io(source) if source.kind() == io::ErrorKind::InvalidData => Self::NotAStore(path),
            ::redb::Error::Io(source) => Self::Io { path, source },
            ::redb::Error::Corrupted(reason) => Self::Damaged { path, reason: reason.into() },
            source => Self::Database { path, source: Box::new(source) },
        }
    }
}

/// An error of a call to the database, of any of its types.
#[derive(Debug)]
pub(super) struct Failure(pub(super) ::redb::Error);

macro_rules! failure_from {
    ($($error:ty)*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self(error.into())
            }
        }
    )*};
}

impl From<::redb::Error> for Failure {
    fn from(error: ::redb::Error) -> Self {
        Self(error)
    }
}

failure_from!(CommitError CompactionError DatabaseError StorageError TableError TransactionError);
