//! The table against the regexes it was made from, and every state of its automaton.
//!
//! Most of this needs libphonenumber's `resources/` directory, named by `TELNUM_LIBPHONENUMBER`, and
//! passes without it. `TELNUM_BLESS=1` then also rewrites `data/plan/states.tsv`, which has one number
//! for every state and runs always; `TELNUM_ORACLE_NUMBERS` is how many numbers to make up.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../examples/generate_plan/generator/mod.rs"]
mod generator;
mod oracle;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use oracle::{Answer, Oracle};
use telnum::PhoneNumber;
use telnum::plan::{self, METADATA_VERSION, NumberType, Region, Style};

const TABLE: &[u8] = include_bytes!("../src/plan/table.bin");
const STATES: &str = include_str!("data/plan/states.tsv");

#[test]
fn the_table_is_what_the_generator_makes() {
    let Some(numbers) = resource("PhoneNumberMetadata.xml") else { return };
    let testing = resource("PhoneNumberMetadataForTesting.xml").unwrap();
    let shorts = resource("ShortNumberMetadata.xml").unwrap();
    let made = generator::table(METADATA_VERSION, &numbers, &shorts).unwrap();
    assert!(made == TABLE, "src/plan/table.bin is not of these resources and this generator");
    let made = generator::table(METADATA_VERSION, &testing, &shorts).unwrap();
    assert!(made == include_bytes!("data/plan/testing.bin"), "tests/data/plan/testing.bin is old");
    let made = generator::typing_table(&numbers).unwrap();
    assert!(made == include_bytes!("../src/plan/table.typing.bin"), "src/plan/table.typing.bin is old");
    let made = generator::typing_table(&testing).unwrap();
    assert!(made == include_bytes!("data/plan/testing.typing.bin"), "testing.typing.bin is old");
}

#[test]
fn the_table_is_small() {
    assert!(TABLE.len() < 200_000, "{}", TABLE.len());
}

#[test]
fn every_state_has_a_number() {
    for row in STATES.lines() {
        let number: PhoneNumber = row.split('\t').next().unwrap().parse().unwrap();
        assert_eq!(row_of(number, &ours(number)), row);
    }
}

#[test]
fn every_transition_agrees_with_the_regexes() {
    let Some(oracle) = oracle() else { return };
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

/// Numbers near real ones, which are where answers change, and random ones.
#[test]
fn made_up_numbers_agree_with_the_regexes() {
    let Some(oracle) = oracle() else { return };
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
    let kinds = [NumberType::Unknown].into_iter().chain(NumberType::VALID);
    assert_eq!(found.is_valid(), found.number_type() != NumberType::Unknown);
    Answer {
        region: found.region().map(|region| region.to_string()),
        kind: found.number_type(),
        national: number.national().to_string(),
        international: number.international().to_string(),
        rfc3966: plan::format(number, Style::Rfc3966).to_string(),
        carrier: plan::format_with_carrier_code(number, None, "15").to_string(),
        possibility: kinds.map(|kind| found.possibility_as(kind)).collect(),
        valid_for: found
            .calling_code()
            .into_iter()
            .flat_map(telnum::CallingCode::regions)
            .filter(|region| found.is_valid_for(*region))
            .map(|region: Region| region.to_string())
            .collect(),
    }
}

/// A line of `states.tsv`.
fn row_of(number: PhoneNumber, answer: &Answer) -> String {
    let Answer { region, kind, national, international, .. } = answer;
    let region = region.as_deref().unwrap_or("-");
    format!("{number}\t{region}\t{kind}\t{national}\t{international}\t{}", answer.valid_for.join(" "))
}

fn resource(name: &str) -> Option<String> {
    let directory = PathBuf::from(std::env::var_os("TELNUM_LIBPHONENUMBER")?);
    Some(std::fs::read_to_string(directory.join(name)).unwrap())
}

fn oracle() -> Option<Oracle> {
    resource("PhoneNumberMetadata.xml").map(|xml| Oracle::new(&xml))
}

/// The automaton in the table's bytes, read without the library.
struct Plan {
    cells: Vec<u16>,
    codes: Vec<u16>,
    roots: Vec<u16>,
}

impl Plan {
    fn open() -> &'static Self {
        static PLAN: std::sync::OnceLock<Plan> = std::sync::OnceLock::new();
        PLAN.get_or_init(|| {
            let size = |place: usize| {
                u32::from_le_bytes(TABLE[4 * place..4 * place + 4].try_into().unwrap()) as usize
            };
            let section = |place: usize| -> Vec<u16> {
                let start = 4 + 4 * size(0) + (1..=place).map(size).sum::<usize>();
                let bytes = &TABLE[start..start + size(place + 1)];
                bytes.chunks(2).map(|word| u16::from_le_bytes(word.try_into().unwrap())).collect()
            };
            Self { cells: section(0), codes: section(5), roots: section(7) }
        })
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

/// A generator that is the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % count as u64).unwrap()
    }

    fn digit(&mut self) -> u8 {
        u8::try_from(self.below(10)).unwrap()
    }
}
