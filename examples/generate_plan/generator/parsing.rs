//! The sections of parsing: the dialling rules of each territory.
//!
//! Argentina has the pattern `0?(?:(11|...)15)?` with the rule `9$1` for its mobile numbers. Such a
//! pattern is compiled into rows of the plan's automaton, for digits of one length; the value of a leaf
//! is an [`Action`]. The states are followed in the order of a backtracking regex, so that the captured
//! groups are the same as in libphonenumber.

use std::collections::HashMap;

use super::automaton::{Automaton, Entry, Question};
use super::metadata::{Territory, by_code};
use super::states::{State, States};
use super::{Error, Section, Word, words};

/// The maximum number of digits for which patterns are compiled: no pattern matches more.
pub(crate) const LENGTHS: usize = 20;

/// The entry for digits from which nothing is stripped.
pub(crate) const NOTHING: Entry = Entry::Leaf(0);

/// Returns the sections in the order in which `src/plan/table/rules.rs` reads them.
pub(crate) fn sections(territories: &[Territory], automaton: &mut Automaton) -> Result<Vec<Section>, Error> {
    let mut parsing = Parsing { lists: Lists::default(), automaton, actions: Vec::new() };
    parsing.action(Action::default())?;
    let mut main_of_code = vec![0_u8; 1000];
    for (code, regions) in by_code(territories) {
        main_of_code[usize::from(code)] = u8::try_from(regions[0] + 1)?;
    }
    let mut records = Vec::new();
    for territory in territories {
        let abroad = parsing.stripping(territory.international_prefix.as_deref(), None)?;
        let national = parsing.stripping(
            territory.national_prefix_for_parsing.as_deref(),
            territory.national_prefix_transform_rule.as_deref(),
        )?;
        let general = territory.general.pattern.as_deref();
        let general = question(parsing.automaton, &mut parsing.lists, general, false)?;
        let at_home_only = parsing.at_home_only(territory)?;
        let bits =
            |set: &std::collections::BTreeSet<u8>| set.iter().fold(0_u32, |bits, length| bits | 1 << length);
        let (possible, local) = (bits(&territory.general.lengths), bits(&territory.general.local_only));
        records.extend([territory.code, abroad.roots, national.roots, general, abroad.first, national.first]);
        for bits in [possible, local] {
            records.extend([(bits & 0xFFFF) as u16, (bits >> 16) as u16]);
        }
        records.push(at_home_only);
    }
    let actions = parsing.actions.iter().flat_map(Action::bytes).collect();
    let [index, entries] = parsing.lists.sections();
    Ok(vec![words(records), index, entries, Section::Bytes(actions), Section::Bytes(main_of_code)])
}

/// A change to the leading digits, as `src/plan/table/rules.rs` reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Action {
    /// The number of leading digits to remove.
    end: u8,
    /// The digits to insert in their place.
    insert: String,
    /// The range of the removed digits to restore after the inserted ones.
    keep: (u8, u8),
    /// The range of the removed digits that is a carrier code.
    carrier: (u8, u8),
}

impl Action {
    /// Returns ten bytes: `end`, the ranges, the number of inserted digits, and four bytes of inserted
    /// digits.
    fn bytes(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[..5].copy_from_slice(&[self.end, self.keep.0, self.keep.1, self.carrier.0, self.carrier.1]);
        bytes[5] = u8::try_from(self.insert.len()).unwrap_or(u8::MAX);
        for (place, byte) in self.insert.bytes().enumerate() {
            bytes[6 + place] = byte;
        }
        bytes
    }
}

struct Parsing<'a> {
    automaton: &'a mut Automaton,
    lists: Lists,
    actions: Vec<Action>,
}

/// Lists of entries, one entry for each number of digits.
#[derive(Default)]
pub(crate) struct Lists {
    /// For each list, the index of its first entry, and the number of digits of the first entry
    /// together with the number of entries.
    index: Vec<[u16; 2]>,
    entries: Vec<Entry>,
}

impl Lists {
    /// Adds a list of entries for 1 digit, 2 digits and so on, unless there is an equal one, and
    /// returns its index. Leading entries without an answer and repetitions of the last entry are
    /// omitted.
    pub(crate) fn add(&mut self, list: &[Entry]) -> Result<u16, Error> {
        let first = list.iter().position(|entry| *entry != NOTHING).unwrap_or(list.len() - 1);
        let end = list.windows(2).rposition(|two| two[0] != two[1]).map_or(1, |place| place + 2);
        let list = &list[first..end.max(first + 1)];
        let place = self.entries.windows(list.len()).position(|window| window == list).unwrap_or_else(|| {
            self.entries.extend(list);
            self.entries.len() - list.len()
        });
        let key = [u16::try_from(place)?, u16::try_from(first + 1)? << 8 | u16::try_from(list.len())?];
        let number = self.index.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.index.push(key);
            self.index.len() - 1
        });
        Ok(u16::try_from(number)?)
    }

    pub(crate) fn sections(self) -> [Section; 2] {
        let entries = self.entries.into_iter().map(Word::Entry).collect();
        [words(self.index.into_iter().flatten().collect()), Section::Words(entries)]
    }
}

/// Compiles a pattern into a list with the answer 1 for digits that it matches, as a whole or as a
/// prefix, and 0 for all others.
pub(crate) fn question(
    automaton: &mut Automaton,
    lists: &mut Lists,
    pattern: Option<&str>,
    prefix: bool,
) -> Result<u16, Error> {
    let mut question = Question::default();
    if let Some(pattern) = pattern {
        if prefix {
            question.prefix(pattern)?
        } else {
            question.whole(pattern)?
        };
    }
    let list: Vec<_> = (1..=LENGTHS)
        .map(|length| {
            automaton.add(&question, length, |found| Ok(u16::from(found.iter().any(|is_found| *is_found))))
        })
        .collect::<Result<_, _>>()?;
    if !prefix && list.last() != Some(&NOTHING) {
        return Err("a pattern that matches more digits than patterns are compiled for".into());
    }
    lists.add(&list)
}

/// The list of a pattern of prefixes, and the set of digits that it can start with, as bits.
#[derive(Default)]
struct Stripping {
    roots: u16,
    first: u16,
}

impl Parsing<'_> {
    fn action(&mut self, action: Action) -> Result<u16, Error> {
        let place = self.actions.iter().position(|known| *known == action).unwrap_or_else(|| {
            self.actions.push(action);
            self.actions.len() - 1
        });
        Ok(u16::try_from(place)?)
    }

    /// Compiles the pattern of numbers that cannot be dialled from abroad.
    fn at_home_only(&mut self, territory: &Territory) -> Result<u16, Error> {
        let Some(desc) = territory.desc("noInternationalDialling") else { return self.lists.add(&[NOTHING]) };
        let mut question = Question::default();
        question.whole(desc.pattern.as_deref().ok_or("a description without a pattern")?)?;
        let entry = |length: usize| match u8::try_from(length) {
            Ok(short) if desc.lengths.contains(&short) => {
                self.automaton.add(&question, length, |found| Ok(u16::from(found[0])))
            }
            _ => Ok(NOTHING),
        };
        let list: Vec<_> = (1..=LENGTHS).map(entry).collect::<Result<_, _>>()?;
        self.lists.add(&list)
    }

    /// Compiles a pattern of prefixes and its transform rule.
    fn stripping(&mut self, pattern: Option<&str>, rule: Option<&str>) -> Result<Stripping, Error> {
        let program = Program::new(pattern.unwrap_or(""), rule)?;
        let mut list = Vec::new();
        let mut first = 0;
        for length in 1..=LENGTHS {
            let entry = self.node(&program, &program.start(), 0, length, &mut HashMap::new())?;
            for digit in 0..10 {
                let next = match entry {
                    Entry::Row(row) => self.automaton.rows[row][digit],
                    leaf @ Entry::Leaf(_) => leaf,
                };
                first |= u16::from(next != NOTHING) << digit;
            }
            list.push(entry);
        }
        Ok(Stripping { roots: self.lists.add(&list)?, first })
    }

    /// Returns the entry for threads that have read `read` of `length` digits.
    fn node(
        &mut self,
        program: &Program<'_>,
        threads: &[Thread],
        read: usize,
        length: usize,
        known: &mut HashMap<(Vec<Thread>, usize), Entry>,
    ) -> Result<Entry, Error> {
        let threads = program.closure(threads, read, length);
        if let [only] = threads.as_slice()
            && matches!(program.states.get(only.state), State::Found { .. })
        {
            return Ok(Entry::Leaf(self.action(program.action(only)?)?));
        }
        if threads.is_empty() {
            return Ok(NOTHING);
        }
        let key = (threads, read);
        if let Some(entry) = known.get(&key) {
            return Ok(*entry);
        }
        let mut row = [NOTHING; 10];
        for (digit, entry) in row.iter_mut().enumerate() {
            let next = program.step(&key.0, digit);
            *entry = self.node(program, &next, read + 1, length, known)?;
        }
        let entry = self.automaton.row(row);
        known.insert(key, entry);
        Ok(entry)
    }
}

/// A pattern as an automaton whose threads are tried in order.
struct Program<'a> {
    states: States,
    first: usize,
    rule: Option<&'a str>,
    groups: usize,
}

/// A state, and the start and end of each group; the end of the match is the last slot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Thread {
    state: usize,
    slots: [Option<u8>; 5],
}

impl<'a> Program<'a> {
    fn new(pattern: &str, rule: Option<&'a str>) -> Result<Self, Error> {
        let mut states = States::default();
        if pattern.is_empty() {
            let first = states.add(State::Split(Vec::new()));
            return Ok(Self { states, first, rule, groups: 0 });
        }
        let hir = regex_syntax::parse(pattern)?;
        let groups = hir.properties().explicit_captures_len();
        if groups > 2 {
            return Err("more than two groups".into());
        }
        let found = states.add(State::Found { pattern: 0, prefix: true });
        let end = states.add(State::Save { slot: 4, next: found });
        let first = states.compile(&hir, end)?;
        Ok(Self { states, first, rule, groups })
    }

    fn start(&self) -> Vec<Thread> {
        vec![Thread { state: self.first, slots: [None; 5] }]
    }

    /// Returns the threads that wait for a digit, in order, up to the first one that has matched.
    fn closure(&self, threads: &[Thread], read: usize, length: usize) -> Vec<Thread> {
        let mut out: Vec<Thread> = Vec::new();
        let mut open: Vec<Thread> = threads.iter().rev().cloned().collect();
        while let Some(mut thread) = open.pop() {
            match self.states.get(thread.state) {
                State::Split(parts) => {
                    open.extend(parts.iter().rev().map(|state| Thread { state: *state, ..thread.clone() }));
                }
                State::Save { slot, next } => {
                    let unset = *slot == 4 && thread.slots[4].is_some();
                    if !unset {
                        thread.slots[*slot] = u8::try_from(read).ok();
                    }
                    open.push(Thread { state: *next, ..thread });
                }
                State::End { next } => {
                    if read == length {
                        open.push(Thread { state: *next, ..thread });
                    }
                }
                State::Found { .. } => {
                    out.push(thread);
                    break;
                }
                State::Digit { .. } => {
                    if read < length && !out.iter().any(|other| other.state == thread.state) {
                        out.push(thread);
                    }
                }
            }
        }
        out
    }

    fn step(&self, threads: &[Thread], digit: usize) -> Vec<Thread> {
        let next = threads.iter().filter_map(|thread| match self.states.get(thread.state) {
            State::Digit { set, next } => {
                (set >> digit & 1 == 1).then(|| Thread { state: *next, ..thread.clone() })
            }
            State::Found { .. } => Some(thread.clone()),
            _ => None,
        });
        next.collect()
    }

    /// Returns the action for a match, as in libphonenumber: the rule applies only if the last group
    /// took part.
    fn action(&self, thread: &Thread) -> Result<Action, Error> {
        let [a, b, c, d, end] = thread.slots;
        let groups = [a.zip(b), c.zip(d)];
        let first = groups[0].unwrap_or_default();
        let last = self.groups.checked_sub(1).and_then(|last| groups[last]);
        let end = end.ok_or("a match without an end")?;
        let (Some(rule), Some(_)) = (self.rule, last) else {
            let carrier = if last.is_some() { first } else { (0, 0) };
            return Ok(Action { end, carrier, ..Action::default() });
        };
        let (insert, group) = rule.split_once('$').ok_or("a rule without a group")?;
        if insert.len() > 4 {
            return Err("a rule that inserts more than four digits".into());
        }
        let group: usize = group.parse()?;
        let keep = groups[group - 1].unwrap_or_default();
        let carrier = if self.groups > 1 { first } else { (0, 0) };
        Ok(Action { end, insert: insert.to_owned(), keep, carrier })
    }
}
