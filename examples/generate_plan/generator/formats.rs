//! Formats as templates: what to write, with the digits left out.
//!
//! A format's pattern is a row of digit groups of which at most one varies, so with the length of
//! the digits every group's width is known, and `0$1-$2` for `(\d{2})(\d{3,4})` on six digits is
//! `0`, two digits, `-`, four digits. The library writes templates without knowing any pattern.

use std::collections::HashMap;

use super::Error;
use super::metadata::Format;

/// Copies that many digits; the low five bits count.
const COPY: u8 = 0x80;
/// Passes that many digits over.
const SKIP: u8 = 0xA0;
/// Writes the carrier code.
const CARRIER: u8 = 0xC0;

/// Texts of bytes, each kept once behind its length.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    pub(crate) bytes: Vec<u8>,
    index: HashMap<Vec<u8>, u16>,
}

impl Pool {
    /// Where a text is.
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

/// The widths of a pattern's groups for digits of a length, if the pattern can have that length.
pub(crate) fn widths(pattern: &str, length: usize) -> Result<Option<Vec<usize>>, Error> {
    let mut groups = Vec::new();
    for group in pattern.split_terminator(')') {
        let group = group.strip_prefix("(\\d").ok_or_else(|| format!("not digit groups: {pattern}"))?;
        let count = group.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        let (min, max): (usize, usize) = match count.map(|it| it.split_once(',').ok_or(it)) {
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
    // As a regex does: the first group takes what it can.
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

/// The template of digits as they are.
pub(crate) fn plain(length: usize) -> Result<Vec<u8>, Error> {
    Ok(vec![COPY | u8::try_from(length)?])
}

/// The template of a format. A rule, if given, takes the place of the first group.
pub(crate) fn template(format: &Format, rule: Option<&str>, widths: &[usize]) -> Result<Vec<u8>, Error> {
    let mut text = format.template.clone();
    if let Some(rule) = rule {
        let at = text.find('$').ok_or("a format without a group")?;
        let group = text[at..at + 2].to_owned();
        text.replace_range(at..at + 2, &rule.replace("$1", &group));
    }
    let (mut out, mut passed) = (Vec::new(), 0);
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("$CC") {
            out.push(CARRIER);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('$') {
            let group: usize = after.get(..1).ok_or("a lonely $")?.parse()?;
            let skipped: usize = widths[passed..group - 1].iter().sum();
            if skipped > 0 {
                out.push(SKIP | u8::try_from(skipped)?);
            }
            out.push(COPY | u8::try_from(widths[group - 1])?);
            passed = group;
            rest = &after[1..];
        } else if first.is_ascii() {
            out.push(u8::try_from(first)?);
            rest = &rest[1..];
        } else {
            return Err(format!("not ASCII: {text}").into());
        }
    }
    Ok(out)
}
