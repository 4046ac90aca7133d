//! Documents of port requests: reading, writing, and refusals with the path of the invalid field.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use telnum::document::FieldError;
use telnum::porting::{
    Bill, Comment, Notifications, NumberStatus, Passcode, PasscodeError, Pin, PortOutRequest, PortRequest,
    PortSettings, PortingInfo, ScheduleOn, TransitionEntry, Upload,
};

use crate::{BASE, common, number, request, snapshot};

/// Returns `value` without `null` fields, which count as missing.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key, without_nulls(value))).collect()
        }
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[test]
fn a_document_survives_reading_and_writing() {
    let document: Value = serde_json::from_str(BASE).unwrap();
    let request: PortRequest = serde_json::from_str(BASE).unwrap();
    let mut written = serde_json::to_value(&request).unwrap();
    assert_eq!(written["pvt_checked"], Value::Null);
    assert!(written.as_object_mut().unwrap().contains_key("pvt_checked"), "an unknown field is kept");
    assert_eq!(without_nulls(written.clone()), without_nulls(document));
    assert_eq!(PortRequest::from_value(written).unwrap(), request);
    // The text contains the known fields first, then the others in the order of the input.
    let text = serde_json::to_string(&request).unwrap();
    let again: PortRequest = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
    assert!(text.ends_with(r#""ui_metadata":{"version":"4.3"},"pvt_checked":null}"#), "{text}");

    assert_eq!(request.port_authority(), Some("authority".parse().unwrap()));
    assert_eq!(request.parties().account.name.as_deref(), Some("Child"));
    assert_eq!(request.notifications().unwrap().emails().collect::<Vec<_>>(), ["ann@example.com"]);
    assert_eq!(request.uploads().map(|(name, _)| name).collect::<Vec<_>>(), ["bill.pdf"]);
    assert_eq!(request.bill().unwrap().pin.as_ref().map(Pin::reveal), Some("4242"));
    assert_eq!(request.number(number("+14158867902")).unwrap().status().as_str(), "on_hold");
}

#[test]
fn invalid_fields_are_refused_with_their_path() {
    let mut seen = 0;
    for line in include_str!("../data/domain/port_refused.jsonl").lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let kind = row["of"].as_str().unwrap();
        let mut document = row["document"].clone();
        let error = match kind {
            "request" => {
                let mut whole: Value = serde_json::from_str(BASE).unwrap();
                for (key, value) in document.as_object().unwrap() {
                    whole[key] = value.clone();
                }
                document = whole.clone();
                let error = PortRequest::from_value(whole).unwrap_err();
                let through_serde = serde_json::from_value::<PortRequest>(document.clone()).unwrap_err();
                assert_eq!(through_serde.to_string(), error.to_string());
                error.to_string()
            }
            "bill" => refused::<Bill>(document),
            "info" => refused::<PortingInfo>(document),
            "port_out" => PortOutRequest::from_value(document).unwrap_err().to_string(),
            other => panic!("{other}"),
        };
        assert_eq!(error, row["error"].as_str().unwrap(), "{line}");
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
    assert!(serde_json::from_str::<PortRequest>("[]").is_err());
}

fn refused<T: DeserializeOwned + std::fmt::Debug>(document: Value) -> String {
    serde_json::from_value::<T>(document).unwrap_err().to_string()
}

#[test]
fn every_field_of_porting_info_is_read() {
    let mut seen = 0;
    let mut all = json!({"later_key": {"a": [1]}});
    for [key, kind] in common::rows(include_str!("../data/domain/porting_info.tsv")) {
        all[key] = if kind == "array" { json!(["first", "second"]) } else { json!(key) };
        assert!(refused::<PortingInfo>(json!({key: 1})).starts_with(&format!("`{key}`: expected {kind}, ")));
        seen += 1;
    }
    assert_eq!(seen, 13);
    let info: PortingInfo = serde_json::from_value(all.clone()).unwrap();
    assert_eq!(serde_json::to_value(&info).unwrap(), all);
    assert_eq!(serde_json::to_string(&PortingInfo::default()).unwrap(), "{}");
}

#[test]
fn passcodes_have_4_to_10_letters_and_digits() {
    let mut seen = 0;
    for [text, expected] in common::rows(include_str!("../data/domain/passcodes.tsv")) {
        match text.parse::<Passcode>() {
            Ok(passcode) => {
                assert_eq!(expected, "ok", "{text:?}");
                assert!(passcode.matches(text) && !passcode.matches(""));
                assert_eq!(serde_json::to_value(&passcode).unwrap(), text);
            }
            Err(error) => assert_eq!(error.to_string(), expected, "{text:?}"),
        }
        let through_serde = serde_json::from_value::<Passcode>(json!(text));
        assert_eq!(through_serde.is_ok(), expected == "ok", "{text:?}");
        seen += 1;
    }
    assert_eq!(seen, 11);
    let error = serde_json::from_value::<Passcode>(json!("top secret")).unwrap_err();
    assert_eq!(error.to_string(), "expected an ASCII letter or digit at byte 3");
    assert_eq!("".parse::<Passcode>().unwrap_err(), PasscodeError::Length { length: 0 });
}

#[test]
fn debug_does_not_show_secrets() {
    let request = request(&json!({}));
    let shown = format!("{request:?}");
    assert!(!shown.contains("4242") && shown.contains("Pin(***)"), "{shown}");
    let bill = serde_json::from_value::<Bill>(json!({"pin": "hush", "passcode": "hush"})).unwrap();
    assert!(!format!("{bill:?}").contains("hush"));
    assert_eq!(serde_json::to_value(&bill).unwrap()["passcode"], "hush");
    let out = json!({"number": "+14158867900", "account_id": "a", "passcode": "hush"});
    assert!(!format!("{:?}", PortOutRequest::from_value(out).unwrap()).contains("hush"));
    let letter = signed().letter_of_authorization("New Telephone Co").unwrap();
    assert!(!letter.contains("4242"));
}

fn signed() -> PortRequest {
    let mut numbers: serde_json::Map<_, _> =
        (0..12).map(|last| (format!("+141588679{last:02}"), json!({}))).collect();
    numbers.insert("+14158867999".to_owned(), json!({"status": "canceled"}));
    request(&json!({"numbers": numbers}))
}

#[test]
fn a_letter_requires_its_fields_and_resists_forged_lines() {
    let letter = signed().letter_of_authorization("New Telephone Co").unwrap();
    snapshot::check("domain/letter.txt", &letter);
    assert!(letter.lines().all(|line| line.chars().count() <= 80));
    // User input cannot add lines to the letter.
    let mut forged = json!(signed());
    forged["signee_name"] = "Ann\r\nDate: never".into();
    forged["bill"]["name"] = "Beep\n\u{1b}[2KAccount number: B-2".into();
    let forged = PortRequest::from_value(forged).unwrap();
    let forged = forged.letter_of_authorization("New\u{2028}Telephone\u{0} Co").unwrap();
    assert_eq!(forged.lines().count(), letter.lines().count());
    assert!(forged.contains("Beep [2KAccount") && forged.contains("New Telephone Co"), "{forged}");

    let paths = |errors: Vec<FieldError>| -> Vec<String> {
        errors.iter().map(|error| format!("{} {}", error.path(), error.kind().rule())).collect()
    };
    let empty =
        request(&json!({"numbers": {}, "bill": {"name": " "}, "signee_name": null, "signing_date": null}));
    let validated = [
        "numbers required",
        "bill.name required",
        "bill.street_address required",
        "bill.locality required",
        "bill.region required",
        "bill.postal_code required",
        "bill.account_number required",
        "bill.btn required",
    ];
    assert_eq!(paths(empty.missing()), validated);
    let more = ["bill.carrier required", "signee_name required", "signing_date required"];
    let missing = paths(empty.letter_of_authorization("New Telephone Co").unwrap_err());
    assert_eq!(missing, [&validated[..], &more].concat());
    assert_eq!(signed().missing(), []);
    let canceled = request(&json!({"numbers": {"+14158867900": {"status": "canceled"}}}));
    assert_eq!(paths(canceled.missing()), ["numbers required"]);
    assert_eq!(paths(canceled.letter_of_authorization("New").unwrap_err()), ["numbers required"]);
}

#[test]
fn parts_survive_reading_and_writing() {
    fn same<T: serde::Serialize + serde::de::DeserializeOwned>(document: &Value) {
        let read: T = serde_json::from_value(document.clone()).unwrap();
        assert_eq!(&serde_json::to_value(&read).unwrap(), document);
    }
    same::<ScheduleOn>(&json!({"timezone": "UTC", "date_time": "2026-07-01 09:30", "by": 1}));
    same::<Comment>(&json!({"timestamp": 63_630_097_800_u64, "content": "x", "extra": null}));
    same::<Upload>(&json!({"length": 1, "pages": 2}));
    same::<Notifications>(&json!({"email": {"send_to": ["a@b.c"], "cc": 1}, "web": {}}));
    same::<TransitionEntry>(
        &json!({"type": "transition", "timestamp": 63_630_097_800_u64, "new": "parked", "n": 1}),
    );
    same::<PortSettings>(&json!({
        "allow_port_transition_from_submitted_to_scheduled": true, "stale_days": 7, "keep_stale_pending": false,
    }));
    for status in [
        json!({}),
        json!({"status": "confirmed", "foc_date": 63_630_097_800_u64}),
        json!({"status": "ported", "ported_at": 63_630_097_800_u64}),
        json!({"status": "rejected", "refusals": ["pin_invalid", "odd"]}),
        json!({"status": "canceled"}),
        json!({"status": "parked"}),
    ] {
        same::<NumberStatus>(&status);
    }
    assert!(serde_json::from_value::<NumberStatus>(json!({"status": "canceled", "foc_date": 1})).is_err());
    assert!(serde_json::from_value::<PortSettings>(json!({"stale": 7})).is_err());
}
