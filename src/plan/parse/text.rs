//! Where in a text the number is, its digits and its extension; no country is asked.
//!
//! `Call (415) 555-2671 ext. 9!` has the digits 4155552671 and the extension 9. A text is read in
//! three steps, as libphonenumber reads it: cut out what may be a number, see that it looks like
//! one, and take the extension off its end.

use super::chars::{digit, is_letter, is_plus, is_punctuation, key, may_end};
use super::{ParseError, ParseErrorKind};

/// The longest text that is read, in UTF-16 units.
pub(super) const MAX_UNITS: usize = 250;
/// No number, with all that may stand before it, has more digits; more are too many anyway.
pub(super) const MAX_DIGITS: usize = 40;
/// A text of at most [`MAX_UNITS`] has no more bytes.
const MAX_BYTES: usize = 3 * MAX_UNITS;

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
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) digits: Buffer,
    /// The digits follow a plus sign.
    pub(super) plus: bool,
    /// The extension's digits and the byte where they start.
    pub(super) extension: Option<(Buffer, usize)>,
    /// The byte where the number starts.
    pub(super) start: usize,
}

/// Finds the number in a text.
pub(super) fn find(text: &str) -> Result<Found, ParseError> {
    if let Some(at) = too_long(text) {
        return Err(ParseErrorKind::TooLong.at(at));
    }
    if let Some(at) = find_parameter(text, CONTEXT) {
        return find_local(text, at);
    }
    let (number, start) = cut(text)?;
    read(before_subaddress(number), start)
}

/// The digits of what may be a number in a text, if no plus sign is before them.
pub(super) fn digits(text: &str) -> Option<Buffer> {
    let (number, _) = cut(text).ok()?;
    if number.starts_with(is_plus) {
        return None;
    }
    let mut digits = Buffer::new();
    number.chars().filter_map(digit).for_each(|value| digits.push(value));
    Some(digits)
}

/// Whether three letters make the text a vanity number, `1-800-FLOWERS`.
pub(super) fn is_vanity(text: &str) -> bool {
    let (shape, extension) = (Shape::of(text), Extension::at_end(text));
    shape.is_viable(text, extension.as_ref())
        && has_letters(shape.without_extension(text, extension.as_ref()).0)
}

const CONTEXT: &str = ";phone-context=";
const SUBADDRESS: &str = ";isub=";
const SCHEME: &str = "tel:";

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

/// Where a parameter of a `tel:` URI is; few texts have any.
fn find_parameter(text: &str, name: &str) -> Option<usize> {
    if text.as_bytes().contains(&b';') { text.find(name) } else { None }
}

/// A local number of a `tel:` URI: its context, if it is a number's start, goes before it.
fn find_local(text: &str, at: usize) -> Result<Found, ParseError> {
    let (before, context) = text.split_at_checked(at).unwrap_or_default();
    let context = context.strip_prefix(CONTEXT).unwrap_or_default();
    let context = context.split(';').next().unwrap_or_default();
    if !is_global_context(context) && !is_domain(context) {
        return Err(ParseErrorKind::BadPhoneContext.at(at + CONTEXT.len()));
    }
    let start = before.find(SCHEME).map_or(0, |scheme| scheme + SCHEME.len());
    let number = before.get(start..).unwrap_or_default();
    if !context.starts_with('+') {
        return read(before_subaddress(number), start);
    }
    let mut joined = [0; MAX_BYTES];
    let length = context.len() + number.len();
    if let Some((head, tail)) = joined.split_at_mut_checked(context.len())
        && let Some(tail) = tail.get_mut(..number.len())
    {
        head.copy_from_slice(context.as_bytes());
        tail.copy_from_slice(number.as_bytes());
    }
    let joined = joined.get(..length).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default();
    // Places in the joined text are those of the number, moved by the context before it.
    let moved = |place: usize| (start + place).saturating_sub(context.len()).max(start);
    let mut found =
        read(before_subaddress(joined), 0).map_err(|error| error.kind.at(moved(error.position)))?;
    found.start = start;
    found.extension = found.extension.map(|(digits, place)| (digits, moved(place)));
    Ok(found)
}

/// `+` and digits of any script, with `-`, `.`, `(` and `)` among them.
fn is_global_context(context: &str) -> bool {
    let Some(digits) = context.strip_prefix('+') else { return false };
    digits.chars().all(|c| digit(c).is_some() || matches!(c, '-' | '.' | '(' | ')'))
        && digits.chars().any(|c| digit(c).is_some())
}

/// Labels of letters, digits and inner hyphens; the last starts with a letter.
fn is_domain(context: &str) -> bool {
    let name = context.strip_suffix('.').unwrap_or(context);
    let alphanumeric = |c: char| c.is_ascii_alphabetic() || digit(c).is_some();
    let is_label = |label: &str| {
        label.starts_with(alphanumeric)
            && label.ends_with(alphanumeric)
            && label.chars().all(|c| alphanumeric(c) || c == '-')
    };
    name.split('.').all(is_label)
        && name.rsplit('.').next().is_some_and(|top| top.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// From the first plus sign or digit to the last character that may end a number, or to where a
/// second number starts, with the byte where it starts.
fn cut(text: &str) -> Result<(&str, usize), ParseError> {
    let start = text.find(|c: char| digit(c).is_some() || is_plus(c));
    let start = start.ok_or(ParseErrorKind::NotANumber.at(0))?;
    let number = text.get(start..).unwrap_or_default().trim_end_matches(|c: char| !may_end(c));
    let end = second_number(number).unwrap_or(number.len());
    Ok((number.get(..end).unwrap_or_default(), start))
}

/// Where a second number starts: `x508/x1234`, `x508\ x1234`.
fn second_number(text: &str) -> Option<usize> {
    let is_start = |at: &usize| {
        let rest = text.as_bytes().get(at + 1..).unwrap_or_default();
        rest.iter().find(|byte| **byte != b' ') == Some(&b'x')
    };
    let has_slash = text.bytes().any(|byte| matches!(byte, b'/' | b'\\'));
    if !has_slash {
        return None;
    }
    // A run of spaces is read once for each slash before it, of which only one can be its neighbour.
    text.match_indices(['/', '\\']).map(|(at, _)| at).find(is_start)
}

fn before_subaddress(number: &str) -> &str {
    match find_parameter(number, SUBADDRESS) {
        Some(at) => number.get(..at).unwrap_or_default(),
        None => number,
    }
}

/// Reads what was cut out of a text at a byte.
fn read(number: &str, start: usize) -> Result<Found, ParseError> {
    let shape = Shape::of(number);
    let extension = Extension::at_end(number);
    if !shape.is_viable(number, extension.as_ref()) {
        return Err(ParseErrorKind::NotANumber.at(start + shape.end));
    }
    let (number, extension) = shape.without_extension(number, extension.as_ref());
    let unsigned = number.trim_start_matches(is_plus);
    let mut digits = Buffer::new();
    let value = if has_letters(unsigned) { key } else { digit };
    unsigned.chars().filter_map(value).for_each(|value| digits.push(value));
    let extension = extension.map(|extension| {
        let mut digits = Buffer::new();
        extension.text.chars().filter_map(digit).for_each(|value| digits.push(value));
        (digits, start + extension.digits)
    });
    Ok(Found { digits, plus: unsigned.len() < number.len(), extension, start })
}

/// Three letters are no slip of the hand.
fn has_letters(number: &str) -> bool {
    number.bytes().filter(u8::is_ascii_alphabetic).take(3).count() == 3
}

/// How far a text looks like a number: plus signs, then three digits with any punctuation, then
/// more of both and letters.
struct Shape {
    /// The byte after the third digit.
    third: Option<usize>,
    /// The byte of the first character that fits no more.
    end: usize,
}

impl Shape {
    fn of(text: &str) -> Self {
        let (mut digits, mut third) = (0, None);
        let unsigned = text.trim_start_matches(is_plus);
        let signs = text.len() - unsigned.len();
        for (at, c) in unsigned.char_indices() {
            if third.is_none() && digit(c).is_some() {
                digits += 1;
                if digits == 3 {
                    third = Some(signs + at + c.len_utf8());
                }
            } else if !(is_punctuation(c) || third.is_some() && (is_letter(c) || digit(c).is_some())) {
                return Self { third, end: signs + at };
            }
        }
        Self { third, end: text.len() }
    }

    /// Whether the text is a number up to a byte.
    fn holds(&self, at: usize) -> bool {
        self.third.is_some_and(|third| third <= at) && at <= self.end
    }

    /// Whether the whole text looks like a number, perhaps with an extension.
    fn is_viable(&self, text: &str, extension: Option<&Extension<'_>>) -> bool {
        self.holds(text.len()) || extension.is_some_and(|it| self.holds(it.start)) || is_two_digits(text)
    }

    /// A viable text up to its extension, if what is before that looks like a number.
    fn without_extension<'a, 'e>(
        &self,
        text: &'a str,
        extension: Option<&'e Extension<'a>>,
    ) -> (&'a str, Option<&'e Extension<'a>>) {
        match extension.and_then(|extension| Some((extension, text.get(..extension.start)?))) {
            Some((extension, number)) if self.holds(extension.start) || is_two_digits(number) => {
                (number, Some(extension))
            }
            _ => (text, None),
        }
    }
}

fn is_two_digits(text: &str) -> bool {
    let mut digits = text.chars().map(digit);
    matches!((digits.next(), digits.next(), digits.next()), (Some(Some(_)), Some(Some(_)), None))
}

/// An extension at the end of a text.
struct Extension<'a> {
    /// The byte where its label starts, or what stands before that.
    start: usize,
    /// The byte where its digits start.
    digits: usize,
    /// Its digits, of any script.
    text: &'a str,
}

/// The most digits by what announces them: the less sure that is, the fewer.
const AFTER_LABEL: usize = 20;
const AFTER_LIKELY_LABEL: usize = 15;
const AFTER_AMBIGUOUS_LABEL: usize = 9;
const WITHOUT_LABEL: usize = 6;

/// Words that announce an extension. A character of a word stands for both its cases; one before
/// `?` may be missing.
const LABELS: [&str; 5] = ["e?xtn?", "e?xtensio\u{301}?n?", "e?xtensi\u{F3}n?", "доб", "anexo"];
const WIDE_LABEL: &str = "ｅ?ｘｔｎ?";
const AMBIGUOUS_LABELS: [&str; 8] = ["x", "ｘ", "#", "＃", "~", "～", "int", "ｉｎｔ"];

impl<'a> Extension<'a> {
    /// The longest text at the end that reads as an extension; whether a number is before it is
    /// not asked. Its digits end the text but for a `#`, so all is found from the end.
    fn at_end(text: &'a str) -> Option<Self> {
        let hashless = text.strip_suffix('#');
        let body = hashless.unwrap_or(text);
        let before = body.trim_end_matches(|c: char| digit(c).is_some());
        let digits = body.get(before.len()..)?;
        let count = digits.chars().count();
        if count == 0 || before.is_empty() {
            return None;
        }
        let starts = [
            before
                .strip_suffix_folded(";ext=")
                .map(str::len)
                .filter(|_| count <= AFTER_LABEL && hashless.is_none()),
            labelled(before, count),
            auto_dialled(before, count),
            hyphenated(before).filter(|_| hashless.is_some() && count <= WITHOUT_LABEL),
        ];
        let start = starts.into_iter().flatten().min()?;
        Some(Self { start, digits: before.len(), text: digits })
    }
}

/// The start of an extension that a word or sign announces: ` ext. `, `x`, `, доб `.
fn labelled(before: &str, count: usize) -> Option<usize> {
    let labelled = without_mark(before.trim_end_matches(is_loose));
    if !labelled.ends_with(ends_label) {
        return None;
    }
    let after_any = |labels: &[&str]| labels.iter().filter_map(|label| strip_label(labelled, label)).min();
    let sure = after_any(&LABELS).or_else(|| after_any(&[WIDE_LABEL])).filter(|_| count <= AFTER_LABEL);
    let start = sure.or_else(|| after_any(&AMBIGUOUS_LABELS).filter(|_| count <= AFTER_AMBIGUOUS_LABEL))?;
    Some(labelled.get(..start)?.trim_end_matches(is_tight).len())
}

/// The start of an extension that is dialled by itself: `;`, `,,`, or any number of commas.
fn auto_dialled(before: &str, count: usize) -> Option<usize> {
    let loose = before.trim_end_matches(is_loose);
    let marked = without_mark(loose);
    let mut starts = [None; 4];
    if count <= AFTER_LIKELY_LABEL {
        starts[0] = marked.strip_suffix(';').map(|it| it.trim_end_matches(is_space).len());
        starts[1] = commas(before, loose, marked, 2);
    }
    if count <= AFTER_AMBIGUOUS_LABEL {
        starts[2] = commas(before, loose, marked, 1);
    }
    starts.into_iter().flatten().min()
}

/// The start of the first run of at least so many commas among the loose signs before the digits,
/// or right before the mark in front of those.
fn commas(before: &str, loose: &str, marked: &str, least: usize) -> Option<usize> {
    let spaces = |at: usize| before.get(..at).map(|it| it.trim_end_matches(is_space).len());
    if marked.len() < loose.len() {
        let bare = marked.trim_end_matches(',');
        let run = marked.len() - bare.len();
        if run >= least {
            // Exactly two are dialled; any number is only a separator.
            let taken = if least == 1 { run } else { least };
            return spaces(marked.len() - taken);
        }
    }
    let found = before.get(loose.len()..)?.find(if least == 1 { "," } else { ",," })?;
    spaces(loose.len() + found)
}

/// The start of an extension in the American style, ` - 503#`.
fn hyphenated(before: &str) -> Option<usize> {
    let start = before.trim_end_matches(['-', ' ']).len();
    (start < before.len()).then_some(start)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\t')
}

fn is_tight(c: char) -> bool {
    is_space(c) || c == ','
}

fn is_loose(c: char) -> bool {
    is_tight(c) || c == '-'
}

/// The text without one colon or full stop at its end.
fn without_mark(text: &str) -> &str {
    text.strip_suffix([':', '.', '\u{FF0E}']).unwrap_or(text)
}

/// Whether a label may end with the character.
fn ends_label(c: char) -> bool {
    !c.is_ascii() || matches!(c, 'x' | 'X' | '#' | '~' | 't' | 'T' | 'n' | 'N' | 'o' | 'O')
}

/// The start of a label at the end of a text, its optional characters taken where they fit.
fn strip_label(text: &str, label: &str) -> Option<usize> {
    let (mut text, mut optional) = (text, false);
    for wanted in label.chars().rev() {
        if wanted == '?' {
            optional = true;
            continue;
        }
        match text.chars().next_back() {
            Some(found) if same_letter(found, wanted) => {
                text = text.get(..text.len() - found.len_utf8()).unwrap_or_default();
            }
            _ if optional => {}
            _ => return None,
        }
        optional = false;
    }
    Some(text.len())
}

/// Whether a character is one of a label, which is lower case, in any case.
fn same_letter(found: char, wanted: char) -> bool {
    match found {
        found if found.is_ascii() => found.eq_ignore_ascii_case(&wanted),
        '\u{17F}' => wanted == 's',
        '\u{130}' | '\u{131}' => wanted == 'i',
        '\u{1C81}' => wanted == 'д',
        '\u{1C82}' => wanted == 'о',
        found => found == wanted || found.to_lowercase().eq([wanted]),
    }
}

trait StripFolded {
    fn strip_suffix_folded(&self, suffix: &str) -> Option<&str>;
}

impl StripFolded for str {
    /// The text before a suffix in any ASCII case.
    fn strip_suffix_folded(&self, suffix: &str) -> Option<&str> {
        let (text, end) = self.split_at_checked(self.len().checked_sub(suffix.len())?)?;
        end.eq_ignore_ascii_case(suffix).then_some(text)
    }
}
