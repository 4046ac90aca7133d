//! Numbers in texts, similarity and redaction, against results of libphonenumber for Java.
//!
//! The rows in `data/find` are a sample of those in the directory that `TELNUM_REST_ORACLE` names.
//! `cargo test --release --test find -- --ignored` compares all of them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample;
use serde_json::Value;
use telnum::plan::{self, Comparand, Find, Found, Leniency, Region, Similarity, Table};
use telnum::{Extension, PhoneNumber};

static TESTING: Table = Table::read(include_bytes!("data/plan/testing.bin"));

#[test]
fn numbers_are_found_where_libphonenumber_finds_them() {
    check_found(include_str!("data/find/find.jsonl"), [443, 7, 0, 0, 0]);
    check_found(include_str!("data/find/find_wild.jsonl"), [338, 12, 0, 1, 2]);
    check_found(include_str!("data/find/find_long.jsonl"), [12, 0, 0, 0, 1]);
}

#[test]
fn groups_are_accepted_as_by_libphonenumber() {
    check_found(include_str!("data/find/find_group.jsonl"), [345, 2, 3, 0, 1]);
}

#[test]
fn the_search_ends_after_as_many_failures_as_in_libphonenumber() {
    check_found(include_str!("data/find/find_tries.jsonl"), [149, 1, 0, 5, 1]);
}

#[test]
fn the_texts_of_the_official_tests_have_their_numbers() {
    check_found(include_str!("data/find/find_official.jsonl"), [420, 0, 0, 0, 0]);
}

#[test]
fn similarity_is_that_of_libphonenumber() {
    check_similarity(include_str!("data/find/match.tsv"), [799, 0, 1]);
}

#[test]
#[ignore = "needs the directory of all rows, named by TELNUM_REST_ORACLE"]
fn all_rows_are_those_of_libphonenumber() {
    let directory = PathBuf::from(std::env::var_os("TELNUM_REST_ORACLE").unwrap());
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
    for (name, rows) in [
        ("find.jsonl", [11370, 125, 5, 35, 37]),
        ("find_group.jsonl", [5905, 50, 45, 2, 7]),
        ("find_long.jsonl", [175, 24, 1, 6, 10]),
        ("find_tries.jsonl", [792, 8, 0, 15, 2]),
        ("find_official.jsonl", [3094, 0, 0, 0, 0]),
        ("find_wild.jsonl", [3895, 99, 6, 33, 13]),
    ] {
        check_found(&read(name), rows);
    }
    check_similarity(&read("match.tsv"), [9973, 9, 18]);
}

/// Compares the numbers of each row with each leniency.
///
/// `expected` are the numbers of rows that are compared; that have digits outside of the Basic Multilingual
/// Plane, which Java does not read; that have an extension in another script, which Java does not write in
/// ASCII; and, of those compared, the rows with numbers and with extensions of more than 15 digits, which
/// the crate does not have.
fn check_found(rows: &str, expected: [usize; 5]) {
    let (mut compared, mut astral, mut other_script, mut long_number, mut long_extension) = (0, 0, 0, 0, 0);
    let mut different = String::new();
    for row in rows.split_terminator('\n').map(|row| serde_json::from_str::<Value>(row).unwrap()) {
        let matches = row["found"].as_array().unwrap();
        let has_other_digits = |found: &Value| !found["extension"].as_str().unwrap_or_default().is_ascii();
        if row["astral_digits"] == true {
            astral += 1;
            continue;
        }
        if matches.iter().any(has_other_digits) {
            other_script += 1;
            continue;
        }
        compared += 1;
        long_number += usize::from(matches.iter().any(has_long_number));
        long_extension += usize::from(matches.iter().any(|found| extension_of(found).len() > 15));
        let region = row["region"].as_str().and_then(|region| region.parse().ok());
        let text = row["text"].as_str().unwrap();
        let find =
            if row["metadata"] == "testing" { TESTING.find(text, region) } else { plan::find(text, region) };
        let find = find.with_max_tries(row["max_tries"].as_u64().unwrap_or(Find::MAX_TRIES));
        for (leniency, letter) in Leniency::all().zip(["P", "V", "S", "E"]) {
            let wanted = matches.iter().filter(|found| found["at"].as_str().unwrap().contains(letter));
            let wanted: Vec<_> = wanted.filter(|found| !has_long_number(found)).map(described).collect();
            let found: Vec<_> = find
                .clone()
                .with_leniency(leniency)
                .map(|Found { range, raw, number, extension, .. }| {
                    let extension = extension.map(|extension| extension.to_string());
                    (range.start, range.end, raw.to_owned(), number.to_string(), extension)
                })
                .collect();
            if found != wanted {
                writeln!(different, "{leniency} {row}: {found:?}").unwrap();
            }
        }
    }
    assert!(different.is_empty(), "{different}");
    assert_eq!([compared, astral, other_script, long_number, long_extension], expected);
}

fn has_long_number(found: &Value) -> bool {
    found["e164"].as_str().unwrap().len() > PhoneNumber::MAX_DIGITS + 1
}

fn extension_of(found: &Value) -> &str {
    found["extension"].as_str().unwrap_or_default()
}

/// Returns the number of a row, without an extension that is too long.
fn described(found: &Value) -> (usize, usize, String, String, Option<String>) {
    let byte = |name: &str| usize::try_from(found[name].as_u64().unwrap()).unwrap();
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    let extension = Some(extension_of(found)).filter(|extension| (1..=15).contains(&extension.len()));
    (byte("byte_start"), byte("byte_end"), text("raw"), text("e164"), extension.map(str::to_owned))
}

/// Compares the similarity of each row.
///
/// `expected` are the numbers of rows that are compared; that have digits outside of the Basic Multilingual
/// Plane; and that have numbers of more than 15 digits.
fn check_similarity(rows: &str, expected: [usize; 3]) {
    let (mut compared, mut astral, mut long_number) = (0, 0, 0);
    let mut different = String::new();
    for row in rows.split_terminator('\n') {
        let cells: Vec<_> = row.split('\t').map(unescaped).collect();
        let [kinds, first, second, wanted] = cells.as_slice() else { panic!("{row}") };
        let is_astral = |c: char| c > '\u{FFFF}' && c.is_numeric();
        let mut kinds = kinds.bytes();
        let (Some(a), Some(b)) =
            (comparand(kinds.next().unwrap(), first), comparand(kinds.next().unwrap(), second))
        else {
            long_number += 1;
            continue;
        };
        if first.contains(is_astral) || second.contains(is_astral) {
            astral += 1;
            continue;
        }
        let found = plan::similarity(a, b);
        assert_eq!(found, plan::similarity(b, a), "{row}");
        if found.as_str() != wanted {
            writeln!(different, "{row}: {found}").unwrap();
        }
        compared += 1;
    }
    assert!(different.is_empty(), "{different}");
    assert_eq!([compared, astral, long_number], expected);
}

fn unescaped(cell: &str) -> String {
    cell.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace("\\\\", "\\")
}

/// Returns the comparand of a cell: a text, or a number such as `39:0236618300;ext=12`.
fn comparand(kind: u8, cell: &str) -> Option<Comparand<'_>> {
    if kind == b't' {
        return Some(Comparand::Text(cell));
    }
    let (number, extension) = cell.split_once(";ext=").unwrap_or((cell, ""));
    let extension = Extension::from_ascii(extension.as_bytes()).ok();
    Some(match number.split_once(':').unwrap() {
        ("0", national) => Comparand::National(national, extension),
        (code, national) => Comparand::Number(format!("+{code}{national}").parse().ok()?, extension),
    })
}

#[test]
fn numbers_of_more_than_15_digits_are_left_out_with_their_parts() {
    let text = "+49 7462 2043693220 5 or +49 7462 204369";
    let found: Vec<_> = plan::find(text, None).with_leniency(Leniency::Possible).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].raw, "+49 7462 204369");
}

#[test]
fn the_digits_of_any_script_are_found() {
    let found = plan::find("هاتف ٠٢١٢٣٤٥٦٧٨ تحويلة", Some(Region::EG)).next().unwrap();
    assert_eq!(found.number.to_string(), "+20212345678");
    let found = plan::find("+𝟒𝟒 𝟐𝟎 𝟕𝟗𝟒𝟔 𝟎𝟎𝟎𝟎", None).next().unwrap();
    assert_eq!(found.number.to_string(), "+442079460000");
    let found = plan::find("+44 20 7946 0000 доб. ٣٤", None).next().unwrap();
    assert_eq!(found.extension, Some("34".parse().unwrap()));
}

#[test]
fn a_piece_is_parsed_in_each_region_in_turn() {
    let text = "030 123456, 020 7946 0000, (415) 555-2671";
    let found = plan::find(text, Some(Region::US)).with_fallback_regions(&[Region::GB, Region::DE]);
    let numbers: Vec<_> = found.map(|found| found.number.to_string()).collect();
    assert_eq!(numbers, ["+4930123456", "+442079460000", "+14155552671"]);
}

/// `benches/find.rs` shows that the time is linear in the length of such texts.
#[test]
fn long_hostile_texts_are_read_to_their_end() {
    let units = [
        "1",
        "(",
        "+",
        "/",
        "x",
        "-",
        ".",
        " ",
        "1 ",
        "1-",
        "(1",
        "1)",
        "1/",
        "1.",
        "+1 ",
        "1x",
        "12/",
        "1,",
        "1 , , , ",
        "31/8/2011 ",
        "2012-01-02 08:",
        "(415) 555-2671 ",
        "4155552671 ",
        "12 - ",
        "1－",
        "٤",
        "1x2",
        "1 ext",
        "1;ext=",
        "1#",
        "211-227 (2003) ",
        "é",
        "日",
    ];
    for unit in units {
        let text = unit.repeat((1 << 16) / unit.len());
        for text in [text.clone(), format!("415{text}"), format!("415 555 2671{}x5", " ".repeat(1 << 16))] {
            let found = plan::find(&text, Some(Region::US)).with_max_tries(u64::MAX);
            let mut end = 0;
            for found in found.with_leniency(Leniency::ExactGrouping) {
                assert!(found.range.start >= end, "{unit:?}: {:?} after {end}", found.range);
                assert_eq!(text.get(found.range.clone()), Some(found.raw), "{unit:?}");
                end = found.range.end;
            }
        }
    }
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+0-9x*# ().,;:/~\\\\a-zé٠-٩０-９ｘ＃（）［\u{301}\u{3000}—\t\n=$%]{0,60}",
        "((\\+|\\(|00|0)?[0-9]{1,4}[-/. )(]{0,2}){1,9}( ?(ext|x|#|;ext=|,) ?[0-9]{1,6})?.{0,8}",
    ]
}

fn regions() -> impl Strategy<Value = Option<Region>> {
    proptest::option::of(sample::select(Region::all().collect::<Vec<_>>()))
}

fn leniencies() -> impl Strategy<Value = Leniency> {
    sample::select(Leniency::all().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn ranges_ascend_and_are_those_of_the_raw_texts(
        text in texts(), region in regions(), leniency in leniencies(), tries in 0..20_u64,
    ) {
        let mut end = 0;
        for found in plan::find(&text, region).with_leniency(leniency) {
            prop_assert!(end <= found.range.start && found.range.start < found.range.end);
            prop_assert_eq!(text.get(found.range.clone()), Some(found.raw));
            end = found.range.end;
        }
        let all = plan::find(&text, region).with_leniency(leniency);
        let some = all.clone().with_max_tries(tries);
        prop_assert!(some.zip(all).all(|(some, all)| some == all));
    }

    #[test]
    fn a_number_is_found_again_in_its_raw_text(
        text in texts(), region in regions(), leniency in leniencies(),
    ) {
        for found in plan::find(&text, region).with_leniency(leniency) {
            // Alone, the number would stand after a letter.
            if found.raw.starts_with(['x', 'X']) {
                continue;
            }
            let again = plan::find(found.raw, region).with_leniency(leniency).next();
            let again = again.map(|again| (again.number, again.extension));
            prop_assert_eq!(again, Some((found.number, found.extension)), "{}", found.raw);
        }
    }

    #[test]
    fn similarity_is_symmetric_and_exact_for_the_same_number(
        first in texts(), second in texts(), region in regions(),
    ) {
        let found = plan::similarity(&*first, &*second);
        prop_assert_eq!(found, plan::similarity(&*second, &*first));
        if let Ok(parsed) = plan::parse(&first, region) {
            prop_assert_eq!(plan::similarity(parsed, parsed), Similarity::ExactMatch);
            prop_assert!(plan::similarity(parsed, &*second) <= Similarity::ExactMatch);
        }
    }
}

#[test]
fn values_round_trip_through_their_names() {
    for leniency in Leniency::all() {
        assert_eq!(leniency.as_str().parse(), Ok(leniency));
        assert_eq!(serde_json::to_value(leniency).unwrap(), leniency.as_str());
    }
    assert_eq!("SHORT_NSN_MATCH".parse(), Ok(Similarity::ShortNationalMatch));
    let number: PhoneNumber = "+14155552671".parse().unwrap();
    assert_eq!(plan::similarity(number, Comparand::National("4155552671", None)), Similarity::NationalMatch);
}

#[test]
fn redacted_texts_show_no_digits_of_numbers() {
    let redacted = plan::redact("+49 7462 2043693220 5, 0 20 79 46 00 00 #12, 31/12/2026", Some(Region::GB));
    assert_eq!(redacted.to_string(), "+** **** ********** *, * ** ** ** ** ** #**, 31/12/2026");
    let kept = redacted.with_calling_code(true).with_last_digits(9).with_mask('x');
    assert_eq!(kept.to_string(), "+49 xxxx xxxx693220 5, x xx xx x6 00 00 #xx, 31/12/2026");
    let kept = plan::redact("00 44 (0)20 7946 0000", Some(Region::DE)).with_calling_code(true);
    assert_eq!(kept.to_string(), "00 44 (*)** **** ****");
    assert_eq!(format!("{kept:?}"), "Redacted(00 44 (*)** **** ****)");
}

#[test]
fn numbers_beside_other_digits_are_redacted() {
    for (text, expected) in [
        ("08/31/95 415-555-2671", "08/31/95 ***-***-****"),
        ("Called 12/11/2026 (415) 555-2671 back", "Called 12/11/2026 (***) ***-**** back"),
        ("2026-11-12 10:30:00 415 555 2671", "2026-11-12 10:30:00 *** *** ****"),
        ("4155552671-4155552672", "**********-**********"),
        ("415.555.2671.415.555.2672", "***.***.****.***.***.****"),
        ("415 555 2671 x 415 555 2672", "*** *** **** x *** *** ****"),
        ("+1 415 555 2671 4155552672", "+* *** *** **** **********"),
        (
            "+1 415 555 2671 +44 20 7946 0000 +41 44 668 18 00",
            "+* *** *** **** +** ** **** **** +** ** *** ** **",
        ),
        ("2026-11-12 10:30:00, 3/4/95, 12 of 34", "2026-11-12 10:30:00, 3/4/95, 12 of 34"),
    ] {
        assert_eq!(plan::redact(text, Some(Region::US)).to_string(), expected);
    }
    let strict =
        plan::redact("4155552671-4155552672", Some(Region::US)).with_leniency(Leniency::StrictGrouping);
    assert_eq!(strict.to_string(), "4155552671-4155552672");
}

#[test]
fn digits_that_are_no_national_number_are_not_compared() {
    for digits in ["", "abc", "415-555-2671", "٤١٥"] {
        let national = Comparand::National(digits, None);
        assert_eq!(plan::similarity(national, national), Similarity::NotANumber, "{digits}");
    }
}

proptest! {
    #[test]
    fn redaction_changes_only_the_digits_of_numbers(text in texts(), region in regions()) {
        let redacted = plan::redact(&text, region).to_string();
        prop_assert_eq!(redacted.chars().count(), text.chars().count());
        let mut ranges = Vec::new();
        for found in plan::find(&text, region).with_leniency(Leniency::Possible).with_max_tries(u64::MAX) {
            ranges.push(found.range);
        }
        let mut masked = redacted.chars();
        for (byte, c) in text.char_indices() {
            let shown = masked.next().unwrap();
            let is_in_number = ranges.iter().any(|range| range.contains(&byte));
            prop_assert!(shown == c || shown == '*');
            prop_assert!(!(is_in_number && shown.is_ascii_digit()));
        }
    }
}
