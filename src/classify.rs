//! Classification of dialled numbers by ordered rules, of which the first that matches wins.
//!
//! ```
//! use telnum::classify::Classifiers;
//!
//! let classifiers = Classifiers::north_america();
//! let call = classifiers.classify("(415) 886-7900").unwrap();
//! assert_eq!(call.rule().name(), "did_us");
//! assert_eq!(call.number(), Some("+14158867900".parse()?));
//! assert_eq!(call.captured(), "4158867900");
//! assert_eq!(call.pretty().to_string(), "(415) 886 - 7900");
//! assert!(classifiers.classify("911").unwrap().rule().is_emergency());
//! # Ok::<(), telnum::NumberError>(())
//! ```
//!
//! A text is normalized first. All rules are then matched at once, by one automaton compiled from their
//! regular expressions. If the automaton would be too large, `regex` searches for the rules instead,
//! which is slower; [`Classifiers::engine`] returns the engine in use.
//!
//! A [`Classification`] borrows the rule and the text. [`Classified`] is its owned counterpart.

mod automaton;
mod built_in;
mod capture;
mod classification;
mod classified;
mod error;
mod lint;
mod rule;
mod tree;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use once_cell::sync::OnceCell;
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use self::classification::{Class, Classification};
pub use self::classified::Classified;
pub use self::error::ClassifierError;
pub use self::lint::{Finding, LintError};
pub use self::rule::Rule;

use self::automaton::{Automaton, NO_RULE};
use self::built_in::RuleData;
use self::capture::Capture;
use self::classification::Subject;
use self::rule::{Body, BodyOf};
use self::tree::Tree;
use crate::normalize::{Normalized, Normalizer, NumberText, is_kept};
use crate::number::PhoneNumber;
use crate::pattern::{Budget, Pattern, SIZE_LIMIT};

/// An ordered set of [`Rule`]s, and the [`Normalizer`] that is applied to every text first.
///
/// A clone shares the compiled rules. The JSON form is an ordered map from the name of a rule to its
/// body or its bare regular expression. The order of the rules and unknown keys are kept; `null` counts
/// as absent. The normalizer is not part of the JSON form.
///
/// ```
/// use telnum::classify::Classifiers;
///
/// let json = r#"{"tie_line": {"regex": "^8(\\d{4})$", "friendly_name": "Tie line", "cost": 0}, "other": ".*"}"#;
/// let classifiers: Classifiers = serde_json::from_str(json)?;
/// let call = classifiers.classify("81234").unwrap();
/// assert_eq!((call.rule().name(), &*call.captured()), ("tie_line", "1234"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[doc(alias = "knm_converters")]
#[doc(alias = "wnm_util")]
#[derive(Clone)]
pub struct Classifiers {
    set: Arc<CompiledSet>,
    normalizer: Normalizer,
    /// Whether the normalizer is [`Normalizer::reference`], which the tree applies itself.
    is_reference: bool,
}

/// The compiled rules.
struct CompiledSet {
    rules: Vec<CompiledRule>,
    matcher: Matcher,
    /// The automaton for packed digits, if there is one.
    tree: Option<Tree>,
}

/// A rule, and the extraction of its captured digits.
struct CompiledRule {
    rule: Rule,
    index: usize,
    capture: Capture,
}

/// The engine that matches texts of any kind.
enum Matcher {
    Automaton(Automaton),
    Search(RegexSet),
    /// No engine: the rules did not compile.
    Failed(ClassifierError),
}

/// The number of texts that one round of a batch classifies.
const CHUNK: usize = 64;

/// The engine that matches the rules of a set. It affects the speed but not the results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Engine {
    /// One automaton for all rules.
    Automaton {
        /// The number of its states.
        states: usize,
        /// The size of its tables, in bytes.
        bytes: usize,
    },
    /// The `regex` crate's search for all rules, because the automaton would be too large. It is many times
    /// slower.
    Search,
    /// No engine: no text matches, because the rules did not compile.
    ///
    /// Only a built-in set could have this engine, and the tests of this crate compile all built-in
    /// sets; [`Classifiers::new`] returns the error instead.
    Failed(ClassifierError),
}

impl Classifiers {
    /// The maximum length of a classified text, in bytes: 1,024. No rule matches a longer text.
    pub const MAX_TEXT_BYTES: usize = 1_024;

    /// Creates a set of rules in the given order, with [`Normalizer::reference`] as its normalizer.
    ///
    /// ```
    /// use telnum::classify::{Classifiers, Rule};
    ///
    /// let rules = [Rule::new("extension", r"^(\d{3,4})$"), Rule::new("other", ".")];
    /// let classifiers = Classifiers::new(rules)?;
    /// assert_eq!(classifiers.classify("1000").unwrap().rule().name(), "extension");
    /// # Ok::<(), telnum::classify::ClassifierError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ClassifierError::Empty`] if there is no rule;
    /// - [`ClassifierError::TooMany`] if there are more than 32,767 rules;
    /// - [`ClassifierError::Unnamed`] if a rule has no name;
    /// - [`ClassifierError::Duplicate`] if two rules have the same name;
    /// - [`ClassifierError::Reserved`] if another key of a rule has the name of a rule's field;
    /// - [`ClassifierError::Pattern`] if a pattern is not a regular expression over ASCII, or exceeds
    ///   10 MiB when compiled;
    /// - [`ClassifierError::TooLarge`] if all rules together exceed 1 MiB.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, ClassifierError> {
        CompiledSet::new(rules.into_iter().collect()).map(Self::from_set)
    }

    /// Returns the default set, for a service in North America: `tollfree_us`, `toll_us`, `emergency`
    /// (911 only), `crisis_lifeline` (988, an emergency too), `e911_test` (933, which no dispatcher answers),
    /// `service_code` (211 to 811), `caribbean` (including the Pacific), `did_us` (the rest
    /// of +1), `international` and `unknown`.
    ///
    /// The names and the purpose of the rules are those of Kazoo's defaults, with factual errors corrected.
    /// The set is compiled once per process.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// assert_eq!(classifiers.classify("8005551212").unwrap().rule().name(), "tollfree_us");
    /// assert_eq!(classifiers.classify("811").unwrap().rule().name(), "service_code");
    /// assert_eq!(classifiers.classify("011442079460000").unwrap().rule().name(), "international");
    /// ```
    #[must_use]
    pub fn north_america() -> Self {
        static SET: OnceCell<Classifiers> = OnceCell::new();
        Self::built_in(&SET, &built_in::NORTH_AMERICA)
    }

    /// Returns the set of rules printed in Kazoo's published documents.
    ///
    /// Its rule for international numbers expects a number that still starts with 011 or 00 after
    /// normalization, so `+44...` is classified as unknown. The set is compiled once per process.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::documented();
    /// assert_eq!(classifiers.classify("+442079460000").unwrap().rule().name(), "unknown");
    /// ```
    #[must_use]
    pub fn documented() -> Self {
        static SET: OnceCell<Classifiers> = OnceCell::new();
        Self::built_in(&SET, &built_in::DOCUMENTED)
    }

    /// Returns the default set of later Kazoo releases, from `knm_converters`.
    ///
    /// Its emergency numbers include 711, 811, 833, 922, 933 and 999, and its toll-free numbers include
    /// 822 and all of 88x. The set is compiled once per process.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::reference();
    /// assert_eq!(classifiers.classify("811").unwrap().rule().name(), "emergency");
    /// ```
    #[doc(alias = "available_classifiers")]
    #[must_use]
    pub fn reference() -> Self {
        static SET: OnceCell<Classifiers> = OnceCell::new();
        Self::built_in(&SET, &built_in::REFERENCE)
    }

    fn built_in(cell: &OnceCell<Self>, data: &[RuleData]) -> Self {
        let compiled = cell.get_or_try_init(|| Self::new(built_in::rules(data)));
        compiled.cloned().unwrap_or_else(|error| Self::from_set(CompiledSet::failed(error)))
    }

    fn from_set(set: CompiledSet) -> Self {
        Self { set: Arc::new(set), normalizer: Normalizer::reference(), is_reference: true }
    }

    /// Sets the normalizer. The default is [`Normalizer::reference`].
    ///
    /// The compiled rules stay shared, so giving an account its own dial plan does not compile them
    /// again.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    /// use telnum::normalize::{Converter, Converters, Normalizer};
    ///
    /// let dial_plan = Converters::new([Converter::new(r"^(\d{7})$").with_prefix("+1415")])?;
    /// let office = Classifiers::north_america()
    ///     .with_normalizer(Normalizer::reference().with_dial_plan(dial_plan));
    /// assert_eq!(office.classify("8867900").unwrap().rule().name(), "did_us");
    /// # Ok::<(), telnum::normalize::ConvertersError>(())
    /// ```
    #[must_use]
    pub fn with_normalizer(self, normalizer: Normalizer) -> Self {
        Self { is_reference: normalizer.is_reference(), normalizer, ..self }
    }

    /// Returns the normalizer that is applied to every text first.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// assert_eq!(classifiers.normalizer().normalize("4158867900").text(), "+14158867900");
    /// ```
    #[must_use]
    pub const fn normalizer(&self) -> &Normalizer {
        &self.normalizer
    }

    /// Returns an iterator over the rules, in order.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// assert_eq!(classifiers.rules().len(), 10);
    /// assert_eq!(classifiers.rules().last().unwrap().name(), "unknown");
    /// ```
    #[doc(alias = "available_classifiers")]
    #[must_use]
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.set.rules.iter().map(|compiled| &compiled.rule)
    }

    /// Returns the rule named `name`, if there is one.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::documented();
    /// assert_eq!(classifiers.rule("toll_us").unwrap().friendly_name(), "US Toll");
    /// assert!(classifiers.rule("service_code").is_none());
    /// ```
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.name() == name)
    }

    /// Returns the engine that matches the rules.
    ///
    /// ```
    /// use telnum::classify::{Classifiers, Engine};
    ///
    /// let engine = Classifiers::north_america().engine();
    /// assert!(matches!(engine, Engine::Automaton { bytes, .. } if bytes < 80_000));
    /// ```
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &self.set.matcher {
            Matcher::Automaton(automaton) => Engine::Automaton {
                states: automaton.states(),
                bytes: automaton.bytes() + self.set.tree.as_ref().map_or(0, Tree::bytes),
            },
            Matcher::Search(_) => Engine::Search,
            Matcher::Failed(error) => Engine::Failed(error.clone()),
        }
    }

    /// Normalizes `text` and returns the first rule that matches it; `None` if no rule does, or `text` is
    /// longer than [`MAX_TEXT_BYTES`](Self::MAX_TEXT_BYTES).
    ///
    /// For a number, see [`classify_number`](Self::classify_number).
    ///
    /// ```
    /// use telnum::classify::{Classifiers, Rule};
    ///
    /// let classifiers = Classifiers::north_america();
    /// let call = classifiers.classify("+1 (809) 555-0100").unwrap();
    /// assert_eq!((call.rule().name(), call.index()), ("caribbean", 6));
    ///
    /// let only = Classifiers::new([Rule::new("emergency", "^911$")])?;
    /// assert!(only.classify("1000").is_none());
    /// # Ok::<(), telnum::classify::ClassifierError>(())
    /// ```
    #[doc(alias = "knm_converters")]
    #[must_use]
    #[inline]
    pub fn classify<'t>(&self, text: &'t str) -> Option<Classification<'_, 't>> {
        if text.len() > Self::MAX_TEXT_BYTES {
            return None;
        }
        match self.dialled_tree().map(|tree| tree.match_lead(text.as_bytes())) {
            Some((index, true)) => self.classification(index, Subject::Digits(text)),
            Some((_, false)) | None => self.classify_rest(text),
        }
    }

    /// Classifies a text whose first digits do not determine the rule.
    #[inline(never)]
    fn classify_rest<'t>(&self, text: &'t str) -> Option<Classification<'_, 't>> {
        if let Some(tree) = self.dialled_tree() {
            if let Some(index) = tree.first_match_dialled(text.as_bytes()) {
                return self.classification(index, Subject::Digits(text));
            }
            if is_kept(text.as_bytes()) {
                return self.classification(self.set.first_match(text), Subject::Other(text.into()));
            }
        }
        self.classify_normalized(self.normalizer.normalize(text))
    }

    /// Returns the first rule that matches `number`; `None` if no rule does. The number is not
    /// formatted as text.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// let call = classifiers.classify_number("+442079460000".parse()?).unwrap();
    /// assert_eq!(call.rule().friendly_name(), "International");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn classify_number<'t>(&self, number: PhoneNumber) -> Option<Classification<'_, 't>> {
        let index = self.set.first_match_number(number);
        self.classification(index, Subject::Number(number))
    }

    /// Returns the first rule that matches `normalized`, the result of any normalizer; `None` if no
    /// rule does.
    ///
    /// ```
    /// use telnum::{classify::Classifiers, normalize::Normalizer};
    ///
    /// let account = Normalizer::reference();
    /// let classifiers = Classifiers::north_america();
    /// let call = classifiers.classify_normalized(account.normalize("911")).unwrap();
    /// assert_eq!(call.rule().name(), "emergency");
    /// ```
    #[must_use]
    #[inline]
    pub fn classify_normalized<'t>(&self, normalized: Normalized<'t>) -> Option<Classification<'_, 't>> {
        match normalized {
            Normalized::Number(number) => self.classify_number(number),
            Normalized::Other(text) if text.len() > Self::MAX_TEXT_BYTES => None,
            Normalized::Other(text) => self.classification(self.set.first_match(&text), Subject::Other(text)),
        }
    }

    /// Classifies many texts, and appends one entry per text to `out`, in order.
    ///
    /// This is faster than calling [`classify`](Self::classify) in a loop, in particular for batches of
    /// a few hundred texts or more.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// let mut classes = Vec::new();
    /// classifiers.classify_all(&["4158867900", "911"], &mut classes);
    /// let names: Vec<_> = classes.iter().flatten().map(|class| class.rule().name()).collect();
    /// assert_eq!(names, ["did_us", "emergency"]);
    /// ```
    pub fn classify_all<'c>(&'c self, texts: &[impl AsRef<str>], out: &mut Vec<Option<Class<'c>>>) {
        let Some(tree) = self.dialled_tree() else {
            return out.extend(texts.iter().map(|text| Some(self.classify(text.as_ref())?.class())));
        };
        // Two rounds, so that the few texts that take longer do not delay the others.
        for texts in texts.chunks(CHUNK) {
            let mut indices = [NO_RULE; CHUNK];
            let mut undecided = 0;
            for (text, index) in texts.iter().zip(&mut indices) {
                let text = text.as_ref().as_bytes();
                let is_long = text.len() > Self::MAX_TEXT_BYTES;
                let (found, is_decided) = if is_long { (NO_RULE, true) } else { tree.match_lead(text) };
                *index = found;
                undecided = undecided >> 1 | u64::from(!is_decided) << 63;
            }
            undecided >>= CHUNK - texts.len();
            while undecided != 0 {
                let place = undecided.trailing_zeros() as usize;
                undecided &= undecided - 1;
                if let (Some(index), Some(text)) = (indices.get_mut(place), texts.get(place)) {
                    let text = text.as_ref();
                    let found = tree.first_match_dialled(text.as_bytes());
                    *index = found.unwrap_or_else(|| self.first_match_other(text));
                }
            }
            out.extend(texts.iter().zip(&indices).map(|(_, index)| self.set.class(*index)));
        }
    }

    /// Classifies many numbers, and appends one entry per number to `out`, in order.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// let mut classes = Vec::new();
    /// classifiers.classify_numbers(&["+14158867900".parse()?], &mut classes);
    /// assert_eq!(classes[0].unwrap().rule().name(), "did_us");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    pub fn classify_numbers<'c>(&'c self, numbers: &[PhoneNumber], out: &mut Vec<Option<Class<'c>>>) {
        let set = &*self.set;
        out.extend(numbers.iter().map(|number| set.class(set.first_match_number(*number))));
    }

    /// Returns the tree if it applies the normalizer of the set.
    #[inline]
    fn dialled_tree(&self) -> Option<&Tree> {
        self.set.tree.as_ref().filter(|_| self.is_reference)
    }

    #[inline]
    fn classification<'t>(&self, index: u16, subject: Subject<'t>) -> Option<Classification<'_, 't>> {
        Some(Classification::new(self.set.class(index)?, subject))
    }

    /// Returns the index of the first rule that matches `text`, which contains other characters than digits,
    /// after normalization by [`Normalizer::reference`].
    fn first_match_other(&self, text: &str) -> u16 {
        if is_kept(text.as_bytes()) {
            return self.set.first_match(text);
        }
        match self.normalizer.normalize(text) {
            Normalized::Number(number) => self.set.first_match_number(number),
            Normalized::Other(text) => self.set.first_match(&text),
        }
    }

    /// Returns the rules that can never win and the pairs of rules that overlap, in the order of the rules,
    /// each with an example text if there is one.
    ///
    /// [`Normalizer::reference`] is taken into account: a rule for ten digits never wins, because ten digits
    /// become a number. Any other normalizer is assumed to return any text, so no rule is reported as
    /// unreachable because of it.
    ///
    /// ```
    /// use telnum::classify::{Classifiers, Rule};
    ///
    /// let rules = [Rule::new("all_us", r"^\+1\d{10}$"), Rule::new("tollfree", r"^\+1800\d{7}$")];
    /// let findings = Classifiers::new(rules)?.lint()?;
    /// assert_eq!(
    ///     findings[0].to_string(),
    ///     "rule `tollfree`: never wins, where it matches, `all_us` does, as for \"+18000000000\""
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`LintError`] if there are too many rules and converters to compare. The comparison
    /// takes a larger automaton than classification does.
    pub fn lint(&self) -> Result<Vec<Finding>, LintError> {
        lint::lint(self)
    }
}

impl CompiledSet {
    fn new(rules: Vec<Rule>) -> Result<Self, ClassifierError> {
        match rules.len() {
            0 => return Err(ClassifierError::Empty),
            rules if rules > ClassifierError::MAX_RULES => return Err(ClassifierError::TooMany { rules }),
            _ => {}
        }
        let mut compiled = Vec::with_capacity(rules.len());
        let mut hirs = Vec::with_capacity(rules.len());
        let (mut names, mut budget) = (HashSet::new(), Budget::new());
        for (index, rule) in rules.into_iter().enumerate() {
            check(&rule, index)?;
            if !names.insert(rule.shared_name()) {
                return Err(ClassifierError::Duplicate { rule: rule.name().to_owned() });
            }
            let (pattern, hir) =
                Pattern::with_hir(rule.regex()).map_err(|source| ClassifierError::pattern(&rule, source))?;
            budget.take(&hir).map_err(|source| ClassifierError::TooLarge { source })?;
            hirs.push(hir);
            compiled.push(CompiledRule { rule, index, capture: Capture::new(pattern) });
        }
        let (matcher, tree) = match Automaton::new(&hirs) {
            Some(automaton) => {
                let tree = Tree::new(&automaton, compiled.len());
                (Matcher::Automaton(automaton), tree)
            }
            None => (Matcher::Search(search(&compiled)?), None),
        };
        Ok(Self { rules: compiled, matcher, tree })
    }

    fn failed(error: ClassifierError) -> Self {
        Self { rules: Vec::new(), matcher: Matcher::Failed(error), tree: None }
    }

    #[inline]
    fn class(&self, index: u16) -> Option<Class<'_>> {
        self.rules.get(usize::from(index)).map(Class)
    }

    /// Returns the index of the first rule that matches `number`; an index past the last rule if none does.
    #[inline]
    fn first_match_number(&self, number: PhoneNumber) -> u16 {
        match &self.tree {
            Some(tree) => tree.first_match(true, number.to_bits()),
            None => self.first_match(&NumberText::from(number)),
        }
    }

    /// Returns the index of the first rule that matches `text`; an index past the last rule if none does.
    fn first_match(&self, text: &str) -> u16 {
        match &self.matcher {
            Matcher::Automaton(automaton) => automaton.first_match(text.as_bytes()),
            Matcher::Search(set) => {
                let first = set.matches(text.as_bytes()).iter().next();
                first.and_then(|rule| u16::try_from(rule).ok()).unwrap_or(NO_RULE)
            }
            Matcher::Failed(_) => NO_RULE,
        }
    }
}

impl Default for Classifiers {
    /// Returns [`Classifiers::north_america`].
    fn default() -> Self {
        Self::north_america()
    }
}

impl fmt::Debug for Classifiers {
    /// Writes the names of the rules, and the engine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.rules().map(Rule::name).collect();
        f.debug_struct("Classifiers").field("rules", &names).field("engine", &self.engine()).finish()
    }
}

impl Serialize for Classifiers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.set.rules.len()))?;
        for rule in self.rules() {
            map.serialize_entry(rule.name(), rule.body())?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Classifiers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;

        impl<'de> de::Visitor<'de> for Map {
            type Value = Classifiers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ordered map from name to rule")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Classifiers, A::Error> {
                let mut rules = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    let body = map.next_value_seed(BodyOf(&name))?;
                    rules.push(Rule::from_parts(name, body));
                }
                Classifiers::new(rules).map_err(|error| de::Error::custom(error.with_cause()))
            }
        }

        deserializer.deserialize_map(Map)
    }
}

fn check(rule: &Rule, index: usize) -> Result<(), ClassifierError> {
    if rule.name().is_empty() {
        return Err(ClassifierError::Unnamed { index });
    }
    match rule.extra().keys().find(|key| Body::KEYS.contains(&&***key)) {
        Some(key) => Err(ClassifierError::Reserved { rule: rule.name().to_owned(), key: key.clone() }),
        None => Ok(()),
    }
}

/// Compiles the regular expressions of all rules into one set.
fn search(rules: &[CompiledRule]) -> Result<RegexSet, ClassifierError> {
    RegexSetBuilder::new(rules.iter().map(|compiled| compiled.rule.regex()))
        .unicode(false)
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| ClassifierError::TooLarge { source: error.into() })
}
