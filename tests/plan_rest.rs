//! Short numbers, formats and facts of the plan, against results of libphonenumber for Java.
//!
//! The rows in `data/plan/rest` are a sample of those in the directory that `TELNUM_REST_ORACLE` names.
//! `cargo test --test plan_rest -- --ignored` compares all of them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;

use telnum::plan::{self, NumberType, Region, short};
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
    check("short", &rows!("short.tsv", all), 0, answer_short);
    check("short_any", &rows!("short_any.tsv", all), 0, answer_short_any);
    check("facts_regions", &rows!("facts_regions.tsv", all), 0, answer_regions);
    check("facts_examples", &rows!("facts_examples.tsv", all), 0, answer_examples);
    check("facts_codes", &rows!("facts_codes.tsv", all), 0, answer_codes);
    check("facts_numbers", &rows!("facts_numbers.tsv", all), 2, answer_numbers);
    check("short_text", &rows!("short_text.tsv", all), 74, answer_short_text);
}

/// Compares the answers to all rows. `answer` returns the row with its own answers, or `None` if the crate
/// differs on purpose, which `except` rows may do.
fn check<const N: usize>(
    name: &str,
    rows: &str,
    except: usize,
    answer: impl Fn([&str; N]) -> Option<Vec<String>>,
) {
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
    assert!(excepted.len() <= except, "{name}: {excepted:#?}");
}

fn bit(is: bool) -> String {
    u8::from(is).to_string()
}

/// Reads `44:2070313000`.
fn number(text: &str) -> Option<PhoneNumber> {
    format!("+{}", text.replacen(':', "", 1)).parse().ok()
}

fn region(text: &str) -> Region {
    text.parse().unwrap()
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
        Ok(_) if parsed == "!" => return None,
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
