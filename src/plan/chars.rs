//! Texts reduced to the characters of phone numbers.

use alloc::string::String;

use super::parse::chars::digit;

/// Returns whether a telephone can dial `c`: an ASCII digit, `+`, `*` or `#`.
pub(super) const fn is_diallable(c: char) -> bool {
    matches!(c, '0'..='9' | '+' | '*' | '#')
}

/// Returns the characters of `text` that a telephone can dial.
pub(super) fn diallable_only(text: &str) -> String {
    text.chars().filter(|c| is_diallable(*c)).collect()
}

/// Returns the decimal digits of `text`, in any script, as ASCII digits.
pub(super) fn digits_only(text: &str) -> String {
    text.chars().filter_map(digit).map(|value| char::from(b'0' | value)).collect()
}

/// Returns `text` with the digits of the keypad (ITU-T E.161) in place of letters.
pub(super) fn letters_to_digits(text: &str) -> String {
    const KEYS: &[u8; 26] = b"22233344455566677778889999";
    let key = |c: char| match c {
        // Their capitals are ASCII letters.
        '\u{131}' => '4',
        '\u{17F}' => '7',
        c if c.is_ascii_alphabetic() => {
            let key = KEYS.get(usize::from((c as u8 | 0x20) - b'a'));
            key.map_or(c, |key| char::from(*key))
        }
        c => c,
    };
    text.chars().map(key).collect()
}
