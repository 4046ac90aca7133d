//! What kind of number a dialled text is: ordered rules, the first that matches wins.
//!
//! The text is normalized first. Then all rules are asked at once, in one automaton made of their
//! regular expressions.
//!
//! ```
//! use telnum::classify::Classifiers;
//!
//! let classifiers = Classifiers::north_america();
//! let call = classifiers.classify("(415) 886-7900").unwrap();
//! assert_eq!(call.rule().name(), "did_us");
//! assert_eq!(call.e164(), Some("+14158867900".parse()?));
//! assert_eq!(call.number(), "4158867900");
//! assert_eq!(call.pretty().to_string(), "(415) 886 - 7900");
//! assert!(classifiers.classify("911").unwrap().rule().is_emergency());
//! # Ok::<(), telnum::NumberError>(())
//! ```

mod automaton;
mod capture;
mod classification;
mod error;
mod lint;
mod rule;
mod sets;
mod tree;

use std::fmt;

use regex_automata::{Input, MatchKind, PatternSet, meta};
use regex_syntax::hir::Hir;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use self::classification::{Class, Classification, Pretty};

use self::classification::Subject;
pub use self::error::ClassifierError;
pub use self::lint::{Finding, LintError};
pub use self::rule::Rule;

use self::automaton::{Automaton, NO_RULE};
use self::capture::Capture;
use self::rule::{Body, BodyOf};
use self::tree::Tree;
use crate::normalize::{Normalized, Normalizer, Text, is_kept};
use crate::number::PhoneNumber;
use crate::pattern::{SIZE_LIMIT, parse};

/// An ordered set of [`Rule`]s, and the [`Normalizer`] that every text goes through first.
///
/// In JSON it is an ordered map from a rule's name to its body, or to its bare regular expression.
/// The order of the rules counts and is kept, and so are unknown keys; `null` stands for nothing. The
/// normalizer is a setting of its own.
///
/// ```
/// use telnum::classify::Classifiers;
///
/// let json = r#"{"tie_line": {"regex": "^8(\\d{4})$", "friendly_name": "Tie line", "cost": 0}, "other": ".*"}"#;
/// let classifiers: Classifiers = serde_json::from_str(json)?;
/// let call = classifiers.classify("81234").unwrap();
/// assert_eq!((call.rule().name(), &*call.number()), ("tie_line", "1234"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Classifiers {
    rules: Vec<Compiled>,
    normalizer: Normalizer,
    machine: Machine,
    /// The automaton again, for digits.
    tree: Option<Tree>,
    /// Whether the tree takes in what the normalizer does.
    takes_dialled: bool,
}

/// A rule, and what is known of its expression.
#[derive(Clone)]
struct Compiled {
    rule: Rule,
    index: usize,
    capture: Capture,
}

#[derive(Clone)]
enum Machine {
    Automaton(Automaton),
    Set(meta::Regex),
}

/// How many texts of a batch are looked at together.
const CHUNK: usize = 64;

/// How a set of rules is run; it decides the speed and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Engine {
    /// All rules in one automaton.
    Automaton {
        /// How many states it has.
        states: usize,
        /// How many bytes its tables take up.
        bytes: usize,
    },
    /// The automaton would be too large: a search for all regular expressions, many times slower.
    Search,
}

impl Classifiers {
    /// A set of rules, in this order, after [`Normalizer::reference`].
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
    /// There is no rule, a name comes twice, or an expression is refused.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, ClassifierError> {
        let mut compiled: Vec<Compiled> = Vec::new();
        let mut hirs = Vec::new();
        let mut names = std::collections::HashSet::new();
        for (index, rule) in rules.into_iter().enumerate() {
            check(&rule, index)?;
            if !names.insert(rule.name().to_owned()) {
                return Err(ClassifierError::Duplicate { rule: rule.name().to_owned() });
            }
            let hir = parse(rule.regex()).map_err(|source| ClassifierError::pattern(&rule, source))?;
            let capture = Capture::new(&hir).map_err(|source| ClassifierError::pattern(&rule, source))?;
            hirs.push(hir);
            compiled.push(Compiled { rule, index, capture });
        }
        match compiled.len() {
            0 => return Err(ClassifierError::Empty),
            rules if rules > ClassifierError::MOST => return Err(ClassifierError::TooMany { rules }),
            _ => {}
        }
        let (tree, machine) = match Automaton::new(&hirs) {
            Some(automaton) => (Tree::new(&automaton, compiled.len()), Machine::Automaton(automaton)),
            None => (None, Machine::Set(set(&hirs)?)),
        };
        Ok(Self { rules: compiled, normalizer: Normalizer::reference(), machine, tree, takes_dialled: true })
    }

    /// The default set, for a service in North America: toll-free, premium, emergency (911 alone),
    /// service codes (211 to 811), the Caribbean and the Pacific, the rest of +1, the world, unknown.
    ///
    /// ```
    /// # use telnum::classify::Classifiers;
    /// let classifiers = Classifiers::north_america();
    /// let name = |text| classifiers.classify(text).unwrap().rule().name().to_owned();
    /// assert_eq!(name("8005551212"), "tollfree_us");
    /// assert_eq!(name("811"), "service_code");
    /// assert_eq!(name("011442079460000"), "international");
    /// ```
    #[must_use]
    pub fn north_america() -> Self {
        built_in(sets::NORTH_AMERICA)
    }

    /// The set that the published documents print. To it, `+44...` is unknown: its international
    /// numbers are those that still start with 011 or 00.
    #[must_use]
    pub fn documented() -> Self {
        built_in(sets::DOCUMENTED)
    }

    /// The reference system's later defaults. They take 711, 811, 833, 922, 933 and 999 for
    /// emergencies, and all of 88x and 822 for toll-free.
    #[must_use]
    pub fn reference() -> Self {
        built_in(sets::REFERENCE)
    }

    /// The same after another normalizer.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    /// use telnum::normalize::{Converter, Converters, Normalizer};
    ///
    /// let plan = Converters::new([Converter::new(r"^(\d{7})$").with_prefix("+1415")])?;
    /// let office = Classifiers::north_america()
    ///     .with_normalizer(Normalizer::reference().with_dial_plan(plan));
    /// assert_eq!(office.classify("8867900").unwrap().rule().name(), "did_us");
    /// # Ok::<(), telnum::normalize::ConvertersError>(())
    /// ```
    #[must_use]
    pub fn with_normalizer(self, normalizer: Normalizer) -> Self {
        Self { takes_dialled: normalizer.is_reference(), normalizer, ..self }
    }

    /// What every text goes through first.
    #[must_use]
    pub const fn normalizer(&self) -> &Normalizer {
        &self.normalizer
    }

    /// The rules, in order.
    #[must_use]
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// The rule of a name.
    ///
    /// ```
    /// # use telnum::classify::Classifiers;
    /// let classifiers = Classifiers::documented();
    /// assert_eq!(classifiers.rule("toll_us").unwrap().regex(), r"^\+1(900\d{7})$");
    /// ```
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.name() == name)
    }

    /// How the rules are run.
    ///
    /// ```
    /// # use telnum::classify::{Classifiers, Engine};
    /// let engine = Classifiers::north_america().engine();
    /// assert!(matches!(engine, Engine::Automaton { bytes, .. } if bytes < 80_000));
    /// ```
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &self.machine {
            Machine::Automaton(automaton) => Engine::Automaton {
                states: automaton.states(),
                bytes: automaton.bytes() + self.tree.as_ref().map_or(0, Tree::bytes),
            },
            Machine::Set(_) => Engine::Search,
        }
    }

    /// The first rule that matches a text, after normalization; `None` if no rule does.
    ///
    /// ```
    /// # use telnum::classify::{Classifiers, Rule};
    /// let call = Classifiers::north_america();
    /// let call = call.classify("+1 (809) 555-0100").unwrap();
    /// assert_eq!((call.rule().name(), call.index()), ("caribbean", 4));
    ///
    /// let only = Classifiers::new([Rule::new("emergency", "^911$")])?;
    /// assert!(only.classify("1000").is_none());
    /// # Ok::<(), telnum::classify::ClassifierError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn classify<'t>(&self, text: &'t str) -> Option<Classification<'_, 't>> {
        match self.dialled_tree().map(|tree| tree.at_once(text.as_bytes())) {
            Some((index, true)) => self.answer(index, Subject::Digits(text)),
            Some((_, false)) | None => self.classify_late(text),
        }
    }

    /// The same for a text that is not decided at once.
    #[inline(never)]
    fn classify_late<'t>(&self, text: &'t str) -> Option<Classification<'_, 't>> {
        if let Some(tree) = self.dialled_tree() {
            if let Some(index) = tree.first_match_of(text.as_bytes()) {
                return self.answer(index, Subject::Digits(text));
            }
            if is_kept(text.as_bytes()) {
                return self.answer(self.first_match(text), Subject::Other(text.into()));
            }
        }
        self.classify_normalized(self.normalizer.normalize(text))
    }

    /// The first rule that matches a number, without making its text.
    ///
    /// ```
    /// # use telnum::classify::Classifiers;
    /// let classifiers = Classifiers::north_america();
    /// let call = classifiers.classify_number("+442079460000".parse()?).unwrap();
    /// assert_eq!(call.rule().friendly_name(), "International");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn classify_number<'t>(&self, number: PhoneNumber) -> Option<Classification<'_, 't>> {
        let index = self.first_match_number(number);
        self.answer(index, Subject::Number(number))
    }

    /// The first rule that matches what a normalizer returned: for accounts that have their own.
    ///
    /// ```
    /// # use telnum::{classify::Classifiers, normalize::Normalizer};
    /// let account = Normalizer::reference();
    /// let classifiers = Classifiers::north_america();
    /// assert!(classifiers.classify_normalized(account.normalize("911")).is_some());
    /// ```
    #[must_use]
    #[inline]
    pub fn classify_normalized<'t>(&self, subject: Normalized<'t>) -> Option<Classification<'_, 't>> {
        match subject {
            Normalized::Number(number) => self.classify_number(number),
            Normalized::Other(text) => self.answer(self.first_match(&text), Subject::Other(text)),
        }
    }

    /// The rules for many texts: pushes one answer for each, in order.
    ///
    /// It is the faster the more texts there are at once, up to some hundreds.
    ///
    /// ```
    /// # use telnum::classify::Classifiers;
    /// let classifiers = Classifiers::north_america();
    /// let mut classes = Vec::new();
    /// classifiers.classify_all(&["4158867900", "911"], &mut classes);
    /// let names: Vec<_> = classes.iter().flatten().map(|class| class.rule().name()).collect();
    /// assert_eq!(names, ["did_us", "emergency"]);
    /// ```
    pub fn classify_all<'c>(&'c self, texts: &[&str], out: &mut Vec<Option<Class<'c>>>) {
        let Some(tree) = self.dialled_tree() else {
            return out.extend(texts.iter().map(|text| Some(self.classify(text)?.class())));
        };
        // In two rounds, so that the few texts that take longer do not hold up the many.
        for texts in texts.chunks(CHUNK) {
            let mut indices = [NO_RULE; CHUNK];
            let mut late = 0;
            for (text, index) in texts.iter().zip(&mut indices) {
                let (found, is_decided) = tree.at_once(text.as_bytes());
                *index = found;
                late = late >> 1 | u64::from(!is_decided) << 63;
            }
            late >>= CHUNK - texts.len();
            while late != 0 {
                let place = late.trailing_zeros() as usize;
                late &= late - 1;
                if let (Some(index), Some(text)) = (indices.get_mut(place), texts.get(place)) {
                    *index =
                        tree.first_match_of(text.as_bytes()).unwrap_or_else(|| self.first_match_other(text));
                }
            }
            out.extend(texts.iter().zip(&indices).map(|(_, index)| self.class(*index)));
        }
    }

    /// The rules for many numbers: pushes one answer for each, in order.
    ///
    /// ```
    /// # use telnum::classify::Classifiers;
    /// let classifiers = Classifiers::north_america();
    /// let mut classes = Vec::new();
    /// classifiers.classify_numbers(&["+14158867900".parse()?], &mut classes);
    /// assert_eq!(classes[0].unwrap().rule().name(), "did_us");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    pub fn classify_numbers<'c>(&'c self, numbers: &[PhoneNumber], out: &mut Vec<Option<Class<'c>>>) {
        out.extend(numbers.iter().map(|number| self.class(self.first_match_number(*number))));
    }

    /// The tree that takes in what normalization does.
    #[inline]
    fn dialled_tree(&self) -> Option<&Tree> {
        self.tree.as_ref().filter(|_| self.takes_dialled)
    }

    #[inline]
    fn class(&self, index: u16) -> Option<Class<'_>> {
        self.rules.get(usize::from(index)).map(Class)
    }

    #[inline]
    fn answer<'t>(&self, index: u16, subject: Subject<'t>) -> Option<Classification<'_, 't>> {
        Some(Classification::new(self.class(index)?, subject))
    }

    #[inline]
    fn first_match_number(&self, number: PhoneNumber) -> u16 {
        match &self.tree {
            Some(tree) => tree.first_match(true, number.to_bits()),
            None => self.first_match(&Text::from(number)),
        }
    }

    /// The first rule that matches what the reference normalizer makes of a text that it does not
    /// read as digits.
    fn first_match_other(&self, text: &str) -> u16 {
        if is_kept(text.as_bytes()) {
            return self.first_match(text);
        }
        match self.normalizer.normalize(text) {
            Normalized::Number(number) => self.first_match_number(number),
            Normalized::Other(text) => self.first_match(&text),
        }
    }

    fn first_match(&self, text: &str) -> u16 {
        match &self.machine {
            Machine::Automaton(automaton) => automaton.first_match(text.as_bytes()),
            Machine::Set(set) => {
                let mut matches = PatternSet::new(self.rules.len());
                set.which_overlapping_matches(&Input::new(text.as_bytes()), &mut matches);
                let first = matches.iter().next().map(|rule| rule.as_usize());
                first.and_then(|rule| u16::try_from(rule).ok()).unwrap_or(NO_RULE)
            }
        }
    }

    /// Reports rules that can never win and rules that overlap, by their order, each with a text
    /// that shows it where there is one. The reference normalizer is taken into account: a rule for
    /// ten digits never wins where ten digits become a number. Of any other it is not known what it
    /// may return, so that a rule which is never reached is not reported for that.
    ///
    /// ```
    /// use telnum::classify::{Classifiers, Finding, Rule};
    ///
    /// let rules = [Rule::new("all_us", r"^\+1\d{10}$"), Rule::new("tollfree", r"^\+1800\d{7}$")];
    /// let findings = Classifiers::new(rules)?.lint()?;
    /// assert_eq!(
    ///     findings[0].to_string(),
    ///     "rule `tollfree` never wins: where it matches, `all_us` does, as for \"+18000000000\""
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The rules and converters are too many to be compared: that takes a larger automaton than to
    /// classify does.
    pub fn lint(&self) -> Result<Vec<Finding>, LintError> {
        lint::lint(self)
    }
}

impl Default for Classifiers {
    /// [`north_america`](Self::north_america).
    fn default() -> Self {
        Self::north_america()
    }
}

impl fmt::Debug for Classifiers {
    /// Says the rules' names and the engine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.rules().map(Rule::name).collect();
        f.debug_struct("Classifiers").field("rules", &names).field("engine", &self.engine()).finish()
    }
}

impl Serialize for Classifiers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.rules.len()))?;
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
                Classifiers::new(rules).map_err(|error| de::Error::custom(error.in_one_line()))
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

/// All rules in one search, which tells each that matches.
fn set(rules: &[Hir]) -> Result<meta::Regex, ClassifierError> {
    let config = meta::Config::new()
        .match_kind(MatchKind::All)
        .utf8_empty(false)
        .nfa_size_limit(Some(SIZE_LIMIT.saturating_mul(rules.len())));
    meta::Builder::new().configure(config).build_many_from_hir(rules).map_err(|_| ClassifierError::TooLarge)
}

#[expect(clippy::expect_used, reason = "the built-in sets are constants, and tests build each")]
fn built_in<const N: usize>(rows: [sets::Row; N]) -> Classifiers {
    Classifiers::new(sets::rules(rows)).expect("a built-in set")
}
