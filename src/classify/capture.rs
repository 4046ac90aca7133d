//! Where the captured number of a rule stands in a text it matches.
//!
//! Most rules are `^`, something of fixed length, one group, something of fixed length, `$`: there
//! the place follows from the length of the text, and nothing is searched again.

use std::ops::Range;

use regex_syntax::hir::{Hir, HirKind, Look};

use crate::normalize::Text;
use crate::pattern::{Match, Pattern, PatternError};

#[derive(Clone)]
pub(super) enum Capture {
    /// The place is known without a search.
    Fixed { start: Edge, end: Edge },
    /// It is not.
    Search(Pattern),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    FromStart(usize),
    FromEnd(usize),
}

impl Edge {
    fn within(self, length: usize) -> usize {
        match self {
            Self::FromStart(distance) => distance,
            Self::FromEnd(distance) => length.saturating_sub(distance),
        }
    }
}

impl Capture {
    pub(super) fn new(hir: &Hir) -> Result<Self, PatternError> {
        Ok(match fixed(hir) {
            Some((start, end)) => Self::Fixed { start, end },
            None => Self::Search(Pattern::from_hir(hir)?),
        })
    }

    /// The last group that took part, or the whole match, in a text that the rule matches.
    pub(super) fn of<'t>(&self, text: Text<'t>) -> Text<'t> {
        text.part(match self {
            Self::Fixed { .. } => self.span(text.length()).unwrap_or_default(),
            Self::Search(pattern) => match pattern.last_capture(&text) {
                Match::Whole(span) | Match::Capture(span) => span,
                Match::None => all(&text),
            },
        })
    }

    /// The same in a text of which only the length is known, if that is enough.
    #[inline]
    pub(super) fn span(&self, length: usize) -> Option<Range<usize>> {
        match self {
            Self::Fixed { start, end } => Some(start.within(length)..end.within(length)),
            Self::Search(_) => None,
        }
    }
}

fn all(text: &str) -> Range<usize> {
    0..text.len()
}

/// The place that all branches of a pattern agree on, if they do.
fn fixed(hir: &Hir) -> Option<(Edge, Edge)> {
    match hir.kind() {
        HirKind::Alternation(branches) => {
            let mut places = branches.iter().map(fixed);
            let first = places.next()??;
            places.all(|place| place == Some(first)).then_some(first)
        }
        HirKind::Concat(parts) => match &**parts {
            [start, parts @ .., end] if is(start, Look::Start) && is(end, Look::End) => fixed_within(parts),
            _ => None,
        },
        _ => None,
    }
}

fn is(hir: &Hir, look: Look) -> bool {
    matches!(hir.kind(), HirKind::Look(found) if *found == look)
}

/// The place of the last group among parts that cover the whole text.
fn fixed_within(parts: &[Hir]) -> Option<(Edge, Edge)> {
    let Some(last) = parts.iter().rposition(has_group) else {
        return Some((Edge::FromStart(0), Edge::FromEnd(0)));
    };
    let (before, group, after) = (parts.get(..last)?, parts.get(last)?, parts.get(last + 1..)?);
    match group.kind() {
        HirKind::Capture(capture) if !has_group(&capture.sub) => {}
        _ => return None,
    }
    let [before, group, after] = [length(before), length(std::slice::from_ref(group)), length(after)];
    let start = before.map(Edge::FromStart).or_else(|| Some(Edge::FromEnd(group? + after?)))?;
    let end = after.map(Edge::FromEnd).or_else(|| Some(Edge::FromStart(before? + group?)))?;
    Some((start, end))
}

fn has_group(hir: &Hir) -> bool {
    hir.properties().explicit_captures_len() > 0
}

/// The length in bytes of everything these parts match, if it is one length.
fn length(parts: &[Hir]) -> Option<usize> {
    parts.iter().try_fold(0, |sum, part| {
        let (min, max) = (part.properties().minimum_len()?, part.properties().maximum_len()?);
        (min == max).then_some(sum + min)
    })
}
