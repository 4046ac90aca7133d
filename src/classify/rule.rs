use std::fmt;

use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::json::Entries;
use crate::mask::Mask;

/// One rule of [`Classifiers`](super::Classifiers): what it is called, what it matches, how its
/// numbers are shown.
///
/// ```
/// use telnum::{classify::Rule, mask::Mask};
///
/// let rule = Rule::new("did_us", r"^\+1([2-9]\d{2}[2-9]\d{6})$")
///     .with_friendly_name("US DID")
///     .with_pretty_print(Mask::NANP);
/// assert_eq!(rule.friendly_name(), "US DID");
/// assert!(!rule.is_emergency());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    name: String,
    body: Body,
}

/// What the rule's name stands for in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    regex: String,
    friendly_name: Option<String>,
    pretty_print: Option<Mask>,
    /// As it was written: `false` is not the same text as nothing.
    emergency: Option<bool>,
    extra: IndexMap<String, Value>,
}

impl Rule {
    /// A rule of a name and a regular expression.
    ///
    /// The expression is about bytes: `\d`, `\w`, `\s`, `\b` and case are ASCII's. It is searched
    /// for anywhere in the text unless it says `^` and `$`.
    #[must_use]
    pub fn new(name: impl Into<String>, regex: impl Into<String>) -> Self {
        Self { name: name.into(), body: Body { regex: regex.into(), ..Body::default() } }
    }

    /// The same with a name for people.
    #[must_use]
    pub fn with_friendly_name(mut self, friendly_name: impl Into<String>) -> Self {
        self.body.friendly_name = Some(friendly_name.into());
        self
    }

    /// The same with a mask for its numbers' E.164 form.
    ///
    /// ```
    /// use telnum::classify::{Classifiers, Rule};
    ///
    /// let rule = Rule::new("us", r"^\+1\d{10}$").with_pretty_print("SS###.###.####".parse()?);
    /// let classifiers = Classifiers::new([rule])?;
    /// assert_eq!(classifiers.classify("4158867900").unwrap().pretty().to_string(), "415.886.7900");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_pretty_print(mut self, mask: Mask) -> Self {
        self.body.pretty_print = Some(mask);
        self
    }

    /// The same, said to be for emergency numbers, or not.
    ///
    /// ```
    /// # use telnum::classify::Rule;
    /// assert!(Rule::new("emergency", "^112$").with_emergency(true).is_emergency());
    /// ```
    #[must_use]
    pub fn with_emergency(mut self, emergency: bool) -> Self {
        self.body.emergency = Some(emergency);
        self
    }

    /// The same with a further key of its configuration. A key that a rule has by itself is refused
    /// where the rule is used.
    ///
    /// ```
    /// # use telnum::classify::Rule;
    /// let rule = Rule::new("premium", "^1900").with_extra("cost", 3);
    /// assert_eq!(rule.extra()["cost"], 3);
    /// ```
    #[must_use]
    pub fn with_extra(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.body.extra.insert(key.into(), value.into());
        self
    }

    /// The name, one of a kind in its set.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The regular expression.
    #[must_use]
    pub fn regex(&self) -> &str {
        &self.body.regex
    }

    /// The name for people; the rule's own where it has none.
    #[must_use]
    pub fn friendly_name(&self) -> &str {
        self.body.friendly_name.as_deref().unwrap_or(&self.name)
    }

    /// The mask for its numbers' E.164 form.
    #[must_use]
    pub const fn pretty_print(&self) -> Option<&Mask> {
        self.body.pretty_print.as_ref()
    }

    /// Whether what it matches are emergency numbers.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        self.body.emergency == Some(true)
    }

    /// Further keys of its configuration, kept and given back.
    #[must_use]
    pub const fn extra(&self) -> &IndexMap<String, Value> {
        &self.body.extra
    }

    pub(super) fn from_parts(name: String, body: Body) -> Self {
        Self { name, body }
    }

    pub(super) const fn body(&self) -> &Body {
        &self.body
    }
}

impl Body {
    /// The keys that have a field of their own.
    pub(super) const KEYS: [&'static str; 4] = ["regex", "friendly_name", "pretty_print", "emergency"];

    /// The entries in JSON, in the order of the published documents; further keys but those that
    /// are taken.
    pub(super) fn serialize_entries<M>(&self, map: &mut M, taken: &[&str]) -> Result<(), M::Error>
    where
        M: SerializeMap,
    {
        map.serialize_entry("regex", &self.regex)?;
        if let Some(friendly_name) = &self.friendly_name {
            map.serialize_entry("friendly_name", friendly_name)?;
        }
        if let Some(mask) = &self.pretty_print {
            map.serialize_entry("pretty_print", mask)?;
        }
        if let Some(emergency) = self.emergency {
            map.serialize_entry("emergency", &emergency)?;
        }
        let free = self.extra.iter().filter(|(key, _)| !taken.contains(&&***key));
        free.into_iter().try_for_each(|(key, value)| map.serialize_entry(key, value))
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.serialize_entries(&mut map, &[])?;
        map.end()
    }
}

/// Reads what a rule's name stands for: an object, or a bare string, which means
/// `{regex, friendly_name: its key}`.
pub(super) struct BodyOf<'a>(pub(super) &'a str);

impl<'de> de::DeserializeSeed<'de> for BodyOf<'_> {
    type Value = Body;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Body, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for BodyOf<'_> {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a regular expression or an object for the rule `{}`", self.0)
    }

    fn visit_str<E: de::Error>(self, regex: &str) -> Result<Body, E> {
        let friendly_name = Some(self.0.to_owned());
        Ok(Body { regex: regex.to_owned(), friendly_name, ..Body::default() })
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Body, A::Error> {
        let mut entries = Entries::read(&self, map)?;
        Ok(Body {
            regex: entries.must_take("regex")?,
            friendly_name: entries.take("friendly_name")?,
            pretty_print: entries.take("pretty_print")?,
            emergency: entries.take("emergency")?,
            extra: entries.rest(),
        })
    }
}

impl fmt::Display for BodyOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule `{}`", self.0)
    }
}
