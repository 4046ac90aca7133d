//! Parsing, short numbers and as-you-type formatting against libphonenumber's answers.

use proptest::prelude::*;
use proptest::sample;
use serde_json::{Value, json};
use telnum::CallingCode;
use telnum::plan::parse::{ParseErrorKind, Parsed};
use telnum::plan::{self, AsYouType, Region, Table, TypingTable, short};

const PARSE: &str = include_str!("data/plan/parse.tsv");
const OFFICIAL: &str = include_str!("data/plan/official.jsonl");

#[test]
fn parse_agrees_with_libphonenumber() {
    let mut different = Vec::new();
    for row in PARSE.lines() {
        let [region, text, number, extension] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let region: Region = region.parse().unwrap();
        let answer = match plan::parse(text, Some(region)) {
            Ok(parsed) => (
                parsed.number.to_string(),
                parsed.extension.map_or("-".to_owned(), |extension| extension.to_string()),
            ),
            Err(_) => ("!".to_owned(), "-".to_owned()),
        };
        if answer != (number.to_owned(), extension.to_owned()) {
            different.push(format!("{row} is {answer:?}"));
        }
    }
    assert!(different.is_empty(), "{} rows:\n{}", different.len(), different.join("\n"));
}

static TYPING: TypingTable = TypingTable::read(include_bytes!("data/plan/testing.typing.bin"));
static TESTING: Table = Table::read(include_bytes!("data/plan/testing.bin"));

/// The calls of libphonenumber's own tests, on its metadata for testing if they parse or format. A
/// region that the plan does not have is `None`.
#[test]
fn parse_agrees_with_the_official_tests() {
    let mut count = 0;
    let mut different = Vec::new();
    for row in OFFICIAL.lines().map(|row| serde_json::from_str::<Value>(row).unwrap()) {
        let text = row["args"][0].as_str().unwrap_or_default();
        match row["call"].as_str().unwrap() {
            // One row asks a helper that needs no region.
            "parse" if row["answer"]["country_code"] != 0 => {
                let region = row["args"][1].as_str().and_then(|region| region.parse().ok());
                let answer = TESTING.parse(text, region);
                let same = match &answer {
                    Ok(parsed) => row["answer"] == described(*parsed, &row["answer"]),
                    Err(error) if error.kind() == ParseErrorKind::ExtensionTooLong => {
                        row["answer"]["extension"].as_str().unwrap().len() > 15
                    }
                    Err(error) => error.kind().libphonenumber_name().is_some_and(|name| row["error"] == name),
                };
                if !same {
                    different.push(format!("{row} is {answer:?}"));
                }
            }
            "is_emergency_number" | "connects_to_emergency_number" => {
                // A region without a plan has no emergency number.
                let answer = row["args"][1].as_str().unwrap().parse().is_ok_and(|region| {
                    let is_emergency = row["call"] == "is_emergency_number";
                    let ask = if is_emergency { short::is_emergency } else { short::connects_to_emergency };
                    ask(text, region)
                });
                assert_eq!(answer, row["answer"], "{row}");
            }
            "as_you_type" => {
                let region = row["args"][0].as_str().and_then(|region| region.parse().ok());
                let mut formatter = TESTING.as_you_type(&TYPING, region);
                let keys = row["args"][1].as_str().unwrap();
                let shown: Vec<_> = keys.chars().map(|key| Value::from(formatter.push(key))).collect();
                if row["answer"] != Value::from(shown.clone()) {
                    different.push(format!("{row} is {shown:?}"));
                }
            }
            "is_possible_short_number" => {
                let number = &row["args"][0];
                let number = format!("+{}{}", number["country_code"], number["national_number"]);
                assert_eq!(short::is_possible(number.parse().unwrap()), row["answer"], "{row}");
            }
            "is_alpha_number" => assert_eq!(plan::is_vanity(text), row["answer"], "{row}"),
            _ => continue,
        }
        count += 1;
    }
    assert!(different.is_empty(), "{} rows:\n{}", different.len(), different.join("\n"));
    assert_eq!(count, 406);
}

/// Returns `parsed` in the format of a row. Not every row with a carrier code contains it.
fn described(parsed: Parsed, row: &Value) -> Value {
    let national = parsed.number.national_digits().to_string();
    // If all digits are zeros, the number is the last one.
    let zeros = national.len() - national.trim_start_matches('0').len().max(1);
    let mut value = json!({
        "country_code": parsed.number.calling_code().map(CallingCode::get),
        "national_number": national.parse::<u64>().ok(),
        "leading_zeros": (zeros > 0).then_some(zeros),
        "extension": parsed.extension.map(|extension| extension.to_string()),
        "carrier_code": parsed.carrier_code.map(|code| code.to_string()),
    });
    if let Value::Object(members) = &mut value {
        members.retain(|name, value| !value.is_null() && (name != "carrier_code" || row.get(name).is_some()));
    }
    value
}

#[test]
fn errors_have_a_kind_and_a_position() {
    for row in include_str!("data/plan/refused.tsv").lines() {
        let cells: Vec<_> = row.split('\t').collect();
        let error = plan::parse(cells[1], cells[0].parse().ok()).unwrap_err();
        assert_eq!(
            (error.kind().libphonenumber_name().unwrap_or_default(), error.position().to_string().as_str()),
            (cells[2], cells[3]),
            "{row}"
        );
    }
}

/// Characters that differ from an ASCII one only in case or width.
#[test]
fn characters_that_resemble_ascii_are_parsed() {
    for (text, region, number, extension) in [
        ("03～1234～5678", Region::JP, "+81031234", Some("5678")),
        ("212ı5551234", Region::US, "+12125551234", None),
        ("212İ5551234", Region::US, "+12125551234", None),
        ("1-800-FLOWERſ", Region::US, "+18003569377", None),
        ("4155552671 ınt 5", Region::US, "+14155552671", Some("5")),
    ] {
        let parsed = plan::parse(text, Some(region)).unwrap();
        assert_eq!(parsed.number.to_string(), number, "{text}");
        assert_eq!(parsed.extension.map(|extension| extension.to_string()).as_deref(), extension, "{text}");
    }
}

/// A regression test: the time was quadratic in the number of keys.
#[test]
fn a_hundred_thousand_keys_are_shown_in_linear_time() {
    for key in ['1', '0', '+', 'a', '٤'] {
        let mut typed = AsYouType::new(Some(Region::US));
        for _ in 0..100_000 {
            typed.push(key);
        }
        assert!(
            typed.as_str().chars().all(|shown| shown == key) && typed.as_str().chars().count() == 100_000
        );
    }
}

#[test]
fn long_texts_are_refused() {
    let kind = |text: &str| plan::parse(text, Some(Region::US)).unwrap_err().kind();
    assert_eq!(kind(&"4".repeat(200)), ParseErrorKind::TooLong);
    assert_eq!(kind(&"x".repeat(250)), ParseErrorKind::NotANumber);
    assert_eq!(kind(&format!("415-555-2671{}", " ".repeat(239))), ParseErrorKind::TooLong);
    for junk in ["+", "/ ", "\\x", ";", "٤", "1,", "tel:", ";phone-context=", "\u{301}"] {
        let junk = junk.repeat(1_000_000 / junk.len());
        assert_eq!(kind(&junk), ParseErrorKind::TooLong);
        assert!(!short::is_emergency(&junk, Region::US));
    }
    assert!(plan::parse(&format!("415-555-2671{}", " ".repeat(238)), Some(Region::US)).is_ok());
}

proptest! {
    #[test]
    fn digits_are_kept_whatever_is_typed(keys in "[0-9+ *x٤-]{0,24}|.{0,12}", region in sample::select(REGIONS.to_vec())) {
        let mut formatter = AsYouType::new(region);
        for key in keys.chars() {
            formatter.push(key);
        }
        let kept = |text: &str| text.chars().filter_map(|c| c.to_digit(10)).collect::<Vec<_>>();
        if keys.is_ascii() {
            prop_assert_eq!(kept(formatter.as_str()), kept(&keys));
        }
        formatter.clear();
        prop_assert_eq!(formatter.as_str(), "");
    }
}

const REGIONS: [Option<Region>; 6] =
    [None, Some(Region::US), Some(Region::AR), Some(Region::CN), Some(Region::BY), Some(Region::WORLD)];
