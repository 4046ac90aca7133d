//! The schema of a number's public document.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;
mod snapshot;

use common::rows;
use proptest::prelude::*;
use serde_json::{Value, json};
use telnum::document::FieldError;
use telnum::lifecycle::State;
use telnum::record::schema::{FieldRule, JsonType, RULES, check, json_schema};

/// Returns the path and the rule of each error.
fn summary(errors: &[FieldError]) -> String {
    let each: Vec<_> =
        errors.iter().map(|error| format!("{}={}", error.path(), error.kind().rule())).collect();
    each.join(" ")
}

/// A document with all fields of the schema.
fn full() -> Value {
    serde_json::from_str(include_str!("data/domain/number_full.json")).unwrap()
}

/// Returns the full document without a field, or with another value of the field.
fn changed(path: &str, value: Option<Value>) -> Value {
    let mut document = full();
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    let above = if above.is_empty() { String::new() } else { format!("/{}", above.replace('.', "/")) };
    match (document.pointer_mut(&above).unwrap(), value) {
        (Value::Object(fields), Some(value)) => assert!(fields.insert(name.to_owned(), value).is_some()),
        (Value::Object(fields), None) => assert!(fields.remove(name).is_some()),
        (Value::Array(values), Some(value)) => values[0] = value,
        (outer, value) => panic!("cannot put {value:?} into {outer}"),
    }
    document
}

#[test]
fn documents_break_the_rules_of_their_row() {
    for [document, errors, case] in rows(include_str!("data/domain/schema.tsv")) {
        let document: Value = serde_json::from_str(document).unwrap();
        assert_eq!(summary(&check(&document)), errors, "{document}, {case}");
    }
}

/// Returns values that violate the rule, each with the name of the error, and valid values at the
/// limits.
fn values(rule: &FieldRule) -> (Vec<(Option<Value>, &'static str)>, Vec<Value>) {
    let text = |length| Value::from("é".repeat(length));
    let mut wrong = vec![(Some(json!(7)), "type")];
    let mut right = Vec::new();
    wrong.extend(rule.required.then_some((None, "required")));
    wrong.extend(rule.min.map(|min| (Some(text(min - 1)), "minLength")));
    wrong.extend(rule.max.map(|max| (Some(text(max + 1)), "maxLength")));
    right.extend(rule.min.map(text));
    right.extend(rule.max.map(text));
    wrong.extend(rule.allowed.iter().map(|value| (Some(json!(value.to_lowercase() + "s")), "enum")));
    right.extend(rule.allowed.iter().map(|value| json!(value)));
    match rule.json_type {
        JsonType::Array | JsonType::Object => wrong.push((Some(json!("")), "type")),
        JsonType::Boolean => right.extend([json!(true), json!(false)]),
        JsonType::String => wrong.extend([(Some(json!([])), "type"), (Some(json!({})), "type")]),
    }
    (wrong, right)
}

#[test]
fn every_rule_has_an_error_of_its_own() {
    assert_eq!(check(&full()), []);
    for rule in &RULES {
        let path = rule.path.replace("[]", "0");
        let (wrong, right) = values(rule);
        for (value, rule) in wrong {
            let document = changed(&path, value);
            assert_eq!(summary(&check(&document)), format!("{path}={rule}"), "{document}");
            if path.starts_with("e911") {
                assert_eq!(summary(&check(&legacy(document))), format!("dash_{path}={rule}"));
            }
        }
        for value in right {
            assert_eq!(check(&changed(&path, Some(value))), [], "{path}");
        }
    }
}

/// Renames the address to its old name.
fn legacy(mut document: Value) -> Value {
    let fields = document.as_object_mut().unwrap();
    let address = fields.remove("e911").unwrap();
    fields.insert("dash_e911".to_owned(), address);
    document
}

#[test]
fn the_states_are_those_of_the_lifecycle() {
    let rule = RULES.iter().find(|rule| rule.path == "create_with_state").unwrap();
    let mut states = State::ALL.map(State::as_str);
    states.sort_unstable();
    assert_eq!(rule.allowed, states);
}

#[test]
fn the_json_schema_is_the_published_one() {
    let schema = serde_json::to_string_pretty(&json_schema()).unwrap();
    snapshot::check("domain/number.schema.json", &(schema + "\n"));
}

/// Validates a value with the keywords of JSON Schema that `json_schema` uses.
fn is_valid(root: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(reference) = schema.get("$ref") {
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        return is_valid(root, root.pointer(pointer).unwrap(), value);
    }
    schema.as_object().unwrap().iter().all(|(rule, said)| {
        let length = value.as_str().map(|text| text.chars().count() as u64);
        match rule.as_str() {
            "$schema" | "title" | "description" => true,
            "type" => telnum::document::type_of(value) == said,
            "minLength" => length.is_none_or(|length| length >= said.as_u64().unwrap()),
            "maxLength" => length.is_none_or(|length| length <= said.as_u64().unwrap()),
            "enum" => said.as_array().unwrap().contains(value),
            "required" => {
                let names = said.as_array().unwrap();
                names.iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "properties" => said
                .as_object()
                .unwrap()
                .iter()
                .all(|(name, schema)| value.get(name).is_none_or(|value| is_valid(root, schema, value))),
            "items" => {
                value.as_array().is_none_or(|values| values.iter().all(|value| is_valid(root, said, value)))
            }
            other => panic!("the schema says {other}"),
        }
    })
}

proptest! {
    /// Except for `null`, which counts as missing.
    #[test]
    fn both_forms_of_the_schema_agree(
        place in 0..RULES.len(),
        value in prop_oneof![
            "\\PC{0,32}".prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(json!(7)),
            Just(json!([])),
            Just(json!(["a", 1])),
            Just(json!({})),
            prop::sample::select(RULES.iter().flat_map(|rule| rule.allowed).collect::<Vec<_>>())
                .prop_map(|text| json!(text)),
        ],
    ) {
        let path = RULES[place].path.replace("[]", "0");
        let schema = json_schema();
        let document = changed(&path, Some(value));
        prop_assert_eq!(check(&document).is_empty(), is_valid(&schema, &schema, &document));
        if path.starts_with("e911") {
            let document = legacy(document);
            prop_assert_eq!(check(&document).is_empty(), is_valid(&schema, &schema, &document));
        }
    }
}
