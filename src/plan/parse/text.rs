//! The step of the parser that finds the number, its digits and its extension in a text, without the
//! numbering plan.
//!
//! `Call (415) 555-2671 ext. 9!` has the digits 4155552671 and the extension 9. There are three steps,
//! as in libphonenumber: extract the part that may be a number, check that it looks like one, and split
//! off the extension. The text is processed as one byte per character, so indices count characters
//! here; only [`byte_of_char`] converts them to byte positions.

use core::ops::Range;

use super::chars::{class, classes_of, fold, is, key, value};
use super::digit_buffer::DigitBuffer;
use super::error::{ParseError, ParseErrorKind};
use super::extension::ExtensionText;

/// The maximum length of a text, in UTF-16 units as in libphonenumber.
pub(in crate::plan) const MAX_UNITS: usize = 250;

/// A part of a text that looks like a number.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Candidate {
    pub(in crate::plan) digits: DigitBuffer,
    pub(in crate::plan) has_plus: bool,
    /// The digits of the extension, and the index at which they start.
    pub(in crate::plan) extension: Option<(DigitBuffer, usize)>,
    /// The index range of the number.
    pub(in crate::plan) number: Range<usize>,
    /// The index range of the phone context, whose digits precede those of the number.
    context: Range<usize>,
}

impl Candidate {
    /// Returns the byte of `text` at which the digit at index `digit` stands; the end of the number if
    /// there is no such digit.
    pub(super) fn byte_of_digit(&self, text: &str, digit: usize) -> usize {
        let index = with_folded(text, |text| {
            let number = text.get(self.number.clone()).unwrap_or_default();
            let value_of = if has_letters(number) { key } else { value };
            let is_digit = |index: &usize| text.get(*index).is_some_and(|byte| value_of(*byte).is_some());
            self.context.clone().chain(self.number.clone()).filter(is_digit).nth(digit)
        });
        byte_of_char(text, index.unwrap_or(self.number.end))
    }
}

/// Finds the number in `text`.
pub(in crate::plan) fn find(text: &str) -> Result<Candidate, ParseError> {
    if let Some(position) = too_long(text) {
        return Err(ParseErrorKind::TooLong.at(position));
    }
    with_folded(text, find_in).map_err(|error| error.kind().at(byte_of_char(text, error.position())))
}

/// Returns the byte at which the character at `index` starts.
pub(super) fn byte_of_char(text: &str, index: usize) -> usize {
    if text.is_ascii() {
        return index;
    }
    text.char_indices().nth(index).map_or(text.len(), |(byte, _)| byte)
}

/// Returns the digits of a text from its first digit on, whether or not they form a number; `None` if
/// there are no digits, or if a plus sign precedes them.
pub(in crate::plan) fn dialled_digits(text: &str) -> Option<DigitBuffer> {
    let is_start = |byte: &u8| is(*byte, class::DIGIT | class::PLUS);
    let mut number = text.chars().map(fold).skip_while(|byte| !is_start(byte)).peekable();
    if is(*number.peek()?, class::PLUS) {
        return None;
    }
    let (mut digits, mut after_slash) = (DigitBuffer::new(), false);
    for byte in number {
        match byte {
            // A second number starts here.
            b'x' if after_slash => break,
            b' ' => {}
            byte => {
                after_slash = matches!(byte, b'/' | b'\\');
                if let Some(value) = value(byte) {
                    digits.push(value);
                }
            }
        }
    }
    Some(digits)
}

/// Returns an ASCII text without the extension at its end, if the part before it looks like a number.
pub(in crate::plan) fn without_extension(text: &str) -> &str {
    let bytes = text.as_bytes();
    let (number, _) = Shape::of(bytes).split_extension(bytes, ExtensionText::at_end(bytes).as_ref());
    text.get(..number.len()).unwrap_or(text)
}

/// Returns whether `text` looks like a number with at least three letters, such as `1-800-FLOWERS`.
pub(in crate::plan) fn is_vanity(text: &str) -> bool {
    let is_vanity = |text: &[u8]| {
        let (shape, extension) = (Shape::of(text), ExtensionText::at_end(text));
        shape.is_viable(text, extension.as_ref())
            && has_letters(shape.split_extension(text, extension.as_ref()).0)
    };
    too_long(text).is_none() && with_folded(text, is_vanity)
}

const CONTEXT: &[u8; 15] = b";phone-context=";
const SUBADDRESS: &[u8; 6] = b";isub=";
const SCHEME: &[u8; 4] = b"tel:";

/// Returns the byte position of the first character beyond [`MAX_UNITS`]; `None` if the text is not too
/// long.
pub(in crate::plan) fn too_long(text: &str) -> Option<usize> {
    // No text has more UTF-16 units than bytes.
    if text.len() <= MAX_UNITS {
        return None;
    }
    let mut units = 0;
    let first = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MAX_UNITS
    });
    first.map(|(byte, _)| byte)
}

/// Calls `read` with one byte per character of a text, unless the text is too long.
fn with_folded<T>(text: &str, read: impl FnOnce(&[u8]) -> T) -> T {
    if text.is_ascii() {
        return read(text.as_bytes());
    }
    let (mut bytes, mut count) = ([0; MAX_UNITS], 0);
    for (byte, c) in bytes.iter_mut().zip(text.chars()) {
        *byte = fold(c);
        count += 1;
    }
    read(bytes.get(..count).unwrap_or_default())
}

fn find_in(text: &[u8]) -> Result<Candidate, ParseError> {
    let Some(start) = text.iter().position(|byte| is(*byte, class::DIGIT | class::PLUS)) else {
        // The phone context is checked first.
        return match find_parameter(text, CONTEXT) {
            Some(index) => find_local(text, index),
            None => Err(ParseErrorKind::NotANumber.at(0)),
        };
    };
    let (before, number) = text.split_at_checked(start).unwrap_or_default();
    let number = trim_end(number);
    let shape = Shape::of(number);
    let mut alone = number;
    // A semicolon does not belong to a number, so that most texts need not be searched for it.
    if before.contains(&b';') || shape.end < number.len() && number.contains(&b';') {
        if let Some(index) = find_parameter(text, CONTEXT) {
            return find_local(text, index);
        }
        alone = before_subaddress(number);
    }
    if shape.has_letters || shape.end < number.len() {
        alone = before_second_number(alone);
    }
    if alone.len() < number.len() { read(alone, start) } else { read_shape(number, &shape, start) }
}

/// Returns the index of the scheme or a parameter of a `tel:` URI.
fn find_parameter<const N: usize>(text: &[u8], name: &[u8; N]) -> Option<usize> {
    let mut starts = text.iter().enumerate().filter(|(_, byte)| name.first() == Some(byte));
    starts.find_map(|(index, _)| text.get(index..)?.starts_with(name).then_some(index))
}

/// Finds a local number of a `tel:` URI whose phone context is at `index`. A context that is the start
/// of a number is prepended to the number.
fn find_local(text: &[u8], index: usize) -> Result<Candidate, ParseError> {
    // The scheme comes first (RFC 3966, section 3).
    if find_parameter(text, SCHEME).is_some_and(|scheme| scheme > index) {
        return Err(ParseErrorKind::InvalidPhoneContext.at(index + CONTEXT.len()));
    }
    let (before, context) = text.split_at_checked(index).unwrap_or_default();
    let context = context.strip_prefix(CONTEXT).unwrap_or_default();
    let context = context.split(|byte| *byte == b';').next().unwrap_or_default();
    if !is_global_context(context) && !is_domain(context) {
        return Err(ParseErrorKind::InvalidPhoneContext.at(index + CONTEXT.len()));
    }
    let start = find_parameter(before, SCHEME).map_or(0, |scheme| scheme + SCHEME.len());
    let number = before.get(start..).unwrap_or_default();
    if !context.starts_with(b"+") {
        return read(before_subaddress(number), start);
    }
    let mut joined = [0; MAX_UNITS];
    for (target, source) in joined.iter_mut().zip(context.iter().chain(number)) {
        *target = *source;
    }
    let joined = joined.get(..context.len() + number.len()).unwrap_or_default();
    // An index into the joined text is in the context first, then in the number.
    let context = index + CONTEXT.len()..index + CONTEXT.len() + context.len();
    let in_text = |joined: usize| match joined.checked_sub(context.len()) {
        None => context.start + joined,
        Some(in_number) => start + in_number,
    };
    let candidate =
        read(before_subaddress(joined), 0).map_err(|error| error.kind().at(in_text(error.position())))?;
    let end = start + candidate.number.end.saturating_sub(context.len());
    let extension = candidate.extension.map(|(digits, joined)| (digits, in_text(joined)));
    Ok(Candidate { extension, number: start..end, context, ..candidate })
}

/// Returns whether `context` is a plus sign and digits of any script, optionally with `-`, `.`, `(` and
/// `)` between them.
fn is_global_context(context: &[u8]) -> bool {
    let Some(digits) = context.strip_prefix(b"+") else {
        return false;
    };
    digits.iter().all(|byte| is(*byte, class::DIGIT) || matches!(byte, b'-' | b'.' | b'(' | b')'))
        && digits.iter().any(|byte| is(*byte, class::DIGIT))
}

/// Returns whether `context` is a domain: labels of letters, digits and inner hyphens, of which the
/// last starts with a letter.
fn is_domain(context: &[u8]) -> bool {
    let name = context.strip_suffix(b".").unwrap_or(context);
    let is_alphabetic = |byte: &u8| byte.is_ascii_alphabetic();
    let is_alphanumeric = |byte: &u8| is_alphabetic(byte) || is(*byte, class::DIGIT);
    let is_label = |label: &[u8]| {
        label.first().is_some_and(is_alphanumeric)
            && label.last().is_some_and(is_alphanumeric)
            && label.iter().all(|byte| is_alphanumeric(byte) || *byte == b'-')
    };
    let mut labels = name.rsplit(|byte| *byte == b'.');
    labels.next().is_some_and(|top| is_label(top) && top.first().is_some_and(is_alphabetic))
        && labels.all(is_label)
}

/// Returns the part of `number` up to its last character that can end a number.
fn trim_end(number: &[u8]) -> &[u8] {
    let end = number.iter().rposition(|byte| is(*byte, class::END)).map_or(0, |last| last + 1);
    number.get(..end).unwrap_or_default()
}

/// Returns the part of `number` before a second number: `x508/x1234`, `x508\ x1234`.
fn before_second_number(number: &[u8]) -> &[u8] {
    // Few texts contain both characters.
    if !number.contains(&b'x') || !number.iter().any(|byte| matches!(byte, b'/' | b'\\')) {
        return number;
    }
    let mut slash = None;
    for (index, byte) in number.iter().enumerate() {
        match (byte, slash) {
            (b'/' | b'\\', _) => slash = Some(index),
            (b'x', Some(slash)) => return number.get(..slash).unwrap_or_default(),
            (b' ', _) => {}
            _ => slash = None,
        }
    }
    number
}

/// Returns the part of `number` before its subaddress.
fn before_subaddress(number: &[u8]) -> &[u8] {
    match find_parameter(number, SUBADDRESS) {
        Some(index) => number.get(..index).unwrap_or_default(),
        None => number,
    }
}

/// Reads the part of a text that starts at index `start`.
fn read(text: &[u8], start: usize) -> Result<Candidate, ParseError> {
    read_shape(text, &Shape::of(text), start)
}

/// Reads the part of a text that starts at index `start` and has the given shape.
fn read_shape(text: &[u8], shape: &Shape, start: usize) -> Result<Candidate, ParseError> {
    let extension = ExtensionText::at_end(text);
    if !shape.is_viable(text, extension.as_ref()) {
        return Err(ParseErrorKind::NotANumber.at(start + shape.end));
    }
    let (number, extension) = shape.split_extension(text, extension.as_ref());
    let mut digits = shape.digits;
    if shape.has_letters && has_letters(number) {
        digits = DigitBuffer::new();
        number.iter().filter_map(|byte| key(*byte)).for_each(|value| digits.push(value));
    } else if let Some(extension) = extension {
        digits.remove_last(shape.end.saturating_sub(extension.digits_start));
    }
    let extension = extension.map(|extension| {
        let mut digits = DigitBuffer::new();
        digits.extend(extension.digits);
        (digits, start + extension.digits_start)
    });
    let has_plus = number.first().is_some_and(|first| is(*first, class::PLUS));
    Ok(Candidate { digits, has_plus, extension, number: start..start + number.len(), context: 0..0 })
}

/// Returns whether `number` has at least three letters, which then stand for digits.
fn has_letters(number: &[u8]) -> bool {
    number.iter().filter(|byte| byte.is_ascii_alphabetic()).nth(2).is_some()
}

/// The extent to which a text looks like a number: plus signs, three digits with any punctuation, then
/// digits, punctuation and letters.
struct Shape {
    /// The digits before `end`.
    digits: DigitBuffer,
    has_letters: bool,
    /// The index after the third digit.
    third: usize,
    /// The index of the first character that does not belong to a number.
    end: usize,
}

impl Shape {
    /// Reads a text until the first character that does not belong to a number.
    fn of(text: &[u8]) -> Self {
        let signs = text.iter().take_while(|byte| is(**byte, class::PLUS)).count();
        let (mut digits, mut seen) = (DigitBuffer::new(), 0);
        let (mut third, mut end) = (signs + 1, text.len());
        // The only branch is the end of the loop.
        for (index, byte) in text.iter().enumerate().skip(signs) {
            let classes = classes_of(*byte);
            let letters = if digits.count() < 3 { 0 } else { class::LETTER };
            if classes & (class::DIGIT | class::PUNCTUATION | letters) == 0 {
                end = index;
                break;
            }
            digits.push_if(classes & class::DIGIT != 0, *byte);
            third += usize::from(digits.count() < 3);
            seen |= classes;
        }
        Self { digits, has_letters: seen & class::LETTER != 0, third, end }
    }

    /// Returns whether the text up to `end` looks like a number.
    fn is_number_to(&self, end: usize) -> bool {
        self.third <= end && end <= self.end
    }

    /// Returns whether the whole text looks like a number, with or without an extension.
    fn is_viable(&self, text: &[u8], extension: Option<&ExtensionText<'_>>) -> bool {
        self.is_number_to(text.len())
            || extension.is_some_and(|extension| self.is_number_to(extension.start))
            || is_two_digits(text)
    }

    /// Splits a viable text into the number and the extension if the part before the extension looks
    /// like a number.
    fn split_extension<'a, 'e>(
        &self,
        text: &'a [u8],
        extension: Option<&'e ExtensionText<'a>>,
    ) -> (&'a [u8], Option<&'e ExtensionText<'a>>) {
        match extension.and_then(|extension| Some((extension, text.get(..extension.start)?))) {
            Some((extension, number)) if self.is_number_to(extension.start) || is_two_digits(number) => {
                (number, Some(extension))
            }
            _ => (text, None),
        }
    }
}

fn is_two_digits(text: &[u8]) -> bool {
    text.len() == 2 && text.iter().all(|byte| is(*byte, class::DIGIT))
}
