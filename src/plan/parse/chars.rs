//! The role of a character in a phone number: a digit of any script, punctuation, a letter of the
//! keypad, or none of these.
//!
//! `٤` is 4; `‑` (U+2011) is punctuation, and so is `x`, the placeholder for a carrier code in `0xx 11 ...`.
//! [`fold`] maps each character to a byte, and a table contains the classes of each byte.

/// Returns the value of a decimal digit of any script (Unicode category Nd).
#[inline]
pub(in crate::plan) fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c as u8 & 0xF);
    }
    other_digit(c)
}

fn other_digit(c: char) -> Option<u8> {
    let code = c as u32;
    // The most common characters need no search: full-width and Arabic digits, and characters below all
    // digits.
    for zero in [0xFF10, 0x660, 0x6F0] {
        if let value @ 0..10 = code.wrapping_sub(zero) {
            return u8::try_from(value).ok();
        }
    }
    if code < 0x660 || matches!(code, 0x2000..0x3100) {
        return None;
    }
    let place = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    let value = code - ZEROS.get(place)?;
    u8::try_from(value).ok().filter(|value| *value < 10)
}

/// Returns whether `c` is punctuation that may separate two groups of digits. The asterisk and the letter `x`
/// are punctuation, but do not separate groups.
pub(in crate::plan) fn is_separator(c: char) -> bool {
    is(fold(c), class::PUNCTUATION) && !matches!(c, '*' | 'X')
}

/// Returns whether `c` is a plus sign, ASCII or full-width.
pub(in crate::plan) fn is_plus(c: char) -> bool {
    matches!(c, '+' | '\u{FF0B}')
}

/// Maps a character to one byte.
///
/// ASCII characters are unchanged, and a digit of another script becomes the ASCII digit with the top bit
/// set. Every other character that the parser distinguishes has a byte of [`folded`].
#[inline]
pub(in crate::plan) fn fold(c: char) -> u8 {
    if c.is_ascii() { c as u8 } else { fold_other(c) }
}

/// The bytes of the characters outside of ASCII that the parser distinguishes.
pub(in crate::plan) mod folded {
    pub(crate) const PLUS: u8 = 0x80;
    pub(crate) const SPACE: u8 = 0x81;
    pub(crate) const TILDE: u8 = 0x82;
    pub(crate) const STOP: u8 = 0x83;
    /// Other punctuation.
    pub(crate) const SIGN: u8 = 0x84;
    pub(crate) const HASH: u8 = 0x85;
    /// The combining acute accent, for example after an `o`.
    pub(crate) const ACUTE: u8 = 0x86;
    pub(crate) const O_ACUTE: u8 = 0x87;
    pub(crate) const CYRILLIC_B: u8 = 0x88;
    pub(crate) const CYRILLIC_D: u8 = 0x89;
    pub(crate) const CYRILLIC_O: u8 = 0x8A;
    pub(crate) const WIDE_E: u8 = 0x8B;
    pub(crate) const WIDE_I: u8 = 0x8C;
    pub(crate) const WIDE_N: u8 = 0x8D;
    pub(crate) const WIDE_T: u8 = 0x8E;
    pub(crate) const WIDE_X: u8 = 0x8F;
    /// The long s, the Kelvin sign, and i with and without a dot: case variants of ASCII letters.
    pub(crate) const LONG_S: u8 = 0x90;
    pub(crate) const KELVIN: u8 = 0x91;
    pub(crate) const DOTTED_I: u8 = 0x92;
    pub(crate) const DOTLESS_I: u8 = 0x93;
    /// Other letters and numbers.
    pub(crate) const LETTER: u8 = 0x94;
    /// The mark of a long vowel, which is both punctuation and a letter.
    pub(crate) const LONG_VOWEL: u8 = 0x95;
    pub(crate) const OTHER: u8 = 0x96;
    /// Full-width brackets.
    pub(crate) const OPEN: u8 = 0x97;
    pub(crate) const CLOSE: u8 = 0x98;
    /// The digits of other scripts.
    pub(crate) const ZERO: u8 = 0x80 | b'0';
    pub(crate) const NINE: u8 = 0x80 | b'9';
}

fn fold_other(c: char) -> u8 {
    if let Some(digit) = other_digit(c) {
        return folded::ZERO | digit;
    }
    match c {
        '\u{FF0B}' => folded::PLUS,
        '\u{A0}' => folded::SPACE,
        '\u{FF5E}' => folded::TILDE,
        '\u{FF0E}' => folded::STOP,
        '\u{AD}'
        | '\u{200B}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2053}'
        | '\u{2060}'
        | '\u{2212}'
        | '\u{223C}'
        | '\u{3000}'
        | '\u{FF0D}'
        | '\u{FF0F}' => folded::SIGN,
        '\u{FF08}' | '\u{FF3B}' => folded::OPEN,
        '\u{FF09}' | '\u{FF3D}' => folded::CLOSE,
        '\u{30FC}' => folded::LONG_VOWEL,
        '\u{FF03}' => folded::HASH,
        '\u{301}' => folded::ACUTE,
        'ó' | 'Ó' => folded::O_ACUTE,
        'б' | 'Б' => folded::CYRILLIC_B,
        'д' | 'Д' | '\u{1C81}' => folded::CYRILLIC_D,
        'о' | 'О' | '\u{1C82}' => folded::CYRILLIC_O,
        'ｅ' | 'Ｅ' => folded::WIDE_E,
        'ｉ' | 'Ｉ' => folded::WIDE_I,
        'ｎ' | 'Ｎ' => folded::WIDE_N,
        'ｔ' | 'Ｔ' => folded::WIDE_T,
        'ｘ' | 'Ｘ' => folded::WIDE_X,
        '\u{17F}' => folded::LONG_S,
        '\u{212A}' => folded::KELVIN,
        '\u{130}' => folded::DOTTED_I,
        '\u{131}' => folded::DOTLESS_I,
        c if c.is_alphanumeric() && !is_mark(c) => folded::LETTER,
        _ => folded::OTHER,
    }
}

/// The classes of folded characters, as bits.
pub(in crate::plan) mod class {
    pub(crate) const DIGIT: u8 = 1;
    pub(crate) const PLUS: u8 = 1 << 1;
    /// Characters that may separate digits, including the asterisk and the letter x.
    pub(crate) const PUNCTUATION: u8 = 1 << 2;
    /// Letters that may follow the third digit.
    pub(crate) const LETTER: u8 = 1 << 3;
    /// Characters that a number may end with: a letter or number of any script, or `#`.
    pub(crate) const END: u8 = 1 << 4;
    /// White space.
    pub(crate) const SPACE: u8 = 1 << 5;
    pub(crate) const COMMA: u8 = 1 << 6;
    pub(crate) const HYPHEN: u8 = 1 << 7;
}

/// Returns whether a folded character is in one of `classes`.
#[inline]
pub(in crate::plan) fn is(byte: u8, classes: u8) -> bool {
    classes_of(byte) & classes != 0
}

/// Returns the classes of a folded character.
#[inline]
pub(super) fn classes_of(byte: u8) -> u8 {
    const ALL: [u8; 256] = {
        let mut all = [0; 256];
        let (mut rest, mut byte): (&mut [u8], u8) = (&mut all, 0);
        while let [classes, more @ ..] = rest {
            *classes = classify(byte);
            byte = byte.wrapping_add(1);
            rest = more;
        }
        all
    };
    ALL.get(usize::from(byte)).copied().unwrap_or_default()
}

const fn classify(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' | folded::ZERO..=folded::NINE => class::DIGIT | class::END,
        b'+' | folded::PLUS => class::PLUS,
        b' ' | folded::SPACE => class::PUNCTUATION | class::SPACE,
        b'\t' => class::SPACE,
        b',' => class::COMMA,
        b'-' => class::PUNCTUATION | class::HYPHEN,
        b'*'
        | b'('
        | b')'
        | b'.'
        | b'['
        | b']'
        | b'/'
        | b'~'
        | folded::TILDE..=folded::SIGN
        | folded::OPEN
        | folded::CLOSE => class::PUNCTUATION,
        folded::LONG_VOWEL => class::PUNCTUATION | class::END,
        b'x' | b'X' => class::PUNCTUATION | class::LETTER | class::END,
        b'a'..=b'z' | b'A'..=b'Z' | folded::LONG_S..=folded::DOTLESS_I => class::LETTER | class::END,
        b'#' | folded::O_ACUTE..=folded::WIDE_X | folded::LETTER => class::END,
        _ => 0,
    }
}

/// Returns the value of a folded digit.
#[inline]
pub(in crate::plan) fn value(byte: u8) -> Option<u8> {
    Some((byte & 0x7F).wrapping_sub(b'0')).filter(|value| *value < 10)
}

/// Returns the keypad digit of a folded letter (ITU-T E.161), or the value of an ASCII digit. The result for
/// digits of other scripts is `None`, since libphonenumber drops them from a number with letters.
#[inline]
pub(super) fn key(byte: u8) -> Option<u8> {
    const KEYS: &[u8; 26] = b"22233344455566677778889999";
    match byte {
        b'0'..=b'9' => Some(byte),
        folded::DOTLESS_I => Some(b'4'),
        folded::LONG_S => Some(b'7'),
        letter => KEYS.get(usize::from((letter | 0x20).wrapping_sub(b'a'))).copied(),
    }
    .map(|key| key & 0xF)
}

/// Returns whether the standard library considers `c` alphanumeric although it is neither a letter nor
/// a number.
fn is_mark(c: char) -> bool {
    let code = c as u32;
    let place = MARKS.partition_point(|(_, last)| *last < code);
    MARKS.get(place).is_some_and(|(first, _)| *first <= code)
}

/// The zero of each script; the other nine digits follow it.
const ZEROS: [u32; 76] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
    0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40,
    0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA,
    0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0,
    0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0,
    0x1E5F1, 0x1E950, 0x1FBF0,
];

/// Ranges that contain all characters which the standard library considers alphanumeric although they
/// are neither letters nor numbers, such as vowel signs and circled letters. The ranges contain no
/// letter and no number.
#[rustfmt::skip]
const MARKS: [(u32, u32); 170] = [
    (0x345, 0x36F), (0x5B0, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6E4),
    (0x6E7, 0x6ED), (0x711, 0x711), (0x730, 0x73F), (0x7A6, 0x7B0), (0x816, 0x817), (0x81B, 0x823),
    (0x825, 0x827), (0x829, 0x82C), (0x897, 0x897), (0x8D4, 0x903), (0x93A, 0x93B), (0x93E, 0x94F),
    (0x955, 0x957), (0x962, 0x963), (0x981, 0x983), (0x9BE, 0x9CC), (0x9D7, 0x9D7), (0x9E2, 0x9E3),
    (0xA01, 0xA03), (0xA3E, 0xA51), (0xA70, 0xA71), (0xA75, 0xA83), (0xABE, 0xACC), (0xAE2, 0xAE3),
    (0xAFA, 0xB03), (0xB3E, 0xB57), (0xB62, 0xB63), (0xB82, 0xB82), (0xBBE, 0xBCC), (0xBD7, 0xBD7),
    (0xC00, 0xC04), (0xC3E, 0xC56), (0xC62, 0xC63), (0xC81, 0xC83), (0xCBE, 0xCD6), (0xCE2, 0xCE3),
    (0xCF3, 0xD03), (0xD3E, 0xD4C), (0xD57, 0xD57), (0xD62, 0xD63), (0xD81, 0xD83), (0xDCF, 0xDDF),
    (0xDF2, 0xDF3), (0xE31, 0xE31), (0xE34, 0xE3A), (0xE4D, 0xE4D), (0xEB1, 0xEB1), (0xEB4, 0xEBC),
    (0xECD, 0xECD), (0xF71, 0xF83), (0xF8D, 0xFBC), (0x102B, 0x103E), (0x1056, 0x1059), (0x105E, 0x1060),
    (0x1062, 0x1064), (0x1067, 0x106D), (0x1071, 0x1074), (0x1082, 0x108D), (0x108F, 0x108F),
    (0x109A, 0x109D), (0x1712, 0x1713), (0x1732, 0x1733), (0x1752, 0x1753), (0x1772, 0x1773),
    (0x17B6, 0x17C8), (0x1885, 0x1886), (0x18A9, 0x18A9), (0x1920, 0x1938), (0x1A17, 0x1A1B),
    (0x1A55, 0x1A74), (0x1ABF, 0x1B04), (0x1B35, 0x1B43), (0x1B80, 0x1B82), (0x1BA1, 0x1BAD),
    (0x1BE7, 0x1BF1), (0x1C24, 0x1C36), (0x1DD3, 0x1DF4), (0x24B6, 0x24E9), (0x2DE0, 0x2DFF),
    (0xA674, 0xA67B), (0xA69E, 0xA69F), (0xA802, 0xA802), (0xA80B, 0xA80B), (0xA823, 0xA827),
    (0xA880, 0xA881), (0xA8B4, 0xA8C5), (0xA8FF, 0xA8FF), (0xA926, 0xA92A), (0xA947, 0xA952),
    (0xA980, 0xA983), (0xA9B4, 0xA9BF), (0xA9E5, 0xA9E5), (0xAA29, 0xAA36), (0xAA43, 0xAA43),
    (0xAA4C, 0xAA4D), (0xAA7B, 0xAA7D), (0xAAB0, 0xAAB0), (0xAAB2, 0xAAB4), (0xAAB7, 0xAAB8),
    (0xAABE, 0xAABE), (0xAAEB, 0xAAEF), (0xAAF5, 0xAAF5), (0xABE3, 0xABEA), (0xFB1E, 0xFB1E),
    (0x10376, 0x1037A), (0x10A01, 0x10A0F), (0x10D24, 0x10D27), (0x10D69, 0x10D69), (0x10EAB, 0x10EAC),
    (0x10EFC, 0x10EFC), (0x11000, 0x11002), (0x11038, 0x11045), (0x11073, 0x11074), (0x11080, 0x11082),
    (0x110B0, 0x110C2), (0x11100, 0x11102), (0x11127, 0x11132), (0x11145, 0x11146), (0x11180, 0x11182),
    (0x111B3, 0x111BF), (0x111CE, 0x111CF), (0x1122C, 0x1123E), (0x11241, 0x11241), (0x112DF, 0x112E8),
    (0x11300, 0x11303), (0x1133E, 0x1134C), (0x11357, 0x11357), (0x11362, 0x11363), (0x113B8, 0x113CD),
    (0x11435, 0x11445), (0x114B0, 0x114C1), (0x115AF, 0x115BE), (0x115DC, 0x115DD), (0x11630, 0x11640),
    (0x116AB, 0x116B5), (0x1171D, 0x1172A), (0x1182C, 0x11838), (0x11930, 0x1193C), (0x11940, 0x11940),
    (0x11942, 0x11942), (0x119D1, 0x119DF), (0x119E4, 0x119E4), (0x11A01, 0x11A0A), (0x11A35, 0x11A39),
    (0x11A3B, 0x11A3E), (0x11A51, 0x11A5B), (0x11A8A, 0x11A97), (0x11C2F, 0x11C3E), (0x11C92, 0x11CB6),
    (0x11D31, 0x11D43), (0x11D47, 0x11D47), (0x11D8A, 0x11D96), (0x11EF3, 0x11F01), (0x11F03, 0x11F03),
    (0x11F34, 0x11F40), (0x1611E, 0x1612E), (0x16F4F, 0x16F4F), (0x16F51, 0x16F92), (0x16FF0, 0x16FF1),
    (0x1BC9E, 0x1BC9E), (0x1E000, 0x1E02A), (0x1E08F, 0x1E08F), (0x1E947, 0x1E947), (0x1F130, 0x1F189),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_agree_with_unicode() {
        let class = |pattern: &str| regex::Regex::new(pattern).unwrap();
        let (decimal, letter, unknown) = (class(r"^\p{Nd}$"), class(r"^[\p{L}\p{N}#]$"), class(r"^\p{Cn}$"));
        // libphonenumber's `VALID_PUNCTUATION`, and the letters of `VALID_ALPHA` in either case.
        let punctuation = class(
            "^[-x\u{2010}-\u{2015}\u{2212}\u{30FC}\u{FF0D}-\u{FF0F} \u{A0}\u{AD}\u{200B}\u{2060}\u{3000}()\
             \u{FF08}\u{FF09}\u{FF3B}\u{FF3D}.\\[\\]/~\u{2053}\u{223C}\u{FF5E}*X]$",
        );
        let keypad = class("^(?i:[a-zıİ])$");
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            if unknown.is_match(&text) {
                continue;
            }
            assert_eq!(digit(c).is_some(), decimal.is_match(&text), "{c:?}");
            assert_eq!(is(fold(c), class::DIGIT), decimal.is_match(&text), "{c:?}");
            assert_eq!(is(fold(c), class::END), letter.is_match(&text), "{c:?}");
            assert_eq!(is(fold(c), class::PUNCTUATION), punctuation.is_match(&text), "{c:?}");
            assert_eq!(is(fold(c), class::LETTER), keypad.is_match(&text), "{c:?}");
        }
        assert_eq!(digit('٤'), Some(4));
        assert_eq!(digit('\u{1D7FF}'), Some(9));
    }

    #[test]
    fn letters_have_their_keys() {
        let keys: String = "six-FLAGS".bytes().filter_map(key).map(|key| key.to_string()).collect();
        assert_eq!(keys, "74935247");
    }
}
