//! The routes.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wire;
use crate::contact::{ContactPage, ContactQuery, OwnerId};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::contacts::request as contacts;
use crate::http::contacts::request::{ContactApi, Spoken, failed, id, json};
use crate::http::planning_center::wire::ORDER;
use crate::http::server::auth::ApiName;
use crate::http::server::body;
use crate::http::server::body::Params;
use crate::http::server::guard::{Asked as Received, Fault, Guard};

/// The most numbers that one request may create.
const MAX: usize = 10_000;

/// The routes, to nest at `/v9`.
pub fn router(api: ContactApi) -> Router {
    Guard { limits: api.limits, show }.around(routes().with_state(api).into())
}

pub(in crate::http) fn routes() -> OpenApiRouter<ContactApi> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch))
}

struct Spoke;

impl Spoken for Spoke {
    const NAME: ApiName = ApiName::Clients;
}

type Asked<P> = contacts::Asked<Spoke, P>;

const JSON: &str = "application/json";

/// One or more phone numbers for a client.
#[utoipa::path(post, path = "/clients/{client_id}/phone_numbers", tag = "clients", operation_id = "clients_create",
    security(("basic" = []), ("bearer" = [])), params(("client_id" = u64, Path)),
    request_body(content = Value, description = "`{phone_numbers: [{label, country_code, number, extension, is_primary}]}`"),
    responses((status = 201, description = "The numbers"), (status = 400, description = "A field is wrong"), (status = 404, description = "What is no integer is no client"), (status = 422, description = "The client has a number already")))]
async fn create(asked: Asked<String>) -> Result<Response, Fault> {
    let owner = owner(&asked.path)?;
    asked.no_query()?;
    let drafts = wire::drafts(body::json(&asked.body)?, asked.api.region)?;
    if drafts.len() > MAX {
        let kind = FieldErrorKind::TooLong { length: drafts.len(), max: MAX };
        return Err(FieldError::new("phone_numbers", kind).into());
    }
    let added = asked.api.call(move |book| book.add(owner, drafts)).await?;
    Ok(json(StatusCode::CREATED, JSON, &wire::Envelope::created(&added)))
}

/// A client's phone numbers, the first created first.
#[utoipa::path(get, path = "/clients/{client_id}/phone_numbers", tag = "clients", operation_id = "clients_list",
    security(("basic" = []), ("bearer" = [])),
    params(("client_id" = u64, Path), ("page" = Option<u64>, Query, description = "From 1")),
    responses((status = 200, description = "The numbers"), (status = 400, description = "A parameter is wrong"), (status = 404, description = "What is no integer is no client")))]
async fn list(asked: Asked<String>) -> Result<Response, Fault> {
    let owner = owner(&asked.path)?;
    let mut params = Params::of(asked.uri.query());
    let page = params.parsed::<std::num::NonZeroU64>("page").map_err(Fault::Parameter)?;
    let current_page = page.map_or(1, Into::into);
    if let Some(name) = params.rest().next() {
        return Err(Fault::Parameter(FieldError::new(name, FieldErrorKind::Unknown)));
    }
    let offset = (current_page - 1).saturating_mul(wire::PER_PAGE.into());
    let query =
        ContactQuery::ordered(ORDER).of_owner(owner).with_per_page(wire::PER_PAGE).with_offset(offset);
    let found = asked.api.call(move |book| book.page(&query)).await?;
    let page = ContactPage {
        items: found.items.iter().collect(),
        total: found.total,
        offset: found.offset,
        per_page: found.per_page,
    };
    Ok(json(StatusCode::OK, JSON, &wire::Envelope { current_page, ..wire::Envelope::page(&page) }))
}

/// A client's phone number.
#[utoipa::path(get, path = "/clients/{client_id}/phone_numbers/{phone_number_id}", tag = "clients", operation_id = "clients_fetch",
    security(("basic" = []), ("bearer" = [])), params(("client_id" = u64, Path), ("phone_number_id" = u64, Path)),
    responses((status = 200, description = "The number"), (status = 400, description = "There are parameters"), (status = 404, description = "The client has no such number")))]
async fn fetch(asked: Asked<(String, String)>) -> Result<Response, Fault> {
    let (owner, id) = (owner(&asked.path.0)?, id(&asked.path.1)?);
    asked.no_query()?;
    let contact = asked.api.call(move |book| book.get(id)).await?;
    if contact.owner() != owner {
        return Err(Fault::NoRoute);
    }
    Ok(json(StatusCode::OK, JSON, &wire::Shown::of(&contact)))
}

/// The client in a path: an integer, however many zeros it is written with.
fn owner(text: &str) -> Result<OwnerId, Fault> {
    let is_integer = text.bytes().all(|byte| byte.is_ascii_digit());
    let client: Option<u64> = text.parse().ok().filter(|_| is_integer);
    client.and_then(|client| client.to_string().parse().ok()).ok_or(Fault::NoRoute)
}

/// A [`Fault`] as it is shown.
fn show(fault: &Fault, _: &Received) -> Response {
    let errors: Vec<Value> = fault
        .problems()
        .into_iter()
        .map(|(field, message)| match field {
            Some(field) => json!({"field": field, "message": message}),
            None => json!({"message": message}),
        })
        .collect();
    failed(ApiName::Clients, fault, JSON, &json!({"errors": errors}))
}
