//! The sections of short numbers: the emergency numbers of each territory, and the lengths of its short
//! numbers.

use super::automaton::Automaton;
use super::metadata::Territory;
use super::parsing::{Lists, NOTHING, question};
use super::{Error, Section, words};

/// The territories in which an emergency number followed by digits is another number.
const EXACT: [&str; 3] = ["BR", "CL", "NI"];

/// Returns the sections in the order in which `src/plan/table/shorts.rs` reads them: a record for each
/// territory of the plan, then lists.
pub(crate) fn sections(
    territories: &[Territory],
    shorts: &[Territory],
    automaton: &mut Automaton,
) -> Result<Vec<Section>, Error> {
    let mut lists = Lists::default();
    let nothing = lists.add(&[NOTHING])?;
    let mut records = Vec::new();
    for territory in territories {
        let Some(short) = shorts.iter().find(|short| short.id == territory.id) else {
            records.extend([nothing, nothing, 0]);
            continue;
        };
        let emergency = short.desc("emergency").and_then(|desc| desc.pattern.as_deref());
        let whole = question(automaton, &mut lists, emergency, false)?;
        let start = if EXACT.contains(&short.id.as_str()) {
            whole
        } else {
            question(automaton, &mut lists, emergency, true)?
        };
        let lengths = short.general.lengths.iter().fold(0_u16, |bits, length| bits | 1 << length);
        records.extend([whole, start, lengths]);
    }
    let [index, entries] = lists.sections();
    Ok(vec![words(records), index, entries])
}
