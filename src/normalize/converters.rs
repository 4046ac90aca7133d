//! Lists of converters, and their JSON form.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::reference;
use super::text::Joined;
use crate::document::Fields;
use crate::pattern::{Budget, Match, Pattern, PatternError, widen};

/// One entry of a [`Converters`] list: a pattern, a prefix and a suffix.
///
/// ```
/// use telnum::normalize::Converter;
///
/// let seven_digits = Converter::new(r"^(\d{7})$").with_prefix("+1415");
/// assert_eq!(seven_digits.pattern(), r"^(\d{7})$");
/// assert_eq!((seven_digits.prefix(), seven_digits.suffix()), ("+1415", ""));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converter {
    pattern: String,
    prefix: String,
    suffix: String,
    extra: IndexMap<String, Value>,
}

impl Converter {
    /// Creates a converter that returns the last group of `pattern`, without prefix and suffix.
    ///
    /// `pattern` is a regular expression in the syntax of the `regex` crate, over ASCII: `\d`, `\w`,
    /// `\s` and `\b` refer to ASCII only. It may match anywhere in the text unless it is anchored with
    /// `^` and `$`. [`Converters::new`] compiles it.
    ///
    /// ```
    /// use telnum::normalize::{Converter, Converters, Normalizer};
    ///
    /// let outside_line = Converters::new([Converter::new(r"^9(\+\d+)$")])?;
    /// assert_eq!(Normalizer::new(outside_line).normalize("9+442079460000").text(), "+442079460000");
    /// # Ok::<(), telnum::normalize::ConvertersError>(())
    /// ```
    #[must_use]
    pub fn new(pattern: impl Into<String>) -> Self {
        let (prefix, suffix, extra) = Default::default();
        Self { pattern: pattern.into(), prefix, suffix, extra }
    }

    /// Sets the text that precedes the group in the result.
    ///
    /// ```
    /// use telnum::normalize::Converter;
    ///
    /// assert_eq!(Converter::new(r"^0(\d+)$").with_prefix("+49").prefix(), "+49");
    /// ```
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// Sets the text that follows the group in the result.
    ///
    /// ```
    /// use telnum::normalize::Converter;
    ///
    /// assert_eq!(Converter::new(r"^\*(\d+)$").with_suffix("#").suffix(), "#");
    /// ```
    #[must_use]
    pub fn with_suffix(self, suffix: impl Into<String>) -> Self {
        Self { suffix: suffix.into(), ..self }
    }

    /// Adds another key of the configuration, such as a description. It is kept and serialized with the
    /// converter.
    ///
    /// [`Converters::new`] refuses the keys `prefix` and `suffix`.
    ///
    /// ```
    /// use telnum::normalize::Converter;
    ///
    /// let converter = Converter::new(r"^(\d{7})$").with_extra("description", "local calls");
    /// assert_eq!(converter.extra()["description"], "local calls");
    /// ```
    #[must_use]
    pub fn with_extra(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(key.into(), value.into());
        self
    }

    /// Returns the regular expression.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Returns the text that precedes the group in the result.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the text that follows the group in the result.
    #[must_use]
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    /// Returns the other keys of the configuration, such as a description.
    ///
    /// ```
    /// use telnum::normalize::Converters;
    ///
    /// let json = r#"{"^(\\d{7})$": {"prefix": "+1415", "description": "local calls"}}"#;
    /// let converters: Converters = serde_json::from_str(json)?;
    /// assert_eq!(converters.iter().next().unwrap().extra()["description"], "local calls");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub const fn extra(&self) -> &IndexMap<String, Value> {
        &self.extra
    }
}

/// An ordered list of [`Converter`]s, of which the first that matches wins: the converters of a system,
/// or the dial plan of an account.
///
/// A clone shares the compiled patterns. The JSON form is a map from pattern to prefix and suffix, in
/// the order of the list.
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
#[doc(alias = "knm_converters")]
#[doc(alias = "e164_converters")]
#[doc(alias = "dial_plan")]
#[derive(Clone, Debug)]
pub struct Converters {
    list: Arc<[Converter]>,
    engine: Engine,
}

/// The implementation that runs converters.
#[derive(Clone, Debug)]
enum Engine {
    /// The code derived from the patterns of [`Converters::reference`].
    Reference,
    /// One compiled pattern for each converter, in order.
    Patterns(Arc<[Pattern]>),
}

impl Converters {
    /// Creates a list of converters in the given order. An empty list converts nothing.
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
    ///
    /// - [`ConvertersError::Duplicate`] if two converters have the same pattern;
    /// - [`ConvertersError::Reserved`] if another key of a converter is `prefix` or `suffix`;
    /// - [`ConvertersError::Pattern`] if a pattern is not a regular expression over ASCII, or exceeds
    ///   10 MiB when compiled, or 1 MiB together with those before it.
    pub fn new(converters: impl IntoIterator<Item = Converter>) -> Result<Self, ConvertersError> {
        let list: Arc<[Converter]> = converters.into_iter().collect();
        let mut patterns = HashSet::new();
        for Converter { pattern, extra, .. } in list.iter() {
            if !patterns.insert(pattern) {
                return Err(ConvertersError::Duplicate { pattern: pattern.clone() });
            }
            if let Some(key) = extra.keys().find(|key| ["prefix", "suffix"].contains(&&***key)) {
                return Err(ConvertersError::Reserved { pattern: pattern.clone(), key: key.clone() });
            }
        }
        let engine = if is_reference(&list) { Engine::Reference } else { Engine::compile(&list)? };
        Ok(Self { list, engine })
    }

    /// Returns Kazoo's converters for North America and the rest of the world:
    ///
    /// | pattern | prefix |
    /// |---|---|
    /// | `^(\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})$` | `+1` |
    /// | `^011(\d{5,})$\|^00(\d{5,})$` | `+` |
    /// | `^[2-9]\d{7,}$` | `+` |
    ///
    /// The third pattern has no group, so the whole match is used. Ten digits whose exchange code
    /// starts with 0 or 1, such as `4151234567`, are not a North American number; they match the third
    /// converter, which turns them into a Swiss number.
    /// [`Normalizer::strict`](super::Normalizer::strict) does not.
    ///
    /// The source is Kazoo's `knm_converter_regex`. The list is compiled once per process.
    ///
    /// ```
    /// use telnum::normalize::Converters;
    ///
    /// let prefixes: Vec<_> = Converters::reference().iter().map(|converter| converter.prefix().to_owned()).collect();
    /// assert_eq!(prefixes, ["+1", "+", "+"]);
    /// ```
    #[doc(alias = "knm_converter_regex")]
    #[must_use]
    pub fn reference() -> Self {
        static REFERENCE: LazyLock<Converters> = LazyLock::new(|| {
            let converter = |(pattern, prefix)| Converter::new(pattern).with_prefix(prefix);
            Converters { list: reference::CONVERTERS.map(converter).into(), engine: Engine::Reference }
        });
        REFERENCE.clone()
    }

    /// Returns an iterator over the converters, in order.
    ///
    /// ```
    /// use telnum::normalize::Converters;
    ///
    /// assert_eq!(Converters::reference().iter().last().unwrap().pattern(), r"^[2-9]\d{7,}$");
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Converter> {
        self.list.iter()
    }

    #[inline]
    pub(super) fn is_reference(&self) -> bool {
        matches!(self.engine, Engine::Reference)
    }

    /// Returns the result of the first converter that matches `text`; `None` if `text` is kept.
    pub(super) fn convert(&self, text: &str, without_group: WithoutGroup) -> Option<Joined> {
        let (prefix, suffix, found) = self.find(text)?;
        let span = match (found, without_group) {
            (Match::Capture(span), _) | (Match::Whole(span), WithoutGroup::Convert) => span,
            (Match::Whole(_), WithoutGroup::Keep) | (Match::None, _) => return None,
        };
        Some(Joined::new([prefix, widen(text, span), suffix].into_iter()))
    }

    /// Returns the prefix and the suffix of the first converter that matches `text`, and the match.
    fn find(&self, text: &str) -> Option<(&str, &str, Match)> {
        match &self.engine {
            Engine::Reference => reference::find(text).map(|(prefix, found)| (prefix, "", found)),
            Engine::Patterns(patterns) => {
                self.list.iter().zip(patterns.iter()).find_map(|(converter, pattern)| {
                    match pattern.last_capture(text) {
                        Match::None => None,
                        found => Some((&*converter.prefix, &*converter.suffix, found)),
                    }
                })
            }
        }
    }
}

impl Engine {
    fn compile(list: &[Converter]) -> Result<Self, ConvertersError> {
        let mut budget = Budget::new();
        let compile = |(index, converter): (usize, &Converter)| {
            let compiled = Pattern::with_hir(&converter.pattern)
                .and_then(|(pattern, hir)| budget.take(&hir).map(|()| pattern));
            let pattern = converter.pattern.clone();
            compiled.map_err(|source| ConvertersError::Pattern { pattern, index, source })
        };
        list.iter().enumerate().map(compile).collect::<Result<_, _>>().map(Self::Patterns)
    }
}

/// The treatment of a text that a converter matches without a group.
#[derive(Clone, Copy, Debug)]
pub(super) enum WithoutGroup {
    /// Conversion of the whole match in place of the group: the rule of a system's converters.
    Convert,
    /// No conversion: the rule of a dial plan.
    Keep,
}

fn is_reference(list: &[Converter]) -> bool {
    let is = |(converter, (pattern, prefix)): (&Converter, (&str, &str))| {
        converter.pattern == pattern && converter.prefix == prefix && converter.suffix.is_empty()
    };
    list.len() == reference::CONVERTERS.len() && list.iter().zip(reference::CONVERTERS).all(is)
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
        self.list == other.list
    }
}

impl Eq for Converters {}

/// The JSON value of a converter. Its key is the pattern.
struct JsonValue<'a>(&'a Converter);

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Converter { prefix, suffix, extra, .. } = self.0;
        let mut map = serializer.serialize_map(Some(2 + extra.len()))?;
        map.serialize_entry("prefix", prefix)?;
        map.serialize_entry("suffix", suffix)?;
        extra.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

/// A deserializer of the JSON value of the converter with this pattern.
struct ValueOf(String);

impl<'de> de::DeserializeSeed<'de> for ValueOf {
    type Value = Converter;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Converter, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for ValueOf {
    type Value = Converter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with prefix and suffix for the {self}")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Converter, A::Error> {
        let parts = Fields::from_map_unique(map)?.and_then(|mut fields| {
            let prefix = fields.optional("prefix")?.unwrap_or_default();
            let suffix = fields.optional("suffix")?.unwrap_or_default();
            Ok((prefix, suffix, fields.rest().into_iter().collect()))
        });
        match parts {
            Ok((prefix, suffix, extra)) => Ok(Converter { pattern: self.0, prefix, suffix, extra }),
            Err(error) => Err(de::Error::custom(format_args!("{self}: {error}"))),
        }
    }
}

impl fmt::Display for ValueOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "converter `{}`", self.0)
    }
}

impl Serialize for Converters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.list.len()))?;
        for converter in self {
            map.serialize_entry(&converter.pattern, &JsonValue(converter))?;
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
                let mut list = Vec::new();
                while let Some(pattern) = map.next_key()? {
                    list.push(map.next_value_seed(ValueOf(pattern))?);
                }
                Converters::new(list).map_err(|error| de::Error::custom(error.with_cause()))
            }
        }

        deserializer.deserialize_map(Map)
    }
}

/// The error returned if a list of converters cannot be created.
///
/// ```
/// use std::error::Error;
/// use telnum::normalize::{Converter, Converters};
///
/// let error = Converters::new([Converter::new("^1$"), Converter::new("^(2")]).unwrap_err();
/// assert_eq!(error.to_string(), "converter 1, `^(2`: bad pattern");
/// assert_eq!(error.source().unwrap().to_string(), "unclosed group at byte 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertersError {
    /// A pattern that is not a regular expression over ASCII, or is too large.
    #[error("converter {index}, `{pattern}`: bad pattern")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// The index of the converter, from 0.
        index: usize,
        /// The cause, with its position in the pattern.
        source: PatternError,
    },
    /// Another key with the name of a converter's field.
    #[error("converter `{pattern}`: expected a further key, found the reserved `{key}`")]
    Reserved {
        /// The pattern of the converter.
        pattern: String,
        /// The key.
        key: String,
    },
    /// A pattern that an earlier converter already has.
    #[error("converter `{pattern}`: repeated pattern")]
    Duplicate {
        /// The pattern.
        pattern: String,
    },
}

impl ConvertersError {
    /// Returns the message together with that of its cause, for formats that do not print causes.
    fn with_cause(&self) -> String {
        match self {
            Self::Pattern { source, .. } => format!("{self}: {source}"),
            Self::Duplicate { .. } | Self::Reserved { .. } => self.to_string(),
        }
    }
}
