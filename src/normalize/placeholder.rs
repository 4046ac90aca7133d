//! Texts that are sent in place of a caller's number.

use super::separator::is_separator;
use super::uri::decode;

/// The reason why a call has no caller's number, as [`placeholder`] reads it.
///
/// ```
/// use telnum::normalize::{Placeholder, placeholder};
///
/// assert_eq!(placeholder("sip:anonymous@anonymous.invalid"), Some(Placeholder::Anonymous));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Placeholder {
    /// A number that the caller withholds: `anonymous`, `private`, `restricted`.
    Anonymous,
    /// A number that the network does not have: `unavailable`, `unknown`, `+0`, an empty text.
    Unavailable,
}

/// Returns the reason why a call has no caller's number, if `text` is one of the texts that networks and SIP
/// devices send instead; `None` for any other text. Case is ignored.
///
/// The texts are words, such as `anonymous` and `private number`, alone or as the user of a `sip:` or `tel:`
/// URI, with or without a display name (RFC 3323, RFC 3325); the same words spelled on a keypad after `+`, such
/// as `+266696687` for *anonymous*, which looks like a number of Lesotho; and `+`, `+0` and `+1`. Without `+` the
/// keypad's digits are a number: `266696687` is a line in Portugal.
///
/// ```
/// use telnum::normalize::{Placeholder, placeholder};
///
/// assert_eq!(placeholder("+266696687"), Some(Placeholder::Anonymous));
/// assert_eq!(placeholder("Unavailable"), Some(Placeholder::Unavailable));
/// assert_eq!(placeholder("+14155550132"), None);
/// ```
#[must_use]
pub fn placeholder(text: &str) -> Option<Placeholder> {
    let user = user_of(text.trim());
    let decoded = decode(user);
    let user = decoded.as_deref().unwrap_or(user);
    let is_blank = |byte: u8| matches!(byte, b' ' | b'-');
    let is_equal =
        |byte: u8, of_word: u8| byte.eq_ignore_ascii_case(&of_word) || is_blank(byte) && is_blank(of_word);
    let known = |words: &[&str]| {
        words.iter().any(|word| {
            let mut bytes = user.bytes().zip(word.bytes());
            user.len() == word.len() && bytes.all(|(byte, of_word)| is_equal(byte, of_word))
        })
    };
    if known(&ANONYMOUS) || is_spelled(user, &ANONYMOUS) {
        Some(Placeholder::Anonymous)
    } else if known(&UNAVAILABLE) || is_spelled(user, &UNAVAILABLE) || matches!(user, "" | "+" | "+0" | "+1")
    {
        Some(Placeholder::Unavailable)
    } else {
        None
    }
}

const ANONYMOUS: [&str; 8] =
    ["anonymous", "private", "restricted", "withheld", "blocked", "hidden", "id-blocked", "private-number"];

const UNAVAILABLE: [&str; 5] = ["unavailable", "unknown", "unassigned", "not-available", "out-of-area"];

/// Returns the user of a URI, or the whole text.
fn user_of(text: &str) -> &str {
    let text = match text.rsplit_once('<') {
        Some((_, uri)) => uri.split('>').next().unwrap_or(uri),
        None => text.trim_matches('"'),
    };
    let rest = match text.split_once(':') {
        Some((scheme, rest))
            if ["sip", "sips", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            rest
        }
        _ => text,
    };
    rest.split(['@', ';']).next().unwrap_or(rest)
}

/// Returns whether `user` consists of `+` and the keypad digits of one of `words`, with or without separators.
/// Short words are excluded, since their digits could be those of a number.
fn is_spelled(user: &str, words: &[&str]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic();
    let mut digits = user.chars().filter(|c| !is_separator(*c));
    digits.next() == Some('+')
        && words.iter().filter(|word| word.len() > 8).any(|word| {
            let keys = word.bytes().filter(is_letter).map(key_of).map(char::from);
            keys.eq(digits.clone())
        })
}

/// Returns the key of a letter on a keypad (ITU-T E.161).
const fn key_of(letter: u8) -> u8 {
    match letter {
        b'a'..=b'c' => b'2',
        b'd'..=b'f' => b'3',
        b'g'..=b'i' => b'4',
        b'j'..=b'l' => b'5',
        b'm'..=b'o' => b'6',
        b'p'..=b's' => b'7',
        b't'..=b'v' => b'8',
        b'w'..=b'z' => b'9',
        other => other,
    }
}
