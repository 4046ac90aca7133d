//! The storage of the files of port requests: bills, signed letters, images of them.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::porting::DocumentKey;

/// A storage of the files of port requests.
///
/// [`PortDesk`](super::PortDesk) checks permissions, types and sizes, and keeps the name and the key of each file
/// in the request. It puts a file under a new key, and never puts another content under it. `Arc<T>`, `Box<T>` and
/// `&T` implement the trait if `T` does.
///
/// ```
/// use std::time::Duration;
/// use telnum::porting::desk::{Documents, MemoryDocuments};
///
/// let documents = MemoryDocuments::default();
/// let key = "0d70b724cae20c2cb3da92d1a62a4ad2".parse()?;
/// documents.put(key, b"%PDF-1.7 ..")?;
/// assert_eq!(documents.get(key)?.as_deref(), Some(&b"%PDF-1.7 .."[..]));
/// assert_eq!(documents.keys(Duration::ZERO)?, [key]);
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

    /// Returns the keys of all files that were stored at least `min_age` ago, in any order. A file whose storing
    /// was interrupted counts too.
    ///
    /// # Errors
    ///
    /// Returns a [`DocumentsError`] if the files cannot be listed.
    fn keys(&self, min_age: Duration) -> Result<Vec<DocumentKey>, DocumentsError>;
}

macro_rules! delegate {
    ($($pointer:ty),+) => {$(
        impl<T: Documents + ?Sized> Documents for $pointer {
            fn put(&self, key: DocumentKey, content: &[u8]) -> Result<(), DocumentsError> {
                (**self).put(key, content)
            }

            fn get(&self, key: DocumentKey) -> Result<Option<Vec<u8>>, DocumentsError> {
                (**self).get(key)
            }

            fn remove(&self, key: DocumentKey) -> Result<(), DocumentsError> {
                (**self).remove(key)
            }

            fn keys(&self, min_age: Duration) -> Result<Vec<DocumentKey>, DocumentsError> {
                (**self).keys(min_age)
            }
        }
    )+};
}
delegate!(&T, Box<T>, Arc<T>);

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
#[error("{}: storage failed", key.map_or_else(|| "files".to_owned(), |key| format!("file {key}")))]
pub struct DocumentsError {
    key: Option<DocumentKey>,
    source: Box<dyn Error + Send + Sync>,
}

/// A storage of files in memory.
#[derive(Debug, Default)]
pub struct MemoryDocuments(Mutex<HashMap<DocumentKey, StoredFile>>);

/// A file in memory.
#[derive(Clone, Debug)]
struct StoredFile {
    content: Arc<[u8]>,
    stored: Instant,
}

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
        Self { key: Some(key), source: source.into() }
    }

    /// Creates the error of an operation on all files.
    ///
    /// ```
    /// use telnum::porting::desk::DocumentsError;
    ///
    /// assert_eq!(DocumentsError::of_all("no such directory").to_string(), "files: storage failed");
    /// ```
    pub fn of_all(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { key: None, source: source.into() }
    }
}

impl MemoryDocuments {
    fn files(&self) -> MutexGuard<'_, HashMap<DocumentKey, StoredFile>> {
        // A thread that panicked leaves the map intact.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Documents for MemoryDocuments {
    fn put(&self, key: DocumentKey, content: &[u8]) -> Result<(), DocumentsError> {
        self.files().insert(key, StoredFile { content: content.into(), stored: Instant::now() });
        Ok(())
    }

    fn get(&self, key: DocumentKey) -> Result<Option<Vec<u8>>, DocumentsError> {
        let found = self.files().get(&key).cloned();
        Ok(found.map(|file| file.content.to_vec()))
    }

    fn remove(&self, key: DocumentKey) -> Result<(), DocumentsError> {
        self.files().remove(&key);
        Ok(())
    }

    fn keys(&self, min_age: Duration) -> Result<Vec<DocumentKey>, DocumentsError> {
        let files = self.files();
        let old = files.iter().filter(|(_, file)| file.stored.elapsed() >= min_age);
        Ok(old.map(|(key, _)| *key).collect())
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

    /// Returns the path of a file that is being written.
    fn unfinished_path(&self, key: DocumentKey) -> PathBuf {
        self.directory.join(format!("{key}{UNFINISHED}"))
    }

    fn list(&self, min_age: Duration) -> io::Result<Vec<DocumentKey>> {
        let mut keys = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().map(|name| name.strip_suffix(UNFINISHED).unwrap_or(name));
            // Other files are not the storage's.
            let Some(key) = name.and_then(|name| name.parse().ok()) else { continue };
            let Some(metadata) = found(entry.metadata())? else { continue };
            // A time in the future is that of a clock that was set back.
            let age = metadata.modified()?.elapsed().unwrap_or_default();
            if metadata.is_file() && age >= min_age {
                keys.push(key);
            }
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    fn write(&self, key: DocumentKey, content: &[u8]) -> io::Result<()> {
        let unfinished = self.unfinished_path(key);
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

/// The suffix of the name of a file that is being written.
const UNFINISHED: &str = ".new";

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
        for path in [self.path(key), self.unfinished_path(key)] {
            found(fs::remove_file(path)).map_err(|error| DocumentsError::new(key, error))?;
        }
        Ok(())
    }

    fn keys(&self, min_age: Duration) -> Result<Vec<DocumentKey>, DocumentsError> {
        self.list(min_age).map_err(DocumentsError::of_all)
    }
}
