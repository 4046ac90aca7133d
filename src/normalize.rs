//! Normalization of dialled text to a number, by ordered converters and dial plans.
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
//! A [`Converter`] is a pattern, a prefix and a suffix. If the pattern matches, the result is the
//! prefix, the **last** group that took part in the match, and the suffix. The first converter that
//! matches wins. A text is kept if it starts with `+` or if no converter matches it, such as an
//! emergency code or an extension.
//!
//! An account's dial plan is a list of converters that runs before the system's converters.
//! [`Normalizer::strict`] uses the world's numbering plan in place of the system's converters.
//!
//! A `tel:` or `sip:` URI is read by [`PhoneUri`], which separates the number from its parameters and from
//! the digits that are sent after the call is answered; [`Normalizer::normalize_uri`] normalizes its number.
//! [`split_post_dial`] separates such digits in a dialled text. [`placeholder`] recognizes the texts that
//! networks send in place of a caller's number.
//!
//! Normalization allocates only if the result is a changed text that is not a number, or if the length of the
//! text does not determine the position of a pattern's last group.

mod converters;
mod form;
mod nanp;
mod placeholder;
mod post_dial;
mod reference;
mod separator;
mod text;
mod uri;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

pub use self::converters::{Converter, Converters, ConvertersError};
pub use self::nanp::{strip_plus, to_1npan, to_npan};
pub use self::placeholder::{Placeholder, placeholder};
pub use self::post_dial::split_post_dial;
pub use self::text::NumberText;
pub use self::uri::{PhoneUri, PhoneUriError};

pub(crate) use self::form::{ANY, Form};
pub(crate) use self::reference::{
    CONVERSIONS, Conversion, Converted, convert_dialled, converted_length, is_kept, pack_dialled, split_plus,
};

use self::converters::WithoutGroup;
use self::separator::is_separator;
use self::text::Joined;
use crate::number::{CallingCode, PhoneNumber};
use crate::pattern::{Pattern, PatternError};
use crate::plan::{self, Region};

/// The result of normalization.
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
    /// Returns the number, or `None` for a text that is not a number.
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

    /// Returns the E.164 form of the number, or the text if it is not a number.
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

    /// Converts `self` into a value that borrows nothing.
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

    /// Creates a normalized number if `text` is in E.164 form, and a normalized text otherwise.
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

/// A conversion of dialled text to E.164 numbers: an optional dial plan, followed by the system's
/// converters or by the numbering plan.
///
/// A clone shares the compiled converters. The JSON form is that of the system's [`converters`]; the
/// dial plan, the numbering plan and the reconcile pattern are not part of it.
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
    /// The pattern of reconcilable texts; `None` for the default.
    reconcilable: Option<Pattern>,
}

/// The stage of a normalizer that follows the dial plan.
#[derive(Clone, Debug)]
enum System {
    Converters(Converters),
    /// The world's numbering plan, for texts dialled in this region.
    Plan(Region),
}

impl Normalizer {
    /// The maximum length of a normalized text, in bytes: 1,024. A longer text is returned unchanged.
    pub const MAX_TEXT_BYTES: usize = 1_024;

    /// The default pattern of [`is_reconcilable`](Self::is_reconcilable), taken from Kazoo.
    pub const RECONCILABLE: &'static str = reference::RECONCILABLE;

    /// Creates a normalizer with the converters of [`Converters::reference`].
    ///
    /// The converters are compiled once per process.
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
    /// number only if it is a valid number when dialled in `region`, and is kept otherwise.
    ///
    /// A text with an extension is kept, too, since a number cannot hold the extension. The results
    /// depend on the release of the plan, [`METADATA_VERSION`](crate::plan::METADATA_VERSION).
    ///
    /// ```
    /// use telnum::{normalize::Normalizer, plan::Region};
    ///
    /// let strict = Normalizer::strict(Region::US);
    /// assert_eq!(strict.normalize("(415) 886-7900").text(), "+14158867900");
    /// assert_eq!(strict.normalize("011 44 20 7946 0000").text(), "+442079460000");
    /// // No exchange code starts with 1. The reference's converters turn this text into a Swiss number.
    /// assert_eq!(strict.normalize("4151234567").number(), None);
    /// assert_eq!(strict.normalize("911").number(), None);
    /// ```
    #[must_use]
    pub const fn strict(region: Region) -> Self {
        Self { dial_plan: None, system: System::Plan(region), reconcilable: None }
    }

    /// Sets an account's dial plan. It runs first, and its result is passed on to the system's
    /// converters or to the numbering plan.
    ///
    /// A text that starts with `+` skips the dial plan. If a converter of the dial plan matches without
    /// a group, the text is kept.
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
    ///
    /// Returns a [`PatternError`] if `pattern` is not a regular expression over ASCII, or exceeds 10
    /// MiB when compiled.
    #[doc(alias = "reconcile_regex")]
    pub fn with_reconcilable(self, pattern: &str) -> Result<Self, PatternError> {
        Ok(Self { reconcilable: Some(Pattern::new(pattern)?), ..self })
    }

    /// Returns the system's converters; `None` for a [`strict`](Self::strict) normalizer.
    ///
    /// ```
    /// use telnum::{normalize::Normalizer, plan::Region};
    ///
    /// assert_eq!(Normalizer::reference().converters().unwrap().iter().len(), 3);
    /// assert!(Normalizer::strict(Region::US).converters().is_none());
    /// ```
    #[must_use]
    pub const fn converters(&self) -> Option<&Converters> {
        match &self.system {
            System::Converters(converters) => Some(converters),
            System::Plan(_) => None,
        }
    }

    /// Returns the account's dial plan, if one is set.
    ///
    /// ```
    /// use telnum::normalize::{Converter, Converters, Normalizer};
    ///
    /// let office = Converters::new([Converter::new(r"^(\d{7})$").with_prefix("+1415")])?;
    /// let normalizer = Normalizer::reference().with_dial_plan(office);
    /// assert_eq!(normalizer.dial_plan().unwrap().iter().len(), 1);
    /// # Ok::<(), telnum::normalize::ConvertersError>(())
    /// ```
    #[must_use]
    pub const fn dial_plan(&self) -> Option<&Converters> {
        self.dial_plan.as_ref()
    }

    /// Normalizes `text`, ignoring the separators that people type, space `-` `.` `(` `)` `/`, and those that
    /// programs put in their place or around a number: all Unicode spaces and dashes, bidirectional marks and
    /// isolates.
    ///
    /// A trunk zero in brackets after a calling code, as in `+44 (0)20 7946 0958`, is not dialled from
    /// abroad. It is removed, unless the number is only valid with it, as in Italy.
    ///
    /// A text that no converter matches is kept. If it consists of separators and dialable characters
    /// (digits, `+`, `*`, `#`), its separators are removed: `9-1-1` becomes the emergency code. Any
    /// other text is unchanged.
    ///
    /// ```
    /// use telnum::normalize::Normalizer;
    ///
    /// let normalizer = Normalizer::reference();
    /// assert_eq!(normalizer.normalize("+1 (415) 886-7900").text(), "+14158867900");
    /// assert_eq!(normalizer.normalize("41234567").text(), "+41234567");
    /// assert_eq!(normalizer.normalize("9-1-1").text(), "911");
    /// assert_eq!(normalizer.normalize("+44 (0)20 7946 0958").text(), "+442079460958");
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
        if text.len() > Self::MAX_TEXT_BYTES {
            return Normalized::Other(Cow::Borrowed(text));
        }
        if first_separator(text).is_none() {
            return self.normalize_exact(text);
        }
        if let Some(number) = self.without_trunk_zero(text) {
            return Normalized::Number(number);
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

    /// Normalizes `text`, and refuses separators.
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
    ///
    /// Returns a [`SeparatorError`] with the first separator if `text` contains one.
    pub fn normalize_strict<'t>(&self, text: &'t str) -> Result<Normalized<'t>, SeparatorError> {
        match first_separator(text) {
            Some(error) => Err(error),
            None => Ok(self.normalize_exact(text)),
        }
    }

    /// Returns the number in a text with a trunk zero in brackets after a calling code, unless the number is
    /// valid only with the zero.
    fn without_trunk_zero(&self, text: &str) -> Option<PhoneNumber> {
        let (head, rest) = text.split_once(TRUNK_ZERO)?;
        rest.bytes().find(u8::is_ascii_digit)?;
        let code = Joined::new(head.split(is_separator));
        let code = ["+", "00", "011"].iter().find_map(|prefix| code.as_str().strip_prefix(*prefix))?;
        code.parse::<CallingCode>().ok()?.regions().next()?;
        let read = |zero: &'static str| {
            let pieces = head.split(is_separator).chain([zero]).chain(rest.split(is_separator));
            self.normalize_exact(Joined::new(pieces).as_str()).number()
        };
        let (with, without) = (read("0"), read(""));
        let is_needed =
            !without.is_some_and(PhoneNumber::is_valid) && with.is_some_and(PhoneNumber::is_valid);
        if is_needed { with } else { without }
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

    /// Returns whether the normalizer has the reference converters and no dial plan.
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

    /// Returns whether `text` may denote a number of an inventory, that is, whether the reconcile
    /// pattern matches it. The text is not normalized first.
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

/// The error returned if a text that must not contain separators contains one.
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
    /// Returns the first separator in the text.
    #[must_use]
    pub const fn separator(&self) -> char {
        self.separator
    }

    /// Returns the byte position of the separator in the text.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// Returns the number that `text` dials in `region`, if it is valid.
fn valid_number(text: &str, region: Region) -> Option<PhoneNumber> {
    let parsed = plan::parse(text, Some(region)).ok()?;
    (parsed.extension.is_none() && parsed.number.is_valid()).then_some(parsed.number)
}

/// A trunk zero in brackets.
const TRUNK_ZERO: &str = "(0)";

fn first_separator(text: &str) -> Option<SeparatorError> {
    let (position, separator) = text.char_indices().find(|(_, c)| is_separator(*c))?;
    Some(SeparatorError { separator, position })
}

fn is_dialable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'*' | b'#'))
}
