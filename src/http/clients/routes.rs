//! The routes of clients' numbers.

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wire::{self, ClientNumber, ClientNumberPage};
use crate::contact::book::ContactBook;
use crate::contact::{ContactQuery, OwnerId};
use crate::document::{FieldError, FieldErrorKind, FieldPath};
use crate::http::contacts::api::ContactApi;
use crate::http::contacts::request::{ContactRequest, PublishedApi, RefusedField, contact_id, get_own};
use crate::http::contacts::response::{self, JSON};
use crate::http::contacts::times;
use crate::http::server::auth::ApiName;
use crate::http::server::body::{self, QueryParams};
use crate::http::server::error::{Problem, RequestError};
use crate::http::server::guard::{RequestGuard, RequestHead};

/// The maximum number of phone numbers that one request creates.
const MAX_NUMBERS: usize = 10_000;

/// Creates the router, to be nested at `/v9`.
///
/// ```
/// # use telnum::{account::AccountTree, contact::book::ContactBook, store::MemoryStore};
/// use telnum::http::{ContactApi, TokenTable, clients};
///
/// let tokens: TokenTable = serde_json::from_str(r#"{"clients": {"a token": "system"}}"#)?;
/// let api = ContactApi::new(ContactBook::new(MemoryStore::new()), AccountTree::default(), tokens);
/// let service: axum::Router = axum::Router::new().nest("/v9", clients::router(api));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn router(api: ContactApi) -> Router {
    RequestGuard { limits: api.limits, render }.wrap(routes().with_state(api).into())
}

pub(in crate::http) fn routes() -> OpenApiRouter<ContactApi> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(fetch, update, remove))
        .routes(routes!(events))
}

struct ClientsApi;

impl PublishedApi for ClientsApi {
    const NAME: ApiName = ApiName::Clients;

    fn path(field: RefusedField, position: usize) -> FieldPath {
        let name = match field {
            RefusedField::Number => "number",
            RefusedField::Primary => "is_primary",
        };
        ["phone_numbers", &position.to_string(), name].into()
    }
}

type ClientRequest<P> = ContactRequest<ClientsApi, P>;

/// The routes whose documents describe one number.
struct ClientNumberApi;

impl PublishedApi for ClientNumberApi {
    const NAME: ApiName = ApiName::Clients;

    fn path(field: RefusedField, _: usize) -> FieldPath {
        match field {
            RefusedField::Number => "number".into(),
            RefusedField::Primary => "is_primary".into(),
        }
    }
}

type ClientNumberRequest = ContactRequest<ClientNumberApi, (String, String)>;

/// Creates phone numbers of a client.
#[utoipa::path(post, path = "/clients/{client_id}/phone_numbers", tag = "clients", operation_id = "clients_create",
    security(("basic" = []), ("bearer" = [])), params(("client_id" = u64, Path)),
    request_body(content = Value, description = "`{phone_numbers: [{label, country_code, number, extension, is_primary}]}`"),
    responses((status = 201, description = "The created numbers"), (status = 400, description = "A field is invalid"), (status = 404, description = "The client's id is not an integer"), (status = 422, description = "The client already has one of the numbers")))]
async fn create(request: ClientRequest<String>) -> Result<Response, RequestError> {
    let owner = client(&request.path)?;
    request.expect_no_query()?;
    let numbers = wire::new_contacts(body::json(&request.body)?, request.api.region)?;
    if numbers.len() > MAX_NUMBERS {
        let kind = FieldErrorKind::TooLong { length: numbers.len(), max: MAX_NUMBERS };
        return Err(FieldError::new("phone_numbers", kind).into());
    }
    let added = request.call(move |book| book.add(owner, numbers)).await?;
    Ok(response::json(StatusCode::CREATED, JSON, &ClientNumberPage::created(&added)))
}

/// Lists a client's phone numbers, the oldest first, 100 a page.
///
/// `updated_at[gt]` and so on compare a time with one in RFC 3339 format.
#[utoipa::path(get, path = "/clients/{client_id}/phone_numbers", tag = "clients", operation_id = "clients_list",
    security(("basic" = []), ("bearer" = [])),
    params(("client_id" = u64, Path), ("page" = Option<u64>, Query, description = "The page, from 1"),
        ("created_at" = Option<String>, Query), ("created_at[gt]" = Option<String>, Query), ("created_at[gte]" = Option<String>, Query),
        ("created_at[lt]" = Option<String>, Query), ("created_at[lte]" = Option<String>, Query),
        ("updated_at" = Option<String>, Query), ("updated_at[gt]" = Option<String>, Query), ("updated_at[gte]" = Option<String>, Query),
        ("updated_at[lt]" = Option<String>, Query), ("updated_at[lte]" = Option<String>, Query)),
    responses((status = 200, description = "A page of numbers"), (status = 400, description = "A parameter is invalid"), (status = 404, description = "The client's id is not an integer")))]
async fn list(request: ClientRequest<String>) -> Result<Response, RequestError> {
    let owner = client(&request.path)?;
    let mut params = QueryParams::new(request.uri.query());
    let page = params.integer("page", 1_u64..).map_err(RequestError::Parameter)?;
    let filter = times::read(&mut params).map_err(RequestError::Parameter)?;
    if let Some(name) = params.remaining().next() {
        return Err(RequestError::unknown_parameter(name));
    }
    let current_page = page.unwrap_or(1);
    let offset = (current_page - 1).saturating_mul(wire::PER_PAGE.into());
    let query = ContactQuery::new(wire::DEFAULT_ORDER)
        .with_filter(filter.with_owner(owner))
        .with_per_page(wire::PER_PAGE)
        .with_offset(offset);
    let page = request.call(move |book| book.page(&query)).await?;
    Ok(response::json(
        StatusCode::OK,
        JSON,
        &ClientNumberPage { current_page, ..ClientNumberPage::new(&page) },
    ))
}

/// Lists the events of all clients' phone numbers, in order.
///
/// `next_after` is the `after` of the next page. If it equals `after`, there are no more events yet.
#[utoipa::path(get, path = "/events", tag = "clients", operation_id = "clients_events",
    security(("basic" = []), ("bearer" = [])),
    params(("after" = Option<u64>, Query, description = "The sequence number of the last event seen; default 0"),
        ("per_page" = Option<u8>, Query, description = "The maximum count of events; default 100", minimum = 1, maximum = 100)),
    responses((status = 200, description = "A page of events"), (status = 400, description = "A parameter is invalid"), (status = 410, description = "Events after `after` are forgotten")))]
async fn events(request: ClientRequest<()>) -> Result<Response, RequestError> {
    let page = request.events(None).await?;
    let documents = page.documents(|event| Some(wire::path(event.owner, event.id)));
    let body = json!({"events": documents, "next_after": page.next_after});
    Ok(response::json(StatusCode::OK, JSON, &body))
}

/// Returns a client's phone number.
#[utoipa::path(get, path = "/clients/{client_id}/phone_numbers/{phone_number_id}", tag = "clients", operation_id = "clients_fetch",
    security(("basic" = []), ("bearer" = [])), params(("client_id" = u64, Path), ("phone_number_id" = u64, Path)),
    responses((status = 200, description = "The number"), (status = 400, description = "A parameter is unknown"), (status = 404, description = "The client has no such number")))]
async fn fetch(request: ClientNumberRequest) -> Result<Response, RequestError> {
    let (owner, id) = (client(&request.path.0)?, contact_id(&request.path.1)?);
    request.expect_no_query()?;
    let contact = request.call(move |book| get_own(book, owner, id)).await?;
    Ok(response::json(StatusCode::OK, JSON, &ClientNumber::from(&contact)))
}

/// Updates a client's phone number.
///
/// Absent fields are kept; `null` removes a label or an extension. A new number also replaces the extension.
#[utoipa::path(patch, path = "/clients/{client_id}/phone_numbers/{phone_number_id}", tag = "clients", operation_id = "clients_update",
    security(("basic" = []), ("bearer" = [])), params(("client_id" = u64, Path), ("phone_number_id" = u64, Path)),
    request_body(content = Value, description = "`{label, country_code, number, extension, is_primary}`"),
    responses((status = 200, description = "The updated number"), (status = 400, description = "A field is invalid"), (status = 404, description = "The client has no such number"), (status = 422, description = "The client already has the new number, or would have no primary number")))]
async fn update(request: ClientNumberRequest) -> Result<Response, RequestError> {
    let (owner, id) = (client(&request.path.0)?, contact_id(&request.path.1)?);
    request.expect_no_query()?;
    let patch = wire::patch(body::json(&request.body)?, request.api.region)?;
    let update = move |book: &ContactBook| get_own(book, owner, id).and_then(|_| book.update(id, &patch));
    let contact = request.call(update).await?;
    Ok(response::json(StatusCode::OK, JSON, &ClientNumber::from(&contact)))
}

/// Removes a client's phone number.
#[utoipa::path(delete, path = "/clients/{client_id}/phone_numbers/{phone_number_id}", tag = "clients", operation_id = "clients_remove",
    security(("basic" = []), ("bearer" = [])), params(("client_id" = u64, Path), ("phone_number_id" = u64, Path)),
    responses((status = 204, description = "The number was removed"), (status = 400, description = "A parameter is unknown"), (status = 404, description = "The client has no such number")))]
async fn remove(request: ClientNumberRequest) -> Result<Response, RequestError> {
    let (owner, id) = (client(&request.path.0)?, contact_id(&request.path.1)?);
    request.expect_no_query()?;
    request.call(move |book| get_own(book, owner, id).and_then(|_| book.remove(id))).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Parses the client's id in a path: an integer, with or without leading zeros.
fn client(text: &str) -> Result<OwnerId, RequestError> {
    let is_integer = text.bytes().all(|byte| byte.is_ascii_digit());
    let id: Option<u64> = text.parse().ok().filter(|_| is_integer);
    id.map(OwnerId::from).ok_or(RequestError::NotFound)
}

/// Renders an error as `{"errors": [{field, message}]}`.
fn render(error: &RequestError, _: &RequestHead) -> Response {
    let problem = |Problem { path, message }| match path {
        Some(field) => json!({"field": field.to_string(), "message": message}),
        None => json!({"message": message}),
    };
    let errors: Vec<Value> = error.problems().into_iter().map(problem).collect();
    response::error(ApiName::Clients, error, JSON, &json!({"errors": errors}))
}
