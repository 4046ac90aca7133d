//! The storage of the files of port requests: bills, signed letters, images of them.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::porting::DocumentKey;

/// A storage of the files of port requests.
///
/// [`PortDesk`](super::PortDesk) checks permissions, types and sizes, and keeps the name and the key of each file
/// in the request. It puts a file under a new key, and never puts another content under it.
///
/// ```
/// use telnum::porting::desk::{Documents, MemoryDocuments};
///
/// let documents = MemoryDocuments::default();
/// let key = "0d70b724cae20c2cb3da92d1a62a4ad2".parse()?;
/// documents.put(key, b"%PDF-1.7 ..")?;
/// assert_eq!(documents.get(key)?.as_deref(), Some(&b"%PDF-1.7 .."[..]));
/// documents.remove(key)?;
/// assert_eq!(documents.get(key)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "attachments")]
pub trait Documents: fmt::Debug + Send + Sync {
    /// Stores `content` under `key`. A file is stored whole or not at all, and is durable when the call returns.
    ///
    /// # Errors
    ///
    /// Returns a [`DocumentsError`] if the file may not be stored.
    fn put(&self, key: DocumentKey, content: &[u8]) -> Result<(), DocumentsError>;

    /// Returns the content stored under `key`, if any.
    ///
    /// # Errors
    ///
    /// Returns a [`DocumentsError`] if the file cannot be read.
    fn get(&self, key: DocumentKey) -> Result<Option<Vec<u8>>, DocumentsError>;

    /// Removes the file stored under `key`. Does nothing if there is none.
    ///
    /// # Errors
    ///
    /// Returns a [`DocumentsError`] if the file may not be removed.
    fn remove(&self, key: DocumentKey) -> Result<(), DocumentsError>;
}

/// The error of a storage of files.
///
/// ```
/// use telnum::porting::desk::DocumentsError;
///
/// let error = DocumentsError::new("0d70b724cae20c2cb3da92d1a62a4ad2".parse()?, "disk full");
/// assert_eq!(error.to_string(), "file 0d70b724cae20c2cb3da92d1a62a4ad2: storage failed");
/// # Ok::<(), telnum::porting::DocumentKeyError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[error("file {key}: storage failed")]
pub struct DocumentsError {
    key: DocumentKey,
    source: Box<dyn Error + Send + Sync>,
}

/// A storage of files in memory.
#[derive(Debug, Default)]
pub struct MemoryDocuments(Mutex<HashMap<DocumentKey, Arc<[u8]>>>);

/// A storage of files in one directory of the file system.
///
/// The name of a file is its key, so no request can name a file outside of the directory. A file is written
/// under another name, synced, and then renamed. On Unix only the user of the process can read it.
///
/// ```
/// use telnum::porting::desk::{Documents, FileDocuments};
///
/// let directory = std::env::temp_dir().join("telnum-doc-files");
/// let key = "0d70b724cae20c2cb3da92d1a62a4ad2".parse()?;
/// FileDocuments::new(&directory)?.put(key, b"%PDF-1.7 ..")?;
/// assert_eq!(std::fs::read(directory.join(key.to_string()))?, b"%PDF-1.7 ..");
/// # std::fs::remove_dir_all(directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileDocuments {
    directory: PathBuf,
}

impl DocumentsError {
    /// Creates the error of an operation on the file with `key`.
    pub fn new(key: DocumentKey, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { key, source: source.into() }
    }
}

impl MemoryDocuments {
    fn files(&self) -> MutexGuard<'_, HashMap<DocumentKey, Arc<[u8]>>> {
        // A thread that panicked leaves the map intact.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Documents for MemoryDocuments {
    fn put(&self, key: DocumentKey, content: &[u8]) -> Result<(), DocumentsError> {
        self.files().insert(key, content.into());
        Ok(())
    }

    fn get(&self, key: DocumentKey) -> Result<Option<Vec<u8>>, DocumentsError> {
        let found = self.files().get(&key).cloned();
        Ok(found.map(|content| content.to_vec()))
    }

    fn remove(&self, key: DocumentKey) -> Result<(), DocumentsError> {
        self.files().remove(&key);
        Ok(())
    }
}

impl FileDocuments {
    /// Creates a storage in `directory`, which is created if it does not exist.
    ///
    /// # Errors
    ///
    /// Returns an error if the directory cannot be created.
    pub fn new(directory: impl AsRef<Path>) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        Ok(Self { directory: directory.as_ref().to_owned() })
    }

    fn path(&self, key: DocumentKey) -> PathBuf {
        self.directory.join(key.to_string())
    }

    fn write(&self, key: DocumentKey, content: &[u8]) -> io::Result<()> {
        let unfinished = self.directory.join(format!("{key}.new"));
        let mut file = create_new(&unfinished)?;
        let written = file.write_all(content).and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| fs::rename(&unfinished, self.path(key))) {
            drop(fs::remove_file(&unfinished));
            return Err(error);
        }
        // The new name is durable once the directory is synced.
        if cfg!(unix) { File::open(&self.directory)?.sync_all() } else { Ok(()) }
    }
}

/// Creates a file at a path where nothing is, not even a link.
fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Returns `None` for a file that does not exist.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

impl Documents for FileDocuments {
    fn put(&self, key: DocumentKey, content: &[u8]) -> Result<(), DocumentsError> {
        self.write(key, content).map_err(|error| DocumentsError::new(key, error))
    }

    fn get(&self, key: DocumentKey) -> Result<Option<Vec<u8>>, DocumentsError> {
        found(fs::read(self.path(key))).map_err(|error| DocumentsError::new(key, error))
    }

    fn remove(&self, key: DocumentKey) -> Result<(), DocumentsError> {
        let removed = found(fs::remove_file(self.path(key)));
        removed.map(drop).map_err(|error| DocumentsError::new(key, error))
    }
}
