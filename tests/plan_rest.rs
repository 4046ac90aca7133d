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

use std::collections::BTreeMap;
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
    let mut excepted = Vec::new();
    excepted.extend(check("short", &rows!("short.tsv", all), answer_short));
    excepted.extend(check("short_any", &rows!("short_any.tsv", all), answer_short_any));
    excepted.extend(check("facts_regions", &rows!("facts_regions.tsv", all), answer_regions));
    excepted.extend(check("facts_examples", &rows!("facts_examples.tsv", all), answer_examples));
    excepted.extend(check("facts_codes", &rows!("facts_codes.tsv", all), answer_codes));
    excepted.extend(check("facts_numbers", &rows!("facts_numbers.tsv", all), answer_numbers));
    excepted.extend(check("format_original", &rows!("format_original.tsv", all), answer_original));
    excepted.extend(check("format_alpha", &rows!("format_alpha.tsv", all), answer_letters));
    excepted.extend(check("format_mobile", &rows!("format_mobile.tsv", all), answer_mobile));
    excepted.extend(check("format_carrier", &rows!("format_carrier.tsv", all), answer_carrier));
    excepted.extend(check("truncate", &rows!("truncate.tsv", all), answer_truncate));
    excepted.extend(check("chars", &rows!("chars.tsv", all), answer_chars));
    excepted.extend(check(
        "format_pattern",
        &of_patterns(&rows!("format_pattern.jsonl", all)),
        answer_pattern,
    ));
    excepted.extend(check("short_text", &rows!("short_text.tsv", all), answer_short_text));
    let expected = EXCEPTED
        .map(|(name, exception, [sample, whole])| (name, exception, if all { whole } else { sample }));
    let expected = expected.into_iter().filter(|(.., count)| *count > 0);
    assert_eq!(excepted, expected.collect::<Vec<_>>());
}

/// The reason for which the crate differs from a row on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exception {
    /// A number or an extension of more than 15 digits.
    TooLong,
    /// Digits above U+FFFF, which libphonenumber for Java does not read.
    AstralDigits,
    /// libphonenumber looks for a national prefix before the digits of number and extension together, which
    /// are a valid number of 17 digits in Nigeria.
    JoinedDigits,
}

/// The number of excepted rows of a file, in the sample and in all rows. Other files have none.
const EXCEPTED: [(&str, Exception, [usize; 2]); 8] = [
    ("facts_numbers", Exception::TooLong, [1, 2]),
    ("format_original", Exception::TooLong, [20, 103]),
    ("format_original", Exception::JoinedDigits, [1, 1]),
    ("format_alpha", Exception::TooLong, [25, 147]),
    ("truncate", Exception::TooLong, [0, 3]),
    ("chars", Exception::AstralDigits, [1, 22]),
    ("short_text", Exception::TooLong, [2, 6]),
    ("short_text", Exception::AstralDigits, [8, 68]),
];

/// The last cells of a row.
type Answer = Result<Vec<String>, Exception>;

/// Compares the answers to all rows, and returns the number of excepted rows by their reason.
fn check<const N: usize>(
    name: &'static str,
    rows: &str,
    answer: impl Fn([&str; N]) -> Answer,
) -> Vec<(&'static str, Exception, usize)> {
    let (mut different, mut excepted, mut count) = (Vec::new(), BTreeMap::new(), 0);
    for row in rows.split('\n').filter(|row| !row.is_empty()) {
        count += 1;
        let cells = row.split('\t').collect::<Vec<_>>();
        let cells: [&str; N] = cells.try_into().unwrap_or_else(|_| panic!("{name}: {row}"));
        match answer(cells) {
            Err(exception) => *excepted.entry(exception).or_default() += 1,
            Ok(ours) => {
                if cells[N - ours.len()..].iter().ne(&ours) {
                    different.push(format!("{row} is {ours:?}"));
                }
            }
        }
    }
    println!("{name}: {count} rows, {excepted:?} excepted, {} different", different.len());
    assert!(different.is_empty(), "{name}: {} rows:\n{}", different.len(), different.join("\n"));
    excepted.into_iter().map(|(exception, count)| (name, exception, count)).collect()
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
fn answer_short([region_name, code, digits, ..]: [&str; 10]) -> Answer {
    let number: PhoneNumber = format!("+{code}{digits}").parse().unwrap();
    let of = region(region_name);
    Ok(vec![
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
fn answer_short_any([code, digits, ..]: [&str; 6]) -> Answer {
    let number: PhoneNumber = format!("+{code}{digits}").parse().unwrap();
    Ok(vec![
        bit(short::is_possible(number)),
        bit(short::is_valid(number)),
        short::cost(number).to_string(),
        bit(short::is_carrier_specific(number)),
    ])
}

fn answer_short_text([region_name, text, emergency, connects, parsed]: [&str; 5]) -> Answer {
    let of = region(region_name);
    let text = unescaped(text);
    let parsed = match plan::parse(&text, Some(of)) {
        Ok(_) if parsed == "!" && has_astral_digit(&text) => return Err(Exception::AstralDigits),
        Err(_) if is_too_long(parsed) => return Err(Exception::TooLong),
        Ok(parsed) => row_of(parsed.number, parsed.extension),
        Err(_) => "!".to_owned(),
    };
    let answers = [short::is_emergency(&text, of), short::connects_to_emergency(&text, of)].map(bit);
    let [is, does] = answers;
    if has_astral_digit(&text) && (is.as_str(), does.as_str()) != (emergency, connects) {
        return Err(Exception::AstralDigits);
    }
    Ok(vec![is, does, parsed])
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
fn answer_regions([name, ..]: [&str; 10]) -> Answer {
    let of = region(name);
    let code = of.calling_code().unwrap();
    let prefix = cell(of.national_prefix());
    Ok(vec![
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
fn answer_examples([name, kind, ..]: [&str; 3]) -> Answer {
    Ok(vec![number_cell(plan::example_number(region(name), kind.parse().unwrap()))])
}

#[expect(clippy::unnecessary_wraps, reason = "others make exceptions")]
fn answer_codes([code, ..]: [&str; 6]) -> Answer {
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
    Ok(vec![
        cell(code.regions().map(Region::as_str)),
        cell(code.main_region().map(Region::as_str)),
        cell(types.into_iter().map(NumberType::as_str)),
        number_cell(example),
        cell(code.mobile_token()),
    ])
}

fn answer_numbers([text, ..]: [&str; 7]) -> Answer {
    let number = number(text).filter(|_| !is_too_long(text)).ok_or(Exception::TooLong)?;
    let found = plan::lookup(number);
    Ok(vec![
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

/// Reads `44:2070313000;ext=12`.
fn extended(text: &str) -> Result<(PhoneNumber, Option<Extension>), Exception> {
    let (digits, extension) = text.split_once(";ext=").unwrap_or((text, ""));
    let extension = if extension.is_empty() { None } else { Some(extension) };
    let extension =
        extension.map(|extension| extension.parse().map_err(|_| Exception::TooLong)).transpose()?;
    Ok((number(digits).ok_or(Exception::TooLong)?, extension))
}

/// Reads a carrier code, `-` for none.
fn carrier(cell: &str) -> Option<CarrierCode> {
    CarrierCode::from_digits(cell)
}

/// Parses a text of a row.
fn parse(text: &str, home: &str) -> Result<Parsed, Exception> {
    match plan::parse(text, home.parse().ok()) {
        Err(error) if matches!(error.kind(), ParseErrorKind::TooLong | ParseErrorKind::ExtensionTooLong) => {
            Err(Exception::TooLong)
        }
        parsed => Ok(parsed.unwrap()),
    }
}

fn answer_original([home, from, text, _, _]: [&str; 5]) -> Answer {
    let text = unescaped(text);
    let parsed = parse(&text, home)?;
    let formatted = escaped(&plan::format_original(&parsed, &text, region(from)));
    if text == "0 - 70012/34/561 xx4847" {
        assert_eq!((home, &*formatted), ("NG", &*text));
        return Err(Exception::JoinedDigits);
    }
    Ok(vec![parsed.source.to_string(), formatted])
}

fn answer_letters([home, from, text, _]: [&str; 4]) -> Answer {
    let text = unescaped(text);
    let parsed = parse(&text, home)?;
    Ok(vec![escaped(&plan::format_keeping_letters(&parsed, &text, region(from)))])
}

fn answer_mobile([text, code, from, ..]: [&str; 5]) -> Answer {
    let (number, _) = extended(text)?;
    let (code, from) = (carrier(code), region(from));
    let formatted = plan::format_for_mobile(number, code, from);
    let dialled = plan::dial_string_for_mobile(number, code, from);
    Ok([formatted, dialled].map(|text| text.map(|text| text.to_string()).unwrap_or_default()).to_vec())
}

fn answer_carrier([text, preferred, code, ..]: [&str; 5]) -> Answer {
    let (number, extension) = extended(text)?;
    let of_code = plan::format_with_carrier_code(number, extension, code);
    let of_preferred = plan::format_with_preferred_carrier_code(number, extension, carrier(preferred), code);
    Ok(vec![of_code.to_string(), of_preferred.to_string()])
}

fn answer_truncate([text, answer]: [&str; 2]) -> Answer {
    let truncated = plan::truncate_text(&format!("+{}", text.replacen(':', "", 1)));
    if let Ok((number, _)) = extended(text) {
        assert_eq!(plan::truncate(number), truncated, "{text}");
    }
    if is_too_long(answer) { Err(Exception::TooLong) } else { Ok(vec![number_cell(truncated)]) }
}

fn answer_chars([text, ..]: [&str; 4]) -> Answer {
    let text = unescaped(text);
    let [diallable, letters, digits] =
        [plan::diallable_only, plan::letters_to_digits, plan::digits_only].map(|answer| answer(&text));
    if has_astral_digit(&text) {
        return Err(Exception::AstralDigits);
    }
    Ok([diallable, letters, digits].map(|text| escaped(&text)).to_vec())
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

fn answer_pattern([row, _]: [&str; 2]) -> Answer {
    let row: Value = serde_json::from_str(row).unwrap();
    let (number, extension) = extended(row["number"].as_str().unwrap())?;
    let formats: Vec<_> = row["formats"].as_array().unwrap().iter().map(number_format).collect();
    let style = row["style"].as_str().unwrap().parse().unwrap();
    Ok(vec![plan::format_by_pattern(number, extension, style, &formats)])
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
