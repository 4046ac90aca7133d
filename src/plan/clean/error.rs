use crate::plan::parse::ParseErrorKind;
use crate::text_enum::text_enum;

/// The error returned by [`plan::clean`](crate::plan::clean()) for a text from which no number can be read
/// without a guess.
///
/// ```
/// use telnum::plan::clean::{CleanErrorKind, clean};
///
/// let error = clean("4.47912E+11", None).unwrap_err();
/// assert_eq!(error.kind(), CleanErrorKind::DigitsLost);
/// assert_eq!(error.to_string(), "digits were lost in scientific notation");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", .0.message())]
pub struct CleanError(CleanErrorKind);

/// The kind of a [`CleanError`].
///
/// ```
/// use telnum::plan::clean::{CleanErrorKind, clean};
///
/// let kind = clean("#REF!", None).unwrap_err().kind();
/// assert_eq!((kind.as_str(), kind.message()), ("spreadsheet_error", "an error value of a spreadsheet"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CleanErrorKind {
    /// An empty text, or a text without letters and digits, such as `-`.
    Empty,
    /// A text that is not a number, such as a name or an e-mail address.
    NotANumber,
    /// The error value of a spreadsheet, such as `#REF!`, or the `####` of a narrow column.
    SpreadsheetError,
    /// A date or a time.
    Date,
    /// A service code, such as `*101#`.
    ServiceCode,
    /// A short number, such as 112, which is not an E.164 number.
    ShortNumber,
    /// The scientific notation of a number of which some digits are missing: `4.47912E+11`.
    DigitsLost,
    /// A text without a calling code that was read without a region.
    RegionNeeded,
    /// A calling code that is not assigned.
    UnknownCallingCode,
    /// A number without its area code.
    AreaCodeMissing,
    /// A number with too few digits.
    TooShort,
    /// A number of a length between the minimum and the maximum that no number has.
    InvalidLength,
    /// A number with too many digits, or a text of more than 1,000 bytes.
    TooLong,
    /// A number of a possible length that is not valid in the numbering plan.
    NotValid,
    /// Several texts of which some are not numbers, or several numbers that can be separated in more than one
    /// way.
    SeveralNumbers,
    /// An extension of more than 15 digits.
    ExtensionTooLong,
}

text_enum!(CleanErrorKind, "a reason of a refusal", all {
    Empty => "empty",
    NotANumber => "not_a_number",
    SpreadsheetError => "spreadsheet_error",
    Date => "date",
    ServiceCode => "service_code",
    ShortNumber => "short_number",
    DigitsLost => "digits_lost",
    RegionNeeded => "region_needed",
    UnknownCallingCode => "unknown_calling_code",
    AreaCodeMissing => "area_code_missing",
    TooShort => "too_short",
    InvalidLength => "invalid_length",
    TooLong => "too_long",
    NotValid => "not_valid",
    SeveralNumbers => "several_numbers",
    ExtensionTooLong => "extension_too_long",
});

impl CleanError {
    /// Returns the kind.
    #[must_use]
    pub const fn kind(self) -> CleanErrorKind {
        self.0
    }
}

impl CleanErrorKind {
    /// Returns the message, as `Display` of [`CleanError`] writes it.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Empty => "no value",
            Self::NotANumber => "not a phone number",
            Self::SpreadsheetError => "an error value of a spreadsheet",
            Self::Date => "a date",
            Self::ServiceCode => "a service code, not a phone number",
            Self::ShortNumber => "a short number, which is dialled in its country only",
            Self::DigitsLost => "digits were lost in scientific notation",
            Self::RegionNeeded => "no calling code, and no region was given",
            Self::UnknownCallingCode => "unknown calling code",
            Self::AreaCodeMissing => "no area code",
            Self::TooShort => "too few digits",
            Self::InvalidLength => "wrong number of digits",
            Self::TooLong => "too many digits",
            Self::NotValid => "not valid: the numbering plan has no number with these leading digits",
            Self::SeveralNumbers => "several numbers that cannot be told apart",
            Self::ExtensionTooLong => "extension too long, expected at most 15 digits",
        }
    }
}

impl From<CleanErrorKind> for CleanError {
    fn from(refusal: CleanErrorKind) -> Self {
        Self(refusal)
    }
}

impl From<ParseErrorKind> for CleanErrorKind {
    fn from(kind: ParseErrorKind) -> Self {
        match kind {
            ParseErrorKind::NotANumber | ParseErrorKind::InvalidPhoneContext => Self::NotANumber,
            ParseErrorKind::UnknownCallingCode => Self::UnknownCallingCode,
            ParseErrorKind::RegionNeeded => Self::RegionNeeded,
            ParseErrorKind::TooShortAfterPlus
            | ParseErrorKind::TooShortAfterPrefix
            | ParseErrorKind::TooShort => Self::TooShort,
            ParseErrorKind::TooLong => Self::TooLong,
            ParseErrorKind::ExtensionTooLong => Self::ExtensionTooLong,
        }
    }
}
