//! The last group of a rule in a text that the rule matches.

use std::ops::Range;

use crate::normalize::NumberText;
use crate::pattern::{Match, Pattern, Place};

/// The method of finding the last group.
#[derive(Clone)]
pub(super) enum Capture {
    /// The length of the text determines the position of the group.
    Place(Place),
    /// A search for the pattern finds the group.
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
