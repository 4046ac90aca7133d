//! Where in a text the number is, its digits and its extension; no country is asked.
//!
//! `Call (415) 555-2671 ext. 9!` has the digits 4155552671 and the extension 9. A text is read in
//! three steps, as libphonenumber reads it: cut out what may be a number, see that it looks like
//! one, and take the extension off its end. Here a text is one byte for each character, and a place
//! in it counts characters, until the end.

use std::ops::Range;

use super::chars::{class, fold, folded, is, key, value};
use super::{ParseError, ParseErrorKind};

/// The longest text that is read, in UTF-16 units.
pub(super) const MAX_UNITS: usize = 250;
/// No number, with all that may stand before it, has more digits; more are too many anyway.
pub(super) const MAX_DIGITS: usize = 40;

/// ASCII digits of a number, as many as could matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffer {
    bytes: [u8; MAX_DIGITS],
    count: usize,
}

impl Buffer {
    #[inline]
    pub(super) const fn new() -> Self {
        Self { bytes: [0; MAX_DIGITS], count: 0 }
    }

    /// Adds a digit's value; what is past the end is left out.
    #[inline]
    pub(super) fn push(&mut self, value: u8) {
        if let Some(byte) = self.bytes.get_mut(self.count) {
            *byte = b'0' | value;
            self.count += 1;
        }
    }

    pub(super) fn extend(&mut self, digits: &[u8]) {
        for byte in digits {
            self.push(byte & 0xF);
        }
    }

    #[inline]
    pub(crate) fn digits(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }
}

/// A number in a text.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) digits: Buffer,
    /// The digits follow a plus sign.
    pub(super) plus: bool,
    /// The extension's digits and the place where they start.
    pub(super) extension: Option<(Buffer, usize)>,
    /// The places of the number, and of the context whose digits come before its own.
    number: Range<usize>,
    context: Range<usize>,
}

impl Found {
    /// The byte of a digit in the text; of the number's end for one that it does not have.
    pub(super) fn byte_of_digit(&self, text: &str, digit: usize) -> usize {
        let place = with_folded(text, |text| {
            let number = text.get(self.number.clone()).unwrap_or_default();
            let value_of = if has_letters(number) { key } else { value };
            let is_digit = |place: &usize| text.get(*place).is_some_and(|byte| value_of(*byte).is_some());
            self.context.clone().chain(self.number.clone()).filter(is_digit).nth(digit)
        });
        byte(text, place.unwrap_or(self.number.end))
    }
}

/// Finds the number in a text.
pub(super) fn find(text: &str) -> Result<Found, ParseError> {
    if let Some(at) = too_long(text) {
        return Err(ParseErrorKind::TooLong.at(at));
    }
    with_folded(text, find_in).map_err(|error| error.kind.at(byte(text, error.position)))
}

/// The byte where the character at a place starts.
pub(super) fn byte(text: &str, place: usize) -> usize {
    if text.is_ascii() {
        return place;
    }
    text.char_indices().nth(place).map_or(text.len(), |(byte, _)| byte)
}

/// The digits of what may be a number in a text, if no plus sign is before them.
pub(super) fn digits(text: &str) -> Option<Buffer> {
    let is_start = |byte: &u8| is(*byte, class::DIGIT | class::PLUS);
    let mut number = text.chars().map(fold).skip_while(|byte| !is_start(byte)).peekable();
    if is(*number.peek()?, class::PLUS) {
        return None;
    }
    let (mut digits, mut after_slash) = (Buffer::new(), false);
    for byte in number {
        match byte {
            // A second number starts.
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

/// Whether three letters make the text a vanity number, `1-800-FLOWERS`.
pub(super) fn is_vanity(text: &str) -> bool {
    let is_vanity = |text: &[u8]| {
        let (shape, extension) = (Shape::of(text), Extension::at_end(text));
        shape.is_viable(text, extension.as_ref())
            && has_letters(shape.without_extension(text, extension.as_ref()).0)
    };
    too_long(text).is_none() && with_folded(text, is_vanity)
}

const CONTEXT: &[u8; 15] = b";phone-context=";
const SUBADDRESS: &[u8; 6] = b";isub=";
const SCHEME: &[u8; 4] = b"tel:";

/// The byte of the first character that is too many.
fn too_long(text: &str) -> Option<usize> {
    // No text has more UTF-16 units than bytes.
    if text.len() <= MAX_UNITS {
        return None;
    }
    let mut units = 0;
    let first = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MAX_UNITS
    });
    first.map(|(at, _)| at)
}

/// Does something with a text that is not too long, one byte a character.
fn with_folded<T>(text: &str, act: impl FnOnce(&[u8]) -> T) -> T {
    if text.is_ascii() {
        return act(text.as_bytes());
    }
    let (mut bytes, mut count) = ([0; MAX_UNITS], 0);
    for (byte, c) in bytes.iter_mut().zip(text.chars()) {
        *byte = fold(c);
        count += 1;
    }
    act(bytes.get(..count).unwrap_or_default())
}

fn find_in(text: &[u8]) -> Result<Found, ParseError> {
    // Few texts have parameters.
    if !text.contains(&b';') {
        let (number, start) = cut(text)?;
        return read(number, start);
    }
    if let Some(at) = find_parameter(text, CONTEXT) {
        return find_local(text, at);
    }
    let (number, start) = cut(text)?;
    read(before_subaddress(number), start)
}

/// Where a parameter of a `tel:` URI is.
fn find_parameter<const N: usize>(text: &[u8], name: &[u8; N]) -> Option<usize> {
    text.windows(N).position(|it| it == name)
}

/// A local number of a `tel:` URI: its context, if it is a number's start, goes before it.
fn find_local(text: &[u8], at: usize) -> Result<Found, ParseError> {
    let (before, context) = text.split_at_checked(at).unwrap_or_default();
    let context = context.strip_prefix(CONTEXT).unwrap_or_default();
    let context = context.split(|byte| *byte == b';').next().unwrap_or_default();
    if !is_global_context(context) && !is_domain(context) {
        return Err(ParseErrorKind::BadPhoneContext.at(at + CONTEXT.len()));
    }
    let scheme = before.windows(SCHEME.len()).position(|it| it == SCHEME);
    let start = scheme.map_or(0, |scheme| scheme + SCHEME.len());
    let number = before.get(start..).unwrap_or_default();
    if !context.starts_with(b"+") {
        return read(before_subaddress(number), start);
    }
    let mut joined = [0; MAX_UNITS];
    for (to, from) in joined.iter_mut().zip(context.iter().chain(number)) {
        *to = *from;
    }
    let joined = joined.get(..context.len() + number.len()).unwrap_or_default();
    // The places of the joined text are first those of the context, then those of the number.
    let context = at + CONTEXT.len()..at + CONTEXT.len() + context.len();
    let place = |joined: usize| match joined.checked_sub(context.len()) {
        None => context.start + joined,
        Some(of_number) => start + of_number,
    };
    let found = read(before_subaddress(joined), 0).map_err(|error| error.kind.at(place(error.position)))?;
    let end = start + found.number.end.saturating_sub(context.len());
    let extension = found.extension.map(|(digits, joined)| (digits, place(joined)));
    Ok(Found { extension, number: start..end, context, ..found })
}

/// `+` and digits of any script, with `-`, `.`, `(` and `)` among them.
fn is_global_context(context: &[u8]) -> bool {
    let Some(digits) = context.strip_prefix(b"+") else { return false };
    digits.iter().all(|byte| is(*byte, class::DIGIT) || matches!(byte, b'-' | b'.' | b'(' | b')'))
        && digits.iter().any(|byte| is(*byte, class::DIGIT))
}

/// Labels of letters, digits and inner hyphens; the last starts with a letter.
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

/// From the first plus sign or digit to the last character that may end a number, or to where a
/// second number starts, with the place where it starts.
fn cut(text: &[u8]) -> Result<(&[u8], usize), ParseError> {
    let start = text.iter().position(|byte| is(*byte, class::DIGIT | class::PLUS));
    let start = start.ok_or(ParseErrorKind::NotANumber.at(0))?;
    let number = text.get(start..).unwrap_or_default();
    let end = number.iter().rposition(|byte| is(*byte, class::END)).map_or(0, |last| last + 1);
    let number = number.get(..end).unwrap_or_default();
    let end = second_number(number).unwrap_or(number.len());
    Ok((number.get(..end).unwrap_or_default(), start))
}

/// Where a second number starts: `x508/x1234`, `x508\ x1234`.
fn second_number(text: &[u8]) -> Option<usize> {
    // Few texts have both.
    if !text.contains(&b'x') || !text.iter().any(|byte| matches!(byte, b'/' | b'\\')) {
        return None;
    }
    let mut slash = None;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'/' | b'\\' => slash = Some(at),
            b'x' if slash.is_some() => return slash,
            b' ' => {}
            _ => slash = None,
        }
    }
    None
}

fn before_subaddress(number: &[u8]) -> &[u8] {
    match find_parameter(number, SUBADDRESS) {
        Some(at) => number.get(..at).unwrap_or_default(),
        None => number,
    }
}

/// Reads what was cut out of a text at a place.
fn read(number: &[u8], start: usize) -> Result<Found, ParseError> {
    let shape = Shape::of(number);
    let extension = Extension::at_end(number);
    if !shape.is_viable(number, extension.as_ref()) {
        return Err(ParseErrorKind::NotANumber.at(start + shape.end));
    }
    let (number, extension) = shape.without_extension(number, extension.as_ref());
    let mut digits = Buffer::new();
    if has_letters(number) {
        number.iter().filter_map(|byte| key(*byte)).for_each(|value| digits.push(value));
    } else {
        number.iter().filter_map(|byte| value(*byte)).for_each(|value| digits.push(value));
    }
    let extension = extension.map(|extension| {
        let mut digits = Buffer::new();
        digits.extend(extension.text);
        (digits, start + extension.digits)
    });
    let plus = number.first().is_some_and(|first| is(*first, class::PLUS));
    Ok(Found { digits, plus, extension, number: start..start + number.len(), context: 0..0 })
}

/// Three letters are no slip of the hand.
fn has_letters(number: &[u8]) -> bool {
    number.iter().filter(|byte| byte.is_ascii_alphabetic()).nth(2).is_some()
}

/// How far a text looks like a number: plus signs, then three digits with any punctuation, then
/// more of both and letters.
struct Shape {
    /// The place after the third digit.
    third: Option<usize>,
    /// The place of the first character that fits no more.
    end: usize,
}

impl Shape {
    fn of(text: &[u8]) -> Self {
        let signs = text.iter().take_while(|byte| is(**byte, class::PLUS)).count();
        let (mut digits, mut third, mut fitting) = (0, None, class::DIGIT | class::PUNCTUATION);
        for (at, byte) in text.iter().enumerate().skip(signs) {
            if !is(*byte, fitting) {
                return Self { third, end: at };
            }
            if third.is_none() && is(*byte, class::DIGIT) {
                digits += 1;
                if digits == 3 {
                    third = Some(at + 1);
                    fitting |= class::LETTER;
                }
            }
        }
        Self { third, end: text.len() }
    }

    /// Whether the text is a number up to a place.
    fn holds(&self, at: usize) -> bool {
        self.third.is_some_and(|third| third <= at) && at <= self.end
    }

    /// Whether the whole text looks like a number, perhaps with an extension.
    fn is_viable(&self, text: &[u8], extension: Option<&Extension<'_>>) -> bool {
        self.holds(text.len()) || extension.is_some_and(|it| self.holds(it.start)) || is_two_digits(text)
    }

    /// A viable text up to its extension, if what is before that looks like a number.
    fn without_extension<'a, 'e>(
        &self,
        text: &'a [u8],
        extension: Option<&'e Extension<'a>>,
    ) -> (&'a [u8], Option<&'e Extension<'a>>) {
        match extension.and_then(|extension| Some((extension, text.get(..extension.start)?))) {
            Some((extension, number)) if self.holds(extension.start) || is_two_digits(number) => {
                (number, Some(extension))
            }
            _ => (text, None),
        }
    }
}

fn is_two_digits(text: &[u8]) -> bool {
    text.len() == 2 && text.iter().all(|byte| is(*byte, class::DIGIT))
}

/// An extension at the end of a text.
struct Extension<'a> {
    /// The place where its label starts, or what stands before that.
    start: usize,
    /// The place where its digits start.
    digits: usize,
    /// Its digits.
    text: &'a [u8],
}

/// The most digits by what announces them: the less sure that is, the fewer.
const AFTER_LABEL: usize = 20;
const AFTER_LIKELY_LABEL: usize = 15;
const AFTER_AMBIGUOUS_LABEL: usize = 9;
const WITHOUT_LABEL: usize = 6;

/// What may be between a label and its digits, and before the label.
const LOOSE: u8 = class::SPACE | class::COMMA | class::HYPHEN;
const TIGHT: u8 = class::SPACE | class::COMMA;

/// Words and signs that announce an extension, and how many digits it may have. A character of a word
/// stands for both its cases; one before `?` may be missing.
const LABELS: [(&[u8], usize); 14] = {
    use folded::{ACUTE, CYRILLIC_B, CYRILLIC_D, CYRILLIC_O, HASH, O_ACUTE, TILDE};
    use folded::{WIDE_E, WIDE_I, WIDE_N, WIDE_T, WIDE_X};
    [
        (b"e?xtn?", AFTER_LABEL),
        (&[b'e', b'?', b'x', b't', b'e', b'n', b's', b'i', b'o', ACUTE, b'?', b'n', b'?'], AFTER_LABEL),
        (&[b'e', b'?', b'x', b't', b'e', b'n', b's', b'i', O_ACUTE, b'n', b'?'], AFTER_LABEL),
        (&[CYRILLIC_D, CYRILLIC_O, CYRILLIC_B], AFTER_LABEL),
        (b"anexo", AFTER_LABEL),
        (&[WIDE_E, b'?', WIDE_X, WIDE_T, WIDE_N, b'?'], AFTER_LABEL),
        (b"x", AFTER_AMBIGUOUS_LABEL),
        (&[WIDE_X], AFTER_AMBIGUOUS_LABEL),
        (b"#", AFTER_AMBIGUOUS_LABEL),
        (&[HASH], AFTER_AMBIGUOUS_LABEL),
        (b"~", AFTER_AMBIGUOUS_LABEL),
        (&[TILDE], AFTER_AMBIGUOUS_LABEL),
        (b"int", AFTER_AMBIGUOUS_LABEL),
        (&[WIDE_I, WIDE_N, WIDE_T], AFTER_AMBIGUOUS_LABEL),
    ]
};

impl<'a> Extension<'a> {
    /// The longest text at the end that reads as an extension; whether a number is before it is
    /// not asked. Its digits end the text but for a `#`, so all is found from the end.
    fn at_end(text: &'a [u8]) -> Option<Self> {
        let hashless = text.strip_suffix(b"#");
        let body = hashless.unwrap_or(text);
        let before = trim_end(body, class::DIGIT);
        let digits = body.get(before.len()..)?;
        let count = digits.len();
        if count == 0 || before.is_empty() {
            return None;
        }
        let starts = [
            parameter(before).filter(|_| count <= AFTER_LABEL && hashless.is_none()),
            labelled(before, count),
            auto_dialled(before, count),
            hyphenated(before).filter(|_| hashless.is_some() && count <= WITHOUT_LABEL),
        ];
        let start = starts.into_iter().flatten().min()?;
        Some(Self { start, digits: before.len(), text: digits })
    }
}

/// The start of an extension of a `tel:` URI, `;ext=`.
fn parameter(before: &[u8]) -> Option<usize> {
    let (start, label) = before.split_at_checked(before.len().checked_sub(5)?)?;
    label.eq_ignore_ascii_case(b";ext=").then_some(start.len())
}

/// The start of an extension that a word or sign announces: ` ext. `, `x`, `, доб `.
fn labelled(before: &[u8], count: usize) -> Option<usize> {
    let labelled = without_mark(trim_end(before, LOOSE));
    if labelled.last().is_none_or(|last| is(*last, class::DIGIT)) {
        return None;
    }
    // No label ends as another does.
    let (before_label, most) =
        LABELS.iter().find_map(|(label, most)| Some((strip_label(labelled, label)?, *most)))?;
    (count <= most).then(|| trim_end(before_label, TIGHT).len())
}

/// The start of an extension that is dialled by itself: `;`, `,,`, or any number of commas.
fn auto_dialled(before: &[u8], count: usize) -> Option<usize> {
    let loose = trim_end(before, LOOSE);
    let marked = without_mark(loose);
    let signs = before.get(loose.len()..)?;
    let before_mark = marked.iter().rev().take_while(|byte| **byte == b',').count();
    if before_mark == 0 && !signs.contains(&b',') && !marked.ends_with(b";") {
        return None;
    }
    let spaces = |at: usize| before.get(..at).map(|it| trim_end(it, class::SPACE).len());
    // Exactly two commas are dialled; any number is only a separator. They are right before the mark, if
    // there is one, or the first among the loose signs.
    let commas = |least: usize, taken: usize| {
        if marked.len() < loose.len() && before_mark >= least {
            return spaces(marked.len() - taken);
        }
        let first = signs.windows(least).position(|signs| signs.iter().all(|sign| *sign == b','))?;
        spaces(loose.len() + first)
    };
    let mut starts = [None; 3];
    if count <= AFTER_LIKELY_LABEL {
        starts[0] = marked.strip_suffix(b";").map(|it| trim_end(it, class::SPACE).len());
        starts[1] = commas(2, 2);
    }
    if count <= AFTER_AMBIGUOUS_LABEL {
        starts[2] = commas(1, before_mark);
    }
    starts.into_iter().flatten().min()
}

/// The start of an extension in the American style, ` - 503#`.
fn hyphenated(before: &[u8]) -> Option<usize> {
    let signs = before.iter().rev().take_while(|byte| matches!(byte, b'-' | b' ')).count();
    (signs > 0).then(|| before.len() - signs)
}

/// The text without what is of the classes at its end.
#[inline]
fn trim_end(text: &[u8], classes: u8) -> &[u8] {
    let end = text.iter().rposition(|byte| !is(*byte, classes)).map_or(0, |last| last + 1);
    text.get(..end).unwrap_or_default()
}

/// The text without one colon or full stop at its end.
fn without_mark(text: &[u8]) -> &[u8] {
    match text {
        [before @ .., b':' | b'.' | folded::STOP] => before,
        _ => text,
    }
}

/// The text before a label at its end, the label's optional characters taken where they fit.
fn strip_label<'a>(mut text: &'a [u8], label: &[u8]) -> Option<&'a [u8]> {
    let mut optional = false;
    for wanted in label.iter().rev() {
        if *wanted == b'?' {
            optional = true;
            continue;
        }
        match text {
            [before @ .., found] if same_letter(*found, *wanted) => text = before,
            _ if optional => {}
            _ => return None,
        }
        optional = false;
    }
    Some(text)
}

/// Whether a character is one of a label, which is lower case, in any case.
fn same_letter(found: u8, wanted: u8) -> bool {
    found.to_ascii_lowercase() == wanted
        || match found {
            folded::LONG_S => wanted == b's',
            folded::DOTTED_I | folded::DOTLESS_I => wanted == b'i',
            _ => false,
        }
}
