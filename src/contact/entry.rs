use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::{AsEntered, TextError};
use crate::number::{CallingCode, Extension, PhoneNumber};
use crate::plan::{self, ParseError, Possibility, Region};

/// A number as somebody entered it: the number that was read, and the text.
///
/// ```
/// use telnum::contact::{Country, Entry};
/// use telnum::plan::Region;
///
/// let entry = Entry::read("(415) 886-7900 x5", None, Some(Region::US))?;
/// assert_eq!(entry.number(), "+14158867900".parse()?);
/// assert_eq!(entry.extension(), Some("5".parse()?));
/// assert_eq!(&**entry.text(), "(415) 886-7900 x5");
///
/// let zurich = Entry::read("044 668 18 00", Some("+41".parse()?), Some(Region::US))?;
/// assert_eq!(zurich.number(), "+41446681800".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    number: PhoneNumber,
    extension: Option<Extension>,
    text: AsEntered,
}

/// The country that is stated beside a number.
///
/// ```
/// use telnum::contact::Country;
/// use telnum::plan::Region;
///
/// assert_eq!("+1".parse::<Country>()?, "1".parse()?);
/// assert_eq!("CH".parse::<Country>()?, Country::Region(Region::CH));
/// assert!("+999".parse::<Country>().is_err() && "ch".parse::<Country>().is_err());
/// # Ok::<(), telnum::contact::CountryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Country {
    /// By its calling code: `+41`, `41`.
    Code(CallingCode),
    /// By its name in ISO 3166: `CH`.
    Region(Region),
}

/// Not a country with a numbering plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}, found {found:?}", Self::EXPECTED)]
pub struct CountryError {
    found: Box<str>,
}

/// Why what was entered is not a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The text is too long.
    #[error(transparent)]
    TooLong(#[from] TextError),
    /// The text cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ParseError),
    /// No number of its country has so many digits, or no country has its calling code.
    #[error("{number} is no possible number: {}", what_is_wrong(*possibility))]
    Impossible {
        /// The number.
        number: PhoneNumber,
        /// What is wrong with its length.
        possibility: Possibility,
    },
    /// The text has a calling code, which is not that of the stated country.
    #[error("{number} is not of the stated calling code {stated}")]
    OtherCountry {
        /// The number in the text.
        number: PhoneNumber,
        /// The stated country's calling code.
        stated: CallingCode,
    },
    /// The text has an extension, and another one is stated.
    #[error("the number has the extension {in_text}, and {stated} is stated")]
    OtherExtension {
        /// That in the text.
        in_text: Extension,
        /// That which is stated.
        stated: Extension,
    },
}

impl Entry {
    /// Reads a number, of a stated country or of a default region where none is stated.
    ///
    /// A text with a calling code is read by it; one that is not the stated country's is refused. The
    /// number must be possible: its calling code is assigned, and some number there is as long. It
    /// need not be in a range that is in use, as those change faster than address books.
    ///
    /// # Errors
    /// The text is no number, no possible one, or not of the stated country.
    pub fn read(text: &str, country: Option<Country>, default: Option<Region>) -> Result<Self, EntryError> {
        let as_entered: AsEntered = text.parse()?;
        let parsed = match country {
            None => plan::parse(text, default),
            Some(country) => country.read(text),
        }?;
        let number = parsed.number;
        if let Some(stated) = country.and_then(Country::calling_code)
            && number.calling_code() != Some(stated)
        {
            return Err(EntryError::OtherCountry { number, stated });
        }
        let possibility = plan::lookup(number).possibility();
        if possibility != Possibility::IsPossible {
            return Err(EntryError::Impossible { number, possibility });
        }
        Ok(Self { number, extension: parsed.extension, text: as_entered })
    }

    /// The same with an extension that is stated beside the number.
    ///
    /// # Errors
    /// If the text has another one.
    pub fn with_extension(self, stated: Extension) -> Result<Self, EntryError> {
        match self.extension {
            Some(in_text) if in_text != stated => Err(EntryError::OtherExtension { in_text, stated }),
            Some(_) | None => Ok(Self { extension: Some(stated), ..self }),
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// What is dialled after the call is answered.
    #[must_use]
    pub const fn extension(&self) -> Option<Extension> {
        self.extension
    }

    /// The text as it was entered.
    #[must_use]
    pub const fn text(&self) -> &AsEntered {
        &self.text
    }
}

impl Country {
    /// The calling code; `None` for [`Region::WORLD`], which has several.
    #[must_use]
    pub fn calling_code(self) -> Option<CallingCode> {
        match self {
            Self::Code(code) => Some(code),
            Self::Region(region) => region.calling_code(),
        }
    }

    /// Reads the country from JSON: a text as above, or a calling code as an integer.
    ///
    /// # Errors
    /// If it is neither.
    pub fn from_value(value: &Value) -> Result<Self, CountryError> {
        match value {
            Value::String(text) => text.parse(),
            Value::Number(code) => code.to_string().parse(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Err(CountryError::of(&value.to_string()))
            }
        }
    }

    fn read(self, text: &str) -> Result<plan::Parsed, ParseError> {
        let region = match self {
            Self::Code(code) => code.main_region(),
            Self::Region(region) => Some(region),
        };
        match self {
            // The codes of no country have no way of dialling without them.
            Self::Code(code) if region == Some(Region::WORLD) && !text.trim_start().starts_with('+') => {
                plan::parse(&format!("+{code} {text}"), None)
            }
            Self::Code(_) | Self::Region(_) => plan::parse(text, region),
        }
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if let Ok(code) = digits.parse::<CallingCode>()
            && code.main_region().is_some()
        {
            return Ok(Self::Code(code));
        }
        match text.parse() {
            Ok(region) if region != Region::WORLD => Ok(Self::Region(region)),
            Ok(_) | Err(_) => Err(CountryError::of(text)),
        }
    }
}

/// `+41`, or `CH`.
impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => f.pad(&format!("+{code}")),
            Self::Region(region) => region.fmt(f),
        }
    }
}

impl CountryError {
    pub(crate) const EXPECTED: &str = "expected a calling code in use, such as +1, or a region, such as US";

    fn of(text: &str) -> Self {
        Self { found: text.chars().take(16).collect() }
    }
}

fn what_is_wrong(possibility: Possibility) -> &'static str {
    match possibility {
        Possibility::IsPossible => "nothing",
        Possibility::IsPossibleLocalOnly => "its area code is missing",
        Possibility::InvalidCountryCode => "its calling code is not assigned",
        Possibility::TooShort => "it is too short",
        Possibility::InvalidLength => "no number there is as long",
        Possibility::TooLong => "it is too long",
    }
}
