//! A store in one file, without a server.
//!
//! ```
//! use telnum::account::Actor;
//! use telnum::inventory::{Create, Inventory, Options};
//! use telnum::lifecycle::State;
//! use telnum::store::redb::RedbStore;
//!
//! # let directory = std::env::temp_dir().join(format!("telnum-redb-{}", std::process::id()));
//! # std::fs::create_dir_all(&directory)?;
//! # let path = directory.join("numbers.redb");
//! let (free, system) = (Create::default().with_state(State::Available), Options::new(Actor::System));
//! Inventory::builder(RedbStore::open(&path)?).build().create(["+14158867900"], &free, &system)?;
//!
//! // The next process opens the same file.
//! let inventory = Inventory::builder(RedbStore::open(&path)?).build();
//! assert_eq!(inventory.get(["+14158867900"], &system)?.single()?.state(), State::Available);
//! # std::fs::remove_dir_all(directory)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`RedbStore`] is opened by one process at a time, whose threads share it. [`RedbOptions`] sets the size
//! of its cache and observes the check of a file that was not closed; [`RedbStore::backup`] copies a store in
//! use. The contacts in each order take about 300 bytes of the file for each contact.

mod check;
mod commit;
mod document;
mod error;
mod file;
mod group;
mod options;
mod read;
mod table;
mod tally;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::thread;
use std::time::Duration;

use ::redb::{Database, DatabaseError, ReadableTableMetadata, StorageError};

use self::commit::{Counters, Prepared, Session};
use self::error::Failure;
pub use self::error::RedbError;
use self::file::Place;
use self::group::{Group, lock};
pub use self::options::RedbOptions;
use self::table::{Snapshot, Tables, Use, failed};
use super::{
    Batch, Forget, Leases, Logged, Page, PortQuery, Query, Receipt, Revision, Store, StoreError, Stored,
    check_id_count,
};
use crate::contact::{ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, OwnerId};
use crate::idempotency::IdempotencyKey;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;

/// A store in one file. It can be shared between the threads of one process.
///
/// ```
/// use telnum::record::NumberRecord;
/// use telnum::store::redb::RedbStore;
/// use telnum::store::{Change, Expect, Store};
///
/// # let directory = std::env::temp_dir().join(format!("telnum-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("numbers.redb");
/// let number = "+14158867900".parse()?;
/// let record = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// RedbStore::open(&path)?.commit(Change::put(record.clone(), Expect::Absent).into())?;
/// // The number is still stored after a restart.
/// assert_eq!(*RedbStore::open(&path)?.get(number)?.unwrap(), record);
/// # std::fs::remove_dir_all(directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Durability
///
/// An acknowledged commit is on disk. After a crash of the process or the machine, the file contains every
/// acknowledged commit, and every other commit either completely or not at all. The file opens within
/// milliseconds, regardless of its size. Concurrent commits are synced together.
///
/// If the disk fails or is full, a commit returns [`Backend`](StoreError::Backend): whether it was stored is
/// unknown. The next call reopens the file, and succeeds once the disk works again. Until then, calls return
/// [`Unreachable`](StoreError::Unreachable).
///
/// # Reading
///
/// A read sees all commits that were acknowledged before it began. Reads and commits do not wait for
/// each other.
pub struct RedbStore {
    place: Place,
    group: Group<Request, Result<RequestOutcome, StoreError>>,
    /// The file; `None` after a failure, until it is reopened. It is locked before the snapshot.
    database: Mutex<Option<Database>>,
    /// The tables after the latest commit; `None` while there is no database.
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    /// The uses of the snapshots that were published. It is locked after the snapshot.
    uses: Mutex<Vec<Weak<Use>>>,
    /// Locked during a backup, a check or a compaction, before the other locks.
    maintenance: Mutex<()>,
    ids: Mutex<Ids>,
    leases: Leases,
}

/// The counts of the items in a [`RedbStore`], and the size of its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedbStats {
    /// The number of records, one for each stored phone number.
    pub numbers: u64,
    /// The number of port requests.
    pub port_requests: u64,
    /// The number of contact lists.
    pub contact_lists: u64,
    /// The number of events in the log, not counting forgotten ones.
    pub events: u64,
    /// The number of receipts, not counting forgotten ones.
    pub receipts: u64,
    /// The length of the file in bytes, including free space.
    pub file_bytes: u64,
}

/// A change to the file that can share a transaction with others.
enum Request {
    Commit(Box<Prepared>),
    Forget(Forget),
    SetIdsAside(u64),
}

enum RequestOutcome {
    Revision(Revision),
    /// Whether there may be more to forget, the response to [`Request::Forget`].
    Forgotten(bool),
    /// The greatest contact id before the allocated ones; `None` if there are not enough ids left.
    Ids(Option<u64>),
}

/// The contact ids that were reserved but not returned yet.
#[derive(Default)]
struct Ids {
    /// The greatest id that was returned or stored.
    given: u64,
    /// The greatest reserved id.
    last: u64,
}

/// The number of contact ids that are reserved at once, and the maximum number that a restart skips.
const IDS_AT_ONCE: u64 = 64;
/// The maximum number of changes in a commit.
const MAX_CHANGES: usize = 20_000;

impl RedbStore {
    /// Opens the store in the file at `path`, creating an empty one if the file does not exist. A new file is
    /// written under another name first, so that `path` never contains an incomplete file. Such files of
    /// creations that were killed are removed. A file with an earlier version of the schema is upgraded in one
    /// transaction; earlier versions of this crate then refuse it.
    ///
    /// ```
    /// use telnum::store::redb::{RedbError, RedbStore};
    ///
    /// # let directory = std::env::temp_dir().join(format!("telnum-open-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("numbers.redb");
    /// let store = RedbStore::open(&path)?;
    /// // One process at a time uses a file.
    /// assert!(matches!(RedbStore::open(&path), Err(RedbError::InUse(_))));
    /// # drop(store);
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`IsDirectory`](RedbError::IsDirectory), [`NotAStore`](RedbError::NotAStore),
    ///   [`NewerSchema`](RedbError::NewerSchema) and [`InUse`](RedbError::InUse) if this version cannot
    ///   use the file at `path` now. The file is not changed, except that the database engine repairs one that
    ///   another program or a newer version of this crate has not closed.
    /// - [`Damaged`](RedbError::Damaged) if the content of the file is inconsistent.
    /// - [`Io`](RedbError::Io) if the file cannot be read, written or created.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RedbError> {
        RedbOptions::new().open(path)
    }

    /// Writes a copy of the store to a new file at `path`: a snapshot taken at the start of the call. Other
    /// calls are not blocked, except that backups, checks and compactions wait for each other.
    ///
    /// ```
    /// use telnum::store::redb::RedbStore;
    ///
    /// # let directory = std::env::temp_dir().join(format!("telnum-backup-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = |name: &str| directory.join(name);
    /// let store = RedbStore::open(path("numbers.redb"))?;
    /// store.backup(path("copy.redb"))?;
    /// RedbStore::open(path("copy.redb"))?.check()?;
    /// assert!(store.backup(path("copy.redb")).is_err());
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Exists`](RedbError::Exists) if there is a file at `path`.
    /// - [`Io`](RedbError::Io) and [`Database`](RedbError::Database) if reading or writing fails.
    pub fn backup(&self, path: impl AsRef<Path>) -> Result<(), RedbError> {
        let _maintenance = lock(&self.maintenance);
        file::copy(&*self.current()?, path.as_ref(), &self.place)
    }

    /// Checks the whole file: the checksums of its pages, that every value can be read, and that the
    /// indexes agree with the values. The check begins when the running reads and [backups](Self::backup) have
    /// ended; other calls wait while the checksums are verified.
    ///
    /// ```
    /// use telnum::store::redb::RedbStore;
    ///
    /// # let directory = std::env::temp_dir().join(format!("telnum-check-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let store = RedbStore::open(directory.join("numbers.redb"))?;
    /// assert!(store.check().is_ok());
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`WrongChecksum`](RedbError::WrongChecksum) if the checksum of a page is wrong.
    /// - [`Damaged`](RedbError::Damaged) with the first inconsistency.
    /// - [`Io`](RedbError::Io) and [`Database`](RedbError::Database) if the file cannot be read.
    pub fn check(&self) -> Result<(), RedbError> {
        let _maintenance = lock(&self.maintenance);
        let is_sound = self.alone(|database| match database.check_integrity() {
            Err(DatabaseError::Storage(StorageError::Corrupted(_))) => Ok(false),
            checked => Ok(checked?),
        })?;
        if !is_sound {
            return Err(RedbError::WrongChecksum(self.place.path.clone()));
        }
        check::check(&*self.current()?, &self.place.path, self.place.progress.as_ref())
    }

    /// Returns the free space in the file to the file system. Returns whether there was any. The compaction
    /// begins when the running reads and [backups](Self::backup) have ended; other calls wait until it is done.
    ///
    /// ```
    /// use telnum::store::redb::RedbStore;
    ///
    /// # let directory = std::env::temp_dir().join(format!("telnum-compact-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let store = RedbStore::open(directory.join("numbers.redb"))?;
    /// let before = store.stats()?.file_bytes;
    /// store.compact()?;
    /// assert!(store.stats()?.file_bytes <= before);
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Io`](RedbError::Io) and [`Database`](RedbError::Database) if reading or writing fails.
    pub fn compact(&self) -> Result<bool, RedbError> {
        let _maintenance = lock(&self.maintenance);
        self.alone(|database| Ok(database.compact()?))
    }

    /// Returns the counts of the items in the store, and the size of its file.
    ///
    /// ```
    /// use telnum::store::redb::RedbStore;
    ///
    /// # let directory = std::env::temp_dir().join(format!("telnum-stats-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let stats = RedbStore::open(directory.join("numbers.redb"))?.stats()?;
    /// assert_eq!((stats.numbers, stats.events, stats.receipts), (0, 0, 0));
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Io`](RedbError::Io) and [`Database`](RedbError::Database) if the file cannot be read.
    pub fn stats(&self) -> Result<RedbStats, RedbError> {
        let snapshot = self.current()?;
        let file_bytes = std::fs::metadata(&self.place.path).map_or(0, |metadata| metadata.len());
        let counts = || -> Result<_, Failure> {
            Ok(RedbStats {
                numbers: snapshot.numbers.len()?,
                port_requests: snapshot.requests.len()?,
                contact_lists: snapshot.lists.len()?,
                events: snapshot.events.len()?,
                receipts: snapshot.receipts.len()?,
                file_bytes,
            })
        };
        counts().map_err(|error| RedbError::of(&self.place.path, error.0))
    }

    /// Returns up to `limit` receipts in the order of their commits, each with the revision of its commit, starting
    /// after the commit `after`.
    ///
    /// ```
    /// # use telnum::store::redb::RedbStore;
    /// # let directory = std::env::temp_dir().join(format!("telnum-receipts-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let store = RedbStore::open(directory.join("numbers.redb"))?;
    /// assert!(store.receipts(None, 100)?.is_empty());
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Unreachable`](StoreError::Unreachable) if the file failed and cannot be reopened, and
    /// [`Backend`](StoreError::Backend) if reading it fails.
    pub fn receipts(
        &self,
        after: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<(Revision, Receipt)>, StoreError> {
        self.read(|snapshot| snapshot.receipts_after(after, limit))
    }

    /// Returns up to `limit` owners of contacts in ascending order, starting after `after`.
    ///
    /// ```
    /// use telnum::contact::{EnteredNumber, NewContact, book::ContactBook};
    /// use telnum::store::redb::RedbStore;
    ///
    /// # let directory = std::env::temp_dir().join(format!("telnum-owners-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let store = std::sync::Arc::new(RedbStore::open(directory.join("numbers.redb"))?);
    /// let cell = EnteredNumber::parse("+1 541-555-0573", None, None)?;
    /// ContactBook::new(store.clone()).add("7".parse()?, [NewContact::new(cell)])?;
    /// assert_eq!(store.contact_owners(None, 100)?, ["7".parse()?]);
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`receipts`](Self::receipts).
    pub fn contact_owners(&self, after: Option<OwnerId>, limit: usize) -> Result<Vec<OwnerId>, StoreError> {
        self.read(|snapshot| snapshot.owners_after(after, limit))
    }

    fn new(place: Place) -> Result<Self, RedbError> {
        let database = place.open_or_create()?;
        place.remove_leftovers();
        let snapshot = Snapshot::of(&database).map_err(|error| RedbError::of(&place.path, error))?;
        let store = Self {
            place,
            group: Group::new(),
            database: Mutex::new(Some(database)),
            snapshot: RwLock::default(),
            uses: Mutex::default(),
            maintenance: Mutex::default(),
            ids: Mutex::default(),
            leases: Leases::default(),
        };
        store.publish(Some(snapshot));
        Ok(store)
    }

    /// Returns the tables after the latest commit. Opens the file again after a failure.
    fn current(&self) -> Result<Arc<Snapshot>, RedbError> {
        let snapshot = self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(snapshot) = snapshot {
            return Ok(snapshot);
        }
        let mut database = lock(&self.database);
        let found = self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone();
        found.map_or_else(|| self.reopen(&mut database), Ok)
    }

    /// Makes a snapshot the one that later reads use, and returns it.
    fn publish(&self, snapshot: Option<Snapshot>) -> Option<Arc<Snapshot>> {
        let snapshot = snapshot.map(Arc::new);
        let mut published = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        published.clone_from(&snapshot);
        let mut uses = lock(&self.uses);
        uses.retain(|used| used.strong_count() > 0);
        uses.extend(snapshot.as_ref().map(|snapshot| snapshot.in_use()));
        drop((uses, published));
        snapshot
    }

    /// Closes the file, if it is open, and opens it again.
    fn reopen(&self, database: &mut MutexGuard<'_, Option<Database>>) -> Result<Arc<Snapshot>, RedbError> {
        self.publish(None);
        drop(database.take());
        let opened = self.place.open()?;
        let snapshot = Snapshot::of(&opened).map_err(|error| RedbError::of(&self.place.path, error))?;
        **database = Some(opened);
        self.publish(Some(snapshot)).ok_or_else(|| RedbError::damaged(&self.place.path, "closed"))
    }

    /// Calls `read` with the tables after the latest commit. If the file failed and could be reopened,
    /// it is called once more.
    fn read<T>(&self, read: impl Fn(&Snapshot) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let snapshot = self.current().map_err(StoreError::unreachable)?;
        match read(&snapshot) {
            Err(error) if is_failure(&error) => {
                // The holder of the database lock may be waiting until no snapshot is in use.
                let used = Arc::downgrade(&snapshot);
                drop(snapshot);
                let mut database = lock(&self.database);
                let published = self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone();
                let is_newer = published.as_ref().is_some_and(|other| Arc::as_ptr(other) != used.as_ptr());
                let snapshot = match published.filter(|_| is_newer) {
                    Some(snapshot) => snapshot,
                    None => self.reopen(&mut database).map_err(StoreError::unreachable)?,
                };
                drop(database);
                read(&snapshot)
            }
            answer => answer,
        }
    }

    /// Executes a request, in one transaction with others that are waiting.
    fn submit(&self, request: Request) -> Result<RequestOutcome, StoreError> {
        let answer = self.group.submit(request, |requests| self.carry_out(requests));
        answer.unwrap_or_else(|| Err(StoreError::backend("the committing thread panicked")))
    }

    fn carry_out(&self, requests: Vec<Request>) -> Vec<Result<RequestOutcome, StoreError>> {
        let count = requests.len();
        let mut database = lock(&self.database);
        if database.is_none()
            && let Err(error) = self.reopen(&mut database)
        {
            let error = Arc::new(error);
            return (0..count).map(|_| Err(StoreError::unreachable(Arc::clone(&error)))).collect();
        }
        let answers = database.as_ref().map(|database| carry_out(database, requests));
        match answers {
            Some(Ok(answers)) => {
                self.publish(database.as_ref().and_then(|database| Snapshot::of(database).ok()));
                answers
            }
            Some(Err(StoreError::Backend(cause))) => {
                // If this fails, the next call tries again.
                let _opened = self.reopen(&mut database);
                let cause: Arc<dyn std::error::Error + Send + Sync> = match cause.downcast::<::redb::Error>()
                {
                    Ok(error) => Arc::new(RedbError::of(&self.place.path, *error)),
                    Err(cause) => cause.into(),
                };
                (0..count).map(|_| Err(StoreError::backend(Arc::clone(&cause)))).collect()
            }
            Some(Err(error)) => vec![Err(error)],
            None => Vec::new(),
        }
    }

    /// Calls `work` with exclusive access to the file, while the [maintenance](Self::maintenance) is locked.
    fn alone<T>(&self, work: impl FnOnce(&mut Database) -> Result<T, Failure>) -> Result<T, RedbError> {
        // A read that has begun may take long. Until it ends, other calls go on with a snapshot of their own.
        let mut database = lock(&self.database);
        let earlier = lock(&self.uses).clone();
        match database.as_ref().map(Snapshot::of).and_then(Result::ok) {
            Some(snapshot) => drop(self.publish(Some(snapshot))),
            None => drop(self.reopen(&mut database)?),
        }
        drop(database);
        wait_until_unused(&earlier);
        let mut database = lock(&self.database);
        if database.is_none() {
            self.reopen(&mut database)?;
        }
        // From here on, other calls wait for the database.
        self.publish(None);
        let later = lock(&self.uses).clone();
        wait_until_unused(&later);
        let path = &self.place.path;
        let done = match database.as_mut() {
            Some(database) => work(database).map_err(|error| RedbError::of(path, error.0)),
            None => Err(RedbError::damaged(path, "closed")),
        };
        self.publish(database.as_ref().map(Snapshot::of).and_then(Result::ok));
        done
    }
}

/// Executes requests in one transaction. Returns their results, or the failure of the database after which the
/// outcome of all of them is unknown.
fn carry_out(
    database: &Database,
    requests: Vec<Request>,
) -> Result<Vec<Result<RequestOutcome, StoreError>>, StoreError> {
    let mut answers: Vec<_> = requests.iter().map(|_| None).collect();
    let mut waiting: Vec<_> = requests.into_iter().enumerate().collect();
    loop {
        let mut transaction = database.begin_write().map_err(failed)?;
        transaction.set_quick_repair(true);
        let tables = Tables::open(&transaction).map_err(failed)?;
        let counters = Counters::read(&tables)?;
        let mut session = Session { tables, counters };
        let (mut is_changed, mut failed_at) = (false, None);
        for (index, (place, request)) in waiting.iter_mut().enumerate() {
            let answer = match session.carry_out(request) {
                Err(error) if database_error(&error).is_some() => return Err(error),
                answer => answer,
            };
            is_changed |= answer.is_ok();
            let is_failed = answer.as_ref().is_err_and(|error| !error.is_refusal());
            if let Some(entry) = answers.get_mut(*place) {
                *entry = Some(answer);
            }
            if is_failed {
                failed_at = Some(index);
                break;
            }
        }
        if let Some(index) = failed_at {
            // The request may have changed something before it found a damaged value. The others are executed
            // again without it.
            drop(session);
            transaction.abort().map_err(failed)?;
            waiting.remove(index);
            continue;
        }
        if is_changed {
            session.counters.write(&mut session.tables)?;
        }
        drop(session);
        if is_changed {
            transaction.commit().map_err(failed)?;
        } else {
            transaction.abort().map_err(failed)?;
        }
        return Ok(answers.into_iter().flatten().collect());
    }
}

/// Waits until none of the snapshots is in use.
fn wait_until_unused(uses: &[Weak<Use>]) {
    while uses.iter().any(|used| used.strong_count() > 0) {
        thread::sleep(Duration::from_millis(1));
    }
}

impl Session<'_> {
    fn carry_out(&mut self, request: &mut Request) -> Result<RequestOutcome, StoreError> {
        match request {
            Request::Commit(prepared) => self.commit(prepared).map(RequestOutcome::Revision),
            Request::Forget(forget) => self.forget(forget).map(RequestOutcome::Forgotten),
            Request::SetIdsAside(count) => Ok(RequestOutcome::Ids(self.set_ids_aside(*count))),
        }
    }
}

/// Returns the error of the database that caused `error`; `None` if a value or a request caused it.
fn database_error(error: &StoreError) -> Option<&::redb::Error> {
    let StoreError::Backend(cause) = error else { return None };
    cause.downcast_ref()
}

/// Returns whether an error concerns the file and not its content.
fn is_failure(error: &StoreError) -> bool {
    let failure = database_error(error);
    matches!(failure, Some(::redb::Error::Io(_) | ::redb::Error::PreviousIo | ::redb::Error::DatabaseClosed))
}

impl Store for RedbStore {
    fn get_many(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError> {
        self.read(|snapshot| numbers.iter().map(|number| snapshot.record(*number)).collect())
    }

    fn scan(
        &self,
        query: &Query,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Page<NumberRecord, PhoneNumber>, StoreError> {
        self.read(|snapshot| snapshot.scan(query, after, limit))
    }

    fn port_requests(&self, ids: &[PortRequestId]) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        self.read(|snapshot| ids.iter().map(|id| snapshot.request(id.as_str())).collect())
    }

    fn scan_port_requests(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
    ) -> Result<Page<PortRequest, PortRequestId>, StoreError> {
        self.read(|snapshot| snapshot.scan_requests(query, after, limit))
    }

    fn active_port_requests(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<Vec<Option<Stored<PortRequest>>>, StoreError> {
        self.read(|snapshot| snapshot.active_requests(numbers))
    }

    fn contact_lists(&self, owners: &[OwnerId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError> {
        self.read(|snapshot| owners.iter().map(|owner| snapshot.list(owner.as_str())).collect())
    }

    fn contact_lists_with(&self, ids: &[ContactId]) -> Result<Vec<Option<Stored<ContactList>>>, StoreError> {
        self.read(|snapshot| snapshot.lists_with(ids))
    }

    fn contact_page(&self, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
        self.read(|snapshot| snapshot.contact_page(query))
    }

    /// Allocates `count` ids, at most 1,000,000 in one call. A restart skips at most 64 ids.
    fn new_contact_ids(&self, count: usize) -> Result<Vec<ContactId>, StoreError> {
        check_id_count(count)?;
        let mut ids = lock(&self.ids);
        let wanted = count as u64;
        if ids.last - ids.given < wanted {
            let mut before = None;
            for aside in [wanted.max(IDS_AT_ONCE), wanted] {
                if let RequestOutcome::Ids(Some(last)) = self.submit(Request::SetIdsAside(aside))? {
                    before = Some((last, aside));
                    break;
                }
            }
            let (last, aside) = before.ok_or_else(|| StoreError::backend("no contact id left"))?;
            *ids = Ids { given: last, last: last + aside };
        }
        let first = ids.given;
        ids.given += wanted;
        Ok((first..ids.given).map(|before| ContactId::new(before + 1)).collect())
    }

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        batch.check(MAX_CHANGES)?;
        let lists = batch.contacts.iter().filter_map(|change| change.value());
        let greatest_id = lists.flat_map(|list| list.numbers()).map(|contact| contact.id().get()).max();
        let answer = self.submit(Request::Commit(Box::new(Prepared::new(batch)?)));
        // A commit that failed may be stored all the same.
        if let Some(id) = greatest_id.filter(|_| !answer.as_ref().is_err_and(StoreError::is_refusal)) {
            let mut ids = lock(&self.ids);
            ids.given = ids.given.max(id);
            ids.last = ids.last.max(ids.given);
        }
        match answer? {
            RequestOutcome::Revision(revision) => Ok(revision),
            RequestOutcome::Forgotten(_) | RequestOutcome::Ids(_) => {
                Err(StoreError::backend("an answer to another request"))
            }
        }
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<Logged>, StoreError> {
        self.read(|snapshot| snapshot.events(after, limit))
    }

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        self.read(|snapshot| snapshot.receipt(key))
    }

    fn forget(&self, forget: &Forget) -> Result<(), StoreError> {
        while let RequestOutcome::Forgotten(true) = self.submit(Request::Forget(forget.clone()))? {}
        Ok(())
    }

    /// Keeps leases in memory, since only one process at a time can open the file.
    fn take_lease(&self, name: &str, holder: u64, time: Duration) -> Result<bool, StoreError> {
        Ok(self.leases.take(name, holder, time))
    }

    /// Returns 20,000.
    fn max_changes(&self) -> usize {
        MAX_CHANGES
    }
}

/// Shows the path, and omits the values, of which there may be millions.
impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore").field("path", &self.place.path).finish_non_exhaustive()
    }
}
