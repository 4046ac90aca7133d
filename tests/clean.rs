//! Laws of `plan::clean`: what is undamaged is unchanged, each damage is undone and named, and any text is answered.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/lines/quotes.rs"]
mod quotes;

use std::io::Read;

use proptest::prelude::*;
use proptest::sample::select;
use telnum::PhoneNumber;
use telnum::plan::clean::{CleanError, CleanErrorKind, Cleaned, Repair, Repairs, clean};
use telnum::plan::doctor::Doctor;
use telnum::plan::{self, NumberType, Region, Style};

/// Valid numbers, with their regions.
fn numbers() -> impl Strategy<Value = (PhoneNumber, Region)> {
    let numbers = include_str!("data/plan/states.tsv").lines();
    let numbers = numbers.filter_map(|row| row.split('\t').next()?.parse::<PhoneNumber>().ok());
    let examples = Region::all()
        .flat_map(|region| NumberType::all().filter_map(move |kind| plan::example_number(region, kind)));
    let valid: Vec<_> = numbers
        .chain(examples)
        .filter(|number| number.is_valid())
        .filter_map(|number| Some((number, number.region().filter(|region| *region != Region::WORLD)?)))
        .collect();
    select(valid)
}

fn digits_of(number: PhoneNumber) -> String {
    number.to_string().trim_start_matches('+').to_owned()
}

/// Returns whether `cell` has one number, which is `number` after `repair`, or has `number` as its other reading.
fn is_repaired(cell: Result<Cleaned<'_>, CleanError>, number: PhoneNumber, repair: Repair) -> bool {
    cell.is_ok_and(|cell| {
        let first = cell.first();
        let is_number = first.number == number && first.repairs.contains(repair);
        cell.numbers().len() == 1 && (is_number || first.alternative == Some(number))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn an_e164_number_is_unchanged((number, region) in numbers(), of_other in any::<bool>()) {
        let text = number.to_string();
        for region in [None, Some(region), of_other.then_some(Region::US)] {
            let cell = clean(&text, region).unwrap();
            prop_assert_eq!((cell.number(), cell.repairs(), cell.first().alternative), (number, Repairs::NONE, None));
        }
    }

    #[test]
    fn formatted_numbers_are_unchanged((number, region) in numbers()) {
        let international = plan::format(number, Style::International);
        prop_assert_eq!(clean(&international, None).map(|cell| cell.number()), Ok(number));
        let national = plan::format(number, Style::National);
        if plan::parse(&national, Some(region)).is_ok_and(|parsed| parsed.number == number) {
            let cell = clean(&national, Some(region)).unwrap();
            let first = cell.first();
            prop_assert!(first.number == number || first.alternative == Some(number), "{} {:?}", national, first);
        }
    }

    #[test]
    fn marks_of_spreadsheets_are_undone((number, region) in numbers()) {
        let (region, digits) = (Some(region), digits_of(number));
        for text in [format!("'{number}"), format!("=\"{number}\""), format!("={number}"), format!("\"{number}\"")] {
            prop_assert!(is_repaired(clean(&text, region), number, Repair::TextMark), "{}", text);
        }
        let (first, rest) = digits.split_at(1);
        let damages = [
            (digits.clone(), Repair::MissingPlus),
            (format!("{digits}.0"), Repair::DecimalFraction),
            (format!("{first}.{rest}E+{:02}", rest.len()), Repair::ScientificNotation),
            (format!("+{first}\u{200B}{rest}\u{202C}"), Repair::InvisibleMarks),
            (format!("+{first}\u{2009}{rest}"), Repair::UnusualSeparators),
            (format!("{number} "), Repair::MissingPlus),
            (format!("{number}#"), Repair::TrailingHash),
            (format!("{number} ext."), Repair::EmptyExtension),
            (format!("{number} (cell)"), Repair::Label),
            (format!("Tel. {number}"), Repair::Label),
            (format!("{number},,12#"), Repair::PostDial),
        ];
        for (text, repair) in damages {
            // In North America, 1 is the national prefix too.
            let is_plain = number.calling_code() == Some(telnum::CallingCode::NANP) || text.ends_with(' ');
            let repair = if is_plain && repair == Repair::MissingPlus { None } else { Some(repair) };
            match repair {
                // A number of few digits is no numeric cell that could be a phone number.
                Some(Repair::DecimalFraction | Repair::ScientificNotation | Repair::MissingPlus) if digits.len() < 8 => {}
                Some(repair) => {
                    let cell = clean(&text, region);
                    prop_assert!(is_repaired(cell.clone(), number, repair), "{} {:?}", text, cell);
                }
                None => prop_assert_eq!(clean(&text, region).map(|cell| cell.number()), Ok(number)),
            }
        }
    }

    #[test]
    fn prefixes_are_undone((number, region) in numbers()) {
        let digits = digits_of(number);
        for text in [format!("00{digits}"), format!("+00{digits}")] {
            let cell = clean(&text, None);
            prop_assert!(is_repaired(cell.clone(), number, Repair::InternationalPrefix), "{} {:?}", text, cell);
        }
        let national = number.national_digits().to_string();
        if region.national_prefix() == Some("0") {
            let code = number.calling_code().unwrap();
            let text = format!("+{code} (0){national}");
            prop_assert!(is_repaired(clean(&text, None), number, Repair::TrunkPrefix), "{}", text);
        }
    }

    #[test]
    fn digits_that_were_lost_are_not_guessed((number, region) in numbers(), kept in 1_usize..7) {
        let digits = digits_of(number);
        let (first, rest) = digits.split_at(1);
        prop_assume!(rest.len() >= 7);
        let text = format!("{first}.{}E+{}", rest.get(..kept).unwrap(), rest.len());
        let refusal = clean(&text, Some(region)).unwrap_err().kind();
        prop_assert!(refusal == CleanErrorKind::DigitsLost, "{text} {refusal}");
    }

    #[test]
    fn several_numbers_are_told_apart(
        (first, region) in numbers(),
        (second, _) in numbers(),
        separator in select(vec![" / ", "; ", ";", ", ", "\n", " or ", " | ", " ", " & ", " oder "]),
    ) {
        prop_assume!(digits_of(first).len() >= 8 && digits_of(second).len() >= 8);
        let text = format!("{first}{separator}{second}");
        let cell = clean(&text, Some(region)).unwrap();
        prop_assert!(cell.numbers().map(|number| number.number).eq([first, second]), "{}", text);
        prop_assert!(cell.repairs().contains(Repair::SeveralNumbers));
    }

    #[test]
    fn both_paths_agree(text in r"(\+|\()?[0-9]{1,4}[-0-9 ()]{0,14}", region in select(Region::all().collect::<Vec<_>>())) {
        // The invisible mark takes the text along the general path.
        let marked = format!("{text}\u{200B}");
        let answers = [&text, &marked].map(|text| {
            clean(text, Some(region)).map(|cell| {
                cell.numbers().map(|number| (number.number, number.alternative, number.extension)).collect::<Vec<_>>()
            })
        });
        prop_assert_eq!(&answers[0], &answers[1]);
        if let Ok(cell) = clean(&text, Some(region)) {
            let marked = clean(&marked, Some(region)).unwrap().repairs();
            prop_assert_eq!(cell.repairs().with(Repair::InvisibleMarks), marked);
        }
    }

    #[test]
    fn any_text_is_answered(
        text in prop_oneof![
            any::<String>(),
            "[-+0-9x*# ().,;:/~|&\\\\a-zE'\"=é٠-٩０-９ｘ\u{301}\t\n\u{200B}]{0,60}",
            "([0-9]{1,9}[-+ ,;/.x#]{1,3}){0,12}",
        ],
        region in proptest::option::of(select(Region::all().collect::<Vec<_>>())),
    ) {
        if let Ok(cell) = clean(&text, region) {
            let cell_again = clean(&text, region).unwrap();
            prop_assert_eq!(&cell, &cell_again);
            for number in cell.numbers() {
                // A number that was read stays what it is.
                let e164 = number.number.to_string();
                if number.is_valid() {
                    prop_assert_eq!(clean(&e164, region).unwrap().number(), number.number);
                }
                prop_assert!(number.alternative.is_none_or(PhoneNumber::is_valid));
            }
        }
    }
}

/// A text that the parser reads as a valid number gives this number, with the exceptions that the module names.
#[test]
fn a_valid_reading_is_kept() {
    let mut different = Vec::new();
    for row in include_str!("data/plan/parse.tsv").lines() {
        let cells: Vec<_> = row.split('\t').collect();
        let (region, text) = (cells[0].parse().unwrap(), cells[1]);
        let Ok(parsed) = plan::parse(text, Some(region)) else { continue };
        if !parsed.number.is_valid() {
            continue;
        }
        let is_kept = clean(text, Some(region)).is_ok_and(|cell| {
            let first = cell.first();
            first.number == parsed.number || first.alternative == Some(parsed.number)
        });
        if !is_kept {
            different.push(format!("{region} {text}: {} {:?}", parsed.number, clean(text, Some(region))));
        }
    }
    assert!(different.is_empty(), "{} rows:\n{}", different.len(), different.join("\n"));
}

// The test takes milliseconds if the time is linear, and hours if it is quadratic.
#[test]
fn a_megabyte_is_answered() {
    for unit in ["0", "+", " ", "-1", "a", "é", "\n", "011", "1\n2", "020 7946 0958 / ", "x1", "l", "(", "1,"]
    {
        let text = unit.repeat((1 << 20) / unit.len());
        assert!(clean(&text, Some(Region::GB)).is_err());
        let start: String = text.chars().take(900).collect();
        assert!(clean(&start, Some(Region::GB)).is_err());
    }
}

#[test]
fn repairs_are_a_set_of_names() {
    let all: Repairs = Repair::all().collect();
    assert_eq!((all.len(), all.iter().count()), (Repair::all().len(), Repair::all().len()));
    let json = serde_json::to_string(&Repairs::from([Repair::MissingPlus, Repair::TextMark])).unwrap();
    assert_eq!(json, r#"["text_mark","missing_plus"]"#);
    assert_eq!(serde_json::from_str::<Repairs>(&json).unwrap().to_string(), "text_mark, missing_plus");
}

/// Cells of each kind: the numbers of several regions, damaged ones, and texts without a number.
fn column() -> Vec<String> {
    let numbers = Region::all().filter_map(|region| plan::example_number(region, NumberType::Mobile));
    let cells = numbers.flat_map(|number| [number.to_string(), number.national().to_string()]);
    cells
        .chain((0..60).map(|row| format!("{row}.4E+{row}")))
        .chain((0..60).map(|row| format!("no {row}")))
        .collect()
}

fn diagnosed(cells: &[String], first: usize) -> Doctor {
    let mut doctor = Doctor::new(Some(Region::GB)).with_first_row(first as u64);
    for cell in cells {
        let _ = doctor.read(cell);
    }
    doctor
}

#[test]
fn a_diagnosis_of_parts_is_that_of_the_column() {
    let cells = column();
    let whole = diagnosed(&cells, 0).report();
    assert_eq!(whole.rows, cells.len() as u64);
    let refused: u64 = whole.refusals.iter().map(|refused| refused.count).sum();
    assert_eq!(refused, whole.refused);
    for place in [1, 500] {
        let (start, end) = cells.split_at(place);
        let mut doctor = diagnosed(start, 0);
        doctor.merge(diagnosed(end, place));
        assert_eq!(doctor.report(), whole, "split at {place}");
    }
}

#[test]
fn a_diagnosis_has_a_bounded_size() {
    let size = |rows: usize| {
        let mut doctor = None;
        let measured = allocation_counter::measure(|| {
            let mut all = Doctor::new(Some(Region::GB));
            for row in 0..rows {
                let _ = all.read(&format!("+4479{:08}", row * 31));
            }
            // Candidates for the region are judged on the first rows, which takes long for texts without numbers.
            for row in 0..rows {
                let _ = all.read(&format!("{row} is no number, and neither is this text {row}"));
            }
            doctor = Some(all);
        });
        assert!(doctor.is_some());
        measured.bytes_current
    };
    let (small, large) = (size(5_000), size(20_000));
    assert!(large <= small + small / 4, "{small} bytes for 5,000 rows, {large} for 20,000");
}

/// Returns CSV whose stray quotes the example `clean` made literal.
fn closed(text: &[u8]) -> Vec<u8> {
    let mut closed = Vec::new();
    quotes::ClosedQuotes::new(text, b',').read_to_end(&mut closed).unwrap();
    closed
}

fn cells(text: &[u8]) -> Vec<Vec<String>> {
    let rows = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text).into_records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_stray_quote_takes_no_other_row() {
    let long = "+442079460958,GB\n".repeat(1 << 17);
    for (text, row, right) in [
        ("a,\"b,c\nd,e\n", 0, ["a", "\"b", "c"].as_slice()),
        ("a,\"b\nc,\"d\ne\n", 0, &["a", "\"b"]),
        ("a,\"b\nc,\"d\ne\n", 1, &["c", "\"d"]),
        ("\u{FEFF}\"a\"\n\"b\"\"\n", 1, &["\"b\"\""]),
        ("a,\"b\nc\",d\n", 0, &["a", "b\nc", "d"]),
        (&format!("a,\"b\n{long}c,\"d\"\n"), (1 << 17) + 1, &["c", "d"]),
    ] {
        assert_eq!(cells(&closed(text.as_bytes()))[row], right, "{}", text.get(..20).unwrap_or(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn quotes_that_close_are_unchanged(rows in prop::collection::vec(prop::collection::vec("[a,\"\n]{0,3}", 1..4), 0..4)) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        prop_assert_eq!(String::from_utf8(closed(&text)), String::from_utf8(text));
    }

    #[test]
    fn closed_quotes_are_closed(text in "[a,\"\n\r]{0,20}") {
        let once = closed(text.as_bytes());
        prop_assert_eq!(String::from_utf8(closed(&once)), String::from_utf8(once.clone()));
        // No byte is lost.
        let letters = |text: &str| text.matches('a').count();
        prop_assert_eq!(letters(str::from_utf8(&once).unwrap()), letters(&text));
    }
}
