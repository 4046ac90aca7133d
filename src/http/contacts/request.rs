//! The requests of the APIs of contact numbers, and their calls to the book.

use std::marker::PhantomData;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Path, Request};
use axum::http::{StatusCode, Uri};
use serde::de::DeserializeOwned;

use super::api::ContactApi;
use crate::account::{Accounts, Actor};
use crate::contact::book::{ContactBook, ContactBookError};
use crate::contact::{ContactId, ContactNumber, ContactRefusal, OwnerId};
use crate::document::FieldPath;
use crate::http::server::auth::ApiName;
use crate::http::server::body::{self, BodyPermit};
use crate::http::server::error::RequestError;
use crate::number::{Extension, PhoneNumber};

/// One of the three APIs.
pub(crate) trait PublishedApi: Send + Sync {
    const NAME: ApiName;

    /// Returns the path of `field` for the number at index `position` in the document of a request.
    fn path(field: RefusedField, position: usize) -> FieldPath;
}

/// A field that the rules of a list can refuse.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RefusedField {
    Number,
    Primary,
}

/// A complete, authenticated request of the API `A` with the path parameters `P`.
#[derive(Debug)]
pub(crate) struct ContactRequest<A, P> {
    pub(crate) api: ContactApi,
    pub(crate) actor: Actor,
    pub(crate) path: P,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// The path and query as sent by the client, including the prefix at which the router is nested.
    pub(crate) uri: Uri,
    permit: BodyPermit,
    published: PhantomData<A>,
}

impl<A: PublishedApi, P: DeserializeOwned + Send> FromRequest<ContactApi> for ContactRequest<A, P> {
    type Rejection = RequestError;

    async fn from_request(request: Request, api: &ContactApi) -> Result<Self, RequestError> {
        let (mut parts, body) = request.into_parts();
        let actor = api.auth.actor(A::NAME, &parts).ok_or(RequestError::Unauthenticated)?;
        api.accounts.check_actor(actor).map_err(|error| RequestError::Refused {
            status: StatusCode::FORBIDDEN,
            path: None,
            message: error.to_string(),
        })?;
        let path = Path::<P>::from_request_parts(&mut parts, api).await;
        let path = path.map_err(|_| RequestError::BadPath)?.0;
        let Ok(uri) = OriginalUri::from_request_parts(&mut parts, api).await;
        let query = body::pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let (body, permit) = body::read(body, &api.limits, &api.open_bodies).await?;
        Ok(Self { api: api.clone(), actor, path, query, body, uri: uri.0, permit, published: PhantomData })
    }
}

impl<A: PublishedApi, P> ContactRequest<A, P> {
    /// Returns an error if there is any query parameter.
    pub(crate) fn expect_no_query(&self) -> Result<(), RequestError> {
        match self.query.first() {
            None => Ok(()),
            Some((name, _)) => Err(RequestError::unknown_parameter(name)),
        }
    }

    /// Calls the book on the threads that the API is configured with.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&ContactBook) -> Result<T, ContactBookError> + Send + 'static,
    ) -> Result<T, RequestError> {
        // The body counts until it is processed.
        let (book, permit) = (self.api.book.clone(), self.permit.clone());
        let call = move || {
            let _permit = permit;
            call(&book)
        };
        self.api.execution.run(call).await?.map_err(request_error::<A>)
    }
}

/// Parses the id in a path.
pub(crate) fn contact_id(text: &str) -> Result<ContactId, RequestError> {
    text.parse().map_err(|_| RequestError::NotFound)
}

/// Returns the number with `id` if it belongs to `owner`.
pub(crate) fn get_own(
    book: &ContactBook,
    owner: OwnerId,
    id: ContactId,
) -> Result<ContactNumber, ContactBookError> {
    let contact = book.get(id)?;
    if contact.owner() == owner { Ok(contact) } else { Err(ContactBookError::NotFound(id)) }
}

/// Returns the error for a request whose call to the book failed: 404, 409, 422 or 500.
fn request_error<A: PublishedApi>(error: ContactBookError) -> RequestError {
    match error {
        ContactBookError::NotFound(_) | ContactBookError::Refused(ContactRefusal::NotFound(_)) => {
            RequestError::NotFound
        }
        ContactBookError::Refused(refusal) => refused::<A>(&refusal),
        ContactBookError::Conflict(owner) => RequestError::Refused {
            status: StatusCode::CONFLICT,
            path: None,
            message: format!("the numbers of {owner} are being changed by others"),
        },
        ContactBookError::Store(error) => {
            tracing::error!(%error, source = std::error::Error::source(&error), "store failed");
            RequestError::Internal
        }
    }
}

/// Returns the error for a request that violates the rules of a list.
fn refused<A: PublishedApi>(refusal: &ContactRefusal) -> RequestError {
    let (path, message) = match *refusal {
        ContactRefusal::NotFound(_) => return RequestError::NotFound,
        ContactRefusal::IdTaken(id) => (None, format!("the owner has a number {id} already")),
        ContactRefusal::Duplicate { position, number, extension, id } => {
            let path = A::path(RefusedField::Number, position);
            let message = format!("`{path}`: the owner has {} already, as {id}", dialled(number, extension));
            (Some(path), message)
        }
        ContactRefusal::Repeated { position, number, extension, first } => {
            let (path, first) =
                (A::path(RefusedField::Number, position), A::path(RefusedField::Number, first));
            let message = format!("`{path}`: {} is at `{first}` already", dialled(number, extension));
            (Some(path), message)
        }
        ContactRefusal::TwoPrimaries { position, first } => {
            let (path, first) =
                (A::path(RefusedField::Primary, position), A::path(RefusedField::Primary, first));
            let message = format!("`{path}`: `{first}` says that another number is the primary one");
            (Some(path), message)
        }
        ContactRefusal::TooMany { .. } => (None, refusal.to_string()),
        ContactRefusal::PrimaryRequired => {
            let path = A::path(RefusedField::Primary, 0);
            let message = format!(
                "`{path}`: an owner has a primary number as long as there are numbers; make another one primary"
            );
            (Some(path), message)
        }
    };
    RequestError::Refused { status: StatusCode::UNPROCESSABLE_ENTITY, path, message }
}

fn dialled(number: PhoneNumber, extension: Option<Extension>) -> String {
    match extension {
        None => number.to_string(),
        Some(extension) => format!("{number};ext={extension}"),
    }
}
