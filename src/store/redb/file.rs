//! Creation and opening of the file of a store.

use std::collections::hash_map::RandomState;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use ::redb::{
    Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableError,
};

use super::RedbError;
use super::commit::reorder;
use super::document::decode_list;
use super::error::Failure;
use super::table::{CONTACT_NUMBERS, COUNTERS, Snapshot, Tables, counter, failed};
use super::tally::{Progress, Tally};
use crate::store::StoreError;

/// The version of the schema that is written. Version 1 had an index of contacts by number, in place of those
/// in each order.
pub(super) const SCHEMA: u64 = 2;

/// The mark in the name under which a file is written, before the id of the process and a random number. No one
/// names a file so by hand.
const TEMPORARY: &str = ".telnum-new-";

/// The first bytes of every file of redb.
const MAGIC: [u8; 9] = *b"redb\x1A\x0A\xA9\x0D\x0A";

/// The location of a store, with the settings for opening it.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) cache_size: usize,
    pub(super) progress: Option<Progress>,
    pub(super) medium: Medium,
}

/// The medium of a store.
pub(super) enum Medium {
    File,
    /// A backend that a function opens.
    #[cfg(feature = "testing")]
    Backend(OpenBackend),
}

/// A function that opens the medium of a store, and returns whether it is empty.
#[cfg(feature = "testing")]
pub(super) type OpenBackend = Box<dyn Fn(&Builder) -> Result<(Database, bool), Failure> + Send + Sync>;

impl Place {
    /// Opens the store; creates an empty one if there is none.
    pub(super) fn open_or_create(&self) -> Result<Database, RedbError> {
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound && self.is_file() => {
                match create(&self.path, self.cache_size, |_| Ok(())) {
                    // Another caller has created the file in the meantime.
                    Ok(()) | Err(RedbError::Exists(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            _ => {}
        }
        self.open()
    }

    /// Opens the existing store.
    pub(super) fn open(&self) -> Result<Database, RedbError> {
        let database = match &self.medium {
            Medium::File => {
                check_file(&self.path)?;
                self.builder().open(&self.path).map_err(|error| RedbError::of(&self.path, error))?
            }
            #[cfg(feature = "testing")]
            Medium::Backend(open) => {
                let opened = open(&self.builder());
                let (database, is_empty) = opened.map_err(|error| RedbError::of(&self.path, error.0))?;
                if is_empty {
                    initialize(&database, |_| Ok(())).map_err(|error| RedbError::of(&self.path, error.0))?;
                }
                database
            }
        };
        if check_schema(&self.path, &database)? < SCHEMA {
            let upgraded = upgrade(&database, self.progress.as_ref());
            upgraded.map_err(|error| RedbError::of_content(&self.path, error))?;
        }
        Ok(database)
    }

    /// Removes the files that killed creations of this store have left. Called while the store is open, so
    /// that no other creation of it can succeed.
    pub(super) fn remove_leftovers(&self) {
        let Some(name) = self.path.file_name().and_then(OsStr::to_str).filter(|_| self.is_file()) else {
            return;
        };
        let Ok(entries) = fs::read_dir(directory_of(&self.path)) else { return };
        for entry in entries.flatten() {
            let is_temporary = entry.file_name().to_str().is_some_and(|found| is_temporary(found, name));
            // A file that cannot be removed does no harm.
            if is_temporary && (is_same_file(&entry.path(), &self.path) || is_leftover(&entry.path())) {
                let _removed = fs::remove_file(entry.path());
            }
        }
    }

    fn is_file(&self) -> bool {
        matches!(self.medium, Medium::File)
    }

    fn builder(&self) -> Builder {
        let mut builder = Builder::new();
        builder.set_cache_size(self.cache_size);
        if let Some(progress) = self.progress.clone() {
            builder.set_repair_callback(move |repair| progress(repair.progress()));
        }
        builder
    }
}

/// Creates a store at `path`, where no file must exist, and calls `fill` to fill it. The file is
/// written under another name, synced and then renamed, so that `path` never contains an incomplete
/// file. In a file system without hard links, a crash may leave an empty file there, which must be deleted.
pub(super) fn create(
    path: &Path,
    cache_size: usize,
    fill: impl FnOnce(&mut Tables<'_>) -> Result<(), Failure>,
) -> Result<(), RedbError> {
    let mut name = path.file_name().ok_or_else(|| RedbError::IsDirectory(path.to_owned()))?.to_owned();
    // Every `RandomState` has different keys.
    name.push(format!("{TEMPORARY}{}-{:016x}", std::process::id(), RandomState::new().hash_one(0)));
    let temporary = path.with_file_name(name);
    let options = OpenOptions::new().read(true).write(true).create_new(true).clone();
    drop(options.open(&temporary).map_err(|error| RedbError::io(path, error))?);
    let created = write_new(&temporary, cache_size, fill).and_then(|()| publish(&temporary, path));
    // Once the file has its final name, the temporary name is only a second link to it.
    let removed = fs::remove_file(&temporary);
    match (created, removed) {
        (Ok(()), Err(error)) if error.kind() != ErrorKind::NotFound => Err(RedbError::io(path, error)),
        (Err(RedbError::Io { source, .. }), _) => Err(RedbError::io(path, source)),
        (created, _) => created,
    }
}

fn write_new(
    temporary: &Path,
    cache_size: usize,
    fill: impl FnOnce(&mut Tables<'_>) -> Result<(), Failure>,
) -> Result<(), RedbError> {
    let database = Builder::new().set_cache_size(cache_size).create(temporary);
    let database = database.map_err(|error| RedbError::of(temporary, error))?;
    initialize(&database, fill).map_err(|error| RedbError::of(temporary, error.0))?;
    database.close().map_err(|error| RedbError::of(temporary, error))?;
    let opened = OpenOptions::new().read(true).write(true).open(temporary);
    opened.and_then(|file| file.sync_all()).map_err(|error| RedbError::io(temporary, error))
}

/// Creates the tables of an empty database.
fn initialize(
    database: &Database,
    fill: impl FnOnce(&mut Tables<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    let mut tables = Tables::open(&transaction)?;
    fill(&mut tables)?;
    tables.counters.insert(counter::SCHEMA, SCHEMA)?;
    drop(tables);
    Ok(transaction.commit()?)
}

/// Gives a file its final name durably, unless a file with that name exists.
fn publish(temporary: &Path, path: &Path) -> Result<(), RedbError> {
    let io = |error| RedbError::io(path, error);
    match fs::hard_link(temporary, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(RedbError::Exists(path.to_owned()));
        }
        // Some file systems have no hard links. The name is taken first, since a file that another caller creates
        // in the meantime would be replaced.
        Err(_) => match OpenOptions::new().write(true).create_new(true).open(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(RedbError::Exists(path.to_owned()));
            }
            Err(error) => return Err(io(error)),
            Ok(_) => fs::rename(temporary, path).map_err(|error| {
                let _removed = fs::remove_file(path);
                io(error)
            })?,
        },
        Ok(()) => {}
    }
    sync_directory(directory_of(path)).map_err(io)
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Returns whether `found` is a name under which [`create`] writes a file that is to be called `name`.
fn is_temporary(found: &str, name: &str) -> bool {
    let numbers = found.strip_prefix(name).and_then(|rest| rest.strip_prefix(TEMPORARY)?.split_once('-'));
    let is_decimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_random =
        |text: &str| text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    numbers.is_some_and(|(process, random)| is_decimal(process) && is_random(random))
}

/// Returns whether two paths are names of the same file, as after a creation that was killed before it
/// removed the first name. The result is always `false` on systems other than Unix.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let identity = |path| fs::symlink_metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
    identity(one).is_some_and(|file| identity(other) == Some(file))
}

#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

/// Returns whether a file is a database, or the start of one, that nobody has open.
fn is_leftover(path: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    let is_database = is_file
        && File::open(path).is_ok_and(|mut file| match file.read(&mut start) {
            // The first bytes of a database are written last.
            Ok(length) => start == MAGIC || length == 0 || start == [0; MAGIC.len()],
            Err(_) => false,
        });
    let is_in_use = |error: &DatabaseError| {
        matches!(error, DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch)
    };
    is_database && !Builder::new().open(path).is_err_and(|error| is_in_use(&error))
}

/// Syncs a directory, which makes the names in it durable, if the system can open directories.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// Returns an error for a file that no store has written, before anything is written to it.
fn check_file(path: &Path) -> Result<(), RedbError> {
    let io = |error| RedbError::io(path, error);
    if fs::metadata(path).map_err(io)?.is_dir() {
        return Err(RedbError::IsDirectory(path.to_owned()));
    }
    let mut magic = [0; MAGIC.len()];
    match File::open(path).map_err(io)?.read_exact(&mut magic) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(RedbError::NotAStore(path.to_owned())),
        Err(error) => Err(io(error)),
        Ok(()) if magic == MAGIC => Ok(()),
        Ok(()) => Err(RedbError::NotAStore(path.to_owned())),
    }
}

/// Returns the version of the schema of a database, or an error if the database is not a store or the schema
/// is newer.
fn check_schema(path: &Path, database: &Database) -> Result<u64, RedbError> {
    let foreign = || RedbError::NotAStore(path.to_owned());
    let transaction = database.begin_read().map_err(|error| RedbError::of(path, error))?;
    let table = match transaction.open_table(COUNTERS) {
        Err(TableError::Storage(error)) => return Err(RedbError::of(path, error)),
        Err(_) => return Err(foreign()),
        Ok(table) => table,
    };
    let found = table.get(counter::SCHEMA).map_err(|error| RedbError::of(path, error))?;
    match found.map(|version| version.value()) {
        Some(found @ 1..=SCHEMA) => Ok(found),
        Some(found) if found > SCHEMA => {
            Err(RedbError::NewerSchema { path: path.to_owned(), found, supported: SCHEMA })
        }
        Some(_) | None => Err(foreign()),
    }
}

/// Upgrades a database of version 1, in one transaction.
fn upgrade(database: &Database, progress: Option<&Progress>) -> Result<(), StoreError> {
    let mut transaction = database.begin_write().map_err(failed)?;
    transaction.set_quick_repair(true);
    transaction.delete_table(CONTACT_NUMBERS).map_err(failed)?;
    let Tables { lists, mut orders, mut counters, .. } = Tables::open(&transaction).map_err(failed)?;
    let mut tally = Tally::new(lists.len().map_err(failed)?, progress);
    for row in lists.iter().map_err(failed)? {
        let (owner, bytes) = row.map_err(failed)?;
        let list = decode_list(owner.value(), bytes.value())?;
        reorder(&mut orders, owner.value(), None, Some(&*list))?;
        tally.step();
    }
    counters.insert(counter::SCHEMA, SCHEMA).map_err(failed)?;
    drop((lists, orders, counters));
    transaction.commit().map_err(failed)
}

/// Copies a snapshot to a new file at `path`, with the settings of the store at `place`.
pub(super) fn copy(snapshot: &Snapshot, path: &Path, place: &Place) -> Result<(), RedbError> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(RedbError::Exists(path.to_owned()));
    }
    let mut tally =
        Tally::new(snapshot.rows().map_err(|error| RedbError::of(path, error))?, place.progress.as_ref());
    create(path, place.cache_size, |tables| Ok(snapshot.copy(tables, || tally.step())?))
}
