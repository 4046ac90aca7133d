use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApiBuilder;
use utoipa::openapi::info::InfoBuilder;

use self::Kind::{Changes, Claims, Contact, Open, Reads, Removes, Searches};
use super::{clients, kazoo, planning_center, user_numbers};

/// What the APIs are, as an `OpenAPI` 3.1 document, made from the routes themselves.
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

/// What an operation does: which failures it has, by that.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It is for whoever asks.
    Open,
    /// It looks for numbers to buy.
    Searches,
    /// It reads what an account has.
    Reads,
    /// It makes numbers the account's, which may cost.
    Claims,
    /// It changes numbers of the account, which may cost.
    Changes,
    /// It changes them and never costs.
    Removes,
    /// It is about contact numbers.
    Contact,
}

/// An operation, what it does, its body and its answer: names of schemas, empty for none. A body that
/// is optional has a `?` behind it.
type Row = (&'static str, Kind, &'static str, &'static str);

const OPERATIONS: [Row; 41] = [
    ("kazoo_list", Reads, "", "NumberList"),
    ("kazoo_list_to_fix", Reads, "", "NumberList"),
    ("kazoo_fetch", Reads, "", "Number"),
    ("kazoo_create", Claims, "PhoneNumber?", "Number"),
    ("kazoo_replace", Changes, "PhoneNumber?", "Number"),
    ("kazoo_patch", Changes, "Changes?", "Number"),
    ("kazoo_remove", Removes, "", "Nothing"),
    ("kazoo_identify", Reads, "", "Identified"),
    ("kazoo_port", Claims, "PhoneNumber?", "Number"),
    ("kazoo_reserve", Claims, "Changes?", "Number"),
    ("kazoo_activate", Claims, "Changes?", "Number"),
    ("kazoo_create_collection", Claims, "NumbersAndDocument", "Outcome"),
    ("kazoo_replace_collection", Changes, "NumbersAndDocument", "Outcome"),
    ("kazoo_patch_collection", Changes, "NumbersAndChanges", "Outcome"),
    ("kazoo_remove_collection", Removes, "Numbers", "Outcome"),
    ("kazoo_activate_collection", Claims, "Numbers", "Outcome"),
    ("kazoo_check", Reads, "Numbers", "Availability"),
    ("kazoo_locality", Reads, "Numbers", "Localities"),
    ("kazoo_prefix", Reads, "", "Prefixes"),
    ("kazoo_carriers_info", Reads, "", "CarriersInfo"),
    ("kazoo_classifiers", Reads, "", "Classifiers"),
    ("kazoo_classify", Reads, "", "Classification"),
    ("kazoo_classify_for_all", Open, "", "Classification"),
    ("kazoo_fix", Removes, "", "Nothing"),
    ("kazoo_fix_number", Removes, "", "Nothing"),
    ("kazoo_schema", Open, "", "Schema"),
    ("kazoo_search", Searches, "", "FoundNumbers"),
    ("planning_center_list", Contact, "", "PersonNumberList"),
    ("planning_center_list_of_person", Contact, "", "PersonNumberList"),
    ("planning_center_fetch", Contact, "", "PersonNumberDocument"),
    ("planning_center_create", Contact, "PersonNumberRequest", "PersonNumberDocument"),
    ("planning_center_update", Contact, "PersonNumberRequest", "PersonNumberDocument"),
    ("planning_center_remove", Contact, "", ""),
    ("clients_list", Contact, "", "ClientNumberPage"),
    ("clients_create", Contact, "ClientNumbersRequest", "ClientNumberPage"),
    ("clients_fetch", Contact, "", "ClientNumber"),
    ("user_numbers_list", Contact, "", "UserNumbers"),
    ("user_numbers_create", Contact, "Form", "CreatedUserNumber"),
    ("user_numbers_fetch", Contact, "", "UserNumber"),
    ("user_numbers_update", Contact, "Form", "UserNumber"),
    ("user_numbers_remove", Contact, "", ""),
];

/// An API, the type of its answers and bodies, and the schema of its failures.
const APIS: [(&str, &str, &str); 4] = [
    (KAZOO, JSON, "Failure"),
    ("planning_center", "application/vnd.api+json", "JsonApiErrors"),
    ("clients", JSON, "ClientErrors"),
    ("user_numbers", JSON, "UserNumberFailure"),
];
const KAZOO: &str = "kazoo";
const JSON: &str = "application/json";

/// How an operation of a kind may fail beside what it says itself.
const FAILURES: [(&str, &str, &[Kind]); 6] = [
    ("400", "The request is wrong", &[Claims, Changes, Removes, Searches]),
    ("401", "Nobody is known by the credentials", &[Searches, Reads, Claims, Changes, Removes, Contact]),
    ("402", "It costs, and nobody has accepted that; or the account may not spend it", &[Claims, Changes]),
    ("403", "The account is another's, or may not do this", &[Reads, Claims, Changes, Removes]),
    ("404", "No such account or number", &[Searches, Reads, Claims, Changes, Removes]),
    ("409", "Others are changing it, or the key was used before", &[Claims, Changes, Removes]),
];

/// What the routes do not say themselves: how clients are known, what documents look like, and how all
/// operations fail.
fn complete(document: &mut Value) {
    let components = entry(document, "components");
    *entry(components, "securitySchemes") = json!({
        "auth_token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    });
    *entry(components, "parameters") = json!({"IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header",
        "description": "Makes the request repeatable: it is done once, and answered as it was then",
        "schema": {"type": "string", "minLength": 1, "maxLength": 40},
    }});
    let mut number = crate::record::schema::json_schema();
    // A reference is to this document here, and not to the schema.
    if let Some(address) = number.pointer("/properties/e911").cloned()
        && let Some(old) = number.pointer_mut("/properties/dash_e911")
    {
        *old = address;
    }
    let shapes = entry(components, "schemas");
    // The file is a part of the program: what is wrong with it, the tests find.
    let others: Map<String, Value> =
        serde_json::from_str(include_str!("openapi/schemas.json")).unwrap_or_default();
    for (name, shape) in others.into_iter().chain([("PhoneNumber".to_owned(), number)]) {
        *entry(shapes, &name) = shape;
    }
    for (_, item) in entry(document, "paths").as_object_mut().into_iter().flatten() {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            complete_operation(operation);
        }
    }
}

fn complete_operation(operation: &mut Value) {
    let text = |pointer| operation.pointer(pointer).and_then(Value::as_str);
    let row = OPERATIONS.iter().find(|(id, ..)| text("/operationId") == Some(id));
    let api = APIS.iter().find(|(tag, ..)| text("/tags/0") == Some(tag));
    let (Some((_, kind, body, answer)), Some((tag, media, failure))) = (row, api) else { return };
    let is_kazoo = *tag == KAZOO;
    let content = |shape: Value| json!({*media: {"schema": shape}});

    if let Some(asked) = operation.get_mut("requestBody") {
        let name = body.trim_end_matches('?');
        *entry(asked, "required") = (name == *body).into();
        // A form is as its route says.
        if name != "Form" {
            *entry(asked, "content") = content(if is_kazoo { request(name) } else { reference(name) });
        }
    }
    if matches!(kind, Claims | Changes | Removes) {
        let key = json!({"$ref": "#/components/parameters/IdempotencyKey"});
        match entry(operation, "parameters") {
            Value::Array(parameters) => parameters.push(key),
            other => *other = json!([key]),
        }
    }
    let responses = entry(operation, "responses");
    for (status, description, _) in FAILURES.iter().filter(|(.., kinds)| kinds.contains(kind)) {
        describe(responses, status, description);
    }
    if *kind != Open {
        describe(responses, "default", "Something else is wrong");
    }
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        let shape = match (status.starts_with('2'), is_kazoo) {
            (false, _) => reference(failure),
            (true, _) if answer.is_empty() => continue,
            (true, true) => json!({"allOf": [
                reference("Answer"), {"type": "object", "properties": {"data": reference(answer)}},
            ]}),
            (true, false) => reference(answer),
        };
        *entry(response, "content") = content(shape);
    }
    // What is tried is not created.
    if is_kazoo && let Some(created) = entry(operation, "responses").get("201").cloned() {
        let tried = entry(entry(operation, "responses"), "200");
        *tried = created;
        *entry(tried, "description") = "What would be, and the quotes, if it is only tried".into();
    }
}

/// An envelope around a document.
fn request(name: &str) -> Value {
    json!({
        "type": "object",
        "properties": {
            "data": reference(name),
            "accept_charges": {"type": "boolean", "description": "Whether it may cost"},
            "dry_run": {"type": "boolean", "description": "Whether nothing is to be done, but said what would be"},
        },
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Adds a response, unless there is one.
fn describe(responses: &mut Value, status: &str, description: &str) {
    let response = entry(responses, status);
    if response.is_null() {
        *response = json!({"description": description});
    }
}

fn entry<'a>(object: &'a mut Value, name: &str) -> &'a mut Value {
    if !object.is_object() {
        *object = Map::new().into();
    }
    match object {
        Value::Object(fields) => fields.entry(name).or_insert(Value::Null),
        other => other,
    }
}
