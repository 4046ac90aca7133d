//! The settings of a store in a file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "testing")]
use super::error::Failure;
use super::error::RedbError;
use super::file::{Medium, Place};
use super::{RedbStore, tally};

/// The settings of a [`RedbStore`].
///
/// ```
/// use telnum::store::redb::RedbOptions;
///
/// # let directory = std::env::temp_dir().join(format!("telnum-options-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("numbers.redb");
/// let store = RedbOptions::new()
///     .with_cache_size(64 << 20)
///     .with_progress(|done| eprintln!("{:.0} %", done * 100.0))
///     .open(path)?;
/// assert_eq!(store.stats()?.numbers, 0);
/// # std::fs::remove_dir_all(directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RedbOptions {
    cache_size: usize,
    progress: Option<tally::Progress>,
}

impl RedbOptions {
    /// The default size of the cache: 256 MiB.
    pub(crate) const DEFAULT_CACHE_SIZE: usize = 256 << 20;

    /// Creates the default settings.
    #[must_use]
    pub const fn new() -> Self {
        Self { cache_size: Self::DEFAULT_CACHE_SIZE, progress: None }
    }

    /// Sets the size in bytes of the cache of the file's pages, which is in addition to the cache of the
    /// operating system. Default: 256 MiB.
    #[must_use]
    pub fn with_cache_size(self, bytes: usize) -> Self {
        Self { cache_size: bytes, ..self }
    }

    /// Sets the function that receives the progress, from 0 to 1, of a repair or an upgrade on opening, a
    /// check or a backup. Default: none.
    #[must_use]
    pub fn with_progress(self, progress: impl Fn(f64) + Send + Sync + 'static) -> Self {
        Self { progress: Some(Arc::new(progress)), ..self }
    }

    /// Opens the store in the file at `path` with these settings. A relative path is resolved once: a later change
    /// of the working directory has no effect.
    ///
    /// # Errors
    /// Returns the same errors as [`RedbStore::open`].
    pub fn open(self, path: impl AsRef<Path>) -> Result<RedbStore, RedbError> {
        let path = path.as_ref();
        let absolute = std::path::absolute(path).map_err(|error| RedbError::io(path, error))?;
        self.open_on(absolute, Medium::File)
    }

    /// Opens the store on a storage backend of redb, for tests with failing disks. `open` is called at the
    /// start and after each failure. If the backend is empty, an empty store is created.
    ///
    /// ```
    /// use redb::backends::InMemoryBackend;
    /// use telnum::store::redb::RedbOptions;
    ///
    /// let store = RedbOptions::new().open_backend(|| Ok(InMemoryBackend::new()))?;
    /// assert_eq!(store.stats()?.numbers, 0);
    /// # Ok::<(), telnum::store::redb::RedbError>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`RedbStore::open`].
    #[doc(hidden)]
    #[cfg(feature = "testing")]
    pub fn open_backend<B: ::redb::StorageBackend>(
        self,
        open: impl Fn() -> std::io::Result<B> + Send + Sync + 'static,
    ) -> Result<RedbStore, RedbError> {
        let open = move |builder: &::redb::Builder| {
            let failure = |error| Failure(::redb::Error::Io(error));
            let backend = open().map_err(failure)?;
            let is_empty = backend.len().map_err(failure)? == 0;
            Ok((builder.create_with_backend(backend)?, is_empty))
        };
        self.open_on(PathBuf::from("backend"), Medium::Backend(Box::new(open)))
    }

    fn open_on(self, path: PathBuf, medium: Medium) -> Result<RedbStore, RedbError> {
        let Self { cache_size, progress } = self;
        RedbStore::new(Place { path, cache_size, progress, medium })
    }
}

impl Default for RedbOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RedbOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbOptions").field("cache_size", &self.cache_size).finish_non_exhaustive()
    }
}
