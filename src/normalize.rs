//! From what people dial to a number: ordered converters and dial plans.
//!
//! A converter is a pattern with a prefix and a suffix: where it matches, the result is the
//! prefix, the **last** group that took part, and the suffix. The first that matches wins. What
//! starts with `+` is kept, and so is what matches nothing: an emergency code, an extension, junk.
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

mod converters;
mod nanp;
mod text;

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

pub use self::converters::{Converter, Converters, ConvertersError};
pub use self::nanp::{strip_plus, to_1npan, to_npan};
pub use self::text::Text;

pub(crate) use self::nanp::{Read, is_kept, normalize_digits, normalized_length, read, split_plus};

use self::converters::Whole;
use self::text::Joined;
use crate::number::PhoneNumber;
use crate::pattern::{Pattern, PatternError};
use crate::plan::{self, Region};

/// What a dialled text is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Normalized<'t> {
    /// A number.
    Number(PhoneNumber),
    /// Anything else. Borrowed unless a converter or the removal of separators changed the text.
    Other(Cow<'t, str>),
}

impl<'t> Normalized<'t> {
    /// The number, if it is one.
    ///
    /// ```
    /// # use telnum::normalize::Normalizer;
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

    /// The text: the number's E.164 form, or what else it is.
    ///
    /// ```
    /// # use telnum::normalize::Normalizer;
    /// assert_eq!(&*Normalizer::reference().normalize("4158867900").text(), "+14158867900");
    /// ```
    #[must_use]
    pub fn text(&self) -> Text<'_> {
        match self {
            Self::Number(number) => Text::from(*number),
            Self::Other(text) => Text::from(&**text),
        }
    }

    /// The same without the borrow.
    ///
    /// ```
    /// # use telnum::normalize::{Normalized, Normalizer};
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

    /// A number if the text is one in E.164 form, else the text.
    #[inline]
    fn of(text: &'t str) -> Self {
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

/// Ordered converters, those of an account's dial plan before the system's.
///
/// Cheap to clone: the converters are shared. In JSON it is the map of the system's
/// [`Converters`]; dial plan, numbering plan and reconcile pattern are settings of their own.
///
/// ```
/// use telnum::normalize::{Converters, Normalizer};
///
/// let dial_plan: Converters = serde_json::from_str(r#"{"^(\\d{7})$": {"prefix": "+1415"}}"#)?;
/// let office = Normalizer::reference().with_dial_plan(dial_plan);
/// assert_eq!(office.normalize("886-7900").text(), "+14158867900");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Normalizer {
    dial_plan: Option<Converters>,
    system: System,
    reconcilable: Option<Pattern>,
}

/// What decides after the dial plan.
#[derive(Clone, Debug)]
enum System {
    Converters(Converters),
    /// The world's numbering plan, for what is dialled in a region.
    Plan(Region),
}

impl Normalizer {
    /// What [`is_reconcilable`](Self::is_reconcilable) asks for unless it is told otherwise.
    pub const RECONCILABLE: &'static str = r"^(\+?1)?\d{10}$|^\+[2-9]\d{7,}$|^011\d*$|^00\d*$";

    /// The normalizer of the reference rules, see [`Converters::reference`].
    ///
    /// ```
    /// # use telnum::normalize::Normalizer;
    /// assert_eq!(Normalizer::reference().normalize("4158867900").text(), "+14158867900");
    /// ```
    #[must_use]
    pub fn reference() -> Self {
        Self::new(Converters::reference())
    }

    /// A normalizer of these converters.
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

    /// A normalizer that makes a number only of what is a valid one when it is dialled in a region, by
    /// the world's [numbering plan](crate::plan); anything else is kept. A text with an extension is
    /// no number alone and is kept, too.
    ///
    /// ```
    /// use telnum::{normalize::Normalizer, plan::Region};
    ///
    /// let strict = Normalizer::strict(Region::US);
    /// assert_eq!(strict.normalize("(415) 886-7900").text(), "+14158867900");
    /// assert_eq!(strict.normalize("011 44 20 7946 0000").text(), "+442079460000");
    /// // No exchange code starts with 1. By the reference rules this is a Swiss number.
    /// assert_eq!(strict.normalize("4151234567").number(), None);
    /// assert_eq!(strict.normalize("911").number(), None);
    /// ```
    ///
    /// The answers follow [`METADATA_VERSION`](crate::plan::METADATA_VERSION).
    #[must_use]
    pub const fn strict(region: Region) -> Self {
        Self { dial_plan: None, system: System::Plan(region), reconcilable: None }
    }

    /// The same with an account's dial plan, which is run first; what it makes of a text goes on to
    /// the system's converters or numbering plan.
    ///
    /// ```
    /// use telnum::normalize::{Converter, Converters, Normalizer};
    ///
    /// let plan = Converters::new([Converter::new(r"^9(\d{10})$").with_prefix("1")])?;
    /// let office = Normalizer::reference().with_dial_plan(plan);
    /// assert_eq!(office.normalize("94158867900").text(), "+14158867900");
    /// # Ok::<(), telnum::normalize::ConvertersError>(())
    /// ```
    #[must_use]
    pub fn with_dial_plan(self, dial_plan: Converters) -> Self {
        Self { dial_plan: Some(dial_plan), ..self }
    }

    /// The same with another reconcile pattern than [`RECONCILABLE`](Self::RECONCILABLE).
    ///
    /// ```
    /// # use telnum::normalize::Normalizer;
    /// let normalizer = Normalizer::reference().with_reconcilable(r"^\+\d{3,}$")?;
    /// assert!(normalizer.is_reconcilable("+999") && !normalizer.is_reconcilable("4158867900"));
    /// # Ok::<(), telnum::PatternError>(())
    /// ```
    ///
    /// # Errors
    /// The pattern is not one.
    pub fn with_reconcilable(self, pattern: &str) -> Result<Self, PatternError> {
        Ok(Self { reconcilable: Some(Pattern::new(pattern)?), ..self })
    }

    /// The system's converters; a [`strict`](Self::strict) normalizer has none.
    #[must_use]
    pub const fn converters(&self) -> Option<&Converters> {
        match &self.system {
            System::Converters(converters) => Some(converters),
            System::Plan(_) => None,
        }
    }

    /// The account's dial plan.
    #[must_use]
    pub const fn dial_plan(&self) -> Option<&Converters> {
        self.dial_plan.as_ref()
    }

    /// What a text means, the lenient way: separators that people type (space `-` `.` `(` `)` `/`)
    /// are removed first.
    ///
    /// What matches nothing is kept. If all that was removed are separators between dialable
    /// characters (digits, `+`, `*`, `#`), it is kept without them: `9-1-1` is the emergency code;
    /// otherwise it is kept to the letter.
    ///
    /// ```
    /// # use telnum::normalize::Normalizer;
    /// let normalizer = Normalizer::reference();
    /// let text = |text| normalizer.normalize(text).into_owned().text().to_string();
    /// assert_eq!(text("+1 (415) 886-7900"), "+14158867900");
    /// assert_eq!(text("9-1-1"), "911");
    /// assert_eq!(text("NOT a number"), "NOT a number");
    /// assert_eq!(text("41234567"), "+41234567");
    /// ```
    #[must_use]
    #[inline]
    pub fn normalize<'t>(&self, text: &'t str) -> Normalized<'t> {
        if self.is_reference() {
            if let Some(number) = nanp::reference_number(text.as_bytes()) {
                return Normalized::Number(number);
            }
            if is_kept(text.as_bytes()) {
                return Normalized::Other(Cow::Borrowed(text));
            }
        }
        self.normalize_lenient(text)
    }

    fn normalize_lenient<'t>(&self, text: &'t str) -> Normalized<'t> {
        if separator(text).is_none() {
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

    /// What a text means, the strict way: separators are refused, and nothing is removed.
    ///
    /// ```
    /// # use telnum::normalize::Normalizer;
    /// let normalizer = Normalizer::reference();
    /// assert_eq!(normalizer.normalize_strict("4158867900")?.text(), "+14158867900");
    /// let error = normalizer.normalize_strict("415 886-7900").unwrap_err();
    /// assert_eq!(error.to_string(), "separator ' ' at byte 3");
    /// # Ok::<(), telnum::normalize::SeparatorError>(())
    /// ```
    ///
    /// # Errors
    /// The first separator, and where it stands.
    pub fn normalize_strict<'t>(&self, text: &'t str) -> Result<Normalized<'t>, SeparatorError> {
        match separator(text) {
            Some(error) => Err(error),
            None => Ok(self.normalize_exact(text)),
        }
    }

    fn normalize_exact<'t>(&self, text: &'t str) -> Normalized<'t> {
        let planned = self.dial_plan.as_ref().filter(|_| !text.starts_with('+'));
        match planned.and_then(|plan| plan.convert(text, Whole::Kept)) {
            None => self.convert(text),
            Some(planned) => match self.convert(planned.as_str()) {
                Normalized::Other(text) => Normalized::Other(Cow::Owned(text.into_owned())),
                Normalized::Number(number) => Normalized::Number(number),
            },
        }
    }

    /// What the system makes of a text.
    fn convert<'t>(&self, text: &'t str) -> Normalized<'t> {
        match &self.system {
            System::Converters(_) if text.starts_with('+') => Normalized::of(text),
            System::Converters(converters) => match converters.convert(text, Whole::Converted) {
                None => Normalized::Other(Cow::Borrowed(text)),
                Some(joined) => Normalized::of(joined.as_str()).into_owned(),
            },
            System::Plan(region) => match valid(text, *region) {
                Some(number) => Normalized::Number(number),
                None => Normalized::Other(Cow::Borrowed(text)),
            },
        }
    }

    #[inline]
    pub(crate) fn is_reference(&self) -> bool {
        self.dial_plan.is_none() && self.converters().is_some_and(Converters::is_reference)
    }

    /// Whether to normalize a text changes nothing.
    ///
    /// ```
    /// # use telnum::normalize::Normalizer;
    /// let normalizer = Normalizer::reference();
    /// assert!(normalizer.is_normalized("+14158867900") && normalizer.is_normalized("911"));
    /// assert!(!normalizer.is_normalized("4158867900") && !normalizer.is_normalized("9-1-1"));
    /// ```
    #[must_use]
    pub fn is_normalized(&self, text: &str) -> bool {
        self.normalize(text).text() == text
    }

    /// Whether a text may name a number of an inventory: whether the reconcile pattern matches it
    /// as it stands. Nothing is removed or normalized first.
    ///
    /// ```
    /// # use telnum::normalize::Normalizer;
    /// let normalizer = Normalizer::reference();
    /// assert!(normalizer.is_reconcilable("4158867900"));
    /// assert!(!normalizer.is_reconcilable("1000"));
    /// assert!(!normalizer.is_reconcilable("+141510010+15"));
    /// ```
    #[must_use]
    pub fn is_reconcilable(&self, text: &str) -> bool {
        static DEFAULT: LazyLock<Option<Pattern>> =
            LazyLock::new(|| Pattern::new(Normalizer::RECONCILABLE).ok());
        self.reconcilable.as_ref().or(DEFAULT.as_ref()).is_some_and(|pattern| pattern.is_match(text))
    }
}

impl Default for Normalizer {
    fn default() -> Self {
        Self::reference()
    }
}

impl Serialize for Normalizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.system {
            System::Converters(converters) => converters.serialize(serializer),
            System::Plan(region) => {
                Err(ser::Error::custom(format_args!("the plan of {region} is no list of converters")))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Normalizer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Converters::deserialize(deserializer).map(Self::new)
    }
}

/// A separator in a text that must have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("separator {separator:?} at byte {position}")]
pub struct SeparatorError {
    separator: char,
    position: usize,
}

impl SeparatorError {
    /// The first separator of the text.
    #[must_use]
    pub const fn separator(&self) -> char {
        self.separator
    }

    /// The byte where it stands.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// The number that a text is when it is dialled in a region, if it is valid.
fn valid(text: &str, region: Region) -> Option<PhoneNumber> {
    let parsed = plan::parse(text, Some(region)).ok()?;
    (parsed.extension.is_none() && parsed.number.is_valid()).then_some(parsed.number)
}

fn separator(text: &str) -> Option<SeparatorError> {
    let position = text.bytes().position(nanp::is_separator)?;
    let separator = text.as_bytes().get(position).copied().map(char::from)?;
    Some(SeparatorError { separator, position })
}

fn is_separator(c: char) -> bool {
    u8::try_from(c).is_ok_and(nanp::is_separator)
}

fn is_dialable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'*' | b'#'))
}
