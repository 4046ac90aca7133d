//! The routes.

use axum::Router;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wire;
use crate::contact::book::{ContactBook, ContactBookError};
use crate::contact::{ContactId, ContactNumber, OwnerId};
use crate::http::contacts::request as contacts;
use crate::http::contacts::request::{ContactApi, Spoken, failed, id, json};
use crate::http::server::auth::ApiName;
use crate::http::server::body;
use crate::http::server::guard::{Asked as Received, Fault, Guard};

/// The routes, to nest at the root.
///
/// ```
/// use std::sync::Arc;
/// use telnum::contact::book::ContactBook;
/// use telnum::http::{ContactApi, TokenTable, user_numbers};
/// use telnum::store::MemoryStore;
///
/// let keys = r#"{"user_numbers": {"098f6bcd4621d373cade4e832627b4f6": "user"}}"#;
/// let keys: TokenTable = serde_json::from_str(keys)?;
/// let book = ContactBook::new(Arc::new(MemoryStore::new()));
/// let service: axum::Router = user_numbers::router(ContactApi::new(book, keys));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn router(api: ContactApi) -> Router {
    router_beside(api, Router::new())
}

/// The same with other routes at the root.
pub(in crate::http) fn router_beside(api: ContactApi, others: Router) -> Router {
    let guard = Guard { limits: api.limits, show };
    guard.around(Router::from(routes().with_state(api)).merge(others))
}

pub(in crate::http) fn routes() -> OpenApiRouter<ContactApi> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, remove))
}

struct Spoke;

impl Spoken for Spoke {
    const NAME: ApiName = ApiName::UserNumbers;
}

type Asked<P> = contacts::Asked<Spoke, P>;

const JSON: &str = "application/json";

/// A new phone number.
#[utoipa::path(post, path = "/phone_numbers", tag = "user_numbers", operation_id = "user_numbers_create", security(("basic" = [])),
    request_body(content = Form, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, description = "The number, its place in `Location`"), (status = 400, description = "It is no number"), (status = 422, description = "The user has it already")))]
async fn create(asked: Asked<()>) -> Result<Response, Fault> {
    let owner = owner(&asked)?;
    let form = form(&asked.body);
    let draft = wire::draft(form.iter().map(|(name, value)| (&**name, &**value)), asked.api.region)?;
    let added = asked.api.call(move |book| book.add(owner, [draft])).await?;
    let contact = added.first().ok_or(Fault::Internal)?;
    let place = format!("{}{}/{}", asked.api.base_url, asked.uri.path().trim_end_matches('/'), contact.id());
    let mut response = json(StatusCode::CREATED, JSON, &wire::Created::of(contact));
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(LOCATION, place);
    }
    Ok(response)
}

/// A phone number.
#[utoipa::path(get, path = "/phone_numbers/{phone_number_id}", tag = "user_numbers", operation_id = "user_numbers_fetch", security(("basic" = [])),
    params(("phone_number_id" = u64, Path)),
    responses((status = 200, description = "The number"), (status = 400, description = "There are parameters"), (status = 404, description = "The user has no such number")))]
async fn fetch(asked: Asked<String>) -> Result<Response, Fault> {
    let (owner, id) = (owner(&asked)?, id(&asked.path)?);
    let contact = asked.api.call(move |book| own(book, owner, id)).await?;
    Ok(json(StatusCode::OK, JSON, &wire::Shown::of(&contact)))
}

/// Another number in its place.
#[utoipa::path(put, path = "/phone_numbers/{phone_number_id}", tag = "user_numbers", operation_id = "user_numbers_update", security(("basic" = [])),
    params(("phone_number_id" = u64, Path)),
    request_body(content = Form, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The number"), (status = 400, description = "It is no number"), (status = 404, description = "The user has no such number"), (status = 422, description = "The user has it already")))]
async fn update(asked: Asked<String>) -> Result<Response, Fault> {
    let (owner, id) = (owner(&asked)?, id(&asked.path)?);
    let form = form(&asked.body);
    let patch = wire::patch(form.iter().map(|(name, value)| (&**name, &**value)), asked.api.region)?;
    let call = move |book: &ContactBook| own(book, owner, id).and_then(|_| book.update(id, &patch));
    let contact = asked.api.call(call).await?;
    Ok(json(StatusCode::OK, JSON, &wire::Shown::of(&contact)))
}

/// No more of a phone number.
#[utoipa::path(delete, path = "/phone_numbers/{phone_number_id}", tag = "user_numbers", operation_id = "user_numbers_remove", security(("basic" = [])),
    params(("phone_number_id" = u64, Path)),
    responses((status = 204, description = "It is no more"), (status = 400, description = "There are parameters"), (status = 404, description = "The user has no such number")))]
async fn remove(asked: Asked<String>) -> Result<Response, Fault> {
    let (owner, id) = (owner(&asked)?, id(&asked.path)?);
    asked.api.call(move |book| own(book, owner, id).and_then(|_| book.remove(id))).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// All phone numbers of the user, the most recently created first.
#[utoipa::path(get, path = "/phone_numbers", tag = "user_numbers", operation_id = "user_numbers_list", security(("basic" = [])),
    responses((status = 200, description = "The numbers"), (status = 400, description = "There are parameters")))]
async fn list(asked: Asked<()>) -> Result<Response, Fault> {
    let owner = owner(&asked)?;
    // Pages would be of several moments, and miss a number where another goes between them.
    let mut contacts = asked.api.call(move |book| book.numbers(owner)).await?;
    contacts.sort_unstable_by(|a, b| wire::ORDER.compare(a, b));
    let shown: Vec<_> = contacts.iter().map(wire::Shown::of).collect();
    Ok(json(StatusCode::OK, JSON, &shown))
}

/// A form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "what OpenAPI says of the form; it is read by its own decoder")]
struct Form {
    /// The number: `+493057701873`.
    phone_number: String,
}

/// The fields of a form. `curl -d "phone_number=+49.."`, as it is published, sends the plus as it is.
fn form(body: &[u8]) -> Vec<(String, String)> {
    body::pairs(body).into_iter().map(|(name, value)| (name, body::with_plus(value))).collect()
}

/// Whose the numbers are. The system has none of its own. There are no parameters.
fn owner<P>(asked: &Asked<P>) -> Result<OwnerId, Fault> {
    asked.no_query()?;
    let account = asked.actor.account().ok_or(Fault::NoRoute)?;
    account.as_str().parse().map_err(|_| Fault::NoRoute)
}

/// A number, if it is the owner's: another's is none.
fn own(book: &ContactBook, owner: OwnerId, id: ContactId) -> Result<ContactNumber, ContactBookError> {
    let contact = book.get(id)?;
    if contact.owner() == owner { Ok(contact) } else { Err(ContactBookError::NotFound(id)) }
}

/// A [`Fault`] as it is shown.
fn show(fault: &Fault, _: &Received) -> Response {
    let status = fault.status();
    let name = status.canonical_reason().unwrap_or("error").to_lowercase().replace(' ', "_");
    let mut problems = fault.problems().into_iter();
    let (field, message) = problems.next().unwrap_or_default();
    let mut body = json!({"error": name, "message": message});
    if let (Some(field), Some(body)) = (field, body.as_object_mut()) {
        body.insert("field".to_owned(), field.into());
    }
    failed(ApiName::UserNumbers, fault, JSON, &body)
}
