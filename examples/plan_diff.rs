//! Lists the numbers whose answers differ between two releases of libphonenumber.
//!
//! ```text
//! cargo run --release --example plan_diff -- built-in libphonenumber-9.0.36/resources
//! cargo run --release --example plan_diff -- old/resources new/resources numbers.txt
//! ```
//!
//! A release is the `resources/` directory of its source, or `built-in` for that of this crate. With a file of
//! E.164 numbers, one a line, these are compared; without one all numbers are, and the output has ranges such as
//! `+4915123xxxxxx`. The output is JSON lines:
//!
//! ```text
//! {"range":"+4915123xxxxxx","old":{"region":"DE","type":"UNKNOWN",...},"new":{"region":"DE","type":"MOBILE",...}}
//! ```
//!
//! The last line, on the standard error, has the number of differences.

#![expect(clippy::indexing_slicing, reason = "a tool stops at a table that it does not expect")]

#[path = "generate_plan/generator/mod.rs"]
#[expect(dead_code, reason = "generates the tables of short numbers and of formatting while typing, too")]
mod generator;

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use generator::Error;
use serde::Serialize;
use serde_json::json;
use telnum::PhoneNumber;
use telnum::plan::{NumberType, Possibility, Region, Table};

fn main() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let (old, new, file) = match arguments.as_slice() {
        [old, new] => (old, new, None),
        [old, new, file] => (old, new, Some(file)),
        _ => return Err("usage: plan_diff OLD NEW [NUMBERS]".into()),
    };
    let releases = [Release::open(old)?, Release::open(new)?];
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut count = 0;
    if let Some(file) = file {
        for (index, line) in BufReader::new(std::fs::File::open(file)?).lines().enumerate() {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            let number: Result<PhoneNumber, _> = line.trim().parse();
            let number = number.map_err(|error| format!("{file}, line {}: {error}", index + 1))?;
            if let Some([old, new]) = different(&releases, number) {
                writeln!(out, "{}", json!({"number": number, "old": old, "new": new}))?;
                count += 1;
            }
        }
    } else {
        let codes: HashSet<u16> = releases.iter().flat_map(|release| release.slots.keys().copied()).collect();
        let mut codes: Vec<_> = codes.into_iter().collect();
        codes.sort_unstable();
        for code in codes {
            for length in 1..=PhoneNumber::MAX_DIGITS - code.to_string().len() {
                let roots = [0, 1].map(|release| releases[release].root(code, length));
                let mut walk =
                    Walk { releases: &releases, code, length, equal: HashSet::new(), found: Vec::new() };
                walk.go(&mut String::new(), roots)?;
                for (range, [old, new]) in walk.found {
                    writeln!(out, "{}", json!({"range": range, "old": old, "new": new}))?;
                    count += 1;
                }
            }
        }
    }
    out.flush()?;
    eprintln!("{} to {}: {count} differences", releases[0].name, releases[1].name);
    Ok(())
}

/// The plan of a release, and the automaton in its table.
struct Release {
    name: String,
    table: &'static Table,
    cells: Vec<u16>,
    /// The first state for each number of digits, by calling code.
    slots: BTreeMap<u16, Vec<u16>>,
}

impl Release {
    fn open(name: &str) -> Result<Self, Error> {
        let bytes = if name == "built-in" {
            include_bytes!("../src/plan/table.bin").to_vec()
        } else {
            generator::table("", &std::fs::read_to_string(Path::new(name).join("PhoneNumberMetadata.xml"))?)?
        };
        let bytes: &'static [u8] = Vec::leak(bytes);
        let table: &'static Table = Box::leak(Box::new(Table::read(bytes)));
        let (codes, roots) = (words(bytes, 5)?, words(bytes, 7)?);
        // The last code only marks the end.
        let slots = codes.chunks(2).zip(roots.chunks(3 * 16)).map(|(code, roots)| {
            let first_states = roots.chunks(3).map(|root| root[0]).collect();
            (code[0], first_states)
        });
        Ok(Self { name: name.to_owned(), table, cells: words(bytes, 0)?, slots: slots.collect() })
    }

    /// Returns the first state for numbers of a calling code; `None` if the code is not assigned.
    fn root(&self, code: u16, length: usize) -> Option<u16> {
        self.slots.get(&code)?.get(length).copied()
    }

    fn step(&self, state: u16, digit: u8) -> u16 {
        self.cells[usize::from(state) + usize::from(digit)]
    }

    /// Returns whether no further digit changes the answer.
    fn is_leaf(&self, state: Option<u16>) -> bool {
        state.is_none_or(|state| (0..10).all(|digit| self.step(state, digit) == state))
    }

    fn answer(&self, number: PhoneNumber) -> Answer {
        let found = self.table.lookup(number);
        let text = |style| self.table.format(number, None, style).to_string();
        Answer {
            region: found.region(),
            number_type: found.number_type(),
            possibility: found.possibility(),
            national: text(telnum::plan::Style::National),
            international: text(telnum::plan::Style::International),
        }
    }
}

/// Returns the words of a section of a table.
fn words(table: &[u8], section: usize) -> Result<Vec<u16>, Error> {
    let integer = |at: usize| -> Result<usize, Error> {
        let bytes = table.get(at..at + 4).ok_or("a table that is too short")?;
        Ok(usize::try_from(u32::from_le_bytes(bytes.try_into()?))?)
    };
    let mut start = 4 + 4 * integer(0)?;
    for before in 0..section {
        start += integer(4 + 4 * before)?;
    }
    let bytes = table.get(start..start + integer(4 + 4 * section)?).ok_or("a table that is too short")?;
    Ok(bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect())
}

/// The answers to a number that are compared.
#[derive(PartialEq, Serialize)]
struct Answer {
    region: Option<Region>,
    #[serde(rename = "type")]
    number_type: NumberType,
    possibility: Possibility,
    national: String,
    international: String,
}

/// Returns the answers of both releases if they differ.
fn different(releases: &[Release; 2], number: PhoneNumber) -> Option<[Answer; 2]> {
    let answers = [releases[0].answer(number), releases[1].answer(number)];
    (answers[0] != answers[1]).then_some(answers)
}

/// A walk through the automata of two releases at once, for numbers of one calling code and length.
struct Walk<'a> {
    releases: &'a [Release; 2],
    code: u16,
    length: usize,
    /// The pairs of states from which all answers are equal.
    equal: HashSet<[Option<u16>; 2]>,
    found: Vec<(String, [Answer; 2])>,
}

impl Walk<'_> {
    /// Compares the numbers that start with `path`.
    fn go(&mut self, path: &mut String, states: [Option<u16>; 2]) -> Result<(), Error> {
        let is_decided = (0..2).all(|release| self.releases[release].is_leaf(states[release]));
        if is_decided || path.len() == self.length {
            // The answers do not depend on the other digits, which differ to tell digits from literals.
            let rest = "123456789".chars().cycle().take(self.length - path.len());
            let number = format!("+{}{path}{}", self.code, rest.collect::<String>()).parse()?;
            if let Some(answers) = different(self.releases, number) {
                let places = "x".repeat(self.length - path.len());
                self.found.push((format!("+{}{path}{places}", self.code), answers));
            }
            return Ok(());
        }
        if self.equal.contains(&states) {
            return Ok(());
        }
        let before = self.found.len();
        for digit in 0..10 {
            path.push(char::from(b'0' + digit));
            let step =
                |release: usize| states[release].map(|state| self.releases[release].step(state, digit));
            let next = [step(0), step(1)];
            self.go(path, next)?;
            path.pop();
        }
        if self.found.len() == before {
            self.equal.insert(states);
        }
        Ok(())
    }
}
