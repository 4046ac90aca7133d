use super::Rule;
use super::automaton::NO_RULE;
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
    /// A rule has no name.
    #[error("rule {index} has no name")]
    Unnamed {
        /// Its place in the set, from 0.
        index: usize,
    },
    /// A further key is one that a rule has by itself.
    #[error("`{key}` of rule `{rule}` is no further key")]
    Reserved {
        /// The rule's name.
        rule: String,
        /// The key.
        key: String,
    },
    /// There are more rules than can be told apart.
    #[error("{rules} rules are too many, {most} are the most", most = Self::MOST)]
    TooMany {
        /// How many there are.
        rules: usize,
    },
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
    /// How many rules a set has at most.
    pub(super) const MOST: usize = NO_RULE as usize;

    pub(super) fn pattern(rule: &Rule, source: PatternError) -> Self {
        Self::Pattern { rule: rule.name().to_owned(), source }
    }

    /// With its cause, for a reader that shows no sources.
    pub(super) fn in_one_line(&self) -> String {
        match self {
            Self::Pattern { source, .. } => source.after(self),
            Self::Empty
            | Self::Unnamed { .. }
            | Self::Duplicate { .. }
            | Self::Reserved { .. }
            | Self::TooMany { .. }
            | Self::TooLarge => self.to_string(),
        }
    }
}
