//! The table of as-you-type formats: the formats that a number can still have after each digit.
//!
//! It is a separate table with its own automaton, so that a program without `AsYouType` does not link
//! it.

use super::automaton::Automaton;
use super::formats::Pool;
use super::metadata::{Format, Territory};
use super::parsing::{Lists, question};
use super::{Error, Section, words};

/// The characters allowed between the groups of a format that is used while typing.
const PUNCTUATION: &str = "-x()[]. /~";

/// Returns the sections in the order in which `src/plan/as_you_type/formats.rs` reads them.
pub(crate) fn sections(territories: &[Territory], automaton: &mut Automaton) -> Result<Vec<Section>, Error> {
    let (mut lists, mut texts) = (Lists::default(), Pool::default());
    let (mut records, mut formats, mut leading) = (Vec::new(), Vec::new(), Vec::new());
    for territory in territories {
        for of in [&territory.formats, &territory.international_formats] {
            let start = formats.len() / 5;
            for format in of.iter().filter(|format| is_eligible(&format.template)) {
                let first = leading.len();
                for pattern in &format.leading_digits {
                    leading.push(question(automaton, &mut lists, Some(pattern), true)?);
                }
                formats.extend([
                    texts.add(&groups(&format.pattern)?)?,
                    texts.add(format.template.as_bytes())?,
                    flags(format),
                    u16::try_from(first)?,
                    u16::try_from(leading.len() - first)?,
                ]);
            }
            records.extend([u16::try_from(start)?, u16::try_from(formats.len() / 5 - start)?]);
        }
    }
    let [index, entries] = lists.sections();
    Ok(vec![words(records), words(formats), words(leading), Section::Bytes(texts.bytes), index, entries])
}

/// Returns whether a format is used while typing: its first group comes first, and there is only
/// punctuation between the groups.
fn is_eligible(template: &str) -> bool {
    let Some((before, after)) = template.split_once("$1") else { return false };
    let is_punctuation = |text: &str| text.chars().all(|c| PUNCTUATION.contains(c));
    is_punctuation(before)
        && after.split('$').enumerate().all(|(place, part)| {
            let part = if place == 0 { Some(part) } else { part.strip_prefix(|c: char| c.is_ascii_digit()) };
            part.is_some_and(is_punctuation)
        })
}

/// Returns the minimum and maximum number of digits of each group.
pub(super) fn groups(pattern: &str) -> Result<Vec<u8>, Error> {
    let mut groups = Vec::new();
    for group in pattern.split_terminator(')') {
        let count = group.strip_prefix("(\\d").ok_or_else(|| format!("not digit groups: {pattern}"))?;
        let count = count.trim_matches(['{', '}']);
        let (min, max) = count.split_once(',').unwrap_or((count, count));
        let number = |text: &str| if text.is_empty() { Ok(1) } else { text.parse::<u8>() };
        groups.extend([number(min)?, number(max)?]);
    }
    Ok(groups)
}

/// Returns the flags of a format's national prefix rule. Bit 0: the rule is only the first group. Bit
/// 1: the prefix is optional. Bit 2: there is a carrier code rule. Bit 3: the rule contains a space or
/// hyphen.
fn flags(format: &Format) -> u16 {
    let rule = format.national_prefix_rule.as_deref().unwrap_or("");
    u16::from(matches!(rule, "" | "$1" | "($1)" | "($1" | "$1)"))
        | u16::from(format.national_prefix_optional) << 1
        | u16::from(format.carrier_rule.is_some()) << 2
        | u16::from(rule.contains(['-', ' '])) << 3
}
