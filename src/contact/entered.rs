//! Entered numbers: the text, the number parsed from it, and the country stated with it.

use std::fmt;
use std::str::FromStr;

use super::text::{EnteredText, TextLengthError};
use crate::number::{CallingCode, Extension, PhoneNumber};
use crate::plan::{self, ParseError, Possibility, Region};

/// A number that a person entered: the text, and the number and extension parsed from it.
///
/// ```
/// use telnum::contact::EnteredNumber;
/// use telnum::plan::Region;
///
/// let entered = EnteredNumber::parse("(415) 886-7900 x5", None, Some(Region::US))?;
/// assert_eq!(entered.number(), "+14158867900".parse()?);
/// assert_eq!(entered.extension(), Some("5".parse()?));
/// assert_eq!(entered.text().as_str(), "(415) 886-7900 x5");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredNumber {
    number: PhoneNumber,
    extension: Option<Extension>,
    text: EnteredText,
}

/// The country that a person stated for a number.
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
    /// A calling code: `+41` or `41`.
    Code(CallingCode),
    /// An ISO 3166 alpha-2 code: `CH`.
    Region(Region),
}

/// The error for a text that is neither an assigned calling code nor the code of a region with a
/// numbering plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a calling code in use, such as +1, or a region, such as US, found {found:?}")]
pub struct CountryError {
    /// The first 16 characters of the text.
    found: Box<str>,
}

/// The error returned if an entered text cannot be parsed as a possible number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnteredNumberError {
    /// A text of more characters than an [`EnteredText`] may have.
    #[error(transparent)]
    TooLong(#[from] TextLengthError),
    /// A text that cannot be parsed as a phone number.
    #[error(transparent)]
    Unreadable(#[from] ParseError),
    /// A number whose calling code is not assigned, or whose length no number of that code has.
    #[error("{number} is not a possible number: {}", reason(*possibility))]
    Impossible {
        /// The number.
        number: PhoneNumber,
        /// The reason.
        possibility: Possibility,
    },
    /// A number with a calling code other than that of the stated country.
    #[error("{number} does not have the stated calling code {stated}")]
    OtherCountry {
        /// The number parsed from the text.
        number: PhoneNumber,
        /// The calling code of the stated country.
        stated: CallingCode,
    },
    /// An extension in the text that differs from the stated one.
    #[error("the number has the extension {in_text}, not the stated {stated}")]
    OtherExtension {
        /// The extension in the text.
        in_text: Extension,
        /// The stated extension.
        stated: Extension,
    },
}

impl EnteredNumber {
    /// Parses `text` as a number of the stated `country`, or of the `default` region if `country` is
    /// `None`.
    ///
    /// A calling code in the text takes precedence over `default` and must agree with `country`. The
    /// number must be possible: its calling code is assigned, and numbers of that code can have its
    /// length. It is not necessarily valid, because new number ranges come into use before all systems
    /// know them.
    ///
    /// ```
    /// use telnum::contact::EnteredNumber;
    /// use telnum::plan::Region;
    ///
    /// let zurich = EnteredNumber::parse("044 668 18 00", Some("+41".parse()?), Some(Region::US))?;
    /// assert_eq!(zurich.number(), "+41446681800".parse()?);
    ///
    /// let error = EnteredNumber::parse("+41446681800", Some("US".parse()?), None).unwrap_err();
    /// assert_eq!(error.to_string(), "+41446681800 does not have the stated calling code 1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`TooLong`](EnteredNumberError::TooLong) if the text has more than 250 characters.
    /// - [`Unreadable`](EnteredNumberError::Unreadable) if the text is not a phone number.
    /// - [`OtherCountry`](EnteredNumberError::OtherCountry) if the calling code of the number is not
    ///   that of `country`.
    /// - [`Impossible`](EnteredNumberError::Impossible) if the calling code is not assigned, or if no
    ///   number of that code has this length.
    pub fn parse(
        text: &str,
        country: Option<Country>,
        default: Option<Region>,
    ) -> Result<Self, EnteredNumberError> {
        let entered: EnteredText = text.parse()?;
        let parsed = match country {
            None => plan::parse(text, default),
            Some(country) => country.parse_number(text),
        }?;
        let number = parsed.number;
        if let Some(stated) = country.and_then(Country::calling_code)
            && number.calling_code() != Some(stated)
        {
            return Err(EnteredNumberError::OtherCountry { number, stated });
        }
        let possibility = plan::lookup(number).possibility();
        if possibility != Possibility::IsPossible {
            return Err(EnteredNumberError::Impossible { number, possibility });
        }
        Ok(Self { number, extension: parsed.extension, text: entered })
    }

    /// Sets the extension that was stated separately from the text.
    ///
    /// ```
    /// use telnum::contact::EnteredNumber;
    ///
    /// let entered = EnteredNumber::parse("+1 415 886 7900 x5", None, None)?;
    /// assert!(entered.clone().with_extension("5".parse()?).is_ok());
    /// assert!(entered.with_extension("6".parse()?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OtherExtension`](EnteredNumberError::OtherExtension) if the text has a different extension.
    pub fn with_extension(self, stated: Extension) -> Result<Self, EnteredNumberError> {
        match self.extension {
            Some(in_text) if in_text != stated => Err(EnteredNumberError::OtherExtension { in_text, stated }),
            Some(_) | None => Ok(Self { extension: Some(stated), ..self }),
        }
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// Returns the extension, dialled after the call is answered.
    #[must_use]
    pub const fn extension(&self) -> Option<Extension> {
        self.extension
    }

    /// Returns the text as it was entered.
    #[must_use]
    pub const fn text(&self) -> &EnteredText {
        &self.text
    }
}

impl Country {
    /// Returns the calling code; `None` for [`Region::WORLD`], which has several.
    ///
    /// ```
    /// use telnum::contact::Country;
    /// use telnum::plan::Region;
    ///
    /// assert_eq!(Country::Region(Region::CH).calling_code(), Some("41".parse()?));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn calling_code(self) -> Option<CallingCode> {
        match self {
            Self::Code(code) => Some(code),
            Self::Region(region) => region.calling_code(),
        }
    }

    fn parse_number(self, text: &str) -> Result<plan::Parsed, ParseError> {
        let region = match self {
            Self::Code(code) => code.main_region(),
            Self::Region(region) => Some(region),
        };
        match self {
            // Numbers whose calling code belongs to no country have no national format: the code is
            // part of every spelling.
            Self::Code(code) if region == Some(Region::WORLD) && !text.trim_start().starts_with('+') => {
                plan::parse(&format!("+{code} {text}"), None)
            }
            Self::Code(_) | Self::Region(_) => plan::parse(text, region),
        }
    }
}

impl From<CallingCode> for Country {
    fn from(code: CallingCode) -> Self {
        Self::Code(code)
    }
}

impl From<Region> for Country {
    fn from(region: Region) -> Self {
        Self::Region(region)
    }
}

/// Parses an assigned calling code, with or without `+`, or a region other than `001`.
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
            Ok(_) | Err(_) => Err(CountryError { found: text.chars().take(16).collect() }),
        }
    }
}

/// Writes the code: `+41` or `CH`.
impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => f.pad(&format!("+{code}")),
            Self::Region(region) => region.fmt(f),
        }
    }
}

fn reason(possibility: Possibility) -> &'static str {
    match possibility {
        Possibility::IsPossible => "none",
        Possibility::IsPossibleLocalOnly => "the area code is missing",
        Possibility::InvalidCountryCode => "the calling code is not assigned",
        Possibility::TooShort => "too short",
        Possibility::InvalidLength => "no number of this calling code has this length",
        Possibility::TooLong => "too long",
    }
}
