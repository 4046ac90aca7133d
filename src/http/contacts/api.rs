//! The configuration of an API of contact numbers.

use std::fmt;
use std::sync::Arc;

use crate::account::Accounts;
use crate::contact::book::ContactBook;
use crate::http::server::auth::Authenticate;
use crate::http::server::body::OpenBodies;
use crate::http::server::execution::ExecutionMode;
use crate::http::server::limits::ServerLimits;
use crate::plan::Region;

/// The configuration of an API of contact numbers: a book, authentication, and settings.
///
/// A book belongs to one organization and one API, because a person, a client and a user with the same
/// id are the same owner to a book. Every client with credentials for
/// [`planning_center`](crate::http::planning_center) or [`clients`](crate::http::clients) can read and
/// change all numbers in the book; [`user_numbers`](crate::http::user_numbers) only shows users their
/// own numbers.
///
/// ```
/// use telnum::account::AccountTree;
/// use telnum::contact::book::ContactBook;
/// use telnum::http::{ContactApi, ExecutionMode, ServerLimits, TokenTable, clients};
/// use telnum::plan::Region;
/// use telnum::store::MemoryStore;
///
/// let book = ContactBook::new(MemoryStore::new());
/// let api = ContactApi::new(book, AccountTree::default(), TokenTable::default())
///     .with_region(Region::US)
///     .with_limits(ServerLimits::default().with_max_body_bytes(64 * 1024))
///     .with_execution_mode(ExecutionMode::default());
/// let service: axum::Router = axum::Router::new().nest("/v9", clients::router(api));
/// ```
#[derive(Clone)]
pub struct ContactApi {
    pub(crate) book: ContactBook,
    pub(crate) accounts: Arc<dyn Accounts>,
    pub(crate) auth: Arc<dyn Authenticate>,
    pub(crate) limits: ServerLimits,
    pub(crate) open_bodies: OpenBodies,
    pub(crate) execution: ExecutionMode,
    pub(crate) region: Option<Region>,
    pub(crate) base_url: Arc<str>,
}

/// The three APIs of contact numbers in a [`service`](crate::http::service()), each with its own book.
#[derive(Clone, Debug)]
pub struct ContactApis {
    /// The API of [`planning_center`](crate::http::planning_center).
    pub people: ContactApi,
    /// The API of [`clients`](crate::http::clients).
    pub clients: ContactApi,
    /// The API of [`user_numbers`](crate::http::user_numbers).
    pub users: ContactApi,
}

impl ContactApi {
    /// Creates an API for the numbers in `book`.
    #[must_use]
    pub fn new(
        book: ContactBook,
        accounts: impl Accounts + 'static,
        auth: impl Authenticate + 'static,
    ) -> Self {
        Self {
            book,
            accounts: Arc::new(accounts),
            auth: Arc::new(auth),
            limits: ServerLimits::default(),
            open_bodies: OpenBodies::default(),
            execution: ExecutionMode::default(),
            region: None,
            base_url: "".into(),
        }
    }

    /// Sets the region of numbers without a calling code. By default such numbers are refused.
    #[must_use]
    pub fn with_region(self, region: Region) -> Self {
        Self { region: Some(region), ..self }
    }

    /// Sets the limits on requests.
    #[must_use]
    pub fn with_limits(self, limits: ServerLimits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the threads on which calls to the book run.
    #[must_use]
    pub fn with_execution_mode(self, execution: ExecutionMode) -> Self {
        Self { execution, ..self }
    }

    /// Sets the scheme and authority of links in responses, such as `https://api.example.com`. By
    /// default links start with the path.
    ///
    /// ```
    /// # use telnum::account::AccountTree;
    /// # use telnum::{contact::book::ContactBook, http::{ContactApi, TokenTable}, store::MemoryStore};
    /// let book = ContactBook::new(MemoryStore::new());
    /// let api = ContactApi::new(book, AccountTree::default(), TokenTable::default())
    ///     .with_base_url("https://api.example.com");
    /// ```
    #[must_use]
    pub fn with_base_url(self, base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').into(), ..self }
    }
}

impl fmt::Debug for ContactApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactApi")
            .field("book", &self.book)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
