//! Normalization: from the text that was dialled to a number, by ordered converters and dial plans.
//!
//! ```
//! use telnum::normalize::{Normalized, Normalizer};
//!
//! let normalizer = Normalizer::reference();
//! assert_eq!(normalizer.normalize("(415) 886-7900"), Normalized::Number("+14158867900".parse()?));
//! assert_eq!(normalizer.normalize("011442079460000"), Normalized::Number("+442079460000".parse()?));
//! assert_eq!(normalizer.normalize("911"), Normalized::Other("911".into()));
//! # Ok::<(), telnum::NumberError>(())
//! ```
//!
//! A [`Converter`] is a pattern, a prefix and a suffix. Where the pattern matches, the result is the
//! prefix, the **last** group that took part in the match, and the suffix. The first converter that
//! matches wins. A text that starts with `+` is kept, and so is one that nothing matches: an
//! emergency code, an extension, junk.
//!
//! An account's dial plan is a list of converters that runs before the system's. A
//! [`Normalizer::strict`] asks the world's numbering plan in place of the system's converters.
//!
//! Normalization to a number, or to the same text, does not allocate, unless a pattern captures its
//! last group at a place that depends on more than the length of the text.

mod converters;
mod form;
mod nanp;
mod reference;
mod text;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

pub use self::converters::{Converter, Converters, ConvertersError};
pub use self::nanp::{strip_plus, to_1npan, to_npan};
pub use self::text::NumberText;

pub(crate) use self::form::{ANY, Form};
pub(crate) use self::reference::{
    CONVERSIONS, Conversion, Converted, convert_dialled, converted_length, is_kept, pack_dialled, split_plus,
};

use self::converters::WithoutGroup;
use self::text::Joined;
use crate::number::PhoneNumber;
use crate::pattern::{Pattern, PatternError};
use crate::plan::{self, Region};

/// A normalized text.
///
/// ```
/// use telnum::normalize::{Normalized, Normalizer};
///
/// match Normalizer::reference().normalize("4158867900") {
///     Normalized::Number(number) => assert_eq!(number.to_string(), "+14158867900"),
///     Normalized::Other(text) => panic!("{text}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Normalized<'t> {
    /// A number.
    Number(PhoneNumber),
    /// A text that is not a number. It is borrowed unless a converter or the removal of separators
    /// changed it.
    Other(Cow<'t, str>),
}

impl<'t> Normalized<'t> {
    /// Returns the number, if it is one.
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// assert!(Normalizer::reference().normalize("4158867900").number().is_some());
    /// assert_eq!(Normalizer::reference().normalize("911").number(), None);
    /// ```
    #[must_use]
    #[inline]
    pub const fn number(&self) -> Option<PhoneNumber> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Other(_) => None,
        }
    }

    /// Returns the E.164 form of the number, or the text that is not a number.
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// assert_eq!(Normalizer::reference().normalize("4158867900").text(), "+14158867900");
    /// assert_eq!(Normalizer::reference().normalize("911").text(), "911");
    /// ```
    #[must_use]
    pub fn text(&self) -> NumberText<'_> {
        match self {
            Self::Number(number) => NumberText::from(*number),
            Self::Other(text) => NumberText::from(&**text),
        }
    }

    /// Converts into a value that borrows nothing.
    ///
    /// ```
    /// use telnum::normalize::{Normalized, Normalizer};
    ///
    /// let kept: Normalized<'static> = Normalizer::reference().normalize(&String::from("911")).into_owned();
    /// assert_eq!(kept.text(), "911");
    /// ```
    #[must_use]
    pub fn into_owned(self) -> Normalized<'static> {
        match self {
            Self::Number(number) => Normalized::Number(number),
            Self::Other(text) => Normalized::Other(Cow::Owned(text.into_owned())),
        }
    }

    /// Returns the number of which `text` is the E.164 form, or `text`.
    #[inline]
    fn from_e164(text: &'t str) -> Self {
        match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Other(Cow::Borrowed(text)),
        }
    }
}

impl From<PhoneNumber> for Normalized<'_> {
    fn from(number: PhoneNumber) -> Self {
        Self::Number(number)
    }
}

/// A dial plan, if there is one, and the converters or the numbering plan that come after it.
///
/// A clone shares the converters. In JSON a normalizer is the map of its [`converters`], as
/// [`Converters`] are; dial plan, numbering plan and reconcile pattern are settings of their own.
///
/// [`converters`]: Self::converters
///
/// ```
/// use telnum::normalize::{Converters, Normalizer};
///
/// let dial_plan: Converters = serde_json::from_str(r#"{"^(\\d{7})$": {"prefix": "+1415"}}"#)?;
/// let office = Normalizer::reference().with_dial_plan(dial_plan);
/// assert_eq!(office.normalize("886-7900").text(), "+14158867900");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[doc(alias = "knm_converters")]
#[doc(alias = "wnm_util")]
#[derive(Clone, Debug)]
pub struct Normalizer {
    dial_plan: Option<Converters>,
    system: System,
    /// `None` for the default.
    reconcilable: Option<Pattern>,
}

/// The stage of a normalizer that follows the dial plan.
#[derive(Clone, Debug)]
enum System {
    Converters(Converters),
    /// The world's numbering plan, for texts that are dialled in this region.
    Plan(Region),
}

impl Normalizer {
    /// The default pattern of [`is_reconcilable`](Self::is_reconcilable), which is Kazoo's.
    pub const RECONCILABLE: &'static str = reference::RECONCILABLE;

    /// Creates a normalizer with the reference's converters, see [`Converters::reference`].
    ///
    /// They are built once a process.
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// assert_eq!(Normalizer::reference().normalize("4158867900").text(), "+14158867900");
    /// ```
    #[must_use]
    pub fn reference() -> Self {
        Self::new(Converters::reference())
    }

    /// Creates a normalizer with the given converters.
    ///
    /// ```
    /// use telnum::normalize::{Converter, Converters, Normalizer};
    ///
    /// let berlin = Converters::new([Converter::new(r"^0([1-9]\d+)$").with_prefix("+49")])?;
    /// assert_eq!(Normalizer::new(berlin).normalize("030 123456").text(), "+4930123456");
    /// # Ok::<(), telnum::normalize::ConvertersError>(())
    /// ```
    #[must_use]
    pub const fn new(converters: Converters) -> Self {
        Self { dial_plan: None, system: System::Converters(converters), reconcilable: None }
    }

    /// Creates a normalizer that follows the world's [numbering plan](crate::plan): a text becomes a
    /// number only if it is a valid one when it is dialled in `region`, and is kept otherwise.
    ///
    /// A text with an extension is more than a number and is kept, too. The results depend on
    /// [`METADATA_VERSION`](crate::plan::METADATA_VERSION).
    ///
    /// ```
    /// use telnum::{normalize::Normalizer, plan::Region};
    ///
    /// let strict = Normalizer::strict(Region::US);
    /// assert_eq!(strict.normalize("(415) 886-7900").text(), "+14158867900");
    /// assert_eq!(strict.normalize("011 44 20 7946 0000").text(), "+442079460000");
    /// // No exchange code starts with 1. The reference's converters make a Swiss number of this.
    /// assert_eq!(strict.normalize("4151234567").number(), None);
    /// assert_eq!(strict.normalize("911").number(), None);
    /// ```
    #[must_use]
    pub const fn strict(region: Region) -> Self {
        Self { dial_plan: None, system: System::Plan(region), reconcilable: None }
    }

    /// Sets an account's dial plan, which runs first. Its result goes on to the system's converters
    /// or to the numbering plan.
    ///
    /// A text that starts with `+` skips the dial plan. A converter of a dial plan that matches
    /// without a group keeps the text.
    ///
    /// ```
    /// use telnum::normalize::{Converter, Converters, Normalizer};
    ///
    /// let dial_plan = Converters::new([Converter::new(r"^9(\d{10})$").with_prefix("1")])?;
    /// let office = Normalizer::reference().with_dial_plan(dial_plan);
    /// assert_eq!(office.normalize("94158867900").text(), "+14158867900");
    /// # Ok::<(), telnum::normalize::ConvertersError>(())
    /// ```
    #[must_use]
    pub fn with_dial_plan(self, dial_plan: Converters) -> Self {
        Self { dial_plan: Some(dial_plan), ..self }
    }

    /// Sets the pattern of [`is_reconcilable`](Self::is_reconcilable). The default is
    /// [`RECONCILABLE`](Self::RECONCILABLE).
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// let normalizer = Normalizer::reference().with_reconcilable(r"^\+\d{3,}$")?;
    /// assert!(normalizer.is_reconcilable("+999") && !normalizer.is_reconcilable("4158867900"));
    /// # Ok::<(), telnum::PatternError>(())
    /// ```
    ///
    /// # Errors
    /// Returns a [`PatternError`] if `pattern` is not a regular expression over ASCII, or is larger
    /// than 10 MiB once compiled.
    #[doc(alias = "reconcile_regex")]
    pub fn with_reconcilable(self, pattern: &str) -> Result<Self, PatternError> {
        Ok(Self { reconcilable: Some(Pattern::new(pattern)?), ..self })
    }

    /// Returns the system's converters; a [`strict`](Self::strict) normalizer has none.
    #[must_use]
    pub const fn converters(&self) -> Option<&Converters> {
        match &self.system {
            System::Converters(converters) => Some(converters),
            System::Plan(_) => None,
        }
    }

    /// Returns the account's dial plan, if one was set.
    #[must_use]
    pub const fn dial_plan(&self) -> Option<&Converters> {
        self.dial_plan.as_ref()
    }

    /// Normalizes `text` without the separators that people type: space `-` `.` `(` `)` `/`.
    ///
    /// A text that nothing matches is kept. If it has separators and otherwise only dialable
    /// characters (digits, `+`, `*`, `#`), it is kept without the separators: `9-1-1` is the
    /// emergency code. Any other text is kept unchanged.
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// let normalizer = Normalizer::reference();
    /// assert_eq!(normalizer.normalize("+1 (415) 886-7900").text(), "+14158867900");
    /// assert_eq!(normalizer.normalize("41234567").text(), "+41234567");
    /// assert_eq!(normalizer.normalize("9-1-1").text(), "911");
    /// assert_eq!(normalizer.normalize("NOT a number").text(), "NOT a number");
    /// ```
    #[doc(alias = "to_e164")]
    #[doc(alias = "normalize_number")]
    #[must_use]
    #[inline]
    pub fn normalize<'t>(&self, text: &'t str) -> Normalized<'t> {
        if self.is_reference() {
            if let Some(number) = reference::number_of(text.as_bytes()) {
                return Normalized::Number(number);
            }
            if is_kept(text.as_bytes()) {
                return Normalized::Other(Cow::Borrowed(text));
            }
        }
        self.normalize_lenient(text)
    }

    fn normalize_lenient<'t>(&self, text: &'t str) -> Normalized<'t> {
        if first_separator(text).is_none() {
            return self.normalize_exact(text);
        }
        let bare = Joined::new(text.split(is_separator));
        match self.normalize_exact(bare.as_str()) {
            Normalized::Number(number) => Normalized::Number(number),
            Normalized::Other(Cow::Owned(converted)) => Normalized::Other(Cow::Owned(converted)),
            Normalized::Other(Cow::Borrowed(kept)) => Normalized::Other(if is_dialable(kept) {
                let trimmed = text.trim_matches(is_separator);
                if trimmed == kept { Cow::Borrowed(trimmed) } else { Cow::Owned(kept.to_owned()) }
            } else {
                Cow::Borrowed(text)
            }),
        }
    }

    /// Normalizes `text`, in which separators are refused.
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// let normalizer = Normalizer::reference();
    /// assert_eq!(normalizer.normalize_strict("4158867900")?.text(), "+14158867900");
    /// let error = normalizer.normalize_strict("415 886-7900").unwrap_err();
    /// assert_eq!(error.to_string(), "separator: expected none, found ' ' at byte 3");
    /// # Ok::<(), telnum::normalize::SeparatorError>(())
    /// ```
    ///
    /// # Errors
    /// Returns a [`SeparatorError`] with the first separator if `text` has one.
    pub fn normalize_strict<'t>(&self, text: &'t str) -> Result<Normalized<'t>, SeparatorError> {
        match first_separator(text) {
            Some(error) => Err(error),
            None => Ok(self.normalize_exact(text)),
        }
    }

    fn normalize_exact<'t>(&self, text: &'t str) -> Normalized<'t> {
        let dial_plan = self.dial_plan.as_ref().filter(|_| !text.starts_with('+'));
        match dial_plan.and_then(|plan| plan.convert(text, WithoutGroup::Keep)) {
            None => self.convert(text),
            Some(converted) => match self.convert(converted.as_str()) {
                Normalized::Other(text) => Normalized::Other(Cow::Owned(text.into_owned())),
                Normalized::Number(number) => Normalized::Number(number),
            },
        }
    }

    /// Converts `text` by the system's converters or by the numbering plan.
    fn convert<'t>(&self, text: &'t str) -> Normalized<'t> {
        match &self.system {
            System::Converters(_) if text.starts_with('+') => Normalized::from_e164(text),
            System::Converters(converters) => match converters.convert(text, WithoutGroup::Convert) {
                None => Normalized::Other(Cow::Borrowed(text)),
                Some(converted) => Normalized::from_e164(converted.as_str()).into_owned(),
            },
            System::Plan(region) => match valid_number(text, *region) {
                Some(number) => Normalized::Number(number),
                None => Normalized::Other(Cow::Borrowed(text)),
            },
        }
    }

    /// Returns whether the reference's converters alone decide.
    #[inline]
    pub(crate) fn is_reference(&self) -> bool {
        self.dial_plan.is_none() && self.converters().is_some_and(Converters::is_reference)
    }

    /// Returns whether normalization leaves `text` unchanged.
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// let normalizer = Normalizer::reference();
    /// assert!(normalizer.is_normalized("+14158867900") && normalizer.is_normalized("911"));
    /// assert!(!normalizer.is_normalized("4158867900") && !normalizer.is_normalized("9-1-1"));
    /// ```
    #[must_use]
    pub fn is_normalized(&self, text: &str) -> bool {
        self.normalize(text).text() == text
    }

    /// Returns whether `text` may name a number of an inventory: whether the reconcile pattern
    /// matches it. Nothing is removed or normalized first.
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// let normalizer = Normalizer::reference();
    /// assert!(normalizer.is_reconcilable("4158867900"));
    /// assert!(!normalizer.is_reconcilable("1000"));
    /// assert!(!normalizer.is_reconcilable("+141510010+15"));
    /// ```
    #[doc(alias = "reconcile_regex")]
    #[doc(alias = "not_reconcilable")]
    #[must_use]
    pub fn is_reconcilable(&self, text: &str) -> bool {
        match &self.reconcilable {
            Some(pattern) => pattern.is_match(text),
            None => reference::is_reconcilable(text),
        }
    }
}

impl Default for Normalizer {
    /// Returns [`Normalizer::reference`].
    fn default() -> Self {
        Self::reference()
    }
}

impl Serialize for Normalizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.system {
            System::Converters(converters) => converters.serialize(serializer),
            System::Plan(region) => Err(ser::Error::custom(format_args!(
                "normalizer: expected converters, found the numbering plan of {region}"
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Normalizer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Converters::deserialize(deserializer).map(Self::new)
    }
}

/// The error for a separator in a text that must not have one.
///
/// ```
/// use telnum::normalize::Normalizer;
///
/// let error = Normalizer::reference().normalize_strict("415.8867900").unwrap_err();
/// assert_eq!((error.separator(), error.position()), ('.', 3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("separator: expected none, found {separator:?} at byte {position}")]
pub struct SeparatorError {
    separator: char,
    position: usize,
}

impl SeparatorError {
    /// Returns the first separator of the text.
    #[must_use]
    pub const fn separator(&self) -> char {
        self.separator
    }

    /// Returns the byte of the text at which the separator stands.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// Returns the number that `text` is when it is dialled in `region`, if it is a valid one.
fn valid_number(text: &str, region: Region) -> Option<PhoneNumber> {
    let parsed = plan::parse(text, Some(region)).ok()?;
    (parsed.extension.is_none() && parsed.number.is_valid()).then_some(parsed.number)
}

fn first_separator(text: &str) -> Option<SeparatorError> {
    let position = text.bytes().position(reference::is_separator)?;
    let separator = text.as_bytes().get(position).copied().map(char::from)?;
    Some(SeparatorError { separator, position })
}

fn is_separator(c: char) -> bool {
    u8::try_from(c).is_ok_and(reference::is_separator)
}

fn is_dialable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'*' | b'#'))
}
