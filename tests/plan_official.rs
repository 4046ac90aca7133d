//! Every call in libphonenumber's own unit tests, on its metadata for testing. `parse.rs` covers the
//! calls that parse texts.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use telnum::plan::parse::{CarrierCode, Parsed};
use telnum::plan::{self, Comparand, NumberFormat, NumberType, Region, Style, Table, short};
use telnum::{CallingCode, Extension, PhoneNumber};

static TESTING: Table = Table::read(include_bytes!("data/plan/testing.bin"));

const CALLS: &str = include_str!("data/plan/official.jsonl");

/// The calls that [`CALLS`] lacks, with a sample of those for the possibility of a type.
const MORE_CALLS: &str = include_str!("data/plan/rest/official_more.jsonl");

/// The rows about a number, region or function that the crate does not have, with their count.
const NOT_OURS: [(&str, usize); 5] = [
    // Calling codes such as 0, 2, 99, 999 and 3923, which no E.164 number starts with.
    ("calling code", 9),
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
    assert_eq!(check(CALLS), (243, NOT_OURS.to_vec()));
}

#[test]
fn answers_agree_with_the_rest_of_the_official_tests() {
    let not_ours = [
        ("calling code", 4),
        // A space as a carrier code.
        ("carrier code", 1),
        ("example", 1),
        ("region", 7),
        // A number without a text, or one that the text is not parsed to.
        ("text", 8),
    ];
    assert_eq!(check(MORE_CALLS), (409, not_ours.to_vec()));
}

/// Compares the results of all calls. Returns the number of compared results, and the number of rows that are
/// not ours, by reason.
fn check(calls: &str) -> (usize, Vec<(&'static str, usize)>) {
    let (mut answered, mut left_out) = (0, std::collections::BTreeMap::new());
    for line in calls.lines() {
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
    (answered, left_out.into_iter().collect())
}

/// Returns the plan's result for a call; `None` if `parse.rs` covers it, an error if the crate has no
/// such function or argument.
#[expect(clippy::too_many_lines, reason = "one arm for each function")]
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
        "is_number_match" => Ok(TESTING
            .similarity(comparand(&args[0], &national(&args[0])), comparand(&args[1], &national(&args[1])))
            .as_str()
            .into()),
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
        "country_code_for_region" => {
            known_region(0).map(|region| TESTING.calling_code(region).map_or(0, CallingCode::get).into())
        }
        "region_code_for_country_code" => code(&args[0])
            .map(|code| TESTING.main_region(code).map_or("ZZ".into(), |region| region.as_str().into())),
        "is_nanpa_country" => {
            known_region(0).map(|region| (TESTING.calling_code(region) == Some(CallingCode::NANP)).into())
        }
        "example_number_for_type" => kind(&args[1]).ok_or("example").and_then(|kind| {
            let region = region(0).ok_or("example")?;
            Ok(TESTING.example_number(region, kind).map_or(Value::Null, described))
        }),
        "is_valid_short_number" => number(&|number| short::is_valid(number).into()),
        "normalize_digits_only" => Ok(plan::digits_only(args[0].as_str().unwrap()).into()),
        "normalize_diallable_chars_only" => Ok(plan::diallable_only(args[0].as_str().unwrap()).into()),
        "convert_alpha_characters_in_number" => Ok(plan::letters_to_digits(args[0].as_str().unwrap()).into()),
        "is_possible_number_for_type" => {
            number(&|number| TESTING.lookup(number).possibility_as(named_kind(&args[1])).is_possible().into())
        }
        "is_possible_number_for_type_with_reason" => {
            number(&|number| TESTING.lookup(number).possibility_as(named_kind(&args[1])).as_str().into())
        }
        "format_number_for_mobile_dialing" => known_region(1).and_then(|from| {
            number(&|number| {
                let formatted = if args[2] == true {
                    TESTING.format_for_mobile(number, None, from)
                } else {
                    TESTING.dial_string_for_mobile(number, None, from)
                };
                formatted.map_or(String::new(), |text| text.to_string()).into()
            })
        }),
        "format_in_original_format" => written(&args[0]).map(|(parsed, text)| {
            TESTING.format_original(&parsed, &text, region(1).unwrap_or(Region::WORLD)).into()
        }),
        "format_out_of_country_keeping_alpha_chars" => written(&args[0]).map(|(parsed, text)| {
            TESTING.format_keeping_letters(&parsed, &text, region(1).unwrap_or(Region::WORLD)).into()
        }),
        "format_by_pattern" => number(&|number| {
            let formats: Vec<_> = args[2].as_array().unwrap().iter().map(number_format).collect();
            TESTING.format_by_pattern(number, extension(&args[0]), style(&args[1]), &formats).into()
        }),
        "format_national_number_with_preferred_carrier_code" => {
            let carrier = args[0]["carrier_code"].as_str().unwrap_or_default();
            if carrier == " " {
                Err("carrier code")
            } else {
                number(&|number| {
                    let (preferred, fallback) =
                        (CarrierCode::from_digits(carrier), args[1].as_str().unwrap());
                    let text = TESTING.format_with_preferred_carrier_code(number, None, preferred, fallback);
                    text.as_str().into()
                })
            }
        }
        "truncate_too_long_number" => {
            digits(&args[0]).map(|text| TESTING.truncate_text(&text).map_or(Value::Null, described))
        }
        "is_number_geographical" => number(&|number| TESTING.lookup(number).is_geographical().into()),
        "can_be_internationally_dialled" => {
            number(&|number| TESTING.lookup(number).is_diallable_from_abroad().into())
        }
        "length_of_national_destination_code" => {
            number(&|number| TESTING.lookup(number).destination_code_len().into())
        }
        "ndd_prefix_for_region" => known_region(0).map(|region| {
            let prefix = TESTING.national_prefix_of(region);
            let strip = args[1] == true;
            prefix.map(|prefix| if strip { prefix.replace('~', "") } else { prefix.to_owned() }).into()
        }),
        "is_mobile_number_portable_region" => {
            known_region(0).map(|region| TESTING.has_portable_mobile_numbers(region).into())
        }
        "supported_types_for_region" => known_region(0).map(|region| types(TESTING.number_types(region))),
        "supported_types_for_non_geo_entity" => {
            code(&args[0]).map(|code| types(TESTING.number_types_of_code(code)))
        }
        "region_codes_for_country_code" => {
            code(&args[0]).map(|code| TESTING.regions(code).map(Region::as_str).collect::<Vec<_>>().into())
        }
        "country_mobile_token" => code(&args[0]).map(|code| code.mobile_token().unwrap_or_default().into()),
        "invalid_example_number" => known_region(0)
            .map(|region| TESTING.invalid_example_number(region).map_or(Value::Null, described)),
        "example_number" => known_region(0).map(|region| {
            TESTING.example_number(region, NumberType::FixedLine).map_or(Value::Null, described)
        }),
        "expected_cost" => number(&|number| short::cost(number).as_str().into()),
        "expected_cost_for_region" => known_region(1)
            .and_then(|region| number(&|number| short::cost_in(number, region).as_str().into())),
        "is_valid_short_number_for_region" => {
            known_region(1).and_then(|region| number(&|number| short::is_valid_in(number, region).into()))
        }
        "is_possible_short_number_for_region" => {
            known_region(1).and_then(|region| number(&|number| short::is_possible_in(number, region).into()))
        }
        "is_carrier_specific" => number(&|number| short::is_carrier_specific(number).into()),
        "is_carrier_specific_for_region" => known_region(1)
            .and_then(|region| number(&|number| short::is_carrier_specific_in(number, region).into())),
        "is_sms_service_for_region" => known_region(1)
            .and_then(|region| number(&|number| short::is_sms_service_in(number, region).into())),
        "example_short_number" => {
            known_region(0).map(|region| short::example(region).unwrap_or_default().into())
        }
        "example_short_number_for_cost" => known_region(0).map(|region| {
            let cost = args[1].as_str().unwrap().parse().unwrap();
            short::example_of_cost(region, cost).unwrap_or_default().into()
        }),
        "example_number_for_non_geo_entity" => code(&args[0]).map(|code| {
            let mut kinds = TESTING.number_types_of_code(code);
            let example = kinds.find_map(|kind| TESTING.example_number_of_code(code, kind));
            example.map_or(Value::Null, described)
        }),
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
    let number: PhoneNumber = digits(value)?.parse().map_err(|_| "too long")?;
    if number.calling_code() == Some(code(&value["country_code"])?) {
        Ok(number)
    } else {
        Err("calling code")
    }
}

/// Returns the number of a row with its plus sign, however long it is.
fn digits(value: &Value) -> Result<String, &'static str> {
    let code = code(&value["country_code"])?;
    if value["national_number"] == 0 && value["leading_zeros"].is_null() {
        return Err("zero");
    }
    let zeros = value["leading_zeros"].as_i64().unwrap_or(0);
    let zeros = "0".repeat(usize::try_from(zeros).map_err(|_| "leading zeros")?);
    Ok(format!("+{code}{zeros}{}", value["national_number"]))
}

fn code(value: &Value) -> Result<CallingCode, &'static str> {
    let code = value.as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(0);
    CallingCode::new(code).map_err(|_| "calling code")
}

fn extension(value: &Value) -> Option<Extension> {
    value["extension"].as_str().filter(|digits| !digits.is_empty()).map(|digits| digits.parse().unwrap())
}

fn style(value: &Value) -> Style {
    match value.as_str().unwrap() {
        "E164" => Style::E164,
        "INTERNATIONAL" => Style::International,
        "NATIONAL" => Style::National,
        _ => Style::Rfc3966,
    }
}

/// Parses the text that a number of a row was made of, and checks that the number is that of the row.
fn written(value: &Value) -> Result<(Parsed, String), &'static str> {
    let number = number(value)?;
    let text = value["raw_input"].as_str().ok_or("text")?;
    let source = value["source"].as_str();
    let regions = TESTING.regions(number.calling_code().unwrap()).chain([Region::US, Region::AU, Region::KR]);
    let is_same = |parsed: &Parsed| {
        parsed.number == number
            && parsed.extension == extension(value)
            && source.is_none_or(|source| source == parsed.source.as_str())
    };
    let mut parsed = regions.filter_map(|region| TESTING.parse(text, Some(region)).ok());
    parsed.find(is_same).map(|parsed| (parsed, text.to_owned())).ok_or("text")
}

/// Returns the national digits of a number, or an empty text for a text.
fn national(value: &Value) -> String {
    let zeros = usize::try_from(value["leading_zeros"].as_u64().unwrap_or(0)).unwrap();
    format!("{}{}", "0".repeat(zeros), value["national_number"])
}

/// Returns a text or a number of a row, which may have no calling code.
fn comparand<'a>(value: &'a Value, national: &'a str) -> Comparand<'a> {
    match (value.as_str(), number(value)) {
        (Some(text), _) => Comparand::Text(text),
        (None, Ok(number)) => Comparand::Number(number, extension(value)),
        (None, Err(_)) => Comparand::National(national, extension(value)),
    }
}

/// Returns a number in the format of an answer.
fn described(number: PhoneNumber) -> Value {
    let digits = number.national_digits().to_string();
    let zeros = digits.len() - digits.trim_start_matches('0').len().max(1);
    let national: u64 = digits.parse().unwrap();
    let mut value =
        json!({"country_code": number.calling_code().unwrap().get(), "national_number": national});
    if zeros > 0 {
        value["leading_zeros"] = zeros.into();
    }
    value
}

fn types(types: impl Iterator<Item = NumberType>) -> Value {
    types.map(NumberType::as_str).collect::<Vec<_>>().into()
}

fn number_format(value: &Value) -> NumberFormat {
    let text = |name: &str| value[name].as_str();
    let format = NumberFormat::new(text("pattern").unwrap(), text("format").unwrap()).unwrap();
    format.with_national_prefix_rule(text("national_prefix_rule").unwrap_or_default()).unwrap()
}

fn named_kind(value: &Value) -> NumberType {
    value.as_str().unwrap().parse().unwrap()
}

/// Returns the type of a row: its name, or libphonenumber's number, which counts the types of valid numbers
/// from 0.
fn kind(value: &Value) -> Option<NumberType> {
    if let Some(name) = value.as_str() {
        return name.parse().ok();
    }
    NumberType::all().skip(1).nth(usize::try_from(value.as_u64()?).ok()?)
}
