//! The position of a pattern's last group, if the length of a text determines it.
//!
//! Most patterns consist of `^`, a part of fixed length, one group, another part of fixed length, and
//! `$`. For these the group is found without a second search.

use std::ops::Range;

use regex_syntax::hir::{Hir, HirKind, Look};

/// The position of the last group in all texts that a pattern matches; the position of the whole match if the
/// pattern has no group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    start: Edge,
    end: Edge,
    is_group: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    FromStart(usize),
    FromEnd(usize),
}

impl Edge {
    const fn within(self, length: usize) -> usize {
        match self {
            Self::FromStart(distance) => distance,
            Self::FromEnd(distance) => length.saturating_sub(distance),
        }
    }
}

impl Place {
    /// Returns the position of the last group if it is the same in all alternatives of a pattern.
    pub(super) fn of(hir: &Hir) -> Option<Self> {
        match hir.kind() {
            HirKind::Alternation(branches) => {
                let mut places = branches.iter().map(Self::of);
                let first = places.next()??;
                places.all(|place| place == Some(first)).then_some(first)
            }
            HirKind::Concat(parts) => match &**parts {
                [start, parts @ .., end] if is(start, Look::Start) && is(end, Look::End) => {
                    Self::among(parts)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the position of the last group among parts that together match the whole text.
    fn among(parts: &[Hir]) -> Option<Self> {
        let Some(last) = parts.iter().rposition(has_group) else {
            return Some(Self { start: Edge::FromStart(0), end: Edge::FromEnd(0), is_group: false });
        };
        let (before, group, after) = (parts.get(..last)?, parts.get(last)?, parts.get(last + 1..)?);
        match group.kind() {
            HirKind::Capture(capture) if !has_group(&capture.sub) => {}
            _ => return None,
        }
        let [before, group, after] = [length(before), length(std::slice::from_ref(group)), length(after)];
        let start = before.map(Edge::FromStart).or_else(|| Some(Edge::FromEnd(group? + after?)))?;
        let end = after.map(Edge::FromEnd).or_else(|| Some(Edge::FromStart(before? + group?)))?;
        Some(Self { start, end, is_group: true })
    }

    /// Returns whether this is the position of a group.
    pub(crate) const fn is_group(self) -> bool {
        self.is_group
    }

    /// Returns the range of the group in a text of `length` bytes that the pattern matches.
    #[inline]
    pub(crate) const fn within(self, length: usize) -> Range<usize> {
        self.start.within(length)..self.end.within(length)
    }
}

fn is(hir: &Hir, look: Look) -> bool {
    matches!(hir.kind(), HirKind::Look(found) if *found == look)
}

fn has_group(hir: &Hir) -> bool {
    hir.properties().explicit_captures_len() > 0
}

/// Returns the length in bytes of the texts that `parts` match, if all have the same length.
fn length(parts: &[Hir]) -> Option<usize> {
    parts.iter().try_fold(0, |sum, part| {
        let (min, max) = (part.properties().minimum_len()?, part.properties().maximum_len()?);
        (min == max).then_some(sum + min)
    })
}
