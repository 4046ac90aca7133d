//! The search for rules that can never win, and for rules that overlap.
//!
//! The rules and the normalizer's converters are determinized together. A breadth-first walk then visits
//! every combination of rules that some text matches, and finds a shortest such text. Texts that the
//! converters of `Normalizer::reference` would change never reach the rules and do not count.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use regex_automata::dfa::{Automaton as _, dense};
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::Hir;

use super::Classifiers;
use super::automaton::{determinize, matches, start};
use crate::normalize::{Converter, Normalizer};
use crate::pattern::parse;

/// A property of a set of rules that is probably a mistake.
///
/// ```
/// use telnum::classify::{Classifiers, Finding, Rule};
///
/// let rules = [Rule::new("extension", r"^\d{3,4}$"), Rule::new("emergency", "^911$")];
/// let findings = Classifiers::new(rules)?.lint()?;
/// assert!(matches!(&findings[0], Finding::NeverWins { rule, .. } if rule == "emergency"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A rule that never wins.
    NeverWins {
        /// The name of the rule.
        rule: String,
        /// The names of the rules that win for the texts that this rule matches; empty if it matches no
        /// normalized text.
        taken_by: Vec<String>,
        /// A text that this rule matches but for which another rule wins, if there is one.
        witness: Option<String>,
    },
    /// Two rules that match the same text, so that their order decides.
    Overlap {
        /// The name of the earlier rule, which wins.
        winner: String,
        /// The name of the later rule.
        loser: String,
        /// A text that both rules match and that normalization leaves unchanged, if there is one.
        witness: Option<String>,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverWins { rule, taken_by, witness } if taken_by.is_empty() => {
                debug_assert!(witness.is_none());
                write!(f, "rule `{rule}`: never wins, it matches no normalized text")
            }
            Self::NeverWins { rule, taken_by, witness } => {
                write!(f, "rule `{rule}`: never wins, where it matches, {} does", Names(taken_by))?;
                witness.iter().try_for_each(|witness| write!(f, ", as for {witness:?}"))
            }
            Self::Overlap { winner, loser, witness } => {
                write!(f, "rule `{winner}`: wins over `{loser}` where both match")?;
                witness.iter().try_for_each(|witness| write!(f, ", as for {witness:?}"))
            }
        }
    }
}

struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}`{name}`")?;
        }
        Ok(())
    }
}

/// The error for a set whose rules and converters are too large to be compared together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rules: too large together to be compared")]
pub struct LintError;

pub(super) fn lint(classifiers: &Classifiers) -> Result<Vec<Finding>, LintError> {
    let rules: Vec<Hir> = hirs(classifiers.rules().map(super::Rule::regex))?;
    // Any other normalizer may return any text.
    let reference = Some(classifiers.normalizer()).filter(|normalizer| normalizer.is_reference());
    let converters = reference.and_then(Normalizer::converters).into_iter().flatten();
    let converters = hirs(converters.map(Converter::pattern))?;
    let texts = Texts { rules: rules.len(), converters: converters.len(), any: reference.is_none() };
    let own = [parse(Texts::SEPARATED), parse(Texts::DIALABLE)].map(|hir| hir.map_err(|_| LintError));
    let own = own.into_iter().chain([utf8()]).collect::<Result<Vec<_>, _>>()?;
    let patterns: Vec<Hir> = rules.into_iter().chain(converters).chain(own).collect();
    let dfa = determinize(&patterns).ok_or(LintError)?;
    Ok(findings(classifiers, &walk(classifiers, &dfa, &texts)?))
}

fn hirs<'p>(patterns: impl Iterator<Item = &'p str>) -> Result<Vec<Hir>, LintError> {
    patterns.map(|pattern| parse(pattern).map_err(|_| LintError)).collect()
}

/// Returns the pattern of all texts that are UTF-8.
fn utf8() -> Result<Hir, LintError> {
    regex_syntax::parse("^(?us:.*)$").map_err(|_| LintError)
}

/// The patterns of the automaton: those of the rules, those of the converters, and auxiliary ones.
struct Texts {
    rules: usize,
    converters: usize,
    /// Whether every text may reach the rules.
    any: bool,
}

impl Texts {
    /// Texts with separators, which are kept unchanged unless they are dialable.
    const SEPARATED: &str = "[ .()/-]";
    /// Texts of separators and at least one dialable character, from which the separators are removed.
    const DIALABLE: &str = "^[ .()/-]*[0-9+*#][0-9+*# .()/-]*$";

    /// Returns the rules among `matches`, the patterns that match a text, if the text can reach the
    /// rules.
    fn reaching(&self, matches: impl Iterator<Item = usize>, starts_with_plus: bool) -> Option<Vec<usize>> {
        let (mut rules, mut converted, mut own) = (Vec::new(), false, [false; 3]);
        for pattern in matches {
            match pattern.checked_sub(self.rules) {
                None => rules.push(pattern),
                Some(more) => match more.checked_sub(self.converters).and_then(|more| own.get_mut(more)) {
                    Some(found) => *found = true,
                    None => converted = true,
                },
            }
        }
        rules.sort_unstable();
        let [separated, dialable, utf8] = own;
        // The converters of `Normalizer::reference` return texts that start with `+`, and such texts are
        // kept.
        let kept = !(separated && dialable) && (starts_with_plus || !converted);
        (utf8 && (kept || self.any)).then_some(rules)
    }
}

/// The pairs of a winning rule and a rule that matches the same text, each with an example that
/// normalization leaves unchanged, if one was found. A rule that wins is also paired with itself.
type Pairs = HashMap<(usize, usize), Option<String>>;

/// A state, and whether the text that leads to it starts with `+`; `None` for the empty text.
type Node = (StateID, Option<bool>);

fn walk(classifiers: &Classifiers, dfa: &dense::DFA<Vec<u32>>, texts: &Texts) -> Result<Pairs, LintError> {
    let first: Node = (start(dfa).ok_or(LintError)?, None);
    let bytes = preferred_bytes(dfa);
    let mut came_from: HashMap<Node, Option<(Node, u8)>> = HashMap::from([(first, None)]);
    let mut queue = VecDeque::from([first]);
    let mut seen = Pairs::new();
    while let Some(node @ (state, plus)) = queue.pop_front() {
        if let Some(rules) = texts.reaching(matches(dfa, state), plus == Some(true))
            && let Some(winner) = rules.first()
        {
            let text = text_of(&came_from, node);
            let witness = text.filter(|text| classifiers.normalizer().is_normalized(text));
            for rule in &rules {
                let seen = seen.entry((*winner, *rule)).or_default();
                if seen.is_none() {
                    seen.clone_from(&witness);
                }
            }
        }
        for &byte in &bytes {
            let next = (dfa.next_state(state, byte), Some(plus.unwrap_or(byte == b'+')));
            if !dfa.is_dead_state(next.0) && !came_from.contains_key(&next) {
                came_from.insert(next, Some((node, byte)));
                queue.push_back(next);
            }
        }
    }
    Ok(seen)
}

/// Returns one byte of each class, preferably one that people dial.
fn preferred_bytes(dfa: &dense::DFA<Vec<u32>>) -> Vec<u8> {
    let rank = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b'+' | b'*' | b'#' => 1,
        b'a'..=b'z' | b'A'..=b'Z' => 2,
        b'!'..=b'~' => 3,
        _ => 4,
    };
    let mut bytes: Vec<u8> = (0..=u8::MAX).collect();
    bytes.sort_by_key(rank);
    let mut taken = std::collections::HashSet::new();
    // `+` is listed in addition to its class, since it determines whether a text is kept.
    bytes.retain(|byte| *byte == b'+' || taken.insert(dfa.byte_classes().get(*byte)));
    bytes
}

fn text_of(came_from: &HashMap<Node, Option<(Node, u8)>>, mut node: Node) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some(Some((before, byte))) = came_from.get(&node) {
        bytes.push(*byte);
        node = *before;
    }
    bytes.reverse();
    String::from_utf8(bytes).ok()
}

fn findings(classifiers: &Classifiers, seen: &Pairs) -> Vec<Finding> {
    let names: Vec<&str> = classifiers.rules().map(super::Rule::name).collect();
    let name = |index: usize| names.get(index).copied().unwrap_or_default().to_owned();
    let mut pairs: Vec<_> = seen.iter().collect();
    pairs.sort_unstable();
    let mut findings = Vec::new();
    for rule in 0..names.len() {
        let takers = || pairs.iter().filter(|((winner, other), _)| *other == rule && *winner != rule);
        if !seen.contains_key(&(rule, rule)) {
            findings.push(Finding::NeverWins {
                rule: name(rule),
                taken_by: takers().map(|((winner, _), _)| name(*winner)).collect(),
                witness: takers().find_map(|(_, witness)| (*witness).clone()),
            });
        }
    }
    for ((winner, loser), witness) in pairs {
        if winner != loser && seen.contains_key(&(*loser, *loser)) {
            findings.push(Finding::Overlap {
                winner: name(*winner),
                loser: name(*loser),
                witness: witness.clone(),
            });
        }
    }
    findings
}
