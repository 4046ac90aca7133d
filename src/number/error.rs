use core::fmt;

use super::packed::MAX_DIGITS;

/// The error returned if a [`PhoneNumber`](super::PhoneNumber), [`Prefix`](super::Prefix),
/// [`Extension`](super::Extension) or [`CallingCode`](super::CallingCode) cannot be parsed or created.
///
/// ```
/// use telnum::{PhoneNumber, number::NumberErrorKind};
///
/// let error = "+1415x".parse::<PhoneNumber>().unwrap_err();
/// assert_eq!((error.kind(), error.position()), (NumberErrorKind::NotADigit('x'), 5));
/// assert_eq!(error.to_string(), "expected a digit at byte 5, found 'x'");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberError {
    kind: NumberErrorKind,
    position: usize,
}

/// The kind of a [`NumberError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberErrorKind {
    /// An empty text.
    Empty,
    /// A text that does not start with `+`.
    MissingPlus,
    /// A leading digit 0: no calling code starts with 0.
    LeadingZero,
    /// A character that is not an ASCII digit; U+FFFD for a byte that is not UTF-8.
    NotADigit(char),
    /// Too few digits.
    TooShort {
        /// The number of digits found.
        count: usize,
        /// The minimum number of digits.
        min: usize,
    },
    /// Too many digits.
    TooLong {
        /// The number of digits found.
        count: usize,
        /// The maximum number of digits.
        max: usize,
    },
    /// A packed form with a length nibble that is out of range.
    InvalidLength(u8),
    /// A packed form with a nibble above 9 among its digits.
    InvalidNibble(u8),
    /// A packed form with a nibble other than 0 after its last digit.
    InvalidPadding,
    /// A calling code outside of 1 to 999.
    CallingCodeOutOfRange(u16),
}

impl NumberError {
    /// Returns the kind of the error.
    #[must_use]
    pub const fn kind(&self) -> NumberErrorKind {
        self.kind
    }

    /// Returns the position of the error: the index of a byte of the text, or of a nibble of the packed
    /// form, counted from the most significant one.
    ///
    /// ```
    /// use telnum::PhoneNumber;
    ///
    /// // The first digit of a packed form is nibble 0, the length is nibble 15.
    /// assert_eq!("+1415x".parse::<PhoneNumber>().unwrap_err().position(), 5);
    /// assert_eq!(PhoneNumber::try_from(0x1415_0000_0000_0001).unwrap_err().position(), 15);
    /// ```
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    pub(super) const fn new(position: usize, kind: NumberErrorKind) -> Self {
        Self { kind, position }
    }

    /// Returns the error for `text`, which is not `+` and `min` to 15 digits, the first not 0.
    #[cold]
    pub(super) fn in_number(text: &[u8], min: usize) -> Self {
        match text {
            [] => Self::new(0, NumberErrorKind::Empty),
            [b'+', b'0', ..] => Self::new(1, NumberErrorKind::LeadingZero),
            [b'+', digits @ ..] => Self::in_digits(digits, 1, min, MAX_DIGITS),
            [..] => Self::new(0, NumberErrorKind::MissingPlus),
        }
    }

    /// Returns the error for `digits`, which are not `min` to `max` ASCII digits. `offset` is the index of
    /// their first byte in the text.
    #[cold]
    pub(super) fn in_digits(digits: &[u8], offset: usize, min: usize, max: usize) -> Self {
        let count = digits.len();
        let (kind, index) = match digits.iter().position(|byte| !byte.is_ascii_digit()) {
            Some(index) => (NumberErrorKind::NotADigit(char_at(digits, index)), index),
            None if count == 0 && offset == 0 => (NumberErrorKind::Empty, 0),
            None if count < min => (NumberErrorKind::TooShort { count, min }, count),
            None => (NumberErrorKind::TooLong { count, max }, max),
        };
        Self::new(offset + index, kind)
    }
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.position;
        match self.kind {
            NumberErrorKind::Empty => f.write_str("expected a number, found nothing"),
            NumberErrorKind::MissingPlus => f.write_str("expected `+` at byte 0"),
            NumberErrorKind::LeadingZero => write!(f, "expected a digit from 1 to 9 at byte {at}, found '0'"),
            NumberErrorKind::NotADigit(found) => write!(f, "expected a digit at byte {at}, found {found:?}"),
            NumberErrorKind::TooShort { count, min } => {
                write!(f, "too short at byte {at}: expected at least {min} digits, found {count}")
            }
            NumberErrorKind::TooLong { count, max } => {
                write!(f, "too long at byte {at}: expected at most {max} digits, found {count}")
            }
            NumberErrorKind::InvalidLength(length) => write!(f, "invalid length {length} in nibble {at}"),
            NumberErrorKind::InvalidNibble(found) => {
                write!(f, "expected a digit in nibble {at}, found {found}")
            }
            NumberErrorKind::InvalidPadding => write!(f, "expected 0 after the last digit, in nibble {at}"),
            NumberErrorKind::CallingCodeOutOfRange(code) => {
                write!(f, "expected a calling code from 1 to 999, found {code}")
            }
        }
    }
}

impl core::error::Error for NumberError {}

/// Returns the character that starts at `index`.
fn char_at(bytes: &[u8], index: usize) -> char {
    let rest = bytes.get(index..).unwrap_or_default();
    rest.utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next())
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}
