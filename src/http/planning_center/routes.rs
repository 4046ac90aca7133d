//! The routes.

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::contacts::request::{ContactApi, Spoken, failed, id, json};
use crate::http::server::auth::ApiName;
use crate::http::server::guard::{Asked as Received, Fault, Guard};

use crate::contact::{ContactNumber, ContactQuery, OwnerId};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::contacts::request as contacts;
use crate::http::planning_center::wire::{self, Attributes, Resource};
use crate::http::server::body;

/// The routes, to nest at `/people/v2`.
pub fn router(api: ContactApi) -> Router {
    Guard { limits: api.limits, show }.around(routes().with_state(api).into())
}

pub(in crate::http) fn routes() -> OpenApiRouter<ContactApi> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(fetch, update, remove))
        .routes(routes!(list_of_person, create))
}

struct Spoke;

impl Spoken for Spoke {
    const NAME: ApiName = ApiName::PlanningCenter;
}

type Asked<P> = contacts::Asked<Spoke, P>;

const JSON_API: &str = "application/vnd.api+json";
const FIELDS: &str = "fields[PhoneNumber]";
const ORDERS: [&str; 6] = ["carrier", "created_at", "location", "number", "primary", "updated_at"];

/// The phone numbers of all people.
#[utoipa::path(get, path = "/phone_numbers", tag = "planning_center", operation_id = "planning_center_list",
    security(("basic" = []), ("bearer" = [])),
    params(("where[number]" = Option<String>, Query), ("where[carrier]" = Option<String>, Query), ("where[location]" = Option<String>, Query),
        ("where[primary]" = Option<bool>, Query), ("where[created_at]" = Option<String>, Query), ("where[updated_at]" = Option<String>, Query),
        ("order" = Option<String>, Query), ("per_page" = Option<u8>, Query, minimum = 1, maximum = 100), ("offset" = Option<u64>, Query),
        ("fields[PhoneNumber]" = Option<String>, Query)),
    responses((status = 200, description = "The numbers", content_type = "application/vnd.api+json"), (status = 400, description = "A parameter is wrong")))]
async fn list(asked: Asked<()>) -> Result<Response, Fault> {
    listed(asked, None).await
}

/// A person's phone numbers.
#[utoipa::path(get, path = "/people/{person_id}/phone_numbers", tag = "planning_center", operation_id = "planning_center_list_of_person",
    security(("basic" = []), ("bearer" = [])), params(("person_id" = String, Path)),
    responses((status = 200, description = "The numbers", content_type = "application/vnd.api+json"), (status = 400, description = "A parameter is wrong"), (status = 404, description = "No person can be called so")))]
async fn list_of_person(asked: Asked<String>) -> Result<Response, Fault> {
    let person = asked.path.parse().map_err(|_| Fault::NoRoute)?;
    listed(asked, Some(person)).await
}

async fn listed<P: Send>(asked: Asked<P>, person: Option<OwnerId>) -> Result<Response, Fault> {
    let (attributes, others) = attributes(&asked.query)?;
    let query = ContactQuery::ordered(wire::ORDER).with_parameters(others, asked.api.region);
    let mut query = query.map_err(Fault::Parameter)?;
    query.filter.owner = person;
    let page = {
        let query = query.clone();
        asked.api.call(move |book| book.page(&query)).await?
    };
    let data: Vec<_> = page.items.iter().map(|contact| resource(&asked, contact, attributes)).collect();
    let mut links = Map::from_iter([("self".to_owned(), link(&asked, None).into())]);
    let mut meta = Map::from_iter([
        ("total_count".to_owned(), json!(page.total)),
        ("count".to_owned(), json!(page.items.len())),
    ]);
    for (name, offset) in [("next", page.next()), ("prev", page.prev())] {
        if let Some(offset) = offset {
            links.insert(name.to_owned(), link(&asked, Some(offset)).into());
            meta.insert(name.to_owned(), json!({"offset": offset}));
        }
    }
    meta.insert("can_order_by".to_owned(), json!(ORDERS));
    meta.insert("can_query_by".to_owned(), json!(ORDERS));
    if let Some(person) = person {
        meta.insert("parent".to_owned(), json!({"id": person, "type": "Person"}));
    }
    Ok(json(StatusCode::OK, JSON_API, &json!({"links": links, "data": data, "included": [], "meta": meta})))
}

/// A phone number.
#[utoipa::path(get, path = "/phone_numbers/{id}", tag = "planning_center", operation_id = "planning_center_fetch",
    security(("basic" = []), ("bearer" = [])),
    params(("id" = u64, Path), ("fields[PhoneNumber]" = Option<String>, Query)),
    responses((status = 200, description = "The number", content_type = "application/vnd.api+json"), (status = 400, description = "A parameter is wrong"), (status = 404, description = "No such number")))]
async fn fetch(asked: Asked<String>) -> Result<Response, Fault> {
    let id = id(&asked.path)?;
    let attributes = only_attributes(&asked.query)?;
    let contact = asked.api.call(move |book| book.get(id)).await?;
    Ok(document(&asked, StatusCode::OK, &contact, attributes, &link(&asked, None)))
}

/// A new phone number of a person.
#[utoipa::path(post, path = "/people/{person_id}/phone_numbers", tag = "planning_center", operation_id = "planning_center_create",
    security(("basic" = []), ("bearer" = [])), params(("person_id" = String, Path)),
    request_body(content = Value, description = "A JSON:API document", content_type = "application/vnd.api+json"),
    responses((status = 201, description = "The number", content_type = "application/vnd.api+json"), (status = 400, description = "A field is wrong"), (status = 403, description = "An id of the client's own"), (status = 404, description = "No person can be called so"), (status = 409, description = "Another type"), (status = 422, description = "The person has it already")))]
async fn create(asked: Asked<String>) -> Result<Response, Fault> {
    let person: OwnerId = asked.path.parse().map_err(|_| Fault::NoRoute)?;
    let attributes = only_attributes(&asked.query)?;
    let draft = wire::draft(body::json(&asked.body)?, asked.api.region).map_err(of_document)?;
    let added = asked.api.call(move |book| book.add(person, [draft])).await?;
    let contact = added.first().ok_or(Fault::Internal)?;
    // `/people/1/phone_numbers` is where it was sent to; `/phone_numbers/151` is where it is.
    let mount = asked.uri.path().rsplitn(4, '/').nth(3).unwrap_or_default();
    let place = format!("{}{mount}/phone_numbers/{}", asked.api.base_url, contact.id());
    let mut response = document(&asked, StatusCode::CREATED, contact, attributes, &place);
    if let Ok(place) = place.try_into() {
        response.headers_mut().insert(axum::http::header::LOCATION, place);
    }
    Ok(response)
}

/// Changes of a phone number.
#[utoipa::path(patch, path = "/phone_numbers/{id}", tag = "planning_center", operation_id = "planning_center_update",
    security(("basic" = []), ("bearer" = [])), params(("id" = u64, Path)),
    request_body(content = Value, description = "A JSON:API document", content_type = "application/vnd.api+json"),
    responses((status = 200, description = "The number", content_type = "application/vnd.api+json"), (status = 400, description = "A field is wrong"), (status = 404, description = "No such number"),
        (status = 409, description = "Another type or id"), (status = 422, description = "The person has it already")))]
async fn update(asked: Asked<String>) -> Result<Response, Fault> {
    let id = id(&asked.path)?;
    let attributes = only_attributes(&asked.query)?;
    let patch = wire::patch(body::json(&asked.body)?, id, asked.api.region).map_err(of_document)?;
    let contact = asked.api.call(move |book| book.update(id, &patch)).await?;
    Ok(document(&asked, StatusCode::OK, &contact, attributes, &link(&asked, None)))
}

/// No more of a phone number.
#[utoipa::path(delete, path = "/phone_numbers/{id}", tag = "planning_center", operation_id = "planning_center_remove",
    security(("basic" = []), ("bearer" = [])), params(("id" = u64, Path)),
    responses((status = 204, description = "It is no more"), (status = 400, description = "There are parameters"), (status = 404, description = "No such number")))]
async fn remove(asked: Asked<String>) -> Result<Response, Fault> {
    let id = id(&asked.path)?;
    asked.no_query()?;
    asked.api.call(move |book| book.remove(id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// The attributes that are asked for, and the other parameters.
fn attributes(query: &[(String, String)]) -> Result<(Attributes, Pairs<'_>), Fault> {
    let pairs = query.iter().map(|(name, value)| (&**name, &**value));
    let (fields, others): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| *name == FIELDS);
    let attributes = match *fields {
        [] => Ok(Attributes::default()),
        [(_, names)] => names.parse(),
        [_, (_, again), ..] => Err(FieldError::invalid(FIELDS, &again.into(), "expected to come once")),
    };
    Ok((attributes.map_err(Fault::Parameter)?, others))
}

/// The same where there are no others.
fn only_attributes(query: &[(String, String)]) -> Result<Attributes, Fault> {
    let (attributes, others) = attributes(query)?;
    match others.first() {
        None => Ok(attributes),
        Some((name, _)) => Err(Fault::Parameter(FieldError::new(*name, FieldErrorKind::Unknown))),
    }
}

fn resource<'a, P>(asked: &Asked<P>, contact: &'a ContactNumber, attributes: Attributes) -> Resource<'a> {
    let resource = Resource::of(contact).with_attributes(attributes);
    match asked.api.region {
        Some(region) => resource.seen_from(region),
        None => resource,
    }
}

fn document<P>(
    asked: &Asked<P>,
    status: StatusCode,
    contact: &ContactNumber,
    attributes: Attributes,
    place: &str,
) -> Response {
    let document = json!({
        "links": {"self": place},
        "data": resource(asked, contact, attributes),
        "included": [],
        "meta": {},
    });
    json(status, JSON_API, &document)
}

/// The request's own address; another page of it, if there is one.
fn link<P>(asked: &Asked<P>, offset: Option<u64>) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &asked.query {
        if offset.is_none() || name != "offset" {
            pairs.append_pair(name, value);
        }
    }
    if let Some(offset) = offset {
        pairs.append_pair("offset", &offset.to_string());
    }
    let query = pairs.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{}{mark}{query}", asked.api.base_url, asked.uri.path())
}

/// What is wrong with a document, if it is another resource than the one that is asked for.
const OF_ANOTHER: [(&str, &str, StatusCode); 3] = [
    ("data.type", "enum", StatusCode::CONFLICT),
    ("data.id", "invalid", StatusCode::CONFLICT),
    // An id that the client has chosen.
    ("data.id", "readOnly", StatusCode::FORBIDDEN),
];

/// What is wrong with a document, with the status that JSON:API has for it.
fn of_document(error: FieldError) -> Fault {
    let is_found = |(path, rule, _): &&(&str, &str, _)| error.path() == *path && *rule == error.kind().rule();
    match OF_ANOTHER.iter().find(is_found) {
        Some(&(path, _, status)) => {
            Fault::Refused { status, path: Some(path.to_owned()), message: error.kind().to_string() }
        }
        None => error.into(),
    }
}

/// The pointer (RFC 6901) to a field of a document. What has fields is `data` and its `attributes`; in
/// their fields' names a dot is a dot.
fn pointer(path: &str) -> String {
    let outer = ["data.attributes.", "data."].into_iter().find(|outer| path.starts_with(outer));
    let (outer, name) = path.split_at(outer.map_or(0, str::len));
    match path {
        "" => String::new(),
        _ => format!("/{}{}", outer.replace('.', "/"), name.replace('~', "~0").replace('/', "~1")),
    }
}

/// A [`Fault`] as JSON:API has it.
fn show(fault: &Fault, _: &Received) -> Response {
    let status = fault.status();
    let title = status.canonical_reason().unwrap_or_default();
    let is_parameter = matches!(fault, Fault::Parameter(_));
    let error = |(path, detail): (Option<String>, String)| {
        let mut error = json!({"status": status.as_str(), "title": title, "detail": detail});
        let source = path.map(|path| {
            if is_parameter { json!({"parameter": path}) } else { json!({"pointer": pointer(&path)}) }
        });
        if let (Some(source), Some(error)) = (source, error.as_object_mut()) {
            error.insert("source".to_owned(), source);
        }
        error
    };
    let errors: Vec<Value> = fault.problems().into_iter().map(error).collect();
    failed(ApiName::PlanningCenter, fault, JSON_API, &json!({"errors": errors}))
}
