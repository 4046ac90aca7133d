//! The regular expressions of converters and rules: compiled by `regex` over bytes, with the positions of
//! errors and of the last group.

mod place;

use std::fmt;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};
use regex_automata::nfa::thompson;
use regex_syntax::ast::{self, Ast, FlagsItemKind, Span};
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::TranslatorBuilder;

pub(crate) use self::place::Place;

/// The maximum size of one compiled pattern, in bytes.
pub(crate) const SIZE_LIMIT: usize = 10 << 20;

/// The maximum size of the automata of all patterns of a list, in bytes.
pub(crate) const TOTAL_LIMIT: usize = 1 << 20;

/// The error returned if a pattern is not a regular expression over ASCII, or is too large.
///
/// ```
/// use telnum::classify::{Classifiers, ClassifierError, Rule};
///
/// let error = Classifiers::new([Rule::new("local", r"^(\d{7}$")]).unwrap_err();
/// let ClassifierError::Pattern { rule, source } = error else { panic!("{error}") };
/// assert_eq!((&*rule, source.position()), ("local", Some(1)));
/// assert_eq!(source.to_string(), "unclosed group at byte 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", self.position.map(|at| format!(" at byte {at}")).unwrap_or_default())]
pub struct PatternError {
    position: Option<usize>,
    reason: String,
}

impl PatternError {
    /// Returns the byte position in the pattern at which the error starts; `None` if the pattern as a
    /// whole is too large.
    #[must_use]
    pub const fn position(&self) -> Option<usize> {
        self.position
    }

    fn at(span: &Span, reason: &impl fmt::Display) -> Self {
        Self { position: Some(span.start.offset), reason: reason.to_string() }
    }
}

impl From<regex::Error> for PatternError {
    fn from(error: regex::Error) -> Self {
        let reason = match error {
            regex::Error::CompiledTooBig(limit) => format!("too large, expected at most {limit} bytes"),
            other => other.to_string(),
        };
        Self { position: None, reason }
    }
}

/// Parses a pattern over bytes: `\d`, `\w`, `\s`, `\b` and case refer to ASCII only, and `.` is any
/// byte except a line feed.
pub(crate) fn parse(pattern: &str) -> Result<Hir, PatternError> {
    let parsed = ast::parse::Parser::new().parse(pattern);
    let ast = parsed.map_err(|error| PatternError::at(error.span(), error.kind()))?;
    ast::visit(&ast, AsciiOnly)?;
    let mut translator = TranslatorBuilder::new().unicode(false).utf8(false).build();
    let hir = translator.translate(pattern, &ast);
    hir.map_err(|error| PatternError::at(error.span(), error.kind()))
}

/// A visitor that refuses flags that turn Unicode on within a pattern.
struct AsciiOnly;

impl AsciiOnly {
    fn check(flags: &ast::Flags) -> Result<(), PatternError> {
        let unicode = FlagsItemKind::Flag(ast::Flag::Unicode);
        let set = flags.items.iter().take_while(|item| item.kind != FlagsItemKind::Negation);
        match set.into_iter().find(|item| item.kind == unicode) {
            Some(item) => Err(PatternError::at(&item.span, &"Unicode flag in an ASCII pattern")),
            None => Ok(()),
        }
    }
}

impl ast::Visitor for AsciiOnly {
    type Output = ();
    type Err = PatternError;

    fn finish(self) -> Result<(), PatternError> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), PatternError> {
        match ast {
            Ast::Flags(set) => Self::check(&set.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), Self::check),
            _ => Ok(()),
        }
    }
}

/// The size that is left for the patterns of a list.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) const fn new() -> Self {
        Self(TOTAL_LIMIT)
    }

    /// Subtracts the size of a pattern's automaton, which is built to measure it and then dropped.
    ///
    /// # Errors
    /// Returns an error if the patterns together exceed [`TOTAL_LIMIT`].
    pub(crate) fn take(&mut self, hir: &Hir) -> Result<(), PatternError> {
        let config = thompson::Config::new().utf8(false).nfa_size_limit(Some(self.0));
        let automaton = thompson::Compiler::new().configure(config).build_from_hir(hir);
        let left = automaton.ok().and_then(|automaton| self.0.checked_sub(automaton.memory_usage()));
        self.0 = left.ok_or_else(|| PatternError {
            position: None,
            reason: format!("too large together, expected at most {TOTAL_LIMIT} bytes"),
        })?;
        Ok(())
    }
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    place: Option<Place>,
}

impl Pattern {
    pub(crate) fn new(pattern: &str) -> Result<Self, PatternError> {
        Self::with_hir(pattern).map(|(pattern, _)| pattern)
    }

    /// Compiles `pattern`, and also returns its parsed form.
    pub(crate) fn with_hir(pattern: &str) -> Result<(Self, Hir), PatternError> {
        // The messages of `regex` span several lines; the parser's error has the reason and the
        // position.
        let hir = parse(pattern)?;
        let regex = RegexBuilder::new(pattern).unicode(false).size_limit(SIZE_LIMIT).build()?;
        Ok((Self { regex, place: Place::of(&hir) }, hir))
    }

    /// Returns the position of the last group, if the length of a text determines it.
    pub(crate) const fn place(&self) -> Option<Place> {
        self.place
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text.as_bytes())
    }

    /// Returns the last group that takes part in the first match in `text`.
    pub(crate) fn last_capture(&self, text: &str) -> Match {
        match self.place {
            Some(_) if !self.is_match(text) => Match::None,
            Some(place) if place.is_group() => Match::Capture(place.within(text.len())),
            Some(place) => Match::Whole(place.within(text.len())),
            None => self.search(text),
        }
    }

    fn search(&self, text: &str) -> Match {
        let mut groups = self.regex.capture_locations();
        if self.regex.captures_read(&mut groups, text.as_bytes()).is_none() {
            return Match::None;
        }
        let found = (0..groups.len()).rev().find_map(|group| Some((group, groups.get(group)?)));
        match found {
            Some((0, (start, end))) => Match::Whole(start..end),
            Some((_, (start, end))) => Match::Capture(start..end),
            None => Match::None,
        }
    }
}

/// The result of a search.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// No match.
    None,
    /// A match without groups: the range of the whole match.
    Whole(Range<usize>),
    /// A match with groups: the range of the last group that took part.
    Capture(Range<usize>),
}

/// Returns the part of `text` at `span`, extended to character boundaries unless it is empty: a pattern
/// over bytes may split a character.
pub(crate) fn widen(text: &str, span: Range<usize>) -> &str {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = if span.is_empty() { start } else { span.end.clamp(start, text.len()) };
    while !text.is_char_boundary(end) {
        end += 1;
    }
    text.get(start..end).unwrap_or(text)
}
