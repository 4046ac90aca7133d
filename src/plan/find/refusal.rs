//! The texts that have the shape of a number but are not numbers: dates, timestamps, pages of publications,
//! parts of words.

use super::candidate::is_lead;
use crate::plan::parse::chars::{fold, folded};

/// Returns whether `candidate` contains a date with slashes, such as `31/8/2011` or `8/31/11`.
pub(super) fn has_date(candidate: &[u8]) -> bool {
    let is_digit = |index: usize| candidate.get(index).is_some_and(u8::is_ascii_digit);
    let is_slash = |index: usize| candidate.get(index) == Some(&b'/');
    candidate.iter().enumerate().filter(|(_, byte)| **byte == b'/').any(|(slash, _)| {
        let second = if is_slash(slash + 2) {
            slash + 2
        } else if matches!(candidate.get(slash + 1), Some(b'0'..=b'3')) && is_digit(slash + 2) {
            slash + 3
        } else {
            return false;
        };
        slash > 0
            && is_digit(slash - 1)
            && is_digit(slash + 1)
            && is_slash(second)
            && is_digit(second + 1)
            && is_digit(second + 2)
    })
}

/// Returns whether `candidate` and the text after it are a timestamp, such as `2012-01-02 08:00`.
pub(super) fn is_timestamp(candidate: &[u8], after: &[u8]) -> bool {
    if !matches!(after, [b':', b'0'..=b'5', b'0'..=b'9', ..]) {
        return false;
    }
    let [days @ .., b' ', b'0'..=b'2', b'0'..=b'9'] = candidate else { return false };
    let end = days.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    let [before @ .., b'0'..=b'3', b'0'..=b'9'] = days.get(..end).unwrap_or_default() else { return false };
    let [before @ .., b'0' | b'1', b'0'..=b'9'] = without_separator(before) else { return false };
    matches!(without_separator(before), [.., b'1' | b'2', a, b, c] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()))
}

fn without_separator(date: &[u8]) -> &[u8] {
    match date {
        [before @ .., b'-' | b'/'] => before,
        _ => date,
    }
}

/// Returns whether `piece` contains the pages of a publication, such as `211-227 (2003)`.
pub(super) fn has_pages(piece: &[u8]) -> bool {
    let trim = |text: &mut &[u8], max: usize, of: fn(&u8) -> bool| {
        let count = text.iter().rev().take_while(|byte| of(byte)).take(max).count();
        *text = text.get(..text.len() - count).unwrap_or_default();
        count
    };
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    piece.iter().enumerate().filter(|(_, byte)| **byte == b'(').any(|(bracket, _)| {
        let mut before = piece.get(..bracket).unwrap_or_default();
        trim(&mut before, 4, is_space);
        piece.get(bracket + 1).is_some_and(u8::is_ascii_digit)
            && trim(&mut before, 5, u8::is_ascii_digit) > 0
            && trim(&mut before, usize::MAX, |byte| *byte == b'-') > 0
            && before.last().is_some_and(u8::is_ascii_digit)
    })
}

/// Returns whether the brackets of `piece` can be those of a number: at most one pair or closing bracket near
/// the start, and at most three pairs without anything between them.
pub(super) fn has_fitting_brackets(piece: &str) -> bool {
    if !piece.bytes().any(|byte| matches!(byte, b'(' | b')' | b'[' | b']' | 0xEF)) {
        return !piece.is_empty();
    }
    let mut state = State::Start;
    for c in piece.chars() {
        let bracket = match fold(c) {
            b'(' | b'[' | folded::OPEN => Bracket::Open,
            b')' | b']' | folded::CLOSE => Bracket::Close,
            _ => Bracket::None,
        };
        match state.next(bracket) {
            Some(next) => state = next,
            None => return false,
        }
    }
    matches!(state, State::First | State::Second | State::BetweenPairs(_) | State::Tail)
}

/// The kind of bracket that a character is.
enum Bracket {
    Open,
    Close,
    None,
}

/// The position in a piece, determined by the brackets before it.
#[derive(Clone, Copy)]
enum State {
    Start,
    /// Directly after an opening bracket at the start.
    Opened,
    /// In the text before any other bracket.
    First,
    /// Directly after the closing bracket of the first text.
    Closed,
    /// In the text after the first closing bracket.
    Second,
    /// Directly after an opening bracket, with the number of pairs before it.
    PairOpened(u8),
    InPair(u8),
    /// Directly after a pair.
    BetweenPairs(u8),
    /// In the text after the pairs.
    Tail,
}

impl State {
    fn next(self, bracket: Bracket) -> Option<Self> {
        Some(match (self, bracket) {
            (Self::Start, Bracket::Open) => Self::Opened,
            (Self::Start | Self::Opened | Self::First, Bracket::None) => Self::First,
            (Self::First, Bracket::Close) => Self::Closed,
            (Self::Closed | Self::Second, Bracket::None) => Self::Second,
            (Self::First | Self::Second, Bracket::Open) => Self::PairOpened(1),
            (Self::PairOpened(pairs) | Self::InPair(pairs), Bracket::None) => Self::InPair(pairs),
            (Self::InPair(pairs), Bracket::Close) => Self::BetweenPairs(pairs),
            (Self::BetweenPairs(pairs @ ..3), Bracket::Open) => Self::PairOpened(pairs + 1),
            (Self::BetweenPairs(_) | Self::Tail, Bracket::None) => Self::Tail,
            _ => return None,
        })
    }
}

/// Returns whether a character that is not allowed next to a number touches the piece between `before` and
/// `after`: a Latin letter, a percent sign, or a currency sign.
pub(super) fn is_touched(before: &str, piece: &str, after: &str) -> bool {
    let starts_with_lead = || piece.chars().next().is_some_and(|first| is_lead(fold(first)));
    after.chars().next().is_some_and(cannot_touch)
        || before.chars().next_back().is_some_and(cannot_touch) && !starts_with_lead()
}

/// Returns whether `c` is a Latin letter or a combining mark of the first blocks, or a percent or
/// currency sign.
fn cannot_touch(c: char) -> bool {
    match c {
        '\0'..='\u{7F}' => c.is_ascii_alphabetic() || matches!(c, '%' | '$'),
        '\u{300}'..='\u{36F}' => true,
        '\u{80}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' if c.is_alphabetic() => true,
        _ => is_currency(c),
    }
}

/// Returns whether `c` is a currency sign outside of ASCII (Unicode category Sc), in the Basic
/// Multilingual Plane.
fn is_currency(c: char) -> bool {
    matches!(
        c,
        '\u{A2}'..='\u{A5}'
            | '\u{58F}'
            | '\u{60B}'
            | '\u{7FE}'
            | '\u{7FF}'
            | '\u{9F2}'
            | '\u{9F3}'
            | '\u{9FB}'
            | '\u{AF1}'
            | '\u{BF9}'
            | '\u{E3F}'
            | '\u{17DB}'
            | '\u{20A0}'..='\u{20C0}'
            | '\u{A838}'
            | '\u{FDFC}'
            | '\u{FE69}'
            | '\u{FF04}'
            | '\u{FFE0}'
            | '\u{FFE1}'
            | '\u{FFE5}'
            | '\u{FFE6}'
    )
}
