//! One rule, and its JSON form.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::document::{FieldError, Fields};
use crate::mask::Mask;

/// One rule of [`Classifiers`](super::Classifiers): a name, a regular expression, and the display
/// format of its numbers.
///
/// ```
/// use telnum::{classify::Rule, mask::Mask};
///
/// let rule = Rule::new("did_us", r"^\+1([2-9]\d{2}[2-9]\d{6})$")
///     .with_friendly_name("US DID")
///     .with_pretty_print(Mask::NANP);
/// assert_eq!((rule.name(), rule.friendly_name()), ("did_us", "US DID"));
/// assert_eq!(rule.pretty_print(), Some(&Mask::NANP));
/// assert!(!rule.is_emergency() && rule.extra().is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    name: Arc<str>,
    body: Body,
}

/// The JSON value of a rule. Its key is the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    regex: String,
    friendly_name: Option<String>,
    pretty_print: Option<Mask>,
    /// The emergency flag. `Some(false)` is serialized, `None` is not.
    emergency: Option<bool>,
    extra: IndexMap<String, Value>,
}

impl Rule {
    /// Creates a rule with the given name and regular expression.
    ///
    /// `regex` is a regular expression in the syntax of the `regex` crate, over ASCII: `\d`, `\w`, `\s`
    /// and `\b` refer to ASCII only. It may match anywhere in the normalized text unless it is anchored
    /// with `^` and `$`. [`Classifiers::new`](super::Classifiers::new) compiles it.
    ///
    /// ```
    /// use telnum::classify::{Classifiers, Rule};
    ///
    /// let classifiers = Classifiers::new([Rule::new("star_code", r"^\*(\d{2})$")])?;
    /// assert_eq!(classifiers.classify("*67").unwrap().captured(), "67");
    /// # Ok::<(), telnum::classify::ClassifierError>(())
    /// ```
    #[must_use]
    pub fn new(name: impl Into<String>, regex: impl Into<String>) -> Self {
        Self { name: name.into().into(), body: Body { regex: regex.into(), ..Body::default() } }
    }

    /// Sets the display name. The default is the name of the rule.
    ///
    /// ```
    /// use telnum::classify::Rule;
    ///
    /// let rule = Rule::new("toll_us", r"^\+1900");
    /// assert_eq!(rule.friendly_name(), "toll_us");
    /// assert_eq!(rule.with_friendly_name("US Toll").friendly_name(), "US Toll");
    /// ```
    #[must_use]
    pub fn with_friendly_name(mut self, friendly_name: impl Into<String>) -> Self {
        self.body.friendly_name = Some(friendly_name.into());
        self
    }

    /// Sets the mask that formats the E.164 form of matching numbers. Without a mask they are displayed
    /// in E.164 form.
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

    /// Sets whether the matching numbers are emergency numbers. The default is `false`.
    ///
    /// ```
    /// use telnum::classify::Rule;
    ///
    /// assert!(Rule::new("emergency", "^112$").with_emergency(true).is_emergency());
    /// ```
    #[must_use]
    pub fn with_emergency(mut self, emergency: bool) -> Self {
        self.body.emergency = Some(emergency);
        self
    }

    /// Adds another key of the configuration. It is kept and serialized with the rule.
    ///
    /// [`Classifiers::new`](super::Classifiers::new) refuses the keys `regex`, `friendly_name`,
    /// `pretty_print` and `emergency`.
    ///
    /// ```
    /// use telnum::classify::Rule;
    ///
    /// let rule = Rule::new("premium", r"^\+1900").with_extra("cost", 3);
    /// assert_eq!(rule.extra()["cost"], 3);
    /// ```
    #[must_use]
    pub fn with_extra(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.body.extra.insert(key.into(), value.into());
        self
    }

    /// Returns the name, which is unique within a set.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name as a shared text.
    pub(super) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Returns the regular expression.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::documented();
    /// assert_eq!(classifiers.rule("toll_us").unwrap().regex(), r"^\+1(900\d{7})$");
    /// ```
    #[must_use]
    pub fn regex(&self) -> &str {
        &self.body.regex
    }

    /// Returns the display name; the name of the rule if no other was set.
    #[must_use]
    pub fn friendly_name(&self) -> &str {
        self.body.friendly_name.as_deref().unwrap_or(&self.name)
    }

    /// Returns the mask that formats the E.164 form of matching numbers, if one was set.
    #[must_use]
    pub const fn pretty_print(&self) -> Option<&Mask> {
        self.body.pretty_print.as_ref()
    }

    /// Returns whether the matching numbers are emergency numbers.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        self.body.emergency == Some(true)
    }

    /// Returns the other keys of the configuration.
    #[must_use]
    pub const fn extra(&self) -> &IndexMap<String, Value> {
        &self.body.extra
    }

    pub(super) fn from_parts(name: String, body: Body) -> Self {
        Self { name: name.into(), body }
    }

    pub(super) const fn body(&self) -> &Body {
        &self.body
    }
}

impl Body {
    /// The keys that have a field.
    pub(super) const KEYS: [&'static str; 4] = ["regex", "friendly_name", "pretty_print", "emergency"];

    fn from_fields(mut fields: Fields<'_>) -> Result<Self, FieldError> {
        Ok(Self {
            regex: fields.required("regex")?,
            friendly_name: fields.optional("friendly_name")?,
            pretty_print: fields.optional("pretty_print")?,
            emergency: fields.optional("emergency")?,
            extra: fields.rest().into_iter().collect(),
        })
    }

    /// Serializes the entries in the order of the published documents, without the other keys listed in
    /// `reserved`.
    pub(super) fn serialize_entries<M>(&self, map: &mut M, reserved: &[&str]) -> Result<(), M::Error>
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
        let free = self.extra.iter().filter(|(key, _)| !reserved.contains(&&***key));
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

/// A deserializer of the body of the rule with this name: an object, or a bare string `regex`, which
/// stands for `{regex, friendly_name: name}`.
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
        write!(f, "a regular expression or an object for the {self}")
    }

    fn visit_str<E: de::Error>(self, regex: &str) -> Result<Body, E> {
        let friendly_name = Some(self.0.to_owned());
        Ok(Body { regex: regex.to_owned(), friendly_name, ..Body::default() })
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Body, A::Error> {
        let body = Fields::from_map_unique(map)?.and_then(Body::from_fields);
        body.map_err(|error| de::Error::custom(format_args!("{self}: {error}")))
    }
}

impl fmt::Display for BodyOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule `{}`", self.0)
    }
}
