//! Regular expressions as converters and classifiers use them: over bytes, with a position in
//! every refusal and the last capture without an allocation.

use std::fmt;
use std::ops::Range;

use regex_automata::nfa::thompson;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Input, meta};
use regex_syntax::ast::{self, Ast, FlagsItemKind, Span};
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::TranslatorBuilder;

/// What one pattern may take up once compiled, in bytes.
pub(crate) const SIZE_LIMIT: usize = 10 << 20;

/// Why a pattern is refused.
///
/// ```
/// use telnum::classify::{Classifiers, ClassifierError, Rule};
///
/// let error = Classifiers::new([Rule::new("local", r"^(\d{7}$")]).unwrap_err();
/// let ClassifierError::Pattern { rule, source } = error else { panic!("{error}") };
/// assert_eq!((&*rule, source.position()), ("local", Some(1)));
/// assert_eq!(source.to_string(), "at byte 1: unclosed group");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", self.position.map(|at| format!("at byte {at}: ")).unwrap_or_default())]
pub struct PatternError {
    position: Option<usize>,
    reason: String,
}

impl PatternError {
    /// The byte of the pattern where the mistake starts; `None` if the pattern as a whole is too
    /// large.
    #[must_use]
    pub const fn position(&self) -> Option<usize> {
        self.position
    }

    /// After the error it is the cause of, in one line.
    pub(crate) fn after(&self, error: &impl ToString) -> String {
        let colon = if self.position.is_some() { "" } else { ":" };
        format!("{}{colon} {self}", error.to_string())
    }

    fn too_large() -> Self {
        Self { position: None, reason: "too large once compiled".to_owned() }
    }

    fn at(position: usize, reason: &impl ToString) -> Self {
        Self { position: Some(position), reason: reason.to_string() }
    }
}

/// Reads a pattern. It is about bytes: `\d`, `\w`, `\s`, `\b` and case are ASCII's, `.` is any byte
/// but a line feed.
pub(crate) fn parse(pattern: &str) -> Result<Hir, PatternError> {
    let at = |span: &Span, reason: &dyn fmt::Display| PatternError::at(span.start.offset, &reason);
    let ast = ast::parse::Parser::new().parse(pattern).map_err(|error| at(error.span(), error.kind()))?;
    ast::visit(&ast, AsciiOnly)?;
    let mut translator = TranslatorBuilder::new().unicode(false).utf8(false).build();
    let hir = translator.translate(pattern, &ast).map_err(|error| at(error.span(), error.kind()))?;
    let config = thompson::Config::new().utf8(false).nfa_size_limit(Some(SIZE_LIMIT));
    let compiled = thompson::Compiler::new().configure(config).build_from_hir(&hir);
    compiled.map(|_| hir).map_err(|_| PatternError::too_large())
}

/// Refuses what would turn Unicode on within a pattern.
struct AsciiOnly;

impl AsciiOnly {
    fn check(flags: &ast::Flags) -> Result<(), PatternError> {
        let unicode = FlagsItemKind::Flag(ast::Flag::Unicode);
        let on = flags.items.iter().take_while(|item| item.kind != FlagsItemKind::Negation);
        match on.into_iter().find(|item| item.kind == unicode) {
            Some(item) => Err(PatternError::at(item.span.start.offset, &"patterns are ASCII")),
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

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(meta::Regex);

impl Pattern {
    pub(crate) fn new(pattern: &str) -> Result<Self, PatternError> {
        Self::from_hir(&parse(pattern)?)
    }

    pub(crate) fn from_hir(hir: &Hir) -> Result<Self, PatternError> {
        let config = meta::Config::new().utf8_empty(false).nfa_size_limit(Some(SIZE_LIMIT));
        let regex = meta::Builder::new().configure(config).build_from_hir(hir);
        regex.map(Self).map_err(|_| PatternError::too_large())
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }

    /// The last group that takes part in the first match.
    pub(crate) fn last_capture(&self, text: &str) -> Match {
        /// Slots for the match and 15 groups: on the stack for every pattern people write.
        const SLOTS: usize = 32;
        let wanted = 2 * self.0.captures_len();
        let mut few = [None; SLOTS];
        let mut many = Vec::new();
        let slots = few.get_mut(..wanted).unwrap_or_else(|| {
            many.resize(wanted, None);
            &mut many
        });
        if self.0.search_slots(&Input::new(text.as_bytes()), slots).is_none() {
            return Match::None;
        }
        let spans = slots.chunks_exact(2).map(span).enumerate();
        match spans.rev().find_map(|(group, span)| Some((group, span?))) {
            Some((0, span)) => Match::Whole(span),
            Some((_, span)) => Match::Capture(span),
            None => Match::None,
        }
    }
}

/// What a search found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// No match.
    None,
    /// A match in which no group took part: the whole of it.
    Whole(Range<usize>),
    /// A match: the last group that took part.
    Capture(Range<usize>),
}

fn span(slots: &[Option<NonMaxUsize>]) -> Option<Range<usize>> {
    match slots {
        [Some(start), Some(end)] => Some(start.get()..end.get()),
        _ => None,
    }
}

/// A span of bytes as text: widened to whole characters where a pattern splits one, unless it is
/// empty.
pub(crate) fn part(text: &str, span: Range<usize>) -> &str {
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
