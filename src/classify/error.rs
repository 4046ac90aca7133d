//! The error returned if a set of rules cannot be created.

use super::Rule;
use super::automaton::NO_RULE;
use crate::pattern::PatternError;

/// The error returned if a set of rules cannot be created.
///
/// ```
/// use std::error::Error;
/// use telnum::classify::{Classifiers, Rule};
///
/// let error = Classifiers::new([Rule::new("did", r"^\+1(\d{10}$")]).unwrap_err();
/// assert_eq!(error.to_string(), "rule `did`: bad pattern");
/// assert_eq!(error.source().unwrap().to_string(), "unclosed group at byte 4");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClassifierError {
    /// A set without rules.
    #[error("rules: expected at least one, found none")]
    Empty,
    /// A rule without a name.
    #[error("rule {index}: expected a name, found an empty text")]
    Unnamed {
        /// The index of the rule, from 0.
        index: usize,
    },
    /// Another key with the name of a rule's field.
    #[error("rule `{rule}`: expected a further key, found the reserved `{key}`")]
    Reserved {
        /// The name of the rule.
        rule: String,
        /// The key.
        key: String,
    },
    /// More than 32,767 rules.
    #[error("rules: expected at most {max}, found {rules}", max = Self::MAX_RULES)]
    TooMany {
        /// The number of rules.
        rules: usize,
    },
    /// A repeated name.
    #[error("rule `{rule}`: repeated name")]
    Duplicate {
        /// The name.
        rule: String,
    },
    /// A pattern that is not a regular expression over ASCII, or that is too large.
    #[error("rule `{rule}`: bad pattern")]
    Pattern {
        /// The name of the rule.
        rule: String,
        /// The cause, with its position in the pattern.
        source: PatternError,
    },
    /// Rules that are too large to compile together, with either engine.
    #[error("rules: too large together")]
    TooLarge {
        /// The cause, which states the limit.
        source: PatternError,
    },
}

impl ClassifierError {
    /// The maximum number of rules in a set.
    pub(super) const MAX_RULES: usize = NO_RULE as usize;

    pub(super) fn pattern(rule: &Rule, source: PatternError) -> Self {
        Self::Pattern { rule: rule.name().to_owned(), source }
    }

    /// Returns the message together with that of its cause, for formats that do not print causes.
    pub(super) fn with_cause(&self) -> String {
        match self {
            Self::Pattern { source, .. } | Self::TooLarge { source } => format!("{self}: {source}"),
            Self::Empty
            | Self::Unnamed { .. }
            | Self::Duplicate { .. }
            | Self::Reserved { .. }
            | Self::TooMany { .. } => self.to_string(),
        }
    }
}
