use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Compiled, Rule};
use crate::normalize::{Normalized, Read, Text, normalize_digits, normalized_length};
use crate::number::PhoneNumber;

/// The answer of [`Classifiers`](super::Classifiers): the rule that won, and for what.
///
/// In JSON it has the rule's own keys, and `name`, `number` and `e164`, which is the normalized text
/// also where that is no number, as in the published documents:
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
    class: Class<'c>,
    subject: Subject<'t>,
}

/// Which rule won.
///
/// ```
/// use telnum::classify::Classifiers;
///
/// let classifiers = Classifiers::north_america();
/// let class = classifiers.classify("911").unwrap().class();
/// assert_eq!((class.rule().name(), class.index()), ("emergency", 2));
/// ```
#[derive(Clone, Copy)]
pub struct Class<'c>(pub(super) &'c Compiled);

impl<'c> Class<'c> {
    /// The rule.
    #[must_use]
    pub const fn rule(self) -> &'c Rule {
        &self.0.rule
    }

    /// The rule's place in its set, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index
    }
}

/// What was classified.
#[derive(Clone, Debug)]
pub(super) enum Subject<'t> {
    /// A text that the reference normalizer reads as digits: what it makes of them is found when it
    /// is asked for.
    Digits(&'t str),
    /// A number.
    Number(PhoneNumber),
    /// Another text that a normalizer returned.
    Other(Cow<'t, str>),
}

impl Subject<'_> {
    #[inline]
    fn text(&self) -> Text<'_> {
        match self {
            Self::Digits(text) => match normalize_digits(text) {
                Some(Read::Number(number)) => Text::from(number),
                Some(Read::Converted(packed)) => Text::of_digits(packed),
                Some(Read::Kept) | None => Text::from(*text),
            },
            Self::Number(number) => Text::from(*number),
            Self::Other(text) => Text::from(&**text),
        }
    }
}

impl<'c, 't> Classification<'c, 't> {
    #[inline]
    pub(super) const fn new(class: Class<'c>, subject: Subject<'t>) -> Self {
        Self { class, subject }
    }

    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> &'c Rule {
        self.class.rule()
    }

    /// The rule's place in its set, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.class.index()
    }

    /// The rule and its place, without what was classified.
    #[must_use]
    pub const fn class(&self) -> Class<'c> {
        self.class
    }

    /// The number, if normalization made the text one; not all texts that a rule matches are.
    #[must_use]
    #[inline]
    pub fn e164(&self) -> Option<PhoneNumber> {
        match &self.subject {
            Subject::Digits(text) => match normalize_digits(text)? {
                Read::Number(number) => Some(number),
                Read::Converted(_) | Read::Kept => None,
            },
            Subject::Number(number) => Some(*number),
            Subject::Other(_) => None,
        }
    }

    /// What normalization made of the text: what the rule was asked about.
    ///
    /// ```
    /// # use telnum::{classify::Classifiers, normalize::Normalized};
    /// let classifiers = Classifiers::north_america();
    /// assert_eq!(classifiers.classify("911").unwrap().normalized(), Normalized::Other("911".into()));
    /// ```
    #[must_use]
    pub fn normalized(&self) -> Normalized<'t> {
        match &self.subject {
            Subject::Digits(text) => match normalize_digits(text) {
                Some(Read::Number(number)) => Normalized::Number(number),
                Some(Read::Converted(packed)) => {
                    Normalized::Other(Text::of_digits(packed).to_string().into())
                }
                Some(Read::Kept) | None => Normalized::Other((*text).into()),
            },
            Subject::Number(number) => Normalized::Number(*number),
            Subject::Other(text) => Normalized::Other(text.clone()),
        }
    }

    /// The captured number: the rule's last group that took part, or its whole match where it has
    /// none. A rule is about bytes; a group that would split a character is widened to it.
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
        let capture = &self.class.0.capture;
        // What normalization changes stands before the digits that a rule most often captures:
        // then they are those of the text itself.
        if let Subject::Digits(text) = &self.subject
            && let Some((length, kept)) = normalized_length(text)
            && let Some(span) = capture.span(length)
            && let (Some(start), Some(end)) = (length.checked_sub(span.start), length.checked_sub(span.end))
            && start <= kept
            && let Some(number) = text.get(text.len() - start..text.len() - end)
        {
            return Text::from(number);
        }
        capture.of(self.subject.text())
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
        Pretty { rule: self.class.rule(), text: self.subject.text() }
    }
}

impl fmt::Debug for Class<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class({}: {})", self.index(), self.rule().name())
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
            Some(mask) => mask.apply(&self.text).fmt(f),
            None => f.pad(&self.text),
        }
    }
}
