//! The separators of several numbers in one cell.

use super::words::count_digits;

/// A kind of separator, from the clearest to the least clear one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Separator {
    /// A line end, a semicolon, or a vertical bar.
    Mark,
    Comma,
    /// A word such as `or`, or `&`.
    Word,
    SpacedSlash,
    Slash,
    /// The plus sign of the next number.
    Plus,
    SpacedHyphen,
    /// A tab, or several spaces.
    Gap,
    Space,
}

impl Separator {
    pub(super) const ALL: [Self; 9] = [
        Self::Mark,
        Self::Comma,
        Self::Word,
        Self::SpacedSlash,
        Self::Slash,
        Self::Plus,
        Self::SpacedHyphen,
        Self::Gap,
        Self::Space,
    ];

    /// Returns the minimum number of digits that each part must have: the less clear the separator, the more
    /// digits.
    const fn least_digits(self) -> usize {
        match self {
            Self::Mark | Self::Comma | Self::Word | Self::SpacedSlash | Self::Plus => 6,
            Self::Slash | Self::SpacedHyphen | Self::Gap | Self::Space => 7,
        }
    }

    /// Returns the parts of `text` that have digits, if there are several and each has enough digits for a
    /// number.
    pub(super) fn split(self, text: &str) -> Option<impl Iterator<Item = &str>> {
        /// The maximum number of numbers in a cell.
        const MOST: usize = 16;
        let parts = || Pieces { separator: self, rest: Some(text) }.filter(|part| count_digits(part) > 0);
        let mut count = 0;
        for part in parts() {
            count += 1;
            if count > MOST || count_digits(part) < self.least_digits() {
                return None;
            }
        }
        (count > 1).then(parts)
    }

    /// Returns the parts of `text`, of any content.
    pub(super) fn parts(self, text: &str) -> impl Iterator<Item = &str> {
        Pieces { separator: self, rest: Some(text) }
    }

    /// Returns the first separator of this kind in `text`: the end of the part before it, and the start of
    /// the next part.
    fn find(self, text: &str) -> Option<(usize, usize)> {
        let of_char = |(place, c): (usize, char)| (place, place + c.len_utf8());
        let first = |is: fn(char) -> bool| text.char_indices().find(|(_, c)| is(*c)).map(of_char);
        let spaced = |is: fn(char) -> bool| {
            let mut before = None;
            text.char_indices().find_map(|(place, c)| {
                let is_spaced = before == Some(' ') && is(c);
                before = Some(c);
                let (start, end) = of_char((place, c));
                (is_spaced && text.get(end..)?.starts_with(' ')).then_some((start, end))
            })
        };
        match self {
            Self::Mark => first(|c| matches!(c, '\n' | '\r' | ';' | '|' | '\u{2028}' | '\u{FF1B}')),
            Self::Comma => first(|c| matches!(c, ',' | '\u{FF0C}' | '\u{3001}' | '\u{60C}')),
            Self::Word => find_word(text),
            Self::SpacedSlash => spaced(|c| matches!(c, '/' | '\\' | '\u{FF0F}')),
            Self::Slash => first(|c| matches!(c, '/' | '\\' | '\u{FF0F}')),
            Self::Plus => {
                let (start, _) = text.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '\u{FF0B}'))?;
                Some((start, start))
            }
            Self::SpacedHyphen => spaced(|c| matches!(c, '-' | '\u{2013}' | '\u{2014}')),
            Self::Gap => {
                let (start, end) = ["\t", "  ", "\u{3000}"]
                    .iter()
                    .filter_map(|gap| Some((text.find(gap)?, gap.len())))
                    .min()?;
                Some((start, start + end))
            }
            Self::Space => first(char::is_whitespace),
        }
    }
}

/// Returns the position of the first word that separates numbers.
fn find_word(text: &str) -> Option<(usize, usize)> {
    const WORDS: [&str; 15] =
        ["or", "and", "&", "oder", "und", "ou", "et", "o", "u", "y", "e", "i", "och", "или", "и"];
    let mut start = 0;
    for word in text.split(' ') {
        let end = start + word.len();
        if WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return Some((start, end));
        }
        start = end + 1;
    }
    None
}

/// The parts of a text between separators of one kind.
struct Pieces<'t> {
    separator: Separator,
    rest: Option<&'t str>,
}

impl<'t> Iterator for Pieces<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest?;
        let found =
            self.separator.find(rest).and_then(|(end, start)| Some((rest.get(..end)?, rest.get(start..)?)));
        let (part, rest) = found.map_or((rest, None), |(part, rest)| (part, Some(rest)));
        self.rest = rest;
        Some(part)
    }
}
