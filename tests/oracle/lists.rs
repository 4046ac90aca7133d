//! The lists of parsing, short numbers and as-you-type formatting, read from the tables without the library,
//! and the regexes of libphonenumber that they stand for.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::{Random, section, words};
use crate::generator::metadata::{Format, Territory};

/// Lists of entries into a table's automaton.
pub(crate) struct Lists {
    cells: Vec<u16>,
    index: Vec<[u8; 4]>,
    entries: Vec<u16>,
}

/// Digits that take one transition of an automaton, and the answer of the list.
pub(crate) struct Sample<'a> {
    pub(crate) digits: &'a str,
    pub(crate) value: u16,
    /// Whether the state after the transition was not visited before.
    pub(crate) is_new: bool,
}

/// Returns the numbers of digits to ask about, up to more than any pattern matches. One and two digits, for
/// which few lists have an answer, come last.
fn lengths() -> impl Iterator<Item = usize> {
    (3..=22).chain(1..3)
}

impl Lists {
    /// Opens the lists whose index is section `place` of a table.
    pub(crate) fn open(table: &[u8], place: usize) -> Self {
        Self {
            cells: words(table, 0),
            index: section(table, place).chunks(4).map(|entry| entry.try_into().unwrap()).collect(),
            entries: words(table, place + 1),
        }
    }

    /// Calls `ask` with digits for every transition of a list, each followed by random digits.
    pub(crate) fn walk(
        &self,
        list: u16,
        random: &mut Random,
        met: &mut BTreeSet<u16>,
        mut ask: impl FnMut(Sample<'_>),
    ) {
        for length in lengths() {
            let mut seen = BTreeSet::new();
            let mut open = vec![(self.entry(list, length), String::new())];
            while let Some((state, path)) = open.pop() {
                // Without an entry the answer is 0.
                let next = |digit| (state.map(|state| self.step(state, digit)), format!("{path}{digit}"));
                let is_leaf = state.is_none_or(|state| self.is_leaf(state));
                if path.is_empty() || !is_leaf && seen.insert(state) {
                    assert!(path.len() < length, "a state after the last digit");
                    open.extend((0..=9).map(next));
                }
                if path.is_empty() {
                    continue;
                }
                let rest = (path.len()..length).map(|_| char::from(b'0' + random.digit()));
                let digits: String = path.chars().chain(rest).collect();
                let value = self.value(self.entry(list, length), &digits);
                ask(Sample { digits: &digits, value, is_new: state.is_some_and(|state| met.insert(state)) });
            }
        }
    }

    fn entry(&self, list: u16, length: usize) -> Option<u16> {
        let [low, high, count, first] = self.index[usize::from(list)];
        let place = length.checked_sub(usize::from(first))?.min(usize::from(count) - 1);
        Some(self.entries[usize::from(u16::from_le_bytes([low, high])) + place])
    }

    fn value(&self, entry: Option<u16>, digits: &str) -> u16 {
        let Some(entry) = entry else { return 0 };
        let leaf = digits.bytes().fold(entry, |state, byte| self.step(state, byte - b'0'));
        assert!(self.is_leaf(leaf), "digits that lead to no leaf");
        self.cells[usize::from(leaf) + 10]
    }

    fn is_leaf(&self, state: u16) -> bool {
        (0..=9).all(|digit| self.step(state, digit) == state)
    }

    fn step(&self, state: u16, digit: u8) -> u16 {
        self.cells[usize::from(state) + usize::from(digit)]
    }
}

/// Digits without their prefix, and the carrier code that was in the prefix.
pub(crate) type Stripped = (String, String);

/// Applies an action of the table to `digits`: end, kept range, range of the carrier code, inserted digits.
pub(crate) fn by_action(action: &[u8], digits: &str) -> Stripped {
    let (places, insert) = action.split_first_chunk().unwrap();
    let [end, keep, keep_end, carrier, carrier_end, inserted] = places.map(usize::from);
    let part = |start: usize, end: usize| digits.get(start..end).unwrap();
    let insert = std::str::from_utf8(&insert[..inserted]).unwrap();
    let rest = part(end, digits.len());
    (format!("{insert}{}{rest}", part(keep, keep_end)), part(carrier, carrier_end).to_owned())
}

/// libphonenumber's patterns, compiled once.
#[derive(Default)]
pub(crate) struct Regexes(BTreeMap<String, Regex>);

impl Regexes {
    /// Applies a pattern of prefixes and its transform rule to `digits`.
    pub(crate) fn strip(&mut self, pattern: Option<&str>, rule: Option<&str>, digits: &str) -> Stripped {
        let nothing = || (digits.to_owned(), String::new());
        let Some(pattern) = pattern else { return nothing() };
        let Some(found) = self.get(&format!("^(?:{pattern})")).captures(digits) else { return nothing() };
        let group = |group: usize| found.get(group).map_or(String::new(), |group| group.as_str().to_owned());
        let rest = digits.get(found.get(0).unwrap().end()..).unwrap();
        let last = found.len() - 1;
        let took_part = last > 0 && found.get(last).is_some();
        match rule {
            Some(rule) if took_part => {
                let transformed = (1..=last).fold(rule.to_owned(), |rule, number| {
                    rule.replace(&format!("${number}"), &group(number))
                });
                (transformed + rest, if last > 1 { group(1) } else { String::new() })
            }
            _ => (rest.to_owned(), if took_part { group(1) } else { String::new() }),
        }
    }

    /// Returns whether there is a pattern and it matches all digits.
    pub(crate) fn is(&mut self, pattern: Option<&str>, digits: &str) -> bool {
        pattern.is_some_and(|pattern| self.get(&format!("^(?:{pattern})$")).is_match(digits))
    }

    /// Returns whether there is a pattern and it matches digits at their start.
    pub(crate) fn starts(&mut self, pattern: Option<&str>, digits: &str) -> bool {
        pattern.is_some_and(|pattern| self.get(&format!("^(?:{pattern})")).is_match(digits))
    }

    /// Returns the national and the international formats that libphonenumber uses while a number is typed.
    pub(crate) fn eligible<'a>(&mut self, territory: &'a Territory) -> [Vec<&'a Format>; 2] {
        let sign = r"[-x\x{2010}-\x{2015}() .\[\]/~]*";
        let eligible = self.get(&format!(r"^{sign}\$1{sign}(?:\$\d{sign})*$")).clone();
        [&territory.formats, &territory.international_formats]
            .map(|formats| formats.iter().filter(|format| eligible.is_match(&format.template)).collect())
    }

    fn get(&mut self, pattern: &str) -> &Regex {
        self.0.entry(pattern.to_owned()).or_insert_with_key(|pattern| Regex::new(pattern).unwrap())
    }
}
