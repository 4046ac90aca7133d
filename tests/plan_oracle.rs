//! The table against the regexes from which it was generated, in every state of its automaton.
//!
//! The ignored tests need libphonenumber's `resources/` directory in `TELNUM_LIBPHONENUMBER`: `cargo
//! test --release --test plan_oracle -- --include-ignored`. With `TELNUM_BLESS=1` they also rewrite
//! `data/plan/states.tsv` and `data/plan/asked.tsv`, which contain one number for every state of the
//! plan and of the lists for parsing, short numbers and as-you-type formatting. `TELNUM_ORACLE_NUMBERS`
//! sets the number of random numbers, and `TELNUM_ORACLE_SEED` their seed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../examples/generate_plan/generator/mod.rs"]
mod generator;
mod oracle;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use generator::metadata::{Desc, Territory};
use oracle::lists::{Lists, Regexes, Sample, by_action};
use oracle::{Answer, Oracle, Random, section, words};
use telnum::PhoneNumber;
use telnum::plan::{self, AsYouType, METADATA_VERSION, NumberType, Region, Style, short};

const TABLE: &[u8] = include_bytes!("../src/plan/table.bin");
const TYPING: &[u8] = include_bytes!("../src/plan/table.typing.bin");
const SHORTS: &[u8] = include_bytes!("../src/plan/table.shorts.bin");
const STATES: &str = include_str!("data/plan/states.tsv");
const ASKED: &str = include_str!("data/plan/asked.tsv");

#[test]
#[ignore = "needs TELNUM_LIBPHONENUMBER, libphonenumber's resources"]
fn the_generator_reproduces_the_tables() {
    let numbers = resource("PhoneNumberMetadata.xml");
    let testing = resource("PhoneNumberMetadataForTesting.xml");
    let shorts = resource("ShortNumberMetadata.xml");
    let made = generator::table(METADATA_VERSION, &numbers).unwrap();
    assert!(made == TABLE, "src/plan/table.bin is not made of these resources by this generator");
    let made = generator::table(METADATA_VERSION, &testing).unwrap();
    assert!(made == include_bytes!("data/plan/testing.bin"), "tests/data/plan/testing.bin is old");
    let made = generator::typing_table(&numbers).unwrap();
    assert!(made == include_bytes!("../src/plan/table.typing.bin"), "src/plan/table.typing.bin is old");
    let made = generator::typing_table(&testing).unwrap();
    assert!(made == include_bytes!("data/plan/testing.typing.bin"), "testing.typing.bin is old");
    let made = generator::shorts_table(&numbers, &shorts).unwrap();
    assert!(made == SHORTS, "src/plan/table.shorts.bin is old");
    let made = generator::alternate_table(&resource("PhoneNumberAlternateFormats.xml")).unwrap();
    assert!(made == include_bytes!("../src/plan/table.alternate.bin"), "src/plan/table.alternate.bin is old");
}

#[test]
fn the_table_takes_less_than_200_kb() {
    assert!(TABLE.len() < 200_000, "{}", TABLE.len());
}

#[test]
fn a_number_of_every_state_has_its_recorded_answer() {
    for row in STATES.lines() {
        let number: PhoneNumber = row.split('\t').next().unwrap().parse().unwrap();
        assert_eq!(row_of(number, &ours(number)), row);
    }
}

#[test]
#[ignore = "needs TELNUM_LIBPHONENUMBER, libphonenumber's resources"]
fn every_transition_agrees_with_the_regexes() {
    let oracle = oracle();
    let mut one_a_state = BTreeSet::new();
    let mut random = Random(1);
    let mut count = 0;
    let mut seen_anywhere = BTreeSet::new();
    for (code, length, root) in Plan::open().roots() {
        let mut seen = BTreeSet::new();
        let mut open = vec![(root, String::new())];
        while let Some((state, path)) = open.pop() {
            if !Plan::open().is_leaf(state) && seen.insert(state) {
                let next = |digit| (Plan::open().step(state, digit), format!("{path}{digit}"));
                open.extend((0..=9).map(next));
            }
            let rest = (path.len()..length).map(|_| char::from(b'0' + random.digit()));
            let number = check(&oracle, code, &path.chars().chain(rest).collect::<String>());
            count += 1;
            if seen_anywhere.insert((state, Plan::open().is_leaf(state).then_some((code, length)))) {
                one_a_state.insert(number);
            }
        }
    }
    println!("{count} numbers, {} states and roots", one_a_state.len());
    if std::env::var_os("TELNUM_BLESS").is_some() {
        let mut text = String::new();
        for number in one_a_state {
            writeln!(text, "{}", row_of(number, &theirs(&oracle, number))).unwrap();
        }
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/plan/states.tsv"), text).unwrap();
    }
}

#[test]
fn digits_of_every_state_of_a_list_have_their_recorded_answer() {
    for row in ASKED.lines() {
        let [what, region, text, _] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        assert_eq!(asked(what, region, text), row);
    }
}

/// Prefixes to strip, general patterns, emergency numbers, and the leading digits of as-you-type
/// formats are all lists of entries into the automaton.
#[test]
#[ignore = "needs TELNUM_LIBPHONENUMBER, libphonenumber's resources"]
fn every_transition_of_a_list_agrees_with_the_regexes() {
    let territories = generator::metadata::read(&resource("PhoneNumberMetadata.xml")).unwrap();
    let shorts = generator::metadata::read(&resource("ShortNumberMetadata.xml")).unwrap();
    let (mut regexes, mut random, mut rows) = (Regexes::default(), Random(2), Rows::default());
    let (mut met, mut short_met, mut typing_met) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (rules, records, actions) = (Lists::open(TABLE, 16), words(TABLE, 15), section(TABLE, 18));
    let (short_lists, short_records) = (Lists::open(SHORTS, 2), words(SHORTS, 1));
    let (typing, formats, leading) = (Lists::open(TYPING, 5), words(TYPING, 2), words(TYPING, 3));
    let mut format = formats.chunks(5);
    for (place, territory) in territories.iter().enumerate() {
        let record = &records[11 * place..][..11];
        assert_eq!(record[0], territory.code);
        let rule = territory.national_prefix_transform_rule.as_deref();
        for (list, first, pattern, rule) in [
            (record[1], record[4], territory.international_prefix.as_deref(), None),
            (record[2], record[5], territory.national_prefix_for_parsing.as_deref(), rule),
        ] {
            rules.walk(list, &mut random, &mut met, |asked| {
                let is_first = first >> (asked.digits.as_bytes()[0] - b'0') & 1 == 1;
                let action = if is_first { usize::from(asked.value) } else { 0 };
                let stripped = by_action(&actions[10 * action..][..10], asked.digits);
                let wanted = regexes.strip(pattern, rule, asked.digits);
                assert_eq!(stripped, wanted, "{} {pattern:?} {}", territory.id, asked.digits);
                rows.add("parse", territory, &asked);
            });
        }
        let general = territory.general.pattern.as_deref();
        rules.walk(record[3], &mut random, &mut met, |asked| {
            assert_eq!(
                asked.value != 0,
                regexes.is(general, asked.digits),
                "{} {}",
                territory.id,
                asked.digits
            );
            rows.add("parse", territory, &asked);
        });
        let at_home_only = territory.desc("noInternationalDialling");
        rules.walk(record[10], &mut random, &mut met, |asked| {
            let has_length = |desc: &&Desc| {
                u8::try_from(asked.digits.len()).is_ok_and(|length| desc.lengths.contains(&length))
            };
            let pattern = at_home_only.filter(has_length).and_then(|desc| desc.pattern.as_deref());
            assert_eq!(
                asked.value != 0,
                regexes.is(pattern, asked.digits),
                "{} {}",
                territory.id,
                asked.digits
            );
        });
        let short = shorts.iter().find(|short| short.id == territory.id);
        let pattern = |element: &str| short.and_then(|short| short.desc(element)?.pattern.as_deref());
        short_lists.walk(short_records[6 * place], &mut random, &mut short_met, |asked| {
            for (bit, element) in
                [(0, "shortCode"), (4, "carrierSpecific"), (5, "smsServices"), (6, "emergency")]
            {
                let wanted = regexes.is(pattern(element), asked.digits);
                assert_eq!(
                    asked.value >> bit & 1 == 1,
                    wanted,
                    "{} {} {element}",
                    territory.id,
                    asked.digits
                );
            }
            if let Ok(region) = territory.id.parse() {
                let is_exact = ["BR", "CL", "NI"].contains(&territory.id.as_str());
                let is = if is_exact { Regexes::is } else { Regexes::starts };
                let wanted = is(&mut regexes, pattern("emergency"), asked.digits);
                let connects = short::connects_to_emergency(asked.digits, region);
                assert_eq!(connects, wanted, "{} {}", territory.id, asked.digits);
            }
            rows.add("emergency", territory, &asked);
        });
        for (eligible, what) in regexes.eligible(territory).into_iter().zip(["home", "abroad"]) {
            for of in eligible {
                let [.., first, count] = format.next().unwrap() else { panic!() };
                assert_eq!(usize::from(*count), of.leading_digits.len(), "{}", territory.id);
                for (pattern, list) in of.leading_digits.iter().zip(usize::from(*first)..) {
                    typing.walk(leading[list], &mut random, &mut typing_met, |asked| {
                        let wanted = regexes.starts(Some(pattern), asked.digits);
                        assert_eq!(asked.value != 0, wanted, "{} {pattern} {}", territory.id, asked.digits);
                        rows.add(what, territory, &asked);
                    });
                }
            }
        }
    }
    assert!(format.next().is_none());
    println!("{} questions, {} states", rows.count, rows.rows.len());
    if std::env::var_os("TELNUM_BLESS").is_some() {
        let text: String = rows.rows.into_iter().map(|row| row + "\n").collect();
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/plan/asked.tsv"), text).unwrap();
    }
}

/// The lines of `asked.tsv`: one for each state.
#[derive(Default)]
struct Rows {
    rows: BTreeSet<String>,
    count: usize,
}

impl Rows {
    fn add(&mut self, what: &str, territory: &Territory, digits: &Sample<'_>) {
        self.count += 1;
        if !digits.is_new {
            return;
        }
        // Without a region, the digits need their calling code.
        let row = if what == "abroad" || territory.id == "001" {
            asked(what, "-", &format!("+{}{}", territory.code, digits.digits))
        } else {
            asked(what, &territory.id, digits.digits)
        };
        self.rows.insert(row);
    }
}

/// Returns the result for digits in the format of a line of `asked.tsv`.
fn asked(what: &str, region: &str, text: &str) -> String {
    let of = region.parse::<Region>();
    let answer = match what {
        "parse" => match plan::parse(text, of.ok()) {
            Ok(parsed) => {
                let carrier = parsed.carrier_code.map(|code| format!(" {code}"));
                format!("{}{}", parsed.number, carrier.unwrap_or_default())
            }
            Err(error) => error.kind().libphonenumber_name().unwrap_or_default().to_owned(),
        },
        "emergency" => {
            let of = of.unwrap();
            format!("{} {}", short::is_emergency(text, of), short::connects_to_emergency(text, of))
        }
        _ => {
            let mut formatter = AsYouType::new(of.ok());
            for key in text.chars() {
                formatter.push(key);
            }
            formatter.as_str().to_owned()
        }
    };
    format!("{what}\t{region}\t{text}\t{answer}")
}

/// Numbers close to valid ones, where results change, and random ones.
#[test]
#[ignore = "needs TELNUM_LIBPHONENUMBER, libphonenumber's resources"]
fn random_numbers_agree_with_the_regexes() {
    let oracle = oracle();
    let count = std::env::var("TELNUM_ORACLE_NUMBERS").map_or(20_000, |count| count.parse().unwrap());
    let seed = std::env::var("TELNUM_ORACLE_SEED").map_or(7, |seed| seed.parse().unwrap());
    let mut codes: Vec<u16> = oracle.codes().collect();
    codes.sort_unstable();
    let witnesses: Vec<&str> = STATES.lines().map(|row| row.split('\t').next().unwrap()).collect();
    let mut random = Random(seed);
    let mut made = 0;
    while made < count {
        let mut number = if random.below(4) == 0 {
            let digits = 1 + random.below(14);
            let code = codes[random.below(codes.len())].to_string();
            let digits = (0..digits).map(|_| char::from(b'0' + random.digit()));
            format!("+{code}").chars().chain(digits).collect()
        } else {
            witnesses[random.below(witnesses.len())].to_owned()
        };
        for _ in 0..random.below(4) {
            if number.len() < 3 {
                break;
            }
            let place = 1 + random.below(number.len() - 1);
            match random.below(8) {
                0 => number.insert(place, char::from(b'0' + random.digit())),
                1 => drop(number.remove(place)),
                _ => number.replace_range(place..=place, &random.digit().to_string()),
            }
        }
        let Ok(number) = number.parse::<PhoneNumber>() else { continue };
        if let Some(code) = number.calling_code()
            && codes.contains(&code.get())
        {
            check(&oracle, code.get(), &number.national_digits().to_string());
            made += 1;
        }
    }
}

fn check(oracle: &Oracle, code: u16, national: &str) -> PhoneNumber {
    let number: PhoneNumber = format!("+{code}{national}").parse().unwrap();
    assert_eq!(ours(number), oracle.answer(code, national), "{number}");
    number
}

fn theirs(oracle: &Oracle, number: PhoneNumber) -> Answer {
    oracle.answer(number.calling_code().unwrap().get(), &number.national_digits().to_string())
}

fn ours(number: PhoneNumber) -> Answer {
    let found = plan::lookup(number);
    assert_eq!(found.is_valid(), found.number_type() != NumberType::Unknown);
    Answer {
        region: found.region().map(|region| region.to_string()),
        kind: found.number_type(),
        national: number.national().to_string(),
        international: number.international().to_string(),
        rfc3966: plan::format(number, Style::Rfc3966).to_string(),
        carrier: plan::format_with_carrier_code(number, None, "15").to_string(),
        possibility: NumberType::all().map(|kind| found.possibility_as(kind)).collect(),
        valid_for: found
            .calling_code()
            .into_iter()
            .flat_map(telnum::CallingCode::regions)
            .filter(|region| found.is_valid_for(*region))
            .map(|region: Region| region.to_string())
            .collect(),
    }
}

/// Returns a result in the format of a line of `states.tsv`.
fn row_of(number: PhoneNumber, answer: &Answer) -> String {
    let Answer { region, kind, national, international, .. } = answer;
    let region = region.as_deref().unwrap_or("-");
    format!("{number}\t{region}\t{kind}\t{national}\t{international}\t{}", answer.valid_for.join(" "))
}

fn resource(name: &str) -> String {
    let directory = std::env::var_os("TELNUM_LIBPHONENUMBER").expect("TELNUM_LIBPHONENUMBER is set");
    std::fs::read_to_string(PathBuf::from(directory).join(name)).unwrap()
}

fn oracle() -> Oracle {
    Oracle::new(&resource("PhoneNumberMetadata.xml"))
}

/// The automaton of the table, read without the library.
struct Plan {
    cells: Vec<u16>,
    codes: Vec<u16>,
    roots: Vec<u16>,
}

impl Plan {
    fn open() -> &'static Self {
        static PLAN: std::sync::OnceLock<Plan> = std::sync::OnceLock::new();
        PLAN.get_or_init(|| Self { cells: words(TABLE, 0), codes: words(TABLE, 5), roots: words(TABLE, 7) })
    }

    /// Calling code, length and first state.
    fn roots(&self) -> impl Iterator<Item = (u16, usize, u16)> {
        self.roots.chunks(3).enumerate().filter_map(|(place, root)| {
            let (code, length) = (self.codes[place / 16 * 2], place % 16);
            let too_long = length + code.to_string().len() > PhoneNumber::MAX_DIGITS;
            (length > 0 && !too_long).then_some((code, length, root[0]))
        })
    }

    fn is_leaf(&self, state: u16) -> bool {
        (0..=9).all(|digit| self.step(state, digit) == state)
    }

    fn step(&self, state: u16, digit: u8) -> u16 {
        self.cells[usize::from(state) + usize::from(digit)]
    }
}
