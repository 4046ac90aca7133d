//! The characters that people and programs put between digits.

/// Returns whether `byte` is one of the characters that people type between digits.
#[inline]
pub(super) const fn is_typed(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/')
}

/// Returns whether `c` separates digits: whether people type it, or address books, spreadsheets and
/// messengers put it in place of such a character or around a number.
pub(super) const fn is_separator(c: char) -> bool {
    if c.is_ascii() { is_typed(c as u8) } else { is_blank(c) || is_mark(c) || is_dash(c) }
}

/// Returns whether `c` is a space that is not ASCII, such as U+00A0, U+2009 and U+202F, or a space without
/// width.
const fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{A0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200D}' | '\u{202F}' | '\u{205F}' | '\u{2060}' | '\u{3000}' | '\u{FEFF}'
    )
}

/// Returns whether `c` is a bidirectional mark, embedding, override or isolate, or the soft hyphen.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether `c` is a dash that is not ASCII: of the general category Pd, or the minus sign.
const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{58A}' | '\u{5BE}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{2E17}'
                | '\u{2E1A}'
                | '\u{2E3A}'
                | '\u{2E3B}'
                | '\u{2E40}'
                | '\u{2E5D}'
                | '\u{301C}'
                | '\u{3030}'
                | '\u{30A0}'
                | '\u{FE31}'
                | '\u{FE32}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{10D6E}'
                | '\u{10EAD}'
    )
}
