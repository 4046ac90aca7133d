//! The schemas accept the values that serde writes, and describe the same values for both crates.

use regex::Regex;
use schemars::SchemaGenerator;
use serde::Serialize;
use serde_json::{Value, json};
use telnum::lifecycle::State;
use telnum::number::PrivateNumber;
use telnum::plan::{NumberType, Region};
use telnum::{CallingCode, Extension, PhoneNumber, Prefix, Timestamp};

/// Returns the schema of a type, after checking that both crates have the same.
fn schema<T: schemars::JsonSchema + utoipa::ToSchema>() -> Value {
    let schema = T::json_schema(&mut SchemaGenerator::default()).to_value();
    assert_eq!(serde_json::to_value(T::schema()).unwrap(), schema);
    assert_eq!(T::schema_name(), T::name());
    schema
}

/// Returns whether a schema accepts a value, by its type and its only other condition.
fn accepts(schema: &Value, value: &Value) -> bool {
    if schema["type"] == "integer" {
        let found = value.as_u64();
        return found.is_some() && found >= schema["minimum"].as_u64() && found <= schema["maximum"].as_u64();
    }
    assert_eq!(schema["type"], "string");
    match (&schema["pattern"], &schema["enum"]) {
        (Value::String(pattern), Value::Null) => {
            value.as_str().is_some_and(|text| Regex::new(pattern).unwrap().is_match(text))
        }
        (pattern, names) => {
            assert!(pattern.is_null(), "{schema}");
            names.as_array().unwrap().contains(value)
        }
    }
}

fn check<T: schemars::JsonSchema + utoipa::ToSchema + Serialize>(
    values: impl IntoIterator<Item = T>,
    refused: &[Value],
) {
    let schema = schema::<T>();
    for value in values {
        let value = serde_json::to_value(value).unwrap();
        assert!(accepts(&schema, &value), "{value} {schema}");
    }
    for value in refused {
        assert!(!accepts(&schema, value), "{value} {schema}");
    }
}

#[test]
fn schemas_accept_exactly_the_values_of_the_types() {
    let numbers =
        ["+10", "+14158867900", "+999999999999999"].map(|text| text.parse::<PhoneNumber>().unwrap());
    let refused = [json!("+1"), json!("14158867900"), json!("+0415"), json!("+1234567890123456"), json!(1)];
    check(numbers, &refused);
    check(numbers.map(PrivateNumber::new), &refused);
    check(["+1", "+123456789012345"].map(|text| text.parse::<Prefix>().unwrap()), &[json!("+"), json!("1")]);
    check(["0", "0042"].map(|text| text.parse::<Extension>().unwrap()), &[json!(""), json!("x1")]);
    check([1, 999].map(|code| CallingCode::new(code).unwrap()), &[json!(0), json!(1000), json!("1")]);
    check(Region::all(), &[json!("ch"), json!("XX")]);
    check(NumberType::all(), &[json!("mobile")]);
    check(State::ALL, &[json!("ageing")]);
    check([Timestamp::MIN, Timestamp::MAX], &[json!(0), json!(315_569_520_000_u64)]);
}

#[test]
fn a_structure_refers_to_the_schemas_by_name() {
    let schema = schemars::schema_for!((PhoneNumber, Option<Region>)).to_value();
    assert_eq!(schema["prefixItems"][0]["$ref"], "#/$defs/PhoneNumber");
    assert_eq!(schema["$defs"]["Region"]["enum"].as_array().unwrap().len(), 246);
}
