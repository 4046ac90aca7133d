use core::fmt;

/// The error returned by [`plan::parse`](crate::plan::parse()) for a text that is not a phone number.
///
/// ```
/// use telnum::plan::{self, parse::ParseErrorKind};
///
/// let error = plan::parse("call me: 555-2671", None).unwrap_err();
/// assert_eq!((error.kind(), error.position()), (ParseErrorKind::RegionNeeded, 9));
/// assert_eq!(error.to_string(), "no calling code, and no region was given, at byte 9");
/// ```
#[doc(alias = "NumberParseException")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at byte {position}")]
pub struct ParseError {
    kind: ParseErrorKind,
    position: usize,
}

/// The kind of a [`ParseError`].
#[doc(alias = "ErrorType")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// A text that does not look like a number.
    NotANumber,
    /// A `;phone-context=` of a `tel:` URI that is neither the start of a number nor a domain (RFC 3966,
    /// 5.1.5).
    InvalidPhoneContext,
    /// Digits after a plus sign or international prefix that do not start with an assigned calling
    /// code.
    UnknownCallingCode,
    /// A text without a calling code that is parsed without a region.
    RegionNeeded,
    /// Fewer than three digits after a plus sign.
    TooShortAfterPlus,
    /// Fewer than three digits after an international prefix.
    TooShortAfterPrefix,
    /// A national number of fewer than two digits.
    TooShort,
    /// A number of more than 15 digits, or a text of more than 250 characters.
    TooLong,
    /// An extension of more than 15 digits.
    ExtensionTooLong,
}

impl ParseError {
    /// Returns the kind of the error.
    ///
    /// ```
    /// use telnum::plan::{self, parse::ParseErrorKind};
    ///
    /// let kind = |text| plan::parse(text, None).unwrap_err().kind();
    /// assert_eq!(kind("someone@example.com"), ParseErrorKind::NotANumber);
    /// assert_eq!(kind("+999 12345"), ParseErrorKind::UnknownCallingCode);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// Returns the byte position in the text at which the error starts.
    ///
    /// ```
    /// let text = "call me: 555-2671";
    /// let error = telnum::plan::parse(text, None).unwrap_err();
    /// assert_eq!(&text[error.position()..], "555-2671");
    /// ```
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

impl ParseErrorKind {
    /// Returns the name of libphonenumber's `NumberParseException.ErrorType`; `None` for
    /// [`ExtensionTooLong`](Self::ExtensionTooLong), since libphonenumber accepts such extensions.
    ///
    /// ```
    /// use telnum::plan::parse::ParseErrorKind;
    ///
    /// assert_eq!(ParseErrorKind::RegionNeeded.libphonenumber_name(), Some("INVALID_COUNTRY_CODE"));
    /// ```
    #[doc(alias = "getErrorType")]
    #[must_use]
    pub const fn libphonenumber_name(self) -> Option<&'static str> {
        Some(match self {
            Self::NotANumber | Self::InvalidPhoneContext => "NOT_A_NUMBER",
            Self::UnknownCallingCode | Self::RegionNeeded => "INVALID_COUNTRY_CODE",
            Self::TooShortAfterPlus | Self::TooShortAfterPrefix => "TOO_SHORT_AFTER_IDD",
            Self::TooShort => "TOO_SHORT_NSN",
            Self::TooLong => "TOO_LONG",
            Self::ExtensionTooLong => return None,
        })
    }

    /// Creates an error of this kind at `position`.
    #[inline]
    pub(super) const fn at(self, position: usize) -> ParseError {
        ParseError { kind: self, position }
    }
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "not a phone number",
            Self::InvalidPhoneContext => "invalid phone context, expected `+` and digits or a domain",
            Self::UnknownCallingCode => "unknown calling code",
            Self::RegionNeeded => "no calling code, and no region was given",
            Self::TooShortAfterPlus => "too few digits after the plus sign",
            Self::TooShortAfterPrefix => "too few digits after the international prefix",
            Self::TooShort => "too few digits",
            Self::TooLong => "too long",
            Self::ExtensionTooLong => "extension too long, expected at most 15 digits",
        })
    }
}
