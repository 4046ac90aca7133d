use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Compiled, Rule};
use crate::normalize::{Normalized, Text};
use crate::number::PhoneNumber;

/// The answer of [`Classifiers`](super::Classifiers): the rule that won, and for what.
///
/// In JSON it has the rule's own keys, and `name`, `e164` and `number`:
///
/// ```
/// use telnum::classify::Classifiers;
///
/// let classifiers = Classifiers::documented();
/// let call = classifiers.classify("4158867900").unwrap();
/// let json = serde_json::to_value(&call)?;
/// assert_eq!(json["e164"], "+14158867900");
/// assert_eq!(json["number"], "4158867900");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Classification<'c, 't> {
    compiled: &'c Compiled,
    subject: Normalized<'t>,
}

impl<'c, 't> Classification<'c, 't> {
    #[inline]
    pub(super) const fn new(compiled: &'c Compiled, subject: Normalized<'t>) -> Self {
        Self { compiled, subject }
    }

    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> &'c Rule {
        &self.compiled.rule
    }

    /// The rule's place in its set, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.compiled.index
    }

    /// The number, if normalization made the text one; not all texts that a rule matches are.
    #[must_use]
    pub const fn e164(&self) -> Option<PhoneNumber> {
        self.subject.number()
    }

    /// What normalization made of the text: what the rule was asked about.
    #[must_use]
    pub const fn normalized(&self) -> &Normalized<'t> {
        &self.subject
    }

    /// The captured number: the rule's last group that took part, or its whole match where it has
    /// none.
    ///
    /// ```
    /// # use telnum::classify::Classifiers;
    /// let classifiers = Classifiers::documented();
    /// assert_eq!(classifiers.classify("+14158867900").unwrap().number(), "4158867900");
    /// assert_eq!(classifiers.classify("0113").unwrap().number(), "0113");
    /// ```
    #[must_use]
    #[inline]
    pub fn number(&self) -> Text<'_> {
        self.compiled.capture.of(self.subject.text())
    }

    /// The normalized text through the rule's mask; as it is if the rule has none.
    ///
    /// ```
    /// # use telnum::classify::Classifiers;
    /// let classifiers = Classifiers::north_america();
    /// assert_eq!(classifiers.classify("8005551212").unwrap().pretty().to_string(), "(800) 555 - 1212");
    /// assert_eq!(classifiers.classify("911").unwrap().pretty().to_string(), "911");
    /// ```
    #[must_use]
    pub fn pretty(&self) -> Pretty<'_> {
        Pretty { rule: &self.compiled.rule, text: self.subject.text() }
    }
}

impl Serialize for Classification<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.rule().body().serialize_entries(&mut map, &["e164", "number", "name"])?;
        map.serialize_entry("e164", &self.subject.text())?;
        map.serialize_entry("number", &self.number())?;
        map.serialize_entry("name", self.rule().name())?;
        map.end()
    }
}

/// A text shown by the mask of the rule it was classified by.
#[derive(Clone, Copy, Debug)]
pub struct Pretty<'a> {
    rule: &'a Rule,
    text: Text<'a>,
}

impl fmt::Display for Pretty<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule.pretty_print() {
            Some(mask) => mask.write(f, &self.text),
            None => f.write_str(&self.text),
        }
    }
}
