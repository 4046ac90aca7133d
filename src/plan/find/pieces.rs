//! The pieces of a candidate that may be numbers although the candidate as a whole is not:
//! `+41 79 123 45 67/68`, `3324451234 8002341234`.

use core::ops::Range;

/// A boundary at which a candidate is split. The boundaries are tried in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Splitter {
    Slash,
    /// An opening bracket, which belongs to the piece after it.
    Bracket,
    /// A hyphen with a space before or after it.
    SpacedHyphen,
    WideDash,
    Stop,
    Space,
}

impl Splitter {
    pub(super) const ALL: [Self; 6] =
        [Self::Slash, Self::Bracket, Self::SpacedHyphen, Self::WideDash, Self::Stop, Self::Space];

    /// Returns the next piece of `candidate`, from byte `from` on, and the byte position of the boundary
    /// before it.
    pub(super) fn next(self, candidate: &str, from: usize) -> Option<(usize, Range<usize>)> {
        let bytes = candidate.as_bytes();
        let position = |from: usize, of: u8| {
            let rest = bytes.get(from..)?;
            Some(from + rest.iter().position(|byte| *byte == of)?)
        };
        let end = candidate.len();
        match self {
            Self::Slash => {
                let slash = position(from, b'/')?;
                let slashes = bytes.get(slash..)?.iter().take_while(|byte| **byte == b'/').count();
                Some((slash, slash + slashes..end))
            }
            Self::Bracket => {
                let bracket = position(from, b'(')?;
                Some((bracket, bracket..position(bracket + 1, b'(').unwrap_or(end)))
            }
            Self::SpacedHyphen => {
                // A space before the hyphen has at most three bytes.
                let first = position(from, b'-')?.saturating_sub(3).max(from);
                (first..end).find_map(|at| {
                    let after = match (bytes.get(at)?, space_len(bytes, at)) {
                        (b'-', _) => at + 1 + space_len(bytes, at + 1)?,
                        (_, Some(space)) if bytes.get(at + space) == Some(&b'-') => at + space + 1,
                        _ => return None,
                    };
                    Some((at, nonempty_after_spaces(bytes, after)?..end))
                })
            }
            Self::WideDash => {
                let first = from + bytes.get(from..)?.iter().position(|byte| matches!(byte, 0xE2 | 0xEF))?;
                (first..end).find_map(|at| {
                    let after = at + 3;
                    match bytes.get(at..after)? {
                        [0xE2, 0x80, 0x92..=0x95] | [0xEF, 0xBC, 0x8D] => {
                            Some((at, nonempty_after_spaces(bytes, after)?..end))
                        }
                        _ => None,
                    }
                })
            }
            Self::Stop => {
                let mut at = from;
                loop {
                    let stop = position(at, b'.')?;
                    let stops = bytes.get(stop..)?.iter().take_while(|byte| **byte == b'.').count();
                    let after = stop + stops;
                    // A piece does not start with a full stop, unless only spaces precede the full stop.
                    let spaces = spaces_end(bytes, after);
                    let piece = match bytes.get(spaces) {
                        Some(byte) if *byte != b'.' => Some(spaces),
                        _ => last_space(bytes, after, spaces),
                    };
                    if let Some(piece) = piece {
                        return Some((stop, piece..position(piece, b'.').unwrap_or(end)));
                    }
                    at = after;
                }
            }
            Self::Space => {
                let space = (from..end).find(|at| space_len(bytes, *at).is_some())?;
                let piece = spaces_end(bytes, space);
                let after = (piece..end).find(|at| space_len(bytes, *at).is_some()).unwrap_or(end);
                (after > piece).then_some((space, piece..after))
            }
        }
    }
}

/// Returns the number of bytes of the space at byte `at`: those of category Z that a candidate can
/// contain.
fn space_len(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b' ', ..] => Some(1),
        [0xC2, 0xA0, ..] => Some(2),
        [0xE3, 0x80, 0x80, ..] => Some(3),
        _ => None,
    }
}

/// Returns the end of the spaces that start at byte `at`.
fn spaces_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(space) = space_len(bytes, at) {
        at += space;
    }
    at
}

/// Returns the start of the last of the spaces from byte `start` to byte `end`.
fn last_space(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    (start..end).rev().find(|at| space_len(bytes, *at).is_some())
}

/// Returns the end of the spaces that start at byte `at`, or the start of the last of them if nothing follows
/// them; `None` if nothing follows byte `at`.
fn nonempty_after_spaces(bytes: &[u8], at: usize) -> Option<usize> {
    let end = spaces_end(bytes, at);
    if end < bytes.len() { Some(end) } else { last_space(bytes, at, end) }
}
