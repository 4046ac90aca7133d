use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApiBuilder;
use utoipa::openapi::info::InfoBuilder;

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

/// What the routes do not say themselves: how clients are known, and what a number's document is.
fn complete(document: &mut Value) {
    let schemes = json!({
        "auth_token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    });
    let mut number = crate::schema::json_schema();
    // A reference is to this document here, and not to the schema.
    if let Some(address) = number.pointer("/properties/e911").cloned()
        && let Some(old) = number.pointer_mut("/properties/dash_e911")
    {
        *old = address;
    }
    let envelope = json!({
        "type": "object",
        "properties": {
            "data": {"$ref": "#/components/schemas/PhoneNumber"},
            "accept_charges": {"type": "boolean", "description": "Whether it may cost"},
            "dry_run": {"type": "boolean", "description": "Whether nothing is to be done, but said what would be"},
        },
    });
    let components = entry(document, "components");
    *entry(components, "securitySchemes") = schemes;
    let shapes = entry(components, "schemas");
    *entry(shapes, "PhoneNumber") = number;
    *entry(shapes, "PhoneNumberEnvelope") = envelope;
    for (_, item) in entry(document, "paths").as_object_mut().into_iter().flatten() {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            let is_kazoo = operation.pointer("/tags/0").and_then(Value::as_str) == Some("kazoo");
            if let Some(schema) = operation.pointer_mut("/requestBody/content/application~1json/schema")
                && is_kazoo
            {
                *schema = json!({"$ref": "#/components/schemas/PhoneNumberEnvelope"});
            }
        }
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
