//! Generates the tables that the crate includes from libphonenumber's resources.
//!
//! A table is a list of sections, which `src/plan/table.rs` reads in the order in which [`table`] adds
//! them. Integers are little endian.
#![expect(clippy::indexing_slicing, reason = "a tool stops at input that it does not expect")]
#![expect(clippy::string_slice, reason = "all texts are ASCII")]

mod alternate;
pub(crate) mod automaton;
mod formats;
pub(crate) mod metadata;
mod parsing;
mod plan;
mod shorts;
mod states;
mod typing;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// A section of a table.
pub(crate) enum Section {
    Bytes(Vec<u8>),
    Words(Vec<Word>),
}

/// An integer, or an entry into the automaton, which becomes an integer when the rows are laid out.
pub(crate) enum Word {
    Plain(u16),
    Entry(automaton::Entry),
}

pub(crate) fn words(words: Vec<u16>) -> Section {
    Section::Words(words.into_iter().map(Word::Plain).collect())
}

/// Generates the table of the plan from the XML of `numbers` of libphonenumber's release `version`.
pub(crate) fn table(version: &str, numbers: &str) -> Result<Vec<u8>, Error> {
    let territories = metadata::read(numbers)?;
    let mut automaton = automaton::Automaton::default();
    let mut sections = vec![Section::Bytes(version.as_bytes().to_vec())];
    sections.extend(plan::sections(&territories, &mut automaton)?);
    sections.extend(parsing::sections(&territories, &mut automaton)?);
    join(sections, &automaton)
}

/// Generates the table of short numbers from the XML of `numbers`, for the order of the territories, and of
/// short numbers (`shorts`).
pub(crate) fn shorts_table(numbers: &str, shorts: &str) -> Result<Vec<u8>, Error> {
    let (territories, shorts) = (metadata::read(numbers)?, metadata::read(shorts)?);
    let mut automaton = automaton::Automaton::default();
    let sections = shorts::sections(&territories, &shorts, &mut automaton)?;
    join(sections, &automaton)
}

/// Generates the table of as-you-type formats from the XML of `numbers`.
pub(crate) fn typing_table(numbers: &str) -> Result<Vec<u8>, Error> {
    let territories = metadata::read(numbers)?;
    let mut automaton = automaton::Automaton::default();
    let sections = typing::sections(&territories, &mut automaton)?;
    join(sections, &automaton)
}

/// Generates the table of alternate formats from their XML.
pub(crate) fn alternate_table(formats: &str) -> Result<Vec<u8>, Error> {
    let formats = metadata::read_alternate_formats(formats)?;
    let mut automaton = automaton::Automaton::default();
    let sections = alternate::sections(&formats, &mut automaton)?;
    join(sections, &automaton)
}

/// Joins the sections, starting with the automaton's cells: the number of sections, the length of each,
/// and their contents.
fn join(sections: Vec<Section>, automaton: &automaton::Automaton) -> Result<Vec<u8>, Error> {
    let mut layout = automaton.lay_out()?;
    let mut parts = Vec::new();
    for section in sections {
        parts.push(match section {
            Section::Bytes(bytes) => bytes,
            Section::Words(words) => {
                let word = |word| match word {
                    Word::Plain(word) => Ok(word),
                    Word::Entry(entry) => layout.cell(entry),
                };
                little_endian(&words.into_iter().map(word).collect::<Result<Vec<_>, Error>>()?)
            }
        });
    }
    parts.insert(0, little_endian(&layout.cells));
    let mut bytes = u32::try_from(parts.len())?.to_le_bytes().to_vec();
    for part in &parts {
        bytes.extend(u32::try_from(part.len())?.to_le_bytes());
    }
    bytes.extend(parts.iter().flatten());
    Ok(bytes)
}

fn little_endian(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
