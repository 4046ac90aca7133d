//! A text reduced to plain characters: ASCII digits, spaces and hyphens in place of similar characters.

use super::repair::{Repair, Repairs};
use crate::plan::parse::chars::digit;

/// A text of plain characters.
pub(super) struct PlainText {
    bytes: [u8; Self::CAPACITY],
    length: usize,
    pub(super) repairs: Repairs,
}

impl PlainText {
    /// The maximum length in bytes. A longer text is not a number.
    const CAPACITY: usize = 250;

    /// Creates the plain form of `text`; `None` if it is too long.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut plain = Self { bytes: [0; Self::CAPACITY], length: 0, repairs: Repairs::NONE };
        for c in text.chars() {
            let (c, repair) = plain_form(c);
            plain.repairs = repair.map_or(plain.repairs, |repair| plain.repairs.with(repair));
            if let Some(c) = c {
                plain.push(c)?;
            }
        }
        Some(plain)
    }

    /// Creates the text with digits in place of the letters that look like them; `None` if there is no such
    /// letter, or any other letter.
    pub(super) fn without_look_alikes(text: &str) -> Option<Self> {
        let mut plain = Self { bytes: [0; Self::CAPACITY], length: 0, repairs: Repairs::NONE };
        let (mut letters, mut digits) = (0, 0);
        for c in text.chars() {
            let digit = look_alike(c);
            letters += usize::from(digit.is_some());
            digits += usize::from(c.is_ascii_digit());
            if digit.is_none() && c.is_alphabetic() {
                return None;
            }
            plain.push(digit.unwrap_or(c))?;
        }
        (0 < letters && letters <= digits).then_some(plain)
    }

    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn push(&mut self, c: char) -> Option<()> {
        let end = self.length + c.len_utf8();
        c.encode_utf8(self.bytes.get_mut(self.length..end)?);
        self.length = end;
        Some(())
    }
}

/// Returns the digit that a letter looks like.
pub(super) const fn look_alike(c: char) -> Option<char> {
    match c {
        // Latin, Cyrillic and Greek.
        'l' | 'I' => Some('1'),
        'O' | 'o' | 'О' | 'о' | 'Ο' | 'ο' => Some('0'),
        _ => None,
    }
}

/// Returns the plain character for `c`, if it is visible, and the repair that the replacement is.
fn plain_form(c: char) -> (Option<char>, Option<Repair>) {
    match c {
        '\t' | '\n' | '\r' => (Some(' '), None),
        '_' | ':' => (Some('-'), Some(Repair::UnusualSeparators)),
        '\'' | '`' | '"' | '\u{2018}' | '\u{2019}' | '\u{B4}' => (Some(' '), Some(Repair::UnusualSeparators)),
        c if is_invisible(c) => (None, Some(Repair::InvisibleMarks)),
        c if c.is_ascii() => (Some(c), None),
        c if is_space(c) => (Some(' '), Some(Repair::UnusualSeparators)),
        c if is_dash(c) => (Some('-'), Some(Repair::UnusualSeparators)),
        '\u{B7}' | '\u{2022}' | '\u{2219}' | '\u{30FB}' | '\u{2024}' => {
            (Some('.'), Some(Repair::UnusualSeparators))
        }
        // Full-width forms of ASCII.
        '\u{FF01}'..='\u{FF5E}' => {
            let ascii = char::from_u32(c as u32 - 0xFEE0);
            let repair = if ascii.is_some_and(|c| c.is_ascii_digit()) {
                Repair::OtherDigits
            } else {
                Repair::UnusualSeparators
            };
            (ascii, Some(repair))
        }
        c => match digit(c) {
            Some(value) => (Some(char::from(b'0' | value)), Some(Repair::OtherDigits)),
            None => (Some(c), None),
        },
    }
}

/// Returns whether `c` is a character without width: a control or format character, a variation selector, a tag.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFC}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// Returns whether `c` is a space outside of ASCII.
const fn is_space(c: char) -> bool {
    matches!(
        c,
        '\u{A0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

/// Returns whether `c` is a dash outside of ASCII.
const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2053}'
                | '\u{2212}'
                | '\u{30FC}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
    )
}
