//! The routes of users' numbers.

use axum::Router;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wire::{self, CreatedUserNumber, UserNumber};
use crate::account::Actor;
use crate::contact::OwnerId;
use crate::contact::book::ContactBook;
use crate::document::{FieldError, FieldErrorKind, FieldPath};
use crate::http::contacts::api::ContactApi;
use crate::http::contacts::request::{ContactRequest, PublishedApi, RefusedField, contact_id, get_own};
use crate::http::contacts::response::{self, JSON};
use crate::http::contacts::times;
use crate::http::server::auth::ApiName;
use crate::http::server::body::{self, QueryParams};
use crate::http::server::error::RequestError;
use crate::http::server::guard::{RequestGuard, RequestHead};

/// Creates the router, to be nested at the root.
///
/// ```
/// # use telnum::{account::AccountTree, contact::book::ContactBook, store::MemoryStore};
/// use telnum::http::{ContactApi, TokenTable, user_numbers};
///
/// let keys: TokenTable = serde_json::from_str(r#"{"user_numbers": {"a key": "user"}}"#)?;
/// let book = ContactBook::new(MemoryStore::new());
/// let service: axum::Router = user_numbers::router(ContactApi::new(book, AccountTree::default(), keys));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn router(api: ContactApi) -> Router {
    router_beside(api, Router::new())
}

/// Creates the router, with the routes of `other` at the root.
pub(in crate::http) fn router_beside(api: ContactApi, other: Router) -> Router {
    let guard = RequestGuard { limits: api.limits, render };
    guard.wrap(Router::from(routes().with_state(api)).merge(other))
}

pub(in crate::http) fn routes() -> OpenApiRouter<ContactApi> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(fetch, update, remove))
        .routes(routes!(events))
}

struct UserNumbersApi;

impl PublishedApi for UserNumbersApi {
    const NAME: ApiName = ApiName::UserNumbers;

    fn path(_: RefusedField, _: usize) -> FieldPath {
        wire::NUMBER.into()
    }
}

type UserRequest<P> = ContactRequest<UserNumbersApi, P>;

/// Creates a phone number.
#[utoipa::path(post, path = "/phone_numbers", tag = "user_numbers", operation_id = "user_numbers_create", security(("basic" = [])),
    request_body(content = UserNumberForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, description = "The created number; its URL is in `Location`"), (status = 400, description = "The number is invalid"), (status = 404, description = "The actor is not an account, and has no numbers"),
        (status = 422, description = "The user already has the number")))]
async fn create(request: UserRequest<()>) -> Result<Response, RequestError> {
    let owner = user(&request)?;
    let contact = wire::new_contact(pairs(&form(&request.body)?), request.api.region)?;
    let added = request.call(move |book| book.add(owner, [contact])).await?;
    let contact = added.first().ok_or(RequestError::Internal)?;
    let path = request.uri.path().trim_end_matches('/');
    let url = format!("{}{path}/{}", request.api.base_url, contact.id());
    let mut response = response::json(StatusCode::CREATED, JSON, &CreatedUserNumber::from(contact));
    if let Ok(url) = HeaderValue::try_from(url) {
        response.headers_mut().insert(LOCATION, url);
    }
    Ok(response)
}

/// Returns a phone number.
#[utoipa::path(get, path = "/phone_numbers/{phone_number_id}", tag = "user_numbers", operation_id = "user_numbers_fetch", security(("basic" = [])),
    params(("phone_number_id" = u64, Path)),
    responses((status = 200, description = "The number"), (status = 400, description = "A parameter is unknown"), (status = 404, description = "The user has no such number")))]
async fn fetch(request: UserRequest<String>) -> Result<Response, RequestError> {
    let (owner, id) = (user(&request)?, contact_id(&request.path)?);
    let contact = request.call(move |book| get_own(book, owner, id)).await?;
    Ok(response::json(StatusCode::OK, JSON, &UserNumber::from(&contact)))
}

/// Replaces a phone number.
#[utoipa::path(put, path = "/phone_numbers/{phone_number_id}", tag = "user_numbers", operation_id = "user_numbers_update", security(("basic" = [])),
    params(("phone_number_id" = u64, Path)),
    request_body(content = UserNumberForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The new number"), (status = 400, description = "The number is invalid"), (status = 404, description = "The user has no such number"), (status = 422, description = "The user already has the new number")))]
async fn update(request: UserRequest<String>) -> Result<Response, RequestError> {
    let (owner, id) = (user(&request)?, contact_id(&request.path)?);
    let patch = wire::patch(pairs(&form(&request.body)?), request.api.region)?;
    let update = move |book: &ContactBook| get_own(book, owner, id).and_then(|_| book.update(id, &patch));
    let contact = request.call(update).await?;
    Ok(response::json(StatusCode::OK, JSON, &UserNumber::from(&contact)))
}

/// Removes a phone number.
#[utoipa::path(delete, path = "/phone_numbers/{phone_number_id}", tag = "user_numbers", operation_id = "user_numbers_remove", security(("basic" = [])),
    params(("phone_number_id" = u64, Path)),
    responses((status = 204, description = "The number was removed"), (status = 400, description = "A parameter is unknown"), (status = 404, description = "The user has no such number")))]
async fn remove(request: UserRequest<String>) -> Result<Response, RequestError> {
    let (owner, id) = (user(&request)?, contact_id(&request.path)?);
    request.call(move |book| get_own(book, owner, id).and_then(|_| book.remove(id))).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Lists the events of the user's phone numbers, in order.
///
/// `next_after` is the `after` of the next page. If it equals `after`, there are no more events yet.
#[utoipa::path(get, path = "/phone_numbers/events", tag = "user_numbers", operation_id = "user_numbers_events", security(("basic" = [])),
    params(("after" = Option<u64>, Query, description = "The sequence number of the last event seen; default 0"),
        ("per_page" = Option<u8>, Query, description = "The maximum count of events; default 100", minimum = 1, maximum = 100)),
    responses((status = 200, description = "A page of events"), (status = 400, description = "A parameter is invalid"), (status = 404, description = "The actor is not an account, and has no numbers"),
        (status = 410, description = "Events after `after` are forgotten")))]
async fn events(request: UserRequest<()>) -> Result<Response, RequestError> {
    let owner = owner(request.actor)?;
    let page = request.events(Some(owner)).await?;
    let body = json!({"events": page.documents(|_| None), "next_after": page.next_after});
    Ok(response::json(StatusCode::OK, JSON, &body))
}

/// Lists all phone numbers of the user, the newest first.
///
/// `updated_at[gt]` and so on compare a time with one in RFC 3339 format.
#[utoipa::path(get, path = "/phone_numbers", tag = "user_numbers", operation_id = "user_numbers_list", security(("basic" = [])),
    params(("created_at" = Option<String>, Query), ("created_at[gt]" = Option<String>, Query), ("created_at[gte]" = Option<String>, Query),
        ("created_at[lt]" = Option<String>, Query), ("created_at[lte]" = Option<String>, Query),
        ("updated_at" = Option<String>, Query), ("updated_at[gt]" = Option<String>, Query), ("updated_at[gte]" = Option<String>, Query),
        ("updated_at[lt]" = Option<String>, Query), ("updated_at[lte]" = Option<String>, Query)),
    responses((status = 200, description = "The numbers"), (status = 400, description = "A parameter is invalid"), (status = 404, description = "The actor is not an account, and has no numbers")))]
async fn list(request: UserRequest<()>) -> Result<Response, RequestError> {
    let owner = owner(request.actor)?;
    let mut params = QueryParams::new(request.uri.query());
    let filter = times::read(&mut params).map_err(RequestError::Parameter)?;
    if let Some(name) = params.remaining().next() {
        return Err(RequestError::unknown_parameter(name));
    }
    // The list is not paged: a page could skip numbers if others are removed in between.
    let mut contacts = request.call(move |book| book.numbers(owner)).await?;
    contacts.retain(|contact| filter.matches(contact));
    contacts.sort_unstable_by(|a, b| wire::DEFAULT_ORDER.compare(a, b));
    let numbers: Vec<_> = contacts.iter().map(UserNumber::from).collect();
    Ok(response::json(StatusCode::OK, JSON, &numbers))
}

/// The form of a number.
#[derive(utoipa::ToSchema)]
#[schema(as = Form)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the schema of the form in the OpenAPI document")]
struct UserNumberForm {
    /// The number: `+493057701873`.
    phone_number: String,
}

/// Decodes the fields of a form. The published `curl -d "phone_number=+49.."` sends the plus sign
/// unencoded.
///
/// # Errors
///
/// Returns an error for JSON and for a multipart form, which would be the name of an unknown field.
fn form(body: &[u8]) -> Result<Vec<(String, String)>, FieldError> {
    let text = body.trim_ascii_start();
    if [&b"{"[..], b"[", b"--"].iter().any(|start| text.starts_with(start)) {
        let reason = "expected a form such as phone_number=%2B493057701873".to_owned();
        return Err(FieldError::new(wire::NUMBER, FieldErrorKind::Malformed { reason }));
    }
    Ok(body::pairs(body).into_iter().map(|(name, value)| (name, body::restore_plus(value))).collect())
}

fn pairs(form: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    form.iter().map(|(name, value)| (&**name, &**value))
}

/// Returns the owner of the numbers. Any query parameter is an error.
fn user<P>(request: &UserRequest<P>) -> Result<OwnerId, RequestError> {
    request.expect_no_query()?;
    owner(request.actor)
}

/// Returns the owner of an actor's numbers: the actor's account. The system has no numbers.
fn owner(actor: Actor) -> Result<OwnerId, RequestError> {
    let account = actor.account().ok_or(RequestError::NotFound)?;
    account.as_str().parse().map_err(|_| RequestError::NotFound)
}

/// Renders an error as `{error, message, field}`.
fn render(error: &RequestError, _: &RequestHead) -> Response {
    let reason = error.status().canonical_reason().unwrap_or("error");
    let mut body = json!({"error": reason.to_lowercase().replace(' ', "_")});
    if let (Some(problem), Some(body)) = (error.problems().into_iter().next(), body.as_object_mut()) {
        body.insert("message".to_owned(), problem.message.into());
        if let Some(path) = problem.path {
            body.insert("field".to_owned(), path.to_string().into());
        }
    }
    response::error(ApiName::UserNumbers, error, JSON, &body)
}
