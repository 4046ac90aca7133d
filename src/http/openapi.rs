//! The OpenAPI document: the descriptions of the routes, completed from tables.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApiBuilder;
use utoipa::openapi::info::InfoBuilder;

use self::OperationKind::{
    ActorReads, Claims, ContactChanges, ContactReads, Events, PortChanges, PortCreates, PortReads, Public,
    Reads, Removes, Updates,
};
use super::{clients, kazoo, planning_center, user_numbers};
use crate::contact::OrderField;
use crate::lifecycle::State;
use crate::names::FeatureSet;
use crate::plan::Region;
use crate::time::Timestamp;

/// Returns the OpenAPI 3.1 document of all APIs, generated from their routes.
///
/// ```
/// let document = telnum::http::openapi();
/// assert_eq!(document["openapi"], "3.1.0");
/// assert!(document["paths"]["/v2/accounts/{account_id}/phone_numbers"]["get"].is_object());
/// ```
#[must_use]
pub fn openapi() -> Value {
    let info = InfoBuilder::new()
        .title(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(env!("CARGO_PKG_DESCRIPTION")));
    let document = OpenApiBuilder::new()
        .info(info.build())
        .build()
        .nest("/v2", kazoo::routes().into_openapi())
        .nest("/people/v2", planning_center::routes().into_openapi())
        .nest("/v9", clients::routes().into_openapi())
        .merge_from(user_numbers::routes().into_openapi());
    let mut document = json!(document);
    complete(&mut document);
    document
}

/// The kind of an operation, which determines its common errors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OperationKind {
    /// An operation that needs no authentication.
    Public,
    /// A read for the actor's account, which the path does not name.
    ActorReads,
    /// A read of the events, for admins.
    Events,
    /// A read of an account's numbers.
    Reads,
    /// An assignment of numbers to the account, which may be charged.
    Claims,
    /// A change of the account's numbers, which may be charged.
    Updates,
    /// A change or release of the account's numbers, which is free of charge.
    Removes,
    /// A read of an account's port requests.
    PortReads,
    /// The creation of a port request.
    PortCreates,
    /// A change of a port request.
    PortChanges,
    /// A read of contact numbers.
    ContactReads,
    /// A change of contact numbers.
    ContactChanges,
}

/// The schemas of an operation, and its id.
struct OperationSchemas {
    id: &'static str,
    kind: OperationKind,
    /// The name of the schema of the request's document: empty for none, with a trailing `?` if the
    /// document is optional.
    request: &'static str,
    /// The name of the schema of the response's document; empty for none.
    response: &'static str,
}

const OPERATIONS: [OperationSchemas; 69] = [
    operation("kazoo_list", Reads, "", "NumberList"),
    operation("kazoo_list_to_fix", Reads, "", "NumberList"),
    operation("kazoo_fetch", Reads, "", "Number"),
    operation("kazoo_create", Claims, "PhoneNumber?", "Number"),
    operation("kazoo_replace", Updates, "PhoneNumber?", "Number"),
    operation("kazoo_patch", Updates, "Changes?", "Number"),
    operation("kazoo_remove", Removes, "", "Nothing"),
    operation("kazoo_identify", Reads, "", "Identified"),
    operation("kazoo_port", Claims, "PhoneNumber?", "Number"),
    operation("kazoo_reserve", Claims, "Changes?", "Number"),
    operation("kazoo_activate", Claims, "Changes?", "Number"),
    operation("kazoo_create_collection", Claims, "NumbersAndDocument", "Outcome"),
    operation("kazoo_replace_collection", Updates, "NumbersAndDocument", "Outcome"),
    operation("kazoo_patch_collection", Updates, "NumbersAndChanges", "Outcome"),
    operation("kazoo_remove_collection", Removes, "Numbers", "Outcome"),
    operation("kazoo_activate_collection", Claims, "Numbers", "Outcome"),
    operation("kazoo_check", Reads, "Numbers", "Availability"),
    operation("kazoo_locality", Reads, "Numbers", "Localities"),
    operation("kazoo_prefix", Reads, "", "Prefixes"),
    operation("kazoo_carriers_info", Reads, "", "CarriersInfo"),
    operation("kazoo_classifiers", Reads, "", "Classifiers"),
    operation("kazoo_classify", Reads, "", "Classification"),
    operation("kazoo_classify_for_all", Public, "", "Classification"),
    operation("kazoo_fix", Removes, "", "Nothing"),
    operation("kazoo_fix_number", Removes, "", "Nothing"),
    operation("kazoo_schema", Public, "", "Schema"),
    operation("kazoo_search", ActorReads, "", "FoundNumbers"),
    operation("kazoo_events", Events, "", "Events"),
    operation("kazoo_list_managed_port_requests", ActorReads, "", "PortRequestList"),
    operation("kazoo_list_port_requests", PortReads, "", "PortRequestList"),
    operation("kazoo_list_port_requests_below", PortReads, "", "PortRequestList"),
    operation("kazoo_last_submitted_port_requests", PortReads, "", "PortRequestList"),
    operation("kazoo_create_port_request", PortCreates, "NewPortRequest", "PortRequest"),
    operation("kazoo_fetch_port_request", PortReads, "", "PortRequest"),
    operation("kazoo_replace_port_request", PortChanges, "NewPortRequest?", "PortRequest"),
    operation("kazoo_patch_port_request", PortChanges, "Changes?", "PortRequest"),
    operation("kazoo_remove_port_request", PortChanges, "", "PortRequest"),
    operation("kazoo_patch_port_request_state", PortChanges, "PortTransition?", "PortRequest"),
    operation("kazoo_put_port_request_state", PortChanges, "PortTransition?", "PortRequest"),
    operation("kazoo_post_port_request_state", PortChanges, "PortTransition?", "PortRequest"),
    operation("kazoo_list_port_request_comments", PortReads, "", "PortComments"),
    operation("kazoo_comment_on_port_request", PortChanges, "NewPortComments", "PortComments"),
    operation("kazoo_port_request_timeline", PortReads, "", "PortTimeline"),
    operation("kazoo_list_attachments", PortReads, "", "Uploads"),
    operation("kazoo_add_attachment", PortChanges, "File", "Nothing"),
    operation("kazoo_fetch_attachment", PortReads, "", "File"),
    operation("kazoo_put_attachment", PortChanges, "File", "Nothing"),
    operation("kazoo_replace_attachment", PortChanges, "File", "Nothing"),
    operation("kazoo_remove_attachment", PortChanges, "", "Nothing"),
    operation("kazoo_port_request_loa", PortReads, "", "Letter"),
    operation("planning_center_list", ContactReads, "", "PersonNumberList"),
    operation("planning_center_list_of_person", ContactReads, "", "PersonNumberList"),
    operation("planning_center_events", ContactReads, "", "PersonNumberEvents"),
    operation("planning_center_fetch", ContactReads, "", "PersonNumberDocument"),
    operation("planning_center_create", ContactChanges, "PersonNumberRequest", "PersonNumberDocument"),
    operation("planning_center_update", ContactChanges, "PersonNumberRequest", "PersonNumberDocument"),
    operation("planning_center_remove", ContactChanges, "", ""),
    operation("clients_list", ContactReads, "", "ClientNumberPage"),
    operation("clients_events", ContactReads, "", "ContactEvents"),
    operation("clients_create", ContactChanges, "ClientNumbersRequest", "ClientNumberPage"),
    operation("clients_fetch", ContactReads, "", "ClientNumber"),
    operation("clients_update", ContactChanges, "ClientNumberChanges", "ClientNumber"),
    operation("clients_remove", ContactChanges, "", ""),
    operation("user_numbers_list", ContactReads, "", "UserNumbers"),
    operation("user_numbers_events", ContactReads, "", "ContactEvents"),
    operation("user_numbers_create", ContactChanges, "Form", "CreatedUserNumber"),
    operation("user_numbers_fetch", ContactReads, "", "UserNumber"),
    operation("user_numbers_update", ContactChanges, "Form", "UserNumber"),
    operation("user_numbers_remove", ContactChanges, "", ""),
];

const fn operation(
    id: &'static str,
    kind: OperationKind,
    request: &'static str,
    response: &'static str,
) -> OperationSchemas {
    OperationSchemas { id, kind, request, response }
}

/// The APIs: the tag, the media type of the bodies, and the schema of errors.
const APIS: [(&str, &str, &str); 4] = [
    (KAZOO, JSON, "Failure"),
    ("planning_center", "application/vnd.api+json", "JsonApiErrors"),
    ("clients", JSON, "ClientErrors"),
    ("user_numbers", JSON, "UserNumberFailure"),
];
const KAZOO: &str = "kazoo";
const JSON: &str = "application/json";

/// The media types of the bodies that are not JSON, by the name of their schema.
const BINARY: [(&str, &[&str]); 2] = [
    ("File", &["application/pdf", "image/png", "image/jpeg", "image/gif", "image/tiff"]),
    ("Letter", &["text/html", "text/plain"]),
];

/// Returns whether operations of a kind return an error.
type Applies = fn(OperationKind) -> bool;

/// The statuses of common errors, and whether operations of a kind return them. The first row of a kind and a status
/// applies. No operation returns a status that neither this table nor its route describes.
const ERRORS: [(&str, &str, Applies); 14] = [
    ("400", "The request is invalid", |_| true),
    ("401", "The credentials are missing or unknown", needs_authentication),
    ("402", "The charges were not accepted, or the account may not spend them", |kind| {
        matches!(kind, Claims | Updates)
    }),
    ("403", "The actor is not an admin", |kind| kind == Events),
    ("403", "The account is not the actor's or below it, or lacks the permission", names_account),
    ("403", "The actor's account is unknown or disabled", needs_authentication),
    ("404", "The account or number does not exist", |kind| kind == ActorReads || names_account(kind)),
    ("408", "The body was not received in time", needs_authentication),
    (
        "409",
        "Another request is changing the number, or the idempotency key was used for another request",
        |kind| matches!(kind, Claims | Updates | Removes),
    ),
    ("409", "Another request is changing the port request, or completing it", |kind| {
        matches!(kind, PortCreates | PortChanges)
    }),
    ("409", "Other requests are changing the numbers of the owner", |kind| kind == ContactChanges),
    ("413", "The body is too large", needs_authentication),
    ("500", "The service or one that it uses failed", |_| true),
    ("503", "The service is busy, or the request took too long and its outcome is not known", |_| true),
];

fn needs_authentication(kind: OperationKind) -> bool {
    kind != Public
}

/// Returns whether the path of an operation names an account, with its numbers or port requests.
fn names_account(kind: OperationKind) -> bool {
    match kind {
        Reads | Claims | Updates | Removes | PortReads | PortCreates | PortChanges => true,
        Public | ActorReads | Events | ContactReads | ContactChanges => false,
    }
}

/// Adds the parts that the routes do not describe: authentication, schemas, and common errors.
fn complete(document: &mut Value) {
    let components = entry(document, "components");
    *entry(components, "securitySchemes") = json!({
        "auth_token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    });
    *entry(components, "parameters") = json!({"IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header",
        "description": "Makes the request repeatable: a repetition changes nothing and gets the first response, or the port request in its present state",
        "schema": {"type": "string", "minLength": 1, "maxLength": 40},
    }});
    let mut number = crate::record::schema::json_schema();
    // The reference of the record's schema is relative to that schema, not to this document.
    if let Some(address) = number.pointer("/properties/e911").cloned()
        && let Some(old) = number.pointer_mut("/properties/dash_e911")
    {
        *old = address;
    }
    let schemas = entry(components, "schemas");
    // The file is compiled in; the tests detect a malformed one.
    let others: Map<String, Value> =
        serde_json::from_str(include_str!("openapi/schemas.json")).unwrap_or_default();
    for (name, schema) in others.into_iter().chain([("PhoneNumber".to_owned(), number)]) {
        *entry(schemas, &name) = schema;
    }
    for (_, item) in entry(document, "paths").as_object_mut().into_iter().flatten() {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            complete_operation(operation);
        }
    }
}

/// Returns the keywords of a parameter's schema beside its type.
fn parameter_keywords(name: &str) -> Value {
    let items = |names: Vec<String>| format!("^({0})(,({0}))*$", names.join("|"));
    match name {
        "account_id" | "person_id" => json!({"pattern": "^[!-~]{1,36}$"}),
        "filter_state" | "filter_not_state" => {
            json!({"pattern": items(State::ALL.iter().map(ToString::to_string).collect())})
        }
        "filter_features" => {
            json!({"pattern": items(FeatureSet::ALL.iter().map(|feature| feature.to_string()).collect())})
        }
        "filter_carrier_name" => json!({"pattern": "^[!-+.-~-]{1,30}$"}),
        "created_from" | "created_to" | "modified_from" | "modified_to" => {
            json!({"maximum": Timestamp::MAX.gregorian()})
        }
        "city" => json!({"minLength": 1}),
        "page" => json!({"minimum": 1}),
        "country" => {
            let regions = Region::all().filter(|region| region.calling_code().is_some());
            json!({"enum": regions.map(|region| region.to_string()).collect::<Vec<_>>()})
        }
        "order" => json!({"pattern": format!("^-?({})$", OrderField::NAMES.join("|"))}),
        "include" => json!({"enum": ["person"]}),
        _ if ["created_at", "updated_at"]
            .iter()
            .any(|field| name.trim_start_matches("where[").starts_with(field)) =>
        {
            json!({"format": "date-time"})
        }
        _ => Value::Null,
    }
}

fn complete_operation(operation: &mut Value) {
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let keywords = parameter.get("name").and_then(Value::as_str).map(parameter_keywords);
        if let (Some(Value::Object(keywords)), schema @ Value::Object(_)) =
            (keywords, entry(parameter, "schema"))
        {
            keywords.into_iter().for_each(|(name, value)| *entry(schema, &name) = value);
        }
    }
    let text = |pointer| operation.pointer(pointer).and_then(Value::as_str);
    let schemas = OPERATIONS.iter().find(|schemas| text("/operationId") == Some(schemas.id));
    let api = APIS.iter().find(|(tag, ..)| text("/tags/0") == Some(tag));
    let (Some(schemas), Some((tag, media_type, error))) = (schemas, api) else { return };
    let is_kazoo = *tag == KAZOO;
    let content = |schema: Value| json!({*media_type: {"schema": schema}});

    if let Some(body) = operation.get_mut("requestBody") {
        let name = schemas.request.trim_end_matches('?');
        *entry(body, "required") = (name == schemas.request).into();
        // The route describes the form itself.
        if name != "Form" {
            let is_optional = name != schemas.request;
            let json = content(match schemas.kind {
                PortCreates | PortChanges => port_request(name),
                _ if is_kazoo => request(name, is_optional),
                _ => reference(name),
            });
            *entry(body, "content") = binary(name).unwrap_or(json);
        }
    }
    if matches!(schemas.kind, Claims | Updates | Removes | PortCreates) {
        let key = json!({"$ref": "#/components/parameters/IdempotencyKey"});
        match entry(operation, "parameters") {
            Value::Array(parameters) => parameters.push(key),
            other => *other = json!([key]),
        }
    }
    let responses = entry(operation, "responses");
    for (status, description, _) in ERRORS.iter().filter(|(.., applies)| applies(schemas.kind)) {
        add_response(responses, status, description);
    }
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        if status.starts_with('2')
            && let Some(content) = binary(schemas.response)
        {
            *entry(response, "content") = content;
            continue;
        }
        let schema = match (status.starts_with('2'), is_kazoo) {
            (false, _) => reference(error),
            (true, _) if schemas.response.is_empty() => continue,
            (true, true) => json!({"allOf": [
                reference("Answer"),
                {"type": "object", "properties": {"data": reference(schemas.response)}},
            ]}),
            (true, false) => reference(schemas.response),
        };
        *entry(response, "content") = content(schema);
    }
    // A dry run creates nothing. Port requests have none.
    if is_kazoo
        && !matches!(schemas.kind, PortCreates | PortChanges)
        && let Some(created) = entry(operation, "responses").get("201").cloned()
    {
        let dry_run = entry(entry(operation, "responses"), "200");
        *dry_run = created;
        *entry(dry_run, "description") = "The result and the quotes of a dry run".into();
    }
}

/// Returns the schema of a request's envelope.
fn request(name: &str, is_optional: bool) -> Value {
    let required: &[&str] = if is_optional { &[] } else { &["data"] };
    let mut schema = json!({
        "type": "object",
        "required": required,
        "properties": {
            "data": reference(name),
            "accept_charges": {"type": "boolean", "description": "Whether charges are accepted"},
            "dry_run": {"type": "boolean", "description": "Whether only the result is returned and nothing is stored"},
        },
        "additionalProperties": false,
    });
    for ignored in kazoo::IGNORED_FIELDS {
        *entry(entry(&mut schema, "properties"), ignored) = json!({"description": "Ignored"});
    }
    schema
}

/// Returns the schema of the envelope of a request about a port request. Only a transition may be charged.
fn port_request(name: &str) -> Value {
    let mut schema = request(name, true);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|property, _| {
            property == "data"
                || property == "accept_charges" && name == "PortTransition"
                || kazoo::IGNORED_FIELDS.contains(&property.as_str())
        });
    }
    schema
}

/// Returns the content of a body that is not JSON, if the schema `name` describes one.
fn binary(name: &str) -> Option<Value> {
    let (_, media_types) = BINARY.into_iter().find(|(binary, _)| *binary == name)?;
    let content =
        media_types.iter().map(|media_type| ((*media_type).to_owned(), json!({"schema": reference(name)})));
    Some(Value::Object(content.collect()))
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Adds a response, unless the route describes that status.
fn add_response(responses: &mut Value, status: &str, description: &str) {
    let response = entry(responses, status);
    if response.is_null() {
        *response = json!({"description": description});
    }
}

/// Returns the field `name` of an object, creating it as `null` if it is absent.
fn entry<'a>(object: &'a mut Value, name: &str) -> &'a mut Value {
    if !object.is_object() {
        *object = Map::new().into();
    }
    match object {
        Value::Object(fields) => fields.entry(name).or_insert(Value::Null),
        other => other,
    }
}
