//! The result of a classification: the rule that matched, and the text.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Classified, CompiledRule, Rule};
use crate::mask::PrettyPrinted;
use crate::normalize::{Converted, Normalized, NumberText, convert_dialled, converted_length};
use crate::number::PhoneNumber;

/// The rule that matched a text, and the digits that it captured.
///
/// A classification borrows the rule and the text; [`into_owned`](Self::into_owned) copies them. Its
/// JSON form has the keys of the rule, and `name`, `number` (the captured digits) and `e164` (the
/// normalized text, even if it is not a number), as in the published documents:
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

/// A rule of a set, as returned by the batch functions of [`Classifiers`](super::Classifiers).
///
/// ```
/// use telnum::classify::Classifiers;
///
/// let classifiers = Classifiers::north_america();
/// let class = classifiers.classify("911").unwrap().class();
/// assert_eq!((class.rule().name(), class.index()), ("emergency", 2));
/// ```
#[derive(Clone, Copy)]
pub struct Class<'c>(pub(super) &'c CompiledRule);

impl<'c> Class<'c> {
    /// Returns the rule.
    #[must_use]
    pub const fn rule(self) -> &'c Rule {
        &self.0.rule
    }

    /// Returns the index of the rule in its set, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index
    }
}

/// The classified text.
#[derive(Clone, Debug)]
pub(super) enum Subject<'t> {
    /// A text of digits. The converters of [`Normalizer::reference`](crate::normalize::Normalizer::reference)
    /// are applied to it when the result is needed.
    Digits(&'t str),
    /// A number.
    Number(PhoneNumber),
    /// Any other normalized text.
    Other(Cow<'t, str>),
}

impl Subject<'_> {
    /// Returns the normalized text.
    #[inline]
    fn text(&self) -> NumberText<'_> {
        match self {
            Self::Digits(text) => match convert_dialled(text) {
                Some(Converted::Number(number)) => NumberText::from(number),
                Some(Converted::Digits(packed)) => NumberText::from_packed(packed),
                Some(Converted::Unchanged) | None => NumberText::from(*text),
            },
            Self::Number(number) => NumberText::from(*number),
            Self::Other(text) => NumberText::from(&**text),
        }
    }
}

impl<'c, 't> Classification<'c, 't> {
    #[inline]
    pub(super) const fn new(class: Class<'c>, subject: Subject<'t>) -> Self {
        Self { class, subject }
    }

    /// Returns the rule.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// let call = classifiers.classify("911").unwrap();
    /// assert_eq!((call.rule().name(), call.rule().is_emergency()), ("emergency", true));
    /// ```
    #[must_use]
    pub const fn rule(&self) -> &'c Rule {
        self.class.rule()
    }

    /// Returns the index of the rule in its set, from 0.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// let call = classifiers.classify("8005551212").unwrap();
    /// assert_eq!(call.index(), 0);
    /// assert_eq!(classifiers.rules().next(), Some(call.rule()));
    /// ```
    #[must_use]
    pub const fn index(&self) -> usize {
        self.class.index()
    }

    /// Returns the rule and its index, without the text.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// let class = {
    ///     let text = String::from("911");
    ///     classifiers.classify(&text).unwrap().class()
    /// };
    /// assert_eq!(class.rule().name(), "emergency");
    /// ```
    #[must_use]
    pub const fn class(&self) -> Class<'c> {
        self.class
    }

    /// Returns the number, if normalization returned one. Rules can also match texts that are not
    /// numbers.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// assert_eq!(classifiers.classify("4158867900").unwrap().number(), Some("+14158867900".parse()?));
    /// assert_eq!(classifiers.classify("911").unwrap().number(), None);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "e164")]
    #[must_use]
    #[inline]
    pub fn number(&self) -> Option<PhoneNumber> {
        match &self.subject {
            Subject::Digits(text) => match convert_dialled(text)? {
                Converted::Number(number) => Some(number),
                Converted::Digits(_) | Converted::Unchanged => None,
            },
            Subject::Number(number) => Some(*number),
            Subject::Other(_) => None,
        }
    }

    /// Returns the normalized text that the rules were matched against.
    ///
    /// ```
    /// use telnum::{classify::Classifiers, normalize::Normalized};
    ///
    /// let classifiers = Classifiers::north_america();
    /// assert_eq!(classifiers.classify("9-1-1").unwrap().normalized(), Normalized::Other("911".into()));
    /// ```
    #[must_use]
    pub fn normalized(&self) -> Normalized<'t> {
        match &self.subject {
            Subject::Digits(text) => match convert_dialled(text) {
                Some(Converted::Number(number)) => Normalized::Number(number),
                Some(Converted::Digits(packed)) => {
                    Normalized::Other(NumberText::from_packed(packed).to_string().into())
                }
                Some(Converted::Unchanged) | None => Normalized::Other((*text).into()),
            },
            Subject::Number(number) => Normalized::Number(*number),
            Subject::Other(text) => Normalized::Other(text.clone()),
        }
    }

    /// Returns the last group of the rule that took part in the match, or the whole match if the rule
    /// has no group.
    ///
    /// Rules match bytes, so a group that splits a character is extended to character boundaries. In
    /// JSON the group is the key `number`.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::documented();
    /// assert_eq!(classifiers.classify("+14158867900").unwrap().captured(), "4158867900");
    /// assert_eq!(classifiers.classify("0113").unwrap().captured(), "0113");
    /// ```
    #[must_use]
    #[inline]
    pub fn captured(&self) -> NumberText<'_> {
        let capture = &self.class.0.capture;
        // Normalization changes only the text before the digits that most rules capture, so those
        // digits can be taken from the original text.
        if let Subject::Digits(text) = &self.subject
            && let Some((length, kept)) = converted_length(text)
            && let Some(span) = capture.span(length)
            && let (Some(start), Some(end)) = (length.checked_sub(span.start), length.checked_sub(span.end))
            && start <= kept
            && let Some(captured) = text.get(text.len() - start..text.len() - end)
        {
            return NumberText::from(captured);
        }
        capture.find(self.subject.text())
    }

    /// Returns the normalized text formatted by the mask of the rule, or unchanged if the rule has no
    /// mask.
    ///
    /// ```
    /// use telnum::classify::Classifiers;
    ///
    /// let classifiers = Classifiers::north_america();
    /// assert_eq!(classifiers.classify("8005551212").unwrap().pretty().to_string(), "(800) 555 - 1212");
    /// assert_eq!(classifiers.classify("911").unwrap().pretty().to_string(), "911");
    /// ```
    #[doc(alias = "pretty_print")]
    #[must_use]
    pub fn pretty(&self) -> PrettyPrinted<'_> {
        PrettyPrinted::new(self.rule().pretty_print(), self.subject.text())
    }

    /// Converts `self` into a [`Classified`], which borrows neither the rule nor the text.
    ///
    /// ```
    /// use telnum::classify::{Classification, Classifiers};
    ///
    /// let dialled = String::from("(415) 886-7900");
    /// let class = Classifiers::north_america().classify(&dialled).map(Classification::into_owned);
    /// assert_eq!(&*class.unwrap().rule, "did_us");
    /// ```
    #[must_use]
    pub fn into_owned(self) -> Classified {
        Classified::from(&self)
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
        map.serialize_entry("number", &self.captured())?;
        map.serialize_entry("name", self.rule().name())?;
        map.end()
    }
}
