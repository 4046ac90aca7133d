use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::nanp::find_reference;
use super::text::Joined;
use crate::json::Entries;
use crate::pattern::{Match, Pattern, PatternError, part};

/// One rule of a [`Converters`] list.
///
/// ```
/// use telnum::normalize::Converter;
///
/// let seven_digits = Converter::new(r"^(\d{7})$").with_prefix("+1415");
/// assert_eq!(seven_digits.suffix(), "");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converter {
    pattern: String,
    prefix: String,
    suffix: String,
    extra: IndexMap<String, Value>,
}

impl Converter {
    /// A converter that keeps the last group of a pattern and puts nothing around it.
    #[must_use]
    pub fn new(pattern: impl Into<String>) -> Self {
        let (prefix, suffix, extra) = Default::default();
        Self { pattern: pattern.into(), prefix, suffix, extra }
    }

    /// The same with what is put before the group.
    ///
    /// ```
    /// # use telnum::normalize::Converter;
    /// assert_eq!(Converter::new(r"^0(\d+)$").with_prefix("+49").prefix(), "+49");
    /// ```
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// The same with what is put after the group.
    ///
    /// ```
    /// # use telnum::normalize::Converter;
    /// assert_eq!(Converter::new(r"^\*(\d+)$").with_suffix("#").suffix(), "#");
    /// ```
    #[must_use]
    pub fn with_suffix(self, suffix: impl Into<String>) -> Self {
        Self { suffix: suffix.into(), ..self }
    }

    /// The same with a further key of its configuration. A key that a converter has by itself is
    /// refused where it is used.
    ///
    /// ```
    /// # use telnum::normalize::Converter;
    /// let converter = Converter::new(r"^(\d{7})$").with_extra("description", "local calls");
    /// assert_eq!(converter.extra()["description"], "local calls");
    /// ```
    #[must_use]
    pub fn with_extra(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(key.into(), value.into());
        self
    }

    /// The regular expression, over bytes.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// What is put before the group.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What is put after the group.
    #[must_use]
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    /// Further keys of its configuration (a description, say), kept and given back.
    #[must_use]
    pub const fn extra(&self) -> &IndexMap<String, Value> {
        &self.extra
    }
}

/// An ordered list of [`Converter`]s; the first that matches wins. A dial plan is one, too.
///
/// In JSON it is an ordered map from pattern to prefix and suffix. The order counts and is kept.
///
/// ```
/// use telnum::normalize::Converters;
///
/// let json = r#"{"^9(\\d{7,})$":{"prefix":"+1","suffix":""},"^0(\\d+)$":{"prefix":"+49","suffix":""}}"#;
/// let converters: Converters = serde_json::from_str(json)?;
/// assert_eq!(converters.iter().map(|converter| converter.prefix()).collect::<Vec<_>>(), ["+1", "+49"]);
/// assert_eq!(serde_json::to_string(&converters)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Converters {
    rules: Arc<[Converter]>,
    engine: Engine,
}

/// How the rules are run.
#[derive(Clone, Debug)]
enum Engine {
    /// They are the reference rules: by hand.
    Reference,
    /// One pattern a rule, in their order.
    Patterns(Arc<[Pattern]>),
}

/// The reference rules, in order: pattern and prefix.
const REFERENCE: [(&str, &str); 3] = [
    (r"^(\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})$", "+1"),
    (r"^011(\d{5,})$|^00(\d{5,})$", "+"),
    (r"^[2-9]\d{7,}$", "+"),
];

impl Converters {
    /// A list of converters, in this order. An empty one converts nothing.
    ///
    /// ```
    /// use telnum::normalize::{Converter, Converters};
    ///
    /// let trunk = Converter::new(r"^9(\d{10})$").with_prefix("+1");
    /// assert_eq!(Converters::new([trunk])?.iter().len(), 1);
    /// # Ok::<(), telnum::normalize::ConvertersError>(())
    /// ```
    ///
    /// # Errors
    /// A pattern is refused, or comes twice.
    pub fn new(rules: impl IntoIterator<Item = Converter>) -> Result<Self, ConvertersError> {
        let rules: Arc<[Converter]> = rules.into_iter().collect();
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = rules.iter().find(|rule| !seen.insert(&rule.pattern)) {
            return Err(ConvertersError::Duplicate { pattern: twice.pattern.clone() });
        }
        for Converter { pattern, extra, .. } in rules.iter() {
            if let Some(key) = extra.keys().find(|key| ["prefix", "suffix"].contains(&&***key)) {
                return Err(ConvertersError::Reserved { pattern: pattern.clone(), key: key.clone() });
            }
        }
        if is_reference(&rules) {
            return Ok(Self { rules, engine: Engine::Reference });
        }
        let compile = |(index, rule): (usize, &Converter)| {
            Pattern::new(&rule.pattern).map_err(|source| ConvertersError::Pattern {
                pattern: rule.pattern.clone(),
                index,
                source,
            })
        };
        let patterns: Result<Arc<[_]>, _> = rules.iter().enumerate().map(compile).collect();
        Ok(Self { engine: Engine::Patterns(patterns?), rules })
    }

    /// The reference rules for North America and the rest of the world:
    ///
    /// | pattern | prefix |
    /// |---|---|
    /// | `^(\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})$` | `+1` |
    /// | `^011(\d{5,})$\|^00(\d{5,})$` | `+` |
    /// | `^[2-9]\d{7,}$` | `+` |
    ///
    /// The third has no group: the whole match stands for it. They say no more than is written: ten digits with an exchange code that starts with 0 or 1, as `4151234567`, are
    /// caught by the third rule and become a Swiss number.
    #[must_use]
    pub fn reference() -> Self {
        let rule = |(pattern, prefix)| Converter::new(pattern).with_prefix(prefix);
        Self { rules: REFERENCE.map(rule).into(), engine: Engine::Reference }
    }

    /// The converters, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Converter> {
        self.rules.iter()
    }

    #[inline]
    pub(super) fn is_reference(&self) -> bool {
        matches!(self.engine, Engine::Reference)
    }

    /// What the first rule that matches makes of a text; `None` if the text is to be kept.
    pub(super) fn convert(&self, text: &str, whole: Whole) -> Option<Joined> {
        let (prefix, suffix, found) = self.find(text)?;
        let span = match (found, whole) {
            (Match::Capture(span), _) | (Match::Whole(span), Whole::Converted) => span,
            (Match::Whole(_), Whole::Kept) | (Match::None, _) => return None,
        };
        Some(Joined::new([prefix, part(text, span), suffix].into_iter()))
    }

    /// The first rule that matches: prefix, suffix, and what it found.
    fn find(&self, text: &str) -> Option<(&str, &str, Match)> {
        match &self.engine {
            Engine::Reference => find_reference(text).map(|(prefix, found)| (prefix, "", found)),
            Engine::Patterns(patterns) => {
                self.rules.iter().zip(patterns.iter()).find_map(|(rule, pattern)| {
                    match pattern.last_capture(text) {
                        Match::None => None,
                        found => Some((&*rule.prefix, &*rule.suffix, found)),
                    }
                })
            }
        }
    }
}

/// What becomes of a text that a rule matches without a group taking part.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whole {
    /// The whole match stands for the group: the system's rules.
    Converted,
    /// It is kept: a dial plan's rules.
    Kept,
}

fn is_reference(rules: &[Converter]) -> bool {
    let is = |(rule, (pattern, prefix)): (&Converter, (&str, &str))| {
        rule.pattern == pattern && rule.prefix == prefix && rule.suffix.is_empty()
    };
    rules.len() == REFERENCE.len() && rules.iter().zip(REFERENCE).all(is)
}

impl<'a> IntoIterator for &'a Converters {
    type Item = &'a Converter;
    type IntoIter = std::slice::Iter<'a, Converter>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Converters {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

impl Eq for Converters {}

/// A converter in JSON: the value to its pattern.
struct Around<'a>(&'a Converter);

impl Serialize for Around<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Converter { prefix, suffix, extra, .. } = self.0;
        let mut map = serializer.serialize_map(Some(2 + extra.len()))?;
        map.serialize_entry("prefix", prefix)?;
        map.serialize_entry("suffix", suffix)?;
        extra.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

/// Reads a converter of a pattern.
struct Of(String);

impl<'de> de::DeserializeSeed<'de> for Of {
    type Value = Converter;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Converter, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for Of {
    type Value = Converter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with prefix and suffix for the {self}")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Converter, A::Error> {
        let mut entries = Entries::read(&self, map)?;
        let prefix = entries.take("prefix")?.unwrap_or_default();
        let suffix = entries.take("suffix")?.unwrap_or_default();
        let extra = entries.rest();
        Ok(Converter { pattern: self.0, prefix, suffix, extra })
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "converter `{}`", self.0)
    }
}

impl Serialize for Converters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.rules.len()))?;
        for converter in self {
            map.serialize_entry(&converter.pattern, &Around(converter))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Converters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;

        impl<'de> de::Visitor<'de> for Map {
            type Value = Converters;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ordered map from pattern to prefix and suffix")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Converters, A::Error> {
                let mut rules = Vec::new();
                while let Some(pattern) = map.next_key()? {
                    rules.push(map.next_value_seed(Of(pattern))?);
                }
                Converters::new(rules).map_err(|error| de::Error::custom(error.in_one_line()))
            }
        }

        deserializer.deserialize_map(Map)
    }
}

/// Why a list of converters is refused.
///
/// ```
/// use telnum::normalize::{Converter, Converters};
///
/// let error = Converters::new([Converter::new("^1$"), Converter::new("^(2")]).unwrap_err();
/// assert_eq!(error.to_string(), "converter 1, `^(2`, has a bad pattern");
/// # use std::error::Error;
/// assert_eq!(error.source().unwrap().to_string(), "at byte 1: unclosed group");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertersError {
    /// A pattern is no regular expression, or too large.
    #[error("converter {index}, `{pattern}`, has a bad pattern")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Its place in the list, from 0.
        index: usize,
        /// What is wrong with it, and where.
        source: PatternError,
    },
    /// A further key is one that a converter has by itself.
    #[error("`{key}` of the converter `{pattern}` is no further key")]
    Reserved {
        /// The pattern.
        pattern: String,
        /// The key.
        key: String,
    },
    /// A pattern comes twice: the second could never win.
    #[error("the converter `{pattern}` comes twice")]
    Duplicate {
        /// The pattern.
        pattern: String,
    },
}

impl ConvertersError {
    /// With its cause, for a reader that shows no sources.
    fn in_one_line(&self) -> String {
        match self {
            Self::Pattern { source, .. } => source.after(self),
            Self::Duplicate { .. } | Self::Reserved { .. } => self.to_string(),
        }
    }
}
