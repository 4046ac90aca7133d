//! The table of alternate formats: groupings of digits that people use although numbers are not
//! formatted that way.
//!
//! It is a separate table with its own automaton, so that a program that finds no numbers in texts does
//! not link it.

use super::automaton::Automaton;
use super::formats::Pool;
use super::metadata::Format;
use super::parsing::{Lists, question};
use super::typing::groups;
use super::{Error, Section, words};

/// Returns the sections in the order in which `src/plan/find/alternate.rs` reads them.
pub(crate) fn sections(
    codes: &[(u16, Vec<Format>)],
    automaton: &mut Automaton,
) -> Result<Vec<Section>, Error> {
    let (mut lists, mut texts) = (Lists::default(), Pool::default());
    let (mut records, mut formats) = (Vec::new(), Vec::new());
    for (code, of_code) in codes {
        records.extend([*code, u16::try_from(formats.len() / 2)?]);
        for format in of_code {
            let groups = groups(&format.pattern)?;
            if !separates_all_groups(&format.template, groups.len() / 2) {
                return Err(format!("not groups with separators: {}", format.template).into());
            }
            // A format without leading digits applies to all numbers.
            let leading = format.leading_digits.first().map_or("", String::as_str);
            formats.extend([texts.add(&groups)?, question(automaton, &mut lists, Some(leading), true)?]);
        }
    }
    records.extend([u16::MAX, u16::try_from(formats.len() / 2)?]);
    let [index, entries] = lists.sections();
    Ok(vec![words(records), words(formats), Section::Bytes(texts.bytes), index, entries])
}

/// Returns whether `template` consists of all groups in order, with one separator between them.
fn separates_all_groups(template: &str, groups: usize) -> bool {
    let parts = template.split([' ', '-']).enumerate();
    parts.clone().count() == groups
        && parts.into_iter().all(|(place, part)| part == format!("${}", place + 1))
}
