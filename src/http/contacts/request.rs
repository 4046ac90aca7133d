//! What the three APIs of contact numbers share: what they stand on, and how they read a request.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Path, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::Actor;
use crate::contact::book::{ContactBook, ContactBookError};
use crate::contact::{ContactId, ContactRefusal};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::server::auth::{ApiName, Authenticate};
use crate::http::server::blocking::Calls;
use crate::http::server::body;
use crate::http::server::guard::{Fault, ServerLimits};
use crate::plan::Region;

/// What the routes of contact numbers stand on.
///
/// A book is one organization's, and one API's: to a book a person, a client and a user with the same
/// id are one. Whoever has credentials for [`planning_center`](crate::http::planning_center) or
/// [`clients`](crate::http::clients) may see and change the numbers of all people or clients in the book;
/// [`user_numbers`](crate::http::user_numbers) shows users their own alone.
///
/// ```
/// use std::sync::Arc;
/// use telnum::contact::book::ContactBook;
/// use telnum::http::{ContactApi, TokenTable, clients};
/// use telnum::plan::Region;
/// use telnum::store::MemoryStore;
///
/// let book = ContactBook::new(Arc::new(MemoryStore::new()));
/// let api = ContactApi::new(book, TokenTable::default()).with_region(Region::US);
/// let service: axum::Router = axum::Router::new().nest("/v9", clients::router(api));
/// ```
#[derive(Clone)]
pub struct ContactApi {
    pub(crate) book: ContactBook,
    auth: Arc<dyn Authenticate>,
    pub(crate) limits: ServerLimits,
    calls: Calls,
    pub(crate) region: Option<Region>,
    pub(crate) base_url: Arc<str>,
}

impl ContactApi {
    /// An API over a book.
    #[must_use]
    pub fn new(book: ContactBook, auth: impl Authenticate + 'static) -> Self {
        Self {
            book,
            auth: Arc::new(auth),
            limits: ServerLimits::default(),
            calls: Calls::default(),
            region: None,
            base_url: "".into(),
        }
    }

    /// The same where numbers without a calling code are a region's.
    #[must_use]
    pub fn with_region(self, region: Region) -> Self {
        Self { region: Some(region), ..self }
    }

    /// The same within other limits.
    #[must_use]
    pub fn with_limits(self, limits: ServerLimits) -> Self {
        Self { limits, ..self }
    }

    /// The same with calls made elsewhere.
    #[must_use]
    pub fn with_calls(self, calls: Calls) -> Self {
        Self { calls, ..self }
    }

    /// The same with what the links in answers start with: `https://api.example.com`. Without it they
    /// start with the path.
    #[must_use]
    pub fn with_base_url(self, base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').into(), ..self }
    }

    /// Calls the book, where calls may wait.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&ContactBook) -> Result<T, ContactBookError> + Send + 'static,
    ) -> Result<T, Fault> {
        let book = self.book.clone();
        self.calls.call(move || call(&book)).await?.map_err(Fault::from)
    }
}

/// The contact numbers that a [`service`](crate::http::service()) has: a book for each API, as a person, a
/// client and a user with the same id are not one.
#[derive(Clone, Debug)]
pub struct ContactApis {
    /// Those of [`planning_center`](crate::http::planning_center).
    pub people: ContactApi,
    /// Those of [`clients`](crate::http::clients).
    pub clients: ContactApi,
    /// Those of [`user_numbers`](crate::http::user_numbers).
    pub users: ContactApi,
}

impl std::fmt::Debug for ContactApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContactApi")
            .field("book", &self.book)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// One of the three APIs.
pub(crate) trait Spoken: Send + Sync {
    const NAME: ApiName;
}

/// A request, read.
#[derive(Debug)]
pub(crate) struct Asked<A, P> {
    pub(crate) api: ContactApi,
    pub(crate) actor: Actor,
    pub(crate) path: P,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// The path and query, as the client sees them.
    pub(crate) uri: axum::http::Uri,
    spoken: PhantomData<A>,
}

impl<A: Spoken, P: DeserializeOwned + Send> FromRequest<ContactApi> for Asked<A, P> {
    type Rejection = Fault;

    async fn from_request(request: Request, api: &ContactApi) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let actor = api.auth.actor(A::NAME, &parts).ok_or(Fault::Unauthenticated)?;
        let path = Path::<P>::from_request_parts(&mut parts, api).await.map_err(|_| Fault::BadPath)?.0;
        let Ok(uri) = OriginalUri::from_request_parts(&mut parts, api).await;
        let query = body::pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let body = body::read(body, &api.limits).await?;
        Ok(Self { api: api.clone(), actor, path, query, body, uri: uri.0, spoken: PhantomData })
    }
}

impl<A, P> Asked<A, P> {
    /// Refuses parameters where there are none.
    pub(crate) fn no_query(&self) -> Result<(), Fault> {
        match self.query.first() {
            None => Ok(()),
            Some((name, _)) => Err(Fault::Parameter(FieldError::new(name, FieldErrorKind::Unknown))),
        }
    }
}

/// The id in a path. What can not be one is none.
pub(crate) fn id(text: &str) -> Result<ContactId, Fault> {
    text.parse().map_err(|_| Fault::NoRoute)
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, kind: &'static str, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(CONTENT_TYPE, kind)], body).into_response(),
        Err(_) => Fault::Internal.into_response(),
    }
}

/// The answer to a fault: to who is not known, with how to be.
pub(crate) fn failed(api: ApiName, fault: &Fault, kind: &'static str, body: &impl Serialize) -> Response {
    let mut response = json(fault.status(), kind, body);
    if let (Fault::Unauthenticated, Some(challenge)) = (fault, api.scheme().challenge()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

impl From<ContactBookError> for Fault {
    fn from(error: ContactBookError) -> Self {
        let message = error.to_string();
        let refused = |path| Self::Refused { status: StatusCode::UNPROCESSABLE_ENTITY, path, message };
        match error {
            ContactBookError::NotFound(_) | ContactBookError::Refused(ContactRefusal::NoSuchNumber(_)) => {
                Self::NoRoute
            }
            ContactBookError::Refused(
                ContactRefusal::Duplicate { path, .. }
                | ContactRefusal::Repeated { path, .. }
                | ContactRefusal::TwoPrimaries { path, .. }
                | ContactRefusal::PrimaryNeeded { path },
            ) => refused(Some(path)),
            ContactBookError::Refused(ContactRefusal::IdTaken(_)) => refused(None),
            ContactBookError::Conflict(_) => {
                Self::Refused { status: StatusCode::CONFLICT, path: None, message: error.to_string() }
            }
            ContactBookError::Store(_) => {
                tracing::error!(%error, source = std::error::Error::source(&error), "failed");
                Self::Internal
            }
        }
    }
}
