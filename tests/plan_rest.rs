//! Short numbers, formats and facts of the plan, against results of libphonenumber for Java.
//!
//! The rows in `data/plan/rest` are a sample of those in the directory that `TELNUM_REST_ORACLE` names.
//! `cargo test --test plan_rest -- --ignored` compares all of them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value;
use telnum::plan::parse::{CarrierCode, ParseErrorKind, Parsed};
use telnum::plan::{self, NumberFormat, NumberType, Region, short};
use telnum::{CallingCode, Extension, PhoneNumber};

/// Returns the rows of a file: those in the directory of all rows if `all` is set, else those of the sample.
macro_rules! rows {
    ($name:literal, $all:expr) => {
        if $all { all($name) } else { include_str!(concat!("data/plan/rest/", $name)).to_owned() }
    };
}

fn all(name: &str) -> String {
    let directory = std::env::var_os("TELNUM_REST_ORACLE").expect("TELNUM_REST_ORACLE is set");
    std::fs::read_to_string(PathBuf::from(directory).join(name)).unwrap()
}

#[test]
fn a_sample_of_the_rows_has_the_answers_of_the_oracle() {
    check_all(false);
}

#[test]
#[ignore = "needs the directory of all rows, named by TELNUM_REST_ORACLE"]
fn all_rows_have_the_answers_of_the_oracle() {
    check_all(true);
}

fn check_all(all: bool) {
    check("short", &rows!("short.tsv", all), answer_short);
    check("short_any", &rows!("short_any.tsv", all), answer_short_any);
    check("facts_regions", &rows!("facts_regions.tsv", all), answer_regions);
    check("facts_examples", &rows!("facts_examples.tsv", all), answer_examples);
    check("facts_codes", &rows!("facts_codes.tsv", all), answer_codes);
    check("facts_numbers", &rows!("facts_numbers.tsv", all), answer_numbers);
    check("format_original", &rows!("format_original.tsv", all), answer_original);
    check("format_alpha", &rows!("format_alpha.tsv", all), answer_letters);
    check("format_mobile", &rows!("format_mobile.tsv", all), answer_mobile);
    check("format_carrier", &rows!("format_carrier.tsv", all), answer_carrier);
    check("truncate", &rows!("truncate.tsv", all), answer_truncate);
    check("chars", &rows!("chars.tsv", all), answer_chars);
    check("format_pattern", &of_patterns(&rows!("format_pattern.jsonl", all)), answer_pattern);
    check("short_text", &rows!("short_text.tsv", all), answer_short_text);
}

/// The number of rows in the files of all rows for which the crate differs on purpose; it is 0 in other files.
const EXCEPTED: [(&str, usize); 6] = [
    // Numbers and extensions of more than 15 digits.
    ("facts_numbers", 2),
    ("format_alpha", 147),
    ("format_original", 104),
    ("truncate", 3),
    // Digits above U+FFFF.
    ("chars", 22),
    ("short_text", 74),
];

/// Compares the answers to all rows. `answer` returns the last cells of a row, or `None` if the crate differs
/// on purpose.
fn check<const N: usize>(name: &str, rows: &str, answer: impl Fn([&str; N]) -> Option<Vec<String>>) {
    let (mut different, mut excepted, mut count) = (Vec::new(), Vec::new(), 0);
    for row in rows.split('\n').filter(|row| !row.is_empty()) {
        count += 1;
        let cells = row.split('\t').collect::<Vec<_>>();
        let cells: [&str; N] = cells.try_into().unwrap_or_else(|_| panic!("{name}: {row}"));
        match answer(cells) {
            None => excepted.push(row),
            Some(ours) => {
                if cells[N - ours.len()..].iter().ne(&ours) {
                    different.push(format!("{row} is {ours:?}"));
                }
            }
        }
    }
    println!("{name}: {count} rows, {} excepted, {} different", excepted.len(), different.len());
    assert!(different.is_empty(), "{name}: {} rows:\n{}", different.len(), different.join("\n"));
    let max = EXCEPTED.iter().find(|(file, _)| *file == name).map_or(0, |(_, max)| *max);
    assert!(excepted.len() <= max, "{name}: {excepted:#?}");
}

fn bit(is: bool) -> String {
    u8::from(is).to_string()
}

/// Reads `44:2070313000`.
fn number(text: &str) -> Option<PhoneNumber> {
    format!("+{}", text.replacen(':', "", 1)).parse().ok()
}

/// Reads a region. The world stands for a region that does not exist: both have no dialling rules.
fn region(text: &str) -> Region {
    if text == "ZZ" { Region::WORLD } else { text.parse().unwrap() }
}

/// Returns a text without the escapes of its row.
fn unescaped(cell: &str) -> String {
    let mut text = String::new();
    let mut rest = cell.chars();
    while let Some(c) = rest.next() {
        text.push(match c {
            '\\' => match rest.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                _ => '\\',
            },
            c => c,
        });
    }
    text
}

#[expect(clippy::unnecessary_wraps, reason = "others make exceptions")]
fn answer_short([region_name, code, digits, ..]: [&str; 10]) -> Option<Vec<String>> {
    let number: PhoneNumber = format!("+{code}{digits}").parse().unwrap();
    let of = region(region_name);
    Some(vec![
        bit(short::is_possible_in(number, of)),
        bit(short::is_valid_in(number, of)),
        short::cost_in(number, of).to_string(),
        bit(short::is_emergency(digits, of)),
        bit(short::connects_to_emergency(digits, of)),
        bit(short::is_carrier_specific_in(number, of)),
        bit(short::is_sms_service_in(number, of)),
    ])
}

#[expect(clippy::unnecessary_wraps, reason = "others make exceptions")]
fn answer_short_any([code, digits, ..]: [&str; 6]) -> Option<Vec<String>> {
    let number: PhoneNumber = format!("+{code}{digits}").parse().unwrap();
    Some(vec![
        bit(short::is_possible(number)),
        bit(short::is_valid(number)),
        short::cost(number).to_string(),
        bit(short::is_carrier_specific(number)),
    ])
}

fn answer_short_text([region_name, text, emergency, connects, parsed]: [&str; 5]) -> Option<Vec<String>> {
    let of = region(region_name);
    let text = unescaped(text);
    let parsed = match plan::parse(&text, Some(of)) {
        Ok(_) if parsed == "!" && has_astral_digit(&text) => return None,
        Err(_) if is_too_long(parsed) => return None,
        Ok(parsed) => row_of(parsed.number, parsed.extension),
        Err(_) => "!".to_owned(),
    };
    let answers = [short::is_emergency(&text, of), short::connects_to_emergency(&text, of)].map(bit);
    let [is, does] = answers;
    if has_astral_digit(&text) && (is.as_str(), does.as_str()) != (emergency, connects) {
        return None;
    }
    Some(vec![is, does, parsed])
}

/// Returns `44:2070313000;ext=12`.
fn row_of(number: PhoneNumber, extension: Option<Extension>) -> String {
    let extension = extension.map(|extension| format!(";ext={extension}")).unwrap_or_default();
    format!("{}:{}{extension}", number.calling_code().unwrap(), number.national_digits())
}

/// Returns whether a number of a row has more than 15 digits, which are too many for E.164.
fn is_too_long(number: &str) -> bool {
    number.split(';').next().is_some_and(|number| number.len() > PhoneNumber::MAX_DIGITS + 1)
}

/// Returns whether the text has a digit above U+FFFF, which libphonenumber for Java does not read.
fn has_astral_digit(text: &str) -> bool {
    text.chars().any(|c| c > '\u{FFFF}' && c.is_numeric())
}

/// Returns texts as a cell, with `-` for none.
fn cell<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<_> = texts.into_iter().collect();
    if texts.is_empty() { "-".to_owned() } else { texts.join(",") }
}

fn number_cell(number: Option<PhoneNumber>) -> String {
    number.map_or("-".to_owned(), |number| row_of(number, None))
}

#[expect(clippy::unnecessary_wraps, reason = "others make exceptions")]
fn answer_regions([name, ..]: [&str; 10]) -> Option<Vec<String>> {
    let of = region(name);
    let code = of.calling_code().unwrap();
    let prefix = cell(of.national_prefix());
    Some(vec![
        code.to_string(),
        cell(of.number_types().map(NumberType::as_str)),
        prefix.clone(),
        prefix.replace('~', ""),
        cell(code.mobile_token()),
        bit(of.has_portable_mobile_numbers()),
        number_cell(plan::example_number(of, NumberType::FixedLine)),
        number_cell(plan::invalid_example_number(of)),
        bit(of.is_nanpa()),
    ])
}

#[expect(clippy::unnecessary_wraps, reason = "others make exceptions")]
fn answer_examples([name, kind, ..]: [&str; 3]) -> Option<Vec<String>> {
    Some(vec![number_cell(plan::example_number(region(name), kind.parse().unwrap()))])
}

#[expect(clippy::unnecessary_wraps, reason = "others make exceptions")]
fn answer_codes([code, ..]: [&str; 6]) -> Option<Vec<String>> {
    let code = CallingCode::new(code.parse().unwrap()).unwrap();
    let is_world = code.main_region() == Some(Region::WORLD);
    let types: Vec<_> = code.number_types().filter(|_| is_world).collect();
    // The example of a code of no country is that of its first type.
    let order = [
        NumberType::Mobile,
        NumberType::TollFree,
        NumberType::SharedCost,
        NumberType::Voip,
        NumberType::Voicemail,
        NumberType::Uan,
        NumberType::PremiumRate,
    ];
    let example = order.into_iter().filter(|_| is_world).find_map(|kind| code.example_number(kind));
    Some(vec![
        cell(code.regions().map(Region::as_str)),
        cell(code.main_region().map(Region::as_str)),
        cell(types.into_iter().map(NumberType::as_str)),
        number_cell(example),
        cell(code.mobile_token()),
    ])
}

fn answer_numbers([text, ..]: [&str; 7]) -> Option<Vec<String>> {
    let found = plan::lookup(number(text).filter(|_| !is_too_long(text))?);
    Some(vec![
        cell(found.region().map(Region::as_str)),
        found.number_type().to_string(),
        bit(found.is_geographical()),
        bit(found.is_diallable_from_abroad()),
        found.area_code_len().to_string(),
        found.destination_code_len().to_string(),
    ])
}

/// Returns a text with the escapes of rows.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('\t', r"\t").replace('\n', r"\n").replace('\r', r"\r")
}

/// Reads `44:2070313000;ext=12`; `None` if it has more digits than E.164 allows.
fn extended(text: &str) -> Option<(PhoneNumber, Option<Extension>)> {
    let (digits, extension) = text.split_once(";ext=").unwrap_or((text, ""));
    let extension = if extension.is_empty() { None } else { Some(extension.parse().ok()?) };
    Some((number(digits)?, extension))
}

/// Reads a carrier code, `-` for none.
fn carrier(cell: &str) -> Option<CarrierCode> {
    CarrierCode::from_digits(cell)
}

/// Parses a text of a row; `None` if it has more than 15 digits, which are too many for E.164.
fn parse(text: &str, home: &str) -> Option<Parsed> {
    match plan::parse(text, home.parse().ok()) {
        Err(error) if matches!(error.kind(), ParseErrorKind::TooLong | ParseErrorKind::ExtensionTooLong) => {
            None
        }
        parsed => Some(parsed.unwrap()),
    }
}

fn answer_original([home, from, text, _, answer]: [&str; 5]) -> Option<Vec<String>> {
    let text = unescaped(text);
    let parsed = parse(&text, home)?;
    let formatted = escaped(&plan::format_original(&parsed, &text, region(from)));
    // libphonenumber looks for a national prefix before the digits of number and extension together, which
    // are a valid number of 17 digits in Nigeria.
    if home == "NG" && text.contains("xx") && formatted != answer {
        return None;
    }
    Some(vec![parsed.source.to_string(), formatted])
}

fn answer_letters([home, from, text, _]: [&str; 4]) -> Option<Vec<String>> {
    let text = unescaped(text);
    let parsed = parse(&text, home)?;
    Some(vec![escaped(&plan::format_keeping_letters(&parsed, &text, region(from)))])
}

fn answer_mobile([text, code, from, ..]: [&str; 5]) -> Option<Vec<String>> {
    let (number, _) = extended(text)?;
    let (code, from) = (carrier(code), region(from));
    let formatted = plan::format_for_mobile(number, code, from);
    let dialled = plan::dial_string_for_mobile(number, code, from);
    Some([formatted, dialled].map(|text| text.map(|text| text.to_string()).unwrap_or_default()).to_vec())
}

fn answer_carrier([text, preferred, code, ..]: [&str; 5]) -> Option<Vec<String>> {
    let (number, extension) = extended(text)?;
    let of_code = plan::format_with_carrier_code(number, extension, code);
    let of_preferred = plan::format_with_preferred_carrier_code(number, extension, carrier(preferred), code);
    Some(vec![of_code.to_string(), of_preferred.to_string()])
}

fn answer_truncate([text, answer]: [&str; 2]) -> Option<Vec<String>> {
    let truncated = plan::truncate_text(&format!("+{}", text.replacen(':', "", 1)));
    if let Some((number, _)) = extended(text) {
        assert_eq!(plan::truncate(number), truncated, "{text}");
    }
    if is_too_long(answer) { None } else { Some(vec![number_cell(truncated)]) }
}

fn answer_chars([text, ..]: [&str; 4]) -> Option<Vec<String>> {
    let text = unescaped(text);
    let [diallable, letters, digits] =
        [plan::diallable_only, plan::letters_to_digits, plan::digits_only].map(|answer| answer(&text));
    if has_astral_digit(&text) {
        // Only the last function reads digits of other scripts.
        return None;
    }
    Some([diallable, letters, digits].map(|text| escaped(&text)).to_vec())
}

/// Returns the rows of patterns with the answer in a cell of its own.
fn of_patterns(rows: &str) -> String {
    let mut out = String::new();
    for row in rows.lines() {
        let value: Value = serde_json::from_str(row).unwrap();
        writeln!(out, "{row}\t{}", value["answer"].as_str().unwrap()).unwrap();
    }
    out
}

fn answer_pattern([row, _]: [&str; 2]) -> Option<Vec<String>> {
    let row: Value = serde_json::from_str(row).unwrap();
    let (number, extension) = extended(row["number"].as_str().unwrap())?;
    let formats: Vec<_> = row["formats"].as_array().unwrap().iter().map(number_format).collect();
    let style = row["style"].as_str().unwrap().parse().unwrap();
    Some(vec![plan::format_by_pattern(number, extension, style, &formats)])
}

fn number_format(value: &Value) -> NumberFormat {
    let text = |name: &str| value[name].as_str();
    let mut format = NumberFormat::new(text("pattern").unwrap(), text("format").unwrap()).unwrap();
    if let Some(pattern) = text("leading_digits") {
        format = format.with_leading_digits(pattern).unwrap();
    }
    if let Some(rule) = text("national_prefix_rule") {
        format = format.with_national_prefix_rule(rule).unwrap();
    }
    format
}

/// Texts that need not be that of the number, and a megabyte of them.
#[test]
fn any_text_is_answered() {
    let parsed = plan::parse("800 3569377 ext. 12", Some(Region::US)).unwrap();
    let ask = |text: &str| {
        let _ = (plan::format_original(&parsed, text, Region::AU), plan::digits_only(text));
        let _ = (plan::format_keeping_letters(&parsed, text, Region::AU), plan::diallable_only(text));
        let _ = (plan::format_keeping_letters(&parsed, text, Region::US), plan::letters_to_digits(text));
        let _ = (short::is_emergency(text, Region::US), short::connects_to_emergency(text, Region::US));
        let _ = (plan::truncate_text(text), CarrierCode::from_digits(text));
    };
    for unit in ["0", "800", "+", "-", "a", "x1", "\u{661}", "\u{1D7CE}", "é", "\n"] {
        ask(&unit.repeat((1 << 20) / unit.len()));
    }
    for row in include_str!("data/plan/rest/chars.tsv").split('\n') {
        ask(row);
    }
}
