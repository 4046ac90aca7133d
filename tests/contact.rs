//! Contact numbers: entered numbers, labels, ids, the stored form.

mod common;

use common::rows;
use serde_json::{Value, json};
use telnum::contact::{ContactId, ContactLabel, ContactNumber, EnteredNumber, OwnerId};

/// Returns the number with its extension as `;ext=`.
fn shown(entry: &EnteredNumber) -> String {
    entry.extension().map_or(entry.number().to_string(), |ext| format!("{};ext={ext}", entry.number()))
}

#[test]
fn entered_numbers_are_parsed() {
    for [text, country, default, number, refusal] in rows(include_str!("data/contact/entries.tsv")) {
        let country = Some(country).filter(|it| !it.is_empty()).map(|it| it.parse().unwrap());
        let default = Some(default).filter(|it| !it.is_empty()).map(|it| it.parse().unwrap());
        let read = EnteredNumber::parse(text, country, default);
        let found = match &read {
            Ok(entry) => (shown(entry), String::new()),
            Err(error) => (String::new(), error.to_string()),
        };
        assert_eq!(found, (number.to_owned(), refusal.to_owned()), "{text} {country:?} {default:?}");
        assert!(read.is_err() || &**read.unwrap().text() == text, "{text}");
    }
    let long = format!("+4930577{}01873", " ".repeat(240));
    assert_eq!(
        EnteredNumber::parse(&long, None, None).unwrap_err().to_string(),
        "expected at most 250 characters, found 253"
    );
}

#[test]
fn labels_have_at_most_20_characters() {
    for (length, ok) in [(0, true), (20, true), (21, false)] {
        for character in ["a", "é", "家", "🏠"] {
            let text = character.repeat(length);
            assert_eq!(text.parse::<ContactLabel>().is_ok(), ok, "{text}");
            assert_eq!(serde_json::from_value::<ContactLabel>(text.into()).is_ok(), ok);
        }
    }
}

#[test]
fn owners_and_ids_are_read() {
    for (text, ok) in [("168019", true), (&"x".repeat(36), true), (&"x".repeat(37), false), ("", false)] {
        assert_eq!(text.parse::<OwnerId>().is_ok(), ok, "{text}");
    }
    let ids = [("0", Some(0)), ("18446744073709551615", Some(u64::MAX)), ("18446744073709551616", None)];
    for (text, value) in ids.into_iter().chain([("+1", None), ("-1", None), ("", None), (" 1", None)]) {
        assert_eq!(text.parse::<ContactId>().ok().map(ContactId::get), value, "{text:?}");
    }
}

#[test]
fn stored_numbers_are_refused() {
    let refused: Value = serde_json::from_str(include_str!("data/contact/refused.json")).unwrap();
    for row in refused["store"].as_array().unwrap() {
        let error = ContactNumber::from_value(row[1].clone()).unwrap_err();
        assert_eq!(&json!([row[0], row[1], error.path(), error.kind().to_string()]), row);
        // serde and `from_value` report the same error.
        let decoded = serde_json::from_value::<ContactNumber>(row[1].clone()).unwrap_err();
        assert_eq!(decoded.to_string(), error.to_string());
    }
}

#[test]
fn stored_numbers_need_not_be_possible() {
    let stored = json!({"id": 1, "owner": "7", "number": "+15550123", "text": "555-0123", "primary": true,
        "created_at": 63_627_604_811_u64, "updated_at": 63_627_604_811_u64});
    let number: ContactNumber = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(serde_json::to_value(&number).unwrap(), stored);
}
