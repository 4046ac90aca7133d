use super::Rule;
use crate::pattern::PatternError;

/// Why a set of rules is refused.
///
/// ```
/// use telnum::classify::{Classifiers, Rule};
/// use std::error::Error;
///
/// let error = Classifiers::new([Rule::new("did", r"^\+1(\d{10}$")]).unwrap_err();
/// assert_eq!(error.to_string(), "rule `did` has a bad pattern");
/// assert_eq!(error.source().unwrap().to_string(), "at byte 4: unclosed group");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClassifierError {
    /// There is no rule.
    #[error("there are no rules")]
    Empty,
    /// Two rules have one name.
    #[error("rule `{rule}` comes twice")]
    Duplicate {
        /// The name.
        rule: String,
    },
    /// A regular expression is none, or too large.
    #[error("rule `{rule}` has a bad pattern")]
    Pattern {
        /// The rule's name.
        rule: String,
        /// What is wrong with the expression, and where.
        source: PatternError,
    },
    /// The rules are too large together, for any engine.
    #[error("the rules are too large together")]
    TooLarge,
}

impl ClassifierError {
    pub(super) fn pattern(rule: &Rule, source: PatternError) -> Self {
        Self::Pattern { rule: rule.name().to_owned(), source }
    }

    /// With its cause, for a reader that shows no sources.
    pub(super) fn in_one_line(&self) -> String {
        match self {
            Self::Pattern { source, .. } => format!("{self} {source}"),
            Self::Empty | Self::Duplicate { .. } | Self::TooLarge => self.to_string(),
        }
    }
}
