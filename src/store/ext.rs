use std::thread;
use std::time::Duration;

use super::{Batch, Change, NumberStore, Page, Query, Revision, StoreError, Stored};
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// So often a change is tried again that others were faster with, where nothing else is said.
pub(crate) const DEFAULT_ATTEMPTS: usize = 100;

/// Lets others come to their end, who were faster so often.
pub(crate) fn back_off(tries: usize) {
    match tries {
        0 => {}
        1..4 => thread::yield_now(),
        more => thread::sleep(Duration::from_micros(50 << more.min(8))),
    }
}

/// What can be done with any store of numbers.
///
/// ```
/// use telnum::record::NumberRecord;
/// use telnum::store::{Change, Expect, MemoryStore, NumberStoreExt, Query, Stored, StoreError};
///
/// let store = MemoryStore::new();
/// let number = "+14158867900".parse()?;
/// let found = NumberRecord::discovered(number, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?);
/// let made = store.update(number, |stored| {
///     let is_new = stored.is_none();
///     Ok::<_, StoreError>(is_new.then(|| Change::put(found.clone(), Expect::Absent)))
/// })?;
/// assert!(made.is_some());
///
/// let all: Vec<_> = store.scan_all(Query::default(), 100).collect::<Result<_, _>>()?;
/// assert_eq!(*all[0], found);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait NumberStoreExt: NumberStore {
    /// How often [`update`](Self::update) tries.
    const TRIES: usize = 16;

    /// Reads a number, lets a function decide and commits its change; again, up to
    /// [`TRIES`](Self::TRIES) times and without a pause, if somebody else was faster. `None`: the
    /// function had nothing to change.
    ///
    /// # Errors
    /// The function's, the last conflict, or the backend's.
    fn update<E: From<StoreError>>(
        &self,
        number: PhoneNumber,
        mut decide: impl FnMut(Option<&Stored<NumberRecord>>) -> Result<Option<Change>, E>,
    ) -> Result<Option<Revision>, E> {
        let mut tries = 1;
        loop {
            let Some(change) = decide(self.get(number)?.as_ref())? else { return Ok(None) };
            match self.commit(Batch::from(change)) {
                Err(error) if error.is_conflict() && tries < Self::TRIES => tries += 1,
                done => return Ok(done?.first().copied()),
            }
        }
    }

    /// What is stored of numbers, in their order; each is read by itself.
    ///
    /// # Errors
    /// The backend's.
    fn get_many(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<Stored<NumberRecord>>>, StoreError> {
        numbers.iter().map(|number| self.get(*number)).collect()
    }

    /// All numbers that a query is about, in ascending order, read page by page: what is committed
    /// meanwhile may be among them or not. An error is the last item.
    fn scan_all(&self, query: Query, page_size: usize) -> Scan<'_, Self> {
        Scan {
            store: self,
            query,
            page_size: page_size.max(1),
            page: Vec::new().into_iter(),
            rest: Rest::All,
        }
    }
}

impl<S: NumberStore + ?Sized> NumberStoreExt for S {}

/// The numbers of a query: see [`NumberStoreExt::scan_all`].
#[derive(Debug)]
pub struct Scan<'a, S: ?Sized> {
    store: &'a S,
    query: Query,
    page_size: usize,
    page: std::vec::IntoIter<Stored<NumberRecord>>,
    rest: Rest,
}

/// What a scan has not read yet.
#[derive(Debug)]
enum Rest {
    All,
    After(PhoneNumber),
    Nothing,
}

impl<S: NumberStore + ?Sized> Scan<'_, S> {
    fn read(&mut self) -> Result<(), StoreError> {
        let after = match self.rest {
            Rest::All => None,
            Rest::After(number) => Some(number),
            Rest::Nothing => return Ok(()),
        };
        self.rest = Rest::Nothing;
        let Page { items, next } = self.store.scan(&self.query, after, self.page_size)?;
        self.page = items.into_iter();
        self.rest = next.map_or(Rest::Nothing, Rest::After);
        Ok(())
    }
}

impl<S: NumberStore + ?Sized> Iterator for Scan<'_, S> {
    type Item = Result<Stored<NumberRecord>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0
            && let Err(error) = self.read()
        {
            return Some(Err(error));
        }
        self.page.next().map(Ok)
    }
}
