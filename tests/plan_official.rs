//! Every call in libphonenumber's own unit tests, on its metadata for testing. `parse.rs` covers the
//! calls that parse texts.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::Value;
use telnum::plan::{NumberType, Region, Style, Table, short};
use telnum::{CallingCode, Extension, PhoneNumber};

static TESTING: Table = Table::read(include_bytes!("data/plan/testing.bin"));

const CALLS: &str = include_str!("data/plan/official.jsonl");

/// The rows about a number, region or function that the crate does not have, with their count.
const NOT_OURS: [(&str, usize); 6] = [
    // Calling codes such as 0, 2, 99, 999 and 3923, which no E.164 number starts with.
    ("calling code", 9),
    // The digits of a text that is not necessarily a number.
    ("digits", 1),
    // An example of any region, of a region that does not exist, or of no type.
    ("example", 8),
    // A negative count of leading zeros.
    ("leading zeros", 1),
    // Regions that do not exist, such as ZZ.
    ("region", 8),
    // The national number 0, for which libphonenumber returns the raw input.
    ("zero", 3),
];

#[test]
fn answers_agree_with_the_official_tests() {
    let (mut answered, mut left_out) = (0, std::collections::BTreeMap::new());
    for line in CALLS.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        match answer(row["call"].as_str().unwrap(), row["args"].as_array().unwrap()) {
            None => {}
            Some(Err(reason)) => *left_out.entry(reason).or_insert(0) += 1,
            Some(Ok(answer)) => {
                assert_eq!(answer, row["answer"], "{line}");
                answered += 1;
            }
        }
    }
    assert_eq!(left_out.into_iter().collect::<Vec<_>>(), NOT_OURS);
    assert_eq!(answered, 242);
}

/// Returns the plan's result for a call; `None` if `parse.rs` covers it, an error if the crate has no
/// such function or argument.
fn answer(call: &str, args: &[Value]) -> Option<Result<Value, &'static str>> {
    let number = |found: &dyn Fn(PhoneNumber) -> Value| number(&args[0]).map(found);
    let region = |arg: usize| args[arg].as_str().and_then(|name| name.parse::<Region>().ok());
    let known_region = |arg: usize| region(arg).ok_or("region");
    Some(match call {
        "format_number" => {
            number(&|number| TESTING.format(number, extension(&args[0]), style(&args[1])).as_str().into())
        }
        "format_out_of_country_calling_number" => number(&|number| match region(1) {
            Some(from) => TESTING.format_out_of_country(number, extension(&args[0]), from).as_str().into(),
            None => TESTING.format(number, extension(&args[0]), Style::International).as_str().into(),
        }),
        "format_national_number_with_carrier_code" => number(&|number| {
            let carrier = args[1].as_str().unwrap();
            TESTING.format_with_carrier_code(number, extension(&args[0]), carrier).as_str().into()
        }),
        "number_type" => number(&|number| TESTING.lookup(number).number_type().as_str().into()),
        "is_valid_number" => number(&|number| TESTING.lookup(number).is_valid().into()),
        "is_valid_number_for_region" => known_region(1)
            .and_then(|region| number(&|number| TESTING.lookup(number).is_valid_for(region).into())),
        "is_possible_number" => number(&|number| TESTING.lookup(number).possibility().is_possible().into()),
        "is_possible_number_with_reason" => {
            number(&|number| serde_json::to_value(TESTING.lookup(number).possibility()).unwrap())
        }
        "region_code_for_number" => {
            number(&|number| TESTING.lookup(number).region().map(Region::as_str).into())
        }
        "length_of_geographical_area_code" => number(&|number| TESTING.lookup(number).area_code_len().into()),
        "national_significant_number" => number(&|number| number.national_digits().to_string().into()),
        "country_code_for_region" => known_region(0)
            .map(|region| TESTING.calling_code(region).map_or(0, CallingCode::get).into()),
        "region_code_for_country_code" => code(&args[0])
            .map(|code| TESTING.main_region(code).map_or("ZZ".into(), |region| region.as_str().into())),
        "is_nanpa_country" => {
            known_region(0).map(|region| (TESTING.calling_code(region) == Some(CallingCode::NANP)).into())
        }
        "example_number_for_type" => kind(&args[1]).ok_or("example").and_then(|kind| {
            let region = region(0).ok_or("example")?;
            Ok(TESTING.example_number(region, kind).map_or(Value::Null, |number| {
                let national: u64 = number.national_digits().to_string().parse().unwrap();
                serde_json::json!({"country_code": number.calling_code().unwrap().get(), "national_number": national})
            }))
        }),
        "is_valid_short_number" => number(&|number| short::is_valid(number).into()),
        "normalize_digits_only" => Err("digits"),
        "parse"
        | "as_you_type"
        | "is_emergency_number"
        | "connects_to_emergency_number"
        | "is_possible_short_number"
        | "is_alpha_number" => return None,
        _ => panic!("{call} is asked nowhere"),
    })
}

fn number(value: &Value) -> Result<PhoneNumber, &'static str> {
    let code = code(&value["country_code"])?;
    if value["national_number"] == 0 && value["leading_zeros"].is_null() {
        return Err("zero");
    }
    let zeros = value["leading_zeros"].as_i64().unwrap_or(0);
    let zeros = "0".repeat(usize::try_from(zeros).map_err(|_| "leading zeros")?);
    let number: PhoneNumber = format!("+{code}{zeros}{}", value["national_number"]).parse().unwrap();
    if number.calling_code() == Some(code) { Ok(number) } else { Err("calling code") }
}

fn code(value: &Value) -> Result<CallingCode, &'static str> {
    let code = value.as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(0);
    CallingCode::new(code).map_err(|_| "calling code")
}

fn extension(value: &Value) -> Option<Extension> {
    value["extension"].as_str().map(|digits| digits.parse().unwrap())
}

fn style(value: &Value) -> Style {
    match value.as_str().unwrap() {
        "E164" => Style::E164,
        "INTERNATIONAL" => Style::International,
        "NATIONAL" => Style::National,
        _ => Style::Rfc3966,
    }
}

/// Returns the type of libphonenumber's number, which counts the types of valid numbers from 0.
fn kind(value: &Value) -> Option<NumberType> {
    NumberType::all().skip(1).nth(usize::try_from(value.as_u64()?).ok()?)
}
