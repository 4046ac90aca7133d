//! The `OpenAPI` document, compared with the published requests and their responses.

use serde_json::{Map, Value, json};

use crate::replay::{cases, send};
use crate::world;

/// Collects the violations of a schema by a value, for the part of JSON Schema that the document uses.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.strip_prefix('#').unwrap());
        return check(root, target.unwrap_or_else(|| panic!("{reference}")), value, at, wrong);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(root, part, value, at, wrong);
    }
    if let Some(parts) = schema["anyOf"].as_array() {
        let fits = |part: &Value| {
            let mut wrong = Vec::new();
            check(root, part, value, at, &mut wrong);
            wrong.is_empty()
        };
        if !parts.iter().any(fits) {
            wrong.push(format!("{at}: {value} is none of {parts:?}"));
        }
    }
    let types: Vec<_> = match &schema["type"] {
        Value::Array(types) => types.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let is = |name: &str| match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(_) => name == "integer",
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    };
    if !types.is_empty() && !types.iter().any(|name| is(name.as_str().unwrap())) {
        wrong.push(format!("{at}: {value} is not {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
        wrong.push(format!("{at}: {value} is not one of {}", schema["enum"]));
    }
    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], item, &format!("{at}/{place}"), wrong);
    }
    let Some(fields) = value.as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str().unwrap()) {
            wrong.push(format!("{at}: no {name} in {value}"));
        }
    }
    for (name, value) in fields {
        let below = format!("{at}/{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => wrong.push(format!("{below} is not said")),
            (Value::Null, more) => check(root, more, value, &below, wrong),
            (known, _) => check(root, known, value, &below, wrong),
        }
    }
}

/// Returns the operation of a request.
fn operation<'a>(root: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let parts: Vec<_> = path.split('?').next()?.split('/').collect();
    let fits = |template: &str| {
        let names: Vec<_> = template.split('/').collect();
        names.len() == parts.len()
            && names.iter().zip(&parts).all(|(name, part)| name.starts_with('{') || name == part)
    };
    // A path with fewer parameters takes precedence.
    let paths = root["paths"].as_object()?;
    let mut found: Vec<_> = paths.iter().filter(|(template, _)| fits(template)).collect();
    found.sort_by_key(|(template, _)| template.matches('{').count());
    found.iter().find_map(|(_, item)| item.get(method.to_lowercase()))
}

/// Returns the only schema of a body.
fn schema(body: &Value) -> Option<&Value> {
    let (_, content) = body["content"].as_object()?.iter().next()?;
    content.get("schema")
}

#[test]
fn published_requests_and_responses_match_their_schemas() {
    let root = telnum::http::openapi();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (case, shape) in cases() {
        let server = world::service_in(shape);
        let all = case.before.iter().chain([&case.request]);
        for request in all {
            let at = format!("{}: {} {}", case.name, request.method, request.path);
            let reply = send(&server, request);
            let Some(operation) = operation(&root, &request.method, &request.path) else { continue };
            seen += 1;
            let responses = &operation["responses"];
            let response = &responses[reply.status.to_string()];
            if response.is_null() {
                wrong.push(format!("{at}: {} is not described", reply.status));
                continue;
            }
            match schema(response) {
                Some(schema) => check(&root, schema, &reply.json(), &at, &mut wrong),
                None if reply.text.is_empty() => {}
                None => wrong.push(format!("{at}: {} has no schema", reply.status)),
            }
            let body = request.body.as_ref().map(|body| match body {
                Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
                other => other.clone(),
            });
            if let (200..300, Some(body @ Value::Object(_))) = (reply.status, body) {
                let schema = schema(&operation["requestBody"]);
                check(&root, schema.unwrap_or(&json!(false)), &body, &at, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "{seen}");
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_schema_exists_and_is_used() {
    let root = telnum::http::openapi();
    let mut found = Vec::new();
    references(&root, &mut found);
    for reference in &found {
        assert!(root.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let schemas = root["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        let reference = format!("#/components/schemas/{name}");
        assert!(found.contains(&&*reference), "{name} is not used");
    }
}

/// Returns whether a `POST` at a path is a lookup.
fn changes_nothing(path: &str) -> bool {
    ["/check", "/locality"].iter().any(|end| path.ends_with(end))
}

#[test]
fn each_operation_describes_its_parameters_and_errors() {
    let root = telnum::http::openapi();
    let empty = Map::new();
    for (path, item) in root["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            let is_open = operation.get("security").is_none();
            assert_eq!(responses.contains_key("401"), !is_open, "{at}");
            for (status, response) in responses {
                assert_eq!(schema(response).is_none(), status == "204", "{at} {status}");
            }
            let is_of_account = path.contains("{account_id}");
            // A disabled account is refused by every operation that needs an account.
            for status in ["403", "408", "413"] {
                assert_eq!(responses.contains_key(status), !is_open, "{at} {status}");
            }
            // With a default response no status would be undescribed.
            assert!(!responses.contains_key("default"), "{at}");
            for status in ["400", "500", "503"] {
                assert!(responses.contains_key(status), "{at} {status}");
            }
            let is_file = path.contains("/attachments/") && method != "delete";
            let stores_files = is_file || path.ends_with("/attachments") && method == "put";
            assert_eq!(responses.contains_key("501"), stores_files, "{at}");
            assert_eq!(responses.contains_key("409"), method != "get" && !changes_nothing(path), "{at}");
            let changes = is_of_account && method != "get" && !changes_nothing(path);
            let is_port = path.contains("/port_requests");
            let is_free =
                method == "delete" || path.contains("/fix") || is_port && !path.ends_with("/{state}");
            assert_eq!(responses.contains_key("402"), changes && !is_free, "{at}");
            let parameters = operation["parameters"].to_string();
            let has_key = changes && (!is_port || path.ends_with("/port_requests"));
            assert_eq!(parameters.contains("IdempotencyKey"), has_key, "{at}");
            let body = operation["requestBody"].as_object().unwrap_or(&empty);
            let is_optional = is_of_account && path.contains("{phone_number}")
                || path.ends_with("/{port_request_id}")
                || path.ends_with("/{state}");
            assert_eq!(body.get("required").unwrap_or(&json!(!is_optional)), !is_optional, "{at}");
        }
    }
    // Lists of the same numbers take the same parameters.
    let names = |path: &str| -> Vec<&str> {
        let parameters = root["paths"][path]["get"]["parameters"].as_array().unwrap().iter();
        parameters
            .filter(|parameter| parameter["in"] == "query")
            .map(|it| it["name"].as_str().unwrap())
            .collect()
    };
    for (path, same, count) in [
        ("/v2/accounts/{account_id}/phone_numbers", "/v2/accounts/{account_id}/phone_numbers/fix", 16),
        ("/people/v2/phone_numbers", "/people/v2/people/{person_id}/phone_numbers", 19),
    ] {
        assert_eq!((names(path), names(path).len()), (names(same), count));
    }
    let quantity = &root["paths"]["/v2/phone_numbers"]["get"]["parameters"][1];
    assert_eq!((&quantity["name"], &quantity["schema"]["maximum"]), (&json!("quantity"), &json!(500)));
}
