//! The scanner for candidates: parts of a text that have the shape of a number.
//!
//! A candidate starts with at most two brackets or plus signs, continues with blocks of digits that
//! punctuation may separate, and may end with an extension. Each decision needs at most ten characters before
//! a digit, so the time is linear in the length of the text.

use core::ops::Range;

use crate::plan::parse::chars::{class, digit, fold, folded, is};
use crate::plan::parse::extension::{AFTER, AFTER_LABEL, BEFORE, LABELS, WITHOUT_LABEL, is_letter};

/// The maximum number of digits without punctuation between them: national number and calling code, as
/// libphonenumber limits them.
const BLOCK_DIGITS: usize = 20;
/// The maximum number of blocks after the first.
const MORE_BLOCKS: usize = 20;
/// The maximum number of characters of punctuation between two blocks, and after a leading character.
const PUNCTUATION: usize = 4;

/// Returns the byte range of the next candidate in `text`, from byte `from` on.
pub(super) fn next(text: &str, from: usize) -> Option<Range<usize>> {
    let digit = next_digit(text, from)?;
    let start = first_lead(text, from, digit);
    let body = body_end(text, digit);
    let end = extension_end(text, body).unwrap_or(body);
    Some(start..before_second_number(text, start..end))
}

/// Returns the byte at which the next digit of any script starts.
fn next_digit(text: &str, from: usize) -> Option<usize> {
    /// The number of bytes that are checked at once.
    const CHUNK: usize = 32;
    let mut rest = text.as_bytes().get(from..)?;
    let mut at = from;
    loop {
        // Characters below U+0640 other than ASCII digits are not digits, and start with a lower byte.
        while let Some((chunk, after)) = rest.split_first_chunk::<CHUNK>() {
            let may_be_digit = |byte: &u8| u8::from(byte.wrapping_sub(b'0') < 10) | u8::from(*byte >= 0xD9);
            // Without branches, so that the compiler can vectorize the loop.
            if chunk.iter().fold(0, |found, byte| found | may_be_digit(byte)) != 0 {
                break;
            }
            (rest, at) = (after, at + CHUNK);
        }
        for _ in 0..CHUNK {
            let (byte, after) = rest.split_first()?;
            if byte.is_ascii_digit() {
                return Some(at);
            }
            // The first bytes of the blocks that contain digits.
            if matches!(byte, 0xD9 | 0xDB | 0xDF | 0xE0 | 0xE1 | 0xEA | 0xEF | 0xF0)
                && text.get(at..).and_then(|text| text.chars().next()).and_then(digit).is_some()
            {
                return Some(at);
            }
            (rest, at) = (after, at + 1);
        }
    }
}

/// Returns the folded character at byte `at`, and the byte after it.
#[inline]
fn folded_at(text: &str, at: usize) -> Option<(u8, usize)> {
    let byte = *text.as_bytes().get(at)?;
    if byte.is_ascii() {
        return Some((byte, at + 1));
    }
    let c = text.get(at..)?.chars().next()?;
    Some((fold(c), at + c.len_utf8()))
}

/// Returns the folded character that ends before byte `end`, and the byte at which it starts.
#[inline]
fn folded_before(text: &str, end: usize) -> Option<(u8, usize)> {
    let byte = *text.as_bytes().get(end.checked_sub(1)?)?;
    if byte.is_ascii() {
        return Some((byte, end - 1));
    }
    let c = text.get(..end)?.chars().next_back()?;
    Some((fold(c), end - c.len_utf8()))
}

/// Returns whether a folded character may separate the digits of a candidate. The asterisk may not.
#[inline]
fn is_punctuation(byte: u8) -> bool {
    is(byte, class::PUNCTUATION) && byte != b'*'
}

/// Returns whether a folded character is an opening bracket or a plus sign.
#[inline]
pub(super) fn is_lead(byte: u8) -> bool {
    matches!(byte, b'(' | b'[' | b'+' | folded::PLUS | folded::OPEN)
}

/// Returns the byte position of the first of at most two leading characters before `digit`; `digit` if there
/// is none.
fn first_lead(text: &str, from: usize, digit: usize) -> usize {
    let second = leads(text, from, digit);
    second.map(|at| leads(text, from, at).last().unwrap_or(at)).min().unwrap_or(digit)
}

/// Returns the byte positions of the leading characters that only punctuation separates from byte `end`, from
/// the last to the first.
fn leads(text: &str, from: usize, end: usize) -> impl Iterator<Item = usize> + '_ {
    let (mut at, mut left) = (end, PUNCTUATION + 1);
    let characters = core::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        let (byte, start) = folded_before(text, at).filter(|(_, start)| *start >= from)?;
        at = start;
        if is_punctuation(byte) {
            return Some((byte, start));
        }
        left = 0;
        is_lead(byte).then_some((byte, start))
    });
    characters.filter(|(byte, _)| is_lead(*byte)).map(|(_, start)| start)
}

/// Returns the end of the blocks of digits that start at byte `digit`.
fn body_end(text: &str, digit: usize) -> usize {
    let mut end = digits_end(text, digit, BLOCK_DIGITS).unwrap_or(digit);
    for _ in 0..MORE_BLOCKS {
        let block = block_start(text, end).and_then(|start| digits_end(text, start, BLOCK_DIGITS));
        let Some(after) = block else { break };
        end = after;
    }
    end
}

/// Returns the byte position of the next digit after at most four characters of punctuation.
fn block_start(text: &str, mut at: usize) -> Option<usize> {
    for _ in 0..=PUNCTUATION {
        let (byte, after) = folded_at(text, at)?;
        if is(byte, class::DIGIT) {
            return Some(at);
        }
        if !is_punctuation(byte) {
            return None;
        }
        at = after;
    }
    None
}

/// Returns the end of up to `max` digits that start at byte `at`; `None` if there is no digit.
fn digits_end(text: &str, at: usize, max: usize) -> Option<usize> {
    let ascii = text.as_bytes().get(at..).unwrap_or_default().iter().take(max);
    let count = ascii.take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = at + count;
    for _ in count..max {
        match folded_at(text, end) {
            Some((byte, after)) if is(byte, class::DIGIT) => end = after,
            _ => break,
        }
    }
    (end > at).then_some(end)
}

/// Returns the end of the characters of `classes` that start at byte `at`.
fn skip(text: &str, mut at: usize, classes: u8) -> usize {
    while let Some((byte, after)) = folded_at(text, at)
        && is(byte, classes)
    {
        at = after;
    }
    at
}

/// Returns the end of the extension that starts at byte `at`.
fn extension_end(text: &str, at: usize) -> Option<usize> {
    let (first, _) = folded_at(text, at)?;
    // Other characters cannot start an extension; few texts have one.
    if first.is_ascii_digit() || matches!(first, b'\n' | b'.' | b')' | b'"' | b'/' | b':') {
        return None;
    }
    parameter_end(text, at).or_else(|| labelled_end(text, at)).or_else(|| american_end(text, at))
}

/// Returns the end of `;ext=` and up to 20 digits.
fn parameter_end(text: &str, at: usize) -> Option<usize> {
    let after = at + b";ext=".len();
    let label = text.as_bytes().get(at..after)?;
    if label.eq_ignore_ascii_case(b";ext=") { digits_end(text, after, AFTER_LABEL) } else { None }
}

/// Returns the end of a label and digits: ` ext. 5`, `#12`.
fn labelled_end(text: &str, at: usize) -> Option<usize> {
    let label = skip(text, at, BEFORE);
    folded_at(text, label).filter(|(first, _)| {
        is(*first, class::END) || matches!(*first, b'~' | folded::TILDE | folded::HASH)
    })?;
    LABELS.iter().find_map(|(wanted, max)| {
        let mark = label_end(text, label, wanted)?;
        let mark = match folded_at(text, mark) {
            Some((b':' | b'.' | folded::STOP, after)) => after,
            _ => mark,
        };
        let end = digits_end(text, skip(text, mark, AFTER), *max)?;
        Some(if text.as_bytes().get(end) == Some(&b'#') { end + 1 } else { end })
    })
}

/// Returns the end of `label` if the text at byte `at` starts with it. Optional characters are consumed
/// if they match.
fn label_end(text: &str, mut at: usize, label: &[u8]) -> Option<usize> {
    let mut wanted = label.iter().peekable();
    while let Some(letter) = wanted.next() {
        let is_optional = wanted.next_if_eq(&&b'?').is_some();
        match folded_at(text, at) {
            Some((found, after)) if is_letter(found, *letter) => at = after,
            _ if is_optional => {}
            _ => return None,
        }
    }
    Some(at)
}

/// Returns the end of an extension in the American style: ` - 503#`.
fn american_end(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(at..)?;
    let signs = bytes.iter().take_while(|byte| matches!(byte, b'-' | b' ')).count();
    if signs == 0 {
        return None;
    }
    let end = digits_end(text, at + signs, WITHOUT_LABEL)?;
    (text.as_bytes().get(end) == Some(&b'#')).then_some(end + 1)
}

/// Returns the end of a candidate, or the byte position at which a second number starts: `x508/x1234`.
fn before_second_number(text: &str, candidate: Range<usize>) -> usize {
    let Range { start, end } = candidate;
    let bytes = text.as_bytes().get(start..end).unwrap_or_default();
    // Few candidates contain both characters.
    if !bytes.contains(&b'x') || !bytes.contains(&b'/') {
        return end;
    }
    let mut slash = None;
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'/' => slash = Some(start + index),
            b'x' if slash.is_some() => return slash.unwrap_or(end),
            b' ' => {}
            _ => slash = None,
        }
    }
    end
}
