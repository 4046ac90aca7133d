//! The routes of people's numbers.

use std::slice;

use axum::Router;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wire::{self, PersonNumber, PersonNumberAttributes};
use crate::contact::{ContactNumber, OrderField, OwnerId};
use crate::document::{FieldError, FieldPath, PathStep};
use crate::http::contacts::api::ContactApi;
use crate::http::contacts::request::{ContactRequest, PublishedApi, RefusedField, contact_id};
use crate::http::contacts::response;
use crate::http::server::auth::ApiName;
use crate::http::server::body;
use crate::http::server::error::{Problem, RequestError};
use crate::http::server::guard::{RequestGuard, RequestHead};

/// The media type of JSON:API.
const JSON_API: &str = "application/vnd.api+json";
/// The parameter that selects the attributes to show.
const FIELDS: &str = "fields[PhoneNumber]";
/// The parameter that adds the people to the document.
const INCLUDE: &str = "include";

/// Creates the router, to be nested at `/people/v2`.
///
/// ```
/// # use telnum::{account::AccountTree, contact::book::ContactBook, store::MemoryStore};
/// use telnum::http::{ContactApi, TokenTable, planning_center};
///
/// let tokens: TokenTable = serde_json::from_str(r#"{"planning_center": {"id:secret": "system"}}"#)?;
/// let api = ContactApi::new(ContactBook::new(MemoryStore::new()), AccountTree::default(), tokens);
/// let service: axum::Router = axum::Router::new().nest("/people/v2", planning_center::router(api));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn router(api: ContactApi) -> Router {
    RequestGuard { limits: api.limits, render }.wrap(routes().with_state(api).into())
}

pub(in crate::http) fn routes() -> OpenApiRouter<ContactApi> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(fetch, update, remove))
        .routes(routes!(list_of_person, create))
        .routes(routes!(events))
}

struct PlanningCenterApi;

impl PublishedApi for PlanningCenterApi {
    const NAME: ApiName = ApiName::PlanningCenter;

    fn path(field: RefusedField, _: usize) -> FieldPath {
        let name = match field {
            RefusedField::Number => "number",
            RefusedField::Primary => "primary",
        };
        ["data", "attributes", name].into()
    }
}

/// The parameters that select what a document contains.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `split_selection` reads")]
struct SelectionParameters {
    /// `person`
    include: Option<String>,
    /// The attributes to show, comma-separated
    #[param(rename = "fields[PhoneNumber]")]
    fields: Option<String>,
}

/// The parameters of a list of numbers.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `wire::query` reads")]
struct ListParameters {
    #[param(rename = "where[number]")]
    number: Option<String>,
    #[param(rename = "where[carrier]")]
    carrier: Option<String>,
    #[param(rename = "where[location]")]
    location: Option<String>,
    #[param(rename = "where[primary]")]
    primary: Option<bool>,
    #[param(rename = "where[created_at]")]
    created: Option<String>,
    #[param(rename = "where[created_at][gt]")]
    created_gt: Option<String>,
    #[param(rename = "where[created_at][gte]")]
    created_gte: Option<String>,
    #[param(rename = "where[created_at][lt]")]
    created_lt: Option<String>,
    #[param(rename = "where[created_at][lte]")]
    created_lte: Option<String>,
    #[param(rename = "where[updated_at]")]
    updated: Option<String>,
    #[param(rename = "where[updated_at][gt]")]
    updated_gt: Option<String>,
    #[param(rename = "where[updated_at][gte]")]
    updated_gte: Option<String>,
    #[param(rename = "where[updated_at][lt]")]
    updated_lt: Option<String>,
    #[param(rename = "where[updated_at][lte]")]
    updated_lte: Option<String>,
    /// A field, with `-` in front in descending order
    order: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    per_page: Option<u8>,
    offset: Option<u64>,
}

type PersonRequest<P> = ContactRequest<PlanningCenterApi, P>;

/// Lists the phone numbers of all people.
#[utoipa::path(get, path = "/phone_numbers", tag = "planning_center", operation_id = "planning_center_list",
    security(("basic" = []), ("bearer" = [])),
    params(ListParameters, SelectionParameters),
    responses((status = 200, description = "A page of numbers", content_type = "application/vnd.api+json"), (status = 400, description = "A parameter is invalid")))]
async fn list(request: PersonRequest<()>) -> Result<Response, RequestError> {
    page(request, None).await
}

/// Lists a person's phone numbers.
#[utoipa::path(get, path = "/people/{person_id}/phone_numbers", tag = "planning_center", operation_id = "planning_center_list_of_person",
    security(("basic" = []), ("bearer" = [])), params(("person_id" = String, Path), ListParameters, SelectionParameters),
    responses((status = 200, description = "A page of numbers", content_type = "application/vnd.api+json"), (status = 400, description = "A parameter is invalid"), (status = 404, description = "The person's id is invalid")))]
async fn list_of_person(request: PersonRequest<String>) -> Result<Response, RequestError> {
    let person = request.path.parse().map_err(|_| RequestError::NotFound)?;
    page(request, Some(person)).await
}

async fn page<P: Send>(request: PersonRequest<P>, person: Option<OwnerId>) -> Result<Response, RequestError> {
    let (selection, others) = split_selection(&request.query)?;
    let mut query = wire::query(others, request.api.region).map_err(RequestError::Parameter)?;
    query.filter.owner = person;
    let page = request.call(move |book| book.page(&query)).await?;
    let data: Vec<_> = page.items.iter().map(|contact| resource(&request, contact, selection)).collect();
    let mut links = Map::from_iter([("self".to_owned(), link(&request, None).into())]);
    let mut meta = Map::from_iter([
        ("total_count".to_owned(), json!(page.total)),
        ("count".to_owned(), json!(page.items.len())),
    ]);
    for (name, offset) in [("next", page.next_offset()), ("prev", page.previous_offset())] {
        if let Some(offset) = offset {
            links.insert(name.to_owned(), link(&request, Some(("offset", offset))).into());
            meta.insert(name.to_owned(), json!({"offset": offset}));
        }
    }
    let fields = OrderField::NAMES;
    meta.insert("can_order_by".to_owned(), json!(fields));
    meta.insert("can_query_by".to_owned(), json!(fields));
    if let Some(person) = person {
        meta.insert("parent".to_owned(), json!({"id": person, "type": "Person"}));
    }
    let included = selection.included(&page.items);
    let document = json!({"links": links, "data": data, "included": included, "meta": meta});
    Ok(response::json(StatusCode::OK, JSON_API, &document))
}

/// Lists the events of all people's phone numbers, in order.
///
/// `meta.next_after` is the `after` of the next page; the link to that page is there if there may be more events.
#[utoipa::path(get, path = "/events", tag = "planning_center", operation_id = "planning_center_events",
    security(("basic" = []), ("bearer" = [])),
    params(("after" = Option<u64>, Query, description = "The id of the last event seen; default 0"),
        ("per_page" = Option<u8>, Query, description = "The maximum count of events; default 100", minimum = 1, maximum = 100)),
    responses((status = 200, description = "A page of events", content_type = "application/vnd.api+json"), (status = 400, description = "A parameter is invalid"), (status = 410, description = "Events after `after` are forgotten")))]
async fn events(request: PersonRequest<()>) -> Result<Response, RequestError> {
    let page = request.events(None).await?;
    let data: Vec<_> = page.events.iter().map(|(id, event)| wire::event(*id, event)).collect();
    let mut links = Map::from_iter([("self".to_owned(), link(&request, None).into())]);
    if page.has_next {
        links.insert("next".to_owned(), link(&request, Some(("after", page.next_after))).into());
    }
    let meta = json!({"count": data.len(), "next_after": page.next_after});
    Ok(response::json(StatusCode::OK, JSON_API, &json!({"links": links, "data": data, "meta": meta})))
}

/// Returns a phone number.
#[utoipa::path(get, path = "/phone_numbers/{id}", tag = "planning_center", operation_id = "planning_center_fetch",
    security(("basic" = []), ("bearer" = [])),
    params(("id" = u64, Path), SelectionParameters),
    responses((status = 200, description = "The number", content_type = "application/vnd.api+json"), (status = 400, description = "A parameter is invalid"), (status = 404, description = "The number does not exist")))]
async fn fetch(request: PersonRequest<String>) -> Result<Response, RequestError> {
    let id = contact_id(&request.path)?;
    let selection = only_selection(&request.query)?;
    let contact = request.call(move |book| book.get(id)).await?;
    Ok(document(&request, StatusCode::OK, &contact, selection, &link(&request, None)))
}

/// Creates a phone number of a person.
#[utoipa::path(post, path = "/people/{person_id}/phone_numbers", tag = "planning_center", operation_id = "planning_center_create",
    security(("basic" = []), ("bearer" = [])), params(("person_id" = String, Path), SelectionParameters),
    request_body(content = Value, description = "A JSON:API document", content_type = "application/vnd.api+json"),
    responses((status = 201, description = "The created number", content_type = "application/vnd.api+json"), (status = 400, description = "A field is invalid"), (status = 403, description = "The document has an id, or the actor's account is disabled"), (status = 404, description = "The person's id is invalid"), (status = 409, description = "The document has another type, or other requests are changing the person's numbers"), (status = 422, description = "The person already has the number")))]
async fn create(request: PersonRequest<String>) -> Result<Response, RequestError> {
    let person: OwnerId = request.path.parse().map_err(|_| RequestError::NotFound)?;
    let selection = only_selection(&request.query)?;
    let contact =
        wire::new_contact(body::json(&request.body)?, request.api.region).map_err(document_error)?;
    let added = request.call(move |book| book.add(person, [contact])).await?;
    let contact = added.first().ok_or(RequestError::Internal)?;
    // The number is created at `{prefix}/people/1/phone_numbers`, and then located at
    // `{prefix}/phone_numbers/151`.
    let prefix = request.uri.path().rsplitn(4, '/').nth(3).unwrap_or_default();
    let url = format!("{}{prefix}/phone_numbers/{}", request.api.base_url, contact.id());
    let mut response = document(&request, StatusCode::CREATED, contact, selection, &url);
    if let Ok(url) = HeaderValue::try_from(url) {
        response.headers_mut().insert(LOCATION, url);
    }
    Ok(response)
}

/// Updates a phone number.
#[utoipa::path(patch, path = "/phone_numbers/{id}", tag = "planning_center", operation_id = "planning_center_update",
    security(("basic" = []), ("bearer" = [])), params(("id" = u64, Path), SelectionParameters),
    request_body(content = Value, description = "A JSON:API document", content_type = "application/vnd.api+json"),
    responses((status = 200, description = "The updated number", content_type = "application/vnd.api+json"), (status = 400, description = "A field is invalid"), (status = 404, description = "The number does not exist"),
        (status = 409, description = "The document has another type or id, or other requests are changing the person's numbers"), (status = 422, description = "The person already has the new number")))]
async fn update(request: PersonRequest<String>) -> Result<Response, RequestError> {
    let id = contact_id(&request.path)?;
    let selection = only_selection(&request.query)?;
    let patch = wire::patch(body::json(&request.body)?, id, request.api.region).map_err(document_error)?;
    let contact = request.call(move |book| book.update(id, &patch)).await?;
    Ok(document(&request, StatusCode::OK, &contact, selection, &link(&request, None)))
}

/// Removes a phone number.
#[utoipa::path(delete, path = "/phone_numbers/{id}", tag = "planning_center", operation_id = "planning_center_remove",
    security(("basic" = []), ("bearer" = [])), params(("id" = u64, Path)),
    responses((status = 204, description = "The number was removed"), (status = 400, description = "A parameter is unknown"), (status = 404, description = "The number does not exist")))]
async fn remove(request: PersonRequest<String>) -> Result<Response, RequestError> {
    let id = contact_id(&request.path)?;
    request.expect_no_query()?;
    request.call(move |book| book.remove(id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The name and the value of a query parameter.
type Pair<'a> = (&'a str, &'a str);

/// The part of the data to show.
#[derive(Clone, Copy)]
struct Selection {
    attributes: PersonNumberAttributes,
    includes_person: bool,
}

impl Selection {
    /// Returns the people to include: the owners of the numbers on a page, each once.
    fn included(self, contacts: &[ContactNumber]) -> Vec<Value> {
        let mut people: Vec<OwnerId> = contacts.iter().map(ContactNumber::owner).collect();
        people.sort_unstable();
        people.dedup();
        let people = people.iter().filter(|_| self.includes_person);
        people.map(|person| json!({"type": "Person", "id": person})).collect()
    }
}

/// Splits the query parameters into the selection and all others.
fn split_selection(query: &[(String, String)]) -> Result<(Selection, Vec<Pair<'_>>), RequestError> {
    let pairs = query.iter().map(|(name, value)| (&**name, &**value));
    let (fields, others): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| *name == FIELDS);
    let (include, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|(name, _)| *name == INCLUDE);
    let twice = |name: &str, second: &str| FieldError::invalid(name, &second.into(), "expected to come once");
    let attributes = match *fields {
        [] => Ok(PersonNumberAttributes::default()),
        [(_, names)] => names.parse(),
        [_, (_, second), ..] => Err(twice(FIELDS, second)),
    };
    let includes_person = match *include {
        [] | [(_, "")] => Ok(false),
        [(_, "person")] => Ok(true),
        [(_, other)] => Err(FieldError::invalid(INCLUDE, &other.into(), "expected person")),
        [_, (_, second), ..] => Err(twice(INCLUDE, second)),
    };
    let selection = Selection {
        attributes: attributes.map_err(RequestError::Parameter)?,
        includes_person: includes_person.map_err(RequestError::Parameter)?,
    };
    Ok((selection, others))
}

/// Returns the selection; any other parameter is an error.
fn only_selection(query: &[(String, String)]) -> Result<Selection, RequestError> {
    let (selection, others) = split_selection(query)?;
    match others.first() {
        None => Ok(selection),
        Some((name, _)) => Err(RequestError::unknown_parameter(name)),
    }
}

fn resource<'a, P>(
    request: &PersonRequest<P>,
    contact: &'a ContactNumber,
    selection: Selection,
) -> PersonNumber<'a> {
    let resource = PersonNumber::new(contact).with_attributes(selection.attributes);
    match request.api.region {
        Some(region) => resource.with_home(region),
        None => resource,
    }
}

fn document<P>(
    request: &PersonRequest<P>,
    status: StatusCode,
    contact: &ContactNumber,
    selection: Selection,
    url: &str,
) -> Response {
    let document = json!({
        "links": {"self": url},
        "data": resource(request, contact, selection),
        "included": selection.included(slice::from_ref(contact)),
        "meta": {},
    });
    response::json(status, JSON_API, &document)
}

/// Returns the URL of the request, with another value of the parameter that `position` names, if any.
fn link<P>(request: &PersonRequest<P>, position: Option<(&str, u64)>) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &request.query {
        if position.is_none_or(|(changed, _)| name != changed) {
            pairs.append_pair(name, value);
        }
    }
    if let Some((name, value)) = position {
        pairs.append_pair(name, &value.to_string());
    }
    let query = pairs.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{}{mark}{query}", request.api.base_url, request.uri.path())
}

/// The errors that have a specific status in JSON:API, by path and rule: a document for another resource than
/// the requested one, and an id chosen by the client.
const STATUSES: [(&str, &str, StatusCode); 3] = [
    ("data.type", "enum", StatusCode::CONFLICT),
    ("data.id", "invalid", StatusCode::CONFLICT),
    ("data.id", "readOnly", StatusCode::FORBIDDEN),
];

fn document_error(error: FieldError) -> RequestError {
    let (path, rule) = (error.path(), error.kind().rule());
    match STATUSES.iter().find(|status| path == status.0 && rule == status.1) {
        Some(&(.., status)) => {
            RequestError::Refused { status, path: Some(path.clone()), message: error.kind().to_string() }
        }
        None => error.into(),
    }
}

/// Returns the JSON pointer (RFC 6901) of a field.
fn pointer(path: &FieldPath) -> String {
    let escape = |step: &PathStep| step.to_string().replace('~', "~0").replace('/', "~1");
    path.steps().iter().flat_map(|step| ["/".to_owned(), escape(step)]).collect()
}

/// Renders an error as a JSON:API document.
fn render(error: &RequestError, _: &RequestHead) -> Response {
    let status = error.status();
    let title = status.canonical_reason().unwrap_or_default();
    let is_parameter = matches!(error, RequestError::Parameter(_));
    let object = |Problem { path, message }| {
        let mut object = json!({"status": status.as_str(), "title": title, "detail": message});
        let source = path.map(|path| {
            if is_parameter {
                json!({"parameter": path.to_string()})
            } else {
                json!({"pointer": pointer(&path)})
            }
        });
        if let (Some(source), Some(object)) = (source, object.as_object_mut()) {
            object.insert("source".to_owned(), source);
        }
        object
    };
    let errors: Vec<Value> = error.problems().into_iter().map(object).collect();
    response::error(ApiName::PlanningCenter, error, JSON_API, &json!({"errors": errors}))
}
