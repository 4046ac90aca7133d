//! The formats as templates, which the library applies without patterns.
//!
//! The pattern of a format is a sequence of digit groups of which at most one varies in width, so the
//! number of digits determines the width of every group: `0$1-$2` for `(\d{2})(\d{3,4})` on six digits
//! is `0`, two digits, `-`, four digits.
//!
//! A template has one byte per character: below 16 the index of a national digit, from 16 on a literal
//! or the carrier code. A character is therefore written with one load and one store.

use std::collections::HashMap;

use super::Error;
use super::metadata::Format;

/// The byte of the first literal; 16 digits precede it.
const FIRST_LITERAL: usize = 16;
/// The byte of the carrier code.
const CARRIER: u8 = 0xFF;
/// The maximum number of characters of a template. The library stores this many, and keeps as many as
/// the template has.
const LONGEST: usize = 24;

/// The templates of all formats, and the literals in them.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    pub(crate) pool: Pool,
    pub(crate) literals: Vec<u8>,
}

/// Byte strings without repetitions, each preceded by its length.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    pub(crate) bytes: Vec<u8>,
    index: HashMap<Vec<u8>, u16>,
}

impl Pool {
    /// Adds a byte string unless there is an equal one, and returns its start.
    pub(crate) fn add(&mut self, text: &[u8]) -> Result<u16, Error> {
        if let Some(at) = self.index.get(text) {
            return Ok(*at);
        }
        let at = u16::try_from(self.bytes.len())?;
        self.bytes.push(u8::try_from(text.len())?);
        self.bytes.extend(text);
        self.index.insert(text.to_vec(), at);
        Ok(at)
    }
}

/// Returns the widths of the groups of a pattern for `length` digits, if the pattern matches that many.
pub(crate) fn widths(pattern: &str, length: usize) -> Result<Option<Vec<usize>>, Error> {
    let mut groups = Vec::new();
    for group in pattern.split_terminator(')') {
        let group = group.strip_prefix("(\\d").ok_or_else(|| format!("not digit groups: {pattern}"))?;
        let count = group.strip_prefix('{').and_then(|count| count.strip_suffix('}'));
        let (min, max): (usize, usize) = match count.map(|count| count.split_once(',').ok_or(count)) {
            None if group.is_empty() => (1, 1),
            None => return Err(format!("not digit groups: {pattern}").into()),
            Some(Ok((min, max))) => (min.parse()?, max.parse()?),
            Some(Err(count)) => (count.parse()?, count.parse()?),
        };
        groups.push((min, max));
    }
    let Some(mut spare) = length.checked_sub(groups.iter().map(|(min, _)| min).sum()) else {
        return Ok(None);
    };
    // Groups are greedy, as in a regex.
    let widths = groups
        .iter()
        .map(|(min, max)| {
            let more = spare.min(max - min);
            spare -= more;
            min + more
        })
        .collect();
    Ok((spare == 0).then_some(widths))
}

impl Templates {
    /// Adds the template of `length` digits without separators.
    pub(crate) fn plain(&mut self, length: usize) -> Result<u16, Error> {
        let template: Vec<u8> = (0..u8::try_from(length)?).collect();
        self.pool.add(&template)
    }

    /// Adds the template of a format for groups of `widths`. A `rule` replaces the first group.
    pub(crate) fn template(
        &mut self,
        format: &Format,
        rule: Option<&str>,
        widths: &[usize],
    ) -> Result<u16, Error> {
        let mut text = format.template.clone();
        if let Some(rule) = rule {
            let at = text.find('$').ok_or("a format without a group")?;
            let group = text[at..at + 2].to_owned();
            text.replace_range(at..at + 2, &rule.replace("$1", &group));
        }
        let mut template = Vec::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.bytes().next() {
            if let Some(after) = rest.strip_prefix("$CC") {
                template.push(CARRIER);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('$') {
                let group: usize = after.get(..1).ok_or("a lonely $")?.parse()?;
                let start: usize = widths[..group - 1].iter().sum();
                for digit in start..start + widths[group - 1] {
                    template.push(u8::try_from(digit)?);
                }
                rest = &after[1..];
            } else {
                template.push(u8::try_from(FIRST_LITERAL + self.literal(first)?)?);
                rest = &rest[1..];
            }
        }
        if template.len() > LONGEST {
            Err(format!("too long: {text}").into())
        } else {
            self.pool.add(&template)
        }
    }

    fn literal(&mut self, literal: u8) -> Result<usize, Error> {
        let known = self.literals.iter().position(|known| *known == literal);
        let place = known.unwrap_or(self.literals.len());
        if known.is_none() {
            self.literals.push(literal);
        }
        if place < 16 { Ok(place) } else { Err("formats have too many literals".into()) }
    }
}
