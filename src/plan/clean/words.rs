//! The words before and after a number, and the pauses after it.

use crate::number::Extension;
use crate::plan::parse::chars::is_plus;

/// A text of three parts: the words before the number, the number, and the words after it.
pub(super) struct Parts<'t> {
    pub(super) before: &'t str,
    pub(super) number: &'t str,
    pub(super) after: &'t str,
}

impl<'t> Parts<'t> {
    /// Splits `text` before its first digit or plus sign, including the brackets directly before it, and
    /// after its last digit; `None` if there is no digit.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let last = text.char_indices().rfind(|(_, c)| is_digit(*c)).map(|(place, c)| place + c.len_utf8())?;
        let (rest, after) = text.split_at_checked(last)?;
        let start = rest.find(|c| is_digit(c) || is_plus(c))?;
        let start = rest.get(..start)?.trim_end_matches(['(', '[', '\u{FF08}']).len();
        let (before, number) = rest.split_at_checked(start)?;
        Some(Self { before, number, after })
    }

    /// Returns the words: those before the number if there are any, else those after it; empty if there
    /// are none.
    pub(super) fn label(&self) -> &'t str {
        let words = [self.before, self.after].map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()));
        words.into_iter().find(|words| !words.is_empty()).unwrap_or_default()
    }
}

/// Splits a remark in brackets, such as `(after 6pm)`, from the end of `text`; `None` if there is none.
pub(super) fn split_remark(text: &str) -> Option<(&str, &str)> {
    let (number, remark) = text.strip_suffix(')')?.rsplit_once('(')?;
    let starts_with_word = remark.trim_start().starts_with(char::is_alphabetic);
    let words =
        remark.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().nth(1).is_some()).count();
    (starts_with_word
        && words > 0
        && !is_extension_label(remark.trim_end_matches(is_digit))
        && count_digits(number) > 0)
        .then_some((number.trim_end(), remark.trim()))
}

/// Returns whether `c` is a digit of any script.
pub(super) fn is_digit(c: char) -> bool {
    crate::plan::parse::chars::digit(c).is_some()
}

/// Returns the number of digits in `text`.
pub(super) fn count_digits(text: &str) -> usize {
    text.chars().filter(|c| is_digit(*c)).count()
}

/// Returns whether `text`, which follows a number, is the label of an extension.
pub(super) fn is_extension_label(text: &str) -> bool {
    const LABELS: [&str; 18] = [
        "ext",
        "extn",
        "extension",
        "x",
        "xt",
        "xtn",
        "extensión",
        "ｅｘｔ",
        "доб",
        "anexo",
        "int",
        "poste",
        "durchwahl",
        "app",
        "apparat",
        "dw",
        "klappe",
        "nst",
    ];
    let word = text.trim_matches(|c: char| !c.is_alphanumeric());
    LABELS.iter().any(|label| word.eq_ignore_ascii_case(label))
}

/// The item number of a list before a phone number.
pub(super) struct Enumerator<'t> {
    pub(super) digits: &'t str,
    /// Whether a mark, such as the point in `2. `, shows that the digits are not part of the phone number.
    pub(super) is_marked: bool,
    /// The text after the enumerator and the separators.
    pub(super) rest: &'t str,
}

impl<'t> Enumerator<'t> {
    /// Splits one or two digits from the start of `text`, which starts with a digit or a bracket, and the separators
    /// after them; `None` if there are none.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let inner = text.trim_start_matches(['(', '[']);
        let (digits, after) = inner.split_at_checked(inner.bytes().take_while(u8::is_ascii_digit).count())?;
        if !(1..=2).contains(&digits.len()) || digits.starts_with('0') {
            return None;
        }
        let is_separator = |c: char| !c.is_alphanumeric() && !matches!(c, '(' | '[') && !is_plus(c);
        let rest = after.trim_start_matches(is_separator);
        let times = rest.strip_prefix(['x', 'X']).map(|rest| rest.trim_start_matches(is_separator));
        let marks = after.strip_suffix(rest)?;
        let is_list =
            marks.contains(['.', ')', ']', ':', '\u{FF1A}']) && marks.ends_with(char::is_whitespace);
        let is_marked = times.is_some() || is_list && inner.len() == text.len();
        let rest = times.unwrap_or(rest);
        (rest.len() < after.len()).then_some(Self { digits, is_marked, rest })
    }
}

/// Returns the number of digits before the first separator; 0 if a mark and a space, such as in `1. 415`, show that
/// the first digits are a number of a list.
pub(super) fn first_group(number: impl Iterator<Item = char>) -> usize {
    let (mut digits, mut is_bracketed, mut separator) = (0, false, None);
    for c in number {
        match separator {
            Some(mark) => {
                let is_mark = matches!(mark, '.' | '-') || mark == ')' && !is_bracketed;
                return if is_mark && c == ' ' { 0 } else { digits };
            }
            None if is_digit(c) => digits += 1,
            None if digits > 0 => separator = Some(c),
            None => is_bracketed |= c == '(',
        }
    }
    digits
}

/// Returns whether a word of `text` with digits in it is an e-mail address or a web address. The user of a SIP address
/// may be a number.
pub(super) fn has_address(text: &str) -> bool {
    let is_of_phone = |word: &str| {
        let scheme = word.split_once(':').map_or("", |(scheme, _)| scheme);
        ["sip", "sips", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    };
    text.split_whitespace().any(|word| {
        (word.contains('@') || word.contains("://")) && word.contains(is_digit) && !is_of_phone(word)
    })
}

/// Returns the extension that `text` is, with or without a label; `None` if it has so many digits that it may be
/// a number.
pub(super) fn extension(text: &str) -> Option<Extension> {
    /// The maximum number of digits.
    const MOST: usize = 6;
    let label = text.trim().trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.trim().strip_prefix(label).filter(|digits| digits.len() <= MOST)?;
    let is_label = !label.contains(char::is_alphanumeric) || is_extension_label(label);
    Extension::from_ascii(digits.as_bytes()).ok().filter(|_| is_label)
}

/// Splits `text` at its first pause into the number, and the text that is sent after the call is answered.
/// The second part is empty if there is no pause.
///
/// A pause is `p` or `w`, or a comma that no space follows, directly after a digit. Only digits, `*`, `#` and
/// further pauses follow it to the end of the text.
pub(super) fn split_post_dial(text: &str) -> (&str, &str) {
    let is_pause = |byte: u8| matches!(byte, b',' | b';' | b'p' | b'P' | b'w' | b'W');
    let is_sent = |byte: &u8| byte.is_ascii_digit() || is_pause(*byte) || matches!(byte, b'*' | b'#');
    let bytes = text.as_bytes();
    let start = bytes.iter().rposition(|byte| !is_sent(byte)).map_or(0, |last| last + 1);
    let tail = bytes.get(start..).unwrap_or_default();
    let Some(pause) = tail.windows(2).position(|pair| {
        pair.first().is_some_and(u8::is_ascii_digit) && pair.get(1).is_some_and(|byte| is_pause(*byte))
    }) else {
        return (text, "");
    };
    let Some((number, sent)) = text.split_at_checked(start + pause + 1) else { return (text, "") };
    let has_digits = sent.bytes().any(|byte| byte.is_ascii_digit());
    // A single `;` is the label of an extension.
    if has_digits && !sent.starts_with(';') { (number, sent) } else { (text, "") }
}
