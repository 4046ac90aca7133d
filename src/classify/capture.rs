//! The last group of a rule in a text that the rule matches.

use std::ops::Range;

use crate::normalize::NumberText;
use crate::pattern::{Match, Pattern, Place};

/// The method of finding the last group.
#[derive(Clone)]
pub(super) enum Capture {
    /// The position of the group, which the length of the text determines.
    Place(Place),
    /// The pattern, by which the group is searched for.
    Search(Pattern),
}

impl Capture {
    pub(super) fn new(pattern: Pattern) -> Self {
        pattern.place().map_or(Self::Search(pattern), Self::Place)
    }

    /// Returns the last group that took part in the match, or the whole match.
    pub(super) fn find<'t>(&self, text: NumberText<'t>) -> NumberText<'t> {
        text.part(match self {
            Self::Place(place) => place.within(text.length()),
            Self::Search(pattern) => match pattern.last_capture(&text) {
                Match::Whole(span) | Match::Capture(span) => span,
                Match::None => 0..text.length(),
            },
        })
    }

    /// Returns the range of the group in a text of `length` bytes, if the length determines it.
    #[inline]
    pub(super) fn span(&self, length: usize) -> Option<Range<usize>> {
        match self {
            Self::Place(place) => Some(place.within(length)),
            Self::Search(_) => None,
        }
    }
}
